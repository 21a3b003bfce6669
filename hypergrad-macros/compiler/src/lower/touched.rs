//! What a statement and all that stands inside of it reads and writes.

use std::collections::BTreeSet;

use super::program::{Source, Stmt};

/// Every source, that of buffers that are made ready among them.
pub fn touched(statement: &Stmt, reads: &mut BTreeSet<Source>, writes: &mut BTreeSet<Source>) {
    match statement {
        Stmt::Steps { body, .. } | Stmt::Given { body, .. } => body.iter().for_each(|s| touched(s, reads, writes)),
        Stmt::Choose { hoisted, plain, .. } => hoisted.iter().chain(plain).for_each(|s| touched(s, reads, writes)),
        Stmt::Ensure(buffer) | Stmt::Scratch(buffer) => {
            writes.insert(Source::Buffer(*buffer));
        }
        Stmt::Kernel(kernel) => {
            statement.sources(reads, writes);
            if let Some(along) = &kernel.along {
                writes.insert(Source::Buffer(along.buffer));
                Stmt::Kernel(along.kernel.clone()).sources(reads, writes);
            }
        }
        Stmt::Zero { .. }
        | Stmt::Loop { .. }
        | Stmt::Entries { .. }
        | Stmt::When { .. }
        | Stmt::Store { .. }
        | Stmt::Let { .. }
        | Stmt::Sum { .. } => statement.sources(reads, writes),
    }
}
