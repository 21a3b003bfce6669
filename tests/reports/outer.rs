//! The outer loop on modules as users write them: a struct y in blocks, seen in its shape, written and read.

use std::ops::ControlFlow;

use hypergrad::bilevel;
use hypergrad::estimator::{Ift, Preconditioned};
use hypergrad::outer::{self, Ball, Block, Descent, NonNegative, Spectral, State};
use hypergrad::problem::Variable as _;
use hypergrad::solver::Newton;
use nalgebra::{DVector, Matrix2, dvector};

#[bilevel]
mod penalised {
    use nalgebra::{DVector, Matrix2};

    #[derive(serde::Serialize, serde::Deserialize, Clone, Debug, PartialEq)]
    pub struct Weights {
        pub ridge: DVector<f64>,
    }

    #[derive(serde::Serialize, serde::Deserialize, Clone, Debug, PartialEq)]
    pub struct Hyper {
        pub scale: f64,
        pub weights: Weights,
        pub mixing: Matrix2<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &Hyper) -> f64 {
        let target = DVector::from_fn(2, |i, _| y.mixing[(i, 0)] + y.scale * y.mixing[(i, 1)]);
        (x - target).norm_squared() + y.weights.ridge.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, y: &Hyper) -> f64 {
        (x[0] - 3.0).powi(2) + (x[1] + 2.0).powi(2) + 1e-2 * y.mixing.norm_squared() + (y.scale + 1.0).powi(2)
    }
}

fn start() -> penalised::Hyper {
    let weights = penalised::Weights { ridge: dvector![0.1, -0.3] };
    penalised::Hyper { scale: 0.5, weights, mixing: Matrix2::new(0.3, 0.1, -0.2, 0.4) }
}

#[test]
fn a_struct_in_blocks() {
    let y = start();
    assert_eq!(y.block("scale"), Some(0..1));
    assert_eq!((y.block("weights"), y.block("weights.ridge")), (Some(1..3), Some(1..3)));
    assert_eq!((y.block("mixing"), y.block("mix"), y.block("")), (Some(3..7), None, None));
    let problem = penalised::Problem::new().unwrap();
    let block = |name: &str| y.block(name).unwrap();
    let sets = (
        Block::new(block("scale"), NonNegative),
        Block::new(block("weights"), Ball::new(1.0)),
        Block::new(block("mixing"), Spectral::new(2, 2, 1.5)),
    );
    let descent = Descent::gradient(1.0).backtracking().project(sets).tolerance(1e-7).max_steps(5000);
    let mut last = None;
    let found = outer::minimize(&problem, &DVector::zeros(2), &y, &descent, &Newton::new(), &Ift::new(), |seen| {
        last = Some((seen.y_like(&y), seen.gradient_like(&y)));
        ControlFlow::Continue(())
    })
    .unwrap();
    let best = &found.best.y;
    assert!(found.converged() && best.scale == 0.0, "{best:?}");
    assert!(best.weights.ridge.norm() <= 1.0 + 1e-12);
    assert!((best.mixing.svd(false, false).singular_values.max() - 1.5).abs() < 1e-9, "{best:?}");
    assert_eq!(last, Some((found.last.y, found.last.gradient)));
}

/// 12 steps are 5, a text, and 7.
#[test]
fn a_state_is_written_and_read() {
    let problem = penalised::Problem::new().unwrap();
    let (x, y, newton) = (DVector::zeros(2), start(), Preconditioned::newton());
    for descent in [Descent::adam(0.05), Descent::lbfgs(), Descent::nesterov(0.05)] {
        let go_on = |_: &outer::Observation<'_, f64>| ControlFlow::Continue(());
        let run = |steps| outer::minimize(&problem, &x, &y, &descent.steps(steps), &Newton::new(), &newton, go_on).unwrap();
        let text = serde_json::to_string(&run(5).state()).unwrap();
        let state: State<DVector<f64>, penalised::Hyper> = serde_json::from_str(&text).unwrap();
        let rest = outer::resume(&problem, state, &descent.steps(7), &Newton::new(), &newton, go_on).unwrap();
        assert!(rest == run(12), "{descent:?}\n{rest:?}");
    }
}
