//! Iterators that are read on: `peekable`, `by_ref`.

use nalgebra::{DVector, SVector};

use super::{Data, agrees, bodies};

#[test]
fn iterators_are_read_on() {
    bodies! { (x, y, data) -> f64:
        { let mut it = x.iter().peekable(); let mut s = 0.0; while let Some(t) = it.next() { if let Some(&&n) = it.peek() { s += t * n; } } s }
        { let mut it = x.iter().peekable(); let mut s = 0.0; while let Some(t) = it.next() { s += if it.peek().is_some() { *t } else { t * t }; } s }
        { let mut it = x.iter().copied().skip(1).peekable(); let first = *it.peek().unwrap(); let mut s = 0.0; while let Some(t) = it.next() { s = 0.5 * s + t * it.peek().map_or(first, |n| n.sin()); } s }
        { let mut it = x.iter(); let a: f64 = it.by_ref().take(2).sum(); let b: f64 = it.map(|t| t * t).sum(); a * b }
        { let mut it = x.iter(); let head: Vec<f64> = it.by_ref().take(2).copied().collect(); let n = *it.next().unwrap(); let b: f64 = it.product(); head[0] * head[1] * n + b }
        { let mut it = x.iter(); let mut s = 0.0; for t in it.by_ref().take(3) { s += t * t; } for t in it { s -= t; } s }
        { let mut it = x.iter(); let all: f64 = it.by_ref().map(|t| t.exp()).sum(); all + it.count() as f64 }
    }
}
