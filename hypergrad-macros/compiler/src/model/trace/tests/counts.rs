//! Integers that count steps, `while` and `loop`.

use nalgebra::{DVector, SVector};

use super::{Data, agrees, bodies};

#[test]
fn integers_count_steps() {
    bodies! { (x, y, data) -> f64:
        { let mut k = 0; let mut s = 0.0; for t in x.iter() { s += t * data.b[k]; k += 1; } s + k as f64 }
        { let mut k = 0; let mut s = 0.0; for t in x.iter() { k += 1; s += t * data.b[k - 1]; } s + data.b[k - 1] }
        { let mut k = 0; let mut s = 0.0; for i in 0..5 { for j in 0..3 { s += data.a[k] * x[i] * y[j]; k += 1; } } s }
        { let mut k = 0; let mut s = 0.0; for i in 0..x.len() { k += 2; for _ in 0..2 { s += data.q[k - 2] * x[i]; k += 1; } k -= 1; } s }
        { let mut k = x.len(); let mut s = 0.0; for t in x.iter() { k -= 1; s = 0.5 * s + t * data.b[k]; } s }
        { let mut k = 1; let mut s = 0.0; for i in 0..data.n { if i % 2 == 0 { s += x[i] * k as f64; } k = k + 3; } s * k as f64 }
        { let mut k = 0; let mut s = 0.0; for t in x.iter() { if *t > 0.0 { k += 1; s += t * t; } } s / k as f64 }
        { let mut k = 0; let mut s = 0.0; for t in x.iter() { let mut k = 3; s += t * data.b[k]; k += 1; s += k as f64; } s + k as f64 + { k = 2; x[k] } }
        { let mut k = 0; let mut s = 0.0; for t in x.iter() { if *t > 2.0 { break; } s += t * data.b[k]; k += 1; } s }
        { let mut k = 0; let mut s = 0.0; for t in x.iter().rev() { s += t * data.b[k]; k += 1; } s }
        { let mut v = DVector::zeros(8); let mut k = 0; for t in x.iter() { v[k] = *t; k += 1; } for t in y.iter() { v[k] = 2.0 * t; k += 1; } v.dot(&v) + v[6] * v[2] }
        { let mut k = 0; let mut v = vec![0.0; 15]; for i in 0..5 { for j in 0..3 { v[k] = x[i] * y[j]; k += 1; } } v.iter().enumerate().map(|(i, t)| i as f64 * t).sum::<f64>() }
    }
}

#[test]
fn loops_that_a_count_ends() {
    bodies! { (x, y, data) -> f64:
        { let mut i = 0; let mut s = 0.0; while i < x.len() { s += x[i].sin(); i += 1; } s + i as f64 }
        { let mut i = 0; let mut s = 0.0; while i + 1 < x.len() { s += x[i] * x[i + 1]; i += 2; } s }
        { let mut i = 1; let mut s = 0.0; while i <= data.n { s = 0.5 * s + x[i - 1]; i += 1; } s }
        { let mut i = x.len(); let mut s = 0.0; while i > 0 { i -= 1; s = s * y[0] + x[i]; } s }
        { let mut i = 0; let mut s = 0.0; while i != data.n { s += x[i]; i += 1; } s }
        { let mut i = 0; let mut s = x[0]; while i < 40 { s = s.sin() + y[0]; i += 1; } s }
        { let (mut i, mut j) = (0, x.len() - 1); let mut s = 0.0; while i < j { s += x[i] * x[j]; i += 1; j -= 1; } s }
        { let mut i = 0; let mut s = 0.0; while i < x.len() && x[i] < 2.0 { s += x[i]; i += 1; } s }
        { let mut z = 1.0; let mut k = 0; while (z * z - 2.0 - y[0] * y[0]).abs() > 1e-13 && k < 50 { z = 0.5 * (z + (2.0 + y[0] * y[0]) / z); k += 1; } z }
        { let mut s = 0.0; let mut i = 0; while i < 5 { let mut j = 0; while j <= i { s += x[i] * x[j]; j += 1; } i += 1; } s }
        { let mut i = 9; let mut s = x[0]; while i < x.len() { s += x[i]; i += 1; } s }
        { let mut i = 0; let mut s = 0.0; while i < x.len() { if i == 2 { i += 1; continue; } s += x[i]; i += 1; } s }
        { let mut z = 1.0; let mut k = 0; loop { z = 0.5 * (z + (2.0 + y[0]) / z); k += 1; if k == 20 { break; } } z }
        { let mut z = 1.0; let mut k = 0; loop { if k >= x.len() || z > 9.0 { break; } z += z * x[k].abs(); k += 1; } z }
        { let mut z = x[0]; let mut k = 0; loop { k += 1; if k > 30 { break; } z = z.cos() * y[1]; } z }
        { let mut z = x[0]; let mut k = 0; loop { let next = z.cos(); if (next - z).abs() < 1e-14 || k == 200 { break; } z = next; k += 1; } z }
    }
}

/// Quotients, shifts and signs of integers that are no sums of indices.
#[test]
fn words_of_integers() {
    bodies! { (x, y, data) -> f64:
        { (0..5_i32).map(|i| (i - 2).signum() as f64 * x[i as usize]).sum::<f64>() }
        { (0..8_usize).map(|m| (0..3_usize).map(|j| if (m >> j) & 1 == 1 { x[j] } else { y[j] }).product::<f64>()).sum::<f64>() }
        { (0..8_usize).map(|m| (0..3_usize).filter(|j| m & (1 << j) != 0).map(|j| x[j] * (m as f64 + 1.0)).sum::<f64>()).sum::<f64>() }
        { (1..5_usize).map(|i| (1..5_usize).filter(|j| i % j == 0).map(|j| x[i] * (i / j) as f64).sum::<f64>()).sum::<f64>() }
        { (0..5_usize).map(|i| x[i] * ((1_usize << i) - 1) as f64).sum::<f64>() }
        { let k = (x[0] * 10.0) as i32; (k.rem_euclid(4) + k.div_euclid(4) * 10 + k.clamp(-3, 3) + (-k).rem_euclid(4)) as f64 * x[1] }
        { (1..5_i32).map(|i| (1..4_i32).map(|j| ((i - 3).rem_euclid(j) + 10 * ((i - 3) % j) + 100 * ((i - 3) / j)) as f64).sum::<f64>() * x[i as usize]).sum::<f64>() }
        { (1..5_usize).map(|i| (1..4_usize).map(|j| i.div_ceil(j) as f64).sum::<f64>() * x[i]).sum::<f64>() }
        { (x[3] * 2.5).round_ties_even() * x[1] + 2.5_f64.round_ties_even() + (-3.5_f64).round_ties_even() }
        { data.a.row_variance().dot(&y.transpose()) + (data.a.column_variance().dot(x)) }
    }
}
