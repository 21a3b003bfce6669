//! nalgebra's methods of vectors and matrices, each as a contraction, a sum or a map.

use quote::quote_spanned;

use super::Tracer;
use super::call::{Call, Outcome};
use super::compose::made;
use super::condition::Condition;
use super::contract::{Contraction, Factor};
use super::stream::Stream;
use super::value::{Callable, Tensor, Value, dimensions, own_index};
use super::words::{
    self, ComposedWord, CoordinatesWord, DecompositionWord, EntryWord, InverseWord, LongerWord, MapWord, NormWord, PairWord,
    PartWord, PartsWord, PlaceOfWord, PowerNormWord, RearrangementWord, ReductionWord, ScalingWord, SizeWord, SliceWord,
    StepsWord, ZipFoldWord,
};
use crate::ir::{Affine, Func, Guard, Number, Reduction, Size, Test};
use crate::model::Form;
use crate::syntax::{Associated, Module, library_methods};

/// The words of vectors and matrices.
pub fn names() -> Vec<&'static str> {
    words::names(&[
        PairWord::NAMES,
        ReductionWord::NAMES,
        PlaceOfWord::NAMES,
        MapWord::NAMES,
        RearrangementWord::NAMES,
        CoordinatesWord::NAMES,
        PartWord::NAMES,
        LongerWord::NAMES,
        ScalingWord::NAMES,
        PowerNormWord::NAMES,
        SizeWord::NAMES,
        EntryWord::NAMES,
        PartsWord::NAMES,
        DecompositionWord::NAMES,
        InverseWord::NAMES,
        SliceWord::NAMES,
        NormWord::NAMES,
        ZipFoldWord::NAMES,
    ])
    .into_iter()
    .chain(library_methods())
    .collect()
}

fn one() -> Size {
    Size::constant(1)
}

impl<'a> Tracer<'a> {
    pub(super) fn tensor_method(&mut self, call: &Call<'_>, tensor: &Tensor, arguments: &[Value]) -> Outcome {
        let families = [
            Self::sizes_of,
            Self::maybe_entry,
            Self::iterators_of,
            Self::counted_of,
            Self::pieces_of,
            Self::by_norm,
            Self::folded_with,
            Self::reductions_of,
            Self::place_of_extreme,
            Self::rearrangements_of,
            Self::coordinates_of,
            Self::slices_of,
            Self::longer_of,
            Self::factored_of,
            Self::triangular_solution,
            Self::elementwise_of,
        ];
        for family in families {
            if let Outcome::Known(value) = family(self, call, tensor, arguments) {
                return Outcome::Known(value);
            }
        }
        if let Outcome::Known(value) = self.products_with(call, tensor, arguments) {
            return Outcome::Known(value);
        }
        self.method_of_library(call, tensor, arguments)
    }

    /// A method that is written in other words of nalgebra.
    fn method_of_library(&mut self, call: &Call<'_>, tensor: &Tensor, arguments: &[Value]) -> Outcome {
        let module: &'a Module = self.module;
        let owners: &[&str] = match tensor.form {
            Form::Column => &["Vector", "Matrix"],
            Form::Row => &["RowVector", "Matrix"],
            Form::Matrix | Form::Scalar => &["Matrix"],
        };
        let found = owners.iter().find_map(|owner| module.library_function(owner, call.name()));
        let (Some(found), Some(function)) = (found, found.and_then(Associated::function)) else { return Outcome::Unknown };
        if function.sig.inputs.len() != arguments.len() + 1 {
            return Outcome::Unknown;
        }
        let given = std::iter::once(Value::Tensor(tensor.clone())).chain(arguments.iter().cloned()).map(Some).collect();
        Outcome::Known(self.call_titled(found.title(), function, given, call.site.span))
    }

    /// Methods with an integer.
    fn counted_of(&mut self, call: &Call<'_>, tensor: &Tensor, arguments: &[Value]) -> Outcome {
        let [Value::Index(count)] = arguments else { return Outcome::Unknown };
        match PowerNormWord::named(call.name()) {
            Some(PowerNormWord::lp_norm) => Outcome::Known(self.lp_norm(tensor, count).map(Value::Tensor)),
            Some(PowerNormWord::pow) => Outcome::Known(self.matrix_power(call, tensor, count).map(Value::Tensor)),
            None => Outcome::Unknown,
        }
    }

    /// Iterators over the parts.
    fn iterators_of(&mut self, call: &Call<'_>, tensor: &Tensor, arguments: &[Value]) -> Outcome {
        if let (Some(word @ ComposedWord::is_sorted), []) = (ComposedWord::named(call.name()), arguments) {
            return self.composed_stream(call, word, Stream::entries(tensor.clone()), &[]);
        }
        if let (Some(StepsWord::fold), [first, step]) = (StepsWord::named(call.name()), arguments) {
            return self.stream_method(call, Stream::entries(tensor.clone()), vec![first.clone(), step.clone()]);
        }
        let (Some(word), []) = (PartsWord::named(call.name()), arguments) else { return Outcome::Unknown };
        Outcome::Known(Some(Value::Stream(Box::new(match word {
            PartsWord::iter | PartsWord::into_iter => Stream::entries(tensor.clone()),
            PartsWord::row_iter => Stream::rows(tensor.clone()),
            PartsWord::column_iter => Stream::columns(tensor.clone()),
        }))))
    }

    /// Sizes.
    fn sizes_of(&mut self, call: &Call<'_>, tensor: &Tensor, arguments: &[Value]) -> Outcome {
        let (Some(word), []) = (SizeWord::named(call.name()), arguments) else { return Outcome::Unknown };
        Outcome::Known(Some(match word {
            SizeWord::nrows => self.count_of(&tensor.rows),
            SizeWord::ncols => self.count_of(&tensor.columns),
            SizeWord::len => self.count_of(&tensor.length()),
            SizeWord::shape => Value::Tuple(vec![self.count_of(&tensor.rows), self.count_of(&tensor.columns)]),
            SizeWord::is_empty => {
                let length = self.expanded(&Affine::constant(tensor.length()));
                Value::Bool(self.compare_indices(super::condition::Comparison::Eq, &length, &Affine::default()))
            }
            SizeWord::is_square => {
                let [rows, columns] = [&tensor.rows, &tensor.columns].map(|size| self.expanded(&Affine::constant(size.clone())));
                Value::Bool(self.compare_indices(super::condition::Comparison::Eq, &rows, &columns))
            }
        }))
    }

    /// Scalars made of all entries.
    fn reductions_of(&mut self, call: &Call<'_>, t: &Tensor, arguments: &[Value]) -> Outcome {
        let (Some(word), []) = (ReductionWord::named(call.name()), arguments) else { return Outcome::Unknown };
        let result = match word {
            ReductionWord::sum => self.total(t),
            ReductionWord::norm | ReductionWord::magnitude => self.norm(t),
            ReductionWord::norm_squared | ReductionWord::magnitude_squared => self.inner_product(&[t, t]),
            ReductionWord::mean => {
                let total = self.total(t);
                self.over_count(&total, &t.length())
            }
            ReductionWord::variance => self.variance(t),
            ReductionWord::max => self.reduce(Reduction::Max, t),
            ReductionWord::min => self.reduce(Reduction::Min, t),
            ReductionWord::amax | ReductionWord::camax => {
                let abs = self.apply(Func::Abs, &[t]);
                self.reduce(Reduction::Max, &abs)
            }
            ReductionWord::amin | ReductionWord::camin => {
                let abs = self.apply(Func::Abs, &[t]);
                self.reduce(Reduction::Min, &abs)
            }
            ReductionWord::product => self.product_of_entries(t),
            ReductionWord::trace => match self.square(call, t) {
                Some(()) => self.trace(t),
                None => return Outcome::Known(None),
            },
            ReductionWord::to_scalar | ReductionWord::into_scalar => self.entry(t, &Affine::default(), &Affine::default()),
        };
        Outcome::Known(Some(Value::Tensor(result)))
    }

    pub(super) fn norm(&mut self, t: &Tensor) -> Tensor {
        let squares = self.inner_product(&[t, t]);
        self.apply(Func::NormPow(Number::new(0.5)), &[&squares])
    }

    /// `(Σ |t|^p)^(1/p)`
    fn lp_norm(&mut self, t: &Tensor, p: &Affine) -> Option<Tensor> {
        let p = p.as_size().and_then(Size::as_constant).and_then(|p| i32::try_from(p).ok())?;
        let abs = self.apply(Func::Abs, &[t]);
        let powers = self.apply(Func::Powi(p), &[&abs]);
        let total = self.total(&powers);
        Some(if p == 1 { total } else { self.apply(Func::NormPow(Number::new(f64::from(p).recip())), &[&total]) })
    }

    /// `t / count` of a sum of so many; the mean of nothing is 0, as nalgebra has it.
    pub(super) fn over_count(&mut self, t: &Tensor, count: &Size) -> Tensor {
        let size = self.sizes.resolve(count);
        let is_certain = size.sub(&one()).is_nonnegative();
        let mut count = self.number_of_index(&Affine::constant(size));
        if !is_certain {
            let one = self.number(1.0);
            count = self.apply(Func::Max, &[&count, &one]);
        }
        let inverse = self.apply(Func::Powi(-1), &[&count]);
        self.multiply(&[t, &inverse])
    }

    /// The mean square deviation.
    fn variance(&mut self, t: &Tensor) -> Tensor {
        let total = self.total(t);
        let mean = self.over_count(&total, &t.length());
        let deviation = self.linear(&[(1.0, t), (-1.0, &mean)]);
        let squares = self.inner_product(&[&deviation, &deviation]);
        self.over_count(&squares, &t.length())
    }

    pub(super) fn square(&mut self, call: &Call<'_>, t: &Tensor) -> Option<()> {
        if self.sizes.unify(&t.rows, &t.columns).is_ok() {
            return Some(());
        }
        let message = format!(
            "`{}` takes a square matrix, and this one has shape {} x {}",
            call.name(),
            self.size_text(&t.rows),
            self.size_text(&t.columns)
        );
        self.diagnostics.error(call.site.span, message);
        None
    }

    fn trace(&mut self, t: &Tensor) -> Tensor {
        let k = self.variable(&t.rows);
        let index = Affine::wire(k);
        let contraction = Contraction { factors: vec![Factor::at(t, &index, &index)], local: vec![k], ..Contraction::default() };
        self.contract(contraction, Form::Scalar, &one(), &one())
    }

    /// The same entries elsewhere, and sums along one dimension.
    fn rearrangements_of(&mut self, call: &Call<'_>, t: &Tensor, arguments: &[Value]) -> Outcome {
        let (Some(word), []) = (RearrangementWord::named(call.name()), arguments) else { return Outcome::Unknown };
        let (rows, columns) = (t.rows.clone(), t.columns.clone());
        let result = match word {
            RearrangementWord::transpose | RearrangementWord::adjoint => self.transpose(t),
            RearrangementWord::diagonal => match self.square(call, t) {
                Some(()) => self.rearrange(t, Form::Column, &rows, &one(), |r, _| (r.clone(), r.clone())),
                None => return Outcome::Known(None),
            },
            RearrangementWord::row_sum => self.sum_over_rows(t, Form::Row),
            RearrangementWord::row_sum_tr => self.sum_over_rows(t, Form::Column),
            RearrangementWord::column_sum => self.sum_over_columns(t),
            RearrangementWord::row_mean => {
                let sums = self.sum_over_rows(t, Form::Row);
                self.over_count(&sums, &rows)
            }
            RearrangementWord::column_mean => {
                let sums = self.sum_over_columns(t);
                self.over_count(&sums, &columns)
            }
            RearrangementWord::row_variance | RearrangementWord::column_variance => {
                let of_rows = word == RearrangementWord::column_variance;
                let lines = if of_rows { Stream::rows(t.clone()) } else { Stream::columns(t.clone()) };
                let variance = made(quote_spanned! { call.site.span=> |v| v.variance() }, None);
                match self.column_of_stream(call, &Stream::Mapped(Box::new(lines), variance)) {
                    Some(variances) if of_rows => variances,
                    Some(variances) => self.transpose(&variances),
                    None => return Outcome::Known(None),
                }
            }
            RearrangementWord::abs => self.apply(Func::Abs, &[t]),
            RearrangementWord::normalize => {
                let squares = self.inner_product(&[t, t]);
                let inverse = self.apply(Func::NormPow(Number::new(-0.5)), &[&squares]);
                self.multiply(&[t, &inverse])
            }
            RearrangementWord::upper_triangle => self.triangle(t, 1),
            RearrangementWord::lower_triangle => self.triangle(t, -1),
            RearrangementWord::symmetric_part | RearrangementWord::hermitian_part => match self.square(call, t) {
                Some(()) => self.symmetric_part(t),
                None => return Outcome::Known(None),
            },
            RearrangementWord::cross_matrix => self.cross_matrix(t),
        };
        Outcome::Known(Some(Value::Tensor(result)))
    }

    pub(super) fn transpose(&mut self, t: &Tensor) -> Tensor {
        let form = match t.form {
            Form::Column => Form::Row,
            Form::Row => Form::Column,
            other @ (Form::Scalar | Form::Matrix) => other,
        };
        self.rearrange(t, form, &t.columns.clone(), &t.rows.clone(), |r, c| (c.clone(), r.clone()))
    }

    /// The matrix of `v × ..`.
    fn cross_matrix(&mut self, v: &Tensor) -> Tensor {
        let zero = self.number(0.0);
        let [x, y, z] = [0, 1, 2].map(|k| {
            let index = Affine::constant(Size::constant(k));
            self.entry(v, &index, &index)
        });
        let [nx, ny, nz] = [&x, &y, &z].map(|t| self.scale(-1.0, t));
        let three = Size::constant(3);
        let rows = vec![zero.clone(), nz, y, z, zero.clone(), nx, ny, x, zero];
        self.assemble(Form::Matrix, &three, &three, rows)
    }

    /// `v.push(t)`
    fn longer_of(&mut self, call: &Call<'_>, t: &Tensor, arguments: &[Value]) -> Outcome {
        let last = match (LongerWord::named(call.name()), arguments) {
            (Some(LongerWord::push), [last]) => last,
            (Some(word), [_, _]) => return Outcome::Known(self.with_lines(call, word, t, arguments).map(Value::Tensor)),
            _ => return Outcome::Unknown,
        };
        let Some(last) = self.scalar_at(last.clone(), &call.place(1), "a scalar") else { return Outcome::Known(None) };
        let rows = t.rows.add(&one());
        let (r, _) = self.axes(&rows, &one());
        let row = Affine::wire(r);
        let behind = row.sub(&Affine::constant(t.rows.clone()));
        let before = behind.scale(&Size::constant(-1)).sub(&Affine::constant(one()));
        let mut part = |factor, affine, test| {
            let contraction = Contraction {
                factors: vec![factor],
                guards: vec![Guard { affine, test }],
                local: vec![r],
                out: vec![row.clone()],
                ..Contraction::default()
            };
            self.contract(contraction, Form::Column, &rows, &one())
        };
        let first = part(Factor::at(t, &row, &Affine::default()), before, Test::NonNegative);
        let last = part(Factor::at(&last, &row, &row), behind, Test::Zero);
        Outcome::Known(Some(Value::Tensor(self.linear(&[(1.0, &first), (1.0, &last)]))))
    }

    /// `v.zyx()`: the word says which coordinates.
    fn coordinates_of(&mut self, call: &Call<'_>, t: &Tensor, arguments: &[Value]) -> Outcome {
        let (Some(_), []) = (CoordinatesWord::named(call.name()), arguments) else { return Outcome::Unknown };
        let mut entries = Vec::new();
        for letter in call.name().chars() {
            let place = Affine::constant(Size::constant(i64::from(letter as u8 - b'x')));
            if self.check_index(&t.rows, &place, &call.place(0), &call.place(0)).is_none() {
                return Outcome::Known(None);
            }
            entries.push(self.entry(t, &place, &Affine::default()));
        }
        let count = Size::constant(entries.len() as i64);
        Outcome::Known(Some(Value::Tensor(self.assemble(Form::Column, &count, &one(), entries))))
    }

    pub(super) fn triangle(&mut self, t: &Tensor, sign: i64) -> Tensor {
        let (r, c) = self.axes(&t.rows, &t.columns);
        let (row, column) = (Affine::wire(r), Affine::wire(c));
        let above = column.sub(&row).scale(&Size::constant(sign));
        let contraction = Contraction {
            factors: vec![Factor::at(t, &row, &column)],
            guards: vec![Guard { affine: above, test: Test::NonNegative }],
            local: own_index(t.form, &r, &c),
            out: own_index(t.form, &row, &column),
            ..Contraction::default()
        };
        self.contract(contraction, t.form, &t.rows, &t.columns)
    }

    /// `out(c) = Σᵣ t(r, c)`
    fn sum_over_rows(&mut self, t: &Tensor, form: Form) -> Tensor {
        let (r, c) = self.axes(&t.rows, &t.columns);
        let (row, column) = (Affine::wire(r), Affine::wire(c));
        let contraction = Contraction {
            factors: vec![Factor::at(t, &row, &if t.form == Form::Column { Affine::default() } else { column.clone() })],
            local: if t.form == Form::Row { vec![c] } else { vec![r, c] },
            out: vec![column],
            ..Contraction::default()
        };
        let (rows, columns) = dimensions(form, std::slice::from_ref(&t.columns));
        self.contract(contraction, form, &rows, &columns)
    }

    /// `out(r) = Σ_c t(r, c)`
    fn sum_over_columns(&mut self, t: &Tensor) -> Tensor {
        let (r, c) = self.axes(&t.rows, &t.columns);
        let (row, column) = (Affine::wire(r), Affine::wire(c));
        let contraction = Contraction {
            factors: vec![Factor::at(t, &row, &column)],
            local: if t.form == Form::Column { vec![r] } else { vec![r, c] },
            out: vec![row],
            ..Contraction::default()
        };
        self.contract(contraction, Form::Column, &t.rows, &one())
    }

    /// A scalar function, entry by entry.
    fn elementwise_of(&mut self, call: &Call<'_>, t: &Tensor, arguments: &[Value]) -> Outcome {
        let Some(word) = MapWord::named(call.name()) else { return Outcome::Unknown };
        let (closure_at, located) = match word {
            MapWord::map => (0, false),
            MapWord::map_with_location => (0, true),
            MapWord::map_diagonal => return self.diagonal_mapped(call, t, arguments),
            MapWord::zip_map => (1, false),
            MapWord::zip_zip_map => (2, false),
        };
        if arguments.len() != closure_at + 1 {
            return Outcome::Unknown;
        }
        let callable = self.callable_at(call, arguments, closure_at);
        let mut tensors = vec![t.clone()];
        for (k, value) in arguments[..closure_at].iter().enumerate() {
            let Some(other) = self.tensor_at(value.clone(), &call.place(k + 1), "a vector or matrix") else {
                return Outcome::Known(None);
            };
            let Some((_, other)) = self.agree(&call.site, t.clone(), other) else { return Outcome::Known(None) };
            tensors.push(other);
        }
        Outcome::Known(callable.and_then(|callable| self.map_entries(call, &tensors, &callable, located)))
    }

    /// `diagonal().map(..)`
    fn diagonal_mapped(&mut self, call: &Call<'_>, t: &Tensor, arguments: &[Value]) -> Outcome {
        if arguments.len() != 1 {
            return Outcome::Unknown;
        }
        let Some(callable) = self.square(call, t).and_then(|()| self.callable_at(call, arguments, 0)) else {
            return Outcome::Known(None);
        };
        let diagonal = self.rearrange(t, Form::Column, &t.rows.clone(), &one(), |r, _| (r.clone(), r.clone()));
        Outcome::Known(self.map_entries(call, &[diagonal], &callable, false))
    }

    fn map_entries(&mut self, call: &Call<'_>, tensors: &[Tensor], callable: &Callable, located: bool) -> Option<Value> {
        let t = tensors.first()?;
        let (rows, columns) = (t.rows.clone(), t.columns.clone());
        let (r, c) = self.axes(&rows, &columns);
        let kept = own_index(t.form, &r, &c);
        let affine = |v| if kept.contains(&v) { Affine::wire(v) } else { Affine::default() };
        let (row, column) = (affine(r), affine(c));
        let mut arguments = if located { vec![Value::Index(row.clone()), Value::Index(column.clone())] } else { Vec::new() };
        for tensor in tensors {
            arguments.push(Value::Tensor(self.entry(tensor, &row, &column)));
        }
        let value = self.within(&kept, |tracer| tracer.call_value(callable, arguments, callable.place()))?;
        let entry = self.scalar_result(call, callable, value)?;
        Some(Value::Tensor(self.bind(&entry, t.form, (r, &rows), (c, &columns))))
    }

    /// What a closure gave, as a scalar.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn scalar_result(&mut self, call: &Call<'_>, callable: &Callable, value: Value) -> Option<Tensor> {
        match value {
            Value::Tensor(entry) if entry.is_scalar() => Some(entry),
            other => {
                let help = matches!(other, Value::Index(_)).then_some("convert the integer with `as f64`");
                let message =
                    format!("{} of `{}` gives {}: expected a scalar", callable.describe(), call.name(), other.describe());
                match help {
                    Some(help) => self.diagnostics.error_with_help(callable.place(), message, help),
                    None => self.diagnostics.error(callable.place(), message),
                }
                None
            }
        }
    }

    /// The product of all entries.
    pub(super) fn product_of_entries(&mut self, t: &Tensor) -> Tensor {
        let t = &if self.is_varying(t) { self.filled_beyond(t, 1.0) } else { t.clone() };
        let vector = self.flattened(t);
        let node = self.graph.exclusive(vector.node, 0);
        Tensor { node, form: Form::Scalar, rows: one(), columns: one(), ..vector }
    }

    /// All entries as a column, column by column.
    pub(super) fn flattened(&mut self, t: &Tensor) -> Tensor {
        if t.form != Form::Matrix {
            return self.reform_vector(t);
        }
        let (r, c) = self.axes(&t.rows, &t.columns);
        let (row, column) = (Affine::wire(r), Affine::wire(c));
        let contraction = Contraction {
            factors: vec![Factor::at(t, &row, &column)],
            local: vec![r, c],
            out: vec![column.scale(&t.rows).add(&row)],
            ..Contraction::default()
        };
        self.contract(contraction, Form::Column, &t.length(), &one())
    }

    fn reform_vector(&mut self, t: &Tensor) -> Tensor {
        if t.form == Form::Row { self.transpose(t) } else { t.clone() }
    }

    /// Whether a condition is decided.
    pub(super) fn is_certain(condition: &Condition) -> bool {
        *condition == Condition::Constant(true)
    }
}
