//! Types of the values of a program.

/// A size: a dimension of the program plus a number, or a number alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Extent {
    /// The position in [`super::ast::Program::dimensions`].
    pub dimension: Option<usize>,
    pub plus: i64,
    /// Part of the type in Rust: `Const<3>` instead of `Dyn`.
    pub fixed: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Type {
    Number,
    /// `&f64`, an item of `iter()`; read as a number.
    Reference,
    Index,
    /// `&usize`, an item of `col_indices()`; read as an index.
    IndexReference,
    Truth,
    Column(Extent),
    Row(Extent),
    Matrix(Extent, Extent),
    /// `&[f64]`, an item of `windows`.
    Window(usize),
    /// `Vec<f64>` of collected numbers.
    List,
    /// `Option<f64>`
    Maybe,
    /// An enum of the module.
    Choice,
    /// `Vec<bool>` of the data.
    Flags(Extent),
    /// `Vec<Option<f64>>` of the data.
    Optionals(Extent),
    /// `&DVector<f64>`, an item of a list: how long it is, the data tell.
    Vector,
    /// `Vec<usize>` of the data.
    Indices(Extent),
    /// `Vec<DVector<f64>>` of the data.
    Lists(Extent),
    Sparse(Extent, Extent),
    Tuple(Vec<Type>),
    Iterator(Box<Type>, Ends),
    /// The parameters of a closure that returns a number.
    Closure(Vec<Type>),
    /// The result of a role: one value for each block of x.
    Blocks,
}

/// Which of std's traits an iterator has: `rev` and others ask for them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ends {
    /// `DoubleEndedIterator`
    pub double: bool,
    /// `ExactSizeIterator`
    pub exact: bool,
}

impl Extent {
    pub fn constant(size: usize) -> Self {
        Self { dimension: None, plus: size as i64, fixed: true }
    }

    /// The number of entries, given the values of the dimensions; `None` below 0.
    pub fn value(self, dimensions: &[usize]) -> Option<usize> {
        let base = self.dimension.map_or(0, |d| dimensions[d] as i64);
        usize::try_from(base + self.plus).ok()
    }
}

impl Type {
    pub fn is_tensor(&self) -> bool {
        matches!(self, Self::Column(_) | Self::Row(_) | Self::Matrix(..))
    }

    /// What a value of this type is where it is read: references are followed.
    pub fn read(&self) -> Self {
        match self {
            Self::Reference => Self::Number,
            Self::IndexReference => Self::Index,
            other => other.clone(),
        }
    }

    pub fn is_fixed(&self) -> bool {
        match self {
            Self::Column(n) | Self::Row(n) => n.fixed,
            Self::Matrix(r, c) => r.fixed && c.fixed,
            _ => true,
        }
    }
}
