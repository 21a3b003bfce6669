//! From nodes to a program of loops and kernel calls over buffers.

mod body;
mod cached;
mod calls;
mod centre;
mod common;
mod conditions;
mod context;
mod contract;
mod cost;
mod decisions;
mod diagonals;
mod differences;
mod exponentials;
mod expression;
mod flatten;
mod functions;
mod fuse;
mod guarded;
mod hoist;
mod implied;
mod joint;
mod khatri_rao;
mod materialise;
mod nest;
mod nominal;
mod order;
mod pattern;
mod piece;
pub mod program;
mod reading;
mod recursion;
mod regions;
mod samples;
mod sharing;
mod solve;
mod sparse;
mod steps;
mod straight;
mod strips;
mod together;
mod total;
mod touched;
mod write;

use crate::analysis::{Stage, Stages};
use crate::differentiate::Quantities;
use crate::ir::{Graph, Id, Size};
use crate::shape::Sizes;
use body::Body;
use context::Context;
use program::{Buffer, Choice, Made, Place, Program, Source};

/// Rewrites the quantities into contractions that can be chosen freely. Facts are read after this.
pub fn normalise(graph: &mut Graph, sizes: &Sizes, quantities: &mut Quantities) {
    let roots: Vec<Id> = quantities.roots().iter().map(|id| **id).collect();
    let images = flatten::flatten(graph, sizes, &roots);
    for (root, image) in quantities.roots().into_iter().zip(images) {
        *root = image;
    }
}

/// Chooses contraction orders and storage, and lowers every quantity.
pub fn lower(graph: &mut Graph, sizes: &Sizes, quantities: &mut Quantities) -> Program {
    quantities.forget_tensors();
    quantities.settle_matrices(graph);
    let roots: Vec<Id> = quantities.roots().iter().map(|id| **id).collect();
    let nominal = nominal::Nominal::new(graph, &roots);
    let roots = centre::shift(graph, &roots);
    let mut stages = Stages::new(sizes);
    let roots = common::factor(graph, &mut stages, &roots);
    for (root, image) in quantities.roots().into_iter().zip(&roots) {
        *root = *image;
    }
    diagonals::from_products(graph, quantities);
    let roots: Vec<Id> = quantities.roots().iter().map(|id| **id).collect();
    let plan = contract::plan(graph, &mut stages, &roots, &nominal);
    for (root, image) in quantities.roots().into_iter().zip(&plan.roots) {
        *root = *image;
    }
    let f_1 = quantities.f_1.iter().flatten().flatten();
    let f_1_stage = f_1.map(|id| stages.get(graph, *id)).max();
    let storage = materialise::decide(graph, &mut stages, &plan.roots, &plan.hoists);
    let mut context = Context::new(graph, sizes, &mut stages, storage, plan.hoists);
    let draft = program(&context, quantities, Program::default());
    context.local = sharing::single_use(&draft).into_iter().filter(|buffer| !solve::is_factor(&context, *buffer)).collect();
    let mut program = if context.local.is_empty() { draft } else { program(&context, quantities, draft) };
    together::pair(graph, &mut program);
    fuse::fuse(&mut program);
    total::sum(&mut program);
    steps::straighten(&mut program, &context.facts);
    cached::group(&mut program, &context.facts);
    regions::merge(&mut program, &context.facts);
    implied::drop_implied(&mut program);
    let samples = samples::samples(&context, sizes, quantities, &program);
    let offsets: Vec<Size> = [&quantities.x, &quantities.y].into_iter().flat_map(|blocks| offsets(graph, blocks)).collect();
    strips::take(&mut program, &offsets);
    exponentials::share(&mut program);
    let mut program = Program { f_1_stage, samples, ..program };
    joint::merge(&mut program);
    program
}

/// Where each block of a variable starts.
fn offsets(graph: &Graph, blocks: &[Id]) -> Vec<Size> {
    let lengths = blocks.iter().map(|block| Size::product(graph.shape(*block)));
    let starts = lengths.scan(Size::zero(), |next, length| {
        let start = next.clone();
        *next = next.add(&length);
        Some(start)
    });
    starts.collect()
}

/// The program; what a draft has of it and reads no buffer that is local now is as it was.
fn program(context: &Context<'_>, quantities: &Quantities, draft: Program) -> Program {
    let graph = context.graph;
    let mut program = Program::default();
    let mut drafted = draft.computations.into_iter();
    for (node, number) in &context.buffers {
        let length = Size::product(graph.shape(*node));
        let stage = context.buffer_stage(*node);
        program.buffers.push(Buffer { stage, length, made: Made::Alone });
        let drafted = drafted.next().filter(|body| stage != Stage::Direction && !sharing::reads(body, &context.local));
        program.computations.push(drafted.unwrap_or_else(|| {
            let mut body = Body::new(context, Some(*number));
            if stage != Stage::Direction {
                body.write(*node, &Place::natural(Source::Buffer(*number), graph.shape(*node)));
            }
            body.statements
        }));
    }
    program.choices = context
        .hoists
        .values()
        .map(|h| Choice { hoisted_cost: h.hoisted_cost.clone(), plain_cost: h.plain_cost.clone(), memory: h.memory.clone() })
        .collect();
    program.functions = functions::functions(context, quantities, draft.functions);
    program.violations = functions::violations(context, quantities);
    program.factors = solve::factors(context);
    program
}
