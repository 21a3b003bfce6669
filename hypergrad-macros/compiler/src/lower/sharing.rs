//! Which cached buffers are worth keeping: one that a single function reads once per point is that
//! function's scratch, and takes no room in the point.

use std::collections::{BTreeMap, BTreeSet};

use super::program::{Program, Stmt};
use crate::analysis::Stage;

/// Buffers of the stages x and adjoint with one reader, which is not called once per direction.
pub fn single_use(program: &Program) -> BTreeSet<usize> {
    let mut readers: BTreeMap<usize, BTreeSet<Reader>> = BTreeMap::new();
    for (number, function) in program.functions.iter().enumerate() {
        let repeated = function.computes.is_repeated();
        visit(&function.body, &mut |buffer| {
            readers.entry(buffer).or_default().insert(Reader::Function { number, repeated });
        });
    }
    for (number, statements) in program.computations.iter().enumerate() {
        visit(statements, &mut |buffer| {
            readers.entry(buffer).or_default().insert(Reader::Buffer(number));
        });
    }
    let mut home: BTreeMap<usize, usize> = BTreeMap::new();
    // Operands have smaller numbers: readers that are buffers are settled first.
    for buffer in (0..program.buffers.len()).rev() {
        let stage = program.buffers[buffer].stage;
        if !matches!(stage, Stage::X | Stage::Adjoint) {
            continue;
        }
        let homes: Option<BTreeSet<usize>> =
            readers.get(&buffer).into_iter().flatten().map(|reader| reader.home(&home)).collect();
        if let Some(homes) = homes
            && homes.len() == 1
        {
            home.extend(homes.first().map(|function| (buffer, *function)));
        }
    }
    home.into_keys().collect()
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reader {
    Function { number: usize, repeated: bool },
    Buffer(usize),
}

impl Reader {
    /// The one function behind a reader.
    fn home(self, home: &BTreeMap<usize, usize>) -> Option<usize> {
        match self {
            Self::Function { number, repeated } => (!repeated).then_some(number),
            Self::Buffer(buffer) => home.get(&buffer).copied(),
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
            _ => {}
        }
    }
}
