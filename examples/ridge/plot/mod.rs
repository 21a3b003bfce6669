//! The pictures: what they share.

mod errors;
mod loose;
mod weights;

pub use errors::errors;
pub use loose::loose;
pub use weights::weights;

use crate::style::{Drawn, FAINT, INK, PALE, PALETTE, power_of_ten, text};
