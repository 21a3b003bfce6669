//! Blocks with loops: sums and products that are accumulated, vectors that are filled, steps that need the
//! one before.

use super::{Generator, Known, Variable};
use crate::ast::{Change, Expr, Name, Op, Statement};
use crate::types::{Extent, Type};

/// What the statements of a block may change.
struct Block {
    states: Vec<(Name, Type)>,
}

impl Generator {
    /// `{ let mut s = ..; for .. { s += ..; } s }`, of a number or a tensor.
    pub(super) fn block(&mut self, kept: &Type, depth: usize) -> Expr {
        let before = self.scope.len();
        // Whether the steps see what the steps before have made.
        let carries = self.chance(35);
        let mut types = vec![kept.clone()];
        if self.chance(30) {
            types.push(self.second_state());
        }
        let mut states = Vec::new();
        for ty in types {
            let first = self.first_value(&ty);
            let name = if carries { self.push(ty.clone(), Known::Nothing) } else { self.name() };
            states.push((name, ty, first));
        }
        let block = Block { states: states.iter().map(|(name, ty, _)| (*name, ty.clone())).collect() };
        let mut statements = Vec::new();
        for _ in 0..*self.random.pick(&[1, 1, 1, 2]) {
            statements.push(self.steps(&block, carries, depth));
        }
        self.scope.truncate(before);
        for (name, ty) in &block.states {
            self.scope.push(Variable { name: *name, ty: ty.clone(), known: Known::Nothing });
        }
        let rest = self.result_of(&block, kept);
        self.scope.truncate(before);
        let states = states.into_iter().map(|(name, _, first)| (name, first)).collect();
        Expr::Block(states, statements, Self::boxed(rest))
    }

    fn second_state(&mut self) -> Type {
        match self.extent() {
            Some(n) if (!self.bare || n.fixed) && self.chance(50) => Type::Column(n),
            _ => Type::Number,
        }
    }

    fn first_value(&mut self, ty: &Type) -> Expr {
        match ty {
            Type::Number if self.chance(60) => Expr::Number(*self.random.pick(&[0.0, 0.0, 0.0, 1.0, 0.5])),
            Type::Number => self.number(0),
            tensor if self.chance(60) => Expr::Apply(Op::Repeat(tensor.clone()), vec![Expr::Number(0.0)]),
            tensor => self.tensor(tensor, 1),
        }
    }

    /// The first state, and what was made of the others.
    fn result_of(&mut self, block: &Block, kept: &Type) -> Expr {
        let name = |(name, ty): &(Name, Type)| Expr::Name(*name, ty.clone());
        let first = name(&block.states[0]);
        let Some(second) = block.states.get(1) else { return first };
        match (kept, &second.1) {
            (Type::Number, Type::Number) => Expr::Apply(Op::Add, vec![first, name(second)]),
            (Type::Number, _) => {
                let total = Expr::Apply(Op::Total, vec![name(second)]);
                Expr::Apply(Op::Add, vec![first, total])
            }
            (_, Type::Number) => Expr::Apply(Op::Scale, vec![name(second), first]),
            (_, other) if other == kept => Expr::Apply(Op::TensorAdd, vec![first, name(second)]),
            _ => first,
        }
    }

    fn steps(&mut self, block: &Block, carries: bool, depth: usize) -> Statement {
        let before = self.scope.len();
        // The iterator would borrow what the steps change.
        let (hidden, kept): (Vec<Variable>, Vec<Variable>) =
            std::mem::take(&mut self.scope).into_iter().partition(|v| block.states.iter().any(|(name, _)| *name == v.name));
        self.scope = kept;
        let (chain, items) = if self.chance(60) {
            self.range()
        } else {
            let (chain, items, _) = self.chain(1);
            (chain, items)
        };
        self.scope.extend(hidden);
        let pattern = self.pattern(&items.ty, &items.known);
        let body = self.changes(block, carries, depth);
        self.scope.truncate(before);
        Statement::For(pattern, chain, body)
    }

    fn changes(&mut self, block: &Block, carries: bool, depth: usize) -> Vec<Statement> {
        let before = self.scope.len();
        let mut statements = Vec::new();
        if self.chance(25) {
            let value = self.number(1);
            statements.push(Statement::Let(self.push(Type::Number, Known::Nothing), value));
        }
        if self.chance(15) {
            statements.push(Statement::Continue(self.truth(1)));
        }
        for _ in 0..*self.random.pick(&[1, 1, 1, 2, 2, 3]) {
            let statement = match self.random.below(10) {
                0 => {
                    let condition = self.truth(1);
                    Statement::If(condition, vec![self.change(block, carries, depth)])
                }
                1 if depth > 1 => self.steps(block, carries, depth - 1),
                _ => self.change(block, carries, depth),
            };
            statements.push(statement);
        }
        self.scope.truncate(before);
        statements
    }

    fn change(&mut self, block: &Block, carries: bool, depth: usize) -> Statement {
        let depth = depth.saturating_sub(1).min(2);
        let (name, ty) = self.random.pick(&block.states).clone();
        let kind = *self.random.pick(&[Change::Add, Change::Add, Change::Add, Change::Subtract, Change::Multiply]);
        if ty == Type::Number {
            let value = self.number(depth);
            return match (carries, kind) {
                (true, _) if self.chance(60) => Statement::Change(Change::Set, name, Vec::new(), self.damped(name, value)),
                _ => Statement::Change(kind, name, Vec::new(), value),
            };
        }
        let extents: Vec<Extent> = match &ty {
            Type::Column(n) | Type::Row(n) => vec![*n],
            Type::Matrix(r, c) => vec![*r, *c],
            _ => Vec::new(),
        };
        let lengths: Vec<i64> = extents.iter().map(|n| self.length(*n)).collect();
        let places: Option<Vec<Expr>> = lengths.into_iter().map(|length| self.index_within(length)).collect();
        match places {
            Some(places) if self.chance(75) => {
                let kind = if self.chance(50) { Change::Set } else { kind };
                Statement::Change(kind, name, places, self.number(depth))
            }
            _ if kind == Change::Multiply => Statement::Change(kind, name, Vec::new(), self.number(depth)),
            _ => Statement::Change(kind, name, Vec::new(), self.tensor(&ty, depth)),
        }
    }

    /// `0.5 * s + value`, which stays of moderate size.
    fn damped(&mut self, name: Name, value: Expr) -> Expr {
        if self.chance(40) {
            return value;
        }
        let half = Expr::Apply(Op::Multiply, vec![Expr::Number(0.5), Expr::Name(name, Type::Number)]);
        Expr::Apply(Op::Add, vec![half, value])
    }

    /// `chain.fold(first, |s, item| ..)`
    pub(super) fn fold(&mut self, depth: usize) -> Expr {
        let (chain, items, _) = self.chain(depth);
        let first = self.first_value(&Type::Number);
        let parameters = [(Type::Number, Known::Nothing), (items.ty, items.known)];
        let body = self.lambda(&parameters, |g| {
            let value = g.number(depth.saturating_sub(1));
            let before = g.scope.iter().rev().find(|v| v.ty == Type::Number).map(|v| v.name);
            match before {
                Some(name) => g.damped(name, value),
                None => value,
            }
        });
        Expr::Apply(Op::Fold, vec![chain, first, body])
    }
}
