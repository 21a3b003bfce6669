//! simplify.
