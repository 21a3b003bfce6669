//! References to parts of slices and to what an `Option` holds; what is taken out of lists and `Option`s.
#![allow(clippy::all, clippy::pedantic, reason = "each way to write something is a case")]

use hypergrad::bilevel;

use crate::shared::{check, vector};

#[bilevel]
pub mod slices {
    use nalgebra::DVector;

    fn softmax(v: &mut [f64]) {
        let most = v.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for t in v.iter_mut() {
            *t = (*t - most).exp();
        }
        let all: f64 = v.iter().sum();
        for t in v {
            *t /= all;
        }
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut v: Vec<f64> = x.iter().map(|t| t.sin()).collect();
        softmax(&mut v[1..4]);
        for pair in v.chunks_exact_mut(2) {
            let sum = pair[0] + pair[1];
            pair[0] = sum * sum;
            pair[1] -= y[0] * sum;
        }
        let (front, back) = v.split_at_mut(3);
        front[0] += back[0] * back[1];
        back[1] *= front[2];
        if let Some((first, rest)) = v.split_first_mut() {
            rest[2] += *first * y[1];
            *first = 0.5;
        }
        if let Some((last, rest)) = v.split_last_mut() {
            *last += rest[1];
        }
        if let Some(t) = v.last_mut() {
            *t *= 2.0;
        }
        *v.first_mut().unwrap() += x[0] * x[1];
        for i in 0..9 {
            if let Some(t) = v.get_mut(i) {
                *t += y[i];
            }
        }
        let mut short = vec![0.0; 5];
        for (k, part) in short.chunks_mut(2).enumerate() {
            part[0] = x[k] * y[k];
        }
        v.iter().map(|t| t * t).sum::<f64>() + short.iter().map(|t| t.exp()).sum::<f64>() + 4.0 * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut v: Vec<f64> = x.iter().map(|t| t.cos()).collect();
        let taken = v.swap_remove(1);
        let middle: f64 = v.drain(1..3).product();
        v.resize(4, y[0]);
        let mut best: Option<f64> = None;
        let mut last: Option<f64> = None;
        let mut total = taken * middle;
        for t in v.drain(..) {
            if let Some(before) = last.replace(t) {
                total += (t - before).powi(2);
            }
            match &mut best {
                Some(b) => *b += t * y[1],
                None => best = Some(t),
            }
        }
        if let Some(b) = best.as_mut() {
            *b *= 2.0;
        }
        let mut start: Option<f64> = None;
        total += *start.insert(x[2]) * y[2];
        total += *start.get_or_insert(9.0) + *last.get_or_insert_with(|| 9.0);
        total * best.take().unwrap() + if best.is_none() { x[1] } else { 0.0 }
    }
}

#[bilevel]
pub mod ahead {
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut items = x.iter().peekable();
        let mut total = 0.0;
        while let Some(t) = items.next() {
            total += match items.peek() {
                Some(next) => (**next - t).powi(2) * y[0],
                None => t * t,
            };
        }
        let mut rest = x.iter();
        let head: f64 = rest.by_ref().take(2).map(|t| t.exp()).sum();
        for t in rest.by_ref().take(1) {
            total += t * y[1];
        }
        total + head * rest.map(|t| t.cos()).sum::<f64>() + 2.0 * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let ranked: f64 = x.iter().filter(|t| **t > 0.0).enumerate().map(|(k, t)| t * t / (k + 1) as f64).sum();
        let kept: Vec<f64> = x.iter().map(|t| t * y[0]).filter(|t| *t < 0.5).collect();
        let few: f64 = kept.iter().take(2).product();
        ranked * kept[0] + few + x.iter().filter(|t| **t > 0.0).skip(1).sum::<f64>()
    }
}

#[bilevel]
pub mod pieces {
    use nalgebra::{DVector, Vector2};

    pub struct Sample {
        pub time: f64,
        pub place: Vector2<f64>,
        pub group: usize,
    }

    pub struct Data {
        pub route: Vec<usize>,
        pub samples: Vec<Sample>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let way: f64 = data.route.windows(2).map(|w| (x[w[0]] - x[w[1]]).powi(2) * w[0].abs_diff(w[1]) as f64).sum();
        let speed: f64 = data
            .samples
            .windows(2)
            .map(|w| {
                let [a, b] = w else { return 0.0 };
                (b.place - a.place).norm() / (b.time - a.time) * x[a.group] * x[b.group]
            })
            .sum();
        way + speed * y[0].exp() + 5.0 * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let pairs: f64 = data.route.chunks_exact(2).map(|c| x[c[0]] * x[c[1]]).sum();
        let (early, late) = data.samples.split_at(2);
        let ends = early.iter().map(|s| s.time * x[s.group]).sum::<f64>() - late[0].time * y[0];
        pairs * ends
    }
}

#[test]
fn lists_are_read_in_pieces() {
    let sample = |k: usize| pieces::Sample {
        time: 0.5 * k as f64 + 0.1 * (k as f64).sin(),
        place: nalgebra::Vector2::new((k as f64).cos(), 0.3 * k as f64),
        group: (2 * k) % 3,
    };
    for length in [3, 4] {
        let data = pieces::Data { route: vec![0, 2, 1, 2, 0], samples: (0..length).map(sample).collect() };
        let (x, y) = (vector(3, 0.7), vector(2, -0.4));
        let problem = pieces::Problem::new(&data).unwrap();
        let at = problem.at(&x, &y).unwrap();
        assert!((at.f() - pieces::f(&x, &y, &data)).abs() < 1e-12, "{} {}", at.f(), pieces::f(&x, &y, &data));
        assert!((at.g() - pieces::g(&x, &y, &data)).abs() < 1e-12, "{} {}", at.g(), pieces::g(&x, &y, &data));
        check(&problem, &x, &y);
    }
}

#[test]
fn iterators_are_read_on() {
    let (x, y) = (vector(6, 0.7), vector(3, -0.4));
    let problem = ahead::Problem::new().unwrap();
    let at = problem.at(&x, &y).unwrap();
    assert!((at.f() - ahead::f(&x, &y)).abs() < 1e-12, "{} {}", at.f(), ahead::f(&x, &y));
    assert!((at.g() - ahead::g(&x, &y)).abs() < 1e-12, "{} {}", at.g(), ahead::g(&x, &y));
    check(&problem, &x, &y);
}

#[test]
fn slices_are_changed_in_parts() {
    let (x, y) = (vector(6, 0.7), vector(9, -0.4));
    let problem = slices::Problem::new().unwrap();
    let at = problem.at(&x, &y).unwrap();
    assert!((at.f() - slices::f(&x, &y)).abs() < 1e-12, "{} {}", at.f(), slices::f(&x, &y));
    assert!((at.g() - slices::g(&x, &y)).abs() < 1e-12, "{} {}", at.g(), slices::g(&x, &y));
    check(&problem, &x, &y);
}
