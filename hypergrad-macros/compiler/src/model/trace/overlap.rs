//! Whether the steps of a loop can be done in any order: which entries two of them touch.
//!
//! Two parts are compared for independent values of their variables: the equations `row = row'`,
//! `column = column'` are solved for the variables of the second, and what follows is held against the
//! guards of both.

use std::collections::BTreeMap;

use proc_macro2::Span;

use super::Tracer;
use super::accumulate::{Entries, MOST_SUMMANDS, Summand};
use super::cells::Read;
use super::condition::{Comparison, Condition, complement_case, exclude_each_other, implies};
use super::place::Part;
use super::value::{LoopVariable, Tensor};
use crate::ir::{Affine, Guard, Size, Test};

/// What two touches of entries have in common.
enum Overlap {
    None,
    /// Only within one step: where these indices are zero, if that is all the step's own.
    SameStep(Option<Vec<Affine>>),
    Any,
}

fn one() -> Size {
    Size::constant(1)
}

fn zero_guard(affine: Affine) -> Guard {
    Guard { affine, test: Test::Zero }
}

impl Tracer<'_> {
    /// Refuses what depends on the order of the steps; of what one step sets twice, the last one counts.
    pub(super) fn in_any_order(&mut self, name: &str, mut all: Entries, reads: &[Read], span: Span) -> Option<Entries> {
        for read in reads {
            let touched = Summand::new(self.number(0.0), Some(read.part.clone()), 0);
            for own in all.adds.iter().chain(&all.sets) {
                // What this step set is read as it was set, unless something in between changed it.
                if read.set_at.is_some_and(|set| own.order <= set || own.order > read.order) {
                    continue;
                }
                let same_step = own.part.as_ref() == Some(&read.part) && self.sets_once(own);
                if !same_step && !matches!(self.overlap(own, &touched), Overlap::None) {
                    self.refuse_step(name, read.span);
                    return None;
                }
            }
        }
        for set in &all.sets {
            if !self.sets_once(set) {
                self.refuse_step(name, span);
                return None;
            }
        }
        let mut sets: Vec<Summand> = Vec::new();
        for later in std::mem::take(&mut all.sets) {
            let mut rest = Vec::new();
            for earlier in sets {
                match self.overlap_of_sets(&earlier, &later) {
                    Overlap::None => rest.push(earlier),
                    Overlap::SameStep(Some(equal)) => {
                        let replaced: Vec<Guard> = equal.into_iter().map(zero_guard).chain(later.guards.clone()).collect();
                        let kept =
                            |case: Vec<Guard>| Summand { guards: [earlier.guards.as_slice(), &case].concat(), ..earlier.clone() };
                        rest.extend(complement_case(&replaced).into_iter().map(kept));
                    }
                    Overlap::Any | Overlap::SameStep(None) => {
                        self.refuse_step(name, span);
                        return None;
                    }
                }
            }
            rest.push(later);
            sets = rest;
            if sets.len() > MOST_SUMMANDS {
                self.refuse_step(name, span);
                return None;
            }
        }
        all.sets = sets;
        for (add, set) in all.adds.iter().flat_map(|add| all.sets.iter().map(move |set| (add, set))) {
            // Within a step, what is set before is added to.
            match self.overlap(add, set) {
                Overlap::None => {}
                Overlap::SameStep(_) if set.order < add.order => {}
                Overlap::SameStep(_) | Overlap::Any => {
                    self.refuse_step(name, span);
                    return None;
                }
            }
        }
        Some(all)
    }

    /// Whether the steps set different entries: the entry determines the step.
    fn sets_once(&mut self, set: &Summand) -> bool {
        let Some(part) = &set.part else { return set.local.is_empty() };
        let (mut equations, slack) = self.equations(part);
        equations.extend(set.guards.iter().filter(|guard| guard.test == Test::Zero).map(|guard| guard.affine.clone()));
        // Digits follow from what they are digits of, and the other way round. What is further out than the
        // loop is the same for all its steps, and indices from data where they are read there.
        let mut unknown = [set.local.as_slice(), &slack].concat();
        let mut pending: Vec<LoopVariable> = equations.iter().flat_map(Affine::wires).collect();
        while let Some(variable) = pending.pop() {
            let is_of_step = self.is_gathered(variable) && self.roots(variable).iter().any(|root| set.local.contains(root));
            if is_of_step && !unknown.contains(&variable) {
                unknown.push(variable);
            }
            if let Some(division) = self.division_of(variable)
                && !unknown.contains(&variable)
            {
                let definition = division.definition();
                unknown.push(variable);
                pending.extend(definition.wires());
                equations.push(definition);
            }
        }
        while let Some(found) = equations.iter().find_map(|equation| self.determined(equation, &unknown)) {
            unknown.retain(|v| *v != found);
        }
        set.local.iter().all(|v| !unknown.contains(v))
    }

    /// The same of two that are set; where the entry alone determines the step, the two are of one step.
    fn overlap_of_sets(&mut self, first: &Summand, second: &Summand) -> Overlap {
        let of_entry = Summand { guards: Vec::new(), ..first.clone() };
        if first.part != second.part || first.local != second.local || !self.sets_once(&of_entry) {
            return self.overlap(first, second);
        }
        if exclude_each_other(&[first.guards.as_slice(), &second.guards].concat()) {
            return Overlap::None;
        }
        Overlap::SameStep(Some(Vec::new()))
    }

    /// `row + r`, `column + c` with r and c new variables of the part's own rows and columns.
    fn equations(&mut self, part: &Part) -> (Vec<Affine>, Vec<LoopVariable>) {
        let mut slack = Vec::new();
        let mut along = |start: &Affine, count: &Size| {
            let start = start.map_sizes(&|size| self.sizes.resolve(size));
            if count.is_one() {
                return start;
            }
            let own = self.variable(count);
            slack.push(own);
            start.add(&Affine::wire(own))
        };
        (vec![along(&part.row, &part.rows), along(&part.column, &part.columns)], slack)
    }

    /// An unknown that an equation determines: its coefficient is larger than what the others can make up.
    fn determined(&self, equation: &Affine, unknown: &[LoopVariable]) -> Option<LoopVariable> {
        let open: Vec<(LoopVariable, Option<Size>)> = equation
            .terms
            .iter()
            .filter(|(v, _)| unknown.contains(v))
            .map(|(v, coefficient)| (*v, magnitude(&self.sizes.resolve(coefficient))))
            .collect();
        let spread = |but: LoopVariable| {
            open.iter().filter(|(v, _)| *v != but).try_fold(Size::zero(), |sum, (v, coefficient)| {
                Some(sum.add(&self.extent(*v).sub(&one()).mul(coefficient.as_ref()?)))
            })
        };
        let larger = |(v, coefficient): &&(LoopVariable, Option<Size>)| {
            let slack = coefficient.as_ref().and_then(|own| Some(own.sub(&one()).sub(&spread(*v)?)));
            slack.is_some_and(|slack| self.sizes.resolve(&slack).is_nonnegative())
        };
        open.iter().find(larger).map(|(v, _)| *v)
    }

    /// The entries that two summands touch, for independent values of their variables.
    fn overlap(&mut self, first: &Summand, second: &Summand) -> Overlap {
        let (Some(a), Some(b)) = (&first.part, &second.part) else { return Overlap::Any };
        let ((a, _), (b, slack)) = (self.equations(a), self.equations(b));
        let apart = a.iter().zip(&b).any(|(a, b)| {
            let bounds = |affine: &Affine| affine.bounds(&|v| self.extent(v));
            let (Some((low, high)), Some((other_low, other_high))) = (bounds(a), bounds(b)) else { return false };
            [low.sub(&other_high), other_low.sub(&high)].iter().any(|gap| self.sizes.resolve(gap).sub(&one()).is_nonnegative())
        });
        if apart {
            return Overlap::None;
        }
        let all = || a.iter().chain(&b).chain(first.guards.iter().chain(&second.guards).map(|guard| &guard.affine));
        if all().flat_map(Affine::wires).any(|v| self.variables[v.0 as usize].definition.is_some()) {
            return Overlap::Any;
        }
        // The second's variables are independent of the first's. What is only read says not of which loops.
        let own: Vec<LoopVariable> = match second.local.as_slice() {
            [] => b.iter().flat_map(Affine::wires).filter(|v| !slack.contains(v)).collect(),
            local => local.to_vec(),
        };
        let mut renamed: BTreeMap<LoopVariable, LoopVariable> = BTreeMap::new();
        for variable in own {
            let extent = self.extent(variable);
            renamed.insert(variable, self.variable(&extent));
        }
        let rename = |affine: &Affine| affine.substitute(&|v| Affine::wire(renamed.get(&v).copied().unwrap_or(v)));
        let free: Vec<LoopVariable> = renamed.values().copied().chain(slack).collect();
        let (solved, open) = solve(a.iter().zip(&b).map(|(a, b)| a.sub(&rename(b))).collect(), &free);
        let second_guards = second.guards.iter().map(|guard| substituted(&rename(&guard.affine), &solved, guard.test));
        let mut guards: Vec<Guard> = first.guards.iter().map(|guard| substituted(&guard.affine, &solved, guard.test)).collect();
        guards.extend(second_guards);
        guards.extend(open.into_iter().map(zero_guard));
        for (variable, value) in &solved {
            let last = Affine::constant(self.extent(*variable).sub(&one()));
            guards.push(Guard { affine: value.clone(), test: Test::NonNegative });
            guards.push(Guard { affine: last.sub(value), test: Test::NonNegative });
        }
        let never =
            |guard: &Guard| self.tested(guard) == Condition::Constant(false) || guard.test == Test::Zero && is_odd(&guard.affine);
        if guards.iter().any(never) || exclude_each_other(&guards) {
            return Overlap::None;
        }
        // One step: each variable of the second is that of the first.
        let is_zero = |affine: &Affine| {
            let test = |affine: Affine| Guard { affine, test: Test::NonNegative };
            let (above, below) = (test(affine.clone()), test(affine.scale(&Size::constant(-1))));
            *affine == Affine::default() || [above, below].iter().all(|bound| guards.iter().any(|guard| implies(guard, bound)))
        };
        let mut common = renamed.iter().filter(|(own, _)| first.local.contains(own)).peekable();
        let (Some(p), Some(q), true) = (&first.part, &second.part, common.peek().is_some()) else { return Overlap::Any };
        let same = |(own, new): (&LoopVariable, &LoopVariable)| {
            solved.get(new).is_some_and(|value| is_zero(&value.sub(&Affine::wire(*own))))
        };
        if !common.all(same) {
            return Overlap::Any;
        }
        let comparable = second.local.iter().all(|v| first.local.contains(v)) && p.rows == q.rows && p.columns == q.columns;
        let equal = [p.row.sub(&q.row), p.column.sub(&q.column)];
        let equal = || distinct(equal.into_iter().filter(|affine| *affine != Affine::default()).collect());
        Overlap::SameStep(comparable.then(equal))
    }

    fn tested(&self, guard: &Guard) -> Condition {
        let comparison = match guard.test {
            Test::Zero => Comparison::Eq,
            Test::NonZero => Comparison::Ne,
            Test::NonNegative => Comparison::Ge,
        };
        self.compare_indices(comparison, &guard.affine, &Affine::default())
    }

    /// Which entries `(r, c)` are set, as a condition on the two.
    pub(super) fn condition_of_sets(
        &mut self,
        base: &Tensor,
        sets: &[Summand],
    ) -> Option<((LoopVariable, LoopVariable), Condition)> {
        let (r, c) = self.axes(&base.rows, &base.columns);
        let mut all = Condition::Constant(false);
        for set in sets {
            all = all.or(self.condition_of_set(base, set, (r, c))?);
        }
        all.cases()?;
        Some(((r, c), all))
    }

    fn condition_of_set(&mut self, base: &Tensor, set: &Summand, (r, c): (LoopVariable, LoopVariable)) -> Option<Condition> {
        let part = set.part.as_ref()?;
        if !set.pattern.is_empty() {
            return None;
        }
        let mut condition = Condition::Constant(true);
        let mut equations = Vec::new();
        let axes = [(r, &part.row, &part.rows, &base.rows), (c, &part.column, &part.columns, &base.columns)];
        for (variable, start, count, all) in axes {
            let index = if all.is_one() { Affine::default() } else { Affine::wire(variable) };
            if count.is_one() {
                equations.push(index.sub(start));
            } else if start.wires().any(|v| set.local.contains(&v)) {
                return None;
            } else {
                condition = condition.and(self.within_length(&index, start, count, all));
            }
        }
        let mentioned = || equations.iter().chain(set.guards.iter().map(|guard| &guard.affine));
        if mentioned().flat_map(Affine::wires).any(|v| self.variables[v.0 as usize].definition.is_some()) {
            return None;
        }
        let (solved, open) = solve(equations, &set.local);
        if set.local.iter().any(|v| !solved.contains_key(v)) {
            return None;
        }
        for (variable, value) in &solved {
            let end = Affine::constant(self.extent(*variable));
            condition = condition.and(self.compare_indices(Comparison::Ge, value, &Affine::default()));
            condition = condition.and(self.compare_indices(Comparison::Lt, value, &end));
        }
        for guard in
            set.guards.iter().map(|guard| substituted(&guard.affine, &solved, guard.test)).chain(open.into_iter().map(zero_guard))
        {
            condition = condition.and(self.tested(&guard));
        }
        Some(condition)
    }
}

/// Solves `equation = 0` for some variables with coefficient 1 or -1; gives what is left too.
fn solve(equations: Vec<Affine>, free: &[LoopVariable]) -> (BTreeMap<LoopVariable, Affine>, Vec<Affine>) {
    let mut solved: BTreeMap<LoopVariable, Affine> = BTreeMap::new();
    let mut open: Vec<Affine> = Vec::new();
    for equation in equations {
        let equation = substituted(&equation, &solved, Test::Zero).affine;
        let unit = equation.terms.iter().find(|(v, coefficient)| {
            free.contains(v) && coefficient.as_constant().is_some_and(|coefficient| coefficient.abs() == 1)
        });
        let Some((variable, coefficient)) = unit.cloned() else {
            if equation != Affine::default() {
                open.push(equation);
            }
            continue;
        };
        // c·v + rest = 0, so v = -rest / c.
        let rest = equation.sub(&Affine::wire(variable).scale(&coefficient));
        let value = rest.scale(&coefficient.scale(-1));
        let own = BTreeMap::from([(variable, value.clone())]);
        for earlier in solved.values_mut() {
            *earlier = substituted(earlier, &own, Test::Zero).affine;
        }
        for earlier in &mut open {
            *earlier = substituted(earlier, &own, Test::Zero).affine;
        }
        solved.insert(variable, value);
    }
    (solved, open)
}

fn substituted(affine: &Affine, solved: &BTreeMap<LoopVariable, Affine>, test: Test) -> Guard {
    Guard { affine: affine.substitute(&|v| solved.get(&v).cloned().unwrap_or_else(|| Affine::wire(v))), test }
}

fn magnitude(size: &Size) -> Option<Size> {
    [1, -1].into_iter().map(|sign| size.scale(sign)).find(Size::is_nonnegative)
}

/// Without those that are another one, or its opposite.
fn distinct(affines: Vec<Affine>) -> Vec<Affine> {
    let mut kept: Vec<Affine> = Vec::new();
    for affine in affines {
        if !kept.iter().any(|own| *own == affine || *own == affine.scale(&Size::constant(-1))) {
            kept.push(affine);
        }
    }
    kept
}

/// Whether the coefficients have a common divisor that the constant lacks: `2i - 2j + 1` is never zero.
fn is_odd(affine: &Affine) -> bool {
    let mut coefficients = affine.terms.iter().map(|(_, coefficient)| coefficient.as_constant());
    let divisor = coefficients.try_fold(0, |divisor, coefficient| Some(greatest_divisor(divisor, coefficient?)));
    match (divisor, affine.constant.as_constant()) {
        (Some(divisor), Some(constant)) => divisor > 1 && constant % divisor != 0,
        _ => false,
    }
}

fn greatest_divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a.abs() } else { greatest_divisor(b, a % b) }
}
