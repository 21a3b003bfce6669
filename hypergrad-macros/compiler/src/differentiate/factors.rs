//! What is proved of `F_1` in nodes: a diagonal plus a Gram matrix, and bounds of its eigenvalues.

use crate::ir::{Id, Size};

/// `F_1 = diag(d) + Σ BᵀB`, `d >= 0`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DiagonalPlusGram {
    /// d, shaped like each block of x.
    pub diagonal: Vec<Id>,
    pub roots: Vec<Root>,
}

/// B.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Root {
    /// `Bᵀ`, a block of x after another: its axes, then those of the rows.
    pub blocks: Vec<Id>,
    /// How many rows.
    pub count: Size,
}

impl DiagonalPlusGram {
    /// The rows of all roots.
    pub fn rows(&self) -> Size {
        self.roots.iter().fold(Size::zero(), |sum, root| sum.add(&root.count))
    }

    /// Whether the parts may be cheaper than the whole, at some of the sizes that are left open.
    pub fn may_pay(&self, n: &Size) -> bool {
        let rows = self.rows();
        match (n.as_constant(), rows.as_constant()) {
            (Some(n), _) if n <= SMALL => false,
            (Some(n), Some(rows)) => 2 * rows <= n,
            // Not where there are nearly as many rows as columns, whatever n is.
            _ => rows.sub(n).as_constant().is_none(),
        }
    }
}

/// Matrices up to this size are factored whole.
const SMALL: i64 = 64;

/// Numbers of the data and y that no eigenvalue of `F_1` is below and above, whatever x is; `None` where nothing is
/// proved.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct EigenvalueBounds {
    pub least: Option<Id>,
    pub most: Option<Id>,
}
