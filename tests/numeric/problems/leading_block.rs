//! A function of the leading entries of x, placed in a longer vector: derivatives that are diagonal
//! on a block and zero beyond it.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, verify};

/// A portfolio with a barrier: weights (3) and the multiplier of their sum.
#[bilevel]
pub mod portfolio {
    use nalgebra::{Matrix3, Vector3, Vector4, vector};

    pub struct Data {
        pub sigma: Matrix3<f64>,
    }

    pub fn F(z: &Vector4<f64>, mu: &Vector3<f64>, data: &Data) -> Vector4<f64> {
        let w = z.fixed_rows::<3>(0).into_owned();
        let slope = data.sigma * w - mu - w.map(|t| 0.01 / (t + 0.1)) + Vector3::repeat(z.w);
        vector![slope.x, slope.y, slope.z, w.sum() - 1.0]
    }

    pub fn g(z: &Vector4<f64>, mu: &Vector3<f64>, data: &Data) -> f64 {
        let w = z.xyz();
        w.dot(&(data.sigma * w)).sqrt() - 0.5 * w.dot(mu)
    }
}

#[bilevel]
pub mod dynamic {
    use nalgebra::DVector;

    pub struct Data {
        pub head: usize,
    }

    pub fn F(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> DVector<f64> {
        DVector::from_fn(x.len(), |i, _| if i < data.head { x[i].powi(3) + 2.0 * x[i] - y[i] } else { 3.0 * x[i] - x.sum() })
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        x.rows(0, data.head).map(f64::cosh).sum() + y.norm_squared() * x[0]
    }
}

#[test]
fn of_constant_size() {
    let data = portfolio::Data { sigma: data::fixed::<3, 3>(0.3) + nalgebra::Matrix3::identity() * 2.0 };
    let oracle = Oracle {
        inner: Inner::Root(&|z, mu| {
            let slope = times(&data.sigma, &z[..3]);
            let slope = (0..3).map(|i| slope[i] - mu[i] - (z[i] + 0.1).recip() * 0.01 + z[3]);
            slope.chain([z[0] + z[1] + z[2] - 1.0]).collect()
        }),
        g: &|z, mu| dot(&z[..3], &times(&data.sigma, &z[..3])).sqrt() - dot(&z[..3], mu) * 0.5,
    };
    let problem = portfolio::Problem::new(&data).unwrap();
    verify!(problem, nalgebra::Vector4::new(0.3, 0.2, 0.5, 0.1), nalgebra::Vector3::new(0.1, 0.2, 0.3), oracle);
}

#[test]
fn of_a_size_from_data() {
    for (n, head) in [(5, 3), (4, 4), (3, 1)] {
        let oracle = Oracle {
            inner: Inner::Root(&|x, y| {
                let sum: Number = x.iter().copied().sum();
                let entry = |i: usize| if i < head { x[i].powi(3) + x[i] * 2.0 - y[i] } else { x[i] * 3.0 - sum };
                (0..n).map(entry).collect()
            }),
            g: &|x, y| x[..head].iter().map(DualNum::cosh).sum::<Number>() + dot(y, y) * x[0],
        };
        let problem = dynamic::Problem::new(dynamic::Data { head }).unwrap();
        verify!(problem, data::vector(n, 0.7), data::vector(head, 1.3), oracle);
    }
}
