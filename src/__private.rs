//! What expansions name by absolute path; no part of the interface.

/// The type `Self` was read as `Expected`, by the last segment of its path; this proves it.
#[diagnostic::on_unimplemented(
    message = "`#[bilevel]` read this type as `{Expected}`, which it is not: it is `{Self}`",
    label = "the macro knows a type by the last segment of its path",
    note = "nalgebra's types come from `hypergrad::nalgebra`, or from the same version of nalgebra"
)]
pub trait Meant<Expected: ?Sized> {}

impl<T: ?Sized> Meant<T> for T {}

/// Compiles where `T` is `Expected`.
pub const fn meant<T: Meant<Expected>, Expected>() {}
