//! Whether integers have a sign. While they are traced they have no type, but `saturating_sub` ends at 0 for those without a
//! sign only.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};

use super::Tracer;
use super::agree::Site;
use super::call::Call;
use super::value::{Tensor, Value};
use crate::ir::{Affine, Id, Size};
use crate::syntax::Module;

/// Whether an expression is made of what is declared with a sign: a cast, a number such as `2_i64`, one of these names.
struct Mentions<'n> {
    names: &'n BTreeSet<String>,
    found: bool,
}

impl<'a> Visit<'a> for Mentions<'_> {
    fn visit_expr_cast(&mut self, cast: &'a syn::ExprCast) {
        // What is cast may have another type.
        self.found |= names_signed(cast.ty.to_token_stream());
    }

    fn visit_lit_int(&mut self, number: &'a syn::LitInt) {
        self.found |= is_signed(number.suffix());
    }

    fn visit_expr_index(&mut self, access: &'a syn::ExprIndex) {
        self.visit_expr(&access.expr);
    }

    fn visit_ident(&mut self, name: &'a proc_macro2::Ident) {
        self.found |= self.names.contains(&name.to_string());
    }
}

/// The names of a module that are declared with a sign: by their type, or by what they are bound to.
#[derive(Default)]
struct Declared {
    names: BTreeSet<String>,
}

impl Declared {
    fn of(module: &Module) -> Self {
        let mut declared = Self::default();
        // What is bound to one of these names is one of them.
        loop {
            let before = declared.names.len();
            module.items.iter().for_each(|item| declared.visit_item(item));
            if declared.names.len() == before {
                return declared;
            }
        }
    }

    fn mentions(&self, expression: &syn::Expr) -> bool {
        let mut mentions = Mentions { names: &self.names, found: false };
        mentions.visit_expr(expression);
        mentions.found
    }

    fn bind(&mut self, pattern: &syn::Pat) {
        struct Bound<'n>(&'n mut BTreeSet<String>);
        impl<'a> Visit<'a> for Bound<'_> {
            fn visit_pat_ident(&mut self, pattern: &'a syn::PatIdent) {
                self.0.insert(pattern.ident.to_string());
            }
        }
        Bound(&mut self.names).visit_pat(pattern);
    }

    fn bind_to(&mut self, pattern: &syn::Pat, value: &syn::Expr) {
        // A type that is written says it.
        if !matches!(pattern, syn::Pat::Type(_)) && self.mentions(value) {
            self.bind(pattern);
        }
    }

    fn declare(&mut self, name: &syn::Ident, ty: &impl ToTokens) {
        if names_signed(ty.to_token_stream()) {
            self.names.insert(name.to_string());
        }
    }
}

impl<'a> Visit<'a> for Declared {
    fn visit_pat_type(&mut self, pattern: &'a syn::PatType) {
        if names_signed(pattern.ty.to_token_stream()) {
            self.bind(&pattern.pat);
        }
    }

    fn visit_local(&mut self, local: &'a syn::Local) {
        if let Some(init) = &local.init {
            self.bind_to(&local.pat, &init.expr);
        }
        visit::visit_local(self, local);
    }

    fn visit_expr_for_loop(&mut self, each: &'a syn::ExprForLoop) {
        self.bind_to(&each.pat, &each.expr);
        visit::visit_expr_for_loop(self, each);
    }

    fn visit_expr_method_call(&mut self, call: &'a syn::ExprMethodCall) {
        for argument in &call.args {
            if let syn::Expr::Closure(closure) = argument {
                closure.inputs.iter().for_each(|input| self.bind_to(input, &call.receiver));
            }
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_match(&mut self, choice: &'a syn::ExprMatch) {
        choice.arms.iter().for_each(|arm| self.bind_to(&arm.pat, &choice.expr));
        visit::visit_expr_match(self, choice);
    }

    fn visit_expr_let(&mut self, bound: &'a syn::ExprLet) {
        self.bind_to(&bound.pat, &bound.expr);
        visit::visit_expr_let(self, bound);
    }

    fn visit_item_const(&mut self, constant: &'a syn::ItemConst) {
        self.declare(&constant.ident, &constant.ty);
        visit::visit_item_const(self, constant);
    }

    fn visit_field(&mut self, field: &'a syn::Field) {
        if let Some(name) = &field.ident {
            self.declare(name, &field.ty);
        }
    }

    fn visit_signature(&mut self, signature: &'a syn::Signature) {
        self.declare(&signature.ident, &signature.output);
        visit::visit_signature(self, signature);
    }
}

/// Whether an integer type with a sign is among these words.
fn names_signed(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => is_signed(&word.to_string()),
        TokenTree::Group(group) => names_signed(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

fn is_signed(ty: &str) -> bool {
    matches!(ty, "i8" | "i16" | "i32" | "i64" | "i128" | "isize")
}

/// Whether an integer type with a sign stands anywhere in a module.
pub(super) fn has_signed_integers(module: &Module) -> bool {
    struct Written(bool);
    impl<'a> Visit<'a> for Written {
        fn visit_ident(&mut self, word: &'a proc_macro2::Ident) {
            self.0 |= is_signed(&word.to_string());
        }
        fn visit_lit_int(&mut self, number: &'a syn::LitInt) {
            self.0 |= is_signed(number.suffix());
        }
    }
    let mut written = Written(false);
    module.items.iter().for_each(|item| written.visit_item(item));
    written.0
}

impl Tracer<'_> {
    /// Refuses `saturating_sub` where its integers have a sign, by how they are declared, because one may be below 0, or
    /// because they are made of integers of the data with a sign.
    pub(super) fn refuse_signed(&mut self, call: &Call<'_>, integers: &[Value]) -> bool {
        if !self.is_declared_signed(&call.site) && !integers.iter().any(|integer| self.has_sign(integer)) {
            return false;
        }
        let help = "write `a - b`, or `(a - b).max(0)` for what is not below 0";
        let message = "`saturating_sub` of signed integers is read as that of unsigned ones, which ends at 0";
        self.diagnostics.error_with_help(call.site.span, message, help);
        true
    }

    /// A sum or difference that does not wrap around.
    pub(super) fn without_wrapping(&mut self, call: &Call<'_>, result: Affine, is_difference: bool) -> Option<Value> {
        let resolved = result.map_sizes(&|size| self.sizes.resolve(size));
        let fits = match (is_difference, resolved.as_size().and_then(Size::as_constant)) {
            (_, Some(constant)) => (0..1 << 31).contains(&constant),
            (false, None) => true,
            (true, None) => {
                let low = resolved.bounds(&|v| self.extent(v)).map(|(low, _)| low);
                self.is_kept_from_below_zero(&resolved) || low.is_some_and(|low| low.is_nonnegative())
            }
        };
        if fits && !mentions_narrow(self.module) { Some(Value::Index(result)) } else { self.refuse_wrapping_around(call) }
    }

    pub(super) fn refuse_wrapping_around(&mut self, call: &Call<'_>) -> Option<Value> {
        self.diagnostics.error_with_help(
            call.site.span,
            format!("`{}` may wrap around here", call.name()),
            "write `i - 1` inside of a condition that keeps it from below zero, `if i >= 1 { .. }`, or `i.checked_sub(1)`",
        );
        None
    }

    /// Whether an operand is made of what is declared with a sign.
    pub(super) fn is_declared_signed(&self, site: &Site<'_>) -> bool {
        let declared = Declared::of(self.module);
        site.operands.iter().any(|operand| declared.mentions(operand))
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "what is no integer has no sign")]
    fn has_sign(&self, integer: &Value) -> bool {
        match integer {
            Value::Index(index) => self.may_be_below_zero(index),
            Value::Integer(number) => self.is_of_signed(number),
            _ => false,
        }
    }

    fn is_of_signed(&self, number: &Tensor) -> bool {
        let roots: [Id; 1] = [number.node];
        self.graph.reachable(&roots).into_iter().any(|id| self.signed.contains(&id))
    }
}

/// Whether a module says a type of integers that are small.
fn mentions_narrow(module: &Module) -> bool {
    struct Narrow(bool);
    impl<'a> Visit<'a> for Narrow {
        fn visit_ident(&mut self, word: &'a proc_macro2::Ident) {
            self.0 |= ["u8", "u16", "i8", "i16"].iter().any(|name| word == name);
        }

        fn visit_lit_int(&mut self, number: &'a syn::LitInt) {
            self.0 |= matches!(number.suffix(), "u8" | "u16" | "i8" | "i16");
        }
    }
    let mut narrow = Narrow(false);
    module.items.iter().for_each(|item| narrow.visit_item(item));
    narrow.0
}
