//! The adjoint `F_1 v = g_1` by conjugate gradients on products alone: `F_1` is symmetric and
//! positive definite, and no matrix is formed.

use nalgebra::DMatrix;

/// An approximate solution.
pub struct Adjoint {
    /// v.
    pub v: DMatrix<f64>,
    /// Products that were taken.
    pub products: usize,
    /// `|F_1 v - g_1| / |g_1|`.
    pub residual: f64,
}

/// From `v = 0` until the relative residual is below the tolerance.
pub fn solve(product: impl Fn(&DMatrix<f64>) -> DMatrix<f64>, g_1: &DMatrix<f64>, tolerance: f64, limit: usize) -> Adjoint {
    let size = g_1.norm();
    let mut v = DMatrix::zeros(g_1.nrows(), g_1.ncols());
    let (mut residual, mut direction) = (g_1.clone(), g_1.clone());
    let mut square = residual.norm_squared();
    let mut products = 0;
    while products < limit && square.sqrt() > tolerance * size {
        let image = product(&direction);
        products += 1;
        let step = square / direction.dot(&image);
        v.zip_apply(&direction, |v, d| *v += step * d);
        residual.zip_apply(&image, |r, i| *r -= step * i);
        let before = std::mem::replace(&mut square, residual.norm_squared());
        let ratio = square / before;
        direction.zip_apply(&residual, |d, r| *d = r + ratio * *d);
    }
    Adjoint { v, products, residual: square.sqrt() / size }
}
