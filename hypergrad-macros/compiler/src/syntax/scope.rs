//! What the parameters of a generic type alias are bound to.

use super::types::{Dimension, Type};

/// `type Weights<T, const N: usize> = SVector<T, N>;` used as `Weights<f64, 3>`: T and N.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    bound: Vec<(String, Bound)>,
}

#[derive(Debug, Clone)]
pub(super) enum Bound {
    Type(Type),
    Dimension(Dimension),
}

impl Scope {
    pub fn bind(&mut self, name: &syn::Ident, value: Bound) {
        self.bound.push((name.to_string(), value));
    }

    pub fn get(&self, name: &syn::Ident) -> Option<&Bound> {
        self.bound.iter().find(|(bound, _)| name == bound).map(|(_, value)| value)
    }

    pub fn constant(&self, name: &syn::Ident) -> Option<i64> {
        match self.get(name)? {
            Bound::Dimension(Dimension::Constant(value)) => Some(*value),
            Bound::Type(_) | Bound::Dimension(_) => None,
        }
    }
}
