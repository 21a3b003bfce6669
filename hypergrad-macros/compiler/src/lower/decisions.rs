//! What is decided before statements are made: which nodes are stored, and which have two forms.

use std::collections::BTreeSet;

use crate::ir::{Id, Size};

/// The decision for every node.
#[derive(Debug, Default)]
pub struct Storage {
    /// Stored nodes, in computation order.
    pub stored: BTreeSet<Id>,
    /// Contractions that only a sum reads: accumulated into it.
    pub absorbed: BTreeSet<Id>,
}

/// Two forms of one node.
#[derive(Debug, Clone)]
pub struct Hoist {
    /// The form that reads contractions of data.
    pub hoisted: Id,
    /// Operations of one evaluation of either form.
    pub hoisted_cost: Size,
    pub plain_cost: Size,
    /// Entries of the contracted data.
    pub memory: Size,
}
