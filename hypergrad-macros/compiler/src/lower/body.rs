//! The statements of one function under construction: its counters, branches and loops.

use std::collections::{BTreeMap, BTreeSet};

use super::conditions::known;
use super::context::Context;
use super::guarded;
use super::program::{Expr, Place, Stmt};
use crate::ir::{Affine, Id, Size, Support, Wire};

/// Of each slot: where its values for all steps lie, and which of them is that of the step.
pub type Slots = BTreeMap<Id, (Place, Affine)>;

/// The entries that enclosing loops stand at.
#[derive(Clone, Debug)]
pub struct Active {
    pub support: Support,
    pub position: Wire,
}

/// The statements of one function, under construction.
pub struct Body<'c> {
    pub(super) context: &'c Context<'c>,
    pub statements: Vec<Stmt>,
    /// Buffers that are ready at this point.
    pub(super) ready: BTreeSet<usize>,
    /// The stage of the function: its own scratch is of this stage.
    pub(super) next_variable: u32,
    pub(super) next_local: u32,
    /// The buffer that this body computes.
    pub(super) own: Option<usize>,
    /// Stored entries of sparse fields that the loops under construction stand at.
    pub(super) active: Vec<Active>,
    /// Where the slots of the recursions under construction are read.
    pub(super) slots: Slots,
}

impl<'c> Body<'c> {
    pub fn new(context: &'c Context<'c>, own: Option<usize>) -> Self {
        Self {
            context,
            statements: Vec::new(),
            ready: BTreeSet::new(),
            next_variable: 0,
            next_local: 0,
            own,
            active: Vec::new(),
            slots: Slots::new(),
        }
    }

    /// `place[index] = value` for all indices.
    pub(super) fn fill(&mut self, index: &[Affine], shape: &[Size], place: &Place, value: Expr) {
        let value = self.settled(value, &loops(index, shape));
        let store = Stmt::Store { target: place.source, offset: place.offset_at(index), add: false, value };
        self.wrap(index, shape, store);
    }

    pub(super) fn add(&mut self, index: &[Affine], shape: &[Size], place: &Place, value: Expr) {
        let value = self.settled(value, &loops(index, shape));
        let store = Stmt::Store { target: place.source, offset: place.offset_at(index), add: true, value };
        self.wrap(index, shape, store);
    }

    /// A value without the conditions that hold, or fail, for all values of these loops.
    pub(super) fn settled(&self, value: Expr, extents: &[(Wire, Size)]) -> Expr {
        guarded::settle(value, &|guard| known(guard, &self.context.facts, extents))
    }

    /// Loops over all indices, the first axis innermost.
    fn wrap(&mut self, index: &[Affine], shape: &[Size], store: Stmt) {
        let mut statement = store;
        for (affine, extent) in index.iter().zip(shape) {
            if let Some(variable) = affine.as_wire() {
                statement = Stmt::Loop { variable, extent: extent.clone(), bounds: Vec::new(), body: vec![statement] };
            }
        }
        self.statements.push(statement);
    }

    /// A number of a local sum.
    pub(super) fn fresh_local(&mut self) -> u32 {
        self.next_local += 1;
        self.next_local - 1
    }

    /// The first of so many new loop variables.
    pub(super) fn fresh_variables(&mut self, count: u32) -> u32 {
        let first = self.next_variable;
        self.next_variable += count;
        first
    }

    pub(super) fn fresh_index(&mut self, axes: usize) -> Vec<Affine> {
        let first = self.fresh_variables(axes as u32);
        (first..self.next_variable).map(|w| Affine::wire(Wire(w))).collect()
    }

    /// The statements of a branch; what becomes ready in it is not ready after it.
    pub(super) fn branch(&mut self, build: impl FnOnce(&mut Self)) -> Vec<Stmt> {
        let outer = std::mem::take(&mut self.statements);
        let ready = self.ready.clone();
        build(self);
        self.ready = ready;
        std::mem::replace(&mut self.statements, outer)
    }
}

/// The loops over an index of this shape.
fn loops(index: &[Affine], shape: &[Size]) -> Vec<(Wire, Size)> {
    index.iter().zip(shape).filter_map(|(affine, extent)| Some((affine.as_wire()?, extent.clone()))).collect()
}
