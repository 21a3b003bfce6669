//! Kernel ridge regression (`c_krr`), y a struct; psi is `diag(F_1(x_bar, y))⁻¹ z`, P a diagonal.

use hypergrad::bilevel;

use super::{cosines, training, validation};

#[bilevel]
pub mod model {
    use nalgebra::{DMatrix, SVector, Vector3};

    type Weights = SVector<f64, 8>;

    pub struct Hyper {
        pub beta: f64,
        pub gamma: Vector3<f64>,
    }

    pub struct Data {
        pub x_tr: DMatrix<f64>,
        pub t_tr: Weights,
        pub x_val: DMatrix<f64>,
        pub t_val: SVector<f64, 6>,
    }

    fn kernel(p: &DMatrix<f64>, q: &DMatrix<f64>, gamma: &Vector3<f64>) -> DMatrix<f64> {
        DMatrix::from_fn(p.nrows(), q.nrows(), |i, j| {
            let distance: f64 = (0..3).map(|k| gamma[k] * (p[(i, k)] - q[(j, k)]).powi(2)).sum();
            (-distance).exp()
        })
    }

    pub fn f(w: &Weights, y: &Hyper, data: &Data) -> f64 {
        let k = kernel(&data.x_tr, &data.x_tr, &y.gamma);
        0.5 * w.dot(&(k * w + y.beta * w)) - w.dot(&data.t_tr)
    }

    pub fn g(w: &Weights, y: &Hyper, data: &Data) -> f64 {
        0.5 * (data.t_val - kernel(&data.x_val, &data.x_tr, &y.gamma) * w).norm_squared()
    }

    pub fn phi(z: &Weights, y: &Hyper) -> Weights {
        Weights::from_fn(|i, _| {
            let own = if i == 0 || i == 4 { y.beta } else { y.gamma[(i + 3) % 4] };
            z[i] * (0.3 * own).exp() + 0.1 * z[(i + 1) % 8].powi(2) + 0.05 * y.beta.sin() * z[i]
        })
    }

    /// The kernel of a point with itself is 1.
    pub fn psi(z: &Weights, y: &Hyper, _x_bar: &Weights, _y_bar: &Hyper) -> Weights {
        z / (1.0 + y.beta)
    }

    pub fn psi_inv(x: &Weights, y: &Hyper, _x_bar: &Weights, _y_bar: &Hyper) -> Weights {
        x * (1.0 + y.beta)
    }

    pub fn P(w: &Weights, y: &Hyper) -> Weights {
        w.map(|w| 1.4 + y.beta + 0.2 * w.sin())
    }
}

pub fn problem() -> model::Problem<model::Data> {
    model::Problem::new(model::Data {
        x_tr: training(8, 3),
        t_tr: nalgebra::SVector::from_column_slice(cosines(8, 0.9, 0.0).as_slice()),
        x_val: validation(6, 3),
        t_val: nalgebra::SVector::from_column_slice(cosines(6, 1.7, 0.4).as_slice()),
    })
    .unwrap()
}
