//! `match`, `matches!`, `if let`: patterns as conditions, arms as nested `if`/`else`.

use proc_macro2::Span;
use syn::spanned::Spanned as _;

use super::Tracer;
use super::condition::{Comparison, Condition};
use super::environment::{Environment, Lookup};
use super::found::binds_a_name;
use super::slice_pattern::is_rest;
use super::spell::spell;
use super::value::Value;
use super::variant::EnumName;
use crate::syntax::{Member, Type};

/// What a pattern or a guard was read as: `None` where it was refused.
type Applies = Option<Condition>;

impl Tracer<'_> {
    pub(super) fn match_expression(&mut self, expression: &syn::ExprMatch, expected: Option<&Type>) -> Option<Value> {
        let Some(value) = self.expression(&expression.expr) else {
            // What is wrong in the arms is said as well.
            for arm in &expression.arms {
                let outer = self.environment.clone();
                self.bind_refused(&arm.pat);
                self.expression(&arm.body);
                self.environment = outer;
            }
            return None;
        };
        self.by_case(vec![value], &mut |tracer, values| tracer.arms(expression, &values.into_iter().next()?, expected))
    }

    /// The arms in order, each where those before it do not apply. The last one needs no condition: rustc
    /// has seen that the arms without guards leave nothing out.
    fn arms(&mut self, expression: &syn::ExprMatch, value: &Value, expected: Option<&Type>) -> Option<Value> {
        let last = expression.arms.iter().rposition(|arm| guarded(&arm.pat).1.is_none())?;
        self.arms_from(&expression.arms[..=last], value, expected, expression.match_token.span)
    }

    fn arms_from(&mut self, arms: &[syn::Arm], value: &Value, expected: Option<&Type>, span: Span) -> Option<Value> {
        let (arm, rest) = arms.split_first()?;
        let outer = self.environment.clone();
        let applies = match self.arm_applies(arm, value) {
            Some(_) if rest.is_empty() => Some(Condition::Constant(true)),
            applies => applies,
        };
        let Some(condition) = applies else {
            // What is wrong in the other arms is said as well.
            self.bind_refused(&arm.pat);
            self.expression_as(&arm.body, expected);
            self.environment = outer;
            self.arms_from(rest, value, expected, span);
            return None;
        };
        let inside = std::mem::replace(&mut self.environment, outer.clone());
        self.if_else(
            span,
            &condition,
            |tracer| {
                tracer.environment = inside;
                let value = tracer.expression_as(&arm.body, expected);
                tracer.environment = outer;
                value
            },
            |tracer| tracer.arms_from(rest, value, expected, span),
        )
    }

    fn arm_applies(&mut self, arm: &syn::Arm, value: &Value) -> Applies {
        let (pattern, guard) = guarded(&arm.pat);
        let matched = self.pattern(pattern, value)?;
        match guard {
            // Never taken: its names stand for nothing.
            Some(_) if matched == Condition::Constant(false) => Some(matched),
            None => Some(matched),
            Some(guard) => {
                let guard = self.under(matched.clone(), |tracer| tracer.test(guard))?;
                Some(matched.and(guard))
            }
        }
    }

    /// A condition, which may bind names: `let Some(t) = o`, `a && let Some(t) = o`.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn test(&mut self, condition: &syn::Expr) -> Applies {
        match condition {
            syn::Expr::Let(binding) => {
                let applies = self.expression(&binding.expr).and_then(|value| self.pattern(&binding.pat, &value));
                if applies.is_none() {
                    self.bind_refused(&binding.pat);
                }
                applies
            }
            syn::Expr::Paren(inner) => self.test(&inner.expr),
            syn::Expr::Binary(syn::ExprBinary { left, op: syn::BinOp::And(_), right, .. }) => {
                let left = self.test(left);
                if left == Some(Condition::Constant(false)) {
                    return left;
                }
                let right = self.under(left.clone().unwrap_or(Condition::Constant(true)), |tracer| tracer.test(right));
                Some(left?.and(right?))
            }
            other => match self.expression(other)? {
                Value::Bool(condition) => Some(condition),
                found if self.refuse_changing([&found], other.span()) => None,
                found => {
                    self.diagnostics.error(other, format!("expected a condition, found {}", found.describe()));
                    None
                }
            },
        }
    }

    /// `matches!(value, pattern)`, `matches!(value, pattern if guard)`
    pub(super) fn matches_macro(&mut self, call: &syn::Macro) -> Option<Value> {
        let parser = |input: syn::parse::ParseStream<'_>| {
            let value: syn::Expr = input.parse()?;
            input.parse::<syn::Token![,]>()?;
            let pattern = syn::Pat::parse_multi_with_leading_vert(input)?;
            let guard =
                if input.parse::<Option<syn::Token![if]>>()?.is_some() { Some(input.parse::<syn::Expr>()?) } else { None };
            input.parse::<Option<syn::Token![,]>>()?;
            Ok((value, pattern, guard))
        };
        let (value, pattern, guard) = match syn::parse::Parser::parse2(parser, call.tokens.clone()) {
            Ok(parsed) => parsed,
            Err(error) => {
                self.diagnostics.error(error.span(), error);
                return None;
            }
        };
        let value = self.expression(&value)?;
        let outer = self.environment.clone();
        let matched = self.by_case(vec![value], &mut |tracer, values| {
            let matched = tracer.pattern(&pattern, &values.into_iter().next()?)?;
            let Some(guard) = guard.as_ref().filter(|_| matched != Condition::Constant(false)) else {
                return Some(Value::Bool(matched));
            };
            let guard = tracer.under(matched.clone(), |tracer| tracer.test(guard))?;
            Some(Value::Bool(matched.and(guard)))
        });
        self.environment = outer;
        matched
    }

    /// Where a value has the form of a pattern; binds its names.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    pub(super) fn pattern(&mut self, pattern: &syn::Pat, value: &Value) -> Applies {
        match pattern {
            syn::Pat::Wild(_) | syn::Pat::Rest(_) => Some(Condition::Constant(true)),
            syn::Pat::Paren(inner) => self.pattern(&inner.pat, value),
            syn::Pat::Reference(inner) => {
                let value = self.dereferenced(value.clone(), inner.and_token.span)?;
                self.pattern(&inner.pat, &value)
            }
            syn::Pat::Type(typed) => self.pattern(&typed.pat, value),
            syn::Pat::Lit(literal) => {
                let other = self.literal(&literal.lit)?;
                self.equals(value, other, literal)
            }
            syn::Pat::Verbatim(tokens) => {
                let number: syn::Expr = syn::parse2(tokens.clone()).ok()?;
                let other = self.expression(&number)?;
                self.equals(value, other, tokens)
            }
            syn::Pat::Range(range) => self.in_range(range, value),
            syn::Pat::Or(alternatives) => self.any_of(alternatives, value),
            syn::Pat::Ident(name) => self.named(name, value),
            syn::Pat::Path(path) => self.at_path(path, value),
            syn::Pat::Tuple(tuple) => self.parts(tuple.elems.iter().collect(), value),
            syn::Pat::Slice(slice) => self.parts(slice.elems.iter().collect(), value),
            syn::Pat::TupleStruct(structure) => match self.variant_at(&structure.path) {
                Some((name, variant)) => {
                    let fields: Vec<(Member, &syn::Pat)> = numbered(&structure.elems.iter().collect::<Vec<_>>());
                    self.variant_pattern(&(name, variant), &fields, value, &structure.path)
                }
                None if matches!(value, Value::Choice(_)) => self.unknown_variant(&structure.path),
                None => {
                    let whole = self.fields_in_order(value.clone());
                    self.parts(structure.elems.iter().collect(), &whole)
                }
            },
            syn::Pat::Struct(structure) => {
                let fields: Vec<(Member, &syn::Pat)> =
                    structure.fields.iter().map(|field| (Member::from(&field.member), &*field.pat)).collect();
                match self.variant_at(&structure.path) {
                    Some(variant) => self.variant_pattern(&variant, &fields, value, &structure.path),
                    None if matches!(value, Value::Choice(_)) => self.unknown_variant(&structure.path),
                    None => self.all_of(&fields, value),
                }
            }
            other => {
                self.diagnostics.error_with_help(
                    other,
                    "this pattern is not accepted",
                    "use a name, `_`, a number, a range, a variant, a tuple `(a, b)`, an array `[a, b]` or a struct pattern",
                );
                None
            }
        }
    }

    /// Says why a variant is not known, or asks for its enum.
    fn unknown_variant(&mut self, path: &syn::Path) -> Applies {
        self.path_value(&syn::ExprPath { attrs: Vec::new(), qself: None, path: path.clone() });
        None
    }

    /// A name, which is a constant or a variant where there is one of that name.
    fn named(&mut self, name: &syn::PatIdent, value: &Value) -> Applies {
        let path = syn::ExprPath { attrs: Vec::new(), qself: None, path: name.ident.clone().into() };
        let text = name.ident.to_string();
        let is_item = self.items.binds(&text)
            || self.module.constant(&text).is_some()
            || self.constructor_at(&path.path).is_some()
            || self.variant_at(&path.path).is_some();
        if is_item && name.subpat.is_none() {
            return self.at_path(&path, value);
        }
        let inner = match &name.subpat {
            Some((_, inner)) => self.pattern(inner, value)?,
            None => Condition::Constant(true),
        };
        let plain = syn::PatIdent { subpat: None, ..name.clone() };
        self.bind_pattern(&syn::Pat::Ident(plain), Some(value.clone()));
        Some(inner)
    }

    /// `Kernel::Rbf`, `LIMIT`
    fn at_path(&mut self, path: &syn::ExprPath, value: &Value) -> Applies {
        if path.qself.is_none()
            && let Some(variant) = self.variant_at(&path.path)
        {
            return self.variant_pattern(&variant, &[], value, &path.path);
        }
        let other = self.path_value(path)?;
        if let Value::Struct(unit) = &other
            && unit.fields.is_empty()
        {
            return Some(Condition::Constant(true));
        }
        self.equals(value, other, path)
    }

    fn variant_pattern(
        &mut self,
        (name, variant): &(EnumName, String),
        fields: &[(Member, &syn::Pat)],
        value: &Value,
        place: &impl quote::ToTokens,
    ) -> Applies {
        let referred = if let Value::Reference(place) = value { self.choice_of_references(place) } else { None };
        let choice = match (value, referred) {
            (Value::Present(present), _) if *name == EnumName::Option => {
                let is_named = fields.iter().any(|(_, pattern)| binds_a_name(pattern));
                Box::new(self.granted((**present).clone(), place.span(), is_named))
            }
            (_, Some(choice)) if choice.name == *name => Box::new(choice),
            (Value::Choice(choice), _) if choice.name == *name => choice.clone(),
            (other, _) if self.refuse_changing([other], place.span()) => return None,
            (other, _) => {
                self.diagnostics.error(place, format!("this pattern is a variant, and found {}", other.describe()));
                return None;
            }
        };
        let Some(case) = choice.case(variant) else {
            // Never taken: its names stand for nothing.
            fields.iter().for_each(|(_, pattern)| self.bind_refused(pattern));
            return Some(Condition::Constant(false));
        };
        let holder = Value::structure(String::new(), case.fields.clone());
        let inner = self.under(case.condition.clone(), |tracer| tracer.all_of(fields, &holder))?;
        Some(case.condition.clone().and(inner))
    }

    fn all_of(&mut self, fields: &[(Member, &syn::Pat)], value: &Value) -> Applies {
        fields.iter().try_fold(Condition::Constant(true), |all, (member, pattern)| {
            let member = self.member_of(value, member)?;
            Some(all.and(self.pattern(pattern, &member)?))
        })
    }

    fn parts(&mut self, patterns: Vec<&syn::Pat>, value: &Value) -> Applies {
        let value = &self.referenced_elements(value.clone());
        let parted = self.parted(&patterns, value)?;
        if parted.condition == Condition::Constant(false) {
            patterns.iter().for_each(|pattern| self.bind_refused(pattern));
            return Some(parted.condition);
        }
        let inner = self.under(parted.condition.clone(), |tracer| {
            let mut all = Condition::Constant(true);
            for (pattern, element) in patterns.iter().zip(&parted.elements) {
                if !matches!(pattern, syn::Pat::Rest(_)) {
                    all = all.and(tracer.pattern(pattern, element.as_ref()?)?);
                }
            }
            Some(all)
        })?;
        Some(parted.condition.and(inner))
    }

    /// Alternatives, each of which binds the same names: to what the first one that applies binds them to.
    fn any_of(&mut self, alternatives: &syn::PatOr, value: &Value) -> Applies {
        let outer = self.environment.clone();
        let mut found: Vec<(Condition, Environment)> = Vec::new();
        for alternative in &alternatives.cases {
            self.environment = outer.clone();
            let applies = self.pattern(alternative, value)?;
            if applies != Condition::Constant(false) {
                found.push((applies, self.environment.clone()));
            }
        }
        self.environment = outer.clone();
        let bound = found.first().map_or_else(Vec::new, |(_, inside)| inside.names_within(&outer));
        for name in bound {
            let value = self.bound_by_first(&name, &found, alternatives.span());
            self.environment.bind(name, value);
        }
        Some(found.into_iter().fold(Condition::Constant(false), |any, (applies, _)| any.or(applies)))
    }

    fn bound_by_first(&mut self, name: &str, alternatives: &[(Condition, Environment)], span: Span) -> Option<Value> {
        let of = |inside: &Environment| if let Lookup::Bound(value) = inside.get(name) { Some(value.clone()) } else { None };
        let ((_, last), others) = alternatives.split_last()?;
        others.iter().rev().try_fold(of(last)?, |rest, (applies, inside)| self.join(span, applies, of(inside)?, rest))
    }

    fn in_range(&mut self, range: &syn::ExprRange, value: &Value) -> Applies {
        let end = match range.limits {
            syn::RangeLimits::HalfOpen(_) => Comparison::Lt,
            syn::RangeLimits::Closed(_) => Comparison::Le,
        };
        let mut all = Condition::Constant(true);
        for (bound, comparison) in [(&range.start, Comparison::Ge), (&range.end, end)] {
            if let Some(bound) = bound {
                let bound = self.expression(bound)?;
                all = all.and(self.compared_at(comparison, value, bound, range)?);
            }
        }
        Some(all)
    }

    fn equals(&mut self, value: &Value, other: Value, place: &impl quote::ToTokens) -> Applies {
        match (value, &other) {
            (Value::Bool(condition), Value::Bool(Condition::Constant(true))) => Some(condition.clone()),
            (Value::Bool(condition), Value::Bool(Condition::Constant(false))) => Some(condition.clone().not()),
            (Value::Choice(left), Value::Choice(right)) => {
                let (left, right) = (left.clone(), right.clone());
                self.same_variant(&left, &right, place.to_token_stream().span())
            }
            _ => self.compared_at(Comparison::Eq, value, other, place),
        }
    }

    fn compared_at(&mut self, comparison: Comparison, value: &Value, other: Value, place: &impl quote::ToTokens) -> Applies {
        if self.refuse_changing([value, &other], place.to_token_stream().span()) {
            return None;
        }
        let found = value.describe();
        let applies = self.compared(comparison, value.clone(), other);
        if applies.is_none() {
            let message = format!("the pattern `{}` compares integers, scalars or conditions, and found {found}", spell(place));
            self.diagnostics.error(place, message);
        }
        applies
    }
}

/// The pattern of an arm, and its guard.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn guarded(pattern: &syn::Pat) -> (&syn::Pat, Option<&syn::Expr>) {
    match pattern {
        syn::Pat::Guard(guarded) => (&guarded.pat, Some(&guarded.guard)),
        plain => (plain, None),
    }
}

/// The patterns of a tuple variant; those behind `..` are counted from its beginning, too.
fn numbered<'p>(patterns: &[&'p syn::Pat]) -> Vec<(Member, &'p syn::Pat)> {
    let fields = patterns.iter().enumerate().filter(|(_, pattern)| !is_rest(pattern));
    fields.map(|(k, pattern)| (Member::Numbered(k as u32, pattern.span()), *pattern)).collect()
}
