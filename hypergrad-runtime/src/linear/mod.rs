//! How systems with `F_1` are solved.
//!
//! [`AdjointSolve`] is the seam: estimators, Newton's method and `efficiency` take any of
//!
//! | solve | `F_1` | forms | a step costs |
//! |---|---|---|---|
//! | [`Direct`] | regular | what the proved structure needs | no steps |
//! | [`ConjugateGradient`] | symmetric, positive definite | nothing | 1 product |
//! | [`Minres`] | symmetric | nothing | 1 product |
//! | [`NormalEquations`] | regular | nothing | 2 products |
//! | [`Gmres`] | regular | a basis of at most `restart` vectors | 1 product |
//! | [`FixedPoint`] | near the identity | nothing | 1 product |
//!
//! An iteration stops after exactly k steps, or by its residual, or, for adjoint systems, by the error left
//! in the gradient.
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
//! use hypergrad::estimator::Ift;
//! use hypergrad::linear::{ConjugateGradient, Gmres};
//! let problem = ridge::Problem::new()?;
//! let direct = problem.hypergradient(&x, &y, &Ift::new())?;
//! let by_products = problem.hypergradient(&x, &y, &Ift::with(ConjugateGradient::new().tolerance(1e-12)))?;
//! let of_any_matrix = problem.hypergradient(&x, &y, &Ift::with(Gmres::new().tolerance(1e-12)))?;
//! assert!((by_products.gradient - direct.gradient).norm() < 1e-10 && by_products.report.linear_iterations == 2);
//! assert!((of_any_matrix.gradient - direct.gradient).norm() < 1e-10);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod adjoint;
mod conjugate_gradient;
mod fixed_point;
mod gmres;
mod jacobi;
mod lanczos;
mod matrix_free;
mod minres;
mod normal_equations;
mod session;
mod stopping;
mod systems;
mod tridiagonal;

pub use crate::factor::{
    Answer, Ask, Blocks, Cholesky, Diagonal, DiagonalPlusGram, Factored, Factorization, Inertia, Ldlt, LogDet, Lu, Method,
    Segment, Spectrum, Square, Whole, method,
};
pub use adjoint::{AdjointSolve, Direct, LinearInfo, Side};
pub use conjugate_gradient::{ConjugateGradient, ConjugateGradientWork};
pub use fixed_point::{FixedPoint, FixedPointWork};
pub use gmres::{Gmres, GmresWork};
pub(crate) use jacobi::check_symmetric;
pub use lanczos::{Lanczos, extreme_eigenvalues};
pub use matrix_free::{MatrixFree, MatrixFreeWork};
pub use minres::{Minres, MinresWork};
pub use normal_equations::{NormalEquations, NormalEquationsWork};
pub use session::Session;
pub use stopping::LinearStopping;
pub use systems::Systems;
