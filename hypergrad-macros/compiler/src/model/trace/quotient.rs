//! Quotients and remainders of integers that may be below 0: Rust rounds a quotient to 0, and a remainder has the sign of
//! the dividend.

use super::Tracer;
use super::agree::Site;
use super::condition::{Comparison, Condition};
use super::signed::has_signed_integers;
use super::value::Value;
use crate::ir::{Affine, Size};

impl Tracer<'_> {
    /// `dividend / divisor`, or `dividend % divisor`.
    pub(super) fn quotient_to_zero(
        &mut self,
        site: &Site<'_>,
        op: &syn::BinOp,
        dividend: &Affine,
        divisor: &Affine,
    ) -> Option<Value> {
        let is_remainder = matches!(op, syn::BinOp::Rem(_));
        let divisor = divisor.as_size().map(|size| self.sizes.resolve(size));
        let constants = [dividend.as_size().map(|size| self.sizes.resolve(size)), divisor.clone()];
        if let [Some(dividend), Some(divisor @ (..=-1 | 1..))] = constants.map(|size| size?.as_constant()) {
            return Some(Value::count(Size::constant(if is_remainder { dividend % divisor } else { dividend / divisor })));
        }
        // a / -d = -(a / d), and a % -d = a % d.
        let sign = if divisor.as_ref().and_then(Size::as_constant).is_some_and(|divisor| divisor < 0) { -1 } else { 1 };
        let divisor = divisor.map(|divisor| divisor.scale(sign));
        let above = self.is_above_zero(site, dividend)?;
        let minus = Size::constant(-1);
        let part = |tracer: &mut Self, dividend: &Affine, sign: i64| {
            let divided = divisor.as_ref().and_then(|divisor| tracer.divide_index(dividend, divisor));
            let Some((quotient, remainder)) = divided else {
                tracer.diagnostics.error(site.span, format!("`{}` by this integer is not accepted", site.name));
                return None;
            };
            Some(if is_remainder { remainder } else { quotient.scale(&Size::constant(sign)) })
        };
        if above == Condition::Constant(true) {
            return part(self, dividend, sign).map(Value::Index);
        }
        let below = part(self, &dividend.scale(&minus), sign)?.scale(&minus);
        if above == Condition::Constant(false) {
            return Some(Value::Index(below));
        }
        let above_zero = part(self, dividend, sign)?;
        self.merge(&above, Value::Index(above_zero), Value::Index(below))
    }

    /// Where a dividend is not below 0. Sizes for which a count is are refused: it has no sign by its declaration.
    fn is_above_zero(&mut self, site: &Site<'_>, dividend: &Affine) -> Option<Condition> {
        if !self.may_be_below_zero(dividend) {
            return Some(Condition::Constant(true));
        }
        if !has_signed_integers(self.module) {
            return self.refuse_below_zero(site);
        }
        match dividend.as_size().map(|size| self.sizes.resolve(size)) {
            Some(size) if size.as_constant().is_none() && !self.is_declared_signed(site) => {
                let place = self.calls.last().cloned().unwrap_or_default();
                let required = self.sizes.require_at_least(&size, &Size::zero(), &|| place.clone());
                required.ok().map(|()| Condition::Constant(true)).or_else(|| self.refuse_below_zero(site))
            }
            _ => Some(self.compare_indices(Comparison::Ge, dividend, &Affine::default())),
        }
    }

    /// Where sizes decide the bound that is known, only integers with a sign are: others have no value there.
    pub(super) fn may_be_below_zero(&self, index: &Affine) -> bool {
        let index = index.map_sizes(&|size| self.sizes.resolve(size));
        if self.is_kept_from_below_zero(&index) {
            return false;
        }
        let Some((low, _)) = index.bounds(&|v| self.extent(v)) else { return has_signed_integers(self.module) };
        // In a loop that has a step.
        let is_above = |extent: &Size| low.sub(extent).add(&Size::constant(1)).is_nonnegative();
        if low.is_nonnegative() || index.wires().any(|wire| is_above(&self.extent(wire))) {
            return false;
        }
        // Bounds of digits that do not take all values together are wider than what they take.
        has_signed_integers(self.module) || low.as_constant().is_some() && self.is_independent(&index)
    }

    pub(super) fn refuse_below_zero<T>(&mut self, site: &Site<'_>) -> Option<T> {
        self.diagnostics.error_with_help(
            site.span,
            format!("`{}` of an integer that can be below zero", site.name),
            "add a multiple of the divisor first, `(i + n - 1) % n`, or cast to an integer with a sign: `(i as i64 - 1) % 3`",
        );
        None
    }
}
