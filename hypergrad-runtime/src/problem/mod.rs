//! What the macro implements: a bilevel problem as kernels on flat slices.
//!
//! Everything is column-major and flat. `n = dim x`, `m = dim y`. `Work` owns every buffer of one
//! evaluation point; a kernel computes what it needs when it is first asked for and keeps it there,
//! each node at the earliest stage that knows its inputs (y, x, adjoint); setting a stage anew
//! forgets what depends on it.
//!
//! # Example
//! ```
//! # #[hypergrad::bilevel]
//! # mod ridge {
//! #     use nalgebra::Vector2;
//! #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
//! #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
//! # }
//! # use nalgebra::Vector2;
//! # let (x, y) = (Vector2::zeros(), Vector2::new(-1.0, 0.2));
//! use hypergrad::problem::Bilevel;
//!
//! /// What is written for every problem: the Newton decrement `Fᵀ F_1⁻¹ F`.
//! fn decrement<P: Bilevel<Scalar = f64>>(problem: &P, x: &P::X, y: &P::Y) -> Result<f64, Box<dyn std::error::Error>> {
//!     let mut work = problem.start(x, y)?;
//!     let mut residual = vec![0.0; problem.dims(&work).0];
//!     problem.residual(&mut work, &mut residual);
//!     let mut step = residual.clone();
//!     problem.factor(&mut work)?;
//!     problem.f_1_solve(&mut work, &mut step);
//!     Ok(step.iter().zip(&residual).map(|(a, b)| a * b).sum())
//! }
//! let problem = ridge::Problem::new()?;
//! assert!(decrement(&problem, &x, &y)? > 0.1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod change;
mod data_fault;
#[doc(hidden)]
pub mod products;
pub mod space;
mod variable;

pub use crate::storage::{BYTES_LIMIT, Dense, Tensor3};
pub use change::{Change, ChangeOfVariables, CustomPreconditioner, Global, Local, LocalizedChange, Reach};
pub use variable::Variable;
#[doc(hidden)]
pub use variable::{array_len, assign_array, like_array, range_of, read_array};

use crate::error::{LinearError, ShapeError};
use crate::factor::{Spectrum, Square};
use crate::scalar::Real;
use crate::structure::{EigenvalueBounds, Structure};

/// A bilevel problem `min_y g(x*(y), y)` with `F(x*(y), y) = 0`, as emitted by `#[bilevel]`.
pub trait Bilevel {
    /// `f64` or `f32`.
    type Scalar: Real;
    /// The user's inner variable.
    type X: Variable<Scalar = Self::Scalar>;
    /// The user's outer variable.
    type Y: Variable<Scalar = Self::Scalar>;
    /// `n x n`.
    type XX: Dense<Scalar = Self::Scalar>;
    /// `n x m`.
    type XY: Dense<Scalar = Self::Scalar>;
    /// `m x n`.
    type YX: Dense<Scalar = Self::Scalar>;
    /// Other matrices with the structure of `F_1`.
    type Square: Square<Scalar = Self::Scalar>;
    /// Every buffer of one evaluation point, owned.
    type Work;
    /// What was proved when the module was compiled.
    const STRUCTURE: Structure;
    /// Whether F at a sample reads x at that sample only, and [`Bilevel::descend`] goes through them.
    const BY_SAMPLES: bool = false;
    /// What holds for the data at hand: [`Self::STRUCTURE`], and facts that hang on the sign of some of the data.
    #[inline]
    fn structure(&self) -> Structure {
        Self::STRUCTURE
    }

    /// The first entry of the data's fields that is not finite, by the field's name. It is asked where a result is not
    /// finite: a field may hold such entries where nothing reads them.
    fn data_fault(&self) -> Option<ShapeError> {
        None
    }

    /// Allocates the buffers for variables of these shapes and sets the point to `(x, y)`.
    /// The only allocation. Shapes are checked.
    ///
    /// # Errors
    /// `ShapeError` where a length of x or y does not fit the data.
    fn work(&self, x: &Self::X, y: &Self::Y) -> Result<Self::Work, ShapeError>;
    /// [`Bilevel::work`] where every entry is finite.
    ///
    /// # Errors
    /// As [`Bilevel::work`]; an entry that is not finite.
    #[inline]
    fn start(&self, x: &Self::X, y: &Self::Y) -> Result<Self::Work, ShapeError> {
        let work = self.work(x, y)?;
        space::check_input("x", self.x(&work))?;
        space::check_input("y", self.y(&work))?;
        Ok(work)
    }
    /// What is done at the start: buffers of constant sizes are made where they stay, neither zeroed nor moved.
    ///
    /// # Errors
    /// As [`Bilevel::start`].
    #[inline]
    fn begin<R>(&self, x: &Self::X, y: &Self::Y, run: impl FnOnce(&mut Self::Work) -> R) -> Result<R, ShapeError> {
        Ok(run(&mut self.start(x, y)?))
    }
    /// `(n, m)`.
    fn dims(&self, work: &Self::Work) -> (usize, usize);
    /// Sets y (length m): forgets what depends on y.
    fn set_y(&self, work: &mut Self::Work, y: &[Self::Scalar]);
    /// Sets x (length n): forgets what depends on x.
    fn set_x(&self, work: &mut Self::Work, x: &[Self::Scalar]);
    /// `x += alpha d` (length n): forgets what depends on x.
    fn move_x(&self, work: &mut Self::Work, alpha: Self::Scalar, d: &[Self::Scalar]) {
        let mut next = <Self::X as Variable>::Flat::zeros(d.len(), 1);
        next.flat_mut().copy_from_slice(self.x(work));
        crate::kernels::axpy(alpha, d, next.flat_mut());
        self.set_x(work, next.flat());
    }
    /// So many times `x -= alpha F`, all of them for some samples before the next ones; F at the last x in `out` (length
    /// n). Gives `|F|` at the first. `None`, and nothing is done, without [`Bilevel::BY_SAMPLES`].
    fn descend(&self, _work: &mut Self::Work, _alpha: Self::Scalar, _steps: usize, _out: &mut [Self::Scalar]) -> Option<f64> {
        None
    }
    /// The x of the point, flat.
    fn x<'w>(&self, work: &'w Self::Work) -> &'w [Self::Scalar];
    /// The y of the point, flat.
    fn y<'w>(&self, work: &'w Self::Work) -> &'w [Self::Scalar];

    /// `f(x, y)` where the inner role is an objective, else `None`.
    fn objective(&self, work: &mut Self::Work) -> Option<Self::Scalar>;
    /// `F(x, y)`, length n.
    fn residual(&self, work: &mut Self::Work, out: &mut [Self::Scalar]);
    /// `F_1 u`.
    fn f_1_mul(&self, work: &mut Self::Work, u: &[Self::Scalar], out: &mut [Self::Scalar]);
    /// `F_1ᵀ s`.
    fn f_1_tr_mul(&self, work: &mut Self::Work, s: &[Self::Scalar], out: &mut [Self::Scalar]);
    /// `F_2 c`, c of length m.
    fn f_2_mul(&self, work: &mut Self::Work, c: &[Self::Scalar], out: &mut [Self::Scalar]);
    /// `F_2ᵀ s`, length m.
    fn f_2_tr_mul(&self, work: &mut Self::Work, s: &[Self::Scalar], out: &mut [Self::Scalar]);
    /// Dense `F_1`, `n x n` column-major.
    fn f_1(&self, work: &mut Self::Work, out: &mut [Self::Scalar]);
    /// Dense `F_2`, `n x m` column-major.
    fn f_2(&self, work: &mut Self::Work, out: &mut [Self::Scalar]);
    /// The diagonal of `F_1`, length n.
    fn f_1_diagonal(&self, work: &mut Self::Work, out: &mut [Self::Scalar]);
    /// What the eigenvalues of a symmetric `F_1` were proved to lie between at every x, for the y of the point.
    fn eigenvalue_bounds(&self, _work: &mut Self::Work) -> EigenvalueBounds {
        EigenvalueBounds::default()
    }
    /// `∂⟨s, diag F_1⟩/∂y`, length m.
    fn f_1_diagonal_2_tr_mul(&self, work: &mut Self::Work, s: &[Self::Scalar], out: &mut [Self::Scalar]);
    /// `g(x, y)`.
    fn g(&self, work: &mut Self::Work) -> Self::Scalar;
    /// `g_1`, length n.
    fn g_1(&self, work: &mut Self::Work, out: &mut [Self::Scalar]);
    /// `g_2`, length m.
    fn g_2(&self, work: &mut Self::Work, out: &mut [Self::Scalar]);
    /// Dense `g_11`, `n x n`.
    fn g_11(&self, work: &mut Self::Work, out: &mut [Self::Scalar]);
    /// Dense `g_21`, `m x n`.
    fn g_21(&self, work: &mut Self::Work, out: &mut [Self::Scalar]);
    /// `F_11[(i,j,k)]`, `n x n x n`, first index fastest.
    fn f_11(&self, work: &mut Self::Work, out: &mut [Self::Scalar]);
    /// `F_21[(i,b,k)]`, `n x m x n`, first index fastest.
    fn f_21(&self, work: &mut Self::Work, out: &mut [Self::Scalar]);

    /// Freezes v in `M = g - vᵀF` (docs/formulas.md 1.4): the adjoint stage.
    fn set_adjoint(&self, work: &mut Self::Work, v: &[Self::Scalar]);
    /// `M_11 u`, length n.
    fn m_11_mul(&self, work: &mut Self::Work, u: &[Self::Scalar], out: &mut [Self::Scalar]);
    /// `M_21 u`, length m.
    fn m_21_mul(&self, work: &mut Self::Work, u: &[Self::Scalar], out: &mut [Self::Scalar]);
    /// `M_12 c = M_21ᵀ c`, length n.
    fn m_12_mul(&self, work: &mut Self::Work, c: &[Self::Scalar], out: &mut [Self::Scalar]);
    /// Dense `M_11`, `n x n`.
    fn m_11(&self, work: &mut Self::Work, out: &mut [Self::Scalar]);
    /// Dense `M_21`, `m x n`.
    fn m_21(&self, work: &mut Self::Work, out: &mut [Self::Scalar]);

    /// Room for a matrix with the structure of `F_1`; `what` names it.
    ///
    /// # Errors
    /// It would be too large.
    fn square(&self, work: &Self::Work, what: &'static str) -> Result<Self::Square, LinearError>;
    /// Factors `F_1` at the point unless that was done; kept at the stage of `F_1`.
    ///
    /// # Errors
    /// Singular, indefinite where definiteness was proved, non-finite, or too large to allocate.
    fn factor(&self, work: &mut Self::Work) -> Result<(), LinearError>;
    /// Solves `F_1 out = rhs` in place with the factor of the last successful [`Bilevel::factor`].
    fn f_1_solve(&self, work: &mut Self::Work, rhs: &mut [Self::Scalar]);
    /// Solves `F_1ᵀ out = rhs` in place.
    fn f_1_tr_solve(&self, work: &mut Self::Work, rhs: &mut [Self::Scalar]);
    /// Solves in place with a positive definite matrix near `F_1`, by the factor of the last successful
    /// [`Bilevel::factor`]: where `F_1` is symmetric, each negative eigenvalue of its factor's blocks with the
    /// other sign.
    fn f_1_solve_definite(&self, work: &mut Self::Work, rhs: &mut [Self::Scalar]) {
        self.f_1_solve(work, rhs);
    }
    /// A direction u with `uᵀ F_1 u < 0`, by the factor of the last successful [`Bilevel::factor`]; `false` where
    /// none is known.
    fn f_1_negative_curvature(&self, _work: &mut Self::Work, _out: &mut [Self::Scalar]) -> bool {
        false
    }
    /// The factor of the last successful [`Bilevel::factor`]: determinant, inertia, condition of `F_1`.
    fn spectrum<'w>(&self, work: &'w mut Self::Work) -> &'w mut dyn Spectrum;
    /// Scratch of lengths n and m that [`Bilevel::keep_scratch`] has left in `work`; `None` where it is cheaper to make.
    fn take_scratch(&self, _work: &mut Self::Work) -> Option<(space::X<Self>, space::Y<Self>)> {
        None
    }
    /// Leaves scratch for the next call.
    fn keep_scratch(&self, _work: &mut Self::Work, _scratch: (space::X<Self>, space::Y<Self>)) {}
    /// Why a kernel could not compute its result at this point. Such a kernel fills its output with NaN
    /// and leaves the reason in `work`, where it stays until the stage it belongs to is set anew; checks
    /// of results report it instead of the NaN.
    fn fault(&self, _work: &Self::Work) -> Option<LinearError> {
        None
    }
}

/// The inner role is `Phi`: `F = x - Phi`, so the inner problem is a fixed point.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no fixed-point map",
    note = "the inner role must be `Phi(x, y[, data])` for `FixedPoint`; with `f` or `F` use `GradientDescent` or `Newton`"
)]
pub trait FixedPointMap: Bilevel {}
