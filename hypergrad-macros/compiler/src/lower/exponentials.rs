//! Functions of one vector that need the same exponentials: `e^-|t|` is kept by the first of them that is asked for, but
//! by those that come last: to keep them costs a little.

use std::collections::{BTreeMap, BTreeSet};

use super::program::{Argument, Buffer, Exponential, Kernel, Made, Program, Source, Stmt};
use crate::analysis::Stage;

/// Functions that are a few operations on `e^-|t|`.
const OF_ONE: [&str; 4] = ["softplus", "softplus_sum", "sigmoid", "logistic_2"];

/// The highest derivative: where it is asked for, the others have been, or are not going to be.
const LAST: &str = "logistic_2";

/// Gives such functions of a vector that a point keeps a buffer for the exponentials, where there are several.
pub fn share(program: &mut Program) {
    let mut functions: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for kernel in program.computations.iter().chain(program.functions.iter().map(|f| &f.body)).flatten().filter_map(call) {
        if let Some(vector) = vector(&program.buffers, kernel) {
            functions.entry(vector).or_default().insert(kernel.name);
        }
    }
    functions.retain(|_, names| names.len() > 1);
    let mut shared = BTreeMap::new();
    for vector in functions.into_keys() {
        shared.insert(vector, program.buffers.len());
        let Buffer { stage, length, .. } = program.buffers[vector].clone();
        program.buffers.push(Buffer { stage, length, made: Made::Along });
        program.computations.push(Vec::new());
    }
    let Program { buffers, computations, functions, .. } = program;
    for statement in computations.iter_mut().chain(functions.iter_mut().map(|f| &mut f.body)).flatten() {
        if let Stmt::Kernel(kernel) = statement {
            let number = vector(buffers, kernel).and_then(|vector| shared.get(&vector).copied());
            kernel.exponential = number.map(|buffer| Exponential { buffer, is_kept: kernel.name != LAST });
        }
    }
}

fn call(statement: &Stmt) -> Option<&Kernel> {
    if let Stmt::Kernel(kernel) = statement { Some(kernel) } else { None }
}

/// The buffer of a point that such a function reads, all of it.
fn vector(buffers: &[Buffer], kernel: &Kernel) -> Option<usize> {
    let [Argument::Slice(from)] = &kernel.arguments[..] else { return None };
    let Source::Buffer(number) = from.source else { return None };
    let Buffer { stage, length, made } = &buffers[number];
    let is_kept = matches!(stage, Stage::Y | Stage::X) && *made != Made::Never;
    let is_whole = from.offset.is_zero() && from.length == *length;
    // An image for each entry, or the sum of them.
    let of_all = kernel.returns.is_some() || (kernel.writes && kernel.target.length == *length);
    (of_all && OF_ONE.contains(&kernel.name) && is_kept && is_whole).then_some(number)
}
