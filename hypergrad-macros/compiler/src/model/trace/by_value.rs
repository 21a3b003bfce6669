//! Integers that values decide, as indices: `table[(t / h).floor() as usize]`, a counter that wraps around.
//!
//! Such an integer is compared with every place, `v[k] = Σⱼ [j = k] vⱼ`: its jumps are not seen by derivatives. Where
//! there is no such place, and Rust panics, the value is NaN.

use super::Tracer;
use super::condition::{Comparison, Condition};
use super::value::{Tensor, Value};
use crate::ir::{Affine, Func, Size};
use crate::model::Form;

impl Tracer<'_> {
    /// An index into a value, of integers that are none by themselves.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is passed on as it is")]
    pub(super) fn index_by_value(&mut self, base: &Value, index: Value) -> Value {
        let unit = || Size::constant(1);
        let (rows, columns) = match base {
            Value::Tensor(tensor) | Value::Integer(tensor) => (tensor.rows.clone(), tensor.columns.clone()),
            Value::State(state) => (state.shape().rows.clone(), state.shape().columns.clone()),
            Value::List(list) => (list.rows.clone(), list.columns.clone()),
            Value::Array(values) => (Size::constant(values.len() as i64), unit()),
            _ => return index,
        };
        match index {
            // A place that was searched for, and one beside it, may be none.
            Value::Index(index) if columns.is_one() && self.may_be_no_place(&index, &rows) => {
                let number = self.number_of_index(&index);
                self.place_by_value(number, &rows)
            }
            Value::Integer(number) if columns.is_one() => self.place_by_value(number, &rows),
            Value::Integer(number) if rows.is_one() => self.place_by_value(number, &columns),
            Value::Tuple(pair) => match <[Value; 2]>::try_from(pair) {
                Ok([Value::Integer(row), column]) => {
                    let row = self.place_by_value(row, &rows);
                    self.index_by_value(base, Value::Tuple(vec![row, column]))
                }
                Ok([row @ Value::Index(_), Value::Integer(column)]) => {
                    Value::Tuple(vec![row, self.place_by_value(column, &columns)])
                }
                Ok(pair) => Value::Tuple(pair.into()),
                Err(parts) => Value::Tuple(parts),
            },
            index => index,
        }
    }

    /// Whether values decide an index that has a distance from the place which was found, and may be out of range.
    fn may_be_no_place(&mut self, index: &Affine, count: &Size) -> bool {
        if !index.wires().any(|wire| self.is_chosen(wire)) || self.sizes.varies(&self.sizes.resolve(count)) {
            return false;
        }
        let Some((low, high)) = index.bounds(&|v| self.extent(v)) else { return false };
        let (is_above_zero, is_below) = self.excluded(index);
        let beyond = self.sizes.resolve(&high).sub(&self.sizes.resolve(count)).as_constant();
        !is_above_zero && low.as_constant().is_some_and(|low| low < 0) || !is_below && beyond.is_some_and(|beyond| beyond >= 0)
    }

    /// An index below a count, where it is an integer that is none by itself.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is passed on as it is")]
    pub(super) fn place_among(&mut self, index: Value, count: &Size) -> Value {
        match index {
            Value::Integer(number) => self.place_by_value(number, count),
            index => index,
        }
    }

    fn place_by_value(&mut self, number: Tensor, count: &Size) -> Value {
        if self.sizes.varies(&self.sizes.resolve(count)) {
            return Value::Integer(number);
        }
        let (row, column) = self.axes(count, &Size::constant(1));
        let place = self.number_of_index(&Affine::wire(row));
        let is_here = self.compare_scalars(Comparison::Eq, &place, &number);
        let is_here = self.mask(&is_here);
        let mask = self.bind(&is_here, Form::Column, (row, count), (column, &Size::constant(1)));
        // One entry is 1; where it is read and there is none, all are 0 / 0.
        let total = self.total(&mask);
        let mask = self.divide(&mask, &total);
        Value::Index(Affine::wire(self.chosen(mask)))
    }

    /// A real as an integer between two others: without its fraction, and 0 where it is no number, as in Rust.
    pub(super) fn truncated(&mut self, real: &Tensor, (least, most): (f64, f64)) -> Value {
        let (whole, least, most) = (self.apply(Func::Trunc, &[real]), self.number(least), self.number(most));
        let bounded = self.apply(Func::Max, &[&whole, &least]);
        let bounded = self.apply(Func::Min, &[&bounded, &most]);
        let zero = self.number(0.0);
        let is_number: Condition = self.compare_scalars(Comparison::Eq, real, real);
        let integer = self.select(&is_number, &bounded, &zero);
        match self.graph.as_constant(integer.node) {
            Some(constant) if constant.abs() <= f64::from(i32::MAX) => Value::count(Size::constant(constant as i64)),
            _ => Value::Integer(integer),
        }
    }
}
