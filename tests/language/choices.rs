//! `match`, enums, `Option`: on indices, on values, and by the data.

use hypergrad::bilevel;
use nalgebra::DVector;

use crate::{check, vector};

/// What the data chooses.
#[bilevel]
pub mod chosen {
    use nalgebra::DVector;

    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Debug)]
    pub enum Kernel {
        Rbf,
        Linear,
        Cubic,
    }

    impl Kernel {
        fn at(self, r: f64) -> f64 {
            match self {
                Self::Rbf => (-r * r).exp(),
                Self::Linear => 0.7 * r,
                Self::Cubic => r.powi(3),
            }
        }
    }

    #[derive(PartialEq, PartialOrd)]
    struct Line {
        slope: f64,
        offset: f64,
    }

    pub enum Penalty {
        Ridge,
        Smooth,
    }

    pub struct Settings {
        pub penalty: Penalty,
    }

    pub struct Data {
        pub target: DVector<f64>,
        pub kernel: Kernel,
        pub with_bias: bool,
        pub settings: Settings,
    }

    fn penalty(x: &DVector<f64>, data: &Data) -> f64 {
        match data.settings.penalty {
            Penalty::Ridge => x.norm_squared(),
            Penalty::Smooth => (0..x.len()).map(|i| x.get(i + 1).map_or(0.5, |next| (next - x[i]).powi(2))).sum(),
        }
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let fit: f64 = x.iter().zip(data.target.iter()).map(|(a, b)| data.kernel.at(a - b)).sum();
        let bias = if data.with_bias { y[0] * x[0] } else { 0.0 };
        fit + 0.5 * x.norm_squared() + y[1].exp() * penalty(x, data) + bias
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        let scale = if data.kernel == Kernel::Rbf || !data.with_bias { 1.0 } else { 2.0 };
        let smooth = matches!(data.settings.penalty, Penalty::Smooth if data.kernel != Kernel::Cubic);
        // Enums are integers, and structs are compared as they derive it.
        let weight = [0.5, 1.5, 2.5][data.kernel as usize] * x[data.kernel as usize % 2];
        let order = if data.kernel < Kernel::Cubic { x[1] } else { 2.0 * x[1] };
        let steeper = if (Line { slope: x[0], offset: 1.0 }) > (Line { slope: x[1], offset: 2.0 }) { x[0] } else { x[1] };
        scale * x.norm_squared() + if smooth { x.sum() } else { x[0].sin() } + weight * order + steeper
    }
}

/// What indices and values choose.
#[bilevel]
pub mod decided {
    use core::cmp::Ordering;
    use nalgebra::DVector;

    enum Loss {
        Square,
        Huber { delta: f64 },
        Scaled(f64, f64),
    }

    impl Loss {
        fn of(&self, r: f64) -> f64 {
            match self {
                Self::Square => r * r,
                Self::Huber { delta } if r.abs() < *delta => 0.5 * r * r,
                Self::Huber { delta } => delta * (r.abs() - 0.5 * delta),
                Self::Scaled(a, b) => a * r.powi(2) + b * r,
            }
        }
    }

    fn band(i: usize, j: usize) -> f64 {
        match i.cmp(&j) {
            Ordering::Less if j - i == 1 => -1.0,
            Ordering::Less => 0.0,
            Ordering::Equal => 2.5,
            Ordering::Greater => match i - j {
                1 => -1.0,
                2..=3 => 0.3,
                _ => 0.0,
            },
        }
    }

    fn before(x: &DVector<f64>, i: usize) -> Option<f64> {
        i.checked_sub(1).map(|k| x[k])
    }

    fn early(t: f64) -> f64 {
        if t <= 0.0 {
            return -0.5 * t;
        }
        let root = t.sqrt();
        if root > 1.5 {
            return root * t;
        }
        root.ln() * t
    }

    fn next(x: &DVector<f64>, i: usize) -> Option<f64> {
        let next = x.get(i + 1)?;
        Some(next * x[i])
    }

    fn first(x: &DVector<f64>, i: usize) -> f64 {
        let Some(k) = i.checked_sub(1) else { return x[0].cos() };
        x[k] * x[i]
    }

    fn scaled(t: f64, by: Option<f64>) -> f64 {
        t * by.unwrap_or(2.0)
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let n = x.len();
        let quadratic: f64 = (0..n).map(|i| (0..n).map(|j| band(i, j) * x[i] * x[j]).sum::<f64>()).sum();
        let edges: f64 = (0..n)
            .map(|i| match (before(x, i), x.get(i + 1)) {
                (Some(a), Some(b)) => a * b * y[i],
                (None, Some(b)) => b.powi(2),
                (Some(a), None) => a.sin(),
                (None, None) => 0.0,
            })
            .sum();
        let chosen = if y[0] > 0.0 { Loss::Huber { delta: 0.4 } } else { Loss::Scaled(y[1], y[2]) };
        let sum: f64 = x.iter().map(|t| chosen.of(*t)).sum();
        let left: f64 = (0..n).map(|i| early(x[i]) + next(x, i).unwrap_or(0.1) * first(x, i)).sum();
        left + quadratic + edges + sum + Loss::Square.of(x[0] - y[0]) + scaled(x[1], None) + scaled(x[2], Some(y[1]))
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let first = x.as_slice().first().unwrap() * x.as_slice().last().expect("entries");
        let both = if let Some(a) = x.get(1)
            && a.partial_cmp(&y[0]).is_some_and(Ordering::is_lt)
        {
            a * y[1]
        } else {
            1.0
        };
        let optional = (0..x.len())
            .map(|i| {
                let k = i.checked_sub(2);
                let value = k.and_then(|k| x.get(k)).copied().or(Some(y[0])).map_or_else(|| 0.0, |t| t * t);
                let counted = k.unwrap_or_default() + k.unwrap_or_else(|| i.min(1));
                if k.is_some() || k.is_none() && i.cmp(&1).is_ne() { value * counted as f64 } else { x[i] }
            })
            .sum::<f64>();
        let order = x.len().cmp(&3).reverse();
        let sign = if order.is_le() && !order.is_eq() && !order.is_gt() && !order.is_ge() { 1.0 } else { -1.0 };
        let some = x.get(0).cloned().map_or(0.0, |t| t.exp());
        first + both + optional + sign * x.norm_squared() + some
    }
}

#[test]
fn by_the_data() {
    use chosen::{Data, Kernel, Penalty, Settings};
    let (x, y) = (vector(4, 0.4), vector(2, 0.7));
    for kernel in [Kernel::Rbf, Kernel::Linear, Kernel::Cubic] {
        for (with_bias, penalty) in [(true, Penalty::Ridge), (false, Penalty::Smooth), (true, Penalty::Smooth)] {
            let data = Data { target: vector(4, 0.9), kernel, with_bias, settings: Settings { penalty } };
            let problem = chosen::Problem::new(&data).unwrap();
            check(&problem, &x, &y);
            let at = problem.at(&x, &y).unwrap();
            let values = [(at.f(), chosen::f(&x, &y, &data)), (at.g(), chosen::g(&x, &y, &data))];
            assert!(values.iter().all(|(found, expected)| (found - expected).abs() < 1e-12), "{kernel:?}: {values:?}");
        }
    }
}

#[test]
fn by_indices_and_values() {
    let problem = decided::Problem::new().unwrap();
    for (x, y) in [(vector(5, 0.4), vector(5, 0.7)), (vector(6, 1.4), -vector(6, 0.3)), (DVector::repeat(4, 0.2), vector(4, 2.0))]
    {
        check(&problem, &x, &y);
        let at = problem.at(&x, &y).unwrap();
        assert!((at.f() - decided::f(&x, &y)).abs() < 1e-12 && (at.g() - decided::g(&x, &y)).abs() < 1e-12);
    }
}

/// Arms that are never reached, and remainders of indices below zero.
#[bilevel]
pub mod unreached {
    use nalgebra::Vector4;

    pub struct Data {
        pub kind: usize,
    }

    fn loss(t: f64, kind: usize) -> f64 {
        if kind > 7 {
            panic!("no such kind");
        }
        match kind {
            0 => t * t,
            1 => t.abs(),
            2 => todo!(),
            3 => unimplemented!("later"),
            _ => unreachable!("kinds are 0 and 1"),
        }
    }

    pub fn f(x: &Vector4<f64>, y: f64, data: &Data) -> f64 {
        let Some(first) = x.iter().next() else { panic!("empty") };
        let ring: f64 = (0..4_i32).map(|i| x[(i - 1).rem_euclid(4) as usize] * x[i as usize]).sum();
        let halves: f64 = (0..4_usize).map(|i| x[i.div_euclid(2)] * y).sum();
        // Rounded to 0, and with the sign of the dividend.
        let kinds = (data.kind as i32 - 5) / 2;
        let below: f64 = (0..4_i32).map(|i| ((i - 3) / 2) as f64 * x[i as usize] - ((2 * i - 5) % 3) as f64 * y * y).sum();
        x.iter().map(|t| loss(*t - y, data.kind)).sum::<f64>() + ring + halves + below * kinds as f64 + first.sin()
    }

    pub fn g(x: &Vector4<f64>, y: f64, _data: &Data) -> f64 {
        if x[0].total_cmp(&x[1]).is_lt() { x[0] * y } else { x[1] * y + x.norm_squared() }
    }
}

#[test]
fn arms_that_are_not_reached() {
    for kind in [0, 1] {
        let data = unreached::Data { kind };
        let problem = unreached::Problem::new(&data).unwrap();
        let x = nalgebra::Vector4::new(0.7, -0.2, 1.1, 0.4);
        let at = problem.at(&x, &0.3).unwrap();
        assert!((at.f() - unreached::f(&x, 0.3, &data)).abs() < 1e-13);
        assert!((at.g() - unreached::g(&x, 0.3, &data)).abs() < 1e-13);
        check(&problem, &x, &0.3);
    }
}

/// Vectors and arrays that are equal as wholes.
#[bilevel]
pub mod equal {
    use nalgebra::DVector;

    pub struct Data {
        pub stencil: [f64; 3],
        pub weights: DVector<f64>,
    }

    const CENTRAL: [f64; 3] = [-0.5, 0.0, 0.5];

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let order = if data.stencil == CENTRAL { 2.0 } else { 1.0 };
        let scale = if data.stencil != [0.0; 3] { x[0] * x[0] } else { x[1] };
        order * x.norm_squared() + scale * y[0]
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let same = if data.weights == *x { 9.0 } else { x[0] * y[1] };
        let own = if x.rows(0, 2) == x.rows(0, 2) { x[1] * x[1] } else { 9.0 };
        same + own
    }
}

#[test]
fn arrays_are_equal() {
    for stencil in [[-0.5, 0.0, 0.5], [0.0; 3]] {
        let data = equal::Data { stencil, weights: vector(3, 0.2) };
        let problem = equal::Problem::new(data).unwrap();
        let (x, y) = (vector(3, 0.6), vector(2, 0.7));
        let own = equal::f(&x, &y, &equal::Data { stencil, weights: vector(3, 0.2) });
        assert!((problem.at(&x, &y).unwrap().f() - own).abs() < 1e-14);
        check(&problem, &x, &y);
    }
}
