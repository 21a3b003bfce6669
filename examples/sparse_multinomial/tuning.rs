//! Table 1, 20 newsgroups: one weight per word, chosen by descent on the validation loss. x and the adjoint v start
//! from those of the outer step before, or from 0.

use std::error::Error;
use std::ops::ControlFlow;
use std::time::Instant;

use hypergrad::estimator::{Estimator, Ift};
use hypergrad::linear::ConjugateGradient;
use hypergrad::outer::{self, Descent, Minimum};
use hypergrad::problem::Bilevel;
use hypergrad::solver::{GradientDescent, InnerObservation, InnerSolver, Lbfgs, Solution};
use hypergrad::{LinearError, SolveError};
use indicatif::{ProgressBar, ProgressStyle};
use nalgebra::{DMatrix, DVector};

use crate::data::{CLASSES, WORDS};
use crate::problem::multinomial::{Data, Problem};
use crate::table::{Table, short};

/// Inner steps, and steps of CG, per outer step.
const INNER: usize = 20;
const ADJOINT: usize = 10;
/// The step of Adam on the logarithms of the weights.
const OUTER_STEP: f64 = 0.3;
/// Rows of unit length: the Hessian of the loss is at most `½ AᵀA / N`, hence at most 1/2.
const STEP: f64 = 2.0;

/// A solver whose runs start from 0.
struct FromZero<S>(S);

impl<P: Bilevel<Scalar = f64>, S: InnerSolver<P>> InnerSolver<P> for FromZero<S> {
    type Workspace = S::Workspace;

    fn workspace(&self, problem: &P, work: &P::Work) -> Result<S::Workspace, LinearError> {
        self.0.workspace(problem, work)
    }

    fn run_observed(
        &self,
        problem: &P,
        work: &mut P::Work,
        workspace: &mut S::Workspace,
        tolerance: Option<f64>,
        observer: &mut impl FnMut(&InnerObservation<'_, f64>) -> ControlFlow<()>,
    ) -> Result<Solution<()>, SolveError> {
        problem.set_x(work, &vec![0.0; problem.dims(work).0]);
        self.0.run_observed(problem, work, workspace, tolerance, observer)
    }
}

pub fn run(problem: &Problem<&Data>, data: &Data, outer: u64) -> Result<(), Box<dyn Error>> {
    println!("\n {outer} outer steps of Adam; {INNER} inner steps and {ADJOINT} of CG each");
    let bar = ProgressBar::new(4 * outer).with_style(ProgressStyle::with_template(" [{bar:40}] {pos}/{len}  {msg}")?);
    let mut table = Table::new(["", "validation loss", "accuracy", "|F|", "residual of v", "seconds per outer step"]);
    let cg = Ift::with(ConjugateGradient::new().steps(ADJOINT)).error_estimate(false);
    let descent = GradientDescent::new(STEP).stationary().steps(INNER);
    let lbfgs = Lbfgs::new().stationary().steps(INNER);
    let methods: [(&str, &dyn Fn() -> Result<Tuned, Box<dyn Error>>); 4] = [
        ("descent from 0, v from 0", &|| tune(problem, &FromZero(descent), &cg, outer, &bar)),
        ("descent, x from the step before, v from 0", &|| tune(problem, &descent, &cg, outer, &bar)),
        ("descent, x and v from the step before", &|| tune(problem, &descent, &cg.warm_start(true), outer, &bar)),
        ("L-BFGS, x and v from the step before", &|| tune(problem, &lbfgs, &cg.warm_start(true), outer, &bar)),
    ];
    for (name, method) in methods {
        bar.set_message(name);
        let clock = Instant::now();
        let Minimum { last, .. } = method()?;
        table.row([
            name.to_owned(),
            format!("{:.4}", last.value),
            format!("{:.1} %", 100.0 * accuracy(&last.x, data)),
            short(last.inner.residual),
            short(last.report.linear_residual),
            format!("{:.2}", clock.elapsed().as_secs_f64() / outer as f64),
        ]);
    }
    bar.finish_and_clear();
    print!("\n{table}");
    Ok(())
}

type Tuned = Minimum<DMatrix<f64>, DVector<f64>>;

fn tune<'d>(
    problem: &Problem<&'d Data>,
    solver: &impl InnerSolver<Problem<&'d Data>>,
    estimator: &impl Estimator<Problem<&'d Data>>,
    outer: u64,
    bar: &ProgressBar,
) -> Result<Tuned, Box<dyn Error>> {
    let (x, y) = (DMatrix::zeros(WORDS, CLASSES), DVector::zeros(WORDS));
    let adam = Descent::adam(OUTER_STEP).steps(outer as usize);
    Ok(outer::minimize(problem, &x, &y, &adam, solver, estimator, |seen| {
        bar.inc(u64::from(seen.step > 0));
        ControlFlow::Continue(())
    })?)
}

/// How often the largest logit of the other texts is that of their class.
fn accuracy(x: &DMatrix<f64>, data: &Data) -> f64 {
    let logits = &data.a_val * x;
    let pairs = logits.row_iter().zip(data.labels_val.row_iter());
    let right = pairs.filter(|(logits, labels)| logits.transpose().imax() == labels.transpose().imax()).count();
    right as f64 / data.a_val.nrows() as f64
}
