//! Factors, solutions and determinants as calls of the runtime, each in the place of its operand: the
//! matrix is written to where its factor will stand, the right side to where the solution will.

use super::body::Body;
use super::context::Context;
use super::program::{Argument, Factor, Place};
use crate::analysis::Stage;
use crate::ir::{Elimination, Id, Op, Size};

impl Body<'_> {
    pub(super) fn eliminated(&mut self, node: Id, elimination: Elimination, arg: Id, place: &Place) {
        let graph = self.context.graph;
        let (n, packed) = (graph.shape(arg)[0].clone(), graph.shape(node)[0].clone());
        let batch = place.strides[1..].iter().cloned();
        let strides = [Size::constant(1), n.clone()].into_iter().chain(batch).collect();
        debug_assert!(place.strides.get(1).is_none_or(|stride| *stride == packed), "factors lie one after another");
        self.write(arg, &Place { strides, ..place.clone() });
        let name = match elimination {
            Elimination::Gauss => "factor_lu",
            Elimination::Cholesky => "factor_cholesky",
        };
        let length = Size::product(graph.shape(node));
        self.call(name, vec![Argument::Size(n.clone()), Argument::Elimination { rows: n }], place, length, None);
    }

    pub(super) fn solve(&mut self, factor: Id, rhs: Id, transposed: bool, place: &Place) {
        let name = match (self.elimination(factor), transposed) {
            (Elimination::Gauss, false) => "solve_lu",
            (Elimination::Gauss, true) => "solve_lu_tr",
            (Elimination::Cholesky, _) => "solve_cholesky",
        };
        self.write(rhs, place);
        let shape = self.context.graph.shape(rhs).to_vec();
        let batches = self.context.graph.order(factor) - 1;
        let columns = Size::product(&shape[1..shape.len() - batches]);
        let arguments = vec![self.factor_of(factor), Argument::Size(shape[0].clone()), Argument::Size(columns)];
        self.call(name, arguments, place, Size::product(&shape), None);
    }

    pub(super) fn determinant(&mut self, node: Id, factor: Id, logarithm: bool, place: &Place) {
        let name = match (self.elimination(factor), logarithm) {
            (Elimination::Gauss, false) => "determinant_lu",
            (Elimination::Gauss, true) => "ln_determinant_lu",
            (Elimination::Cholesky, false) => "determinant_cholesky",
            (Elimination::Cholesky, true) => "ln_determinant_cholesky",
        };
        let arguments = vec![self.factor_of(factor), Argument::Size(rows(self.context, factor))];
        self.call(name, arguments, place, Size::product(self.context.graph.shape(node)), None);
    }

    pub(super) fn lower(&mut self, node: Id, factor: Id, place: &Place) {
        let arguments = vec![self.factor_of(factor), Argument::Size(rows(self.context, factor))];
        self.call("lower_cholesky", arguments, place, Size::product(self.context.graph.shape(node)), None);
    }

    fn elimination(&self, factor: Id) -> Elimination {
        self.context.graph.factored(factor).map_or(Elimination::Gauss, |(elimination, _)| elimination)
    }

    fn factor_of(&mut self, factor: Id) -> Argument {
        let shape = self.context.graph.shape(factor).to_vec();
        let Some(place) = self.context.place(factor) else { unreachable!("factors are stored") };
        self.slice(&place, Size::product(&shape))
    }
}

/// Rows of the matrix that was factored.
fn rows(context: &Context<'_>, factor: Id) -> Size {
    context.graph.factored(factor).map(|(_, arg)| context.graph.shape(arg)[0].clone()).unwrap_or_default()
}

/// Every factor, with what its matrix is.
pub(super) fn factors(context: &Context<'_>) -> Vec<Factor> {
    let own = |(node, buffer): (&Id, &usize)| {
        if let Op::Factor { arg, .. } = context.graph.op(*node) {
            Some(Factor { buffer: *buffer, matrix: *arg, rows: rows(context, *node) })
        } else {
            None
        }
    };
    // Those of a step are gone after it.
    let is_kept = |node: &Id| context.stage(*node) < Stage::Direction;
    context.buffers.iter().filter(|(node, _)| is_kept(node)).filter_map(own).collect()
}

/// Whether a buffer says why a point has no finite value: it is kept for whoever asks.
pub(super) fn is_factor(context: &Context<'_>, buffer: usize) -> bool {
    matches!(context.graph.op(context.nodes[buffer]), Op::Factor { .. })
}
