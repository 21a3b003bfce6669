//! The order of contraction: the cheapest tree of pairwise contractions, by dynamic programming over
//! subsets of the operands, with symbolic sizes at nominal values.
//!
//! Work of an earlier stage is cheaper, since it is done once for many later evaluations.

use super::cost::{
    AVOIDED, CLEARLY_CHEAPER, FREE, LARGE_AXIS, MANY_AXES, SHARED_BY_ALL, SHARED_BY_X, SHARED_BY_Y, STORED_PER_ROW,
};
use super::nominal::Nominal;
use crate::analysis::Stage;
use crate::ir::{Affine, Graph, Guard, Number, Operand, Product, Size, Wire};

/// How contractions of data alone are weighed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// As work of every evaluation: they are avoided.
    Plain,
    /// As free.
    Hoist,
}

/// The best way to contract a subset of the operands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tree {
    pub cost: f64,
    /// The two parts; `None`: one operand, or all at once in one loop nest.
    pub split: Option<(usize, usize)>,
}

/// Dynamic programming over subsets (bit sets) of operands.
pub(super) struct Search<'p> {
    product: &'p Product,
    /// Wires of each operand, as bits.
    wires: Vec<u64>,
    stages: Vec<Stage>,
    own_stage: Stage,
    mode: Mode,
    nominal: &'p Nominal,
    extents: Vec<f64>,
    /// Wires that outputs need.
    pinned: u64,
    /// Wires of each guard: it holds inside of a part that has them all.
    guards: Vec<u64>,
    /// Of each operand that is sparse: both of its wires, and how much of it is stored.
    sparse: Vec<Option<(u64, f64)>>,
}

impl<'p> Search<'p> {
    pub(super) fn new(
        graph: &Graph,
        product: &'p Product,
        stages: Vec<Stage>,
        own_stage: Stage,
        mode: Mode,
        nominal: &'p Nominal,
    ) -> Self {
        let bits = |indices: &mut dyn Iterator<Item = &Affine>| indices.flat_map(Affine::wires).fold(0, |b, w| b | 1_u64 << w.0);
        let wires = product.operands.iter().map(|o| bits(&mut o.index.iter())).collect();
        let pinned = bits(&mut product.out.iter());
        let guards = product.guards.iter().map(|g| bits(&mut std::iter::once(&g.affine))).collect();
        let extents = product.extents.iter().map(|e| nominal.value(e)).collect();
        let stored = |o: &Operand| {
            let columns = nominal.value(&graph.shape(o.node)[1]);
            let in_row = if graph.is_selection(o.node) { 1.0 } else { STORED_PER_ROW };
            (bits(&mut o.index.iter()), (in_row / columns).min(1.0))
        };
        let sparse = product.operands.iter().map(|o| graph.sparse(o.node).map(|_| stored(o))).collect();
        Self { product, wires, stages, own_stage, mode, nominal, extents, pinned, guards, sparse }
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

    pub(super) fn run(&self) -> Vec<Tree> {
        let atoms = self.wires.len();
        let full = (1_usize << atoms) - 1;
        let mut trees = vec![Tree { cost: 0.0, split: None }; full + 1];
        if atoms == 2 {
            trees[full].cost = 2.0 * self.pair(1, 2, self.all(full)) * self.weight(full);
            return trees;
        }
        // Every set is a part of many others.
        let parts: Vec<f64> = (0..=full).map(|set| if set == 0 { 0.0 } else { self.part(set, full) }).collect();
        let kept: Vec<u64> = (0..=full).map(|set| if set == 0 { 0 } else { self.kept(set) }).collect();
        for set in 1..=full {
            if set.is_power_of_two() {
                continue;
            }
            let nest = self.loops(self.all(set)) * self.density(self.operands(set), self.all(set));
            let weight = self.weight(set);
            let mut best = Tree { cost: f64::from(set.count_ones()) * nest * weight, split: None };
            let mut left = (set - 1) & set;
            while left > 0 {
                let right = set & !left;
                if left < right {
                    left = (left - 1) & set;
                    continue;
                }
                let cost = trees[left].cost
                    + trees[right].cost
                    + parts[left]
                    + parts[right]
                    + 2.0 * self.pair(left, right, kept[left] | kept[right]) * weight;
                // On a tie, one loop nest without intermediates.
                if cost < best.cost * CLEARLY_CHEAPER {
                    best = Tree { cost, split: Some((left, right)) };
                }
                left = (left - 1) & set;
            }
            trees[set] = best;
        }
        trees
    }

    /// The loops over these wires that contract two parts.
    fn pair(&self, left: usize, right: usize, wires: u64) -> f64 {
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
        let dynamic = self.axes(set).iter().filter(|axis| axis.extent.as_constant().is_none_or(|e| e > LARGE_AXIS)).count();
        if dynamic > 2 && set != full { size * MANY_AXES } else { size }
    }

    fn all(&self, set: usize) -> u64 {
        self.operands(set).fold(0, |b, k| b | self.wires[k])
    }

    /// The wires of a subset that something outside it needs.
    fn kept(&self, set: usize) -> u64 {
        if set.is_power_of_two() {
            return self.all(set);
        }
        let all = self.all(set);
        let outside = (0..self.wires.len()).filter(|k| set >> k & 1 == 0).fold(self.pinned, |b, k| b | self.wires[k]);
        let guards = self.guards.iter().filter(|guard| **guard & !all != 0).fold(0, |b, guard| b | guard);
        all & (outside | guards)
    }

    /// The guards that hold inside of a part, by number; one operand alone has none. A guard of the
    /// whole may have wires that no operand has; one of sizes alone is of the whole: where it does not hold
    /// nothing is read, neither what is not finite.
    fn inside(&self, set: usize) -> impl Iterator<Item = usize> + '_ {
        let (whole, alone, all) = (set + 1 == 1 << self.wires.len(), set.is_power_of_two(), self.all(set));
        let is_within = move |guard: u64| guard != 0 && guard & !all == 0;
        (0..self.guards.len()).filter(move |k| whole || !alone && is_within(self.guards[*k]))
    }

    /// The guards of the product over a set, of which these are the parts.
    pub(super) fn guards(&self, set: usize, split: Option<(usize, usize)>) -> Vec<Guard> {
        let settled =
            |k: &usize| split.is_some_and(|(left, right)| [left, right].iter().any(|part| self.inside(*part).any(|g| g == *k)));
        self.inside(set).filter(|k| !settled(k)).map(|k| self.product.guards[k].clone()).collect()
    }

    /// The axes of a part as an intermediate: its kept wires, those as one that everything outside
    /// reads as `n·high + low`.
    fn axes(&self, set: usize) -> Vec<Axis> {
        let kept = self.kept(set);
        let wires = self.product.wires().filter(|w| kept >> w.0 & 1 == 1);
        let mut axes: Vec<Axis> =
            wires.map(|low| Axis { low, index: Affine::wire(low), extent: self.product.extent(low) }).collect();
        // Kernels want their matrices axis by axis.
        let plain = self.operands(set).all(|k| self.product.operands[k].index.iter().all(|i| i.as_wire().is_some()));
        if plain && self.inside(set).next().is_none() {
            // Of a matrix the longer axis first: its columns fill the vectors of the machine, and one table serves
            // products with it and with its transpose.
            if let [first, second] = &axes[..]
                && self.extents[first.low.0 as usize] < self.extents[second.low.0 as usize]
            {
                axes.swap(0, 1);
            }
            return axes;
        }
        let others = (0..self.wires.len()).filter(|k| set >> k & 1 == 0).flat_map(|k| &self.product.operands[k].index);
        let inside: Vec<usize> = self.inside(set).collect();
        let guards = (0..self.guards.len()).filter(|k| !inside.contains(k)).map(|k| &self.product.guards[k].affine);
        let outside: Vec<&Affine> = self.product.out.iter().chain(others).chain(guards).collect();
        let together =
            |high: &Axis, low: &Axis| outside.iter().all(|a| a.coefficient(high.low) == a.coefficient(low.low).mul(&low.extent));
        while let Some((high, low)) = pairs(axes.len()).find(|(high, low)| together(&axes[*high], &axes[*low])) {
            let taken = axes[high].clone();
            let kept = &mut axes[low];
            kept.index = taken.index.scale(&kept.extent).add(&kept.index);
            kept.extent = taken.extent.mul(&kept.extent);
            axes.remove(high);
        }
        axes
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
                Mode::Plain => AVOIDED,
                Mode::Hoist => FREE,
            },
            Stage::Data => SHARED_BY_ALL,
            Stage::Y => SHARED_BY_Y,
            Stage::X | Stage::Adjoint | Stage::Direction | Stage::Step => SHARED_BY_X,
        }
    }
}

/// An axis of an intermediate.
#[derive(Clone)]
struct Axis {
    /// The wire with coefficient 1 in the index.
    low: Wire,
    index: Affine,
    extent: Size,
}

fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count).flat_map(move |a| (0..count).filter(move |b| a != *b).map(move |b| (a, b)))
}

/// Builds the nodes of the chosen tree.
pub(super) struct Built<'s> {
    pub search: &'s Search<'s>,
    pub trees: &'s [Tree],
    pub symbolic: Size,
    pub data_cost: f64,
    pub memory: Size,
    pub hoists: bool,
}

impl Built<'_> {
    /// The operands of the product over `set`: two parts, or all of its own operands.
    pub(super) fn parts(&mut self, graph: &mut Graph, set: usize) -> Vec<Operand> {
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
        let (out, shape): (Vec<Affine>, Vec<Size>) = search.axes(set).into_iter().map(|axis| (axis.index, axis.extent)).unzip();
        if search.contracts_data(set) {
            self.hoists = true;
            self.memory = self.memory.add(&Size::product(&shape));
        }
        let extents = search.product.extents.clone();
        let product = Product {
            coefficient: Number::new(1.0),
            extents,
            operands,
            guards: search.guards(set, self.trees[set].split),
            out: out.clone(),
        };
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
