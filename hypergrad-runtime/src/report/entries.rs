//! Entries of variables as text.

use core::fmt;

use crate::problem::{Dense as _, Variable};
use crate::scalar::Real as _;

/// More entries than this are counted, not shown.
const SHOWN: usize = 8;

/// The entries of x or y: `[0.5000, -1.2500e-7, ..]`, with the precision of the format, or four digits.
pub(crate) struct Entries<'a, V>(pub &'a V);

impl<V: Variable> fmt::Display for Entries<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.0.flat_len();
        let Ok(mut flat) = V::Flat::try_zeros("x", length, 1) else { return write!(f, "{length} entries") };
        self.0.read(flat.flat_mut());
        f.write_str("[")?;
        for (k, entry) in flat.flat().iter().take(SHOWN).enumerate() {
            if k > 0 {
                f.write_str(", ")?;
            }
            number(f, entry.wide())?;
        }
        if length > SHOWN {
            write!(f, ", .. {length} entries")?;
        }
        f.write_str("]")
    }
}

/// Without an exponent where it has few digits.
fn number(f: &mut fmt::Formatter<'_>, value: f64) -> fmt::Result {
    let digits = f.precision().unwrap_or(4);
    let size = if value < 0.0 { -value } else { value };
    if size == 0.0 || (1e-3..1e5).contains(&size) { write!(f, "{value:.digits$}") } else { write!(f, "{value:.digits$e}") }
}
