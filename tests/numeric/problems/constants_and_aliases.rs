//! Constant sizes by `const`, type aliases, and constants computed from each other.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod aliased {
    use core::f64::consts::{FRAC_PI_2, LN_2};
    use nalgebra::{SMatrix, SVector};

    const ROWS: usize = 6;
    pub const FEATURES: usize = 3;
    const HALF: f64 = 0.5;
    const WEIGHT: f64 = HALF * LN_2 + 1.0;

    pub type Scalar = f64;
    type Design = SMatrix<Scalar, ROWS, FEATURES>;
    pub type Weights = SVector<Scalar, FEATURES>;

    pub struct Data {
        pub design: Design,
        pub target: SVector<Scalar, ROWS>,
    }

    pub fn f(x: &Weights, y: &Weights, data: &Data) -> Scalar {
        let scale = ROWS as f64 / FEATURES as f64;
        scale * (data.design * x - data.target).norm_squared() + WEIGHT * y.map(|t| t.exp()).dot(&x.component_mul(x))
    }

    pub fn g(x: &Weights, y: &Weights, _data: &Data) -> Scalar {
        (x - Weights::from_element(FRAC_PI_2)).norm_squared() + 1e-1 * (y.sum() / FEATURES as Scalar).powi(2)
    }
}

#[test]
fn against_the_oracle() {
    let data = aliased::Data { design: data::fixed(0.0), target: data::fixed_vector(0.9) };
    let weight = 0.5 * std::f64::consts::LN_2 + 1.0;
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let penalty: Number = (0..3).map(|i| y[i].exp() * x[i] * x[i] * weight).sum();
            squared_distance(&times(&data.design, x), data.target.as_slice()) * 2.0 + penalty
        }),
        g: &|x, y| {
            let mean = (y[0] + y[1] + y[2]) / 3.0;
            squared_distance(x, &[std::f64::consts::FRAC_PI_2; 3]) + mean * mean * 0.1
        },
    };
    let (x, y) = (data::fixed_vector(0.3), data::fixed_vector(2.1));
    let problem = aliased::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
    // Constant sizes: results live on the stack.
    let _: nalgebra::SMatrix<f64, 3, 3> = problem.at(&x, &y).unwrap().F_1();
}
