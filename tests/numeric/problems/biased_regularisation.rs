//! Meta-learning with a biased regulariser: the outer variable is the point to which the inner one
//! is drawn. No derivative of F depends on x or y.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod biased {
    use nalgebra::{DMatrix, DVector};

    pub struct Task {
        pub design: DMatrix<f64>,
        pub target: DVector<f64>,
        pub test_design: DMatrix<f64>,
        pub test_target: DVector<f64>,
        pub strength: f64,
    }

    pub fn f(w: &DVector<f64>, bias: &DVector<f64>, task: &Task) -> f64 {
        let rows = task.design.nrows() as f64;
        (&task.design * w - &task.target).norm_squared() / rows + task.strength * (w - bias).norm_squared()
    }

    pub fn g(w: &DVector<f64>, _bias: &DVector<f64>, task: &Task) -> f64 {
        0.5 * task
            .test_design
            .row_iter()
            .zip(task.test_target.iter())
            .map(|(row, t)| (row.transpose().dot(w) - t).powi(2))
            .sum::<f64>()
    }
}

#[test]
fn against_the_oracle() {
    let task = biased::Task {
        design: data::matrix(3, 5, 0.0),
        target: data::vector(3, 0.9),
        test_design: data::matrix(4, 5, 0.5),
        test_target: data::vector(4, 1.7),
        strength: 0.7,
    };
    let oracle = Oracle {
        inner: Inner::Objective(&|w, y| {
            let penalty: Number = (0..5).map(|i| (w[i] - y[i]) * (w[i] - y[i])).sum();
            squared_distance(&times(&task.design, w), task.target.as_slice()) / 3.0 + penalty * task.strength
        }),
        g: &|w, _| squared_distance(&times(&task.test_design, w), task.test_target.as_slice()) * 0.5,
    };
    let (x, y) = (data::vector(5, 0.3), data::vector(5, 2.1));
    let problem = biased::Problem::new(&task).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
    let facts = biased::Problem::STRUCTURE;
    assert!(facts.f1_constant_in_x && facts.f1_constant_in_y && facts.f21_zero);
}
