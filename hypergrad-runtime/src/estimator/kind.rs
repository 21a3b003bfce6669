//! Marker types of the preconditioners. Not re-exported: they would clash with the solvers' names.

/// `P = F_1`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Newton;

/// `P = diag(F_1)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Jacobi;
