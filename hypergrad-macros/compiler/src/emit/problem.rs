//! `Problem`: the data, what was computed from it alone, and the methods of the contract.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::statements::Scope;
use super::{Emission, Lifetimes, data, numbers};
use crate::ir::Size;
use crate::model::{DataField, DataKind, Form, Level};
use crate::shape::SymbolSource;

impl Emission<'_> {
    pub(super) fn problem(&self) -> TokenStream {
        let structure = self.structure();
        let declaration = self.declaration();
        let constants = self.constants();
        let constructor = self.constructor();
        let methods = self.methods();
        let internals = self.internals();
        let debug = self.debug();
        quote!(#structure #declaration #debug #constants #constructor #methods #internals)
    }

    fn structure(&self) -> TokenStream {
        let facts = self.facts.fields().map(|(name, fact)| {
            let (name, holds) = (format_ident!("{name}"), fact.holds);
            quote!(#name: #holds)
        });
        let kinds = self.facts.super_efficient().map(|kind| format_ident!("{}", kind.variant()));
        quote! {
            const STRUCTURE: hg::Structure = hg::Structure {
                #(#facts,)*
                super_efficient: &[#(hg::EstimatorKind::#kinds),*],
            };
        }
    }

    fn declaration(&self) -> TokenStream {
        let scalar = &self.scalar;
        let sizes = self.symbols.data_names();
        let tables = self.tables().map(|(k, length)| {
            let name = self.names.buffer(k);
            match length {
                Some(length) => {
                    let length = numbers::usize_literal(length);
                    quote!(#name: [#scalar; #length])
                }
                None => quote!(#name: hg::OnceLock<hg::Vec<#scalar>>),
            }
        });
        let doc = format!(
            "The bilevel problem of module `{}`: minimise `g(x*(y), y)` over y, where `F(x*(y), y) = 0`.\n\n```text\n{}\n```",
            self.model.name, self.derivation
        );
        let decided = self.is_decided_by_data().then(|| quote!(structure: hg::Structure,));
        let packed = self.packed().map(|(name, ty, _)| quote!(#name: #ty));
        let spare = self.recycles().then(|| quote!(spare: hg::Spare<Work>,));
        match &self.model.data {
            Some(_) => {
                let ty = self.data_type(Lifetimes::Static);
                quote! {
                    #[doc = #doc]
                    #[derive(Clone)]
                    pub struct Problem<D = #ty> { data: D, #spare #decided #(#sizes: usize,)* #(#packed,)* #(#tables,)* }
                }
            }
            None => quote! {
                #[doc = #doc]
                #[derive(Clone)]
                pub struct Problem { #spare #(#sizes: usize,)* #(#tables,)* }
            },
        }
    }

    /// What fields are of the items of lists, side by side: name, type, value from `data: &Data`.
    fn packed(&self) -> impl Iterator<Item = (Ident, TokenStream, TokenStream)> + '_ {
        let fields = self.model.data.iter().flat_map(|data| data.fields.iter().enumerate());
        let packed = fields.filter(|(_, field)| field.read && data::is_packed(field));
        packed.map(|(number, field)| {
            let (entry, zero, total) = match &field.kind {
                DataKind::Packed { shape, length, .. } => {
                    let (scalar, zero) = (&self.scalar, numbers::number(0.0, self.model.scalar));
                    (quote!(#scalar), quote!(#zero), Some(Size::product(shape).mul(length)))
                }
                DataKind::Tensor { .. }
                | DataKind::Csr { .. }
                | DataKind::Array { .. }
                | DataKind::Index { .. }
                | DataKind::Variants { .. }
                | DataKind::Extent { .. }
                | DataKind::Inner
                | DataKind::Count { .. }
                | DataKind::Flag { .. }
                | DataKind::Enum { .. } => (quote!(usize), quote!(0usize), None),
            };
            let (ty, start) = match total.as_ref().map(Size::as_constant) {
                Some(Some(total)) => {
                    let total = numbers::usize_literal(total);
                    (quote!([#entry; #total]), quote!([#zero; #total]))
                }
                Some(None) => {
                    let total = total.as_ref().map(numbers::size);
                    (quote!(hg::Vec<#entry>), quote!(hg::zeros::<#entry>(#total)))
                }
                None => (quote!(hg::Vec<#entry>), quote!(hg::Vec::<#entry>::new())),
            };
            let items = data::as_slice(field, &data::access(field, &quote!(data)));
            let copy = self.copy_of_items(field, &field.levels);
            let value = quote!({
                let mut packed = #start;
                let mut at = 0;
                for item in #items {
                    #copy
                }
                packed
            });
            (data::packed_name(number), ty, value)
        })
    }

    /// Copies one `item`, or those of a list in it; places that shorter lists leave empty are passed over.
    fn copy_of_items(&self, field: &DataField, levels: &[Level]) -> TokenStream {
        let Some((level, inner)) = levels.split_first() else { return self.copy_of_item(field) };
        let copy = self.copy_of_items(field, inner);
        let places = inner.iter().fold(level.longest.clone(), |places, level| places.mul(&level.longest));
        let (size, is_index) = match &field.kind {
            DataKind::Packed { shape, .. } => (numbers::size(&Size::product(shape).mul(&places)), false),
            DataKind::Tensor { .. }
            | DataKind::Csr { .. }
            | DataKind::Array { .. }
            | DataKind::Index { .. }
            | DataKind::Variants { .. }
            | DataKind::Extent { .. }
            | DataKind::Inner
            | DataKind::Count { .. }
            | DataKind::Flag { .. }
            | DataKind::Enum { .. } => (numbers::size(&places), true),
        };
        let fill = is_index.then(|| quote!(packed.resize(end, 0usize);));
        let items = data::inner_items(level);
        quote! {
            let end = at + #size;
            for item in #items {
                #copy
            }
            at = end;
            #fill
        }
    }

    /// Copies what a field is of one `item` to `packed` and moves `at` on: zeros follow where the item is smaller than
    /// another.
    fn copy_of_item(&self, field: &DataField) -> TokenStream {
        let path = &field.item;
        let (form, shape) = match &field.kind {
            DataKind::Packed { is_integer: true, .. } => {
                let (whole, what) = (if path.is_empty() { quote!(*item) } else { quote!(item #(.#path)*) }, &field.name);
                return quote! {
                    packed[at] = match hg::indices::exact(#whole as i128, #what, at) {
                        hg::core::result::Result::Ok(number) => number,
                        hg::core::result::Result::Err(error) => return hg::core::result::Result::Err(error),
                    };
                    at += 1;
                };
            }
            DataKind::Packed { form, shape, .. } => (*form, shape),
            DataKind::Extent { form, axis } => {
                let extent = data::item_extent(*form, *axis);
                return quote! {
                    packed.push(item #(.#path)*.#extent);
                    at += 1;
                };
            }
            DataKind::Variants { name, variants } => {
                let whole = if path.is_empty() { quote!(*item) } else { quote!(item #(.#path)*) };
                let place = data::place_of_variant(&whole, name, variants);
                return quote! {
                    packed.push(#place);
                    at += 1;
                };
            }
            DataKind::Tensor { .. }
            | DataKind::Csr { .. }
            | DataKind::Array { .. }
            | DataKind::Index { .. }
            | DataKind::Inner
            | DataKind::Count { .. }
            | DataKind::Flag { .. }
            | DataKind::Enum { .. } => {
                let whole = if path.is_empty() { quote!(*item) } else { quote!(item #(.#path)*) };
                return quote! {
                    packed.push(#whole as usize);
                    at += 1;
                };
            }
        };
        let entries = data::entries_of_item(field, form);
        let longest = |symbol| matches!(self.model.sizes.source(symbol), SymbolSource::LongestItem { .. });
        if !shape.iter().flat_map(Size::symbols).any(longest) {
            return quote! {
                let entries = #entries;
                hg::kernels::copy(entries, &mut packed[at..][..entries.len()]);
                at += entries.len();
            };
        }
        let (size, item) = (numbers::size(&Size::product(shape)), &field.item);
        let (own_rows, rows) = match (form, shape.as_slice()) {
            (Form::Matrix, [rows, _]) => (quote!(item #(.#item)*.nrows()), numbers::size(rows)),
            _ => (quote!(entries.len()), size.clone()),
        };
        quote! {
            let entries = #entries;
            hg::indices::place(entries, #own_rows, &mut packed[at..][..#size], #rows);
            at += #size;
        }
    }

    /// The sizes that the data decides; the data itself may be large.
    fn debug(&self) -> TokenStream {
        let (declared, arguments) = self.generics();
        let fields = self.symbols.data.iter().map(|symbol| {
            let (name, field) = (self.model.sizes.name(*symbol), numbers::symbol(*symbol));
            quote!(.field(#name, &self.#field))
        });
        quote! {
            impl #declared hg::core::fmt::Debug for Problem #arguments {
                fn fmt(&self, formatter: &mut hg::core::fmt::Formatter<'_>) -> hg::core::fmt::Result {
                    formatter.debug_struct("Problem") #(#fields)* .finish_non_exhaustive()
                }
            }
        }
    }

    /// On the type with its default data, so that `Problem::STRUCTURE` needs no annotation.
    fn constants(&self) -> TokenStream {
        let arguments = self.model.data.as_ref().map(|_| {
            let ty = self.data_type(Lifetimes::Static);
            quote!(<#ty>)
        });
        let derivation = &self.derivation;
        quote! {
            impl Problem #arguments {
                /// What was proved when the module was compiled.
                pub const STRUCTURE: hg::Structure = STRUCTURE;
                /// Every derived formula, in readable mathematics.
                pub const DERIVATION: &'static str = #derivation;
            }
        }
    }

    fn constructor(&self) -> TokenStream {
        let (declared, arguments) = self.generics();
        let sizes = self.symbols.data_names();
        let zero = numbers::number(0.0, self.model.scalar);
        let tables: Vec<TokenStream> = self
            .tables()
            .map(|(k, length)| {
                let name = self.names.buffer(k);
                match length {
                    Some(length) => {
                        let length = numbers::usize_literal(length);
                        quote!(#name: [#zero; #length])
                    }
                    None => quote!(#name: hg::OnceLock::new()),
                }
            })
            .collect();
        let measure = self.symbols.measure_data(self.model);
        let (alike, checks) = (super::sizes::alike(self.model), super::sizes::checks(self.model, true));
        let packed = self.packed().map(|(name, ..)| name);
        let pack = self.packed().map(|(name, _, value)| quote!(let #name = #value;));
        let (initial, decide) = if self.is_decided_by_data() {
            (quote!(structure: STRUCTURE,), quote!(problem.structure = problem.decide();))
        } else {
            (TokenStream::new(), TokenStream::new())
        };
        let spare = self.recycles().then(|| quote!(spare: hg::core::default::Default::default(),));
        let (parameter, borrow, field) = match &self.model.data {
            Some(_) => {
                let ty = self.data_type(Lifetimes::Named);
                (quote!(data: D), quote!(let source = data; let data: &#ty = source.borrow();), quote!(data: source,))
            }
            None => (TokenStream::new(), TokenStream::new(), TokenStream::new()),
        };
        quote! {
            impl #declared Problem #arguments {
                /// The problem with this data (anything that borrows as it). What depends on data
                /// alone is computed once.
                ///
                /// # Errors
                /// Two sizes that do not agree, both named.
                pub fn new(#parameter) -> hg::core::result::Result<Self, hg::ShapeError> {
                    use hg::core::borrow::Borrow as _;
                    #borrow
                    #measure
                    #alike
                    #checks
                    #(#pack)*
                    let mut problem = Self { #field #spare #initial #(#sizes,)* #(#packed,)* #(#tables,)* };
                    problem.fill_tables();
                    #decide
                    hg::core::result::Result::Ok(problem)
                }
            }
        }
    }

    /// Tables, choices, cached buffers.
    fn internals(&self) -> TokenStream {
        let (declared, arguments) = self.generics();
        let data = self.model.data.as_ref().map(|_| {
            let ty = self.data_type(Lifetimes::Named);
            quote!(#[inline] fn data(&self) -> &#ty { hg::core::borrow::Borrow::borrow(&self.data) })
        });
        let fills = self.tables().filter(|(_, length)| length.is_some()).map(|(k, _)| {
            let name = self.names.buffer(k);
            let compute = format_ident!("table{k}");
            quote!(self.#name = self.#compute();)
        });
        let tables: TokenStream = self.tables().map(|(k, length)| self.table(k, length)).collect();
        let choices: TokenStream = (0..self.program.choices.len()).map(|k| self.choice(k)).collect();
        let ready = self.ready_functions();
        let ready_y = self.ready_y();
        let (decide, sizes) = (self.decide(), self.point_sizes());
        quote! {
            impl #declared Problem #arguments {
                #data
                #decide
                #sizes
                fn fill_tables(&mut self) { #(#fills)* }
                fn ready_y(&self, w: &mut Work) { #ready_y }
                #tables
                #choices
                #ready
            }
        }
    }

    /// Whether the data decides a fact.
    pub(super) fn is_decided_by_data(&self) -> bool {
        !self.program.violations.is_empty()
    }

    /// What holds for the data at hand, and the conditions on which that hangs.
    fn decide(&self) -> Option<TokenStream> {
        if !self.is_decided_by_data() {
            return None;
        }
        let scalar = &self.scalar;
        let (bind, zero) = (self.symbols.bind_problem(), numbers::number(0.0, self.model.scalar));
        let name = |k: usize| format_ident!("violations{k}");
        let count = self.program.violations.iter().enumerate().map(|(k, body)| {
            let (name, body) = (name(k), self.names.statements(body, Scope::Table));
            quote! {
                fn #name(&self) -> #scalar {
                    #bind
                    let mut count = [#zero; 1];
                    { let out = &mut count[..]; #body }
                    count[0]
                }
            }
        });
        let conditions = self.facts.conditions();
        let holds = (0..conditions.len()).map(|k| {
            let (holds, name) = (format_ident!("holds{k}"), name(k));
            quote!(let #holds = self.#name() == #zero;)
        });
        let facts = self.facts.fields().into_iter().filter(|(_, fact)| fact.is_conditional()).map(|(field, fact)| {
            let field = format_ident!("{field}");
            let given = (0..conditions.len()).filter(|k| fact.given.contains(&conditions[*k])).map(|k| format_ident!("holds{k}"));
            quote!(#field: #(#given)&&*)
        });
        Some(quote! {
            #(#count)*
            fn decide(&self) -> hg::Structure {
                #(#holds)*
                hg::Structure { #(#facts,)* ..STRUCTURE }
            }
        })
    }

    /// A table: its computation and its accessor.
    fn table(&self, k: usize, length: Option<i64>) -> TokenStream {
        let scalar = &self.scalar;
        let (name, compute) = (self.names.buffer(k), format_ident!("table{k}"));
        let bind = self.symbols.bind_problem();
        let body = self.names.statements(&self.program.computations[k], Scope::Table);
        let zero = numbers::number(0.0, self.model.scalar);
        match length {
            Some(length) => {
                let length = numbers::usize_literal(length);
                quote! {
                    fn #compute(&self) -> [#scalar; #length] {
                        #bind
                        let mut table = [#zero; #length];
                        { let out = &mut table[..]; #body }
                        table
                    }
                    #[inline]
                    fn #name(&self) -> &[#scalar; #length] { &self.#name }
                }
            }
            None => {
                let length = numbers::size(&self.program.buffers[k].length);
                quote! {
                    fn #compute(&self) -> hg::Vec<#scalar> {
                        #bind
                        let mut table = hg::zeros(#length);
                        { let out = &mut table[..]; #body }
                        table
                    }
                    #[inline]
                    fn #name(&self) -> &[#scalar] { self.#name.get_or_init(|| self.#compute()) }
                }
            }
        }
    }

    /// Whether data is contracted ahead: fewer operations, and bounded memory.
    fn choice(&self, k: usize) -> TokenStream {
        let choice = &self.program.choices[k];
        let name = format_ident!("choice{k}");
        let known = super::sizes::of_choice(self.model, choice);
        let bind = self.symbols.bind_problem();
        // Costs are products of many sizes: larger than an integer, some of them.
        let [hoisted, plain, memory] = [&choice.hoisted_cost, &choice.plain_cost, &choice.memory].map(numbers::float_size);
        quote! {
            #[inline]
            fn #name(&self #(, #known: usize)*) -> bool {
                #bind
                #hoisted < #plain && #memory <= hg::HOIST_LIMIT as f64
            }
        }
    }

    fn methods(&self) -> TokenStream {
        let (declared, arguments) = self.generics();
        let (x, y) = (&self.x_type, &self.y_type);
        let point_arguments = match &self.model.data {
            Some(_) => quote!(<'_, D>),
            None => quote!(<'_>),
        };
        quote! {
            impl #declared Problem #arguments {
                /// What is known of the problem with this data: `STRUCTURE`, and what holds where some of the data is
                /// not negative, which `new` has checked. It decides how `F_1` is solved with.
                #[inline]
                pub fn structure(&self) -> hg::Structure { hg::Bilevel::structure(self) }

                /// The point `(x, y)`: every quantity there, computed when first asked for.
                ///
                /// # Errors
                /// Sizes that do not fit the data, or an entry that is not finite.
                #[inline]
                pub fn at(&self, x: &#x, y: &#y) -> hg::core::result::Result<Point #point_arguments, hg::ShapeError> {
                    Point::start(self, x, y)
                }

                /// Keeps y, and what depends on data and y alone, for many x.
                ///
                /// # Errors
                /// An entry that is not finite; sizes are checked at the first point.
                pub fn fix(&self, y: &#y) -> hg::core::result::Result<Held #point_arguments, hg::ShapeError> {
                    Held::new(self, y)
                }

                /// Solves the inner problem at y from x0.
                ///
                /// # Errors
                /// No convergence (with the solution reached), a singular `F_1`, a number that is not
                /// finite, sizes, settings.
                pub fn solve<S: hg::InnerSolver<Self>>(
                    &self, x0: &#x, y: &#y, solver: &S,
                ) -> hg::core::result::Result<hg::Solution<#x>, hg::SolveError<#x>> {
                    hg::solver::solve(self, x0, y, solver)
                }

                /// The hypergradient at `(x, y)`, with its report.
                ///
                /// # Errors
                /// A singular `F_1`, a number that is not finite, sizes.
                pub fn hypergradient<E: hg::Estimator<Self>>(
                    &self, x: &#x, y: &#y, estimator: &E,
                ) -> hg::core::result::Result<hg::Hypergradient<#y>, hg::EstimatorError> {
                    hg::estimator::hypergradient(self, x, y, estimator)
                }

                /// `C_y`, the operator norm of the estimator's Jacobian at a root.
                ///
                /// # Errors
                /// Not at a root; as [`Self::hypergradient`].
                pub fn efficiency<E: hg::Estimator<Self>>(
                    &self, x_star: &#x, y: &#y, estimator: &E,
                ) -> hg::core::result::Result<f64, hg::EstimatorError> {
                    hg::estimator::efficiency(self, x_star, y, estimator)
                }

                /// The Jacobian of the estimator in x, `m x n`.
                ///
                /// # Errors
                /// Where the estimator has none in closed form; as [`Self::hypergradient`].
                pub fn jacobian<E: hg::Estimator<Self>>(
                    &self, x: &#x, y: &#y, estimator: &E,
                ) -> hg::core::result::Result<<Self as hg::Bilevel>::YX, hg::EstimatorError> {
                    hg::estimator::jacobian(self, x, y, estimator)
                }

                /// Solves, then differentiates: `h(y)`, its gradient, x and both reports.
                ///
                /// # Errors
                /// As [`Self::solve`] and [`Self::hypergradient`].
                pub fn value_and_gradient<S: hg::InnerSolver<Self>, E: hg::Estimator<Self>>(
                    &self, x0: &#x, y: &#y, solver: &S, estimator: &E,
                ) -> hg::ValueResult<Self> {
                    hg::outer::value_and_gradient(self, x0, y, solver, estimator)
                }
            }
        }
    }
}
