//! Derivatives that have no code of their own: from products with unit directions.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::{Emission, numbers};
use crate::differentiate::Quantity;

/// The kernel of a quantity.
fn kernel(quantity: Quantity) -> Ident {
    format_ident!("{}", quantity.kernel().0)
}

impl Emission<'_> {
    /// The kernels of `Bilevel` that come from products.
    pub(super) fn from_products(&self) -> TokenStream {
        let [tensors, matrices, diagonals] = [self.tensors(), self.matrices_from_products(), self.diagonals_from_products()];
        let differences = self.differences();
        quote!(#tensors #matrices #diagonals #differences)
    }

    /// Whether some dense derivative is one of them.
    fn has_units(&self) -> bool {
        let q = self.quantities;
        [&q.f_1, &q.f_2, &q.g_11, &q.g_21, &q.m_11, &q.m_21].iter().any(|matrix| matrix.is_none()) || q.m_11_mul.is_empty()
    }

    /// Products with `M_11` and `M_21` for `M = g - vᵀF` as the differences of those with `g_11` and `L_11`.
    fn differences(&self) -> TokenStream {
        let (scalar, q) = (&self.scalar, self.quantities);
        if !q.m_11_mul.is_empty() {
            return TokenStream::new();
        }
        let all = [
            (Quantity::M11Mul, Quantity::L11Mul, Quantity::G11Mul, &q.g_11_mul, "other_x"),
            (Quantity::M21Mul, Quantity::L21Mul, Quantity::G21Mul, &q.g_21_mul, "other_y"),
        ];
        all.into_iter()
            .map(|(product, of_l, of_g, nodes, other)| {
                let [name, of_l, of_g] = [product, of_l, of_g].map(kernel);
                let other = format_ident!("{other}");
                let difference = if nodes.iter().all(|node| self.model.graph.is_zero(*node)) {
                    quote!(for out in out {
                        *out = -*out;
                    })
                } else {
                    quote! {
                        let mut other = hg::core::mem::replace(&mut w.#other, hg::Dense::empty());
                        self.#of_g(w, u, hg::Dense::flat_mut(&mut other));
                        for (out, of_g) in hg::core::iter::zip(out, hg::Dense::flat(&other)) { *out = *of_g - *out; }
                        w.#other = other;
                    }
                };
                quote! {
                    fn #name(&self, w: &mut Work, u: &[#scalar], out: &mut [#scalar]) {
                        self.#of_l(w, u, out);
                        #difference
                    }
                }
            })
            .collect()
    }

    /// Unit directions in `Work`: their fields, and their values for a new one.
    pub(super) fn unit_fields(&self) -> (TokenStream, TokenStream) {
        if !self.has_units() {
            return (TokenStream::new(), TokenStream::new());
        }
        let (x, y) = ((&self.x_type, quote!(n)), (&self.y_type, quote!(m)));
        let spaces = [("unit_x", &x), ("other_x", &x), ("unit_y", &y), ("other_y", &y)];
        let (mut fields, mut values) = (TokenStream::new(), TokenStream::new());
        for (name, (ty, length)) in spaces {
            let (name, flat) = (format_ident!("{name}"), quote!(<#ty as hg::Variable>::Flat));
            fields.extend(quote!(#name: #flat,));
            values.extend(quote!(#name: <#flat as hg::Dense>::zeros(#length, 1),));
        }
        (fields, values)
    }

    /// `F_11` and `F_21`, entry by entry from products with `L_11` and `L_21` for units v and u.
    fn tensors(&self) -> TokenStream {
        let (scalar, q) = (&self.scalar, self.quantities);
        let zero = numbers::number(0.0, self.model.scalar);
        let (x, y) = (&self.x_type, &self.y_type);
        [
            (Quantity::F11, Quantity::L11Mul, &q.l_11_mul, quote!(n), x),
            (Quantity::F21, Quantity::L21Mul, &q.l_21_mul, quote!(m), y),
        ]
        .into_iter()
        .map(|(tensor, product, nodes, middle, space)| {
            let (name, product) = (kernel(tensor), kernel(product));
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
            (Quantity::F1, Quantity::F1Mul, &q.f_1),
            (Quantity::G11, Quantity::G11Mul, &q.g_11),
            (Quantity::M11, Quantity::M11Mul, &q.m_11),
            (Quantity::G21, Quantity::G21Mul, &q.g_21),
        ];
        let square = square.into_iter().filter(|(.., matrix)| matrix.is_none()).map(|(matrix, product, _)| {
            let (name, product) = (kernel(matrix), kernel(product));
            quote! {
                fn #name(&self, w: &mut Work, out: &mut [#scalar]) {
                    let mut unit = hg::core::mem::replace(&mut w.unit_x, hg::Dense::empty());
                    hg::products::columns(self, w, hg::Dense::flat_mut(&mut unit), Self::#product, out);
                    w.unit_x = unit;
                }
            }
        });
        let wide = [
            (Quantity::F2, ("unit_y", Quantity::F2Mul), ("unit_x", Quantity::F2TrMul), &q.f_2),
            (Quantity::M21, ("unit_x", Quantity::M21Mul), ("unit_y", Quantity::M12Mul), &q.m_21),
        ];
        let wide =
            wide.into_iter().filter(|(.., matrix)| matrix.is_none()).map(|(matrix, (column, by_column), (row, by_row), _)| {
                let [name, by_column, by_row] = [matrix, by_column, by_row].map(kernel);
                let [column, row] = [column, row].map(|field| format_ident!("{field}"));
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
