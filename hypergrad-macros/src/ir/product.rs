//! The smart constructor of products: the one place where einsum-like terms are normalised.
//!
//! Identities used, each at its function:
//! `Σₖ δ(k, e) t(k) = t(e)`, `Σₖ t = size(k)·t` where t lacks k, `0·t = 0`, `c·(d·t) = (cd)·t`,
//! a product of views is a view, `c·Σ tⱼ = Σ c·tⱼ`.

use super::affine::{Affine, Wire};
use super::func::Number;
use super::graph::Graph;
use super::node::{Guard, Id, Op, Operand, Product, Term, Test, View};
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
        let product = Product {
            coefficient: Number::new(coefficient),
            extents: shape.clone(),
            operands: vec![Operand { node: view.node, index: view.axes.iter().map(|a| Affine::wire(Wire(*a as u32))).collect() }],
            guards: Vec::new(),
            out: (0..shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect(),
        };
        self.product(product, shape)
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
            _ => None,
        }
    }

    fn intern_product(&mut self, product: Product, shape: Vec<Size>) -> Id {
        if product.operands.is_empty() && product.guards.is_empty() && shape.is_empty() {
            return self.constant(product.coefficient.get());
        }
        if let Some(id) = crate::simplify::stabilise::product(self, &product, &shape) {
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
        if let Op::Sum(terms) = self.op(view.node) {
            let terms = terms.clone();
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
        if let Op::Map(func, args) = self.op(view.node)
            && coefficient == 1.0
            && view.axes.len() == shape.len()
        {
            let (func, args) = (*func, args.clone());
            let moved =
                args.iter().map(|v| View { node: v.node, axes: v.axes.iter().map(|a| view.axes[*a]).collect() }).collect();
            return self.map(func, moved, shape);
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

/// A product under normalisation. Eliminated wires have no extent any more.
struct Normalizer<'s> {
    shape: &'s [Size],
    coefficient: f64,
    extents: Vec<Option<Size>>,
    operands: Vec<Operand>,
    guards: Vec<Guard>,
    out: Vec<Affine>,
}

impl<'s> Normalizer<'s> {
    fn new(product: Product, shape: &'s [Size]) -> Self {
        debug_assert_eq!(product.out.len(), shape.len(), "one index per axis of the result");
        Self {
            shape,
            coefficient: product.coefficient.get(),
            extents: product.extents.into_iter().map(Some).collect(),
            operands: product.operands,
            guards: product.guards,
            out: product.out,
        }
    }

    /// The normal form; `None` where the product is zero.
    fn run(mut self, graph: &mut Graph, inline: &dyn Fn(Id) -> bool) -> Option<Product> {
        self.inline_operands(graph, inline)?;
        self.unit_wires();
        self.settle_guards()?;
        self.gather_outputs()?;
        graph.without_implied_patterns(&mut self.operands);
        self.drop_unused_wires(graph);
        if self.coefficient == 0.0 {
            return None;
        }
        Some(self.canonical())
    }

    fn extent(&self, wire: Wire) -> Size {
        self.extents[wire.0 as usize].clone().unwrap_or_default()
    }

    /// Constants join the coefficient; products that only view one operand, or none, are inlined.
    fn inline_operands(&mut self, graph: &mut Graph, inline: &dyn Fn(Id) -> bool) -> Option<()> {
        let mut pending = std::mem::take(&mut self.operands);
        pending.reverse();
        while let Some(operand) = pending.pop() {
            debug_assert_eq!(operand.index.len(), graph.order(operand.node), "one index per axis of the operand");
            if graph.is_zero(operand.node) {
                return None;
            }
            match graph.op(operand.node) {
                Op::Constant(number) => self.coefficient *= number.get(),
                Op::Product(inner)
                    if (inner.operands.len() <= 1 && inner.summed().is_empty())
                        || graph.is_over_stored_entries(inner)
                        || inline(operand.node) =>
                {
                    let (inner, shape) = (inner.clone(), graph.shape(operand.node).to_vec());
                    self.inline(&inner, &shape, &operand.index, &mut pending)?;
                }
                Op::Product(inner) if inner.coefficient.get() != 1.0 => {
                    self.coefficient *= inner.coefficient.get();
                    let (inner, shape) = (inner.clone(), graph.shape(operand.node).to_vec());
                    let normal = graph.intern(Op::Product(Product { coefficient: Number::new(1.0), ..inner }), shape);
                    self.operands.push(Operand { node: normal, ..operand });
                }
                Op::Sum(terms) => match common_magnitude(terms) {
                    Some(magnitude) => {
                        self.coefficient *= magnitude;
                        let shape = graph.shape(operand.node).to_vec();
                        let terms =
                            terms.clone().into_iter().map(|t| Term { coefficient: t.coefficient.signum(), ..t }).collect();
                        self.operands.push(Operand { node: graph.sum(terms, shape), ..operand });
                    }
                    None => self.operands.push(operand),
                },
                _ => self.operands.push(operand),
            }
        }
        Some(())
    }

    /// Replaces an operand of this shape, read at `index`, by the terms of the product that it is.
    fn inline(&mut self, inner: &Product, shape: &[Size], index: &[Affine], pending: &mut Vec<Operand>) -> Option<()> {
        let offset = self.extents.len() as u32;
        self.extents.extend(inner.extents.iter().cloned().map(Some));
        let shift = |affine: &Affine| affine.substitute(&|w| Affine::wire(Wire(w.0 + offset)));
        self.coefficient *= inner.coefficient.get();
        self.guards.extend(inner.guards.iter().map(|g| Guard { affine: shift(&g.affine), test: g.test }));
        for ((o, i), size) in inner.out.iter().zip(index).zip(shape) {
            // What the operand does not hold is not read: neither scattered outside nor asked for outside.
            let held = o.provably_within(size, &|w| inner.extent(w)) || i.provably_within(size, &|w| self.extent(w));
            if !held {
                let last = Affine::constant(size.sub(&Size::constant(1))).sub(i);
                self.guards.extend([i.clone(), last].map(|affine| Guard { affine, test: Test::NonNegative }));
            }
        }
        let mut equations: Vec<Affine> = inner.out.iter().zip(index).map(|(o, i)| shift(o).sub(i)).collect();
        // The inlined operand is at the end of `pending`, so that substitutions reach it.
        pending.extend(inner.operands.iter().map(|o| Operand { node: o.node, index: o.index.iter().map(&shift).collect() }));
        while let Some(equation) = equations.pop() {
            self.solve(equation, offset, &mut equations, pending)?;
        }
        Some(())
    }

    /// Imposes `equation = 0`: eliminates a wire with coefficient ±1, or keeps a guard.
    /// Wires from `prefer` on, and then summed ones, are eliminated first.
    fn solve(&mut self, equation: Affine, prefer: u32, equations: &mut [Affine], pending: &mut [Operand]) -> Option<()> {
        if let Some(size) = equation.as_size() {
            return match size.as_constant() {
                Some(0) => Some(()),
                Some(_) => None,
                None => {
                    self.guards.push(Guard { affine: equation, test: Test::Zero });
                    Some(())
                }
            };
        }
        let mut best: Option<(u32, Wire, Affine)> = None;
        for (wire, coefficient) in &equation.terms {
            let Some(sign) = coefficient.as_constant().filter(|c| c.abs() == 1) else { continue };
            let rest = equation.sub(&Affine::wire(*wire).scale(coefficient));
            let value = rest.scale(&Size::constant(-sign));
            let within = value.provably_within(&self.extent(*wire), &|w| self.extent(w));
            let in_out = self.out.iter().any(|o| o.mentions(*wire));
            let cost = u32::from(!within) * 4 + u32::from(in_out) * 2 + u32::from(wire.0 < prefer);
            if best.as_ref().is_none_or(|(c, ..)| cost < *c) {
                best = Some((cost, *wire, value));
            }
        }
        match best {
            Some((_, wire, value)) => self.eliminate(wire, &value, equations, pending),
            None => self.guards.push(Guard { affine: equation, test: Test::Zero }),
        }
        Some(())
    }

    /// `wire := value`; the wire's range becomes guards where it is not implied.
    fn eliminate(&mut self, wire: Wire, value: &Affine, equations: &mut [Affine], pending: &mut [Operand]) {
        let extent = self.extent(wire);
        self.extents[wire.0 as usize] = None;
        let replace = |affine: &mut Affine| {
            if affine.mentions(wire) {
                *affine = affine.substitute(&|w| if w == wire { value.clone() } else { Affine::wire(w) });
            }
        };
        self.out.iter_mut().for_each(replace);
        self.operands.iter_mut().chain(pending).flat_map(|o| &mut o.index).for_each(replace);
        self.guards.iter_mut().map(|g| &mut g.affine).for_each(replace);
        equations.iter_mut().for_each(replace);
        let last = Affine::constant(extent.sub(&Size::constant(1))).sub(value);
        for affine in [value.clone(), last] {
            if !affine.provably_nonnegative(&|w| self.extent(w)) {
                self.guards.push(Guard { affine, test: Test::NonNegative });
            }
        }
    }

    /// A wire of extent 1 is 0.
    fn unit_wires(&mut self) {
        for wire in (0..self.extents.len() as u32).map(Wire) {
            if self.extents[wire.0 as usize].as_ref().is_some_and(Size::is_one) {
                self.eliminate(wire, &Affine::default(), &mut [], &mut []);
            }
        }
    }

    /// Drops guards that always hold, solves equations; `None` where one never holds.
    fn settle_guards(&mut self) -> Option<()> {
        loop {
            let guards = std::mem::take(&mut self.guards);
            let mut equation = None;
            for guard in guards {
                match self.decide(&guard) {
                    Some(true) => {}
                    Some(false) => return None,
                    None if guard.test == Test::Zero && equation.is_none() && has_unit(&guard.affine) => {
                        equation = Some(guard.affine);
                    }
                    None => self.guards.push(guard),
                }
            }
            let Some(equation) = equation else { return Some(()) };
            self.solve(equation, u32::MAX, &mut [], &mut [])?;
        }
    }

    fn decide(&self, guard: &Guard) -> Option<bool> {
        let (low, high) = guard.affine.bounds(&|w| self.extent(w))?;
        let negative = |size: &Size| size.scale(-1).sub(&Size::constant(1)).is_nonnegative();
        match guard.test {
            Test::NonNegative if low.is_nonnegative() => Some(true),
            Test::NonNegative if negative(&high) => Some(false),
            Test::Zero | Test::NonZero => {
                let is_zero = if low.is_zero() && high.is_zero() {
                    Some(true)
                } else if negative(&low.scale(-1)) || negative(&high) {
                    Some(false)
                } else {
                    None
                };
                is_zero.map(|zero| zero == (guard.test == Test::Zero))
            }
            Test::NonNegative => None,
        }
    }

    /// `out[e(i)] += t(i)` is `out[k] = t(i(k))` where `e` has one wire, which no other output has:
    /// results are gathered, not scattered, where that costs nothing.
    fn gather_outputs(&mut self) -> Option<()> {
        for axis in 0..self.out.len() {
            let index = self.out[axis].clone();
            let [(wire, coefficient)] = index.terms.as_slice() else { continue };
            let unit = coefficient.as_constant().is_some_and(|c| c.abs() == 1);
            let alone = self.out.iter().enumerate().all(|(k, o)| k == axis || !o.mentions(*wire));
            let plain = index.as_wire().is_some() && self.extent(*wire) == self.shape[axis];
            if !unit || !alone || plain {
                continue;
            }
            let fresh = Wire(self.extents.len() as u32);
            self.extents.push(Some(self.shape[axis].clone()));
            self.out[axis] = Affine::wire(fresh);
            let wire = *wire;
            let sign = coefficient.clone();
            let value = Affine::wire(fresh).sub(&Affine::constant(index.constant.clone())).scale(&sign);
            self.eliminate(wire, &value, &mut [], &mut []);
        }
        self.settle_guards()
    }

    /// A summed wire that nothing reads counts its extent.
    fn drop_unused_wires(&mut self, graph: &mut Graph) {
        for wire in (0..self.extents.len() as u32).map(Wire) {
            let Some(extent) = self.extents[wire.0 as usize].clone() else { continue };
            let used = self.out.iter().chain(self.operands.iter().flat_map(|o| &o.index)).any(|a| a.mentions(wire))
                || self.guards.iter().any(|g| g.affine.mentions(wire));
            if used {
                continue;
            }
            self.extents[wire.0 as usize] = None;
            match extent.as_constant() {
                Some(value) => self.coefficient *= value.max(0) as f64,
                None => {
                    let count = graph.count(extent);
                    self.operands.push(Operand { node: count, index: Vec::new() });
                }
            }
        }
    }

    /// Operands in canonical order, wires numbered by first occurrence: outputs, then operands.
    fn canonical(self) -> Product {
        let mut numbering = Numbering { numbers: vec![None; self.extents.len()], order: Vec::new() };
        self.out.iter().for_each(|o| numbering.visit(o));
        let mut remaining = self.operands;
        let mut operands = Vec::with_capacity(remaining.len());
        while !remaining.is_empty() {
            let mut first = 0;
            for k in 1..remaining.len() {
                if numbering.key(&remaining[k]) < numbering.key(&remaining[first]) {
                    first = k;
                }
            }
            let operand = remaining.remove(first);
            operand.index.iter().for_each(|i| numbering.visit(i));
            operands.push(operand);
        }
        self.guards.iter().for_each(|g| numbering.visit(&g.affine));
        let rename = |affine: &Affine| affine.substitute(&|w| Affine::wire(numbering.number(w)));
        let mut operands: Vec<Operand> =
            operands.iter().map(|o| Operand { node: o.node, index: o.index.iter().map(rename).collect() }).collect();
        operands.sort();
        let mut guards: Vec<Guard> = self.guards.iter().map(|g| Guard { affine: rename(&g.affine), test: g.test }).collect();
        guards.sort();
        guards.dedup();
        Product {
            coefficient: Number::new(self.coefficient),
            extents: numbering.order.iter().map(|w| self.extents[w.0 as usize].clone().unwrap_or_default()).collect(),
            operands,
            guards,
            out: self.out.iter().map(rename).collect(),
        }
    }
}

/// c, where all terms have the coefficients ±c and c ≠ 1: then `Σ ±c t = c Σ ±t`, and the sum
/// without c may be one that others read.
fn common_magnitude(terms: &[Term]) -> Option<f64> {
    let (first, rest) = terms.split_first()?;
    let magnitude = first.coefficient.get().abs();
    (magnitude != 1.0 && rest.iter().all(|t| t.coefficient.get().abs() == magnitude)).then_some(magnitude)
}

fn has_unit(affine: &Affine) -> bool {
    affine.terms.iter().any(|(_, c)| c.as_constant().is_some_and(|c| c.abs() == 1))
}

/// Node, known wires and coefficients per index, constants per index.
type OperandKey = (Id, Vec<Vec<(u32, Size)>>, Vec<Size>);

/// New numbers for wires, in the order in which they are met.
struct Numbering {
    numbers: Vec<Option<u32>>,
    order: Vec<Wire>,
}

impl Numbering {
    fn visit(&mut self, affine: &Affine) {
        for wire in affine.wires() {
            let slot = &mut self.numbers[wire.0 as usize];
            if slot.is_none() {
                *slot = Some(self.order.len() as u32);
                self.order.push(wire);
            }
        }
    }

    fn number(&self, wire: Wire) -> Wire {
        Wire(self.numbers[wire.0 as usize].unwrap_or(u32::MAX))
    }

    /// Orders operands by node, then by what is known of their indices; unknown wires last.
    fn key(&self, operand: &Operand) -> OperandKey {
        let terms = operand
            .index
            .iter()
            .map(|i| {
                let mut terms: Vec<(u32, Size)> =
                    i.terms.iter().map(|(w, c)| (self.numbers[w.0 as usize].unwrap_or(u32::MAX), c.clone())).collect();
                terms.sort();
                terms
            })
            .collect();
        (operand.node, terms, operand.index.iter().map(|i| i.constant.clone()).collect())
    }
}
