//! Access to entries, index arithmetic.

use nalgebra::{DMatrix, DVector, SMatrix, SVector};

use super::{Data, agrees, bodies};

#[test]
fn entries() {
    bodies! { (x, y, data) -> f64:
        { x[0] * x[4] + y[2] + data.a[(4, 2)] + data.s[(0, 1)] + data.r[3] + data.w[1] }
        { data.s[5] + data.t[3] + data.s[(2, 0)] }
        { data.q[7] }
        { y.x + y.y * y.z }
        { (0..5).map(|i| x[i] * x[4 - i]).sum::<f64>() }
        { (0..4).map(|i| (x[i + 1] - x[i]).powi(2)).sum::<f64>() }
        { (1..5).map(|i| (x[i] - x[i - 1]).powi(2)).sum::<f64>() }
        { (0..5).map(|k| data.q[(k, k)]).sum::<f64>() }
        { (0..5).map(|i| (0..3).map(|j| data.a[(i, j)] * x[i] * y[j]).sum::<f64>()).sum::<f64>() }
        { (0..2).map(|i| x[2 * i + 1] * x[2 * i]).sum::<f64>() }
        { (0..6).map(|k| data.t[k] * k as f64).sum::<f64>() }
        { (0..6).map(|k| data.t[(k % 2, k / 2)] * k as f64).sum::<f64>() }
        { (0..6).map(|k| x[k / 2] * y[k % 3]).sum::<f64>() }
        { (0..25).map(|k| data.q[k] * (k % 3) as f64).sum::<f64>() }
        { let n = x.len(); (0..n * n).map(|k| data.q[(k / n, k % n)] * x[k % n]).sum::<f64>() }
        { (0..5).map(|i| data.q.row(i).sum() * data.q.column(i).norm_squared()).sum::<f64>() }
        { (0..3).map(|k| x.rows(k, 2).norm_squared() * y[k]).sum::<f64>() }
        { (0..3).map(|k| x.fixed_rows::<3>(k).dot(y)).sum::<f64>() }
        { let rows = [[1.0, x[0]], [x[1], 4.0]]; (0..2).map(|i| (0..2).map(|j| rows[i][j] * y[j]).sum::<f64>()).sum::<f64>() }
        { x.as_slice()[1..3].iter().sum::<f64>() }
        { (0..4).map(|k| x[0].powi(k as i32) * y[0]).sum::<f64>() }
        { (0..7).map(|k| x[1].powi(k as i32) / (k + 1) as f64).sum::<f64>() }
        { (2..9).map(|k| 0.0f64.powi(k - 2) + x[2].powi(k)).sum::<f64>() }
    }
    bodies! { (x, y, data) -> f64:
        { (0..5).map(|i| x[(i + 1) % 5] * x[i]).sum::<f64>() }
        { let n = x.len(); (0..n).map(|i| x[(i + 1) % n] * x[(i + n - 1) % n]).sum::<f64>() }
        { let n = x.len(); (0..n).map(|i| { let left = if i == 0 { n - 1 } else { i - 1 }; x[left] * x[i] }).sum::<f64>() }
        { (0..5usize).map(|i| x[i.min(2)] * x[i.max(3)] * i.saturating_sub(2) as f64).sum::<f64>() }
        { (0..5usize).map(|i| (0..5).map(|j| x[i.abs_diff(j)] * data.k.powi(i.abs_diff(j) as i32)).sum::<f64>()).sum::<f64>() }
        { (0..5i32).map(|i| (0..5i32).map(|j| x[i as usize] / (1.0 + (i - j).abs() as f64)).sum::<f64>()).sum::<f64>() }
        { (0..5usize).map(|i| (i * i + 3) as f64 * x[i] + i.pow(3) as f64).sum::<f64>() }
        { (0..5usize).map(|i| { let (r, c) = if i < 3 { (i, 0) } else { (4, i - 3) }; data.a[(r, c)] * x[i] }).sum::<f64>() }
        { (0..5usize).map(|i| if i * i > 5 { x[i] } else { 2.0 }).sum::<f64>() }
        { (0..3usize).map(|i| data.q.row(i.max(1)).sum()).sum::<f64>() }
        { (0..3usize).map(|i| (i == 1) as usize as f64 * y[i]).sum::<f64>() }
    }
    bodies! { (x, y, data) -> DMatrix<f64>:
        { DMatrix::from_fn(5, 5, |i, j| y[0].abs().powi(i.abs_diff(j) as i32)) }
        { DMatrix::from_fn(5, 5, |i, j| (-(x[i] - x[j]).powi(2) / 2.0).exp()) }
        { DMatrix::from_fn(5, 5, |i, j| (data.a.row(i) - data.a.row(j)).norm_squared()) }
        { DMatrix::from_fn(3, 5, |i, j| data.a[(j, i)] * 2.0) }
        { DMatrix::from_fn(2, 4, |i, _| x[i]) }
    }
    bodies! { (x, y, data) -> SVector<f64, 3>:
        { SVector::from_fn(|i, _| x[i + 2] - x[i]) }
        { SVector::from_fn(|i, _| data.s.row(i).transpose().dot(y)) }
    }
    bodies! { (x, y, data) -> SMatrix<f64, 2, 2>: { SMatrix::from_fn(|i, j| x[i + j] + y[1 - i]) } }
}

#[test]
fn stars_and_grids() {
    // A grid stored in a vector, its neighbours by index arithmetic.
    agrees! {
        const N: usize = 2;
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            (0..N).map(|i| (0..N).map(|j| x[i * N + j] * data.q[(i * N + j, 2 * i)]).sum::<f64>()).sum()
        }
    }
}
