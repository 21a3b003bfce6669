//! Lists of structs, tuples and vectors whose items are changed, `for p in particles.iter_mut() { p.x += p.v; }`: the cell
//! holds a column for each number of an item, or a matrix for each vector, and a place in an item is a part of one of these.

use proc_macro2::Span;
use quote::ToTokens;
use syn::parse_quote;

use super::Tracer;
use super::environment::Lookup;
use super::grow::Made;
use super::place::{Part, Place, Step};
use super::stream::{Items, Stream};
use super::value::{Tensor, Value};
use super::words::{ArrangeWord, GrowWord, QueueWord, SortWord};
use crate::ir::{Affine, Size};
use crate::model::Form;

impl Made {
    /// Its columns, one after the other; `None` where items hold matrices or rows.
    fn columns(&self) -> Option<Vec<Value>> {
        match self {
            Self::Numbers { all, is_integer, form: Form::Scalar | Form::Column, .. } => {
                Some(vec![if *is_integer { Value::Integer(all.clone()) } else { Value::Tensor(all.clone()) }])
            }
            Self::Numbers { form: Form::Row | Form::Matrix, .. } => None,
            Self::Tuple(parts) | Self::Array(parts) => {
                Some(parts.iter().map(Self::columns).collect::<Option<Vec<_>>>()?.concat())
            }
            Self::Struct(_, fields) => Some(fields.iter().map(|(_, part)| part.columns()).collect::<Option<Vec<_>>>()?.concat()),
        }
    }

    /// The same list with other columns.
    fn with(&self, columns: &mut dyn Iterator<Item = Tensor>) -> Option<Self> {
        let mut all = |parts: &[Self]| parts.iter().map(|part| part.with(columns)).collect::<Option<Vec<_>>>();
        Some(match self {
            Self::Numbers { is_integer, form, rows, columns: width, .. } => {
                let (is_integer, form, rows) = (*is_integer, *form, rows.clone());
                Self::Numbers { all: columns.next()?, is_integer, form, rows, columns: width.clone() }
            }
            Self::Tuple(parts) => Self::Tuple(all(parts)?),
            Self::Array(parts) => Self::Array(all(parts)?),
            Self::Struct(name, fields) => {
                let (names, parts): (Vec<String>, Vec<Self>) = fields.iter().cloned().unzip();
                Self::Struct(name.clone(), names.into_iter().zip(all(&parts)?).collect())
            }
        })
    }

    /// The part that a step leads to, with the number of columns before it.
    fn stepped(&self, step: &Step) -> Option<(usize, &Self)> {
        let parts: Vec<&Self> = match self {
            Self::Numbers { .. } => return None,
            Self::Tuple(parts) | Self::Array(parts) => parts.iter().collect(),
            Self::Struct(_, fields) => fields.iter().map(|(_, part)| part).collect(),
        };
        let place = match (self, step) {
            (Self::Struct(_, fields), Step::Field(name)) => fields.iter().position(|(field, _)| field == name)?,
            (Self::Struct(_, fields), Step::Element(k)) => fields.iter().position(|(field, _)| *field == k.to_string())?,
            (_, Step::Element(k)) => *k,
            (_, Step::Field(_) | Step::Held(..) | Step::Item(_)) => return None,
        };
        let before = parts.get(..place)?.iter().map(|part| part.width()).sum();
        Some((before, parts.get(place)?))
    }

    /// How many columns it has.
    fn width(&self) -> usize {
        match self {
            Self::Numbers { .. } => 1,
            Self::Tuple(parts) | Self::Array(parts) => parts.iter().map(Self::width).sum(),
            Self::Struct(_, fields) => fields.iter().map(|(_, part)| part.width()).sum(),
        }
    }

    /// Whether items are of the same type and size.
    fn is_like(&self, other: &Self) -> bool {
        let all = |own: &[Self], others: &[Self]| own.len() == others.len() && own.iter().zip(others).all(|(a, b)| a.is_like(b));
        match (self, other) {
            (
                Self::Numbers { all, is_integer, form, rows, .. },
                Self::Numbers { all: other, is_integer: integer, form: shape, rows: long, .. },
            ) => (is_integer, form, rows, &all.rows, &all.columns) == (integer, shape, long, &other.rows, &other.columns),
            (Self::Tuple(own), Self::Tuple(others)) | (Self::Array(own), Self::Array(others)) => all(own, others),
            (Self::Struct(name, own), Self::Struct(of, others)) => {
                let alike = |((a, own), (b, other)): (&(String, Self), &(String, Self))| a == b && own.is_like(other);
                name == of && own.len() == others.len() && own.iter().zip(others).all(alike)
            }
            (Self::Numbers { .. } | Self::Tuple(_) | Self::Array(_) | Self::Struct(..), _) => false,
        }
    }
}

impl Tracer<'_> {
    /// After `let mut v = ..;`, keeps a list by its columns where what follows changes items of it, and never how many there
    /// are or in which order they stand.
    pub(super) fn kept_by_columns(&mut self, statement: &syn::Stmt, rest: &[syn::Stmt]) {
        let syn::Stmt::Local(local) = statement else { return };
        let Some(name) = super::nested::mutable_name(&local.pat).map(|name| name.ident.to_string()) else { return };
        let Lookup::Bound(Value::Reference(place)) = self.environment.get(&name) else { return };
        let cell = place.cell;
        let is_list = place.is_owner && matches!(&self.cells.get(cell).value, Some(Value::Stream(_) | Value::List(_)));
        if !is_list || rest.is_empty() {
            return;
        }
        let block: syn::Block = parse_quote! { { #(#rest)* } };
        if !self.changed_in_block(&block, &[]).cells.contains(&cell) || is_moved(block.to_token_stream(), &name) {
            return;
        }
        let made = self.quietly(|tracer| {
            let value = tracer.cells.get(cell).value.clone()?;
            tracer.list_made_of(value)
        });
        if let Some((made, columns)) = made.and_then(|made| made.columns().map(|columns| (made, columns))) {
            self.cells.keep_by_columns(cell, made);
            self.cells.set(cell, Some(Value::Tuple(columns)));
        }
    }

    /// Vectors and what is made of numbers, side by side.
    fn list_made_of(&mut self, value: Value) -> Option<Made> {
        let stream = self.stream_of(value)?;
        if stream.is_filtered() || stream.is_endless() {
            return None;
        }
        let Value::Stream(made) = self.in_one_list(&stream, Span::call_site())? else { return None };
        let Stream::Run { items: Items::Made(made), .. } = *made else { return None };
        Some((*made).clone())
    }

    /// How many items a list has that is kept by its columns, where this is the place of one.
    pub(super) fn length_by_columns(&self, place: &Place) -> Option<Size> {
        let is_whole = place.steps.is_empty() && place.part.is_none();
        self.cells.get(place.cell).by_columns.as_ref().filter(|_| is_whole).map(|made| made.length())
    }

    /// A place in an item, once it is one number or vector: a part of a column.
    pub(super) fn in_columns(&self, place: Place) -> Place {
        let (Some(Step::Item(index)), None, Some(made)) =
            (place.steps.first(), &place.part, &self.cells.get(place.cell).by_columns)
        else {
            return place;
        };
        let (mut column, mut part) = (0, &**made);
        for step in &place.steps[1..] {
            let Some((before, inner)) = part.stepped(step) else { return place };
            (column, part) = (column + before, inner);
        }
        let Made::Numbers { form, rows, .. } = part else { return place };
        let (start, one) = (Affine::default(), Size::constant(1));
        let part = match form {
            Form::Scalar => Part::entry(index.clone(), start),
            Form::Column | Form::Row | Form::Matrix => {
                Part { row: start, column: index.clone(), form: Form::Column, rows: rows.clone(), columns: one }
            }
        };
        Place { cell: place.cell, steps: vec![Step::Element(column)], part: Some(part), is_owner: false }
    }

    /// What stands at a place in an item, where it is more than one number or vector; nothing is read for it.
    fn made_at(&self, place: &Place) -> Option<&Made> {
        let (Some(Step::Item(_)), None) = (place.steps.first(), &place.part) else { return None };
        let made = self.cells.get(place.cell).by_columns.as_ref()?;
        place.steps[1..].iter().try_fold(&**made, |part, step| part.stepped(step).map(|(_, inner)| inner))
    }

    /// Whether a field is there.
    pub(super) fn has_by_columns(&self, place: &Place, step: &Step) -> Option<bool> {
        self.made_at(place).map(|made| made.stepped(step).is_some())
    }

    /// The type of the module that an item has.
    pub(super) fn type_by_columns(&self, place: &Place) -> Option<String> {
        if let Made::Struct(name, _) = self.made_at(place)? { Some(name.clone()) } else { None }
    }

    /// References to the elements of an item that is a tuple or an array.
    pub(super) fn elements_by_columns(&self, place: &Place) -> Option<Value> {
        match self.made_at(place)? {
            Made::Tuple(parts) => Some(Value::Tuple(self.references_to_elements(place, parts.len()))),
            Made::Array(parts) => Some(Value::Array(self.references_to_elements(place, parts.len()))),
            Made::Numbers { .. } | Made::Struct(..) => None,
        }
    }

    /// One step further.
    pub(super) fn one_step_in(&self, place: Place, step: Step) -> Place {
        self.in_columns(place.step(step))
    }

    /// References to the elements of what is here.
    pub(super) fn references_to_elements(&self, place: &Place, count: usize) -> Vec<Value> {
        let element = |k| self.one_step_in(place.clone().borrowed(), Step::Element(k));
        (0..count).map(|k| Value::Reference(Box::new(element(k)))).collect()
    }

    /// An item, or what stands in it, made of its numbers.
    pub(super) fn item_by_columns(&mut self, place: &Place) -> Option<Value> {
        let made = self.cells.get(place.cell).by_columns.clone()?;
        let mut part = &*made;
        for step in place.steps.get(1..)? {
            part = part.stepped(step)?.1;
        }
        let mut all = |count| (0..count).map(|k| self.loaded(place, Step::Element(k))).collect::<Option<Vec<Value>>>();
        Some(match part {
            Made::Numbers { .. } => return None,
            Made::Tuple(parts) => Value::Tuple(all(parts.len())?),
            Made::Array(parts) => Value::Array(all(parts.len())?),
            Made::Struct(name, fields) => {
                let values =
                    fields.iter().map(|(field, _)| Some((field.clone(), self.loaded(place, Step::Field(field.clone()))?)));
                let values = values.collect::<Option<Vec<_>>>()?;
                Value::structure(name.clone(), values)
            }
        })
    }

    fn loaded(&mut self, place: &Place, step: Step) -> Option<Value> {
        let inner = self.one_step_in(place.clone(), step);
        self.load(&inner, Span::call_site())
    }

    /// Puts an item, or what stands in it, number by number.
    pub(super) fn store_by_columns(&mut self, place: &Place, value: Option<Value>, span: Span) {
        let parts: Vec<(Step, Option<Value>)> = match value {
            Some(Value::Struct(structure)) => {
                structure.fields.into_iter().map(|(name, value)| (Step::Field(name), Some(value))).collect()
            }
            Some(Value::Tuple(values) | Value::Array(values)) => {
                values.into_iter().enumerate().map(|(k, value)| (Step::Element(k), Some(value))).collect()
            }
            _ => return self.cells.set(place.cell, None),
        };
        for (step, value) in parts {
            let inner = self.one_step_in(place.clone(), step);
            self.store(&inner, value, span);
        }
    }

    /// The whole list, as it is read.
    pub(super) fn list_by_columns(&mut self, cell: usize, columns: Vec<Value>, span: Span) -> Option<Value> {
        let made = self.cells.get(cell).by_columns.clone()?;
        if self.refuse_changing(&columns, span) {
            return None;
        }
        let tensor = |value| if let Value::Tensor(tensor) | Value::Integer(tensor) = value { Some(tensor) } else { None };
        let columns: Vec<Tensor> = columns.into_iter().map(tensor).collect::<Option<_>>()?;
        made.with(&mut columns.into_iter()).map(|made| Value::Stream(Box::new(Stream::made(made))))
    }

    /// Puts another list in place of one that is kept by its columns.
    pub(super) fn replace_by_columns(&mut self, cell: usize, value: Option<Value>) {
        let known = self.cells.get(cell).by_columns.clone();
        let made = value.clone().and_then(|value| self.quietly(|tracer| tracer.list_made_of(value)));
        let columns = made.filter(|made| known.is_some_and(|known| known.is_like(made))).and_then(|made| made.columns());
        match columns {
            Some(columns) => self.cells.set(cell, Some(Value::Tuple(columns))),
            None => {
                self.cells.no_columns(cell);
                self.cells.set(cell, value);
            }
        }
    }
}

/// Whether a list is made longer or shorter, or its items move, where its name stands before such a method.
fn is_moved(tokens: proc_macro2::TokenStream, name: &str) -> bool {
    use proc_macro2::TokenTree;
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let moves = |method: &str| {
        GrowWord::named(method).is_some()
            || SortWord::named(method).is_some()
            || QueueWord::named(method).is_some()
            || ArrangeWord::named(method).is_some_and(|word| word != ArrangeWord::swap)
    };
    let here = tokens.windows(3).any(|three| {
        matches!(three, [TokenTree::Ident(v), TokenTree::Punct(dot), TokenTree::Ident(method)]
            if v == name && dot.as_char() == '.' && moves(&method.to_string()))
    });
    here || tokens.into_iter().any(|token| matches!(token, TokenTree::Group(group) if is_moved(group.stream(), name)))
}
