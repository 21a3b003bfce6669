//! The modules whose expansions are on file, compiled and run: every derivative against differences.
#![allow(clippy::module_inception, reason = "a file is named after its module")]

#[path = "expand/chain.rs"]
mod chain;
#[path = "expand/fixed_point.rs"]
mod fixed_point;
#[path = "expand/logistic.rs"]
mod logistic;
#[path = "expand/ridge_constant.rs"]
mod ridge_constant;
#[path = "expand/ridge_dynamic.rs"]
mod ridge_dynamic;
#[path = "expand/root.rs"]
mod root;

use nalgebra::{DMatrix, DVector, SMatrix, SVector};

/// Entries between -1 and 1 without a pattern that a mistake could hide in.
fn entry(i: usize, j: usize) -> f64 {
    (1.3 * i as f64 + 0.7 * j as f64 + 0.1 * (i * j) as f64).sin()
}

fn matrix(rows: usize, columns: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, entry)
}

fn vector(length: usize, shift: usize) -> DVector<f64> {
    DVector::from_fn(length, |i, _| entry(i, shift))
}

/// The table of `check_derivatives` at this point agrees.
macro_rules! agrees {
    ($problem:expr, $x:expr, $y:expr) => {
        let report = $problem.unwrap().check_derivatives(&$x, &$y).unwrap();
        assert!(report.agrees(), "{report}");
    };
}

#[test]
fn ridge_dynamic() {
    use self::ridge_dynamic::ridge_dynamic;
    // With many rows data is contracted ahead, with few it is not.
    for rows in [3, 12] {
        let data = ridge_dynamic::Data { a_tr: matrix(rows, 4), b_tr: vector(rows, 1), a_val: matrix(6, 4), b_val: vector(6, 2) };
        agrees!(ridge_dynamic::Problem::new(&data), vector(4, 3), vector(4, 5));
    }
}

#[test]
fn ridge_constant() {
    use self::ridge_constant::ridge_constant;
    let data = ridge_constant::Data {
        a_tr: SMatrix::from_fn(entry),
        b_tr: SVector::from_fn(entry),
        a_val: SMatrix::from_fn(|i, j| entry(j, i)),
        b_val: SVector::from_fn(entry),
    };
    agrees!(ridge_constant::Problem::new(&data), SVector::from([0.3, -0.4, 0.5]), SVector::from([0.1, 0.7, -0.2]));
}

#[test]
fn logistic() {
    use self::logistic::logistic;
    let data = logistic::Data { a_tr: matrix(9, 3), a_val: matrix(5, 3) };
    agrees!(logistic::Problem::new(&data), vector(3, 1), -0.3);
}

#[test]
fn root() {
    use self::root::root;
    let data = root::Data { a: SMatrix::from_fn(entry), b: SVector::from_fn(entry) };
    agrees!(root::Problem::new(&data), SVector::from([0.3, -0.4, 0.5]), SVector::from([0.1, 0.7, -0.2]));
}

#[test]
fn fixed_point() {
    use self::fixed_point::fixed_point;
    let data = fixed_point::Data { input: vector(3, 1), target: vector(3, 2) };
    agrees!(fixed_point::Problem::new(&data), vector(3, 4), matrix(3, 3) * 0.3);
}

#[test]
fn chain() {
    use self::chain::chain;
    let data = chain::Data { target: vector(6, 1) };
    agrees!(chain::Problem::new(&data), vector(6, 2), vector(5, 3));
}
