//! The types that a role, a helper or a field may have.

use crate::model::{Form, Scalar};

/// A dimension of a type: a constant or known at run time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dimension {
    Constant(i64),
    Dynamic,
}

/// A type of the language, references stripped, aliases and constants of the module resolved.
#[derive(Clone, PartialEq, Debug)]
pub enum Type {
    Scalar(Scalar),
    /// `usize`.
    Count,
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
