//! Everything that is emitted; the only place with `quote!`.

pub mod assertions;
mod crate_path;
pub mod fallback;

use proc_macro2::TokenStream;

use crate::model::Model;

pub use crate_path::crate_path;
pub use fallback::append;

/// What is added to the user's module.
pub fn problem(model: &Model) -> TokenStream {
    model.assertions.iter().cloned().collect()
}
