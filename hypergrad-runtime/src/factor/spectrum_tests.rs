//! Determinant, inertia and condition, against nalgebra's decompositions and matrices made for it.

use nalgebra::{DMatrix, DVector, SMatrix};

use super::condition::{HOPELESS, estimate};
use super::*;

fn random(n: usize, seed: u64) -> DMatrix<f64> {
    let mut entries = vec![0.0; n * n + seed as usize];
    crate::kernels::scatter(&mut entries);
    DMatrix::from_column_slice(n, n, &entries[seed as usize..])
}

fn factor<F: Factorization<Scalar = f64>>(a: &DMatrix<f64>) -> Result<F, LinearError> {
    let mut factor = F::new("A", a.nrows())?;
    factor.matrix_mut().copy_from_slice(a.as_slice());
    factor.factor("A")?;
    Ok(factor)
}

fn agrees<F: Factorization<Scalar = f64> + Spectrum>(a: &DMatrix<f64>) {
    let factor: F = factor(a).expect("regular");
    let (found, determinant) = (factor.log_det(), a.determinant());
    assert_eq!(found.sign, determinant.signum());
    assert!((found.ln_abs - determinant.abs().ln()).abs() < 1e-11, "{} {}", found.ln_abs, determinant.abs().ln());
    if let Some(inertia) = factor.inertia() {
        let values = a.clone().symmetric_eigenvalues();
        let positive = values.iter().filter(|v| **v > 0.0).count();
        assert_eq!(inertia, Inertia::new(positive, a.nrows() - positive));
    }
}

#[test]
fn determinants_and_inertia() {
    for n in 1..12 {
        for seed in 0..20 {
            let a = random(n, seed);
            let symmetric = &a + a.transpose();
            agrees::<Lu<DMatrix<f64>>>(&a);
            agrees::<Ldlt<DMatrix<f64>>>(&symmetric);
            agrees::<Cholesky<DMatrix<f64>>>(&(&a * a.transpose() + DMatrix::identity(n, n) * 0.01));
            let mut diagonal: Diagonal<DVector<f64>> = Diagonal::new("A", n).unwrap();
            diagonal.matrix_mut().copy_from_slice(a.diagonal().as_slice());
            let matrix = DMatrix::from_diagonal(&a.diagonal());
            let found = (diagonal.inertia(), diagonal.log_det().sign);
            let negative = a.diagonal().iter().filter(|d| **d < 0.0).count();
            assert_eq!(found, (Some(Inertia::new(n - negative, negative)), matrix.determinant().signum()));
        }
    }
}

#[test]
fn blocks_and_parts() {
    type Of = Blocks<method::Ldlt, DMatrix<f64>, DVector<f64>, 1>;
    let parts: Vec<DMatrix<f64>> = (0..3).map(|seed| random(4, seed)).map(|a| &a + a.transpose()).collect();
    let mut whole = DMatrix::zeros(12, 12);
    let mut blocks = Of::empty();
    blocks.resize("A", 3, [Segment { offset: 0, length: 4, stride: 1, step: 4 }]).unwrap();
    for (b, part) in parts.iter().enumerate() {
        whole.view_mut((4 * b, 4 * b), (4, 4)).copy_from(part);
        blocks.matrix_mut()[16 * b..][..16].copy_from_slice(part.as_slice());
    }
    blocks.factor("A").unwrap();
    let reference: Ldlt<DMatrix<f64>> = factor(&whole).unwrap();
    assert_eq!(blocks.inertia(), reference.inertia());
    assert!((blocks.log_det().ln_abs - reference.log_det().ln_abs).abs() < 1e-12);
    assert!(blocks.condition() >= 1.0 && blocks.condition() < 1e4);

    let mut split: DiagonalPlusGram<method::Cholesky, DMatrix<f64>, DMatrix<f64>, DMatrix<f64>, DVector<f64>, DVector<f64>> =
        DiagonalPlusGram::empty();
    let (d, b) = (DVector::from_fn(9, |i, _| 0.5 + i as f64), random(9, 3).rows(0, 2).into_owned());
    assert!(split.resize("A", 9, 2).unwrap());
    split.diagonal_mut().copy_from_slice(d.as_slice());
    split.roots_mut().copy_from_slice(b.transpose().as_slice());
    assert!(split.factor_parts("A").unwrap());
    let whole = DMatrix::from_diagonal(&d) + b.transpose() * &b;
    assert!((split.log_det().ln_abs - whole.determinant().ln()).abs() < 1e-12);
    assert_eq!(split.inertia(), Some(Inertia::new(9, 0)));
    assert!(split.condition() >= 1.0 && split.condition() < 100.0);
}

/// `|C A⁻¹ R|_1` by the inverse itself.
fn scaled_inverse<M: Method>(factored: &[f64], pivots: &[usize], a: &DMatrix<f64>) -> f64 {
    let n = a.nrows();
    let (mut rows, mut cols) = (vec![0.0; n], vec![0.0; n]);
    M::scales(factored, pivots, n, &mut rows, &mut cols);
    let inverse = a.clone().try_inverse().unwrap();
    let scaled = DMatrix::from_fn(n, n, |i, j| cols[i] * inverse[(i, j)] * rows[j]);
    (0..n).map(|j| scaled.column(j).abs().sum()).fold(0.0, f64::max)
}

/// The bound lies above, the estimate below and close.
fn encloses<M: Method>(a: &DMatrix<f64>) {
    let n = a.nrows();
    let (mut factored, mut pivots) = (a.as_slice().to_vec(), vec![0; n]);
    let smallest = M::eliminate("A", &mut factored, &mut pivots, n, &mut []).expect("regular");
    let exact = scaled_inverse::<M>(&factored, &pivots, a);
    let bound = M::inverse_bound(n, smallest);
    let found = estimate::<M, DMatrix<f64>>((&factored, &pivots, n), &mut []);
    assert!(bound >= exact * (1.0 - 1e-9), "{bound:e} is no bound of {exact:e}");
    assert!(found <= exact * (1.0 + 1e-9) && found >= exact / 10.0, "{found:e} is no estimate of {exact:e}");
}

#[test]
fn bounds_hold_and_estimates_are_close() {
    for n in 1..9 {
        for seed in 0..40 {
            let a = random(n, seed);
            encloses::<method::Lu>(&a);
            encloses::<method::Ldlt>(&(&a + a.transpose()));
            encloses::<method::Cholesky>(&(&a * a.transpose() + DMatrix::identity(n, n) * 1e-3));
        }
    }
}

/// 1 on the diagonal, -1 above: no pivot is small and nothing cancels, yet `|A⁻¹|` is `2^(n-1)`.
fn triangular(n: usize) -> DMatrix<f64> {
    DMatrix::from_fn(n, n, |i, j| match i.cmp(&j) {
        core::cmp::Ordering::Less => -1.0,
        core::cmp::Ordering::Equal => 1.0,
        core::cmp::Ordering::Greater => 0.0,
    })
}

#[test]
fn triangular_matrices_without_a_small_pivot() {
    let condition = |n| factor::<Lu<DMatrix<f64>>>(&triangular(n)).map(|mut lu| lu.condition());
    assert!(condition(30).unwrap() > 1e8);
    for n in [52, 56, 60] {
        assert!(matches!(condition(n), Err(LinearError::IllConditioned { .. })), "{n}: {:?}", condition(n));
    }
    // L Lᵀ, L unit lower triangular with -1 below: the pivots are 1, 1, 1, ...
    let gram = |n| triangular(n).transpose() * triangular(n);
    assert!(factor::<Cholesky<DMatrix<f64>>>(&gram(10)).is_ok());
    let wrong = factor::<Cholesky<DMatrix<f64>>>(&gram(30)).err();
    assert!(
        matches!(wrong, Some(LinearError::IllConditioned { condition, .. }) if condition * f64::EPSILON > HOPELESS),
        "{wrong:?}"
    );
    assert!(factor::<Ldlt<DMatrix<f64>>>(&gram(30)).is_err());
}

#[test]
fn constant_storage_needs_no_heap_for_it() {
    let mut lu: Lu<SMatrix<f64, 3, 3>> = Lu::new("A", 3).unwrap();
    lu.matrix_mut().copy_from_slice(random(3, 1).as_slice());
    lu.factor("A").unwrap();
    let kept = lu.condition();
    assert!(kept >= 1.0 && kept.to_bits() == lu.condition().to_bits());
}
