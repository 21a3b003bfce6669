//! What is computed for some samples at a time: steps along F by blocks of samples that do not read each other, which are
//! the steps that an observer sees, and products `Aᵀ w(A x)` by strips of rows of a large matrix.

#![allow(missing_docs, reason = "the modules under test are a user's code")]
#![allow(non_snake_case, reason = "the letters of the literature: F, Phi")]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::ops::ControlFlow;

use hypergrad::bilevel;
use hypergrad::error::SolveError;
use hypergrad::problem::{Bilevel, Dense, FixedPointMap};
use hypergrad::solver::{FixedPoint, GradientDescent, InnerSolver, Solution};
use nalgebra::{DMatrix, DVector};

/// Numbers without structure.
fn sines(rows: usize, columns: usize, [a, b, c, d]: [f64; 4]) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |i, j| (a * i as f64 + b * j as f64 + c * (i * j) as f64 + d).sin())
}

#[track_caller]
fn close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}: lengths");
    for (k, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{what}[{k}]: found {a}, expected {b}");
    }
}

/// One column per sample, data of one column and of one number per sample, y of several parts.
#[bilevel]
pub mod layers {
    use nalgebra::{DMatrix, DVector};

    pub struct Weights {
        pub a: DMatrix<f64>,
        pub b: DMatrix<f64>,
        pub c: DVector<f64>,
    }

    pub struct Data {
        pub inputs: DMatrix<f64>,
        pub scales: DVector<f64>,
    }

    pub fn Phi(x: &DMatrix<f64>, y: &Weights, data: &Data) -> DMatrix<f64> {
        let hidden = (&y.a * x + &y.b * &data.inputs).map(f64::sin);
        let sums = &y.a * hidden;
        DMatrix::from_fn(x.nrows(), x.ncols(), |k, i| data.scales[i] * (sums[(k, i)] + y.c[k]).tanh())
    }

    pub fn g(x: &DMatrix<f64>, _y: &Weights, _data: &Data) -> f64 {
        x.norm_squared() / x.ncols() as f64
    }
}

/// An objective, y with a number per sample.
#[bilevel]
pub mod terms {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub metric: DMatrix<f64>,
        pub targets: DMatrix<f64>,
    }

    pub fn f(x: &DMatrix<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let r = &data.metric * x - &data.targets;
        let each = |i: usize| 0.5 * r.column(i).norm_squared() + 0.5 * y[i].exp() * x.column(i).norm_squared();
        (0..x.ncols()).map(each).sum::<f64>()
    }

    pub fn g(x: &DMatrix<f64>, _y: &DVector<f64>, _data: &Data) -> f64 {
        x.sum()
    }
}

/// Diverges for a sample above 1/4.
#[bilevel]
pub mod squares {
    use nalgebra::DVector;

    pub fn Phi(x: &DVector<f64>, y: &DVector<f64>) -> DVector<f64> {
        x.component_mul(x) + y
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.sum()
    }
}

/// Each sample reads the one before it.
#[bilevel]
pub mod chained {
    use nalgebra::DVector;

    pub fn Phi(x: &DVector<f64>, y: &DVector<f64>) -> DVector<f64> {
        DVector::from_fn(x.len(), |i, _| 0.5 * y[i] * x[i].sin() + if i > 0 { 0.1 * x[i - 1] } else { 0.0 })
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.sum()
    }
}

/// Each sample reads how many there are.
#[bilevel]
pub mod counted {
    use nalgebra::DVector;

    pub fn Phi(x: &DVector<f64>, y: &DVector<f64>) -> DVector<f64> {
        (x.map(f64::sin) + y) / x.len() as f64
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.sum()
    }
}

/// Each sample reads where it stands.
#[bilevel]
pub mod placed {
    use nalgebra::DVector;

    pub fn Phi(x: &DVector<f64>, y: &DVector<f64>) -> DVector<f64> {
        DVector::from_fn(x.len(), |i, _| 0.5 * (x[i] + i as f64).sin() + y[i])
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.sum()
    }
}

/// Each sample reads a row of the data.
#[bilevel]
pub mod by_rows {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub inputs: DMatrix<f64>,
    }

    pub fn Phi(x: &DMatrix<f64>, y: &DVector<f64>, data: &Data) -> DMatrix<f64> {
        DMatrix::from_fn(x.nrows(), x.ncols(), |k, i| 0.5 * (x[(k, i)] + y[k] * data.inputs[(i, k)]).sin())
    }

    pub fn g(x: &DMatrix<f64>, _y: &DVector<f64>, _data: &Data) -> f64 {
        x.sum()
    }
}

/// A large matrix is read in strips.
#[bilevel]
pub mod logistic {
    use hypergrad::math::softplus;
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub labels: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let losses = (&data.a * x).zip_map(&data.labels, |t, label| softplus(-label * t));
        losses.sum() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a * x).map(f64::cos).sum()
    }
}

/// A root whose derivative is not symmetric, y and the weights with an entry for each row.
#[bilevel]
pub mod weighted {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f32>,
        pub targets: DVector<f32>,
    }

    pub fn F(x: &DVector<f32>, y: &DVector<f32>, data: &Data) -> DVector<f32> {
        let r = (&data.a * x - &data.targets).map(f32::tanh).component_mul(y);
        data.a.transpose() * r + x * x[0]
    }

    pub fn g(x: &DVector<f32>, _y: &DVector<f32>, _data: &Data) -> f32 {
        x.sum()
    }
}

/// As many rows as columns: what has an entry for each row is read as a whole too.
#[bilevel]
pub mod square {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
    }

    pub fn F(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> DVector<f64> {
        data.a.transpose() * (&data.a * x).map(f64::sin).component_mul(x) + y
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, _data: &Data) -> f64 {
        x.sum()
    }
}

type Run = (Vec<f64>, Result<Solution<()>, SolveError>);

/// A run by nobody, and one that is observed.
fn both<P: Bilevel<Scalar = f64>>(problem: &P, x: &P::X, y: &P::Y, solver: &impl InnerSolver<P>) -> [Run; 2] {
    let (mut alone, mut seen) = (problem.work(x, y).unwrap(), problem.work(x, y).unwrap());
    let mut workspace = solver.workspace(problem, &alone).unwrap();
    let run = solver.run(problem, &mut alone, &mut workspace);
    let observed = solver.run_observed(problem, &mut seen, &mut workspace, None, &mut |_| ControlFlow::Continue(()));
    [(problem.x(&alone).to_vec(), run), (problem.x(&seen).to_vec(), observed)]
}

fn agree<P: Bilevel<Scalar = f64>>(problem: &P, x: &P::X, y: &P::Y, solver: &impl InnerSolver<P>) {
    let [(alone, run), (seen, observed)] = both(problem, x, y, solver);
    close("x", &alone, &seen, 1e-14);
    let (run, observed) = (run.unwrap(), observed.unwrap());
    assert_eq!((run.steps, run.converged), (observed.steps, observed.converged));
    assert!((run.residual - observed.residual).abs() <= 1e-14 * (1.0 + observed.residual), "{run:?} {observed:?}");
}

fn is_by_samples<P: Bilevel>(_: &P) -> bool {
    P::BY_SAMPLES
}

#[test]
fn fixed_points_of_columns() {
    // Several blocks, the last one shorter; one block; one sample; none.
    for samples in [203, 20, 1, 0] {
        let data = layers::Data {
            inputs: sines(4, samples, [0.9, 1.4, 0.2, 0.1]),
            scales: DVector::from_fn(samples, |i, _| 1.0 + 0.5 * (i as f64).sin()),
        };
        let y = layers::Weights {
            a: 0.4 * sines(5, 5, [1.1, 0.5, 0.3, 0.7]),
            b: sines(5, 4, [0.7, 0.2, 0.9, 0.4]),
            c: DVector::from_fn(5, |k, _| 0.1 * k as f64),
        };
        let problem = layers::Problem::new(&data).unwrap();
        assert!(is_by_samples(&problem));
        let x = sines(5, samples, [0.3, 0.8, 0.5, 0.6]);
        for steps in [1, 2, 7] {
            agree(&problem, &x, &y, &FixedPoint::new().steps(steps));
        }
        // What was made ready for blocks is not taken for that of all samples.
        let found = problem.solve(&x, &y, &FixedPoint::new().steps(7)).unwrap();
        let plain = (0..7).fold(x.clone(), |x, _| layers::Phi(&x, &y, &data));
        close("x", found.x.as_slice(), plain.as_slice(), 1e-14);
    }
}

#[test]
fn descents_of_columns() {
    let data = terms::Data { metric: sines(3, 3, [0.9, 1.4, 0.2, 0.1]), targets: sines(3, 300, [1.1, 0.5, 0.3, 0.7]) };
    let problem = terms::Problem::new(&data).unwrap();
    assert!(is_by_samples(&problem));
    let (x, y) = (sines(3, 300, [0.3, 0.8, 0.5, 0.6]), DVector::from_fn(300, |i, _| (i as f64).cos()));
    agree(&problem, &x, &y, &GradientDescent::new(0.1).steps(9));
    let wrong = problem.solve(&x, &y, &GradientDescent::new(-0.1).steps(9)).unwrap_err();
    assert!(matches!(wrong, SolveError::InvalidSetting { what: "step", .. }), "{wrong}");
}

/// The step at which a number is no longer finite is the same, wherever the sample stands.
#[test]
fn what_diverges_names_the_step() {
    let problem = squares::Problem::new().unwrap();
    assert!(is_by_samples(&problem));
    for sample in [0, 1500, 2999] {
        let x = DVector::zeros(3000);
        let y = DVector::from_fn(3000, |i, _| if i == sample { 3.0 } else { 0.1 });
        let [(alone, run), (seen, observed)] = both(&problem, &x, &y, &FixedPoint::new().steps(40));
        let (run, observed) = (run.unwrap_err(), observed.unwrap_err());
        assert!(matches!(run, SolveError::NonFinite { step: 2..40, .. }), "{run}");
        assert_eq!(run.to_string(), observed.to_string());
        assert!(alone.iter().zip(&seen).all(|(a, b)| a.to_bits() == b.to_bits()));
    }
}

/// How many samples there are is known before.
#[test]
fn how_many_there_are() {
    let (x, y) = (DVector::from_fn(3000, |i, _| (i as f64).sin()), DVector::from_fn(3000, |i, _| (i as f64).cos()));
    let problem = counted::Problem::new().unwrap();
    assert!(is_by_samples(&problem));
    agree(&problem, &x, &y, &FixedPoint::new().steps(3));
    let found = problem.solve(&x, &y, &FixedPoint::new().steps(3)).unwrap();
    let plain = (0..3).fold(x, |x, _| counted::Phi(&x, &y));
    close("x", found.x.as_slice(), plain.as_slice(), 1e-14);
}

/// Five steps of all samples.
fn whole<P: FixedPointMap<Scalar = f64>>(problem: &P, x: &P::X, y: &P::Y, steps: &FixedPoint, plain: &[f64]) {
    let [(alone, run), _] = both(problem, x, y, steps);
    assert_eq!(run.unwrap().steps, 5);
    close("x", &alone, plain, 1e-14);
}

#[test]
fn samples_that_are_not_apart() {
    let (x, y) = (DVector::from_fn(3000, |i, _| (i as f64).sin()), DVector::from_fn(3000, |i, _| (i as f64).cos()));
    let steps = FixedPoint::new().steps(5);
    let repeated = |map: &dyn Fn(&DVector<f64>) -> DVector<f64>| (0..5).fold(x.clone(), |x, _| map(&x));
    let plain = repeated(&|x| chained::Phi(x, &y));
    assert!(!is_by_samples(&chained::Problem::new().unwrap()));
    whole(&chained::Problem::new().unwrap(), &x, &y, &steps, plain.flat());
    let plain = repeated(&|x| placed::Phi(x, &y));
    assert!(!is_by_samples(&placed::Problem::new().unwrap()));
    whole(&placed::Problem::new().unwrap(), &x, &y, &steps, plain.flat());
    let data = by_rows::Data { inputs: sines(900, 4, [0.9, 1.4, 0.2, 0.1]) };
    let (x, y) = (sines(4, 900, [0.3, 0.8, 0.5, 0.6]), DVector::from_fn(4, |k, _| k as f64));
    let plain = (0..5).fold(x.clone(), |x: DMatrix<f64>, _| by_rows::Phi(&x, &y, &data));
    assert!(!is_by_samples(&by_rows::Problem::new(&data).unwrap()));
    whole(&by_rows::Problem::new(&data).unwrap(), &x, &y, &steps, plain.as_slice());
}

/// Of a y in several blocks one is as long as the rows: where it stands among the entries depends on their number.
#[bilevel]
pub mod in_blocks {
    use nalgebra::{DMatrix, DVector};

    #[derive(Clone)]
    pub struct Outer {
        pub weights: DVector<f64>,
        pub shifts: DVector<f64>,
        pub beta: f64,
    }

    pub struct Data {
        pub a: DMatrix<f64>,
    }

    pub fn F(x: &DVector<f64>, y: &Outer, data: &Data) -> DVector<f64> {
        let t = &data.a * x + &y.shifts;
        data.a.transpose() * t.map(f64::tanh).component_mul(&y.weights) * y.beta + x
    }

    pub fn g(x: &DVector<f64>, _y: &Outer, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

#[test]
fn variables_in_blocks() {
    let (rows, columns) = (1531, 65);
    let data = in_blocks::Data { a: sines(rows, columns, [1.3, 0.7, 0.1, 0.0]) };
    let problem = in_blocks::Problem::new(&data).unwrap();
    let y = in_blocks::Outer {
        weights: DVector::from_fn(rows, |i, _| (i as f64).sin()),
        shifts: DVector::from_fn(rows, |i, _| (0.3 * i as f64).cos()),
        beta: 0.7,
    };
    let (x, u) = (DVector::from_fn(columns, |j, _| 0.1 * (j as f64).cos()), DVector::from_fn(columns, |j, _| (j as f64).sin()));
    let at = problem.at(&x, &y).unwrap();
    close("F", at.F().as_slice(), in_blocks::F(&x, &y, &data).as_slice(), 1e-12);
    let t = &data.a * &x + &y.shifts;
    let slopes = t.map(|t| 1.0 - t.tanh().powi(2)).component_mul(&y.weights).component_mul(&(&data.a * &u));
    close("F_1 u", at.F_1_mul(&u).as_slice(), (data.a.transpose() * slopes * y.beta + &u).as_slice(), 1e-12);
}

/// Slopes and an intercept; of y, what is as long as the rows stands at the end.
#[bilevel]
pub mod intercept {
    use nalgebra::{DMatrix, DVector};

    pub struct Line {
        pub slopes: DVector<f64>,
        pub intercept: f64,
    }

    pub struct Outer {
        pub beta: f64,
        pub weights: DVector<f64>,
    }

    pub struct Data {
        pub a: DMatrix<f64>,
    }

    pub fn f(x: &Line, y: &Outer, data: &Data) -> f64 {
        let t = (&data.a * &x.slopes).add_scalar(x.intercept);
        t.map(|t| (1.0 + t * t).sqrt()).dot(&y.weights) + 0.5 * y.beta * x.slopes.norm_squared()
    }

    pub fn g(x: &Line, _y: &Outer, data: &Data) -> f64 {
        (&data.a * &x.slopes).add_scalar(x.intercept).map(f64::cos).sum()
    }
}

#[test]
fn strips_with_an_intercept() {
    for (rows, columns) in [(1531, 65), (40, 7)] {
        let data = intercept::Data { a: sines(rows, columns, [1.3, 0.7, 0.1, 0.0]) };
        let problem = intercept::Problem::new(&data).unwrap();
        let weights = DVector::from_fn(rows, |i, _| 1.5 + (i as f64).sin());
        let y = intercept::Outer { beta: 0.7, weights };
        let vector = |shift: f64| DVector::from_fn(columns, |j, _| 0.3 * (j as f64 + shift).cos());
        let (x, u) =
            [(vector(0.0), 0.4), (vector(0.9), -1.3)].map(|(slopes, intercept)| intercept::Line { slopes, intercept }).into();
        let shifted = |x: &intercept::Line| (&data.a * &x.slopes).add_scalar(x.intercept);
        let flat = |w: &DVector<f64>, rest: &DVector<f64>| {
            let slopes = data.a.transpose() * w + rest;
            [slopes.as_slice(), &[w.sum()]].concat()
        };
        let (t, tu) = (shifted(&x), shifted(&u));
        let f = flat(&t.map(|t| t / (1.0 + t * t).sqrt()).component_mul(&y.weights), &(&x.slopes * y.beta));
        let second = t.map(|t| (1.0 + t * t).powf(-1.5)).component_mul(&y.weights).component_mul(&tu);
        let f_1_u = flat(&second, &(&u.slopes * y.beta));
        let g_1 = flat(&t.map(|t| -t.sin()), &DVector::zeros(columns));
        let of = |line: &intercept::Line| [line.slopes.as_slice(), &[line.intercept]].concat();
        for order in [[0, 1, 2, 3], [1, 0, 3, 2], [3, 0, 1, 2], [3, 0, 2, 1]] {
            let at = problem.at(&x, &y).unwrap();
            for asked in order {
                match asked {
                    0 => close("F", &of(&at.F()), &f, 1e-12),
                    1 => close("F_1 u", &of(&at.F_1_mul(&u)), &f_1_u, 1e-12),
                    2 => close("g_1", &of(&at.g_1()), &g_1, 1e-12),
                    _ => close("f", &[at.f()], &[intercept::f(&x, &y, &data)], 1e-12),
                }
            }
        }
    }
}

/// Two large matrices, one after the other; the last derivatives read them with x, with v and with a direction.
#[bilevel]
pub mod two_tables {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DMatrix<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let quartic = (&data.b * x).map(|t| 0.25 * t.powi(4)).sum();
        (&data.a * x).map(|t| (1.0 + t * t).sqrt()).sum() + quartic + 0.5 * y.dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.b * x).map(f64::cos).sum()
    }
}

#[test]
fn strips_of_two_tables() {
    // Both in strips, one of them, none.
    for (of_a, of_b, columns) in [(1531, 1230, 65), (1300, 40, 61), (30, 20, 3)] {
        let data = two_tables::Data {
            a: sines(of_a, columns, [1.3, 0.7, 0.1, 0.0]),
            b: 0.3 * sines(of_b, columns, [0.3, 0.8, 0.5, 0.6]),
        };
        let problem = two_tables::Problem::new(&data).unwrap();
        let vector = |shift: f64| DVector::from_fn(columns, |j, _| 0.3 * (j as f64 + shift).cos());
        let (x, y, u, v) = (vector(0.0), vector(0.4), vector(0.9), vector(2.3));
        let [ax, au, av] = [&x, &u, &v].map(|x| &data.a * x);
        let [bx, bu, bv] = [&x, &u, &v].map(|x| &data.b * x);
        let both = |of_a: DVector<f64>, of_b: DVector<f64>| data.a.transpose() * of_a + data.b.transpose() * of_b;
        let f = both(ax.map(|t| t / (1.0 + t * t).sqrt()), bx.map(|t| t.powi(3))) + y.component_mul(&x);
        let second = ax.map(|t| (1.0 + t * t).powf(-1.5));
        let f_1_u = both(second.component_mul(&au), bx.map(|t| 3.0 * t * t).component_mul(&bu)) + y.component_mul(&u);
        let third = ax.map(|t| -3.0 * t * (1.0 + t * t).powf(-2.5)).component_mul(&av);
        let of_b = (bx.map(|t| -t.cos()) - bx.map(|t| 6.0 * t).component_mul(&bv)).component_mul(&bu);
        let m_11_u = both(-third.component_mul(&au), of_b);
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 1], [2, 0, 2]] {
            let mut work = problem.work(&x, &y).unwrap();
            problem.set_adjoint(&mut work, v.as_slice());
            let mut out = vec![f64::NAN; columns];
            for asked in order {
                match asked {
                    0 => problem.residual(&mut work, &mut out),
                    1 => problem.f_1_mul(&mut work, u.as_slice(), &mut out),
                    _ => problem.m_11_mul(&mut work, u.as_slice(), &mut out),
                }
                let (what, expected) = [("F", &f), ("F_1 u", &f_1_u), ("M_11 u", &m_11_u)][asked];
                close(what, &out, expected.as_slice(), 1e-12);
            }
            // Another v, the same point.
            problem.set_adjoint(&mut work, u.as_slice());
            problem.m_11_mul(&mut work, v.as_slice(), &mut out);
            let of_b = (bx.map(|t| -t.cos()).component_mul(&bv)) - bx.map(|t| 6.0 * t).component_mul(&bv).component_mul(&bu);
            close("M_11 v", &out, both(-third.component_mul(&au), of_b).as_slice(), 1e-12);
        }
    }
}

fn sigmoid(t: f64) -> f64 {
    1.0 / (1.0 + (-t).exp())
}

/// In one strip, in several ones, with a last one of a few rows; in every order of the questions.
#[test]
fn products_in_strips() {
    for (rows, columns) in [(1500, 61), (1537, 64), (70, 3), (700, 100), (40_000, 2), (300, 700)] {
        let a = sines(rows, columns, [1.3, 0.7, 0.1, 0.0]);
        let labels = DVector::from_fn(rows, |i, _| if (7 * i * i + i) % 3 == 0 { -1.0 } else { 1.0 });
        let data = logistic::Data { a: a.clone(), labels: labels.clone() };
        let problem = logistic::Problem::new(&data).unwrap();
        let vector = |shift: f64| DVector::from_fn(columns, |j, _| 0.3 * (j as f64 + shift).cos());
        let (x, y, u) = (vector(0.0), vector(0.4), vector(0.9));
        let t = &a * &x;
        let first = t.zip_map(&labels, |t, label| -label * sigmoid(-label * t));
        let second = t.zip_map(&labels, |t, label| sigmoid(-label * t) * sigmoid(label * t));
        let f = a.transpose() * first + y.map(f64::exp).component_mul(&x);
        let f_1_u = a.transpose() * second.component_mul(&(&a * &u)) + y.map(f64::exp).component_mul(&u);
        let g_1 = a.transpose() * t.map(|t| -t.sin());
        let orders = [[0, 1, 2, 3, 1], [1, 0, 3, 2, 0], [2, 2, 1, 0, 3], [3, 1, 2, 1, 0]];
        // F after f, as at the point before, and then no more.
        let again = [[3, 0, 0, 3, 1], [3, 0, 1, 2, 3], [3, 3, 1, 1, 2], [3, 1, 2, 2, 0], [3, 0, 1, 1, 0]];
        for order in orders.into_iter().chain(again) {
            let at = problem.at(&x, &y).unwrap();
            for asked in order {
                match asked {
                    0 => close("F", at.F().as_slice(), f.as_slice(), 1e-12),
                    1 => close("F_1 u", at.F_1_mul(&u).as_slice(), f_1_u.as_slice(), 1e-12),
                    2 => close("g_1", at.g_1().as_slice(), g_1.as_slice(), 1e-12),
                    _ => close("f", &[at.f()], &[logistic::f(&x, &y, &data)], 1e-12),
                }
            }
        }
        if columns < 10 && rows < 100 {
            assert!(problem.check_derivatives(&x, &y).unwrap().is_certain());
        }
    }
}

#[test]
fn products_of_singles_in_strips() {
    let (rows, columns) = (1531, 65);
    let single = |a: DMatrix<f64>| a.map(|t| t as f32);
    let a = single(sines(rows, columns, [1.3, 0.7, 0.1, 0.0]));
    let data = weighted::Data { a: a.clone(), targets: DVector::from_fn(rows, |i, _| (i as f32).sin()) };
    let problem = weighted::Problem::new(&data).unwrap();
    let (x, y) =
        (DVector::from_fn(columns, |j, _| 0.1 * (j as f32).cos()), DVector::from_fn(rows, |i, _| (0.7 * i as f32).cos()));
    let u = DVector::from_fn(columns, |j, _| (0.3 * j as f32).sin());
    let at = problem.at(&x, &y).unwrap();
    let wide = |v: &DVector<f32>| v.iter().map(|t| f64::from(*t)).collect::<Vec<_>>();
    let slopes = (&a * &x - &data.targets).map(|t| 1.0 - t.tanh().powi(2)).component_mul(&y);
    let product = a.transpose() * slopes.component_mul(&(&a * &u)) + &u * x[0] + &x * u[0];
    close("F_1 u", &wide(&at.F_1_mul(&u)), &wide(&product), 1e-4);
    close("F", &wide(&at.F()), &wide(&weighted::F(&x, &y, &data)), 1e-4);
    let mut transposed = a.transpose() * slopes.component_mul(&(&a * &u)) + &u * x[0];
    transposed[0] += u.dot(&x);
    close("F_1ᵀ u", &wide(&at.F_1_tr_mul(&u)), &wide(&transposed), 1e-4);
}

#[test]
fn square_matrices_are_read_whole() {
    let n = 300;
    let data = square::Data { a: sines(n, n, [1.3, 0.7, 0.1, 0.0]) };
    let problem = square::Problem::new(&data).unwrap();
    let (x, y) = (DVector::from_fn(n, |j, _| 0.1 * (j as f64).cos()), DVector::from_fn(n, |j, _| (j as f64).sin()));
    let at = problem.at(&x, &y).unwrap();
    close("F", at.F().as_slice(), square::F(&x, &y, &data).as_slice(), 1e-12);
    let u = DVector::from_fn(n, |j, _| (0.3 * j as f64).sin());
    let t = &data.a * &x;
    let inner = t.map(f64::cos).component_mul(&x).component_mul(&(&data.a * &u)) + t.map(f64::sin).component_mul(&u);
    close("F_1 u", at.F_1_mul(&u).as_slice(), (data.a.transpose() * inner).as_slice(), 1e-12);
}
