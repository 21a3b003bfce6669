//! Ridge regression, 392 x 7 for training and for validation, one weight per feature; constant sizes.

use hypergrad::bilevel;
use hypergrad::estimator::Preconditioned;
use nalgebra::{SMatrix, SVector};

use crate::data::Numbers;
use crate::harness::{compare, contender};

#[bilevel]
pub mod problem {
    use nalgebra::{SMatrix, SVector};

    pub struct Data {
        pub a_tr: SMatrix<f64, 392, 7>,
        pub b_tr: SVector<f64, 392>,
        pub a_val: SMatrix<f64, 392, 7>,
        pub b_val: SVector<f64, 392>,
    }

    pub fn f(x: &SVector<f64, 7>, y: &SVector<f64, 7>, data: &Data) -> f64 {
        let r = data.a_tr * x - data.b_tr;
        r.norm_squared() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &SVector<f64, 7>, _y: &SVector<f64, 7>, data: &Data) -> f64 {
        (data.a_val * x - data.b_val).norm_squared()
    }
}

use problem::{Data, Problem};

type V = SVector<f64, 7>;
type M = SMatrix<f64, 7, 7>;

/// What a derivation on paper gives: everything from the data at each call.
mod plain {
    use super::{Data, M, V};

    pub fn jacobian(y: &V, data: &Data) -> M {
        data.a_tr.transpose() * data.a_tr * 2.0 + M::from_diagonal(&y.map(f64::exp))
    }

    pub fn residual(x: &V, y: &V, data: &Data) -> V {
        data.a_tr.transpose() * (data.a_tr * x - data.b_tr) * 2.0 + y.map(f64::exp).component_mul(x)
    }

    fn outer_gradient(x: &V, data: &Data) -> V {
        data.a_val.transpose() * (data.a_val * x - data.b_val) * 2.0
    }

    pub fn omega(x: &V, y: &V, data: &Data) -> Option<V> {
        let v = jacobian(y, data).cholesky()?.solve(&outer_gradient(x, data));
        Some(-y.map(f64::exp).component_mul(x).component_mul(&v))
    }

    /// g, and Omega after a Newton step; the Jacobian is the same at both points.
    pub fn newton(x: &V, y: &V, data: &Data) -> Option<(f64, V)> {
        let g = (data.a_val * x - data.b_val).norm_squared();
        let factor = jacobian(y, data).cholesky()?;
        let x = x - factor.solve(&residual(x, y, data));
        let v = factor.solve(&outer_gradient(&x, data));
        Some((g, -y.map(f64::exp).component_mul(&x).component_mul(&v)))
    }

    pub fn omega_1(x: &V, y: &V, data: &Data) -> Option<M> {
        let factor = jacobian(y, data).cholesky()?;
        let v = factor.solve(&outer_gradient(x, data));
        let m_11 = data.a_val.transpose() * data.a_val * 2.0;
        let weights = y.map(f64::exp);
        let f_2 = M::from_diagonal(&weights.component_mul(x));
        Some(-M::from_diagonal(&weights.component_mul(&v)) - f_2 * factor.solve(&m_11))
    }
}

/// By hand with what depends on data alone computed once, as emitted code does unasked.
mod expert {
    use super::{Data, M, V};

    pub struct Normal {
        a: M,
        b: V,
        a_val: M,
        b_val: V,
    }

    impl Normal {
        pub fn new(data: &Data) -> Self {
            let (a, a_val) = (data.a_tr.transpose(), data.a_val.transpose());
            Self {
                a: a * data.a_tr * 2.0,
                b: a * data.b_tr * 2.0,
                a_val: a_val * data.a_val * 2.0,
                b_val: a_val * data.b_val * 2.0,
            }
        }

        fn factor(&self, weights: &V) -> Option<nalgebra::Cholesky<f64, nalgebra::Const<7>>> {
            let mut h = self.a;
            for i in 0..7 {
                h[(i, i)] += weights[i];
            }
            h.cholesky()
        }

        pub fn omega(&self, x: &V, y: &V) -> Option<V> {
            let weights = y.map(f64::exp);
            let v = self.factor(&weights)?.solve(&(self.a_val * x - self.b_val));
            Some(-weights.component_mul(x).component_mul(&v))
        }

        pub fn newton(&self, x: &V, y: &V, data: &Data) -> Option<(f64, V)> {
            let g = (data.a_val * x - data.b_val).norm_squared();
            let weights = y.map(f64::exp);
            let factor = self.factor(&weights)?;
            let x = x - factor.solve(&(self.a * x - self.b + weights.component_mul(x)));
            let v = factor.solve(&(self.a_val * x - self.b_val));
            Some((g, -weights.component_mul(&x).component_mul(&v)))
        }

        pub fn omega_1(&self, x: &V, y: &V) -> Option<M> {
            let weights = y.map(f64::exp);
            let factor = self.factor(&weights)?;
            let v = factor.solve(&(self.a_val * x - self.b_val));
            let mut out = -factor.solve(&self.a_val);
            for (i, mut row) in out.row_iter_mut().enumerate() {
                row *= weights[i] * x[i];
                row[i] -= weights[i] * v[i];
            }
            Some(out)
        }
    }
}

pub fn run() {
    let numbers = Numbers::new(1);
    let data = Data {
        a_tr: SMatrix::from_fn(|_, _| numbers.next()),
        b_tr: SVector::from_fn(|_, _| numbers.next()),
        a_val: SMatrix::from_fn(|_, _| numbers.next()),
        b_val: SVector::from_fn(|_, _| numbers.next()),
    };
    let (x, y) = (V::from_fn(|_, _| numbers.next()), V::from_fn(|_, _| numbers.next()));
    let problem = Problem::new(&data).unwrap();
    let normal = expert::Normal::new(&data);
    let vector = |v: &V| v.as_slice().to_vec();
    let pair = |g: f64, v: &V| [&[g], v.as_slice()].concat();
    let matrix = |m: &M| m.as_slice().to_vec();

    compare(
        "ridge 392 x 7, constant sizes: Omega",
        vec![
            contender("emitted", || problem.at(&x, &y).unwrap().Omega().unwrap(), vector),
            contender("nalgebra", || plain::omega(&x, &y, &data).unwrap(), vector),
            contender("nalgebra, data contracted once", || normal.omega(&x, &y).unwrap(), vector),
        ],
    );
    let newton = Preconditioned::newton().error_estimate(false);
    compare(
        "ridge 392 x 7, constant sizes: Omega^P newton and g (emitted: with a report)",
        vec![
            contender("emitted", || problem.hypergradient(&x, &y, &newton).unwrap(), |h| pair(h.objective, &h.gradient)),
            contender("nalgebra", || plain::newton(&x, &y, &data).unwrap(), |(g, v)| pair(*g, v)),
            contender("nalgebra, data contracted once", || normal.newton(&x, &y, &data).unwrap(), |(g, v)| pair(*g, v)),
        ],
    );
    compare(
        "ridge 392 x 7, constant sizes: Omega_1",
        vec![
            contender("emitted", || problem.at(&x, &y).unwrap().Omega_1().unwrap(), matrix),
            contender("nalgebra", || plain::omega_1(&x, &y, &data).unwrap(), matrix),
            contender("nalgebra, data contracted once", || normal.omega_1(&x, &y).unwrap(), matrix),
        ],
    );
}
