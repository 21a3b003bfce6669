//! Logistic regression with more features than samples, 100 x 20,000; sizes known at run time.

use hypergrad::bilevel;
use nalgebra::{DMatrix, DVector};

use crate::data::Numbers;
use crate::harness::{compare, contender};

#[bilevel]
pub mod problem {
    use nalgebra::{DMatrix, DVector};

    /// Rows are multiplied by their labels.
    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub a_val: DMatrix<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let losses = (&data.a_tr * x).map(|t| (-t).exp().ln_1p());
        losses.sum() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a_val * x).map(|t| (-t).exp().ln_1p()).sum()
    }
}

use problem::{Data, Problem};

type V = DVector<f64>;

/// `σ(-t)`, the slope of the loss with its sign turned.
fn slope(t: f64) -> f64 {
    1.0 / (1.0 + t.exp())
}

/// By Woodbury's formula, in the variables in which the diagonal is 1, without refinement.
fn omega(x: &V, y: &V, data: &Data) -> Option<V> {
    let curvature = (&data.a_tr * x).map(|t| slope(t) * (1.0 - slope(t)));
    let (roots, weights) = (curvature.map(f64::sqrt), y.map(f64::exp));
    let scale = weights.map(|w| 1.0 / w.sqrt());
    let mut e = data.a_tr.clone();
    for (mut column, s) in e.column_iter_mut().zip(&scale) {
        column.component_mul_assign(&roots);
        column *= *s;
    }
    let m = &e * e.transpose() + DMatrix::identity(e.nrows(), e.nrows());
    let z = scale.component_mul(&-data.a_val.tr_mul(&(&data.a_val * x).map(slope)));
    let v = (&z - e.tr_mul(&m.cholesky()?.solve(&(&e * &z)))).component_mul(&scale);
    Some(-weights.component_mul(x).component_mul(&v))
}

pub fn run() {
    let numbers = Numbers::new(7);
    let matrix = |rows| DMatrix::from_fn(rows, 20_000, |_, _| 0.1 * numbers.next());
    let data = Data { a_tr: matrix(100), a_val: matrix(100) };
    let vector = || V::from_fn(20_000, |_, _| 0.3 * numbers.next());
    let (x, y) = (vector(), vector());
    let problem = Problem::new(&data).unwrap();
    compare(
        "logistic 100 x 20,000, dynamic sizes: Omega, by a diagonal plus a Gram matrix",
        vec![
            contender("emitted", || problem.at(&x, &y).unwrap().Omega().unwrap(), |v: &V| v.as_slice().to_vec()),
            contender("nalgebra, Woodbury", || omega(&x, &y, &data).unwrap(), |v: &V| v.as_slice().to_vec()),
        ],
    );
}
