//! The optional roles' quantities: derivatives of a change of variables in z and y (docs/formulas.md 1.9), a
//! preconditioner and its derivative along a direction.

use super::dense::{Matrix, Vector, columns, pairing};
use super::quantities::{Quantities, directions};
use super::quantity::{Directions, Space};
use super::reverse::gradient;
use crate::ir::{Affine, Graph, Id, Number, Operand, Product, Role, Wire};
use crate::model::{Change, Model, Preconditioner};

/// Which role a quantity belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    /// `phi`.
    Change,
    /// `psi`.
    Local,
    Preconditioner,
}

/// A quantity of a role.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OfRole {
    Change,
    ChangeInverse,
    Change1,
    Change2,
    Change2TrMul,
    Change11,
    Change21,
    Change21Mul,
    Along1,
    Along2,
    Along11,
    Along21,
    Preconditioner,
    PreconditionerAlong,
}

impl OfRole {
    /// The kernel's name, and its directions.
    pub fn kernel(self) -> (&'static str, Directions) {
        let one = Directions::One(Space::X);
        match self {
            Self::Change => ("change", Directions::None),
            Self::ChangeInverse => ("change_inverse", Directions::None),
            Self::Change1 => ("change_1", Directions::None),
            Self::Change2 => ("change_2", Directions::None),
            Self::Change2TrMul => ("change_2_tr_mul", one),
            Self::Change11 => ("change_11", one),
            Self::Change21 => ("change_21", one),
            Self::Change21Mul => ("change_21_mul", Directions::Two),
            Self::Along1 => ("along_1", one),
            Self::Along2 => ("along_2", one),
            Self::Along11 => ("along_11", Directions::Two),
            Self::Along21 => ("along_21", Directions::Two),
            Self::Preconditioner => ("preconditioner", Directions::None),
            Self::PreconditionerAlong => ("preconditioner_along", one),
        }
    }

    /// Whether it is a product, which is asked for once a direction.
    pub fn is_product(self) -> bool {
        matches!(self, Self::Change2TrMul | Self::Change21Mul)
    }
}

/// The formulas of a quantity, by its space.
#[derive(Clone, Debug)]
pub enum Value {
    Scalar(Id),
    LikeX(Vector),
    LikeY(Vector),
    /// n x n.
    Square(Matrix),
    /// n x m.
    Wide(Matrix),
    /// m x n.
    Tall(Matrix),
}

impl Value {
    pub fn nodes(&mut self) -> Vec<&mut Id> {
        match self {
            Self::Scalar(node) => vec![node],
            Self::LikeX(vector) | Self::LikeY(vector) => vector.iter_mut().collect(),
            Self::Square(matrix) | Self::Wide(matrix) | Self::Tall(matrix) => matrix.iter_mut().flatten().collect(),
        }
    }
}

/// A quantity of a role, and its formulas.
#[derive(Clone, Debug)]
pub struct Extra {
    pub group: Group,
    pub quantity: OfRole,
    pub value: Value,
}

/// What the optional roles add.
#[derive(Clone, Debug, Default)]
pub struct Extras {
    pub z: Vector,
    pub all: Vec<Extra>,
    /// phi is affine in z with a slope that does not depend on y: a change that changes nothing.
    pub change_is_affine: bool,
    pub local_is_affine: bool,
    /// phi, psi and the frozen y as they were read; for proofs, and not emitted.
    pub change: Option<Vector>,
    pub local: Option<Vector>,
    pub y_bar: Vector,
}

impl Extras {
    pub fn get(&self, group: Group, quantity: OfRole) -> Option<&Value> {
        self.all.iter().find(|extra| extra.group == group && extra.quantity == quantity).map(|extra| &extra.value)
    }

    pub fn has(&self, group: Group) -> bool {
        self.all.iter().any(|extra| extra.group == group)
    }
}

/// Differentiates the optional roles.
pub fn derive(model: &mut Model, q: &Quantities) -> Extras {
    let forward = |change: &Option<Change>| change.as_ref().map(|change| change.forward.clone());
    let mut extras = Extras {
        z: model.optional.z.clone(),
        change: forward(&model.optional.change),
        local: forward(&model.optional.local),
        y_bar: model.optional.y_bar.clone(),
        ..Extras::default()
    };
    if model.optional.is_empty() {
        return extras;
    }
    // A third direction, lifted away from everything it occurs in.
    let t = directions(&mut model.graph, &model.x, Role::DirectionX, "t");
    let graph = &mut model.graph;
    for (change, group) in [(&model.optional.change, Group::Change), (&model.optional.local, Group::Local)] {
        let Some(change) = change else { continue };
        let affine = add_change(graph, q, &t, change, group, &mut extras);
        match group {
            Group::Change => extras.change_is_affine = affine,
            Group::Local | Group::Preconditioner => extras.local_is_affine = affine,
        }
    }
    if let Some(preconditioner) = &model.optional.preconditioner {
        add_preconditioner(graph, q, &t, preconditioner, &mut extras);
    }
    // All derivatives in y are taken: the frozen y is y.
    let frozen = model.optional.y_bar.iter().copied().zip(q.y.iter().copied()).collect();
    let mut nodes: Vec<&mut Id> = extras.all.iter_mut().flat_map(|extra| extra.value.nodes()).collect();
    let old: Vec<Id> = nodes.iter().map(|node| **node).collect();
    for (node, image) in nodes.iter_mut().zip(model.graph.replace(&old, &frozen)) {
        **node = image;
    }
    extras
}

/// The gradient in z and in y.
fn in_z_and_y(graph: &mut Graph, scalar: Id, z: &[Id], y: &[Id]) -> (Vector, Vector) {
    let all = gradient(graph, scalar, &[z, y].concat());
    let (first, second) = all.split_at(z.len());
    (first.to_vec(), second.to_vec())
}

/// Everything that `Change` of the runtime asks for; whether the change is a no-op.
fn add_change(graph: &mut Graph, q: &Quantities, t: &[Id], change: &Change, group: Group, extras: &mut Extras) -> bool {
    let (phi, z, y) = (&change.forward, extras.z.clone(), &q.y);
    let mut add = |quantity, value| extras.all.push(Extra { group, quantity, value });
    add(OfRole::Change, Value::LikeX(phi.clone()));
    if let Some((_, inverse)) = &change.inverse {
        add(OfRole::ChangeInverse, Value::LikeX(inverse.clone()));
    }
    // phi_1 u = ∇_v⟨∇_z⟨v, phi⟩, u⟩, phi_2 c alike.
    let l = pairing(graph, phi, &q.v);
    let (l_1, l_2) = in_z_and_y(graph, l, &z, y);
    let along = pairing(graph, &l_1, &q.u);
    let phi_1_mul = gradient(graph, along, &q.v);
    let phi_1 = columns(graph, &phi_1_mul, &q.u);
    // A phi that forgets z has no inverse anywhere, which the estimate says.
    let constant = phi_1.iter().flatten().all(|node| graph.is_zero(*node));
    add(OfRole::Change1, Value::Square(phi_1));
    let along = pairing(graph, &l_2, &q.c);
    let phi_2_mul = gradient(graph, along, &q.v);
    add(OfRole::Change2, Value::Wide(columns(graph, &phi_2_mul, &q.c)));
    // K(z, y; u) = uᵀphi: K_2, and K_11 v, K_21 v.
    let k = pairing(graph, phi, &q.u);
    let (k_1, k_2) = in_z_and_y(graph, k, &z, y);
    add(OfRole::Change2TrMul, Value::LikeY(k_2));
    let bilinear = pairing(graph, &k_1, &q.v);
    let (k_11_mul, k_21_mul) = in_z_and_y(graph, bilinear, &z, y);
    let (k_11, k_21) = (columns(graph, &k_11_mul, &q.v), columns(graph, &k_21_mul, &q.v));
    let affine = !constant && k_11.iter().chain(&k_21).flatten().all(|node| graph.is_zero(*node));
    add(OfRole::Change11, Value::Square(k_11));
    add(OfRole::Change21, Value::Tall(k_21));
    add(OfRole::Change21Mul, Value::LikeY(k_21_mul));
    // q = phi_1 u: the gradients of ⟨q, v⟩, and second ones of ⟨u, phi_1 v⟩ (the frozen p is v here).
    let along = pairing(graph, &phi_1_mul, &q.v);
    let (q_1, q_2) = in_z_and_y(graph, along, &z, y);
    add(OfRole::Along1, Value::Square(columns(graph, &q_1, &q.v)));
    add(OfRole::Along2, Value::Tall(columns(graph, &q_2, &q.v)));
    let along = pairing(graph, &k_11_mul, t);
    let (q_11, q_21) = in_z_and_y(graph, along, &z, y);
    add(OfRole::Along11, Value::Square(columns(graph, &q_11, t)));
    add(OfRole::Along21, Value::Tall(columns(graph, &q_21, t)));
    affine
}

/// P, and `Qᵀ` with `Q = d(P u)/dx`.
fn add_preconditioner(graph: &mut Graph, q: &Quantities, t: &[Id], preconditioner: &Preconditioner, extras: &mut Extras) {
    let (value, along) = match preconditioner {
        Preconditioner::Matrix(blocks) => (Value::Square(blocks.clone()), bilinear(graph, blocks, t, &q.u)),
        Preconditioner::Diagonal(diagonal) => {
            let product: Vec<Id> = diagonal.iter().zip(&q.u).map(|(d, u)| scale(graph, *d, *u)).collect();
            (Value::LikeX(diagonal.clone()), pairing(graph, &product, t))
        }
    };
    let slope = gradient(graph, along, &q.x);
    let slope = columns(graph, &slope, t);
    let group = Group::Preconditioner;
    extras.all.push(Extra { group, quantity: OfRole::Preconditioner, value });
    extras.all.push(Extra { group, quantity: OfRole::PreconditionerAlong, value: Value::Square(slope) });
}

/// `tᵀ A u` of a matrix in blocks.
fn bilinear(graph: &mut Graph, blocks: &Matrix, t: &[Id], u: &[Id]) -> Id {
    let mut terms = Vec::new();
    for (row, t) in blocks.iter().zip(t) {
        for (block, u) in row.iter().zip(u) {
            let extents = graph.shape(*block).to_vec();
            let index: Vec<_> = (0..).map(|wire| Affine::wire(Wire(wire))).take(extents.len()).collect();
            let (rows, columns) = index.split_at(graph.order(*t));
            let operand = |node: Id, index: &[Affine]| Operand { node, index: index.to_vec() };
            let operands = vec![operand(*t, rows), operand(*block, &index), operand(*u, columns)];
            let product = Product { coefficient: Number::new(1.0), extents, operands, guards: Vec::new(), out: Vec::new() };
            terms.push(graph.product(product, Vec::new()));
        }
    }
    graph.add_all(&terms, Vec::new())
}

/// Entry by entry.
fn scale(graph: &mut Graph, diagonal: Id, vector: Id) -> Id {
    let shape = graph.shape(vector).to_vec();
    let views = [graph.whole(diagonal), graph.whole(vector)];
    graph.times(1.0, &views, shape)
}
