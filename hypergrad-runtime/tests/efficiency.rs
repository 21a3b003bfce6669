//! `C_y` of problems too large for a dense Jacobian, by products alone, against that of their blocks.

mod common;

use common::blocks::Blocks;
use common::{Cubic, General, Kind};
use hypergrad_runtime::estimator::{Estimator, Ift, Preconditioned, Tangent, efficiency, jacobian};
use hypergrad_runtime::nalgebra::DVector;
use hypergrad_runtime::solver::{Newton, solve};

/// `1030² 4` entries are above four million.
const COUNT: usize = 1030;

/// Blocks that differ in F.
const KINDS: usize = 10;
/// The block with a larger outer objective.
const LARGE: usize = 41;

fn root<K: Kind>(problem: &Cubic<K>) -> DVector<f64> {
    let (x, y) = problem.start();
    solve(problem, &x, &y, &Newton::new().tolerance(1e-13)).expect("converges").x
}

/// Blocks of two by two, and the root of them all. The outer objective of one is `factor` times as large.
fn blocks<K: Kind>(factor: f64) -> (Blocks<K>, DVector<f64>, DVector<f64>) {
    let mut blocks: Vec<_> = (0..COUNT as u64).map(|seed| Cubic::<K>::random(2, 2, 7 + seed % KINDS as u64)).collect();
    blocks[LARGE].r *= factor;
    blocks[LARGE].q *= factor;
    blocks[LARGE].target *= factor;
    let roots: Vec<_> = blocks[..KINDS].iter().map(root).collect();
    let x = DVector::from_fn(2 * COUNT, |i, _| roots[i / 2 % KINDS][i % 2]);
    let one = blocks[0].start().1;
    let y = DVector::from_fn(2 * COUNT, |i, _| one[i % 2]);
    (Blocks { blocks }, x, y)
}

/// The two largest singular values of all blocks' Jacobians, which are formed and exact.
fn expected<K: Kind>(all: &(Blocks<K>, DVector<f64>, DVector<f64>), e: &impl Estimator<Cubic<K>>) -> (f64, f64) {
    let (blocks, x, y) = all;
    let mut values: Vec<f64> = Vec::new();
    for k in (0..KINDS).chain([LARGE]) {
        let (x, y) = (x.rows(2 * k, 2).into_owned(), y.rows(2 * k, 2).into_owned());
        values.extend(jacobian(&blocks.blocks[k], &x, &y, e).expect("regular").singular_values().iter());
    }
    values.sort_by(|a, b| b.total_cmp(a));
    (values[0], values[1])
}

/// Power iteration gains `(s_2/s_1)²` a sweep and ends at a relative change of 1e-10: what is left is at
/// most `1e-10 / (1 - (s_2/s_1)²)`, and the result a lower bound.
fn check<K: Kind>(
    all: &(Blocks<K>, DVector<f64>, DVector<f64>),
    e: &(impl Estimator<Cubic<K>> + Estimator<Blocks<K>>),
    zero: bool,
) {
    let found = efficiency(&all.0, &all.1, &all.2, e).expect("a root");
    let (first, second) = expected(all, e);
    if zero {
        assert!(first < 1e-11 && found < 1e-11, "{found:e}, exact {first:e}");
        return;
    }
    let tolerance = 1e-10 / (1.0 - (second / first).powi(2)) + 1e-12;
    assert!(found <= first * (1.0 + 1e-12) && found >= first * (1.0 - tolerance), "{found}, exact {first}, next {second}");
}

#[test]
fn by_products_alone() {
    let all = blocks::<General>(10.0);
    check(&all, &Ift::new(), false);
    check(&all, &Preconditioned::jacobi(), false);
}

/// The Jacobians of super-efficient estimators are rounding.
#[test]
fn nothing_but_rounding() {
    let all = blocks::<General>(1.0);
    check(&all, &Preconditioned::newton(), true);
    check(&all, &Tangent::new(), true);
}

/// Formed, but with both dimensions above 32: power iteration on the matrix, the same bound.
#[test]
fn of_a_matrix_of_middle_size() {
    let problem = Cubic::<General>::random(40, 36, 3);
    let (x, y) = (root(&problem), problem.start().1);
    for found in [
        (efficiency(&problem, &x, &y, &Ift::new()), jacobian(&problem, &x, &y, &Ift::new())),
        (efficiency(&problem, &x, &y, &Preconditioned::jacobi()), jacobian(&problem, &x, &y, &Preconditioned::jacobi())),
    ] {
        let (norm, mut values) = (found.0.expect("a root"), found.1.expect("regular").singular_values());
        values.as_mut_slice().sort_by(|a, b| b.total_cmp(a));
        let tolerance = 1e-10 / (1.0 - (values[1] / values[0]).powi(2)) + 1e-12;
        assert!(norm <= values[0] * (1.0 + 1e-12) && norm >= values[0] * (1.0 - tolerance), "{norm}, exact {}", values[0]);
    }
}
