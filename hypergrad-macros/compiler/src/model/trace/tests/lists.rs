//! Lists that grow, by `push` and `extend`.

use nalgebra::{DVector, Matrix2, SVector, Vector2};

use super::{Data, agrees, bodies};

#[test]
fn a_body_pushes() {
    bodies! { (x, y, data) -> f64:
        { let mut v = Vec::new(); v.push(x[0]); v.push(y[1] * x[1]); v[0] * v[1] }
        { let mut v = vec![x[0]]; v.push(x[1]); v.push(v[0] * v[1]); v.iter().sum::<f64>() }
        { let mut v: Vec<f64> = x.iter().copied().collect(); v.push(y[0]); v.extend(y.iter()); v.iter().map(|t| t * t).sum::<f64>() + v.len() as f64 }
        { let mut v: Vec<f64> = Vec::with_capacity(3); v.push(x[0]); v.extend(x.iter()); v.last().unwrap() * v[0] }
        { let mut v = x.as_slice().to_vec(); v.push(1.0); DVector::from_vec(v).norm_squared() }
        { let mut v = Vec::<Vector2<f64>>::new(); v.push(Vector2::new(x[0], x[1])); v.push(v[0] * y[0]); v[1].norm_squared() }
        { let mut v = vec![0.5]; if x[0] > 0.0 { v.push(x[0]); } else { v.push(1.0); } v[1] }
        { fn more(v: &mut Vec<f64>, t: f64) { v.push(t); v.push(t * t); } let mut v = Vec::new(); more(&mut v, x[0]); more(&mut v, x[2]); v[1] * v[2] }
    }
}

#[test]
fn every_step_pushes() {
    bodies! { (x, y, data) -> f64:
        { let mut v = Vec::new(); for i in 0..x.len() { v.push(x[i] * data.b[i]); } v.iter().map(|t| t.sin()).sum::<f64>() + v[1] }
        { let mut v = Vec::new(); for t in x.iter() { v.push(t.exp()); } let s: f64 = v.iter().sum(); s.ln() * v.len() as f64 }
        { let mut v = vec![y[0]]; for t in x { v.push(t * y[1]); } v.iter().zip(v.iter().skip(1)).map(|(a, b)| (a - b).powi(2)).sum::<f64>() }
        { let mut v = Vec::new(); for i in 0..20 { v.push((x[0] * i as f64).sin()); } v.as_slice().windows(2).map(|w| w[0] * w[1]).sum::<f64>() }
        { let mut v = Vec::new(); for i in (0..x.len()).rev() { v.push(x[i]); } v.iter().enumerate().map(|(i, t)| i as f64 * t).sum::<f64>() }
        { let mut v = Vec::new(); for i in 0..x.len() { v.push(if x[i] > 0.0 { x[i].ln() } else { y[0] }); } v.iter().sum::<f64>() }
        { let mut v = Vec::new(); for i in 0..x.len() { if x[i] > 0.0 { v.push(x[i].ln()); } else { v.push(y[0]); } } v.iter().sum::<f64>() }
        { let mut v = Vec::new(); for i in 0..5 { for j in 0..3 { v.push(data.a[(i, j)] * x[i] * y[j]); } } v.iter().enumerate().map(|(k, t)| (k + 1) as f64 * t * t).sum::<f64>() }
        { let mut v = Vec::new(); for i in 0..x.len() { let mut r = Vec::new(); for j in 0..3 { r.push(x[i] * y[j]); } v.push(r.iter().sum::<f64>() * r[1]); } v[4] + v[0] }
        { let mut v = vec![1.0]; v.push(2.0); for t in x { v.push(*t); } v.push(y[0]); v.iter().enumerate().map(|(k, t)| k as f64 * t).sum::<f64>() }
        { let mut v = Vec::new(); x.iter().for_each(|t| v.push(t * t)); v.iter().sum::<f64>() }
        { let mut k = Vec::new(); for i in 0..x.len() { k.push(2 * i); } k.iter().zip(x.iter()).map(|(k, t)| *k as f64 * t).sum::<f64>() }
    }
}

#[test]
fn items_of_every_kind_are_pushed() {
    bodies! { (x, y, data) -> f64:
        { let mut v = Vec::new(); for i in 0..x.len() { v.push(y * x[i]); } v[3].dot(&v[1]) + v.iter().map(|u| u.norm_squared()).sum::<f64>() }
        { let mut v = Vec::new(); for i in 0..20 { v.push(Matrix2::new(x[0], y[0] * i as f64, x[1], 1.0)); } v[17].determinant() + v[3].m12 }
        { let mut v = Vec::new(); for i in 0..x.len() { v.push((x[i], y * x[i])); } v.iter().map(|(a, u)| a * u.sum()).sum::<f64>() + v[1].0 }
        { let mut v = Vec::new(); for i in 0..x.len() { v.push([x[i], x[i] * x[i]]); } v.iter().map(|[a, b]| a * b).sum::<f64>() }
        { let mut rows = Vec::new(); for i in 0..x.len() { rows.push(data.q.row(i) * x[i]); } rows.iter().map(|r| (r * x)[0]).sum::<f64>() + rows[2][1] }
        { let mut v = vec![data.b.clone()]; for i in 0..3 { v.push(&data.q * x * y[i]); } v.iter().map(|u| u.dot(x)).sum::<f64>() }
        { let mut m: Vec<Vec<f64>> = Vec::new(); for i in 0..20 { let mut r = vec![]; for j in 0..3 { r.push(x[0] * (i * j) as f64 + y[j]); } m.push(r); } m[7][2] * m[19][1] }
        { let m: Vec<Vec<f64>> = (0..5).map(|i| (0..3).map(|j| x[i] * y[j]).collect()).collect(); m[1][2] + m.iter().flatten().sum::<f64>() }
    }
}

#[test]
fn steps_push_their_states() {
    bodies! { (x, y, data) -> f64:
        { let mut s = 0.0_f64; let mut v = Vec::new(); for i in 0..30 { s = 0.9 * s + y[i % 3]; v.push(s); } v.iter().map(|t| t.sin()).sum::<f64>() }
        { let mut s = x[0]; let mut v = vec![s]; for t in x.iter().skip(1) { s = s * 0.5 + t.sin(); v.push(s); } DVector::from_vec(v).dot(&data.b) }
        { let mut v = vec![x[0]]; for i in 1..x.len() { let last = *v.last().unwrap(); v.push(0.5 * last.sin() + x[i]); } v.iter().map(|s| s * s).sum::<f64>() }
        { let mut v = vec![x[0]]; for i in 0..30 { v.push(v[i] * 0.7 + y[i % 3].cos()); } v.iter().map(|s| s * s).sum::<f64>() }
        { let mut v = vec![x[0]]; for i in 0..30 { let k = v.len() - 1; v.push(v[k].cos() + 0.1 * i as f64); } v[30] + v[4] }
        { let mut p = vec![Vector2::new(x[0], x[1])]; for _ in 0..25 { let s = p[p.len() - 1]; p.push(s + Vector2::new(s.y, -s.x.sin()) * 0.1); } p.iter().map(|s| s.x).sum::<f64>() + p[25].norm() }
        { let mut s = Vector2::new(x[0], x[1]); let mut e = Vec::new(); for _ in 0..25 { for _ in 0..20 { s += Vector2::new(s.y, -s.x) * 0.01; } e.push(s.norm_squared()); } e.iter().sum::<f64>() }
        { let mut s = 0.0_f64; let mut v = Vec::new(); for i in 0..x.len() { s += x[i] * x[i]; v.push(s); } v.iter().map(|t| t.sqrt()).sum::<f64>() }
    }
}

#[test]
fn some_items_are_pushed() {
    bodies! { (x, y, data) -> f64:
        { let mut v = vec![x[0]]; if x[1] > 0.0 { v.push(x[1]); } if x[2] > 0.0 { v.push(x[2]); } v.iter().sum::<f64>() * v.len() as f64 }
        { let mut v = Vec::new(); for i in 0..5 { if data.b[i] > 0.3 { v.push(x[i]); } } v.iter().map(|t| t * t).sum::<f64>() / v.len() as f64 }
        { let mut v = Vec::new(); for t in x.iter() { if *t > 0.0 { v.push(*t); } else if *t < -1.0 { v.push(2.0 * t); } } v.iter().sum::<f64>() }
        { let mut v = vec![y[0]]; for i in 0..x.len() { if x[i] < 0.0 { continue; } v.push(x[i] * x[i]); } v.push(y[1]); v.iter().fold(0.0, |s, t| s + t * t) }
        { let mut v = Vec::new(); for i in 0..x.len() { if x[i] > 0.0 { v.push((x[i], i as f64)); } } for (t, k) in &v { if *k > 0.0 { let _ = t; } } v.iter().map(|(t, k)| t * k).sum::<f64>() }
        { let (mut up, mut down) = (Vec::new(), Vec::new()); for t in x.iter() { if *t > 0.5 { up.push(*t); } else { down.push(*t); } } up.iter().sum::<f64>() / up.len() as f64 - down.iter().map(|t| t * t).sum::<f64>() }
        { let mut v = Vec::new(); for i in 0..x.len() { for j in 0..3 { if x[i] > y[j] { v.push(x[i] * y[j]); } } } v.iter().map(|t| t.sin()).sum::<f64>() + if v.is_empty() { 1.0 } else { 0.0 } }
        { let mut v = Vec::new(); let mut s = 0.0; for i in 0..20 { s = 0.8 * s + y[i % 3]; if s > 0.4 { v.push(s); } } v.iter().map(|t| t * t).sum::<f64>() + v.len() as f64 }
        { let mut v: Vec<f64> = Vec::new(); for t in [x[0], x[1], x[2]] { if t > 0.0 { v.push(t); } } v.iter().map(|t| t.exp()).sum::<f64>() }
        { let mut v = vec![x[0]]; if x[1] > 0.0 { v.push(x[1]); } else { v.push(y[0]); } v[1] * v[0] }
        { let mut v = vec![x[0]]; if data.k > 1.0 { v.push(x[1]); v.push(x[2]); } v.push(y[0]); v.iter().rev().map(|t| t * t).sum::<f64>() + *v.last().unwrap() }
        { let v: Vec<f64> = x.iter().copied().filter(|t| *t > 0.0).collect(); v.iter().copied().fold(f64::NEG_INFINITY, f64::max) + v.first().copied().unwrap_or(0.0) + (data.n.div_ceil(2)) as f64 }
    }
}

/// `Vec`s of rows of one length, which are matrices.
#[test]
fn lists_of_rows_change() {
    bodies! { (x, y, data) -> f64:
        { let n = x.len(); let mut t = vec![vec![0.0; n]; n]; for i in 0..n { t[i][0] = x[i]; } for i in 1..n { for j in 1..n { t[i][j] = t[i - 1][j - 1] * 0.5 + x[j]; } } t[n - 1][n - 1] }
        { let n = x.len(); let mut a = vec![vec![0.0; 2]; n]; a[0] = vec![1.0, x[0]]; for t in 1..n { let last = a[t - 1].clone(); a[t] = vec![last[0] * 0.5 + x[t], last[0] + last[1]]; } a[n - 1][1] }
        { let n = x.len(); let mut a: Vec<Vec<f64>> = vec![vec![y[0]; 3]; n]; for i in 0..n { for j in 0..3 { a[i][j] *= x[i] * (j as f64 + 1.0); } } a.iter().map(|r| r.iter().sum::<f64>().powi(2)).sum::<f64>() + (a.len() * a[0].len()) as f64 }
        { let n = x.len(); let mut a = vec![[0.0; 3]; n]; for (i, row) in a.iter_mut().enumerate() { for (j, e) in row.iter_mut().enumerate() { *e = x[i] * (j as f64 + 1.0); } } let mut s = 0.0; for row in &a { s += row[0] * row[2]; } s }
        { let n = x.len(); let mut a = vec![vec![0.0; 3]; n]; for row in &mut a { row[1] = x[0]; } for i in 0..a.len() { a[i].copy_from_slice(y.as_slice()); a[i][0] += x[i]; } a.iter().flatten().map(|v| v.sin()).sum::<f64>() }
        { fn set(row: &mut [f64], t: f64) { row[1] = t; row[0] += t; } let n = x.len(); let mut a = vec![vec![1.0; 2]; n]; set(&mut a[2], x[1]); a[2][0] * a[2][1] + a[1][0] }
        { let n = x.len(); let mut t = vec![vec![9.0_f64; 4]; n + 1]; t[0][0] = 0.0; for i in 1..=n { for j in 1..=3 { let c = (x[i - 1] - y[j - 1]).powi(2); t[i][j] = c + t[i - 1][j].min(t[i][j - 1]).min(t[i - 1][j - 1]); } } t[n][3] }
        { let n = x.len(); let mut t = vec![vec![0.0; n]; 2]; let s = data.k; t[1][2] = s; if t[1] == t[0] { t[1][2] } else { x[0] } }
    }
}
