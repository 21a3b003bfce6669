//! Symbolic sizes: integer polynomials over size symbols.
//!
//! A symbol stands for a non-negative count that is known when the program runs (a dimension of a
//! data field or of a variable, or a `usize` field). Polynomials are kept in a canonical form, so
//! equality of sizes that hold for every value of the symbols is `==`.
//!
//! Sizes are cloned far more often than they are made: the number stands apart, and what else there is,
//! is shared. Arithmetic saturates; what the language accepts is bounded, so that only costs do.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

/// A count that is known at run time only.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Symbol(pub u32);

/// Product of symbols, sorted, repeated symbols repeated.
type Monomial = Rc<[Symbol]>;

/// An integer polynomial in symbols.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Size {
    constant: i64,
    /// The monomials that are not 1, sorted, without a zero coefficient; `None` where there is none.
    rest: Option<Rc<[(Monomial, i64)]>>,
}

/// By monomials and their coefficients, in order.
impl Ord for Size {
    fn cmp(&self, other: &Self) -> Ordering {
        self.terms().cmp(other.terms())
    }
}

impl PartialOrd for Size {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Size {
    pub fn zero() -> Self {
        Self::default()
    }

    pub fn constant(constant: i64) -> Self {
        Self { constant, rest: None }
    }

    pub fn symbol(symbol: Symbol) -> Self {
        Self { constant: 0, rest: Some(Rc::from([(Monomial::from([symbol]), 1)])) }
    }

    /// The value, where no symbol is left.
    pub fn as_constant(&self) -> Option<i64> {
        self.rest.is_none().then_some(self.constant)
    }

    pub fn as_symbol(&self) -> Option<Symbol> {
        match self.rest() {
            [(monomial, 1)] if monomial.len() == 1 && self.constant == 0 => Some(monomial[0]),
            _ => None,
        }
    }

    pub fn is_zero(&self) -> bool {
        self.as_constant() == Some(0)
    }

    pub fn is_one(&self) -> bool {
        self.as_constant() == Some(1)
    }

    fn rest(&self) -> &[(Monomial, i64)] {
        self.rest.as_deref().unwrap_or_default()
    }

    pub fn add(&self, other: &Self) -> Self {
        self.add_multiple(other, 1)
    }

    /// `self + factor·other`: the two sorted lists of terms become one.
    fn add_multiple(&self, other: &Self, factor: i64) -> Self {
        let constant = self.constant.saturating_add(other.constant.saturating_mul(factor));
        let (own, others) = match (&self.rest, &other.rest) {
            (rest, None) => return Self { constant, rest: rest.clone() },
            (None, Some(_)) => return Self { constant, rest: other.scale(factor).rest },
            (Some(own), Some(others)) => (own, others),
        };
        let mut terms = Vec::with_capacity(own.len() + others.len());
        let (mut own, mut others) = (own.iter().peekable(), others.iter().peekable());
        while let (Some((left, a)), Some((right, b))) = (own.peek(), others.peek()) {
            let scaled = b.saturating_mul(factor);
            match left.cmp(right) {
                Ordering::Less => terms.extend(own.next().cloned()),
                Ordering::Greater => {
                    terms.push((right.clone(), scaled));
                    others.next();
                }
                Ordering::Equal => {
                    terms.push((left.clone(), a.saturating_add(scaled)));
                    own.next();
                    others.next();
                }
            }
        }
        terms.extend(own.cloned());
        terms.extend(others.map(|(monomial, coefficient)| (monomial.clone(), coefficient.saturating_mul(factor))));
        Self { constant, rest: shared(terms) }
    }

    pub fn scale(&self, factor: i64) -> Self {
        match factor {
            0 => return Self::zero(),
            1 => return self.clone(),
            _ => {}
        }
        let scaled = |rest: &Rc<[(Monomial, i64)]>| rest.iter().map(|(m, c)| (m.clone(), c.saturating_mul(factor))).collect();
        Self { constant: self.constant.saturating_mul(factor), rest: self.rest.as_ref().map(scaled) }
    }

    pub fn sub(&self, other: &Self) -> Self {
        self.add_multiple(other, -1)
    }

    pub fn mul(&self, other: &Self) -> Self {
        match (self.as_constant(), other.as_constant()) {
            (Some(a), _) => return other.scale(a),
            (_, Some(b)) => return self.scale(b),
            _ => {}
        }
        let mut terms: BTreeMap<Monomial, i64> = BTreeMap::new();
        for (left, a) in self.terms() {
            for (right, b) in other.terms() {
                let mut monomial = [left, right].concat();
                monomial.sort_unstable();
                let sum = terms.entry(monomial.into()).or_insert(0);
                *sum = sum.saturating_add(a.saturating_mul(b));
            }
        }
        let constant = terms.remove([].as_slice()).unwrap_or(0);
        Self { constant, rest: shared(terms.into_iter().collect()) }
    }

    pub fn product<'a>(sizes: impl IntoIterator<Item = &'a Self>) -> Self {
        sizes.into_iter().fold(Self::constant(1), |product, size| product.mul(size))
    }

    /// Replaces symbols by sizes, once.
    pub fn substitute(&self, replacement: &dyn Fn(Symbol) -> Option<Self>) -> Self {
        let mut result = Self::constant(self.constant);
        for (monomial, coefficient) in self.rest() {
            let factors: Vec<Self> = monomial.iter().map(|s| replacement(*s).unwrap_or_else(|| Self::symbol(*s))).collect();
            result = result.add(&Self::product(&factors).scale(*coefficient));
        }
        result
    }

    #[cfg(test)]
    pub fn evaluate(&self, value: &dyn Fn(Symbol) -> i64) -> i64 {
        self.terms().map(|(m, c)| c * m.iter().map(|s| value(*s)).product::<i64>()).sum()
    }

    /// The value as a floating-point number: products of many sizes are larger than an integer.
    pub fn estimate(&self, value: &dyn Fn(Symbol) -> f64) -> f64 {
        self.terms().map(|(m, c)| c as f64 * m.iter().map(|s| value(*s)).product::<f64>()).sum()
    }

    pub fn symbols(&self) -> Vec<Symbol> {
        let mut symbols: Vec<Symbol> = self.rest().iter().flat_map(|(m, _)| m.iter().copied()).collect();
        symbols.sort_unstable();
        symbols.dedup();
        symbols
    }

    /// The monomials and their coefficients, in canonical order.
    pub fn terms(&self) -> impl Iterator<Item = (&[Symbol], i64)> {
        let constant: &[Symbol] = &[];
        let constant = (self.constant != 0).then_some((constant, self.constant));
        constant.into_iter().chain(self.rest().iter().map(|(monomial, coefficient)| (&**monomial, *coefficient)))
    }

    /// Whether the size is at least zero for all non-negative values of its symbols: every
    /// coefficient is non-negative. Sufficient, not necessary.
    pub fn is_nonnegative(&self) -> bool {
        self.constant >= 0 && self.rest().iter().all(|(_, coefficient)| *coefficient >= 0)
    }

    /// At least `self` and at least 0, for all non-negative values of the symbols.
    #[must_use]
    pub fn without_negative_terms(&self) -> Self {
        let positive = |rest: &Rc<[(Monomial, i64)]>| shared(rest.iter().filter(|(_, c)| *c > 0).cloned().collect());
        Self { constant: self.constant.max(0), rest: self.rest.as_ref().and_then(positive) }
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
        let mut divisors = divisor.terms();
        let (Some((symbols, value)), None) = (divisors.next(), divisors.next()) else { return None };
        let (mut quotient, mut rest) = (Self::zero(), Self::zero());
        for (monomial, coefficient) in self.terms() {
            match without(monomial, symbols).filter(|_| coefficient % value == 0) {
                Some(factors) => quotient = quotient.add(&Self::term(factors, coefficient / value)),
                None => rest = rest.add(&Self::term(monomial.into(), coefficient)),
            }
        }
        Some((quotient, rest))
    }

    /// `coefficient · monomial`.
    fn term(monomial: Monomial, coefficient: i64) -> Self {
        if monomial.is_empty() {
            return Self::constant(coefficient);
        }
        Self { constant: 0, rest: shared(vec![(monomial, coefficient)]) }
    }

    /// The size in readable mathematics; `name` spells a symbol.
    pub fn display(&self, name: &dyn Fn(Symbol) -> String) -> String {
        if self.is_zero() {
            return "0".to_owned();
        }
        let mut text = String::new();
        // The constant last: `n - 1`.
        let ordered = self.terms().filter(|(m, _)| !m.is_empty()).chain(self.terms().filter(|(m, _)| m.is_empty()));
        for (monomial, coefficient) in ordered {
            let sign = if coefficient < 0 { "-" } else { "+" };
            if text.is_empty() {
                if sign == "-" {
                    text.push('-');
                }
            } else {
                text.push_str(&format!(" {sign} "));
            }
            let magnitude = coefficient.unsigned_abs();
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

/// Sorted terms, without those that vanish.
fn shared(mut terms: Vec<(Monomial, i64)>) -> Option<Rc<[(Monomial, i64)]>> {
    terms.retain(|(_, coefficient)| *coefficient != 0);
    (!terms.is_empty()).then(|| terms.into())
}

/// A monomial divided by another, where that leaves one.
fn without(monomial: &[Symbol], divisor: &[Symbol]) -> Option<Monomial> {
    let mut rest = monomial.to_vec();
    for symbol in divisor {
        let position = rest.iter().position(|s| s == symbol)?;
        rest.remove(position);
    }
    Some(rest.into())
}

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.display(&|s| format!("s{}", s.0)))
    }
}
