//! Access to the data's fields.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::{numbers, types};
use crate::model::{DataField, DataKind, Form, Held, Level, Model, Step};

/// The entries of a tensor field, as a slice; the data is `self.data`.
pub fn slice(model: &Model, number: usize) -> TokenStream {
    let Some(field) = model.data.as_ref().and_then(|d| d.fields.get(number)) else { return quote!(&[]) };
    let access = access(field, &quote!(self.data()));
    match &field.kind {
        _ if is_packed(field) => {
            let name = packed_name(number);
            quote!(&self.#name[..])
        }
        DataKind::Tensor { form: Form::Scalar, .. } => quote!(hg::core::slice::from_ref(&#access)),
        DataKind::Tensor { .. } | DataKind::Array { .. } | DataKind::Index { .. } | DataKind::Extent { .. } => {
            as_slice(field, &access)
        }
        DataKind::Csr { .. } | DataKind::Count { .. } | DataKind::Enum { .. } | DataKind::Flag { .. } => quote!(&[]),
        DataKind::Inner | DataKind::Packed { .. } | DataKind::Variants { .. } => quote!(&[]),
    }
}

/// Whether what a field is of all items is copied, side by side, when the problem is made.
pub fn is_packed(field: &DataField) -> bool {
    match &field.kind {
        DataKind::Packed { .. } | DataKind::Variants { .. } => true,
        DataKind::Index { .. } | DataKind::Extent { .. } => !field.levels.is_empty(),
        DataKind::Tensor { .. }
        | DataKind::Csr { .. }
        | DataKind::Array { .. }
        | DataKind::Inner
        | DataKind::Count { .. }
        | DataKind::Flag { .. }
        | DataKind::Enum { .. } => false,
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
    if is_packed(field) {
        return quote!((#items[#place] as usize));
    }
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
    let items = items(field, &access);
    match &field.kind {
        DataKind::Tensor { form: Form::Scalar, .. } => quote!(hg::core::iter::once(#access as usize)),
        _ if item.is_empty() => quote!(#items.map(|item| *item as usize)),
        DataKind::Tensor { .. }
        | DataKind::Csr { .. }
        | DataKind::Array { .. }
        | DataKind::Index { .. }
        | DataKind::Variants { .. }
        | DataKind::Extent { .. }
        | DataKind::Inner
        | DataKind::Packed { .. }
        | DataKind::Count { .. }
        | DataKind::Flag { .. }
        | DataKind::Enum { .. } => quote!(#items.map(|item| item #(.#item)* as usize)),
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
        | DataKind::Inner
        | DataKind::Variants { .. }
        | DataKind::Packed { .. } => quote!(#access.len()),
        DataKind::Count { .. } => quote!((#access as usize)),
        DataKind::Flag { .. } => quote!(hg::core::primitive::usize::from(#access)),
        DataKind::Enum { name, variants, .. } => place_of_variant(&access, name, variants),
    }
}

/// Where a variant stands in the declaration of its enum; rustc proves that these are all.
pub fn place_of_variant(value: &TokenStream, name: &str, variants: &[String]) -> TokenStream {
    let ty = types::structure(name);
    let names = variants.iter().map(|variant| types::name(variant));
    let places = (0..variants.len()).map(|place| numbers::usize_literal(place as i64));
    quote!(match #value { #(#ty::#names { .. } => #places),* })
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

/// What holds entries or items side by side, as a slice.
pub fn as_slice(field: &DataField, access: &TokenStream) -> TokenStream {
    if field.is_alone {
        quote!(hg::core::slice::from_ref(&#access))
    } else if field.is_slice {
        quote!((&#access[..]))
    } else {
        quote!(#access.as_slice())
    }
}

/// The items of a field, in the lists of its items where there are such, as an iterator.
fn items(field: &DataField, access: &TokenStream) -> TokenStream {
    let outer = as_slice(field, access);
    field.levels.iter().fold(quote!(#outer.iter()), |outer, level| {
        let inner = inner_items(level);
        quote!(#outer.flat_map(|item| #inner.iter()))
    })
}

/// The items of a list in an `item`, as a slice.
pub fn inner_items(level: &Level) -> TokenStream {
    let path = &level.path;
    let Some(Held { of, variant, member, is_one_of_several }) = &level.held else { return quote!(item #(.#path)*.as_slice()) };
    let (ty, variant) = (types::structure(of), types::name(variant));
    let others = is_one_of_several.then(|| quote!(_ => &[]));
    quote!((match &item #(.#path)* { #ty::#variant { #member: held, .. } => hg::core::slice::from_ref(held), #others }))
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
        // A number by itself, in an `Option`.
        Form::Scalar if item.is_empty() => quote!(hg::core::slice::from_ref(item)),
        Form::Scalar => quote!(hg::core::slice::from_ref(&item #(.#item)*)),
        Form::Column | Form::Row | Form::Matrix => quote!(item #(.#item)*.as_slice()),
    }
}

/// The extent along an axis of what a field is of each item, as an iterator; the data is `data`.
pub fn item_extents(field: &DataField, form: Form, axis: usize) -> TokenStream {
    let (access, item) = (access(field, &quote!(data)), &field.item);
    let (extent, items) = (item_extent(form, axis), items(field, &access));
    quote!(#items.map(|item| item #(.#item)*.#extent))
}

/// What a field is of each item, and of which axis of it the extent is meant.
pub type ItemAxis<'m> = (&'m DataField, Form, usize);

/// The extents of two fields of the same items, as an iterator of pairs. An item of which one is not there, in an
/// `Option` or in another variant, has no pair.
pub fn paired_extents((left, left_form, left_axis): ItemAxis<'_>, (right, right_form, right_axis): ItemAxis<'_>) -> TokenStream {
    let slice = |field| as_slice(field, &access(field, &quote!(data)));
    let (first, second) = (slice(left), slice(right));
    let mut pairs = quote!(#first.iter().zip(#second.iter()));
    let (mut lefts, mut rights) = (left.levels.as_slice(), right.levels.as_slice());
    let is_perhaps = |levels: &[Level]| levels.first().is_some_and(|level| level.longest.is_one());
    while let (Some(_), _) | (_, Some(_)) = (lefts.first(), rights.first()) {
        let left_alone = is_perhaps(lefts) || rights.is_empty();
        let right_alone = !left_alone && (is_perhaps(rights) || lefts.is_empty());
        let inner = |levels: &mut &[Level], is_left: bool| {
            let (level, rest) = levels.split_first()?;
            *levels = rest;
            let (items, own) = (inner_items(level), if is_left { quote!(left) } else { quote!(right) });
            Some(quote!({ let item = #own; #items.iter() }))
        };
        let left_items = if right_alone { None } else { inner(&mut lefts, true) };
        let right_items = if left_alone { None } else { inner(&mut rights, false) };
        let next = match (left_items, right_items) {
            (Some(items), None) => quote!(#items.map(move |left| (left, right))),
            (None, Some(items)) => quote!(#items.map(move |right| (left, right))),
            (Some(first), Some(second)) => quote!(#first.zip(#second)),
            (None, None) => break,
        };
        pairs = quote!(#pairs.flat_map(|(left, right)| #next));
    }
    let extent = |field: &DataField, form, axis, own: TokenStream| {
        let (item, extent) = (&field.item, item_extent(form, axis));
        quote!({ let item = #own; item #(.#item)*.#extent })
    };
    let (first, second) =
        (extent(left, left_form, left_axis, quote!(left)), extent(right, right_form, right_axis, quote!(right)));
    quote!(#pairs.map(|(left, right)| (#first, #second)))
}

pub fn item_extent(form: Form, axis: usize) -> TokenStream {
    match (form, axis) {
        (Form::Matrix, 0) => quote!(nrows()),
        (Form::Matrix, _) => quote!(ncols()),
        (Form::Scalar | Form::Column | Form::Row, _) => quote!(len()),
    }
}
