//! Edges: empty and tiny sizes, wrong shapes, entries that are no numbers, singular matrices,
//! solvers that do not converge, ways to own the data, several problems side by side.

use std::ops::ControlFlow;
use std::sync::Arc;

use hypergrad::bilevel;
use hypergrad::error::{EstimatorError, LinearError, OuterError, ShapeError, SolveError};
use hypergrad::estimator::*;
use hypergrad::outer::{Descent, minimize};
use hypergrad::solver::{GradientDescent, Newton};
use nalgebra::{DMatrix, DVector};

use crate::data;
use crate::problems::ridge_dynamic::{example, ridge};
use crate::problems::scalar_exponential::exponential;

fn check_one(rows: usize, n: usize) {
    let data = example(rows, n);
    let problem = ridge::Problem::new(&data).unwrap();
    let (x, y) = (data::vector(n, 0.3), data::vector(n, 2.1));
    let report = problem.check_derivatives(&x, &y).unwrap();
    assert!(report.agrees(), "{rows} x {n}\n{report}");
    let solution = problem.solve(&x, &y, &Newton::new()).unwrap();
    let gradient = problem.hypergradient(&solution.x, &y, &Ift::new()).unwrap().gradient;
    assert_eq!(gradient.len(), n);
    assert!(gradient.iter().all(|v| v.is_finite()));
}

#[test]
fn sizes_from_none_to_wide() {
    for (rows, n) in [(1, 1), (0, 1), (0, 3), (1, 5), (3, 40), (60, 3), (2, 2)] {
        check_one(rows, n);
    }
}

/// Without unknowns there is nothing to do, and nothing that panics.
#[test]
fn no_unknowns() {
    let data = example(3, 0);
    let problem = ridge::Problem::new(&data).unwrap();
    let none = DVector::zeros(0);
    let at = problem.at(&none, &none).unwrap();
    assert!((at.f() - data.b_tr.norm_squared()).abs() < 1e-15);
    assert_eq!(at.F().len(), 0);
    assert_eq!(at.F_1().shape(), (0, 0));
    assert_eq!(at.F_11().dims(), (0, 0, 0));
    assert_eq!(at.Psi().unwrap().shape(), (0, 0));
    assert_eq!(at.Psi_1().unwrap().dims(), (0, 0, 0));
    assert_eq!(at.Omega().unwrap().len(), 0);
    assert_eq!(at.Omega_1().unwrap().shape(), (0, 0));
    assert!(problem.solve(&none, &none, &Newton::new()).unwrap().converged);
    assert_eq!(problem.hypergradient(&none, &none, &Preconditioned::newton()).unwrap().gradient.len(), 0);
    assert!(problem.efficiency(&none, &none, &Ift::new()).unwrap() == 0.0);
    assert!(problem.jacobian(&none, &none, &Preconditioned::jacobi()).is_ok());
    assert!(problem.compare(&none, &none).is_ok());
    assert!(problem.check_derivatives(&none, &none).unwrap().agrees());
}

#[test]
fn wrong_shapes_name_both_fields() {
    let mut data = example(5, 3);
    data.b_tr = DVector::zeros(4);
    let Err(error) = ridge::Problem::new(&data) else { panic!("b_tr is too short") };
    let ShapeError::Mismatch { left, left_size, right, right_size, .. } = error else { panic!("{error}") };
    assert!([left, right].iter().any(|name| name.contains("a_tr")), "{error}");
    assert!([left, right].iter().any(|name| name.contains("data.b_tr")), "{error}");
    assert_eq!([left_size.min(right_size), left_size.max(right_size)], [4, 5]);
    assert!(error.to_string().contains("f: &data.a_tr * x - &data.b_tr"), "{error}");

    let mut data = example(5, 3);
    data.a_val = DMatrix::zeros(9, 2);
    let error = ridge::Problem::new(&data).unwrap_err().to_string();
    assert!(error.contains("data.a_val") && error.contains("a_tr") && error.contains("g: &data.a_val * x"), "{error}");
}

/// What is emitted can be shown, and held by what derives `Debug`.
#[test]
fn problems_and_points_are_shown() {
    #[derive(Debug)]
    #[expect(dead_code, reason = "only shown")]
    struct Session<'p> {
        problem: &'p ridge::Problem<ridge::Data>,
    }
    let problem = ridge::Problem::new(example(5, 3)).unwrap();
    let shown = format!("{:?}", Session { problem: &problem });
    assert!(shown.contains("Problem") && shown.contains("a_tr"), "{shown}");
    let (x, y) = (DVector::from_element(3, 0.5), DVector::from_element(3, 0.25));
    assert_eq!(format!("{:?}", problem.at(&x, &y).unwrap()), "Point { x: [0.5, 0.5, 0.5], y: [0.25, 0.25, 0.25], .. }");
    assert_eq!(format!("{:?}", problem.fix(&y).unwrap()), "Held { y: [0.25, 0.25, 0.25], .. }");
}

#[test]
fn wrong_variables_name_them() {
    let data = example(5, 3);
    let problem = ridge::Problem::new(&data).unwrap();
    let (short, right) = (DVector::zeros(2), DVector::zeros(3));
    let error = problem.at(&short, &right).unwrap_err();
    assert!(matches!(error, ShapeError::Mismatch { .. }) && error.to_string().contains('x'), "{error}");
    let error = problem.at(&right, &short).unwrap_err();
    assert!(matches!(error, ShapeError::Mismatch { .. }) && error.to_string().contains('y'), "{error}");
    assert!(matches!(problem.solve(&short, &right, &Newton::new()), Err(SolveError::Shape(_))));
    assert!(matches!(problem.hypergradient(&right, &short, &Ift::new()), Err(EstimatorError::Shape(_))));
    assert!(matches!(problem.efficiency(&short, &right, &Ift::new()), Err(EstimatorError::Shape(_))));
    assert!(matches!(problem.check_derivatives(&right, &short), Err(EstimatorError::Shape(_))));
    assert!(matches!(problem.fix(&right).unwrap().at(&short), Err(ShapeError::Mismatch { .. })));
    let held = problem.fix(&right).unwrap();
    assert!(held.at(&right).is_ok() && held.at(&short).is_err() && held.at(&right).is_ok());
}

#[test]
fn entries_that_are_no_numbers() {
    let data = example(5, 3);
    let problem = ridge::Problem::new(&data).unwrap();
    let fine = data::vector(3, 0.3);
    for bad in [f64::NAN, f64::INFINITY] {
        let mut broken = fine.clone();
        broken[1] = bad;
        assert!(matches!(problem.at(&broken, &fine), Err(ShapeError::NonFinite { what: "x", index: 1 })));
        assert!(matches!(problem.at(&fine, &broken), Err(ShapeError::NonFinite { what: "y", index: 1 })));
        assert!(matches!(problem.fix(&broken), Err(ShapeError::NonFinite { what: "y", index: 1 })));
        assert!(matches!(problem.fix(&fine).unwrap().at(&broken), Err(ShapeError::NonFinite { what: "x", index: 1 })));
        assert!(matches!(problem.solve(&broken, &fine, &Newton::new()), Err(SolveError::Shape(_))));
        assert!(matches!(problem.hypergradient(&fine, &broken, &Ift::new()), Err(EstimatorError::Shape(_))));
    }
}

/// Plain accessors are Rust's arithmetic; what solves and estimates returns an error.
#[test]
fn data_that_is_no_number() {
    let mut data = example(5, 3);
    data.a_tr[(2, 1)] = f64::NAN;
    let problem = ridge::Problem::new(&data).unwrap();
    let fine = data::vector(3, 0.3);
    let at = problem.at(&fine, &fine).unwrap();
    assert!(at.f().is_nan());
    assert!(at.Omega().is_err() && at.Omega_1().is_err() && at.Psi().is_err() && at.Psi_1().is_err());
    assert!(problem.solve(&fine, &fine, &Newton::new()).is_err());
    assert!(problem.solve(&fine, &fine, &GradientDescent::new(0.1).steps(3)).is_err());
    assert!(problem.hypergradient(&fine, &fine, &Ift::new()).is_err());
}

#[test]
fn overflow_is_an_error() {
    let data = example(5, 3);
    let problem = ridge::Problem::new(&data).unwrap();
    let (x, y) = (data::vector(3, 0.3), DVector::from_element(3, 800.0));
    assert!(problem.at(&x, &y).unwrap().f().is_infinite());
    assert!(problem.at(&x, &y).unwrap().Omega().is_err());
    assert!(problem.hypergradient(&x, &y, &Tangent::new()).is_err());
}

#[bilevel]
pub mod flat_valley {
    use nalgebra::Vector2;

    /// Only the sum of x matters: `F_1` is singular.
    pub fn f(x: &Vector2<f64>, y: &f64) -> f64 {
        (x[0] + x[1] - y).powi(2)
    }

    pub fn g(x: &Vector2<f64>, y: &f64) -> f64 {
        x[0] * x[0] + y * x[1]
    }
}

#[test]
fn singular() {
    let problem = flat_valley::Problem::new().unwrap();
    let (x, y) = (nalgebra::Vector2::new(0.3, 0.4), 1.0);
    let singular = |error: EstimatorError| {
        assert!(
            matches!(error, EstimatorError::Linear(LinearError::Singular { .. } | LinearError::NotDefinite { .. })),
            "{error}"
        );
    };
    let at = problem.at(&x, &y).unwrap();
    singular(at.Omega().unwrap_err());
    singular(at.Psi().unwrap_err());
    singular(at.Psi_1().err().unwrap());
    singular(at.Omega_1().unwrap_err());
    singular(problem.hypergradient(&x, &y, &Ift::new()).unwrap_err());
    singular(problem.hypergradient(&x, &y, &Preconditioned::newton()).unwrap_err());
    singular(problem.hypergradient(&x, &y, &Tangent::new()).unwrap_err());
    assert!(matches!(problem.solve(&x, &y, &Newton::new()), Err(SolveError::Linear(_))));
    // Everything else still has a value.
    assert!((at.F_1()[(0, 1)] - 2.0).abs() < 1e-15);
}

#[test]
fn not_converged_carries_the_solution() {
    let data = example(8, 3);
    let problem = ridge::Problem::new(&data).unwrap();
    let (x, y) = (DVector::zeros(3), data::vector(3, 2.1));
    let solver = GradientDescent::new(1e-3).tolerance(1e-12).max_steps(7);
    let Err(SolveError::NotConverged { solution, tolerance }) = problem.solve(&x, &y, &solver) else { panic!("too few steps") };
    assert_eq!(solution.steps, 7);
    assert!(!solution.converged && solution.x.norm() > 0.0 && tolerance == 1e-12);
    let at = problem.at(&solution.x, &y).unwrap();
    assert!((at.F().norm() - solution.residual).abs() < 1e-12 * solution.residual);
    // Exactly so many steps are what was asked for.
    let solution = problem.solve(&x, &y, &GradientDescent::new(1e-3).steps(7)).unwrap();
    assert!(solution.steps == 7 && !solution.converged);
}

#[test]
fn off_a_root_there_is_no_efficiency() {
    let problem = exponential::Problem::new().unwrap();
    assert!(matches!(problem.efficiency(&0.2, &0.6, &Ift::new()), Err(EstimatorError::NotAtRoot { .. })));
    assert!(matches!(problem.compare(&0.2, &0.6), Err(EstimatorError::NotAtRoot { .. })));
}

/// Anything that borrows as the data will do.
#[test]
fn owners_of_data() {
    fn value<D: std::borrow::Borrow<ridge::Data>>(data: D) -> f64 {
        let problem = ridge::Problem::new(data).unwrap();
        problem.at(&data::vector(3, 0.3), &data::vector(3, 2.1)).unwrap().f()
    }
    let expected = value::<&ridge::Data>(&example(5, 3));
    assert_eq!(value(example(5, 3)).to_bits(), expected.to_bits());
    assert_eq!(value(Arc::new(example(5, 3))).to_bits(), expected.to_bits());
    assert_eq!(value(Box::new(example(5, 3))).to_bits(), expected.to_bits());
}

#[test]
fn problems_are_shared_between_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    let problem = Arc::new(ridge::Problem::new(Arc::new(example(5, 3))).unwrap());
    shared(&problem);
    shared(&exponential::Problem::new().unwrap());
    let y = data::vector(3, 2.1);
    let threads: Vec<_> = (0..3)
        .map(|k| {
            let (problem, y) = (Arc::clone(&problem), y.clone());
            std::thread::spawn(move || {
                let x = data::vector(3, 0.3 * f64::from(k));
                problem.solve(&x, &y, &Newton::new()).unwrap().x
            })
        })
        .collect();
    let roots: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert!(roots.iter().all(|x| (x - &roots[0]).norm() < 1e-12));
}

/// `_into` writes what the plain name returns.
#[test]
fn into_buffers() {
    let data = example(5, 3);
    let problem = ridge::Problem::new(&data).unwrap();
    let (x, y) = (data::vector(3, 0.3), data::vector(3, 2.1));
    let at = problem.at(&x, &y).unwrap();
    let mut out = DVector::from_element(3, f64::NAN);
    at.F_into(&mut out);
    assert_eq!(out, at.F());
    at.g_1_into(&mut out);
    assert_eq!(out, at.g_1());
    at.g_2_into(&mut out);
    assert_eq!(out, at.g_2());
    at.F_1_mul_into(&y, &mut out);
    assert_eq!(out, at.F_1_mul(&y));
    at.F_1_tr_mul_into(&y, &mut out);
    assert_eq!(out, at.F_1_tr_mul(&y));
    at.F_2_mul_into(&y, &mut out);
    assert_eq!(out, at.F_2_mul(&y));
    at.F_2_tr_mul_into(&y, &mut out);
    assert_eq!(out, at.F_2_tr_mul(&y));
    at.Omega_into(&mut out).unwrap();
    assert_eq!(out, at.Omega().unwrap());
    let problem = exponential::Problem::new().unwrap();
    let at = problem.at(&0.5, &0.6).unwrap();
    let mut out = f64::NAN;
    at.F_into(&mut out);
    assert_eq!(out.to_bits(), at.F().to_bits());
    at.F_2_tr_mul_into(&2.0, &mut out);
    assert_eq!(out.to_bits(), at.F_2_tr_mul(&2.0).to_bits());
}

#[test]
#[should_panic(expected = "entries")]
fn a_buffer_of_another_length() {
    let data = example(5, 3);
    let problem = ridge::Problem::new(&data).unwrap();
    problem.at(&data::vector(3, 0.3), &data::vector(3, 2.1)).unwrap().F_into(&mut DVector::zeros(2));
}

#[test]
fn one_call_for_value_and_gradient() {
    let data = example(8, 3);
    let problem = ridge::Problem::new(&data).unwrap();
    let (x, y) = (DVector::zeros(3), data::vector(3, 2.1));
    let both = problem.value_and_gradient(&x, &y, &Newton::new(), &Ift::new()).unwrap();
    let solution = problem.solve(&x, &y, &Newton::new()).unwrap();
    let gradient = problem.hypergradient(&solution.x, &y, &Ift::new()).unwrap();
    assert_eq!(both.gradient, gradient.gradient);
    assert_eq!(both.x, solution.x);
}

/// A kept y, many x, and back: nothing of an earlier point is left.
#[test]
fn a_held_y() {
    let data = crate::problems::logistic_plain::logistic::Data {
        a: data::matrix(7, 3, 0.0),
        b: data::labels(7, 0.9),
        a_val: data::matrix(4, 3, 0.5),
        b_val: data::labels(4, 1.7),
    };
    let problem = crate::problems::logistic_plain::logistic::Problem::new(&data).unwrap();
    let y = data::vector(3, 2.1);
    let held = problem.fix(&y).unwrap();
    for slope in [0.1, 0.7, 0.1, 1.9] {
        let x = data::vector(3, slope);
        let (kept, fresh) = (held.at(&x).unwrap(), problem.at(&x, &y).unwrap());
        assert_eq!(kept.Omega_1().unwrap(), fresh.Omega_1().unwrap());
        assert_eq!(kept.F_11(), fresh.F_11());
        assert_eq!(kept.f().to_bits(), fresh.f().to_bits());
    }
}

#[test]
fn inside_a_function() {
    #[bilevel]
    mod local {
        pub fn f(x: f64, y: f64) -> f64 {
            (x - y.sin()).powi(2) + x.powi(4)
        }

        pub fn g(x: f64, y: f64) -> f64 {
            x * y
        }
    }
    let problem = local::Problem::new().unwrap();
    assert!(problem.check_derivatives(&0.3, &0.7).unwrap().agrees());
}

mod renamed {
    use hypergrad::bilevel as differentiate;
    use hypergrad::nalgebra as algebra;

    #[differentiate(crate = ::hypergrad)]
    pub mod problem {
        use super::algebra::Vector2;

        pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 {
            (x - y).norm_squared() + x[0].cosh()
        }

        pub fn g(x: &Vector2<f64>, _: &Vector2<f64>) -> f64 {
            x.norm_squared()
        }
    }
}

#[test]
fn renamed_imports() {
    let problem = renamed::problem::Problem::new().unwrap();
    let (x, y) = (nalgebra::Vector2::new(0.3, 0.4), nalgebra::Vector2::new(0.1, 0.2));
    assert!(problem.check_derivatives(&x, &y).unwrap().agrees());
}

/// What cannot be computed because of an entry of the data says which.
#[test]
fn a_number_of_the_data_that_is_none_is_named() {
    let (x, y) = (data::vector(2, 0.3), data::vector(2, 2.1));
    let named = |found: ShapeError, field| found == ShapeError::NonFinite { what: field, index: 3 };
    let mut broken = example(6, 2);
    broken.b_tr[3] = f64::NAN;
    let problem = ridge::Problem::new(&broken).unwrap();
    for found in [problem.solve(&x, &y, &Newton::new()), problem.solve(&x, &y, &GradientDescent::auto())] {
        assert!(matches!(found, Err(SolveError::Shape(error)) if named(error, "data.b_tr")), "{found:?}");
    }
    let run =
        minimize(&problem, &x, &y, &Descent::adam(0.1).steps(3), &Newton::new(), &Ift::new(), |_| ControlFlow::Continue(()));
    assert!(
        matches!(run, Err(OuterError::Solve { error: SolveError::Shape(error), .. }) if named(error, "data.b_tr")),
        "{run:?}"
    );

    let mut broken = example(6, 2);
    broken.a_val[3] = f64::INFINITY;
    let problem = ridge::Problem::new(&broken).unwrap();
    let solution = problem.solve(&x, &y, &Newton::new()).unwrap();
    for found in [
        problem.hypergradient(&solution.x, &y, &Ift::new()).err(),
        problem.at(&solution.x, &y).unwrap().Omega().err(),
        problem.at(&solution.x, &y).unwrap().Omega_1().err(),
    ] {
        assert!(matches!(found, Some(EstimatorError::Shape(error)) if named(error, "data.a_val")), "{found:?}");
    }
    let found = problem.value_and_gradient(&x, &y, &Newton::new(), &Ift::new());
    assert!(
        matches!(found, Err(OuterError::Estimator { error: EstimatorError::Shape(error), .. }) if named(error, "data.a_val")),
        "{found:?}"
    );
}
