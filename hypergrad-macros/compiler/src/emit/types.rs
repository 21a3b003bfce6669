//! Resolved types, written so that they mean the same wherever they stand: nalgebra's by absolute
//! path, the module's structs from the hidden module inside it.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use crate::model::Scalar;
use crate::syntax::{Dimension, Storage, Type};

/// `None` for what no variable and no field can be.
pub fn spelled(resolved: &Type, crate_path: &TokenStream) -> Option<TokenStream> {
    match resolved {
        Type::Scalar(scalar) => Some(primitive(*scalar)),
        Type::Count => Some(quote! { ::core::primitive::usize }),
        Type::Tensor { scalar, rows, columns, .. } => Some(tensor(&primitive(*scalar), *rows, *columns, crate_path)),
        Type::List { item, storage } => list(&spelled(item, crate_path)?, *storage, crate_path),
        Type::Bool => Some(quote! { ::core::primitive::bool }),
        Type::Integer(name) => {
            let name = Ident::new(name, Span::call_site());
            Some(quote! { ::core::primitive::#name })
        }
        Type::Tuple(items) => {
            let items: Vec<TokenStream> = items.iter().map(|item| spelled(item, crate_path)).collect::<Option<_>>()?;
            Some(quote! { (#(#items,)*) })
        }
        Type::Struct(name) => Some(structure(name)),
        Type::Enum(_) => None,
        Type::Csr { scalar } => {
            let scalar = primitive(*scalar);
            Some(quote! { #crate_path::__private::CsrMatrix<#scalar> })
        }
    }
}

/// What holds items of this type.
fn list(item: &TokenStream, storage: Storage, crate_path: &TokenStream) -> Option<TokenStream> {
    match storage {
        Storage::Array(length) => {
            let length = Literal::i64_unsuffixed(length);
            Some(quote! { [#item; #length] })
        }
        Storage::Vec => Some(quote! { #crate_path::__private::Vec<#item> }),
        Storage::Slice => None,
        Storage::Option => Some(quote! { ::core::option::Option<#item> }),
        Storage::One => Some(item.clone()),
        Storage::Tensor { rows, columns, .. } => Some(tensor(item, rows, columns, crate_path)),
    }
}

/// A struct or enum of the module.
pub fn structure(structure: &str) -> TokenStream {
    let name = name(structure);
    quote! { super::#name }
}

/// A name as the user wrote it, perhaps a keyword: `r#type`.
pub fn name(text: &str) -> Ident {
    syn::parse_str::<Ident>(text).unwrap_or_else(|_| Ident::new("Self", Span::call_site()))
}

fn tensor(scalar: &TokenStream, rows: Dimension, columns: Dimension, crate_path: &TokenStream) -> TokenStream {
    use Dimension::{Constant, Dynamic};
    let (r, c) = (value(rows), value(columns));
    let short = match (rows, columns) {
        (Constant(_), Constant(1)) => quote! { SVector<#scalar, #r> },
        (Dynamic, Constant(1)) => quote! { DVector<#scalar> },
        (Constant(1), Constant(_)) => quote! { RowSVector<#scalar, #c> },
        (Constant(1), Dynamic) => quote! { RowDVector<#scalar> },
        (Constant(_), Constant(_)) => quote! { SMatrix<#scalar, #r, #c> },
        (Dynamic, Dynamic) => quote! { DMatrix<#scalar> },
        (Constant(_), Dynamic) => quote! { OMatrix<#scalar, #crate_path::nalgebra::Const<#r>, #crate_path::nalgebra::Dyn> },
        (Dynamic, Constant(_)) => quote! { OMatrix<#scalar, #crate_path::nalgebra::Dyn, #crate_path::nalgebra::Const<#c>> },
    };
    quote! { #crate_path::nalgebra::#short }
}

fn primitive(scalar: Scalar) -> TokenStream {
    match scalar {
        Scalar::F64 => quote! { ::core::primitive::f64 },
        Scalar::F32 => quote! { ::core::primitive::f32 },
    }
}

fn value(dimension: Dimension) -> Option<Literal> {
    match dimension {
        Dimension::Constant(value) => Some(Literal::i64_unsuffixed(value)),
        Dimension::Dynamic => None,
    }
}
