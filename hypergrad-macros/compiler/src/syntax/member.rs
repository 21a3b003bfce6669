//! Names of fields: identifiers, or the numbers of a tuple struct.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::ToTokens;
use std::fmt;

/// `.gamma` or `.0`, without the dot.
#[derive(Clone, Debug)]
pub enum Member {
    Named(Ident),
    /// The number, and where it stands.
    Numbered(u32, Span),
}

impl Member {
    /// The fields of a struct in order of declaration, with their names.
    pub fn fields(structure: &syn::ItemStruct) -> Vec<(Self, &syn::Field)> {
        Self::of(&structure.fields)
    }

    /// The fields of a struct or variant.
    pub fn of(fields: &syn::Fields) -> Vec<(Self, &syn::Field)> {
        let name = |(k, field): (usize, &syn::Field)| match &field.ident {
            Some(ident) => Self::Named(ident.clone()),
            None => Self::Numbered(k as u32, syn::spanned::Spanned::span(&field.ty)),
        };
        fields.iter().enumerate().map(|(k, field)| (name((k, field)), field)).collect()
    }
}

impl From<&syn::Member> for Member {
    fn from(written: &syn::Member) -> Self {
        match written {
            syn::Member::Named(ident) => Self::Named(ident.clone()),
            syn::Member::Unnamed(index) => Self::Numbered(index.index, index.span),
        }
    }
}

impl PartialEq for Member {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Named(left), Self::Named(right)) => left == right,
            (Self::Numbered(left, _), Self::Numbered(right, _)) => left == right,
            (Self::Named(_), Self::Numbered(..)) | (Self::Numbered(..), Self::Named(_)) => false,
        }
    }
}

impl fmt::Display for Member {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(ident) => ident.fmt(formatter),
            Self::Numbered(index, _) => index.fmt(formatter),
        }
    }
}

impl ToTokens for Member {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Named(ident) => ident.to_tokens(tokens),
            Self::Numbered(index, span) => {
                let mut literal = Literal::u32_unsuffixed(*index);
                literal.set_span(*span);
                literal.to_tokens(tokens);
            }
        }
    }
}
