//! Lists in order, and the places of largest and smallest entries.

use nalgebra::{DVector, SVector};

use super::{Data, agrees, bodies};

#[test]
fn lists_are_sorted() {
    bodies! { (x, y, data) -> f64:
        { let mut v: Vec<f64> = data.b.iter().copied().collect(); v.sort_by(|a, b| a.partial_cmp(b).unwrap()); v[0] * x[0] + v[2] * v[4] }
        { let mut v = data.w; v.sort_by(f64::total_cmp); v[0] * x[0] + v[2] }
        { let mut v = data.w.to_vec(); v.sort_unstable_by(|a, b| b.total_cmp(a)); v[0] * x[0] + v[2] }
        { let mut v = data.b.as_slice().to_vec(); v.sort_by(|a, b| a.partial_cmp(b).unwrap()); let m = v.len() / 2;
          x[0] * if v.len() % 2 == 0 { 0.5 * (v[m - 1] + v[m]) } else { v[m] } }
        { let mut v = x.as_slice().to_vec(); v.sort_by(|a, b| a.total_cmp(b)); v.iter().zip(data.b.iter()).map(|(a, b)| a * a * b).sum::<f64>() }
        { let mut v: Vec<f64> = x.iter().map(|t| t.abs()).collect(); v.sort_by(|a, b| b.total_cmp(a)); v.iter().take(2).sum::<f64>() }
        { let mut v = x.clone(); v.as_mut_slice().sort_by(|a, b| a.total_cmp(b)); v[1] * v[3] }
        { let mut v = vec![x[0], y[1], 0.3]; v.sort_by(|a, b| a.total_cmp(b)); v[0] * v[1] - v[2].sin() }
        { let mut v = [3usize, 1, 2]; v.sort(); v.iter().enumerate().map(|(i, k)| x[*k] * i as f64).sum::<f64>() }
    }
}

/// Equal items stay in order.
#[test]
fn orders_are_lists_of_indices() {
    bodies! { (x, y, data) -> f64:
        { let mut o: Vec<usize> = (0..5).collect(); o.sort_by(|&i, &j| data.b[j].partial_cmp(&data.b[i]).unwrap()); x[o[0]] * x[o[3]] + o[1] as f64 }
        { let mut o: Vec<usize> = (0..data.b.len()).collect(); o.sort_by(|i, j| data.b[*i].total_cmp(&data.b[*j]).reverse());
          o.iter().enumerate().map(|(k, &i)| x[i] * x[i] * (k + 1) as f64).sum::<f64>() }
        { let mut o: Vec<usize> = (0..5).collect(); o.sort_by_key(|&i| (i * 3) % 4); o.iter().enumerate().map(|(k, &i)| x[i] * (k + 1) as f64).sum::<f64>() }
        { let mut o: Vec<usize> = (0..5).collect(); o.sort_by(|&i, &j| x[i].total_cmp(&x[j]));
          let (mut s, mut t) = (0.0_f64, 0.0); for &i in &o { s += x[i].exp(); t += data.b[i] * s.ln(); } t }
        { let mut p: Vec<(f64, f64)> = x.iter().copied().zip(data.b.iter().copied()).collect(); p.sort_by(|a, b| a.0.total_cmp(&b.0));
          p.windows(2).map(|w| 0.5 * (w[1].0 - w[0].0) * (w[0].1 + w[1].1)).sum::<f64>() }
        { let mut o: Vec<usize> = (0..5).collect(); o.sort_by(|_, _| std::cmp::Ordering::Equal); o.iter().enumerate().map(|(k, &i)| x[i] * k as f64).sum::<f64>() }
    }
}

#[test]
fn places_of_extreme_entries() {
    bodies! { (x, y, data) -> f64:
        { x[x.imax()] * data.b[x.imin()] }
        { x[data.b.imax()] * x[data.b.iamin()] + x.iamax() as f64 }
        { let (i, v) = x.argmax(); i as f64 * v + x.argmin().1 * y[0] }
        { data.a.row(1).transpose().imax() as f64 * x[0] }
        { (0..3).map(|j| x[data.a.column(j).imax()] * y[j]).sum::<f64>() }
    }
}
