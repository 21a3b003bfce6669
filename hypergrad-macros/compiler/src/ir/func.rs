//! The elementwise functions. Families that are closed under differentiation carry their order, so
//! that every derivative has a stable closed form (docs/formulas.md, part 4). What is known of
//! each: `definition.rs`.

use super::formula::Name;

/// An exact `f64` constant with equality and hashing by bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Number(u64);

impl Number {
    pub fn new(value: f64) -> Self {
        // One zero: -0.0 would make equal nodes differ.
        Self(if value == 0.0 { 0 } else { value.to_bits() })
    }

    pub fn get(self) -> f64 {
        f64::from_bits(self.0)
    }

    /// ±1.
    #[must_use]
    pub fn signum(self) -> Self {
        Self::new(self.get().signum())
    }
}

/// An elementwise function; `arity` arguments. A new one needs a row in `definition.rs`, a value in
/// `evaluate.rs` and a rule in `differentiate/rules.rs`: rustc names all three.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Func {
    Exp,
    Ln,
    Sqrt,
    Cbrt,
    Sin,
    Cos,
    Tan,
    Tanh,
    /// `tanh'(t) = 1/cosh²(t)`, stable.
    Sech2,
    Sinh,
    Cosh,
    /// `ln(cosh(t))`, stable.
    LnCosh,
    Asin,
    Acos,
    Atan,
    Asinh,
    Acosh,
    Atanh,
    Ln1p,
    ExpM1,
    /// `t^n`, integer n, exact at 0. `Powi(-1)` is the reciprocal.
    Powi(i32),
    /// `t^p`, constant real p.
    Powf(Number),
    /// `s^p` with the value 0 at `s <= 0`: the derivative family of `norm = NormPow(1/2)(x·x)`.
    NormPow(Number),
    /// The k-th derivative of softplus: `ln(1+e^t)`, `σ`, `σσ₋`, `-σσ₋ tanh(t/2)`, `σσ₋(1-6σσ₋)`.
    Logistic(u8),
    /// `2/√π ∫₀ᵗ e^-s² ds`.
    Erf,
    /// `1 - erf t`, stable where that is tiny.
    Erfc,
    /// `e^-t²`, of which the derivatives of the two are made.
    Bell,
    /// `ln |Γ(t)|`.
    LnGamma,
    /// The derivatives of it: digamma, trigamma, ..
    Polygamma(u8),
    /// `Φ(t) = ∫ φ` up to t.
    NormalCdf,
    /// `φ(t) = e^(-t²/2)/√(2π)`.
    NormalDensity,
    /// The k-th derivative of `ln Φ`, up to the fourth: the first is `φ/Φ`.
    LogNormalCdf(u8),
    /// The principal w with `w e^w = t`.
    LambertW,
    /// `ln(1 - e^t)`, for `t < 0`.
    Log1mExp,
    /// `1/(e^-t - 1)`, for `t < 0`: minus the derivative of `Log1mExp`.
    Bose,
    /// `sqrt(1+s) - 1`, stable near 0.
    Sqrt1pM1,
    Abs,
    /// std's `signum` (1 at +0); its derivative is 0.
    Signum,
    /// Whole numbers by std's methods; their derivatives are 0.
    Floor,
    Ceil,
    Round,
    Trunc,
    /// `abs'`: -1, 0 at 0, 1.
    Sign0,
    /// Huber: `t²/2` for `|t| <= δ`, else `δ(|t| - δ/2)`; arguments t, δ.
    Huber,
    /// `x^y`, both variable.
    Pow,
    /// `x^y (ln x)^k`, 0 at x = 0 with y > 0: the derivatives of `Pow` in y.
    PowLn(u8),
    /// `atan2(y, x)`.
    Atan2,
    Hypot,
    Max,
    Min,
    /// 1 if a > b, 1/2 if a = b, else 0: the derivative of `max` in its first argument.
    TieGt,
    /// Indicators, 1 or 0.
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
    /// `select(c, a, b)`: a where c != 0, else b. c is never differentiated.
    Select,
    /// `clamp(t, lo, hi)`.
    Clamp,
    /// 1 for lo <= t <= hi, else 0: the derivative of clamp.
    Inside,
    /// A function of the user's, of which only the derivative can be read.
    Declared(Name),
}
