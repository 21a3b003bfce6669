//! Orders of error (docs/formulas.md 1.2, 1.8): slope 1 for consistent, 2 for super-efficient estimators, by
//! regression over a decade of `|x - x*|`, and the bound `C_y |x - x*|`, on all six problems.

use hypergrad::estimator::*;
use hypergrad::structure::EstimatorKind;
use nalgebra::DVector;

use crate::case::{Case, Check, Complete, direction, on_each, slope};
use crate::consistency::with_each_estimator;

/// The order at which the error vanishes; `None` for an estimator that is exact at any x: Newton where
/// F is affine in x, and in one dimension what turns `F = e^y x - b` into a function of the root alone.
fn order(case: &str, kind: EstimatorKind) -> Option<f64> {
    use EstimatorKind::*;
    match (case, kind) {
        ("ridge" | "kernel ridge", Newton) => None,
        ("one dimension", Newton | Jacobi | Tangent | LocalizedDiagonal | LocalizedNewton | LocalizedCustom) => None,
        ("one dimension", LocalizedExp) | (_, Newton | Tangent) => Some(2.0),
        _ => Some(1.0),
    }
}

struct Orders;

impl Check for Orders {
    fn check<P: Complete>(&self, case: &Case<'_, P>) {
        fn one<P: Complete>(case: &Case<'_, P>, star: &DVector<f64>, exact: &DVector<f64>, e: &impl Estimator<P>) {
            let what = format!("{}, {:?}", case.name, e.kind());
            let (jacobian, efficiency) = (case.jacobian(star, e), case.efficiency(star, e));
            let scale = star.amin().min(0.3);
            let error = |t: f64, u: &DVector<f64>| (case.estimate(&(star + u * (t * scale)), e) - exact).norm();
            let size = exact.norm();
            match order(case.name, e.kind()) {
                None => {
                    assert!(error(1.0, &direction(star.len(), 1.9)) < 1e-12 * size, "{what} is not exact");
                    assert!(efficiency < 1e-12 * size, "{what}: C_y is {efficiency:e}");
                }
                Some(order) if order > 1.5 => {
                    let found = slope((1e-2, 1e-1), |t| error(t, &direction(star.len(), 1.9)));
                    assert!((found - 2.0).abs() < 0.1, "{what}: slope {found}");
                    assert!(efficiency < 1e-12 * size, "{what}: C_y is {efficiency:e}");
                }
                Some(_) => {
                    // The worst direction: there the bound is attained.
                    let worst = jacobian.clone().svd(false, true).v_t.unwrap().row(0).transpose();
                    let found = slope((1e-4, 1e-3), |t| error(t, &worst));
                    assert!((found - 1.0).abs() < 0.02, "{what}: slope {found}");
                    let ratio = error(1e-5, &worst) / (1e-5 * scale * efficiency);
                    assert!((ratio - 1.0).abs() < 1e-2, "{what}: {ratio} of C_y |x - x*|");
                    let other = error(1e-5, &direction(star.len(), 1.9));
                    assert!(other <= 1.01e-5 * scale * efficiency, "{what}: above C_y |x - x*|");
                }
            }
        }
        let star = case.vector("x_star");
        let exact = case.vector("hypergrad");
        with_each_estimator!(one(case, &star, &exact));
    }
}

#[test]
fn slopes() {
    on_each(&Orders);
}
