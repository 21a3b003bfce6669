//! Scalar functions, numbers, constants, bindings, helpers.

use nalgebra::{DMatrix, DVector, SVector};

use super::{Data, agrees, bodies};

/// A rounded ratio may fall below a whole number, `49 (1/49) < 1`.
#[test]
fn remainders_at_multiples() {
    bodies! { (x, y, data) -> f64:
        { (0..5).map(|i| ((i * 49) as f64 % 49.0 + 1.0) * x[i] * x[i]).sum::<f64>() }
        { (0..5).map(|i| ((i as f64 - 2.0) * 49.0 % (49.0 + 0.0 * x[0])) * x[i] + x[i]).sum::<f64>() }
        { (0..5).map(|i| ((i as f64 - 2.0) * 98.0).rem_euclid(-49.0) + ((i as f64 - 2.0) * 49.0).div_euclid(-49.0) * x[i]).sum::<f64>() }
        { (0..100).map(|i| (i as f64 % 7.0) * x[i % 5] + (i as f64 / 3.0) % 0.5).sum::<f64>() }
        { (0..60).map(|i| ((i * i) % 7) as f64 * x[i % 5] + ((i * i) / 49) as f64 * y[0]).sum::<f64>() }
        { (-60..60i32).map(|i| ((i * i * i) % 49) as f64 * y[1] + ((i * i * i) / 49) as f64 * y[0]).sum::<f64>() }
    }
}

#[test]
fn functions() {
    bodies! { (x, y, data) -> f64:
        { x[0].exp() + x[0].ln() * x[0].sqrt() + x[1].cbrt() }
        { x[0].sin() + x[0].cos() * x[0].tan() + x[1].tanh() + x[1].sinh() - x[1].cosh() }
        { x[0].asin() + x[0].acos() + x[1].atan() + x[1].asinh() + x[3].acosh() + x[0].atanh() }
        { x[0].ln_1p() + x[1].exp_m1() + x[1].recip() + x[1].abs() + x[1].signum() }
        { x[0].powi(3) + x[1].powi(-2) + x[0].powf(1.7) + x[0].powf(y[0]) + x[1].powf(2.0) + x[3].powi(0) }
        { x[0].exp2() + x[0].log2() + x[0].log10() + x[0].log(3.0) }
        { let (s, c) = x[1].sin_cos(); s * c + x[0].atan2(x[1]) + x[0].hypot(x[1]) }
        { x[0].min(x[1]) + x[0].max(y[1]) + x[3].clamp(-1.0, 1.0) + x[0].mul_add(x[1], 2.0) }
        { f64::exp(x[0]) + f64::max(x[0], x[1]) + f64::powi(x[0], 2) + f64::hypot(x[0], 1.0) }
        { x.map(f64::exp).sum() + x.map(|t| t.abs()).map(f64::sqrt).sum() + y.map(f64::sin).sum() }
        { x[0].to_radians() + x[1].to_degrees() }
        { f64::from(3) * x[0] + 1e-3_f64 + 2. * x[1] + 3f64 }
    }
    agrees! {
        use nalgebra::{ComplexField, RealField};
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            ComplexField::exp(x[0]) + RealField::atan2(x[0], x[1]) + x.map(ComplexField::sin).sum() + ComplexField::powi(x[0], 3)
        }
    }
}

/// The functions of `hypergrad::math`, written plainly.
mod math {
    pub fn softplus(t: f64) -> f64 {
        t.exp().ln_1p()
    }

    pub fn sigmoid(t: f64) -> f64 {
        1.0 / (1.0 + (-t).exp())
    }

    pub fn huber(t: f64, delta: f64) -> f64 {
        if t.abs() <= delta { 0.5 * t * t } else { delta * (t.abs() - 0.5 * delta) }
    }

    pub fn pseudo_huber(t: f64, delta: f64) -> f64 {
        delta * delta * ((1.0 + (t / delta).powi(2)).sqrt() - 1.0)
    }
}

#[test]
fn outside_functions() {
    use math::*;
    bodies! { (x, y, data) -> f64:
        { softplus(x[0]) + sigmoid(x[1]) + huber(x[0], 1.0) + huber(x[3], data.k) + pseudo_huber(x[3], data.k) }
        { x.map(softplus).sum() + x.map(|t| sigmoid(t)).sum() }
        { math::softplus(x[0]) }
    }
}

#[test]
fn constants() {
    agrees! {
        const WEIGHT: f64 = 0.5 * RATE;
        const RATE: f64 = 3.0;
        const COUNT: usize = 2 + 1;
        const TABLE: [f64; 3] = [1.0, -2.0, RATE];
        const ROWS: [[f64; 2]; 2] = [[1.0, 2.0], [3.0, 4.0]];
        use std::f64::consts::PI;
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            const LOCAL: f64 = 2.0;
            fn inner(t: f64) -> f64 { t * LOCAL }
            let v = SVector::<f64, COUNT>::from_fn(|i, _| y[i] * COUNT as f64);
            let sum = (0..COUNT).map(|i| TABLE[i] * x[i]).sum::<f64>();
            WEIGHT * x[0] + PI * x[1] + std::f64::consts::LN_2 + core::f64::consts::SQRT_2 * v.sum() + sum + inner(x[0]) + TABLE[1]
                + f64::EPSILON + ROWS[1][0] * x[2] + TABLE.len() as f64
        }
    }
}

#[test]
fn bindings() {
    bodies! { (x, y, data) -> f64:
        { let a = x[0]; let a = a * 2.0; let b = { let a = 3.0; a * x[1] }; a + b }
        { let (a, b) = (x[0], x.clone()); let [c, d, _] = [a, 2.0, 3.0]; let _ = 4.0; a + b[1] + c * d }
        { let ((a, b), c): ((f64, f64), f64) = ((x[0], x[1]), x[2]); a * b - c }
        { let [u, v, w] = data.w; u * x[0] + v * x[1] + w }
        { let v: &DVector<f64> = &x; let w = *&x[0]; (*v)[1] + w }
        { let pair = (x[0], y); pair.0 * pair.1.sum() }
        { let g = |t: f64| t * x[0]; let h = |a: f64, b: f64| g(a) + b; h(2.0, x[1]) }
        { let s = 2.0; let g = |t: f64| t * s; let s = 5.0; g(x[0]) * s }
        { let values = [x[0], x[1], 2.0]; values[1] + values.iter().sum::<f64>() + values.map(|t| t * t)[0] + values.len() as f64 }
        { let zeros = [1.5; 3]; let [a, _, b] = zeros; let w = vec![x[0]; 4]; a * b + zeros[1] + w[2] + zeros.iter().sum::<f64>() }
        { let pairs = [(x[0], x[1]); 2]; pairs[0].0 + pairs[1].1 }
        { assert!(x.len() == 5); debug_assert_eq!(1, 1); x[0] }
        { Into::<f64>::into(x[0]) + Clone::clone(x).sum() }
    }
    bodies! { (x, y, data) -> (f64, DVector<f64>): { (x[0], x * 2.0) } }
}

#[test]
fn generic_helpers() {
    agrees! {
        fn mean<const N: usize>(v: &SVector<f64, N>) -> f64 { (0..N).map(|i| v[i]).sum::<f64>() / N as f64 }
        fn all<const N: usize>(table: [f64; N]) -> f64 { table.iter().sum::<f64>() * N as f64 }
        fn twice(h: impl Fn(f64) -> f64, t: f64) -> f64 { h(h(t)) }
        fn add<T: std::ops::Add<Output = T>>(a: T, b: T) -> T { a + b }
        fn last<const R: usize, const C: usize>(m: &nalgebra::SMatrix<f64, R, C>) -> f64 { m[(R - 1, C - 1)] }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            mean(y) + all(data.w) + twice(f64::sin, x[0]) + twice(|t| t * x[1], 2.0) + add(x[0], x[1]) + last(&data.t)
        }
    }
}

#[test]
fn long_sums_need_no_deep_stack() {
    let terms: Vec<String> = (0..400).map(|k| format!("{k}.5 * x[{}]", k % 5)).collect();
    let items = format!("fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {{ {} }}", terms.join(" + "));
    assert_eq!(super::traced(&items).len(), 1);
}

#[test]
fn helpers() {
    agrees! {
        #[derive(Clone)]
        struct Pair { scale: f64, vector: DVector<f64> }
        fn leaky(t: f64) -> f64 { if t > 0.0 { t } else { 0.01 * t } }
        fn square(t: f64) -> f64 { t * t }
        fn poly(t: f64, degree: usize) -> f64 { (0..=degree).map(|k| square(t).powi(k as i32)).sum() }
        fn weigh(pair: &Pair, m: &DMatrix<f64>) -> DVector<f64> { m * &pair.vector * pair.scale }
        fn make(x: &DVector<f64>) -> Pair { Pair { scale: x[0], vector: x.clone() } }
        fn unpack(pair: Pair) -> f64 { let Pair { scale, vector: v } = pair; scale * v.sum() }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            let pair = make(x);
            let other = Pair { scale: 3.0, ..pair.clone() };
            x.map(leaky).sum() + poly(x[0], 3) + weigh(&pair, &data.q).sum() + unpack(other) + square(y[0])
        }
    }
}

/// Integers wrap around, single precision rounds.
#[test]
#[allow(clippy::cast_lossless, clippy::excessive_precision, clippy::lossy_float_literal, reason = "each is a case")]
fn casts() {
    bodies! { (x, y, data) -> f64:
        { x[0] * (300i32 as u8 as f64) + 1e-9 * (3_000_000_000u32 as i32 as f64) + (-1i32) as u8 as f64 + 200u8 as i8 as f64 }
        { 9_007_199_254_740_993u64 as f64 * x[0] - 9_007_199_254_740_992.0 * x[0] }
        { 0.1f32 as f64 * x[0] + (-0.3_f32) as f64 + 1e-7 * (16777217.0_f32 as f64) + 7f32 as f64 }
        { std::f32::consts::PI as f64 * x[0] }
        { (1..4usize).map(|i| (i as i32 - 2) as f64 * x[i] + i as u8 as f64).sum::<f64>() }
        { (0..3usize).map(|i| if i >= 1 { x[(i as isize - 1) as usize] } else { 1.0 }).sum::<f64>() }
    }
}

/// `max` and `min` give the other argument where one is NaN.
#[test]
fn the_other_of_two() {
    bodies! { (x, y, data) -> f64:
        { x[1].ln().max(x[0] * y[0]) + (x[1].ln() * 2.0).min(x[2] * x[2]) }
        { (x[0] * y[0]).max(x[1].ln()) + (x[2] * x[2]).min(x[1].ln() * 2.0) }
    }
}

/// Roots and powers of what rests at 0, whose derivatives are infinite there.
#[test]
fn resting_arguments() {
    bodies! { (x, y, data) -> f64:
        { x.iter().map(|t| t.max(0.0).powf(1.5)).sum::<f64>() + x.iter().map(|t| (-2.0 * t.min(0.0)).powf(2.5)).sum::<f64>() }
        { x.iter().map(|t| (3.0 * t.max(0.0)).sqrt() * t + t.clamp(0.0, 1.0).cbrt()).sum::<f64>() }
        { x.iter().map(|t| (if *t > 0.0 { t * t } else { 0.0 }).powf(0.75)).sum::<f64>() }
        { x.iter().map(|t| t.max(0.0).powf(1.5 + y[0] * y[0])).sum::<f64>() }
        { x.iter().map(|t| (t.max(0.0) + (t - 1.0).max(0.0) * y[1]).powf(1.5)).sum::<f64>() }
        { x.iter().map(|t| (t.max(0.0) * (1.0 + y[0] * y[0])).sqrt()).sum::<f64>() }
    }
}
