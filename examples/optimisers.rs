//! Optimisers of other crates on the outer problem: seven ridge weights, chosen by the loss on other cars.
//!
//! ```text
//! cargo run --release --example optimisers
//! ```
//!
//! `hypergrad::outer::Reduced` is `h(y) = g(x*(y), y)` with its gradient as a function of flat numbers. With the feature
//! `basin` it is a problem for that crate's optimisers, here L-BFGS-B in a box; argmin's traits are implemented below, in
//! fifteen lines. The library's own L-BFGS stands beside them.

#[path = "shared/cars.rs"]
mod cars;
#[path = "ridge/data.rs"]
#[allow(dead_code, reason = "shared with another example")]
mod data;
#[path = "ridge/problem.rs"]
mod problem;
#[path = "shared/table.rs"]
#[allow(dead_code, reason = "shared with other examples")]
mod table;

use std::error::Error;
use std::ops::ControlFlow;

use argmin::core::State as _;
use basin::{BoxBounds, Constrained, ConstraintSet, FirstOrderState, Lbfgsb};
use hypergrad::estimator::Ift;
use hypergrad::outer::{self, Descent, Interval, Reduced};
use hypergrad::solver::Newton;
use nalgebra::DVector;

use crate::cars::Cars;
use crate::problem::Ridge;
use crate::table::Table;

/// The split of the cars that the example `ridge` shows.
const SEED: u64 = 0;
/// Weights stay between `e^-6` and `e^9`.
const BOUNDS: (f64, f64) = (-6.0, 9.0);
/// Where a gradient counts as zero.
const TOLERANCE: f64 = 1e-6;

/// `h` of the ridge problem.
type Loss<'a> = Reduced<'a, Ridge<'a>, Newton, Ift>;

/// Where an optimiser came to.
struct Found {
    y: Vec<f64>,
    value: f64,
    solves: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let cars = Cars::read()?;
    let data = cars.split(SEED).data();
    let problem = Ridge::new(&data)?;
    let start = DVector::zeros(cars.features.len());
    let (newton, ift) = (Newton::new(), Ift::new());
    let h = || -> Result<Loss<'_>, Box<dyn Error>> { Ok(Reduced::new(&problem, &start, &start, &newton, &ift)?) };
    let before = h()?.value(start.as_slice())?;
    println!("validation loss of {} cars, in squares of mpg; all weights 1: {before:.4}\n", data.b_val.len());
    let mut table = Table::new(["optimiser", "loss", "inner solves", "log weights"]).remarks();
    for (name, found) in [
        ("hypergrad: L-BFGS, projected", own(&problem, &start)?),
        ("basin: L-BFGS-B", by_basin(&h()?)?),
        ("argmin: L-BFGS, no bounds", by_argmin(h()?)?),
    ] {
        let weights: Vec<String> = found.y.iter().map(|y| format!("{y:6.2}")).collect();
        table.row([name.to_owned(), format!("{:.4}", found.value), found.solves.to_string(), weights.join(" ")]);
    }
    println!("{table}");
    Ok(())
}

/// The library's own.
fn own(problem: &Ridge, start: &DVector<f64>) -> Result<Found, Box<dyn Error>> {
    let descent = Descent::lbfgs().project(Interval::new(BOUNDS.0, BOUNDS.1)).tolerance(TOLERANCE).steps(200);
    let mut solves = 0;
    let found = outer::minimize(problem, start, start, &descent, &Newton::new(), &Ift::new(), |_| {
        solves += 1;
        ControlFlow::Continue(())
    })?;
    Ok(Found { y: found.best.y.as_slice().to_vec(), value: found.best.value, solves })
}

/// With the feature `basin`: the problem is one already.
fn by_basin(h: &Loss<'_>) -> Result<Found, Box<dyn Error>> {
    let m = h.dimension();
    let bounds = BoxBounds::new(Some(vec![BOUNDS.0; m]), Some(vec![BOUNDS.1; m]));
    let boxed = Constrained::new(h, ConstraintSet::new().with_bounds(bounds));
    let solver = Lbfgsb::new().with_absolute_projected_gradient_tolerance(TOLERANCE);
    let run = basin::Executor::new(boxed, solver, FirstOrderState::new(vec![0.0; m])).max_iter(200).run()?;
    Ok(Found { y: run.param().clone(), value: run.cost(), solves: h.solves() })
}

/// argmin's view of `h`.
struct Argmin<'a>(Loss<'a>);

impl argmin::core::CostFunction for Argmin<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, y: &Vec<f64>) -> Result<f64, argmin::core::Error> {
        self.0.value(y).map_err(|error| argmin::core::Error::msg(error.to_string()))
    }
}

impl argmin::core::Gradient for Argmin<'_> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, y: &Vec<f64>) -> Result<Vec<f64>, argmin::core::Error> {
        let mut gradient = vec![0.0; y.len()];
        self.0.gradient(y, &mut gradient).map_err(|error| argmin::core::Error::msg(error.to_string()))?;
        Ok(gradient)
    }
}

fn by_argmin(h: Loss<'_>) -> Result<Found, Box<dyn Error>> {
    use argmin::solver::linesearch::MoreThuenteLineSearch;
    use argmin::solver::quasinewton::LBFGS;

    let start = vec![0.0; h.dimension()];
    let solver = LBFGS::new(MoreThuenteLineSearch::new(), 10).with_tolerance_grad(TOLERANCE)?;
    let run = argmin::core::Executor::new(Argmin(h), solver).configure(|state| state.param(start).max_iters(200)).run()?;
    let solves = run.problem.problem.as_ref().map_or(0, |h| h.0.solves());
    let state = run.state();
    let (y, value) = (state.get_best_param().cloned().unwrap_or_default(), state.get_best_cost());
    Ok(Found { y, value, solves })
}
