//! Arrays and `Vec`: of x and y, and of the data.

use hypergrad::bilevel;
use hypergrad::error::ShapeError;
use nalgebra::{DMatrix, DVector, Matrix2, Vector2, Vector3};

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

/// Lists of the data whose items are of one size.
#[bilevel]
pub mod lists {
    use nalgebra::{DMatrix, DVector, Matrix2, Vector3};

    pub struct Sample {
        pub features: DVector<f64>,
        pub gram: Matrix2<f64>,
        pub weight: f64,
        pub label: usize,
        pub kept: bool,
        pub name: String,
    }

    pub struct Data {
        pub points: Vec<Vector3<f64>>,
        pub samples: Vec<Sample>,
        pub rows: Vec<DVector<f64>>,
        pub numbers: Vec<f64>,
        pub pairs: Vec<(f64, usize)>,
        pub corners: [[f64; 2]; 4],
        pub fixed: [Vector3<f64>; 2],
        pub design: DMatrix<f64>,
        pub b: DVector<f64>,
    }

    fn loss(x: &Vector3<f64>, sample: &Sample) -> f64 {
        (sample.features.dot(x) - sample.weight).powi(2) + x[sample.label].sin() * sample.gram[(0, 1)]
    }

    pub fn f(x: &Vector3<f64>, y: &Vector3<f64>, data: &Data) -> f64 {
        let distances = data.points.iter().map(|p| (x - p).norm_squared().sqrt()).sum::<f64>();
        let samples: f64 = data.samples.iter().map(|sample| loss(x, sample) * y[0].exp()).sum();
        let rows = (0..data.rows.len()).map(|i| data.rows[i].dot(x).tanh() * data.numbers[i]).sum::<f64>();
        let pairs: f64 = data.pairs.iter().map(|(weight, k)| weight * x[*k].powi(2) * y[*k]).sum();
        let corners = data.corners.iter().map(|corner| corner[0] * x[0] + (corner[1] * x[1]).cos()).sum::<f64>();
        distances + samples + rows + pairs + corners + data.fixed[1].dot(x) + x.norm_squared()
    }

    pub fn g(x: &Vector3<f64>, y: &Vector3<f64>, data: &Data) -> f64 {
        let kept: f64 = data.samples.iter().filter(|sample| sample.kept).map(|sample| sample.features.dot(y)).sum();
        let zipped = data.points.iter().zip(&data.samples).map(|(p, s)| p.dot(x) * s.weight).sum::<f64>();
        let shifted = data.points.iter().skip(1).zip(data.points.iter()).map(|(a, b)| (a - b).dot(x).powi(2)).sum::<f64>();
        let Sample { features, weight, .. } = &data.samples[1];
        let number = data.numbers.iter().zip(&data.b).map(|(s, t)| s * t * x[1]).sum::<f64>();
        let nested = (0..data.samples.len())
            .map(|i| (0..3).map(|j| data.samples[i].features[j] * data.points[i][j] * x[j]).sum::<f64>())
            .sum::<f64>();
        let lookup = data.samples.iter().map(|sample| data.points[sample.label].dot(x)).sum::<f64>();
        kept + zipped + shifted + features.dot(x) * weight + number + nested + lookup
    }
}

fn sample(k: usize, name: &str) -> lists::Sample {
    let t = k as f64;
    lists::Sample {
        features: vector(3, 0.3 + t),
        gram: Matrix2::new(t, 1.0 - t, 0.5 * t, 2.0),
        weight: 0.4 - 0.1 * t,
        label: k % 3,
        kept: k != 1,
        name: name.to_owned(),
    }
}

fn data() -> lists::Data {
    let point = |k: usize| Vector3::from_fn(|i, _| (0.9 * (i + 3 * k) as f64 + 0.2).sin());
    lists::Data {
        points: (0..4).map(point).collect(),
        samples: (0..4).map(|k| sample(k, "sample")).collect(),
        rows: (0..5).map(|k| vector(3, 0.7 + k as f64)).collect(),
        numbers: vec![0.3, -0.4, 1.2, 0.1, 0.9],
        pairs: vec![(0.5, 2), (-0.3, 0), (0.8, 2)],
        corners: [[0.1, 0.2], [0.9, -0.4], [0.5, 0.6], [-0.7, 0.8]],
        fixed: [point(5), point(6)],
        design: matrix(2, 2, 0.1),
        b: vector(5, 0.6),
    }
}

#[test]
fn lists_of_the_data() {
    let data = data();
    assert_eq!((data.design.len(), data.samples[0].name.as_str()), (4, "sample"));
    agree!(lists, data, Vector3::new(0.3, -0.5, 0.8), Vector3::new(0.1, 0.4, -0.6));
}

#[test]
fn items_are_of_one_size() {
    let mut rows = data().rows;
    rows[3] = vector(4, 0.1);
    let error = lists::Problem::new(lists::Data { rows, ..data() }).unwrap_err();
    assert!(matches!(error, ShapeError::UnequalItems { what: "data.rows", item: 3, found: 4, expected: 3 }), "{error}");
    let mut samples = data().samples;
    samples[2].features = vector(1, 0.1);
    let error = lists::Problem::new(lists::Data { samples, ..data() }).unwrap_err();
    assert!(error.to_string().contains("`data.samples.features` has size 1 in item 2"), "{error}");
    let short: Vec<DVector<f64>> = (0..5).map(|_| vector(2, 0.3)).collect();
    let error = lists::Problem::new(lists::Data { rows: short, ..data() }).unwrap_err();
    assert!(matches!(error, ShapeError::Mismatch { .. }), "{error}");
}

/// Arrays as variables.
#[bilevel]
pub mod arrays {
    use nalgebra::{DVector, Vector2};

    const N: usize = 4;

    pub struct Chain {
        pub nodes: [Vector2<f64>; N],
        pub tension: [f64; 3],
        pub slack: DVector<f64>,
    }

    pub struct Data {
        pub anchor: Vector2<f64>,
        pub rest: [f64; 3],
        pub pairs: [(usize, usize); 2],
    }

    pub fn f(x: &Chain, y: &[f64; 2], data: &Data) -> f64 {
        let springs = (0..N - 1).map(|i| {
            let d = x.nodes[i + 1] - x.nodes[i];
            y[0].exp() * (d.norm_squared() - data.rest[i]).powi(2) * (1.0 + x.tension[i].powi(2))
        });
        let weights: f64 = x.nodes.iter().map(|node| node.y * y[1] + node.norm_squared()).sum();
        let crossed = data.pairs.iter().map(|&(i, j)| x.nodes[i].dot(&x.nodes[j])).sum::<f64>();
        let zipped = x.tension.iter().zip(&x.nodes).map(|(t, node)| t * node.x).sum::<f64>();
        springs.sum::<f64>()
            + weights
            + 0.3 * crossed
            + zipped
            + (x.nodes[0] - data.anchor).norm_squared()
            + x.slack.norm_squared()
    }

    pub fn g(x: &Chain, y: &[f64; 2], _data: &Data) -> f64 {
        let [first, .., last] = &x.nodes;
        (last - first).norm_squared() + x.tension[2] * y[0] + x.slack.sum() + y.iter().map(|t| t * t).sum::<f64>()
    }
}

#[test]
fn arrays_of_x_and_y() {
    let node = |k: f64| Vector2::new((0.7 * k).cos(), 0.3 * k);
    let x =
        arrays::Chain { nodes: [node(0.0), node(1.0), node(2.0), node(3.0)], tension: [0.2, -0.4, 0.9], slack: vector(2, 0.3) };
    let data = arrays::Data { anchor: Vector2::new(0.4, -0.3), rest: [0.9, 0.7, 0.5], pairs: [(0, 2), (3, 1)] };
    agree!(arrays, data, x, [0.2, 0.7]);
}

/// Vectors of x, each with a subproblem of its own.
#[bilevel]
pub mod folds {
    use nalgebra::{DMatrix, DVector};

    const K: usize = 3;

    pub struct Fold {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
        pub held: Vec<usize>,
    }

    pub struct Data {
        pub folds: [Fold; K],
    }

    pub struct Weights {
        pub w: [DVector<f64>; K],
    }

    pub fn f(x: &Weights, y: &f64, data: &Data) -> f64 {
        x.w.iter()
            .zip(&data.folds)
            .map(|(w, fold)| {
                let Fold { a, b, .. } = fold;
                (a * w - b).norm_squared() + y.exp() * w.norm_squared()
            })
            .sum()
    }

    pub fn g(x: &Weights, _: &f64, data: &Data) -> f64 {
        x.w.iter().zip(&data.folds).map(|(w, fold)| fold.held.iter().map(|&j| w[j].powi(2)).sum::<f64>()).sum::<f64>() / K as f64
    }
}

/// Each fold has sizes of its own.
#[test]
fn folds_of_their_own_sizes() {
    let fold = |rows: usize, n: usize, held: &[usize]| folds::Fold {
        a: matrix(rows, n, 0.2 * rows as f64),
        b: vector(rows, 0.6),
        held: held.to_vec(),
    };
    let data = folds::Data { folds: [fold(4, 2, &[1]), fold(5, 3, &[2, 0, 2]), fold(3, 2, &[])] };
    let x = folds::Weights { w: [vector(2, 0.4), vector(3, 0.2), vector(2, 1.1)] };
    agree!(folds, data, x, -0.3);
    let held = folds::Data { folds: [fold(4, 2, &[1]), fold(5, 3, &[3]), fold(3, 2, &[])] };
    let error = folds::Problem::new(held).unwrap_err();
    assert!(matches!(error, ShapeError::IndexOutOfRange { what: "data.folds[1].held", value: 3, bound: 3, .. }), "{error}");
}

/// The same, read at an index of a sum and of a loop: both are written out.
#[bilevel]
pub mod indexed_folds {
    use nalgebra::{DMatrix, DVector};

    const K: usize = 3;

    pub struct Fold {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
    }

    pub struct Data {
        pub folds: [Fold; K],
    }

    pub struct Weights {
        pub w: [DVector<f64>; K],
    }

    pub fn f(x: &Weights, y: &f64, data: &Data) -> f64 {
        let losses = (0..K).map(|k| {
            let Fold { a, b } = &data.folds[k];
            (a * &x.w[k] - b).norm_squared() + y.exp() * x.w[k].norm_squared()
        });
        let neighbours = (0..K - 1).filter(|k| *k != 1).map(|k| (&x.w[k + 1] + &x.w[k + 1]).norm_squared());
        losses.sum::<f64>() + neighbours.sum::<f64>()
    }

    pub fn g(x: &Weights, _: &f64, data: &Data) -> f64 {
        let mut total = 0.0;
        for k in 0..K {
            let residual = &data.folds[k].a * &x.w[k] - &data.folds[k].b;
            for i in 0..2 {
                total += residual[i].powi(2) * (k + i) as f64;
            }
        }
        total
    }
}

#[test]
fn folds_at_an_index() {
    let fold = |rows: usize, n: usize| indexed_folds::Fold { a: matrix(rows, n, 0.2 * rows as f64), b: vector(rows, 0.6) };
    let data = indexed_folds::Data { folds: [fold(4, 2), fold(5, 3), fold(3, 1)] };
    let x = indexed_folds::Weights { w: [vector(2, 0.4), vector(3, 0.2), vector(1, 1.1)] };
    agree!(indexed_folds, data, x, -0.3);
}

/// Items that are all read in one entry are of one size.
#[bilevel]
pub mod gram {
    use nalgebra::{DMatrix, DVector};

    pub struct Points {
        pub p: [DVector<f64>; 3],
    }

    pub fn f(x: &Points, y: &f64) -> f64 {
        let gram = DMatrix::from_fn(3, 3, |i, j| x.p[i].dot(&x.p[j]));
        gram.norm_squared() * y.exp()
    }

    pub fn g(x: &Points, _: &f64) -> f64 {
        (0..3).map(|i| x.p[i].norm_squared()).sum()
    }
}

#[test]
fn items_of_one_entry() {
    let x = gram::Points { p: [vector(2, 0.4), vector(2, 0.2), vector(2, 1.1)] };
    let problem = gram::Problem::new().unwrap();
    assert!((problem.at(&x, &0.3).unwrap().g() - gram::g(&x, &0.3)).abs() < 1e-12);
    check(&problem, &x, &0.3);
    let x = gram::Points { p: [vector(2, 0.4), vector(3, 0.2), vector(2, 1.1)] };
    assert!(problem.at(&x, &0.3).is_err());
}

/// A root over an array.
#[bilevel]
pub mod root {
    use nalgebra::{DMatrix, Vector2};

    pub struct Data {
        pub a: DMatrix<f64>,
    }

    #[allow(non_snake_case)]
    pub fn F(x: &[Vector2<f64>; 2], y: &Vector2<f64>, data: &Data) -> [Vector2<f64>; 2] {
        [2.0 * x[0] + x[1].map(f64::sin) - y, x[1] - 0.3 * x[0] + y * data.a[(0, 0)]]
    }

    pub fn g(x: &[Vector2<f64>; 2], y: &Vector2<f64>) -> f64 {
        x[0].dot(&x[1]) + y.norm_squared()
    }
}

#[test]
fn roots_over_arrays() {
    let data = root::Data { a: DMatrix::from_element(1, 1, 0.7) };
    check(&root::Problem::new(&data).unwrap(), &[Vector2::new(0.3, 0.4), Vector2::new(-0.2, 0.9)], &Vector2::new(0.5, -0.1));
}
