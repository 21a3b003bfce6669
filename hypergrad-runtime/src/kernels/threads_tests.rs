//! Kernels on several threads: the same bits for a number of threads, and those of one thread but for rounding.

use super::*;
use crate::threads::tests::on;

fn entries(n: usize) -> Vec<f64> {
    let mut entries = vec![0.0; n];
    scatter(&mut entries);
    entries
}

/// What a kernel adds to some numbers, on one and on three threads.
fn check(what: &str, length: usize, terms: usize, kernel: impl Fn(&mut [f64]) + Sync) {
    let run = |threads| {
        let mut out = entries(length);
        on(threads, || kernel(&mut out));
        out
    };
    let (one, three) = (run(1), run(3));
    assert_eq!(three, run(3), "{what}");
    let tolerance = 8.0 * f64::EPSILON * (terms as f64 + 2.0);
    for (one, three) in one.iter().zip(&three) {
        assert!((one - three).abs() <= tolerance, "{what}: {one} {three}");
    }
    assert!(one != entries(length), "{what}");
}

#[test]
fn products_with_vectors() {
    let (rows, columns) = (1000, 501);
    let (a, x, y) = (entries(rows * columns), entries(columns), entries(rows));
    check("A x", rows, columns, |out| gemv(0.5, &a, rows, columns, &x, out));
    check("A x, written", rows, columns, |out| gemv_into(0.5, &a, rows, columns, &x, out));
    check("A x and A y", 2 * rows, columns, |out| {
        let (out, other) = out.split_at_mut(rows);
        gemv_both((0.5, &a, rows, columns, &x, out), (2.0, &a, rows, columns, &y[..columns], other));
    });
    check("the transpose", columns, rows, |out| gemv_t(0.5, &a, rows, columns, &y, out));
}

#[test]
fn products_of_matrices() {
    // A in the cache, and a larger one.
    for (m, k, n) in [(100, 90, 300), (400, 130, 67)] {
        let (a, b) = (entries(m * k), entries(k * n));
        check("A B", m * n, k, |out| gemm(0.5, &a, &b, m, k, n, out));
        check("Aᵀ B", m * n, k, |out| gemm_tn(0.5, &a, &b, m, k, n, out));
        check("A Bᵀ", m * n, k, |out| gemm_nt(0.5, &a, &b, m, k, n, out));
        check("Aᵀ Bᵀ", m * n, k, |out| gemm_tt(0.5, &a, &b, m, k, n, out));
    }
}

#[test]
fn gram_matrices() {
    let (rows, columns) = (1003, 130);
    let (a, d) = (entries(rows * columns), entries(rows));
    let zeroed = |out: &mut [f64]| out.fill(0.0);
    check("Aᵀ A", columns * columns, rows, |out| {
        zeroed(out);
        gram(0.5, &a, rows, columns, out);
    });
    for scratch in [0, weighted_gram_scratch(rows, columns)] {
        check("Aᵀ D A", columns * columns, rows, |out| {
            zeroed(out);
            weighted_gram(0.5, &a, &d, rows, columns, &mut vec![0.0; scratch], out);
        });
    }
}

#[test]
fn differences() {
    let (rows, inner) = (300, 22);
    let (a, c) = (entries(rows * inner), entries(rows * rows));
    let shape = [rows, rows, inner, 1, rows];
    check("differences", inner, rows * rows, |out| squared_differences(0.5, &c, &a, &a, shape, out));
}

/// `Aᵀ exp(A x)`, strip by strip.
#[test]
fn strips_of_rows() {
    // The last one is in one strip on one thread.
    for (rows, columns) in [(5000, 100), (3001, 150), (1024, 500)] {
        let (a, x) = (entries(rows * columns), entries(columns));
        check("strips", columns + rows, 3 * rows, |out| {
            let (sums, values) = out.split_at_mut(columns);
            over_strips((rows, columns), [values], sums, |strip, [values], sums| {
                gemv_rows_into((&a, rows, columns), strip.start, (0.01, &x, values));
                exp(values);
                gemv_t_rows((&a, rows, columns), strip.start, (1.0, values, sums));
            });
        });
    }
}

#[test]
fn functions_of_slices() {
    let length = 150_000;
    let t = entries(length);
    // Every entry has the same bits at every place.
    check("tanh", length, 0, tanh);
    check("exp", length, 0, |out| exp_into(&t, out));
    check("softplus", length, 0, |out| softplus_into(&t, out));
    let mut single: Vec<f32> = t.iter().map(|t| *t as f32).collect();
    let alone = single.clone();
    on(3, || exp(&mut single));
    for (t, e) in alone.into_iter().zip(single) {
        let mut alone = [t];
        exp(&mut alone);
        assert_eq!(alone, [e]);
    }
}
