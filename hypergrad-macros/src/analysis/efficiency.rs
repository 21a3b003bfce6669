//! Which estimators are proved super-efficient (`C_y` = 0): the table of FORMULAS part 5, one
//! function a row. Everything needs F twice continuously differentiable.

use std::collections::HashMap;

use super::dependence::dependence;
use super::facts::{Estimator, Facts};
use crate::differentiate::{Group, Quantities, Value};
use crate::ir::{Graph, Id, Role};

type Rule = fn(&mut Graph, &Quantities, &Facts) -> Option<&'static str>;

/// In the order of the runtime's `EstimatorKind`.
const RULES: [(Estimator, Rule); 10] = [
    (Estimator::Ift, ift),
    (Estimator::Newton, newton),
    (Estimator::Jacobi, jacobi),
    (Estimator::CustomPreconditioner, custom_preconditioner),
    (Estimator::Tangent, tangent),
    (Estimator::Reparameterized, reparameterized),
    (Estimator::LocalizedExp, localized_exp),
    (Estimator::LocalizedDiagonal, localized_diagonal),
    (Estimator::LocalizedNewton, localized_newton),
    (Estimator::LocalizedCustom, localized_custom),
];

/// The proved estimators, each with the reason.
pub fn super_efficient(graph: &mut Graph, q: &Quantities, facts: &Facts) -> Vec<(Estimator, String)> {
    if !facts.smooth.holds {
        return Vec::new();
    }
    RULES.iter().filter_map(|(kind, rule)| rule(graph, q, facts).map(|reason| (*kind, reason.to_owned()))).collect()
}

/// F = A x + M(y), g of constant slope: the adjoint is constant, Ω exact at every x (1.6).
fn ift(graph: &mut Graph, q: &Quantities, facts: &Facts) -> Option<&'static str> {
    if q.g_1.iter().all(|block| graph.is_zero(*block)) {
        return Some("g does not depend on x: Ω = g_2");
    }
    let constant = facts.f1_constant_in_x.holds && facts.f21_zero.holds && facts.g_constant_slope.holds;
    constant.then_some("F_1 and g_1 are constant: the adjoint is, and Ω is exact at every x")
}

/// P = `F_1` (1.8), any g, any F.
fn newton(_: &mut Graph, _: &Quantities, facts: &Facts) -> Option<&'static str> {
    Some(if facts.f1_constant_in_x.holds {
        "P = F_1, and F is affine in x: exact at every x"
    } else {
        "P = F_1, so the error of x enters squared"
    })
}

/// `diag(F_1)` = `F_1`.
fn jacobi(_: &mut Graph, _: &Quantities, facts: &Facts) -> Option<&'static str> {
    facts.f1_diagonal.holds.then_some("F_1 is diagonal: P = diag(F_1) is F_1")
}

/// Ω - `Ω_1` `F_1⁻¹` F (1.8), any g, any F.
fn tangent(_: &mut Graph, _: &Quantities, _: &Facts) -> Option<&'static str> {
    Some("the first-order error Ω_1 F_1⁻¹ F is subtracted")
}

/// `F_i` = `a_i(y)` `x_i` + `b_i` with b ≠ 0 free of y, g of constant slope (1.13): x*ᵢ vᵢ* is constant.
fn localized_exp(graph: &mut Graph, q: &Quantities, facts: &Facts) -> Option<&'static str> {
    let separable = facts.f1_diagonal.holds && facts.f1_constant_in_x.holds && facts.g_constant_slope.holds;
    (separable && offset_is_constant(graph, q))
        .then_some("F_i = a_i(y) x_i + b_i with b free of y, and g_1 is constant (for b_i ≠ 0)")
}

/// Whether F at x = 0 is free of y and not zero.
fn offset_is_constant(graph: &mut Graph, q: &Quantities) -> bool {
    let mut zeros = HashMap::new();
    for x in &q.x {
        let shape = graph.shape(*x).to_vec();
        zeros.insert(*x, graph.zero(shape));
    }
    let offset: Vec<Id> = graph.replace(&q.residual, &zeros);
    let depends = dependence(graph, &[Role::X, Role::Y]);
    offset.iter().all(|block| !graph.is_zero(*block) && !depends[block.0 as usize])
}

/// `F_1` = diag(a(y)), g of constant slope: a∘v* is constant. Or `F_1` constant: it is Ω.
fn localized_diagonal(graph: &mut Graph, q: &Quantities, facts: &Facts) -> Option<&'static str> {
    if facts.f1_constant_in_x.holds && facts.f21_zero.holds && ift(graph, q, facts).is_some() {
        return Some("diag(F_1) is constant: the same as Ω, which is exact");
    }
    let holds = facts.f1_diagonal.holds && facts.f1_constant_in_x.holds && facts.g_constant_slope.holds;
    holds.then_some("F_1 = diag(a(y)) and g_1 is constant: so is diag(F_1) v")
}

/// F a gradient, g of constant slope (1.16).
fn localized_newton(_: &mut Graph, _: &Quantities, facts: &Facts) -> Option<&'static str> {
    (facts.f1_symmetric.holds && facts.g_constant_slope.holds).then_some("F_1 is symmetric and g_1 is constant")
}

/// The module's P is `F_1`, formula for formula.
fn custom_preconditioner(graph: &mut Graph, q: &Quantities, facts: &Facts) -> Option<&'static str> {
    match q.extras.get(Group::Preconditioner, "preconditioner")? {
        Value::Square(p) => (*p == q.f_1).then_some("P is F_1"),
        Value::LikeX(p) if facts.f1_diagonal.holds => {
            let row_sums = row_sums(graph, q);
            let same = p.iter().zip(row_sums).all(|(p, sum)| *p == sum);
            same.then_some("P is diag(F_1), which is F_1")
        }
        _ => None,
    }
}

/// `F_1 u` for a u of ones: the diagonal, where `F_1` is diagonal, in the plainest form.
fn row_sums(graph: &mut Graph, q: &Quantities) -> Vec<Id> {
    let mut ones = HashMap::new();
    for u in &q.u {
        let shape = graph.shape(*u).to_vec();
        let one = graph.constant(1.0);
        ones.insert(*u, graph.broadcast(one, shape));
    }
    graph.replace(&q.f_1_mul, &ones)
}

/// phi = B z + c(y) with constant B: the same as Ω (1.10).
fn reparameterized(graph: &mut Graph, q: &Quantities, facts: &Facts) -> Option<&'static str> {
    (q.extras.change_is_affine && ift(graph, q, facts).is_some()).then_some("phi is a no-op: the same as Ω, which is exact")
}

/// The same for psi.
fn localized_custom(graph: &mut Graph, q: &Quantities, facts: &Facts) -> Option<&'static str> {
    (q.extras.local_is_affine && ift(graph, q, facts).is_some()).then_some("psi is a no-op: the same as Ω, which is exact")
}
