//! Every estimator on two problems: the numbers of docs/estimators.md.
//!
//! ```text
//! cargo run --example estimators
//! ```

use hypergrad::bilevel;
use hypergrad::solver::{GradientDescent, Newton};
use nalgebra::{DMatrix, DVector, Vector3};

/// Logistic regression with one ridge weight per feature; a change of variables and a preconditioner.
#[bilevel]
mod logistic {
    use hypergrad::math::softplus;
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        /// A row per sample, times its label.
        pub a: DMatrix<f64>,
        pub held_out: DMatrix<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        (-(&data.a * x)).map(softplus).sum() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (-(&data.held_out * x)).map(softplus).sum()
    }

    /// Like an exponential far from 0, and like nothing near it.
    pub fn phi(z: &DVector<f64>, _y: &DVector<f64>) -> DVector<f64> {
        z.map(f64::sinh)
    }

    pub fn phi_inv(x: &DVector<f64>, _y: &DVector<f64>) -> DVector<f64> {
        x.map(f64::asinh)
    }

    /// The largest that the diagonal of `F_1` can be: `softplus'' <= 1/4`.
    pub fn P(_x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> DVector<f64> {
        data.a.component_mul(&data.a).row_sum().transpose() * 0.25 + y.map(f64::exp)
    }
}

/// Entries that do not meet: what is proved when this is compiled.
#[bilevel]
mod separate {
    use nalgebra::Vector3;

    pub fn F(x: &Vector3<f64>, y: &Vector3<f64>) -> Vector3<f64> {
        x.zip_map(y, |x, y| (1.0 + y.exp()) * x) - Vector3::new(1.0, -2.0, 0.5)
    }

    pub fn g(x: &Vector3<f64>, _y: &Vector3<f64>) -> f64 {
        x.x + 2.0 * x.y - x.z
    }

    pub fn phi(z: &Vector3<f64>, y: &Vector3<f64>) -> Vector3<f64> {
        z.zip_map(y, |z, y| z / (1.0 + y.exp()))
    }

    pub fn psi(z: &Vector3<f64>, _y: &Vector3<f64>, x_bar: &Vector3<f64>, _y_bar: &Vector3<f64>) -> Vector3<f64> {
        x_bar.component_mul(&(z - x_bar).map(f64::exp))
    }
}

fn samples(rows: usize, shift: f64) -> DMatrix<f64> {
    let mut a = DMatrix::from_fn(rows, 5, |i, j| (shift + ((i * (2 * j + 3)) as f64 * 0.37).sin() + 0.3 * j as f64).sin());
    for mut row in a.row_iter_mut().step_by(3) {
        row.neg_mut();
    }
    a
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let problem = logistic::Problem::new(logistic::Data { a: samples(40, 0.2), held_out: samples(25, 0.9) })?;
    let (start, y) = (DVector::from_element(5, 0.1), DVector::from_element(5, -1.0));
    let root = problem.solve(&start, &y, &Newton::new().tolerance(1e-12))?.x;
    let descended = problem.solve(&start, &y, &GradientDescent::new(2e-3).steps(500))?.x;
    let shifted = root.add_scalar(0.02);
    println!("logistic regression, smallest |x_i*| = {:.3}", root.amin());
    println!("after 500 steps of gradient descent, |x - x*| = {:.1e}", (&descended - &root).norm());
    println!("{}\n", problem.compare_at(&root, &y, &descended)?);
    println!("every entry off by 0.02, |x - x*| = {:.1e}", (&shifted - &root).norm());
    for row in problem.compare_at(&root, &y, &shifted)?.rows {
        if let Some(error) = row.error {
            println!("{:<40} {:>11.3e}", row.name, error?);
        }
    }
    println!();

    let problem = separate::Problem::new()?;
    let y = Vector3::new(0.2, -0.4, 0.7);
    let root = problem.solve(&Vector3::repeat(0.5), &y, &Newton::new().tolerance(1e-14))?.x;
    println!("separate entries, x off by 1 %\n{}\n", problem.compare_at(&root, &y, &(root * 1.01))?);
    let facts = separate::Problem::DERIVATION.lines().skip_while(|line| *line != "proved:");
    facts.for_each(|line| println!("{line}"));
    Ok(())
}
