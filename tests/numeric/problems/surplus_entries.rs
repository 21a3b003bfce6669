//! Variables longer than what the functions read: surplus entries have zero derivatives.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, verify};

#[bilevel]
pub mod surplus {
    use nalgebra::DVector;

    pub struct Data {
        pub used: usize,
        pub t: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        (0..data.used).map(|i| (x[i] - data.t[i] * y[2]).powi(2) * x[i].cosh()).sum()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, _data: &Data) -> f64 {
        x[1] * y[0]
    }
}

#[test]
fn zero_derivatives() {
    let data = surplus::Data { used: 3, t: data::vector(4, 0.9) };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| (0..3).map(|i| (x[i] - y[2] * data.t[i]).powi(2) * x[i].cosh()).sum()),
        g: &|x, y| x[1] * y[0],
    };
    let problem = surplus::Problem::new(&data).unwrap();
    for (n, m) in [(5, 4), (3, 3)] {
        verify!(problem, data::vector(n, 0.3), data::vector(m, 2.1), oracle);
    }
    let at = problem.at(&data::vector(5, 0.3), &data::vector(4, 2.1)).unwrap();
    assert!(at.Omega().is_err(), "F_1 has a row of zeros");
    assert!(problem.at(&data::vector(2, 0.3), &data::vector(4, 2.1)).is_err());
    assert!(problem.at(&data::vector(5, 0.3), &data::vector(2, 2.1)).is_err());
}
