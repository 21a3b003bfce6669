//! Items that make rustc prove that what the front end recognised by the last segment of a path is
//! what it was taken for. They stand in the user's module itself, where its paths mean what they
//! mean in its functions, and add no name to it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::methods;
use super::types::spelled;
use crate::model::{Claim, Seen, Taken};
use crate::syntax::{Leaf, Member, Storage, Type};

/// The proofs of all claims; `crate_path` is where hypergrad is: `::hypergrad`.
pub fn proofs(claims: &[Claim], crate_path: &TokenStream) -> Vec<TokenStream> {
    claims.iter().filter_map(|claim| proof(claim, crate_path)).collect()
}

fn proof(claim: &Claim, crate_path: &TokenStream) -> Option<TokenStream> {
    match claim {
        Claim::Type { written, meant } => type_is(written, meant, crate_path),
        Claim::Field { structure, path, written, meant } => field_is(structure, path, written, meant, crate_path),
        Claim::Option => Some(quote! {
            const _: [::core::option::Option<()>; 2] = [Some(()), None];
        }),
        Claim::Result => Some(quote! {
            const _: [::core::result::Result<(), ()>; 2] = [Ok(()), Err(())];
        }),
        Claim::Associated(claim) => Some(methods::proofs(claim)),
        Claim::Item { written, meant, span } => Some(same_item(&seen(written), meant, *span, crate_path)),
        Claim::Method { name, of, taken, inside } => no_other_method(name, of, *taken, inside, crate_path),
    }
}

fn type_is(written: &syn::Type, resolved: &Type, crate_path: &TokenStream) -> Option<TokenStream> {
    let mut meant = spelled(resolved, crate_path)?;
    if let Type::List { .. } = resolved {
        // The claim stands in the module itself.
        meant = meant.to_string().replace("super :: ", "").parse().ok()?;
    }
    // The error, should there be one, points at the user's type.
    let span = written.span().resolved_at(Span::mixed_site());
    let proof = quote_spanned! { span=> meant };
    let item = quote! { const _: fn() = || #crate_path::__private::#proof::<#written, #meant>(); };
    let sparse = matches!(resolved, Type::Csr { .. });
    Some(if sparse { quote!(#crate_path::__private::with_sparse! { #item }) } else { item })
}

fn field_is(
    structure: &str,
    path: &[Member],
    written: &syn::Type,
    resolved: &Type,
    crate_path: &TokenStream,
) -> Option<TokenStream> {
    let meant = spelled(resolved, crate_path)?;
    let structure = syn::parse_str::<syn::Path>(structure).ok()?;
    // The error, should there be one, points at the field's type.
    let span = written.span().resolved_at(Span::mixed_site());
    // A field that borrows is a reference already.
    let borrow = if let syn::Type::Reference(_) = written {
        TokenStream::new()
    } else {
        quote_spanned! { span=> & }
    };
    let proof = quote_spanned! { span=> |data| #crate_path::__private::meant_field::<_, #meant>(#borrow data.#(#path).*) };
    Some(quote! { const _: fn(&#structure) = #proof; })
}

/// Two glob imports of one name are an error only if they mean different items: nothing else
/// has to be known of the item, which may be a function, a constant, a trait or a type. The
/// error names what is ambiguous, so the name says what is wrong.
fn same_item(theirs: &TokenStream, meant: &syn::Path, span: Span, crate_path: &TokenStream) -> TokenStream {
    let is_core = meant.segments.first().is_some_and(|segment| segment.ident == "core");
    let root = if is_core { TokenStream::new() } else { crate_path.clone() };
    let owner = if is_core { "core" } else { "hypergrad" };
    let last = meant.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
    let item = Ident::new(&format!("not_the_{last}_of_{owner}"), span);
    quote_spanned! { span=>
        #[allow(unused_imports, nonstandard_style, clippy::all, clippy::pedantic)]
        const _: () = {
            mod written { pub(super) use #theirs as #item; }
            mod meant { pub(super) use #root::#meant as #item; }
            use written::*;
            use meant::*;
            use #item as proven;
        };
    }
}

/// A trait with a method of this name for this type, called where another trait's would be taken: two of
/// them are an error. The error names both traits, so the name says what is wrong.
fn no_other_method(name: &Ident, of: &Type, taken: Taken, inside: &[Leaf], crate_path: &TokenStream) -> Option<TokenStream> {
    let ty = match of {
        Type::List { item, storage: Storage::Slice } => {
            let item = spelled(item, crate_path)?;
            quote!([#item])
        }
        Type::Scalar(_)
        | Type::Count
        | Type::Integer(_)
        | Type::Bool
        | Type::Tensor { .. }
        | Type::List { .. }
        | Type::Csr { .. }
        | Type::Struct(_)
        | Type::Enum(_)
        | Type::Tuple(_) => spelled(of, crate_path)?,
    };
    let imports =
        inside.iter().map(|Leaf { path, is_glob, .. }| if *is_glob { quote!(use #path::*;) } else { quote!(use #path as _;) });
    // The error, should there be one, points at the user's call, and at nothing else.
    let span = name.span().resolved_at(Span::mixed_site());
    let name = Ident::new(&name.to_string(), span);
    let own = match taken {
        Taken::Named => Ident::new("the_method_is_not_known__import_its_trait_of_nalgebra_by_name", span),
        Taken::Borrowed | Taken::Owned | Taken::OfTensorsAlone => Ident::new("the_method_that_is_read__rename_the_other", span),
    };
    let receiver = match taken {
        Taken::Borrowed | Taken::Named => quote_spanned!(span=> self),
        Taken::Owned | Taken::OfTensorsAlone => quote_spanned!(span=> &self),
    };
    let call = match taken {
        Taken::Borrowed => quote_spanned!(span=> any::<#ty>().#name();),
        Taken::Owned => quote_spanned!(span=> (&any::<#ty>()).#name();),
        Taken::OfTensorsAlone => quote_spanned!(span=> any::<&'static #ty>().#name();),
        Taken::Named => quote_spanned!(span=> let _ = <#ty>::#name;),
    };
    let sized = match taken {
        Taken::Borrowed | Taken::Owned | Taken::Named => quote_spanned!(span=> : ::core::marker::Sized),
        Taken::OfTensorsAlone => TokenStream::new(),
    };
    let item = quote_spanned! { span=>
        #[allow(warnings, clippy::all, clippy::pedantic)]
        const _: fn() = || {
            #(#imports)*
            trait #own #sized { fn #name(#receiver) {} }
            impl #own for #ty {}
            fn any<T>() -> T { loop {} }
            #call
        };
    };
    let sparse = matches!(of, Type::Csr { .. });
    Some(if sparse { quote!(#crate_path::__private::with_sparse! { #item }) } else { item })
}

fn seen(written: &Seen) -> TokenStream {
    match written {
        Seen::AsWritten(path) => path.to_token_stream(),
        Seen::FromParent(segments) => quote! { super #(::#segments)* },
        Seen::FromRoot(path) => quote! { ::#path },
    }
}
