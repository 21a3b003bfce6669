//! Loop nests: the order of the loops, where conditions stand, and what is summed in a register.

use super::conditions::without_implied;
use super::program::{Expr, Source, Stmt};
use crate::ir::{Affine, Guard, Size, Test, Wire};

/// `target[offset] += value` over all values of the variables that satisfy the conditions.
pub struct Nest<'f> {
    pub extents: Vec<(Wire, Size)>,
    pub conditions: Vec<Guard>,
    /// What keeps the target in range; it follows from the conditions.
    pub in_range: Vec<Guard>,
    /// What is known of the sizes.
    pub facts: &'f [Affine],
    pub target: Source,
    pub offset: Affine,
    /// Variables of the output's index.
    pub out: Vec<Wire>,
    pub value: Expr,
    /// A free number for the local sum.
    pub local: u32,
}

impl Nest<'_> {
    /// The loops, outermost first.
    pub fn statements(self) -> Vec<Stmt> {
        let Some(inner) = self.innermost() else {
            return guarded(&self.conditions, vec![self.store(self.value.clone())]);
        };
        if self.out.contains(&inner) { self.accumulating(inner) } else { self.summing(inner) }
    }

    /// Contiguous accesses decide; the largest variable number (a summed one) on a tie with none.
    fn innermost(&self) -> Option<Wire> {
        let mut loads = Vec::new();
        self.value.loads(&mut loads);
        let score = |wire: Wire| {
            let unit = |offset: &Affine| usize::from(offset.coefficient(wire).is_one());
            let strided = loads.iter().filter(|(_, o)| o.mentions(wire) && !o.coefficient(wire).is_one()).count();
            let contiguous = loads.iter().map(|(_, o)| unit(o)).sum::<usize>() + unit(&self.offset);
            let store_strided = self.offset.mentions(wire) && !self.offset.coefficient(wire).is_one();
            2 * contiguous as i64 - strided as i64 - 2 * i64::from(store_strided)
        };
        self.extents.iter().map(|(wire, _)| *wire).max_by_key(|wire| (score(*wire), std::cmp::Reverse(wire.0)))
    }

    /// Output variable innermost: `for j { for k { for i { out[i, j] += .. } } }`.
    fn accumulating(&self, inner: Wire) -> Vec<Stmt> {
        let mut order: Vec<Wire> = Vec::new();
        order.extend(self.extents.iter().rev().map(|(w, _)| *w).filter(|w| *w != inner && self.out.contains(w)));
        order.extend(self.extents.iter().map(|(w, _)| *w).filter(|w| *w != inner && !self.out.contains(w)));
        order.push(inner);
        let store = vec![self.store(self.value.clone())];
        self.wrap(&order, &self.conditions, store)
    }

    /// Summed variable innermost: `for i { out[i] += Σ_k .. }`.
    fn summing(&self, inner: Wire) -> Vec<Stmt> {
        let mut order: Vec<Wire> = Vec::new();
        order.extend(self.extents.iter().rev().map(|(w, _)| *w).filter(|w| self.out.contains(w)));
        order.extend(self.extents.iter().map(|(w, _)| *w).filter(|w| *w != inner && !self.out.contains(w)));
        let (inside, outside): (Vec<Guard>, Vec<Guard>) = self.conditions.iter().cloned().partition(|g| g.affine.mentions(inner));
        let (coefficient, value) = match &self.value {
            Expr::Product(c, factors) => (*c, Expr::Product(1.0, factors.clone())),
            other @ (Expr::Number(_)
            | Expr::Count(_)
            | Expr::Index(_)
            | Expr::Load { .. }
            | Expr::Local(_)
            | Expr::Find { .. }
            | Expr::Total { .. }
            | Expr::Sum(_)
            | Expr::Call(..)
            | Expr::Guarded(..)) => (1.0, other.clone()),
        };
        let (bounds, inside) = bounds(inside, inner);
        let value = if inside.is_empty() { value } else { Expr::Guarded(inside, Box::new(value)) };
        // The store stands outside of the sum: a sum without terms does not keep it in range.
        let extent = |wire: Wire| self.extent(wire);
        let outside = without_implied([outside.as_slice(), &self.in_range].concat(), self.facts, &extent);
        let sum = Stmt::Sum { name: self.local, variable: inner, extent: self.extent(inner), bounds, value };
        let store = self.store(Expr::Product(coefficient, vec![Expr::Local(self.local)]));
        self.wrap(&order, &outside, vec![sum, store])
    }

    fn extent(&self, wire: Wire) -> Size {
        self.extents.iter().find(|(w, _)| *w == wire).map(|(_, e)| e.clone()).unwrap_or_default()
    }

    fn store(&self, value: Expr) -> Stmt {
        Stmt::Store { target: self.target, offset: self.offset.clone(), add: true, value }
    }

    /// Each condition stands at the outermost loop that binds its variables, in that loop's bounds
    /// where it can.
    fn wrap(&self, order: &[Wire], conditions: &[Guard], body: Vec<Stmt>) -> Vec<Stmt> {
        let mut body = body;
        let mut remaining: Vec<Guard> = conditions.to_vec();
        for (depth, wire) in order.iter().enumerate().rev() {
            let bound = &order[..depth];
            let (here, outer): (Vec<Guard>, Vec<Guard>) =
                remaining.into_iter().partition(|g| g.affine.wires().any(|w| !bound.contains(&w)));
            remaining = outer;
            let (bounds, here) = bounds(here, *wire);
            body = guarded(&here, body);
            body = vec![Stmt::Loop { variable: *wire, extent: self.extent(*wire), bounds, body }];
        }
        guarded(&remaining, body)
    }
}

/// Those conditions that bound a variable from below or from above, and the others.
fn bounds(conditions: Vec<Guard>, variable: Wire) -> (Vec<Affine>, Vec<Guard>) {
    let is_bound = |guard: &Guard| {
        let coefficient = guard.affine.coefficient(variable).as_constant();
        guard.test == Test::NonNegative && coefficient.is_some_and(|c| c.abs() == 1)
    };
    let (bounds, others): (Vec<Guard>, Vec<Guard>) = conditions.into_iter().partition(is_bound);
    (bounds.into_iter().map(|guard| guard.affine).collect(), others)
}

pub(super) fn guarded(conditions: &[Guard], body: Vec<Stmt>) -> Vec<Stmt> {
    if conditions.is_empty() { body } else { vec![Stmt::When { conditions: conditions.to_vec(), body }] }
}
