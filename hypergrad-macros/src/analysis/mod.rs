//! Facts about the graph. Nothing here changes it.

mod stage;

pub use stage::{Stage, stages};
