//! Lists of structs, tuples and vectors whose items are changed.

use nalgebra::{DVector, SVector, Vector2};

use super::{Data, agrees, bodies};

#[test]
fn items_of_lists_are_changed() {
    bodies! { (x, y, data) -> f64:
        { struct P { a: f64, b: f64 } let mut v: Vec<P> = x.iter().zip(data.b.iter()).map(|(&a, &b)| P { a, b }).collect(); for p in v.iter_mut() { p.a += p.b; p.b *= 0.5; } v.iter().map(|p| p.a * p.b).sum::<f64>() }
        { struct P { a: f64, b: f64 } let mut v: Vec<P> = x.iter().zip(data.b.iter()).map(|(&a, &b)| P { a, b }).collect(); for p in &mut v { p.a += p.b; } for i in 0..v.len() { v[i].a *= 2.0; } v[1].b = x[0]; v.iter().map(|p| p.a * p.b).sum::<f64>() }
        { struct P { a: f64, b: f64 } let mut v: Vec<P> = x.iter().zip(data.b.iter()).map(|(&a, &b)| P { a, b }).collect(); for _ in 0..3 { for p in v.iter_mut() { p.a += 0.1 * p.b; p.b -= 0.1 * p.a; } } v.iter().map(|p| p.a * p.b).sum::<f64>() }
        { struct P { a: f64, b: f64 } let mut v: Vec<P> = x.iter().zip(data.b.iter()).map(|(&a, &b)| P { a, b }).collect(); for _ in 0..30 { let mean = v.iter().map(|p| p.a).sum::<f64>() / v.len() as f64; for p in v.iter_mut() { p.b -= 0.1 * (p.a - mean); p.a += 0.1 * p.b; } } v.iter().map(|p| p.a * p.b).sum::<f64>() }
        { struct P { x: Vector2<f64>, v: Vector2<f64>, m: f64 } let mut all: Vec<P> = x.iter().zip(data.b.iter()).map(|(&a, &b)| P { x: Vector2::new(a, b), v: Vector2::new(b, -a), m: 1.0 + a * a }).collect();
          for _ in 0..20 { for p in all.iter_mut() { let force = -p.x * p.m; p.v += force * 0.05; p.x += p.v * 0.05; } } all.iter().map(|p| p.x.norm_squared() * p.m + p.v.x).sum::<f64>() }
        { struct P { x: f64, v: f64 } impl P { fn kick(&mut self, f: f64) { self.v += f; self.x += 0.1 * self.v; } fn energy(&self) -> f64 { self.x * self.x + self.v * self.v } }
          let mut all: Vec<P> = x.iter().map(|&a| P { x: a, v: 0.0 }).collect(); for p in all.iter_mut() { p.kick(y[0]); } all[2].kick(1.0); all.iter().map(P::energy).sum::<f64>() + all[0].energy() }
        { struct P { x: f64, v: f64 } let mut all: Vec<P> = x.iter().map(|&a| P { x: a, v: 0.0 }).collect(); for i in 0..5 { for j in 0..5 { if i != j { let d = all[i].x - all[j].x; all[i].v += 0.1 * d; } } } all.iter().map(|p| p.x * p.v + p.v).sum::<f64>() }
        { struct P { x: f64, v: f64 } let mut all: Vec<P> = x.iter().map(|&a| P { x: a, v: 0.0 }).collect(); for _ in 0..20 { for i in 0..5 { for j in 0..5 { if i != j { let d = all[j].x - all[i].x; all[i].v += 0.01 * d; } } } for p in &mut all { p.x += 0.1 * p.v; } } all.iter().map(|p| p.x * p.v + p.v).sum::<f64>() }
        { struct P { a: f64, b: f64 } let mut v: Vec<P> = x.iter().map(|&a| P { a, b: 1.0 }).collect(); fn scale(v: &mut [P], t: f64) { for p in v.iter_mut() { p.a *= t; } } scale(&mut v, y[0]); if let Some(p) = v.last_mut() { p.a = 3.0 * x[0]; } v.iter().map(|p| p.a * p.b).sum::<f64>() }
        { let mut v: Vec<(f64, f64)> = x.iter().zip(data.b.iter()).map(|(&a, &b)| (a, b)).collect(); for (a, b) in v.iter_mut() { *a += *b; *b = 2.0; } v.iter().map(|(a, b)| a * b).sum::<f64>() }
        { let mut v: Vec<(f64, f64)> = x.iter().map(|&a| (a, 0.0)).collect(); for (i, p) in v.iter_mut().enumerate() { p.1 = p.0 * i as f64; } v[1].0 += v[2].1; v.swap(0, 4); v.iter().enumerate().map(|(i, (a, b))| a * b * i as f64 + b).sum::<f64>() }
    }
}

#[test]
fn vectors_of_lists_are_changed() {
    bodies! { (x, y, data) -> f64:
        { let mut v: Vec<DVector<f64>> = (0..3).map(|k| x * (k + 1) as f64).collect(); for w in v.iter_mut() { *w += &data.b; w[0] = 1.0; } v.iter().map(|w| w.norm_squared()).sum::<f64>() }
        { let mut v: Vec<DVector<f64>> = (0..data.n).map(|k| x * (k + 1) as f64).collect(); for i in 0..data.n { v[i] *= y[0]; v[i][1] += x[i]; } v.iter().map(|w| w.norm_squared()).sum::<f64>() }
        { let mut v: Vec<Vector2<f64>> = x.iter().map(|&t| Vector2::new(t, t * t)).collect(); for _ in 0..25 { let mean = v.iter().sum::<Vector2<f64>>() / v.len() as f64; for p in v.iter_mut() { *p += (mean - *p) * 0.1; p.y *= 0.99; } } v.iter().map(|p| p.x * p.y).sum::<f64>() }
        { let mut v: Vec<Vector2<f64>> = x.iter().map(|&t| Vector2::new(t, t * t)).collect(); for i in 1..5 { let before = v[i - 1]; v[i] += before * 0.5; } v.iter().map(|p| p.x * p.y).sum::<f64>() }
        { let mut v: Vec<Vector2<f64>> = x.iter().map(|&t| Vector2::new(t, t * t)).collect(); v[0] = v[1] + v[2]; v[3].x = y[1]; let w: Vec<Vector2<f64>> = v.iter().map(|p| p * 2.0).collect(); v = w; v[1] *= y[0]; v.iter().map(|p| p.x * p.y).sum::<f64>() }
    }
}
