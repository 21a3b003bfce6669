//! What `let mut` makes: cells whose values are replaced as a body is read, and what may replace them.
//!
//! A frame stands around what is evaluated once for many values of an index. Inside of it, a cell from
//! further out may be changed in the ways that [`super::accumulate`] can sum up, or not at all.

use std::collections::BTreeSet;
use std::rc::Rc;

use proc_macro2::Span;

use super::Tracer;
use super::condition::Condition;
use super::grow::Made;
use super::place::{Part, Place};
use super::value::Value;

/// All cells ever made, by number, and the frames around the current expression, outermost first.
pub struct Cells {
    all: Vec<Cell>,
    /// Grows with every change.
    clock: u64,
    pub frames: Vec<Frame>,
    /// Something was refused because a step needs the one before.
    pub needs_steps: bool,
    /// Lists to which a loop pushes, and of which a step read the length or the last item.
    pub lengths_read: BTreeSet<String>,
    /// A `break` was: whether a loop goes on is carried.
    pub needs_break: bool,
    /// What that was of, where it is known: a recursion carries it.
    pub needed: BTreeSet<super::recursion::Leaf>,
    /// What the recursion that ends carries.
    pub carried: BTreeSet<super::recursion::Leaf>,
    /// In the loop that was read last, a step did not add to an integer what its text says.
    pub miscounted: bool,
    /// What a `None` has to have room for, by its cell, as the step that was read last says.
    pub room: Vec<(usize, Value)>,
    /// Those that hold a `Vec`.
    lists: BTreeSet<usize>,
    /// How often the current expression is written out by the loops around it.
    pub written_out: usize,
}

#[derive(Clone, Debug)]
pub struct Cell {
    pub name: String,
    /// `None`: not set yet, or refused, and said to be.
    pub value: Option<Value>,
    /// Of a list whose items are changed, what it is made of: the value is its columns.
    pub by_columns: Option<Rc<Made>>,
    changed: u64,
}

/// What is evaluated once for many values of an index.
#[derive(Debug)]
pub struct Frame {
    /// A number of its own.
    pub id: u64,
    pub kind: FrameKind,
    /// Cells below this one are from further out.
    base: usize,
    /// Those among them that may be changed.
    changed: Vec<usize>,
    /// Entries that are read as they were before the loop.
    pub reads: Vec<Read>,
    /// Where `continue` ended the step, and where `break` ended the loop.
    pub skipped: Vec<Condition>,
    pub broken: Vec<Condition>,
    /// Whether the loop carries if it goes on.
    pub may_break: bool,
    /// Integers that count the steps.
    pub counts: Vec<usize>,
    /// The conditions that enclose the frame.
    arms: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FrameKind {
    /// Steps of a loop, all at once.
    Loop,
    /// Steps of a loop, one after the other.
    Steps,
    /// A closure that is called for each index.
    Closure,
}

/// An entry of leaf `leaf` of a cell.
#[derive(Clone, Debug)]
pub struct Read {
    pub cell: usize,
    pub leaf: usize,
    pub part: Part,
    pub span: Span,
    /// The order of the statement that set it in this step, where one did, and of the reading.
    pub set_at: Option<u64>,
    pub order: u64,
}

impl Frame {
    /// A step begins, inside of so many conditions.
    pub fn begin(&mut self, arms: usize) {
        self.arms = arms;
        self.skipped.clear();
    }
}

impl Default for Cells {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            clock: 0,
            frames: Vec::new(),
            needs_steps: false,
            lengths_read: BTreeSet::new(),
            needs_break: false,
            needed: BTreeSet::new(),
            carried: BTreeSet::new(),
            miscounted: false,
            room: Vec::new(),
            lists: BTreeSet::new(),
            written_out: 1,
        }
    }
}

impl Cells {
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// A number that grows with every change.
    pub fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    pub fn get(&self, cell: usize) -> &Cell {
        &self.all[cell]
    }

    pub fn set(&mut self, cell: usize, value: Option<Value>) {
        self.clock += 1;
        self.all[cell].value = value;
        self.all[cell].changed = self.clock;
    }

    pub fn keep_by_columns(&mut self, cell: usize, made: Made) {
        self.all[cell].by_columns = Some(Rc::new(made));
    }

    pub fn no_columns(&mut self, cell: usize) {
        self.all[cell].by_columns = None;
    }

    /// Notes that a cell holds a `Vec`, which can grow.
    pub fn note_list(&mut self, cell: usize) {
        self.lists.insert(cell);
    }

    pub fn is_list(&self, cell: usize) -> bool {
        self.lists.contains(&cell)
    }

    pub fn snapshot(&self) -> Vec<Cell> {
        self.all.clone()
    }

    /// Sets the cells back to what they were; those made since then keep their numbers.
    pub fn restore(&mut self, snapshot: &[Cell]) {
        self.all[..snapshot.len()].clone_from_slice(snapshot);
    }

    /// Cells that differ between two snapshots of the same cells.
    fn differing(first: &[Cell], second: &[Cell]) -> Vec<usize> {
        first.iter().zip(second).enumerate().filter(|(_, (a, b))| a.changed != b.changed).map(|(k, _)| k).collect()
    }

    /// The frame, if there is one, that forbids a change of a cell.
    pub fn forbidding(&self, cell: usize) -> Option<FrameKind> {
        let forbids = |frame: &&Frame| frame.kind != FrameKind::Steps && cell < frame.base && !frame.changed.contains(&cell);
        self.frames.iter().find(forbids).map(|frame| frame.kind)
    }

    /// Enters a frame; gives its number.
    pub fn enter(&mut self, kind: FrameKind, changed: Vec<usize>, arms: usize) -> u64 {
        self.clock += 1;
        let (id, base) = (self.clock, self.all.len());
        let (reads, skipped, broken) = (Vec::new(), Vec::new(), Vec::new());
        let (counts, may_break) = (Vec::new(), false);
        self.frames.push(Frame { id, kind, base, changed, reads, skipped, broken, may_break, counts, arms });
        id
    }

    /// The loop around the current expression.
    pub fn innermost_loop(&self) -> Option<&Frame> {
        self.frames.last().filter(|frame| frame.kind != FrameKind::Closure)
    }

    pub fn innermost_loop_mut(&mut self) -> Option<&mut Frame> {
        self.frames.last_mut().filter(|frame| frame.kind != FrameKind::Closure)
    }

    pub fn frame(&mut self, id: u64) -> Option<&mut Frame> {
        self.frames.iter_mut().find(|frame| frame.id == id)
    }
}

impl Tracer<'_> {
    /// A new cell, as a place.
    pub(super) fn new_cell(&mut self, name: String, value: Option<Value>) -> Value {
        self.cells.clock += 1;
        let changed = self.cells.clock;
        self.cells.all.push(Cell { name, value, by_columns: None, changed });
        Value::Reference(Box::new(Place::owner(self.cells.len() - 1)))
    }

    /// Runs what is evaluated once for many indices: it may not change what is further out.
    pub(super) fn for_each_index<T>(&mut self, evaluate: impl FnOnce(&mut Self) -> T) -> T {
        let fixed = self.fixed_cells();
        self.cells.enter(FrameKind::Closure, Vec::new(), self.arms.len());
        let result = self.in_order(fixed, evaluate);
        self.cells.frames.pop();
        result
    }

    /// Runs `effect` where the condition holds: what it changes is merged with what was.
    pub(super) fn where_holds<T: Default>(
        &mut self,
        condition: &Condition,
        span: Span,
        effect: impl FnOnce(&mut Self) -> T,
    ) -> T {
        match condition {
            Condition::Constant(false) => T::default(),
            condition @ (Condition::Constant(_)
            | Condition::Index(_)
            | Condition::Scalar(_)
            | Condition::Not(_)
            | Condition::And(_)
            | Condition::Or(_)) => self.in_arm(condition, span, effect),
        }
    }

    /// The same, read also where the condition never holds: then nothing is changed.
    pub(super) fn in_arm<T>(&mut self, condition: &Condition, span: Span, effect: impl FnOnce(&mut Self) -> T) -> T {
        if *condition == Condition::Constant(true) {
            return effect(self);
        }
        let before = self.cells.snapshot();
        let result = self.under(condition.clone(), effect);
        if let Condition::Constant(_) = condition {
            self.cells.restore(&before);
        } else {
            self.join_cells(condition, &before, span);
        }
        result
    }

    /// The same of what follows a `break`: no step reads what those count that were not reached.
    pub(super) fn where_reached<T>(&mut self, condition: &Condition, span: Span, effect: impl FnOnce(&mut Self) -> T) -> T {
        let mut counted = Vec::new();
        let result = self.in_arm(condition, span, |tracer| {
            let result = effect(tracer);
            let cells = tracer.cells.innermost_loop().map(|frame| frame.counts.clone()).unwrap_or_default();
            counted = cells.into_iter().map(|cell| (cell, tracer.cells.get(cell).value.clone())).collect();
            result
        });
        counted.into_iter().for_each(|(cell, value)| self.cells.set(cell, value));
        result
    }

    /// The cells after an `if`: as they are now where the condition holds, else as `otherwise` says.
    pub(super) fn join_cells(&mut self, condition: &Condition, otherwise: &[Cell], span: Span) {
        for cell in Cells::differing(&self.cells.all, otherwise) {
            let (name, then) = (self.cells.get(cell).name.clone(), self.cells.get(cell).value.clone());
            let merged = match (then, otherwise[cell].value.clone()) {
                (Some(then), Some(otherwise)) => self.merge_changed(&name, condition, then, otherwise, span),
                _ => None,
            };
            self.cells.set(cell, merged);
        }
    }

    fn merge_changed(&mut self, name: &str, condition: &Condition, then: Value, otherwise: Value, span: Span) -> Option<Value> {
        if matches!(then, Value::Last) || matches!(otherwise, Value::Last) {
            return Some(Value::Last);
        }
        if then.changes() != otherwise.changes() {
            self.note_needed([&then, &otherwise]);
            self.refuse_step(name, span);
            return None;
        }
        if let Some(list) = self.longer_by_some(condition, &then, &otherwise) {
            return Some(list);
        }
        let (found, changes) = (then.describe(), then.changes());
        let keys: Vec<_> = then.changing_leaves().into_iter().chain(otherwise.changing_leaves()).collect();
        let before = self.diagnostics.len();
        let merged = self.merge(condition, then, otherwise);
        if merged.is_none() && self.diagnostics.len() == before {
            if changes {
                self.cells.needed.extend(keys);
                self.refuse_step(name, span);
            } else {
                self.diagnostics.error_with_help(
                    span,
                    format!("`{name}` is {found} that differs by a condition, which is not accepted"),
                    "change scalars, vectors or matrices inside of an `if`, and use one kind of value in both arms",
                );
            }
        }
        merged
    }

    /// The conditions since the innermost frame, where `continue` and `break` stand.
    pub(super) fn way_here(&self, arms: usize) -> Condition {
        self.arms[arms..].iter().cloned().fold(Condition::Constant(true), Condition::and)
    }

    /// `continue`, `break`.
    pub(super) fn leave_step(&mut self, ends_loop: bool) {
        let Some(arms) = self.cells.innermost_loop().map(|frame| frame.arms) else { return };
        let here = self.way_here(arms);
        let Some(frame) = self.cells.innermost_loop_mut() else { return };
        if ends_loop && frame.kind == FrameKind::Loop && !frame.may_break {
            self.cells.needs_steps = true;
            self.cells.needs_break = true;
            return;
        }
        frame.skipped.push(here.clone());
        if ends_loop {
            frame.broken.push(here);
        }
    }
}
