//! Reductions that are no sums of products: extrema, log-sum-exp, products without some entries.
//!
//! The entry `(k, r)` of the argument lies at `k + r·kept`: kept axes first.

use crate::lanes;
use crate::math::kernel::ln;
use crate::scalar::Real;

/// `Σ term(i)` over `0..count`, in independent partial sums.
#[inline]
pub fn sum_by<T: Real>(count: usize, term: impl Fn(usize) -> T) -> T {
    let mut sums = [T::ZERO; 4];
    let whole = count - count % 4;
    let mut i = 0;
    while i < whole {
        sums[0] += term(i);
        sums[1] += term(i + 1);
        sums[2] += term(i + 2);
        sums[3] += term(i + 3);
        i += 4;
    }
    while i < count {
        sums[0] += term(i);
        i += 1;
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

/// Entries of the windows that are summed side by side.
const LANES: usize = 8;

/// `Σ term(entries)` over windows of one length, in lanes.
#[expect(clippy::inline_always, reason = "it has to be compiled for the vectors of its caller")]
#[inline(always)]
pub fn sum_windows<T: Real, const K: usize>(windows: [&[T]; K], term: impl Fn([T; K]) -> T) -> T {
    let count = windows.first().map_or(0, |window| window.len());
    let whole = count - count % LANES;
    let mut sums = [T::ZERO; LANES];
    let mut parts = [[T::ZERO; LANES]; K];
    for start in (0..whole).step_by(LANES) {
        for (part, window) in parts.iter_mut().zip(windows) {
            part.copy_from_slice(&window[start..start + LANES]);
        }
        for (lane, sum) in sums.iter_mut().enumerate() {
            let mut entries = [T::ZERO; K];
            for (entry, part) in entries.iter_mut().zip(&parts) {
                *entry = part[lane];
            }
            *sum += term(entries);
        }
    }
    let mut rest = T::ZERO;
    for i in whole..count {
        let mut entries = [T::ZERO; K];
        for (entry, window) in entries.iter_mut().zip(windows) {
            *entry = window[i];
        }
        rest += term(entries);
    }
    super::sum(&sums) + rest
}

/// Runs loops that are compiled for the widest vectors of the machine. Nothing that they call is, unless it is
/// inlined.
#[expect(clippy::inline_always, reason = "the dispatch has to see the loops")]
#[inline(always)]
pub fn widely(loops: impl FnMut()) {
    // A closure that could be called twice is called through a function of its own, which is compiled without the
    // instructions of the dispatch; this one gives away what it calls.
    #[cfg(feature = "std")]
    pulp::Arch::new().dispatch(
        #[inline(always)]
        move || {
            let mut loops = loops;
            loops();
        },
    );
    #[cfg(not(feature = "std"))]
    {
        let mut loops = loops;
        loops();
    }
}

/// Copies the common part.
#[inline]
pub fn copy<T: Copy>(from: &[T], to: &mut [T]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}

/// `to = alpha from`, over the common part.
#[inline]
pub fn copy_scaled<T: Real>(alpha: T, from: &[T], to: &mut [T]) {
    for (to, &from) in to.iter_mut().zip(from) {
        *to = alpha * from;
    }
}

fn fold<T: Real>(a: &[T], kept: usize, k: usize, start: T, combine: impl Fn(T, T) -> T) -> T {
    a.iter().skip(k).step_by(kept.max(1)).fold(start, |folded, t| combine(folded, *t))
}

/// Whether t has no order: it is not a number.
fn is_nan<T: Real>(t: T) -> bool {
    t.partial_cmp(&t).is_none()
}

/// What is not a number is kept.
fn largest<T: Real>(a: T, b: T) -> T {
    if b > a || is_nan(b) { b } else { a }
}

fn smallest<T: Real>(a: T, b: T) -> T {
    if b < a || is_nan(b) { b } else { a }
}

fn first<T: Real>(a: &[T], k: usize) -> T {
    a.get(k).copied().unwrap_or(T::ZERO)
}

/// `out_k = max_r a_kr`.
pub fn reduce_max<T: Real>(a: &[T], kept: usize, _reduced: usize, out: &mut [T]) {
    for (k, out) in out.iter_mut().enumerate() {
        *out = fold(a, kept, k, first(a, k), largest);
    }
}

/// `out_k = min_r a_kr`.
pub fn reduce_min<T: Real>(a: &[T], kept: usize, _reduced: usize, out: &mut [T]) {
    for (k, out) in out.iter_mut().enumerate() {
        *out = fold(a, kept, k, first(a, k), smallest);
    }
}

/// `out_k = ln Σ_r e^{a_kr}`, shifted by the largest entry.
pub fn reduce_log_sum_exp<T: Real>(a: &[T], kept: usize, _reduced: usize, out: &mut [T]) {
    for (k, out) in out.iter_mut().enumerate() {
        let most = fold(a, kept, k, first(a, k), largest);
        // All entries are -∞, or one is +∞: the shift would be ∞ - ∞.
        *out = if most.is_finite() { most + ln(sum_exp(a.iter().skip(k).step_by(kept.max(1)), most)) } else { most };
    }
}

/// Entries whose exponentials are computed together.
const TOGETHER: usize = 32;

/// `Σ e^{t - most}`.
fn sum_exp<'a, T: Real>(entries: impl Iterator<Item = &'a T>, most: T) -> T {
    let mut part = [T::ZERO; TOGETHER];
    let (mut sum, mut filled) = (T::ZERO, 0);
    for &t in entries {
        part[filled] = t - most;
        filled += 1;
        if filled == TOGETHER {
            lanes::exp(&mut part);
            sum += super::sum(&part);
            filled = 0;
        }
    }
    lanes::exp(&mut part[..filled]);
    sum + super::sum(&part[..filled])
}

/// `out_kr = e^{a_kr} / Σ_s e^{a_ks}`.
pub fn softmax<T: Real>(a: &[T], kept: usize, _reduced: usize, out: &mut [T]) {
    let kept = kept.max(1);
    for k in 0..kept.min(a.len()) {
        let most = fold(a, kept, k, first(a, k), largest);
        for (out, t) in out.iter_mut().zip(a).skip(k).step_by(kept) {
            *out = *t - most;
        }
    }
    lanes::exp(out);
    for k in 0..kept.min(a.len()) {
        let total = fold(out, kept, k, T::ZERO, |total, t| total + t);
        for out in out.iter_mut().skip(k).step_by(kept) {
            *out /= total;
        }
    }
}

/// One over the number of ties at the largest entries, 0 elsewhere.
pub fn max_weights<T: Real>(a: &[T], kept: usize, _reduced: usize, out: &mut [T]) {
    tie_weights(a, kept, out, largest);
}

/// One over the number of ties at the smallest entries, 0 elsewhere.
pub fn min_weights<T: Real>(a: &[T], kept: usize, _reduced: usize, out: &mut [T]) {
    tie_weights(a, kept, out, smallest);
}

fn tie_weights<T: Real>(a: &[T], kept: usize, out: &mut [T], combine: fn(T, T) -> T) {
    for k in 0..kept.min(a.len()) {
        let extreme = fold(a, kept, k, first(a, k), combine);
        let ties = fold(a, kept, k, T::ZERO, |ties, t| if t == extreme { ties + T::ONE } else { ties });
        for (out, t) in out.iter_mut().zip(a).skip(k).step_by(kept) {
            *out = if *t == extreme { T::ONE / ties } else { T::ZERO };
        }
    }
}

/// `out[k, i_1 .. i_order] = Π_{r ∉ {i}} a_kr`, 0 where two of the left-out entries are equal.
pub fn exclusive_product<T: Real>(a: &[T], kept: usize, reduced: usize, order: usize, out: &mut [T]) {
    for (position, out) in out.iter_mut().enumerate() {
        let (k, left_out) = (position % kept.max(1), position / kept.max(1));
        *out = T::ONE;
        for r in 0..reduced {
            match count_left_out(left_out, reduced, order, r) {
                0 => *out *= a[k + r * kept],
                1 => {}
                _ => *out = T::ZERO,
            }
        }
    }
}

/// How often r is among the digits of `code` in base `reduced`.
fn count_left_out(mut code: usize, reduced: usize, order: usize, r: usize) -> usize {
    let mut count = 0;
    for _ in 0..order {
        count += usize::from(code % reduced == r);
        code /= reduced;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extrema_share_ties() {
        // 2 kept, 3 reduced.
        let a = [1.0, 5.0, 3.0, 5.0, 3.0, 2.0];
        let mut most = [0.0; 2];
        reduce_max(&a, 2, 3, &mut most);
        assert_eq!(most, [3.0, 5.0]);
        let mut weights = [0.0; 6];
        max_weights(&a, 2, 3, &mut weights);
        assert_eq!(weights, [0.0, 0.5, 0.5, 0.5, 0.5, 0.0]);
        reduce_min(&a, 2, 3, &mut most);
        assert_eq!(most, [1.0, 2.0]);
    }

    #[test]
    fn log_sum_exp_does_not_overflow() {
        let (mut value, mut weights) = ([0.0], [0.0; 2]);
        reduce_log_sum_exp(&[800.0, 800.0], 1, 2, &mut value);
        assert!((value[0] - (800.0 + 2f64.ln())).abs() < 1e-12);
        softmax(&[-800.0, 800.0], 1, 2, &mut weights);
        assert_eq!(weights, [0.0, 1.0]);
    }

    #[test]
    fn products_leave_entries_out() {
        let a = [2.0, 3.0, 5.0];
        let (mut none, mut one, mut two) = ([0.0], [0.0; 3], [0.0; 9]);
        exclusive_product(&a, 1, 3, 0, &mut none);
        exclusive_product(&a, 1, 3, 1, &mut one);
        exclusive_product(&a, 1, 3, 2, &mut two);
        assert_eq!(none, [30.0]);
        assert_eq!(one, [15.0, 10.0, 6.0]);
        assert_eq!(two, [0.0, 5.0, 3.0, 5.0, 0.0, 2.0, 3.0, 2.0, 0.0]);
    }

    #[test]
    fn partial_sums_add_up() {
        for count in 0..12 {
            assert_eq!(sum_by(count, |i| i as f64), (0..count).map(|i| i as f64).sum::<f64>());
            let squares: Vec<f64> = (0..3 * count).map(|i| (i * i) as f64).collect();
            let odd: Vec<f64> = (0..3 * count).map(|i| (2 * i + 1) as f64).collect();
            let products = squares.iter().zip(&odd).map(|(a, b)| a * b).sum::<f64>();
            assert_eq!(sum_windows([&squares, &odd], |[a, b]| a * b), products);
        }
    }
}
