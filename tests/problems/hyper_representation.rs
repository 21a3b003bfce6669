//! Hyper-representation (Grazzi et al. 3.1): `½|A H x - b|² + β/2 |x|²`, the outer variable being
//! the matrix H.

use hypergrad::bilevel;

use crate::copies::least_squares;
use crate::data::{cosines, sines, training, validation};
use crate::oracle::{Inner, Number, Oracle, dot};
use crate::verify::{against_oracle, verify};

#[bilevel]
pub mod representation {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub b_tr: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub b_val: DVector<f64>,
    }

    const BETA: f64 = 0.5;

    pub fn f(x: &DVector<f64>, y: &DMatrix<f64>, data: &Data) -> f64 {
        0.5 * (&data.a_tr * (y * x) - &data.b_tr).norm_squared() + 0.5 * BETA * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DMatrix<f64>, data: &Data) -> f64 {
        0.5 * (&data.a_val * y * x - &data.b_val).norm_squared()
    }
}

#[test]
fn matrix_of_features() {
    let data = representation::Data {
        a_tr: training(10, 5),
        b_tr: cosines(10, 0.9, 0.0),
        a_val: validation(9, 5),
        b_val: cosines(9, 1.7, 0.4),
    };
    let problem = representation::Problem::new(&data).unwrap();
    let (x, y) = (cosines(3, 0.3, 0.1), sines(5, 3, [0.4, 1.7, 0.3, 0.2]));
    verify(&problem, &x, &y);
    // H x, H column after column.
    let features =
        |x: &[Number], h: &[Number]| -> Vec<Number> { (0..5).map(|i| (0..3).map(|k| h[i + 5 * k] * x[k]).sum()).collect() };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| least_squares(&data.a_tr, &data.b_tr, &features(x, y)) * 0.5 + dot(x, x) * 0.25),
        g: &|x, y| least_squares(&data.a_val, &data.b_val, &features(x, y)) * 0.5,
    };
    against_oracle(&problem, &x, &y, &oracle);
    assert!(representation::Problem::STRUCTURE.f1_constant_in_x);
}
