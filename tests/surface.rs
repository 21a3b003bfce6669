//! The surface of a module: roles by other names, types under other names, structs, constants,
//! every way to take an argument. Each module is plain Rust and its `Problem` agrees with it.

#![allow(missing_docs)]

use hypergrad::bilevel;
use nalgebra::{DMatrix, DVector, SVector, Vector2};

mod prelude {
    pub use hypergrad::math::softplus;
    pub use nalgebra::{DVector, Vector2};
}

/// Paths through other modules, renamed imports, a leading `::`, functions by option.
#[bilevel(f = loss, g = validation, P = none)]
#[allow(non_snake_case)]
pub mod renamed {
    use super::prelude::{self, DVector as Vector, softplus as relu};
    use nalgebra::{self as na};

    pub struct Data {
        pub a: ::nalgebra::DMatrix<f64>,
        pub b: self::Target,
    }

    type Target = na::DVector<f64>;

    /// No role, by the attribute.
    pub fn P(t: f64) -> f64 {
        t
    }

    pub fn loss(x: &Vector<f64>, y: &prelude::DVector<f64>, data: &Data) -> f64 {
        (&data.a * x - &data.b).norm_squared() + y.map(relu).dot(&x.component_mul(x)) + prelude::softplus(P(y[0]))
    }

    pub fn validation(x: &super::prelude::DVector<f64>, _y: &Vector<f64>, set: &self::Data) -> f64 {
        (&set.a * x).sum()
    }
}

/// Constants, aliases with parameters, nested structs with names that the expansion uses too.
#[bilevel]
pub mod structs {
    use nalgebra::{Const, OVector, SMatrix};
    use std::f64::consts::PI;

    const N: usize = 1 + M / 2;
    const M: usize = 4;

    pub type Square<T, const K: usize> = SMatrix<T, K, K>;
    type Length = Const<N>;

    #[derive(Clone)]
    pub struct Work {
        pub scale: f64,
        pub inner: Point,
    }

    #[derive(Clone)]
    pub struct Point {
        pub shift: OVector<f64, Length>,
        pub mix: Square<f64, N>,
    }

    pub struct Data {
        pub count: usize,
        pub weights: [f64; N],
        pub never_read: Vec<String>,
    }

    pub fn f(x: OVector<f64, Length>, y: &Work, data: &Data) -> f64 {
        let weighted: f64 = (0..N).map(|i| data.weights[i] * x[i].powi(2)).sum();
        PI * weighted * y.scale.exp() + (x - y.inner.mix * y.inner.shift).norm_squared() / data.count as f64
    }

    pub fn g(x: OVector<f64, Length>, y: &Work, _: &Data) -> f64 {
        x.norm_squared() + y.scale
    }
}

/// A root without data, scalars by value.
#[bilevel]
#[allow(non_snake_case)]
pub mod scalars {
    pub fn F(x: f32, y: f32) -> f32 {
        use hypergrad::math::softplus;
        x + x.powi(3) - softplus(y) - hypergrad::math::sigmoid(y) + std::f32::consts::LN_2
    }

    pub fn g(x: f32, _y: f32) -> f32 {
        x * x
    }
}

#[test]
fn renamed_roles_and_types() {
    let data = renamed::Data { a: DMatrix::from_fn(4, 2, |i, j| (i + 2 * j) as f64), b: DVector::from_element(4, 1.0) };
    let problem = renamed::Problem::new(&data).unwrap();
    let (x, y) = (DVector::from_vec(vec![0.3, -0.2]), DVector::from_vec(vec![0.1, 0.7]));
    let at = problem.at(&x, &y).unwrap();
    assert!((at.f() - renamed::loss(&x, &y, &data)).abs() < 1e-12);
    assert!((at.g() - renamed::validation(&x, &y, &data)).abs() < 1e-12);
    assert!(problem.check_derivatives(&x, &y).unwrap().agrees());
}

#[test]
fn structs_and_constants() {
    let data = structs::Data { count: 5, weights: [0.5, 1.5, 2.5], never_read: Vec::new() };
    let problem = structs::Problem::new(&data).unwrap();
    let x = SVector::<f64, 3>::new(0.1, 0.2, -0.3);
    let inner = structs::Point { shift: x * 2.0, mix: nalgebra::Matrix3::from_fn(|i, j| (i as f64 - j as f64).cos()) };
    let y = structs::Work { scale: 0.25, inner };
    let at = problem.at(&x, &y).unwrap();
    assert!((at.f() - structs::f(x, &y, &data)).abs() < 1e-12);
    assert!(problem.check_derivatives(&x, &y).unwrap().agrees());
}

#[test]
fn scalars_by_value() {
    let problem = scalars::Problem::new().unwrap();
    let at = problem.at(&0.5, &0.25).unwrap();
    assert!((at.F() - scalars::F(0.5, 0.25)).abs() < 1e-6);
    let _: Vector2<f64> = prelude::Vector2::zeros();
}
