//! A stencil: smoothing of a signal by Huber functions of its differences, with one weight for
//! all of them and one threshold.

use hypergrad::bilevel;

use crate::copies::exp;
use crate::data::cosines;
use crate::oracle::{Inner, Number, Oracle, squared_distance};
use crate::verify::{against_oracle, verify};

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
    let (x, y) = (cosines(12, 1.3, 0.4), nalgebra::Vector2::new(-0.5, -1.0));
    verify(&problem, &x, &y);
    let huber = |t: Number| if t.re.abs() <= 0.3 { t * t * 0.5 } else { (t * t.re.signum() - 0.15) * 0.3 };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let variation: Number = x.windows(2).map(|w| huber(w[1] - w[0])).sum();
            let curvature: Number = x.windows(3).map(|w| w[0] - w[1] * 2.0 + w[2]).map(|t| t * t).sum();
            squared_distance(x, data.noisy.as_slice()) * 0.5 + exp(y[0]) * variation + exp(y[1]) * curvature
        }),
        g: &|x, _| squared_distance(x, data.clean.as_slice()) * 0.5,
    };
    against_oracle(&problem, &x, &y, &oracle);
    let structure = smoothing::Problem::STRUCTURE;
    assert!(structure.f1_symmetric && !structure.smooth, "{structure:?}");
}
