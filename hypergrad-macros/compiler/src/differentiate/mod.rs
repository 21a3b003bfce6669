//! Differentiation: gradients of scalars, and Jacobians of what is linear in a direction.
//!
//! Products with a direction are gradients of scalars as well: `F_1ᵀ s = ∇ₓ⟨s, F⟩` and
//! `F_1 u = ∇ₛ⟨F_1ᵀ s, u⟩`. Dense derivatives come from their products, lifted over the direction.
//! So no intermediate has more axes than what was asked for.

mod dense;
mod factors;
mod lift;
mod optional;
mod quantities;
mod quantity;
mod rest;
mod reverse;
mod rules;
mod scan;
mod solve;

pub use dense::{Cube, Matrix, Vector, columns, diagonal, diagonal_of_terms, pairing, without, written};
pub use factors::{DiagonalPlusGram, EigenvalueBounds, Root};
pub use lift::{lift, lift_along};
pub use optional::{Group, OfRole, Value};
pub use quantities::{Quantities, derive};
pub use quantity::{Accessor, Directions, Quantity, Shape, Space};
pub use reverse::gradient;

#[cfg(test)]
pub mod tests;
