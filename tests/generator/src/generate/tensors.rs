//! Vectors and matrices.

use super::{Generator, Known};
use crate::ast::{Expr, InputKind, Op};
use crate::types::{Extent, Type};

impl Generator {
    /// Everything with entries that has a name, the inner first.
    pub(super) fn places(&self) -> Vec<Expr> {
        let has_entries = |ty: &Type| ty.is_tensor() || matches!(ty, Type::Window(_) | Type::List | Type::Vector);
        let names = self.scope.iter().rev().filter(|v| has_entries(&v.ty)).map(|v| Expr::Name(v.name, v.ty.clone()));
        let inputs = self.program.inputs.iter().enumerate().filter(|(_, i)| !self.bare && has_entries(&i.ty()));
        names.chain(inputs.map(|(k, _)| Expr::Input(k))).collect()
    }

    pub(super) fn places_of(&self, is_right: impl Fn(&Type) -> bool) -> Vec<Expr> {
        self.places().into_iter().filter(|p| is_right(&self.ty(p))).collect()
    }

    fn place_of(&mut self, is_right: impl Fn(&Type) -> bool) -> Option<Expr> {
        let places = self.places_of(is_right);
        (!places.is_empty()).then(|| self.random.pick(&places).clone())
    }

    /// Of any type that the inputs lead to.
    pub(super) fn some_tensor(&mut self, depth: usize) -> Expr {
        let ty = self.some_type();
        self.tensor(&ty, depth)
    }

    pub(super) fn some_type(&mut self) -> Type {
        let extent = self.extent();
        match (extent, self.random.below(10)) {
            (None, _) => Type::Column(Extent::constant(1 + self.random.below(3))),
            (Some(_), 0..4) => {
                let places = self.places_of(Type::is_tensor);
                let drawn = self.random.below(places.len().max(1));
                places.get(drawn).map_or(Type::Column(Extent::constant(2)), |place| self.ty(place))
            }
            (Some(n), 4..7) => Type::Column(n),
            (Some(n), 7) => Type::Row(n),
            (Some(n), 8) => {
                let other = self.extent().unwrap_or(n);
                Type::Matrix(n, other)
            }
            (Some(n), _) if self.length(n) > 1 && n.dimension.is_some() => Type::Column(Extent { plus: -1, fixed: false, ..n }),
            (Some(_), _) => Type::Column(Extent::constant(2)),
        }
    }

    /// A tensor of this type.
    pub(super) fn tensor(&mut self, ty: &Type, depth: usize) -> Expr {
        if depth == 0 || self.chance(15) {
            return self.tensor_leaf(ty);
        }
        if self.chance(45) {
            return self.entrywise(ty, depth);
        }
        if self.chance(7) {
            return self.block(ty, depth);
        }
        let found = match ty {
            Type::Column(n) => self.column(*n, depth),
            Type::Row(n) => self.row(*n, depth),
            Type::Matrix(r, c) => self.matrix(*r, *c, depth),
            _ => None,
        };
        found.unwrap_or_else(|| self.from_fn(ty, depth))
    }

    fn tensor_leaf(&mut self, ty: &Type) -> Expr {
        let place = self.place_of(|t| t == ty);
        match place {
            Some(place) => place,
            None if self.chance(70) => self.from_fn(ty, 1),
            None => {
                let number = self.number(0);
                Expr::Apply(Op::Repeat(ty.clone()), vec![number])
            }
        }
    }

    fn entrywise(&mut self, ty: &Type, depth: usize) -> Expr {
        let tensor = self.tensor(ty, depth - 1);
        match self.random.below(16) {
            0..4 => {
                let op = [Op::TensorAdd, Op::TensorSubtract, Op::ComponentMultiply, Op::Superior][self.random.below(4)].clone();
                let other = self.tensor(ty, depth - 1);
                Expr::Apply(op, vec![tensor, other])
            }
            4 => Expr::Apply(Op::TensorNegate, vec![tensor]),
            5 => Expr::Apply(Op::Absolute, vec![tensor]),
            6..8 => {
                let number = self.number(depth - 1);
                Expr::Apply(Op::Scale, vec![number, tensor])
            }
            8 => {
                let number = self.number(depth - 1);
                Expr::Apply(Op::Unscale, vec![tensor, number])
            }
            9 => {
                let number = self.number(depth - 1);
                Expr::Apply(Op::AddNumber, vec![tensor, number])
            }
            10..12 => {
                let body = self.lambda(&[(Type::Number, Known::Nothing)], |g| g.number(depth - 1));
                Expr::Apply(Op::Map, vec![tensor, body])
            }
            12 => {
                let other = self.tensor(ty, depth - 1);
                let items = [(Type::Number, Known::Nothing), (Type::Number, Known::Nothing)];
                let body = self.lambda(&items, |g| g.number(depth - 1));
                Expr::Apply(Op::ZipMap, vec![tensor, other, body])
            }
            13 => self.located(ty, tensor, depth),
            14 => {
                let condition = self.truth(1);
                let other = self.tensor(ty, depth - 1);
                Expr::Apply(Op::If, vec![condition, tensor, other])
            }
            _ => Expr::Apply(Op::Softmax, vec![tensor]),
        }
    }

    fn located(&mut self, ty: &Type, tensor: Expr, depth: usize) -> Expr {
        let one = Extent::constant(1);
        let (r, c) = match ty {
            Type::Matrix(r, c) => (*r, *c),
            Type::Row(n) => (one, *n),
            Type::Column(n) => (*n, one),
            _ => (one, one),
        };
        let index = |n: i64| (Type::Index, Known::Index((0, n - 1)));
        let items = [index(self.length(r)), index(self.length(c)), (Type::Number, Known::Nothing)];
        let body = self.lambda(&items, |g| g.number(depth - 1));
        Expr::Apply(Op::MapLocated, vec![tensor, body])
    }

    pub(super) fn from_fn(&mut self, ty: &Type, depth: usize) -> Expr {
        let extents = match ty {
            Type::Matrix(r, c) => vec![*r, *c],
            Type::Column(n) | Type::Row(n) => vec![*n],
            _ => Vec::new(),
        };
        let items: Vec<(Type, Known)> = extents.iter().map(|e| (Type::Index, Known::Index((0, self.length(*e) - 1)))).collect();
        let body = self.lambda(&items, |g| g.number(depth.saturating_sub(1)));
        Expr::Apply(Op::FromFn(ty.clone()), vec![body])
    }

    fn column(&mut self, n: Extent, depth: usize) -> Option<Expr> {
        let two = |op: Op, a: Expr, b: Expr| Expr::Apply(op, vec![a, b]);
        let with_rows = |t: &Type| matches!(t, Type::Matrix(r, _) if *r == n);
        let with_columns = |t: &Type| matches!(t, Type::Matrix(_, c) if *c == n);
        Some(match self.random.below(15) {
            14 => self.solution(n, depth)?,
            0..3 => {
                let matrix = self.place_of(with_rows)?;
                let Type::Matrix(_, c) = self.ty(&matrix) else { return None };
                let vector = self.tensor(&Type::Column(c), depth - 1);
                two(Op::MatrixProduct, matrix, vector)
            }
            3..5 => {
                let matrix = self.place_of(with_columns)?;
                let Type::Matrix(r, _) = self.ty(&matrix) else { return None };
                let vector = self.tensor(&Type::Column(r), depth - 1);
                two(Op::TransposeProduct, matrix, vector)
            }
            5 => {
                let matrix = self.place_of(with_rows)?;
                let Type::Matrix(_, c) = self.ty(&matrix) else { return None };
                let index = self.index_within(self.length(c))?;
                two(Op::Column, matrix, index)
            }
            6 => {
                let matrix = self.place_of(|t| matches!(t, Type::Matrix(r, c) if *r == n && *c == n))?;
                Expr::Apply(Op::Diagonal, vec![matrix])
            }
            7 => Expr::Apply(Op::ColumnSum, vec![self.place_of(with_rows)?]),
            8 => Expr::Apply(Op::Transpose, vec![self.tensor(&Type::Row(n), depth - 1)]),
            9 => self.part(n)?,
            10..12 => self.from_iterator(n, depth),
            _ => self.sparse_product(n, depth)?,
        })
    }

    /// So many entries of a longer vector.
    fn part(&mut self, n: Extent) -> Option<Expr> {
        let length = self.length(n);
        if self.bare && !n.fixed {
            return None;
        }
        let places = self.places_of(|t| matches!(t, Type::Column(_)));
        let longer: Vec<Expr> = places
            .into_iter()
            .filter(|p| matches!(self.ty(p), Type::Column(m) if self.length(m) >= length && (!n.fixed || n.dimension.is_none())))
            .collect();
        if longer.is_empty() {
            return None;
        }
        let vector = self.random.pick(&longer).clone();
        let Type::Column(m) = self.ty(&vector) else { return None };
        let from = self.index_within(self.length(m) - length + 1)?;
        Some(Expr::Apply(Op::Part(n), vec![vector, from]))
    }

    fn sparse_product(&mut self, n: Extent, depth: usize) -> Option<Expr> {
        if self.bare {
            return None;
        }
        let inputs = self.program.inputs.iter();
        let found = inputs.enumerate().find_map(|(k, i)| match i.kind {
            InputKind::Sparse(r, c) => Some((k, r, c)),
            _ => None,
        });
        let (k, r, c) = found?;
        let (op, other) = match n {
            _ if n == r => (Op::SparseProduct, c),
            _ if n == c => (Op::SparseTransposeProduct, r),
            _ => return None,
        };
        let vector = self.tensor(&Type::Column(other), depth - 1);
        Some(Expr::Apply(op, vec![Expr::Input(k), vector]))
    }

    fn row(&mut self, n: Extent, depth: usize) -> Option<Expr> {
        let with_columns = |t: &Type| matches!(t, Type::Matrix(_, c) if *c == n);
        Some(match self.random.below(3) {
            0 => Expr::Apply(Op::Transpose, vec![self.tensor(&Type::Column(n), depth - 1)]),
            1 => {
                let matrix = self.place_of(with_columns)?;
                let Type::Matrix(r, _) = self.ty(&matrix) else { return None };
                let index = self.index_within(self.length(r))?;
                Expr::Apply(Op::Row, vec![matrix, index])
            }
            _ => Expr::Apply(Op::RowSum, vec![self.place_of(with_columns)?]),
        })
    }

    fn matrix(&mut self, r: Extent, c: Extent, depth: usize) -> Option<Expr> {
        let two = |op: Op, a: Expr, b: Expr| Expr::Apply(op, vec![a, b]);
        Some(match self.random.below(8) {
            7 if r == c && self.chance(50) => self.inverse(r, depth),
            0 => {
                let (a, b) = (self.tensor(&Type::Column(r), depth - 1), self.tensor(&Type::Row(c), depth - 1));
                two(Op::MatrixProduct, a, b)
            }
            1..3 => {
                let left = self.place_of(|t| matches!(t, Type::Matrix(own, _) if *own == r))?;
                let Type::Matrix(_, k) = self.ty(&left) else { return None };
                let right = self.tensor(&Type::Matrix(k, c), depth - 1);
                two(Op::MatrixProduct, left, right)
            }
            3 => {
                let left = self.place_of(|t| matches!(t, Type::Matrix(_, own) if *own == r))?;
                let Type::Matrix(k, _) = self.ty(&left) else { return None };
                let right = self.tensor(&Type::Matrix(k, c), depth - 1);
                two(Op::TransposeProduct, left, right)
            }
            4 if r == c => Expr::Apply(Op::FromDiagonal, vec![self.tensor(&Type::Column(r), depth - 1)]),
            5 => Expr::Apply(Op::Transpose, vec![self.tensor(&Type::Matrix(c, r), depth - 1)]),
            _ => return None,
        })
    }
}
