//! Lengths that depend on indices: `x.rows(0, i + 1)`, and the extents of items that each have their own.
//!
//! While bodies are traced such a length is a symbol. It equals another one only where both are extents of one item, which
//! is then checked for every item. When all is traced, each becomes the most that it can be: the entries beyond
//! are zero, or excluded by a condition.

use super::{Sizes, SymbolSource};
use crate::ir::{Affine, Size, Symbol};

/// A length that depends on indices.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Varying {
    /// In the index variables of the tracer.
    pub length: Affine,
    /// What it never exceeds.
    pub most: Size,
    pub item: Option<ItemExtent>,
}

/// An extent of what data field `field` is of the item of its list at a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ItemExtent {
    pub field: usize,
    pub axis: usize,
    pub place: Affine,
}

/// Two extents, by field and axis, that agree in every item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Alike {
    pub left: (usize, usize),
    pub right: (usize, usize),
    /// As in [`super::Check`].
    pub place: String,
}

impl Sizes {
    /// Another function is read, whose indices are numbered anew: no length of one before is one of its own.
    pub fn begin_function(&mut self) {
        self.of_function = self.len();
    }

    /// The symbols of the function that is read.
    fn sources_of_function(&self) -> impl Iterator<Item = (Symbol, &SymbolSource)> {
        self.sources().skip(self.of_function)
    }

    /// The symbol of a length that depends on indices.
    pub fn varying(&mut self, name: impl Into<String>, varying: Varying) -> Size {
        let known = self.sources_of_function().find_map(|(symbol, source)| {
            if let SymbolSource::Varying(known) = source
                && known.length == varying.length
            {
                Some(symbol)
            } else {
                None
            }
        });
        match known {
            Some(symbol) => Size::symbol(symbol),
            None => self.symbol(name, SymbolSource::Varying(Box::new(varying))),
        }
    }

    pub fn as_varying(&self, symbol: Symbol) -> Option<&Varying> {
        if let SymbolSource::Varying(varying) = self.source(symbol) { Some(varying) } else { None }
    }

    /// Whether a resolved size depends on indices.
    pub fn varies(&self, size: &Size) -> bool {
        size.as_constant().is_none() && size.symbols().into_iter().any(|symbol| self.as_varying(symbol).is_some())
    }

    /// What a size never exceeds, where lengths that depend on indices are only added.
    pub fn at_most(&self, size: &Size) -> Size {
        self.resolve(size).substitute(&|symbol| self.as_varying(symbol).map(|varying| self.at_most(&varying.most)))
    }

    /// Makes two extents of an item equal, whose difference this is; `false` where it is another difference.
    pub(super) fn unify_items(&mut self, difference: &Size, place: &dyn Fn() -> String) -> bool {
        let [first, second] = difference.symbols()[..] else { return false };
        let opposite = Size::symbol(first).sub(&Size::symbol(second));
        if (*difference != opposite && *difference != opposite.scale(-1)) || !self.are_alike(first, second, place) {
            return false;
        }
        self.bind(second, Size::symbol(first));
        true
    }

    /// Notes that two sizes, as they are written, are extents of one item that have to agree. What each is known to agree
    /// with does not say it: that may be missing in an item that has both.
    pub(super) fn note_alike(&mut self, left: &Size, right: &Size, place: &dyn Fn() -> String) {
        if let ([first], [second]) = (&left.symbols()[..], &right.symbols()[..])
            && first != second
            && *left == Size::symbol(*first)
            && *right == Size::symbol(*second)
        {
            self.are_alike(*first, *second, place);
        }
    }

    fn are_alike(&mut self, first: Symbol, second: Symbol, place: &dyn Fn() -> String) -> bool {
        let item = |symbol| self.as_varying(symbol).and_then(|varying| varying.item.clone());
        let (Some(left), Some(right)) = (item(first), item(second)) else { return false };
        if left.place != right.place {
            return false;
        }
        let (left, right) = ((left.field, left.axis), (right.field, right.axis));
        if left != right && !self.alike.iter().any(|known| (known.left, known.right) == (left, right)) {
            self.alike.push(Alike { left, right, place: place() });
        }
        true
    }

    /// The lengths that are extents of items, with their symbols.
    pub fn lengths_of_items(&self) -> Vec<(Affine, Symbol)> {
        let item = |(symbol, source): (Symbol, &SymbolSource)| {
            if let SymbolSource::Varying(varying) = source {
                varying.item.as_ref().map(|_| (varying.length.clone(), symbol))
            } else {
                None
            }
        };
        self.sources_of_function().filter_map(item).collect()
    }

    /// Every length that depends on indices becomes the most that it can be.
    pub fn settle(&mut self) {
        let all = self.sources().filter_map(|(symbol, source)| {
            if let SymbolSource::Varying(varying) = source { Some((symbol, varying.most.clone())) } else { None }
        });
        for (symbol, most) in all.collect::<Vec<_>>() {
            if self.resolve(&Size::symbol(symbol)) == Size::symbol(symbol) {
                self.bind(symbol, most);
            }
        }
    }

    /// The extents that have to agree in every item.
    pub fn alike(&self) -> &[Alike] {
        &self.alike
    }

    /// The extents of items that nothing but extents of items was found to be equal to, by field and axis: each item may
    /// have its own.
    pub fn free_items(&self) -> Vec<(usize, usize)> {
        let item = |source: &SymbolSource| {
            if let SymbolSource::ItemAxis { field, axis } = source { Some((*field, *axis)) } else { None }
        };
        let others: Vec<Symbol> = self
            .sources()
            .filter(|(_, source)| item(source).is_none() && **source != SymbolSource::Inferred)
            .flat_map(|(symbol, _)| self.resolve(&Size::symbol(symbol)).symbols())
            .collect();
        let free = |symbol: Symbol| {
            let root = self.resolve(&Size::symbol(symbol)).as_symbol()?;
            item(self.source(root)).filter(|_| !others.contains(&root))
        };
        let free = self.sources().filter(|(symbol, _)| free(*symbol).is_some());
        free.filter_map(|(_, source)| item(source)).collect()
    }
}
