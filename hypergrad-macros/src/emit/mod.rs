//! emit.

pub mod assertions;
