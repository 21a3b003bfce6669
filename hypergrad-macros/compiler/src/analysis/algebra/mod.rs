//! Equality of expressions as rational functions: for proofs, not for code.
//!
//! Every entry of a node becomes `Σ c Π atom^e`, with numbers c and e. Products are distributed over
//! sums, exponentials of sums are products of powers of exponentials, and hyperbolic and logistic
//! functions are rational functions of exponentials. Whatever else there is, is an atom: an input, a
//! sum over an index, a function that has no rule here, a sum under a power.
//!
//! Cancelling `a/a` needs `a ≠ 0`. What is proved holds where the expressions are defined, and by
//! continuity at the limits of such points.
//!
//! Numbers are exact: a sum or product that would be rounded ends the proof. A number of more than 26
//! digits (0.1, say) is an atom.
//!
//! In the graph an atom with its exponent is a new leaf, so that nothing simplifies it; a monomial is
//! a product of leaves with all indices of its shape, without a coefficient and without sums.

mod functions;
mod normal;
mod vanish;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::ir::{Affine, Graph, Id, InputInfo, Number, Op, Operand, Product, Role, Size, View, Wire};

pub use vanish::Relation;

/// `Σ coefficient · monomial`, every monomial of the same shape.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Polynomial {
    shape: Vec<Size>,
    terms: BTreeMap<Id, f64>,
}

impl Polynomial {
    fn zero(shape: Vec<Size>) -> Self {
        Self { shape, terms: BTreeMap::new() }
    }

    fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// Adds a term; `None` where the sum of two coefficients would be rounded.
    fn add(&mut self, monomial: Id, coefficient: f64) -> Option<()> {
        let old = self.terms.remove(&monomial).unwrap_or(0.0);
        let sum = old + coefficient;
        // Without rounding both differences are exact.
        let exact = sum - old == coefficient && sum - coefficient == old;
        if sum != 0.0 {
            self.terms.insert(monomial, sum);
        }
        exact.then_some(())
    }

    /// Adds a multiple of another.
    fn accumulate(&mut self, coefficient: f64, other: &Self) -> Option<()> {
        other.terms.iter().try_for_each(|(monomial, own)| self.add(*monomial, exact_product(coefficient, *own)?))
    }
}

/// What is not taken apart.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
enum Atom {
    Node(Id),
    /// `e^node`.
    Exp(Id),
    /// A number with too many digits.
    Number(Number),
}

/// What an atom varies with, the last in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Rank {
    Given,
    Y,
    X,
    Z,
}

impl Rank {
    fn of(role: Role) -> Self {
        match role {
            Role::Data | Role::Adjoint | Role::DirectionX | Role::DirectionY => Self::Given,
            Role::Y | Role::YBar => Self::Y,
            Role::X => Self::X,
            Role::Z => Self::Z,
        }
    }
}

/// A leaf of the normal form.
#[derive(Clone, Copy, Debug)]
struct Leaf {
    atom: Atom,
    exponent: f64,
    rank: Rank,
}

/// A coefficient of a product, and the product without it.
type Monomial = (f64, Product);

/// Products made before a proof is given up.
const BUDGET: usize = 1500;
/// Numbers of more binary digits are atoms, so that products of two are exact.
const DIGITS: i32 = 26;

/// The normal forms of one graph's nodes. It adds nodes to the graph, which are of no use elsewhere.
pub struct Algebra<'g> {
    graph: &'g mut Graph,
    leaves: FxHashMap<(Atom, Number), Id>,
    meanings: FxHashMap<Id, Leaf>,
    /// Of nodes, and of sums that are atoms.
    known: FxHashMap<Id, Polynomial>,
    /// Inputs that are not zero where the relations hold.
    nonzero: Vec<Id>,
    budget: usize,
}

impl<'g> Algebra<'g> {
    pub fn new(graph: &'g mut Graph) -> Self {
        Self {
            graph,
            leaves: FxHashMap::default(),
            meanings: FxHashMap::default(),
            known: FxHashMap::default(),
            nonzero: Vec::new(),
            budget: BUDGET,
        }
    }

    /// Takes inputs not to be zero.
    #[must_use]
    pub fn nonzero(mut self, inputs: &[Id]) -> Self {
        self.nonzero.extend(inputs);
        self
    }

    /// The leaf of `atom^exponent`.
    fn leaf(&mut self, atom: Atom, exponent: f64) -> Id {
        let key = (atom, Number::new(exponent));
        if let Some(id) = self.leaves.get(&key) {
            return *id;
        }
        let (shape, rank) = match atom {
            Atom::Node(id) | Atom::Exp(id) => (self.graph.shape(id).to_vec(), self.rank(id)),
            Atom::Number(_) => (Vec::new(), Rank::Given),
        };
        let info = InputInfo { role: Role::Data, block: self.leaves.len(), name: String::new() };
        let id = self.graph.input(info, shape);
        self.leaves.insert(key, id);
        self.meanings.insert(id, Leaf { atom, exponent, rank });
        id
    }

    fn rank(&self, node: Id) -> Rank {
        let rank = |id: Id| match (self.meanings.get(&id), self.graph.op(id)) {
            (Some(leaf), _) => leaf.rank,
            (None, Op::Input(input)) => Rank::of(self.graph.input_info(*input).role),
            _ => Rank::Given,
        };
        self.graph.reachable(&[node]).into_iter().map(rank).max().unwrap_or(Rank::Given)
    }

    /// A number: exact, or an atom of its digits times a power of 2.
    fn number(&mut self, value: f64, shape: Vec<Size>) -> Option<Polynomial> {
        let mut result = Polynomial::zero(shape.clone());
        if value == 0.0 {
            return Some(result);
        }
        if !value.is_finite() {
            return None;
        }
        let (digits, power) = decompose(value.abs());
        let (coefficient, operands) = if fits(digits) {
            (value, Vec::new())
        } else {
            let leaf = self.leaf(Atom::Number(Number::new(digits)), 1.0);
            (power.copysign(value), vec![Operand { node: leaf, index: Vec::new() }])
        };
        let product = Product {
            coefficient: Number::new(1.0),
            extents: shape.clone(),
            operands,
            guards: Vec::new(),
            out: whole(shape.len()),
        };
        let monomial = self.graph.product(product, shape);
        result.add(monomial, coefficient)?;
        Some(result)
    }

    /// A node as a product with whole wires, apart from its coefficient.
    fn read(&self, node: Id) -> Monomial {
        let one = Number::new(1.0);
        match self.graph.op(node) {
            Op::Product(product) => (product.coefficient.get(), Product { coefficient: one, ..product.clone() }),
            Op::Sum(terms) if terms.is_empty() => (0.0, self.alone(node)),
            Op::Constant(number) => {
                let nothing = Product { operands: Vec::new(), ..self.alone(node) };
                (number.get(), nothing)
            }
            Op::Input(_)
            | Op::Count(_)
            | Op::Iota
            | Op::Sum(_)
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
            | Op::Slot(_) => (1.0, self.alone(node)),
        }
    }

    fn alone(&self, node: Id) -> Product {
        let extents = self.graph.shape(node).to_vec();
        let index = whole(extents.len());
        let operands = vec![Operand { node, index: index.clone() }];
        Product { coefficient: Number::new(1.0), extents, operands, guards: Vec::new(), out: index }
    }

    /// The node of a polynomial.
    fn node(&mut self, polynomial: &Polynomial) -> Id {
        let terms = polynomial.terms.iter().map(|(id, coefficient)| self.graph.term(*coefficient, *id)).collect();
        let id = self.graph.sum(terms, polynomial.shape.clone());
        self.known.entry(id).or_insert_with(|| polynomial.clone());
        id
    }

    /// Whether an atom is a sum of several terms.
    fn is_sum(&self, atom: Atom) -> Option<Id> {
        match atom {
            Atom::Node(id) => self.known.get(&id).filter(|p| p.terms.len() > 1).map(|_| id),
            Atom::Exp(_) | Atom::Number(_) => None,
        }
    }

    /// Every entry read by a view.
    fn view(&mut self, polynomial: Polynomial, view: &View, shape: &[Size]) -> Option<Polynomial> {
        let index = view.axes.iter().map(|axis| Affine::wire(Wire(*axis as u32))).collect();
        self.distribute(&Frame::whole(shape), &[(polynomial, index)], 1.0)
    }

    /// Entry by entry.
    fn multiply(&mut self, a: &Polynomial, b: &Polynomial) -> Option<Polynomial> {
        let index = whole(a.shape.len());
        self.distribute(&Frame::whole(&a.shape), &[(a.clone(), index.clone()), (b.clone(), index)], 1.0)
    }

    /// `Σ coefficient · a` of polynomials of one shape.
    fn combine(parts: &[(f64, Polynomial)]) -> Option<Polynomial> {
        let mut sum = Polynomial::zero(parts.first().map(|(_, p)| p.shape.clone()).unwrap_or_default());
        for (coefficient, part) in parts {
            sum.accumulate(*coefficient, part)?;
        }
        Some(sum)
    }
}

/// The wires of a product without its operands, and the shape of the result.
struct Frame {
    extents: Vec<Size>,
    guards: Vec<crate::ir::Guard>,
    out: Vec<Affine>,
    shape: Vec<Size>,
}

impl Frame {
    /// Each axis a wire of its own.
    fn whole(shape: &[Size]) -> Self {
        Self { extents: shape.to_vec(), guards: Vec::new(), out: whole(shape.len()), shape: shape.to_vec() }
    }
}

fn whole(axes: usize) -> Vec<Affine> {
    (0..axes as u32).map(|wire| Affine::wire(Wire(wire))).collect()
}

/// `value = digits · power`, digits in [1, 2), power a power of 2.
fn decompose(value: f64) -> (f64, f64) {
    let power = value.log2().floor().exp2();
    let digits = value / power;
    if digits >= 2.0 { (0.5 * digits, 2.0 * power) } else { (digits, power) }
}

/// Whether digits in [1, 2) are few.
fn fits(digits: f64) -> bool {
    (digits * f64::from(DIGITS - 1).exp2()).fract() == 0.0
}

/// The product, where it is not rounded and stays short.
fn exact_product(a: f64, b: f64) -> Option<f64> {
    let product = a * b;
    let exact = a.mul_add(b, -product) == 0.0 && product.is_finite();
    (exact && (product == 0.0 || fits(decompose(product.abs()).0))).then_some(product)
}
