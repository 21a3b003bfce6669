//! What is ready already: a buffer that was computed from others needs these no more.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use super::program::{Program, Stmt};

/// Drops the demands that others imply. A buffer is forgotten no later than all that was computed from it.
pub fn drop_implied(program: &mut Program) {
    let mut ready: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); program.buffers.len()];
    // Operands have smaller numbers.
    for buffer in 0..program.buffers.len() {
        let mut own = BTreeSet::new();
        settle(&mut program.computations[buffer], &mut own, &ready);
        own.insert(buffer);
        ready[buffer] = own;
    }
    for function in &mut program.functions {
        settle(&mut function.body, &mut BTreeSet::new(), &ready);
    }
}

/// Drops demands from statements, to which `own` is ready, and adds what they make ready.
fn settle(statements: &mut Vec<Stmt>, own: &mut BTreeSet<usize>, ready: &[BTreeSet<usize>]) {
    let mut settled: Vec<Stmt> = Vec::with_capacity(statements.len());
    let mut run: Vec<usize> = Vec::new();
    for mut statement in std::mem::take(statements) {
        if let Stmt::Ensure(buffer) = statement {
            run.push(buffer);
            continue;
        }
        if let Stmt::Scratch(_) = statement {
            settled.push(statement);
            continue;
        }
        settled.extend(wanted(&std::mem::take(&mut run), own, ready));
        match &mut statement {
            Stmt::Steps { body, .. } | Stmt::Given { body, .. } => settle(body, &mut own.clone(), ready),
            Stmt::Choose { hoisted, plain, .. } => {
                settle(hoisted, &mut own.clone(), ready);
                settle(plain, &mut own.clone(), ready);
            }
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
        settled.push(statement);
    }
    settled.extend(wanted(&run, own, ready));
    *statements = settled;
}

/// Of the buffers that are demanded one after the other, those that neither are ready nor are made so by another.
fn wanted(run: &[usize], own: &mut BTreeSet<usize>, ready: &[BTreeSet<usize>]) -> Vec<Stmt> {
    let needed_by = |other: usize| ready[other].iter().copied().filter(move |need| *need != other);
    let implied: FxHashSet<usize> = run.iter().flat_map(|other| needed_by(*other)).collect();
    let kept: Vec<usize> = run.iter().copied().filter(|buffer| !own.contains(buffer) && !implied.contains(buffer)).collect();
    kept.iter().for_each(|buffer| own.extend(&ready[*buffer]));
    kept.into_iter().map(Stmt::Ensure).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Stage;
    use crate::differentiate::Quantity;
    use crate::ir::Size;
    use crate::lower::program::{Buffer, Computes, Function, Made, Place, Source};

    /// The second buffer is computed from the first: where both are demanded at once, one demand is enough.
    #[test]
    fn what_another_buffer_needs_is_not_demanded() {
        let zero = || Stmt::Zero { place: Place::natural(Source::Out, &[]), shape: Vec::new() };
        let at_once = vec![Stmt::Ensure(0), Stmt::Ensure(1), zero()];
        let one_by_one = vec![Stmt::Ensure(0), zero(), Stmt::Ensure(1), zero(), Stmt::Ensure(0), zero()];
        let function = |body| Function { computes: Computes::Problem(Quantity::G), body, strips: Vec::new() };
        let buffer = || Buffer { stage: Stage::X, length: Size::constant(1), made: Made::Alone };
        let mut program = Program {
            buffers: vec![buffer(), buffer()],
            computations: vec![vec![zero()], vec![Stmt::Ensure(0), zero()]],
            functions: vec![function(at_once), function(one_by_one)],
            ..Program::default()
        };
        drop_implied(&mut program);
        let demanded = |body: &[Stmt]| -> Vec<usize> {
            body.iter().filter_map(|s| if let Stmt::Ensure(buffer) = s { Some(*buffer) } else { None }).collect()
        };
        assert_eq!(demanded(&program.computations[1]), [0]);
        assert_eq!(demanded(&program.functions[0].body), [1]);
        assert_eq!(demanded(&program.functions[1].body), [0, 1]);
    }
}
