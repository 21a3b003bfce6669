//! When two numbers agree, and what can keep differences from telling.

use super::differences::{Quotient, Stencil, step_at};
use super::report::{DerivativeRow, Doubt, Verdict};
use crate::kernels::scatter;
use crate::scalar::Real;

/// Rounding of a quantity, in units of eps times the size of its terms: sums of thousands of terms.
const ROUNDING: f64 = 5e4;
/// Differences with more noise than this part of the largest entry say nothing, in any precision.
const SHARP: f64 = 0.02;
/// The steps that are tried, as factors, where the first does not agree: functions that change over
/// a short distance, a domain that ends nearby.
const SHRINK: [f64; 4] = [1e-1, 1e-2, 1e-3, 1e-4];

/// What one quantity is judged by.
#[derive(Clone, Copy)]
pub(super) struct Judge {
    /// The module is smooth: there are no kinks to blame.
    pub smooth: bool,
    /// The size of the terms that the quantity is made of, such as its size at another point: what
    /// agrees on their scale agrees.
    pub terms: f64,
    /// The size that the values differentiated would give it: less than the rounding of that may be
    /// rounding.
    pub inherited: f64,
}

/// The sizes of one comparison.
struct Scale {
    relative: f64,
    eps: f64,
    /// The largest entry.
    entries: f64,
    terms: f64,
    inherited: f64,
}

impl Scale {
    /// Differences noisier than this say nothing.
    fn sharp(&self) -> f64 {
        (1e3 * self.relative).min(SHARP) * self.entries.max(self.terms)
    }
}

impl Judge {
    fn scale<S: Real>(&self, found: &[S]) -> Scale {
        let relative = if S::EPSILON > 1e-10 { 5e-3 } else { 1e-6 };
        let entries = found.iter().map(|f| f.wide().abs()).filter(|f| f.is_finite()).fold(0.0, f64::max);
        Scale { relative, eps: S::EPSILON, entries, terms: self.terms, inherited: self.inherited }
    }

    /// `found` against known values.
    pub fn values<S: Real>(&self, quantity: &'static str, found: &[S], expected: &[Quotient]) -> DerivativeRow {
        if found.len() != expected.len() {
            return DerivativeRow { quantity, worst: f64::INFINITY, index: 0, verdict: Verdict::Disagrees, doubt: None };
        }
        let scale = self.scale(found);
        let mut row = Row::new(quantity, &scale);
        for (index, (found, q)) in found.iter().zip(expected).enumerate() {
            row.add(index, found.wide(), q, verdict(&scale, found.wide(), q));
        }
        row.row
    }

    /// `found`, column-major, against differences of a function with as many values as it has rows.
    /// Columns that do not agree are tried again with smaller steps, and kinks sought along directions
    /// without structure.
    pub fn derivatives<S: Real, F: FnMut(&[S], &mut [S])>(
        &self,
        quantity: &'static str,
        found: &[S],
        mut stencil: Stencil<'_, S, F>,
    ) -> DerivativeRow {
        let scale = self.scale(found);
        let mut row = Row::new(quantity, &scale);
        let rows = stencil.len();
        for (k, found) in found.chunks_exact(rows.max(1)).enumerate() {
            let judge = |q: &Quotient, f: &S| (*q, verdict(&scale, f.wide(), q));
            let mut judged: Vec<_> = stencil.column(k, 1.0).iter().zip(found).map(|(q, f)| judge(q, f)).collect();
            for shrink in SHRINK {
                if judged.iter().all(|(_, (verdict, _))| *verdict == Verdict::Agrees) {
                    break;
                }
                for ((judged, f), q) in judged.iter_mut().zip(found).zip(stencil.column(k, shrink)) {
                    let again = judge(&q, f);
                    if again.1.0 < judged.1.0 {
                        *judged = again;
                    }
                }
            }
            for (i, (found, (q, verdict))) in found.iter().zip(&judged).enumerate() {
                row.add(k * rows + i, found.wide(), q, *verdict);
            }
        }
        self.blame_kinks(row.row, &scale, &mut stencil)
    }

    /// One product, against the derivative along its direction.
    pub fn along<S: Real, F: FnMut(&[S], &mut [S])>(
        &self,
        quantity: &'static str,
        found: &[S],
        mut stencil: Stencil<'_, S, F>,
        direction: &[S],
    ) -> DerivativeRow {
        let expected = stencil.along(direction, step_at::<S>(1.0));
        let row = self.values(quantity, found, &expected);
        self.blame_kinks(row, &self.scale(found), &mut stencil)
    }

    /// On a kink the derivative is a choice, which differences need not make.
    fn blame_kinks<S: Real, F: FnMut(&[S], &mut [S])>(
        &self,
        row: DerivativeRow,
        scale: &Scale,
        stencil: &mut Stencil<'_, S, F>,
    ) -> DerivativeRow {
        let settled = row.verdict == Verdict::Agrees || row.doubt == Some(Doubt::NotFinite);
        if self.smooth || settled || !is_kinked(scale, stencil) {
            return row;
        }
        DerivativeRow { verdict: Verdict::Uncertain, doubt: Some(Doubt::Kink), ..row }
    }
}

/// Whether slopes to both sides differ along one of three directions, however small the step.
fn is_kinked<S: Real, F: FnMut(&[S], &mut [S])>(scale: &Scale, stencil: &mut Stencil<'_, S, F>) -> bool {
    let at = stencil.at;
    let mut numbers = vec![S::ZERO; 3 * at.len()];
    scatter(&mut numbers);
    let visible = 1e-3 * scale.relative.max(1e-3) * scale.entries;
    numbers.chunks_exact(at.len().max(1)).any(|chunk| {
        let direction: Vec<S> = chunk.iter().zip(at).map(|(&r, t)| r * S::lit(2.0 * t.wide().abs().max(0.5))).collect();
        let jumps = |stencil: &mut Stencil<'_, S, F>, h: f64| -> Vec<f64> {
            stencil.along(&direction, h).into_iter().map(|q| q.jump).collect()
        };
        let h = step_at::<S>(1.0);
        let (wide, narrow) = (jumps(stencil, h), jumps(stencil, 1e-2 * h));
        wide.iter().zip(&narrow).any(|(wide, narrow)| wide.min(*narrow) > visible)
    })
}

/// One entry.
fn verdict(scale: &Scale, found: f64, q: &Quotient) -> (Verdict, Option<Doubt>) {
    let error = (found - q.value).abs();
    let allowed = scale.relative * scale.entries + ROUNDING * scale.eps * scale.terms;
    if error <= allowed + q.noise && q.noise <= scale.sharp() || error == 0.0 {
        return (Verdict::Agrees, None);
    }
    let uncertain = |doubt| (Verdict::Uncertain, Some(doubt));
    if !(q.value.is_finite() && q.noise.is_finite()) {
        return uncertain(Doubt::NotFinite);
    }
    // Numbers near 1 inside of the function as written leave this much.
    let near_one = 64.0 * scale.eps / q.step;
    let inherited = 64.0 * scale.eps * scale.inherited;
    if error <= near_one.max(inherited).max(10.0 * q.rough) {
        uncertain(Doubt::Rounding)
    } else if error <= 10.0 * q.noise {
        uncertain(Doubt::Noise)
    } else {
        (Verdict::Disagrees, None)
    }
}

/// A row in the making.
struct Row {
    row: DerivativeRow,
    scale: f64,
}

impl Row {
    fn new(quantity: &'static str, scale: &Scale) -> Self {
        let size = scale.entries.max(scale.terms);
        let row = DerivativeRow { quantity, worst: 0.0, index: 0, verdict: Verdict::Agrees, doubt: None };
        Self { row, scale: if size > 0.0 { size } else { 1.0 } }
    }

    fn add(&mut self, index: usize, found: f64, q: &Quotient, (verdict, doubt): (Verdict, Option<Doubt>)) {
        let row = &mut self.row;
        let error = (found - q.value).abs() / self.scale;
        // The entry that is shown is one of the worst verdict.
        if verdict > row.verdict || verdict == row.verdict && (error > row.worst || !error.is_finite()) {
            (row.worst, row.index) = (error, index);
        }
        if verdict >= row.verdict {
            row.doubt = if verdict > row.verdict { doubt } else { row.doubt.max(doubt) };
            row.verdict = verdict;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In single precision small steps leave noise as large as the derivative, which agrees with nothing.
    #[test]
    fn noise_agrees_with_nothing() {
        let scale = Scale { relative: 5e-3, eps: f64::from(f32::EPSILON), entries: 1.0, terms: 1.0, inherited: 0.0 };
        let of = |noise| Quotient { value: 1.3, noise, jump: 0.0, rough: 0.0, step: 1e-3 };
        assert_eq!(verdict(&scale, 1.0, &of(0.4)).0, Verdict::Uncertain);
        assert_eq!(verdict(&scale, 1.0, &of(0.01)).0, Verdict::Disagrees);
        assert_eq!(verdict(&scale, 1.301, &of(0.01)).0, Verdict::Agrees);
    }
}
