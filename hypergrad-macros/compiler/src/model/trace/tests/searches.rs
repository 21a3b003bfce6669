//! Items that values pick: by data, by indices, by x and y.

use nalgebra::{DVector, SVector};

use super::{Data, agrees, bodies, errors};

#[test]
fn the_first_item() {
    bodies! { (x, y, data) -> f64:
        { let p = data.b.iter().position(|&b| b > 0.3).unwrap(); x[p] * x[p] }
        { let p = (0..5).position(|i| i * i >= 4).unwrap(); x[p].exp() }
        { let p = x.iter().position(|&v| v > 2.0).unwrap(); data.b[p] * x[p] * p as f64 }
        { let p = x.iter().rposition(|&v| v > 0.3).unwrap(); x[p].sin() }
        { let p = x.iter().position(|&v| v > 20.0).unwrap_or(1); x[p].sin() }
        { let p = data.b.iter().position(|&v| v > 0.5).unwrap_or(data.n - 1).max(1); x[p] * data.b[p - 1] }
        { if let Some(p) = x.iter().position(|&v| v < -7.0) { x[p] } else { y[0] } }
        { *x.iter().find(|v| **v < 0.0).unwrap() * y[1] }
        { let i = (0..5).find(|&i| data.b[i] > 0.6).unwrap(); x[i] * x[i] }
        { x.iter().zip(data.b.iter()).find(|(_, b)| **b > 0.1).map_or(0.0, |(v, b)| v * v * b) }
        { x.iter().find_map(|&v| (v < -1.0).then(|| v * v)).unwrap_or(0.0) }
        { x.iter().find_map(|&v| if v > 9.0 { Some(v) } else { None }).unwrap_or(y[2]) }
        { x.iter().filter(|v| **v < 0.0).map(|v| v * v).next().unwrap() * y[0] }
        { x.iter().enumerate().filter(|(i, _)| i % 2 == 1).find(|(_, v)| **v > 0.0).map(|(i, v)| v * i as f64).unwrap() }
        { (0..3).map(|j| x.iter().position(|&v| v > y[j]).map_or(0.0, |p| x[p] * y[j])).sum::<f64>() }
        { (0..data.n).map(|i| { let p = data.b.iter().position(|&t| t >= data.b[i]).unwrap(); x[p] * (p + i) as f64 }).sum::<f64>() }
    }
}

#[test]
fn items_before_and_behind() {
    bodies! { (x, y, data) -> f64:
        { (0..5).take_while(|&i| i < 3).map(|i| x[i]).sum::<f64>() }
        { data.b.iter().zip(x.iter()).take_while(|(b, _)| **b < 0.6).map(|(b, v)| b * v * v).sum::<f64>() }
        { x.iter().take_while(|v| **v > -1.0).map(|v| v * v).sum::<f64>() }
        { x.iter().skip_while(|&&v| v > 0.0).map(|v| v.sin()).sum::<f64>() }
        { x.iter().map_while(|&v| if v > -1.0 { Some(v.ln_1p()) } else { None }).sum::<f64>() }
        { x.iter().skip_while(|&&v| v > 90.0).take_while(|v| **v > -90.0).count() as f64 * y[0] }
    }
    agrees! { fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
        let (even, odd): (Vec<usize>, Vec<usize>) = (0..5).partition(|i| i % 2 == 0);
        let (up, down): (Vec<f64>, Vec<f64>) = x.iter().partition(|v| **v > 0.5);
        even.iter().map(|&i| x[i]).sum::<f64>() * odd.into_iter().map(|i| x[i].sin()).product::<f64>()
            + up.iter().sum::<f64>() / up.len() as f64 + down.iter().map(|v| v * v).sum::<f64>()
    } }
}

#[test]
fn what_passes_a_filter_is_reduced() {
    bodies! { (x, y, data) -> f64:
        { x.iter().copied().filter(|t| *t > 0.3).map(|t| t * t).reduce(|a, b| a * b).unwrap_or(7.0) }
        { x.iter().copied().filter(|t| *t > 90.0).reduce(|a, b| a * b + 1.0).unwrap_or(y[0]) }
        { data.b.iter().filter(|t| **t > 0.1).copied().reduce(|a, b| 0.5 * a + b).map_or(0.0, |t| t * x[0]) }
        { x.iter().filter(|t| **t > 0.1).copied().reduce(|a, b| if b > a { b } else { a * 2.0 }).unwrap() }
        { (0..5).filter(|i| i % 2 == 0).map(|i| x[i] + 1.0).reduce(|a, b| a * 0.5 + b).unwrap() }
        { (0..5).filter(|&i| x[i] > 0.0).map(|i| (x[i], data.b[i])).reduce(|a, b| (a.0 + b.0 * b.1, a.1 * b.1)).map_or(0.0, |(s, t)| s * t) }
        { (0..5).filter(|&i| x[i] > 0.0).reduce(|a, b| if data.b[a] < data.b[b] { a } else { b }).map_or(0.0, |k| x[k] * y[0]) }
    }
}

#[test]
fn extreme_items() {
    bodies! { (x, y, data) -> f64:
        { let (i, _) = data.b.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap(); x[i] * x[i] }
        { let (i, v) = x.iter().enumerate().min_by(|(_, a), (_, b)| a.partial_cmp(b).unwrap()).unwrap(); i as f64 * v * y[0] }
        { let i = (0..5).max_by(|&i, &j| data.b[j].partial_cmp(&data.b[i]).unwrap()).unwrap(); x[i] }
        { let i = (0..5usize).max_by_key(|&i| (i * 3) % 5).unwrap(); x[i] }
        { let i = (0..5usize).min_by_key(|&i| i.abs_diff(3)).unwrap(); x[i] }
        { let i = [3usize, 1, 2].iter().max().copied().unwrap(); x[i] * *[3usize, 1, 2].iter().min().unwrap() as f64 }
        { let best = x.iter().zip(data.b.iter()).min_by(|p, q| p.0.abs().total_cmp(&q.0.abs())).unwrap(); best.0 * best.1 }
    }
}

#[test]
fn the_last_of_equal_largest_and_the_first_of_equal_smallest() {
    bodies! { (x, y, data) -> f64:
        { let k = [1.0_f64, 3.0, 3.0, 1.0, 2.0]; let i = (0..5).max_by(|&i, &j| k[i].total_cmp(&k[j])).unwrap(); x[i] }
        { let k = [1.0_f64, 3.0, 3.0, 1.0, 2.0]; let i = (0..5).min_by(|&i, &j| k[i].total_cmp(&k[j])).unwrap(); x[i] }
        { let k = [1.0_f64, 3.0, 3.0, 1.0, 2.0]; let i = (0..5).max_by(|&i, &j| k[j].total_cmp(&k[i])).unwrap(); x[i] }
        { let k = [1.0_f64, 3.0, 3.0, 1.0, 2.0]; let i = (0..5).min_by(|&i, &j| k[i].total_cmp(&k[j]).reverse()).unwrap(); x[i] }
    }
}

#[test]
fn around_and_backwards() {
    bodies! { (x, y, data) -> f64:
        { data.w.iter().cycle().take(5).zip(x.iter()).map(|(k, v)| k * v * v).sum::<f64>() }
        { x.iter().zip([1.0, -1.0].iter().cycle()).map(|(v, s)| v * s).sum::<f64>().powi(2) }
        { x.iter().rfold(0.0, |s, v| s * data.k + v) }
        { if [1, 2].contains(&data.n) { x[0] } else { x[1] } }
        { (0..5).filter(|i| [1, 3].contains(i)).map(|i| x[i]).sum::<f64>() }
    }
}

#[test]
fn kept_items() {
    bodies! { (x, y, data) -> f64:
        { let v: Vec<f64> = (0..5).filter(|&i| data.b[i] > 0.0).map(|i| x[i]).collect(); let m = v.iter().sum::<f64>() / v.len() as f64; v.iter().map(|t| (t - m).powi(2)).sum::<f64>() }
        { let mut k = 0.5; let v: Vec<f64> = x.iter().copied().filter(|t| *t > k).collect(); k = 9.0; v.iter().sum::<f64>() * k }
        { let mut s = 0.0; for t in x.iter().filter(|t| **t > 0.0).collect::<Vec<_>>() { s += t * t; } s }
    }
}

#[test]
fn what_no_order_says() {
    let found = errors(
        "fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 { *x.iter().max_by(|a, b| (*a * 2.0).total_cmp(b)).unwrap() }",
    );
    assert!(found.iter().any(|text| text.contains("the order of this `max_by` is not read")), "{found:#?}");
}

#[test]
fn what_a_filter_reads_is_as_it_was() {
    bodies! { (x, y, data) -> f64:
        { let mut k = 0.5; let above = |t: f64| t > k; let v: Vec<f64> = x.iter().copied().filter(|t| above(*t)).collect(); k = 9.0; v.iter().sum::<f64>() * k }
        { let mut level = y[0]; for i in 0..20 { let v: Vec<f64> = x.iter().copied().filter(|t| *t > level).collect(); level = 0.5 * level + 0.01 * v.iter().sum::<f64>() + 0.013 * i as f64; } level }
    }
}
