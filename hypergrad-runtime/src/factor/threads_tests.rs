//! Factorisations on several threads: the bits of one thread, since no sum is cut.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use nalgebra::DMatrix;

use super::{Blocks, Cholesky, Factorization, Lu, Method, Segment, Spectrum, method};
use crate::error::LinearError;
use crate::kernels::scatter;
use crate::threads::tests::on;

const SIZE: usize = 20;
const COUNT: usize = 301;

/// Matrices that are regular, and positive definite.
fn matrices() -> Vec<f64> {
    let mut entries = vec![0.0; SIZE * SIZE * COUNT];
    scatter(&mut entries);
    for matrix in entries.chunks_exact_mut(SIZE * SIZE) {
        for j in 0..SIZE {
            (0..j).for_each(|i| matrix[i + j * SIZE] = matrix[j + i * SIZE]);
            matrix[j + j * SIZE] += SIZE as f64;
        }
    }
    entries
}

type Several<M> = Blocks<M, DMatrix<f64>, DMatrix<f64>, 1>;

fn factored<M: Method>(entries: &[f64], segment: Segment) -> (Several<M>, Result<(), LinearError>) {
    let mut several = Several::empty();
    several.resize("A", COUNT, [segment]).unwrap();
    several.matrix_mut().copy_from_slice(entries);
    let result = several.factor("A");
    (several, result)
}

/// Solutions, of the transpose too, the condition, and the determinant, to the last bit; how many blocks were factored side
/// by side.
fn all_of<M: Method>(entries: &[f64], segment: Segment) -> (Vec<u64>, usize) {
    let (mut several, result) = factored::<M>(entries, segment);
    result.unwrap();
    let mut x = vec![0.0; SIZE * COUNT];
    scatter(&mut x);
    several.solve(&mut x);
    several.solve_tr(&mut x);
    x.extend([several.condition(), several.log_det().ln_abs]);
    (bits(&x), several.abreast)
}

const ONE_BY_ONE: Segment = Segment { offset: 0, length: SIZE, stride: 1, step: SIZE };
const SCATTERED: Segment = Segment { offset: 0, length: SIZE, stride: COUNT, step: 1 };

fn bits(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|number| number.to_bits()).collect()
}

/// The same on one and on three threads.
fn agrees<M: Method>(entries: &[f64], segment: Segment) -> usize {
    let of = |threads| on(threads, || all_of::<M>(entries, segment));
    let (one, three) = (of(1), of(3));
    assert!(one == three, "{segment:?}");
    one.1
}

#[test]
fn blocks_have_the_bits_of_one_thread() {
    let mut entries = matrices();
    for segment in [ONE_BY_ONE, SCATTERED] {
        assert_eq!(agrees::<method::Lu>(&entries, segment), 296);
        assert_eq!(agrees::<method::Cholesky>(&entries, segment), 0);
    }
    // A block that is left alone: those behind it are too, but for those of other parts.
    let tiny = &mut entries[41 * SIZE * SIZE - SIZE..][..SIZE];
    tiny.iter_mut().for_each(|entry| *entry *= 1e-310);
    for segment in [ONE_BY_ONE, SCATTERED] {
        assert_eq!(agrees::<method::Lu>(&entries, segment), 40);
    }
}

#[test]
fn the_first_block_that_cannot_be_factored_is_named() {
    let mut entries = matrices();
    for block in [300, 290, 150, 7] {
        entries[block * SIZE * SIZE..][..SIZE].fill(0.0);
        let error = on(3, || factored::<method::Lu>(&entries, ONE_BY_ONE).1).unwrap_err();
        assert!(error.to_string().contains(&format!("block {block} of")), "{error}");
        let at = block * SIZE * SIZE + 5;
        entries[at] = f64::NAN;
        let error = on(3, || factored::<method::Lu>(&entries, ONE_BY_ONE).1).unwrap_err();
        assert!(matches!(error, LinearError::NonFinite { index, .. } if index == at), "{error}");
    }
}

fn solved<F: Factorization<Scalar = f64>>(matrix: &[f64], n: usize) -> Vec<f64> {
    let mut factor = F::new("A", n).unwrap();
    factor.matrix_mut().copy_from_slice(matrix);
    factor.factor("A").unwrap();
    let mut x = vec![0.0; n];
    scatter(&mut x);
    factor.solve(&mut x);
    x
}

#[test]
fn large_matrices_have_the_bits_of_one_thread() {
    let n = 450;
    let mut matrix = vec![0.0; n * n];
    scatter(&mut matrix);
    for j in 0..n {
        (0..j).for_each(|i| matrix[i + j * n] = matrix[j + i * n]);
        matrix[j + j * n] += n as f64;
    }
    let of = |threads| on(threads, || [solved::<Lu<DMatrix<f64>>>(&matrix, n), solved::<Cholesky<DMatrix<f64>>>(&matrix, n)]);
    assert!(of(1) == of(3));
}
