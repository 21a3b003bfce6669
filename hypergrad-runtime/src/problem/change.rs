//! The optional roles: a change of variables, a localised one, a preconditioner of the module's own.

use super::Bilevel;

/// Of a [`Change`]: the module's `phi(z, y)`.
#[derive(Clone, Copy, Debug)]
pub struct Global;

/// Of a [`Change`]: the module's `psi(z, y, x_bar, y_bar)` at `x_bar = x`, `y_bar = y`, both held fast.
#[derive(Clone, Copy, Debug)]
pub struct Local;

/// Which of the module's maps a [`Change`] is.
pub trait Reach {
    /// The map, as errors name it.
    const MAP: &'static str;
}

impl Reach for Global {
    const MAP: &'static str = "phi(·, y)";
}

impl Reach for Local {
    const MAP: &'static str = "psi(·, y, x_bar, y_bar)";
}

/// Kernels of a change of variables `x = phi(z, y)`, derivatives in z and y alone.
///
/// z is set with [`Change::set_change`] and belongs to the adjoint stage: setting x or y forgets
/// what depends on it. With s and p held fast: `phi_11(s) = sum_i s_i phi_i,11`,
/// `phi_21(s) = sum_i s_i d²phi_i/dy dz`, `q = phi_1 p`.
pub trait Change<K: Reach>: Bilevel {
    /// phi is affine in z with a slope that does not depend on y: Omega does not change.
    const AFFINE: bool;
    /// The inverse is a role too.
    const INVERSE: bool;

    /// Sets z, length n.
    fn set_change(&self, work: &mut Self::Work, z: &[Self::Scalar]);
    /// `phi(z, y)`, length n.
    fn change(&self, work: &mut Self::Work, out: &mut [Self::Scalar]);
    /// z from x by the inverse that the module gives; does nothing where it gives none.
    fn change_inverse(&self, work: &mut Self::Work, out: &mut [Self::Scalar]);
    /// Dense `phi_1`, `n x n`.
    fn change_1(&self, work: &mut Self::Work, out: &mut [Self::Scalar]);
    /// Dense `phi_2`, `n x m`.
    fn change_2(&self, work: &mut Self::Work, out: &mut [Self::Scalar]);
    /// `phi_2ᵀ s`, length m.
    fn change_2_tr_mul(&self, work: &mut Self::Work, s: &[Self::Scalar], out: &mut [Self::Scalar]);
    /// Dense `phi_11(s)`, `n x n`.
    fn change_11(&self, work: &mut Self::Work, s: &[Self::Scalar], out: &mut [Self::Scalar]);
    /// Dense `phi_21(s)`, `m x n`.
    fn change_21(&self, work: &mut Self::Work, s: &[Self::Scalar], out: &mut [Self::Scalar]);
    /// `phi_21(s) p`, length m.
    fn change_21_mul(&self, work: &mut Self::Work, s: &[Self::Scalar], p: &[Self::Scalar], out: &mut [Self::Scalar]);
    /// `q_1ᵀ`, `n x n`.
    fn along_1(&self, work: &mut Self::Work, p: &[Self::Scalar], out: &mut [Self::Scalar]);
    /// `q_2ᵀ`, `m x n`.
    fn along_2(&self, work: &mut Self::Work, p: &[Self::Scalar], out: &mut [Self::Scalar]);
    /// `sum_i s_i q_i,11`, `n x n`.
    fn along_11(&self, work: &mut Self::Work, s: &[Self::Scalar], p: &[Self::Scalar], out: &mut [Self::Scalar]);
    /// `sum_i s_i d²q_i/dy dz`, `m x n`.
    fn along_21(&self, work: &mut Self::Work, s: &[Self::Scalar], p: &[Self::Scalar], out: &mut [Self::Scalar]);
}

/// The module has a change of variables `phi`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no change of variables",
    note = "add `fn phi(z, y[, data])`, shaped like x, to the module, and `fn phi_inv(x, y[, data])` if there is a formula for it"
)]
pub trait ChangeOfVariables: Change<Global> {}

/// The module has a localised change of variables `psi`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no localised change of variables",
    note = "add `fn psi(z, y, x_bar, y_bar[, data])`, shaped like x, to the module; `Localized::exp`, `diagonal` and `newton` need none"
)]
pub trait LocalizedChange: Change<Local> {}

/// The module has a preconditioner `P`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no preconditioner of its own",
    note = "add `fn P(x, y[, data])`, an n x n matrix or shaped like x for a diagonal, to the module; `Preconditioned::newton` and `jacobi` need none"
)]
pub trait CustomPreconditioner: Bilevel {
    /// P is a diagonal.
    const DIAGONAL: bool;

    /// P, `n x n` column-major, or its diagonal, length n.
    fn preconditioner(&self, work: &mut Self::Work, out: &mut [Self::Scalar]);
    /// `Qᵀ` with `Q = d(P n)/dx`, n held fast, `n x n`.
    fn preconditioner_along(&self, work: &mut Self::Work, n: &[Self::Scalar], out: &mut [Self::Scalar]);
}
