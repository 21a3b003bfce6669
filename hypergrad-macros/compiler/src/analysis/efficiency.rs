//! Which estimators are proved super-efficient (`C_y` = 0): docs/formulas.md, part 5, one function a row.
//! Everything needs F twice continuously differentiable.

use super::algebra::{Algebra, Relation};
use super::facts::{Estimator, Fact, Facts};
use super::stationary::{self, Change, Verdict, prove};
use crate::differentiate::{Group, Matrix, OfRole, Quantities, Value};
use crate::ir::{Graph, Id};

type Rule = fn(&mut Graph, &Quantities, &Facts) -> Option<Verdict>;

/// In the order of the runtime's `EstimatorKind`; `None` where the module lacks the role.
const RULES: [(Estimator, Rule); 10] = [
    (Estimator::Ift, |graph, q, facts| Some(ift(graph, q, facts))),
    (Estimator::Newton, |_, _, facts| Some(newton(facts))),
    (Estimator::Jacobi, |graph, q, facts| Some(jacobi(graph, q, facts))),
    (Estimator::CustomPreconditioner, custom_preconditioner),
    (Estimator::Tangent, |_, _, _| Some(Ok("the first-order error Ω_1 F_1⁻¹ F is subtracted"))),
    (Estimator::Reparameterized, reparameterized),
    (Estimator::LocalizedExp, |graph, q, facts| Some(localized_exp(graph, q, facts))),
    (Estimator::LocalizedDiagonal, |graph, q, facts| Some(localized_diagonal(graph, q, facts))),
    (Estimator::LocalizedNewton, |graph, q, facts| Some(localized_newton(graph, q, facts))),
    (Estimator::LocalizedCustom, localized_custom),
];

/// Every estimator that the module has: whether it is proved, and why or why not.
///
/// Proofs work on a copy of the graph: what they add is of no use to the program.
pub fn super_efficient(graph: &Graph, q: &Quantities, facts: &Facts) -> Vec<(Estimator, Fact)> {
    if !facts.smooth.holds {
        return Vec::new();
    }
    let mut scratch = graph.clone();
    RULES.iter().filter_map(|(kind, rule)| Some((*kind, fact(rule(&mut scratch, q, facts)?)))).collect()
}

fn fact(verdict: Verdict) -> Fact {
    match verdict {
        Ok(reason) => Fact::proved(reason),
        Err(reason) => Fact::unproved(reason),
    }
}

/// F = A x + M(y), g of constant slope: the adjoint is constant, Ω exact at every x (1.6). Else v is
/// stationary (1.5).
fn ift(graph: &mut Graph, q: &Quantities, facts: &Facts) -> Verdict {
    if q.g_1.iter().all(|block| graph.is_zero(*block)) {
        return Ok("g does not depend on x: Ω = g_2");
    }
    if facts.f1_constant_in_x.holds && facts.f21_zero.holds && facts.g_constant_slope.holds {
        return Ok("F_1 and g_1 are constant: the adjoint is, and Ω is exact at every x");
    }
    match prove(graph, q, facts, &Change::None) {
        Ok(_) => Ok("the adjoint v is constant along x*(y), entry by entry"),
        Err(_) if !facts.g_constant_slope.holds => Err("v is not proved constant along x*(y): g_1 varies"),
        Err(_) => Err("v is not proved constant along x*(y): F_1 varies"),
    }
}

/// P = `F_1` (1.8), any g, any F.
fn newton(facts: &Facts) -> Verdict {
    Ok(if facts.f1_constant_in_x.holds {
        "P = F_1, and F is affine in x: exact at every x"
    } else {
        "P = F_1, so the error of x enters squared"
    })
}

/// `diag(F_1)` = `F_1`; or any P, where `Ω_1(x*)` = 0 (1.7: `Ω^P_1` = `Ω_1` E).
fn jacobi(graph: &mut Graph, q: &Quantities, facts: &Facts) -> Verdict {
    if facts.f1_diagonal.holds {
        return Ok("F_1 is diagonal: P = diag(F_1) is F_1");
    }
    ift(graph, q, facts).map(|_| SUPER_ANYWAY).map_err(|_| "F_1 is not proved diagonal, so P is not F_1")
}

const SUPER_ANYWAY: &str = "Ift::new() is, and so it is at x - P⁻¹ F";

/// P = `F_1` where F = 0.
fn custom_preconditioner(graph: &mut Graph, q: &Quantities, facts: &Facts) -> Option<Verdict> {
    let same = match q.extras.get(Group::Preconditioner, OfRole::Preconditioner)? {
        Value::Square(p) => is_f_1(graph, q, p),
        Value::LikeX(p) if facts.f1_diagonal.holds => is_diagonal_f_1(graph, q, p),
        Value::Scalar(_) | Value::LikeX(_) | Value::LikeY(_) | Value::Wide(_) | Value::Tall(_) => false,
    };
    Some(match ift(graph, q, facts) {
        _ if same => Ok("P is F_1 where F = 0"),
        Ok(_) => Ok(SUPER_ANYWAY),
        Err(_) => Err("P is not proved to be F_1"),
    })
}

/// A matrix P against `F_1`, block by block.
fn is_f_1(graph: &mut Graph, q: &Quantities, p: &Matrix) -> bool {
    let Some(f_1) = q.f_1.as_ref().filter(|_| !stationary::is_long(graph, q)) else { return false };
    let pairs: Vec<(Id, Id)> = p.iter().flatten().copied().zip(f_1.iter().flatten().copied()).collect();
    pairs.into_iter().all(|(p, f_1)| {
        let alike = graph.shape(p) == graph.shape(f_1);
        alike && {
            let difference = graph.subtract(p, f_1);
            Algebra::new(graph).vanishes(difference, &[])
        }
    })
}

/// A diagonal P against a diagonal `F_1`, entry by entry, F = 0 used.
fn is_diagonal_f_1(graph: &mut Graph, q: &Quantities, p: &[Id]) -> bool {
    !stationary::is_long(graph, q)
        && p.iter().enumerate().all(|(block, p)| {
            let difference = graph.subtract(*p, q.f_1_diagonal[block]);
            let root = Relation { node: q.residual[block], axes: 0..graph.order(*p) };
            Algebra::new(graph).vanishes(difference, &[root])
        })
}

/// phi = B z + c(y) with constant B is the same as Ω (1.10). Else 1.9.
fn reparameterized(graph: &mut Graph, q: &Quantities, facts: &Facts) -> Option<Verdict> {
    custom(graph, q, facts, q.extras.change_is_affine, q.extras.change.as_ref()?)
}

/// The same for psi: at a root what it holds fast does not matter (1.14).
fn localized_custom(graph: &mut Graph, q: &Quantities, facts: &Facts) -> Option<Verdict> {
    custom(graph, q, facts, q.extras.local_is_affine, q.extras.local.as_ref()?)
}

fn custom(graph: &mut Graph, q: &Quantities, facts: &Facts, no_op: bool, forward: &[Id]) -> Option<Verdict> {
    if no_op {
        return Some(ift(graph, q, facts).map(|_| "the change is a no-op: the same as Ift::new(), which is"));
    }
    Some(prove(graph, q, facts, &stationary::custom(q, forward)))
}

/// `F_i` = `a_i(y)` `x_i` + `b_i` with b ≠ 0 free of y, g of constant slope (1.13), or whatever else keeps
/// v/x constant. Not at x = 0, which the map does not reach.
fn localized_exp(graph: &mut Graph, q: &Quantities, facts: &Facts) -> Verdict {
    if stationary::is_long(graph, q) {
        return Err(stationary::LONG);
    }
    if zero_is_a_root(graph, q) {
        return Err("x = 0 is a root, which the map does not reach");
    }
    let change = stationary::exponential(graph, q);
    let verdict = prove(graph, q, facts, &change);
    verdict.map(|_| "v/x is constant along x*(y) ≠ 0, entry by entry").map_err(|_| "v/x is not proved constant along x*(y)")
}

/// Whether some block of F is zero at x = 0, for all y and data.
fn zero_is_a_root(graph: &mut Graph, q: &Quantities) -> bool {
    let at_zero = stationary::at_zero(graph, q);
    let mut algebra = Algebra::new(graph);
    at_zero.into_iter().any(|block| algebra.vanishes(block, &[]))
}

/// `F_1` = diag(a(y)), g of constant slope: a∘v is constant. Or `F_1` constant: it is Ω.
fn localized_diagonal(graph: &mut Graph, q: &Quantities, facts: &Facts) -> Verdict {
    if q.f_1.is_none() {
        return Err("F_1 is not written out");
    }
    let change = stationary::diagonal(graph, q);
    let verdict = prove(graph, q, facts, &change);
    verdict.map(|_| "diag(F_1) v is constant along x*(y)").map_err(|_| "diag(F_1) v is not proved constant along x*(y)")
}

/// F a gradient and D = 0 (1.16): g of constant slope, or `g_1` stationary. Or F = A x + M(y): it is Ω.
fn localized_newton(graph: &mut Graph, q: &Quantities, facts: &Facts) -> Verdict {
    if facts.f1_constant_in_x.holds && facts.f21_zero.holds {
        return ift(graph, q, facts).map(|_| "F_1 is constant: the same as Ift::new(), which is");
    }
    if !facts.f1_symmetric.holds {
        return Err("F_1 is not proved symmetric");
    }
    if facts.g_constant_slope.holds {
        return Ok("F_1 is symmetric and g_1 is constant");
    }
    prove(graph, q, facts, &Change::Slope)
        .map(|_| "F_1 is symmetric and g_1 is constant along x*(y)")
        .map_err(|_| "g_1 is not proved constant along x*(y)")
}
