//! The solution as a function of the data: derivatives of `(x, ν, λ)`, forward and reverse.
//!
//! With `dρ₁ = dQ x + dq + dAᵀν + dGᵀλ`, `dρ₂ = dA x - db`, `dρ₃ = dG x - dh`,
//!
//! ```text
//! [ Q  Aᵀ  Gᵀ ] [dx]     [dρ₁]
//! [ A  0   0  ] [dν] = - [dρ₂]      Θ = 0 for rows that bind; others are left out, their dλ = 0
//! [ G  0  -Θ  ] [dλ]     [dρ₃]
//! ```
//!
//! The matrix is symmetric, so the reverse derivative solves the same system: with `(w, u, l)` its
//! solution for the cotangent of `(x, ν, λ)`,
//!
//! ```text
//! q: -w,  b: u,  h: l,  Q: -½ (wxᵀ + xwᵀ),  A: -(νwᵀ + uxᵀ),  G: -(λwᵀ + lxᵀ)
//! ```
//!
//! One step of the interior-point method has the same form. From `(x, ν, λ, s)` inside, the full step
//! (t = 1) solves the system with `Θ = diag(s/λ)`; as it is linear in the data at the point where it
//! ends, its derivative, with the start held, is the above with that Θ at the end point. It is off by
//! the complementarity `s∘λ` of the start over the smallest of `max(s_i, λ_i)`. Had the step been cut to
//! a fraction t, as it is in the iteration (to stay inside), the derivative would be off by `1 - t` for ever.
//!
//! # Reference
//! Amos, Kolter, `OptNet` (2017); Bolte, Pauwels, Vaiter, One-step differentiation of iterative
//! algorithms (2023), section 4.

use nalgebra::DVector;

use super::active::ActiveSet;
use super::error::{Constraint, Part, ProgramError};
use super::interior_point::InteriorPoint;
use super::kkt::{Kkt, Row, Shift};
use super::presolve::dependent_rows;
use super::program::{PrimalDual, Program};
use super::scaling::Scaling;
use super::solution::Solution;
use crate::error::LinearError;

/// The derivative of a solution by all data; the system is factored, each product costs a solve.
#[derive(Clone, Debug)]
pub struct Derivative {
    /// Where the data act.
    at: PrimalDual,
    /// The system, in balanced units.
    kkt: Kkt<Program>,
    scaling: Scaling,
}

impl Program {
    /// The derivative of a solution of this program by its data, by the conditions of the binding
    /// constraints. Exact where the active set is right.
    ///
    /// # Errors
    /// The solution belongs to another program; it has a kink (weakly active rows), dependent binding
    /// constraints, or is not unique.
    pub fn derivative(&self, solution: &Solution) -> Result<Derivative, ProgramError> {
        self.check_solution(solution)?;
        self.check_independent(solution)?;
        let ActiveSet { weak, tolerance, .. } = &solution.active;
        if !weak.is_empty() {
            return Err(ProgramError::WeaklyActive { rows: weak.clone(), tolerance: *tolerance });
        }
        let mut rows = vec![Row::Free(0.0); self.h.len()];
        for &row in &solution.active.binding {
            rows[row] = Row::Binding(0.0);
        }
        let (balanced, scaling) = Scaling::balance(self);
        Ok(Derivative { at: solution.primal_dual(), kkt: regular(balanced, rows)?, scaling })
    }

    /// The derivative of the last full step of the interior-point method: one step of Bolte's.
    ///
    /// # Errors
    /// As [`Self::derivative`]: where that does not exist this one tends to something that is no
    /// derivative.
    pub fn one_step(&self, solution: &Solution) -> Result<Derivative, ProgramError> {
        self.derivative(solution)?;
        let start = &solution.interior;
        let (balanced, scaling) = Scaling::balance(self);
        let mut at = scaling.balanced_point(&start.at);
        let slack = scaling.balanced_slack(&start.slack);
        let rows = slack.iter().zip(&at.lambda).map(|(&s, &lambda)| Row::of(s, lambda)).collect();
        // λ∘Δs + s∘Δλ = -s∘λ and G(x + Δx) + s + Δs = h: G Δx - Θ Δλ = h - Gx.
        let left = PrimalDual {
            x: -balanced.stationarity(&at),
            nu: &balanced.b - &balanced.A * &at.x,
            lambda: &balanced.h - &balanced.G * &at.x,
        };
        let kkt = regular(balanced, rows)?;
        at.add(1.0, &kkt.solve(&left));
        Ok(Derivative { at: scaling.point(&at), kkt, scaling })
    }

    /// The one-sided derivative of the solution along a direction in the data: it exists also where rows
    /// are weakly active, and solves a quadratic program of its own,
    ///
    /// ```text
    /// min ½ dᵀQd + dρ₁ᵀd   over   Ad = -dρ₂,   Gd = -dρ₃ (binding rows),   Gd <= -dρ₃ (weakly active rows)
    /// ```
    ///
    /// # Errors
    /// A direction that does not fit; the solution belongs to another program, has dependent constraints
    /// that hold with equality, or is not unique.
    pub fn directional(&self, solution: &Solution, direction: &Self) -> Result<PrimalDual, ProgramError> {
        direction.check(self.sizes())?;
        self.check_solution(solution)?;
        self.check_independent(solution)?;
        let (binding, weak) = (&solution.active.binding, &solution.active.weak);
        let change = sides(direction, &solution.primal_dual());
        let p = self.b.len();
        let mut equal = self.A.clone().resize_vertically(p + binding.len(), 0.0);
        equal.rows_mut(p, binding.len()).copy_from(&self.G.select_rows(binding));
        let mut right = change.nu.clone().resize_vertically(p + binding.len(), 0.0);
        right.rows_mut(p, binding.len()).copy_from(&change.lambda.select_rows(binding));
        let tangent = Self::new(self.Q.clone(), -change.x)
            .equalities(equal, right)
            .inequalities(self.G.select_rows(weak), change.lambda.select_rows(weak));
        let found = tangent.solve(&InteriorPoint::new())?;
        let mut lambda = DVector::zeros(self.h.len());
        for (k, &row) in binding.iter().enumerate() {
            lambda[row] = found.nu[p + k];
        }
        for (&row, &l) in weak.iter().zip(&found.lambda) {
            lambda[row] = l;
        }
        Ok(PrimalDual { x: found.x, nu: found.nu.rows(0, p).into_owned(), lambda })
    }

    /// Refuses what does not solve this program.
    fn check_solution(&self, solution: &Solution) -> Result<(), ProgramError> {
        self.check(self.sizes())?;
        let at = solution.primal_dual();
        check_shape(&at, self.sizes())?;
        let pull = self.A.tr_mul(&at.nu).abs() + self.G.tr_mul(&at.lambda).abs();
        let size = (&self.Q * &at.x).amax().max(self.q.amax()).max(pull.amax());
        let dual = self.stationarity(&at).amax() / size.max(f64::MIN_POSITIVE);
        let apart = (&self.G * &at.x + &solution.slack - &self.h).amax().max((&self.A * &at.x - &self.b).amax());
        let size = self.h.amax().max(self.b.amax()).max((&self.G * &at.x).amax()).max(solution.slack.amax());
        let residual = dual.max(apart / size.max(f64::MIN_POSITIVE));
        // Far above what is left of them in other units.
        let left = solution.report.primal_residual.max(solution.report.dual_residual);
        if residual <= (100.0 * left).max(1e-4) { Ok(()) } else { Err(ProgramError::AnotherProgram { residual }) }
    }

    /// The gradients of all constraints that hold with equality have to be independent.
    fn check_independent(&self, solution: &Solution) -> Result<(), ProgramError> {
        let holds: Vec<usize> = solution.active.binding.iter().chain(&solution.active.weak).copied().collect();
        let copies = solution.report.duplicates.iter().filter(|(kept, _)| holds.contains(kept));
        let mut dependent: Vec<Constraint> = copies.map(|&(_, row)| Constraint::Inequality(row)).collect();
        // 0 <= 0: nothing, until the data change.
        let empty = (0..self.h.len()).filter(|&i| self.h[i] == 0.0 && self.G.row(i).amax() == 0.0);
        dependent.extend(empty.map(Constraint::Inequality));
        let p = self.b.len();
        let mut gradients = self.A.clone().resize_vertically(p + holds.len(), 0.0);
        gradients.rows_mut(p, holds.len()).copy_from(&self.G.select_rows(&holds));
        let name = |row: usize| if row < p { Constraint::Equality(row) } else { Constraint::Inequality(holds[row - p]) };
        dependent.extend(dependent_rows(&gradients).into_iter().map(name));
        dependent.sort_unstable();
        if dependent.is_empty() { Ok(()) } else { Err(ProgramError::DependentConstraints { dependent }) }
    }
}

impl Derivative {
    /// `(dx, dν, dλ)` along a direction in the data.
    ///
    /// # Errors
    /// The direction has other shapes than the program, entries that are not numbers, or a `Q` that is
    /// not symmetric.
    pub fn forward(&self, direction: &Program) -> Result<PrimalDual, ProgramError> {
        direction.check(self.sizes())?;
        Ok(self.solve(&sides(direction, &self.at)))
    }

    /// The gradient by the data of a function of x alone, from its gradient by x.
    ///
    /// # Errors
    /// A cotangent of another length, or with entries that are not numbers.
    pub fn reverse(&self, x: &DVector<f64>) -> Result<Program, ProgramError> {
        let (_, p, m) = self.sizes();
        self.reverse_all(&PrimalDual { x: x.clone(), nu: DVector::zeros(p), lambda: DVector::zeros(m) })
    }

    /// The gradient by the data of a function of `(x, ν, λ)`, from its gradient.
    ///
    /// # Errors
    /// As [`Self::reverse`].
    pub fn reverse_all(&self, cotangent: &PrimalDual) -> Result<Program, ProgramError> {
        check_shape(cotangent, self.sizes())?;
        for (part, entries) in [(Part::q, &cotangent.x), (Part::b, &cotangent.nu), (Part::h, &cotangent.lambda)] {
            if let Some(row) = crate::kernels::first_non_finite(entries.as_slice()) {
                return Err(ProgramError::NonFinite { part, row, column: 0 });
            }
        }
        let PrimalDual { x: w, nu: u, lambda: l } = self.solve(cotangent);
        let PrimalDual { x, nu, lambda } = &self.at;
        let half = -0.5 * &w * x.transpose();
        Ok(Program {
            Q: &half + half.transpose(),
            A: -(nu * w.transpose() + &u * x.transpose()),
            G: -(lambda * w.transpose() + &l * x.transpose()),
            q: -w,
            b: u,
            h: l,
        })
    }

    /// Unknowns, equalities, inequalities.
    fn sizes(&self) -> (usize, usize, usize) {
        (self.at.x.len(), self.at.nu.len(), self.at.lambda.len())
    }

    fn solve(&self, right: &PrimalDual) -> PrimalDual {
        self.scaling.point(&self.kkt.solve(&self.scaling.balanced_sides(right)))
    }
}

/// The system without a shift. Dependent constraints were refused before, so a singular matrix has a
/// direction without curvature.
fn regular(balanced: Program, rows: Vec<Row>) -> Result<Kkt<Program>, ProgramError> {
    Kkt::new(balanced, rows, Shift::NONE).map_err(|error| match error {
        LinearError::Singular { value, scale, .. } => ProgramError::NotUnique { pivot: (value / scale).abs() },
        other => ProgramError::Linear(other),
    })
}

/// `-(dρ₁, dρ₂, dρ₃)`.
fn sides(direction: &Program, at: &PrimalDual) -> PrimalDual {
    PrimalDual {
        x: -direction.stationarity(at),
        nu: &direction.b - &direction.A * &at.x,
        lambda: &direction.h - &direction.G * &at.x,
    }
}

fn check_shape(at: &PrimalDual, (n, p, m): (usize, usize, usize)) -> Result<(), ProgramError> {
    for (part, found, expected) in [(Part::q, at.x.len(), n), (Part::b, at.nu.len(), p), (Part::h, at.lambda.len(), m)] {
        if found != expected {
            return Err(ProgramError::Shape { part, expected: (expected, 1), found: (found, 1) });
        }
    }
    Ok(())
}
