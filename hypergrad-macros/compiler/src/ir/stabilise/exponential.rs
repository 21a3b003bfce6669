//! Exponentials, their reciprocals and their products.
//!
//! ```text
//! 1/e^t = e^{-t}      1/(c + e^t) = σ(ln c - t)/c      1/(e^a + e^b) = e^{-a} σ(a - b)
//! 1/Σ e^z = e^{-lse}  e^{-softplus(t)} = σ(-t)         e^{z - lse(z)} = softmax(z)
//! e^a e^b = e^{a+b}   e^{r - t} σ(t) = e^r σ(-t)
//! ```
//! The last two are used where exponents cancel, or where one of them is a log-sum-exp.

use super::logarithm::{logarithm, parts, shifted, softmax_slice};
use crate::ir::flatten::flatten_where;
use crate::ir::{Func, Graph, Id, Number, Op, Operand, Product, Reduction, Size, Term, View};

/// `e^t` of a whole node, where it is a sigmoid or a softmax.
pub fn exponential(graph: &mut Graph, exponent: Id) -> Option<Id> {
    let shape = graph.shape(exponent).to_vec();
    // e^{-softplus(t)} = σ(-t)
    if let Some((coefficient, view)) = graph.as_view(exponent)
        && is(coefficient, -1.0)
    {
        if let Op::Reduce { kind: Reduction::LogSumExp, arg, keep } = *graph.op(view.node)
            && keep == shape.len()
            && view.axes.iter().enumerate().all(|(k, axis)| k == *axis)
        {
            let zero = graph.zero(shape);
            return softmax_slice(graph, zero, arg);
        }
        let t = argument(graph, view.node, Func::Logistic(0))?;
        let negative = View { node: t.node, axes: t.axes.iter().map(|a| view.axes[*a]).collect() };
        let negative = graph.view(-1.0, &negative, shape);
        return Some(graph.apply(Func::Logistic(1), &[negative]));
    }
    let Op::Sum(terms) = graph.op(exponent) else { return None };
    let terms = terms.clone();
    for (position, term) in terms.iter().enumerate() {
        if !is(term.coefficient.get(), -1.0) {
            continue;
        }
        let rest: Vec<Term> = terms.iter().enumerate().filter(|(k, _)| *k != position).map(|(_, t)| t.clone()).collect();
        // e^{t - softplus(t)} = σ(t)
        if let Some(t) = argument(graph, term.view.node, Func::Logistic(0)) {
            let t = View { node: t.node, axes: t.axes.iter().map(|a| term.view.axes[*a]).collect() };
            let t = graph.view(1.0, &t, shape.clone());
            let rest = graph.sum(rest, shape.clone());
            if rest == t {
                return Some(graph.apply(Func::Logistic(1), &[t]));
            }
        } else if let Op::Reduce { kind: Reduction::LogSumExp, arg, keep } = *graph.op(term.view.node) {
            if let Some(order) = permutation(graph, &shape, arg, &term.view.axes, keep, &rest) {
                let weights = graph.weights(Reduction::LogSumExp, arg, keep);
                return Some(graph.view(1.0, &View { node: weights, axes: order }, shape));
            }
            let whole = keep == shape.len() && term.view.axes.iter().enumerate().all(|(k, axis)| k == *axis);
            let rest = graph.sum(rest, shape.clone());
            if let Some(part) = part(graph, rest, arg, keep, &term.view.axes) {
                return Some(part);
            }
            if let Some(slice) = softmax_slice(graph, rest, arg).filter(|_| whole) {
                return Some(slice);
            }
        }
    }
    None
}

/// `e^{z[i] - lse(z)}`, where `rest` reads `z = arg` at an index: the softmax at that index.
fn part(graph: &mut Graph, rest: Id, arg: Id, keep: usize, kept: &[usize]) -> Option<Id> {
    let Op::Product(product) = graph.op(rest) else { return None };
    let [operand] = product.operands.as_slice() else { return None };
    let same_rows = kept.iter().zip(&operand.index).all(|(axis, index)| product.out[*axis] == *index);
    if operand.node != arg || !is(product.coefficient.get(), 1.0) || !product.guards.is_empty() || !same_rows {
        return None;
    }
    if !product.summed().is_empty() {
        return None;
    }
    let (mut product, shape) = (product.clone(), graph.shape(rest).to_vec());
    product.operands[0].node = graph.weights(Reduction::LogSumExp, arg, keep);
    Some(graph.product(product, shape))
}

/// The axes of the result that those of `arg` are, where `rest` is `arg` and its kept axes are read
/// as the log-sum-exp reads them: then the whole is a softmax.
fn permutation(graph: &mut Graph, shape: &[Size], arg: Id, kept: &[usize], keep: usize, rest: &[Term]) -> Option<Vec<usize>> {
    if graph.order(arg) != shape.len() {
        return None;
    }
    let free: Vec<usize> = (0..shape.len()).filter(|a| !kept.contains(a)).collect();
    let rest = graph.sum(rest.to_vec(), shape.to_vec());
    let own = graph.shape(arg).to_vec();
    orders(&free).into_iter().find_map(|free| {
        let axes: Vec<usize> = kept[..keep].iter().chain(&free).copied().collect();
        let fits = axes.iter().zip(&own).all(|(axis, size)| shape[*axis] == *size);
        (fits && graph.view(1.0, &View { node: arg, axes: axes.clone() }, shape.to_vec()) == rest).then_some(axes)
    })
}

/// The orders of at most two axes.
fn orders(axes: &[usize]) -> Vec<Vec<usize>> {
    match axes {
        [a, b] => vec![vec![*a, *b], vec![*b, *a]],
        other => vec![other.to_vec()],
    }
}

/// `1/node` of the node's shape, where the node is a sum of exponentials, or a product of such.
pub fn reciprocal(graph: &mut Graph, node: Id) -> Option<Id> {
    let shape = graph.shape(node).to_vec();
    match graph.op(node).clone() {
        Op::Map(Func::Exp, args) => {
            let negative = graph.view(-1.0, &args[0], shape);
            Some(graph.apply(Func::Exp, &[negative]))
        }
        Op::Sum(terms) => {
            let parts = parts(graph, &terms, &shape)?;
            // 1/(e^a + e^b) = e^{-a} σ(a - b)
            if let Some((a, b)) = parts.pair(graph) {
                let below = graph.subtract(a, b);
                let sigmoid = graph.apply(Func::Logistic(1), &[below]);
                let negative = graph.scaled(-1.0, a);
                let exponential = graph.apply(Func::Exp, &[negative]);
                let views = [graph.whole(exponential), graph.whole(sigmoid)];
                return Some(graph.times(1.0, &views, shape));
            }
            match (parts.constant, parts.others.as_slice()) {
                // 1/(c + e^t) = σ(ln c - t)/c
                (Some(c), [t]) => {
                    let negative = graph.scaled(-1.0, *t);
                    let below = shifted(graph, negative, c);
                    let sigmoid = graph.apply(Func::Logistic(1), &[below]);
                    Some(graph.scaled((-c).exp(), sigmoid))
                }
                _ => exponential_of_minus(graph, node),
            }
        }
        Op::Product(product) if !product.summed().is_empty() => exponential_of_minus(graph, node),
        // 1/(c e^a ..) = (1/c) e^{-a} ..
        Op::Product(product) if !product.operands.is_empty() => {
            logarithm(graph, node)?;
            let mut operands = Vec::with_capacity(product.operands.len());
            for operand in product.operands {
                operands.push(Operand { node: graph.apply(Func::Powi(-1), &[operand.node]), ..operand });
            }
            let coefficient = Number::new(1.0 / product.coefficient.get());
            Some(graph.product(Product { coefficient, operands, ..product }, shape))
        }
        Op::Input(_)
        | Op::Constant(_)
        | Op::Count(_)
        | Op::Iota
        | Op::Product(_)
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

fn exponential_of_minus(graph: &mut Graph, node: Id) -> Option<Id> {
    let logarithm = logarithm(graph, node)?;
    let negative = graph.scaled(-1.0, logarithm);
    Some(graph.apply(Func::Exp, &[negative]))
}

/// A product with fewer or tamer exponentials; those of factors that are elementwise products count.
pub fn fused(graph: &mut Graph, product: &Product) -> Option<Product> {
    let steep = |node: Id| matches!(graph.op(node), Op::Map(Func::Exp | Func::Logistic(1), _));
    let elementwise = |inner: &Product| inner.summed().is_empty() && inner.operands.iter().any(|o| steep(o.node));
    let inner = |o: &Operand| matches!(graph.op(o.node), Op::Product(inner) if elementwise(inner));
    if product.operands.iter().any(inner) {
        let flat = flatten_where(graph, product, &elementwise)?;
        return fused_at_once(graph, &flat);
    }
    fused_at_once(graph, product)
}

fn fused_at_once(graph: &mut Graph, product: &Product) -> Option<Product> {
    for host in 0..product.operands.len() {
        let Some(t) = argument(graph, product.operands[host].node, Func::Exp) else { continue };
        let shape = graph.shape(product.operands[host].node).to_vec();
        let own = graph.view(1.0, &t, shape);
        let guests = guests(graph, product, host);
        if let Some(fused) =
            fuse_sigmoid(graph, product, host, own, &guests).or_else(|| fuse_exponentials(graph, product, host, own, &guests))
        {
            return Some(fused);
        }
    }
    None
}

/// Another factor that can be read at the host's indices.
struct Guest {
    position: usize,
    func: Func,
    /// Its argument at the host's shape.
    argument: Id,
}

fn guests(graph: &mut Graph, product: &Product, host: usize) -> Vec<Guest> {
    let index = &product.operands[host].index;
    let shape = graph.shape(product.operands[host].node).to_vec();
    let mut guests = Vec::new();
    for (position, operand) in product.operands.iter().enumerate() {
        let Op::Map(func @ (Func::Exp | Func::Logistic(1)), args) = graph.op(operand.node) else { continue };
        let (func, view) = (*func, args[0].clone());
        let axes: Option<Vec<usize>> =
            view.axes.iter().map(|axis| index.iter().position(|i| *i == operand.index[*axis])).collect();
        let within = operand.index.iter().all(|i| index.contains(i));
        let Some(axes) = axes.filter(|axes| position != host && within && distinct(axes)) else { continue };
        let fits = axes.iter().zip(graph.shape(view.node)).all(|(axis, size)| shape[*axis] == *size);
        if fits {
            let argument = graph.view(1.0, &View { node: view.node, axes }, shape.clone());
            guests.push(Guest { position, func, argument });
        }
    }
    guests
}

fn distinct(axes: &[usize]) -> bool {
    axes.iter().enumerate().all(|(k, a)| !axes[..k].contains(a))
}

/// `e^E σ(t) = e^{E + t} σ(-t)`, E being all exponents together, where that shortens the exponent.
fn fuse_sigmoid(graph: &mut Graph, product: &Product, host: usize, own: Id, guests: &[Guest]) -> Option<Product> {
    let shape = graph.shape(own).to_vec();
    let exponents: Vec<&Guest> = guests.iter().filter(|g| g.func == Func::Exp).collect();
    let all: Vec<Id> = std::iter::once(own).chain(exponents.iter().map(|g| g.argument)).collect();
    let total = graph.add_all(&all, shape.clone());
    for sigmoid in guests.iter().filter(|g| g.func != Func::Exp) {
        let rest = graph.add_all(&[total, sigmoid.argument], shape.clone());
        if length(graph, rest) >= length(graph, total) {
            continue;
        }
        let negative = graph.scaled(-1.0, sigmoid.argument);
        let complement = graph.apply(Func::Logistic(1), &[negative]);
        let remaining = graph.apply(Func::Exp, &[rest]);
        let index = &product.operands[host].index;
        let gone: Vec<usize> = exponents.iter().map(|g| g.position).chain([host, sigmoid.position]).collect();
        return Some(replaced(product, &gone, &[complement, remaining], index));
    }
    None
}

/// `e^a e^b = e^{a+b}`, where terms cancel or one exponent is logarithmic.
fn fuse_exponentials(graph: &mut Graph, product: &Product, host: usize, own: Id, guests: &[Guest]) -> Option<Product> {
    let shape = graph.shape(own).to_vec();
    for guest in guests.iter().filter(|g| g.func == Func::Exp && g.argument != own) {
        let total = graph.add_all(&[own, guest.argument], shape.clone());
        let cancels = length(graph, total) < length(graph, own) + length(graph, guest.argument);
        if cancels || is_logarithmic(graph, own) || is_logarithmic(graph, guest.argument) {
            let together = graph.apply(Func::Exp, &[total]);
            return Some(replaced(product, &[host, guest.position], &[together], &product.operands[host].index));
        }
    }
    None
}

/// The product with some operands replaced by nodes read at one index.
fn replaced(product: &Product, gone: &[usize], nodes: &[Id], index: &[crate::ir::Affine]) -> Product {
    let kept = product.operands.iter().enumerate().filter(|(k, _)| !gone.contains(k)).map(|(_, o)| o.clone());
    let new = nodes.iter().map(|node| Operand { node: *node, index: index.to_vec() });
    Product { operands: kept.chain(new).collect(), ..product.clone() }
}

/// The number of terms of a sum.
fn length(graph: &Graph, node: Id) -> usize {
    if let Op::Sum(terms) = graph.op(node) { terms.len() } else { usize::from(!graph.is_zero(node)) }
}

/// Whether a log-sum-exp or softplus is subtracted.
fn is_logarithmic(graph: &Graph, node: Id) -> bool {
    let subtracts = |coefficient: f64, node: Id| {
        coefficient < 0.0
            && matches!(graph.op(node), Op::Reduce { kind: Reduction::LogSumExp, .. } | Op::Map(Func::Logistic(0), _))
    };
    if let Op::Sum(terms) = graph.op(node) {
        terms.iter().any(|t| subtracts(t.coefficient.get(), t.view.node))
    } else {
        graph.as_view(node).is_some_and(|(coefficient, view)| subtracts(coefficient, view.node))
    }
}

/// The argument of a unary function, where the node is one.
pub fn argument(graph: &Graph, node: Id, func: Func) -> Option<View> {
    if let Op::Map(f, args) = graph.op(node)
        && *f == func
    {
        Some(args[0].clone())
    } else {
        None
    }
}

fn is(value: f64, expected: f64) -> bool {
    value.to_bits() == expected.to_bits()
}
