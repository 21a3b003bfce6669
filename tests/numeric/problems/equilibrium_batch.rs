//! A batch of equilibria `w_i = tanh(A w_i + B u_i + c)`, x a matrix with one column each, every
//! size constant; y a struct of transposed matrices.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod batch {
    use nalgebra::{SMatrix, SVector};

    const HIDDEN: usize = 4;
    const INPUTS: usize = 2;
    const BATCH: usize = 3;

    pub struct Layer {
        pub a_tr: SMatrix<f64, HIDDEN, HIDDEN>,
        pub b_tr: SMatrix<f64, INPUTS, HIDDEN>,
        pub c: SVector<f64, HIDDEN>,
    }

    pub struct Data {
        pub inputs: SMatrix<f64, INPUTS, BATCH>,
        pub targets: SMatrix<f64, HIDDEN, BATCH>,
    }

    #[allow(non_snake_case)]
    pub fn Phi(w: &SMatrix<f64, HIDDEN, BATCH>, y: &Layer, data: &Data) -> SMatrix<f64, HIDDEN, BATCH> {
        let linear = y.a_tr.tr_mul(w) + y.b_tr.transpose() * data.inputs;
        SMatrix::from_fn(|i, k| (linear[(i, k)] + y.c[i]).tanh())
    }

    pub fn g(w: &SMatrix<f64, HIDDEN, BATCH>, y: &Layer, data: &Data) -> f64 {
        let size = y.a_tr.norm_squared() + y.b_tr.norm_squared() + y.c.norm_squared();
        0.5 * (w - data.targets).norm_squared() + 0.05 * size
    }
}

#[test]
fn against_the_oracle() {
    let data = batch::Data { inputs: data::fixed(0.1), targets: data::fixed(0.7) };
    let y = batch::Layer { a_tr: data::fixed(0.0) * 0.3, b_tr: data::fixed(0.5), c: data::fixed_vector(0.4) };
    let oracle = Oracle {
        inner: Inner::Map(&|w, y| {
            let mut out = Vec::new();
            for k in 0..3 {
                for i in 0..4 {
                    let recurrent: Number = (0..4).map(|j| y[j + 4 * i] * w[j + 4 * k]).sum();
                    let input: Number = (0..2).map(|j| y[16 + j + 2 * i] * data.inputs[(j, k)]).sum();
                    out.push((recurrent + input + y[24 + i]).tanh());
                }
            }
            out
        }),
        g: &|w, y| squared_distance(w, data.targets.as_slice()) * 0.5 + dot(y, y) * 0.05,
    };
    let problem = batch::Problem::new(&data).unwrap();
    let x = data::fixed::<4, 3>(0.3);
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
