//! nalgebra's names of dense matrix types, read by their construction rather than from a list:
//! `[Row] [S | D | O] (Matrix | Vector) [View] [n | n x m | N]`.

/// Where a dimension of a named type comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Extent {
    /// Part of the name.
    Fixed(i64),
    /// `X` of the name, or a `D` in front.
    Dynamic,
    /// The next generic argument: a constant, `Const<N>`, `UN` or `Dyn`.
    Argument,
    /// As many as there are rows: `MatrixN<T, D>`.
    Square,
}

/// What the name of a matrix type says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MatrixName {
    pub rows: Extent,
    pub columns: Extent,
    /// Borrows its entries.
    pub view: bool,
}

/// Names to suggest where an unknown type was written.
pub const COMMON: [&str; 16] = [
    "DVector",
    "DMatrix",
    "SVector",
    "SMatrix",
    "RowDVector",
    "RowSVector",
    "Vector2",
    "Vector3",
    "Vector4",
    "Matrix2",
    "Matrix3",
    "Matrix4",
    "Matrix2x3",
    "OVector",
    "OMatrix",
    "CsrMatrix",
];

/// Reads the last segment of a type's path.
pub fn matrix_name(name: &str) -> Option<MatrixName> {
    let (row, rest) = strip(name, "Row");
    let (storage, rest) = match rest.as_bytes().first()? {
        letter @ (b'S' | b'D' | b'O') => (Some(*letter), &rest[1..]),
        _ => (None, rest),
    };
    let (vector, rest) = match rest.strip_prefix("Vector") {
        Some(rest) => (true, rest),
        None => (false, rest.strip_prefix("Matrix")?),
    };
    let (view, rest) = strip(rest, "View");
    let (rows, columns) = match (storage, vector) {
        (Some(letter), _) => {
            let own = if letter == b'D' { Extent::Dynamic } else { Extent::Argument };
            rest.is_empty().then_some((own, if vector { Extent::Fixed(1) } else { own }))?
        }
        (None, true) => (length(rest)?, Extent::Fixed(1)),
        (None, false) => rows_and_columns(rest)?,
    };
    match (row, vector) {
        (false, _) => Some(MatrixName { rows, columns, view }),
        (true, true) => Some(MatrixName { rows: columns, columns: rows, view }),
        (true, false) => None,
    }
}

fn strip<'a>(text: &'a str, prefix: &str) -> (bool, &'a str) {
    text.strip_prefix(prefix).map_or((false, text), |rest| (true, rest))
}

/// The part of a vector's name after `Vector`.
fn length(suffix: &str) -> Option<Extent> {
    match suffix {
        "" | "N" => Some(Extent::Argument),
        _ => small(suffix),
    }
}

/// The part of a matrix's name after `Matrix`.
fn rows_and_columns(suffix: &str) -> Option<(Extent, Extent)> {
    match suffix {
        "" | "MN" => Some((Extent::Argument, Extent::Argument)),
        "N" => Some((Extent::Argument, Extent::Square)),
        _ => match suffix.split_once('x') {
            Some((rows, columns)) => Some((small_or_dynamic(rows)?, small_or_dynamic(columns)?)),
            None => small(suffix).map(|extent| (extent, extent)),
        },
    }
}

fn small_or_dynamic(text: &str) -> Option<Extent> {
    if text == "X" { Some(Extent::Dynamic) } else { small(text) }
}

/// nalgebra names the sizes 1 to 6.
fn small(text: &str) -> Option<Extent> {
    match text.as_bytes() {
        [digit @ b'1'..=b'6'] => Some(Extent::Fixed(i64::from(digit - b'0'))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Extent::{Argument, Dynamic, Fixed, Square};

    #[test]
    fn names_are_read_by_their_construction() {
        let cases = [
            ("DVector", Dynamic, Fixed(1)),
            ("SVector", Argument, Fixed(1)),
            ("Vector3", Fixed(3), Fixed(1)),
            ("VectorN", Argument, Fixed(1)),
            ("Vector", Argument, Fixed(1)),
            ("RowDVector", Fixed(1), Dynamic),
            ("RowSVector", Fixed(1), Argument),
            ("RowVector4", Fixed(1), Fixed(4)),
            ("DMatrix", Dynamic, Dynamic),
            ("SMatrix", Argument, Argument),
            ("OMatrix", Argument, Argument),
            ("Matrix", Argument, Argument),
            ("MatrixN", Argument, Square),
            ("Matrix2", Fixed(2), Fixed(2)),
            ("Matrix2x3", Fixed(2), Fixed(3)),
            ("MatrixXx2", Dynamic, Fixed(2)),
            ("Matrix5xX", Fixed(5), Dynamic),
        ];
        for (name, rows, columns) in cases {
            assert_eq!(matrix_name(name), Some(MatrixName { rows, columns, view: false }), "{name}");
        }
        assert_eq!(matrix_name("MatrixView2xX"), Some(MatrixName { rows: Fixed(2), columns: Dynamic, view: true }));
        assert_eq!(matrix_name("DVectorView"), Some(MatrixName { rows: Dynamic, columns: Fixed(1), view: true }));
    }

    #[test]
    fn other_names_are_none() {
        for name in
            ["", "D", "Row", "Vec", "Vector7", "Matrix0", "Matrix2x", "Matrixx", "DVector3", "RowMatrix", "Data", "Ü", "DÜ"]
        {
            assert_eq!(matrix_name(name), None, "{name}");
        }
    }
}
