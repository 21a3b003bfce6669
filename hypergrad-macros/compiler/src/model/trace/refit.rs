//! Arrays of numbers are kept in two ways: as they are written, `[a, b]`, and as one column, whose entries can be set at
//! an index. What replaces a value is kept as that value is: the steps of a loop number its parts.

use super::Tracer;
use super::value::{Tensor, Value};
use crate::ir::{Affine, Size};
use crate::model::Form;

impl Tracer<'_> {
    /// A value in the way in which `old`, whose place it takes, is kept.
    pub(super) fn refitted(&mut self, old: &Value, value: Value) -> Value {
        match (old, value) {
            (Value::Tensor(shape), value @ Value::Array(_)) if !shape.is_scalar() => self.as_column(value),
            (Value::State(state), value @ Value::Array(_)) if !state.shape().is_scalar() => self.as_column(value),
            (Value::Array(items), Value::Tensor(tensor)) if items.iter().all(is_number) && is_column(&tensor, items.len()) => {
                let place = |k: usize| Affine::constant(Size::constant(k as i64));
                Value::Array(
                    (0..items.len()).map(|k| Value::Tensor(self.entry(&tensor, &place(k), &Affine::default()))).collect(),
                )
            }
            (Value::Array(old), Value::Array(values)) if old.len() == values.len() => {
                Value::Array(self.all_refitted(old, values))
            }
            (Value::Tuple(old), Value::Tuple(values)) if old.len() == values.len() => {
                Value::Tuple(self.all_refitted(old, values))
            }
            (Value::Struct(old), Value::Struct(mut structure)) if old.name == structure.name => {
                for ((_, old), (_, value)) in old.fields.iter().zip(&mut structure.fields) {
                    *value = self.refitted(old, value.clone());
                }
                Value::Struct(structure)
            }
            (_, value) => value,
        }
    }

    fn all_refitted(&mut self, old: &[Value], values: Vec<Value>) -> Vec<Value> {
        old.iter().zip(values).map(|(old, value)| self.refitted(old, value)).collect()
    }

    /// An array of scalars as a vector, whose entries can be set at an index.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is passed on as it is")]
    pub(super) fn as_column(&mut self, value: Value) -> Value {
        let scalars = |values: &[Value]| values.iter().all(|v| matches!(v, Value::Tensor(t) if t.is_scalar()));
        match value {
            Value::Array(values) if !values.is_empty() && scalars(&values) => {
                self.tensor_of(Value::Array(values.clone())).map_or(Value::Array(values), Value::Tensor)
            }
            other => other,
        }
    }
}

/// Whether a value is a number, or what a loop makes of one.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other value is none")]
fn is_number(value: &Value) -> bool {
    match value {
        Value::Tensor(tensor) => tensor.is_scalar(),
        Value::State(state) => state.shape().is_scalar(),
        _ => false,
    }
}

fn is_column(tensor: &Tensor, length: usize) -> bool {
    tensor.form == Form::Column && tensor.rows.as_constant() == Some(length as i64)
}
