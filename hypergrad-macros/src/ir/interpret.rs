//! The value of nodes by their definition, for tests: slow and plain.

use super::affine::{Affine, Wire};
use super::graph::Graph;
use super::node::{Id, Op, Product, Reduction, Test, View};
use super::size::Size;
use crate::ir::Symbol;

/// A dense array, row-major.
#[derive(Clone, PartialEq, Debug)]
pub struct Array {
    pub shape: Vec<usize>,
    pub data: Vec<f64>,
}

impl Array {
    pub fn scalar(value: f64) -> Self {
        Self { shape: Vec::new(), data: vec![value] }
    }

    pub fn vector(data: Vec<f64>) -> Self {
        Self { shape: vec![data.len()], data }
    }

    pub fn filled(shape: Vec<usize>, value: f64) -> Self {
        let length = shape.iter().product();
        Self { shape, data: vec![value; length] }
    }

    /// The place of an index; `None` outside.
    fn offset(&self, index: &[i64]) -> Option<usize> {
        let mut offset = 0;
        for (i, extent) in index.iter().zip(&self.shape) {
            if *i < 0 || *i >= *extent as i64 {
                return None;
            }
            offset = offset * extent + *i as usize;
        }
        Some(offset)
    }

    fn at(&self, index: &[i64]) -> f64 {
        self.data[self.offset(index).expect("inside")]
    }
}

/// All indices below the extents, the last running fastest.
fn indices(shape: &[usize]) -> Vec<Vec<i64>> {
    let mut all = vec![Vec::new()];
    for extent in shape {
        all = all.iter().flat_map(|index| (0..*extent as i64).map(|i| [index.as_slice(), &[i]].concat())).collect();
    }
    all
}

/// Evaluates every node up to the last root; `inputs` by number, `symbol` gives the sizes.
pub fn interpret(graph: &Graph, roots: &[Id], inputs: &[Array], symbol: &dyn Fn(Symbol) -> i64) -> Vec<Array> {
    let interpreter = Interpreter { symbol };
    let mut values: Vec<Array> = Vec::new();
    let wanted = graph.reachable(roots);
    for id in (0..graph.len() as u32).map(Id) {
        let value = if wanted.contains(&id) { interpreter.node(graph, id, inputs, &values) } else { Array::scalar(f64::NAN) };
        values.push(value);
    }
    roots.iter().map(|root| values[root.0 as usize].clone()).collect()
}

struct Interpreter<'s> {
    symbol: &'s dyn Fn(Symbol) -> i64,
}

impl Interpreter<'_> {
    fn size(&self, size: &Size) -> i64 {
        size.evaluate(self.symbol)
    }

    fn extents(&self, sizes: &[Size]) -> Vec<usize> {
        sizes.iter().map(|size| self.size(size).max(0) as usize).collect()
    }

    fn affine(&self, affine: &Affine, wires: &[i64]) -> i64 {
        let terms = affine.terms.iter().map(|(wire, coefficient)| self.size(coefficient) * wires[wire.0 as usize]);
        self.size(&affine.constant) + terms.sum::<i64>()
    }

    fn node(&self, graph: &Graph, id: Id, inputs: &[Array], values: &[Array]) -> Array {
        let shape = self.extents(graph.shape(id));
        let value = |id: Id| &values[id.0 as usize];
        match graph.op(id) {
            Op::Input(input) => {
                let array = inputs[input.0 as usize].clone();
                assert_eq!(array.shape, shape, "shape of input {}", graph.input_info(*input).name);
                array
            }
            Op::Constant(number) => Array::scalar(number.get()),
            Op::Count(size) => Array::scalar(self.size(size) as f64),
            Op::Iota => Array::vector((0..shape[0]).map(|i| i as f64).collect()),
            Op::Product(product) => self.product(product, shape, values),
            Op::Sum(terms) => {
                let mut result = Array::filled(shape.clone(), 0.0);
                for (index, slot) in indices(&shape).iter().zip(&mut result.data) {
                    *slot = terms.iter().map(|t| t.coefficient.get() * read(&t.view, index, values)).sum();
                }
                result
            }
            Op::Map(func, arguments) => {
                let mut result = Array::filled(shape.clone(), 0.0);
                for (index, slot) in indices(&shape).iter().zip(&mut result.data) {
                    let arguments: Vec<f64> = arguments.iter().map(|view| read(view, index, values)).collect();
                    *slot = func.evaluate(&arguments);
                }
                result
            }
            Op::Reduce { kind, arg, keep } => reduce(*kind, value(*arg), *keep, shape),
            Op::Weights { kind, arg, keep } => weights(*kind, value(*arg), *keep),
            Op::Exclusive { arg, order } => exclusive(value(*arg), *order, &shape),
        }
    }

    fn product(&self, product: &Product, shape: Vec<usize>, values: &[Array]) -> Array {
        let mut result = Array::filled(shape, 0.0);
        for wires in indices(&self.extents(&product.extents)) {
            let holds = product.guards.iter().all(|guard| {
                let value = self.affine(&guard.affine, &wires);
                match guard.test {
                    Test::Zero => value == 0,
                    Test::NonZero => value != 0,
                    Test::NonNegative => value >= 0,
                }
            });
            let place = |affines: &[Affine]| affines.iter().map(|a| self.affine(a, &wires)).collect::<Vec<i64>>();
            let Some(slot) = result.offset(&place(&product.out)).filter(|_| holds) else { continue };
            let mut term = product.coefficient.get();
            for operand in &product.operands {
                let array = &values[operand.node.0 as usize];
                term *= array.offset(&place(&operand.index)).map_or(0.0, |offset| array.data[offset]);
            }
            result.data[slot] += term;
        }
        result
    }
}

fn read(view: &View, index: &[i64], values: &[Array]) -> f64 {
    let own: Vec<i64> = view.axes.iter().map(|axis| index[*axis]).collect();
    values[view.node.0 as usize].at(&own)
}

/// The entries of each group that shares its first `keep` indices.
fn groups(arg: &Array, keep: usize) -> std::slice::Chunks<'_, f64> {
    arg.data.chunks(arg.shape[keep..].iter().product::<usize>().max(1))
}

fn extreme(kind: Reduction, group: &[f64]) -> f64 {
    match kind {
        Reduction::Max | Reduction::LogSumExp => group.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        Reduction::Min => group.iter().copied().fold(f64::INFINITY, f64::min),
    }
}

fn reduce(kind: Reduction, arg: &Array, keep: usize, shape: Vec<usize>) -> Array {
    let value = |group: &[f64]| {
        let extreme = extreme(kind, group);
        match kind {
            Reduction::LogSumExp => extreme + group.iter().map(|t| (t - extreme).exp()).sum::<f64>().ln(),
            Reduction::Max | Reduction::Min => extreme,
        }
    };
    Array { data: groups(arg, keep).map(value).collect(), shape }
}

fn weights(kind: Reduction, arg: &Array, keep: usize) -> Array {
    let weight = |group: &[f64]| {
        let extreme = extreme(kind, group);
        let raw = |t: &f64| match kind {
            Reduction::LogSumExp => (t - extreme).exp(),
            Reduction::Max | Reduction::Min => f64::from(u8::from(t.total_cmp(&extreme).is_eq())),
        };
        let total: f64 = group.iter().map(raw).sum();
        group.iter().map(|t| raw(t) / total).collect::<Vec<f64>>()
    };
    Array { data: groups(arg, keep).flat_map(weight).collect(), shape: arg.shape.clone() }
}

fn exclusive(arg: &Array, order: usize, shape: &[usize]) -> Array {
    let mut result = Array::filled(shape.to_vec(), 0.0);
    let keep = shape.len() - order;
    let length = arg.shape[keep];
    for (index, slot) in indices(shape).iter().zip(&mut result.data) {
        let (kept, left_out) = index.split_at(keep);
        let distinct = left_out.iter().enumerate().all(|(k, i)| !left_out[..k].contains(i));
        let factor = |i: i64| arg.at(&[kept, &[i]].concat());
        *slot = if distinct { (0..length as i64).filter(|i| !left_out.contains(i)).map(factor).product() } else { 0.0 };
    }
    result
}

/// The wires of a product as they are numbered: for tests that build products by hand.
pub fn wire(number: u32) -> Affine {
    Affine::wire(Wire(number))
}
