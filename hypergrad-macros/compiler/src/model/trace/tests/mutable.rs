//! References to items and parts of slices and to what enums hold; what is taken out of lists and `Option`s.

use nalgebra::{DVector, SVector};

use super::{Data, agrees, bodies};

#[test]
fn parts_of_slices_are_changed() {
    bodies! { (x, y, data) -> f64:
        { let mut v: Vec<f64> = x.iter().copied().collect(); for t in &mut v[1..3] { *t = t.exp(); } v.iter().sum::<f64>() }
        { let mut v: Vec<f64> = x.iter().copied().collect(); for t in v[2..].iter_mut() { *t *= y[0]; } v.iter().product::<f64>() }
        { let mut v = vec![0.0; 7]; v[1..6].copy_from_slice(x.as_slice()); v.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum::<f64>() }
        { let mut v: Vec<f64> = x.iter().copied().collect(); v[..=1].fill(y[0] * x[3]); v[1..].reverse(); v[0] * v[1] + v[2] * v[4] }
        { let mut v: Vec<f64> = x.iter().copied().collect(); v[1..4].swap(0, 2); v[2..][1] *= 3.0; v[0] * v[1] + v[2] * v[3].sin() }
        { let mut v: Vec<f64> = x.iter().copied().collect(); v[1..].rotate_left(1); v[0] * v[1] + v[2] * v[3].sin() - v[4] }
        { let mut v: Vec<f64> = x.iter().copied().collect(); let (a, b) = v.split_at_mut(2); a[0] += b[1] * b[0]; b[0] *= a[0]; v.iter().map(|t| t * t).sum::<f64>() }
        { let mut v: Vec<f64> = x.iter().copied().collect(); { let (a, b) = v.split_at_mut(2); for (p, q) in a.iter_mut().zip(b.iter()) { *p += q * q; } } v[0] * v[1] }
        { let mut v: Vec<f64> = x.iter().copied().collect(); if let Some((first, rest)) = v.split_first_mut() { for t in rest.iter_mut() { *t -= *first; } *first = 1.0; } v.iter().map(|t| t.sin()).sum::<f64>() }
        { let mut v: Vec<f64> = x.iter().copied().collect(); let (last, rest) = v.split_last_mut().unwrap(); *last += rest[0] * rest[1]; v[4] * v[0] }
        { let mut v: Vec<f64> = x.iter().copied().skip(1).collect(); for c in v.chunks_exact_mut(2) { let s = c[0] + c[1]; c[0] = s * s; c[1] -= s; } v.iter().map(|t| t.sin()).sum::<f64>() }
        { let mut v = vec![0.0; 5]; for (k, c) in v.chunks_mut(2).enumerate() { c[0] = x[k]; for t in c.iter_mut() { *t += y[k]; } } v.iter().zip(x.iter()).map(|(a, b)| a * b).sum::<f64>() }
        { let mut v: Vec<f64> = x.iter().copied().collect(); for c in v.chunks_exact_mut(2) { c.swap(0, 1); c[0] *= 3.0; } v[0] * v[1] + v[2] * v[3] - v[4] }
        { fn twice(v: &mut [f64]) { for t in v { *t *= 2.0; } } let mut v: Vec<f64> = x.iter().copied().collect(); twice(&mut v[1..3]); twice(&mut v); v.iter().map(|t| t * t).sum::<f64>() }
        { fn relu(v: &mut [f64]) { for t in v.iter_mut() { if *t < 0.0 { *t = 0.0; } } } let mut v: Vec<f64> = x.iter().copied().collect(); relu(&mut v[..4]); v.iter().map(|t| t * t).sum::<f64>() }
        { let mut v: Vec<f64> = x.iter().copied().collect(); for i in 0..3 { for t in &mut v[i..i + 2] { *t += y[i]; } } v.iter().map(|t| t * t).sum::<f64>() }
        { let mut v: Vec<f64> = x.iter().copied().collect(); for i in 1..4 { v[..i].fill(y[i - 1] * x[i]); } v.iter().map(|t| t * t).sum::<f64>() }
    }
}

#[test]
fn items_of_slices_are_changed() {
    bodies! { (x, y, data) -> f64:
        { let mut v: Vec<f64> = x.iter().copied().collect(); if let Some(l) = v.last_mut() { *l *= 2.0; } v.iter().map(|t| t.sin()).sum::<f64>() }
        { let mut v = x.as_slice().to_vec(); *v.first_mut().unwrap() = x[1] * x[2]; v[0] * v[3] }
        { let mut v = x.clone(); if let Some(e) = v.get_mut(2) { *e += x[0] * x[0]; } if let Some(e) = v.get_mut(9) { *e = 0.0; } v.norm_squared() }
        { let mut v = vec![x[0], y[0]]; *v.last_mut().unwrap() *= *v.clone().first().unwrap(); v[0] + v[1] * v[1] }
        { let mut v = vec![y[0]; 5]; for i in 0..7 { if let Some(e) = v.get_mut(i) { *e *= x[i]; } } v.iter().sum::<f64>() }
        { let mut v = vec![y[0]; 5]; for i in 0..5 { if let Some(e) = v.get_mut(i + 2) { *e += x[i] * x[i + 2]; } } v.iter().product::<f64>() }
        { let mut m = [[0.0; 2], [1.0, 2.0]]; if let Some(r) = m.last_mut() { r[0] = x[0]; } m.first_mut().unwrap()[1] += y[0]; m[0][1] * m[1][0] + m[1][1] }
    }
}

#[test]
fn lists_are_read_in_pieces() {
    bodies! { (x, y, data) -> f64:
        { let v: Vec<(f64, f64)> = x.iter().map(|t| (*t, t * t)).collect(); v.windows(2).map(|w| (w[1].0 - w[0].0) * w[0].1).sum::<f64>() }
        { let v: Vec<nalgebra::Vector2<f64>> = x.iter().zip(data.b.iter()).map(|(a, b)| nalgebra::Vector2::new(*a, *b)).collect(); v.windows(3).map(|w| (w[0] - 2.0 * w[1] + w[2]).norm_squared()).sum::<f64>() }
        { let v: Vec<(f64, f64)> = x.iter().map(|t| (*t, y[0] * t)).collect(); v.windows(2).map(|w| match w { [(a, b), (c, d)] => a * d - b * c + a, _ => 0.0 }).sum::<f64>() }
        { let v: Vec<(f64, f64)> = x.iter().map(|t| (*t, y[0] + t)).collect(); v.chunks_exact(2).enumerate().map(|(k, c)| c[0].0 * c[1].1 * (k + 1) as f64).sum::<f64>() }
        { let v: Vec<(f64, f64)> = x.iter().map(|t| (*t, y[0] + t)).collect(); let (a, b) = v.split_at(2); a.iter().map(|(p, q)| p * q).sum::<f64>() * b[1].0 + b.len() as f64 }
        { let mut v = Vec::new(); for t in x.iter() { v.push((t.sin(), t.cos())); } let mut s = 0.0; for w in v.windows(2) { s = 0.5 * s + w[0].0 * w[1].1; } s }
    }
}

#[test]
fn methods_change_one_of_several() {
    bodies! { (x, y, data) -> f64:
        { #[derive(Clone, Copy)] struct Leaf { g: f64, h: f64 } impl Leaf { fn add(&mut self, g: f64, h: f64) { self.g += g; self.h += h; } fn gain(&self) -> f64 { self.g * self.g / self.h } }
          let mut all = [Leaf { g: 0.0, h: 1.0 }; 3]; for (i, t) in x.iter().enumerate() { all[i % 3].add(*t, t * t); } all.iter().map(|l| l.gain()).sum::<f64>() + (0..3).map(|k| all[k].gain() * y[k]).sum::<f64>() }
        { struct Tank { v: f64, held: Option<f64> } impl Tank { fn step(&mut self, t: f64) { if let Some(h) = self.held.take() { self.v += h; } if t > 0.0 { self.held = Some(t * t); } } }
          let mut tank = Tank { v: y[0], held: None }; for t in x.iter() { tank.step(*t); } tank.v + tank.held.unwrap_or(0.5) }
    }
}

#[test]
fn items_are_taken_out_of_lists() {
    bodies! { (x, y, data) -> f64:
        { let mut v: Vec<f64> = x.iter().copied().collect(); let s: f64 = v.drain(..).map(|t| t * t).sum(); s + v.len() as f64 }
        { let mut v: Vec<f64> = x.iter().copied().collect(); let a: Vec<f64> = v.drain(..2).collect(); a[0] * v[0] + a[1] * v[1] }
        { let mut v: Vec<f64> = x.iter().copied().collect(); v.drain(1..=2); v[0] * v[1] + v[2] }
        { let mut v: Vec<f64> = x.iter().copied().collect(); let t: f64 = v.drain(3..).product(); t * v.iter().sum::<f64>() }
        { let mut v = vec![(x[0], 1.0), (x[1], 2.0), (y[0], 3.0)]; let (a, k) = v.drain(..1).next().unwrap(); a * k + v[0].0 * v[1].1 + v.len() as f64 }
        { let mut v: Vec<f64> = x.iter().copied().collect(); v.resize(7, y[0]); v.resize(6, 9.0); v.iter().map(|t| t * t).sum::<f64>() }
        { let mut v: Vec<f64> = x.iter().copied().collect(); v.resize(2, 0.0); v[0] * v[1] + v.len() as f64 }
        { let mut v: Vec<f64> = x.iter().copied().collect(); let r = v.swap_remove(1); r * v[1] + v[0] * v[2] }
        { let mut v = vec![x[0], x[1], y[0]]; let r = v.swap_remove(2); r * v[1] + v[0] }
        { let mut v: Vec<f64> = x.iter().copied().collect(); v.truncate(2); v[1] *= y[0]; v.iter().product::<f64>() + v.len() as f64 }
        { let v: Vec<f64> = x.iter().take(5).map(|t| t.sin()).collect(); v.windows(2).map(|w| w[0] * w[1]).sum::<f64>() + DVector::from_vec(v).norm_squared() }
        { DVector::from_iterator(3, x.iter().take(3).copied()).norm_squared() }
        { let mut s = 1.0; let v: Vec<(f64, f64)> = x.iter().map(|t| (s * t, *t)).collect(); s += 1.0; v.iter().map(|(a, b)| a * b).sum::<f64>() * s }
        { (0..3).map(|i| { let v: Vec<f64> = x.iter().skip(i).take(4).map(|t| t * y[i]).collect(); v.iter().product::<f64>() * v[1] + v.len() as f64 }).sum::<f64>() }
    }
}

#[test]
fn options_are_changed() {
    bodies! { (x, y, data) -> f64:
        { let mut best = Some(x[0]); let t = best.take().unwrap_or(0.0); t * x[1] + if best.is_none() { x[2] } else { 0.0 } }
        { let mut last: Option<f64> = None; let mut s = 0.0; for &t in x.iter() { if let Some(p) = last.replace(t) { s += (t - p).powi(2); } } s }
        { let mut c: Option<f64> = None; let t = *c.insert(x[0] * x[1]); t + c.unwrap() }
        { let mut c: Option<f64> = None; *c.insert(x[0]) += y[0]; c.unwrap() * x[1] }
        { let mut c: Option<f64> = None; let t = *c.get_or_insert(x[0] * x[1]); t * t + c.unwrap() }
        { let mut c = Some(y[0]); *c.get_or_insert(x[0]) *= 2.0; c.unwrap() }
        { let mut c: Option<f64> = None; let mut s = 0.0; for t in x.iter() { let first = *c.get_or_insert_with(|| t.exp()); s += first * t; } s * c.unwrap_or(0.0) }
        { let mut c = Some(x[0]); if let Some(t) = c.as_mut() { *t *= x[1]; } c.unwrap() }
        { let mut c = if x[0] > 0.0 { Some(x[0]) } else { None }; if let Some(t) = &mut c { *t += x[1] * x[1]; } c.unwrap_or_default() }
        { let mut c = if x[0] > 0.0 { Some((x[0], 1.0)) } else { None }; match &mut c { Some((a, b)) => { *a *= x[1]; *b += y[0]; } None => {} } c.map_or(0.0, |(a, b)| a * b) }
        { let mut c = Some((x[0], y[0])); if let Some(p) = &mut c { p.0 += p.1; } c.map(|(a, b)| a * b).unwrap() }
        { let mut c: Option<f64> = None; for t in x.iter() { match &mut c { Some(s) => *s += t * t, None => c = Some(y[0]) } } c.unwrap() }
        { let mut best: Option<f64> = None; for &t in x.iter() { best = Some(match best { Some(b) if b > t => b, _ => t }); } best.unwrap() * y[0] }
        { let mut c = Some(x[0]); let mut s = y[0]; for t in x.iter() { if let Some(u) = c.take() { s += u * t; } else { c = Some(*t); } } s + c.unwrap_or(0.5) }
        { struct Arm { a: f64, held: Option<f64> } let mut p = Arm { a: x[0], held: None }; for t in x.iter() { if let Some(h) = p.held.as_mut() { *h += t * t; } else { p.held = Some(y[0]); } p.a *= 1.5; } p.a * p.held.unwrap() }
        { enum Gear { Low(f64), High { v: f64 } } let mut g = if x[0] > 0.0 { Gear::High { v: x[0] } } else { Gear::Low(x[1]) }; match &mut g { Gear::Low(v) => *v *= 2.0, Gear::High { v } => *v += y[0] } match g { Gear::Low(v) => v, Gear::High { v } => v * v } }
        { let mut p = (x[0], y[0]); let (a, b) = &mut p; *a *= *b; *b = 2.0; p.0 + p.1 * x[1] }
        { let mut v = [x[0], x[1], y[0]]; let [a, .., c] = &mut v; *a *= *c; *c += 1.0; v[0] * v[1] + v[2] }
    }
}
