//! Calls of the runtime's kernels.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::bindings::{indices, offsets};
use super::loops::Windows;
use super::numbers;
use super::statements::{Names, Scope};
use crate::ir::{Affine, Id, Op, Size};
use crate::lower::program::{Argument, Exponential, Kernel, Slice, Source, Stmt};
use crate::model::Scalar;

/// Weighted Gram matrices of fewer columns are computed without scratch, which would be set to zero first.
const FEW: i64 = 12;

impl Names<'_> {
    pub(super) fn kernel(&self, kernel: &Kernel, scope: Scope, in_place: &BTreeSet<Source>) -> TokenStream {
        let name = format_ident!("{}{}", kernel.name, if kernel.writes { "_into" } else { "" });
        let arguments = kernel.arguments.iter().map(|argument| self.argument(argument, in_place));
        let target = self.slice(&kernel.target, in_place);
        if let Some(exponential) = kernel.exponential.filter(|_| self.scalar == Scalar::F64) {
            return self.with_exponentials(kernel, exponential, in_place);
        }
        match &kernel.returns {
            Some(coefficient) => {
                let coefficient = self.expression(coefficient, &Windows::default());
                quote!(#target[0] += #coefficient * hg::kernels::#name(#(#arguments),*);)
            }
            None => {
                let prepare = kernel.arguments.iter().filter_map(|a| self.prepare_scratch(a, scope));
                quote!(#(#prepare)* hg::kernels::#name(#(#arguments,)* &mut #target);)
            }
        }
    }

    /// A function of exponentials that the point keeps.
    fn with_exponentials(&self, kernel: &Kernel, of: Exponential, in_place: &BTreeSet<Source>) -> TokenStream {
        let (word, bit) = super::work::ready_bit(of.buffer);
        let (kept, room) = (self.buffer(of.buffer), self.room(of.buffer));
        let [with, alone] = ["with", "into"].map(|form| format_ident!("{}_{form}", kernel.name));
        let arguments: Vec<TokenStream> = kernel.arguments.iter().map(|argument| self.argument(argument, in_place)).collect();
        let target = self.slice(&kernel.target, in_place);
        let shared = quote!((fresh, &mut w.#kept[..]));
        let call = match &kernel.returns {
            Some(coefficient) => {
                let coefficient = self.expression(coefficient, &Windows::default());
                quote!(#target[0] += #coefficient * hg::kernels::#with(#(#arguments,)* #shared);)
            }
            None => quote!(hg::kernels::#with(#(#arguments,)* #shared, &mut #target);),
        };
        let code = if of.is_kept {
            quote!(if fresh { #room } #call w.ready[#word] |= #bit;)
        } else {
            quote!(if fresh { hg::kernels::#alone(#(#arguments,)* &mut #target); } else { #call })
        };
        quote!(let fresh = w.ready[#word] & #bit == 0; #code)
    }

    pub(super) fn argument(&self, argument: &Argument, in_place: &BTreeSet<Source>) -> TokenStream {
        match argument {
            Argument::Value(value) => self.expression(value, &Windows::default()),
            Argument::Slice(slice) => {
                let slice = self.slice(slice, in_place);
                quote!(&#slice)
            }
            Argument::Slices(slices) => {
                let slices = slices.iter().map(|s| self.slice(s, in_place));
                quote!(&[#(&#slices),*])
            }
            Argument::Sparse(matrix) => self.csr(*matrix),
            Argument::Size(size) => numbers::size(size),
            Argument::Sizes(sizes) => {
                let sizes = sizes.iter().map(numbers::size);
                quote!([#(#sizes),*])
            }
            Argument::Scratch { rows, columns } => self.kernel_scratch(rows, columns),
            Argument::Panel { .. } => quote!(&mut scratch[..]),
            Argument::Elimination { rows } => self.elimination_scratch(rows),
        }
    }

    /// A product, and with it the one that a buffer is still to hold.
    pub(super) fn pair(&self, kernel: &Kernel, scope: Scope) -> TokenStream {
        let alone = Kernel { along: None, ..kernel.clone() };
        let Some(along) = &kernel.along else { return TokenStream::new() };
        let (word, bit) = super::work::ready_bit(along.buffer);
        let name = self.buffer(along.buffer);
        let room = self.room(along.buffer);
        let both = format_ident!("{}_both", kernel.name);
        let statements = [Stmt::Kernel(alone), Stmt::Kernel(along.kernel.clone())];
        let in_place = &BTreeSet::new();
        let bindings = self.bindings(&statements, scope, in_place);
        let [first, second] = [kernel, &along.kernel].map(|kernel| {
            let arguments = kernel.arguments.iter().map(|argument| self.argument(argument, in_place));
            quote!(#(#arguments),*)
        });
        let [target, other] = [kernel, &along.kernel].map(|kernel| self.slice(&kernel.target, in_place));
        let zero = numbers::number(0.0, self.scalar);
        let plain = self.statements(&statements[..1], scope);
        quote! {
            if w.ready[#word] & #bit == 0 {
                #room
                {
                    #bindings
                    #name.fill(#zero);
                    hg::kernels::#both((#first, &mut #target), (#second, &mut #other));
                }
                w.ready[#word] |= #bit;
            } else {
                #plain
            }
        }
    }

    /// `scratch`, of dynamic length: the point keeps one, a table is computed once.
    fn prepare_scratch(&self, argument: &Argument, scope: Scope) -> Option<TokenStream> {
        let (more, length) = match argument {
            Argument::Scratch { rows, columns } if rows.mul(columns).as_constant().is_none() => {
                let (rows, columns) = (numbers::size(rows), numbers::size(columns));
                (TokenStream::new(), quote!(weighted_gram_scratch(#rows, #columns)))
            }
            Argument::Elimination { rows } if rows.as_constant().is_none() => {
                let rows = numbers::size(rows);
                let pivots = match scope {
                    Scope::Table => quote!(let mut pivots = hg::pivots(#rows);),
                    Scope::Point | Scope::Factor | Scope::Diagonal | Scope::Roots => {
                        quote!(let pivots = &mut w.pivots; pivots.resize(#rows, 0);)
                    }
                };
                (pivots, quote!(factor_scratch(#rows)))
            }
            Argument::Panel { columns } => {
                let columns = numbers::size(columns);
                (TokenStream::new(), quote!(khatri_rao_scratch(#columns)))
            }
            Argument::Value(_)
            | Argument::Slice(_)
            | Argument::Slices(_)
            | Argument::Sparse(_)
            | Argument::Size(_)
            | Argument::Sizes(_)
            | Argument::Scratch { .. }
            | Argument::Elimination { .. } => return None,
        };
        let (zero, scalar) = (numbers::number(0.0, self.scalar), numbers::scalar_type(self.scalar));
        Some(match scope {
            Scope::Table => quote!(#more let mut scratch = hg::zeros::<#scalar>(hg::kernels::#length);),
            Scope::Point | Scope::Factor | Scope::Diagonal | Scope::Roots => {
                quote!(#more let scratch = &mut w.scratch; scratch.resize(hg::kernels::#length, #zero);)
            }
        })
    }

    /// One column for constant sizes, none where there are few; dynamic ones keep a buffer in the point.
    fn kernel_scratch(&self, rows: &Size, columns: &Size) -> TokenStream {
        match (rows.as_constant(), columns.as_constant()) {
            (Some(_), Some(columns)) if columns < FEW => quote!(&mut []),
            (Some(rows), Some(_)) => {
                let (rows, zero) = (numbers::usize_literal(rows), numbers::number(0.0, self.scalar));
                quote!(&mut [#zero; #rows])
            }
            _ => quote!(&mut scratch[..]),
        }
    }

    /// The index in a row of a selection.
    pub(super) fn selected(&self, selection: Id, row: &Affine) -> TokenStream {
        let Op::Input(input) = self.graph.op(selection) else { return TokenStream::new() };
        let (items, row) = (self.source(Source::Sparse(selection)), numbers::affine(row));
        super::data::index(self.model, self.graph.input_info(*input).block, &quote!(#items), &row)
    }

    /// Pivots and scratch: on the stack for constant sizes.
    fn elimination_scratch(&self, rows: &Size) -> TokenStream {
        match rows.as_constant() {
            Some(rows) => {
                let (rows, zero) = (numbers::usize_literal(rows), numbers::number(0.0, self.scalar));
                quote!(&mut [0_usize; #rows], &mut [#zero; hg::kernels::factor_scratch(#rows)])
            }
            None => quote!(&mut pivots[..], &mut scratch[..]),
        }
    }

    /// A sparse field as the kernels take it.
    pub(super) fn csr(&self, matrix: Id) -> TokenStream {
        let (values, offsets, indices) = (self.source(Source::Sparse(matrix)), offsets(matrix), indices(matrix));
        quote!((#offsets, #indices, #values))
    }

    pub(super) fn slice(&self, slice: &Slice, in_place: &BTreeSet<Source>) -> TokenStream {
        let source = self.place(slice.source, in_place);
        let length = numbers::size(&slice.length);
        if slice.offset.is_zero() {
            quote!(#source[..#length])
        } else {
            let offset = numbers::size(&slice.offset);
            quote!(#source[#offset..][..#length])
        }
    }
}
