//! Kernel ridge regression, the outer variable a struct: a ridge weight and one width per feature.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod kernel_ridge {
    use nalgebra::{DMatrix, DVector};

    pub struct Hyper {
        pub beta: f64,
        pub gamma: DVector<f64>,
    }

    pub struct Data {
        pub x_tr: DMatrix<f64>,
        pub t_tr: DVector<f64>,
        pub x_val: DMatrix<f64>,
        pub t_val: DVector<f64>,
    }

    /// `K_ij = exp(-sum_k gamma_k (p_ik - q_jk)²)`.
    fn kernel(p: &DMatrix<f64>, q: &DMatrix<f64>, gamma: &DVector<f64>) -> DMatrix<f64> {
        DMatrix::from_fn(p.nrows(), q.nrows(), |i, j| {
            let distance: f64 = (0..gamma.len()).map(|k| gamma[k] * (p[(i, k)] - q[(j, k)]).powi(2)).sum();
            (-distance).exp()
        })
    }

    pub fn f(w: &DVector<f64>, y: &Hyper, data: &Data) -> f64 {
        let k = kernel(&data.x_tr, &data.x_tr, &y.gamma);
        0.5 * w.dot(&(k * w + y.beta * w)) - w.dot(&data.t_tr)
    }

    pub fn g(w: &DVector<f64>, y: &Hyper, data: &Data) -> f64 {
        0.5 * (&data.t_val - kernel(&data.x_val, &data.x_tr, &y.gamma) * w).norm_squared()
    }
}

#[test]
fn against_the_oracle() {
    let (n, features) = (6, 3);
    let data = kernel_ridge::Data {
        x_tr: data::matrix(n, features, 0.0),
        t_tr: data::vector(n, 0.9),
        x_val: data::matrix(4, features, 0.5),
        t_val: data::vector(4, 1.7),
    };
    let kernel = |p: &nalgebra::DMatrix<f64>, i: usize, j: usize, y: &[Number]| {
        (0..features).map(|k| y[1 + k] * -(p[(i, k)] - data.x_tr[(j, k)]).powi(2)).sum::<Number>().exp()
    };
    let oracle = Oracle {
        inner: Inner::Objective(&|w, y| {
            let mut sum = Number::from_re(0.0);
            for i in 0..n {
                for j in 0..n {
                    sum += w[i] * w[j] * kernel(&data.x_tr, i, j, y) * 0.5;
                }
                sum += w[i] * w[i] * y[0] * 0.5 - w[i] * data.t_tr[i];
            }
            sum
        }),
        g: &|w, y| {
            (0..4)
                .map(|i| {
                    let r = (0..n).map(|j| w[j] * kernel(&data.x_val, i, j, y)).sum::<Number>() - data.t_val[i];
                    r * r * 0.5
                })
                .sum()
        },
    };
    let y = kernel_ridge::Hyper { beta: 0.3, gamma: nalgebra::DVector::from_vec(vec![0.5, 0.8, 1.1]) };
    let problem = kernel_ridge::Problem::new(&data).unwrap();
    let x = data::vector(n, 0.3);
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
