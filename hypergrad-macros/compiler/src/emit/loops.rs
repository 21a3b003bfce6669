//! Loops, and the windows through which they read and write what lies side by side.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::numbers;
use super::statements::Names;
use crate::ir::{Affine, Size, Wire};
use crate::lower::program::{Expr, Source, Stmt};

impl Names<'_> {
    /// A loop; where its body is one store, contiguous accesses get windows, which the compiler
    /// checks once.
    pub(super) fn looped(&self, span: &Span<'_>, body: &[Stmt]) -> TokenStream {
        let variable = span.variable;
        let name = numbers::variable(variable);
        let [Stmt::Store { target, offset, add, value }] = body else {
            let body: TokenStream = body.iter().map(|s| self.inner(s)).collect();
            let (start, end) = span.ends();
            return quote!(for #name in #start..#end { #body });
        };
        let Steps { count, step, .. } = span.steps();
        let (windows, set_up) = self.windows(span, value);
        let value = self.expression(value, &windows);
        let target = self.place(*target, span.in_place);
        let (prepare, place) = if offset.coefficient(variable).is_one() {
            let range = range(&span.first(offset), &count);
            (quote!(let target = &mut #target #range;), quote!(target[#step]))
        } else {
            let offset = numbers::affine(offset);
            (TokenStream::new(), quote!(#target[#offset]))
        };
        let store = if *add { quote!(#place += #value;) } else { quote!(#place = #value;) };
        let advance = span.advance();
        let code = quote!(#set_up #prepare for #step in 0..#count { #advance #store });
        // From the start on, nothing lies beyond the end of what is empty.
        let mut starts = windows.known.iter().map(|(_, index, _)| index).chain([offset]);
        let from_the_start = span.bounds.is_empty() && starts.all(|index| span.first(index) == Affine::default());
        if from_the_start { quote!({ #code }) } else { span.unless_empty(&code, &TokenStream::new()) }
    }

    /// A long loop over one multiple of what lies side by side, as a call: less for the compiler to read.
    pub(super) fn multiple(&self, statement: &Stmt, in_place: &BTreeSet<Source>) -> Option<TokenStream> {
        let Stmt::Loop { variable, extent, bounds, body } = statement else { return None };
        let [Stmt::Store { target, offset, add, value }] = body.as_slice() else { return None };
        let (coefficient, source, from) = value.as_multiple()?;
        let is_long = extent.as_constant().is_none_or(|count| count >= LONG);
        let side_by_side = [offset, from].iter().all(|index| index.coefficient(*variable).is_one());
        if !is_long || !side_by_side || !bounds.is_empty() {
            return None;
        }
        let span = Span { variable: *variable, extent, bounds, in_place };
        let count = numbers::size(extent);
        let window = |source: Source, index: &Affine| {
            let (source, start) = (self.place(source, in_place), span.first(index));
            if start == Affine::default() {
                return quote!(#source[..#count]);
            }
            let start = numbers::affine(&start);
            quote!(#source[#start..][..#count])
        };
        let starts_at_0 = [offset, from].iter().all(|index| span.first(index) == Affine::default());
        let (from, to) = (window(source, from), window(*target, offset));
        let factor = numbers::number(coefficient, self.scalar);
        let call = match (add, coefficient == 1.0) {
            (true, _) => quote!(hg::kernels::axpy(#factor, &#from, &mut #to);),
            (false, true) => quote!(hg::kernels::copy(&#from, &mut #to);),
            (false, false) => quote!(hg::kernels::copy_scaled(#factor, &#from, &mut #to);),
        };
        Some(if starts_at_0 { call } else { span.unless_empty(&call, &TokenStream::new()) })
    }

    pub(super) fn sum(&self, span: &Span<'_>, value: &Expr) -> TokenStream {
        let Steps { count, step, .. } = span.steps();
        let (windows, set_up) = self.windows(span, value);
        let zero = numbers::number(0.0, self.scalar);
        let is_long = span.extent.as_constant().is_none_or(|count| count >= LONG);
        let code = if is_long && !windows.known.is_empty() && windows.are_all(value, span.variable) {
            let names: Vec<Ident> = windows.known.iter().map(|(_, _, name)| name.clone()).collect();
            let value = self.expression(value, &Windows { step: None, ..windows });
            quote!(#set_up hg::kernels::sum_windows([#(#names),*], |[#(#names),*]| #value))
        } else {
            let value = self.expression(value, &windows);
            let advance = span.advance();
            let value = if advance.is_empty() { value } else { quote!({ #advance #value }) };
            quote!(#set_up hg::kernels::sum_by(#count, |#step| #value))
        };
        match span.extent.as_constant() {
            _ if !span.bounds.is_empty() => span.unless_empty(&code, &zero),
            Some(c) if c > 0 => code,
            _ => quote!(if #count == 0 { #zero } else { #code }),
        }
    }

    /// A window per unconditional load that moves by one with the variable.
    fn windows(&self, span: &Span<'_>, value: &Expr) -> (Windows, TokenStream) {
        let mut loads = Vec::new();
        unconditional_loads(value, &mut loads);
        let Steps { count, step } = span.steps();
        let mut windows = Windows { step: Some(step), known: Vec::new() };
        let mut set_up = TokenStream::new();
        for (source, offset) in loads {
            if !offset.coefficient(span.variable).is_one() || windows.find(source, offset).is_some() {
                continue;
            }
            let name = format_ident!("p{}", windows.known.len());
            let (from, range) = (self.place(source, span.in_place), range(&span.first(offset), &count));
            set_up.extend(quote!(let #name = &#from #range;));
            windows.known.push((source, offset.clone(), name));
        }
        (windows, set_up)
    }
}

/// Of a slice: so many entries from the start. An index less is work less for rustc.
fn range(start: &Affine, count: &TokenStream) -> TokenStream {
    if start.as_size().is_some_and(Size::is_zero) {
        return quote!([..#count]);
    }
    let start = numbers::affine(start);
    quote!([#start..][..#count])
}

/// Sums of at least this many terms are computed in lanes.
const LONG: i64 = 16;

/// Loops inside of each other that are worth a dispatch to the vectors of the machine.
pub(super) const DEEP: usize = 3;

/// Whether a nest of at least so many loops does arithmetic, and nothing else.
pub(super) fn is_nest(statement: &Stmt, least: usize) -> bool {
    depth(statement).is_some_and(|depth| depth >= least)
}

/// The loops of a nest of arithmetic.
fn depth(statement: &Stmt) -> Option<usize> {
    let all = |body: &[Stmt]| body.iter().map(depth).try_fold(0, |most, own| Some(most.max(own?)));
    match statement {
        Stmt::Loop { body, .. } => Some(1 + all(body)?),
        Stmt::When { body, .. } => all(body),
        Stmt::Store { value, .. } | Stmt::Let { value, .. } => value.is_arithmetic().then_some(0),
        Stmt::Sum { value, .. } => value.is_arithmetic().then_some(1),
        Stmt::Ensure(_)
        | Stmt::Scratch(_)
        | Stmt::Zero { .. }
        | Stmt::Steps { .. }
        | Stmt::Given { .. }
        | Stmt::Entries { .. }
        | Stmt::Choose { .. }
        | Stmt::Kernel(_) => None,
    }
}

/// The values of a loop variable.
pub(super) struct Span<'s> {
    pub variable: Wire,
    pub extent: &'s Size,
    /// At least 0, each with coefficient ±1 of the variable.
    pub bounds: &'s [Affine],
    /// What has no name.
    pub in_place: &'s BTreeSet<Source>,
}

/// Steps of a loop, counted from its start.
struct Steps {
    count: TokenStream,
    step: Ident,
}

impl Span<'_> {
    /// Start and end, the end exclusive; the end may be before the start.
    fn ends(&self) -> (TokenStream, TokenStream) {
        let (mut start, mut end) = (None, numbers::size(self.extent));
        for bound in self.bounds {
            let coefficient = bound.coefficient(self.variable);
            let rest = bound.sub(&Affine::wire(self.variable).scale(&coefficient));
            // v + rest >= 0, or rest - v >= 0.
            if coefficient.is_one() {
                let own = numbers::affine(&rest.scale(&Size::constant(-1)));
                start = Some(start.map_or_else(|| own.clone(), |other| quote!(hg::core::cmp::Ord::max(#other, #own))));
            } else {
                let own = numbers::affine(&rest.add(&Affine::constant(Size::constant(1))));
                end = quote!(hg::core::cmp::Ord::min(#end, #own));
            }
        }
        (start.unwrap_or_else(|| quote!(0)), end)
    }

    fn steps(&self) -> Steps {
        let variable = numbers::variable(self.variable);
        if self.bounds.is_empty() {
            return Steps { count: numbers::size(self.extent), step: variable };
        }
        Steps { count: quote!(count), step: format_ident!("step") }
    }

    /// An index at the start, which [`Span::unless_empty`] binds to the variable.
    fn first(&self, index: &Affine) -> Affine {
        let is_start = |wire: Wire| wire == self.variable && self.bounds.is_empty();
        index.substitute(&|wire| if is_start(wire) { Affine::default() } else { Affine::wire(wire) })
    }

    /// The variable at a step.
    fn advance(&self) -> TokenStream {
        if self.bounds.is_empty() {
            return TokenStream::new();
        }
        let variable = numbers::variable(self.variable);
        quote!(let #variable = #variable + step;)
    }

    /// The code, unless there is no value: an access of an empty tensor may start past its end.
    fn unless_empty(&self, code: &TokenStream, otherwise: &TokenStream) -> TokenStream {
        let alternative = if otherwise.is_empty() { TokenStream::new() } else { quote!(else { #otherwise }) };
        if !self.bounds.is_empty() {
            let variable = numbers::variable(self.variable);
            let (start, end) = self.ends();
            return quote!({
                let #variable: usize = #start;
                let count = (#end).saturating_sub(#variable);
                if count > 0 { #code } #alternative
            });
        }
        let count = numbers::size(self.extent);
        match self.extent.as_constant() {
            Some(c) if c > 0 => quote!({ #code }),
            _ => quote!(if #count > 0 { #code } #alternative),
        }
    }
}

/// Loads of the loop under construction that go through windows.
#[derive(Default)]
pub struct Windows {
    /// What a window is indexed by; `None` where its name stands for the entry.
    pub(super) step: Option<Ident>,
    known: Vec<(Source, Affine, Ident)>,
}

impl Windows {
    /// Whether a value depends on the variable through windows alone.
    fn are_all(&self, value: &Expr, variable: Wire) -> bool {
        let all = |parts: &[Expr]| parts.iter().all(|part| self.are_all(part, variable));
        match value {
            Expr::Load { source, offset } => !offset.mentions(variable) || self.find(*source, offset).is_some(),
            Expr::Product(_, parts) | Expr::Call(_, parts) => all(parts),
            Expr::Sum(terms) => terms.iter().all(|(_, term)| self.are_all(term, variable)),
            Expr::Guarded(guards, value) => guards.iter().all(|g| !g.affine.mentions(variable)) && self.are_all(value, variable),
            Expr::Find { .. } | Expr::Total { .. } => false,
            Expr::Index(affine) => !affine.mentions(variable),
            Expr::Number(_) | Expr::Count(_) | Expr::Local(_) => true,
        }
    }

    pub(super) fn find(&self, source: Source, offset: &Affine) -> Option<&Ident> {
        self.known.iter().find(|(s, o, _)| *s == source && o == offset).map(|(_, _, name)| name)
    }
}

pub(super) fn unconditional_loads<'e>(value: &'e Expr, found: &mut Vec<(Source, &'e Affine)>) {
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
