//! `Point`: the accessors of the contract, each with its formula; `Held`: a fixed y.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::{Emission, Lifetimes};
use crate::differentiate::{Accessor, Directions, Quantity, Shape, Space};
use crate::ir::Size;
use crate::model::{Form, InnerKind, Signature, Variable};

/// How many entries a vector of a space has.
fn letter(space: Space) -> TokenStream {
    match space {
        Space::X => quote!(n),
        Space::Y => quote!(m),
    }
}

impl Emission<'_> {
    pub(super) fn point(&self) -> TokenStream {
        let types = self.point_types();
        let quantities = self.quantities();
        let solved = self.solved();
        let checked = self.checked();
        let (declared, _) = self.point_generics();
        let arguments = self.point_arguments();
        quote! {
            #types
            #[allow(non_snake_case)]
            impl #declared Point #arguments {
                #quantities
                fn dims(&self) -> (usize, usize) { hg::Bilevel::dims(self.problem, &self.work()) }
                #solved
            }
            #checked
        }
    }

    fn point_generics(&self) -> (TokenStream, TokenStream) {
        match &self.model.data {
            Some(data) => {
                let (ty, default) = (self.data_type(Lifetimes::Named), self.data_type(Lifetimes::Static));
                let lifetimes = super::lifetimes(data.lifetimes);
                (quote!(<'p, #(#lifetimes,)* D: hg::core::borrow::Borrow<#ty>>), quote!(<'p, D = #default>))
            }
            None => (quote!(<'p>), quote!(<'p>)),
        }
    }

    fn point_arguments(&self) -> TokenStream {
        if self.model.data.is_some() { quote!(<'p, D>) } else { quote!(<'p>) }
    }

    /// `Debug` for one of the two: the variables by their entries, which a struct need not show itself.
    fn debug_of(&self, name: &str, spaces: &[Space]) -> TokenStream {
        let (declared, _) = self.point_generics();
        let arguments = self.point_arguments();
        let ty = format_ident!("{name}");
        let (mut reads, mut fields) = (TokenStream::new(), TokenStream::new());
        for space in spaces {
            let (field, variable) = match space {
                Space::X => (quote!(x), &self.x_type),
                Space::Y => (quote!(y), &self.y_type),
            };
            reads.extend(quote! {
                let mut #field = <<#variable as hg::Variable>::Flat as hg::Dense>::zeros(hg::Variable::flat_len(&self.#field), 1);
                hg::Variable::read(&self.#field, hg::Dense::flat_mut(&mut #field));
            });
            fields.extend(quote!(.field(stringify!(#field), &hg::Dense::flat(&#field))));
        }
        quote! {
            impl #declared hg::core::fmt::Debug for #ty #arguments {
                fn fmt(&self, formatter: &mut hg::core::fmt::Formatter<'_>) -> hg::core::fmt::Result {
                    #reads
                    formatter.debug_struct(#name) #fields .finish_non_exhaustive()
                }
            }
        }
    }

    fn point_types(&self) -> TokenStream {
        let debug: TokenStream =
            [self.debug_of("Point", &[Space::X, Space::Y]), self.debug_of("Held", &[Space::Y])].into_iter().collect();
        let (declared, plain) = self.point_generics();
        let arguments = self.point_arguments();
        let (_, problem) = self.generics();
        let (x, y) = (&self.x_type, &self.y_type);
        let start = self.point_start();
        let moves = [self.move_to(Space::X), self.move_to(Space::Y)].into_iter().collect::<TokenStream>();
        quote! {
            #debug
            /// A point `(x, y)`. Quantities are computed when first asked for; what they share, once.
            ///
            /// `f`, `F`, `g` and their derivatives are what floating point gives, as the module's own functions are:
            /// where an intermediate overflows or leaves its domain, entries are infinite or NaN, and nothing says so.
            /// What solves with `F_1` (`Psi`, `Omega`, ..) is an `Err` there.
            pub struct Point #plain {
                problem: &'p Problem #problem,
                x: #x,
                y: #y,
                work: hg::core::cell::RefCell<Work>,
            }
            impl #declared Point #arguments {
                /// x and y as their flat entries in `work`.
                #[inline]
                fn new(problem: &'p Problem #problem, x: &#x, y: &#y, work: Work) -> Self {
                    let (x, y) = (
                        hg::Variable::like(x, hg::Dense::flat(&work.x)),
                        hg::Variable::like(y, hg::Dense::flat(&work.y)),
                    );
                    Self { problem, x, y, work: hg::core::cell::RefCell::new(work) }
                }
                #start
                #[inline]
                fn work(&self) -> hg::core::cell::RefMut<'_, Work> { self.work.borrow_mut() }
                /// The x of the point.
                pub fn x(&self) -> &#x { &self.x }
                /// The y of the point.
                pub fn y(&self) -> &#y { &self.y }
                #moves
            }

            /// A fixed y, with what depends on data and y alone.
            pub struct Held #plain {
                problem: &'p Problem #problem,
                y: #y,
                work: hg::core::cell::RefCell<hg::core::option::Option<Work>>,
            }
            impl #declared Held #arguments {
                fn new(problem: &'p Problem #problem, y: &#y) -> hg::core::result::Result<Self, hg::ShapeError> {
                    let mut flat = <<#y as hg::Variable>::Flat as hg::Dense>::zeros(hg::Variable::flat_len(y), 1);
                    hg::Variable::read(y, hg::Dense::flat_mut(&mut flat));
                    hg::point::check_input("y", hg::Dense::flat(&flat))?;
                    let y = hg::Variable::like(y, hg::Dense::flat(&flat));
                    hg::core::result::Result::Ok(Self { problem, y, work: hg::core::cell::RefCell::new(hg::core::option::Option::None) })
                }
                /// The point `(x, y)`.
                ///
                /// # Errors
                /// Sizes that do not fit the data, or an entry that is not finite.
                #[inline]
                pub fn at(&self, x: &#x) -> hg::core::result::Result<Point #arguments, hg::ShapeError> {
                    let mut kept = self.work.borrow_mut();
                    let sizes = self.problem.sizes(x, &self.y)?;
                    let kept = match &mut *kept {
                        hg::core::option::Option::Some(kept) if kept.sizes() == sizes => &*kept,
                        kept => {
                            let mut work = hg::point::start(self.problem, x, &self.y)?;
                            self.problem.ready_y(&mut work);
                            &*kept.insert(work)
                        }
                    };
                    let mut point = Point::start(self.problem, x, &self.y)?;
                    point.work.get_mut().keep_y(kept);
                    hg::core::result::Result::Ok(point)
                }
            }
        }
    }

    /// The start of a point: constant buffers are written where they stay, others are those of a point before.
    fn point_start(&self) -> TokenStream {
        let (x, y, entries) = (&self.x_type, &self.y_type, self.entries());
        let (_, problem) = self.generics();
        if self.recycles() {
            return quote! {
                #[inline]
                fn start(problem: &'p Problem #problem, x: &#x, y: &#y) -> hg::core::result::Result<Self, hg::ShapeError> {
                    hg::core::result::Result::Ok(Self::new(problem, x, y, hg::point::start(problem, x, y)?))
                }
            };
        }
        quote! {
            #[inline(always)]
            fn start(problem: &'p Problem #problem, x: &#x, y: &#y) -> hg::core::result::Result<Self, hg::ShapeError> {
                let sizes = problem.sizes(x, y)?;
                let (flat_x, flat_y) = (#entries);
                hg::point::check_input("x", hg::Dense::flat(&flat_x))?;
                hg::point::check_input("y", hg::Dense::flat(&flat_y))?;
                hg::core::result::Result::Ok(Self {
                    problem,
                    x: hg::Variable::like(x, hg::Dense::flat(&flat_x)),
                    y: hg::Variable::like(y, hg::Dense::flat(&flat_y)),
                    work: hg::core::cell::RefCell::new(Work::new(flat_x, flat_y, sizes)),
                })
            }
        }
    }

    /// Of a quantity that may be handed out as NaN; see the type.
    fn unchecked(&self, name: &str, words: &str, panics: &str) -> TokenStream {
        self.doc(name, &format!("{words} Not checked: not finite where an intermediate is not.{panics}"))
    }

    /// A kept point goes elsewhere in its own buffers.
    fn move_to(&self, space: Space) -> TokenStream {
        let (method, field, forget, arguments, kept) = match space {
            Space::X => ("move_to", "x", "forget_x", quote!(x, &self.y), "What depends on y alone is kept, and"),
            Space::Y => ("move_to_y", "y", "forget_y", quote!(&self.x, y), "What depends on data alone is kept, and"),
        };
        let doc = format!(
            "Moves the point to another {field}. {kept} nothing is allocated where {field} has the shape of the one before.\n\n# Errors\nSizes that do not fit the data, or an entry that is not finite; the point stays where it was."
        );
        let [method_name, field_name, forget] = [method, field, forget].map(|name| format_ident!("{name}"));
        let ty = self.space_type(space);
        quote! {
            #[doc = #doc]
            #[inline]
            pub fn #method_name(&mut self, #field_name: &#ty) -> hg::core::result::Result<(), hg::ShapeError> {
                let work = self.work.get_mut();
                if self.problem.sizes(#arguments)? != work.sizes() {
                    *self = self.problem.at(#arguments)?;
                    return hg::core::result::Result::Ok(());
                }
                hg::Variable::read(#field_name, hg::Dense::flat_mut(&mut work.#field_name));
                let checked = hg::point::check_input(#field, hg::Dense::flat(&work.#field_name));
                if checked.is_err() {
                    hg::Variable::read(&self.#field_name, hg::Dense::flat_mut(&mut work.#field_name));
                    return checked;
                }
                hg::Variable::assign(&mut self.#field_name, hg::Dense::flat(&work.#field_name));
                work.#forget();
                checked
            }
        }
    }

    fn doc(&self, name: &str, words: &str) -> TokenStream {
        let formula = (self.docs)(name);
        let text = if formula.is_empty() { words.to_owned() } else { format!("{words}\n\n```text\n{formula}\n```") };
        quote!(#[doc = #text])
    }

    /// Every quantity that users read as it is.
    fn quantities(&self) -> TokenStream {
        let accessors = Quantity::ALL.into_iter().filter_map(|quantity| Some((quantity, quantity.accessor()?)));
        accessors.map(|(quantity, accessor)| self.quantity(quantity, accessor)).collect()
    }

    fn quantity(&self, quantity: Quantity, accessor: Accessor) -> TokenStream {
        let (kernel, shape, directions) = quantity.kernel();
        let kernel = format_ident!("{kernel}");
        match (shape, directions) {
            (Shape::Scalar, _) => self.value(quantity, accessor),
            (Shape::Vector(space), Directions::One(from)) => self.product(&kernel, accessor, from, space),
            (Shape::Vector(space), _) => self.vector(&kernel, accessor, space),
            (Shape::Matrix(rows, columns), _) => self.matrix(&kernel, accessor, rows, columns),
            (Shape::Tensor(rows, columns, slices), _) => self.tensor(&kernel, accessor, [rows, columns, slices]),
        }
    }

    /// `f`, where there is one, and `g`.
    fn value(&self, quantity: Quantity, Accessor { name, words, .. }: Accessor) -> TokenStream {
        let (scalar, doc, name) = (&self.scalar, self.unchecked(name, words, ""), format_ident!("{name}"));
        let value = if quantity == Quantity::Objective {
            let zero = super::numbers::number(0.0, self.model.scalar);
            quote!(hg::Bilevel::objective(self.problem, &mut self.work()).unwrap_or(#zero))
        } else {
            quote!(hg::Bilevel::#name(self.problem, &mut self.work()))
        };
        if quantity == Quantity::Objective && self.quantities.f.is_none() {
            return TokenStream::new();
        }
        quote! {
            #doc
            #[inline]
            pub fn #name(&self) -> #scalar { #value }
        }
    }

    fn vector(&self, kernel: &Ident, Accessor { name, words, .. }: Accessor, space: Space) -> TokenStream {
        let (doc, method, into) = (self.unchecked(name, words, ""), format_ident!("{name}"), format_ident!("{name}_into"));
        let ty = self.space_type(space);
        let prototype = self.prototype(space);
        let write =
            self.writing(space, &quote!(out), |target| quote!(hg::Bilevel::#kernel(self.problem, &mut self.work(), #target)));
        let into_doc =
            format!("[`Self::{name}`], written to `out`, which must be shaped like the result.\n\n# Panics\nWhere it is not.");
        quote! {
            #doc
            #[inline]
            pub fn #method(&self) -> #ty {
                let mut flat = <<#ty as hg::Variable>::Flat as hg::Dense>::zeros(hg::Variable::flat_len(#prototype), 1);
                hg::Bilevel::#kernel(self.problem, &mut self.work(), hg::Dense::flat_mut(&mut flat));
                hg::Variable::like(#prototype, hg::Dense::flat(&flat))
            }
            #[doc = #into_doc]
            #[inline]
            #[track_caller]
            pub fn #into(&self, out: &mut #ty) { #write }
        }
    }

    fn product(&self, kernel: &Ident, Accessor { name, words, .. }: Accessor, from: Space, to: Space) -> TokenStream {
        let doc = self.unchecked(name, words, "\n\n# Panics\nWhere the argument has another length.");
        let (method, into) = (format_ident!("{name}"), format_ident!("{name}_into"));
        let (argument, result) = (self.space_type(from), self.space_type(to));
        let (from_prototype, to_prototype) = (self.prototype(from), self.prototype(to));
        let write = self.writing(to, &quote!(out), |target| {
            self.reading(
                from,
                &quote!(direction),
                |source| quote!(hg::Bilevel::#kernel(self.problem, &mut self.work(), #source, #target)),
            )
        });
        let compute = self.reading(
            from,
            &quote!(direction),
            |source| quote!(hg::Bilevel::#kernel(self.problem, &mut self.work(), #source, hg::Dense::flat_mut(&mut flat))),
        );
        let into_doc = format!("[`Self::{name}`], written to `out`.\n\n# Panics\nWhere an argument has another length.");
        quote! {
            #doc
            #[inline]
            #[track_caller]
            pub fn #method(&self, direction: &#argument) -> #result {
                hg::point::check_length(hg::Variable::flat_len(direction), hg::Variable::flat_len(#from_prototype));
                let mut flat = <<#result as hg::Variable>::Flat as hg::Dense>::zeros(hg::Variable::flat_len(#to_prototype), 1);
                #compute;
                hg::Variable::like(#to_prototype, hg::Dense::flat(&flat))
            }
            #[doc = #into_doc]
            #[inline]
            #[track_caller]
            pub fn #into(&self, direction: &#argument, out: &mut #result) {
                hg::point::check_length(hg::Variable::flat_len(direction), hg::Variable::flat_len(#from_prototype));
                #write
            }
        }
    }

    fn matrix(&self, kernel: &Ident, Accessor { name, words, .. }: Accessor, rows: Space, columns: Space) -> TokenStream {
        let (doc, method) = (self.unchecked(name, words, ""), format_ident!("{name}"));
        let ty = self.layout.matrix(self.length(rows), self.length(columns));
        let (r, c) = (letter(rows), letter(columns));
        quote! {
            #doc
            #[inline]
            pub fn #method(&self) -> #ty {
                let (n, m) = self.dims();
                let mut matrix = <#ty as hg::Dense>::zeros(#r, #c);
                hg::Bilevel::#kernel(self.problem, &mut self.work(), hg::Dense::flat_mut(&mut matrix));
                matrix
            }
        }
    }

    fn tensor(&self, kernel: &Ident, Accessor { name, words, .. }: Accessor, spaces: [Space; 3]) -> TokenStream {
        let doc = self.unchecked(name, words, "\n\n# Panics\nWhere it exceeds the limit of dense storage.");
        let method = format_ident!("{name}");
        let [rows, columns, slices] = spaces.map(|space| self.length(space));
        let storage = self.layout.cube(rows, columns, slices);
        let dims = spaces.map(letter);
        quote! {
            #doc
            #[track_caller]
            pub fn #method(&self) -> hg::Tensor3<#storage> {
                let (n, m) = self.dims();
                let mut tensor = hg::point::new_tensor::<#storage>(#name, (#(#dims),*));
                hg::Bilevel::#kernel(self.problem, &mut self.work(), tensor.flat_mut());
                tensor
            }
        }
    }

    fn length(&self, space: Space) -> &Size {
        match space {
            Space::X => &self.layout.n,
            Space::Y => &self.layout.m,
        }
    }

    /// What needs a solve.
    fn solved(&self) -> TokenStream {
        let (n, m) = (&self.layout.n, &self.layout.m);
        let yx = self.layout.matrix(m, n);
        let y = &self.y_type;
        let (xxx, xyx, yxx) = (self.layout.cube(n, n, n), self.layout.cube(n, m, n), self.layout.cube(m, n, n));
        let psi = self.doc("Psi", "`Psi = -F_2ᵀ F_1⁻ᵀ`, m x n: the transposed Jacobian of `x*(y)` at a root (`hypergrad::guide::formulas` 1.1).\n\n# Errors\nA singular `F_1`, or a result that is not finite.");
        let psi_1 = self.doc("Psi_1", "`Psi_1[(b,i,k)] = dPsi[(b,i)]/dx_k` (`hypergrad::guide::formulas` 1.3), for inspection.\n\n# Errors\nA singular `F_1`, or a result that is not finite.");
        let omega = self.doc("Omega", "The hypergradient estimate `Omega = g_2 + Psi g_1`, shaped like y (`hypergrad::guide::formulas` 1.1).\n\n# Errors\nA singular `F_1`, or a result that is not finite.");
        let omega_1 = self.doc("Omega_1", "`Omega_1 = M_21 + Psi M_11`, m x n, with `M = g - vᵀF` (`hypergrad::guide::formulas` 1.4).\n\n# Errors\nA singular `F_1`, or a result that is not finite.");
        let write = self.writing(
            Space::Y,
            &quote!(out),
            |target| quote!(hg::point::omega_into(self.problem, &mut *self.work(), #target)?),
        );
        let (_, arguments) = self.generics();
        let eigenvalues = self.doc("eigenvalue_bounds", "What the eigenvalues of a symmetric `F_1` lie between at every x, for the y of the point, as far as it was proved: an end is `None` where nothing was.");
        quote! {
            #eigenvalues
            pub fn eigenvalue_bounds(&self) -> hg::EigenvalueBounds {
                hg::Bilevel::eigenvalue_bounds(self.problem, &mut *self.work())
            }
            /// `F_1`, factored by what was proved of it, to solve with: one or many right sides, the
            /// determinant, the inertia, the condition.
            ///
            /// # Errors
            /// `F_1` is singular to working precision, indefinite where it was proved definite, not finite, or too large.
            pub fn factor(&self) -> hg::core::result::Result<hg::Session<'_, Problem #arguments>, hg::LinearError> {
                hg::Session::new(self.problem, &self.work)
            }
            #psi
            pub fn Psi(&self) -> hg::core::result::Result<#yx, hg::EstimatorError> {
                hg::point::psi(self.problem, &mut *self.work())
            }
            #psi_1
            pub fn Psi_1(&self) -> hg::core::result::Result<hg::Tensor3<#yxx>, hg::EstimatorError> {
                hg::point::psi_1::<_, #xxx, #xyx, #yxx>(self.problem, &mut *self.work())
            }
            #omega
            #[inline]
            pub fn Omega(&self) -> hg::core::result::Result<#y, hg::EstimatorError> {
                let flat = hg::point::omega(self.problem, &mut *self.work())?;
                hg::core::result::Result::Ok(hg::Variable::like(&self.y, hg::Dense::flat(&flat)))
            }
            /// [`Self::Omega`], written to `out`.
            ///
            /// # Errors
            /// As [`Self::Omega`].
            ///
            /// # Panics
            /// Where `out` has another length.
            #[inline]
            #[track_caller]
            pub fn Omega_into(&self, out: &mut #y) -> hg::core::result::Result<(), hg::EstimatorError> {
                #write;
                hg::core::result::Result::Ok(())
            }
            #omega_1
            pub fn Omega_1(&self) -> hg::core::result::Result<#yx, hg::EstimatorError> {
                hg::point::omega_1(self.problem, &mut *self.work())
            }
        }
    }

    /// What needs a heap: tables of estimators and of checked derivatives.
    fn checked(&self) -> TokenStream {
        let (declared, arguments) = self.generics();
        let (x, y, scalar) = (&self.x_type, &self.y_type, &self.scalar);
        let inner = self.user_call(&self.model.inner.function, &self.model.inner.signature);
        let outer = self.user_call(&self.model.outer.function, &self.model.outer.signature);
        let store = match self.model.inner.kind {
            InnerKind::Objective => quote!(if let hg::core::option::Option::Some(first) = out.first_mut() { *first = #inner; }),
            InnerKind::Root | InnerKind::FixedPoint => {
                quote!(hg::Variable::read(<_ as hg::core::borrow::Borrow<#x>>::borrow(&#inner), out);)
            }
        };
        let kind = match self.model.inner.kind {
            InnerKind::Objective => quote!(Objective),
            InnerKind::Root => quote!(Root),
            InnerKind::FixedPoint => quote!(Map),
        };
        let (inner_function, outer_function) = (&self.model.inner.function, &self.model.outer.function);
        let optional_functions = &self.model.optional.functions;
        let (compared, optional_checks) = (self.compared(), self.optional_checks());
        quote! {
            // Without a heap nothing else calls the module's functions: they are used all the same.
            const _: () = { let _ = (super::#inner_function, super::#outer_function, #(super::#optional_functions),*); };
            hg::with_std! {
                impl #declared hg::UserFunctions for Problem #arguments {
                    const INNER: hg::InnerRole = hg::InnerRole::#kind;
                    fn user_inner(&self, x: &#x, y: &#y, out: &mut [#scalar]) { #store }
                    fn user_g(&self, x: &#x, y: &#y) -> #scalar { #outer }
                }
                impl #declared Problem #arguments {
                    /// A table of every estimator at a root: `C_y`, cost, facts.
                    ///
                    /// # Errors
                    /// Not at a root, a singular `F_1`, a number that is not finite, sizes.
                    pub fn compare(&self, x_star: &#x, y: &#y) -> hg::core::result::Result<hg::Comparison, hg::EstimatorError> {
                        self.comparison(x_star, y, hg::core::option::Option::None)
                    }
                    /// [`Self::compare`], and the distance to the true hypergradient of every estimate at `x_hat`.
                    ///
                    /// # Errors
                    /// As [`Self::compare`].
                    pub fn compare_at(&self, x_star: &#x, y: &#y, x_hat: &#x) -> hg::core::result::Result<hg::Comparison, hg::EstimatorError> {
                        self.comparison(x_star, y, hg::core::option::Option::Some(x_hat))
                    }
                    fn comparison(
                        &self, x_star: &#x, y: &#y, x_hat: hg::core::option::Option<&#x>,
                    ) -> hg::core::result::Result<hg::Comparison, hg::EstimatorError> {
                        let table = hg::estimator::Compare::new(self, x_star, y, x_hat)?;
                        #compared
                        hg::core::result::Result::Ok(table.finish())
                    }
                    /// Every emitted derivative beside differences of the module's own functions.
                    ///
                    /// # Errors
                    /// Sizes, or an entry that is not finite.
                    pub fn check_derivatives(&self, x: &#x, y: &#y) -> hg::core::result::Result<hg::DerivativeReport, hg::EstimatorError> {
                        let mut report = hg::check::derivatives(self, x, y)?;
                        #optional_checks
                        hg::core::result::Result::Ok(report)
                    }
                }
            }
        }
    }

    pub(super) fn user_call(&self, function: &proc_macro2::Ident, signature: &Signature) -> TokenStream {
        let by = |by_reference: bool, value: TokenStream| {
            if by_reference { value } else { quote!(hg::own(#value)) }
        };
        let x = by(signature.x_by_reference, quote!(x));
        let y = by(signature.y_by_reference, quote!(y));
        let data = signature
            .data_by_reference
            .map(|by_reference| if by_reference { quote!(, self.data()) } else { quote!(, hg::own(self.data())) });
        quote!(super::#function(#x, #y #data))
    }

    fn space_type(&self, space: Space) -> &TokenStream {
        match space {
            Space::X => &self.x_type,
            Space::Y => &self.y_type,
        }
    }

    fn variable_of(&self, space: Space) -> &Variable {
        match space {
            Space::X => &self.model.x,
            Space::Y => &self.model.y,
        }
    }

    fn prototype(&self, space: Space) -> TokenStream {
        match space {
            Space::X => quote!(&self.x),
            Space::Y => quote!(&self.y),
        }
    }

    /// `code` with the flat entries of a variable.
    fn reading(&self, space: Space, name: &TokenStream, code: impl Fn(TokenStream) -> TokenStream) -> TokenStream {
        let variable = self.variable_of(space);
        if variable.is_struct {
            let ty = self.space_type(space);
            let body = code(quote!(hg::Dense::flat(&source)));
            return quote!({
                let mut source = <<#ty as hg::Variable>::Flat as hg::Dense>::zeros(hg::Variable::flat_len(#name), 1);
                hg::Variable::read(#name, hg::Dense::flat_mut(&mut source));
                #body
            });
        }
        match variable.blocks[0].form {
            Form::Scalar => code(quote!(hg::core::slice::from_ref(#name))),
            Form::Column | Form::Row | Form::Matrix => code(quote!(#name.as_slice())),
        }
    }

    /// `code` writing to the flat entries of a variable, whose length is checked.
    fn writing(&self, space: Space, name: &TokenStream, code: impl Fn(TokenStream) -> TokenStream) -> TokenStream {
        let variable = self.variable_of(space);
        let prototype = self.prototype(space);
        let check = quote!(hg::point::check_length(hg::Variable::flat_len(#name), hg::Variable::flat_len(#prototype)););
        if variable.is_struct {
            let ty = self.space_type(space);
            let body = code(quote!(hg::Dense::flat_mut(&mut target)));
            return quote!({
                #check
                let mut target = <<#ty as hg::Variable>::Flat as hg::Dense>::zeros(hg::Variable::flat_len(#name), 1);
                #body;
                *#name = hg::Variable::like(#name, hg::Dense::flat(&target));
            });
        }
        let body = match variable.blocks[0].form {
            Form::Scalar => code(quote!(hg::core::slice::from_mut(#name))),
            Form::Column | Form::Row | Form::Matrix => code(quote!(#name.as_mut_slice())),
        };
        quote!({ #check #body; })
    }
}
