//! Statements of the lowered program as Rust.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::bindings::{indices, local, offsets};
use super::loops::{Span, Windows};
use super::numbers;
use crate::analysis::Stage;
use crate::ir::{Affine, Graph, Size, Wire};
use crate::lower::program::{Buffer, Choice, Expr, Place, Source, Stmt, natural_strides};
use crate::model::{Model, Scalar};

/// What statements refer to.
#[derive(Clone)]
pub struct Names<'m> {
    pub graph: &'m Graph,
    pub model: &'m Model,
    pub buffers: &'m [Buffer],
    pub choices: &'m [Choice],
    pub scalar: Scalar,
    /// Offset of each block of x and of y in the flat variable.
    pub x_offsets: Vec<Size>,
    pub y_offsets: Vec<Size>,
    /// Sources that are read from the sample `first` on, and their entries of one sample.
    pub starts: BTreeMap<Source, Size>,
    /// Whether sources have their names already: what is written, from that sample on.
    pub named: bool,
}

/// Where the statements stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// In a kernel or a cached node of the point: `self`, `w`, and `out` or directions.
    Point,
    /// The same, writing to the factorisation of the point: its matrix or blocks, its diagonal, its roots.
    Factor,
    Diagonal,
    Roots,
    /// In a table of the problem, computed from data: `self`, `out`.
    Table,
}

impl Names<'_> {
    pub fn buffer(&self, number: usize) -> Ident {
        format_ident!("b{number}")
    }

    /// A buffer that lives on the stack of its function: scratch of constant length.
    pub fn is_local(&self, number: usize) -> bool {
        let buffer = &self.buffers[number];
        buffer.stage == Stage::Direction && buffer.length.as_constant().is_some()
    }

    /// The same, with these sources from the sample `first` on.
    pub fn starting(&self, starts: &BTreeMap<Source, Size>) -> Self {
        Self { starts: starts.clone(), ..self.clone() }
    }

    pub fn statements(&self, statements: &[Stmt], scope: Scope) -> TokenStream {
        statements.iter().map(|s| self.statement(s, scope)).collect()
    }

    /// Whether the hoisted one of two ways is taken.
    pub(super) fn chosen(&self, choice: usize) -> TokenStream {
        let known = super::sizes::of_choice(self.model, &self.choices[choice]);
        let choice = format_ident!("choice{choice}");
        quote!(self.#choice(#(#known),*))
    }

    fn statement(&self, statement: &Stmt, scope: Scope) -> TokenStream {
        match statement {
            Stmt::Ensure(buffer) => self.ensure(*buffer),
            Stmt::Scratch(buffer) if self.named && !self.is_local(*buffer) => TokenStream::new(),
            Stmt::Scratch(buffer) => self.scratch(*buffer),
            Stmt::Choose { choice, hoisted, plain } => {
                let (name, chosen) = (format_ident!("choice{choice}"), self.chosen(*choice));
                let hoisted = self.statements(hoisted, scope);
                let plain = self.statements(plain, scope);
                if self.named {
                    quote!(if #name { #hoisted } else { #plain })
                } else {
                    quote!(if #chosen { #hoisted } else { #plain })
                }
            }
            Stmt::Steps { variable, extent, body } => {
                let (step, count) = (numbers::variable(*variable), numbers::size(extent));
                let body = self.statements(body, scope);
                quote!(for #step in 0..#count { #body })
            }
            Stmt::Given { conditions, body } => {
                let (conditions, body) = (numbers::conditions(conditions), self.statements(body, scope));
                quote!(if #conditions { #body })
            }
            Stmt::Sum { name, variable, extent, bounds, value } => {
                let in_place = &self.in_place(statement, scope);
                let bindings = self.bindings(std::slice::from_ref(statement), scope, in_place);
                let sum = self.sum(&Span { variable: *variable, extent, bounds, in_place }, value);
                let name = local(*name);
                quote!(let #name = { #bindings #sum };)
            }
            Stmt::Kernel(kernel) if kernel.along.is_some() => self.pair(kernel, scope),
            Stmt::Zero { .. }
            | Stmt::Loop { .. }
            | Stmt::Entries { .. }
            | Stmt::When { .. }
            | Stmt::Store { .. }
            | Stmt::Let { .. }
            | Stmt::Kernel(_) => {
                let in_place = &self.in_place(statement, scope);
                let bindings = self.bindings(std::slice::from_ref(statement), scope, in_place);
                let code = match statement {
                    Stmt::Kernel(kernel) => self.kernel(kernel, scope, in_place),
                    Stmt::Loop { variable, extent, bounds, body } => {
                        let looped = || self.looped(&Span { variable: *variable, extent, bounds, in_place }, body);
                        self.multiple(statement, in_place).unwrap_or_else(looped)
                    }
                    Stmt::Ensure(_)
                    | Stmt::Scratch(_)
                    | Stmt::Zero { .. }
                    | Stmt::Steps { .. }
                    | Stmt::Entries { .. }
                    | Stmt::When { .. }
                    | Stmt::Given { .. }
                    | Stmt::Store { .. }
                    | Stmt::Let { .. }
                    | Stmt::Sum { .. }
                    | Stmt::Choose { .. } => self.inner(statement),
                };
                // Of a block of samples, all is read from the cache: no loop waits for memory.
                let least = if self.starts.is_empty() { super::loops::DEEP } else { 1 };
                let code = if super::loops::is_nest(statement, least) {
                    quote!(hg::kernels::widely(#[inline(always)] || { #code });)
                } else {
                    code
                };
                quote!({ #bindings #code })
            }
        }
    }

    /// A statement inside the bindings of its sources.
    pub(super) fn inner(&self, statement: &Stmt) -> TokenStream {
        match statement {
            Stmt::Zero { place, shape } => self.zero(place, shape),
            Stmt::Loop { variable, extent, bounds, body } => {
                self.looped(&Span { variable: *variable, extent, bounds, in_place: &BTreeSet::new() }, body)
            }
            Stmt::Entries { matrix, row, column, body, .. } if self.graph.is_selection(*matrix) => {
                let (index, column) = (self.selected(*matrix, row), numbers::variable(*column));
                let body: TokenStream = body.iter().map(|s| self.inner(s)).collect();
                quote!({ let #column = #index; #body })
            }
            Stmt::Entries { matrix, row, position, column, body } => {
                let (offsets, indices) = (offsets(*matrix), indices(*matrix));
                let (row, position, column) = (numbers::affine(row), numbers::variable(*position), numbers::variable(*column));
                let body: TokenStream = body.iter().map(|s| self.inner(s)).collect();
                quote!(for #position in #offsets[#row]..#offsets[#row + 1] { let #column = #indices[#position]; #body })
            }
            Stmt::When { conditions, body } => {
                let conditions = numbers::conditions(conditions);
                let body: TokenStream = body.iter().map(|s| self.inner(s)).collect();
                quote!(if #conditions { #body })
            }
            Stmt::Store { target, offset, add, value } => {
                let value = self.expression(value, &Windows::default());
                let offset = numbers::affine(offset);
                let target = self.source(*target);
                if *add { quote!(#target[#offset] += #value;) } else { quote!(#target[#offset] = #value;) }
            }
            Stmt::Let { name, value } => {
                let (name, value) = (local(*name), self.expression(value, &Windows::default()));
                quote!(let #name = #value;)
            }
            Stmt::Sum { name, variable, extent, bounds, value } => {
                let sum = self.sum(&Span { variable: *variable, extent, bounds, in_place: &BTreeSet::new() }, value);
                let name = local(*name);
                quote!(let #name = { #sum };)
            }
            Stmt::Kernel(kernel) => self.kernel(kernel, Scope::Point, &BTreeSet::new()),
            Stmt::Steps { .. } | Stmt::Given { .. } => self.statement(statement, Scope::Point),
            // Made ready before the loops.
            Stmt::Ensure(_) | Stmt::Scratch(_) | Stmt::Choose { .. } => TokenStream::new(),
        }
    }

    fn ensure(&self, buffer: usize) -> TokenStream {
        if self.buffers[buffer].stage == Stage::Data {
            return TokenStream::new();
        }
        let ready = format_ident!("ready{buffer}");
        quote!(self.#ready(w);)
    }

    pub(super) fn scratch(&self, buffer: usize) -> TokenStream {
        let name = self.buffer(buffer);
        let zero = numbers::number(0.0, self.scalar);
        match self.buffers[buffer].length.as_constant() {
            Some(length) => {
                let length = numbers::usize_literal(length);
                quote!(let mut #name = [#zero; #length];)
            }
            None => {
                let length = numbers::size(&self.buffers[buffer].length);
                quote!(w.#name.resize(#length, #zero);)
            }
        }
    }

    fn zero(&self, place: &Place, shape: &[Size]) -> TokenStream {
        let zero = numbers::number(0.0, self.scalar);
        if place.strides == natural_strides(shape) {
            let target = self.source(place.source);
            let (offset, length) = (numbers::size(&place.offset), numbers::size(&Size::product(shape)));
            return quote!(#target[#offset..][..#length].fill(#zero););
        }
        let index: Vec<Affine> = (0..shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
        let mut statement =
            Stmt::Store { target: place.source, offset: place.offset_at(&index), add: false, value: Expr::Number(0.0) };
        for (k, extent) in shape.iter().enumerate() {
            statement =
                Stmt::Loop { variable: Wire(k as u32), extent: extent.clone(), bounds: Vec::new(), body: vec![statement] };
        }
        self.inner(&statement)
    }
}
