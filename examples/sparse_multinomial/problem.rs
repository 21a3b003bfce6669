//! The part that a user writes: multinomial logistic regression on sparse features with a weight
//! `e^{y_j}` per feature (Grazzi et al. 3.2).

/// ```text
/// f = mean_i (lse(a_i X) - (a_i X)_{l_i}) + Σ_j e^{y_j} |X_j|² / (2 p c)
/// g = the same loss on other texts, without the penalty
/// ```
#[hypergrad::bilevel]
pub mod multinomial {
    use hypergrad::math::log_sum_exp;
    use nalgebra::{DMatrix, DVector};
    use nalgebra_sparse::CsrMatrix;

    /// One row per text; labels one-hot.
    pub struct Data {
        /// The texts that X is fitted to.
        pub a_tr: CsrMatrix<f64>,
        /// Their classes.
        pub labels_tr: DMatrix<f64>,
        /// The texts that choose y.
        pub a_val: CsrMatrix<f64>,
        /// Their classes.
        pub labels_val: DMatrix<f64>,
    }

    fn cross_entropy(logits: &DMatrix<f64>, labels: &DMatrix<f64>) -> f64 {
        let loss = |i: usize| log_sum_exp(&logits.row(i)) - logits.row(i).dot(&labels.row(i));
        (0..logits.nrows()).map(loss).sum::<f64>() / logits.nrows() as f64
    }

    /// x is features x classes.
    pub fn f(x: &DMatrix<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let penalty = (0..x.nrows()).map(|j| y[j].exp() * x.row(j).norm_squared()).sum::<f64>();
        cross_entropy(&(&data.a_tr * x), &data.labels_tr) + 0.5 * penalty / x.len() as f64
    }

    /// The loss on the texts that X is not fitted to.
    pub fn g(x: &DMatrix<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        cross_entropy(&(&data.a_val * x), &data.labels_val)
    }
}
