//! `stack!`: a matrix of blocks; and the norms that nalgebra has as types.

use syn::spanned::Spanned;

use super::Tracer;
use super::agree::Site;
use super::contract::{Contraction, Factor};
use super::value::{Tensor, Value, dimensions, own_index};
use super::words::WithNormWord;
use crate::ir::{Affine, Size};
use crate::model::Form;

impl Tracer<'_> {
    /// `stack![a, b; c, 0]`: the first block that is no `0` says how high its row of blocks is, and how wide its column.
    pub(super) fn stacked_blocks(&mut self, call: &syn::Macro) -> Option<Value> {
        let cells = self.macro_cells(call)?;
        let width = cells.first().map_or(0, Vec::len);
        // What is no rectangle of blocks, or has no size, is no `stack!`.
        if width == 0 || cells.iter().any(|row| row.len() != width) {
            return None;
        }
        let mut blocks: Vec<Vec<Option<Tensor>>> = Vec::new();
        for row in &cells {
            let traced: Vec<Option<Option<Tensor>>> = row.iter().map(|cell| self.block_of(cell)).collect();
            blocks.push(traced.into_iter().collect::<Option<_>>()?);
        }
        let heights: Option<Vec<Size>> = blocks.iter().map(|row| row.iter().flatten().next().map(|b| b.rows.clone())).collect();
        let widths: Option<Vec<Size>> =
            (0..width).map(|k| blocks.iter().find_map(|row| row.get(k)?.as_ref()).map(|b| b.columns.clone())).collect();
        let (heights, widths) = (heights?, widths?);
        let is_column = width == 1 && blocks.iter().flatten().flatten().any(|b| matches!(b.form, Form::Column | Form::Scalar));
        let is_row = cells.len() == 1 && blocks.iter().flatten().flatten().any(|b| matches!(b.form, Form::Row | Form::Scalar));
        let form = match (is_column, is_row) {
            (true, _) => Form::Column,
            (false, true) => Form::Row,
            (false, false) => Form::Matrix,
        };
        let total = |sizes: &[Size]| sizes.iter().fold(Size::zero(), |all, size| all.add(size));
        let (rows, columns) = dimensions(form, &own_index(form, &total(&heights), &total(&widths)));
        let mut whole: Option<Tensor> = None;
        for (i, row) in blocks.iter().enumerate() {
            for (j, block) in row.iter().enumerate() {
                let Some(block) = block else { continue };
                let site = Site { span: cells[i][j].span(), name: "stack".to_owned(), operands: Vec::new() };
                let block = self.fitted_block(&site, block, &heights[i], &widths[j])?;
                let start = (total(&heights[..i]), total(&widths[..j]));
                let part = self.placed_block(&block, start, form, &rows, &columns);
                whole = Some(match whole {
                    None => part,
                    Some(whole) => self.linear(&[(1.0, &whole), (1.0, &part)]),
                });
            }
        }
        whole.map(Value::Tensor)
    }

    /// A block; `None` for `0`.
    fn block_of(&mut self, cell: &syn::Expr) -> Option<Option<Tensor>> {
        if let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(number), .. }) = cell
            && number.base10_digits() == "0"
        {
            return Some(None);
        }
        let value = self.expression(cell)?;
        self.tensor_at(value, cell, "a vector or matrix").map(Some)
    }

    /// A block, as high and as wide as its row and column of blocks.
    fn fitted_block(&mut self, site: &Site<'_>, block: &Tensor, height: &Size, width: &Size) -> Option<Tensor> {
        let block = self.reform(block, Form::Matrix);
        let zero = self.number(0.0);
        let shape = self.fill(&zero, Form::Matrix, height, width);
        self.agree(site, shape, block).map(|(_, block)| block)
    }

    fn placed_block(&mut self, block: &Tensor, (above, before): (Size, Size), form: Form, rows: &Size, columns: &Size) -> Tensor {
        let (r, c) = self.axes(&block.rows, &block.columns);
        let (row, column) = (Affine::wire(r), Affine::wire(c));
        let place = (row.add(&Affine::constant(above)), column.add(&Affine::constant(before)));
        let contraction = Contraction {
            factors: vec![Factor::at(block, &row, &column)],
            local: vec![r, c],
            out: own_index(form, &place.0, &place.1),
            ..Contraction::default()
        };
        self.contract(contraction, form, rows, columns)
    }

    /// `x.apply_norm(&LpNorm(3))` as `x.lp_norm(3)`, `x.apply_metric_distance(&y, &EuclideanNorm)` as `x.metric_distance(&y)`.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    pub(super) fn with_norm(&mut self, call: &syn::ExprMethodCall) -> Option<syn::ExprMethodCall> {
        let word = WithNormWord::named(&call.method.to_string())?;
        let mut norm = call.args.last()?;
        while let syn::Expr::Reference(inner) = norm {
            norm = &inner.expr;
        }
        let (path, power) = match norm {
            syn::Expr::Path(path) => (&path.path, None),
            syn::Expr::Call(made) => match &*made.func {
                syn::Expr::Path(path) => (&path.path, Some(made.args.first()?)),
                _ => return None,
            },
            _ => return None,
        };
        let name = path.segments.last()?.ident.to_string();
        let (method, arguments): (&str, Vec<syn::Expr>) = match (name.as_str(), power) {
            ("EuclideanNorm", None) => ("norm", Vec::new()),
            ("UniformNorm", None) => ("amax", Vec::new()),
            ("LpNorm", Some(power)) => ("lp_norm", vec![power.clone()]),
            _ => return None,
        };
        self.outside(path, &format!("nalgebra::{name}"));
        let mut plain = call.clone();
        plain.method = syn::Ident::new(method, call.method.span());
        plain.args = arguments.into_iter().collect();
        if word == WithNormWord::apply_metric_distance {
            let (receiver, other) = (&call.receiver, call.args.first()?);
            plain.receiver = Box::new(syn::parse_quote! { (#receiver - #other) });
        }
        Some(plain)
    }
}
