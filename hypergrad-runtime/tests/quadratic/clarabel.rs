//! Against the crate `clarabel`, and against solutions that are known.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSettingsBuilder, DefaultSolver, IPSolver, NonnegativeConeT, SolverStatus, ZeroConeT};
use hypergrad_runtime::nalgebra::{DMatrix, DVector};
use hypergrad_runtime::quadratic::{InteriorPoint, Program, ProgramError};

use crate::zoo::{apart, classes, known, numbers};

fn sparse(matrix: &DMatrix<f64>, keep: impl Fn(usize, usize) -> bool) -> CscMatrix<f64> {
    let (mut pointers, mut rows, mut entries) = (vec![0], Vec::new(), Vec::new());
    for j in 0..matrix.ncols() {
        for i in (0..matrix.nrows()).filter(|&i| keep(i, j) && matrix[(i, j)] != 0.0) {
            rows.push(i);
            entries.push(matrix[(i, j)]);
        }
        pointers.push(rows.len());
    }
    CscMatrix::new(matrix.nrows(), matrix.ncols(), pointers, rows, entries)
}

/// The other solver's verdict, x and optimal value.
fn other(program: &Program) -> (SolverStatus, DVector<f64>, f64) {
    let (n, p, m) = program.sizes();
    let rows = DMatrix::from_fn(p + m, n, |i, j| if i < p { program.A[(i, j)] } else { program.G[(i - p, j)] });
    let sides: Vec<f64> = program.b.iter().chain(&program.h).copied().collect();
    let settings = DefaultSettingsBuilder::default()
        .verbose(false)
        .tol_gap_abs(1e-11)
        .tol_gap_rel(1e-11)
        .tol_feas(1e-11)
        .build()
        .expect("settings");
    let cones = [ZeroConeT(p), NonnegativeConeT(m)];
    let hessian = sparse(&program.Q, |i, j| i <= j);
    let mut solver =
        DefaultSolver::new(&hessian, program.q.as_slice(), &sparse(&rows, |_, _| true), &sides, &cones, settings).expect("data");
    solver.solve();
    (solver.solution.status, DVector::from_vec(solver.solution.x.clone()), solver.solution.obj_val)
}

#[test]
fn drawn_solutions_are_found() {
    for sizes in classes() {
        for seed in 0..20 {
            let drawn = known(sizes, seed);
            let found = drawn.program.solve(&InteriorPoint::new()).unwrap_or_else(|e| panic!("{sizes:?} {seed}: {e}"));
            // After the last step only the condition of the binding system is left: below 1e5 here.
            assert!(
                apart(&found.primal_dual(), &drawn.at) < 1e-9,
                "{sizes:?} {seed}: {}",
                apart(&found.primal_dual(), &drawn.at)
            );
            assert!(found.report.polished, "{sizes:?} {seed}");
            assert_eq!(found.active.binding, drawn.binding, "{sizes:?} {seed}");
            assert!(found.active.weak.is_empty());
        }
    }
}

#[test]
fn the_barrier_alone_meets_its_tolerance() {
    for sizes in classes() {
        let drawn = known(sizes, 3);
        let found = drawn.program.solve(&InteriorPoint::new().polish(false)).expect("solves");
        assert!(!found.report.polished);
        assert!(apart(&found.primal_dual(), &drawn.at) < 1e-6, "{sizes:?}: {}", apart(&found.primal_dual(), &drawn.at));
        assert_eq!(found.active.binding, drawn.binding, "{sizes:?}");
    }
}

fn is_solved(status: SolverStatus) -> bool {
    matches!(status, SolverStatus::Solved | SolverStatus::AlmostSolved)
}

fn is_undecided(status: SolverStatus) -> bool {
    matches!(status, SolverStatus::MaxIterations | SolverStatus::InsufficientProgress | SolverStatus::NumericalError)
}

#[test]
fn both_solvers_agree_on_random_programs() {
    let mut verdicts = [0; 3];
    // The last ones, found among 12,000: unbounded along nearly flat directions; infeasible by little, with
    // multipliers of size 1e9; a full corrector cycles.
    for seed in (0..100).chain([1359, 1407, 1486, 2221, 2900]) {
        let mut next = numbers(1000 + seed);
        let mut size = |most: usize| (next().abs() * (most as f64 + 1.0)) as usize;
        let (n, p, m, rank) = (1 + size(9), size(3), size(18), size(10));
        let (p, rank) = (p.min(n - 1), rank.min(n));
        let root = DMatrix::from_fn(rank, n, |_, _| next());
        let program = Program::new(root.tr_mul(&root), DVector::from_fn(n, |_, _| next()))
            .equalities(DMatrix::from_fn(p, n, |_, _| next()), DVector::from_fn(p, |_, _| next()))
            .inequalities(DMatrix::from_fn(m, n, |_, _| next()), DVector::from_fn(m, |_, _| next() + 0.3));
        let (status, x, value) = other(&program);
        // Each verdict is proved by what comes with it; the other solver may give up.
        match program.solve(&InteriorPoint::new()) {
            Ok(found) => {
                verdicts[0] += 1;
                if is_solved(status) {
                    assert!((found.objective - value).abs() < 1e-7 * (1.0 + value.abs()), "{seed}: {} {value}", found.objective);
                    if program.derivative(&found).is_ok() {
                        assert!((&found.x - &x).amax() < 1e-5 * (1.0 + x.amax()), "{seed}: {} {x}", found.x);
                    }
                }
                assert!(is_solved(status) || is_undecided(status), "{seed}: {status:?} there, {found:?}");
            }
            Err(ProgramError::PrimalInfeasible { certificate }) => {
                verdicts[1] += 1;
                let pull = program.A.tr_mul(&certificate.nu) + program.G.tr_mul(&certificate.lambda);
                assert!(pull.amax() < 1e-7 * certificate.lambda.amax().max(certificate.nu.amax()), "{seed}: {pull}");
                assert!(certificate.lambda.iter().all(|&l| l >= 0.0));
                let value = program.b.dot(&certificate.nu) + program.h.dot(&certificate.lambda);
                let terms = program.b.abs().dot(&certificate.nu.abs()) + program.h.abs().dot(&certificate.lambda);
                assert!((value + 1.0).abs() < 1e-14 * terms.max(1e5), "{seed}: {value}");
                assert!(!is_solved(status), "{seed}: {status:?} there");
            }
            Err(ProgramError::DualInfeasible { direction }) => {
                verdicts[2] += 1;
                let size = 1e-7 * direction.amax();
                assert!((&program.Q * &direction).amax() < size && (&program.A * &direction).amax() < size, "{seed}");
                assert!((&program.G * &direction).iter().all(|&g| g < size), "{seed}");
                assert!((program.q.dot(&direction) + 1.0).abs() < 1e-9, "{seed}");
                assert!(!is_solved(status), "{seed}: {status:?} there");
            }
            Err(error) => panic!("{seed}: {status:?} there, {error} here"),
        }
    }
    assert!(verdicts.iter().all(|&count| count >= 10), "all three occur: {verdicts:?}");
}
