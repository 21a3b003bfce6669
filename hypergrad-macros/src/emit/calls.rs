//! Calls of the runtime's kernels.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::bindings::{indices, offsets};
use super::loops::Windows;
use super::numbers;
use super::statements::Names;
use crate::ir::{Id, Size};
use crate::lower::program::{Argument, Kernel, Slice, Source};

impl Names<'_> {
    pub(super) fn kernel(&self, kernel: &Kernel) -> TokenStream {
        let name = format_ident!("{}", kernel.name);
        let arguments = kernel.arguments.iter().map(|a| match a {
            Argument::Value(value) => self.expression(value, &Windows::default()),
            Argument::Slice(slice) => {
                let slice = self.slice(slice);
                quote!(&#slice)
            }
            Argument::Sparse(matrix) => self.csr(*matrix),
            Argument::Size(size) => numbers::size(size),
            Argument::Scratch { rows, columns } => self.kernel_scratch(rows, columns),
        });
        let target = self.slice(&kernel.target);
        match &kernel.returns {
            Some(coefficient) => {
                let coefficient = self.expression(coefficient, &Windows::default());
                quote!(#target[0] += #coefficient * hg::kernels::#name(#(#arguments),*);)
            }
            None => {
                let prepare = kernel.arguments.iter().filter_map(|a| self.prepare_scratch(a));
                quote!(#(#prepare)* hg::kernels::#name(#(#arguments,)* &mut #target);)
            }
        }
    }

    fn prepare_scratch(&self, argument: &Argument) -> Option<TokenStream> {
        let Argument::Scratch { rows, columns } = argument else { return None };
        rows.mul(columns).as_constant().is_none().then(|| {
            let (rows, columns, zero) = (numbers::size(rows), numbers::size(columns), numbers::number(0.0, self.scalar));
            quote!(w.scratch.resize(hg::kernels::weighted_gram_scratch(#rows, #columns), #zero);)
        })
    }

    /// One column for constant sizes; dynamic ones keep a buffer in the point.
    fn kernel_scratch(&self, rows: &Size, columns: &Size) -> TokenStream {
        match (rows.as_constant(), columns.as_constant()) {
            (Some(rows), Some(_)) => {
                let (rows, zero) = (numbers::usize_literal(rows), numbers::number(0.0, self.scalar));
                quote!(&mut [#zero; #rows])
            }
            _ => quote!(&mut w.scratch),
        }
    }

    /// A sparse field as the kernels take it.
    pub(super) fn csr(&self, matrix: Id) -> TokenStream {
        let (values, offsets, indices) = (self.source(Source::Sparse(matrix)), offsets(matrix), indices(matrix));
        quote!((#offsets, #indices, #values))
    }

    fn slice(&self, slice: &Slice) -> TokenStream {
        let source = self.source(slice.source);
        let length = numbers::size(&slice.length);
        if slice.offset.is_zero() {
            quote!(#source[..#length])
        } else {
            let offset = numbers::size(&slice.offset);
            quote!(#source[#offset..][..#length])
        }
    }
}
