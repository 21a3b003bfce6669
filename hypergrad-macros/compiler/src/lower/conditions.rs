//! Conditions on the variables of a nest: those that accesses in range need, and those that follow
//! from the others.

use super::cost::MOST_PREMISES;
use super::guarded::Known;
use crate::ir::{Affine, Guard, Size, Test, Wire};

/// Conditions for an access to be in range, where that is not certain.
pub(super) fn within(index: &[Affine], shape: &[Size], extent: &dyn Fn(Wire) -> Size, conditions: &mut Vec<Guard>) {
    within_unless(index, shape, extent, &Clone::clone, conditions);
}

pub(super) fn within_unless(
    index: &[Affine],
    shape: &[Size],
    extent: &dyn Fn(Wire) -> Size,
    place: &dyn Fn(&Affine) -> Affine,
    conditions: &mut Vec<Guard>,
) {
    for (affine, size) in index.iter().zip(shape) {
        let last = Affine::constant(size.sub(&Size::constant(1))).sub(affine);
        for needed in [affine.clone(), last] {
            if !needed.provably_nonnegative(extent) {
                conditions.push(Guard { affine: place(&needed), test: Test::NonNegative });
            }
        }
    }
}

/// The conditions that do not follow from the others and from facts of the sizes.
pub(super) fn without_implied(mut conditions: Vec<Guard>, facts: &[Affine], extent: &dyn Fn(Wire) -> Size) -> Vec<Guard> {
    // Accesses, which come last, mostly follow from what was asked for.
    for position in (0..conditions.len()).rev() {
        let others = conditions.iter().enumerate().filter(|(k, g)| *k != position && g.test == Test::NonNegative);
        let premises: Vec<&Affine> = others.map(|(_, g)| &g.affine).chain(facts).collect();
        let guard = &conditions[position];
        if guard.test == Test::NonNegative && follows(&guard.affine, &premises, MOST_PREMISES, extent) {
            conditions.remove(position);
        }
    }
    conditions
}

/// What follows of a condition from facts of the sizes and from the loops that bind its variables.
pub(super) fn known(guard: &Guard, facts: &[Affine], extents: &[(Wire, Size)]) -> Known {
    let extent_of = |wire: Wire| extents.iter().find(|(w, _)| *w == wire).map(|(_, extent)| extent.clone());
    if !guard.affine.wires().all(|wire| extent_of(wire).is_some()) {
        return Known::Open;
    }
    let premises: Vec<&Affine> = facts.iter().collect();
    let is_nonnegative = |affine: &Affine| follows(affine, &premises, MOST_PREMISES, &|wire| extent_of(wire).unwrap_or_default());
    let one = Affine::constant(Size::constant(1));
    let is_positive = || is_nonnegative(&guard.affine.sub(&one));
    let is_negative = || is_nonnegative(&Affine::default().sub(&guard.affine).sub(&one));
    let is_nonzero = || is_positive() || is_negative();
    let (holds, fails) = match guard.test {
        Test::NonNegative => (is_nonnegative(&guard.affine), is_negative()),
        Test::Zero => (guard.affine == Affine::default(), is_nonzero()),
        Test::NonZero => (is_nonzero(), guard.affine == Affine::default()),
    };
    if holds {
        Known::Holds
    } else if fails {
        Known::Fails
    } else {
        Known::Open
    }
}

/// Whether `affine = Σ λₖ·premiseₖ + rest` with λₖ >= 0 and a rest that is never negative.
fn follows(affine: &Affine, premises: &[&Affine], depth: usize, extent: &dyn Fn(Wire) -> Size) -> bool {
    if affine.provably_nonnegative(extent) {
        return true;
    }
    depth > 0
        && premises.iter().enumerate().any(|(k, premise)| {
            factors(affine, premise)
                .iter()
                .any(|factor| follows(&affine.sub(&premise.scale(factor)), &premises[k + 1..], depth - 1, extent))
        })
}

/// Factors, at least 0, with which the premise takes away a term of the expression.
fn factors(affine: &Affine, premise: &Affine) -> Vec<Size> {
    let wires = premise.terms.iter().map(|(wire, coefficient)| (affine.coefficient(*wire), coefficient.clone()));
    // A fact of the sizes: `s >= 576`, `s >= t`.
    let fact = premise.as_size();
    let of_sizes =
        fact.iter().flat_map(|fact| fact.terms()).filter(|(monomial, _)| !monomial.is_empty()).filter_map(|(monomial, value)| {
            let own = affine.constant.terms().find(|(m, _)| *m == monomial)?;
            Some((Size::constant(own.1), Size::constant(value)))
        });
    let mut found: Vec<Size> = wires
        .chain(of_sizes)
        .filter_map(|(own, of_premise)| own.divided_by(&of_premise))
        .filter(|factor| !factor.is_zero() && factor.is_nonnegative())
        .collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Symbol;

    fn guard(coefficients: &[i64], constant: i64) -> Guard {
        let terms = coefficients.iter().enumerate().map(|(k, c)| Affine::wire(Wire(k as u32)).scale(&Size::constant(*c)));
        let affine = terms.fold(Affine::constant(Size::constant(constant)), |sum, term| sum.add(&term));
        Guard { affine, test: Test::NonNegative }
    }

    /// A pixel `(i + d - 1, j + e - 1)` inside its image of 4 x 5 has an index below 20.
    #[test]
    fn an_access_inside_a_window_is_in_range() {
        let inside = [guard(&[1, 1, 0, 0], -1), guard(&[-1, -1, 0, 0], 4), guard(&[0, 0, 1, 1], -1), guard(&[0, 0, -1, -1], 5)];
        let access = [guard(&[5, 5, 1, 1], -6), guard(&[-5, -5, -1, -1], 25)];
        let extents = [4, 3, 5, 3];
        let extent = |wire: Wire| Size::constant(extents[wire.0 as usize]);
        let left = without_implied([inside.as_slice(), &access].concat(), &[], &extent);
        assert_eq!(left, inside);
        // With one border open, the access is not.
        let open = [inside[0].clone(), inside[1].clone(), inside[3].clone(), access[0].clone()];
        assert_eq!(without_implied(open.to_vec(), &[], &extent), open);
    }

    /// What is left of conditions says what all of them say, over all values of the variables.
    #[test]
    fn conditions_that_are_left_imply_the_others() {
        let mut dropped = 0;
        for seed in 0..3000_usize {
            let pick =
                |k: usize, low: i64, high: i64| low + ((seed * 7919 + k * 104_729 + seed / (k + 2)) as i64) % (high - low + 1);
            let extents: Vec<i64> = (0..3).map(|k| pick(k, 1, 4)).collect();
            let conditions: Vec<Guard> = (0..4)
                .map(|c| guard(&[pick(5 * c, -2, 2), pick(5 * c + 1, -2, 2), pick(5 * c + 2, -3, 3)], pick(5 * c + 3, -3, 4)))
                .collect();
            let left = without_implied(conditions.clone(), &[], &|w: Wire| Size::constant(extents[w.0 as usize]));
            dropped += conditions.len() - left.len();
            let all = |guards: &[Guard], at: [i64; 3]| {
                let value = |a: &Affine| {
                    let terms = a.terms.iter().map(|(w, c)| c.as_constant().unwrap() * at[w.0 as usize]);
                    a.constant.as_constant().unwrap() + terms.sum::<i64>()
                };
                guards.iter().all(|g| value(&g.affine) >= 0)
            };
            for at in 0..extents.iter().product() {
                let at = [at % extents[0], at / extents[0] % extents[1], at / extents[0] / extents[1]];
                assert_eq!(all(&conditions, at), all(&left, at), "{conditions:?} became {left:?}");
            }
        }
        assert!(dropped > 500, "{dropped}");
    }

    /// `s >= 12` keeps `3·i + j < s` for i below 4 and j below 3.
    #[test]
    fn known_lengths_bound_accesses() {
        let length = Size::symbol(Symbol(0));
        let access =
            Guard { affine: guard(&[-3, -1], -1).affine.add(&Affine::constant(length.clone())), test: Test::NonNegative };
        let extents = [4, 3];
        let extent = |wire: Wire| Size::constant(extents[wire.0 as usize]);
        let fact = |least: i64| Affine::constant(length.sub(&Size::constant(least)));
        assert!(without_implied(vec![access.clone()], &[fact(12)], &extent).is_empty());
        assert_eq!(without_implied(vec![access.clone()], &[fact(11)], &extent), [access]);
    }

    /// Of `i < s`, `i = s` is never and `i >= -1` always.
    #[test]
    fn what_never_holds_is_known() {
        let length = Size::symbol(Symbol(0));
        let extents = [(Wire(0), length.clone())];
        let at = |affine: Affine, test: Test| known(&Guard { affine, test }, &[], &extents);
        let last = Affine::constant(length).sub(&Affine::wire(Wire(0)));
        assert!(at(last.clone(), Test::Zero) == Known::Fails);
        assert!(at(last.clone(), Test::NonZero) == Known::Holds);
        assert!(at(Affine::default().sub(&last), Test::NonNegative) == Known::Fails);
        assert!(at(Affine::wire(Wire(0)), Test::Zero) == Known::Open);
        assert!(at(Affine::default(), Test::Zero) == Known::Holds);
    }

    /// `s >= t` keeps `i < s` for i below t, whichever of the two lengths was known first.
    #[test]
    fn lengths_bound_each_other() {
        for (long, short) in [(0, 1), (1, 0)] {
            let [long, short] = [long, short].map(|symbol| Size::symbol(Symbol(symbol)));
            let access = Guard { affine: guard(&[-1], -1).affine.add(&Affine::constant(long.clone())), test: Test::NonNegative };
            let fact = |left: &Size, right: &Size| Affine::constant(left.sub(right));
            let extents = [(Wire(0), short.clone())];
            assert!(known(&access, &[fact(&long, &short)], &extents) == Known::Holds);
            assert!(known(&access, &[fact(&short, &long)], &extents) == Known::Open);
        }
    }
}
