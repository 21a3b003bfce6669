//! Statements that one kernel computes: a product or a function that writes its target, where zeros or its argument
//! were written there first; the square of what is affine, which is not stored at all. What is written in some pieces
//! and read in others just after is waited for.

use std::collections::BTreeSet;

use super::program::{Argument, Expr, Kernel, Program, Slice, Source, Stmt, natural_strides};
use crate::analysis::Stage;
use crate::ir::{Affine, Size};

/// Lets kernels do what the statements before them prepare.
pub fn fuse(program: &mut Program) {
    for computation in &mut program.computations {
        write_at_once(computation);
    }
    for function in &mut program.functions {
        write_at_once(&mut function.body);
        let scratch = |buffer: usize| program.buffers[buffer].stage == Stage::Direction;
        while let Some(found) = affine_square(&function.body, &scratch) {
            found.replace(&mut function.body);
        }
    }
}

fn write_at_once(statements: &mut Vec<Stmt>) {
    let mut done: Vec<Stmt> = Vec::with_capacity(statements.len());
    for mut statement in std::mem::take(statements) {
        match &mut statement {
            Stmt::Kernel(kernel) => {
                // What makes buffers ready between the two touches neither.
                let before = done.iter().rposition(|s| !matches!(s, Stmt::Ensure(_)));
                if let Some(before) = before
                    && takes_over(kernel, &done[before])
                {
                    done.remove(before);
                }
            }
            Stmt::Steps { body, .. } | Stmt::Given { body, .. } => write_at_once(body),
            Stmt::Choose { hoisted, plain, .. } => {
                write_at_once(hoisted);
                write_at_once(plain);
            }
            Stmt::Ensure(_)
            | Stmt::Scratch(_)
            | Stmt::Zero { .. }
            | Stmt::Loop { .. }
            | Stmt::Entries { .. }
            | Stmt::When { .. }
            | Stmt::Store { .. }
            | Stmt::Let { .. }
            | Stmt::Sum { .. } => {}
        }
        done.push(statement);
    }
    *statements = done;
}

/// Lets a kernel write what it changes, if a statement has written its target, and nothing else, for it.
fn takes_over(kernel: &mut Kernel, before: &Stmt) -> bool {
    let is_function = kernel.arguments.is_empty() && kernel.returns.is_none();
    match before {
        Stmt::Zero { place, shape } => {
            let written = Slice { source: place.source, offset: place.offset.clone(), length: Size::product(shape) };
            kernel.writes = kernel.name == "gemv"
                && kernel.along.is_none()
                && place.strides == natural_strides(shape)
                && written == kernel.target;
        }
        Stmt::Loop { .. } if is_function => {
            let Some((from, _)) = multiple(before, &kernel.target).filter(|(_, coefficient)| *coefficient == 1.0) else {
                return false;
            };
            if from.source != kernel.target.source {
                kernel.arguments.push(Argument::Slice(from));
                kernel.writes = true;
            }
        }
        Stmt::Loop { .. }
        | Stmt::Ensure(_)
        | Stmt::Scratch(_)
        | Stmt::Entries { .. }
        | Stmt::When { .. }
        | Stmt::Store { .. }
        | Stmt::Let { .. }
        | Stmt::Sum { .. }
        | Stmt::Steps { .. }
        | Stmt::Given { .. }
        | Stmt::Choose { .. }
        | Stmt::Kernel(_) => {}
    }
    kernel.writes
}

/// Of a loop that writes a slice: what it is a multiple of, and how many times.
fn multiple(statement: &Stmt, target: &Slice) -> Option<(Slice, f64)> {
    let Stmt::Loop { variable, extent, bounds, body } = statement else { return None };
    let [Stmt::Store { target: source, offset, add: false, value }] = &body[..] else { return None };
    let (coefficient, from, from_offset) = value.as_multiple()?;
    let first = |index: &Affine| {
        let start = index.substitute(&|wire| if wire == *variable { Affine::default() } else { Affine::wire(wire) });
        index.coefficient(*variable).is_one().then(|| start.as_size().cloned()).flatten()
    };
    let written = Slice { source: *source, offset: first(offset)?, length: extent.clone() };
    let read = Slice { source: from, offset: first(from_offset)?, length: extent.clone() };
    // Of what is empty an access may start past the end.
    let within = read.offset.is_zero() || extent.as_constant().is_some();
    (bounds.is_empty() && within && written == *target).then_some((read, coefficient))
}

/// Statements that compute `c |beta b + alpha A x|²` by a buffer of their own.
struct Square {
    /// That make the buffer, set it and add to it.
    before: [usize; 3],
    last: usize,
    kernel: Kernel,
}

impl Square {
    fn replace(self, body: &mut Vec<Stmt>) {
        body[self.last] = Stmt::Kernel(self.kernel);
        for unused in self.before.into_iter().rev() {
            body.remove(unused);
        }
    }
}

/// Sets a buffer to a multiple of a vector, adds a product to it, and squares it; nothing else reads or writes it.
fn affine_square(body: &[Stmt], scratch: &dyn Fn(usize) -> bool) -> Option<Square> {
    (0..body.len()).find_map(|k| {
        let Stmt::Kernel(dot) = &body[k] else { return None };
        let whole = squared(dot)?;
        let Source::Buffer(buffer) = whole.source else { return None };
        let users: Vec<usize> = (0..body.len()).filter(|k| touches(&body[*k], buffer)).collect();
        let [made, start, product, last] = users[..] else { return None };
        let (Stmt::Scratch(_), Stmt::Kernel(gemv)) = (&body[made], &body[product]) else { return None };
        let is_product = gemv.name == "gemv" && !gemv.writes && gemv.along.is_none() && gemv.target == *whole;
        if !is_product || last != k || !scratch(buffer) {
            return None;
        }
        let (b, beta) = multiple(&body[start], whole)?;
        let mut arguments = vec![Argument::Value(Expr::Number(beta)), Argument::Slice(b)];
        arguments.extend(gemv.arguments.iter().cloned());
        let kernel = Kernel { name: "affine_square", arguments, ..dot.clone() };
        Some(Square { before: [made, start, product], last, kernel })
    })
}

/// What a kernel multiplies by itself.
fn squared(kernel: &Kernel) -> Option<&Slice> {
    match &kernel.arguments[..] {
        [Argument::Slice(a), Argument::Slice(b)] if kernel.name == "dot" && a == b => Some(a),
        _ => None,
    }
}

/// Whether a statement, or one inside of it, has to do with a buffer.
pub(super) fn touches(statement: &Stmt, buffer: usize) -> bool {
    let any = |body: &[Stmt]| body.iter().any(|s| touches(s, buffer));
    match statement {
        Stmt::Ensure(own) | Stmt::Scratch(own) => *own == buffer,
        Stmt::Steps { body, .. } | Stmt::Given { body, .. } => any(body),
        Stmt::Choose { hoisted, plain, .. } => any(hoisted) || any(plain),
        Stmt::Zero { .. }
        | Stmt::Loop { .. }
        | Stmt::Entries { .. }
        | Stmt::When { .. }
        | Stmt::Store { .. }
        | Stmt::Let { .. }
        | Stmt::Sum { .. }
        | Stmt::Kernel(_) => {
            let (mut reads, mut writes) = (BTreeSet::new(), BTreeSet::new());
            statement.sources(&mut reads, &mut writes);
            reads.union(&writes).any(|source| *source == Source::Buffer(buffer))
        }
    }
}
