//! Access to the data's fields.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::{numbers, types};
use crate::model::{DataField, DataKind, Form, Model, Step};

/// The entries of a tensor field, as a slice; the data is `self.data`.
pub fn slice(model: &Model, number: usize) -> TokenStream {
    let Some(field) = model.data.as_ref().and_then(|d| d.fields.get(number)) else { return quote!(&[]) };
    let access = access(field, &quote!(self.data()));
    match &field.kind {
        DataKind::Packed { .. } => {
            let name = packed_name(number);
            quote!(&self.#name[..])
        }
        DataKind::Tensor { form: Form::Scalar, .. } => quote!(hg::core::slice::from_ref(&#access)),
        DataKind::Tensor { .. } | DataKind::Array { .. } | DataKind::Index { .. } | DataKind::Extent { .. } => {
            quote!(#access.as_slice())
        }
        DataKind::Csr { .. } | DataKind::Count { .. } | DataKind::Enum { .. } | DataKind::Flag { .. } => quote!(&[]),
    }
}

/// The reals of a field that has any, as a slice.
pub fn reals(model: &Model, number: usize) -> TokenStream {
    let field = model.data.as_ref().and_then(|d| d.fields.get(number));
    if field.is_some_and(|field| matches!(field.kind, DataKind::Csr { .. })) {
        let matrix = sparse(model, number);
        return quote!(#matrix.values());
    }
    slice(model, number)
}

/// The index at a place of a field, whose items are the slice `items`.
pub fn index(model: &Model, field: usize, items: &TokenStream, place: &TokenStream) -> TokenStream {
    let Some(field) = model.data.as_ref().and_then(|d| d.fields.get(field)) else { return quote!(0usize) };
    let item = &field.item;
    if let DataKind::Extent { form, axis } = &field.kind {
        let extent = item_extent(*form, *axis);
        quote!(#items[#place] #(.#item)*.#extent)
    } else {
        quote!((#items[#place] #(.#item)* as usize))
    }
}

/// All indices of a field, as an iterator; the data is `data`.
pub fn indices(model: &Model, field: usize) -> TokenStream {
    let Some(field) = model.data.as_ref().and_then(|d| d.fields.get(field)) else { return quote!(hg::core::iter::empty()) };
    let (access, item) = (access(field, &quote!(data)), &field.item);
    match &field.kind {
        DataKind::Tensor { form: Form::Scalar, .. } => quote!(hg::core::iter::once(#access as usize)),
        _ if item.is_empty() => quote!(#access.as_slice().iter().map(|item| *item as usize)),
        DataKind::Tensor { .. }
        | DataKind::Csr { .. }
        | DataKind::Array { .. }
        | DataKind::Index { .. }
        | DataKind::Extent { .. }
        | DataKind::Packed { .. }
        | DataKind::Count { .. }
        | DataKind::Flag { .. }
        | DataKind::Enum { .. } => quote!(#access.as_slice().iter().map(|item| item #(.#item)* as usize)),
    }
}

/// The extent of an axis of a field, or the value of a count; the data is `data`.
pub fn extent(model: &Model, field: usize, axis: usize) -> TokenStream {
    let Some(field) = model.data.as_ref().and_then(|d| d.fields.get(field)) else { return quote!(0usize) };
    let access = access(field, &quote!(data));
    match &field.kind {
        DataKind::Tensor { form: Form::Matrix, .. } | DataKind::Index { form: Form::Matrix } | DataKind::Csr { .. } => match axis
        {
            1 => quote!(#access.ncols()),
            _ => quote!(#access.nrows()),
        },
        DataKind::Tensor { .. }
        | DataKind::Array { .. }
        | DataKind::Index { .. }
        | DataKind::Extent { .. }
        | DataKind::Packed { .. } => quote!(#access.len()),
        DataKind::Count { .. } => quote!(#access),
        DataKind::Flag { .. } => quote!(hg::core::primitive::usize::from(#access)),
        // rustc proves that these are all variants.
        DataKind::Enum { name, variants, .. } => {
            let ty = types::structure(name);
            let names = variants.iter().map(|variant| types::name(variant));
            let places = (0..variants.len()).map(|place| numbers::usize_literal(place as i64));
            quote!(match #access { #(#ty::#names => #places),* })
        }
    }
}

/// A sparse field.
pub fn sparse(model: &Model, field: usize) -> TokenStream {
    let field = model.data.as_ref().and_then(|d| d.fields.get(field));
    field.map(|field| access(field, &quote!(self.data()))).unwrap_or_default()
}

/// The place of a field's value, behind its reference if there is one.
pub fn access(field: &DataField, data: &TokenStream) -> TokenStream {
    let path = steps(&field.path);
    if field.by_reference { quote!((*#data #path)) } else { quote!(#data #path) }
}

/// `.folds[0].a`
pub fn steps(path: &[Step]) -> TokenStream {
    path.iter()
        .map(|step| match step {
            Step::Field(name) => quote!(.#name),
            Step::Item(place) => {
                let place = Literal::usize_unsuffixed(*place);
                quote!([#place])
            }
        })
        .collect()
}

/// Where reals of the items of a list are kept side by side.
pub fn packed_name(field: usize) -> Ident {
    format_ident!("packed{field}")
}

/// The entries of what a field is of an item, as a slice.
pub fn entries_of_item(field: &DataField, form: Form) -> TokenStream {
    let item = &field.item;
    match form {
        Form::Scalar => quote!(hg::core::slice::from_ref(&item #(.#item)*)),
        Form::Column | Form::Row | Form::Matrix => quote!(item #(.#item)*.as_slice()),
    }
}

/// The extent along an axis of what a field is of each item, as an iterator; the data is `data`.
pub fn item_extents(field: &DataField, form: Form, axis: usize) -> TokenStream {
    let (access, item) = (access(field, &quote!(data)), &field.item);
    let extent = item_extent(form, axis);
    quote!(#access.as_slice().iter().map(|item| item #(.#item)*.#extent))
}

fn item_extent(form: Form, axis: usize) -> TokenStream {
    match (form, axis) {
        (Form::Matrix, 0) => quote!(nrows()),
        (Form::Matrix, _) => quote!(ncols()),
        (Form::Scalar | Form::Column | Form::Row, _) => quote!(len()),
    }
}
