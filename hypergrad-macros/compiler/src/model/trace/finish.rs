//! The end of a loop: what all its steps together make of a value.

use std::rc::Rc;

use proc_macro2::Span;

use super::Tracer;
use super::accumulate::{Entries, Key, State, Summand, Update};
use super::cells::Read;
use super::condition::Condition;
use super::contract::{Contraction, Factor};
use super::place::Part;
use super::recursion::is_leaf;
use super::repeat::Steps;
use super::value::{Callable, LoopVariable, Tensor, Value, own_index};
use crate::ir::{Affine, Func, Guard, Reduction, Size, Test};
use crate::model::Form;

/// One leaf: its value before, and after a step of each piece.
struct Leaf<'s> {
    before: Value,
    after: Vec<(&'s Steps, State)>,
}

/// Whether a step left a value that has no numbers as it was.
fn same(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Callable(Callable::Closure(before)), Value::Callable(Callable::Closure(after))) => Rc::ptr_eq(before, after),
        (Value::Callable(Callable::Local(before)), Value::Callable(Callable::Local(after))) => Rc::ptr_eq(before, after),
        // These have no equality: equal texts are equal values.
        (before, after) => format!("{before:?}") == format!("{after:?}"),
    }
}

impl Tracer<'_> {
    /// A value after a loop, from what a step of each piece made of it.
    pub(super) fn finished(
        &mut self,
        before: Value,
        after: Vec<(&Steps, Option<Value>)>,
        reads: &[Read],
        (frame, cell): (u64, usize),
        span: Span,
    ) -> Option<Value> {
        let after: Vec<(&Steps, Value)> = after.into_iter().map(|(steps, value)| Some((steps, value?))).collect::<Option<_>>()?;
        let mut leaf = 0;
        self.finished_leaves(before, after, reads, (frame, cell, &mut leaf), span)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn finished_leaves(
        &mut self,
        before: Value,
        after: Vec<(&Steps, Value)>,
        reads: &[Read],
        (frame, cell, leaf): (u64, usize, &mut usize),
        span: Span,
    ) -> Option<Value> {
        let parts = |value: &Value| match value {
            Value::Tuple(values) | Value::Array(values) => Some(values.clone()),
            Value::Struct(structure) => Some(structure.fields.iter().map(|(_, value)| value.clone()).collect()),
            value => value.perhaps().map(Vec::from),
        };
        if let Some(own) = parts(&before) {
            let taken: Option<Vec<(&Steps, Vec<Value>)>> =
                after.iter().map(|(steps, value)| Some((*steps, parts(value).filter(|p| p.len() == own.len())?))).collect();
            let Some(taken) = taken else {
                // The next step begins with another number of items.
                let name = self.cells.get(cell).name.clone();
                self.refuse_step(&name, span);
                return None;
            };
            let mut finished = Vec::new();
            for (k, value) in own.into_iter().enumerate() {
                let after = taken.iter().map(|(steps, values)| (*steps, values[k].clone())).collect();
                finished.push(self.finished_leaves(value, after, reads, (frame, cell, leaf), span)?);
            }
            return Some(match before {
                Value::Choice(_) => return <[Value; 2]>::try_from(finished).ok().and_then(Value::from_perhaps),
                Value::Array(_) => Value::Array(finished),
                Value::Struct(structure) => {
                    let names = structure.fields.into_iter().map(|(name, _)| name);
                    Value::structure(structure.name, names.zip(finished).collect())
                }
                _ => Value::Tuple(finished),
            });
        }
        if !is_leaf(&before) {
            if after.iter().any(|(_, value)| !same(&before, value)) {
                let name = self.cells.get(cell).name.clone();
                self.refuse_step(&name, span);
                return None;
            }
            return Some(before);
        }
        *leaf += 1;
        if self.cells.carried.contains(&(cell, *leaf)) {
            return after.last().map(|(_, end)| end.clone());
        }
        let mut states = Vec::new();
        for (steps, value) in after {
            match value {
                Value::State(state) if state.key == (Key { frame, cell, leaf: *leaf }) => states.push((steps, *state)),
                // It was made anew in each step, or of another state.
                Value::State(state) => {
                    self.refuse_state(&state, span);
                    return None;
                }
                // It was made anew after a part of it was read, as the step before had left it.
                _ => match reads.iter().find(|read| read.leaf == *leaf && read.set_at.is_none()) {
                    Some(read) => {
                        self.cells.needed.insert((cell, *leaf));
                        let name = self.cells.get(cell).name.clone();
                        self.refuse_step(&name, read.span);
                        return None;
                    }
                    None => return Some(Value::Last),
                },
            }
        }
        let reads: Vec<Read> = reads.iter().filter(|read| read.leaf == *leaf).cloned().collect();
        self.finished_leaf(Leaf { before, after: states }, &reads, span)
    }

    fn finished_leaf(&mut self, leaf: Leaf<'_>, reads: &[Read], span: Span) -> Option<Value> {
        let done: Vec<&(&Steps, State)> = leaf.after.iter().filter(|(_, state)| !matches!(state.update, Update::Kept)).collect();
        let Some((_, first)) = done.first() else { return Some(leaf.before) };
        let (name, own) = (first.name.clone(), first.key.leaf());
        if done.iter().any(|(steps, state)| steps.pattern.is_some() && !matches!(state.update, Update::Sum(_))) {
            self.diagnostics.error_with_help(
                span,
                format!("products, maxima and minima of the stored entries of a row are not accepted: `{name}`"),
                super::csr::STORED_HELP,
            );
            return None;
        }
        // Entries that steps add and set are compared with those that are read; a factor changes all of them.
        if let Some(read) = reads.first().filter(|_| !matches!(first.update, Update::Kept | Update::Sum(_))) {
            self.cells.needed.insert(own);
            self.refuse_step(&name, read.span);
            return None;
        }
        match &first.update {
            Update::Kept | Update::Sum(_) => {
                let mut sums = Vec::new();
                for (steps, state) in &done {
                    let Update::Sum(entries) = &state.update else {
                        self.cells.needed.insert(own);
                        self.refuse_step(&name, span);
                        return None;
                    };
                    sums.push((*steps, entries.clone()));
                }
                let all = self.closed(sums);
                let Some(all) = self.in_any_order(&name, all, reads, span) else {
                    self.cells.needed.insert(own);
                    return None;
                };
                self.with_entries(leaf.before, all, span)
            }
            Update::Times(_) => {
                let mut product: Option<Tensor> = None;
                for (steps, state) in &done {
                    let Update::Times(factor) = &state.update else {
                        self.cells.needed.insert(own);
                        self.refuse_step(&name, span);
                        return None;
                    };
                    let part = self.product_over(steps, factor);
                    product = Some(match product {
                        None => part,
                        Some(product) => self.multiply(&[&product, &part]),
                    });
                }
                self.multiplied(leaf.before, &product?, span)
            }
            Update::Extreme(kind, _) => {
                let (kind, mut before) = (*kind, leaf.before);
                for (steps, state) in &done {
                    match &state.update {
                        Update::Extreme(own, extreme) if *own == kind => {
                            let extreme = self.extreme_over(kind, steps, extreme, &state.first.clone());
                            before = self.with_extreme(before, kind, extreme, span)?;
                        }
                        Update::Kept | Update::Sum(_) | Update::Times(_) | Update::Extreme(..) => {
                            self.cells.needed.insert(own);
                            self.refuse_step(&name, span);
                            return None;
                        }
                    }
                }
                Some(before)
            }
        }
    }

    /// What the steps of all pieces add and set, each with the variables that end here.
    fn closed(&mut self, sums: Vec<(&Steps, Entries)>) -> Entries {
        let mut all = Entries::default();
        for (steps, entries) in sums {
            for (own, closed) in [(entries.adds, &mut all.adds), (entries.sets, &mut all.sets)] {
                for mut summand in own {
                    summand.guards = [steps.guards.as_slice(), &summand.guards].concat();
                    summand.local = [steps.variables.as_slice(), &summand.local].concat();
                    summand.pattern.extend(steps.pattern.clone());
                    closed.push(summand);
                }
            }
        }
        all
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn with_entries(&mut self, before: Value, all: Entries, span: Span) -> Option<Value> {
        match before {
            Value::State(outer) => self.composed(*outer, all, span),
            Value::Tensor(tensor) => Some(Value::Tensor(self.with_all(&tensor, &all))),
            whole @ (Value::Index(_) | Value::Integer(_) | Value::Cases(_)) => {
                let first = self.integer_as_number(whole)?;
                Some(Value::Integer(self.with_all(&first, &all)))
            }
            _ => None,
        }
    }

    /// What an inner loop does, as part of a step of the outer one.
    fn composed(&mut self, mut outer: State, all: Entries, span: Span) -> Option<Value> {
        for (is_set, summand) in all.adds.into_iter().map(|add| (false, add)).chain(all.sets.into_iter().map(|set| (true, set))) {
            let part = summand.part.clone();
            let depends = part.as_ref().is_some_and(|part| self.mentions(part, &summand.local));
            let next = if is_set || depends {
                self.with_summand(outer, is_set, summand, span)
            } else {
                let value = self.summed_up(&summand);
                self.plus(outer, part.as_ref(), value, span)
            };
            let Some(Value::State(state)) = next else { return None };
            outer = *state;
        }
        Some(Value::State(Box::new(outer)))
    }

    fn with_summand(&mut self, outer: State, is_set: bool, summand: Summand, span: Span) -> Option<Value> {
        let mut entries = match &outer.update {
            Update::Kept => Entries::default(),
            Update::Sum(entries) => entries.clone(),
            Update::Times(_) | Update::Extreme(..) => {
                self.refuse_state(&outer, span);
                return None;
            }
        };
        if is_set {
            entries.sets.push(summand);
        } else {
            entries.adds.push(summand);
        }
        Some(Value::State(Box::new(State { update: Update::Sum(entries), ..outer })))
    }

    fn mentions(&self, part: &Part, variables: &[LoopVariable]) -> bool {
        let roots = part.row.wires().chain(part.column.wires()).flat_map(|v| self.roots(v)).collect::<Vec<_>>();
        roots.iter().any(|root| variables.contains(root))
    }

    /// The sum over the variables that end, in the shape of the summand's own value.
    fn summed_up(&mut self, summand: &Summand) -> Tensor {
        let (r, c) = self.axes(&summand.value.rows, &summand.value.columns);
        let (row, column) = (Affine::wire(r), Affine::wire(c));
        let value = &summand.value;
        let contraction = Contraction {
            factors: [Factor::at(value, &row, &column)].into_iter().chain(summand.pattern.clone()).collect(),
            guards: summand.guards.clone(),
            local: summand.local.iter().copied().chain(own_index(value.form, &r, &c)).collect(),
            out: own_index(value.form, &row, &column),
            ..Contraction::default()
        };
        self.contract(contraction, value.form, &value.rows, &value.columns)
    }

    /// A tensor after all additions and replacements.
    fn with_all(&mut self, before: &Tensor, all: &Entries) -> Tensor {
        let mut sets: Option<Tensor> = None;
        for set in &all.sets {
            let placed = self.scattered(before, set, &set.value);
            sets = Some(match sets {
                None => placed,
                Some(sets) => self.linear(&[(1.0, &sets), (1.0, &placed)]),
            });
        }
        let mut total = match sets {
            None => before.clone(),
            Some(sets) if self.is_zero(before) => sets,
            Some(sets) => match self.condition_of_sets(before, &all.sets) {
                Some((place, condition)) => {
                    let kept = self.where_not(before, place, &condition);
                    self.linear(&[(1.0, &kept), (1.0, &sets)])
                }
                None => {
                    let written = self.mask_of_sets(before, &all.sets);
                    self.apply(Func::Select, &[&written, &sets, before])
                }
            },
        };
        for add in &all.adds {
            let placed = self.scattered(before, add, &add.value);
            total = self.linear(&[(1.0, &total), (1.0, &placed)]);
        }
        total
    }

    /// The sum over all steps of a value at the summand's part, shaped like `base`.
    fn scattered(&mut self, base: &Tensor, summand: &Summand, value: &Tensor) -> Tensor {
        let part = summand.part.clone().unwrap_or_else(|| Part::whole(base));
        let value = if value.form == part.form { value.clone() } else { self.reform(value, part.form) };
        let (r, c) = self.axes(&part.rows, &part.columns);
        let own = own_index(part.form, &r, &c);
        let affine = |v| if own.contains(&v) { Affine::wire(v) } else { Affine::default() };
        let factor = Factor { tensor: value, index: own.iter().map(|v| Affine::wire(*v)).collect() };
        let contraction = Contraction {
            factors: [factor].into_iter().chain(summand.pattern.clone()).collect(),
            guards: summand.guards.clone(),
            local: summand.local.iter().copied().chain(own.iter().copied()).collect(),
            out: own_index(base.form, &part.row.add(&affine(r)), &part.column.add(&affine(c))),
            ..Contraction::default()
        };
        self.contract(contraction, base.form, &base.rows, &base.columns)
    }

    /// 1 in the entries that are set.
    fn mask_of_sets(&mut self, base: &Tensor, sets: &[Summand]) -> Tensor {
        // What is replaced may be infinite: 0 times that is no 0.
        let zero = self.number(0.0);
        let mut mask = if base.is_scalar() { zero } else { self.fill(&zero, base.form, &base.rows, &base.columns) };
        for set in sets {
            let one = self.number(1.0);
            let part = set.part.clone().unwrap_or_else(|| Part::whole(base));
            let ones = self.fill(&one, part.form, &part.rows, &part.columns);
            let placed = self.scattered(base, set, &ones);
            mask = self.linear(&[(1.0, &mask), (1.0, &placed)]);
        }
        mask
    }

    pub(super) fn is_done(steps: &Steps) -> Condition {
        let guards = steps.guards.iter().cloned().map(Condition::Index);
        guards.fold(Condition::Constant(true), Condition::and)
    }

    /// The product of a factor over all steps; steps that are not done count as one.
    fn product_over(&mut self, steps: &Steps, factor: &Tensor) -> Tensor {
        let one = self.number(1.0);
        let mut product = self.select(&Self::is_done(steps), factor, &one);
        for (variable, extent) in steps.variables.iter().zip(&steps.extents).rev() {
            let vector = self.along(&product, *variable, extent);
            product = self.product_of_entries(&vector);
        }
        product
    }

    /// A scalar of a variable as a vector.
    fn along(&mut self, scalar: &Tensor, variable: LoopVariable, extent: &Size) -> Tensor {
        let unit = Size::constant(1);
        let column = self.variable(&unit);
        self.bind(scalar, Form::Column, (variable, extent), (column, &unit))
    }

    /// The largest (smallest) over all steps; steps that are not done count as the value before the loops.
    fn extreme_over(&mut self, kind: Reduction, steps: &Steps, extreme: &Tensor, first: &Tensor) -> Tensor {
        let mut extreme = self.either_number(&Self::is_done(steps), extreme, first);
        for (variable, extent) in steps.variables.iter().zip(&steps.extents).rev() {
            let vector = self.along(&extreme, *variable, extent);
            extreme = self.reduce(kind, &vector);
            // Of no steps it is the value before them; the largest of nothing is 0 in nalgebra.
            let last = self.sizes.resolve(extent).sub(&Size::constant(1));
            if !last.is_nonnegative() {
                let guard = Guard { affine: Affine::constant(last), test: Test::NonNegative };
                extreme = self.either_number(&Condition::Index(guard), &extreme, first);
            }
        }
        extreme
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn with_extreme(&mut self, before: Value, kind: Reduction, extreme: Tensor, span: Span) -> Option<Value> {
        match before {
            Value::State(outer) => self.extreme_of_state(kind, *outer, extreme, span),
            Value::Infinity(value) if (value < 0.0) == (kind == Reduction::Max) => Some(Value::Tensor(extreme)),
            Value::Tensor(before) => {
                let func = if kind == Reduction::Max { Func::Max } else { Func::Min };
                Some(Value::Tensor(self.apply(func, &[&before, &extreme])))
            }
            other => {
                self.diagnostics.error(span, format!("the largest or smallest of {} is not accepted", other.describe()));
                None
            }
        }
    }

    /// `then` where the condition holds, else a number that may be infinite: nothing is multiplied by it.
    pub(super) fn either_number(&mut self, condition: &Condition, then: &Tensor, otherwise: &Tensor) -> Tensor {
        if self.as_number(otherwise).is_none_or(f64::is_finite) {
            return self.select(condition, then, otherwise);
        }
        let mask = self.mask(condition);
        self.apply(Func::Select, &[&mask, then, otherwise])
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn multiplied(&mut self, before: Value, product: &Tensor, span: Span) -> Option<Value> {
        match before {
            Value::State(outer) => self.times(*outer, product.clone(), span),
            Value::Tensor(before) => Some(Value::Tensor(self.multiply(&[&before, product]))),
            whole => {
                let first = self.integer_as_number(whole)?;
                Some(Value::Integer(self.multiply(&[&first, product])))
            }
        }
    }
}
