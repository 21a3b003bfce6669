//! Why a point has no finite value: a matrix in the user's functions that cannot be solved with, an entry of the data.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::work::ready_bit;
use super::{Emission, data, numbers};
use crate::analysis::Stage;
use crate::ir::Id;
use crate::lower::program::Factor;
use crate::print;

impl Emission<'_> {
    /// `Bilevel::fault`: looks at every factor that the point or the problem has computed.
    pub(super) fn fault(&self) -> Option<TokenStream> {
        if self.program.factors.is_empty() {
            return None;
        }
        let bind = self.symbols.bind_point();
        let looks = self.program.factors.iter().map(|factor| self.look(factor));
        Some(quote! {
            fn fault(&self, w: &Work) -> hg::core::option::Option<hg::LinearError> {
                #bind
                #(#looks)*
                hg::core::option::Option::None
            }
        })
    }

    /// `Bilevel::data_fault`: looks at every field of reals whose entries the functions read.
    pub(super) fn data_fault(&self) -> Option<TokenStream> {
        let roots: Vec<Id> = self.quantities.clone().roots().into_iter().map(|id| *id).collect();
        let reached: BTreeSet<Id> = self.model.graph.reachable(&roots).into_iter().collect();
        let fields = self.model.data.iter().flat_map(|data| data.fields.iter().enumerate());
        let entries: Vec<TokenStream> = fields
            .filter(|(_, field)| field.kind.reals().is_some_and(|input| reached.contains(&input)))
            .map(|(number, field)| {
                let (name, slice) = (&field.name, data::reals(self.model, number));
                quote!((#name, #slice))
            })
            .collect();
        (!entries.is_empty()).then(|| {
            quote! {
                fn data_fault(&self) -> hg::core::option::Option<hg::ShapeError> {
                    hg::indices::first_non_finite(&[#(#entries),*])
                }
            }
        })
    }

    fn look(&self, factor: &Factor) -> TokenStream {
        let buffer = &self.program.buffers[factor.buffer];
        let name = self.names.buffer(factor.buffer);
        let what = print::name(&self.model.graph, &self.model.sizes, factor.matrix);
        let rows = numbers::size(&factor.rows);
        let found = |slice: TokenStream| {
            quote! {
                if let hg::core::option::Option::Some(fault) = hg::kernels::fault(#what, #rows, #slice) {
                    return hg::core::option::Option::Some(fault);
                }
            }
        };
        match (buffer.stage, buffer.length.as_constant()) {
            (Stage::Data, Some(_)) => found(quote!(&self.#name[..])),
            (Stage::Data, None) => {
                let found = found(quote!(table));
                quote!(if let hg::core::option::Option::Some(table) = self.#name.get() { #found })
            }
            (Stage::Y | Stage::X | Stage::Adjoint | Stage::Direction | Stage::Step, _) => {
                let (word, bit) = ready_bit(factor.buffer);
                let found = found(quote!(&w.#name[..]));
                quote!(if w.ready[#word] & #bit != 0 { #found })
            }
        }
    }
}
