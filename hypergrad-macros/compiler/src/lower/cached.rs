//! Buffers of a point that are computed by loops over the same values, and wanted by the same functions: one loop
//! makes them ready, and what no other reads is not stored at all.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::cost::MANY_BUFFERS;
use super::piece::{Piece, of_loop};
use super::program::{Made, Program, Source, Stmt};
use super::straight::lines;
use super::touched::touched;
use crate::analysis::Stage;
use crate::ir::{Affine, Size, Wire};

/// Functions, a bit each.
type Functions = u128;

/// A buffer that is set by one loop.
struct Loop {
    variable: Wire,
    extent: Size,
    pieces: Vec<Piece>,
    /// What has to be ready before.
    needs: BTreeSet<usize>,
}

/// Groups the buffers of a program that has many.
pub fn group(program: &mut Program, facts: &[Affine]) {
    let loops: Vec<Option<Loop>> = (0..program.buffers.len()).map(|buffer| one_loop(program, buffer, facts)).collect();
    if loops.iter().flatten().count() < MANY_BUFFERS || program.functions.len() >= Functions::BITS as usize {
        return;
    }
    let groups = groups(program, &loops);
    let mut leaders: Vec<usize> = (0..program.buffers.len()).collect();
    for group in &groups {
        group.iter().for_each(|member| leaders[*member] = group[0]);
    }
    let read = read_elsewhere(program, &leaders);
    let mut loops = loops;
    for group in groups {
        let (mut needs, mut pieces, mut span) = (BTreeSet::new(), Vec::new(), None);
        for own in group.iter().filter_map(|member| loops[*member].take()) {
            needs.extend(own.needs.iter().filter(|need| !group.contains(need)).copied());
            pieces.extend(own.pieces);
            span = Some((own.variable, own.extent));
        }
        let Some((variable, extent)) = span else { continue };
        let is_read = |source: Source| matches!(source, Source::Buffer(buffer) if read.contains(&buffer));
        let body = lines(&pieces, &|piece| is_read(piece.target));
        for member in &group[1..] {
            program.computations[*member].clear();
            program.buffers[*member].made = Made::With(group[0]);
        }
        for member in group.iter().filter(|member| !read.contains(member)) {
            program.buffers[*member].made = if *member == group[0] { Made::Ready } else { Made::Never };
        }
        let ready = needs.into_iter().map(Stmt::Ensure);
        let whole = Stmt::Loop { variable, extent, bounds: Vec::new(), body };
        program.computations[group[0]] = ready.chain([whole]).collect();
    }
    let functions = program.functions.iter_mut().map(|function| &mut function.body);
    let all = program.computations.iter_mut().chain(functions).chain(&mut program.violations);
    all.for_each(|body| follow(body, &leaders));
}

fn one_loop(program: &Program, buffer: usize, facts: &[Affine]) -> Option<Loop> {
    if !matches!(program.buffers[buffer].stage, Stage::X | Stage::Adjoint) {
        return None;
    }
    let (last, before) = program.computations[buffer].split_last()?;
    let needs = before.iter().map(|statement| if let Stmt::Ensure(need) = statement { Some(*need) } else { None });
    let needs = needs.collect::<Option<BTreeSet<usize>>>()?;
    let (variable, extent, pieces) = of_loop(last, facts)?;
    let sets = pieces.iter().all(|piece| piece.target == Source::Buffer(buffer));
    sets.then_some(Loop { variable, extent, pieces, needs })
}

/// Buffers that one loop can set: wanted by the same functions, and none of them needs one of the others by way of what
/// is made elsewhere.
fn groups(program: &Program, loops: &[Option<Loop>]) -> Vec<Vec<usize>> {
    let wanted = wanted_by(program);
    let mut levels = vec![0_usize; loops.len()];
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut known: FxHashMap<(Stage, Size, Functions, usize), usize> = FxHashMap::default();
    for (buffer, own) in loops.iter().enumerate() {
        let class = |buffer: usize| {
            let own = loops[buffer].as_ref()?;
            Some((program.buffers[buffer].stage, own.extent.clone(), wanted[buffer]))
        };
        let mut needs = BTreeSet::new();
        demands(&program.computations[buffer], &mut |need| {
            needs.insert(need);
        });
        let level_after = |need: usize| {
            let together =
                class(need).is_some() && class(need) == class(buffer) && reads_in_step(own.as_ref(), loops[need].as_ref());
            levels[need] + usize::from(!together)
        };
        levels[buffer] = needs.into_iter().map(level_after).max().unwrap_or(0);
        if let Some((stage, extent, wanted)) = class(buffer) {
            let group = *known.entry((stage, extent, wanted, levels[buffer])).or_insert_with(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
            groups[group].push(buffer);
        }
    }
    groups.retain(|group| group.len() > 1);
    groups
}

/// Whether a loop reads of another only what that sets at the same value of the variable.
fn reads_in_step(reader: Option<&Loop>, other: Option<&Loop>) -> bool {
    let (Some(reader), Some(other)) = (reader, other) else { return false };
    let targets: BTreeSet<Source> = other.pieces.iter().map(|piece| piece.target).collect();
    reader.pieces.iter().all(|piece| {
        let mut loads = Vec::new();
        piece.value.loads(&mut loads);
        let is_set = |at: &Affine| other.pieces.iter().any(|piece| piece.offset == *at);
        loads.iter().all(|(source, at)| !targets.contains(source) || is_set(at))
    })
}

/// By which functions each buffer is wanted.
fn wanted_by(program: &Program) -> Vec<Functions> {
    let mut wanted: Vec<Functions> = vec![0; program.buffers.len()];
    for (number, function) in program.functions.iter().enumerate() {
        demands(&function.body, &mut |buffer| wanted[buffer] |= 1 << number);
    }
    for body in &program.violations {
        demands(body, &mut |buffer| wanted[buffer] |= 1 << (Functions::BITS - 1));
    }
    // What a buffer needs has a smaller number.
    for buffer in (0..program.buffers.len()).rev() {
        let own = wanted[buffer];
        demands(&program.computations[buffer], &mut |need| wanted[need] |= own);
    }
    wanted
}

/// What statements, and those inside of them, ask to be ready.
fn demands(body: &[Stmt], found: &mut dyn FnMut(usize)) {
    for statement in body {
        match statement {
            Stmt::Ensure(buffer) => found(*buffer),
            Stmt::Steps { body, .. } | Stmt::Given { body, .. } => demands(body, found),
            Stmt::Choose { hoisted, plain, .. } => {
                demands(hoisted, found);
                demands(plain, found);
            }
            Stmt::Kernel(kernel) => kernel.along.iter().for_each(|along| found(along.buffer)),
            Stmt::Scratch(_)
            | Stmt::Zero { .. }
            | Stmt::Loop { .. }
            | Stmt::Entries { .. }
            | Stmt::When { .. }
            | Stmt::Store { .. }
            | Stmt::Let { .. }
            | Stmt::Sum { .. } => {}
        }
    }
}

/// Asks for the leaders of groups in place of their members.
fn follow(body: &mut [Stmt], leaders: &[usize]) {
    for statement in body {
        match statement {
            Stmt::Ensure(buffer) => *buffer = leaders[*buffer],
            Stmt::Steps { body, .. } | Stmt::Given { body, .. } => follow(body, leaders),
            Stmt::Choose { hoisted, plain, .. } => {
                follow(hoisted, leaders);
                follow(plain, leaders);
            }
            Stmt::Scratch(_)
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

/// Buffers that are read by others than those of their group.
fn read_elsewhere(program: &Program, leaders: &[usize]) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let bodies = program.functions.iter().map(|function| (None, &function.body));
    let bodies = bodies.chain(program.violations.iter().map(|body| (None, body)));
    let computations = program.computations.iter().enumerate().map(|(buffer, body)| (Some(leaders[buffer]), body));
    for (reader, body) in bodies.chain(computations) {
        let (mut reads, mut writes) = (BTreeSet::new(), BTreeSet::new());
        body.iter().for_each(|statement| touched(statement, &mut reads, &mut writes));
        for source in reads {
            if let Source::Buffer(buffer) = source
                && reader != Some(leaders[buffer])
            {
                found.insert(buffer);
            }
        }
    }
    found
}
