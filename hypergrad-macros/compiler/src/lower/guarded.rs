//! Conditions inside of the factors of a nest, lifted out of its loops.
//!
//! A factor that is zero where a condition fails makes the whole term zero: the condition bounds the loops, which
//! then read without asking.

use super::program::Expr;
use crate::ir::Guard;

/// The factors without the conditions that each of them is zero without; those go to `conditions`.
pub(super) fn lift(factors: Vec<Expr>, conditions: &mut Vec<Guard>) -> Vec<Expr> {
    factors
        .into_iter()
        .map(|factor| {
            let (guards, value) = parts(factor);
            conditions.extend(guards);
            value
        })
        .collect()
}

/// What is known of a condition.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    Holds,
    Fails,
    Open,
}

/// The expression without the conditions that are known to hold, and without what asks for those that fail.
pub(super) fn settle(value: Expr, known: &dyn Fn(&Guard) -> Known) -> Expr {
    let all = |parts: Vec<Expr>| parts.into_iter().map(|part| settle(part, known)).collect();
    match value {
        Expr::Guarded(mut guards, value) => {
            if guards.iter().any(|guard| known(guard) == Known::Fails) {
                return Expr::Number(0.0);
            }
            guards.retain(|guard| known(guard) != Known::Holds);
            let value = settle(*value, known);
            if guards.is_empty() || is_zero(&value) { value } else { Expr::Guarded(guards, Box::new(value)) }
        }
        Expr::Product(coefficient, factors) => {
            let factors: Vec<Expr> = all(factors);
            if factors.iter().any(is_zero) { Expr::Number(0.0) } else { Expr::Product(coefficient, factors) }
        }
        Expr::Call(func, arguments) => Expr::Call(func, all(arguments)),
        Expr::Sum(terms) => {
            let mut terms: Vec<(f64, Expr)> = terms.into_iter().map(|(c, term)| (c, settle(term, known))).collect();
            terms.retain(|(_, term)| !is_zero(term));
            if terms.is_empty() { Expr::Number(0.0) } else { Expr::Sum(terms) }
        }
        Expr::Total { variable, extent, value } => match settle(*value, known) {
            value if is_zero(&value) => value,
            value => Expr::Total { variable, extent, value: Box::new(value) },
        },
        Expr::Find { matrix, row, column, position, value } => {
            Expr::Find { matrix, row, column, position, value: Box::new(settle(*value, known)) }
        }
        Expr::Number(_) | Expr::Count(_) | Expr::Index(_) | Expr::Load { .. } | Expr::Local(_) => value,
    }
}

fn is_zero(value: &Expr) -> bool {
    matches!(value, Expr::Number(number) if *number == 0.0)
}

/// The conditions without which an expression is zero, and its value where they hold.
fn parts(value: Expr) -> (Vec<Guard>, Expr) {
    match value {
        Expr::Guarded(mut guards, value) => {
            let (inner, value) = parts(*value);
            guards.extend(inner);
            (guards, value)
        }
        Expr::Product(coefficient, factors) => {
            let mut guards = Vec::new();
            let factors = lift(factors, &mut guards);
            (guards, Expr::Product(coefficient, factors))
        }
        Expr::Sum(terms) => common(terms),
        other @ (Expr::Number(_)
        | Expr::Count(_)
        | Expr::Index(_)
        | Expr::Load { .. }
        | Expr::Local(_)
        | Expr::Find { .. }
        | Expr::Total { .. }
        | Expr::Call(..)) => (Vec::new(), other),
    }
}

/// Of a sum, the conditions of all terms.
fn common(terms: Vec<(f64, Expr)>) -> (Vec<Guard>, Expr) {
    let terms: Vec<(f64, Vec<Guard>, Expr)> = terms
        .into_iter()
        .map(|(coefficient, term)| {
            let (guards, value) = parts(term);
            (coefficient, guards, value)
        })
        .collect();
    let Some((_, first, _)) = terms.first() else { return (Vec::new(), Expr::Number(0.0)) };
    let shared: Vec<Guard> = first.iter().filter(|g| terms.iter().all(|(_, guards, _)| guards.contains(g))).cloned().collect();
    let rest = terms
        .into_iter()
        .map(|(coefficient, mut guards, value)| {
            guards.retain(|g| !shared.contains(g));
            (coefficient, if guards.is_empty() { value } else { Expr::Guarded(guards, Box::new(value)) })
        })
        .collect();
    (shared, Expr::Sum(rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Affine, Size, Test, Wire};

    fn guard(wire: u32) -> Guard {
        Guard { affine: Affine::wire(Wire(wire)).sub(&Affine::constant(Size::constant(1))), test: Test::NonNegative }
    }

    fn guarded(guards: &[u32], value: f64) -> Expr {
        Expr::Guarded(guards.iter().map(|w| guard(*w)).collect(), Box::new(Expr::Number(value)))
    }

    #[test]
    fn what_all_terms_ask_for_is_asked_once() {
        let difference = Expr::Sum(vec![(1.0, guarded(&[0, 1], 5.0)), (-1.0, guarded(&[1], 2.0))]);
        let mut conditions = Vec::new();
        let factors = lift(vec![Expr::Number(3.0), guarded(&[2], 4.0), difference], &mut conditions);
        assert_eq!(conditions, [guard(2), guard(1)]);
        let Expr::Sum(terms) = &factors[2] else { panic!("{factors:?}") };
        assert!(matches!(&terms[0].1, Expr::Guarded(guards, _) if *guards == [guard(0)]), "{terms:?}");
        assert!(matches!(terms[1].1, Expr::Number(2.0)), "{terms:?}");
    }

    #[test]
    fn a_sum_with_a_free_term_keeps_its_conditions() {
        let mut conditions = Vec::new();
        let sum = Expr::Sum(vec![(1.0, guarded(&[0], 5.0)), (1.0, Expr::Number(1.0))]);
        lift(vec![sum], &mut conditions);
        assert!(conditions.is_empty());
    }
}
