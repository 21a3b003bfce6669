//! x and y: their types as blocks, their blocks as inputs of the graph.

use proc_macro2::Ident;

use super::scalars::ScalarType;
use super::{Block, Form, Scalar, Variable};
use crate::diagnostics::{Diagnostic, Diagnostics, Place};
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
}

/// One block of a variable, before it has an input.
#[derive(Debug)]
pub struct Leaf<'m> {
    pub path: Vec<Member>,
    pub written: &'m syn::Type,
    pub scalar: Scalar,
    pub form: Form,
    pub rows: Dimension,
    pub columns: Dimension,
}

impl Leaf<'_> {
    pub fn resolved(&self) -> Type {
        match self.form {
            Form::Scalar => Type::Scalar(self.scalar),
            _ => Type::tensor(self.scalar, self.rows, self.columns),
        }
    }
}

const ACCEPTED: &str =
    "accepted are `f64`, `f32`, nalgebra's vectors and matrices of them, and structs of this module with such fields";

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
            Some(name) => imported(name, (error.span, error.end)),
            None => error,
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
    /// The fields that lead to the current type.
    path: Vec<Member>,
    /// The structs that enclose it.
    structs: Vec<String>,
}

impl<'m> Reader<'m, '_> {
    fn part(&mut self, written: &'m syn::Type, resolved: &Type, name: &str) -> Option<Part> {
        let one = Dimension::Constant(1);
        let (scalar, form, rows, columns) = match resolved {
            Type::Scalar(scalar) => (*scalar, Form::Scalar, one, one),
            Type::Tensor { scalar, form, rows, columns } => (*scalar, *form, *rows, *columns),
            Type::Struct(structure) => return self.fields(written, structure, name),
            _ => {
                let found = format!("`{name}` is `{resolved}`, which is no variable; {ACCEPTED}");
                self.diagnostics.push(mend(Diagnostic::new(written, found), resolved));
                return None;
            }
        };
        self.leaves.push(Leaf { path: self.path.clone(), written, scalar, form, rows, columns });
        Some(Part::Block(self.leaves.len() - 1))
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
        self.path.push(ident.clone());
        let part = self.part(&field.ty, &resolved, &name);
        self.path.pop();
        Some((ident, part?))
    }
}

fn mend(diagnostic: Diagnostic, resolved: &Type) -> Diagnostic {
    match resolved {
        Type::List { item, storage: Storage::Array(length) } if matches!(**item, Type::Scalar(_)) => {
            diagnostic.help(format!("write `SVector<{item}, {length}>`"))
        }
        Type::Csr { scalar } => diagnostic.help(format!("write `DMatrix<{scalar}>`; sparse matrices are data")),
        Type::Tuple(_) => diagnostic.help("write a struct with named fields"),
        Type::Count | Type::Integer(_) | Type::Bool => diagnostic.help("what is not differentiated belongs into the data"),
        _ => diagnostic,
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
    leaf.path.iter().fold(name.to_owned(), |text, field| format!("{text}.{field}"))
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
            Block { path: leaf.path.clone(), form: leaf.form, input }
        })
        .collect();
    Variable {
        ty: variable.resolved.clone(),
        name: name.to_owned(),
        blocks,
        is_struct: matches!(variable.resolved, Type::Struct(_)),
        structs: nested_structs(&variable.part, &[]),
    }
}

/// The structs inside a variable's struct, by the path of fields that leads to them.
fn nested_structs(part: &Part, path: &[Member]) -> Vec<(Vec<Member>, String)> {
    let Part::Struct { fields, .. } = part else { return Vec::new() };
    let mut found = Vec::new();
    for (field, part) in fields {
        if let Part::Struct { name, .. } = part {
            let longer: Vec<Member> = path.iter().chain([field]).cloned().collect();
            found.push((longer.clone(), name.clone()));
            found.extend(nested_structs(part, &longer));
        }
    }
    found
}

fn leaf_shape(leaf: &Leaf<'_>, role: Role, block: usize, name: &str, sizes: &mut Sizes) -> Vec<Size> {
    let source = |axis| match role {
        Role::Y => SymbolSource::YAxis { block, axis },
        _ => SymbolSource::XAxis { block, axis },
    };
    axes(leaf.form, leaf.rows, leaf.columns, name, &source, sizes)
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
