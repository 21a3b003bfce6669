//! Arguments of functions inside of an arm, replaced where the arm is not taken.

use super::super::Tracer;
use super::super::value::{LoopVariable, Tensor};
use super::Condition;
use crate::ir::{Affine, Func, Guard, Reduction, Size, Test};
use crate::model::Form;

impl Tracer<'_> {
    /// `argument`, replaced by `safe` where an enclosing arm is not taken.
    pub(in crate::model::trace) fn protect(&mut self, argument: &Tensor, safe: f64) -> Tensor {
        if self.arms.is_empty() || self.as_number(argument).is_some() {
            return argument.clone();
        }
        let (mask, guards) = self.where_taken(argument);
        let Some(mask) = mask else { return self.protect_by_guards(argument, safe, &guards) };
        let safe = self.number(safe);
        self.apply(Func::Select, &[&mask, argument, &safe])
    }

    /// The same of what is infinite where the arm is not taken: guards on an index from the data would multiply it by 0.
    pub(in crate::model::trace) fn protect_infinite(&mut self, argument: &Tensor, safe: f64) -> Tensor {
        let (mask, guards) = self.where_taken(argument);
        if mask.is_none() && guards.is_empty() {
            return argument.clone();
        }
        let (one, safe) = (self.number(1.0), self.number(safe));
        let mask = mask.unwrap_or_else(|| self.guarded(&one, &guards));
        self.apply(Func::Select, &[&mask, argument, &safe])
    }

    /// The same with a tensor of the same shape in its place.
    pub(in crate::model::trace) fn protected(&mut self, argument: &Tensor, safe: &Tensor) -> Tensor {
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
    pub(in crate::model::trace) fn taken_by_values(&self) -> Condition {
        let conjuncts = self.arms.iter().flat_map(Condition::conjuncts);
        let by_values = conjuncts.filter(|conjunct| !matches!(conjunct, Condition::Index(_)));
        by_values.fold(Condition::Constant(true), |all, conjunct| all.and(conjunct.clone()))
    }

    /// Where the enclosing arms are taken: by guards on indices alone, or by a mask.
    fn where_taken(&mut self, argument: &Tensor) -> (Option<Tensor>, Vec<Guard>) {
        let arms = self.arms.clone();
        let mut guards = Vec::new();
        let mut others = Condition::Constant(true);
        for conjunct in arms.iter().flat_map(Condition::conjuncts) {
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
}
