//! `VecDeque` as a list: `push_back` is `push`, `pop_front` takes the first item; and loops that empty a list.

use quote::{ToTokens, quote_spanned};

use super::Tracer;
use super::search::mentions;
use super::value::Value;
use super::words::QueueWord;

/// The method of a list that reads the same item.
pub(super) fn end_of_list(name: &str) -> Option<&'static str> {
    match QueueWord::named(name)? {
        QueueWord::front => Some("first"),
        QueueWord::back => Some("last"),
        QueueWord::push_back
        | QueueWord::push_front
        | QueueWord::pop_back
        | QueueWord::pop_front
        | QueueWord::front_mut
        | QueueWord::back_mut => None,
    }
}

impl Tracer<'_> {
    /// A method of a queue that was bound with `let mut`, as that of a list; `None` where it is none.
    pub(super) fn queue_method(&mut self, call: &syn::ExprMethodCall) -> Option<syn::Expr> {
        let word = QueueWord::named(&call.method.to_string())?;
        let place = self.root_place(&call.receiver)?.clone();
        let is_whole = matches!(strip(&call.receiver), syn::Expr::Path(_));
        let leaf = if is_whole { self.leaf(&place)? } else { self.quietly(|tracer| tracer.expression(&call.receiver))? };
        let is_list = matches!(&leaf, Value::Array(_) | Value::Stream(_) | Value::Growing(_) | Value::List(_))
            || matches!(&leaf, Value::Tensor(tensor) if !tensor.is_scalar())
            || matches!(&leaf, Value::State(_));
        if !is_list {
            return None;
        }
        let (span, v) = (call.method.span(), &call.receiver);
        let arguments: Vec<&syn::Expr> = call.args.iter().collect();
        let tokens = match (word, arguments.as_slice()) {
            (QueueWord::push_back, [t]) => quote_spanned! { span=> #v.push(#t) },
            (QueueWord::push_front, [t]) => quote_spanned! { span=> #v.insert(0, #t) },
            (QueueWord::pop_back, []) => quote_spanned! { span=> #v.pop() },
            (QueueWord::pop_front, []) => quote_spanned! { span=> {
                let __taken = #v.first();
                #v = #v.iter().skip(1).collect::<Vec<_>>();
                __taken
            } },
            (QueueWord::front, []) => quote_spanned! { span=> #v.first() },
            (QueueWord::back, []) => quote_spanned! { span=> #v.last() },
            (QueueWord::front_mut, []) => quote_spanned! { span=> #v.first_mut() },
            (QueueWord::back_mut, []) => quote_spanned! { span=> #v.last_mut() },
            _ => return None,
        };
        syn::parse2(tokens).ok()
    }

    /// `while let Some(t) = v.pop() { .. }` whose body does not name v: a `for` loop over its items, the last one first.
    pub(super) fn while_it_is_emptied(&mut self, repeated: &syn::ExprWhile) -> Option<Option<Value>> {
        let (pattern, call) = taken_of(repeated)?;
        let (span, v) = (repeated.while_token.span, &call.receiver);
        let items = match call.method.to_string().as_str() {
            "pop" | "pop_back" => quote_spanned! { span=> #v.iter().rev() },
            "pop_front" => quote_spanned! { span=> #v.iter() },
            _ => return None,
        };
        let place = self.root_place(v)?.clone();
        let name = v.to_token_stream().to_string();
        let body = &repeated.body;
        if mentions(&body.to_token_stream(), &name) || !self.cells.is_list(place.cell) {
            return None;
        }
        let changes = self.changed_in_block(body, &[pattern]);
        // Where the loop ends early, items are left that it does not say.
        let leaves = changes.may_break || mentions(&body.to_token_stream(), "return");
        let label = &repeated.label;
        let written: syn::Expr = syn::parse2(quote_spanned! { span=> #label for #pattern in #items #body }).ok()?;
        let value = self.expression(&written);
        let left = if leaves { Value::Last } else { Value::Array(Vec::new()) };
        self.store(&place, Some(left), span);
        Some(value)
    }
}

/// The pattern and the call of `while let Some(pattern) = v.method()`.
fn taken_of(repeated: &syn::ExprWhile) -> Option<(&syn::Pat, &syn::ExprMethodCall)> {
    let syn::Expr::Let(binding) = &*repeated.cond else { return None };
    let (syn::Pat::TupleStruct(some), syn::Expr::MethodCall(call)) = (&*binding.pat, &*binding.expr) else { return None };
    let is_some = some.path.segments.last().is_some_and(|segment| segment.ident == "Some");
    let is_name = matches!(&*call.receiver, syn::Expr::Path(path) if path.path.get_ident().is_some());
    let (1, true, true, true) = (some.elems.len(), is_some, is_name, call.args.is_empty()) else { return None };
    some.elems.first().map(|pattern| (pattern, call))
}

fn strip(expression: &syn::Expr) -> &syn::Expr {
    if let syn::Expr::Paren(inner) = expression { strip(&inner.expr) } else { expression }
}
