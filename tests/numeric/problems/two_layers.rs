//! A network with one hidden layer: x a struct of weights, y a struct of penalties.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod network {
    use nalgebra::{DMatrix, DVector, SMatrix, SVector};

    pub struct Weights {
        pub hidden: SMatrix<f64, 2, 3>,
        pub bias: SVector<f64, 2>,
        pub output: SVector<f64, 2>,
        pub offset: f64,
    }

    pub struct Penalties {
        pub hidden: f64,
        pub output: SVector<f64, 2>,
    }

    pub struct Data {
        pub inputs: DMatrix<f64>,
        pub targets: DVector<f64>,
    }

    fn predict(x: &Weights, row: &SVector<f64, 3>) -> f64 {
        let activations = (x.hidden * row + x.bias).map(|t| t.tanh());
        x.output.dot(&activations) + x.offset
    }

    fn loss(x: &Weights, data: &Data) -> f64 {
        (0..data.targets.len())
            .map(|i| {
                let row = data.inputs.fixed_view::<1, 3>(i, 0).transpose();
                (predict(x, &row) - data.targets[i]).powi(2)
            })
            .sum()
    }

    pub fn f(x: &Weights, y: &Penalties, data: &Data) -> f64 {
        let decay = y.hidden.exp() * (x.hidden.norm_squared() + x.bias.norm_squared());
        loss(x, data) + decay + y.output.map(f64::exp).dot(&x.output.component_mul(&x.output)) + x.offset * x.offset
    }

    pub fn g(x: &Weights, y: &Penalties, data: &Data) -> f64 {
        let probe = SVector::<f64, 3>::new(0.3, -0.2, data.targets[0]);
        (predict(x, &probe) - 1.0).powi(2) + 0.1 * y.hidden * x.offset
    }
}

#[test]
fn against_the_oracle() {
    let rows = 5;
    let data = network::Data { inputs: data::matrix(rows, 3, 0.0), targets: data::vector(rows, 0.9) };
    let predict = |x: &[Number], row: [f64; 3]| {
        let mut value = x[10];
        for h in 0..2 {
            let t = (0..3).map(|j| x[h + 2 * j] * row[j]).sum::<Number>() + x[6 + h];
            value += x[8 + h] * t.tanh();
        }
        value
    };
    let row = |i: usize| [data.inputs[(i, 0)], data.inputs[(i, 1)], data.inputs[(i, 2)]];
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let fit: Number = (0..rows).map(|i| (predict(x, row(i)) - data.targets[i]).powi(2)).sum();
            let decay = y[0].exp() * dot(&x[..8], &x[..8]);
            let output = y[1].exp() * x[8] * x[8] + y[2].exp() * x[9] * x[9];
            fit + decay + output + x[10] * x[10]
        }),
        g: &|x, y| (predict(x, [0.3, -0.2, data.targets[0]]) - 1.0).powi(2) + y[0] * x[10] * 0.1,
    };
    let x = network::Weights {
        hidden: data::fixed(0.3) * 0.5,
        bias: data::fixed_vector(0.7) * 0.2,
        output: data::fixed_vector(1.3) * 0.8,
        offset: 0.1,
    };
    let y = network::Penalties { hidden: -1.5, output: nalgebra::Vector2::new(-1.2, -1.0) };
    let problem = network::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
