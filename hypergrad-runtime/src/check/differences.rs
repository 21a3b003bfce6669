//! Central differences of fourth order, with a Richardson step and an estimate of their own error.

use crate::scalar::Real;

/// A Jacobian by differences, column-major, with the noise of each entry.
pub(super) struct Differences {
    pub values: Vec<f64>,
    pub noise: Vec<f64>,
}

/// The Jacobian at `at` of a function with `len` values.
pub(super) fn differences<S: Real>(at: &[S], len: usize, mut f: impl FnMut(&[S], &mut [S])) -> Differences {
    let mut point = at.to_vec();
    let mut stencil = [vec![S::ZERO; len], vec![S::ZERO; len], vec![S::ZERO; len], vec![S::ZERO; len]];
    let mut values = Vec::with_capacity(len * at.len());
    let mut noise = Vec::with_capacity(len * at.len());
    for (k, centre) in at.iter().enumerate() {
        // Truncation h⁶ after Richardson against rounding eps/h.
        let h = S::EPSILON.powf(1.0 / 6.0) * 0.5 * centre.wide().abs().max(0.5);
        let (coarse, largest) = column(&mut point, k, h, &mut stencil, &mut f);
        let (fine, _) = column(&mut point, k, h / 2.0, &mut stencil, &mut f);
        for ((coarse, fine), largest) in coarse.iter().zip(&fine).zip(&largest) {
            values.push((16.0 * fine - coarse) / 15.0);
            noise.push((fine - coarse).abs() + 16.0 * S::EPSILON * largest / h);
        }
    }
    Differences { values, noise }
}

/// Column k with one step, and the largest value of each entry on the stencil.
fn column<S: Real>(
    point: &mut [S],
    k: usize,
    h: f64,
    stencil: &mut [Vec<S>; 4],
    f: &mut impl FnMut(&[S], &mut [S]),
) -> (Vec<f64>, Vec<f64>) {
    let centre = point[k];
    let mut steps = [0.0; 4];
    for ((values, factor), step) in stencil.iter_mut().zip([-2.0, -1.0, 1.0, 2.0]).zip(&mut steps) {
        point[k] = centre + S::lit(factor * h);
        // The step that was made, after rounding.
        *step = (point[k] - centre).wide();
        f(point, values);
    }
    point[k] = centre;
    let [a, b, c, d] = stencil;
    let (near, far) = (steps[2] - steps[1], steps[3] - steps[0]);
    let entry = |i: usize| {
        let inner = (c[i].wide() - b[i].wide()) / near;
        let outer = (d[i].wide() - a[i].wide()) / far;
        (4.0 * inner - outer) / 3.0
    };
    let largest = |i: usize| [&*a, b, c, d].iter().fold(0.0_f64, |largest, v| largest.max(v[i].wide().abs()));
    ((0..a.len()).map(entry).collect(), (0..a.len()).map(largest).collect())
}
