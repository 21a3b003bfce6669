//! Indices and conditions.

use super::{Generator, Interval, Known};
use crate::ast::{Expr, InputKind, Op};
use crate::types::Type;

impl Generator {
    /// An index in scope, the inner ones first.
    fn index_name(&mut self) -> Option<(Expr, Interval)> {
        let names: Vec<(Expr, Interval)> = self
            .scope
            .iter()
            .rev()
            .filter_map(|v| match v.known {
                Known::Index(interval) => Some((Expr::Name(v.name, v.ty.clone()), interval)),
                _ => None,
            })
            .collect();
        match names.as_slice() {
            [] => None,
            [only] => Some(only.clone()),
            [first, ..] if self.chance(50) => Some(first.clone()),
            all => Some(self.random.pick(all).clone()),
        }
    }

    fn size(&mut self) -> (Expr, Interval) {
        match self.extent() {
            Some(extent) => {
                let length = self.length(extent);
                (Expr::Size(extent), (length, length))
            }
            None => self.count(),
        }
    }

    fn count(&mut self) -> (Expr, Interval) {
        let count = self.random.below(4);
        (Expr::Count(count), (count as i64, count as i64))
    }

    fn index_leaf(&mut self) -> (Expr, Interval) {
        let name = self.index_name();
        match name {
            _ if self.chance(12) => self.looked().unwrap_or_else(|| self.count()),
            Some(name) if self.chance(80) => name,
            _ if self.chance(50) => self.size(),
            _ => self.count(),
        }
    }

    /// `data.index[i]`
    fn looked(&mut self) -> Option<(Expr, Interval)> {
        let (k, (n, dimension)) = self.own_input(|kind| match kind {
            InputKind::Indices(n, dimension) => Some((*n, *dimension)),
            _ => None,
        })?;
        let place = self.index_within(self.length(n))?;
        Some((Expr::Apply(Op::Look, vec![Expr::Input(k), place]), (0, self.sizes[dimension] as i64 - 1)))
    }

    /// An index with the interval of its values.
    pub(super) fn index(&mut self, depth: usize) -> (Expr, Interval) {
        if depth == 0 {
            return self.index_leaf();
        }
        let (a, (low, high)) = self.index_leaf();
        let (b, (least, most)) = if self.chance(60) { self.count() } else { self.index_leaf() };
        let constant = 1 + self.random.below(3) as i64;
        let divisor = || Expr::Count(constant as usize);
        let two = |op: Op, a: Expr, b: Expr| Expr::Apply(op, vec![a, b]);
        match self.random.below(14) {
            0..3 => (a, (low, high)),
            3..5 => (two(Op::IndexAdd, a, b), (low + least, high + most)),
            5..7 => (two(Op::IndexSubtract, a, b), (low - most, high - least)),
            7 => {
                // n - 1 - i
                let (size, (n, _)) = self.size();
                let last = two(Op::IndexSubtract, size, Expr::Count(1));
                (two(Op::IndexSubtract, last, a), (n - 1 - high, n - 1 - low))
            }
            8 => (two(Op::IndexMultiply, Expr::Count(constant as usize), a), (constant * low, constant * high)),
            9 => (two(Op::IndexDivide, a, divisor()), (low / constant, high / constant)),
            10 => (two(Op::IndexRemainder, a, divisor()), (0, (constant - 1).min(high))),
            11 => {
                let (size, (n, _)) = self.size();
                let sum = two(Op::IndexAdd, a, b);
                (two(Op::IndexRemainder, sum, size), (0, n - 1))
            }
            12 if self.chance(50) => (two(Op::IndexLarger, a, b), (low.max(least), high.max(most))),
            12 => (two(Op::IndexSmaller, a, b), (low.min(least), high.min(most))),
            _ if self.chance(50) => (two(Op::AbsDiff, a, b), (0, (high - least).max(most - low))),
            _ => (two(Op::SaturatingSubtract, a, b), ((low - most).max(0), (high - least).max(0))),
        }
    }

    /// An index of something so long, certainly in range.
    pub(super) fn index_within(&mut self, length: i64) -> Option<Expr> {
        for _ in 0..4 {
            let depth = usize::from(self.chance(40));
            let (index, (low, high)) = self.index(depth);
            if low >= 0 && high < length {
                return Some(index);
            }
        }
        (length > 0).then(|| Expr::Count(self.random.below(length as usize)))
    }

    pub(super) fn truth(&mut self, depth: usize) -> Expr {
        if depth > 0 && self.searches(10) {
            return self.any_or_all();
        }
        if self.searches(10)
            && let Some(flag) = self.flag()
        {
            return flag;
        }
        let two = |op: Op, a: Expr, b: Expr| Expr::Apply(op, vec![a, b]);
        match self.random.below(12) {
            0..6 => {
                let (a, _) = self.index(usize::from(depth > 1));
                let (b, _) = self.index_leaf();
                let op = [Op::Less, Op::LessEqual, Op::Equal, Op::NotEqual, Op::Less][self.random.below(5)].clone();
                two(op, a, b)
            }
            6..9 => {
                let (a, b) = (self.number(depth.saturating_sub(1)), self.literal());
                two(Op::Greater, a, b)
            }
            9 => self.label().unwrap_or_else(|| two(Op::Less, Expr::Count(0), Expr::Count(1))),
            10 if depth > 0 => Expr::Apply(Op::Not, vec![self.truth(0)]),
            _ if depth > 0 => {
                let op = if self.chance(75) { Op::And } else { Op::Or };
                let (a, b) = (self.truth(0), self.truth(0));
                two(op, a, b)
            }
            _ => {
                let (a, b) = (self.number(0), self.literal());
                two(Op::Greater, a, b)
            }
        }
    }

    /// `data.label[i] == j as f64`
    fn label(&mut self) -> Option<Expr> {
        if self.bare {
            return None;
        }
        let found = self.program.inputs.iter().position(|i| matches!(i.kind, InputKind::Labels(_)))?;
        let Type::Column(extent) = self.program.inputs[found].ty() else { return None };
        let index = self.index_within(self.length(extent))?;
        let label = Expr::Apply(Op::At, vec![Expr::Input(found), index]);
        let (kind, _) = self.index_leaf();
        Some(Expr::Apply(Op::NumberEqual, vec![label, Expr::Apply(Op::Cast, vec![kind])]))
    }
}
