//! `A = diag(d) + BᵀB` with fewer rows in B than columns, without A.
//!
//! With `S = diag(d)^(-1/2)` and `E = B S`, `A = S⁻¹ (I + EᵀE) S⁻¹` and
//! `(I + EᵀE)⁻¹ = I - Eᵀ M⁻¹ E`, `M = I + E Eᵀ` (Woodbury): one Cholesky factorisation of the size of
//! B's rows, whose eigenvalues are at least 1. Memory and work are `rows · n` and `rows² · n`.
//!
//! Accuracy: with `κ = trace(M) >= cond(I + EᵀE)`, the solve is followed by steps of refinement that each
//! gain a factor `eps κ`, down to the error `eps κ` that the condition allows any solver. Where d is so
//! uneven that κ is large and the whole matrix could do better, it is factored whole: from `eps κ = √eps`
//! on if it is small, from `eps κ = 1/100` on if it fits at all. Else it is refused, as by other factorisations.

use super::condition::HOPELESS;
use super::{Cholesky, Factored, Factorization, Inertia, LogDet, Method, Spectrum, check_finite, method};
use crate::error::LinearError;
use crate::kernels::{axpy, dot, gram};
use crate::scalar::Real;
use crate::storage::{BYTES_LIMIT, Dense};

/// A diagonal plus a Gram matrix, or the whole matrix, factored by K, where that is better; D stores it, E stores `Bᵀ`,
/// M is `rows x rows`, V and W are vectors of length n and rows.
#[derive(Clone, Debug)]
pub struct DiagonalPlusGram<K, D: Dense, E: Dense, M: Dense, V: Dense, W: Dense> {
    whole: Factored<K, D>,
    parts: Parts<E, M, V, W>,
    /// In scaled variables: the solution, what is left of the right-hand side, a step.
    vectors: [V; 3],
    refinements: usize,
    is_split: bool,
    /// κ of the parts.
    bound: f64,
}

/// `I + EᵀE` and the scale.
#[derive(Clone, Debug)]
struct Parts<E: Dense, M: Dense, V: Dense, W: Dense> {
    /// Of M.
    small: Cholesky<M>,
    /// `Bᵀ`, then `Eᵀ`: one column of length n per row of B.
    roots: E,
    /// d, then `d^(-1/2)`.
    scale: V,
    /// One entry per row of B.
    part: W,
}

/// Up to this size a whole matrix is factored where `eps κ` exceeds `√eps`: half of the digits.
const SMALL: usize = 2048;

impl<T, K, D, E, M, V, W> DiagonalPlusGram<K, D, E, M, V, W>
where
    T: Real,
    K: Method,
    D: Dense<Scalar = T>,
    E: Dense<Scalar = T>,
    M: Dense<Scalar = T>,
    V: Dense<Scalar = T>,
    W: Dense<Scalar = T>,
{
    /// Without heap memory; [`Self::resize`] makes it usable.
    pub fn empty() -> Self {
        let parts = Parts { small: Cholesky::empty(), roots: E::empty(), scale: V::empty(), part: W::empty() };
        Self {
            whole: Factored::empty(),
            parts,
            vectors: core::array::from_fn(|_| V::empty()),
            refinements: 0,
            is_split: false,
            bound: f64::NAN,
        }
    }

    /// Makes room for the parts where they are cheaper than the whole (at most half as many rows as
    /// columns), or where the whole would be too large; says whether they are.
    ///
    /// # Errors
    /// [`LinearError::TooLarge`].
    pub fn resize(&mut self, what: &'static str, n: usize, rows: usize) -> Result<bool, LinearError> {
        if rows >= n || (fits::<T>(n) && rows > n / 2) {
            return Ok(false);
        }
        let parts = &mut self.parts;
        if (parts.roots.rows(), parts.roots.cols()) != (n, rows) || parts.scale.flat().len() != n {
            parts.roots = E::try_zeros(what, n, rows)?;
            parts.scale = V::try_zeros(what, n, 1)?;
            parts.part = W::try_zeros(what, rows, 1)?;
            for vector in &mut self.vectors {
                *vector = V::try_zeros(what, n, 1)?;
            }
        }
        parts.small.resize(what, rows)?;
        Ok(true)
    }

    /// d, to be filled.
    pub fn diagonal_mut(&mut self) -> &mut [T] {
        self.parts.scale.flat_mut()
    }

    /// `Bᵀ`, to be filled: a row of B after another.
    pub fn roots_mut(&mut self) -> &mut [T] {
        self.parts.roots.flat_mut()
    }

    /// Factors the parts; `false` where the whole has to be: an entry of d is 0, or the condition is
    /// doubtful.
    ///
    /// # Errors
    /// Entries that are not finite; a hopeless condition of a matrix that is too large to be factored whole.
    pub fn factor_parts(&mut self, what: &'static str) -> Result<bool, LinearError> {
        self.is_split = false;
        check_finite(what, self.parts.scale.flat())?;
        check_finite(what, self.parts.roots.flat())?;
        let (pivot, value) = smallest(self.parts.scale.flat());
        if value <= T::ZERO {
            return Ok(false);
        }
        let condition = self.parts.form().wide();
        let error = condition * T::EPSILON;
        self.bound = condition;
        let n = self.parts.scale.flat().len();
        let half = nalgebra::ComplexField::sqrt(T::EPSILON);
        let whole = if n <= SMALL { error > half } else { error > HOPELESS && fits::<T>(n) };
        if whole || !error.is_finite() {
            return Ok(false);
        }
        if error > HOPELESS {
            return Err(LinearError::Singular { what, block: None, pivot, value: value.wide(), scale: value.wide() * condition });
        }
        self.parts.small.factor(what)?;
        // Each step multiplies the error by about eps κ.
        self.refinements = if error <= half { 1 } else { 4 };
        self.is_split = true;
        Ok(true)
    }

    /// Makes room for the whole matrix.
    ///
    /// # Errors
    /// [`LinearError::TooLarge`].
    pub fn resize_whole(&mut self, what: &'static str, n: usize) -> Result<(), LinearError> {
        self.is_split = false;
        self.whole.resize(what, n)
    }

    /// The whole matrix, to be filled.
    pub fn matrix_mut(&mut self) -> &mut [T] {
        self.whole.matrix_mut()
    }

    /// Factors the whole matrix.
    ///
    /// # Errors
    /// As [`Factorization::factor`].
    pub fn factor(&mut self, what: &'static str) -> Result<(), LinearError> {
        self.whole.factor(what)
    }

    /// Solves `A out = rhs` in place, with the last factor.
    pub fn solve(&mut self, rhs: &mut [T]) {
        if !self.is_split {
            return self.whole.solve(rhs);
        }
        let parts = &mut self.parts;
        let [solution, rest, step] = self.vectors.each_mut().map(V::flat_mut);
        multiply(rhs, parts.scale.flat());
        parts.apply(rhs, solution);
        for _ in 0..self.refinements {
            parts.residual(rhs, solution, rest);
            parts.apply(rest, step);
            axpy(T::ONE, step, solution);
        }
        rhs.copy_from_slice(solution);
        multiply(rhs, parts.scale.flat());
    }

    /// The same: A is symmetric.
    pub fn solve_tr(&mut self, rhs: &mut [T]) {
        self.solve(rhs);
    }

    /// Solves with a positive definite matrix near A: A itself where it is split, see
    /// [`super::Method::solve_definite`].
    pub fn solve_definite(&mut self, rhs: &mut [T]) {
        if self.is_split { self.solve(rhs) } else { self.whole.solve_definite(rhs) }
    }

    /// A direction of negative curvature; there is none where A is split.
    pub fn negative_curvature(&mut self, out: &mut [T]) -> bool {
        !self.is_split && self.whole.negative_curvature(out)
    }
}

impl<T, K, D, E, M, V, W> Spectrum for DiagonalPlusGram<K, D, E, M, V, W>
where
    T: Real,
    K: Method,
    D: Dense<Scalar = T>,
    E: Dense<Scalar = T>,
    M: Dense<Scalar = T>,
    V: Dense<Scalar = T>,
    W: Dense<Scalar = T>,
{
    /// `det A = det diag(d) · det M` (Sylvester).
    fn log_det(&self) -> LogDet {
        if !self.is_split {
            return self.whole.log_det();
        }
        let scale = self.parts.scale.flat().iter().fold(LogDet::ONE, |all, s| all.times(s.wide()).times(s.wide()));
        let small = self.parts.small.log_det();
        LogDet { sign: 1.0, ln_abs: small.ln_abs - scale.ln_abs }
    }

    fn inertia(&self) -> Option<Inertia> {
        if self.is_split { Some(Inertia::new(self.parts.scale.flat().len(), 0)) } else { self.whole.inertia() }
    }

    /// Of the parts, κ.
    fn condition(&mut self) -> f64 {
        if self.is_split { self.bound } else { self.whole.condition() }
    }

    fn entries(&self) -> usize {
        if self.is_split { self.parts.roots.flat().len() + self.parts.small.entries() } else { self.whole.entries() }
    }
}

impl<T, E, M, V, W> Parts<E, M, V, W>
where
    T: Real,
    E: Dense<Scalar = T>,
    M: Dense<Scalar = T>,
    V: Dense<Scalar = T>,
    W: Dense<Scalar = T>,
{
    /// `d^(-1/2)` from d, E from B, M from E; the trace of M.
    fn form(&mut self) -> T {
        let (n, rows) = (self.scale.flat().len(), self.roots.cols());
        for d in self.scale.flat_mut() {
            *d = T::ONE / d.sqrt();
        }
        for root in self.roots.flat_mut().chunks_exact_mut(n) {
            multiply(root, self.scale.flat());
        }
        let m = self.small.matrix_mut();
        m.fill(T::ZERO);
        gram(T::ONE, self.roots.flat(), n, rows, m);
        (0..rows).fold(T::ONE, |trace, k| {
            let entry = &mut m[k * (rows + 1)];
            *entry += T::ONE;
            trace + *entry
        })
    }

    /// `out = z - Eᵀ M⁻¹ E z`.
    fn apply(&mut self, z: &[T], out: &mut [T]) {
        self.project(z);
        self.small.solve(self.part.flat_mut());
        out.copy_from_slice(z);
        self.subtract(out);
    }

    /// `out = z - x - EᵀE x`.
    fn residual(&mut self, z: &[T], x: &[T], out: &mut [T]) {
        self.project(x);
        out.copy_from_slice(z);
        axpy(-T::ONE, x, out);
        self.subtract(out);
    }

    /// `part = E z`.
    fn project(&mut self, z: &[T]) {
        for (part, root) in self.part.flat_mut().iter_mut().zip(self.roots.flat().chunks_exact(z.len())) {
            *part = dot(root, z);
        }
    }

    /// `out -= Eᵀ part`.
    fn subtract(&self, out: &mut [T]) {
        for (&part, root) in self.part.flat().iter().zip(self.roots.flat().chunks_exact(out.len())) {
            axpy(-part, root, out);
        }
    }
}

impl<D: Dense, E: Dense, M: Dense, V: Dense, W: Dense> DiagonalPlusGram<method::Symmetric, D, E, M, V, W> {
    /// Whether the whole matrix that is factored next is positive semidefinite.
    #[inline]
    pub fn choose(&mut self, definite: bool) {
        self.whole.choose(definite);
    }
}

/// Whether a whole matrix is within the limit.
fn fits<T: Real>(n: usize) -> bool {
    n.checked_mul(n).is_some_and(|entries| entries <= BYTES_LIMIT / size_of::<T>())
}

/// The position of the smallest entry, and the entry.
fn smallest<T: Real>(a: &[T]) -> (usize, T) {
    let first = (0, a.first().copied().unwrap_or(T::ZERO));
    a.iter().enumerate().fold(first, |best, (k, &entry)| if entry < best.1 { (k, entry) } else { best })
}

/// `a <- a∘b`.
fn multiply<T: Real>(a: &mut [T], b: &[T]) {
    for (a, &b) in a.iter_mut().zip(b) {
        *a *= b;
    }
}
