//! Guards as logic: comparisons, complements, and what follows from what.

use crate::ir::{Affine, Func, Guard, Size, Test};

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
    pub(super) fn func(self) -> Func {
        match self {
            Self::Lt => Func::Lt,
            Self::Le => Func::Le,
            Self::Gt => Func::Gt,
            Self::Ge => Func::Ge,
            Self::Eq => Func::Eq,
            Self::Ne => Func::Ne,
        }
    }

    pub(super) fn guard(self, left: &Affine, right: &Affine) -> Guard {
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

pub(super) fn complement(guard: &Guard) -> Guard {
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

/// Conjunctions of a condition, beyond which it is a mask instead.
const MOST_CASES: usize = 64;

pub(super) fn intersect(left: &[Vec<Guard>], right: &[Vec<Guard>]) -> Option<Vec<Vec<Guard>>> {
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
pub(in crate::model::trace) fn conjunction(a: &[Guard], b: &[Guard]) -> Option<Vec<Guard>> {
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
pub(in crate::model::trace) fn exclude_each_other(guards: &[Guard]) -> bool {
    conjunction(&[], guards).is_none()
}

/// Whether one guard follows from another, as far as their difference tells.
pub(in crate::model::trace) fn implies(known: &Guard, guard: &Guard) -> bool {
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
pub(in crate::model::trace) fn complement_case(case: &[Guard]) -> Vec<Vec<Guard>> {
    // An index from data is a variable after those that say where it stands, and it is read where they are in range.
    let mut case = case.to_vec();
    case.sort_by_key(|guard| guard.affine.wires().max());
    let split = |k: usize| case[..k].iter().cloned().chain([complement(&case[k])]).collect();
    (0..case.len()).map(split).collect()
}

pub(super) fn complement_cases(cases: &[Vec<Guard>]) -> Option<Vec<Vec<Guard>>> {
    cases.iter().try_fold(vec![Vec::new()], |rest, case| intersect(&rest, &complement_case(case)))
}
