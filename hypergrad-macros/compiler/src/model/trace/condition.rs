//! Conditions on indices, sizes and scalars; `if`/`else` as masked sums and selections.
//!
//! A condition on indices becomes guards of products: `if c { a } else { b }` is `[c]·a + [not c]·b`
//! with a guarded-out entry never read. A condition on scalars becomes an indicator and a
//! selection. Both evaluate their two arms everywhere, so inside an arm the argument of every
//! function that can overflow or leave its domain is replaced by a safe point where the arm is not
//! taken: the untaken arm and all its derivatives stay finite.

use std::collections::BTreeSet;

use super::Tracer;
use super::contract::{Contraction, Factor};
use super::value::{LoopVariable, Struct, Tensor, Value, own_index};
use crate::ir::{Affine, Func, Guard, Reduction, Size, Test};
use crate::model::Form;

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Condition {
    Constant(bool),
    /// On indices and sizes.
    Index(Guard),
    /// On scalars: an indicator, 1 or 0.
    Scalar(Tensor),
    Not(Box<Condition>),
    And(Vec<Condition>),
    Or(Vec<Condition>),
}

/// Comparisons of the language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
}

impl Comparison {
    fn func(self) -> Func {
        match self {
            Self::Lt => Func::Lt,
            Self::Le => Func::Le,
            Self::Gt => Func::Gt,
            Self::Ge => Func::Ge,
            Self::Eq => Func::Eq,
            Self::Ne => Func::Ne,
        }
    }

    fn guard(self, left: &Affine, right: &Affine) -> Guard {
        let one = Affine::constant(Size::constant(1));
        let (affine, test) = match self {
            Self::Eq => (left.sub(right), Test::Zero),
            Self::Ne => (left.sub(right), Test::NonZero),
            Self::Ge => (left.sub(right), Test::NonNegative),
            Self::Le => (right.sub(left), Test::NonNegative),
            Self::Gt => (left.sub(right).sub(&one), Test::NonNegative),
            Self::Lt => (right.sub(left).sub(&one), Test::NonNegative),
        };
        Guard { affine, test }
    }
}

fn complement(guard: &Guard) -> Guard {
    let (affine, test) = match guard.test {
        Test::Zero => (guard.affine.clone(), Test::NonZero),
        Test::NonZero => (guard.affine.clone(), Test::Zero),
        Test::NonNegative => {
            let negated = guard.affine.scale(&Size::constant(-1));
            (negated.sub(&Affine::constant(Size::constant(1))), Test::NonNegative)
        }
    };
    Guard { affine, test }
}

impl Condition {
    pub fn not(self) -> Self {
        match self {
            Self::Constant(value) => Self::Constant(!value),
            Self::Index(guard) => Self::Index(complement(&guard)),
            Self::Not(inner) => *inner,
            other @ (Self::Scalar(_) | Self::And(_) | Self::Or(_)) => Self::Not(Box::new(other)),
        }
    }

    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Constant(true), rest) | (rest, Self::Constant(true)) => rest,
            (Self::Constant(false), _) | (_, Self::Constant(false)) => Self::Constant(false),
            (Self::And(mut all), rest) => {
                all.push(rest);
                Self::And(all)
            }
            (first, second) => Self::And(vec![first, second]),
        }
    }

    /// Both, without guards that follow from others; `None` where they exclude each other.
    pub(super) fn within(&self, other: &Self) -> Option<Self> {
        let (Some(own), Some(others)) = (self.guards(), other.guards()) else { return Some(self.clone().and(other.clone())) };
        let all = conjunction(&own, &others)?;
        Some(all.into_iter().map(Self::Index).fold(Self::Constant(true), Self::and))
    }

    /// The guards of a conjunction of nothing else.
    fn guards(&self) -> Option<Vec<Guard>> {
        match self {
            Self::Constant(true) => Some(Vec::new()),
            Self::Index(guard) => Some(vec![guard.clone()]),
            Self::And(all) => all.iter().map(Self::guards).collect::<Option<Vec<_>>>().map(|parts| parts.concat()),
            Self::Constant(false) | Self::Scalar(_) | Self::Not(_) | Self::Or(_) => None,
        }
    }

    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Constant(false), rest) | (rest, Self::Constant(false)) => rest,
            (Self::Constant(true), _) | (_, Self::Constant(true)) => Self::Constant(true),
            (first, second) => Self::Or(vec![first, second]),
        }
    }

    /// The condition as a union of disjoint conjunctions of guards, where it is on indices only and
    /// there are not too many of them.
    pub(super) fn cases(&self) -> Option<Vec<Vec<Guard>>> {
        match self {
            Self::Constant(true) => Some(vec![Vec::new()]),
            Self::Constant(false) => Some(Vec::new()),
            Self::Index(guard) => Some(vec![vec![guard.clone()]]),
            Self::Scalar(_) => None,
            Self::Not(inner) => complement_cases(&inner.cases()?),
            Self::And(all) => all.iter().try_fold(vec![Vec::new()], |cases, c| intersect(&cases, &c.cases()?)),
            Self::Or(all) => all.iter().try_fold(Vec::new(), |mut cases: Vec<Vec<Guard>>, c| {
                cases.extend(intersect(&complement_cases(&cases)?, &c.cases()?)?);
                Some(cases)
            }),
        }
    }

    /// Adds the index variables that it is on.
    pub(super) fn variables(&self, into: &mut BTreeSet<LoopVariable>) {
        match self {
            Self::Constant(_) | Self::Scalar(_) => {}
            Self::Index(guard) => into.extend(guard.affine.wires()),
            Self::Not(inner) => inner.variables(into),
            Self::And(all) | Self::Or(all) => all.iter().for_each(|c| c.variables(into)),
        }
    }

    /// The parts of a conjunction, innermost `And`s opened.
    fn conjuncts<'c>(&'c self, into: &mut Vec<&'c Self>) {
        match self {
            Self::And(all) => all.iter().for_each(|c| c.conjuncts(into)),
            other @ (Self::Constant(_) | Self::Index(_) | Self::Scalar(_) | Self::Not(_) | Self::Or(_)) => into.push(other),
        }
    }
}

/// Conjunctions of a condition, beyond which it is a mask instead.
const MOST_CASES: usize = 64;

fn intersect(left: &[Vec<Guard>], right: &[Vec<Guard>]) -> Option<Vec<Vec<Guard>>> {
    let mut all = Vec::new();
    for a in left {
        all.extend(right.iter().filter_map(|b| conjunction(a, b)));
        if all.len() > MOST_CASES {
            return None;
        }
    }
    Some(all)
}

/// All of these guards, without those that follow from others; `None` where two exclude each other.
pub(super) fn conjunction(a: &[Guard], b: &[Guard]) -> Option<Vec<Guard>> {
    let mut all = a.to_vec();
    for guard in b {
        if all.iter().any(|other| implies(other, &complement(guard))) {
            return None;
        }
        if !all.iter().any(|other| implies(other, guard)) {
            all.push(guard.clone());
        }
    }
    Some(all)
}

/// Whether two of these guards never hold together.
pub(super) fn exclude_each_other(guards: &[Guard]) -> bool {
    conjunction(&[], guards).is_none()
}

/// Whether one guard follows from another, as far as their difference tells.
pub(super) fn implies(known: &Guard, guard: &Guard) -> bool {
    let more = guard.affine.sub(&known.affine);
    let slack = if more.terms.is_empty() { more.constant.as_constant() } else { None };
    match (known.test, guard.test) {
        (Test::NonNegative, Test::NonNegative) => slack.is_some_and(|slack| slack >= 0),
        (Test::Zero, Test::NonNegative) => slack.is_some_and(|slack| slack >= 0),
        (Test::Zero, Test::NonZero) => slack.is_some_and(|slack| slack != 0),
        (Test::NonNegative, Test::NonZero) => slack.is_some_and(|slack| slack > 0),
        (Test::Zero, Test::Zero) | (Test::NonZero, Test::NonZero) => slack == Some(0),
        (Test::NonNegative | Test::NonZero, Test::Zero) | (Test::NonZero, Test::NonNegative) => false,
    }
}

/// Where not all of these guards hold, as disjoint conjunctions.
pub(super) fn complement_case(case: &[Guard]) -> Vec<Vec<Guard>> {
    // An index from data is a variable after those that say where it stands, and it is read where they are in range.
    let mut case = case.to_vec();
    case.sort_by_key(|guard| guard.affine.wires().max());
    let split = |k: usize| case[..k].iter().cloned().chain([complement(&case[k])]).collect();
    (0..case.len()).map(split).collect()
}

fn complement_cases(cases: &[Vec<Guard>]) -> Option<Vec<Vec<Guard>>> {
    cases.iter().try_fold(vec![Vec::new()], |rest, case| intersect(&rest, &complement_case(case)))
}

impl Tracer<'_> {
    /// A comparison of integers, decided where the sizes decide it.
    pub(super) fn compare_indices(&self, comparison: Comparison, left: &Affine, right: &Affine) -> Condition {
        let guard = comparison.guard(left, right);
        let affine = guard.affine.map_sizes(&|size| self.sizes.resolve(size));
        let Some((low, high)) = affine.bounds(&|v| self.extent(v)) else {
            return Condition::Index(Guard { affine, ..guard });
        };
        let one = Size::constant(1);
        let (negative, positive) = (high.scale(-1).sub(&one).is_nonnegative(), low.sub(&one).is_nonnegative());
        let zero = low.is_zero() && high.is_zero();
        match guard.test {
            Test::NonNegative if low.is_nonnegative() => Condition::Constant(true),
            Test::NonNegative if negative => Condition::Constant(false),
            Test::Zero | Test::NonZero if negative || positive => Condition::Constant(guard.test == Test::NonZero),
            Test::Zero | Test::NonZero if zero => Condition::Constant(guard.test == Test::Zero),
            test @ (Test::Zero | Test::NonZero | Test::NonNegative) => Condition::Index(Guard { affine, test }),
        }
    }

    pub(super) fn compare_scalars(&mut self, comparison: Comparison, left: &Tensor, right: &Tensor) -> Condition {
        let indicator = self.apply(comparison.func(), &[left, right]);
        match self.as_number(&indicator) {
            Some(value) => Condition::Constant(value != 0.0),
            None => Condition::Scalar(indicator),
        }
    }

    /// 1 where the condition holds, 0 elsewhere.
    pub(super) fn mask(&mut self, condition: &Condition) -> Tensor {
        if let Some(cases) = condition.cases() {
            let one = self.number(1.0);
            return self.guarded_union(&one, &cases);
        }
        match condition {
            Condition::Scalar(indicator) => indicator.clone(),
            Condition::Not(inner) => {
                let inner = self.mask(inner);
                let one = self.number(1.0);
                self.linear(&[(1.0, &one), (-1.0, &inner)])
            }
            Condition::And(all) => {
                let masks: Vec<Tensor> = all.iter().map(|c| self.mask(c)).collect();
                self.multiply(&masks.iter().collect::<Vec<_>>())
            }
            Condition::Or(all) => {
                let none = all.iter().fold(Condition::Constant(true), |none, c| none.and(c.clone().not()));
                self.mask(&none.not_deep())
            }
            Condition::Constant(_) | Condition::Index(_) => self.number(0.0),
        }
    }

    /// `tensor` where all guards hold, 0 elsewhere (and not even read there).
    pub(super) fn guarded(&mut self, tensor: &Tensor, guards: &[Guard]) -> Tensor {
        if guards.is_empty() {
            return tensor.clone();
        }
        let (r, c) = self.axes(&tensor.rows, &tensor.columns);
        let contraction = Contraction {
            factors: vec![Factor::at(tensor, &Affine::wire(r), &Affine::wire(c))],
            guards: guards.to_vec(),
            local: own_index(tensor.form, &r, &c),
            out: own_index(tensor.form, &Affine::wire(r), &Affine::wire(c)),
            ..Contraction::default()
        };
        self.contract(contraction, tensor.form, &tensor.rows, &tensor.columns)
    }

    /// `Σ` over disjoint cases of the guarded tensor.
    fn guarded_union(&mut self, tensor: &Tensor, cases: &[Vec<Guard>]) -> Tensor {
        let parts: Vec<Tensor> = cases.iter().map(|case| self.guarded(tensor, case)).collect();
        if parts.is_empty() {
            return self.scale(0.0, tensor);
        }
        self.linear(&parts.iter().map(|part| (1.0, part)).collect::<Vec<_>>())
    }

    /// `if condition { then } else { otherwise }` of tensors of one shape.
    pub(super) fn select(&mut self, condition: &Condition, then: &Tensor, otherwise: &Tensor) -> Tensor {
        if then == otherwise || *condition == Condition::Constant(true) {
            return then.clone();
        }
        if let (Some(cases), Some(rest)) = (condition.cases(), condition.clone().not().cases()) {
            let then = self.guarded_union(then, &cases);
            let otherwise = self.guarded_union(otherwise, &rest);
            return self.linear(&[(1.0, &then), (1.0, &otherwise)]);
        }
        let mask = self.mask(condition);
        self.apply(Func::Select, &[&mask, then, otherwise])
    }

    /// `argument`, replaced by `safe` where an enclosing arm is not taken.
    pub(super) fn protect(&mut self, argument: &Tensor, safe: f64) -> Tensor {
        if self.arms.is_empty() || self.as_number(argument).is_some() {
            return argument.clone();
        }
        let (mask, guards) = self.where_taken(argument);
        let Some(mask) = mask else { return self.protect_by_guards(argument, safe, &guards) };
        let safe = self.number(safe);
        self.apply(Func::Select, &[&mask, argument, &safe])
    }

    /// The same of what is infinite where the arm is not taken: guards on an index from the data would multiply it by 0.
    pub(super) fn protect_infinite(&mut self, argument: &Tensor, safe: f64) -> Tensor {
        let (mask, guards) = self.where_taken(argument);
        if mask.is_none() && guards.is_empty() {
            return argument.clone();
        }
        let (one, safe) = (self.number(1.0), self.number(safe));
        let mask = mask.unwrap_or_else(|| self.guarded(&one, &guards));
        self.apply(Func::Select, &[&mask, argument, &safe])
    }

    /// The same with a tensor of the same shape in its place.
    pub(super) fn protected(&mut self, argument: &Tensor, safe: &Tensor) -> Tensor {
        if self.arms.is_empty() {
            return argument.clone();
        }
        match self.where_taken(argument) {
            (None, guards) if guards.is_empty() => argument.clone(),
            (None, guards) => {
                let all = guards.into_iter().fold(Condition::Constant(true), |all, guard| all.and(Condition::Index(guard)));
                self.select(&all, argument, safe)
            }
            (Some(mask), _) => self.apply(Func::Select, &[&mask, argument, safe]),
        }
    }

    /// Where the enclosing arms are taken, as far as values decide it.
    pub(super) fn taken_by_values(&self) -> Condition {
        let mut conjuncts = Vec::new();
        self.arms.iter().for_each(|arm| arm.conjuncts(&mut conjuncts));
        let by_values = conjuncts.into_iter().filter(|conjunct| !matches!(conjunct, Condition::Index(_)));
        by_values.fold(Condition::Constant(true), |all, conjunct| all.and(conjunct.clone()))
    }

    /// Where the enclosing arms are taken: by guards on indices alone, or by a mask.
    fn where_taken(&mut self, argument: &Tensor) -> (Option<Tensor>, Vec<Guard>) {
        let arms = self.arms.clone();
        let mut conjuncts = Vec::new();
        for arm in &arms {
            arm.conjuncts(&mut conjuncts);
        }
        let mut guards = Vec::new();
        let mut others = Condition::Constant(true);
        for conjunct in conjuncts {
            match conjunct {
                Condition::Index(guard) => guards.extend(self.project(guard, &argument.batch)),
                other @ (Condition::Constant(_)
                | Condition::Scalar(_)
                | Condition::Not(_)
                | Condition::And(_)
                | Condition::Or(_)) => others = others.and(other.clone()),
            }
        }
        if others == Condition::Constant(true) {
            return (None, guards);
        }
        let mut mask = self.mask(&others);
        mask = self.guarded(&mask, &guards);
        (Some(self.exists(mask, &argument.batch)), Vec::new())
    }

    /// `[guards]·argument + safe·(1 - [guards])`: as smooth as the argument.
    fn protect_by_guards(&mut self, argument: &Tensor, safe: f64, guards: &[Guard]) -> Tensor {
        if guards.is_empty() {
            return argument.clone();
        }
        let inside = self.guarded(argument, guards);
        let one = self.number(1.0);
        let mask = self.guarded(&one, guards);
        self.linear(&[(1.0, &inside), (safe, &one), (-safe, &mask)])
    }

    /// What a guard says of these variables alone: the others take their best values. `None` where
    /// it says nothing.
    fn project(&self, guard: &Guard, kept: &[LoopVariable]) -> Option<Guard> {
        let foreign: Vec<LoopVariable> =
            guard.affine.wires().filter(|v| !self.roots(*v).iter().all(|r| kept.contains(r))).collect();
        if foreign.is_empty() {
            return Some(guard.clone());
        }
        if guard.test != Test::NonNegative || foreign.len() == guard.affine.terms.len() {
            return None;
        }
        let mut affine = guard.affine.clone();
        for variable in foreign {
            let coefficient = affine.coefficient(variable);
            let term = Affine::wire(variable).scale(&coefficient);
            let (_, high) = term.bounds(&|v| self.extent(v))?;
            affine = affine.sub(&term).add(&Affine::constant(high));
        }
        Some(Guard { affine, test: Test::NonNegative })
    }

    /// Whether a mask holds for some value of the variables that are not kept. What a loop carries is known at one
    /// step only: its mask stays one of each step.
    fn exists(&mut self, mask: Tensor, kept: &[LoopVariable]) -> Tensor {
        if self.graph.is_unbound(mask.node) {
            return mask;
        }
        let foreign: Vec<LoopVariable> = mask.batch.iter().copied().filter(|v| !kept.contains(v)).collect();
        foreign.into_iter().fold(mask, |mask, variable| {
            let extent = self.extent(variable);
            let one = Size::constant(1);
            let column = self.variable(&one);
            let vector = self.bind(&mask, Form::Column, (variable, &extent), (column, &one));
            self.reduce(Reduction::Max, &vector)
        })
    }

    /// Merges the values of two arms.
    pub(super) fn merge(&mut self, condition: &Condition, then: Value, otherwise: Value) -> Option<Value> {
        match (then, otherwise) {
            (Value::Never, value) | (value, Value::Never) => Some(value),
            (Value::Tensor(then), Value::Tensor(otherwise)) => {
                let (then, otherwise) = self.same_form(then, otherwise);
                let differ =
                    |a: &Size, b: &Size| self.sizes.resolve(a).sub(&self.sizes.resolve(b)).as_constant().is_some_and(|d| d != 0);
                if differ(&then.rows, &otherwise.rows) || differ(&then.columns, &otherwise.columns) {
                    return None;
                }
                Some(Value::Tensor(self.select(condition, &then, &otherwise)))
            }
            (Value::State(then), Value::State(otherwise)) => self.merge_states(condition, *then, *otherwise),
            (Value::Growing(then), Value::Growing(otherwise)) => self.merge_growing(condition, *then, *otherwise),
            (Value::Text, Value::Text) => Some(Value::Text),
            (Value::Bool(then), Value::Bool(otherwise)) => {
                let taken = condition.clone().and(then);
                Some(Value::Bool(taken.or(condition.clone().not().and(otherwise))))
            }
            (Value::Index(then), Value::Index(otherwise)) if then == otherwise => Some(Value::Index(then)),
            (then @ (Value::Index(_) | Value::Cases(_)), otherwise @ (Value::Index(_) | Value::Cases(_))) => {
                Some(Value::choice(condition, then, otherwise))
            }
            (then @ (Value::Integer(_) | Value::Index(_)), otherwise @ (Value::Integer(_) | Value::Index(_))) => {
                let (then, otherwise) = (self.integer_as_number(then)?, self.integer_as_number(otherwise)?);
                Some(Value::Integer(self.select(condition, &then, &otherwise)))
            }
            (then @ (Value::Range(_) | Value::Stream(_)), otherwise @ (Value::Range(_) | Value::Stream(_))) => {
                let (then, otherwise) = (self.stream_of(then)?, self.stream_of(otherwise)?);
                Some(Value::Stream(Box::new(self.either(condition, then, otherwise)?)))
            }
            (Value::Choice(then), Value::Choice(otherwise)) => self.merge_choices(condition, *then, *otherwise),
            (Value::Tuple(then), Value::Tuple(otherwise)) => Some(Value::Tuple(self.merge_all(condition, then, otherwise)?)),
            (Value::Array(then), Value::Array(otherwise)) if then.len() == otherwise.len() => {
                Some(Value::Array(self.merge_all(condition, then, otherwise)?))
            }
            (Value::Struct(then), Value::Struct(otherwise)) => {
                let mut fields = Vec::new();
                for (name, value) in then.fields {
                    let other = otherwise.fields.iter().find(|(n, _)| *n == name)?.1.clone();
                    fields.push((name, self.merge(condition, value, other)?));
                }
                Some(Value::Struct(Struct { name: then.name, fields }))
            }
            _ => None,
        }
    }

    fn merge_all(&mut self, condition: &Condition, then: Vec<Value>, otherwise: Vec<Value>) -> Option<Vec<Value>> {
        then.into_iter().zip(otherwise).map(|(a, b)| self.merge(condition, a, b)).collect()
    }
}

impl Condition {
    /// The negation, one level opened, so that the mask of a disjunction ends.
    fn not_deep(self) -> Self {
        Self::Not(Box::new(self))
    }
}
