//! Random programs of the language, compiled and run: see `tests/compiled.rs`.
