//! Logarithms of what is positive by its form: products, powers, sums of exponentials, sigmoids and
//! softmaxes. `ln` of such a node is a sum of exponents, `-softplus`, log-sum-exp: nothing overflows.
//!
//! ```text
//! ln(e^t) = t                     ln σ(t) = -softplus(-t)      ln softmax(z) = z - lse(z)
//! ln(c a b) = ln c + ln a + ln b  ln(a^p) = p ln a             ln Σ_w e^z = lse_w(z)
//! ln(n a) = ln n + ln a, n a count
//! ln(a + b) = ln a + softplus(ln b - ln a)                     ln(a + b + ..) = lse(ln a, ln b, ..)
//! ln(det A) = ln det A
//! ```

use crate::ir::{
    Affine, Elimination, Func, Graph, Guard, Id, Number, Op, Operand, Product, Reduction, Size, Term, Test, View, Wire,
};

/// So many nodes are looked at; forms beyond that are left as they are.
const BUDGET: usize = 64;

/// `ln(node)` of the node's shape, where the node is positive by its form and not a mere constant.
pub fn logarithm(graph: &mut Graph, node: Id) -> Option<Id> {
    if let Op::Determinant { factor, logarithm: false } = *graph.op(node) {
        return Some(graph.determinant(factor, true));
    }
    of_node(graph, node, &mut { BUDGET })
}

fn of_node(graph: &mut Graph, node: Id, budget: &mut usize) -> Option<Id> {
    *budget = budget.checked_sub(1)?;
    let shape = graph.shape(node).to_vec();
    match graph.op(node).clone() {
        Op::Map(Func::Exp, args) => Some(graph.view(1.0, &args[0], shape)),
        Op::Map(Func::Logistic(1), args) => {
            let negative = graph.view(-1.0, &args[0], shape);
            let soft = graph.apply(Func::Logistic(0), &[negative]);
            Some(graph.scaled(-1.0, soft))
        }
        // (e^t + e^-t)/2 overflows.
        Op::Map(Func::Cosh, args) => Some(graph.map(Func::LnCosh, args, shape)),
        Op::Map(func, args) => {
            let power = exponent(func)?;
            let inner = of_node(graph, args[0].node, budget)?;
            Some(graph.view(power, &View { node: inner, axes: args[0].axes.clone() }, shape))
        }
        Op::Weights { kind: Reduction::LogSumExp, arg, keep } => {
            let total = graph.reduce(Reduction::LogSumExp, arg, keep);
            let subtracted = View { node: total, axes: (0..keep).collect() };
            let terms = vec![graph.term(1.0, arg), Term { coefficient: Number::new(-1.0), view: subtracted }];
            Some(graph.sum(terms, shape))
        }
        // That of a definite matrix is positive.
        Op::Determinant { factor, logarithm: false }
            if graph.factored(factor).is_some_and(|(elimination, _)| elimination == Elimination::Cholesky) =>
        {
            Some(graph.determinant(factor, true))
        }
        Op::Product(product) => of_product(graph, &product, &shape, budget),
        Op::Sum(terms) => {
            let parts = parts_within(graph, &terms, &shape, budget)?;
            Some(of_sum(graph, &parts, &shape))
        }
        Op::Input(_)
        | Op::Constant(_)
        | Op::Count(_)
        | Op::Iota
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

/// The power that a function raises to.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other function is left as it is")]
fn exponent(func: Func) -> Option<f64> {
    match func {
        Func::Powi(n) => Some(f64::from(n)),
        Func::Powf(p) => Some(p.get()),
        Func::Sqrt => Some(0.5),
        _ => None,
    }
}

/// Logarithms of the terms of a sum, all of the sum's shape; constant terms by themselves.
pub struct Parts {
    /// The logarithm of the positive constant term, if there is one.
    pub constant: Option<f64>,
    pub others: Vec<Id>,
}

impl Parts {
    /// Two parts and no constant, the one by which they can be divided first: a sum of no exponentials is 0.
    pub fn pair(&self, graph: &Graph) -> Option<(Id, Id)> {
        let (None, [a, b]) = (self.constant, self.others.as_slice()) else { return None };
        let pairs = [(*a, *b), (*b, *a)];
        pairs.into_iter().find(|(divisor, _)| !graph.reads_logarithm_of_none(*divisor))
    }
}

/// A sum of terms that are positive by their form; at least one is not constant.
pub fn parts(graph: &mut Graph, terms: &[Term], shape: &[Size]) -> Option<Parts> {
    parts_within(graph, terms, shape, &mut { BUDGET })
}

fn parts_within(graph: &mut Graph, terms: &[Term], shape: &[Size], budget: &mut usize) -> Option<Parts> {
    let mut parts = Parts { constant: None, others: Vec::new() };
    for term in terms {
        let coefficient = term.coefficient.get();
        if coefficient <= 0.0 {
            return None;
        }
        match graph.as_constant(term.view.node) {
            Some(value) if value > 0.0 => parts.constant = Some((coefficient * value).ln()),
            Some(_) => return None,
            None => {
                let inner = of_node(graph, term.view.node, budget)?;
                let spread = graph.view(1.0, &View { node: inner, axes: term.view.axes.clone() }, shape.to_vec());
                parts.others.push(shifted(graph, spread, coefficient.ln()));
            }
        }
    }
    (!parts.others.is_empty()).then_some(parts)
}

/// `node + c`.
pub fn shifted(graph: &mut Graph, node: Id, c: f64) -> Id {
    let shape = graph.shape(node).to_vec();
    let one = graph.constant(1.0);
    let constant = Term { coefficient: Number::new(c), view: View { node: one, axes: Vec::new() } };
    let terms = vec![graph.term(1.0, node), constant];
    graph.sum(terms, shape)
}

fn of_sum(graph: &mut Graph, parts: &Parts, shape: &[Size]) -> Id {
    // ln(e^a + e^b) = a + softplus(b - a)
    if let Some((a, b)) = parts.pair(graph) {
        let above = graph.subtract(b, a);
        let soft = graph.apply(Func::Logistic(0), &[above]);
        return graph.add_all(&[a, soft], shape.to_vec());
    }
    match (parts.constant, parts.others.as_slice()) {
        (None, [one]) => *one,
        // ln(c + e^t) = ln c + softplus(t - ln c)
        (Some(c), [one]) => {
            let above = shifted(graph, *one, -c);
            let soft = graph.apply(Func::Logistic(0), &[above]);
            shifted(graph, soft, c)
        }
        (constant, others) => {
            let stacked = stack(graph, constant, others, shape);
            graph.reduce(Reduction::LogSumExp, stacked, shape.len())
        }
    }
}

/// The parts side by side along one more axis, the constant last.
fn stack(graph: &mut Graph, constant: Option<f64>, others: &[Id], shape: &[Size]) -> Id {
    let count = others.len() + usize::from(constant.is_some());
    let mut slices: Vec<Id> = (0..others.len()).map(|k| slice(graph, others[k], k, count)).collect();
    if let Some(constant) = constant {
        let one = graph.constant(constant);
        let spread = graph.broadcast(one, shape.to_vec());
        slices.push(slice(graph, spread, others.len(), count));
    }
    let long = [shape, &[Size::constant(count as i64)]].concat();
    graph.add_all(&slices, long)
}

/// `node` at one position of a new last axis, 0 elsewhere.
fn slice(graph: &mut Graph, node: Id, position: usize, count: usize) -> Id {
    let shape = graph.shape(node).to_vec();
    let whole: Vec<Affine> = (0..shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
    let product = Product {
        coefficient: Number::new(1.0),
        extents: shape.clone(),
        operands: vec![Operand { node, index: whole.clone() }],
        guards: Vec::new(),
        out: [whole, vec![Affine::constant(Size::constant(position as i64))]].concat(),
    };
    graph.product(product, [shape, vec![Size::constant(count as i64)]].concat())
}

/// The positions of the slices of a stack, all different.
fn positions(graph: &Graph, stacked: Id) -> Option<Vec<i64>> {
    let Op::Sum(terms) = graph.op(stacked) else { return None };
    let order = graph.order(stacked);
    let mut positions = Vec::with_capacity(terms.len());
    for term in terms {
        let whole = term.view.axes.len() == order && term.view.axes.iter().enumerate().all(|(k, axis)| k == *axis);
        let Op::Product(product) = graph.op(term.view.node) else { return None };
        let position = product.out.last()?.as_size()?.as_constant()?;
        if !whole || positions.contains(&position) {
            return None;
        }
        positions.push(position);
    }
    Some(positions)
}

/// `e^{node - lse(stacked)}`, where the node is one of the slices of a stack: that slice of the softmax.
pub fn softmax_slice(graph: &mut Graph, node: Id, stacked: Id) -> Option<Id> {
    let count = graph.shape(stacked).last()?.as_constant()? as usize;
    let (taken, long) = (positions(graph, stacked)?, graph.shape(stacked).to_vec());
    let position = if graph.is_zero(node) {
        // ln 1, the constant, is the only slice that is not there.
        (taken.len() + 1 == count && !taken.contains(&(count as i64 - 1))).then_some(count - 1)?
    } else {
        (0..count).find(|k| {
            let own = slice(graph, node, *k, count);
            let terms = vec![graph.term(1.0, stacked), graph.term(-1.0, own)];
            let rest = graph.sum(terms, long.clone());
            let left = if let Op::Sum(terms) = graph.op(rest) { terms.len() } else { 1 };
            left < taken.len()
        })?
    };
    let shape = graph.shape(node).to_vec();
    let weights = graph.weights(Reduction::LogSumExp, stacked, shape.len());
    let whole: Vec<Affine> = (0..shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
    let product = Product {
        coefficient: Number::new(1.0),
        extents: shape.clone(),
        operands: vec![Operand {
            node: weights,
            index: [whole.clone(), vec![Affine::constant(Size::constant(position as i64))]].concat(),
        }],
        guards: Vec::new(),
        out: whole,
    };
    Some(graph.product(product, shape))
}

/// Adds `node` read at an index; of a sum term by term, so that what cancels does.
fn gather(graph: &mut Graph, frame: &Product, node: Id, index: &[Affine], shape: &[Size], into: &mut Vec<Id>) {
    let Op::Sum(terms) = graph.op(node).clone() else {
        let operands = vec![Operand { node, index: index.to_vec() }];
        into.push(graph.product(Product { operands, ..frame.clone() }, shape.to_vec()));
        return;
    };
    for term in terms {
        let index = term.view.axes.iter().map(|a| index[*a].clone()).collect();
        let operands = vec![Operand { node: term.view.node, index }];
        into.push(graph.product(Product { coefficient: term.coefficient, operands, ..frame.clone() }, shape.to_vec()));
    }
}

/// An axis of one entry is that of a wire of one value, also where it is written as its place 0.
fn with_wires(mut product: Product, shape: &[Size]) -> Product {
    let one = Size::constant(1);
    for (out, extent) in product.out.iter_mut().zip(shape) {
        if *extent == one && out.as_size().is_some_and(|place| place.as_constant() == Some(0)) {
            *out = Affine::wire(Wire(product.extents.len() as u32));
            product.extents.push(one.clone());
        }
    }
    product
}

/// A product of factors that are positive by their form: elementwise, or summed.
fn of_product(graph: &mut Graph, product: &Product, shape: &[Size], budget: &mut usize) -> Option<Id> {
    // Of no terms a count is 0, and its logarithm says what the guard beside it does.
    let is_counted = |guard: &Guard| {
        let size = guard.affine.as_size().filter(|_| guard.test == Test::NonNegative).map(|s| s.add(&Size::constant(1)));
        size.is_some_and(|size| product.operands.iter().any(|o| *graph.op(o.node) == Op::Count(size.clone())))
    };
    if product.coefficient.get() <= 0.0 || !product.guards.iter().all(is_counted) || product.operands.is_empty() {
        return None;
    }
    let product = &with_wires(Product { guards: Vec::new(), ..product.clone() }, shape);
    let kept: Vec<Wire> = product.out.iter().map(Affine::as_wire).collect::<Option<_>>()?;
    let distinct = kept.iter().enumerate().all(|(k, w)| !kept[..k].contains(w) && product.extent(*w) == shape[k]);
    let summed = product.summed();
    let readable = |index: &Affine| index.as_wire().is_some() || (summed.is_empty() && index.as_size().is_some());
    if !distinct || !product.operands.iter().flat_map(|o| &o.index).all(readable) {
        return None;
    }
    // Counts, as those of terms that are alike, have no sign by their form, and a logarithm together.
    let (counts, operands): (Vec<Operand>, Vec<Operand>) =
        product.operands.iter().cloned().partition(|o| matches!(graph.op(o.node), Op::Count(_)));
    let mut logarithms: Vec<Id> = operands.iter().map(|o| of_node(graph, o.node, budget)).collect::<Option<_>>()?;
    if operands.is_empty() {
        return None;
    }
    let mut operands = operands;
    if !counts.is_empty() {
        let counts: Vec<View> = counts.iter().map(|o| View { node: o.node, axes: Vec::new() }).collect();
        let node = graph.times(1.0, &counts, Vec::new());
        logarithms.push(graph.apply(Func::Ln, &[node]));
        operands.push(Operand { node, index: Vec::new() });
    }
    let order: Vec<Wire> = kept.iter().chain(&summed).copied().collect();
    let long: Vec<Size> = order.iter().map(|w| product.extent(*w)).collect();
    let mut terms = Vec::new();
    for (operand, node) in operands.iter().zip(logarithms) {
        let gathered = Product {
            coefficient: Number::new(1.0),
            operands: Vec::new(),
            out: order.iter().map(|w| Affine::wire(*w)).collect(),
            ..product.clone()
        };
        gather(graph, &gathered, node, &operand.index, &long, &mut terms);
    }
    let total = graph.add_all(&terms, long);
    let inside = if summed.is_empty() { total } else { graph.reduce(Reduction::LogSumExp, total, kept.len()) };
    Some(shifted(graph, inside, product.coefficient.get().ln()))
}
