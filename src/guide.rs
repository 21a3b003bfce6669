//! The pages of `docs/`: what the macro reads, which estimator to take, the formulas, and how the
//! compiler works.

/// What a body may say: every word that `#[bilevel]` reads, and what the compiler takes it to mean.
#[doc = include_str!("../docs/language.md")]
pub mod language {}

/// Every estimator: its formula, what it needs and costs, and a measured example.
#[doc = include_str!("../docs/estimators.md")]
pub mod estimators {}

/// The formulas of the three papers, corrected; the code cites them by their numbers.
#[doc = include_str!("../docs/formulas.md")]
pub mod formulas {}

/// A change of variables that makes an estimator super-efficient, computed for a problem.
#[doc = include_str!("../docs/super_efficient.md")]
pub mod super_efficient {}

/// The compiler, stage by stage.
#[doc = include_str!("../docs/pipeline.md")]
pub mod pipeline {}

/// How the project is tested, and which kind of test a change needs.
#[doc = include_str!("../docs/testing.md")]
pub mod testing {}
