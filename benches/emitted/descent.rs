//! A hundred steps of gradient descent from 0, then Omega: ridge 392 x 7, and logistic regression 50 x 100.

use hypergrad::solver::GradientDescent;
use nalgebra::{DMatrix, DVector, SMatrix, SVector};

use crate::data::Numbers;
use crate::harness::{compare, contender};
use crate::{large, ridge};

const STEPS: usize = 100;

/// By hand, with what depends on data and y alone computed once per call.
mod expert {
    use nalgebra::{DMatrix, DVector, SMatrix, SVector};

    type V = SVector<f64, 7>;
    type M = SMatrix<f64, 7, 7>;

    /// `x <- (I - s H) x + s c`: one small product a step.
    pub fn ridge(gram: &M, c: &V, weights: &V, step: f64, steps: usize) -> V {
        let mut map = -step * gram;
        for i in 0..7 {
            map[(i, i)] += 1.0 - step * weights[i];
        }
        let constant = step * c;
        let mut x = V::zeros();
        for _ in 0..steps {
            x = map * x + constant;
        }
        x
    }

    /// Two passes over the data a step, nothing allocated.
    pub fn logistic(a: &DMatrix<f64>, weights: &DVector<f64>, step: f64, steps: usize) -> DVector<f64> {
        let mut x = DVector::zeros(a.ncols());
        let (mut z, mut gradient) = (DVector::zeros(a.nrows()), DVector::zeros(a.ncols()));
        for _ in 0..steps {
            z.gemv(1.0, a, &x, 0.0);
            z.apply(|z| *z = -1.0 / (1.0 + z.exp()));
            gradient.gemv_tr(1.0, a, &z, 0.0);
            for ((x, g), w) in x.iter_mut().zip(&gradient).zip(weights) {
                *x -= step * (g + w * *x);
            }
        }
        x
    }
}

pub fn run() {
    let numbers = Numbers::new(7);
    small(&numbers);
    wide(&numbers);
}

fn small(numbers: &Numbers) {
    let data = ridge::problem::Data {
        a_tr: SMatrix::from_fn(|_, _| numbers.next()),
        b_tr: SVector::from_fn(|_, _| numbers.next()),
        a_val: SMatrix::from_fn(|_, _| numbers.next()),
        b_val: SVector::from_fn(|_, _| numbers.next()),
    };
    let problem = ridge::problem::Problem::new(&data).unwrap();
    let y = SVector::<f64, 7>::from_fn(|_, _| numbers.next());
    let (step, start) = (1e-3, SVector::zeros());
    let descent = GradientDescent::new(step).steps(STEPS);
    let (gram, c) = (data.a_tr.transpose() * data.a_tr * 2.0, data.a_tr.transpose() * data.b_tr * 2.0);
    compare(
        "ridge 392 x 7, constant sizes: 100 steps of gradient descent",
        vec![
            contender("emitted", || problem.solve(&start, &y, &descent).unwrap().x, |x| x.as_slice().to_vec()),
            contender(
                "one product a step",
                || expert::ridge(&gram, &c, &y.map(f64::exp), step, STEPS),
                |x| x.as_slice().to_vec(),
            ),
        ],
    );
}

fn wide(numbers: &Numbers) {
    let (rows, columns) = (50, 100);
    let matrix = || DMatrix::from_fn(rows, columns, |_, _| numbers.next());
    let data = large::problem::Data { a_tr: matrix(), a_val: matrix() };
    let problem = large::problem::Problem::new(&data).unwrap();
    let (y, start) = (DVector::from_fn(columns, |_, _| numbers.next()), DVector::zeros(columns));
    let step = 1e-2;
    let descent = GradientDescent::new(step).steps(STEPS);
    compare(
        "logistic 50 x 100, dynamic sizes: 100 steps of gradient descent",
        vec![
            contender("emitted", || problem.solve(&start, &y, &descent).unwrap().x, |x| x.as_slice().to_vec()),
            contender(
                "nalgebra, nothing allocated",
                || expert::logistic(&data.a_tr, &y.map(f64::exp), step, STEPS),
                |x| x.as_slice().to_vec(),
            ),
        ],
    );
}
