//! Update rules: from a gradient and what is remembered to the next y.

use nalgebra::ComplexField;

use super::projection::Projection;
use crate::kernels::{axpy, dot};
use crate::problem::Dense;
use crate::report::Memory;
use crate::scalar::Real;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rule {
    Plain,
    Momentum {
        beta: f64,
    },
    Nesterov,
    Adam {
        beta_1: f64,
        beta_2: f64,
    },
    #[cfg(feature = "std")]
    Lbfgs,
}

/// Keeps Adam's quotient finite.
const ADAM_EPSILON: f64 = 1e-8;

impl Rule {
    /// Whether its steps go downhill, so that a line search finds one.
    pub fn descends(self) -> bool {
        match self {
            Self::Plain => true,
            #[cfg(feature = "std")]
            Self::Lbfgs => true,
            Self::Momentum { .. } | Self::Nesterov | Self::Adam { .. } => false,
        }
    }

    /// Moves y with a fixed step, and projects.
    pub fn advance<D: Dense>(self, step: f64, gradient: &D, y: &mut D, memory: &mut Memory<D>, set: &impl Projection) {
        let (g, flat) = (gradient.flat(), y.flat_mut());
        let step = D::Scalar::lit(step);
        match self {
            Self::Plain => axpy(-step, g, flat),
            Self::Momentum { beta } => {
                average(memory.average.flat_mut(), g, D::Scalar::lit(beta), D::Scalar::ONE, |g| g);
                axpy(-step, memory.average.flat(), flat);
            }
            Self::Nesterov => return accelerate(step, g, flat, memory, set),
            Self::Adam { beta_1, beta_2 } => adam(step, g, flat, memory, [beta_1, beta_2]),
            // Always with a line search.
            #[cfg(feature = "std")]
            Self::Lbfgs => axpy(-step, g, flat),
        }
        memory.count += 1;
        set.project(y.flat_mut());
    }

    /// The direction against which a line search goes, into `out`.
    pub fn direction<D: Dense>(self, gradient: &D, memory: &Memory<D>, out: &mut D) {
        out.flat_mut().copy_from_slice(gradient.flat());
        match self {
            #[cfg(feature = "std")]
            Self::Lbfgs => memory.multiply(out.flat_mut()),
            Self::Plain | Self::Momentum { .. } | Self::Nesterov | Self::Adam { .. } => {
                let _ = memory;
            }
        }
    }
}

/// `z = proj(y - step ∇h)`, `y <- proj(z + k/(k + 3) (z - z_before))`.
fn accelerate<D: Dense>(step: D::Scalar, g: &[D::Scalar], y: &mut [D::Scalar], memory: &mut Memory<D>, set: &impl Projection) {
    axpy(-step, g, y);
    set.project(y);
    let before = memory.average.flat_mut();
    // z - z_before into the place of z_before.
    for (before, &z) in before.iter_mut().zip(&*y) {
        *before = z - *before;
    }
    // Uphill: what was gathered points the wrong way.
    if memory.count > 0 && dot(g, before) > D::Scalar::ZERO {
        memory.count = 0;
    }
    let k = memory.count as f64;
    let factor = D::Scalar::lit(k / (k + 3.0));
    for (before, y) in before.iter_mut().zip(&mut *y) {
        let (z, moved) = (*y, *before);
        *y = z + factor * moved;
        *before = z;
    }
    memory.count += 1;
    set.project(y);
}

fn adam<D: Dense>(step: D::Scalar, g: &[D::Scalar], y: &mut [D::Scalar], memory: &mut Memory<D>, [beta_1, beta_2]: [f64; 2]) {
    let lit = D::Scalar::lit;
    average(memory.average.flat_mut(), g, lit(beta_1), lit(1.0 - beta_1), |g| g);
    average(memory.squares.flat_mut(), g, lit(beta_2), lit(1.0 - beta_2), |g| g * g);
    let first = lit(1.0 / remaining(beta_1, memory.count));
    let second = lit(1.0 / remaining(beta_2, memory.count));
    for ((y, &p), &q) in y.iter_mut().zip(memory.average.flat()).zip(memory.squares.flat()) {
        let size = (q * second).sqrt() + lit(ADAM_EPSILON);
        *y -= step * (p * first) / size;
    }
}

/// `1 - beta^(k+1)`.
fn remaining(beta: f64, k: usize) -> f64 {
    1.0 - ComplexField::powi(beta, i32::try_from(k).map_or(i32::MAX, |k| k.saturating_add(1)))
}

/// `p <- decay p + weight f(g)`.
fn average<T: Real>(p: &mut [T], gradient: &[T], decay: T, weight: T, f: impl Fn(T) -> T) {
    for (p, &g) in p.iter_mut().zip(gradient) {
        *p = decay * *p + weight * f(g);
    }
}
