//! Integer expressions that are affine in the wires of a product: `Σ cₖ·wire + constant`.

use smallvec::{SmallVec, smallvec};

use super::size::Size;

/// An index of a product: each wire runs over `0..extent`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Wire(pub u32);

/// One needs no memory of its own.
type Terms = SmallVec<[(Wire, Size); 1]>;

/// `constant + Σ coefficient · wire`: terms sorted by wire, no zero coefficient.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Affine {
    pub constant: Size,
    pub terms: Terms,
}

impl Affine {
    pub fn wire(wire: Wire) -> Self {
        Self { constant: Size::zero(), terms: smallvec![(wire, Size::constant(1))] }
    }

    pub fn constant(constant: Size) -> Self {
        Self { constant, terms: Terms::new() }
    }

    /// The wire, where the expression is one wire and nothing else.
    pub fn as_wire(&self) -> Option<Wire> {
        match self.terms.as_slice() {
            [(wire, coefficient)] if self.constant.is_zero() && coefficient.is_one() => Some(*wire),
            _ => None,
        }
    }

    /// The value, where no wire is left.
    pub fn as_size(&self) -> Option<&Size> {
        self.terms.is_empty().then_some(&self.constant)
    }

    pub fn coefficient(&self, wire: Wire) -> Size {
        self.terms.iter().find(|(w, _)| *w == wire).map_or_else(Size::zero, |(_, c)| c.clone())
    }

    pub fn wires(&self) -> impl Iterator<Item = Wire> + '_ {
        self.terms.iter().map(|(wire, _)| *wire)
    }

    pub fn mentions(&self, wire: Wire) -> bool {
        self.terms.iter().any(|(w, _)| *w == wire)
    }

    pub fn add(&self, other: &Self) -> Self {
        let mut result = Self { constant: self.constant.add(&other.constant), terms: self.terms.clone() };
        for (wire, coefficient) in &other.terms {
            result.add_term(*wire, coefficient);
        }
        result
    }

    pub fn scale(&self, factor: &Size) -> Self {
        if factor.is_zero() {
            return Self::default();
        }
        Self { constant: self.constant.mul(factor), terms: self.terms.iter().map(|(w, c)| (*w, c.mul(factor))).collect() }
    }

    pub fn sub(&self, other: &Self) -> Self {
        let mut result = Self { constant: self.constant.sub(&other.constant), terms: self.terms.clone() };
        for (wire, coefficient) in &other.terms {
            result.add_term(*wire, &coefficient.scale(-1));
        }
        result
    }

    /// Replaces every wire by an affine expression.
    pub fn substitute(&self, replacement: &dyn Fn(Wire) -> Affine) -> Self {
        let mut result = Self::constant(self.constant.clone());
        for (wire, coefficient) in &self.terms {
            let value = replacement(*wire);
            match value.as_wire() {
                // Renaming is the most frequent substitution.
                Some(other) => result.add_term(other, coefficient),
                None => result = result.add(&value.scale(coefficient)),
            }
        }
        result
    }

    /// With other names for its wires.
    pub fn renamed(&self, name: &dyn Fn(Wire) -> Wire) -> Self {
        match self.as_wire() {
            Some(wire) => Self::wire(name(wire)),
            None => self.substitute(&|wire| Self::wire(name(wire))),
        }
    }

    pub fn map_sizes(&self, map: &dyn Fn(&Size) -> Size) -> Self {
        let mut result = Self::constant(map(&self.constant));
        for (wire, coefficient) in &self.terms {
            result.add_term(*wire, &map(coefficient));
        }
        result
    }

    /// Smallest and largest value over `0 <= wire < extent`, where the coefficients have a known
    /// sign. Meaningful where no extent is empty.
    pub fn bounds(&self, extent: &dyn Fn(Wire) -> Size) -> Option<(Size, Size)> {
        let (mut low, mut high) = (self.constant.clone(), self.constant.clone());
        for (wire, coefficient) in &self.terms {
            let reach = extent(*wire).sub(&Size::constant(1)).mul(coefficient);
            if coefficient.is_nonnegative() {
                high = high.add(&reach);
            } else if coefficient.scale(-1).is_nonnegative() {
                low = low.add(&reach);
            } else {
                return None;
            }
        }
        Some((low, high))
    }

    /// Whether `0 <= self < size` holds for all values of the wires and symbols.
    pub fn provably_within(&self, size: &Size, extent: &dyn Fn(Wire) -> Size) -> bool {
        self.provably_nonnegative(extent) && Self::constant(size.sub(&Size::constant(1))).sub(self).provably_nonnegative(extent)
    }

    pub fn provably_nonnegative(&self, extent: &dyn Fn(Wire) -> Size) -> bool {
        self.bounds(extent).is_some_and(|(low, _)| low.is_nonnegative())
    }

    fn add_term(&mut self, wire: Wire, coefficient: &Size) {
        match self.terms.binary_search_by_key(&wire, |(w, _)| *w) {
            Ok(position) => {
                let total = self.terms[position].1.add(coefficient);
                if total.is_zero() {
                    self.terms.remove(position);
                } else {
                    self.terms[position].1 = total;
                }
            }
            Err(_) if coefficient.is_zero() => {}
            Err(position) => self.terms.insert(position, (wire, coefficient.clone())),
        }
    }
}
