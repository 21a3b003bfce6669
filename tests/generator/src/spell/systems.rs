//! Linear systems and determinants.

use super::Speller;
use crate::ast::{Expr, Factor, Op};
use crate::types::Type;

impl Speller<'_> {
    pub(super) fn solve(&mut self, factor: Factor, arguments: &[Expr]) -> String {
        let right = self.by_reference(&arguments[1]);
        match factor {
            Factor::Lu => format!("({}).lu().solve({right}).unwrap()", self.shifted(&arguments[0])),
            // The name would hide what the right side reads.
            Factor::Cholesky => {
                let matrix = self.gram(&arguments[0]);
                format!("{{ let matrix = {matrix}; matrix.cholesky().unwrap().solve({right}) }}")
            }
        }
    }

    pub(super) fn inverse(&mut self, matrix: &Expr) -> String {
        format!("({}).try_inverse().unwrap()", self.shifted(matrix))
    }

    pub(super) fn determinant(&mut self, op: &Op, matrix: &Expr) -> String {
        if *op == Op::Determinant {
            return format!("({}).determinant()", self.shifted(matrix));
        }
        let matrix = self.gram(matrix);
        format!("{{ let matrix = {matrix}; matrix.cholesky().unwrap().ln_determinant() }}")
    }

    /// `A + 3 I`
    fn shifted(&mut self, matrix: &Expr) -> String {
        format!("{} + {} * 3.0", self.term(matrix), self.identity(matrix))
    }

    /// `Aᵀ A + I`
    fn gram(&mut self, matrix: &Expr) -> String {
        let identity = self.identity(matrix);
        format!("{{ let factor = {}; factor.tr_mul(&factor) + {identity} }}", self.owned(matrix))
    }

    fn identity(&mut self, matrix: &Expr) -> String {
        let ty = self.kind(matrix);
        let sizes = match &ty {
            Type::Matrix(r, c) if !r.fixed && !c.fixed => format!("{}, {}", self.size(*r), self.size(*c)),
            _ => String::new(),
        };
        format!("{}::identity({sizes})", self.turbofish(&ty))
    }
}
