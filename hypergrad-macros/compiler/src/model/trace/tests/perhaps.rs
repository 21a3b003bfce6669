//! An `Option` that loops carry, `try_fold`, and what else may have no value.

use nalgebra::{DVector, SVector};

use super::{Data, agrees, bodies, errors};

#[test]
fn loops_carry_options() {
    bodies! { (x, y, data) -> f64:
        { let mut last: Option<f64> = None; let mut s = 0.0; for &v in x.iter() { if let Some(p) = last { s += (v - p).powi(2) * p; } last = Some(v); } s }
        { let mut last = None; let mut s = 0.0; for v in x.iter() { if let Some(p) = last { s += p * v; } if *v > 0.0 { last = Some(*v); } } s + last.unwrap_or(7.0) }
        { let mut best: Option<f64> = None; for v in x.iter() { best = Some(best.map_or(*v, |b: f64| b.min(*v))); } best.unwrap() * y[0] }
        { let mut last: Option<(f64, f64)> = None; let mut s = 0.0; for (v, b) in x.iter().zip(data.b.iter()) { s += match last { Some((p, q)) => (v - p) * q, None => b * v }; last = if *b > 0.1 { Some((*v, *b)) } else { None }; } s }
        { let mut last: Option<DVector<f64>> = None; let mut s = 0.0; for t in 0..5 { let v = x * (t as f64 * 0.3).sin(); if let Some(p) = &last { s += (&v - p).norm_squared() * p[0]; } last = Some(v); } s }
        { let mut seen = Some(x[0]); let mut s = 0.0; for v in data.b.iter() { if let Some(t) = seen { s += t * v; if *v > 0.2 { seen = None; } } else { seen = Some(v * y[0]); } } s + seen.unwrap_or_default() }
        { let mut k: Option<usize> = None; let mut s = 0.0; for i in 0..5 { if let Some(p) = k { s += p as f64 * x[i]; } if x[i] > 0.0 { k = Some(i); } } s }
        { let mut last: Option<f64> = None; let mut s = 0.0; for i in 0..30 { let v = x[i % 5] * (i as f64).cos(); if let Some(p) = last { s = 0.5 * s + p * v; } last = if v > 0.1 { Some(v.ln()) } else { last }; } s }
        { let mut s = 0.0; for j in 0..3 { let mut last: Option<f64> = None; for v in x.iter() { if let Some(p) = last { s += p * v * y[j]; } last = Some(v * v); } s += last.unwrap_or(0.5); } s }
        { let mut s = (y[0], None::<f64>, 0.0); for t in x.iter() { if let Some(h) = s.1 { s.0 += h; } s.2 += t * s.0; s.0 *= 0.5; s.1 = Some(*t); } s.0 + s.1.unwrap_or(0.5) * s.2 }
        { struct S { v: f64, held: Option<f64>, lost: f64 } impl S { fn step(&mut self, t: f64) { if let Some(h) = self.held.take() { self.v += h; } if t > 0.0 { self.held = Some(t * t); } else { self.lost += t * self.v; } } }
          let mut s = S { v: y[0], held: None, lost: 0.0 }; for t in x.iter() { s.step(*t); } s.v + s.held.unwrap_or(0.5) * s.lost }
        { let mut state = (None, 0.0); for v in x.iter() { state = match state { (Some(p), s) => (Some(*v), s + p * v), (None, s) => (Some(*v), s - v) }; } state.1 }
    }
}

#[test]
fn try_fold_ends_where_there_is_nothing() {
    bodies! { (x, y, data) -> f64:
        { x.iter().try_fold(0.0, |acc: f64, v| if v.is_finite() { Some(acc + v * v) } else { None }).unwrap() }
        { x.iter().try_fold(1.0, |p: f64, v| -> Result<f64, String> { Ok(p * (1.0 + v * v)) }).unwrap_or(0.0) }
        { x.iter().try_fold(y[0], |a: f64, v| if *v > 0.9 { None } else { Some(a * 0.5 + v) }).unwrap_or(x[0]) }
        { x.iter().try_fold(y[0], |a: f64, v| if *v > 90.0 { Err("large") } else { Ok(a * 0.5 + v) }).map_or(1.0, |t| t * t) }
        { (0..30).try_fold(x[0], |a: f64, i| if a > 50.0 { None } else { Some(a * 0.9 + x[i % 5]) }).unwrap_or(y[1]) }
    }
}

#[test]
fn lists_of_results() {
    bodies! { (x, y, data) -> f64:
        { let v: Result<Vec<f64>, String> = x.iter().map(|t| if *t > -9.0 { Ok(t.exp()) } else { Err(format!("low")) }).collect(); v.unwrap().iter().sum::<f64>() * y[0] }
        { x.iter().map(|t| if *t > 0.0 { Ok(t * t) } else { Err(()) }).collect::<Result<Vec<_>, ()>>().map_or(x[0], |v| v[1]) }
        { x.iter().map(|t| if *t > -9.0 { Ok(t * t) } else { Err(()) }).sum::<Result<f64, ()>>().unwrap_or(x[0]) }
    }
    bodies! { (x, y, data) -> f64:
        { Some(x[0]).zip(data.b.iter().position(|b| *b > 0.1)).map_or(0.0, |(a, p)| a * x[p]) }
        { let (a, b) = ((x[0] > 0.0).then_some(x[1]), (y[0] > 0.0).then_some(y[1])); a.xor(b).unwrap_or(x[2]) + a.xor(None).unwrap_or(1.0) + b.zip(a).map_or(x[3], |(p, q)| p * q) }
        { if (0..5).find(|i| data.b[*i] > 0.1).is_none_or(|i| x[i] > 0.0) { x[0] } else { y[0] } }
    }
}

#[test]
fn order_and_equality() {
    bodies! { (x, y, data) -> f64:
        { if data.w.is_sorted() { x[0] * x[1] } else { x[0].sin() } }
        { if x.iter().is_sorted() { x[0] } else { x[1] * x[1] } }
        { if x.iter().eq(x.iter().rev()) { x[0] } else if x.iter().take(2).eq(x.iter()) { x[2] } else { x[1] } }
        { if x.iter().ne(y.iter()) { x[0] * y[0] } else { 1.0 } }
    }
}

#[test]
fn parts_of_lists() {
    bodies! { (x, y, data) -> f64:
        { let v: Vec<DVector<f64>> = (0..5).map(|i| x * (i as f64)).collect(); v[2..].iter().zip(v[..3].iter()).map(|(a, b)| a.dot(b)).sum::<f64>() }
        { let v: Vec<DVector<f64>> = (0..5).map(|i| x * (i as f64)).collect(); v[1..data.n - 1].iter().enumerate().map(|(k, a)| a.sum() * k as f64).sum::<f64>() }
        { (0..5usize).map(|i| x.as_slice()[i.saturating_sub(1)..(i + 2).min(5)].iter().sum::<f64>().powi(2)).sum::<f64>() }
        { let mut v: Vec<f64> = x.iter().copied().collect(); v.retain(|t| *t > 0.5); v.iter().sum::<f64>() * v.len() as f64 }
        { let mut v: Vec<f64> = x.iter().copied().collect(); let t = v.split_off(2); v[0] * t.iter().product::<f64>() + t.len() as f64 * v.len() as f64 }
        { nalgebra::distance(&nalgebra::Point2::new(x[0], x[1]), &nalgebra::Point2::new(y[0], y[1])) }
        { nalgebra::distance_squared(&nalgebra::Point2::new(x[0], x[1]), &nalgebra::Point2::new(y[0], y[1])) }
    }
}

#[test]
fn integers_that_are_counted() {
    bodies! { (x, y, data) -> f64:
        { let mut n = 0; let mut s = 0.0; for v in x.iter() { if *v < 0.0 { continue; } s += v; n += 1; } s / n.max(1) as f64 }
        { let n = data.b.iter().filter(|b| **b > 0.1).count(); x[0] * n.min(2) as f64 + y[0] * n.abs_diff(7) as f64 + y[1] * n.saturating_sub(1) as f64 + x[1] * 3.max(n) as f64 }
    }
}

#[test]
fn the_sign_of_zero_is_not_read() {
    let f = "fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64";
    for body in [
        "x[0] * (-0.0_f64).signum()",
        "x[0] * 0.0_f64.signum()",
        "2.0_f64.copysign(-0.0) * x[0]",
        "if (-0.0_f64).total_cmp(&0.0).is_lt() { x[0] } else { y[0] }",
        "if (-0.0_f64).is_sign_negative() { x[0] } else { y[0] }",
    ] {
        let found = errors(&format!("{f} {{ {body} }}"));
        assert!(found.iter().any(|error| error.contains("the sign of a constant 0 is not read")), "{body}: {found:#?}");
    }
}

#[test]
fn loops_give_what_they_break_with() {
    bodies! { (x, y, data) -> f64:
        { let mut t = x[0]; let mut k = 0; let r = loop { t = 0.5 * (t + 2.0 / (1.0 + t * t)); k += 1; if k == 4 { break t; } }; r * x[1] }
        { let mut k = 0; let v = loop { if x[k] < -1.0 { break x[k] * 2.0; } k += 1; if k == 4 { break y[0]; } }; v * v }
        { let (mut a, mut k) = (x[0], 0); let (s, n) = loop { a = 0.9 * a + y[0]; if a > 3.0 || k == 20 { break (a * a, a); } k += 1; }; s * n }
        { let mut k = 0; loop { k += 1; let t = x[k - 1]; if k >= 5 { break; } let _ = t; } k as f64 * x[0] }
    }
}

#[test]
fn quotients_below_zero_in_arms() {
    bodies! { (x, y, data) -> f64:
        { (0..5i32).map(|i| if x[0] > 0.0 { y[0] * ((i - 3) / 2) as f64 } else { 0.0 }).sum::<f64>() }
        { (0..5i32).map(|i| if i >= 1 { y[0] * ((i - 3) / 2) as f64 } else { 0.0 }).sum::<f64>() }
        { (0..5i32).map(|i| if i % 2 == 0 { y[0] * ((i - 3) % 2) as f64 } else { 0.0 }).sum::<f64>() }
    }
    bodies! { (x, y, data) -> f64:
        { (0..5i32).map(|i| if i >= 3 { y[0] * ((i - 3) / 2) as f64 } else { x[0] }).sum::<f64>() }
        { (0..5i32).map(|i| if i > 2 && x[0] > 0.0 { y[0] * ((2 * i - 5) % 3) as f64 } else { x[0] }).sum::<f64>() }
        { (0..5i32).map(|i| (0..5i32).map(|j| if j > i { y[0] * ((j - i) / 2) as f64 } else { x[0] }).sum::<f64>()).sum::<f64>() }
        { let mut s = 0.0; for i in 0..5i32 { for o in [-1, 1] { let j = i + o; if j < 0 || j >= 5 { continue; } s += x[0] * (j / 2) as f64 + y[0] * (j % 2) as f64; } } s }
        { x[0] * (-7 / 2) as f64 + x[1] * (-7 % 3) as f64 + x[2] * (7 / -2) as f64 }
    }
}
