//! Grazzi, Theorems 2.1, 2.2 and 2.4.
//!
//! ```text
//! x* = Φ(x*, y),   h(y) = g(x*, y),   x_0 = 0, x_t = Φ(x_{t-1}, y),   |x_t - x*| <= ρ(t) D
//! ```
//!
//! All constants are for the ball `|x| <= 2D` and this y. With another start, D is a bound of `|x_0 - x*|`
//! and the ball that of all x with `|x - x*| <= D`.

use nalgebra::ComplexField;

use super::certificate::{Certificate, InvalidConstant, check_all, check_factor};

/// Constants of the map Φ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contraction {
    /// q: `|Φ_1| <= q < 1`.
    pub factor: f64,
    /// ν₁: the Lipschitz constant of `Φ_1` by x.
    pub slope_1: f64,
    /// ν₂: the Lipschitz constant of `Φ_2` by x.
    pub slope_2: f64,
    /// `L_Φ`: `|Φ_2|` is at most this.
    pub mixed: f64,
    /// D: `|x*|` is at most this.
    pub distance: f64,
}

/// Constants of an inner objective f whose gradient steps are the map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InnerObjective {
    /// μ: eigenvalues of `f_xx` are at least this.
    pub mu: f64,
    /// L: eigenvalues of `f_xx` are at most this.
    pub smoothness: f64,
    /// ρ₁: the Lipschitz constant of `f_xx` by x.
    pub hessian_slope: f64,
    /// ρ₂: the Lipschitz constant of `f_xy` by x.
    pub mixed_slope: f64,
    /// `|f_xy|` is at most this.
    pub mixed: f64,
    /// D: `|x*|` is at most this.
    pub distance: f64,
}

/// Constants of the outer objective g.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OuterObjective {
    /// `L_E`: `|g_1|` is at most this.
    pub gradient: f64,
    /// η₁: the Lipschitz constant of `g_1` by x.
    pub gradient_slope: f64,
    /// η₂: the Lipschitz constant of `g_2` by x.
    pub direct_slope: f64,
}

impl InnerObjective {
    /// The step with the best factor: `2 / (L + μ)`.
    pub fn best_step(&self) -> f64 {
        2.0 / (self.smoothness + self.mu)
    }

    /// κ = L / μ.
    pub fn condition(&self) -> f64 {
        self.smoothness / self.mu
    }

    /// The map `Φ = x - α F`, with a step α that does not depend on y: `q = max(1 - αμ, αL - 1)`.
    ///
    /// # Errors
    /// A constant without meaning, or a step with which the map does not contract.
    pub fn gradient_descent(&self, step: f64) -> Result<Contraction, InvalidConstant> {
        check_all(&[("mu", self.mu), ("smoothness", self.smoothness), ("step", step)])?;
        let factor = (1.0 - step * self.mu).max(step * self.smoothness - 1.0);
        check_factor("max(1 - step mu, step smoothness - 1)", factor)?;
        let slopes = (step * self.hessian_slope, step * self.mixed_slope);
        let map = Contraction { factor, slope_1: slopes.0, slope_2: slopes.1, mixed: step * self.mixed, distance: self.distance };
        map.check()?;
        Ok(map)
    }
}

impl Contraction {
    fn check(&self) -> Result<(), InvalidConstant> {
        check_factor("factor", self.factor)?;
        check_all(&[("slope_1", self.slope_1), ("slope_2", self.slope_2), ("mixed", self.mixed), ("distance", self.distance)])
    }
}

impl OuterObjective {
    fn check(&self) -> Result<(), InvalidConstant> {
        check_all(&[("gradient", self.gradient), ("gradient_slope", self.gradient_slope), ("direct_slope", self.direct_slope)])
    }
}

fn power(base: f64, exponent: usize) -> f64 {
    ComplexField::powi(base, i32::try_from(exponent).unwrap_or(i32::MAX))
}

/// `c₁ = (η₂ + η₁ L_Φ / (1 - q)) D`, `c₂ = (ν₂ + ν₁ L_Φ / (1 - q)) L_E D`, `c₃ = L_E L_Φ / (1 - q)`.
fn coefficients(map: &Contraction, outer: &OuterObjective) -> Result<[f64; 3], InvalidConstant> {
    map.check()?;
    outer.check()?;
    let sensitivity = map.mixed / (1.0 - map.factor);
    Ok([
        (outer.direct_slope + outer.gradient_slope * sensitivity) * map.distance,
        (map.slope_2 + map.slope_1 * sensitivity) * outer.gradient * map.distance,
        outer.gradient * sensitivity,
    ])
}

/// Theorem 2.1, iterative differentiation through t steps, forward or reverse:
/// `(c₁ + c₂ t/q + c₃) q^t` with the coefficients
///
/// ```text
/// c₁ = (η₂ + η₁ L_Φ / (1 - q)) D,   c₂ = (ν₂ + ν₁ L_Φ / (1 - q)) L_E D,   c₃ = L_E L_Φ / (1 - q)
/// ```
///
/// # Errors
/// A constant without meaning.
pub fn unrolled(map: &Contraction, outer: &OuterObjective, t: usize) -> Result<Certificate, InvalidConstant> {
    let [c_1, c_2, c_3] = coefficients(map, outer)?;
    let decay = power(map.factor, t);
    // t q^t / q, also for q = 0.
    let delayed = if t == 0 { 0.0 } else { t as f64 * power(map.factor, t - 1) };
    Ok(Certificate::new(
        "Grazzi, Theorem 2.1",
        [
            ("outer gradients", c_1 * decay),
            ("derivatives along the way", c_2 * delayed),
            ("derivative of the start", c_3 * decay),
        ],
    ))
}

/// Theorem 2.2, approximate implicit differentiation: x within `ρ D` of x*, the adjoint v within a
/// relative error σ of the solution of its system at that x. With `μ = 1 - q`, `|(I - Φ_1)⁻¹| <= 1/μ`:
///
/// ```text
/// (η₂ + η₁ L_Φ / μ + ν₂ L_E / μ + ν₁ L_Φ L_E / μ²) D ρ + (L_Φ L_E / μ) σ
/// ```
///
/// # Example
/// ```
/// use hypergrad::bounds::{InnerObjective, OuterObjective, approximate, fixed_point, rates, unrolled};
///
/// let inner = InnerObjective { mu: 1.0, smoothness: 4.0, hessian_slope: 0.0, mixed_slope: 1.0, mixed: 2.0, distance: 1.0 };
/// let outer = OuterObjective { gradient: 3.0, gradient_slope: 1.0, direct_slope: 0.0 };
/// let map = inner.gradient_descent(inner.best_step())?;
/// let t = 40;
/// let inside = rates::fixed_point(map.factor, t)?;
/// // The adjoint by t steps of conjugate gradients is known better than by t steps of the fixed point.
/// let cg = approximate(&map, &outer, inside, rates::conjugate_gradient(inner.condition(), t)?)?;
/// let fp = fixed_point(&map, &outer, inside, t)?;
/// assert!(cg.bound < fp.bound && fp.bound < unrolled(&map, &outer, t)?.bound);
/// # Ok::<(), hypergrad::bounds::InvalidConstant>(())
/// ```
///
/// # Errors
/// A constant without meaning.
pub fn approximate(
    map: &Contraction,
    outer: &OuterObjective,
    inner_decay: f64,
    linear_decay: f64,
) -> Result<Certificate, InvalidConstant> {
    check_all(&[("inner_decay", inner_decay), ("linear_decay", linear_decay)])?;
    let [c_1, c_2, c_3] = coefficients(map, outer)?;
    Ok(Certificate::new(
        "Grazzi, Theorem 2.2",
        [
            ("outer gradients", c_1 * inner_decay),
            ("the adjoint's system", c_2 / (1.0 - map.factor) * inner_decay),
            ("the adjoint's solution", c_3 * linear_decay),
        ],
    ))
}

/// Theorem 2.4, k steps `v <- Φ_1ᵀ v + g_1` from 0: `(c₁ + c₂ (1 - q^k) / (1 - q)) ρ + c₃ q^k`, with the
/// coefficients of [`unrolled`].
///
/// # Errors
/// A constant without meaning.
pub fn fixed_point(
    map: &Contraction,
    outer: &OuterObjective,
    inner_decay: f64,
    k: usize,
) -> Result<Certificate, InvalidConstant> {
    check_all(&[("inner_decay", inner_decay)])?;
    let [c_1, c_2, c_3] = coefficients(map, outer)?;
    let decay = power(map.factor, k);
    Ok(Certificate::new(
        "Grazzi, Theorem 2.4",
        [
            ("outer gradients", c_1 * inner_decay),
            ("the adjoint's system", c_2 * (1.0 - decay) / (1.0 - map.factor) * inner_decay),
            ("the adjoint's solution", c_3 * decay),
        ],
    ))
}
