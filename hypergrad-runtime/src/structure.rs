//! What the macro proved about a problem.

use crate::scalar::Real;

/// Facts proved when the module was compiled. `false` means "not proved", never "disproved".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, read by name")]
pub struct Structure {
    /// `F_1 = F_1ᵀ`.
    pub f1_symmetric: bool,
    /// `F_1` is diagonal.
    pub f1_diagonal: bool,
    /// `F_1` is block-diagonal: entries of x in different slices along an axis (samples) are not coupled.
    pub f1_block_diagonal: bool,
    /// `F_1 = diag(d) + Σ BᵀB` with `d >= 0`.
    pub f1_diagonal_plus_gram: bool,
    /// `F_1` is positive semidefinite (f is convex in x): a Cholesky factorisation is legal, and
    /// fails only where `F_1` is singular.
    pub f1_definite: bool,
    /// `F_11 = 0`: f is quadratic in x.
    pub f1_constant_in_x: bool,
    /// `F_1` does not depend on y.
    pub f1_constant_in_y: bool,
    /// `F_21 = 0`: the same statement as [`Self::f1_constant_in_y`], by the name that formulas have for it
    /// (`F_21[(i,b,k)]` is the derivative of `F_1[(i,k)]` in `y_b`).
    pub f21_zero: bool,
    /// `g_11 = 0` and `g_21 = 0`.
    pub g_constant_slope: bool,
    /// Nothing nonsmooth in the problem; otherwise every second-order claim is withheld.
    pub smooth: bool,
    /// Estimators proved to have `C_y = 0`.
    pub super_efficient: &'static [EstimatorKind],
}

impl Structure {
    /// Nothing proved.
    pub const UNKNOWN: Self = Self {
        f1_symmetric: false,
        f1_diagonal: false,
        f1_block_diagonal: false,
        f1_diagonal_plus_gram: false,
        f1_definite: false,
        f1_constant_in_x: false,
        f1_constant_in_y: false,
        f21_zero: false,
        g_constant_slope: false,
        smooth: false,
        super_efficient: &[],
    };

    /// Whether this kind of estimator was proved super-efficient.
    pub fn is_super_efficient(&self, kind: EstimatorKind) -> bool {
        self.super_efficient.contains(&kind)
    }
}

/// What the eigenvalues of a symmetric `F_1` lie between at every x, for one y: the μ and L of a strongly convex f with a
/// Lipschitz gradient. An end is `None` where nothing was proved when the module was compiled.
///
/// # Example
/// ```
/// #[hypergrad::bilevel]
/// mod logistic {
///     use hypergrad::math::softplus;
///     use nalgebra::{Matrix3x2, Vector2};
///     pub struct Data { pub a: Matrix3x2<f64> }
///     pub fn f(x: &Vector2<f64>, y: f64, data: &Data) -> f64 {
///         (&data.a * x).map(softplus).sum() + 0.5 * y.exp() * x.norm_squared()
///     }
///     pub fn g(x: &Vector2<f64>, _y: f64) -> f64 { x.norm_squared() }
/// }
/// # use nalgebra::{Matrix3x2, Vector2};
/// let data = logistic::Data { a: Matrix3x2::new(1.0, 0.0, 2.0, -1.0, 0.0, 1.0) };
/// let problem = logistic::Problem::new(&data)?;
/// let at = problem.at(&Vector2::new(0.3, -0.2), &-1.0)?;
/// let bounds = at.eigenvalue_bounds();
/// // λ = e^y from the penalty; softplus has second derivatives up to ¼.
/// let lambda = (-1.0_f64).exp();
/// assert!((bounds.least.unwrap() - lambda).abs() < 1e-15);
/// assert!(bounds.most.unwrap() <= 0.25 * data.a.norm_squared() + lambda + 1e-15);
/// let values = at.F_1().symmetric_eigenvalues();
/// assert!(bounds.least.unwrap() <= values.min() && values.max() <= bounds.most.unwrap());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Default)]
#[non_exhaustive]
pub struct EigenvalueBounds {
    /// μ: no eigenvalue is below it. It need not be positive.
    pub least: Option<f64>,
    /// L: no eigenvalue is above it.
    pub most: Option<f64>,
}

impl EigenvalueBounds {
    /// The ends that are finite.
    #[doc(hidden)]
    pub fn new<S: Real>(least: Option<S>, most: Option<S>) -> Self {
        let finite = |end: Option<S>| end.map(Real::wide).filter(|end| end.is_finite());
        Self { least: finite(least), most: finite(most) }
    }
}

impl core::fmt::Display for EigenvalueBounds {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match (self.least, self.most) {
            (Some(least), Some(most)) => write!(f, "eigenvalues between {least:.3e} and {most:.3e}"),
            (Some(least), None) => write!(f, "eigenvalues of at least {least:.3e}"),
            (None, Some(most)) => write!(f, "eigenvalues of at most {most:.3e}"),
            (None, None) => f.write_str("no bound of the eigenvalues"),
        }
    }
}

/// A kind of hypergradient estimator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EstimatorKind {
    /// `Omega`, the implicit function theorem at x as it is.
    Ift,
    /// `Omega` after one Newton step.
    Newton,
    /// `Omega` after one Jacobi step, `P = diag(F_1)`.
    Jacobi,
    /// `Omega` after one step with the module's own `P`.
    CustomPreconditioner,
    /// `Omega - Omega_1 F_1⁻¹ F`.
    Tangent,
    /// `Omega` of the problem in the module's variables `x = phi(z, y)`.
    Reparameterized,
    /// Localised `sign(x) exp(z)`.
    LocalizedExp,
    /// Localised `diag(F_1)⁻¹ z`.
    LocalizedDiagonal,
    /// Localised Newton map.
    LocalizedNewton,
    /// The module's localised map `psi`.
    LocalizedCustom,
    /// Approximate implicit differentiation: an iterative linear solver.
    Aid,
    /// The derivative of a whole inner run.
    Unrolled,
    /// The derivative of the last steps of an inner run.
    Truncated,
    /// The derivative of one inner step.
    OneStep,
}

impl EstimatorKind {
    /// A short name, as in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ift => "ift",
            Self::Newton => "preconditioned, newton",
            Self::Jacobi => "preconditioned, jacobi",
            Self::CustomPreconditioner => "preconditioned, custom",
            Self::Tangent => "tangent",
            Self::Reparameterized => "reparameterized",
            Self::LocalizedExp => "localized, exp",
            Self::LocalizedDiagonal => "localized, diagonal",
            Self::LocalizedNewton => "localized, newton",
            Self::LocalizedCustom => "localized, custom",
            Self::Aid => "approximate implicit",
            Self::Unrolled => "unrolled",
            Self::Truncated => "truncated",
            Self::OneStep => "one step",
        }
    }
}

impl core::fmt::Display for EstimatorKind {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.name())
    }
}
