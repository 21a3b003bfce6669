//! Proofs that an estimator in other variables is super-efficient (docs/formulas.md 1.5, 1.9).
//!
//! `Omega^phi_1(x*, y) = (dp*/dy)ᵀ phi_1ᵀ F_1` with `p* = phi_1⁻¹ v*`: its constant is 0 where p* does not
//! change along the solution path. p* solves `F_1ᵀ phi_1 p = g_1`, so that is to say that
//!
//! ```text
//! E = d(F_1ᵀ phi_1 p - g_1) = 0  with p held,  dx = phi_1 dz + phi_2 c,  F_1 dx + F_2 c = 0.
//! ```
//!
//! Two ways to prove it: E is zero whatever dz is; or, where `F_1` and `phi_1` are diagonal, entry by entry,
//! with dz and p eliminated and `F = 0`, `x = phi(z, y)` used.

use rustc_hash::FxHashMap;

use super::algebra::{Algebra, Relation};
use super::diagonal::off_diagonal_vanishes;
use super::facts::Facts;
use crate::differentiate::{Quantities, Vector, columns, gradient, pairing, written};
use crate::ir::{Func, Graph, Id, InputInfo, Role};

/// A change of variables.
pub enum Change {
    /// `x = z`.
    None,
    /// `x = phi(z, y)`; inputs of x and of the frozen y stand for what is held.
    Map { z: Vector, forward: Vector },
    /// No change, and g in place of what the adjoint solves: whether `g_1` is stationary.
    Slope,
}

/// What was proved, in words, or why not.
pub type Verdict = Result<&'static str, &'static str>;

/// The module's own map.
pub fn custom(q: &Quantities, forward: &[Id]) -> Change {
    Change::Map { z: q.extras.z.clone(), forward: forward.to_vec() }
}

/// `x = sign(x) exp(z)`, the sign held.
pub fn exponential(graph: &mut Graph, q: &Quantities) -> Change {
    let z = inputs(graph, &q.x, Role::Z);
    let forward = q.x.iter().zip(&z).map(|(x, z)| {
        let (sign, exponential) = (graph.apply(Func::Signum, &[*x]), graph.apply(Func::Exp, &[*z]));
        times(graph, sign, exponential)
    });
    let forward = forward.collect();
    Change::Map { z, forward }
}

/// `x = z/diag F_1(x, y)`, x held.
pub fn diagonal(graph: &mut Graph, q: &Quantities) -> Change {
    let z = inputs(graph, &q.x, Role::Z);
    let forward = q.f_1_diagonal.iter().zip(&z).map(|(d, z)| {
        let inverse = graph.apply(Func::Powi(-1), &[*d]);
        times(graph, inverse, *z)
    });
    let forward = forward.collect();
    Change::Map { z, forward }
}

/// Whether p* (or `g_1`) is proved stationary. Adds nodes to the graph that nothing else reads.
pub fn prove(graph: &mut Graph, q: &Quantities, facts: &Facts, change: &Change) -> Verdict {
    if let Change::Map { forward, .. } = change
        && !is_smooth(graph, forward)
    {
        return Err("the change of variables is not smooth");
    }
    if !facts.f1_diagonal.holds && !facts.g_constant_slope.holds {
        return Err("g_1 varies, and F couples the entries of x");
    }
    if is_long(graph, q) {
        return Err(LONG);
    }
    let mut proof = Proof::new(graph, q);
    let (in_z, in_y) = proof.derivatives(change);
    let all = [in_z.as_slice(), in_y.as_slice()].concat();
    let Some(blocks) = written(proof.graph, &all, &proof.s) else { return Err("the derivatives are long") };
    let zero = !matches!(change, Change::Slope) && {
        let mut algebra = Algebra::new(proof.graph);
        blocks.iter().flatten().all(|block| algebra.vanishes(*block, &[]))
    };
    if zero {
        return Ok("F_1ᵀ phi_1 and g_1 are constant: so is phi_1⁻¹ v");
    }
    if !facts.f1_diagonal.holds {
        return Err("F_1ᵀ phi_1 varies, and F couples the entries of x");
    }
    proof.eliminate(change, &in_z, in_y)
}

/// Formulas of more nodes are not compared as rational functions, which would take long and prove nothing.
const MOST_NODES: usize = 40;
pub const LONG: &str = "the formulas are too long for a proof";

pub fn is_long(graph: &Graph, q: &Quantities) -> bool {
    let read: Vec<Id> = [&q.residual, &q.f_1_mul, &q.g_1].into_iter().flatten().copied().collect();
    graph.reachable(&read).len() > MOST_NODES
}

/// F at x = 0.
pub fn at_zero(graph: &mut Graph, q: &Quantities) -> Vector {
    let mut zeros = FxHashMap::default();
    for x in &q.x {
        let shape = graph.shape(*x).to_vec();
        zeros.insert(*x, graph.zero(shape));
    }
    graph.replace(&q.residual, &zeros)
}

/// New inputs shaped like x.
fn inputs(graph: &mut Graph, x: &[Id], role: Role) -> Vector {
    let blocks = x.iter().enumerate();
    blocks
        .map(|(block, x)| {
            let shape = graph.shape(*x).to_vec();
            graph.input(InputInfo { role, block, name: String::new() }, shape)
        })
        .collect()
}

fn times(graph: &mut Graph, a: Id, b: Id) -> Id {
    let shape = graph.shape(a).to_vec();
    let views = [graph.whole(a), graph.whole(b)];
    graph.times(1.0, &views, shape)
}

/// No kink in z or y: what is held may have one.
fn is_smooth(graph: &Graph, forward: &[Id]) -> bool {
    super::smooth::kink(graph, forward, &[Role::Z, Role::Y]).is_none()
}

/// Directions: s tests the equation of the adjoint, r and t pull back, w is `phi_1 p`.
struct Proof<'a> {
    graph: &'a mut Graph,
    q: &'a Quantities,
    s: Vector,
    p: Vector,
    r: Vector,
    t: Vector,
    w: Vector,
}

/// Pullbacks through a change of variables: what is linear in r.
struct Pullback {
    /// `phi_1ᵀ r`, `phi_2ᵀ r`.
    first: Vector,
    second: Vector,
    /// `phi_1 p`, and the gradients of `⟨r, phi_1 p⟩`.
    image: Vector,
    along: Vector,
    along_2: Vector,
}

impl<'a> Proof<'a> {
    fn new(graph: &'a mut Graph, q: &'a Quantities) -> Self {
        let mut direction = || inputs(graph, &q.x, Role::DirectionX);
        let (s, p, r, t, w) = (direction(), direction(), direction(), direction(), direction());
        Self { graph, q, s, p, r, t, w }
    }

    /// The gradient of `⟨s, F_1ᵀ phi_1 p - g_1⟩` in z and in y.
    fn derivatives(&mut self, change: &Change) -> (Vector, Vector) {
        let along_g = pairing(self.graph, &self.q.g_1, &self.s);
        let scalar = match change {
            Change::Slope => along_g,
            Change::None | Change::Map { .. } => {
                let f_1_s = self.replace(&self.q.f_1_mul, &self.q.u, &self.s.clone());
                let along = pairing(self.graph, &f_1_s, &self.w);
                self.graph.subtract(along, along_g)
            }
        };
        let (in_x, in_y) = self.in_x_and_y(scalar);
        let Some(pullback) = self.pullback(change) else {
            let both = [in_x, in_y].concat();
            let (w, p) = (self.w.clone(), self.p.clone());
            let both = self.replace(&both, &w, &p);
            let (first, second) = both.split_at(self.q.x.len());
            return (first.to_vec(), second.to_vec());
        };
        let w = self.w.clone();
        let in_x = self.replace(&in_x, &w, &pullback.image);
        let in_y = self.replace(&in_y, &w, &pullback.image);
        let f_1_s = self.replace(&self.q.f_1_mul, &self.q.u, &self.s.clone());
        let r = self.r.clone();
        let by_map = self.replace(&pullback.along, &r, &f_1_s);
        let by_x = self.replace(&pullback.first, &r, &in_x);
        let in_z = self.add(&by_map, &by_x);
        let by_map = self.replace(&pullback.along_2, &r, &f_1_s);
        let by_x = self.replace(&pullback.second, &r, &in_x);
        let by_both = self.add(&by_map, &by_x);
        (in_z, self.add(&by_both, &in_y))
    }

    /// The gradients of `⟨t, F(phi(z, y), y)⟩`, linear in t.
    fn constraint(&mut self, pullback: Option<&Pullback>) -> (Vector, Vector) {
        let along = pairing(self.graph, &self.q.residual, &self.t);
        let (in_x, in_y) = self.in_x_and_y(along);
        let Some(pullback) = pullback else { return (in_x, in_y) };
        let r = self.r.clone();
        let in_z = self.replace(&pullback.first, &r, &in_x);
        let by_map = self.replace(&pullback.second, &r, &in_x);
        (in_z, self.add(&by_map, &in_y))
    }

    fn in_x_and_y(&mut self, scalar: Id) -> (Vector, Vector) {
        self.in_both(scalar, &self.q.x.clone())
    }

    fn in_both(&mut self, scalar: Id, first: &[Id]) -> (Vector, Vector) {
        let all = gradient(self.graph, scalar, &[first, &self.q.y].concat());
        let (in_first, in_y) = all.split_at(first.len());
        (in_first.to_vec(), in_y.to_vec())
    }

    fn pullback(&mut self, change: &Change) -> Option<Pullback> {
        let Change::Map { z, forward } = change else { return None };
        let along = pairing(self.graph, forward, &self.r);
        let (first, second) = self.in_both(along, z);
        let along = pairing(self.graph, &first, &self.p);
        let image = gradient(self.graph, along, &self.r);
        let (along, along_2) = self.in_both(along, z);
        // All derivatives are taken: the frozen y is y.
        let y_bar = self.q.extras.y_bar.clone();
        let mut freeze = |nodes: Vector| self.replace(&nodes, &y_bar, &self.q.y.clone());
        Some(Pullback {
            first: freeze(first),
            second: freeze(second),
            image: freeze(image),
            along: freeze(along),
            along_2: freeze(along_2),
        })
    }

    fn replace(&mut self, nodes: &[Id], old: &[Id], new: &[Id]) -> Vector {
        let replacement: FxHashMap<Id, Id> = old.iter().copied().zip(new.iter().copied()).collect();
        self.graph.replace(nodes, &replacement)
    }

    fn add(&mut self, a: &[Id], b: &[Id]) -> Vector {
        let pairs = a.iter().zip(b);
        pairs
            .map(|(a, b)| {
                let shape = self.graph.shape(*a).to_vec();
                self.graph.add_all(&[*a, *b], shape)
            })
            .collect()
    }

    /// Entry by entry: dz from `F_1 dx + F_2 c = 0`, p from its equation; then F = 0 and x = phi.
    fn eliminate(&mut self, change: &Change, in_z: &[Id], in_y: Vector) -> Verdict {
        let pullback = self.pullback(change);
        let (slope, by_y) = self.constraint(pullback.as_ref());
        let matrix = columns(self.graph, &slope, &self.t);
        if !off_diagonal_vanishes(self.graph, &matrix) {
            return Err("the change of variables couples the entries of z");
        }
        // γ = diag(F_1 phi_1): what t = 1 gives.
        let ones: Vector = self.t.clone().iter().map(|t| self.ones(*t)).collect();
        let t = self.t.clone();
        let slope = self.replace(&slope, &t, &ones);
        let inverse: Vector = slope.iter().map(|d| self.graph.apply(Func::Powi(-1), &[*d])).collect();
        let solved: Vector = in_z.iter().zip(&inverse).map(|(e, d)| times(self.graph, *e, *d)).collect();
        let by_path = self.replace(&by_y, &t, &solved);
        let pairs = in_y.into_iter().zip(by_path);
        let rest: Vector = pairs.map(|(a, b)| self.graph.subtract(a, b)).collect();
        let adjoint = self.adjoint(&inverse);
        let p = self.p.clone();
        let rest = self.replace(&rest, &p, &adjoint);
        let blocks = columns(self.graph, &rest, &self.s);
        let relations = self.relations(change);
        let orders: Vec<usize> = self.q.y.iter().map(|y| self.graph.order(*y)).collect();
        let nonzero = self.nonzero();
        let mut algebra = Algebra::new(self.graph).nonzero(&nonzero);
        for (row, order) in blocks.iter().zip(orders) {
            for (block, relations) in row.iter().zip(&relations) {
                let axes = |node: Id, own: usize| Relation { node, axes: order..order + own };
                let relations: Vec<Relation> = relations.iter().map(|(node, own)| axes(*node, *own)).collect();
                if !algebra.vanishes(*block, &relations) {
                    return Err("phi_1⁻¹ v varies along x*(y), as far as its formula tells");
                }
            }
        }
        Ok("phi_1⁻¹ v is constant along x*(y), entry by entry")
    }

    /// The blocks of x that are not identically zero on the path.
    fn nonzero(&mut self) -> Vector {
        let at_zero = at_zero(self.graph, self.q);
        let mut algebra = Algebra::new(self.graph);
        let blocks = self.q.x.iter().zip(at_zero);
        blocks.filter(|(_, residual)| !algebra.vanishes(*residual, &[])).map(|(x, _)| *x).collect()
    }

    fn ones(&mut self, like: Id) -> Id {
        let shape = self.graph.shape(like).to_vec();
        let one = self.graph.constant(1.0);
        self.graph.broadcast(one, shape)
    }

    /// p, where `F_1` and `phi_1` are diagonal: `g_1/γ`.
    fn adjoint(&mut self, inverse: &[Id]) -> Vector {
        let pairs = self.q.g_1.iter().zip(inverse);
        pairs.map(|(g, d)| times(self.graph, *g, *d)).collect()
    }

    /// For each block of x what is zero on the path, and its number of axes.
    fn relations(&mut self, change: &Change) -> Vec<Vec<(Id, usize)>> {
        let forward = match change {
            Change::Map { forward, .. } => {
                let y_bar = self.q.extras.y_bar.clone();
                let forward = self.replace(forward, &y_bar, &self.q.y.clone());
                Some(forward)
            }
            Change::None | Change::Slope => None,
        };
        let mut all = Vec::new();
        for (block, x) in self.q.x.iter().enumerate() {
            let order = self.graph.order(*x);
            let mut own = Vec::new();
            if let Some(forward) = &forward {
                own.push((self.graph.subtract(*x, forward[block]), order));
            }
            own.push((self.q.residual[block], order));
            all.push(own);
        }
        all
    }
}
