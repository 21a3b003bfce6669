//! The facts of `Problem::STRUCTURE`: each one function, from the derived nodes.
//!
//! Facts about `F_1` hold for the matrix that is computed, at every point. Those about its change
//! (`f1_constant_in_x`, `f1_constant_in_y`, `f21_zero`, `g_constant_slope`) and all about
//! estimators are withheld where a nonsmooth function is reached.

use super::conditions::{self, Assumed, Given};
use super::dependence::dependence;
use super::facts::{Fact, Facts};
use super::sign::signs;
use super::{band, blocks, composition, curvature, diagonal, efficiency, eigenvalues, gram, mirror, smooth};
use crate::differentiate::DiagonalPlusGram;
use crate::differentiate::{Matrix, Quantities, Vector};
use crate::ir::parity;
use crate::ir::{Graph, Id, Role, View};
use crate::shape::Sizes;

/// Proves what can be proved. Adds a few nodes to the graph; changes none.
pub fn structure(graph: &mut Graph, sizes: &Sizes, quantities: &Quantities) -> Facts {
    let q = quantities;
    let f1_diagonal = is_diagonal(graph, q);
    let mut facts = Facts {
        smooth: smooth::fact(graph, q),
        f1_symmetric: symmetric(graph, q, &f1_diagonal),
        f1_diagonal,
        f1_definite: definite(graph, sizes, q),
        ..Facts::default()
    };
    facts.samples = if facts.f1_diagonal.holds { None } else { blocks::samples(graph, q) };
    facts.f1_block_diagonal = blocks::fact(graph, q, facts.samples.as_ref(), &facts.f1_diagonal);
    let gram = if facts.f1_block_diagonal.holds { None } else { diagonal_plus_gram(graph, sizes, q, &facts.f1_definite) };
    facts.f1_diagonal_plus_gram = gram::fact(gram.as_ref());
    facts.gram = gram.map(|given| given.proved);
    if !facts.f1_definite.may_hold() && facts.f1_diagonal_plus_gram.may_hold() {
        facts.f1_definite = facts.f1_diagonal_plus_gram.clone();
    }
    facts.f1_constant_in_x = withheld(&facts.smooth).unwrap_or_else(|| constant_in_x(graph, q));
    facts.f1_constant_in_y = withheld(&facts.smooth).unwrap_or_else(|| constant_in_y(graph, q));
    facts.f21_zero = facts.f1_constant_in_y.clone();
    facts.g_constant_slope = withheld(&facts.smooth).unwrap_or_else(|| constant_slope(graph, q));
    facts.eigenvalues = eigenvalues::bounds(graph, q, &facts);
    facts.estimators = efficiency::super_efficient(graph, q, &facts);
    facts
}

fn withheld(smooth: &Fact) -> Option<Fact> {
    (!smooth.holds).then(|| Fact::unproved(format!("withheld: {}", smooth.reason)))
}

fn unwritten() -> Fact {
    Fact::unproved("F_1 would be long as a formula: it is not written out")
}

/// `F_1` = `F_1ᵀ`: F is a gradient, or `F_1` is diagonal, or the blocks equal their transposes node by node.
fn symmetric(graph: &mut Graph, q: &Quantities, diagonal: &Fact) -> Fact {
    if q.f.is_some() {
        return Fact::proved("F is the gradient of f in x");
    }
    if diagonal.holds {
        return Fact::proved("F_1 is diagonal");
    }
    let Some(f_1) = &q.f_1 else { return unwritten() };
    for (i, row) in f_1.iter().enumerate() {
        for (j, &block) in row.iter().enumerate().take(i + 1) {
            let other = f_1[j][i];
            let rows = graph.order(q.x[i]);
            let is_transpose = transposed(graph, other, graph.order(q.x[j])) == block
                || i == j && parity::symmetric(graph, block)
                || band::is_transpose(graph, block, rows, other);
            if !is_transpose {
                return Fact::unproved("F_1 and its transpose differ as formulas");
            }
        }
    }
    Fact::proved("F_1 equals its transpose, term by term")
}

/// A matrix with its row axes (so many) and column axes exchanged.
fn transposed(graph: &mut Graph, matrix: Id, rows: usize) -> Id {
    let old = graph.shape(matrix).to_vec();
    let columns = old.len() - rows;
    let shape = [&old[rows..], &old[..rows]].concat();
    let axes = (columns..columns + rows).chain(0..columns).collect();
    graph.view(1.0, &View { node: matrix, axes }, shape)
}

/// `F_i` depends on `x_i` only.
fn is_diagonal(graph: &Graph, q: &Quantities) -> Fact {
    let Some(f_1) = &q.f_1 else { return unwritten() };
    if diagonal::off_diagonal_vanishes(graph, f_1) {
        Fact::proved("each entry of F depends on its own entry of x only")
    } else if diagonal::off_diagonal_blocks_vanish(graph, f_1) {
        Fact::unproved("F_1 has terms off its diagonal")
    } else {
        Fact::unproved("F couples the blocks of x")
    }
}

/// f is convex in x, by its composition or by the form of `F_1`.
fn definite(graph: &mut Graph, sizes: &Sizes, q: &Quantities) -> Fact {
    let roots: Vec<Id> = q.f.iter().chain(q.f_1.iter().flatten().flatten()).copied().collect();
    let candidates = conditions::candidates(graph, sizes, &roots);
    let found = conditions::prove(graph, &candidates, &mut |graph, assumed| {
        if q.f.is_some_and(|f| curvature::is_convex(graph, f, assumed)) {
            return Some("f is convex in x by its composition");
        }
        semidefinite(graph, q, assumed).then_some("every term of F_1 has the form Σ w b bᵀ with w ≥ 0")
    });
    match found {
        Some(Given { proved, conditions }) => Fact::given(proved, &conditions),
        None => Fact {
            obstacle: q.f.and_then(|f| curvature::obstacle(graph, f, &candidates.iter().copied().collect())),
            ..Fact::unproved("F_1 was not proved positive semidefinite")
        },
    }
}

/// By the form of its terms.
fn semidefinite(graph: &Graph, q: &Quantities, assumed: &Assumed) -> bool {
    let Some(f_1) = &q.f_1 else { return false };
    let signs = signs(graph, assumed);
    diagonal::off_diagonal_blocks_vanish(graph, f_1)
        && f_1.iter().enumerate().all(|(k, row)| mirror::semidefinite(graph, row[k], 1.0, &signs))
}

/// By the terms of `F_1`, or by the composition of f.
fn diagonal_plus_gram(graph: &mut Graph, sizes: &Sizes, q: &Quantities, definite: &Fact) -> Option<Given<DiagonalPlusGram>> {
    let roots: Vec<Id> = q.f_1.iter().flatten().flatten().copied().collect();
    let candidates = conditions::candidates(graph, sizes, &roots);
    if let Some(Given { proved, conditions }) =
        conditions::prove(graph, &candidates, &mut |graph, assumed| gram::terms(graph, q, assumed))
    {
        return Some(Given { proved: proved.nodes(graph, q.x[0]), conditions });
    }
    if !definite.may_hold() {
        return None;
    }
    let pieces = composition::pieces(graph, q)?;
    let candidates = conditions::candidates(graph, sizes, &composition::weights(&pieces));
    let claim = &mut |graph: &mut Graph, assumed: &Assumed| composition::is_semidefinite(graph, &pieces, assumed).then_some(());
    let Given { conditions, .. } = conditions::prove(graph, &candidates, claim)?;
    Some(Given { proved: composition::parts(graph, q, &pieces)?, conditions })
}

/// `F_11` = 0: no input of x reaches `F_1`.
fn constant_in_x(graph: &Graph, q: &Quantities) -> Fact {
    let zero = q.l_11_mul.iter().all(|node| graph.is_zero(*node));
    if zero || !reaches(graph, q, Role::X) { Fact::proved("x does not occur in F_1") } else { Fact::unproved("x occurs in F_1") }
}

/// `F_21` = 0: no input of y reaches `F_1`.
fn constant_in_y(graph: &Graph, q: &Quantities) -> Fact {
    let zero = q.l_21_mul.iter().all(|node| graph.is_zero(*node));
    if zero || !reaches(graph, q, Role::Y) { Fact::proved("y does not occur in F_1") } else { Fact::unproved("y occurs in F_1") }
}

fn reaches(graph: &Graph, q: &Quantities, role: Role) -> bool {
    let depends = dependence(graph, &[role]);
    // A product with a direction depends on all that the matrix does.
    let nodes: Vec<Id> = q.f_1.as_ref().map_or_else(|| q.f_1_mul.clone(), |f_1| f_1.concat());
    nodes.iter().any(|node| depends[node.0 as usize])
}

/// `g_11` = 0 and `g_21` = 0.
fn constant_slope(graph: &Graph, q: &Quantities) -> Fact {
    let is_zero = |matrix: &Option<Matrix>, product: &Vector| match matrix {
        Some(matrix) => matrix.iter().flatten().all(|block| graph.is_zero(*block)),
        None => product.iter().all(|block| graph.is_zero(*block)),
    };
    let zero = is_zero(&q.g_11, &q.g_11_mul) && is_zero(&q.g_21, &q.g_21_mul);
    let depends = dependence(graph, &[Role::X, Role::Y]);
    if zero || q.g_1.iter().all(|block| !depends[block.0 as usize]) {
        Fact::proved("neither x nor y occurs in g_1")
    } else {
        Fact::unproved("g_1 varies")
    }
}
