//! Bolte, Pauwels, Vaiter, Corollaries 1, 3, 4 and 5, Lemma 3.
//!
//! ```text
//! J = dx*/dy,   J^OS = Φ_2(x_{k-1}, y),   the estimate g_2 + (J^OS)ᵀ g_1(x_k)
//! ```

use nalgebra::ComplexField;

use super::certificate::{Certificate, InvalidConstant, check_all, check_factor};

/// Constants of the map Φ near the fixed point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FixedPointMap {
    /// ρ: `|Φ_1| <= ρ < 1`; 0 for Newton's method at the fixed point.
    pub factor: f64,
    /// `L_F`: `|Φ_2|` is at most this.
    pub mixed: f64,
    /// `L_J`: the Lipschitz constant of the Jacobian `(Φ_1, Φ_2)` by `(x, y)`.
    pub jacobian_slope: f64,
}

/// Constants of an outer objective that depends on x alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OuterSlopes {
    /// `l_g`: `|g_1|` is at most this.
    pub gradient: f64,
    /// `l_∇`: the Lipschitz constant of `g_1`.
    pub gradient_slope: f64,
}

impl FixedPointMap {
    fn check(&self) -> Result<(), InvalidConstant> {
        check_factor("factor", self.factor)?;
        check_all(&[("mixed", self.mixed), ("jacobian_slope", self.jacobian_slope)])
    }

    /// `L_F / (1 - ρ)`, a bound of `|J|`.
    fn sensitivity(&self) -> f64 {
        self.mixed / (1.0 - self.factor)
    }
}

impl OuterSlopes {
    fn check(&self) -> Result<(), InvalidConstant> {
        check_all(&[("gradient", self.gradient), ("gradient_slope", self.gradient_slope)])
    }
}

/// Corollary 1: `|J^OS - J| <= ρ L_F / (1 - ρ) + L_J |x_{k-1} - x*|`. The first term is there for
/// ever: one step is for maps that contract fast.
///
/// # Example
/// ```
/// use hypergrad::bounds::{FixedPointMap, last_iterate, one_step_jacobian};
///
/// // A map that contracts by 0.1 keeps an error; Newton's, which contracts by 0 at the root, does not.
/// let map = FixedPointMap { factor: 0.1, mixed: 1.0, jacobian_slope: 2.0 };
/// assert!(one_step_jacobian(&map, 0.0)?.bound > 0.1);
/// assert!(last_iterate(2.0, 1e-6)?.bound <= 2e-6);
/// # Ok::<(), hypergrad::bounds::InvalidConstant>(())
/// ```
///
/// # Errors
/// A constant without meaning.
pub fn one_step_jacobian(map: &FixedPointMap, before: f64) -> Result<Certificate, InvalidConstant> {
    map.check()?;
    check_all(&[("|x_{k-1} - x*|", before)])?;
    Ok(Certificate::new(
        "Bolte, Corollary 1",
        [("steps left out", map.factor * map.sensitivity()), ("inner error", map.jacobian_slope * before), ("", 0.0)],
    ))
}

/// Corollary 3, maps with `Φ_1(x*) = 0` such as Newton's: `|J^OS - J| <= L_J |x_{k-1} - x*|`. The error
/// is that of the iterate before the last one.
///
/// # Errors
/// A constant without meaning.
pub fn last_iterate(jacobian_slope: f64, before: f64) -> Result<Certificate, InvalidConstant> {
    check_all(&[("jacobian_slope", jacobian_slope), ("|x_{k-1} - x*|", before)])?;
    Ok(Certificate::new("Bolte, Corollary 3", [("inner error", jacobian_slope * before), ("", 0.0), ("", 0.0)]))
}

/// Corollary 4, of the hypergradient:
/// `ρ L_F l_g / (1 - ρ) + L_J l_g |x_{k-1} - x*| + L_F l_∇ |x_k - x*|`.
///
/// # Example
/// ```
/// use hypergrad::bounds::{FixedPointMap, OuterSlopes, one_step};
///
/// // A map that contracts by 0.01, 1e-3 from the fixed point.
/// let map = FixedPointMap { factor: 0.01, mixed: 1.0, jacobian_slope: 1.0 };
/// let outer = OuterSlopes { gradient: 2.0, gradient_slope: 1.0 };
/// let certificate = one_step(&map, &outer, 1e-3, 1e-5)?;
/// assert!(certificate.bound < 0.03);
/// println!("{certificate}");
/// # Ok::<(), hypergrad::bounds::InvalidConstant>(())
/// ```
///
/// # Errors
/// A constant without meaning.
pub fn one_step(map: &FixedPointMap, outer: &OuterSlopes, before: f64, last: f64) -> Result<Certificate, InvalidConstant> {
    map.check()?;
    outer.check()?;
    check_all(&[("|x_{k-1} - x*|", before), ("|x_k - x*|", last)])?;
    Ok(Certificate::new(
        "Bolte, Corollary 4",
        [
            ("steps left out", map.factor * map.sensitivity() * outer.gradient),
            ("inner error in the Jacobian", map.jacobian_slope * outer.gradient * before),
            ("inner error in the outer gradient", map.mixed * outer.gradient_slope * last),
        ],
    ))
}

/// The Lipschitz constant of `∇h` that Corollary 5 needs, with `j = L_F / (1 - ρ)`:
///
/// ```text
/// l_g L_J (1 + j²) / (1 - ρ) + l_∇ j²
/// ```
///
/// For `J = (I - Φ_1)⁻¹ Φ_2` along a path in y, `dJ = (I - Φ_1)⁻¹ (dΦ_2 + dΦ_1 J)`; the bracket is the change
/// of the Jacobian times `(J, I)`, hence at most `L_J |(dx*, dy)| √(1 + j²)`, and `|(dx*, dy)| <= √(1 + j²) |dy|`.
/// The change of y itself is missing in the printed constant, which is too small.
///
/// # Errors
/// A constant without meaning.
pub fn value_smoothness(map: &FixedPointMap, outer: &OuterSlopes) -> Result<f64, InvalidConstant> {
    map.check()?;
    outer.check()?;
    let j = map.sensitivity();
    Ok(outer.gradient * map.jacobian_slope * (1.0 + j * j) / (1.0 - map.factor) + outer.gradient_slope * j * j)
}

/// Corollary 5 by Lemma 3: of K steps of length `1/L` along hypergradients that are off by at most ε each, the
/// smallest `|∇h|` is at most
///
/// ```text
/// √(ε² + 2 L (h(y_0) - inf h) / K)
/// ```
///
/// with L of [`value_smoothness`] and ε of [`one_step`].
///
/// # Example
/// ```
/// use hypergrad::bounds::{FixedPointMap, OuterSlopes, descent, one_step, value_smoothness};
///
/// let map = FixedPointMap { factor: 0.01, mixed: 1.0, jacobian_slope: 1.0 };
/// let outer = OuterSlopes { gradient: 2.0, gradient_slope: 1.0 };
/// let (smoothness, error) = (value_smoothness(&map, &outer)?, one_step(&map, &outer, 1e-3, 1e-5)?.bound);
/// // h can fall by 5 at most: more steps help down to the error of the hypergradients.
/// let certificate = |steps| descent(smoothness, 5.0, error, steps);
/// assert!(certificate(100)?.bound > 10.0 * error && certificate(1_000_000)?.bound < 1.5 * error);
/// # Ok::<(), hypergrad::bounds::InvalidConstant>(())
/// ```
///
/// # Errors
/// A constant without meaning, or no step.
pub fn descent(smoothness: f64, decrease: f64, error: f64, steps: usize) -> Result<Certificate, InvalidConstant> {
    check_all(&[("smoothness", smoothness), ("h(y_0) - inf h", decrease), ("error", error)])?;
    if steps == 0 {
        return Err(InvalidConstant { name: "steps", value: 0.0, accepted: "at least 1" });
    }
    let along = 2.0 * smoothness * decrease / steps as f64;
    let whole = ComplexField::sqrt(error * error + along);
    Ok(Certificate::new(
        "Bolte, Corollary 5",
        [("error of the hypergradients", error.min(whole)), ("steps", (whole - error).max(0.0)), ("", 0.0)],
    ))
}
