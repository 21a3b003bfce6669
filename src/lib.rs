//! hypergrad.
#![cfg_attr(not(feature = "std"), no_std)]

pub use hypergrad_macros::bilevel;
pub use hypergrad_runtime::*;

#[doc(hidden)]
pub mod __private;
