//! Derivatives that have no code of their own: from products with unit directions.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Emission, numbers};

impl Emission<'_> {
    /// The kernels of `Bilevel` that come from products.
    pub(super) fn from_products(&self) -> TokenStream {
        let [tensors, matrices, diagonals] = [self.tensors(), self.matrices_from_products(), self.diagonals_from_products()];
        quote!(#tensors #matrices #diagonals)
    }

    /// Whether some dense derivative is one of them.
    fn has_units(&self) -> bool {
        let q = self.quantities;
        [&q.f_1, &q.f_2, &q.g_11, &q.g_21, &q.m_11, &q.m_21].iter().any(|matrix| matrix.is_none())
    }

    /// Unit directions in `Work`: their fields, and their values for a new one.
    pub(super) fn unit_fields(&self) -> (TokenStream, TokenStream) {
        if !self.has_units() {
            return (TokenStream::new(), TokenStream::new());
        }
        let spaces =
            [("unit_x", &self.x_type, quote!(x)), ("other_x", &self.x_type, quote!(x)), ("unit_y", &self.y_type, quote!(y))];
        let (mut fields, mut values) = (TokenStream::new(), TokenStream::new());
        for (name, ty, variable) in spaces {
            let (name, flat) = (format_ident!("{name}"), quote!(<#ty as hg::Variable>::Flat));
            fields.extend(quote!(#name: #flat,));
            values.extend(quote!(#name: <#flat as hg::Dense>::zeros(hg::Variable::flat_len(#variable), 1),));
        }
        (fields, values)
    }

    /// `F_11` and `F_21`, entry by entry from products with `L_11` and `L_21` for units v and u.
    fn tensors(&self) -> TokenStream {
        let (scalar, q) = (&self.scalar, self.quantities);
        let zero = numbers::number(0.0, self.model.scalar);
        let (x, y) = (&self.x_type, &self.y_type);
        [("f_11", "l_11_mul", &q.l_11_mul, quote!(n), x), ("f_21", "l_21_mul", &q.l_21_mul, quote!(m), y)]
            .into_iter()
            .map(|(name, product, nodes, middle, space)| {
                let (name, product) = (format_ident!("{name}"), format_ident!("{product}"));
                if nodes.iter().all(|node| self.model.graph.is_zero(*node)) {
                    return quote!(fn #name(&self, _w: &mut Work, out: &mut [#scalar]) { out.fill(#zero); });
                }
                quote! {
                    fn #name(&self, w: &mut Work, out: &mut [#scalar]) {
                        let (n, m) = hg::Bilevel::dims(self, w);
                        let v = w.v.clone();
                        hg::products::tensor::<_, <#space as hg::Variable>::Flat>(self, w, #middle, Self::#product, out);
                        hg::Bilevel::set_adjoint(self, w, hg::Dense::flat(&v));
                    }
                }
            })
            .collect()
    }

    fn matrices_from_products(&self) -> TokenStream {
        let (scalar, q) = (&self.scalar, self.quantities);
        // Columns; where the matrix is not square, rows if these are fewer.
        let square = [
            ("f_1", "f_1_mul", &q.f_1),
            ("g_11", "g_11_mul", &q.g_11),
            ("m_11", "m_11_mul", &q.m_11),
            ("g_21", "g_21_mul", &q.g_21),
        ];
        let square = square.into_iter().filter(|(.., matrix)| matrix.is_none()).map(|(name, product, _)| {
            let (name, product) = (format_ident!("{name}"), format_ident!("{product}"));
            quote! {
                fn #name(&self, w: &mut Work, out: &mut [#scalar]) {
                    let mut unit = hg::core::mem::replace(&mut w.unit_x, hg::Dense::empty());
                    hg::products::columns(self, w, hg::Dense::flat_mut(&mut unit), Self::#product, out);
                    w.unit_x = unit;
                }
            }
        });
        let wide = [
            ("f_2", "unit_y", "f_2_mul", "unit_x", "f_2_tr_mul", &q.f_2),
            ("m_21", "unit_x", "m_21_mul", "unit_y", "m_12_mul", &q.m_21),
        ];
        let wide = wide.into_iter().filter(|(.., matrix)| matrix.is_none()).map(|(name, column, by_column, row, by_row, _)| {
            let [name, column, by_column, row, by_row] =
                [name, column, by_column, row, by_row].map(|word| format_ident!("{word}"));
            quote! {
                fn #name(&self, w: &mut Work, out: &mut [#scalar]) {
                    let mut column = hg::core::mem::replace(&mut w.#column, hg::Dense::empty());
                    let mut row = hg::core::mem::replace(&mut w.#row, hg::Dense::empty());
                    let (columns, rows) = (hg::Dense::flat_mut(&mut column), hg::Dense::flat_mut(&mut row));
                    hg::products::fewer(self, w, (columns, Self::#by_column), (rows, Self::#by_row), out);
                    w.#column = column;
                    w.#row = row;
                }
            }
        });
        quote!(#(#square)* #(#wide)*)
    }

    fn diagonals_from_products(&self) -> TokenStream {
        if !self.quantities.f_1_diagonal.is_empty() {
            return TokenStream::new();
        }
        let scalar = &self.scalar;
        quote! {
            fn f_1_diagonal(&self, w: &mut Work, out: &mut [#scalar]) {
                let mut unit = hg::core::mem::replace(&mut w.unit_x, hg::Dense::empty());
                let mut column = hg::core::mem::replace(&mut w.other_x, hg::Dense::empty());
                let (units, columns) = (hg::Dense::flat_mut(&mut unit), hg::Dense::flat_mut(&mut column));
                hg::products::diagonal(self, w, units, columns, Self::f_1_mul, out);
                w.unit_x = unit;
                w.other_x = column;
            }
            fn f_1_diagonal_2_tr_mul(&self, w: &mut Work, u: &[#scalar], out: &mut [#scalar]) {
                let mut unit = hg::core::mem::replace(&mut w.unit_x, hg::Dense::empty());
                let mut column = hg::core::mem::replace(&mut w.unit_y, hg::Dense::empty());
                let v = w.v.clone();
                let (units, columns) = (hg::Dense::flat_mut(&mut unit), hg::Dense::flat_mut(&mut column));
                hg::products::weighted_diagonal(self, w, units, columns, Self::l_21_mul, u, out);
                hg::Bilevel::set_adjoint(self, w, hg::Dense::flat(&v));
                w.unit_x = unit;
                w.unit_y = column;
            }
        }
    }
}
