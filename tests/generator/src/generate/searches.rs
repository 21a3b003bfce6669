//! Items that are looked for, and the adapters that stop or choose by a condition.

use super::chains::{Items, has_filter, has_tensor};
use super::{Generator, Known};
use crate::ast::{Expr, Op, Pattern};
use crate::types::{Ends, Type};

impl Generator {
    /// A number made of an item that is looked for.
    pub(super) fn searched(&mut self, depth: usize) -> Expr {
        let less = depth.saturating_sub(1);
        match self.random.below(12) {
            0..2 => {
                let chain = self.numbers_chain(depth);
                let without = self.number(0);
                Expr::Apply(Op::ExtremeItem { largest: self.chance(50) }, vec![chain, without])
            }
            2..4 => {
                let (chain, items, _) = self.chain(depth);
                let condition = self.condition(&items);
                let without = self.number(0);
                let closure = self.lambda(&[(items.ty.clone(), items.known.clone())], |g| g.number(less));
                Expr::Apply(Op::Find(self.takes_apart(&items)), vec![chain, condition, without, closure])
            }
            4..6 => {
                let (chain, items, ends) = self.places_chain(depth);
                let condition = self.condition(&items);
                let without = self.number(0);
                let place = Known::Index((0, items.most - 1));
                let closure = self.lambda(&[(Type::Index, place)], |g| g.number(less));
                let last = ends.double && ends.exact && self.chance(40);
                Expr::Apply(Op::Position { last }, vec![chain, condition, without, closure])
            }
            6 => {
                let (chain, items, _) = self.chain(depth);
                let closure = self.when(&items, less);
                let without = self.number(0);
                Expr::Apply(Op::FindMap, vec![chain, closure, without])
            }
            7..9 => self.extreme_key(less),
            9 => {
                let (chain, items, _) = self.places_chain(depth);
                let place = Expr::Count(self.random.below(4));
                let without = self.number(0);
                let closure = self.lambda(&[(items.ty, items.known)], |g| g.number(less));
                Expr::Apply(Op::Nth, vec![chain, place, without, closure])
            }
            10 => {
                let (chain, items, _) = self.chain(depth);
                let without = self.number(0);
                let closure = self.lambda(&[(items.ty, items.known)], |g| g.number(less));
                Expr::Apply(Op::Last, vec![chain, without, closure])
            }
            _ => {
                let truth = self.any_or_all();
                let (a, b) = (self.number(less), self.number(less));
                Expr::Apply(Op::If, vec![truth, a, b])
            }
        }
    }

    /// A chain whose items have places.
    fn places_chain(&mut self, depth: usize) -> (Expr, Items, Ends) {
        let (chain, items, ends) = self.chain(depth);
        if !has_filter(&chain) {
            return (chain, items, ends);
        }
        let (range, items) = self.range();
        (range, items, Ends { double: true, exact: false })
    }

    fn takes_apart(&mut self, items: &Items) -> bool {
        !items.ty.is_tensor() && !has_tensor(&items.ty) && self.chance(50)
    }

    fn condition(&mut self, items: &Items) -> Expr {
        self.lambda(&[(items.ty.clone(), items.known.clone())], |g| g.truth(1))
    }

    /// `|item| condition.then(|| number)`
    fn when(&mut self, items: &Items, depth: usize) -> Expr {
        self.lambda(&[(items.ty.clone(), items.known.clone())], |g| {
            let condition = g.truth(1);
            Expr::Apply(Op::When, vec![condition, g.number(depth.min(1))])
        })
    }

    pub(super) fn any_or_all(&mut self) -> Expr {
        let (chain, items, _) = self.chain(1);
        let condition = self.lambda(&[(items.ty, items.known)], |g| g.truth(0));
        Expr::Apply(if self.chance(50) { Op::Any } else { Op::All }, vec![chain, condition])
    }

    /// The item with the largest or smallest key; of items that can be copied.
    fn extreme_key(&mut self, depth: usize) -> Expr {
        let (chain, items, _) = self.chain(1);
        let (chain, items) = match items.ty {
            Type::Index | Type::Number | Type::Reference | Type::IndexReference => (chain, items),
            _ => self.range(),
        };
        let before = self.scope.len();
        let name = self.push(items.ty.clone(), items.known.clone());
        let key = self.number(depth.min(1));
        self.scope.truncate(before);
        let key = Expr::Lambda(vec![Pattern::Name(name, items.ty.clone())], Self::boxed(key));
        let without = self.number(0);
        let pair = (Type::Tuple(vec![items.ty, Type::Number]), Known::Tuple(vec![items.known, Known::Nothing]));
        let closure = self.lambda(&[pair], |g| g.number(depth));
        Expr::Apply(Op::ExtremeKey { largest: self.chance(50) }, vec![chain, key, without, closure])
    }

    pub(super) fn adapt_by_search(&mut self, chain: Expr, items: Items, depth: usize) -> (Expr, Items) {
        let number = |chain, most| (chain, Items { ty: Type::Number, known: Known::Nothing, most });
        match self.random.below(8) {
            0..2 => {
                let condition = self.condition(&items);
                let apart = self.takes_apart(&items);
                (Expr::Apply(Op::TakeWhile(apart), vec![chain, condition]), items)
            }
            2 => {
                let condition = self.condition(&items);
                let apart = self.takes_apart(&items);
                (Expr::Apply(Op::SkipWhile(apart), vec![chain, condition]), items)
            }
            3..5 => {
                let closure = self.when(&items, depth.saturating_sub(1));
                let op = if self.chance(60) { Op::FilterMap } else { Op::MapWhile };
                number(Expr::Apply(op, vec![chain, closure]), items.most)
            }
            5 => {
                let first = self.number(0);
                let closure = self.scanned(&items);
                number(Expr::Apply(Op::Scan, vec![chain, first, closure]), items.most)
            }
            _ if items.ty == Type::Index => self.flat_map(chain, items),
            _ => self.mapped(chain, items, depth),
        }
    }

    /// The next value from the one before and the item.
    fn scanned(&mut self, items: &Items) -> Expr {
        let before = self.scope.len();
        let state = self.push(Type::Number, Known::Nothing);
        let item = self.pattern(&items.ty, &items.known);
        let value = self.number(1);
        let value = self.damped(state, value);
        self.scope.truncate(before);
        Expr::Lambda(vec![Pattern::Name(state, Type::Number), item], Self::boxed(value))
    }

    fn flat_map(&mut self, chain: Expr, items: Items) -> (Expr, Items) {
        let before = self.scope.len();
        let name = self.push(Type::Index, items.known.clone());
        let (range, inner) = self.range();
        self.scope.truncate(before);
        let closure = Expr::Lambda(vec![Pattern::Name(name, Type::Index)], Self::boxed(range));
        let most = items.most * inner.most;
        if self.chance(60) {
            let ty = Type::Tuple(vec![Type::Index, Type::Index]);
            let known = Known::Tuple(vec![items.known, inner.known]);
            return (Expr::Apply(Op::FlatMap(true), vec![chain, closure]), Items { ty, known, most });
        }
        (Expr::Apply(Op::FlatMap(false), vec![chain, closure]), Items { most, ..inner })
    }
}
