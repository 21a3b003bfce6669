//! Vectors.

use nalgebra::ComplexField;

use crate::scalar::Real;

/// Partial sums, so that the loop has no chain of dependent additions.
const LANES: usize = 8;

/// Adds the partial sums in pairs.
#[inline]
fn reduce<T: Real>(a: [T; LANES]) -> T {
    ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]))
}

/// `aᵀb`.
#[inline]
pub fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    if a.len() >= super::wide::WIDE
        && let Some(sum) = T::wide_dot(a, b)
    {
        return sum;
    }
    let mut sums = [T::ZERO; LANES];
    let (chunks, other) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let (rest, rest_other) = (chunks.remainder(), other.remainder());
    for (a, b) in chunks.zip(other) {
        for ((sum, &a), &b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let mut tail = T::ZERO;
    for (&a, &b) in rest.iter().zip(rest_other) {
        tail += a * b;
    }
    reduce(sums) + tail
}

/// `sum_i a_i`.
#[inline]
pub fn sum<T: Real>(a: &[T]) -> T {
    let mut sums = [T::ZERO; LANES];
    let chunks = a.chunks_exact(LANES);
    let mut tail = T::ZERO;
    for &a in chunks.remainder() {
        tail += a;
    }
    for a in chunks {
        for (sum, &a) in sums.iter_mut().zip(a) {
            *sum += a;
        }
    }
    reduce(sums) + tail
}

/// `y += alpha x`.
#[inline]
pub fn axpy<T: Real>(alpha: T, x: &[T], y: &mut [T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y += alpha * x;
    }
}

/// `x *= alpha`.
#[inline]
pub fn scale<T: Real>(alpha: T, x: &mut [T]) {
    for x in x {
        *x *= alpha;
    }
}

/// The Euclidean norm, without overflow or underflow of the squares.
#[inline]
pub fn norm<T: Real>(a: &[T]) -> f64 {
    let squares = dot(a, a).wide();
    if squares.is_finite() && squares > 1e-280 && (size_of::<T>() == 8 || squares > 1e-30) {
        return ComplexField::sqrt(squares);
    }
    let largest = a.iter().fold(0.0, |largest: f64, t| {
        let t = ComplexField::abs(t.wide());
        if t > largest || t.is_nan() { t } else { largest }
    });
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    let sum = a.iter().fold(0.0, |sum, t| sum + (t.wide() / largest) * (t.wide() / largest));
    largest * ComplexField::sqrt(sum)
}

/// Whether no entry is infinite or NaN.
#[inline]
pub fn all_finite<T: Real>(a: &[T]) -> bool {
    // 0·t is NaN for those, and a sum vectorises where a search does not.
    let mut sums = [T::ZERO; LANES];
    let chunks = a.chunks_exact(LANES);
    let mut finite = true;
    for &a in chunks.remainder() {
        finite &= T::ZERO * a == T::ZERO;
    }
    for a in chunks {
        for (sum, &a) in sums.iter_mut().zip(a) {
            *sum += T::ZERO * a;
        }
    }
    finite && reduce(sums) == T::ZERO
}

/// The index of the first entry that is infinite or NaN.
#[inline]
pub fn first_non_finite<T: Real>(a: &[T]) -> Option<usize> {
    if all_finite(a) { None } else { a.iter().position(|t| !t.is_finite()) }
}

/// Fills with numbers in `[-1/2, 1/2)`, the same on every run.
pub fn scatter<S: Real>(out: &mut [S]) {
    let mut state = 0x2545_F491_u32;
    for out in out {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *out = S::lit(f64::from(state >> 8) / f64::from(1 << 24) - 0.5);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::float_cmp, reason = "exact values are meant")]
    use super::*;

    #[test]
    fn norm_survives_extremes() {
        assert!((norm(&[3e200, 4e200]) - 5e200).abs() < 1e185);
        assert!((norm(&[3e-200, 4e-200]) - 5e-200).abs() < 1e-215);
        assert!((norm(&[3e30_f32, 4e30]) - 5e30).abs() < 1e24);
        assert_eq!(norm::<f64>(&[]), 0.0);
        assert!(norm(&[1.0, f64::NAN, 2.0]).is_nan());
        assert!(norm(&[f64::NAN, f64::INFINITY]).is_nan() || norm(&[f64::NAN, f64::INFINITY]).is_infinite());
    }

    #[test]
    fn sums_agree_with_plain_loops() {
        for n in 0..40 {
            let a: Vec<f64> = (0..n).map(|i| (f64::from(i) * 0.7).sin()).collect();
            let b: Vec<f64> = (0..n).map(|i| (f64::from(i) * 1.3).cos()).collect();
            let plain: f64 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
            assert!((dot(&a, &b) - plain).abs() < 1e-13);
            assert!((sum(&a) - a.iter().sum::<f64>()).abs() < 1e-13);
            assert!(all_finite(&a));
            for i in 0..a.len() {
                let mut bad = a.clone();
                bad[i] = if i % 2 == 0 { f64::NAN } else { f64::INFINITY };
                assert_eq!(first_non_finite(&bad), Some(i));
            }
        }
    }
}
