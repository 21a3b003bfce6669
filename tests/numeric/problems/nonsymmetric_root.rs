//! A root whose Jacobian is not symmetric, with constant sizes and indices modulo the length written
//! out: `F_i = 2 x_i + 0.4 sin(x_{i+1} + y_i) + 0.3 x_{i+2} y_{i+1} + 0.1 x_i³ e^{y_i} - b_i`.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod root {
    use nalgebra::{SVector, Vector3, Vector4};

    pub struct Data {
        pub b: Vector4<f64>,
        pub t: SVector<f64, 4>,
    }

    #[allow(non_snake_case)]
    pub fn F(x: &Vector4<f64>, y: &Vector3<f64>, data: &Data) -> Vector4<f64> {
        Vector4::from_fn(|i, _| {
            let next = if i == 3 {
                x[0]
            } else if i == 0 {
                x[1]
            } else if i == 1 {
                x[2]
            } else {
                x[3]
            };
            let after = if i < 2 {
                x[2] * (if i == 0 { 1.0 } else { 0.0 }) + x[3] * (if i == 1 { 1.0 } else { 0.0 })
            } else if i == 2 {
                x[0]
            } else {
                x[1]
            };
            let own = if i == 0 || i == 3 {
                y[0]
            } else if i == 1 {
                y[1]
            } else {
                y[2]
            };
            let other = if i == 2 {
                y.x
            } else if i == 1 {
                y.z
            } else {
                y.y
            };
            2.0 * x[i] + 0.4 * (next + own).sin() + 0.3 * after * other + 0.1 * x[i].powi(3) * own.exp() - data.b[i]
        })
    }

    pub fn g(x: &Vector4<f64>, y: &Vector3<f64>, data: &Data) -> f64 {
        0.5 * (x - data.t).norm_squared() + 0.1 * y.norm_squared() + 0.3 * x[0] * y[1] + 0.2 * (x[2] * y[2]).sin()
    }
}

#[test]
fn against_the_oracle() {
    let data = root::Data { b: data::fixed_vector(0.9), t: data::fixed_vector(1.7) };
    let oracle = Oracle {
        inner: Inner::Root(&|x, y| {
            (0..4)
                .map(|i| {
                    let sine = (x[(i + 1) % 4] + y[i % 3]).sin();
                    x[i] * 2.0 + sine * 0.4 + x[(i + 2) % 4] * y[(i + 1) % 3] * 0.3 + x[i].powi(3) * y[i % 3].exp() * 0.1
                        - data.b[i]
                })
                .collect()
        }),
        g: &|x, y| {
            let near: Number = (0..4).map(|i| (x[i] - data.t[i]).powi(2) * 0.5).sum();
            let small: Number = (0..3).map(|b| y[b] * y[b] * 0.1).sum();
            near + small + x[0] * y[1] * 0.3 + (x[2] * y[2]).sin() * 0.2
        },
    };
    let (x, y) = (data::fixed_vector(0.3), nalgebra::Vector3::new(0.4, -0.3, 0.7));
    let problem = root::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
    assert!(!root::Problem::STRUCTURE.f1_symmetric);
}
