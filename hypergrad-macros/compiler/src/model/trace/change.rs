//! Methods that change their operand, and references to its parts.

use proc_macro2::Ident;
use quote::quote_spanned;

use super::Tracer;
use super::accumulate::{Entries, Summand};
use super::agree::Site;
use super::call::{Call, Outcome};
use super::compose::{made, made_with};
use super::place::{Part, Place};
use super::stream::{Items, Stream};
use super::value::{Tensor, Value};
use super::words::{ChangeWord, PartWord, PlaceWord, SlicePlaceWord};
use crate::ir::{Affine, Size};
use crate::model::Form;

/// The part that a reference is to.
enum Parts {
    Part(PartWord),
    Entries,
    Rows,
    Columns,
    Whole,
}

impl PlaceWord {
    fn parts(self) -> Parts {
        match self {
            Self::row_mut => Parts::Part(PartWord::row),
            Self::column_mut => Parts::Part(PartWord::column),
            Self::rows_mut => Parts::Part(PartWord::rows),
            Self::columns_mut => Parts::Part(PartWord::columns),
            Self::fixed_rows_mut => Parts::Part(PartWord::fixed_rows),
            Self::fixed_columns_mut => Parts::Part(PartWord::fixed_columns),
            Self::rows_range_mut => Parts::Part(PartWord::rows_range),
            Self::columns_range_mut => Parts::Part(PartWord::columns_range),
            Self::view_mut => Parts::Part(PartWord::view),
            Self::fixed_view_mut => Parts::Part(PartWord::fixed_view),
            Self::iter_mut => Parts::Entries,
            Self::row_iter_mut => Parts::Rows,
            Self::column_iter_mut => Parts::Columns,
            Self::as_mut_slice => Parts::Whole,
        }
    }
}

impl Tracer<'_> {
    /// A method of a place; `None` where it is none.
    pub(super) fn changing_method(&mut self, call: &syn::ExprMethodCall) -> Option<Option<Value>> {
        let name = call.method.to_string();
        if self.module.associated.iter().any(|item| item.name() == name.as_str()) {
            let receiver = match self.root_place(&call.receiver).cloned() {
                Some(place) => self.leaf(&place),
                None => self.expression(&call.receiver),
            };
            if receiver.is_some_and(|receiver| receiver.own_type().is_some()) {
                return None;
            }
        }
        if let Some(word) = PlaceWord::named(&name) {
            return Some(self.part_of_place(call, word));
        }
        if let Some(word) = SlicePlaceWord::named(&name) {
            return Some(self.part_of_slice(call, word));
        }
        let word = ChangeWord::named(&name)?;
        Some(self.changed_place(call, word))
    }

    fn receiver(&mut self, call: &syn::ExprMethodCall) -> (Option<Place>, Vec<Option<Value>>) {
        let place = self.single_place(&call.receiver);
        let arguments = call.args.iter().map(|argument| self.expression(argument)).collect();
        (place, arguments)
    }

    fn part_of_place(&mut self, written: &syn::ExprMethodCall, word: PlaceWord) -> Option<Value> {
        let (place, arguments) = self.receiver(written);
        let arguments = arguments.into_iter().collect::<Option<Vec<Value>>>()?;
        let place = place?;
        let operands = std::iter::once(&*written.receiver).chain(&written.args).collect();
        let site = Site { span: written.method.span(), name: written.method.to_string(), operands };
        let call = Call { site, generics: written.turbofish.as_ref(), expected: None, is_read_to_the_end: false };
        let run = |length: &Size, items: Items| Stream::Run {
            start: Affine::default(),
            end: Some(Affine::constant(length.clone())),
            items,
        };
        let own = Box::new(place.clone().borrowed());
        let parts = word.parts();
        if let Parts::Whole = parts {
            return Some(Value::Reference(own));
        }
        if let Some(shape) = self.leaf(&place).and_then(|leaf| self.shape_of_leaf(&place, &leaf))
            && self.is_of_another_trait(&call, &Value::Tensor(shape))
        {
            return None;
        }
        if let Parts::Entries = parts {
            let stream = self.entries_of_place(&place);
            return self.known_place(&call, stream).map(|stream| Value::Stream(Box::new(stream)));
        }
        let leaf = self.leaf(&place)?;
        let shape = self.shape_of_leaf(&place, &leaf);
        let shape = self.known_place(&call, shape)?;
        Some(match parts {
            Parts::Part(part) => {
                let part = self.checked_part(&call, part, &shape, &arguments)?;
                Value::Reference(Box::new(place.at(part)))
            }
            Parts::Rows => Value::Stream(Box::new(run(&self.sizes.resolve(&shape.rows), Items::RowPlaces(own, shape)))),
            Parts::Columns | Parts::Entries | Parts::Whole => {
                Value::Stream(Box::new(run(&self.sizes.resolve(&shape.columns), Items::ColumnPlaces(own, shape))))
            }
        })
    }

    fn part_of_slice(&mut self, written: &syn::ExprMethodCall, word: SlicePlaceWord) -> Option<Value> {
        let (place, arguments) = self.receiver(written);
        let arguments = arguments.into_iter().collect::<Option<Vec<Value>>>()?;
        let place = place?;
        let operands = std::iter::once(&*written.receiver).chain(&written.args).collect();
        let site = Site { span: written.method.span(), name: written.method.to_string(), operands };
        let call = Call { site, generics: None, expected: None, is_read_to_the_end: false };
        let leaf = self.leaf(&place)?;
        if self.is_of_another_trait(&call, &leaf) {
            return None;
        }
        if let Value::Growing(growing) = &leaf {
            self.refuse_reading(&growing.name, call.site.span);
            return None;
        }
        match self.slice_place(&call, word, &place, &arguments) {
            Outcome::Known(value) => value,
            Outcome::Unknown => self.known_place(&call, None),
        }
    }

    fn known_place<T>(&mut self, call: &Call<'_>, found: Option<T>) -> Option<T> {
        if found.is_none() {
            let message = format!("`{}` takes a vector or matrix that was bound with `let mut`", call.name());
            self.diagnostics.error(call.site.span, message);
        }
        found
    }

    fn changed_place(&mut self, written: &syn::ExprMethodCall, word: ChangeWord) -> Option<Value> {
        let (place, arguments) = self.receiver(written);
        let operands = std::iter::once(&*written.receiver).chain(&written.args).collect();
        let site = Site { span: written.method.span(), name: written.method.to_string(), operands };
        let call = Call { site, generics: written.turbofish.as_ref(), expected: None, is_read_to_the_end: false };
        let arguments = arguments.into_iter().collect::<Option<Vec<Value>>>();
        let place = place?;
        let Some(arguments) = arguments else {
            self.store(&place, None, call.site.span);
            return None;
        };
        let leaf = self.leaf(&place)?;
        let shape = self.shape_of_leaf(&place, &leaf);
        let shape = self.known_place(&call, shape)?;
        if self.is_of_another_trait(&call, &Value::Tensor(shape.clone())) {
            return None;
        }
        match self.change_place(&call, word, (&place, &shape), arguments) {
            Outcome::Known(value) => value,
            Outcome::Unknown => {
                self.diagnostics.error(call.site.span, format!("`{}` does not take these arguments", call.name()));
                None
            }
        }
    }

    fn change_place(
        &mut self,
        call: &Call<'_>,
        word: ChangeWord,
        (place, shape): (&Place, &Tensor),
        mut arguments: Vec<Value>,
    ) -> Outcome {
        let unit = || Outcome::Known(Some(Value::Tuple(Vec::new())));
        let span = call.site.span;
        let stored = |tracer: &mut Self, place: &Place, value: Option<Value>| {
            tracer.store(place, value, span);
            unit()
        };
        match (word, arguments.len()) {
            (ChangeWord::fill, 1) => {
                let value = self.filling(call, 1, arguments.remove(0), &Part::whole(shape));
                stored(self, place, value)
            }
            (ChangeWord::copy_from | ChangeWord::copy_from_slice | ChangeWord::clone_from_slice, 1) => {
                let value = self.in_shape(&Part::whole(shape), arguments.remove(0), span).map(Value::Tensor);
                stored(self, place, value)
            }
            (ChangeWord::set_row | ChangeWord::set_column | ChangeWord::fill_row | ChangeWord::fill_column, 2) => {
                let value = arguments.pop();
                let line =
                    if matches!(word, ChangeWord::set_row | ChangeWord::fill_row) { PartWord::row } else { PartWord::column };
                let Some(part) = self.checked_part(call, line, shape, &arguments) else { return Outcome::Known(None) };
                let value = if let ChangeWord::fill_row | ChangeWord::fill_column = word {
                    value.and_then(|value| self.filling(call, 2, value, &part))
                } else {
                    value
                };
                stored(self, &place.at(part), value)
            }
            (ChangeWord::set_diagonal | ChangeWord::fill_diagonal, 1) => {
                let changed = self.with_diagonal(call, word, (place, shape), arguments.remove(0));
                stored(self, &Place { part: None, ..place.clone() }, changed)
            }
            (ChangeWord::apply, 1) | (ChangeWord::zip_apply, 2) | (ChangeWord::zip_zip_apply, 3) => {
                let old = self.load(place, span);
                let changed = old.and_then(|old| self.applied(call, old, &arguments));
                stored(self, place, changed)
            }
            (ChangeWord::axpy, 3) | (ChangeWord::gemv | ChangeWord::gemm, 4) => {
                let kept = arguments.pop();
                kept.map_or(Outcome::Unknown, |kept| self.accumulated(call, place, &arguments, kept))
            }
            (ChangeWord::gemv_tr | ChangeWord::gemv_ad | ChangeWord::gemm_tr | ChangeWord::gemm_ad, 4) => {
                self.accumulated_transposed(call, place, arguments)
            }
            (ChangeWord::cmpy, 4) => self.accumulated_entries(call, place, arguments),
            (ChangeWord::fill_with_identity, 0) => {
                let entry = made(quote_spanned! { span=> |i, j, _| if i == j { 1.0 } else { 0.0 } }, None);
                self.by_method(call, place, "map_with_location", vec![Value::Callable(entry)])
            }
            (ChangeWord::fill_lower_triangle | ChangeWord::fill_upper_triangle, 2) => {
                self.filled_triangle(call, place, word == ChangeWord::fill_lower_triangle, arguments)
            }
            (ChangeWord::transpose_mut, 0) => self.by_method(call, place, "transpose", arguments),
            (ChangeWord::ger, 4) => self.accumulated_outer(call, place, arguments),
            (ChangeWord::neg_mut, 0) => {
                let minus = Value::Tensor(self.number(-1.0));
                self.by_method(call, place, "scale", vec![minus])
            }
            (ChangeWord::scale_mut, 1) => self.by_method(call, place, "scale", arguments),
            (ChangeWord::unscale_mut, 1) => self.by_method(call, place, "unscale", arguments),
            (ChangeWord::add_scalar_mut, 1) => self.by_method(call, place, "add_scalar", arguments),
            (ChangeWord::component_mul_assign, 1) => self.by_method(call, place, "component_mul", arguments),
            (ChangeWord::component_div_assign, 1) => self.by_method(call, place, "component_div", arguments),
            (ChangeWord::normalize_mut, 0) => self.by_method(call, place, "normalize", arguments),
            (
                ChangeWord::fill
                | ChangeWord::copy_from
                | ChangeWord::copy_from_slice
                | ChangeWord::clone_from_slice
                | ChangeWord::set_row
                | ChangeWord::set_column
                | ChangeWord::set_diagonal
                | ChangeWord::fill_row
                | ChangeWord::fill_column
                | ChangeWord::fill_diagonal
                | ChangeWord::axpy
                | ChangeWord::gemv
                | ChangeWord::gemv_tr
                | ChangeWord::gemv_ad
                | ChangeWord::gemm
                | ChangeWord::gemm_tr
                | ChangeWord::gemm_ad
                | ChangeWord::ger
                | ChangeWord::cmpy
                | ChangeWord::fill_with_identity
                | ChangeWord::fill_lower_triangle
                | ChangeWord::fill_upper_triangle
                | ChangeWord::transpose_mut
                | ChangeWord::apply
                | ChangeWord::zip_apply
                | ChangeWord::zip_zip_apply
                | ChangeWord::scale_mut
                | ChangeWord::unscale_mut
                | ChangeWord::add_scalar_mut
                | ChangeWord::neg_mut
                | ChangeWord::component_mul_assign
                | ChangeWord::component_div_assign
                | ChangeWord::normalize_mut,
                _,
            ) => Outcome::Unknown,
        }
    }

    /// `scale·matrixᵀ·factor + kept·place`
    fn accumulated_transposed(&mut self, call: &Call<'_>, place: &Place, given: Vec<Value>) -> Outcome {
        let Ok([scale, matrix, factor, kept]) = <[Value; 4]>::try_from(given) else { return Outcome::Unknown };
        let matrix = self.tensor_at(matrix, &call.place(2), "a matrix");
        let Some(matrix) = matrix.map(|matrix| self.transpose(&matrix)) else { return Outcome::Known(None) };
        self.accumulated(call, place, &[scale, Value::Tensor(matrix), factor], kept)
    }

    /// `scale·column·rowᵀ + kept·place`
    fn accumulated_outer(&mut self, call: &Call<'_>, place: &Place, given: Vec<Value>) -> Outcome {
        let Ok([scale, column, row, kept]) = <[Value; 4]>::try_from(given) else { return Outcome::Unknown };
        let row = self.tensor_at(row, &call.place(3), "a vector");
        let Some(row) = row.map(|row| self.transpose(&row)) else { return Outcome::Known(None) };
        self.accumulated(call, place, &[scale, column, Value::Tensor(row)], kept)
    }

    /// `scale·left·right + kept·place`, entry by entry.
    fn accumulated_entries(&mut self, call: &Call<'_>, place: &Place, given: Vec<Value>) -> Outcome {
        let Ok([scale, left, right, kept]) = <[Value; 4]>::try_from(given) else { return Outcome::Unknown };
        match self.method(&pure(call, "component_mul"), left, vec![right]) {
            Some(product) => self.accumulated(call, place, &[scale, product], kept),
            None => Outcome::Known(None),
        }
    }

    /// A value from so many places beside the diagonal on.
    fn filled_triangle(&mut self, call: &Call<'_>, place: &Place, is_lower: bool, given: Vec<Value>) -> Outcome {
        let Ok(given) = <[Value; 2]>::try_from(given) else { return Outcome::Unknown };
        let span = call.site.span;
        let entry = if is_lower {
            quote_spanned! { span=> |i, j, t| if i >= j + __second { __first } else { t } }
        } else {
            quote_spanned! { span=> |i, j, t| if j >= i + __second { __first } else { t } }
        };
        self.by_method(call, place, "map_with_location", vec![Value::Callable(made_with(entry, given))])
    }

    /// One scalar in all entries of a part.
    fn filling(&mut self, call: &Call<'_>, k: usize, value: Value, part: &Part) -> Option<Value> {
        let scalar = self.scalar_at(value, &call.place(k), "a scalar")?;
        Some(Value::Tensor(self.fill(&scalar, part.form, &part.rows, &part.columns)))
    }

    /// The new value is what a method without change gives.
    fn by_method(&mut self, call: &Call<'_>, place: &Place, name: &str, arguments: Vec<Value>) -> Outcome {
        let pure = pure(call, name);
        let changed = self.load(place, call.site.span).and_then(|old| self.method(&pure, old, arguments));
        self.store(place, changed, call.site.span);
        Outcome::Known(Some(Value::Tuple(Vec::new())))
    }

    /// `kept·place + Π factors`
    fn accumulated(&mut self, call: &Call<'_>, place: &Place, factors: &[Value], kept: Value) -> Outcome {
        let span = call.site.span;
        let site = |name: &str| Site { span, name: name.to_owned(), operands: Vec::new() };
        let kept = self.scalar_at(kept, &Ident::new("_kept", span), "a scalar");
        let product = factors
            .iter()
            .cloned()
            .map(Some)
            .reduce(|product, factor| self.operate(&site("*"), &syn::BinOp::Mul(syn::Token![*](span)), &product?, &factor?));
        let (Some(kept), Some(Some(product))) = (kept, product) else {
            self.store(place, None, span);
            return Outcome::Known(None);
        };
        if self.as_number(&kept) != Some(1.0) {
            self.change_by(&site("*"), &syn::BinOp::Mul(syn::Token![*](span)), place, Some(Value::Tensor(kept)));
        }
        self.change_by(&site(call.name()), &syn::BinOp::Add(syn::Token![+](span)), place, Some(product));
        Outcome::Known(Some(Value::Tuple(Vec::new())))
    }

    /// `apply`, `zip_apply`: the closure, the last argument, changes each entry, given those of the others there.
    fn applied(&mut self, call: &Call<'_>, old: Value, arguments: &[Value]) -> Option<Value> {
        if self.refuse_changing([&old], call.site.span) {
            return None;
        }
        let others = arguments.split_last()?.1;
        let callable = self.callable_at(call, arguments, others.len())?;
        let mut old = self.tensor_at(old, &call.place(0), "a vector or matrix")?;
        let mut beside = Vec::new();
        for (k, other) in others.iter().enumerate() {
            let other = self.tensor_at(other.clone(), &call.place(k + 1), "a vector or matrix")?;
            let (agreed, other) = self.agree(&call.site, old, other)?;
            old = agreed;
            beside.push(other);
        }
        let (r, c) = self.axes(&old.rows, &old.columns);
        let kept = super::value::own_index(old.form, &r, &c);
        let affine = |v| if kept.contains(&v) { Affine::wire(v) } else { Affine::default() };
        let entry = self.entry(&old, &affine(r), &affine(c));
        let beside: Vec<Value> = beside.iter().map(|other| Value::Tensor(self.entry(other, &affine(r), &affine(c)))).collect();
        let changed = self.for_each_index(|tracer| {
            let cell = tracer.new_cell("the entry".to_owned(), Some(Value::Tensor(entry)));
            let Value::Reference(place) = &cell else { return None };
            let place = place.clone().borrowed();
            let own = Value::Reference(Box::new(place.clone()));
            tracer.call_within(&callable, std::iter::once(own).chain(beside).collect(), callable.place());
            tracer.load(&place, callable.place())
        })?;
        let changed = self.scalar_at(changed, &Ident::new("_entry", callable.place()), "a scalar")?;
        Some(Value::Tensor(self.bind(&changed, old.form, (r, &old.rows), (c, &old.columns))))
    }

    /// The tensor with another diagonal.
    fn with_diagonal(
        &mut self,
        call: &Call<'_>,
        word: ChangeWord,
        (place, shape): (&Place, &Tensor),
        value: Value,
    ) -> Option<Value> {
        let k = self.variable(&shape.rows);
        let index = Affine::wire(k);
        if self.sizes.unify(&shape.rows, &shape.columns).is_err() || place.part.is_some() || shape.form != Form::Matrix {
            let message = format!("`{}` takes a square matrix that was bound with `let mut`", call.name());
            self.diagnostics.error(call.site.span, message);
            return None;
        }
        let entry = if word == ChangeWord::fill_diagonal {
            self.scalar_at(value, &call.place(1), "a scalar")?
        } else {
            let column = Part {
                row: Affine::default(),
                column: Affine::default(),
                form: Form::Column,
                rows: shape.rows.clone(),
                columns: Size::constant(1),
            };
            let diagonal = self.in_shape(&column, value, call.site.span)?;
            self.entry(&diagonal, &index, &Affine::default())
        };
        let set = Summand { local: vec![k], ..Summand::new(entry, Some(Part::entry(index.clone(), index)), self.cells.tick()) };
        let all = Entries { adds: Vec::new(), sets: vec![set] };
        let leaf = self.leaf(place)?;
        self.with_entries(leaf, all, call.site.span)
    }
}

/// A call of another method at the same place, which changes nothing.
fn pure<'c>(call: &Call<'c>, name: &str) -> Call<'c> {
    let site = Site { span: call.site.span, name: name.to_owned(), operands: call.site.operands.clone() };
    Call { site, generics: None, expected: None, is_read_to_the_end: false }
}
