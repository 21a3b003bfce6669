//! Kernels, solvers and estimators with kept storage allocate nothing after the first call.
#![allow(missing_docs, reason = "test modules")]
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use allocation_counter::measure;
use hypergrad::bilevel;
use hypergrad::estimator::{Aid, Estimator, Ift, OneStep, Piggyback, Tangent, Truncated, Unrolled};
use hypergrad::linear::{ConjugateGradient, Gmres, Minres, NormalEquations};
use hypergrad::problem::Bilevel;
use hypergrad::solver::{GradientDescent, HeavyBall, InnerSolver, Lbfgs, Nesterov, Newton};
use nalgebra::{DMatrix, DVector, SVector};

#[bilevel]
pub mod logistic {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a * x).component_mul(&data.b).map(|m| (-m).exp().ln_1p()).sum() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a * x - &data.b).norm_squared()
    }
}

#[bilevel]
pub mod arm {
    use nalgebra::SVector;

    pub fn f(x: &SVector<f64, 3>, y: &SVector<f64, 2>) -> f64 {
        x.norm_squared() * y[0].exp() + (x[0] * x[1] - y[1]).powi(2) + x[2].cos()
    }

    pub fn g(x: &SVector<f64, 3>, y: &SVector<f64, 2>) -> f64 {
        (x[0] - 1.0).powi(2) + x[2] * y[0]
    }
}

fn data() -> logistic::Data {
    let entry = |i: usize, j: usize| (1.3 * i as f64 + 0.7 * j as f64 + 0.1 * (i * j) as f64).sin();
    logistic::Data { a: DMatrix::from_fn(40, 6, entry), b: DVector::from_fn(40, |i, _| if i % 3 == 0 { -1.0 } else { 1.0 }) }
}

/// Allocations of `run`, after one run to warm up.
fn later_allocations(mut run: impl FnMut()) -> u64 {
    run();
    measure(run).count_total
}

#[test]
fn kernels_of_dynamic_sizes() {
    let data = data();
    let problem = logistic::Problem::new(&data).unwrap();
    let (x, y) = (DVector::from_element(6, 0.1), DVector::from_element(6, -0.5));
    let mut work = problem.work(&x, &y).unwrap();
    let mut out = vec![0.0; 6];
    let allocations = later_allocations(|| {
        problem.set_y(&mut work, y.as_slice());
        problem.set_x(&mut work, x.as_slice());
        problem.residual(&mut work, &mut out);
        problem.f_1_mul(&mut work, y.as_slice(), &mut out);
        problem.f_2_tr_mul(&mut work, x.as_slice(), &mut out);
        problem.g_1(&mut work, &mut out);
        problem.factor(&mut work).unwrap();
        problem.f_1_solve(&mut work, &mut out);
    });
    assert_eq!(allocations, 0);
}

#[test]
fn solvers_and_estimators_with_kept_storage() {
    let data = data();
    let problem = logistic::Problem::new(&data).unwrap();
    let (x, y) = (DVector::from_element(6, 0.1), DVector::from_element(6, -0.5));
    let mut work = problem.work(&x, &y).unwrap();
    let descent = GradientDescent::new(0.01).steps(50);
    let mut steps = InnerSolver::workspace(&descent, &problem, &work).unwrap();
    let allocations = later_allocations(|| {
        problem.set_x(&mut work, x.as_slice());
        descent.run(&problem, &mut work, &mut steps).unwrap();
    });
    assert_eq!(allocations, 0);
    let mut steps = InnerSolver::workspace(&Lbfgs::new(), &problem, &work).unwrap();
    let allocations = later_allocations(|| {
        problem.set_x(&mut work, x.as_slice());
        Lbfgs::new().run(&problem, &mut work, &mut steps).unwrap();
    });
    assert_eq!(allocations, 0);
    let mut gradient = vec![0.0; 6];
    let mut kept = Estimator::workspace(&Ift::new(), &problem, &work).unwrap();
    let allocations = later_allocations(|| {
        problem.set_x(&mut work, x.as_slice());
        Ift::new().estimate(&problem, &mut work, &mut kept, &mut gradient).unwrap();
    });
    assert_eq!(allocations, 0);
}

/// A kept point goes to another x or y in its own buffers.
#[test]
fn points_that_move() {
    let data = data();
    let problem = logistic::Problem::new(&data).unwrap();
    let (x, y) = (DVector::from_element(6, 0.1), DVector::from_element(6, -0.5));
    let (other, outer) = (DVector::from_fn(6, |i, _| 0.1 * i as f64), DVector::from_fn(6, |i, _| 0.2 - 0.1 * i as f64));
    let mut at = problem.at(&x, &y).unwrap();
    let (mut residual, mut gradient) = (x.clone(), y.clone());
    let allocations = later_allocations(|| {
        at.move_to(&x).unwrap();
        at.move_to_y(&y).unwrap();
        at.F_into(&mut residual);
        at.move_to(&other).unwrap();
        at.move_to_y(&outer).unwrap();
        at.F_into(&mut residual);
        at.Omega_into(&mut gradient).unwrap();
    });
    assert_eq!(allocations, 0);
    let new = problem.at(&other, &outer).unwrap();
    assert_eq!((&residual, &gradient), (&new.F(), &new.Omega().unwrap()));
    assert_eq!((at.x(), at.y(), at.f(), at.g()), (&other, &outer, new.f(), new.g()));

    // What is refused changes nothing.
    at.move_to(&DVector::from_element(6, f64::NAN)).unwrap_err();
    at.move_to_y(&DVector::from_element(6, f64::INFINITY)).unwrap_err();
    at.move_to(&DVector::zeros(7)).unwrap_err();
    assert_eq!((at.x(), at.y(), at.F(), at.f()), (&other, &outer, new.F(), new.f()));
}

/// A point goes on in the buffers of one that is gone, whatever its place; what it copies is x and y.
#[test]
fn points_that_follow_each_other() {
    let data = data();
    let problem = logistic::Problem::new(&data).unwrap();
    let (x, y) = (DVector::from_element(6, 0.1), DVector::from_element(6, -0.5));
    let (other, outer) = (DVector::from_fn(6, |i, _| 0.1 * i as f64), DVector::from_fn(6, |i, _| 0.2 - 0.1 * i as f64));
    let (mut residual, mut gradient) = (x.clone(), y.clone());
    let mut run = |x: &DVector<f64>, y: &DVector<f64>| {
        let at = problem.at(x, y).unwrap();
        at.F_into(&mut residual);
        at.Omega_into(&mut gradient).unwrap();
    };
    run(&x, &y);
    assert_eq!(measure(|| run(&other, &outer)).count_total, 2);
    let held = problem.fix(&outer).unwrap();
    held.at(&x).unwrap();
    assert_eq!(measure(|| drop(held.at(&x).unwrap())).count_total, 2);
    // Nothing of the points before is left.
    let fresh = logistic::Problem::new(&data).unwrap();
    assert_eq!((residual, gradient), (fresh.at(&other, &outer).unwrap().F(), fresh.at(&other, &outer).unwrap().Omega().unwrap()));
    problem.at(&DVector::from_element(6, f64::NAN), &y).unwrap_err();
    for (x, y) in [(&x, &y), (&other, &y), (&x, &outer)] {
        let (again, first) = (problem.at(x, y).unwrap(), logistic::Problem::new(&data).unwrap());
        let first = first.at(x, y).unwrap();
        assert_eq!((again.F_1(), again.Omega_1().unwrap(), again.g()), (first.F_1(), first.Omega_1().unwrap(), first.g()));
    }
}

/// Allocations of an estimate with kept storage.
fn of_estimator<'d, E: Estimator<logistic::Problem<&'d logistic::Data>>>(data: &'d logistic::Data, estimator: E) -> u64 {
    let problem = logistic::Problem::new(data).unwrap();
    let (x, y) = (DVector::from_element(6, 0.1), DVector::from_element(6, -0.5));
    let mut work = problem.work(&x, &y).unwrap();
    let mut kept = estimator.workspace(&problem, &work).unwrap();
    let mut gradient = vec![0.0; 6];
    later_allocations(|| {
        problem.set_x(&mut work, x.as_slice());
        estimator.estimate(&problem, &mut work, &mut kept, &mut gradient).unwrap();
    })
}

#[test]
fn iterations_with_kept_storage() {
    let data = data();
    assert_eq!(of_estimator(&data, Ift::with(ConjugateGradient::new().jacobi(true)).warm_start(true)), 0);
    assert_eq!(of_estimator(&data, Ift::with(ConjugateGradient::new().gradient_tolerance(1e-6))), 0);
    assert_eq!(of_estimator(&data, Tangent::with(Minres::new())), 0);
    assert_eq!(of_estimator(&data, Ift::with(NormalEquations::new())), 0);
    assert_eq!(of_estimator(&data, Ift::with(Gmres::new())), 0);
    assert_eq!(of_estimator(&data, Aid::conjugate_gradient(4)), 0);
    assert_eq!(of_estimator(&data, Unrolled::reverse(HeavyBall::auto(), 20).few_checkpoints().error_estimate(true)), 0);
    assert_eq!(of_estimator(&data, Unrolled::forward(Nesterov::auto(), 20)), 0);
    assert_eq!(of_estimator(&data, Truncated::new(GradientDescent::new(0.01), 5)), 0);
    assert_eq!(of_estimator(&data, Piggyback::new(Newton::new())), 0);
    assert_eq!(of_estimator(&data, OneStep::new(Newton::new())), 0);
}

#[test]
fn constant_sizes_never_allocate() {
    let problem = arm::Problem::new().unwrap();
    let (x, y) = (SVector::<f64, 3>::new(0.3, -0.2, 0.4), SVector::<f64, 2>::new(0.1, 0.5));
    let allocations = measure(|| {
        let at = problem.at(&x, &y).unwrap();
        let _ = (at.F(), at.F_1(), at.Omega(), at.Omega_1(), at.Psi_1());
        let _ = problem.hypergradient(&x, &y, &Tangent::new());
        let _ = problem.hypergradient(&x, &y, &Ift::with(Gmres::new()));
        let _ = problem.hypergradient(&x, &y, &Aid::conjugate_gradient(3));
        let _ = problem.hypergradient(&x, &y, &OneStep::new(Newton::new()));
        let _ = problem.value_and_gradient(&x, &y, &Lbfgs::new(), &Ift::with(Gmres::new()).inverse_start(true));
    });
    assert_eq!(allocations.count_total, 0);
}
