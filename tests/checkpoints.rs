//! Recursions that keep checkpoints: the numbers of those that keep all their states, and less memory.
#![allow(missing_docs, reason = "test modules")]
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use allocation_counter::measure;
use hypergrad::bilevel;
use hypergrad::check;
use hypergrad::estimator::{Ift, hypergradient};
use hypergrad::problem::Bilevel;
use nalgebra::{DVector, Vector2, Vector3};

#[bilevel]
pub mod plain {
    use nalgebra::{DVector, Vector2, Vector3};

    pub struct Plant {
        pub start: Vector2<f64>,
        pub noise: DVector<f64>,
    }

    fn step(state: Vector2<f64>, torque: f64, friction: f64) -> Vector2<f64> {
        Vector2::new(state.x + 0.05 * state.y, state.y + 0.05 * (torque - state.x.sin() - friction * state.y))
    }

    /// Controls, a sequence of the data, the steps' own number, and sums over the steps.
    pub fn f(u: &DVector<f64>, y: &Vector3<f64>, plant: &Plant) -> f64 {
        let mut state = plant.start;
        let (mut cost, mut largest) = (0.0, 1.0);
        for k in 0..u.len() {
            state = step(state, u[k] + 0.1 * plant.noise[k], y[0].exp());
            cost += y[1].exp() * state.norm_squared() + (0.01 * k as f64).sin() * u[k];
            largest *= 1.0 + 0.001 * state.x;
        }
        (cost + largest) / (1.0 + u.len() as f64) + y[2].exp() * u.norm_squared()
    }

    /// Backwards, and ended by a `break`.
    pub fn g(u: &DVector<f64>, y: &Vector3<f64>, plant: &Plant) -> f64 {
        let mut state = plant.start;
        for k in (0..u.len()).rev() {
            state = step(state, u[k], 0.3 * y[1]);
            if state.x > 4.0 {
                break;
            }
        }
        state.norm_squared()
    }
}

#[bilevel(checkpoints)]
pub mod kept {
    use nalgebra::{DVector, Vector2, Vector3};

    pub struct Plant {
        pub start: Vector2<f64>,
        pub noise: DVector<f64>,
    }

    fn step(state: Vector2<f64>, torque: f64, friction: f64) -> Vector2<f64> {
        Vector2::new(state.x + 0.05 * state.y, state.y + 0.05 * (torque - state.x.sin() - friction * state.y))
    }

    pub fn f(u: &DVector<f64>, y: &Vector3<f64>, plant: &Plant) -> f64 {
        let mut state = plant.start;
        let (mut cost, mut largest) = (0.0, 1.0);
        for k in 0..u.len() {
            state = step(state, u[k] + 0.1 * plant.noise[k], y[0].exp());
            cost += y[1].exp() * state.norm_squared() + (0.01 * k as f64).sin() * u[k];
            largest *= 1.0 + 0.001 * state.x;
        }
        (cost + largest) / (1.0 + u.len() as f64) + y[2].exp() * u.norm_squared()
    }

    pub fn g(u: &DVector<f64>, y: &Vector3<f64>, plant: &Plant) -> f64 {
        let mut state = plant.start;
        for k in (0..u.len()).rev() {
            state = step(state, u[k], 0.3 * y[1]);
            if state.x > 4.0 {
                break;
            }
        }
        state.norm_squared()
    }
}

fn controls(count: usize) -> DVector<f64> {
    DVector::from_fn(count, |k, _| (0.3 * k as f64).cos())
}

fn start() -> Vector2<f64> {
    Vector2::new(1.0, 0.2)
}

/// All that a point is asked for.
fn quantities<P>(problem: &P, x: &DVector<f64>, y: &Vector3<f64>) -> Vec<Vec<f64>>
where
    P: Bilevel<Scalar = f64, X = DVector<f64>, Y = Vector3<f64>>,
{
    let mut work = problem.work(x, y).unwrap();
    problem.set_y(&mut work, y.as_slice());
    problem.set_x(&mut work, x.as_slice());
    let (n, m) = (x.len(), y.len());
    let u = DVector::from_fn(n, |k, _| (0.7 * k as f64 + 0.1).sin());
    let mut found = vec![vec![problem.g(&mut work)]];
    let mut of_x = |ask: &mut dyn FnMut(&mut [f64])| {
        let mut out = vec![0.0; n];
        ask(&mut out);
        found.push(out);
    };
    of_x(&mut |out| problem.residual(&mut work, out));
    of_x(&mut |out| problem.f_1_mul(&mut work, u.as_slice(), out));
    of_x(&mut |out| problem.g_1(&mut work, out));
    let mut of_y = vec![0.0; m];
    problem.f_2_tr_mul(&mut work, u.as_slice(), &mut of_y);
    found.push(of_y.clone());
    problem.g_2(&mut work, &mut of_y);
    found.push(of_y);
    found
}

/// No step, one, no whole segment, whole segments with and without a rest.
#[test]
fn the_numbers_are_those_of_all_states() {
    let y = Vector3::new(-1.0, 0.3, -2.0);
    for count in [0, 1, 127, 128, 129, 300, 384] {
        let (x, noise) = (controls(count), DVector::from_fn(count, |k, _| (1.1 * k as f64).sin()));
        let all = plain::Problem::new(plain::Plant { start: start(), noise: noise.clone() }).unwrap();
        let few = kept::Problem::new(kept::Plant { start: start(), noise }).unwrap();
        let (all, few) = (quantities(&all, &x, &y), quantities(&few, &x, &y));
        for (all, few) in all.iter().flatten().zip(few.iter().flatten()) {
            assert!((all - few).abs() <= 1e-12 * (1.0 + all.abs()), "{count} steps: {all} and {few}");
        }
    }
}

#[test]
fn derivatives() {
    let noise = DVector::from_fn(140, |k, _| (1.1 * k as f64).sin());
    let problem = kept::Problem::new(kept::Plant { start: start(), noise }).unwrap();
    let report = check::derivatives(&problem, &controls(140), &Vector3::new(-1.0, 0.3, -2.0)).unwrap();
    assert!(report.is_certain(), "{report}");
}

/// More states than fit on the stack, where both their size and their number are known.
#[bilevel]
pub mod long {
    use nalgebra::{SVector, Vector2};

    pub const STEPS: usize = 20_000;

    pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 {
        let mut state = SVector::<f64, 20>::from_element(y[0]);
        let mut cost = 0.0;
        for _ in 0..STEPS {
            state = state.map(|s| 0.9 * s + 0.1 * (x[0] * s).sin() + 0.01 * x[1]);
            cost += state.norm_squared();
        }
        cost / STEPS as f64 + y[1].exp() * x.norm_squared() + state.sum()
    }

    pub fn g(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 {
        (x[0] - 0.5).powi(2) + x[1] * y[0]
    }
}

/// The same with a number of steps that is known when it runs.
#[bilevel]
pub mod long_plain {
    use nalgebra::{SVector, Vector2};

    pub struct Data {
        pub steps: usize,
    }

    pub fn f(x: &Vector2<f64>, y: &Vector2<f64>, data: &Data) -> f64 {
        let mut state = SVector::<f64, 20>::from_element(y[0]);
        let mut cost = 0.0;
        for _ in 0..data.steps {
            state = state.map(|s| 0.9 * s + 0.1 * (x[0] * s).sin() + 0.01 * x[1]);
            cost += state.norm_squared();
        }
        cost / data.steps as f64 + y[1].exp() * x.norm_squared() + state.sum()
    }

    pub fn g(x: &Vector2<f64>, y: &Vector2<f64>, _data: &Data) -> f64 {
        (x[0] - 0.5).powi(2) + x[1] * y[0]
    }
}

#[bilevel(checkpoints)]
pub mod long_kept {
    use nalgebra::{SVector, Vector2};

    pub struct Data {
        pub steps: usize,
    }

    pub fn f(x: &Vector2<f64>, y: &Vector2<f64>, data: &Data) -> f64 {
        let mut state = SVector::<f64, 20>::from_element(y[0]);
        let mut cost = 0.0;
        for _ in 0..data.steps {
            state = state.map(|s| 0.9 * s + 0.1 * (x[0] * s).sin() + 0.01 * x[1]);
            cost += state.norm_squared();
        }
        cost / data.steps as f64 + y[1].exp() * x.norm_squared() + state.sum()
    }

    pub fn g(x: &Vector2<f64>, y: &Vector2<f64>, _data: &Data) -> f64 {
        (x[0] - 0.5).powi(2) + x[1] * y[0]
    }
}

/// F, a product with `F_1`, one with `F_2ᵀ` and the hypergradient, and the largest memory of them in numbers.
fn measured<P>(problem: &P) -> (u64, Vec<f64>)
where
    P: Bilevel<Scalar = f64, X = Vector2<f64>, Y = Vector2<f64>>,
{
    let (x, y, u) = (Vector2::new(0.7, 0.2), Vector2::new(0.4, 1.0), [0.3, -0.4]);
    let mut all = vec![0.0; 8];
    let begin = std::time::Instant::now();
    let info = measure(|| {
        let mut work = problem.work(&x, &y).unwrap();
        problem.set_y(&mut work, y.as_slice());
        problem.set_x(&mut work, x.as_slice());
        problem.residual(&mut work, &mut all[..2]);
        problem.f_1_mul(&mut work, &u, &mut all[2..4]);
        problem.f_2_tr_mul(&mut work, &u, &mut all[4..6]);
        let hypergradient = hypergradient(problem, &x, &y, &Ift::new()).unwrap();
        all[6..].copy_from_slice(hypergradient.gradient.as_slice());
    });
    println!("at most {} numbers, {:?}", info.bytes_max / 8, begin.elapsed());
    (info.bytes_max / 8, all)
}

fn assert_close(few: &[f64], all: &[f64]) {
    for (few, all) in few.iter().zip(all) {
        assert!((few - all).abs() < 1e-9 * (1.0 + all.abs()), "{few} and {all}");
    }
}

/// On a stack of 16 MB: the states of all steps are 3.2 MB, and the products need dozens of arrays of that size.
#[test]
fn states_of_constant_size() {
    let all = long_plain::Problem::new(long_plain::Data { steps: long::STEPS }).unwrap();
    let run = std::thread::Builder::new().stack_size(16 << 20).spawn(|| measured(&long::Problem::new().unwrap()).1);
    assert_close(&run.unwrap().join().unwrap(), &measured(&all).1);
}

/// The states of all t steps are 20 t numbers; those at checkpoints 20 t / 128.
#[test]
fn less_memory() {
    let steps = std::env::var("HYPERGRAD_STEPS").map_or(5_000, |steps| steps.parse().unwrap());
    let few = long_kept::Problem::new(long_kept::Data { steps }).unwrap();
    let all = long_plain::Problem::new(long_plain::Data { steps }).unwrap();
    let ((few, of_few), (all, of_all)) = (measured(&few), measured(&all));
    assert!(few < all / 20 && all > 20 * steps as u64, "{few} and {all} numbers");
    assert_close(&of_few, &of_all);
}
