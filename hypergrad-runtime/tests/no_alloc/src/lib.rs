//! One problem of constant size, with a solver and every estimator, called from C.
#![no_std]
#![allow(missing_docs, reason = "a test")]

#[path = "../../common/separable.rs"]
mod separable;

use hypergrad_runtime::estimator::{Aid, Ift, OneStep, Preconditioned, Tangent, efficiency};
use hypergrad_runtime::linear::{ConjugateGradient, Gmres};
use hypergrad_runtime::nalgebra::SVector;
use hypergrad_runtime::outer::{Descent, minimize, value_and_gradient};
use hypergrad_runtime::solver::{GradientDescent, Lbfgs, Nesterov, Newton, Observed};
use separable::Separable;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

/// The value of `h(y)`, or NaN.
#[unsafe(no_mangle)]
pub extern "C" fn value(y_0: f64, y_1: f64) -> f64 {
    let problem = Separable::<f64>::new();
    let (x, y) = (SVector::zeros(), SVector::from([y_0, y_1]));
    let newton = value_and_gradient(&problem, &x, &y, &Newton::new(), &Preconditioned::newton());
    let jacobi = value_and_gradient(&problem, &x, &y, &GradientDescent::auto(), &Preconditioned::jacobi());
    let tangent = value_and_gradient(&problem, &x, &y, &Newton::new(), &Tangent::new());
    let (Ok(newton), Ok(jacobi), Ok(tangent)) = (newton, jacobi, tangent) else { return f64::NAN };
    let Ok(constant) = efficiency(&problem, &newton.x, &y, &Ift::new()) else { return f64::NAN };
    let descent = Descent::adam(0.1).steps(3);
    let Ok(found) = minimize(&problem, &x, &y, &descent, &Newton::new(), &Ift::new(), |_| core::ops::ControlFlow::Continue(())) else {
        return f64::NAN;
    };
    let aid = value_and_gradient(&problem, &x, &y, &Newton::with(ConjugateGradient::new()), &Aid::conjugate_gradient(2));
    let krylov = value_and_gradient(&problem, &x, &y, &Nesterov::auto(), &Ift::with(Gmres::new()));
    let once = value_and_gradient(&problem, &x, &y, &Newton::new(), &OneStep::new(Newton::new()));
    let watched = Observed::new(Lbfgs::new(), |_| core::ops::ControlFlow::Continue(()));
    let inverse = value_and_gradient(&problem, &x, &y, &watched, &Ift::with(ConjugateGradient::new()).inverse_start(true));
    let (Ok(aid), Ok(krylov), Ok(once), Ok(inverse)) = (aid, krylov, once, inverse) else { return f64::NAN };
    let direct = newton.value + jacobi.value + tangent.value + constant + found.last.value;
    direct + aid.value + krylov.value + once.value + inverse.value
}
