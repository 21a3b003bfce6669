//! Recursions over a few numbers: a step is straight lines in place of loops over a few entries each.

use std::collections::BTreeSet;

use super::piece::{Piece, written_out};
use super::program::{Program, Source, Stmt};
use super::straight::lines;
use super::touched::touched;
use crate::analysis::Stage;
use crate::ir::{Affine, Size, Wire};

/// Writes the recursions of a program as loops over straight lines, where their steps are no more than that.
pub fn straighten(program: &mut Program, facts: &[Affine]) {
    let scratch: Vec<bool> = program.buffers.iter().map(|buffer| buffer.stage == Stage::Direction).collect();
    let functions = program.functions.iter_mut().map(|function| &mut function.body);
    for body in program.computations.iter_mut().chain(functions) {
        if !has_steps(body) {
            continue;
        }
        let mut kept = BTreeSet::new();
        look_at(body, facts, &mut kept);
        let is_local = |source: Source| match source {
            Source::Buffer(buffer) => scratch[buffer] && !kept.contains(&source),
            Source::Input(_) | Source::Sparse(_) | Source::Out => false,
        };
        replace(body, facts, &is_local);
    }
}

fn has_steps(body: &[Stmt]) -> bool {
    body.iter().any(|statement| match statement {
        Stmt::Steps { .. } => true,
        Stmt::Given { body, .. } => has_steps(body),
        Stmt::Choose { hoisted, plain, .. } => has_steps(hoisted) || has_steps(plain),
        Stmt::Ensure(_)
        | Stmt::Scratch(_)
        | Stmt::Zero { .. }
        | Stmt::Loop { .. }
        | Stmt::Entries { .. }
        | Stmt::When { .. }
        | Stmt::Store { .. }
        | Stmt::Let { .. }
        | Stmt::Sum { .. }
        | Stmt::Kernel(_) => false,
    })
}

/// The entries that a step sets, one after the other.
fn step(variable: Wire, extent: &Size, body: &[Stmt], facts: &[Affine]) -> Option<Vec<Piece>> {
    let outer = [(variable, extent.clone())];
    let all: Option<Vec<Vec<Piece>>> = body.iter().map(|statement| written_out(statement, facts, &outer)).collect();
    all.map(|all| all.into_iter().flatten().collect())
}

/// Adds what has to be stored: what is read by other statements than the steps that have set it just before.
fn look_at(body: &[Stmt], facts: &[Affine], kept: &mut BTreeSet<Source>) {
    for statement in body {
        match statement {
            Stmt::Scratch(_) => {}
            Stmt::Given { body, .. } => look_at(body, facts, kept),
            Stmt::Choose { hoisted, plain, .. } => {
                look_at(hoisted, facts, kept);
                look_at(plain, facts, kept);
            }
            Stmt::Steps { variable, extent, body } => match step(*variable, extent, body, facts) {
                Some(pieces) => kept.extend(read_before_set(&pieces)),
                None => look_at(body, facts, kept),
            },
            Stmt::Ensure(_)
            | Stmt::Zero { .. }
            | Stmt::Loop { .. }
            | Stmt::Entries { .. }
            | Stmt::When { .. }
            | Stmt::Store { .. }
            | Stmt::Let { .. }
            | Stmt::Sum { .. }
            | Stmt::Kernel(_) => {
                let mut written = BTreeSet::new();
                touched(statement, kept, &mut written);
                kept.extend(written);
            }
        }
    }
}

/// Sources of which pieces read an entry that none before them has set.
pub fn read_before_set(pieces: &[Piece]) -> BTreeSet<Source> {
    let (mut set, mut found) = (BTreeSet::new(), BTreeSet::new());
    for piece in pieces {
        let mut loads = Vec::new();
        piece.value.loads(&mut loads);
        found.extend(loads.iter().filter(|(source, at)| !set.contains(&(*source, *at))).map(|(source, _)| *source));
        set.insert((piece.target, &piece.offset));
    }
    found
}

fn replace(body: &mut Vec<Stmt>, facts: &[Affine], is_local: &dyn Fn(Source) -> bool) {
    body.retain(|statement| !matches!(statement, Stmt::Scratch(buffer) if is_local(Source::Buffer(*buffer))));
    for statement in body {
        match statement {
            Stmt::Given { body, .. } => replace(body, facts, is_local),
            Stmt::Choose { hoisted, plain, .. } => {
                replace(hoisted, facts, is_local);
                replace(plain, facts, is_local);
            }
            Stmt::Steps { variable, extent, body } => match step(*variable, extent, body, facts) {
                Some(pieces) => {
                    let body = lines(&pieces, &|piece| !is_local(piece.target));
                    *statement = Stmt::Loop { variable: *variable, extent: extent.clone(), bounds: Vec::new(), body };
                }
                None => replace(body, facts, is_local),
            },
            Stmt::Ensure(_)
            | Stmt::Scratch(_)
            | Stmt::Zero { .. }
            | Stmt::Loop { .. }
            | Stmt::Entries { .. }
            | Stmt::When { .. }
            | Stmt::Store { .. }
            | Stmt::Let { .. }
            | Stmt::Sum { .. }
            | Stmt::Kernel(_) => {}
        }
    }
}
