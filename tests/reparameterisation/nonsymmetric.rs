//! A nonsymmetric root with every optional role.

use hypergrad::bilevel;
use hypergrad::estimator::*;
use nalgebra::{SMatrix, SVector};

use super::golden::{NONSYMMETRIC as TABLE, values};

#[bilevel]
pub mod root {
    use nalgebra::{SMatrix, SVector};

    pub fn F(x: &SVector<f64, 4>, y: &SVector<f64, 3>) -> SVector<f64, 4> {
        SVector::<f64, 4>::from_fn(|i, _| {
            2.0 * x[i]
                + 0.4 * (x[(i + 1) % 4] + y[i % 3]).sin()
                + 0.3 * x[(i + 2) % 4] * y[(i + 1) % 3]
                + 0.1 * x[i].powi(3) * y[i % 3].exp()
                - (0.9 * i as f64).cos()
        })
    }

    pub fn g(x: &SVector<f64, 4>, y: &SVector<f64, 3>) -> f64 {
        let t = SVector::<f64, 4>::from_fn(|i, _| (1.7 * i as f64 + 0.4).cos());
        0.5 * (x - t).norm_squared() + 0.1 * y.norm_squared() + 0.3 * x[0] * y[1] + 0.2 * (x[2] * y[2]).sin()
    }

    pub fn phi(z: &SVector<f64, 4>, y: &SVector<f64, 3>) -> SVector<f64, 4> {
        SVector::<f64, 4>::from_fn(|i, _| z[i] * (0.3 * y[i % 3]).exp() + 0.1 * z[(i + 1) % 4].powi(2) + 0.05 * y[0].sin() * z[i])
    }

    pub fn psi(z: &SVector<f64, 4>, _y: &SVector<f64, 3>, x_bar: &SVector<f64, 4>, _y_bar: &SVector<f64, 3>) -> SVector<f64, 4> {
        z.zip_map(x_bar, |z, x| x.signum() * z.exp())
    }

    pub fn psi_inv(x: &SVector<f64, 4>, _y: &SVector<f64, 3>, _x_bar: &SVector<f64, 4>, _: &SVector<f64, 3>) -> SVector<f64, 4> {
        x.map(|x| x.abs().ln())
    }

    pub fn P(x: &SVector<f64, 4>, y: &SVector<f64, 3>) -> SMatrix<f64, 4, 4> {
        SMatrix::<f64, 4, 4>::from_fn(|i, j| if i == j { 2.0 + x[i] * x[i] } else { 0.1 * x[j] * y[0] })
    }
}

type X = SVector<f64, 4>;
type Y = SVector<f64, 3>;

fn point() -> (X, X, Y) {
    let x = |name| X::from_column_slice(values(TABLE, name));
    (x("x_star"), x("x_hat"), Y::from_column_slice(values(TABLE, "y")))
}

#[allow(clippy::unwrap_used, reason = "a test's helper")]
fn gradient(x: &X, e: &impl Estimator<root::Problem>) -> Y {
    root::Problem::new().unwrap().hypergradient(x, &point().2, e).unwrap().gradient
}

/// The Jacobian of an estimate by central differences of fourth order.
fn differences(x: &X, e: &impl Estimator<root::Problem>) -> SMatrix<f64, 3, 4> {
    let h = 1e-3;
    let columns: Vec<_> = (0..4)
        .map(|k| {
            let moved = |t: f64| {
                let mut x = *x;
                x[k] += t * h;
                gradient(&x, e)
            };
            ((moved(1.0) - moved(-1.0)) * 8.0 - (moved(2.0) - moved(-2.0))) / (12.0 * h)
        })
        .collect();
    SMatrix::from_columns(&columns)
}

fn close(found: &[f64], name: &str, tolerance: f64) {
    let expected = values(TABLE, name);
    assert_eq!(found.len(), expected.len(), "{name}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < tolerance, "{name}: {found} {expected}");
    }
}

/// Estimates off the root, Jacobians and `C_y` at it.
#[test]
fn reference_values() {
    fn check(e: &impl Estimator<root::Problem>, name: &str) {
        let (star, hat, y) = point();
        let problem = root::Problem::new().unwrap();
        close(gradient(&hat, e).as_slice(), &format!("OmegaPhi_{name}_hat"), 1e-13);
        close(gradient(&star, e).as_slice(), "hypergrad", 1e-13);
        let jacobian = problem.jacobian(&star, &y, e).unwrap();
        close(jacobian.as_slice(), &format!("OmegaPhi_{name}_1_star_frozen"), 1e-12);
        close(&[problem.efficiency(&star, &y, e).unwrap()], &format!("Cy_OmegaPhi_{name}"), 1e-12);
    }
    check(&Reparameterized::new(), "mix");
    check(&Localized::exp(), "exp");
    check(&Localized::custom(), "exp");
    check(&Localized::diagonal(), "diag");
}

/// The computable Newton map has the Jacobian of the optimal one at a root, not its values off it.
#[test]
fn the_newton_map_at_a_root() {
    let (star, _, y) = point();
    let problem = root::Problem::new().unwrap();
    let jacobian = problem.jacobian(&star, &y, &Localized::newton()).unwrap();
    close(jacobian.as_slice(), "OmegaPhi_opt_1_star_frozen", 1e-12);
    close(&[problem.efficiency(&star, &y, &Localized::newton()).unwrap()], "Cy_OmegaPhi_opt", 1e-12);
}

/// Jacobians off the root against differences: `Omega^phi_1`, and `Omega_1 E^P` for a P that is neither
/// `F_1` nor diagonal.
#[test]
fn jacobians_off_the_root() {
    let (star, hat, y) = point();
    let problem = root::Problem::new().unwrap();
    let apart = |found: SMatrix<f64, 3, 4>, expected: SMatrix<f64, 3, 4>| (found - expected).norm();
    let change = Reparameterized::new();
    assert!(apart(problem.jacobian(&hat, &y, &change).unwrap(), differences(&hat, &change)) < 1e-10);
    let own = Preconditioned::custom();
    assert!(apart(problem.jacobian(&hat, &y, &own).unwrap(), differences(&hat, &own)) < 1e-10);
    // Prop. 9: at a root what is frozen does not matter. exp has terms in 1/x, so h^4 is felt.
    let local = Localized::custom();
    assert!(apart(problem.jacobian(&star, &y, &local).unwrap(), differences(&star, &local)) < 1e-6);
}

/// Every kernel of phi and psi against differences of the functions as they are written.
#[test]
fn derivatives_of_changes_are_checked() {
    let (_, hat, y) = point();
    let report = root::Problem::new().unwrap().check_derivatives(&hat, &y).unwrap();
    assert!(report.agrees() && report.row("phi_1").is_some() && report.row("psi_21(s) p").is_some(), "{report}");
}

/// The printed Prop. 6 has `V^-1` where `V^-T` belongs: for this F, without symmetry, the two differ.
#[test]
fn the_printed_inverse_of_v_is_wrong() {
    let (star, _, y) = point();
    let problem = root::Problem::new().unwrap();
    // At a root with phi = z the formula is g_2 - F_2ᵀ V^-1 g_1 as printed, V = F_1.
    let at = problem.at(&star, &y).unwrap();
    let printed = at.g_2() - at.F_2().transpose() * at.F_1().try_inverse().unwrap() * at.g_1();
    assert!((printed - gradient(&star, &Reparameterized::new())).norm() > 0.01);
}

#[test]
fn a_comparison_has_every_estimator_and_the_bounds_hold() {
    let (star, hat, y) = point();
    let problem = root::Problem::new().unwrap();
    let table = problem.compare_at(&star, &y, &hat).unwrap();
    // Shown by `--nocapture`; in docs/estimators.md.
    println!("{table}");
    assert_eq!(table.rows.len(), 10);
    assert!(table.rows.iter().all(|row| row.efficiency.is_ok() && matches!(row.error, Some(Ok(e)) if e < 0.05)), "{table}");
    assert!(table.proposition_3.unwrap().holds());
    let (change, own) = (Reparameterized::new(), Preconditioned::custom());
    let both = proposition_13(&problem, &star, &y, &change, &own).unwrap();
    let slack = 1e-12;
    assert!(both.lower <= both.difference + slack && both.difference <= both.upper + slack, "{both:?}");
    assert!(proposition_14(&problem, &star, &y, &change, &own).unwrap().holds());
    assert!(proposition_15(&problem, &star, &y, &Localized::custom(), &own).unwrap().holds());
}
