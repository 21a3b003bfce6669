//! Linear systems and determinants.

use super::Generator;
use crate::ast::{Expr, Factor, Op};
use crate::types::{Extent, Type};

impl Generator {
    /// A square matrix of this size.
    fn square(&mut self, n: Extent, depth: usize) -> Expr {
        self.tensor(&Type::Matrix(n, n), depth)
    }

    fn factor(&mut self) -> Factor {
        if self.chance(50) { Factor::Lu } else { Factor::Cholesky }
    }

    /// `(A + 3 I)⁻¹ b`
    pub(super) fn solution(&mut self, n: Extent, depth: usize) -> Option<Expr> {
        if self.bare && !n.fixed {
            return None;
        }
        let matrix = self.square(n, depth - 1);
        let right = self.tensor(&Type::Column(n), depth - 1);
        Some(Expr::Apply(Op::Solve(self.factor()), vec![matrix, right]))
    }

    pub(super) fn inverse(&mut self, n: Extent, depth: usize) -> Expr {
        let matrix = self.square(n, depth - 1);
        Expr::Apply(Op::Inverse, vec![matrix])
    }

    pub(super) fn determinant(&mut self, depth: usize) -> Option<Expr> {
        let n = self.extent()?;
        let op = if self.chance(50) { Op::Determinant } else { Op::LnDeterminant };
        let matrix = self.square(n, depth - 1);
        Some(Expr::Apply(op, vec![matrix]))
    }
}
