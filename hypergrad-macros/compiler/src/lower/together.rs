//! Products of one matrix that a function needs one after the other: `A u`, and `A x` or `A v` if the point has not got it yet.
//! A large matrix is read once for both.

use std::collections::BTreeSet;

use super::cost::LARGE_PRODUCT;
use super::program::{Along, Argument, Computes, Expr, Kernel, Program, Slice, Source, Stmt};
use crate::analysis::Stage;
use crate::differentiate::Quantity;
use crate::ir::{Graph, Op, Role};

/// Lets products with directions compute, along the way, the product that a buffer asked for later consists of.
pub fn pair(graph: &Graph, program: &mut Program) {
    let computations = &program.computations;
    let whole: Vec<(usize, &Kernel)> = (0..program.buffers.len())
        .filter_map(|k| Some((k, product_of_point(graph, &computations[k], program.buffers[k].stage)?)))
        .collect();
    for function in program.functions.iter_mut().filter(|f| is_asked_first(f.computes)) {
        for k in 0..function.body.len() {
            let needed = ensured(&function.body[k + 1..], computations);
            let Stmt::Kernel(kernel) = &mut function.body[k] else { continue };
            let others = whole.iter().filter(|(buffer, other)| needed.contains(buffer) && is_same_matrix(kernel, other));
            // The point most probably has what does not depend on v.
            let other = others.max_by_key(|(buffer, _)| program.buffers[*buffer].stage);
            kernel.along = other.map(|(buffer, other)| Box::new(Along { buffer: *buffer, kernel: (*other).clone() }));
        }
    }
}

/// Whether a point, or one with its v, may be asked for it before anything else: other products with directions follow
/// these, or `g_1`.
fn is_asked_first(computes: Computes) -> bool {
    matches!(computes, Computes::Problem(Quantity::F1Mul | Quantity::F1TrMul | Quantity::M11Mul))
}

/// A buffer of x or of v that is one product with its entries.
fn product_of_point<'p>(graph: &Graph, computation: &'p [Stmt], stage: Stage) -> Option<&'p Kernel> {
    let [Stmt::Zero { .. }, Stmt::Kernel(kernel)] = computation else { return None };
    let is_of_point = |slice: &Slice| {
        let Source::Input(id) = slice.source else { return false };
        let Op::Input(input) = graph.op(id) else { return false };
        let role = graph.input_info(*input).role;
        matches!(role, Role::X | Role::Adjoint) && Stage::of(role) == stage
    };
    operand(kernel).is_some_and(is_of_point).then_some(kernel)
}

/// The vector of a product that has a kernel for two vectors; of sparse matrices, gathering takes the time, not reading.
fn operand(kernel: &Kernel) -> Option<&Slice> {
    match (kernel.name, &kernel.arguments[..]) {
        ("gemv", [Argument::Value(alpha), .., Argument::Slice(x)]) if is_number(alpha) => Some(x),
        _ => None,
    }
}

/// Whether nothing is read for it.
fn is_number(value: &Expr) -> bool {
    let mut sources = Vec::new();
    value.sources(&mut sources);
    sources.is_empty()
}

fn is_same_matrix(kernel: &Kernel, other: &Kernel) -> bool {
    let both = (operand(kernel).is_some() && operand(other).is_some(), kernel.arguments.get(1), other.arguments.get(1));
    match both {
        (true, Some(Argument::Slice(a)), Some(Argument::Slice(b))) => {
            let is_large = a.length.as_constant().is_none_or(|length| length >= LARGE_PRODUCT);
            is_large && (a.source, &a.offset, &a.length) == (b.source, &b.offset, &b.length) && rows(kernel) == rows(other)
        }
        _ => false,
    }
}

fn rows(kernel: &Kernel) -> Option<&crate::ir::Size> {
    match kernel.arguments.get(2) {
        Some(Argument::Size(rows)) => Some(rows),
        _ => None,
    }
}

/// The buffers that statements make ready, and those that these need.
pub fn ensured(statements: &[Stmt], computations: &[Vec<Stmt>]) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut open: Vec<usize> = direct(statements).collect();
    while let Some(buffer) = open.pop() {
        if found.insert(buffer) {
            open.extend(direct(&computations[buffer]));
        }
    }
    found
}

fn direct(statements: &[Stmt]) -> impl Iterator<Item = usize> + '_ {
    statements.iter().filter_map(|s| if let Stmt::Ensure(buffer) = s { Some(*buffer) } else { None })
}
