//! The module's own localised map.

use super::Localize;
use crate::error::{EstimatorError, LinearError};
use crate::estimator::change::{Storage, estimate, jacobian_at_root};
use crate::estimator::direct::Vectors;
use crate::estimator::kind::Custom;
use crate::point::T;
use crate::problem::{Local, LocalizedChange};
use crate::structure::EstimatorKind;

/// Omega in the variables of `psi`, its dependence on `x_bar = x` and `y_bar = y` held fast.
impl<P: LocalizedChange> Localize<P> for Custom {
    const KIND: EstimatorKind = EstimatorKind::LocalizedCustom;
    type Storage = Storage<P>;

    fn storage(problem: &P, work: &P::Work) -> Result<Storage<P>, LinearError> {
        Storage::new(problem, work)
    }

    fn omega(
        problem: &P,
        work: &mut P::Work,
        s: &mut Vectors<P>,
        storage: &mut Storage<P>,
        gradient: &mut [T<P>],
    ) -> Result<f64, EstimatorError> {
        estimate::<P, Local>(problem, work, s, storage, gradient)
    }

    fn jacobian(problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        jacobian_at_root::<P, Local>(problem, work, out)
    }
}
