//! Items inside of functions, parameters of functions, traits of numbers, `IndexMut`.

use nalgebra::{DVector, RealField, SVector};

use super::{Data, agrees, bodies, errors};

#[test]
fn items_inside_of_functions() {
    bodies! { (x, y, data) -> f64:
        { struct P { a: f64, b: f64 } let p = P { a: x[0], b: x[1] }; p.a * p.b }
        { struct P(f64, f64); impl P { const K: f64 = 2.0; fn dot(&self, o: &P) -> f64 { self.0 * o.0 + Self::K * self.1 * o.1 } } P(x[0], x[1]).dot(&P(y[0], y[1])) }
        { enum K { A, B(f64) } let k = if data.n > 3 { K::B(x[0]) } else { K::A }; match k { K::A => x[1], K::B(t) => t * t } }
        { use std::f64::consts::PI; x.map(|t| (PI * t).cos()).sum() }
        { type V = nalgebra::Vector2<f64>; let v = V::new(x[0], x[1]); v.norm_squared() }
        { trait Loss { fn at(&self, t: f64) -> f64; fn twice(&self, t: f64) -> f64 { 2.0 * self.at(t) } } struct Sq; impl Loss for Sq { fn at(&self, t: f64) -> f64 { t * t } } Sq.twice(x[0]) }
        { let k: Box<dyn Fn(f64) -> f64> = Box::new(|t| t * t); k(x[0]) }
    }
    agrees! {
        fn a(t: f64) -> f64 { use std::f64::consts::PI; PI * t }
        fn b(t: f64) -> f64 { use std::f64::consts::PI; t / PI }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 { a(x[0]) + b(x[1]) }
    }
    let clash = "struct P { v: f64 } fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 { macro_rules! m { () => { 1.0 } } x[0] }";
    assert!(errors(clash)[0].contains("not accepted inside of a function"));
}

/// Types of one name, in functions, in blocks of one function, and in the module; statics.
#[test]
fn items_of_one_name() {
    agrees! {
        fn a(t: f64) -> f64 { struct P(f64); P(t).0 }
        fn b(t: f64) -> f64 { type V = nalgebra::Vector2<f64>; V::new(t, 1.0).norm_squared() }
        fn c(t: f64) -> f64 { type V = nalgebra::Vector3<f64>; enum K { P, Q } let k = if t > 0.0 { K::P } else { K::Q }; match k { K::P => V::repeat(t).sum(), K::Q => t } }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            struct P { a: f64, b: f64 }
            impl P { fn of(t: f64) -> Self { P { a: t, b: 2.0 * t } } }
            let p = P::of(x[0]);
            let q = { struct P(f64); let p = P(x[1]); p.0 * p.0 };
            a(p.a * p.b) + b(q) + c(x[1])
        }
    }
    agrees! {
        #[derive(Clone, Copy)]
        pub struct P { a: f64 }
        fn module(t: f64) -> P { P { a: 3.0 * t } }
        fn own(t: f64) -> f64 { #[derive(Clone, Copy)] struct P { a: f64, b: f64 } impl P { fn sum(&self) -> f64 { self.a + self.b } } let p: P = P { a: t, b: 1.0 }; p.sum() }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 { module(x[0]).a * own(x[1]) + [1.0, 2.0].iter().map(|s| { struct P(f64); P(*s).0 * x[0] }).sum::<f64>() }
    }
    agrees! {
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 { static NODES: [f64; 2] = [0.5, 1.5]; static K: f64 = 2.0; K * NODES.iter().map(|t| t * x[0]).sum::<f64>() }
    }
}

#[test]
fn parameters_of_functions() {
    agrees! {
        fn square<T: RealField + Copy>(t: T) -> T { t * t + T::one() }
        fn between<T: RealField + Copy>(a: T, b: T, t: T) -> T { a * (T::one() - t) + b * t * nalgebra::convert(0.5) }
        fn gauss<T>(t: T) -> T where T: RealField + Copy { let two: T = nalgebra::convert(2.0); (-(t * t) / two).exp() / T::two_pi().sqrt() }
        fn norm<T: RealField + Copy>(v: &DVector<T>) -> T { v.iter().fold(T::zero(), |s, &t| s + t * t) }
        fn from<T: From<f64> + std::ops::Mul<Output = T> + Copy>(t: T) -> T { T::from(2.0) * t * t }
        fn power<const N: usize>(t: f64) -> f64 { t.powi(N as i32) }
        fn nested<const N: usize>(t: f64) -> f64 { power::<N>(t) + N as f64 }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            square(x[0]) + between(x[1], y[1], data.k) + gauss(x[2]) + norm(x) + from(x[3]) + power::<2>(x[0]) * power::<3>(x[0]) + nested::<3>(x[1]) + norm::<f64>(&data.b)
        }
    }
    agrees! {
        trait Power { const N: i32; fn of(t: f64) -> f64 { t.powi(Self::N) } }
        struct Two;
        struct Three;
        impl Power for Two { const N: i32 = 2; }
        impl Power for Three { const N: i32 = 3; fn of(t: f64) -> f64 { t * t * t } }
        fn all<P: Power>(v: &DVector<f64>) -> f64 { v.iter().map(|&t| P::of(t) + f64::from(P::N)).sum() }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 { all::<Two>(x) * all::<Three>(x) }
    }
}

#[test]
fn traits_of_numbers_and_places() {
    agrees! {
        trait Square { fn square(self) -> f64; fn plus(&self, t: f64) -> f64; }
        impl Square for f64 { fn square(self) -> f64 { self * self } fn plus(&self, t: f64) -> f64 { self + t } }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 { x[0].square() + x[1].square().sin().plus(y[0]) + x.iter().map(|t| t.square()).sum::<f64>() }
    }
    agrees! {
        struct P { v: [f64; 3], k: f64 }
        impl std::ops::Index<usize> for P { type Output = f64; fn index(&self, i: usize) -> &f64 { &self.v[i] } }
        impl std::ops::IndexMut<usize> for P { fn index_mut(&mut self, i: usize) -> &mut f64 { &mut self.v[i] } }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            let mut p = P { v: [0.0; 3], k: 2.0 };
            p[0] = x[0];
            p[1] += x[1] * x[1];
            for i in 0..3 { p[i] += y[i] * p.k; }
            p[0] * p[1] + p[2]
        }
    }
    agrees! {
        struct Image { cols: usize, pixels: Vec<f64> }
        impl std::ops::Index<(usize, usize)> for Image { type Output = f64; fn index(&self, (i, j): (usize, usize)) -> &f64 { &self.pixels[i * self.cols + j] } }
        impl std::ops::IndexMut<(usize, usize)> for Image { fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut f64 { &mut self.pixels[i * self.cols + j] } }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            let mut m = Image { cols: 3, pixels: vec![0.0; 15] };
            for i in 0..5 { for j in 0..3 { m[(i, j)] = x[i] * y[j]; if i > 0 { m[(i, j)] += x[i - 1]; } } }
            m[(4, 2)] + m[(1, 0)] * m[(2, 1)]
        }
    }
}
