//! A matrix as the rows of a vector, its width being a count of the data: `w[i * columns + j]`;
//! products of neighbouring rows, whose derivatives stand beside the diagonal.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, verify};

#[bilevel]
pub mod network {
    use nalgebra::DVector;

    pub struct Shape {
        pub rows: usize,
        pub columns: usize,
    }

    pub struct Data {
        pub shape: Shape,
        pub samples: usize,
        pub inputs: DVector<f64>,
        pub targets: DVector<f64>,
    }

    /// Sample s through the matrix.
    fn apply(w: &DVector<f64>, u: &DVector<f64>, s: usize, shape: &Shape) -> DVector<f64> {
        let n = shape.columns;
        DVector::from_fn(shape.rows, |i, _| (0..n).map(|j| w[i * n + j] * u[s * n + j]).sum())
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let Shape { rows, columns } = data.shape;
        let loss = |s: usize| {
            let out = apply(x, &data.inputs, s, &data.shape);
            (0..rows).map(|i| (out[i] - data.targets[s * rows + i]).powi(2)).sum::<f64>()
        };
        let penalty = |i: usize| (0..columns).map(|j| y[j].exp() * x[i * columns + j].powi(2)).sum::<f64>();
        (0..data.samples).map(loss).sum::<f64>() + (0..rows).map(penalty).sum::<f64>()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        let n = data.shape.columns;
        (1..data.shape.rows).map(|i| (0..n).map(|j| x[i * n + j] * x[(i - 1) * n + j]).sum::<f64>()).sum::<f64>()
    }
}

fn check(rows: usize, columns: usize, surplus: usize) {
    let samples = 4;
    let data = network::Data {
        shape: network::Shape { rows, columns },
        samples,
        inputs: data::vector(samples * columns, 0.9),
        targets: data::vector(samples * rows, 1.7),
    };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let mut sum = constant(0.0);
            for i in 0..rows {
                let row = &x[i * columns..][..columns];
                for s in 0..samples {
                    let out: Number = row.iter().zip(&data.inputs.as_slice()[s * columns..]).map(|(x, u)| *x * *u).sum();
                    sum += (out - data.targets[s * rows + i]).powi(2);
                }
                sum += row.iter().zip(y).map(|(x, y)| y.exp() * *x * *x).sum::<Number>();
            }
            sum
        }),
        g: &|x, _| (columns..rows * columns).map(|k| x[k] * x[k - columns]).sum(),
    };
    let problem = network::Problem::new(&data).unwrap();
    verify!(problem, data::vector(rows * columns + surplus, 0.3), data::vector(columns, 2.1), oracle);
}

#[test]
fn rows_of_a_vector() {
    check(3, 2, 0);
}

#[test]
fn one_row() {
    check(1, 3, 0);
}

/// What is beyond the last row has zero derivatives: `F_1` is singular.
#[test]
fn entries_beyond_the_last_row() {
    check(3, 2, 3);
}
