//! Sparse matrices of the data: products from the left, and sums over the stored entries of a row.
//!
//! `a.row(i).col_indices().iter().zip(a.row(i).values()).map(|(&j, v)| t(v, j)).sum()` is
//! `Σⱼ p_ij t(a_ij, j)` with the pattern p, 1 where an entry is stored; where t is linear in the
//! value, p drops out.

use super::Tracer;
use super::agree::Site;
use super::call::{Call, Outcome};
use super::stream::Stream;
use super::value::{Tensor, Value};
use super::words::{CsrRowWord, CsrWord};
use crate::ir::{Affine, Size};

/// A sparse matrix as it is declared, or its transpose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Csr {
    /// 0 where nothing is stored.
    pub values: Tensor,
    /// 1 where an entry is stored.
    pub pattern: Tensor,
    pub transposed: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CsrRow {
    pub matrix: Csr,
    pub row: Affine,
}

/// What an iterator over a row's stored entries gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    Columns,
    Values,
}

impl Csr {
    fn dimensions(&self) -> (&Size, &Size) {
        let (rows, columns) = (&self.values.rows, &self.values.columns);
        if self.transposed { (columns, rows) } else { (rows, columns) }
    }
}

impl CsrRow {
    fn columns(&self) -> &Size {
        &self.matrix.values.columns
    }
}

impl Tracer<'_> {
    pub(super) fn csr_method(&mut self, call: &Call<'_>, matrix: Csr, arguments: &[Value]) -> Outcome {
        let Some(word) = CsrWord::named(call.name()) else { return Outcome::Unknown };
        let (rows, columns) = matrix.dimensions();
        Outcome::Known(match (word, arguments) {
            (CsrWord::nrows, []) => Some(Value::count(self.sizes.resolve(rows))),
            (CsrWord::ncols, []) => Some(Value::count(self.sizes.resolve(columns))),
            (CsrWord::transpose, []) => Some(Value::Csr(Box::new(Csr { transposed: !matrix.transposed, ..matrix }))),
            (CsrWord::row, [index]) => self.csr_row(call, matrix, index.clone()).map(|row| Value::CsrRow(Box::new(row))),
            (CsrWord::nrows | CsrWord::ncols | CsrWord::transpose | CsrWord::row, _) => return Outcome::Unknown,
        })
    }

    fn csr_row(&mut self, call: &Call<'_>, matrix: Csr, index: Value) -> Option<CsrRow> {
        if matrix.transposed {
            self.diagnostics.error_with_help(
                call.site.span,
                "the rows of a transposed sparse matrix are not accepted: they are not stored together",
                "sum over the rows of the matrix itself",
            );
            return None;
        }
        let row = self.index_at(index, &call.place(1))?;
        self.check_index(&matrix.values.rows, &row, &call.place(0), &call.place(1))?;
        Some(CsrRow { matrix, row })
    }

    pub(super) fn csr_row_method(&mut self, call: &Call<'_>, row: CsrRow, arguments: &[Value]) -> Outcome {
        let stored = |part: Part, row: CsrRow| Some(Value::Stream(Box::new(Stream::Stored(row, part))));
        let (Some(word), []) = (CsrRowWord::named(call.name()), arguments) else { return Outcome::Unknown };
        Outcome::Known(match word {
            CsrRowWord::col_indices => stored(Part::Columns, row),
            CsrRowWord::values => stored(Part::Values, row),
            CsrRowWord::ncols => Some(Value::count(self.sizes.resolve(row.columns()))),
        })
    }

    /// `matrix * right`.
    pub(super) fn csr_product(&mut self, site: &Site<'_>, matrix: &Csr, right: &Tensor) -> Option<Tensor> {
        let left = if matrix.transposed { self.transpose(&matrix.values) } else { matrix.values.clone() };
        self.product_of(site, &left, right)
    }

    /// The column or the value at a column.
    pub(super) fn stored_item(&mut self, row: &CsrRow, part: Part, column: &Affine) -> Value {
        match part {
            Part::Columns => Value::Index(column.clone()),
            Part::Values => Value::Tensor(self.entry(&row.matrix.values, &row.row, column)),
        }
    }
}

impl Stream {
    /// The row whose stored entries this runs over, one item for each.
    pub(super) fn stored_row(&self) -> Option<&CsrRow> {
        match self {
            Self::Stored(row, _) => Some(row),
            Self::Mapped(inner, _) | Self::Filtered(inner, _) => inner.stored_row(),
            Self::Zipped(first, second) => first.stored_row().filter(|row| second.stored_row() == Some(row)),
            Self::Run { .. }
            | Self::Entries(_)
            | Self::Values(_)
            | Self::Flat(..)
            | Self::Enumerated(_)
            | Self::Reversed(_)
            | Self::Skipped(..)
            | Self::Taken(..)
            | Self::Strided(..)
            | Self::Chained(..)
            | Self::Steps(_)
            | Self::Cases(_) => None,
        }
    }

    /// Whether it runs over stored entries in a way that has no meaning column by column.
    pub(super) fn misreads_stored(&self) -> bool {
        self.reads_stored() && self.stored_row().is_none()
    }

    fn reads_stored(&self) -> bool {
        match self {
            Self::Stored(..) => true,
            Self::Mapped(inner, _)
            | Self::Filtered(inner, _)
            | Self::Flat(inner, _)
            | Self::Enumerated(inner)
            | Self::Reversed(inner)
            | Self::Skipped(inner, _)
            | Self::Taken(inner, _)
            | Self::Strided(inner, _) => inner.reads_stored(),
            Self::Cases(cases) => cases.iter().any(|(_, inner)| inner.reads_stored()),
            Self::Zipped(first, second) | Self::Chained(first, second) => first.reads_stored() || second.reads_stored(),
            Self::Run { .. } | Self::Entries(_) | Self::Values(_) | Self::Steps(_) => false,
        }
    }
}

/// What to do instead of `misreads_stored`.
pub const STORED_HELP: &str = "zip `col_indices()` with `values()` of the same row, `map`, and `sum`";
