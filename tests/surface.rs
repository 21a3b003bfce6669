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

thread_local! {
    /// File, line and text of the last panic of a thread.
    static LAST: std::cell::RefCell<(String, u32, String)> = const { std::cell::RefCell::new((String::new(), 0, String::new())) };
}

/// What a panic says.
fn text_of(payload: &dyn std::any::Any) -> String {
    let fixed = || payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    payload.downcast_ref::<String>().cloned().or_else(fixed).unwrap_or_default()
}

/// The text of the panic of a call, which has to be of this file.
fn panic_of(call: impl FnOnce()) -> String {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(|l| (l.file().to_owned(), l.line())).unwrap_or_default();
        LAST.set((place.0, place.1, text_of(info.payload())));
        eprintln!("{info}");
    }));
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(call));
    assert!(caught.is_err(), "no panic");
    let (file, line, text) = LAST.take();
    assert!(file.ends_with("surface.rs") && line > 0, "{text} at {file}:{line}, which is not the caller");
    text
}

#[test]
fn wrong_lengths_panic_at_the_caller() {
    let data = renamed::Data { a: DMatrix::from_element(3, 2, 0.5), b: DVector::from_element(3, 1.0) };
    let problem = renamed::Problem::new(&data).unwrap();
    let (x, y) = (DVector::from_element(2, 0.3), DVector::from_element(2, 0.1));
    let at = problem.at(&x, &y).unwrap();
    let long = DVector::from_element(5, 1.0);
    let mut out = long.clone();
    let expected = "the argument has 5 entries, the point has 2";
    assert_eq!(panic_of(|| drop(at.F_1_mul(&long))), expected);
    assert_eq!(panic_of(|| drop(at.F_1_tr_mul(&long))), expected);
    assert_eq!(panic_of(|| drop(at.F_2_mul(&long))), expected);
    assert_eq!(panic_of(|| drop(at.F_2_tr_mul(&long))), expected);
    assert_eq!(panic_of(|| at.F_1_mul_into(&x, &mut out)), expected);
    assert_eq!(panic_of(|| at.F_1_mul_into(&long, &mut x.clone())), expected);
    assert_eq!(panic_of(|| at.F_2_tr_mul_into(&x, &mut out)), expected);
    assert_eq!(panic_of(|| at.F_into(&mut out)), expected);
    assert_eq!(panic_of(|| at.g_1_into(&mut out)), expected);
    assert_eq!(panic_of(|| at.g_2_into(&mut out)), expected);
    assert_eq!(panic_of(|| _ = at.Omega_into(&mut out)), expected);
}
