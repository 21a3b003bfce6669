//! The smart constructor of sums: flat, like terms merged, constants folded.

use std::collections::BTreeMap;

use super::func::Number;
use super::graph::Graph;
use super::node::{Id, Op, Product, Term, View};
use super::size::Size;

impl Graph {
    /// `Σ coefficient · term`, in normal form.
    pub fn sum(&mut self, terms: Vec<Term>, shape: Vec<Size>) -> Id {
        let mut merged: BTreeMap<View, f64> = BTreeMap::new();
        for term in terms {
            self.merge(&mut merged, term.coefficient.get(), term.view);
        }
        merged.retain(|_, coefficient| *coefficient != 0.0);
        if let Some(id) = super::stabilise::sum(self, &merged, &shape) {
            return id;
        }
        if merged.len() == 1
            && let Some((view, coefficient)) = merged.first_key_value()
        {
            let (view, coefficient) = (view.clone(), *coefficient);
            return self.view(coefficient, &view, shape);
        }
        if merged.is_empty() {
            return self.zero(shape);
        }
        let terms = merged.into_iter().map(|(view, coefficient)| Term { coefficient: Number::new(coefficient), view }).collect();
        self.intern(Op::Sum(terms), shape)
    }

    /// The sum of nodes of one shape.
    pub fn add_all(&mut self, nodes: &[Id], shape: Vec<Size>) -> Id {
        let terms = nodes.iter().map(|n| self.term(1.0, *n)).collect();
        self.sum(terms, shape)
    }

    /// `a - b`, of one shape.
    pub fn subtract(&mut self, a: Id, b: Id) -> Id {
        let shape = self.shape(a).to_vec();
        let terms = vec![self.term(1.0, a), self.term(-1.0, b)];
        self.sum(terms, shape)
    }

    /// Adds `coefficient · view`, looked through scalings, permutations, broadcasts and sums.
    pub fn merge(&mut self, merged: &mut BTreeMap<View, f64>, coefficient: f64, view: View) {
        // A product of numbers that overflows or vanishes is left to the program: it may be brought back.
        let fits = |factor: f64| {
            let product = coefficient * factor;
            coefficient == 0.0 || factor == 0.0 || product.is_finite() && product.abs() >= f64::MIN_POSITIVE
        };
        if let Some((inner_coefficient, inner)) = self.as_view(view.node).filter(|(factor, _)| fits(*factor)) {
            let axes = inner.axes.iter().map(|a| view.axes[*a]).collect();
            return self.merge(merged, coefficient * inner_coefficient, View { node: inner.node, axes });
        }
        if let Some(value) = self.as_uniform(view.node) {
            let one = self.constant(1.0);
            *merged.entry(View { node: one, axes: Vec::new() }).or_insert(0.0) += coefficient * value;
            return;
        }
        let node = self.shared(view.node);
        match &node.op {
            Op::Sum(terms) if terms.iter().all(|term| fits(term.coefficient.get())) => {
                for term in terms {
                    let axes = term.view.axes.iter().map(|a| view.axes[*a]).collect();
                    self.merge(merged, coefficient * term.coefficient.get(), View { node: term.view.node, axes });
                }
            }
            // Terms that differ by a factor are alike: the factor moves into the sum.
            Op::Product(product) if product.coefficient.get() != 1.0 && fits(product.coefficient.get()) => {
                let factor = product.coefficient.get();
                let unit = Product { coefficient: Number::new(1.0), ..product.clone() };
                let unit = self.intern(Op::Product(unit), node.shape.clone());
                *merged.entry(View { node: unit, ..view }).or_insert(0.0) += coefficient * factor;
            }
            Op::Input(_)
            | Op::Constant(_)
            | Op::Count(_)
            | Op::Iota
            | Op::Product(_)
            | Op::Sum(_)
            | Op::Map(..)
            | Op::Reduce { .. }
            | Op::Weights { .. }
            | Op::Exclusive { .. }
            | Op::Factor { .. }
            | Op::Solve { .. }
            | Op::Lower { .. }
            | Op::Determinant { .. }
            | Op::Scan(_)
            | Op::State { .. }
            | Op::Slot(_) => *merged.entry(view).or_insert(0.0) += coefficient,
        }
    }
}
