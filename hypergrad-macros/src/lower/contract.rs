//! The order in which a product of many operands is contracted, and what is hoisted to the data.
//!
//! The cheapest tree of pairwise contractions is found by dynamic programming over subsets, with
//! symbolic sizes at nominal values. Work of an earlier stage is cheaper, since it is done once for
//! many later evaluations. Contractions of data alone (`AᵀA`) depend on real sizes: where sizes are
//! dynamic both forms are kept and the program chooses when the problem is made.

use std::collections::{BTreeMap, HashMap};

use super::nominal::Nominal;
use super::{khatri_rao, pattern};
use crate::analysis::{Stage, Stages};
use crate::ir::{Affine, Graph, Id, Number, Op, Operand, Product, Size, Term, View, Wire};
use crate::shape::Sizes;

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

/// The planned graph.
#[derive(Debug, Default)]
pub struct Plan {
    pub roots: Vec<Id>,
    /// Per plain node: its other form.
    pub hoists: BTreeMap<Id, Hoist>,
}

/// Rewrites every product into contractions of at most two parts.
pub fn plan(graph: &mut Graph, sizes: &Sizes, roots: &[Id], nominal: &Nominal) -> Plan {
    let mut planner = Planner { graph, nominal, stages: Stages::new(sizes), images: HashMap::new(), hoists: BTreeMap::new() };
    for id in planner.graph.reachable(roots) {
        let image = match planner.graph.op(id).clone() {
            Op::Product(product) => planner.product_node(id, product),
            op if op.operands().is_empty() => id,
            _ => {
                let mut images = std::mem::take(&mut planner.images);
                let image = planner.graph.rebuild_with(id, &mut images);
                planner.images = images;
                image
            }
        };
        planner.images.insert(id, image);
    }
    let roots = roots.iter().map(|r| planner.images[r]).collect();
    Plan { roots, hoists: planner.hoists }
}

/// Entries that a row of a sparse matrix is taken to store.
const STORED_PER_ROW: f64 = 20.0;

/// How contractions of data alone are weighed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// As work of every evaluation: they are avoided.
    Plain,
    /// As free.
    Hoist,
}

/// A planned product with what it costs.
struct Planned {
    node: Id,
    /// Operations per evaluation, at nominal sizes and symbolic.
    cost: f64,
    symbolic: Size,
    /// Operations and entries of contractions of data alone.
    data_cost: f64,
    memory: Size,
    hoists: bool,
}

struct Planner<'g> {
    graph: &'g mut Graph,
    nominal: &'g Nominal,
    stages: Stages,
    images: HashMap<Id, Id>,
    hoists: BTreeMap<Id, Hoist>,
}

impl Planner<'_> {
    fn stage(&mut self, id: Id) -> Stage {
        self.stages.get(self.graph, id)
    }

    fn product_node(&mut self, id: Id, mut product: Product) -> Id {
        for operand in &mut product.operands {
            operand.node = self.images[&operand.node];
        }
        let shape = self.graph.shape(id).to_vec();
        let stage = self.stage(id);
        if stage == Stage::Data {
            // The table holds the product itself: every multiple of it is read from there.
            let coefficient = product.coefficient.get();
            let unit = Product { coefficient: Number::new(1.0), ..product };
            let node = self.contract(&unit, &shape, Mode::Plain, stage).node;
            return self.graph.scaled(coefficient, node);
        }
        if let Some(sum) = khatri_rao::distributed(self.graph, &product, &shape) {
            return sum;
        }
        let plain = self.contract(&product, &shape, Mode::Plain, stage);
        let Some(hoisted) = self.hoisted_form(&product, &shape, stage) else { return plain.node };
        self.choose(plain, hoisted, &product)
    }

    /// Constant sizes: the cheaper form. Dynamic sizes: both.
    fn choose(&mut self, plain: Planned, hoisted: Planned, product: &Product) -> Id {
        let (mut plain_cost, mut plain_symbolic) = (plain.cost, plain.symbolic);
        // What the plain form reads from sums of contractions is its cost as well.
        for operand in &product.operands {
            let (cost, symbolic) = self.inner_cost(operand.node);
            plain_cost += cost;
            plain_symbolic = plain_symbolic.add(&symbolic);
        }
        let constant = [&plain_symbolic, &hoisted.symbolic, &hoisted.memory].iter().all(|s| s.as_constant().is_some());
        if constant {
            let better = hoisted.cost + 0.02 * hoisted.data_cost < plain_cost && hoisted.memory.as_constant() <= Some(1 << 12);
            return if better { hoisted.node } else { plain.node };
        }
        if hoisted.node != plain.node {
            let hoist = Hoist {
                hoisted: hoisted.node,
                hoisted_cost: hoisted.symbolic,
                plain_cost: plain_symbolic,
                memory: hoisted.memory,
            };
            self.hoists.insert(plain.node, hoist);
        }
        plain.node
    }

    /// The contractions inside a sum (or a product) that the plain form reads.
    fn inner_cost(&mut self, node: Id) -> (f64, Size) {
        let terms = match self.graph.op(node) {
            Op::Sum(terms) => terms.iter().map(|t| t.view.node).collect(),
            Op::Product(_) => vec![node],
            _ => Vec::new(),
        };
        let (mut cost, mut symbolic) = (0.0, Size::zero());
        for term in terms {
            if self.stage(term) == Stage::Data {
                continue;
            }
            if let Op::Product(p) = self.graph.op(term)
                && !p.summed().is_empty()
            {
                let loops = Size::product(&p.extents);
                cost += self.nominal.value(&loops);
                symbolic = symbolic.add(&loops);
            }
        }
        (cost, symbolic)
    }

    /// The form in which data is contracted with data first: directly, or after distributing over
    /// one sum (`Aᵀ(Ax - b) = (AᵀA)x - Aᵀb`, whose error bound is the same). Scalars, such as a
    /// squared residual, are never expanded: that would cancel.
    fn hoisted_form(&mut self, product: &Product, shape: &[Size], stage: Stage) -> Option<Planned> {
        let direct = self.contract(product, shape, Mode::Hoist, stage);
        if direct.hoists {
            return Some(direct);
        }
        if shape.is_empty() {
            return None;
        }
        (0..product.operands.len()).find_map(|position| self.distributed(product, position, shape, stage))
    }

    fn distributed(&mut self, product: &Product, position: usize, shape: &[Size], stage: Stage) -> Option<Planned> {
        let operand = product.operands[position].clone();
        let alone = product.operands.iter().filter(|o| o.node == operand.node).count() == 1;
        let terms = match self.graph.op(operand.node).clone() {
            Op::Sum(terms) => terms,
            Op::Product(p) if !p.summed().is_empty() => vec![self.graph.term(1.0, operand.node)],
            _ => return None,
        };
        if !alone || self.stage(operand.node) == Stage::Data || !self.meets_data(product, position) {
            return None;
        }
        let mut total: Option<Planned> = None;
        let mut parts = Vec::new();
        for term in &terms {
            let part = self.distributed_term(product, position, term, shape, stage)?;
            parts.push(part.node);
            total = Some(match total {
                None => part,
                Some(sum) => Planned {
                    node: part.node,
                    cost: sum.cost + part.cost,
                    symbolic: sum.symbolic.add(&part.symbolic),
                    data_cost: sum.data_cost + part.data_cost,
                    memory: sum.memory.add(&part.memory),
                    hoists: sum.hoists || part.hoists,
                },
            });
        }
        let node = self.graph.add_all(&parts, shape.to_vec());
        total.filter(|t| t.hoists).map(|t| Planned { node, ..t })
    }

    /// One term of a distributed product: worth it only where all of its summed wires end in data.
    fn distributed_term(
        &mut self,
        product: &Product,
        position: usize,
        term: &Term,
        shape: &[Size],
        stage: Stage,
    ) -> Option<Planned> {
        let index = &product.operands[position].index;
        let replaced = Operand { node: term.view.node, index: term.view.axes.iter().map(|a| index[*a].clone()).collect() };
        let coefficient = product.coefficient.get() * term.coefficient.get();
        let mut operands = product.operands.clone();
        operands[position] = replaced;
        let inner = term.view.node;
        let flat = Product { coefficient: Number::new(coefficient), operands, ..product.clone() };
        let node = self.graph.product_inlining(flat, shape.to_vec(), &|n| n == inner);
        let (scale, core) = match self.graph.as_view(node) {
            Some((scale, view)) => (scale, view.node),
            None => (1.0, node),
        };
        let Op::Product(flat) = self.graph.op(core).clone() else { return None };
        if self.stage(core) == Stage::Data {
            let data_cost = self.nominal.value(&Size::product(&flat.extents));
            let own = self.graph.shape(core).to_vec();
            let contracted = self.contract(&flat, &own, Mode::Plain, Stage::Data).node;
            let node = self.graph.scaled(scale, contracted);
            let loops = Size::product(shape);
            return Some(Planned {
                node,
                cost: self.nominal.value(&loops),
                symbolic: loops.clone(),
                data_cost,
                memory: loops,
                hoists: true,
            });
        }
        let own = self.graph.shape(core).to_vec();
        let planned = self.contract(&flat, &own, Mode::Hoist, stage);
        if !planned.hoists {
            return None;
        }
        let node = if scale == 1.0 { planned.node } else { self.graph.scaled(scale, planned.node) };
        Some(Planned { node, ..planned })
    }

    /// Whether a data operand shares a summed wire with the operand at `position`.
    fn meets_data(&mut self, product: &Product, position: usize) -> bool {
        let summed = product.summed();
        let wires: Vec<Wire> = product.operands[position].index.iter().flat_map(Affine::wires).collect();
        let others: Vec<Operand> =
            product.operands.iter().enumerate().filter(|(k, _)| *k != position).map(|(_, o)| o.clone()).collect();
        others.iter().any(|o| {
            self.stage(o.node) == Stage::Data
                && o.index.iter().flat_map(Affine::wires).any(|w| summed.contains(&w) && wires.contains(&w))
        })
    }

    /// `Aᵀ diag(d) diag(e) A`: the weights of rows become one vector, so that the kernel for a
    /// weighted Gram matrix applies.
    fn grouped_weights(&mut self, product: &Product) -> Product {
        let Some((_, weights)) = pattern::twice(self.graph, product) else { return product.clone() };
        if weights.len() < 2 {
            return product.clone();
        }
        let (grouped, mut operands): (Vec<_>, Vec<_>) =
            product.operands.iter().cloned().enumerate().partition(|(k, _)| weights.contains(k));
        let wire = grouped[0].1.index[0].clone();
        let shape = vec![self.graph.shape(grouped[0].1.node)[0].clone()];
        let views: Vec<View> = grouped.iter().map(|(_, o)| View { node: o.node, axes: vec![0] }).collect();
        let node = self.graph.times(1.0, &views, shape);
        operands.push((0, Operand { node, index: vec![wire] }));
        Product { operands: operands.into_iter().map(|(_, o)| o).collect(), ..product.clone() }
    }

    fn contract(&mut self, product: &Product, shape: &[Size], mode: Mode, stage: Stage) -> Planned {
        let product = &self.grouped_weights(product);
        let atoms = product.operands.len();
        if pattern::twice(self.graph, product).is_some_and(|(_, weights)| weights.len() == 1)
            || khatri_rao::factors(self.graph, product).is_some()
            || !(2..=super::MOST_ATOMS).contains(&atoms)
        {
            let loops = Size::product(&product.extents);
            let node = self.graph.product(product.clone(), shape.to_vec());
            return Planned {
                node,
                cost: self.nominal.value(&loops),
                symbolic: loops,
                data_cost: 0.0,
                memory: Size::zero(),
                hoists: false,
            };
        }
        let stages: Vec<Stage> = product.operands.iter().map(|o| self.stage(o.node)).collect();
        let search = Search::new(self.graph, product, stages, stage, mode, self.nominal);
        let trees = search.run();
        let mut built =
            Built { search: &search, trees: &trees, symbolic: Size::zero(), data_cost: 0.0, memory: Size::zero(), hoists: false };
        let full = (1 << atoms) - 1;
        let cost = trees[full].cost;
        let operands = built.parts(self.graph, full);
        let rest = Product { operands, ..product.clone() }.without_unread_wires();
        let node = self.graph.product(rest, shape.to_vec());
        Planned { node, cost, symbolic: built.symbolic, data_cost: built.data_cost, memory: built.memory, hoists: built.hoists }
    }
}

/// The best way to contract a subset of the operands.
#[derive(Clone, Copy, Debug)]
struct Tree {
    cost: f64,
    /// The two parts; `None`: one operand, or all at once in one loop nest.
    split: Option<(usize, usize)>,
}

/// Dynamic programming over subsets (bit sets) of operands.
struct Search<'p> {
    product: &'p Product,
    /// Wires of each operand, as bits.
    wires: Vec<u64>,
    stages: Vec<Stage>,
    own_stage: Stage,
    mode: Mode,
    nominal: &'p Nominal,
    extents: Vec<f64>,
    /// Wires that outputs and guards need.
    pinned: u64,
    /// Of each operand that is sparse: both of its wires, and how much of it is stored.
    sparse: Vec<Option<(u64, f64)>>,
}

impl<'p> Search<'p> {
    fn new(graph: &Graph, product: &'p Product, stages: Vec<Stage>, own_stage: Stage, mode: Mode, nominal: &'p Nominal) -> Self {
        let bits = |indices: &mut dyn Iterator<Item = &Affine>| indices.flat_map(Affine::wires).fold(0, |b, w| b | 1_u64 << w.0);
        let wires = product.operands.iter().map(|o| bits(&mut o.index.iter())).collect();
        let pinned = bits(&mut product.out.iter().chain(product.guards.iter().map(|g| &g.affine)));
        let extents = product.extents.iter().map(|e| nominal.value(e)).collect();
        let stored = |o: &Operand| {
            let columns = nominal.value(&graph.shape(o.node)[1]);
            (bits(&mut o.index.iter()), (STORED_PER_ROW / columns).min(1.0))
        };
        let sparse = product.operands.iter().map(|o| graph.sparse(o.node).map(|_| stored(o))).collect();
        Self { product, wires, stages, own_stage, mode, nominal, extents, pinned, sparse }
    }

    /// The part of the loops over `wires` that is left where these operands are read directly.
    fn density(&self, operands: impl Iterator<Item = usize>, wires: u64) -> f64 {
        let read = operands.filter_map(|k| self.sparse[k]).filter(|(own, _)| wires & own == *own);
        read.map(|(_, density)| density).product()
    }

    /// An intermediate over both wires of a sparse operand would be dense; so would be contractions
    /// of sparse data, but for vectors.
    fn is_dense(&self, set: usize, kept: u64) -> bool {
        let outside = self.sparse.iter().flatten().any(|(own, _)| kept & own == *own);
        let contracted = self.operands(set).any(|k| self.sparse[k].is_some()) && self.contracts_data(set);
        outside || contracted && kept.count_ones() > 1
    }

    fn run(&self) -> Vec<Tree> {
        let atoms = self.wires.len();
        let full = (1_usize << atoms) - 1;
        let mut trees = vec![Tree { cost: 0.0, split: None }; full + 1];
        for set in 1..=full {
            if set.is_power_of_two() {
                continue;
            }
            let nest = self.loops(self.all(set)) * self.density(self.operands(set), self.all(set));
            let mut best = Tree { cost: f64::from(set.count_ones()) * nest * self.weight(set), split: None };
            let mut left = (set - 1) & set;
            while left > 0 {
                let right = set & !left;
                if left < right {
                    left = (left - 1) & set;
                    continue;
                }
                let cost = trees[left].cost
                    + trees[right].cost
                    + self.part(left, full)
                    + self.part(right, full)
                    + 2.0 * self.pair(left, right) * self.weight(set);
                // On a tie, one loop nest without intermediates.
                if cost < best.cost * 0.999 {
                    best = Tree { cost, split: Some((left, right)) };
                }
                left = (left - 1) & set;
            }
            trees[set] = best;
        }
        trees
    }

    /// The loops that contract two parts.
    fn pair(&self, left: usize, right: usize) -> f64 {
        let wires = self.kept(left) | self.kept(right);
        let direct = [left, right].into_iter().filter(|s| s.is_power_of_two()).map(|s| s.trailing_zeros() as usize);
        self.loops(wires) * self.density(direct, wires)
    }

    /// The cost of having a part as an intermediate: its memory; more than two axes count dearly.
    fn part(&self, set: usize, full: usize) -> f64 {
        if set.is_power_of_two() {
            return 0.0;
        }
        let kept = self.kept(set);
        if self.is_dense(set, kept) {
            return f64::INFINITY;
        }
        let size = self.loops(kept) * self.weight(set);
        let dynamic = (0..self.extents.len())
            .filter(|w| kept >> w & 1 == 1 && self.product.extents[*w].as_constant().is_none_or(|e| e > 8))
            .count();
        if dynamic > 2 && set != full { size * 50.0 } else { size }
    }

    fn all(&self, set: usize) -> u64 {
        self.operands(set).fold(0, |b, k| b | self.wires[k])
    }

    /// The wires of a subset that something outside it needs.
    fn kept(&self, set: usize) -> u64 {
        if set.is_power_of_two() {
            return self.all(set);
        }
        let outside = (0..self.wires.len()).filter(|k| set >> k & 1 == 0).fold(self.pinned, |b, k| b | self.wires[k]);
        self.all(set) & outside
    }

    fn operands(&self, set: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.wires.len()).filter(move |k| set >> k & 1 == 1)
    }

    fn loops(&self, wires: u64) -> f64 {
        (0..self.extents.len()).filter(|w| wires >> w & 1 == 1).map(|w| self.extents[w]).product()
    }

    fn stage(&self, set: usize) -> Stage {
        self.operands(set).map(|k| self.stages[k]).max().unwrap_or(Stage::Data)
    }

    /// Whether a subset contracts data alone in a way that changes sizes.
    fn contracts_data(&self, set: usize) -> bool {
        set.count_ones() > 1 && self.own_stage != Stage::Data && self.stage(set) == Stage::Data && self.kept(set) != self.all(set)
    }

    /// Work of an earlier stage is shared by later evaluations.
    fn weight(&self, set: usize) -> f64 {
        let stage = self.stage(set);
        if stage == self.own_stage {
            return 1.0;
        }
        match stage {
            Stage::Data if self.contracts_data(set) => match self.mode {
                Mode::Plain => 2.0,
                Mode::Hoist => 1e-9,
            },
            Stage::Data => 0.05,
            Stage::Y => 0.2,
            _ => 0.4,
        }
    }
}

/// Builds the nodes of the chosen tree.
struct Built<'s> {
    search: &'s Search<'s>,
    trees: &'s [Tree],
    symbolic: Size,
    data_cost: f64,
    memory: Size,
    hoists: bool,
}

impl Built<'_> {
    /// The operands of the product over `set`: two parts, or all of its own operands.
    fn parts(&mut self, graph: &mut Graph, set: usize) -> Vec<Operand> {
        let search = self.search;
        let loops = search.all(set);
        match self.trees[set].split {
            None => {
                self.count(set, loops);
                search.operands(set).map(|k| search.product.operands[k].clone()).collect()
            }
            Some((left, right)) => {
                self.count(set, search.kept(left) | search.kept(right));
                vec![self.operand(graph, left), self.operand(graph, right)]
            }
        }
    }

    fn operand(&mut self, graph: &mut Graph, set: usize) -> Operand {
        let search = self.search;
        if set.is_power_of_two() {
            return search.product.operands[set.trailing_zeros() as usize].clone();
        }
        let operands = self.parts(graph, set);
        let kept: Vec<Wire> = search.product.wires().filter(|w| search.kept(set) >> w.0 & 1 == 1).collect();
        let shape: Vec<Size> = kept.iter().map(|w| search.product.extent(*w)).collect();
        let out: Vec<Affine> = kept.iter().map(|w| Affine::wire(*w)).collect();
        if search.contracts_data(set) {
            self.hoists = true;
            self.memory = self.memory.add(&Size::product(&shape));
        }
        let extents = search.product.extents.clone();
        let product = Product { coefficient: Number::new(1.0), extents, operands, guards: Vec::new(), out: out.clone() };
        let node = graph.product(product.without_unread_wires(), shape);
        Operand { node, index: out }
    }

    fn count(&mut self, set: usize, wires: u64) {
        let search = self.search;
        let loops = Size::product(
            search.product.wires().filter(|w| wires >> w.0 & 1 == 1).map(|w| &search.product.extents[w.0 as usize]),
        );
        if search.own_stage != Stage::Data && search.stage(set) == Stage::Data {
            self.data_cost += search.nominal.value(&loops);
        } else {
            self.symbolic = self.symbolic.add(&loops);
        }
    }
}
