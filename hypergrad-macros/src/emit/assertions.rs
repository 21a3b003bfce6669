//! Items that make rustc prove that an outside name is the one that was read: emitted inside a
//! hidden module of the user's module, where `super::` is the user's scope.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Scalar;
use crate::model::trace::{Outside, OutsideKind};

/// The proof that an outside function is the known one: two function items of one type parameter
/// are the same item.
pub fn outside(outside: &Outside, scalar: Scalar) -> Option<TokenStream> {
    let path: syn::Path = syn::parse_str(&outside.path).ok()?;
    let scalar = match scalar {
        Scalar::F64 => quote!(f64),
        Scalar::F32 => quote!(f32),
    };
    let written = relative(&path);
    match outside.kind {
        // Generic over the storage of its argument: named, and applied to a vector.
        OutsideKind::Math(name @ "log_sum_exp") => {
            let name = syn::Ident::new(name, proc_macro2::Span::call_site());
            Some(quote! {
                const _: () = {
                    fn same<F>(_: F, _: F) {}
                    fn proof() {
                        same(#written::<#scalar, _, _, _>, __hypergrad::math::#name::<
                            #scalar,
                            __hypergrad::nalgebra::Const<1>,
                            __hypergrad::nalgebra::Const<1>,
                            __hypergrad::nalgebra::ArrayStorage<#scalar, 1, 1>,
                        >);
                    }
                };
            })
        }
        OutsideKind::Math(name) => {
            let name = syn::Ident::new(name, proc_macro2::Span::call_site());
            Some(quote! {
                const _: () = {
                    fn same<F>(_: F, _: F) {}
                    fn proof() {
                        same(#written::<#scalar>, __hypergrad::math::#name::<#scalar>);
                    }
                };
            })
        }
    }
}

/// A path of the user's module as seen from a module inside it.
fn relative(path: &syn::Path) -> TokenStream {
    let first = path.segments.first().map(|s| s.ident.to_string()).unwrap_or_default();
    let rest = path.segments.iter().skip(1);
    match first.as_str() {
        _ if path.leading_colon.is_some() => quote!(#path),
        "crate" => quote!(#path),
        "self" => quote!(super #(:: #rest)*),
        // A crate's name is a path only where no import hides it; `super::` finds imports and not crates.
        "std" | "core" | "hypergrad" => quote!(#path),
        _ => quote!(super::#path),
    }
}
