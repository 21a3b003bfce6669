//! What the place decides of the module's own types: `into`, `Default::default()`, `v[i]` and `sum` by their traits.

use proc_macro2::Span;

use super::Tracer;
use super::call::Call;
use super::place::Place;
use super::stream::Stream;
use super::value::Value;
use crate::ir::Size;
use crate::model::Scalar;
use crate::syntax::{Associated, Dimension, Storage, Type};

impl<'a> Tracer<'a> {
    /// `value.into()` where the place asks for a type that the module makes of it; `None` where it is the value itself.
    pub(super) fn made_into(&mut self, value: &Value, expected: &Type) -> Option<Option<Value>> {
        let owner = match expected {
            Type::Struct(name) | Type::Enum(name) => name.as_str(),
            Type::Scalar(Scalar::F64) if value.own_type().is_some() => "f64",
            Type::Scalar(Scalar::F32) if value.own_type().is_some() => "f32",
            Type::Scalar(_)
            | Type::Count
            | Type::Integer(_)
            | Type::Bool
            | Type::Tensor { .. }
            | Type::List { .. }
            | Type::Csr { .. }
            | Type::Tuple(_) => return None,
        };
        let found = self.of_own_trait(owner, "From", 0, value)?;
        let function = found.function()?;
        Some(self.call_titled(found.title(), function, vec![Some(value.clone())], function.sig.ident.span()))
    }

    /// The only function of a trait that a type has for a value as this parameter.
    fn of_own_trait(&self, owner: &str, of_trait: &str, parameter: usize, value: &Value) -> Option<&'a Associated> {
        let module: &'a crate::syntax::Module = self.module;
        let fits = |item: &&'a Associated| {
            let inputs = item.function().filter(|_| item.owner == owner && item.of_trait.as_deref() == Some(of_trait));
            let typed = inputs.and_then(|function| function.sig.inputs.iter().nth(parameter));
            matches!(typed, Some(syn::FnArg::Typed(typed)) if self.may_be(value, &typed.ty))
        };
        let mut found = module.associated.iter().filter(fits);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// `v[i]` by the module's own `Index`.
    pub(super) fn own_index(&mut self, base: &Value, index: &Value) -> Option<Option<Value>> {
        let found = self.of_own_trait(base.own_type()?, "Index", 1, index)?;
        let function = found.function()?;
        let arguments = vec![Some(base.clone()), Some(index.clone())];
        Some(self.call_titled(found.title(), function, arguments, function.sig.ident.span()))
    }

    /// The place that the module's own `IndexMut` gives for a place of one of its types.
    pub(super) fn own_index_mut(&mut self, place: &Place, leaf: &Value, index: &Value) -> Option<Option<Place>> {
        let found = self.of_own_trait(leaf.own_type()?, "IndexMut", 1, index)?;
        let function = found.function()?;
        let receiver = Value::Reference(Box::new(place.clone().borrowed()));
        let span = function.sig.ident.span();
        let given = self.call_titled(found.title(), function, vec![Some(receiver), Some(index.clone())], span);
        Some(if let Some(Value::Reference(place)) = given { Some(*place) } else { None })
    }

    /// `sum` of items of a type of the module, by its own `Sum`.
    pub(super) fn own_sum(&mut self, item: &Value, stream: &Stream) -> Option<Option<Value>> {
        let module: &'a crate::syntax::Module = self.module;
        let sums = |item: &&'a Associated| item.of_trait.as_deref() == Some("Sum");
        let mut all = module.associated_items(item.own_type()?, "sum").filter(sums);
        let found = all.next()?;
        if all.next().is_some() {
            return None;
        }
        let function = found.function()?;
        let arguments = vec![Some(Value::Stream(Box::new(stream.clone())))];
        Some(self.call_titled(found.title(), function, arguments, function.sig.ident.span()))
    }

    /// `Default::default()` of the type that the place asks for.
    pub(super) fn default_at(&mut self, call: &Call<'_>) -> Option<Value> {
        let value = call.expected.as_ref().and_then(|expected| self.default_of(expected, call.site.span));
        if value.is_none() {
            let help = "write the type: `let v: V = Default::default();`, or `V::default()`";
            self.diagnostics.error_with_help(call.site.span, "the type of this default is not found", help);
        }
        value
    }

    /// `Default::default()` of the module's type that a value has.
    pub(super) fn default_of_own(&mut self, value: &Value, span: Span) -> Option<Value> {
        let owner = value.own_type()?.to_owned();
        self.default_of(&Type::Struct(owner), span)
    }

    fn default_of(&mut self, of: &Type, span: Span) -> Option<Value> {
        match of {
            Type::Scalar(_) => Some(Value::Tensor(self.number(0.0))),
            Type::Count | Type::Integer(_) => Some(Value::count(Size::constant(0))),
            Type::Bool => Some(Value::Bool(super::condition::Condition::Constant(false))),
            Type::Tensor { form, rows: Dimension::Constant(rows), columns: Dimension::Constant(columns), .. } => {
                let zero = self.number(0.0);
                Some(Value::Tensor(self.fill(&zero, *form, &Size::constant(*rows), &Size::constant(*columns))))
            }
            Type::Tuple(parts) => {
                let parts: Vec<Option<Value>> = parts.iter().map(|part| self.default_of(part, span)).collect();
                parts.into_iter().collect::<Option<_>>().map(Value::Tuple)
            }
            Type::List { item, storage: Storage::Array(length) } => {
                let items: Vec<Option<Value>> = (0..*length).map(|_| self.default_of(item, span)).collect();
                items.into_iter().collect::<Option<_>>().map(Value::Array)
            }
            Type::List { storage: Storage::Vec, .. } => Some(Value::Array(Vec::new())),
            Type::List { storage: Storage::Option, .. } => Some(Value::Choice(Box::new(super::variant::Choice::none()))),
            Type::Struct(name) | Type::Enum(name) => {
                let module: &'a crate::syntax::Module = self.module;
                let written = |item: &&'a Associated| item.of_trait.as_deref() == Some("Default");
                let found = module.associated_items(name, "default").find(written)?;
                self.call_titled(found.title(), found.function()?, Vec::new(), span)
            }
            Type::Tensor { .. } | Type::List { .. } | Type::Csr { .. } => None,
        }
    }
}
