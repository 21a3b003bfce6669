//! Loops over the same values that stand in one list of statements, as one loop: what only they read is a name in it,
//! and no vector.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::cost::MANY_LOOPS;
use super::piece::{Piece, of_loop};
use super::program::{Made, Program, Source, Stmt};
use super::steps::read_before_set;
use super::straight::lines;
use super::touched::touched;
use crate::analysis::Stage;
use crate::ir::{Affine, Size, Wire};

/// Merges the loops of every list that has many. Scratch that nothing uses any more is no buffer.
pub fn merge(program: &mut Program, facts: &[Affine]) {
    let scratch: Vec<bool> = program.buffers.iter().map(|buffer| buffer.stage == Stage::Direction).collect();
    let functions = program.functions.iter_mut().map(|function| &mut function.body);
    for body in program.computations.iter_mut().chain(functions) {
        let loops = body.iter().filter(|statement| matches!(statement, Stmt::Loop { .. })).count();
        let is_paired = |s: &Stmt| matches!(s, Stmt::Kernel(kernel) if kernel.along.is_some());
        if loops >= MANY_LOOPS && !body.iter().any(is_paired) {
            let merged = merged(std::mem::take(body), &scratch, facts);
            *body = merged;
        }
    }
    let mut used = BTreeSet::new();
    let functions = program.functions.iter().map(|function| &function.body);
    for statement in program.computations.iter().chain(functions).chain(&program.violations).flatten() {
        let mut own = BTreeSet::new();
        touched(statement, &mut own, &mut used);
        used.extend(own);
    }
    for (number, buffer) in program.buffers.iter_mut().enumerate() {
        if buffer.stage == Stage::Direction && !used.contains(&Source::Buffer(number)) {
            buffer.made = Made::Never;
        }
    }
}

enum Item {
    Other(Stmt),
    Region(Region),
}

struct Region {
    variable: Wire,
    extent: Size,
    pieces: Vec<Piece>,
    /// The loop, while it is only one.
    alone: Option<Stmt>,
}

impl Region {
    /// What has to be stored for others: all that it writes while it is one loop.
    fn touched(&self, reads: &mut BTreeSet<Source>, writes: &mut BTreeSet<Source>) {
        reads.extend(read_before_set(&self.pieces));
        if self.alone.is_some() {
            writes.extend(self.pieces.iter().map(|piece| piece.target));
        }
    }

    fn statement(self, kept: &dyn Fn(&Piece) -> bool) -> Stmt {
        self.alone.unwrap_or_else(|| Stmt::Loop {
            variable: self.variable,
            extent: self.extent,
            bounds: Vec::new(),
            body: lines(&self.pieces, kept),
        })
    }
}

/// Statements in the order in which they are run, and where each source was last written and read.
#[derive(Default)]
struct Order {
    items: Vec<Item>,
    written: BTreeMap<Source, usize>,
    read: BTreeMap<Source, usize>,
    /// The regions that set an entry.
    set: FxHashMap<(Source, Affine), usize>,
}

fn merged(body: Vec<Stmt>, scratch: &[bool], facts: &[Affine]) -> Vec<Stmt> {
    // What is made ready first is ready for all.
    let (mut first, rest): (Vec<Stmt>, Vec<Stmt>) =
        body.into_iter().partition(|statement| matches!(statement, Stmt::Ensure(_) | Stmt::Scratch(_)));
    let mut order = Order::default();
    for statement in rest {
        match of_loop(&statement, facts) {
            Some((variable, extent, pieces)) => order.add_loop(statement, Region { variable, extent, pieces, alone: None }),
            None => order.add(statement),
        }
    }
    let (mut needed, mut written) = (BTreeSet::new(), BTreeSet::new());
    for item in &order.items {
        match item {
            Item::Other(statement) => touched(statement, &mut needed, &mut written),
            Item::Region(region) => region.touched(&mut needed, &mut written),
        }
    }
    needed.extend(written);
    let is_local = |source: Source| match source {
        Source::Buffer(buffer) => scratch[buffer] && !needed.contains(&source),
        Source::Input(_) | Source::Sparse(_) | Source::Out => false,
    };
    first.retain(|statement| !matches!(statement, Stmt::Scratch(buffer) if is_local(Source::Buffer(*buffer))));
    first.extend(order.items.into_iter().map(|item| match item {
        Item::Other(statement) => statement,
        Item::Region(region) => region.statement(&|piece| !is_local(piece.target)),
    }));
    first
}

impl Order {
    /// A statement that stays where it is.
    fn add(&mut self, statement: Stmt) {
        let (mut reads, mut writes) = (BTreeSet::new(), BTreeSet::new());
        touched(&statement, &mut reads, &mut writes);
        let own = self.items.len();
        self.read.extend(reads.into_iter().map(|source| (source, own)));
        self.written.extend(writes.into_iter().map(|source| (source, own)));
        self.items.push(Item::Other(statement));
    }

    /// A loop that becomes part of the first region that it can be part of.
    fn add_loop(&mut self, statement: Stmt, region: Region) {
        let earliest = self.earliest(&region);
        let fits = |item: &Item| matches!(item, Item::Region(other) if other.extent == region.extent);
        let own = (earliest..self.items.len()).find(|k| fits(&self.items[*k])).unwrap_or(self.items.len());
        for piece in &region.pieces {
            let mut sources = Vec::new();
            piece.value.sources(&mut sources);
            for source in sources {
                let last = self.read.entry(source).or_default();
                *last = own.max(*last);
            }
            self.written.insert(piece.target, own);
            self.set.insert((piece.target, piece.offset.clone()), own);
        }
        match self.items.get_mut(own) {
            Some(Item::Region(other)) => {
                other.pieces.extend(region.pieces);
                other.alone = None;
            }
            Some(Item::Other(_)) | None => self.items.push(Item::Region(Region { alone: Some(statement), ..region })),
        }
    }

    /// The first place where all that a region reads is there, and nobody reads any more what it overwrites.
    fn earliest(&self, region: &Region) -> usize {
        let (mut earliest, mut own) = (0, BTreeSet::new());
        for piece in &region.pieces {
            let mut loads = Vec::new();
            piece.value.loads(&mut loads);
            for (source, at) in loads {
                let key = (source, at.clone());
                if own.contains(&key) {
                    continue;
                }
                if let Some(written) = self.written.get(&source) {
                    // Set at this value of the variable, by the region that wrote it last.
                    let here = self.set.get(&key) == Some(written) && self.has_extent(*written, &region.extent);
                    earliest = earliest.max(written + usize::from(!here));
                }
            }
            if !own.iter().any(|(target, _)| *target == piece.target) {
                let after = [&self.written, &self.read].into_iter().filter_map(|last| last.get(&piece.target)).max();
                earliest = earliest.max(after.map_or(0, |last| last + 1));
            }
            own.insert((piece.target, piece.offset.clone()));
        }
        earliest
    }

    fn has_extent(&self, item: usize, extent: &Size) -> bool {
        matches!(&self.items[item], Item::Region(region) if region.extent == *extent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Symbol;
    use crate::lower::program::Expr;

    fn buffer(number: usize) -> Source {
        Source::Buffer(number)
    }

    /// `target[i] = 2 * source[i + shift]` over a length that is known at run time.
    fn twice(target: Source, source: Source, shift: i64, variable: u32) -> Stmt {
        let index = Affine::wire(Wire(variable));
        let offset = index.add(&Affine::constant(Size::constant(shift)));
        let value = Expr::Product(2.0, vec![Expr::Load { source, offset }]);
        let store = Stmt::Store { target, offset: index, add: false, value };
        let extent = Size::symbol(Symbol(0));
        Stmt::Loop { variable: Wire(variable), extent, bounds: Vec::new(), body: vec![store] }
    }

    fn lengths(body: &[Stmt]) -> Vec<usize> {
        body.iter().map(|s| if let Stmt::Loop { body, .. } = s { body.len() } else { 0 }).collect()
    }

    /// The first is a name in the loop that it has with the second; the third reads its neighbour.
    #[test]
    fn loops_are_merged_where_they_go_in_step() {
        let all =
            || vec![Stmt::Scratch(0), Stmt::Scratch(1), twice(buffer(0), buffer(9), 0, 1), twice(buffer(1), buffer(0), 0, 2)];
        let in_step = merged([all(), vec![twice(Source::Out, buffer(1), 0, 3)]].concat(), &[true; 10], &[]);
        assert!(matches!(&in_step[..], [Stmt::Loop { .. }]), "{in_step:?}");
        assert_eq!(lengths(&in_step), [3]);
        let neighbour = merged([all(), vec![twice(Source::Out, buffer(1), 1, 3)]].concat(), &[true; 10], &[]);
        assert!(matches!(&neighbour[..], [Stmt::Scratch(1), Stmt::Loop { .. }, Stmt::Loop { .. }]), "{neighbour:?}");
        assert_eq!(lengths(&neighbour), [0, 2, 1]);
    }

    /// What is overwritten was read before.
    #[test]
    fn a_loop_waits_for_those_that_read_what_it_writes() {
        let body = vec![twice(buffer(1), buffer(0), 0, 1), twice(buffer(2), buffer(0), 1, 2), twice(buffer(0), buffer(9), 0, 3)];
        let found = merged(body, &[false; 10], &[]);
        assert_eq!(lengths(&found), [2, 1], "{found:?}");
    }
}
