//! The smart constructors keep values: random nodes, evaluated by definition before and as interned
//! after. Guards, shifts, scatters, diagonals, repeated wires, accesses outside, symbolic extents.

use std::collections::HashMap;

use super::{
    Affine, Func, Graph, Guard, Id, InputInfo, Number, Op, Operand, Product, Reduction, Role, Size, Term, Test, View, Wire,
};
use crate::differentiate::tests::random::Random;
use crate::ir::interpret::{Point, Tensor};
use crate::shape::{Sizes, SymbolSource};

/// A graph that grows by random nodes; each with its value by definition.
struct Growing {
    graph: Graph,
    random: Random,
    extents: Vec<Size>,
    point: Point,
    values: HashMap<Id, Tensor>,
    nodes: Vec<Id>,
}

impl Growing {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut sizes = Sizes::default();
        let n = sizes.symbol("n", SymbolSource::Count { field: 0 });
        let k = sizes.symbol("k", SymbolSource::Count { field: 1 });
        let one = Size::constant(1);
        let extents = vec![n.clone(), k, one.clone(), Size::constant(2), Size::constant(3), n.add(&one), Size::constant(6)];
        let point = Point { symbols: vec![1 + random.below(3) as i64, 1 + random.below(3) as i64], ..Point::default() };
        let mut growing = Self { graph: Graph::new(), random, extents, point, values: HashMap::new(), nodes: Vec::new() };
        for order in [0, 1, 1, 1, 2, 2] {
            growing.input(order);
        }
        growing
    }

    fn shape(&mut self, order: usize) -> Vec<Size> {
        (0..order).map(|_| self.random.pick(&self.extents).clone()).collect()
    }

    fn input(&mut self, order: usize) {
        let shape = self.shape(order);
        let id = self.graph.input(InputInfo { role: Role::X, block: 0, name: "x".to_owned() }, shape.clone());
        let extents = self.point.shape(&shape);
        let data = (0..extents.iter().product()).map(|_| self.random.between(-2.0, 2.0)).collect();
        let value = Tensor { shape: extents, data };
        self.point.inputs.insert(id, value.clone());
        self.values.insert(id, value);
        self.nodes.push(id);
    }

    /// An earlier node, the later the likelier.
    fn node(&mut self) -> Id {
        let a = self.random.below(self.nodes.len());
        let b = self.random.below(self.nodes.len());
        self.nodes[a.max(b)]
    }

    fn affine(&mut self, extents: &[Size]) -> Affine {
        let wires = extents.len();
        if wires > 1 && self.random.chance(0.15) {
            return self.digits(extents);
        }
        let mut affine = Affine::default();
        let small = [0, 0, 0, 0, 1, -1, 2];
        if wires > 0 && !self.random.chance(0.1) {
            affine = Affine::wire(Wire(self.random.below(wires) as u32));
            if self.random.chance(0.15) {
                let sign = *self.random.pick(&[1, -1, 2]);
                let other = Affine::wire(Wire(self.random.below(wires) as u32)).scale(&Size::constant(sign));
                affine = affine.add(&other);
            }
            if self.random.chance(0.1) {
                affine = affine.scale(&Size::constant(-1)).add(&Affine::constant(self.random.pick(&self.extents).clone()));
            }
        }
        if self.random.chance(0.3) {
            affine = affine.add(&Affine::constant(Size::constant(*self.random.pick(&small))));
        }
        affine
    }

    /// `n·a + b`, n being the extent of b or a number near it.
    fn digits(&mut self, extents: &[Size]) -> Affine {
        let (high, low) = (self.random.below(extents.len()), self.random.below(extents.len()));
        let radix = if self.random.chance(0.8) { extents[low].clone() } else { Size::constant(*self.random.pick(&[2, 3])) };
        Affine::wire(Wire(high as u32)).scale(&radix).add(&Affine::wire(Wire(low as u32)))
    }

    /// An affine expression, or an equation between two.
    fn condition(&mut self, extents: &[Size]) -> Affine {
        let affine = self.affine(extents);
        if self.random.chance(0.5) { affine.sub(&self.affine(extents)) } else { affine }
    }

    fn product(&mut self) -> (Product, Vec<Size>) {
        let wires = self.random.below(5);
        let extents = self.shape(wires);
        let order = self.random.below(3);
        let operands = (0..self.random.below(4))
            .map(|_| {
                let node = self.node();
                let index = (0..self.graph.order(node)).map(|_| self.affine(&extents)).collect();
                Operand { node, index }
            })
            .collect();
        let guards = (0..self.random.below(5).saturating_sub(2))
            .map(|_| Guard {
                affine: self.condition(&extents),
                test: *self.random.pick(&[Test::Zero, Test::NonZero, Test::NonNegative]),
            })
            .collect();
        let product = Product {
            coefficient: Number::new(*self.random.pick(&[1.0, 1.0, -1.0, 2.5])),
            operands,
            guards,
            out: (0..order).map(|_| self.affine(&extents)).collect(),
            extents,
        };
        (product, self.shape(order))
    }

    /// A view of some node in a shape; broadcast where no node fits better.
    fn view(&mut self, shape: &[Size]) -> View {
        for _ in 0..6 {
            let node = self.node();
            let own = self.graph.shape(node).to_vec();
            let mut axes: Vec<usize> = Vec::new();
            for extent in &own {
                let free: Vec<usize> = (0..shape.len()).filter(|a| shape[*a] == *extent && !axes.contains(a)).collect();
                if !free.is_empty() {
                    axes.push(*self.random.pick(&free));
                }
            }
            if axes.len() == own.len() {
                return View { node, axes };
            }
        }
        View { node: self.nodes[0], axes: Vec::new() }
    }

    fn read(&self, view: &View, index: &[i64]) -> f64 {
        let own: Vec<i64> = view.axes.iter().map(|a| index[*a]).collect();
        self.values[&view.node].at(&own)
    }

    /// A tensor by its entries.
    fn entries(&self, shape: &[Size], entry: impl Fn(&[i64]) -> f64) -> Tensor {
        let shape = self.point.shape(shape);
        let data = crate::ir::interpret::indices(&shape).iter().map(|i| entry(i)).collect();
        Tensor { shape, data }
    }

    fn grow(&mut self) {
        let choice = self.random.below(10);
        let (id, value, what) = match choice {
            0..=5 => {
                let (product, shape) = self.product();
                let value = self.point.product(&product, self.point.shape(&shape), &self.values);
                let what = format!("{product:?} : {shape:?}");
                (self.graph.product(product, shape), value, what)
            }
            6 | 7 => {
                let order = self.random.below(3);
                let shape = self.shape(order);
                let terms: Vec<Term> = (0..self.random.below(4))
                    .map(|_| {
                        let coefficient = Number::new(*self.random.pick(&[1.0, -1.0, 2.0, 0.5]));
                        Term { coefficient, view: self.view(&shape) }
                    })
                    .collect();
                let value = self.entries(&shape, |i| terms.iter().map(|t| t.coefficient.get() * self.read(&t.view, i)).sum());
                let what = format!("{terms:?} : {shape:?}");
                (self.graph.sum(terms, shape), value, what)
            }
            _ => {
                let order = self.random.below(3);
                let shape = self.shape(order);
                let funcs = [
                    Func::Tanh,
                    Func::Powi(0),
                    Func::Powi(1),
                    Func::Powi(2),
                    Func::Powi(3),
                    Func::Powi(5),
                    Func::Abs,
                    Func::Max,
                    Func::Min,
                    Func::Gt,
                    Func::Select,
                    Func::Clamp,
                    Func::Logistic(1),
                ];
                let func = *self.random.pick(&funcs);
                let args: Vec<View> = (0..func.arity()).map(|_| self.view(&shape)).collect();
                let value = self.entries(&shape, |i| func.evaluate(&args.iter().map(|a| self.read(a, i)).collect::<Vec<_>>()));
                let what = format!("{func:?} {args:?} : {shape:?}");
                (self.graph.map(func, args, shape), value, what)
            }
        };
        if value.data.iter().any(|v| v.abs() > 1e6) {
            return;
        }
        let found = self.point.value(&self.graph, id);
        assert_close(&found, &value, &format!("{what}\nbecame {:?}", self.graph.op(id)));
        self.values.insert(id, value);
        self.nodes.push(id);
    }
}

fn assert_close(found: &Tensor, expected: &Tensor, what: &str) {
    assert_eq!(found.shape, expected.shape, "{what}");
    for (a, b) in found.data.iter().zip(&expected.data) {
        assert!((a - b).abs() <= 1e-9 * (1.0 + b.abs()), "{what}\nfound {found:?}\nexpected {expected:?}");
    }
}

#[test]
fn constructors_keep_values() {
    for seed in 0..600 {
        let mut growing = Growing::new(seed);
        for _ in 0..10 {
            growing.grow();
        }
    }
}

#[test]
fn rebuilding_with_bound_sizes_keeps_values() {
    for seed in 0..150 {
        let mut growing = Growing::new(seed);
        for _ in 0..6 {
            growing.grow();
        }
        let mut sizes = Sizes::default();
        let n = sizes.symbol("n", SymbolSource::Count { field: 0 });
        let k = sizes.symbol("k", SymbolSource::Count { field: 1 });
        // Equal sizes become one symbol; a known one a number.
        let (first, second) = (growing.point.symbols[0], growing.point.symbols[1]);
        if first == second {
            sizes.unify(&n, &k).unwrap();
        } else {
            sizes.unify(&k, &Size::constant(second)).unwrap();
        }
        let expected: Vec<Tensor> = growing.nodes.iter().map(|id| growing.values[id].clone()).collect();
        let before: Vec<Id> = growing.graph.inputs().map(|(_, _, id)| id).collect();
        let roots = growing.graph.resolve_sizes(&growing.nodes, &|size| sizes.resolve(size));
        let mut point = growing.point.clone();
        point.inputs =
            growing.graph.inputs().zip(&before).map(|((_, _, id), old)| (id, growing.point.inputs[old].clone())).collect();
        for (root, expected) in roots.iter().zip(&expected) {
            assert_close(&point.value(&growing.graph, *root), expected, &format!("seed {seed}"));
        }
    }
}

fn leaf(graph: &mut Graph, shape: &[Size]) -> Id {
    graph.input(InputInfo { role: Role::X, block: 0, name: "x".to_owned() }, shape.to_vec())
}

fn wire(k: u32) -> Affine {
    Affine::wire(Wire(k))
}

fn unit(extents: &[Size], operands: Vec<Operand>, out: Vec<Affine>) -> Product {
    Product { coefficient: Number::new(1.0), extents: extents.to_vec(), operands, guards: Vec::new(), out }
}

/// Equal tensors are equal nodes, however they are written.
#[test]
fn spellings_meet() {
    let mut graph = Graph::new();
    let n = Size::symbol(super::Symbol(0));
    let v = leaf(&mut graph, std::slice::from_ref(&n));
    let w = leaf(&mut graph, std::slice::from_ref(&n));
    // v∘w = w∘v
    let views = [graph.whole(v), graph.whole(w)];
    let one = graph.times(1.0, &views, vec![n.clone()]);
    let two = graph.times(1.0, &[views[1].clone(), views[0].clone()], vec![n.clone()]);
    assert_eq!(one, two);
    // Σⱼ δ(i, j) vⱼ = v
    let delta = graph.product(unit(std::slice::from_ref(&n), Vec::new(), vec![wire(0), wire(0)]), vec![n.clone(), n.clone()]);
    let operands = vec![Operand { node: delta, index: vec![wire(0), wire(1)] }, Operand { node: v, index: vec![wire(1)] }];
    assert_eq!(graph.product(unit(&[n.clone(), n.clone()], operands, vec![wire(0)]), vec![n.clone()]), v);
    // 2 v + v - 3 v = 0, v + w - w = v
    let double = graph.scaled(2.0, v);
    let terms = vec![graph.term(1.0, double), graph.term(1.0, v), graph.term(-3.0, v)];
    let zero = graph.sum(terms, vec![n.clone()]);
    assert!(graph.is_zero(zero));
    let terms = vec![graph.term(1.0, v), graph.term(1.0, w), graph.term(-1.0, w)];
    assert_eq!(graph.sum(terms, vec![n.clone()]), v);
    // (Mᵀ)ᵀ = M
    let m = leaf(&mut graph, &[n.clone(), n.clone()]);
    let swapped = View { node: m, axes: vec![1, 0] };
    let transposed = graph.view(1.0, &swapped, vec![n.clone(), n.clone()]);
    let back = graph.view(1.0, &View { node: transposed, axes: vec![1, 0] }, vec![n.clone(), n.clone()]);
    assert_eq!(back, m);
    // Σ over an unused wire counts it.
    let operands = vec![Operand { node: v, index: vec![wire(0)] }];
    let summed = graph.product(unit(&[n.clone(), Size::constant(3)], operands, vec![wire(0)]), vec![n.clone()]);
    assert_eq!(summed, graph.scaled(3.0, v));
    // Of no terms it is 0, also where the terms are not finite.
    let sum =
        graph.product(unit(std::slice::from_ref(&n), vec![Operand { node: v, index: vec![Affine::default()] }], vec![]), vec![]);
    let log = graph.apply(Func::Ln, &[sum]);
    let counted = graph.product(unit(std::slice::from_ref(&n), vec![Operand { node: log, index: vec![] }], vec![]), vec![]);
    let guards = |graph: &Graph, node: Id| match graph.op(node) {
        Op::Product(product) => product.guards.len(),
        _ => 0,
    };
    assert_eq!((guards(&graph, sum), guards(&graph, counted)), (0, 1));
    // Mᵀ(2 r) = 2 Mᵀ r: the common factor leaves the sum.
    let r = graph.subtract(v, w);
    let scaled = graph.scaled(2.0, r);
    let apply = |graph: &mut Graph, vector: Id| {
        let operands = vec![Operand { node: m, index: vec![wire(0), wire(1)] }, Operand { node: vector, index: vec![wire(0)] }];
        graph.product(unit(&[n.clone(), n.clone()], operands, vec![wire(1)]), vec![n.clone()])
    };
    let (plain, doubled) = (apply(&mut graph, r), apply(&mut graph, scaled));
    let terms = vec![graph.term(2.0, plain), graph.term(-1.0, doubled)];
    let zero = graph.sum(terms, vec![n]);
    assert!(graph.is_zero(zero));
}

/// `r = 6·c + 2·i + j` and `r = 2·q + j`: two ways of taking an index apart.
#[test]
fn digits_are_solved_for() {
    let mut graph = Graph::new();
    let size = Size::constant;
    let (x, y, z) = (leaf(&mut graph, &[size(4)]), leaf(&mut graph, &[size(3)]), leaf(&mut graph, &[size(12)]));
    let digits = |graph: &mut Graph, operands: Vec<Operand>, radices: &[(u32, i64)], extents: &[i64]| {
        let index = radices.iter().fold(wire(0), |rest, (w, radix)| rest.sub(&wire(*w).scale(&size(*radix))));
        let extents: Vec<Size> = extents.iter().map(|e| size(*e)).collect();
        let guards = vec![Guard { affine: index, test: Test::Zero }];
        graph.product(Product { guards, ..unit(&extents, operands, vec![wire(0)]) }, vec![size(24)])
    };
    let read = |node: Id, w: u32| Operand { node, index: vec![wire(w)] };
    // x[r / 6]·y[r % 6 / 2] and z[r / 2].
    let one = digits(&mut graph, vec![read(x, 1), read(y, 2)], &[(1, 6), (2, 2), (3, 1)], &[24, 4, 3, 2]);
    let two = digits(&mut graph, vec![read(z, 1)], &[(1, 2), (2, 1)], &[24, 12, 2]);
    let operands = vec![read(one, 0), read(two, 0)];
    let both = unit(&[size(24)], operands, vec![wire(0)]);
    let both = graph.product_inlining(both, vec![size(24)], &|_| true);
    let Op::Product(product) = graph.op(both) else { panic!("{:?}", graph.op(both)) };
    assert!(product.guards.is_empty(), "{product:?}");
    // The digits that only one operand reads together with others stay one wire.
    let steps: i64 = product.extents.iter().filter_map(Size::as_constant).product();
    assert_eq!(steps, 24, "{product:?}");
}

/// Digits that are only read together are the index that they are digits of.
#[test]
fn digits_that_are_read_together_are_one_wire() {
    let mut graph = Graph::new();
    let (n, m) = (Size::symbol(super::Symbol(0)), Size::symbol(super::Symbol(1)));
    let length = n.mul(&m);
    let (v, w) = (leaf(&mut graph, std::slice::from_ref(&length)), leaf(&mut graph, std::slice::from_ref(&length)));
    let index = wire(0).scale(&n).add(&wire(1));
    let operands = [v, w].map(|node| Operand { node, index: vec![index.clone()] }).to_vec();
    let inner = graph.product(unit(&[m, n], operands, Vec::new()), Vec::new());
    assert_eq!(inner, graph.inner(v, w));
}

#[test]
fn reductions_of_nothing_are_the_argument() {
    let mut graph = Graph::new();
    let v = leaf(&mut graph, &[Size::constant(3)]);
    assert_eq!(graph.reduce(Reduction::Max, v, 1), v);
    let weights = graph.weights(Reduction::Max, v, 1);
    assert_eq!(graph.as_uniform(weights), Some(1.0));
}
