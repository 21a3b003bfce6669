//! A `Vec` of equally long rows that was bound with `let mut`, `vec![vec![0.0; n]; m]`: the columns of one matrix, as long
//! as all that follows names it by its rows and their entries.
//!
//! ```text
//! t[i][j]  =>  t[(j, i)]      t[i] = v  =>  t.column_mut(i) = v      t.len()  =>  t.ncols()
//! ```

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use super::Tracer;
use super::value::Value;
use super::words::{ArrangeWord, ChangeWord, GrowWord, PlaceWord};
use crate::model::Form;

/// Methods of a row that change it, and are no words of vectors.
const CHANGING: [&str; 2] = ["copy_from_slice", "clone_from_slice"];

impl Tracer<'_> {
    /// Binds such a list as a matrix; what follows, in which it is one. `None` where it is none.
    pub(super) fn nested_rows(&mut self, statement: &syn::Stmt, rest: &[syn::Stmt]) -> Option<Vec<syn::Stmt>> {
        let syn::Stmt::Local(syn::Local { pat, init: Some(init), .. }) = statement else { return None };
        let bound = mutable_name(pat).filter(|_| init.diverge.is_none())?;
        let (row, count) = repeated(&init.expr)?;
        let follows = Rows(&bound.ident.to_string()).in_statements(rest)?;
        let (entry, length) = repeated(&row)?;
        let known = self.quietly(|tracer| {
            let (entry, length) = (tracer.expression(&entry)?, tracer.size_expression(&length)?);
            let count = tracer.size_expression(&count)?;
            let Value::Tensor(entry) = entry else { return None };
            entry.is_scalar().then_some((entry, length, count))
        });
        let (entry, length, count) = known?;
        let matrix = self.fill(&entry, Form::Matrix, &length, &count);
        self.bind_pattern(&syn::Pat::Ident(bound.clone()), Some(Value::Tensor(matrix)));
        Some(follows)
    }
}

/// The name of `let mut name` and `let mut name: Vec<Vec<f64>>`.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
pub(super) fn mutable_name(pattern: &syn::Pat) -> Option<&syn::PatIdent> {
    match pattern {
        syn::Pat::Ident(name) if name.mutability.is_some() && name.subpat.is_none() => Some(name),
        syn::Pat::Type(typed) => mutable_name(&typed.pat),
        _ => None,
    }
}

/// Item and length of `vec![item; length]` and `[item; length]`.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn repeated(expression: &syn::Expr) -> Option<(syn::Expr, syn::Expr)> {
    match expression {
        syn::Expr::Repeat(repeat) => Some(((*repeat.expr).clone(), (*repeat.len).clone())),
        syn::Expr::Macro(call) if call.mac.path.is_ident("vec") => {
            let list = TokenTree::from(Group::new(Delimiter::Bracket, call.mac.tokens.clone()));
            let repeat = syn::parse2::<syn::ExprRepeat>(list.into()).ok()?;
            Some((*repeat.expr, *repeat.len))
        }
        _ => None,
    }
}

/// What is written of rows by the name of their list.
struct Rows<'n>(&'n str);

impl Rows<'_> {
    fn in_statements(&self, rest: &[syn::Stmt]) -> Option<Vec<syn::Stmt>> {
        let tokens: TokenStream = rest.iter().map(quote::ToTokens::to_token_stream).collect();
        let written = self.replaced(tokens)?;
        syn::parse2::<syn::Block>(quote! { { #written } }).ok().map(|block| block.stmts)
    }

    /// `None` where the list stands for itself.
    fn replaced(&self, tokens: TokenStream) -> Option<TokenStream> {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut written: Vec<TokenTree> = Vec::new();
        let mut k = 0;
        while let Some(token) = tokens.get(k) {
            match token {
                TokenTree::Ident(name) if name == self.0 && !is_member(&written) => {
                    let (taken, text) = self.of_list(name, &mut written, &tokens[k + 1..])?;
                    written.extend(text);
                    k += taken;
                }
                TokenTree::Group(group) => written.push(same_group(group, self.replaced(group.stream())?)),
                TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => written.push(token.clone()),
            }
            k += 1;
        }
        Some(written.into_iter().collect())
    }

    /// What stands for the list and the tokens behind it that belong to it, and how many these are.
    fn of_list(&self, name: &Ident, before: &mut Vec<TokenTree>, behind: &[TokenTree]) -> Option<(usize, TokenStream)> {
        let span = name.span();
        match behind {
            [TokenTree::Group(row), TokenTree::Group(entry), ..] if is_index(row) && is_index(entry) => {
                let (row, entry) = (self.replaced(row.stream())?, self.replaced(entry.stream())?);
                Some((2, quote_spanned! { span=> #name[(#entry, #row)] }))
            }
            [TokenTree::Group(row), rest @ ..] if is_index(row) => {
                let row = self.replaced(row.stream())?;
                if is_changed(before, rest)? {
                    Some((1, quote_spanned! { span=> #name.column_mut(#row) }))
                } else {
                    Some((1, quote_spanned! { span=> #name.column(#row) }))
                }
            }
            [TokenTree::Punct(dot), TokenTree::Ident(method), TokenTree::Group(none), ..]
                if dot.as_char() == '.' && none.stream().is_empty() =>
            {
                let method = match method.to_string().as_str() {
                    "len" => quote!(ncols),
                    "iter" => quote!(column_iter),
                    "iter_mut" => quote!(column_iter_mut),
                    _ => return None,
                };
                Some((3, quote_spanned! { span=> #name.#method() }))
            }
            // `for row in &t {`
            [TokenTree::Group(body), ..] if body.delimiter() == Delimiter::Brace => {
                let is_mutable = matches!(before.last(), Some(TokenTree::Ident(word)) if word == "mut");
                before.truncate(before.len() - usize::from(is_mutable));
                let is_borrowed = matches!(before.last(), Some(TokenTree::Punct(and)) if and.as_char() == '&');
                before.truncate(before.len() - usize::from(is_borrowed));
                if !matches!(before.last(), Some(TokenTree::Ident(word)) if word == "in") {
                    return None;
                }
                let method = if is_mutable { quote!(column_iter_mut) } else { quote!(column_iter) };
                Some((0, quote_spanned! { span=> #name.#method() }))
            }
            _ => None,
        }
    }
}

fn same_group(group: &Group, stream: TokenStream) -> TokenTree {
    let mut inner = Group::new(group.delimiter(), stream);
    inner.set_span(group.span());
    inner.into()
}

/// `[i]`, and no range of rows.
fn is_index(group: &Group) -> bool {
    group.delimiter() == Delimiter::Bracket && !group.stream().is_empty() && !group.stream().to_string().contains("..")
}

/// Whether the name that follows is one of a field or method.
fn is_member(before: &[TokenTree]) -> bool {
    let is_dot = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(dot)) if dot.as_char() == '.');
    // `0..t.len()` is a range.
    is_dot(before.last()) && !is_dot(before.len().checked_sub(2).and_then(|k| before.get(k)))
}

/// Whether a row is changed where it stands; `None` where its length is.
fn is_changed(before: &mut Vec<TokenTree>, behind: &[TokenTree]) -> Option<bool> {
    if let [.., TokenTree::Punct(and), TokenTree::Ident(word)] = before.as_slice()
        && and.as_char() == '&'
        && word == "mut"
    {
        before.truncate(before.len() - 2);
        return Some(true);
    }
    Some(match behind {
        [TokenTree::Punct(dot), TokenTree::Ident(method), ..] if dot.as_char() == '.' => {
            let method = method.to_string();
            if GrowWord::named(&method).is_some() || ArrangeWord::named(&method).is_some() {
                return None;
            }
            let changes = ChangeWord::named(&method).is_some() || PlaceWord::named(&method).is_some();
            changes || CHANGING.contains(&method.as_str())
        }
        [TokenTree::Punct(equals), TokenTree::Punct(second), ..] if equals.as_char() == '=' => second.as_char() != '=',
        [TokenTree::Punct(equals), ..] => equals.as_char() == '=',
        _ => false,
    })
}
