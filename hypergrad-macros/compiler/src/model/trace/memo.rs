//! Calls that were inlined before with equal arguments: what they gave is used again, so that helpers
//! which call each other twice cost what they cost once.

use rustc_hash::FxHashMap;

use super::Tracer;
use super::value::{Callable, Value};

/// Results by the callee, its arguments and the conditions of the arms around the call.
#[derive(Default)]
pub struct Memo(FxHashMap<(usize, String), (Value, Option<Callable>)>);

impl Tracer<'_> {
    /// The value of a call of `callee`, an address that stays taken while `kept` lives.
    pub(super) fn remembered(
        &mut self,
        callee: usize,
        kept: Option<&Callable>,
        arguments: &[Option<Value>],
        evaluate: impl FnOnce(&mut Self) -> Option<Value>,
    ) -> Option<Value> {
        if !arguments.iter().all(|argument| argument.as_ref().is_some_and(is_plain)) {
            return evaluate(self);
        }
        let key = (callee, format!("{arguments:?} {:?}", self.arms));
        if let Some((value, _)) = self.memo.0.get(&key) {
            return Some(value.clone());
        }
        let before = self.open_ends();
        let value = evaluate(self)?;
        // What was refused is said at every call; a dimension that is still open may differ from call to call.
        if is_plain(&value) && self.open_ends() == before {
            self.memo.0.insert(key, (value.clone(), kept.cloned()));
        }
        Some(value)
    }

    fn open_ends(&self) -> (usize, usize, usize) {
        (self.diagnostics.len(), self.inferred.len(), self.sizes.len())
    }
}

/// A value that its text tells from every other.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Tensor(_)
        | Value::Text
        | Value::Index(_)
        | Value::Integer(_)
        | Value::Bool(_)
        | Value::Lazy(_)
        | Value::List(_)
        | Value::Listed(_) => true,
        Value::Tuple(values) | Value::Array(values) => values.iter().all(is_plain),
        Value::Struct(structure) => structure.fields.iter().all(|(_, value)| is_plain(value)),
        Value::Choice(choice) => choice.cases.iter().flat_map(|case| &case.fields).all(|(_, value)| is_plain(value)),
        Value::Factored(_) => true,
        Value::Present(present) => is_plain(&present.value),
        Value::Cases(cases) => cases.iter().all(|(_, value)| is_plain(value)),
        Value::Csr(_) | Value::CsrRow(_) | Value::Callable(_) | Value::Range(_) | Value::Stream(_) => false,
        Value::Reference(_) | Value::State(_) | Value::Growing(_) | Value::Last | Value::Infinity(_) | Value::Never => false,
    }
}
