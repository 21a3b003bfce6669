//! Ridge and logistic regression with a weight `e^{y_i}` per feature (Ye et al.) as the papers' own
//! scripts scale them, with quadratic, logistic and affine outer functions: losses are means over
//! the samples, the penalty is a mean over the features. All read one struct of data.

use hypergrad::bilevel;
use nalgebra::DVector;

use crate::copies::{least_squares, logistic, weighted_squares};
use crate::data::{cosines, log_weights, signs, training, validation};
use crate::oracle::{Inner, Number, Oracle};
use crate::verify::{against_oracle, verify};

#[bilevel]
pub mod ridge_quadratic {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub b_tr: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub b_val: DVector<f64>,
    }

    fn loss(a: &DMatrix<f64>, x: &DVector<f64>, b: &DVector<f64>) -> f64 {
        (a * x - b).norm_squared() / (2.0 * a.nrows() as f64)
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let weights = y.map(f64::exp);
        let penalty = (0..x.len()).map(|i| weights[i] * x[i].powi(2)).sum::<f64>();
        loss(&data.a_tr, x, &data.b_tr) + penalty / (2.0 * x.len() as f64)
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        loss(&data.a_val, x, &data.b_val)
    }
}

#[bilevel]
pub mod ridge_logistic {
    use super::ridge_quadratic::Data;
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let residual = &data.a_tr * x - &data.b_tr;
        0.5 * residual.map(|r| r * r).mean() + 0.5 * y.zip_map(x, |y, x| y.exp() * x * x).mean()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        let margins = (&data.a_val * x).component_mul(&data.b_val);
        margins.map(|m| (-m).exp().ln_1p()).mean()
    }
}

#[bilevel]
pub mod ridge_affine {
    use super::ridge_quadratic::Data;
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let (n, d) = data.a_tr.shape();
        let squares = (0..n).map(|i| (data.a_tr.row(i).transpose().dot(x) - data.b_tr[i]).powi(2)).sum::<f64>();
        let penalty = (0..d).map(|j| y[j].exp() * x[j].powi(2)).sum::<f64>();
        squares / (2 * n) as f64 + penalty / (2 * d) as f64
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a_val * x - &data.b_val).mean()
    }
}

#[bilevel]
pub mod logistic_quadratic {
    use super::ridge_quadratic::Data;
    use hypergrad::math::softplus;
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let margins = data.b_tr.component_mul(&(&data.a_tr * x));
        let penalty = x.component_mul(x).dot(&y.map(f64::exp));
        margins.map(|m| softplus(-m)).mean() + penalty / (2.0 * y.len() as f64)
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a_val * x - &data.b_val).norm_squared() / (2.0 * data.b_val.len() as f64)
    }
}

#[bilevel]
pub mod logistic_logistic {
    use super::ridge_quadratic::Data;
    use nalgebra::{DMatrix, DVector};

    fn loss(a: &DMatrix<f64>, x: &DVector<f64>, b: &DVector<f64>) -> f64 {
        let scores = a * x;
        scores.iter().zip(b.iter()).map(|(s, b)| (1.0 + (-b * s).exp()).ln()).sum::<f64>() / b.len() as f64
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        loss(&data.a_tr, x, &data.b_tr) + y.iter().zip(x).map(|(y, x)| y.exp() * x * x).sum::<f64>() / (2.0 * x.nrows() as f64)
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        loss(&data.a_val, x, &data.b_val)
    }
}

#[bilevel]
pub mod logistic_affine {
    use super::ridge_quadratic::Data;
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let scores = &data.a_tr * x;
        let loss = |i: usize| -> f64 { (1.0 + (-data.b_tr[i] * scores[i]).exp()).ln() };
        let penalty = (y.map(f64::exp).component_mul(x)).dot(x);
        (0..scores.len()).map(loss).sum::<f64>() / scores.len() as f64 + 0.5 * penalty / x.len() as f64
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a_val * x - &data.b_val).sum() / data.a_val.nrows() as f64
    }
}

fn data(labels: bool) -> ridge_quadratic::Data {
    let targets = |n, slope, shift| if labels { signs(n, slope, shift) } else { cosines(n, slope, shift) };
    ridge_quadratic::Data {
        a_tr: training(12, 4),
        b_tr: targets(12, 0.9, 0.2),
        a_val: validation(9, 4),
        b_val: targets(9, 1.7, 0.4),
    }
}

fn point() -> (DVector<f64>, DVector<f64>) {
    (cosines(4, 0.3, 0.1), log_weights(4))
}

/// A copy of a role: a loss of the data.
type Copy = fn(&ridge_quadratic::Data, &[Number]) -> Number;

const RIDGE: Copy = |data, x| least_squares(&data.a_tr, &data.b_tr, x) / 24.0;
const LOGISTIC: Copy = |data, x| logistic(&data.a_tr, &data.b_tr, x) / 12.0;
const QUADRATIC_OUTER: Copy = |data, x| least_squares(&data.a_val, &data.b_val, x) / 18.0;
const LOGISTIC_OUTER: Copy = |data, x| logistic(&data.a_val, &data.b_val, x) / 9.0;
const AFFINE_OUTER: Copy = |data, x| {
    let predictions = crate::oracle::times(&data.a_val, x);
    predictions.iter().zip(data.b_val.iter()).map(|(t, b)| *t - *b).sum::<Number>() / 9.0
};

/// Both checks of one module.
macro_rules! check {
    ($module:ident, $labels:expr, $inner:expr, $outer:expr) => {{
        let (data, (x, y)) = (data($labels), point());
        let problem = $module::Problem::new(&data).unwrap();
        verify(&problem, &x, &y);
        let inner = |x: &[Number], y: &[Number]| $inner(&data, x) + weighted_squares(x, y) / 8.0;
        let oracle = Oracle { inner: Inner::Objective(&inner), g: &|x, _| $outer(&data, x) };
        against_oracle(&problem, &x, &y, &oracle);
    }};
}

#[test]
fn ridge() {
    check!(ridge_quadratic, false, RIDGE, QUADRATIC_OUTER);
    check!(ridge_logistic, true, RIDGE, LOGISTIC_OUTER);
    check!(ridge_affine, false, RIDGE, AFFINE_OUTER);
    assert!(ridge_quadratic::Problem::STRUCTURE.f1_constant_in_x);
    assert!(ridge_affine::Problem::STRUCTURE.g_constant_slope);
}

#[test]
fn logistic_regression() {
    check!(logistic_quadratic, true, LOGISTIC, QUADRATIC_OUTER);
    check!(logistic_logistic, true, LOGISTIC, LOGISTIC_OUTER);
    check!(logistic_affine, true, LOGISTIC, AFFINE_OUTER);
    assert!(logistic_affine::Problem::STRUCTURE.g_constant_slope);
}
