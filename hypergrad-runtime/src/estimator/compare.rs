//! Every estimator side by side.

use core::fmt;

use super::bounds::{Bound, Jacobian, direct_part, distance_to_f_1, proposition_3};
use super::efficiency::{check_root, efficiency_at};
use super::pairs::{self, ComparisonPair, Pairing};
use super::{Estimator, Ift, Localized, Precondition, Preconditioned, Tangent};
use crate::error::EstimatorError;
use crate::kernels::{axpy, norm};
use crate::point::{self, T, Y, zeros_y};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;
use crate::structure::{EstimatorKind, Structure};

/// A table of estimators at one root, printed by `Display`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// One row per estimator.
    pub rows: Vec<ComparisonRow>,
    /// What was proved about the problem.
    pub structure: Structure,
    /// Prop. 3: `C_y(Omega) <= |D| + |g_1| C_y(Psi)`; `None` where `Psi_1` is too large to form.
    pub proposition_3: Option<Bound>,
    /// Every change of variables against every preconditioner that is not proved super-efficient; empty
    /// where the Jacobians are too large.
    pub pairs: Vec<ComparisonPair>,
}

/// One estimator.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ComparisonRow {
    /// Which one.
    pub kind: EstimatorKind,
    /// Its name, with the settings of an iteration.
    pub name: String,
    /// `C_y`, or why there is none.
    pub efficiency: Result<f64, EstimatorError>,
    /// The distance to `∇h(y)` of the estimate at the x that was given, or why there is none; `None`
    /// where no x was given.
    pub error: Option<Result<f64, EstimatorError>>,
    /// Factorisations of an `n x n` matrix, without the error estimate.
    pub factorisations: usize,
    /// Solves with them.
    pub solves: usize,
    /// Products with derivatives of F and g, and evaluations of F.
    pub products: usize,
    /// Numbers kept besides a few vectors: of factors, iterates, `dx/dy`.
    pub memory: usize,
    /// The distance to `∇h(y)` of the estimate at the root itself; `None` for estimators that are exact there.
    pub bias: Option<f64>,
    /// Proved: `C_y = 0` for every y.
    pub proved: bool,
}

/// What an estimate costs, without its error estimate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cost {
    pub factorisations: usize,
    pub solves: usize,
    pub products: usize,
    pub memory: usize,
}

/// `C_y`, cost and facts of every built-in estimator at the root `x_star` of y.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// use hypergrad::solver::Newton;
/// # use nalgebra::Vector2;
/// # let y = Vector2::new(-1.0, 0.2);
/// let problem = ridge::Problem::new()?;
/// let x = problem.solve(&Vector2::zeros(), &y, &Newton::new())?.x;
/// let table = problem.compare(&x, &y)?;
/// println!("{table}");
/// let newton = table.rows.iter().find(|row| row.name == "preconditioned, newton");
/// assert!(newton.is_some_and(|row| row.proved && row.efficiency.as_ref().is_ok_and(|c_y| *c_y < 1e-10)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Shapes, `NotAtRoot`, `F_1` singular. What only one estimator cannot do is in its row.
pub fn compare<P: Bilevel>(problem: &P, x_star: &P::X, y: &P::Y) -> Result<Comparison, EstimatorError> {
    Ok(Compare::new(problem, x_star, y, None)?.finish())
}

/// Largest `Psi_1` for Prop. 3, and for the Jacobians of all estimators at once.
const LARGEST_TENSOR: usize = 1 << 18;

/// A comparison in the making: the built-in estimators are in it from the start.
pub struct Compare<'a, P: Bilevel> {
    pub(super) problem: &'a P,
    /// At the root.
    pub(super) root: P::Work,
    /// Numbers in the factor of `F_1`.
    pub(super) entries: usize,
    /// At the x whose error is measured, and `∇h(y)`.
    measured: Option<(P::Work, Y<P>)>,
    comparison: Comparison,
    pairing: Option<Pairing<P>>,
    /// Whether the next row has a `C_y`: runs of many steps have none here, for their price.
    pub(super) wants_efficiency: bool,
}
opaque_debug!([P: Bilevel] Compare<'_, P>, "Compare");

impl<'a, P: Bilevel> Compare<'a, P> {
    /// At the root `x_star`; where `x_hat` is given, each estimate there is measured against `∇h(y)`,
    /// which is Omega at the root.
    ///
    /// # Errors
    /// Shapes, `NotAtRoot`, `F_1` singular.
    pub fn new(problem: &'a P, x_star: &P::X, y: &P::Y, x_hat: Option<&P::X>) -> Result<Self, EstimatorError> {
        let mut root = point::start(problem, x_star, y)?;
        check_root(problem, &mut root)?;
        let measured = match x_hat {
            Some(x) => Some((point::start(problem, x, y)?, point::omega(problem, &mut root)?)),
            None => None,
        };
        let (n, m) = problem.dims(&root);
        let small = m.saturating_mul(n).saturating_mul(n) <= LARGEST_TENSOR;
        let proposition_3 = if small { proposition_3(problem, x_star, y).ok() } else { None };
        let pairing = if small { direct_part(problem, &mut root).ok().map(Pairing::new) } else { None };
        let comparison = Comparison { rows: Vec::new(), structure: problem.structure(), proposition_3, pairs: Vec::new() };
        let entries = problem.spectrum(&mut root).entries();
        Ok(Self { problem, root, entries, measured, comparison, pairing, wants_efficiency: true }.built_in().iterative())
    }

    /// Whether Jacobians are small enough to be formed for every estimator.
    pub(super) fn is_small(&self) -> bool {
        self.pairing.is_some()
    }

    fn built_in(self) -> Self {
        let again = if P::STRUCTURE.f1_constant_in_x { 1 } else { 2 };
        self.add(&Ift::new(), (1, 1, 1))
            .add(&Preconditioned::newton(), (again, 2, 2))
            .add_preconditioned(&Preconditioned::jacobi(), (1, 1, 2))
            .add(&Tangent::new(), (1, 3, 5))
            .add(&Localized::exp(), (1, 1, 2))
            .add(&Localized::diagonal(), (1, 1, 3))
            .add(&Localized::newton(), (2, 2, 4))
    }

    /// One more estimator: factorisations, solves, products.
    #[must_use]
    pub fn add<E: Estimator<P>>(self, estimator: &E, cost: (usize, usize, usize)) -> Self {
        self.add_with(estimator, cost, None)
    }

    /// One more preconditioned estimator, to be held against every change of variables.
    #[must_use]
    pub fn add_preconditioned<K: Precondition<P>>(mut self, estimator: &Preconditioned<K>, cost: (usize, usize, usize)) -> Self {
        let small = self.pairing.is_some();
        let distance = if small { distance_to_f_1(self.problem, &mut self.root, estimator).ok() } else { None };
        self.add_with(estimator, cost, distance.map(|(inverse, distance)| inverse * distance))
    }

    fn add_with<E: Estimator<P>>(
        self,
        estimator: &E,
        (factorisations, solves, products): (usize, usize, usize),
        distance: Option<f64>,
    ) -> Self {
        let (name, memory) = (estimator.kind().name().to_owned(), self.entries);
        self.add_row(estimator, name, Cost { factorisations, solves, products, memory }, distance)
    }

    fn add_row<E: Estimator<P>>(mut self, estimator: &E, name: String, cost: Cost, distance: Option<f64>) -> Self {
        let kind = estimator.kind();
        let efficiency = self.efficiency(estimator, distance);
        let error = self.measured.as_mut().map(|(work, exact)| error(self.problem, work, exact.flat(), estimator));
        let proved = P::STRUCTURE.is_super_efficient(kind);
        let Cost { factorisations, solves, products, memory } = cost;
        let row = ComparisonRow { kind, name, efficiency, error, factorisations, solves, products, memory, bias: None, proved };
        self.comparison.rows.push(row);
        self
    }

    /// An estimator that is not exact at the root.
    pub(super) fn add_biased<E: Estimator<P>>(mut self, estimator: &E, settings: &str, cost: Cost) -> Self {
        let bias = point::omega(self.problem, &mut self.root)
            .and_then(|exact| error(self.problem, &mut self.root, exact.flat(), estimator));
        let name = format!("{}, {settings}", estimator.kind().name());
        let mut table = self.add_row(estimator, name, cost, None);
        if let Some(row) = table.comparison.rows.last_mut() {
            row.bias = bias.ok();
        }
        table
    }

    /// `C_y`; small Jacobians are kept for the pairs.
    fn efficiency<E: Estimator<P>>(&mut self, estimator: &E, distance: Option<f64>) -> Result<f64, EstimatorError> {
        if !self.wants_efficiency {
            return Err(EstimatorError::NotAvailable {
                what: "C_y of a run of so many steps, in a table",
                kind: estimator.kind(),
            });
        }
        let Some(pairing) = &mut self.pairing else { return efficiency_at(self.problem, &mut self.root, estimator) };
        let jacobian = Jacobian::at(self.problem, &mut self.root, estimator)?;
        let norm = jacobian.norm;
        pairing.push(estimator.kind(), jacobian, distance);
        Ok(norm)
    }

    /// The table.
    pub fn finish(mut self) -> Comparison {
        self.comparison.pairs = self.pairing.iter().flat_map(Pairing::pairs).collect();
        self.comparison
    }
}

/// `|estimate - ∇h|` at the point in `work`.
fn error<P: Bilevel, E: Estimator<P>>(
    problem: &P,
    work: &mut P::Work,
    exact: &[T<P>],
    estimator: &E,
) -> Result<f64, EstimatorError> {
    let mut workspace = estimator.workspace(problem, work)?;
    let mut gradient = zeros_y(problem, work)?;
    estimator.estimate(problem, work, &mut workspace, gradient.flat_mut())?;
    axpy(-T::<P>::ONE, exact, gradient.flat_mut());
    Ok(norm(gradient.flat()))
}

/// The facts of a structure that were proved, in words.
fn facts(structure: &Structure) -> Vec<&'static str> {
    let all = [
        (structure.f1_symmetric, "F_1 symmetric"),
        (structure.f1_diagonal, "F_1 diagonal"),
        (structure.f1_block_diagonal && !structure.f1_diagonal, "F_1 block-diagonal"),
        (structure.f1_diagonal_plus_gram, "F_1 diagonal plus Gram"),
        (structure.f1_definite, "F_1 semidefinite"),
        (structure.f1_constant_in_x, "F_1 constant in x"),
        (structure.f1_constant_in_y, "F_1 constant in y"),
        (structure.f21_zero, "F_21 = 0"),
        (structure.g_constant_slope, "g of constant slope"),
        (structure.smooth, "smooth"),
    ];
    all.into_iter().filter(|(proved, _)| *proved).map(|(_, name)| name).collect()
}

fn number(value: &Result<f64, EstimatorError>) -> String {
    value.as_ref().map_or_else(|_| "-".to_owned(), |value| format!("{value:.3e}"))
}

impl Comparison {
    fn line(&self, row: &ComparisonRow) -> String {
        let measured = row.error.as_ref().map(|error| format!(" {:>11}", number(error))).unwrap_or_default();
        let first = match (&row.efficiency, &row.error) {
            (Err(error), _) | (_, Some(Err(error))) => Some(error.to_string()),
            _ => None,
        };
        let biased = row.bias.map(|bias| format!("off by {bias:.1e} at the root"));
        let note = if row.proved { Some("super-efficient (proved)".to_owned()) } else { biased.or(first) };
        let line = format!(
            "{:<40} {:>11}{measured} {:>15} {:>7} {:>9} {:>9}  {}",
            row.name,
            number(&row.efficiency),
            row.factorisations,
            row.solves,
            row.products,
            row.memory,
            note.unwrap_or_default()
        );
        line.trim_end().to_owned()
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let measured = if self.rows.iter().any(|row| row.error.is_some()) { format!(" {:>11}", "error") } else { String::new() };
        writeln!(
            f,
            "{:<40} {:>11}{measured} {:>15} {:>7} {:>9} {:>9}  facts",
            "estimator", "C_y", "factorisations", "solves", "products", "memory"
        )?;
        for row in &self.rows {
            writeln!(f, "{}", self.line(row))?;
        }
        if let Some(bound) = self.proposition_3 {
            writeln!(f, "Prop. 3: C_y(Omega) <= |D| + |g_1| C_y(Psi): {:.3e} <= {:.3e}", bound.left, bound.right)?;
        }
        if !self.pairs.is_empty() {
            pairs::heading(f)?;
        }
        for pair in &self.pairs {
            writeln!(f, "{pair}")?;
        }
        let facts = facts(&self.structure);
        let facts = if facts.is_empty() { "nothing".to_owned() } else { facts.join(", ") };
        write!(f, "proved: {facts}")
    }
}
