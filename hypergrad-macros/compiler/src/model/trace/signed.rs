//! Whether integers have a sign. While they are traced they have no type, but `saturating_sub` ends at 0 for those without a
//! sign only.

use quote::ToTokens;
use syn::visit::Visit;

use super::Tracer;
use super::call::Call;
use super::value::{Tensor, Value};
use crate::ir::{Affine, Id};

/// A cast to an integer with a sign, or such a number, `2_i64`.
struct WrittenSigned(bool);

impl<'a> Visit<'a> for WrittenSigned {
    fn visit_expr_cast(&mut self, cast: &'a syn::ExprCast) {
        // What is cast may have another type.
        self.0 |= is_signed(&cast.ty.to_token_stream().to_string());
    }

    fn visit_lit_int(&mut self, number: &'a syn::LitInt) {
        self.0 |= is_signed(number.suffix());
    }

    fn visit_expr_index(&mut self, access: &'a syn::ExprIndex) {
        self.visit_expr(&access.expr);
    }
}

fn is_signed(ty: &str) -> bool {
    matches!(ty, "i8" | "i16" | "i32" | "i64" | "i128" | "isize")
}

impl Tracer<'_> {
    /// Refuses `saturating_sub` where its integers are seen to have a sign: by how they are written, because one may be below
    /// 0, or because they are made of integers of the data with a sign.
    pub(super) fn refuse_signed(&mut self, call: &Call<'_>, integers: &[Value]) -> bool {
        let mut written = WrittenSigned(false);
        call.site.operands.iter().for_each(|operand| written.visit_expr(operand));
        if !written.0 && !integers.iter().any(|integer| self.has_sign(integer)) {
            return false;
        }
        let help = "write `a - b`, or `(a - b).max(0)` for what is not below 0";
        let message = "`saturating_sub` of signed integers is read as that of unsigned ones, which ends at 0";
        self.diagnostics.error_with_help(call.site.span, message, help);
        true
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "what is no integer has no sign")]
    fn has_sign(&self, integer: &Value) -> bool {
        match integer {
            Value::Index(index) => self.may_be_below_zero(index),
            Value::Integer(number) => self.is_of_signed(number),
            _ => false,
        }
    }

    /// Below 0 for sure somewhere: a bound that sizes decide says nothing.
    fn may_be_below_zero(&self, index: &Affine) -> bool {
        let low = index.map_sizes(&|size| self.sizes.resolve(size)).bounds(&|v| self.extent(v)).map(|(low, _)| low);
        let is_negative = low.and_then(|low| low.as_constant()).is_some_and(|low| low < 0);
        is_negative && !self.is_kept_from_below_zero(index)
    }

    fn is_of_signed(&self, number: &Tensor) -> bool {
        let roots: [Id; 1] = [number.node];
        self.graph.reachable(&roots).into_iter().any(|id| self.signed.contains(&id))
    }
}
