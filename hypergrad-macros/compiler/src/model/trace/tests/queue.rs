//! Queues, loops that empty a list, and what is declared before it is set.

use nalgebra::{DVector, SVector};

use super::{Data, agrees, bodies};

#[test]
fn queues_are_lists() {
    bodies! { (x, y, data) -> f64:
        { let mut q = std::collections::VecDeque::new(); q.push_back(x[0]); q.push_back(x[1]); let a = q.pop_front().unwrap(); q.push_back(a * x[2]); q.push_front(x[3]); let mut s = 0.0; for (i, t) in q.iter().enumerate() { s += (i + 1) as f64 * t * t; } s }
        { let mut q: std::collections::VecDeque<f64> = x.iter().copied().collect(); let mut s = 0.0; while let Some(t) = q.pop_front() { s = 0.5 * s + t * t; } s + q.len() as f64 }
        { let mut q = std::collections::VecDeque::from(vec![x[0], x[1], x[2]]); q.rotate_left(1); let b = *q.back().unwrap(); let f = *q.front().unwrap(); b * b * f + q[1] }
        { let mut q = std::collections::VecDeque::with_capacity(3); let mut s = 0.0; for k in 0..5 { q.push_back(x[k]); if q.len() > 2 { q.pop_front(); } s += q.iter().sum::<f64>() * y[k % 3]; } s }
        { let mut q = std::collections::VecDeque::from([y[0], y[1], y[2]]); let mut s = 0.0; for i in 0..40 { let t = x[i % 5] * 0.3; let old = q.pop_front().unwrap(); s += old * t; q.push_back(old + t); } s }
        { let mut q = std::collections::VecDeque::from([y[0], y[1], y[2]]); let mut s = 0.0; for i in 0..4 { let old = q.pop_front().unwrap(); s += old * x[i]; q.push_back(old + x[i]); } s + q[0] * q[2] }
        { let mut v = vec![x[0]]; let mut s = 0.0; for i in 0..4 { s += v[0] * v.len() as f64; v.insert(0, x[i] * 2.0); } s }
        { let mut q: std::collections::VecDeque<f64> = std::collections::VecDeque::new(); let a = q.pop_front().unwrap_or(x[0]); q.push_back(a); *q.front_mut().unwrap() += y[0]; *q.back_mut().unwrap() *= 2.0; q.pop_back().unwrap() * x[1] }
    }
}

#[test]
fn lists_are_emptied() {
    bodies! { (x, y, data) -> f64:
        { let mut v: Vec<f64> = x.iter().map(|t| t * t).collect(); let mut s = 0.0; let mut w = 1.0; while let Some(t) = v.pop() { s += w * t; w *= 0.5; } s + v.len() as f64 }
        { let mut v = vec![x[0], x[1], x[2]]; let mut s = 1.0; while let Some(t) = v.pop() { s = 0.5 * s + t * s; } s }
        { let mut v: Vec<(f64, usize)> = vec![(x[0], 1), (x[1], 2)]; let mut s = 0.0; while let Some((t, k)) = v.pop() { s = s * t + y[k]; } s }
        { let mut v: Vec<f64> = Vec::new(); let mut s = x[0]; while let Some(t) = v.pop() { s += t; } v.push(s); v[0] * s }
        { let mut v: Vec<f64> = Vec::new(); v.pop().unwrap_or(x[0]) * x[1] }
    }
}

#[test]
fn equal_neighbours_are_left_out() {
    bodies! { (x, y, data) -> f64:
        { let mut v = vec![1, 1, 2, 3, 3, 3]; v.dedup(); v.iter().map(|&k| k as f64 * x[k]).sum::<f64>() + v.len() as f64 }
        { let mut v: Vec<usize> = (0..5).map(|i| i / 2).collect(); v.dedup(); v.len() as f64 * x[0] + v.iter().map(|&k| x[k]).sum::<f64>() }
        { let mut v: Vec<f64> = data.b.iter().map(|t| t.floor()).collect(); v.dedup(); v.iter().map(|t| t * x[0]).sum::<f64>() + v.len() as f64 * x[1] }
        { let mut v: Vec<f64> = x.iter().copied().collect(); v.dedup_by_key(|t| (*t > 0.0) as usize); v.iter().map(|t| t * t).sum::<f64>() }
    }
}

#[test]
fn iterators_end_by_none() {
    bodies! { (x, y, data) -> f64:
        { x.iter().scan(1.0, |s, t| { *s *= 0.5; if *s < 0.2 { None } else { Some(*s * t) } }).map(|t| t * t).sum::<f64>() }
        { x.iter().scan(0.0, |s, t| { *s += t * t; if *s > 0.6 { None } else { Some(*s) } }).sum::<f64>() }
        { x.iter().scan(0.0, |s, t| { *s += t * t; (*s < 0.6).then_some(*s * t) }).count() as f64 * x[0] }
        { let v: Vec<f64> = x.iter().scan(y[0], |s, t| { if *s > 9.0 { return None; } *s += t; Some(*s) }).collect(); v.iter().map(|t| t * t).sum::<f64>() }
    }
}

#[test]
fn what_closures_count_is_read_behind_a_chain() {
    bodies! { (x, y, data) -> f64:
        { let mut total = 0.0; let v: Vec<f64> = x.iter().map(|t| { total += t; t * total }).collect(); v.iter().sum::<f64>() * total }
        { let mut n = 0.0; let s: f64 = x.iter().map(|t| { n += 1.0; t * t }).sum(); s / n }
        { let mut k = 0; let s: f64 = x.iter().map(|t| { k += 1; t * t }).filter(|t| *t > 0.1).sum(); s / k as f64 }
        { let mut last = 0.0; let p: f64 = x.iter().enumerate().map(|(i, t)| { last = t * i as f64; 1.0 + last * 0.5 }).product(); p * last }
    }
}

#[test]
fn names_are_set_later() {
    bodies! { (x, y, data) -> f64:
        { let (a, b); if x[0] > 0.3 { (a, b) = (x[0], x[1]); } else { (a, b) = (x[1], x[2]); } a * b }
        { let (a, b); a = x[0]; b = x[1] * a; a * b }
        { let (a, (b, k)): (f64, (f64, usize)); k = 2; b = x[k]; a = b * b; a * x[0] + b }
        { let p @ (a, b) = (x[0], x[1]); a * b + p.0 * p.1 * p.1 }
        { let all @ [a, ..] = [x[0], x[1], x[2]]; a * all[2] }
    }
}

#[test]
fn bits_of_integers() {
    bodies! { (x, y, data) -> f64:
        { (0..4_usize).map(|i| x[i ^ 1] * (i as f64 + 1.0) * x[i]).sum::<f64>() }
        { (0..x.len()).map(|i| if (i ^ 2) & 1 == 1 { x[i] } else { -x[i] * x[i] }).sum::<f64>() }
        { (0..2_usize).map(|i| x[i | 2] * x[i]).sum::<f64>() }
        { (0..3_u32).map(|k| (0..4_usize).map(|i| ((i ^ (1 << 1)) & 6) as f64 * x[i] * k as f64).sum::<f64>()).sum::<f64>() }
        { (0..5_usize).map(|i| (5 & i) as f64 * x[i] + (6 | i) as f64 * x[i] * x[i] + (3 ^ i) as f64).sum::<f64>() }
        { (1..5_usize).map(|i| x[i.wrapping_sub(1)] * x[i] * i.wrapping_add(2) as f64).sum::<f64>() }
    }
}

#[test]
fn methods_that_fold_fill_and_flatten() {
    bodies! { (x, y, data) -> f64:
        { x.fold(0.0, |a: f64, t| 0.5 * a + t * t) }
        { let m = nalgebra::DMatrix::from_row_iterator(2, 2, (0..4).map(|k| x[k] * (k + 1) as f64)); m[(0, 1)] * m[(0, 1)] + m[(1, 0)] }
        { let m = nalgebra::Matrix2x3::from_row_iterator((0..6).map(|k| x[k % 5] * (k + 1) as f64)); m[(0, 1)] * m[(1, 1)] + m[(1, 0)] }
        { let v = vec![Some(x[0]), None, Some(x[2])]; v.get(0).copied().flatten().unwrap_or(0.0) * x[1] + v.get(1).copied().flatten().unwrap_or(2.0) * x[1] + v.get(7).copied().flatten().map_or(3.0, |t| t * t) * x[0] }
        { x.as_slice().rchunks(2).enumerate().map(|(k, c)| (k + 1) as f64 * c.iter().product::<f64>() * c[0]).sum::<f64>() }
        { let v: Vec<f64> = x.iter().copied().collect(); v.rchunks(3).map(|c| c.iter().sum::<f64>() * c[0]).product::<f64>() }
    }
}
