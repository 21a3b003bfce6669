//! Scalar functions: each under its definition by the functions of the graph, with the interior
//! point of its domain that stands in where an arm is not taken.

use super::Tracer;
use super::call::{Call, Outcome};
use super::condition::Comparison;
use super::value::{Tensor, Value};
use super::words::Words;
use crate::ir::{Affine, Func, Number, Size};

/// Functions of one argument: name, function, and the safe point where the domain is restricted
/// or the value can overflow.
const UNARY: [(&str, Func, Option<f64>); 23] = [
    ("exp", Func::Exp, Some(0.0)),
    ("ln", Func::Ln, Some(1.0)),
    ("sqrt", Func::Sqrt, Some(1.0)),
    ("cbrt", Func::Cbrt, Some(1.0)),
    ("sin", Func::Sin, None),
    ("cos", Func::Cos, None),
    ("tan", Func::Tan, Some(0.0)),
    ("tanh", Func::Tanh, None),
    ("sinh", Func::Sinh, Some(0.0)),
    ("cosh", Func::Cosh, Some(0.0)),
    ("asin", Func::Asin, Some(0.5)),
    ("acos", Func::Acos, Some(0.5)),
    ("atan", Func::Atan, None),
    ("asinh", Func::Asinh, None),
    ("acosh", Func::Acosh, Some(2.0)),
    ("atanh", Func::Atanh, Some(0.5)),
    ("ln_1p", Func::Ln1p, Some(1.0)),
    ("exp_m1", Func::ExpM1, Some(0.0)),
    ("recip", Func::Powi(-1), Some(1.0)),
    ("abs", Func::Abs, None),
    ("signum", Func::Signum, None),
    // nalgebra's names for real numbers seen as complex ones.
    ("modulus", Func::Abs, None),
    ("norm1", Func::Abs, None),
];

const OTHERS: Words =
    Words("powi powf exp2 log2 log10 log sin_cos atan2 hypot min max clamp mul_add to_radians to_degrees scale unscale");

pub fn names() -> Vec<&'static str> {
    UNARY.iter().map(|(name, ..)| *name).chain(OTHERS.iter()).collect()
}

impl Tracer<'_> {
    pub(super) fn scalar_method(&mut self, call: &Call<'_>, t: &Tensor, arguments: &[Value]) -> Outcome {
        if arguments.is_empty()
            && let Some((_, func, safe)) = UNARY.iter().find(|(name, ..)| *name == call.name())
        {
            return Outcome::Known(Some(Value::Tensor(self.guarded_function(*func, t, *safe))));
        }
        let value = match (call.name(), arguments) {
            ("sin_cos", []) => {
                let (sin, cos) = (self.apply(Func::Sin, &[t]), self.apply(Func::Cos, &[t]));
                Some(Value::Tuple(vec![Value::Tensor(sin), Value::Tensor(cos)]))
            }
            ("exp2", []) => {
                let exponent = self.scale(std::f64::consts::LN_2, t);
                Some(Value::Tensor(self.guarded_function(Func::Exp, &exponent, Some(0.0))))
            }
            ("log2" | "log10", []) => {
                let base: f64 = if call.name() == "log2" { 2.0 } else { 10.0 };
                let ln = self.guarded_function(Func::Ln, t, Some(1.0));
                Some(Value::Tensor(self.scale(base.ln().recip(), &ln)))
            }
            ("to_radians", []) => Some(Value::Tensor(self.scale(1f64.to_radians(), t))),
            ("to_degrees", []) => Some(Value::Tensor(self.scale(1f64.to_degrees(), t))),
            ("modulus_squared" | "norm_squared", []) => Some(Value::Tensor(self.multiply(&[t, t]))),
            ("powi", [Value::Index(exponent)]) => self.integer_power(call, t, &exponent.clone()).map(Value::Tensor),
            ("powi", [_]) => {
                let place = call.place(1);
                self.diagnostics.error(&place, "expected an integer exponent");
                None
            }
            ("powf" | "log" | "atan2" | "hypot" | "min" | "max" | "scale" | "unscale", [other]) => {
                self.with_one(call, t, other.clone()).map(Value::Tensor)
            }
            ("clamp" | "mul_add", [first, second]) => self.with_two(call, t, [first.clone(), second.clone()]).map(Value::Tensor),
            _ => return Outcome::Unknown,
        };
        Outcome::Known(value)
    }

    /// `func` of an argument that is safe in an arm that is not taken.
    pub(super) fn guarded_function(&mut self, func: Func, t: &Tensor, safe: Option<f64>) -> Tensor {
        match safe {
            Some(safe) => {
                let t = self.protect(t, safe);
                self.apply(func, &[&t])
            }
            None => self.apply(func, &[t]),
        }
    }

    fn with_one(&mut self, call: &Call<'_>, t: &Tensor, other: Value) -> Option<Tensor> {
        let other = self.scalar_at(other, &call.place(1), "a scalar")?;
        Some(match call.name() {
            "powf" => self.real_power(t, &other),
            "log" => {
                let (ln, base) =
                    (self.guarded_function(Func::Ln, t, Some(1.0)), self.guarded_function(Func::Ln, &other, Some(2.0)));
                self.divide(&ln, &base)
            }
            "atan2" => {
                // The origin is the one singular point.
                let other = self.protect(&other, 1.0);
                self.apply(Func::Atan2, &[t, &other])
            }
            "hypot" => self.apply(Func::Hypot, &[t, &other]),
            "min" => self.apply(Func::Min, &[t, &other]),
            "max" => self.apply(Func::Max, &[t, &other]),
            "scale" => self.multiply(&[t, &other]),
            _ => self.divide(t, &other),
        })
    }

    fn with_two(&mut self, call: &Call<'_>, t: &Tensor, [first, second]: [Value; 2]) -> Option<Tensor> {
        let first = self.scalar_at(first, &call.place(1), "a scalar");
        let second = self.scalar_at(second, &call.place(2), "a scalar");
        let (first, second) = (first?, second?);
        Some(if call.name() == "clamp" {
            self.apply(Func::Clamp, &[t, &first, &second])
        } else {
            let product = self.multiply(&[t, &first]);
            self.linear(&[(1.0, &product), (1.0, &second)])
        })
    }

    /// `t^p`: an exponent that is an integer keeps `t = 0` and `t < 0` exact.
    fn real_power(&mut self, t: &Tensor, exponent: &Tensor) -> Tensor {
        match self.as_number(exponent) {
            Some(p) if p.fract() == 0.0 && p.abs() <= 64.0 => self.constant_power(t, p as i32),
            Some(p) => self.guarded_function(Func::Powf(Number::new(p)), t, Some(1.0)),
            None => {
                let (t, exponent) = (self.protect(t, 1.0), self.protect(exponent, 1.0));
                self.apply(Func::Pow, &[&t, &exponent])
            }
        }
    }

    fn constant_power(&mut self, t: &Tensor, n: i32) -> Tensor {
        self.guarded_function(Func::Powi(n), t, (n < 0).then_some(1.0))
    }

    fn integer_power(&mut self, call: &Call<'_>, t: &Tensor, exponent: &Affine) -> Option<Tensor> {
        let constant = exponent.as_size().and_then(|size| self.sizes.resolve(size).as_constant());
        if let Some(n) = constant {
            let Ok(n) = i32::try_from(n) else {
                let place = call.place(1);
                self.diagnostics.error(&place, "this exponent is too large");
                return None;
            };
            return Some(self.constant_power(t, n));
        }
        Some(self.indexed_power(t, exponent))
    }

    /// `t^k` for an index k: the first powers by themselves, so that no derivative up to third
    /// order reads `0^(-1)` at t = 0; the others as `t^(max(k, 4))`.
    fn indexed_power(&mut self, t: &Tensor, exponent: &Affine) -> Tensor {
        let constant = |k: i64| Affine::constant(Size::constant(k));
        let large = self.compare_indices(Comparison::Ge, exponent, &constant(4));
        let four = self.number(4.0);
        let number = self.number_of_index(exponent);
        let safe_exponent = self.select(&large, &number, &four);
        let mut power = self.apply(Func::Pow, &[t, &safe_exponent]);
        for k in (0..4).rev() {
            let here = self.compare_indices(Comparison::Eq, exponent, &constant(k));
            let small = if k == 0 { self.number(1.0) } else { self.constant_power(t, k as i32) };
            power = match here {
                super::Condition::Constant(false) => power,
                here => self.select(&here, &small, &power),
            };
        }
        power
    }

    /// Integers.
    pub(super) fn integer_method(&mut self, call: &Call<'_>, index: &Affine, arguments: &[Value]) -> Outcome {
        let value = match (call.name(), arguments) {
            ("max", [Value::Index(other)]) => self.by_order((index, other), index.clone(), other.clone()),
            ("min", [Value::Index(other)]) => self.by_order((index, other), other.clone(), index.clone()),
            ("abs_diff", [Value::Index(other)]) => self.by_order((index, other), index.sub(other), other.sub(index)),
            ("saturating_sub", [Value::Index(other)]) => self.by_order((index, other), index.sub(other), Affine::default()),
            ("abs", []) => self.by_order((index, &Affine::default()), index.clone(), index.scale(&Size::constant(-1))),
            ("pow", [Value::Index(exponent)]) => {
                let exponent = exponent.as_size().and_then(Size::as_constant).and_then(|n| u32::try_from(n).ok());
                match (index.as_size(), exponent) {
                    (Some(size), Some(n)) => Some(Value::count((0..n).fold(Size::constant(1), |power, _| power.mul(size)))),
                    (None, Some(n)) => {
                        let number = self.number_of_index(index);
                        Some(Value::Integer(self.multiply(&vec![&number; n.min(64) as usize])))
                    }
                    _ => {
                        self.diagnostics.error_with_help(
                            call.site.span,
                            "this power of an integer is not known when the program is compiled",
                            "take it of a float: `(i as f64).powi(n)`",
                        );
                        None
                    }
                }
            }
            _ => return Outcome::Unknown,
        };
        Outcome::Known(value)
    }

    /// Integers that are no affine expressions.
    pub(super) fn whole_method(&mut self, call: &Call<'_>, number: &Tensor, arguments: &[Value]) -> Outcome {
        match (call.name(), arguments) {
            ("abs", []) => Outcome::Known(Some(Value::Integer(self.apply(Func::Abs, &[number])))),
            ("pow", [Value::Index(exponent)]) => match exponent.as_size().and_then(Size::as_constant) {
                Some(n @ 0..=64) => Outcome::Known(Some(Value::Integer(self.constant_power(number, n as i32)))),
                _ => Outcome::Unknown,
            },
            _ => Outcome::Unknown,
        }
    }
}
