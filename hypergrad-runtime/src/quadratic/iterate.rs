//! An iterate of the homogeneous embedding, how far it is from a solution, and its steps.
//!
//! ```text
//! ρ₁ = Qx + Aᵀν + Gᵀλ + qτ        ρ₂ = Ax - bτ        ρ₃ = Gx + s - hτ
//! ρ₄ = qᵀx + bᵀν + hᵀλ + xᵀQx/τ + κ        μ = (sᵀλ + τκ) / (m + 1)
//! ```
//!
//! A root with `s∘λ = 0`, `τκ = 0` and `τ > 0` is τ times a solution; one with `κ > 0` holds a
//! certificate that there is none.

use nalgebra::DVector;

use super::kkt::{Kkt, Row, Shift};
use super::program::{PrimalDual, Program};
use crate::error::LinearError;

/// Point, slacks and the two scalars of the embedding; s, λ, τ, κ positive.
#[derive(Clone, Debug)]
pub struct Iterate {
    pub at: PrimalDual,
    pub s: DVector<f64>,
    pub tau: f64,
    pub kappa: f64,
}

/// ρ and what it is made of.
pub struct Residual {
    pub sides: PrimalDual,
    pub scalar: f64,
    pub mu: f64,
}

/// A start further away than this times the right sides is none.
const FAR: f64 = 1e3;
/// Kept in the system of such a start.
const START_SHIFT: f64 = 1e-2;
/// Keeps the matrix regular, and is taken away by refinement.
const SHIFT: f64 = 1e-9;

/// `[Q Aᵀ Gᵀ; A 0 0; G 0 -Θ]`, solved in the sense of least changes where it is singular.
pub fn shifted<'a>(program: &'a Program, rows: &[Row], kept: f64) -> Result<Kkt<&'a Program>, LinearError> {
    let at = |factored: f64| Kkt::new(program, rows.to_vec(), Shift { factored, kept });
    at(SHIFT.max(kept)).or_else(|_| at((1e3 * SHIFT).max(kept)))
}

impl Iterate {
    /// The solution of `min ½ xᵀQx + qᵀx + ½ |s|²` over `Ax = b`, `Gx + s = h`, moved to positive s and λ; that of
    /// the shifted system where it is far away or not there.
    pub fn start(program: &Program) -> Result<Self, LinearError> {
        let rows = vec![Row::Binding(1.0); program.h.len()];
        let sides = PrimalDual { x: -&program.q, nu: program.b.clone(), lambda: program.h.clone() };
        let mut at = shifted(program, &rows, 0.0)?.solve(&sides);
        if at.largest() > FAR * sides.largest() {
            at = shifted(program, &rows, START_SHIFT)?.solve(&sides);
        }
        let s = positive(-&at.lambda);
        at.lambda = positive(at.lambda);
        Ok(Self { at, s, tau: 1.0, kappa: 1.0 })
    }

    pub fn residual(&self, program: &Program) -> Residual {
        let Self { at, s, tau, kappa } = self;
        let curved = &program.Q * &at.x;
        let sides = PrimalDual {
            x: &curved + program.A.tr_mul(&at.nu) + program.G.tr_mul(&at.lambda) + &program.q * *tau,
            nu: &program.A * &at.x - &program.b * *tau,
            lambda: &program.G * &at.x + s - &program.h * *tau,
        };
        let linear = program.q.dot(&at.x) + program.b.dot(&at.nu) + program.h.dot(&at.lambda);
        let scalar = linear + at.x.dot(&curved) / tau + kappa;
        let mu = (s.dot(&at.lambda) + tau * kappa) / (s.len() as f64 + 1.0);
        Residual { sides, scalar, mu }
    }

    /// `|ρ₄|` relative to its terms.
    pub fn scalar_error(&self, program: &Program) -> f64 {
        let Self { at, tau, kappa, .. } = self;
        let curved = at.x.dot(&(&program.Q * &at.x)) / tau;
        let terms = [program.q.dot(&at.x), program.b.dot(&at.nu), program.h.dot(&at.lambda), curved, *kappa];
        let size: f64 = terms.iter().map(|t| t.abs()).sum();
        if size > 0.0 { terms.iter().sum::<f64>().abs() / size } else { 0.0 }
    }

    /// The system at this iterate.
    fn kkt<'a>(&self, program: &'a Program, kept: f64) -> Result<Kkt<&'a Program>, LinearError> {
        let rows: Vec<Row> = self.s.iter().zip(&self.at.lambda).map(|(&s, &lambda)| Row::of(s, lambda)).collect();
        shifted(program, &rows, kept)
    }

    /// The longest step that keeps s, λ, τ, κ at least 0.
    pub fn longest(&self, step: &Self) -> f64 {
        let pairs = self.s.iter().zip(&step.s).chain(self.at.lambda.iter().zip(&step.at.lambda));
        let scalars = [(&self.tau, &step.tau), (&self.kappa, &step.kappa)];
        pairs.chain(scalars).filter(|(_, d)| **d < 0.0).map(|(v, d)| -v / d).fold(f64::INFINITY, f64::min)
    }

    pub fn advance(&mut self, length: f64, step: &Self) {
        self.at.add(length, &step.at);
        self.s.axpy(length, &step.s, 1.0);
        self.tau += length * step.tau;
        self.kappa += length * step.kappa;
    }

    /// Divided by τ: a point of the program itself.
    pub fn point(&self) -> (PrimalDual, DVector<f64>) {
        let mut at = self.at.clone();
        at.x /= self.tau;
        at.nu /= self.tau;
        at.lambda /= self.tau;
        (at, &self.s / self.tau)
    }

    pub fn is_finite(&self) -> bool {
        let all = |v: &DVector<f64>| crate::kernels::all_finite(v.as_slice());
        all(&self.at.x) && all(&self.at.nu) && all(&self.at.lambda) && all(&self.s) && (self.tau + self.kappa).is_finite()
    }
}

/// Moved up by a multiple of ones until all entries are positive.
fn positive(v: DVector<f64>) -> DVector<f64> {
    let smallest = v.iter().copied().fold(f64::INFINITY, f64::min);
    if smallest > 0.0 { v } else { v.add_scalar(1.0 - smallest) }
}

/// Steps from one iterate: the system is factored once, `(x₂, ν₂, λ₂)` solved for once.
pub struct Steps<'a> {
    program: &'a Program,
    iterate: &'a Iterate,
    residual: &'a Residual,
    kkt: Kkt<&'a Program>,
    /// The answer of `(x, ν, λ)` to τ.
    answer: PrimalDual,
}

impl<'a> Steps<'a> {
    /// With a part of the shift kept the steps are those of a proximal method: shorter where the system
    /// is singular, else hardly different.
    ///
    /// # Errors
    /// Too large, or not finite.
    pub fn new(program: &'a Program, iterate: &'a Iterate, residual: &'a Residual, kept: f64) -> Result<Self, LinearError> {
        let kkt = iterate.kkt(program, kept)?;
        let answer = kkt.solve(&PrimalDual { x: -&program.q, nu: program.b.clone(), lambda: program.h.clone() });
        Ok(Self { program, iterate, residual, kkt, answer })
    }

    /// The Newton step towards ρ reduced to σρ and products `s∘λ`, `τκ` equal to `σμ` less the
    /// second-order terms of the predictor, with a weight.
    pub fn step(&self, sigma: f64, predictor: Option<(f64, &Iterate)>) -> Iterate {
        let (it, rho) = (self.iterate, self.residual);
        let target = sigma * rho.mu;
        // λ∘Δs + s∘Δλ = -s∘λ + σμ - Δs∘Δλ =: λ∘c;  κ Δτ + τ Δκ = -τκ + σμ - Δτ Δκ =: d
        let c = DVector::from_fn(it.s.len(), |i, _| {
            let second = predictor.map_or(0.0, |(weight, p)| weight * p.s[i] * p.at.lambda[i]);
            (target - second) / it.at.lambda[i] - it.s[i]
        });
        let d = target - it.tau * it.kappa - predictor.map_or(0.0, |(weight, p)| weight * p.tau * p.kappa);
        let keep = sigma - 1.0;
        let fixed = self.kkt.solve(&PrimalDual {
            x: &rho.sides.x * keep,
            nu: &rho.sides.nu * keep,
            lambda: &rho.sides.lambda * keep - &c,
        });
        let tau = self.tau_step(&fixed, keep * rho.scalar - d / it.tau);
        let mut at = fixed;
        at.add(tau, &self.answer);
        let s = DVector::from_fn(it.s.len(), |i, _| c[i] - it.s[i] / it.at.lambda[i] * at.lambda[i]);
        Iterate { s, tau, kappa: (d - it.kappa * tau) / it.tau, at }
    }

    /// From ρ₄ with `ξ = x/τ`: `Δτ (|x₂ - ξ|²_Q + |λ₂|²_Θ + κ/τ) = (2Qξ + q)ᵀx₁ + bᵀν₁ + hᵀλ₁ - right`.
    /// The factor of Δτ is a sum of squares.
    fn tau_step(&self, fixed: &PrimalDual, right: f64) -> f64 {
        let (it, program) = (self.iterate, self.program);
        let xi = &it.at.x / it.tau;
        let slope = &program.Q * &xi * 2.0 + &program.q;
        let linear = slope.dot(&fixed.x) + program.b.dot(&fixed.nu) + program.h.dot(&fixed.lambda);
        let apart = &self.answer.x - &xi;
        let curved = apart.dot(&(&program.Q * &apart));
        let pairs = it.s.iter().zip(&it.at.lambda).zip(&self.answer.lambda);
        let weighted: f64 = pairs.map(|((s, lambda), answer)| s / lambda * answer * answer).sum();
        (linear - right) / (curved + weighted + self.kkt.kept_energy(&self.answer) + it.kappa / it.tau)
    }
}
