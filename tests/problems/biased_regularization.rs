//! Biased regularisation (Grazzi et al. 3.1): `½|A x - b|² + β/2 |x - y|²`.

use hypergrad::bilevel;

use crate::copies::least_squares;
use crate::data::{cosines, training, validation};
use crate::oracle::{Inner, Number, Oracle};
use crate::verify::{against_oracle, verify};

#[bilevel]
pub mod biased {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub b_tr: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub b_val: DVector<f64>,
        pub beta: f64,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        0.5 * (&data.a_tr * x - &data.b_tr).norm_squared() + 0.5 * data.beta * (x - y).norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        0.5 * (&data.a_val * x - &data.b_val).norm_squared()
    }
}

/// h is a quadratic: one Newton step from any x gives its exact gradient.
#[test]
fn biased_regularization() {
    let data = biased::Data {
        a_tr: training(10, 4),
        b_tr: cosines(10, 0.9, 0.0),
        a_val: validation(9, 4),
        b_val: cosines(9, 1.7, 0.4),
        beta: 0.7,
    };
    let problem = biased::Problem::new(&data).unwrap();
    let (x, y) = (cosines(4, 0.3, 0.1), cosines(4, 1.9, 0.5));
    verify(&problem, &x, &y);
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let bias: Number = x.iter().zip(y).map(|(x, y)| (*x - *y) * (*x - *y)).sum();
            least_squares(&data.a_tr, &data.b_tr, x) * 0.5 + bias * (0.5 * data.beta)
        }),
        g: &|x, _| least_squares(&data.a_val, &data.b_val, x) * 0.5,
    };
    against_oracle(&problem, &x, &y, &oracle);
    let structure = biased::Problem::STRUCTURE;
    assert!(structure.f1_symmetric && structure.f1_constant_in_x && structure.f1_constant_in_y && structure.f21_zero);
}
