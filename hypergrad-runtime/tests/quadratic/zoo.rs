//! Random programs whose solution is known: the point, the multipliers and the binding rows are drawn,
//! and q, b, h follow from the optimality conditions.

use hypergrad_runtime::nalgebra::{DMatrix, DVector};
use hypergrad_runtime::quadratic::{PrimalDual, Program};

/// Numbers in [-1, 1), the same on every machine.
pub fn numbers(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678_9abc_def1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// A program and its solution.
pub struct Known {
    pub program: Program,
    pub at: PrimalDual,
    pub binding: Vec<usize>,
}

/// Sizes of a random program: `rank` is that of Q; `binding` rows of G hold with equality.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub n: usize,
    pub p: usize,
    pub m: usize,
    pub rank: usize,
    pub binding: usize,
}

/// The solution is unique where `rank + p + binding >= n`, and strictly complementary.
pub fn known(sizes: Sizes, seed: u64) -> Known {
    let Sizes { n, p, m, rank, binding } = sizes;
    let mut next = numbers(seed);
    let root = DMatrix::from_fn(rank, n, |_, _| next());
    let mut hessian = root.tr_mul(&root);
    if rank == n {
        // Room for directions in Q.
        hessian += 0.1 * DMatrix::<f64>::identity(n, n);
    }
    let equal = DMatrix::from_fn(p, n, |_, _| next());
    let unequal = DMatrix::from_fn(m, n, |_, _| next());
    let at = PrimalDual {
        x: DVector::from_fn(n, |_, _| next()),
        nu: DVector::from_fn(p, |_, _| next()),
        lambda: DVector::from_fn(m, |i, _| if i < binding { 0.2 + next().abs() } else { 0.0 }),
    };
    let slack = DVector::from_fn(m, |i, _| if i < binding { 0.0 } else { 0.2 + next().abs() });
    let q = -(&hessian * &at.x + equal.tr_mul(&at.nu) + unequal.tr_mul(&at.lambda));
    let (b, h) = (&equal * &at.x, &unequal * &at.x + slack);
    let program = Program::new(hessian, q).equalities(equal, b).inequalities(unequal, h);
    Known { program, at, binding: (0..binding).collect() }
}

/// All classes: with and without equalities and inequalities, definite, semidefinite, linear.
pub fn classes() -> Vec<Sizes> {
    let sizes = |n, p, m, rank, binding| Sizes { n, p, m, rank, binding };
    vec![
        sizes(1, 0, 1, 1, 1),
        sizes(4, 0, 0, 4, 0),
        sizes(6, 2, 0, 6, 0),
        sizes(6, 2, 0, 4, 0),
        sizes(5, 0, 9, 5, 2),
        sizes(8, 3, 12, 8, 3),
        sizes(8, 2, 12, 3, 4),
        sizes(7, 2, 15, 0, 5),
        sizes(12, 0, 40, 12, 8),
        sizes(20, 5, 60, 12, 9),
    ]
}

/// A random direction in the data, symmetric in Q.
pub fn direction(program: &Program, seed: u64) -> Program {
    let (n, p, m) = program.sizes();
    let mut next = numbers(seed);
    let mut direction = Program::zeros(n, p, m);
    let square = DMatrix::from_fn(n, n, |_, _| next());
    direction.Q = &square + square.transpose();
    direction.q.apply(|e| *e = next());
    direction.A.apply(|e| *e = next());
    direction.b.apply(|e| *e = next());
    direction.G.apply(|e| *e = next());
    direction.h.apply(|e| *e = next());
    direction
}

/// `program + t direction`.
pub fn moved(program: &Program, t: f64, direction: &Program) -> Program {
    Program {
        Q: &program.Q + t * &direction.Q,
        q: &program.q + t * &direction.q,
        A: &program.A + t * &direction.A,
        b: &program.b + t * &direction.b,
        G: &program.G + t * &direction.G,
        h: &program.h + t * &direction.h,
    }
}

/// The largest difference of two points.
pub fn apart(a: &PrimalDual, b: &PrimalDual) -> f64 {
    (&a.x - &b.x).amax().max((&a.nu - &b.nu).amax()).max((&a.lambda - &b.lambda).amax())
}
