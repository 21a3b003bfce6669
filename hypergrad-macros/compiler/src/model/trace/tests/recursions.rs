//! Loops whose steps need each other.

use nalgebra::{DMatrix, DVector, Matrix2, SMatrix, SVector, Vector2};

use super::{Data, agrees, bodies};

#[test]
fn numbers_are_carried() {
    bodies! { (x, y, data) -> f64:
        { let mut s = 0.0; let mut t = 0.0; for i in 0..x.len() { s += x[i]; t += s; } t }
        { let mut s = 0.0; for i in 0..x.len() { s = s * 0.5 + x[i]; } s }
        { let mut s = 0.1; for i in 0..x.len() { s += x[i] * s; } s }
        { let mut s = 0.0; for i in 0..x.len() { if s < 0.5 { s += x[i] * x[i]; } } s }
        { let mut s = 0.0; for i in 0..x.len() { s = x[i] - s; } s }
        { let mut s = 1.0; for i in 0..x.len() { s += x[i]; s *= 2.0; } s }
        { let mut s = 1.0; for i in 0..x.len() { if i > 2 { s += x[i]; } else { s *= x[i]; } } s }
        { let mut s = x[0]; for i in 0..x.len() { s = s.sin(); } s }
        { x.iter().fold(0.0, |a, b| a * y[0] + b) }
        { x.iter().rev().fold(0.3, |a, b| a * y[0] + b) }
        { x.iter().enumerate().fold(0.3, |a, (i, b)| a * y[0] + b * i as f64) }
        { x.iter().zip(data.b.iter()).skip(1).fold(0.3, |a, (t, b)| a * t + b) }
        { x.iter().step_by(2).fold(0.3, |a, t| a * t + y[1]) }
        { (0..x.len()).map(|i| x[i] * x[i]).fold(0.3, |a, t| (a * t + y[1]).cos()) }
        { x.iter().filter(|t| **t > 0.0).fold(0.3, |a, t| a * t + y[1]) }
        { let (mut a, mut b) = (x[0], x[1]); for _ in 0..x.len() { a += b; b += 1.0; } a }
        { let (mut a, mut b) = (x[0], x[1]); for i in 0..x.len() { (a, b) = (b * x[i], a + b); } a * b }
        { let mut s = 1.0; for i in (0..x.len()).rev() { s = s * x[i] + i as f64; } s }
        { let mut s = 1.0; for i in 1..x.len() { s = s * x[i - 1] + x[i]; } s }
        { let mut s = 1.0; for i in (1..x.len()).rev() { s = s * x[i - 1] + x[i]; } s }
        { let mut s = 1.0; for i in 0..x.len() - 1 { if i % 2 == 0 { continue; } s = s * x[i] + x[i + 1]; } s }
        { let mut s = 1.0; for i in 0..x.len() { if x[i] > 0.1 { continue; } s = s * x[i] + 2.0; } s }
        { let mut s = 1.0; for i in 0..x.len() { s = s * x[i / 2] + x[(3 * i) % 4]; } s }
        { let mut s = 1.0; for i in 0..x.len() { let t = s * x[i]; s = t.sin(); } s += x[0]; s }
        { let mut t = 0.0; let mut s = 0.0; for i in 0..x.len() { if i > 1 { t = x[i]; } s += t; } s }
        { let mut best = x[0]; let mut s = 0.0; for i in 0..x.len() { if x[i] > best { best = x[i]; } s += best * y[0]; } s }
        { let mut up = true; let mut s = 0.0; for i in 0..x.len() { if up { s += x[i]; } else { s -= 2.0 * x[i]; } up = !up; } s }
        { let mut k = 0; let mut s = 1.0; for i in 0..x.len() { s = s * x[i] + k as f64; k += 2; } s }
        { let mut s = 1.0; for t in x.iter().chain(y.iter()) { s = s * 0.5 + t; } s }
        { let mut s = 1.0; let mut p = 1.0; for t in x { s = s * 0.5 + t; p *= s; } s + p }
        { let mut s = 1.0; let mut m = f64::NEG_INFINITY; for t in x { s = s * 0.5 + t; m = m.max(s); } m }
    }
}

/// Few steps inside of each other are written out, where their chains are short, else they are a recursion too.
#[test]
fn few_steps_inside_of_steps() {
    bodies! { (x, y, data) -> f64:
        { let (mut a, mut b) = (0.4, 0.1);
          for t in x { for _ in 0..12 { let r = y[0] * a * b; a -= 0.1 * r; b += 0.1 * (r - t * b); } }
          a * b }
        { let (mut a, mut b, mut c) = (0.4, 0.1, 0.0);
          for t in x { for _ in 0..10 { let da = -a * y[1]; let db = a * y[1] - b; a += 0.1 * da; b += 0.1 * db * t; } c += a * b; }
          c }
        { let (mut a, mut b) = (0.4, 0.1);
          for t in x { let h = t * a; b = 0.0; for _ in 0..16 { a = a * 0.9 + h * 0.05; b = (b + a).sin(); } }
          a * b }
        { let mut s = Vector2::new(x[0], y[0]);
          for t in data.b.iter() { for k in 0..11 { s = Vector2::new(s.y.sin(), s.x * 0.5 + t * k as f64); } }
          s.norm_squared() }
        { let mut s = x[0]; for _ in 0..14 { s = (s * y[0]).sin() + x[1]; } s }
        { let (mut s, mut c) = (x[0], 0.0); for k in 0..13 { if k % 3 == 1 { continue; } s = (s * y[0]).sin() + x[1]; c += s; } c }
        { let mut s = x[0]; for k in 0..12 { if s > 0.97 { break; } s = (s * 1.2).sin() + x[k / 3]; } s }
    }
}

/// Each step begins anew: what it reads is not of the state.
#[test]
fn steps_that_forget() {
    bodies! { (x, y, data) -> f64:
        { (0..x.len()).fold(0.5, |_, _| 0.5 * x.sum()) }
        { x.iter().fold(y[0], |_, t| 0.5 * t) }
        { x.iter().enumerate().fold(0.5, |_, (_, _)| DVector::from_element(5, 0.5).dot(&DVector::from_fn(5, |i, _| x[4 - i]))) }
        { (0..x.len()).map(|i| x.iter().map(|_| x[i]).fold(0.5, |_, t| 0.5 * t)).sum::<f64>() }
        { (0..x.len()).map(|i| y.iter().map(|_| i as f64).fold(x[i], |_, t| 0.5 * t)).sum::<f64>() }
        { x.iter().fold(x[1], |_, _| DMatrix::from_element(x.len(), 2, x[0]).sum()) }
        { x.iter().fold(0.5, |_, t| (2..3usize).filter(|_| y[0] > 1e-3).map(|_| x[2]).sum::<f64>() / (1.5 + t.powi(2))) }
        { let mut s = y[0]; for i in 0..x.len() { s = 0.5 * (x.dot(x) * data.b[i]); } s * s }
    }
}

/// The matrix is the same in all steps: its factor is made before them, and its entries have a part in all solutions.
#[test]
fn steps_that_solve_with_one_matrix() {
    bodies! { (x, y, data) -> f64:
        {
            let mut v = x.clone();
            for i in 0..x.len() {
                v[0] = x[i];
                v -= (DMatrix::from_element(x.len(), x.len(), x[1]) + DMatrix::identity(x.len(), x.len()) * 3.0).lu().solve(&v).unwrap();
            }
            v.norm_squared()
        }
        {
            let matrix = x * x.transpose() + DMatrix::identity(x.len(), x.len()) * 2.0;
            let mut v = data.b.rows(0, x.len()).into_owned();
            for i in 0..x.len() {
                v = matrix.clone().cholesky().unwrap().solve(&v) + x * y[0];
            }
            v.norm_squared() + matrix.trace()
        }
        {
            let factor = (x * x.transpose() + DMatrix::identity(x.len(), x.len()) * 2.0).cholesky().unwrap();
            x.iter().fold(0.3, |a, t| (a * t + factor.l()[(1, 0)] * y[1]).sin() * factor.determinant().ln())
        }
    }
}

/// As many as there are: none where the range ends before it begins.
#[test]
fn less_than_no_steps() {
    bodies! { (x, y, data) -> f64:
        { let mut s = x[0]; for i in 7..x.len() { s = s.sin() * x[i]; } s * s }
        { let mut s = x[0]; for i in (8..x.len()).rev() { s = s.sin() * x[i]; } s * s }
        { let mut s = x[0]; for i in x.len()..y.len() { s = s.sin() * x[i]; } s * s }
        { let mut v = x.clone(); let mut t = y[0]; for i in 7..x.len() { v[i] = t; t = v[i - 1] * t; } v.norm_squared() * t }
        { (9..x.len()).fold(y[1], |s, i| s * x[i] + y[0]) }
        { (0..x.len()).map(|i| { let mut s = x[i]; for j in x.len()..i { s = s.sin() * x[j]; } s * s }).sum() }
        { let mut s = y[0]; for i in 7..x.len() { for j in 0..i { s = s.sin() * x[j]; } } s * s }
        { let mut s = y[0]; for _ in 0..x.len() { for j in 8..x.len() { s = s.sin() * x[j]; } s += x[0] * s; } s * s }
    }
}

#[test]
fn vectors_are_multiplied_by_their_entries() {
    bodies! { (x, y, data) -> f64:
        { let mut v = x * 2.0; for _ in 0..x.len() { v *= v[0]; } v.sum() }
        { let mut v = x * 2.0; for _ in 0..x.len() { v *= 0.3 * v.norm(); } v.sum() }
        { let mut v = x.clone(); for i in 0..x.len() { v *= v[i] + 1.0; } v.sum() }
        { let mut v = x.clone(); for _ in 0..x.len() { v /= 1.0 + v[1] * v[1]; } v.sum() }
        { let mut v = x.clone(); for _ in 0..x.len() { let w = v.clone(); v -= w * 0.5; } v.sum() }
        { let mut v = x.clone(); for _ in 0..x.len() { v += &data.b * v[0]; } v.sum() }
    }
}

#[test]
fn vectors_and_matrices_are_carried() {
    bodies! { (x, y, data) -> f64:
        { let mut v = x.clone(); for i in 1..x.len() { v[i] = v[i - 1] * 2.0; } v.norm_squared() }
        { let mut v = x.clone(); for i in 0..x.len() { let t = v.norm(); v[i] = t; } v.sum() }
        { let mut v = x.clone(); let mut s = 0.0; for i in 0..x.len() { v[i] = y[0]; s += v[0] * x[i]; } s }
        { let mut v = x.clone(); for i in 0..x.len() { for j in 0..i { v[i] -= v[j]; } } v.norm_squared() }
        { let mut v = x.clone(); for i in 0..x.len() { for j in 0..x.len() { v[i] *= x[j]; } } v.sum() }
        { let mut v = x.clone(); for i in 0..x.len() { v[i] = 1.0; v += &data.b; } v.norm_squared() }
        { let mut v = x.clone(); for i in 0..x.len() { v[i] = y[1]; v[0] += 1.0; } v.norm_squared() }
        { let mut v = x.clone(); for i in 0..x.len() { v[0] = x[i]; } v.norm_squared() }
        { let mut v = x.clone(); for i in 0..x.len() { for j in 0..x.len() { v[i] = x[j] * x[i]; } } v.sum() }
        { let mut v = x.clone(); for i in 0..x.len() - 1 { v[i] = 1.0; v[i + 1] = y[0] * v[i + 1]; } v.norm_squared() }
        { let mut v = *y; for i in 0..x.len() { v = data.s * v * 0.3 + y * x[i]; } v.norm_squared() }
        { let mut m = data.s; for i in 0..x.len() { m = m * data.s.transpose() * 0.2; m[(0, 1)] += x[i]; } (m * y).sum() }
        { let mut v = x.clone(); for i in 0..x.len() { v = &data.q * &v * 0.2; v[i] += x[i] * x[0]; } v.norm_squared() }
        { let mut p = Vector2::new(x[0], y[0]); for i in 0..x.len() { p = Vector2::new(p.y, p.x * x[i] - p.y); } p.norm_squared() }
        { let mut p = Vector2::new(x[0], y[0]); let mut c = 0.0; for i in 0..x.len() { c += p.x; p = Vector2::new(p.y, p.x * x[i]); } c }
        { let mut p = *y; for i in 0..x.len() { p = y * x[i]; } p.norm_squared() }
        { let mut t = 0.5; for i in 0..x.len() { t = x[i] * x[i]; } t }
        { let mut t = 0.5; for _ in 0..x.len() { t = y[0]; } t * t }
        { let (mut s, mut t) = (0.5, 1.0); for i in 0..x.len() { t = 0.5 * t + s * x[i]; s = y[1]; } s * t }
        { let mut t = 0.5; for i in 0..x.len() { if x[i] > 0.0 { t = x[i] * x[i]; } } t }
        { let mut m = Matrix2::new(2.0, 0.1, 0.1, 1.0); for i in 0..x.len() { m = m.try_inverse().unwrap() + Matrix2::identity() * (1.0 + x[i] * x[i]); } m.determinant() }
        { let mut m = Matrix2::new(2.0, 0.1, 0.1, 1.0); let mut s = 0.0; for i in 0..x.len() { let l = m.cholesky().unwrap().l(); s += l[(1, 0)]; m = l * l.transpose() * 0.5 + Matrix2::identity() * (1.0 + x[i] * x[i] * s); } m[(0, 1)] }
        { let mut path = DMatrix::zeros(3, x.len()); let mut v = *y; for i in 0..x.len() { v = v * 0.5 + y * x[i]; path.set_column(i, &v); } path.norm_squared() }
        { let n = x.len(); let mut m = data.q.clone(); let mut s = 0.0; for i in 0..n { for j in 0..=i { m[(i, j)] = x[i]; m[(j, i)] = x[j]; s += m[(i, j)]; } } s }
        { let n = x.len(); let mut m = data.q.clone(); let mut s = 0.0; for i in 0..n { m[(i, i)] = x[i]; for j in 0..n { m[(i, j)] += x[j]; } s += m[(i, i)]; } s }
        { let mut v = x.clone(); for _ in 0..x.len() { v = (&data.q * v).normalize(); } v[0] }
        { let mut v = x.clone(); for i in 0..x.len() { let m = v.iter().map(|t| t.exp()).sum::<f64>().ln(); v[i] -= m; } v.sum() }
    }
}

#[test]
fn recursions_in_sums_and_in_recursions() {
    bodies! { (x, y, data) -> f64:
        { (0..3).map(|k| { let mut s = y[k]; for t in x { s = s * 0.4 + t.sin(); } s * s }).sum::<f64>() }
        { (0..x.len()).map(|i| x.iter().fold(0.1, |a, b| a * x[i] + b)).sum::<f64>() }
        { (0..x.len()).map(|i| { let mut s = 0.2; for t in i..x.len() { s = s * x[t] + x[i]; } s }).sum::<f64>() }
        { (0..x.len()).map(|i| { let mut s = 0.2; for t in 0..i { s = s * x[t] + x[i]; } s }).sum::<f64>() }
        { DVector::from_fn(x.len(), |i, _| x.iter().fold(x[i], |a, b| a * 0.5 + b)).norm_squared() }
        { let mut s = 0.1; for i in 0..x.len() { for j in 0..x.len() { s = 0.3 * s + x[i] * x[j]; } } s }
        { let mut s = 0.1; for i in 0..x.len() { for j in 0..i { s = 0.3 * s + x[i] * x[j]; } s += x[i]; } s }
        { let mut s = 0.1; for i in 0..x.len() { let mut t = s; for j in 0..x.len() { t = (t + x[j]).sin(); } s = s * t + x[i]; } s }
        { let mut s = 0.1; for i in 0..x.len() { let mut t = 0.0; for j in 0..x.len() { t += s * x[j]; } s = t.cos() + x[i]; } s }
        { let mut v = *y; let mut s = 0.0; for i in 0..x.len() { for j in 0..x.len() { v = v * 0.4 + y * (x[i] - x[j]); s += v.norm_squared(); } } s }
        { let mut v = *y; for i in 0..x.len() { let w = v; let z = x.iter().fold(w, |a, b| a * 0.4 + w * *b); v = v * 0.1 + z * x[i]; } v.norm_squared() }
        { let mut s = 0.2; for i in 0..x.len() { s = x.iter().fold(s, |a, b| x.iter().fold(a, |c, d| (0.2 * c + b * d * x[i]).sin())); } s }
    }
}

#[test]
fn loops_end_early() {
    bodies! { (x, y, data) -> f64:
        { let mut s = 0.0; for i in 0..x.len() { if x[i] > 0.8 { break; } s += x[i]; } s }
        { let mut s = 0.1; for i in 0..x.len() { s = 0.5 * s + x[i]; if s * s > 0.3 { break; } s += 1.0; } s }
        { let mut s = 0.1; for i in 0..x.len() { if i == 3 { break; } if x[i] < 0.0 { continue; } s = 0.5 * s + x[i]; } s }
        { let mut s = y[0]; for _ in 0..40 { let r = s * s - 2.0 - x[0]; if r.abs() < 1e-9 { break; } s -= r / (2.0 * s); } s }
        { let mut s = 0.0; for i in 0..x.len() { let mut p = x[i]; for j in 0..x.len() { if p > 0.9 { break; } p = p * x[j] + y[0]; } s += p; } s }
    }
}

/// Where a step reads and writes depends on an index further out too.
#[test]
fn places_of_two_indices() {
    bodies! { (x, y, data) -> f64:
        { (0..3).map(|k| { let mut m = data.q.clone(); for (_, i) in (k..=1).zip(0..5) { m[(0, 0)] += x[1]; m[(0, i)] *= y[0]; } (m * x).norm_squared() }).sum::<f64>() }
        { (0..3).map(|k| { let mut v = x.clone(); for i in k..2 { v[0] += x[1]; v[i] *= y[0]; } v.dot(&data.b) }).sum::<f64>() }
        { (0..4).map(|k| { let mut s = x[k]; for i in k..2 { s = s * x[i] + y[0]; } s }).sum::<f64>() }
        { (0..4).map(|k| { let mut s = x[k]; for i in 0..k { s = s * x[i] + y[0]; } s }).sum::<f64>() }
        { (0..4).map(|k| { let mut s = x[k]; for i in 2 * k..4 { s = s * x[i] + y[0]; } s }).sum::<f64>() }
        { (0..4).map(|k| { let mut v = x.clone(); for j in 2 * k..4 { let t = v[j / 2]; v[j / 2] = t * y[0] + x[0]; } v.dot(&data.b) }).sum::<f64>() }
        { (0..4).map(|k| { let mut v = x.clone(); for j in 2 * k..4 { v[j / 2] += x[k]; } v.dot(&data.b) }).sum::<f64>() }
        { let mut s = y[0]; for i in 0..4 { let mut v = x.clone(); for j in 2 * i..4 { v[j / 2] *= s; } s += v.dot(&data.b); } s }
        { (0..3).map(|k| { let mut v = x.clone(); for (_, i) in (k..=1).zip(0..5) { v[0] += x[1]; v[i] *= y[0]; } v.dot(&data.b) }).sum::<f64>() }
        { (0..3).map(|k| { let mut v = x.clone(); for (_, i) in (k..2).zip(0..5) { v[i] = v[0] * y[0]; } v.dot(&data.b) }).sum::<f64>() }
        { (0..3).map(|k| { let mut v = x.clone(); for i in k..2 { v[i - k] = v[0] * y[0]; } v.dot(&data.b) }).sum::<f64>() }
        { (0..3).map(|k| { let mut s = x[0]; for i in k..2 { s = s * x[i - k]; } s }).sum::<f64>() }
        { (0..3).map(|k| { let mut s = x[0]; for i in k..2 { s = s * y[0] + x[1]; } s }).sum::<f64>() }
        { (0..3).map(|k| { let mut s = x[0]; for i in k..2 { s = s * s + (i - k) as f64; } s }).sum::<f64>() }
        { (0..3).map(|k| { let mut v = x.clone(); for i in k..2 { v[0] += x[1]; v[i - k] *= y[0]; } v.dot(&data.b) }).sum::<f64>() }
        { (0..3).map(|k| { let mut v = x.clone(); for i in k..2 { v[0] += x[1]; v[i - k] = y[0]; } v.dot(&data.b) }).sum::<f64>() }
        { (0..3).map(|k| { let mut v = x.clone(); for i in k..2 { v[0] += x[1]; v[i] *= y[0]; } v.dot(&data.b) }).sum::<f64>() }
        { (0..3).map(|k| { let mut v = x.clone(); for i in k..2 { v[i - k] = v[0] + y[0]; } v.dot(&data.b) }).sum::<f64>() }
        { (0..3).map(|k| { let mut v = x.clone(); for i in k..2 { v[0] = v[i - k] + y[0]; } v.dot(&data.b) }).sum::<f64>() }
    }
}

/// What is evaluated under a condition on the state is protected where the condition fails, step by step.
#[test]
fn conditions_on_states_protect_what_they_enclose() {
    bodies! { (x, y, data) -> f64:
        { let mut t = 0.5; for _ in 0..x.len() { if t > 1.5 { continue; } t += (1.0 + data.q[(0, 1)].powi(2)).sqrt(); t += 0.25 * t; } t }
        { let mut t = 0.5; for i in 0..x.len() { if t > 1.5 { continue; } for k in 0..2 { t += (1.0 + data.q[(0, k)].powi(2)).sqrt() * x[i]; t += 0.25 * t; } } t }
        { let mut t = 0.5; for i in 0..x.len() { if t < 1.5 { for (k, b) in (0..3).zip(data.b.iter()) { t += (b * b + y[k].powi(2)).sqrt(); t += 0.25 * t * x[i]; } } } t }
        { let mut t = 0.5; for i in 0..x.len() { if t < 1.5 { let v = data.q.map(|q| (1.0 + q * q).ln()); t += 0.1 * (v * x)[i] * t; } } t }
        { let mut t = x[0]; for i in 0..x.len() { if t > 0.0 { t = t.ln() * x[i] + y[1].ln(); } else { t += 1.0; } } t }
    }
}

/// Ranges without any step, at some sizes and for some indices.
#[test]
fn nests_of_triangles() {
    bodies! { (x, y, data) -> f64:
        { let mut t = 0.5; for i in 0..x.len() { for j in i..3 { for a in j..2 { t = t * x[a] + y[0]; } } } t }
        { let mut t = 0.5; for i in 0..x.len() { for j in i..3 { for _ in j..x.len() { t = 0.5; } } } t * x[0] }
        { let mut t = 0.5; for i in 0..x.len() { for j in i..3 { t = 0.5; } } t * x[0] }
        { let mut t = x[0]; for i in 0..4 { let mut m = data.s; for j in (2 * i)..3 { m[(j, j / 2)] += x[0]; m[(j, 0)] *= t; } t += m.norm_squared(); } t }
        { let mut t = x[0]; for i in 0..4 { let mut m = data.s; for j in (2 * i)..3 { if t > -0.5 { m[(j, j / 2)] += y[1]; } } t += 0.1 * m.norm_squared(); } t }
        { let mut t = x[0]; for i in 0..4 { let mut m = data.s; for j in (2 * i)..3 { m += SMatrix::<f64, 3, 3>::repeat(2.0); if t > -0.5 { m[(j, j / 2)] += y[1]; } } for k in 0..3 { if i > 0 { m[((i + i) % 3, k)] = y[0]; } m[(1, (k + 2) % 3)] += t; } t += 0.1 * m.norm_squared(); } t }
        { let mut t = x[0]; for i in 0..4 { let mut m = data.s; for k in 0..3 { if i > 0 { m[((i + i) % 3, k)] = y[0]; } m[(1, (k + 2) % 3)] += t; m[(0, 1)] -= y[1]; } t += 0.1 * m.norm_squared(); } t }
        { let mut t = x[0]; for i in 0..4 { let h = i / 2; let mut m = data.s; for j in (2 * h)..3 { m[(j, j / 2)] += y[1]; } t += 0.1 * m.norm_squared() * t; } t }
        { let mut t = x[0]; for i in 0..4 { let h = i / 2; let mut m = data.s; for j in (2 * h)..3 { if t > -0.5 { m[(j, j / 2)] += y[1]; } } t += 0.1 * m.norm_squared() * t; } t }
        { let mut t = x[0]; for i in 0..4 { let h = i / 2; let mut m = data.s; for j in (2 * h)..3 { if t > -0.5 { m[(j, 0)] += y[1]; } } t += 0.1 * m.norm_squared() * t; } t }
        { let mut t = x[0]; for i in 0..4 { let h = i / 2; let mut m = data.s; for k in 0..3 { if i > 0 { m[((h + h) % 3, k)] = y[0]; } m[(1, (k + 2) % 3)] += t; m[(0, 1)] -= y[1]; } t += 0.1 * m.norm_squared() * t; } t }
        { let mut t = x[0]; for i in 0..4 { let h = i / 2; let mut m = data.s; for k in 0..3 { if (h as f64) > 0.125 { m[((h + h) % 3, k)] = y[0]; } m[(1, (k + 2) % 3)] += t; m[(0, 1)] -= y[1]; } t += 0.1 * m.norm_squared() * t; } t }
        { let mut t = x[0]; for i in 0..x.len() { let h = i / 2; let mut m = data.s; for j in (2 * h)..3 { if t > -0.5 { m[(j, j / 2)] += y[1]; } } t += 0.1 * m.norm_squared() * t; } t }
        { let mut t = x[0]; for i in 0..x.len() { let h = i / 2; let mut m = data.s; for j in (2 * h)..3 { if t > -0.5 { m[(j, j / 2)] += y[1]; } } t += 0.1 * (m.tr_mul(&m) + SMatrix::<f64, 3, 3>::identity()).determinant() * t; } t }
        { let mut t = x[0]; for i in 0..x.len() { let h = i / 2; let mut m = data.s; for j in (2 * h)..3 { if t > -0.5 { m[(j, j / 2)] += y[1]; } } t += 0.1 * (m.tr_mul(&m) + SMatrix::<f64, 3, 3>::identity()).cholesky().unwrap().ln_determinant(); } t }
        { let mut t = x[0]; for i in 0..x.len() { let h = i / 2; let mut m = data.s; for j in (2 * h)..3 { if t > -0.5 { m[(j, j / 2)] += y[1]; } } t += 0.1 * data.s.sup(&m).norm_squared(); } t }
        { let mut t = x[0]; for i in 0..x.len() + 1 { let h = i / 2; let mut m = SMatrix::<f64, 3, 3>::repeat(0.0); for j in (2 * h)..3 { m += SMatrix::<f64, 3, 3>::from_fn(|_, _| 3.0); if t > -0.5 { m[(j, j / 2)] += y[1]; } } t += 0.1 * m.norm_squared() * t; } t }
    }
}

/// What a loop further in sets without reading what it carries, and what it leaves beside that.
#[test]
fn steps_that_only_set() {
    bodies! { (x, y, data) -> f64:
        { let mut s = 0.5; let mut t = 0.0; for _ in 0..data.n { for _ in 0..x.len() { s *= t; s = s + y[0]; } t += t; } s }
        { let mut s = 0.5; for _ in 0..data.n { for _ in 0..x.len() { s = y[0] * y[1]; } s *= x[0]; } s }
        { let mut s = x[1]; for i in 0..data.n { for _ in 0..i { s = y.max(); } s *= x[i]; } s }
        { let (mut s, mut t) = (1.0, 0.0); for _ in 0..data.n { t = 0.5; for i in 0..x.len() { s = x[i]; t = y[1]; } } s * t }
    }
}

/// Arrays that are kept as they are written, and as a column.
#[test]
fn arrays_are_carried() {
    bodies! { (x, y, data) -> f64:
        { let mut s = [1.0, 0.0]; for v in x.iter() { s = [s[0] + 0.1 * s[1], s[1] - 0.1 * s[0] + v]; } s[0] * s[0] + s[1] }
        { fn step(s: [f64; 2], u: f64) -> [f64; 2] { [s[0] + 0.1 * s[1], s[1] - 0.1 * s[0] + u] } let mut s = [1.0, 0.0]; for i in 0..20 { s = step(s, x[i % 3]); } s[0] * s[1] }
        { x.iter().fold([0.0; 2], |s, v| [s[0] + 0.1 * s[1], s[1] - 0.1 * s[0] + v])[0] }
        { (0..30).fold([0.0; 2], |s, i| [s[0] + 0.1 * s[1], s[1] - 0.1 * s[0] + x[i % 3]])[1] }
        { let mut s = ([1.0, 0.5], 0.0); for v in x.iter() { s = ([s.0[0] * 0.5 + v, s.0[1] + s.0[0]], s.1 + v * s.0[1]); } s.1 + s.0[1] }
        { let mut s = [1.0, 0.5]; for v in x.iter() { s = s.map(|t| 0.9 * t + v); } s[0] * s[1] }
        { let mut s = (vec![0.0; 2], 0.5); for v in x.iter() { s = (vec![s.0[1] + v, s.0[0] * y[0]], 0.5 * s.1); } s.0[0] * s.0[1] + s.1 }
        { let mut s = [x[0], x[1]]; for v in x.iter() { s = [s[1], s[0] * v]; } s[0] + 2.0 * s[1] }
        { let mut s = [1.0, 0.5]; if data.k > 0.0 { s = [x[0], x[1]]; } s[1] = s[0] * y[1]; s[0] * s[1] }
    }
}
