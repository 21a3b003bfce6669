//! The module's own types: struct literals, tuple structs, patterns, methods and associated items.
//!
//! A method of a value of such a type is the one of the module's `impl` blocks. A trait that is in scope
//! could come before it in rustc's search; that none does is for rustc to prove.

use proc_macro2::Span;
use syn::spanned::Spanned as _;

use super::Tracer;
use super::call::{Call, Outcome};
use super::condition::Condition;
use super::generics::TypeMeant;
use super::place::{Place, Step};
use super::spell::spell;
use super::value::{Struct, Value};
use super::variant::{Choice, EnumName};
use crate::diagnostics::nearest;
use crate::syntax::{Associated, AssociatedItem, Member, Module, Receiver, outer_name};

impl Value {
    /// The name of the module's type that it has.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn own_type(&self) -> Option<&str> {
        match self {
            Self::Struct(structure) => Some(&structure.name),
            Self::Lazy(lazy) => Some(&lazy.name),
            Self::Choice(choice) => match &choice.name {
                EnumName::Own(name) => Some(name),
                EnumName::Option | EnumName::Result | EnumName::Ordering => None,
            },
            Self::Listed(listed) => Some(listed.name()),
            _ => None,
        }
    }
}

impl<'a> Tracer<'a> {
    pub(super) fn struct_literal(&mut self, literal: &syn::ExprStruct) -> Option<Value> {
        if let Some((name, variant)) = self.variant_at(&literal.path) {
            return self.variant_literal(name, &variant, literal);
        }
        let structure = self.structure_at(&literal.path);
        let mut values: Vec<(Member, Option<Value>)> = Vec::new();
        for field in &literal.fields {
            let member = Member::from(&field.member);
            let declared = structure.and_then(|s| Member::fields(s).into_iter().find(|(name, _)| *name == member));
            let declared = declared.map(|(_, field)| &field.ty);
            let expected = declared.and_then(|ty| self.hint(ty));
            let value = self.expression_as(&field.expr, expected.as_ref());
            let value = match declared {
                Some(ty) => self.in_type(value, ty),
                None => value,
            };
            values.push((member, value));
        }
        let whole = structure.map(|structure| crate::syntax::Type::Struct(structure.ident.to_string()));
        let rest = literal.rest.as_ref().map(|rest| self.expression_as(rest, whole.as_ref()));
        let Some(structure) = structure else {
            self.diagnostics.error_with_help(
                &literal.path,
                format!("`{}` is no struct of this module", spell(&literal.path)),
                "define the struct in the module",
            );
            return None;
        };
        let name = structure.ident.to_string();
        let mut fields = Vec::new();
        for (member, _) in Member::fields(structure) {
            let value = match values.iter().find(|(written, _)| *written == member) {
                Some((_, value)) => value.clone(),
                None if rest.is_none() => {
                    self.diagnostics.error(&literal.path, format!("field `{member}` of `{name}` is missing"));
                    None
                }
                None => rest.clone().flatten().and_then(|rest| self.member_of(&rest, &member)),
            };
            fields.push((member.to_string(), value?));
        }
        Some(Value::structure(name, fields))
    }

    /// `Loss::Huber { delta: 1.0 }`
    fn variant_literal(&mut self, name: EnumName, variant: &str, literal: &syn::ExprStruct) -> Option<Value> {
        let fields: Vec<Option<(String, Value)>> = literal
            .fields
            .iter()
            .map(|field| Some((Member::from(&field.member).to_string(), self.expression(&field.expr)?)))
            .collect();
        let fields = fields.into_iter().collect::<Option<_>>()?;
        Some(Value::Choice(Box::new(Choice::certain(name, variant, fields))))
    }

    /// The module's struct that a path means.
    pub(super) fn structure_at(&self, path: &syn::Path) -> Option<&'a syn::ItemStruct> {
        let module: &'a Module = self.module;
        let name = module.own_type(path).or_else(|| module.own_name(path).map(ToString::to_string))?;
        module.structure(&name)
    }

    /// The tuple struct, or the struct without fields, that a path of values means.
    pub(super) fn constructor_at(&self, path: &syn::Path) -> Option<&'a syn::ItemStruct> {
        let is_bound = path.get_ident().is_some_and(|name| self.environment.binds(&name.to_string()));
        let found = self.structure_at(path).filter(|_| !is_bound)?;
        (!matches!(found.fields, syn::Fields::Named(_))).then_some(found)
    }

    /// `P(a, b)`
    pub(super) fn tuple_struct(&mut self, structure: &syn::ItemStruct, arguments: Vec<Option<Value>>) -> Option<Value> {
        let members = Member::fields(structure).into_iter().zip(arguments);
        let fields: Vec<(String, Option<Value>)> =
            members.map(|((member, field), value)| (member.to_string(), self.in_type(value, &field.ty))).collect();
        let fields: Option<Vec<(String, Value)>> = fields.into_iter().map(|(member, value)| Some((member, value?))).collect();
        Some(Value::structure(structure.ident.to_string(), fields?))
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn member_of(&mut self, base: &Value, member: &Member) -> Option<Value> {
        match base {
            Value::Struct(structure) => {
                let found = structure.fields.iter().find(|(field, _)| member.to_string() == *field);
                if found.is_none() {
                    self.diagnostics.no_field(member, &structure.name, structure.fields.iter().map(|(field, _)| field.as_str()));
                }
                found.map(|(_, value)| value.clone())
            }
            Value::Listed(listed) => self.listed_field(listed, member),
            Value::Lazy(lazy) => {
                let field = self.surroundings.field(lazy, member, self.graph, self.sizes, self.diagnostics)?;
                self.as_declared(field)
            }
            Value::Tuple(values) => match member {
                Member::Numbered(index, _) => values.get(*index as usize).cloned(),
                Member::Named(_) => None,
            },
            Value::Reference(place) if self.has_by_columns(place, &Step::Field(member.to_string())) == Some(true) => {
                Some(Value::Reference(Box::new(self.one_step_in((**place).clone(), Step::Field(member.to_string())))))
            }
            Value::Reference(place) if place.part.is_none() => match self.leaf(place)? {
                Value::Struct(structure) => {
                    let name = member.to_string();
                    let has_it = structure.fields.iter().any(|(field, _)| *field == name);
                    has_it.then(|| Value::Reference(Box::new(self.one_step_in((**place).clone(), Step::Field(name)))))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// A field of a value, or of what its type derefs to.
    pub(super) fn field_of(&mut self, base: &Value, member: &Member) -> Option<Value> {
        let module: &'a Module = self.module;
        let structure = base.own_type().and_then(|owner| module.structure(owner));
        let has_it = structure.is_none_or(|item| Member::fields(item).iter().any(|(name, _)| name == member));
        if !has_it && let Some(inner) = self.through_deref(base) {
            return match (inner, member) {
                (Value::Tensor(tensor), Member::Named(name)) => self.coordinate(&tensor, name),
                (inner, member) => self.field_of(&inner, member),
            };
        }
        self.member_of(base, member)
    }

    /// What a value derefs to, by the module's own `Deref`.
    pub(super) fn through_deref(&mut self, value: &Value) -> Option<Value> {
        let module: &'a Module = self.module;
        let derefs = |item: &&Associated| item.of_trait.as_deref() == Some("Deref");
        let deref = module.associated_items(value.own_type()?, "deref").find(derefs)?;
        let function = deref.function()?;
        self.call_titled(deref.title(), function, vec![Some(value.clone())], function.sig.ident.span())
    }

    /// Whether a function of nalgebra is being read, which sees nothing of the module.
    pub(super) fn is_in_library(&self) -> bool {
        self.calls.last().is_some_and(|title| Associated::is_of_library(title))
    }

    /// The path `written` was read as `meant`: for rustc to prove, where it stands in the module.
    pub(super) fn outside(&mut self, written: &syn::Path, meant: &str) {
        if !self.is_in_library() {
            self.surroundings.outside(written, meant);
        }
    }

    /// `P { a, b: (c, d), .. }`
    pub(super) fn bind_fields(&mut self, pattern: &syn::PatStruct, value: Option<&Value>) {
        for field in &pattern.fields {
            let member = value.and_then(|value| self.member_of(value, &Member::from(&field.member)));
            self.bind_pattern(&field.pat, member);
        }
    }

    /// `P(a, _, ..)`
    pub(super) fn bind_tuple_struct(&mut self, pattern: &syn::PatTupleStruct, value: Option<Value>) {
        let value = value.map(|value| self.fields_in_order(value));
        self.bind_elements(pattern.elems.iter().collect(), value);
    }

    /// The fields of a tuple struct, as a tuple.
    pub(super) fn fields_in_order(&mut self, value: Value) -> Value {
        let module: &'a Module = self.module;
        let Some(structure) = value.own_type().and_then(|name| module.structure(name)) else { return value };
        let members = Member::fields(structure);
        let parts: Vec<Option<Value>> = members.iter().map(|(member, _)| self.member_of(&value, member)).collect();
        parts.into_iter().collect::<Option<Vec<Value>>>().map_or(value, Value::Tuple)
    }

    /// The item that `P::name` means: of an inherent block, else of a trait.
    pub(super) fn associated_item(
        &mut self,
        owner: &str,
        name: &str,
        of_trait: Option<&str>,
        place: Span,
    ) -> Option<&'a Associated> {
        let module: &'a Module = self.module;
        let meant = |item: &&Associated| of_trait.is_none_or(|wanted| item.of_trait.as_deref() == Some(wanted));
        let found: Vec<&'a Associated> = module.associated_items(owner, name).filter(meant).collect();
        if let [first, second, ..] = found.as_slice() {
            let block = |item: &Associated| match &item.of_trait {
                Some(of_trait) => format!("`impl {of_trait} for {owner}`"),
                None => format!("`impl {owner}`"),
            };
            self.diagnostics.error_with_help(
                place,
                format!("`{name}` of `{owner}` is defined twice, in {} and {}", block(first), block(second)),
                "which of them is called is for rustc to say: give them different names",
            );
            return None;
        }
        found.into_iter().next()
    }

    /// Whether rustc might take a method of a trait that is not known, of a type that no proof can name.
    pub(super) fn refuse_unproved(&mut self, found: &Associated, span: Span) -> bool {
        let by_value = found.receiver() == Some(Receiver::Value);
        let unproved = self.module.is_inner(&found.owner) && !by_value && self.module.unknown_imports().next().is_some();
        if unproved {
            self.diagnostics.error_with_help(
                span,
                format!("`{}` is a method of a type inside of a function, and unknown traits may be in scope", found.name()),
                format!("move `{}` into the module, or import by name", found.owner),
            );
        }
        unproved
    }

    /// The item of a type of this module that a path names, `P::K`, `<P as Trait>::f`; `Err` where it
    /// is not read, which was said.
    pub(super) fn associated_at(&mut self, path: &syn::ExprPath) -> Option<Result<&'a Associated, ()>> {
        let (owner, of_trait) = self.owner_of(path)?;
        let name = path.path.segments.last()?.ident.to_string();
        self.claim_owner(path, &owner);
        let before = self.diagnostics.len();
        let found = self.associated_item(&owner, &name, of_trait.as_deref(), path.path.span());
        match found {
            Some(found) => Some(Ok(found)),
            None if self.diagnostics.len() > before => Some(Err(())),
            None => None,
        }
    }

    /// A type of nalgebra is for rustc to prove.
    fn claim_owner(&mut self, path: &syn::ExprPath, owner: &str) {
        let mut written = path.path.clone();
        written.segments.pop();
        written.segments.pop_punct();
        let full = self.module.imports.expand(&written);
        if let (Some(_), Some(name)) = (outer_name(owner), full.last()) {
            self.outside(&written, &format!("nalgebra::{name}"));
        }
    }

    /// The type before the last segment of a path, and the trait if one is named.
    fn owner_of(&self, path: &syn::ExprPath) -> Option<(String, Option<String>)> {
        if let Some(of) = &path.qself {
            let syn::Type::Path(written) = &*of.ty else { return None };
            let of_trait = of.position.checked_sub(1).and_then(|k| path.path.segments.get(k)).map(|s| s.ident.to_string());
            return Some((self.module.own_type(&written.path)?, of_trait));
        }
        let mut owner = path.path.clone();
        owner.segments.pop()?;
        owner.segments.pop_punct();
        if let Some(name) = owner.get_ident()
            && let Some(TypeMeant::Own(own)) = self.type_parameter(&name.to_string())
        {
            return Some((own.clone(), None));
        }
        Some((self.module.own_type(&owner)?, None))
    }

    /// Calls an associated function, or a method written as one.
    pub(super) fn call_associated(&mut self, found: &'a Associated, arguments: Vec<Option<Value>>, span: Span) -> Option<Value> {
        let AssociatedItem::Function(function) = &found.item else {
            self.diagnostics.error(span, format!("`{}` is a constant, which cannot be called", found.title()));
            return None;
        };
        self.surroundings.associated(found, false, span);
        self.call_titled(found.title(), function, arguments, span)
    }

    pub(super) fn associated_constant(&mut self, found: &'a Associated, path: &syn::ExprPath) -> Option<Value> {
        match &found.item {
            AssociatedItem::Constant(constant) => {
                self.surroundings.associated(found, false, path.path.span());
                self.constant(&found.title(), &constant.ty, &constant.expr)
            }
            AssociatedItem::Function(_) => {
                let mut canonical = path.path.clone();
                if path.qself.is_some() {
                    canonical = syn::parse_str(&found.title()).ok()?;
                }
                Some(Value::Callable(super::value::Callable::Path(std::rc::Rc::new(canonical))))
            }
        }
    }

    /// A method of a value of one of the module's types.
    pub(super) fn own_method(&mut self, call: &Call<'_>, receiver: Value, arguments: Vec<Value>) -> Option<Value> {
        let owner = receiver.own_type()?.to_owned();
        let before = self.diagnostics.len();
        let found = self.associated_item(&owner, call.name(), None, call.site.span);
        if self.diagnostics.len() > before {
            return None;
        }
        let Some(found) = found.filter(|found| found.receiver().is_some()) else {
            return self.unread_method(call, &owner, receiver, arguments);
        };
        if self.refuse_unproved(found, call.site.span) {
            return None;
        }
        self.surroundings.associated(found, true, call.site.span);
        let arguments = [receiver].into_iter().chain(arguments).map(Some).collect();
        self.call_titled(found.title(), found.function()?, arguments, call.site.span)
    }

    /// A method that a trait of the module gives to numbers.
    pub(super) fn method_of_numbers(&mut self, call: &Call<'_>, receiver: &Value, arguments: &[Value]) -> Option<Option<Value>> {
        let Value::Tensor(tensor) = receiver else { return None };
        if !tensor.is_scalar() || !self.has_traits {
            return None;
        }
        let found = self.associated_item(&self.scalar.to_string(), call.name(), None, call.site.span)?;
        let is_own = found.of_trait.as_ref().is_some_and(|of_trait| self.module.defines_trait(of_trait));
        if !is_own || found.receiver().is_none() {
            return None;
        }
        self.surroundings.associated(found, true, call.site.span);
        let arguments = [receiver].into_iter().chain(arguments).cloned().map(Some).collect();
        Some(found.function().and_then(|function| self.call_titled(found.title(), function, arguments, call.site.span)))
    }

    /// A method of the module's own with `&mut self`, of a place.
    pub(super) fn own_changing_method(&mut self, call: &syn::ExprMethodCall) -> Option<Option<Value>> {
        let name = call.method.to_string();
        let (owner, mut places) = self.places_of_own_type(&call.receiver, &name)?;
        let found = self.associated_item(&owner, &name, None, call.method.span())?;
        if found.receiver() != Some(Receiver::Mutable) {
            return None;
        }
        if self.refuse_unproved(found, call.method.span()) {
            return Some(None);
        }
        let operands: Vec<&syn::Expr> = call.args.iter().collect();
        let arguments = self.passed(&operands, &[]);
        self.surroundings.associated(found, true, call.method.span());
        let (function, span) = (found.function()?, call.method.span());
        let with = |place: Place| {
            let receiver = Some(Value::Reference(Box::new(place.borrowed())));
            [receiver].into_iter().chain(arguments.iter().cloned()).collect::<Vec<_>>()
        };
        if places.len() == 1 {
            let (_, place) = places.pop()?;
            return Some(self.call_titled(found.title(), function, with(place), span));
        }
        // One of several, as conditions say: each is changed where its condition holds.
        let mut is_unit = true;
        for (condition, place) in places {
            self.where_holds(&condition, span, |tracer| {
                let value = tracer.call_titled(found.title(), function, with(place), span);
                is_unit &= matches!(value, Some(Value::Tuple(values)) if values.is_empty());
            });
        }
        if !is_unit {
            self.refuse_several_places(&call.receiver);
        }
        Some(is_unit.then(|| Value::Tuple(Vec::new())))
    }

    /// The places that a method of this name is called on, by case, where they are of a type of the module.
    fn places_of_own_type(&mut self, receiver: &syn::Expr, name: &str) -> Option<(String, Vec<(Condition, Place)>)> {
        self.root_place(receiver)?;
        if !self.module.associated.iter().any(|item| item.name() == name) {
            return None;
        }
        let places = self.places(receiver)?;
        let (_, first) = places.first()?;
        let owner = match self.type_by_columns(first) {
            Some(owner) => owner,
            None => self.leaf(&first.clone())?.own_type()?.to_owned(),
        };
        Some((owner, places))
    }

    /// `p += q` of a type of the module: its own `add_assign`.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    pub(super) fn own_assignment(&mut self, op: &syn::BinOp, place: &Place, value: Value, span: Span) -> Option<Value> {
        let owner = self.leaf(place)?.own_type()?.to_owned();
        let name = match op {
            syn::BinOp::Add(_) => "add_assign",
            syn::BinOp::Sub(_) => "sub_assign",
            syn::BinOp::Mul(_) => "mul_assign",
            syn::BinOp::Div(_) => "div_assign",
            _ => return None,
        };
        let found = self.associated_item(&owner, name, None, span);
        let Some(function) = found.and_then(Associated::function) else {
            self.diagnostics.error_with_help(
                span,
                format!("`{name}` of `{owner}` is not found in this module, where its body could be read"),
                "write the operator with `=`, `p = p + q`, or implement it in the module",
            );
            return None;
        };
        let title = found.map(Associated::title).unwrap_or_default();
        let arguments = vec![Some(Value::Reference(Box::new(place.clone().borrowed()))), Some(value)];
        self.call_titled(title, function, arguments, span)
    }

    /// A method that no block of the module has.
    fn unread_method(&mut self, call: &Call<'_>, owner: &str, receiver: Value, arguments: Vec<Value>) -> Option<Value> {
        // A copy, where the implementation is not the user's own: that one would have been found.
        if arguments.is_empty() && matches!(call.name(), "clone" | "to_owned") {
            return Some(receiver);
        }
        if arguments.is_empty()
            && call.name() == "into"
            && let Some(expected) = &call.expected
            && let Some(made) = self.made_into(&receiver, expected)
        {
            return made;
        }
        if let Some(stream) = self.own_iterator(&receiver, call.site.span)
            && let Outcome::Known(value) = self.stream_method(call, stream, arguments.clone())
        {
            return value;
        }
        if let Some(inner) = self.through_deref(&receiver) {
            self.surroundings.dereferenced(owner, call.name(), call.site.span);
            return self.method(call, inner, arguments);
        }
        let name = call.name();
        let known: Vec<String> =
            self.module.associated.iter().filter(|item| item.owner == owner).map(|item| item.name().to_string()).collect();
        if let Some(owner) = outer_name(owner) {
            let message = format!("`{name}` of nalgebra's `{owner}` is not read");
            let help = format!("read are {}", known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "));
            self.diagnostics.error_with_help(call.site.span, message, help);
            return None;
        }
        let message = format!("`{name}` is no method of `{owner}` in this module, where its body could be read");
        let help = match nearest(name, known.iter().map(String::as_str)) {
            Some(near) if near != name => format!("did you mean `{near}`?"),
            _ => format!("write it in the module: `impl {owner} {{ fn {name}(&self) .. }}`, for all that the type can be"),
        };
        self.diagnostics.error_with_help(call.site.span, message, help);
        None
    }

    /// An operator between values of which one has a type of this module: the method of its trait.
    pub(super) fn own_operator(&mut self, of_trait: &str, operands: &[&Value], span: Span) -> Option<Value> {
        let scalar = if self.scalar == crate::model::Scalar::F64 { "f64" } else { "f32" };
        let first = operands.first()?;
        let is_scalar = matches!(first, Value::Tensor(tensor) if tensor.is_scalar());
        let owner = if is_scalar { scalar } else { first.own_type()? };
        let module: &'a Module = self.module;
        let fits = |item: &&'a Associated| {
            let Some(function) = item.function().filter(|_| item.of_trait.as_deref() == Some(of_trait)) else { return false };
            let right = function.sig.inputs.iter().nth(1);
            match (right, operands.get(1)) {
                (Some(syn::FnArg::Typed(typed)), Some(value)) => self.may_be(value, &typed.ty),
                (None, None) => true,
                _ => false,
            }
        };
        let found: Vec<&'a Associated> = module.associated.iter().filter(|item| item.owner == owner).filter(fits).collect();
        let [found] = found.as_slice() else { return None };
        let arguments = operands.iter().map(|value| Some((*value).clone())).collect();
        self.call_titled(found.title(), found.function()?, arguments, span)
    }

    /// Whether a value can have a type, as far as the kinds tell.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn may_be(&self, value: &Value, ty: &syn::Type) -> bool {
        let own =
            if let syn::Type::Path(path) = crate::syntax::strip_references(ty) { self.module.own_type(&path.path) } else { None };
        match value {
            Value::Struct(Struct { name, .. }) => own.is_some_and(|own| own == *name),
            Value::Lazy(lazy) => own.is_some_and(|own| own == lazy.name),
            Value::Choice(_) => own.as_deref() == value.own_type(),
            Value::Listed(listed) => own.is_some_and(|own| own == listed.name()),
            Value::Tensor(tensor) => match self.hint(ty) {
                Some(crate::syntax::Type::Scalar(_)) => tensor.is_scalar(),
                Some(crate::syntax::Type::Tensor { .. } | crate::syntax::Type::List { .. }) => !tensor.is_scalar(),
                _ => false,
            },
            Value::Tuple(values) => {
                matches!(self.hint(ty), Some(crate::syntax::Type::Tuple(parts)) if parts.len() == values.len())
            }
            Value::Array(_) | Value::List(_) => matches!(self.hint(ty), Some(crate::syntax::Type::List { .. })),
            Value::Index(_) | Value::Integer(_) | Value::Cases(_) => {
                matches!(self.hint(ty), Some(crate::syntax::Type::Count | crate::syntax::Type::Integer(_)))
            }
            Value::Bool(_) => matches!(self.hint(ty), Some(crate::syntax::Type::Bool)),
            _ => false,
        }
    }
}

impl Tracer<'_> {
    /// `Trait::method(&p)`, of a trait of the module; `None` for every other path.
    pub(super) fn method_of_trait(
        &mut self,
        path: &syn::ExprPath,
        arguments: &[Option<Value>],
        call: &Call<'_>,
    ) -> Option<Option<Value>> {
        let mut owner = path.path.clone();
        let name = owner.segments.pop()?.ident.to_string();
        owner.segments.pop_punct();
        let of_trait = self.module.own_name(&owner).filter(|name| self.module.defines_trait(&name.to_string()))?.to_string();
        let receiver = arguments.first()?.as_ref()?.own_type()?.to_owned();
        let found = self.associated_item(&receiver, &name, Some(&of_trait), call.site.span)?;
        Some(self.call_associated(found, arguments.to_vec(), call.site.span))
    }
}
