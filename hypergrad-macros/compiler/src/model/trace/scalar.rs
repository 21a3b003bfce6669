//! Scalar functions: each under its definition by the functions of the graph.

use super::Tracer;
use super::call::{Call, Outcome};
use super::condition::{Comparison, Condition};
use super::value::{Tensor, Value};
use super::words::{self, FunctionWord, IntegerWord, PowerWord, ScalarPairWord, ScalarTripleWord, ScalarWord, TestWord};
use crate::ir::{Affine, Func, Size};

/// The words of scalars.
pub fn names() -> Vec<&'static str> {
    words::names(&[
        FunctionWord::NAMES,
        ScalarWord::NAMES,
        PowerWord::NAMES,
        ScalarPairWord::NAMES,
        ScalarTripleWord::NAMES,
        TestWord::NAMES,
    ])
}

impl FunctionWord {
    fn func(self) -> Func {
        match self {
            Self::exp => Func::Exp,
            Self::ln => Func::Ln,
            Self::sqrt => Func::Sqrt,
            Self::cbrt => Func::Cbrt,
            Self::sin => Func::Sin,
            Self::cos => Func::Cos,
            Self::tan => Func::Tan,
            Self::tanh => Func::Tanh,
            Self::sinh => Func::Sinh,
            Self::cosh => Func::Cosh,
            Self::asin => Func::Asin,
            Self::acos => Func::Acos,
            Self::atan => Func::Atan,
            Self::asinh => Func::Asinh,
            Self::acosh => Func::Acosh,
            Self::atanh => Func::Atanh,
            Self::ln_1p => Func::Ln1p,
            Self::exp_m1 => Func::ExpM1,
            Self::recip => Func::Powi(-1),
            // nalgebra's names for real numbers seen as complex ones.
            Self::abs | Self::modulus | Self::norm1 => Func::Abs,
            Self::signum => Func::Signum,
            Self::floor => Func::Floor,
            Self::ceil => Func::Ceil,
            Self::round => Func::Round,
            Self::trunc => Func::Trunc,
        }
    }
}

impl Tracer<'_> {
    pub(super) fn scalar_method(&mut self, call: &Call<'_>, t: &Tensor, arguments: &[Value]) -> Outcome {
        match self.scalar_function(call, t, arguments) {
            Outcome::Known(value) => Outcome::Known(self.finite_of_constants(call, t, arguments, value)),
            Outcome::Unknown => Outcome::Unknown,
        }
    }

    /// A function of constants is a constant, unless it is not finite.
    fn finite_of_constants(&mut self, call: &Call<'_>, t: &Tensor, arguments: &[Value], value: Option<Value>) -> Option<Value> {
        let is_constant =
            |argument: &Value| if let Value::Tensor(tensor) = argument { self.as_number(tensor).is_some() } else { true };
        let constant = self.as_number(t).is_some() && arguments.iter().all(is_constant);
        match value {
            Some(Value::Tensor(result)) if constant && self.graph.is_not_finite(result.node) => {
                self.refuse_infinite(call.site.span)
            }
            value => value,
        }
    }

    fn scalar_function(&mut self, call: &Call<'_>, t: &Tensor, arguments: &[Value]) -> Outcome {
        let name = call.name();
        if self.reads_sign_of_zero(name, t, arguments) {
            return Outcome::Known(self.refuse_sign_of_zero(call));
        }
        match arguments {
            [] => {
                if let Some(word) = FunctionWord::named(name) {
                    return Outcome::Known(Some(Value::Tensor(self.safely(word.func(), t))));
                }
                if let Some(word) = TestWord::named(name) {
                    return Outcome::Known(Some(Value::Bool(self.number_is(word, t))));
                }
                ScalarWord::named(name).map(|word| Some(self.alone(word, t)))
            }
            [exponent] if PowerWord::named(name).is_some() => Some(self.integer_power(call, t, exponent).map(Value::Tensor)),
            [other] => ScalarPairWord::named(name).map(|word| self.with_one(call, word, t, other.clone()).map(Value::Tensor)),
            [first, second] => ScalarTripleWord::named(name)
                .map(|word| self.with_two(call, word, t, [first.clone(), second.clone()]).map(Value::Tensor)),
            _ => None,
        }
        .map_or(Outcome::Unknown, Outcome::Known)
    }

    /// Constants are kept without the sign of 0, by which these differ.
    pub(super) fn refuse_sign_of_zero(&mut self, call: &Call<'_>) -> Option<Value> {
        let help = "write the sign that is meant: `1.0` or `-1.0`";
        self.diagnostics.error_with_help(call.site.span, "the sign of a constant 0 is not read", help);
        None
    }

    pub(super) fn is_constant_zero(&self, tensor: &Tensor) -> bool {
        self.as_number(tensor) == Some(0.0)
    }

    fn reads_sign_of_zero(&self, name: &str, t: &Tensor, arguments: &[Value]) -> bool {
        let is_zero = |tensor: &Tensor| self.is_constant_zero(tensor);
        match (name, arguments) {
            ("signum" | "is_sign_positive" | "is_sign_negative", []) => is_zero(t),
            ("copysign", [Value::Tensor(sign)]) => is_zero(sign),
            _ => false,
        }
    }

    fn alone(&mut self, word: ScalarWord, t: &Tensor) -> Value {
        Value::Tensor(match word {
            ScalarWord::sin_cos => {
                let (sin, cos) = (self.apply(Func::Sin, &[t]), self.apply(Func::Cos, &[t]));
                return Value::Tuple(vec![Value::Tensor(sin), Value::Tensor(cos)]);
            }
            ScalarWord::exp2 => {
                let exponent = self.scale(std::f64::consts::LN_2, t);
                self.safely(Func::Exp, &exponent)
            }
            ScalarWord::log2 => self.logarithm(t, std::f64::consts::LN_2),
            ScalarWord::log10 => self.logarithm(t, std::f64::consts::LN_10),
            ScalarWord::to_radians => self.scale(1f64.to_radians(), t),
            ScalarWord::to_degrees => self.scale(1f64.to_degrees(), t),
            ScalarWord::modulus_squared => self.multiply(&[t, t]),
            // Between two whole numbers the even one.
            ScalarWord::round_ties_even => {
                let (whole, half) = (self.apply(Func::Trunc, &[t]), self.scale(0.5, t));
                let fraction = self.linear(&[(1.0, t), (-1.0, &whole)]);
                let (fraction, middle) = (self.apply(Func::Abs, &[&fraction]), self.number(0.5));
                let is_tie = self.compare_scalars(Comparison::Eq, &fraction, &middle);
                let (half, nearest) = (self.apply(Func::Round, &[&half]), self.apply(Func::Round, &[t]));
                let even = self.scale(2.0, &half);
                self.select(&is_tie, &even, &nearest)
            }
            ScalarWord::fract => {
                let whole = self.apply(Func::Trunc, &[t]);
                self.linear(&[(1.0, t), (-1.0, &whole)])
            }
        })
    }

    /// `ln t / ln base`
    fn logarithm(&mut self, t: &Tensor, ln_base: f64) -> Tensor {
        let ln = self.safely(Func::Ln, t);
        self.scale(ln_base.recip(), &ln)
    }

    /// A logarithm of what is positive by its form, in an arm: as exponents it is finite whether the arm is taken or not,
    /// and a safe point beside the argument would hide its form. Of no terms it is `-∞`.
    fn logarithm_by_form(&mut self, func: Func, t: &Tensor) -> Option<Tensor> {
        if !matches!(func, Func::Ln | Func::Ln1p) || self.arms.is_empty() || !self.graph.has_logarithm_by_form(t.node) {
            return None;
        }
        let logarithm = self.apply(func, &[t]);
        let may_be_infinite = self.graph.reads_logarithm_of_none(logarithm.node);
        Some(if may_be_infinite { self.protect_infinite(&logarithm, 0.0) } else { logarithm })
    }

    /// `func` of an argument that is safe in an arm that is not taken.
    pub(super) fn safely(&mut self, func: Func, t: &Tensor) -> Tensor {
        if let Some(logarithm) = self.logarithm_by_form(func, t) {
            return logarithm;
        }
        match func.definition().safe {
            Some(safe) => {
                let t = self.protect(t, safe);
                self.apply(func, &[&t])
            }
            None => self.apply(func, &[t]),
        }
    }

    fn with_one(&mut self, call: &Call<'_>, word: ScalarPairWord, t: &Tensor, other: Value) -> Option<Tensor> {
        let other = self.scalar_at(other, &call.place(1), "a scalar")?;
        Some(match word {
            ScalarPairWord::powf => self.real_power(t, &other),
            ScalarPairWord::log => {
                let ln = self.safely(Func::Ln, t);
                // A base of 1 has no logarithm.
                let base = self.protect(&other, 2.0);
                let base = self.apply(Func::Ln, &[&base]);
                self.divide(&ln, &base)
            }
            ScalarPairWord::copysign => {
                let (size, sign) = (self.apply(Func::Abs, &[t]), self.apply(Func::Signum, &[&other]));
                self.multiply(&[&size, &sign])
            }
            ScalarPairWord::atan2 => {
                // The origin is the one singular point.
                let other = self.protect(&other, 1.0);
                self.apply(Func::Atan2, &[t, &other])
            }
            ScalarPairWord::rem_euclid => self.remainder(t, &other, true).1,
            ScalarPairWord::div_euclid => self.remainder(t, &other, true).0,
            ScalarPairWord::midpoint => self.linear(&[(0.5, t), (0.5, &other)]),
            ScalarPairWord::hypot => self.apply(Func::Hypot, &[t, &other]),
            ScalarPairWord::min => self.apply(Func::Min, &[t, &other]),
            ScalarPairWord::max => self.apply(Func::Max, &[t, &other]),
            ScalarPairWord::scale => self.multiply(&[t, &other]),
            ScalarPairWord::unscale => self.divide(t, &other),
        })
    }

    /// `t = q·divisor + r` with a whole number q: r has the sign of t or, by Euclid, none. The derivative is that
    /// between the jumps.
    pub(super) fn remainder(&mut self, t: &Tensor, divisor: &Tensor, by_euclid: bool) -> (Tensor, Tensor) {
        let [size, step] = [t, divisor].map(|number| self.apply(Func::Abs, &[number]));
        let whole = self.whole_quotient(&size, &step);
        let [sign, turn] = [t, divisor].map(|number| self.apply(Func::Signum, &[number]));
        let mut quotient = self.multiply(&[&sign, &turn, &whole]);
        let rest_of = |tracer: &mut Self, quotient: &Tensor| {
            let taken = tracer.multiply(&[quotient, divisor]);
            tracer.linear(&[(1.0, t), (-1.0, &taken)])
        };
        let mut rest = rest_of(self, &quotient);
        if by_euclid {
            let zero = self.number(0.0);
            let below = self.compare_scalars(Comparison::Lt, &rest, &zero);
            let one_less = self.linear(&[(1.0, &quotient), (-1.0, &turn)]);
            quotient = self.select(&below, &one_less, &quotient);
            rest = rest_of(self, &quotient);
        }
        (quotient, rest)
    }

    /// How often `step` goes into `size`, both not negative. The ratio is rounded, and may fall on the wrong side of a
    /// whole number: of what is left it is seen.
    fn whole_quotient(&mut self, size: &Tensor, step: &Tensor) -> Tensor {
        let ratio = self.divide(size, step);
        let whole = self.apply(Func::Floor, &[&ratio]);
        let taken = self.multiply(&[&whole, step]);
        let left = self.linear(&[(1.0, size), (-1.0, &taken)]);
        let (zero, one) = (self.number(0.0), self.number(1.0));
        let (too_few, too_many) =
            (self.compare_scalars(Comparison::Ge, &left, step), self.compare_scalars(Comparison::Lt, &left, &zero));
        let more = self.linear(&[(1.0, &whole), (1.0, &one)]);
        let less = self.linear(&[(1.0, &whole), (-1.0, &one)]);
        let corrected = self.select(&too_many, &less, &whole);
        self.select(&too_few, &more, &corrected)
    }

    /// Conditions on one number.
    fn number_is(&mut self, word: TestWord, t: &Tensor) -> Condition {
        match word {
            TestWord::is_nan => self.compare_scalars(Comparison::Eq, t, t).not(),
            TestWord::is_finite | TestWord::is_infinite => {
                let (size, most) = (self.apply(Func::Abs, &[t]), self.number(f64::MAX));
                let comparison = if word == TestWord::is_finite { Comparison::Le } else { Comparison::Gt };
                self.compare_scalars(comparison, &size, &most)
            }
            TestWord::is_sign_positive | TestWord::is_sign_negative => {
                let zero = self.number(0.0);
                let comparison = if word == TestWord::is_sign_positive { Comparison::Ge } else { Comparison::Lt };
                self.compare_scalars(comparison, t, &zero)
            }
        }
    }

    fn with_two(&mut self, call: &Call<'_>, word: ScalarTripleWord, t: &Tensor, [first, second]: [Value; 2]) -> Option<Tensor> {
        let first = self.scalar_at(first, &call.place(1), "a scalar");
        let second = self.scalar_at(second, &call.place(2), "a scalar");
        let (first, second) = (first?, second?);
        Some(match word {
            ScalarTripleWord::clamp => self.apply(Func::Clamp, &[t, &first, &second]),
            ScalarTripleWord::mul_add => {
                let product = self.multiply(&[t, &first]);
                self.linear(&[(1.0, &product), (1.0, &second)])
            }
        })
    }

    /// Methods of integers.
    pub(super) fn integer_method(&mut self, call: &Call<'_>, index: &Affine, arguments: &[Value]) -> Outcome {
        let Some(word) = IntegerWord::named(call.name()) else { return Outcome::Unknown };
        let argument = match arguments {
            [] => None,
            [Value::Index(other)] => Some(other),
            [Value::Integer(_)] => {
                let number = self.number_of_index(index);
                return self.whole_method(call, &number, arguments);
            }
            _ => return Outcome::Unknown,
        };
        let is_quotient = matches!(word, IntegerWord::div_euclid | IntegerWord::div_ceil | IntegerWord::rem_euclid);
        if argument.is_some_and(|divisor| is_quotient && divisor.as_size().is_none()) {
            let number = self.number_of_index(index);
            return self.whole_method(call, &number, arguments);
        }
        Outcome::Known(match (word, argument) {
            (IntegerWord::max, Some(other)) => self.by_order((index, other), index.clone(), other.clone()),
            (IntegerWord::min, Some(other)) => self.by_order((index, other), other.clone(), index.clone()),
            (IntegerWord::abs_diff, Some(other)) => self.by_order((index, other), index.sub(other), other.sub(index)),
            (IntegerWord::saturating_sub, Some(other)) => {
                if self.refuse_signed(call, &[Value::Index(index.clone()), Value::Index(other.clone())]) {
                    return Outcome::Known(None);
                }
                self.by_order((index, other), index.sub(other), Affine::default())
            }
            (IntegerWord::wrapping_add, Some(other)) => self.without_wrapping(call, index.add(other), false),
            (IntegerWord::wrapping_sub, Some(other)) => self.without_wrapping(call, index.sub(other), true),
            (IntegerWord::abs, None) => {
                self.by_order((index, &Affine::default()), index.clone(), index.scale(&Size::constant(-1)))
            }
            (IntegerWord::pow, Some(exponent)) => self.power_of_integer(call, index, exponent),
            (IntegerWord::div_euclid, Some(divisor)) => {
                self.euclid(call, index, divisor).map(|(quotient, _)| Value::Index(quotient))
            }
            (IntegerWord::div_ceil, Some(divisor)) => {
                let raised = index.add(divisor).sub(&Affine::constant(Size::constant(1)));
                let divided = divisor.as_size().cloned().and_then(|divisor| self.divide_index(&raised, &divisor));
                if divided.is_none() {
                    self.diagnostics.error(call.site.span, "`div_ceil` takes a positive divisor that no index changes");
                }
                divided.map(|(quotient, _)| Value::Index(quotient))
            }
            (IntegerWord::rem_euclid, Some(divisor)) => self.euclid(call, index, divisor).map(|(_, rest)| Value::Index(rest)),
            (
                IntegerWord::max
                | IntegerWord::min
                | IntegerWord::abs_diff
                | IntegerWord::saturating_sub
                | IntegerWord::wrapping_add
                | IntegerWord::wrapping_sub
                | IntegerWord::pow
                | IntegerWord::div_euclid
                | IntegerWord::div_ceil
                | IntegerWord::rem_euclid,
                None,
            )
            | (IntegerWord::abs, Some(_))
            | (IntegerWord::clamp | IntegerWord::signum, _) => return Outcome::Unknown,
        })
    }

    /// Quotient and remainder, rounded down. Numbers below zero get a multiple of the divisor first.
    fn euclid(&mut self, call: &Call<'_>, index: &Affine, divisor: &Affine) -> Option<(Affine, Affine)> {
        let index = self.expanded(index);
        let divisor = divisor.as_size().map(|size| self.sizes.resolve(size));
        let low = index.bounds(&|v| self.extent(v)).and_then(|(low, _)| low.as_constant());
        let more = match (low, divisor.as_ref().map(Size::as_constant)) {
            (Some(low), Some(Some(divisor))) if divisor > 0 => Some((-low).max(0).div_euclid(divisor) + 1),
            // A divisor is at least 1.
            (Some(low), Some(None)) if low >= -1 => Some(-low.min(0)),
            _ => None,
        };
        let divided = divisor.zip(more).and_then(|(divisor, more)| {
            let shifted = index.add(&Affine::constant(divisor.scale(more)));
            let (quotient, rest) = self.divide_index(&shifted, &divisor)?;
            Some((quotient.sub(&Affine::constant(Size::constant(more))), rest))
        });
        if divided.is_none() {
            let message = format!(
                "`{}` takes a positive divisor that no index changes, of an index whose least value is known",
                call.name()
            );
            self.diagnostics.error(call.site.span, message);
        }
        divided
    }

    /// Integers that are no affine expressions.
    pub(super) fn whole_method(&mut self, call: &Call<'_>, number: &Tensor, arguments: &[Value]) -> Outcome {
        let Some(word) = IntegerWord::named(call.name()) else { return Outcome::Unknown };
        match word {
            IntegerWord::abs if arguments.is_empty() => Outcome::Known(Some(Value::Integer(self.apply(Func::Abs, &[number])))),
            IntegerWord::pow => match arguments {
                [Value::Index(exponent)] => match exponent.as_size().and_then(Size::as_constant) {
                    Some(n @ 0..=64) => Outcome::Known(Some(Value::Integer(self.constant_power(number, n as i32)))),
                    _ => Outcome::Known(self.whole_power(number, &arguments[0]).map(Value::Integer)),
                },
                [exponent @ Value::Integer(_)] => Outcome::Known(self.whole_power(number, exponent).map(Value::Integer)),
                _ => Outcome::Unknown,
            },
            IntegerWord::max
            | IntegerWord::min
            | IntegerWord::abs_diff
            | IntegerWord::saturating_sub
            | IntegerWord::div_euclid
            | IntegerWord::div_ceil
            | IntegerWord::rem_euclid => match arguments {
                [other @ (Value::Index(_) | Value::Integer(_))] => {
                    let Some(other) = self.integer_as_number(other.clone()) else { return Outcome::Known(None) };
                    let both = [Value::Integer(number.clone()), Value::Integer(other.clone())];
                    if word == IntegerWord::saturating_sub && self.refuse_signed(call, &both) {
                        return Outcome::Known(None);
                    }
                    Outcome::Known(Some(Value::Integer(self.of_two_integers(word, number, &other))))
                }
                _ => Outcome::Unknown,
            },
            IntegerWord::wrapping_add | IntegerWord::wrapping_sub => Outcome::Known(self.refuse_wrapping_around(call)),
            IntegerWord::abs | IntegerWord::clamp | IntegerWord::signum => Outcome::Unknown,
        }
    }

    /// The larger, the smaller, the distance of two integers, or what is left of the first one.
    fn of_two_integers(&mut self, word: IntegerWord, first: &Tensor, second: &Tensor) -> Tensor {
        let is_less = self.compare_scalars(Comparison::Lt, first, second);
        let difference = self.linear(&[(1.0, first), (-1.0, second)]);
        let zero = self.number(0.0);
        match word {
            IntegerWord::max => self.select(&is_less, second, first),
            IntegerWord::min => self.select(&is_less, first, second),
            IntegerWord::abs_diff => self.apply(Func::Abs, &[&difference]),
            IntegerWord::div_euclid => self.remainder(first, second, true).0,
            IntegerWord::rem_euclid => self.remainder(first, second, true).1,
            IntegerWord::div_ceil => {
                let (quotient, rest) = self.remainder(first, second, false);
                let is_more = self.compare_scalars(Comparison::Gt, &rest, &zero);
                let is_more = self.mask(&is_more);
                self.linear(&[(1.0, &quotient), (1.0, &is_more)])
            }
            IntegerWord::saturating_sub
            | IntegerWord::wrapping_add
            | IntegerWord::wrapping_sub
            | IntegerWord::clamp
            | IntegerWord::signum
            | IntegerWord::pow
            | IntegerWord::abs => self.select(&is_less, &zero, &difference),
        }
    }

    /// An integer as a number.
    #[expect(clippy::wildcard_enum_match_arm, reason = "other values are no integers")]
    pub(super) fn integer_as_number(&mut self, value: Value) -> Option<Tensor> {
        match value {
            Value::Index(index) => Some(self.number_of_index(&index)),
            Value::Integer(number) => Some(number),
            // The conditions exclude each other, and one of them holds.
            Value::Cases(mut cases) => {
                let (_, last) = cases.pop()?;
                let mut number = self.integer_as_number(last)?;
                for (condition, value) in cases.into_iter().rev() {
                    let value = self.integer_as_number(value)?;
                    number = self.select(&condition, &value, &number);
                }
                Some(number)
            }
            _ => None,
        }
    }
}
