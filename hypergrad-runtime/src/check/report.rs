//! The table of a check.

use core::fmt;

/// What a comparison says, from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Verdict {
    /// The two agree, on the scale of the terms that the quantity is made of.
    Agrees,
    /// Differences cannot tell here; the row's [`Doubt`] says why.
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

/// Why differences cannot tell, from weak to strong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Doubt {
    /// The differences change with their step by more than the error: no step is good enough.
    Noise,
    /// The function as written has lost its digits to rounding here, or both numbers are 0 but for
    /// rounding.
    Rounding,
    /// The module is not smooth, and the point lies on a kink: the derivative is a choice.
    Kink,
    /// A function as written is infinite or not a number here or nearby.
    NotFinite,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Noise => "noise: the differences do not settle at any step",
            Self::Rounding => "rounding: the function as written lost its digits, or both are 0 but for rounding",
            Self::Kink => "kink: the module is not smooth here, its derivative is a choice",
            Self::NotFinite => "not finite: a function as written has no value here or nearby",
        })
    }
}

/// One quantity.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct DerivativeRow {
    /// Its name.
    pub quantity: &'static str,
    /// The worst error of an entry, relative to the largest entry, or to the terms that cancelled in it
    /// where those are larger.
    pub worst: f64,
    /// The flat (column-major) index of that entry.
    pub index: usize,
    /// What follows: that of the worst verdict of an entry.
    pub verdict: Verdict,
    /// Why it is uncertain; `None` for the other verdicts.
    pub doubt: Option<Doubt>,
}

/// Every quantity, printed as a table by `Display`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DerivativeReport {
    /// In the order of the chain: the first disagreement is nearest to the cause.
    pub rows: Vec<DerivativeRow>,
}

impl DerivativeReport {
    /// Whether nothing was found wrong: no row disagrees. Rows may be uncertain, each with its reason;
    /// [`DerivativeReport::is_certain`] asks for more.
    pub fn agrees(&self) -> bool {
        self.rows.iter().all(|row| row.verdict != Verdict::Disagrees)
    }

    /// Whether everything could be compared, and agrees: no row disagrees, none is uncertain.
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
            if let Some(doubt) = row.doubt {
                write!(f, ", {doubt}")?;
            }
        }
        Ok(())
    }
}
