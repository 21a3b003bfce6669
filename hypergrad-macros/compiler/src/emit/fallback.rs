//! What is emitted where the module has mistakes: the module itself, every error, and a `Problem`
//! that stands for the missing one without any error of its own.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, TokenStream, TokenTree};
use quote::quote;

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::syntax::DERIVATIVE;

/// The item as it came, with the errors and what else is added to it.
pub fn module(item: TokenStream, diagnostics: Diagnostics, others: &TokenStream) -> TokenStream {
    if !is_module(&item) || defines_problem(&item) {
        let errors = diagnostics.into_errors();
        let errors = errors.iter().map(compile_error);
        return quote! { #item #(#errors)* };
    }
    let errors = additions(diagnostics);
    append(item, quote! { #errors #others })
}

/// The errors, and the type that stands for the missing one.
pub fn additions(diagnostics: Diagnostics) -> TokenStream {
    let errors = diagnostics.into_errors();
    let Some((first, rest)) = errors.split_first() else { return TokenStream::new() };
    let rest = rest.iter().map(compile_error);
    let problem = problem(first);
    quote! { #problem #(#rest)* }
}

/// Adds items at the end of an inline module, whose own tokens stay as they are.
pub fn append(item: TokenStream, additions: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    match tokens.pop() {
        Some(TokenTree::Group(body)) if body.delimiter() == Delimiter::Brace => {
            let mut inside = without_declarations(body.stream());
            inside.extend(additions);
            let mut extended = Group::new(Delimiter::Brace, inside);
            extended.set_span(body.span());
            tokens.push(TokenTree::Group(extended));
            tokens.into_iter().collect()
        }
        last => tokens.into_iter().chain(last).chain(additions).collect(),
    }
}

/// The module's own tokens without `#[derivative(..)]`, which means something here alone.
fn without_declarations(body: TokenStream) -> TokenStream {
    let is_declaration = |tree: &TokenTree| {
        if let TokenTree::Group(group) = tree
            && group.delimiter() == Delimiter::Bracket
        {
            matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(name)) if name == DERIVATIVE)
        } else {
            false
        }
    };
    let mut kept: Vec<TokenTree> = Vec::new();
    for tree in body {
        let hash = matches!(kept.last(), Some(TokenTree::Punct(mark)) if mark.as_char() == '#');
        if hash && is_declaration(&tree) {
            kept.pop();
        } else {
            kept.push(tree);
        }
    }
    kept.into_iter().collect()
}

/// A type whose length is the error: rustc takes it for erroneous and is silent about whatever is
/// done with it, so that no call of the missing methods adds an error of its own.
fn problem(error: &Diagnostic) -> TokenStream {
    let error = compile_error(error);
    quote! {
        #[doc(hidden)]
        pub type Problem<D = ()> = [D; #error];
    }
}

/// `::core::compile_error! { "text" }`, underlining from the first span to the last.
pub fn compile_error(error: &Diagnostic) -> TokenStream {
    let (start, end) = (error.span, error.end);
    let punct = |character, spacing| {
        let mut punct = Punct::new(character, spacing);
        punct.set_span(start);
        TokenTree::Punct(punct)
    };
    let ident = |name| TokenTree::Ident(Ident::new(name, start));
    let mut text = Literal::string(&error.text());
    text.set_span(end);
    let mut body = Group::new(Delimiter::Brace, TokenTree::Literal(text).into());
    body.set_span(end);
    let double_colon = || [punct(':', Spacing::Joint), punct(':', Spacing::Alone)];
    let path = double_colon()
        .into_iter()
        .chain([ident("core")])
        .chain(double_colon())
        .chain([ident("compile_error"), punct('!', Spacing::Alone)]);
    path.chain([TokenTree::Group(body)]).collect()
}

/// Whether the item is a module with a body: `.. mod name { .. }`.
fn is_module(item: &TokenStream) -> bool {
    let tokens: Vec<TokenTree> = item.clone().into_iter().collect();
    match tokens.as_slice() {
        [.., TokenTree::Ident(keyword), TokenTree::Ident(_), TokenTree::Group(body)] => {
            keyword == "mod" && body.delimiter() == Delimiter::Brace
        }
        _ => false,
    }
}

/// Whether the user has a type of this name: ours would be an error of its own.
fn defines_problem(item: &TokenStream) -> bool {
    match syn::parse2::<syn::ItemMod>(item.clone()) {
        Ok(syn::ItemMod { content: Some((_, items)), .. }) => crate::syntax::user_problem(&items).is_some(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proc_macro2::Span;

    fn emitted(item: &str, errors: &[&str]) -> String {
        let mut diagnostics = Diagnostics::default();
        for error in errors {
            diagnostics.error(Span::call_site(), error);
        }
        module(item.parse().unwrap(), diagnostics, &TokenStream::new()).to_string()
    }

    #[test]
    fn errors_stand_inside_the_module() {
        let text = emitted("pub mod m { fn f() {} }", &["one", "two"]);
        let file: syn::File = syn::parse_str(&text).unwrap();
        let [syn::Item::Mod(module)] = file.items.as_slice() else { panic!("{text}") };
        let (_, items) = module.content.as_ref().unwrap();
        assert_eq!(items.len(), 3);
        assert!(matches!(items[1], syn::Item::Type(_)));
    }

    #[test]
    fn other_items_stay_as_they_are() {
        for item in ["fn f() {}", "mod x;", "struct S;", "mod m { struct Problem; }", "mod m { use a::Problem; }", ""] {
            let text = emitted(item, &["one"]);
            assert!(!text.contains("type Problem"), "{text}");
            assert!(text.contains("compile_error"), "{text}");
        }
    }
}
