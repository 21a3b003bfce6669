//! Vectors and matrices made of scalars, of parts, and by functions of their indices.

use hypergrad::bilevel;

use crate::{check, vector};

#[bilevel]
pub mod made {
    use nalgebra::{
        DMatrix, DVector, Matrix2, Matrix2x3, RowVector2, SMatrix, SVector, Vector2, Vector3, dmatrix, dvector, matrix, vector,
    };

    /// Of constant size.
    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let (a, b, c) = (x[0], x[1], y[0]);
        let written = vector![a, b * c, c.exp()];
        let table = matrix![a, b; c, a * b];
        let named = Vector3::new(a, c, b) + SVector::from([b, a, c * a]) + Vector3::repeat(c) + Vector3::from_element(0.5 * a);
        let square = Matrix2::new(a, c, b, a) * Matrix2::identity() + Matrix2::from_diagonal(&Vector2::new(b, c));
        let scaled = Matrix2::from_diagonal_element(a * c) + Matrix2::zeros();
        let computed = SMatrix::<f64, 2, 2>::from_fn(|i, j| a.powi(2) * (i + 1) as f64 - b * c * j as f64);
        let listed = Matrix2x3::from_row_slice(&[a, b, c, 1.0, a, b]) - Matrix2x3::from_column_slice(&[b, b, a, c, 2.0, a]);
        let stacked = Matrix2::from_columns(&[Vector2::new(a, b), Vector2::new(c, a)]);
        let piled = Matrix2::from_rows(&[RowVector2::new(b, a), RowVector2::new(c, c)]);
        let squares = (table * square * scaled * computed * stacked * piled).trace();
        let units = Vector3::x() * a + Vector3::y() * (b * c);
        written.dot(&named) * units.norm_squared() + squares + (listed * named).norm_squared() + x.norm_squared()
    }

    /// Of sizes that only a run knows.
    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let n = x.len();
        let computed = DMatrix::from_fn(n, n, |i, j| if i == j { x[i].exp() } else { y[i] * x[j] });
        let filled =
            DMatrix::from_element(n, n, y[1]) + DMatrix::repeat(n, n, x[1]) + DMatrix::identity(n, n) + DMatrix::zeros(n, n);
        let diagonal = DMatrix::from_diagonal(&x.component_mul(y));
        let listed = DVector::from_vec(vec![x[0], y[0], x[1] * y[1]]);
        let gathered = DVector::from_iterator(n, x.iter().zip(y.iter()).map(|(s, t)| s * t));
        let rows = DMatrix::from_row_slice(1, 3, &[x[0], y[2], x[2]]) * dvector![x[0], y[1], 1.0];
        let table = dmatrix![x[0], y[0]; y[1], x[1]];
        (computed * filled * diagonal).trace() + listed.norm_squared() * gathered.sum() + rows[0] * table.norm_squared()
    }
}

#[test]
fn of_scalars_and_parts() {
    check(&made::Problem::new().unwrap(), &vector(3, 0.4), &vector(3, 1.3));
}
