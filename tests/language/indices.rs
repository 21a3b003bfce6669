//! Indices that the data holds: labels, groups, edges, look-ups.

use hypergrad::bilevel;
use hypergrad::error::ShapeError;
use nalgebra::{DMatrix, DVector, SMatrix, SVector};

use crate::{check, matrix, vector};

/// Values and derivatives.
macro_rules! agree {
    ($module:ident, $data:expr, $x:expr, $y:expr) => {{
        let (data, x, y) = (&$data, &$x, &$y);
        let problem = $module::Problem::new(data).unwrap();
        let at = problem.at(x, y).unwrap();
        for (found, expected) in [(at.f(), $module::f(x, y, data)), (at.g(), $module::g(x, y, data))] {
            // A few dozen terms of order 1.
            assert!((found - expected).abs() <= 1e-12 * (1.0 + expected.abs()), "{found} for {expected}");
        }
        check(&problem, x, y);
    }};
}

#[bilevel]
pub mod lists {
    use nalgebra::{DMatrix, DVector, SMatrix, SVector};

    pub struct Data {
        pub group: Vec<usize>,
        pub label: DVector<usize>,
        pub fixed: SVector<usize, 4>,
        pub order: [usize; 3],
        pub small: Vec<u8>,
        pub table: DMatrix<usize>,
        pub corners: SMatrix<u32, 2, 2>,
        pub class: DVector<f64>,
        pub mask: Vec<bool>,
        pub edges: Vec<(usize, usize)>,
        pub b: DVector<f64>,
        pub a: DMatrix<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let looked_up = (0..data.group.len()).map(|i| (x[data.group[i]] - data.b[i]).powi(2)).sum::<f64>();
        let entries: f64 = data.label.iter().enumerate().map(|(i, &k)| x[k].exp() * data.a[(i, k)]).sum();
        let zipped: f64 = data.b.iter().zip(&data.group).map(|(b, &k)| b * x[k].sin() * y[k]).sum();
        let edges = data.edges.iter().map(|&(i, j)| (x[i] - x[j]).powi(2) * y[0].exp()).sum::<f64>();
        let fixed = (0..4).map(|i| x[data.fixed[i]].powi(3)).sum::<f64>();
        let ordered = data.order.iter().map(|k| x[*k] * y[*k]).sum::<f64>();
        let small = data.small.iter().map(|&k| x[k as usize].cos()).sum::<f64>();
        let table: f64 = (0..data.table.nrows())
            .map(|i| (0..data.table.ncols()).map(|j| x[data.table[(i, j)]] * x[j] * y[i]).sum::<f64>())
            .sum();
        let corners: f64 = data.corners.iter().map(|&k| x[k as usize].tanh()).sum();
        looked_up + entries + zipped + edges + fixed + ordered + small + table + corners + x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let n = data.group.len();
        let cast = (0..n).map(|i| x[data.class[i] as usize] * y[data.class[i] as usize]).sum::<f64>();
        let same = (0..n)
            .map(|i| (0..n).map(|j| if data.group[i] == data.group[j] { x[i % 3] * x[j % 3] } else { 0.0 }).sum::<f64>())
            .sum::<f64>();
        let chosen = (0..n).map(|i| if data.group[i] == 1 { x[0].exp() } else { x[1] * x[2] }).sum::<f64>();
        let other: f64 = (0..n).map(|i| (0..3).filter(|k| *k != data.group[i]).map(|k| x[k] * data.b[i]).sum::<f64>()).sum();
        let masked: f64 = (0..n).filter(|&i| data.mask[i]).map(|i| x[data.group[i]].powi(2)).sum();
        let number = (0..n).map(|i| (data.group[i] as f64 + x[0]).powi(2)).sum::<f64>();
        let shifted = (0..n).map(|i| if data.group[i] >= 1 { x[data.group[i] - 1] * x[0] } else { y[1] }).sum::<f64>();
        let twice = (0..n).map(|i| x[data.order[data.group[i]]] * data.b[i]).sum::<f64>();
        let flat: f64 = (0..n).map(|i| data.a[data.group[i] * data.a.nrows() + i] * x[data.group[i]]).sum();
        let rows = (data.a.select_rows(&data.group) * x).norm_squared();
        let columns = (data.a.select_columns(&data.order) * x).dot(&data.b);
        let sub = x.select_rows(&[2, 0]).norm_squared();
        let part: f64 = data.group[1..n].iter().map(|&k| x[k] * y[k]).sum();
        let none = if data.group.is_empty() { 1.0 } else { x[0] };
        cast + same + chosen + other + masked + number + shifted + twice + flat + rows + columns + sub + part + none
    }
}

fn data() -> lists::Data {
    lists::Data {
        group: vec![2, 0, 1, 1, 2],
        label: DVector::from_vec(vec![1, 0, 2, 2, 1]),
        fixed: SVector::from([0, 2, 2, 1]),
        order: [1, 2, 0],
        small: vec![2, 2, 0],
        table: DMatrix::from_fn(2, 3, |i, j| (2 * i + j) % 3),
        corners: SMatrix::from([[0, 1], [2, 1]]),
        class: DVector::from_vec(vec![0.0, 2.0, 1.9, 1.0, -0.5]),
        mask: vec![true, false, true, true, false],
        edges: vec![(0, 1), (1, 2), (2, 0), (0, 0)],
        b: vector(5, 0.8),
        a: matrix(5, 3, 0.2),
    }
}

#[test]
fn lists_of_indices() {
    agree!(lists, data(), vector(3, 0.4), vector(3, 1.3));
}

/// What no list holds is not read.
#[test]
fn empty_lists() {
    let data = lists::Data { edges: Vec::new(), small: Vec::new(), ..data() };
    agree!(lists, data, vector(3, 0.4), vector(3, 1.3));
}

/// Every use of an index is checked once.
#[test]
fn indices_out_of_range() {
    let found = |data: lists::Data| lists::Problem::new(data).unwrap_err();
    let edges = vec![(0, 1), (1, 7), (2, 0)];
    let error = found(lists::Data { edges, ..data() });
    assert!(matches!(error, ShapeError::IndexOutOfRange { what: "data.edges.1", entry: 1, value: 7, bound: 3, .. }), "{error}");
    let error = found(lists::Data { label: DVector::from_vec(vec![1, 0, 3, 2, 1]), ..data() });
    assert!(matches!(error, ShapeError::IndexOutOfRange { what: "data.label", entry: 2, value: 3, bound: 3, .. }), "{error}");
    assert!(error.to_string().contains("entry 2 of `data.label` is 3, and indices are below 3 (in `f: "), "{error}");
    let error = found(lists::Data { group: vec![0, usize::MAX, 1, 1, 2], ..data() });
    assert!(matches!(error, ShapeError::IndexOutOfRange { what: "data.group", entry: 1, bound: 3, .. }), "{error}");
    let error = found(lists::Data { class: vector(5, 0.1) * 9.0, ..data() });
    assert!(matches!(error, ShapeError::IndexOutOfRange { what: "data.class", entry: 0, value: 8, bound: 3, .. }), "{error}");
}

/// Groups that count from one.
#[bilevel]
pub mod from_one {
    use nalgebra::{DVector, Vector3};

    pub struct Data {
        pub group: Vec<usize>,
        pub b: DVector<f64>,
    }

    pub fn f(x: &Vector3<f64>, y: &Vector3<f64>, data: &Data) -> f64 {
        data.group.iter().zip(&data.b).map(|(&k, b)| (x[k - 1] - b).powi(2) * y[k - 1].exp()).sum::<f64>() + x.norm_squared()
    }

    pub fn g(x: &Vector3<f64>, _y: &Vector3<f64>, data: &Data) -> f64 {
        x[data.group[0] - 1].powi(2)
    }
}

#[test]
fn indices_from_one() {
    let data = |group| from_one::Data { group, b: vector(4, 0.7) };
    agree!(from_one, data(vec![3, 1, 1, 2]), nalgebra::Vector3::new(0.3, -0.2, 0.5), nalgebra::Vector3::new(0.1, 0.4, -0.6));
    let zero = from_one::Problem::new(data(vec![3, 1, 0, 2])).unwrap_err();
    assert!(matches!(zero, ShapeError::TooSmall { needed: 1, found: 0, .. }), "{zero}");
    let four = from_one::Problem::new(data(vec![3, 1, 4, 2])).unwrap_err();
    assert!(matches!(four, ShapeError::IndexOutOfRange { entry: 2, value: 4, bound: 4, .. }), "{four}");
}
