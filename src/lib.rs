//! hypergrad.
pub use hypergrad_runtime::*;
