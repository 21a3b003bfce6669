//! hypergrad.
pub use hypergrad_macros::bilevel;
pub use hypergrad_runtime::*;
