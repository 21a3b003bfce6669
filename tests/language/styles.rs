//! Whole modules in styles of their own: single precision and constant sizes, weights packed into
//! one vector, differences of indices, stored entries beside the row's own variable.

use hypergrad::bilevel;
use nalgebra::{DVector, SMatrix, SVector, Vector2};
use nalgebra_sparse::{CooMatrix, CsrMatrix};

use crate::{check, matrix, vector};

/// A network of two layers in `f32`, every size a constant.
#[bilevel]
pub mod network {
    use nalgebra::{SMatrix, SVector, Vector2};

    const IN: usize = 2;
    const HIDDEN: usize = 3;
    const SAMPLES: usize = 4;

    pub struct Net {
        pub first: SMatrix<f32, HIDDEN, IN>,
        pub offset: SVector<f32, HIDDEN>,
        pub second: SVector<f32, HIDDEN>,
        pub bias: f32,
    }

    pub struct Data {
        pub inputs: SMatrix<f32, IN, SAMPLES>,
        pub targets: [f32; SAMPLES],
    }

    fn forward(net: &Net, u: &Vector2<f32>) -> f32 {
        net.second.dot(&(net.first * u + net.offset).map(|t| t.tanh())) + net.bias
    }

    pub fn f(x: &Net, y: &Vector2<f32>, data: &Data) -> f32 {
        let loss = |i: usize| (forward(x, &data.inputs.column(i).into_owned()) - data.targets[i]).powi(2);
        (0..SAMPLES).map(loss).sum::<f32>() / SAMPLES as f32
            + y.x.exp() * (x.first.norm_squared() + x.second.norm_squared())
            + y.y.exp() * (x.offset.norm_squared() + x.bias * x.bias)
    }

    pub fn g(x: &Net, _y: &Vector2<f32>, data: &Data) -> f32 {
        let first: Vector2<f32> = data.inputs.column(0).into();
        forward(x, &(first * 0.5)).powi(2) + x.first.sum()
    }
}

/// Weights column by column, then intercepts, all in x.
#[bilevel]
pub mod packed {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub features: usize,
        pub classes: usize,
        pub a: DMatrix<f64>,
        pub labels: DMatrix<f64>,
    }

    fn loss(x: &DVector<f64>, d: &Data) -> f64 {
        let (p, c) = (d.features, d.classes);
        let logits =
            DMatrix::from_fn(d.a.nrows(), c, |i, k| (0..p).map(|j| d.a[(i, j)] * x[k * p + j]).sum::<f64>() + x[p * c + k]);
        logits.row_iter().zip(d.labels.row_iter()).map(|(t, l)| t.map(f64::exp).sum().ln() - t.dot(&l)).sum()
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, d: &Data) -> f64 {
        let weight = |k: usize| (0..d.features).map(|j| y[j].exp() * x[k * d.features + j].powi(2)).sum::<f64>();
        loss(x, d) + (0..d.classes).map(weight).sum::<f64>() + 0.1 * x.rows(d.features * d.classes, d.classes).norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, d: &Data) -> f64 {
        loss(x, d) / d.a.nrows() as f64 + x.rows(0, d.features).sum()
    }
}

/// Toeplitz and Hankel matrices, a convolution.
#[bilevel]
pub mod differences {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub b: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let n = data.b.len();
        let toeplitz = DMatrix::from_fn(n, n, |i, j| if i >= j { y[i - j] } else { y[j - i] });
        let hankel = DMatrix::from_fn(n, n, |i, j| if i + j < n { y[i + j] } else { 0.0 });
        (toeplitz * x - &data.b).norm_squared() + 0.3 * (hankel * x).norm_squared() + x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let n = data.b.len();
        let convolved = |i: usize| (0..n).map(|k| if k <= i { y[k] * x[i - k] } else { 0.0 }).sum::<f64>();
        (0..n).map(|i| convolved(i).powi(2)).sum::<f64>()
    }
}

/// Smoothing on a graph: each stored entry couples its row and its column.
#[bilevel]
pub mod graph {
    use nalgebra::{DVector, Vector2};
    use nalgebra_sparse::CsrMatrix;

    pub struct Data {
        pub edges: CsrMatrix<f64>,
        pub seeds: DVector<f64>,
    }

    fn tension(x: &DVector<f64>, edges: &CsrMatrix<f64>, i: usize) -> f64 {
        let row = edges.row(i);
        row.col_indices().iter().zip(row.values()).map(|(&j, &w)| w * w * (x[i] - x[j]).powi(2)).sum::<f64>()
    }

    pub fn f(x: &DVector<f64>, y: &Vector2<f64>, data: &Data) -> f64 {
        let smooth = (0..data.edges.nrows()).map(|i| tension(x, &data.edges, i)).sum::<f64>();
        y.x.exp() * smooth + y.y.exp() * (x - &data.seeds).norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &Vector2<f64>, data: &Data) -> f64 {
        (0..x.len()).map(|i| (1.0 + tension(x, &data.edges, i)).sqrt()).sum::<f64>() + x.sum()
    }
}

#[test]
fn single_precision_network() {
    let data = network::Data {
        inputs: SMatrix::from_fn(|i, j| (1.3 * i as f32 + 0.9 * j as f32).cos()),
        targets: [0.1, 0.5, -0.2, 0.3],
    };
    let x = network::Net {
        first: SMatrix::from_fn(|i, j| (i as f32 - 0.7 * j as f32).sin()),
        offset: SVector::from([0.1, 0.2, -0.3]),
        second: SVector::from([0.5, -0.4, 0.9]),
        bias: 0.2,
    };
    check(&network::Problem::new(&data).unwrap(), &x, &Vector2::new(-1.0, -0.5));
}

#[test]
fn packed_weights() {
    let labels = matrix(5, 2, 0.7).map(|t| if t > 0.0 { 1.0 } else { 0.0 });
    let data = packed::Data { features: 3, classes: 2, a: matrix(5, 3, 0.2), labels };
    check(&packed::Problem::new(&data).unwrap(), &vector(8, 0.4), &vector(3, 0.9));
}

#[test]
fn differences_of_indices() {
    let data = differences::Data { b: vector(5, 0.2) };
    check(&differences::Problem::new(&data).unwrap(), &vector(5, 0.4), &vector(5, 0.9));
}

#[test]
fn smoothing_on_a_graph() {
    let mut edges = CooMatrix::new(5, 5);
    for (i, j) in [(0, 1), (0, 3), (1, 2), (2, 4), (4, 0), (4, 3)] {
        edges.push(i, j, (0.7 * i as f64 + j as f64).sin());
    }
    let data = graph::Data { edges: CsrMatrix::from(&edges), seeds: vector(5, 0.8) };
    let x: DVector<f64> = vector(5, 0.4);
    check(&graph::Problem::new(&data).unwrap(), &x, &Vector2::new(0.1, 0.3));
}
