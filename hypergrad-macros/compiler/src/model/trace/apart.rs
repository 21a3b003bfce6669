//! Items of sizes of their own (`[Fold; K]`, `[DVector<f64>; K]`) at an index of a sum: no one value stands for
//! all of them, so the sum is written out.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Tracer;
use super::stream::{Items, Stream};
use super::unroll::{MOST_IN_ALL, MOST_STEPS};
use super::value::{LoopVariable, Value};
use crate::ir::{Affine, Size};
use crate::shape::Sizes;

/// The index variables at which such items were read, and what was known of sizes before.
#[derive(Default)]
pub struct Apart(BTreeMap<LoopVariable, Rc<Sizes>>);

impl Tracer<'_> {
    /// Items of their own sizes are read at an index: whether a sum over its variables can be written out.
    pub(super) fn read_apart(&mut self, index: &Affine) -> bool {
        let few = |tracer: &Self, v: LoopVariable| {
            let free = tracer.variables[v.0 as usize].definition.is_none();
            free && tracer.extent(v).as_constant().is_some_and(|extent| extent <= MOST_STEPS)
        };
        if !index.wires().all(|v| few(self, v)) {
            return false;
        }
        let sizes = Rc::new(self.sizes.clone());
        for variable in index.wires() {
            self.apart.0.entry(variable).or_insert_with(|| sizes.clone());
        }
        true
    }

    /// What was known before items were read apart at one of these variables, if they were.
    pub(super) fn apart_at(&mut self, variables: &[LoopVariable]) -> Option<Rc<Sizes>> {
        let found: Vec<Rc<Sizes>> = variables.iter().filter_map(|variable| self.apart.0.remove(variable)).collect();
        // The first one knows the least.
        found.into_iter().min_by_key(|sizes| sizes.len())
    }

    /// Reads again, item by item, what took one item for all: what was learned of sizes is forgotten first, and
    /// known again where that is not possible.
    pub(super) fn reread<T>(&mut self, before: Option<Rc<Sizes>>, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let Some(before) = before else { return read(self) };
        let learned = self.sizes.clone();
        self.sizes.forget_since(&before);
        self.memo = super::memo::Memo::default();
        let found = read(self);
        if found.is_none() {
            self.sizes.relearn(&learned);
        }
        found
    }

    /// The iterator with a list of its items in place of each short range, where it has one.
    pub(super) fn written_out(&mut self, stream: &Stream) -> Option<Stream> {
        let mut count = 1;
        let stream = self.with_lists(stream, &mut count)?;
        let fits = count > 1 && self.cells.written_out * count <= MOST_IN_ALL;
        fits.then_some(stream)
    }

    fn with_lists(&mut self, stream: &Stream, count: &mut usize) -> Option<Stream> {
        let mut inside = |inner: &Stream| self.with_lists(inner, count).map(Box::new);
        Some(match stream {
            Stream::Run { start, end, items } => match self.items_of_run(start, end.as_ref(), items) {
                Some(items) => {
                    *count *= items.len().max(2);
                    Stream::Values(items)
                }
                None => stream.clone(),
            },
            Stream::Entries(_) | Stream::Stored(..) | Stream::Values(_) | Stream::Steps(_) => stream.clone(),
            Stream::Mapped(inner, callable) => Stream::Mapped(inside(inner)?, callable.clone()),
            Stream::Filtered(inner, callable) => Stream::Filtered(inside(inner)?, callable.clone()),
            Stream::Flat(inner, callable) => Stream::Flat(inside(inner)?, callable.clone()),
            Stream::Zipped(first, second) => Stream::Zipped(inside(first)?, inside(second)?),
            Stream::Enumerated(inner) => Stream::Enumerated(inside(inner)?),
            Stream::Reversed(inner) => Stream::Reversed(inside(inner)?),
            Stream::Skipped(inner, skipped) => Stream::Skipped(inside(inner)?, skipped.clone()),
            Stream::Taken(inner, taken) => Stream::Taken(inside(inner)?, taken.clone()),
            Stream::Strided(inner, step) => Stream::Strided(inside(inner)?, step.clone()),
            Stream::Chained(first, second) => Stream::Chained(inside(first)?, inside(second)?),
            Stream::Cases(cases) => {
                let parts: Option<Vec<_>> = cases.iter().map(|(guards, inner)| Some((guards.clone(), *inside(inner)?))).collect();
                Stream::Cases(parts?)
            }
        })
    }

    fn items_of_run(&mut self, start: &Affine, end: Option<&Affine>, items: &Items) -> Option<Vec<Value>> {
        let constant = |tracer: &Self, index: &Affine| index.as_size().and_then(|size| tracer.sizes.resolve(size).as_constant());
        let (start, end) = (constant(self, start)?, constant(self, end?)?);
        if end - start > MOST_STEPS {
            return None;
        }
        (start..end).map(|k| self.item_value(&items.at(Affine::constant(Size::constant(k))))).collect()
    }
}
