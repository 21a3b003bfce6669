//! Size symbols at run time: where their values come from, and the checks of shapes.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::{data, numbers};
use crate::ir::{Size, Symbol};
use crate::lower::program::Choice;
use crate::model::{Block, DataKind, Form, Model, Variable};
use crate::shape::{Alike, Check, CheckKind, SymbolSource};

/// Symbols by who knows them.
pub struct Symbols {
    /// Decided by data.
    pub data: Vec<Symbol>,
    /// Decided by x and y.
    pub point: Vec<Symbol>,
}

impl Symbols {
    pub fn new(model: &Model) -> Self {
        let all = (0..model.sizes.len() as u32).map(Symbol);
        // What was inferred is expressed by others.
        let known = all.filter(|s| match model.sizes.source(*s) {
            SymbolSource::Inferred | SymbolSource::Varying(_) => false,
            // A pass over the field.
            SymbolSource::Reach { field }
            | SymbolSource::Least { field }
            | SymbolSource::ItemAxis { field, .. }
            | SymbolSource::LongestItem { field, .. }
            | SymbolSource::ShortestItem { field, .. } => {
                model.data.as_ref().and_then(|d| d.fields.get(*field)).is_some_and(|field| field.read)
            }
            SymbolSource::DataAxis { .. }
            | SymbolSource::Count { .. }
            | SymbolSource::XAxis { .. }
            | SymbolSource::YAxis { .. }
            | SymbolSource::ListAxis { .. }
            | SymbolSource::Quotient { .. } => true,
        });
        let (data, point) = known.partition(|s| is_data(model, *s));
        Self { data, point }
    }

    /// `let s0 = self.s0; ..`
    pub fn bind_problem(&self) -> TokenStream {
        let names = self.data.iter().map(|s| numbers::symbol(*s));
        quote!(#(let #names = self.#names;)*)
    }

    /// `let s0 = self.s0; .. let s7 = w.s7; ..`
    pub fn bind_point(&self) -> TokenStream {
        let problem = self.bind_problem();
        let names = self.point.iter().map(|s| numbers::symbol(*s));
        quote!(#problem #(let #names = w.#names;)*)
    }

    /// Values from `data: &Data`.
    pub fn measure_data(&self, model: &Model) -> TokenStream {
        self.data.iter().map(|s| measure(model, *s)).collect()
    }

    /// Values from `x: &X` and `y: &Y`.
    pub fn measure_point(&self, model: &Model) -> TokenStream {
        self.point.iter().map(|s| measure(model, *s)).collect()
    }

    pub fn data_names(&self) -> Vec<proc_macro2::Ident> {
        self.data.iter().map(|s| numbers::symbol(*s)).collect()
    }

    pub fn point_names(&self) -> Vec<proc_macro2::Ident> {
        self.point.iter().map(|s| numbers::symbol(*s)).collect()
    }
}

/// The sizes that x and y decide and that a choice depends on: what it is told when it is asked.
pub fn of_choice(model: &Model, choice: &Choice) -> Vec<proc_macro2::Ident> {
    let costs = [&choice.hoisted_cost, &choice.plain_cost, &choice.memory];
    let mentioned: BTreeSet<Symbol> = costs.into_iter().flat_map(Size::symbols).collect();
    mentioned.into_iter().filter(|s| !is_data(model, *s)).map(numbers::symbol).collect()
}

fn is_data(model: &Model, symbol: Symbol) -> bool {
    match model.sizes.source(symbol) {
        SymbolSource::DataAxis { .. } | SymbolSource::Count { .. } | SymbolSource::Reach { .. } | SymbolSource::Least { .. } => {
            true
        }
        SymbolSource::ItemAxis { .. }
        | SymbolSource::LongestItem { .. }
        | SymbolSource::ShortestItem { .. }
        | SymbolSource::ListAxis { .. } => true,
        SymbolSource::XAxis { .. }
        | SymbolSource::YAxis { .. }
        | SymbolSource::Quotient { .. }
        | SymbolSource::Inferred
        | SymbolSource::Varying(_) => false,
    }
}

fn measure(model: &Model, symbol: Symbol) -> TokenStream {
    let name = numbers::symbol(symbol);
    let value = match model.sizes.source(symbol) {
        SymbolSource::DataAxis { field, axis } => data::extent(model, *field, *axis),
        SymbolSource::Count { field } => data::extent(model, *field, 0),
        SymbolSource::ListAxis { field, axis } => data::extent(model, *field, *axis),
        SymbolSource::ItemAxis { field, axis } => return item_extent(model, &name, *field, *axis),
        SymbolSource::LongestItem { field, axis } => {
            let extents = extents_of(model, *field, *axis);
            quote!(hg::indices::longest(#extents))
        }
        SymbolSource::ShortestItem { field, axis } => {
            let extents = extents_of(model, *field, *axis);
            quote!(hg::indices::least(#extents))
        }
        SymbolSource::Reach { field } => {
            let indices = data::indices(model, *field);
            quote!(hg::indices::reach(#indices))
        }
        SymbolSource::Least { field } => {
            let indices = data::indices(model, *field);
            quote!(hg::indices::least(#indices))
        }
        SymbolSource::XAxis { block, axis } => axis_of(&model.x, *block, *axis, &quote!(x)),
        SymbolSource::YAxis { block, axis } => axis_of(&model.y, *block, *axis, &quote!(y)),
        SymbolSource::Quotient { dividend, divisor } => {
            let (dividend, divisor) =
                (numbers::size(&model.sizes.resolve(dividend)), numbers::size(&model.sizes.resolve(divisor)));
            quote!((#dividend).checked_div(#divisor).unwrap_or(0))
        }
        SymbolSource::Inferred | SymbolSource::Varying(_) => quote!(0usize),
    };
    quote!(let #name: usize = #value;)
}

/// A field of items, and the axis of which the extent is meant.
fn item_axis(model: &Model, field: usize, axis: usize) -> Option<data::ItemAxis<'_>> {
    let field = model.data.as_ref()?.fields.get(field)?;
    let form = match &field.kind {
        DataKind::Packed { form, .. } => *form,
        DataKind::Inner => Form::Column,
        DataKind::Tensor { .. }
        | DataKind::Csr { .. }
        | DataKind::Array { .. }
        | DataKind::Index { .. }
        | DataKind::Variants { .. }
        | DataKind::Extent { .. }
        | DataKind::Count { .. }
        | DataKind::Flag { .. }
        | DataKind::Enum { .. } => return None,
    };
    Some((field, form, axis))
}

/// The extents of all items of a list.
fn extents_of(model: &Model, field: usize, axis: usize) -> TokenStream {
    match item_axis(model, field, axis) {
        Some((field, form, axis)) => data::item_extents(field, form, axis),
        None => quote!(hg::core::iter::empty()),
    }
}

/// The extents of items that have to agree, each by its own.
pub fn alike(model: &Model) -> TokenStream {
    let check = |Alike { left, right, place }: &Alike| {
        let (left, right) = (item_axis(model, left.0, left.1)?, item_axis(model, right.0, right.1)?);
        let (pairs, left, right) = (data::paired_extents(left, right), &left.0.name, &right.0.name);
        Some(quote! {
            if let hg::core::option::Option::Some(error) = hg::indices::unlike(#pairs, [#left, #right], #place) {
                return hg::core::result::Result::Err(error);
            }
        })
    };
    model.sizes.alike().iter().filter_map(check).collect()
}

/// An extent that all items of a list have, which is checked.
fn item_extent(model: &Model, name: &Ident, field: usize, axis: usize) -> TokenStream {
    let Some((field, form, axis)) = item_axis(model, field, axis) else { return quote!(let #name = 0usize;) };
    let (extents, what) = (data::item_extents(field, form, axis), &field.name);
    quote! {
        let #name: usize = match hg::indices::common(#extents, #what) {
            hg::core::result::Result::Ok(extent) => extent,
            hg::core::result::Result::Err(error) => return hg::core::result::Result::Err(error),
        };
    }
}

fn axis_of(variable: &Variable, block: usize, axis: usize, name: &TokenStream) -> TokenStream {
    let Block { path, form, .. } = &variable.blocks[block];
    let path = data::steps(path);
    match (form, axis) {
        (Form::Matrix, 1) => quote!(#name #path.ncols()),
        (Form::Matrix, _) => quote!(#name #path.nrows()),
        _ => quote!(#name #path.len()),
    }
}

/// The checks that data alone decides, or the others.
pub fn checks(model: &Model, by_data: bool) -> TokenStream {
    model
        .checks
        .iter()
        .filter(|c| {
            let symbols: Vec<Symbol> = [&c.left, &c.right].into_iter().flat_map(Size::symbols).collect();
            symbols.iter().all(|s| is_data(model, *s)) == by_data
        })
        .map(|found| check(model, found))
        .collect()
}

/// The field of indices whose reach a bound is, and what is added to it.
fn reach_of(model: &Model, bound: &Size) -> Option<(usize, Size)> {
    let fields = bound.symbols().into_iter().filter_map(|symbol| {
        if let SymbolSource::Reach { field } = model.sizes.source(symbol) {
            Some((*field, bound.sub(&Size::symbol(symbol))))
        } else {
            None
        }
    });
    let mut alone = fields.filter(|(_, rest)| rest.as_constant().is_some());
    alone.next()
}

fn check(model: &Model, check: &Check) -> TokenStream {
    let (left, right) = (numbers::size(&check.left), numbers::size(&check.right));
    let (left_name, right_name, place) = (&check.left_name, &check.right_name, &check.place);
    match check.kind {
        CheckKind::Equal => quote! {
            if #left != #right {
                return hg::core::result::Result::Err(hg::ShapeError::Mismatch {
                    left: #left_name, left_size: #left, right: #right_name, right_size: #right, place: #place,
                });
            }
        },
        CheckKind::AtLeast => {
            let error = match reach_of(model, &check.right) {
                Some((field, offset)) => {
                    let what = model.data.as_ref().and_then(|d| d.fields.get(field)).map_or("", |field| field.name.as_str());
                    let indices = data::indices(model, field);
                    let offset = Literal::i64_suffixed(offset.as_constant().unwrap_or_default());
                    quote!(hg::indices::out_of_range(#indices, #offset, #left, #what, #place))
                }
                None => quote!(hg::ShapeError::TooSmall { what: #left_name, needed: #right, found: #left, place: #place }),
            };
            quote!(if #left < #right { return hg::core::result::Result::Err(#error); })
        }
    }
}
