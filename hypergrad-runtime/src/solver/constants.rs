//! The constants of gradient methods: given, estimated or proved.

use super::gradient_descent::check_positive;
use crate::error::{LinearError, SolveError};
use crate::linear::{Lanczos, extreme_eigenvalues};
use crate::problem::Bilevel;

/// Where the step and the momentum come from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Constants {
    Given {
        step: f64,
        momentum: f64,
    },
    Spectrum {
        smallest: f64,
        largest: f64,
    },
    /// By a Lanczos process at the start.
    Estimated,
    /// By bounds that hold for every x.
    Proved,
}

/// Products spent on the ends of the spectrum.
const LANCZOS_STEPS: usize = 30;
/// A Lanczos process sees the largest eigenvalue from below.
const MARGIN: f64 = 1.02;

impl Constants {
    /// The step and the momentum, from `(μ, L)` by `rule`.
    pub(super) fn resolve<P: Bilevel>(
        self,
        problem: &P,
        work: &mut P::Work,
        lanczos: &mut Lanczos<P>,
        rule: impl Fn(f64, f64) -> (f64, f64),
    ) -> Result<(f64, f64), SolveError> {
        let (smallest, largest) = match self {
            Self::Given { step, momentum } => {
                check_positive("step", step)?;
                if !(0.0..1.0).contains(&momentum) {
                    return Err(SolveError::InvalidSetting { what: "momentum", value: momentum, accepted: "0 <= momentum < 1" });
                }
                return Ok((step, momentum));
            }
            Self::Spectrum { smallest, largest } => (smallest, largest),
            Self::Estimated => {
                let (smallest, largest) = extreme_eigenvalues(problem, work, lanczos, LANCZOS_STEPS)?;
                if smallest <= 0.0 {
                    let curvature = smallest;
                    return Err(LinearError::NotPositive { what: "F_1", iterations: 0, curvature }.into());
                }
                (smallest, largest * MARGIN)
            }
            Self::Proved => {
                let (smallest, largest) = proved_bounds(problem, work)?;
                if smallest <= 0.0 {
                    return Err(LinearError::NotProved { what: "a positive lower bound of the eigenvalues of F_1" }.into());
                }
                (smallest, largest)
            }
        };
        check_positive("mu", smallest)?;
        check_positive("l", largest)?;
        if smallest > largest {
            return Err(SolveError::InvalidSetting { what: "mu", value: smallest, accepted: "at most l" });
        }
        Ok(rule(smallest, largest))
    }
}

/// μ and L that were proved, L positive; μ is 0 where none was.
pub(super) fn proved_bounds<P: Bilevel>(problem: &P, work: &mut P::Work) -> Result<(f64, f64), SolveError> {
    let bounds = problem.eigenvalue_bounds(work);
    let Some(largest) = bounds.most else {
        return Err(LinearError::NotProved { what: "an upper bound of the eigenvalues of F_1" }.into());
    };
    check_positive("L", largest)?;
    Ok((bounds.least.unwrap_or(0.0), largest))
}
