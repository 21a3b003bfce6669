//! Each fact and each rule, where it holds and where it must not.

use std::collections::BTreeSet;

use crate::analysis::facts::Estimator;
use crate::analysis::{Facts, curvature, structure};
use crate::differentiate::tests::fixture::Fixture;
use crate::ir::{Func, Id, Number, Reduction};

/// The facts of an objective f and g.
fn facts(build: impl FnOnce(&mut Fixture) -> (Id, Id)) -> Facts {
    let mut fixture = Fixture::new();
    let (f, g) = build(&mut fixture);
    let (mut model, quantities) = fixture.objective(f, g);
    structure(&mut model.graph, &model.sizes, &quantities)
}

fn root_facts(build: impl FnOnce(&mut Fixture) -> (Id, Id)) -> Facts {
    let mut fixture = Fixture::new();
    let (residual, g) = build(&mut fixture);
    let (mut model, quantities) = fixture.root(residual, g);
    structure(&mut model.graph, &model.sizes, &quantities)
}

fn kinds(facts: &Facts) -> Vec<Estimator> {
    facts.super_efficient().collect()
}

/// `Σ x²`, of varying slope.
fn quadratic(f: &mut Fixture) -> Id {
    f.square(f.x)
}

/// `Σ x`, of constant slope.
fn linear(f: &mut Fixture) -> Id {
    f.total(f.x)
}

fn least_squares(f: &mut Fixture) -> Id {
    let r = f.residual();
    f.square(r)
}

fn logistic(f: &mut Fixture) -> Id {
    let r = f.residual();
    let losses = f.map(Func::Logistic(0), r);
    f.total(losses)
}

#[test]
fn ridge_regression() {
    let facts = facts(|f| {
        let (loss, ridge) = (least_squares(f), f.ridge());
        (f.plus(loss, ridge), quadratic(f))
    });
    assert!(facts.f1_symmetric.holds && facts.f1_definite.holds && facts.f1_constant_in_x.holds && facts.smooth.holds);
    assert!(!facts.f1_diagonal.holds && !facts.f1_constant_in_y.holds && !facts.f21_zero.holds);
    assert!(!facts.g_constant_slope.holds);
    assert_eq!(kinds(&facts), [Estimator::Newton, Estimator::Tangent]);
}

#[test]
fn a_separable_objective_is_diagonal_and_jacobi_is_newton() {
    let facts = facts(|f| {
        let ridge = f.ridge();
        let exponentials = f.map(Func::Exp, f.x);
        let total = f.total(exponentials);
        (f.plus(ridge, total), quadratic(f))
    });
    assert!(facts.f1_diagonal.holds && facts.f1_definite.holds && !facts.f1_constant_in_x.holds);
    assert_eq!(kinds(&facts), [Estimator::Newton, Estimator::Jacobi, Estimator::Tangent]);
}

#[test]
fn a_coupled_objective_is_not_diagonal() {
    let facts = facts(|f| (logistic(f), quadratic(f)));
    assert!(!facts.f1_diagonal.holds && facts.f1_definite.holds && facts.f1_constant_in_y.holds && facts.f21_zero.holds);
}

#[test]
fn a_constant_jacobian_and_slope_make_the_implicit_formula_exact() {
    let constant = |slope: fn(&mut Fixture) -> Id| {
        facts(|f| {
            let (loss, coupling) = (least_squares(f), f.dot(f.x, f.y));
            (f.plus(loss, coupling), slope(f))
        })
    };
    let facts = constant(linear);
    assert!(facts.f1_constant_in_x.holds && facts.f1_constant_in_y.holds && facts.f21_zero.holds);
    // Any preconditioner is super-efficient where Omega is.
    let expected = [
        Estimator::Ift,
        Estimator::Newton,
        Estimator::Jacobi,
        Estimator::Tangent,
        Estimator::LocalizedDiagonal,
        Estimator::LocalizedNewton,
    ];
    assert_eq!(kinds(&facts), expected);
    assert_eq!(kinds(&constant(quadratic)), [Estimator::Newton, Estimator::Tangent]);
}

#[test]
fn a_slope_that_depends_on_y_is_not_constant() {
    let facts = facts(|f| (least_squares(f), f.dot(f.x, f.y)));
    assert!(!facts.g_constant_slope.holds);
    assert!(!kinds(&facts).contains(&Estimator::LocalizedNewton));
}

#[test]
fn an_outer_objective_without_x() {
    let facts = facts(|f| (logistic(f), f.square(f.y)));
    assert!(facts.g_constant_slope.holds && kinds(&facts).contains(&Estimator::Ift));
}

/// `F = e^y∘x + offset`, `g = Σ x`.
fn diagonal_affine(offset: fn(&mut Fixture) -> Id) -> Facts {
    root_facts(|f| {
        let weights = f.map(Func::Exp, f.y);
        let scaled = f.times(weights, f.x);
        let offset = offset(f);
        (f.plus(scaled, offset), linear(f))
    })
}

fn data_vector(f: &mut Fixture) -> Id {
    f.apply(f.a, f.b, true)
}

#[test]
fn exponential_variables_need_an_offset_free_of_y() {
    let facts = diagonal_affine(data_vector);
    assert!(facts.f1_symmetric.holds && facts.f1_diagonal.holds && facts.f1_definite.holds);
    assert!(kinds(&facts).contains(&Estimator::LocalizedExp) && kinds(&facts).contains(&Estimator::LocalizedDiagonal));
    let facts = diagonal_affine(|f| f.y);
    assert!(!kinds(&facts).contains(&Estimator::LocalizedExp) && kinds(&facts).contains(&Estimator::LocalizedDiagonal));
}

#[test]
fn a_root_without_symmetry() {
    let facts = root_facts(|f| {
        // (Σ y x) x: its Jacobian has the term x yᵀ.
        let inner = f.dot(f.x, f.y);
        let views = [f.graph.whole(inner), f.graph.whole(f.x)];
        let shape = f.graph.shape(f.x).to_vec();
        (f.graph.times(1.0, &views, shape), linear(f))
    });
    assert!(!facts.f1_symmetric.holds && !facts.f1_diagonal.holds && !facts.f1_definite.holds);
    assert!(!kinds(&facts).contains(&Estimator::LocalizedNewton));
}

#[test]
fn a_root_that_is_a_gradient_is_symmetric_term_by_term() {
    let facts = root_facts(|f| {
        let r = f.residual();
        let s = f.map(Func::Logistic(1), r);
        (f.apply(f.a, s, true), linear(f))
    });
    assert!(facts.f1_symmetric.holds && facts.f1_definite.holds && kinds(&facts).contains(&Estimator::LocalizedNewton));
}

#[test]
fn a_kink_withholds_claims_about_change() {
    let facts = facts(|f| {
        let (loss, absolute) = (least_squares(f), f.map(Func::Abs, f.x));
        let penalty = f.total(absolute);
        (f.plus(loss, penalty), linear(f))
    });
    assert!(!facts.smooth.holds && facts.smooth.reason.contains("abs"));
    assert!(facts.f1_symmetric.holds && facts.f1_definite.holds);
    assert!(!facts.f1_constant_in_x.holds && !facts.f1_constant_in_y.holds && !facts.g_constant_slope.holds);
    assert_eq!(kinds(&facts), []);
}

#[test]
fn a_kink_of_data_is_none() {
    let facts = facts(|f| {
        let absolute = f.map(Func::Abs, f.b);
        let weights = f.apply(f.a, absolute, true);
        let squares = f.times(f.x, f.x);
        (f.dot(weights, squares), linear(f))
    });
    assert!(facts.smooth.holds && !facts.f1_definite.holds);
}

/// Whether a scalar built from a fixture is proved convex.
fn convex(build: impl FnOnce(&mut Fixture) -> Id) -> bool {
    let mut fixture = Fixture::new();
    let node = build(&mut fixture);
    curvature::is_convex(&fixture.graph, node, &BTreeSet::new())
}

#[test]
fn convex_atoms_of_affine_functions() {
    let of_residual = |func: Func| {
        convex(|f| {
            let r = f.residual();
            let mapped = f.map(func, r);
            f.total(mapped)
        })
    };
    for func in [Func::Exp, Func::Logistic(0), Func::Abs, Func::Cosh, Func::Powi(6)] {
        assert!(of_residual(func), "{func:?}");
    }
    for func in [Func::Ln, Func::Sqrt, Func::Logistic(1), Func::Tanh, Func::Powi(5), Func::Sin] {
        assert!(!of_residual(func), "{func:?}");
    }
}

#[test]
fn minus_a_concave_atom_is_convex() {
    assert!(convex(|f| {
        let r = f.residual();
        let logarithm = f.map(Func::Ln, r);
        let total = f.total(logarithm);
        f.graph.scaled(-1.0, total)
    }));
}

#[test]
fn norms_and_log_sum_exp_of_affine_functions() {
    assert!(convex(|f| {
        let square = least_squares(f);
        f.map(Func::NormPow(Number::new(0.5)), square)
    }));
    assert!(convex(|f| {
        let square = least_squares(f);
        let one = f.graph.constant(1.0);
        let shifted = f.plus(square, one);
        f.map(Func::Sqrt, shifted)
    }));
    assert!(convex(|f| {
        let r = f.residual();
        f.graph.reduce(Reduction::LogSumExp, r, 0)
    }));
    assert!(!convex(|f| {
        let r = f.residual();
        f.graph.reduce(Reduction::Min, r, 0)
    }));
}

#[test]
fn weights_must_be_nonnegative() {
    let weighted = |weight: Func| {
        convex(|f| {
            let weights = f.map(weight, f.y);
            let squares = f.times(f.x, f.x);
            f.dot(weights, squares)
        })
    };
    assert!(weighted(Func::Exp) && weighted(Func::Logistic(1)) && weighted(Func::Abs));
    assert!(!weighted(Func::Sin) && !weighted(Func::Ln));
    // Σ x (w x), in another order.
    let nested = |weight: Func| {
        convex(|f| {
            let weights = f.map(weight, f.y);
            let scaled = f.times(weights, f.x);
            f.dot(f.x, scaled)
        })
    };
    assert!(nested(Func::Exp) && !nested(Func::Sin));
}

#[test]
fn quadratic_forms_of_gram_matrices() {
    // xᵀ(aᵀ(a x))
    assert!(convex(|f| {
        let ax = f.apply(f.a, f.x, false);
        let gram = f.apply(f.a, ax, true);
        f.dot(f.x, gram)
    }));
    // xᵀ(aᵀ(b∘(a x))): b has no sign.
    assert!(!convex(|f| {
        let ax = f.apply(f.a, f.x, false);
        let weighted = f.times(f.b, ax);
        let gram = f.apply(f.a, weighted, true);
        f.dot(f.x, gram)
    }));
    // Σ x y is affine; (Σ x)(Σ y x) is no square.
    assert!(!convex(|f| {
        let (one, two) = (f.total(f.x), f.dot(f.x, f.y));
        f.times(one, two)
    }));
}

#[test]
fn compositions() {
    // e^(‖r‖²) and (‖r‖²)²; but not ln ‖r‖².
    let of_square = |func: Func| {
        convex(|f| {
            let square = least_squares(f);
            f.map(func, square)
        })
    };
    assert!(of_square(Func::Exp) && of_square(Func::Powi(2)) && of_square(Func::Powi(3)) && of_square(Func::Logistic(0)));
    assert!(!of_square(Func::Ln) && !of_square(Func::Tanh));
    // x ln x
    assert!(convex(|f| {
        let logarithm = f.map(Func::Ln, f.x);
        f.dot(f.x, logarithm)
    }));
    // max(x, e^x) is convex, min is not.
    let of_two = |func: Func| {
        convex(|f| {
            let exponential = f.map(Func::Exp, f.x);
            let both = f.graph.apply(func, &[f.x, exponential]);
            f.total(both)
        })
    };
    assert!(of_two(Func::Max) && !of_two(Func::Min));
}
