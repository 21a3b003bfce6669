//! Prop. 10 (docs/formulas.md 1.15): `psi = R(x_bar, y) Q(z, y_bar) + x_bar`, an ordinary psi with and without an
//! inverse. At a root `phi_2 = 0` and S = 0, Q cancels in W, and T has `Rᵀ F_1`; as printed Q does not
//! cancel and T has `R F_1`.

use hypergrad::estimator::*;
use hypergrad::problem::{Local, LocalizedChange};
use nalgebra::{DMatrix, DVector, Vector2};

use crate::case::{Case, assert_close, assert_corrected, differences};
use crate::dense::{Map, Parts, by_slices, inverse, slices};
use crate::problems::optimal;
use crate::problems::separable::{self, model};

fn own<P: LocalizedChange<Scalar = f64>>(case: &Case<'_, P>, x: &DVector<f64>, near: &DVector<f64>) -> (DVector<f64>, Map) {
    let z = Map::invert::<P, Local>(case.problem, &case.x(x), &case.outer(), near);
    let map = Map::of::<P, Local>(case.problem, &case.x(x), &case.outer(), &z);
    (z, map)
}

fn tall(slices: &[DMatrix<f64>]) -> DMatrix<f64> {
    by_slices(slices.len(), |k| DVector::from_column_slice(slices[k].as_slice()))
}

fn dense(a: nalgebra::Matrix2<f64>) -> DMatrix<f64> {
    DMatrix::from_column_slice(2, 2, a.as_slice())
}

/// `W[b] = -F_1⁻¹ R⁻ᵀ between R_{2,b}ᵀ F_1` as slices.
fn w(p: &Parts, r: &DMatrix<f64>, r_2: &[DMatrix<f64>], between: &DMatrix<f64>) -> Vec<DMatrix<f64>> {
    let left = -p.inverse() * inverse(r).transpose() * between;
    slices(p, &r_2.iter().map(|r_2| &left * r_2.transpose() * &p.f_1).collect::<Vec<_>>())
}

/// `T[:, :, k] = (F_1⁻¹ A_k F_1⁻¹ F_2)ᵀ` with `A_k = R⁻ᵀ Q_1⁻ᵀ [sum_l weights[l, k] Q_11[l]] Q_1⁻¹ R⁻¹`.
fn t(p: &Parts, phi_1: &DMatrix<f64>, q_11: &[DMatrix<f64>], weights: &DMatrix<f64>) -> Vec<DMatrix<f64>> {
    let (slope, inner) = (inverse(phi_1), p.inverse());
    let slice = |k: usize| {
        let sum = &q_11[0] * weights[(0, k)] + &q_11[1] * weights[(1, k)];
        (&inner * slope.transpose() * sum * &slope * &inner * &p.f_2).transpose()
    };
    (0..2).map(slice).collect()
}

#[test]
fn proposition_10() {
    let (problem, zero) = (model::Problem::new().unwrap(), Vector2::zeros());
    let case = Case::new("separable", &problem, (&zero, &zero), &separable::Y);
    let star = case.root(&DVector::zeros(2));
    let p = case.parts(&star);
    let (z, map) = own(&case, &star, &DVector::from_vec(vec![0.8, 0.1]));
    let r = dense(model::r(&case.x(&star), &case.outer()));
    let by_y = differences(&case.y, |y| DVector::from_column_slice(model::r(&case.x(&star), &case.at(y).outer()).as_slice()));
    let r_2: Vec<_> = (0..2).map(|b| DMatrix::from_column_slice(2, 2, by_y.column(b).as_slice())).collect();
    let c = dense(model::c());
    let q_1 = &c * DMatrix::from_diagonal(&z.map(f64::cosh));
    let q_11: Vec<_> = (0..2).map(|l| DMatrix::from_diagonal(&DVector::from_fn(2, |j, _| c[(l, j)] * z[j].sinh()))).collect();

    // The parts of the emitted map.
    assert_close("phi_1 = R Q_1", map.phi_1.as_slice(), (&r * &q_1).as_slice(), 1e-12);
    assert!(map.phi_2.norm() < 1e-12 && (0..2).all(|k| map.s(&p, k).norm() < 1e-12));
    for (b, r_2) in r_2.iter().enumerate() {
        assert_close("phi_12", map.phi_12(b).as_slice(), (r_2 * &q_1).as_slice(), 1e-10);
    }

    // Psi^phi_1 = Psi_1 + W + T, the truth by differences of Psi^phi.
    let truth = differences(&star, |x| DVector::from_column_slice(own(&case, x, &z).1.psi(&case.parts(x)).as_slice()));
    let plain = tall(&[p.psi_1(0), p.psi_1(1)]);
    let identity = DMatrix::identity(2, 2);
    let right = (tall(&w(&p, &r, &r_2, &identity)), tall(&t(&p, &map.phi_1, &q_11, &(r.transpose() * &p.f_1))));
    let sum = &plain + &right.0 + &right.1;
    let between = inverse(&q_1).transpose() * &q_1;
    let printed_w = &plain + tall(&w(&p, &r, &r_2, &between)) + &right.1;
    assert_corrected("W", &truth, &sum, &printed_w, 1e-8, 0.02);
    let printed_t = &plain + &right.0 + tall(&t(&p, &map.phi_1, &q_11, &(&r * &p.f_1)));
    assert_corrected("T", &truth, &sum, &printed_t, 1e-8, 0.02);

    // The emitted Jacobian is D + Psi^phi_1 g_1.
    let jacobian = case.jacobian(&star, &Localized::custom());
    assert_close("Omega^phi_1", jacobian.as_slice(), map.omega_1(&p).as_slice(), 1e-12);
    let contracted = by_slices(2, |k| DMatrix::from_column_slice(2, 2, sum.column(k).as_slice()) * &p.g_1);
    assert_close("Omega^phi_1", jacobian.as_slice(), (p.d() + contracted).as_slice(), 1e-9);
    let moved = differences(&star, |x| case.estimate(x, &Localized::custom()));
    assert_close("Omega^phi_1", jacobian.as_slice(), moved.as_slice(), 1e-8);
}

/// Without an inverse Newton's method finds the same z: off the root the estimate is that of (11).
#[test]
fn with_and_without_an_inverse() {
    fn check<P: LocalizedChange<Scalar = f64>>(case: &Case<'_, P>, near: &DVector<f64>) {
        assert_eq!(P::INVERSE, case.name == "with");
        let hat = case.root(&DVector::zeros(2)) + DVector::from_vec(vec![0.05, -0.03]);
        let p = case.parts(&hat);
        let expected = &p.g_2 + own(case, &hat, near).1.psi(&p) * &p.g_1;
        assert_close(case.name, case.estimate(&hat, &Localized::custom()).as_slice(), expected.as_slice(), 1e-12);
    }
    let (zero, near) = (Vector2::zeros(), DVector::from_vec(vec![0.8, 0.1]));
    let problem = model::Problem::new().unwrap();
    check(&Case::new("with", &problem, (&zero, &zero), &separable::Y), &near);
    let problem = optimal::problem(1.0, 1.0, 0.0);
    check(&Case::new("without", &problem, (&zero, &zero), &optimal::Y), &DVector::zeros(2));
}
