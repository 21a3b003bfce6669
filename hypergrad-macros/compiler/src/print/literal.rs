//! Small tensors of numbers as they are written: `(0.3, 0.1)`, `[1, 0.1; -0.2, 0.95]`.

use super::text::{Text, constant};
use crate::ir::{Affine, Graph, Guard, Id, Op, Product, Test, View};

/// Larger ones are written by their formula.
const MOST_ENTRIES: usize = 16;
/// Products over more values of their wires are not worked out.
const MOST_POINTS: usize = 1 << 12;

/// A constant vector or matrix by its entries.
pub fn write(graph: &Graph, id: Id) -> Option<Text> {
    let shape = extents(graph, id)?;
    if shape.iter().product::<usize>() > MOST_ENTRIES {
        return None;
    }
    let entries = entries(graph, id)?;
    let number = |row: usize, column: usize, rows: usize| constant(entries[row + column * rows]).string;
    let row = |row: usize, rows: usize, columns: usize| {
        let entries: Vec<String> = (0..columns).map(|column| number(row, column, rows)).collect();
        entries.join(", ")
    };
    match shape.as_slice() {
        [n] => Some(Text::atom(format!("({})", row(0, 1, *n)))),
        [n, m] => {
            let rows: Vec<String> = (0..*n).map(|k| row(k, *n, *m)).collect();
            Some(Text::atom(format!("[{}]", rows.join("; "))))
        }
        _ => None,
    }
}

fn extents(graph: &Graph, id: Id) -> Option<Vec<usize>> {
    graph.shape(id).iter().map(|s| usize::try_from(s.as_constant()?).ok()).collect()
}

/// The entries of a node that reads no input, the first axis fastest.
fn entries(graph: &Graph, id: Id) -> Option<Vec<f64>> {
    let shape = extents(graph, id)?;
    let mut out = vec![0.0; shape.iter().product()];
    match graph.op(id) {
        Op::Constant(number) => out[0] = number.get(),
        Op::Product(product) => scatter(graph, product, &shape, &mut out)?,
        Op::Sum(terms) => {
            for term in terms {
                let read = viewed(graph, &term.view, &shape)?;
                out.iter_mut().zip(read).for_each(|(sum, entry)| *sum += term.coefficient.get() * entry);
            }
        }
        Op::Map(func, args) => {
            let args: Vec<Vec<f64>> = args.iter().map(|a| viewed(graph, a, &shape)).collect::<Option<_>>()?;
            for (k, entry) in out.iter_mut().enumerate() {
                *entry = func.evaluate(&args.iter().map(|a| a[k]).collect::<Vec<_>>());
            }
        }
        Op::Input(_)
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
        | Op::Slot(_) => return None,
    }
    Some(out)
}

/// A node read elementwise in a result of this shape.
fn viewed(graph: &Graph, view: &View, shape: &[usize]) -> Option<Vec<f64>> {
    let (own, entries) = (extents(graph, view.node)?, entries(graph, view.node)?);
    let read = |point: Vec<usize>| entries[flat(&own, view.axes.iter().map(|axis| point[*axis]))];
    Some(points(shape).map(read).collect())
}

/// Adds a product over all values of its wires.
fn scatter(graph: &Graph, product: &Product, shape: &[usize], out: &mut [f64]) -> Option<()> {
    let wires: Vec<usize> = product.extents.iter().map(|s| usize::try_from(s.as_constant()?).ok()).collect::<Option<_>>()?;
    if wires.iter().product::<usize>() > MOST_POINTS {
        return None;
    }
    let operands: Vec<(Vec<usize>, Vec<f64>)> =
        product.operands.iter().map(|o| Some((extents(graph, o.node)?, entries(graph, o.node)?))).collect::<Option<_>>()?;
    for point in points(&wires) {
        let at = |index: &[Affine], shape: &[usize]| position(index, shape, &point);
        let holds = product.guards.iter().map(|g| holds(g, &point)).collect::<Option<Vec<bool>>>()?;
        let Some(target) = at(&product.out, shape)?.filter(|_| holds.iter().all(|h| *h)) else { continue };
        let mut value = product.coefficient.get();
        for (operand, (shape, entries)) in product.operands.iter().zip(&operands) {
            value *= at(&operand.index, shape)?.map_or(0.0, |k| entries[k]);
        }
        out[target] += value;
    }
    Some(())
}

/// The flat position of an access; `Some(None)` outside, `None` if a size is symbolic.
fn position(index: &[Affine], shape: &[usize], point: &[usize]) -> Option<Option<usize>> {
    let at: Vec<i64> = index.iter().map(|i| value(i, point)).collect::<Option<_>>()?;
    let inside: Option<Vec<usize>> = at.iter().zip(shape).map(|(k, n)| usize::try_from(*k).ok().filter(|k| k < n)).collect();
    Some(inside.map(|inside| flat(shape, inside)))
}

fn value(affine: &Affine, point: &[usize]) -> Option<i64> {
    affine.terms.iter().try_fold(affine.constant.as_constant()?, |sum, (wire, factor)| {
        Some(sum + factor.as_constant()? * i64::try_from(point[wire.0 as usize]).ok()?)
    })
}

fn holds(guard: &Guard, point: &[usize]) -> Option<bool> {
    let value = value(&guard.affine, point)?;
    Some(match guard.test {
        Test::Zero => value == 0,
        Test::NonZero => value != 0,
        Test::NonNegative => value >= 0,
    })
}

fn flat(shape: &[usize], index: impl IntoIterator<Item = usize>) -> usize {
    let strides = shape.iter().scan(1, |stride, n| Some(std::mem::replace(stride, *stride * n)));
    index.into_iter().zip(strides).map(|(k, stride)| k * stride).sum()
}

/// All indices into a shape, the first axis fastest.
fn points(shape: &[usize]) -> impl Iterator<Item = Vec<usize>> + use<> {
    let shape = shape.to_vec();
    (0..shape.iter().product()).map(move |mut rest: usize| {
        let digit = |n: &usize| {
            let digit = rest % n;
            rest /= n;
            digit
        };
        shape.iter().map(digit).collect()
    })
}
