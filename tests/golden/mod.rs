//! Reference values of six problems, computed once in double precision with an independent program
//! (automatic differentiation throughout; checked against differences).
//!
//! Every array is flat with the first index fastest. `hat` is a point off the root, `star` the root.
//! `F1[i,j] = dF_i/dx_j`, `F11[i,j,k]`, `F21[i,b,k]`, `g21[b,k]`, `Psi[b,i] = dx*_i/dy_b`,
//! `Psi1[b,i,k] = dPsi[b,i]/dx_k`, `Omega1[b,k]`; `Cy` is the spectral norm of the Jacobian of an
//! estimator at the root, `Cy_Psi_fro` that of `Psi1` as a map from x to matrices with the Frobenius norm.
//! `OmegaP_P(x, y) = Omega(x - P⁻¹ F, y)`, `OmegaP_P_1` its full Jacobian, with that of P, `EP_P` the factor of it.
//! `OmegaPhi`, `PsiPhi`: reparameterised, by exp, diag, the optimal map (opt) and an invented coupled one (mix: `phi_i = z_i e^{0.3 y_{i%m}} + 0.1 z_{(i+1)%n}² + 0.05 sin(y_0) z_i`), `z_mix` its
//! inverse; `1_star_frozen` with what is localised held fast, `full` and `closed` the same by other means.
//! `x_t`: t = 25 steps of `Phi = x - alpha F` from 0; `ITD`, `AID` there, k = 4 steps of the fixed
//! point, 3 of CG and CGNE (4 for kernel ridge and the equilibrium, 1 in one dimension) from v = 0; `onestep`, `Kstep` (3 steps) from the held `x_hat`.

#![allow(clippy::excessive_precision, clippy::unreadable_literal, reason = "numbers as they were printed")]

mod a_ridge;
mod b_logistic;
mod c_krr;
mod f_equilibrium;
mod f_equilibrium_changes;
mod h_nonsym_root;
mod j_prop8_1d;

/// Names and flat values.
pub type Table = &'static [(&'static str, &'static [f64])];

pub const RIDGE: Table = a_ridge::VALUES;
pub const LOGISTIC: Table = b_logistic::VALUES;
pub const KERNEL_RIDGE: Table = c_krr::VALUES;
pub const EQUILIBRIUM: Table = f_equilibrium::VALUES;
/// Of [`EQUILIBRIUM`], in other variables.
#[allow(dead_code, reason = "not every user of the tables reads each")]
pub const EQUILIBRIUM_CHANGES: Table = f_equilibrium_changes::VALUES;
pub const NONSYMMETRIC: Table = h_nonsym_root::VALUES;
pub const ONE_DIMENSION: Table = j_prop8_1d::VALUES;

/// The values of a name; empty where the table has none.
pub fn values(table: Table, name: &str) -> &'static [f64] {
    table.iter().find(|(known, _)| *known == name).map_or(&[], |(_, values)| values)
}
