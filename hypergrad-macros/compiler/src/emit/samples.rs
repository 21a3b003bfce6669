//! Steps along F, some samples at a time.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::statements::{Names, Scope};
use super::{Emission, numbers};
use crate::analysis::Stage;
use crate::ir::{Op, Role, Size};
use crate::lower::program::{Source, Stmt};

impl Emission<'_> {
    /// `descend`, where samples do not read each other.
    pub(super) fn descend(&self) -> Option<TokenStream> {
        let samples = self.program.samples.as_ref()?;
        let scalar = &self.scalar;
        let bind = self.symbols.bind_point();
        let kept = samples.kept.iter().filter(|k| self.program.buffers[**k].stage != Stage::Data);
        let kept = kept.map(|k| format_ident!("ready{k}"));
        let mut found = Found::default();
        found.add(&samples.body);
        let given = |source: &Source| match source {
            Source::Buffer(buffer) => Some(*buffer).filter(|buffer| !self.names.is_local(*buffer)),
            Source::Out | Source::Input(_) | Source::Sparse(_) => None,
        };
        let x = *found.reads.iter().find(|source| self.names.is_x(**source))?;
        let scratch: Vec<usize> = found.writes.iter().filter_map(given).collect();
        let whole = found.reads.iter().filter(|source| **source != x && !found.writes.contains(source));
        let whole = whole.map(|source| self.names.read_from(*source));
        let room = scratch.iter().map(|k| self.names.room(*k));
        let one = |k: &usize| self.program.buffers[*k].length.divided_by(&Size::symbol(samples.count));
        let held = scratch.iter().map(one).collect::<Option<Vec<Size>>>()?;
        let entries = samples.starts.values().chain(&held).fold(samples.rows.clone(), |sum, own| sum.add(own));
        let starts = samples.starts.iter().filter(|(source, _)| **source != x).map(|(source, size)| (*source, size.clone()));
        let part = Names { named: true, ..self.names.starting(&starts.collect()) };
        let body = part.statements(&samples.body, Scope::Point);
        let choices = found.choices.iter().map(|choice| {
            let (name, chosen) = (format_ident!("choice{choice}"), self.names.chosen(*choice));
            quote!(let #name = #chosen;)
        });
        let names = scratch.iter().map(|k| self.names.buffer(*k));
        let places = scratch.iter().map(|k| self.names.slice_of(Source::Buffer(*k)));
        let (entries, held, x) = (numbers::size(&entries), held.iter().map(numbers::size), self.names.source(x));
        let count = numbers::symbol(samples.count);
        Some(quote! {
            const BY_SAMPLES: bool = true;
            fn descend(&self, w: &mut Work, alpha: #scalar, steps: usize, out: &mut [#scalar]) -> hg::core::option::Option<f64> {
                #bind
                #(self.#kept(w);)*
                #(#room)*
                #(#choices)*
                let start = {
                    #(#whole)*
                    let sizes = (#count, #entries, steps);
                    let vectors = [hg::Dense::flat_mut(&mut w.x), &mut *out];
                    hg::kernels::over_blocks(sizes, vectors, [#((#held, #places)),*], |block, [x, out], [#(#names),*]| {
                        let (first, #count) = (block.start, block.len());
                        let mut start = 0f64;
                        for step in 0..=steps {
                            { let #x = &x[..]; #body }
                            if step == 0 { start = hg::kernels::longer(start, out); }
                            if step == steps { break; }
                            hg::kernels::widely(#[inline(always)] || hg::kernels::axpy(-alpha, out, x));
                        }
                        start
                    })
                };
                w.forget_x();
                hg::core::option::Option::Some(start)
            }
        })
    }
}

impl Names<'_> {
    fn is_x(&self, source: Source) -> bool {
        let Source::Input(id) = source else { return false };
        let Op::Input(input) = self.graph.op(id) else { return false };
        self.graph.input_info(*input).role == Role::X
    }
}

/// What statements read and write, and the choices that they ask for.
#[derive(Default)]
struct Found {
    reads: BTreeSet<Source>,
    writes: BTreeSet<Source>,
    choices: BTreeSet<usize>,
}

impl Found {
    fn add(&mut self, body: &[Stmt]) {
        for statement in body {
            statement.sources(&mut self.reads, &mut self.writes);
            if let Stmt::Choose { choice, hoisted, plain } = statement {
                self.choices.insert(*choice);
                self.add(hoisted);
                self.add(plain);
            }
        }
    }
}
