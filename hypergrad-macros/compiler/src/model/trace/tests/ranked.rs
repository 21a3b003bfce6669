//! Items by their place among those that pass a filter, and searches over ranges of several lengths.

use nalgebra::{DVector, SVector};

use super::{Data, agrees, bodies};

#[test]
fn places_among_what_is_kept() {
    bodies! { (x, y, data) -> f64:
        { x.iter().filter(|t| **t > 0.0).enumerate().map(|(k, t)| t * t / (k + 1) as f64).sum::<f64>() }
        { x.iter().filter(|t| **t > 0.0).skip(1).map(|a| a * a).sum::<f64>() }
        { x.iter().filter(|t| **t > 0.0).take(2).map(|a| a * a.sin()).sum::<f64>() }
        { x.iter().copied().map(|t| t * y[0]).filter(|t| *t > 0.0).map(|t| t.exp()).filter(|t| *t < 2.5).take(1).sum::<f64>() }
        { x.iter().filter(|t| **t > 0.0).nth(1).copied().unwrap_or(7.0) + x.iter().filter(|t| **t > 0.0).nth(4).copied().unwrap_or(y[1]) }
        { let kept: Vec<f64> = x.iter().copied().filter(|t| *t > 0.0).collect(); kept[0] * kept[2] - kept[1] }
        { let kept: Vec<(usize, f64)> = x.iter().copied().enumerate().filter(|(_, t)| *t < 1.0).collect(); kept.iter().enumerate().map(|(r, (i, t))| (r * 2 + i) as f64 * t).sum::<f64>() }
        { x.iter().enumerate().filter(|(_, t)| **t > 0.0).take(2).map(|(i, t)| i as f64 * t * y[i.min(2)]).sum::<f64>() }
        { x.iter().filter_map(|t| if *t > 0.0 { Some(t.ln()) } else { None }).enumerate().fold(0.0, |s, (k, t)| 0.5 * s + t * k as f64) }
        { let mut s = 0.0; for (k, t) in x.iter().filter(|t| **t < 1.0).enumerate() { if k > 0 { s += t * t * k as f64; } } s }
        { (0..3).map(|j| x.iter().filter(|t| **t > y[j]).take(2).map(|t| t * y[j]).sum::<f64>()).sum::<f64>() }
        { x.iter().filter(|t| **t > 0.0).skip(1).take(1).sum::<f64>() * x.iter().filter(|t| **t > 9.0).take(1).sum::<f64>().exp() }
        { x.iter().filter_map(|t| if y.len() > 7 { Some(t * t) } else { None }).sum::<f64>() + x[0] }
        { let mut s = 0.0; for (k, t) in x.iter().filter(|t| **t < 1.0).enumerate() { if k % 2 == 0 { s += t * t; } else { s += t * (k / 2) as f64; } } s }
        { let mut s = x[0]; for t in (0..5).filter_map(|i| if i > 7 { Some(x[i]) } else { None }) { s *= t; } s }
    }
}

#[test]
fn constants_decide_what_is_kept() {
    bodies! { (x, y, data) -> f64:
        { let odd: Vec<usize> = (0..5).filter(|i| i % 2 == 1).collect(); odd.iter().map(|&i| x[i] * x[i]).sum::<f64>() * x[odd[1]] }
        { let k: Vec<usize> = (0..4).filter(|&i| i != 2).collect(); k.iter().enumerate().map(|(r, &i)| y[r] * x[i]).sum::<f64>() }
        { (0..5).filter(|i| i % 2 == 0).zip(y.iter()).map(|(i, t)| x[i] * t).sum::<f64>() }
        { let v: Vec<f64> = (0..5).filter(|i| i % 3 != 0).map(|i| x[i]).collect(); v.windows(2).map(|w| w[0] * w[1]).sum::<f64>() + v.len() as f64 }
        { (0..5).filter(|&i| i != 2).skip(1).step_by(2).map(|i| x[i]).product::<f64>() }
    }
}

#[test]
fn searches_over_some_of_several_lengths() {
    bodies! { (x, y, data) -> f64:
        { (0..4usize).map(|i| { let lo = if i > 1 { i - 1 } else { 0 }; (lo..4).find(|&j| x[j] > 0.6).map_or(0.0, |j| x[i] * x[j]) }).sum::<f64>() }
        { (0..5usize).map(|i| (i + 1..5).find(|&j| x[j] > 0.5).map_or(x[i], |j| x[i] * x[j])).sum::<f64>() }
        { (0..5usize).map(|i| (0..i).rev().find(|&j| x[j] > 0.5).map_or(x[i], |j| x[i] * x[j])).sum::<f64>() }
        { (0..5usize).map(|i| (0..i).position(|j| x[j] < 0.0).map_or(1.0, |p| p as f64 * x[i])).sum::<f64>() }
        { (0..5usize).map(|i| (i..5).map(|j| x[j]).take_while(|t| *t < 1.0).map(|t| t * x[i]).sum::<f64>()).sum::<f64>() }
        { (0..5usize).map(|i| (0..i).rposition(|j| x[j] < 0.5).map_or(x[i], |p| p as f64 * x[i])).sum::<f64>() }
        { (0..5usize).map(|i| (0..=i).max_by(|&a, &b| x[a].total_cmp(&x[b])).map_or(0.0, |j| x[i] * x[j])).sum::<f64>() }
        { (0..5usize).map(|i| (i + 1..5).min_by(|&a, &b| x[a].total_cmp(&x[b])).map_or(y[0], |j| x[i] * x[j])).sum::<f64>() }
        { (0..5usize).map(|i| (0..i).filter(|&j| x[j] > 0.0).take(1).map(|j| x[i] * x[j]).sum::<f64>()).sum::<f64>() }
        { (0..5usize).map(|i| (0..i).any(|j| x[j] > x[i]) as u8 as f64 * x[i]).sum::<f64>() }
    }
}
