//! Lengths that depend on indices: items of a `Vec` that each have their own size, and `x.rows(0, i + 1)`.

use hypergrad::bilevel;
use hypergrad::error::ShapeError;
use nalgebra::{DMatrix, DVector};

use crate::{check, matrix, vector};

/// Values and derivatives.
macro_rules! agree {
    ($module:ident, $problem:expr, $x:expr, $y:expr, $f:expr, $g:expr) => {{
        let (problem, x, y) = ($problem, &$x, &$y);
        let at = problem.at(x, y).unwrap();
        for (found, expected) in [(at.f(), $f), (at.g(), $g)] {
            // Some dozens of terms of order 1 to 100.
            assert!((found - expected).abs() <= 1e-11 * (1.0 + expected.abs()), "{found} for {expected}");
        }
        check(&problem, x, y);
    }};
}

/// Cross-validation: a column of x for each fold, and folds of any number of rows.
#[bilevel]
pub mod folds {
    use nalgebra::{DMatrix, DVector};

    pub struct Fold {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
        pub a_test: DMatrix<f64>,
        pub b_test: DVector<f64>,
    }

    pub struct Data {
        pub folds: Vec<Fold>,
    }

    pub fn f(x: &DMatrix<f64>, y: &f64, data: &Data) -> f64 {
        let losses = data.folds.iter().enumerate().map(|(k, fold)| {
            let w = x.column(k);
            (&fold.a * &w - &fold.b).norm_squared() / fold.a.nrows() as f64 + y.exp() * w.norm_squared()
        });
        losses.sum::<f64>()
    }

    pub fn g(x: &DMatrix<f64>, _: &f64, data: &Data) -> f64 {
        let mut total = 0.0;
        for k in 0..data.folds.len() {
            let Fold { a_test, b_test, .. } = &data.folds[k];
            for i in 0..a_test.nrows() {
                total += (a_test.row(i).dot(&x.column(k).transpose()) - b_test[i]).powi(2) * (i as f64 + 1.0);
            }
        }
        total
    }
}

fn fold(rows: usize, tests: usize) -> folds::Fold {
    folds::Fold {
        a: matrix(rows, 2, rows as f64),
        b: vector(rows, 0.2),
        a_test: matrix(tests, 2, 0.3),
        b_test: vector(tests, 0.7),
    }
}

#[test]
fn folds_of_any_number_of_rows() {
    let data = folds::Data { folds: vec![fold(4, 3), fold(6, 1), fold(5, 2)] };
    let x = matrix(2, 3, 0.4);
    agree!(folds, folds::Problem::new(&data).unwrap(), x, 0.3, folds::f(&x, &0.3, &data), folds::g(&x, &0.3, &data));
    // Each fold is a block of its own.
    let structure = folds::Problem::STRUCTURE;
    assert!(structure.f1_block_diagonal && structure.f1_definite && structure.f1_constant_in_x);
}

#[test]
fn sizes_of_one_item_agree() {
    let mut folds = vec![fold(4, 3), fold(6, 1)];
    folds[1].b = vector(5, 0.1);
    let error = folds::Problem::new(folds::Data { folds }).unwrap_err();
    let expected = matches!(error, ShapeError::ItemMismatch { item: 1, left_size: 6, right_size: 5, .. });
    assert!(
        expected && error.to_string().contains("in item 1 `data.folds.a` has size 6 and `data.folds.b` has size 5"),
        "{error}"
    );
    let mut folds = vec![fold(4, 3), fold(6, 1)];
    folds[0].a = matrix(4, 3, 0.1);
    let error = folds::Problem::new(folds::Data { folds }).unwrap_err();
    assert!(matches!(error, ShapeError::UnequalItems { item: 1, found: 2, expected: 3, .. }), "{error}");
}

/// Visits of patients: every word on a vector whose length is the item's own.
#[bilevel]
pub mod visits {
    use hypergrad::math::log_sum_exp;
    use nalgebra::DVector;

    pub struct Patient {
        pub times: DVector<f64>,
        pub values: Vec<f64>,
    }

    pub struct Data {
        pub patients: Vec<Patient>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let fits = data.patients.iter().zip(y.iter()).map(|(p, y)| {
            let means = p.times.map(|t| (t * x[0]).exp() + x[1] * t.ln());
            let residuals = means - DVector::from_column_slice(&p.values);
            let weights: Vec<f64> = p.times.iter().map(|t| (t - x[2]).powi(2)).collect();
            let total: f64 = weights.iter().zip(&p.values).map(|(w, v)| w * v).sum();
            residuals.norm_squared() * y.exp() + residuals.add_scalar(0.3).map(f64::cos).sum() + total / p.values.len() as f64
        });
        let whole: f64 = data
            .patients
            .iter()
            .map(|p| {
                let scaled = p.times.map(|t| t * x[0]);
                p.times.mean() * x[2] + scaled.max() + log_sum_exp(&scaled) + scaled.variance() - p.times.normalize().sum() * x[1]
            })
            .sum();
        fits.sum::<f64>() + whole
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let steps: f64 = data
            .patients
            .iter()
            .map(|p| (1..p.times.len()).map(|i| (p.times[i] - p.times[i - 1]) * (x[0] * p.values[i] + y[0]).sin()).sum::<f64>())
            .sum();
        let made: f64 = data
            .patients
            .iter()
            .map(|p| DVector::from_fn(p.times.len(), |i, _| p.times[i].sqrt() * x[1] + i as f64).norm_squared())
            .sum();
        let products: f64 =
            data.patients.iter().map(|p| p.times.iter().map(|t| t + x[0]).product::<f64>().sin() + p.times[0]).sum();
        let mut pairs = 0.0;
        for p in &data.patients {
            for i in 0..p.times.len() {
                for j in 0..i {
                    pairs += (p.times[i] - p.times[j]).abs() * x[0].powi(2) * p.values[j];
                }
            }
        }
        let long = data.patients.iter().filter(|p| p.times.len() > 3).map(|p| p.times.sum() * x[1].exp()).sum::<f64>();
        let flat = data.patients.iter().flat_map(|p| p.times.iter().map(|t| (t * x[0]).sin())).sum::<f64>();
        let windows: f64 =
            data.patients.iter().map(|p| p.values.windows(2).map(|w| (w[1] - w[0] * x[0]).powi(2)).sum::<f64>()).sum();
        let outer: f64 = data.patients.iter().map(|p| (&p.times * p.times.transpose() * x[0]).map(|t| t.cos()).sum()).sum();
        steps + made + products + pairs + long + flat + windows + outer
    }
}

#[test]
fn visits_of_any_number() {
    let times = |n: usize, seed: f64| vector(n, seed).map(|t| t.abs() + 0.4);
    let patient =
        |k: usize| visits::Patient { times: times(3 + 2 * k, k as f64), values: vector(3 + 2 * k, 0.6).as_slice().to_vec() };
    let (x, y) = (vector(3, 0.3), vector(3, 0.8));
    for counts in [[0, 1, 2], [2, 0, 0], [1, 1, 1]] {
        let data = visits::Data { patients: counts.into_iter().map(patient).collect() };
        agree!(visits, visits::Problem::new(&data).unwrap(), x, y, visits::f(&x, &y, &data), visits::g(&x, &y, &data));
    }
}

/// Items that meet each other are of one size.
#[bilevel]
pub mod meeting {
    use nalgebra::DVector;

    pub struct Data {
        pub points: Vec<DVector<f64>>,
    }

    pub fn f(x: &DVector<f64>, y: &f64, data: &Data) -> f64 {
        let n = data.points.len();
        let pairs = (0..n).map(|i| (0..n).map(|j| (&data.points[i] - &data.points[j]).norm_squared() * x[i] * x[j]).sum::<f64>());
        pairs.sum::<f64>() * y + x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &f64, _data: &Data) -> f64 {
        x.sum() * y
    }
}

#[test]
fn items_that_meet_are_of_one_size() {
    let (x, y) = (vector(3, 0.3), 0.2);
    let data = meeting::Data { points: (0..3).map(|k| vector(2, f64::from(k))).collect() };
    agree!(meeting, meeting::Problem::new(&data).unwrap(), x, y, meeting::f(&x, &y, &data), meeting::g(&x, &y, &data));
    let data = meeting::Data { points: (2..5).map(|n| vector(n, 0.1)).collect() };
    let error = meeting::Problem::new(&data).unwrap_err();
    assert!(matches!(error, ShapeError::UnequalItems { item: 1, .. }), "{error}");
}

/// Lengths that outer indices decide.
#[bilevel]
pub mod growing {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let cumulative = (0..x.len()).map(|i| x.rows(0, i + 1).sum().sin()).sum::<f64>();
        let rest = (0..x.len()).map(|i| x.rows(i, x.len() - i).map(|t| t.exp()).mean()).sum::<f64>();
        let leading = (0..4).map(|i| (data.a.view((0, 0), (i + 1, i + 1)) * x.rows(0, i + 1)).norm_squared()).sum::<f64>();
        cumulative + rest + leading + (x - y).norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, _data: &Data) -> f64 {
        let made = (0..3).map(|i| DVector::from_fn(i + 1, |j, _| (x[j] * y[i]).ln_1p()).norm()).sum::<f64>();
        let mut sum = 0.0;
        for i in 0..x.len() {
            let head = x.rows(0, i + 1);
            sum += head.dot(&y.rows(0, i + 1)) / head.len() as f64 + head[i];
        }
        made + sum
    }
}

#[test]
fn lengths_of_outer_indices() {
    let (x, y): (DVector<f64>, DVector<f64>) = (vector(4, 0.3).map(f64::abs), vector(4, 0.8).map(f64::abs));
    let data = growing::Data { a: DMatrix::from_fn(4, 4, |i, j| 1.0 / (1.0 + i as f64 + 2.0 * j as f64)) };
    agree!(growing, growing::Problem::new(&data).unwrap(), x, y, growing::f(&x, &y, &data), growing::g(&x, &y, &data));
}

/// A loop over `3..n` pushes nothing at n = 3, and at n = 2 its length would count below 0.
#[bilevel]
pub mod pushed {
    use nalgebra::DVector;

    pub struct Data {
        pub b: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &f64) -> f64 {
        x.norm_squared() + y * x.sum()
    }

    pub fn g(x: &DVector<f64>, y: &f64, data: &Data) -> f64 {
        let mut later = Vec::new();
        for i in 3..data.b.len() {
            later.push(x[0] * data.b[i]);
        }
        later.len() as f64 + later.iter().sum::<f64>() * y
    }
}

#[test]
fn a_length_below_zero_is_refused() {
    let (x, y) = (DVector::from_vec(vec![0.7, -0.4]), 0.3);
    for length in [3, 5] {
        let data = pushed::Data { b: DVector::from_fn(length, |i, _| (i as f64).cos()) };
        let problem = pushed::Problem::new(&data).unwrap();
        let at = problem.at(&x, &y).unwrap();
        assert!((at.g() - pushed::g(&x, &y, &data)).abs() < 1e-14);
    }
    let found = pushed::Problem::new(pushed::Data { b: DVector::zeros(2) }).map(|_| ());
    assert!(matches!(found, Err(hypergrad::ShapeError::TooSmall { needed: 3, found: 2, .. })), "{found:?}");
}
