//! Data at the edge: redundant, missing, contradictory, unbounded, badly scaled, empty, malformed.

use hypergrad_runtime::nalgebra::{DMatrix, DVector};
use hypergrad_runtime::quadratic::{Constraint, InteriorPoint, Part, Program, ProgramError};

use crate::zoo::{Sizes, apart, known};

fn solve(program: &Program) -> Result<hypergrad_runtime::quadratic::Solution, ProgramError> {
    program.solve(&InteriorPoint::new())
}

/// `min ½ |x - target|²`.
fn nearest(target: DVector<f64>) -> Program {
    Program::new(DMatrix::identity(target.len(), target.len()), -target)
}

#[test]
fn nothing_at_all() {
    let found = solve(&Program::zeros(0, 0, 0)).expect("solved");
    assert_eq!(found.objective, 0.0);
    let contradiction = Program::zeros(0, 1, 0).equalities(DMatrix::zeros(1, 0), dvector![1.0]);
    assert!(matches!(solve(&contradiction), Err(ProgramError::PrimalInfeasible { .. })));
    // Without objective and constraints every x is a solution, and none a function of the data.
    let flat = Program::zeros(2, 0, 0);
    let found = solve(&flat).expect("solved");
    assert!(matches!(flat.derivative(&found), Err(ProgramError::NotUnique { .. })));
}

#[test]
fn one_unknown() {
    let program = Program::new(dmatrix![2.0], dvector![-4.0]);
    assert!((solve(&program).expect("solved").x[0] - 2.0).abs() < 1e-14);
    let below = program.clone().inequalities(dmatrix![1.0], dvector![1.5]);
    let found = solve(&below).expect("solved");
    assert!((found.x[0] - 1.5).abs() < 1e-14 && (found.lambda[0] - 1.0).abs() < 1e-13);
    let fixed = program.equalities(dmatrix![2.0], dvector![1.0]);
    let found = solve(&fixed).expect("solved");
    assert!((found.x[0] - 0.5).abs() < 1e-14 && (found.nu[0] - 1.5).abs() < 1e-13);
}

#[test]
fn optimum_at_zero_on_the_boundary() {
    // Everything vanishes at the solution: no relative measure helps.
    let cone = Program::new(DMatrix::zeros(2, 2), dvector![1.0, 2.0]).inequalities(-DMatrix::identity(2, 2), dvector![0.0, 0.0]);
    let found = solve(&cone).expect("solved");
    assert!(found.x.amax() < 1e-12 && (&found.lambda - dvector![1.0, 2.0]).amax() < 1e-12, "{found:?}");
    assert_eq!(found.active.binding, [0, 1]);
}

#[test]
fn dependent_and_inconsistent_equalities() {
    let rows = dmatrix![1.0, 1.0, 0.0; 0.0, 1.0, 1.0; 1.0, 2.0, 1.0];
    let program = nearest(dvector![1.0, 2.0, 3.0]).equalities(rows.clone(), dvector![1.0, 2.0, 3.0]);
    let found = solve(&program).expect("consistent");
    assert_eq!(found.report.dependent.len(), 1);
    assert!((&rows * &found.x - dvector![1.0, 2.0, 3.0]).amax() < 1e-13);
    assert!(matches!(program.derivative(&found), Err(ProgramError::DependentConstraints { .. })));
    let inconsistent = nearest(dvector![1.0, 2.0, 3.0]).equalities(rows.clone(), dvector![1.0, 2.0, 3.5]);
    let Err(ProgramError::PrimalInfeasible { certificate }) = solve(&inconsistent) else { panic!("inconsistent") };
    assert!(rows.tr_mul(&certificate.nu).amax() < 1e-13);
    assert!((certificate.nu.dot(&inconsistent.b) + 1.0).abs() < 1e-13);
}

#[test]
fn redundant_inequalities() {
    // The same row three times: once scaled, once looser.
    let rows = dmatrix![1.0, 1.0; 3.0, 3.0; 1.0, 1.0; -1.0, 0.0];
    let program = nearest(dvector![2.0, 1.0]).inequalities(rows, dvector![1.0, 3.0, 2.0, 5.0]);
    let found = solve(&program).expect("solved");
    assert!((&found.x - dvector![1.0, 0.0]).amax() < 1e-13);
    assert_eq!(found.report.duplicates, [(0, 1)]);
    let error = program.derivative(&found).expect_err("min(h₀, h₁/3) has a kink");
    assert_eq!(error, ProgramError::DependentConstraints { dependent: vec![Constraint::Inequality(1)] });
    let looser = Program { h: dvector![1.0, 3.1, 2.0, 5.0], ..program };
    let found = solve(&looser).expect("solved");
    assert!(found.report.duplicates.is_empty());
    assert!(looser.derivative(&found).is_ok());
}

#[test]
fn three_lines_through_a_corner() {
    // Two would do: LICQ fails, the solution is still found.
    let rows = dmatrix![-1.0, 0.0; 0.0, -1.0; -1.0, -1.0];
    let program = nearest(dvector![-1.0, -1.0]).inequalities(rows, DVector::zeros(3));
    let found = solve(&program).expect("solved");
    assert!(found.x.amax() < 1e-9, "{}", found.x);
    let error = program.derivative(&found).expect_err("dependent");
    assert!(matches!(error, ProgramError::DependentConstraints { .. }), "{error}");
    assert!(matches!(program.one_step(&found), Err(ProgramError::DependentConstraints { .. })));
}

#[test]
fn an_equality_written_as_two_inequalities() {
    let program = nearest(dvector![2.0, 0.0]).inequalities(dmatrix![1.0, 1.0; -1.0, -1.0], dvector![1.0, -1.0]);
    let found = solve(&program).expect("solved");
    assert!((&found.x - dvector![1.5, -0.5]).amax() < 1e-8, "{}", found.x);
    assert!(matches!(program.derivative(&found), Err(ProgramError::DependentConstraints { .. })));
}

#[test]
fn infeasible_and_unbounded() {
    let rows = dmatrix![1.0, 0.0; -1.0, 0.0];
    let apart = nearest(dvector![0.0, 0.0]).inequalities(rows, dvector![1.0, -2.0]);
    assert!(matches!(solve(&apart), Err(ProgramError::PrimalInfeasible { .. })));
    let slope = Program::new(dmatrix![1.0, 0.0; 0.0, 0.0], dvector![0.0, 1.0]);
    let Err(ProgramError::DualInfeasible { direction }) = solve(&slope) else { panic!("unbounded") };
    assert!((direction[1] + 1.0).abs() < 1e-9 && direction[0].abs() < 1e-6);
    let bounded = slope.inequalities(dmatrix![0.0, -1.0], dvector![7.0]);
    assert!((&solve(&bounded).expect("bounded").x - dvector![0.0, -7.0]).amax() < 1e-10);
    let zero_row = nearest(dvector![1.0]).inequalities(dmatrix![0.0], dvector![-1.0]);
    let Err(ProgramError::PrimalInfeasible { certificate }) = solve(&zero_row) else { panic!("0 <= -1") };
    assert_eq!(certificate.lambda[0], 1.0);
}

#[test]
fn bad_scaling_changes_nothing() {
    let drawn = known(Sizes { n: 8, p: 3, m: 12, rank: 8, binding: 3 }, 5);
    for exponent in [-6, 6] {
        let t = 10.0_f64.powi(exponent);
        // Unknowns, equalities, inequalities and the cost in other units, some entries each.
        let (n, p, m) = drawn.program.sizes();
        let mixed = |k: usize| if k.is_multiple_of(2) { t } else { 1.0 };
        let (x, e, f) =
            (DVector::from_fn(n, |i, _| mixed(i)), DVector::from_fn(p, |i, _| mixed(i)), DVector::from_fn(m, |i, _| mixed(i)));
        let by = |v: &DVector<f64>| DMatrix::from_diagonal(v);
        let program = Program::new(by(&x) * &drawn.program.Q * by(&x), drawn.program.q.component_mul(&x))
            .equalities(by(&e) * &drawn.program.A * by(&x), drawn.program.b.component_mul(&e))
            .inequalities(by(&f) * &drawn.program.G * by(&x), drawn.program.h.component_mul(&f));
        let found = solve(&program).unwrap_or_else(|error| panic!("{t:e}: {error}"));
        let mut back = found.primal_dual();
        back.x.component_mul_assign(&x);
        back.nu.component_mul_assign(&e);
        back.lambda.component_mul_assign(&f);
        assert!(apart(&back, &drawn.at) < 1e-8, "{t:e}: {}", apart(&back, &drawn.at));
        assert_eq!(found.active.binding, drawn.binding, "{t:e}");
        assert!(program.derivative(&found).is_ok());
    }
}

#[test]
fn far_bounds_do_not_disturb() {
    let n = 3;
    let rows = DMatrix::from_fn(2 * n, n, |i, j| if i % n == j { if i < n { 1.0 } else { -1.0 } } else { 0.0 });
    let program = nearest(dvector![1.0, 2.0, 3.0]).inequalities(rows, DVector::repeat(2 * n, 1e8));
    let found = solve(&program).expect("solved");
    assert!((&found.x - dvector![1.0, 2.0, 3.0]).amax() < 1e-12, "{found:?}");
    assert!(found.active.binding.is_empty() && found.active.weak.is_empty());
}

#[test]
fn malformed_data_are_refused() {
    let good = nearest(dvector![1.0, 2.0]).inequalities(dmatrix![1.0, 0.0], dvector![1.0]);
    let shape = Program { G: dmatrix![1.0, 0.0, 0.0], ..good.clone() };
    assert_eq!(solve(&shape).expect_err("shape"), ProgramError::Shape { part: Part::G, expected: (1, 2), found: (1, 3) });
    let infinite = Program { h: dvector![f64::INFINITY], ..good.clone() };
    assert_eq!(solve(&infinite).expect_err("inf"), ProgramError::NonFinite { part: Part::h, row: 0, column: 0 });
    let skew = Program { Q: dmatrix![1.0, 2.0; 0.0, 1.0], ..good.clone() };
    assert!(matches!(solve(&skew), Err(ProgramError::NotSymmetric { row: 1, column: 0, .. })));
    let saddle = Program { Q: dmatrix![1.0, 2.0; 2.0, 1.0], ..good.clone() };
    let Err(ProgramError::NotConvex { smallest, .. }) = solve(&saddle) else { panic!("not convex") };
    assert!((smallest + 1.0).abs() < 1e-12);
    let setting = good.solve(&InteriorPoint::new().tolerance(0.0));
    assert!(matches!(setting, Err(ProgramError::InvalidSetting { what: "tolerance", .. })));
    let Err(ProgramError::NotConverged { reached, .. }) = good.solve(&InteriorPoint::new().max_steps(1).polish(false)) else {
        panic!("one step")
    };
    assert_eq!(reached.report.steps, 1);
    let found = solve(&good).expect("solved");
    let other = Program { q: dvector![3.0, 1.0], ..good };
    assert!(matches!(other.derivative(&found), Err(ProgramError::AnotherProgram { .. })));
}
