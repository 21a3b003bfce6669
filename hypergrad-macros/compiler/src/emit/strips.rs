//! The end of a function, over strips of the rows of a matrix.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::numbers;
use super::statements::{Names, Scope};
use crate::ir::Size;
use crate::lower::program::{Argument, Kernel, Source, Stmt, Strips};

impl Names<'_> {
    /// Every statement for some rows, then for the next ones: of what is written by rows they are given the rows at hand,
    /// which may be those of one thread.
    pub(super) fn strips(&self, strips: &Strips) -> TokenStream {
        let Some((_, Stmt::Kernel(last))) = strips.body.last() else { return TokenStream::new() };
        let target = last.target.source;
        let (reads, writes) = sources(strips, target);
        let whole = reads.iter().map(|source| self.read_from(*source));
        let starts = strips.vectors.difference(&writes).map(|source| (*source, Size::constant(1))).collect();
        let part = Self { named: true, ..self.starting(&starts) };
        let written = writes.iter().map(|source| self.source(*source));
        let vectors = writes.iter().map(|source| self.slice_of(*source));
        let sums = self.slice(&last.target, &BTreeSet::from([target]));
        let (rows, columns) = (numbers::symbol(strips.rows), numbers::size(&strips.columns));
        let kept = strips.kept();
        let [fresh, room, ready]: [Vec<TokenStream>; 3] = [
            kept.iter()
                .map(|k| {
                    let (name, (word, bit)) = (is_fresh(*k), super::work::ready_bit(*k));
                    quote!(let #name = w.ready[#word] & #bit == 0;)
                })
                .collect(),
            kept.iter()
                .map(|k| {
                    let (name, room) = (is_fresh(*k), self.room(*k));
                    quote!(if #name { #room })
                })
                .collect(),
            kept.iter()
                .map(|k| {
                    let (word, bit) = super::work::ready_bit(*k);
                    quote!(w.ready[#word] |= #bit;)
                })
                .collect(),
        ];
        let after = self.statements(&strips.after, Scope::Point);
        let body = strips.body.iter().map(|(kept, statement)| {
            let code = part.of_rows(statement);
            match kept {
                Some(buffer) => {
                    let name = is_fresh(*buffer);
                    quote!(if #name { #code })
                }
                None => code,
            }
        });
        quote! {
            #(#fresh)*
            #(#room)*
            {
                #(#whole)*
                let rows = #rows;
                hg::kernels::over_strips((rows, #columns), [#(#vectors),*], &mut #sums, |strip, [#(#written),*], sums| {
                    let (first, #rows) = (strip.start, strip.len());
                    #(#body)*
                });
            }
            #(#ready)*
            #after
        }
    }

    /// All of what is written by rows.
    pub(super) fn slice_of(&self, source: Source) -> TokenStream {
        let place = self.place(source, &BTreeSet::from([source]));
        quote!(&mut #place[..])
    }

    fn of_rows(&self, statement: &Stmt) -> TokenStream {
        if let Stmt::Kernel(kernel) = statement
            && matrix(statement).is_some()
        {
            return self.product_of_rows(kernel);
        }
        self.statements(std::slice::from_ref(statement), Scope::Point)
    }

    /// A product with the rows of a matrix, or with their transpose.
    fn product_of_rows(&self, kernel: &Kernel) -> TokenStream {
        let alone = Kernel { along: None, ..kernel.clone() };
        let suffix = if kernel.writes { "_rows_into" } else { "_rows" };
        let plain = self.call_of_rows(&format!("{}{suffix}", kernel.name), &[&alone]);
        let Some(along) = &kernel.along else { return plain };
        let fresh = is_fresh(along.buffer);
        let both = self.call_of_rows(&format!("{}_both_rows", kernel.name), &[&alone, &along.kernel]);
        quote!(if #fresh #both else #plain)
    }

    /// A call with the matrix and, of each product, its factor, its vector, and where it goes.
    fn call_of_rows(&self, name: &str, products: &[&Kernel]) -> TokenStream {
        let [_, Argument::Slice(a), _, columns, _] = &products[0].arguments[..] else { return TokenStream::new() };
        let vectors: Vec<Stmt> = products
            .iter()
            .map(|kernel| {
                let arguments = kernel.arguments.last().cloned().into_iter().collect();
                Stmt::Kernel(Kernel { arguments, ..(*kernel).clone() })
            })
            .collect();
        let in_place = &if let [one] = &vectors[..] { self.in_place(one, Scope::Point) } else { BTreeSet::new() };
        let bindings = self.bindings(&vectors, Scope::Point, in_place);
        let (name, a, columns) = (format_ident!("{name}"), self.source(a.source), self.argument(columns, in_place));
        let products = products.iter().map(|kernel| {
            let [alpha, .., x] = &kernel.arguments[..] else { return TokenStream::new() };
            let [alpha, x] = [alpha, x].map(|argument| self.argument(argument, in_place));
            let target = if kernel.name == "gemv_t" { quote!(sums[..]) } else { self.slice(&kernel.target, in_place) };
            quote!((#alpha, #x, &mut #target))
        });
        quote!({ #bindings hg::kernels::#name((#a, rows, #columns), first, #(#products),*); })
    }
}

/// What is read only, and what is written by rows; neither the target of the last product, to which every row adds.
fn sources(strips: &Strips, target: Source) -> (BTreeSet<Source>, BTreeSet<Source>) {
    let (mut reads, mut writes) = (BTreeSet::new(), BTreeSet::new());
    for (_, statement) in &strips.body {
        statement.sources(&mut reads, &mut writes);
        if let Stmt::Kernel(Kernel { along: Some(along), .. }) = statement {
            Stmt::Kernel(along.kernel.clone()).sources(&mut reads, &mut writes);
        }
    }
    writes.remove(&target);
    reads.retain(|source| *source != target && !writes.contains(source));
    (reads, writes)
}

fn is_fresh(buffer: usize) -> Ident {
    format_ident!("fresh{buffer}")
}

/// The matrix of a product with its rows.
fn matrix(statement: &Stmt) -> Option<Source> {
    let Stmt::Kernel(Kernel { name: "gemv" | "gemv_t", arguments, .. }) = statement else { return None };
    let [_, Argument::Slice(a), ..] = &arguments[..] else { return None };
    Some(a.source)
}
