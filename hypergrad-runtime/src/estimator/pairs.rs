//! Other variables against a preconditioner, at one root: Props. 13 to 15 as one row a pair.
//!
//! With A the Jacobian of the estimator in other variables and B that of the preconditioned one,
//! `Δ = C_y(A)² - C_y(B)²` is bounded below by Props. 13 and 14, above by Props. 13 and 15.

use core::fmt;

use super::bounds::{Bound, Jacobian, Matrix, Sandwich, cross_term_bound, remainder_bound, sandwich};
use crate::problem::Bilevel;
use crate::structure::EstimatorKind;

/// Two estimators at a root.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ComparisonPair {
    /// In other variables.
    pub changed: EstimatorKind,
    /// After a preconditioned step.
    pub preconditioned: EstimatorKind,
    /// `C_y(changed)² - C_y(preconditioned)²` between two bounds: a positive `lower` proves the
    /// preconditioned one better, a negative `upper` the other one.
    pub proposition_13: Sandwich,
    /// The same difference is at least `left`.
    pub proposition_14: Bound,
    /// The difference with the opposite sign is at least `left`; for localised maps.
    pub proposition_15: Option<Bound>,
}

/// What pairs are made of.
pub(super) struct Pairing<P: Bilevel> {
    changed: Vec<(EstimatorKind, Jacobian<P>)>,
    /// With `|P⁻¹| |P - F_1|`.
    preconditioned: Vec<(EstimatorKind, Jacobian<P>, f64)>,
    /// `|Omega_1|`.
    plain: f64,
    d: Matrix<P>,
}

impl<P: Bilevel> Pairing<P> {
    pub(super) fn new(d: Matrix<P>) -> Self {
        Self { changed: Vec::new(), preconditioned: Vec::new(), plain: 0.0, d }
    }

    /// One estimator, with `|P⁻¹| |P - F_1|` where it is a preconditioned one. A step that is proved
    /// super-efficient is left out: nothing is better.
    pub(super) fn push(&mut self, kind: EstimatorKind, jacobian: Jacobian<P>, distance: Option<f64>) {
        match (kind, distance) {
            (EstimatorKind::Ift, _) => self.plain = jacobian.norm,
            (EstimatorKind::Jacobi | EstimatorKind::CustomPreconditioner, Some(distance))
                if !P::STRUCTURE.is_super_efficient(kind) =>
            {
                self.preconditioned.push((kind, jacobian, distance));
            }
            (kind, None) if is_changed(kind) => self.changed.push((kind, jacobian)),
            _ => {}
        }
    }

    /// Every pair whose bounds are finite.
    pub(super) fn pairs(&self) -> Vec<ComparisonPair> {
        let pair = |(changed, a): &(EstimatorKind, Jacobian<P>), (preconditioned, b, distance): &(EstimatorKind, _, f64)| {
            let localised = *changed != EstimatorKind::Reparameterized;
            let fifteen = localised.then(|| cross_term_bound(a, b, self.d.clone()).finite());
            // What overflows is left out.
            Some(ComparisonPair {
                changed: *changed,
                preconditioned: *preconditioned,
                proposition_13: sandwich(a, b).finite().ok()?,
                proposition_14: remainder_bound(a, b, self.plain * distance).finite().ok()?,
                proposition_15: fifteen.transpose().ok()?,
            })
        };
        self.changed.iter().flat_map(|a| self.preconditioned.iter().filter_map(move |b| pair(a, b))).collect()
    }
}

/// Omega in other variables.
fn is_changed(kind: EstimatorKind) -> bool {
    use EstimatorKind::{LocalizedCustom, LocalizedDiagonal, LocalizedExp, LocalizedNewton, Reparameterized};
    matches!(kind, Reparameterized | LocalizedExp | LocalizedDiagonal | LocalizedNewton | LocalizedCustom)
}

impl ComparisonPair {
    /// What the propositions prove without the difference itself.
    fn verdict(&self) -> &'static str {
        let below = self.proposition_13.lower.max(self.proposition_14.left);
        let above = self.proposition_15.map_or(f64::INFINITY, |bound| -bound.left).min(self.proposition_13.upper);
        match (below > 0.0, above < 0.0) {
            (true, _) => "preconditioned",
            (_, true) => "other variables",
            _ => "",
        }
    }
}

/// The heading of the pairs' table.
pub(super) fn heading(f: &mut fmt::Formatter<'_>) -> fmt::Result {
    writeln!(f, "Δ = C_y² in other variables - C_y² preconditioned, between the bounds of Props. 13 to 15")?;
    writeln!(
        f,
        "{:<20} {:<23} {:>10} {:>10} {:>10} {:>10} {:>10}  proved better",
        "other variables", "preconditioned", "13 <=", "14 <=", "Δ", "<= 13", "<= 15"
    )
}

impl fmt::Display for ComparisonPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sandwich { lower, difference, upper } = self.proposition_13;
        let fifteen = self.proposition_15.map_or_else(|| "-".to_owned(), |bound| format!("{:.2e}", -bound.left));
        let line = format!(
            "{:<20} {:<23} {lower:>10.2e} {:>10.2e} {difference:>10.2e} {upper:>10.2e} {fifteen:>10}  {}",
            self.changed.name(),
            self.preconditioned.name(),
            self.proposition_14.left,
            self.verdict()
        );
        f.write_str(line.trim_end())
    }
}
