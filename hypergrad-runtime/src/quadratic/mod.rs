//! Quadratic programs and the derivatives of their solutions by all of the data.
//!
//! ```text
//! x* = argmin ½ xᵀQx + qᵀx   over   Ax = b,   Gx <= h          Q symmetric, positive semidefinite
//! ```
//!
//! With multipliers ν and λ a solution satisfies
//!
//! ```text
//! Qx + q + Aᵀν + Gᵀλ = 0,   Ax = b,   s = h - Gx >= 0,   λ >= 0,   s∘λ = 0
//! ```
//!
//! [`Program`] holds the data, [`Program::solve`] finds the solution by an interior-point method with
//! settings [`InteriorPoint`], and [`Program::derivative`] is its derivative by Q, q, A, b, G and h,
//! forward and reverse. A linear program is one with `Q = 0`.
//!
//! | | cost | exact |
//! |---|---|---|
//! | [`Program::derivative`] | one factorisation, then a solve for each product | where the active set is |
//! | [`Program::one_step`] | the same | up to `s∘λ` of the last iterate inside |
//! | [`Program::directional`] | a quadratic program in the weakly active rows | also at kinks, from one side |
//!
//! What does not exist is an error: no solution (with a certificate), more than one, a kink.
//!
//! ```
//! use hypergrad_runtime::nalgebra::{DMatrix, DVector};
//! use hypergrad_runtime::quadratic::{InteriorPoint, Program};
//!
//! # fn main() -> Result<(), hypergrad_runtime::quadratic::ProgramError> {
//! // The point of the simplex that is nearest to (0.9, 0.4, -0.5): (0.75, 0.25, 0).
//! let program = Program::new(DMatrix::identity(3, 3), DVector::from_vec(vec![-0.9, -0.4, 0.5]))
//!     .equalities(DMatrix::from_element(1, 3, 1.0), DVector::from_element(1, 1.0))
//!     .inequalities(-DMatrix::identity(3, 3), DVector::zeros(3));
//! let solution = program.solve(&InteriorPoint::new())?;
//! assert!((&solution.x - DVector::from_vec(vec![0.75, 0.25, 0.0])).amax() < 1e-12);
//! assert_eq!(solution.active.binding, [2]);
//!
//! // The gradient of x₁ by the data: on the face x₁ + x₂ = b it moves half as fast as b.
//! let gradient = program.derivative(&solution)?.reverse(&DVector::from_vec(vec![1.0, 0.0, 0.0]))?;
//! assert!((gradient.b[0] - 0.5).abs() < 1e-12);
//! assert!((&gradient.q - DVector::from_vec(vec![-0.5, 0.5, 0.0])).amax() < 1e-12);
//! # Ok(())
//! # }
//! ```

mod active;
mod derivative;
mod error;
mod interior_point;
mod iterate;
mod kkt;
mod presolve;
mod program;
mod scaling;
mod solution;

pub use active::ActiveSet;
pub use derivative::Derivative;
pub use error::{Constraint, Part, ProgramError};
pub use interior_point::InteriorPoint;
pub use program::{PrimalDual, Program};
pub use solution::{Report, Solution};
