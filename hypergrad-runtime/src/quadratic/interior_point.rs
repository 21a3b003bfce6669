//! A primal-dual interior-point method on the homogeneous embedding, from an infeasible start, with
//! Mehrotra's predictor and corrector.
//!
//! # Reference
//! Goulart, Chen, Clarabel: an interior-point solver for conic programs with quadratic objectives
//! (2024), for the embedding; Mehrotra, On the implementation of a primal-dual interior point method,
//! SIAM J. Optim. 2 (1992), for the step; Salahi, Peng, Terlaky, On Mehrotra-type predictor-corrector
//! algorithms, SIAM J. Optim. 18 (2007), for its safeguard.

use nalgebra::DVector;

use super::error::ProgramError;
use super::iterate::{Iterate, Residual, Steps};
use super::program::{PrimalDual, Program};

/// Settings of the interior-point method.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InteriorPoint {
    /// The optimality conditions hold to this, relative to their terms. Default: 1e-10.
    tolerance: f64,
    /// A certificate that there is no solution holds to this, relative to its terms. Default: 1e-8.
    infeasibility: f64,
    /// A slack or a multiplier below this, relative to its scale, is zero. Default: 1e-8.
    activity: f64,
    /// Steps allowed. Default: 100.
    max_steps: usize,
    /// Whether the binding constraints are then solved with equality, which takes the error of the
    /// barrier away. Default: true.
    polish: bool,
}

impl Default for InteriorPoint {
    fn default() -> Self {
        Self::new()
    }
}

impl InteriorPoint {
    /// The defaults.
    pub const fn new() -> Self {
        Self { tolerance: 1e-10, infeasibility: 1e-8, activity: 1e-8, max_steps: 100, polish: true }
    }

    /// To what the optimality conditions hold, relative to their terms.
    #[must_use]
    pub const fn tolerance(mut self, t: f64) -> Self {
        self.tolerance = t;
        self
    }

    /// To what a certificate of infeasibility holds, relative to its terms.
    #[must_use]
    pub const fn infeasibility(mut self, t: f64) -> Self {
        self.infeasibility = t;
        self
    }

    /// Below what a slack or a multiplier counts as zero, relative to its scale.
    #[must_use]
    pub const fn activity(mut self, t: f64) -> Self {
        self.activity = t;
        self
    }

    /// Gives up after k steps.
    #[must_use]
    pub const fn max_steps(mut self, k: usize) -> Self {
        self.max_steps = k;
        self
    }

    /// Whether to end with one Newton step on the binding constraints.
    #[must_use]
    pub const fn polish(mut self, polish: bool) -> Self {
        self.polish = polish;
        self
    }

    pub(super) fn check(&self) -> Result<(), ProgramError> {
        let settings = [("tolerance", self.tolerance), ("infeasibility", self.infeasibility), ("activity", self.activity)];
        for (what, value) in settings {
            if !(value > 0.0 && value < 1.0) {
                return Err(ProgramError::InvalidSetting { what, value, accepted: "between 0 and 1" });
            }
        }
        Ok(())
    }

    pub(super) fn goal(&self) -> f64 {
        self.tolerance
    }

    pub(super) fn zero(&self) -> f64 {
        self.activity
    }

    pub(super) fn polishes(&self) -> bool {
        self.polish
    }
}

/// How the iteration ended. Everything in balanced units.
pub enum End {
    Optimal,
    PrimalInfeasible(PrimalDual),
    DualInfeasible(DVector<f64>),
    Limit,
    Stalled,
}

/// The steps of the iterates that stay away from the boundary.
const BOUNDARY: f64 = 0.99;
/// Parts of the shift that are kept, where less of it gives no step.
const SHIFTS: [f64; 4] = [0.0, 1e-7, 1e-5, 1e-3];
/// A step of this length is good enough.
const LONG: f64 = 1e-2;
/// The part of the terms of ρ₄ that a sound step may leave: more shows that rounding made the step.
const LOST: f64 = 0.1;
/// A predictor that reaches less far is larger than the iterate: rounding of a singular system.
const BLOCKED: f64 = 0.05;
/// Steps shorter than this are none.
const SHORTEST: f64 = 1e-8;

/// Iterates until something is known. Returns the last iterate and the number of steps.
pub fn iterate(program: &Program, settings: &InteriorPoint) -> Result<(End, Iterate, usize), ProgramError> {
    let mut iterate = Iterate::start(program)?;
    let mut steps = 0;
    loop {
        let residual = iterate.residual(program);
        if let Some(end) = verdict(program, &iterate, settings) {
            return Ok((end, iterate, steps));
        }
        if steps == settings.max_steps {
            return Ok((End::Limit, iterate, steps));
        }
        let Some(next) = advance(program, &iterate, &residual) else {
            return Ok((End::Stalled, iterate, steps));
        };
        iterate = next;
        steps += 1;
    }
}

/// A step that may be taken.
struct Candidate {
    /// Not made by rounding.
    sound: bool,
    /// Of the predictor.
    reach: f64,
    length: f64,
    next: Iterate,
}

/// The first good step, with more and more of the shift kept, else the best; `None` if rounding leaves none.
fn advance(program: &Program, iterate: &Iterate, residual: &Residual) -> Option<Iterate> {
    let mut best: Option<Candidate> = None;
    for kept in SHIFTS {
        let Some(candidate) = step(program, iterate, residual, kept) else { continue };
        if candidate.sound && candidate.length >= LONG {
            return Some(candidate.next);
        }
        if best.as_ref().is_none_or(|b| (candidate.sound, candidate.reach) > (b.sound, b.reach)) {
            best = Some(candidate);
        }
    }
    best.map(|best| best.next)
}

/// One step; `None` if it leads nowhere.
fn step(program: &Program, iterate: &Iterate, residual: &Residual, kept: f64) -> Option<Candidate> {
    let steps = Steps::new(program, iterate, residual, kept).ok()?;
    // The second-order terms count as far as the predictor reaches: with full weight the iteration can cycle.
    let predictor = steps.step(0.0, None);
    let reach = iterate.longest(&predictor).min(1.0);
    let sigma = (1.0 - reach).powi(3);
    let step = steps.step(sigma, Some((reach * reach, &predictor)));
    let length = (BOUNDARY * iterate.longest(&step)).min(1.0);
    let mut next = iterate.clone();
    next.advance(length, &step);
    // The embedding is homogeneous: its size is free, and kept in range.
    let size = next.tau.max(next.kappa);
    let sound = reach >= BLOCKED && next.scalar_error(program) <= iterate.scalar_error(program).max(LOST);
    (length > SHORTEST && size > 0.0 && next.is_finite()).then(|| Candidate {
        sound,
        reach,
        length,
        next: normalised(next, size),
    })
}

fn normalised(mut iterate: Iterate, size: f64) -> Iterate {
    iterate.at.x /= size;
    iterate.at.nu /= size;
    iterate.at.lambda /= size;
    iterate.s /= size;
    iterate.tau /= size;
    iterate.kappa /= size;
    iterate
}

/// Whether the iterate is a solution or holds a certificate.
fn verdict(program: &Program, iterate: &Iterate, settings: &InteriorPoint) -> Option<End> {
    let (at, s) = iterate.point();
    let size = Residuals::of(program, &at, &s);
    if size.primal <= settings.tolerance && size.dual <= settings.tolerance && size.gap <= settings.tolerance {
        return Some(End::Optimal);
    }
    let Iterate { at, s, .. } = iterate;
    if let Some(certificate) = farkas(program, at, settings.infeasibility) {
        return Some(End::PrimalInfeasible(certificate));
    }
    recession(program, &at.x, s, settings.infeasibility).map(End::DualInfeasible)
}

/// `Aᵀν + Gᵀλ = 0`, `bᵀν + hᵀλ = -1` with λ > 0: no x is feasible. With an error r in the first no x of
/// size below `1 / |r|` is; sizes are those of the right sides.
fn farkas(program: &Program, at: &PrimalDual, tolerance: f64) -> Option<PrimalDual> {
    let value = program.b.dot(&at.nu) + program.h.dot(&at.lambda);
    let pull = program.A.tr_mul(&at.nu) + program.G.tr_mul(&at.lambda);
    let terms = program.A.abs().tr_mul(&at.nu.abs()) + program.G.abs().tr_mul(&at.lambda);
    let value_terms = program.b.abs().dot(&at.nu.abs()) + program.h.abs().dot(&at.lambda);
    let zero = Vanishing { error: pull.amax(), terms: terms.amax(), size: program.b.amax().max(program.h.amax()) };
    zero.beside(value, value_terms, tolerance).then(|| PrimalDual {
        x: DVector::zeros(at.x.len()),
        nu: &at.nu / -value,
        lambda: &at.lambda / -value,
    })
}

/// `Qd = 0`, `Ad = 0`, `Gd <= 0`, `qᵀd = -1`: the objective has no lower bound.
fn recession(program: &Program, x: &DVector<f64>, s: &DVector<f64>, tolerance: f64) -> Option<DVector<f64>> {
    let value = program.q.dot(x);
    let size = x.abs();
    let errors = [&program.Q * x, &program.A * x, &program.G * x + s];
    let terms = [program.Q.abs() * &size, program.A.abs() * &size, program.G.abs() * &size];
    let largest = |parts: [DVector<f64>; 3]| parts.iter().map(DVector::amax).fold(0.0, f64::max);
    let zero = Vanishing { error: largest(errors), terms: largest(terms), size: program.q.amax() };
    zero.beside(value, program.q.abs().dot(&size), tolerance).then(|| x / -value)
}

/// What has to vanish in a certificate.
struct Vanishing {
    error: f64,
    /// The terms that cancel.
    terms: f64,
    /// The units in which the error is measured.
    size: f64,
}

impl Vanishing {
    /// Beside a negative value: relative to it, or to rounding where the value itself is above that.
    fn beside(&self, value: f64, value_terms: f64, tolerance: f64) -> bool {
        let rounding = 64.0 * f64::EPSILON;
        let small = self.error * self.size <= -value * tolerance;
        let rounded = self.error <= rounding * self.terms && -value > 1e3 * rounding * value_terms;
        value < 0.0 && (small || rounded)
    }
}

/// How far the optimality conditions are from being met, relative to their terms, in balanced units.
#[derive(Clone, Copy, Debug)]
pub struct Residuals {
    /// `Ax = b`, `Gx + s = h`.
    pub primal: f64,
    /// `Qx + q + Aᵀν + Gᵀλ = 0`.
    pub dual: f64,
    /// `sᵀλ` by the objectives.
    pub gap: f64,
}

/// Below this nothing is measured relatively: where the optimum is at 0, all terms vanish.
const TINY: f64 = 1e-15;

impl Residuals {
    pub fn of(program: &Program, at: &PrimalDual, s: &DVector<f64>) -> Self {
        let (curved, equal, unequal) = (&program.Q * &at.x, &program.A * &at.x, &program.G * &at.x);
        let pull = [program.A.tr_mul(&at.nu), program.G.tr_mul(&at.lambda)];
        let primal = (&equal - &program.b).amax().max((&unequal + s - &program.h).amax());
        let dual = (&curved + &program.q + &pull[0] + &pull[1]).amax();
        let terms = [at.x.dot(&curved), program.q.dot(&at.x), program.b.dot(&at.nu), program.h.dot(&at.lambda)];
        let gap = terms.iter().sum::<f64>().abs().max(s.dot(&at.lambda));
        let primal_size = [&equal, &program.b, &unequal, s, &program.h].map(DVector::amax);
        let dual_size = [&curved, &program.q, &pull[0], &pull[1]].map(DVector::amax);
        Self { primal: relative(primal, &primal_size), dual: relative(dual, &dual_size), gap: relative(gap, &terms) }
    }

    pub fn worst(&self) -> f64 {
        self.primal.max(self.dual).max(self.gap)
    }
}

fn relative(error: f64, terms: &[f64]) -> f64 {
    if error <= TINY {
        return 0.0;
    }
    error / terms.iter().fold(0.0_f64, |size, t| size.max(t.abs()))
}
