//! Items that values pick, iterators that are moved on, `Result`, labelled blocks.
#![allow(clippy::all, clippy::pedantic, reason = "each way to write something is a case")]

use hypergrad::bilevel;
use nalgebra::{DMatrix, DVector};

use crate::check;

#[bilevel]
pub mod curve {
    use nalgebra::DVector;

    pub struct Data {
        pub knots: Vec<f64>,
        pub bonds: Vec<(f64, f64)>,
        pub group: Vec<usize>,
    }

    /// Linear between the knots around t.
    fn rate(x: &DVector<f64>, knots: &[f64], t: f64) -> f64 {
        let k = knots.iter().position(|&k| k >= t).unwrap_or(knots.len() - 1).max(1);
        let w = ((t - knots[k - 1]) / (knots[k] - knots[k - 1])).clamp(0.0, 1.0);
        (1.0 - w) * x[k - 1] + w * x[k]
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let fit: f64 = data.bonds.iter().map(|&(t, price)| ((-t * rate(x, &data.knots, t)).exp() - price).powi(2)).sum();
        let season: f64 = data.knots.iter().zip(x.iter()).take_while(|(t, _)| **t < 2.0).map(|(t, v)| t * v * v).sum();
        let rest: f64 = data.knots.iter().zip(x.iter()).skip_while(|(t, _)| **t < 2.0).map(|(_, v)| v.sin()).sum();
        let known: f64 = data.bonds.iter().map_while(|&(t, z)| if t < 4.0 { Some(z * t) } else { None }).sum();
        let (early, late): (Vec<f64>, Vec<f64>) = data.knots.iter().partition(|t| **t < 2.0);
        let signs: f64 = x.iter().zip([1.0, -1.0].iter().cycle()).map(|(v, s)| v * s).sum();
        let group = if data.group.contains(&2) { x[0] * y[0] } else { 0.0 };
        fit + season + rest + known * x[0] + early.iter().sum::<f64>() / late.len() as f64 * y[1] + signs.powi(2) + group
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let first = data.bonds.iter().find(|bond| bond.0 > 1.0).map_or(0.0, |bond| bond.1);
        let other = data.bonds.iter().find_map(|&(t, z)| if t > 4.0 { Some(z * z) } else { None }).unwrap_or(1.0);
        let last = data.group.iter().rposition(|&k| k == 1).unwrap();
        let (best, _) = data.bonds.iter().enumerate().max_by(|a, b| a.1.1.total_cmp(&b.1.1)).unwrap();
        let most = (0..data.group.len()).max_by_key(|&i| data.group[i]).unwrap();
        let least = (0..data.group.len()).min_by_key(|&i| data.group[i]).unwrap();
        let span = *data.group.iter().max().unwrap() as f64 - *data.group.iter().min().unwrap() as f64;
        let ends = first * x[last] + other * x[best] * x[most] + x[least].exp() * span * y[0];
        ends + x.iter().rfold(0.0, |s, v| s * 0.7 + v * y[1])
    }
}

#[bilevel]
pub mod by_values {
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let first = x.iter().position(|&v| v > 0.8).unwrap();
        let below = x.iter().find(|v| **v < 0.0).copied().unwrap_or(0.0);
        let before: f64 = x.iter().take_while(|v| **v > -0.3).map(|v| v * v * y[0]).sum();
        let kept: Vec<f64> = x.iter().copied().filter(|v| *v > y[2]).collect();
        let mean = kept.iter().sum::<f64>() / kept.len() as f64;
        let spread: f64 = kept.iter().map(|v| (v - mean).powi(2)).sum();
        let mut pushed = Vec::new();
        for i in 0..x.len() {
            if x[i] > y[i] {
                pushed.push(x[i] * y[i]);
            }
        }
        let spread = if pushed.is_empty() { spread } else { spread + pushed.iter().sum::<f64>() / pushed.len() as f64 };
        x[first] * y[first] + below.powi(3) + before + spread + x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut items = x.iter();
        let first = items.next().unwrap();
        let mut sum = 0.0;
        while let Some(v) = items.next() {
            sum = 0.5 * sum + v * first;
        }
        let near: f64 = (0..y.len()).map(|j| x.iter().find(|v| **v > y[j]).map_or(0.0, |v| v * y[j])).sum();
        sum + near
    }
}

#[bilevel]
pub mod results {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub z: DVector<f64>,
        pub limit: f64,
    }

    pub enum Failure {
        Negative(f64),
        Zero,
    }

    fn root(t: f64) -> Result<f64, Failure> {
        if t < 0.0 {
            return Err(Failure::Negative(t));
        }
        if t == 0.0 { Err(Failure::Zero) } else { Ok(t.sqrt()) }
    }

    fn logarithm(t: f64) -> Result<f64, String> {
        if t > 0.0 { Ok(t.ln()) } else { Err(format!("{t} has no logarithm")) }
    }

    fn both(a: f64, b: f64) -> Result<f64, String> {
        let a = logarithm(a)?;
        Ok(a * logarithm(b)?)
    }

    fn solved(a: &DMatrix<f64>, b: &DVector<f64>) -> Result<DVector<f64>, String> {
        a.clone().lu().solve(b).ok_or("singular".to_string())
    }

    fn inverse(a: &DMatrix<f64>) -> Result<DMatrix<f64>, String> {
        Ok(a.clone().try_inverse().ok_or_else(|| "singular".to_string())?)
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let roots: f64 = x
            .iter()
            .map(|t| match root(*t) {
                Ok(v) => v,
                Err(Failure::Negative(t)) => t * t,
                Err(Failure::Zero) => 0.0,
            })
            .sum();
        let logs = both(x[0], x[2]).unwrap_or(0.0) + both(x[0], x[1]).map(|t| 2.0 * t).unwrap_or_else(|_| y[0] * x[1]);
        let found = x.get(1).ok_or("missing").map_or(0.0, |t| t * y[1]) + x.get(9).ok_or_else(|| 1.0).unwrap_or(&x[0]).powi(2);
        let some = x.get(1).filter(|t| **t > 0.0).or_else(|| y.get(0)).copied().unwrap() * x[3];
        let part = 'part: {
            if data.limit > x[0] {
                break 'part x[0] * x[0];
            }
            x[1]
        };
        roots + logs + found + some + part + x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let a = DMatrix::from_fn(4, 4, |i, j| if i == j { 3.0 + x[i] } else { 0.1 * y[j] });
        let solution = solved(&a, &data.z).expect("regular").norm_squared() + inverse(&a).unwrap().trace();
        let checks = if root(x[0]).is_ok() && root(x[1]).is_err() { x[0] * y[0] } else { 0.0 };
        let sides = root(x[2]).ok().map_or(0.0, |t| t) + root(x[1]).err().map_or(0.0, |_| y[1] * x[1]);
        let chain = logarithm(x[0]).and_then(|t| logarithm(-t)).unwrap_or_default() * y[2];
        let other = logarithm(x[1]).or_else(|_| logarithm(x[2])).map_err(|_| 0).unwrap_or(0.0);
        let sum: Option<f64> = x.iter().map(|t| (*t > -1.0).then_some(t * t)).sum();
        let either = logarithm(x[1]).map_or_else(|_| x[1] * y[3], |t| t);
        solution + checks + sides + chain + other + sum.unwrap_or(0.0) + either
    }
}

/// The largest and smallest of the items that pass a filter.
#[bilevel]
pub mod among_some {
    use nalgebra::DVector;

    pub struct Data {
        pub places: Vec<(f64, f64)>,
        pub open: Vec<bool>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let n = x.len();
        let nearest: f64 = (0..n)
            .map(|i| {
                let others = (0..n).filter(|&j| j != i);
                others.map(|j| (x[i] - x[j]).powi(2) + y[j]).min_by(|a, b| a.total_cmp(b)).unwrap()
            })
            .sum();
        let widest = x.iter().copied().filter(|t| *t < y[0]).reduce(f64::max).unwrap_or(0.1);
        let none = (3..n - 1).map(|j| x[j]).fold(f64::INFINITY, f64::min).min(x[0] * y[1]);
        nearest + widest * widest + none + x.norm_squared() + data.places.len() as f64 * x[1] * y[2]
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let open = || (0..data.places.len()).filter(|&k| data.open[k]);
        let best = open().max_by(|&i, &j| data.places[i].1.total_cmp(&data.places[j].1)).map_or(0.5, |k| x[k] * data.places[k].0);
        let (_, least) = open().map(|k| (k, x[k] - data.places[k].0)).min_by(|a, b| a.1.partial_cmp(&b.1).unwrap()).unwrap();
        let top = data.places.iter().filter(|p| p.0 > 9.0).map(|p| p.1 * y[0]).max_by(f64::total_cmp).unwrap_or(y[1]);
        let decayed = x.iter().copied().filter(|t| *t > -9.0).reduce(|a, b| 0.5 * a + b * y[2]).unwrap_or(0.2);
        best + least * least + top + decayed
    }
}

#[test]
fn the_best_of_those_that_pass() {
    let (x, y) = (DVector::from_vec(vec![0.7, -0.4, 0.9, 0.35]), DVector::from_vec(vec![0.6, 0.3, -0.2, 0.5]));
    for open in [[true, false, true, true], [false, true, false, false]] {
        let places = vec![(0.5, 0.3), (1.0, 2.0), (-0.5, 0.9), (0.2, 0.4)];
        let data = among_some::Data { places, open: open.to_vec() };
        let problem = among_some::Problem::new(&data).unwrap();
        let at = problem.at(&x, &y).unwrap();
        assert!((at.f() - among_some::f(&x, &y, &data)).abs() < 1e-14);
        assert!((at.g() - among_some::g(&x, &y, &data)).abs() < 1e-14);
        check(&problem, &x, &y);
    }
}

#[test]
fn items_that_values_pick() {
    let (x, y) = (DVector::from_vec(vec![0.7, -0.4, 0.9, 0.35]), DVector::from_vec(vec![0.3, 0.6, -0.2, 0.5]));
    let data = curve::Data {
        knots: vec![0.0, 1.0, 3.0, 6.0],
        bonds: vec![(0.5, 0.95), (2.0, 0.97), (5.0, 0.8), (7.0, 0.7)],
        group: vec![1, 3, 1, 0],
    };
    check(&curve::Problem::new(&data).unwrap(), &x, &y);
    let at = curve::Problem::new(&data).unwrap();
    let at = at.at(&x, &y).unwrap();
    assert!((at.f() - curve::f(&x, &y, &data)).abs() < 1e-14);
    assert!((at.g() - curve::g(&x, &y, &data)).abs() < 1e-14);
    check(&by_values::Problem::new().unwrap(), &x, &y);
}

/// Lists longer than what is written out: the mask is carried.
#[test]
fn long_lists_are_searched_in_steps() {
    let count = 40;
    let data = curve::Data {
        knots: (0..count).map(|k| 0.2 * f64::from(k)).collect(),
        bonds: (0..25).map(|k| (0.31 * f64::from(k), 1.0 - 0.02 * f64::from(k))).collect(),
        group: (0..count).map(|k| ((k * 7) % 11) as usize).collect(),
    };
    let (x, y) = (DVector::from_fn(count as usize, |i, _| (i as f64).sin()), DVector::from_vec(vec![0.3, 0.6]));
    let problem = curve::Problem::new(&data).unwrap();
    let at = problem.at(&x, &y).unwrap();
    for (found, expected) in [(at.f(), curve::f(&x, &y, &data)), (at.g(), curve::g(&x, &y, &data))] {
        assert!((found - expected).abs() < 1e-13 * (1.0 + expected.abs()), "{found}, {expected}");
    }
    assert!(problem.check_derivatives(&x, &y).unwrap().agrees());
}

#[test]
fn results_and_labelled_blocks() {
    let (x, y) = (DVector::from_vec(vec![0.7, -0.4, 0.9, 0.35]), DVector::from_vec(vec![0.3, 0.6, -0.2, 0.5]));
    for limit in [0.1, 1.0] {
        let data = results::Data { z: DMatrix::from_fn(4, 1, |i, _| i as f64 - 0.5).column(0).into_owned(), limit };
        let problem = results::Problem::new(&data).unwrap();
        let at = problem.at(&x, &y).unwrap();
        assert!((at.f() - results::f(&x, &y, &data)).abs() < 1e-13);
        assert!((at.g() - results::g(&x, &y, &data)).abs() < 1e-13);
        check(&problem, &x, &y);
    }
}

/// A `break` in a step that the filter does not pass ends nothing.
#[bilevel]
pub mod broken_behind_filters {
    use nalgebra::DVector;

    pub struct Data {
        pub order: Vec<usize>,
        pub gaps: Vec<Option<f64>>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let mut sum = 0.5 * x.norm_squared();
        for i in (0..y.len()).filter(|i| *i == data.order[1]) {
            if data.gaps[i].is_some() {
                break;
            }
            sum += y[i] * x[0];
        }
        for v in y.iter().filter(|v| **v > 0.0) {
            if v.abs() > 0.7 {
                break;
            }
            sum += v * v * x[1];
        }
        sum
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut sum = 0.0;
        for v in [y[0], y[1], x[0], x[1]].into_iter().filter(|v| *v > 0.0) {
            if v.abs() > 0.5 {
                break;
            }
            sum += v * v;
        }
        sum
    }
}

#[test]
fn breaks_behind_filters() {
    let x = DVector::from_vec(vec![0.3, 0.2]);
    for (long, gaps) in [(4, vec![Some(1.0), None, Some(2.0), None]), (40, vec![Some(0.5); 40])] {
        let y = DVector::from_fn(long, |i, _| if i % 2 == 0 { -0.9 } else { 0.051 * (1.0 + i as f64) });
        for chosen in 0..long {
            let data = broken_behind_filters::Data { order: vec![0, chosen], gaps: gaps.clone() };
            let problem = broken_behind_filters::Problem::new(&data).unwrap();
            let at = problem.at(&x, &y).unwrap();
            assert!((at.f() - broken_behind_filters::f(&x, &y, &data)).abs() < 1e-13);
            assert!((at.g() - broken_behind_filters::g(&x, &y)).abs() < 1e-13);
            if chosen == 1 {
                check(&problem, &x, &y);
            }
        }
    }
}
