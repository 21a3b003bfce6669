//! One step of the interior-point method, differentiated: the derivative of the step by the data, right
//! up to the complementarity of its start, and wrong by `1 - t` for a step of length t.

use hypergrad_runtime::nalgebra::{DMatrix, DVector};
use hypergrad_runtime::quadratic::{InteriorPoint, PrimalDual, Program, Solution};

use crate::zoo::{apart, classes, direction, known, moved};

/// From an iterate, t times the Newton step on `Qx + q + Aᵀν + Gᵀλ`, `Ax - b`, `Gx + s - h`, `s∘λ`, as it is
/// written in textbooks.
fn step(program: &Program, from: &Solution, t: f64) -> PrimalDual {
    let (n, p, m) = program.sizes();
    let size = n + p + 2 * m;
    let mut matrix = DMatrix::zeros(size, size);
    matrix.view_mut((0, 0), (n, n)).copy_from(&program.Q);
    matrix.view_mut((0, n), (n, p)).copy_from(&program.A.transpose());
    matrix.view_mut((0, n + p), (n, m)).copy_from(&program.G.transpose());
    matrix.view_mut((n, 0), (p, n)).copy_from(&program.A);
    matrix.view_mut((n + p, 0), (m, n)).copy_from(&program.G);
    for i in 0..m {
        matrix[(n + p + i, n + p + m + i)] = 1.0;
        matrix[(n + p + m + i, n + p + i)] = from.slack[i];
        matrix[(n + p + m + i, n + p + m + i)] = from.lambda[i];
    }
    let mut residual = DVector::zeros(size);
    let pull = program.A.tr_mul(&from.nu) + program.G.tr_mul(&from.lambda);
    residual.rows_mut(0, n).copy_from(&(&program.Q * &from.x + &program.q + pull));
    residual.rows_mut(n, p).copy_from(&(&program.A * &from.x - &program.b));
    residual.rows_mut(n + p, m).copy_from(&(&program.G * &from.x + &from.slack - &program.h));
    residual.rows_mut(n + p + m, m).copy_from(&from.slack.component_mul(&from.lambda));
    let change = matrix.full_piv_lu().solve(&residual).expect("regular");
    PrimalDual {
        x: &from.x - t * change.rows(0, n),
        nu: &from.nu - t * change.rows(n, p),
        lambda: &from.lambda - t * change.rows(n + p, m),
    }
}

/// The derivative of the step along a direction in the data, its start held, by differences.
fn difference(program: &Program, from: &Solution, along: &Program, t: f64) -> PrimalDual {
    let h = 1e-5;
    let (up, down) = (step(&moved(program, h, along), from, t), step(&moved(program, -h, along), from, t));
    PrimalDual {
        x: (up.x - down.x) / (2.0 * h),
        nu: (up.nu - down.nu) / (2.0 * h),
        lambda: (up.lambda - down.lambda) / (2.0 * h),
    }
}

/// An iterate inside, as the solver leaves it.
fn inside(program: &Program, tolerance: f64) -> Solution {
    program.solve(&InteriorPoint::new().tolerance(tolerance).polish(false)).expect("solves")
}

#[test]
fn it_is_the_derivative_of_the_step() {
    let mut seen = 0;
    for sizes in classes().into_iter().filter(|sizes| sizes.m > 0) {
        let program = known(sizes, 31).program;
        let along = direction(&program, 6);
        let from = inside(&program, 1e-3);
        // All parts at once; with the barrier felt, so that the parts of Q, A and G at both ends differ. That
        // much of it may hide which rows bind.
        let Ok(derivative) = program.one_step(&from) else { continue };
        seen += 1;
        let (forward, limit) = (derivative.forward(&along).expect("fits"), difference(&program, &from, &along, 1.0));
        let size = 1.0 + limit.x.amax() + limit.nu.amax() + limit.lambda.amax();
        assert!(apart(&forward, &limit) < 1e-7 * size, "{sizes:?}: {} of {size}", apart(&forward, &limit));
    }
    assert!(seen >= 4, "{seen}");
}

#[test]
fn the_error_falls_with_the_barrier() {
    for sizes in classes().into_iter().filter(|sizes| sizes.m > 0) {
        let drawn = known(sizes, 21);
        let along = direction(&drawn.program, 2);
        let exact = drawn.program.solve(&InteriorPoint::new()).expect("solves");
        let exact = drawn.program.derivative(&exact).expect("regular").forward(&along).expect("fits");
        let size = exact.x.amax().max(exact.lambda.amax());
        for tolerance in [1e-4, 1e-6, 1e-10] {
            let from = inside(&drawn.program, tolerance);
            let complementarity = from.slack.dot(&from.lambda);
            let smallest = from.slack.zip_map(&from.lambda, f64::max).min();
            let estimate = drawn.program.one_step(&from).expect("regular").forward(&along).expect("fits");
            // s∘λ over the smallest of max(s, λ), times the condition of the system, below 1e4 here.
            let bound = 1e4 * size * complementarity / smallest.powi(2) + 1e-9 * size;
            assert!(apart(&estimate, &exact) < bound, "{sizes:?}: {} {bound}", apart(&estimate, &exact));
        }
        let last = inside(&drawn.program, 1e-10);
        let estimate = drawn.program.one_step(&last).expect("regular").forward(&along).expect("fits");
        assert!(apart(&estimate, &exact) < 1e-6 * (1.0 + size), "{sizes:?}");
    }
}

#[test]
fn a_step_cut_short_is_wrong_for_ever() {
    let drawn = known(classes()[5], 21);
    let along = direction(&drawn.program, 2);
    let from = inside(&drawn.program, 1e-10);
    let exact = drawn.program.derivative(&from).expect("regular").forward(&along).expect("fits");
    let short = difference(&drawn.program, &from, &along, 0.99);
    let relative = (&short.x - &exact.x).norm() / exact.x.norm();
    assert!((relative - 0.01).abs() < 1e-4, "{relative}");
}
