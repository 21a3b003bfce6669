//! Powers: of numbers, by real and by integer exponents, and of integers.

use super::Tracer;
use super::call::Call;
use super::condition::{Comparison, Condition};
use super::value::{Tensor, Value};
use crate::ir::{Affine, Func, Number, Size};

impl Tracer<'_> {
    /// `t^p`: an exponent that is an integer keeps `t = 0` and `t < 0` exact.
    pub(super) fn real_power(&mut self, t: &Tensor, exponent: &Tensor) -> Tensor {
        match self.as_number(exponent) {
            Some(p) if p.fract() == 0.0 && p.abs() <= 64.0 => self.constant_power(t, p as i32),
            Some(p) => self.safely(Func::Powf(Number::new(p)), t),
            None => {
                let (t, exponent) = (self.protect(t, 1.0), self.protect(exponent, 1.0));
                self.apply(Func::Pow, &[&t, &exponent])
            }
        }
    }

    pub(super) fn constant_power(&mut self, t: &Tensor, n: i32) -> Tensor {
        self.safely(Func::Powi(n), t)
    }

    /// `t^n`: `powi`.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn integer_power(&mut self, call: &Call<'_>, t: &Tensor, exponent: &Value) -> Option<Tensor> {
        let constant = match exponent {
            Value::Index(index) => index.as_size().and_then(|size| self.sizes.resolve(size).as_constant()),
            Value::Integer(_) => None,
            _ => {
                self.diagnostics.error(&call.place(1), "expected an integer exponent");
                return None;
            }
        };
        if let Some(n) = constant {
            let Ok(n) = i32::try_from(n) else {
                let place = call.place(1);
                self.diagnostics.error(&place, "this exponent is too large");
                return None;
            };
            return Some(self.constant_power(t, n));
        }
        self.power_of_any(t, exponent)
    }

    /// `t^k` for an integer k that is no constant: the first powers by themselves, so that no derivative up to third
    /// order reads `0^(-1)` at t = 0; the others as `t^k` where k < 0 or k >= 4.
    fn power_of_any(&mut self, t: &Tensor, exponent: &Value) -> Option<Tensor> {
        let number = self.integer_as_number(exponent.clone())?;
        let below = self.compare_integers(Comparison::Lt, exponent, &number, 0);
        // Of an exponent below 0 the power of 0 is no number.
        let base = if below == Condition::Constant(false) { t.clone() } else { self.protect(t, 1.0) };
        let others = below.or(self.compare_integers(Comparison::Ge, exponent, &number, 4));
        let four = self.number(4.0);
        let safe_exponent = self.select(&others, &number, &four);
        let mut power = self.apply(Func::Pow, &[&base, &safe_exponent]);
        for k in (0..4).rev() {
            let here = self.compare_integers(Comparison::Eq, exponent, &number, k);
            let small = if k == 0 { self.number(1.0) } else { self.constant_power(t, k as i32) };
            power = match here {
                Condition::Constant(false) => power,
                here @ (Condition::Constant(_)
                | Condition::Index(_)
                | Condition::Scalar(_)
                | Condition::Not(_)
                | Condition::And(_)
                | Condition::Or(_)) => self.select(&here, &small, &power),
            };
        }
        Some(power)
    }

    /// How an integer, which is this number, stands to a constant.
    #[expect(clippy::wildcard_enum_match_arm, reason = "other values are no integers")]
    fn compare_integers(&mut self, comparison: Comparison, integer: &Value, number: &Tensor, constant: i64) -> Condition {
        match integer {
            Value::Index(index) => self.compare_indices(comparison, index, &Affine::constant(Size::constant(constant))),
            _ => {
                let constant = self.number(constant as f64);
                self.compare_scalars(comparison, number, &constant)
            }
        }
    }

    /// A power of an integer whose exponent an index or values decide.
    pub(super) fn whole_power(&mut self, number: &Tensor, exponent: &Value) -> Option<Tensor> {
        let power = self.power_of_any(number, exponent)?;
        Some(self.apply(Func::Round, &[&power]))
    }

    pub(super) fn power_of_integer(&mut self, call: &Call<'_>, index: &Affine, exponent: &Affine) -> Option<Value> {
        let (given, exponent_is_index) = (exponent, exponent.as_size().is_none());
        let exponent = exponent.as_size().and_then(Size::as_constant).and_then(|n| u32::try_from(n).ok());
        match (index.as_size(), exponent) {
            (Some(size), Some(n)) => Some(Value::count((0..n).fold(Size::constant(1), |power, _| power.mul(size)))),
            (None, Some(n @ 0..=64)) => {
                let number = self.number_of_index(index);
                Some(Value::Integer(self.multiply(&vec![&number; n as usize])))
            }
            (_, None) if index.as_size().is_none() || exponent_is_index => {
                let number = self.number_of_index(index);
                self.whole_power(&number, &Value::Index(given.clone())).map(Value::Integer)
            }
            (None, Some(_)) | (_, None) => {
                self.diagnostics.error_with_help(
                    call.site.span,
                    "this power of an integer is not known when the program is compiled",
                    "take it of a float: `(i as f64).powi(n)`",
                );
                None
            }
        }
    }
}
