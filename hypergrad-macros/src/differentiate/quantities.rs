//! Every quantity of a point, as nodes: from the inner role and g to third-order products.

use super::optional::{self, Extras};
use super::{gradient, lift};
use crate::analysis::DiagonalPlusGram;
use crate::ir::{Affine, Graph, Id, InputInfo, Number, Op, Operand, Product, Role, Size, View, Wire};
use crate::model::{InnerKind, Model, Variable};

/// One node per block of x (or y).
pub type Vector = Vec<Id>;
/// `[row block][column block]`; a node has the row block's axes, then the column block's.
pub type Matrix = Vec<Vec<Id>>;
/// `[first][second][third]` blocks.
pub type Cube = Vec<Vec<Vec<Id>>>;

/// All emitted quantities. `u`, `v` are shaped like x, `c` like y.
#[derive(Clone, Debug, Default)]
pub struct Quantities {
    pub x: Vector,
    pub y: Vector,
    /// The frozen adjoint v of `M = g - vᵀF`.
    pub v: Vector,
    /// The direction of products with x's shape.
    pub u: Vector,
    /// The direction of products with y's shape.
    pub c: Vector,
    /// The objective, where the inner role is one.
    pub f: Option<Id>,
    pub residual: Vector,
    pub f_1_mul: Vector,
    pub f_1_tr_mul: Vector,
    pub f_2_mul: Vector,
    pub f_2_tr_mul: Vector,
    pub f_1: Matrix,
    /// Where `F_1` is block-diagonal; see [`super::exploit`].
    pub f_1_blocks: Matrix,
    /// Where `F_1` is a diagonal plus a Gram matrix; see [`super::exploit`].
    pub f_1_parts: Option<DiagonalPlusGram>,
    pub f_1_diagonal: Vector,
    /// `∂⟨u, diag F_1⟩/∂y`.
    pub f_1_diagonal_2_tr_mul: Vector,
    pub f_2: Matrix,
    pub f_11: Cube,
    pub f_21: Cube,
    pub g: Option<Id>,
    pub g_1: Vector,
    pub g_2: Vector,
    pub g_11: Matrix,
    pub g_21: Matrix,
    pub m_11_mul: Vector,
    pub m_21_mul: Vector,
    pub m_12_mul: Vector,
    pub m_11: Matrix,
    pub m_21: Matrix,
    /// How many entries violate each condition on the data, in the order of [`crate::analysis::Facts::conditions`].
    pub violations: Vector,
    /// What the optional roles add.
    pub extras: Extras,
}

/// Differentiates the model. New inputs for v, u and c are added to the graph.
pub fn derive(model: &mut Model) -> Quantities {
    let x: Vector = model.x.blocks.iter().map(|b| b.input).collect();
    let y: Vector = model.y.blocks.iter().map(|b| b.input).collect();
    let mut q = Quantities {
        v: directions(&mut model.graph, &model.x, Role::Adjoint, "v"),
        u: directions(&mut model.graph, &model.x, Role::DirectionX, "u"),
        c: directions(&mut model.graph, &model.y, Role::DirectionY, "c"),
        x,
        y,
        ..Quantities::default()
    };
    let graph = &mut model.graph;
    inner(graph, &mut q, model.inner.kind, &model.inner.nodes);
    outer(graph, &mut q, model.outer.node);
    dense(graph, &mut q);
    mixed(graph, &mut q, model.outer.node);
    q.extras = optional::derive(model, &q);
    q
}

impl Quantities {
    /// Every node, in emission order.
    pub fn roots(&mut self) -> Vec<&mut Id> {
        let vectors = [
            &mut self.residual,
            &mut self.f_1_mul,
            &mut self.f_1_tr_mul,
            &mut self.f_2_mul,
            &mut self.f_2_tr_mul,
            &mut self.f_1_diagonal,
            &mut self.f_1_diagonal_2_tr_mul,
            &mut self.g_1,
            &mut self.g_2,
            &mut self.m_11_mul,
            &mut self.m_21_mul,
            &mut self.m_12_mul,
        ];
        let matrices =
            [&mut self.f_1, &mut self.f_1_blocks, &mut self.f_2, &mut self.g_11, &mut self.g_21, &mut self.m_11, &mut self.m_21];
        let cubes = [&mut self.f_11, &mut self.f_21];
        let parts = self
            .f_1_parts
            .iter_mut()
            .flat_map(|parts| parts.roots.iter_mut().flat_map(|root| &mut root.blocks).chain(&mut parts.diagonal));
        self.f
            .iter_mut()
            .chain(self.g.iter_mut())
            .chain(parts)
            .chain(self.violations.iter_mut())
            .chain(vectors.into_iter().flatten())
            .chain(matrices.into_iter().flatten().flatten())
            .chain(cubes.into_iter().flatten().flatten().flatten())
            .chain(self.extras.all.iter_mut().flat_map(|extra| extra.value.nodes()))
            .collect()
    }
}

pub(super) fn directions(graph: &mut Graph, variable: &Variable, role: Role, name: &str) -> Vector {
    let blocks = variable.blocks.iter().enumerate();
    blocks
        .map(|(block, b)| {
            let suffix: String = b.path.iter().map(|p| format!(".{p}")).collect();
            let shape = graph.shape(b.input).to_vec();
            graph.input(InputInfo { role, block, name: format!("{name}{suffix}") }, shape)
        })
        .collect()
}

/// `Σ ⟨aₖ, bₖ⟩` over blocks.
pub fn pairing(graph: &mut Graph, a: &[Id], b: &[Id]) -> Id {
    let terms: Vec<Id> = a.iter().zip(b).map(|(a, b)| graph.inner(*a, *b)).collect();
    graph.add_all(&terms, Vec::new())
}

/// F and its products (docs/formulas.md 0: `L = sᵀF`).
fn inner(graph: &mut Graph, q: &mut Quantities, kind: InnerKind, nodes: &[Id]) {
    q.residual = match kind {
        InnerKind::Objective => {
            q.f = Some(nodes[0]);
            gradient(graph, nodes[0], &q.x)
        }
        InnerKind::Root => nodes.to_vec(),
        InnerKind::FixedPoint => q.x.iter().zip(nodes).map(|(x, phi)| graph.subtract(*x, *phi)).collect(),
    };
    let along = pairing(graph, &q.residual, &q.u);
    let all = gradient(graph, along, &[q.x.clone(), q.y.clone()].concat());
    let (first, second) = all.split_at(q.x.len());
    q.f_1_tr_mul = first.to_vec();
    q.f_2_tr_mul = second.to_vec();
    match q.f {
        // F = ∇f: F_1 is symmetric, F_2 c = ∇ₓ⟨∇_y f, c⟩.
        Some(f) => {
            q.f_1_mul = q.f_1_tr_mul.clone();
            let f_y = gradient(graph, f, &q.y);
            let along = pairing(graph, &f_y, &q.c);
            q.f_2_mul = gradient(graph, along, &q.x);
        }
        // F_1 u = ∇_v⟨∇ₓ⟨v, F⟩, u⟩, F_2 c alike: v drops out, being linear.
        None => {
            let l = pairing(graph, &q.residual, &q.v);
            let all = gradient(graph, l, &[q.x.clone(), q.y.clone()].concat());
            let (l_1, l_2) = all.split_at(q.x.len());
            let along = pairing(graph, l_1, &q.u);
            q.f_1_mul = gradient(graph, along, &q.v);
            let along = pairing(graph, l_2, &q.c);
            q.f_2_mul = gradient(graph, along, &q.v);
        }
    }
}

fn outer(graph: &mut Graph, q: &mut Quantities, g: Id) {
    q.g = Some(g);
    let all = gradient(graph, g, &[q.x.clone(), q.y.clone()].concat());
    let (first, second) = all.split_at(q.x.len());
    q.g_1 = first.to_vec();
    q.g_2 = second.to_vec();
}

/// Dense first derivatives of F, second ones of g, and `F_11`, `F_21`.
fn dense(graph: &mut Graph, q: &mut Quantities) {
    q.f_1 = columns(graph, &q.f_1_mul, &q.u);
    q.f_2 = columns(graph, &q.f_2_mul, &q.c);
    q.f_1_diagonal = (0..q.x.len()).map(|k| diagonal(graph, q.f_1[k][k])).collect();
    let along = pairing(graph, &q.f_1_diagonal, &q.u);
    q.f_1_diagonal_2_tr_mul = gradient(graph, along, &q.y);
    let along = pairing(graph, &q.g_1, &q.u);
    let all = gradient(graph, along, &[q.x.clone(), q.y.clone()].concat());
    let (g_11, g_21) = all.split_at(q.x.len());
    let (g_11, g_21) = (g_11.to_vec(), g_21.to_vec());
    q.g_11 = columns(graph, &g_11, &q.u);
    q.g_21 = columns(graph, &g_21, &q.u);
    // ⟨∇ₓ⟨v, F⟩, u⟩ = Σ v_i F_1[i,k] u_k; its gradients, lifted over v and u, are F_11 and F_21.
    let l = pairing(graph, &q.residual, &q.v);
    let l_1 = gradient(graph, l, &q.x);
    let along = pairing(graph, &l_1, &q.u);
    let all = gradient(graph, along, &[q.x.clone(), q.y.clone()].concat());
    let (l_11, l_21) = all.split_at(q.x.len());
    let (l_11, l_21) = (l_11.to_vec(), l_21.to_vec());
    q.f_11 = cube(graph, &l_11, &q.v, &q.u);
    q.f_21 = cube(graph, &l_21, &q.v, &q.u);
}

/// Second derivatives of `M = g - vᵀF`, v frozen (docs/formulas.md 1.4).
fn mixed(graph: &mut Graph, q: &mut Quantities, g: Id) {
    let l = pairing(graph, &q.residual, &q.v);
    let m = graph.subtract(g, l);
    let all = gradient(graph, m, &[q.x.clone(), q.y.clone()].concat());
    let (m_1, m_2) = all.split_at(q.x.len());
    let along = pairing(graph, m_1, &q.u);
    let both = gradient(graph, along, &[q.x.clone(), q.y.clone()].concat());
    let (m_11, m_21) = both.split_at(q.x.len());
    q.m_11_mul = m_11.to_vec();
    q.m_21_mul = m_21.to_vec();
    let along = pairing(graph, m_2, &q.c);
    q.m_12_mul = gradient(graph, along, &q.x);
    q.m_11 = columns(graph, &q.m_11_mul, &q.u);
    q.m_21 = columns(graph, &q.m_21_mul, &q.u);
}

/// The matrix of a linear map of the blocks of a direction.
pub fn columns(graph: &mut Graph, rows: &[Id], direction: &[Id]) -> Matrix {
    let mut matrix = vec![Vec::new(); rows.len()];
    for seed in direction {
        let others: Vec<Id> = direction.iter().copied().filter(|d| d != seed).collect();
        let alone = without(graph, rows, &others);
        for (row, node) in lift(graph, &alone, *seed).into_iter().enumerate() {
            matrix[row].push(node);
        }
    }
    matrix
}

/// `rows` with the given inputs set to zero.
pub(super) fn without(graph: &mut Graph, rows: &[Id], inputs: &[Id]) -> Vec<Id> {
    if inputs.is_empty() {
        return rows.to_vec();
    }
    let zeros = inputs
        .iter()
        .map(|input| {
            let shape = graph.shape(*input).to_vec();
            (*input, graph.zero(shape))
        })
        .collect();
    graph.replace(rows, &zeros)
}

/// `t[i, j, k]` from nodes indexed j that are linear in v (index i) and u (index k).
fn cube(graph: &mut Graph, middle: &[Id], first: &[Id], last: &[Id]) -> Cube {
    let over_first = columns(graph, middle, first);
    let mut cube = vec![vec![Vec::new(); middle.len()]; first.len()];
    for (j, row) in over_first.into_iter().enumerate() {
        for (i, blocks) in columns(graph, &row, last).into_iter().enumerate() {
            for node in blocks {
                let swapped = swap_leading(graph, node, middle[j], first[i]);
                cube[i][j].push(swapped);
            }
        }
    }
    cube
}

/// `[j, i, k]` to `[i, j, k]`, groups of axes.
fn swap_leading(graph: &mut Graph, node: Id, j: Id, i: Id) -> Id {
    let (nj, ni, total) = (graph.order(j), graph.order(i), graph.order(node));
    let axes: Vec<usize> = (ni..ni + nj).chain(0..ni).chain(ni + nj..total).collect();
    let mut shape: Vec<Size> = graph.shape(node).to_vec();
    let old = graph.shape(node).to_vec();
    for (own, new) in axes.iter().enumerate() {
        shape[*new] = old[own].clone();
    }
    graph.view(1.0, &View { node, axes }, shape)
}

/// `d[i] = a[i, i]`, for groups of axes.
pub fn diagonal(graph: &mut Graph, matrix: Id) -> Id {
    let half = graph.order(matrix) / 2;
    let shape = graph.shape(matrix)[..half].to_vec();
    let wires: Vec<Affine> = (0..half as u32).map(|w| Affine::wire(Wire(w))).collect();
    let product = Product {
        coefficient: Number::new(1.0),
        extents: shape.clone(),
        operands: vec![Operand { node: matrix, index: [wires.clone(), wires.clone()].concat() }],
        guards: Vec::new(),
        out: wires,
    };
    diagonal_of_terms(graph, product, shape)
}

/// The diagonal of a sum is the sum of diagonals, that of a product one product: no matrix is formed.
pub(super) fn diagonal_of_terms(graph: &mut Graph, product: Product, shape: Vec<Size>) -> Id {
    diagonal_within(graph, product, shape, &mut { MOST_DIAGONALS })
}

/// Products that one diagonal may be taken apart into; the others are read from their matrix.
const MOST_DIAGONALS: usize = 64;

/// What is read at an index twice, `a[i, i]`, is taken apart until no such matrix is left.
fn diagonal_within(graph: &mut Graph, product: Product, shape: Vec<Size>, left: &mut usize) -> Id {
    let twice = |index: &[Affine]| (1..index.len()).any(|k| !index[k].terms.is_empty() && index[..k].contains(&index[k]));
    let made = |o: &Operand| twice(&o.index) && matches!(graph.op(o.node), Op::Sum(_) | Op::Product(_));
    let Some(position) = product.operands.iter().position(made).filter(|_| *left > 0) else {
        return graph.product(product, shape);
    };
    *left -= 1;
    let target = product.operands[position].clone();
    let Op::Sum(terms) = graph.op(target.node).clone() else {
        let whole = graph.product_inlining(product, shape.clone(), &|operand| operand == target.node);
        return match graph.op(whole).clone() {
            Op::Product(next) => diagonal_within(graph, next, shape, left),
            _ => whole,
        };
    };
    let mut parts = Vec::new();
    for term in &terms {
        let mut part = product.clone();
        let index = term.view.axes.iter().map(|a| target.index[*a].clone()).collect();
        part.operands[position] = Operand { node: term.view.node, index };
        part.coefficient = Number::new(product.coefficient.get() * term.coefficient.get());
        parts.push(diagonal_within(graph, part, shape.clone(), left));
    }
    graph.add_all(&parts, shape)
}
