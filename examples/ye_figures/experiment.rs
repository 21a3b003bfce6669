//! One draw of one problem: `C_y` of every estimator, and its error along gradient descent on x.

use std::error::Error;

use hypergrad::solver::{self, GradientDescent, Newton};
use nalgebra::{DMatrix, DVector};

use super::method::{Method, Problem};

/// One number for each of [`Method::ALL`].
pub type PerMethod = [f64; Method::ALL.len()];

/// Inner errors per decade.
const PER_DECADE: usize = 10;
/// Of the largest and the smallest inner error, in powers of ten: those of the paper's script.
const DECADES: (f64, f64) = (1.5, -3.5);
/// Gradient descent that is slower than this has a mistake in it.
const LONGEST: usize = 100_000;

/// The inner errors at which estimates are compared, from the largest.
pub fn distances() -> Vec<f64> {
    let count = (DECADES.0 - DECADES.1) * PER_DECADE as f64;
    (0..=count.round() as usize).map(|k| 10.0_f64.powf(DECADES.0 - k as f64 / PER_DECADE as f64)).collect()
}

/// `x*(y)` to rounding: Newton's method, and two steps more than it takes.
fn root<P: Problem>(problem: &P, y: &DVector<f64>) -> Result<DVector<f64>, Box<dyn Error>> {
    let found = solver::solve(problem, &DVector::zeros(y.len()), y, &Newton::new())?;
    Ok(solver::solve(problem, &found.x, y, &Newton::new().steps(2))?.x)
}

/// `C_y` of every estimator.
pub fn efficiencies<P: Problem>(problem: &P, y: &DVector<f64>) -> Result<PerMethod, Box<dyn Error>> {
    let root = root(problem, y)?;
    let mut out = [0.0; Method::ALL.len()];
    for (out, method) in out.iter_mut().zip(Method::ALL) {
        *out = method.efficiency(problem, &root, y)?;
    }
    Ok(out)
}

/// `|estimate - ∇h|` at every distance from the root, on the way of gradient descent. As in the script
/// it starts far behind `start`, as seen from the root.
pub fn errors<P: Problem>(problem: &P, y: &DVector<f64>, start: &DVector<f64>) -> Result<Vec<PerMethod>, Box<dyn Error>> {
    let root = root(problem, y)?;
    let truth = Method::Vanilla.hypergradient(problem, &root, y)?;
    let step = GradientDescent::new(largest_curvature(problem, y)?.recip()).steps(1);
    let mut before = start + (start - &root) * 10.0_f64.powf(DECADES.0);
    let mut out = Vec::new();
    let mut wanted = distances().into_iter().peekable();
    for _ in 0..LONGEST {
        let Some(&distance) = wanted.peek() else { return Ok(out) };
        let after = solver::solve(problem, &before, y, &step)?.x;
        if (&after - &root).norm() >= distance {
            before = after;
            continue;
        }
        let x = &root + between(&(&before - &root), &(&after - &root), distance);
        out.push(at(problem, &x, y, &truth)?);
        wanted.next();
    }
    Err("gradient descent does not arrive".into())
}

/// The numbers of gradient steps after which estimates are compared: eight per decade, up to 10⁴.
pub fn iterations() -> Vec<usize> {
    let mut steps: Vec<usize> = (0..=32).map(|k| 10.0_f64.powf(0.125 * f64::from(k)).round() as usize).collect();
    steps.dedup();
    steps
}

/// `|estimate - ∇h|` after so many gradient steps from `start`.
pub fn along_descent<P: Problem>(problem: &P, y: &DVector<f64>, start: &DVector<f64>) -> Result<Vec<PerMethod>, Box<dyn Error>> {
    let root = root(problem, y)?;
    let truth = Method::Vanilla.hypergradient(problem, &root, y)?;
    let step = largest_curvature(problem, y)?.recip();
    let mut x = start.clone();
    let mut done = 0;
    let mut out = Vec::new();
    for steps in iterations() {
        x = solver::solve(problem, &x, y, &GradientDescent::new(step).steps(steps - done))?.x;
        done = steps;
        out.push(at(problem, &x, y, &truth)?);
    }
    Ok(out)
}

/// The error of every estimator at x.
fn at<P: Problem>(problem: &P, x: &DVector<f64>, y: &DVector<f64>, truth: &DVector<f64>) -> Result<PerMethod, Box<dyn Error>> {
    let mut out = [0.0; Method::ALL.len()];
    for (out, method) in out.iter_mut().zip(Method::ALL) {
        *out = (method.hypergradient(problem, x, y)? - truth).norm();
    }
    Ok(out)
}

/// The largest eigenvalue of `F_1` at x = 0. Nowhere is one larger: `F_1` is constant for ridge, and
/// the second derivative of the logistic loss is largest at 0.
fn largest_curvature<P: Problem>(problem: &P, y: &DVector<f64>) -> Result<f64, Box<dyn Error>> {
    let n = y.len();
    let mut work = problem.work(&DVector::zeros(n), y)?;
    let mut hessian = DMatrix::zeros(n, n);
    problem.f_1(&mut work, hessian.as_mut_slice());
    Ok(hessian.symmetric_eigenvalues().max())
}

/// The vector of this length on the way from one that is longer to one that is shorter:
/// `|b + t (a - b)|² = length²` for t in `[0, 1]`.
pub fn between(a: &DVector<f64>, b: &DVector<f64>, length: f64) -> DVector<f64> {
    let way = a - b;
    let (square, half, rest) = (way.norm_squared(), b.dot(&way), b.norm_squared() - length * length);
    // rest <= 0: the root that is not negative, without cancellation where half > 0.
    let root = (half * half - square * rest).max(0.0).sqrt();
    let t = if half > 0.0 { -rest / (half + root) } else { (root - half) / square };
    b + way * t
}
