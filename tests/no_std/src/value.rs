//! One number in which every solver and estimator has a part; computed on the host too.

use hypergrad::estimator::{Ift, Preconditioned, Tangent};
use hypergrad::outer::{Descent, minimize};
use hypergrad::solver::{GradientDescent, Newton};
use nalgebra::{Matrix4x2, Vector2, Vector4};

use super::problem::fit;

/// Solves, differentiates by every direct estimator, and takes a few steps of the outer loop.
pub fn value(y_0: f64, y_1: f64) -> Option<f64> {
    let data = fit::Data {
        a: Matrix4x2::new(1.0, 0.5, -0.3, 1.2, 0.7, -0.4, 0.2, 0.9),
        b: Vector4::new(0.1, -0.2, 0.4, 0.3),
        target: Vector2::new(-0.3, 0.2),
    };
    let problem = fit::Problem::new(&data).ok()?;
    let (x0, y) = (Vector2::zeros(), Vector2::new(y_0, y_1));
    let newton = problem.solve(&x0, &y, &Newton::new()).ok()?;
    let descent = problem.solve(&x0, &y, &GradientDescent::auto()).ok()?;
    let ift = problem.hypergradient(&newton.x, &y, &Ift::new()).ok()?;
    let jacobi = problem.hypergradient(&descent.x, &y, &Preconditioned::jacobi()).ok()?;
    let tangent = problem.hypergradient(&descent.x, &y, &Tangent::new()).ok()?;
    let constant = problem.efficiency(&newton.x, &y, &Ift::new()).ok()?;
    let at = problem.at(&x0, &y).ok()?;
    let point = at.f() + at.g() + at.F().sum() + at.F_1().sum() + at.Omega().ok()?.sum() + at.Omega_1().ok()?.sum();
    let found = minimize(&problem, &x0, &y, &Descent::adam(0.1).steps(3), &Newton::new(), &Ift::new(), |_| {
        core::ops::ControlFlow::Continue(())
    })
    .ok()?;
    let gradients = ift.gradient + jacobi.gradient * 2.0 + tangent.gradient * 3.0;
    Some(newton.x.sum() + gradients.sum() + constant + point + found.last.value)
}
