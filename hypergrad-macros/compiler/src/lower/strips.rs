//! `Aᵀ w(A x)` in one pass over A: what lies between the two products is computed entry by entry, so that some rows of A
//! are read for both while they are in the cache.

use std::collections::BTreeSet;

use super::program::{Argument, Computes, Expr, Kernel, Program, Slice, Source, Stmt, Strips};
use super::together::ensured;
use crate::analysis::Stage;
use crate::differentiate::Quantity;
use crate::ir::{Affine, Size, Symbol, Wire};

/// Takes products `Aᵀ w(A x)` out of functions. `offsets`: where the blocks of x and of y start.
pub fn take(program: &mut Program, offsets: &[Size]) {
    for k in 0..program.functions.len() {
        if is_asked(program.functions[k].computes) {
            let mut body = core::mem::take(&mut program.functions[k].body);
            let mut strips = Vec::new();
            // From the end on: what stands before strips may end with others.
            while let Some((before, found)) = (0..body.len()).rev().find_map(|last| split(program, &body, last, offsets)) {
                body = before;
                strips.insert(0, found);
            }
            program.functions[k].body = body;
            program.functions[k].strips = strips;
        }
    }
    program.ahead = ahead(program);
}

fn is_asked(computes: Computes) -> bool {
    let asked = [Quantity::Residual, Quantity::F1Mul, Quantity::F1TrMul, Quantity::G1, Quantity::M11Mul];
    asked.into_iter().any(|quantity| computes == Computes::Problem(quantity))
}

/// The product with A that f needs, where F computes it in strips.
fn ahead(program: &Program) -> Option<usize> {
    let of = |quantity| program.functions.iter().find(|f| f.computes == Computes::Problem(quantity));
    let strips = &of(Quantity::Residual)?.strips;
    let needed = ensured(&of(Quantity::Objective)?.body, &program.computations);
    strips.iter().flat_map(|strips| &strips.body).find_map(|(kept, statement)| {
        let is_product = matches!(statement, Stmt::Kernel(kernel) if kernel.name == "gemv");
        kept.filter(|buffer| is_product && needed.contains(buffer))
    })
}

/// What stands before the strips that end with the statement `last`, and these with what follows.
fn split(program: &Program, body: &[Stmt], last: usize, offsets: &[Size]) -> Option<(Vec<Stmt>, Strips)> {
    let (others, after) = body.split_at(last);
    let (Stmt::Kernel(last), after) = after.split_first()? else { return None };
    let (rows, columns) = product(last).filter(|_| last.name == "gemv_t")?;
    // The number of rows is that of a strip, wherever it stands.
    if offsets.iter().any(|offset| offset.symbols().contains(&rows)) {
        return None;
    }
    let mut region = Region { program, rows, vectors: BTreeSet::new(), inputs: BTreeSet::new(), body: Vec::new() };
    // From the end on, as far as rows are kept apart; what makes other buffers ready stands before.
    let first = others.iter().rposition(|s| !region.is_by_rows(s) && !matches!(s, Stmt::Ensure(_) | Stmt::Scratch(_)));
    let (head, tail) = others.split_at(first.map_or(0, |k| k + 1));
    let mut before = head.to_vec();
    for statement in tail {
        if matches!(statement, Stmt::Ensure(buffer) if region.makes(*buffer).is_some()) {
            continue;
        }
        if matches!(statement, Stmt::Ensure(_) | Stmt::Scratch(_)) {
            before.push(statement.clone());
        } else {
            region.add(None, statement);
        }
    }
    region.add(None, &Stmt::Kernel(last.clone()));
    let after = after.to_vec();
    region.is_sound(last).then_some((before, Strips { rows, columns, body: region.body, vectors: region.vectors, after }))
}

/// Rows and columns of a product with a matrix of data and a vector, without other reads.
fn product(kernel: &Kernel) -> Option<(Symbol, Size)> {
    let [Argument::Value(alpha), Argument::Slice(a), Argument::Size(rows), Argument::Size(columns), Argument::Slice(_)] =
        &kernel.arguments[..]
    else {
        return None;
    };
    // The number of rows is that of a strip, wherever it stands.
    let apart = rows.symbols().iter().all(|symbol| !columns.symbols().contains(symbol));
    let is_whole = apart && matches!(a.source, Source::Input(_)) && a.offset.is_zero() && a.length == rows.mul(columns);
    (is_whole && is_number(alpha) && kernel.returns.is_none()).then(|| Some((rows.as_symbol()?, columns.clone())))?
}

fn is_number(value: &Expr) -> bool {
    match value {
        Expr::Number(_) => true,
        Expr::Product(_, parts) => parts.iter().all(is_number),
        Expr::Count(_)
        | Expr::Index(_)
        | Expr::Load { .. }
        | Expr::Local(_)
        | Expr::Find { .. }
        | Expr::Total { .. }
        | Expr::Sum(_)
        | Expr::Call(..)
        | Expr::Guarded(..) => false,
    }
}

/// Statements that compute rows by themselves.
struct Region<'p> {
    program: &'p Program,
    rows: Symbol,
    vectors: BTreeSet<Source>,
    /// What products with A read, all of it.
    inputs: BTreeSet<Source>,
    body: Vec<(Option<usize>, Stmt)>,
}

impl Region<'_> {
    /// Takes in the statements of a buffer, if rows are kept apart in all of them.
    fn makes(&mut self, buffer: usize) -> Option<()> {
        if !self.makes_none(buffer) {
            return Some(());
        }
        let found = &self.program.buffers[buffer];
        if !self.program.is_made_alone(buffer)
            || found.stage < Stage::X
            || found.stage == Stage::Direction
            || found.length.as_symbol() != Some(self.rows)
        {
            return None;
        }
        let computation = &self.program.computations[buffer];
        if !computation.iter().all(|s| matches!(s, Stmt::Ensure(_)) || self.is_by_rows(s)) {
            return None;
        }
        for statement in computation {
            if let Stmt::Ensure(other) = statement {
                self.makes(*other)?;
            } else {
                self.add(Some(buffer), statement);
            }
        }
        Some(())
    }

    /// Takes in a statement by rows, or a product with them.
    fn add(&mut self, kept: Option<usize>, statement: &Stmt) {
        let (mut reads, mut writes) = (BTreeSet::new(), BTreeSet::new());
        statement.sources(&mut reads, &mut writes);
        if let Stmt::Kernel(kernel) = statement
            && product(kernel).is_some()
        {
            return self.add_product(kept, kernel);
        }
        if let Stmt::Loop { variable, body, .. } = statement
            && let [Stmt::Store { value, .. }] = &body[..]
        {
            let mut loads = Vec::new();
            value.loads(&mut loads);
            let (by_rows, whole): (Vec<_>, Vec<_>) = loads.into_iter().partition(|(_, offset)| offset.mentions(*variable));
            self.vectors.extend(by_rows.iter().map(|(source, _)| *source));
            self.inputs.extend(whole.iter().map(|(source, _)| *source));
        } else {
            self.vectors.extend(reads);
        }
        self.vectors.extend(writes);
        self.body.push((kept, statement.clone()));
    }

    fn add_product(&mut self, kept: Option<usize>, kernel: &Kernel) {
        let along = kernel.along.clone().filter(|along| {
            let of_rows = Stmt::Kernel(along.kernel.clone());
            self.program.is_made_alone(along.buffer) && self.is_by_rows(&of_rows) && self.makes_none(along.buffer)
        });
        for product in [Some(kernel), along.as_ref().map(|along| &along.kernel)].into_iter().flatten() {
            let operand = product.arguments.last().and_then(|x| if let Argument::Slice(x) = x { Some(x.source) } else { None });
            if product.name == "gemv_t" {
                self.vectors.extend(operand);
            } else {
                self.inputs.extend(operand);
                self.vectors.extend([product.target.source]);
            }
        }
        self.body.push((kept, Stmt::Kernel(Kernel { along, ..kernel.clone() })));
    }

    /// Whether nothing has made a buffer yet.
    fn makes_none(&self, buffer: usize) -> bool {
        self.body.iter().all(|(kept, statement)| *kept != Some(buffer) && statement.along() != Some(buffer))
    }

    /// Whether a statement computes the entries of a row from those of the same row.
    fn is_by_rows(&self, statement: &Stmt) -> bool {
        match statement {
            Stmt::Zero { place, shape } => {
                place.source != Source::Out
                    && place.offset.is_zero()
                    && shape.len() == 1
                    && shape[0].as_symbol() == Some(self.rows)
            }
            Stmt::Loop { variable, extent, bounds, body } => {
                let [Stmt::Store { target, offset, value, .. }] = &body[..] else { return false };
                extent.as_symbol() == Some(self.rows)
                    && bounds.is_empty()
                    && *target != Source::Out
                    && offset.as_wire() == Some(*variable)
                    && self.reads_by_rows(value, *variable)
            }
            Stmt::Kernel(kernel) => match &kernel.arguments[..] {
                [] => kernel.returns.is_none() && self.is_vector(&kernel.target),
                [Argument::Slice(from)] => kernel.writes && self.is_vector(from) && self.is_vector(&kernel.target),
                _ => {
                    kernel.name == "gemv"
                        && product(kernel).is_some_and(|(rows, _)| rows == self.rows)
                        && self.is_vector(&kernel.target)
                }
            },
            Stmt::Ensure(_)
            | Stmt::Scratch(_)
            | Stmt::Steps { .. }
            | Stmt::Entries { .. }
            | Stmt::When { .. }
            | Stmt::Given { .. }
            | Stmt::Store { .. }
            | Stmt::Let { .. }
            | Stmt::Sum { .. }
            | Stmt::Choose { .. } => false,
        }
    }

    /// Whether a slice is a buffer with an entry for each row.
    fn is_vector(&self, slice: &Slice) -> bool {
        matches!(slice.source, Source::Buffer(_)) && slice.offset.is_zero() && slice.length.as_symbol() == Some(self.rows)
    }

    fn reads_by_rows(&self, value: &Expr, row: Wire) -> bool {
        let all = |parts: &[Expr]| parts.iter().all(|part| self.reads_by_rows(part, row));
        let is_rest = |size: &Size| !size.symbols().contains(&self.rows);
        match value {
            Expr::Number(_) => true,
            Expr::Count(size) => is_rest(size),
            Expr::Load { offset, .. } => offset.as_wire() == Some(row) || is_fixed(offset, &is_rest),
            Expr::Product(_, parts) | Expr::Call(_, parts) => all(parts),
            Expr::Sum(terms) => terms.iter().all(|(_, term)| self.reads_by_rows(term, row)),
            Expr::Index(_) | Expr::Local(_) | Expr::Find { .. } | Expr::Total { .. } | Expr::Guarded(..) => false,
        }
    }

    /// Whether both products are of one matrix, and nothing is read as a whole that is written on the way.
    fn is_sound(&self, last: &Kernel) -> bool {
        let matrix = last.arguments.get(1);
        let same = |argument: Option<&Argument>| match (argument, matrix) {
            (Some(Argument::Slice(a)), Some(Argument::Slice(b))) => a == b,
            _ => false,
        };
        let kernels = self.body.iter().filter_map(|(_, s)| if let Stmt::Kernel(kernel) = s { Some(kernel) } else { None });
        let mut firsts = kernels.filter(|kernel| kernel.name == "gemv");
        let (target, operand) = (last.target.source, last.arguments.last());
        let of_rows = |slice: &Slice| self.is_vector(slice) && self.vectors.contains(&slice.source);
        firsts.any(|first| same(first.arguments.get(1)))
            && matches!(operand, Some(Argument::Slice(w)) if of_rows(w))
            && self.vectors.is_disjoint(&self.inputs)
            && !self.vectors.contains(&target)
            && !self.inputs.contains(&target)
    }
}

/// Whether an index is the same for all rows.
fn is_fixed(offset: &Affine, is_rest: &dyn Fn(&Size) -> bool) -> bool {
    offset.as_size().is_some_and(is_rest)
}
