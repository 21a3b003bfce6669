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
    /// Another integer type, for exponents: `i32` of `powi`.
    Integer,
    Bool,
    /// A dense nalgebra tensor (owned or a view of any storage).
    Tensor {
        scalar: Scalar,
        form: Form,
        rows: Dimension,
        columns: Dimension,
    },
    /// `[f64; N]`.
    Array {
        scalar: Scalar,
        length: i64,
    },
    /// `nalgebra_sparse::CsrMatrix<f64>`.
    Csr {
        scalar: Scalar,
    },
    /// A struct of the module (or one imported from another annotated module), with its name.
    Struct(String),
    Tuple(Vec<Type>),
}

impl Type {
    /// A tensor; the form follows from the dimensions (1 x 1 is a column).
    pub fn tensor(scalar: Scalar, rows: Dimension, columns: Dimension) -> Self {
        let one = Dimension::Constant(1);
        let form = match (rows, columns) {
            (_, columns) if columns == one => Form::Column,
            (rows, _) if rows == one => Form::Row,
            _ => Form::Matrix,
        };
        Self::Tensor { scalar, form, rows, columns }
    }

    /// The type of its entries, where it has just one.
    pub fn scalar(&self) -> Option<Scalar> {
        match self {
            Self::Scalar(scalar) | Self::Tensor { scalar, .. } | Self::Array { scalar, .. } | Self::Csr { scalar } => {
                Some(*scalar)
            }
            Self::Count | Self::Integer | Self::Bool | Self::Struct(_) | Self::Tuple(_) => None,
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
        use Dimension::{Constant, Dynamic};
        match self {
            Self::Scalar(scalar) => write!(formatter, "{scalar}"),
            Self::Count => formatter.write_str("usize"),
            Self::Integer => formatter.write_str("i32"),
            Self::Bool => formatter.write_str("bool"),
            Self::Tensor { scalar, rows, columns, .. } => match (rows, columns) {
                (Constant(length), Constant(1)) => write!(formatter, "SVector<{scalar}, {length}>"),
                (Dynamic, Constant(1)) => write!(formatter, "DVector<{scalar}>"),
                (Constant(1), Constant(length)) => write!(formatter, "RowSVector<{scalar}, {length}>"),
                (Constant(1), Dynamic) => write!(formatter, "RowDVector<{scalar}>"),
                (Constant(rows), Constant(columns)) => write!(formatter, "SMatrix<{scalar}, {rows}, {columns}>"),
                (Dynamic, Dynamic) => write!(formatter, "DMatrix<{scalar}>"),
                _ => write!(formatter, "OMatrix<{scalar}, {rows}, {columns}>"),
            },
            Self::Array { scalar, length } => write!(formatter, "[{scalar}; {length}]"),
            Self::Csr { scalar } => write!(formatter, "CsrMatrix<{scalar}>"),
            Self::Struct(name) => formatter.write_str(name),
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
