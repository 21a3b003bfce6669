//! Products of many operands as contractions of at most two parts each: `order` finds the cheapest
//! tree, `hoist` what is contracted once for all evaluations.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::cost::MOST_ATOMS;
use super::decisions::Hoist;
use super::nominal::Nominal;
use super::order::{Built, Mode, Search};
use super::{differences, khatri_rao, pattern};
use crate::analysis::{Stage, Stages};
use crate::ir::{Affine, Graph, Id, Number, Op, Operand, Product, Size};

/// The planned graph.
#[derive(Debug, Default)]
pub struct Plan {
    pub roots: Vec<Id>,
    /// Per plain node: its other form.
    pub hoists: BTreeMap<Id, Hoist>,
}

/// Rewrites every product into contractions of at most two parts.
pub fn plan(graph: &mut Graph, stages: &mut Stages, roots: &[Id], nominal: &Nominal) -> Plan {
    let order = graph.reachable(roots);
    let units = multiples(graph, &order);
    let (images, hoists) = (FxHashMap::default(), BTreeMap::new());
    let mut planner = Planner { graph, nominal, stages, images, hoists, units };
    for id in order {
        let node = planner.graph.shared(id);
        let image = if let Op::Product(product) = &node.op {
            planner.product_node(id, product.clone())
        } else {
            let mut images = std::mem::take(&mut planner.images);
            let image = planner.graph.rebuild_with(id, &mut images);
            planner.images = images;
            image
        };
        planner.images.insert(id, image);
    }
    let roots = roots.iter().map(|r| planner.images[r]).collect();
    Plan { roots, hoists: planner.hoists }
}

/// Contractions that occur with several coefficients, and their nodes once they are planned: they
/// are computed once, without the coefficient.
fn multiples(graph: &Graph, order: &[Id]) -> FxHashMap<Unit, Option<Id>> {
    let mut found: FxHashMap<Unit, usize> = FxHashMap::default();
    for id in order {
        if let Op::Product(product) = graph.op(*id)
            && !product.summed().is_empty()
        {
            *found.entry((unit(product), graph.shape(*id).to_vec())).or_default() += 1;
        }
    }
    found.into_iter().filter(|(_, count)| *count > 1).map(|(unit, _)| (unit, None)).collect()
}

/// A product without its coefficient, and the shape of its result.
type Unit = (Product, Vec<Size>);

fn unit(product: &Product) -> Product {
    Product { coefficient: Number::new(1.0), ..product.clone() }
}

/// A planned product with what it costs.
pub(super) struct Planned {
    pub node: Id,
    /// Operations per evaluation, at nominal sizes and symbolic.
    pub cost: f64,
    pub symbolic: Size,
    /// Operations and entries of contractions of data alone.
    pub data_cost: f64,
    pub memory: Size,
    pub hoists: bool,
}

pub(super) struct Planner<'g> {
    pub graph: &'g mut Graph,
    pub nominal: &'g Nominal,
    pub stages: &'g mut Stages,
    pub images: FxHashMap<Id, Id>,
    pub hoists: BTreeMap<Id, Hoist>,
    pub units: FxHashMap<Unit, Option<Id>>,
}

impl Planner<'_> {
    pub(super) fn stage(&mut self, id: Id) -> Stage {
        self.stages.get(self.graph, id)
    }

    fn product_node(&mut self, id: Id, product: Product) -> Id {
        let unit = (unit(&product), self.graph.shape(id).to_vec());
        match self.units.get(&unit).copied() {
            None => self.planned(id, product),
            Some(known) => {
                let node = known.unwrap_or_else(|| self.planned(id, unit.0.clone()));
                self.units.insert(unit, Some(node));
                self.graph.scaled(product.coefficient.get(), node)
            }
        }
    }

    /// The image of a product that has the shape of this node.
    fn planned(&mut self, id: Id, mut product: Product) -> Id {
        for operand in &mut product.operands {
            operand.node = self.images[&operand.node];
        }
        let shape = self.graph.shape(id).to_vec();
        let stage = self.stage(id);
        if stage == Stage::Data {
            // The table holds the product itself: every multiple of it is read from there.
            let coefficient = product.coefficient.get();
            let node = self.contract(&unit(&product), &shape, Mode::Plain, stage).node;
            return self.graph.scaled(coefficient, node);
        }
        if let Some(sum) = khatri_rao::distributed(self.graph, &product, &shape) {
            return sum;
        }
        let plain = self.contract(&product, &shape, Mode::Plain, stage);
        let Some(hoisted) = self.hoisted_form(&product, &shape, stage) else { return plain.node };
        self.choose(plain, hoisted, &product)
    }

    /// `(d∘A)ᵀ diag(c) A` with `d∘A` taken apart, where A then is read twice.
    fn unfolded(&mut self, product: &Product, shape: &[Size]) -> Option<Product> {
        if product.out.len() != 2 || pattern::pair(self.graph, product).is_some() {
            return None;
        }
        let folded = super::flatten::elementwise(self.graph, product);
        if folded.is_empty() {
            return None;
        }
        let node = self.graph.product_inlining(product.clone(), shape.to_vec(), &|node| folded.contains(&node));
        if let Op::Product(flat) = self.graph.op(node)
            && pattern::pair(self.graph, flat).is_some()
        {
            Some(flat.clone())
        } else {
            None
        }
    }

    /// `Aᵀ diag(d) diag(B c) A`: all that is read at rows alone becomes one vector, so that the kernel for a
    /// weighted Gram matrix applies. With what that vector costs.
    fn grouped_weights(&mut self, product: &Product, mode: Mode) -> Option<(Product, Planned)> {
        let pattern::Pair { row, rest, .. } = pattern::pair(self.graph, product)?;
        let is_vector = |k: &usize| product.operands[*k].index == [Affine::wire(row)];
        // What is summed in them could be left, and all else be contracted once: the search compares.
        let may_hoist = mode == Mode::Hoist && !rest.iter().all(is_vector);
        if rest.is_empty() || rest.len() == 1 && is_vector(&rest[0]) || may_hoist {
            return None;
        }
        let (grouped, mut operands): (Vec<_>, Vec<_>) =
            product.operands.iter().cloned().enumerate().partition(|(k, _)| rest.contains(k));
        let grouped: Vec<Operand> = grouped.into_iter().map(|(_, operand)| operand).collect();
        let stage = grouped.iter().map(|operand| self.stage(operand.node)).max()?;
        let shape = vec![product.extent(row)];
        let weights = Product {
            coefficient: Number::new(1.0),
            extents: product.extents.clone(),
            operands: grouped,
            guards: Vec::new(),
            out: vec![Affine::wire(row)],
        };
        let planned = self.contract(&weights.without_unread_wires(), &shape, mode, stage);
        operands.push((0, Operand { node: planned.node, index: vec![Affine::wire(row)] }));
        let operands = operands.into_iter().map(|(_, operand)| operand).collect();
        // What is summed in the weights is summed no more.
        Some((Product { operands, ..product.clone() }.without_unread_wires(), planned))
    }

    pub(super) fn contract(&mut self, product: &Product, shape: &[Size], mode: Mode, stage: Stage) -> Planned {
        let unfolded = self.unfolded(product, shape);
        let product = unfolded.as_ref().unwrap_or(product);
        if let Some((grouped, weights)) = self.grouped_weights(product, mode) {
            let whole = self.contract(&grouped, shape, mode, stage);
            return Planned {
                cost: whole.cost + weights.cost,
                symbolic: whole.symbolic.add(&weights.symbolic),
                data_cost: whole.data_cost + weights.data_cost,
                memory: whole.memory.add(&weights.memory),
                hoists: whole.hoists || weights.hoists,
                ..whole
            };
        }
        let grouped = differences::grouped(self.graph, product);
        let product = grouped.as_ref().unwrap_or(product);
        let atoms = product.operands.len();
        if pattern::twice(self.graph, product).is_some_and(|(_, weights)| weights.len() == 1)
            || khatri_rao::factors(self.graph, product).is_some()
            || differences::squares(self.graph, product).is_some()
            || !(2..=MOST_ATOMS).contains(&atoms)
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
        let guards = search.guards(full, trees[full].split);
        let rest = Product { operands, guards, ..product.clone() }.without_unread_wires();
        let node = self.graph.product(rest, shape.to_vec());
        Planned { node, cost, symbolic: built.symbolic, data_cost: built.data_cost, memory: built.memory, hoists: built.hoists }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::interpret::{Point, Tensor};
    use crate::ir::{Guard, InputInfo, Role, Test, Wire};
    use crate::shape::{Sizes, SymbolSource};

    /// `Aᵀx` and `2 Aᵀx` are one contraction.
    #[test]
    fn multiples_are_contracted_once() {
        let (mut graph, mut sizes) = (Graph::new(), Sizes::default());
        let n = sizes.symbol("n", SymbolSource::DataAxis { field: 0, axis: 0 });
        let mut leaf =
            |role, name: &str, shape: &[Size]| graph.input(InputInfo { role, block: 0, name: name.to_owned() }, shape.to_vec());
        let (a, x) = (leaf(Role::Data, "a", &[n.clone(), n.clone()]), leaf(Role::X, "x", std::slice::from_ref(&n)));
        let wire = |k: u32| Affine::wire(Wire(k));
        let mut product = |coefficient: f64| {
            let operands = vec![Operand { node: a, index: vec![wire(1), wire(0)] }, Operand { node: x, index: vec![wire(1)] }];
            let coefficient = Number::new(coefficient);
            let extents = vec![n.clone(), n.clone()];
            let product = Product { coefficient, extents, operands, guards: Vec::new(), out: vec![wire(0)] };
            graph.product(product, vec![n.clone()])
        };
        let roots = [product(1.0), product(2.0), product(-0.5)];
        let nominal = Nominal::new(&graph, &roots);
        let plan = plan(&mut graph, &mut Stages::new(&sizes), &roots, &nominal);
        let sums = |id: &Id| matches!(graph.op(*id), Op::Product(p) if !p.summed().is_empty());
        assert_eq!(graph.reachable(&plan.roots).iter().filter(|id| sums(id)).count(), 1);
        let coefficients: Vec<Option<f64>> = plan.roots.iter().map(|r| graph.as_view(*r).map(|(c, _)| c)).collect();
        assert_eq!(coefficients, [None, Some(2.0), Some(-0.5)]);
    }
    /// `Aᵀ A (bᵀ c)` and `Aᵀ diag(B c) A`: what is summed in the weights is summed once.
    #[test]
    fn weights_of_a_gram_matrix_are_summed_once() {
        for by_row in [false, true] {
            let (mut graph, sizes) = (Graph::new(), Sizes::default());
            let mut point = Point::default();
            let mut leaf = |shape: &[i64]| {
                let shape: Vec<Size> = shape.iter().map(|s| Size::constant(*s)).collect();
                let id = graph.input(InputInfo { role: Role::X, block: 0, name: "x".to_owned() }, shape.clone());
                let shape = point.shape(&shape);
                let data = (0..shape.iter().product::<usize>()).map(|k| (1.7 * k as f64 + shape.len() as f64).sin()).collect();
                point.inputs.insert(id, Tensor { shape, data });
                id
            };
            let (a, b, c) = (leaf(&[5, 3]), leaf(&[5, 4]), leaf(&[4]));
            let wire = |k: u32| Affine::wire(Wire(k));
            // Wires i, j, k, l.
            let row = if by_row { wire(2) } else { Affine::constant(Size::constant(1)) };
            let operands = vec![
                Operand { node: a, index: vec![wire(2), wire(0)] },
                Operand { node: a, index: vec![wire(2), wire(1)] },
                Operand { node: b, index: vec![row, wire(3)] },
                Operand { node: c, index: vec![wire(3)] },
            ];
            let extents = [3, 3, 5, 4].map(Size::constant).to_vec();
            let out = vec![wire(0), wire(1)];
            let product = Product { coefficient: Number::new(1.0), extents, operands, guards: Vec::new(), out };
            let root = graph.product(product, vec![Size::constant(3), Size::constant(3)]);
            let expected = point.value(&graph, root);
            let nominal = Nominal::new(&graph, &[root]);
            let plan = plan(&mut graph, &mut Stages::new(&sizes), &[root], &nominal);
            let found = point.value(&graph, plan.roots[0]);
            for (found, expected) in found.data.iter().zip(&expected.data) {
                assert!((found - expected).abs() <= 1e-13, "found {found}, expected {expected}");
            }
        }
    }

    /// A convolution times weights, flattened: its guard holds where it is contracted, and what is
    /// contracted has the axes that the weights have.
    #[test]
    fn guards_hold_inside_of_parts() {
        let size = Size::constant;
        let (mut graph, sizes) = (Graph::new(), Sizes::default());
        let mut point = Point::default();
        let mut leaf = |shape: &[i64]| {
            let shape: Vec<Size> = shape.iter().map(|s| size(*s)).collect();
            let id = graph.input(InputInfo { role: Role::X, block: 0, name: "x".to_owned() }, shape.clone());
            let shape = point.shape(&shape);
            let data = (0..shape.iter().product::<usize>()).map(|k| (1.7 * k as f64 + shape.len() as f64).sin()).collect();
            point.inputs.insert(id, Tensor { shape, data });
            id
        };
        let (w, a, x) = (leaf(&[60]), leaf(&[3, 2, 3]), leaf(&[2, 20]));
        let wire = |k: u32| Affine::wire(Wire(k));
        let number = |n: i64| Affine::constant(size(n));
        // Wires c, i, k, d.
        let (flat, moved) = (wire(0).scale(&size(20)).add(&wire(1)), wire(1).add(&wire(3)).sub(&number(1)));
        let operands = vec![
            Operand { node: w, index: vec![flat.clone()] },
            Operand { node: a, index: vec![wire(0), wire(2), wire(3)] },
            Operand { node: x, index: vec![wire(2), moved.clone()] },
        ];
        let guards = vec![
            Guard { affine: moved.clone(), test: Test::NonNegative },
            Guard { affine: number(19).sub(&moved), test: Test::NonNegative },
            Guard { affine: wire(0).sub(&wire(1)), test: Test::NonZero },
        ];
        let extents = [3, 20, 2, 3].map(size).to_vec();
        let product = Product { coefficient: Number::new(2.0), extents, operands, guards, out: vec![flat] };
        let root = graph.product(product, vec![size(60)]);
        let expected = point.value(&graph, root);
        let nominal = Nominal::new(&graph, &[root]);
        let plan = plan(&mut graph, &mut Stages::new(&sizes), &[root], &nominal);
        let found = point.value(&graph, plan.roots[0]);
        for (found, expected) in found.data.iter().zip(&expected.data) {
            assert!((found - expected).abs() <= 1e-14, "found {found}, expected {expected}");
        }
        let Op::Product(last) = graph.op(plan.roots[0]) else { panic!("{:?}", graph.op(plan.roots[0])) };
        assert!(last.operands.len() == 2 && last.guards.is_empty(), "{last:?}");
    }
}
