//! Changes of variables (docs/formulas.md 1.9, 1.10): the reduced problem, the printed (11), (12) and S, the
//! tensors of the derivative at a root, the path of the adjoint in other variables.
//!
//! - `Psi^phi` of (11) against the implicit function theorem on `F~ = phi_1ᵀ F(phi(z, y), y)`, differentiated
//!   by differences; (11) with `V⁻¹` and (12) with `phi_1⁻¹`, as printed, are off without symmetry.
//! - `F(phi(z, y), y) = 0` without the factor `phi_1ᵀ` gives plain Omega.
//! - `F~_1 = phi_1ᵀ V phi_1`, `F~_2 = phi_1ᵀ U`, `dz*/dy = -phi_1⁻¹ (phi_2 + F_1⁻¹ F_2)`.
//! - At a root `Psi^phi_1 = Psi_1 + W + S + T` by differences of `Psi^phi`; S as printed is off.
//! - Contracted at the root, and `(dp*/dy)ᵀ phi_1ᵀ F_1` along the path. Off the root, and the contracted
//!   estimate itself: `consistency`, `reference`.
//! - 1.10: `phi = B(y) z + c(y)` gives `Omega - phi_21(F) B⁻¹ v`, of which c is no part. A constant B is in `proofs`.

use hypergrad::estimator::*;
use hypergrad::problem::Global;
use nalgebra::{DMatrix, DVector, Vector2};

use crate::case::{Case, Check, Complete, assert_close, assert_corrected, differences, on_each};
use crate::dense::{Map, Parts, by_slices, inverse};
use crate::problems::plane;

/// The module's phi at a z.
fn map<P: Complete>(case: &Case<'_, P>, x: &DVector<f64>, z: &DVector<f64>) -> Map {
    Map::of::<P, Global>(case.problem, &case.x(x), &case.outer(), z)
}

/// phi(z, y).
fn phi<P: Complete>(case: &Case<'_, P>, z: &DVector<f64>) -> DVector<f64> {
    Map::value::<P, Global>(case.problem, &case.x(z), &case.outer(), z)
}

fn without_symmetry(name: &str) -> bool {
    matches!(name, "root" | "equilibrium")
}

pub struct Reduced;

impl Check for Reduced {
    fn check<P: Complete>(&self, case: &Case<'_, P>) {
        let hat = case.hat();
        let z = case.z(&hat);
        let (p, map_hat) = (case.parts(&hat), map(case, &hat, &z));
        let reduced = |case: &Case<'_, P>, z: &DVector<f64>, factor: bool| {
            let x = phi(case, z);
            let f = case.parts(&x).f;
            if factor { map(case, &x, z).phi_1.tr_mul(&f) } else { f }
        };
        let by_z = |factor| differences(&z, |z| reduced(case, z, factor));
        let by_y = |factor| differences(&case.y, |y| reduced(&case.at(y), &z, factor));
        let (f_1, f_2) = (by_z(true), by_y(true));
        let slope = &map_hat.phi_1;
        assert_close(case.name, (slope.transpose() * map_hat.v(&p) * slope).as_slice(), f_1.as_slice(), 1e-9);
        assert_close(case.name, slope.tr_mul(&map_hat.u(&p)).as_slice(), f_2.as_slice(), 1e-9);

        let truth = (&map_hat.phi_2 - slope * inverse(&f_1) * &f_2).transpose();
        let right = map_hat.psi(&p);
        assert_close(case.name, right.as_slice(), truth.as_slice(), 1e-8);
        let found = case.estimate(&hat, &Reparameterized::new());
        assert_close(case.name, found.as_slice(), (&p.g_2 + truth.clone() * &p.g_1).as_slice(), 1e-8);
        if without_symmetry(case.name) {
            let (u, v) = (map_hat.u(&p), map_hat.v(&p));
            let printed = map_hat.phi_2.transpose() - u.transpose() * inverse(&v);
            assert_corrected("(11)", &truth, &right, &printed, 1e-8, 0.05);
            let u = &p.f_2 + &p.f_1 * &map_hat.phi_2 + inverse(slope) * map_hat.k_21(&p.f).transpose();
            assert_corrected("(12), U", &(inverse(slope).transpose() * &f_2), &map_hat.u(&p), &u, 1e-8, 1e-4);
            let printed = (&map_hat.phi_2 - inverse(&v) * u).transpose();
            assert_corrected("(12)", &truth, &right, &printed, 1e-8, 1e-4);
        }

        // Without phi_1ᵀ.
        let plain = (&map_hat.phi_2 - slope * inverse(&by_z(false)) * by_y(false)).transpose();
        assert_close(case.name, plain.as_slice(), p.psi().as_slice(), 1e-8);
        assert!((plain - truth).norm() > 1e-4, "{}: the factor has no effect", case.name);
    }
}

#[test]
fn the_reduced_problem() {
    on_each(&Reduced);
}

pub struct AtRoot;

impl AtRoot {
    /// `q_1` and `q_2` of `q = phi_1 p`, p held fast.
    fn along(map: &Map, p: &DVector<f64>) -> (DMatrix<f64>, DMatrix<f64>) {
        let rows =
            |tensor: &[DMatrix<f64>]| DMatrix::from_rows(&tensor.iter().map(|slice| (slice * p).transpose()).collect::<Vec<_>>());
        (rows(&map.phi_11), rows(&map.phi_21))
    }

    /// z* and `p* = phi_1⁻¹ v*` at another y, one below the other.
    fn path<P: Complete>(case: &Case<'_, P>, star: &DVector<f64>, z: &DVector<f64>) -> DVector<f64> {
        let star = case.root(star);
        let z = Map::invert::<P, Global>(case.problem, &case.x(&star), &case.outer(), z);
        let p = inverse(&map(case, &star, &z).phi_1) * case.parts(&star).adjoint();
        DVector::from_iterator(2 * z.len(), z.iter().chain(p.iter()).copied())
    }

    /// `Psi^phi_1` as one tall matrix against differences of `Psi^phi`, and S as printed.
    fn tensors<P: Complete>(case: &Case<'_, P>, p: &Parts, z: &DVector<f64>, at: &Map) {
        let n = p.x.len();
        let truth = differences(&p.x, |x| {
            let z = Map::invert::<P, Global>(case.problem, &case.x(x), &case.outer(), z);
            DVector::from_column_slice(map(case, x, &z).psi(&case.parts(x)).as_slice())
        });
        let tall = |slices: &[DMatrix<f64>]| by_slices(n, |k| DVector::from_column_slice(slices[k].as_slice()));
        let right = tall(&at.psi_1(p));
        assert_close(case.name, right.as_slice(), truth.as_slice(), 1e-8);
        if without_symmetry(case.name) {
            let printed = |k: usize| (at.a(p, k) * p.inverse() * &at.phi_2).transpose();
            let change: Vec<_> = (0..n).map(|k| printed(k) - at.s(p, k)).collect();
            assert_corrected("S", &truth, &right, &(&right + tall(&change)), 1e-8, 1e-3);
        }
    }
}

impl Check for AtRoot {
    fn check<P: Complete>(&self, case: &Case<'_, P>) {
        let star = case.star();
        let z = case.z(&star);
        let (p, at) = (case.parts(&star), map(case, &star, &z));
        let jacobian = case.jacobian(&star, &Reparameterized::new());
        assert_close(case.name, jacobian.as_slice(), at.omega_1(&p).as_slice(), 1e-12);
        Self::tensors(case, &p, &z, &at);

        // dz*/dy and dp*/dy along the path.
        let slope = inverse(&at.phi_1);
        let dz = -&slope * (&at.phi_2 + p.inverse() * &p.f_2);
        let path = differences(&case.y, |y| Self::path(&case.at(y), &star, &z));
        let (moved, dp) = (path.rows(0, star.len()).into_owned(), path.rows(star.len(), star.len()));
        assert_close(case.name, dz.as_slice(), moved.as_slice(), 1e-8);
        assert_close(case.name, jacobian.as_slice(), (dp.transpose() * at.phi_1.transpose() * &p.f_1).as_slice(), 1e-7);

        let v = p.adjoint();
        let (q_1, q_2) = Self::along(&at, &(slope * &v));
        let contracted = &p.g_21 - p.l_21(&v) + p.psi() * (&p.g_11 - p.l_11(&v)) - (q_2 + q_1 * dz).transpose() * &p.f_1;
        assert_close(case.name, contracted.as_slice(), jacobian.as_slice(), 1e-12);

        // exp, diagonal: the same tensors.
        for (found, map) in [
            (case.jacobian(&star, &Localized::exp()), Map::exp(&p)),
            (case.jacobian(&star, &Localized::diagonal()), Map::diagonal(&p)),
        ] {
            assert_close(case.name, found.as_slice(), map.omega_1(&p).as_slice(), 1e-11);
        }
    }
}

#[test]
fn derivatives_at_a_root() {
    on_each(&AtRoot);
}

/// 1.10: `phi = B(y) z + c(y)`: `phi_2` cancels, `phi_11 = 0`, `V = F_1`.
#[test]
fn an_affine_map_with_a_slope_that_depends_on_y() {
    let zero = Vector2::zeros();
    let problem = plane::problem(0.0, 1.0, 1.0);
    let case = Case::new("plane", &problem, (&zero, &zero), &plane::Y);
    let hat = DVector::from_vec(vec![0.6, -0.7]);
    let p = case.parts(&hat);
    let b = plane::model::slope(&case.outer());
    let slope = DMatrix::from_column_slice(2, 2, b.as_slice());
    // phi_21(F)[b, :] = Fᵀ B_{2,b} with B_2 by differences of the module's own function.
    let by_y = differences(&case.y, |y| DVector::from_column_slice(plane::model::slope(&case.at(y).outer()).as_slice()));
    let k_21: DMatrix<f64> = DMatrix::from_fn(2, 2, |b, j| (0..2).map(|i| p.f[i] * by_y[(i + 2 * j, b)]).sum());
    let shift: DVector<f64> = k_21 * inverse(&slope) * p.adjoint();
    let expected = p.omega() - shift;
    let found = case.estimate(&hat, &Reparameterized::new());
    assert_close("B(y) z + c(y)", found.as_slice(), expected.as_slice(), 1e-11);
    assert!((found - p.omega()).norm() > 1e-3);
    // phi_2 is not 0, but cancels.
    let z = Map::invert::<_, Global>(case.problem, &case.x(&hat), &case.outer(), &hat);
    assert!(Map::of::<_, Global>(case.problem, &case.x(&hat), &case.outer(), &z).phi_2.norm() > 0.1);
}
