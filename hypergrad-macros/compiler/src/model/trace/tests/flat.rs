//! Iterators inside of iterators with places, what a filter keeps beside others, lists of integers, infinite entries.

use nalgebra::{DMatrix, DVector, SVector};

use super::{Data, agrees, bodies};

#[test]
fn nested_iterators_have_places() {
    bodies! { (x, y, data) -> f64:
        { (0..2).flat_map(|i| (0..2).map(move |j| (i, j))).enumerate().map(|(k, (i, j))| x[k] * (i + 2 * j) as f64).sum::<f64>() }
        { (0..5).flat_map(|i| (0..3).map(move |j| (i, j))).zip(data.a.transpose().iter()).map(|((i, j), a)| x[i] * y[j] * a).sum::<f64>() }
        { let rows = vec![vec![x[0], x[1]], vec![x[2]], vec![x[3], x[4]]]; rows.iter().flatten().zip(data.b.iter()).map(|(a, b)| a * b).sum::<f64>() }
        { data.a.row_iter().flat_map(|r| r.iter().copied().collect::<Vec<_>>()).skip(2).step_by(3).map(|t| t * x[0]).sum::<f64>() }
        { let v: Vec<f64> = (0..data.n).flat_map(|i| (0..3).map(move |j| x[i] * y[j])).collect(); v[4] * v[7] + v.len() as f64 }
        { let v: Vec<f64> = (0..5).flat_map(|i| (0..3).map(move |j| x[i] * y[j])).collect(); v.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum::<f64>() }
        { let v = DVector::from_iterator(15, (0..5).flat_map(|i| (0..3).map(move |j| x[i] * y[j]))); v[4] * v[7] + v.norm_squared() }
        { let mut s = 0.0; for (i, j) in (0..data.n).flat_map(|i| (0..3).map(move |j| (i, j))) { s = 0.9 * s + x[i] * y[j]; } s }
        { let t = (0..3).flat_map(|i| [x[i], y[i]]).nth(3).unwrap(); t * t }
        { let p = (0..5).flat_map(|i| [x[i], data.b[i]]).position(|t| t > 1.0).unwrap(); p as f64 * y[0] }
    }
}

#[test]
fn kept_items_beside_others() {
    bodies! { (x, y, data) -> f64:
        { x.iter().filter(|v| **v > 0.0).zip(data.b.iter()).map(|(a, b)| a * b).sum::<f64>() }
        { data.b.iter().zip(x.iter().filter(|v| **v > 0.0)).map(|(b, a)| a * b).sum::<f64>() }
        { x.iter().filter(|v| **v > 0.0).zip(y.iter().take(2)).map(|(a, b)| a * b).sum::<f64>() }
        { x.iter().filter(|v| **v > 0.0).step_by(2).map(|v| v * v).sum::<f64>() }
        { let p: Vec<f64> = x.iter().copied().filter(|v| *v > 0.0).collect(); p.windows(2).map(|w| (w[1] - w[0]).powi(2) * w[0]).sum::<f64>() }
        { let p: Vec<f64> = x.iter().copied().filter(|v| *v > 0.0).collect(); p[p.len() - 1] * p[0] + p[1] }
        { let p: Vec<usize> = (0..5).filter(|&i| data.b[i] > 0.0).collect(); p.windows(2).map(|w| x[w[1]] * x[w[0]]).sum::<f64>() }
    }
}

#[test]
fn lists_of_integers_change() {
    bodies! { (x, y, data) -> f64:
        { let mut rank = vec![0usize; data.n]; for (k, i) in (0..data.n).rev().enumerate() { rank[i] = k; } rank.iter().zip(x.iter()).map(|(r, v)| *r as f64 * v).sum::<f64>() }
        { let mut count = vec![0usize; data.n]; for v in x.iter() { let k = (v.abs() * 2.0) as usize; count[k] += 1; } count.iter().zip(x.iter()).map(|(c, v)| *c as f64 * v).sum::<f64>() + (count[1] / 2) as f64 }
        { let mut count = vec![0u32; data.n]; for i in 0..data.n { if x[i] > 0.0 { count[i] += 2; } else { count[i] = 1; } } let most = count.iter().max().unwrap(); *most as f64 * x[count[0] as usize] }
        { let n = data.n; let mut next = vec![1usize; n]; for i in 0..n { next[i] = (i + 2) % n; } let mut k = 0; let mut s = 0.0; for _ in 0..n { s += x[k] * (k + 1) as f64; k = next[k]; } s }
        { let mut order: Vec<usize> = (0..data.n).collect(); order.sort_by(|&i, &j| data.b[j].total_cmp(&data.b[i]).then_with(|| i.cmp(&j)));
          let mut rank = vec![0usize; data.n]; for (r, &i) in order.iter().enumerate() { rank[i] = r; } (0..data.n).map(|i| rank[i] as f64 * x[i]).sum::<f64>() }
        { let mut v: Vec<usize> = (0..5).collect(); v.sort_by_key(|&i| std::cmp::Reverse(i)); v.iter().enumerate().map(|(k, &i)| x[i] * (k + 1) as f64).sum::<f64>() }
        { let mut v: Vec<usize> = (0..5).collect(); v.sort_by(|&i, &j| (i % 2).cmp(&(j % 2)).then(data.b[j].total_cmp(&data.b[i]))); v.iter().enumerate().map(|(k, &i)| x[i] * (k + 1) as f64).sum::<f64>() }
    }
}

#[test]
fn infinite_entries() {
    bodies! { (x, y, data) -> f64:
        { let n = data.n; let mut v = DVector::zeros(3); for t in 0..n { let mut w = DVector::from_element(3, f64::NEG_INFINITY);
          for j in 0..3 { for i in 0..3 { let s = v[i] + data.s[(i, j)] * x[t]; if s > w[j] { w[j] = s; } } } v = w; } v.max() }
        { let (n, m) = (data.n, 3); let mut c = DMatrix::from_element(n + 1, m + 1, 1e30_f64); c[(0, 0)] = 0.0;
          for i in 1..=n { for j in 1..=m { let cost = (x[i - 1] - y[j - 1]).powi(2); c[(i, j)] = cost + c[(i - 1, j)].min(c[(i, j - 1)]).min(c[(i - 1, j - 1)]); } } c[(n, m)] }
        { x[0].clamp(0.0, f64::INFINITY) + x[1].max(f64::NEG_INFINITY) }
    }
}

#[test]
fn places_in_order() {
    bodies! { (x, y, data) -> f64:
        { let g = [0.0, 0.5, 1.0, 2.0]; let k = g.partition_point(|t| *t <= x[0]); x[k] * x[k - 1] * k as f64 }
        { let g = [0.0, 0.5, 1.0, 2.0]; let k = match g.binary_search_by(|t| t.partial_cmp(&x[0]).unwrap()) { Ok(k) => k, Err(k) => k - 1 }; x[k] * x[k + 1] }
        { let g = [1usize, 3, 4]; match g.binary_search(&data.n) { Ok(k) => x[k], Err(k) => x[k] * k as f64 } }
        { let g = [0.0, 0.5, 1.0, 2.0]; let k = g.iter().position(|t| *t > x[0]).unwrap() - 1; let w = (x[0] - g[k]) / (g[k + 1] - g[k]); (1.0 - w) * x[k] + w * x[k + 1] }
        { let k = data.b.iter().position(|t| *t > 0.5).unwrap(); (data.b[k] - data.b[k - 1]) * x[k] }
        { let a: [f64; 5] = x.as_slice().try_into().unwrap(); a[0] * a[3] }
        { let k: usize = (data.n - 2).try_into().unwrap(); x[k] }
        { let v: Vec<usize> = (0..3).collect(); if v == [0, 1, 2] && v != vec![0, 1] { x[1] } else { x[0] } }
        { (0..4_i32).map(|i| (-1_i32).pow(i as u32) as f64 * x[i as usize] / 2_usize.pow(i as u32) as f64).sum::<f64>() }
        { let rows = vec![vec![1.0, 2.0], vec![3.0]]; rows.iter().map(Vec::len).sum::<usize>() as f64 * x[0] }
        { [Some(x[0]), None, Some(x[1])].into_iter().filter(Option::is_some).map(Option::unwrap).sum::<f64>() }
        { let v = Vec::from([x[0], x[1]]); v[0] * v[1] }
    }
}
