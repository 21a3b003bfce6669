//! Quotients and remainders of indices: an index is written by digits, `r = k·q + p` with
//! `0 <= p < k`, and `r / k`, `r % k` are its digits.
//!
//! Divisors that divide each other share their digits: `r / P`, `r % P / S` and `r % S` with S a
//! divisor of P are c, i and j of `r = P·c + S·i + j`, in whatever order they are met.

use super::Tracer;
use super::agree::Site;
use super::condition::Condition;
use super::contract::Definition;
use super::value::LoopVariable;
use crate::ir::{Affine, Guard, Size, Test};
use crate::shape::SymbolSource;

/// `dividend = divisor·quotient + remainder`.
#[derive(Clone, Debug)]
pub struct Division {
    dividend: Affine,
    divisor: Size,
    quotient: LoopVariable,
    remainder: LoopVariable,
    /// Every pair of quotient and remainder occurs.
    exact: bool,
}

impl Division {
    /// What is zero.
    pub fn definition(&self) -> Affine {
        let quotient = Affine::wire(self.quotient).scale(&self.divisor);
        self.dividend.sub(&quotient).sub(&Affine::wire(self.remainder))
    }
}

impl Tracer<'_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    pub(super) fn index_arithmetic(&mut self, site: &Site<'_>, op: &syn::BinOp, left: &Affine, right: &Affine) -> Option<Affine> {
        let [first, second] = [left, right].map(|index| index.as_size().map(|size| self.sizes.resolve(size)));
        match op {
            syn::BinOp::Add(_) => Some(self.joined(left.add(right))),
            syn::BinOp::Sub(_) => Some(self.joined(left.sub(right))),
            syn::BinOp::Mul(_) => match (first, second) {
                (_, Some(size)) => Some(left.scale(&size)),
                (Some(size), _) => Some(right.scale(&size)),
                (None, None) => None,
            },
            _ => self.operate_on_bits(site, op, left, right),
        }
    }

    /// Whether an enclosing condition says that an index is not below zero: `index = rest + ratio · guard`, where neither
    /// part is.
    pub(super) fn is_kept_from_below_zero(&self, index: &Affine) -> bool {
        let index = index.map_sizes(&|size| self.sizes.resolve(size));
        let says = |guard: &Guard| {
            let Some(affine) = self.known_nonnegative(guard) else { return false };
            affine.wires().any(|wire| {
                let [own, other] =
                    [index.coefficient(wire), affine.coefficient(wire)].map(|factor| factor.as_constant().unwrap_or(0));
                let ratio = if other == 0 || own % other != 0 { 0 } else { own / other };
                let rest = index.sub(&affine.scale(&Size::constant(ratio)));
                ratio > 0 && rest.bounds(&|v| self.extent(v)).is_some_and(|(low, _)| low.is_nonnegative())
            })
        };
        self.arms.iter().any(|arm| holds_by(arm, &says))
    }

    /// What is not below 0 where a guard holds: of what is never below 0 and is not 0, one less.
    fn known_nonnegative(&self, guard: &Guard) -> Option<Affine> {
        let affine = guard.affine.map_sizes(&|size| self.sizes.resolve(size));
        match guard.test {
            Test::NonNegative => Some(affine),
            Test::Zero => None,
            Test::NonZero => {
                let (low, high) = affine.bounds(&|v| self.extent(v))?;
                let one = Affine::constant(Size::constant(1));
                match (low.is_nonnegative(), high.scale(-1).is_nonnegative()) {
                    (true, _) => Some(affine.sub(&one)),
                    (false, true) => Some(affine.scale(&Size::constant(-1)).sub(&one)),
                    (false, false) => None,
                }
            }
        }
    }

    /// Quotient and remainder, rounded down as shifts and masks are: digits are not below 0.
    pub(super) fn rounded_down(&mut self, site: &Site<'_>, index: &Affine, divisor: &Size) -> Option<(Affine, Affine)> {
        let is_constant = index.as_size().is_some_and(|size| self.sizes.resolve(size).as_constant().is_some());
        if is_constant || !self.may_be_below_zero(index) {
            return self.divide_index(index, divisor);
        }
        self.refuse_below_zero(site)
    }

    pub(super) fn division_of(&self, variable: LoopVariable) -> Option<&Division> {
        match self.variables[variable.0 as usize].definition? {
            Definition::Division(number) => Some(&self.divisions[number]),
            Definition::Gather(_) => None,
        }
    }

    /// `(index / divisor, index % divisor)`.
    pub(super) fn divide_index(&mut self, index: &Affine, divisor: &Size) -> Option<(Affine, Affine)> {
        if divisor.is_zero() {
            return None;
        }
        let index = index.map_sizes(&|size| self.sizes.resolve(size));
        if let Some(size) = index.as_size() {
            let quotient = self.divide_sizes(size, divisor)?;
            let remainder = size.sub(&quotient.mul(divisor));
            return Some((Affine::constant(quotient), Affine::constant(remainder)));
        }
        // Multiples of the divisor do not count, where what is left is not negative.
        let (multiple, rest) = multiples(&index, divisor);
        if rest.provably_nonnegative(&|v| self.extent(v)) && !multiple.terms.is_empty() {
            let (quotient, remainder) = self.divide_rest(&rest, divisor, None)?;
            return Some((multiple.add(&quotient), remainder));
        }
        self.divide_rest(&index, divisor, None)
    }

    /// The index with `divisor·quotient + remainder` written as the dividend again.
    pub(super) fn joined(&self, index: Affine) -> Affine {
        // Inner digits are those of later divisions.
        self.divisions.iter().rev().fold(index, |index, division| {
            let factor = index.coefficient(division.remainder);
            if factor.is_zero() || index.coefficient(division.quotient) != factor.mul(&division.divisor) {
                return index;
            }
            index.add(&division.definition().scale(&factor))
        })
    }

    /// The same of an index that is below `divisor·extent`.
    pub(super) fn divide_within(&mut self, index: &Affine, divisor: &Size, extent: &Size) -> Option<(Affine, Affine)> {
        let (index, divisor) = (index.map_sizes(&|size| self.sizes.resolve(size)), self.sizes.resolve(divisor));
        if index.terms.is_empty() && divisor.as_constant().is_none() {
            let extent = self.sizes.resolve(extent);
            return self.divide_rest(&index, &divisor, Some(extent));
        }
        self.divide_index(&index, &divisor)
    }

    fn divide_rest(&mut self, index: &Affine, divisor: &Size, extent: Option<Size>) -> Option<(Affine, Affine)> {
        if index.provably_within(divisor, &|v| self.extent(v)) {
            return Some((Affine::default(), index.clone()));
        }
        if let Some(digits) = self.known_digits(index, divisor) {
            return Some(digits);
        }
        let (_, high) = index.bounds(&|v| self.extent(v))?;
        let count = high.add(&Size::constant(1));
        let whole = count.divided_by(divisor);
        let exact = whole.is_some() && index.as_wire().is_some_and(|v| self.division_of(v).is_none_or(|d| d.exact));
        let quotients = match extent.or(whole) {
            Some(extent) => extent,
            None => self.divide_sizes(&high, divisor)?.add(&Size::constant(1)),
        };
        let (quotient, remainder) = self.axes(&quotients, divisor);
        let number = self.divisions.len();
        for digit in [quotient, remainder] {
            self.variables[digit.0 as usize].definition = Some(Definition::Division(number));
        }
        self.divisions.push(Division { dividend: index.clone(), divisor: divisor.clone(), quotient, remainder, exact });
        Some((Affine::wire(quotient), Affine::wire(remainder)))
    }

    /// The quotient and remainder in digits that the index has already.
    fn known_digits(&mut self, index: &Affine, divisor: &Size) -> Option<(Affine, Affine)> {
        let known = self.divisions.iter().find(|d| {
            let own = &d.divisor;
            d.dividend == *index && (own == divisor || own.divided_by(divisor).is_some() || divisor.divided_by(own).is_some())
        });
        let Division { divisor: own, quotient, remainder, .. } = known?.clone();
        let (high, low) = (Affine::wire(quotient), Affine::wire(remainder));
        if own == *divisor {
            return Some((high, low));
        }
        // r = own·high + low.
        if let Some(factor) = own.divided_by(divisor) {
            let (quotient, remainder) = self.divide_rest(&low, divisor, None)?;
            return Some((high.scale(&factor).add(&quotient), remainder));
        }
        let (quotient, middle) = self.divide_rest(&high, &divisor.divided_by(&own)?, None)?;
        Some((quotient, middle.scale(&own).add(&low)))
    }

    /// `size / divisor`, rounded down; a new symbol where it cannot be written as a polynomial.
    pub(super) fn divide_sizes(&mut self, size: &Size, divisor: &Size) -> Option<Size> {
        if divisor.is_zero() {
            return None;
        }
        if let (Some(size), Some(divisor)) = (size.as_constant(), divisor.as_constant()) {
            return Some(Size::constant(size.div_euclid(divisor)));
        }
        if let Some(exact) = size.divided_by(divisor) {
            return Some(exact);
        }
        if [size, divisor].into_iter().any(|size| self.sizes.varies(&self.sizes.resolve(size))) {
            return None;
        }
        let name = format!("({}) / ({})", self.sizes.display(size), self.sizes.display(divisor));
        Some(self.sizes.symbol(name, SymbolSource::Quotient { dividend: size.clone(), divisor: divisor.clone() }))
    }

    /// Whether the variables of an index take all combinations of their values: no digit beside
    /// what it is a digit of, none of a number that ends amid its digits.
    pub(super) fn is_independent(&self, index: &Affine) -> bool {
        let mut divisions: Vec<usize> = Vec::new();
        for variable in index.wires() {
            let mut digit = variable;
            while let Some(Definition::Division(number)) = self.variables[digit.0 as usize].definition {
                let division = &self.divisions[number];
                let Some(parent) = division.dividend.as_wire().filter(|parent| division.exact && !index.mentions(*parent)) else {
                    return false;
                };
                divisions.push(number);
                digit = parent;
            }
        }
        // Two ways of writing one index are not independent.
        divisions.iter().all(|a| divisions.iter().all(|b| a == b || self.divisions[*a].dividend != self.divisions[*b].dividend))
    }

    /// Whether the data defines a variable, or what it is a digit of.
    pub(super) fn is_by_data(&self, variable: LoopVariable) -> bool {
        match self.variables[variable.0 as usize].definition {
            Some(Definition::Division(number)) => self.divisions[number].dividend.wires().any(|v| self.is_by_data(v)),
            Some(Definition::Gather(_)) => true,
            None => false,
        }
    }

    /// The variables that a variable is a digit of, or itself.
    pub(super) fn roots(&self, variable: LoopVariable) -> Vec<LoopVariable> {
        match self.variables[variable.0 as usize].definition {
            Some(Definition::Division(number)) => self.divisions[number].dividend.wires().flat_map(|v| self.roots(v)).collect(),
            Some(Definition::Gather(number)) => self.gather_wires(number).into_iter().flat_map(|v| self.roots(v)).collect(),
            None => vec![variable],
        }
    }
}

/// `index = divisor·multiple + rest`, term by term.
fn multiples(index: &Affine, divisor: &Size) -> (Affine, Affine) {
    let mut multiple = Affine::default();
    let mut rest = Affine::constant(index.constant.clone());
    for (variable, coefficient) in &index.terms {
        match coefficient.divided_by(divisor) {
            Some(own) => multiple = multiple.add(&Affine::wire(*variable).scale(&own)),
            None => rest = rest.add(&Affine::wire(*variable).scale(coefficient)),
        }
    }
    (multiple, rest)
}

/// Whether a condition says what some of its guards say, in every case.
fn holds_by(condition: &Condition, says: &dyn Fn(&Guard) -> bool) -> bool {
    match condition {
        Condition::And(all) => all.iter().any(|part| holds_by(part, says)),
        Condition::Constant(_) | Condition::Scalar(_) => false,
        Condition::Index(_) | Condition::Not(_) | Condition::Or(_) => {
            condition.cases().is_some_and(|cases| cases.iter().all(|case| case.iter().any(says)))
        }
    }
}
