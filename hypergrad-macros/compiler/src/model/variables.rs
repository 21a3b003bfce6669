//! x and y: their types as blocks, their blocks as inputs of the graph.

use proc_macro2::Ident;

use super::scalars::ScalarType;
use super::{Block, Form, Scalar, Step, Variable};
use crate::diagnostics::{Diagnostic, Diagnostics, Place, Wanted};
use crate::ir::{Graph, InputInfo, Role, Size};
use crate::shape::{Sizes, SymbolSource};
use crate::syntax::{Dimension, Member, Module, Storage, Type, cfg, refusal, strip_references};

/// A variable's type, taken apart.
#[derive(Debug)]
pub struct VariableType<'m> {
    pub resolved: Type,
    pub leaves: Vec<Leaf<'m>>,
    pub part: Part,
}

/// How the blocks make up the variable.
#[derive(Debug)]
pub enum Part {
    /// The block of this number.
    Block(usize),
    Struct {
        name: String,
        fields: Vec<(Member, Part)>,
    },
    /// Items of their own sizes.
    Array(Vec<Part>),
}

/// One block of a variable, before it has an input.
#[derive(Debug)]
pub struct Leaf<'m> {
    pub path: Vec<Step>,
    pub written: &'m syn::Type,
    pub scalar: Scalar,
    pub form: Form,
    pub rows: Dimension,
    pub columns: Dimension,
    /// See [`Block::array`].
    pub array: Option<i64>,
    /// What `written` is.
    pub resolved: Type,
}

const ACCEPTED: &str = "accepted are `f64`, `f32`, nalgebra's vectors and matrices of them, arrays of these, and structs of this module with such fields";

/// Takes the type of x or y apart; `name` is the parameter's.
pub fn read<'m>(
    module: &'m Module,
    written: &'m syn::Type,
    name: &str,
    diagnostics: &mut Diagnostics,
) -> Option<VariableType<'m>> {
    let resolved = resolve(module, written, diagnostics)?;
    let written = strip_references(written);
    let mut reader = Reader { module, diagnostics, leaves: Vec::new(), path: Vec::new(), structs: Vec::new() };
    let part = reader.part(written, &resolved, name)?;
    let leaves = reader.leaves;
    if leaves.is_empty() {
        diagnostics.error(written, format!("`{name}` has no field: there is nothing to differentiate by"));
        return None;
    }
    Some(VariableType { resolved, leaves, part })
}

/// Resolves the type of a variable. A struct of another module is none: its own module may implement
/// `Variable` for it, and a second implementation would be an error.
pub fn resolve(module: &Module, written: &syn::Type, diagnostics: &mut Diagnostics) -> Option<Type> {
    own_types(diagnostics, |errors| module.resolve_owned_type(written, errors))
}

fn own_types<T>(diagnostics: &mut Diagnostics, read: impl FnOnce(&mut Diagnostics) -> Option<T>) -> Option<T> {
    let mut errors = Diagnostics::default();
    let resolved = read(&mut errors);
    for error in errors.into_errors() {
        diagnostics.push(match &error.wanted {
            Some(Wanted::Struct(name)) => imported(name, (error.span, error.end)),
            Some(Wanted::Item(_)) | None => error,
        });
    }
    resolved
}

fn imported(name: &Ident, place: impl Place) -> Diagnostic {
    Diagnostic::new(place, format!("`{name}` comes from outside of the module, as only data may; {ACCEPTED}"))
        .help(format!("define `{name}` in this module, or take it as the data"))
}

struct Reader<'m, 'd> {
    module: &'m Module,
    diagnostics: &'d mut Diagnostics,
    leaves: Vec<Leaf<'m>>,
    /// The steps that lead to the current type.
    path: Vec<Step>,
    /// The structs that enclose it.
    structs: Vec<String>,
}

impl<'m> Reader<'m, '_> {
    fn part(&mut self, written: &'m syn::Type, resolved: &Type, name: &str) -> Option<Part> {
        let one = Dimension::Constant(1);
        let ((scalar, form, rows, columns), array) = match resolved {
            Type::Scalar(scalar) => ((*scalar, Form::Scalar, one, one), None),
            Type::Tensor { scalar, form, rows, columns } => ((*scalar, *form, *rows, *columns), None),
            Type::Struct(structure) => return self.fields(written, structure, name),
            Type::List { item, storage: Storage::Array(length) } => match &**item {
                Type::Scalar(scalar) => ((*scalar, Form::Column, Dimension::Constant(*length), one), None),
                Type::Tensor { scalar, form, rows: rows @ Dimension::Constant(_), columns: columns @ Dimension::Constant(_) } => {
                    ((*scalar, *form, *rows, *columns), Some(*length))
                }
                item @ (Type::Count
                | Type::Integer(_)
                | Type::Bool
                | Type::Tensor { .. }
                | Type::List { .. }
                | Type::Csr { .. }
                | Type::Struct(_)
                | Type::Enum(_)
                | Type::Tuple(_)) => {
                    let few = *length <= MOST_APART;
                    return if few { self.items(written, item, *length, name) } else { self.refused(written, resolved, name) };
                }
            },
            Type::Count
            | Type::Integer(_)
            | Type::Bool
            | Type::List { .. }
            | Type::Csr { .. }
            | Type::Enum(_)
            | Type::Tuple(_) => return self.refused(written, resolved, name),
        };
        let (path, resolved) = (self.path.clone(), resolved.clone());
        self.leaves.push(Leaf { path, written, scalar, form, rows, columns, array, resolved });
        Some(Part::Block(self.leaves.len() - 1))
    }

    fn refused(&mut self, written: &'m syn::Type, resolved: &Type, name: &str) -> Option<Part> {
        let found = format!("`{name}` is `{resolved}`, which is no variable; {ACCEPTED}");
        self.diagnostics.push(mend(Diagnostic::new(written, found), resolved));
        None
    }

    /// An array, item by item.
    fn items(&mut self, written: &'m syn::Type, item: &Type, length: i64, name: &str) -> Option<Part> {
        let syn::Type::Array(array) = strip_references(written) else { return self.refused(written, item, name) };
        let mut parts = Vec::new();
        for k in 0..length as usize {
            self.path.push(Step::Item(k));
            let part = self.part(&array.elem, item, &format!("{name}[{k}]"));
            self.path.pop();
            parts.push(part?);
        }
        Some(Part::Array(parts))
    }

    fn fields(&mut self, written: &'m syn::Type, structure: &str, name: &str) -> Option<Part> {
        let item = self.module.structure(structure)?;
        if self.module.is_foreign(structure) {
            self.diagnostics.push(imported(&item.ident, written));
            return None;
        }
        if !matches!(item.vis, syn::Visibility::Public(_)) {
            self.diagnostics.error_with_help(
                &item.ident,
                format!("`{structure}` is not public, and `{name}` stands in the signatures of `Problem`, which is"),
                format!("write `pub struct {structure}`"),
            );
            return None;
        }
        if self.structs.iter().any(|outer| outer == structure) {
            self.diagnostics.error(written, format!("`{structure}` contains itself"));
            return None;
        }
        self.structs.push(structure.to_owned());
        let fields = Member::fields(item);
        // Every field is looked at, also after one that is refused.
        let parts: Vec<Option<(Member, Part)>> =
            fields.into_iter().map(|(ident, field)| self.field(ident, field, name)).collect();
        self.structs.pop();
        Some(Part::Struct { name: structure.to_owned(), fields: parts.into_iter().collect::<Option<_>>()? })
    }

    fn field(&mut self, ident: Member, field: &'m syn::Field, name: &str) -> Option<(Member, Part)> {
        let name = format!("{name}.{ident}");
        let resolved = own_types(self.diagnostics, |errors| field_type(self.module, field, &name, errors))?;
        if let syn::Type::Reference(_) = field.ty {
            let (message, help) = (format!("`{name}` borrows what it holds"), format!("write `{resolved}`"));
            self.diagnostics.error_with_help(&field.ty, message, help);
            return None;
        }
        self.path.push(Step::Field(ident.clone()));
        let part = self.part(&field.ty, &resolved, &name);
        self.path.pop();
        Some((ident, part?))
    }
}

fn mend(diagnostic: Diagnostic, resolved: &Type) -> Diagnostic {
    match resolved {
        Type::List { item, storage: Storage::Vec } if matches!(**item, Type::Scalar(_)) => {
            diagnostic.help(format!("write `DVector<{item}>`"))
        }
        Type::List { .. } => diagnostic.help("write a struct with a vector or a matrix for each field of an item"),
        Type::Csr { scalar } => diagnostic.help(format!("write `DMatrix<{scalar}>`; sparse matrices are data")),
        Type::Tuple(_) => diagnostic.help("write a struct with named fields"),
        Type::Count | Type::Integer(_) | Type::Bool => diagnostic.help("what is not differentiated belongs into the data"),
        Type::Scalar(_) | Type::Tensor { .. } | Type::Struct(_) | Type::Enum(_) => diagnostic,
    }
}

/// The type of a field that is read: present in every build. Data may borrow what it holds.
pub fn field_type(module: &Module, field: &syn::Field, name: &str, diagnostics: &mut Diagnostics) -> Option<Type> {
    if let Some(attribute) = cfg(&field.attrs) {
        diagnostics.error(attribute, format!("`{name}` is read by a role and cannot depend on `#[cfg]`"));
        return None;
    }
    if let Some(refusal) = refusal(field) {
        diagnostics.push(refusal);
        return None;
    }
    module.resolve_owned_type(&field.ty, diagnostics)
}

/// Whether all entries are of the module's scalar type.
pub fn check_scalars(variable: &VariableType<'_>, scalar: &ScalarType, name: &str, diagnostics: &mut Diagnostics) {
    for leaf in &variable.leaves {
        if let Err(error) = scalar.check(leaf.written, leaf.scalar, &leaf_name(name, leaf)) {
            diagnostics.push(error);
        }
    }
}

/// `x`, `y.gamma`.
pub fn leaf_name(name: &str, leaf: &Leaf<'_>) -> String {
    leaf.path.iter().fold(name.to_owned(), |text, step| format!("{text}{step}"))
}

/// Makes the inputs of a variable.
pub fn build(variable: &VariableType<'_>, role: Role, name: &str, graph: &mut Graph, sizes: &mut Sizes) -> Variable {
    let blocks = variable
        .leaves
        .iter()
        .enumerate()
        .map(|(block, leaf)| {
            let name = leaf_name(name, leaf);
            let shape = leaf_shape(leaf, role, block, &name, sizes);
            let input = graph.input(InputInfo { role, block, name }, shape);
            Block { path: leaf.path.clone(), form: leaf.form, array: leaf.array, input }
        })
        .collect();
    Variable {
        ty: variable.resolved.clone(),
        name: name.to_owned(),
        blocks,
        is_struct: matches!(variable.resolved, Type::Struct(_) | Type::List { .. }),
        structs: nested_structs(&variable.part, &[]),
    }
}

/// The structs inside a variable, by the steps that lead to them.
fn nested_structs(part: &Part, path: &[Step]) -> Vec<(Vec<Step>, String)> {
    let inner: Vec<(Step, &Part)> = match part {
        Part::Block(_) => Vec::new(),
        Part::Struct { fields, .. } => fields.iter().map(|(field, part)| (Step::Field(field.clone()), part)).collect(),
        Part::Array(parts) => parts.iter().enumerate().map(|(k, part)| (Step::Item(k), part)).collect(),
    };
    let mut found = Vec::new();
    for (step, part) in inner {
        let longer: Vec<Step> = path.iter().cloned().chain([step]).collect();
        if let Part::Struct { name, .. } = part {
            found.push((longer.clone(), name.clone()));
        }
        found.extend(nested_structs(part, &longer));
    }
    found
}

/// An array of at most so many items is taken apart, where the items are no scalars, vectors or matrices of
/// constant size.
const MOST_APART: i64 = 16;

fn leaf_shape(leaf: &Leaf<'_>, role: Role, block: usize, name: &str, sizes: &mut Sizes) -> Vec<Size> {
    let source =
        |axis| if let Role::Y = role { SymbolSource::YAxis { block, axis } } else { SymbolSource::XAxis { block, axis } };
    let mut shape = axes(leaf.form, leaf.rows, leaf.columns, name, &source, sizes);
    shape.extend(leaf.array.map(Size::constant));
    shape
}

/// The extents of a form's own axes: constants of the type, or symbols named in the user's words.
pub fn axes(
    form: Form,
    rows: Dimension,
    columns: Dimension,
    name: &str,
    source: &dyn Fn(usize) -> SymbolSource,
    sizes: &mut Sizes,
) -> Vec<Size> {
    let own: &[(Dimension, &str)] = match form {
        Form::Scalar => &[],
        Form::Column => &[(rows, "len")],
        Form::Row => &[(columns, "len")],
        Form::Matrix => &[(rows, "nrows"), (columns, "ncols")],
    };
    own.iter()
        .enumerate()
        .map(|(axis, (dimension, method))| match dimension {
            Dimension::Constant(value) => Size::constant(*value),
            Dimension::Dynamic => sizes.symbol(format!("{name}.{method}()"), source(axis)),
        })
        .collect()
}
