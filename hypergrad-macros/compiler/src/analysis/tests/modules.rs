//! Facts of modules as users write them, where they hold and where they must not.

use crate::analysis::{Facts, structure};
use crate::differentiate::derive;
use crate::differentiate::tests::programs::read;
use crate::ir::Id;

/// The facts of the functions of a module; `Data` has fields of many kinds.
pub fn facts(functions: &str) -> Facts {
    facts_and_conditions(functions).0
}

/// The facts, and how a node is shown.
pub fn facts_and_conditions(functions: &str) -> (Facts, impl Fn(Id) -> String) {
    let text = format!(
        "mod m {{ use nalgebra::{{DVector, DMatrix, Vector2, Matrix2}}; use hypergrad::math::*;
         pub struct Data {{ a: DMatrix<f64>, b: DVector<f64>, w: DVector<f64>, s: f64, eps: f64 }}
         {functions} }}"
    );
    let mut model = read(&text).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    let mut quantities = derive(&mut model);
    crate::exploit::untranspose(&mut model.graph, &mut quantities);
    let facts = structure(&mut model.graph, &model.sizes, &quantities);
    (facts, move |node| crate::print::expression(&model.graph, &model.sizes, node))
}

/// An objective f of dynamic vectors x and y, `g = Σ x`.
pub fn objective(f: &str) -> Facts {
    let head = "x: &DVector<f64>, y: &DVector<f64>, d: &Data";
    facts(&format!("pub fn f({head}) -> f64 {{ {f} }} pub fn g({head}) -> f64 {{ x.sum() + 0.0 * d.s * y[0] }}"))
}

/// A root F of dynamic vectors.
fn root(f: &str) -> Facts {
    let head = "x: &DVector<f64>, y: &DVector<f64>, d: &Data";
    facts(&format!("pub fn F({head}) -> DVector<f64> {{ {f} }} pub fn g({head}) -> f64 {{ x.sum() + 0.0 * d.s * y[0] }}"))
}

#[test]
fn a_condition_on_data_is_no_kink() {
    let on_data = |condition: &str| {
        objective(&format!(
            "(0..d.b.len()).map(|i| if {condition} {{ (x[i] - d.b[i]).powi(2) }} else {{ 2.0 * (x[i] + 1.0).powi(2) }}).sum::<f64>()
             + y.map(f64::exp).dot(&x.component_mul(x))"
        ))
    };
    for condition in ["d.b[i] > 0.0", "d.b[i] == d.s", "i < 3", "d.b[i] > 0.0 && d.w[i] < d.b[i]", "!(d.b[i] >= 1.0) || i == 2"] {
        let facts = on_data(condition);
        assert!(facts.smooth.holds && facts.f1_constant_in_x.holds && facts.g_constant_slope.holds, "{condition}");
        assert!(facts.f1_definite.holds && facts.f1_diagonal.holds && facts.super_efficient().count() > 2, "{condition}");
        assert!(!facts.f1_constant_in_y.holds);
    }
    for condition in ["x[i] > 0.0", "y[i] > 0.0", "d.b[i] > x[i]", "d.b[i] > 0.0 && y[i] < d.b[i]"] {
        let facts = on_data(condition);
        assert!(!facts.smooth.holds && !facts.f1_constant_in_x.holds && facts.super_efficient().count() == 0, "{condition}");
    }
    // Censoring: both arms curved, and one concave.
    let censored = objective("(0..d.b.len()).map(|i| if d.b[i] > 0.0 { softplus(x[i]) } else { (-x[i]).exp() }).sum::<f64>()");
    assert!(censored.smooth.holds && censored.f1_definite.holds);
    let concave = objective("(0..d.b.len()).map(|i| if d.b[i] > 0.0 { softplus(x[i]) } else { -x[i].exp() }).sum::<f64>()");
    assert!(concave.smooth.holds && !concave.f1_definite.holds);
}

#[test]
fn a_function_of_data_alone_has_no_kinks() {
    let facts = objective("(x - d.b.abs()).norm_squared() + d.w.map(|w| w.max(0.0)).dot(&x.map(|x| x.powi(4)))");
    assert!(facts.smooth.holds && facts.f1_definite.holds);
    assert!(!objective("(x - y.abs()).norm_squared()").smooth.holds);
}

#[test]
fn the_square_of_a_norm_is_smooth() {
    for square in ["(x - y).norm().powi(2)", "x.metric_distance(y).powi(2)", "x.norm().powi(2) + (x - y).magnitude().powf(2.0)"] {
        let facts = objective(square);
        assert!(
            facts.smooth.holds && facts.f1_diagonal.holds && facts.f1_constant_in_x.holds && facts.f1_definite.holds,
            "{square}"
        );
    }
    assert!(!objective("(x - y).norm().powi(3)").smooth.holds && !objective("(x - y).norm()").smooth.holds);
}

#[test]
fn a_diagonal_matrix_is_symmetric() {
    let facts = root("DVector::from_fn(x.len(), |i, _| x[i] - d.b[i] + y[i].exp() * (d.s * x[i]).tanh() / (1.0 + x[i] * x[i]))");
    assert!(facts.f1_diagonal.holds && facts.f1_symmetric.holds);
    assert!(!root("DVector::from_fn(x.len(), |i, _| x[i] - y[i] * x[0])").f1_symmetric.holds);
}

#[test]
fn hypot_with_a_number_is_smooth() {
    let of = |other: &str| objective(&format!("(x - y).norm_squared() + x.map(|x| x.hypot({other})).sum()"));
    assert!(of("1e-3").smooth.holds && of("1e-3").f1_definite.holds);
    assert!(!of("0.0").smooth.holds && !of("d.eps").smooth.holds);
    assert!(objective("(x - y).norm_squared() + x.map(|x| 1e-3_f64.hypot(x)).sum()").smooth.holds);
    assert!(!objective("x.zip_map(y, |x, y| x.hypot(y)).sum()").smooth.holds);
}

/// A stencil written face by face, from the west and from the east.
#[test]
fn stencils_are_symmetric() {
    let stencil = |west: &str, east: &str| {
        root(&format!(
            "let n = x.len();
             DVector::from_fn(n, |i, _| {{
                 let west = if i == 0 {{ d.s }} else {{ x[i - 1] }};
                 let east = if i == n - 1 {{ d.eps }} else {{ x[i + 1] }};
                 {west} * (x[i] - west) - {east} * (east - x[i]) + x[i].powi(3) - d.b[i]
             }})"
        ))
    };
    for (west, east) in [
        ("y[i].exp()", "y[i + 1].exp()"),
        ("1.0", "1.0"),
        ("y[i] / (n as f64)", "y[i + 1] / (n as f64)"),
        ("d.w[i]", "d.w[i + 1]"),
    ] {
        assert!(stencil(west, east).f1_symmetric.holds, "{west} {east}");
    }
    for (west, east) in [("y[i].exp()", "y[i].exp()"), ("1.0", "2.0"), ("y[i + 1].exp()", "y[i].exp()"), ("x[i]", "x[i].exp()")] {
        assert!(!stencil(west, east).f1_symmetric.holds, "{west} {east}");
    }
    // Neighbours of the second order, and one end only.
    let wide = |right: &str| {
        root(&format!(
            "let n = x.len(); DVector::from_fn(n, |i, _| x[i] * 3.0 - y[i]
                 - (if i >= 2 {{ y[i - 2] * x[i - 2] }} else {{ 0.0 }}) - (if i + 2 < n {{ {right} }} else {{ 0.0 }}))"
        ))
    };
    assert!(wide("y[i] * x[i + 2]").f1_symmetric.holds);
    assert!(!wide("y[i + 2] * x[i + 2]").f1_symmetric.holds && !wide("y[i] * x[i + 1]").f1_symmetric.holds);
    let one_end = root(
        "let n = x.len(); DVector::from_fn(n, |i, _| x[i] * 3.0 - (if i >= 2 { x[i - 1] } else { y[i] }) - (if i + 1 < n { x[i + 1] } else { 0.0 }))",
    );
    assert!(!one_end.f1_symmetric.holds);
}
