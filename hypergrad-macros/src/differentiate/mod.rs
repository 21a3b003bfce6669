//! differentiate.
