//! Kernel ridge regression with a width per feature: 200 + 200 samples of 22 features, sizes known at run time.

use hypergrad::bilevel;
use nalgebra::{DMatrix, DVector};

use crate::data::Numbers;
use crate::harness::{compare, contender};

#[bilevel]
pub mod problem {
    use nalgebra::{DMatrix, DVector};

    pub struct Hyper {
        pub gamma: DVector<f64>,
        pub beta: f64,
    }

    pub struct Data {
        pub inputs: DMatrix<f64>,
        pub targets: DVector<f64>,
        pub inputs_val: DMatrix<f64>,
        pub targets_val: DVector<f64>,
    }

    fn kernel(left: &DMatrix<f64>, right: &DMatrix<f64>, gamma: &DVector<f64>) -> DMatrix<f64> {
        DMatrix::from_fn(left.nrows(), right.nrows(), |i, j| {
            (-(0..gamma.len()).map(|k| gamma[k] * (left[(i, k)] - right[(j, k)]).powi(2)).sum::<f64>()).exp()
        })
    }

    pub fn f(x: &DVector<f64>, y: &Hyper, data: &Data) -> f64 {
        let k = kernel(&data.inputs, &data.inputs, &y.gamma);
        0.5 * x.dot(&(&k * x)) + 0.5 * y.beta * x.norm_squared() - x.dot(&data.targets)
    }

    pub fn g(x: &DVector<f64>, y: &Hyper, data: &Data) -> f64 {
        0.5 * (&data.targets_val - kernel(&data.inputs_val, &data.inputs, &y.gamma) * x).norm_squared()
    }
}

use problem::{Data, Hyper, Problem};

type M = DMatrix<f64>;

/// By hand, with every square of a difference expanded into products.
mod expert {
    use super::{DVector, Data, Hyper, M};

    /// `e^(2 <a, b>_γ - |a|²_γ - |b|²_γ)`.
    fn kernel(left: &M, right: &M, gamma: &DVector<f64>) -> M {
        let mut scaled = left.clone();
        for (mut column, gamma) in scaled.column_iter_mut().zip(gamma) {
            column *= 2.0 * gamma;
        }
        let mut k = scaled * right.transpose();
        let lengths = |a: &M| a.component_mul(a) * gamma;
        let (rows, columns) = (lengths(left), lengths(right));
        for (mut column, own) in k.column_iter_mut().zip(&columns) {
            for (k, other) in column.iter_mut().zip(&rows) {
                *k = (*k - other - own).exp();
            }
        }
        k
    }

    /// `Σ_ij w_ij (a_ik - b_jk)²` for every k.
    fn squares(weights: &M, left: &M, right: &M) -> DVector<f64> {
        let (rows, columns) = (weights.column_sum(), weights.row_sum().transpose());
        let product = weights * right;
        DVector::from_fn(left.ncols(), |k, _| {
            let (a, b) = (left.column(k), right.column(k));
            let own = a.iter().zip(&rows).map(|(a, w)| a * a * w).sum::<f64>();
            own + b.iter().zip(&columns).map(|(b, w)| b * b * w).sum::<f64>() - 2.0 * a.dot(&product.column(k))
        })
    }

    pub fn omega(x: &DVector<f64>, y: &Hyper, data: &Data) -> Option<Hyper> {
        let k = kernel(&data.inputs, &data.inputs, &y.gamma);
        let k_val = kernel(&data.inputs_val, &data.inputs, &y.gamma);
        let residual = &data.targets_val - &k_val * x;
        let mut jacobian = k.clone();
        for i in 0..x.len() {
            jacobian[(i, i)] += y.beta;
        }
        let v = jacobian.cholesky()?.solve(&(-(k_val.transpose() * &residual)));
        // g_2 = Σ r_i K'_ij x_j (a - b)², F_2ᵀ v = -Σ v_i K_ij x_j (a - b)².
        let outer = M::from_fn(residual.len(), x.len(), |i, j| residual[i] * k_val[(i, j)] * x[j]);
        let inner = M::from_fn(x.len(), x.len(), |i, j| v[i] * k[(i, j)] * x[j]);
        let gamma = squares(&outer, &data.inputs_val, &data.inputs) + squares(&inner, &data.inputs, &data.inputs);
        Some(Hyper { gamma, beta: -x.dot(&v) })
    }
}

pub fn run() {
    let (samples, features) = (200, 22);
    let numbers = Numbers::new(9);
    let matrix = || M::from_fn(samples, features, |_, _| numbers.next());
    let vector = |length| DVector::from_fn(length, |_, _| numbers.next());
    let data = Data { inputs: matrix(), targets: vector(samples), inputs_val: matrix(), targets_val: vector(samples) };
    let y = Hyper { gamma: DVector::from_fn(features, |_, _| 0.05 + 0.04 * numbers.next()), beta: 0.5 };
    let x = vector(samples);
    let problem = Problem::new(&data).unwrap();
    let flat = |h: &Hyper| [h.gamma.as_slice(), &[h.beta]].concat();
    compare(
        "kernel ridge 200 + 200 x 22, dynamic sizes: Omega, direct",
        vec![
            contender("emitted", || problem.at(&x, &y).unwrap().Omega().unwrap(), flat),
            contender("nalgebra, squares expanded", || expert::omega(&x, &y, &data).unwrap(), flat),
        ],
    );
}
