//! Constructors of factors, solutions and determinants.
//!
//! Identities used: `A⁻¹ (c·B) = c·A⁻¹ B` for every factor c without axes, so that a solution and its
//! derivatives share one node; `A⁻ᵀ = A⁻¹` of a symmetric A; `A⁻¹ 0 = 0`.

use super::affine::{Affine, Wire};
use super::func::Number;
use super::graph::Graph;
use super::node::{Elimination, Id, Op, Operand, Product, Term, View};
use super::parity::Parities;
use super::size::Size;

/// Numbers after the n² of a factor and its n pivots, which say whether it is sound; as the runtime's
/// `packed_len` has it.
const STATUS: i64 = 4;

impl Graph {
    /// The factor of a matrix with axes `[n, n] + batch`.
    pub fn factor(&mut self, elimination: Elimination, arg: Id) -> Id {
        let shape = self.shape(arg);
        let n = shape.first().cloned().unwrap_or_default();
        let packed = n.mul(&n).add(&n).add(&Size::constant(STATUS));
        let shape = [packed].into_iter().chain(shape.iter().skip(2).cloned()).collect();
        self.intern(Op::Factor { elimination, arg }, shape)
    }

    /// `A⁻¹ rhs` of a factored A, or `A⁻ᵀ rhs`.
    pub fn solve(&mut self, factor: Id, rhs: Id, transposed: bool) -> Id {
        let shape = self.shape(rhs).to_vec();
        if self.is_zero(rhs) {
            return self.zero(shape);
        }
        let transposed = transposed && !self.is_symmetric(factor);
        let (mut coefficient, mut scalars, mut rest) = (1.0, Vec::new(), rhs);
        while let Some((factor, more, inner)) = self.scale_of(rest) {
            coefficient *= factor.get();
            scalars.extend(more);
            rest = inner;
        }
        let solution = self.intern(Op::Solve { factor, rhs: rest, transposed }, shape.clone());
        if rest == rhs {
            return solution;
        }
        let whole: Vec<Affine> = (0..shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
        let operands = scalars.into_iter().chain([Operand { node: solution, index: whole.clone() }]).collect();
        let product =
            Product { coefficient: Number::new(coefficient), extents: shape.clone(), operands, guards: Vec::new(), out: whole };
        self.product(product, shape)
    }

    /// The determinants of factored matrices, or their logarithms.
    pub fn determinant(&mut self, factor: Id, logarithm: bool) -> Id {
        let shape = self.shape(factor)[1..].to_vec();
        self.intern(Op::Determinant { factor, logarithm }, shape)
    }

    /// The lower triangular factors of matrices that were factored by Cholesky's method.
    pub fn lower(&mut self, factor: Id) -> Id {
        let shape = self.factored(factor).map(|(_, arg)| self.shape(arg).to_vec()).unwrap_or_default();
        self.intern(Op::Lower { factor }, shape)
    }

    /// The identity matrix of this size, for every element of a batch.
    pub fn identity(&mut self, n: &Size, batch: &[Size]) -> Id {
        let wires: Vec<Affine> = (0..=batch.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
        let product = Product {
            coefficient: Number::new(1.0),
            extents: [n].into_iter().chain(batch).cloned().collect(),
            operands: Vec::new(),
            guards: Vec::new(),
            out: [&wires[..1], &wires[..]].concat(),
        };
        self.product(product, [n, n].into_iter().chain(batch).cloned().collect())
    }

    /// Whether a node is what [`Graph::identity`] makes.
    pub fn is_identity(&self, node: Id) -> bool {
        let Op::Product(product) = self.op(node) else { return false };
        let distinct =
            |wires: &[Affine]| (0..wires.len()).all(|k| wires[k].as_wire().is_some() && !wires[..k].contains(&wires[k]));
        match product.out.as_slice() {
            [row, rest @ ..] => {
                let plain = product.coefficient.get() == 1.0 && product.operands.is_empty() && product.guards.is_empty();
                plain && rest.first() == Some(row) && distinct(rest) && product.extents.len() == rest.len()
            }
            [] => false,
        }
    }

    /// The matrix that was factored, and how.
    pub fn factored(&self, factor: Id) -> Option<(Elimination, Id)> {
        if let Op::Factor { elimination, arg } = self.op(factor) { Some((*elimination, *arg)) } else { None }
    }

    /// Whether solves with a factor are those with its transpose.
    pub fn is_symmetric(&self, factor: Id) -> bool {
        match self.factored(factor) {
            Some((Elimination::Cholesky, _)) => true,
            Some((Elimination::Gauss, arg)) => self.is_own_transpose(arg),
            None => false,
        }
    }

    /// Whether a matrix with axes `[n, n] + batch` is seen to equal its transpose.
    pub fn is_own_transpose(&self, matrix: Id) -> bool {
        let swap: Vec<usize> = [1, 0].into_iter().chain(2..self.order(matrix)).collect();
        Parities::default().of(self, matrix, &swap) == Some(super::parity::Parity::Even)
    }

    /// The factors without axes of a node, and the rest; `None` if it has none.
    fn scale_of(&mut self, node: Id) -> Option<(Number, Vec<Operand>, Id)> {
        let shape = self.shape(node).to_vec();
        match self.op(node).clone() {
            Op::Product(product) => {
                let (scalars, operands): (Vec<_>, Vec<_>) =
                    product.operands.iter().cloned().partition(|operand| operand.index.is_empty());
                if scalars.is_empty() && product.coefficient.get() == 1.0 {
                    return None;
                }
                let coefficient = product.coefficient;
                let rest = self.product(Product { operands, coefficient: Number::new(1.0), ..product }, shape);
                Some((coefficient, scalars, rest))
            }
            // Multiples of a sum are sums: of those by powers of two, which round nothing, the one whose first
            // coefficient is at least 1 and less than 2.
            Op::Sum(terms) => {
                let coefficient = power_of_two(terms.first()?.coefficient);
                if coefficient.get() == 1.0 {
                    return None;
                }
                let scaled = |term: &Term| Number::new(term.coefficient.get() / coefficient.get());
                let terms = terms.iter().map(|term| Term { coefficient: scaled(term), view: term.view.clone() }).collect();
                Some((coefficient, Vec::new(), self.sum(terms, shape)))
            }
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
            | Op::Slot(_) => None,
        }
    }

    /// A node with some of its axes moved: axis a of the result is axis `axes[a]` of the node.
    pub fn permuted(&mut self, node: Id, axes: &[usize]) -> Id {
        let shape: Vec<Size> = axes.iter().map(|a| self.shape(node)[*a].clone()).collect();
        let inverse = (0..axes.len()).map(|own| axes.iter().position(|a| *a == own).unwrap_or(own)).collect();
        self.view(1.0, &View { node, axes: inverse }, shape)
    }
}

/// The sign and the power of two of a number, where it is an ordinary one.
fn power_of_two(number: Number) -> Number {
    const DIGITS: u64 = (1 << 52) - 1;
    let power = f64::from_bits(number.get().to_bits() & !DIGITS);
    if power.is_normal() && power.recip().is_normal() { Number::new(power) } else { Number::new(1.0) }
}
