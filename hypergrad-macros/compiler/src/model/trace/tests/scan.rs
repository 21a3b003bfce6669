//! Iterators with a state.

use nalgebra::{DVector, SVector, Vector2};

use super::{Data, agrees, bodies};

#[test]
fn states_of_iterators() {
    bodies! { (x, y, data) -> f64:
        { x.iter().scan(0.0, |s, &v| { *s += v; Some(*s) }).map(f64::sin).sum::<f64>() }
        { x.iter().zip(data.b.iter()).scan(0.3, |s, (v, w)| { *s = 0.9 * *s + v * w; Some(*s * *s) }).sum::<f64>() }
        { let p: Vec<f64> = x.iter().scan(1.0, |acc, v| { *acc *= v.cos(); Some(*acc) }).collect(); p[2] + p.iter().sum::<f64>() }
        { x.iter().scan(x[0], |s, v| { let old = *s; *s = (old * v).sin(); Some(old) }).take(3).sum::<f64>() }
        { (0..30).scan(Vector2::new(x[0], x[1]), |s, i| { *s += Vector2::new(s.y, -s.x) * (0.01 * i as f64); Some(*s) }).map(|s| s.norm_squared()).sum::<f64>() }
        { (0..30).scan((x[0], 1.0), |(s, t), _| { *s = 0.5 * *s + y[0]; *t *= 0.9; Some(*s * *t) }).last().unwrap() }
        { x.iter().scan(0.0, |s, v| { *s = 0.5 * *s + v; Some(*s) }).zip(data.b.iter()).map(|(a, b)| a * b).sum::<f64>() }
        { let mut s = 0.0_f64; let c: Vec<f64> = x.iter().map(|v| { s += v; s }).collect(); c.iter().map(|v| v * v).sum::<f64>() }
        { let mut s = y[0]; x.iter().map(|v| { s = s * 0.5 + v; s.sin() }).sum::<f64>() }
        { let mut k = 0; x.iter().map(|v| { k += 1; v * k as f64 }).sum::<f64>() }
    }
}

#[test]
fn successors() {
    bodies! { (x, y, data) -> f64:
        { std::iter::successors(Some(x[0]), |p| Some(p * 0.5 + x[1])).take(6).sum::<f64>() }
        { std::iter::successors(Some(x[0]), |&p| Some((p * 0.5).sin())).nth(25).unwrap() }
        { std::iter::successors(Some(y[0]), |p| Some(p * 0.9)).zip(x.iter()).map(|(w, v)| w * v * v).sum::<f64>() }
        { x.iter().zip(std::iter::successors(Some(y[0]), |p| Some(p * 0.9))).map(|(v, w)| w * v * v).sum::<f64>() }
        { std::iter::successors(Some(x[0]), |p| Some(p.cos())).skip(2).map(|t| t * t).take(20).sum::<f64>() }
        { let v: Vec<f64> = std::iter::successors(Some(x[0]), |p| Some(p.cos() * y[0])).take(data.n).collect(); v[4] * v[1] }
    }
}
