//! Results that are not finite because the data is not.

use super::Bilevel;
use crate::error::{EstimatorError, LinearError, SolveError};

impl<X> SolveError<X> {
    /// Where the iteration met a number that is not finite: the entry of the data that is not, if there is one.
    pub(crate) fn or_of_data<P: Bilevel>(self, problem: &P) -> Self {
        match self {
            Self::NonFinite { .. } | Self::Linear(LinearError::NonFinite { .. }) => {
                problem.data_fault().map_or(self, Self::Shape)
            }
            other => other,
        }
    }
}

impl EstimatorError {
    /// Where a quantity is not finite: the entry of the data that is not, if there is one.
    pub(crate) fn or_of_data<P: Bilevel>(self, problem: &P) -> Self {
        match self {
            Self::NonFinite { .. } | Self::NonFiniteStep { .. } | Self::Linear(LinearError::NonFinite { .. }) => {
                problem.data_fault().map_or(self, Self::Shape)
            }
            other => other,
        }
    }
}
