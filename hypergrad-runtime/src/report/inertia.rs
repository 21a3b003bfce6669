//! The signs of eigenvalues.

use core::fmt;

use crate::scalar::Real;

/// How many eigenvalues of a symmetric matrix are positive and negative.
///
/// # Example
/// ```
/// use hypergrad::report::Inertia;
///
/// #[hypergrad::bilevel]
/// mod saddle {
///     use nalgebra::Vector2;
///     pub fn f(x: &Vector2<f64>, y: f64) -> f64 { x[0] * x[0] - x[1] * x[1] + x[1].powi(4) + y * x[0] }
///     pub fn g(x: &Vector2<f64>, _y: f64) -> f64 { x.norm_squared() }
/// }
/// # use nalgebra::Vector2;
/// let problem = saddle::Problem::new()?;
/// let at = problem.at(&Vector2::zeros(), &0.0)?;
/// assert_eq!(at.factor()?.inertia(), Some(Inertia::new(1, 1)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Inertia {
    /// Positive eigenvalues.
    pub positive: usize,
    /// Negative eigenvalues.
    pub negative: usize,
}

impl Inertia {
    /// Of a matrix with so many eigenvalues of either sign.
    pub const fn new(positive: usize, negative: usize) -> Self {
        Self { positive, negative }
    }

    /// Whether the matrix is positive definite.
    pub const fn is_definite(self) -> bool {
        self.negative == 0
    }

    /// One eigenvalue more of the sign of d.
    pub(crate) fn with<T: Real>(self, d: T) -> Self {
        if d < T::ZERO { Self { negative: self.negative + 1, ..self } } else { Self { positive: self.positive + 1, ..self } }
    }

    /// The inertia of a block-diagonal matrix.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { positive: self.positive + other.positive, negative: self.negative + other.negative }
    }
}

impl fmt::Display for Inertia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} positive and {} negative eigenvalues", self.positive, self.negative)
    }
}
