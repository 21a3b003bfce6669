//! Bodies as they are written in practice: the words together.

use nalgebra::{DMatrix, DVector, SVector};

use super::{Data, agrees, bodies};

#[test]
fn losses() {
    bodies! { (x, y, data) -> f64:
        { let Data { q, b, .. } = data; (q * x - b).norm_squared() + y[0].exp() * x.iter().map(|t| t.abs()).sum::<f64>() }
        { data.q.row_iter().zip(data.b.iter()).map(|(row, &b)| (1.0 + (-b * (row * x)[0]).exp()).ln()).sum::<f64>() / data.n as f64 }
        {
            let k = DMatrix::from_fn(5, 5, |i, j| (-(data.a.row(i) - data.a.row(j)).norm_squared() / (2.0 * y[0] * y[0])).exp());
            0.5 * x.dot(&(&k * x)) - data.b.dot(x) + 0.5 * y[1].exp() * x.norm_squared()
        }
        {
            let logits = DMatrix::from_fn(2, 2, |i, j| x[i + 2 * j]);
            (0..2).map(|i| {
                let row = logits.row(i);
                let top = row.max();
                row.map(|t| (t - top).exp()).sum().ln() + top - row[i]
            }).sum::<f64>()
        }
        {
            let means: DVector<f64> = DVector::from_fn(data.a.ncols(), |j, _| data.a.column(j).mean());
            (0..data.a.nrows()).map(|i| (data.a.row(i).transpose() - &means).norm_squared() * x[i]).sum::<f64>()
        }
        {
            let sigmoid = |t: f64| 1.0 / (1.0 + (-t).exp());
            let hidden = (data.s * y).map(|t| t.tanh());
            let out = sigmoid(hidden.dot(y));
            -(data.k * out.ln() + (1.0 - data.k) * (1.0 - out).ln())
        }
        { (1..x.len()).map(|i| ((x[i] - x[i - 1]).powi(2) + 1e-6).sqrt()).sum::<f64>() }
        { x.iter().enumerate().filter(|(i, _)| i % 2 == 0).map(|(_, t)| t * t).sum::<f64>() }
        { std::iter::zip(x.iter(), data.b.iter()).map(|(a, b)| (a - b).powi(2)).sum::<f64>() }
        { let (head, tail) = (x.rows(0, 2), x.rows(2, 3)); head.norm() * tail.sum() + (x.max() - x.min()) }
        { (data.a.columns(0, 2) * y.rows(0, 2)).iter().zip(x.iter()).map(|(p, t)| p * t).sum::<f64>() }
        { DVector::from(vec![x[0], y[1]]).norm() + x.as_slice()[2] + x.as_slice().iter().map(|t| t * 2.0).sum::<f64>() }
        { let n = data.a.nrows() as f64; let r: DVector<f64> = &data.a * y - x; r.norm_squared() / (2.0 * n) + y.iter().map(|&t| t.max(0.1)).sum::<f64>() }
        { let weights = [0.25, 0.5, 0.25]; (1..4).map(|i| weights.iter().enumerate().map(|(k, w)| w * x[i + k - 1]).sum::<f64>().powi(2)).sum::<f64>() }
        { (0..5).map(|i| if i < 4 { data.q[(i, i + 1)] * x[i] * x[i + 1] } else { data.q[(4, 0)] * x[4] * x[0] }).sum::<f64>() }
        { (0..3).map(|c| (0..5).map(|i| data.a[(i, c)] * x[i]).sum::<f64>().exp()).sum::<f64>().ln() }
        { (0..5).map(|i| (0..5).map(|j| (0..5).map(|k| x[i] * x[j] * x[k] * data.q[(i, j)] * data.q[(j, k)]).sum::<f64>()).sum::<f64>()).sum::<f64>() }
        { data.a.column_iter().map(|c| c.dot(x)).map(|t| t * t).sum::<f64>().sqrt() }
        { (&data.q.transpose() * &data.q + DMatrix::identity(5, 5) * y[0].exp()).trace() * x[0] }
        { data.q.row(2).iter().map(|t| t * x[1]).sum::<f64>() + data.q.column(1).iter().sum::<f64>() }
        { let total = x.iter().map(|t| t.exp()).sum::<f64>(); -x.iter().map(|t| (t.exp() / total) * (t - total.ln())).sum::<f64>() }
    }
    bodies! { (x, y, data) -> DVector<f64>:
        { x - &data.q * x * data.k + x.map(|t| t.sin()) }
        { let z = &data.q * x + &data.a * y; z.map(f64::tanh) - x }
        { DVector::from_fn(x.len(), |i, _| { let n = x.len(); let next = x[(i + 1) % n]; next - 2.0 * x[i] + (if i > 0 { x[i - 1] } else { x[n - 1] }) }) }
        { x.component_mul(&x.map(|t| 1.0 - t)) * y[0] }
    }
}

/// Functions of a body see all items of it, and nothing of what calls them.
#[test]
fn inner_functions_call_each_other() {
    bodies! { (x, y, data) -> f64:
        {
            fn outer(t: f64) -> f64 { inner(t) * FACTOR }
            fn inner(t: f64) -> f64 { t.sin() + last(t) }
            fn last(t: f64) -> f64 { t * t }
            const FACTOR: f64 = 2.0;
            outer(x[0]) + inner(y[1])
        }
        {
            fn shade(t: f64) -> f64 {
                fn inner(t: f64) -> f64 { below(t) }
                fn below(t: f64) -> f64 { 3.0 * t }
                inner(t) + other(t)
            }
            fn other(t: f64) -> f64 { inner(t) }
            fn inner(t: f64) -> f64 { t.exp() }
            shade(x[1])
        }
    }
}
