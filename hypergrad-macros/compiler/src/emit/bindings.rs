//! What statements read and write, bound to local names before them.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::loops::unconditional_loads;
use super::numbers;
use super::statements::{Names, Scope};
use crate::analysis::Stage;
use crate::ir::{Id, Op, Role, Size, Wire};
use crate::lower::program::{Argument, Expr, Source, Stmt};

impl Names<'_> {
    /// References to every source that a statement reads or writes, but for those that it reads in place.
    pub(super) fn bindings(&self, statements: &[Stmt], scope: Scope, in_place: &BTreeSet<Source>) -> TokenStream {
        let (mut reads, mut writes) = (BTreeSet::new(), BTreeSet::new());
        statements.iter().for_each(|s| s.sources(&mut reads, &mut writes));
        let reads = reads.iter().filter(|s| !writes.contains(s) && !in_place.contains(s)).map(|s| self.read_from(*s));
        let writes = writes.iter().filter(|s| !in_place.contains(s)).map(|s| self.write_from(*s, scope));
        quote!(#(#reads)* #(#writes)*)
    }

    /// What a kernel or a loop reads or writes as pieces that lie side by side, and not otherwise: a name more is work
    /// more for rustc.
    pub(super) fn in_place(&self, statement: &Stmt, scope: Scope) -> BTreeSet<Source> {
        let mut pieces = BTreeSet::new();
        let mut others = Vec::new();
        match statement {
            Stmt::Kernel(kernel) => {
                for argument in &kernel.arguments {
                    match argument {
                        Argument::Slice(slice) => pieces.extend([slice.source]),
                        Argument::Slices(slices) => pieces.extend(slices.iter().map(|slice| slice.source)),
                        Argument::Value(value) => value.sources(&mut others),
                        Argument::Sparse(_)
                        | Argument::Size(_)
                        | Argument::Sizes(_)
                        | Argument::Scratch { .. }
                        | Argument::Elimination { .. }
                        | Argument::Panel { .. } => {}
                    }
                }
                kernel.returns.iter().for_each(|value| value.sources(&mut others));
                if scope == Scope::Point { pieces.extend([kernel.target.source]) } else { others.push(kernel.target.source) }
            }
            Stmt::Loop { variable, body, .. } => {
                if let [Stmt::Store { target, offset, value, .. }] = body.as_slice() {
                    pieces_of(value, *variable, &mut pieces, &mut others);
                    let side_by_side = offset.coefficient(*variable).is_one();
                    if side_by_side && scope == Scope::Point { pieces.extend([*target]) } else { others.push(*target) }
                }
            }
            Stmt::Sum { variable, value, .. } => pieces_of(value, *variable, &mut pieces, &mut others),
            Stmt::Ensure(_)
            | Stmt::Scratch(_)
            | Stmt::Zero { .. }
            | Stmt::Steps { .. }
            | Stmt::Given { .. }
            | Stmt::Entries { .. }
            | Stmt::When { .. }
            | Stmt::Store { .. }
            | Stmt::Let { .. }
            | Stmt::Choose { .. } => {}
        }
        pieces.retain(|source| !others.contains(source) && self.whole(*source).is_some());
        pieces
    }

    /// What a source is, where that is short.
    fn whole(&self, source: Source) -> Option<TokenStream> {
        if self.named || self.starts.contains_key(&source) {
            return None;
        }
        let alone = |offsets: &[Size], flat: TokenStream| (offsets.len() == 1).then_some(flat);
        match source {
            Source::Buffer(number) => {
                let name = self.buffer(number);
                Some(match self.buffers[number].stage {
                    Stage::Data => quote!(self.#name()),
                    _ if self.is_local(number) => quote!(#name),
                    Stage::Y | Stage::X | Stage::Adjoint | Stage::Direction | Stage::Step => quote!(w.#name),
                })
            }
            Source::Input(id) => {
                let Op::Input(input) = self.graph.op(id) else { return None };
                match self.graph.input_info(*input).role {
                    Role::Data => None,
                    Role::X => alone(&self.x_offsets, quote!(hg::Dense::flat(&w.x))),
                    Role::Y | Role::YBar => alone(&self.y_offsets, quote!(hg::Dense::flat(&w.y))),
                    Role::Z => alone(&self.x_offsets, quote!(hg::Dense::flat(&w.z))),
                    Role::Adjoint => alone(&self.x_offsets, quote!(hg::Dense::flat(&w.v))),
                    Role::DirectionX => alone(&self.x_offsets, quote!(u)),
                    Role::DirectionY => alone(&self.y_offsets, quote!(c)),
                }
            }
            Source::Out => Some(quote!(out)),
            Source::Sparse(_) => None,
        }
    }

    /// A source in an expression: itself where it is read in place, else by its name.
    pub(super) fn place(&self, source: Source, in_place: &BTreeSet<Source>) -> TokenStream {
        let whole = in_place.contains(&source).then(|| self.whole(source)).flatten();
        whole.unwrap_or_else(|| {
            let name = self.source(source);
            quote!(#name)
        })
    }

    /// A source, from where it is read on.
    pub(super) fn read_from(&self, source: Source) -> TokenStream {
        let whole = self.read(source);
        let start = self.starts.get(&source).map(|entries| {
            let (name, entries) = (self.source(source), numbers::size(entries));
            quote!(let #name = &#name[first * (#entries)..];)
        });
        quote!(#whole #start)
    }

    /// The same of what is written.
    fn write_from(&self, source: Source, scope: Scope) -> TokenStream {
        let whole = self.write(source, scope);
        let start = self.starts.get(&source).map(|entries| {
            let (name, entries) = (self.source(source), numbers::size(entries));
            quote!(let #name = &mut #name[first * (#entries)..];)
        });
        quote!(#whole #start)
    }

    fn read(&self, source: Source) -> TokenStream {
        if self.named {
            return TokenStream::new();
        }
        match source {
            Source::Out => TokenStream::new(),
            Source::Buffer(number) => {
                let name = self.buffer(number);
                match self.buffers[number].stage {
                    Stage::Data => quote!(let #name = self.#name();),
                    _ if self.is_local(number) => quote!(let #name = &#name;),
                    Stage::Y | Stage::X | Stage::Adjoint | Stage::Direction | Stage::Step => quote!(let #name = &w.#name[..];),
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
        // The number of rows is that of a strip: what follows a start is cut where it is read.
        let length = (!self.starts.contains_key(&Source::Input(id))).then(|| {
            let length = numbers::size(&Size::product(self.graph.shape(id)));
            quote!([..#length])
        });
        let block = |offsets: &[Size], flat: TokenStream| {
            if offsets.len() == 1 {
                return quote!(let #name = #flat;);
            }
            let offset = numbers::size(&offsets[info.block]);
            quote!(let #name = &(#flat)[#offset..] #length;)
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
        if self.named {
            return TokenStream::new();
        }
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

/// The sources of a value that a loop reads in steps of one, and those that it reads otherwise.
fn pieces_of(value: &Expr, variable: Wire, pieces: &mut BTreeSet<Source>, others: &mut Vec<Source>) {
    let mut all = Vec::new();
    value.sources(&mut all);
    let mut loads = Vec::new();
    unconditional_loads(value, &mut loads);
    loads.retain(|(_, offset)| offset.coefficient(variable).is_one());
    for (k, source) in all.iter().enumerate() {
        let windows = loads.iter().filter(|(other, _)| other == source).count();
        let reads = all.iter().filter(|other| *other == source).count();
        if windows == reads { pieces.extend([all[k]]) } else { others.push(all[k]) }
    }
}
