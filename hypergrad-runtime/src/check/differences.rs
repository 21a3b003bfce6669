//! Central differences of sixth order, with what the same values say about themselves: the error
//! of the quotient, the digits of the function, a kink at the centre.

use crate::scalar::Real;

/// A derivative by differences; or a value that is compared as it is, with a step of 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quotient {
    pub value: f64,
    /// Truncation, seen by halving the step, and the rounding of the values.
    pub noise: f64,
    /// How far apart the slopes to both sides are, where halving the step does not bring them together.
    pub jump: f64,
    /// The noise that the fourth difference of the values betrays, where it is no part of a smooth function.
    pub rough: f64,
    /// The size of the step, for the rounding of numbers near 1.
    pub step: f64,
}

impl Quotient {
    /// A value of the function itself, with the noise of its fourth difference.
    pub fn exact(value: f64, noise: f64, rough: f64) -> Self {
        Self { value, noise, jump: 0.0, rough, step: 1.0 }
    }
}

/// Factors of the step, in the order of the stencil; -1, 1 serve both widths.
const STENCIL: [f64; 6] = [-2.0, -1.0, -0.5, 0.5, 1.0, 2.0];

/// Truncation `h⁶` against rounding `eps/h`, at a coordinate of this size.
pub(super) fn step_at<S: Real>(centre: f64) -> f64 {
    S::EPSILON.powf(1.0 / 6.0) * 0.5 * centre.abs().max(0.5)
}

/// A function of the point with `len` values, and room for its values around the point.
pub(super) struct Stencil<'a, S, F> {
    /// The centre.
    pub at: &'a [S],
    f: F,
    point: Vec<S>,
    /// The values there.
    pub centre: Vec<S>,
    around: [Vec<S>; 6],
}

impl<'a, S: Real, F: FnMut(&[S], &mut [S])> Stencil<'a, S, F> {
    pub fn new(at: &'a [S], len: usize, mut f: F) -> Self {
        let mut centre = vec![S::ZERO; len];
        f(at, &mut centre);
        Self { at, f, point: at.to_vec(), centre, around: core::array::from_fn(|_| vec![S::ZERO; len]) }
    }

    /// The number of values.
    pub fn len(&self) -> usize {
        self.centre.len()
    }

    /// The derivatives by coordinate k, with a step shrunk by a factor.
    pub fn column(&mut self, k: usize, shrink: f64) -> Vec<Quotient> {
        let h = shrink * step_at::<S>(self.at[k].wide());
        let mut steps = [0.0; 6];
        for ((values, factor), step) in self.around.iter_mut().zip(STENCIL).zip(&mut steps) {
            self.point[k] = self.at[k] + S::lit(factor * h);
            // The step that was made, after rounding.
            *step = (self.point[k] - self.at[k]).wide();
            (self.f)(&self.point, values);
        }
        self.point[k] = self.at[k];
        self.quotients(h, steps)
    }

    /// The derivatives along a direction.
    pub fn along(&mut self, direction: &[S], h: f64) -> Vec<Quotient> {
        for (values, factor) in self.around.iter_mut().zip(STENCIL) {
            for ((point, &at), &d) in self.point.iter_mut().zip(self.at).zip(direction) {
                *point = at + S::lit(factor * h) * d;
            }
            (self.f)(&self.point, values);
        }
        self.point.copy_from_slice(self.at);
        self.quotients(h, STENCIL.map(|factor| factor * h))
    }

    fn quotients(&self, h: f64, steps: [f64; 6]) -> Vec<Quotient> {
        (0..self.centre.len())
            .map(|i| {
                let around = core::array::from_fn(|p| self.around[p][i].wide());
                quotient::<S>(self.centre[i].wide(), around, steps, h)
            })
            .collect()
    }
}

fn quotient<S: Real>(centre: f64, around: [f64; 6], steps: [f64; 6], h: f64) -> Quotient {
    let [far_left, left, near_left, near_right, right, far_right] = around;
    let central = |p: usize, q: usize| (around[q] - around[p]) / (steps[q] - steps[p]);
    let (wide, middle, narrow) = (central(0, 5), central(1, 4), central(2, 3));
    // (4 D(h) - D(2h))/3 is of fourth order, and one step more of sixth.
    let (coarse, fine) = ((4.0 * middle - wide) / 3.0, (4.0 * narrow - middle) / 3.0);
    let size = around.iter().fold(centre.abs(), |size, value| size.max(value.abs()));
    let rounding = 16.0 * S::EPSILON * size.max(smallest::<S>());
    // One-sided slopes of second order: of a smooth function they differ by O(h³).
    let slope = |near: f64, far: f64, h: f64| (4.0 * near - far - 3.0 * centre) / (2.0 * h);
    let apart = (slope(right, far_right, h) + slope(left, far_left, h)).abs();
    let nearer = (slope(near_right, right, h / 2.0) + slope(near_left, left, h / 2.0)).abs();
    let kink = if nearer > 0.6 * apart && nearer > 4.0 * rounding / h { nearer.max(apart) } else { 0.0 };
    // A jump of the values themselves: the quotient doubles as the step is halved.
    let leap = if narrow.abs() > 1.7 * middle.abs() && middle.abs() > 1.7 * wide.abs() { narrow.abs() } else { 0.0 };
    let fourth = |a: f64, b: f64, c: f64, d: f64| (a + d - 4.0 * (b + c) + 6.0 * centre).abs();
    let (outer, inner) = (fourth(far_left, left, right, far_right), fourth(left, near_left, near_right, right));
    // Of a smooth function the inner one is a sixteenth of the outer; rounding knows no step.
    let rough = if inner > outer / 6.0 { inner } else { 0.0 };
    Quotient {
        value: (16.0 * fine - coarse) / 15.0,
        noise: (fine - coarse).abs() + rounding / h,
        jump: kink.max(leap),
        rough: 2.0 * rough / h,
        step: h,
    }
}

/// The least number with all its digits.
fn smallest<S: Real>() -> f64 {
    if S::EPSILON > 1e-10 { f64::from(f32::MIN_POSITIVE) } else { f64::MIN_POSITIVE }
}

pub(super) fn largest<S: Real>(a: &[S]) -> f64 {
    a.iter().fold(0.0, |largest: f64, t| largest.max(t.wide().abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(f: impl Fn(f64) -> f64, at: f64, shrink: f64) -> Quotient {
        Stencil::new(&[at], 1, |x: &[f64], out: &mut [f64]| out[0] = f(x[0])).column(0, shrink)[0]
    }

    #[test]
    fn a_smooth_function_has_neither_kink_nor_noise() {
        let q = first(f64::exp, 0.7, 1.0);
        assert!((q.value - 0.7_f64.exp()).abs() < 1e-11 && q.noise < 1e-10, "{q:?}");
        assert!(q.jump < 1e-10 && q.rough < 1e-10, "{q:?}");
    }

    #[test]
    fn kinks_and_jumps_stay_whatever_the_step() {
        for shrink in [1.0, 1e-2, 1e-4] {
            let kink = first(|t| t.max(0.0), 0.0, shrink);
            assert!((kink.jump - 1.0).abs() < 1e-9, "{kink:?}");
            let jump = first(f64::signum, 0.0, shrink);
            assert!(jump.jump > 1.0 / jump.step, "{jump:?}");
        }
    }

    #[test]
    fn lost_digits_show_in_the_fourth_difference() {
        let q = first(|t| (1e12 + t) - 1e12, 0.7, 1.0);
        assert!(q.rough > 1e-2 && q.jump.max(q.noise) > 1e-3, "{q:?}");
    }
}
