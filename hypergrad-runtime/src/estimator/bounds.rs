//! The paper's comparisons of constants, in the form that holds (docs/formulas.md 1.6, 1.18 to 1.20): each a
//! function that returns both sides.

use nalgebra::DMatrix;

use super::efficiency::{check_root, finite};
use super::norm::largest_singular_value;
use super::{Estimator, Precondition, Preconditioned};
use crate::error::EstimatorError;
use crate::kernels::{axpy, gemm, gemv, norm};
use crate::linear::{Factorization, Lu};
use crate::point::{self, T};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

/// `left <= right`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Bound {
    /// The smaller side.
    pub left: f64,
    /// The larger side.
    pub right: f64,
}

impl Bound {
    /// Refuses sides that overflowed.
    pub(super) fn finite(self) -> Result<Self, EstimatorError> {
        finite("a bound", self.left)?;
        finite("a bound", self.right)?;
        Ok(self)
    }

    /// Whether it holds, up to rounding.
    pub fn holds(&self) -> bool {
        self.left <= self.right + 1e-9 * (self.left.abs() + self.right.abs())
    }
}

/// Prop. 3: `C_y(Omega) <= |D| + |g_1| C_y(Psi)` with `D = g_21 + Psi g_11`.
///
/// `C_y(Psi)` is the largest `Psi_1[s, γ, u]` over unit vectors, found by alternating maximisation
/// from `γ = g_1`: the right side holds with what is found, whether or not that is the global maximum.
///
/// # Example
/// `problem.compare(&x_star, &y)` prints this and the bounds below; by themselves:
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// use hypergrad::estimator::{Localized, Preconditioned, proposition_3, proposition_13};
/// use hypergrad::solver::Newton;
/// # use nalgebra::Vector2;
/// # let y = Vector2::new(-1.0, 0.2);
/// let problem = ridge::Problem::new()?;
/// let x = problem.solve(&Vector2::zeros(), &y, &Newton::new())?.x;
/// assert!(proposition_3(&problem, &x, &y)?.holds());
/// let pair = proposition_13(&problem, &x, &y, &Localized::exp(), &Preconditioned::jacobi())?;
/// assert!(pair.lower <= pair.difference && pair.difference <= pair.upper);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Not at a root, `F_1` singular, or `Psi_1` too large to form.
pub fn proposition_3<P: Bilevel>(problem: &P, x_star: &P::X, y: &P::Y) -> Result<Bound, EstimatorError> {
    let mut work = point::start(problem, x_star, y)?;
    check_root(problem, &mut work)?;
    let (n, m) = problem.dims(&work);
    let mut omega_1 = Matrix::<P>::try_zeros("Omega_1", m, n)?;
    point::omega_1_into(problem, &mut work, omega_1.flat_mut())?;
    let d = direct_part(problem, &mut work)?;
    let mut g_1 = Matrix::<P>::try_zeros("g_1", n, 1)?;
    problem.g_1(&mut work, g_1.flat_mut());
    let psi_1 = point::psi_1::<P, Matrix<P>, Matrix<P>, Matrix<P>>(problem, &mut work)?;
    let slope = spread::<P>(psi_1.flat(), g_1.flat(), (m, n));
    Bound { left: top(omega_1.flat(), m, n).0, right: top(d.flat(), m, n).0 + norm(g_1.flat()) * slope }.finite()
}

pub(super) type Matrix<P> = DMatrix<T<P>>;

/// `D = g_21 + Psi g_11`, `m x n`.
pub(super) fn direct_part<P: Bilevel>(problem: &P, work: &mut P::Work) -> Result<Matrix<P>, EstimatorError> {
    let (n, m) = problem.dims(work);
    let (mut d, mut g_11) = (Matrix::<P>::try_zeros("D", m, n)?, Matrix::<P>::try_zeros("g_11", n, n)?);
    problem.g_21(work, d.flat_mut());
    problem.g_11(work, g_11.flat_mut());
    let psi = point::psi(problem, work)?;
    gemm(T::<P>::ONE, psi.flat(), g_11.flat(), m, n, n, d.flat_mut());
    Ok(d)
}

/// The norm of A and its top right singular vector.
fn top<S: Real>(a: &[S], rows: usize, cols: usize) -> (f64, Vec<S>) {
    let (mut left, mut right) = (vec![S::ZERO; rows], vec![S::ZERO; cols]);
    let norm = largest_singular_value(a, rows, cols, &mut left, &mut right);
    (norm, right)
}

/// The largest `Psi_1[s, γ, u]` found from the direction γ; `Psi_1` has size `m x n x n`.
fn spread<P: Bilevel>(psi_1: &[T<P>], start: &[T<P>], (m, n): (usize, usize)) -> f64 {
    let mut gamma = start.to_vec();
    let mut best = 0.0;
    if m == 0 || n == 0 {
        return best;
    }
    for _ in 0..200 {
        let length = norm(&gamma);
        if length == 0.0 {
            return best;
        }
        let inverse = T::<P>::lit(1.0 / length);
        gamma.iter_mut().for_each(|g| *g *= inverse);
        // A[b, k] = sum_i γ_i Psi_1[b, i, k]
        let mut a = vec![T::<P>::ZERO; m * n];
        for (slice, column) in psi_1.chunks_exact(m * n).zip(a.chunks_exact_mut(m)) {
            gemv(T::<P>::ONE, slice, m, n, &gamma, column);
        }
        let (now, u) = top(&a, m, n);
        if now <= best * (1.0 + 1e-12) {
            return now.max(best);
        }
        best = now;
        // γ_i = |sum_k Psi_1[:, i, k] u_k| s-weighted: s = A u / |A u|.
        let mut s = vec![T::<P>::ZERO; m];
        gemv(T::<P>::ONE, &a, m, n, &u, &mut s);
        gamma.fill(T::<P>::ZERO);
        for (slice, &u) in psi_1.chunks_exact(m * n).zip(&u) {
            crate::kernels::gemv_t(u, slice, m, n, &s, &mut gamma);
        }
    }
    best
}

/// Both sides of Prop. 13, and what they bound.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Sandwich {
    /// `|A v_P|² - |B v_P|²`, `v_P` the top right singular vector of B.
    pub lower: f64,
    /// `C_y(A)² - C_y(B)²`.
    pub difference: f64,
    /// `|A v_φ|² - |B v_φ|²`, `v_φ` that of A.
    pub upper: f64,
}

impl Sandwich {
    /// Refuses sides that overflowed.
    pub(super) fn finite(self) -> Result<Self, EstimatorError> {
        for side in [self.lower, self.difference, self.upper] {
            finite("a bound", side)?;
        }
        Ok(self)
    }
}

/// Prop. 13 at a root: A is the Jacobian of one estimator (in other variables), B that of another
/// (preconditioned). A positive `lower` proves B better, a negative `upper` proves A better.
///
/// # Errors
/// Not at a root, or where one has no Jacobian.
pub fn proposition_13<P: Bilevel>(
    problem: &P,
    x_star: &P::X,
    y: &P::Y,
    changed: &impl Estimator<P>,
    preconditioned: &impl Estimator<P>,
) -> Result<Sandwich, EstimatorError> {
    sandwich(&Jacobian::new(problem, x_star, y, changed)?, &Jacobian::new(problem, x_star, y, preconditioned)?).finite()
}

/// Prop. 13 from the Jacobians.
pub(super) fn sandwich<P: Bilevel>(a: &Jacobian<P>, b: &Jacobian<P>) -> Sandwich {
    let difference = a.norm * a.norm - b.norm * b.norm;
    let lower = a.along(&b.right).powi(2) - b.norm * b.norm;
    let upper = a.norm * a.norm - b.along(&a.right).powi(2);
    Sandwich { lower, difference, upper }
}

/// Prop. 14 at a root: `C_y(φ)² - C_y(P)² >= |A v_P|² - |Omega_1|² |P⁻¹|² |P - F_1|²`, A the Jacobian of
/// the estimator in other variables. `right` is the difference, `left` the bound below it.
///
/// # Errors
/// Not at a root, P singular, or where one has no Jacobian.
pub fn proposition_14<P: Bilevel, K: Precondition<P>>(
    problem: &P,
    x_star: &P::X,
    y: &P::Y,
    changed: &impl Estimator<P>,
    preconditioned: &Preconditioned<K>,
) -> Result<Bound, EstimatorError> {
    let (a, b) = (Jacobian::new(problem, x_star, y, changed)?, Jacobian::new(problem, x_star, y, preconditioned)?);
    let plain = Jacobian::new(problem, x_star, y, &super::Ift::new())?;
    let mut work = point::start(problem, x_star, y)?;
    let (inverse, distance) = distance_to_f_1(problem, &mut work, preconditioned)?;
    remainder_bound(&a, &b, plain.norm * inverse * distance).finite()
}

/// Prop. 14 from the Jacobians and `|Omega_1| |P⁻¹| |P - F_1|`.
pub(super) fn remainder_bound<P: Bilevel>(a: &Jacobian<P>, b: &Jacobian<P>, rest: f64) -> Bound {
    Bound { left: a.along(&b.right).powi(2) - rest * rest, right: a.norm * a.norm - b.norm * b.norm }
}

/// `|P⁻¹|` and `|P - F_1|`.
pub(super) fn distance_to_f_1<P: Bilevel, K: Precondition<P>>(
    problem: &P,
    work: &mut P::Work,
    preconditioned: &Preconditioned<K>,
) -> Result<(f64, f64), EstimatorError> {
    let n = problem.dims(work).0;
    let mut p = Matrix::<P>::try_zeros("P", n, n)?;
    preconditioned.matrix(problem, work, p.flat_mut())?;
    let inverse = inverse_norm(&p)?;
    let mut f_1 = Matrix::<P>::try_zeros("F_1", n, n)?;
    problem.f_1(work, f_1.flat_mut());
    axpy(-T::<P>::ONE, f_1.flat(), p.flat_mut());
    Ok((inverse, top(p.flat(), n, n).0))
}

/// Prop. 15 at a root: `C_y(P)² - C_y(loc)² >= |B v|² - |D v|² - 2 |D v| σ - σ²`, v the top right singular
/// vector of the localised Jacobian A and `σ = |A - D|`, which is at most `|g_1| C_y(Psi_loc)`. The cross
/// term is missing in the printed form.
///
/// # Errors
/// Not at a root, or where one has no Jacobian.
pub fn proposition_15<P: Bilevel>(
    problem: &P,
    x_star: &P::X,
    y: &P::Y,
    localized: &impl Estimator<P>,
    preconditioned: &impl Estimator<P>,
) -> Result<Bound, EstimatorError> {
    let (a, b) = (Jacobian::new(problem, x_star, y, localized)?, Jacobian::new(problem, x_star, y, preconditioned)?);
    let mut work = point::start(problem, x_star, y)?;
    cross_term_bound(&a, &b, direct_part(problem, &mut work)?).finite()
}

/// Prop. 15 from the Jacobians and D.
pub(super) fn cross_term_bound<P: Bilevel>(a: &Jacobian<P>, b: &Jacobian<P>, d: Matrix<P>) -> Bound {
    let (mut d, m) = (d, a.rows);
    let along_d = along(d.flat(), m, &a.right);
    axpy(-T::<P>::ONE, a.matrix.flat(), d.flat_mut());
    let sigma = top(d.flat(), m, a.right.len()).0;
    let left = b.along(&a.right).powi(2) - along_d * along_d - 2.0 * along_d * sigma - sigma * sigma;
    Bound { left, right: b.norm * b.norm - a.norm * a.norm }
}

/// The Jacobian of an estimator at a root.
pub(super) struct Jacobian<P: Bilevel> {
    matrix: P::YX,
    /// `C_y`.
    pub(super) norm: f64,
    right: Vec<T<P>>,
    rows: usize,
}

impl<P: Bilevel> Jacobian<P> {
    fn new(problem: &P, x_star: &P::X, y: &P::Y, estimator: &impl Estimator<P>) -> Result<Self, EstimatorError> {
        let mut work = point::start(problem, x_star, y)?;
        check_root(problem, &mut work)?;
        Self::at(problem, &mut work, estimator)
    }

    /// At the point in `work`, a root.
    pub(super) fn at(problem: &P, work: &mut P::Work, estimator: &impl Estimator<P>) -> Result<Self, EstimatorError> {
        let (n, m) = problem.dims(work);
        let mut matrix = P::YX::try_zeros("Omega_1", m, n)?;
        estimator.jacobian_into(problem, work, matrix.flat_mut())?;
        let (norm, right) = top(matrix.flat(), m, n);
        Ok(Self { matrix, norm, right, rows: m })
    }

    /// `|J v|`.
    fn along(&self, v: &[T<P>]) -> f64 {
        along(self.matrix.flat(), self.rows, v)
    }
}

fn along<S: Real>(a: &[S], rows: usize, v: &[S]) -> f64 {
    let mut image = vec![S::ZERO; rows];
    gemv(S::ONE, a, rows, v.len(), v, &mut image);
    norm(&image)
}

/// `|P⁻¹|`.
fn inverse_norm<S: Real>(p: &DMatrix<S>) -> Result<f64, EstimatorError> {
    let n = p.nrows();
    let mut factor = Lu::<DMatrix<S>>::new("P", n)?;
    factor.matrix_mut().copy_from_slice(p.as_slice());
    factor.factor("P")?;
    let mut inverse = DMatrix::<S>::identity(n, n);
    if n > 0 {
        inverse.as_mut_slice().chunks_exact_mut(n).for_each(|column| factor.solve(column));
    }
    Ok(top(inverse.as_slice(), n, n).0)
}
