//! Balanced data: rows and columns of the matrix of the optimality conditions brought to size 1.
//!
//! ```text
//! x = D x̂, ν = E ν̂ / c, λ = F λ̂ / c, s = ŝ / F:   Q̂ = c D Q D, q̂ = c D q, Â = E A D, b̂ = E b, Ĝ = F G D, ĥ = F h
//! ```
//!
//! # Reference
//! Ruiz, A scaling algorithm to equilibrate both rows and columns norms in matrices (2001).

use nalgebra::{DMatrix, DVector};

use super::program::{PrimalDual, Program};

/// The factors D, E, F, c, all positive.
#[derive(Clone, Debug)]
pub struct Scaling {
    x: DVector<f64>,
    nu: DVector<f64>,
    lambda: DVector<f64>,
    cost: f64,
}

/// Sweeps; each takes the square root of the imbalance.
const SWEEPS: usize = 12;
/// Factors stay between this and its inverse.
const LIMIT: f64 = 1e-12;

impl Scaling {
    /// The balanced program and the factors that lead to it.
    pub fn balance(program: &Program) -> (Program, Self) {
        let (n, p, m) = program.sizes();
        let mut scaling =
            Self { x: DVector::repeat(n, 1.0), nu: DVector::repeat(p, 1.0), lambda: DVector::repeat(m, 1.0), cost: 1.0 };
        let mut balanced = program.clone();
        for _ in 0..SWEEPS {
            let columns = DVector::from_fn(n, |j, _| {
                balanced.Q.column(j).amax().max(balanced.A.column(j).amax()).max(balanced.G.column(j).amax())
            });
            improve(&mut scaling.x, columns.iter().copied());
            improve(&mut scaling.nu, balanced.A.row_iter().map(|row| row.amax()));
            improve(&mut scaling.lambda, balanced.G.row_iter().map(|row| row.amax()));
            balanced = scaling.apply(program);
            let size = balanced.Q.amax().max(balanced.q.amax());
            if size > 0.0 {
                scaling.cost /= size;
                balanced.Q /= size;
                balanced.q /= size;
            }
        }
        (balanced, scaling)
    }

    fn apply(&self, program: &Program) -> Program {
        let sides = |matrix: &DMatrix<f64>, rows: &DVector<f64>| {
            DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |i, j| rows[i] * matrix[(i, j)] * self.x[j])
        };
        Program {
            Q: sides(&program.Q, &self.x) * self.cost,
            q: program.q.component_mul(&self.x) * self.cost,
            A: sides(&program.A, &self.nu),
            b: program.b.component_mul(&self.nu),
            G: sides(&program.G, &self.lambda),
            h: program.h.component_mul(&self.lambda),
        }
    }

    /// From balanced units to those of the user.
    pub fn point(&self, balanced: &PrimalDual) -> PrimalDual {
        PrimalDual {
            x: balanced.x.component_mul(&self.x),
            nu: balanced.nu.component_mul(&self.nu) / self.cost,
            lambda: balanced.lambda.component_mul(&self.lambda) / self.cost,
        }
    }

    /// From the user's units to balanced ones.
    pub fn balanced_point(&self, point: &PrimalDual) -> PrimalDual {
        PrimalDual {
            x: point.x.component_div(&self.x),
            nu: point.nu.component_div(&self.nu) * self.cost,
            lambda: point.lambda.component_div(&self.lambda) * self.cost,
        }
    }

    /// Right sides of the optimality conditions `(∇, Ax, Gx)`, to balanced units.
    pub fn balanced_sides(&self, sides: &PrimalDual) -> PrimalDual {
        PrimalDual {
            x: sides.x.component_mul(&self.x) * self.cost,
            nu: sides.nu.component_mul(&self.nu),
            lambda: sides.lambda.component_mul(&self.lambda),
        }
    }

    /// Slacks `h - Gx`, from balanced units.
    pub fn slack(&self, balanced: &DVector<f64>) -> DVector<f64> {
        balanced.component_div(&self.lambda)
    }

    /// Slacks `h - Gx`, to balanced units.
    pub fn balanced_slack(&self, slack: &DVector<f64>) -> DVector<f64> {
        slack.component_mul(&self.lambda)
    }
}

/// Divides factors by the root of the size that is left. A row of zeros keeps its factor.
fn improve(factors: &mut DVector<f64>, sizes: impl Iterator<Item = f64>) {
    for (factor, size) in factors.iter_mut().zip(sizes) {
        if size > 0.0 {
            *factor = (*factor / size.sqrt()).clamp(LIMIT, 1.0 / LIMIT);
        }
    }
}
