//! The program of the README.

use std::ops::ControlFlow;

use hypergrad::bilevel;
use hypergrad::estimator::{Ift, Preconditioned};
use hypergrad::outer::{self, Descent};
use hypergrad::solver::{GradientDescent, Newton};
use nalgebra::{DMatrix, DVector};

#[bilevel]
mod ridge {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub b_tr: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub b_val: DVector<f64>,
    }

    /// Inner objective: least squares plus a ridge penalty with one weight per feature.
    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let r = &data.a_tr * x - &data.b_tr;
        r.norm_squared() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    /// Outer objective: validation loss.
    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a_val * x - &data.b_val).norm_squared()
    }
}

fn data() -> ridge::Data {
    let a = |rows, shift: f64| DMatrix::from_fn(rows, 3, |i, j| (shift + 0.1 * (i * (j + 2)) as f64).sin());
    let b = |rows, shift: f64| DVector::from_fn(rows, |i, _| (shift + 0.7 * i as f64).cos());
    ridge::Data { a_tr: a(12, 0.0), b_tr: b(12, 0.4), a_val: a(8, 0.5), b_val: b(8, 0.6) }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let problem = ridge::Problem::new(data())?;
    let (x0, y0) = (DVector::zeros(3), DVector::zeros(3));

    // Tune: each step solves the inner problem from the last x, and descends along the hypergradient.
    let descent = Descent::gradient(1.0).backtracking().steps(40);
    let tuned = outer::minimize(&problem, &x0, &y0, &descent, &Newton::new(), &Ift::new(), |seen| {
        if seen.step % 10 == 0 {
            println!("step {:2}: validation loss {:.4}", seen.step, seen.value);
        }
        ControlFlow::Continue(())
    })?;
    println!("log weights {:.2?}\n", tuned.best.y.as_slice());

    // How wrong is a hypergradient, if x is only roughly solved for?
    let inner = problem.solve(&x0, &y0, &GradientDescent::auto().steps(3))?;
    let plain = problem.hypergradient(&inner.x, &y0, &Ift::new())?;
    let corrected = problem.hypergradient(&inner.x, &y0, &Preconditioned::newton())?;
    println!("inner residual |F|  {:.3}", inner.residual);
    println!("plain Ω             {:.4?}", plain.gradient.as_slice());
    println!("  error, estimated  {:.4}", plain.report.error_estimate.unwrap_or(f64::NAN));
    println!("  error, true       {:.4}", (&plain.gradient - &corrected.gradient).norm());
    println!("after a Newton step {:.4?}", corrected.gradient.as_slice());
    println!("  error, estimated  {:.4}\n", corrected.report.error_estimate.unwrap_or(f64::NAN));

    println!("{}", ridge::Problem::DERIVATION);
    Ok(())
}
