//! The ridge problem in `f32`: results in `f32`, settings and reports in `f64`.

use hypergrad::bilevel;
use hypergrad::estimator::{Ift, Preconditioned};
use hypergrad::solver::Newton;

use crate::oracle::*;
use crate::{data, verify};

#[bilevel]
pub mod single {
    use nalgebra::{SMatrix, SVector};

    pub struct Data {
        pub a: SMatrix<f32, 6, 3>,
        pub b: SVector<f32, 6>,
    }

    pub fn f(x: &SVector<f32, 3>, y: &SVector<f32, 3>, data: &Data) -> f32 {
        (data.a * x - data.b).norm_squared() + 0.5 * y.map(f32::exp).dot(&x.component_mul(x)) + 0.1 * x[0].sin()
    }

    pub fn g(x: &SVector<f32, 3>, y: &SVector<f32, 3>, data: &Data) -> f32 {
        let total: f32 = (0..6).map(|i| (data.b[i] - x.dot(y)).powi(2)).sum();
        total / 6.0
    }
}

#[test]
fn against_the_oracle() {
    let data = single::Data { a: data::fixed::<6, 3>(0.0).cast(), b: data::fixed_vector::<6>(0.9).cast() };
    let (a, b) = (data.a.cast::<f64>(), data.b.cast::<f64>());
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let penalty: Number = (0..3).map(|i| y[i].exp() * x[i] * x[i] * 0.5).sum();
            squared_distance(&times(&a, x), b.as_slice()) + penalty + x[0].sin() * 0.1
        }),
        g: &|x, y| (0..6).map(|i| (-dot(x, y) + b[i]).powi(2)).sum::<Number>() / 6.0,
    };
    let (x, y) = (data::fixed_vector::<3>(0.3).cast::<f32>(), data::fixed_vector::<3>(2.1).cast::<f32>());
    let problem = single::Problem::new(&data).unwrap();
    // Rounding of f32, 6e-8, times the sums and the condition of F_1.
    verify!(problem, x, y, oracle, 2e-5);
    let x = problem.solve(&x, &y, &Newton::new()).unwrap().x;
    let plain = problem.hypergradient(&x, &y, &Ift::new()).unwrap();
    let newton = problem.hypergradient(&x, &y, &Preconditioned::newton()).unwrap();
    assert!((plain.gradient - newton.gradient).norm() < 1e-4);
    let at: f32 = problem.at(&x, &y).unwrap().g();
    assert!((at - plain.objective).abs() < 1e-6);
}
