//! One set of buffers and one workspace for many estimates: x and y are set anew and every estimator runs on
//! the same buffers, with Jacobians in between. Nothing of one point or estimator is left for the next.

use hypergrad::estimator::*;
use hypergrad::point;
use nalgebra::{DMatrix, DVector};

use crate::case::{Case, Check, Complete, assert_close, direction, on_each, on_shapes};
use crate::consistency::with_each_estimator;

struct Reused;

impl Reused {
    /// The points in turn: x moves, y moves, both come back.
    fn points<P: Complete>(case: &Case<'_, P>) -> Vec<(DVector<f64>, DVector<f64>)> {
        let (hat, star, y) = (case.hat(), case.star(), &case.y);
        let other = y + direction(y.len(), 0.9) * 0.1;
        vec![(hat.clone(), y.clone()), (star.clone(), y.clone()), (star, other.clone()), (hat.clone(), other), (hat, y.clone())]
    }

    fn estimate<P: Complete>(case: &Case<'_, P>, work: &mut P::Work, e: &impl Estimator<P>) {
        let mut workspace = e.workspace(case.problem, work).unwrap();
        for (x, y) in Self::points(case) {
            case.problem.set_y(work, y.as_slice());
            case.problem.set_x(work, x.as_slice());
            let (fresh, mut found) = (case.at(&y).estimate(&x, e), DVector::zeros(y.len()));
            for _ in 0..2 {
                e.estimate(case.problem, work, &mut workspace, found.as_mut_slice()).unwrap();
                assert_close(&format!("{}, {:?}", case.name, e.kind()), found.as_slice(), fresh.as_slice(), 1e-13);
            }
            assert!(case.problem.x(work) == x.as_slice() && case.problem.y(work) == y.as_slice());
        }
    }

    /// At the root, where each has one.
    fn jacobian<P: Complete>(case: &Case<'_, P>, work: &mut P::Work, e: &impl Estimator<P>) {
        let star = case.star();
        case.problem.set_x(work, star.as_slice());
        let mut found = DMatrix::zeros(case.y.len(), star.len());
        e.jacobian_into(case.problem, work, found.as_mut_slice()).unwrap();
        let fresh = case.jacobian(&star, e);
        assert_close(&format!("{}, {:?}", case.name, e.kind()), found.as_slice(), fresh.as_slice(), 1e-13);
    }
}

impl Check for Reused {
    fn check<P: Complete>(&self, case: &Case<'_, P>) {
        fn both<P: Complete>(case: &Case<'_, P>, work: &mut P::Work, e: &impl Estimator<P>) {
            Reused::jacobian(case, work, e);
            Reused::estimate(case, work, e);
            Reused::jacobian(case, work, e);
        }
        let mut work = point::start(case.problem, &case.x(&case.hat()), &case.outer()).unwrap();
        with_each_estimator!(both(case, &mut work));
    }
}

struct Kept;

impl Check for Kept {
    fn check<P: Complete>(&self, case: &Case<'_, P>) {
        fn one<P: Complete>(case: &Case<'_, P>, x: &DVector<f64>, e: &impl Estimator<P>) {
            let mut work = point::start(case.problem, &case.x(x), &case.outer()).unwrap();
            let mut workspace = e.workspace(case.problem, &work).unwrap();
            let mut out = vec![0.0; case.y.len()];
            let mut run = || {
                case.problem.set_x(&mut work, x.as_slice());
                e.estimate(case.problem, &mut work, &mut workspace, &mut out).is_ok()
            };
            let mut fine = run();
            let count = allocation_counter::measure(|| fine &= run()).count_total;
            assert!(fine && count == 0, "{}, {:?}: {count} allocations", case.name, e.kind());
        }
        // The counter counts.
        assert!(allocation_counter::measure(|| drop(case.hat())).count_total > 0);
        with_each_estimator!(one(case, &case.hat()));
    }
}

/// After the first estimate.
#[test]
fn estimates_with_kept_buffers_allocate_nothing() {
    on_each(&Kept);
    on_shapes(&Kept);
}

#[test]
fn buffers_hold_nothing_over() {
    on_each(&Reused);
    on_shapes(&Reused);
}
