//! Matrix factorisation with a mask: x a struct of two matrices, one of them used transposed. The
//! weights differ by column, or rotations of the factors would leave `F_1` singular.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod ratings {
    use nalgebra::{DMatrix, Vector2};

    pub struct Factors {
        pub u: DMatrix<f64>,
        pub v: DMatrix<f64>,
    }

    pub struct Data {
        pub ratings: DMatrix<f64>,
        pub mask: DMatrix<f64>,
    }

    pub fn f(x: &Factors, y: &Vector2<f64>, data: &Data) -> f64 {
        let error = (&x.u * x.v.transpose() - &data.ratings).component_mul(&data.mask);
        let by_column: f64 = (0..2).map(|k| y[k].exp() * x.u.column(k).norm_squared()).sum();
        error.norm_squared() + by_column + 0.3 * x.v.norm_squared()
    }

    pub fn g(x: &Factors, _y: &Vector2<f64>, data: &Data) -> f64 {
        let (rows, columns) = data.ratings.shape();
        (0..rows)
            .map(|i| {
                (0..columns)
                    .map(|j| (1.0 - data.mask[(i, j)]) * (x.u.row(i).dot(&x.v.row(j)) - data.ratings[(i, j)]).powi(2))
                    .sum::<f64>()
            })
            .sum()
    }
}

#[test]
fn against_the_oracle() {
    let (rows, columns, rank) = (3, 4, 2);
    let data = ratings::Data {
        ratings: data::matrix(rows, columns, 0.0),
        mask: nalgebra::DMatrix::from_fn(rows, columns, |i, j| f64::from(u8::from((i + 2 * j) % 3 != 0))),
    };
    let product =
        |x: &[Number], i: usize, j: usize| (0..rank).map(|k| x[i + rows * k] * x[rows * rank + j + columns * k]).sum::<Number>();
    let squared = |x: &[Number], kept: f64| {
        let mut sum = constant(0.0);
        for i in 0..rows {
            for j in 0..columns {
                if (data.mask[(i, j)] - kept).abs() < 0.5 {
                    sum += (product(x, i, j) - data.ratings[(i, j)]).powi(2);
                }
            }
        }
        sum
    };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let (u, v) = x.split_at(rows * rank);
            let by_column = y[0].exp() * dot(&u[..rows], &u[..rows]) + y[1].exp() * dot(&u[rows..], &u[rows..]);
            squared(x, 1.0) + by_column + dot(v, v) * 0.3
        }),
        g: &|x, _| squared(x, 0.0),
    };
    let x = ratings::Factors { u: data::matrix(rows, rank, 0.3), v: data::matrix(columns, rank, 1.1) };
    let y = nalgebra::Vector2::new(-1.5, -0.6);
    let problem = ratings::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
