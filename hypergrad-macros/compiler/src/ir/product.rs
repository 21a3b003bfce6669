//! The smart constructor of products: the one place where einsum-like terms are normalised.
//!
//! Identities used, each at its function:
//! `Σₖ δ(k, e) t(k) = t(e)`, `Σₖ t = size(k)·t` where t lacks k, `0·t = 0`, `c·(d·t) = (cd)·t`,
//! a product of views is a view, `c·Σ tⱼ = Σ c·tⱼ`.

use super::affine::{Affine, Wire};
use super::func::Number;
use super::graph::Graph;
use super::node::{Id, Op, Operand, Product, Term, View};
use super::normalise::Normalizer;
use super::size::Size;

impl Graph {
    /// Interns a product in normal form.
    pub fn product(&mut self, product: Product, shape: Vec<Size>) -> Id {
        self.product_inlining(product, shape, &|_| false)
    }

    /// The same, with those operands that are products and satisfy `inline` made part of this one.
    pub fn product_inlining(&mut self, product: Product, shape: Vec<Size>, inline: &dyn Fn(Id) -> bool) -> Id {
        match Normalizer::new(product, &shape).run(self, inline) {
            Some(normal) => self.intern_product(normal, shape),
            None => self.zero(shape),
        }
    }

    /// `coefficient · node`.
    pub fn scaled(&mut self, coefficient: f64, node: Id) -> Id {
        let view = self.whole(node);
        let shape = self.shape(node).to_vec();
        self.view(coefficient, &view, shape)
    }

    /// `coefficient · view`, a permutation or broadcast of a node.
    pub fn view(&mut self, coefficient: f64, view: &View, shape: Vec<Size>) -> Id {
        if coefficient == 1.0 && view.axes.len() == shape.len() && view.axes.iter().enumerate().all(|(k, axis)| k == *axis) {
            return view.node;
        }
        let is_normal = coefficient != 0.0 && self.is_atom(view.node) && !shape.iter().any(Size::is_one);
        let product = Product {
            coefficient: Number::new(coefficient),
            extents: shape.clone(),
            operands: vec![Operand { node: view.node, index: view.axes.iter().map(|a| Affine::wire(Wire(*a as u32))).collect() }],
            guards: Vec::new(),
            out: (0..shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect(),
        };
        if is_normal { self.intern_product(product, shape) } else { self.product(product, shape) }
    }

    /// Whether a product that scales, permutes or broadcasts the node, and nothing else, is in normal form: there is nothing
    /// in it that a product looks through.
    fn is_atom(&self, node: Id) -> bool {
        match self.op(node) {
            Op::Input(_) => self.sparse(node).is_none(),
            Op::Map(..) | Op::Reduce { .. } | Op::Weights { .. } | Op::Exclusive { .. } | Op::Solve { .. } | Op::State { .. } => {
                true
            }
            Op::Constant(_)
            | Op::Count(_)
            | Op::Iota
            | Op::Product(_)
            | Op::Sum(_)
            | Op::Factor { .. }
            | Op::Lower { .. }
            | Op::Determinant { .. }
            | Op::Scan(_)
            | Op::Slot(_) => false,
        }
    }

    /// The elementwise product of views.
    pub fn times(&mut self, coefficient: f64, views: &[View], shape: Vec<Size>) -> Id {
        let out: Vec<Affine> = (0..shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
        let operands =
            views.iter().map(|v| Operand { node: v.node, index: v.axes.iter().map(|a| out[*a].clone()).collect() }).collect();
        let product =
            Product { coefficient: Number::new(coefficient), extents: shape.clone(), operands, guards: Vec::new(), out };
        self.product(product, shape)
    }

    /// A scalar spread over a shape.
    pub fn broadcast(&mut self, scalar: Id, shape: Vec<Size>) -> Id {
        self.view(1.0, &View { node: scalar, axes: Vec::new() }, shape)
    }

    /// `Σ aᵢ bᵢ` over all axes of two nodes of one shape.
    pub fn inner(&mut self, a: Id, b: Id) -> Id {
        let extents = self.shape(a).to_vec();
        let index: Vec<Affine> = (0..extents.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
        let operands = vec![Operand { node: a, index: index.clone() }, Operand { node: b, index }];
        let product = Product { coefficient: Number::new(1.0), extents, operands, guards: Vec::new(), out: Vec::new() };
        self.product(product, Vec::new())
    }

    /// The view that a product is, where it only scales, permutes and broadcasts one operand.
    pub fn as_view(&self, id: Id) -> Option<(f64, View)> {
        let Op::Product(product) = self.op(id) else { return None };
        if !product.guards.is_empty() || product.operands.len() != 1 {
            return None;
        }
        let axis_of = distinct_axes(&product.out)?;
        let operand = &product.operands[0];
        let mut axes = Vec::with_capacity(operand.index.len());
        for (axis, index) in operand.index.iter().enumerate() {
            let wire = index.as_wire()?;
            let position = *axis_of.get(wire.0 as usize)?.as_ref()?;
            if axes.contains(&position) || self.shape(operand.node)[axis] != product.extents[wire.0 as usize] {
                return None;
            }
            axes.push(position);
        }
        (product.extents.len() == product.out.len()).then(|| (product.coefficient.get(), View { node: operand.node, axes }))
    }

    /// The number that every entry is, where a node is a constant or the broadcast of one.
    pub fn as_uniform(&self, id: Id) -> Option<f64> {
        match self.op(id) {
            Op::Constant(number) => Some(number.get()),
            Op::Sum(terms) if terms.is_empty() => Some(0.0),
            Op::Product(p) if p.operands.is_empty() && p.guards.is_empty() => {
                distinct_axes(&p.out).and_then(|_| (p.extents.len() == p.out.len()).then(|| p.coefficient.get()))
            }
            Op::Input(_)
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
            | Op::Scan(_)
            | Op::State { .. }
            | Op::Slot(_) => None,
        }
    }

    fn intern_product(&mut self, product: Product, shape: Vec<Size>) -> Id {
        if product.operands.is_empty() && product.guards.is_empty() && shape.is_empty() {
            return self.constant(product.coefficient.get());
        }
        if let Some(id) = super::stabilise::product(self, &product, &shape) {
            return id;
        }
        let candidate = self.intern(Op::Product(product), shape.clone());
        let Some((coefficient, view)) = self.as_view(candidate) else { return candidate };
        let identity = view.axes.len() == shape.len() && view.axes.iter().enumerate().all(|(k, a)| k == *a);
        if identity && coefficient == 1.0 {
            return view.node;
        }
        // c·(Σ tⱼ) = Σ c·tⱼ, also through a permutation or broadcast: sums stay on top, where like
        // terms meet.
        let viewed = self.shared(view.node);
        if let Op::Sum(terms) = &viewed.op {
            let moved = terms
                .iter()
                .map(|t| Term {
                    coefficient: Number::new(coefficient * t.coefficient.get()),
                    view: View { node: t.view.node, axes: t.view.axes.iter().map(|a| view.axes[*a]).collect() },
                })
                .collect();
            return self.sum(moved, shape);
        }
        // A permuted elementwise function is the function of permuted arguments.
        if let Op::Map(func, args) = &viewed.op
            && coefficient == 1.0
            && view.axes.len() == shape.len()
        {
            let moved =
                args.iter().map(|v| View { node: v.node, axes: v.axes.iter().map(|a| view.axes[*a]).collect() }).collect();
            return self.map(*func, moved, shape);
        }
        candidate
    }
}

/// For each wire its position in `out`, where all indices are distinct wires.
fn distinct_axes(out: &[Affine]) -> Option<Vec<Option<usize>>> {
    let mut positions: Vec<Option<usize>> = Vec::new();
    for (position, index) in out.iter().enumerate() {
        let wire = index.as_wire()?.0 as usize;
        if positions.len() <= wire {
            positions.resize(wire + 1, None);
        }
        if positions[wire].replace(position).is_some() {
            return None;
        }
    }
    Some(positions)
}
