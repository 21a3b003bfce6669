//! The program of the README.

use hypergrad::bilevel;
use hypergrad::estimator::{Ift, Preconditioned};
use hypergrad::solver::GradientDescent;
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
    println!("{}", ridge::Problem::DERIVATION);

    let problem = ridge::Problem::new(data())?;
    let (x0, y) = (DVector::zeros(3), DVector::zeros(3));
    let inner = problem.solve(&x0, &y, &GradientDescent::auto().steps(3))?; // rough on purpose
    let plain = problem.hypergradient(&inner.x, &y, &Ift::new())?;
    let corrected = problem.hypergradient(&inner.x, &y, &Preconditioned::newton())?;
    println!("inner residual |F|  {:.3}", inner.residual);
    println!("plain Ω             {:.4?}", plain.gradient.as_slice());
    println!("  error, estimated  {:.4}", plain.report.error_estimate.unwrap_or(f64::NAN));
    println!("  error, true       {:.4}", (&plain.gradient - &corrected.gradient).norm());
    println!("after a Newton step {:.4?}", corrected.gradient.as_slice());
    println!("  error, estimated  {:.4}", corrected.report.error_estimate.unwrap_or(f64::NAN));
    Ok(())
}
