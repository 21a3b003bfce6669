//! Chains of matrix products, quadratic forms, traces, Kronecker-like couplings.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod chains {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DMatrix<f64>,
        pub c: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let factor = &data.a * DMatrix::from_diagonal(&y.map(f64::exp)) * data.a.transpose();
        let quadratic = (x.transpose() * factor * x).to_scalar();
        let chain = data.c.dot(&(&data.b * &data.b.transpose() * &data.a * y));
        quadratic + x.norm_squared() - data.c.dot(x) * (1.0 + 0.1 * chain) + 0.25 * x.dot(x).powi(2)
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let outer = x * y.transpose();
        let product = outer.transpose() * &data.b;
        product.norm_squared() + (x * x.transpose() * &data.b * data.b.transpose()).trace() + (outer * data.a.transpose()).sum()
    }
}

#[test]
fn against_the_oracle() {
    let (n, m, k) = (3, 4, 2);
    let data = chains::Data { a: data::matrix(n, m, 0.0), b: data::matrix(n, k, 0.5), c: data::vector(n, 0.9) };
    let bb = &data.b * data.b.transpose();
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let ax = times(&data.a.transpose(), x);
            let quadratic: Number = (0..m).map(|j| y[j].exp() * ax[j] * ax[j]).sum();
            let linear: Number = (0..n).map(|i| x[i] * data.c[i]).sum();
            let row = data.c.transpose() * &bb * &data.a;
            let chain: Number = (0..m).map(|j| y[j] * row[j]).sum();
            quadratic + dot(x, x) - linear * (chain * 0.1 + 1.0) + dot(x, x).powi(2) * 0.25
        }),
        g: &|x, y| {
            let bx = times(&data.b.transpose(), x);
            let bbx = times(&bb, x);
            let total: Number = (0..n).map(|i| (0..m).map(|j| y[j] * data.a[(i, j)]).sum::<Number>()).sum();
            let sum: Number = x.iter().copied().sum();
            dot(y, y) * dot(&bx, &bx) + dot(x, &bbx) + sum * total
        },
    };
    let (x, y) = (data::vector(n, 0.3), data::vector(m, 2.1));
    let problem = chains::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
