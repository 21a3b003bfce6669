//! Convexity in x by the rules of disciplined convex programming: what is known of every entry of
//! every node as a function of x, for all values of y and the data.
//!
//! Atoms are convex where they are finite; a node proved convex is convex on every convex set of x
//! on which it is finite.

use std::collections::BTreeSet;

use super::conditions::Assumed;
use super::sign::{Sign, of_factors, signs};
use super::{dependence, mirror};
use crate::ir::flatten::flatten;
use crate::ir::{Affine, Bend, Elimination, Func, Graph, Id, Op, Operand, Product, Reduction, Role, Term, Trend, View};

/// How the entries of a node depend on x.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Curvature {
    Constant,
    Affine,
    Convex,
    Concave,
    Unknown,
}

impl Curvature {
    pub fn is_affine(self) -> bool {
        matches!(self, Self::Constant | Self::Affine)
    }

    pub fn is_convex(self) -> bool {
        self.is_affine() || self == Self::Convex
    }

    pub fn is_concave(self) -> bool {
        self.is_affine() || self == Self::Concave
    }

    fn scaled(self, sign: Sign) -> Self {
        match (self, sign) {
            (Self::Constant | Self::Affine, _) => self,
            (_, Sign::Zero) => Self::Constant,
            (_, Sign::Nonnegative) => self,
            (Self::Convex, Sign::Nonpositive) => Self::Concave,
            (Self::Concave, Sign::Nonpositive) => Self::Convex,
            _ => Self::Unknown,
        }
    }

    /// The curvature of a sum, and what either of two has.
    fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Constant, same) | (same, Self::Constant) => same,
            (Self::Affine, same) | (same, Self::Affine) => same,
            (a, b) if a == b => a,
            _ => Self::Unknown,
        }
    }
}

/// Whether a scalar is convex in x, where what is assumed is at least 0.
pub fn is_convex(graph: &Graph, node: Id, assumed: &Assumed) -> bool {
    Analysis::new(graph, node, assumed).of(node).is_convex()
}

/// The expressions below a scalar that are affine in x and that something reads that is not.
pub fn affine_arguments(graph: &Graph, node: Id) -> Vec<Id> {
    let analysis = Analysis::new(graph, node, &Assumed::new());
    let mut found = BTreeSet::new();
    for reader in graph.reachable(&[node]).into_iter().filter(|id| !analysis.of(*id).is_affine()) {
        found.extend(graph.op(reader).operands().into_iter().filter(|id| analysis.of(*id) == Curvature::Affine));
    }
    found.into_iter().collect()
}

/// The first expression below a scalar whose curvature is not known though that of its operands is.
pub fn obstacle(graph: &Graph, node: Id, assumed: &Assumed) -> Option<Id> {
    let analysis = Analysis::new(graph, node, assumed);
    let below = graph.reachable(&[node]);
    below.into_iter().find(|id| analysis.of(*id) == Curvature::Unknown)
}

struct Analysis<'g> {
    graph: &'g Graph,
    signs: Vec<Sign>,
    on_x: Vec<bool>,
    /// Of the nodes up to the one being studied.
    curvatures: Vec<Curvature>,
}

impl<'g> Analysis<'g> {
    fn new(graph: &'g Graph, last: Id, assumed: &Assumed) -> Self {
        let mut analysis =
            Self { graph, signs: signs(graph, assumed), on_x: dependence::dependence(graph, &[Role::X]), curvatures: Vec::new() };
        for id in (0..=last.0).map(Id) {
            let curvature = if analysis.on_x[id.0 as usize] { analysis.of_node(id) } else { Curvature::Constant };
            analysis.curvatures.push(curvature);
        }
        analysis
    }

    fn of(&self, node: Id) -> Curvature {
        self.curvatures[node.0 as usize]
    }

    fn sign(&self, node: Id) -> Sign {
        self.signs[node.0 as usize]
    }

    fn of_node(&self, id: Id) -> Curvature {
        match self.graph.op(id) {
            Op::Input(_) => Curvature::Affine,
            Op::Constant(_) | Op::Count(_) | Op::Iota => Curvature::Constant,
            Op::Product(product) => self.of_product(product),
            Op::Sum(terms) => terms.iter().fold(Curvature::Constant, |sum, t| sum.plus(self.of_term(t))),
            Op::Map(func, args) => self.of_map(*func, args),
            Op::Reduce { kind: Reduction::Max | Reduction::LogSumExp, arg, .. } if self.of(*arg).is_convex() => Curvature::Convex,
            Op::Reduce { kind: Reduction::Min, arg, .. } if self.of(*arg).is_concave() => Curvature::Concave,
            // ln det is concave where A is positive definite.
            Op::Determinant { factor, logarithm: true } if self.is_affine_and_definite(*factor) => Curvature::Concave,
            // What is solved for is linear in its right side.
            Op::Solve { factor, rhs, .. } if !self.on_x[factor.0 as usize] && self.of(*rhs) == Curvature::Affine => {
                Curvature::Affine
            }
            Op::Reduce { .. }
            | Op::Weights { .. }
            | Op::Exclusive { .. }
            | Op::Factor { .. }
            | Op::Solve { .. }
            | Op::Lower { .. }
            | Op::Determinant { .. }
            | Op::Scan(_)
            | Op::State { .. }
            | Op::Slot(_) => Curvature::Unknown,
        }
    }

    /// Whether the matrix is affine in x, and definite wherever it has this factor.
    fn is_affine_and_definite(&self, factor: Id) -> bool {
        let found = self.graph.factored(factor);
        found.is_some_and(|(elimination, arg)| elimination == Elimination::Cholesky && self.of(arg) == Curvature::Affine)
    }

    fn of_term(&self, term: &Term) -> Curvature {
        self.of(term.view.node).scaled(Sign::of(term.coefficient.get()))
    }

    fn of_product(&self, product: &Product) -> Curvature {
        let (moving, still): (Vec<&Operand>, Vec<&Operand>) = product.operands.iter().partition(|o| self.on_x[o.node.0 as usize]);
        let sign = Sign::of(product.coefficient.get()).times(of_factors(&still, &self.signs));
        match moving.as_slice() {
            // A weighted sum.
            [one] => self.of(one.node).scaled(sign),
            [first, rest @ ..] if rest.iter().all(|o| o == first) => self.power(first.node, moving.len()).scaled(sign),
            [a, b] if self.entropy(a, b) => Curvature::Convex.scaled(sign),
            _ => self.quadratic_form(product),
        }
    }

    /// `tⁿ`: convex for affine t and even n, or convex t >= 0.
    fn power(&self, node: Id, exponent: usize) -> Curvature {
        let even_of_affine = exponent.is_multiple_of(2) && self.of(node).is_affine();
        let of_nonnegative = self.of(node).is_convex() && self.sign(node).is_nonnegative();
        let even_of_nonpositive = exponent.is_multiple_of(2) && self.of(node).is_concave() && self.sign(node).is_nonpositive();
        if even_of_affine || of_nonnegative || even_of_nonpositive { Curvature::Convex } else { Curvature::Unknown }
    }

    /// `t ln t` for affine t.
    fn entropy(&self, a: &Operand, b: &Operand) -> bool {
        let is_logarithm = |of: &Operand, argument: &Operand| {
            if let Op::Map(Func::Ln, args) = self.graph.op(of.node) {
                let index: Vec<&Affine> = args[0].axes.iter().map(|axis| &of.index[*axis]).collect();
                args[0].node == argument.node && index.into_iter().eq(argument.index.iter()) && self.of(argument.node).is_affine()
            } else {
                false
            }
        };
        is_logarithm(a, b) || is_logarithm(b, a)
    }

    /// `Σ zᵢ Kᵢⱼ zⱼ` with affine z and K positive semidefinite by its form, or `Σ wᵢ zᵢ²`, `w >= 0`.
    fn quadratic_form(&self, product: &Product) -> Curvature {
        let Some(flat) = flatten(self.graph, product) else { return Curvature::Unknown };
        let (moving, still): (Vec<&Operand>, Vec<&Operand>) = flat.operands.iter().partition(|o| self.on_x[o.node.0 as usize]);
        let &[a, b] = moving.as_slice() else { return Curvature::Unknown };
        if !self.of(a.node).is_affine() || !self.of(b.node).is_affine() {
            return Curvature::Unknown;
        }
        if a == b {
            let weight = Sign::of(flat.coefficient.get()).times(of_factors(&still, &self.signs));
            return Curvature::Convex.scaled(weight);
        }
        let sign = Sign::of(flat.coefficient.get());
        // The indices of the result are the same on both sides.
        let convex = crate::ir::mirror::find(&flat, &flat.out, &flat.out, &mut |m| {
            m.left.iter().any(|o| self.on_x[o.node.0 as usize]) && mirror::is_positive(self.graph, m, sign, &self.signs)
        });
        if convex { Curvature::Convex } else { Curvature::Unknown }
    }

    fn of_map(&self, func: Func, args: &[View]) -> Curvature {
        if func == Func::Select && !self.on_x[args[0].node.0 as usize] {
            return self.of(args[1].node).plus(self.of(args[2].node));
        }
        if func.definition().norm_of_squares && self.is_sum_of_squares(args[0].node) {
            return Curvature::Convex;
        }
        if func == Func::Huber && (self.on_x[args[1].node.0 as usize] || !self.sign(args[1].node).is_nonnegative()) {
            return Curvature::Unknown;
        }
        let signs: Vec<Sign> = args.iter().map(|a| self.sign(a.node)).collect();
        let fits =
            |wanted: Curvature| args.iter().zip(&signs).enumerate().all(|(k, (a, s))| self.fits(func, k, *s, a.node, wanted));
        match intrinsic(func, &signs) {
            Curvature::Convex if fits(Curvature::Convex) => Curvature::Convex,
            Curvature::Concave if fits(Curvature::Concave) => Curvature::Concave,
            Curvature::Constant | Curvature::Affine | Curvature::Convex | Curvature::Concave | Curvature::Unknown => {
                Curvature::Unknown
            }
        }
    }

    /// Whether an argument may stand at its place if the whole is to be convex (or concave):
    /// convex where the function increases in it, concave where it decreases, else affine.
    fn fits(&self, func: Func, position: usize, sign: Sign, node: Id, whole: Curvature) -> bool {
        let curvature = self.of(node);
        match increases(func, position, sign) {
            _ if curvature.is_affine() => true,
            Some(increases) if increases == (whole == Curvature::Convex) => curvature.is_convex(),
            Some(_) => curvature.is_concave(),
            None => false,
        }
    }

    /// `Σ w t² + c` with affine t, `w >= 0`, `c >= 0` and constant.
    fn is_sum_of_squares(&self, node: Id) -> bool {
        if !self.on_x[node.0 as usize] {
            return self.sign(node).is_nonnegative();
        }
        match self.graph.op(node) {
            Op::Sum(terms) => terms.iter().all(|t| t.coefficient.get() >= 0.0 && self.is_sum_of_squares(t.view.node)),
            Op::Product(product) => {
                let squared =
                    match product.operands.iter().filter(|o| self.on_x[o.node.0 as usize]).collect::<Vec<_>>().as_slice() {
                        [a] => self.is_sum_of_squares(a.node),
                        [a, b] => a == b && self.of(a.node).is_affine(),
                        _ => false,
                    };
                let still: Vec<&Operand> = product.operands.iter().filter(|o| !self.on_x[o.node.0 as usize]).collect();
                let weight = Sign::of(product.coefficient.get()).times(of_factors(&still, &self.signs));
                squared && weight.is_nonnegative()
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
            | Op::Slot(_) => false,
        }
    }
}

/// The curvature of a function on the part of its domain that the signs leave.
fn intrinsic(func: Func, signs: &[Sign]) -> Curvature {
    let positive = signs.first().is_some_and(|s| s.is_nonnegative());
    match func.definition().bend {
        Bend::Convex => Curvature::Convex,
        Bend::ConvexAboveZero if positive => Curvature::Convex,
        Bend::Concave => Curvature::Concave,
        Bend::ConcaveAboveZero if positive => Curvature::Concave,
        Bend::Unknown | Bend::ConvexAboveZero | Bend::ConcaveAboveZero => Curvature::Unknown,
    }
}

/// Whether a function increases (or else decreases) in an argument of this sign, where that is known.
fn increases(func: Func, position: usize, sign: Sign) -> Option<bool> {
    match func.definition().trends[position] {
        Trend::Unknown => None,
        Trend::Increasing => Some(true),
        Trend::Decreasing => Some(false),
        Trend::Even if sign.is_nonnegative() => Some(true),
        Trend::Even if sign.is_nonpositive() => Some(false),
        Trend::Even => None,
        Trend::DecreasingAboveZero => sign.is_nonnegative().then_some(false),
    }
}
