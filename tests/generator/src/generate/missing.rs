//! Data that decides: choices, flags, numbers that may be missing.

use super::chains::Items;
use super::{Generator, Known};
use crate::ast::{Expr, InputKind, Op, VARIANTS};
use crate::types::{Extent, Type};

impl Generator {
    /// One of the inputs of some kinds, with how many items it has if it is a list.
    fn drawn<T>(&mut self, kind: impl Fn(&InputKind) -> Option<T>) -> Option<(Expr, T)> {
        if self.bare {
            return None;
        }
        let found: Vec<usize> =
            (0..self.program.inputs.len()).filter(|k| kind(&self.program.inputs[*k].kind).is_some()).collect();
        let k = *found.get(self.random.below(found.len().max(1)))?;
        Some((Expr::Input(k), kind(&self.program.inputs[k].kind)?))
    }

    /// An optional number.
    fn optional(&mut self) -> Option<Expr> {
        let (input, length) = self.drawn(|kind| match kind {
            InputKind::Optional => Some(None),
            InputKind::Optionals(n) => Some(Some(*n)),
            _ => None,
        })?;
        self.at(input, length, Op::LookOptional)
    }

    fn at(&mut self, input: Expr, length: Option<Extent>, look: Op) -> Option<Expr> {
        let Some(length) = length else { return Some(input) };
        let place = self.index_within(self.length(length))?;
        Some(Expr::Apply(look, vec![input, place]))
    }

    /// `data.flag`, `data.flags[i]`, `data.gaps[i].is_some()`, or whether a choice is a variant.
    pub(super) fn flag(&mut self) -> Option<Expr> {
        match self.random.below(3) {
            0 => {
                let optional = self.optional()?;
                Some(Expr::Apply(Op::IsSome, vec![optional]))
            }
            1 => {
                let (choice, ()) = self.drawn(|kind| (*kind == InputKind::Choice).then_some(()))?;
                Some(Expr::Apply(Op::IsVariant(self.random.below(VARIANTS.len())), vec![choice]))
            }
            _ => {
                let (input, length) = self.drawn(|kind| match kind {
                    InputKind::Flag => Some(None),
                    InputKind::Flags(n) => Some(Some(*n)),
                    _ => None,
                })?;
                self.at(input, length, Op::Flagged)
            }
        }
    }

    /// A number by a choice, or of what may be missing.
    pub(super) fn of_data(&mut self, depth: usize) -> Option<Expr> {
        let less = depth.saturating_sub(1);
        if self.chance(40) {
            let (choice, ()) = self.drawn(|kind| (*kind == InputKind::Choice).then_some(()))?;
            let arms = VARIANTS.map(|_| self.number(less));
            return Some(Expr::Apply(Op::Match, [vec![choice], arms.to_vec()].concat()));
        }
        let optional = self.optional()?;
        let without = self.number(0);
        if self.chance(40) {
            return Some(Expr::Apply(Op::UnwrapOr, vec![optional, without]));
        }
        let closure = self.lambda(&[(Type::Number, Known::Nothing)], |g| g.number(less));
        Some(Expr::Apply(Op::MapOr, vec![optional, without, closure]))
    }

    /// Of optional numbers those that are there.
    pub(super) fn present(&mut self) -> Option<(Expr, Items)> {
        let (input, n) = self.drawn(|kind| match kind {
            InputKind::Optionals(n) => Some(*n),
            _ => None,
        })?;
        let items = Items { ty: Type::Reference, known: Known::Nothing, most: self.length(n) };
        Some((Expr::Apply(Op::Present, vec![input]), items))
    }
}
