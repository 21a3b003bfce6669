//! A column twice and no penalty: many fits are equally good, so that h has no gradient.

use std::error::Error;

use hypergrad::error::{EstimatorError, LinearError, SolveError};
use hypergrad::estimator::Ift;
use hypergrad::solver::{GradientDescent, Newton};
use nalgebra::{DMatrix, DVector};

use crate::data::Split;
use crate::problem::Ridge;
use crate::problem::ridge::Data;
use crate::tune::NO_PENALTY;

/// Solves and differentiates, and shows the errors.
pub fn show(split: &Split) -> Result<(), Box<dyn Error>> {
    let Data { a_tr, b_tr, a_val, b_val } = split.data();
    let data = Data { a_tr: doubled(a_tr), b_tr, a_val: doubled(a_val), b_val };
    let problem = Ridge::new(&data)?;
    let start = DVector::zeros(data.a_tr.ncols());
    let y = DVector::repeat(start.len(), NO_PENALTY);
    if let Err(SolveError::Linear(error @ LinearError::Singular { .. })) = problem.solve(&start, &y, &Newton::new()) {
        println!(" Newton's method                 SolveError::Linear({error:?})");
    }
    let found = problem.solve(&start, &y, &GradientDescent::auto())?;
    println!(" gradient descent                Ok: a minimiser, |F| = {:.1e}", found.residual);
    if let Err(EstimatorError::Linear(error @ LinearError::Singular { .. })) = problem.hypergradient(&found.x, &y, &Ift::new()) {
        println!(" its hypergradient               EstimatorError::Linear(Singular {{ .. }})");
        println!("                                 \"{error}\"");
    }
    let weights = DVector::zeros(start.len());
    let (x, estimator) = (problem.solve(&start, &weights, &Newton::new())?.x, Ift::new());
    let size = problem.hypergradient(&x, &weights, &estimator)?.gradient.norm();
    println!(" the same with all weights at 1  Ok: |∇h| = {size:.1}");
    Ok(())
}

/// The first column once more, at the end.
fn doubled(a: DMatrix<f64>) -> DMatrix<f64> {
    let (first, n) = (a.column(0).into_owned(), a.ncols());
    let mut wider = a.insert_column(n, 0.0);
    wider.set_column(n, &first);
    wider
}
