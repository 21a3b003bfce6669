//! A matrix among others has the same factor as alone, to the last bit.

use nalgebra::DMatrix;

use super::*;
use crate::error::LinearError;
use crate::factor::{Blocks, Eliminate, Factorization, LogDet, Lu, Segment, Spectrum, is_gain_abreast, method};
use crate::kernels::scatter;
use crate::scalar::Real;

type Several<T> = Blocks<method::Lu, DMatrix<T>, DMatrix<T>, 1>;

/// `count` matrices of n rows, some of which need exchanges.
fn matrices<T: Real>(n: usize, count: usize) -> Vec<T> {
    let mut entries = vec![T::ZERO; n * n * count];
    scatter(&mut entries);
    for (b, matrix) in entries.chunks_exact_mut(n * n).enumerate() {
        matrix.iter_mut().step_by(n + 1).for_each(|entry| *entry += T::lit([2.0, 5.0, 3.0][b % 3]));
    }
    entries
}

fn several<T: Real>(n: usize, count: usize, entries: &[T], step: usize) -> (Several<T>, Result<(), LinearError>) {
    let mut several = Several::empty();
    let (stride, step) = if step == 1 { (count, 1) } else { (1, n) };
    several.resize("A", count, [Segment { offset: 0, length: n, stride, step }]).unwrap();
    several.matrix_mut().copy_from_slice(entries);
    let result = several.factor("A");
    (several, result)
}

fn alone<T: Real>(n: usize, matrix: &[T]) -> Lu<DMatrix<T>> {
    let mut alone = Lu::new("A", n).unwrap();
    alone.matrix_mut().copy_from_slice(matrix);
    alone.factor("A").unwrap();
    alone
}

fn each_is_as_alone<T: Real>(n: usize, count: usize, step: usize) {
    let entries = matrices::<T>(n, count);
    let (mut several, result) = several(n, count, &entries, step);
    result.unwrap();
    let expected = if is_gain_abreast(n) { count / ABREAST * ABREAST } else { 0 };
    assert_eq!(several.abreast, if size_of::<T>() == 8 { expected } else { 0 }, "{n} rows");
    let mut alone: Vec<Lu<DMatrix<T>>> = entries.chunks_exact(n * n).map(|matrix| alone(n, matrix)).collect();
    let mut rhs = vec![T::ZERO; n * count];
    scatter(&mut rhs);
    let place = |b: usize, i: usize| if step == 1 { b + i * count } else { b * n + i };
    for transposed in [false, true] {
        let mut out = rhs.clone();
        if transposed {
            several.solve_tr(&mut out);
        } else {
            several.solve(&mut out);
        }
        for (b, alone) in alone.iter().enumerate() {
            let mut part: Vec<T> = (0..n).map(|i| rhs[place(b, i)]).collect();
            if transposed {
                alone.solve_tr(&mut part);
            } else {
                alone.solve(&mut part);
            }
            let is_same = |i: usize| part[i].wide().to_bits() == out[place(b, i)].wide().to_bits();
            assert!((0..n).all(is_same), "{n} rows, block {b} of {count}, transposed: {transposed}");
        }
    }
    let worst = alone.iter_mut().map(Spectrum::condition).fold(0.0, f64::max);
    assert_eq!(several.condition().to_bits(), worst.to_bits(), "{n} rows, {count} blocks");
    let dets = alone.iter().map(Spectrum::log_det).fold(LogDet::ONE, LogDet::and);
    assert_eq!(several.log_det(), dets);
}

#[test]
fn a_matrix_among_others_is_as_alone() {
    for (n, counts) in [(11, [9, 16]), (12, [7, 8]), (13, [17, 19]), (50, [8, 20]), (63, [9, 10]), (64, [8, 9])] {
        for count in counts {
            each_is_as_alone::<f64>(n, count, n);
            each_is_as_alone::<f64>(n, count, 1);
            each_is_as_alone::<f32>(n, count, n);
        }
    }
}

/// The last column may be so small that its reciprocal is infinite; before it no pivot is.
#[test]
fn a_tiny_column_is_left_to_one_by_one() {
    let n = 12;
    let mut entries = matrices::<f64>(n, 9);
    entries[(n - 1) * n..n * n].iter_mut().for_each(|entry| *entry *= 1e-310);
    let (several, result) = several(n, 9, &entries, n);
    assert_eq!((result, several.abreast), (Ok(()), 0));
}

/// With vectors of four numbers as with those of eight.
#[cfg(target_arch = "x86_64")]
#[test]
fn every_machine_gives_the_same_bits() {
    let Some(four) = pulp::x86::V3::try_new() else { return };
    for n in [12, 21, 50] {
        let (mut a, mut scratch) = (matrices::<f64>(n, ABREAST), vec![0.0; room_abreast(n)]);
        let (mut b, mut pivots, mut of_b) = (a.clone(), vec![0; ABREAST * n], vec![0; ABREAST * n]);
        assert!(f64::factor_abreast(&mut a, &mut pivots, n, &mut scratch));
        let mut is_sound = false;
        let task = Task::Factor { matrices: &mut b, pivots: &mut of_b, n, scratch: &mut scratch, is_sound: &mut is_sound };
        Simd::vectorize(four, task);
        assert!(is_sound && pivots == of_b && is_same(&a, &b));
        let (mut x, mut y) = (vec![0.0; ABREAST * n], vec![0.0; ABREAST * n]);
        scatter(&mut x);
        y.copy_from_slice(&x);
        f64::solve_abreast((&a, &pivots, n), &mut x);
        f64::solve_tr_abreast((&a, &pivots, n), &mut x);
        Simd::vectorize(four, Task::Solve((&a, &pivots, n), &mut y));
        Simd::vectorize(four, Task::SolveTr((&a, &pivots, n), &mut y));
        assert!(is_same(&x, &y));
        let mut out = [0.0; ABREAST];
        Simd::vectorize(four, Task::Conditions { factors: (&a, &pivots, n), scratch: &mut scratch, out: &mut out });
        assert!(is_same(&f64::conditions_abreast((&a, &pivots, n), &mut scratch), &out));
    }
}

fn is_same(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
}

/// Whichever of several it is.
#[test]
fn what_cannot_be_factored_is_named() {
    let n = 16;
    for block in [0, 7, 8, 13, 17] {
        let mut entries = matrices::<f64>(n, 18);
        let own = &mut entries[block * n * n..][..n * n];
        own.copy_within(..n, 3 * n);
        let error = several(n, 18, &entries, n).1.unwrap_err();
        assert!(error.to_string().contains(&format!("block {block} of")), "{error}");
        let at = block * n * n + 5;
        entries[at] = f64::NAN;
        let error = several(n, 18, &entries, n).1.unwrap_err();
        assert!(matches!(error, LinearError::NonFinite { index, .. } if index == at), "{error}");
    }
}

/// Rows that agree but for their last digits: the bound says nothing, the estimate refuses.
#[test]
fn what_is_nearly_singular_is_refused() {
    let n = 16;
    let mut entries = matrices::<f64>(n, 9);
    let own = &mut entries[4 * n * n..][..n * n];
    for i in 0..n {
        own[3 * n + i] = own[i] * (1.0 + 4e-15 * (i as f64).sin());
    }
    let error = several(n, 9, &entries, n).1.unwrap_err();
    assert!(error.to_string().contains("block 4 of"), "{error}");
}
