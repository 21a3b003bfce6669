//! Squares of differences between the rows of two matrices: `Σ_k w_k (a_ik - b_jk)²`, as kernels and radial
//! functions have them, and `Σ_ij c_ij (a_ik - b_jk)²`, their derivatives in w. Each is one call of a kernel that
//! keeps its sums in registers.

use super::cost::FEW_FEATURES;
use super::reading::plain;
use crate::ir::{Affine, Graph, Id, Number, Op, Operand, Product, Size, Term, Wire};

/// A matrix that is read at a row's wire and at the wire that both have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side {
    pub node: Id,
    row: Wire,
    /// Whether rows come first, so that those of one column lie together.
    pub by_column: bool,
}

/// Two operands of a product that are the same difference `±(a_ik - b_jk)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    positions: [usize; 2],
    pub sides: [Side; 2],
    /// k.
    inner: Wire,
}

/// What a kernel computes, operands by position in the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Squares {
    /// In the order of the rows and columns of the result, or of the weights.
    pub sides: [Side; 2],
    pub extents: [Size; 3],
    pub weights: Weights,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Weights {
    /// `w_k`, factor by factor: the result has rows and columns.
    Inner(Vec<usize>),
    /// `c_ij`: the result has k.
    Pairs(usize),
}

impl Squares {
    /// The operands that are weights.
    pub fn weights(&self) -> Vec<usize> {
        match &self.weights {
            Weights::Inner(factors) => factors.clone(),
            Weights::Pairs(position) => vec![*position],
        }
    }
}

/// The kernel of a product, scalars aside.
pub fn squares(graph: &Graph, product: &Product) -> Option<Squares> {
    let difference = difference(graph, product)?;
    let rest: Vec<usize> = tensors(product).filter(|k| !difference.positions.contains(k)).collect();
    let out: Vec<Wire> = product.out.iter().map(Affine::as_wire).collect::<Option<_>>()?;
    let inner = difference.inner;
    let is_inner = |k: &usize| plain(graph, product, &product.operands[*k]).is_some_and(|wires| wires == [inner]);
    let (rows, weights) = match out[..] {
        [i, j] if rest.iter().all(is_inner) => ([i, j], Weights::Inner(rest)),
        [k] if k == inner => {
            let [pairs] = rest[..] else { return None };
            let [i, j] = plain(graph, product, &product.operands[pairs])?[..] else { return None };
            ([i, j], Weights::Pairs(pairs))
        }
        _ => return None,
    };
    let side = |row: Wire| difference.sides.into_iter().find(|side| side.row == row);
    let sides = [side(rows[0])?, side(rows[1])?];
    let extents = [rows[0], rows[1], inner].map(|wire| product.extent(wire));
    sides[0].by_column.then_some(Squares { sides, extents, weights })
}

/// `Σ_ij u_i c_ij v_j (a_ik - b_jk)²`: all that depends on i and j alone becomes one matrix of weights.
pub fn grouped(graph: &mut Graph, product: &Product) -> Option<Product> {
    let difference = difference(graph, product)?;
    let [i, j] = difference.sides.map(|side| side.row);
    let of_pairs = |k: &usize| {
        let mut wires = product.operands[*k].index.iter().flat_map(Affine::wires);
        !difference.positions.contains(k) && wires.all(|wire| wire == i || wire == j)
    };
    let pairs: Vec<usize> = tensors(product).filter(of_pairs).collect();
    let spans = pairs.iter().any(|k| product.operands[*k].index.len() == 2);
    let is_summed = [i, j].iter().all(|wire| !product.out.iter().any(|out| out.mentions(*wire)));
    if pairs.len() < 2 || !spans || !is_summed {
        return None;
    }
    // In the order in which the first side lies column by column.
    let [i, j] = if difference.sides[0].by_column { [i, j] } else { [j, i] };
    let renamed = |index: &Affine| index.substitute(&|wire| Affine::wire(Wire(u32::from(wire == j))));
    let (weights, rest): (Vec<_>, Vec<_>) = (0..product.operands.len()).partition(|k| pairs.contains(k));
    let operands = weights.iter().map(|k| {
        let operand = &product.operands[*k];
        Operand { node: operand.node, index: operand.index.iter().map(renamed).collect() }
    });
    let shape = vec![product.extent(i), product.extent(j)];
    let inner = Product {
        coefficient: Number::new(1.0),
        extents: shape.clone(),
        operands: operands.collect(),
        guards: Vec::new(),
        out: vec![Affine::wire(Wire(0)), Affine::wire(Wire(1))],
    };
    let node = graph.product(inner, shape);
    let mut operands: Vec<Operand> = rest.iter().map(|k| product.operands[*k].clone()).collect();
    operands.push(Operand { node, index: vec![Affine::wire(i), Affine::wire(j)] });
    Some(Product { operands, ..product.clone() })
}

/// The operands that are no scalars.
fn tensors(product: &Product) -> impl Iterator<Item = usize> + '_ {
    (0..product.operands.len()).filter(|k| !product.operands[*k].index.is_empty())
}

/// The pair of operands that are one difference.
fn difference(graph: &Graph, product: &Product) -> Option<Difference> {
    if !product.guards.is_empty() {
        return None;
    }
    let cubes: Vec<usize> = tensors(product).filter(|k| product.operands[*k].index.len() == 3).collect();
    let [first, second] = cubes[..] else { return None };
    if product.operands[first] != product.operands[second] {
        return None;
    }
    let operand = &product.operands[first];
    let wires = plain(graph, product, operand)?;
    let Op::Sum(terms) = graph.op(operand.node) else { return None };
    let [left, right] = &terms[..] else { return None };
    let is_difference = left.coefficient.get() == -right.coefficient.get() && left.coefficient.get().abs() == 1.0;
    let own = |term: &Term| term.view.axes.iter().map(|axis| wires[*axis]).collect::<Vec<_>>();
    let (a, b) = (own(left), own(right));
    let inner = a.iter().copied().find(|wire| b.contains(wire))?;
    let side = |term: &Term, wires: &[Wire]| {
        let row = wires.iter().copied().find(|wire| *wire != inner)?;
        (wires.len() == 2).then_some(Side { node: term.view.node, row, by_column: wires[0] == row })
    };
    let sides = [side(left, &a)?, side(right, &b)?];
    let are_many = sides.iter().all(|side| product.extent(side.row).as_constant().is_none_or(|count| count >= FEW_FEATURES));
    (is_difference && are_many && sides[0].row != sides[1].row).then_some(Difference { positions: [first, second], sides, inner })
}
