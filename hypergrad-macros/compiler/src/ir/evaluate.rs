//! The value of elementwise functions on numbers: constant folding and the test interpreter.

use hypergrad_special as special;

use super::func::Func;

impl Func {
    /// The function's value, by its definition and in its stable form.
    pub fn evaluate(self, a: &[f64]) -> f64 {
        let indicator = |holds: bool| f64::from(u8::from(holds));
        match self {
            Self::Exp => a[0].exp(),
            Self::Ln => a[0].ln(),
            Self::Sqrt => a[0].sqrt(),
            Self::Cbrt => a[0].cbrt(),
            Self::Sin => a[0].sin(),
            Self::Cos => a[0].cos(),
            Self::Tan => a[0].tan(),
            Self::Tanh => a[0].tanh(),
            Self::Sech2 => {
                let e = (-2.0 * a[0].abs()).exp();
                4.0 * e / ((1.0 + e) * (1.0 + e))
            }
            Self::Sinh => a[0].sinh(),
            Self::Cosh => a[0].cosh(),
            // cosh t = 1 + 2 sinh²(t/2) = e^|t| (1 + e^(-2|t|))/2
            Self::LnCosh if a[0].abs() < 1.0 => (2.0 * (0.5 * a[0]).sinh().powi(2)).ln_1p(),
            Self::LnCosh => a[0].abs() + (-2.0 * a[0].abs()).exp().ln_1p() - std::f64::consts::LN_2,
            Self::Asin => a[0].asin(),
            Self::Acos => a[0].acos(),
            Self::Atan => a[0].atan(),
            Self::Asinh => a[0].asinh(),
            Self::Acosh => a[0].acosh(),
            Self::Atanh => a[0].atanh(),
            Self::Ln1p => a[0].ln_1p(),
            Self::ExpM1 => a[0].exp_m1(),
            Self::Powi(n) => a[0].powi(n),
            Self::Powf(p) => a[0].powf(p.get()),
            Self::NormPow(p) => {
                if a[0] > 0.0 {
                    a[0].powf(p.get())
                } else {
                    0.0
                }
            }
            Self::Logistic(order) => logistic(order, a[0]),
            Self::Erf => libm::erf(a[0]),
            Self::Erfc => libm::erfc(a[0]),
            Self::Bell => (-a[0] * a[0]).exp(),
            Self::LnGamma => special::ln_gamma(a[0]),
            Self::Polygamma(order) => special::polygamma(u32::from(order), a[0]),
            Self::NormalCdf => special::normal_cdf(a[0]),
            Self::NormalDensity => special::normal_density(a[0]),
            Self::LogNormalCdf(order) => special::log_normal_cdf(u32::from(order), a[0]),
            Self::LambertW => special::lambert_w(a[0]),
            Self::Log1mExp => special::log1mexp(a[0]),
            Self::Bose => special::bose(a[0]),
            Self::Sqrt1pM1 => a[0] / (1.0 + (1.0 + a[0]).sqrt()),
            Self::Abs => a[0].abs(),
            Self::Signum => a[0].signum(),
            Self::Floor => a[0].floor(),
            Self::Ceil => a[0].ceil(),
            Self::Round => a[0].round(),
            Self::Trunc => a[0].trunc(),
            Self::Sign0 => {
                if a[0] == 0.0 {
                    0.0
                } else {
                    a[0].signum()
                }
            }
            Self::Huber => {
                let (t, delta) = (a[0].abs(), a[1]);
                if t <= delta { 0.5 * t * t } else { delta * (t - 0.5 * delta) }
            }
            Self::Pow => a[0].powf(a[1]),
            Self::PowLn(_) if a[0] == 0.0 && a[1] > 0.0 => 0.0,
            Self::PowLn(k) => a[0].powf(a[1]) * a[0].ln().powi(i32::from(k)),
            Self::Atan2 => a[0].atan2(a[1]),
            Self::Hypot => a[0].hypot(a[1]),
            Self::Max => a[0].max(a[1]),
            Self::Min => a[0].min(a[1]),
            Self::TieGt => {
                // `max` and `min` give the other where one is NaN.
                if a[0] > a[1] || a[1].is_nan() {
                    1.0
                } else if a[0] == a[1] {
                    0.5
                } else {
                    0.0
                }
            }
            Self::Lt => indicator(a[0] < a[1]),
            Self::Le => indicator(a[0] <= a[1]),
            Self::Gt => indicator(a[0] > a[1]),
            Self::Ge => indicator(a[0] >= a[1]),
            Self::Eq => indicator(a[0] == a[1]),
            Self::Ne => indicator(a[0] != a[1]),
            Self::Select => {
                if a[0] == 0.0 {
                    a[2]
                } else {
                    a[1]
                }
            }
            Self::Clamp => a[0].max(a[1]).min(a[2]),
            // Only a run can tell.
            Self::Declared(_) => f64::NAN,
            Self::Inside => indicator(a[1] <= a[0] && a[0] <= a[2]),
        }
    }
}

/// Derivatives of softplus (docs/formulas.md, part 4).
fn logistic(order: u8, t: f64) -> f64 {
    let e = (-t.abs()).exp();
    let (small, large) = (e / (1.0 + e), 1.0 / (1.0 + e));
    match order {
        0 => t.max(0.0) + e.ln_1p(),
        1 => {
            if t >= 0.0 {
                large
            } else {
                small
            }
        }
        2 => small * large,
        3 => -small * large * (0.5 * t).tanh(),
        _ => small * large * (1.0 - 6.0 * small * large),
    }
}
