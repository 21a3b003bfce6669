//! Random programs of the language, compiled and run: every quantity of a problem, contracted with directions,
//! against the evaluator of `program-generator`, as `hypergrad-macros/compiler` compares the interpreted graph.

pub mod compare;
pub mod inputs;
