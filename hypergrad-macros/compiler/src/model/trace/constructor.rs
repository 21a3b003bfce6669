//! Constructors: associated functions of nalgebra's types.

use proc_macro2::TokenStream;
use syn::punctuated::Punctuated;

use super::Tracer;
use super::call::Call;
use super::contract::{Contraction, Factor};
use super::spell::spell;
use super::stream::Stream;
use super::value::{Callable, Tensor, Value, own_index};
use super::words::ConstructorWord;
use crate::diagnostics::nearest;
use crate::ir::{Affine, Size};
use crate::model::Form;
use crate::shape::SymbolSource;
use crate::syntax::{Dimension, Module, Type};

/// The type that is made: a dimension that is `None` is given by the arguments.
struct Target {
    form: Form,
    rows: Option<Size>,
    columns: Option<Size>,
}

/// The argument after the dimensions, and where it stands.
struct Rest {
    value: Option<Value>,
    place: TokenStream,
}

fn one() -> Size {
    Size::constant(1)
}

impl<'a> Tracer<'a> {
    /// `Type::function(..)`: a constructor, or a method written as a function.
    pub(super) fn associated(&mut self, path: &syn::ExprPath, arguments: Vec<Option<Value>>, call: &Call<'_>) -> Option<Value> {
        let arguments: Vec<Value> = arguments.into_iter().collect::<Option<_>>()?;
        let module: &'a Module = self.module;
        let name = call.name().to_owned();
        let Some(ty) = owner(path) else {
            let full = self.module.imports.expand(&path.path);
            self.unknown_function(path, &full);
            return None;
        };
        let is_tensor = self.tensor_type(&ty).is_some();
        if is_tensor {
            self.assert_tensor_type(&ty);
        }
        if is_tensor && let Some(word) = ConstructorWord::named(&name) {
            let target = self.target(&ty, call)?;
            return self.construct(call, word, &target, arguments);
        }
        if is_tensor
            && let Some(name_of_type) = last_name(&ty)
            && let Some(found) = module.library_function(&name_of_type, &name)
            && let Some(function) = found.function()
        {
            return self.call_titled(found.title(), function, arguments.into_iter().map(Some).collect(), call.site.span);
        }
        if is_tensor && let Some((Value::Tensor(tensor), rest)) = arguments.split_first() {
            return self.method(call, Value::Tensor(tensor.clone()), rest.to_vec());
        }
        if is_tensor {
            let message = format!("`{}` is not a known constructor", spell(&path.path));
            match nearest(&name, ConstructorWord::NAMES.iter().copied()) {
                Some(near) => self.diagnostics.error_with_help(call.site.span, message, format!("did you mean `{near}`?")),
                None => self.diagnostics.error_with_help(
                    call.site.span,
                    message,
                    "known are `from_fn zeros identity repeat from_element ..`",
                ),
            }
            return None;
        }
        let full = self.module.imports.expand(&path.path);
        self.unknown_function(path, &full);
        None
    }

    /// Has the name of a type proved, unless it is an alias of the module: that is proved by its own
    /// definition.
    fn assert_tensor_type(&mut self, ty: &syn::Type) {
        let syn::Type::Path(written) = ty else { return };
        let own = self.module.own_name(&written.path).and_then(|name| self.module.alias(&name.to_string()));
        let path = match own.map(|alias| &*alias.ty) {
            Some(syn::Type::Path(aliased)) => &aliased.path,
            Some(_) => return,
            None => &written.path,
        };
        if let Some(name) = self.module.imports.expand(path).last() {
            self.outside(path, &format!("nalgebra::{name}"));
        }
    }

    /// A nalgebra type, its missing generic arguments supplied as far as its name allows:
    /// `Err(form)` where dimensions have to be inferred.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    fn tensor_type(&self, ty: &syn::Type) -> Option<Result<Type, Form>> {
        if let Some(resolved @ Type::Tensor { .. }) = self.hint(ty) {
            return Some(Ok(resolved));
        }
        let syn::Type::Path(written) = ty else { return None };
        let scalar: syn::GenericArgument = syn::parse_str("f64").ok()?;
        let mut completed = written.clone();
        let last = completed.path.segments.last_mut()?;
        let name = last.ident.to_string();
        match &mut last.arguments {
            syn::PathArguments::AngleBracketed(list) => {
                if let Some(first) = list.args.first_mut() {
                    *first = scalar;
                }
            }
            arguments => {
                let list = syn::AngleBracketedGenericArguments {
                    colon2_token: None,
                    lt_token: syn::token::Lt::default(),
                    args: [scalar].into_iter().collect(),
                    gt_token: syn::token::Gt::default(),
                };
                *arguments = syn::PathArguments::AngleBracketed(list);
            }
        }
        if let Some(resolved @ Type::Tensor { .. }) = self.hint(&syn::Type::Path(completed)) {
            return Some(Ok(resolved));
        }
        let full = self.module.imports.expand(&written.path);
        match full.last().map_or(name.as_str(), String::as_str) {
            "SVector" | "OVector" | "Vector" => Some(Err(Form::Column)),
            "RowSVector" | "RowOVector" => Some(Err(Form::Row)),
            "SMatrix" | "OMatrix" | "Matrix" => Some(Err(Form::Matrix)),
            _ => None,
        }
    }

    /// What is to be made: by the type as written, else by the type that the place asks for, else
    /// by sizes that unification will find.
    fn target(&mut self, ty: &syn::Type, call: &Call<'_>) -> Option<Target> {
        let resolved = match (self.tensor_type(ty)?, &call.expected) {
            (Ok(resolved), _) => resolved,
            (Err(_), Some(expected @ Type::Tensor { .. })) => expected.clone(),
            (Err(form), _) => {
                let mut unknown = |axis: &str| {
                    let name = format!("{} of `{}`", axis, call.name());
                    let size = self.sizes.symbol(name, SymbolSource::Inferred);
                    self.inferred.push((size.clone(), call.site.span));
                    Some(size)
                };
                let rows = if form == Form::Row { Some(one()) } else { unknown("rows") };
                let columns = if form == Form::Column { Some(one()) } else { unknown("columns") };
                return Some(Target { form, rows, columns });
            }
        };
        let Type::Tensor { form, rows, columns, .. } = resolved else { return None };
        let size = |dimension| match dimension {
            Dimension::Constant(value) => Some(Size::constant(value)),
            Dimension::Dynamic => None,
        };
        Some(Target { form, rows: size(rows), columns: size(columns) })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn construct(&mut self, call: &Call<'_>, word: ConstructorWord, target: &Target, arguments: Vec<Value>) -> Option<Value> {
        match word {
            ConstructorWord::new => self.made_of_entries(call, target, arguments),
            ConstructorWord::from => {
                let part = self.one_argument(call, arguments)?;
                let list = self.tensor_at(part, &call.place(0), "an array or a vector")?;
                let made = self.array_as(&list, target.form);
                self.fitted(target, made)
            }
            ConstructorWord::from_diagonal => {
                let part = self.one_argument(call, arguments)?;
                let diagonal = self.tensor_at(part, &call.place(0), "a vector")?;
                let made = self.diagonal_matrix(&diagonal);
                self.fitted(target, made)
            }
            ConstructorWord::from_columns | ConstructorWord::from_rows => {
                let by_columns = word == ConstructorWord::from_columns;
                let made = match self.one_argument(call, arguments)? {
                    Value::Array(parts) => self.stacked(call, by_columns, parts)?,
                    Value::Stream(stream) => self.lines_of(call, by_columns, &stream)?,
                    other => {
                        let list = self.tensor_at(other, &call.place(0), "an array or a vector")?;
                        self.array_as(&list, target.form)
                    }
                };
                self.fitted(target, made)
            }
            ConstructorWord::from_row_slice => self.made_of_list(call, true, target, arguments),
            ConstructorWord::from_column_slice | ConstructorWord::from_vec => self.made_of_list(call, false, target, arguments),
            ConstructorWord::x_axis => self.axis(0, target),
            ConstructorWord::y_axis => self.axis(1, target),
            ConstructorWord::z_axis => self.axis(2, target),
            ConstructorWord::w_axis => self.axis(3, target),
            ConstructorWord::x => self.basis(0, target),
            ConstructorWord::y => self.basis(1, target),
            ConstructorWord::z => self.basis(2, target),
            ConstructorWord::w => self.basis(3, target),
            ConstructorWord::zeros => self.filled(call, target, arguments, |tracer, shape, _| {
                let zero = tracer.number(0.0);
                Some(tracer.fill(&zero, shape.0, &shape.1, &shape.2))
            }),
            ConstructorWord::identity => self.filled(call, target, arguments, |tracer, shape, _| Some(tracer.identity(shape))),
            ConstructorWord::repeat | ConstructorWord::from_element => {
                self.filled(call, target, arguments, |tracer, shape, rest| {
                    let value = tracer.scalar_at(rest.value?, &rest.place, "a scalar")?;
                    Some(tracer.fill(&value, shape.0, &shape.1, &shape.2))
                })
            }
            ConstructorWord::from_diagonal_element => self.filled(call, target, arguments, |tracer, shape, rest| {
                let value = tracer.scalar_at(rest.value?, &rest.place, "a scalar")?;
                let identity = tracer.identity(shape);
                Some(tracer.multiply(&[&value, &identity]))
            }),
            ConstructorWord::from_fn => self.filled(call, target, arguments, |tracer, shape, rest| {
                if let Value::Callable(callable) = rest.value? { tracer.entry_by_entry(call, &callable, shape) } else { None }
            }),
            ConstructorWord::from_iterator | ConstructorWord::from_row_iterator => {
                let by_rows = word == ConstructorWord::from_row_iterator;
                self.filled(call, target, arguments, |tracer, shape, rest| {
                    let stream = tracer.stream_of(rest.value?)?;
                    let column = tracer.column_of_stream(call, &stream)?;
                    Some(tracer.reshaped(&column, shape, by_rows))
                })
            }
        }
    }

    /// What is made after the dimensions that the type leaves open.
    fn filled(
        &mut self,
        call: &Call<'_>,
        target: &Target,
        mut arguments: Vec<Value>,
        make: impl FnOnce(&mut Self, &(Form, Size, Size), Rest) -> Option<Tensor>,
    ) -> Option<Value> {
        let open = usize::from(target.rows.is_none()) + usize::from(target.columns.is_none());
        if arguments.len() < open {
            return self.missing_arguments(call);
        }
        let mut leading = 0;
        let mut dimension = |tracer: &mut Self, known: Option<Size>| {
            known.or_else(|| {
                leading += 1;
                tracer.size_at(arguments[leading - 1].clone(), &call.place(leading - 1))
            })
        };
        let rows = dimension(self, target.rows.clone());
        let columns = dimension(self, target.columns.clone());
        let (rows, columns) = (rows?, columns?);
        let rest = Rest { value: arguments.drain(leading..).next(), place: call.place(leading) };
        make(self, &(target.form, rows, columns), rest).map(Value::Tensor)
    }

    fn one_argument(&mut self, call: &Call<'_>, arguments: Vec<Value>) -> Option<Value> {
        let first = arguments.into_iter().next();
        if first.is_none() {
            self.missing_arguments(call);
        }
        first
    }

    /// The parts give the dimensions that the type leaves open; where both say them rustc compares.
    fn fitted(&mut self, target: &Target, made: Tensor) -> Option<Value> {
        for (open, found) in [(&target.rows, &made.rows), (&target.columns, &made.columns)] {
            let _ = open.as_ref().map(|open| self.sizes.unify(open, found));
        }
        Some(Value::Tensor(made))
    }

    /// Entries row by row: `new`.
    fn made_of_entries(&mut self, call: &Call<'_>, target: &Target, arguments: Vec<Value>) -> Option<Value> {
        let (rows, columns) = (target.rows.clone()?, target.columns.clone()?);
        let scalars: Vec<Option<Tensor>> =
            arguments.into_iter().enumerate().map(|(k, value)| self.scalar_at(value, &call.place(k), "a scalar")).collect();
        let entries: Vec<Tensor> = scalars.into_iter().collect::<Option<_>>()?;
        Some(Value::Tensor(self.assemble(target.form, &rows, &columns, entries)))
    }

    fn missing_arguments(&mut self, call: &Call<'_>) -> Option<Value> {
        let message = format!("`{}` does not take these arguments for a type of these dimensions", call.name());
        self.diagnostics.error(call.site.span, message);
        None
    }

    fn entry_by_entry(
        &mut self,
        call: &Call<'_>,
        callable: &Callable,
        (form, rows, columns): &(Form, Size, Size),
    ) -> Option<Tensor> {
        let (r, c) = self.axes(rows, columns);
        let kept = own_index(*form, &r, &c);
        let affine = |v| if kept.contains(&v) { Affine::wire(v) } else { Affine::default() };
        let indices = vec![Value::Index(affine(r)), Value::Index(affine(c))];
        let value = self.within(&kept, |tracer| tracer.call_value(callable, indices, callable.place()))?;
        let entry = self.scalar_result(call, callable, value)?;
        Some(self.bind(&entry, *form, (r, rows), (c, columns)))
    }

    pub(super) fn identity(&mut self, (form, rows, columns): &(Form, Size, Size)) -> Tensor {
        let (r, c) = self.axes(rows, columns);
        let (row, column) = (Affine::wire(r), Affine::wire(c));
        let here = self.compare_indices(super::condition::Comparison::Eq, &row, &column);
        let entry = self.mask(&here);
        self.bind(&entry, *form, (r, rows), (c, columns))
    }

    /// A vector with a one at this place.
    fn basis(&mut self, place: i64, target: &Target) -> Option<Value> {
        let (rows, columns) = (target.rows.clone()?, target.columns.clone()?);
        let length = rows.mul(&columns).as_constant()?;
        let entries = (0..length).map(|k| self.number(if k == place { 1.0 } else { 0.0 })).collect();
        Some(Value::Tensor(self.assemble(target.form, &rows, &columns, entries)))
    }

    /// A unit vector that is known to be one.
    fn axis(&mut self, place: i64, target: &Target) -> Option<Value> {
        let value = self.basis(place, target)?;
        Some(Value::structure("NalgebraUnit", vec![("value".to_owned(), value)]))
    }

    /// A list of entries in the form that is asked for: as a row, lying. Those of a matrix are listed column by column.
    pub(super) fn array_as(&mut self, list: &Tensor, form: Form) -> Tensor {
        match form {
            Form::Column => self.flattened(list),
            Form::Row => {
                let column = self.flattened(list);
                self.transpose(&column)
            }
            Form::Matrix | Form::Scalar => self.reform(list, form),
        }
    }

    pub(super) fn diagonal_matrix(&mut self, diagonal: &Tensor) -> Tensor {
        let diagonal = self.as_vector(diagonal);
        let length = diagonal.length();
        let k = self.variable(&length);
        let index = Affine::wire(k);
        let contraction = Contraction {
            factors: vec![Factor::at(&diagonal, &index, &index)],
            local: vec![k],
            out: vec![index.clone(), index],
            ..Contraction::default()
        };
        self.contract(contraction, Form::Matrix, &length, &length)
    }

    /// A vector whose type is a matrix of one column or one row, `OMatrix<f64, Dyn, Const<1>>`, as a vector.
    fn as_vector(&mut self, vector: &Tensor) -> Tensor {
        if vector.form == Form::Matrix { self.flattened(vector) } else { vector.clone() }
    }

    fn stacked(&mut self, call: &Call<'_>, by_columns: bool, parts: Vec<Value>) -> Option<Tensor> {
        let count = Size::constant(parts.len() as i64);
        let mut tensors: Vec<Tensor> = Vec::new();
        for part in parts {
            let part = self.tensor_at(part, &call.place(0), "vectors")?;
            let part = self.as_vector(&part);
            let part = match tensors.first() {
                Some(first) => self.agree(&call.site, first.clone(), part)?.1,
                None => part,
            };
            tensors.push(part);
        }
        let length = tensors.first().map(Tensor::length)?;
        let (rows, columns) = if by_columns { (length, count) } else { (count, length) };
        let mut placed = Vec::new();
        for (k, part) in tensors.iter().enumerate() {
            let line = self.variable(&part.length());
            let (index, place) = (Affine::wire(line), Affine::constant(Size::constant(k as i64)));
            let contraction = Contraction {
                factors: vec![Factor::at(part, &index, &index)],
                local: vec![line],
                out: if by_columns { vec![index, place] } else { vec![place, index] },
                ..Contraction::default()
            };
            placed.push(self.contract(contraction, Form::Matrix, &rows, &columns));
        }
        Some(self.linear(&placed.iter().map(|part| (1.0, part)).collect::<Vec<_>>()))
    }

    /// Constructors of a list of entries: `from_row_slice`, `from_vec`, ..
    fn made_of_list(&mut self, call: &Call<'_>, by_rows: bool, target: &Target, mut arguments: Vec<Value>) -> Option<Value> {
        let Some(list) = arguments.pop() else { return self.missing_arguments(call) };
        let place = call.place(arguments.len());
        let entries = self.tensor_at(list, &place, "an array")?;
        let entries = self.flattened(&entries);
        let length = self.sizes.resolve(&entries.rows);
        let (rows, columns) = match (target.rows.clone(), target.columns.clone(), arguments.as_slice()) {
            (Some(rows), Some(columns), _) => (rows, columns),
            (None, None, [rows, columns]) => {
                (self.size_at(rows.clone(), &call.place(0))?, self.size_at(columns.clone(), &call.place(1))?)
            }
            (None, Some(columns), _) => (self.divide_sizes(&length, &columns)?, columns),
            (Some(rows), None, _) => (rows.clone(), self.divide_sizes(&length, &rows)?),
            _ => return self.missing_arguments(call),
        };
        if self.sizes.unify(&length, &rows.mul(&columns)).is_err() {
            let message = format!(
                "`{}` takes {} entries here, and this list has {}",
                call.name(),
                self.size_text(&rows.mul(&columns)),
                self.size_text(&length)
            );
            self.diagnostics.error(&place, message);
            return None;
        }
        Some(Value::Tensor(self.reshaped(&entries, &(target.form, rows, columns), by_rows)))
    }

    /// A collected list of vectors, side by side or one below the other.
    fn lines_of(&mut self, call: &Call<'_>, by_columns: bool, stream: &Stream) -> Option<Tensor> {
        let count = self.constant_length(call, stream)?;
        let place = self.variable(&count);
        let choice = self.item_if_any(call, stream, &Affine::wire(place))?;
        let line = self.tensor_at(choice.payload()?.clone(), &call.place(0), "vectors")?;
        let line = self.flattened(&line);
        let k = self.variable(&line.rows);
        let (along, across) = (Affine::wire(k), Affine::wire(place));
        let (rows, columns) = if by_columns { (line.rows.clone(), count) } else { (count, line.rows.clone()) };
        let contraction = Contraction {
            factors: vec![Factor { tensor: line, index: vec![along.clone()] }],
            local: vec![k, place],
            out: if by_columns { vec![along, across] } else { vec![across, along] },
            ..Contraction::default()
        };
        Some(self.contract(contraction, Form::Matrix, &rows, &columns))
    }

    /// A list of entries as a tensor, filled row by row or column by column.
    fn reshaped(&mut self, list: &Tensor, (form, rows, columns): &(Form, Size, Size), by_rows: bool) -> Tensor {
        let (row_step, column_step) = if by_rows { (columns.clone(), one()) } else { (one(), rows.clone()) };
        self.rearrange(list, *form, rows, columns, |r, c| {
            let place = r.scale(&row_step).add(&c.scale(&column_step));
            (place, Affine::default())
        })
    }

    /// Scalars as a tensor, row by row.
    pub(super) fn assemble(&mut self, form: Form, rows: &Size, columns: &Size, entries: Vec<Tensor>) -> Tensor {
        let width = columns.as_constant().unwrap_or(1).max(1);
        let mut placed = Vec::new();
        for (k, entry) in entries.into_iter().enumerate() {
            let (row, column) = (k as i64 / width, k as i64 % width);
            let index = |k: i64| Affine::constant(Size::constant(k));
            let contraction = Contraction {
                factors: vec![Factor { tensor: entry, index: Vec::new() }],
                out: own_index(form, &index(row), &index(column)),
                ..Contraction::default()
            };
            placed.push(self.contract(contraction, form, rows, columns));
        }
        if placed.is_empty() {
            let zero = self.number(0.0);
            return self.fill(&zero, form, rows, columns);
        }
        self.linear(&placed.iter().map(|part| (1.0, part)).collect::<Vec<_>>())
    }

    /// A value as a tensor, where it is one: an array of scalars is a column, an array of arrays a
    /// matrix of these columns.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn tensor_of(&mut self, value: Value) -> Option<Tensor> {
        match value {
            Value::Tensor(tensor) => Some(tensor),
            value @ (Value::Struct(_) | Value::Lazy(_)) => {
                if let Value::Tensor(tensor) = self.through_deref(&value)? {
                    Some(tensor)
                } else {
                    None
                }
            }
            Value::Array(values) => {
                let parts: Vec<Tensor> = values.into_iter().map(|v| self.tensor_of(v)).collect::<Option<_>>()?;
                let count = Size::constant(parts.len() as i64);
                if parts.iter().all(Tensor::is_scalar) {
                    return Some(self.assemble(Form::Column, &count, &one(), parts));
                }
                let length =
                    parts.first().filter(|p| parts.iter().all(|q| q.form == Form::Column && q.rows == p.rows))?.rows.clone();
                let mut entries = Vec::new();
                for row in 0..length.as_constant()? {
                    let index = Affine::constant(Size::constant(row));
                    for part in &parts {
                        entries.push(self.entry(part, &index, &index));
                    }
                }
                Some(self.assemble(Form::Matrix, &length, &count, entries))
            }
            _ => None,
        }
    }
}

/// The type before the last segment: `SVector::<f64, 3>` of `SVector::<f64, 3>::zeros`.
fn owner(path: &syn::ExprPath) -> Option<syn::Type> {
    if let Some(qself) = &path.qself {
        return (path.path.segments.len() == 1).then(|| (*qself.ty).clone());
    }
    let mut shorter = path.path.clone();
    shorter.segments.pop();
    // `pop` leaves a trailing separator.
    let segments: Punctuated<syn::PathSegment, syn::Token![::]> = shorter.segments.into_iter().collect();
    let shorter = syn::Path { leading_colon: shorter.leading_colon, segments };
    (!shorter.segments.is_empty()).then(|| syn::Type::Path(syn::TypePath { attrs: Vec::new(), qself: None, path: shorter }))
}

/// `Matrix3` of `nalgebra::Matrix3<f64>`
fn last_name(ty: &syn::Type) -> Option<String> {
    let syn::Type::Path(path) = ty else { return None };
    path.path.segments.last().map(|segment| segment.ident.to_string())
}
