//! Every quantity of a point, as nodes: from the inner role and g to third-order products.

use super::dense::{Cube, Matrix, Vector, diagonal, is_long, is_short, pairing, tensor, written};
use super::factors::{DiagonalPlusGram, EigenvalueBounds};
use super::gradient;
use super::optional::{self, Extras};
use crate::ir::{Graph, Id, InputInfo, Role};
use crate::model::{InnerKind, Model, Variable};

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
    /// Dense derivatives as formulas; `None` where these would be long: then they come from products.
    pub f_1: Option<Matrix>,
    /// Where `F_1` is block-diagonal; see [`super::exploit`].
    pub f_1_blocks: Matrix,
    /// Where `F_1` is a diagonal plus a Gram matrix; see [`super::exploit`].
    pub f_1_parts: Option<DiagonalPlusGram>,
    /// Where its eigenvalues are bounded; see [`super::exploit`].
    pub f_1_eigenvalues: EigenvalueBounds,
    pub f_1_diagonal: Vector,
    /// `∂⟨u, diag F_1⟩/∂y`.
    pub f_1_diagonal_2_tr_mul: Vector,
    pub f_2: Option<Matrix>,
    /// `L_11 u` and `L_21 u` of `L = vᵀF`: the columns of `F_11` and `F_21`, for a unit v.
    pub l_11_mul: Vector,
    pub l_21_mul: Vector,
    /// `F_11` and `F_21` as formulas, where these are few and short: to be read, never emitted.
    pub f_11: Option<Cube>,
    pub f_21: Option<Cube>,
    pub g: Option<Id>,
    pub g_1: Vector,
    pub g_2: Vector,
    /// `g_11 u` and `g_21 u`.
    pub g_11_mul: Vector,
    pub g_21_mul: Vector,
    pub g_11: Option<Matrix>,
    pub g_21: Option<Matrix>,
    pub m_11_mul: Vector,
    pub m_21_mul: Vector,
    pub m_12_mul: Vector,
    pub m_11: Option<Matrix>,
    pub m_21: Option<Matrix>,
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
    /// Dense derivatives whose formulas compute much more than their products do are left to these.
    pub fn settle_matrices(&mut self, graph: &Graph) {
        let u = self.u.clone();
        let pairs: [(&mut Option<Matrix>, &Vector, &Vector); 6] = [
            (&mut self.f_1, &self.f_1_mul, &u),
            (&mut self.f_2, &self.f_2_mul, &self.c),
            (&mut self.g_11, &self.g_11_mul, &u),
            (&mut self.g_21, &self.g_21_mul, &u),
            (&mut self.m_11, &self.m_11_mul, &u),
            (&mut self.m_21, &self.m_21_mul, &u),
        ];
        for (matrix, product, direction) in pairs {
            if matrix.as_ref().is_some_and(|matrix| !is_short(graph, matrix, product, direction)) {
                *matrix = None;
            }
        }
        if self.f_1.is_none() && is_long(graph, &self.f_1_diagonal_2_tr_mul, &self.l_21_mul) {
            self.f_1_diagonal.clear();
            self.f_1_diagonal_2_tr_mul.clear();
        }
        // M = g - vᵀF: where the products of both are long, those of M are the difference of the others.
        if is_long(graph, &self.m_21_mul, &self.l_21_mul) {
            self.m_11_mul.clear();
            self.m_21_mul.clear();
            return;
        }
        // Kernels that nothing calls.
        for (matrix, product) in [(&self.g_11, &mut self.g_11_mul), (&self.g_21, &mut self.g_21_mul)] {
            if matrix.is_some() {
                product.clear();
            }
        }
    }

    /// What is only read in formulas is not lowered.
    pub fn forget_tensors(&mut self) {
        (self.f_11, self.f_21) = (None, None);
    }

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
            &mut self.l_11_mul,
            &mut self.l_21_mul,
            &mut self.g_1,
            &mut self.g_2,
            &mut self.g_11_mul,
            &mut self.g_21_mul,
            &mut self.m_11_mul,
            &mut self.m_21_mul,
            &mut self.m_12_mul,
        ];
        let dense = [&mut self.f_1, &mut self.f_2, &mut self.g_11, &mut self.g_21, &mut self.m_11, &mut self.m_21];
        let matrices = dense.into_iter().flatten().chain([&mut self.f_1_blocks]);
        let cubes = self.f_11.iter_mut().chain(&mut self.f_21);
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
            .chain(matrices.flatten().flatten())
            .chain(cubes.flatten().flatten().flatten())
            .chain(self.extras.all.iter_mut().flat_map(|extra| extra.value.nodes()))
            .chain(self.f_1_eigenvalues.least.iter_mut().chain(&mut self.f_1_eigenvalues.most))
            .collect()
    }
}

pub(super) fn directions(graph: &mut Graph, variable: &Variable, role: Role, name: &str) -> Vector {
    let blocks = variable.blocks.iter().enumerate();
    blocks
        .map(|(block, b)| {
            let suffix: String = b.path.iter().map(ToString::to_string).collect();
            let shape = graph.shape(b.input).to_vec();
            graph.input(InputInfo { role, block, name: format!("{name}{suffix}") }, shape)
        })
        .collect()
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

/// Dense first derivatives of F, second ones of g, and the products that make `F_11` and `F_21`.
fn dense(graph: &mut Graph, q: &mut Quantities) {
    q.f_1 = written(graph, &q.f_1_mul, &q.u);
    q.f_2 = written(graph, &q.f_2_mul, &q.c);
    if let Some(f_1) = &q.f_1 {
        q.f_1_diagonal = (0..q.x.len()).map(|k| diagonal(graph, f_1[k][k])).collect();
        let along = pairing(graph, &q.f_1_diagonal, &q.u);
        q.f_1_diagonal_2_tr_mul = gradient(graph, along, &q.y);
    }
    let along = pairing(graph, &q.g_1, &q.u);
    let all = gradient(graph, along, &[q.x.clone(), q.y.clone()].concat());
    let (g_11, g_21) = all.split_at(q.x.len());
    (q.g_11_mul, q.g_21_mul) = (g_11.to_vec(), g_21.to_vec());
    q.g_11 = written(graph, &q.g_11_mul, &q.u);
    q.g_21 = written(graph, &q.g_21_mul, &q.u);
    // ⟨∇ₓ⟨v, F⟩, u⟩ = Σ v_i F_1[i,k] u_k, whose gradients are Σ_ik v_i F_11[i,j,k] u_k and the same of F_21.
    let l = pairing(graph, &q.residual, &q.v);
    let l_1 = gradient(graph, l, &q.x);
    let along = pairing(graph, &l_1, &q.u);
    let all = gradient(graph, along, &[q.x.clone(), q.y.clone()].concat());
    let (l_11, l_21) = all.split_at(q.x.len());
    (q.l_11_mul, q.l_21_mul) = (l_11.to_vec(), l_21.to_vec());
    q.f_11 = tensor(graph, &q.l_11_mul, &q.v, &q.u);
    q.f_21 = tensor(graph, &q.l_21_mul, &q.v, &q.u);
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
    q.m_11 = written(graph, &q.m_11_mul, &q.u);
    q.m_21 = written(graph, &q.m_21_mul, &q.u);
}
