//! Recursions against differences of their interpreted values, to second order.

use crate::differentiate::{gradient, lift};
use crate::ir::interpret::{Point, Tensor};
use crate::ir::segments::Segments;
use crate::ir::{Func, Graph, Id, InputInfo, Kept, Recurrence, Role, Scan, Sequence, Size, Variable, verify::verify};

/// Inputs with values, and scalars of them.
struct Case {
    graph: Graph,
    point: Point,
}

const STEPS: i64 = 4;

impl Case {
    fn new() -> Self {
        Self { graph: Graph::new(), point: Point::default() }
    }

    fn input(&mut self, role: Role, shape: &[i64], seed: f64) -> Id {
        let shape: Vec<Size> = shape.iter().map(|s| Size::constant(*s)).collect();
        let id = self.graph.input(InputInfo { role, block: 0, name: format!("x{seed}") }, shape.clone());
        let shape = self.point.shape(&shape);
        let data = (0..shape.iter().product::<usize>()).map(|k| (1.3 * k as f64 + seed).sin()).collect();
        self.point.inputs.insert(id, Tensor { shape, data });
        id
    }

    /// `s ← c∘sin(s) + q`, `r ← r + <s, s> r` with `s_0 = start`, `r_0 = 1`.
    fn recursion(&mut self, inputs: (Id, Id, Id), reversed: bool) -> Vec<Id> {
        let scan = self.steps(inputs, reversed);
        self.graph.scan(scan)
    }

    fn steps(&mut self, (start, c, q): (Id, Id, Id), reversed: bool) -> Scan {
        let graph = &mut self.graph;
        let shape = graph.shape(start).to_vec();
        let (s, r) = (graph.slot(0, Variable::State(0), shape.clone()), graph.slot(0, Variable::State(1), Vec::new()));
        let entry = graph.slot(0, Variable::Sequence(0), shape.clone());
        let sine = graph.apply(Func::Sin, &[s]);
        let views = [graph.whole(c), graph.whole(sine)];
        let scaled = graph.times(1.0, &views, shape.clone());
        let next_s = graph.add_all(&[scaled, entry], shape);
        let square = graph.inner(s, s);
        let views = [graph.whole(square), graph.whole(r)];
        let growth = graph.times(0.1, &views, Vec::new());
        let next_r = graph.add_all(&[r, growth], Vec::new());
        let one = graph.constant(1.0);
        let states =
            vec![Recurrence { start, next: next_s, kept: Kept::All }, Recurrence { start: one, next: next_r, kept: Kept::All }];
        let sequences = vec![Sequence { node: q, shift: 0 }];
        Scan { level: 0, steps: Size::constant(STEPS), reversed, checkpointed: false, states, sequences }
    }

    fn value(&self, root: Id) -> f64 {
        self.point.value(&self.graph, root).data[0]
    }

    /// A gradient against central differences.
    fn check(&mut self, root: Id, inputs: &[Id]) -> Vec<Id> {
        let gradients = gradient(&mut self.graph, root, inputs);
        assert_eq!(verify(&self.graph, &gradients), Ok(()));
        for (input, gradient) in inputs.iter().zip(&gradients) {
            let found = self.point.value(&self.graph, *gradient);
            for k in 0..found.data.len() {
                let mut at = |h: f64| {
                    self.point.inputs.get_mut(input).unwrap().data[k] += h;
                    let value = self.value(root);
                    self.point.inputs.get_mut(input).unwrap().data[k] -= h;
                    value
                };
                let expected = (at(1e-5) - at(-1e-5)) / 2e-5;
                let error = (found.data[k] - expected).abs();
                assert!(error < 1e-7 * (1.0 + expected.abs()), "{input:?}[{k}]: {} and {expected}", found.data[k]);
            }
        }
        gradients
    }
}

/// Value, gradient, products with the Hessian and their gradient, for both directions of time.
#[test]
fn recursions_have_all_derivatives() {
    for reversed in [false, true] {
        let mut case = Case::new();
        let inputs = [case.input(Role::X, &[2], 0.3), case.input(Role::X, &[2], 1.1), case.input(Role::Y, &[2, STEPS], 2.5)];
        let states = case.recursion((inputs[0], inputs[1], inputs[2]), reversed);
        let weights = case.input(Role::Data, &[2, STEPS + 1], 0.7);
        let graph = &mut case.graph;
        let first = graph.inner(weights, states[0]);
        let second = graph.inner(states[1], states[1]);
        let root = graph.add_all(&[first, second], Vec::new());
        let gradients = case.check(root, &inputs);
        let u = case.input(Role::DirectionX, &[2], 4.2);
        let product = case.graph.inner(u, gradients[0]);
        let second = case.check(product, &[inputs[0], inputs[1], inputs[2], u]);
        // Dense, by lifting: the same as products with units.
        let dense = lift(&mut case.graph, &[second[1]], u);
        let dense = case.point.value(&case.graph, dense[0]);
        let by_product = case.point.value(&case.graph, second[1]);
        let direction = case.point.inputs[&u].data.clone();
        for i in 0..2 {
            let row: f64 = (0..2).map(|j| dense.at(&[i, j]) * direction[j as usize]).sum();
            assert!((row - by_product.data[i as usize]).abs() < 1e-12 * (1.0 + row.abs()));
        }
        let v = case.input(Role::Adjoint, &[2], 5.1);
        let third = case.graph.inner(v, second[1]);
        case.check(third, &inputs);
    }
}

/// The same of the last states by segments, with a rest and without.
#[test]
fn recursions_by_segments_have_all_derivatives() {
    for (reversed, count, length) in [(false, 2, 2), (true, 2, 2), (false, 1, 3), (true, 1, 3), (false, 4, 1), (false, 0, 5)] {
        let mut case = Case::new();
        let inputs = [case.input(Role::X, &[2], 0.3), case.input(Role::X, &[2], 1.1), case.input(Role::Y, &[2, STEPS], 2.5)];
        let scan = case.steps((inputs[0], inputs[1], inputs[2]), reversed);
        let stacked = case.graph.scan(scan.clone());
        let last = case.graph.last_by_segments(&scan, &Segments { count: Size::constant(count), length });
        for (all, last) in stacked.iter().zip(&last) {
            let (all, last) = (case.point.value(&case.graph, *all), case.point.value(&case.graph, *last));
            let at = if reversed { 0 } else { STEPS as usize };
            for (k, value) in last.data.iter().enumerate() {
                assert!((all.data[k * (STEPS as usize + 1) + at] - value).abs() < 1e-15, "{count} segments of {length}");
            }
        }
        let weights = case.input(Role::Data, &[2], 0.7);
        let graph = &mut case.graph;
        let first = graph.inner(weights, last[0]);
        let second = graph.inner(last[1], last[1]);
        let root = graph.add_all(&[first, second], Vec::new());
        let gradients = case.check(root, &inputs);
        let u = case.input(Role::DirectionX, &[2], 4.2);
        let product = case.graph.inner(u, gradients[0]);
        let second = case.check(product, &[inputs[0], inputs[1], inputs[2], u]);
        let v = case.input(Role::Adjoint, &[2], 5.1);
        let third = case.graph.inner(v, second[1]);
        case.check(third, &inputs);
    }
}

/// A state that never changes is its start, one that is never other than zero is zero.
#[test]
fn states_at_rest_leave_the_recursion() {
    let mut case = Case::new();
    let x = case.input(Role::X, &[], 0.4);
    let graph = &mut case.graph;
    let slots: Vec<Id> = (0..4).map(|k| graph.slot(0, Variable::State(k), Vec::new())).collect();
    let zero = graph.constant(0.0);
    let products: Vec<Id> = [(0, 1), (2, 3), (0, 2)]
        .iter()
        .map(|(a, b)| {
            let views = [graph.whole(slots[*a]), graph.whole(slots[*b])];
            graph.times(1.0, &views, Vec::new())
        })
        .collect();
    // s1 stays; s2 and s3 are zero; s0 is multiplied by s1.
    let states = [(x, products[0]), (x, slots[1]), (zero, products[1]), (zero, products[2])];
    let states = states.into_iter().map(|(start, next)| Recurrence { start, next, kept: Kept::All }).collect();
    let scan =
        Scan { level: 0, steps: Size::constant(STEPS), reversed: false, checkpointed: false, states, sequences: Vec::new() };
    let stacked = graph.scan(scan);
    assert!(graph.is_zero(stacked[2]) && graph.is_zero(stacked[3]));
    let crate::ir::Op::State { scan, .. } = graph.op(stacked[0]) else { panic!("{:?}", graph.op(stacked[0])) };
    assert_eq!(graph.as_scan(*scan).map(|scan| scan.states.len()), Some(1));
    let last = case.point.value(&case.graph, stacked[0]).data[STEPS as usize];
    assert!((last - 0.4_f64.sin().powi(STEPS as i32 + 1)).abs() < 1e-15);
}

/// A recursion inside of the step of another, which reads what the outer one has at the step.
#[test]
fn recursions_in_recursions() {
    let mut case = Case::new();
    let x = case.input(Role::X, &[2], 0.4);
    let q = case.input(Role::Y, &[3], 0.9);
    let graph = &mut case.graph;
    let shape = graph.shape(x).to_vec();
    let outer = graph.slot(1, Variable::State(0), shape.clone());
    let inner = graph.slot(0, Variable::State(0), shape.clone());
    let entry = graph.slot(0, Variable::Sequence(0), Vec::new());
    // s ← sin(o)·q + cos(s)
    let sine = graph.apply(Func::Sin, &[outer]);
    let views = [graph.whole(sine), graph.whole(entry)];
    let forced = graph.times(1.0, &views, shape.clone());
    let cosine = graph.apply(Func::Cos, &[inner]);
    let next = graph.add_all(&[forced, cosine], shape.clone());
    let states = vec![Recurrence { start: outer, next, kept: Kept::All }];
    let sequences = vec![Sequence { node: q, shift: 0 }];
    let inside = graph.scan(Scan { level: 0, steps: Size::constant(3), reversed: false, checkpointed: false, states, sequences });
    // o ← the sum over all inner states
    let total = {
        use crate::ir::{Affine, Number, Operand, Product, Wire};
        let wires: Vec<Affine> = (0..2).map(|w| Affine::wire(Wire(w))).collect();
        let extents = graph.shape(inside[0]).to_vec();
        let operands = vec![Operand { node: inside[0], index: wires.clone() }];
        let coefficient = Number::new(0.3);
        graph.product(Product { coefficient, extents, operands, guards: Vec::new(), out: wires[..1].to_vec() }, shape)
    };
    let states = vec![Recurrence { start: x, next: total, kept: Kept::All }];
    let all = graph.scan(Scan {
        level: 1,
        steps: Size::constant(STEPS),
        reversed: false,
        checkpointed: false,
        states,
        sequences: Vec::new(),
    });
    let root = graph.inner(all[0], all[0]);
    let gradients = case.check(root, &[x, q]);
    let u = case.input(Role::DirectionX, &[2], 4.2);
    let product = case.graph.inner(u, gradients[0]);
    case.check(product, &[x, q, u]);
}
