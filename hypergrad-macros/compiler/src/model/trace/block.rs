//! Blocks, `let` and patterns.

use proc_macro2::Span;
use std::rc::Rc;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};

use super::Tracer;
use super::condition::Condition;
use super::environment::{Environment, Lookup};
use super::questions::Questions;
use super::slice_pattern::is_rest;
use super::spell::spell;
use super::value::{Local, Value};
use crate::diagnostics::Diagnostics;
use crate::ir::{Affine, Size};
use crate::model::Form;
use crate::syntax::{Storage, Type};

/// Writes out lengths of arrays that are parameters of the function, which are constants where it is called.
struct BoundLengths<'e>(&'e Environment);

impl VisitMut for BoundLengths<'_> {
    fn visit_type_array_mut(&mut self, array: &mut syn::TypeArray) {
        if let syn::Expr::Path(path) = &array.len
            && let Some(name) = path.path.get_ident()
            && let Lookup::Bound(Value::Index(length)) = self.0.get(&name.to_string())
            && let Some(length) = length.as_size().and_then(Size::as_constant)
        {
            array.len = syn::parse_quote! { #length };
        }
        visit_mut::visit_type_array_mut(self, array);
    }
}

impl Tracer<'_> {
    /// The value of a block: its last expression, in a scope of its own.
    pub(super) fn block(&mut self, block: &syn::Block, expected: Option<&Type>) -> Option<Value> {
        let (outer, items) = (self.environment.clone(), self.items.clone());
        let value = self.statements(block, expected);
        self.environment = outer;
        self.items = items;
        value
    }

    fn statements(&mut self, block: &syn::Block, expected: Option<&Type>) -> Option<Value> {
        self.hoist_items(block);
        self.statements_from(&block.stmts, self.fixed_cells(), expected)
    }

    /// The statements in order; behind a `return` or `continue`, where it was not taken.
    fn statements_from(&mut self, statements: &[syn::Stmt], fixed: usize, expected: Option<&Type>) -> Option<Value> {
        let mut value = Some(Value::Tuple(Vec::new()));
        for (k, statement) in statements.iter().enumerate() {
            let since = self.exits();
            if let Some(rest) = self.nested_rows(statement, &statements[k + 1..]) {
                return self.statements_from(&rest, fixed, expected);
            }
            if let Some(mut apart) = Questions::before_a_change(statement) {
                apart.extend_from_slice(&statements[k + 1..]);
                return self.statements_from(&apart, fixed, expected);
            }
            value = self.in_order(fixed, |tracer| tracer.statement(statement, expected));
            let rest = &statements[k + 1..];
            self.kept_by_columns(statement, rest);
            if matches!(value, Some(Value::Never)) || rest.is_empty() {
                return value;
            }
            if self.exits() != since {
                let stays = self.not_left(since);
                return if let Condition::Constant(false) = stays {
                    Some(Value::Never)
                } else if self.exits().are_breaks(since) {
                    self.where_reached(&stays, statement.span(), |tracer| tracer.statements_from(rest, fixed, expected))
                } else {
                    self.in_arm(&stays, statement.span(), |tracer| tracer.statements_from(rest, fixed, expected))
                };
            }
        }
        value
    }

    fn statement(&mut self, statement: &syn::Stmt, expected: Option<&Type>) -> Option<Value> {
        let unit = Some(Value::Tuple(Vec::new()));
        match statement {
            syn::Stmt::Local(local) => {
                self.local(local);
                unit
            }
            // A statement that is not read is not left out.
            syn::Stmt::Expr(expression, end) => {
                let expected = expected.filter(|_| end.is_none());
                let value = self.expression_as(expression, expected);
                if value.is_none() {
                    self.refuse_unread(expression, &spell(expression));
                }
                match value {
                    Some(Value::Never) => Some(Value::Never),
                    _ if end.is_some() => unit,
                    value => value,
                }
            }
            syn::Stmt::Item(item) => {
                self.check_item(item);
                unit
            }
            syn::Stmt::Macro(call) if call.semi_token.is_none() => self.macro_call(&call.mac),
            syn::Stmt::Macro(call) => {
                self.macro_call(&call.mac);
                unit
            }
        }
    }

    fn local(&mut self, local: &syn::Local) {
        let Some(init) = &local.init else { return self.bind_later(&local.pat) };
        let expected = ascribed(&local.pat).and_then(|ty| self.hint(ty));
        let value = self.expression_as(&init.expr, expected.as_ref());
        if value.is_none() {
            self.refuse_unread(&init.expr, &spell(&init.expr));
        }
        let is_list = is_vec(&init.expr) || matches!(expected, Some(Type::List { storage: Storage::Vec, .. }));
        match &init.diverge {
            Some((_, otherwise)) => self.let_else(&local.pat, value, otherwise),
            None => self.bind_pattern(&local.pat, value),
        }
        if is_list {
            self.note_list(&local.pat);
        }
        // `let (mut a, mut b) = (Vec::new(), Vec::new());`
        if let (syn::Pat::Tuple(patterns), syn::Expr::Tuple(values)) = (&local.pat, &*init.expr) {
            for (pattern, value) in patterns.elems.iter().zip(&values.elems) {
                if is_vec(value) {
                    self.note_list(pattern);
                }
            }
        }
    }

    /// Notes that a name holds a `Vec`, which can grow.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    fn note_list(&mut self, pattern: &syn::Pat) {
        match pattern {
            syn::Pat::Ident(name) => {
                if let Lookup::Bound(Value::Reference(place)) = self.environment.get(&name.ident.to_string()) {
                    let cell = place.cell;
                    self.cells.note_list(cell);
                }
            }
            syn::Pat::Type(typed) => self.note_list(&typed.pat),
            _ => {}
        }
    }

    /// Constants and functions declared in a block are known in all of it; functions see no `let`.
    fn hoist_items(&mut self, block: &syn::Block) {
        for statement in &block.stmts {
            let (name, ty, value) = match statement {
                syn::Stmt::Item(syn::Item::Const(item)) => (&item.ident, &item.ty, &item.expr),
                syn::Stmt::Item(syn::Item::Static(item)) if is_constant(item) => (&item.ident, &item.ty, &item.expr),
                syn::Stmt::Local(_) | syn::Stmt::Item(_) | syn::Stmt::Expr(..) | syn::Stmt::Macro(_) => continue,
            };
            let expected = self.hint(ty);
            let value = self.expression_as(value, expected.as_ref());
            self.environment.bind(name.to_string(), value.clone());
            self.items.bind(name.to_string(), value);
        }
        let functions = block.stmts.iter().filter_map(|statement| {
            if let syn::Stmt::Item(syn::Item::Fn(function)) = statement { Some(function.clone()) } else { None }
        });
        let functions: Rc<[syn::ItemFn]> = functions.collect();
        let items = self.items.clone();
        Local::declare(&functions, &items, &mut self.environment);
        Local::declare(&functions, &items, &mut self.items);
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    fn check_item(&mut self, item: &syn::Item) {
        let name = match item {
            syn::Item::Fn(_) | syn::Item::Use(_) | syn::Item::Const(_) | syn::Item::Impl(_) => return,
            syn::Item::Static(item) if is_constant(item) => return,
            syn::Item::Struct(item) => Some(&item.ident),
            syn::Item::Enum(item) => Some(&item.ident),
            syn::Item::Type(item) => Some(&item.ident),
            syn::Item::Trait(item) => Some(&item.ident),
            _ => None,
        };
        // What stands in the arguments of a macro is not taken out of its function.
        if !name.is_some_and(|name| self.module.is_inner(&name.to_string())) {
            self.diagnostics.error_with_help(
                item,
                "this item is not accepted inside of a function",
                "move the item into the module",
            );
        }
    }

    /// A type as a hint for what has to be inferred: silent where it is no type of the language.
    pub(super) fn hint(&self, ty: &syn::Type) -> Option<Type> {
        if matches!(ty, syn::Type::Infer(_)) {
            return None;
        }
        let mut ty = ty.clone();
        BoundLengths(&self.environment).visit_type_mut(&mut ty);
        self.module.resolve_type(&ty, &mut Diagnostics::default())
    }

    /// Binds the names of a pattern; of a refused value, to nothing.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    pub(super) fn bind_pattern(&mut self, pattern: &syn::Pat, value: Option<Value>) {
        match pattern {
            syn::Pat::Wild(_) | syn::Pat::Rest(_) => {}
            syn::Pat::Ident(name) => self.bind_name(name, value),
            syn::Pat::Paren(inner) => self.bind_pattern(&inner.pat, value),
            // One of them applies.
            syn::Pat::Or(_) => match value.and_then(|value| self.pattern(pattern, &value)) {
                Some(_) => {}
                None => self.bind_refused(pattern),
            },
            syn::Pat::Reference(inner) => {
                let value = value.and_then(|value| self.dereferenced(value, inner.and_token.span));
                self.bind_pattern(&inner.pat, value);
            }
            syn::Pat::Type(typed) => {
                let value = self.in_type(value, &typed.ty);
                self.bind_pattern(&typed.pat, value);
            }
            syn::Pat::Tuple(tuple) => self.bind_elements(tuple.elems.iter().collect(), value),
            syn::Pat::Slice(slice) => self.bind_elements(slice.elems.iter().collect(), value),
            syn::Pat::TupleStruct(syn::PatTupleStruct { path, .. }) | syn::Pat::Struct(syn::PatStruct { path, .. })
                if self.variant_at(path).is_some() =>
            {
                // The only variant of its enum.
                if value.and_then(|value| self.pattern(pattern, &value)).is_none() {
                    self.bind_refused(pattern);
                }
            }
            syn::Pat::Struct(structure) => self.bind_fields(structure, value.as_ref()),
            syn::Pat::TupleStruct(structure) if self.structure_at(&structure.path).is_some() => {
                self.bind_tuple_struct(structure, value);
            }
            other => {
                self.diagnostics.error_with_help(
                    other,
                    "this pattern is not accepted",
                    "use a name, `_`, a tuple `(a, b)`, an array `[a, b]` or a struct pattern",
                );
                self.bind_refused(other);
            }
        }
    }

    /// Binds every name in a pattern to nothing: what is said of the pattern is enough.
    pub(super) fn bind_refused(&mut self, pattern: &syn::Pat) {
        struct Names<'t>(&'t mut Environment);
        impl<'p> Visit<'p> for Names<'_> {
            fn visit_pat_ident(&mut self, name: &'p syn::PatIdent) {
                self.0.bind(name.ident.to_string(), None);
                visit::visit_pat_ident(self, name);
            }
        }
        Names(&mut self.environment).visit_pat(pattern);
    }

    fn bind_name(&mut self, name: &syn::PatIdent, value: Option<Value>) {
        if let Some((_, parts)) = &name.subpat {
            self.bind_pattern(parts, value.clone());
        }
        if let (Some(_), Some(token)) = (&name.by_ref, &name.mutability) {
            self.diagnostics.error_with_help(
                token,
                "`ref mut` is not accepted: what it changes is not followed",
                "bind the value, and assign the changed one to the place that it is from",
            );
            return self.environment.bind(name.ident.to_string(), None);
        }
        let (text, is_mutable) = (name.ident.to_string(), name.mutability.is_some());
        let bound = match value {
            Some(Value::Reference(place)) if place.is_owner => Some(Value::Reference(Box::new(place.borrowed()))),
            value @ Some(Value::Reference(_)) => value,
            value if is_mutable => {
                let value = value.map(|value| self.as_column(value));
                Some(self.new_cell(text.clone(), value))
            }
            value => value,
        };
        self.environment.bind(text, bound);
    }

    /// `let name;`, which is set later.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    fn bind_later(&mut self, pattern: &syn::Pat) {
        match pattern {
            syn::Pat::Ident(name) => {
                let cell = self.new_cell(name.ident.to_string(), None);
                self.environment.bind(name.ident.to_string(), Some(cell));
            }
            syn::Pat::Type(typed) => self.bind_later(&typed.pat),
            syn::Pat::Paren(inner) => self.bind_later(&inner.pat),
            syn::Pat::Tuple(parts) => parts.elems.iter().for_each(|part| self.bind_later(part)),
            other => {
                self.diagnostics.error_with_help(
                    other,
                    "a `let` without a value binds names",
                    "write a `let` for each name, or give it a value",
                );
                self.bind_refused(other);
            }
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    pub(super) fn bind_elements(&mut self, patterns: Vec<&syn::Pat>, value: Option<Value>) {
        let value = value.map(|value| self.referenced_elements(value));
        let parted = value.and_then(|value| self.parted(&patterns, &value));
        for (k, pattern) in patterns.into_iter().enumerate() {
            let element = parted.as_ref().and_then(|parted| parted.elements.get(k)?.clone());
            match pattern {
                // What `..` stands for, by name.
                syn::Pat::Ident(name) if is_rest(pattern) => {
                    self.bind_name(&syn::PatIdent { subpat: None, ..name.clone() }, element);
                }
                _ => self.bind_pattern(pattern, element),
            }
        }
    }

    /// Of a reference to a tuple, references to its elements.
    pub(super) fn referenced_elements(&mut self, value: Value) -> Value {
        let Value::Reference(place) = &value else { return value };
        if let Some(elements) = self.elements_by_columns(place) {
            return elements;
        }
        match (self.leaf(place), &place.part) {
            (Some(Value::Tuple(values)), None) => Value::Tuple(self.references_to_elements(place, values.len())),
            (Some(Value::Array(values)), None) => Value::Array(self.references_to_elements(place, values.len())),
            (Some(leaf @ (Value::Tensor(_) | Value::State(_))), _) => self.referenced_entries(place, &leaf).unwrap_or(value),
            _ => value,
        }
    }

    /// The elements of a tuple or an array.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn elements(&mut self, value: Value, count: usize, span: Span) -> Option<Vec<Value>> {
        match value {
            Value::Tuple(values) | Value::Array(values) => Some(values),
            Value::List(list) => {
                let length = self.sizes.resolve(&list.rows).as_constant().unwrap_or(count as i64);
                (0..length).map(|k| self.list_item(&list, &Affine::constant(Size::constant(k)))).collect()
            }
            Value::Tensor(tensor) if tensor.form == Form::Column => {
                let length = self.sizes.resolve(&tensor.rows).as_constant().unwrap_or(count as i64);
                let index = |k: i64| Affine::constant(Size::constant(k));
                Some((0..length).map(|k| Value::Tensor(self.entry(&tensor, &index(k), &index(0)))).collect())
            }
            other => {
                self.diagnostics
                    .error(span, format!("this pattern takes a tuple or an array apart, and found {}", other.describe()));
                None
            }
        }
    }
}

/// Whether an expression is a `Vec`, by its last word.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn is_vec(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::MethodCall(call) => call.method == "collect" || call.method == "to_vec",
        syn::Expr::Macro(call) => call.mac.path.is_ident("vec"),
        syn::Expr::Call(call) => {
            if let syn::Expr::Path(path) = &*call.func {
                path.path.segments.iter().any(|segment| segment.ident == "Vec" || segment.ident == "VecDeque")
            } else {
                false
            }
        }
        _ => false,
    }
}

/// The type of `let name: type`.
fn ascribed(pattern: &syn::Pat) -> Option<&syn::Type> {
    if let syn::Pat::Type(typed) = pattern { Some(&typed.ty) } else { None }
}

fn is_constant(item: &syn::ItemStatic) -> bool {
    matches!(item.mutability, syn::StaticMutability::None)
}
