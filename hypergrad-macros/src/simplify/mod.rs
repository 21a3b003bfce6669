//! Rewrites of the graph that keep its value.

pub mod stabilise;
