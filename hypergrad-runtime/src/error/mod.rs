//! What can go wrong at run time: one enum per area, with the numbers inside.
//!
//! # Example
//! ```
//! # #[hypergrad::bilevel]
//! # mod ridge {
//! #     use nalgebra::{DMatrix, DVector};
//! #     pub struct Data { pub a: DMatrix<f64>, pub b: DVector<f64> }
//! #     pub fn f(x: &DVector<f64>, y: f64, data: &Data) -> f64 { (&data.a * x - &data.b).norm_squared() + y * x.norm_squared() }
//! #     pub fn g(x: &DVector<f64>, _y: f64, data: &Data) -> f64 { (&data.a * x - &data.b).norm_squared() }
//! # }
//! # use nalgebra::{DMatrix, DVector};
//! use core::ops::ControlFlow;
//! use hypergrad::estimator::Ift;
//! use hypergrad::outer::{Descent, minimize};
//! use hypergrad::solver::Newton;
//! use hypergrad::OuterError;
//! # let data = ridge::Data { a: DMatrix::from_element(3, 2, 1.0), b: DVector::from_element(3, 2.0) };
//! # let x = DVector::zeros(2);
//!
//! let problem = ridge::Problem::new(&data)?;
//! // Where y = -1, f has no minimiser; every error says what was met, with numbers.
//! let start = minimize(&problem, &x, &-1.0, &Descent::adam(0.1), &Newton::new(), &Ift::new(), |_| ControlFlow::Continue(()));
//! let error = start.err().ok_or("there is no minimiser")?;
//! assert!(matches!(error, OuterError::Solve { .. }), "{error}");
//! println!("{error}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod estimator;
mod linear;
mod outer;
mod shape;
mod solve;

pub use estimator::EstimatorError;
pub use linear::LinearError;
pub use outer::OuterError;
pub use shape::ShapeError;
pub use solve::SolveError;
