//! The resolved module: variables, data, roles as graph nodes, what is checked when the program
//! runs. The last place where `syn` types occur.

mod build;
mod claims;
mod conditional;
mod data;
mod declared;
mod headers;
mod optional;
mod result;
mod roles;
mod scalars;
mod signature;
mod trace;
mod variables;

#[cfg(test)]
mod tests;

use std::fmt;

use proc_macro2::{Ident, TokenStream};

use crate::ir::{Graph, Id, Size};
use crate::shape::Check;
use crate::shape::Sizes;
pub use crate::syntax::{Form, Scalar};
use crate::syntax::{Member, Type};
pub use build::build;
pub use claims::{AssociatedClaim, Claim, Seen, Taken};

/// What the front end hands to the rest of the compiler.
#[derive(Debug)]
pub struct Model {
    /// The module's name.
    pub name: Ident,
    pub scalar: Scalar,
    pub x: Variable,
    pub y: Variable,
    pub data: Option<Data>,
    pub inner: Inner,
    /// `g`, a scalar.
    pub outer: Outer,
    /// `phi`, `psi`, `P`.
    pub optional: Optional,
    pub graph: Graph,
    pub sizes: Sizes,
    /// Resolved checks; all sizes in `graph` are resolved as well.
    pub checks: Vec<Check>,
    /// What rustc has to prove: that outside functions and types are the ones meant.
    pub claims: Vec<Claim>,
    /// Where hypergrad is, as generated code writes it: `::hypergrad`.
    pub crate_path: TokenStream,
    pub declared: Vec<Declared>,
}

/// A function that is read by its derivative alone.
#[derive(Debug, Clone)]
pub struct Declared {
    pub function: Ident,
    pub derivative: Ident,
}

/// x or y: its blocks in declaration order.
#[derive(Debug, Clone)]
pub struct Variable {
    /// The type without reference.
    pub ty: Type,
    /// Its parameter's name in the inner role, for messages: `x`.
    pub name: String,
    /// One for a plain variable; one per leaf field for a struct.
    pub blocks: Vec<Block>,
    pub is_struct: bool,
    /// The types of nested structs, by the path of fields that leads to them.
    pub structs: Vec<(Vec<Step>, String)>,
}

/// One tensor of a variable.
#[derive(Debug, Clone)]
pub struct Block {
    /// The way from the variable (`.gamma`); empty for a plain variable.
    pub path: Vec<Step>,
    /// Of an array of scalars, vectors or matrices: how many there are. The input's last axis counts them.
    pub array: Option<i64>,
    pub form: Form,
    /// The graph input, with the shape of its own axes.
    pub input: Id,
}

/// A step from a struct to a field, or from an array to an item.
#[derive(Clone, PartialEq, Debug)]
pub enum Step {
    Field(Member),
    Item(usize),
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(formatter, ".{name}"),
            Self::Item(place) => write!(formatter, "[{place}]"),
        }
    }
}

/// The data struct: the fields that roles can read.
#[derive(Debug)]
pub struct Data {
    /// The number of the struct's lifetimes.
    pub lifetimes: usize,
    /// Its type: a struct of the module, or what one may have as a field.
    pub root: Type,
    pub fields: Vec<DataField>,
}

#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each says another thing of how the field is reached")]
pub struct DataField {
    /// The way from the data (`.a_tr`).
    pub path: Vec<Step>,
    /// Lists in the items of a list, the outermost first.
    pub levels: Vec<Level>,
    /// Of a list: the way from an item to what this is of it (`.0`); empty for the item itself.
    pub item: Vec<Member>,
    pub kind: DataKind,
    /// `&'a DMatrix<f64>`
    pub by_reference: bool,
    /// `[T]`, as the data itself may be.
    pub is_slice: bool,
    /// An item by itself, read as a list of one.
    pub is_alone: bool,
    /// As shown in messages: `data.a_tr`.
    pub name: String,
    /// Whether a role reads it.
    pub read: bool,
}

/// A list in each item of another, or what a variant of an enum holds: a list of at most one.
#[derive(Clone, Debug)]
pub struct Level {
    /// The way from an item to it.
    pub path: Vec<Member>,
    /// Of an enum: where the value stands.
    pub held: Option<Held>,
    /// So many places are kept for it.
    pub longest: Size,
}

/// A field of a variant of an enum.
#[derive(Clone, Debug)]
pub struct Held {
    pub of: String,
    pub variant: String,
    pub member: Member,
    /// Whether the enum has other variants.
    pub is_one_of_several: bool,
}

#[derive(Debug)]
pub enum DataKind {
    /// A tensor or scalar; nalgebra storage, column-major. `shape` has the form's axes.
    Tensor { input: Id, form: Form, shape: Vec<Size> },
    /// `CsrMatrix<f64>`: its values, and where they are, as two inputs of this shape.
    Csr { values: Id, pattern: Id },
    /// `[f64; N]`, `Vec<f64>`: a column.
    Array { input: Id, length: Size },
    /// Indices, in a list of this form; a selection in the graph, see [`crate::ir::Sparse`].
    Index { form: Form },
    /// Values of an enum of the module, in a list: the places of their variants, as indices.
    Variants { name: String, variants: Vec<String> },
    /// An extent of what stands in each item of a list, as indices.
    Extent { form: Form, axis: usize },
    /// A list in each item of a list: it has a length, and parts that are fields of their own.
    Inner,
    /// Reals of the items of a list, of this form and shape each; copied side by side when the problem is made. The
    /// input's last axis counts the items.
    Packed { input: Id, form: Form, shape: Vec<Size>, length: Size, is_integer: bool },
    /// `usize`.
    Count { size: Size },
    /// `bool`: 1 or 0.
    Flag { size: Size },
    /// An enum of the module: the place of its variant in the declaration.
    Enum { size: Size, name: String, variants: Vec<String> },
}

impl DataKind {
    /// The input that holds its reals.
    pub fn reals(&self) -> Option<Id> {
        match self {
            Self::Tensor { input, .. } | Self::Array { input, .. } | Self::Packed { input, .. } => Some(*input),
            Self::Csr { values, .. } => Some(*values),
            Self::Index { .. }
            | Self::Variants { .. }
            | Self::Extent { .. }
            | Self::Inner
            | Self::Count { .. }
            | Self::Flag { .. }
            | Self::Enum { .. } => None,
        }
    }
}

/// The inner role.
#[derive(Debug)]
pub struct Inner {
    pub kind: InnerKind,
    /// The user's function.
    pub function: Ident,
    /// The objective (one scalar), or F or Phi per block of x.
    pub nodes: Vec<Id>,
    /// How the user's function takes its arguments.
    pub signature: Signature,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InnerKind {
    Objective,
    Root,
    FixedPoint,
}

#[derive(Debug)]
pub struct Outer {
    pub function: Ident,
    pub node: Id,
    pub signature: Signature,
}

/// The roles that a module may leave out.
#[derive(Debug, Default)]
pub struct Optional {
    /// `phi(z, y)`.
    pub change: Option<Change>,
    /// `psi(z, y, x_bar, y_bar)` at `x_bar = x`.
    pub local: Option<Change>,
    pub preconditioner: Option<Preconditioner>,
    /// The user's function of it.
    pub preconditioner_call: Option<(Ident, Signature)>,
    /// The user's functions.
    pub functions: Vec<Ident>,
    /// The inputs z, one for each block of x; empty where no role is there.
    pub z: Vec<Id>,
    /// The inputs `y_bar`, one for each block of y.
    pub y_bar: Vec<Id>,
}

/// A change of variables, and perhaps its inverse at x.
#[derive(Debug)]
pub struct Change {
    /// The user's function.
    pub function: Ident,
    pub signature: Signature,
    /// How `x_bar` and `y_bar` are taken.
    pub bars_by_reference: Option<(bool, bool)>,
    /// One node for each block of x.
    pub forward: Vec<Id>,
    pub inverse: Option<(Ident, Vec<Id>)>,
}

/// P.
#[derive(Debug)]
pub enum Preconditioner {
    /// Blocks of rows, of columns in each: axes of the rows, axes of the columns.
    Matrix(Vec<Vec<Id>>),
    /// One node for each block of x.
    Diagonal(Vec<Id>),
}

impl Optional {
    pub fn is_empty(&self) -> bool {
        self.change.is_none() && self.local.is_none() && self.preconditioner.is_none()
    }

    /// Every node but inputs.
    pub fn nodes(&mut self) -> impl Iterator<Item = &mut Id> {
        let changes = self.change.iter_mut().chain(&mut self.local);
        let changes = changes.flat_map(|change| change.forward.iter_mut().chain(change.inverse.iter_mut().flat_map(|(_, n)| n)));
        let preconditioner = self.preconditioner.iter_mut().flat_map(|p| match p {
            Preconditioner::Matrix(blocks) => blocks.iter_mut().flatten().collect::<Vec<_>>(),
            Preconditioner::Diagonal(nodes) => nodes.iter_mut().collect(),
        });
        changes.chain(preconditioner)
    }
}

/// How a user's role takes its arguments, so that the emitted code can call it.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_field_names, reason = "each says the same of another argument")]
pub struct Signature {
    pub x_by_reference: bool,
    pub y_by_reference: bool,
    /// `None`: the role takes no data.
    pub data_by_reference: Option<bool>,
}
