// The point at which a program is compared, and which programs can be.

use super::program::evaluate::evaluate;
use super::program::random::Random;
use super::program::{Inputs, Program};

pub const N: usize = 3;
pub const M: usize = 2;
pub const K: usize = 4;

/// Values in (-1, 1), a set for each seed.
pub fn inputs(seed: u64) -> Inputs<f64> {
    let mut random = Random::new(seed ^ 0xabcd);
    let mut vector = |length: usize| (0..length).map(|_| random.between(-1.0, 1.0)).collect::<Vec<f64>>();
    Inputs { x: vector(N), y: vector(M), a: vector(K * N), b: vector(K), w: vector(N), c: vector(N * M) }
}

/// Finite, of moderate size, and not next to a kink.
pub fn is_comparable(program: &Program, seed: u64) -> bool {
    let inputs = inputs(seed);
    [&program.f, &program.g].into_iter().all(|function| {
        let (value, margin) = evaluate(program, function, &inputs);
        value.is_finite() && value.abs() < 1e4 && margin > 1e-6
    })
}
