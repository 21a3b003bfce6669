//! Statements of the lowered program as Rust.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::numbers;
use crate::analysis::Stage;
use crate::ir::{Affine, Func, Graph, Id, Op, Role, Size, Wire};
use crate::lower::program::{Argument, Buffer, Choice, Expr, Kernel, Place, Slice, Source, Stmt, natural_strides};
use crate::model::{Model, Scalar};

/// What statements refer to.
pub struct Names<'m> {
    pub graph: &'m Graph,
    pub model: &'m Model,
    pub buffers: &'m [Buffer],
    pub choices: &'m [Choice],
    pub scalar: Scalar,
    /// Offset of each block of x and of y in the flat variable.
    pub x_offsets: Vec<Size>,
    pub y_offsets: Vec<Size>,
}

/// Where the statements stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// In a kernel or a cached node of the point: `self`, `w`, and `out` or directions.
    Point,
    /// The same, writing to the factorisation of the point.
    Factor,
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

    pub fn statements(&self, statements: &[Stmt], scope: Scope) -> TokenStream {
        statements.iter().map(|s| self.statement(s, scope)).collect()
    }

    fn statement(&self, statement: &Stmt, scope: Scope) -> TokenStream {
        match statement {
            Stmt::Ensure(buffer) => self.ensure(*buffer),
            Stmt::Scratch(buffer) => self.scratch(*buffer),
            Stmt::Choose { choice, hoisted, plain } => {
                let known = super::sizes::of_choice(self.model, &self.choices[*choice]);
                let choice = format_ident!("choice{choice}");
                let hoisted = self.statements(hoisted, scope);
                let plain = self.statements(plain, scope);
                quote!(if self.#choice(#(#known),*) { #hoisted } else { #plain })
            }
            Stmt::Sum { name, variable, extent, value } => {
                let bindings = self.bindings(std::slice::from_ref(statement), scope);
                let sum = self.sum(*variable, extent, value);
                let name = local(*name);
                quote!(let #name = { #bindings #sum };)
            }
            _ => {
                let bindings = self.bindings(std::slice::from_ref(statement), scope);
                let code = self.inner(statement, scope);
                quote!({ #bindings #code })
            }
        }
    }

    /// A statement inside the bindings of its sources.
    fn inner(&self, statement: &Stmt, scope: Scope) -> TokenStream {
        match statement {
            Stmt::Zero { place, shape } => self.zero(place, shape, scope),
            Stmt::Loop { variable, extent, body } => self.looped(*variable, extent, body, scope),
            Stmt::Entries { matrix, row, position, column, body } => {
                let (offsets, indices) = (offsets(*matrix), indices(*matrix));
                let (row, position, column) = (numbers::affine(row), numbers::variable(*position), numbers::variable(*column));
                let body: TokenStream = body.iter().map(|s| self.inner(s, scope)).collect();
                quote!(for #position in #offsets[#row]..#offsets[#row + 1] { let #column = #indices[#position]; #body })
            }
            Stmt::When { conditions, body } => {
                let conditions = numbers::conditions(conditions);
                let body: TokenStream = body.iter().map(|s| self.inner(s, scope)).collect();
                quote!(if #conditions { #body })
            }
            Stmt::Store { target, offset, add, value } => {
                let value = self.expression(value, &Windows::default());
                let offset = numbers::affine(offset);
                let target = self.source(*target);
                if *add { quote!(#target[#offset] += #value;) } else { quote!(#target[#offset] = #value;) }
            }
            Stmt::Sum { name, variable, extent, value } => {
                let sum = self.sum(*variable, extent, value);
                let name = local(*name);
                quote!(let #name = { #sum };)
            }
            Stmt::Kernel(kernel) => self.kernel(kernel, scope),
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

    fn scratch(&self, buffer: usize) -> TokenStream {
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

    /// References to every source that a statement reads or writes.
    fn bindings(&self, statements: &[Stmt], scope: Scope) -> TokenStream {
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
            _ => quote!(let out = &mut *out;),
        }
    }

    fn source(&self, source: Source) -> Ident {
        match source {
            Source::Buffer(number) => self.buffer(number),
            Source::Input(id) | Source::Sparse(id) => format_ident!("a{}", id.0),
            Source::Out => format_ident!("out"),
        }
    }

    fn zero(&self, place: &Place, shape: &[Size], scope: Scope) -> TokenStream {
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
            statement = Stmt::Loop { variable: Wire(k as u32), extent: extent.clone(), body: vec![statement] };
        }
        self.inner(&statement, scope)
    }

    /// A loop; where its body is one store, contiguous accesses get windows, which the compiler
    /// checks once.
    fn looped(&self, variable: Wire, extent: &Size, body: &[Stmt], scope: Scope) -> TokenStream {
        let name = numbers::variable(variable);
        let count = numbers::size(extent);
        let [Stmt::Store { target, offset, add, value }] = body else {
            let body: TokenStream = body.iter().map(|s| self.inner(s, scope)).collect();
            return quote!(for #name in 0..#count { #body });
        };
        let (windows, set_up) = self.windows(variable, &count, value);
        let value = self.expression(value, &windows);
        let target = self.source(*target);
        let (prepare, place) = if offset.coefficient(variable).is_one() {
            let start = numbers::affine(&at_zero(offset, variable));
            (quote!(let target = &mut #target[#start..][..#count];), quote!(target[#name]))
        } else {
            let offset = numbers::affine(offset);
            (TokenStream::new(), quote!(#target[#offset]))
        };
        let store = if *add { quote!(#place += #value;) } else { quote!(#place = #value;) };
        let code = quote!(#set_up #prepare for #name in 0..#count { #store });
        guard_empty(extent, &count, code)
    }

    fn sum(&self, variable: Wire, extent: &Size, value: &Expr) -> TokenStream {
        let name = numbers::variable(variable);
        let count = numbers::size(extent);
        let (windows, set_up) = self.windows(variable, &count, value);
        let value = self.expression(value, &windows);
        let zero = numbers::number(0.0, self.scalar);
        let code = quote!(#set_up hg::kernels::sum_by(#count, |#name| #value));
        match extent.as_constant() {
            Some(c) if c > 0 => code,
            _ => quote!(if #count == 0 { #zero } else { #code }),
        }
    }

    /// A window per unconditional load that moves by one with the variable.
    fn windows(&self, variable: Wire, count: &TokenStream, value: &Expr) -> (Windows, TokenStream) {
        let mut loads = Vec::new();
        unconditional_loads(value, &mut loads);
        let mut windows = Windows { variable: Some(variable), known: Vec::new() };
        let mut set_up = TokenStream::new();
        for (source, offset) in loads {
            if !offset.coefficient(variable).is_one() || windows.find(source, offset).is_some() {
                continue;
            }
            let name = format_ident!("p{}", windows.known.len());
            let start = numbers::affine(&at_zero(offset, variable));
            let from = self.source(source);
            set_up.extend(quote!(let #name = &#from[#start..][..#count];));
            windows.known.push((source, offset.clone(), name));
        }
        (windows, set_up)
    }

    pub fn expression(&self, value: &Expr, windows: &Windows) -> TokenStream {
        match value {
            Expr::Number(value) => numbers::number(*value, self.scalar),
            Expr::Count(size) => numbers::as_number(&Affine::constant(size.clone()), self.scalar),
            Expr::Index(affine) => numbers::as_number(affine, self.scalar),
            Expr::Local(name) => {
                let name = local(*name);
                quote!(#name)
            }
            Expr::Load { source, offset } => match (windows.find(*source, offset), windows.variable) {
                (Some(name), Some(variable)) => {
                    let variable = numbers::variable(variable);
                    quote!(#name[#variable])
                }
                _ => {
                    let (source, offset) = (self.source(*source), numbers::affine(offset));
                    quote!(#source[#offset])
                }
            },
            Expr::Product(coefficient, factors) => self.product(*coefficient, factors, windows),
            Expr::Sum(terms) => self.terms(terms, windows),
            Expr::Call(func, arguments) => {
                let arguments: Vec<TokenStream> = arguments.iter().map(|a| self.expression(a, windows)).collect();
                super::function::call(*func, &arguments, self.scalar)
            }
            Expr::Find { matrix, row, column, position, value } => {
                let field = self.csr(*matrix);
                let (row, column, position) = (numbers::affine(row), numbers::affine(column), numbers::variable(*position));
                let (value, zero) = (self.expression(value, windows), numbers::number(0.0, self.scalar));
                quote! {
                    (match hg::kernels::csr_position(#field, #row, #column) {
                        hg::core::option::Option::Some(#position) => #value,
                        hg::core::option::Option::None => #zero,
                    })
                }
            }
            Expr::Total { variable, extent, value } => {
                let (name, count) = (numbers::variable(*variable), numbers::size(extent));
                let (value, zero) = (self.expression(value, &Windows::default()), numbers::number(0.0, self.scalar));
                quote!((if #count == 0 { #zero } else { hg::kernels::sum_by(#count, |#name| #value) }))
            }
            Expr::Guarded(conditions, value) => {
                let (conditions, value) = (numbers::conditions(conditions), self.expression(value, windows));
                let zero = numbers::number(0.0, self.scalar);
                quote!((if #conditions { #value } else { #zero }))
            }
        }
    }

    fn product(&self, coefficient: f64, factors: &[Expr], windows: &Windows) -> TokenStream {
        let mut parts: Vec<TokenStream> = Vec::new();
        if coefficient.abs() != 1.0 || factors.is_empty() {
            parts.push(numbers::number(coefficient, self.scalar));
        }
        // Reciprocals are divisions.
        let (reciprocals, plain): (Vec<&Expr>, Vec<&Expr>) =
            factors.iter().partition(|f| matches!(f, Expr::Call(Func::Powi(-1), _)));
        parts.extend(plain.iter().map(|f| self.expression(f, windows)));
        if parts.is_empty() {
            parts.push(numbers::number(1.0, self.scalar));
        }
        let mut code = numbers::times(&parts);
        for reciprocal in reciprocals {
            if let Expr::Call(_, arguments) = reciprocal {
                let divisor = self.expression(&arguments[0], windows);
                code = quote!(#code / #divisor);
            }
        }
        if coefficient == -1.0 && !factors.is_empty() { quote!((-(#code))) } else { quote!((#code)) }
    }

    fn terms(&self, terms: &[(f64, Expr)], windows: &Windows) -> TokenStream {
        let mut code = TokenStream::new();
        for (position, (coefficient, term)) in terms.iter().enumerate() {
            let value = self.expression(term, windows);
            let magnitude = coefficient.abs();
            let scaled = if magnitude == 1.0 {
                value
            } else if let Expr::Number(n) = term {
                numbers::number(n * magnitude, self.scalar)
            } else {
                let magnitude = numbers::number(magnitude, self.scalar);
                quote!(#magnitude * #value)
            };
            code.extend(match (position, *coefficient < 0.0) {
                (0, true) => quote!(-#scaled),
                (0, false) => scaled,
                (_, true) => quote!(- #scaled),
                (_, false) => quote!(+ #scaled),
            });
        }
        if terms.is_empty() { numbers::number(0.0, self.scalar) } else { quote!((#code)) }
    }

    fn kernel(&self, kernel: &Kernel, scope: Scope) -> TokenStream {
        let name = format_ident!("{}", kernel.name);
        let arguments = kernel.arguments.iter().map(|a| match a {
            Argument::Value(value) => self.expression(value, &Windows::default()),
            Argument::Slice(slice) => {
                let slice = self.slice(slice);
                quote!(&#slice)
            }
            Argument::Slices(slices) => {
                let slices = slices.iter().map(|s| self.slice(s));
                quote!(&[#(&#slices),*])
            }
            Argument::Sparse(matrix) => self.csr(*matrix),
            Argument::Size(size) => numbers::size(size),
            Argument::Scratch { rows, columns } => self.kernel_scratch(rows, columns),
            Argument::Panel { .. } => quote!(&mut scratch[..]),
        });
        let target = self.slice(&kernel.target);
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

    /// `scratch`, of dynamic length: the point keeps one, a table is computed once.
    fn prepare_scratch(&self, argument: &Argument, scope: Scope) -> Option<TokenStream> {
        let length = match argument {
            Argument::Scratch { rows, columns } if rows.mul(columns).as_constant().is_none() => {
                let (rows, columns) = (numbers::size(rows), numbers::size(columns));
                quote!(weighted_gram_scratch(#rows, #columns))
            }
            Argument::Panel { columns } => {
                let columns = numbers::size(columns);
                quote!(khatri_rao_scratch(#columns))
            }
            _ => return None,
        };
        let (zero, scalar) = (numbers::number(0.0, self.scalar), numbers::scalar_type(self.scalar));
        Some(match scope {
            Scope::Table => quote!(let mut scratch = hg::zeros::<#scalar>(hg::kernels::#length);),
            Scope::Point | Scope::Factor => {
                quote!(let scratch = &mut w.scratch; scratch.resize(hg::kernels::#length, #zero);)
            }
        })
    }

    /// One column for constant sizes; dynamic ones keep a buffer in the point.
    fn kernel_scratch(&self, rows: &Size, columns: &Size) -> TokenStream {
        match (rows.as_constant(), columns.as_constant()) {
            (Some(rows), Some(_)) => {
                let (rows, zero) = (numbers::usize_literal(rows), numbers::number(0.0, self.scalar));
                quote!(&mut [#zero; #rows])
            }
            _ => quote!(&mut scratch[..]),
        }
    }

    /// A sparse field as the kernels take it.
    fn csr(&self, matrix: Id) -> TokenStream {
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

/// Loads of the loop under construction that go through windows.
#[derive(Default)]
pub struct Windows {
    variable: Option<Wire>,
    known: Vec<(Source, Affine, Ident)>,
}

impl Windows {
    fn find(&self, source: Source, offset: &Affine) -> Option<&Ident> {
        self.known.iter().find(|(s, o, _)| *s == source && o == offset).map(|(_, _, name)| name)
    }
}

fn offsets(matrix: Id) -> Ident {
    format_ident!("offsets{}", matrix.0)
}

fn indices(matrix: Id) -> Ident {
    format_ident!("indices{}", matrix.0)
}

fn local(name: u32) -> Ident {
    format_ident!("t{name}")
}

/// An access of an empty tensor may start past its end.
fn guard_empty(extent: &Size, count: &TokenStream, code: TokenStream) -> TokenStream {
    match extent.as_constant() {
        Some(c) if c > 0 => quote!({ #code }),
        _ => quote!(if #count > 0 { #code }),
    }
}

fn at_zero(offset: &Affine, variable: Wire) -> Affine {
    offset.substitute(&|w| if w == variable { Affine::default() } else { Affine::wire(w) })
}

fn unconditional_loads<'e>(value: &'e Expr, found: &mut Vec<(Source, &'e Affine)>) {
    match value {
        Expr::Load { source, offset } => found.push((*source, offset)),
        Expr::Product(_, factors) | Expr::Call(_, factors) => factors.iter().for_each(|f| unconditional_loads(f, found)),
        Expr::Sum(terms) => terms.iter().for_each(|(_, t)| unconditional_loads(t, found)),
        Expr::Guarded(..)
        | Expr::Total { .. }
        | Expr::Find { .. }
        | Expr::Number(_)
        | Expr::Count(_)
        | Expr::Index(_)
        | Expr::Local(_) => {}
    }
}

fn sources(statement: &Stmt, reads: &mut BTreeSet<Source>, writes: &mut BTreeSet<Source>) {
    let expression = |value: &Expr, reads: &mut BTreeSet<Source>| {
        let mut found = Vec::new();
        value.sources(&mut found);
        reads.extend(found);
    };
    match statement {
        Stmt::Ensure(_) | Stmt::Scratch(_) | Stmt::Choose { .. } => {}
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
                    Argument::Size(_) | Argument::Scratch { .. } | Argument::Panel { .. } => {}
                }
            }
            kernel.returns.iter().for_each(|c| expression(c, reads));
            writes.insert(kernel.target.source);
        }
    }
}
