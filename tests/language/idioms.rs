//! What std and nalgebra have a short word for: pieces of slices, single items, composed adapters, slice patterns.

use hypergrad::bilevel;
use nalgebra::DVector;

use crate::check;

#[bilevel]
pub mod slices {
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let pairs: f64 = x.as_slice().chunks_exact(2).map(|c| c[0] * c[1].sin()).sum();
        let (front, back) = x.as_slice().split_at(2);
        let joined = [front, y.as_slice()].concat();
        let weighed: f64 = joined.iter().enumerate().map(|(i, t)| 0.1 * i as f64 * t * t).sum();
        let few = [x[0], y[1], x[2]];
        let windows: f64 = few.windows(2).map(|w| (w[1] - w[0]).powi(3)).sum();
        let uneven: f64 = few.chunks(2).map(|c| c.iter().product::<f64>()).sum();
        pairs + weighed + windows + uneven + back[0].exp()
    }

    struct Rates<const N: usize> {
        decay: [f64; N],
    }

    impl<const N: usize> Rates<N> {
        fn relaxed(&self, v: [f64; N]) -> [f64; N] {
            std::array::from_fn(|k| self.decay[k] * v[k])
        }
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let scaled: [f64; 3] = std::array::from_fn(|i| x[i] * (i + 1) as f64);
        let relaxed = Rates { decay: [x[0], y[1]] }.relaxed([y[0], x[1]]);
        relaxed.iter().product::<f64>()
            + scaled.iter().map(|t| t.cos()).sum::<f64>() * std::array::from_fn::<f64, 2, _>(|i| y[i])[1]
    }
}

#[bilevel]
pub mod items {
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let ends = x.iter().next().unwrap() * x.iter().last().unwrap() + x.iter().nth(1).copied().unwrap_or(0.0);
        let largest = x.iter().copied().max_by(f64::total_cmp).unwrap();
        let smallest = x.iter().min_by(|a, b| a.partial_cmp(b).unwrap()).unwrap();
        let product = y.iter().map(|t| t.exp()).reduce(|a, b| a * b).unwrap();
        ends + largest * smallest + 0.1 * product
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let (sines, cosines): (Vec<f64>, Vec<f64>) = x.iter().map(|t| (t.sin(), t.cos())).unzip();
        let positive: f64 = x.iter().filter_map(|t| (*t > 0.0).then(|| t * t)).sum();
        let powers: f64 = y.iter().inspect(|_| ()).map(|t| [*t, t * t]).flatten().sum();
        let bounded = if x.iter().all(|t| t.abs() < 9.0) && y.iter().any(|t| *t < 1.0) { x[0] } else { x[1] };
        let zipped: f64 = std::iter::zip(x.iter(), std::iter::repeat(0.3)).map(|(a, b)| a * b).sum();
        let more = std::iter::once(y[0]).chain(std::iter::repeat_n(x[1], 2)).chain(std::iter::empty()).map(|t| t * t);
        sines[0] * cosines[2] + positive + powers + bounded + zipped + more.sum::<f64>()
    }
}

#[bilevel]
pub mod patterns {
    use nalgebra::DVector;

    fn ends(t: &[f64]) -> f64 {
        match t {
            [] => 0.0,
            [a] => a * a,
            [first, .., last] => first * last,
        }
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let [a, b] = [x[0], y[0]];
        let tail = if let [first, rest @ ..] = x.as_slice() { first * rest.iter().map(|t| t.sin()).sum::<f64>() } else { 0.0 };
        let three = if let [p, q, r] = x.as_slice() { p * q * r } else { y[1] * y[1] };
        println!("{a} {b}");
        a * b + ends(x.as_slice()) + tail + three + (y.len() > 2).then_some(y[2]).unwrap_or_default() + dbg!(x[0] * 0.5)
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        print!("");
        eprint!("");
        eprintln!();
        x.norm_squared() * 2.0_f64.copysign(y[0])
    }
}

#[bilevel]
pub mod variations {
    use nalgebra::{DMatrix, DVector};

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let m = x * y.transpose();
        let symmetric = m.symmetric_part().map(|t| t.sin()).sum() + m.map_diagonal(|t| t * t).sum() + m.pow(2).trace();
        let longer = x.clone().insert_row(1, y[0]).norm_squared() + m.clone().insert_column(2, x[0]).norm_squared();
        let padded = x.clone().resize_vertically(7, y[1]).sum() + m.clone().resize_horizontally(2, 1.0).norm_squared();
        symmetric + longer + padded + x.angle(y) + x.zip_fold(y, 0.5, |s, a, b| s + a * a * b)
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let unit = x.try_normalize(1e-12).unwrap_or(DVector::zeros(4));
        unit.dot(y) + x.cap_magnitude(0.3).sum() + y.camax() * x.camin() + DMatrix::from_diagonal(y).pow(3).sum()
    }
}

#[bilevel]
pub mod ranges {
    use nalgebra::{DMatrix, DVector};

    /// Legendre's polynomials.
    fn legendre(n: usize, t: f64) -> f64 {
        match n {
            0 => 1.0,
            1 => t,
            _ => ((2 * n - 1) as f64 * t * legendre(n - 1, t) - (n - 1) as f64 * legendre(n - 2, t)) / n as f64,
        }
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let some: f64 = x.iter().map(|t| if (-0.5..0.8).contains(t) { t * t } else { *t }).sum();
        let inner: f64 = (0..x.len()).filter(|i| (1..=2).contains(i)).map(|i| x[i] * y[i]).sum();
        let uneven: f64 = x.as_slice().chunks(3).map(|c| c.iter().product::<f64>() * c.len() as f64).sum();
        some + inner + uneven + legendre(5, x[0]) + x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let columns: Vec<DVector<f64>> = (0..3).map(|k| x * (k as f64 + y[k])).collect();
        let table = DMatrix::from_columns(&columns);
        let signed: f64 = x.iter().map(|t| if t.is_sign_negative() { t * t } else { *t }).sum();
        let known = if x[0].is_nan() || x[0].is_infinite() || !y[0].is_finite() { 0.0 } else { x[0] * y[0] };
        let moved: f64 = table.as_slice().windows(4).map(|w| w[0] * w[3]).sum();
        signed + known + moved + if y[1].is_sign_positive() { x[1] } else { 0.0 }
    }
}

#[test]
fn short_words() {
    let (x, y) = (DVector::from_vec(vec![0.7, -0.4, 0.9, 0.35]), DVector::from_vec(vec![0.3, 0.6, -0.2, 0.5]));
    check(&slices::Problem::new().unwrap(), &x, &y);
    check(&items::Problem::new().unwrap(), &x, &y);
    check(&patterns::Problem::new().unwrap(), &x, &y);
    check(&variations::Problem::new().unwrap(), &x, &y);
    check(&ranges::Problem::new().unwrap(), &x, &y);
}

/// A pattern of a slice applies where the slice is as long as it says.
#[test]
fn lengths_of_slices_decide_patterns() {
    let problem = patterns::Problem::new().unwrap();
    for length in 3..6 {
        let (x, y) = (DVector::from_fn(length, |i, _| (1.3 * i as f64).cos()), DVector::from_fn(length, |i, _| 0.4 - i as f64));
        assert!((problem.at(&x, &y).unwrap().f() - patterns::f(&x, &y)).abs() < 1e-12, "{length}");
    }
}
