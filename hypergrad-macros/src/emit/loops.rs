//! Loops, and the windows through which they read and write what lies side by side.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::numbers;
use super::statements::Names;
use crate::ir::{Affine, Size, Wire};
use crate::lower::program::{Expr, Source, Stmt};

impl Names<'_> {
    /// A loop; where its body is one store, contiguous accesses get windows, which the compiler
    /// checks once.
    pub(super) fn looped(&self, variable: Wire, extent: &Size, body: &[Stmt]) -> TokenStream {
        let name = numbers::variable(variable);
        let count = numbers::size(extent);
        let [Stmt::Store { target, offset, add, value }] = body else {
            let body: TokenStream = body.iter().map(|s| self.inner(s)).collect();
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

    pub(super) fn sum(&self, variable: Wire, extent: &Size, value: &Expr) -> TokenStream {
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
}

/// Loads of the loop under construction that go through windows.
#[derive(Default)]
pub struct Windows {
    pub(super) variable: Option<Wire>,
    known: Vec<(Source, Affine, Ident)>,
}

impl Windows {
    pub(super) fn find(&self, source: Source, offset: &Affine) -> Option<&Ident> {
        self.known.iter().find(|(s, o, _)| *s == source && o == offset).map(|(_, _, name)| name)
    }
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
