//! References to items and parts of a slice: `first_mut`, `get_mut`, `split_at_mut`, `chunks_exact_mut`, `&mut v[1..3]`.

use super::Tracer;
use super::call::{Call, Outcome};
use super::condition::{Comparison, Condition};
use super::place::{Part, Place, Step};
use super::stream::{Items, Stream};
use super::value::{Range, Value};
use super::variant::Choice;
use super::words::SlicePlaceWord;
use crate::ir::{Affine, Size};
use crate::model::Form;

impl Place {
    /// So many entries of the vector that is here.
    pub fn entries(&self, start: &Affine, count: &Size) -> Self {
        let (row, column) = (start.clone(), Affine::default());
        self.at(Part { row, column, form: Form::Column, rows: count.clone(), columns: Size::constant(1) })
    }

    fn reference(self) -> Value {
        Value::Reference(Box::new(self.borrowed()))
    }
}

impl Tracer<'_> {
    /// `v[1..3]`, to be changed.
    pub(super) fn range_place(&mut self, place: &Place, range: Range, access: &syn::ExprIndex) -> Option<Place> {
        let leaf = self.leaf(place)?;
        let Some(shape) = self.shape_of_leaf(place, &leaf).filter(|shape| shape.form == Form::Column) else {
            self.diagnostics.error_with_help(
                &*access.index,
                format!("a part of {} is not changed by a range", leaf.describe()),
                "change entries, `m[(i, j)] = ..`, rows or columns, `m.rows_mut(i, n)`, or items, `list[k] = ..`",
            );
            return None;
        };
        let start = range.start.unwrap_or_default();
        let end = range.end.unwrap_or_else(|| Affine::constant(shape.rows.clone()));
        let count = self.size_at(Value::Index(end.sub(&start)), &*access.index)?;
        // Both ends may be the length.
        let longer = shape.rows.add(&Size::constant(1));
        self.check_index(&longer, &start, &access.expr, &*access.index)?;
        self.check_index(&longer, &end, &access.expr, &*access.index)?;
        Some(place.entries(&start, &count))
    }

    /// The entries of a vector of constant length, each as a reference.
    pub(super) fn referenced_entries(&mut self, place: &Place, leaf: &Value) -> Option<Value> {
        let shape = self.shape_of_leaf(place, leaf).filter(|shape| shape.form == Form::Column)?;
        let length = self.sizes.resolve(&shape.rows).as_constant()?;
        let entry = |k: i64| place.at(Part::entry(Affine::constant(Size::constant(k)), Affine::default())).reference();
        Some(Value::Array((0..length).map(entry).collect()))
    }

    /// `None` where the method does not take these arguments, or is of something else.
    pub(super) fn slice_place(&mut self, call: &Call<'_>, word: SlicePlaceWord, place: &Place, arguments: &[Value]) -> Outcome {
        if let Some(length) = self.length_by_columns(place) {
            return self.item_by_place(word, (place, &length), arguments);
        }
        let Some(leaf) = self.leaf(place) else { return Outcome::Known(None) };
        if let (Value::Array(values), None) = (&leaf, &place.part) {
            return self.item_place(word, self.references_to_elements(place, values.len()), arguments);
        }
        let Some(shape) = self.shape_of_leaf(place, &leaf).filter(|shape| shape.form == Form::Column) else {
            return Outcome::Unknown;
        };
        let length = self.sizes.resolve(&shape.rows);
        let (zero, one) = (Affine::default(), Affine::constant(Size::constant(1)));
        let last = Affine::constant(length.clone()).sub(&one);
        match (word, arguments) {
            (SlicePlaceWord::first_mut, []) => self.entry_place(place, &length, &zero),
            (SlicePlaceWord::last_mut, []) => self.entry_place(place, &length, &last),
            (SlicePlaceWord::get_mut, [Value::Index(index)]) => self.entry_place(place, &length, index),
            (SlicePlaceWord::split_first_mut | SlicePlaceWord::split_last_mut, []) => {
                let (end, start) = if word == SlicePlaceWord::split_first_mut { (&zero, &one) } else { (&last, &zero) };
                let some = self.compare_indices(Comparison::Ge, &last, &zero);
                let rest = place.entries(start, &length.sub(&Size::constant(1))).reference();
                let both = Value::Tuple(vec![place.at(Part::entry(end.clone(), zero.clone())).reference(), rest]);
                known(Value::Choice(Box::new(some_if(some, both))))
            }
            (SlicePlaceWord::split_at_mut, [Value::Index(middle)]) => self.split_place(call, place, &length, middle),
            (SlicePlaceWord::chunks_mut | SlicePlaceWord::chunks_exact_mut, [Value::Index(width)]) => {
                match self.size_at(Value::Index(width.clone()), &call.place(1)) {
                    Some(width) => self.chunk_places(call, word, (place, &length), &width),
                    None => Outcome::Known(None),
                }
            }
            _ => Outcome::Unknown,
        }
    }

    /// Of a list that is kept by its columns.
    fn item_by_place(&self, word: SlicePlaceWord, (place, length): (&Place, &Size), arguments: &[Value]) -> Outcome {
        let one = Affine::constant(Size::constant(1));
        let index = match (word, arguments) {
            (SlicePlaceWord::first_mut, []) => Affine::default(),
            (SlicePlaceWord::last_mut, []) => Affine::constant(length.clone()).sub(&one),
            (SlicePlaceWord::get_mut, [Value::Index(index)]) => index.clone(),
            _ => return Outcome::Unknown,
        };
        let below = self.compare_indices(Comparison::Lt, &index, &Affine::constant(length.clone()));
        let some = below.and(self.compare_indices(Comparison::Ge, &index, &Affine::default()));
        let item = self.one_step_in(place.clone().borrowed(), Step::Item(index));
        known(Value::Choice(Box::new(some_if(some, Value::Reference(Box::new(item))))))
    }

    /// Where there is one.
    fn entry_place(&self, place: &Place, length: &Size, index: &Affine) -> Outcome {
        let below = self.compare_indices(Comparison::Lt, index, &Affine::constant(length.clone()));
        let some = below.and(self.compare_indices(Comparison::Ge, index, &Affine::default()));
        let entry = place.at(Part::entry(index.clone(), Affine::default())).reference();
        known(Value::Choice(Box::new(some_if(some, entry))))
    }

    /// Of a list that is written out.
    fn item_place(&self, word: SlicePlaceWord, mut items: Vec<Value>, arguments: &[Value]) -> Outcome {
        let index = match (word, arguments) {
            (SlicePlaceWord::first_mut, []) => Some(0),
            (SlicePlaceWord::last_mut, []) => items.len().checked_sub(1),
            (SlicePlaceWord::get_mut, [Value::Index(index)]) => match index.as_size().and_then(Size::as_constant) {
                Some(index) => usize::try_from(index).ok(),
                None => return Outcome::Unknown,
            },
            _ => return Outcome::Unknown,
        };
        let found = match index.filter(|index| *index < items.len()) {
            Some(index) => Choice::some_where(Condition::Constant(true), items.swap_remove(index)),
            None => Choice::none(),
        };
        known(Value::Choice(Box::new(found)))
    }

    fn split_place(&mut self, call: &Call<'_>, place: &Place, length: &Size, middle: &Affine) -> Outcome {
        let Some(first) = self.size_at(Value::Index(middle.clone()), &call.place(1)) else { return Outcome::Known(None) };
        if self.check_index(&length.add(&Size::constant(1)), middle, &call.place(0), &call.place(1)).is_none() {
            return Outcome::Known(None);
        }
        let parts = [place.entries(&Affine::default(), &first), place.entries(middle, &length.sub(&first))];
        known(Value::Tuple(parts.map(Place::reference).to_vec()))
    }

    pub(super) fn refuse_last_chunk(&mut self, call: &Call<'_>) {
        self.diagnostics.error_with_help(
            call.site.span,
            format!("how long the last of these chunks is is not known: `{}` of a length that only a run knows", call.name()),
            "write `chunks_exact` or `chunks_exact_mut` where all have one length, or set entries at their indices: `v[i] = ..`",
        );
    }

    fn chunk_places(&mut self, call: &Call<'_>, word: SlicePlaceWord, (place, length): (&Place, &Size), width: &Size) -> Outcome {
        if width.is_zero() {
            self.diagnostics.error(call.site.span, format!("`{}` takes a length of at least 1", call.name()));
            return Outcome::Known(None);
        }
        let stream = match (word, length.as_constant(), width.as_constant()) {
            (SlicePlaceWord::chunks_exact_mut, ..) => {
                let windows = Items::WindowPlaces(Box::new(place.clone().borrowed()), width.clone());
                let count = length.sub(width).add(&Size::constant(1));
                Stream::Strided(Box::new(Stream::over(count, windows)), width.clone())
            }
            (_, Some(length), Some(width)) => {
                let chunk = |start: i64| {
                    let count = Size::constant(width.min(length - start));
                    place.entries(&Affine::constant(Size::constant(start)), &count).reference()
                };
                Stream::Values((0..length).step_by(width as usize).map(chunk).collect())
            }
            // The last one may be shorter.
            _ => {
                self.refuse_last_chunk(call);
                return Outcome::Known(None);
            }
        };
        known(Value::Stream(Box::new(stream)))
    }
}

fn known(value: Value) -> Outcome {
    Outcome::Known(Some(value))
}

fn some_if(condition: Condition, value: Value) -> Choice {
    if condition == Condition::Constant(false) { Choice::none() } else { Choice::some_where(condition, value) }
}
