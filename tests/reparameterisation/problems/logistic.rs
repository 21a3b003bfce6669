//! Logistic regression (`b_logistic`); psi is `diag(F_1(x_bar, y))⁻¹ z` written out, without an inverse.

use hypergrad::bilevel;

use super::{cosines, training, validation};

#[bilevel]
pub mod model {
    use hypergrad::math::{sigmoid, softplus};
    use nalgebra::{DMatrix, SMatrix, SVector};

    type Weights = SVector<f64, 4>;

    pub struct Data {
        pub a: SMatrix<f64, 12, 4>,
        pub b: SVector<f64, 12>,
        pub a_val: DMatrix<f64>,
        pub b_val: SVector<f64, 9>,
    }

    pub fn f(x: &Weights, y: &Weights, data: &Data) -> f64 {
        let margins = data.b.component_mul(&(data.a * x));
        margins.map(|t| softplus(-t)).sum() + 0.5 * x.zip_map(y, |x, y| y.exp() * x * x).sum()
    }

    pub fn g(x: &Weights, _y: &Weights, data: &Data) -> f64 {
        data.b_val.component_mul(&(&data.a_val * x)).map(|t| (-t).exp().ln_1p()).sum()
    }

    pub fn phi(z: &Weights, y: &Weights) -> Weights {
        Weights::from_fn(|i, _| z[i] * (0.3 * y[i]).exp() + 0.1 * z[(i + 1) % 4].powi(2) + 0.05 * y[0].sin() * z[i])
    }

    pub fn psi(z: &Weights, y: &Weights, x_bar: &Weights, _y_bar: &Weights, data: &Data) -> Weights {
        let curvature = (data.a * x_bar).map(|t| sigmoid(t) * sigmoid(-t));
        let diagonal = data.a.component_mul(&data.a).tr_mul(&curvature) + y.map(f64::exp);
        z.component_div(&diagonal)
    }

    pub fn P(x: &Weights, y: &Weights) -> SMatrix<f64, 4, 4> {
        SMatrix::from_fn(|i, j| if i == j { 1.5 + y[i].exp() + x[i] * x[i] } else { 0.2 * x[i] - 0.1 * x[j] * y[0] })
    }
}

pub fn problem() -> model::Problem<model::Data> {
    let sign = |t: f64| if t >= 0.0 { 1.0 } else { -1.0 };
    let (a, b, b_val) = (training(12, 4), cosines(12, 0.9, 0.2).map(sign), cosines(9, 1.7, 0.4).map(sign));
    model::Problem::new(model::Data {
        a: nalgebra::SMatrix::from_column_slice(a.as_slice()),
        b: nalgebra::SVector::from_column_slice(b.as_slice()),
        a_val: validation(9, 4),
        b_val: nalgebra::SVector::from_column_slice(b_val.as_slice()),
    })
    .unwrap()
}
