//! The sum of softplus over a slice, `Σ max(t, 0) + ln Π (1 + e^-|t|)`: one logarithm for many terms.
//!
//! What the product has beyond 1 grows by positive numbers alone. Nothing cancels, and the sum is as accurate as one of
//! rounded terms, also where all of them are tiny.

use super::exponential::decay;
use super::logarithm::ln_1p;
use crate::scalar::Real;

/// Entries of a vector, for every machine.
const LANES: usize = 8;

/// Entries that are added at once: some vectors, so that none waits for the last one.
const WIDTH: usize = 4 * LANES;

/// So many times before a logarithm is taken: the product stays below `2^512`.
const MANY: usize = 128;

/// `Σ softplus(t)`.
#[inline]
pub fn softplus_sum<T: Real>(from: &[T]) -> T {
    T::lit(dispatched::<T, false>(from, (false, &mut [])))
}

/// [`softplus_sum`] by `e^-|t|` of every t, which are written too if they are `fresh`, else read.
#[inline]
pub fn softplus_sum_with(from: &[f64], decays: (bool, &mut [f64])) -> f64 {
    dispatched::<f64, true>(from, decays)
}

/// The sum, where KEPT by exponentials that are to be written, or stand there.
fn dispatched<T: Real, const KEPT: bool>(from: &[T], decays: (bool, &mut [f64])) -> f64 {
    #[cfg(feature = "std")]
    return pulp::Arch::new().dispatch(
        #[inline(always)]
        move || total::<T, KEPT>(from, decays),
    );
    #[cfg(not(feature = "std"))]
    total::<T, KEPT>(from, decays)
}

#[inline(always)]
fn total<T: Real, const KEPT: bool>(from: &[T], (fresh, decays): (bool, &mut [f64])) -> f64 {
    if KEPT && fresh {
        for (decays, t) in decays.iter_mut().zip(from) {
            *decays = decay(t.wide());
        }
    }
    let (mut sum, mut start) = (0.0, 0);
    for many in from.chunks(MANY * WIDTH) {
        let mut part = Part::EMPTY;
        let (blocks, rest) = many.as_chunks::<WIDTH>();
        // By loops of their own, which leave the part in registers.
        for block in blocks {
            let t = block.map(Real::wide);
            let e = if KEPT { *as_block(&decays[start..]) } else { decays_of(&t, WIDTH) };
            part.add(&t, &e);
            start += WIDTH;
        }
        if !rest.is_empty() {
            let t = padded(rest, f64::NEG_INFINITY);
            let e = if KEPT { padded(&decays[start..][..rest.len()], 0.0) } else { decays_of(&t, rest.len()) };
            part.add(&t, &e);
        }
        sum += part.value();
    }
    sum
}

/// The first entries.
#[inline(always)]
fn as_block(entries: &[f64]) -> &[f64; WIDTH] {
    entries.first_chunk().unwrap_or(&[0.0; WIDTH])
}

/// Fewer entries, the others of which nothing comes.
#[inline(always)]
fn padded<T: Real>(entries: &[T], nothing: f64) -> [f64; WIDTH] {
    let mut all = [nothing; WIDTH];
    for (all, entry) in all.iter_mut().zip(entries) {
        *all = entry.wide();
    }
    all
}

/// `e^-|t|` of the first ones, a vector at a time.
#[inline(always)]
fn decays_of(t: &[f64; WIDTH], count: usize) -> [f64; WIDTH] {
    let mut e = [0.0; WIDTH];
    for start in (0..count).step_by(LANES) {
        for i in start..start + LANES {
            e[i] = decay(t[i]);
        }
    }
    e
}

/// A part of the sum, in lanes; within lines of the cache where it is in memory.
#[repr(align(64))]
struct Part {
    /// `Σ max(t, 0)`.
    linear: [f64; WIDTH],
    /// `Π (1 + e) - 1`.
    beyond: [f64; WIDTH],
}

impl Part {
    const EMPTY: Self = Self { linear: [0.0; WIDTH], beyond: [0.0; WIDTH] };

    #[inline(always)]
    fn add(&mut self, t: &[f64; WIDTH], e: &[f64; WIDTH]) {
        for i in 0..WIDTH {
            self.linear[i] += if t[i] > 0.0 { t[i] } else { 0.0 };
            self.beyond[i] = times(self.beyond[i], e[i]);
        }
    }

    #[inline(always)]
    fn value(&self) -> f64 {
        let (l, b) = (&self.linear, &self.beyond);
        let mut lanes = [0.0; LANES];
        for i in 0..LANES {
            let (first, second) = (times(b[i], b[i + LANES]), times(b[i + 2 * LANES], b[i + 3 * LANES]));
            let linear = (l[i] + l[i + LANES]) + (l[i + 2 * LANES] + l[i + 3 * LANES]);
            lanes[i] = linear + ln_1p(times(first, second));
        }
        let [a, b, c, d, e, f, g, h] = lanes;
        ((a + b) + (c + d)) + ((e + f) + (g + h))
    }
}

/// `(1 + a) (1 + b) - 1` of numbers that are not negative.
#[inline(always)]
fn times(a: f64, b: f64) -> f64 {
    a * (1.0 + b) + b
}

#[cfg(test)]
mod tests {
    use super::{MANY, WIDTH, softplus_sum, softplus_sum_with};
    use crate::math::kernel;

    /// Entries around a number.
    fn around(center: f64, spread: f64, count: usize) -> Vec<f64> {
        (0..count).map(|i| center + spread * (0.618 * i as f64 - (0.618 * i as f64).floor() - 0.5)).collect()
    }

    /// The sum of the terms, what rounding each addition loses added at last.
    fn compensated(from: &[f64]) -> f64 {
        let (mut sum, mut lost) = (0.0, 0.0);
        for &t in from {
            let term = kernel::softplus(t);
            let next: f64 = sum + term;
            let kept = next - sum;
            lost += (sum - (next - kept)) + (term - kept);
            sum = next;
        }
        sum + lost
    }

    #[test]
    fn sums_are_those_of_the_terms() {
        let kinds =
            [(0.0, 1e-9), (0.0, 8.0), (-0.3, 0.1), (-40.0, 10.0), (-700.0, 30.0), (25.0, 60.0), (700.0, 80.0), (-1.0, 2000.0)];
        for (center, spread) in kinds {
            for count in [0, 1, 7, 8, 31, 32, 33, 145, 200, WIDTH * MANY, WIDTH * MANY + 5, 3 * WIDTH * MANY + 77] {
                let from = around(center, spread, count);
                let (found, expected) = (softplus_sum(&from), compensated(&from));
                assert!((found - expected).abs() <= 4e-15 * expected, "{center}, {spread}, {count}: {found:e} and {expected:e}");
            }
        }
    }

    #[test]
    fn exponentials_are_written_and_read() {
        for count in [0, 5, 32, 200] {
            let from = around(0.2, 9.0, count);
            let (mut decays, mut others) = (vec![f64::NAN; count + 3], vec![f64::NAN; count]);
            let written = softplus_sum_with(&from, (true, &mut decays));
            let read = softplus_sum_with(&from, (false, &mut decays));
            assert_eq!([written.to_bits(), read.to_bits()], [softplus_sum(&from).to_bits(); 2]);
            super::super::sigmoid_with(&from, (true, &mut others), &mut vec![0.0; count]);
            assert_eq!(decays[..count], others[..]);
        }
    }

    #[test]
    fn specials_are_those_of_the_terms() {
        for (special, expected) in [(f64::INFINITY, f64::INFINITY), (f64::NEG_INFINITY, 9.0 * kernel::softplus(0.5))] {
            let mut from = vec![0.5; 10];
            from[3] = special;
            let found = softplus_sum(&from);
            assert!(found == expected || (found - expected).abs() < 1e-14);
        }
        assert!(softplus_sum(&[1.0, f64::NAN, 2.0]).is_nan());
        let single: Vec<f32> = around(0.0, 5.0, 100).iter().map(|t| *t as f32).collect();
        let wide: Vec<f64> = single.iter().map(|t| f64::from(*t)).collect();
        assert!((f64::from(softplus_sum(&single)) - softplus_sum(&wide)).abs() < 1e-5);
    }
}
