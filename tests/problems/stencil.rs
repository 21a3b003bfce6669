//! A stencil: smoothing of a signal by Huber functions of its differences, with one weight for
//! all of them and one threshold.

use hypergrad::bilevel;

use crate::data::cosines;
use crate::verify::verify;

#[bilevel]
pub mod smoothing {
    use hypergrad::math::huber;
    use nalgebra::{DVector, Vector2};

    pub struct Data {
        pub noisy: DVector<f64>,
        pub clean: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &Vector2<f64>, data: &Data) -> f64 {
        let variation = (0..x.len() - 1).map(|i| huber(x[i + 1] - x[i], 0.3)).sum::<f64>();
        let curvature = (1..x.len() - 1).map(|i| (x[i - 1] - 2.0 * x[i] + x[i + 1]).powi(2)).sum::<f64>();
        0.5 * (x - &data.noisy).norm_squared() + y.x.exp() * variation + y.y.exp() * curvature
    }

    pub fn g(x: &DVector<f64>, _y: &Vector2<f64>, data: &Data) -> f64 {
        0.5 * (x - &data.clean).norm_squared()
    }
}

#[test]
fn huber_of_differences() {
    let clean = cosines(12, 0.5, 0.2);
    let data = smoothing::Data { noisy: &clean + 0.4 * cosines(12, 2.9, 0.7), clean };
    let problem = smoothing::Problem::new(&data).unwrap();
    verify(&problem, &cosines(12, 1.3, 0.4), &nalgebra::Vector2::new(-0.5, -1.0));
    let structure = smoothing::Problem::STRUCTURE;
    assert!(structure.f1_symmetric && !structure.smooth, "{structure:?}");
}
