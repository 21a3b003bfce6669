//! Scalar expressions of the lowered program as Rust.

use proc_macro2::{Delimiter, Group, Punct, Spacing, TokenStream, TokenTree};
use quote::{TokenStreamExt, quote};

use super::bindings::local;
use super::loops::Windows;
use super::numbers;
use super::statements::Names;
use crate::ir::{Affine, Func};
use crate::lower::program::Expr;

impl Names<'_> {
    pub fn expression(&self, value: &Expr, windows: &Windows) -> TokenStream {
        match value {
            Expr::Number(value) => numbers::number(*value, self.scalar),
            Expr::Count(size) => numbers::as_number(&Affine::constant(size.clone()), self.scalar),
            Expr::Index(affine) => numbers::as_number(affine, self.scalar),
            Expr::Local(name) => {
                let name = local(*name);
                quote!(#name)
            }
            Expr::Load { source, offset } => match (windows.find(*source, offset), &windows.step) {
                (Some(name), Some(step)) => quote!(#name[#step]),
                (Some(name), None) => quote!(#name),
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
            Expr::Find { matrix, row, column, value, .. } if self.graph.is_selection(*matrix) => {
                let (index, column) = (self.selected(*matrix, row), numbers::affine(column));
                let (value, zero) = (self.expression(value, windows), numbers::number(0.0, self.scalar));
                quote!((if #index == #column { #value } else { #zero }))
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
        if let (1.0, [one @ (Expr::Load { .. } | Expr::Product(..) | Expr::Sum(_))]) = (coefficient, factors) {
            return self.expression(one, windows);
        }
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
        let mut code = numbers::times(parts);
        for reciprocal in reciprocals {
            if let Expr::Call(_, arguments) = reciprocal {
                let divisor = self.expression(&arguments[0], windows);
                code = quote!(#code / #divisor);
            }
        }
        let code = in_parentheses(code);
        if coefficient == -1.0 && !factors.is_empty() { quote!((-#code)) } else { code }
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
                numbers::times([magnitude, value])
            };
            match (position, *coefficient < 0.0) {
                (_, true) => code.append(Punct::new('-', Spacing::Alone)),
                (0, false) => {}
                (_, false) => code.append(Punct::new('+', Spacing::Alone)),
            }
            code.extend(scaled);
        }
        if terms.is_empty() { numbers::number(0.0, self.scalar) } else { in_parentheses(code) }
    }
}

fn in_parentheses(code: TokenStream) -> TokenStream {
    TokenTree::from(Group::new(Delimiter::Parenthesis, code)).into()
}
