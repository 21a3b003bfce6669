//! Comparisons of the module's own types, by their own `eq` and `partial_cmp` or derived ones, and enums as integers.

use super::Tracer;
use super::agree::Site;
use super::condition::{Comparison, Condition};
use super::value::Value;
use super::variant::{Choice, EnumName};
use crate::ir::Size;
use crate::syntax::Member;

impl Tracer<'_> {
    /// `a == b`, `a < b`; `None` where a trait that says so is neither derived nor the module's own.
    pub(super) fn compare_own(&mut self, site: &Site<'_>, comparison: Comparison, both: [&Value; 2]) -> Option<Condition> {
        let owner = both[0].own_type()?.to_owned();
        match comparison {
            Comparison::Eq | Comparison::Ne => {
                let same = match self.own_operator("PartialEq", &both, site.span) {
                    Some(Value::Bool(same)) => same,
                    Some(_) => return None,
                    None if self.module.derives(&owner, "PartialEq") => self.derived(site, Comparison::Eq, both)?,
                    None => return None,
                };
                Some(if comparison == Comparison::Eq { same } else { same.not() })
            }
            Comparison::Lt | Comparison::Le | Comparison::Gt | Comparison::Ge => {
                match self.own_operator("PartialOrd", &both, site.span) {
                    Some(Value::Choice(found)) => of_order(comparison, &found),
                    Some(_) => None,
                    None if self.module.derives(&owner, "PartialOrd") => self.derived(site, comparison, both),
                    None => None,
                }
            }
        }
    }

    /// Field by field, the first that differs decides; of an enum without values by its integers.
    fn derived(&mut self, site: &Site<'_>, comparison: Comparison, both: [&Value; 2]) -> Option<Condition> {
        if let [Value::Choice(left), Value::Choice(right)] = both {
            let (left, right) = (self.integer_of_variant(left)?, self.integer_of_variant(right)?);
            return self.compared(comparison, left, right);
        }
        let structure = self.module.structure(both[0].own_type()?)?.clone();
        let members: Vec<Member> = Member::fields(&structure).into_iter().map(|(member, _)| member).collect();
        let parts = both.map(|value| members.iter().map(|m| self.member_of(value, m)).collect::<Option<Vec<Value>>>());
        let [left, right] = parts;
        self.compare_parts(site, comparison, &left?, &right?)
    }

    /// `kind as usize`: the integers that the declaration gives, else one more than that of the variant before.
    pub(super) fn integer_of_variant(&mut self, choice: &Choice) -> Option<Value> {
        let EnumName::Own(name) = &choice.name else { return None };
        let variants = self.module.enumeration(name)?.variants.clone();
        if !choice.is_plain() || variants.iter().any(|variant| !variant.fields.is_empty()) {
            return None;
        }
        let mut integers = Vec::with_capacity(variants.len());
        let mut next = 0;
        for variant in variants {
            if let Some((_, written)) = &variant.discriminant {
                next = self.module.constant_value(written).ok()?;
            }
            integers.push((variant.ident.to_string(), next));
            next += 1;
        }
        let integer = |variant: &str| {
            let (_, integer) = integers.iter().find(|(name, _)| name == variant)?;
            Some(Value::count(Size::constant(*integer)))
        };
        let mut cases = choice.cases.iter().rev();
        let last = integer(&cases.next()?.variant)?;
        cases.try_fold(last, |rest, case| Some(Value::choice(&case.condition, integer(&case.variant)?, rest)))
    }
}

/// Of an `Option<Ordering>`: a comparison of what cannot be compared does not hold.
fn of_order(comparison: Comparison, found: &Choice) -> Option<Condition> {
    let Some(Value::Choice(order)) = found.payload() else { return None };
    let is = |variant: &str| order.is(variant);
    let holds = match comparison {
        Comparison::Lt => is("Less"),
        Comparison::Le => is("Less").or(is("Equal")),
        Comparison::Gt => is("Greater"),
        Comparison::Ge => is("Greater").or(is("Equal")),
        Comparison::Eq => is("Equal"),
        Comparison::Ne => is("Equal").not(),
    };
    Some(found.is("Some").and(holds))
}
