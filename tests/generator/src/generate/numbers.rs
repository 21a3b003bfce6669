//! Numbers.

use super::{Generator, HELPER_INDEX, Known};
use crate::ast::{Expr, FUNS, Fun, InputKind, Op, Role};
use crate::types::Type;

impl Generator {
    /// Exact in single precision.
    pub(super) fn literal(&mut self) -> Expr {
        let sixteenths = self.random.below(49) as f64 - 16.0;
        Expr::Number(if sixteenths == 0.0 { 0.5 } else { sixteenths / 16.0 })
    }

    fn number_name(&mut self) -> Option<Expr> {
        let mut names: Vec<Expr> =
            self.scope.iter().rev().filter(|v| v.ty.read() == Type::Number).map(|v| Expr::Name(v.name, v.ty.clone())).collect();
        if !self.bare {
            let inputs = self.program.inputs.iter().enumerate();
            names.extend(inputs.filter(|(_, i)| i.kind == InputKind::Number).map(|(k, _)| Expr::Input(k)));
        }
        match names.len() {
            0 => None,
            _ if self.chance(40) => names.into_iter().next(),
            _ => Some(self.random.pick(&names).clone()),
        }
    }

    fn number_leaf(&mut self) -> Expr {
        for _ in 0..3 {
            let found = match self.random.below(20) {
                0..8 => self.number_name(),
                8..17 => self.access(),
                17..19 => {
                    let (index, _) = self.index(0);
                    Some(Expr::Apply(Op::Cast, vec![index]))
                }
                _ => None,
            };
            if let Some(found) = found {
                return found;
            }
        }
        self.literal()
    }

    pub(super) fn number(&mut self, depth: usize) -> Expr {
        if depth == 0 {
            return self.number_leaf();
        }
        if self.searches(14) {
            return self.searched(depth);
        }
        if self.searches(4)
            && let Some(found) = self.of_data(depth)
        {
            return found;
        }
        let found = match self.random.below(44) {
            40..42 => Some(self.block(&Type::Number, depth)),
            42 => Some(self.fold(depth)),
            43 if self.chance(50) => self.determinant(depth),
            43 => self.of_vectors(depth),
            0..4 => Some(self.number_leaf()),
            4..12 => {
                let op = [Op::Add, Op::Subtract, Op::Multiply, Op::Multiply, Op::Divide, Op::Larger, Op::Smaller, Op::Hypot]
                    [self.random.below(8)]
                .clone();
                Some(self.two_numbers(op, depth))
            }
            12..17 => {
                let fun = *self.random.pick(&FUNS);
                Some(Expr::Apply(Op::Fun(fun), vec![self.number(depth - 1)]))
            }
            17 => Some(Expr::Apply(Op::Negate, vec![self.number(depth - 1)])),
            18..20 => {
                let condition = self.truth(1);
                let (a, b) = (self.number(depth - 1), self.number(depth - 1));
                Some(Expr::Apply(Op::If, vec![condition, a, b]))
            }
            20..22 => self.guarded(),
            22..32 => Some(self.consumed(depth)),
            32..37 => Some(self.reduction(depth)),
            37 => self.called(depth),
            38 => self.let_inside(depth),
            _ => self.helped(depth),
        };
        found.unwrap_or_else(|| self.number_leaf())
    }

    fn two_numbers(&mut self, op: Op, depth: usize) -> Expr {
        let (a, b) = (self.number(depth - 1), self.number(depth - 1));
        Expr::Apply(op, vec![a, b])
    }

    /// An entry of something that has a name.
    fn access(&mut self) -> Option<Expr> {
        let places = self.places();
        if places.is_empty() {
            return None;
        }
        // The innermost name, x or y, or any.
        let active = |p: &&Expr| matches!(p, Expr::Input(k) if self.program.inputs[*k].role != Role::Data);
        let variables: Vec<Expr> = places.iter().filter(active).cloned().collect();
        let place = match self.random.below(10) {
            0..3 => places[0].clone(),
            3..7 if !variables.is_empty() => self.random.pick(&variables).clone(),
            _ => self.random.pick(&places).clone(),
        };
        match self.ty(&place) {
            Type::Column(n) | Type::Row(n) => {
                let index = self.index_within(self.length(n))?;
                Some(Expr::Apply(Op::At, vec![place, index]))
            }
            Type::Window(width) => {
                let index = self.index_within(width as i64)?;
                Some(Expr::Apply(Op::At, vec![place, index]))
            }
            Type::Matrix(r, c) => {
                let (i, j) = (self.index_within(self.length(r))?, self.index_within(self.length(c))?);
                Some(Expr::Apply(Op::Entry, vec![place, i, j]))
            }
            _ => None,
        }
    }

    /// `if 2 <= i && i - 2 < n { v[i - 2] } else { .. }`, on one index or two.
    fn guarded(&mut self) -> Option<Expr> {
        let places = self.places();
        let vectors: Vec<Expr> =
            places.into_iter().filter(|p| matches!(self.ty(p), Type::Column(_) | Type::Row(_) | Type::Matrix(..))).collect();
        if vectors.is_empty() {
            return None;
        }
        let place = self.random.pick(&vectors).clone();
        let extents = match self.ty(&place) {
            Type::Column(n) | Type::Row(n) => vec![n],
            Type::Matrix(r, c) => vec![r, c],
            _ => return None,
        };
        let mut conditions = Vec::new();
        let mut arguments = vec![place];
        for extent in &extents {
            let (index, (low, high)) = self.index(1);
            if low < 0 {
                let Expr::Apply(Op::IndexSubtract, parts) = &index else { return None };
                if parts.iter().any(|p| matches!(p, Expr::Apply(..))) {
                    return None;
                }
                conditions.push(Expr::Apply(Op::LessEqual, vec![parts[1].clone(), parts[0].clone()]));
            }
            if high >= self.length(*extent) {
                if self.bare && !extent.fixed {
                    return None;
                }
                conditions.push(Expr::Apply(Op::Less, vec![index.clone(), Expr::Size(*extent)]));
            }
            arguments.push(index);
        }
        let op = if extents.len() == 1 { Op::At } else { Op::Entry };
        let access = Expr::Apply(op, arguments);
        let Some(condition) = conditions.into_iter().reduce(|a, b| Expr::Apply(Op::And, vec![a, b])) else {
            return Some(access);
        };
        let otherwise = self.number_leaf();
        let access = if self.chance(30) { Expr::Apply(Op::Fun(Fun::Sin), vec![access]) } else { access };
        Some(Expr::Apply(Op::If, vec![condition, access, otherwise]))
    }

    /// What ends a chain.
    fn consumed(&mut self, depth: usize) -> Expr {
        match self.random.below(20) {
            0..3 => {
                let (chain, _, ends) = self.chain(depth);
                let op = if ends.exact && self.chance(30) { Op::Length } else { Op::CountItems };
                let count = Expr::Apply(Op::Cast, vec![Expr::Apply(op, vec![chain])]);
                let factor = self.number_leaf();
                Expr::Apply(Op::Multiply, vec![count, factor])
            }
            3..6 => {
                let chain = self.numbers_chain(depth);
                Expr::Apply(Op::Product, vec![chain])
            }
            6..8 => self.stored(depth).unwrap_or_else(|| self.number_leaf()),
            _ => {
                let chain = self.numbers_chain(depth);
                Expr::Apply(Op::Sum, vec![chain])
            }
        }
    }

    /// A sum over the vectors of a list.
    fn of_vectors(&mut self, depth: usize) -> Option<Expr> {
        let (list, items) = self.vectors()?;
        let body = self.lambda(&[(items.ty, items.known)], |g| g.number(depth - 1));
        let each = Expr::Apply(Op::Each, vec![list, body]);
        Some(Expr::Apply(Op::Sum, vec![each]))
    }

    /// A number made of a vector or a matrix.
    fn reduction(&mut self, depth: usize) -> Expr {
        let one = |op: Op, a: Expr| Expr::Apply(op, vec![a]);
        let vectors = self.places_of(|t| *t == Type::Vector);
        if !vectors.is_empty() && self.chance(50) {
            let vector = self.random.pick(&vectors).clone();
            return match self.random.below(4) {
                0 => one(Op::NormSquared, vector),
                1 => one(Op::Cast, one(Op::ListLength, vector)),
                _ => one(Op::Total, vector),
            };
        }
        let tensor = self.some_tensor(depth - 1);
        let ty = self.ty(&tensor);
        match self.random.below(16) {
            0..4 => {
                let other = self.tensor(&ty, depth - 1);
                Expr::Apply(Op::Dot, vec![tensor, other])
            }
            4..6 => one(Op::NormSquared, tensor),
            6 => one(Op::Norm, tensor),
            7..9 => one(Op::Total, tensor),
            9 => one(Op::Mean, tensor),
            10 => one(Op::Max, tensor),
            11 => one([Op::Min, Op::LargestAbs][self.random.below(2)].clone(), tensor),
            12..14 => {
                let plain = matches!(tensor, Expr::Input(_));
                let by_math = plain && self.chance(50);
                one(Op::LogSumExp(by_math), tensor)
            }
            _ => match ty {
                Type::Matrix(r, c) if r == c => one(Op::Trace, tensor),
                _ => one(Op::Total, tensor),
            },
        }
    }

    /// A closure that has a name.
    fn called(&mut self, depth: usize) -> Option<Expr> {
        let closures: Vec<(usize, usize)> = self
            .scope
            .iter()
            .filter_map(|v| match &v.ty {
                Type::Closure(parameters) => Some((v.name, parameters.len())),
                _ => None,
            })
            .collect();
        if closures.is_empty() {
            return None;
        }
        let (name, count) = *self.random.pick(&closures);
        let arguments = (0..count).map(|_| self.number(depth - 1)).collect();
        Some(Expr::Apply(Op::Call(name), arguments))
    }

    fn let_inside(&mut self, depth: usize) -> Option<Expr> {
        let before = self.scope.len();
        let value = self.number(depth - 1);
        let name = self.push(Type::Number, Known::Nothing);
        let rest = self.number(depth - 1);
        self.scope.truncate(before);
        Some(Expr::Let(name, Self::boxed(value), Self::boxed(rest)))
    }

    fn helped(&mut self, depth: usize) -> Option<Expr> {
        if self.bare || self.program.helpers.is_empty() {
            return None;
        }
        let k = self.random.below(self.program.helpers.len());
        let types: Vec<Type> = self.program.helpers[k].parameters.iter().map(|(_, ty)| ty.clone()).collect();
        let mut arguments = Vec::new();
        for ty in &types {
            let argument = match ty {
                Type::Number => self.number(depth - 1),
                Type::Index => self.index_within(HELPER_INDEX.1 + 1)?,
                tensor => self.tensor(tensor, depth - 1),
            };
            arguments.push(argument);
        }
        Some(Expr::Apply(Op::Helper(k), arguments))
    }
}
