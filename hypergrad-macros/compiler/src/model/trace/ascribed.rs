//! Values beside the types that are written for them. `collect` and `into` make what the place asks for, and what is read
//! as a list must be one there: a set keeps each item once, a heap another order, and a type of the user's what it likes.

use super::Tracer;
use super::call::Call;
use super::value::Value;
use super::words::Words;
use crate::diagnostics::Diagnostics;
use crate::syntax::{Associated, Type, strip_references};

/// Standard types that hold or give what they are made of, item by item.
const TRANSPARENT: Words =
    Words("Vec VecDeque LinkedList Box Rc Arc Cow Option Result Iter IntoIter Range RangeInclusive Peekable Rev Chunks Windows");

impl Tracer<'_> {
    /// A value at a place of this type; nothing where the type is another collection than the list that was read.
    pub(super) fn in_type(&mut self, value: Option<Value>, ty: &syn::Type) -> Option<Value> {
        let value = value?;
        if let Some(name) = self.other_collection(&value, ty) {
            self.refuse_collection(ty, &name);
            return None;
        }
        Some(value)
    }

    /// What `collect::<T>()` says, or the place asks for; `true` where that is no list.
    pub(super) fn refuse_collected(&mut self, call: &Call<'_>) -> bool {
        let written = call.generics.and_then(|generics| generics.args.first());
        let Some(syn::GenericArgument::Type(ty)) = written else { return false };
        let Some(name) = self.named_otherwise(ty) else { return false };
        self.refuse_collection(ty, &name);
        true
    }

    /// `collect` into a type of the module: its own `from_iter`.
    pub(super) fn collected_as_own(&mut self, call: &Call<'_>, items: &Value) -> Option<Option<Value>> {
        let written = call.generics.and_then(|generics| generics.args.first());
        let target = match written {
            Some(syn::GenericArgument::Type(ty)) => self.hint(ty),
            _ => call.expected.clone(),
        };
        let Some(Type::Struct(owner) | Type::Enum(owner)) = target else { return None };
        let found = self.associated_item(&owner, "from_iter", Some("FromIterator"), call.site.span)?;
        let (title, function) = (Associated::title(found), found.function()?);
        Some(self.call_titled(title, function, vec![Some(items.clone())], call.site.span))
    }

    fn refuse_collection(&mut self, ty: &syn::Type, name: &str) {
        self.diagnostics.error_with_help(
            ty,
            format!("`{name}` is no list: it may keep each item once, in another order, or something else of them"),
            "collect into a `Vec`; for items that are kept once, sort and `dedup` it",
        );
    }

    fn other_collection(&self, value: &Value, ty: &syn::Type) -> Option<String> {
        match (strip_references(ty), value) {
            (syn::Type::Tuple(types), Value::Tuple(values)) => {
                types.elems.iter().zip(values).find_map(|(ty, value)| self.other_collection(value, ty))
            }
            (ty, value) if is_list(value) => self.named_otherwise(ty),
            _ => None,
        }
    }

    /// The name of a type that holds items, but not as a list.
    fn named_otherwise(&self, ty: &syn::Type) -> Option<String> {
        let syn::Type::Path(path) = strip_references(ty) else { return None };
        let last = path.path.segments.last().filter(|_| path.qself.is_none())?;
        let name = last.ident.to_string();
        match self.module.resolve_type(ty, &mut Diagnostics::default()) {
            Some(Type::Struct(name) | Type::Enum(name)) => return Some(name),
            Some(_) => return None,
            None => {}
        }
        if let Some(alias) = self.module.alias(&name).filter(|_| path.path.segments.len() == 1) {
            return self.named_otherwise(&alias.ty);
        }
        if TRANSPARENT.contains(&name) {
            let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
            let inside = arguments.args.iter();
            return inside.filter_map(|a| if let syn::GenericArgument::Type(ty) = a { Some(ty) } else { None }).find_map(|ty| {
                // What a container of the module's types holds is a type of the module.
                let is_own = matches!(self.hint(ty), Some(Type::Struct(_) | Type::Enum(_)));
                if is_own { None } else { self.named_otherwise(ty) }
            });
        }
        let is_parameter = path.path.segments.len() == 1 && self.module.has_parameter(&name);
        (!is_parameter && !self.module.is_of_nalgebra(&path.path)).then_some(name)
    }
}

/// Whether a value is read as a list, item by item.
fn is_list(value: &Value) -> bool {
    match value {
        Value::Tensor(tensor) => !tensor.is_scalar(),
        Value::List(_) | Value::Array(_) | Value::Stream(_) | Value::Growing(_) => true,
        Value::Csr(_)
        | Value::CsrRow(_)
        | Value::Listed(_)
        | Value::Index(_)
        | Value::Integer(_)
        | Value::Cases(_)
        | Value::Bool(_)
        | Value::Choice(_)
        | Value::Tuple(_)
        | Value::Struct(_)
        | Value::Lazy(_)
        | Value::Callable(_)
        | Value::Factored(_)
        | Value::Present(_)
        | Value::Range(_)
        | Value::Never
        | Value::Reference(_)
        | Value::State(_)
        | Value::Text
        | Value::Last
        | Value::Infinity(_) => false,
    }
}
