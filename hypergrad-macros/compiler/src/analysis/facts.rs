//! What was proved, with the reason in words.

use std::collections::BTreeSet;

use crate::differentiate::{DiagonalPlusGram, EigenvalueBounds};
use crate::ir::{Id, Size};

/// A kind of estimator; the names are those of the runtime's `EstimatorKind`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Estimator {
    Ift,
    Newton,
    Jacobi,
    Tangent,
    CustomPreconditioner,
    Reparameterized,
    LocalizedExp,
    LocalizedDiagonal,
    LocalizedNewton,
    LocalizedCustom,
}

impl Estimator {
    /// The variant of the runtime's `EstimatorKind`.
    pub fn variant(self) -> &'static str {
        match self {
            Self::Ift => "Ift",
            Self::Newton => "Newton",
            Self::Jacobi => "Jacobi",
            Self::Tangent => "Tangent",
            Self::LocalizedExp => "LocalizedExp",
            Self::LocalizedDiagonal => "LocalizedDiagonal",
            Self::LocalizedNewton => "LocalizedNewton",
            Self::CustomPreconditioner => "CustomPreconditioner",
            Self::Reparameterized => "Reparameterized",
            Self::LocalizedCustom => "LocalizedCustom",
        }
    }

    /// As the user writes it.
    pub fn constructor(self) -> &'static str {
        match self {
            Self::Ift => "Ift::new()",
            Self::Newton => "Preconditioned::newton()",
            Self::Jacobi => "Preconditioned::jacobi()",
            Self::Tangent => "Tangent::new()",
            Self::LocalizedExp => "Localized::exp()",
            Self::LocalizedDiagonal => "Localized::diagonal()",
            Self::LocalizedNewton => "Localized::newton()",
            Self::CustomPreconditioner => "Preconditioned::custom()",
            Self::Reparameterized => "Reparameterized::new()",
            Self::LocalizedCustom => "Localized::custom()",
        }
    }
}

/// A claim: proved, proved on condition, or not proved (which is never "disproved").
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Fact {
    /// For all data.
    pub holds: bool,
    /// Where it does not: what is proved if these expressions of the data are at least 0, entry by entry.
    pub given: Vec<Id>,
    /// Why it holds, or why it was not proved.
    pub reason: String,
    /// An expression at which the proof failed.
    pub obstacle: Option<Id>,
}

impl Fact {
    pub fn proved(reason: impl Into<String>) -> Self {
        Self { holds: true, reason: reason.into(), ..Self::default() }
    }

    pub fn unproved(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), ..Self::default() }
    }

    /// Proved on these conditions, if there are any.
    pub fn given(reason: impl Into<String>, conditions: &[Id]) -> Self {
        Self { holds: conditions.is_empty(), given: conditions.to_vec(), reason: reason.into(), obstacle: None }
    }

    /// Whether the data decides.
    pub fn is_conditional(&self) -> bool {
        !self.holds && !self.given.is_empty()
    }

    /// Whether it holds for some data at least.
    pub fn may_hold(&self) -> bool {
        self.holds || self.is_conditional()
    }
}

/// The facts, named as in `Problem::STRUCTURE`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Facts {
    pub f1_symmetric: Fact,
    pub f1_diagonal: Fact,
    pub f1_block_diagonal: Fact,
    pub f1_diagonal_plus_gram: Fact,
    pub f1_definite: Fact,
    pub f1_constant_in_x: Fact,
    pub f1_constant_in_y: Fact,
    pub f21_zero: Fact,
    pub g_constant_slope: Fact,
    pub smooth: Fact,
    /// The blocks of an `F_1` that is block-diagonal and not diagonal.
    pub samples: Option<Samples>,
    /// The parts of an `F_1` that is none of these.
    pub gram: Option<DiagonalPlusGram>,
    /// Bounds of the eigenvalues of `F_1` at every x.
    pub eigenvalues: EigenvalueBounds,
    /// Whether each estimator that the module has is super-efficient.
    pub estimators: Vec<(Estimator, Fact)>,
}

impl Facts {
    /// The estimators that are proved super-efficient.
    pub fn super_efficient(&self) -> impl Iterator<Item = Estimator> {
        self.estimators.iter().filter(|(_, fact)| fact.holds).map(|(kind, _)| *kind)
    }

    /// Every condition on the data on which a fact hangs, once.
    pub fn conditions(&self) -> Vec<Id> {
        let all: BTreeSet<Id> = self.fields().iter().flat_map(|(_, fact)| fact.given.iter().copied()).collect();
        all.into_iter().collect()
    }

    /// The boolean facts by field name, in the order of the runtime's `Structure`.
    pub fn fields(&self) -> [(&'static str, &Fact); 10] {
        [
            ("f1_symmetric", &self.f1_symmetric),
            ("f1_diagonal", &self.f1_diagonal),
            ("f1_block_diagonal", &self.f1_block_diagonal),
            ("f1_diagonal_plus_gram", &self.f1_diagonal_plus_gram),
            ("f1_definite", &self.f1_definite),
            ("f1_constant_in_x", &self.f1_constant_in_x),
            ("f1_constant_in_y", &self.f1_constant_in_y),
            ("f21_zero", &self.f21_zero),
            ("g_constant_slope", &self.g_constant_slope),
            ("smooth", &self.smooth),
        ]
    }
}

/// Where the samples are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Samples {
    /// The axis of each block of x.
    pub axes: Vec<usize>,
    /// How many there are.
    pub count: Size,
}
