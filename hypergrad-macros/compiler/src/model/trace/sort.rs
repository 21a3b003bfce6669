//! Lists in order: `v.sort_by(|a, b| a.total_cmp(b))`, and the places of largest and smallest entries.
//!
//! The rank of an item is how many come before it, `rᵢ = Σⱼ [vⱼ < vᵢ] + Σ_{j<i} [vⱼ = vᵢ]`, as in a sort that keeps equal
//! items in order. Item k of the list is the one of rank k: an index that a mask decides, as in [`super::search`]. Masks are
//! comparisons, whose derivative is 0: where the order jumps, derivatives do not see it. Where the comparisons are none
//! of an order (a number that is none among them), all items are NaN.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use super::Tracer;
use super::arrange::plain;
use super::call::{Call, Outcome};
use super::compose::made;
use super::search::End;
use super::stream::Stream;
use super::value::{Tensor, Value};
use super::words::{PlaceOfWord, SortWord, SortedWord};
use crate::ir::Affine;

/// The method that stands for [`Tracer::chosen`] in what is read anew.
pub(super) const CHOSEN: &str = "__chosen";

impl Tracer<'_> {
    /// A method that sorts what was bound with `let mut`; `None` where it is none.
    pub(super) fn sorting_method(&mut self, call: &syn::ExprMethodCall) -> Option<Option<Value>> {
        let word = SortWord::named(&call.method.to_string())?;
        let arguments: Vec<&syn::Expr> = call.args.iter().collect();
        if let Some((path, _)) = arguments.first().and_then(|key| reversed(key)) {
            self.outside(&path, "core::cmp::Reverse");
        }
        let before = before(word, &arguments, call.method.span())?;
        let list = listed(&call.receiver);
        self.root_place(list)?;
        let place = self.single_place(list)?;
        let leaf = self.leaf(&place)?;
        if self.is_of_another_trait(&plain(call), &leaf) {
            return None;
        }
        let sorted = sorted(list, &before, &self.scalar.to_string(), call.method.span());
        Some(self.expression(&syn::parse2(sorted).ok()?))
    }

    /// The index of the entry of a mask that is 1.
    pub(super) fn place_chosen(&mut self, mask: Tensor) -> Value {
        Value::Index(Affine::wire(self.chosen(mask)))
    }

    /// `partition_point`, `binary_search`: how many items come before, of a list that is in order.
    pub(super) fn place_in_order(
        &mut self,
        call: &Call<'_>,
        word: SortedWord,
        list: &Value,
        arguments: &[Value],
    ) -> Option<Option<Value>> {
        let ([given], span) = (arguments, call.site.span) else { return None };
        let is_number = matches!(list, Value::Tensor(tensor) if tensor.is_scalar());
        if is_number || self.stream_of(list.clone()).is_none() {
            return None;
        }
        let found = |before: TokenStream, equal: TokenStream| {
            quote_spanned! { span=> |__v| {
                let __k = __v.iter().filter(|__t| #before).count();
                if __k < __v.len() && { let __t = __v[__k]; #equal } { Ok(__k) } else { Err(__k) }
            } }
        };
        let place = match word {
            SortedWord::partition_point => quote_spanned! { span=> |__v| __v.iter().filter(|__t| __given(*__t)).count() },
            SortedWord::binary_search => {
                found(quote_spanned! { span=> *__t < __given }, quote_spanned! { span=> __t == __given })
            }
            SortedWord::binary_search_by => {
                found(quote_spanned! { span=> __given(*__t).is_lt() }, quote_spanned! { span=> __given(__t).is_eq() })
            }
        };
        Some(self.call_value(&made(place, Some(given.clone())), vec![list.clone()], span))
    }

    /// The place of a largest or smallest entry: of equal ones the first.
    pub(super) fn place_of_extreme(&mut self, call: &Call<'_>, t: &Tensor, arguments: &[Value]) -> Outcome {
        let (Some(word), []) = (PlaceOfWord::named(call.name()), arguments) else { return Outcome::Unknown };
        let span = call.site.span;
        let is_absolute = matches!(word, PlaceOfWord::iamax | PlaceOfWord::iamin | PlaceOfWord::icamax);
        let is_largest = matches!(word, PlaceOfWord::imax | PlaceOfWord::iamax | PlaceOfWord::icamax | PlaceOfWord::argmax);
        let key = if is_absolute {
            quote_spanned! { span=> |t| t.abs() }
        } else {
            quote_spanned! { span=> |t| t }
        };
        let items = Stream::Enumerated(Box::new(Stream::entries(t.clone())));
        let key = made(quote_spanned! { span=> |t| __given(t.1) }, Some(Value::Callable(made(key, None))));
        let Some(found) = self.extreme_item(call, &items, &key, is_largest, End::Front) else { return Outcome::Known(None) };
        let Some(Value::Tuple(pair)) = found.payload().cloned() else { return Outcome::Known(None) };
        Outcome::Known(match word {
            PlaceOfWord::argmax | PlaceOfWord::argmin => Some(Value::Tuple(pair)),
            PlaceOfWord::imax | PlaceOfWord::imin | PlaceOfWord::iamax | PlaceOfWord::iamin | PlaceOfWord::icamax => {
                pair.into_iter().next()
            }
        })
    }
}

/// The list of `v.as_mut_slice()`.
fn listed(receiver: &syn::Expr) -> &syn::Expr {
    if let syn::Expr::MethodCall(slice) = receiver
        && slice.method == "as_mut_slice"
        && slice.args.is_empty()
    {
        return &slice.receiver;
    }
    receiver
}

/// Whether `__a`, which is before `__b` in the list exactly where `__is_first`, comes before it in order.
fn before(word: SortWord, arguments: &[&syn::Expr], span: Span) -> Option<TokenStream> {
    Some(match (word, arguments) {
        (SortWord::sort | SortWord::sort_unstable, []) => quote_spanned! { span=> __a < __b || __is_first && __a == __b },
        (SortWord::sort_by | SortWord::sort_unstable_by, [compare]) => quote_spanned! { span=> {
            let __order = (#compare)(&__a, &__b);
            __order.is_lt() || __is_first && __order.is_eq()
        } },
        (SortWord::sort_by_key | SortWord::sort_unstable_by_key | SortWord::sort_by_cached_key, [key]) => {
            let (key, is_reversed) = reversed(key).map_or_else(|| ((*key).clone(), false), |(_, key)| (key, true));
            let smaller = if is_reversed {
                quote_spanned! { span=> __b < __a }
            } else {
                quote_spanned! { span=> __a < __b }
            };
            quote_spanned! { span=> {
                let __key = #key;
                let (__a, __b) = (__key(&__a), __key(&__b));
                #smaller || __is_first && __a == __b
            } }
        }
        _ => return None,
    })
}

/// `Reverse`, and the key, of `|t| Reverse(key)`.
fn reversed(key: &syn::Expr) -> Option<(syn::Path, syn::Expr)> {
    let syn::Expr::Closure(closure) = key else { return None };
    let mut body = &*closure.body;
    if let syn::Expr::Block(block) = body
        && let [syn::Stmt::Expr(inner, None)] = block.block.stmts.as_slice()
    {
        body = inner;
    }
    let syn::Expr::Call(call) = body else { return None };
    let (syn::Expr::Path(path), Some(inner)) = (&*call.func, call.args.first()) else { return None };
    path.path.segments.last().is_some_and(|name| name.ident == "Reverse").then(|| {
        let key = syn::ExprClosure { body: Box::new(inner.clone()), ..closure.clone() };
        (path.path.clone(), syn::Expr::Closure(key))
    })
}

/// The assignment that says the same.
fn sorted(v: &syn::Expr, before: &TokenStream, scalar: &str, span: Span) -> TokenStream {
    let scalar = syn::Ident::new(scalar, span);
    quote_spanned! { span=> {
        let __items = #v.iter().cloned().collect::<Vec<_>>();
        let __n = __items.len();
        let __ranks = (0..__n).map(|__i| (0..__n).map(|__j| {
            let (__a, __b, __is_first) = (__items[__j], __items[__i], __j < __i);
            if #before { 1.0 } else { 0.0 }
        }).sum::<#scalar>()).collect::<Vec<_>>();
        let __once = |__k| (0..__n).map(|__i| if __ranks[__i] == __k as #scalar { 1.0 } else { 0.0 }).sum::<#scalar>() == 1.0;
        let __is_order = if (0..__n).all(|__k| __once(__k)) { 1.0 } else { 0.0 };
        #v = (0..__n).map(|__k| {
            let __mask = (0..__n).map(|__i| (if __ranks[__i] == __k as #scalar { 1.0 } else { 0.0 }) / __is_order);
            __items[__mask.collect::<Vec<_>>().__chosen()]
        }).collect::<Vec<_>>();
    } }
}
