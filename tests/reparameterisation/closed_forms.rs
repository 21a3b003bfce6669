//! Closed forms of localised maps (docs/formulas.md 1.11), off the root.
//!
//! - exp: `g_2 - F_2ᵀ (F_1 + diag(F/x))⁻ᵀ g_1`, and free of divisions; an entry 0 of x is held; the matrix may
//!   be indefinite where `F_1` is positive definite.
//! - diag: `Omega + d_2ᵀ (F∘v/d)`.
//! - `psi = P(x_bar, y)⁻¹ z`: `Omega + [Fᵀ P⁻¹ P_{2,b} v]_b`.

use hypergrad::error::EstimatorError;
use hypergrad::estimator::*;
use nalgebra::{DMatrix, DVector, Vector2};

use crate::case::{Case, Check, Complete, assert_close, differences, on_each};
use crate::dense::{Parts, inverse};
use crate::problems::{plane, ridge};

/// `g_2 - F_2ᵀ (F_1 + diag(F/x))⁻ᵀ g_1` on the entries of x that are kept.
fn exp(p: &Parts, kept: &[usize]) -> DVector<f64> {
    let matrix = &p.f_1 + DMatrix::from_diagonal(&p.f.zip_map(&p.x, |f, x| if x == 0.0 { 0.0 } else { f / x }));
    let matrix = DMatrix::from_fn(kept.len(), kept.len(), |i, j| matrix[(kept[i], kept[j])]);
    let (f_2, g_1) = (p.f_2.select_rows(kept), p.g_1.select_rows(kept));
    &p.g_2 - f_2.transpose() * inverse(&matrix).transpose() * g_1
}

pub struct Forms;

impl Check for Forms {
    fn check<P: Complete>(&self, case: &Case<'_, P>) {
        let hat = case.hat();
        let p = case.parts(&hat);
        let (found, all) = (case.estimate(&hat, &Localized::exp()), (0..hat.len()).collect::<Vec<_>>());
        assert_close(case.name, found.as_slice(), exp(&p, &all).as_slice(), 1e-12);
        let x = DMatrix::from_diagonal(&hat);
        let matrix = &x * p.f_1.transpose() * &x + DMatrix::from_diagonal(&hat.component_mul(&p.f));
        let w = &x * inverse(&matrix) * &x * &p.g_1;
        assert_close(case.name, found.as_slice(), (&p.g_2 - p.f_2.tr_mul(&w)).as_slice(), 1e-12);

        let weights = p.f.component_mul(&p.adjoint()).component_div(&p.f_1.diagonal());
        let diagonal = p.omega() + p.d_2.tr_mul(&weights);
        assert_close(case.name, case.estimate(&hat, &Localized::diagonal()).as_slice(), diagonal.as_slice(), 1e-12);
    }
}

#[test]
fn exp_and_diagonal() {
    on_each(&Forms);
}

#[test]
fn exp_where_an_entry_is_zero_and_where_the_matrix_is_indefinite() {
    let (problem, zero) = (ridge::problem(), DVector::zeros(4));
    let y = [0.7, -0.05, -0.05, 0.7];
    let case = Case::new("ridge", &problem, (&zero, &zero), &y);
    let x = DVector::from_vec(vec![0.4, -0.3, 0.0, 0.2]);
    let found = case.estimate(&x, &Localized::exp());
    assert_close("an entry 0", found.as_slice(), exp(&case.parts(&x), &[0, 1, 3]).as_slice(), 1e-12);
    // The same map as the module writes it has no z there.
    let refused = problem.hypergradient(&x, &case.outer(), &Localized::custom()).unwrap_err();
    assert!(matches!(refused, EstimatorError::NotInvertible { what: "psi(·, y, x_bar, y_bar)", coordinate: 2, .. }), "{refused}");

    let x = DVector::from_vec(vec![0.4, -0.3, 0.02, 0.2]);
    let p = case.parts(&x);
    let matrix = &p.f_1 + DMatrix::from_diagonal(&p.f.component_div(&x));
    assert!(p.f_1.clone().cholesky().is_some() && matrix.symmetric_eigenvalues().min() < -1.0);
    let found = case.estimate(&x, &Localized::exp());
    assert_close("indefinite", found.as_slice(), exp(&p, &[0, 1, 2, 3]).as_slice(), 1e-11);
}

#[test]
fn the_inverse_of_a_preconditioner_as_a_map() {
    let zero = Vector2::zeros();
    let problem = plane::problem(0.3, 1.2, 1.0);
    let case = Case::new("plane", &problem, (&zero, &zero), &plane::Y);
    let hat = DVector::from_vec(vec![0.6, -0.7]);
    let p = case.parts(&hat);
    let data = plane::model::Data { transposed: 0.3, scale: 1.2, unit: 1.0 };
    let own = |y: &DVector<f64>| {
        let own = plane::model::P(&case.x(&hat), &case.at(y).outer(), &data);
        DMatrix::from_column_slice(2, 2, own.as_slice())
    };
    let left = inverse(&own(&case.y)).tr_mul(&p.f);
    let shift = differences(&case.y, |y| own(y) * p.adjoint()).tr_mul(&left);
    assert!(shift.norm() > 1e-3);
    let found = case.estimate(&hat, &Localized::custom());
    assert_close("P(x_bar, y)⁻¹ z", found.as_slice(), (p.omega() + shift).as_slice(), 1e-11);
}
