//! Equations and inequalities between bounded integers, as numbers written in a mixed radix obey them.
//!
//! Wires run over `0 <= w < n`. With `|b| < g`, `g·a + b = 0` is `a = 0` and `b = 0`; with
//! `0 <= b < g`, `g·a + b >= 0` is `a >= 0`. So `P·c + S·i + j = P·c' + S·i' + j'` says that the
//! digits are equal, once S and P/S are seen to bound j and i.

use super::affine::{Affine, Wire};
use super::node::{Guard, Test};
use super::size::Size;

/// Two equations for one, or none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Split {
    /// No value of the wires solves it.
    Never,
    Both(Affine, Affine),
}

/// `equation = 0` as two equations that say the same.
pub fn split(equation: &Affine, extent: &dyn Fn(Wire) -> Size) -> Option<Split> {
    radices(equation).iter().find_map(|radix| split_by(equation, radix, extent))
}

fn split_by(equation: &Affine, radix: &Size, extent: &dyn Fn(Wire) -> Size) -> Option<Split> {
    let (multiple, rest) = divide(equation, radix);
    if rest == Affine::default() {
        // `g·a = 0` is `a = 0` for g other than 0.
        return radix.as_constant().map(|_| Split::Both(multiple, rest));
    }
    // The constant of the rest can be taken from either side of 0.
    let one = Affine::constant(Size::constant(1));
    let below = (multiple.add(&one), rest.sub(&Affine::constant(radix.clone())));
    [(multiple, rest), below].into_iter().find_map(|(multiple, rest)| {
        let within = is_below(&rest, radix, extent) && is_below(&rest.scale(&Size::constant(-1)), radix, extent);
        let never = rest.as_size().and_then(Size::as_constant).is_some_and(|b| b != 0);
        within.then_some(if never { Split::Never } else { Split::Both(multiple, rest) })
    })
}

/// Wires to be written as `radix·high + low`, so that `split` applies: `P·c + p = S·q + j` where
/// S divides the extent of p.
pub fn refinement(equation: &Affine, extent: &dyn Fn(Wire) -> Size) -> Option<Vec<(Wire, Size)>> {
    radices(equation).iter().find_map(|radix| refinement_by(equation, radix, extent))
}

fn refinement_by(equation: &Affine, radix: &Size, extent: &dyn Fn(Wire) -> Size) -> Option<Vec<(Wire, Size)>> {
    let (_, rest) = divide(equation, radix);
    let mut refined = Vec::new();
    for (wire, coefficient) in &rest.terms {
        let own = magnitude(coefficient).and_then(|c| radix.divided_by(&c)).filter(|own| !own.is_one());
        if let Some(own) = own.filter(|own| extent(*wire).divided_by(own).is_some_and(|high| !high.is_one())) {
            refined.push((*wire, own));
        }
    }
    // What is left of a refined wire runs over its radix.
    let low = |wire: Wire| refined.iter().find(|(w, _)| *w == wire).map_or_else(|| extent(wire), |(_, radix)| radix.clone());
    let splits = !refined.is_empty() && split_by(equation, radix, &low).is_some();
    splits.then_some(refined)
}

/// `affine >= 0` with the common radix divided out.
pub fn tightened(guard: &Guard, extent: &dyn Fn(Wire) -> Size) -> Option<Guard> {
    if guard.test != Test::NonNegative {
        return None;
    }
    radices(&guard.affine).iter().find_map(|radix| {
        let (multiple, rest) = divide(&guard.affine, radix);
        let within = rest.provably_nonnegative(extent) && is_below(&rest, radix, extent);
        (within && !multiple.terms.is_empty()).then_some(Guard { affine: multiple, test: Test::NonNegative })
    })
}

/// Whether different values of the wires give different values of the expression: each
/// coefficient is beyond the reach of the smaller ones. Sufficient, not necessary.
pub fn is_injective(affine: &Affine, extent: &dyn Fn(Wire) -> Size) -> bool {
    let mut rest: Vec<(Size, Size)> = Vec::new();
    for (wire, coefficient) in &affine.terms {
        let Some(magnitude) = magnitude(coefficient) else { return false };
        rest.push((magnitude, extent(*wire).sub(&Size::constant(1))));
    }
    let mut reach = Size::zero();
    while !rest.is_empty() {
        let smallest = |k: &usize| rest.iter().all(|(other, _)| other.sub(&rest[*k].0).is_nonnegative());
        let Some(position) = (0..rest.len()).find(smallest) else { return false };
        let (coefficient, last) = rest.remove(position);
        if !reach.is_zero() && !coefficient.sub(&reach).sub(&Size::constant(1)).is_nonnegative() {
            return false;
        }
        reach = reach.add(&coefficient.mul(&last));
    }
    true
}

/// `self = radix·multiple + rest`, where terms that the radix divides are in the multiple; the
/// number in the rest is in `0..radix` where both are numbers.
fn divide(affine: &Affine, radix: &Size) -> (Affine, Affine) {
    let whole = || (Size::zero(), affine.constant.clone());
    let (mut quotient, mut remainder) = affine.constant.divide_monomials(radix).unwrap_or_else(whole);
    if let (Some(number), Some(radix)) = (remainder.as_constant(), radix.as_constant()) {
        quotient = quotient.add(&Size::constant(number.div_euclid(radix)));
        remainder = Size::constant(number.rem_euclid(radix));
    }
    let (mut multiple, mut rest) = (Affine::constant(quotient), Affine::constant(remainder));
    for (wire, coefficient) in &affine.terms {
        match coefficient.divided_by(radix) {
            Some(own) => multiple = multiple.add(&Affine::wire(*wire).scale(&own)),
            None => rest = rest.add(&Affine::wire(*wire).scale(coefficient)),
        }
    }
    (multiple, rest)
}

/// The coefficients other than ±1, positive and without repetition: each may be a radix.
fn radices(affine: &Affine) -> Vec<Size> {
    let mut radices: Vec<Size> = affine.terms.iter().filter_map(|(_, c)| magnitude(c)).filter(|c| !c.is_one()).collect();
    radices.sort();
    radices.dedup();
    radices
}

fn magnitude(coefficient: &Size) -> Option<Size> {
    [1, -1].into_iter().map(|sign| coefficient.scale(sign)).find(Size::is_nonnegative)
}

/// Whether `affine < bound` for all values of the wires and symbols.
fn is_below(affine: &Affine, bound: &Size, extent: &dyn Fn(Wire) -> Size) -> bool {
    Affine::constant(bound.sub(&Size::constant(1))).sub(affine).provably_nonnegative(extent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Symbol;

    fn number(value: i64) -> Size {
        Size::constant(value)
    }

    /// `Σ coefficient·wire + constant`.
    fn affine(coefficients: &[Size], constant: i64) -> Affine {
        let term = |(k, c): (usize, &Size)| Affine::wire(Wire(k as u32)).scale(c);
        coefficients.iter().enumerate().map(term).fold(Affine::constant(number(constant)), |sum, t| sum.add(&t))
    }

    fn numbers(coefficients: &[i64], constant: i64) -> Affine {
        affine(&coefficients.iter().map(|c| number(*c)).collect::<Vec<_>>(), constant)
    }

    /// Every assignment of the wires.
    fn assignments(extents: &[i64]) -> Vec<Vec<i64>> {
        extents.iter().fold(vec![Vec::new()], |all, n| {
            all.iter().flat_map(|head| (0..*n).map(|k| [head.as_slice(), &[k]].concat()).collect::<Vec<_>>()).collect()
        })
    }

    fn value(affine: &Affine, wires: &[i64]) -> i64 {
        let terms = affine.terms.iter().map(|(w, c)| c.as_constant().unwrap() * wires[w.0 as usize]);
        affine.constant.as_constant().unwrap() + terms.sum::<i64>()
    }

    /// Splits, tightenings and injectivity, against all values of the wires.
    #[test]
    fn agree_with_all_values() {
        let (mut splits, mut tightenings, mut injective) = (0, 0, 0);
        let coefficients = [-6, -4, -3, -2, -1, 1, 2, 3, 4, 6, 12];
        for seed in 0..4000_usize {
            let pick = |k: usize, from: &[i64]| from[(seed * 7919 + k * 104_729 + seed / (k + 2)) % from.len()];
            let count = 2 + seed % 3;
            let extents: Vec<i64> = (0..count).map(|k| pick(k + 9, &[1, 2, 3, 4, 6])).collect();
            let own: Vec<i64> = (0..count).map(|k| pick(k, &coefficients)).collect();
            let equation = numbers(&own, pick(5, &[-7, -3, -2, -1, 0, 0, 0, 1, 2, 5]));
            let extent = |w: Wire| number(extents[w.0 as usize]);
            let all = assignments(&extents);
            if let Some(found) = split(&equation, &extent) {
                splits += 1;
                for wires in &all {
                    let parts = match &found {
                        Split::Never => false,
                        Split::Both(a, b) => value(a, wires) == 0 && value(b, wires) == 0,
                    };
                    assert_eq!(value(&equation, wires) == 0, parts, "{equation:?} over {extents:?}: {found:?}");
                }
            }
            let guard = Guard { affine: equation.clone(), test: Test::NonNegative };
            if let Some(found) = tightened(&guard, &extent) {
                tightenings += 1;
                let same = |wires: &Vec<i64>| (value(&equation, wires) >= 0) == (value(&found.affine, wires) >= 0);
                assert!(all.iter().all(same), "{equation:?} over {extents:?}: {found:?}");
            }
            if is_injective(&equation, &extent) {
                injective += 1;
                let mut values: Vec<i64> = all.iter().map(|wires| value(&equation, wires)).collect();
                values.sort_unstable();
                assert!(values.windows(2).all(|pair| pair[0] != pair[1]), "{equation:?} over {extents:?}");
            }
        }
        assert!(splits > 100 && tightenings > 100 && injective > 100, "{splits} {tightenings} {injective}");
    }

    /// `n·i + j = n·i' + j'` with a radix that only the program knows.
    #[test]
    fn symbolic_digits_are_equal() {
        let n = Size::symbol(Symbol(0));
        let m = Size::symbol(Symbol(1));
        let minus = n.scale(-1);
        let equation = affine(&[n.clone(), number(1), minus.clone(), number(-1)], 0);
        let extents = [m.clone(), n.clone(), m, n];
        let extent = |w: Wire| extents[w.0 as usize].clone();
        let (one, zero) = (number(1), Size::zero());
        let (high, low) = (
            affine(&[one.clone(), zero.clone(), one.scale(-1)], 0),
            affine(&[zero.clone(), one.clone(), zero, one.scale(-1)], 0),
        );
        assert_eq!(split(&equation, &extent), Some(Split::Both(high, low)));
        // A digit that reaches beyond the radix says nothing.
        let wide = [number(2), extent(Wire(1)).add(&one), number(2), extent(Wire(3))];
        assert_eq!(split(&equation, &|w: Wire| wide[w.0 as usize].clone()), None);
    }
}
