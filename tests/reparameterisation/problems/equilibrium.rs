//! A batch of equilibria (`f_equilibrium`), x a matrix, y a struct of matrices; psi is
//! `sign(x_bar) exp(z)` without an inverse, P a diagonal.

use hypergrad::bilevel;
use nalgebra::SMatrix;

#[bilevel]
pub mod model {
    use nalgebra::{SMatrix, SVector};

    type States = SMatrix<f64, 4, 3>;

    pub struct Layer {
        pub a_tr: SMatrix<f64, 4, 4>,
        pub b_tr: SMatrix<f64, 2, 4>,
        pub c: SVector<f64, 4>,
    }

    pub struct Data {
        pub inputs: SMatrix<f64, 2, 3>,
        pub targets: States,
    }

    pub fn Phi(w: &States, y: &Layer, data: &Data) -> States {
        let linear = y.a_tr.tr_mul(w) + y.b_tr.tr_mul(&data.inputs);
        States::from_fn(|i, k| (linear[(i, k)] + y.c[i]).tanh())
    }

    pub fn g(w: &States, y: &Layer, data: &Data) -> f64 {
        let size = y.a_tr.norm_squared() + y.b_tr.norm_squared() + y.c.norm_squared();
        0.5 * (w - data.targets).norm_squared() + 0.05 * size
    }

    /// The next entry is below, or on top of the next column.
    pub fn phi(z: &States, y: &Layer) -> States {
        States::from_fn(|i, k| {
            let next = if i < 3 {
                z[(i + 1, k)]
            } else if k < 2 {
                z[(0, k + 1)]
            } else {
                z[(0, 0)]
            };
            z[(i, k)] * (0.3 * y.a_tr[(i, k)]).exp() + 0.1 * next * next + 0.05 * y.a_tr[(0, 0)].sin() * z[(i, k)]
        })
    }

    pub fn psi(z: &States, _y: &Layer, x_bar: &States, _y_bar: &Layer) -> States {
        z.zip_map(x_bar, |z, x| x.signum() * z.exp())
    }

    pub fn P(w: &States, y: &Layer) -> States {
        States::from_fn(|i, k| 1.2 - y.a_tr[(i, i)] * (1.0 - w[(i, k)].powi(2)))
    }
}

pub fn problem() -> model::Problem<model::Data> {
    let entry = |i: usize, j: usize| (i as f64, j as f64, (i * j) as f64);
    model::Problem::new(model::Data {
        inputs: SMatrix::from_fn(|j, i| {
            let (i, j, ij) = entry(i, j);
            (0.9 * i + 1.4 * j + 0.2 * ij + 0.1).sin()
        }),
        targets: SMatrix::from_fn(|j, i| {
            let (i, j, ij) = entry(i, j);
            0.5 * (1.1 * i + 0.5 * j + 0.3 * ij + 0.7).sin()
        }),
    })
    .unwrap()
}
