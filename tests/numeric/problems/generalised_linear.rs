//! Generalised linear models: Poisson, squared hinge, smoothed absolute loss, one module with all.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod models {
    use nalgebra::{DMatrix, DVector, Vector3};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub counts: DVector<f64>,
        pub labels: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &Vector3<f64>, data: &Data) -> f64 {
        let t = &data.a * x;
        let poisson = t.map(f64::exp).sum() - data.counts.dot(&t);
        let smooth = t.zip_map(&data.labels, |t, b| ((t - b) * (t - b) + 1e-2).sqrt()).sum();
        poisson + y[0].exp() * smooth + y[1].exp() * x.norm_squared() + y[2] * x.sum()
    }

    pub fn g(x: &DVector<f64>, y: &Vector3<f64>, data: &Data) -> f64 {
        let t = &data.a * x;
        let deviance: f64 = t.iter().zip(data.counts.iter()).map(|(t, c)| c * (c + 1.0).ln() - c * t + t.exp()).sum();
        deviance / t.len() as f64 + (y[0] - y[1]).powi(2)
    }
}

#[bilevel]
pub mod hinge {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub labels: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &f64, data: &Data) -> f64 {
        let margins = (&data.a * x).component_mul(&data.labels);
        margins.map(|t| (1.0 - t).max(0.0).powi(2)).sum() + y.exp() * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &f64, data: &Data) -> f64 {
        let margins = (&data.a * x).component_mul(&data.labels);
        margins.map(|t| if t < 1.0 { 1.0 - t } else { 0.0 }).mean()
    }
}

#[test]
fn smooth() {
    let (rows, n) = (6, 3);
    let data = models::Data {
        a: data::matrix(rows, n, 0.0),
        counts: data::vector(rows, 0.9).map(|t| (3.0 * t).abs().round()),
        labels: data::labels(rows, 1.7),
    };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let t = times(&data.a, x);
            let sum: Number = x.iter().copied().sum();
            let loss: Number = (0..rows)
                .map(|i| t[i].exp() - t[i] * data.counts[i] + y[0].exp() * ((t[i] - data.labels[i]).powi(2) + 1e-2).sqrt())
                .sum();
            loss + y[1].exp() * dot(x, x) + y[2] * sum
        }),
        g: &|x, y| {
            let t = times(&data.a, x);
            let c = &data.counts;
            let deviance: Number = (0..rows).map(|i| t[i].exp() - t[i] * c[i] + c[i] * (c[i] + 1.0).ln()).sum();
            deviance / rows as f64 + (y[0] - y[1]).powi(2)
        },
    };
    let (x, y) = (data::vector(n, 0.3), nalgebra::Vector3::new(-0.4, -0.9, 0.2));
    let problem = models::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}

#[test]
fn with_a_kink() {
    let (rows, n) = (6, 3);
    let data = hinge::Data { a: data::matrix(rows, n, 0.0), labels: data::labels(rows, 1.7) };
    let margins =
        |x: &[Number]| -> Vec<Number> { times(&data.a, x).into_iter().zip(data.labels.iter()).map(|(t, b)| t * *b).collect() };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let loss: Number = margins(x).into_iter().filter(|t| t.re < 1.0).map(|t| (-t + 1.0).powi(2)).sum();
            loss + y[0].exp() * dot(x, x)
        }),
        g: &|x, _| margins(x).into_iter().filter(|t| t.re < 1.0).map(|t| -t + 1.0).sum::<Number>() / rows as f64,
    };
    let problem = hinge::Problem::new(&data).unwrap();
    for scale in [0.3, 1.0, 3.0] {
        verify!(problem, data::vector(n, 0.3) * scale, -0.5, oracle);
    }
}
