//! What exchanges, moves and removes items; operators between conditions, tuples and bits.

use nalgebra::{DVector, SVector};

use super::{Data, agrees, bodies};

#[test]
fn items_are_exchanged() {
    bodies! { (x, y, data) -> f64:
        { let mut v = vec![x[0], x[1], x[2]]; v.swap(0, 2); v[0] * v[1] + v[2].sin() }
        { let mut v = [x[0], y[1], x[2]]; v.swap(1, 2); v[0] * v[1] + v[2].sin() }
        { let mut v = x.clone(); for i in 0..2 { v.swap((i, 0), (4 - i, 0)); } v[0] * v[1] + v[3].sin() }
        { let mut v = [x[0], y[1], x[2], x[3]]; for i in 0..2 { v.swap(i, 3 - i); } v[0] * v[1] + v[3].sin() }
        { let mut m = x * y.transpose(); m.swap_rows(0, 2); m.swap_columns(1, 2); m[(0, 1)] + m[(2, 2)] * m[(0, 0)] }
        { let (mut a, mut b) = (x[0], y[0]); std::mem::swap(&mut a, &mut b); a * a + b }
        { let mut v = vec![x[0], x[1]]; let mut b = y[0]; core::mem::swap(&mut v[1], &mut b); v[0] * v[1] + b * b }
        { let mut a = x[0]; let old = std::mem::replace(&mut a, y[0]); a * a + old }
        { let mut v = x.clone(); let old = std::mem::replace(&mut v, x * 2.0); v.dot(&old) }
        { let mut a = x[0]; let old = std::mem::take(&mut a); a + old * old }
        { let mut s = (x[0], x[1]); for t in x.iter() { std::mem::swap(&mut s.0, &mut s.1); s.0 += t * s.1; } s.0 - s.1 }
        { fn exchange(a: &mut f64, b: &mut f64) { std::mem::swap(a, b); }
          let (mut a, mut b) = (x[0], y[0]); exchange(&mut a, &mut b); a * a + b }
    }
}

/// Items that are written out are collected in the order of the iterator.
#[test]
fn lists_are_collected_in_order() {
    bodies! { (x, y, data) -> f64:
        { let v = [x[0], x[1], y[0]]; let w: Vec<f64> = v.iter().rev().copied().collect(); w[0] * w[1] - w[2] }
        { let v = [(x[0], 1.0), (x[1], 2.0)]; let w: Vec<(f64, f64)> = v.iter().rev().copied().collect(); w[0].0 * w[0].1 - w[1].0 }
        { let v = [x[0], x[1], y[0], y[1]]; let w: Vec<f64> = v.iter().skip(1).step_by(2).copied().collect(); w[0] - w[1] * 2.0 }
        { let v = [x[0], x[1]]; let w: Vec<f64> = v.iter().rev().chain([y[0], y[1]].iter().rev()).copied().collect(); w[0] - w[1] * w[2].sin() }
        { let v = [x[0], x[1]]; let (a, b): (Vec<f64>, Vec<f64>) = v.iter().rev().map(|t| (*t, t * t)).unzip(); a[0] - b[0] * a[1] }
    }
}

#[test]
fn items_are_moved() {
    bodies! { (x, y, data) -> f64:
        { let mut v: Vec<f64> = x.iter().copied().collect(); v.reverse(); v[0] * v[1] + v[4] }
        { let mut v = [x[0], x[1], y[0]]; v.reverse(); v[0] * v[1] - v[2] }
        { let mut v = [(x[0], 1.0), (x[1], 2.0)]; v.reverse(); v[0].0 * v[0].1 - v[1].0 }
        { let mut v = [x[0], x[1], y[0]]; v.rotate_left(1); v[0] * v[1] - v[2] }
        { let mut v: Vec<f64> = x.iter().copied().collect(); v.rotate_right(2); v[0] * v[1] - v[2] }
        { let mut v: Vec<f64> = y.iter().map(|t| t * t).collect(); v.truncate(2); v.iter().sum::<f64>() + v.len() as f64 }
        { let mut v: Vec<f64> = y.iter().map(|t| t * t).collect(); v.truncate(30); v.iter().sum::<f64>() + v.len() as f64 }
        { let mut v: Vec<f64> = x.iter().copied().collect(); v.insert(1, y[0]); v[0] * v[1] - v[5] + v.len() as f64 }
        { let mut v = vec![x[0], x[1], x[2]]; let r = v.remove(1); r * v[1] - v[0] + v.len() as f64 }
        { let mut v = vec![x[0], x[1], x[2]]; let r = v.pop().unwrap(); r * v[1] - v[0] + v.len() as f64 }
        { let mut v = x.iter().copied().collect::<Vec<f64>>(); let r = v.pop().unwrap_or(1.0); r * v[1] - v[0] + v.len() as f64 }
        { let mut v = vec![x[0]]; v.clear(); v.push(x[1]); v[0] * v.len() as f64 }
        { let mut v = vec![x[0]]; let mut w = vec![y[0], y[1]]; v.append(&mut w); v[0] * v[2] + (v.len() + w.len()) as f64 }
        { let mut v = vec![1.0]; v.extend_from_slice(x.as_slice()); v[1] * v[3] + v.len() as f64 }
        { let mut v = DVector::zeros(5); v.clone_from(x); v.norm_squared() }
        { let mut v = [0.0; 3]; v.copy_from_slice(y.as_slice()); v[0] * v[1] }
        { let mut v = DVector::zeros(5); x.add_to(&(x * 2.0), &mut v); v.norm_squared() }
        { let (first, rest) = x.as_slice().split_first().unwrap(); first * rest.iter().map(|t| t.sin()).sum::<f64>() }
        { if let Some((last, rest)) = x.as_slice().split_last() { last * rest[0] + rest.len() as f64 } else { 0.0 } }
    }
}

#[test]
fn conditions_and_tuples_are_compared() {
    bodies! { (x, y, data) -> f64:
        { if (x[0] > 0.0) & (x[1] < 5.0) { x[0] * x[0] } else { x[1] } }
        { if (x[0] > 0.0) ^ (y[1] < 5.0) { x[0] * x[0] } else { x[1] } }
        { if (x[0] > 0.0) == (y[1] < 0.0) { x[0] * x[0] } else { x[1] } }
        { if (x[0] > 0.0) != (y[1] < 0.0) { x[0] * x[0] } else { x[1] } }
        { (0..5).filter(|&i| (x[i] > 0.25) | (i == 1)).map(|i| x[i] * x[i]).sum::<f64>() }
        { let mut good = true; good &= x[0] < 3.0; good |= y[0] > 9.0; good ^= x[1] > 4.0; if good { x[0] * x[0] } else { x[1] } }
        { if (1, 2) < (1, 3) { x[0] * x[0] } else { x[1] } }
        { (0..5usize).map(|i| if (i / 2, i % 2) >= (1, 0) { x[i] * x[i] } else { x[i] }).sum::<f64>() }
        { (0..5usize).map(|i| if (i % 2, i) <= (0, 2) { x[i] * x[i] } else { x[i] }).sum::<f64>() }
        { (0..5usize).map(|i| if (i % 2, i / 2) != (1, 0) { x[i] * x[i] } else { x[i] }).sum::<f64>() }
        { if (x[0], x[1]) > (y[0], y[1]) { x[0] * x[0] } else { x[1] } }
        { (0..3usize).map(|k| x[k] * x[k] * ((k << 2) + (5 >> 1)) as f64).sum::<f64>() }
        { (0..5usize).map(|k| if k & 1 == 1 { x[k] * x[k] } else { x[k >> 1] }).sum::<f64>() }
        { x[(6 & 3) | 1] * ((5 ^ 6) as f64) }
    }
}
