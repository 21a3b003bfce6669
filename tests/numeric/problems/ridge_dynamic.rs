//! Ridge regression with one weight `e^{y_i}` per feature, every size dynamic.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod ridge {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub b_tr: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub b_val: DVector<f64>,
    }

    /// Inner objective: least squares plus a ridge penalty.
    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let r = &data.a_tr * x - &data.b_tr;
        r.norm_squared() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    /// Outer objective: validation loss.
    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a_val * x - &data.b_val).norm_squared()
    }
}

/// Data with this many rows.
pub fn example(rows: usize, n: usize) -> ridge::Data {
    ridge::Data {
        a_tr: data::matrix(rows, n, 0.0),
        b_tr: data::vector(rows, 0.9),
        a_val: data::matrix(9, n, 0.5),
        b_val: data::vector(9, 1.7),
    }
}

fn check(rows: usize, n: usize) {
    let data = example(rows, n);
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let mut sum = constant(0.0);
            for i in 0..rows {
                let r: Number = (0..n).map(|j| x[j] * data.a_tr[(i, j)]).sum::<Number>() - data.b_tr[i];
                sum += r * r;
            }
            sum + (0..n).map(|j| y[j].exp() * x[j] * x[j] * 0.5).sum::<Number>()
        }),
        g: &|x, _| {
            let mut sum = constant(0.0);
            for i in 0..9 {
                let r: Number = (0..n).map(|j| x[j] * data.a_val[(i, j)]).sum::<Number>() - data.b_val[i];
                sum += r * r;
            }
            sum
        },
    };
    let (x, y) = (data::vector(n, 0.3), data::vector(n, 2.1));
    let problem = ridge::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    assert!((problem.at(&x, &y).unwrap().f() - ridge::f(&x, &y, &data)).abs() < 1e-12);
    identities::check(&problem, &x, &y);
}

#[test]
fn tall() {
    check(12, 4);
}

#[test]
fn wide() {
    check(3, 6);
}

#[test]
fn one_feature() {
    check(5, 1);
}

#[test]
fn one_row() {
    check(1, 3);
}
