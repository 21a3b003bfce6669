//! Conditions on indices, sizes and scalars; `if`/`else` as masked sums and selections.
//!
//! A condition on indices becomes guards of products: `if c { a } else { b }` is `[c]·a + [not c]·b`
//! with a guarded-out entry never read. A condition on scalars becomes an indicator and a
//! selection. Both evaluate their two arms everywhere, so inside an arm the argument of every
//! function that can overflow or leave its domain is replaced by a safe point where the arm is not
//! taken: the untaken arm and all its derivatives stay finite.

use std::collections::BTreeSet;

use super::value::{LoopVariable, Tensor};
use crate::ir::Guard;

mod guards;
mod parts;
mod protect;
mod select;

pub(super) use guards::{Comparison, complement_case, conjunction, exclude_each_other, implies};
use guards::{complement, complement_cases, intersect};
use parts::Kind;
pub use parts::Parts;

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Condition {
    Constant(bool),
    /// On indices and sizes.
    Index(Guard),
    /// On scalars: an indicator, 1 or 0.
    Scalar(Tensor),
    /// Of one part.
    Not(Parts),
    /// Of parts none of which is a conjunction.
    And(Parts),
    /// Of parts none of which is a disjunction.
    Or(Parts),
}

impl Condition {
    pub fn not(self) -> Self {
        match self {
            Self::Constant(value) => Self::Constant(!value),
            Self::Index(guard) => Self::Index(complement(&guard)),
            Self::Not(inner) => inner[0].clone(),
            other @ (Self::Scalar(_) | Self::And(_) | Self::Or(_)) => Self::Not(Parts::new(Kind::Not, vec![other])),
        }
    }

    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Constant(true), rest) | (rest, Self::Constant(true)) => rest,
            (Self::Constant(false), _) | (_, Self::Constant(false)) => Self::Constant(false),
            (first, second) => {
                let mut all = first.conjuncts().to_vec();
                if !second.conjuncts().iter().all(|part| add(&mut all, part)) {
                    return Self::Constant(false);
                }
                if all.len() == 1 { all.remove(0) } else { Self::And(Parts::new(Kind::And, all)) }
            }
        }
    }

    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Constant(false), rest) | (rest, Self::Constant(false)) => rest,
            (Self::Constant(true), _) | (_, Self::Constant(true)) => Self::Constant(true),
            (first, second) => {
                let mut all = first.disjuncts().to_vec();
                if !second.disjuncts().iter().all(|part| add(&mut all, part)) {
                    return Self::Constant(true);
                }
                if all.len() == 1 { all.remove(0) } else { Self::Or(Parts::new(Kind::Or, all)) }
            }
        }
    }

    /// `if condition { then } else { otherwise }`.
    pub(super) fn either(condition: &Self, then: Self, otherwise: Self) -> Self {
        if then == otherwise {
            return then;
        }
        let not = condition.clone().not();
        match (then, otherwise) {
            (Self::Constant(true), otherwise) => condition.clone().or(otherwise),
            (Self::Constant(false), otherwise) => not.and(otherwise),
            (then, Self::Constant(true)) => not.or(then),
            (then, Self::Constant(false)) => condition.clone().and(then),
            (then, otherwise) => condition.clone().and(then).or(not.and(otherwise)),
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

    /// The condition as a union of disjoint conjunctions of guards, where it is on indices only and
    /// there are not too many of them.
    pub(super) fn cases(&self) -> Option<Vec<Vec<Guard>>> {
        match self {
            Self::Constant(true) => Some(vec![Vec::new()]),
            Self::Constant(false) => Some(Vec::new()),
            Self::Index(guard) => Some(vec![vec![guard.clone()]]),
            Self::Scalar(_) => None,
            Self::Not(inner) => inner.cases(|parts| complement_cases(&parts[0].cases()?)),
            Self::And(all) => all.cases(|all| all.iter().try_fold(vec![Vec::new()], |cases, c| intersect(&cases, &c.cases()?))),
            Self::Or(all) => all.cases(|all| {
                all.iter().try_fold(Vec::new(), |mut cases: Vec<Vec<Guard>>, c| {
                    cases.extend(intersect(&complement_cases(&cases)?, &c.cases()?)?);
                    Some(cases)
                })
            }),
        }
    }

    /// Adds the index variables that it is on.
    pub(super) fn variables(&self, into: &mut BTreeSet<LoopVariable>) {
        for (leaf, _) in self.leaves() {
            if let Self::Index(guard) = leaf {
                into.extend(guard.affine.wires());
            }
        }
    }

    /// What it is made of in the end, and whether below a negation: each once, however many parts share it.
    pub(super) fn leaves(&self) -> Vec<(&Self, bool)> {
        let (mut found, mut seen, mut pending) = (Vec::new(), BTreeSet::new(), vec![(self, false)]);
        while let Some((condition, negated)) = pending.pop() {
            let (parts, negated) = match condition {
                Self::Constant(_) | Self::Index(_) | Self::Scalar(_) => {
                    found.push((condition, negated));
                    continue;
                }
                Self::Not(parts) => (parts, true),
                Self::And(parts) | Self::Or(parts) => (parts, negated),
            };
            if seen.insert((parts.address(), negated)) {
                pending.extend(parts.iter().map(|part| (part, negated)));
            }
        }
        found
    }

    /// The parts of a conjunction, or itself.
    fn conjuncts(&self) -> &[Self] {
        match self {
            Self::And(all) => all,
            other @ (Self::Constant(_) | Self::Index(_) | Self::Scalar(_) | Self::Not(_) | Self::Or(_)) => {
                std::slice::from_ref(other)
            }
        }
    }

    /// The parts of a disjunction, or itself.
    fn disjuncts(&self) -> &[Self] {
        match self {
            Self::Or(all) => all,
            other @ (Self::Constant(_) | Self::Index(_) | Self::Scalar(_) | Self::Not(_) | Self::And(_)) => {
                std::slice::from_ref(other)
            }
        }
    }
}

/// One more part, where it is not among them; `false` where its complement is.
fn add(all: &mut Vec<Condition>, part: &Condition) -> bool {
    if all.contains(part) {
        return true;
    }
    let not = part.clone().not();
    all.push(part.clone());
    !all.contains(&not)
}
