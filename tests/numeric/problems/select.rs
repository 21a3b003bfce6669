//! `if`/`else` on values, on indices and between vectors.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, verify};

#[bilevel]
pub mod selected {
    use nalgebra::DVector;

    pub struct Data {
        pub a: DVector<f64>,
    }

    fn piecewise(t: f64) -> f64 {
        if t > 0.5 {
            2.0 * t - 0.5
        } else if t < -0.5 {
            -t.exp()
        } else {
            t * t + t.powi(3)
        }
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let n = x.len();
        let pieces: f64 = (0..n).map(|i| if i == 0 { 2.0 * piecewise(x[i]) } else { piecewise(x[i] - data.a[i]) }).sum();
        let upper: f64 = (0..n)
            .map(|i| {
                (0..n)
                    .map(|j| {
                        if i < j {
                            x[i] * y[j]
                        } else if i == j {
                            x[i].powi(2) * 3.0
                        } else {
                            0.0
                        }
                    })
                    .sum::<f64>()
            })
            .sum();
        let direction = if y[0] > 0.0 { x + y } else { x - y * 2.0 };
        let safe = if y[1] > 0.0 { y[1].sqrt() } else { 0.0 };
        pieces + upper + direction.norm_squared() + safe * x[1]
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let sign = if x.dot(y) >= 0.0 { 1.0 } else { -1.0 };
        let ends = (0..x.len()).filter(|i| *i != 1).map(|i| x[i] * x[i]).sum::<f64>();
        sign * x.dot(&data.a) + ends + if data.a[0] > 10.0 { y.sum() } else { y.norm_squared() }
    }
}

fn piecewise(t: Number) -> Number {
    if t.re > 0.5 {
        t * 2.0 - 0.5
    } else if t.re < -0.5 {
        -t.exp()
    } else {
        t * t + t.powi(3)
    }
}

#[test]
fn against_the_oracle() {
    let n = 4;
    let data = selected::Data { a: data::vector(n, 0.9) };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let mut sum = piecewise(x[0]) * 2.0;
            for i in 0..n {
                if i > 0 {
                    sum += piecewise(x[i] - data.a[i]);
                }
                for j in i + 1..n {
                    sum += x[i] * y[j];
                }
                let d = if y[0].re > 0.0 { x[i] + y[i] } else { x[i] - y[i] * 2.0 };
                sum += x[i] * x[i] * 3.0 + d * d;
            }
            if y[1].re > 0.0 { sum + y[1].sqrt() * x[1] } else { sum }
        }),
        g: &|x, y| {
            let sign = if dot(x, y).re >= 0.0 { 1.0 } else { -1.0 };
            let linear: Number = (0..n).map(|i| x[i] * data.a[i]).sum();
            linear * sign + x[0] * x[0] + x[2] * x[2] + x[3] * x[3] + dot(y, y)
        },
    };
    let problem = selected::Problem::new(&data).unwrap();
    for slope in [0.3, 1.3, 2.6] {
        let (x, y) = (data::vector(n, slope), data::vector(n, 2.1 + slope));
        verify!(problem, x, y, oracle);
        verify!(problem, &x * -0.9, &y * -1.0, oracle);
    }
    assert!(!selected::Problem::STRUCTURE.smooth);
}
