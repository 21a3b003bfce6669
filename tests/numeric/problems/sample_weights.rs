//! Data cleaning: one outer weight per sample, so m is larger than n.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod cleaning {
    use hypergrad::math::{sigmoid, softplus};
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub b_val: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let margins = (&data.a * x).component_mul(&data.b);
        y.map(sigmoid).dot(&margins.map(|t| softplus(-t))) + 0.05 * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        let margins = (&data.a_val * x).component_mul(&data.b_val);
        margins.map(|t| softplus(-t)).mean()
    }
}

#[test]
fn against_the_oracle() {
    let (rows, n) = (7, 2);
    let data = cleaning::Data {
        a: data::matrix(rows, n, 0.0),
        b: data::labels(rows, 0.9),
        a_val: data::matrix(4, n, 0.5),
        b_val: data::labels(4, 1.7),
    };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let margins = times(&data.a, x);
            let weighted: Number = (0..rows).map(|i| softplus(margins[i] * -data.b[i]) / ((-y[i]).exp() + 1.0)).sum();
            weighted + dot(x, x) * 0.05
        }),
        g: &|x, _| {
            let margins = times(&data.a_val, x);
            (0..4).map(|i| softplus(margins[i] * -data.b_val[i])).sum::<Number>() / 4.0
        },
    };
    let (x, y) = (data::vector(n, 0.3), data::vector(rows, 2.1));
    let problem = cleaning::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
