//! Pairs `i < j`: sums over ranges whose ends depend on the index of the sum around them.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod pairs {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub w: DMatrix<f64>,
    }

    /// Points on a line that repel each other, each in a well of its own depth.
    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let n = x.len();
        let repulsion: f64 =
            (0..n).map(|i| (i + 1..n).map(|j| data.w[(i, j)].powi(2) * (-(x[i] - x[j]).powi(2)).exp()).sum::<f64>()).sum();
        let well: f64 = (0..n).map(|i| y[i].exp() * (x[i] - i as f64).powi(2)).sum();
        repulsion + well
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, _data: &Data) -> f64 {
        let n = x.len();
        let sums = DVector::from_fn(n, |i, _| (0..=i).map(|j| x[j] * y[j]).sum::<f64>());
        let below = (1..n).map(|i| (0..i).map(|j| x[i] * x[j] * (j as f64 + 0.5)).sum::<f64>()).sum::<f64>();
        sums.norm_squared() + 0.1 * below
    }
}

#[test]
fn against_the_oracle() {
    let n = 5;
    let data = pairs::Data { w: data::matrix(n, n, 0.0) };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let mut sum = constant(0.0);
            for i in 0..n {
                sum += y[i].exp() * (x[i] - i as f64).powi(2);
                for j in i + 1..n {
                    sum += (-(x[i] - x[j]).powi(2)).exp() * data.w[(i, j)].powi(2);
                }
            }
            sum
        }),
        g: &|x, y| {
            let (mut sum, mut partial) = (constant(0.0), constant(0.0));
            for i in 0..n {
                partial += x[i] * y[i];
                sum += partial * partial;
                for j in 0..i {
                    sum += x[i] * x[j] * ((j as f64 + 0.5) * 0.1);
                }
            }
            sum
        },
    };
    let (x, y) = (nalgebra::DVector::from_fn(n, |i, _| i as f64 + 0.2 * (i as f64).sin()), data::vector(n, 2.1));
    let problem = pairs::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
