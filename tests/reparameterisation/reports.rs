//! What comes with an estimate: the outer objective, residuals, the a-posteriori error of every estimator
//! beside the true one.

use hypergrad::estimator::*;
use nalgebra::DVector;

use crate::case::{Case, Check, Complete, direction, on_each, on_shapes};
use crate::consistency::with_each_estimator;

struct Reports;

impl Check for Reports {
    fn check<P: Complete>(&self, case: &Case<'_, P>) {
        fn one<P: Complete>(case: &Case<'_, P>, x: &DVector<f64>, exact: &DVector<f64>, e: &impl Estimator<P>) {
            let what = format!("{}, {:?}", case.name, e.kind());
            let found = hypergradient(case.problem, &case.x(x), &case.outer(), e).unwrap();
            let (p, report) = (case.parts(x), found.report);
            assert!(
                (found.objective - case.problem.user_g(&case.x(x), &case.outer())).abs() < 1e-13 * (1.0 + found.objective.abs())
            );
            assert!((report.inner_residual - p.f.norm()).abs() < 1e-13 * (1.0 + p.f.norm()), "{what}: {report:?}");
            assert!(report.linear_residual < 1e-12 * (1.0 + p.g_1.norm()), "{what}: {report:?}");
            let gradient = crate::case::flat(&found.gradient);
            let (error, estimate) = ((&gradient - exact).norm(), report.error_estimate.unwrap());
            let relative = report.relative_error_estimate.unwrap();
            assert!((relative * gradient.norm() - estimate).abs() < 1e-12 * (1.0 + estimate), "{what}: {report:?}");
            // Right to leading order in the distance; rounding where the estimate is exact.
            let rounding = 1e-12 * (1.0 + exact.norm());
            assert!(
                estimate < 2.0 * error + rounding && error < 2.0 * estimate + rounding,
                "{what}: {estimate:e}, true {error:e}"
            );
        }
        let star = case.star();
        let x = &star + direction(star.len(), 0.7) * (2e-3 * star.amin().min(0.3));
        let exact = case.estimate(&star, &Ift::new());
        with_each_estimator!(one(case, &x, &exact));
    }
}

#[test]
fn errors_are_estimated_to_leading_order() {
    on_each(&Reports);
    on_shapes(&Reports);
}
