//! Lists in the items of lists, signed integers, variants and tuples of the data; data that is itself a list.

#![allow(clippy::ptr_arg, reason = "every spelling is meant")]

use hypergrad::bilevel;
use hypergrad::error::ShapeError;
use nalgebra::{DVector, Matrix2, Vector3};

use crate::{check, vector};

/// Values and derivatives.
macro_rules! agree {
    ($module:ident, $data:expr, $x:expr, $y:expr) => {{
        let (data, x, y) = ($data, $x, $y);
        let (f, g) = ($module::f(&x, &y, &data), $module::g(&x, &y, &data));
        let problem = $module::Problem::new(data).unwrap();
        let at = problem.at(&x, &y).unwrap();
        for (found, expected) in [(at.f(), f), (at.g(), g)] {
            // A few dozen terms of order 1.
            assert!((found - expected).abs() <= 1e-12 * (1.0 + expected.abs()), "{found} for {expected}");
        }
        check(&problem, &x, &y);
    }};
}

#[bilevel]
pub mod series {
    use nalgebra::{DVector, Matrix2, Vector3};

    #[derive(Clone)]
    pub struct Visit {
        pub dose: f64,
        pub scores: Vec<f64>,
        pub place: usize,
    }

    #[derive(Clone)]
    pub struct Patient {
        pub rows: Vec<DVector<f64>>,
        pub visits: Vec<Visit>,
        pub seen: Vec<bool>,
        pub gram: [Matrix2<f64>; 2],
        pub edges: Vec<[usize; 2]>,
    }

    #[derive(Clone)]
    pub struct Data {
        pub patients: Vec<Patient>,
        pub neighbours: Vec<Vec<usize>>,
        pub weighed: Vec<Vec<(usize, f64)>>,
        pub ragged: Vec<Vec<f64>>,
        pub square: Vec<Vec<f64>>,
        pub deep: Vec<Vec<Vec<f64>>>,
        pub points: [[Vector3<f64>; 2]; 2],
    }

    pub fn f(x: &Vector3<f64>, y: &Vector3<f64>, data: &Data) -> f64 {
        let mut total = 0.0;
        for patient in &data.patients {
            for row in &patient.rows {
                total += row.dot(x).powi(2);
            }
            for (visit, seen) in patient.visits.iter().zip(&patient.seen) {
                if *seen {
                    total += (visit.dose * x[visit.place] - visit.scores.iter().sum::<f64>()).powi(2);
                }
            }
            total += patient.edges.iter().map(|e| (x[e[0]] - x[e[1]]).powi(2)).sum::<f64>();
            total += patient.gram[1][(0, 1)] * x[0] / patient.visits.len() as f64;
        }
        for (i, list) in data.neighbours.iter().enumerate() {
            for &j in list {
                total += (x[i] - x[j]).powi(2) / list.len() as f64;
            }
        }
        total * y[0].exp() + x.norm_squared()
    }

    pub fn g(x: &Vector3<f64>, y: &Vector3<f64>, data: &Data) -> f64 {
        let weighed: f64 = (0..3).map(|i| data.weighed[i].iter().map(|(j, w)| w * (x[i] - y[*j]).powi(2)).sum::<f64>()).sum();
        let ragged: f64 = data.ragged.iter().zip(x.iter()).map(|(g, t)| g.iter().map(|s| (s * t).sin()).sum::<f64>()).sum();
        let mut square = 0.0;
        for i in 0..data.square.len() {
            for j in 0..3 {
                square += data.square[i][j] * x[j] * y[i];
            }
        }
        let deep: f64 = data.deep.iter().flat_map(|a| a.iter().map(|b| b.iter().map(|t| t * x[0]).sum::<f64>().powi(2))).sum();
        let points: f64 = data.points.iter().map(|pair| pair.iter().map(|p| (p - x).norm_squared()).product::<f64>()).sum();
        weighed + ragged + square + deep + points
    }
}

fn series() -> series::Data {
    let visit = |k: usize| series::Visit {
        dose: 0.3 + k as f64,
        scores: (0..k % 3).map(|i| (i as f64 - 0.4 * k as f64).cos()).collect(),
        place: (2 * k) % 3,
    };
    let patient = |k: usize| series::Patient {
        rows: (0..=k).map(|i| vector(3, (i * k) as f64 + 0.2)).collect(),
        visits: (0..2 * k).map(visit).collect(),
        seen: (0..2 * k).map(|i| i % 2 == 0).collect(),
        gram: [Matrix2::identity(), Matrix2::new(0.1, 0.2 + k as f64, 0.3, 0.4)],
        edges: (0..k).map(|i| [i % 3, (i + 1) % 3]).collect(),
    };
    series::Data {
        patients: (1..4).map(patient).collect(),
        neighbours: vec![vec![1, 2], vec![], vec![0]],
        weighed: vec![vec![(0, 0.5), (2, 1.5)], vec![(1, -1.0)], vec![]],
        ragged: vec![vec![1.0, 2.0], vec![0.5], vec![0.1, 0.2, 0.3]],
        square: vec![vec![0.1, 0.2, 0.3], vec![-0.4, 0.5, 0.6]],
        deep: vec![vec![vec![1.0], vec![0.5, 0.25]], vec![], vec![vec![], vec![2.0, 0.3, 0.1], vec![0.7]]],
        points: [[Vector3::new(0.1, 0.2, 0.3), Vector3::new(1.0, -0.2, 0.5)]; 2],
    }
}

#[test]
fn lists_in_items() {
    agree!(series, series(), Vector3::new(0.4, -0.3, 0.8), Vector3::new(0.2, 0.7, -0.5));
}

#[test]
fn an_index_of_an_inner_list_is_checked() {
    let mut data = series();
    data.neighbours[2].push(7);
    let error = series::Problem::new(data).unwrap_err();
    assert!(matches!(error, ShapeError::IndexOutOfRange { value: 7, .. }), "{error}");
    let mut data = series();
    data.patients[1].rows[0] = vector(4, 0.1);
    let error = series::Problem::new(data).unwrap_err();
    assert!(matches!(error, ShapeError::UnequalItems { .. }), "{error}");
}

#[bilevel]
pub mod labels {
    use nalgebra::DVector;

    #[derive(Clone, Copy)]
    pub enum Kind {
        Control,
        Treated,
        Lost,
    }

    #[derive(Clone)]
    pub struct Row {
        pub sign: i8,
        pub kind: Kind,
        pub value: f64,
    }

    pub struct Data {
        pub signs: Vec<i32>,
        pub counts: DVector<i64>,
        pub kinds: Vec<Kind>,
        pub rows: Vec<Row>,
        pub folds: Vec<Vec<i32>>,
        pub bounds: (f64, f64),
        pub degree: u32,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let logistic: f64 = data.signs.iter().zip(x.iter()).map(|(&s, t)| (-f64::from(s) * t).exp().ln_1p()).sum();
        let poisson: f64 = (0..x.len()).map(|i| x[i].exp() - data.counts[i] as f64 * x[i]).sum();
        let chosen: f64 = data
            .kinds
            .iter()
            .zip(x.iter())
            .map(|(kind, t)| match kind {
                Kind::Control => t * t,
                Kind::Treated => t.cos(),
                Kind::Lost => 0.0,
            })
            .sum();
        let (low, high) = data.bounds;
        let bounded = x.iter().map(|t| (t - low) * (high - t)).sum::<f64>();
        logistic + poisson + chosen * y[0] - bounded + y[1].powi(data.degree as i32)
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let rows: f64 = data
            .rows
            .iter()
            .zip(x.iter())
            .map(|(row, t)| if row.sign > 0 && !matches!(row.kind, Kind::Lost) { row.value * t * t } else { t.sin() })
            .sum();
        let folds: f64 = data.folds.iter().map(|fold| fold.iter().map(|s| (2 * s - 1) as f64 * x[0]).sum::<f64>().powi(2)).sum();
        let agreement = (0..x.len()).filter(|&i| data.signs[i] == -1).map(|i| x[i] * y[i]).sum::<f64>();
        let powers: f64 = data.signs.iter().map(|s| (y[0] + 3.0).powi(*s) - 2_f64.powi(data.degree as i32 - 4) * x[0]).sum();
        rows + folds + agreement + data.bounds.0 * x[1] + powers
    }
}

#[test]
fn integers_and_variants() {
    use labels::{Kind, Row};
    let row = |k: i8| Row { sign: k, kind: if k == 1 { Kind::Lost } else { Kind::Treated }, value: 0.3 * f64::from(k) };
    let data = labels::Data {
        signs: vec![1, -1, -1, 1],
        counts: DVector::from_vec(vec![2, 0, 5, 1]),
        kinds: vec![Kind::Treated, Kind::Control, Kind::Lost, Kind::Control],
        rows: vec![row(1), row(-1), row(2), row(-2)],
        folds: vec![vec![1, -1, 3], vec![], vec![-2]],
        bounds: (-1.5, 2.0),
        degree: 3,
    };
    agree!(labels, data, vector(4, 0.3), vector(4, 1.1));
}

#[bilevel]
pub mod slice_of_structs {
    use nalgebra::DVector;

    #[derive(Clone)]
    pub struct Fold {
        pub a: DVector<f64>,
        pub b: f64,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, folds: &[Fold]) -> f64 {
        folds.iter().map(|fold| (fold.a.dot(x) - fold.b).powi(2)).sum::<f64>() + y[0].exp() * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, _: &DVector<f64>, folds: &[Fold]) -> f64 {
        x.norm_squared() / folds.len() as f64 + folds[0].a.dot(x)
    }
}

#[bilevel]
pub mod list {
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Vec<(f64, f64)>) -> f64 {
        data.iter().map(|(a, b)| (x[0] * a + x[1] - b).powi(2)).sum::<f64>() + y[0].exp() * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, _: &DVector<f64>, _data: &Vec<(f64, f64)>) -> f64 {
        x.norm_squared()
    }
}

#[bilevel]
pub mod array {
    pub fn f(x: &f64, y: &f64, corners: &[[f64; 2]; 3]) -> f64 {
        corners.iter().map(|c| (c[0] - x).powi(2) * c[1]).sum::<f64>() + y.exp() * x * x
    }

    pub fn g(x: &f64, _: &f64, corners: &[[f64; 2]; 3]) -> f64 {
        x * x * corners[2][1]
    }
}

#[bilevel]
pub mod matrix_and_vector {
    use nalgebra::{DMatrix, DVector};

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, (a, b): &(DMatrix<f64>, DVector<f64>)) -> f64 {
        0.5 * (a * x - b).norm_squared() + 0.5 * y[0].exp() * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, _: &DVector<f64>, data: &(DMatrix<f64>, DVector<f64>)) -> f64 {
        x.norm_squared() * data.1[0]
    }
}

#[bilevel]
pub mod number {
    pub fn f(x: &f64, y: &f64, shift: f64) -> f64 {
        (x - shift).powi(2) + y.exp() * x * x
    }

    pub fn g(x: &f64, _: &f64, shift: f64) -> f64 {
        x * x * shift
    }
}

#[test]
fn data_that_is_no_struct() {
    let (x, y) = (vector(3, 0.4), vector(3, 0.9));
    let fold = |k: usize| slice_of_structs::Fold { a: vector(3, k as f64), b: 0.5 * k as f64 };
    agree!(slice_of_structs, (0..4).map(fold).collect::<Vec<_>>(), x.clone(), y.clone());
    agree!(list, vec![(0.1, 0.7), (0.4, -0.3)], x.clone(), y.clone());
    agree!(array, [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]], 0.7, 0.3);
    agree!(matrix_and_vector, (crate::matrix(4, 3, 0.2), vector(4, 0.3)), x, y);
    let problem = number::Problem::new(0.4).unwrap();
    assert!((problem.at(&0.7, &0.3).unwrap().f() - number::f(&0.7, &0.3, 0.4)).abs() < 1e-14);
    check(&problem, &0.7, &0.3);
}
