//! Iterators that are read on, where what is left is known: `it.by_ref().take(2).sum()`, and `peek` in a loop over what is
//! left.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};

use super::Tracer;
use super::arrange::plain;
use super::search::mentions;
use super::value::Value;
use super::words::Words;

/// Adapters that read an item for each of theirs.
const EACH: Words = Words("map copied cloned enumerate inspect filter");

/// What reads an iterator to its end.
const TO_THE_END: Words = Words("sum product count fold for_each collect last max min");

/// What is read by reference: `base.by_ref()` and the methods behind it, the first one first.
struct Borrowed<'e> {
    base: &'e syn::Expr,
    methods: Vec<&'e syn::ExprMethodCall>,
}

impl<'e> Borrowed<'e> {
    fn of(expression: &'e syn::Expr) -> Option<Self> {
        let mut methods = Vec::new();
        let mut behind = expression;
        loop {
            let syn::Expr::MethodCall(call) = behind else { return None };
            if call.method == "by_ref" {
                methods.reverse();
                return Some(Self { base: &call.receiver, methods });
            }
            methods.push(call);
            behind = &call.receiver;
        }
    }

    /// Whether the last method reads to the end, and those before it an item for each of theirs.
    fn is_read_to_the_end(&self) -> bool {
        let Some((last, inner)) = self.methods.split_last() else { return false };
        TO_THE_END.contains(&last.method.to_string()) && each(inner)
    }

    /// The same of a copy of the iterator, and what is left of it.
    fn written(&self) -> (syn::Expr, TokenStream) {
        let base = self.base;
        let span = syn::spanned::Spanned::span(base);
        let first = self.methods.first();
        let count = match first {
            Some(first) if first.method == "take" => first.args.first(),
            _ => None,
        };
        let left = match count {
            Some(count) => quote_spanned! { span=> #base = #base.clone().skip(#count); },
            None => quote_spanned! { span=> #base = #base.clone().take(0); },
        };
        let mut read: syn::Expr = syn::parse_quote_spanned! { span=> #base.clone() };
        for method in &self.methods {
            read = syn::Expr::MethodCall(syn::ExprMethodCall { receiver: Box::new(read), ..(*method).clone() });
        }
        (read, left)
    }
}

impl Tracer<'_> {
    /// What is read of an iterator that has a name, which goes on behind it; `None` where nothing is.
    pub(super) fn read_by_reference(&mut self, call: &syn::ExprMethodCall) -> Option<Option<Value>> {
        let whole = syn::Expr::MethodCall(call.clone());
        let borrowed = Borrowed::of(&whole).filter(|borrowed| self.is_iterator(borrowed.base))?;
        if !borrowed.is_read_to_the_end() {
            self.refuse_moving(&plain(call));
            return Some(None);
        }
        let (read, left) = borrowed.written();
        let span = call.method.span();
        let written = syn::parse2(quote_spanned! { span=> { let __read = #read; #left __read } }).ok()?;
        Some(self.expression(&written))
    }

    /// A loop over what is read so.
    pub(super) fn loop_by_reference(&mut self, repeated: &syn::ExprForLoop) -> Option<Option<Value>> {
        let borrowed = Borrowed::of(&repeated.expr).filter(|borrowed| self.is_iterator(borrowed.base))?;
        let leaves = self.changed_in_block(&repeated.body, &[&repeated.pat]).may_break
            || mentions(&repeated.body.to_token_stream(), "return");
        if leaves || !each(&borrowed.methods) {
            return None;
        }
        let (read, left) = borrowed.written();
        let (pattern, body) = (&repeated.pat, &repeated.body);
        let span = repeated.for_token.span;
        let written = syn::parse2(quote_spanned! { span=> { for #pattern in #read #body #left } }).ok()?;
        Some(self.expression(&written))
    }

    fn is_iterator(&mut self, base: &syn::Expr) -> bool {
        let Some(place) = self.root_place(base).cloned() else { return false };
        let is_whole = place.steps.is_empty() && place.part.is_none() && matches!(base, syn::Expr::Path(_));
        is_whole && matches!(self.leaf(&place), Some(Value::Stream(_) | Value::Range(_)))
    }
}

/// Whether a method reads its iterator to the end, where what is made of it is, or is not.
pub(super) fn reads_all(call: &syn::ExprMethodCall, is_read_to_the_end: bool) -> bool {
    const ALL: Words = Words("sum product fold for_each collect");
    let is_chain = matches!(&*call.receiver, syn::Expr::MethodCall(_));
    let name = call.method.to_string();
    is_chain && (ALL.contains(&name) || is_read_to_the_end && EACH.contains(&name))
}

fn each(methods: &[&syn::ExprMethodCall]) -> bool {
    let is_each = |(k, call): (usize, &&syn::ExprMethodCall)| {
        let name = call.method.to_string();
        EACH.contains(&name) || k == 0 && name == "take"
    };
    methods.iter().enumerate().all(is_each)
}

/// A body in which an iterator is named as `it.peek()` alone, with the item behind that of the step in place of it.
pub(super) fn peeked(body: &TokenStream, name: &str) -> Option<TokenStream> {
    let replaced = without_peeks(body.clone(), name);
    (!mentions(&replaced, name)).then_some(replaced)
}

fn without_peeks(tokens: TokenStream, name: &str) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut written = TokenStream::new();
    let mut k = 0;
    while let Some(token) = tokens.get(k) {
        let is_peek = matches!(tokens.get(k..k + 4), Some([TokenTree::Ident(it), TokenTree::Punct(dot), TokenTree::Ident(peek), TokenTree::Group(none)])
            if it == name && dot.as_char() == '.' && peek == "peek" && none.stream().is_empty());
        if is_peek {
            written.extend(quote_spanned! { token.span()=> __ahead.clone().nth(__at + 1) });
            k += 4;
            continue;
        }
        written.extend([match token {
            TokenTree::Group(group) => {
                let mut inner = proc_macro2::Group::new(group.delimiter(), without_peeks(group.stream(), name));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            other @ (TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_)) => other.clone(),
        }]);
        k += 1;
    }
    written
}
