//! Which estimators are proved super-efficient, on modules as users write them: every rule where it
//! holds and where it must not. `tests/reparameterisation` confirms claims by numbers.

use crate::analysis::facts::Estimator::{self, *};
use crate::analysis::{Facts, structure};
use crate::differentiate::derive;
use crate::differentiate::tests::read;

fn facts(functions: &str) -> Facts {
    let text = format!(
        "mod m {{ use nalgebra::{{DVector, DMatrix, Vector2, Matrix2}};
         pub struct Data {{ a: DMatrix<f64>, b: DVector<f64> }}
         {functions} }}"
    );
    let mut model = read(&text).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    let quantities = derive(&mut model);
    structure(&mut model.graph, &model.sizes, &quantities)
}

/// F, g and more, of dynamic vectors x and y.
fn vectors(f: &str, g: &str, more: &str) -> Facts {
    let head = "x: &DVector<f64>, y: &DVector<f64>, data: &Data";
    facts(&format!("pub fn F({head}) -> DVector<f64> {{ {f} }} pub fn g({head}) -> f64 {{ {g} }} {more}"))
}

/// F, g and phi of numbers x and y.
fn numbers(f: &str, g: &str, phi: &str) -> Facts {
    let phi = if phi.is_empty() { String::new() } else { format!("pub fn phi(z: f64, y: f64) -> f64 {{ {phi} }}") };
    facts(&format!("pub fn F(x: f64, y: f64) -> f64 {{ {f} }} pub fn g(x: f64, y: f64) -> f64 {{ {g} }} {phi}"))
}

fn proved(facts: &Facts, kind: Estimator) -> bool {
    let (_, fact) = facts.estimators.iter().find(|(k, _)| *k == kind).unwrap_or_else(|| panic!("no {kind:?}"));
    assert!(!fact.reason.is_empty());
    fact.holds
}

const PHI: &str = "pub fn phi(z: &DVector<f64>, y: &DVector<f64>) -> DVector<f64>";
const PSI: &str =
    "pub fn psi(z: &DVector<f64>, y: &DVector<f64>, x_bar: &DVector<f64>, y_bar: &DVector<f64>, data: &Data) -> DVector<f64>";
const P_DIAGONAL: &str = "pub fn P(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> DVector<f64>";
const P_MATRIX: &str = "pub fn P(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> DMatrix<f64>";

/// F = a(y)∘x - b.
const SCALED: &str = "x.component_mul(&y.map(f64::exp)) - &data.b";
/// A gradient whose derivative is full.
const COUPLED: &str = "data.a.tr_mul(&(&data.a * x - &data.b).map(f64::sinh)) + y.component_mul(x)";

#[test]
fn omega_is_exact_for_a_constant_adjoint() {
    let affine = "data.a.tr_mul(&(&data.a * x)) - y.map(f64::sin)";
    assert!(proved(&vectors(affine, "x.sum()", ""), Ift));
    // The slope depends on y: g_11 = 0 is not enough.
    assert!(!proved(&vectors(affine, "x.dot(y)", ""), Ift));
    assert!(!proved(&vectors(affine, "x.norm_squared()", ""), Ift));
    // F_1 depends on y.
    assert!(!proved(&vectors(SCALED, "x.sum()", ""), Ift));
    assert!(!proved(&vectors(COUPLED, "x.sum()", ""), Ift));
    assert!(proved(&vectors(COUPLED, "y.sum()", ""), Ift));
}

/// v* = 1/(x e^y) = 1/b.
#[test]
fn omega_is_super_efficient_where_the_adjoint_is_stationary() {
    assert!(proved(&vectors(SCALED, "x.map(f64::ln).sum()", ""), Ift));
    assert!(!proved(&vectors("x.component_mul(&y.map(f64::exp)) - y", "x.map(f64::ln).sum()", ""), Ift));
    // And any P at all then.
    let p = format!("{P_DIAGONAL} {{ x.map(|x| 3.0 + x * x) }}");
    let facts = vectors(SCALED, "x.map(f64::ln).sum()", &p);
    assert!(proved(&facts, CustomPreconditioner) && proved(&facts, Jacobi));
    assert!(!proved(&vectors(SCALED, "x.sum()", &p), CustomPreconditioner));
}

/// `i / 3` is a wire of its own, which is no axis of what it is part of.
#[test]
fn quotients_of_indices_are_no_axes() {
    let head = "x: &DVector<f64>, y: &DVector<f64>, data: &Data";
    let pairs = "(0..data.b.len()).zip(0..1_usize).filter(|(i, k)| 2 < 3)";
    let f = format!("{pairs}.map(|(i, k)| (1.0 + (x[i / 3] * x[k]).powi(2)).powf(1.25)).sum::<f64>() + x.norm_squared()");
    let facts = facts(&format!("pub fn f({head}) -> f64 {{ {f} }} pub fn g({head}) -> f64 {{ 0.5_f64 }}"));
    assert!(facts.f1_symmetric.holds && !facts.f1_diagonal.holds);
}

#[test]
fn newton_and_tangent_hold_for_every_smooth_problem() {
    let facts = vectors(COUPLED, "x.norm_squared()", "");
    assert!(proved(&facts, Newton) && proved(&facts, Tangent));
    assert!(vectors("x.map(f64::abs) - y", "x.sum()", "").estimators.is_empty());
    assert!(vectors(COUPLED, "x.map(f64::abs).sum()", "").estimators.is_empty());
}

#[test]
fn jacobi_is_newton_for_a_diagonal() {
    assert!(proved(&vectors("x.map(f64::sinh) - y", "x.norm_squared()", ""), Jacobi));
    assert!(!proved(&vectors(COUPLED, "x.norm_squared()", ""), Jacobi));
}

#[test]
fn exponential_variables() {
    assert!(proved(&vectors(SCALED, "x.sum()", ""), LocalizedExp));
    // b may be a number, or y may enter otherwise.
    assert!(proved(&vectors("x.zip_map(y, |x, y| (1.0 + y * y) * x - 2.0)", "3.0 * x.sum()", ""), LocalizedExp));
    // b depends on y; g has no constant slope; F is not affine.
    assert!(!proved(&vectors("x.component_mul(&y.map(f64::exp)) - y", "x.sum()", ""), LocalizedExp));
    assert!(!proved(&vectors(SCALED, "x.norm_squared()", ""), LocalizedExp));
    assert!(!proved(&vectors("x.zip_map(y, |x, y| y.exp() * x * x * x + x - 2.0)", "x.sum()", ""), LocalizedExp));
    assert!(!proved(&vectors(COUPLED, "x.sum()", ""), LocalizedExp));
    // b = 0: the root is x = 0.
    assert!(!proved(&vectors("x.component_mul(&y.map(f64::exp))", "x.sum()", ""), LocalizedExp));
    // x* = y, v* = x*.
    assert!(proved(&vectors("x - y", "0.5 * x.norm_squared()", ""), LocalizedExp));
    // v* = y: proved where F = 0 is used.
    assert!(proved(&vectors("x - y", "x.dot(y)", ""), LocalizedExp));
    assert!(!proved(&vectors("x - y.map(f64::exp)", "x.dot(y)", ""), LocalizedExp));
}

#[test]
fn diagonal_variables() {
    assert!(proved(&vectors("x.component_mul(&y.map(f64::exp)) - y", "x.sum()", ""), LocalizedDiagonal));
    assert!(proved(&vectors("x.zip_map(y, |x, y| (y.exp() + 1.0) * x - y)", "x.sum()", ""), LocalizedDiagonal));
    assert!(proved(&vectors("data.a.tr_mul(&(&data.a * x)) - y", "x.sum()", ""), LocalizedDiagonal));
    assert!(!proved(&vectors("x.component_mul(&y.map(f64::exp)) - y", "x.norm_squared()", ""), LocalizedDiagonal));
    assert!(!proved(&vectors("x.zip_map(y, |x, y| y.exp() * x + x * x * x - y)", "x.sum()", ""), LocalizedDiagonal));
    assert!(!proved(&vectors(COUPLED, "x.sum()", ""), LocalizedDiagonal));
}

#[test]
fn the_optimal_map_needs_a_gradient_and_a_stationary_slope() {
    assert!(proved(&vectors(COUPLED, "x.sum()", ""), LocalizedNewton));
    assert!(!proved(&vectors(COUPLED, "x.dot(y)", ""), LocalizedNewton));
    assert!(!proved(&vectors(COUPLED, "x.norm_squared()", ""), LocalizedNewton));
    let rotated = "&data.a * x.map(f64::sinh) - y";
    assert!(!proved(&vectors(rotated, "x.sum()", ""), LocalizedNewton));
    // Without a gradient, but constant: it is Omega.
    assert!(proved(&vectors("&data.a * x - y", "x.sum()", ""), LocalizedNewton));
    assert!(!proved(&vectors("&data.a * x - y", "x.norm_squared()", ""), LocalizedNewton));
    // g_1 = 1/(x e^y) is constant along the path, though not constant.
    assert!(proved(&vectors(SCALED, "x.zip_map(y, |x, y| x.ln() * (-y).exp()).sum()", ""), LocalizedNewton));
}

#[test]
fn no_ops_inherit() {
    let no_op = format!("{PHI} {{ z * 2.0 + y.map(f64::sin) }}");
    let affine = "data.a.tr_mul(&(&data.a * x)) - y";
    assert!(proved(&vectors(affine, "x.sum()", &no_op), Reparameterized));
    assert!(!proved(&vectors(affine, "x.norm_squared()", &no_op), Reparameterized));
    assert!(!proved(&vectors(SCALED, "x.sum()", &no_op), Reparameterized));
}

#[test]
fn maps_of_the_user() {
    let exp = format!("{PHI} {{ z.map(f64::exp) }}");
    assert!(proved(&vectors(SCALED, "x.sum()", &exp), Reparameterized));
    assert!(!proved(&vectors(SCALED, "x.norm_squared()", &exp), Reparameterized));
    let power = format!("{PHI} {{ z.map(|z| 2.0 * (3.0 * z).exp2()) }}");
    assert!(!proved(&vectors("x.component_mul(&y.map(f64::exp)) - y", "x.sum()", &power), Reparameterized));
    // phi = z/a(y), with b(y) too, each as a user may write it.
    let sloped = "x.zip_map(y, |x, y| (y.exp() + 1.0) * x - y)";
    for slope in ["z / (1.0 + y.exp())", "z * (1.0 + y.exp()).recip()", "2.0 * z / (2.0 + 2.0 * y.exp())"] {
        let phi = format!("{PHI} {{ z.zip_map(y, |z, y| {slope}) }}");
        assert!(proved(&vectors(sloped, "x.sum()", &phi), Reparameterized), "{slope}");
        assert!(!proved(&vectors(sloped, "x.norm_squared()", &phi), Reparameterized));
    }
    let wrong = format!("{PHI} {{ z.zip_map(y, |z, y| z / (2.0 + y.exp())) }}");
    assert!(!proved(&vectors(sloped, "x.sum()", &wrong), Reparameterized));
    // F = a(y)∘(B x) - c(y): coupled, and F_1ᵀ phi_1 = Bᵀ.
    let coupled = "(&data.a * x).component_mul(&y.map(f64::exp)) - y";
    let right = format!("{PHI} {{ z.zip_map(y, |z, y| z * (-y).exp()) }}");
    assert!(proved(&vectors(coupled, "x.sum()", &right), Reparameterized));
    let other_side = "&data.a * x.component_mul(&y.map(f64::exp)) - y";
    assert!(!proved(&vectors(other_side, "x.sum()", &right), Reparameterized));
    // A kink in phi.
    let kinked = format!("{PHI} {{ z.zip_map(y, |z, y| z / (1.0 + y.exp().max(0.0))) }}");
    assert!(!proved(&vectors(sloped, "x.sum()", &kinked), Reparameterized));
}

#[test]
fn localised_maps_of_the_user() {
    let exp = format!("{PSI} {{ z.zip_map(x_bar, |z, x| x.signum() * z.exp()) }}");
    assert!(proved(&vectors(SCALED, "x.sum()", &exp), LocalizedCustom));
    assert!(!proved(&vectors("x.component_mul(&y.map(f64::exp)) - y", "x.sum()", &exp), LocalizedCustom));
    // Another origin, and what is frozen as factors.
    let scaled = format!("{PSI} {{ x_bar.component_mul(&(z - x_bar).map(f64::exp)) }}");
    assert!(proved(&vectors(SCALED, "x.sum()", &scaled), LocalizedCustom));
    let sloped = "x.zip_map(y, |x, y| (y.exp() + 1.0) * x - y)";
    let diagonal = format!("{PSI} {{ z.zip_map(y, |z, y| z / (1.0 + y.exp())) }}");
    assert!(proved(&vectors(sloped, "x.sum()", &diagonal), LocalizedCustom));
    // The frozen y does not move.
    let frozen = format!("{PSI} {{ z.zip_map(y_bar, |z, y| z / (1.0 + y.exp())) }}");
    assert!(!proved(&vectors(sloped, "x.sum()", &frozen), LocalizedCustom));
}

#[test]
fn preconditioners_of_the_user() {
    let f = "x.zip_map(y, |x, y| x * x * x + 2.0 * y * x - 1.0)";
    let diagonal = |entry: &str| {
        let p = format!("{P_DIAGONAL} {{ x.zip_map(y, |x, y| {entry}) }}");
        proved(&vectors(f, "x.norm_squared()", &p), CustomPreconditioner)
    };
    for entry in ["2.0 * y + 3.0 * x.powi(2)", "(x * x) * 3.0 + (y + y)", "2.0 * (1.5 * x.powf(2.0) + y)"] {
        assert!(diagonal(entry), "{entry}");
    }
    // F_1 where F = 0: x³ + 2 y x = 1.
    assert!(diagonal("2.0 * x * x + 1.0 / x"));
    assert!(!diagonal("2.0 * y + 3.1 * x * x") && !diagonal("1.0 / x"));
    let logistic = "data.a.tr_mul(&(&data.a * x).map(|t| 1.0 / (1.0 + (-t).exp()))) + y.component_mul(x)";
    let matrix = |body: &str| {
        let p = format!("{P_MATRIX} {{ {body} }}");
        proved(&vectors(logistic, "x.norm_squared()", &p), CustomPreconditioner)
    };
    let weights = "let w = (&data.a * x).map(|t| { let s = 1.0 / (1.0 + (-t).exp()); s * (1.0 - s) });";
    assert!(matrix(&format!("{weights} data.a.tr_mul(&(DMatrix::from_diagonal(&w) * &data.a)) + DMatrix::from_diagonal(y)")));
    assert!(matrix(&format!("{weights} DMatrix::from_diagonal(y) + data.a.transpose() * DMatrix::from_diagonal(&w) * &data.a")));
    assert!(!matrix(&format!("{weights} data.a.tr_mul(&(DMatrix::from_diagonal(&w) * &data.a))")));
    // Equal term by term of a sum, in another form: tanh' = 1 - tanh².
    let layer = "data.a.tr_mul(&(&data.a * x).map(f64::tanh)) + y.component_mul(x)";
    let slopes = |slope: &str| {
        let p = format!(
            "{P_MATRIX} {{ let w = (&data.a * x).map(|t| {slope});
             data.a.tr_mul(&(DMatrix::from_diagonal(&w) * &data.a)) + DMatrix::from_diagonal(y) }}"
        );
        proved(&vectors(layer, "x.norm_squared()", &p), CustomPreconditioner)
    };
    for slope in ["1.0 - t.tanh().powi(2)", "1.0 / t.cosh().powi(2)", "(1.0 - t.tanh()) * (1.0 + t.tanh())"] {
        assert!(slopes(slope), "{slope}");
    }
    assert!(!slopes("1.0 - t.tanh()") && !slopes("1.0 - t.sinh().powi(2)"));
    // The sum of other terms is another sum.
    assert!(!slopes("1.0 - x.sum().tanh().powi(2) + 0.0 * t"));
}

#[test]
fn one_dimension() {
    // Prop. 8, written in several ways; with b(y) it fails.
    for f in ["y.exp() * x - 2.0", "x / (1.0 + y * y) + 3.0", "x * y.cosh() - 2.0"] {
        assert!(proved(&numbers(f, "x", "z.exp()"), Reparameterized), "{f}");
    }
    assert!(proved(&numbers("y.exp() * x - 2.0", "5.0 * x - y", "-3.0 * (0.25 * z).exp()"), Reparameterized));
    assert!(!proved(&numbers("y.exp() * x - y", "x", "z.exp()"), Reparameterized));
    assert!(!proved(&numbers("y.exp() * x - 2.0", "x * x", "z.exp()"), Reparameterized));
    // phi' = c v* along the path (1.13): v* = x*^3 for g = x^4/4, x* = y; x = (-2z)^(-1/2).
    assert!(proved(&numbers("x - y", "0.25 * x * x * x * x", "1.0 / (-2.0 * z).sqrt()"), Reparameterized));
    assert!(!proved(&numbers("x - y", "0.25 * x * x * x * x", "1.0 / (-2.0 * z)"), Reparameterized));
    // tanh as a map: phi' = 1 - x², v* = 1 - y².
    assert!(proved(&numbers("x - y", "x - x * x * x / 3.0", "z.tanh()"), Reparameterized));
    assert!(!proved(&numbers("x - y", "x - x * x * x / 2.0", "z.tanh()"), Reparameterized));
}

#[test]
fn other_shapes() {
    // A matrix x, and a y that scales its rows.
    let head = "x: &DMatrix<f64>, y: &DVector<f64>, data: &Data";
    let scaled = |offset: &str| {
        facts(&format!(
            "pub fn F({head}) -> DMatrix<f64> {{ DMatrix::from_fn(x.nrows(), x.ncols(), |i, j| y[i].exp() * x[(i, j)] - {offset}) }}
             pub fn g({head}) -> f64 {{ x.sum() + data.a.sum() + data.b.sum() }}
             pub fn phi(z: &DMatrix<f64>, y: &DVector<f64>) -> DMatrix<f64> {{ z.map(|z| -(2.0 * z).exp()) }}"
        ))
    };
    let right = scaled("data.a[(i, j)]");
    assert!(proved(&right, LocalizedExp) && proved(&right, Reparameterized) && proved(&right, Jacobi));
    let wrong = scaled("y[i] * data.a[(i, j)]");
    assert!(!proved(&wrong, LocalizedExp) && !proved(&wrong, Reparameterized));
    // Blocks of x and y; slopes that mix all of y.
    let blocks = |offset: &str| {
        facts(&format!(
            "pub struct X {{ w: DVector<f64>, c: f64 }} pub struct Y {{ s: DVector<f64>, t: f64 }}
             pub fn F(x: &X, y: &Y, data: &Data) -> X {{
                 X {{ w: x.w.component_mul(&(&data.a * &y.s).map(f64::exp)) * y.t - &data.b, c: x.c * y.t.exp() - {offset} }}
             }}
             pub fn g(x: &X, y: &Y) -> f64 {{ x.w.sum() - 2.0 * x.c + y.t }}"
        ))
    };
    assert!(proved(&blocks("1.5"), LocalizedExp) && !proved(&blocks("y.s.sum()"), LocalizedExp));
    assert!(proved(&blocks("y.s.sum()"), LocalizedDiagonal) && proved(&blocks("y.t"), LocalizedNewton));
    assert!(!proved(&blocks("1.5"), Ift));
    // Entry by entry.
    let entries = |second: &str, g: &str| {
        facts(&format!(
            "pub fn F(x: &Vector2<f64>, y: f64) -> Vector2<f64> {{ Vector2::new(x.x * y.exp() - 1.0, {second}) }}
             pub fn g(x: &Vector2<f64>, y: f64) -> f64 {{ {g} }}"
        ))
    };
    assert!(proved(&entries("x.y * (1.0 + y * y) + 2.0", "x.x - x.y"), LocalizedExp));
    assert!(!proved(&entries("x.y * (1.0 + y * y) + y", "x.x - x.y"), LocalizedExp));
    assert!(!proved(&entries("x.y * (1.0 + y * y) + 2.0", "x.x - x.y * x.y"), LocalizedExp));
    assert!(!proved(&entries("x.y * (1.0 + y * y) + 2.0 * x.x", "x.x - x.y"), LocalizedExp));
    // v = (1/x₁ e^-y, 1): stationary in the first entry, not in the second.
    assert!(proved(&entries("x.y - y", "x.x.ln() + x.y"), Ift));
    assert!(!proved(&entries("x.y * x.y - y", "x.x.ln() + x.y"), Ift));
    // A sum over x in the slope of another entry: v is not constant.
    assert!(!proved(&entries("x.y * y.exp() - 1.0", "x.x * x.y"), Ift));
}

/// Quantities that look alike and are not: what is cancelled must be the same entry.
#[test]
fn neighbours_are_others() {
    let rolled = |phi: &str| {
        vectors(
            "DVector::from_fn(x.len(), |i, _| x[i] * (y[i].exp() + y[i + 1].exp()) - data.b[i])",
            "x.sum()",
            &format!("{PHI} {{ DVector::from_fn(z.len(), |i, _| {phi}) }}"),
        )
    };
    assert!(proved(&rolled("z[i] / (y[i].exp() + y[i + 1].exp())"), Reparameterized));
    assert!(!proved(&rolled("z[i] / (y[i].exp() + y[i].exp())"), Reparameterized));
    assert!(!proved(&rolled("z[i] / (y[0].exp() + y[1].exp())"), Reparameterized));
}

/// `x = F_1⁻ᵀ z` of two coupled entries, the inverse written out.
#[test]
fn an_inverse_written_out() {
    let inverse = |corner: &str, g: &str| {
        facts(&format!(
            "pub fn F(x: &Vector2<f64>, y: f64) -> Vector2<f64> {{
                 Vector2::new((1.0 + y * y) * x.x + y * x.y - 1.0, 0.5 * x.x + 2.0 * x.y - y)
             }}
             pub fn g(x: &Vector2<f64>, y: f64) -> f64 {{ {g} }}
             pub fn phi(z: &Vector2<f64>, y: f64) -> Vector2<f64> {{
                 Vector2::new(2.0 * z.x - 0.5 * z.y, (1.0 + y * y) * z.y - {corner} * z.x) / (2.0 * (1.0 + y * y) - 0.5 * y)
             }}"
        ))
    };
    assert!(proved(&inverse("y", "x.x - 3.0 * x.y"), Reparameterized));
    assert!(!proved(&inverse("(2.0 * y)", "x.x - 3.0 * x.y"), Reparameterized));
    assert!(!proved(&inverse("y", "x.x - x.y * x.y"), Reparameterized));
    // As a fixed point.
    let fixed = facts(
        "pub fn Phi(x: f64, y: f64) -> f64 { x - y.exp() * x + 2.0 } pub fn g(x: f64, y: f64) -> f64 { x }
         pub fn phi(z: f64, y: f64) -> f64 { z.exp() }",
    );
    assert!(proved(&fixed, Reparameterized) && proved(&fixed, LocalizedExp) && !proved(&fixed, Ift));
}
