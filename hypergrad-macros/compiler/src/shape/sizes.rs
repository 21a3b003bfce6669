//! The table of size symbols and their unification.

use super::varying::{Alike, Varying};
use crate::ir::{Size, Symbol};

/// Where the value of a symbol comes from when the program runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SymbolSource {
    /// Extent of an axis (0 rows or length, 1 columns) of data field `field`.
    DataAxis { field: usize, axis: usize },
    /// The value of the `usize` data field `field`.
    Count { field: usize },
    /// Extent of an axis of block `block` of x.
    XAxis { block: usize, axis: usize },
    /// Extent of an axis of block `block` of y.
    YAxis { block: usize, axis: usize },
    /// Extent of an axis of what data field `field` is of each item of its list.
    ItemAxis { field: usize, axis: usize },
    /// The largest of these extents, where each item has its own.
    LongestItem { field: usize, axis: usize },
    /// The smallest of them; where there is no item, as large as can be asked for.
    ShortestItem { field: usize, axis: usize },
    /// How many items the list has to which data field `field` belongs, along an axis.
    ListAxis { field: usize, axis: usize },
    /// One more than the largest index in data field `field`, 0 where there is none.
    Reach { field: usize },
    /// The smallest index in data field `field`.
    Least { field: usize },
    /// A division of counts, rounded down, where it is no polynomial: `n / 2`.
    Quotient { dividend: Size, divisor: Size },
    /// A dimension that rustc infers from the place of use; unification finds it.
    Inferred,
    /// A length that depends on indices: while bodies are traced, no size of a node afterwards.
    Varying(Box<Varying>),
}

/// What is left to check when the program runs: `left = right` or `left >= right`.
/// It can be checked in `Problem::new` if only data symbols occur, else when x and y are known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    pub kind: CheckKind,
    pub left: Size,
    pub right: Size,
    /// In the user's words: `data.a_tr.ncols()`.
    pub left_name: String,
    pub right_name: String,
    /// The function and the expression that ask for it: `g: a.row(i).dot(x)`; empty where x or y do.
    pub place: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CheckKind {
    Equal,
    AtLeast,
}

/// Two sizes that can never be equal, both resolved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clash {
    pub left: Size,
    pub right: Size,
}

/// Symbols and what was learned of them.
#[derive(Default, Clone, Debug)]
pub struct Sizes {
    symbols: Vec<(String, SymbolSource)>,
    bindings: Vec<Option<Size>>,
    /// Where a symbol was bound.
    places: Vec<String>,
    checks: Vec<Check>,
    pub(super) alike: Vec<Alike>,
    /// The symbols of the function that is read begin here.
    pub(super) of_function: usize,
}

impl Sizes {
    /// A new symbol; `name` in the user's words.
    pub fn symbol(&mut self, name: impl Into<String>, source: SymbolSource) -> Size {
        let symbol = Symbol(self.symbols.len() as u32);
        self.symbols.push((name.into(), source));
        self.bindings.push(None);
        self.places.push(String::new());
        Size::symbol(symbol)
    }

    /// The symbol of this source, made where there is none.
    pub fn once(&mut self, name: impl Into<String>, source: SymbolSource) -> Size {
        let known = self.symbols.iter().position(|(_, own)| *own == source);
        known.map_or_else(|| self.symbol(name, source), |k| Size::symbol(Symbol(k as u32)))
    }

    pub fn len(&self) -> usize {
        self.symbols.len()
    }

    /// Forgets what was unified and required since then. Symbols that were made since keep their numbers.
    pub fn forget_since(&mut self, before: &Self) {
        for (k, binding) in self.bindings.iter_mut().enumerate() {
            *binding = before.bindings.get(k).cloned().flatten();
        }
        self.checks.truncate(before.checks.len());
        self.alike.truncate(before.alike.len());
    }

    /// Takes back that something was forgotten.
    pub fn relearn(&mut self, learned: &Self) {
        self.bindings[..learned.bindings.len()].clone_from_slice(&learned.bindings);
        self.checks.clone_from(&learned.checks);
        self.alike.clone_from(&learned.alike);
    }

    pub fn name(&self, symbol: Symbol) -> &str {
        &self.symbols[symbol.0 as usize].0
    }

    pub fn source(&self, symbol: Symbol) -> &SymbolSource {
        &self.symbols[symbol.0 as usize].1
    }

    /// The canonical form of a size: bound symbols replaced.
    pub fn resolve(&self, size: &Size) -> Size {
        let mut current = size.clone();
        loop {
            let next = current.substitute(&|s| self.bindings[s.0 as usize].clone());
            if next == current {
                return current;
            }
            current = next;
        }
    }

    pub(super) fn bind(&mut self, symbol: Symbol, value: Size) {
        self.bindings[symbol.0 as usize] = Some(value);
    }

    pub(super) fn sources(&self) -> impl Iterator<Item = (Symbol, &SymbolSource)> {
        self.symbols.iter().enumerate().map(|(k, (_, source))| (Symbol(k as u32), source))
    }

    /// A size in the user's words.
    pub fn display(&self, size: &Size) -> String {
        self.resolve(size).display(&|s| self.name(s).to_owned())
    }

    /// Makes two sizes equal. What cannot be decided becomes a check at run time (both forms:
    /// a symbol bound here is still checked against its own source).
    ///
    /// # Errors
    /// The two sizes, where no value of the symbols makes them equal.
    pub fn unify(&mut self, left: &Size, right: &Size) -> Result<(), Clash> {
        self.unify_at(left, right, &String::new)
    }

    /// The same; what is left to a run is said to come from this place.
    ///
    /// # Errors
    /// As [`Self::unify`].
    pub fn unify_at(&mut self, left: &Size, right: &Size, place: &dyn Fn() -> String) -> Result<(), Clash> {
        self.note_alike(left, right, place);
        let (left, right) = (self.resolve(left), self.resolve(right));
        if left == right {
            return Ok(());
        }
        let difference = left.sub(&right);
        if difference.as_constant().is_some() {
            return Err(Clash { left, right });
        }
        let varies = self.varies(&difference);
        // The later symbol is expressed by the earlier: sizes are named after what was declared
        // first (data before variables).
        for symbol in difference.symbols().into_iter().rev() {
            if varies && *self.source(symbol) != SymbolSource::Inferred {
                continue;
            }
            if let Some(value) = solve_for(symbol, &difference) {
                if value.as_constant().is_some_and(|v| v < 0) {
                    return Err(Clash { left, right });
                }
                self.bindings[symbol.0 as usize] = Some(value);
                self.places[symbol.0 as usize] = place();
                return Ok(());
            }
        }
        if varies {
            return if self.unify_items(&difference, place) { Ok(()) } else { Err(Clash { left, right }) };
        }
        let (left_name, right_name) = (self.display(&left), self.display(&right));
        self.checks.push(Check { kind: CheckKind::Equal, left, right, left_name, right_name, place: place() });
        Ok(())
    }

    /// Requires `size >= bound` (an access needs so many entries). A violation that is certain is
    /// an error; the rest is checked at run time.
    ///
    /// # Errors
    /// The two sizes, where the requirement can never hold.
    pub fn require_at_least(&mut self, size: &Size, bound: &Size, place: &dyn Fn() -> String) -> Result<(), Clash> {
        let (left, right) = (self.resolve(size), self.resolve(bound));
        let slack = left.sub(&right);
        if slack.is_nonnegative() {
            return Ok(());
        }
        // Of what varies nothing can be asked once.
        if slack.as_constant().is_some() || self.varies(&slack) {
            return Err(Clash { left, right });
        }
        let kind = CheckKind::AtLeast;
        if !self.checks.iter().any(|known| known.kind == kind && known.left == left && known.right == right) {
            let (left_name, right_name) = (self.display(&left), self.display(&right));
            self.checks.push(Check { kind, left_name, right_name, left, right, place: place() });
        }
        Ok(())
    }

    /// All checks, resolved, without those that became certain; first the bound symbols against
    /// their sources.
    pub fn checks(&self) -> Vec<Check> {
        let mut checks = Vec::new();
        for (k, binding) in self.bindings.iter().enumerate() {
            if binding.is_some() && !matches!(self.symbols[k].1, SymbolSource::Inferred | SymbolSource::Varying(_)) {
                let own = Size::symbol(Symbol(k as u32));
                let value = self.resolve(&own);
                checks.push(Check {
                    kind: CheckKind::Equal,
                    left_name: self.symbols[k].0.clone(),
                    right_name: self.display(&value),
                    left: own,
                    right: value,
                    place: self.places[k].clone(),
                });
            }
        }
        for check in &self.checks {
            let (left, right) = (self.resolve(&check.left), self.resolve(&check.right));
            let slack = left.sub(&right);
            let certain = match check.kind {
                CheckKind::Equal => slack.is_zero(),
                CheckKind::AtLeast => slack.is_nonnegative(),
            };
            if !certain {
                checks.push(Check { left, right, ..check.clone() });
            }
        }
        checks.into_iter().map(|check| self.without_differences(check)).collect()
    }

    /// Sizes have no sign where they are compared when it runs, `n - 3` of n = 2 is 0: what is taken away from one side is
    /// added to the other.
    fn without_differences(&self, check: Check) -> Check {
        let [left, right] = [&check.left, &check.right].map(Size::without_negative_terms);
        let matters = left != check.left || (check.kind == CheckKind::Equal && right != check.right);
        if !matters {
            return check;
        }
        let (left_less, right_less) = (left.sub(&check.left), right.sub(&check.right));
        let (left, right) = (left.add(&right_less), right.add(&left_less));
        let (left_name, right_name) = (self.display(&left), self.display(&right));
        Check { left, right, left_name, right_name, ..check }
    }
}

/// `symbol = value` from `difference = 0`, where the symbol occurs once, alone, with coefficient ±1.
fn solve_for(symbol: Symbol, difference: &Size) -> Option<Size> {
    let occurrences: Vec<_> = difference.terms().filter(|(m, _)| m.contains(&symbol)).collect();
    match occurrences.as_slice() {
        [(monomial, coefficient)] if monomial.len() == 1 && coefficient.abs() == 1 => {
            let rest = difference.sub(&Size::symbol(symbol).scale(*coefficient));
            Some(rest.scale(-coefficient))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(sizes: &mut Sizes, name: &str) -> Size {
        sizes.symbol(name, SymbolSource::Count { field: 0 })
    }

    #[test]
    fn unification_binds_later_symbols_and_finds_clashes() {
        let mut sizes = Sizes::default();
        let (a, b) = (axis(&mut sizes, "a"), axis(&mut sizes, "b"));
        sizes.unify(&a, &b.add(&Size::constant(1))).unwrap();
        assert_eq!(sizes.resolve(&b), a.sub(&Size::constant(1)));
        sizes.unify(&a, &Size::constant(4)).unwrap();
        assert_eq!(sizes.resolve(&b), Size::constant(3));
        assert!(sizes.unify(&b, &Size::constant(4)).is_err());
        assert_eq!(sizes.checks().len(), 2);
    }
}
