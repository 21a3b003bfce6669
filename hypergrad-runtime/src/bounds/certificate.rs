//! What a bound says, and how it is printed.

use core::fmt;

/// A constant without meaning.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct InvalidConstant {
    /// Which.
    pub name: &'static str,
    /// Its value.
    pub value: f64,
    /// What is accepted.
    pub accepted: &'static str,
}

impl fmt::Display for InvalidConstant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the constant `{}` is {:e}; accepted: {}", self.name, self.value, self.accepted)
    }
}

impl core::error::Error for InvalidConstant {}

/// Refuses constants that are negative or no numbers.
pub(super) fn check_all(constants: &[(&'static str, f64)]) -> Result<(), InvalidConstant> {
    constants.iter().try_for_each(|&(name, value)| {
        let accepted = "a finite number, at least 0";
        if value >= 0.0 && value.is_finite() { Ok(()) } else { Err(InvalidConstant { name, value, accepted }) }
    })
}

/// Refuses what is no factor of contraction.
pub(super) fn check_factor(name: &'static str, value: f64) -> Result<(), InvalidConstant> {
    if (0.0..1.0).contains(&value) { Ok(()) } else { Err(InvalidConstant { name, value, accepted: "0 <= q < 1" }) }
}

/// A part of a bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term {
    /// Where the error comes from.
    pub source: &'static str,
    /// Its share.
    pub value: f64,
}

/// An upper bound and its parts.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Certificate {
    /// The theorem.
    pub theorem: &'static str,
    /// The parts; they add up to the bound.
    pub terms: [Term; 3],
    /// What the error cannot exceed.
    pub bound: f64,
}

impl Certificate {
    pub(super) fn new(theorem: &'static str, terms: [(&'static str, f64); 3]) -> Self {
        let terms = terms.map(|(source, value)| Term { source, value });
        Self { theorem, terms, bound: terms.iter().map(|term| term.value).sum() }
    }

    /// Whether a measured error is within the bound; rounding of the measurement is not forgiven.
    pub fn holds(&self, measured: f64) -> bool {
        measured <= self.bound
    }

    /// To be printed beside a measured error.
    pub fn beside(&self, measured: f64) -> Beside {
        Beside { certificate: *self, measured }
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error <= {:.2e} by {} (", self.bound, self.theorem)?;
        let mut separator = "";
        for term in self.terms.iter().filter(|term| term.value > 0.0) {
            write!(f, "{separator}{}: {:.2e}", term.source, term.value)?;
            separator = ", ";
        }
        f.write_str(")")
    }
}

/// A bound and what was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beside {
    /// The bound.
    pub certificate: Certificate,
    /// The error.
    pub measured: f64,
}

impl fmt::Display for Beside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let relation = if self.certificate.holds(self.measured) { "<=" } else { "EXCEEDS" };
        write!(f, "measured {:.2e} {relation} {:.2e}, {}", self.measured, self.certificate.bound, self.certificate.theorem)
    }
}
