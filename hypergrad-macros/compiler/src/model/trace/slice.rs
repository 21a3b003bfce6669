//! Views: rows, columns, blocks, with constant or index-dependent starts.

use super::Tracer;
use super::call::{Call, Outcome};
use super::contract::{Contraction, Factor};
use super::environment::Lookup;
use super::place::Part;
use super::value::{Range, Tensor, Value, own_index};
use super::words::{PartWord, SelectWord};
use crate::ir::{Affine, Size};
use crate::model::Form;

fn one() -> Size {
    Size::constant(1)
}

impl Tracer<'_> {
    pub(super) fn slices_of(&mut self, call: &Call<'_>, t: &Tensor, arguments: &[Value]) -> Outcome {
        if let (Some(word), [chosen]) = (SelectWord::named(call.name()), arguments) {
            return Outcome::Known(self.selected_lines(call, word, t, chosen.clone()).map(Value::Tensor));
        }
        let Some(word) = PartWord::named(call.name()) else { return Outcome::Unknown };
        if let PartWord::remove_row | PartWord::remove_column = word {
            return Outcome::Known(self.removed(call, word == PartWord::remove_row, t, arguments).map(Value::Tensor));
        }
        Outcome::Known(self.checked_part(call, word, t, arguments).map(|part| Value::Tensor(self.part_of(t, &part))))
    }

    /// A part that the tensor has.
    pub(super) fn checked_part(&mut self, call: &Call<'_>, word: PartWord, t: &Tensor, arguments: &[Value]) -> Option<Part> {
        let part = self.part(call, word, t, arguments)?;
        let last = |start: &Affine, count: &Size| start.add(&Affine::constant(count.sub(&one())));
        let (row, column) = (last(&part.row, &part.rows), last(&part.column, &part.columns));
        let place = call.place(1);
        let receiver = call.place(0);
        self.check_index(&t.rows, &part.row, &receiver, &place)?;
        self.check_index(&t.columns, &part.column, &receiver, &place)?;
        self.check_index(&t.rows, &row, &receiver, &place)?;
        self.check_index(&t.columns, &column, &receiver, &place)?;
        Some(part)
    }

    fn part(&mut self, call: &Call<'_>, word: PartWord, t: &Tensor, arguments: &[Value]) -> Option<Part> {
        let generics = self.generic_sizes(call);
        let whole = Part {
            row: Affine::default(),
            column: Affine::default(),
            form: t.form,
            rows: t.rows.clone(),
            columns: t.columns.clone(),
        };
        let one_of = |tracer: &mut Self, reach: &Size| {
            let place = tracer.place_among(arguments.first()?.clone(), reach);
            tracer.index_at(place, &call.place(1))
        };
        let single = match word {
            PartWord::row => Some(one_of(self, &t.rows)?),
            PartWord::column => Some(one_of(self, &t.columns)?),
            PartWord::rows
            | PartWord::columns
            | PartWord::fixed_rows
            | PartWord::fixed_columns
            | PartWord::rows_range
            | PartWord::columns_range
            | PartWord::view
            | PartWord::fixed_view
            | PartWord::remove_row
            | PartWord::remove_column => None,
        };
        let mut start = |k: usize| match &single {
            Some(place) => Some(place.clone()),
            None => self.index_at(arguments.get(k)?.clone(), &call.place(k + 1)),
        };
        let part = match word {
            PartWord::row => {
                Part { row: start(0)?, form: if t.form == Form::Column { Form::Column } else { Form::Row }, rows: one(), ..whole }
            }
            PartWord::column => Part { column: start(0)?, form: Form::Column, columns: one(), ..whole },
            PartWord::rows => {
                let row = start(0)?;
                let rows = self.size_at(arguments.get(1)?.clone(), &call.place(2))?;
                Part { row, rows, ..whole }
            }
            PartWord::columns => {
                let column = start(0)?;
                let columns = self.size_at(arguments.get(1)?.clone(), &call.place(2))?;
                Part { column, columns, ..whole }
            }
            PartWord::fixed_rows => {
                let (row, rows) = (start(0)?, generics.first()?.clone());
                Part { row, form: fixed_form(t.form, rows.is_one(), false), rows, ..whole }
            }
            PartWord::fixed_columns => {
                let (column, columns) = (start(0)?, generics.first()?.clone());
                Part { column, form: fixed_form(t.form, false, columns.is_one()), columns, ..whole }
            }
            PartWord::rows_range => {
                let (row, rows) = self.bounds_of(call, arguments.first()?, &t.rows)?;
                Part { row, rows, ..whole }
            }
            PartWord::columns_range => {
                let (column, columns) = self.bounds_of(call, arguments.first()?, &t.columns)?;
                Part { column, columns, ..whole }
            }
            PartWord::fixed_view => {
                let (row, column) = (start(0)?, start(1)?);
                let [rows, columns] = generics.as_slice() else { return None };
                let form = fixed_form(t.form, rows.is_one(), columns.is_one());
                Part { row, column, form, rows: rows.clone(), columns: columns.clone() }
            }
            PartWord::view => return self.block_part(call, t, arguments),
            PartWord::remove_row | PartWord::remove_column => return None,
        };
        Some(part)
    }

    /// `view((row, column), (rows, columns))`
    fn block_part(&mut self, call: &Call<'_>, t: &Tensor, arguments: &[Value]) -> Option<Part> {
        let mut pair = |k: usize| match arguments.get(k) {
            Some(Value::Tuple(pair)) => match pair.as_slice() {
                [first, second] => {
                    let place = call.place(k + 1);
                    Some((self.index_at(first.clone(), &place)?, self.index_at(second.clone(), &place)?))
                }
                _ => None,
            },
            _ => None,
        };
        let ((row, column), (rows, columns)) = (pair(0)?, pair(1)?);
        let place = call.place(2);
        let rows = self.size_at(Value::Index(rows), &place)?;
        let columns = self.size_at(Value::Index(columns), &place)?;
        Some(Part { row, column, form: t.form, rows, columns })
    }

    /// Start and count of a range argument.
    fn bounds_of(&mut self, call: &Call<'_>, range: &Value, whole: &Size) -> Option<(Affine, Size)> {
        let place = call.place(1);
        let Value::Range(Range { start, end }) = range else {
            return Some((self.index_at(range.clone(), &place)?, one()));
        };
        let start = start.clone().unwrap_or_default();
        let end = end.clone().unwrap_or_else(|| Affine::constant(whole.clone()));
        let count = self.size_at(Value::Index(end.sub(&start)), &place)?;
        Some((start, count))
    }

    pub(super) fn part_of(&mut self, t: &Tensor, part: &Part) -> Tensor {
        let (r, c) = self.axes(&part.rows, &part.columns);
        let kept = own_index(part.form, &r, &c);
        let affine = |v| if kept.contains(&v) { Affine::wire(v) } else { Affine::default() };
        let contraction = Contraction {
            factors: vec![Factor::at(t, &part.row.add(&affine(r)), &part.column.add(&affine(c)))],
            out: own_index(part.form, &affine(r), &affine(c)),
            local: kept.clone(),
            ..Contraction::default()
        };
        self.contract(contraction, part.form, &part.rows, &part.columns)
    }

    /// `count` rows of a column from `start` on.
    pub(super) fn rows_of(&mut self, t: &Tensor, start: &Affine, count: &Size) -> Tensor {
        let part =
            Part { row: start.clone(), column: Affine::default(), form: Form::Column, rows: count.clone(), columns: one() };
        self.part_of(t, &part)
    }

    /// All rows (columns) but one: entry r is entry r, or r + 1 from the removed one on.
    fn removed(&mut self, call: &Call<'_>, along_rows: bool, t: &Tensor, arguments: &[Value]) -> Option<Tensor> {
        let removed = self.index_at(arguments.first()?.clone(), &call.place(1))?;
        let (rows, columns) =
            if along_rows { (t.rows.sub(&one()), t.columns.clone()) } else { (t.rows.clone(), t.columns.sub(&one())) };
        let (r, c) = self.axes(&rows, &columns);
        let kept = own_index(t.form, &r, &c);
        let affine = |v| if kept.contains(&v) { Affine::wire(v) } else { Affine::default() };
        let (row, column) = (affine(r), affine(c));
        let moving = if along_rows { &row } else { &column };
        let before = self.compare_indices(super::condition::Comparison::Lt, moving, &removed);
        let same = self.entry(t, &row, &column);
        let next = Affine::constant(one());
        let moved = if along_rows { self.entry(t, &row.add(&next), &column) } else { self.entry(t, &row, &column.add(&next)) };
        let entry = self.select(&before, &same, &moved);
        Some(self.bind(&entry, t.form, (r, &rows), (c, &columns)))
    }

    /// `select_rows(&data.order)`: row k of the result is row `order[k]`.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn selected_lines(&mut self, call: &Call<'_>, word: SelectWord, t: &Tensor, chosen: Value) -> Option<Tensor> {
        let by_rows = word == SelectWord::select_rows;
        let lines = if by_rows { t.rows.clone() } else { t.columns.clone() };
        let (receiver, place) = (call.place(0), call.place(1));
        let (count, listed) = match chosen {
            Value::List(list) => (list.length(), Ok(list)),
            Value::Array(values) => (Size::constant(values.len() as i64), Err(values)),
            Value::Stream(stream) if stream.whole_list().is_some() => {
                return self.selected_lines(call, word, t, stream.whole_list()?);
            }
            other => {
                let message = format!("`{}` takes a list of indices, found {}", call.name(), other.describe());
                self.diagnostics.error_with_help(&place, message, "write `&data.order`, a `Vec<usize>`, or an array `&[0, 2]`");
                return None;
            }
        };
        let (rows, columns) = if by_rows { (count, t.columns.clone()) } else { (t.rows.clone(), count) };
        let form = match t.form {
            Form::Column if by_rows => Form::Column,
            Form::Row if !by_rows => Form::Row,
            Form::Scalar | Form::Column | Form::Row | Form::Matrix => Form::Matrix,
        };
        let (r, c) = self.axes(&rows, &columns);
        let (row, column) = (Affine::wire(r), Affine::wire(c));
        let here = if by_rows { row.clone() } else { column.clone() };
        // Line by line, where the indices are written out.
        let lines_of: Vec<(Affine, Value)> = match listed {
            Ok(list) => vec![(here.clone(), self.list_item(&list, &here)?)],
            Err(values) => (0..).map(|k| Affine::constant(Size::constant(k))).zip(values).collect(),
        };
        let mut parts = Vec::new();
        for (at, index) in lines_of {
            let index = self.index_at(index, &place)?;
            self.check_index(&lines, &index, &receiver, &place)?;
            let (own_row, own_column) = if by_rows { (&index, &column) } else { (&row, &index) };
            let out = if by_rows { own_index(form, &at, &column) } else { own_index(form, &row, &at) };
            // A line that is written out stands at one place.
            let local = own_index(form, &r, &c).into_iter().filter(|v| at.mentions(*v) || !here.mentions(*v)).collect();
            let factors = vec![Factor::at(t, own_row, own_column)];
            let contraction = Contraction { factors, local, out, ..Contraction::default() };
            parts.push(self.contract(contraction, form, &rows, &columns));
        }
        let terms: Vec<(f64, &Tensor)> = parts.iter().map(|part| (1.0, part)).collect();
        Some(self.linear(&terms))
    }

    /// The constants of a turbofish: `fixed_rows::<3>(i)`.
    pub(super) fn generic_sizes(&mut self, call: &Call<'_>) -> Vec<Size> {
        call.generics.map_or_else(Vec::new, |generics| self.sizes_in(generics.args.iter()))
    }

    /// A parameter of the function that is read, which is a constant where it is called.
    fn bound_constant(&self, argument: &syn::GenericArgument) -> Option<Size> {
        let syn::GenericArgument::Type(syn::Type::Path(path)) = argument else { return None };
        match self.environment.get(&path.path.get_ident()?.to_string()) {
            Lookup::Bound(Value::Index(index)) => index.as_size().filter(|size| size.as_constant().is_some()).cloned(),
            Lookup::Bound(_) | Lookup::Refused | Lookup::Unbound => None,
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    pub(super) fn sizes_in<'g>(&mut self, generics: impl Iterator<Item = &'g syn::GenericArgument>) -> Vec<Size> {
        let mut sizes = Vec::new();
        for argument in generics {
            if let Some(bound) = self.bound_constant(argument) {
                sizes.push(bound);
                continue;
            }
            let value = match argument {
                syn::GenericArgument::Const(expression) => self.module.constant_value(expression),
                syn::GenericArgument::Type(syn::Type::Path(path)) => {
                    let expression = syn::ExprPath { attrs: Vec::new(), qself: None, path: path.path.clone() };
                    self.module.constant_value(&syn::Expr::Path(expression))
                }
                _ => continue,
            };
            match value {
                Ok(value) => sizes.push(Size::constant(value)),
                Err(error) => self.diagnostics.push(error),
            }
        }
        sizes
    }
}

/// The form of a view with dimensions that are one by type.
fn fixed_form(form: Form, one_row: bool, one_column: bool) -> Form {
    match form {
        Form::Matrix if one_column => Form::Column,
        Form::Matrix if one_row => Form::Row,
        other @ (Form::Scalar | Form::Column | Form::Row | Form::Matrix) => other,
    }
}
