//! Which inequalities bind at a solution: decided once, on balanced data, with a tolerance.
//!
//! At a solution `s_i λ_i = 0`. A row with `λ_i > 0` binds, one with `s_i > 0` does not, and one where
//! both vanish is weakly active: there the solution as a function of the data has a kink.

use nalgebra::DVector;

use super::iterate::shifted;
use super::kkt::Row;
use super::program::{PrimalDual, Program};

/// Which inequalities bind.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ActiveSet {
    /// Rows of G that hold with equality and have a positive multiplier.
    pub binding: Vec<usize>,
    /// Rows of G that hold with equality and have multiplier 0.
    pub weak: Vec<usize>,
    /// What counts as zero, relative to the scale of slacks and multipliers in balanced units.
    pub tolerance: f64,
}

/// The scales of slacks and multipliers of a balanced program.
struct Scales {
    slack: DVector<f64>,
    lambda: f64,
}

impl Scales {
    /// Slacks: the size of x and of the row's right side. Multipliers: that of the gradient.
    fn of(program: &Program, at: &PrimalDual) -> Self {
        let (curvature, slope) = (program.Q.amax(), program.q.amax());
        let sides = program.b.amax().max(program.h.amax());
        let natural = match (curvature > 0.0 && slope > 0.0, sides > 0.0) {
            (true, _) => slope / curvature,
            (false, true) => sides,
            (false, false) => 1.0,
        };
        let floor = at.x.amax().max(natural);
        let lambda = slope.max((&program.Q * &at.x).amax()).max(at.lambda.amax()).max(f64::MIN_POSITIVE);
        Self { slack: program.h.map(|h| h.abs().max(floor)), lambda }
    }
}

/// The rows whose multiplier is larger than their slack, both by their scales.
pub fn guess(program: &Program, at: &PrimalDual, s: &DVector<f64>) -> Vec<bool> {
    let scales = Scales::of(program, at);
    (0..s.len()).map(|i| at.lambda[i] / scales.lambda > s[i] / scales.slack[i]).collect()
}

/// Binding and weakly active rows, by their numbers in the balanced program. Where the barrier is still
/// felt, a pair that vanishes has both at the root of its product: the tolerance is ten times that.
pub fn decide(program: &Program, at: &PrimalDual, s: &DVector<f64>, zero: f64) -> ActiveSet {
    let scales = Scales::of(program, at);
    let pairs: Vec<(f64, f64)> = (0..s.len()).map(|i| (s[i] / scales.slack[i], at.lambda[i] / scales.lambda)).collect();
    let product = pairs.iter().map(|(s, lambda)| s * lambda).fold(0.0, f64::max);
    let tolerance = zero.max(10.0 * product.sqrt());
    let mut active = ActiveSet { tolerance, ..ActiveSet::default() };
    for (i, (s, lambda)) in pairs.into_iter().enumerate() {
        if lambda.max(s) <= tolerance {
            active.weak.push(i);
        } else if lambda > s {
            active.binding.push(i);
        }
    }
    active
}

/// One Newton step on the conditions of the rows that bind, with the others left out: the conditions
/// are linear, so it ends at their solution, without the error of the barrier.
pub fn polish(program: &Program, at: &PrimalDual, s: &DVector<f64>) -> Option<(PrimalDual, DVector<f64>)> {
    let binding = guess(program, at, s);
    let mut at = at.clone();
    for (lambda, &binds) in at.lambda.iter_mut().zip(&binding) {
        if !binds {
            *lambda = 0.0;
        }
    }
    let rows: Vec<Row> = binding.iter().map(|&binds| if binds { Row::Binding(0.0) } else { Row::Free(0.0) }).collect();
    let kkt = shifted(program, &rows, 0.0).ok()?;
    let left = PrimalDual {
        x: -program.stationarity(&at),
        nu: &program.b - &program.A * &at.x,
        lambda: &program.h - &program.G * &at.x,
    };
    at.add(1.0, &kkt.solve(&left));
    let mut slack = &program.h - &program.G * &at.x;
    for (i, &binds) in binding.iter().enumerate() {
        if binds {
            slack[i] = 0.0;
        }
    }
    // Rounding around zero is zero; what is clearly negative shows that the guess was wrong.
    let scales = Scales::of(program, &at);
    let eps = 1e-12;
    let feasible = (0..slack.len()).all(|i| slack[i] >= -eps * scales.slack[i] && at.lambda[i] >= -eps * scales.lambda);
    if !feasible {
        return None;
    }
    slack.apply(|s| *s = s.max(0.0));
    at.lambda.apply(|l| *l = l.max(0.0));
    Some((at, slack))
}
