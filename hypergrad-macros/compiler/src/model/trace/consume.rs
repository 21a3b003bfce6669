//! What ends an iterator: a sum over a range is one product, however long it is; products and counts.

use super::Tracer;
use super::call::Call;
use super::condition::Condition;
use super::contract::{Contraction, Factor};
use super::iterate::Opened;
use super::result::{is_of_options, is_of_results};
use super::stream::Stream;
use super::value::{Tensor, Value, describe_form, own_index};
use crate::ir::{Affine, Size};
use crate::model::Form;

/// Whether all items are integers.
fn is_whole(opened: &[Opened]) -> bool {
    !opened.is_empty() && opened.iter().all(|piece| matches!(piece.item, Value::Index(_) | Value::Integer(_) | Value::Cases(_)))
}

impl Tracer<'_> {
    pub(super) fn sum_stream(&mut self, call: &Call<'_>, stream: &Stream) -> Option<Value> {
        let opened = self.opened(call, stream, false)?;
        if let Some(first) = opened.first()
            && let Some(total) = self.own_sum(&first.item.clone(), stream)
        {
            return total;
        }
        if is_of_options(&opened) {
            return self.of_all_there(call, stream, &mut |tracer, held| tracer.sum_stream(call, held));
        }
        if is_of_results(&opened) {
            return self.of_all_right(call, stream, &mut |tracer, held| tracer.sum_stream(call, held));
        }
        let whole = is_whole(&opened);
        let mut total: Option<Tensor> = None;
        for piece in opened {
            let item = self.summand(call, &piece.item)?;
            let part = self.sum_piece(piece, item);
            total = Some(match total {
                None => part,
                Some(total) => {
                    let (total, part) = self.agree(&call.site, total, part)?;
                    self.linear(&[(1.0, &total), (1.0, &part)])
                }
            });
        }
        let total = total.unwrap_or_else(|| self.number(0.0));
        Some(if whole { Value::Integer(total) } else { Value::Tensor(total) })
    }

    fn sum_piece(&mut self, piece: Opened, item: Tensor) -> Tensor {
        let zero = self.scale(0.0, &item);
        let item = self.select(&piece.condition, &item, &zero);
        let (r, c) = self.axes(&item.rows, &item.columns);
        let (row, column) = (Affine::wire(r), Affine::wire(c));
        let contraction = Contraction {
            factors: [Factor::at(&item, &row, &column)].into_iter().chain(piece.pattern).collect(),
            guards: piece.guards,
            local: piece.variables.into_iter().chain(own_index(item.form, &r, &c)).collect(),
            out: own_index(item.form, &row, &column),
            ..Contraction::default()
        };
        self.contract(contraction, item.form, &item.rows, &item.columns)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn summand(&mut self, call: &Call<'_>, item: &Value) -> Option<Tensor> {
        match item {
            Value::Tensor(tensor) | Value::Integer(tensor) => Some(tensor.clone()),
            Value::Index(index) => Some(self.number_of_index(index)),
            Value::Cases(_) => {
                let number = self.by_case(vec![item.clone()], &mut |tracer, values| match values.as_slice() {
                    [Value::Index(index)] => Some(Value::Tensor(tracer.number_of_index(index))),
                    [Value::Integer(number)] => Some(Value::Tensor(number.clone())),
                    _ => None,
                })?;
                if let Value::Tensor(number) = number { Some(number) } else { None }
            }
            other => {
                let message =
                    format!("`{}` of {} is not accepted: expected scalars, vectors or matrices", call.name(), other.describe());
                self.diagnostics.error(call.site.span, message);
                None
            }
        }
    }

    /// How many items there are: an integer of sizes and outer indices; where filters decide, a sum.
    pub(super) fn count_stream(&mut self, call: &Call<'_>, stream: &Stream) -> Option<Value> {
        if stream.is_endless() {
            return self.refuse_endless(call);
        }
        if !stream.is_filtered() {
            let before = self.diagnostics.len();
            let lengths = self.lengths(stream);
            if lengths.is_none() {
                self.refuse_bounds(call, before);
            }
            return Self::length_value(lengths?);
        }
        let mut total = self.number(0.0);
        for piece in self.opened(call, stream, false)? {
            let one = self.number(1.0);
            let part = self.sum_piece(piece, one);
            total = self.linear(&[(1.0, &total), (1.0, &part)]);
        }
        Some(Value::Integer(total))
    }

    pub(super) fn product_stream(&mut self, call: &Call<'_>, stream: &Stream) -> Option<Value> {
        let opened = self.opened(call, stream, false)?;
        if is_of_options(&opened) {
            return self.of_all_there(call, stream, &mut |tracer, held| tracer.product_stream(call, held));
        }
        if is_of_results(&opened) {
            return self.of_all_right(call, stream, &mut |tracer, held| tracer.product_stream(call, held));
        }
        let whole = is_whole(&opened);
        let parts: Vec<Option<Tensor>> = opened.into_iter().map(|piece| self.product_piece(call, piece)).collect();
        let parts: Vec<Tensor> = parts.into_iter().collect::<Option<_>>()?;
        let product = match parts.as_slice() {
            [] => self.number(1.0),
            _ => self.multiply(&parts.iter().collect::<Vec<_>>()),
        };
        Some(if whole { Value::Integer(product) } else { Value::Tensor(product) })
    }

    /// The product over each variable in turn; items that do not exist count as one.
    fn product_piece(&mut self, call: &Call<'_>, piece: Opened) -> Option<Tensor> {
        let item = self.summand(call, &piece.item)?;
        if !item.is_scalar() {
            self.diagnostics.error_with_help(
                call.site.span,
                format!("`product` takes scalars, and the items of this iterator are {}", describe_form(item.form)),
                "multiply step by step: `let mut all = first; for i in 0..n { all = all * item(i); }`",
            );
            return None;
        }
        // Filters look at items that exist.
        let guards = piece.guards.into_iter().map(Condition::Index);
        let exists = guards.fold(Condition::Constant(true), Condition::and).and(piece.condition);
        let one = self.number(1.0);
        let mut product = self.select(&exists, &item, &one);
        for (variable, extent) in piece.variables.iter().zip(&piece.extents).rev() {
            let unit = Size::constant(1);
            let column = self.variable(&unit);
            let vector = self.bind(&product, Form::Column, (*variable, extent), (column, &unit));
            product = self.product_of_entries(&vector);
        }
        Some(product)
    }
}
