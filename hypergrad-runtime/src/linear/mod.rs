//! How systems with `F_1` are solved.

mod session;

pub use crate::factor::{
    Answer, Ask, Blocks, Cholesky, Diagonal, DiagonalPlusGram, Factored, Factorization, Inertia, Ldlt, LogDet, Lu, Method,
    Segment, Spectrum, Square, Whole, method,
};
pub use session::Session;
