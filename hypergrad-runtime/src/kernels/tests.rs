//! Every product against the plain triple loop.

use super::samples::blocks;
use super::*;

/// Deterministic entries in (-1, 1).
fn entries(n: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as f64 / (1u64 << 31) as f64).mul_add(2.0, -1.0)
    };
    (0..n).map(next).collect()
}

/// `out += alpha op(A) op(B)` with entries given by functions.
fn naive(
    alpha: f64,
    a: impl Fn(usize, usize) -> f64,
    b: impl Fn(usize, usize) -> f64,
    out: &mut [f64],
    (m, k, n): (usize, usize, usize),
) {
    for j in 0..n {
        for i in 0..m {
            out[i + j * m] += alpha * (0..k).map(|l| a(i, l) * b(l, j)).sum::<f64>();
        }
    }
}

/// Sums of k terms below 1: k eps, with room.
fn close(left: &[f64], right: &[f64], k: usize) {
    let tolerance = 8.0 * f64::EPSILON * (k as f64 + 2.0);
    for (l, r) in left.iter().zip(right) {
        assert!((l - r).abs() <= tolerance, "{l} {r}");
    }
}

fn sizes() -> Vec<(usize, usize, usize)> {
    let mut sizes = vec![(40, 50, 60), (100, 33, 70), (200, 130, 9), (9, 300, 9)];
    // Columns of some vectors, and of a part of one.
    sizes.extend((8..135).map(|m| (m, 9 + m % 10, 1 + m % 17)));
    for m in 0..8 {
        for k in 0..20 {
            sizes.push((m, k, (m * 7 + k) % 11));
            sizes.push((k, m, 20 - k));
        }
    }
    sizes
}

#[test]
fn products() {
    type Kernel = fn(f64, &[f64], &[f64], usize, usize, usize, &mut [f64]);
    for (m, k, n) in sizes() {
        let (a, b, start) = (entries(m * k, 1), entries(k * n, 2), entries(m * n, 3));
        let check = |kernel: Kernel, ta: bool, tb: bool| {
            let (mut out, mut expected) = (start.clone(), start.clone());
            kernel(0.7, &a, &b, m, k, n, &mut out);
            let at = |i: usize, l: usize| if ta { a[l + i * k] } else { a[i + l * m] };
            let bt = |l: usize, j: usize| if tb { b[j + l * n] } else { b[l + j * k] };
            naive(0.7, at, bt, &mut expected, (m, k, n));
            close(&out, &expected, k);
        };
        let single = |a: &[f64]| a.iter().map(|&t| t as f32).collect::<Vec<f32>>();
        let (mut out, mut narrow) = (start.clone(), single(&start));
        gemm(0.7, &a, &b, m, k, n, &mut out);
        gemm(0.7, &single(&a), &single(&b), m, k, n, &mut narrow);
        assert!(narrow.iter().zip(&out).all(|(&a, b)| (f64::from(a) - b).abs() < 1e-6 * (k as f64 + 2.0)), "{m} x {k} x {n}");
        check(gemm, false, false);
        check(gemm_tn, true, false);
        check(gemm_nt, false, true);
        check(gemm_tt, true, true);
    }
}

#[test]
fn matrix_times_vector() {
    for (m, k, _) in sizes() {
        let (a, x, z) = (entries(m * k, 4), entries(k, 5), entries(m, 6));
        let (mut out, mut expected) = (entries(m, 7), entries(m, 7));
        gemv(-1.5, &a, m, k, &x, &mut out);
        naive(-1.5, |i, l| a[i + l * m], |l, _| x[l], &mut expected, (m, k, 1));
        close(&out, &expected, k);
        let single = |a: &[f64]| a.iter().map(|&t| t as f32).collect::<Vec<f32>>();
        let mut narrow = single(&entries(m, 7));
        gemv(-1.5, &single(&a), m, k, &single(&x), &mut narrow);
        assert!(narrow.iter().zip(&out).all(|(&a, b)| (f64::from(a) - b).abs() < 1e-6 * (k as f64 + 2.0)), "{m} x {k}");
        let (mut out, mut expected) = (entries(k, 8), entries(k, 8));
        gemv_t(-1.5, &a, m, k, &z, &mut out);
        naive(-1.5, |i, l| a[l + i * m], |l, _| z[l], &mut expected, (k, m, 1));
        close(&out, &expected, m);
        let mut narrow = single(&entries(k, 8));
        gemv_t(-1.5, &single(&a), m, k, &single(&z), &mut narrow);
        assert!(narrow.iter().zip(&out).all(|(&a, b)| (f64::from(a) - b).abs() < 1e-6 * (m as f64 + 2.0)), "{m} x {k}");
        let (mut out, mut expected) = (a.clone(), a.clone());
        ger(0.5, &z, &x, &mut out);
        naive(0.5, |i, _| z[i], |_, j| x[j], &mut expected, (m, 1, k));
        close(&out, &expected, 1);
    }
}

#[test]
fn grams() {
    for (rows, cols, n) in sizes() {
        let (a, d) = (entries(rows * cols, 9), entries(rows, 10));
        for symmetric in [true, false] {
            let mut start = entries(cols * cols, 11);
            if symmetric {
                start.fill(0.25);
            }
            let (mut out, mut expected) = (start.clone(), start.clone());
            gram(0.9, &a, rows, cols, &mut out);
            naive(0.9, |i, l| a[l + i * rows], |l, j| a[l + j * rows], &mut expected, (cols, rows, cols));
            close(&out, &expected, rows);
            let mut expected = start.clone();
            naive(0.9, |i, l| a[l + i * rows] * d[l], |l, j| a[l + j * rows], &mut expected, (cols, rows, cols));
            for scratch in [0, rows, rows * n, weighted_gram_scratch(rows, cols)] {
                let mut out = start.clone();
                weighted_gram(0.9, &a, &d, rows, cols, &mut vec![0.0; scratch], &mut out);
                close(&out, &expected, rows);
            }
        }
    }
}

#[test]
fn two_products_with_one_matrix() {
    for (rows, cols, _) in sizes() {
        let (a, x, y) = (entries(rows * cols, 5), entries(cols, 6), entries(cols, 7));
        let (mut first, mut second) = (entries(rows, 8), vec![0.0; rows]);
        let (mut expected, mut other) = (first.clone(), second.clone());
        gemv_both((0.7, &a, rows, cols, &x, &mut first), (-1.0, &a, rows, cols, &y, &mut second));
        naive(0.7, |i, l| a[i + l * rows], |l, _| x[l], &mut expected, (rows, cols, 1));
        naive(-1.0, |i, l| a[i + l * rows], |l, _| y[l], &mut other, (rows, cols, 1));
        close(&first, &expected, cols);
        close(&second, &other, cols);
    }
}

/// What stood in the target is not read.
#[test]
fn products_that_write() {
    for (rows, cols, _) in sizes() {
        let (a, x, b) = (entries(rows * cols, 5), entries(cols, 6), entries(rows, 7));
        let mut out = vec![f64::NAN; rows];
        gemv_into(0.7, &a, rows, cols, &x, &mut out);
        let mut expected = vec![0.0; rows];
        gemv(0.7, &a, rows, cols, &x, &mut expected);
        assert!(out.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits()), "{rows} x {cols}");

        let mut residual: Vec<f64> = b.iter().map(|b| -0.5 * b).collect();
        naive(0.7, |i, l| a[i + l * rows], |l, _| x[l], &mut residual, (rows, cols, 1));
        let (square, expected) = (affine_square(-0.5, &b, 0.7, &a, rows, cols, &x), residual.iter().map(|t| t * t).sum::<f64>());
        assert!((square - expected).abs() <= 1e-14 * (1.0 + expected) * (rows + cols) as f64, "{square} {expected}");
    }
}

#[test]
fn khatri_rao_products() {
    for rows in [0, 1, 5, 300] {
        for (widths, split) in [(vec![3, 2, 4, 2], 2), (vec![1, 4, 3, 5], 3), (vec![12, 1, 9], 2)] {
            let factors: Vec<Vec<f64>> = widths.iter().enumerate().map(|(k, n)| entries(rows * n, k as u64 + 1)).collect();
            let slices: Vec<&[f64]> = factors.iter().map(Vec::as_slice).collect();
            let (left, right) = slices.split_at(split);
            let (height, width): (usize, usize) = (widths[..split].iter().product(), widths[split..].iter().product());
            let start = entries(height * width, 9);
            let mut expected = start.clone();
            for (number, entry) in expected.iter_mut().enumerate() {
                let mut digits = number;
                let mut digit = |n: &usize| {
                    let digit = digits % n;
                    digits /= n;
                    digit
                };
                let columns: Vec<usize> = widths.iter().map(&mut digit).collect();
                let term = |k: usize| factors.iter().zip(&columns).map(|(f, c)| f[k + c * rows]).product::<f64>();
                *entry += 0.7 * (0..rows).map(term).sum::<f64>();
            }
            for scratch in [0, height + width, khatri_rao_scratch(height + width)] {
                let mut out = start.clone();
                khatri_rao(0.7, left, right, rows, &mut vec![0.0; scratch], &mut out);
                close(&out, &expected, rows);
            }
        }
    }
}

#[test]
fn differences_of_rows() {
    for (rows, columns, inner) in sizes() {
        let (a, w, c) = (entries(rows * inner, 1), entries(inner, 2), entries(rows * columns, 3));
        let b = entries(columns * inner, 4);
        for (to_row, to_column) in [(1, columns), (inner, 1)] {
            let shape = [rows, columns, inner, to_row, to_column];
            let square = |i: usize, j: usize, k: usize| (a[i + k * rows] - b[j * to_row + k * to_column]).powi(2);
            for weights in [&[][..], &[&w[..]], &[&w[..], &w[..]]] {
                let weight = |k: usize| weights.iter().fold(0.7, |product, w| product * w[k]);
                let (mut out, mut expected) = (c.clone(), c.clone());
                squared_distances(0.7, weights, &a, &b, shape, &mut out);
                for (n, entry) in expected.iter_mut().enumerate() {
                    *entry += (0..inner).map(|k| weight(k) * square(n % rows, n / rows, k)).sum::<f64>();
                }
                close(&out, &expected, 4 * inner);
            }
            let (mut out, mut expected) = (w.clone(), w.clone());
            squared_differences(-1.5, &c, &a, &b, shape, &mut out);
            for (k, entry) in expected.iter_mut().enumerate() {
                let terms = (0..rows * columns).map(|n| c[n] * square(n % rows, n / rows, k));
                *entry -= 1.5 * terms.sum::<f64>();
            }
            close(&out, &expected, 4 * rows * columns);
        }
    }
}

/// One table on both sides has the bits of two equal ones, whatever stood in the target.
#[test]
fn differences_of_rows_of_one_table() {
    for n in 0..75 {
        let inner = 1 + n % 5;
        let (a, w, start) = (entries(n * inner, 1), entries(inner, 2), entries(n * n, 3));
        let (mut one, mut two) = (start.clone(), start);
        squared_distances(0.7, &[&w], &a, &a, [n, n, inner, 1, n], &mut one);
        squared_distances(0.7, &[&w], &a, &a.clone(), [n, n, inner, 1, n], &mut two);
        assert_eq!(one, two, "{n}");
    }
}

/// The rows of each strip.
fn strips(rows: usize, columns: usize) -> Vec<Vec<usize>> {
    let found = std::sync::Mutex::new(Vec::new());
    over_strips::<f64, 0>((rows, columns), [], &mut [], |strip, [], _| {
        found.lock().expect("no thread panics").push(strip.collect());
    });
    let mut found: Vec<Vec<usize>> = found.into_inner().expect("no thread panics");
    found.sort();
    found
}

/// Products with some rows are those of the rows alone, and strips are all rows once.
#[test]
fn products_with_some_rows() {
    for (rows, columns) in [(1, 1), (9, 3), (40, 8), (67, 17), (133, 24)] {
        let a = entries(rows * columns, 1);
        for (first, height) in [(0, rows), (0, rows / 2), (rows / 3, rows - rows / 3), (rows - 1, 1)] {
            let part: Vec<f64> = a.chunks(rows).flat_map(|column| &column[first..first + height]).copied().collect();
            let (x, w) = (entries(columns, 2), entries(height, 3));
            let (mut found, mut expected) = (w.clone(), w.clone());
            gemv_rows((&a, rows, columns), first, (0.7, &x, &mut found));
            gemv(0.7, &part, height, columns, &x, &mut expected);
            close(&found, &expected, 2 * columns);
            gemv_rows_into((&a, rows, columns), first, (0.7, &x, &mut found));
            expected.fill(0.0);
            gemv(0.7, &part, height, columns, &x, &mut expected);
            close(&found, &expected, 2 * columns);
            let (z, mut other, mut both) = (entries(columns, 4), entries(height, 5), w.clone());
            gemv_both_rows((&a, rows, columns), first, (-1.3, &z, &mut both), (0.7, &x, &mut other));
            close(&other, &expected, 2 * columns);
            expected.copy_from_slice(&w);
            gemv(-1.3, &part, height, columns, &z, &mut expected);
            close(&both, &expected, 2 * columns);
            let (mut found, mut expected) = (x.clone(), x.clone());
            gemv_t_rows((&a, rows, columns), first, (0.7, &w, &mut found));
            gemv_t(0.7, &part, height, columns, &w, &mut expected);
            close(&found, &expected, 2 * rows);
        }
    }
    for (rows, columns) in [(0, 5), (5, 0), (5000, 200), (100_000, 3), (10, 40_000)] {
        let covered = strips(rows, columns).concat();
        assert!(covered.into_iter().eq(0..rows), "{rows} x {columns}");
    }
    assert!(strips(5000, 200).len() > 10 && strips(50, 100).len() == 1);
    assert!(blocks(500, 250).count() > 10 && blocks(500, 250).flatten().eq(0..500));
}
