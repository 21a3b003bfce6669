//! `F_1 = diag(d) + Σ BᵀB` with `d >= 0`: each term is diagonal and nonnegative, or `Σ_k w_k b_k b_kᵀ`
//! with `w >= 0`, and then `B = √w b`.

use std::collections::BTreeSet;

use super::composition::Piece;
use super::conditions::{Assumed, Given};
use super::diagonal::product_vanishes_off;
use super::facts::Fact;
use super::sign::{Sign, extend, of_factors, signs};
use crate::differentiate::{DiagonalPlusGram, Root};
use crate::differentiate::{Quantities, diagonal};
use crate::ir::flatten::{distributed, flatten, flatten_where};
use crate::ir::mirror;
use crate::ir::{Affine, Func, Graph, Id, Number, Op, Operand, Product, Size, Term, View, Wire};

/// The terms of `F_1`, sorted.
pub struct Terms {
    /// Diagonal matrices.
    diagonal: Vec<Product>,
    roots: Vec<Factors>,
}

/// `B = √w b`: w and b as products over the wires of one. Some wires stand in one of them only.
struct Factors {
    /// w, of the rows on which it depends.
    weights: Product,
    /// b: the axes of x, then its rows.
    vectors: Product,
    /// The wires of the rows, and those of them that the weights have.
    rows: Vec<Wire>,
    weighted: Vec<Wire>,
}

/// The terms, where x is one block and every term is of one of the two kinds, given what is assumed.
pub fn terms(graph: &mut Graph, q: &Quantities, assumed: &Assumed) -> Option<Terms> {
    let [row] = q.f_1.as_deref()? else { return None };
    let [matrix] = row.as_slice() else { return None };
    let shape = graph.shape(*matrix).to_vec();
    let whole = Term { coefficient: Number::new(1.0), view: graph.whole(*matrix) };
    let parts = Terms { diagonal: Vec::new(), roots: Vec::new() };
    let signs = signs(graph, assumed);
    let mut search = Search { graph, assumed, signs, shape, parts };
    search.term(&whole)?;
    let parts = search.parts;
    (!parts.diagonal.is_empty() && !parts.roots.is_empty()).then_some(parts)
}

/// More terms are not looked at.
const MOST_TERMS: usize = 16;

struct Search<'g> {
    graph: &'g mut Graph,
    assumed: &'g Assumed,
    /// Of the nodes so far.
    signs: Vec<Sign>,
    /// Of `F_1`.
    shape: Vec<Size>,
    parts: Terms,
}

impl Search<'_> {
    /// A summand of `F_1`.
    fn term(&mut self, term: &Term) -> Option<()> {
        if let Op::Sum(terms) = self.graph.op(term.view.node) {
            let inner = |t: &Term| {
                let axes = t.view.axes.iter().map(|axis| term.view.axes[*axis]).collect();
                let coefficient = Number::new(term.coefficient.get() * t.coefficient.get());
                Term { coefficient, view: View { node: t.view.node, axes } }
            };
            let terms: Vec<Term> = terms.iter().map(inner).collect();
            return terms.iter().try_for_each(|term| self.term(term));
        }
        let wires: Vec<Affine> = (0..self.shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
        let operand = Operand { node: term.view.node, index: term.view.axes.iter().map(|a| wires[*a].clone()).collect() };
        let product = Product {
            coefficient: term.coefficient,
            extents: self.shape.clone(),
            operands: vec![operand],
            guards: Vec::new(),
            out: wires,
        };
        let written = self.written_once(&product).unwrap_or(product);
        self.product(&written)
    }

    /// Adds a product to the parts: as it is written, with the products in it written out, or term by term.
    fn product(&mut self, product: &Product) -> Option<()> {
        let node = self.graph.product(product.clone(), self.shape.clone());
        let normal = match self.graph.op(node) {
            Op::Product(normal) => normal.clone(),
            Op::Sum(_) => return self.term(&self.graph.term(1.0, node)),
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
            | Op::Slot(_) => product.clone(),
        };
        let product = &normal;
        if self.parts.diagonal.len() + self.parts.roots.len() == MOST_TERMS {
            return None;
        }
        extend(self.graph, self.assumed, &mut self.signs);
        let half = self.shape.len() / 2;
        let pairs: Vec<(usize, usize)> = (0..half).map(|a| (a, half + a)).collect();
        if product_vanishes_off(self.graph, product, &pairs) {
            let factors: Vec<&Operand> = product.operands.iter().collect();
            let sign = Sign::of(product.coefficient.get()).times(of_factors(&factors, &self.signs));
            self.parts.diagonal.push(product.clone());
            return sign.is_nonnegative().then_some(());
        }
        let (once, flat) = (self.written_once(product), flatten(self.graph, product));
        let forms = [Some(product), once.as_ref(), flat.as_ref()];
        if let Some(root) = forms.iter().flatten().find_map(|form| mirrored(form, &self.signs)) {
            self.parts.roots.push(root);
            return Some(());
        }
        let terms = forms.iter().flatten().find_map(|form| distributed(self.graph, form))?;
        terms.iter().try_for_each(|term| self.product(term))
    }

    /// The operands that are products written out, but not theirs.
    fn written_once(&self, product: &Product) -> Option<Product> {
        let own: Vec<&Op> = product.operands.iter().map(|o| self.graph.op(o.node)).collect();
        flatten_where(self.graph, product, &|inner| own.iter().any(|op| matches!(op, Op::Product(p) if std::ptr::eq(p, inner))))
    }
}

fn mirrored(product: &Product, signs: &[Sign]) -> Option<Factors> {
    let (rows, columns) = product.out.split_at(product.out.len() / 2);
    if !distinct(rows) || !distinct(columns) || !product.guards.is_empty() || product.coefficient.get() <= 0.0 {
        return None;
    }
    let mut found = None;
    mirror::find(product, rows, columns, &mut |m| {
        let positive = m.kernels.is_empty() && of_factors(&m.fixed, signs).is_nonnegative();
        if positive {
            found = Some((cloned(&m.left), cloned(&m.fixed)));
        }
        positive
    });
    let (left, fixed) = found?;
    Some(split(product, left, fixed))
}

/// Each index a wire of its own.
fn distinct(index: &[Affine]) -> bool {
    index.iter().enumerate().all(|(k, i)| i.as_wire().is_some() && !index[..k].contains(i))
}

fn cloned(operands: &[&Operand]) -> Vec<Operand> {
    operands.iter().map(|o| (*o).clone()).collect()
}

/// The rows are numbered by the wires that both sides have.
fn split(product: &Product, left: Vec<Operand>, fixed: Vec<Operand>) -> Factors {
    let half = product.out.len() / 2;
    let wires = |operands: &mut dyn Iterator<Item = &Operand>, out: &[Affine]| -> BTreeSet<Wire> {
        operands.flat_map(|o| &o.index).chain(out).flat_map(Affine::wires).collect()
    };
    let of_left = wires(&mut left.iter(), &product.out[..half]);
    let is_right = |o: &&Operand| !left.contains(o) && !fixed.contains(o);
    let of_right = wires(&mut product.operands.iter().filter(is_right), &product.out[half..]);
    let of_fixed = wires(&mut fixed.iter(), &[]);
    let rows: Vec<Wire> = of_left.iter().copied().filter(|w| of_right.contains(w) || of_fixed.contains(w)).collect();
    let weighted: Vec<Wire> = rows.iter().copied().filter(|w| of_fixed.contains(w)).collect();
    let out = |wires: &[Wire]| wires.iter().map(|w| Affine::wire(*w)).collect::<Vec<_>>();
    let base = Product {
        coefficient: Number::new(1.0),
        extents: product.extents.clone(),
        operands: Vec::new(),
        guards: Vec::new(),
        out: Vec::new(),
    };
    Factors {
        weights: Product { coefficient: product.coefficient, operands: fixed, out: out(&weighted), ..base.clone() },
        vectors: Product { operands: left, out: [product.out[..half].to_vec(), out(&rows)].concat(), ..base },
        rows,
        weighted,
    }
}

impl Terms {
    /// The sum of the diagonals, and every other term as `Jᵀ diag(w) J`.
    pub fn pieces(self, graph: &mut Graph, x: Id) -> (Id, Vec<Piece>) {
        let shape = graph.shape(x).to_vec();
        let diagonal = diagonal_of(graph, self.diagonal, &shape);
        let pieces = self.roots.into_iter().map(|root| root.piece(graph, &shape)).collect();
        (diagonal, pieces)
    }

    /// d and every `Bᵀ`.
    pub fn nodes(self, graph: &mut Graph, x: Id) -> DiagonalPlusGram {
        let shape = graph.shape(x).to_vec();
        let diagonal = vec![diagonal_of(graph, self.diagonal, &shape)];
        let roots = self.roots.into_iter().map(|root| root.node(graph, &shape)).collect();
        DiagonalPlusGram { diagonal, roots }
    }
}

/// The diagonal of a sum of diagonal matrices.
fn diagonal_of(graph: &mut Graph, matrices: Vec<Product>, x: &[Size]) -> Id {
    let square = [x, x].concat();
    let mut terms = Vec::new();
    for matrix in matrices {
        let matrix = graph.product(matrix, square.clone());
        terms.push(diagonal(graph, matrix));
    }
    graph.add_all(&terms, x.to_vec())
}

impl Factors {
    /// b as J, and w of all rows.
    fn piece(self, graph: &mut Graph, x: &[Size]) -> Piece {
        let extents = |wires: &[Wire]| wires.iter().map(|w| self.vectors.extent(*w)).collect::<Vec<Size>>();
        let (rows, weighted) = (extents(&self.rows), extents(&self.weighted));
        let axes = self.weighted.iter().filter_map(|w| self.rows.iter().position(|row| row == w)).collect();
        let weights = graph.product(self.weights.without_unread_wires(), weighted);
        let weights = graph.view(1.0, &View { node: weights, axes }, rows.clone());
        let vectors = graph.product(self.vectors.without_unread_wires(), [x, &rows].concat());
        Piece::of_rows(vectors, weights, rows)
    }

    /// `√w b`.
    fn node(self, graph: &mut Graph, x: &[Size]) -> Root {
        let extents = |wires: &[Wire]| wires.iter().map(|w| self.vectors.extent(*w)).collect::<Vec<Size>>();
        let (rows, weighted) = (extents(&self.rows), extents(&self.weighted));
        let weights = graph.product(self.weights.without_unread_wires(), weighted);
        let weights = graph.apply(Func::Sqrt, &[weights]);
        let mut product = self.vectors.without_unread_wires();
        product.operands.push(Operand { node: weights, index: self.weighted.iter().map(|w| Affine::wire(*w)).collect() });
        let count = Size::product(&rows);
        Root { blocks: vec![graph.product(product, [x.to_vec(), rows].concat())], count }
    }
}

/// The claim, in words.
pub fn fact(found: Option<&Given<DiagonalPlusGram>>) -> Fact {
    match found {
        Some(given) => Fact::given("every term of F_1 is diagonal and ≥ 0, or Σ w b bᵀ with w ≥ 0", &given.conditions),
        None => Fact::unproved("F_1 was not found to be a diagonal ≥ 0 and terms Σ w b bᵀ"),
    }
}
