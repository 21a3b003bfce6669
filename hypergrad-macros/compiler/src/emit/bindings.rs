//! What statements read and write, bound to local names before them.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::numbers;
use super::statements::{Names, Scope};
use crate::analysis::Stage;
use crate::ir::{Id, Op, Role, Size};
use crate::lower::program::{Argument, Expr, Source, Stmt};

impl Names<'_> {
    /// References to every source that a statement reads or writes.
    pub(super) fn bindings(&self, statements: &[Stmt], scope: Scope) -> TokenStream {
        let (mut reads, mut writes) = (BTreeSet::new(), BTreeSet::new());
        statements.iter().for_each(|s| sources(s, &mut reads, &mut writes));
        let reads = reads.iter().filter(|s| !writes.contains(s)).map(|s| self.read(*s));
        let writes = writes.iter().map(|s| self.write(*s, scope));
        quote!(#(#reads)* #(#writes)*)
    }

    fn read(&self, source: Source) -> TokenStream {
        match source {
            Source::Out => TokenStream::new(),
            Source::Buffer(number) => {
                let name = self.buffer(number);
                match self.buffers[number].stage {
                    Stage::Data => quote!(let #name = self.#name();),
                    _ if self.is_local(number) => quote!(let #name = &#name;),
                    _ => quote!(let #name = &w.#name[..];),
                }
            }
            Source::Input(id) => self.read_input(id),
            Source::Sparse(id) if self.graph.is_selection(id) => {
                let (items, Op::Input(input)) = (self.source(source), self.graph.op(id)) else { return TokenStream::new() };
                let field = super::data::slice(self.model, self.graph.input_info(*input).block);
                quote!(let #items = #field;)
            }
            Source::Sparse(id) => {
                let (values, offsets, indices) = (self.source(source), offsets(id), indices(id));
                let Op::Input(input) = self.graph.op(id) else { return TokenStream::new() };
                let field = super::data::sparse(self.model, self.graph.input_info(*input).block);
                quote! {
                    let #values = #field.values();
                    let (#offsets, #indices) = (#field.row_offsets(), #field.col_indices());
                }
            }
        }
    }

    fn read_input(&self, id: Id) -> TokenStream {
        let name = self.source(Source::Input(id));
        let Op::Input(input) = self.graph.op(id) else { return TokenStream::new() };
        let info = self.graph.input_info(*input);
        let length = numbers::size(&Size::product(self.graph.shape(id)));
        let block = |offsets: &[Size], flat: TokenStream| {
            if offsets.len() == 1 {
                return quote!(let #name = #flat;);
            }
            let offset = numbers::size(&offsets[info.block]);
            quote!(let #name = &(#flat)[#offset..][..#length];)
        };
        match info.role {
            Role::Data => {
                let field = super::data::slice(self.model, info.block);
                quote!(let #name = #field;)
            }
            Role::X => block(&self.x_offsets, quote!(hg::Dense::flat(&w.x))),
            Role::Y | Role::YBar => block(&self.y_offsets, quote!(hg::Dense::flat(&w.y))),
            Role::Z => block(&self.x_offsets, quote!(hg::Dense::flat(&w.z))),
            Role::Adjoint => block(&self.x_offsets, quote!(hg::Dense::flat(&w.v))),
            Role::DirectionX => block(&self.x_offsets, quote!(u)),
            Role::DirectionY => block(&self.y_offsets, quote!(c)),
        }
    }

    fn write(&self, source: Source, scope: Scope) -> TokenStream {
        match (source, scope) {
            (Source::Buffer(number), Scope::Table) => {
                let name = self.buffer(number);
                quote!(let #name = &mut *out;)
            }
            (Source::Buffer(number), _) if self.is_local(number) => {
                let name = self.buffer(number);
                quote!(let #name = &mut #name;)
            }
            (Source::Buffer(number), _) => {
                let name = self.buffer(number);
                quote!(let #name = &mut w.#name[..];)
            }
            (_, Scope::Factor) => quote!(let out = w.factor.matrix_mut();),
            (_, Scope::Diagonal) => quote!(let out = w.factor.diagonal_mut();),
            (_, Scope::Roots) => quote!(let out = w.factor.roots_mut();),
            _ => quote!(let out = &mut *out;),
        }
    }

    pub(super) fn source(&self, source: Source) -> Ident {
        match source {
            Source::Buffer(number) => self.buffer(number),
            Source::Input(id) | Source::Sparse(id) => format_ident!("a{}", id.0),
            Source::Out => format_ident!("out"),
        }
    }
}

pub(super) fn offsets(matrix: Id) -> Ident {
    format_ident!("offsets{}", matrix.0)
}

pub(super) fn indices(matrix: Id) -> Ident {
    format_ident!("indices{}", matrix.0)
}

pub(super) fn local(name: u32) -> Ident {
    format_ident!("t{name}")
}

fn sources(statement: &Stmt, reads: &mut BTreeSet<Source>, writes: &mut BTreeSet<Source>) {
    let expression = |value: &Expr, reads: &mut BTreeSet<Source>| {
        let mut found = Vec::new();
        value.sources(&mut found);
        reads.extend(found);
    };
    match statement {
        // Their statements have bindings of their own.
        Stmt::Steps { .. } | Stmt::Given { .. } | Stmt::Choose { .. } => {}
        Stmt::Ensure(_) | Stmt::Scratch(_) => {}
        Stmt::Zero { place, .. } => {
            writes.insert(place.source);
        }
        Stmt::Entries { matrix, body, .. } => {
            reads.insert(Source::Sparse(*matrix));
            body.iter().for_each(|s| sources(s, reads, writes));
        }
        Stmt::Loop { body, .. } | Stmt::When { body, .. } => body.iter().for_each(|s| sources(s, reads, writes)),
        Stmt::Store { target, value, .. } => {
            expression(value, reads);
            writes.insert(*target);
        }
        Stmt::Sum { value, .. } => expression(value, reads),
        Stmt::Kernel(kernel) => {
            for argument in &kernel.arguments {
                match argument {
                    Argument::Value(value) => expression(value, reads),
                    Argument::Slice(slice) => {
                        reads.insert(slice.source);
                    }
                    Argument::Slices(slices) => reads.extend(slices.iter().map(|s| s.source)),
                    Argument::Sparse(matrix) => {
                        reads.insert(Source::Sparse(*matrix));
                    }
                    Argument::Size(_) | Argument::Scratch { .. } | Argument::Elimination { .. } | Argument::Panel { .. } => {}
                }
            }
            kernel.returns.iter().for_each(|c| expression(c, reads));
            writes.insert(kernel.target.source);
        }
    }
}
