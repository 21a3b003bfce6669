//! hypergrad.
pub use hypergrad_macros::bilevel;
pub use hypergrad_runtime::*;

#[doc(hidden)]
pub mod __private;
