//! The elementwise functions. Families that are closed under differentiation carry their order, so
//! that every derivative has a stable closed form (docs/formulas.md, part 4).

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

/// An elementwise function; `arity` arguments.
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
    /// `sqrt(1+s) - 1`, stable near 0.
    Sqrt1pM1,
    Abs,
    /// std's `signum` (1 at +0); its derivative is 0.
    Signum,
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
}

impl Func {
    pub fn arity(self) -> usize {
        match self {
            Self::Huber
            | Self::Pow
            | Self::PowLn(_)
            | Self::Atan2
            | Self::Hypot
            | Self::Max
            | Self::Min
            | Self::TieGt
            | Self::Lt
            | Self::Le
            | Self::Gt
            | Self::Ge
            | Self::Eq
            | Self::Ne => 2,
            Self::Select | Self::Clamp | Self::Inside => 3,
            _ => 1,
        }
    }

    /// `f(-t) = f(t)`, of one argument.
    pub fn is_even(self) -> bool {
        match self {
            Self::Abs | Self::Cos | Self::Cosh | Self::Sech2 | Self::Logistic(2 | 4) => true,
            Self::Powi(n) => n % 2 == 0,
            _ => false,
        }
    }

    /// `f(-t) = -f(t)`, of one argument. Not `signum`, which is 1 at 0.
    pub fn is_odd(self) -> bool {
        match self {
            Self::Sin | Self::Tan | Self::Tanh | Self::Sinh | Self::Asin | Self::Atan | Self::Asinh | Self::Atanh => true,
            Self::Cbrt | Self::Sign0 | Self::Logistic(3) => true,
            Self::Powi(n) => n % 2 != 0,
            _ => false,
        }
    }

    /// `f(a, b) = f(b, a)`.
    pub fn is_commutative(self) -> bool {
        matches!(self, Self::Hypot | Self::Max | Self::Min | Self::Eq | Self::Ne)
    }

    /// Piecewise constant: its derivative is zero wherever it has one.
    pub fn is_piecewise_constant(self) -> bool {
        matches!(
            self,
            Self::Signum
                | Self::Sign0
                | Self::TieGt
                | Self::Lt
                | Self::Le
                | Self::Gt
                | Self::Ge
                | Self::Eq
                | Self::Ne
                | Self::Inside
        )
    }

    /// Twice continuously differentiable inside its domain; others withhold second-order claims.
    pub fn is_smooth(self) -> bool {
        !self.is_piecewise_constant()
            && !matches!(
                self,
                Self::Abs
                    | Self::Cbrt
                    | Self::Hypot
                    | Self::Huber
                    | Self::Max
                    | Self::Min
                    | Self::Select
                    | Self::Clamp
                    | Self::NormPow(_)
            )
    }
}
