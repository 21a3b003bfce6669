//! Sizes and entries of data and variables.

use core::fmt;

/// Data, x or y do not fit together, or have an entry that is no number.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::{DMatrix, DVector};
/// #     pub struct Data { pub a: DMatrix<f64>, pub b: DVector<f64> }
/// #     pub fn f(x: &DVector<f64>, y: f64, data: &Data) -> f64 { (&data.a * x - &data.b).norm_squared() + y * x.norm_squared() }
/// #     pub fn g(x: &DVector<f64>, _y: f64, data: &Data) -> f64 { (&data.a * x - &data.b).norm_squared() }
/// # }
/// # use nalgebra::{DMatrix, DVector};
/// use hypergrad::ShapeError;
///
/// let data = ridge::Data { a: DMatrix::zeros(3, 2), b: DVector::zeros(4) };
/// let error = ridge::Problem::new(&data).err().ok_or("three rows and four targets")?;
/// assert!(matches!(error, ShapeError::Mismatch { .. }));
/// assert!(error.to_string().contains("data.a.nrows()"), "{error}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShapeError {
    /// Two sizes that must agree do not.
    Mismatch {
        /// One quantity, such as `data.a.nrows()`.
        left: &'static str,
        /// Its size.
        left_size: usize,
        /// The other quantity.
        right: &'static str,
        /// Its size.
        right_size: usize,
        /// The function and the expression in which they meet, such as `g: a.row(i).dot(x)`.
        place: &'static str,
    },
    /// An index or a range needs more entries than there are.
    TooSmall {
        /// The size that is too small.
        what: &'static str,
        /// The least that is needed.
        needed: usize,
        /// What was found.
        found: usize,
        /// The function and the expression that reach so far, such as `f: x[i + 3]`.
        place: &'static str,
    },
    /// An index that the data holds is used where there are not so many entries.
    IndexOutOfRange {
        /// The field, such as `data.label`.
        what: &'static str,
        /// The place of the index in the field.
        entry: usize,
        /// The index.
        value: usize,
        /// Indices are below this.
        bound: usize,
        /// The function and the expression that use it, such as `f: logits[(i, data.label[i])]`.
        place: &'static str,
    },
    /// The items of a list are not all of one size.
    UnequalItems {
        /// What of each item, such as `data.samples.features`.
        what: &'static str,
        /// The first item that differs.
        item: usize,
        /// Its size.
        found: usize,
        /// The size of the items before it.
        expected: usize,
    },
    /// Two sizes of one item of a list do not agree.
    ItemMismatch {
        /// The first item of which they differ.
        item: usize,
        /// What of each item, such as `data.folds.a`.
        left: &'static str,
        /// Its size.
        left_size: usize,
        /// What it has to agree with.
        right: &'static str,
        /// Its size.
        right_size: usize,
        /// The function and the expression that ask for it; may be empty.
        place: &'static str,
    },
    /// An integer that the module's numbers do not hold exactly.
    Inexact {
        /// The field, such as `data.time`.
        what: &'static str,
        /// The place of the integer in the field.
        entry: usize,
        /// The integer.
        value: i128,
    },
    /// An entry is infinite or not a number.
    NonFinite {
        /// The variable or field.
        what: &'static str,
        /// The flat index of its first such entry.
        index: usize,
    },
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Mismatch { left, left_size, right, right_size, place } => {
                write!(f, "`{left}` is {left_size}, `{right}` is {right_size}: they must agree")?;
                write_place(f, place)
            }
            Self::TooSmall { what, needed, found, place } => {
                write!(f, "`{what}` is {found}, at least {needed} is needed")?;
                write_place(f, place)
            }
            Self::IndexOutOfRange { what, entry, value, bound, place } => {
                write!(f, "entry {entry} of `{what}` is {value}, and indices are below {bound}")?;
                write_place(f, place)
            }
            Self::UnequalItems { what, item, found, expected } => {
                write!(f, "`{what}` has size {found} in item {item}, and {expected} in the items before it: they must agree")
            }
            Self::ItemMismatch { item, left, left_size, right, right_size, place } => {
                write!(f, "in item {item} `{left}` has size {left_size} and `{right}` has size {right_size}: they must agree")?;
                write_place(f, place)
            }
            Self::Inexact { what, entry, value } => {
                write!(f, "entry {entry} of `{what}` is {value}, which the module's numbers do not hold exactly")
            }
            Self::NonFinite { what, index } => write!(f, "entry {index} of `{what}` is not finite"),
        }
    }
}

fn write_place(f: &mut fmt::Formatter<'_>, place: &str) -> fmt::Result {
    if place.is_empty() { Ok(()) } else { write!(f, " (in `{place}`)") }
}

impl core::error::Error for ShapeError {}
