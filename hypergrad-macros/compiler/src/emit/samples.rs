//! Steps along F, some samples at a time.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::statements::Scope;
use super::{Emission, numbers};
use crate::analysis::Stage;
use crate::ir::Size;

impl Emission<'_> {
    /// `descend`, where samples do not read each other.
    pub(super) fn descend(&self) -> Option<TokenStream> {
        let samples = self.program.samples.as_ref()?;
        let scalar = &self.scalar;
        let bind = self.symbols.bind_point();
        let kept = samples.kept.iter().filter(|k| self.program.buffers[**k].stage != Stage::Data);
        let kept = kept.map(|k| format_ident!("ready{k}"));
        let room = samples.scratch.iter().map(|k| self.names.room(*k));
        let held = samples.scratch.iter().map(|k| &self.program.buffers[*k].length);
        let one = |size: &Size| size.divided_by(&Size::symbol(samples.count)).unwrap_or_else(Size::zero);
        let entries = samples.starts.values().cloned().chain(held.map(one)).fold(samples.rows.clone(), |sum, own| sum.add(&own));
        let body = self.names.starting(&samples.starts).statements(&samples.body, Scope::Point);
        let [entries, rows] = [&entries, &samples.rows].map(numbers::size);
        let count = numbers::symbol(samples.count);
        Some(quote! {
            const BY_SAMPLES: bool = true;
            fn descend(&self, w: &mut Work, alpha: #scalar, steps: usize, out: &mut [#scalar]) -> hg::core::option::Option<f64> {
                #bind
                #(self.#kept(w);)*
                #(#room)*
                let mut start = 0f64;
                for block in hg::kernels::blocks(#count, #entries) {
                    let (first, #count) = (block.start, block.len());
                    let out = &mut out[first * (#rows)..][..#count * (#rows)];
                    for step in 0..=steps {
                        { #body }
                        if step == 0 { start = hg::kernels::longer(start, out); }
                        if step == steps { break; }
                        let x = &mut hg::Dense::flat_mut(&mut w.x)[first * (#rows)..][..#count * (#rows)];
                        hg::kernels::widely(#[inline(always)] || hg::kernels::axpy(-alpha, out, x));
                    }
                }
                w.forget_x();
                hg::core::option::Option::Some(start)
            }
        })
    }
}
