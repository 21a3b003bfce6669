//! Accuracy over the whole range, specials, and the same bits wherever an entry stands.
#![expect(clippy::float_cmp, reason = "exact values are meant")]

use super::*;

mod exact;

/// A function over slices, the same of one number, and the range in which it is compared.
type Case = (&'static str, fn(&mut [f64]), fn(f64) -> f64, [f64; 2]);

const CASES: [Case; 12] = [
    ("exp", exp::<f64>, f64::exp, [-745.2, 709.8]),
    ("exp_m1", exp_m1::<f64>, f64::exp_m1, [-60.0, 709.8]),
    ("ln", ln::<f64>, f64::ln, [1e-320, 1e300]),
    ("ln_1p", ln_1p::<f64>, f64::ln_1p, [-1.0, 1e300]),
    ("tanh", tanh::<f64>, f64::tanh, [-25.0, 25.0]),
    ("sech2", sech2::<f64>, kernel::sech2, [-350.0, 350.0]),
    ("softplus", softplus::<f64>, kernel::softplus, [-745.0, 745.0]),
    ("sigmoid", sigmoid::<f64>, kernel::sigmoid, [-745.0, 745.0]),
    ("logistic_2", logistic_2::<f64>, kernel::logistic_2, [-745.0, 745.0]),
    ("logistic_3", logistic_3::<f64>, kernel::logistic_3, [-745.0, 745.0]),
    ("sin", sin::<f64>, f64::sin, [-1e6, 1e6]),
    ("cos", cos::<f64>, f64::cos, [-1e6, 1e6]),
];

/// Points of every size within the range, of both signs, and an even grid.
fn points([low, high]: [f64; 2]) -> Vec<f64> {
    let mut points = Vec::new();
    let mut size = 1e-310;
    while size < 1e301 {
        for t in [size, -size] {
            if (low..=high).contains(&t) {
                points.push(t);
            }
        }
        size *= 1.0237;
    }
    let even = (low.max(-1e3), high.min(1e3));
    points.extend((0..40_000).map(|i| even.0 + (even.1 - even.0) * (f64::from(i) + 0.37) / 40_000.0));
    points.extend((0..20_000).map(|i| (-3.0 + 6.0 * f64::from(i) / 20_000.0).clamp(low, high)));
    points
}

/// The distance in units in the last place of b.
fn distance(a: f64, b: f64) -> f64 {
    if a == b || (a.is_nan() && b.is_nan()) {
        return 0.0;
    }
    let unit = (b.abs().to_bits() + 1).min(f64::MAX.to_bits());
    (a - b).abs() / (f64::from_bits(unit) - f64::from_bits(unit - 1))
}

/// Units in the last place: one of a function that is one reduction and a polynomial; those of a few more
/// operations where it is a quotient of exponentials.
fn bound(name: &str) -> f64 {
    match name {
        "sech2" | "logistic_2" | "logistic_3" => 4.0,
        _ => 2.0,
    }
}

/// Every function stays near the exact value, and near the scalar one, which has a few units of its own.
#[test]
fn every_function_is_accurate_over_its_range() {
    let mut exact = exact::Exact::new();
    for (name, apply, scalar, range) in CASES {
        let points = points(range);
        let mut values = points.clone();
        apply(&mut values);
        for (i, (&t, &value)) in points.iter().zip(&values).enumerate() {
            let off = distance(value, scalar(t));
            assert!(off <= 8.0, "{name}({t:e}): {value:e}, {off} units from the scalar function");
            // The exact value is slow to compute.
            if i % exact::EVERY == 0 && t.is_normal() && value.is_normal() {
                let (off, bound) = (exact.distance(name, t, value), bound(name));
                assert!(off <= bound, "{name}({t:e}): {value:e}, {off} units from the exact value");
            }
        }
    }
}

#[test]
fn specials_are_those_of_one_number() {
    let specials = [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1.0, -1.0, -2.0, 5e-324, -5e-324, f64::MAX, f64::MIN];
    for (name, apply, scalar, _) in CASES {
        let mut values = specials;
        apply(&mut values);
        for (t, value) in specials.into_iter().zip(values) {
            let expected = scalar(t);
            assert!(distance(value, expected) <= 2.0, "{name}({t}): {value}, expected {expected}");
            if expected == 0.0 && name != "logistic_3" {
                assert_eq!(value.is_sign_negative(), expected.is_sign_negative(), "{name}({t})");
            }
        }
    }
}

/// Every length and position, so that the ends of vectors are met.
#[test]
fn an_entry_has_the_same_bits_at_every_position() {
    for (name, apply, _, _) in CASES {
        let t = 0.734_521;
        let mut one = [t];
        apply(&mut one);
        for length in 1..40 {
            let mut values = vec![t; length];
            apply(&mut values);
            assert!(values.iter().all(|value| value.to_bits() == one[0].to_bits()), "{name}, {length}");
        }
    }
}

/// Written elsewhere, every image is the same.
#[test]
fn images_are_the_same_in_place_and_elsewhere() {
    type Into = fn(&[f64], &mut [f64]);
    let elsewhere: [Into; 12] = [
        exp_into,
        exp_m1_into,
        ln_into,
        ln_1p_into,
        tanh_into,
        sech2_into,
        softplus_into,
        sigmoid_into,
        logistic_2_into,
        logistic_3_into,
        sin_into,
        cos_into,
    ];
    for ((name, apply, _, range), into) in CASES.into_iter().zip(elsewhere) {
        for length in 0..40 {
            let from: Vec<f64> = points(range).into_iter().skip(length * 97).take(length + 3).collect();
            let (mut here, mut there) = (from.clone(), vec![f64::NAN; length]);
            apply(&mut here);
            into(&from, &mut there);
            assert!(here.iter().zip(&there).all(|(a, b)| a.to_bits() == b.to_bits()), "{name}, {length}");
        }
    }
}

/// What one function has written for others leads them to the same images.
#[test]
fn images_by_shared_numbers_are_the_same() {
    type With = fn(&[f64], (bool, &mut [f64]), &mut [f64]);
    let all: [(fn(&mut [f64]), With); 3] = [(softplus, softplus_with), (sigmoid, sigmoid_with), (logistic_2, logistic_2_with)];
    let mut from: Vec<f64> = points([-745.0, 745.0]).into_iter().step_by(7).collect();
    from.extend([0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]);
    for (_, first) in all {
        let mut decays = vec![f64::NAN; from.len() + 2];
        first(&from, (true, &mut decays), &mut vec![0.0; from.len()]);
        for (fresh, (apply, with)) in all.into_iter().flat_map(|case| [(false, case), (true, case)]) {
            let (mut alone, mut there) = (from.clone(), vec![0.0; from.len()]);
            apply(&mut alone);
            with(&from, (fresh, &mut decays), &mut there);
            assert!(alone.iter().zip(&there).all(|(a, b)| a.to_bits() == b.to_bits()));
        }
    }
}

#[test]
fn single_precision_is_rounded_once() {
    let points: Vec<f32> = (0..2000).map(|i| -20.0 + 0.0203 * i as f32).collect();
    let mut values = points.clone();
    tanh(&mut values);
    for (&t, &value) in points.iter().zip(&values) {
        assert!((f64::from(value) - f64::from(t).tanh()).abs() <= 0.51 * f64::from(f32::EPSILON) * f64::from(t).tanh().abs());
    }
}
