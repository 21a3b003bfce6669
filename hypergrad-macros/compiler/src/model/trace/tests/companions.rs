//! A running maximum with what stands beside it, from where no value is.

use nalgebra::{DVector, SVector};

use super::{Data, agrees, bodies};

#[test]
fn companions_of_a_largest_value() {
    bodies! { (x, y, data) -> f64:
        { let (mut best, mut at) = (f64::NEG_INFINITY, 0); for i in 0..x.len() { if x[i] > best { best = x[i]; at = i; } } best * data.b[at] + at as f64 }
        { let (mut best, mut at) = (f64::NEG_INFINITY, 0); for i in 0..3 { if x[i] > best { best = x[i]; at = i; } } best * data.b[at] + at as f64 }
        { let (mut least, mut w) = (f64::INFINITY, 0.0); for (v, b) in x.iter().zip(data.b.iter()) { if *v < least { least = *v; w = *b; } } least * w }
        { let (mut best, mut second) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
          for &v in x.iter() { if v > best { second = best; best = v; } else if v > second { second = v; } } best * second }
        { let mut s = 0.0; for j in 0..3 { let (mut best, mut at) = (f64::NEG_INFINITY, 0);
          for i in 0..5 { let t = data.a[(i, j)] * x[i]; if t > best { best = t; at = i; } } s += best * y[j] * x[at]; } s }
        { let (mut m, mut s) = (f64::NEG_INFINITY, 0.0_f64); for &v in x.iter() { if v > m { s = s * (m - v).exp() + 1.0; m = v; } else { s += (v - m).exp(); } } m + s.ln() }
        { let mut best: Option<(usize, f64)> = None; for (i, &v) in x.iter().enumerate() { if best.map_or(true, |(_, b)| v > b) { best = Some((i, v)); } }
          let (i, v) = best.unwrap(); v * data.b[i] }
        { let mut v = [0.3, -0.2]; for t in x.iter() { let mut next = vec![f64::NEG_INFINITY; 2];
          for j in 0..2 { for i in 0..2 { let s = v[i] + data.s[(i, j)] * t; if s > next[j] { next[j] = s; } } next[j] += 0.1; } v = [next[0], next[1]]; }
          v.iter().copied().fold(f64::NEG_INFINITY, f64::max) }
        { let (mut lo, mut hi) = (f64::INFINITY, f64::NEG_INFINITY); for &v in x.iter() { if v < lo { lo = v; } if v > hi { hi = v; } } hi - lo * lo }
    }
}
