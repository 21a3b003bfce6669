//! The names of the roles: what functions are called, and the keys of the attribute.

use std::fmt;

/// What a function of the module is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Keyword {
    /// `f`: inner objective.
    Objective,
    /// `F`: inner root.
    Root,
    /// `Phi`: inner fixed-point map.
    FixedPoint,
    /// `inner`: an objective if it returns a scalar, else a root.
    Inner,
    /// `g` or `outer`: outer objective.
    Outer,
    /// `phi`: change of variables.
    Change,
    ChangeInverse,
    /// `psi`: localised change of variables.
    Local,
    LocalInverse,
    /// `P`: a preconditioner.
    Preconditioner,
}

/// Every spelling, the first of a role being the one that messages use.
const SPELLINGS: [(&str, Keyword); 16] = [
    ("f", Keyword::Objective),
    ("F", Keyword::Root),
    ("Phi", Keyword::FixedPoint),
    ("Φ", Keyword::FixedPoint),
    ("inner", Keyword::Inner),
    ("g", Keyword::Outer),
    ("outer", Keyword::Outer),
    ("phi", Keyword::Change),
    ("φ", Keyword::Change),
    ("phi_inv", Keyword::ChangeInverse),
    ("φ_inv", Keyword::ChangeInverse),
    ("psi", Keyword::Local),
    ("ψ", Keyword::Local),
    ("psi_inv", Keyword::LocalInverse),
    ("ψ_inv", Keyword::LocalInverse),
    ("P", Keyword::Preconditioner),
];

impl Keyword {
    pub fn read(name: &str) -> Option<Self> {
        SPELLINGS.iter().find(|(spelling, _)| *spelling == name).map(|(_, keyword)| *keyword)
    }

    pub fn spellings() -> impl Iterator<Item = &'static str> {
        SPELLINGS.iter().map(|(spelling, _)| *spelling)
    }

    pub fn is_inner(self) -> bool {
        matches!(self, Self::Objective | Self::Root | Self::FixedPoint | Self::Inner)
    }

    /// In words, for messages.
    pub fn description(self) -> &'static str {
        match self {
            Self::Objective => "the inner objective",
            Self::Root => "the inner root",
            Self::FixedPoint => "the inner fixed-point map",
            Self::Inner => "the inner role",
            Self::Outer => "the outer objective",
            Self::Change => "a change of variables",
            Self::ChangeInverse => "the inverse of a change of variables",
            Self::Local => "a localised change of variables",
            Self::LocalInverse => "the inverse of a localised change of variables",
            Self::Preconditioner => "a preconditioner",
        }
    }
}

impl fmt::Display for Keyword {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spelling = SPELLINGS.iter().find(|(_, keyword)| keyword == self).map_or("", |(spelling, _)| spelling);
        formatter.write_str(spelling)
    }
}
