//! The values of `tests/golden` in other variables, preconditioned and localised, on all six problems:
//! estimates off the root and at it, their Jacobians and norms by the emitted code, `Psi^phi` and `E^P`
//! by docs/formulas.md 1.7 and 1.9 on the emitted kernels; and every kernel against differences of the
//! functions as they are written.

use hypergrad::estimator::*;
use hypergrad::point;
use hypergrad::problem::{Change, Global, Variable};
use nalgebra::{DMatrix, DVector, SMatrix, SVector, Vector2, Vector3, Vector4, zero};

use crate::case::{Case, Check, Complete, assert_close, on_each};
use crate::dense::{Map, Parts, by_slices, inverse, norm};
use crate::golden::{self, values};
use crate::problems::{
    curved, equilibrium, exponential, kernel_ridge, linear, logistic, optimal, plane, ridge, root, separable, separated,
};

/// The conditions of the six matrices are below 100: 1e-12 is a hundred times that times rounding.
const TOLERANCE: f64 = 1e-12;

/// A problem of the user's types at a point, every kernel of F, g, phi and psi.
macro_rules! agree {
    ($problem:expr, $x:expr, $y:expr, $row:expr) => {
        let report = $problem.check_derivatives(&$x, &$y).unwrap();
        assert!(report.agrees() && report.row($row).is_some(), "{report}");
    };
    ($problem:expr, $table:expr, $x:expr, $y:expr, $row:expr) => {
        agree!($problem, $x.like(values($table, "x_hat")), $y.like(values($table, "y")), $row);
    };
}

#[test]
fn kernels_are_derivatives() {
    let (four, three, eight, states) =
        (Vector4::zeros(), Vector3::zeros(), SVector::<f64, 8>::zeros(), SMatrix::<f64, 4, 3>::zeros());
    let hyper = kernel_ridge::model::Hyper { beta: 0.0, gamma: three };
    let layer = equilibrium::model::Layer { a_tr: zero(), b_tr: zero(), c: zero() };
    for row in ["phi_21(s) p", "psi_21(s) p"] {
        agree!(ridge::problem(), golden::RIDGE, DVector::zeros(4), DVector::zeros(4), row);
        agree!(logistic::problem(), golden::LOGISTIC, four, four, row);
        agree!(kernel_ridge::problem(), golden::KERNEL_RIDGE, eight, hyper, row);
        agree!(equilibrium::problem(), golden::EQUILIBRIUM, states, layer, row);
        agree!(root::problem(), golden::NONSYMMETRIC, four, three, row);
        agree!(exponential::problem(), golden::ONE_DIMENSION, 0.0, 0.0, row);
    }
}

#[test]
fn kernels_of_the_small_problems() {
    let (x, y) = (Vector2::new(0.6, -0.7), Vector2::new(0.4, -0.6));
    agree!(plane::problem(0.3, 1.2, 0.8), x, y, "psi_21(s) p");
    agree!(linear::problem(0.5), x, y, "F_1");
    agree!(separable::model::Problem::new().unwrap(), x, y, "psi_21(s) p");
    agree!(optimal::problem(1.0, 1.0, 0.1), x, y, "psi_21(s) p");
    agree!(separated::problem(0.5, 0.3), x, y, "phi_21(s) p");
    let data = curved::model::Data { cubic: 0.4, drift: 0.3, curvature: 0.9, alpha: 0.8, beta: 1.1, error: 0.1 };
    agree!(curved::problem(data), 0.7, 0.6, "phi_21(s) p");
}

struct Estimates;

impl Estimates {
    fn one<P: Complete>(case: &Case<'_, P>, name: &str, e: &impl Estimator<P>) {
        let what = |part: &str| format!("{}, {:?}, {part}", case.name, e.kind());
        let (star, hat) = (case.vector("x_star"), case.vector("x_hat"));
        let check = |part: &str, found: &[f64]| {
            let expected = case.values(&format!("{name}_{part}"));
            assert!(!expected.is_empty(), "{name}_{part}");
            assert_close(&what(part), found, expected, TOLERANCE);
        };
        check("hat", case.estimate(&hat, e).as_slice());
        assert_close(&what("star"), case.estimate(&star, e).as_slice(), case.values("hypergrad"), TOLERANCE);
        let jacobian = case.jacobian(&star, e);
        let suffix = if name.starts_with("OmegaPhi") { "1_star_frozen" } else { "1_star" };
        check(suffix, jacobian.as_slice());
        for other in ["1_star_full", "1_star_closed"] {
            let expected = case.values(&format!("{name}_{other}"));
            if !expected.is_empty() {
                assert_close(&what(other), jacobian.as_slice(), expected, 1e-11);
            }
        }
        let norm = case.values(&format!("Cy_{name}"));
        assert_close(&what("C_y"), &[case.efficiency(&star, e)], norm, TOLERANCE);
    }
}

impl Check for Estimates {
    fn check<P: Complete>(&self, case: &Case<'_, P>) {
        Self::one(case, "OmegaPhi_mix", &Reparameterized::new());
        Self::one(case, "OmegaPhi_exp", &Localized::exp());
        Self::one(case, "OmegaPhi_diag", &Localized::diagonal());
        Self::one(case, "OmegaP_newton", &Preconditioned::newton());
        Self::one(case, "OmegaP_diag", &Preconditioned::jacobi());
        let psi = match case.name {
            "ridge" | "root" | "equilibrium" => "OmegaPhi_exp",
            "logistic" | "kernel ridge" => "OmegaPhi_diag",
            _ => "OmegaPhi_opt",
        };
        Self::one(case, psi, &Localized::custom());
        // The computable form has the Jacobian of the optimal map at a root, not its values off it.
        let star = case.vector("x_star");
        let newton = case.jacobian(&star, &Localized::newton());
        assert_close(case.name, newton.as_slice(), case.values("OmegaPhi_opt_1_star_frozen"), TOLERANCE);
    }
}

#[test]
fn estimates_jacobians_and_norms() {
    on_each(&Estimates);
}

struct Dense;

impl Dense {
    /// `Psi^phi`, and Omega by it.
    fn map<P: Complete>(case: &Case<'_, P>, name: &str, p: &Parts, map: &Map) {
        let psi = map.psi(p);
        let table = |part: &str| case.values(&format!("{part}Phi_{name}_hat"));
        assert_close(&format!("{}, Psi, {name}", case.name), psi.as_slice(), table("Psi"), TOLERANCE);
        let omega = &p.g_2 + psi * &p.g_1;
        assert_close(&format!("{}, Omega, {name}", case.name), omega.as_slice(), table("Omega"), TOLERANCE);
    }

    /// `Omega^P_1 = Omega_1(x~) E^P` with the `E^P` of the table.
    fn step<P: Complete>(case: &Case<'_, P>, name: &str, p: &Parts, matrix: &DMatrix<f64>, e: &impl Estimator<P>) {
        let n = p.x.len();
        let moved = case.parts(&(&p.x - inverse(matrix) * &p.f));
        let factor = DMatrix::from_column_slice(n, n, case.values(&format!("EP_{name}_hat")));
        let found = case.jacobian(&p.x, e);
        let what = format!("{}, {name}", case.name);
        assert_close(&what, found.as_slice(), (moved.omega_1() * factor).as_slice(), TOLERANCE);
        assert_close(&what, found.as_slice(), case.values(&format!("OmegaP_{name}_1_hat")), TOLERANCE);
    }
}

impl Check for Dense {
    fn check<P: Complete>(&self, case: &Case<'_, P>) {
        let (hat, star) = (case.vector("x_hat"), case.vector("x_star"));
        let (p, root) = (case.parts(&hat), case.parts(&star));
        let mix = Map::of::<P, Global>(case.problem, &case.x(&hat), &case.outer(), &case.vector("z_mix_hat"));
        Self::map(case, "mix", &p, &mix);
        Self::map(case, "exp", &p, &Map::exp(&p));
        Self::map(case, "diag", &p, &Map::diagonal(&p));
        Self::map(case, "opt", &p, &Map::optimal(&p, &root));
        Self::step(case, "newton", &p, &p.f_1, &Preconditioned::newton());
        let diagonal = DMatrix::from_diagonal(&p.f_1.diagonal());
        Self::step(case, "diag", &p, &diagonal, &Preconditioned::jacobi());
        // The size of Psi_1 as a map from x to matrices with the Frobenius norm.
        let tall = by_slices(star.len(), |k| DVector::from_column_slice(root.psi_1(k).as_slice()));
        if case.name != "equilibrium" {
            assert_close(case.name, &[norm(&tall)], case.values("Cy_Psi_fro"), TOLERANCE);
        }
        let optimal = Map::optimal(&root, &root).omega_1(&root);
        assert_close(case.name, optimal.as_slice(), case.values("OmegaPhi_opt_1_star_frozen"), TOLERANCE);
    }
}

#[test]
fn psi_phi_and_the_factor_of_a_step() {
    on_each(&Dense);
}

struct Inverse;

impl Check for Inverse {
    /// phi of the table's z is the table's x.
    fn check<P: Complete>(&self, case: &Case<'_, P>) {
        for at in ["hat", "star"] {
            let (x, z) = (case.vector(&format!("x_{at}")), case.values(&format!("z_mix_{at}")));
            let mut work = point::start(case.problem, &case.x(&x), &case.outer()).unwrap();
            let mut found = DVector::zeros(x.len());
            Change::<Global>::set_change(case.problem, &mut work, z);
            Change::<Global>::change(case.problem, &mut work, found.as_mut_slice());
            assert_close(case.name, found.as_slice(), x.as_slice(), 1e-14);
        }
    }
}

#[test]
fn phi_of_z_is_x() {
    on_each(&Inverse);
}
