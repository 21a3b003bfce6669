//! How `F_1` is factored and solved with, by what was proved of it.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::statements::Scope;
use super::{Emission, numbers};
use crate::analysis::Samples;
use crate::ir::Size;

impl Emission<'_> {
    /// `factor`, `f_1_solve`, `f_1_tr_solve`.
    pub(super) fn factor(&self) -> TokenStream {
        let scalar = &self.scalar;
        let bind = self.symbols.bind_point();
        let (name, resize) = match &self.facts.samples {
            Some(samples) => ("f_1_blocks", self.resize_blocks(samples)),
            None => (if self.facts.f1_diagonal.holds { "f_1_diagonal" } else { "f_1" }, self.resize_whole()),
        };
        let body = self.program.functions.iter().find(|f| f.name == name).map(|f| self.names.statements(&f.body, Scope::Factor));
        quote! {
            fn factor(&self, w: &mut Work) -> hg::core::result::Result<(), hg::LinearError> {
                if w.factored { return hg::core::result::Result::Ok(()); }
                #bind
                #resize
                #body
                w.factor.factor("F_1")?;
                w.factored = true;
                hg::core::result::Result::Ok(())
            }
            #[inline]
            fn f_1_solve(&self, w: &mut Work, rhs: &mut [#scalar]) { w.factor.solve(rhs) }
            #[inline]
            fn f_1_tr_solve(&self, w: &mut Work, rhs: &mut [#scalar]) { w.factor.solve_tr(rhs) }
        }
    }

    fn resize_whole(&self) -> TokenStream {
        quote!(w.factor.resize("F_1", hg::Dense::flat(&w.x).len())?;)
    }

    /// A block of rows per block of x, without its samples.
    fn resize_blocks(&self, samples: &Samples) -> TokenStream {
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
        quote!(w.factor.resize("F_1", #count, [#(#segments),*])?;)
    }

    pub(super) fn factor_type(&self) -> TokenStream {
        let (x, n) = (&self.model.x.ty, &self.layout.n);
        let method = if self.facts.f1_definite.holds {
            "Cholesky"
        } else if self.facts.f1_symmetric.holds {
            "Ldlt"
        } else {
            "Lu"
        };
        let method = format_ident!("{method}");
        if self.facts.f1_diagonal.holds {
            return quote!(hg::Diagonal<<#x as hg::Variable>::Flat>);
        }
        let Some(samples) = &self.facts.samples else {
            let matrix = self.layout.matrix(n, n);
            return quote!(hg::Factored<hg::method::#method, #matrix>);
        };
        let size = self.block_size(samples);
        let storage = self.layout.matrix(&size.mul(&size), &samples.count);
        let vector = self.layout.matrix(n, &Size::constant(1));
        let runs = numbers::usize_literal(samples.axes.len() as i64);
        quote!(hg::Blocks<hg::method::#method, #storage, #vector, #runs>)
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
