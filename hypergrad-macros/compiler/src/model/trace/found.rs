//! What a factorisation finds, where an `Option` says whether it did: `if let Some(c) = a.cholesky()`, `a.try_inverse()?`.
//!
//! It is read on the way on which something is found. At a point where nothing is, what is computed of the factor is no
//! number, and the point is an error that names the matrix. So what comes of the function has to be computed of the
//! factor: a mere question, `a.cholesky().is_some()`, would be answered wrongly.

use std::collections::BTreeSet;

use proc_macro2::Span;

use super::Tracer;
use super::condition::Condition;
use super::value::Value;
use super::variant::Choice;
use crate::ir::{Func, Id, Op, Reduction};

/// A solution, inverse or factorisation, and the factor on which it hangs.
#[derive(Clone, Debug)]
pub struct Present {
    pub value: Value,
    pub factor: Id,
}

/// That something is found was taken for granted here.
#[derive(Debug)]
pub struct Granted {
    factor: Id,
    span: Span,
    /// Whether what is found has a name: rustc says where that is not used.
    is_named: bool,
}

impl Tracer<'_> {
    /// What is found, as an `Option` like others.
    pub(super) fn granted(&mut self, present: Present, span: Span, is_named: bool) -> Choice {
        self.granted.push(Granted { factor: present.factor, span, is_named });
        Choice::some_where(Condition::Constant(true), present.value)
    }

    /// Refuses questions whether something is found whose answer alone is read.
    pub(super) fn check_granted(&mut self, result: &Value) {
        let all = std::mem::take(&mut self.granted);
        if all.is_empty() {
            return;
        }
        let mut roots = Vec::new();
        nodes_of(result, &mut roots);
        let read = self.read_as_numbers(&roots);
        // In steps that need each other the factor has another name than it had when it was read.
        let is_in_steps = read.iter().any(|id| self.graph.is_open(*id) && self.graph.factored(*id).is_some());
        let named: BTreeSet<Id> = all.iter().filter(|granted| granted.is_named).map(|granted| granted.factor).collect();
        for Granted { factor, span, .. } in all {
            let is_read = read.contains(&factor) || is_in_steps && named.contains(&factor);
            if !is_read {
                self.diagnostics.error_with_help(
                    span,
                    "whether there is a solution is asked here, and what comes of it is not computed of the solution",
                    "compute the result of it, `match a.cholesky() { Some(c) => c.solve(&b), .. }`: at a point where there is \
                     none, `problem` returns an `Err` that names the matrix",
                );
            }
        }
    }

    /// What these nodes are computed of, so that they are no numbers where it is none.
    fn read_as_numbers(&self, roots: &[Id]) -> BTreeSet<Id> {
        let (mut found, mut pending) = (BTreeSet::new(), roots.to_vec());
        while let Some(id) = pending.pop() {
            let op = self.graph.op(id);
            if !hides_no_number(op) && found.insert(id) {
                op.extend_by_operands(&mut pending);
            }
        }
        found
    }
}

/// Whether a node can be a number where what it reads is none.
fn hides_no_number(op: &Op) -> bool {
    match op {
        Op::Map(func, _) => matches!(
            func,
            Func::Max | Func::Min | Func::TieGt | Func::Lt | Func::Le | Func::Gt | Func::Ge | Func::Eq | Func::Ne | Func::Inside
        ),
        Op::Reduce { kind, .. } => matches!(kind, Reduction::Max | Reduction::Min),
        Op::Input(_)
        | Op::Constant(_)
        | Op::Count(_)
        | Op::Iota
        | Op::Product(_)
        | Op::Sum(_)
        | Op::Weights { .. }
        | Op::Exclusive { .. }
        | Op::Factor { .. }
        | Op::Solve { .. }
        | Op::Lower { .. }
        | Op::Determinant { .. }
        | Op::Scan(_)
        | Op::State { .. }
        | Op::Slot(_) => false,
    }
}

/// Whether a pattern gives what it meets a name that is to be used.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
pub fn binds_a_name(pattern: &syn::Pat) -> bool {
    match pattern {
        syn::Pat::Ident(name) => !name.ident.to_string().starts_with('_'),
        syn::Pat::Paren(inner) => binds_a_name(&inner.pat),
        syn::Pat::Reference(inner) => binds_a_name(&inner.pat),
        syn::Pat::Type(typed) => binds_a_name(&typed.pat),
        _ => false,
    }
}

/// The nodes of all tensors of a value.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other value is a result")]
fn nodes_of(value: &Value, nodes: &mut Vec<Id>) {
    match value {
        Value::Tensor(tensor) | Value::Integer(tensor) => nodes.push(tensor.node),
        Value::Tuple(values) | Value::Array(values) => values.iter().for_each(|value| nodes_of(value, nodes)),
        Value::Struct(structure) => structure.fields.iter().for_each(|(_, value)| nodes_of(value, nodes)),
        _ => {}
    }
}
