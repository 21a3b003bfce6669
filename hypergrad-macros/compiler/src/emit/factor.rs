//! How `F_1` is factored and solved with, by what was proved of it.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::statements::Scope;
use super::{Emission, numbers};
use crate::analysis::Samples;
use crate::differentiate::Quantity;
use crate::ir::Size;
use crate::lower::program::{Computes, Part};

impl Emission<'_> {
    /// `factor`, and what needs it: `f_1_solve`, `f_1_tr_solve`, `spectrum`.
    pub(super) fn factor(&self) -> TokenStream {
        let scalar = &self.scalar;
        let bind = self.symbols.bind_point();
        let parts = self.factor_parts();
        let (computes, resize) = match (&self.facts.samples, &self.quantities.f_1_parts) {
            (Some(samples), _) => {
                let blocks = self.blocks(samples);
                (Computes::Factor(Part::Blocks), quote!(w.factor.resize("F_1", #blocks)?;))
            }
            (None, Some(_)) => {
                (Computes::Problem(Quantity::F1), quote!(w.factor.resize_whole("F_1", hg::Dense::flat(&w.x).len())?;))
            }
            (None, None) => (
                Computes::Problem(if self.facts.f1_diagonal.holds { Quantity::F1Diagonal } else { Quantity::F1 }),
                quote!(w.factor.resize("F_1", hg::Dense::flat(&w.x).len())?;),
            ),
        };
        // In its place where the size is constant, and small: moving the factorisation aside takes time then.
        let is_called = computes == Computes::Problem(Quantity::F1) && self.layout.n.as_constant().is_none();
        let body = if is_called { None } else { self.body(computes, Scope::Factor) };
        let body = body.unwrap_or_else(|| self.called(computes));
        let decided = self.facts.f1_definite.is_conditional() && !self.facts.f1_diagonal.holds;
        let choose = decided.then(|| quote!(w.factor.choose(self.structure.f1_definite);));
        let square = self.square();
        quote! {
            #square
            fn factor(&self, w: &mut Work) -> hg::core::result::Result<(), hg::LinearError> {
                if w.factored { return hg::core::result::Result::Ok(()); }
                #bind
                #parts
                #resize
                #choose
                #body
                w.factor.factor("F_1")?;
                w.factored = true;
                hg::core::result::Result::Ok(())
            }
            #[inline]
            fn f_1_solve(&self, w: &mut Work, rhs: &mut [#scalar]) { w.factor.solve(rhs) }
            #[inline]
            fn f_1_tr_solve(&self, w: &mut Work, rhs: &mut [#scalar]) { w.factor.solve_tr(rhs) }
            fn f_1_solve_definite(&self, w: &mut Work, rhs: &mut [#scalar]) { w.factor.solve_definite(rhs) }
            fn f_1_negative_curvature(&self, w: &mut Work, out: &mut [#scalar]) -> bool { w.factor.negative_curvature(out) }
            fn spectrum<'w>(&self, w: &'w mut Work) -> &'w mut dyn hg::Spectrum { &mut w.factor }
        }
    }

    fn body(&self, computes: Computes, scope: Scope) -> Option<TokenStream> {
        let function = self.program.functions.iter().find(|f| f.computes == computes)?;
        Some(self.names.statements(&function.body, scope))
    }

    /// The matrix by its kernel.
    fn called(&self, computes: Computes) -> TokenStream {
        let (name, factor) = (format_ident!("{}", computes.name()), self.factor_type());
        quote! {
            let mut factor = hg::core::mem::replace(&mut w.factor, <#factor>::empty());
            hg::Bilevel::#name(self, w, factor.matrix_mut());
            w.factor = factor;
        }
    }

    /// The diagonal and the roots, where they are cheaper than the whole.
    fn factor_parts(&self) -> Option<TokenStream> {
        let rows = numbers::size(&self.rows()?);
        let diagonal = self.body(Computes::Factor(Part::Diagonal), Scope::Diagonal);
        let roots = self.body(Computes::Factor(Part::Roots), Scope::Roots);
        let given = self.facts.f1_diagonal_plus_gram.is_conditional().then(|| quote!(self.structure.f1_diagonal_plus_gram &&));
        Some(quote! {
            if #given w.factor.resize("F_1", hg::Dense::flat(&w.x).len(), #rows)? {
                { #diagonal }
                { #roots }
                if w.factor.factor_parts("F_1")? {
                    w.factored = true;
                    return hg::core::result::Result::Ok(());
                }
            }
        })
    }

    /// Of the roots, where `F_1` may be solved with by its parts.
    fn rows(&self) -> Option<Size> {
        let gram = self.quantities.f_1_parts.as_ref().and(self.facts.gram.as_ref());
        gram.map(crate::differentiate::DiagonalPlusGram::rows)
    }

    /// How many blocks, and where they lie: a run of rows per block of x, without its samples.
    fn blocks(&self, samples: &Samples) -> TokenStream {
        let count = numbers::size(&samples.count);
        let segments =
            self.model.x.blocks.iter().zip(&samples.axes).zip(&self.layout.x_offsets).map(|((block, axis), offset)| {
                let shape = self.model.graph.shape(block.input);
                let other = |axis: usize| shape.get(axis).cloned().unwrap_or_else(|| Size::constant(1));
                let one = Size::constant(1);
                let (length, stride, step) = if *axis == 0 { (other(1), &shape[0], one) } else { (other(0), &one, other(0)) };
                let [offset, length, stride, step] = [offset, &length, stride, &step].map(numbers::size);
                quote!(hg::Segment { offset: #offset, length: #length, stride: #stride, step: #step })
            });
        quote!(#count, [#(#segments),*])
    }

    pub(super) fn factor_type(&self) -> TokenStream {
        let (x, n) = (&self.x_type, &self.layout.n);
        let method = if self.facts.f1_definite.holds {
            "Cholesky"
        } else if self.facts.f1_definite.is_conditional() || self.facts.f1_symmetric.holds {
            "Symmetric"
        } else {
            "Lu"
        };
        let method = format_ident!("{method}");
        if self.facts.f1_diagonal.holds {
            return quote!(hg::Diagonal<<#x as hg::Variable>::Flat>);
        }
        let matrix = self.layout.matrix(n, n);
        if let Some(rows) = self.rows() {
            let one = Size::constant(1);
            let [roots, small, long, short] =
                [(n, &rows), (&rows, &rows), (n, &one), (&rows, &one)].map(|(r, c)| self.layout.matrix(r, c));
            return quote!(hg::DiagonalPlusGram<hg::method::#method, #matrix, #roots, #small, #long, #short>);
        }
        let Some(samples) = &self.facts.samples else {
            return quote!(hg::Factored<hg::method::#method, #matrix>);
        };
        self.blocks_type(samples, &quote!(hg::method::#method))
    }

    fn blocks_type(&self, samples: &Samples, method: &TokenStream) -> TokenStream {
        let size = self.block_size(samples);
        let storage = self.layout.matrix(&size.mul(&size), &samples.count);
        let vector = self.layout.matrix(&self.layout.n, &Size::constant(1));
        let runs = numbers::usize_literal(samples.axes.len() as i64);
        quote!(hg::Blocks<#method, #storage, #vector, #runs>)
    }

    /// Of other matrices with the structure of `F_1`.
    pub(super) fn square_type(&self) -> TokenStream {
        let (x, n) = (&self.x_type, &self.layout.n);
        match &self.facts.samples {
            Some(samples) => self.blocks_type(samples, &quote!(hg::method::Lu)),
            None if self.facts.f1_diagonal.holds => quote!(hg::Diagonal<<#x as hg::Variable>::Flat>),
            None => {
                let matrix = self.layout.matrix(n, n);
                quote!(hg::Whole<#matrix>)
            }
        }
    }

    fn square(&self) -> TokenStream {
        let body = match &self.facts.samples {
            Some(samples) => {
                let (bind, blocks) = (self.symbols.bind_point(), self.blocks(samples));
                quote! {
                    #bind
                    let mut square = Self::Square::empty();
                    square.resize(what, #blocks)?;
                    hg::core::result::Result::Ok(square)
                }
            }
            None => quote!(Self::Square::new(what, hg::Dense::flat(&w.x).len())),
        };
        quote! {
            fn square(&self, w: &Work, what: &'static str) -> hg::core::result::Result<Self::Square, hg::LinearError> { #body }
        }
    }

    /// Rows of a block of `F_1`.
    fn block_size(&self, samples: &Samples) -> Size {
        let blocks = self.model.x.blocks.iter().zip(&samples.axes);
        blocks.fold(Size::zero(), |sum, (block, sample)| {
            let shape = self.model.graph.shape(block.input).iter().enumerate();
            sum.add(&Size::product(shape.filter(|(axis, _)| axis != sample).map(|(_, extent)| extent)))
        })
    }
}
