//! The data struct: its fields as inputs of the graph.
//!
//! Every field that could be read has its sizes and its input from the start, so that sizes are
//! named after the data and not after a variable; a field of another type is an error only where a
//! role reads it.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use std::collections::{BTreeMap, BTreeSet};

mod variants;

use super::claims::{Claims, Taken};
use super::scalars::ScalarType;
use super::trace::{Extents, Holds, Item, Lazy, List, Surroundings, Value, dimensions};
use super::variables::{axes, field_type};
use super::{Data, DataField, DataKind, Form, Level, Step};
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
    /// The parameter's type, where there is one.
    root: Option<Type>,
    leaves: Vec<Leaf<'m>>,
    entries: BTreeMap<Vec<String>, Entry>,
    claims: Claims,
    /// The extents of items, by field and axis, that each item has of its own.
    own_extents: Vec<(usize, usize)>,
}

struct Leaf<'m> {
    field: DataField,
    /// The fields that lead to the field whose type was written.
    claimed: Vec<Member>,
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
    /// The steps that lead to it.
    path: Vec<Step>,
    /// The fields among those that lead to the field in whose type it stands.
    claimed: Vec<Member>,
    /// The structs that enclose it.
    structs: Vec<String>,
    /// The parameter's name.
    root: &'a str,
    graph: &'a mut Graph,
    sizes: &'a mut Sizes,
}

impl Place<'_> {
    fn input(&mut self, number: usize, suffix: &str, shape: Vec<Size>) -> Id {
        let name = self.name(suffix);
        self.named_input(number, name, shape)
    }

    /// Formulas leave the parameter's name out, where it is a struct.
    fn name(&self, suffix: &str) -> String {
        let path: String = self.path.iter().map(ToString::to_string).collect();
        match path.strip_prefix('.') {
            Some(field) => field.to_owned() + suffix,
            None => format!("{}{path}{suffix}", self.root),
        }
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
    List(List),
    /// So many, each an entry of its own.
    Array(usize),
    Tuple(usize),
    Struct(String),
    /// Reported when it is read.
    Refused(Diagnostic),
}

/// A list whose items are looked at.
struct Items<'m, 'a> {
    field: &'m syn::Type,
    /// The type of the field, resolved.
    whole: &'a Type,
    form: Form,
    /// Of all items, with the places that shorter lists leave empty.
    length: Size,
    /// The lists in these items that lead to the part that is looked at.
    levels: Vec<Level>,
    /// From an item of the last of them to the part.
    path: Vec<Member>,
    /// The structs and enums that enclose it.
    inside: Vec<String>,
}

impl Items<'_, '_> {
    fn suffix(&self) -> String {
        let way = |path: &[Member]| path.iter().map(|member| format!(".{member}")).collect::<String>();
        let lists = self.levels.iter().map(|level| match &level.held {
            Some(held) => way(&level.path) + &format!(".{}.{}", held.variant, held.member),
            None => way(&level.path) + "[]",
        });
        lists.chain([way(&self.path)]).collect()
    }

    fn name(&self, data: &str, place: &Place<'_>) -> String {
        place.path.iter().fold(data.to_owned(), |text, step| format!("{text}{step}")) + &self.suffix()
    }
}

/// An array of at most so many items of dynamic size is read item by item: each has its own sizes.
const MOST_APART: i64 = 16;
/// Structs in structs, at most.
const DEEPEST: usize = 16;

/// The text of a path, step by step.
fn key(path: &[Step]) -> Vec<String> {
    path.iter().map(|step| step.to_string().trim_start_matches('.').to_owned()).collect()
}

const ACCEPTED: &str = "a field that a role reads is `f64`, `f32`, an integer, `bool`, an enum of this module, an nalgebra vector or matrix, a `CsrMatrix`, an array, `Vec`, `Option` or tuple of such, or a struct of this module";

/// Reads the type of the third parameter: a struct of the module, or what one may have as a field.
pub fn root(module: &Module, written: &syn::Type, diagnostics: &mut Diagnostics) -> Option<Type> {
    let stripped = strip_references(written);
    let found = if let syn::Type::Slice(slice) = stripped {
        let item = Box::new(module.resolve_owned_type(&slice.elem, diagnostics)?);
        Type::List { item, storage: Storage::Slice }
    } else {
        module.resolve_owned_type(written, diagnostics)?
    };
    let is_accepted = match &found {
        Type::Struct(_) => true,
        Type::Scalar(_) | Type::Tensor { .. } | Type::Csr { .. } | Type::List { .. } | Type::Tuple(_) => !borrows(module, &found),
        Type::Count | Type::Integer(_) | Type::Bool | Type::Enum(_) => false,
    };
    if is_accepted {
        return Some(found);
    }
    diagnostics.error_with_help(
        stripped,
        format!("the third parameter is the data, a struct of this module, a vector, a matrix or a list; found `{found}`"),
        format!("define `pub struct Data {{ pub a: {found} }}` and take `data: &Data`"),
    );
    None
}

/// Whether the items of a list are structs with lifetimes.
fn borrows(module: &Module, of: &Type) -> bool {
    match of {
        Type::List { item, .. } => borrows(module, item),
        Type::Tuple(parts) => parts.iter().any(|part| borrows(module, part)),
        Type::Struct(name) => module.structure(name).is_some_and(|item| item.generics.lifetimes().next().is_some()),
        Type::Scalar(_)
        | Type::Tensor { .. }
        | Type::Csr { .. }
        | Type::Count
        | Type::Integer(_)
        | Type::Bool
        | Type::Enum(_) => false,
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
    pub fn new(module: &'m Module, scalar: ScalarType, claims: Claims, own_extents: Vec<(usize, usize)>) -> Self {
        Self {
            module,
            scalar,
            name: String::new(),
            root: None,
            leaves: Vec::new(),
            entries: BTreeMap::new(),
            claims,
            own_extents,
        }
    }

    /// Registers the fields of the data struct in declaration order, or the data itself.
    pub fn register_all(
        &mut self,
        (root, written): (&Type, &'m syn::Type),
        name: &str,
        graph: &mut Graph,
        sizes: &mut Sizes,
    ) -> Result<(), Diagnostic> {
        name.clone_into(&mut self.name);
        self.root = Some(root.clone());
        if let Some(scalar) = root.scalar() {
            self.scalar.check(written, scalar, name)?;
        }
        let mut place = Place { path: Vec::new(), claimed: Vec::new(), structs: Vec::new(), root: name, graph, sizes };
        let entry = self.entry_of(written, root, root, &mut place);
        self.entries.insert(Vec::new(), entry);
        Ok(())
    }

    fn register(&mut self, structure: &str, place: &mut Place<'_>) {
        let Some(item) = self.module.structure(structure) else { return };
        let claimed = place.claimed.clone();
        for (member, field) in Member::fields(item) {
            place.path.push(Step::Field(member.clone()));
            place.claimed.push(member);
            let entry = self.entry(field, place);
            self.entries.insert(key(&place.path), entry);
            place.path.pop();
            place.claimed.clone_from(&claimed);
        }
    }

    fn entry(&mut self, field: &'m syn::Field, place: &mut Place<'_>) -> Entry {
        let name = place.path.iter().fold(self.name.clone(), |text, step| format!("{text}{step}"));
        match self.resolved(field, &name) {
            Ok(resolved) => self.entry_of(&field.ty, &resolved, &resolved, place),
            Err(error) => Entry::Refused(error),
        }
    }

    /// What stands at a place of the type `own`, in a field of the type `whole`.
    fn entry_of(&mut self, field: &'m syn::Type, own: &Type, whole: &Type, place: &mut Place<'_>) -> Entry {
        let name = place.path.iter().fold(self.name.clone(), |text, step| format!("{text}{step}"));
        if let Type::Struct(inner) = own {
            return self.nested(field, inner.clone(), place);
        }
        if let Type::List { item, storage } = own
            && (*storage == Storage::Option || !matches!(**item, Type::Scalar(_)))
        {
            if let Storage::Array(length @ 0..=MOST_APART) = storage
                && self.has_dynamic_size(item, 0)
            {
                return self.array(field, item, whole, *length as usize, place);
            }
            return self.list(field, whole, item, *storage, &name, place);
        }
        if let Type::Tuple(parts) = own {
            return self.tuple(field, parts, whole, place);
        }
        let is_signed = matches!(own, Type::Integer(of) if of.starts_with('i'));
        if is_signed || self.holds_values(own) {
            return self.list(field, whole, own, Storage::One, &name, place);
        }
        let Some((kind, tensor)) = self.kind(own, &name, place) else {
            return Entry::Refused(refused(field, &name));
        };
        self.leaf(field, whole.clone(), kind, tensor, Default::default(), name, place);
        Entry::Leaf(self.leaves.len() - 1)
    }

    /// Each item by itself: items may have sizes of their own.
    fn array(&mut self, field: &'m syn::Type, item: &Type, whole: &Type, length: usize, place: &mut Place<'_>) -> Entry {
        for k in 0..length {
            place.path.push(Step::Item(k));
            let entry = self.entry_of(field, item, whole, place);
            self.entries.insert(key(&place.path), entry);
            place.path.pop();
        }
        Entry::Array(length)
    }

    /// Each part by itself.
    fn tuple(&mut self, field: &'m syn::Type, parts: &[Type], whole: &Type, place: &mut Place<'_>) -> Entry {
        for (k, part) in parts.iter().enumerate() {
            place.path.push(Step::Field(Member::Numbered(k as u32, Span::call_site())));
            let entry = self.entry_of(field, part, whole, place);
            self.entries.insert(key(&place.path), entry);
            place.path.pop();
        }
        Entry::Tuple(parts.len())
    }

    /// Whether a run decides some size of a type.
    fn has_dynamic_size(&self, of: &Type, depth: usize) -> bool {
        match of {
            Type::Tensor { rows, columns, .. } => [rows, columns].into_iter().any(|d| *d == Dimension::Dynamic),
            Type::List { item, storage } => match storage {
                Storage::Array(_) | Storage::Option | Storage::One => self.has_dynamic_size(item, depth),
                Storage::Vec | Storage::Slice | Storage::Tensor { .. } => true,
            },
            Type::Csr { .. } => true,
            Type::Tuple(parts) => parts.iter().any(|part| self.has_dynamic_size(part, depth)),
            Type::Struct(name) => {
                let fields = self.module.structure(name).map(Member::fields);
                let dynamic = |field: &syn::Field| {
                    let resolved = field_type(self.module, field, "", &mut Diagnostics::default());
                    resolved.is_some_and(|resolved| self.has_dynamic_size(&resolved, depth + 1))
                };
                depth < DEEPEST && fields.is_some_and(|fields| fields.into_iter().any(|(_, field)| dynamic(field)))
            }
            Type::Scalar(_) | Type::Count | Type::Integer(_) | Type::Bool | Type::Enum(_) => false,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "each is a part of the leaf")]
    fn leaf(
        &mut self,
        written: &'m syn::Type,
        resolved: Type,
        kind: DataKind,
        tensor: Option<Shape>,
        (levels, item): (Vec<Level>, Vec<Member>),
        name: String,
        place: &Place<'_>,
    ) {
        let foreign = place.structs.last().is_some_and(|name| self.module.is_foreign(name));
        let by_reference = match place.path.last() {
            // The data itself is always behind a reference; a part of a field is reached through one.
            None => true,
            Some(Step::Field(_)) if !matches!(resolved, Type::Tuple(_)) => matches!(written, syn::Type::Reference(_)),
            Some(Step::Field(_) | Step::Item(_)) => false,
        };
        let is_slice = matches!(resolved, Type::List { storage: Storage::Slice, .. });
        let field_of_data = DataField {
            path: place.path.clone(),
            levels,
            item,
            kind,
            by_reference,
            is_slice,
            is_alone: false,
            name,
            read: false,
        };
        let claimed = place.claimed.clone();
        self.leaves.push(Leaf { field: field_of_data, claimed, foreign, tensor, written, resolved });
    }

    /// Items that are alike: a leaf for each part of an item, with one more axis.
    fn list(
        &mut self,
        field: &'m syn::Type,
        resolved: &Type,
        item: &Type,
        storage: Storage,
        name: &str,
        place: &mut Place<'_>,
    ) -> Entry {
        let first = self.leaves.len();
        let source = |axis| SymbolSource::ListAxis { field: first, axis };
        let (form, rows, columns) = match storage {
            Storage::Tensor { form, rows, columns } => (form, rows, columns),
            Storage::Array(length) => (Form::Column, Dimension::Constant(length), Dimension::Constant(1)),
            Storage::One => (Form::Column, Dimension::Constant(1), Dimension::Constant(1)),
            Storage::Vec | Storage::Slice | Storage::Option => (Form::Column, Dimension::Dynamic, Dimension::Constant(1)),
        };
        let shape = axes(form, rows, columns, name, &source, place.sizes);
        let (rows, columns) = dimensions(form, &shape);
        let length = rows.mul(&columns);
        let mut items = Items { field, whole: resolved, form, length, levels: Vec::new(), path: Vec::new(), inside: Vec::new() };
        let item = self.item(&mut items, item, place);
        if storage == Storage::One && matches!(item, Item::Refused(_)) {
            let help = "variants hold floats, vectors, matrices, integers, `bool`, and tuples, structs and lists of these";
            return Entry::Refused(refused(field, name).help(help));
        }
        if self.leaves.len() == first || matches!(item, Item::Refused(_)) {
            return Entry::Refused(refused_list(field, name));
        }
        for leaf in &mut self.leaves[first..] {
            leaf.field.is_alone = storage == Storage::One;
        }
        let holds = match storage {
            Storage::Option => Holds::OneOrNone,
            Storage::One => Holds::One,
            Storage::Array(_) | Storage::Vec | Storage::Slice | Storage::Tensor { .. } => Holds::Items,
        };
        Entry::List(List { form, rows, columns, first: Affine::default(), item, holds })
    }

    fn item(&mut self, items: &mut Items<'m, '_>, of: &Type, place: &mut Place<'_>) -> Item {
        match of {
            Type::Tuple(parts) => {
                let parts: Vec<Item> = parts
                    .iter()
                    .enumerate()
                    .map(|(k, part)| self.part(items, Member::Numbered(k as u32, Span::call_site()), part, place))
                    .collect();
                Item::Tuple(parts)
            }
            Type::Struct(name) => self.item_struct(items, name, place),
            Type::Scalar(_) | Type::Tensor { .. } => self.reals(items, of, place),
            Type::List { item, storage: Storage::Array(length) } if matches!(**item, Type::Scalar(_)) => {
                let column = Dimension::Constant(*length);
                let scalar = item.scalar().unwrap_or(self.scalar.scalar);
                let of = Type::Tensor { scalar, form: Form::Column, rows: column, columns: Dimension::Constant(1) };
                self.reals(items, &of, place)
            }
            Type::List { item, storage: Storage::Vec } if matches!(**item, Type::Scalar(_)) => {
                let scalar = item.scalar().unwrap_or(self.scalar.scalar);
                let (rows, columns) = (Dimension::Dynamic, Dimension::Constant(1));
                self.reals(items, &Type::Tensor { scalar, form: Form::Column, rows, columns }, place)
            }
            Type::Count | Type::Bool => self.indices(items, *of == Type::Bool, place),
            Type::Integer(name) if name.starts_with('u') => self.indices(items, false, place),
            Type::Integer(_) => self.signed(items, place),
            Type::List { item, storage } => self.inner_list(items, item, *storage, place),
            Type::Enum(name) => self.chosen(items, name, place),
            Type::Csr { .. } => Item::Refused(of.to_string()),
        }
    }

    /// A list in each item.
    fn inner_list(&mut self, items: &mut Items<'m, '_>, of: &Type, storage: Storage, place: &mut Place<'_>) -> Item {
        let (leaf, name) = (self.leaves.len(), items.name(&self.name, place));
        let own = storage == Storage::Option || self.own_extents.contains(&(leaf, 0));
        let longest = match storage {
            Storage::Array(length) => Size::constant(length),
            Storage::Option => Size::constant(1),
            Storage::Vec => {
                let axis = 0;
                let source = if own {
                    SymbolSource::LongestItem { field: leaf, axis }
                } else {
                    SymbolSource::ItemAxis { field: leaf, axis }
                };
                place.sizes.symbol(format!("{name}.len()"), source)
            }
            Storage::Slice | Storage::One | Storage::Tensor { .. } => {
                return Item::Refused(Type::List { item: Box::new(of.clone()), storage }.to_string());
            }
        };
        self.leaf(
            items.field,
            items.whole.clone(),
            DataKind::Inner,
            None,
            (items.levels.clone(), items.path.clone()),
            name,
            place,
        );
        let extents = self.extents(items, Form::Column, (0, own), std::slice::from_ref(&longest), place);
        let path = std::mem::take(&mut items.path);
        let length = items.length.mul(&longest);
        let outer = std::mem::replace(&mut items.length, length);
        items.levels.push(Level { path, held: None, longest: longest.clone() });
        let item = Box::new(self.item(items, of, place));
        items.length = outer;
        items.path = items.levels.pop().map(|level| level.path).unwrap_or_default();
        if let Item::Refused(of) = *item {
            let storage = if let Storage::Option = storage { "Option" } else { "Vec" };
            return Item::Refused(format!("{storage}<{of}>"));
        }
        match (storage, extents) {
            (Storage::Option, Some(there)) => Item::Option { leaf, there, item },
            (_, extents) => Item::List { leaf, longest, extents, item },
        }
    }

    /// A signed integer of each item.
    fn signed(&mut self, items: &Items<'m, '_>, place: &mut Place<'_>) -> Item {
        let (leaf, name) = (self.leaves.len(), items.name(&self.name, place));
        let node = place.input(leaf, &items.suffix(), vec![items.length.clone()]);
        let kind = DataKind::Packed {
            input: node,
            form: Form::Scalar,
            shape: Vec::new(),
            length: items.length.clone(),
            is_integer: true,
        };
        self.leaf(items.field, items.whole.clone(), kind, None, (items.levels.clone(), items.path.clone()), name, place);
        Item::Signed { leaf, node }
    }

    fn part(&mut self, items: &mut Items<'m, '_>, member: Member, of: &Type, place: &mut Place<'_>) -> Item {
        items.path.push(member);
        let item = self.item(items, of, place);
        items.path.pop();
        item
    }

    fn item_struct(&mut self, items: &mut Items<'m, '_>, name: &str, place: &mut Place<'_>) -> Item {
        let fields = self.module.structure(name).map(Member::fields).unwrap_or_default();
        if items.inside.iter().any(|outer| outer == name) {
            return Item::Refused(name.to_owned());
        }
        items.inside.push(name.to_owned());
        let mut parts = Vec::new();
        for (member, field) in fields {
            // What no role reads may be anything.
            let part = match self.resolved(field, &member.to_string()) {
                Ok(of) => self.part(items, member.clone(), &of, place),
                Err(_) => Item::Refused(spelled(&field.ty)),
            };
            parts.push((member.to_string(), part));
        }
        items.inside.pop();
        Item::Struct(name.to_owned(), parts)
    }

    /// A real, a vector or a matrix of each item.
    fn reals(&mut self, items: &Items<'m, '_>, of: &Type, place: &mut Place<'_>) -> Item {
        let (number, name) = (self.leaves.len(), items.name(&self.name, place));
        let (form, rows, columns) = if let Type::Tensor { form, rows, columns, .. } = of {
            (*form, *rows, *columns)
        } else {
            (Form::Scalar, Dimension::Constant(1), Dimension::Constant(1))
        };
        let has_own = |axis: usize| self.own_extents.contains(&(number, axis));
        let source = |axis| {
            if has_own(axis) {
                SymbolSource::LongestItem { field: number, axis }
            } else {
                SymbolSource::ItemAxis { field: number, axis }
            }
        };
        let own = [0, 1].map(has_own);
        let shape = axes(form, rows, columns, &name, &source, place.sizes);
        let whole: Vec<Size> = shape.iter().cloned().chain([items.length.clone()]).collect();
        let input = place.input(number, &items.suffix(), whole);
        let (rows, columns) = dimensions(form, &shape);
        let kind = DataKind::Packed { input, form, shape: shape.clone(), length: items.length.clone(), is_integer: false };
        self.leaf(items.field, items.whole.clone(), kind, None, (items.levels.clone(), items.path.clone()), name, place);
        let [first, second] = [0, 1].map(|axis| self.extents(items, form, (axis, own[axis]), &shape, place));
        let extents = if form == Form::Row { [None, first] } else { [first, second] };
        Item::Real { leaf: Some(number), node: input, form, rows, columns, extents }
    }

    /// The extents of all items along an axis, as indices, where each has its own. The leaf is there in any case, so that
    /// fields have the same numbers however items are read.
    fn extents(
        &mut self,
        items: &Items<'m, '_>,
        form: Form,
        (axis, own): (usize, bool),
        shape: &[Size],
        place: &mut Place<'_>,
    ) -> Option<Extents> {
        let longest = shape.get(axis)?;
        let (leaf, name) = (self.leaves.len(), items.name(&self.name, place));
        let kind = DataKind::Extent { form, axis };
        self.leaf(items.field, items.whole.clone(), kind, None, (items.levels.clone(), items.path.clone()), name, place);
        let suffix = format!("{}.{}", items.suffix(), Self::extent_name(form, axis));
        let shape = vec![items.length.clone(), longest.add(&Size::constant(1))];
        own.then(|| Extents { leaf, selection: place.selection(leaf, &suffix, shape) })
    }

    fn extent_name(form: Form, axis: usize) -> &'static str {
        match (form, axis) {
            (Form::Matrix, 0) => "nrows()",
            (Form::Matrix, _) => "ncols()",
            (Form::Scalar | Form::Column | Form::Row, _) => "len()",
        }
    }

    /// An index of each item, or a condition.
    fn indices(&mut self, items: &Items<'m, '_>, flag: bool, place: &mut Place<'_>) -> Item {
        let (number, name) = (self.leaves.len(), items.name(&self.name, place));
        let reach = if flag {
            Size::constant(2)
        } else {
            place.sizes.symbol(format!("reach({name})"), SymbolSource::Reach { field: number })
        };
        let selection = place.selection(number, &items.suffix(), vec![items.length.clone(), reach]);
        let kind = DataKind::Index { form: items.form };
        self.leaf(items.field, items.whole.clone(), kind, None, (items.levels.clone(), items.path.clone()), name, place);
        if flag { Item::Flag { leaf: number, selection } } else { Item::Index { leaf: number, selection } }
    }

    fn nested(&mut self, field: &'m syn::Type, inner: String, place: &mut Place<'_>) -> Entry {
        if place.structs.contains(&inner) {
            return Entry::Refused(Diagnostic::new(field, format!("`{inner}` contains itself")));
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
                    Storage::Vec | Storage::Slice | Storage::Option | Storage::One | Storage::Tensor { .. } => {
                        place.sizes.symbol(format!("{name}.len()"), source(0))
                    }
                };
                let input = place.input(number, "", vec![length.clone()]);
                Some((DataKind::Array { input, length }, None))
            }
            Type::Count => {
                Some((DataKind::Count { size: place.sizes.symbol(name, SymbolSource::Count { field: number }) }, None))
            }
            Type::Integer(of) if of.starts_with('u') => {
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

    /// What stands at a path.
    fn read(&mut self, key: &[String], graph: &Graph, diagnostics: &mut Diagnostics) -> Option<Value> {
        match self.entries.get(key)? {
            Entry::Leaf(number) => {
                let number = *number;
                self.mark_read(number);
                Some(value_of(&self.leaves[number].field.kind, graph))
            }
            Entry::List(list) => Some(Value::List(Box::new(list.clone()))),
            Entry::Array(length) => {
                let keys = (0..*length).map(|k| [key, &[Step::Item(k).to_string()]].concat()).collect::<Vec<_>>();
                let values: Option<Vec<Value>> = keys.iter().map(|key| self.read(key, graph, diagnostics)).collect();
                values.map(Value::Array)
            }
            Entry::Tuple(length) => {
                let keys = (0..*length).map(|k| [key, &[k.to_string()]].concat()).collect::<Vec<_>>();
                let values: Option<Vec<Value>> = keys.iter().map(|key| self.read(key, graph, diagnostics)).collect();
                values.map(Value::Tuple)
            }
            Entry::Struct(name) => Some(Value::Lazy(Lazy { name: name.clone(), path: key.to_vec() })),
            // Once at each role that reads it: repetitions are shown once.
            Entry::Refused(error) => {
                diagnostics.push(error.clone());
                None
            }
        }
    }

    /// A role reads the leaf: rustc is to prove its type.
    fn mark_read(&mut self, number: usize) {
        let leaf = &mut self.leaves[number];
        if std::mem::replace(&mut leaf.field.read, true) {
            return;
        }
        if leaf.foreign {
            let Some(Type::Struct(structure)) = &self.root else { return };
            self.claims.field_is(structure, &leaf.claimed, leaf.written, &leaf.resolved);
        } else {
            self.claims.type_is(leaf.written, &leaf.resolved);
        }
    }

    /// What was learned, once everything is traced. Sizes and inputs are not yet resolved.
    pub fn finish(self) -> (Option<Data>, Claims) {
        let fields = self.leaves.into_iter().map(|leaf| leaf.field).collect();
        let Some(root) = self.root else { return (None, self.claims) };
        let structure = if let Type::Struct(name) = &root { self.module.structure(name) } else { None };
        let lifetimes = structure.map_or(0, |item| item.generics.lifetimes().count());
        (Some(Data { lifetimes, root, fields }), self.claims)
    }

    /// The argument for a role's third parameter.
    pub fn value(&mut self, graph: &Graph, diagnostics: &mut Diagnostics) -> Option<Value> {
        self.read(&[], graph, diagnostics)
    }
}

fn value_of(kind: &DataKind, graph: &Graph) -> Value {
    match kind {
        // Read as a list.
        DataKind::Index { .. }
        | DataKind::Variants { .. }
        | DataKind::Extent { .. }
        | DataKind::Inner
        | DataKind::Packed { .. } => Value::Tuple(Vec::new()),
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
        if !self.entries.contains_key(&key) {
            let siblings = self.entries.keys().filter(|k| k.len() == key.len() && k.starts_with(&of.path));
            diagnostics.no_field(member, &of.name, siblings.filter_map(|path| path.last()).map(String::as_str));
            return None;
        }
        self.read(&key, graph, diagnostics)
    }

    fn touched(&mut self, leaf: usize) {
        self.mark_read(leaf);
    }

    fn outside(&mut self, written: &syn::Path, meant: &str) {
        self.claims.path_is(self.module, written, meant);
    }

    fn option(&mut self) {
        self.claims.option();
    }

    fn result(&mut self) {
        self.claims.result();
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

fn refused(written: &syn::Type, name: &str) -> Diagnostic {
    Diagnostic::new(written, format!("`{name}` is `{}`; {ACCEPTED}", spelled(written)))
}

/// A list of something that no role can read.
fn refused_list(field: &syn::Type, name: &str) -> Diagnostic {
    refused(field, name).help("a list holds floats, vectors, matrices, integers, `bool`, and tuples, structs and lists of these")
}

fn spelled(written: &syn::Type) -> String {
    written.to_token_stream().to_string().replace(' ', "")
}
