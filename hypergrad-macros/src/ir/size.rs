//! Symbolic sizes: integer polynomials over size symbols.
//!
//! A symbol stands for a non-negative count that is known when the program runs (a dimension of a
//! data field or of a variable, or a `usize` field). Polynomials are kept in a canonical form, so
//! equality of sizes that hold for every value of the symbols is `==`.

use std::collections::BTreeMap;
use std::fmt;

/// A count that is known at run time only.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Symbol(pub u32);

/// Product of symbols, sorted, repeated symbols repeated.
type Monomial = Vec<Symbol>;

/// An integer polynomial in symbols: monomials sorted, no zero coefficient.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Size(Vec<(Monomial, i64)>);

impl Size {
    pub fn zero() -> Self {
        Self::default()
    }

    pub fn constant(value: i64) -> Self {
        if value == 0 { Self::zero() } else { Self(vec![(Vec::new(), value)]) }
    }

    pub fn symbol(symbol: Symbol) -> Self {
        Self(vec![(vec![symbol], 1)])
    }

    /// The value, where no symbol is left.
    pub fn as_constant(&self) -> Option<i64> {
        match self.0.as_slice() {
            [] => Some(0),
            [(monomial, value)] if monomial.is_empty() => Some(*value),
            _ => None,
        }
    }

    pub fn as_symbol(&self) -> Option<Symbol> {
        match self.0.as_slice() {
            [(monomial, 1)] if monomial.len() == 1 => Some(monomial[0]),
            _ => None,
        }
    }

    pub fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    pub fn is_one(&self) -> bool {
        self.as_constant() == Some(1)
    }

    pub fn add(&self, other: &Self) -> Self {
        // Most sizes that are added are numbers, and most numbers 0.
        match (self.as_constant(), other.as_constant()) {
            (Some(0), _) => return other.clone(),
            (_, Some(0)) => return self.clone(),
            (Some(a), Some(b)) => return Self::constant(a + b),
            _ => {}
        }
        let mut terms: BTreeMap<Monomial, i64> = self.0.iter().cloned().collect();
        for (monomial, coefficient) in &other.0 {
            *terms.entry(monomial.clone()).or_insert(0) += coefficient;
        }
        Self::from_terms(terms)
    }

    pub fn scale(&self, factor: i64) -> Self {
        match factor {
            0 => return Self::zero(),
            1 => return self.clone(),
            _ => {}
        }
        Self(self.0.iter().map(|(m, c)| (m.clone(), c * factor)).collect())
    }

    pub fn sub(&self, other: &Self) -> Self {
        self.add(&other.scale(-1))
    }

    pub fn mul(&self, other: &Self) -> Self {
        match (self.as_constant(), other.as_constant()) {
            (Some(a), _) => return other.scale(a),
            (_, Some(b)) => return self.scale(b),
            _ => {}
        }
        let mut terms: BTreeMap<Monomial, i64> = BTreeMap::new();
        for (left, a) in &self.0 {
            for (right, b) in &other.0 {
                let mut monomial = left.clone();
                monomial.extend_from_slice(right);
                monomial.sort_unstable();
                *terms.entry(monomial).or_insert(0) += a * b;
            }
        }
        Self::from_terms(terms)
    }

    pub fn product<'a>(sizes: impl IntoIterator<Item = &'a Self>) -> Self {
        sizes.into_iter().fold(Self::constant(1), |product, size| product.mul(size))
    }

    /// Replaces symbols by sizes, once.
    pub fn substitute(&self, replacement: &dyn Fn(Symbol) -> Option<Self>) -> Self {
        let mut result = Self::zero();
        for (monomial, coefficient) in &self.0 {
            let factors: Vec<Self> = monomial.iter().map(|s| replacement(*s).unwrap_or_else(|| Self::symbol(*s))).collect();
            result = result.add(&Self::product(&factors).scale(*coefficient));
        }
        result
    }

    pub fn evaluate(&self, value: &dyn Fn(Symbol) -> i64) -> i64 {
        self.0.iter().map(|(m, c)| c * m.iter().map(|s| value(*s)).product::<i64>()).sum()
    }

    pub fn symbols(&self) -> Vec<Symbol> {
        let mut symbols: Vec<Symbol> = self.0.iter().flat_map(|(m, _)| m.iter().copied()).collect();
        symbols.sort_unstable();
        symbols.dedup();
        symbols
    }

    /// The monomials and their coefficients, in canonical order.
    pub fn terms(&self) -> &[(Monomial, i64)] {
        &self.0
    }

    /// Whether the size is at least zero for all non-negative values of its symbols: every
    /// coefficient is non-negative. Sufficient, not necessary.
    pub fn is_nonnegative(&self) -> bool {
        self.0.iter().all(|(_, coefficient)| *coefficient >= 0)
    }

    /// At least `self` and at least 0, for all non-negative values of the symbols.
    #[must_use]
    pub fn without_negative_terms(&self) -> Self {
        Self(self.0.iter().filter(|(_, coefficient)| *coefficient > 0).cloned().collect())
    }

    /// `self / divisor` where the division is exact for all values of the symbols; the divisor is
    /// one monomial.
    pub fn divided_by(&self, divisor: &Self) -> Option<Self> {
        let (quotient, rest) = self.divide_monomials(divisor)?;
        rest.is_zero().then_some(quotient)
    }

    /// `self = quotient·divisor + rest`: each monomial that the divisor, one monomial itself,
    /// divides is in the quotient.
    pub fn divide_monomials(&self, divisor: &Self) -> Option<(Self, Self)> {
        // A sum is divided by itself.
        if let Some(sign) = [1, -1].into_iter().find(|sign| !self.is_zero() && *self == divisor.scale(*sign)) {
            return Some((Self::constant(sign), Self::zero()));
        }
        let [(symbols, value)] = divisor.terms() else { return None };
        let (mut quotient, mut rest) = (Self::zero(), Self::zero());
        for (monomial, coefficient) in &self.0 {
            match without(monomial, symbols).filter(|_| coefficient % value == 0) {
                Some(factors) => quotient = quotient.add(&Self(vec![(factors, coefficient / value)])),
                None => rest = rest.add(&Self(vec![(monomial.clone(), *coefficient)])),
            }
        }
        Some((quotient, rest))
    }

    fn from_terms(terms: BTreeMap<Monomial, i64>) -> Self {
        Self(terms.into_iter().filter(|(_, coefficient)| *coefficient != 0).collect())
    }

    /// The size in readable mathematics; `name` spells a symbol.
    pub fn display(&self, name: &dyn Fn(Symbol) -> String) -> String {
        if self.is_zero() {
            return "0".to_owned();
        }
        let mut text = String::new();
        // The constant last: `n - 1`.
        let ordered = self.0.iter().filter(|(m, _)| !m.is_empty()).chain(self.0.iter().filter(|(m, _)| m.is_empty()));
        for (monomial, coefficient) in ordered {
            let sign = if *coefficient < 0 { "-" } else { "+" };
            if text.is_empty() {
                if sign == "-" {
                    text.push('-');
                }
            } else {
                text.push_str(&format!(" {sign} "));
            }
            let magnitude = coefficient.abs();
            let factors: Vec<String> = monomial.iter().map(|s| name(*s)).collect();
            if factors.is_empty() {
                text.push_str(&magnitude.to_string());
            } else if magnitude == 1 {
                text.push_str(&factors.join("·"));
            } else {
                text.push_str(&format!("{magnitude}·{}", factors.join("·")));
            }
        }
        text
    }
}

/// A monomial divided by another, where that leaves one.
fn without(monomial: &Monomial, divisor: &Monomial) -> Option<Monomial> {
    let mut rest = monomial.clone();
    for symbol in divisor {
        let position = rest.iter().position(|s| s == symbol)?;
        rest.remove(position);
    }
    Some(rest)
}

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.display(&|s| format!("s{}", s.0)))
    }
}
