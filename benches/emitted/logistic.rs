//! Logistic regression, 145 x 5 for training and 200 x 5 for validation; constant sizes.

use hypergrad::bilevel;
use hypergrad::estimator::Preconditioned;
use nalgebra::{SMatrix, SVector};

use crate::data::Numbers;
use crate::harness::{compare, contender};

#[bilevel]
pub mod problem {
    use nalgebra::{SMatrix, SVector};

    /// Rows are multiplied by their labels.
    pub struct Data {
        pub a_tr: SMatrix<f64, 145, 5>,
        pub a_val: SMatrix<f64, 200, 5>,
    }

    pub fn f(x: &SVector<f64, 5>, y: &SVector<f64, 5>, data: &Data) -> f64 {
        let losses = (data.a_tr * x).map(|t| (-t).exp().ln_1p());
        losses.sum() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &SVector<f64, 5>, _y: &SVector<f64, 5>, data: &Data) -> f64 {
        (data.a_val * x).map(|t| (-t).exp().ln_1p()).sum()
    }
}

use problem::{Data, Problem};

type V = SVector<f64, 5>;
type M = SMatrix<f64, 5, 5>;

/// What a derivation on paper gives, each quantity once per call.
mod plain {
    use nalgebra::{Cholesky, Const, SMatrix, SVector};

    use super::{Data, M, V};

    /// `σ(-t)`, the slope of the loss with its sign turned.
    fn slope(t: f64) -> f64 {
        1.0 / (1.0 + t.exp())
    }

    /// `Aᵀ diag(d) A`, by a transpose and a product of matrices.
    fn gram<const R: usize>(a: &SMatrix<f64, R, 5>, d: &SVector<f64, R>) -> M {
        let mut scaled = *a;
        for mut column in scaled.column_iter_mut() {
            column.component_mul_assign(d);
        }
        a.transpose() * scaled
    }

    fn gradient<const R: usize>(a: &SMatrix<f64, R, 5>, slopes: &SVector<f64, R>) -> V {
        -(a.transpose() * slopes)
    }

    struct Point {
        weights: V,
        slopes: SVector<f64, 145>,
        factor: Cholesky<f64, Const<5>>,
    }

    fn point(x: &V, y: &V, data: &Data) -> Option<Point> {
        let slopes = (data.a_tr * x).map(slope);
        let weights = y.map(f64::exp);
        let h = gram(&data.a_tr, &slopes.map(|s| s * (1.0 - s))) + M::from_diagonal(&weights);
        Some(Point { weights, slopes, factor: h.cholesky()? })
    }

    pub fn omega(x: &V, y: &V, data: &Data) -> Option<V> {
        let point = point(x, y, data)?;
        let v = point.factor.solve(&gradient(&data.a_val, &(data.a_val * x).map(slope)));
        Some(-point.weights.component_mul(x).component_mul(&v))
    }

    pub fn newton(x: &V, y: &V, data: &Data) -> Option<(f64, V)> {
        let g = (data.a_val * x).map(|t| (-t).exp().ln_1p()).sum();
        let point = point(x, y, data)?;
        let residual = gradient(&data.a_tr, &point.slopes) + point.weights.component_mul(x);
        Some((g, omega(&(x - point.factor.solve(&residual)), y, data)?))
    }

    pub fn omega_1(x: &V, y: &V, data: &Data) -> Option<M> {
        let Point { weights, slopes, factor } = point(x, y, data)?;
        let outer = (data.a_val * x).map(slope);
        let v = factor.solve(&gradient(&data.a_val, &outer));
        let third = slopes.map(|s| s * (1.0 - s) * (1.0 - 2.0 * s)).component_mul(&(data.a_tr * v));
        let m_11 = gram(&data.a_val, &outer.map(|s| s * (1.0 - s))) + gram(&data.a_tr, &third);
        let f_2 = M::from_diagonal(&weights.component_mul(x));
        Some(-M::from_diagonal(&weights.component_mul(&v)) - f_2 * factor.solve(&m_11))
    }
}

pub fn run() {
    let numbers = Numbers::new(2);
    let data = Data { a_tr: SMatrix::from_fn(|_, _| numbers.next()), a_val: SMatrix::from_fn(|_, _| numbers.next()) };
    let (x, y) = (V::from_fn(|_, _| numbers.next()), V::from_fn(|_, _| numbers.next()));
    let problem = Problem::new(&data).unwrap();
    let vector = |v: &V| v.as_slice().to_vec();
    let pair = |g: f64, v: &V| [&[g], v.as_slice()].concat();
    let matrix = |m: &M| m.as_slice().to_vec();

    compare(
        "logistic 145 x 5, constant sizes: Omega",
        vec![
            contender("emitted", || problem.at(&x, &y).unwrap().Omega().unwrap(), vector),
            contender("nalgebra", || plain::omega(&x, &y, &data).unwrap(), vector),
        ],
    );
    let newton = Preconditioned::newton().error_estimate(false);
    compare(
        "logistic 145 x 5, constant sizes: Omega^P newton and g (emitted: with a report)",
        vec![
            contender("emitted", || problem.hypergradient(&x, &y, &newton).unwrap(), |h| pair(h.objective, &h.gradient)),
            contender("nalgebra", || plain::newton(&x, &y, &data).unwrap(), |(g, v)| pair(*g, v)),
        ],
    );
    compare(
        "logistic 145 x 5, constant sizes: Omega_1",
        vec![
            contender("emitted", || problem.at(&x, &y).unwrap().Omega_1().unwrap(), matrix),
            contender("nalgebra", || plain::omega_1(&x, &y, &data).unwrap(), matrix),
        ],
    );
}
