//! `Variable` for the module's structs: blocks in declaration order, matrices column-major.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;

use super::{Emission, numbers, types};
use crate::ir::Size;
use crate::model::{Block, Form, Step, Variable};
use crate::syntax::{Member, Type};

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
        // Arrays are variables as they are.
        if !matches!(variable.ty, Type::Struct(_)) {
            return TokenStream::new();
        }
        let scalar = &self.scalar;
        let flat = match total.as_constant() {
            Some(_) => self.layout.matrix(total, &Size::constant(1)),
            None => quote!(hg::nalgebra::DVector<#scalar>),
        };
        let lengths = variable.blocks.iter().map(length);
        let reads = variable.blocks.iter().map(|b| {
            let (path, length) = (super::data::steps(&b.path), length(b));
            if b.array.is_some() {
                return quote!({
                    let length = #length;
                    hg::read_array(&self #path, &mut out[at..][..length]);
                    at += length;
                });
            }
            let entries = if b.form == Form::Scalar {
                quote!(hg::core::slice::from_ref(&self #path))
            } else {
                quote!(self #path.as_slice())
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
        let assigned = variable.blocks.iter().map(|b| {
            let (path, length) = (super::data::steps(&b.path), length(b));
            let assign = if b.array.is_some() { quote!(hg::assign_array) } else { quote!(hg::Variable::assign) };
            quote!({
                let length = #length;
                #assign(&mut self #path, &flat[at..][..length]);
                at += length;
            })
        });
        let fields = variable.blocks.iter().map(|b| {
            let path = written(&b.path);
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
                fn assign(&mut self, flat: &[#scalar]) { let mut at = 0; #(#assigned)* }
                fn block(&self, path: &str) -> hg::core::option::Option<hg::core::ops::Range<usize>> {
                    hg::range_of(path, &[#(#fields),*])
                }
            }
        }
    }
}

/// A path as `Variable::block` takes it: `outer.inner`, `w[0]`.
fn written(path: &[Step]) -> String {
    let steps = path.iter().map(|step| match step {
        Step::Field(name) => format!(".{}", plain(name)),
        Step::Item(_) => step.to_string(),
    });
    steps.collect::<String>().trim_start_matches('.').to_owned()
}

/// A struct or array literal with blocks from the windows `f0, f1, ..`; what is nested by its path.
fn literal(variable: &Variable, next: &mut usize, prefix: &[Step]) -> TokenStream {
    let depth = prefix.len();
    let (mut fields, mut items) = (Vec::new(), Vec::new());
    while *next < variable.blocks.len() && variable.blocks[*next].path.starts_with(prefix) {
        let block = &variable.blocks[*next];
        let value = if block.path.len() == depth + 1 {
            let name = quote::format_ident!("f{next}");
            *next += 1;
            let path = super::data::steps(&block.path);
            match block.array {
                Some(_) => quote!(hg::like_array(&self #path, #name)),
                None => quote!(hg::Variable::like(&self #path, #name)),
            }
        } else {
            literal(variable, next, &block.path[..=depth])
        };
        match &block.path[depth] {
            Step::Field(field) => fields.push(quote!(#field: #value)),
            Step::Item(_) => items.push(value),
        }
    }
    if !items.is_empty() {
        return quote!([#(#items),*]);
    }
    let ty = struct_type(variable, prefix);
    quote!(#ty { #(#fields),* })
}

/// The outer struct is `Self`; an inner one is named through the model.
fn struct_type(variable: &Variable, prefix: &[Step]) -> TokenStream {
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
    let path = super::data::steps(&block.path);
    match (block.form, block.array) {
        (_, Some(_)) => quote!(hg::array_len(&self #path)),
        (Form::Scalar, None) => numbers::usize_literal(1),
        (Form::Column | Form::Row | Form::Matrix, None) => quote!(self #path.len()),
    }
}
