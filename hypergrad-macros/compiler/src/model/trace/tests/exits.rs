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
        { fn found(x: &DVector<f64>, n: usize) -> f64 { for k in 0..6 { if k == n { return x[0] * k as f64; } } x[1] } found(x, data.n) + found(x, 2) }
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
