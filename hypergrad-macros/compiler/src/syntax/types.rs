//! The types that a role, a helper or a field may have.

use std::fmt;

/// The one scalar type of a module.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Scalar {
    F64,
    F32,
}

/// How a tensor is written in nalgebra; the number of own axes of its node.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Form {
    /// No axis.
    Scalar,
    /// One axis: rows.
    Column,
    /// One axis: columns.
    Row,
    /// Two axes: rows, columns.
    Matrix,
}

/// A dimension of a type: a constant or known at run time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dimension {
    Constant(i64),
    Dynamic,
}

/// A type of the language, references stripped, aliases and constants of the module resolved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Type {
    Scalar(Scalar),
    /// `usize`.
    Count,
    /// Another integer type, by its name: `i32` of `powi`, `u8` of labels.
    Integer(&'static str),
    Bool,
    /// A dense nalgebra tensor (owned or a view of any storage).
    Tensor {
        scalar: Scalar,
        form: Form,
        rows: Dimension,
        columns: Dimension,
    },
    /// `[f64; N]`, `Vec<usize>`, `DVector<usize>`: items of one type.
    List {
        item: Box<Type>,
        storage: Storage,
    },
    /// `nalgebra_sparse::CsrMatrix<f64>`.
    Csr {
        scalar: Scalar,
    },
    /// A struct of the module (or one imported from another annotated module), with its name.
    Struct(String),
    /// An enum of the module, with its name.
    Enum(String),
    Tuple(Vec<Type>),
}

/// What holds the items of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Storage {
    /// `[T; N]`.
    Array(i64),
    /// `Vec<T>`.
    Vec,
    /// `[T]`, of a parameter.
    Slice,
    /// `Option<T>`: one item or none.
    Option,
    /// A number by itself, kept as a list of one.
    One,
    /// nalgebra's, of integers: column by column.
    Tensor { form: Form, rows: Dimension, columns: Dimension },
}

impl Type {
    /// A tensor; the form follows from the dimensions (1 x 1 is a column).
    pub fn tensor(scalar: Scalar, rows: Dimension, columns: Dimension) -> Self {
        Self::Tensor { scalar, form: form(rows, columns), rows, columns }
    }

    /// The type of its entries, where it has just one.
    pub fn scalar(&self) -> Option<Scalar> {
        match self {
            Self::Scalar(scalar) | Self::Tensor { scalar, .. } | Self::Csr { scalar } => Some(*scalar),
            Self::List { item, .. } => item.scalar(),
            Self::Count | Self::Integer(_) | Self::Bool | Self::Struct(_) | Self::Enum(_) | Self::Tuple(_) => None,
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::F64 => "f64",
            Self::F32 => "f32",
        })
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant(value) => write!(formatter, "Const<{value}>"),
            Self::Dynamic => formatter.write_str("Dyn"),
        }
    }
}

/// As a user would write it.
impl fmt::Display for Type {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scalar(scalar) => write!(formatter, "{scalar}"),
            Self::Count => formatter.write_str("usize"),
            Self::Integer(name) => formatter.write_str(name),
            Self::Bool => formatter.write_str("bool"),
            Self::Tensor { scalar, rows, columns, .. } => formatter.write_str(&spelled(scalar, (*rows, *columns))),
            Self::List { item, storage } => match storage {
                Storage::Array(length) => write!(formatter, "[{item}; {length}]"),
                Storage::Vec => write!(formatter, "Vec<{item}>"),
                Storage::Slice => write!(formatter, "[{item}]"),
                Storage::Option => write!(formatter, "Option<{item}>"),
                Storage::One => write!(formatter, "{item}"),
                Storage::Tensor { rows, columns, .. } => formatter.write_str(&spelled(item, (*rows, *columns))),
            },
            Self::Csr { scalar } => write!(formatter, "CsrMatrix<{scalar}>"),
            Self::Struct(name) | Self::Enum(name) => formatter.write_str(name),
            Self::Tuple(items) => {
                formatter.write_str("(")?;
                for (k, item) in items.iter().enumerate() {
                    write!(formatter, "{}{item}", if k == 0 { "" } else { ", " })?;
                }
                formatter.write_str(")")
            }
        }
    }
}

/// What nalgebra calls these dimensions: 1 x 1 is a column.
pub fn form(rows: Dimension, columns: Dimension) -> Form {
    let one = Dimension::Constant(1);
    match (rows, columns) {
        (_, columns) if columns == one => Form::Column,
        (rows, _) if rows == one => Form::Row,
        _ => Form::Matrix,
    }
}

/// nalgebra's type with these entries and dimensions.
fn spelled(entries: &impl fmt::Display, dimensions: (Dimension, Dimension)) -> String {
    use Dimension::{Constant, Dynamic};
    match dimensions {
        (Constant(length), Constant(1)) => format!("SVector<{entries}, {length}>"),
        (Dynamic, Constant(1)) => format!("DVector<{entries}>"),
        (Constant(1), Constant(length)) => format!("RowSVector<{entries}, {length}>"),
        (Constant(1), Dynamic) => format!("RowDVector<{entries}>"),
        (Constant(rows), Constant(columns)) => format!("SMatrix<{entries}, {rows}, {columns}>"),
        (Dynamic, Dynamic) => format!("DMatrix<{entries}>"),
        (rows, columns) => format!("OMatrix<{entries}, {rows}, {columns}>"),
    }
}
