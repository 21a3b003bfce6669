//! An equilibrium `w = tanh(A w + B u + c)` as a fixed-point map, y a struct of matrices.

use hypergrad::bilevel;
use hypergrad::solver::{FixedPoint, Newton};

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod equilibrium {
    use nalgebra::{DMatrix, DVector};

    pub struct Layer {
        pub a: DMatrix<f64>,
        pub b: DMatrix<f64>,
        pub c: DVector<f64>,
    }

    pub struct Data {
        pub input: DVector<f64>,
        pub target: DVector<f64>,
    }

    #[allow(non_snake_case)]
    pub fn Phi(w: &DVector<f64>, y: &Layer, data: &Data) -> DVector<f64> {
        (&y.a * w + &y.b * &data.input + &y.c).map(f64::tanh)
    }

    pub fn g(w: &DVector<f64>, y: &Layer, data: &Data) -> f64 {
        0.5 * (w - &data.target).norm_squared() + 0.05 * (y.a.norm_squared() + y.b.norm_squared() + y.c.norm_squared())
    }
}

#[test]
fn against_the_oracle() {
    let (h, p) = (3, 2);
    let data = equilibrium::Data { input: data::vector(p, 0.9), target: data::vector(h, 1.7) };
    let y = equilibrium::Layer { a: data::matrix(h, h, 0.0) * 0.3, b: data::matrix(h, p, 0.5), c: data::vector(h, 0.4) };
    let oracle = Oracle {
        inner: Inner::Map(&|w, y| {
            (0..h)
                .map(|i| {
                    let mut t = y[h * h + h * p + i];
                    for j in 0..h {
                        t += y[i + h * j] * w[j];
                    }
                    for j in 0..p {
                        t += y[h * h + i + h * j] * data.input[j];
                    }
                    t.tanh()
                })
                .collect()
        }),
        g: &|w, y| squared_distance(w, data.target.as_slice()) * 0.5 + dot(y, y) * 0.05,
    };
    let problem = equilibrium::Problem::new(&data).unwrap();
    let x = data::vector(h, 0.3);
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
    let by_map = problem.solve(&x, &y, &FixedPoint::new().tolerance(1e-12).max_steps(500)).unwrap();
    let by_newton = problem.solve(&x, &y, &Newton::new().tolerance(1e-12)).unwrap();
    assert!((by_map.x - by_newton.x).norm() < 1e-11);
    assert!(!equilibrium::Problem::STRUCTURE.f1_symmetric);
}
