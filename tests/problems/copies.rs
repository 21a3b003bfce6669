//! Terms that the copies of several modules share, over dual numbers with plain loops. Matrices
//! among the variables are flat, column after column.

use nalgebra::{DMatrix, DVector};

use crate::oracle::{Number, softplus, times};

/// `Σ_i e^{y_i} x_i²`.
pub fn weighted_squares(x: &[Number], y: &[Number]) -> Number {
    x.iter().zip(y).map(|(x, y)| exp(*y) * *x * *x).sum()
}

/// `e^t`.
pub fn exp(t: Number) -> Number {
    num_dual::DualNum::exp(&t)
}

/// `Σ_i (a_i · x - b_i)²`.
pub fn least_squares(a: &DMatrix<f64>, b: &DVector<f64>, x: &[Number]) -> Number {
    crate::oracle::squared_distance(&times(a, x), b.as_slice())
}

/// `Σ_i ln(1 + exp(-b_i a_i · x))`.
pub fn logistic(a: &DMatrix<f64>, b: &DVector<f64>, x: &[Number]) -> Number {
    times(a, x).into_iter().zip(b.iter()).map(|(m, b)| softplus(m * -b)).sum()
}

/// `ln Σ_k e^{t_k}`.
pub fn log_sum_exp(t: &[Number]) -> Number {
    num_dual::DualNum::ln(&t.iter().map(|t| exp(*t)).sum::<Number>())
}

/// `Σ_i (lse(a_i X) - a_i X l_i)`, X of as many columns as the labels.
pub fn cross_entropy(a: &DMatrix<f64>, labels: &DMatrix<f64>, x: &[Number]) -> Number {
    let columns: Vec<Vec<Number>> = x.chunks(a.ncols()).map(|column| times(a, column)).collect();
    (0..a.nrows())
        .map(|i| {
            let logits: Vec<Number> = columns.iter().map(|column| column[i]).collect();
            let chosen: Number = logits.iter().enumerate().map(|(k, t)| *t * labels[(i, k)]).sum();
            log_sum_exp(&logits) - chosen
        })
        .sum()
}

/// `Σ_j e^{y_j} |row j of X|²`, X with as many rows as y.
pub fn weighted_rows(x: &[Number], y: &[Number]) -> Number {
    x.chunks(y.len()).map(|column| weighted_squares(column, y)).sum()
}
