//! `f = h(T_1(x), .., T_K(x))` with affine T, where h does not couple them: `F_1 = Σ J_kᵀ H_k J_k`, over all blocks of x.
//!
//! `H_k` is diagonal, `H = diag(w)`, with the root `√w J`; or h is a weighted log-sum-exp of the rows of T, with
//! `H = w (diag(p) - p pᵀ) = w S Sᵀ`, `S = diag(√p)(I - √p √pᵀ)`, since `I - √p √pᵀ` is a projection
//! (docs/formulas.md 6.5).

use rustc_hash::FxHashMap;

use super::conditions::Assumed;
use super::curvature::affine_arguments;
use super::diagonal::{off_diagonal_vanishes, vanishes_off};
use super::interval::{Interval, Intervals};
use super::sign::signs;
use crate::differentiate::{DiagonalPlusGram, Root};
use crate::differentiate::{Quantities, columns, diagonal, gradient};
use crate::ir::flatten::flatten;
use crate::ir::{Affine, Func, Graph, Id, InputInfo, Number, Op, Operand, Product, Reduction, Role, Size, Term, View, Wire};

/// More affine arguments are not looked at.
const MOST_ARGUMENTS: usize = 8;

/// `Jᵀ H J` of one affine argument.
#[derive(Clone, Debug)]
pub struct Piece {
    hessian: Hessian,
    /// `∂T/∂x` for each block of x: the axes of x, then those of T.
    jacobian: Vec<Id>,
    /// Of T.
    shape: Vec<Size>,
}

#[derive(Clone, Copy, Debug)]
enum Hessian {
    /// Its diagonal.
    Diagonal(Id),
    /// w of the leading axes, and the probabilities p over the others.
    Softmax { weights: Id, probabilities: Id, keep: usize },
}

/// The pieces of `F_1` of an objective.
pub fn pieces(graph: &mut Graph, q: &Quantities) -> Option<Vec<Piece>> {
    let f = q.f?;
    let arguments = affine_arguments(graph, f);
    if arguments.is_empty() || arguments.len() > MOST_ARGUMENTS {
        return None;
    }
    let fresh: Vec<Id> = arguments.iter().map(|t| stand_in(graph, *t, Role::X)).collect();
    let outer = graph.replace(&[f], &arguments.iter().copied().zip(fresh.iter().copied()).collect())[0];
    let slopes = gradient(graph, outer, &fresh);
    // What x does besides is affine and has no curvature; it must not change the slopes.
    if slopes.iter().any(|slope| reads(graph, *slope, &q.x)) {
        return None;
    }
    let back: FxHashMap<Id, Id> = fresh.iter().copied().zip(arguments.iter().copied()).collect();
    (0..arguments.len()).map(|k| piece(graph, q, (&fresh, &slopes, k), &back)).collect()
}

/// An input in place of a node, or a direction of its shape.
fn stand_in(graph: &mut Graph, node: Id, role: Role) -> Id {
    let shape = graph.shape(node).to_vec();
    graph.input(InputInfo { role, block: node.0 as usize, name: "argument".to_owned() }, shape)
}

fn reads(graph: &Graph, node: Id, inputs: &[Id]) -> bool {
    graph.reachable(&[node]).iter().any(|id| inputs.contains(id))
}

/// `J_kᵀ H_k J_k`, where no other argument is coupled to this one.
fn piece(
    graph: &mut Graph,
    q: &Quantities,
    (fresh, slopes, k): (&[Id], &[Id], usize),
    back: &FxHashMap<Id, Id>,
) -> Option<Piece> {
    let (t, slope) = (fresh[k], slopes[k]);
    let direction = stand_in(graph, t, Role::DirectionX);
    let along = graph.inner(slope, direction);
    let second = gradient(graph, along, fresh);
    if second.iter().enumerate().any(|(l, block)| l != k && !graph.is_zero(*block)) {
        return None;
    }
    let matrix = columns(graph, &[second[k]], &[direction]);
    let hessian = if off_diagonal_vanishes(graph, &matrix) {
        Hessian::Diagonal(diagonal(graph, matrix[0][0]))
    } else {
        softmax(graph, slope, t)?
    };
    let hessian = hessian.replaced(graph, back);
    let along = graph.inner(back[&t], direction);
    let rows = gradient(graph, along, &q.x);
    let jacobian = columns(graph, &rows, &[direction]).into_iter().map(|row| row[0]).collect();
    Some(Piece { hessian, jacobian, shape: graph.shape(t).to_vec() })
}

/// `∇h = w p + terms free of T`, p the softmax of the rows of T.
fn softmax(graph: &mut Graph, slope: Id, t: Id) -> Option<Hessian> {
    let terms = if let Op::Sum(terms) = graph.op(slope) { terms.clone() } else { vec![graph.term(1.0, slope)] };
    let mut moving = terms.into_iter().filter(|term| reads(graph, term.view.node, &[t]));
    let (term, None) = (moving.next()?, moving.next()) else { return None };
    if !term.view.axes.iter().copied().eq(0..graph.order(t)) {
        return None;
    }
    let own = graph.shape(t).to_vec();
    let wires: Vec<Affine> = (0..own.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
    let product = if let Op::Product(product) = graph.op(term.view.node) {
        flatten(graph, product)?
    } else {
        Product {
            coefficient: Number::new(1.0),
            extents: own.clone(),
            operands: vec![Operand { node: term.view.node, index: wires.clone() }],
            guards: Vec::new(),
            out: wires.clone(),
        }
    };
    let (moving, still): (Vec<Operand>, Vec<Operand>) =
        product.operands.iter().cloned().partition(|o| reads(graph, o.node, &[t]));
    let [probabilities] = moving.as_slice() else { return None };
    let keep = if let Op::Weights { kind: Reduction::LogSumExp, arg, keep } = graph.op(probabilities.node)
        && *arg == t
    {
        *keep
    } else {
        return None;
    };
    let leading = |index: &Affine| index.wires().all(|w| (w.0 as usize) < keep);
    let is_entrywise =
        product.out == wires && probabilities.index == wires && product.extents == own && product.guards.is_empty();
    if !is_entrywise || !still.iter().flat_map(|o| &o.index).all(leading) {
        return None;
    }
    let weights = Product {
        coefficient: Number::new(product.coefficient.get() * term.coefficient.get()),
        extents: own[..keep].to_vec(),
        operands: still,
        guards: Vec::new(),
        out: wires[..keep].to_vec(),
    };
    let weights = graph.product(weights, own[..keep].to_vec());
    Some(Hessian::Softmax { weights, probabilities: probabilities.node, keep })
}

impl Hessian {
    /// With the arguments in place of what stood for them.
    fn replaced(self, graph: &mut Graph, back: &FxHashMap<Id, Id>) -> Self {
        match self {
            Self::Diagonal(entries) => Self::Diagonal(graph.replace(&[entries], back)[0]),
            Self::Softmax { weights, probabilities, keep } => {
                let images = graph.replace(&[weights, probabilities], back);
                Self::Softmax { weights: images[0], probabilities: images[1], keep }
            }
        }
    }
}

/// What has to be at least 0 for the pieces to be positive semidefinite.
pub fn weights(pieces: &[Piece]) -> Vec<Id> {
    let weights = pieces.iter().map(|piece| match piece.hessian {
        Hessian::Diagonal(entries) => entries,
        Hessian::Softmax { weights, .. } => weights,
    });
    weights.collect()
}

/// Whether they are, given what is assumed.
pub fn is_semidefinite(graph: &Graph, pieces: &[Piece], assumed: &Assumed) -> bool {
    let signs = signs(graph, assumed);
    weights(pieces).iter().all(|node| signs[node.0 as usize].is_nonnegative())
}

/// What the eigenvalues of each `H_k` lie between for all x, entry by entry of `T_k`.
pub fn intervals(graph: &mut Graph, pieces: &[Piece]) -> Vec<Interval> {
    let mut intervals = Intervals::new(graph);
    let ends: Vec<Interval> = weights(pieces).into_iter().map(|node| intervals.of(graph, node)).collect();
    pieces.iter().zip(ends).map(|(piece, ends)| piece.spread(graph, ends)).collect()
}

/// The diagonal and the roots, where every block of x has a diagonal part and there is a root.
pub fn parts(graph: &mut Graph, q: &Quantities, pieces: &[Piece]) -> Option<DiagonalPlusGram> {
    let mut diagonals: Vec<Vec<Id>> = vec![Vec::new(); q.x.len()];
    let mut roots = Vec::new();
    for piece in pieces {
        match piece.diagonal(graph, q) {
            Some((block, node)) => diagonals[block].push(node),
            None => roots.push(piece.root(graph, q)),
        }
    }
    if roots.is_empty() || diagonals.iter().any(Vec::is_empty) {
        return None;
    }
    let diagonal = diagonals.iter().zip(&q.x).map(|(terms, x)| {
        let shape = graph.shape(*x).to_vec();
        graph.add_all(terms, shape)
    });
    Some(DiagonalPlusGram { diagonal: diagonal.collect(), roots })
}

impl Piece {
    /// `Jᵀ diag(weights) J`, the weights of T, J a matrix of one block of x.
    pub fn of_rows(jacobian: Id, weights: Id, shape: Vec<Size>) -> Self {
        Self { hessian: Hessian::Diagonal(weights), jacobian: vec![jacobian], shape }
    }

    /// J, a block of x after another.
    pub fn jacobian(&self) -> &[Id] {
        &self.jacobian
    }

    /// The same J with a diagonal H.
    pub fn with(&self, weights: Id) -> Self {
        Self { hessian: Hessian::Diagonal(weights), ..self.clone() }
    }

    /// Whether it has entries off the diagonal of `F_1`.
    pub fn is_coupled(&self, graph: &mut Graph, q: &Quantities) -> bool {
        self.diagonal(graph, q).is_none()
    }

    /// Ends of the weights as ends of the eigenvalues of H, entry by entry of T: those of `diag(p) - p pᵀ` are
    /// between 0 and ½.
    fn spread(&self, graph: &mut Graph, ends: Interval) -> Interval {
        let Hessian::Softmax { keep, .. } = self.hessian else { return ends };
        let mut end = |node: Option<Id>, func: Func| {
            let node = node?;
            let own = graph.shape(node).to_vec();
            let zero = graph.constant(0.0);
            let args = vec![graph.whole(node), View { node: zero, axes: Vec::new() }];
            let part = graph.map(func, args, own);
            Some(graph.view(0.5, &View { node: part, axes: (0..keep).collect() }, self.shape.clone()))
        };
        Interval { low: end(ends.low, Func::Min), high: end(ends.high, Func::Max) }
    }

    /// `Jᵀ H J` where it is diagonal: the one block of x that T reads, and the diagonal.
    pub fn diagonal(&self, graph: &mut Graph, q: &Quantities) -> Option<(usize, Id)> {
        let Hessian::Diagonal(weights) = self.hessian else { return None };
        let mut read = (0..q.x.len()).filter(|a| !graph.is_zero(self.jacobian[*a]));
        let (block, None) = (read.next()?, read.next()) else { return None };
        let x = graph.shape(q.x[block]).to_vec();
        let [rows, columns, inner] = self.wires(x.len());
        let jacobian = self.jacobian[block];
        let side = |of: &[Affine]| Operand { node: jacobian, index: [of, &inner].concat() };
        let square = [x.clone(), x.clone()].concat();
        let product = Product {
            coefficient: Number::new(1.0),
            extents: [square.clone(), self.shape.clone()].concat(),
            operands: vec![side(&rows), side(&columns), Operand { node: weights, index: inner.clone() }],
            guards: Vec::new(),
            out: [rows, columns].concat(),
        };
        let matrix = graph.product_inlining(product, square, &|operand| operand == jacobian);
        let pairs: Vec<(usize, usize)> = (0..x.len()).map(|a| (a, x.len() + a)).collect();
        vanishes_off(graph, matrix, &pairs).then(|| (block, diagonal(graph, matrix)))
    }

    /// `Bᵀ = Jᵀ √H` for every block of x.
    fn root(&self, graph: &mut Graph, q: &Quantities) -> Root {
        let mut blocks = Vec::new();
        for (x, jacobian) in q.x.iter().zip(&self.jacobian) {
            let x = graph.shape(*x).to_vec();
            blocks.push(match self.hessian {
                Hessian::Diagonal(weights) => {
                    let root = graph.apply(Func::Sqrt, &[weights]);
                    self.scaled(graph, &x, *jacobian, &[(root, self.shape.len())])
                }
                Hessian::Softmax { weights, probabilities, keep } => {
                    let roots = [weights, probabilities].map(|node| graph.apply(Func::Sqrt, &[node]));
                    let centred = self.centred(graph, &x, *jacobian, probabilities, keep);
                    self.scaled(graph, &x, centred, &[(roots[0], keep), (roots[1], self.shape.len())])
                }
            });
        }
        Root { blocks, count: Size::product(&self.shape) }
    }

    /// `J - J p`, the mean over the axes of each softmax.
    fn centred(&self, graph: &mut Graph, x: &[Size], jacobian: Id, probabilities: Id, keep: usize) -> Id {
        let [rows, _, inner] = self.wires(x.len());
        let kept = [x, &self.shape[..keep]].concat();
        let mean = Product {
            coefficient: Number::new(1.0),
            extents: [x, x, &self.shape].concat(),
            operands: vec![
                Operand { node: jacobian, index: [rows.clone(), inner.clone()].concat() },
                Operand { node: probabilities, index: inner.clone() },
            ],
            guards: Vec::new(),
            out: [&rows, &inner[..keep]].concat(),
        };
        let mean = graph.product(mean.without_unread_wires(), kept.clone());
        let mean = View { node: mean, axes: (0..kept.len()).collect() };
        let terms = vec![graph.term(1.0, jacobian), Term { coefficient: Number::new(-1.0), view: mean }];
        graph.sum(terms, [x, &self.shape].concat())
    }

    /// A matrix of x by T times factors of the leading axes of T.
    fn scaled(&self, graph: &mut Graph, x: &[Size], matrix: Id, factors: &[(Id, usize)]) -> Id {
        let mut views = vec![graph.whole(matrix)];
        views.extend(factors.iter().map(|(node, axes)| View { node: *node, axes: (x.len()..x.len() + axes).collect() }));
        graph.times(1.0, &views, [x, &self.shape].concat())
    }

    /// Wires of the rows, of the columns, and of T, where a block of x has so many axes.
    fn wires(&self, x: usize) -> [Vec<Affine>; 3] {
        let wires = |from: usize, to: usize| (from..to).map(|w| Affine::wire(Wire(w as u32))).collect();
        [wires(0, x), wires(x, 2 * x), wires(2 * x, 2 * x + self.shape.len())]
    }
}
