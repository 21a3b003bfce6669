//! Bounds of the eigenvalues of `F_1`: what they are, and where there must be none.

use super::modules::facts_and_conditions;
use crate::differentiate::EigenvalueBounds;

/// μ and L of an objective of dynamic vectors, as they are shown.
fn bounds(f: &str) -> [Option<String>; 2] {
    let head = "x: &DVector<f64>, y: &DVector<f64>, d: &Data";
    let text = format!("pub fn f({head}) -> f64 {{ {f} }} pub fn g({head}) -> f64 {{ x.sum() + 0.0 * d.s * y[0] }}");
    let (facts, shown) = facts_and_conditions(&text);
    [facts.eigenvalues.least, facts.eigenvalues.most].map(|node| node.map(&shown))
}

/// The penalty bounds from below, the losses from above.
#[test]
fn losses_of_affine_expressions() {
    let penalty = "0.5 * y.map(f64::exp).dot(&x.component_mul(x))";
    for (loss, most) in [
        ("0.5 * (&d.a * x - &d.b).norm_squared()", "‖a‖², max(|aᵀ|ᵀ 1) max(|aᵀ| 1)"),
        ("(&d.a * x).map(softplus).sum()", "0.25 ‖a‖², max(|aᵀ|ᵀ 1) max(0.25 |aᵀ| 1)"),
        ("(&d.a * x).map(|t| (-t).exp().ln_1p()).sum()", "0.25 ‖a‖², max(|aᵀ|ᵀ 1) max(0.25 |aᵀ| 1)"),
        ("log_sum_exp(&(&d.a * x))", "0.5 ‖a‖², max(|aᵀ|ᵀ 1) max(0.5 |aᵀ| 1)"),
        ("(&d.a * x - &d.b).map(|t| pseudo_huber(t, 1.0)).sum()", "‖a‖², max(|aᵀ|ᵀ 1) max(|aᵀ| 1)"),
    ] {
        let [least, found] = bounds(&format!("{loss} + {penalty}"));
        assert_eq!(least.as_deref(), Some("min(e^y)"), "{loss}");
        assert_eq!(found, Some(format!("max(e^y) + min({most})")), "{loss}");
    }
}

#[test]
fn a_number_spread_is_its_own_extreme() {
    let found = bounds("(&d.a * x).map(softplus).sum() + 0.5 * d.s * x.norm_squared()");
    assert_eq!(found.map(Option::unwrap_or_default), ["s", "s + min(0.25 ‖a‖², max(|aᵀ|ᵀ 1) max(0.25 |aᵀ| 1))"]);
}

/// What may be concave takes away from below.
#[test]
fn weights_of_either_sign() {
    let found = bounds("(&d.a * x).map(f64::cos).sum() + 0.5 * d.s * x.norm_squared()");
    let norm = "min(‖a‖², max(|aᵀ|ᵀ 1) max(|aᵀ| 1))";
    assert_eq!(found.map(Option::unwrap_or_default), [format!("s - {norm}"), format!("s + {norm}")]);
    let found = bounds("(&d.a * x).map(softplus).dot(&d.w) + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))");
    let norm = "min(0.25 ⟨|w|, (a∘a) 1⟩, max(|aᵀ|ᵀ 1) max(0.25 |aᵀ| |w|))";
    assert_eq!(found.map(Option::unwrap_or_default), [format!("min(e^y) - {norm}"), format!("{norm} + max(e^y)")]);
}

/// Sums of deltas are bounded by their rows, which are short.
#[test]
fn chains() {
    let found = bounds(
        "(0..x.len()).map(|i| (x[i] - y[i]).powi(2)).sum::<f64>() + (1..x.len()).map(|i| (x[i] - x[i - 1]).powi(2)).sum::<f64>()",
    );
    assert_eq!(found[0].as_deref(), Some("2"));
    assert!(found[1].as_ref().is_some_and(|most| most.contains("max") && !most.contains('‖')), "{found:?}");
}

/// One end alone, where the other is not finite.
#[test]
fn growing_curvature() {
    for loss in ["x.map(|t| t.powi(4)).sum()", "(&d.a * x).map(f64::exp).sum()", "x.map(f64::cosh).sum()"] {
        let [least, most] = bounds(&format!("{loss} + 0.5 * y[0].exp() * x.norm_squared()"));
        assert!(least.is_some() && most.is_none(), "{loss}: {least:?}, {most:?}");
    }
}

#[test]
fn nothing_is_claimed() {
    for f in [
        // Kinks: the gradient jumps.
        "(&d.a * x).map(|t| t.abs()).sum() + x.norm_squared()",
        // Curvature that x moves without bounds.
        "(x[0] - 1.0).powi(2) + 100.0 * (x[1] - x[0].powi(2)).powi(2)",
        "(&d.a * x).norm_squared().powi(2) + x.norm_squared()",
    ] {
        assert_eq!(bounds(f), [None, None], "{f}");
    }
    // An F_1 that is not symmetric has no eigenvalues to speak of.
    let head = "x: &DVector<f64>, y: &DVector<f64>, d: &Data";
    let text = format!("pub fn F({head}) -> DVector<f64> {{ &d.a * x - y }} pub fn g({head}) -> f64 {{ x.sum() + 0.0 * d.s }}");
    let facts = facts_and_conditions(&text).0;
    assert_eq!(facts.eigenvalues, EigenvalueBounds::default());
}
