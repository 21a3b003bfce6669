//! Ways out of more than one loop.

use nalgebra::{DVector, SVector, Vector2};

use super::{Data, agrees, bodies};

#[test]
fn loops_are_left_by_return() {
    bodies! { (x, y, data) -> f64:
        { for i in 0..x.len() { if x[i] > 1.0 { return x[i] * x[i]; } } 1.0 }
        { for i in 0..3 { if i == 1 { return x[i]; } } 1.0 }
        { for t in [x[0], x[1]] { if t > 0.5 { return t * y[0]; } } 1.0 }
        { let mut s = 1.0; for i in 0..x.len() { s = s * x[i] + 1.0; if s > 1.5 { return s; } } s }
        { fn first(x: &DVector<f64>, least: f64) -> f64 { for t in x.iter() { if *t > least { return t.sin(); } } 0.5 } first(x, 0.5) * first(x, 1.0) + first(x, 9.0) }
        { fn nested(x: &DVector<f64>) -> f64 { for i in 0..x.len() { for j in 0..5 { if x[i] * x[j] > 1.0 { return x[i] - x[j]; } } } x[0] } nested(x) }
        { fn pair(x: &DVector<f64>) -> Vector2<f64> { for i in 1..x.len() { if x[i] > x[i - 1] { return Vector2::new(x[i], x[i - 1]); } } Vector2::new(0.0, 1.0) } let p = pair(x); p.x * p.y }
        { fn root(t: f64) -> f64 { let mut z = 1.0; let mut k = 0; while k < 60 { let next = 0.5 * (z + t / z); if (next - z).abs() < 1e-14 { return next; } z = next; k += 1; } z } root(2.0 + x[0] * x[0]) }
        { fn first(x: &DVector<f64>, least: f64) -> Option<f64> { for t in x.iter() { if *t > least { return Some(t * t); } } None } first(x, 0.5).unwrap_or(0.1) + first(x, 9.0).unwrap_or(x[0]) }
        { fn place(x: &DVector<f64>) -> (usize, f64) { for i in 0..x.len() { if x[i] > 0.5 { return (i, x[i]); } } (9, 0.5) } let (k, t) = place(x); k as f64 * t + t }
        { fn place(x: &DVector<f64>) -> Option<(usize, f64)> { for (i, t) in x.iter().enumerate() { if *t > 0.5 { return Some((i, *t)); } } None } place(x).map_or(0.0, |(k, t)| (k as f64 + 1.0) * t) }
        { fn grown(x: &DVector<f64>) -> DVector<f64> { let mut u = x.clone(); for i in 0..30 { u = &u * 1.1; if u.norm() > 3.0 { return u * (i as f64); } } u } grown(x).sum() }
        { fn grown(x: &DVector<f64>) -> Vec<f64> { for i in 0..x.len() { if x[i] > 0.5 { return x.iter().map(|t| t * x[i]).collect(); } } vec![0.0; x.len()] } grown(x).iter().sum::<f64>() }
        { fn grown(t: f64) -> [f64; 2] { let mut u = t; for _ in 0..40 { u = u * 1.1 + 0.1; if u > 3.0 { return [u, u * u]; } } [u, 0.0] } let p = grown(x[0]); p[0] * p[1] }
        { fn bump(s: &mut f64) { for _ in 0..30 { if *s > 4.0 { return; } *s = *s * 1.1 + 0.1; } *s = 0.5; } let mut s = x[0]; bump(&mut s); s }
        { fn nested(x: &DVector<f64>, y: &SVector<f64, 3>) -> Option<f64> { for i in 0..x.len() { for j in 0..3 { if x[i] * y[j] > 0.6 { return Some(x[i] - y[j]); } } } None } nested(x, y).unwrap_or(0.3) }
        { fn found(x: &DVector<f64>, n: usize) -> f64 { for k in 0..6 { if k == n { return x[0] * k as f64; } } x[1] } found(x, data.n) + found(x, 2) }
    }
}

/// Written out, how many steps were taken would have a case for each way to end.
#[test]
fn steps_until_it_converges_are_counted() {
    bodies! { (x, y, data) -> f64:
        { let mut t = x[0] + 2.0; let mut k = 0; while t > 0.5 && k < 10 { t *= 0.6; k += 1; } t * k as f64 }
        { let mut t = x[0] + 2.0; let mut k = 0; for _ in 0..12 { if t <= 0.5 { break; } t *= 0.6; k += 1; } t * k as f64 }
        { let mut t = x[0] + 2.0; let mut k = 0; for i in 0..10 { if t <= 0.5 { break; } t *= 0.6; k += 1 + i; } t * k as f64 + y[0] }
        { let (mut a, mut b, mut k) = (1.0, 3.0 + x[0], 0); while (b - a) * (b - a) > 0.01 && k < 9 { let m = 0.5 * (a + b); if m * m > 2.0 + y[1] { b = m } else { a = m } k += 1; } (a + b) * x[1] / k as f64 }
    }
}

#[test]
fn questions_leave_loops() {
    bodies! { (x, y, data) -> f64:
        { fn total(x: &DVector<f64>, n: usize) -> Option<f64> { let mut s = 0.0; for i in 0..n { let t = x.get(i)?; s += t * t; } Some(s) } total(x, 3).unwrap_or(0.1) + total(x, 90).unwrap_or(x[1]) }
        { fn log(t: f64) -> Option<f64> { if t > 0.0 { Some(t.ln()) } else { None } } fn total(x: &DVector<f64>, a: f64) -> Option<f64> { let mut s = 0.0; for t in x.iter() { s += log(t + a)? * log(0.5 * t + 9.0)?; } Some(s) } total(x, 9.0).unwrap_or(0.1) + total(x, -9.0).unwrap_or(x[0]) }
        { fn log(t: f64) -> Option<f64> { if t > 0.0 { Some(t.ln()) } else { None } } fn total(x: &DVector<f64>, a: f64) -> Option<f64> { let mut s = a; for t in x.iter() { s = log(s + t)? + 1.0; } Some(s) } total(x, 5.0).unwrap_or(0.1) + total(x, -9.0).unwrap_or(x[0]) }
        { fn total(x: &DVector<f64>) -> Option<f64> { let mut s = 0.0; for i in 0..x.len() { for j in 0..90 { if j < i && j > 0 { let t = x.get(j)?; s += t * x[i]; } } } Some(s) } total(x).unwrap_or(0.5) }
    }
}

#[test]
fn labels_lead_out_of_inner_loops() {
    bodies! { (x, y, data) -> f64:
        { let mut s = 0.0; 'rows: for i in 0..5 { for j in 0..3 { if j > i { continue 'rows; } s += x[i] * y[j]; } s += 1.0; } s }
        { let mut s = 0.0; 'rows: for i in 0..x.len() { for j in 0..3 { if x[i] * y[j] > 0.8 { break 'rows; } s += x[i] * y[j]; } s += x[i]; } s }
        { let mut s = 0.0; 'rows: for i in 0..x.len() { for j in 0..x.len() { if x[j] > 1.0 { continue 'rows; } s += x[i] * x[j]; } s += 9.0; } s }
        { let mut s = 0.0; 'steps: for i in 0..x.len() { if i == 2 { break 'steps; } if i == 1 { continue 'steps; } s += x[i]; } s }
        { let mut s = x[0]; 'a: for i in 0..5 { for j in 0..3 { for k in 0..3 { if i + j + k > 6 { break 'a; } if k > j { continue 'a; } s = 0.5 * s + y[k] * x[i]; } } } s }
        { let mut s = 0.0; 'a: for i in 0..5 { 'b: for j in 0..3 { for k in 0..3 { if k > i { continue 'b; } if j > i { continue 'a; } s += x[i] * y[j] * y[k]; } s += 0.1; } s += 0.3; } s }
    }
}
