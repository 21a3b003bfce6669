//! Nominal values of sizes that only the program knows: they rank contraction orders at compile
//! time. Where the choice could be wrong for real data, both forms are emitted (see `contract`).

use std::collections::BTreeSet;

use super::cost::{NOMINAL_DATA, NOMINAL_VARIABLE};
use crate::ir::{Graph, Id, Role, Size, Symbol};

/// Nominal values per symbol.
#[derive(Debug, Clone, Default)]
pub struct Nominal {
    variable: Vec<Symbol>,
}

impl Nominal {
    pub fn new(graph: &Graph, roots: &[Id]) -> Self {
        let reached: BTreeSet<Id> = graph.reachable(roots).into_iter().collect();
        let mut variable: Vec<Symbol> = graph
            .inputs()
            .filter(|(_, info, id)| info.role != Role::Data && reached.contains(id))
            .flat_map(|(_, _, id)| graph.shape(id).iter().flat_map(Size::symbols).collect::<Vec<_>>())
            .collect();
        variable.sort_unstable();
        variable.dedup();
        Self { variable }
    }

    pub fn value(&self, size: &Size) -> f64 {
        size.estimate(&|s| if self.variable.binary_search(&s).is_ok() { NOMINAL_VARIABLE } else { NOMINAL_DATA }).max(1.0)
    }
}
