//! What exchanges, moves and removes items, each read as the assignment that says the same: `v.swap(i, j)` is
//! `(v[i], v[j]) = (v[j], v[i])`, and `v.reverse()` is `v = v.iter().rev().collect()`.

use proc_macro2::Span;
use quote::quote_spanned;
use syn::spanned::Spanned;

use super::Tracer;
use super::agree::Site;
use super::call::{Call, Outcome};
use super::value::Value;
use super::words::{ArrangeWord, ExchangeWord, ToWord};
use crate::ir::Size;
use crate::model::Form;

/// The method that stands for [`Tracer::emptied`] in what is read anew.
pub(super) const EMPTY: &str = "__empty";

impl Tracer<'_> {
    /// A method that arranges the items of what was bound with `let mut`; `None` where it is none.
    pub(super) fn arranging_method(&mut self, call: &syn::ExprMethodCall) -> Option<Option<Value>> {
        let word = ArrangeWord::named(&call.method.to_string())?;
        let written = rewritten(word, call)?;
        self.root_place(&call.receiver)?;
        let place = self.single_place(&call.receiver)?;
        let leaf = self.leaf(&place)?;
        let is_list = !matches!(leaf, Value::Choice(_) | Value::Index(_) | Value::Struct(_));
        let is_scalar = place.part.is_none() && matches!(&leaf, Value::Tensor(t) if t.form == Form::Scalar);
        if !is_list || is_scalar || self.is_of_another_trait(&plain(call), &leaf) {
            return None;
        }
        Some(self.expression(&written))
    }

    /// `a.mul_to(&x, &mut out)` is `out.copy_from(&(a * x))`.
    pub(super) fn written_to(&mut self, call: &syn::ExprMethodCall) -> Option<Option<Value>> {
        let word = ToWord::named(&call.method.to_string())?;
        let (span, receiver) = (call.method.span(), &call.receiver);
        let arguments: Vec<&syn::Expr> = call.args.iter().collect();
        let [other, out] = arguments.as_slice() else { return None };
        let result = match word {
            ToWord::mul_to => quote_spanned! { span=> (#receiver) * (#other) },
            ToWord::tr_mul_to => quote_spanned! { span=> (#receiver).tr_mul(#other) },
            ToWord::add_to => quote_spanned! { span=> (#receiver) + (#other) },
            ToWord::sub_to => quote_spanned! { span=> (#receiver) - (#other) },
        };
        let written = syn::parse2(quote_spanned! { span=> (#out).copy_from(&(#result)) }).ok()?;
        Some(self.expression(&written))
    }

    /// `core::mem::swap` and the like; `None` for every other path.
    pub(super) fn exchanged(&mut self, call: &syn::ExprCall) -> Option<Option<Value>> {
        let syn::Expr::Path(path) = &*call.func else { return None };
        let full = self.module.imports.expand(&path.path);
        let [root, module, name] = full.as_slice() else { return None };
        let word = ExchangeWord::named(name).filter(|_| (root == "std" || root == "core") && module == "mem")?;
        let arguments: Vec<&syn::Expr> = call.args.iter().collect();
        let span = path.span();
        let (first, second) = match (word, arguments.as_slice()) {
            (ExchangeWord::take, [first]) => (target(first), None),
            (ExchangeWord::swap | ExchangeWord::replace, [first, second]) => (target(first), Some(*second)),
            _ => return None,
        };
        let written = match (word, second) {
            (ExchangeWord::swap, Some(second)) => {
                let second = target(second);
                quote_spanned! { span=> { (#first, #second) = (#second, #first); } }
            }
            (_, Some(second)) => quote_spanned! { span=> { let __new = #second; let __old = #first; #first = __new; __old } },
            (_, None) => quote_spanned! { span=> { let __old = #first; #first = __old.__empty(); __old } },
        };
        self.outside(&path.path, &format!("core::mem::{name}"));
        Some(self.expression(&syn::parse2(written).ok()?))
    }

    /// What `core::mem::take` leaves.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn emptied(&mut self, value: &Value, span: Span) -> Option<Value> {
        if let Some(empty) = self.default_of_own(value, span) {
            return Some(empty);
        }
        match value {
            Value::Tensor(tensor) if tensor.is_scalar() => Some(Value::Tensor(self.number(0.0))),
            Value::Index(_) | Value::Integer(_) | Value::Cases(_) => Some(Value::count(Size::constant(0))),
            Value::Array(_) => Some(Value::Array(Vec::new())),
            other => {
                let message = format!("what `take` leaves in place of {} is not read", other.describe());
                self.diagnostics.error_with_help(span, message, "write what is left: `std::mem::replace(&mut a, ..)`");
                None
            }
        }
    }

    /// `first`, `rest` of a slice, as an `Option`.
    pub(super) fn split_end(&mut self, call: &Call<'_>, list: &Value) -> Outcome {
        let span = call.site.span;
        let (end, rest) = if call.name() == "split_first" {
            (quote_spanned! { span=> |v| v.first() }, quote_spanned! { span=> |v| &v[1..] })
        } else {
            (quote_spanned! { span=> |v| v.last() }, quote_spanned! { span=> |v| &v[..v.len() - 1] })
        };
        let call_on =
            |tracer: &mut Self, tokens| tracer.call_value(&super::compose::made(tokens, None), vec![list.clone()], span);
        let Some(Value::Choice(end)) = call_on(self, end) else { return Outcome::Known(None) };
        let some = end.is("Some");
        let Some(first) = end.payload().cloned() else { return Outcome::Known(Some(Value::Choice(end))) };
        let rest = self.under(some.clone(), |tracer| call_on(tracer, rest));
        Outcome::Known(
            rest.map(|rest| Value::Choice(Box::new(super::variant::Choice::some_where(some, Value::Tuple(vec![first, rest]))))),
        )
    }
}

pub(super) fn plain(call: &syn::ExprMethodCall) -> Call<'_> {
    let operands = std::iter::once(&*call.receiver).chain(&call.args).collect();
    Call {
        site: Site { span: call.method.span(), name: call.method.to_string(), operands },
        generics: None,
        expected: None,
        is_read_to_the_end: false,
    }
}

/// What a `&mut` reference refers to.
fn target(reference: &syn::Expr) -> syn::Expr {
    if let syn::Expr::Reference(inner) = reference {
        (*inner.expr).clone()
    } else {
        syn::parse_quote_spanned! { reference.span()=> *#reference }
    }
}

/// The assignment that says the same.
fn rewritten(word: ArrangeWord, call: &syn::ExprMethodCall) -> Option<syn::Expr> {
    let (span, v) = (call.method.span(), &call.receiver);
    let arguments: Vec<&syn::Expr> = call.args.iter().collect();
    let collect = quote_spanned! { span=> collect::<Vec<_>>() };
    let tokens = match (word, arguments.as_slice()) {
        (ArrangeWord::swap, [i, j]) => {
            quote_spanned! { span=> { let (__i, __j) = (#i, #j); (#v[__i], #v[__j]) = (#v[__j], #v[__i]); } }
        }
        (ArrangeWord::swap_rows, [i, j]) => quote_spanned! { span=> {
            let (__i, __j) = (#i, #j);
            let (__a, __b) = (#v.row(__i).into_owned(), #v.row(__j).into_owned());
            #v.set_row(__i, &__b);
            #v.set_row(__j, &__a);
        } },
        (ArrangeWord::swap_columns, [i, j]) => quote_spanned! { span=> {
            let (__i, __j) = (#i, #j);
            let (__a, __b) = (#v.column(__i).into_owned(), #v.column(__j).into_owned());
            #v.set_column(__i, &__b);
            #v.set_column(__j, &__a);
        } },
        (ArrangeWord::reverse, []) => quote_spanned! { span=> { #v = #v.iter().rev().#collect; } },
        (ArrangeWord::rotate_left, [k]) => quote_spanned! { span=> {
            let __k = #k;
            #v = #v[__k..].iter().chain(#v[..__k].iter()).#collect;
        } },
        (ArrangeWord::rotate_right, [k]) => quote_spanned! { span=> {
            let __k = #v.len() - #k;
            #v = #v[__k..].iter().chain(#v[..__k].iter()).#collect;
        } },
        (ArrangeWord::truncate, [k]) => quote_spanned! { span=> { #v = #v.iter().take(#k).#collect; } },
        (ArrangeWord::insert, [k, t]) => quote_spanned! { span=> {
            let __k = #k;
            #v = #v[..__k].iter().chain([#t]).chain(#v[__k..].iter()).#collect;
        } },
        (ArrangeWord::remove, [k]) => quote_spanned! { span=> {
            let __k = #k;
            let __taken = #v[__k];
            #v = #v[..__k].iter().chain(#v[__k + 1..].iter()).#collect;
            __taken
        } },
        (ArrangeWord::pop, []) => quote_spanned! { span=> {
            let __taken = #v.last();
            #v = #v.iter().take(#v.len() - 1).#collect;
            __taken
        } },
        (ArrangeWord::retain, [keeps]) => {
            quote_spanned! { span=> { let __keeps = #keeps; #v = #v.iter().filter(|__t| __keeps(*__t)).#collect; } }
        }
        (ArrangeWord::dedup, []) => distinct(v, &quote_spanned! { span=> |__t| __t }, span),
        (ArrangeWord::dedup_by_key, [key]) => distinct(v, &quote_spanned! { span=> #key }, span),
        (ArrangeWord::split_off, [k]) => quote_spanned! { span=> {
            let __k = #k;
            let __taken = #v[__k..].iter().#collect;
            #v = #v[..__k].iter().#collect;
            __taken
        } },
        (ArrangeWord::drain, [syn::Expr::Range(range)]) => drained(v, range, span),
        (ArrangeWord::resize, [n, t]) => quote_spanned! { span=> {
            let (__n, __t) = (#n, #t);
            #v = #v.iter().chain(std::iter::repeat(__t)).take(__n).#collect;
        } },
        (ArrangeWord::swap_remove, [k]) => quote_spanned! { span=> {
            let (__k, __last) = (#k, #v.len() - 1);
            let __taken = #v[__k];
            #v[__k] = #v[__last];
            #v = #v.iter().take(__last).#collect;
            __taken
        } },
        (ArrangeWord::clear, []) => quote_spanned! { span=> { #v = Vec::new(); } },
        (ArrangeWord::append, [more]) => {
            let more = target(more);
            quote_spanned! { span=> { #v.extend(#more.iter()); #more = Vec::new(); } }
        }
        (ArrangeWord::extend_from_slice, [more]) => quote_spanned! { span=> #v.extend((#more).iter()) },
        (ArrangeWord::clone_from, [other]) => quote_spanned! { span=> { #v = (#other).clone(); } },
        _ => return None,
    };
    syn::parse2(tokens).ok()
}

/// The items whose key is not that of the item before.
fn distinct(v: &syn::Expr, key: &proc_macro2::TokenStream, span: Span) -> proc_macro2::TokenStream {
    quote_spanned! { span=> {
        let (__all, __key) = (#v.clone(), #key);
        let __is_new = |__i: usize| __i == 0 || __key(__all[__i]) != __key(__all[__i - 1]);
        #v = (0..__all.len()).filter(|__i| __is_new(*__i)).map(|__i| __all[__i]).collect::<Vec<_>>();
    } }
}

/// What a range of a list holds, which is taken from it.
fn drained(v: &syn::Expr, range: &syn::ExprRange, span: Span) -> proc_macro2::TokenStream {
    let collect = quote_spanned! { span=> collect::<Vec<_>>() };
    let start = range.start.as_ref().map(|start| quote_spanned! { span=> #start });
    let end = range.end.as_ref().map(|end| match range.limits {
        syn::RangeLimits::HalfOpen(_) => quote_spanned! { span=> #end },
        syn::RangeLimits::Closed(_) => quote_spanned! { span=> #end + 1 },
    });
    match (start, end) {
        (None, None) => quote_spanned! { span=> { let __taken = #v.clone(); #v = Vec::new(); __taken.into_iter() } },
        (None, Some(end)) => quote_spanned! { span=> {
            let __j = #end;
            let __taken = #v[..__j].iter().#collect;
            #v = #v[__j..].iter().#collect;
            __taken.into_iter()
        } },
        (Some(start), None) => quote_spanned! { span=> {
            let __i = #start;
            let __taken = #v[__i..].iter().#collect;
            #v = #v[..__i].iter().#collect;
            __taken.into_iter()
        } },
        (Some(start), Some(end)) => quote_spanned! { span=> {
            let (__i, __j) = (#start, #end);
            let __taken = #v[__i..__j].iter().#collect;
            #v = #v[..__i].iter().chain(#v[__j..].iter()).#collect;
            __taken.into_iter()
        } },
    }
}
