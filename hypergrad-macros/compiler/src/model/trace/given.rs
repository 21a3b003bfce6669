//! `let root = loop { ..; if k == n { break t; } };`: what the `break` gives is assigned to a name, and the loop is left.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote_spanned};

use super::Tracer;
use super::value::Value;

/// What the loop gives.
const GIVEN: &str = "__given";

impl Tracer<'_> {
    pub(super) fn loop_expression(&mut self, repeated: &syn::ExprLoop) -> Option<Value> {
        let mut given = Vec::new();
        let body = assigned(repeated.body.to_token_stream(), &mut given);
        let (Some(first), None, Ok(body)) = (given.into_iter().next(), &repeated.label, syn::parse2::<syn::Block>(body)) else {
            return self.endless_loop(repeated);
        };
        let start = self.before_it_is_given(first);
        let Value::Reference(place) = self.new_cell("what this loop gives".to_owned(), Some(start)) else { return None };
        let outer = self.environment.clone();
        self.environment.bind(GIVEN.to_owned(), Some(Value::Reference(place.clone())));
        let done = self.endless_loop(&syn::ExprLoop { body, ..repeated.clone() });
        self.environment = outer;
        done?;
        self.load(&place, repeated.loop_token.span)
    }

    /// A value in the shape of what is given, which is 0 where only the loop knows it.
    fn before_it_is_given(&mut self, given: TokenStream) -> Value {
        let cells = self.cells.snapshot();
        let value = syn::parse2::<syn::Expr>(given).ok().and_then(|given| self.quietly(|tracer| tracer.expression(&given)));
        self.cells.restore(&cells);
        let zero = value.and_then(|value| self.zero_like(&value));
        zero.unwrap_or_else(|| Value::Tensor(self.number(0.0)))
    }
}

/// The body with `__given = t; break;` in place of `break t;`, and every such `t`. Loops inside have their own.
fn assigned(tokens: TokenStream, given: &mut Vec<TokenStream>) -> TokenStream {
    let mut tokens = tokens.into_iter().peekable();
    let mut all = TokenStream::new();
    let mut is_of_another = false;
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) => {
                let is_body = group.delimiter() == Delimiter::Brace;
                let inner = if is_of_another && is_body { group.stream() } else { assigned(group.stream(), given) };
                is_of_another &= !is_body;
                let mut renewed = Group::new(group.delimiter(), inner);
                renewed.set_span(group.span());
                all.extend([TokenTree::Group(renewed)]);
            }
            TokenTree::Ident(word) if word == "break" && tokens.peek().is_some_and(|next| !ends(next, &[';', ',', '\''])) => {
                let span = word.span();
                let mut value = TokenStream::new();
                while let Some(part) = tokens.next_if(|next| !ends(next, &[';', ','])) {
                    value.extend([part]);
                }
                let name = Ident::new(GIVEN, Span::call_site());
                let leaves = quote_spanned! { span=> #name = #value; #word; };
                let in_arm = tokens.next_if(|next| !ends(next, &[','])).is_none() && tokens.peek().is_some();
                all.extend(if in_arm {
                    quote_spanned! { span=> { #leaves } }
                } else {
                    leaves
                });
                given.push(value);
            }
            TokenTree::Ident(word) => {
                is_of_another |= word == "loop";
                all.extend([TokenTree::Ident(word)]);
            }
            other @ (TokenTree::Punct(_) | TokenTree::Literal(_)) => all.extend([other]),
        }
    }
    all
}

fn ends(token: &TokenTree, signs: &[char]) -> bool {
    matches!(token, TokenTree::Punct(sign) if signs.contains(&sign.as_char()))
}
