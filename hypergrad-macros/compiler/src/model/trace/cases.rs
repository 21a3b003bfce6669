//! Integers that differ by case: `i.abs_diff(j)`, `if i == 0 { n - 1 } else { i - 1 }`. An operation
//! on such a value is done in each case, under its condition, and the results are merged.

use proc_macro2::Span;

use super::Tracer;
use super::condition::{Comparison, Condition};
use super::value::Value;
use crate::ir::{Affine, Size};

/// More cases of one integer are refused.
const MOST_CASES: usize = 64;

impl Tracer<'_> {
    /// Evaluates in each case of the arguments that differ by case; plainly where none does.
    pub(super) fn by_case(
        &mut self,
        arguments: Vec<Value>,
        evaluate: &mut dyn FnMut(&mut Self, Vec<Value>) -> Option<Value>,
    ) -> Option<Value> {
        let Some(position) = arguments.iter().position(differs) else { return evaluate(self, arguments) };
        let fixed = self.fixed_cells();
        let mut results: Vec<(Condition, Value)> = Vec::new();
        for (condition, value) in cases_of(&arguments[position]) {
            let mut arguments = arguments.clone();
            arguments[position] = value;
            let result = self.in_order(fixed, |tracer| {
                tracer.in_arm(&condition, Span::call_site(), |tracer| tracer.by_case(arguments, evaluate))
            })?;
            results.push((condition, result));
            let count = |(_, value): &(Condition, Value)| if let Value::Cases(cases) = value { cases.len() } else { 1 };
            if self.has_too_many_cases(results.iter().map(count).sum()) {
                return None;
            }
        }
        if results.iter().all(|(_, value)| matches!(value, Value::Index(_) | Value::Cases(_))) {
            return Value::one_of(results);
        }
        let (_, mut merged) = results.pop()?;
        for (condition, value) in results.into_iter().rev() {
            merged = self.merge(&condition, value, merged)?;
        }
        Some(merged)
    }

    /// Refuses more cases than are looked at: those of cases multiply.
    pub(super) fn has_too_many_cases(&mut self, count: usize) -> bool {
        if count > MOST_CASES && self.diagnostics.is_empty() {
            let place = self.diagnostics.reading();
            self.diagnostics.error_with_help(
                place,
                format!("an integer or a length in this function has more than {MOST_CASES} cases"),
                "write fewer `min`, `max`, `saturating_sub` and ends of ranges into one another",
            );
        }
        count > MOST_CASES
    }

    /// `if left >= right { large } else { small }`, decided where the sizes decide it.
    pub(super) fn by_order(&mut self, (left, right): (&Affine, &Affine), large: Affine, small: Affine) -> Option<Value> {
        if self.compare_indices(Comparison::Le, left, right) == Condition::Constant(true) {
            return Some(Value::Index(small));
        }
        match self.compare_indices(Comparison::Ge, left, right) {
            Condition::Constant(true) => Some(Value::Index(large)),
            larger @ (Condition::Constant(_)
            | Condition::Index(_)
            | Condition::Scalar(_)
            | Condition::Not(_)
            | Condition::And(_)
            | Condition::Or(_)) => self.merge(&larger, Value::Index(large), Value::Index(small)),
        }
    }
}

impl Value {
    /// A value that is `then` where the condition holds; the conditions of the cases exclude each
    /// other, and one always holds. Those that never hold are left out: cases of cases would multiply.
    pub(super) fn choice(condition: &Condition, then: Self, otherwise: Self) -> Self {
        let cases = vec![(condition.clone(), then), (condition.clone().not(), otherwise)];
        Self::one_of(cases).unwrap_or(Self::Never)
    }

    /// The one of these integers whose condition holds.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn one_of(alternatives: Vec<(Condition, Self)>) -> Option<Self> {
        let mut cases: Vec<(Condition, Self)> = Vec::new();
        for (outer, value) in alternatives {
            match value {
                Self::Cases(inner) => cases.extend(inner.into_iter().filter_map(|(c, v)| Some((outer.within(&c)?, v)))),
                value => cases.push((outer, value)),
            }
        }
        let (_, first) = cases.first()?;
        let same = |value: &Self| matches!((first, value), (Self::Index(first), Self::Index(other)) if first == other);
        Some(if cases.iter().all(|(_, value)| same(value)) { first.clone() } else { Self::Cases(cases) })
    }
}

impl Value {
    /// 1 where the condition holds, else 0.
    pub(super) fn of_condition(condition: &Condition) -> Self {
        let integer = |value| Self::count(Size::constant(value));
        match condition {
            Condition::Constant(value) => integer(i64::from(*value)),
            condition @ (Condition::Index(_)
            | Condition::Scalar(_)
            | Condition::Not(_)
            | Condition::And(_)
            | Condition::Or(_)) => Self::choice(condition, integer(1), integer(0)),
        }
    }
}

/// Whether a value, or a part of a tuple, differs by case.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
fn differs(value: &Value) -> bool {
    match value {
        Value::Cases(_) => true,
        Value::Tuple(values) => values.iter().any(differs),
        _ => false,
    }
}

/// The cases of a value: of a tuple, those of its first part that differs.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
fn cases_of(value: &Value) -> Vec<(Condition, Value)> {
    match value {
        Value::Cases(cases) => cases.clone(),
        Value::Tuple(values) => {
            let Some(position) = values.iter().position(differs) else { return Vec::new() };
            let with = |part: Value| {
                let mut values = values.clone();
                values[position] = part;
                Value::Tuple(values)
            };
            cases_of(&values[position]).into_iter().map(|(condition, part)| (condition, with(part))).collect()
        }
        _ => Vec::new(),
    }
}

/// The cases of a value that may differ by case.
pub(super) fn all_cases(value: Value) -> Vec<(Condition, Value)> {
    if !differs(&value) {
        return vec![(Condition::Constant(true), value)];
    }
    let nested = |(outer, value): (Condition, Value)| {
        all_cases(value).into_iter().filter_map(move |(condition, value)| Some((outer.within(&condition)?, value)))
    };
    cases_of(&value).into_iter().flat_map(nested).collect()
}
