//! Structs of structs as variables, matrices among their fields, in `f32` and `f64`.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod nested {
    use nalgebra::{DMatrix, DVector, Matrix2, Vector2};

    pub struct Inner {
        pub core: Matrix2<f64>,
        pub scale: f64,
    }

    pub struct State {
        pub left: DVector<f64>,
        pub inner: Inner,
        pub right: DMatrix<f64>,
    }

    pub struct Scales {
        pub pair: Vector2<f64>,
    }

    pub struct Hyper {
        pub scales: Scales,
        pub weight: f64,
    }

    pub struct Data {
        pub m: DMatrix<f64>,
    }

    pub fn f(x: &State, y: &Hyper, data: &Data) -> f64 {
        let State { left, inner, right } = x;
        let small = (inner.core - Matrix2::identity() * y.weight).norm_squared() + (inner.scale - y.scales.pair.x).powi(2);
        let wide = (&data.m * right - left * y.scales.pair.transpose()).norm_squared();
        small + wide + y.scales.pair.norm_squared().exp() * (left.norm_squared() + right.norm_squared()) + inner.scale * left[0]
    }

    pub fn g(x: &State, y: &Hyper, data: &Data) -> f64 {
        let core = &x.inner.core;
        (core * core).trace() * x.inner.scale + data.m.tr_mul(&x.left).sum() * y.weight + x.right.column(1).norm_squared()
    }
}

#[bilevel]
pub mod single {
    use nalgebra::{Vector2, Vector3};

    #[derive(Clone, Debug)]
    pub struct State {
        pub position: Vector3<f32>,
        pub mass: f32,
    }

    pub fn f(x: &State, y: &Vector2<f32>) -> f32 {
        x.position.norm_squared() * y[0].exp() + (x.mass - y[1]).powi(2) * 2.0 + x.position.x * x.mass
    }

    pub fn g(x: &State, y: &Vector2<f32>) -> f32 {
        x.position.sum() + x.mass * x.mass * y[0]
    }
}

#[test]
fn against_the_oracle() {
    let data = nested::Data { m: data::matrix(3, 2, 0.0) };
    // left (3), core (4), scale, right (2 x 2, by columns).
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let (left, core, scale, right) = (&x[..3], &x[3..7], x[7], &x[8..]);
            let mut sum = (core[0] - y[2]).powi(2) + core[1] * core[1] + core[2] * core[2] + (core[3] - y[2]).powi(2);
            sum += (scale - y[0]).powi(2) + scale * left[0];
            for i in 0..3 {
                for j in 0..2 {
                    let product: Number = (0..2).map(|k| right[k + 2 * j] * data.m[(i, k)]).sum();
                    sum += (product - left[i] * y[j]).powi(2);
                }
            }
            sum + dot(&y[..2], &y[..2]).exp() * (dot(left, left) + dot(right, right))
        }),
        g: &|x, y| {
            let (left, core, scale, right) = (&x[..3], &x[3..7], x[7], &x[8..]);
            let trace = core[0] * core[0] + core[1] * core[2] * 2.0 + core[3] * core[3];
            let sum: Number = (0..3).map(|i| left[i] * data.m.row(i).sum()).sum();
            trace * scale + sum * y[2] + dot(&right[2..], &right[2..])
        },
    };
    let x = nested::State {
        left: data::vector(3, 0.3),
        inner: nested::Inner { core: data::fixed(0.2), scale: 0.6 },
        right: data::matrix(2, 2, 0.9),
    };
    let y = nested::Hyper { scales: nested::Scales { pair: nalgebra::Vector2::new(0.4, -0.3) }, weight: 0.8 };
    let problem = nested::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
    assert!((problem.at(&x, &y).unwrap().F().inner.scale - (2.0 * (0.6 - 0.4) + x.left[0])).abs() < 1e-12);
}

#[test]
fn single_precision() {
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| dot(&x[..3], &x[..3]) * y[0].exp() + (x[3] - y[1]).powi(2) * 2.0 + x[0] * x[3]),
        g: &|x, y| x[0] + x[1] + x[2] + x[3] * x[3] * y[0],
    };
    let problem = single::Problem::new().unwrap();
    let x = single::State { position: nalgebra::Vector3::new(0.3, 0.2, -0.5), mass: 0.7 };
    verify!(problem, x, nalgebra::Vector2::new(0.1_f32, 0.4), oracle, 1e-5);
}
