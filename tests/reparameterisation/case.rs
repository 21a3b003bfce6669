//! A problem at one y with flat vectors: estimates, Jacobians and roots, differences, slopes.

use hypergrad::check::UserFunctions;
use hypergrad::error::SolveError;
use hypergrad::estimator::{Estimator, efficiency, hypergradient, jacobian};
use hypergrad::problem::{Bilevel, ChangeOfVariables, CustomPreconditioner, Dense, Global, LocalizedChange, Variable};
use hypergrad::solver::{self, Newton};
use nalgebra::{DMatrix, DVector};

use crate::dense::{Map, Parts};
use crate::golden::{self, Table, values};
use crate::problems::{equilibrium, exponential, kernel_ridge, logistic, ridge, root, shapes};

/// A problem with every optional role.
pub trait Complete: UserFunctions<Scalar = f64> + ChangeOfVariables + LocalizedChange + CustomPreconditioner {}
impl<P: UserFunctions<Scalar = f64> + ChangeOfVariables + LocalizedChange + CustomPreconditioner> Complete for P {}

/// A problem at one y.
pub struct Case<'a, P: Bilevel> {
    pub name: &'static str,
    pub problem: &'a P,
    pub y: DVector<f64>,
    pub tables: &'static [Table],
    shapes: (&'a P::X, &'a P::Y),
}

impl<'a, P: Bilevel<Scalar = f64>> Case<'a, P> {
    pub fn new(name: &'static str, problem: &'a P, shapes: (&'a P::X, &'a P::Y), y: &[f64]) -> Self {
        Self { name, problem, y: DVector::from_column_slice(y), tables: &[], shapes }
    }

    /// The same problem at another y.
    pub fn at(&self, y: &DVector<f64>) -> Self {
        Self { y: y.clone(), ..*self }
    }

    pub fn x(&self, x: &DVector<f64>) -> P::X {
        self.shapes.0.like(x.as_slice())
    }

    pub fn outer(&self) -> P::Y {
        self.shapes.1.like(self.y.as_slice())
    }

    /// Of the table.
    pub fn values(&self, name: &str) -> &'static [f64] {
        self.tables.iter().map(|table| values(table, name)).find(|values| !values.is_empty()).unwrap_or(&[])
    }

    pub fn vector(&self, name: &str) -> DVector<f64> {
        DVector::from_column_slice(self.values(name))
    }

    /// The root: of the table, or found from 0.
    pub fn star(&self) -> DVector<f64> {
        let known = self.vector("x_star");
        if known.is_empty() { self.root(&DVector::zeros(self.shapes.0.flat_len())) } else { known }
    }

    /// A point off the root.
    pub fn hat(&self) -> DVector<f64> {
        let known = self.vector("x_hat");
        if known.is_empty() { self.star() + direction(self.shapes.0.flat_len(), 1.9) * 0.05 } else { known }
    }

    pub fn estimate(&self, x: &DVector<f64>, e: &impl Estimator<P>) -> DVector<f64> {
        flat(&hypergradient(self.problem, &self.x(x), &self.outer(), e).unwrap().gradient)
    }

    pub fn jacobian(&self, x: &DVector<f64>, e: &impl Estimator<P>) -> DMatrix<f64> {
        let found = jacobian(self.problem, &self.x(x), &self.outer(), e).unwrap();
        flat_matrix(&found, self.y.len(), x.len())
    }

    pub fn efficiency(&self, x: &DVector<f64>, e: &impl Estimator<P>) -> f64 {
        efficiency(self.problem, &self.x(x), &self.outer(), e).unwrap()
    }

    pub fn parts(&self, x: &DVector<f64>) -> Parts {
        Parts::of(self.problem, &self.x(x), &self.outer())
    }

    /// The root near x, to rounding.
    pub fn root(&self, x: &DVector<f64>) -> DVector<f64> {
        let newton = Newton::new().tolerance(1e-13).max_steps(30);
        match solver::solve(self.problem, &self.x(x), &self.outer(), &newton) {
            Ok(found) => flat(&found.x),
            // Rounding may keep the residual above: then this will do.
            Err(SolveError::NotConverged { solution, .. }) if solution.residual < 1e-11 => flat(&solution.x),
            Err(other) => panic!("{}: {other}", self.name),
        }
    }
}

impl<P: Complete> Case<'_, P> {
    /// z with `phi(z, y) = x`.
    pub fn z(&self, x: &DVector<f64>) -> DVector<f64> {
        Map::invert::<P, Global>(self.problem, &self.x(x), &self.outer(), x)
    }

    /// `∇h` by differences of `g(x*(y), y)`, with the user's own g.
    pub fn gradient_of_h(&self, x_star: &DVector<f64>) -> DVector<f64> {
        let h = |y: &DVector<f64>| {
            let case = self.at(y);
            DVector::from_element(1, case.problem.user_g(&case.x(&case.root(x_star)), &case.outer()))
        };
        differences(&self.y, h).row(0).transpose()
    }
}

/// The entries of a variable.
pub fn flat<V: Variable<Scalar = f64>>(variable: &V) -> DVector<f64> {
    let mut entries = DVector::zeros(variable.flat_len());
    variable.read(entries.as_mut_slice());
    entries
}

/// The Jacobian of a vector function by central differences of fourth order: errors of `h^4 = 1e-12`
/// times the fifth derivative, and of `eps/h = 1e-13` times the values.
pub fn differences(at: &DVector<f64>, f: impl Fn(&DVector<f64>) -> DVector<f64>) -> DMatrix<f64> {
    differences_by(1e-3, at, f)
}

/// The same with a step of one's own.
pub fn differences_by(h: f64, at: &DVector<f64>, f: impl Fn(&DVector<f64>) -> DVector<f64>) -> DMatrix<f64> {
    let columns: Vec<_> = (0..at.len())
        .map(|k| {
            let moved = |t: f64| {
                let mut at = at.clone();
                at[k] += t * h;
                f(&at)
            };
            ((moved(1.0) - moved(-1.0)) * 8.0 - (moved(2.0) - moved(-2.0))) / (12.0 * h)
        })
        .collect();
    DMatrix::from_columns(&columns)
}

/// A unit vector without structure.
pub fn direction(n: usize, slope: f64) -> DVector<f64> {
    DVector::from_fn(n, |i, _| (slope * i as f64 + 0.7).cos()).normalize()
}

/// The slope of `ln error(t)` against `ln t` by regression over seven points in a range.
pub fn slope((from, to): (f64, f64), error: impl Fn(f64) -> f64) -> f64 {
    let times = (0..=6).map(|k| from * (to / from).powf(f64::from(k) / 6.0));
    let points: Vec<_> = times.map(|t| (t.ln(), error(t).ln())).collect();
    let count = points.len() as f64;
    let (mean_t, mean_e) = points.iter().fold((0.0, 0.0), |sum, p| (sum.0 + p.0 / count, sum.1 + p.1 / count));
    let (above, below) =
        points.iter().fold((0.0, 0.0), |sum, p| (sum.0 + (p.0 - mean_t) * (p.1 - mean_e), sum.1 + (p.0 - mean_t).powi(2)));
    above / below
}

/// Storage of an estimator as a matrix.
pub fn flat_matrix(a: &impl Dense<Scalar = f64>, rows: usize, columns: usize) -> DMatrix<f64> {
    DMatrix::from_column_slice(rows, columns, a.flat())
}

/// Entries agree up to `tolerance (1 + largest entry)`.
#[track_caller]
pub fn assert_close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(1.0_f64, |scale, e| scale.max(e.abs()));
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= tolerance * scale, "{what}, entry {index}: {found} is not {expected}");
    }
}

/// A printed formula and the corrected one against the truth: `right` agrees up to `tolerance` of its
/// norm, and `printed` is off by at least `apart` of it.
#[track_caller]
pub fn assert_corrected(
    what: &str,
    truth: &DMatrix<f64>,
    right: &DMatrix<f64>,
    printed: &DMatrix<f64>,
    tolerance: f64,
    apart: f64,
) {
    let error = |found: &DMatrix<f64>| (found - truth).norm() / truth.norm();
    assert!(error(right) < tolerance, "{what}: ours is off by {:e}", error(right));
    assert!(error(printed) > apart, "{what}: as printed it is off by {:e} only", error(printed));
}

/// A generic check.
pub trait Check {
    fn check<P: Complete>(&self, case: &Case<'_, P>);
}

/// Runs a check on the six problems of the golden files.
pub fn on_each(check: &impl Check) {
    fn run<P: Complete>(check: &impl Check, name: &'static str, problem: &P, shapes: (&P::X, &P::Y), tables: &'static [Table]) {
        let case = Case { tables, ..Case::new(name, problem, shapes, values(tables[0], "y")) };
        check.check(&case);
    }
    let four = DVector::zeros(4);
    run(check, "ridge", &ridge::problem(), (&four, &four), &[golden::RIDGE]);
    run(check, "logistic", &logistic::problem(), (&nalgebra::zero(), &nalgebra::zero()), &[golden::LOGISTIC]);
    let hyper = kernel_ridge::model::Hyper { beta: 0.0, gamma: nalgebra::zero() };
    run(check, "kernel ridge", &kernel_ridge::problem(), (&nalgebra::zero(), &hyper), &[golden::KERNEL_RIDGE]);
    let layer = equilibrium::model::Layer { a_tr: nalgebra::zero(), b_tr: nalgebra::zero(), c: nalgebra::zero() };
    let tables = &[golden::EQUILIBRIUM, golden::EQUILIBRIUM_CHANGES];
    run(check, "equilibrium", &equilibrium::problem(), (&nalgebra::zero(), &layer), tables);
    run(check, "root", &root::problem(), (&nalgebra::zero(), &nalgebra::zero()), &[golden::NONSYMMETRIC]);
    run(check, "one dimension", &exponential::problem(), (&0.0, &0.0), &[golden::ONE_DIMENSION]);
}

/// Runs a check on variables of other shapes.
pub fn on_shapes(check: &impl Check) {
    let zero = shapes::states::State { level: 0.0, drift: nalgebra::zero(), gain: nalgebra::zero() };
    let problem = shapes::states::Problem::new().unwrap();
    check.check(&Case::new("states", &problem, (&zero, &nalgebra::zero()), &[0.4, -0.6]));
    let problem = shapes::sheet::Problem::new().unwrap();
    check.check(&Case::new("sheet", &problem, (&nalgebra::zero(), &nalgebra::zero()), &[1.1, 0.3, -0.2, 0.8]));
    let (problem, four, two) = (shapes::problem(), DVector::zeros(4), DVector::zeros(2));
    check.check(&Case::new("features", &problem, (&four, &two), &[0.3, -0.4]));
}
