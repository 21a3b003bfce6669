//! Matrices as x and y: `F(X, Y) = A X + X B + X³/10 - Y Xᵀ - C` with constant sizes, and a trace
//! objective with dynamic ones.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod sylvester {
    use nalgebra::{Matrix2, Matrix2x3, Matrix3, SMatrix};

    pub struct Data {
        pub a: Matrix2<f64>,
        pub b: Matrix3<f64>,
        pub c: Matrix2x3<f64>,
    }

    #[allow(non_snake_case)]
    pub fn F(x: &Matrix2x3<f64>, y: &SMatrix<f64, 2, 2>, data: &Data) -> Matrix2x3<f64> {
        data.a * x + x * data.b + x.map(|t| 0.1 * t.powi(3)) - y * x * x.transpose() * x * 0.05 - y * data.c
    }

    pub fn g(x: &Matrix2x3<f64>, y: &SMatrix<f64, 2, 2>, data: &Data) -> f64 {
        (x * x.transpose() * y).trace() + (x - data.c).norm_squared() + y[(0, 1)] * x[(1, 2)]
    }
}

#[bilevel]
pub mod factors {
    use nalgebra::DMatrix;

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DMatrix<f64>,
    }

    /// `|A X - B|² + tr(Xᵀ diag(e^{y}) X)`, one weight per entry.
    pub fn f(x: &DMatrix<f64>, y: &DMatrix<f64>, data: &Data) -> f64 {
        (&data.a * x - &data.b).norm_squared() + (x.transpose() * y.map(f64::exp).component_mul(x)).trace()
    }

    pub fn g(x: &DMatrix<f64>, y: &DMatrix<f64>, data: &Data) -> f64 {
        let gram = x.tr_mul(x);
        gram.norm_squared() + x.dot(y) + (data.b.transpose() * &data.a * x).diagonal().sum()
    }
}

type Matrix = Vec<Vec<Number>>;

fn unflat(flat: &[Number], rows: usize) -> Matrix {
    (0..rows).map(|i| flat.iter().skip(i).step_by(rows).copied().collect()).collect()
}

fn product(a: &Matrix, b: &Matrix) -> Matrix {
    a.iter().map(|row| (0..b[0].len()).map(|j| (0..b.len()).map(|k| row[k] * b[k][j]).sum()).collect()).collect()
}

fn transpose(a: &Matrix) -> Matrix {
    (0..a[0].len()).map(|j| a.iter().map(|row| row[j]).collect()).collect()
}

fn lift(a: &nalgebra::DMatrix<f64>) -> Matrix {
    (0..a.nrows()).map(|i| a.row(i).iter().map(|v| constant(*v)).collect()).collect()
}

#[test]
fn root_of_constant_size() {
    let data = sylvester::Data {
        a: data::fixed::<2, 2>(0.0) * 0.4 + nalgebra::Matrix2::identity() * 2.0,
        b: data::fixed::<3, 3>(0.5) * 0.4 + nalgebra::Matrix3::identity(),
        c: data::fixed::<2, 3>(1.0),
    };
    let dense = |m: &[f64], rows: usize| lift(&nalgebra::DMatrix::from_column_slice(rows, m.len() / rows, m));
    let (a, b, c) = (dense(data.a.as_slice(), 2), dense(data.b.as_slice(), 3), dense(data.c.as_slice(), 2));
    let oracle = Oracle {
        inner: Inner::Root(&|x, y| {
            let (x, y) = (unflat(x, 2), unflat(y, 2));
            let (ax, xb, yc) = (product(&a, &x), product(&x, &b), product(&y, &c));
            let cubic = product(&y, &product(&x, &product(&transpose(&x), &x)));
            let mut out = Vec::new();
            for j in 0..3 {
                for i in 0..2 {
                    out.push(ax[i][j] + xb[i][j] + x[i][j].powi(3) * 0.1 - cubic[i][j] * 0.05 - yc[i][j]);
                }
            }
            out
        }),
        g: &|x, y| {
            let (x, y) = (unflat(x, 2), unflat(y, 2));
            let t = product(&product(&x, &transpose(&x)), &y);
            let mut sum = t[0][0] + t[1][1] + y[0][1] * x[1][2];
            for i in 0..2 {
                for j in 0..3 {
                    sum += (x[i][j] - c[i][j]) * (x[i][j] - c[i][j]);
                }
            }
            sum
        },
    };
    let (x, y) = (data::fixed(0.3), data::fixed(2.1));
    let problem = sylvester::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}

#[test]
fn objective_of_dynamic_size() {
    let (rows, n, k) = (4, 2, 3);
    let data = factors::Data { a: data::matrix(rows, n, 0.0), b: data::matrix(rows, k, 0.5) };
    let (a, b) = (lift(&data.a), lift(&data.b));
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let ax = product(&a, &unflat(x, n));
            let mut sum: Number = (0..n * k).map(|e| y[e].exp() * x[e] * x[e]).sum();
            for i in 0..rows {
                for j in 0..k {
                    sum += (ax[i][j] - b[i][j]) * (ax[i][j] - b[i][j]);
                }
            }
            sum
        }),
        g: &|x, y| {
            let m = unflat(x, n);
            let gram = product(&transpose(&m), &m);
            let tail = product(&product(&transpose(&b), &a), &m);
            let squares: Number = gram.iter().flatten().map(|t| *t * *t).sum();
            squares + dot(x, y) + (0..k).map(|i| tail[i][i]).sum::<Number>()
        },
    };
    let (x, y) = (data::matrix(n, k, 0.3), data::matrix(n, k, 2.1));
    let problem = factors::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
