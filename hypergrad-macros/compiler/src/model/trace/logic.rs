//! Operators between conditions, between tuples, and on the bits of integers.

use quote::quote_spanned;
use syn::spanned::Spanned;

use super::Tracer;
use super::agree::Site;
use super::condition::{Comparison, Condition};
use super::value::{Tensor, Value};
use crate::ir::{Affine, Func, Size};

impl Tracer<'_> {
    /// `a & b`, `a == b` of conditions; `None` for other operators.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    pub(super) fn operate_on_conditions(op: &syn::BinOp, left: &Condition, right: &Condition) -> Option<Value> {
        let (left, right) = (left.clone(), right.clone());
        let differ = |left: Condition, right: Condition| left.clone().and(right.clone().not()).or(left.not().and(right));
        Some(Value::Bool(match op {
            syn::BinOp::BitAnd(_) => left.and(right),
            syn::BinOp::BitOr(_) => left.or(right),
            syn::BinOp::BitXor(_) | syn::BinOp::Ne(_) => differ(left, right),
            syn::BinOp::Eq(_) => differ(left, right).not(),
            _ => return None,
        }))
    }

    /// `(a, b) < (c, d)`: by the first parts that differ.
    pub(super) fn compare_parts(
        &mut self,
        site: &Site<'_>,
        comparison: Comparison,
        left: &[Value],
        right: &[Value],
    ) -> Option<Condition> {
        let (Some((a, left)), Some((b, right))) = (left.split_first(), right.split_first()) else {
            return Some(Condition::Constant(matches!(comparison, Comparison::Eq | Comparison::Le | Comparison::Ge)));
        };
        let own = |tracer: &mut Self, comparison| tracer.compare_values(site, comparison, a, b);
        let is_last = left.is_empty() || right.is_empty();
        match comparison {
            Comparison::Ne => self
                .compare_values(site, Comparison::Ne, a, b)
                .and_then(|own| Some(own.or(self.compare_parts(site, comparison, left, right)?))),
            Comparison::Eq => {
                let same = own(self, Comparison::Eq)?;
                Some(same.and(self.compare_parts(site, comparison, left, right)?))
            }
            Comparison::Lt | Comparison::Le | Comparison::Gt | Comparison::Ge if is_last => own(self, comparison),
            comparison @ (Comparison::Lt | Comparison::Le | Comparison::Gt | Comparison::Ge) => {
                let strict = if let Comparison::Lt | Comparison::Le = comparison { Comparison::Lt } else { Comparison::Gt };
                let (before, same) = (own(self, strict)?, own(self, Comparison::Eq)?);
                let rest = self.compare_parts(site, comparison, left, right)?;
                Some(before.or(same.and(rest)))
            }
        }
    }

    fn compare_values(&mut self, site: &Site<'_>, comparison: Comparison, left: &Value, right: &Value) -> Option<Condition> {
        let span = site.span;
        let op = match comparison {
            Comparison::Lt => syn::BinOp::Lt(syn::Token![<](span)),
            Comparison::Le => syn::BinOp::Le(syn::Token![<=](span)),
            Comparison::Gt => syn::BinOp::Gt(syn::Token![>](span)),
            Comparison::Ge => syn::BinOp::Ge(syn::Token![>=](span)),
            Comparison::Eq => syn::BinOp::Eq(syn::Token![==](span)),
            Comparison::Ne => syn::BinOp::Ne(syn::Token![!=](span)),
        };
        if let Value::Bool(condition) = self.operate(site, &op, left, right)? { Some(condition) } else { None }
    }

    /// `a·2ᵏ`, or that part of `a / 2ᵏ` which is whole, where k is no constant.
    pub(super) fn shifted(&mut self, is_left: bool, number: &Tensor, by: &Tensor) -> Tensor {
        let two = self.number(2.0);
        let power = self.apply(Func::Pow, &[&two, by]);
        let power = self.apply(Func::Round, &[&power]);
        if is_left { self.multiply(&[number, &power]) } else { self.remainder(number, &power, true).0 }
    }

    /// `a << k` is `a·2ᵏ`, `a >> k` is `a / 2ᵏ`, `a & 7` is `a % 8`; constants bit by bit.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    pub(super) fn operate_on_bits(&mut self, site: &Site<'_>, op: &syn::BinOp, left: &Affine, right: &Affine) -> Option<Affine> {
        let known = |index: &Affine| index.as_size().and_then(|size| self.sizes.resolve(size).as_constant());
        let (a, b) = (known(left), known(right));
        let constant = |value: i64| Some(Affine::constant(Size::constant(value)));
        if let (syn::BinOp::BitOr(_) | syn::BinOp::BitXor(_) | syn::BinOp::BitAnd(_), Some(a), Some(b)) = (op, a, b) {
            return constant(match op {
                syn::BinOp::BitOr(_) => a | b,
                syn::BinOp::BitXor(_) => a ^ b,
                _ => a & b,
            });
        }
        if let (syn::BinOp::BitOr(_) | syn::BinOp::BitXor(_) | syn::BinOp::BitAnd(_), Some((number, mask))) =
            (op, b.map(|mask| (left, mask)).or(a.map(|mask| (right, mask))))
            && let Some(changed) = self.with_bits(site, op, number, mask)
        {
            return Some(changed);
        }
        let power = |k: i64| u32::try_from(k).ok().filter(|k| *k < 62).map(|k| Size::constant(1_i64 << k));
        match (op, b) {
            (syn::BinOp::Shl(_), Some(k)) if power(k).is_some() => Some(self.joined(left.scale(&power(k)?))),
            (syn::BinOp::Shr(_), Some(k)) if power(k).is_some() => Some(self.rounded_down(site, left, &power(k)?)?.0),
            (syn::BinOp::BitAnd(_), Some(mask)) if mask >= 0 && (mask + 1).count_ones() == 1 => {
                Some(self.rounded_down(site, left, &Size::constant(mask + 1))?.1)
            }
            _ => {
                self.diagnostics.error_with_help(
                    site.span,
                    format!("`{}` of these integers is not accepted", site.name),
                    "use constants, or shift by a constant and mask by one less than a power of two: `k >> 2`, `k & 7`",
                );
                None
            }
        }
    }
}

impl Tracer<'_> {
    /// `a ^ m`, `a | m` and `a & m` of a constant with few bits: each of them is a digit of a.
    fn with_bits(&mut self, site: &Site<'_>, op: &syn::BinOp, number: &Affine, mask: i64) -> Option<Affine> {
        const MOST: u32 = 8;
        let is_low = mask >= 0 && (mask + 1).count_ones() == 1;
        if mask < 0 || mask.count_ones() > MOST || is_low && matches!(op, syn::BinOp::BitAnd(_)) {
            return None;
        }
        let zero = Affine::default();
        let mut changed = if matches!(op, syn::BinOp::BitAnd(_)) { zero } else { number.clone() };
        for k in (0..62).filter(|k| mask >> k & 1 == 1) {
            let weight = Size::constant(1_i64 << k);
            let above = if k == 0 { number.clone() } else { self.rounded_down(site, number, &weight)?.0 };
            let digit = self.rounded_down(site, &above, &Size::constant(2))?.1.scale(&weight);
            let whole = Affine::constant(weight);
            let set = changed.add(&whole).sub(&digit);
            changed = if matches!(op, syn::BinOp::BitAnd(_)) {
                changed.add(&digit)
            } else if matches!(op, syn::BinOp::BitOr(_)) {
                set
            } else {
                set.sub(&digit)
            };
        }
        Some(self.joined(changed))
    }
}

/// `a & (1 << k)` as `((a >> k) & 1) << k`: one bit of a.
pub(super) fn as_bit(binary: &syn::ExprBinary) -> Option<syn::Expr> {
    let syn::BinOp::BitAnd(op) = &binary.op else { return None };
    let (a, k) = match (power_of_two(&binary.right), power_of_two(&binary.left)) {
        (Some(k), _) => (&binary.left, k),
        (None, Some(k)) => (&binary.right, k),
        (None, None) => return None,
    };
    syn::parse2(quote_spanned! { op.span()=> ((((#a) >> (#k)) & 1) << (#k)) }).ok()
}

/// The k of `1 << k`, where it is no constant.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn power_of_two(expression: &syn::Expr) -> Option<&syn::Expr> {
    match expression {
        syn::Expr::Paren(inner) => power_of_two(&inner.expr),
        syn::Expr::Binary(syn::ExprBinary { left, op: syn::BinOp::Shl(_), right, .. }) => match (&**left, &**right) {
            (syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(one), .. }), right) => {
                (one.base10_digits() == "1" && !matches!(right, syn::Expr::Lit(_))).then_some(right)
            }
            _ => None,
        },
        _ => None,
    }
}
