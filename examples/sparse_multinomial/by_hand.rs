//! The same quantities written by hand with `nalgebra_sparse`'s own products.

use nalgebra::{DMatrix, DVector};
use nalgebra_sparse::CsrMatrix;
use nalgebra_sparse::ops::Op;
use nalgebra_sparse::ops::serial::spmm_csr_dense;

use crate::problem::multinomial::Data;

/// `A_trᵀ (P - L) / N + e^y ∘ X / (p c)`
pub fn residual(data: &Data, x: &DMatrix<f64>, weights: &DVector<f64>) -> DMatrix<f64> {
    let residual = (softmax(&data.a_tr * x) - &data.labels_tr) / data.a_tr.nrows() as f64;
    penalised(back(&data.a_tr, &residual), x, weights)
}

/// `A_valᵀ (P_val - L_val) / N_val`
pub fn g_1(data: &Data, x: &DMatrix<f64>) -> DMatrix<f64> {
    back(&data.a_val, &((softmax(&data.a_val * x) - &data.labels_val) / data.a_val.nrows() as f64))
}

/// `e^y / (p c)`
pub fn weights(x: &DMatrix<f64>, y: &DVector<f64>) -> DVector<f64> {
    y.map(|t| t.exp() / x.len() as f64)
}

/// What the products at one point share.
pub struct ByHand<'d> {
    data: &'d Data,
    x: &'d DMatrix<f64>,
    weights: DVector<f64>,
    probabilities: DMatrix<f64>,
}

impl<'d> ByHand<'d> {
    /// The point `(x, y)`.
    pub fn at(data: &'d Data, x: &'d DMatrix<f64>, y: &DVector<f64>) -> Self {
        Self { data, x, weights: weights(x, y), probabilities: softmax(&data.a_tr * x) }
    }

    /// `A_trᵀ (P ∘ (W - ⟨P, W⟩)) / N + e^y ∘ U / (p c)` with `W = A_tr U`
    pub fn f_1_mul(&self, u: &DMatrix<f64>) -> DMatrix<f64> {
        let mut w = &self.data.a_tr * u;
        let rows = w.nrows() as f64;
        for (mut w, p) in w.row_iter_mut().zip(self.probabilities.row_iter()) {
            let mean = w.dot(&p);
            w.zip_apply(&p, |w, p| *w = p * (*w - mean) / rows);
        }
        penalised(back(&self.data.a_tr, &w), u, &self.weights)
    }

    /// `e^{y_j} ⟨X_j, S_j⟩ / (p c)`
    pub fn f_2_tr_mul(&self, s: &DMatrix<f64>) -> DVector<f64> {
        self.x.component_mul(s).column_sum().component_mul(&self.weights)
    }
}

/// `out + w ∘ u`, one weight per row.
fn penalised(mut out: DMatrix<f64>, u: &DMatrix<f64>, weights: &DVector<f64>) -> DMatrix<f64> {
    for (mut out, u) in out.column_iter_mut().zip(u.column_iter()) {
        out.zip_zip_apply(&u, weights, |out, u, w| *out += w * u);
    }
    out
}

fn softmax(mut logits: DMatrix<f64>) -> DMatrix<f64> {
    for mut row in logits.row_iter_mut() {
        let top = row.max();
        row.apply(|t| *t = (*t - top).exp());
        let sum = row.sum();
        row /= sum;
    }
    logits
}

/// `Aᵀ R`
fn back(a: &CsrMatrix<f64>, r: &DMatrix<f64>) -> DMatrix<f64> {
    let mut out = DMatrix::zeros(a.ncols(), r.ncols());
    spmm_csr_dense(0.0, &mut out, 1.0, Op::Transpose(a), Op::NoOp(r));
    out
}
