//! Solving: checks, presolve, balance, iterate, polish, and back to the user's units.

use core::fmt;

use nalgebra::DVector;

use super::active::{self, ActiveSet};
use super::error::ProgramError;
use super::interior_point::{self, End, InteriorPoint, Residuals};
use super::presolve::{Kept, presolve};
use super::program::{PrimalDual, Program};
use super::scaling::Scaling;

/// What the solver did and what is left.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// Interior-point steps.
    pub steps: usize,
    /// `|Ax - b|`, `|Gx + s - h|`, the largest entry relative to its terms, in balanced units.
    pub primal_residual: f64,
    /// `|Qx + q + Aᵀν + Gᵀλ|`, likewise.
    pub dual_residual: f64,
    /// `sᵀλ`, relative to the terms of the objectives.
    pub gap: f64,
    /// Whether the error of the barrier was taken away by a step on the binding constraints.
    pub polished: bool,
    /// Rows of A that depend on others, and agree with them. They are left out; their multipliers are 0.
    pub dependent: Vec<usize>,
    /// Pairs of rows of G that say the same. The second is left out; its multiplier is 0.
    pub duplicates: Vec<(usize, usize)>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "residuals {:.1e} (primal), {:.1e} (dual), gap {:.1e} after {} steps",
            self.primal_residual, self.dual_residual, self.gap, self.steps
        )
    }
}

/// A solution of a [`Program`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Solution {
    /// The minimiser.
    pub x: DVector<f64>,
    /// Multipliers of the equalities: `Qx + q + Aᵀν + Gᵀλ = 0`.
    pub nu: DVector<f64>,
    /// Multipliers of the inequalities, at least 0.
    pub lambda: DVector<f64>,
    /// `h - Gx`, at least 0.
    pub slack: DVector<f64>,
    /// `½ xᵀQx + qᵀx`.
    pub objective: f64,
    /// Which inequalities bind.
    pub active: ActiveSet,
    /// What the solver did.
    pub report: Report,
    /// The last iterate inside, from which the last full step starts.
    pub(super) interior: Interior,
}

/// A point with positive slacks and multipliers, in the user's units.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Interior {
    pub at: PrimalDual,
    pub slack: DVector<f64>,
}

impl Solution {
    /// `(x, ν, λ)`.
    pub fn primal_dual(&self) -> PrimalDual {
        PrimalDual { x: self.x.clone(), nu: self.nu.clone(), lambda: self.lambda.clone() }
    }

    /// The gradient of the optimal value by the data: `(½xxᵀ, x, νxᵀ, -ν, λxᵀ, -λ)`.
    pub fn value_gradient(&self) -> Program {
        Program {
            Q: 0.5 * &self.x * self.x.transpose(),
            q: self.x.clone(),
            A: &self.nu * self.x.transpose(),
            b: -&self.nu,
            G: &self.lambda * self.x.transpose(),
            h: -&self.lambda,
        }
    }
}

impl Program {
    /// Solves the program.
    ///
    /// # Errors
    /// Shapes, entries or settings that have no meaning; not convex; infeasible or unbounded, with a
    /// certificate; not converged, with what was reached.
    pub fn solve(&self, settings: &InteriorPoint) -> Result<Solution, ProgramError> {
        settings.check()?;
        self.check(self.sizes())?;
        let (reduced, kept) = presolve(self)?;
        let (balanced, scaling) = Scaling::balance(&reduced);
        let solve = Solve { program: self, settings, kept, balanced, scaling };
        let (end, iterate, steps) = interior_point::iterate(&solve.balanced, settings)?;
        let (at, s) = iterate.point();
        match end {
            End::PrimalInfeasible(certificate) => Err(solve.primal_infeasible(&certificate)),
            End::DualInfeasible(direction) => Err(solve.dual_infeasible(direction)),
            End::Optimal => Ok(solve.solution(&at, &s, steps).0),
            End::Limit | End::Stalled => {
                let (solution, worst) = solve.solution(&at, &s, steps);
                let (reached, tolerance) = (Box::new(solution), settings.goal());
                match end {
                    // Rounding stopped the barrier, and not the step on the binding constraints.
                    _ if worst <= tolerance => Ok(*reached),
                    End::Limit => Err(ProgramError::NotConverged { reached, tolerance }),
                    _ => Err(ProgramError::Stalled { reached, tolerance }),
                }
            }
        }
    }
}

/// A program on its way.
struct Solve<'a> {
    program: &'a Program,
    settings: &'a InteriorPoint,
    kept: Kept,
    balanced: Program,
    scaling: Scaling,
}

impl Solve<'_> {
    /// The solution, and its worst residual.
    fn solution(self, at: &PrimalDual, s: &DVector<f64>, steps: usize) -> (Solution, f64) {
        let interior = self.interior(at, s);
        let before = Residuals::of(&self.balanced, at, s);
        let polished = if self.settings.polishes() { active::polish(&self.balanced, at, s) } else { None };
        let polished = polished
            .map(|(at, s)| (Residuals::of(&self.balanced, &at, &s), at, s))
            .filter(|(after, ..)| after.worst() <= before.worst());
        let was_polished = polished.is_some();
        let (size, at, s) = polished.unwrap_or_else(|| (before, at.clone(), s.clone()));
        let mut active = active::decide(&self.balanced, &at, &s, self.settings.zero());
        for rows in [&mut active.binding, &mut active.weak] {
            rows.iter_mut().for_each(|row| *row = self.kept.inequalities[*row]);
        }
        let Interior { at, slack } = self.interior(&at, &s);
        let solution = Solution {
            objective: self.program.objective(&at.x),
            x: at.x,
            nu: at.nu,
            lambda: at.lambda,
            slack,
            active,
            report: Report {
                steps,
                primal_residual: size.primal,
                dual_residual: size.dual,
                gap: size.gap,
                polished: was_polished,
                dependent: self.kept.dependent,
                duplicates: self.kept.duplicates,
            },
            interior,
        };
        (solution, size.worst())
    }

    /// In the user's units, with all rows.
    fn point(&self, balanced: &PrimalDual) -> PrimalDual {
        let reduced = self.scaling.point(balanced);
        let (n, p, m) = self.program.sizes();
        let mut at = PrimalDual::zeros(n, p, m);
        at.x = reduced.x;
        for (&row, &nu) in self.kept.equalities.iter().zip(&reduced.nu) {
            at.nu[row] = nu;
        }
        for (&row, &lambda) in self.kept.inequalities.iter().zip(&reduced.lambda) {
            at.lambda[row] = lambda;
        }
        at
    }

    fn interior(&self, balanced: &PrimalDual, s: &DVector<f64>) -> Interior {
        let at = self.point(balanced);
        let mut slack = (&self.program.h - &self.program.G * &at.x).map(|s| s.max(0.0));
        for (&row, &s) in self.kept.inequalities.iter().zip(&self.scaling.slack(s)) {
            slack[row] = s;
        }
        Interior { at, slack }
    }

    fn primal_infeasible(&self, certificate: &PrimalDual) -> ProgramError {
        let mut certificate = self.point(certificate);
        let value = self.program.b.dot(&certificate.nu) + self.program.h.dot(&certificate.lambda);
        certificate.nu /= -value;
        certificate.lambda /= -value;
        ProgramError::PrimalInfeasible { certificate: Box::new(certificate) }
    }

    fn dual_infeasible(&self, direction: DVector<f64>) -> ProgramError {
        let (_, p, m) = self.balanced.sizes();
        let at = PrimalDual { x: direction, nu: DVector::zeros(p), lambda: DVector::zeros(m) };
        let direction = self.scaling.point(&at).x;
        let value = self.program.q.dot(&direction);
        ProgramError::DualInfeasible { direction: direction / -value }
    }
}
