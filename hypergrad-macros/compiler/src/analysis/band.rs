//! Matrices made of bands: each term as entries `A[w + a, w + b] = Σ .. k[w + c]`, compared wherever its wires begin.
//!
//! `k[w]` at `(w, w - 1)` for `1 <= w < n` is `k[w + 1]` at `(w + 1, w)` for `0 <= w < n - 1`: the terms of a stencil written
//! from the west and from the east. A term is brought to the form in which the first index that has a wire is that
//! wire, with the range in which it contributes; equal terms are equal entries.

use crate::ir::flatten::{distributed, flatten};
use crate::ir::{Affine, Func, Graph, Guard, Id, Number, Op, Operand, Product, Size, Test, View, Wire};

/// More terms are not looked at.
const MOST_TERMS: usize = 64;

/// Products of more factors are not looked at.
const MOST_FACTORS: usize = 32;

/// Whether a matrix (axes: so many of rows, then columns) is the transpose of another.
pub fn is_transpose(graph: &mut Graph, matrix: Id, rows: usize, other: Id) -> bool {
    let columns = graph.order(matrix) - rows;
    let (own, others) = (entries(graph, matrix, None), entries(graph, other, Some(columns)));
    let (Some(mut own), Some(others)) = (own, others) else { return false };
    for (coefficient, entry) in others {
        add(&mut own, -coefficient, entry);
    }
    own.iter().all(|(coefficient, _)| *coefficient == 0.0)
}

/// Terms of a matrix, alike ones added.
type Entries = Vec<(f64, Entry)>;

/// A term without its coefficient, in one form.
#[derive(PartialEq, Debug)]
struct Entry {
    out: Vec<Affine>,
    factors: Vec<Value>,
    ranges: Vec<Range>,
    guards: Vec<Guard>,
}

/// What is read, down to inputs where it is read entry by entry.
#[derive(PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Value {
    Entry(Id, Vec<Affine>),
    Map(Func, Vec<Value>),
}

/// An entry of a node: functions are looked through, and what only moves indices.
fn value(graph: &Graph, node: Id, index: &[Affine]) -> Value {
    match graph.op(node) {
        Op::Map(func, args) => {
            let argument = |view: &View| {
                let index: Vec<Affine> = view.axes.iter().map(|axis| index[*axis].clone()).collect();
                value(graph, view.node, &index)
            };
            Value::Map(*func, args.iter().map(argument).collect())
        }
        Op::Product(product) => {
            moved(product, index).map_or_else(|| Value::Entry(node, index.to_vec()), |(node, index)| value(graph, node, &index))
        }
        Op::Input(_)
        | Op::Constant(_)
        | Op::Count(_)
        | Op::Iota
        | Op::Sum(_)
        | Op::Reduce { .. }
        | Op::Weights { .. }
        | Op::Exclusive { .. }
        | Op::Factor { .. }
        | Op::Solve { .. }
        | Op::Lower { .. }
        | Op::Determinant { .. }
        | Op::Scan(_)
        | Op::State { .. }
        | Op::Slot(_) => Value::Entry(node, index.to_vec()),
    }
}

/// The entry of the one operand that a product copies to this index.
fn moved(product: &Product, index: &[Affine]) -> Option<(Id, Vec<Affine>)> {
    let [operand] = product.operands.as_slice() else { return None };
    let wires: Vec<Wire> = product.out.iter().map(Affine::as_wire).collect::<Option<_>>()?;
    let is_copy = product.coefficient.get() == 1.0 && product.guards.is_empty() && product.summed().is_empty();
    let distinct = wires.iter().enumerate().all(|(k, wire)| !wires[..k].contains(wire));
    if !is_copy || !distinct {
        return None;
    }
    let at = |wire: Wire| wires.iter().position(|w| *w == wire).map_or_else(|| Affine::wire(wire), |k| index[k].clone());
    Some((operand.node, operand.index.iter().map(|i| i.substitute(&at)).collect()))
}

/// `low <= wire < high` for all of these, and not these values.
#[derive(PartialEq, Default, Debug)]
struct Range {
    low: Vec<Size>,
    high: Vec<Size>,
    without: Vec<Size>,
}

fn add(entries: &mut Entries, coefficient: f64, entry: Entry) {
    match entries.iter_mut().find(|(_, other)| *other == entry) {
        Some((sum, _)) => *sum += coefficient,
        None => entries.push((coefficient, entry)),
    }
}

/// The terms of a matrix; `None` where one of them is not known to be a band.
fn entries(graph: &mut Graph, matrix: Id, transposed: Option<usize>) -> Option<Entries> {
    let shape = graph.shape(matrix).to_vec();
    let mut entries = Vec::new();
    let mut pending = vec![whole(&shape, Number::new(1.0), &graph.whole(matrix))];
    let mut seen = 0;
    while let Some(product) = pending.pop() {
        seen += 1;
        if seen + pending.len() > MOST_TERMS {
            return None;
        }
        // Products of products are one, also where they are diagonals or shifted.
        let inner: Vec<Id> =
            product.operands.iter().map(|o| o.node).filter(|id| matches!(graph.op(*id), Op::Product(_))).collect();
        let node = graph.product_inlining(product, shape.clone(), &|id| inner.contains(&id));
        let product = match graph.op(node) {
            Op::Sum(terms) => {
                pending.extend(terms.iter().map(|term| whole(&shape, term.coefficient, &term.view)));
                continue;
            }
            // Of products of products of themselves the factors double with each.
            Op::Product(product) if product.operands.len() > MOST_FACTORS => return None,
            Op::Product(product) => flatten(graph, product)?,
            Op::Input(_)
            | Op::Constant(_)
            | Op::Count(_)
            | Op::Iota
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
            | Op::Slot(_) => whole(&shape, Number::new(1.0), &graph.whole(node)),
        };
        match distributed(graph, &product) {
            Some(terms) => pending.extend(terms),
            None => {
                let (coefficient, entry) = entry(graph, product, &shape, transposed)?;
                add(&mut entries, coefficient, entry);
            }
        }
    }
    Some(entries)
}

/// A view as a product.
fn whole(shape: &[Size], coefficient: Number, view: &View) -> Product {
    let out: Vec<Affine> = (0..shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
    let operands = vec![Operand { node: view.node, index: view.axes.iter().map(|axis| out[*axis].clone()).collect() }];
    Product { coefficient, extents: shape.to_vec(), operands, guards: Vec::new(), out }
}

/// A term that does not sum, in its one form; its first axes moved behind the others for the transpose.
fn entry(graph: &Graph, product: Product, shape: &[Size], transposed: Option<usize>) -> Option<(f64, Entry)> {
    if !product.summed().is_empty() {
        return None;
    }
    let rows = transposed.unwrap_or(0);
    let out = [&product.out[rows..], &product.out[..rows]].concat();
    let shape = [&shape[rows..], &shape[..rows]].concat();
    let (starts, names) = starts(&out, product.extents.len())?;
    let begun = |affine: &Affine| {
        affine.substitute(&|w| Affine::wire(names[w.0 as usize]).sub(&Affine::constant(starts[w.0 as usize].clone())))
    };
    let mut ranges: Vec<Range> = product.extents.iter().map(|_| Range::default()).collect();
    for wire in product.wires() {
        let (start, range) = (&starts[wire.0 as usize], &mut ranges[names[wire.0 as usize].0 as usize]);
        range.low.push(start.clone());
        range.high.push(start.add(&product.extent(wire)));
    }
    let out: Vec<Affine> = out.iter().map(&begun).collect();
    let operands: Vec<Operand> =
        product.operands.iter().map(|o| Operand { node: o.node, index: o.index.iter().map(&begun).collect() }).collect();
    let mut factors: Vec<Value> = operands.iter().map(|o| value(graph, o.node, &o.index)).collect();
    factors.sort();
    let read = operands.iter().flat_map(|o| o.index.iter().zip(graph.shape(o.node)));
    for (index, size) in read.chain(out.iter().zip(&shape)) {
        within(&mut ranges, index, size)?;
    }
    let mut guards: Vec<Guard> = Vec::new();
    for guard in &product.guards {
        let guard = Guard { affine: begun(&guard.affine), test: guard.test };
        if !limits(&mut ranges, &guard) {
            guards.push(guard);
        }
    }
    guards.sort();
    ranges.iter_mut().for_each(Range::simplify);
    Some((product.coefficient.get(), Entry { out, factors, ranges, guards }))
}

/// For every wire: where it is to begin, and its new name, so that the first index that has it is the wire itself, and
/// wires are numbered as they come. `None` where an index is no wire and a constant.
fn starts(out: &[Affine], wires: usize) -> Option<(Vec<Size>, Vec<Wire>)> {
    let mut found: Vec<Option<(Size, Wire)>> = vec![None; wires];
    let mut next = 0;
    for index in out {
        let [(wire, coefficient)] = &*index.terms else { return None };
        let slot = &mut found[wire.0 as usize];
        if !coefficient.is_one() {
            return None;
        }
        if slot.is_none() {
            *slot = Some((index.constant.clone(), Wire(next)));
            next += 1;
        }
    }
    found.into_iter().collect::<Option<Vec<_>>>().map(|found| found.into_iter().unzip())
}

/// An access at `wire + c` of an axis of this size.
fn within(ranges: &mut [Range], index: &Affine, size: &Size) -> Option<()> {
    match &*index.terms {
        [] => Some(()),
        [(wire, coefficient)] if coefficient.is_one() => {
            let range = &mut ranges[wire.0 as usize];
            range.low.push(index.constant.scale(-1));
            range.high.push(size.sub(&index.constant));
            Some(())
        }
        _ => None,
    }
}

/// Whether a guard says where one wire begins, ends, or is not.
fn limits(ranges: &mut [Range], guard: &Guard) -> bool {
    let [(wire, coefficient)] = &*guard.affine.terms else { return false };
    let (range, constant) = (&mut ranges[wire.0 as usize], &guard.affine.constant);
    match (guard.test, coefficient.as_constant()) {
        (Test::NonNegative, Some(1)) => range.low.push(constant.scale(-1)),
        (Test::NonNegative, Some(-1)) => range.high.push(constant.add(&Size::constant(1))),
        (Test::NonZero, Some(1)) => range.without.push(constant.scale(-1)),
        (Test::NonZero, Some(-1)) => range.without.push(constant.clone()),
        _ => return false,
    }
    true
}

impl Range {
    /// Without limits that others imply. A value that is left out at an end moves the end.
    fn simplify(&mut self) {
        let one = Size::constant(1);
        loop {
            strongest(&mut self.low, &|stronger, other| at_least(stronger, other));
            strongest(&mut self.high, &|stronger, other| at_least(other, stronger));
            let (low, high) = (self.low.clone(), self.high.clone());
            self.without.retain(|v| !low.iter().any(|l| at_least(l, &v.add(&one))) && !high.iter().any(|h| at_least(v, h)));
            if let Some(k) = self.without.iter().position(|v| low == [v.clone()]) {
                self.low = vec![self.without.remove(k).add(&one)];
            } else if let Some(k) = self.without.iter().position(|v| high == [v.add(&one)]) {
                self.high = vec![self.without.remove(k)];
            } else {
                break;
            }
        }
        self.without.sort();
        self.without.dedup();
    }
}

/// Whether `a >= b` for certain.
fn at_least(a: &Size, b: &Size) -> bool {
    a.sub(b).as_constant().is_some_and(|difference| difference >= 0)
}

/// Keeps one of each limit that no other implies, in order.
fn strongest(limits: &mut Vec<Size>, implies: &dyn Fn(&Size, &Size) -> bool) {
    limits.sort();
    limits.dedup();
    let all = limits.clone();
    limits.retain(|own| !all.iter().any(|other| other != own && implies(other, own)));
}
