//! Rows, columns and blocks of vectors and matrices.

use hypergrad::bilevel;

use crate::{check, matrix};

#[bilevel]
pub mod blocks {
    #[expect(unused_imports, reason = "a trait in scope: rustc proves that no method is its own")]
    use crate::bystander::*;
    use nalgebra::DMatrix;

    pub fn f(x: &DMatrix<f64>, y: &DMatrix<f64>) -> f64 {
        let lines = (x.row(1) * y.column(2))[0] + x.row(0).dot(&y.row(2)) + x.column(0).dot(&y.column(1)).sin();
        let several =
            x.rows(1, 2).component_mul(&y.rows(0, 2)).sum() + x.columns(0, 2).component_mul(&y.columns(1, 2)).norm_squared();
        let ranges = x.rows_range(1..3).norm_squared() * y.columns_range(..2).sum();
        let fixed = (x.fixed_rows::<2>(1) * y.fixed_columns::<2>(0)).norm_squared();
        let blocks = x.view((0, 1), (2, 2)).dot(&y.view((1, 0), (2, 2))) * x.fixed_view::<2, 2>(1, 1).trace();
        lines + several + ranges + fixed + blocks + x.norm_squared()
    }

    pub fn g(x: &DMatrix<f64>, y: &DMatrix<f64>) -> f64 {
        let rest = x.clone().remove_row(1) * y.clone().remove_column(0);
        rest.norm_squared() + rest.map(f64::exp).sum()
    }
}

#[test]
fn of_matrices() {
    check(&blocks::Problem::new().unwrap(), &matrix(3, 3, 0.4), &matrix(3, 3, 1.3));
}
