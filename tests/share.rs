//! Structs that several annotated modules share: each is plain Rust, and its `Problem` reads the
//! fields of the struct that another module defines.

#![deny(warnings)]
#![warn(clippy::all, clippy::pedantic, unreachable_pub)]
#![allow(missing_docs, clippy::must_use_candidate, clippy::many_single_char_names, clippy::cast_precision_loss)]

use hypergrad::{bilevel, bilevel_item};
use nalgebra::{DMatrix, DVector};

/// Before the module that defines what it imports, under another name.
#[bilevel(g = validation)]
pub mod before {
    use super::first::{Counts, Data as Set};
    use nalgebra::DVector;

    fn ridge(x: &DVector<f64>, counts: &Counts) -> f64 {
        counts.weights[0] * x.norm_squared() / counts.rows as f64
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Set) -> f64 {
        (&data.a * x - &data.b).norm_squared() + y.map(f64::exp).dot(&x.component_mul(x)) + ridge(x, &data.counts)
    }

    pub fn validation(x: &DVector<f64>, _y: &DVector<f64>, _: &Set) -> f64 {
        x.norm_squared()
    }
}

/// Everything that a field's type can be written with.
#[bilevel]
pub mod first {
    use nalgebra::{DMatrix, OVector};

    const N: usize = 2;
    type Scalar = f64;
    type Column = OVector<Scalar, nalgebra::Dyn>;

    pub struct Data {
        pub a: DMatrix<Scalar>,
        pub b: Column,
        pub counts: Counts,
        pub names: Vec<String>,
        #[cfg(any())]
        pub absent: f64,
    }

    pub struct Counts {
        pub rows: usize,
        pub weights: [f64; N],
    }

    pub fn f(x: &Column, y: &Column, data: &Data) -> f64 {
        (&data.a * x - &data.b).norm_squared() + y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &Column, _y: &Column, _data: &Data) -> f64 {
        x.sum()
    }
}

pub use first::Data;

/// A re-export from the module around it, and a struct of its own that holds an imported one; nested
/// in a module that is not annotated.
pub mod deep {
    #[hypergrad::bilevel]
    pub mod inside {
        use super::super::Data;
        use crate::first::Counts;
        use nalgebra::DVector;

        pub struct Both {
            pub set: Data,
            pub others: Counts,
            pub scale: f64,
        }

        pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Both) -> f64 {
            (&data.set.a * x - &data.set.b).norm_squared()
                + data.scale * y.map(f64::exp).dot(&x.component_mul(x))
                + data.set.counts.weights[1] * x.norm_squared()
        }

        pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Both) -> f64 {
            x.norm_squared() * data.others.weights[0] / data.others.rows as f64
        }
    }

    /// Takes a struct of fields that come from yet another module.
    #[hypergrad::bilevel]
    pub mod chained {
        use super::inside::Both;
        use nalgebra::DVector;

        pub fn f(x: &DVector<f64>, y: &DVector<f64>, both: &Both) -> f64 {
            (&both.set.a * x - &both.set.b).norm_squared() + y.norm_squared() * x.norm_squared()
        }

        pub fn g(x: &DVector<f64>, _y: &DVector<f64>, both: &Both) -> f64 {
            both.scale * x.sum()
        }
    }
}

/// Items that stand outside of annotated modules.
#[bilevel_item]
pub fn barrier(t: f64) -> f64 {
    let shifted = t + crate::SHIFT;
    -shifted.ln() * crate::settings::scale(2)
}

#[bilevel_item]
pub const SHIFT: crate::Real = 2.5;

#[bilevel_item]
static LEVEL: f64 = 0.3;

#[bilevel_item]
pub type Real = f64;

pub mod settings {
    use hypergrad::bilevel_item;

    #[bilevel_item]
    pub fn scale(k: usize) -> f64 {
        k as f64 * std::f64::consts::LN_2
    }

    #[derive(Clone, Copy)]
    #[bilevel_item]
    pub enum Penalty {
        Square,
        Quartic,
    }

    #[bilevel_item]
    pub const NODES: [(f64, f64); 2] = [(-0.5, 1.0), (0.7, 0.25)];

    #[bilevel_item]
    pub fn quadrature<F: Fn(f64) -> f64>(integrand: F) -> f64 {
        crate::settings::NODES.iter().map(|(node, weight)| weight * integrand(*node)).sum()
    }

    #[bilevel_item]
    pub fn square<const N: usize>(values: &[f64; N]) -> f64 {
        values.iter().map(|value| value * value).sum()
    }

    #[derive(Clone, Copy)]
    #[bilevel_item]
    pub enum Link {
        Identity,
        Power(f64),
        Affine { slope: f64, shift: f64 },
    }

    #[bilevel_item]
    pub fn inverse(link: crate::settings::Link, t: f64) -> f64 {
        match link {
            crate::settings::Link::Identity => t,
            crate::settings::Link::Power(p) => (1.0 + t * t).powf(p),
            crate::settings::Link::Affine { slope, shift } => slope * t + shift,
        }
    }

    #[bilevel_item]
    pub struct Settings {
        pub weights: nalgebra::DVector<f64>,
        pub count: usize,
    }
}

/// Reads them by path, by import, and by import under another name, though it has items of the same names.
#[bilevel]
pub mod outside_items {
    use crate::settings::{Penalty, Settings};
    use crate::{Real, barrier as outer_barrier};
    use nalgebra::DVector;

    fn barrier(t: Real) -> Real {
        t.sin()
    }

    fn penalty(t: Real, kind: Penalty) -> Real {
        match kind {
            Penalty::Square => t * t,
            Penalty::Quartic => t.powi(4),
        }
    }

    pub fn f(x: &DVector<f64>, y: f64, data: &Settings) -> f64 {
        let barriers: f64 = x.iter().map(|t| outer_barrier(*t) + barrier(*t)).sum();
        barriers + (x - &data.weights).norm_squared() * y.exp() * super::LEVEL / data.count as f64
    }

    pub fn g(x: &DVector<f64>, _y: f64, _data: &Settings) -> f64 {
        x.iter().map(|t| penalty(*t, Penalty::Quartic) + penalty(*t, Penalty::Square) * super::SHIFT).sum()
    }
}

#[test]
fn items_from_outside() {
    let data = settings::Settings { weights: DVector::from_vec(vec![0.3, -0.4, 0.8]), count: 3 };
    let problem = outside_items::Problem::new(&data).unwrap();
    let x = DVector::from_vec(vec![0.7, -0.2, 1.1]);
    let at = problem.at(&x, &0.4).unwrap();
    assert!((at.f() - outside_items::f(&x, 0.4, &data)).abs() < 1e-13);
    assert!((at.g() - outside_items::g(&x, 0.4, &data)).abs() < 1e-13);
    let verdict = problem.check_derivatives(&x, &0.4).unwrap();
    assert!(verdict.agrees(), "{verdict}");
}

/// An enum by an import and by its whole path, functions with parameters of their own.
#[bilevel]
pub mod links {
    use crate::settings::{Link, inverse, quadrature};
    use nalgebra::DVector;

    pub struct Data {
        pub link: Link,
        pub links: Vec<Link>,
    }

    pub fn f(x: &DVector<f64>, y: f64, data: &Data) -> f64 {
        let fit: f64 = data.links.iter().zip(x.iter()).map(|(link, t)| (inverse(*link, *t) - 0.4).powi(2)).sum();
        fit + inverse(data.link, x[0]) * y + quadrature(|t| (t * x[1]).cos())
    }

    pub fn g(x: &DVector<f64>, y: f64, _data: &Data) -> f64 {
        crate::settings::square(&[x[0], y, x[1]])
            + crate::settings::square::<2>(&[x[0], x[1]])
            + inverse(Link::Affine { slope: x[0], shift: 0.5 }, y)
    }
}

#[test]
fn enums_from_outside() {
    use settings::Link;
    let x = DVector::from_vec(vec![0.7, -0.2, 1.1]);
    for link in [Link::Identity, Link::Power(0.3), Link::Affine { slope: 0.4, shift: 0.1 }] {
        let data = links::Data { link, links: vec![link, Link::Power(1.5), Link::Identity] };
        let problem = links::Problem::new(&data).unwrap();
        let at = problem.at(&x, &0.4).unwrap();
        assert!((at.f() - links::f(&x, 0.4, &data)).abs() < 1e-13);
        assert!((at.g() - links::g(&x, 0.4, &data)).abs() < 1e-13);
        let verdict = problem.check_derivatives(&x, &0.4).unwrap();
        assert!(verdict.agrees(), "{verdict}");
    }
}

/// Two modules that import from each other.
#[bilevel]
pub mod left {
    use super::right::Right;

    pub struct Left {
        pub a: f64,
    }

    pub fn f(x: f64, y: f64, data: &Right) -> f64 {
        (x - y * data.b).powi(2)
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x * x
    }
}

#[bilevel]
pub mod right {
    use super::left::Left;

    pub struct Right {
        pub b: f64,
    }

    pub fn f(x: f64, y: f64, data: &Left) -> f64 {
        (x - y * data.a).powi(2)
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x.powi(4)
    }
}

/// An annotated module inside another one.
#[bilevel]
pub mod outer {
    pub struct Data {
        pub target: f64,
    }

    pub fn f(x: f64, y: f64, data: &Data) -> f64 {
        (x - data.target).powi(2) * y.exp()
    }

    pub fn g(x: f64, y: f64) -> f64 {
        x * y
    }

    #[hypergrad::bilevel]
    pub mod inner {
        use super::Data;

        pub fn f(x: f64, y: f64, data: &Data) -> f64 {
            (x * y - data.target).powi(2)
        }

        pub fn g(x: f64, _y: f64) -> f64 {
            x
        }
    }
}

fn data() -> Data {
    Data {
        a: DMatrix::from_fn(4, 3, |i, j| (1.3 * i as f64 + 0.7 * j as f64).sin()),
        b: DVector::from_fn(4, |i, _| (0.9 * i as f64).cos()),
        counts: first::Counts { rows: 4, weights: [0.5, 1.5] },
        names: vec!["one".to_owned()],
    }
}

fn point() -> (DVector<f64>, DVector<f64>) {
    (DVector::from_fn(3, |i, _| 0.3 - 0.1 * i as f64), DVector::from_fn(3, |i, _| 0.2 * i as f64))
}

#[test]
fn an_imported_struct_is_read() {
    let (data, (x, y)) = (data(), point());
    let problem = before::Problem::new(&data).unwrap();
    assert!((problem.at(&x, &y).unwrap().f() - before::f(&x, &y, &data)).abs() < 1e-12);
    assert!(problem.check_derivatives(&x, &y).unwrap().agrees());
    assert!(first::Problem::new(&data).unwrap().check_derivatives(&x, &y).unwrap().agrees());
    assert_eq!(data.names.len(), 1);
}

#[test]
fn structs_inside_structs_are_read() {
    let (x, y) = point();
    let others = first::Counts { rows: 3, weights: [2.0, 0.0] };
    let both = deep::inside::Both { set: data(), others, scale: 0.7 };
    let problem = deep::inside::Problem::new(&both).unwrap();
    assert!((problem.at(&x, &y).unwrap().f() - deep::inside::f(&x, &y, &both)).abs() < 1e-12);
    assert!(problem.check_derivatives(&x, &y).unwrap().agrees());
    assert!(deep::chained::Problem::new(&both).unwrap().check_derivatives(&x, &y).unwrap().agrees());
}

#[test]
fn modules_import_from_each_other() {
    let (left, right) = (left::Left { a: 2.0 }, right::Right { b: 3.0 });
    assert!(left::Problem::new(&right).unwrap().check_derivatives(&0.5, &0.25).unwrap().agrees());
    assert!(right::Problem::new(&left).unwrap().check_derivatives(&0.5, &0.25).unwrap().agrees());
    let data = outer::Data { target: 1.5 };
    assert!(outer::Problem::new(&data).unwrap().check_derivatives(&0.5, &0.25).unwrap().agrees());
    assert!(outer::inner::Problem::new(&data).unwrap().check_derivatives(&0.5, &0.25).unwrap().agrees());
}
