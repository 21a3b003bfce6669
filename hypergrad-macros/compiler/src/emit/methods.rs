//! Proofs that the item of one of the module's types that was read is the one that rustc finds.
//!
//! rustc looks for a method at the receiver's type, then at a reference to it, then behind it; at each
//! step inherent methods come before those of traits in scope. A trait could therefore come before a
//! method that takes `&self` where the receiver is a value, and before one that takes `self` where it
//! is a reference. A trait of our own with a method of that name is put there: were there another, the
//! call would be ambiguous, which is an error.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

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
    let mut proofs = TokenStream::new();
    if claim.is_method_call {
        let ty = quote! { #owner #lifetimes };
        proofs.extend(not_before(name, &ty, claim.receiver));
        // What takes `&self` would come before `&mut self` too.
        if claim.receiver == Some(Receiver::Mutable) {
            proofs.extend(not_before(name, &ty, Some(Receiver::Value)));
        }
    }
    if claim.of_trait {
        let ty = if *owner == "f64" || *owner == "f32" {
            quote! { #owner }
        } else {
            quote! { super::#owner #lifetimes }
        };
        proofs.extend(not_inherent(claim, &ty));
    }
    proofs
}

/// No other trait in scope comes before the method.
fn not_before(name: &Ident, ty: &TokenStream, receiver: Option<Receiver>) -> TokenStream {
    let (nearest, next) = match receiver {
        Some(Receiver::Value) => (quote! { &#ty }, quote! { &&#ty }),
        Some(Receiver::Reference | Receiver::Mutable) => (quote! { #ty }, quote! { &&#ty }),
        None => (quote! { #ty }, quote! { &#ty }),
    };
    let call = quote_spanned! { name.span()=> |receiver| receiver.#name() };
    quote! {
        #[allow(dead_code, nonstandard_style, clippy::all, clippy::pedantic)]
        const _: () = {
            struct Found;
            trait OfTheModule: Sized { fn #name(self) -> Found { Found } }
            impl OfTheModule for #nearest {}
            impl OfTheModule for #next {}
            const _: fn(#nearest) -> Found = #call;
            const _: fn(#next) -> Found = #call;
        };
    }
}

/// No inherent item, which some other block would have, hides the one of a trait: a trait of ours is
/// found where the module's own traits are not in scope.
fn not_inherent(claim: &AssociatedClaim, ty: &TokenStream) -> TokenStream {
    let name = &claim.name;
    let (declared, used) = match (claim.is_constant, claim.receiver) {
        (true, _) => (quote! { const #name: Found = Found; }, quote! { const _: fn() -> Found = || <#ty>::#name; }),
        (false, None) => (quote! { fn #name() -> Found { Found } }, quote! { const _: fn() -> Found = <#ty>::#name; }),
        (false, Some(Receiver::Value)) => {
            (quote! { fn #name(self) -> Found { Found } }, quote! { const _: fn(#ty) -> Found = |it| it.#name(); })
        }
        (false, Some(Receiver::Mutable)) => {
            (quote! { fn #name(&mut self) -> Found { Found } }, quote! { const _: fn(&mut #ty) -> Found = |it| it.#name(); })
        }
        (false, Some(Receiver::Reference)) => {
            (quote! { fn #name(&self) -> Found { Found } }, quote! { const _: fn(&#ty) -> Found = |it| it.#name(); })
        }
    };
    quote! {
        #[allow(dead_code, nonstandard_style, clippy::all, clippy::pedantic)]
        const _: () = {
            // Traits of the prelude, such as `Default`, are not in scope either.
            #[no_implicit_prelude]
            mod proof {
                struct Found;
                trait OfTheModule: ::core::marker::Sized { #declared }
                impl OfTheModule for #ty {}
                #used
            }
        };
    }
}
