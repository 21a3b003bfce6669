//! `vector!`, `matrix!`, `vec!`; assertions and what is printed say nothing of the value.

use syn::parse::Parser;
use syn::punctuated::Punctuated;

use super::Tracer;
use super::value::{Tensor, Value, dimensions, own_index};
use super::words::MacroWord;
use crate::ir::Size;
use crate::model::Form;

impl Tracer<'_> {
    pub(super) fn macro_call(&mut self, call: &syn::Macro) -> Option<Value> {
        let name = call.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
        let Some(word) = MacroWord::named(&name) else {
            self.diagnostics.error_with_help(
                call,
                format!("macro `{name}!` is not accepted: its meaning cannot be read"),
                "accepted are `vector!`, `matrix!`, `dvector!`, `dmatrix!`, `vec!`, `matches!` and `assert!`",
            );
            return None;
        };
        match word {
            MacroWord::vector | MacroWord::dvector => {
                let entries = self.macro_rows(call)?.into_iter().flatten().collect::<Vec<_>>();
                let length = Size::constant(entries.len() as i64);
                Some(Value::Tensor(self.assemble(Form::Column, &length, &Size::constant(1), entries)))
            }
            MacroWord::matrix => self.matrix_macro(call, true),
            MacroWord::dmatrix => self.matrix_macro(call, false),
            MacroWord::vec => self.vec_macro(call),
            MacroWord::dbg => match call.parse_body::<syn::Expr>() {
                Ok(expression) => self.expression(&expression),
                Err(error) => {
                    self.diagnostics.error(error.span(), "`dbg!` of one value is read as that value");
                    None
                }
            },
            MacroWord::stack => self.stacked_blocks(call),
            MacroWord::format => Some(Value::Text),
            MacroWord::matches => self.matches_macro(call),
            // Where a run comes here it has no value: the point is no point of the function.
            MacroWord::panic | MacroWord::unreachable | MacroWord::todo | MacroWord::unimplemented => Some(Value::Never),
            MacroWord::assert
            | MacroWord::assert_eq
            | MacroWord::assert_ne
            | MacroWord::debug_assert
            | MacroWord::debug_assert_eq
            | MacroWord::debug_assert_ne
            | MacroWord::print
            | MacroWord::println
            | MacroWord::eprint
            | MacroWord::eprintln => Some(Value::Tuple(Vec::new())),
        }
    }

    /// `matrix!`, whose type says that a dimension is one, or `dmatrix!`.
    fn matrix_macro(&mut self, call: &syn::Macro, is_static: bool) -> Option<Value> {
        let rows = self.macro_rows(call)?;
        let (height, width) = (rows.len() as i64, rows.first().map_or(0, Vec::len) as i64);
        if rows.iter().any(|row| row.len() as i64 != width) {
            self.diagnostics.error(call, "the rows of this matrix have different lengths");
            return None;
        }
        let form = match (is_static, height, width) {
            (true, _, 1) => Form::Column,
            (true, 1, _) => Form::Row,
            _ => Form::Matrix,
        };
        let (rows_size, columns) = dimensions(form, &own_index(form, &Size::constant(height), &Size::constant(width)));
        let entries = rows.into_iter().flatten().collect();
        Some(Value::Tensor(self.assemble(form, &rows_size, &columns, entries)))
    }

    fn vec_macro(&mut self, call: &syn::Macro) -> Option<Value> {
        let tokens = call.tokens.clone();
        if let Ok(repeat) = syn::parse2::<syn::ExprRepeat>(
            proc_macro2::TokenTree::from(proc_macro2::Group::new(proc_macro2::Delimiter::Bracket, tokens.clone())).into(),
        ) {
            return self.expression(&syn::Expr::Repeat(repeat));
        }
        match Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated.parse2(tokens) {
            Ok(list) => self.list(list.iter()).map(Value::Array),
            Err(error) => {
                self.diagnostics.error(error.span(), error);
                None
            }
        }
    }

    /// `a, b; c, d`
    fn macro_rows(&mut self, call: &syn::Macro) -> Option<Vec<Vec<Tensor>>> {
        let rows = self.macro_cells(call)?;
        let mut entry = |expression: &syn::Expr| {
            let value = self.expression(expression)?;
            self.scalar_at(value, expression, "a scalar")
        };
        let traced: Vec<Vec<Option<Tensor>>> = rows.iter().map(|row| row.iter().map(&mut entry).collect()).collect();
        traced.into_iter().map(|row| row.into_iter().collect()).collect()
    }

    pub(super) fn macro_cells(&mut self, call: &syn::Macro) -> Option<Vec<Vec<syn::Expr>>> {
        let parser = |input: syn::parse::ParseStream<'_>| {
            let mut rows: Vec<Vec<syn::Expr>> = vec![Vec::new()];
            while !input.is_empty() {
                if let Some(row) = rows.last_mut() {
                    row.push(input.parse()?);
                }
                if input.peek(syn::Token![;]) {
                    input.parse::<syn::Token![;]>()?;
                    rows.push(Vec::new());
                } else if !input.is_empty() {
                    input.parse::<syn::Token![,]>()?;
                }
            }
            rows.retain(|row| !row.is_empty());
            Ok(rows)
        };
        match parser.parse2(call.tokens.clone()) {
            Ok(rows) => Some(rows),
            Err(error) => {
                self.diagnostics.error(error.span(), error);
                None
            }
        }
    }
}
