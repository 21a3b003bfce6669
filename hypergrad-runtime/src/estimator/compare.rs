//! Every estimator side by side.

use core::fmt;

use super::efficiency::{check_root, efficiency_at};
use super::{Estimator, Ift, Localized, Preconditioned, Tangent};
use crate::error::EstimatorError;
use crate::point;
use crate::problem::Bilevel;
use crate::structure::{EstimatorKind, Structure};

/// A table of estimators at one root, printed by `Display`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// One row per estimator.
    pub rows: Vec<ComparisonRow>,
    /// What was proved about the problem.
    pub structure: Structure,
}

/// One estimator.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ComparisonRow {
    /// Which one.
    pub kind: EstimatorKind,
    /// `C_y`, or why there is none.
    pub efficiency: Result<f64, EstimatorError>,
    /// Factorisations of an `n x n` matrix, without the error estimate.
    pub factorisations: usize,
    /// Solves with them.
    pub solves: usize,
    /// Products with derivatives of F and g, and evaluations of F.
    pub products: usize,
    /// Proved: `C_y = 0` for every y.
    pub proved: bool,
}

/// `C_y`, cost and facts of every estimator at the root `x_star` of y.
///
/// # Errors
/// Shapes, `NotAtRoot`, `F_1` singular. What only one estimator cannot do is in its row.
pub fn compare<P: Bilevel>(problem: &P, x_star: &P::X, y: &P::Y) -> Result<Comparison, EstimatorError> {
    let mut work = point::start(problem, x_star, y)?;
    check_root(problem, &mut work)?;
    let again = if P::STRUCTURE.f1_constant_in_x { 1 } else { 2 };
    let rows = vec![
        row(problem, &mut work, &Ift::new(), (1, 1, 1)),
        row(problem, &mut work, &Preconditioned::newton(), (again, 2, 2)),
        row(problem, &mut work, &Preconditioned::jacobi(), (1, 1, 2)),
        row(problem, &mut work, &Tangent::new(), (1, 3, 5)),
        row(problem, &mut work, &Localized::exp(), (1, 1, 2)),
        row(problem, &mut work, &Localized::diagonal(), (1, 1, 3)),
        row(problem, &mut work, &Localized::newton(), (2, 2, 4)),
    ];
    Ok(Comparison { rows, structure: P::STRUCTURE })
}

fn row<P: Bilevel, E: Estimator<P>>(
    problem: &P,
    work: &mut P::Work,
    estimator: &E,
    (factorisations, solves, products): (usize, usize, usize),
) -> ComparisonRow {
    let kind = estimator.kind();
    let efficiency = efficiency_at(problem, work, estimator);
    let proved = P::STRUCTURE.is_super_efficient(kind);
    ComparisonRow { kind, efficiency, factorisations, solves, products, proved }
}

/// The facts of a structure that were proved, in words.
fn facts(structure: &Structure) -> Vec<&'static str> {
    let all = [
        (structure.f1_symmetric, "F_1 symmetric"),
        (structure.f1_diagonal, "F_1 diagonal"),
        (structure.f1_definite, "F_1 semidefinite"),
        (structure.f1_constant_in_x, "F_1 constant in x"),
        (structure.f1_constant_in_y, "F_1 constant in y"),
        (structure.f21_zero, "F_21 = 0"),
        (structure.g_constant_slope, "g of constant slope"),
        (structure.smooth, "smooth"),
    ];
    all.into_iter().filter(|(proved, _)| *proved).map(|(_, name)| name).collect()
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<24} {:>11} {:>15} {:>7} {:>9}  facts", "estimator", "C_y", "factorisations", "solves", "products")?;
        for row in &self.rows {
            let efficiency = match &row.efficiency {
                Ok(value) => format!("{value:.3e}"),
                Err(_) => "-".to_owned(),
            };
            let note = match &row.efficiency {
                _ if row.proved => "super-efficient (proved)".to_owned(),
                Err(error) => error.to_string(),
                Ok(_) => String::new(),
            };
            let line = format!(
                "{:<24} {efficiency:>11} {:>15} {:>7} {:>9}  {note}",
                row.kind, row.factorisations, row.solves, row.products
            );
            writeln!(f, "{}", line.trim_end())?;
        }
        let facts = facts(&self.structure);
        let facts = if facts.is_empty() { "nothing".to_owned() } else { facts.join(", ") };
        write!(f, "proved: {facts}")
    }
}
