//! The data of a quadratic program. A direction in the data and a gradient by the data have the same
//! six parts and are programs as well.

use nalgebra::{DMatrix, DVector};

use super::error::{Part, ProgramError};

/// `min ½ xᵀQx + qᵀx` over `Ax = b`, `Gx <= h`; `Q` symmetric positive semidefinite.
///
/// With n unknowns, p equalities, m inequalities: `Q` is `n x n`, `q` has n entries, `A` is `p x n`,
/// `b` has p, `G` is `m x n`, `h` has m. The parts are checked where they are used.
#[derive(Clone, Debug, PartialEq)]
#[expect(non_snake_case, reason = "the letters of the problem")]
pub struct Program {
    /// The Hessian of the objective.
    pub Q: DMatrix<f64>,
    /// The linear part of the objective.
    pub q: DVector<f64>,
    /// The left sides of the equalities.
    pub A: DMatrix<f64>,
    /// The right sides of the equalities.
    pub b: DVector<f64>,
    /// The left sides of the inequalities.
    pub G: DMatrix<f64>,
    /// The right sides of the inequalities.
    pub h: DVector<f64>,
}

/// A point `x` with the multipliers of the constraints; also a direction or a cotangent of such.
#[derive(Clone, Debug, PartialEq)]
pub struct PrimalDual {
    /// The unknowns.
    pub x: DVector<f64>,
    /// Multipliers of the equalities.
    pub nu: DVector<f64>,
    /// Multipliers of the inequalities.
    pub lambda: DVector<f64>,
}

impl PrimalDual {
    /// Zeros for n unknowns, p equalities, m inequalities.
    pub fn zeros(n: usize, p: usize, m: usize) -> Self {
        Self { x: DVector::zeros(n), nu: DVector::zeros(p), lambda: DVector::zeros(m) }
    }

    /// The sum of the products of all entries.
    pub fn dot(&self, other: &Self) -> f64 {
        self.x.dot(&other.x) + self.nu.dot(&other.nu) + self.lambda.dot(&other.lambda)
    }

    /// `self += factor * other`.
    pub(super) fn add(&mut self, factor: f64, other: &Self) {
        self.x.axpy(factor, &other.x, 1.0);
        self.nu.axpy(factor, &other.nu, 1.0);
        self.lambda.axpy(factor, &other.lambda, 1.0);
    }

    /// The largest entry in size.
    pub(super) fn largest(&self) -> f64 {
        self.x.amax().max(self.nu.amax()).max(self.lambda.amax())
    }
}

impl Program {
    /// Without constraints.
    #[expect(non_snake_case, reason = "the letters of the problem")]
    pub fn new(Q: DMatrix<f64>, q: DVector<f64>) -> Self {
        let n = q.len();
        Self { Q, q, A: DMatrix::zeros(0, n), b: DVector::zeros(0), G: DMatrix::zeros(0, n), h: DVector::zeros(0) }
    }

    /// With the equalities `Ax = b` in place of those before.
    #[must_use]
    #[expect(non_snake_case, reason = "the letters of the problem")]
    pub fn equalities(self, A: DMatrix<f64>, b: DVector<f64>) -> Self {
        Self { A, b, ..self }
    }

    /// With the inequalities `Gx <= h` in place of those before.
    #[must_use]
    #[expect(non_snake_case, reason = "the letters of the problem")]
    pub fn inequalities(self, G: DMatrix<f64>, h: DVector<f64>) -> Self {
        Self { G, h, ..self }
    }

    /// All data zero: n unknowns, p equalities, m inequalities.
    pub fn zeros(n: usize, p: usize, m: usize) -> Self {
        Self::new(DMatrix::zeros(n, n), DVector::zeros(n))
            .equalities(DMatrix::zeros(p, n), DVector::zeros(p))
            .inequalities(DMatrix::zeros(m, n), DVector::zeros(m))
    }

    /// `(n, p, m)`: unknowns, equalities, inequalities.
    pub fn sizes(&self) -> (usize, usize, usize) {
        (self.q.len(), self.b.len(), self.h.len())
    }

    /// `½ xᵀQx + qᵀx`.
    pub fn objective(&self, x: &DVector<f64>) -> f64 {
        0.5 * x.dot(&(&self.Q * x)) + self.q.dot(x)
    }

    /// The sum of the products of all entries: the derivative along a direction in the data, if one
    /// of the two is a gradient by the data.
    pub fn dot(&self, other: &Self) -> f64 {
        self.Q.dot(&other.Q)
            + self.q.dot(&other.q)
            + self.A.dot(&other.A)
            + self.b.dot(&other.b)
            + self.G.dot(&other.G)
            + self.h.dot(&other.h)
    }

    /// `Qx + q + Aᵀν + Gᵀλ`, the derivative of the Lagrangian by x.
    pub(super) fn stationarity(&self, at: &PrimalDual) -> DVector<f64> {
        &self.Q * &at.x + &self.q + self.A.tr_mul(&at.nu) + self.G.tr_mul(&at.lambda)
    }

    /// Refuses parts of other shapes than those of n unknowns, p equalities, m inequalities, entries
    /// that are not numbers, and a `Q` that is not symmetric.
    pub(super) fn check(&self, (n, p, m): (usize, usize, usize)) -> Result<(), ProgramError> {
        for (part, found, expected) in [
            (Part::Q, self.Q.shape(), (n, n)),
            (Part::q, self.q.shape(), (n, 1)),
            (Part::A, self.A.shape(), (p, n)),
            (Part::b, self.b.shape(), (p, 1)),
            (Part::G, self.G.shape(), (m, n)),
            (Part::h, self.h.shape(), (m, 1)),
        ] {
            if found != expected {
                return Err(ProgramError::Shape { part, expected, found });
            }
        }
        for (part, rows, entries) in [
            (Part::Q, n, self.Q.as_slice()),
            (Part::q, n, self.q.as_slice()),
            (Part::A, p, self.A.as_slice()),
            (Part::b, p, self.b.as_slice()),
            (Part::G, m, self.G.as_slice()),
            (Part::h, m, self.h.as_slice()),
        ] {
            if let Some(k) = crate::kernels::first_non_finite(entries) {
                return Err(ProgramError::NonFinite { part, row: k % rows, column: k / rows });
            }
        }
        self.check_symmetric()
    }

    fn check_symmetric(&self) -> Result<(), ProgramError> {
        let n = self.q.len();
        // Two sums of the same products may differ by rounding in their order.
        let rounding = 1e-12 * self.Q.amax();
        for column in 0..n {
            for row in column + 1..n {
                let (below, above) = (self.Q[(row, column)], self.Q[(column, row)]);
                if (below - above).abs() > rounding {
                    return Err(ProgramError::NotSymmetric { row, column, below, above });
                }
            }
        }
        Ok(())
    }
}
