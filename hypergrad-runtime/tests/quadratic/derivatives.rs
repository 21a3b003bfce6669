//! Derivatives by all parts of the data: against differences of solved programs, forward against
//! reverse, at kinks from both sides.

use hypergrad_runtime::nalgebra::{DMatrix, DVector};
use hypergrad_runtime::quadratic::{InteriorPoint, PrimalDual, Program, ProgramError};

use crate::zoo::{apart, classes, direction, known, moved, numbers};

fn at(program: &Program) -> PrimalDual {
    program.solve(&InteriorPoint::new()).expect("solves").primal_dual()
}

/// Central differences of fourth order along a direction.
fn difference(program: &Program, along: &Program) -> PrimalDual {
    let t = 1e-4;
    let (n, p, m) = program.sizes();
    let mut sum = PrimalDual::zeros(n, p, m);
    for (step, weight) in [(1.0, 8.0), (-1.0, -8.0), (2.0, -1.0), (-2.0, 1.0)] {
        let point = at(&moved(program, step * t, along));
        let weight = weight / (12.0 * t);
        sum.x += weight * point.x;
        sum.nu += weight * point.nu;
        sum.lambda += weight * point.lambda;
    }
    sum
}

/// A direction that keeps Q positive semidefinite where it is singular: none in Q.
fn allowed(program: &Program, rank: usize, seed: u64) -> Program {
    let mut along = direction(program, seed);
    if rank < program.q.len() {
        along.Q.fill(0.0);
    }
    along
}

#[test]
fn forward_is_the_limit_of_differences() {
    for sizes in classes() {
        let drawn = known(sizes, 11);
        let program = &drawn.program;
        let found = program.solve(&InteriorPoint::new()).expect("solves");
        let derivative = program.derivative(&found).expect("regular");
        let along = allowed(program, sizes.rank, 17);
        let (forward, limit) = (derivative.forward(&along).expect("fits"), difference(program, &along));
        // Rounding 1e-14 cond / 1e-4 and the fifth derivative t⁴.
        assert!(
            apart(&forward, &limit) < 1e-6 * (1.0 + limit.x.amax().max(limit.lambda.amax())),
            "{sizes:?}: {}",
            apart(&forward, &limit)
        );
    }
}

#[test]
fn each_part_of_the_data_has_its_derivative() {
    let drawn = known(classes()[5], 2);
    let program = &drawn.program;
    let (n, p, m) = program.sizes();
    let found = program.solve(&InteriorPoint::new()).expect("solves");
    let derivative = program.derivative(&found).expect("regular");
    let mut next = numbers(5);
    let cotangent = PrimalDual {
        x: DVector::from_fn(n, |_, _| next()),
        nu: DVector::from_fn(p, |_, _| next()),
        lambda: DVector::from_fn(m, |_, _| next()),
    };
    let gradient = derivative.reverse_all(&cotangent).expect("fits");
    let whole = direction(program, 23);
    let zero = Program::zeros(n, p, m);
    for part in [
        Program { Q: whole.Q.clone(), ..zero.clone() },
        Program { q: whole.q.clone(), ..zero.clone() },
        Program { A: whole.A.clone(), ..zero.clone() },
        Program { b: whole.b.clone(), ..zero.clone() },
        Program { G: whole.G.clone(), ..zero.clone() },
        Program { h: whole.h.clone(), ..zero.clone() },
    ] {
        let (reverse, limit) = (gradient.dot(&part), cotangent.dot(&difference(program, &part)));
        assert!((reverse - limit).abs() < 1e-7 * (1.0 + limit.abs()), "{reverse} {limit}");
    }
}

#[test]
fn reverse_is_the_transpose_of_forward() {
    for sizes in classes() {
        let drawn = known(sizes, 4);
        let found = drawn.program.solve(&InteriorPoint::new()).expect("solves");
        let mut next = numbers(9);
        let (n, p, m) = drawn.program.sizes();
        let cotangent = PrimalDual {
            x: DVector::from_fn(n, |_, _| next()),
            nu: DVector::from_fn(p, |_, _| next()),
            lambda: DVector::from_fn(m, |_, _| next()),
        };
        let along = direction(&drawn.program, 8);
        for derivative in [drawn.program.derivative(&found), drawn.program.one_step(&found)] {
            let derivative = derivative.expect("regular");
            let one = derivative.forward(&along).expect("fits").dot(&cotangent);
            let other = derivative.reverse_all(&cotangent).expect("fits").dot(&along);
            assert!((one - other).abs() < 1e-8 * (1.0 + one.abs()), "{sizes:?}: {one} {other}");
        }
    }
}

#[test]
fn the_optimal_value_has_its_gradient() {
    let drawn = known(classes()[5], 6);
    let program = &drawn.program;
    let along = direction(program, 3);
    let t = 1e-5;
    let value = |t| moved(program, t, &along).solve(&InteriorPoint::new()).expect("solves").objective;
    let limit = (value(t) - value(-t)) / (2.0 * t);
    let gradient = program.solve(&InteriorPoint::new()).expect("solves").value_gradient();
    assert!((gradient.dot(&along) - limit).abs() < 1e-7 * (1.0 + limit.abs()));
}

/// The projection of (c, 1) to `x₁ <= 1`: for c = 1 the bound is met and does not press.
fn touching() -> Program {
    Program::new(DMatrix::identity(2, 2), dvector![-1.0, -1.0]).inequalities(dmatrix![1.0, 0.0], dvector![1.0])
}

#[test]
fn a_kink_is_an_error_and_has_one_sided_derivatives() {
    let program = touching();
    let found = program.solve(&InteriorPoint::new()).expect("solves");
    assert_eq!(found.active.weak, [0], "{found:?}");
    for derivative in [program.derivative(&found), program.one_step(&found)] {
        assert!(matches!(derivative, Err(ProgramError::WeaklyActive { ref rows, .. }) if rows == &[0]));
    }
    for (sign, dx, dlambda) in [(1.0, 0.0, 1.0), (-1.0, -1.0, 0.0)] {
        // c = 1 + sign t
        let along = Program { q: dvector![-sign, 0.0], ..Program::zeros(2, 0, 1) };
        let one_sided = program.directional(&found, &along).expect("exists");
        assert!((one_sided.x[0] - dx).abs() < 1e-9 && (one_sided.lambda[0] - dlambda).abs() < 1e-9, "{one_sided:?}");
        let t = 1e-3;
        let moved = at(&moved(&program, t, &along));
        assert!(((moved.x[0] - found.x[0]) / t - dx).abs() < 1e-8);
    }
}

#[test]
fn kinks_are_seen_in_any_scale() {
    for t in [1e-6, 1e6] {
        let mut program = touching();
        program.Q *= t;
        program.q *= t;
        program.G *= 1.0 / t;
        program.h *= 1.0 / t;
        let found = program.solve(&InteriorPoint::new()).expect("solves");
        assert_eq!(found.active.weak, [0], "{t:e}: {found:?}");
    }
}

#[test]
fn away_from_kinks_both_agree() {
    let drawn = known(classes()[5], 12);
    let found = drawn.program.solve(&InteriorPoint::new()).expect("solves");
    let along = direction(&drawn.program, 4);
    let smooth = drawn.program.derivative(&found).expect("regular").forward(&along).expect("fits");
    let one_sided = drawn.program.directional(&found, &along).expect("exists");
    assert!(apart(&smooth, &one_sided) < 1e-8, "{}", apart(&smooth, &one_sided));
}

#[test]
fn a_flat_direction_is_not_silent() {
    // Two unknowns, the objective sees their sum.
    let program = Program::new(dmatrix![1.0, 1.0; 1.0, 1.0], dvector![-1.0, -1.0]);
    let found = program.solve(&InteriorPoint::new()).expect("has solutions");
    assert!((found.x.sum() - 1.0).abs() < 1e-10);
    let Err(ProgramError::NotUnique { pivot }) = program.derivative(&found) else { panic!("not unique") };
    assert!(pivot < 1e-12);
}
