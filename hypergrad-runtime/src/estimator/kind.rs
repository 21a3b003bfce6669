//! Marker types of preconditioners and localised maps. Not re-exported: they would clash with the solvers' names.

/// `P = F_1`; as a localised map, the computable Newton map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Newton;

/// `P = diag(F_1)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Jacobi;

/// The module's own preconditioner `P`, or localised map `psi`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Custom;

/// The localised map `sign(x) exp(z)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exp;

/// The localised map `diag(F_1)⁻¹ z`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Diagonal;
