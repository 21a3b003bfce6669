//! The estimators that are compared.

use hypergrad::EstimatorError;
use hypergrad::estimator::{self, Estimator, Ift, Localized, Preconditioned};
use hypergrad::problem::Bilevel;
use nalgebra::DVector;

/// An estimator, by the paper's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Vanilla,
    DiagonalPreconditioner,
    ExpMap,
    DiagonalMap,
    NewtonPreconditioner,
    OptimalMap,
}

impl Method {
    /// In the order of the tables.
    pub const ALL: [Self; 6] = [
        Self::Vanilla,
        Self::DiagonalPreconditioner,
        Self::ExpMap,
        Self::DiagonalMap,
        Self::NewtonPreconditioner,
        Self::OptimalMap,
    ];

    /// The paper's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vanilla => "vanilla",
            Self::DiagonalPreconditioner => "P_diag",
            Self::ExpMap => "φ_exp",
            Self::DiagonalMap => "φ_diag",
            Self::NewtonPreconditioner => "P_Newton",
            Self::OptimalMap => "φ_opt",
        }
    }

    /// The library's name.
    pub fn constructor(self) -> &'static str {
        match self {
            Self::Vanilla => "Ift::new()",
            Self::DiagonalPreconditioner => "Preconditioned::jacobi()",
            Self::ExpMap => "Localized::exp()",
            Self::DiagonalMap => "Localized::diagonal()",
            Self::NewtonPreconditioner => "Preconditioned::newton()",
            Self::OptimalMap => "Localized::newton()",
        }
    }

    /// The estimate of `∇h(y)` at x.
    pub fn hypergradient<P: Problem>(
        self,
        problem: &P,
        x: &DVector<f64>,
        y: &DVector<f64>,
    ) -> Result<DVector<f64>, EstimatorError> {
        self.visit(Gradient { problem, x, y })
    }

    /// `C_y`.
    pub fn efficiency<P: Problem>(self, problem: &P, x_star: &DVector<f64>, y: &DVector<f64>) -> Result<f64, EstimatorError> {
        self.visit(Efficiency { problem, x_star, y })
    }

    fn visit<P: Problem, V: Visitor<P>>(self, visitor: V) -> Result<V::Output, EstimatorError> {
        match self {
            Self::Vanilla => visitor.visit(&Ift::new().error_estimate(false)),
            Self::DiagonalPreconditioner => visitor.visit(&Preconditioned::jacobi().error_estimate(false)),
            Self::ExpMap => visitor.visit(&Localized::exp().error_estimate(false)),
            Self::DiagonalMap => visitor.visit(&Localized::diagonal().error_estimate(false)),
            Self::NewtonPreconditioner => visitor.visit(&Preconditioned::newton().error_estimate(false)),
            Self::OptimalMap => visitor.visit(&Localized::newton().error_estimate(false)),
        }
    }
}

/// A problem over vectors.
pub trait Problem: Bilevel<Scalar = f64, X = DVector<f64>, Y = DVector<f64>> {}
impl<P: Bilevel<Scalar = f64, X = DVector<f64>, Y = DVector<f64>>> Problem for P {}

/// Something to do with an estimator of any type.
trait Visitor<P: Problem> {
    type Output;
    fn visit<E: Estimator<P>>(self, estimator: &E) -> Result<Self::Output, EstimatorError>;
}

struct Gradient<'a, P> {
    problem: &'a P,
    x: &'a DVector<f64>,
    y: &'a DVector<f64>,
}

impl<P: Problem> Visitor<P> for Gradient<'_, P> {
    type Output = DVector<f64>;

    fn visit<E: Estimator<P>>(self, estimator: &E) -> Result<DVector<f64>, EstimatorError> {
        Ok(estimator::hypergradient(self.problem, self.x, self.y, estimator)?.gradient)
    }
}

struct Efficiency<'a, P> {
    problem: &'a P,
    x_star: &'a DVector<f64>,
    y: &'a DVector<f64>,
}

impl<P: Problem> Visitor<P> for Efficiency<'_, P> {
    type Output = f64;

    fn visit<E: Estimator<P>>(self, estimator: &E) -> Result<f64, EstimatorError> {
        estimator::efficiency(self.problem, self.x_star, self.y, estimator)
    }
}
