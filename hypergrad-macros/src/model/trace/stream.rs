//! Iterators: what they run over, and their item at a position, evaluated when it is consumed.
//!
//! A stream runs over the points of a box of index variables. A range whose bounds depend on an
//! outer index runs over the full proven range and says by guards which of its items exist.

use syn::spanned::Spanned;

use super::Tracer;
use super::condition::{Comparison, Condition};
use super::csr::{CsrRow, Part};
use super::value::{Callable, Tensor, Value};
use crate::ir::{Affine, Guard, Size, Test};
use crate::model::Form;

#[derive(Clone, Debug)]
pub enum Stream {
    /// `start..end`, read as `low + v`, `v` over `0..extent`.
    Range {
        start: Affine,
        end: Affine,
        low: Size,
        extent: Size,
    },
    /// `start..`
    Endless {
        start: Affine,
    },
    /// The entries of a tensor, column by column.
    Entries(Tensor),
    Rows(Tensor),
    Columns(Tensor),
    /// The stored entries of a row of a sparse matrix, read as all columns with a pattern.
    Stored(CsrRow, Part),
    /// Neighbouring entries of a vector, so many at a time.
    Windows(Tensor, Size),
    Values(Vec<Value>),
    /// The same value for ever, or so many times.
    Repeated(Value, Option<Size>),
    Mapped(Box<Stream>, Callable),
    Filtered(Box<Stream>, Callable),
    Zipped(Box<Stream>, Box<Stream>),
    Enumerated(Box<Stream>),
    Reversed(Box<Stream>),
    Skipped(Box<Stream>, Size),
    Taken(Box<Stream>, Size),
    Strided(Box<Stream>, Size),
    Chained(Box<Stream>, Box<Stream>),
}

impl Stream {
    /// The streams whose concatenation this is; each is free of `Chained` and `Values`.
    pub fn pieces(self) -> Vec<Self> {
        match self {
            Self::Chained(first, second) => first.pieces().into_iter().chain(second.pieces()).collect(),
            Self::Values(values) => {
                let one = Some(Size::constant(1));
                values.into_iter().map(|value| Self::Repeated(value, one.clone())).collect()
            }
            Self::Mapped(inner, callable) => {
                inner.pieces().into_iter().map(|piece| Self::Mapped(Box::new(piece), callable.clone())).collect()
            }
            Self::Filtered(inner, callable) => {
                inner.pieces().into_iter().map(|piece| Self::Filtered(Box::new(piece), callable.clone())).collect()
            }
            other => vec![other],
        }
    }

    /// Whether the items are parts of a tensor, so that its shape says how many there are.
    fn reads_tensor(&self) -> bool {
        match self {
            Self::Entries(_) | Self::Rows(_) | Self::Columns(_) => true,
            Self::Mapped(inner, _) | Self::Enumerated(inner) | Self::Reversed(inner) => inner.reads_tensor(),
            Self::Zipped(first, second) => first.reads_tensor() && second.reads_tensor(),
            _ => false,
        }
    }

    /// Whether item `v` is the `v`-th: false for ranges that start at an outer index, and after a
    /// filter.
    fn is_positional(&self) -> bool {
        match self {
            Self::Range { start, low, .. } => start.as_size() == Some(low),
            Self::Endless { .. }
            | Self::Entries(_)
            | Self::Rows(_)
            | Self::Columns(_)
            | Self::Stored(..)
            | Self::Windows(..)
            | Self::Values(_)
            | Self::Repeated(..) => true,
            Self::Mapped(inner, _)
            | Self::Enumerated(inner)
            | Self::Skipped(inner, _)
            | Self::Taken(inner, _)
            | Self::Strided(inner, _)
            | Self::Reversed(inner) => inner.is_positional(),
            Self::Zipped(first, second) | Self::Chained(first, second) => first.is_positional() && second.is_positional(),
            Self::Filtered(..) => false,
        }
    }
}

fn one() -> Size {
    Size::constant(1)
}

impl Tracer<'_> {
    /// The extents of the box that a stream runs over; `None` where it has no end.
    pub(super) fn domain(&mut self, stream: &Stream) -> Option<Vec<Size>> {
        match stream {
            Stream::Range { extent, .. } => Some(vec![self.sizes.resolve(extent)]),
            Stream::Endless { .. } | Stream::Repeated(_, None) => None,
            Stream::Repeated(_, Some(times)) => Some(vec![times.clone()]),
            Stream::Entries(tensor) if tensor.form == Form::Matrix => Some(vec![tensor.columns.clone(), tensor.rows.clone()]),
            Stream::Entries(tensor) => Some(vec![tensor.length()]),
            Stream::Rows(tensor) => Some(vec![tensor.rows.clone()]),
            Stream::Columns(tensor) => Some(vec![tensor.columns.clone()]),
            Stream::Stored(row, _) => Some(vec![row.matrix.values.columns.clone()]),
            Stream::Windows(tensor, width) => Some(vec![tensor.length().sub(width).add(&one())]),
            Stream::Values(values) => Some(vec![Size::constant(values.len() as i64)]),
            Stream::Mapped(inner, _) | Stream::Filtered(inner, _) | Stream::Enumerated(inner) | Stream::Reversed(inner) => {
                self.domain(inner)
            }
            Stream::Zipped(first, second) => match (self.domain(first), self.domain(second)) {
                (Some(a), Some(b)) => Some(self.common_domain((first, a), (second, b))),
                (a, b) => a.or(b),
            },
            Stream::Skipped(inner, count) => Some(vec![self.line(inner)?.sub(count)]),
            Stream::Taken(inner, count) => {
                let whole = self.line(inner);
                Some(vec![whole.filter(|whole| count.sub(whole).is_nonnegative()).unwrap_or_else(|| count.clone())])
            }
            // ceil(extent / step)
            Stream::Strided(inner, step) => {
                let rounded = self.line(inner)?.add(step).sub(&one());
                Some(vec![self.divide_sizes(&rounded, step)?])
            }
            Stream::Chained(first, second) => Some(vec![self.line(first)?.add(&self.line(second)?)]),
        }
    }

    /// The length of the box as one line.
    pub(super) fn line(&mut self, stream: &Stream) -> Option<Size> {
        let domain = self.domain(stream)?;
        Some(self.sizes.resolve(&Size::product(&domain)))
    }

    /// Zipped streams end with the shorter: constant differences are decided, entries of tensors
    /// have equal lengths by unification, ranges are bounded by guards.
    fn common_domain(&mut self, (first, a): (&Stream, Vec<Size>), (second, b): (&Stream, Vec<Size>)) -> Vec<Size> {
        if !first.is_positional() || a.len() < b.len() {
            return a;
        }
        if a.len() > b.len() {
            return b;
        }
        let unify = first.reads_tensor() && second.reads_tensor();
        let shorter = |tracer: &mut Self, (a, b): (Size, Size)| {
            let difference = tracer.sizes.resolve(&a).sub(&tracer.sizes.resolve(&b));
            match difference.as_constant() {
                Some(value) if value > 0 => b,
                None if unify => tracer.sizes.unify(&a, &b).map_or(b, |()| a),
                _ => a,
            }
        };
        a.into_iter().zip(b).map(|pair| shorter(self, pair)).collect()
    }

    /// The place of a point of the box on the line.
    fn place(domain: &[Size], point: &[Affine]) -> Affine {
        domain.iter().zip(point).fold(Affine::default(), |place, (extent, v)| place.scale(extent).add(v))
    }

    /// The position among the items that exist, where it is known.
    fn position(&mut self, stream: &Stream, point: &[Affine]) -> Option<Affine> {
        match stream {
            Stream::Range { start, low, .. } => Some(point.first()?.add(&Affine::constant(low.clone())).sub(start)),
            Stream::Mapped(inner, _) | Stream::Enumerated(inner) => self.position(inner, point),
            _ if stream.is_positional() => match self.domain(stream) {
                Some(domain) => Some(Self::place(&domain, point)),
                None => point.first().cloned(),
            },
            _ => None,
        }
    }

    /// The guards that say which points have an item. Evaluated before the item is.
    pub(super) fn guards(&mut self, stream: &Stream, point: &[Affine]) -> Vec<Guard> {
        match stream {
            Stream::Range { start, end, low, extent } => Self::range_guards((start, end), (low, extent), point),
            Stream::Mapped(inner, _) | Stream::Filtered(inner, _) | Stream::Enumerated(inner) => self.guards(inner, point),
            Stream::Zipped(first, second) => {
                let mut guards = Vec::new();
                for (stream, point) in self.zipped_points(first, second, point) {
                    guards.extend(self.guards(stream, &point));
                    guards.extend(self.inside(stream, &point));
                }
                guards
            }
            Stream::Reversed(inner) => {
                let point = self.mirrored(inner, point);
                self.guards(inner, &point)
            }
            Stream::Skipped(inner, count) => {
                let point = vec![shifted(point, count)];
                self.guards(inner, &point)
            }
            Stream::Strided(inner, step) => {
                let point: Vec<Affine> = point.iter().map(|v| v.scale(step)).collect();
                let mut guards = self.guards(inner, &point);
                guards.extend(self.inside(inner, &point));
                guards
            }
            Stream::Taken(inner, _) => {
                let mut guards = self.guards(inner, point);
                guards.extend(self.inside(inner, point));
                guards
            }
            _ => Vec::new(),
        }
    }

    /// `point < length`, where that is not certain.
    fn inside(&mut self, stream: &Stream, point: &[Affine]) -> Option<Guard> {
        let length = self.line(stream)?;
        if point.len() != 1 {
            return None;
        }
        match self.compare_indices(Comparison::Lt, point.first()?, &Affine::constant(length)) {
            Condition::Index(guard) => Some(guard),
            _ => None,
        }
    }

    fn range_guards((start, end): (&Affine, &Affine), (low, extent): (&Size, &Size), point: &[Affine]) -> Vec<Guard> {
        let Some(place) = point.first() else { return Vec::new() };
        let index = place.add(&Affine::constant(low.clone()));
        let mut guards = Vec::new();
        if start.as_size() != Some(low) {
            guards.push(Guard { affine: index.sub(start), test: Test::NonNegative });
        }
        if end.as_size() != Some(&low.add(extent)) {
            let slack = end.sub(&index).sub(&Affine::constant(one()));
            guards.push(Guard { affine: slack, test: Test::NonNegative });
        }
        guards
    }

    fn mirrored(&mut self, inner: &Stream, point: &[Affine]) -> Vec<Affine> {
        if !inner.is_positional() {
            return point.to_vec();
        }
        let domain = self.domain(inner).unwrap_or_default();
        let mirror = |(extent, v): (&Size, &Affine)| Affine::constant(extent.sub(&one())).sub(v);
        domain.iter().zip(point).map(mirror).collect()
    }

    /// The item at a point; errors are reported where the item is refused.
    pub(super) fn item(&mut self, stream: &Stream, point: &[Affine]) -> Option<Value> {
        let zero = Affine::default();
        let first = point.first().cloned().unwrap_or_default();
        match stream {
            Stream::Range { low, .. } => Some(Value::Index(first.add(&Affine::constant(low.clone())))),
            Stream::Endless { start } => Some(Value::Index(start.add(&first))),
            Stream::Entries(tensor) => Some(Value::Tensor(self.entry_at_point(tensor, point))),
            Stream::Rows(tensor) => {
                let columns = tensor.columns.clone();
                Some(Value::Tensor(self.rearrange(tensor, Form::Row, &one(), &columns, |_, c| (first.clone(), c.clone()))))
            }
            Stream::Columns(tensor) => {
                let rows = tensor.rows.clone();
                Some(Value::Tensor(self.rearrange(tensor, Form::Column, &rows, &one(), |r, _| (r.clone(), first.clone()))))
            }
            Stream::Stored(row, part) => Some(self.stored_item(row, *part, &first)),
            Stream::Windows(tensor, width) => {
                let vector = self.reform(tensor, Form::Column);
                Some(Value::Tensor(self.rearrange(&vector, Form::Column, width, &one(), |r, _| (first.add(r), zero.clone()))))
            }
            Stream::Values(values) => self.choose(values, &first),
            Stream::Repeated(value, _) => Some(value.clone()),
            Stream::Mapped(inner, callable) => {
                let item = self.item(inner, point)?;
                let span = callable.span();
                self.call_value(callable, vec![item], span)
            }
            Stream::Filtered(inner, _) => self.item(inner, point),
            Stream::Zipped(left, right) => self.zipped_item(left, right, point),
            Stream::Enumerated(inner) => {
                let place = self.position(inner, point)?;
                Some(Value::Tuple(vec![Value::Index(place), self.item(inner, point)?]))
            }
            Stream::Reversed(inner) => {
                let point = self.mirrored(inner, point);
                self.item(inner, &point)
            }
            Stream::Skipped(inner, count) => {
                let point = self.unfolded(inner, &shifted(point, count));
                self.item(inner, &point)
            }
            Stream::Strided(inner, step) => {
                let point = self.unfolded(inner, &first.scale(step));
                self.item(inner, &point)
            }
            Stream::Taken(inner, _) => {
                let point = self.unfolded(inner, &first);
                self.item(inner, &point)
            }
            Stream::Chained(left, right) => self.chained_item(left, right, &first),
        }
    }

    fn zipped_item(&mut self, first: &Stream, second: &Stream, point: &[Affine]) -> Option<Value> {
        let points = self.zipped_points(first, second, point);
        let items: Vec<Option<Value>> = points.iter().map(|(stream, point)| self.item(stream, point)).collect();
        items.into_iter().collect::<Option<Vec<Value>>>().map(Value::Tuple)
    }

    /// Item `place` of two streams one after the other, where they are zipped with a third.
    fn chained_item(&mut self, first: &Stream, second: &Stream, place: &Affine) -> Option<Value> {
        let length = Affine::constant(self.line(first)?);
        let in_first = self.compare_indices(Comparison::Lt, place, &length);
        let read = |tracer: &mut Self, stream: &Stream, place: &Affine, arm: Condition| {
            let point = tracer.unfolded(stream, place);
            tracer.under(arm, |tracer| tracer.item(stream, &point))
        };
        match &in_first {
            Condition::Constant(true) => read(self, first, place, in_first),
            Condition::Constant(false) => read(self, second, &place.sub(&length), in_first.not()),
            _ => {
                let left = read(self, first, place, in_first.clone())?;
                let right = read(self, second, &place.sub(&length), in_first.clone().not())?;
                self.merge(&in_first, left, right)
            }
        }
    }

    /// Where each of two zipped streams is read.
    fn zipped_points<'s>(&mut self, first: &'s Stream, second: &'s Stream, point: &[Affine]) -> [(&'s Stream, Vec<Affine>); 2] {
        let place = if first.is_positional() { None } else { self.position(first, point) };
        let first_point = self.adapted(first, point);
        let second_point = self.adapted(second, &place.map_or_else(|| point.to_vec(), |place| vec![place]));
        [(first, first_point), (second, second_point)]
    }

    /// A point of another stream's box as a point of this one's.
    fn adapted(&mut self, stream: &Stream, point: &[Affine]) -> Vec<Affine> {
        match (self.domain(stream), point) {
            (Some(domain), [place]) if domain.len() > 1 => self.unfolded(stream, place),
            _ => point.to_vec(),
        }
    }

    /// A place on the line as a point of a stream's box.
    fn unfolded(&mut self, stream: &Stream, place: &Affine) -> Vec<Affine> {
        match self.domain(stream).as_deref() {
            Some([outer, inner]) => {
                let (quotient, remainder) = self.divide_within(place, inner, outer).unwrap_or_default();
                vec![quotient, remainder]
            }
            _ => vec![place.clone()],
        }
    }

    fn entry_at_point(&mut self, tensor: &Tensor, point: &[Affine]) -> Tensor {
        let zero = Affine::default();
        match (tensor.form, point) {
            (Form::Matrix, [column, row]) => self.entry(tensor, row, column),
            (_, [place, ..]) => self.entry(tensor, place, place),
            _ => self.entry(tensor, &zero, &zero),
        }
    }

    /// `values[index]` for an index that is not constant: `Σₖ [index = k]·valueₖ`.
    pub(super) fn choose(&mut self, values: &[Value], index: &Affine) -> Option<Value> {
        if let Some(k) = index.as_size().and_then(Size::as_constant) {
            return usize::try_from(k).ok().and_then(|k| values.get(k)).cloned();
        }
        let (last, rest) = values.split_last()?;
        let mut chosen = last.clone();
        for (k, value) in rest.iter().enumerate().rev() {
            let place = Affine::constant(Size::constant(k as i64));
            let here = self.compare_indices(Comparison::Eq, index, &place);
            chosen = self.merge(&here, value.clone(), chosen)?;
        }
        Some(chosen)
    }
}

fn shifted(point: &[Affine], count: &Size) -> Affine {
    point.first().cloned().unwrap_or_default().add(&Affine::constant(count.clone()))
}

impl Callable {
    pub(super) fn span(&self) -> proc_macro2::Span {
        match self {
            Self::Closure(closure) => closure.syntax.inputs_begin.span(),
            Self::Local(local) => local.function.sig.ident.span(),
            Self::Path(path) => path.span(),
        }
    }
}
