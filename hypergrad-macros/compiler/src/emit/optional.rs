//! The traits of the optional roles: kernels of a change of variables and of a preconditioner.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::Emission;
use super::statements::Scope;
use crate::analysis::Stage;
use crate::differentiate::{Directions, Group, OfRole, Value};
use crate::lower::program::{Computes, Stmt};
use crate::model::Change;

impl Emission<'_> {
    pub(super) fn optional(&self) -> TokenStream {
        let extras = &self.quantities.extras;
        let change = extras.has(Group::Change).then(|| self.change(Group::Change, extras.change_is_affine));
        let local = extras.has(Group::Local).then(|| self.change(Group::Local, extras.local_is_affine));
        let preconditioner = extras.has(Group::Preconditioner).then(|| self.preconditioner());
        quote!(#change #local #preconditioner)
    }

    /// The z of a `Work`: its field, and its value for a new one.
    pub(super) fn z_field(&self) -> (TokenStream, TokenStream) {
        if self.quantities.extras.z.is_empty() {
            return (TokenStream::new(), TokenStream::new());
        }
        let x = &self.x_type;
        let flat = quote!(<#x as hg::Variable>::Flat);
        (quote!(z: #flat,), quote!(z: <#flat as hg::Dense>::zeros(n, 1),))
    }

    /// The estimators that need an optional role, added to a comparison.
    pub(super) fn compared(&self) -> TokenStream {
        let extras = &self.quantities.extras;
        let diagonal = matches!(extras.get(Group::Preconditioner, OfRole::Preconditioner), Some(Value::LikeX(_)));
        let change = |no_op: bool| if no_op { quote!((1, 1, 1)) } else { quote!((1, 1, 5)) };
        let mut rows = TokenStream::new();
        if extras.has(Group::Preconditioner) {
            let cost = if diagonal { quote!((1, 1, 2)) } else { quote!((2, 2, 2)) };
            rows.extend(quote!(let table = table.add_preconditioned(&hg::estimator::Preconditioned::custom(), #cost);));
        }
        let changes = [
            (Group::Change, quote!(hg::estimator::Reparameterized::new()), extras.change_is_affine),
            (Group::Local, quote!(hg::estimator::Localized::custom()), extras.local_is_affine),
        ];
        for (_, estimator, no_op) in changes.into_iter().filter(|(group, ..)| extras.has(*group)) {
            let cost = change(no_op);
            rows.extend(quote!(let table = table.add(&#estimator, #cost);));
        }
        rows
    }

    /// The rows of optional roles in a check of derivatives.
    pub(super) fn optional_checks(&self) -> TokenStream {
        let roles = [(&self.model.optional.change, quote!(change)), (&self.model.optional.local, quote!(localized_change))];
        let rows = roles.into_iter().filter_map(|(role, check)| role.as_ref().map(|role| (role, check)));
        let x = &self.x_type;
        let changes = rows.map(|(role, check)| {
            let call = self.user_change(role);
            quote!(hg::check::#check(&mut report, self, x, y, &|z, other, out| {
                hg::Variable::read(<_ as hg::core::borrow::Borrow<#x>>::borrow(&#call), out)
            })?;)
        });
        let preconditioner = self.model.optional.preconditioner_call.iter().map(|(function, signature)| {
            let call = self.user_call(function, signature);
            quote!(hg::check::preconditioner(&mut report, self, x, y, &|x, y, out| hg::Variable::read(&#call, out))?;)
        });
        changes.chain(preconditioner).collect()
    }

    /// The module's function of `z` and `other`, at the held x and y.
    fn user_change(&self, role: &Change) -> TokenStream {
        let by = |by_reference: bool, value: TokenStream| {
            if by_reference { value } else { quote!(hg::own(#value)) }
        };
        let (function, signature) = (&role.function, &role.signature);
        let mut arguments = vec![by(signature.x_by_reference, quote!(z)), by(signature.y_by_reference, quote!(other))];
        if let Some((x_bar, y_bar)) = role.bars_by_reference {
            arguments.extend([by(x_bar, quote!(x)), by(y_bar, quote!(y))]);
        }
        if let Some(by_reference) = signature.data_by_reference {
            arguments.push(by(by_reference, quote!(self.data())));
        }
        quote!(super::#function(#(#arguments),*))
    }

    fn change(&self, group: Group, affine: bool) -> TokenStream {
        let (declared, arguments) = self.generics();
        let scalar = &self.scalar;
        let (kind, capability) = match group {
            Group::Local => (quote!(hg::Local), quote!(hg::LocalizedChange)),
            Group::Change | Group::Preconditioner => (quote!(hg::Global), quote!(hg::ChangeOfVariables)),
        };
        let inverse = self.quantities.extras.get(group, OfRole::ChangeInverse).is_some();
        let no_inverse = (!inverse).then(|| quote!(fn change_inverse(&self, _w: &mut Work, _out: &mut [#scalar]) {}));
        let kernels = self.extra_kernels(group);
        let forget = self.forget(Stage::Adjoint);
        quote! {
            impl #declared hg::Change<#kind> for Problem #arguments {
                const AFFINE: bool = #affine;
                const INVERSE: bool = #inverse;
                #[inline]
                fn set_change(&self, w: &mut Work, z: &[#scalar]) {
                    hg::kernels::copy(z, hg::Dense::flat_mut(&mut w.z));
                    #forget
                }
                #no_inverse
                #kernels
            }
            impl #declared #capability for Problem #arguments {}
        }
    }

    fn preconditioner(&self) -> TokenStream {
        let (declared, arguments) = self.generics();
        let value = self.quantities.extras.get(Group::Preconditioner, OfRole::Preconditioner);
        let diagonal = matches!(value, Some(Value::LikeX(_)));
        let kernels = self.extra_kernels(Group::Preconditioner);
        quote! {
            impl #declared hg::CustomPreconditioner for Problem #arguments {
                const DIAGONAL: bool = #diagonal;
                #kernels
            }
        }
    }

    fn extra_kernels(&self, group: Group) -> TokenStream {
        let functions = self.program.functions.iter().filter_map(|function| match function.computes {
            Computes::Role(of, quantity) if of == group => Some((quantity, &function.body)),
            Computes::Role(..) | Computes::Problem(_) | Computes::Factor(_) => None,
        });
        functions.map(|(quantity, body)| self.extra_kernel(quantity, body)).collect()
    }

    fn extra_kernel(&self, quantity: OfRole, body: &[Stmt]) -> TokenStream {
        let scalar = &self.scalar;
        let (name, directions) = quantity.kernel();
        let name = format_ident!("{name}");
        let bind = self.symbols.bind_point();
        let body = self.names.statements(body, Scope::Point);
        let freeze = (directions == Directions::Two).then(|| quote!(hg::Bilevel::set_adjoint(self, w, v);));
        let directions = self.directions(directions);
        quote! {
            fn #name(&self, w: &mut Work, #directions out: &mut [#scalar]) {
                #freeze
                #bind
                #body
            }
        }
    }
}
