//! Random programs of vectors with the optional roles, compiled and run: every dense derivative, the products
//! with frozen adjoints against hyper-dual numbers to third order, and the changes of variables.
#![allow(warnings, clippy::all, clippy::pedantic, reason = "generated programs; the generator is shared by path")]

#[path = "../src/roles/program/mod.rs"]
mod program;
#[path = "../src/roles/setting.rs"]
mod setting;

use hypergrad::estimator::Preconditioned;
use hypergrad::problem::Bilevel;
use nalgebra::{DMatrix, DVector};
use num_dual::HyperHyperDual;
use program::ast::Function;
use program::evaluate::evaluate;
use program::{Inputs, Program};
use setting::{K, M, N};

/// The exact derivatives of one function along unit directions; a direction is x's index, or y's after it.
struct Oracle<'p> {
    program: &'p Program,
    function: &'p Function,
    inputs: Inputs<f64>,
}

impl Oracle<'_> {
    fn along(&self, directions: [usize; 3]) -> HyperHyperDual<f64> {
        let seed = |values: &[f64], first: usize| {
            let part = |i: usize, k: usize| f64::from(u8::from(directions[k] == first + i));
            values
                .iter()
                .enumerate()
                .map(|(i, value)| HyperHyperDual::new(*value, part(i, 0), part(i, 1), part(i, 2), 0.0, 0.0, 0.0, 0.0))
                .collect()
        };
        let data = self.inputs.clone();
        let inputs =
            Inputs { x: seed(&self.inputs.x, 0), y: seed(&self.inputs.y, N), a: data.a, b: data.b, w: data.w, c: data.c };
        evaluate(self.program, self.function, &inputs).0
    }

    fn value(&self) -> f64 {
        self.along([usize::MAX; 3]).re
    }

    fn first(&self, i: usize) -> f64 {
        self.along([i, usize::MAX, usize::MAX]).eps1
    }

    fn second(&self, i: usize, j: usize) -> f64 {
        self.along([i, j, usize::MAX]).eps1eps2
    }

    fn third(&self, i: usize, j: usize, k: usize) -> f64 {
        self.along([i, j, k]).eps1eps2eps3
    }
}

/// What disagrees, relative to the largest derivative.
struct Comparison {
    scale: f64,
    pairs: Vec<(String, f64, f64)>,
}

impl Comparison {
    fn add(&mut self, name: String, found: f64, expected: f64) {
        self.scale = self.scale.max(expected.abs());
        self.pairs.push((name, found, expected));
    }

    fn failures(&self, seed: u64) -> Vec<String> {
        // Derivatives too large to compare would hide the others.
        if !(self.scale < 1e6) {
            return Vec::new();
        }
        let wrong = self.pairs.iter().filter(|(_, found, expected)| !((found - expected).abs() <= 1e-9 * self.scale));
        wrong.map(|(name, found, expected)| format!("seed {seed}, {name}: found {found:e}, expected {expected:e}")).collect()
    }
}

/// The problem of a module and its point.
macro_rules! problem {
    ($module:ident, $inputs:expr) => {{
        let inputs = &$inputs;
        let data = $module::random::Data {
            a: DMatrix::from_row_slice(K, N, &inputs.a),
            b: DVector::from_column_slice(&inputs.b),
            w: DVector::from_column_slice(&inputs.w),
            c: DMatrix::from_row_slice(N, M, &inputs.c),
        };
        $module::random::Problem::new(data).expect("shapes agree")
    }};
}

macro_rules! compare {
    ($module:ident, $seed:expr) => {{
        let inputs = setting::inputs($seed);
        let problem = problem!($module, inputs);
        compare_problem(&problem, &program::random_program($seed), inputs, $seed)
    }};
}

/// The kernels of phi and psi against differences of the functions as they are written, and the Jacobian
/// of the estimator with P against differences of its estimates.
macro_rules! compare_roles {
    ($module:ident, $seed:expr) => {{
        let inputs = setting::inputs($seed);
        let problem = problem!($module, inputs);
        let (x, y) = (DVector::from_column_slice(&inputs.x), DVector::from_column_slice(&inputs.y));
        let report = problem.check_derivatives(&x, &y).expect("finite");
        let own = Preconditioned::custom();
        let estimate = |x: &DVector<f64>| problem.hypergradient(x, &y, &own).expect("regular").gradient;
        let found = problem.jacobian(&x, &y, &own).expect("regular");
        let expected = by_differences(&x, estimate);
        let apart = (&found - &expected).norm() / (1.0 + expected.norm());
        let right = report.agrees() && report.row("psi_21(s) p").is_some() && apart < 1e-6;
        (!right).then(|| format!("seed {}: the Jacobian with P is off by {apart:e}\n{report}", $seed))
    }};
}

/// Central differences of fourth order.
fn by_differences(x: &DVector<f64>, f: impl Fn(&DVector<f64>) -> DVector<f64>) -> DMatrix<f64> {
    let h = 1e-5;
    let columns: Vec<_> = (0..x.len())
        .map(|k| {
            let moved = |t: f64| {
                let mut x = x.clone();
                x[k] += t * h;
                f(&x)
            };
            ((moved(1.0) - moved(-1.0)) * 8.0 - (moved(2.0) - moved(-2.0))) / (12.0 * h)
        })
        .collect();
    DMatrix::from_columns(&columns)
}

include!(concat!(env!("OUT_DIR"), "/roles.rs"));

fn compare_problem<P: Bilevel<Scalar = f64, X = DVector<f64>, Y = DVector<f64>>>(
    problem: &P,
    program: &Program,
    inputs: Inputs<f64>,
    seed: u64,
) -> Vec<String> {
    let (x, y) = (DVector::from_column_slice(&inputs.x), DVector::from_column_slice(&inputs.y));
    let mut work = problem.work(&x, &y).expect("shapes agree");
    let f = Oracle { program, function: &program.f, inputs: inputs.clone() };
    let g = Oracle { program, function: &program.g, inputs };
    let mut comparison = Comparison { scale: 1.0, pairs: Vec::new() };
    comparison.add("f".into(), problem.objective(&mut work).expect("f is there"), f.value());
    comparison.add("g".into(), problem.g(&mut work), g.value());
    let mut tensor = |name: &str, dims: &[usize], found: &[f64], expected: &dyn Fn(&[usize]) -> f64| {
        for (position, found) in found.iter().enumerate() {
            let mut rest = position;
            let index: Vec<usize> = dims
                .iter()
                .map(|d| {
                    let i = rest % d;
                    rest /= d;
                    i
                })
                .collect();
            comparison.add(format!("{name}{index:?}"), *found, expected(&index));
        }
    };
    let mut out = vec![0.0; N * N * N];
    let v: Vec<f64> = (0..N).map(|i| 0.3 + 0.4 * i as f64).collect();
    problem.residual(&mut work, &mut out[..N]);
    tensor("F", &[N], &out[..N], &|i| f.first(i[0]));
    problem.f_1(&mut work, &mut out[..N * N]);
    tensor("F_1", &[N, N], &out[..N * N], &|i| f.second(i[0], i[1]));
    problem.f_1_mul(&mut work, &v, &mut out[..N]);
    tensor("F_1 u", &[N], &out[..N], &|i| (0..N).map(|k| f.second(i[0], k) * v[k]).sum());
    problem.f_2(&mut work, &mut out[..N * M]);
    tensor("F_2", &[N, M], &out[..N * M], &|i| f.second(i[0], N + i[1]));
    problem.f_2_tr_mul(&mut work, &v, &mut out[..M]);
    tensor("F_2ᵀ s", &[M], &out[..M], &|b| (0..N).map(|k| f.second(k, N + b[0]) * v[k]).sum());
    problem.g_1(&mut work, &mut out[..N]);
    tensor("g_1", &[N], &out[..N], &|i| g.first(i[0]));
    problem.g_2(&mut work, &mut out[..M]);
    tensor("g_2", &[M], &out[..M], &|b| g.first(N + b[0]));
    problem.g_11(&mut work, &mut out[..N * N]);
    tensor("g_11", &[N, N], &out[..N * N], &|i| g.second(i[0], i[1]));
    problem.g_21(&mut work, &mut out[..M * N]);
    tensor("g_21", &[M, N], &out[..M * N], &|i| g.second(N + i[0], i[1]));
    problem.f_11(&mut work, &mut out);
    tensor("F_11", &[N, N, N], &out, &|i| f.third(i[0], i[1], i[2]));
    problem.f_21(&mut work, &mut out[..N * M * N]);
    tensor("F_21", &[N, M, N], &out[..N * M * N], &|i| f.third(i[0], N + i[1], i[2]));
    problem.set_adjoint(&mut work, &v);
    let frozen = |i: usize, j: usize| g.second(i, j) - (0..N).map(|k| v[k] * f.third(k, i, j)).sum::<f64>();
    problem.m_11(&mut work, &mut out[..N * N]);
    tensor("M_11", &[N, N], &out[..N * N], &|i| frozen(i[0], i[1]));
    problem.m_21(&mut work, &mut out[..M * N]);
    tensor("M_21", &[M, N], &out[..M * N], &|i| frozen(N + i[0], i[1]));
    problem.m_11_mul(&mut work, &v, &mut out[..N]);
    tensor("M_11 u", &[N], &out[..N], &|i| (0..N).map(|k| frozen(i[0], k) * v[k]).sum());
    comparison.failures(seed)
}

#[test]
fn compiled_programs_agree_with_dual_numbers() {
    let failures = run();
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures[..failures.len().min(20)].join("\n"));
}
