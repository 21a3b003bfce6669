//! A trait that has no word of the language as a method, and others in scope by a glob.
#![expect(dead_code, reason = "traits that are in scope and that nothing calls")]

use nalgebra::{Dim, Matrix};

pub trait Bystander {
    /// No word.
    fn twice(&self) -> Self;
}

impl Bystander for f64 {
    fn twice(&self) -> Self {
        2.0 * self
    }
}

/// Its own `norm` is for its own type.
pub trait Sized2 {
    fn norm(self) -> f64;
    fn exp(&self) -> f64;
}

pub struct Own;

impl Sized2 for Own {
    fn norm(self) -> f64 {
        0.0
    }

    fn exp(&self) -> f64 {
        0.0
    }
}

impl<R: Dim, C: Dim, S: Clone> Bystander for Matrix<f64, R, C, S> {
    fn twice(&self) -> Self {
        self.clone()
    }
}
