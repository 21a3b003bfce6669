//! Integer expressions that are affine in the wires of a product: `Σ cₖ·wire + constant`.

use std::ops::Deref;
use std::rc::Rc;

use super::size::Size;

/// An index of a product: each wire runs over `0..extent`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Wire(pub u32);

/// `constant + Σ coefficient · wire`: terms sorted by wire, no zero coefficient.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Affine {
    pub constant: Size,
    pub terms: Terms,
}

/// The wires of an expression and their coefficients. Expressions are copied far more often than they are made: copies
/// share them.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Terms(Option<Rc<[(Wire, Size)]>>);

impl Deref for Terms {
    type Target = [(Wire, Size)];

    fn deref(&self) -> &Self::Target {
        self.0.as_deref().unwrap_or_default()
    }
}

impl<'t> IntoIterator for &'t Terms {
    type Item = &'t (Wire, Size);
    type IntoIter = std::slice::Iter<'t, (Wire, Size)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl From<Vec<(Wire, Size)>> for Terms {
    fn from(terms: Vec<(Wire, Size)>) -> Self {
        Self((!terms.is_empty()).then(|| terms.into()))
    }
}

impl FromIterator<(Wire, Size)> for Terms {
    fn from_iter<T: IntoIterator<Item = (Wire, Size)>>(terms: T) -> Self {
        terms.into_iter().collect::<Vec<_>>().into()
    }
}

impl Affine {
    pub fn wire(wire: Wire) -> Self {
        Self { constant: Size::zero(), terms: Terms(Some(Rc::new([(wire, Size::constant(1))]))) }
    }

    pub fn constant(constant: Size) -> Self {
        Self { constant, terms: Terms::default() }
    }

    /// The wire, where the expression is one wire and nothing else.
    pub fn as_wire(&self) -> Option<Wire> {
        match &*self.terms {
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
        let constant = self.constant.add(&other.constant);
        if other.terms.is_empty() {
            return Self { constant, terms: self.terms.clone() };
        }
        let mut terms = self.terms.to_vec();
        other.terms.iter().for_each(|(wire, coefficient)| add_term(&mut terms, *wire, coefficient));
        Self { constant, terms: terms.into() }
    }

    pub fn scale(&self, factor: &Size) -> Self {
        if factor.is_zero() {
            return Self::default();
        }
        if factor.is_one() {
            return self.clone();
        }
        Self {
            constant: self.constant.mul(factor),
            terms: self.terms.iter().map(|(w, c)| (*w, c.mul(factor))).collect::<Vec<_>>().into(),
        }
    }

    pub fn sub(&self, other: &Self) -> Self {
        let constant = self.constant.sub(&other.constant);
        if other.terms.is_empty() {
            return Self { constant, terms: self.terms.clone() };
        }
        let mut terms = self.terms.to_vec();
        other.terms.iter().for_each(|(wire, coefficient)| add_term(&mut terms, *wire, &coefficient.scale(-1)));
        Self { constant, terms: terms.into() }
    }

    /// Replaces every wire by an affine expression.
    pub fn substitute(&self, replacement: &dyn Fn(Wire) -> Affine) -> Self {
        if let Some(wire) = self.as_wire() {
            return replacement(wire);
        }
        if self.terms.is_empty() {
            return self.clone();
        }
        let (mut constant, mut terms) = (self.constant.clone(), Vec::with_capacity(self.terms.len()));
        for (wire, coefficient) in &*self.terms {
            let value = replacement(*wire);
            // Renaming is the most frequent substitution.
            if let Some(other) = value.as_wire() {
                add_term(&mut terms, other, coefficient);
            } else {
                let value = value.scale(coefficient);
                constant = constant.add(&value.constant);
                value.terms.iter().for_each(|(wire, coefficient)| add_term(&mut terms, *wire, coefficient));
            }
        }
        Self { constant, terms: terms.into() }
    }

    /// With other names for its wires.
    pub fn renamed(&self, name: &dyn Fn(Wire) -> Wire) -> Self {
        if self.wires().all(|wire| name(wire) == wire) {
            return self.clone();
        }
        self.substitute(&|wire| Self::wire(name(wire)))
    }

    pub fn map_sizes(&self, map: &dyn Fn(&Size) -> Size) -> Self {
        let mut terms = Vec::with_capacity(self.terms.len());
        self.terms.iter().for_each(|(wire, coefficient)| add_term(&mut terms, *wire, &map(coefficient)));
        Self { constant: map(&self.constant), terms: terms.into() }
    }

    /// Smallest and largest value over `0 <= wire < extent`, where the coefficients have a known
    /// sign. Meaningful where no extent is empty.
    pub fn bounds(&self, extent: &dyn Fn(Wire) -> Size) -> Option<(Size, Size)> {
        let (mut low, mut high) = (self.constant.clone(), self.constant.clone());
        for (wire, coefficient) in &*self.terms {
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
        let is_below = |high: &Size| size.sub(&Size::constant(1)).sub(high).is_nonnegative();
        self.bounds(extent).is_some_and(|(low, high)| low.is_nonnegative() && is_below(&high))
    }

    pub fn provably_nonnegative(&self, extent: &dyn Fn(Wire) -> Size) -> bool {
        self.bounds(extent).is_some_and(|(low, _)| low.is_nonnegative())
    }
}

fn add_term(terms: &mut Vec<(Wire, Size)>, wire: Wire, coefficient: &Size) {
    match terms.binary_search_by_key(&wire, |(w, _)| *w) {
        Ok(position) => {
            let total = terms[position].1.add(coefficient);
            if total.is_zero() {
                terms.remove(position);
            } else {
                terms[position].1 = total;
            }
        }
        Err(_) if coefficient.is_zero() => {}
        Err(position) => terms.insert(position, (wire, coefficient.clone())),
    }
}
