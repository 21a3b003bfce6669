//! The module's preconditioner: P beside the module's own function, and its change along x.

use super::chain::exact;
use super::differences::{Stencil, largest};
use super::judge::Judge;
use super::report::DerivativeRow;
use crate::error::EstimatorError;
use crate::kernels::{gemv, scatter};
use crate::point::{self, T};
use crate::problem::CustomPreconditioner;
use crate::scalar::Real;

/// `P` and `d(P u)/dx`, u held fast.
pub(super) fn rows<P: CustomPreconditioner>(
    problem: &P,
    x: &P::X,
    y: &P::Y,
    user: &dyn Fn(&P::X, &P::Y, &mut [T<P>]),
) -> Result<[DerivativeRow; 2], EstimatorError> {
    let mut work = point::start(problem, x, y)?;
    let n = problem.dims(&work).0;
    let len = if P::DIAGONAL { n } else { n * n };
    let (mut found, mut expected) = (vec![T::<P>::ZERO; len], vec![T::<P>::ZERO; len]);
    problem.preconditioner(&mut work, &mut found);
    user(x, y, &mut expected);
    let judge = Judge { smooth: false, terms: 0.0, inherited: largest(&found) };
    let value = judge.values("P", &found, &exact(&expected));
    let (mut u, mut along) = (vec![T::<P>::ZERO; n], vec![T::<P>::ZERO; n * n]);
    scatter(&mut u);
    problem.preconditioner_along(&mut work, &u, &mut along);
    let transposed: Vec<_> = (0..n * n).map(|e| along[e / n + e % n * n]).collect();
    let at = problem.x(&work).to_vec();
    let stencil = Stencil::new(&at, n, |x: &[T<P>], out: &mut [T<P>]| {
        problem.set_x(&mut work, x);
        problem.preconditioner(&mut work, &mut found);
        out.fill(T::<P>::ZERO);
        if P::DIAGONAL {
            out.iter_mut().zip(&found).zip(&u).for_each(|((out, &p), &u)| *out = p * u);
        } else {
            gemv(T::<P>::ONE, &found, n, n, &u, out);
        }
    });
    Ok([value, judge.derivatives("d(P u)/dx", &transposed, stencil)])
}
