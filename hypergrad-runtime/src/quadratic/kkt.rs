//! The linear system of every step and of every derivative.
//!
//! ```text
//! [ Q  Aᵀ  Gᵀ ] [ x ]   [ r₁ ]
//! [ A  0   0  ] [ ν ] = [ r₂ ]      Θ = diag(s / λ)
//! [ G  0  -Θ  ] [ λ ]   [ r₃ ]
//! ```
//!
//! Rows of G with `Θ <= 1` stay (they bind, or may). Of the others `λ = Θ⁻¹ (G x - r₃)` is put into
//! the first line, which adds `GᵀΘ⁻¹G` to Q. So no entry is large, the matrix tends to that of the
//! binding constraints, and its size does not grow with the constraints that do not bind.

use std::borrow::Borrow;

use nalgebra::{DMatrix, DVector};

use super::program::{PrimalDual, Program};
use crate::error::LinearError;
use crate::factor::{Factorization, Ldlt};

/// How a row of G takes part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Row {
    /// `G x - Θ λ = r`, with `0 <= Θ <= 1`; 0: the row holds with equality.
    Binding(f64),
    /// `λ = W (G x - r)`, with `W = Θ⁻¹ < 1`; 0: the row takes no part.
    Free(f64),
}

impl Row {
    /// Of a slack and a multiplier, both at least 0.
    pub fn of(slack: f64, lambda: f64) -> Self {
        if lambda <= 0.0 {
            Self::Free(0.0)
        } else if slack <= lambda {
            Self::Binding(slack / lambda)
        } else {
            Self::Free(lambda / slack)
        }
    }
}

/// The factored system.
#[derive(Clone, Debug)]
pub struct Kkt<P> {
    program: P,
    rows: Vec<Row>,
    /// The rows that stay.
    binding: Vec<usize>,
    factor: Ldlt<DMatrix<f64>>,
    /// The part of the shift that belongs to the system.
    kept: f64,
}

/// Multiples of I added to Q and subtracted from the other diagonal blocks.
#[derive(Clone, Copy, Debug)]
pub struct Shift {
    /// In the matrix that is factored.
    pub factored: f64,
    /// In the system that is solved: refinement takes the difference away.
    pub kept: f64,
}

impl Shift {
    pub const NONE: Self = Self { factored: 0.0, kept: 0.0 };
}

const NAME: &str = "the matrix of the optimality conditions";
/// Steps of iterative refinement.
const REFINEMENTS: usize = 10;

impl<P: Borrow<Program>> Kkt<P> {
    /// Factors. With a shift the matrix is never singular.
    ///
    /// # Errors
    /// Too large or, without a shift, singular.
    pub fn new(program: P, rows: Vec<Row>, shift: Shift) -> Result<Self, LinearError> {
        let (n, p, _) = program.borrow().sizes();
        let binding: Vec<usize> = (0..rows.len()).filter(|&i| matches!(rows[i], Row::Binding(_))).collect();
        let size = n + p + binding.len();
        let mut factor = Ldlt::new(NAME, size)?;
        let mut system = Self { program, rows, binding, factor: Ldlt::empty(), kept: shift.kept };
        system.fill(factor.matrix_mut(), size, shift.factored);
        factor.factor(NAME)?;
        system.factor = factor;
        Ok(system)
    }

    /// The lower triangle.
    fn fill(&self, matrix: &mut [f64], size: usize, shift: f64) {
        let program = self.program.borrow();
        let (n, p, _) = program.sizes();
        let corner = self.corner();
        for j in 0..n {
            let column = &mut matrix[j * size..][..size];
            column[..n].copy_from_slice(corner.column(j).as_slice());
            column[j] += shift;
            column[n..n + p].copy_from_slice(program.A.column(j).as_slice());
            for (entry, &i) in column[n + p..].iter_mut().zip(&self.binding) {
                *entry = program.G[(i, j)];
            }
        }
        for j in n..n + p {
            matrix[j * size + j] = -shift;
        }
        for (k, &i) in self.binding.iter().enumerate() {
            let j = n + p + k;
            if let Row::Binding(theta) = self.rows[i] {
                matrix[j * size + j] = -theta - shift;
            }
        }
    }

    /// `Q + GᵀWG` over the free rows.
    fn corner(&self) -> DMatrix<f64> {
        let weighted: Vec<(usize, f64)> = (self.rows.iter().enumerate())
            .filter_map(|(i, row)| match *row {
                Row::Free(w) if w > 0.0 => Some((i, w.sqrt())),
                Row::Free(_) | Row::Binding(_) => None,
            })
            .collect();
        let program = self.program.borrow();
        let n = program.q.len();
        let scaled = DMatrix::from_fn(weighted.len(), n, |k, j| weighted[k].1 * program.G[(weighted[k].0, j)]);
        // As a product, which runs in blocks; `tr_mul` takes one inner product after another.
        &program.Q + scaled.transpose() * &scaled
    }

    /// Solves; `r.lambda` holds r₃.
    pub fn solve(&self, r: &PrimalDual) -> PrimalDual {
        // Of a free row the equation is kept as W G x - λ = W r₃: W may be 0.
        let mut sides = r.clone();
        for (side, row) in sides.lambda.iter_mut().zip(&self.rows) {
            if let Row::Free(w) = *row {
                *side *= w;
            }
        }
        let mut found = self.solve_once(&sides);
        let mut left = self.residual(&sides, &found);
        for _ in 0..REFINEMENTS {
            if left.largest() == 0.0 {
                break;
            }
            let mut better = found.clone();
            better.add(1.0, &self.solve_once(&left));
            let remains = self.residual(&sides, &better);
            if remains.largest() >= left.largest() {
                break;
            }
            let gain = left.largest() / remains.largest();
            (found, left) = (better, remains);
            if gain < 2.0 {
                break;
            }
        }
        found
    }

    fn residual(&self, sides: &PrimalDual, at: &PrimalDual) -> PrimalDual {
        let program = self.program.borrow();
        let kept = self.kept;
        let mut lambda = &program.G * &at.x;
        for ((g, row), (&l, &side)) in lambda.iter_mut().zip(&self.rows).zip(at.lambda.iter().zip(&sides.lambda)) {
            *g = match *row {
                Row::Binding(theta) => side - (*g - (theta + kept) * l),
                Row::Free(w) => side - (w * *g - l),
            };
        }
        PrimalDual {
            x: &sides.x - (&program.Q * &at.x + kept * &at.x + program.A.tr_mul(&at.nu) + program.G.tr_mul(&at.lambda)),
            nu: &sides.nu - (&program.A * &at.x - kept * &at.nu),
            lambda,
        }
    }

    /// What the shift that is kept adds to `|x|²_Q + |λ|²_Θ`.
    pub fn kept_energy(&self, at: &PrimalDual) -> f64 {
        let lambda: f64 = self.binding.iter().map(|&i| at.lambda[i] * at.lambda[i]).sum();
        self.kept * (at.x.norm_squared() + at.nu.norm_squared() + lambda)
    }

    fn solve_once(&self, sides: &PrimalDual) -> PrimalDual {
        let program = self.program.borrow();
        let (n, p, m) = program.sizes();
        let free = DVector::from_fn(m, |i, _| match self.rows[i] {
            Row::Free(_) => sides.lambda[i],
            Row::Binding(_) => 0.0,
        });
        let mut unknowns = Vec::with_capacity(n + p + self.binding.len());
        unknowns.extend((&sides.x + program.G.tr_mul(&free)).iter());
        unknowns.extend(sides.nu.iter());
        unknowns.extend(self.binding.iter().map(|&i| sides.lambda[i]));
        self.factor.solve(&mut unknowns);
        let x = DVector::from_column_slice(&unknowns[..n]);
        let mut lambda = &program.G * &x;
        for ((l, row), &side) in lambda.iter_mut().zip(&self.rows).zip(&sides.lambda) {
            if let Row::Free(w) = *row {
                *l = w * *l - side;
            }
        }
        for (&i, &l) in self.binding.iter().zip(&unknowns[n + p..]) {
            lambda[i] = l;
        }
        PrimalDual { x, nu: DVector::from_column_slice(&unknowns[n..n + p]), lambda }
    }
}
