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
use super::trace::{Item, Lazy, List, Surroundings, Value, dimensions};
use super::variables::{axes, field_type};
use super::{Data, DataField, DataKind, Form};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::ir::{Affine, Graph, Id, InputInfo, Role, Size, selection_name};
use crate::shape::{Sizes, SymbolSource};
use crate::syntax::{Associated, Dimension, Member, Module, Storage, Type, strip_references};

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
        let name = self.name(suffix);
        self.named_input(number, name, shape)
    }

    /// Formulas leave the parameter's name out.
    fn name(&self, suffix: &str) -> String {
        self.path.iter().map(ToString::to_string).collect::<Vec<_>>().join(".") + suffix
    }

    fn named_input(&mut self, number: usize, name: String, shape: Vec<Size>) -> Id {
        self.graph.input(InputInfo { role: Role::Data, block: number, name }, shape)
    }

    /// The values and the pattern.
    fn sparse(&mut self, number: usize, shape: Vec<Size>) -> DataKind {
        let values = self.input(number, "", shape.clone());
        let pattern = self.input(number, ".pattern", shape);
        self.graph.mark_sparse(values, pattern);
        DataKind::Csr { values, pattern }
    }

    fn selection(&mut self, number: usize, suffix: &str, shape: Vec<Size>) -> Id {
        let name = selection_name(&self.name(suffix));
        let selection = self.named_input(number, name, shape);
        self.graph.mark_selection(selection);
        selection
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
    /// Its leaves, from one to another.
    List(List, std::ops::Range<usize>),
    Struct(String),
    /// Reported when it is read.
    Refused(Diagnostic),
}

const ACCEPTED: &str = "a field that a role reads is `f64`, `f32`, `usize`, `bool`, an enum without values, an nalgebra vector or matrix, a `CsrMatrix`, an array or `Vec` of floats or of indices, or a struct of this module";

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
                Some(Type::List { item, .. }) if !is_item(&item) => diagnostics.push(refused_list(field, &name, &item)),
                Some(Type::Integer(_) | Type::Tuple(_)) => diagnostics.push(refused(field, &name)),
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
        if let Type::List { item, storage } = &resolved
            && !matches!(**item, Type::Scalar(_))
        {
            return if is_item(item) {
                self.list(field, &resolved, item, *storage, &name, place)
            } else {
                Entry::Refused(refused_list(field, &name, item))
            };
        }
        let Some((kind, tensor)) = self.kind(&resolved, &name, place) else {
            return Entry::Refused(refused(field, &name));
        };
        self.leaf(field, resolved, kind, tensor, Vec::new(), name, place);
        Entry::Leaf(self.leaves.len() - 1)
    }

    #[expect(clippy::too_many_arguments, reason = "each is a part of the leaf")]
    fn leaf(
        &mut self,
        field: &'m syn::Field,
        resolved: Type,
        kind: DataKind,
        tensor: Option<Shape>,
        item: Vec<Member>,
        name: String,
        place: &Place<'_>,
    ) {
        let path = place.path.clone();
        let foreign = place.structs.last().is_some_and(|name| self.module.is_foreign(name));
        let field_of_data =
            DataField { path, item, kind, by_reference: matches!(field.ty, syn::Type::Reference(_)), name, read: false };
        self.leaves.push(Leaf { field: field_of_data, foreign, tensor, written: &field.ty, resolved });
    }

    /// Indices, or tuples of them: a selection for each part of an item.
    fn list(
        &mut self,
        field: &'m syn::Field,
        resolved: &Type,
        item: &Type,
        storage: Storage,
        name: &str,
        place: &mut Place<'_>,
    ) -> Entry {
        let first = self.leaves.len();
        let source = |axis| SymbolSource::DataAxis { field: first, axis };
        let (form, rows, columns) = match storage {
            Storage::Tensor { form, rows, columns } => (form, rows, columns),
            Storage::Array(length) => (Form::Column, Dimension::Constant(length), Dimension::Constant(1)),
            Storage::Vec | Storage::Slice => (Form::Column, Dimension::Dynamic, Dimension::Constant(1)),
        };
        let shape = axes(form, rows, columns, name, &source, place.sizes);
        let (rows, columns) = dimensions(form, &shape);
        let length = rows.mul(&columns);
        let item = self.items(field, resolved, item, (form, &length), &mut Vec::new(), place);
        Entry::List(List { form, rows, columns, first: Affine::default(), item }, first..self.leaves.len())
    }

    fn items(
        &mut self,
        field: &'m syn::Field,
        resolved: &Type,
        item: &Type,
        (form, length): (Form, &Size),
        path: &mut Vec<Member>,
        place: &mut Place<'_>,
    ) -> Item {
        if let Type::Tuple(parts) = item {
            let parts = parts.iter().enumerate().map(|(k, part)| {
                path.push(Member::Numbered(k as u32, Span::call_site()));
                let part = self.items(field, resolved, part, (form, length), path, place);
                path.pop();
                part
            });
            return Item::Tuple(parts.collect());
        }
        let number = self.leaves.len();
        let suffix: String = path.iter().map(|member| format!(".{member}")).collect();
        let name = place.path.iter().fold(self.name.clone(), |text, field| format!("{text}.{field}")) + &suffix;
        let flag = *item == Type::Bool;
        let reach = if flag {
            Size::constant(2)
        } else {
            place.sizes.symbol(format!("reach({name})"), SymbolSource::Reach { field: number })
        };
        let selection = place.selection(number, &suffix, vec![length.clone(), reach]);
        self.leaf(field, resolved.clone(), DataKind::Index { form }, None, path.clone(), name, place);
        if flag { Item::Flag(selection) } else { Item::Index(selection) }
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
            Type::List { storage, .. } => {
                let source = |axis| SymbolSource::DataAxis { field: number, axis };
                let length = match storage {
                    Storage::Array(length) => Size::constant(*length),
                    _ => place.sizes.symbol(format!("{name}.len()"), source(0)),
                };
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
            Type::Bool => Some((DataKind::Flag { size: place.sizes.symbol(name, SymbolSource::Count { field: number }) }, None)),
            Type::Enum(of) => {
                let size = place.sizes.symbol(name, SymbolSource::Count { field: number });
                let item = self.module.enumeration(of)?;
                let variants = item.variants.iter().map(|variant| variant.ident.to_string()).collect();
                Some((DataKind::Enum { size, name: of.clone(), variants }, None))
            }
            Type::Integer(_) | Type::Tuple(_) | Type::Struct(_) => None,
        }
    }

    /// A role reads the leaf: rustc is to prove its type.
    fn mark_read(&mut self, number: usize) {
        let leaf = &mut self.leaves[number];
        if std::mem::replace(&mut leaf.field.read, true) {
            return;
        }
        if leaf.foreign {
            self.claims.field_is(&self.structure, &leaf.field.path, leaf.written, &leaf.resolved);
        } else {
            self.claims.type_is(leaf.written, &leaf.resolved);
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

/// What a list can hold that is not of floats: indices, conditions, tuples of them.
fn is_item(item: &Type) -> bool {
    match item {
        Type::Count | Type::Bool => true,
        Type::Integer(name) => name.starts_with('u'),
        Type::Tuple(parts) => !parts.is_empty() && parts.iter().all(is_item),
        Type::Scalar(_) | Type::Tensor { .. } | Type::List { .. } | Type::Csr { .. } | Type::Struct(_) | Type::Enum(_) => false,
    }
}

fn value_of(kind: &DataKind, graph: &Graph) -> Value {
    match kind {
        // Read as a list.
        DataKind::Index { .. } => Value::Tuple(Vec::new()),
        DataKind::Tensor { input, form, shape } => Value::tensor(*input, *form, shape),
        DataKind::Csr { values, pattern } => Value::csr(*values, *pattern, graph.shape(*values)),
        DataKind::Array { input, length } => Value::tensor(*input, Form::Column, std::slice::from_ref(length)),
        DataKind::Count { size } => Value::count(size.clone()),
        DataKind::Flag { size } => Value::flag(size),
        DataKind::Enum { size, name, variants } => Value::enumeration(name, variants, size),
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
                let number = *number;
                self.mark_read(number);
                Some(value_of(&self.leaves[number].field.kind, graph))
            }
            Entry::List(list, leaves) => {
                let (list, leaves) = (list.clone(), leaves.clone());
                leaves.for_each(|leaf| self.mark_read(leaf));
                Some(Value::List(Box::new(list)))
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

    fn option(&mut self) {
        self.claims.option();
    }

    fn dereferenced(&mut self, owner: &str, name: &str, span: Span) {
        self.claims.dereferenced(self.module, owner, name, span);
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

/// What to write for a list of something else.
fn refused_list(field: &syn::Field, name: &str, item: &Type) -> Diagnostic {
    let help = match item {
        Type::Integer(signed) => format!("indices are not negative: use an unsigned type; numbers `{signed}` are floats"),
        Type::Tuple(_) => "use a field for each part".to_owned(),
        Type::Struct(inner) => format!("use a `DVector<f64>`, or a `DMatrix<f64>`, for each field of `{inner}`"),
        Type::Tensor { form: Form::Matrix, .. } | Type::Csr { .. } => {
            "use one matrix with the rows of all, and take `rows(start, count)`; or a field for each".to_owned()
        }
        Type::Tensor { scalar, .. } => format!("use a `DMatrix<{scalar}>`, a column for each"),
        Type::Scalar(_) | Type::Count | Type::Bool | Type::Enum(_) | Type::List { .. } => {
            "use a matrix, a column for each".to_owned()
        }
    };
    refused(field, name).help(help)
}

fn spelled(written: &syn::Type) -> String {
    written.to_token_stream().to_string().replace(' ', "")
}
