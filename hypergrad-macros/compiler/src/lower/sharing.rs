//! Which cached buffers are worth keeping: one that a single function reads once per point is that
//! function's scratch, and takes no room in the point. So is what only functions read that are seldom called.

use std::collections::{BTreeMap, BTreeSet};

use super::program::{Program, Stmt};
use crate::analysis::Stage;

/// Buffers of the stages x and adjoint with one reader, which is not called once per direction; and all that functions
/// alone read that are seldom called.
pub fn single_use(program: &Program) -> BTreeSet<usize> {
    let readers = readers(program);
    let is_seldom = |function: &usize| program.functions[*function].computes.is_seldom();
    let mut homes: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    // Operands have smaller numbers: readers that are buffers are settled first.
    for buffer in (0..program.buffers.len()).rev() {
        let own: Option<BTreeSet<usize>> = readers.get(&buffer).and_then(|all| {
            let all: Option<Vec<BTreeSet<usize>>> = all.iter().map(|reader| reader.homes(&homes)).collect();
            all.map(|all| all.into_iter().flatten().collect())
        });
        let Some(own) = own else { continue };
        let is_scratch = match program.buffers[buffer].stage {
            Stage::X | Stage::Adjoint => own.len() == 1 || own.iter().all(is_seldom),
            Stage::Data | Stage::Y => own.iter().all(is_seldom),
            Stage::Direction | Stage::Step => false,
        };
        if is_scratch {
            homes.insert(buffer, own);
        }
    }
    homes.into_keys().collect()
}

fn readers(program: &Program) -> BTreeMap<usize, BTreeSet<Reader>> {
    let mut readers: BTreeMap<usize, BTreeSet<Reader>> = BTreeMap::new();
    for (number, function) in program.functions.iter().enumerate() {
        let reader = if function.computes.is_repeated() { Reader::Many } else { Reader::Function(number) };
        visit(&function.body, &mut |buffer| {
            readers.entry(buffer).or_default().insert(reader);
        });
    }
    for (number, statements) in program.computations.iter().enumerate() {
        visit(statements, &mut |buffer| {
            readers.entry(buffer).or_default().insert(Reader::Buffer(number));
        });
    }
    for statements in &program.violations {
        visit(statements, &mut |buffer| {
            readers.entry(buffer).or_default().insert(Reader::Many);
        });
    }
    readers
}

/// Whether statements read any of these buffers.
pub fn reads(statements: &[Stmt], buffers: &BTreeSet<usize>) -> bool {
    let mut any = false;
    visit(statements, &mut |buffer| any |= buffers.contains(&buffer));
    any
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reader {
    Function(usize),
    Buffer(usize),
    /// A function that is called once a direction, or what stands outside of functions.
    Many,
}

impl Reader {
    /// The functions behind a reader; `None` where it keeps what it reads.
    fn homes(self, homes: &BTreeMap<usize, BTreeSet<usize>>) -> Option<BTreeSet<usize>> {
        match self {
            Self::Function(number) => Some(BTreeSet::from([number])),
            Self::Buffer(buffer) => homes.get(&buffer).cloned(),
            Self::Many => None,
        }
    }
}

fn visit(statements: &[Stmt], found: &mut impl FnMut(usize)) {
    for statement in statements {
        match statement {
            Stmt::Ensure(buffer) => found(*buffer),
            Stmt::Steps { body, .. } | Stmt::Given { body, .. } => visit(body, found),
            Stmt::Choose { hoisted, plain, .. } => {
                visit(hoisted, found);
                visit(plain, found);
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
