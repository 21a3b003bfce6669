//! Large problems on one thread and on two: `cargo bench --features threads --bench threads`.
//!
//! Each quantity is computed in a pool of one thread and in one of two, in turn, and from outside of any pool; times are wall
//! times. Results of one and of two threads agree to 1e-10 before anything is timed.
#![allow(missing_docs, dead_code, clippy::unwrap_used, reason = "a benchmark, whose problems are those of another one")]

#[path = "emitted/data.rs"]
mod data;
#[path = "emitted/equilibrium.rs"]
mod equilibrium;
#[path = "emitted/harness.rs"]
mod harness;
#[path = "emitted/kernel.rs"]
mod kernel;
#[path = "emitted/large.rs"]
mod large;

use std::hint::black_box;
use std::time::Instant;

use hypergrad::estimator::Ift;
use hypergrad::problem::Variable;
use hypergrad::solver::{FixedPoint, Newton};
use nalgebra::{DMatrix, DVector};
use rayon::{ThreadPool, ThreadPoolBuilder};

use data::Numbers;

/// Rounds, an odd number, and the time of one contender in one of them, in seconds.
const ROUNDS: usize = 41;
const SLICE: f64 = 8e-3;

/// Seconds of a call, of some.
fn time(calls: usize, call: impl Fn()) -> f64 {
    let start = Instant::now();
    (0..calls).for_each(|_| call());
    start.elapsed().as_secs_f64() / calls as f64
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

struct Pools {
    one: ThreadPool,
    two: ThreadPool,
}

impl Pools {
    fn new() -> Self {
        let pool = |threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        Self { one: pool(1), two: pool(2) }
    }

    /// Prints medians and their ratios.
    fn compare<R>(&self, what: &str, compute: impl Fn() -> R + Sync, flat: impl Fn(&R) -> Vec<f64> + Sync) {
        let [one, two] = [&self.one, &self.two].map(|pool| pool.install(|| flat(&compute())));
        let size = one.iter().fold(0.0_f64, |size, entry| size.max(entry.abs()));
        assert!(one.iter().zip(&two).all(|(one, two)| (one - two).abs() <= 1e-10 * size), "{what}");
        let call = || drop(black_box(compute()));
        let calls = ((SLICE / self.one.install(|| time(3, call))) as usize).max(1);
        let rounds = (0..ROUNDS).map(|_| {
            let [one, two] = [&self.one, &self.two].map(|pool| pool.install(|| time(calls, call)));
            (one, two, time(calls, call))
        });
        let (mut ones, mut twos, mut outside) = (Vec::new(), Vec::new(), Vec::new());
        rounds.for_each(|(one, two, other)| {
            ones.push(one);
            twos.push(two / one);
            outside.push(other / one);
        });
        println!("{what:<52} {:>9.3} ms {:>7.2} {:>7.2}", 1e3 * median(ones), median(twos), median(outside));
    }
}

fn logistic(pools: &Pools) {
    let numbers = Numbers::new(3);
    let data = large::problem::Data {
        a_tr: DMatrix::from_fn(5000, 200, |_, _| numbers.next()),
        a_val: DMatrix::from_fn(1000, 200, |_, _| numbers.next()),
    };
    let vector = || DVector::from_fn(200, |_, _| 0.3 * numbers.next());
    let (x, y, u) = (vector(), vector(), vector());
    let problem = large::problem::Problem::new(&data).unwrap();
    let flat = |v: &DVector<f64>| v.as_slice().to_vec();
    pools.compare("logistic 5000 x 200: F", || problem.at(&x, &y).unwrap().F(), flat);
    pools.compare("logistic 5000 x 200: F_1 u", || problem.at(&x, &y).unwrap().F_1_mul(&u), flat);
    pools.compare("logistic 5000 x 200: Omega", || problem.at(&x, &y).unwrap().Omega().unwrap(), flat);
    let report = || problem.hypergradient(&x, &y, &Ift::new()).unwrap().gradient;
    pools.compare("logistic 5000 x 200: hypergradient, default report", report, flat);
    let solve = || problem.solve(&x, &y, &Newton::new()).unwrap().x;
    pools.compare("logistic 5000 x 200: Newton's method", solve, flat);
}

fn equilibrium(pools: &Pools) {
    let (samples, hidden, inputs, classes) = (500, 50, 64, 10);
    let numbers = Numbers::new(5);
    let matrix = |rows, columns, size: f64| DMatrix::from_fn(rows, columns, |_, _| size * numbers.next());
    let data = equilibrium::problem::Data {
        inputs: matrix(inputs, samples, 1.0),
        labels: DMatrix::from_fn(classes, samples, |k, i| if (7 * i * i + i) % classes == k { 1.0 } else { 0.0 }),
    };
    let y = equilibrium::problem::Weights {
        a: matrix(hidden, hidden, 0.15),
        b: matrix(hidden, inputs, 0.2),
        c: DVector::from_fn(hidden, |_, _| 0.2 * numbers.next()),
        slope: matrix(classes, hidden, 0.5),
        offset: DVector::from_fn(classes, |_, _| 0.2 * numbers.next()),
    };
    let problem = equilibrium::problem::Problem::new(&data).unwrap();
    let start = DMatrix::zeros(hidden, samples);
    let steps = FixedPoint::new().steps(20);
    let x = problem.solve(&start, &y, &Newton::new().steps(4)).unwrap().x;
    let flat = |y: &equilibrium::problem::Weights| {
        let mut entries = vec![0.0; y.flat_len()];
        y.read(&mut entries);
        entries
    };
    let solve = || problem.solve(&start, &y, &steps).unwrap().x;
    pools.compare("equilibrium 500 x 50: 20 steps", solve, |x: &DMatrix<f64>| x.as_slice().to_vec());
    pools.compare("equilibrium 500 x 50: Omega", || problem.at(&x, &y).unwrap().Omega().unwrap(), flat);
    let report = || problem.hypergradient(&x, &y, &Ift::new()).unwrap().gradient;
    pools.compare("equilibrium 500 x 50: hypergradient, default report", report, flat);
}

fn main() {
    println!("{:<52} {:>12} {:>7} {:>7}", "median of a call, wall time", "one thread", "two", "outside");
    let pools = Pools::new();
    logistic(&pools);
    equilibrium(&pools);
}
