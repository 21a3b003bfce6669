//! Logistic regression, 5000 x 200 for training and 1000 x 200 for validation; sizes known at run time.

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

mod plain {
    use nalgebra::DMatrix;

    use super::{Data, V};

    /// `σ(-t)`, the slope of the loss with its sign turned.
    pub fn slope(t: f64) -> f64 {
        1.0 / (1.0 + t.exp())
    }

    pub fn residual(x: &V, y: &V, data: &Data) -> V {
        y.map(f64::exp).component_mul(x) - data.a_tr.tr_mul(&(&data.a_tr * x).map(slope))
    }

    /// The Hessian's weights at a point, kept for many products.
    pub fn curvature(x: &V, data: &Data) -> V {
        (&data.a_tr * x).map(|t| slope(t) * (1.0 - slope(t)))
    }

    pub fn product(curvature: &V, weights: &V, u: &V, data: &Data) -> V {
        weights.component_mul(u) + data.a_tr.tr_mul(&(&data.a_tr * u).component_mul(curvature))
    }

    pub fn omega(x: &V, y: &V, data: &Data) -> Option<V> {
        let curvature = curvature(x, data);
        let mut scaled = data.a_tr.clone();
        for mut column in scaled.column_iter_mut() {
            column.component_mul_assign(&curvature);
        }
        let weights = y.map(f64::exp);
        // An explicit transpose: nalgebra's `tr_mul` does not use its blocked product.
        let h = data.a_tr.transpose() * scaled + DMatrix::from_diagonal(&weights);
        let v = h.cholesky()?.solve(&-data.a_val.tr_mul(&(&data.a_val * x).map(slope)));
        Some(-weights.component_mul(x).component_mul(&v))
    }
}

pub fn run() {
    let numbers = Numbers::new(3);
    let data = Data {
        a_tr: DMatrix::from_fn(5000, 200, |_, _| numbers.next()),
        a_val: DMatrix::from_fn(1000, 200, |_, _| numbers.next()),
    };
    let vector = |length| V::from_fn(length, |_, _| 0.3 * numbers.next());
    let (x, y, u) = (vector(200), vector(200), vector(200));
    let problem = Problem::new(&data).unwrap();
    let flat = |v: &V| v.as_slice().to_vec();

    compare(
        "logistic 5000 x 200, dynamic sizes: F",
        vec![
            contender("emitted", || problem.at(&x, &y).unwrap().F(), flat),
            contender("nalgebra", || plain::residual(&x, &y, &data), flat),
        ],
    );
    let at = problem.at(&x, &y).unwrap();
    let (curvature, weights) = (plain::curvature(&x, &data), y.map(f64::exp));
    compare(
        "logistic 5000 x 200, dynamic sizes: F_1 u, at a point kept for many u",
        vec![
            contender("emitted", || at.F_1_mul(&u), flat),
            contender("nalgebra, weights kept", || plain::product(&curvature, &weights, &u, &data), flat),
        ],
    );
    compare(
        "logistic 5000 x 200, dynamic sizes: Omega, direct",
        vec![
            contender("emitted", || problem.at(&x, &y).unwrap().Omega().unwrap(), flat),
            contender("nalgebra", || plain::omega(&x, &y, &data).unwrap(), flat),
        ],
    );
}
