//! Access to entries, index arithmetic.

use nalgebra::{DMatrix, DVector, SMatrix, SVector};

use super::{Data, agrees, bodies, traced};

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

#[test]
fn quotients_and_remainders() {
    bodies! { (x, y, data) -> DVector<f64>:
        // A matrix flattened by columns and by rows, and back.
        { DVector::from_fn(15, |r, _| data.a[(r % 5, r / 5)] * x[r % 5]) }
        { DVector::from_fn(15, |r, _| data.a[(r / 3, r % 3)] * y[r % 3]) }
        { DVector::from_fn(25, |r, _| data.q[r] * x[r / 5] * x[r % 5]) }
        { let n = x.len(); DVector::from_fn(n * n, |r, _| data.q[(r / n, r % n)] * x[r / n] * x[r % n]) }
        { DVector::from_fn(data.n * 3, |r, _| data.a[(r % data.n, r / data.n)] * x[r % data.n]) }
        { DVector::from_fn(data.n * 3, |r, _| data.a[(r / 3, r % 3)] * x[r / 3]) }
        // Digits of digits, in any order.
        { DVector::from_fn(12, |r, _| x[r / 4] * x[r % 4 / 2] * y[r % 2]) }
        { DVector::from_fn(12, |r, _| y[r % 2] * x[r % 4 / 2] * x[r / 4]) }
        { DVector::from_fn(12, |r, _| y[r / 2 % 2] * x[r / 2 / 2] + x[r % 2].exp()) }
        { DVector::from_fn(12, |r, _| x[r / 3] * x[r / 4]) }
        { DVector::from_fn(12, |r, _| data.q[r / 4 * 4 + r % 4 / 2 * 2 + r % 2] - x[r - r / 4 * 4]) }
        { DVector::from_fn(12, |r, _| (x[r / 3] + y[r % 4 / 2]).tanh()) }
        // A last block that is cut off.
        { DVector::from_fn(7, |r, _| x[r / 3] * y[r % 3] * r as f64) }
        { DVector::from_fn(5, |r, _| x[r] * y[r / data.n.min(2)]) }
        // Strided pooling, and its repetition.
        { DVector::from_fn(2, |i, _| (0..2).map(|d| x[2 * i + d]).sum::<f64>()) }
        { DVector::from_fn(4, |r, _| x[r] - x[r / 2 * 2]) }
        { DVector::from_fn(4, |r, _| if r % 2 == 0 { x[r].abs().ln() } else { y[r / 2] }) }
        { DVector::from_fn(4, |r, _| if r / 2 >= 1 { x[r / 2 - 1] } else { 3.0 }) }
        // Wrapped around.
        { DVector::from_fn(5, |i, _| x[(i + 1) % 5] - 2.0 * x[i] + x[(i + 4) % 5]) }
        { let n = x.len(); DVector::from_fn(n, |i, _| (x[(i + 1) % n] - x[(i + n - 1) % n]).powi(2)) }
        { DVector::from_fn(4, |r, _| { let (i, j) = (r / 2, r % 2); x[(i + 1) % 2 * 2 + j] * x[2 * i + (j + 1) % 2] }) }
        { DVector::from_fn(5, |i, _| (0..5).map(|k| x[(i + k) % 5] * data.q[(k, 0)]).sum::<f64>()) }
        { DVector::from_fn(5, |i, _| (0..5).map(|k| x[k] * data.q[((i + 5 - k) % 5, 1)]).sum::<f64>()) }
    }
    bodies! { (x, y, data) -> DMatrix<f64>:
        { DMatrix::from_fn(3, 5, |i, j| data.a[(j * 3 + i) % 15] * x[(j * 3 + i) / 3]) }
        { DMatrix::from_fn(5, 3, |i, j| { let r = i * 3 + j; data.a[(r % 5, r / 5)] * y[j] }) }
    }
    bodies! { (x, y, data) -> f64:
        { (0..10).map(|r| x[r / 2] * y[r % 2] * (r % 2) as f64).sum::<f64>() }
        { (0..25).map(|r| data.q[r] * data.q[(r % 5, r / 5)] * x[r / 5]).sum::<f64>() }
        { let flat = DVector::from_fn(10, |r, _| x[r % 5] * y[r / 5]); (0..10).map(|r| flat[r] * x[r / 2]).sum::<f64>() }
    }
}

/// Rust rounds a quotient to 0, and a shift down.
#[test]
fn quotients_below_zero() {
    bodies! { (x, y, data) -> f64:
        { x[0] * ((x.len() as i32 - 9) / 2) as f64 + y[0] * ((x.len() as i32 - 9) % 3) as f64 }
        { x[0] * ((data.n as i64 - 4) / -2) as f64 + y[0] * ((data.n as i64 - 8) % -3) as f64 }
        { x[0] * (-7_i32 / 2) as f64 + y[0] * (-7_i32 >> 1) as f64 + y[1] * (-7_i32 & 3) as f64 + x[1] * (7_i32 % -4) as f64 }
        { (0..5i32).map(|i| ((i - 3) / 2) as f64 * x[i as usize] + ((i - 3) % 2) as f64).sum::<f64>() }
        { (0..5i32).map(|i| ((2 * i - 7) / -3) as f64 * x[i as usize] - ((2 * i - 7) % -3) as f64 * y[0]).sum::<f64>() }
        { (-3..4_i32).map(|i| x[0] * (i / 2) as f64 + y[0] * (i % 2) as f64).sum::<f64>() }
        { (0..5i32).map(|i| (0..5i32).map(|j| ((i - j) / 2) as f64 * x[j as usize] + ((j - i) % 3) as f64 * y[0]).sum::<f64>()).sum::<f64>() }
        { let n = x.len() as i32; (0..n).map(|i| ((i - n) / 2) as f64 * x[i as usize] + ((i + n - 7) % 4) as f64).sum::<f64>() }
        { let n = x.len(); (0..n).map(|i| x[(i + n - 1) % n] * x[(n - 1) / 2] + y[((i as i32 - 2) % 3).abs() as usize]).sum::<f64>() }
        { (0..5i32).map(|i| if i > 2 { ((i - 3) >> 1) as f64 * x[0] + ((i - 3) & 1) as f64 } else { 0.0 }).sum::<f64>() }
    }
}

/// Steps of the longest loop nest that a function becomes.
fn steps(items: &str) -> i64 {
    let module = super::module(items);
    let (mut harness, arguments) = super::Harness::new();
    let mut diagnostics = crate::diagnostics::Diagnostics::default();
    let value = harness.trace(&module, arguments, &mut diagnostics).unwrap();
    let mut tensors = Vec::new();
    super::collect(&value, &mut tensors);
    let roots: Vec<_> = tensors.iter().map(|t| t.node).collect();
    let roots = harness.graph.resolve_sizes(&roots, &|size| harness.sizes.resolve(size));
    let loops = |id| match harness.graph.op(id) {
        crate::ir::Op::Product(product) => product.extents.iter().map(|e| e.evaluate(&|s| harness.value_of_symbol(s))).product(),
        _ => 1,
    };
    harness.graph.reachable(&roots).into_iter().map(loops).max().unwrap_or_default()
}

/// Every combination of digits is met once.
#[test]
fn digits_are_loops() {
    let function = |body: &str| format!("fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> DVector<f64> {{ {body} }}");
    let cases = [
        ("DVector::from_fn(24, |r, _| x[r / 8] * x[r % 8 / 2] * y[r % 2])", 24),
        ("DVector::from_fn(24, |r, _| y[r % 2] * x[r / 8] * x[r % 8 / 2])", 24),
        ("DVector::from_fn(24, |r, _| (0..3).map(|k| x[r / 8 + k] * x[r % 8 / 2]).sum::<f64>() * y[r % 2])", 72),
        ("let n = data.n; DVector::from_fn(n * n, |r, _| data.q[(r / n, r % n)] * x[r % n])", 25),
        ("let n = data.n; DVector::from_fn(n * n, |r, _| data.q[(r % n, r / n)] * x[r % n])", 25),
        // Blocks of 3 to reach 20: one step beyond.
        ("DVector::from_fn(20, |r, _| x[r / 3] * y[r % 3])", 21),
        // Two pieces.
        ("DVector::from_fn(5, |i, _| x[(i + 1) % 5] * x[i])", 10),
        // Put together again.
        ("DVector::from_fn(24, |r, _| data.a[(r / 8, 0)] * x[(r / 8 * 8 + r % 8) / 8])", 24),
    ];
    for (body, expected) in cases {
        assert_eq!(steps(&function(body)), expected, "{body}");
    }
}

/// Powers below 0 too.
#[test]
fn powers_of_integers() {
    bodies! { (x, y, data) -> f64:
        { 2_f64.powi(data.n as i32 - 8) * x[0] + (x[1] + 2.0).powi(data.n as i32 - 7) + (y[0] + 2.0).powi(data.n as i32) }
        { (0..5i32).map(|i| (x[i as usize] + 2.0).powi(i - 2) * y[0]).sum::<f64>() }
        { (0..5).map(|i| if i > 1 { (x[0] - x[0] + i as f64 - 1.0).powi(1 - i as i32) } else { y[1].powi(i as i32) }).sum::<f64>() }
        { (0..5).map(|i| if i > 1 { (i as f64 - 1.0).powi(-(i as i32)) * x[0] } else { y[1] }).sum::<f64>() }
        { let k = data.b.iter().filter(|b| **b > 0.1).count(); (x[0] + 1.5).powi(k as i32) + (x[1] + 1.5).powi(1 - k as i32) }
    }
}

/// Counts have no sign: sizes for which one would be below 0 are refused, where some other integer has one.
#[test]
fn halves_of_counts() {
    bodies! { (x, y, data) -> f64:
        { let h = (x.len() - 1) / 2; x.rows(0, h).sum() + y[0] * (x[1] + 2.0).powi(h as i32) }
    }
}

/// Rust panics where there is no such entry: the value is not 0, which would pass for one.
#[test]
fn places_that_are_not_there() {
    let f = "fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64";
    for body in [
        "y[x[0].abs() as usize + 7] * 2.0",
        "y[(x[0] as usize).max(3)] * 2.0",
        "let mut k = 0; let mut s = 0.0; for t in x.iter() { s += y[k]; if *t > -100.0 { k += 1; } } s",
        "let mut v = y.clone(); v[(x[0].abs() + 5.0) as usize] = 1.0; v.sum()",
    ] {
        let found = traced(&format!("{f} {{ {body} }}"));
        assert!(found[0].is_nan(), "{found:?}: {body}");
    }
    bodies! { (x, y, data) -> f64:
        { let k = (x[0].abs() + 5.0) as usize; if k < 3 { y[k] } else { x[0] } }
        { let k = (x[0].abs() + 5.0) as usize; if k < 3 && y[k] > 0.0 { y[k] } else { x[0] } }
        { let mut k = 0; let mut s = 0.0; for t in x.iter() { if k >= 3 { break; } s += y[k] * t; if *t > -100.0 { k += 1; } } s }
        { let mut k = 0; let mut s = 0.0; for t in x.iter() { if k < 3 { s += y[k] * t; } if *t > -100.0 { k += 1; } } s }
        { (0..5).map(|i| (0.01 * x[i].abs()) as usize + i).filter(|k| *k < 3).map(|k| y[k] * x[0]).sum::<f64>() }
        { (0..5).map(|i| { let k = (0.01 * x[i].abs()) as usize + i; if k > 2 { return 0.0; } y[k] * x[0] }).sum::<f64>() }
        { let k = x.iter().position(|t| *t > 100.0).unwrap_or(9); if k < 3 { y[k] } else { x[0] } }
        { let mut v = y.clone(); let k = (x[0].abs() + 5.0) as usize; if k < 3 { v[k] = 1.0; } v.sum() }
    }
}
