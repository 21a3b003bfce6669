//! Gaussian elimination of several small matrices side by side: entry `(i, j)` of all of them is one vector, so that no
//! loop is shorter than the vectors of the machine, and a sum needs no sum over its lanes.
//!
//! Every number is computed as `lu` and `condition` compute it, in the same order: a matrix has the same factor, the
//! same solutions and the same condition among others as alone. What is not regular beyond doubt is left to them.

#![expect(clippy::inline_always, reason = "they are compiled for the vectors of their caller")]

use pulp::{Simd, WithSimd};

use super::condition::{Factor, HOPELESS, STEPS};
use super::{ABREAST, PANEL, room_abreast};

/// One entry of each matrix, in C vectors. (Loops over numbers would be made into loops over entries, which gather.)
type Lane<S, const C: usize> = [<S as Simd>::f64s; C];

/// What is done, with matrices, or with their factors: entries side by side, the pivots of the second one behind those of
/// the first, and how many rows they have.
pub enum Task<'a> {
    /// Factors matrices that stand one after another, and leaves the factors side by side, unless one of them might be
    /// singular, not finite or ill-conditioned: nothing was changed then but pivots. `scratch` has [`room_abreast`].
    Factor { matrices: &'a mut [f64], pivots: &'a mut [usize], n: usize, scratch: &'a mut [f64], is_sound: &'a mut bool },
    /// `A x = b` in place.
    Solve(Factor<'a, f64>, &'a mut [f64]),
    /// `Aᵀ x = b` in place.
    SolveTr(Factor<'a, f64>, &'a mut [f64]),
    /// Their conditions. `scratch` has [`room_abreast`].
    Conditions { factors: Factor<'a, f64>, scratch: &'a mut [f64], out: &'a mut [f64; ABREAST] },
}

impl WithSimd for Task<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match ABREAST * size_of::<f64>() / size_of::<S::f64s>() {
            1 => run::<S, 1>(simd, self),
            2 => run::<S, 2>(simd, self),
            _ => run::<S, 4>(simd, self),
        }
    }
}

#[inline(always)]
fn run<S: Simd, const C: usize>(simd: S, task: Task<'_>) {
    match task {
        Task::Factor { matrices, pivots, n, scratch, is_sound } => {
            *is_sound = factor::<S, C>(simd, matrices, pivots, n, &mut scratch[..room_abreast(n)]);
        }
        Task::Solve(factors, x) => solve::<S, C>(simd, factors, x),
        Task::SolveTr(factors, x) => solve_tr::<S, C>(simd, factors, x),
        Task::Conditions { factors, scratch, out } => *out = conditions::<S, C>(simd, factors, scratch),
    }
}

#[inline(always)]
fn factor<S: Simd, const C: usize>(simd: S, matrices: &mut [f64], pivots: &mut [usize], n: usize, scratch: &mut [f64]) -> bool {
    let (a, rest) = scratch.split_at_mut(ABREAST * n * n);
    interleave(matrices, &mut a.as_chunks_mut().0[..n * n]);
    if !eliminate::<S, C>(simd, a, pivots, n) {
        return false;
    }
    let (rows, rest) = rest.split_at_mut(ABREAST * n);
    let (cols, x) = rest.split_at_mut(ABREAST * n);
    scales::<S, C>(simd, (a, pivots, n), rows, cols);
    let is_small = |bound: &f64| bound * f64::EPSILON <= HOPELESS;
    if !bounds::<S, C>(simd, (a, pivots, n), (rows, cols), x).iter().all(is_small) {
        return false;
    }
    matrices.copy_from_slice(a);
    true
}

/// Matrices one after another, side by side: entry by entry, since scattering those of a matrix takes as long as the
/// elimination.
#[inline(always)]
fn interleave(matrices: &[f64], out: &mut [[f64; ABREAST]]) {
    let length = out.len();
    let mut from = [&matrices[..length]; ABREAST];
    for l in 0..ABREAST {
        from[l] = &matrices[l * length..][..length];
    }
    for i in 0..length {
        for l in 0..ABREAST {
            out[i][l] = from[l][i];
        }
    }
}

/// See `lu::eliminate`.
#[inline(always)]
fn eliminate<S: Simd, const C: usize>(simd: S, a: &mut [f64], pivots: &mut [usize], n: usize) -> bool {
    for first in (0..n).step_by(PANEL) {
        let end = n.min(first + PANEL);
        for j in first..end {
            exchange::<S, C>(simd, a, pivots, n, j);
            let a = lanes_mut::<S, C>(a);
            if !is_sound::<S, C>(simd, a, n, j) {
                return false;
            }
            let (column, rest) = a[j * n..].split_at_mut(n);
            let inverse = each::<S, C>(column[j], |pivot| simd.div_f64s(simd.splat_f64s(1.0), pivot));
            for entry in &mut column[j + 1..] {
                *entry = both::<S, C>(*entry, inverse, |entry, inverse| simd.mul_f64s(entry, inverse));
            }
            for later in rest.chunks_exact_mut(n).take(end - j - 1) {
                subtract::<S, C>(simd, later[j], &column[j + 1..], &mut later[j + 1..]);
            }
        }
        let (panel, rest) = lanes_mut::<S, C>(a)[first * n..].split_at_mut((end - first) * n);
        for later in rest.chunks_exact_mut(n) {
            for (j, column) in panel.chunks_exact(n).enumerate() {
                let (known, below) = later.split_at_mut(first + j + 1);
                subtract::<S, C>(simd, known[first + j], &column[first + j + 1..end], below);
            }
            subtract_panel::<S, C>(simd, panel, n, first, later);
        }
    }
    true
}

/// What is below a whole panel in a later column.
#[inline(always)]
fn subtract_panel<S: Simd, const C: usize>(simd: S, panel: &[Lane<S, C>], n: usize, first: usize, later: &mut [Lane<S, C>]) {
    let end = first + PANEL;
    let (known, out) = later.split_at_mut(end);
    let [t0, t1, t2, t3] = [known[first], known[first + 1], known[first + 2], known[first + 3]];
    let height = out.len();
    let column = |j: usize| &panel[j * n + end..][..height];
    let [a, b, c, d] = [column(0), column(1), column(2), column(3)];
    for i in 0..height {
        let mut sum = less::<S, C>(simd, out[i], t0, a[i]);
        sum = less::<S, C>(simd, sum, t1, b[i]);
        sum = less::<S, C>(simd, sum, t2, c[i]);
        out[i] = less::<S, C>(simd, sum, t3, d[i]);
    }
}

/// Finds the pivots of column j and brings them to the diagonal.
#[inline(always)]
fn exchange<S: Simd, const C: usize>(simd: S, a: &mut [f64], pivots: &mut [usize], n: usize, j: usize) {
    let column = &lanes::<S, C>(a)[j * n..][..n];
    let mut largest = each::<S, C>(column[j], |entry| simd.abs_f64s(entry));
    let mut rows = [simd.splat_f64s(j as f64); C];
    for (i, entry) in column.iter().enumerate().skip(j + 1) {
        let row = simd.splat_f64s(i as f64);
        for c in 0..C {
            let size = simd.abs_f64s(entry[c]);
            let is_larger = simd.greater_than_f64s(size, largest[c]);
            rows[c] = simd.select_f64s(is_larger, row, rows[c]);
            largest[c] = simd.select_f64s(is_larger, size, largest[c]);
        }
    }
    for (l, row) in numbers::<S, C>(rows).into_iter().enumerate() {
        let p = row as usize;
        pivots[l * n + j] = p;
        if p != j {
            for column in a.chunks_exact_mut(ABREAST * n) {
                column.swap(p * ABREAST + l, j * ABREAST + l);
            }
        }
    }
}

/// Whether no pivot is rounding relative to the terms that make it up.
#[inline(always)]
fn is_sound<S: Simd, const C: usize>(simd: S, a: &[Lane<S, C>], n: usize, j: usize) -> bool {
    let mut scale = [simd.splat_f64s(0.0); C];
    for k in 0..j {
        let terms = both::<S, C>(a[j + k * n], a[k + j * n], |l, u| simd.abs_f64s(simd.mul_f64s(l, u)));
        scale = plus::<S, C>(simd, scale, terms);
    }
    let sizes = each::<S, C>(a[j + j * n], |entry| simd.abs_f64s(entry));
    let (sizes, scale) = (numbers::<S, C>(sizes), numbers::<S, C>(plus::<S, C>(simd, scale, sizes)));
    let least = n as f64 * f64::EPSILON;
    (0..ABREAST).all(|l| sizes[l] / scale[l] > least && scale[l].is_finite())
}

#[inline(always)]
fn solve<S: Simd, const C: usize>(simd: S, (a, pivots, n): Factor<'_, f64>, x: &mut [f64]) {
    for j in 0..n {
        for l in 0..ABREAST {
            x.swap(pivots[l * n + j] * ABREAST + l, j * ABREAST + l);
        }
    }
    let (a, x) = (lanes::<S, C>(a), lanes_mut::<S, C>(x));
    for (j, column) in a.chunks_exact(n).enumerate() {
        subtract::<S, C>(simd, x[j], &column[j + 1..], &mut x[j + 1..]);
    }
    for (j, column) in a.chunks_exact(n).enumerate().rev() {
        let t = both::<S, C>(x[j], column[j], |x, pivot| simd.div_f64s(x, pivot));
        x[j] = t;
        subtract::<S, C>(simd, t, &column[..j], &mut x[..j]);
    }
}

#[inline(always)]
fn solve_tr<S: Simd, const C: usize>(simd: S, (a, pivots, n): Factor<'_, f64>, flat: &mut [f64]) {
    let product = |a, b| simd.mul_f64s(a, b);
    let (a, x) = (lanes::<S, C>(a), lanes_mut::<S, C>(flat));
    for (j, column) in a.chunks_exact(n).enumerate() {
        let sum = dot::<S, C>(simd, &column[..j], &x[..j], product);
        let rest = both::<S, C>(x[j], sum, |x, sum| simd.sub_f64s(x, sum));
        x[j] = both::<S, C>(rest, column[j], |rest, pivot| simd.div_f64s(rest, pivot));
    }
    for (j, column) in a.chunks_exact(n).enumerate().rev() {
        let sum = dot::<S, C>(simd, &column[j + 1..], &x[j + 1..], product);
        x[j] = both::<S, C>(x[j], sum, |x, sum| simd.sub_f64s(x, sum));
    }
    exchange_back(pivots, n, flat);
}

#[inline(always)]
fn exchange_back(pivots: &[usize], n: usize, x: &mut [f64]) {
    for j in (0..n).rev() {
        for l in 0..ABREAST {
            x.swap(pivots[l * n + j] * ABREAST + l, j * ABREAST + l);
        }
    }
}

/// See `Lu::scales`.
#[inline(always)]
fn scales<S: Simd, const C: usize>(simd: S, (a, pivots, n): Factor<'_, f64>, flat: &mut [f64], cols: &mut [f64]) {
    let (a, rows, cols) = (lanes::<S, C>(a), lanes_mut::<S, C>(flat), lanes_mut::<S, C>(cols));
    rows.fill([simd.splat_f64s(0.0); C]);
    for ((j, column), scale) in a.chunks_exact(n).enumerate().zip(cols) {
        let mut largest = [simd.splat_f64s(0.0); C];
        for u in &column[..=j] {
            largest = both::<S, C>(largest, *u, |largest, u| simd.max_f64s(largest, simd.abs_f64s(u)));
        }
        *scale = largest;
        // Infinite where the scale is tiny: so is the bound then.
        let inverse = each::<S, C>(largest, |largest| simd.div_f64s(simd.splat_f64s(1.0), largest));
        for (row, u) in rows.iter_mut().zip(&column[..=j]) {
            let part = both::<S, C>(*u, inverse, |u, inverse| simd.mul_f64s(simd.abs_f64s(u), inverse));
            *row = plus::<S, C>(simd, *row, part);
        }
    }
    for (k, column) in a.chunks_exact(n).enumerate().rev() {
        let (known, later) = rows.split_at_mut(k + 1);
        for (row, entry) in later.iter_mut().zip(&column[k + 1..]) {
            let part = both::<S, C>(*entry, known[k], |l, known| simd.mul_f64s(simd.abs_f64s(l), known));
            *row = plus::<S, C>(simd, *row, part);
        }
    }
    exchange_back(pivots, n, flat);
}

/// See `Lu::triangular_bound`.
#[inline(always)]
fn bounds<S: Simd, const C: usize>(
    simd: S,
    (a, pivots, n): Factor<'_, f64>,
    (rows, cols): (&[f64], &[f64]),
    flat: &mut [f64],
) -> [f64; ABREAST] {
    let product = |a, b| simd.mul_f64s(simd.abs_f64s(a), b);
    flat.copy_from_slice(cols);
    let (a, x) = (lanes::<S, C>(a), lanes_mut::<S, C>(flat));
    for (j, column) in a.chunks_exact(n).enumerate() {
        let sum = dot::<S, C>(simd, &column[..j], &x[..j], product);
        let all = plus::<S, C>(simd, x[j], sum);
        x[j] = both::<S, C>(all, column[j], |all, pivot| simd.div_f64s(all, simd.abs_f64s(pivot)));
    }
    for (j, column) in a.chunks_exact(n).enumerate().rev() {
        let sum = dot::<S, C>(simd, &column[j + 1..], &x[j + 1..], product);
        x[j] = plus::<S, C>(simd, x[j], sum);
    }
    exchange_back(pivots, n, flat);
    let mut largest = [0.0; ABREAST];
    for (x, row) in flat.chunks_exact(ABREAST).zip(rows.chunks_exact(ABREAST)) {
        for l in 0..ABREAST {
            let size = x[l] * row[l];
            // False for NaN, which is infinite then.
            let size = if size < f64::INFINITY { size } else { f64::INFINITY };
            largest[l] = if size > largest[l] { size } else { largest[l] };
        }
    }
    largest
}

/// See `condition::estimate`.
#[inline(always)]
fn conditions<S: Simd, const C: usize>(simd: S, factors: Factor<'_, f64>, scratch: &mut [f64]) -> [f64; ABREAST] {
    let n = factors.2;
    let (rows, rest) = scratch.split_at_mut(ABREAST * n);
    let (cols, rest) = rest.split_at_mut(ABREAST * n);
    let x = &mut rest[..ABREAST * n];
    scales::<S, C>(simd, factors, rows, cols);
    let mut found = ascend::<S, C>(simd, factors, (rows, cols), x);
    let mut length = 0.0;
    for (i, x) in x.chunks_exact_mut(ABREAST).enumerate() {
        let entry = 1.0 + i as f64 / (n - 1) as f64;
        length += entry;
        x.fill(if i % 2 == 0 { entry } else { -entry });
    }
    image::<S, C>(simd, factors, (rows, cols), x);
    let sizes = sizes::<S, C>(simd, x);
    for l in 0..ABREAST {
        let alternating = sizes[l] / length;
        found[l] = if found[l] >= alternating { found[l] } else { alternating };
    }
    found
}

/// `C A⁻¹ R x`.
#[inline(always)]
fn image<S: Simd, const C: usize>(simd: S, factors: Factor<'_, f64>, (rows, cols): (&[f64], &[f64]), x: &mut [f64]) {
    multiply(x, rows);
    solve::<S, C>(simd, factors, x);
    multiply(x, cols);
}

/// See `condition::ascend`: a lane that is done goes on with the others, and is not looked at.
#[inline(always)]
fn ascend<S: Simd, const C: usize>(
    simd: S,
    factors: Factor<'_, f64>,
    (rows, cols): (&[f64], &[f64]),
    x: &mut [f64],
) -> [f64; ABREAST] {
    let n = factors.2;
    let (mut best, mut at, mut is_done) = ([0.0; ABREAST], [None; ABREAST], [false; ABREAST]);
    x.fill(1.0 / n as f64);
    for _ in 0..STEPS {
        image::<S, C>(simd, factors, (rows, cols), x);
        let sizes = sizes::<S, C>(simd, x);
        for l in 0..ABREAST {
            let size = if sizes[l].is_finite() { sizes[l] } else { f64::INFINITY };
            if !is_done[l] {
                is_done[l] = size <= best[l] || size == f64::INFINITY;
                best[l] = if size > best[l] { size } else { best[l] };
            }
        }
        for (x, col) in x.iter_mut().zip(cols) {
            *x = if *x < 0.0 { -col } else { *col };
        }
        solve_tr::<S, C>(simd, factors, x);
        multiply(x, rows);
        let sums = sum::<S, C>(simd, x);
        let (next, steepest) = steepest::<S, C>(simd, x);
        for l in 0..ABREAST {
            let here = at[l].map_or_else(|| sums[l] / n as f64, |at: usize| x[at * ABREAST + l]);
            is_done[l] = is_done[l] || steepest[l] <= here;
        }
        if is_done.iter().all(|is_done| *is_done) {
            break;
        }
        x.fill(0.0);
        for (l, next) in next.into_iter().enumerate() {
            x[next * ABREAST + l] = 1.0;
            at[l] = Some(next);
        }
    }
    best
}

/// Where the largest entry is, and its size.
#[inline(always)]
fn steepest<S: Simd, const C: usize>(simd: S, x: &[f64]) -> ([usize; ABREAST], [f64; ABREAST]) {
    let (mut rows, mut largest) = ([simd.splat_f64s(0.0); C], [simd.splat_f64s(0.0); C]);
    for (i, x) in lanes::<S, C>(x).iter().enumerate() {
        let row = simd.splat_f64s(i as f64);
        for c in 0..C {
            let size = simd.abs_f64s(x[c]);
            let is_larger = simd.greater_than_f64s(size, largest[c]);
            rows[c] = simd.select_f64s(is_larger, row, rows[c]);
            largest[c] = simd.select_f64s(is_larger, size, largest[c]);
        }
    }
    let rows = numbers::<S, C>(rows);
    let mut next = [0; ABREAST];
    for l in 0..ABREAST {
        next[l] = rows[l] as usize;
    }
    (next, numbers::<S, C>(largest))
}

/// `out -= t column`.
#[inline(always)]
fn subtract<S: Simd, const C: usize>(simd: S, t: Lane<S, C>, column: &[Lane<S, C>], out: &mut [Lane<S, C>]) {
    for (out, entry) in out.iter_mut().zip(column) {
        *out = less::<S, C>(simd, *out, t, *entry);
    }
}

fn multiply(x: &mut [f64], by: &[f64]) {
    for (x, by) in x.iter_mut().zip(by) {
        *x *= by;
    }
}

/// `Σ |x_i|`, one after another.
#[inline(always)]
fn sizes<S: Simd, const C: usize>(simd: S, x: &[f64]) -> [f64; ABREAST] {
    let mut sums = [simd.splat_f64s(0.0); C];
    for x in lanes::<S, C>(x) {
        sums = both::<S, C>(sums, *x, |sum, x| simd.add_f64s(sum, simd.abs_f64s(x)));
    }
    numbers::<S, C>(sums)
}

/// Partial sums, as those of `kernels::dot` and `kernels::sum`.
const PARTS: usize = 8;

/// `Σ product(a_i, b_i)`.
#[inline(always)]
fn dot<S: Simd, const C: usize>(
    simd: S,
    a: &[Lane<S, C>],
    b: &[Lane<S, C>],
    product: impl Fn(S::f64s, S::f64s) -> S::f64s,
) -> Lane<S, C> {
    let zero = [simd.splat_f64s(0.0); C];
    let (mut sums, mut tail) = ([zero; PARTS], zero);
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<PARTS>(), b.as_chunks::<PARTS>());
    for (a, b) in a.iter().zip(b) {
        for k in 0..PARTS {
            sums[k] = plus::<S, C>(simd, sums[k], both::<S, C>(a[k], b[k], &product));
        }
    }
    for (a, b) in a_rest.iter().zip(b_rest) {
        tail = plus::<S, C>(simd, tail, both::<S, C>(*a, *b, &product));
    }
    reduced::<S, C>(simd, &sums, tail)
}

/// `Σ x_i`.
#[inline(always)]
fn sum<S: Simd, const C: usize>(simd: S, x: &[f64]) -> [f64; ABREAST] {
    let zero = [simd.splat_f64s(0.0); C];
    let (mut sums, mut tail) = ([zero; PARTS], zero);
    let (x, rest) = lanes::<S, C>(x).as_chunks::<PARTS>();
    for x in x {
        for k in 0..PARTS {
            sums[k] = plus::<S, C>(simd, sums[k], x[k]);
        }
    }
    for x in rest {
        tail = plus::<S, C>(simd, tail, *x);
    }
    numbers::<S, C>(reduced::<S, C>(simd, &sums, tail))
}

/// The partial sums in pairs, and what is left.
#[inline(always)]
fn reduced<S: Simd, const C: usize>(simd: S, a: &[Lane<S, C>; PARTS], tail: Lane<S, C>) -> Lane<S, C> {
    let pair = |i: usize, k: usize| plus::<S, C>(simd, a[i], a[k]);
    let halves = [plus::<S, C>(simd, pair(0, 4), pair(2, 6)), plus::<S, C>(simd, pair(1, 5), pair(3, 7))];
    plus::<S, C>(simd, plus::<S, C>(simd, halves[0], halves[1]), tail)
}

#[inline(always)]
fn lanes<S: Simd, const C: usize>(flat: &[f64]) -> &[Lane<S, C>] {
    S::as_simd_f64s(flat).0.as_chunks().0
}

#[inline(always)]
fn lanes_mut<S: Simd, const C: usize>(flat: &mut [f64]) -> &mut [Lane<S, C>] {
    S::as_mut_simd_f64s(flat).0.as_chunks_mut().0
}

/// The numbers of a lane.
#[inline(always)]
fn numbers<S: Simd, const C: usize>(lane: Lane<S, C>) -> [f64; ABREAST] {
    let mut numbers = [0.0; ABREAST];
    S::as_mut_simd_f64s(&mut numbers).0[..C].copy_from_slice(&lane);
    numbers
}

#[inline(always)]
fn each<S: Simd, const C: usize>(a: Lane<S, C>, image: impl Fn(S::f64s) -> S::f64s) -> Lane<S, C> {
    let mut out = a;
    for c in 0..C {
        out[c] = image(a[c]);
    }
    out
}

#[inline(always)]
fn both<S: Simd, const C: usize>(a: Lane<S, C>, b: Lane<S, C>, image: impl Fn(S::f64s, S::f64s) -> S::f64s) -> Lane<S, C> {
    let mut out = a;
    for c in 0..C {
        out[c] = image(a[c], b[c]);
    }
    out
}

#[inline(always)]
fn plus<S: Simd, const C: usize>(simd: S, a: Lane<S, C>, b: Lane<S, C>) -> Lane<S, C> {
    let mut out = a;
    for c in 0..C {
        out[c] = simd.add_f64s(a[c], b[c]);
    }
    out
}

/// `a - t b`.
#[inline(always)]
fn less<S: Simd, const C: usize>(simd: S, a: Lane<S, C>, t: Lane<S, C>, b: Lane<S, C>) -> Lane<S, C> {
    let mut out = a;
    for c in 0..C {
        out[c] = simd.sub_f64s(a[c], simd.mul_f64s(t[c], b[c]));
    }
    out
}

#[cfg(test)]
mod tests;
