//! Chains of iterators, every adapter in any order that Rust's traits allow.

use super::{Generator, Known};
use crate::ast::{Expr, Input, InputKind, Op};
use crate::types::{Ends, Extent, Type};

/// What is known of a chain.
#[derive(Clone)]
pub(super) struct Items {
    pub ty: Type,
    pub known: Known,
    /// At most so many items.
    pub most: i64,
}

impl Generator {
    /// A source and up to four adapters.
    pub(super) fn chain(&mut self, depth: usize) -> (Expr, Items, Ends) {
        let (mut chain, mut items) = self.source();
        for _ in 0..*self.random.pick(&[0, 1, 1, 2, 2, 3, 4]) {
            // The compiler refuses most of what follows a filter.
            let behind = if self.searches { 3 } else { 20 };
            if !has_filter(&chain) || self.chance(behind) {
                (chain, items) = self.adapt(chain, items, depth);
            }
        }
        let ends = self.ends(&chain);
        (chain, items, ends)
    }

    fn ends(&self, chain: &Expr) -> Ends {
        match self.ty(chain) {
            Type::Iterator(_, ends) => ends,
            _ => Ends { double: false, exact: false },
        }
    }

    /// A chain of numbers.
    pub(super) fn numbers_chain(&mut self, depth: usize) -> Expr {
        let (chain, items, _) = self.chain(depth);
        let is_number = matches!(items.ty, Type::Number) || matches!(items.ty, Type::Reference);
        if is_number && self.chance(40) {
            return if items.ty == Type::Reference { Expr::Apply(Op::Copied, vec![chain]) } else { chain };
        }
        let body = self.lambda(&[(items.ty, items.known)], |g| g.number(depth.saturating_sub(1)));
        Expr::Apply(Op::Each, vec![chain, body])
    }

    fn source(&mut self) -> (Expr, Items) {
        if self.searches(8)
            && let Some(present) = self.present()
        {
            return present;
        }
        let found = match self.random.below(20) {
            0..11 => None,
            11..15 => self.entries(),
            15..17 => self.lines(Op::Rows),
            17 if self.chance(50) => self.lines(Op::Columns),
            17 => self.vectors(),
            18 => self.listed(),
            _ => self.windows(),
        };
        found.unwrap_or_else(|| self.range())
    }

    pub(super) fn range(&mut self) -> (Expr, Items) {
        // What looks for an item asks for as many of them at every outer index.
        if self.searches(80)
            && let Some(extent) = self.extent()
        {
            let (length, range) = (self.length(extent), vec![Expr::Count(0), Expr::Size(extent)]);
            let items = Items { ty: Type::Index, known: Known::Index((0, length - 1)), most: length };
            return (Expr::Apply(Op::Range, range), items);
        }
        let depth = usize::from(self.chance(33));
        let (start, (low, _)) = if self.chance(60) { (Expr::Count(0), (0, 0)) } else { self.index(depth) };
        let extent = self.extent();
        let (end, (_, high)) = match extent {
            Some(extent) if self.chance(65) => (Expr::Size(extent), (0, self.length(extent))),
            _ => self.index(1),
        };
        let (op, high) = if self.chance(15) { (Op::RangeInclusive, high) } else { (Op::Range, high - 1) };
        let known = Known::Index((low.max(0), high));
        let most = (high - low + 1).max(0);
        (Expr::Apply(op, vec![start, end]), Items { ty: Type::Index, known, most })
    }

    fn entries(&mut self) -> Option<(Expr, Items)> {
        let places = self.places();
        let place = if places.is_empty() { return None } else { self.random.pick(&places).clone() };
        let most = match self.ty(&place) {
            Type::Column(n) | Type::Row(n) => self.length(n),
            Type::Matrix(r, c) => self.length(r) * self.length(c),
            Type::Window(width) => width as i64,
            // How long it is, evaluation tells.
            _ => 8,
        };
        Some((Expr::Apply(Op::Iterate, vec![place]), Items { ty: Type::Reference, known: Known::Nothing, most }))
    }

    /// Rows or columns of a matrix.
    fn lines(&mut self, op: Op) -> Option<(Expr, Items)> {
        let matrices = self.places_of(|t| matches!(t, Type::Matrix(..)));
        if matrices.is_empty() {
            return None;
        }
        let matrix = self.random.pick(&matrices).clone();
        let Type::Matrix(r, c) = self.ty(&matrix) else { return None };
        let (ty, most) = if op == Op::Rows { (Type::Row(c), self.length(r)) } else { (Type::Column(r), self.length(c)) };
        Some((Expr::Apply(op, vec![matrix]), Items { ty, known: Known::Nothing, most }))
    }

    /// The vectors of a list.
    pub(super) fn vectors(&mut self) -> Option<(Expr, Items)> {
        let list = |(k, input): (usize, &Input)| if let InputKind::Lists(n) = &input.kind { Some((k, *n)) } else { None };
        let lists: Vec<(usize, Extent)> =
            self.program.inputs.iter().enumerate().filter(|_| !self.bare).filter_map(list).collect();
        let (k, n) = if lists.len() > 1 { *self.random.pick(&lists) } else { *lists.first()? };
        let items = Items { ty: Type::Vector, known: Known::Nothing, most: self.length(n) };
        Some((Expr::Apply(Op::Vectors, vec![Expr::Input(k)]), items))
    }

    /// The items of a list of indices.
    fn listed(&mut self) -> Option<(Expr, Items)> {
        let (k, (n, dimension)) = self.own_input(|kind| match kind {
            InputKind::Indices(n, dimension) => Some((*n, *dimension)),
            _ => None,
        })?;
        let known = Known::Index((0, self.sizes[dimension] as i64 - 1));
        let items = Items { ty: Type::IndexReference, known, most: self.length(n) };
        Some((Expr::Apply(Op::Listed, vec![Expr::Input(k)]), items))
    }

    /// An input of a kind, where inputs are there.
    pub(super) fn own_input<T>(&self, kind: impl Fn(&InputKind) -> Option<T>) -> Option<(usize, T)> {
        let mut inputs = self.program.inputs.iter().enumerate().filter(|_| !self.bare);
        inputs.find_map(|(k, input)| Some((k, kind(&input.kind)?)))
    }

    fn windows(&mut self) -> Option<(Expr, Items)> {
        // Of what is stored one entry after the other.
        let inputs: Vec<Expr> = self
            .places_of(|t| matches!(t, Type::Column(_)))
            .into_iter()
            .filter(|p| matches!(p, Expr::Input(k) if !matches!(self.program.inputs[*k].kind, InputKind::Array(_))))
            .collect();
        if inputs.is_empty() {
            return None;
        }
        let vector = self.random.pick(&inputs).clone();
        let Type::Column(n) = self.ty(&vector) else { return None };
        let width = 1 + self.random.below(3);
        if self.searches(40) {
            let items = Items { ty: Type::Window(width), known: Known::Nothing, most: self.length(n) / width as i64 };
            return Some((Expr::Apply(Op::Chunks(width), vec![vector]), items));
        }
        let most = (self.length(n) - width as i64 + 1).max(0);
        Some((Expr::Apply(Op::Windows(width), vec![vector]), Items { ty: Type::Window(width), known: Known::Nothing, most }))
    }

    /// One more adapter; none where Rust's traits or the item do not allow the one drawn.
    fn adapt(&mut self, chain: Expr, items: Items, depth: usize) -> (Expr, Items) {
        if self.searches(20) {
            return self.adapt_by_search(chain, items, depth);
        }
        let ends = self.ends(&chain);
        let one = |op: Op, chain: Expr| Expr::Apply(op, vec![chain]);
        match self.random.below(20) {
            0..3 => self.mapped(chain, items, depth),
            3..5 => {
                let apart = !items.ty.is_tensor() && !has_tensor(&items.ty) && self.chance(50);
                let body = self.lambda(&[(items.ty.clone(), items.known.clone())], |g| g.truth(1));
                (Expr::Apply(Op::Filter(apart), vec![chain, body]), items)
            }
            5..8 => {
                let (other, more) = self.source();
                let (other, more) = if self.chance(30) { self.adapt(other, more, 1) } else { (other, more) };
                let (other, more) = if self.searches && has_filter(&other) { self.range() } else { (other, more) };
                let known = Known::Tuple(vec![items.known, more.known]);
                let ty = Type::Tuple(vec![items.ty, more.ty]);
                (Expr::Apply(Op::Zip, vec![chain, other]), Items { ty, known, most: items.most.min(more.most) })
            }
            8..10 => {
                let ty = Type::Tuple(vec![Type::Index, items.ty]);
                let known = Known::Tuple(vec![Known::Index((0, items.most - 1)), items.known]);
                (one(Op::Enumerate, chain), Items { ty, known, most: items.most })
            }
            10..12 if ends.double => (one(Op::Reverse, chain), items),
            12..14 => self.chained(chain, items),
            14..16 => self.counted(Op::Skip, chain, items),
            16..18 => self.counted(Op::Take, chain, items),
            18 => {
                let step = Expr::Count(1 + self.random.below(3));
                (Expr::Apply(Op::StepBy, vec![chain, step]), items)
            }
            19 if items.ty == Type::Reference => (one(Op::Copied, chain), Items { ty: Type::Number, ..items }),
            _ => (chain, items),
        }
    }

    pub(super) fn mapped(&mut self, chain: Expr, items: Items, depth: usize) -> (Expr, Items) {
        let item = [(items.ty, items.known)];
        if self.chance(30) {
            let mut known = Known::Nothing;
            let body = self.lambda(&item, |g| {
                let (index, interval) = g.index(1);
                known = Known::Index(interval);
                index
            });
            return (Expr::Apply(Op::Each, vec![chain, body]), Items { ty: Type::Index, known, most: items.most });
        }
        let body = self.lambda(&item, |g| g.number(depth.min(2).saturating_sub(1)));
        (Expr::Apply(Op::Each, vec![chain, body]), Items { ty: Type::Number, known: Known::Nothing, most: items.most })
    }

    fn chained(&mut self, chain: Expr, items: Items) -> (Expr, Items) {
        let (other, more) = match &items.ty {
            Type::Index => self.range(),
            Type::Reference => match self.entries() {
                Some(entries) => entries,
                None => return (chain, items),
            },
            Type::Number => {
                let (range, more) = self.range();
                self.mapped_to_number(range, more)
            }
            _ => return (chain, items),
        };
        let known = match (&items.known, &more.known) {
            (Known::Index((a, b)), Known::Index((c, d))) => Known::Index((*a.min(c), *b.max(d))),
            _ => Known::Nothing,
        };
        (Expr::Apply(Op::Chain, vec![chain, other]), Items { known, most: items.most + more.most, ty: items.ty })
    }

    fn mapped_to_number(&mut self, chain: Expr, items: Items) -> (Expr, Items) {
        let body = self.lambda(&[(items.ty, items.known)], |g| g.number(1));
        (Expr::Apply(Op::Each, vec![chain, body]), Items { ty: Type::Number, known: Known::Nothing, most: items.most })
    }

    fn counted(&mut self, op: Op, chain: Expr, items: Items) -> (Expr, Items) {
        let depth = usize::from(self.chance(25));
        let (count, (low, _)) = if self.chance(65) {
            let count = self.random.below(4);
            (Expr::Count(count), (count as i64, 0))
        } else {
            self.index(depth)
        };
        if low < 0 {
            return (chain, items);
        }
        (Expr::Apply(op, vec![chain, count]), items)
    }

    /// A vector from as many items.
    pub(super) fn from_iterator(&mut self, n: Extent, depth: usize) -> Expr {
        if self.bare && !n.fixed {
            return self.from_fn(&Type::Column(n), depth);
        }
        let places = self.places_of(|t| matches!(t, Type::Column(m) | Type::Row(m) if *m == n));
        let (mut chain, ty, known) = if !places.is_empty() && self.chance(50) {
            let place = self.random.pick(&places).clone();
            (Expr::Apply(Op::Iterate, vec![place]), Type::Reference, Known::Nothing)
        } else {
            let range = Expr::Apply(Op::Range, vec![Expr::Count(0), Expr::Size(n)]);
            (range, Type::Index, Known::Index((0, self.length(n) - 1)))
        };
        if self.chance(25) {
            chain = Expr::Apply(Op::Reverse, vec![chain]);
        }
        let (mut ty, mut known) = (ty, known);
        if self.chance(30) {
            chain = Expr::Apply(Op::Enumerate, vec![chain]);
            ty = Type::Tuple(vec![Type::Index, ty]);
            known = Known::Tuple(vec![Known::Index((0, self.length(n) - 1)), known]);
        }
        let body = self.lambda(&[(ty, known)], |g| g.number(depth.saturating_sub(1)));
        Expr::Apply(Op::FromIterator(n), vec![Expr::Apply(Op::Each, vec![chain, body])])
    }

    /// A sum over what a row of a sparse matrix stores.
    pub(super) fn stored(&mut self, depth: usize) -> Option<Expr> {
        if self.bare {
            return None;
        }
        let mut inputs = self.program.inputs.iter().enumerate();
        let (k, r, c) = inputs.find_map(|(k, i)| match i.kind {
            InputKind::Sparse(r, c) => Some((k, r, c)),
            _ => None,
        })?;
        let row = self.index_within(self.length(r))?;
        let stored = Expr::Apply(Op::Stored, vec![Expr::Input(k), row]);
        let ty = Type::Tuple(vec![Type::IndexReference, Type::Reference]);
        let known = Known::Tuple(vec![Known::Index((0, self.length(c) - 1)), Known::Nothing]);
        let body = self.lambda(&[(ty, known)], |g| g.number(depth.saturating_sub(1)));
        let each = Expr::Apply(Op::Each, vec![stored, body]);
        Some(Expr::Apply(Op::Sum, vec![each]))
    }
}

pub(super) fn has_filter(chain: &Expr) -> bool {
    match chain {
        Expr::Apply(
            Op::Filter(_) | Op::Present | Op::TakeWhile(_) | Op::SkipWhile(_) | Op::FilterMap | Op::MapWhile | Op::FlatMap(_),
            _,
        ) => true,
        Expr::Apply(_, arguments) => arguments.iter().take(2).any(has_filter),
        _ => false,
    }
}

pub(super) fn has_tensor(ty: &Type) -> bool {
    match ty {
        Type::Tuple(parts) => parts.iter().any(has_tensor),
        other => other.is_tensor(),
    }
}
