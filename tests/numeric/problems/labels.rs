//! Indices that the data holds: labels of classes, groups of samples, edges of a graph.

use hypergrad::bilevel;
use nalgebra::{DMatrix, DVector, Vector2};

use crate::oracle::*;
use crate::{data, identities, verify};

/// Multinomial logistic regression.
#[bilevel]
pub mod multinomial {
    use hypergrad::math::log_sum_exp;
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub label: Vec<usize>,
    }

    fn cross_entropy(w: &DMatrix<f64>, data: &Data) -> f64 {
        let logits = &data.a * w;
        (0..data.label.len()).map(|i| log_sum_exp(&logits.row(i)) - logits[(i, data.label[i])]).sum::<f64>()
    }

    pub fn f(w: &DMatrix<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        cross_entropy(w, data) + (0..w.nrows()).map(|j| y[j].exp() * w.row(j).norm_squared()).sum::<f64>()
    }

    /// The probability that is missed.
    pub fn g(w: &DMatrix<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let scores = &data.a * w;
        data.label.iter().enumerate().map(|(i, &k)| (scores[(i, k)] - 1.0).powi(2)).sum::<f64>() + y.norm_squared()
    }
}

/// Sums of exponentials, as dual numbers have no `log_sum_exp`.
fn log_sum(t: &[Number]) -> Number {
    t.iter().map(|t| t.exp()).sum::<Number>().ln()
}

#[test]
fn labels_of_classes() {
    let (rows, features, classes) = (7, 2, 3);
    let data = multinomial::Data { a: data::matrix(rows, features, 0.4), label: (0..rows).map(|i| i * i % classes).collect() };
    let logit = |w: &[Number], i: usize, k: usize| (0..features).map(|j| w[j + features * k] * data.a[(i, j)]).sum::<Number>();
    let oracle = Oracle {
        inner: Inner::Objective(&|w, y| {
            let sample = |i: usize| {
                let logits: Vec<Number> = (0..classes).map(|k| logit(w, i, k)).collect();
                log_sum(&logits) - logits[data.label[i]]
            };
            let penalty = (0..features).map(|j| {
                let squares = (0..classes).map(|k| w[j + features * k] * w[j + features * k]).sum::<Number>();
                y[j].exp() * squares
            });
            (0..rows).map(sample).sum::<Number>() + penalty.sum::<Number>()
        }),
        g: &|w, y| {
            let miss = |i: usize| logit(w, i, data.label[i]) - 1.0;
            (0..rows).map(|i| miss(i) * miss(i)).sum::<Number>() + dot(y, y)
        },
    };
    let (w, y) = (data::matrix(features, classes, 0.9), data::vector(features, 1.2));
    let problem = multinomial::Problem::new(&data).unwrap();
    verify!(problem, w, y, oracle);
    identities::check(&problem, &w, &y);
}

/// A random effect for each group, and a slope for all.
#[bilevel]
pub mod effects {
    use nalgebra::{DVector, Vector2};

    pub struct Data {
        pub group: DVector<usize>,
        pub t: DVector<f64>,
        pub b: DVector<f64>,
    }

    /// The effects alone: groups do not touch each other.
    pub fn f(x: &DVector<f64>, y: &Vector2<f64>, data: &Data) -> f64 {
        let residual = |i: usize| x[data.group[i]] + y[1] * data.t[i] - data.b[i];
        (0..data.b.len()).map(|i| residual(i).powi(2) + residual(i).cosh().ln()).sum::<f64>() + y[0].exp() * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &Vector2<f64>, data: &Data) -> f64 {
        data.group.iter().zip(&data.t).map(|(&k, t)| (x[k] * y[1] - t).powi(2) * (k as f64 + 1.0)).sum::<f64>()
    }
}

#[test]
fn groups_of_samples() {
    const { assert!(effects::Problem::STRUCTURE.f1_diagonal) };
    let (rows, groups) = (9, 4);
    let group = DVector::from_fn(rows, |i, _| (3 * i + 1) % groups);
    let data = effects::Data { group, t: data::vector(rows, 0.9), b: data::vector(rows, 1.7) };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let sample = |i: usize| {
                let r = x[data.group[i]] + y[1] * data.t[i] - data.b[i];
                r * r + r.cosh().ln()
            };
            (0..rows).map(sample).sum::<Number>() + y[0].exp() * dot(x, x)
        }),
        g: &|x, y| {
            let sample = |i: usize| {
                let r = x[data.group[i]] * y[1] - data.t[i];
                r * r * (data.group[i] as f64 + 1.0)
            };
            (0..rows).map(sample).sum::<Number>()
        },
    };
    let (x, y) = (data::vector(groups, 0.3), Vector2::new(-0.4, 0.7));
    let problem = effects::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}

/// Diffusion along the edges of a graph, with a conductance for each.
#[bilevel]
pub mod graph {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub edges: Vec<(usize, usize)>,
        pub kind: Vec<u8>,
        pub observed: DVector<f64>,
        pub heat: DMatrix<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let smooth = data
            .edges
            .iter()
            .zip(&data.kind)
            .map(|(&(i, j), &kind)| y[kind as usize].exp() * (1.0 + (x[i] - x[j]).powi(2)).sqrt())
            .sum::<f64>();
        smooth + 0.5 * (x - &data.observed).norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        data.edges.iter().map(|edge| x[edge.0] * x[edge.1] * data.heat[(edge.0, edge.1)]).sum::<f64>()
    }
}

#[test]
fn edges_of_a_graph() {
    const { assert!(graph::Problem::STRUCTURE.f1_symmetric && !graph::Problem::STRUCTURE.f1_diagonal) };
    let n = 5;
    let edges = vec![(0, 1), (1, 2), (2, 3), (3, 4), (4, 0), (1, 3), (2, 2)];
    let kind = vec![0, 1, 1, 0, 2, 2, 0];
    let data = graph::Data { edges, kind, observed: data::vector(n, 1.1), heat: data::matrix(n, n, 0.2) };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let edge = |e: usize| {
                let ((i, j), kind) = (data.edges[e], data.kind[e]);
                let d = x[i] - x[j];
                y[usize::from(kind)].exp() * (d * d + 1.0).sqrt()
            };
            (0..data.edges.len()).map(edge).sum::<Number>() + squared_distance(x, data.observed.as_slice()) * 0.5
        }),
        g: &|x, _| data.edges.iter().map(|(i, j)| x[*i] * x[*j] * data.heat[(*i, *j)]).sum::<Number>(),
    };
    let (x, y) = (data::vector(n, 0.3), data::vector(3, 0.8));
    let problem = graph::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}

/// A table of vectors, looked up twice, and its columns gathered by hand.
#[bilevel]
pub mod embedding {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub token: Vec<usize>,
        pub pairs: Vec<(usize, usize)>,
        pub target: DVector<f64>,
    }

    pub fn f(table: &DMatrix<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let fit = data
            .pairs
            .iter()
            .zip(data.target.iter())
            .map(|(&(a, b), t)| {
                (table.column(data.token[a]).dot(&table.column(data.token[b])) - t).powi(2) + table[(0, data.token[a])].sin()
            })
            .sum::<f64>();
        fit + table.column_iter().zip(y.iter()).map(|(c, l)| l.exp() * c.norm_squared()).sum::<f64>()
    }

    pub fn g(table: &DMatrix<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        table.select_columns(&data.token).map(f64::tanh).norm_squared() + y.select_rows(&data.token).sum()
    }
}

#[test]
fn looked_up_twice() {
    let (rows, columns) = (2, 4);
    let data =
        embedding::Data { token: vec![3, 0, 1, 1, 2], pairs: vec![(0, 1), (2, 3), (4, 4), (1, 3)], target: data::vector(4, 0.6) };
    let entry = |x: &[Number], i: usize, token: usize| x[i + rows * data.token[token]];
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let pair = |k: usize| {
                let (a, b) = data.pairs[k];
                let r = (0..rows).map(|i| entry(x, i, a) * entry(x, i, b)).sum::<Number>() - data.target[k];
                r * r + entry(x, 0, a).sin()
            };
            let penalty = (0..columns).map(|j| {
                let squares = (0..rows).map(|i| x[i + rows * j] * x[i + rows * j]).sum::<Number>();
                y[j].exp() * squares
            });
            (0..4).map(pair).sum::<Number>() + penalty.sum::<Number>()
        }),
        g: &|x, y| {
            let squares = (0..5).flat_map(|t| (0..rows).map(move |i| (i, t))).map(|(i, t)| {
                let t = entry(x, i, t).tanh();
                t * t
            });
            squares.sum::<Number>() + data.token.iter().map(|t| y[*t]).sum::<Number>()
        },
    };
    let (x, y): (DMatrix<f64>, _) = (data::matrix(rows, columns, 0.5), data::vector(columns, 0.8));
    let problem = embedding::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
