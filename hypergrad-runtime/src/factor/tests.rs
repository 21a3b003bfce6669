//! Residuals, transposes, indefinite and singular matrices.
#![expect(clippy::float_cmp, reason = "exact values are meant")]

use nalgebra::{DMatrix, DVector, Matrix3, Vector3};

use super::*;
use crate::storage::Dense;

fn random(n: usize, seed: u64) -> DMatrix<f64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    DMatrix::from_fn(n, n, |_, _| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1u64 << 30) as f64 - 1.0
    })
}

fn factor<F: Factorization<Scalar = f64>>(a: &[f64], n: usize) -> Result<F, LinearError> {
    let mut factor = F::new("A", n)?;
    factor.matrix_mut().copy_from_slice(a);
    factor.factor("A")?;
    Ok(factor)
}

/// `|A x - b|` and `|Aᵀ x - b|` are below `c n eps |A| |x|`: backward stability.
fn solves<F: Factorization<Scalar = f64>>(a: &DMatrix<f64>) {
    let n = a.nrows();
    let factor: F = factor(a.as_slice(), n).expect("regular");
    let b = DVector::from_fn(n, |i, _| (i as f64).sin() + 0.3);
    for transposed in [false, true] {
        let mut x = b.clone();
        let a = if transposed { a.transpose() } else { a.clone() };
        if transposed {
            factor.solve_tr(x.as_mut_slice());
        } else {
            factor.solve(x.as_mut_slice());
        }
        let tolerance = 100.0 * n as f64 * f64::EPSILON * (a.norm() * x.norm() + b.norm());
        assert!((&a * &x - &b).norm() <= tolerance, "n = {n}, {transposed}: {}", (&a * &x - &b).norm());
    }
}

#[test]
fn every_factorisation_solves() {
    for n in (0..20).chain([50, 101, 96, 137, 171]) {
        for seed in 0..4 {
            let a = random(n, seed + 100 * n as u64);
            solves::<Lu<DMatrix<f64>>>(&a);
            solves::<Cholesky<DMatrix<f64>>>(&(&a * a.transpose() + DMatrix::identity(n, n) * 0.1));
            solves::<Ldlt<DMatrix<f64>>>(&(&a + a.transpose()));
            // Zero diagonal: every first step is a 2 x 2 block.
            let mut hollow = &a + a.transpose();
            hollow.fill_diagonal(0.0);
            if n != 1 {
                solves::<Ldlt<DMatrix<f64>>>(&hollow);
            }
            let saddle = DMatrix::from_fn(2 * n, 2 * n, |i, j| match (i < n, j < n) {
                (true, true) => {
                    if i == j {
                        2.0
                    } else {
                        0.0
                    }
                }
                (true, false) => a[(i, j - n)],
                (false, true) => a[(j, i - n)],
                (false, false) => 0.0,
            });
            solves::<Ldlt<DMatrix<f64>>>(&saddle);
        }
    }
}

#[test]
fn indefinite_two_by_two_and_static_storage() {
    let a = Matrix3::new(0.0, 1.0, 2.0, 1.0, 0.0, 3.0, 2.0, 3.0, 0.0);
    let ldlt: Ldlt<Matrix3<f64>> = factor(a.as_slice(), 3).expect("regular");
    let lu: Lu<Matrix3<f64>> = factor(a.as_slice(), 3).expect("regular");
    let (mut x, mut z) = (Vector3::new(1.0, -2.0, 0.5), Vector3::new(1.0, -2.0, 0.5));
    ldlt.solve(x.as_mut_slice());
    lu.solve(z.as_mut_slice());
    assert!((x - z).norm() < 1e-14);
    assert!((a * x - Vector3::new(1.0, -2.0, 0.5)).norm() < 1e-14);
}

#[test]
fn diagonal_divides() {
    let d: Diagonal<DVector<f64>> = factor(&[2.0, -4.0], 2).expect("regular");
    let mut x = [1.0, 1.0];
    d.solve(&mut x);
    assert_eq!(x, [0.5, -0.25]);
    assert!(matches!(factor::<Diagonal<DVector<f64>>>(&[1.0, 0.0], 2), Err(LinearError::Singular { pivot: 1, .. })));
}

#[test]
fn singular_matrices_are_typed() {
    let mut rank = random(6, 3);
    let last = rank.column(0) * 0.5 - rank.column(3);
    rank.set_column(5, &last);
    assert!(matches!(factor::<Lu<DMatrix<f64>>>(rank.as_slice(), 6), Err(LinearError::Singular { pivot: 5, .. })));
    let gram = DMatrix::from_element(4, 4, 1.0);
    assert!(matches!(factor::<Cholesky<DMatrix<f64>>>(gram.as_slice(), 4), Err(LinearError::Singular { pivot: 1, .. })));
    assert!(matches!(factor::<Ldlt<DMatrix<f64>>>(gram.as_slice(), 4), Err(LinearError::Singular { pivot: 1, .. })));
    let zero = DMatrix::zeros(3, 3);
    assert!(matches!(factor::<Ldlt<DMatrix<f64>>>(zero.as_slice(), 3), Err(LinearError::Singular { pivot: 0, .. })));
    assert!(matches!(factor::<Lu<DMatrix<f64>>>(zero.as_slice(), 3), Err(LinearError::Singular { pivot: 0, .. })));
}

#[test]
fn indefinite_is_not_definite() {
    let a = DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 2.0, 1.0]);
    let error = factor::<Cholesky<DMatrix<f64>>>(a.as_slice(), 2).expect_err("indefinite");
    assert_eq!(error, LinearError::NotDefinite { what: "A", block: None, pivot: 1, value: -3.0 });
}

#[test]
fn scaling_is_not_singularity() {
    let d = [1e-30, 1.0, 1e30];
    let a = random(3, 5);
    let spd = &a * a.transpose() + DMatrix::identity(3, 3);
    let scaled = DMatrix::from_fn(3, 3, |i, j| d[i] * spd[(i, j)] * d[j]);
    assert!(factor::<Cholesky<DMatrix<f64>>>(scaled.as_slice(), 3).is_ok());
    assert!(factor::<Ldlt<DMatrix<f64>>>(DMatrix::from_diagonal(&d.to_vec().into()).as_slice(), 3).is_ok());
    let rows = DMatrix::from_fn(3, 3, |i, j| d[i] * a[(i, j)]);
    assert!(factor::<Lu<DMatrix<f64>>>(rows.as_slice(), 3).is_ok());
    assert!(factor::<Lu<DMatrix<f64>>>(rows.transpose().as_slice(), 3).is_ok());
}

#[test]
fn non_finite_and_too_large_are_typed() {
    let a = [1.0, 0.0, f64::NAN, 1.0];
    for error in [
        factor::<Lu<DMatrix<f64>>>(&a, 2).err(),
        factor::<Cholesky<DMatrix<f64>>>(&a, 2).err(),
        factor::<Ldlt<DMatrix<f64>>>(&a, 2).err(),
    ] {
        assert_eq!(error, Some(LinearError::NonFinite { what: "A", index: 2 }));
    }
    assert!(matches!(Lu::<DMatrix<f64>>::new("F_1", 1 << 20), Err(LinearError::TooLarge { .. })));
    assert!(matches!(DMatrix::<f64>::try_zeros("A", usize::MAX, 2), Err(LinearError::TooLarge { .. })));
}

/// Matrices of rank n - 1, where rounding leaves pivots of any small size.
#[test]
fn rank_deficient_matrices_are_refused() {
    for n in [2, 3, 5, 10, 30] {
        for seed in 0..50 {
            let a = random(n, seed).remove_row(0);
            let gram = a.transpose() * &a;
            let signs = DMatrix::from_fn(n - 1, n - 1, |i, j| if i == j { 1.0 - 2.0 * (i % 2) as f64 } else { 0.0 });
            let mixed = a.transpose() * signs * &a;
            let other = random(n, seed + 99).remove_column(0) * &a;
            let refused = |result: Option<LinearError>| {
                assert!(matches!(result, Some(LinearError::Singular { .. })), "{n} {seed} {result:?}");
            };
            refused(factor::<Cholesky<DMatrix<f64>>>(gram.as_slice(), n).err());
            refused(factor::<Ldlt<DMatrix<f64>>>(mixed.as_slice(), n).err());
            refused(factor::<Lu<DMatrix<f64>>>(other.as_slice(), n).err());
        }
    }
}

/// Ill-conditioned but regular: a Hilbert matrix of condition 1e10 keeps digits, one of 1e17 does not.
#[test]
fn ill_conditioned_matrices_are_solved() {
    let hilbert = |n: usize| DMatrix::from_fn(n, n, |i, j| 1.0 / (i + j + 1) as f64);
    for n in [3, 6, 8] {
        assert!(factor::<Cholesky<DMatrix<f64>>>(hilbert(n).as_slice(), n).is_ok());
        assert!(factor::<Ldlt<DMatrix<f64>>>(hilbert(n).as_slice(), n).is_ok());
        assert!(factor::<Lu<DMatrix<f64>>>(hilbert(n).as_slice(), n).is_ok());
    }
    assert!(factor::<Lu<DMatrix<f64>>>(hilbert(14).as_slice(), 14).is_err());
}

/// Three blocks of four rows, the first three rows of x laid out by columns, the fourth behind them.
fn blocks<M: Method>(of: impl Fn(&DMatrix<f64>) -> DMatrix<f64>) {
    let segments = [Segment { offset: 0, length: 3, stride: 3, step: 1 }, Segment { offset: 9, length: 1, stride: 1, step: 1 }];
    let entry = |b: usize, row: usize| if row < 3 { b + 3 * row } else { 9 + b };
    let mut factor = Blocks::<M, DMatrix<f64>, DVector<f64>, 2>::empty();
    factor.resize("A", 3, segments).expect("small");
    let mut dense = DMatrix::zeros(12, 12);
    for (b, target) in factor.matrix_mut().chunks_exact_mut(16).enumerate() {
        let block = of(&random(4, 7 + b as u64));
        target.copy_from_slice(block.as_slice());
        for i in 0..4 {
            for j in 0..4 {
                dense[(entry(b, i), entry(b, j))] = block[(i, j)];
            }
        }
    }
    factor.factor("A").expect("regular");
    let rhs = DVector::from_fn(12, |i, _| (i as f64).sin() + 0.3);
    let (mut x, mut z) = (rhs.clone(), rhs.clone());
    factor.solve(x.as_mut_slice());
    factor.solve_tr(z.as_mut_slice());
    // Backward stability, as for one dense matrix; entries are of order one.
    let tolerance = 1e3 * f64::EPSILON * (dense.norm() * (x.norm() + z.norm()) + rhs.norm());
    assert!((&dense * x - &rhs).norm() <= tolerance);
    assert!((dense.transpose() * z - rhs).norm() <= tolerance);
}

#[test]
fn blocks_solve_where_they_lie() {
    blocks::<method::Lu>(Clone::clone);
    blocks::<method::Ldlt>(|a| a + a.transpose());
    blocks::<method::Cholesky>(|a| a * a.transpose() + DMatrix::identity(4, 4));
}

#[test]
fn errors_name_the_block() {
    let segments = [Segment { offset: 0, length: 2, stride: 1, step: 2 }];
    let error = |last: [f64; 4]| {
        let mut factor = Blocks::<method::Cholesky, DMatrix<f64>, DVector<f64>, 1>::empty();
        factor.resize("A", 2, segments).expect("small");
        factor.matrix_mut().copy_from_slice(&[[1.0, 0.0, 0.0, 1.0], last].concat());
        factor.factor("A").expect_err("the last block")
    };
    assert!(matches!(error([1.0, 1.0, 1.0, 1.0]), LinearError::Singular { block: Some(1), pivot: 1, .. }));
    let indefinite = LinearError::NotDefinite { what: "A", block: Some(1), pivot: 1, value: -3.0 };
    assert_eq!(error([1.0, 2.0, 2.0, 1.0]), indefinite);
    assert_eq!(error([1.0, f64::NAN, 0.0, 1.0]), LinearError::NonFinite { what: "A", index: 5 });
    assert!(indefinite.to_string().starts_with("block 1 of `A` is not positive definite"));
    let mut large = Blocks::<method::Lu, DMatrix<f64>, DVector<f64>, 1>::empty();
    let segment = Segment { offset: 0, length: 1 << 16, stride: 1, step: 1 << 16 };
    assert!(matches!(large.resize("F_1", 1 << 16, [segment]), Err(LinearError::TooLarge { .. })));
}

type Split = DiagonalPlusGram<method::Cholesky, DMatrix<f64>, DMatrix<f64>, DMatrix<f64>, DVector<f64>, DVector<f64>>;

fn split(d: &DVector<f64>, b: &DMatrix<f64>) -> Result<Option<Split>, LinearError> {
    let mut factor = Split::empty();
    assert!(factor.resize("A", d.len(), b.nrows())?);
    factor.diagonal_mut().copy_from_slice(d.as_slice());
    factor.roots_mut().copy_from_slice(b.transpose().as_slice());
    Ok(factor.factor_parts("A")?.then_some(factor))
}

fn rectangle(rows: usize, n: usize, seed: u64) -> DMatrix<f64> {
    random(n, seed).rows(0, rows).into_owned()
}

/// The error of the parts beside that of one dense Cholesky factorisation, both against a solution
/// that is known; each is at most `c eps cond`.
#[test]
fn a_diagonal_plus_gram_is_solved_by_its_parts() {
    for (n, rows) in [(2, 1), (7, 3), (40, 5), (60, 30)] {
        for (small, size) in [(1.0, 1.0), (1e-3, 1.0), (1e-5, 1.0), (1.0, 1e2), (1e6, 1.0)] {
            let d = DVector::from_fn(n, |i, _| small * (2.0 + (i as f64).sin()));
            let b = rectangle(rows, n, n as u64) * size;
            let dense = DMatrix::from_diagonal(&d) + b.transpose() * &b;
            let x = DVector::from_fn(n, |i, _| (1.7 * i as f64).cos());
            let rhs = &dense * &x;
            let mut by_parts = rhs.clone();
            let mut factor = split(&d, &b).expect("regular").expect("well conditioned");
            factor.solve(by_parts.as_mut_slice());
            let eigenvalues = dense.symmetric_eigenvalues();
            let tolerance = 100.0 * f64::EPSILON * n as f64 * eigenvalues.max() / eigenvalues.min();
            assert!((&by_parts - &x).norm() <= tolerance * x.norm(), "{n} {rows} {small} {size}: {}", (by_parts - x).norm());
        }
    }
}

/// Condition 1e12 in a matrix too large to factor whole: refined until the residual is that of rounding.
#[test]
fn ill_conditioned_parts_are_refined() {
    let (n, rows) = (2100, 3);
    let d = DVector::from_fn(n, |i, _| 1e-9 * (2.0 + (i as f64).sin()));
    let b = DMatrix::from_fn(rows, n, |k, i| ((k + 1) as f64 * 0.37 * i as f64).cos());
    let product = |x: &DVector<f64>| d.component_mul(x) + b.tr_mul(&(&b * x));
    // One right-hand side along the rows of B, one across them.
    for rhs in [b.tr_mul(&DVector::from_element(rows, 1.0)), DVector::from_fn(n, |i, _| (1.7 * i as f64).cos())] {
        let mut x = rhs.clone();
        split(&d, &b).expect("regular").expect("large").solve(x.as_mut_slice());
        let tolerance = 100.0 * f64::EPSILON * (b.norm().powi(2) * x.norm() + rhs.norm());
        assert!((product(&x) - &rhs).norm() <= tolerance, "{} {tolerance}", (product(&x) - rhs).norm());
    }
}

/// d from 1 to 1e12: the parts scale with it, and their error stays that of rounding.
#[test]
fn an_uneven_diagonal_is_scaled() {
    let (n, rows) = (30, 6);
    let d = DVector::from_fn(n, |i, _| 10.0_f64.powf(12.0 * i as f64 / (n - 1) as f64));
    let b = rectangle(rows, n, 5);
    let x = DVector::from_fn(n, |i, _| (1.7 * i as f64).cos());
    let mut found = d.component_mul(&x) + b.tr_mul(&(&b * &x));
    split(&d, &b).expect("regular").expect("well conditioned").solve(found.as_mut_slice());
    for (found, x) in found.iter().zip(&x) {
        assert!((found - x).abs() <= 1e-12, "{found} {x}");
    }
}

/// A zero in d, or entries so small beside `BᵀB` that the parts lose them: the whole is better, and where
/// it is too large nothing is.
#[test]
fn doubtful_parts_are_left_to_the_whole() {
    let b = rectangle(3, 9, 4);
    let mut d = DVector::repeat(9, 1.0);
    d[4] = 0.0;
    assert!(split(&d, &b).expect("no error").is_none());
    d[4] = 1e-9;
    assert!(split(&d, &b).expect("no error").is_none());
    d[4] = f64::NAN;
    assert_eq!(split(&d, &b).err(), Some(LinearError::NonFinite { what: "A", index: 4 }));
    let large = |n: usize| {
        let d = DVector::from_fn(n, |i, _| if i == 7 { 1e-20 } else { 1.0 });
        split(&d, &DMatrix::repeat(1, n, 1.0))
    };
    assert!(large(3000).expect("no error").is_none());
    let error = large(30_000).err();
    assert!(matches!(error, Some(LinearError::Singular { pivot: 7, .. })), "{error:?}");
    // As many rows as columns: no parts; also half, where the whole fits.
    assert_eq!(Split::empty().resize("A", 10, 10), Ok(false));
    assert_eq!(Split::empty().resize("A", 10, 6), Ok(false));
    assert_eq!(Split::empty().resize("A", 1_000_000, 60), Ok(true));
}

/// In blocks as at once: the same pivots are refused, wherever in a block they stand.
#[test]
fn large_matrices_are_refused_where_small_ones_are() {
    let n = 200;
    for at in [0, 31, 32, 70, 199] {
        let mut a = random(n, at as u64);
        let mut spd = &a * a.transpose();
        // Row `at` repeats the first ones, so that its pivot is rounding or zero.
        let row = a.row((at + 1) % n).clone_owned();
        a.set_row(at, &row);
        let error = factor::<Lu<DMatrix<f64>>>(a.as_slice(), n).expect_err("singular");
        assert!(matches!(error, LinearError::Singular { .. }), "{at}: {error:?}");
        spd[(at, at)] = -1.0;
        let error = factor::<Cholesky<DMatrix<f64>>>(spd.as_slice(), n).expect_err("not definite");
        assert!(matches!(error, LinearError::NotDefinite { pivot, .. } if pivot == at), "{at}: {error:?}");
        let mut zero = random(n, 7);
        zero.column_mut(at).fill(0.0);
        let error = factor::<Lu<DMatrix<f64>>>(zero.as_slice(), n).expect_err("singular");
        assert!(matches!(error, LinearError::Singular { pivot, value: 0.0, .. } if pivot == at), "{at}: {error:?}");
    }
}

/// The bound by the triangles is one: against the inverse, for matrices that are scaled and close to singular ones too.
#[test]
fn triangles_bound_the_condition() {
    for (n, seed) in [(9, 1), (12, 2), (20, 3), (50, 4), (50, 5), (101, 6)] {
        for distance in [1.0, 1e-3, 1e-9] {
            let mut a = random(n, seed);
            let sum = a.column(0) + a.column(1) - a.column(n - 1);
            a.column_mut(n - 1).axpy(1.0 - distance, &sum, 1.0);
            for i in 0..n {
                a.row_mut(i).scale_mut(10f64.powi((i % 7) as i32 - 3));
            }
            let (mut factor, mut pivots) = (a.clone(), vec![0; n]);
            method::Lu::eliminate("A", factor.as_mut_slice(), &mut pivots, n, &mut []).expect("regular");
            let (mut rows, mut cols, mut x) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
            method::Lu::scales(factor.as_slice(), &pivots, n, &mut rows, &mut cols);
            let bound = method::Lu::triangular_bound(factor.as_slice(), &pivots, n, (&rows, &cols), &mut x);
            let inverse = a.clone().try_inverse().expect("regular");
            let exact = (0..n).map(|j| (0..n).map(|i| (cols[i] * inverse[(i, j)] * rows[j]).abs()).sum::<f64>());
            let exact = exact.fold(0.0, f64::max);
            assert!(bound >= 0.99 * exact && bound.is_finite(), "n = {n}, {distance}: {bound} < {exact}");
            // |A| <= n R 1 1ᵀ C
            for (i, j) in (0..n).flat_map(|i| (0..n).map(move |j| (i, j))) {
                assert!(a[(i, j)].abs() <= (1.0 + 1e-9) * n as f64 * rows[i] * cols[j]);
            }
        }
    }
}

/// What is well conditioned is shown to be so without an estimate, which is made when it is asked for.
#[test]
fn conditions_are_estimated_when_asked() {
    let n = 50;
    let a = DMatrix::identity(n, n) + 0.05 * random(n, 7);
    let mut lu: Lu<DMatrix<f64>> = factor(a.as_slice(), n).expect("regular");
    let condition = lu.condition();
    assert!((1.0..1e4).contains(&condition), "{condition}");
}
