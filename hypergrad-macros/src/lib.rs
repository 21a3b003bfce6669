//! The `#[bilevel]` attribute.
