//! nalgebra's matrices for faer and faer's for nalgebra: views where the storage is contiguous, else copies.
//!
//! Both store columns one after another, so that a product or a factorisation of faer reads what a point hands out, and
//! writes to where it is read.
//!
//! # Example
//! ```
//! # #[hypergrad::bilevel]
//! # mod ridge {
//! #     use nalgebra::{DMatrix, DVector};
//! #     pub struct Data { pub a: DMatrix<f64>, pub b: DVector<f64> }
//! #     pub fn f(x: &DVector<f64>, y: f64, data: &Data) -> f64 { (&data.a * x - &data.b).norm_squared() + y * x.norm_squared() }
//! #     pub fn g(x: &DVector<f64>, _y: f64, data: &Data) -> f64 { (&data.a * x - &data.b).norm_squared() }
//! # }
//! use faer::{Col, Mat};
//! use hypergrad::faer::{column, copy, view};
//! // Data that faer holds.
//! let (a, b) = (Mat::from_fn(5, 2, |i, j| (i + j) as f64), Col::from_fn(5, |i| i as f64));
//! let data = ridge::Data { a: copy(a.as_ref()), b: column(b.as_ref()).ok_or("gaps")?.into_owned() };
//! let problem = ridge::Problem::new(&data)?;
//! let at = problem.at(&nalgebra::DVector::zeros(2), &0.5)?;
//! // F_1 = 2 (AᵀA + y), as faer computes it.
//! let (f_1, gram) = (at.F_1(), a.transpose() * &a);
//! for (i, j) in [(0, 0), (0, 1), (1, 1)] {
//!     let expected = 2.0 * (gram[(i, j)] + if i == j { 0.5 } else { 0.0 });
//!     assert!((view(&f_1)[(i, j)] - expected).abs() < 1e-12);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use ::faer::{ColRef, MatMut, MatRef};
use nalgebra::storage::{IsContiguous, RawStorage, RawStorageMut};
use nalgebra::{DMatrix, DVectorView, Dim, Matrix, Scalar};

use crate::nalgebra;

/// A matrix or vector of nalgebra as faer reads it, without a copy.
pub fn view<T, R: Dim, C: Dim, S: RawStorage<T, R, C> + IsContiguous>(matrix: &Matrix<T, R, C, S>) -> MatRef<'_, T> {
    let (rows, columns) = matrix.shape();
    MatRef::from_column_major_slice(matrix.as_slice(), rows, columns)
}

/// A matrix or vector of nalgebra as faer writes it, without a copy.
pub fn view_mut<T, R: Dim, C: Dim, S: RawStorageMut<T, R, C> + IsContiguous>(matrix: &mut Matrix<T, R, C, S>) -> MatMut<'_, T> {
    let (rows, columns) = matrix.shape();
    MatMut::from_column_major_slice_mut(matrix.as_mut_slice(), rows, columns)
}

/// A column of faer as nalgebra reads it, without a copy; `None` where its entries do not lie one after another.
pub fn column<T: Scalar>(column: ColRef<'_, T>) -> Option<DVectorView<'_, T>> {
    let entries = column.try_as_col_major()?.as_slice();
    Some(DVectorView::from_slice(entries, entries.len()))
}

/// A matrix of faer, whose columns may lie apart, as one of nalgebra's own.
pub fn copy<T: Scalar>(matrix: MatRef<'_, T>) -> DMatrix<T> {
    DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |i, j| matrix[(i, j)].clone())
}
