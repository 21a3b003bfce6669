//! Queues, loops that empty a list, iterators that end by `None`, and what is declared before it is set.
#![allow(clippy::all, clippy::pedantic, reason = "each way to write something is a case")]

use hypergrad::bilevel;

use crate::shared::{check, vector};

#[bilevel]
pub mod queues {
    use std::collections::VecDeque;

    use nalgebra::DVector;

    /// A control that acts three steps later.
    fn delayed(x: &DVector<f64>, gain: f64) -> f64 {
        let mut line: VecDeque<f64> = VecDeque::from(vec![0.0, 0.1, 0.2]);
        let mut level = x[0];
        let mut cost = 0.0;
        for t in 0..30 {
            let acts = line.pop_front().unwrap();
            level = 0.9 * level + 0.1 * acts;
            line.push_back(-gain * (level - x[t % 6]));
            cost += level * level;
        }
        cost + line.front().unwrap() * line.back().unwrap()
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut window = VecDeque::with_capacity(3);
        let mut smooth = 0.0;
        for k in 0..6 {
            window.push_back(x[k]);
            if window.len() > 3 {
                window.pop_front();
            }
            let mean = window.iter().sum::<f64>() / window.len() as f64;
            smooth += (mean - y[k]).powi(2);
        }
        *window.front_mut().unwrap() *= 2.0;
        *window.back_mut().unwrap() += y[0];
        window.push_front(x[1] * x[2]);
        let last = window.pop_back().unwrap();
        smooth + last * window[0] + delayed(x, y[1].exp()) + 3.0 * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut squares: Vec<f64> = x.iter().map(|t| t * t).collect();
        let (mut sum, mut weight) = (0.0, 1.0);
        while let Some(t) = squares.pop() {
            sum += weight * t;
            weight *= 0.5;
        }
        let mut waiting: VecDeque<f64> = y.iter().copied().collect();
        while let Some(t) = waiting.pop_front() {
            sum = 0.5 * sum + t * x[0];
        }
        let mut levels: Vec<usize> = x.iter().enumerate().map(|(i, _)| i / 2).collect();
        levels.dedup();
        let mut signs: Vec<f64> = x.iter().copied().collect();
        signs.dedup_by_key(|t| *t > 0.0);
        sum + levels.iter().map(|k| x[*k]).sum::<f64>() + signs.iter().map(|t| t * t).sum::<f64>() * levels.len() as f64
    }
}

#[bilevel]
pub mod ends {
    use nalgebra::{DMatrix, DVector};

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let used = |budget: f64| {
            x.iter()
                .scan(0.0, |spent, t| {
                    *spent += t * t;
                    if *spent > budget { None } else { Some(*spent * t) }
                })
                .map(|t| t * t)
                .sum::<f64>()
        };
        let mut count = 0.0;
        let total: f64 = x
            .iter()
            .map(|t| {
                count += 1.0;
                t.exp()
            })
            .sum();
        let m = DMatrix::from_row_iterator(2, 3, x.iter().map(|t| t.sin()));
        let chained = x.fold(0.0, |all: f64, t| 0.5 * all + t * y[0]);
        used(1.5) + total / count + (&m * m.transpose()).trace() * m[(0, 1)] + chained + 3.0 * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let (low, high);
        if y[0] < y[1] {
            (low, high) = (x[0], x[1]);
        } else {
            (low, high) = (x[1], x[0] * x[2]);
        }
        let pair @ (a, b) = (x[2], y[2]);
        let given = [Some(x[3]), None];
        let there = given.get(0).copied().flatten().unwrap_or(0.0) + given.get(1).copied().flatten().unwrap_or(y[0]);
        let bits: f64 = (0..4_usize).map(|i| x[i ^ 1] * (i | 4) as f64 * (i & 6) as f64).sum();
        let ahead: f64 = (1..x.len()).map(|i| x[i.wrapping_sub(1)] * x[i] * i.wrapping_add(1) as f64).sum();
        let back: f64 = x.as_slice().rchunks(4).map(|part| part[0] * part.iter().sum::<f64>()).sum();
        low * high + a * b * pair.0 + there * x[4] + bits + ahead + back
    }
}

#[test]
fn queues_are_lists() {
    let (x, y) = (vector(6, 0.7), vector(6, -0.4));
    let problem = queues::Problem::new().unwrap();
    let at = problem.at(&x, &y).unwrap();
    assert!((at.f() - queues::f(&x, &y)).abs() < 1e-12, "{} {}", at.f(), queues::f(&x, &y));
    assert!((at.g() - queues::g(&x, &y)).abs() < 1e-12, "{} {}", at.g(), queues::g(&x, &y));
    check(&problem, &x, &y);
}

#[test]
fn iterators_end_where_rust_ends_them() {
    let (x, y) = (vector(6, 0.7), vector(6, -0.4));
    let problem = ends::Problem::new().unwrap();
    let at = problem.at(&x, &y).unwrap();
    assert!((at.f() - ends::f(&x, &y)).abs() < 1e-12, "{} {}", at.f(), ends::f(&x, &y));
    assert!((at.g() - ends::g(&x, &y)).abs() < 1e-12, "{} {}", at.g(), ends::g(&x, &y));
    check(&problem, &x, &y);
}
