//! The reverse sweep: the gradient of a scalar node with respect to inputs.

use rustc_hash::{FxHashMap, FxHashSet};

use super::rules;
use crate::ir::{Affine, Graph, Id, Number, Op, Operand, Product, Reduction, Term, View, Wire};

/// `∂root/∂input` for each input, shaped like the input. One joint sweep.
pub fn gradient(graph: &mut Graph, root: Id, inputs: &[Id]) -> Vec<Id> {
    debug_assert_eq!(graph.order(root), 0, "gradients are of scalars");
    let order = graph.surface(&[root]);
    let depends = dependents(graph, &order, inputs);
    let met: FxHashSet<Id> = order.iter().copied().collect();
    let mut sweep = Sweep { graph, depends, met, cotangents: FxHashMap::default(), of_states: FxHashMap::default() };
    let one = sweep.graph.constant(1.0);
    sweep.cotangents.insert(root, vec![one]);
    let mut results: FxHashMap<Id, Id> = FxHashMap::default();
    // Operands have smaller ids: from the root downwards every cotangent is complete when met.
    for id in order.into_iter().rev() {
        if let Some(of_states) = sweep.of_states.remove(&id) {
            sweep.scan(id, &of_states);
            continue;
        }
        let Some(contributions) = sweep.cotangents.remove(&id) else { continue };
        let shape = sweep.graph.shape(id).to_vec();
        let cotangent = sweep.graph.add_all(&contributions, shape);
        if inputs.contains(&id) {
            results.insert(id, cotangent);
        } else if !sweep.graph.is_zero(cotangent) {
            sweep.propagate(id, cotangent);
        }
    }
    inputs
        .iter()
        .map(|input| match results.get(input) {
            Some(result) => *result,
            None => {
                let shape = graph.shape(*input).to_vec();
                graph.zero(shape)
            }
        })
        .collect()
}

/// Which nodes depend on the inputs.
fn dependents(graph: &Graph, order: &[Id], inputs: &[Id]) -> Vec<bool> {
    let mut depends = vec![false; graph.len()];
    for id in order {
        depends[id.0 as usize] = inputs.contains(id) || graph.reads(*id).iter().any(|operand| depends[operand.0 as usize]);
    }
    depends
}

pub(super) struct Sweep<'g> {
    pub(super) graph: &'g mut Graph,
    depends: Vec<bool>,
    /// The nodes that the sweep meets.
    pub(super) met: FxHashSet<Id>,
    cotangents: FxHashMap<Id, Vec<Id>>,
    /// Of recursions: the cotangents of their stacked states.
    of_states: FxHashMap<Id, Vec<(usize, Id)>>,
}

impl Sweep<'_> {
    pub(super) fn depends(&self, id: Id) -> bool {
        self.depends.get(id.0 as usize).copied().unwrap_or(false)
    }

    pub(super) fn contribute(&mut self, to: Id, cotangent: Id) {
        if !self.graph.is_zero(cotangent) {
            self.cotangents.entry(to).or_default().push(cotangent);
        }
    }

    /// Adds to the cotangents of the operands of `id`.
    fn propagate(&mut self, id: Id, cotangent: Id) {
        let node = self.graph.shared(id);
        match &node.op {
            Op::Input(_) | Op::Constant(_) | Op::Count(_) | Op::Iota | Op::Slot(_) => {}
            Op::Product(product) => self.product(product, cotangent),
            Op::Sum(terms) => terms.iter().for_each(|term| self.term(term, cotangent)),
            Op::Map(func, args) => {
                for position in 0..args.len() {
                    if self.depends(args[position].node) {
                        self.argument(*func, args, position, id, cotangent);
                    }
                }
            }
            Op::Reduce { kind, arg, keep } => self.reduction(*kind, *arg, *keep, cotangent),
            Op::Weights { kind, arg, keep } => self.weights(*kind, *arg, *keep, id, cotangent),
            Op::Exclusive { arg, order } => self.exclusive(*arg, *order, cotangent),
            // What reads them passes on to the matrix, or to the states together.
            Op::Factor { .. } | Op::Scan(_) => {}
            Op::State { scan, position } => self.of_states.entry(*scan).or_default().push((*position, cotangent)),
            Op::Solve { factor, rhs, transposed } => self.solve((*factor, *rhs, *transposed), id, cotangent),
            Op::Lower { factor } => self.lower(*factor, id, cotangent),
            Op::Determinant { factor, logarithm } => self.determinant(*factor, *logarithm, id, cotangent),
        }
    }

    /// d(c·Πₖ opₖ[iₖ] at o)/d opⱼ: the same product with operand j and the result exchanged.
    fn product(&mut self, product: &Product, cotangent: Id) {
        for (position, operand) in product.operands.iter().enumerate() {
            if !self.depends(operand.node) {
                continue;
            }
            let mut operands = product.operands.clone();
            operands[position] = Operand { node: cotangent, index: product.out.clone() };
            let shape = self.graph.shape(operand.node).to_vec();
            let (extents, guards) = (product.extents.clone(), product.guards.clone());
            let adjoint = Product { coefficient: product.coefficient, extents, operands, guards, out: operand.index.clone() };
            let contribution = self.graph.product(adjoint, shape);
            self.contribute(operand.node, contribution);
        }
    }

    /// d(Σ c·t) = Σ c·dt, summed over the axes along which the term was broadcast.
    fn term(&mut self, term: &Term, cotangent: Id) {
        if self.depends(term.view.node) {
            let contribution = self.pull_back(term.coefficient.get(), &[cotangent], &term.view);
            self.contribute(term.view.node, contribution);
        }
    }

    /// df(.., aⱼ, ..) = `f_j(a)` daⱼ.
    fn argument(&mut self, func: crate::ir::Func, args: &[View], position: usize, id: Id, cotangent: Id) {
        let shape = self.graph.shape(id).to_vec();
        let contribution = match rules::partial(self.graph, func, args, position, id, &shape) {
            rules::Partial::Zero => return,
            rules::Partial::Factor(factor) => self.pull_back(1.0, &[cotangent, factor], &args[position]),
            // The cotangent itself passes through the condition: 0·inf does not arise.
            rules::Partial::Arm { condition, taken } => {
                let zero = self.graph.constant(0.0);
                let whole = self.graph.whole(cotangent);
                let nothing = View { node: zero, axes: Vec::new() };
                let (then, otherwise) = if taken { (whole, nothing) } else { (nothing, whole) };
                let masked = self.graph.map(crate::ir::Func::Select, vec![condition, then, otherwise], shape);
                self.pull_back(1.0, &[masked], &args[position])
            }
        };
        self.contribute(args[position].node, contribution);
    }

    /// The elementwise product of whole factors, summed onto the axes of a view.
    fn pull_back(&mut self, coefficient: f64, factors: &[Id], view: &View) -> Id {
        let extents = self.graph.shape(factors[0]).to_vec();
        let whole: Vec<Affine> = (0..extents.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
        let operands = factors.iter().map(|f| Operand { node: *f, index: whole[..self.graph.order(*f)].to_vec() }).collect();
        let out = view.axes.iter().map(|a| whole[*a].clone()).collect();
        let shape = self.graph.shape(view.node).to_vec();
        let product = Product { coefficient: Number::new(coefficient), extents, operands, guards: Vec::new(), out };
        self.graph.product(product, shape)
    }

    /// d reduce(a) = ⟨weights(a), da⟩.
    fn reduction(&mut self, kind: Reduction, arg: Id, keep: usize, cotangent: Id) {
        let weights = self.graph.weights(kind, arg, keep);
        let shape = self.graph.shape(arg).to_vec();
        let kept = View { node: cotangent, axes: (0..keep).collect() };
        let views = [kept, self.graph.whole(weights)];
        let contribution = self.graph.times(1.0, &views, shape);
        self.contribute(arg, contribution);
    }

    /// d softmax(a) = p∘(da - ⟨p, da⟩); the tie weights of max and min are piecewise constant.
    fn weights(&mut self, kind: Reduction, arg: Id, keep: usize, id: Id, cotangent: Id) {
        if kind != Reduction::LogSumExp {
            return;
        }
        let shape = self.graph.shape(arg).to_vec();
        let whole: Vec<Affine> = (0..shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
        let mean = Product {
            coefficient: Number::new(1.0),
            extents: shape.clone(),
            operands: vec![Operand { node: id, index: whole.clone() }, Operand { node: cotangent, index: whole.clone() }],
            guards: Vec::new(),
            out: whole[..keep].to_vec(),
        };
        let mean = self.graph.product(mean, shape[..keep].to_vec());
        let centred = vec![
            self.graph.term(1.0, cotangent),
            Term { coefficient: Number::new(-1.0), view: View { node: mean, axes: (0..keep).collect() } },
        ];
        let centred = self.graph.sum(centred, shape.clone());
        let views = [self.graph.whole(id), self.graph.whole(centred)];
        let contribution = self.graph.times(1.0, &views, shape);
        self.contribute(arg, contribution);
    }

    /// d Π_{j∉S} aⱼ = Σₗ Π_{j∉S∪l} aⱼ daₗ.
    fn exclusive(&mut self, arg: Id, order: usize, cotangent: Id) {
        let higher = self.graph.exclusive(arg, order + 1);
        let extents = self.graph.shape(higher).to_vec();
        let whole: Vec<Affine> = (0..extents.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
        let last = whole.len() - 1;
        let keep = self.graph.order(arg) - 1;
        let mut out = whole[..keep].to_vec();
        out.push(whole[last].clone());
        let product = Product {
            coefficient: Number::new(1.0),
            extents,
            operands: vec![Operand { node: cotangent, index: whole[..last].to_vec() }, Operand { node: higher, index: whole }],
            guards: Vec::new(),
            out,
        };
        let shape = self.graph.shape(arg).to_vec();
        let contribution = self.graph.product(product, shape);
        self.contribute(arg, contribution);
    }
}
