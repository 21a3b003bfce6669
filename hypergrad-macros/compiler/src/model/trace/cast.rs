//! Numbers as they are written, and casts: integers wrap as in Rust, single precision rounds.

use super::Tracer;
use super::condition::Condition;
use super::spell::spell;
use super::value::{Tensor, Value};
use crate::ir::{Affine, Size};
use crate::model::Scalar;
use crate::syntax::Type;

/// The values of an integer type.
#[derive(Clone, Copy)]
struct Integers {
    bits: u32,
    signed: bool,
}

impl Integers {
    fn of(name: &str) -> Option<Self> {
        let (signed, bits) = match name {
            "usize" => (false, 64),
            "isize" => (true, 64),
            _ => (name.starts_with('i'), name.strip_prefix(['u', 'i'])?.parse().ok()?),
        };
        matches!(bits, 8 | 16 | 32 | 64 | 128).then_some(Self { bits, signed })
    }

    /// The least and the largest, rounded.
    fn range(self) -> (f64, f64) {
        let all = f64::from(self.bits).exp2();
        if self.signed {
            (-all / 2.0, if self.bits > 53 { all / 2.0 } else { all / 2.0 - 1.0 })
        } else {
            (0.0, if self.bits > 53 { all } else { all - 1.0 })
        }
    }

    /// A constant modulo `2^bits`; `None` where that is beyond the integers of the compiler.
    fn wrapped(self, value: i64) -> Option<i64> {
        if self.bits >= 64 {
            return (self.signed || value >= 0).then_some(value);
        }
        let modulus = 1_i64 << self.bits;
        let low = value.rem_euclid(modulus);
        Some(if self.signed && low >= modulus / 2 { low - modulus } else { low })
    }
}

impl Tracer<'_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    pub(super) fn literal(&mut self, literal: &syn::Lit) -> Option<Value> {
        match literal {
            syn::Lit::Int(number) if matches!(number.suffix(), "f64" | "f32") => {
                self.float(number.base10_digits(), number.suffix(), literal)
            }
            syn::Lit::Int(number) => {
                let value = number.base10_parse::<i64>();
                if value.is_err() {
                    self.diagnostics.error(literal, "this integer is too large");
                }
                Some(Value::count(Size::constant(value.ok()?)))
            }
            syn::Lit::Float(number) => self.float(number.base10_digits(), number.suffix(), literal),
            syn::Lit::Str(_) | syn::Lit::Char(_) => Some(Value::Text),
            syn::Lit::Bool(value) => Some(Value::Bool(Condition::Constant(value.value))),
            _ => {
                self.diagnostics.error(literal, "this literal is not accepted: expected a number");
                None
            }
        }
    }

    fn float(&mut self, digits: &str, suffix: &str, literal: &syn::Lit) -> Option<Value> {
        if suffix == "f32" && self.scalar == Scalar::F64 {
            // In arithmetic every step would round; a cast rounds once, see `cast`.
            self.diagnostics.error_with_help(
                literal,
                "a number of single precision in a module of `f64`",
                format!("write `{digits}`, or cast it at once: `{digits}_f32 as f64`"),
            );
            return None;
        }
        self.finite(digits.parse::<f64>().ok(), literal)
    }

    fn finite(&mut self, value: Option<f64>, place: &impl quote::ToTokens) -> Option<Value> {
        match value {
            Some(value) if value.is_finite() => Some(Value::Tensor(self.number(value))),
            _ => {
                self.diagnostics.error(place, "this number is not finite");
                None
            }
        }
    }

    /// The value of a constant that is declared as `f32` and written as a number.
    pub(super) fn single_precision(&mut self, expression: &syn::Expr) -> Option<Value> {
        let Some(value) = single(expression) else {
            self.diagnostics.error_with_help(
                expression,
                "arithmetic of single precision in a module of `f64` is not accepted: every step would round",
                "declare the constant as `f64`, or write its value as one number",
            );
            return None;
        };
        self.finite(Some(value), expression)
    }

    pub(super) fn cast(&mut self, cast: &syn::ExprCast) -> Option<Value> {
        let target = self.hint(&cast.ty);
        if self.scalar == Scalar::F64
            && target == Some(Type::Scalar(Scalar::F64))
            && is_single(&cast.expr)
            && let Some(value) = single(&cast.expr)
        {
            return self.finite(Some(value), &*cast.expr);
        }
        let value = self.expression(&cast.expr)?;
        let Some(target) = target else {
            self.diagnostics.error_with_help(&cast.ty, format!("cast to `{}` is not accepted", spell(&cast.ty)), "cast to `f64`");
            return None;
        };
        self.by_case(vec![value], &mut |tracer, values| tracer.converted_to(cast, values.into_iter().next()?, &target))
    }

    fn converted_to(&mut self, cast: &syn::ExprCast, value: Value, target: &Type) -> Option<Value> {
        match (value, target) {
            (_, Type::Scalar(scalar)) if *scalar != self.scalar => {
                let message = format!("a cast to `{scalar}` in a module of `{}`: a module has one scalar type", self.scalar);
                self.diagnostics.error_with_help(&cast.ty, message, format!("write `{}`", self.scalar));
                None
            }
            (Value::Index(index), Type::Scalar(_)) => Some(Value::Tensor(self.number_of_index(&index))),
            (Value::Integer(number), Type::Scalar(_)) => Some(Value::Tensor(number)),
            (value @ (Value::Integer(_) | Value::Index(_)), Type::Count | Type::Integer(_)) => self.cast_integer(cast, value),
            (Value::Tensor(tensor), Type::Scalar(_)) if tensor.is_scalar() => Some(Value::Tensor(tensor)),
            (Value::Tensor(tensor), Type::Count | Type::Integer(_)) if tensor.is_scalar() => self.real_as_integer(cast, &tensor),
            (Value::Bool(condition), Type::Count | Type::Integer(_)) => {
                let integer = |value| Value::count(Size::constant(value));
                Some(match condition {
                    Condition::Constant(value) => integer(i64::from(value)),
                    condition @ (Condition::Index(_)
                    | Condition::Scalar(_)
                    | Condition::Not(_)
                    | Condition::And(_)
                    | Condition::Or(_)) => Value::choice(&condition, integer(1), integer(0)),
                })
            }
            (Value::Choice(choice), Type::Count | Type::Integer(_)) if choice.is_plain() => {
                let integer = self.integer_of_variant(&choice)?;
                self.by_case(vec![integer], &mut |tracer, values| tracer.cast_integer(cast, values.into_iter().next()?))
            }
            (value, target) => {
                let message = format!("{} cannot be cast to `{target}`: counts and indices can, to `f64`", value.describe());
                self.diagnostics.error(&cast.as_token, message);
                None
            }
        }
    }

    /// A real as an integer: an entry of the data as it stands is an index, which is known when the problem is made.
    fn real_as_integer(&mut self, cast: &syn::ExprCast, real: &Tensor) -> Option<Value> {
        let integers = self.integers(&cast.ty)?;
        let of_data = if integers.signed { None } else { self.index_of_real(real) };
        Some(of_data.unwrap_or_else(|| self.truncated(real, integers.range())))
    }

    /// An integer as one of another type: constants wrap around; what may wrap is refused. Counts
    /// are below `2^31`.
    fn cast_integer(&mut self, cast: &syn::ExprCast, value: Value) -> Option<Value> {
        let Some(integers) = self.integers(&cast.ty) else { return Some(value) };
        let Value::Index(index) = value else {
            return if integers.bits >= 32 { Some(value) } else { self.refuse_wrapping(cast) };
        };
        let index = index.map_sizes(&|size| self.sizes.resolve(size));
        if let Some(constant) = index.as_size().and_then(Size::as_constant) {
            return match integers.wrapped(constant) {
                Some(wrapped) => Some(Value::count(Size::constant(wrapped))),
                None => self.refuse_wrapping(cast),
            };
        }
        let constants = index.bounds(&|v| self.extent(v)).map(|(low, high)| (low.as_constant(), high.as_constant()));
        let (low, high) = constants.unwrap_or_default();
        let fits = |value: i64| integers.wrapped(value) == Some(value);
        let negative = !integers.signed && !self.is_never_below_zero(&index);
        let narrow = integers.bits < 32 && !(low.is_some_and(fits) && high.is_some_and(fits));
        if negative || narrow { self.refuse_wrapping(cast) } else { Some(Value::Index(index)) }
    }

    /// By its bounds, by a condition around it, or because sizes for which it is below zero are refused.
    fn is_never_below_zero(&mut self, index: &Affine) -> bool {
        let Some((low, _)) = index.bounds(&|v| self.extent(v)) else { return self.is_kept_from_below_zero(index) };
        let low = self.sizes.resolve(&low);
        if low.is_nonnegative() || self.is_kept_from_below_zero(index) {
            return true;
        }
        let place = self.calls.last().cloned().unwrap_or_default();
        self.sizes.require_at_least(&low, &Size::zero(), &|| place.clone()).is_ok()
    }

    fn refuse_wrapping(&mut self, cast: &syn::ExprCast) -> Option<Value> {
        let target = spell(&cast.ty);
        self.diagnostics.error_with_help(
            &cast.as_token,
            format!("this cast to `{target}` may wrap around"),
            "cast to a type that has all its values: `as i64`, or to `f64` at once",
        );
        None
    }

    /// The integer type that is written, through aliases of the module.
    fn integers(&self, written: &syn::Type) -> Option<Integers> {
        let syn::Type::Path(path) = written else { return None };
        let name = path.path.segments.last()?.ident.to_string();
        Integers::of(&name).or_else(|| self.integers(&self.module.alias(&name)?.ty))
    }
}

/// A number of single precision, rounded as such: `0.1`, `-0.1_f32`.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn single(expression: &syn::Expr) -> Option<f64> {
    match expression {
        syn::Expr::Paren(inner) => single(&inner.expr),
        syn::Expr::Group(inner) => single(&inner.expr),
        syn::Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => single(&unary.expr).map(|value| -value),
        syn::Expr::Lit(literal) => {
            let digits = match &literal.lit {
                syn::Lit::Float(number) => number.base10_digits(),
                syn::Lit::Int(number) => number.base10_digits(),
                _ => return None,
            };
            digits.parse::<f32>().ok().map(f64::from)
        }
        _ => None,
    }
}

/// Whether a number is written as one of single precision.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn is_single(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Paren(inner) => is_single(&inner.expr),
        syn::Expr::Group(inner) => is_single(&inner.expr),
        syn::Expr::Unary(unary) => is_single(&unary.expr),
        syn::Expr::Lit(literal) => match &literal.lit {
            syn::Lit::Float(number) => number.suffix() == "f32",
            syn::Lit::Int(number) => number.suffix() == "f32",
            _ => false,
        },
        _ => false,
    }
}
