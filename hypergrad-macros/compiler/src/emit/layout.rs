//! The sizes of a module's spaces, and the concrete types that hold its results.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::numbers;
use crate::ir::{Graph, Size};
use crate::model::{Model, Variable};

/// Constant matrices up to this many bytes are `SMatrix`.
const LARGEST_STATIC: i64 = 64 * 1024;

/// n and m, and where blocks lie.
pub struct Layout {
    pub n: Size,
    pub m: Size,
    pub x_offsets: Vec<Size>,
    pub y_offsets: Vec<Size>,
    bytes: i64,
    scalar: TokenStream,
}

impl Layout {
    pub fn new(model: &Model) -> Self {
        let (x_offsets, n) = offsets(&model.graph, &model.x);
        let (y_offsets, m) = offsets(&model.graph, &model.y);
        let bytes = if model.scalar == crate::model::Scalar::F64 { 8 } else { 4 };
        Self { n, m, x_offsets, y_offsets, bytes, scalar: numbers::scalar_type(model.scalar) }
    }

    /// The type of a matrix of this size.
    pub fn matrix(&self, rows: &Size, columns: &Size) -> TokenStream {
        let scalar = &self.scalar;
        match (rows.as_constant(), columns.as_constant()) {
            (Some(r), Some(c)) if r * c * self.bytes <= LARGEST_STATIC => {
                let (r, c) = (Literal::usize_unsuffixed(r as usize), Literal::usize_unsuffixed(c as usize));
                quote!(hg::nalgebra::SMatrix<#scalar, #r, #c>)
            }
            _ => quote!(hg::nalgebra::DMatrix<#scalar>),
        }
    }

    /// The storage of a third-order tensor: the first two indices are its rows.
    pub fn cube(&self, first: &Size, second: &Size, third: &Size) -> TokenStream {
        self.matrix(&first.mul(second), third)
    }
}

fn offsets(graph: &Graph, variable: &Variable) -> (Vec<Size>, Size) {
    let mut total = Size::zero();
    let offsets = variable
        .blocks
        .iter()
        .map(|b| {
            let own = total.clone();
            total = total.add(&Size::product(graph.shape(b.input)));
            own
        })
        .collect();
    (offsets, total)
}
