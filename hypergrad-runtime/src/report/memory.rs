//! What an update rule of the outer loop remembers from step to step.

/// Averages, pairs of differences and counters; Y is shaped like y.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Memory<Y> {
    /// Momentum: the sum of gradients. Adam: their average. Nesterov: the y before extrapolation.
    pub average: Y,
    /// Adam: the average of squares.
    pub squares: Y,
    /// Steps of the rule since it began, or began anew (Nesterov).
    pub count: usize,
    /// The step size that a line search tries next.
    pub step_size: f64,
    /// The inner tolerance, where the loop chooses it.
    pub tolerance: f64,
    /// L-BFGS: differences of y and of the gradient, the oldest first.
    #[cfg(feature = "std")]
    pub pairs: Vec<Pair<Y>>,
}

/// How y and the gradient changed in one step.
#[cfg(feature = "std")]
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Pair<Y> {
    /// Of y.
    pub step: Y,
    /// Of the gradient.
    pub change: Y,
}

impl<Y> Memory<Y> {
    pub(crate) fn new(average: Y, squares: Y, step_size: f64, tolerance: f64) -> Self {
        Self {
            average,
            squares,
            count: 0,
            step_size,
            tolerance,
            #[cfg(feature = "std")]
            pairs: Vec::new(),
        }
    }

    /// The same in another shape.
    pub(crate) fn map<B>(self, mut shape: impl FnMut(Y) -> B) -> Memory<B> {
        Memory {
            average: shape(self.average),
            squares: shape(self.squares),
            count: self.count,
            step_size: self.step_size,
            tolerance: self.tolerance,
            #[cfg(feature = "std")]
            pairs: self.pairs.into_iter().map(|pair| Pair { step: shape(pair.step), change: shape(pair.change) }).collect(),
        }
    }
}
