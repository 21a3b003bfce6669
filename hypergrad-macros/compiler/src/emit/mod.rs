//! The only place where Rust is written.

mod bilevel;
mod bindings;
mod calls;
mod claims;
mod crate_path;
mod data;
mod expressions;
mod factor;
pub mod fallback;
mod faults;
mod function;
mod layout;
mod loops;
mod methods;
mod numbers;
mod optional;
mod point;
mod problem;
mod products;
mod samples;
pub mod share;
mod sizes;
mod statements;
mod strips;
pub mod types;
mod variables;
mod work;

use std::collections::BTreeMap;

use proc_macro2::{Span, TokenStream};
use quote::quote;

use crate::analysis::{Facts, Stage};
use crate::differentiate::Quantities;
use crate::lower::program::Program;
use crate::model::{DataKind, Declared, Model};
use crate::syntax::{Storage, Type};
use layout::Layout;
use sizes::Symbols;
use statements::Names;

pub use crate_path::crate_path;
pub use fallback::append;

/// The contract's letters (`F`, `Phi`) are no snake case: their lint is silenced for the module.
pub fn in_papers_letters(module: TokenStream) -> TokenStream {
    quote!(#[allow(non_snake_case)] #module)
}

/// What stands for the lifetimes of a data struct that borrows.
#[derive(Clone, Copy)]
enum Lifetimes {
    /// Parameters of the `impl` block.
    Named,
    /// Where a type is only a default.
    Static,
}

/// `'d0, 'd1`
fn lifetimes(count: usize) -> Vec<syn::Lifetime> {
    (0..count).map(|k| syn::Lifetime::new(&format!("'d{k}"), Span::call_site())).collect()
}

/// Everything that emission reads.
pub struct Emission<'m> {
    model: &'m Model,
    quantities: &'m Quantities,
    program: &'m Program,
    facts: &'m Facts,
    /// The text of `DERIVATION`.
    derivation: String,
    /// Documentation of a method, by its name.
    docs: &'m dyn Fn(&str) -> String,
    layout: Layout,
    symbols: Symbols,
    names: Names<'m>,
    scalar: TokenStream,
    /// The type of x, as the hidden module writes it: nalgebra's by absolute path, the module's structs as `super::Name`.
    x_type: TokenStream,
    y_type: TokenStream,
}

impl<'m> Emission<'m> {
    pub fn new(
        model: &'m Model,
        quantities: &'m Quantities,
        program: &'m Program,
        facts: &'m Facts,
        derivation: String,
        docs: &'m dyn Fn(&str) -> String,
    ) -> Self {
        let layout = Layout::new(model);
        let names = Names {
            graph: &model.graph,
            model,
            buffers: &program.buffers,
            choices: &program.choices,
            scalar: model.scalar,
            x_offsets: layout.x_offsets.clone(),
            y_offsets: layout.y_offsets.clone(),
            starts: BTreeMap::new(),
            named: false,
        };
        let scalar = numbers::scalar_type(model.scalar);
        let [x_type, y_type] = [&model.x, &model.y].map(|v| types::spelled(&v.ty, &model.crate_path).unwrap_or_default());
        let symbols = Symbols::new(model);
        Self { model, quantities, program, facts, derivation, docs, layout, symbols, names, scalar, x_type, y_type }
    }

    /// The hidden module and the re-export of `Problem`; `root` is the path of the facade.
    pub fn tokens(&self, root: &TokenStream) -> TokenStream {
        let variables = self.variables();
        let work = self.work();
        let problem = self.problem();
        let bilevel = self.bilevel();
        let optional = self.optional();
        let point = self.point();
        let claims = claims::proofs(&self.model.claims, root);
        let declared = self.model.declared.iter().map(|Declared { function, derivative }| {
            let float = &self.scalar;
            quote! { const _: [fn(#float) -> #float; 2] = [#function, #derivative]; }
        });
        // What the items of lists are read by.
        let fields = self.model.data.iter().flat_map(|data| &data.fields);
        let has_lists = fields.into_iter().any(|field| data::is_packed(field) || matches!(field.kind, DataKind::Extent { .. }));
        let lists = has_lists.then(|| {
            quote!(
                use hg::indices::AsList as _;
            )
        });
        quote! {
            #(#declared)*

            #[doc(inline)]
            pub use __bilevel::Problem;

            /// Points of evaluation of this module's [`Problem`].
            #[automatically_derived]
            #[allow(clippy::all, clippy::pedantic, unused, non_snake_case, missing_docs, unused_qualifications, elided_lifetimes_in_paths)]
            pub mod __bilevel {
                use super::*;
                use #root::__private as hg;
                #lists
                use hg::{Bilevel as _, Dense as _, Factorization as _, Variable as _};

                #variables
                #work
                #problem
                #bilevel
                #optional
                #point
            }

            #(#claims)*
        }
    }

    /// Generic parameters of everything that holds data: declaration, arguments.
    fn generics(&self) -> (TokenStream, TokenStream) {
        match &self.model.data {
            Some(data) => {
                let (ty, lifetimes) = (self.data_type(Lifetimes::Named), lifetimes(data.lifetimes));
                (quote!(<#(#lifetimes,)* D: hg::core::borrow::Borrow<#ty>>), quote!(<D>))
            }
            None => (TokenStream::new(), TokenStream::new()),
        }
    }

    /// The type of the data, from the hidden module. A slice is borrowed from a `Vec` where nothing else is said.
    fn data_type(&self, named: Lifetimes) -> TokenStream {
        let Some(data) = &self.model.data else { return TokenStream::new() };
        let ty = match &data.root {
            Type::List { item, storage: Storage::Slice } => {
                let item = types::spelled(item, &self.model.crate_path).unwrap_or_default();
                match named {
                    Lifetimes::Named => quote!([#item]),
                    Lifetimes::Static => quote!(hg::Vec<#item>),
                }
            }
            root @ (Type::Scalar(_)
            | Type::Count
            | Type::Integer(_)
            | Type::Bool
            | Type::Tensor { .. }
            | Type::List { .. }
            | Type::Csr { .. }
            | Type::Struct(_)
            | Type::Enum(_)
            | Type::Tuple(_)) => types::spelled(root, &self.model.crate_path).unwrap_or_default(),
        };
        let arguments = match named {
            Lifetimes::Named => lifetimes(data.lifetimes),
            Lifetimes::Static => vec![syn::Lifetime::new("'static", Span::call_site()); data.lifetimes],
        };
        if arguments.is_empty() { ty } else { quote!(#ty<#(#arguments),*>) }
    }

    /// Tables of constant length are fields; the others are computed when first asked for.
    fn tables(&self) -> impl Iterator<Item = (usize, Option<i64>)> + '_ {
        let buffers = self.program.buffers.iter().enumerate();
        buffers.filter(|(_, b)| b.stage == Stage::Data).map(|(k, b)| (k, b.length.as_constant()))
    }
}
