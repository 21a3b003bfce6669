//! `Variable` for the module's structs: blocks in declaration order, matrices column-major.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;

use super::{Emission, numbers, types};
use crate::ir::Size;
use crate::model::{Block, Form, Variable};
use crate::syntax::Member;

impl Emission<'_> {
    pub(super) fn variables(&self) -> TokenStream {
        let x = self.variable(&self.model.x, &self.x_type, &self.layout.x_offsets, &self.layout.n);
        let same = self.x_type.to_string() == self.y_type.to_string();
        let y = if same {
            TokenStream::new()
        } else {
            self.variable(&self.model.y, &self.y_type, &self.layout.y_offsets, &self.layout.m)
        };
        quote!(#x #y)
    }

    fn variable(&self, variable: &Variable, ty: &TokenStream, offsets: &[Size], total: &Size) -> TokenStream {
        if !variable.is_struct {
            return TokenStream::new();
        }
        let scalar = &self.scalar;
        let flat = match total.as_constant() {
            Some(_) => self.layout.matrix(total, &Size::constant(1)),
            None => quote!(hg::nalgebra::DVector<#scalar>),
        };
        let lengths = variable.blocks.iter().map(length);
        let reads = variable.blocks.iter().map(|b| {
            let (path, length) = (&b.path, length(b));
            let entries = if b.form == Form::Scalar {
                quote!(hg::core::slice::from_ref(&self.#(#path).*))
            } else {
                quote!(self.#(#path).*.as_slice())
            };
            quote!({
                let length = #length;
                hg::kernels::copy(#entries, &mut out[at..][..length]);
                at += length;
            })
        });
        let _ = offsets;
        let built = literal(variable, &mut 0, &[]);
        let windows = variable.blocks.iter().enumerate().map(|(k, b)| {
            let (name, length) = (quote::format_ident!("f{k}"), length(b));
            quote!(let #name = &flat[at..][..#length]; at += #length;)
        });
        let fields = variable.blocks.iter().map(|b| {
            let path = b.path.iter().map(plain).collect::<Vec<_>>().join(".");
            let length = length(b);
            quote!((#path, #length))
        });
        quote! {
            impl hg::Variable for #ty {
                type Scalar = #scalar;
                type Flat = #flat;
                fn flat_len(&self) -> usize { 0 #(+ #lengths)* }
                fn read(&self, out: &mut [#scalar]) { let mut at = 0; #(#reads)* }
                fn like(&self, flat: &[#scalar]) -> Self { let mut at = 0; #(#windows)* #built }
                fn block(&self, path: &str) -> hg::core::option::Option<hg::core::ops::Range<usize>> {
                    hg::range_of(path, &[#(#fields),*])
                }
            }
        }
    }
}

/// A struct literal with blocks from the windows `f0, f1, ..`; nested structs by their path.
fn literal(variable: &Variable, next: &mut usize, prefix: &[Member]) -> TokenStream {
    let depth = prefix.len();
    let ty = struct_type(variable, prefix);
    let mut fields = Vec::new();
    while *next < variable.blocks.len() && variable.blocks[*next].path.starts_with(prefix) {
        let block = &variable.blocks[*next];
        let field = &block.path[depth];
        let value = if block.path.len() == depth + 1 {
            let name = quote::format_ident!("f{next}");
            *next += 1;
            let path = &block.path;
            quote!(hg::Variable::like(&self.#(#path).*, #name))
        } else {
            let longer: Vec<_> = block.path[..=depth].to_vec();
            literal(variable, next, &longer)
        };
        fields.push(quote!(#field: #value));
    }
    quote!(#ty { #(#fields),* })
}

/// The outer struct is `Self`; an inner one is named through the model.
fn struct_type(variable: &Variable, prefix: &[Member]) -> TokenStream {
    if prefix.is_empty() {
        return quote!(Self);
    }
    let name = variable.structs.iter().find(|(path, _)| path == prefix).map(|(_, name)| types::structure(name));
    name.unwrap_or_default()
}

/// Without `r#`.
fn plain(name: &Member) -> String {
    match name {
        Member::Named(ident) => ident.unraw().to_string(),
        Member::Numbered(index, _) => index.to_string(),
    }
}

fn length(block: &Block) -> TokenStream {
    let path = &block.path;
    if block.form == Form::Scalar { numbers::usize_literal(1) } else { quote!(self.#(#path).*.len()) }
}
