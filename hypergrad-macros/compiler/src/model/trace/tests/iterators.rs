//! Sums and products over ranges and tensors.

use nalgebra::{DMatrix, DVector, SVector};

use super::{Data, agrees, bodies};

/// A slice of a matrix has its entries column by column.
#[test]
fn slices_of_matrices() {
    bodies! { (x, y, data) -> f64:
        { data.a.as_slice().chunks_exact(data.n).zip(y.iter()).map(|(c, v)| c.iter().sum::<f64>() * v * v).sum::<f64>() }
        { data.t.as_slice().windows(2).map(|w| w[0] * w[1]).sum::<f64>() * x[0] }
        { data.s.as_slice().chunks(4).map(|c| c.iter().product::<f64>()).sum::<f64>() * x[0] }
        { data.r.as_slice().windows(2).map(|w| w[0] * w[1]).sum::<f64>() * x[0] }
        { data.r.as_slice().chunks_exact(2).map(|w| w[0] - w[1]).sum::<f64>() * x[0] }
        { let (a, b) = data.s.as_slice().split_at(4); a.iter().sum::<f64>() * x[0] + b.iter().product::<f64>() * x[1] }
        { (x * y.transpose()).as_slice().windows(6).map(|w| w[0] * w[5]).sum::<f64>() }
        { DVector::from_column_slice(data.a.as_slice()).iter().enumerate().map(|(k, t)| k as f64 * t).sum::<f64>() * x[0] }
        { DVector::from_vec(data.a.as_slice().to_vec()).iter().enumerate().map(|(k, t)| k as f64 * t).sum::<f64>() * x[0] }
        { DMatrix::from_row_slice(3, 5, data.a.as_slice())[(1, 2)] * x[0] }
        { SVector::<f64, 9>::from_iterator(data.s.iter().copied())[5] * x[0] }
        { data.a.as_slice()[7] * data.a.as_slice().first().unwrap() * data.a.as_slice().last().unwrap() * x[0] }
        { data.a.as_slice().get(7).unwrap() * data.r.as_slice().get(3).unwrap() * x[0] }
        { [data.a.as_slice(), x.as_slice()].concat().iter().enumerate().map(|(k, t)| k as f64 * t).sum::<f64>() }
        { let mut v = data.s.as_slice().to_vec(); v.push(x[0]); v[5] * v[9] }
        { let v: Vec<f64> = data.s.iter().map(|t| t * x[0]).collect(); v[5] + v.iter().skip(2).sum::<f64>() }
    }
}

#[test]
fn sums_over_ranges() {
    bodies! { (x, y, data) -> f64:
        { (x.len()..1).filter(|i| x[*i] > 0.0).map(|_| 0.5).product::<f64>() }
        { (0..1).zip(x.len()..1).filter(|(_, i)| x[*i] > 0.0).map(|(_, i)| x[i]).product::<f64>() * y[0] }
        { (0..x.len()).map(|i| x[i] * x[i]).sum::<f64>() }
        { (1..=4).map(|i| x[i] * i as f64).sum::<f64>() }
        { let total: f64 = (0..3).map(|i| y[i]).sum(); total }
        { (0..3).map(|_| x[0]).sum::<f64>() }
        { (0..4).flat_map(|i| (0..4).map(move |j| (i, j))).map(|(i, j)| (x[i] * x[j]).sin()).sum::<f64>() }
        { (0..data.n).flat_map(|i| (i + 1..data.n).map(move |j| (i, j))).filter(|(i, j)| (i + j) % 2 == 0).map(|(i, j)| x[i] * x[j]).sum::<f64>() }
        { (0..3).filter(|i| i % 2 == 0).flat_map(|i| x.iter().take(i + 1)).map(|t| t * t).sum::<f64>() + (0..3).flat_map(|i| 0..i).count() as f64 * x[1] }
        { (0..3).flat_map(|i| [y[i], x[i]]).map(f64::exp).product::<f64>() }
        { (0..data.n).map(|i| (i as f64 + 1.0).recip() * x[i]).sum::<f64>() }
        { (0..5).rev().map(|i| x[i] * i as f64).sum::<f64>() }
        { (0..5).rev().enumerate().map(|(k, i)| x[i] * k as f64).sum::<f64>() }
        { (0..5).skip(2).map(|i| x[i]).sum::<f64>() + (0..5).take(2).map(|i| x[i]).sum::<f64>() }
        { (0..5).step_by(2).map(|i| x[i]).sum::<f64>() + (0..x.len()).step_by(3).map(|i| x[i]).sum::<f64>() }
        { (0..2).chain(3..5).map(|i| x[i]).sum::<f64>() }
        { (0..5).map(|i| (0..i).map(|j| x[i] * x[j] * j as f64).sum::<f64>()).sum::<f64>() }
        { (0..5).map(|i| (i + 1..5).map(|j| (x[i] - x[j]).abs().ln()).sum::<f64>()).sum::<f64>() }
        { let n = x.len(); (0..n).map(|i| (i + 1..n).map(|j| (x[i] - x[j]).powi(-2)).sum::<f64>()).sum::<f64>() }
        { (0..5).map(|i| (i..5).enumerate().map(|(k, j)| x[j] * k as f64).sum::<f64>()).sum::<f64>() }
        { (0..5).map(|i| (i..5).zip(0..5).map(|(j, k)| x[j] * x[k]).sum::<f64>()).sum::<f64>() }
        { (0..4).map(|i| (0..=i).map(|j| x[j] * y[0]).product::<f64>()).sum::<f64>() }
        { (0..5).filter(|i| *i != 2).map(|i| x[i]).sum::<f64>() }
        { (0..5).map(|i| (0..5).filter(|&j| j != i).map(|j| x[i] / (x[i] - x[j])).sum::<f64>()).sum::<f64>() }
        { (0..5).filter(|&i| x[i] > 0.0).map(|i| x[i].ln()).sum::<f64>() }
        { (0..0).map(|i| x[i]).sum::<f64>() + (3..3).map(|i| x[i]).product::<f64>() }
        { [0usize, 2, 3].iter().map(|&i| x[i] * y[0]).sum::<f64>() }
        { (0..5).count() as f64 + x.iter().len() as f64 + (1..data.n).len() as f64 }
    }
    bodies! { (x, y, data) -> DVector<f64>:
        { (0..3).map(|j| data.a.column(j) * y[j]).sum::<DVector<f64>>() }
        { (0..5).map(|j| data.q.column(j) * x[j]).sum() }
    }
}

#[test]
fn sums_over_tensors() {
    bodies! { (x, y, data) -> f64:
        { x.iter().map(|t| t * t).sum::<f64>() }
        { x.iter().sum::<f64>() + data.a.iter().copied().sum::<f64>() }
        { x.iter().zip(data.b.iter()).map(|(a, b)| a * b).sum::<f64>() }
        { x.iter().zip(&data.b).map(|(&a, b)| a - b).sum::<f64>() }
        { x.iter().zip(x.iter().skip(1)).map(|(a, b)| (b - a).powi(2)).sum::<f64>() }
        { x.iter().enumerate().map(|(i, t)| t * i as f64).sum::<f64>() }
        { x.iter().rev().zip(x.iter()).map(|(a, b)| a * b).sum::<f64>() }
        { x.iter().zip(0..).map(|(t, i)| t * i as f64).sum::<f64>() }
        { (0..).zip(y.iter()).map(|(i, t)| t * i as f64).sum::<f64>() }
        { data.a.iter().enumerate().map(|(i, t)| t * i as f64).sum::<f64>() }
        { data.a.iter().zip(data.a.iter()).map(|(a, b)| a * b).sum::<f64>() }
        { data.t.iter().zip(x.iter().chain(x.iter())).map(|(a, b)| a * b).sum::<f64>() * 0.0 + 1.0 }
        { data.s.iter().zip(0..9).map(|(a, i)| a * i as f64).sum::<f64>() }
        { data.a.row_iter().map(|r| r.norm()).sum::<f64>() + data.a.column_iter().map(|c| c.sum() * c[1]).sum::<f64>() }
        { data.q.row_iter().zip(x.iter()).map(|(r, t)| (r * x)[0] * t).sum::<f64>() }
        { data.a.row_iter().enumerate().map(|(i, r)| r.transpose().dot(y) * x[i]).sum::<f64>() }
        { x.iter().skip(1).step_by(2).sum::<f64>() }
        { x.as_slice().windows(2).map(|w| (w[1] - w[0]).abs()).sum::<f64>() }
        { x.as_slice().chunks_exact(2).map(|c| c[0] * c[1]).sum::<f64>() }
        { x.as_slice().chunks_exact(3).enumerate().map(|(k, c)| c[2] * (k + 1) as f64 + c.iter().product::<f64>()).sum::<f64>() }
        { y.as_slice().chunks(2).map(|c| c.iter().map(|t| t.sin()).sum::<f64>().exp()).sum::<f64>() }
        { [x[0], x[1], y[0]].windows(2).map(|w| w[0] * w[1]).sum::<f64>() + [x[0], x[1], y[0]].chunks_exact(2).map(|c| c[0] - c[1]).sum::<f64>() }
        { let (a, b) = x.as_slice().split_at(2); a[1] * b[0] + b.iter().sum::<f64>() * a.len() as f64 }
        { let v = [x[0], x[1], y[0]]; let (a, b) = v.split_at(1); a[0] * b[1] }
        { [x.as_slice(), y.as_slice()].concat().iter().enumerate().map(|(i, t)| i as f64 * t).sum::<f64>() }
        { x.iter().next().unwrap() * x.iter().nth(2).unwrap() - x.iter().rev().next().unwrap() * x.iter().last().unwrap() }
        { x.iter().skip(1).zip(y.iter()).last().map_or(0.0, |(a, b)| a * b) }
        { x.iter().nth(7).copied().unwrap_or(2.5) * x[0] }
        { x.iter().copied().reduce(f64::max).unwrap() + x.iter().copied().reduce(|a, b| a + b).unwrap_or(0.0) }
        { x.iter().copied().max_by(f64::total_cmp).unwrap() - x.iter().min_by(|a, b| a.partial_cmp(b).unwrap()).unwrap() * y[0] }
        { x.iter().copied().max_by(|a, b| b.total_cmp(a)).unwrap() }
        { x.iter().inspect(|_| ()).sum::<f64>() }
        { let (a, b): (Vec<f64>, Vec<f64>) = x.iter().map(|t| (t.sin(), t.cos())).unzip(); a[0] * b[1] - a[3] }
        { x.iter().enumerate().filter_map(|(i, t)| if i % 2 == 0 { Some(t * t) } else { None }).sum::<f64>() }
        { x.iter().filter_map(|t| (*t > 0.0).then(|| t.ln())).sum::<f64>() }
        { x.iter().map(|t| [t * t, *t]).flatten().sum::<f64>() }
        { if x.iter().all(|t| *t > -5.0) && x.iter().any(|t| *t > 1.0) && !(0..data.n).all(|i| i < 2) { x[0] } else { x[1] } }
        { core::iter::zip(x.iter(), y.iter()).map(|(a, b)| a * b).sum::<f64>() + core::iter::empty::<f64>().sum::<f64>() }
        { std::iter::once(y[0]).chain(x.iter().copied()).map(|t| t * t).sum::<f64>() + std::iter::repeat_n(x[0], 3).sum::<f64>() }
        { x.iter().zip(std::iter::repeat(y[1])).map(|(a, b)| a * b).sum::<f64>() }
        { let v: [f64; 3] = std::array::from_fn(|i| x[i] * y[i]); v.iter().sum::<f64>() + std::array::from_fn::<f64, 2, _>(|i| x[i])[1] }
        { x.into_iter().map(|t| t.exp()).sum::<f64>().ln() }
        { data.w.iter().zip(y.iter()).map(|(w, t)| w * t).sum::<f64>() }
        { data.w.iter().map(|w| w * x[0]).sum::<f64>() }
        { x.iter().map(|t| t.abs()).map(f64::sqrt).sum::<f64>() }
        { x.iter().filter(|t| **t > 0.5).map(|t| t.sqrt()).sum::<f64>() }
        { x.iter().take(3).sum::<f64>() + x.iter().chain(data.b.iter()).map(|t| t * 2.0).sum::<f64>() }
        { let squares: Vec<f64> = x.iter().map(|t| t * t).collect(); squares[1] + squares.iter().sum::<f64>() }
    }
}

/// Where one case of a length holds, the others leave nothing behind.
#[test]
fn lengths_by_cases() {
    bodies! { (x, y, data) -> f64:
        { (0..data.n.abs_diff(7)).rev().chain(0..2).take(0).map(|i| x[0] + i as f64).sum::<f64>() + x[1] }
        { (0..data.n.abs_diff(7)).rev().chain(0..2).take(3).map(|i| x[i] + i as f64).sum::<f64>() }
        { (0..data.n.abs_diff(3)).rev().zip(0..9).map(|(i, k)| x[i] * k as f64).sum::<f64>() }
        { (0..4).map(|i| (2..(i % data.n)).step_by(2).chain(0..1).count() as f64).sum::<f64>() * x[0] }
        { (0..4).map(|i| (1..(i % data.n)).step_by(1).skip(2).chain(0..1).count() as f64).sum::<f64>() * x[0] }
        { (0..4).map(|i| (3..i).step_by(3).chain(0..1).count() as f64).sum::<f64>() * x[0] }
        // Cases of cases: those that exclude each other are not carried along.
        {
            let i = 9_usize.saturating_sub(data.n.max(x.len()));
            (i..i % 1).chain(i..=i.saturating_sub(3)).zip((1..i).step_by(1)).count() as f64 * x[0]
        }
    }
}

#[test]
fn products() {
    bodies! { (x, y, data) -> f64:
        { (0..x.len()).map(|i| 1.0 + x[i] * x[i]).product::<f64>() }
        { x.iter().product::<f64>() + y.iter().map(|t| 2.0 * t).product::<f64>() }
        { (0..5).map(|i| (0..5).filter(|&j| j != i).map(|j| x[i] - x[j]).product::<f64>()).sum::<f64>() }
        { data.s.iter().map(|t| t + 1.0).product::<f64>() }
        { [x[0], x[1], y[2]].iter().product::<f64>() }
        { (1..=5).map(|i| i as f64).product::<f64>() * x[0] }
    }
}

/// Every adapter of ranges that begin or end at an outer index.
#[test]
fn ranges_of_outer_indices() {
    bodies! { (x, y, data) -> f64:
        { (0..5).map(|i| (i..5).count() as f64 * x[i] + (0..i).count() as f64 + (0..=i).count() as f64 * x[i]).sum::<f64>() }
        { (0..5).map(|i| (2..i).count() as f64 * x[i] + (i + 2..5).count() as f64 * x[i]).sum::<f64>() }
        { (0..5).map(|i| (i..5).skip(1).map(|_| x[i]).sum::<f64>() + (0..i).skip(2).map(|_| x[i]).sum::<f64>()).sum::<f64>() }
        { (0..5).map(|i| (i..5).take(2).map(|j| x[i] * x[j]).sum::<f64>() + (0..i).take(2).count() as f64 * x[i]).sum::<f64>() }
        { (0..5).map(|i| (i..5).step_by(2).map(|_| x[i]).sum::<f64>() + (0..i).step_by(2).count() as f64 * x[i]).sum::<f64>() }
        { (0..5).map(|i| (i..5).rev().zip(x.iter()).map(|(j, t)| t * x[j]).sum::<f64>()).sum::<f64>() }
        { (0..5).map(|i| (0..i).rev().enumerate().map(|(k, j)| x[i] * x[j] * (k + 1) as f64).sum::<f64>()).sum::<f64>() }
        { (0..5).map(|i| (0..i).rev().skip(1).zip(x.iter()).map(|(j, t)| t * x[j]).sum::<f64>()).sum::<f64>() }
        { (0..5).map(|i| (i..5).rev().take(2).enumerate().map(|(k, j)| x[j] * k as f64).sum::<f64>()).sum::<f64>() }
        { (0..5).map(|i| (0..i).chain(i + 1..5).enumerate().map(|(k, j)| x[i] * x[j] * k as f64).sum::<f64>()).sum::<f64>() }
        { (0..5).map(|i| (i..5).chain(0..i).zip(x.iter()).map(|(j, t)| t * x[j]).sum::<f64>()).sum::<f64>() }
        { (0..5).map(|i| (2..i).zip(x.iter()).map(|(j, t)| t * x[j]).sum::<f64>()).sum::<f64>() }
        { (0..5).map(|i| (0..i).step_by(2).rev().enumerate().map(|(k, j)| x[j] * k as f64).sum::<f64>()).sum::<f64>() }
        { (0..5).map(|i| x.iter().skip(i).zip(y.iter()).map(|(s, t)| s * t).sum::<f64>()).sum::<f64>() }
        { (0..5).map(|i| x.iter().take(i).rev().zip(x.iter()).map(|(s, t)| s * t * t).sum::<f64>()).sum::<f64>() }
        { (0..5).map(|i| (i..i + 3).map(|j| if j < 5 { x[j] } else { 1.0 }).sum::<f64>()).sum::<f64>() }
        { (0..5usize).map(|i| (i.saturating_sub(1)..(i + 2).min(5)).map(|j| x[i] * x[j]).sum::<f64>()).sum::<f64>() }
        { (0..5usize).map(|i| (i.max(1)..5).enumerate().map(|(k, j)| x[j] * k as f64).sum::<f64>()).sum::<f64>() }
        { (0..5).map(|i| (if i == 2 { 0..2 } else { i..5 }).rev().zip(x.iter()).map(|(j, t)| x[j] * t).sum::<f64>()).sum::<f64>() }
        { (0..5).map(|i| (i..5).map(|_| 1.0 + x[i]).product::<f64>() * (0..i).skip(1).map(|_| x[i]).product::<f64>()).sum::<f64>() }
    }
}

/// Lengths are never below 0, nor more than there is.
#[test]
fn lengths() {
    bodies! { (x, y, data) -> f64:
        { x.iter().skip(9).count() as f64 + x.iter().skip(9).map(|_| x[0]).sum::<f64>() + x.iter().skip(2).len() as f64 }
        { x.iter().take(30).count() as f64 * x[0] + x.iter().zip(0..2).count() as f64 + x.iter().zip(0..20).count() as f64 }
        { (data.n..2).map(|_| x[0]).sum::<f64>() + (data.n..2).count() as f64 + (2..data.n - 4).map(|_| 2.0 + x[0]).product::<f64>() }
        { x.as_slice().windows(9).map(|_| x[0]).sum::<f64>() + x.as_slice().windows(9).count() as f64 }
        { (data.n..2).map(|_| (data.n..3).map(|_| x[0]).sum::<f64>()).sum::<f64>() }
        { x.iter().skip(9).map(|_| 2.0 + x[0]).product::<f64>() + x.iter().skip(9).chain(y.iter()).enumerate().map(|(k, t)| t * k as f64).sum::<f64>() }
        { x.iter().step_by(3).map(|_| x[0]).sum::<f64>() + x.iter().skip(1).step_by(3).count() as f64 }
        { x.iter().rev().step_by(2).zip(y.iter()).map(|(a, b)| a * b).sum::<f64>() + x.iter().chain(y.iter()).count() as f64 }
        { y.iter().zip(data.a.iter()).map(|(a, b)| a * b).sum::<f64>() + data.a.iter().zip(y.iter()).map(|(a, b)| a * b).sum::<f64>() }
        { [x[0], x[1], y[2]].iter().zip(x.iter().rev()).map(|(a, b)| a * b).sum::<f64>() + [x[0]].iter().chain(y.iter()).skip(1).sum::<f64>() }
        { x.rows(1, 2).iter().zip(x.iter()).map(|(a, b)| a * b).sum::<f64>() }
        { (0..5).map(|i| i).sum::<usize>() as f64 * x[0] + (1..4).product::<usize>() as f64 }
    }
}

/// Filters before everything that does not ask for positions.
#[test]
fn filters() {
    bodies! { (x, y, data) -> f64:
        { x.iter().filter(|t| **t > 0.5).count() as f64 * x[0] + (0..5).filter(|i| i % 2 == 0).count() as f64 }
        { x.iter().filter(|t| **t > 0.0).sum::<f64>() / x.iter().filter(|t| **t > 0.0).count() as f64 }
        { x.iter().filter(|t| **t > 0.5).rev().map(|t| t * t).sum::<f64>() + x.iter().rev().skip(1).filter(|t| **t > 0.5).sum::<f64>() }
        { x.iter().chain(y.iter()).filter(|t| **t > 0.2).chain(y.iter()).map(|t| t * t).sum::<f64>() }
        { x.iter().filter(|t| **t > 0.0).filter(|t| t.ln() < 0.5).map(|t| t.sqrt()).sum::<f64>() }
        { x.iter().enumerate().filter(|(i, t)| *i > 0 && **t > 0.0).map(|(i, t)| t.ln() * i as f64).sum::<f64>() }
        { x.iter().zip(x.iter().skip(1)).filter(|(a, b)| a < b).map(|(a, b)| b - a).product::<f64>() }
        { (0..5).map(|i| (i..5).filter(|&j| x[j] > 0.0).count() as f64 * x[i]).sum::<f64>() }
    }
}

/// Collected iterators, as vectors.
#[test]
fn collections() {
    bodies! { (x, y, data) -> f64:
        { let all: Vec<f64> = x.iter().chain(y.iter()).copied().collect(); all.iter().enumerate().map(|(k, t)| t * k as f64).sum::<f64>() }
        { let all: Vec<f64> = x.iter().rev().skip(1).copied().collect(); all[0] + all.len() as f64 * all[3] }
        { let all: Vec<f64> = x.iter().step_by(2).copied().collect(); all[2] * x[0] + all.iter().product::<f64>() }
        { let d: Vec<f64> = x.iter().zip(x.iter().skip(1)).map(|(a, b)| b - a).collect(); d.iter().zip(d.iter().skip(1)).map(|(a, b)| (b - a).powi(2)).sum::<f64>() }
        { let ids: Vec<usize> = (0..5).step_by(2).rev().map(|i| 4 - i).collect(); ids.iter().zip(y.iter()).map(|(&i, t)| x[i] * t).sum::<f64>() }
        { let pairs: Vec<(f64, usize)> = x.iter().copied().zip(1..).collect(); pairs.iter().map(|(t, k)| t * *k as f64).sum::<f64>() + pairs.len() as f64 * x[0] }
        { let v = DVector::from_iterator(5, (0..2).chain(2..5).rev().map(|i| x[i] * x[i])); v.dot(x) }
    }
}
