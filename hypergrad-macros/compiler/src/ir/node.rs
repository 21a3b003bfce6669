//! The nodes of the graph: tensors in index notation.
//!
//! Axes are positional; wires exist inside one node only. Three operations carry nearly everything:
//!
//! - [`Product`]: `out[o(w)] += coefficient · Πₖ operandₖ[iₖ(w)]` over all values of the wires `w`
//!   that satisfy the guards, where `o` and `iₖ` are affine. An access outside an operand's or the
//!   result's range contributes nothing. Dot, matrix and outer products, transposes, diagonals and
//!   their embedding, broadcasts, slices, shifts, scatters, Kronecker deltas (no operand) and
//!   tensors of ones are all this node, and its derivative is this node again with an operand and
//!   the output exchanged.
//! - [`Op::Sum`]: `Σ coefficient · term`, each term broadcast over the axes that it lacks.
//! - [`Op::Map`]: an elementwise function, arguments broadcast in the same way.

use smallvec::SmallVec;

use super::affine::{Affine, Wire};
use super::func::{Func, Number};
use super::scan::{Scan, Slot};
use super::size::Size;

/// A node of a [`super::Graph`]. Operands always have smaller ids.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Id(pub u32);

/// A leaf whose value comes from outside; see [`super::graph::InputInfo`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Input(pub u32);

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Node {
    pub op: Op,
    /// Extent of each axis; empty for a scalar.
    pub shape: Vec<Size>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Op {
    Input(Input),
    /// A scalar constant. Constant tensors are broadcasts of it (a `Product` without operands).
    Constant(Number),
    /// A count as a scalar number.
    Count(Size),
    /// `[0, 1, 2, ..]` over its one axis.
    Iota,
    Product(Product),
    /// Terms in canonical order; no term: zero of this shape.
    Sum(Vec<Term>),
    Map(Func, Vec<View>),
    /// Reduces all axes of `arg` from `keep` on.
    Reduce {
        kind: Reduction,
        arg: Id,
        keep: usize,
    },
    /// The derivative of `Reduce` of this kind in its argument, shaped like `arg`: softmax for
    /// log-sum-exp; for max and min 1/(number of ties) at the extremal entries, else 0.
    Weights {
        kind: Reduction,
        arg: Id,
        keep: usize,
    },
    /// `arg` has axes `keep.. + [n]`; the result has `keep.. + [n; order]`: the product over the
    /// last axis without the entries `i₁ .. i_order`, 0 where two of them are equal.
    /// Order 0 is the plain product.
    Exclusive {
        arg: Id,
        order: usize,
    },
    /// A square matrix, eliminated: `arg` has axes `[n, n] + batch`, the result `[packed] + batch`.
    /// Only [`Op::Solve`], [`Op::Determinant`] and [`Op::Lower`] can read it, and nothing is differentiated through
    /// it: they pass on to `arg`.
    Factor {
        elimination: Elimination,
        arg: Id,
    },
    /// `A⁻¹ rhs`, or `A⁻ᵀ rhs`, of the matrix A that was factored: `rhs` has axes
    /// `[n] + columns + batch`, as has the result.
    Solve {
        factor: Id,
        rhs: Id,
        transposed: bool,
    },
    /// The lower triangular L with `A = L Lᵀ` of the matrices that were factored by Cholesky's method: axes
    /// `[n, n] + batch`.
    Lower {
        factor: Id,
    },
    /// The determinants of the matrices that were factored, or their logarithms (not a number where
    /// the determinant is negative).
    Determinant {
        factor: Id,
        logarithm: bool,
    },
    /// A recursion: its states before the first and after every step, packed one after another. Only
    /// [`Op::State`] can read it.
    Scan(Box<Scan>),
    /// One state of a recursion, with axes of its own and then `[steps + 1]`, or `[1]` where only the last is kept.
    State {
        scan: Id,
        position: usize,
    },
    /// What the body of a recursion reads at a step: see [`super::scan`].
    Slot(Slot),
}

/// How a matrix is factored.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Elimination {
    Gauss,
    /// Of the symmetric matrix with this lower triangle; it has to be positive definite.
    Cholesky,
}

/// Reductions with an opaque rule. Sums are products; products are [`Op::Exclusive`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Reduction {
    Max,
    Min,
    LogSumExp,
}

/// An operand read elementwise: axis `a` of `node` is axis `axes[a]` of the result. Injective;
/// the result's other axes are broadcast.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct View {
    pub node: Id,
    pub axes: Vec<usize>,
}

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Term {
    pub coefficient: Number,
    pub view: View,
}

/// See the module's documentation. Wire `w` runs over `0..extents[w]`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Product {
    pub coefficient: Number,
    pub extents: Vec<Size>,
    pub operands: Vec<Operand>,
    pub guards: Vec<Guard>,
    /// One index per axis of the result.
    pub out: Vec<Affine>,
}

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Operand {
    pub node: Id,
    /// One index per axis of the operand.
    pub index: Vec<Affine>,
}

/// A condition on the wires; terms where it fails contribute nothing.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Guard {
    pub affine: Affine,
    pub test: Test,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Test {
    Zero,
    NonZero,
    NonNegative,
}

impl Product {
    pub fn extent(&self, wire: Wire) -> Size {
        self.extents[wire.0 as usize].clone()
    }

    pub fn wires(&self) -> impl Iterator<Item = Wire> + use<> {
        (0..self.extents.len() as u32).map(Wire)
    }

    /// Wires that are summed: in no output index.
    pub fn summed(&self) -> Vec<Wire> {
        self.wires().filter(|w| !self.out.iter().any(|o| o.mentions(*w))).collect()
    }

    /// Of a part of a product: wires that only the rest reads must not be summed here, and an extent of
    /// 1 removes them.
    #[must_use]
    pub fn without_unread_wires(mut self) -> Self {
        let read = |wire: Wire| {
            self.out.iter().chain(self.operands.iter().flat_map(|o| &o.index)).any(|a| a.mentions(wire))
                || self.guards.iter().any(|g| g.affine.mentions(wire))
        };
        let unread: Vec<Wire> = self.wires().filter(|w| !read(*w)).collect();
        for wire in unread {
            self.extents[wire.0 as usize] = Size::constant(1);
        }
        self
    }
}

/// What an operation reads: few nodes need no memory of their own.
pub type Operands = SmallVec<[Id; 4]>;

impl Op {
    /// The nodes read, in order, with repetitions; of a recursion also its body.
    pub fn operands(&self) -> Operands {
        let mut operands = Operands::new();
        self.any_operand(&mut |operand| {
            operands.push(operand);
            false
        });
        operands
    }

    pub fn extend_by_operands(&self, list: &mut Vec<Id>) {
        self.any_operand(&mut |operand| {
            list.push(operand);
            false
        });
    }

    /// Whether something holds of a node that is read.
    pub fn any_operand(&self, holds: &mut dyn FnMut(Id) -> bool) -> bool {
        match self {
            Self::Input(_) | Self::Constant(_) | Self::Count(_) | Self::Iota | Self::Slot(_) => false,
            Self::Product(product) => product.operands.iter().any(|o| holds(o.node)),
            Self::Sum(terms) => terms.iter().any(|t| holds(t.view.node)),
            Self::Map(_, args) => args.iter().any(|v| holds(v.node)),
            Self::Reduce { arg, .. } | Self::Weights { arg, .. } | Self::Exclusive { arg, .. } | Self::Factor { arg, .. } => {
                holds(*arg)
            }
            Self::Solve { factor, rhs, .. } => holds(*factor) || holds(*rhs),
            Self::Determinant { factor, .. } | Self::Lower { factor } => holds(*factor),
            Self::Scan(scan) => scan.operands().into_iter().any(holds),
            Self::State { scan, .. } => holds(*scan),
        }
    }
}
