//! The table of a check.

use core::fmt;

/// What a comparison says, from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Verdict {
    /// The two agree within the tolerance.
    Agrees,
    /// The differences are too noisy to tell: a kink nearby, a huge third derivative, or an
    /// evaluation that is not finite.
    Uncertain,
    /// They do not agree, and the differences are sharp enough to tell.
    Disagrees,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Agrees => "agrees",
            Self::Disagrees => "DISAGREES",
            Self::Uncertain => "uncertain",
        })
    }
}

/// One quantity.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct DerivativeRow {
    /// Its name.
    pub quantity: &'static str,
    /// The worst error of an entry, relative to the largest entry.
    pub worst: f64,
    /// The flat (column-major) index of that entry.
    pub index: usize,
    /// What follows.
    pub verdict: Verdict,
}

/// Every quantity, printed as a table by `Display`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DerivativeReport {
    /// In the order of the chain: the first disagreement is nearest to the cause.
    pub rows: Vec<DerivativeRow>,
}

impl DerivativeReport {
    /// Whether nothing disagrees.
    pub fn agrees(&self) -> bool {
        self.rows.iter().all(|row| row.verdict != Verdict::Disagrees)
    }

    /// Whether everything could be compared, and agrees.
    pub fn is_certain(&self) -> bool {
        self.rows.iter().all(|row| row.verdict == Verdict::Agrees)
    }

    /// The row of a quantity.
    pub fn row(&self, quantity: &str) -> Option<&DerivativeRow> {
        self.rows.iter().find(|row| row.quantity == quantity)
    }
}

impl fmt::Display for DerivativeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<28} {:>11} {:>7}  verdict", "quantity", "worst error", "entry")?;
        for row in &self.rows {
            write!(f, "\n{:<28} {:>11.1e} {:>7}  {}", row.quantity, row.worst, row.index, row.verdict)?;
        }
        Ok(())
    }
}
