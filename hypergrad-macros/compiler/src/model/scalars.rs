//! One scalar type per module.

use super::Scalar;
use crate::diagnostics::Diagnostic;

/// The module's scalar type and where it was first seen: `` `x` ``.
#[derive(Debug, Clone)]
pub struct ScalarType {
    pub scalar: Scalar,
    pub seen: String,
}

impl ScalarType {
    /// A type with these entries, in the user's words `name`, beside the module's.
    ///
    /// # Errors
    /// Names both where they differ.
    pub fn check(&self, written: &syn::Type, scalar: Scalar, name: &str) -> Result<(), Diagnostic> {
        if scalar == self.scalar {
            return Ok(());
        }
        let message =
            format!("`{name}` is made of `{scalar}` and `{}` of `{}`: a module has one scalar type", self.seen, self.scalar);
        Err(Diagnostic::new(written, message).help(format!("write `{}` here, or `{scalar}` there", self.scalar)))
    }
}
