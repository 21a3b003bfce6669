//! Proofs that the item of one of the module's types that was read is the one that rustc finds.
//!
//! rustc looks for a method at the receiver's type, then at a reference to it, then behind it; at each
//! step inherent methods come before those of traits in scope. A trait could therefore come before a
//! method that takes `&self` where the receiver is a value, and before one that takes `self` where it
//! is a reference. A trait of our own with a method of that name is put there: were there another, the
//! call would be ambiguous, which is an error.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};

use crate::model::AssociatedClaim;
use crate::syntax::Receiver;

/// What makes rustc prove it.
pub fn proofs(claim: &AssociatedClaim) -> TokenStream {
    let (owner, name) = (&claim.owner, &claim.name);
    let elided = std::iter::repeat_n(quote! { '_ }, claim.lifetimes);
    let lifetimes = if claim.lifetimes == 0 {
        TokenStream::new()
    } else {
        quote! { <#(#elided),*> }
    };
    let (of_block, of_type) = match &claim.parameters {
        Some(parameters) => (Some(&parameters.generics), parameters.arguments.to_token_stream()),
        None => (None, lifetimes),
    };
    let mut proofs = TokenStream::new();
    if claim.is_method_call {
        let ty = quote! { #owner #of_type };
        proofs.extend(not_before(name, of_block, &ty, claim.receiver));
        // What takes `&self` would come before `&mut self` too.
        if claim.receiver == Some(Receiver::Mutable) {
            proofs.extend(not_before(name, of_block, &ty, Some(Receiver::Value)));
        }
    }
    if claim.of_trait {
        let ty = if *owner == "f64" || *owner == "f32" {
            quote! { #owner }
        } else {
            quote! { super::#owner #of_type }
        };
        proofs.extend(not_inherent(claim, &ty));
    }
    proofs
}

/// No other trait in scope comes before the method.
fn not_before(name: &Ident, generics: Option<&syn::Generics>, ty: &TokenStream, receiver: Option<Receiver>) -> TokenStream {
    let (nearest, next) = match receiver {
        Some(Receiver::Value) => (quote! { &#ty }, quote! { &&#ty }),
        Some(Receiver::Reference | Receiver::Mutable) => (quote! { #ty }, quote! { &&#ty }),
        None => (quote! { #ty }, quote! { &#ty }),
    };
    let (declared, clause) = declared(generics);
    let proofs = match generics {
        None => {
            let call = quote_spanned! { name.span()=> |receiver| receiver.#name() };
            quote! {
                const _: fn(#nearest) -> Found = #call;
                const _: fn(#next) -> Found = #call;
            }
        }
        Some(_) => {
            let it = Ident::new("receiver", name.span());
            let call = quote_spanned! { name.span()=> #it.#name() };
            quote! {
                fn nearest #declared (#it: #nearest) -> Found #clause { #call }
                fn next #declared (#it: #next) -> Found #clause { #call }
            }
        }
    };
    quote! {
        #[allow(dead_code, nonstandard_style, clippy::all, clippy::pedantic)]
        const _: () = {
            struct Found;
            trait OfTheModule: Sized { fn #name(self) -> Found { Found } }
            impl #declared OfTheModule for #nearest #clause {}
            impl #declared OfTheModule for #next #clause {}
            #proofs
        };
    }
}

/// What stands behind `impl` and behind its type.
fn declared(generics: Option<&syn::Generics>) -> (TokenStream, TokenStream) {
    let Some(generics) = generics else { return (TokenStream::new(), TokenStream::new()) };
    let (declared, _, clause) = generics.split_for_impl();
    (declared.to_token_stream(), clause.to_token_stream())
}

/// No inherent item, which some other block would have, hides the one of a trait: a trait of ours is
/// found where the module's own traits are not in scope.
fn not_inherent(claim: &AssociatedClaim, ty: &TokenStream) -> TokenStream {
    let name = &claim.name;
    let (generics, clause) = declared(claim.parameters.as_ref().map(|parameters| &parameters.outside));
    let takes = match claim.receiver {
        None => TokenStream::new(),
        Some(Receiver::Value) => quote! { #ty },
        Some(Receiver::Mutable) => quote! { &mut #ty },
        Some(Receiver::Reference) => quote! { &#ty },
    };
    let item = match (claim.is_constant, claim.receiver) {
        (true, _) => quote! { const #name: Found = Found; },
        (false, None) => quote! { fn #name() -> Found { Found } },
        (false, Some(Receiver::Value)) => quote! { fn #name(self) -> Found { Found } },
        (false, Some(Receiver::Mutable)) => quote! { fn #name(&mut self) -> Found { Found } },
        (false, Some(Receiver::Reference)) => quote! { fn #name(&self) -> Found { Found } },
    };
    let used = match (claim.is_constant, claim.receiver, &claim.parameters) {
        (true, _, _) => quote! { const _: fn() -> Found = || <#ty>::#name; },
        (false, None, None) => quote! { const _: fn() -> Found = <#ty>::#name; },
        (false, Some(_), None) => quote! { const _: fn(#takes) -> Found = |it| it.#name(); },
        (false, None, Some(_)) => quote! { fn used #generics () -> Found #clause { <#ty>::#name() } },
        (false, Some(_), Some(_)) => quote! { fn used #generics (it: #takes) -> Found #clause { it.#name() } },
    };
    quote! {
        #[allow(dead_code, nonstandard_style, clippy::all, clippy::pedantic)]
        const _: () = {
            // Traits of the prelude, such as `Default`, are not in scope either.
            #[no_implicit_prelude]
            mod proof {
                struct Found;
                trait OfTheModule: ::core::marker::Sized { #item }
                impl #generics OfTheModule for #ty #clause {}
                #used
            }
        };
    }
}
