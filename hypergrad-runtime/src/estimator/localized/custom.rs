//! The module's own localised map.

use super::{Localize, Maps};
use crate::error::{EstimatorError, LinearError};
use crate::estimator::change::{Storage, estimate, jacobian_at_root};
use crate::estimator::kind::Custom;
use crate::estimator::steps::Vectors;
use crate::linear::AdjointSolve;
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

    fn omega<L: AdjointSolve<P>>(
        problem: &P,
        work: &mut P::Work,
        s: &mut Vectors<P>,
        (storage, _): Maps<'_, '_, P, Storage<P>, L>,
        gradient: &mut [T<P>],
    ) -> Result<f64, EstimatorError> {
        estimate::<P, Local>(problem, work, s, storage, gradient)
    }

    fn jacobian<L: AdjointSolve<P>>(problem: &P, work: &mut P::Work, linear: &L, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        jacobian_at_root::<P, Local, L>(problem, work, linear, out)
    }
}
