//! `let mut`, assignments, loops that add and loops that fill.

use nalgebra::{DMatrix, DVector, Matrix3, SMatrix, SVector, Vector2};

use super::{Data, agrees, bodies};

#[test]
fn names_are_bound_anew() {
    bodies! { (x, y, data) -> f64:
        { let mut m = 5.0_f64; for i in x.len()..2 { m = m.min(x[i]); } m * x[0] }
        { (7..x.len()).fold(y[0], |m, i| m.max(x[i])) * x[0] }
        { let mut s = x.sum(); s += y.sum() * x[0]; s *= 2.0; s }
        { let mut s = x[0]; s -= y[1]; s /= 2.0 + y[0]; s = s * s; s }
        { let mut r = &data.a * y; r *= 2.0; r += &data.b; r -= x; r.norm_squared() }
        { let mut s = 0.0; if x[0] > 0.0 { s = x[0] * x[1]; } else { s += y[0]; } s }
        { let mut s = x[1]; if x[0] > 0.0 { s += 1.0; s *= x[2]; } s }
        { let mut s = x[1]; if x[0] < 0.0 { s = 1.0; } else if x[1] < 0.0 { s = x[1] * x[1]; } s }
        { let s; if x[0] > 0.0 { s = x[0]; } else { s = y[0]; } s * s }
        { let t: f64; t = x[0]; t * t }
        { let (mut a, mut b) = (x[0], y[0]); (a, b) = (b, a * b); a - b * b }
        { let mut p = [x[0], x[1], x[2]]; p[1] *= p[0]; p[2] = p[1] + 1.0; p[0] + p[1] * p[2] }
        { let mut v = x.clone(); v[1] = y[0]; v[2] += y[1]; v[3] *= y[2]; v.norm_squared() }
        { let mut v = *y; v.x = x[0] * x[1]; v.z -= 1.0; v.norm_squared() * v.y }
        { let mut m = data.s; m[(0, 1)] = x[0]; m[(2, 2)] += x[1]; m[4] *= 2.0; (m * y).norm_squared() }
        { let mut v = x.clone(); let r = &mut v; r[0] *= 2.0; *r += x; r.norm_squared() }
        { let mut s = 1.0; let mut add = |t: f64| s += t * t; add(x[0]); add(x[1]); s }
        { let mut s = x[0]; let f = move |t: f64| t * s; s = 2.0; f(x[1]) + s }
        { fn add(s: &mut f64, t: f64) { *s += t * t; } let mut s = 0.0; add(&mut s, x[0]); add(&mut s, y[0]); s }
        { fn grow(mut t: f64) -> f64 { t *= t; t + 1.0 } grow(x[0]) + grow(y[1]) }
        { let mut t = x[0]; { let t = 2.0 * t; let _ = t; } { t += 1.0; } t }
        { let mut k = 1; k += 2; k *= 2; x[0] * k as f64 }
    }
}

#[test]
fn parts_are_changed() {
    bodies! { (x, y, data) -> f64:
        { let mut m = data.s; m.set_row(1, &(y.transpose() * x[0])); (m * y).norm_squared() }
        { let mut m = data.q.clone(); m.set_column(2, x); (m * x).norm_squared() }
        { let mut m = data.q.clone(); m.row_mut(0).fill(x[1]); m.column_mut(1).copy_from(x); (m * x).norm_squared() }
        { let mut m = data.q.clone(); m.fill_row(1, x[0]); m.fill_column(0, x[1]); (m * x).norm_squared() }
        { let mut m = data.q.clone(); m.fill_diagonal(x[0]); (&m * x).norm_squared() }
        { let mut m = data.q.clone(); m.set_diagonal(x); (&m * x).norm_squared() }
        { let mut m = data.q.clone(); m.view_mut((1, 1), (3, 2)).copy_from(&data.a.view((0, 1), (3, 2)).scale(x[0])); (m * x).norm_squared() }
        { let mut m = data.q.clone(); m.fixed_view_mut::<2, 2>(0, 3).scale_mut(x[0]); (m * x).norm_squared() }
        { let mut v = x.clone(); v.rows_mut(1, 2).add_scalar_mut(y[0]); v.fixed_rows_mut::<2>(3).neg_mut(); v.dot(&data.b) }
        { let mut v = x.clone(); v.rows_range_mut(1..4).unscale_mut(y[1]); v.dot(&data.b) }
        { let mut m = data.q.clone(); m.columns_mut(1, 2).fill(x[0]); m.columns_range_mut(3..5).scale_mut(x[1]); (m * x).norm_squared() }
        { let mut m = data.s; m.fixed_columns_mut::<2>(1).scale_mut(x[1]); (m * y).norm_squared() }
        { let mut v = x.clone(); v.axpy(2.0, &data.b, 1.0); v.norm_squared() }
        { let mut v = x.clone(); v.axpy(y[0], &data.b, y[1]); v.norm_squared() }
        { let mut v = data.b.clone(); v.gemv(y[0], &data.q, x, 2.0); v.norm_squared() }
        { let mut m = data.q.clone(); m.gemm(x[0], &data.q, &data.q, 1.0); (m * x).norm_squared() }
        { let mut m = data.q.clone(); m.ger(x[0], x, &data.b, 1.0); (m * x).norm_squared() }
        { let mut v = x.clone(); v.apply(|t| *t = t.sin() * y[0]); v.norm_squared() }
        { let mut v = x.clone(); v.normalize_mut(); v.dot(&data.b) }
        { let mut v = x.clone(); v.component_mul_assign(&data.b); v.component_div_assign(&x.map(f64::exp)); v.norm_squared() }
        { let mut v = x.clone(); v.as_mut_slice()[1] = 3.0 * x[0]; v.norm_squared() }
        { let mut v = x.clone(); v.fill(y[0]); v.dot(&data.b) }
    }
}

#[test]
fn loops_add() {
    bodies! { (x, y, data) -> f64:
        { let mut s = 0.0; for i in 0..x.len() { s += x[i].sin(); } s }
        { let mut s = x[0]; for v in x.iter() { s -= v * v; } s }
        { let mut s = 0.0; for v in x { s = s + v * y[0]; } s }
        { let mut s = 0.0; for (i, v) in x.iter().enumerate() { let t = v * v; s += t * i as f64; } s }
        { let mut s = 0.0; for (a, b) in x.iter().zip(data.b.iter()) { s += (a - b).powi(2); } s }
        { let mut s = 0.0; for row in data.q.row_iter() { s += (row * x)[0].sin(); } s }
        { let mut s = 0.0; for i in 0..5 { for j in 0..3 { s += data.a[(i, j)] * x[i] * y[j]; } } s }
        { let mut s = 0.0; for i in 0..5 { let mut t = 0.0; for j in 0..3 { t += data.a[(i, j)] * y[j]; } s += t.sin() * x[i]; } s }
        { let mut s = 0.0; for i in 0..5 { for j in 0..i { s += (x[i] - x[j]).powi(2).sqrt(); } } s }
        { let mut s = 0.0; for i in 0..5 { if i % 2 == 0 { s += x[i]; } else { s -= x[i] * x[i]; } } s }
        { let mut s = 0.0; for i in 0..5 { if x[i] > 0.0 { s += x[i].ln(); } else { s += y[0] * x[i]; } } s }
        { let mut s = 0.0; for i in 0..5 { if i == 2 { continue; } s += x[i].exp(); } s }
        { let mut s = 0.0; for i in 0..5 { if x[i] < 0.0 { s += 1.0; continue; } s += x[i].sqrt(); } s }
        { let mut s = 0.0; for i in 0..5 { for j in 0..5 { if i == j { continue; } s += x[i] / (x[i] - x[j]); } } s }
        { let (mut s, mut t) = (0.0, 1.0); for i in 0..5 { s += x[i]; t += x[i] * x[i]; } s / t }
        { let mut p = 1.0; for i in 0..5 { p *= x[i] + 3.0; } p }
        { let mut p = y[0]; for i in 0..5 { if x[i] > 0.0 { p *= x[i]; } else { p /= 2.0 - x[i]; } } p }
        { let mut p = 1.0; for i in 0..5 { for j in 0..3 { p *= 1.0 + 0.1 * x[i] * y[j]; } } p }
        { let mut b = x[0]; for i in 1..5 { b = b.max(x[i] * y[1]); } b }
        { let mut b = f64::INFINITY; for v in x.iter() { b = b.min(*v); } b }
        { let mut b = f64::NEG_INFINITY; for i in 0..5 { for j in 0..3 { b = f64::max(b, x[i] * y[j]); } } b }
        { let mut b = 0.0_f64; for i in 0..5 { if i != 3 { b = b.max(x[i]); } } b }
        { let mut s = 0.0; for v in x.iter().filter(|v| **v > 0.0) { s += v.ln(); } s }
        { let mut s = 0.0; for i in (0..5).rev().step_by(2) { s += x[i] * i as f64; } s }
        { let mut s = 0.0; for v in x.iter().chain(y.iter()) { s += v.cos(); } s }
        { let mut n = 0; for i in 0..5 { if i > 1 { n += i; } } x[0] * n as f64 }
        { let mut s = 0.0; let mut add = |t: f64| s += t * t; for i in 0..5 { add(x[i]); } s }
        { let mut s = [0.0; 2]; for i in 0..4 { s[i % 2] += x[i] * x[i]; } s[0] * s[1] }
    }
}

#[test]
fn folds_add() {
    bodies! { (x, y, data) -> f64:
        { x.iter().fold(0.0, |acc, v| acc + v * v) }
        { x.iter().zip(data.b.iter()).fold(y[0], |acc, (a, b)| { let d = a - b; acc + d * d }) }
        { x.iter().copied().fold(f64::NEG_INFINITY, f64::max) }
        { x.iter().cloned().fold(f64::INFINITY, |a, b| a.min(b)) }
        { (0..5).fold(1.0, |p, i| p * (2.0 + x[i])) }
        { let (s, q) = x.iter().fold((0.0, 0.0), |(s, q), v| (s + v, q + v * v)); q - s * s / 5.0 }
        { x.iter().fold(0.0, |acc, v| if *v > 0.0 { acc + v.ln() } else { acc }) }
        { x.iter().fold(0.0, |mut acc, v| { acc += v * 2.0; acc }) }
        { (0..3).fold(x.clone(), |r, j| r + data.a.column(j) * y[j]).norm_squared() }
        { let mut s = 0.0; x.iter().for_each(|v| s += v * v); s }
        { let mut s = 0.0; (0..5).for_each(|i| { if i > 0 { s += x[i] * x[i - 1]; } }); s }
    }
}

#[test]
fn loops_fill() {
    bodies! { (x, y, data) -> DVector<f64>:
        { let mut v = DVector::zeros(5); for i in 0..5 { v[i] = x[i].sin(); } v }
        { let mut v = DVector::<f64>::zeros(x.len()); for i in 0..x.len() { v[i] += x[i] * x[i]; } v }
        { let mut v = x.clone(); for i in 0..5 { v[i] = v[i] * v[i]; } v }
        { let mut v = x.clone(); for i in 0..5 { v[i] *= data.b[i]; v[i] += 1.0; } v }
        { let mut v = x.clone(); for i in 1..4 { v[i] = x[i - 1] + x[i + 1]; } v }
        { let mut v = x.clone(); for i in 0..5 { if i % 2 == 0 { v[i] = data.b[i]; } } v }
        { let mut v = x.clone(); for i in 0..5 { if x[i] > 0.0 { v[i] = data.b[i]; } } v }
        { let mut v = x.clone(); for i in 0..5 { if i == 0 { v[0] = 1.0; } else { v[i] = x[i - 1]; } } v }
        { let mut v = DVector::zeros(5); for i in 0..5 { v[4 - i] = x[i]; } v }
        { let mut v = DVector::zeros(5); for i in 0..4 { v[i] += x[i]; v[i + 1] -= x[i] * x[i]; } v }
        { let mut v = DVector::zeros(5); for i in 0..5 { v[(i + 1) % 5] = x[i]; } v }
        { let mut v = DVector::zeros(5); for i in 0..5usize { v[i.abs_diff(2)] += x[i]; } v }
        { let mut v = x.clone(); for i in 0..2 { v[2 * i] = y[i]; v[2 * i + 1] = 2.0 * y[i]; } v }
        { let mut v = DVector::zeros(5); for i in 0..5 { v[i] = data.b[i]; for j in 0..3 { v[i] += data.a[(i, j)] * y[j]; } } v }
        { let mut v = DVector::zeros(5); for i in 0..5 { let mut t = 0.0; for j in 0..3 { t += data.a[(i, j)] * y[j]; } v[i] = t; } v }
        { let mut v = DVector::zeros(5); for j in 0..3 { v += data.a.column(j) * y[j]; } v }
        { let mut v = DVector::zeros(5); for j in 0..3 { v.axpy(y[j], &data.a.column(j), 1.0); } v }
        { let mut v = x.clone(); for t in v.iter_mut() { *t *= 2.0; } v }
        { let mut v = x.clone(); for (i, t) in v.iter_mut().enumerate() { *t += i as f64 * data.b[i]; } v }
        { let mut v = x.clone(); for (t, b) in v.iter_mut().zip(data.b.iter()) { *t = *t * b; } v }
        { let mut v = x.clone(); for t in &mut v { *t = t.sin(); } v }
        { let mut v = x.clone(); v.iter_mut().for_each(|t| *t = t.exp()); v }
        { let mut v = DVector::zeros(5); let mut s = 0.0; for i in 0..5 { v[i] = x[i] * x[i]; s += v[i]; } v / s }
        { let mut v = DVector::zeros(5); for i in 0..5 { for j in i..5 { v[i] += x[j]; } } v }
        { let mut v = DVector::repeat(5, 1.0); for i in 0..5 { for j in 0..3 { if j != i { v[i] -= data.a[(i, j)]; } } } v }
        { let mut v = DVector::from_element(5, y[0]); v[0] = x[0]; for i in 1..5 { v[i] = x[i] - x[i - 1]; } v }
        { let mut v = x.clone(); for i in 0..5 { if i == 3 { continue; } v[i] -= 1.0; } v }
    }
    bodies! { (x, y, data) -> DMatrix<f64>:
        { let mut m = DMatrix::zeros(5, 3); for i in 0..5 { for j in 0..3 { m[(i, j)] = x[i] * y[j]; } } m }
        { let mut m = DMatrix::zeros(5, 5); for i in 0..5 { for j in 0..5 { if i == j { m[(i, j)] = x[i]; } else { m[(i, j)] = data.q[(i, j)]; } } } m }
        { let mut m = DMatrix::zeros(5, 5); for i in 0..5 { for j in 0..=i { let k = (-(x[i] - x[j]).powi(2)).exp(); m[(i, j)] = k; m[(j, i)] = k; } } m }
        { let mut m = DMatrix::zeros(5, 5); for i in 0..5 { for j in 0..i { m[(i, j)] = x[i] * x[j]; m[(j, i)] = m[(i, j)]; } m[(i, i)] = 1.0 + x[i]; } m }
        { let mut m = data.q.clone(); for i in 0..5 { m[(i, i)] += x[i]; } m }
        { let mut m = DMatrix::zeros(5, 5); for i in 0..5 { for j in 0..=i { let k = x[i] * x[j]; m[(i, j)] = k; m[(j, i)] = k; } m[(i, i)] += y[0]; } m }
        { let mut m = data.q.clone(); for i in 0..5 { m.set_row(i, &(data.q.row(i) * x[i])); } m }
        { let mut m = data.a.clone(); for j in 0..3 { m.column_mut(j).scale_mut(y[j]); } m }
        { let mut m = data.a.clone(); for (j, mut c) in m.column_iter_mut().enumerate() { c *= y[j]; } m }
        { let mut m = data.q.clone(); for mut r in m.row_iter_mut() { r += &data.r; } m }
        { let mut m = data.a.clone(); for t in m.iter_mut() { *t *= y[0]; } m }
        { let mut m = DMatrix::zeros(3, 3); for i in 0..3 { for j in 0..3 { for k in 0..5 { m[(i, j)] += data.a[(k, i)] * data.a[(k, j)] * x[k]; } } } m }
        { let mut m = DMatrix::zeros(3, 3); for i in 0..3 { for j in 0..3 { m[(i, j)] = 0.0; for k in 0..5 { m[(i, j)] += data.a[(k, i)] * data.a[(k, j)]; } } } m }
        { let mut m = DMatrix::zeros(5, 5); for i in 0..5 { m += x[i] * data.q.column(i) * data.q.column(i).transpose(); } m }
        { let mut m = DMatrix::zeros(5, 3); for k in 0..15 { m[(k / 3, k % 3)] = x[k / 3] * k as f64; } m }
        { let mut m = DMatrix::zeros(6, 3); for i in 0..3 { m.view_mut((2 * i, 0), (2, 3)).copy_from(&(data.t * y[i])); } m }
    }
    bodies! { (x, y, data) -> Matrix3<f64>:
        { let mut m = Matrix3::zeros(); for i in 0..3 { for j in 0..3 { m[(i, j)] += y[i] * y[j]; } } m }
        { let mut m = SMatrix::<f64, 3, 3>::identity(); for i in 0..2 { m[(i, i + 1)] = x[i]; } m }
    }
}

#[test]
fn lists_are_steps() {
    bodies! { (x, y, data) -> f64:
        { let mut s = 0.0; for t in [x[0], x[1], y[0]] { s = s * 0.5 + t; } s }
        { let mut s = 0.0; for (k, t) in [x[0], x[1], y[0]].iter().enumerate().rev() { s = s * t + k as f64; } s }
        { let mut p = [Vector2::new(x[0], x[1]), Vector2::new(x[2], x[3])]; for v in p.iter_mut() { *v *= 2.0; } p[0].dot(&p[1]) }
        { let mut p = [Vector2::zeros(); 3]; for i in 0..3 { p[i] = Vector2::new(x[i], y[i]); } p[0].dot(&p[1]) + p[2].norm_squared() }
        { [1.0, 2.0, 3.0].iter().fold(x[0], |s, c| s * x[1] + c) }
    }
}

#[test]
fn few_steps_are_written_out() {
    bodies! { (x, y, data) -> f64:
        { let mut t = x[0]; for _ in 0..3 { t = t.sin() + y[0]; } t }
        { let mut t = x[0]; for i in 0..3 { t = t * y[i] + x[i]; } t }
        { (0..4).fold(x[0], |s, k| 0.9 * s + 0.1 * x[k]) }
        { let (mut p, mut v) = (x[0], x[1]); for _ in 0..5 { let a = -p; p += 0.1 * v; v += 0.1 * a; } p * p + v * v }
        { let mut v = x.clone(); for i in 1..5 { v[i] += 0.5 * v[i - 1]; } v.norm_squared() }
        { let mut v = y.clone(); let mut c = 0.0; for k in 0..4 { v = data.s * v; c += v.norm_squared(); } c }
        { let (mut a, mut b) = (x[0], y[0]); for _ in 0..3 { (a, b) = (b, a + b * b * 0.1); } a + b }
        { let mut s = 0.0; for i in 0..5 { if x[i] < 0.0 { break; } s += x[i]; } s }
        { let mut s = 1.0; for i in (0..5).filter(|&i| i != 2) { s = s * 0.5 + x[i]; } s }
        { let mut s = 0.0; for i in 0..3 { let mut t = x[i]; for _ in 0..2 { t = t * t; } s += t; } s }
        { (0..x.len()).map(|i| { let mut t = x[i]; for _ in 0..3 { t = t * t * 0.5; } t }).sum() }
        { let mut best = x[0]; for i in 1..5 { if x[i] > best { best = x[i]; } } best }
    }
}

#[test]
fn compound_values_are_changed() {
    agrees! {
        struct P { a: f64, v: DVector<f64> }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            let mut p = P { a: 1.0, v: DVector::zeros(5) };
            for i in 0..5 { p.a *= 2.0 + x[i]; p.v[i] = x[i] * p.v[i] + data.b[i]; }
            p.v[0] += 1.0;
            p.a * p.v.norm_squared()
        }
    }
    agrees! {
        fn accumulate(out: &mut DVector<f64>, m: &DMatrix<f64>, t: f64, j: usize) { for i in 0..5 { out[i] += t * m[(i, j)]; } }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            let mut out = x.clone();
            for j in 0..3 { accumulate(&mut out, &data.a, y[j] * y[j], j); }
            let r = &mut out;
            accumulate(r, &data.q, 2.0, 4);
            out.norm_squared()
        }
    }
    bodies! { (x, y, data) -> f64:
        { let mut t = (0.0, 1.0); for i in 0..5 { t.0 += x[i]; t.1 *= x[i]; } t.0 * t.1 }
        { let mut t = 0.0; let mut s = 0.0; for i in 0..5 { t = x[i] * x[i]; s += t * t; } s }
        { let mut v = DVector::zeros(5); for i in (0..5).filter(|&i| x[i] > 0.0) { v[i] = x[i].ln(); } v.sum() }
        { let mut v = x.clone(); for i in (0..5).filter(|&i| x[i] > 0.0) { v[i] = x[i].ln(); } v.dot(&data.b) }
        { let mut k = 0; let mut v = x.clone(); for i in 0..4 { v[k] = 2.0 * x[i]; k += 1; } v.norm_squared() }
        { (0..5).map(|i| { let mut s = 0.0; for j in 0..i { s += x[j] * x[i]; } s * s }).sum() }
        { DMatrix::from_fn(5, 5, |i, j| { let mut s = 0.0; for k in 0..3 { s += data.a[(i, k)] * data.a[(j, k)] * y[k]; } s }).norm_squared() }
        { let mut s = 0.0; for i in 0..5 { let a = x[i]; let mut m = 0.0_f64; for j in 0..3 { m = m.max(a * y[j]); } s += m * m; } s }
        { let mut s = 0.0; for i in 0..5 { s = if x[i] > 0.0 { s + x[i] } else { s }; } s }
        { fn next(s: f64, t: f64) -> f64 { s + t * t } let mut s = 0.0; for i in 0..5 { s = next(s, x[i]); } s }
        { let mut s = 0.0; for i in 0..5 { s = x[i].mul_add(data.b[i], s); } s }
        { let n = data.n; let mut best = x[0]; for i in 0..n { if x[i] * y[0] > best { best = x[i] * y[0]; } } best }
        { let n = data.n; let mut best = f64::INFINITY; for i in 0..n { let t = x[i] + y[0]; if t < best { best = t; } } best }
        { let n = data.n; let mut s = 0.0; for i in 0..n { for j in i + 1..n { s += (x[i] - x[j]).powi(-2); } } s }
        { let n = data.n; let mut d = DMatrix::zeros(n, n); for i in 0..n { for j in 0..n { d[(i, j)] = (x[i] - x[j]).powi(2); } } (d * x).norm_squared() }
        { let n = data.n; let mut v = x.clone(); for i in 0..n - 1 { v[i] -= x[i + 1]; } v.norm_squared() }
    }
}

#[test]
fn own_types_are_changed() {
    agrees! {
        struct Stats { n: f64, mean: f64, squares: DVector<f64> }
        impl Stats {
            fn add(&mut self, t: f64, k: usize) { self.n += 1.0; self.mean += t / 5.0; self.squares[k] = t * t; }
            fn spread(&self) -> f64 { self.squares.sum() / self.n - self.mean * self.mean }
            fn apply(&self, t: f64) -> f64 { self.mean * t }
        }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            let mut stats = Stats { n: 0.0, mean: y[0], squares: DVector::zeros(5) };
            for i in 0..5 { stats.add(x[i], i); }
            stats.spread() + stats.apply(y[1])
        }
    }
    agrees! {
        struct P(f64, f64);
        impl std::ops::AddAssign<P> for P {
            fn add_assign(&mut self, other: P) { self.0 += other.0; self.1 += 2.0 * other.1; }
        }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            let mut p = P(x[0], y[0]);
            for i in 0..5 { p += P(x[i], x[i] * x[i]); }
            p.1 *= 2.0;
            p.0 * p.1
        }
    }
}

#[test]
fn choices_change_values() {
    bodies! { (x, y, data) -> f64:
        { let mut s = x[0]; match x.get(9) { Some(t) => s += t, None => s *= y[0] } s * s }
        { let mut s = x[0]; for i in 0..x.len() { match i { 0 => s += x[i], 1 => s += y[0], _ => s += x[i] * x[i] } } s }
        { let mut s = 0.0; for i in 0..6 { if let Some(t) = x.get(i) { s += t * t; } else { s += y[0]; } } s }
        { let mut s = 0.0; for i in 0..6 { let Some(t) = x.get(i) else { continue; }; s += t * t; } s }
        { let mut s = 0.0; for i in 0..6 { let t = match x.get(i) { Some(t) => *t, None => continue }; s += t * t; } s }
        { let mut s = 0.0; for i in 0..6 { let Some(t) = x.get(i) else { s += y[0]; continue; }; s += t * t; } s }
        { let mut o = None; if x[0] > 0.0 { o = Some(x[1]); } o.unwrap_or(y[0]) * x[0] }
        { let mut o = Some(x[0]); for t in [x[1], y[0]] { o = if t > 0.0 { Some(t * o.unwrap_or(2.0)) } else { None }; } o.unwrap_or(y[1]) }
        { let mut o = None; for i in 0..3 { o = Some(x[i] + o.unwrap_or(1.0) * x[0]); } o.unwrap_or(0.0) }
        { let mut k = 0; match (x[0] > 0.0, x[1] > 0.0) { (true, false) => k = 1, (false, _) => k += 2, _ => {} } x[0] * k as f64 }
        { let mut v = x.clone(); if let (Some(a), true) = (x.get(1), x[0] > 0.0) { v[0] = a * a; } v.norm_squared() }
        { let mut s = 0.0; for i in 0..x.len() { for k in 0..2 { let j = if i == 0 { k } else { i - 1 }; match j { 1 => s += x[i], _ => s += x[j] * x[i] } } } s }
    }
}

#[test]
fn functions_return_early_between_changes() {
    bodies! { (x, y, data) -> f64:
        { fn h(t: f64) -> f64 { let mut s = t; s += 1.0; if t > 0.0 { s *= t; return s; } s *= 3.0; s } h(x[0]) + h(x[1]) + h(y[0]) }
        { fn add(s: &mut f64, t: f64) { if t > 0.0 { return; } *s += t * t; } let mut s = x[0]; add(&mut s, x[1]); add(&mut s, y[0]); s }
        { fn add(s: &mut f64, t: f64) { *s += t; if t > 0.0 { *s *= t; return; } *s *= 2.0; } let mut s = x[0]; add(&mut s, x[1]); add(&mut s, x[2]); s }
        { fn add(s: &mut f64, v: &DVector<f64>, i: usize) -> Option<()> { *s += 1.0; let t = v.get(i)?; *s *= t; Some(()) }
          let mut s = x[0]; add(&mut s, x, 1); add(&mut s, x, 9); s }
        { fn h(t: f64) -> f64 { if t > 0.0 { return t * t; } let mut s = 0.0; for k in 0..3 { s += t * k as f64; } s } h(x[0]) + h(x[1]) }
        { fn h(t: f64) -> f64 { if t > 0.0 { return t * t; } 2.0 * t } let mut s = 0.0; for i in 0..x.len() { s += h(x[i]); } s }
        { let mut s = 0.0; (0..x.len()).for_each(|i| { if x[i] > 0.0 { return; } s += x[i] * y[0]; }); s }
        { (0..x.len()).fold(y[0], |s, i| { let t = x[i]; if i == 1 { return s + t * t; } s + t }) }
        { let mut s = 0.0; let mut add = |t: f64| { if t > 0.0 { s += t; return; } s -= t * t; }; add(x[0]); add(x[1]); s }
    }
}

/// Two places that are one for some steps, by sizes or conditions: the later one counts there.
#[test]
fn entries_are_cut_off_in_place() {
    bodies! { (x, y, data) -> f64:
        { let mut v = x.clone(); for t in v.iter_mut() { if *t < 0.0 { *t = 0.0; } } v.norm_squared() }
        { let mut v = x.clone(); for i in 0..v.len() { if v[i] > data.b[i] { v[i] = data.b[i]; } } v.norm_squared() }
        { let mut v = data.b.clone(); for i in 0..v.len() { if x[i] > v[i] { v[i] = x[i]; } } v.dot(x) }
        { let mut m = x * y.transpose(); for i in 0..5 { for j in 0..3 { if m[(i, j)] > 0.1 { m[(i, j)] = 0.1; } } } (m * y).norm_squared() }
        { let mut v = DVector::repeat(5, -9.0); for i in 0..5 { for j in 0..3 { let t = data.a[(i, j)] * y[j]; if t > v[i] { v[i] = t; } } } v.dot(x) }
        { let mut r = (x[0], x[0]); for &t in x.iter() { if t < r.0 { r.0 = t; } if t > r.1 { r.1 = t; } } r.1 * r.1 - r.0 }
        { let mut s = f64::MIN; let r = &mut s; for t in x.iter() { if *t > *r { *r = *t; } } s * x[0] }
        { fn up(s: &mut f64, t: f64) { if t > *s { *s = t; } } let mut s = y[0]; for t in x.iter() { up(&mut s, *t); } s * x[1] }
    }
}

#[test]
fn entries_are_set_at_two_places() {
    bodies! { (x, y, data) -> f64:
        { let n = data.b.len(); let mut m = data.q.clone(); for i in 0..n { m[(i, 1)] = x[i]; if i < 1 { m[(i, 1 % n)] = y[0]; } } (m * x).norm_squared() }
        { let n = data.b.len(); let mut m = data.q.clone(); for i in 0..n { m[(i, 1)] = x[i]; if i < 2 { m[(i, n - 4)] = y[0]; } } (m * x).norm_squared() }
        { let n = data.b.len(); let mut m = data.q.clone(); for i in 0..n { m[(i, 1)] = x[i]; m[(i, n - 4)] = y[0]; } (m * x).norm_squared() }
        { let n = data.b.len(); let mut m = data.q.clone(); for i in 0..n { if i > 0 { m[(i, 1)] = x[i]; } if i < 3 && i != 1 { m[(i, n / 4)] = y[0]; } } (m * x).norm_squared() }
        { let n = data.b.len(); let mut m = data.q.clone(); for i in 0..n { for j in 0..n { m[(i, j)] = x[i]; if i < 2 && j > 1 { m[(i, j)] = y[0]; } } } (m * x).norm_squared() }
        { let mut v = x.clone(); for i in 0..5 { v[i] = y[1]; for j in 0..5 { if j == i { v[i] = x[j] * x[j]; } } } v.dot(&data.b) }
        { let mut v = x.clone(); for i in 0..5 { for j in 0..5 { if j == i { v[i] = x[j] * x[j]; } } v[i] = y[1]; } v.dot(&data.b) }
        { let mut v = x.clone(); for i in 0..5 { v[i] = y[1]; for j in 0..5 { if j == 2 { v[i] = x[j] * x[i]; } } } v.dot(&data.b) }
        { let mut v = x.clone(); for i in 0..5 { if i == 3 { v[0] = x[1]; } if i == 1 { v[0] = x[2]; } } v.dot(&data.b) }
        { let mut v = x.clone(); for i in 0..5 { if i == 1 { v[0] = x[1]; } if i == 3 { v[0] = x[2]; } } v.dot(&data.b) }
        { let mut v = x.clone(); for i in 0..5 { if i == 1 { v[0] = x[1]; } else if i == 3 { v[0] = x[2]; } } v.dot(&data.b) }
        { let mut v = x.clone(); for i in 0..5 { if i < 4 { v[i] = x[1]; } if i < 2 { v[i] = x[2]; } if i > 0 { v[i] += y[0]; } } v.dot(&data.b) }
        { let mut v = x.clone(); for i in 0..5 { v[i] = y[0]; if x[i] > 0.0 { v[i] = x[1]; } } v.dot(&data.b) }
        { let mut v = x.clone(); for i in 0..5 { v[i] = y[0]; v[4 - i] = x[1]; } v.dot(&data.b) }
        { let mut m = data.q.clone(); for i in 0..5 { for j in 0..=i { m[(i, j)] = x[i]; m[(j, i)] = x[j] * y[0]; } } (m * x).norm_squared() }
        { let mut m = data.q.clone(); for i in 0..5 { m[(i, i)] = x[i]; m[(i, 2)] = y[0]; m[(2, i)] = y[1]; } (m * x).norm_squared() }
        { let mut m = data.q.clone(); for i in 0..5 { m[(i, 0)] += x[i]; m[(i, 1 % x.len())] *= y[0]; } (m * x).norm_squared() }
        { let mut m = data.q.clone(); for i in 0..5 { m[(0, 0)] += x[1]; m[(0, i)] *= y[0]; } (m * x).norm_squared() }
    }
}
