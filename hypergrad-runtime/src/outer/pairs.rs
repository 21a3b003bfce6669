//! The pairs of L-BFGS.

use crate::kernels::{axpy, dot, norm, scale};
use crate::problem::Dense;
use crate::report::{Memory, Pair};
use crate::scalar::Real;

/// Pairs that are kept.
const PAIRS: usize = 10;

impl<Y: Dense> Memory<Y> {
    /// Keeps a pair where it has positive curvature, so that the inverse stays positive definite.
    pub(super) fn keep(&mut self, step: Y, change: Y) {
        let curvature = dot(step.flat(), change.flat()).wide();
        if curvature <= 1e-10 * norm(step.flat()) * norm(change.flat()) {
            return;
        }
        if self.pairs.len() == PAIRS {
            self.pairs.remove(0);
        }
        self.pairs.push(Pair { step, change });
    }

    /// `H g` in place, H the inverse that the pairs make of `γ I`.
    ///
    /// Nocedal, Updating quasi-Newton matrices with limited storage, Math. Comp. 35 (1980).
    pub(super) fn multiply(&self, g: &mut [Y::Scalar]) {
        let mut alphas = [Y::Scalar::ZERO; PAIRS];
        for (pair, alpha) in self.pairs.iter().zip(&mut alphas).rev() {
            let (s, t) = (pair.step.flat(), pair.change.flat());
            *alpha = dot(s, g) / dot(s, t);
            axpy(-*alpha, t, g);
        }
        if let Some(pair) = self.pairs.last() {
            let (s, t) = (pair.step.flat(), pair.change.flat());
            scale(dot(s, t) / dot(t, t), g);
        }
        for (pair, &alpha) in self.pairs.iter().zip(&alphas) {
            let (s, t) = (pair.step.flat(), pair.change.flat());
            let beta = dot(t, g) / dot(s, t);
            axpy(alpha - beta, s, g);
        }
    }
}
