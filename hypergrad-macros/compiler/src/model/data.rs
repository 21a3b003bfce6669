//! The data struct: its fields as inputs of the graph.
//!
//! Every field that could be read has its sizes and its input from the start, so that sizes are
//! named after the data and not after a variable; a field of another type is an error only where a
//! role reads it.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use std::collections::{BTreeMap, BTreeSet};

use super::claims::{Claims, Taken};
use super::scalars::ScalarType;
use super::trace::{Lazy, Surroundings, Value, dimensions};
use super::variables::{axes, field_type};
use super::{Data, DataField, DataKind, Form};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::ir::{Graph, Id, InputInfo, Role, Size};
use crate::shape::{Sizes, SymbolSource};
use crate::syntax::{Associated, Dimension, Member, Module, Type, strip_references};

/// The fields by path, and which of them were read.
pub struct Fields<'m> {
    module: &'m Module,
    scalar: ScalarType,
    /// The parameter's name: `data`.
    name: String,
    structure: String,
    leaves: Vec<Leaf<'m>>,
    entries: BTreeMap<Vec<String>, Entry>,
    claims: Claims,
}

struct Leaf<'m> {
    field: DataField,
    /// Of a struct that another module defines.
    foreign: bool,
    tensor: Option<Shape>,
    written: &'m syn::Type,
    resolved: Type,
}

/// Form, rows and columns.
type Shape = (Form, Size, Size);

/// Where a field is being registered.
struct Place<'a> {
    /// The fields that lead to it.
    path: Vec<Member>,
    /// The structs that enclose it.
    structs: Vec<String>,
    graph: &'a mut Graph,
    sizes: &'a mut Sizes,
}

impl Place<'_> {
    fn input(&mut self, number: usize, suffix: &str, shape: Vec<Size>) -> Id {
        // Formulas leave the parameter's name out.
        let name = self.path.iter().map(ToString::to_string).collect::<Vec<_>>().join(".") + suffix;
        self.graph.input(InputInfo { role: Role::Data, block: number, name }, shape)
    }

    /// The values and the pattern.
    fn sparse(&mut self, number: usize, shape: Vec<Size>) -> DataKind {
        let values = self.input(number, "", shape.clone());
        let pattern = self.input(number, ".pattern", shape);
        self.graph.mark_sparse(values, pattern);
        DataKind::Csr { values, pattern }
    }

    fn tensor(&mut self, number: usize, form: Form, shape: Vec<Size>) -> (DataKind, Option<Shape>) {
        let (rows, columns) = dimensions(form, &shape);
        let input = self.input(number, "", shape.clone());
        (DataKind::Tensor { input, form, shape }, Some((form, rows, columns)))
    }
}

/// What stands at a path.
enum Entry {
    Leaf(usize),
    Struct(String),
    /// Reported when it is read.
    Refused(Diagnostic),
}

const ACCEPTED: &str = "a field that a role reads is `f64`, `f32`, `usize`, an nalgebra vector or matrix, a `CsrMatrix`, an array of floats, or a struct of this module";

/// Reads the type of the third parameter; it must be a struct of the module.
pub fn structure(module: &Module, written: &syn::Type, diagnostics: &mut Diagnostics) -> Option<String> {
    match module.resolve_owned_type(written, diagnostics)? {
        Type::Struct(name) => Some(name),
        found => {
            diagnostics.error_with_help(
                strip_references(written),
                format!("the third parameter is the data, a struct of this module; found `{found}`"),
                format!("define `pub struct Data {{ pub a: {found} }}` and take `data: &Data`"),
            );
            None
        }
    }
}

/// Reports the fields that some function of the module reads and that no role can, of the data struct
/// and those inside it.
pub fn refused_fields(module: &Module, structure: &str, name: &str, diagnostics: &mut Diagnostics) {
    let read = mentioned_fields(module);
    let mut left = vec![(structure.to_owned(), name.to_owned())];
    let mut seen = Vec::new();
    while let Some((structure, name)) = left.pop() {
        let Some(item) = module.structure(&structure).filter(|_| !module.is_foreign(&structure)) else { continue };
        seen.push(structure);
        for (ident, field) in Member::fields(item) {
            let name = format!("{name}.{ident}");
            if !read.contains(&ident.to_string()) {
                continue;
            }
            match field_type(module, field, &name, diagnostics) {
                Some(Type::Struct(inner)) if !seen.contains(&inner) => left.push((inner, name)),
                Some(Type::Bool | Type::Integer | Type::Tuple(_)) => diagnostics.push(refused(field, &name)),
                Some(_) | None => {}
            }
        }
    }
}

/// The names behind a dot in the functions of the module.
fn mentioned_fields(module: &Module) -> BTreeSet<String> {
    fn visit(tokens: TokenStream, found: &mut BTreeSet<String>) {
        let mut after_dot = false;
        for token in tokens {
            match &token {
                TokenTree::Ident(name) if after_dot => {
                    found.insert(name.to_string());
                }
                TokenTree::Literal(number) if after_dot => {
                    found.insert(number.to_string());
                }
                TokenTree::Group(group) => visit(group.stream(), found),
                TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            after_dot = matches!(&token, TokenTree::Punct(dot) if dot.as_char() == '.');
        }
    }
    let mut found = BTreeSet::new();
    for body in module.bodies() {
        visit(body.to_token_stream(), &mut found);
    }
    found
}

impl<'m> Fields<'m> {
    /// No field yet: a module without data.
    pub fn new(module: &'m Module, scalar: ScalarType, claims: Claims) -> Self {
        Self {
            module,
            scalar,
            name: String::new(),
            structure: String::new(),
            leaves: Vec::new(),
            entries: BTreeMap::new(),
            claims,
        }
    }

    /// Registers the fields of the data struct in declaration order.
    pub fn register_all(&mut self, structure: &str, name: &str, graph: &mut Graph, sizes: &mut Sizes) {
        name.clone_into(&mut self.name);
        structure.clone_into(&mut self.structure);
        let mut place = Place { path: Vec::new(), structs: vec![structure.to_owned()], graph, sizes };
        self.register(structure, &mut place);
    }

    fn register(&mut self, structure: &str, place: &mut Place<'_>) {
        let Some(item) = self.module.structure(structure) else { return };
        for (ident, field) in Member::fields(item) {
            place.path.push(ident);
            let entry = self.entry(field, place);
            self.entries.insert(place.path.iter().map(ToString::to_string).collect(), entry);
            place.path.pop();
        }
    }

    fn entry(&mut self, field: &'m syn::Field, place: &mut Place<'_>) -> Entry {
        let name = place.path.iter().fold(self.name.clone(), |text, field| format!("{text}.{field}"));
        let resolved = match self.resolved(field, &name) {
            Ok(resolved) => resolved,
            Err(error) => return Entry::Refused(error),
        };
        if let Type::Struct(inner) = resolved {
            return self.nested(field, inner, place);
        }
        let Some((kind, tensor)) = self.kind(&resolved, &name, place) else {
            return Entry::Refused(refused(field, &name));
        };
        let path = place.path.clone();
        let foreign = place.structs.last().is_some_and(|name| self.module.is_foreign(name));
        self.leaves.push(Leaf {
            field: DataField { path, kind, by_reference: matches!(field.ty, syn::Type::Reference(_)), name, read: false },
            foreign,
            tensor,
            written: &field.ty,
            resolved,
        });
        Entry::Leaf(self.leaves.len() - 1)
    }

    fn nested(&mut self, field: &'m syn::Field, inner: String, place: &mut Place<'_>) -> Entry {
        if place.structs.contains(&inner) {
            return Entry::Refused(Diagnostic::new(&field.ty, format!("`{inner}` contains itself")));
        }
        place.structs.push(inner.clone());
        self.register(&inner, place);
        place.structs.pop();
        Entry::Struct(inner)
    }

    fn resolved(&self, field: &syn::Field, name: &str) -> Result<Type, Diagnostic> {
        let mut errors = Diagnostics::default();
        let resolved = field_type(self.module, field, name, &mut errors);
        let resolved = resolved.ok_or_else(|| errors.into_first().unwrap_or_else(|| Diagnostic::new(&field.ty, ACCEPTED)))?;
        if let Some(scalar) = resolved.scalar() {
            self.scalar.check(&field.ty, scalar, name)?;
        }
        Ok(resolved)
    }

    /// What a field is in the graph, and its shape for suggestions; `None` where it is refused.
    fn kind(&self, resolved: &Type, name: &str, place: &mut Place<'_>) -> Option<(DataKind, Option<Shape>)> {
        let number = self.leaves.len();
        match resolved {
            Type::Scalar(_) => Some(place.tensor(number, Form::Scalar, Vec::new())),
            Type::Tensor { form, rows, columns, .. } => {
                let source = |axis| SymbolSource::DataAxis { field: number, axis };
                let shape = axes(*form, *rows, *columns, name, &source, place.sizes);
                Some(place.tensor(number, *form, shape))
            }
            Type::Array { length, .. } => {
                let length = Size::constant(*length);
                let input = place.input(number, "", vec![length.clone()]);
                Some((DataKind::Array { input, length }, None))
            }
            Type::Count => {
                Some((DataKind::Count { size: place.sizes.symbol(name, SymbolSource::Count { field: number }) }, None))
            }
            Type::Csr { .. } => {
                let source = |axis| SymbolSource::DataAxis { field: number, axis };
                let shape = axes(Form::Matrix, Dimension::Dynamic, Dimension::Dynamic, name, &source, place.sizes);
                Some((place.sparse(number, shape), None))
            }
            Type::Bool | Type::Integer | Type::Tuple(_) | Type::Struct(_) => None,
        }
    }

    /// What was learned, once everything is traced. Sizes and inputs are not yet resolved.
    pub fn finish(self) -> (Option<Data>, Claims) {
        let fields = self.leaves.into_iter().map(|leaf| leaf.field).collect();
        let lifetimes = self.module.structure(&self.structure).map_or(0, |item| item.generics.lifetimes().count());
        let data = (!self.structure.is_empty()).then(|| Data { structure: self.structure.clone(), lifetimes, fields });
        (data, self.claims)
    }

    /// The argument for a role's third parameter.
    pub fn value(&self) -> Value {
        Value::lazy(self.structure.clone())
    }
}

fn value_of(kind: &DataKind, graph: &Graph) -> Value {
    match kind {
        DataKind::Tensor { input, form, shape } => Value::tensor(*input, *form, shape),
        DataKind::Csr { values, pattern } => Value::csr(*values, *pattern, graph.shape(*values)),
        DataKind::Array { input, length } => Value::tensor(*input, Form::Column, std::slice::from_ref(length)),
        DataKind::Count { size } => Value::count(size.clone()),
    }
}

impl Surroundings for Fields<'_> {
    fn field(
        &mut self,
        of: &Lazy,
        member: &Member,
        graph: &mut Graph,
        _sizes: &mut Sizes,
        diagnostics: &mut Diagnostics,
    ) -> Option<Value> {
        let key: Vec<String> = of.path.iter().cloned().chain([member.to_string()]).collect();
        let Some(entry) = self.entries.get_mut(&key) else {
            let siblings = self.entries.keys().filter(|k| k.len() == key.len() && k.starts_with(&of.path));
            diagnostics.no_field(member, &of.name, siblings.filter_map(|path| path.last()).map(String::as_str));
            return None;
        };
        match entry {
            Entry::Leaf(number) => {
                let leaf = &mut self.leaves[*number];
                if !std::mem::replace(&mut leaf.field.read, true) {
                    if leaf.foreign {
                        self.claims.field_is(&self.structure, &leaf.field.path, leaf.written, &leaf.resolved);
                    } else {
                        self.claims.type_is(leaf.written, &leaf.resolved);
                    }
                }
                Some(value_of(&leaf.field.kind, graph))
            }
            Entry::Struct(name) => Some(Value::Lazy(Lazy { name: name.clone(), path: key })),
            // Once at each role that reads it: repetitions are shown once.
            Entry::Refused(error) => {
                diagnostics.push(error.clone());
                None
            }
        }
    }

    fn outside(&mut self, written: &syn::Path, meant: &str) {
        self.claims.path_is(self.module, written, meant);
    }

    fn associated(&mut self, item: &Associated, is_method_call: bool, span: Span) {
        self.claims.associated_is(self.module, item, is_method_call, span);
    }

    fn method(&mut self, name: &str, span: Span, of: &Type, taken: Taken) {
        self.claims.method_is(self.module, name, span, of, taken);
    }

    fn candidates(&self) -> Vec<(String, Form, Size, Size)> {
        let tensor = |leaf: &Leaf<'_>| {
            let (form, rows, columns) = leaf.tensor.clone()?;
            Some((leaf.field.name.clone(), form, rows, columns))
        };
        self.leaves.iter().filter_map(tensor).collect()
    }
}

fn refused(field: &syn::Field, name: &str) -> Diagnostic {
    Diagnostic::new(&field.ty, format!("`{name}` is `{}`; {ACCEPTED}", spelled(&field.ty)))
}

fn spelled(written: &syn::Type) -> String {
    written.to_token_stream().to_string().replace(' ', "")
}
