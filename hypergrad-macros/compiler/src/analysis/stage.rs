//! When a node can be computed: at the earliest stage that knows what it reads.

use crate::ir::{Affine, Graph, Id, Input, Op, Product, Role, Size, Symbol};
use crate::shape::{Sizes, SymbolSource};

/// In order of evaluation. What a stage computes, all later ones can read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Stage {
    /// Once, when the problem is made.
    Data,
    /// Once per y.
    Y,
    /// Once per point.
    X,
    /// Once per frozen adjoint v (or s).
    Adjoint,
    /// Per product with a direction.
    Direction,
    /// Per step of a recursion.
    Step,
}

impl Stage {
    /// The stage that first knows an input of this role.
    pub fn of(role: Role) -> Self {
        match role {
            Role::Data => Self::Data,
            Role::Y | Role::YBar => Self::Y,
            Role::X => Self::X,
            Role::Adjoint | Role::Z => Self::Adjoint,
            Role::DirectionX | Role::DirectionY => Self::Direction,
        }
    }
}

/// The stage of every node, by id: the latest of what it reads. An extent that only x or y decides
/// counts as read.
pub fn stages(graph: &Graph, sizes: &Sizes) -> Vec<Stage> {
    let mut stages = Stages::new(sizes);
    stages.extend(graph);
    stages.nodes
}

/// Stages of a graph that grows.
#[derive(Debug)]
pub struct Stages {
    symbols: Vec<Stage>,
    /// The latest of the symbols'.
    latest: Stage,
    nodes: Vec<Stage>,
}

impl Stages {
    pub fn new(sizes: &Sizes) -> Self {
        let symbols: Vec<Stage> = (0..sizes.len() as u32).map(|s| of_source(sizes.source(Symbol(s)))).collect();
        let latest = symbols.iter().copied().max().unwrap_or(Stage::Data);
        Self { symbols, latest, nodes: Vec::new() }
    }

    pub fn get(&mut self, graph: &Graph, id: Id) -> Stage {
        self.extend(graph);
        self.nodes[id.0 as usize]
    }

    fn extend(&mut self, graph: &Graph) {
        for id in (self.nodes.len() as u32..graph.len() as u32).map(Id) {
            let node = graph.node(id);
            let read = graph.reads(id).into_iter().map(|o| self.nodes[o.0 as usize]).max().unwrap_or(Stage::Data);
            let known = read.max(earliest(graph, &node.op));
            // Sizes matter only where they may be known later.
            let stage = if known >= self.latest {
                known
            } else {
                known.max(of_sizes(&node.shape, &self.symbols)).max(of_own_sizes(&node.op, &self.symbols))
            };
            self.nodes.push(stage);
        }
    }
}

/// What an operation waits for, whatever it reads.
fn earliest(graph: &Graph, op: &Op) -> Stage {
    match op {
        Op::Input(input) => of_input(graph, *input),
        // Tables of the data are computed without scratch.
        Op::Scan(_) => Stage::Y,
        Op::Slot(_) => Stage::Step,
        Op::Constant(_)
        | Op::Count(_)
        | Op::Iota
        | Op::Product(_)
        | Op::Sum(_)
        | Op::Map(..)
        | Op::Reduce { .. }
        | Op::Weights { .. }
        | Op::Exclusive { .. }
        | Op::Factor { .. }
        | Op::Solve { .. }
        | Op::Lower { .. }
        | Op::Determinant { .. }
        | Op::State { .. } => Stage::Data,
    }
}

/// When the sizes are known that an operation has beside its shape.
fn of_own_sizes(op: &Op, symbols: &[Stage]) -> Stage {
    match op {
        Op::Count(size) => of_sizes([size], symbols),
        Op::Product(product) => of_product(product, symbols),
        Op::Scan(scan) => of_sizes([&scan.steps], symbols),
        Op::Input(_)
        | Op::Constant(_)
        | Op::Iota
        | Op::Sum(_)
        | Op::Map(..)
        | Op::Reduce { .. }
        | Op::Weights { .. }
        | Op::Exclusive { .. }
        | Op::Factor { .. }
        | Op::Solve { .. }
        | Op::Lower { .. }
        | Op::Determinant { .. }
        | Op::State { .. }
        | Op::Slot(_) => Stage::Data,
    }
}

fn of_input(graph: &Graph, input: Input) -> Stage {
    Stage::of(graph.input_info(input).role)
}

fn of_product(product: &Product, symbols: &[Stage]) -> Stage {
    let indices = product.operands.iter().flat_map(|o| &o.index).chain(&product.out);
    let affines = indices.chain(product.guards.iter().map(|g| &g.affine));
    of_sizes(product.extents.iter().chain(affines.flat_map(sizes_of)), symbols)
}

fn sizes_of(affine: &Affine) -> impl Iterator<Item = &Size> {
    std::iter::once(&affine.constant).chain(affine.terms.iter().map(|(_, coefficient)| coefficient))
}

fn of_sizes<'a>(sizes: impl IntoIterator<Item = &'a Size>, symbols: &[Stage]) -> Stage {
    let mut latest = Stage::Data;
    // Most sizes are numbers.
    for size in sizes.into_iter().filter(|size| size.as_constant().is_none()) {
        for symbol in size.terms().flat_map(|(monomial, _)| monomial) {
            latest = latest.max(symbols.get(symbol.0 as usize).copied().unwrap_or(Stage::Data));
        }
    }
    latest
}

fn of_source(source: &SymbolSource) -> Stage {
    match source {
        SymbolSource::DataAxis { .. }
        | SymbolSource::Count { .. }
        | SymbolSource::ItemAxis { .. }
        | SymbolSource::LongestItem { .. }
        | SymbolSource::ShortestItem { .. }
        | SymbolSource::ListAxis { .. }
        | SymbolSource::Reach { .. }
        | SymbolSource::Least { .. } => Stage::Data,
        SymbolSource::YAxis { .. } => Stage::Y,
        // Late enough whatever the division is of.
        SymbolSource::XAxis { .. } | SymbolSource::Quotient { .. } | SymbolSource::Inferred | SymbolSource::Varying(_) => {
            Stage::X
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Func, InputInfo};

    fn input(graph: &mut Graph, role: Role, size: &Size) -> Id {
        graph.input(InputInfo { role, block: 0, name: "input".to_owned() }, vec![size.clone()])
    }

    #[test]
    fn a_node_waits_for_the_last_of_what_it_reads() {
        let mut sizes = Sizes::default();
        let n = sizes.symbol("n", SymbolSource::DataAxis { field: 0, axis: 0 });
        let mut graph = Graph::new();
        let data = input(&mut graph, Role::Data, &n);
        let y = input(&mut graph, Role::Y, &n);
        let x = input(&mut graph, Role::X, &n);
        let v = input(&mut graph, Role::Adjoint, &n);
        let u = input(&mut graph, Role::DirectionX, &n);
        let weight = graph.apply(Func::Exp, &[y]);
        let nodes = [data, weight, x, v, u].map(|node| graph.inner(data, node));
        let with_y = graph.inner(weight, x);
        let stages = stages(&graph, &sizes);
        let expected = [Stage::Data, Stage::Y, Stage::X, Stage::Adjoint, Stage::Direction];
        assert_eq!(nodes.map(|n| stages[n.0 as usize]), expected);
        assert_eq!(stages[with_y.0 as usize], Stage::X);
    }

    #[test]
    fn an_extent_that_only_x_decides_is_read_from_x() {
        let mut sizes = Sizes::default();
        let n = sizes.symbol("x.len()", SymbolSource::XAxis { block: 0, axis: 0 });
        let mut graph = Graph::new();
        let count = graph.count(n);
        assert_eq!(stages(&graph, &sizes)[count.0 as usize], Stage::X);
    }
}
