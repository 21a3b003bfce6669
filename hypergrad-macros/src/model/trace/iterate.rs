//! Iterator methods, and the consumers: a sum over a range is one product, however long it is.

use super::Tracer;
use super::call::{Call, Outcome};
use super::condition::Condition;
use super::contract::{Contraction, Factor};
use super::csr::STORED_HELP;
use super::stream::Stream;
use super::value::{LoopVariable, Tensor, Value, own_index};
use super::words::Words;
use crate::ir::{Affine, Guard, Size};
use crate::model::Form;

const NAMES: Words =
    Words("map sum zip enumerate rev skip take step_by chain filter product copied cloned iter into_iter count len collect");

pub fn names() -> Vec<&'static str> {
    NAMES.iter().collect()
}

/// A stream opened at fresh index variables: what exists there, under which conditions.
struct Opened {
    variables: Vec<LoopVariable>,
    extents: Vec<Size>,
    guards: Vec<Guard>,
    condition: Condition,
    item: Value,
}

impl Tracer<'_> {
    pub(super) fn stream_method(&mut self, call: &Call<'_>, stream: Stream, mut arguments: Vec<Value>) -> Outcome {
        if stream.stored_row().is_some() && matches!(call.name(), "product" | "count" | "len" | "collect") {
            return self.refuse_stored(call);
        }
        if arguments.is_empty() {
            return match call.name() {
                "iter" | "into_iter" | "copied" | "cloned" | "by_ref" => self.wrapped(call, stream),
                "enumerate" => self.wrapped(call, Stream::Enumerated(Box::new(stream))),
                "rev" => self.wrapped(call, Stream::Reversed(Box::new(stream))),
                "sum" => Outcome::Known(self.sum_stream(call, stream).map(Value::Tensor)),
                "product" => Outcome::Known(self.product_stream(call, stream).map(Value::Tensor)),
                "count" | "len" => Outcome::Known(self.line(&stream).map(Value::count)),
                "collect" => Outcome::Known(self.collected(call, stream)),
                _ => Outcome::Unknown,
            };
        }
        let inner = Box::new(stream);
        match (call.name(), arguments.pop()) {
            ("map", argument) => match self.callable_at(call, &argument.into_iter().collect::<Vec<_>>(), 0) {
                Some(callable) => self.wrapped(call, Stream::Mapped(inner, callable)),
                None => Outcome::Known(None),
            },
            ("filter", argument) => match self.callable_at(call, &argument.into_iter().collect::<Vec<_>>(), 0) {
                Some(callable) => self.wrapped(call, Stream::Filtered(inner, callable)),
                None => Outcome::Known(None),
            },
            ("zip" | "chain", Some(other)) => {
                let found = other.describe();
                let Some(other) = self.stream_of(other) else {
                    let place = call.place(1);
                    self.diagnostics.error(&place, format!("expected an iterator, found {found}"));
                    return Outcome::Known(None);
                };
                let pair = if call.name() == "zip" { Stream::Zipped } else { Stream::Chained };
                self.wrapped(call, pair(inner, Box::new(other)))
            }
            ("skip" | "take" | "step_by", Some(count)) => {
                let Some(count) = self.size_at(count, &call.place(1)) else { return Outcome::Known(None) };
                let shorter = match call.name() {
                    "skip" => Stream::Skipped(inner, count),
                    "take" => Stream::Taken(inner, count),
                    _ => Stream::Strided(inner, count),
                };
                self.wrapped(call, shorter)
            }
            _ => Outcome::Unknown,
        }
    }

    /// An iterator made of others.
    fn wrapped(&mut self, call: &Call<'_>, stream: Stream) -> Outcome {
        if stream.misreads_stored() {
            return self.refuse_stored(call);
        }
        Outcome::Known(Some(Value::Stream(Box::new(stream))))
    }

    fn refuse_stored(&mut self, call: &Call<'_>) -> Outcome {
        let message = format!("`{}` of the stored entries of a row is not accepted: how many there are is data", call.name());
        self.diagnostics.error_with_help(call.site.span, message, STORED_HELP);
        Outcome::Known(None)
    }

    /// Evaluates the item at fresh index variables, inside the conditions under which it exists.
    fn open(&mut self, call: &Call<'_>, stream: &Stream) -> Option<Opened> {
        let Some(extents) = self.domain(stream) else {
            self.diagnostics.error_with_help(call.site.span, "this iterator has no end", "give the range an end: `0..n`");
            return None;
        };
        let variables: Vec<LoopVariable> = extents.iter().map(|extent| self.variable(extent)).collect();
        let point: Vec<Affine> = variables.iter().map(|v| Affine::wire(*v)).collect();
        let guards = self.guards(stream, &point);
        let depth = self.arms.len();
        self.arms.extend(guards.iter().cloned().map(Condition::Index));
        let condition = self.kept(stream, &point);
        if let Some(condition) = &condition
            && !Self::is_certain(condition)
        {
            self.arms.push(condition.clone());
        }
        let item = self.item(stream, &point);
        self.arms.truncate(depth);
        Some(Opened { variables, extents, guards, condition: condition?, item: item? })
    }

    /// The conditions of the filters.
    fn kept(&mut self, stream: &Stream, point: &[Affine]) -> Option<Condition> {
        match stream {
            Stream::Mapped(inner, _) => self.kept(inner, point),
            Stream::Filtered(inner, callable) => {
                let outer = self.kept(inner, point)?;
                let item = self.item(inner, point)?;
                match self.call_value(callable, vec![item], callable.place())? {
                    Value::Bool(condition) => Some(outer.and(condition)),
                    other => {
                        let message = format!("the closure of `filter` gives {}: expected a condition", other.describe());
                        self.diagnostics.error(callable.place(), message);
                        None
                    }
                }
            }
            _ => Some(Condition::Constant(true)),
        }
    }

    pub(super) fn sum_stream(&mut self, call: &Call<'_>, stream: Stream) -> Option<Tensor> {
        let parts: Vec<Option<Tensor>> = stream.pieces().into_iter().map(|piece| self.sum_piece(call, &piece)).collect();
        let mut total: Option<Tensor> = None;
        for part in parts {
            let part = part?;
            total = Some(match total {
                None => part,
                Some(total) => {
                    let (total, part) = self.agree(&call.site, total, part)?;
                    self.linear(&[(1.0, &total), (1.0, &part)])
                }
            });
        }
        Some(total.unwrap_or_else(|| self.number(0.0)))
    }

    fn sum_piece(&mut self, call: &Call<'_>, piece: &Stream) -> Option<Tensor> {
        let opened = self.open(call, piece)?;
        let item = self.summand(call, opened.item)?;
        let zero = self.scale(0.0, &item);
        let item = self.select(&opened.condition, &item, &zero);
        let (r, c) = self.axes(&item.rows, &item.columns);
        let (row, column) = (Affine::wire(r), Affine::wire(c));
        let point: Vec<Affine> = opened.variables.iter().map(|v| Affine::wire(*v)).collect();
        let contraction = Contraction {
            factors: [Factor::at(&item, &row, &column)].into_iter().chain(piece.pattern(&point)).collect(),
            guards: opened.guards,
            local: opened.variables.into_iter().chain(own_index(item.form, &r, &c)).collect(),
            out: own_index(item.form, &row, &column),
            ..Contraction::default()
        };
        Some(self.contract(contraction, item.form, &item.rows, &item.columns))
    }

    fn summand(&mut self, call: &Call<'_>, item: Value) -> Option<Tensor> {
        match item {
            Value::Tensor(tensor) => Some(tensor),
            Value::Index(_) => {
                let message = format!("`{}` of integers is not accepted", call.name());
                self.diagnostics.error_with_help(
                    call.site.span,
                    message,
                    "convert each with `as f64`: `.map(|i| i as f64).sum::<f64>()`",
                );
                None
            }
            other => {
                let message =
                    format!("`{}` of {} is not accepted: expected scalars, vectors or matrices", call.name(), other.describe());
                self.diagnostics.error(call.site.span, message);
                None
            }
        }
    }

    fn product_stream(&mut self, call: &Call<'_>, stream: Stream) -> Option<Tensor> {
        let parts: Vec<Option<Tensor>> = stream.pieces().into_iter().map(|piece| self.product_piece(call, &piece)).collect();
        let parts: Vec<Tensor> = parts.into_iter().collect::<Option<_>>()?;
        if parts.is_empty() {
            return Some(self.number(1.0));
        }
        Some(self.multiply(&parts.iter().collect::<Vec<_>>()))
    }

    /// The product over each variable in turn; items that do not exist count as one.
    fn product_piece(&mut self, call: &Call<'_>, piece: &Stream) -> Option<Tensor> {
        let opened = self.open(call, piece)?;
        let item = self.summand(call, opened.item)?;
        if !item.is_scalar() {
            self.diagnostics.error(call.site.span, "`product` takes scalars");
            return None;
        }
        let exists = opened.guards.into_iter().fold(opened.condition, |all, guard| all.and(Condition::Index(guard)));
        let one = self.number(1.0);
        let mut product = self.select(&exists, &item, &one);
        for (variable, extent) in opened.variables.iter().zip(&opened.extents).rev() {
            let unit = Size::constant(1);
            let column = self.variable(&unit);
            let vector = self.bind(&product, Form::Column, (*variable, extent), (column, &unit));
            product = self.product_of_entries(&vector);
        }
        Some(product)
    }

    /// `collect`: the items as a column, or as an array where they are written out.
    fn collected(&mut self, call: &Call<'_>, stream: Stream) -> Option<Value> {
        let pieces = stream.pieces();
        if let [piece] = pieces.as_slice() {
            return self.column_of_stream(call, piece).map(Value::Tensor);
        }
        let mut items = Vec::new();
        for piece in &pieces {
            let opened = self.open(call, piece)?;
            if opened.extents.iter().any(|extent| !extent.is_one()) {
                self.diagnostics.error(call.site.span, "a chain of iterators cannot be collected");
                return None;
            }
            items.push(opened.item);
        }
        Some(Value::Array(items))
    }

    /// The scalars of a stream as a column.
    pub(super) fn column_of_stream(&mut self, call: &Call<'_>, stream: &Stream) -> Option<Tensor> {
        if stream.stored_row().is_some() {
            self.refuse_stored(call);
            return None;
        }
        let opened = self.open(call, stream)?;
        let item = self.summand(call, opened.item)?;
        if !item.is_scalar() || !opened.guards.is_empty() || !Self::is_certain(&opened.condition) {
            let message = format!("`{}` takes scalars, as many for every outer index", call.name());
            self.diagnostics.error(call.site.span, message);
            return None;
        }
        let point = opened.variables.iter().map(|v| Affine::wire(*v));
        let place = opened.extents.iter().zip(point).fold(Affine::default(), |place, (extent, v)| place.scale(extent).add(&v));
        let contraction = Contraction {
            factors: vec![Factor { tensor: item, index: Vec::new() }],
            local: opened.variables,
            out: vec![place],
            ..Contraction::default()
        };
        let length = Size::product(&opened.extents);
        Some(self.contract(contraction, Form::Column, &length, &Size::constant(1)))
    }
}
