//! Views between nalgebra and faer (feature `faer`).
#![allow(missing_docs, reason = "tests")]

use faer::{Col, Mat};
use hypergrad::faer::{column, copy, view, view_mut};
use nalgebra::{DMatrix, Matrix2x3, Vector3};

#[test]
fn entries_are_where_they_were() {
    let mut matrix = DMatrix::from_fn(4, 3, |i, j| (10 * i + j) as f64);
    for i in 0..4 {
        for j in 0..3 {
            assert_eq!(view(&matrix)[(i, j)].to_bits(), matrix[(i, j)].to_bits());
        }
    }
    view_mut(&mut matrix)[(2, 1)] = -1.0;
    assert_eq!(matrix[(2, 1)].to_bits(), (-1.0_f64).to_bits());
    let fixed = Matrix2x3::new(1.0, 2.0, 3.0, 4.0, 5.0, 6.0);
    assert!(view(&fixed).shape() == (2, 3) && copy(view(&fixed)) == fixed);
    // A column of a wider one.
    let middle = matrix.column(1);
    assert_eq!(copy(view(&middle)), middle);
    assert_eq!(view(&Vector3::new(1.0, 2.0, 3.0)).shape(), (3, 1));
}

#[test]
fn rows_with_gaps_are_copied() {
    let whole = Mat::from_fn(5, 4, |i, j| (i * 7 + j) as f64);
    let part = whole.as_ref().submatrix(1, 1, 3, 2).transpose();
    assert_eq!(copy(part), DMatrix::from_fn(2, 3, |i, j| ((j + 1) * 7 + i + 1) as f64));
    assert!(column(part.col(0)).is_none());
    let tall = Col::from_fn(5, |i| i as f64);
    assert!(column(tall.as_ref()).is_some_and(|view| view.len() == 5 && view[3].to_bits() == 3.0_f64.to_bits()));
}

#[test]
fn nothing_at_all() {
    let empty = DMatrix::<f64>::zeros(0, 3);
    assert_eq!(copy(view(&empty)).shape(), (0, 3));
}
