//! Every compile-time error, as a user sees it.
//!
//! One test, so that the dependencies are built once. `TRYBUILD=overwrite cargo test --test ui`
//! writes the expected texts anew: read each.

#[test]
fn errors() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*/*.rs");
}
