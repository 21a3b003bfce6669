//! What a loop changes, inside of the loop: the value before, and what one step does to it.
//!
//! One step is read for all values of the loop's index at once. That is what the loop means where the
//! steps can be done in any order: where each adds to the value (`s += e`), multiplies it, takes the
//! larger of it and another, or sets entries that no other step touches. Every use of the value that
//! needs the step before is refused here, and the step is read again as that of a recursion
//! ([`super::recursion`]).

use std::rc::Rc;

use proc_macro2::Span;

use super::Tracer;
use super::agree::Site;
use super::cells::Read;
use super::condition::Condition;
use super::contract::Factor;
use super::place::Part;
use super::recursion::Leaf;
use super::value::{LoopVariable, Tensor, Value};
use crate::ir::{Func, Guard, Reduction};

/// A step that adds to entries or sets them in more ways is none that can be done in any order: each way is compared
/// with each other one.
pub const MOST_SUMMANDS: usize = 64;

/// Which leaf of which cell, inside of which frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Key {
    pub frame: u64,
    pub cell: usize,
    pub leaf: usize,
}

impl Key {
    pub fn leaf(self) -> Leaf {
        (self.cell, self.leaf)
    }
}

#[derive(Clone, Debug)]
pub struct State {
    pub key: Key,
    /// The cell's name.
    pub name: String,
    /// The value before the loop; of an inner loop, what the step of the outer one made of it.
    pub before: Rc<Value>,
    /// The value before all loops, as a tensor.
    pub first: Tensor,
    pub update: Update,
}

/// What one step does.
#[derive(Clone, Debug)]
pub enum Update {
    Kept,
    Sum(Entries),
    /// The product with a scalar.
    Times(Tensor),
    /// The larger, or the smaller, of the value and this.
    Extreme(Reduction, Tensor),
}

/// What is added, and what replaces entries, in the order of the step.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Entries {
    pub adds: Vec<Summand>,
    pub sets: Vec<Summand>,
}

/// A value at a part (everywhere, without one), for all values of the variables of inner loops that end
/// here, where the guards hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summand {
    pub value: Tensor,
    pub part: Option<Part>,
    pub guards: Vec<Guard>,
    pub local: Vec<LoopVariable>,
    /// Of a sparse row, 1 where a step is done.
    pub pattern: Vec<Factor>,
    /// Grows along the statements of a step.
    pub order: u64,
}

impl Summand {
    pub fn new(value: Tensor, part: Option<Part>, order: u64) -> Self {
        Self { value, part, guards: Vec::new(), local: Vec::new(), pattern: Vec::new(), order }
    }

    /// Of one step, wherever that is done.
    fn is_plain(&self) -> bool {
        self.guards.is_empty() && self.local.is_empty() && self.pattern.is_empty()
    }

    fn is_at(&self, part: &Part) -> bool {
        self.part.as_ref() == Some(part)
    }
}

impl State {
    /// A tensor of the shape of the value.
    pub fn shape(&self) -> &Tensor {
        &self.first
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub fn is_whole_number(&self) -> bool {
        match &*self.before {
            Value::State(outer) => outer.is_whole_number(),
            before => matches!(before, Value::Index(_) | Value::Integer(_) | Value::Cases(_)),
        }
    }

    fn with(self, update: Update) -> Value {
        Value::State(Box::new(Self { update, ..self }))
    }

    fn entries(&self) -> Option<Entries> {
        match &self.update {
            Update::Kept => Some(Entries::default()),
            Update::Sum(entries) => Some(entries.clone()),
            Update::Times(_) | Update::Extreme(..) => None,
        }
    }
}

impl Value {
    /// Whether a loop changes this, or a part of it.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub fn changes(&self) -> bool {
        match self {
            Self::State(_) | Self::Growing(_) => true,
            Self::Tuple(values) | Self::Array(values) => values.iter().any(Self::changes),
            Self::Struct(structure) => structure.fields.iter().any(|(_, value)| value.changes()),
            Self::Choice(choice) => choice.cases.iter().flat_map(|case| &case.fields).any(|(_, value)| value.changes()),
            Self::Cases(cases) => cases.iter().any(|(_, value)| value.changes()),
            _ => false,
        }
    }

    /// The leaves that a loop changes in it.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub fn changing_leaves(&self) -> Vec<Leaf> {
        let all = |values: &mut dyn Iterator<Item = &Self>| values.flat_map(Self::changing_leaves).collect();
        match self {
            Self::State(state) => vec![state.key.leaf()],
            Self::Growing(growing) => growing.next().map(Self::changing_leaves).unwrap_or_default(),
            Self::Tuple(values) | Self::Array(values) => all(&mut values.iter()),
            Self::Struct(structure) => all(&mut structure.fields.iter().map(|(_, value)| value)),
            Self::Choice(choice) => all(&mut choice.cases.iter().flat_map(|case| &case.fields).map(|(_, value)| value)),
            Self::Cases(cases) => all(&mut cases.iter().map(|(_, value)| value)),
            _ => Vec::new(),
        }
    }

    /// The name of what a loop changes in it.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub fn changing_name(&self) -> Option<&str> {
        match self {
            Self::State(state) => Some(&state.name),
            Self::Growing(growing) => Some(&growing.name),
            Self::Tuple(values) | Self::Array(values) => values.iter().find_map(Self::changing_name),
            Self::Struct(structure) => structure.fields.iter().find_map(|(_, value)| value.changing_name()),
            Self::Choice(choice) => {
                choice.cases.iter().flat_map(|case| &case.fields).find_map(|(_, value)| value.changing_name())
            }
            Self::Cases(cases) => cases.iter().find_map(|(_, value)| value.changing_name()),
            _ => None,
        }
    }
}

impl Tracer<'_> {
    /// A use of a value for which a step needs the one before.
    pub(super) fn refuse_step(&mut self, name: &str, span: Span) {
        self.cells.needs_steps = true;
        let name = if name.contains(' ') { name.to_owned() } else { format!("`{name}`") };
        self.diagnostics.error_with_help(
            span,
            format!("a step of this loop needs what the steps before made of {name}, which is not carried from step to step"),
            format!(
                "carry numbers, vectors, matrices and structs of them, or take a constant number of steps up to {}, which are \
                 written out",
                super::unroll::MOST_STEPS
            ),
        );
    }

    /// A use of a state for which a step needs the one before.
    pub(super) fn refuse_state(&mut self, state: &State, span: Span) {
        self.cells.needed.insert(state.key.leaf());
        self.refuse_step(&state.name, span);
    }

    /// These values are needed as the step before made them.
    pub(super) fn note_needed<'v>(&mut self, values: impl IntoIterator<Item = &'v Value>) {
        let leaves: Vec<Leaf> = values.into_iter().flat_map(Value::changing_leaves).collect();
        self.cells.needed.extend(leaves);
    }

    /// The first of these values that a loop changes is refused here.
    pub(super) fn refuse_changing<'v>(&mut self, values: impl IntoIterator<Item = &'v Value>, span: Span) -> bool {
        let values: Vec<&Value> = values.into_iter().collect();
        let Some(name) = values.iter().find_map(|value| value.changing_name()).map(str::to_owned) else { return false };
        self.note_needed(values);
        self.refuse_step(&name, span);
        true
    }

    /// An operator with a side that a loop changes.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn operate_on_state(&mut self, site: &Site<'_>, op: &syn::BinOp, left: &Value, right: &Value) -> Option<Value> {
        let refused = |tracer: &mut Self| {
            tracer.refuse_changing([left, right], site.span);
            None
        };
        let (state, other, state_is_left) = match (left, right) {
            (Value::State(state), other) if !other.changes() => (state, other, true),
            (other, Value::State(state)) if !other.changes() => (state, other, false),
            _ => return refused(self),
        };
        let state = (**state).clone();
        if let Value::Infinity(_) = *state.before {
            return refused(self);
        }
        let other = match other {
            Value::Index(index) => self.number_of_index(index),
            Value::Integer(number) => number.clone(),
            other => {
                self.tensor_at(other.clone(), &proc_macro2::Ident::new("_operand", site.span), "a scalar, vector or matrix")?
            }
        };
        match (op, state_is_left) {
            (syn::BinOp::Add(_), _) => self.added(site, state, 1.0, other),
            (syn::BinOp::Sub(_), true) => self.added(site, state, -1.0, other),
            (syn::BinOp::Mul(_), _) if other.is_scalar() => self.times(state, other, site.span),
            (syn::BinOp::Div(_), true) if other.is_scalar() && !state.is_whole_number() => {
                let factor = self.reciprocal(&other);
                self.times(state, factor, site.span)
            }
            _ => refused(self),
        }
    }

    fn added(&mut self, site: &Site<'_>, state: State, sign: f64, other: Tensor) -> Option<Value> {
        let (_, other) = self.agree(site, state.shape().clone(), other)?;
        let other = self.scale(sign, &other);
        self.plus(state, None, other, site.span)
    }

    /// The state with a value added at a part, or everywhere.
    pub(super) fn plus(&mut self, state: State, part: Option<&Part>, value: Tensor, span: Span) -> Option<Value> {
        let Some(mut entries) = state.entries() else {
            self.refuse_state(&state, span);
            return None;
        };
        if let Some(part) = part
            && entries.sets.iter().any(|set| set.is_at(part))
        {
            let read = self.read_part(&state, part, span)?;
            let value = self.linear(&[(1.0, &read), (1.0, &value)]);
            return self.set_part(state, part, value, span);
        }
        entries.adds.push(Summand::new(value, part.cloned(), self.cells.tick()));
        Some(state.with(Update::Sum(entries)))
    }

    pub(super) fn times(&mut self, state: State, factor: Tensor, span: Span) -> Option<Value> {
        let factor = match &state.update {
            Update::Kept => factor,
            Update::Times(own) => {
                let own = own.clone();
                self.multiply(&[&own, &factor])
            }
            Update::Sum(_) | Update::Extreme(..) => {
                self.refuse_state(&state, span);
                return None;
            }
        };
        Some(state.with(Update::Times(factor)))
    }

    /// `max` and `min` with a state.
    pub(super) fn extreme_of_state(&mut self, kind: Reduction, state: State, other: Tensor, span: Span) -> Option<Value> {
        let func = if kind == Reduction::Max { Func::Max } else { Func::Min };
        let extreme = match &state.update {
            Update::Kept => other,
            Update::Extreme(own_kind, own) if *own_kind == kind => {
                let own = own.clone();
                self.apply(func, &[&own, &other])
            }
            Update::Sum(_) | Update::Times(_) | Update::Extreme(..) => {
                self.refuse_state(&state, span);
                return None;
            }
        };
        if !state.first.is_scalar() || !extreme.is_scalar() {
            self.refuse_state(&state, span);
            return None;
        }
        Some(state.with(Update::Extreme(kind, extreme)))
    }

    /// The state with a part replaced.
    pub(super) fn set_part(&mut self, state: State, part: &Part, value: Tensor, span: Span) -> Option<Value> {
        let Some(mut entries) = state.entries() else {
            self.refuse_state(&state, span);
            return None;
        };
        entries.sets.retain(|set| !set.is_at(part));
        entries.sets.push(Summand::new(value, Some(part.clone()), self.cells.tick()));
        Some(state.with(Update::Sum(entries)))
    }

    /// A part of a state: as this step made it, else as it was before the loop, where that is noted.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn read_part(&mut self, state: &State, part: &Part, span: Span) -> Option<Tensor> {
        let Some(entries) = state.entries() else {
            self.refuse_state(state, span);
            return None;
        };
        let at = |all: &[Summand]| all.iter().filter(|s| s.is_at(part)).cloned().collect::<Vec<_>>();
        let (sets, adds) = (at(&entries.sets), at(&entries.adds));
        let Key { frame, cell, leaf } = state.key;
        let set = sets.iter().rev().find(|set| set.is_plain()).cloned();
        let order = self.cells.tick();
        if let Some(frame) = self.cells.frame(frame) {
            let set_at = set.as_ref().map(|set| set.order);
            frame.reads.push(Read { cell, leaf, part: part.clone(), span, set_at, order });
        }
        if let Some(set) = set {
            return Some(set.value);
        }
        let mut value = match &*state.before {
            Value::State(outer) => self.read_part(outer, part, span)?,
            Value::Tensor(before) | Value::Integer(before) => self.part_of(before, part),
            _ => return None,
        };
        for set in sets {
            let holds = set.guards.iter().cloned().map(Condition::Index).fold(Condition::Constant(true), Condition::and);
            if !set.local.is_empty() || !set.pattern.is_empty() {
                self.refuse_state(state, span);
                return None;
            }
            value = self.select(&holds, &set.value, &value);
        }
        for add in adds {
            if !add.local.is_empty() || !add.pattern.is_empty() {
                self.refuse_state(state, span);
                return None;
            }
            let added = self.guarded(&add.value, &add.guards);
            value = self.linear(&[(1.0, &value), (1.0, &added)]);
        }
        Some(value)
    }

    /// `if condition { then } else { otherwise }` of one state.
    pub(super) fn merge_states(&mut self, condition: &Condition, then: State, otherwise: State) -> Option<Value> {
        if then.key != otherwise.key {
            return None;
        }
        let update = match (&then.update, &otherwise.update) {
            (Update::Kept, Update::Kept) => Update::Kept,
            (Update::Kept | Update::Sum(_), Update::Kept | Update::Sum(_)) => {
                let (a, b) = (then.entries()?, otherwise.entries()?);
                Update::Sum(self.merge_entries(condition, &then, a, b)?)
            }
            (Update::Kept | Update::Times(_), Update::Kept | Update::Times(_)) => {
                let one = self.number(1.0);
                let factor = |update: &Update| if let Update::Times(factor) = update { factor.clone() } else { one.clone() };
                let (a, b) = (factor(&then.update), factor(&otherwise.update));
                Update::Times(self.select(condition, &a, &b))
            }
            (Update::Extreme(kind, a), Update::Extreme(other, b)) if kind == other => {
                Update::Extreme(*kind, self.select(condition, &a.clone(), &b.clone()))
            }
            // The value before all loops changes nothing of a maximum that began with it.
            (Update::Extreme(kind, a), Update::Kept) => Update::Extreme(*kind, self.either_number(condition, a, &then.first)),
            (Update::Kept, Update::Extreme(kind, b)) => {
                Update::Extreme(*kind, self.either_number(&condition.clone().not(), b, &then.first))
            }
            (Update::Sum(_) | Update::Times(_) | Update::Extreme(..), _) => return None,
        };
        Some(then.with(update))
    }

    fn merge_entries(&mut self, condition: &Condition, state: &State, a: Entries, b: Entries) -> Option<Entries> {
        if [&a.adds, &a.sets, &b.adds, &b.sets].iter().any(|ways| ways.len() > MOST_SUMMANDS) {
            return None;
        }
        let not = condition.clone().not();
        let common = |a: &[Summand], b: &[Summand]| a.iter().zip(b).take_while(|(a, b)| a == b).count();
        let first = common(&a.adds, &b.adds);
        let mut adds = a.adds[..first].to_vec();
        for (condition, rest) in [(condition, &a.adds[first..]), (&not, &b.adds[first..])] {
            for summand in rest {
                adds.extend(self.conditional(condition, summand.clone()));
            }
        }
        let first = common(&a.sets, &b.sets);
        let mut sets = a.sets[..first].to_vec();
        let (own, mut others) = (a.sets[first..].to_vec(), b.sets[first..].to_vec());
        for set in own {
            let same = others.iter().position(|other| other.part == set.part && other.is_plain() && set.is_plain());
            match same.map(|k| others.remove(k)) {
                Some(other) => sets.push(Summand { value: self.select(condition, &set.value, &other.value), ..set }),
                None => sets.extend(self.conditional_set(condition, state, set)?),
            }
        }
        for set in others {
            sets.extend(self.conditional_set(&not, state, set)?);
        }
        Some(Entries { adds, sets })
    }

    /// What is added where the condition holds.
    pub(super) fn conditional(&mut self, condition: &Condition, summand: Summand) -> Vec<Summand> {
        match condition.cases() {
            Some(cases) => {
                let guards = |case: Vec<Guard>| [summand.guards.as_slice(), &case].concat();
                cases.into_iter().map(|case| Summand { guards: guards(case), ..summand.clone() }).collect()
            }
            None => {
                let zero = self.scale(0.0, &summand.value);
                vec![Summand { value: self.select(condition, &summand.value, &zero), ..summand }]
            }
        }
    }

    /// What is set where the condition holds: values decide what is there elsewhere, indices where it is set.
    fn conditional_set(&mut self, condition: &Condition, state: &State, set: Summand) -> Option<Vec<Summand>> {
        if condition.cases().is_some() {
            return Some(self.conditional(condition, set));
        }
        let part = set.part.clone()?;
        if !set.is_plain() {
            return None;
        }
        let unset = State { update: Update::Kept, ..state.clone() };
        let old = self.read_part(&unset, &part, self.diagnostics.reading())?;
        Some(vec![Summand { value: self.select(condition, &set.value, &old), ..set }])
    }
}
