//! The implementation of `Bilevel`: one kernel per quantity.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::statements::Scope;
use super::{Emission, numbers};
use crate::analysis::Stage;
use crate::differentiate::{Directions, EigenvalueBounds, Quantity, Shape, Space};
use crate::lower::program::{Computes, Function};

impl Emission<'_> {
    pub(super) fn bilevel(&self) -> TokenStream {
        let (declared, arguments) = self.generics();
        let (x, y, scalar) = (&self.x_type, &self.y_type, &self.scalar);
        let (n, m) = (&self.layout.n, &self.layout.m);
        let (xx, xy, yx) = (self.layout.matrix(n, n), self.layout.matrix(n, m), self.layout.matrix(m, n));
        let set_up = self.set_up();
        let kernels = self.kernels(Quantity::is_asked);
        let inner_kernels = self.kernels(|quantity| !quantity.is_asked());
        let from_products = self.from_products();
        let eigenvalues = self.eigenvalue_bounds();
        let no_objective = self.quantities.f.is_none().then(
            || quote!(fn objective(&self, _w: &mut Work) -> hg::core::option::Option<#scalar> { hg::core::option::Option::None }),
        );
        let (factor, square) = (self.factor(), self.square_type());
        let fault = self.fault();
        let data_fault = self.data_fault();
        let lending = self.lending();
        let descend = self.descend();
        let structure = self.is_decided_by_data().then(|| {
            quote!(
                #[inline]
                fn structure(&self) -> hg::Structure {
                    self.structure
                }
            )
        });
        let fixed_point = (self.model.inner.kind == crate::model::InnerKind::FixedPoint)
            .then(|| quote!(impl #declared hg::FixedPointMap for Problem #arguments {}));
        quote! {
            impl #declared hg::Bilevel for Problem #arguments {
                type Scalar = #scalar;
                type X = #x;
                type Y = #y;
                type XX = #xx;
                type XY = #xy;
                type YX = #yx;
                type Square = #square;
                type Work = Work;
                const STRUCTURE: hg::Structure = STRUCTURE;
                #structure
                #set_up
                #no_objective
                #kernels
                #from_products
                #eigenvalues
                #factor
                #fault
                #data_fault
                #lending
                #descend
            }
            impl #declared Problem #arguments {
                #inner_kernels
            }
            #fixed_point
        }
    }

    /// The sizes that x and y decide, checked.
    pub(super) fn point_sizes(&self) -> TokenStream {
        let (x, y) = (&self.x_type, &self.y_type);
        let problem = self.symbols.bind_problem();
        let measure = self.symbols.measure_point(self.model);
        let checks = super::sizes::checks(self.model, false);
        let data = self.model.data.is_some().then(|| quote!(let data = self.data();));
        let names = self.symbols.point_names();
        let count = numbers::usize_literal(names.len() as i64);
        quote! {
            #[inline]
            fn sizes(&self, x: &#x, y: &#y) -> hg::core::result::Result<[usize; #count], hg::ShapeError> {
                #problem
                #data
                #measure
                #checks
                hg::core::result::Result::Ok([#(#names),*])
            }
        }
    }

    /// The flat entries of x and y.
    pub(super) fn entries(&self) -> TokenStream {
        let (x, y) = (&self.x_type, &self.y_type);
        quote!(hg::point::flat::<#x>(x), hg::point::flat::<#y>(y))
    }

    /// `work`, `dims`, and the setters.
    fn set_up(&self) -> TokenStream {
        let (x, y, scalar) = (&self.x_type, &self.y_type, &self.scalar);
        let entries = self.entries();
        let forget_adjoint = self.forget(Stage::Adjoint);
        let (recycled, home) = self.recycles().then(|| (self.recycled(), quote!(w.home = self.spare.home();))).unzip();
        let begin = (!self.recycles()).then(|| self.begin());
        quote! {
            #[inline]
            fn work(&self, x: &#x, y: &#y) -> hg::core::result::Result<Work, hg::ShapeError> {
                let sizes = self.sizes(x, y)?;
                hg::core::result::Result::Ok(Work::new(#entries, sizes))
            }
            #[inline(always)]
            fn start(&self, x: &#x, y: &#y) -> hg::core::result::Result<Work, hg::ShapeError> {
                let sizes = self.sizes(x, y)?;
                #recycled
                let (x, y) = (#entries);
                hg::point::check_input("x", hg::Dense::flat(&x))?;
                hg::point::check_input("y", hg::Dense::flat(&y))?;
                let mut w = Work::new(x, y, sizes);
                #home
                hg::core::result::Result::Ok(w)
            }
            #begin
            #[inline]
            fn dims(&self, w: &Work) -> (usize, usize) {
                (hg::Dense::flat(&w.x).len(), hg::Dense::flat(&w.y).len())
            }
            #[inline]
            fn set_y(&self, w: &mut Work, y: &[#scalar]) {
                hg::kernels::copy(y, hg::Dense::flat_mut(&mut w.y));
                w.forget_y();
            }
            #[inline]
            fn set_x(&self, w: &mut Work, x: &[#scalar]) {
                hg::kernels::copy(x, hg::Dense::flat_mut(&mut w.x));
                w.forget_x();
            }
            #[inline]
            fn move_x(&self, w: &mut Work, alpha: #scalar, d: &[#scalar]) {
                hg::kernels::axpy(alpha, d, hg::Dense::flat_mut(&mut w.x));
                w.forget_x();
            }
            #[inline]
            fn x<'w>(&self, w: &'w Work) -> &'w [#scalar] { hg::Dense::flat(&w.x) }
            #[inline]
            fn y<'w>(&self, w: &'w Work) -> &'w [#scalar] { hg::Dense::flat(&w.y) }
            #[inline]
            fn set_adjoint(&self, w: &mut Work, v: &[#scalar]) {
                hg::kernels::copy(v, hg::Dense::flat_mut(&mut w.v));
                #forget_adjoint
            }
        }
    }

    /// A start whose buffers, of constant sizes, stay where they are made: a `Result` with them would be zeroed and moved.
    fn begin(&self) -> TokenStream {
        let (x, y, entries) = (&self.x_type, &self.y_type, self.entries());
        quote! {
            #[inline(always)]
            fn begin<R>(
                &self, x: &#x, y: &#y, run: impl hg::core::ops::FnOnce(&mut Work) -> R,
            ) -> hg::core::result::Result<R, hg::ShapeError> {
                let sizes = self.sizes(x, y)?;
                let (x, y) = (#entries);
                hg::point::check_input("x", hg::Dense::flat(&x))?;
                hg::point::check_input("y", hg::Dense::flat(&y))?;
                hg::core::result::Result::Ok(run(&mut Work::new(x, y, sizes)))
            }
        }
    }

    /// A start in the buffers of a point that is gone.
    fn recycled(&self) -> TokenStream {
        quote! {
            let lengths = (hg::Variable::flat_len(x), hg::Variable::flat_len(y));
            let spare = self.spare.take(|w| w.sizes() == sizes && hg::Bilevel::dims(self, w) == lengths);
            if let hg::core::option::Option::Some(mut w) = spare {
                w.home = self.spare.home();
                hg::Variable::read(x, hg::Dense::flat_mut(&mut w.x));
                hg::Variable::read(y, hg::Dense::flat_mut(&mut w.y));
                hg::point::check_input("x", hg::Dense::flat(&w.x))?;
                hg::point::check_input("y", hg::Dense::flat(&w.y))?;
                w.forget_y();
                return hg::core::result::Result::Ok(w);
            }
        }
    }

    /// From the kernels of the bounds that are proved, if any.
    fn eigenvalue_bounds(&self) -> TokenStream {
        let (scalar, bounds) = (&self.scalar, self.quantities.f_1_eigenvalues);
        if bounds == EigenvalueBounds::default() {
            return TokenStream::new();
        }
        let [least, most] = [(bounds.least, Quantity::F1Least), (bounds.most, Quantity::F1Most)].map(|(bound, quantity)| {
            let kernel = format_ident!("{}", quantity.kernel().0);
            match bound {
                Some(_) => quote!(hg::core::option::Option::Some(self.#kernel(w))),
                None => quote!(hg::core::option::Option::<#scalar>::None),
            }
        });
        quote! {
            fn eigenvalue_bounds(&self, w: &mut Work) -> hg::EigenvalueBounds {
                hg::EigenvalueBounds::new(#least, #most)
            }
        }
    }

    /// The kernels of these quantities.
    fn kernels(&self, wanted: impl Fn(Quantity) -> bool) -> TokenStream {
        let functions = self.program.functions.iter().filter_map(|function| match function.computes {
            Computes::Problem(quantity) if wanted(quantity) => Some((quantity, function)),
            Computes::Problem(_) | Computes::Role(..) | Computes::Factor(_) => None,
        });
        functions.map(|(quantity, function)| self.kernel(quantity, function)).collect()
    }

    fn kernel(&self, quantity: Quantity, function: &Function) -> TokenStream {
        let scalar = &self.scalar;
        let (name, shape, directions) = quantity.kernel();
        let (name, inline) = (format_ident!("{name}"), self.inline());
        if quantity == Quantity::F1TrMul && self.facts.f1_symmetric.holds {
            return quote! {
                #[inline]
                fn f_1_tr_mul(&self, w: &mut Work, u: &[#scalar], out: &mut [#scalar]) { self.f_1_mul(w, u, out) }
            };
        }
        let bind = self.symbols.bind_point();
        let body = self.names.statements(&function.body, Scope::Point);
        let strips = function.strips.iter().map(|strips| self.names.strips(strips));
        if shape != Shape::Scalar {
            let directions = self.directions(directions);
            let given = (quantity == Quantity::Residual && self.program.ahead.is_some()).then(|| {
                quote!(if w.ahead.give(out) {
                    return;
                })
            });
            return quote! {
                #inline
                fn #name(&self, w: &mut Work, #directions out: &mut [#scalar]) {
                    #given
                    #bind
                    #body
                    #(#strips)*
                }
            };
        }
        let zero = numbers::number(0.0, self.model.scalar);
        let ahead = if quantity == Quantity::Objective { self.residual_ahead() } else { None };
        let (ty, value) = if quantity == Quantity::Objective {
            (quote!(hg::core::option::Option<#scalar>), quote!(hg::core::option::Option::Some(out[0])))
        } else {
            (quote!(#scalar), quote!(out[0]))
        };
        quote! {
            #inline
            fn #name(&self, w: &mut Work) -> #ty {
                #bind
                #ahead
                let out = &mut [#zero; 1];
                #body
                #value
            }
        }
    }

    /// F before f, where it is going to be asked for: a large matrix is read once for both.
    fn residual_ahead(&self) -> Option<TokenStream> {
        let buffer = self.program.ahead?;
        let (word, bit) = super::work::ready_bit(buffer);
        let of_f = |function: &&Function| function.computes == Computes::Problem(Quantity::Residual);
        let strips = self.program.functions.iter().find(of_f)?.strips.iter().find(|strips| strips.kept().contains(&buffer))?;
        let (rows, columns) = (numbers::symbol(strips.rows), numbers::size(&strips.columns));
        Some(quote! {
            if w.ready[#word] & #bit == 0 && hg::kernels::is_in_strips(#rows, #columns) && w.ahead.is_expected() {
                let mut values = w.ahead.take(hg::Dense::flat(&w.x).len());
                hg::Bilevel::residual(self, w, &mut values);
                w.ahead.keep(values);
            }
        })
    }

    /// The parameters of a kernel beside the point and the output.
    pub(super) fn directions(&self, directions: Directions) -> TokenStream {
        let scalar = &self.scalar;
        match directions {
            Directions::None => TokenStream::new(),
            Directions::One(Space::X) => quote!(u: &[#scalar],),
            Directions::One(Space::Y) => quote!(c: &[#scalar],),
            Directions::Two => quote!(u: &[#scalar], v: &[#scalar],),
        }
    }

    /// Kernels of small constant problems gain from inlining; big ones cost compile time.
    fn inline(&self) -> TokenStream {
        let small = self.layout.n.as_constant().is_some_and(|n| n <= 8) && self.layout.m.as_constant().is_some_and(|m| m <= 8);
        if small { quote!(#[inline]) } else { TokenStream::new() }
    }
}
