//! The signatures of roles: how many parameters, how they are taken, what a role may not be.

use proc_macro2::Ident;

use super::Signature;
use crate::diagnostics::{Diagnostic, Diagnostics};

/// A role's parameters and result, as written.
#[derive(Debug)]
pub struct Header<'m> {
    pub function: &'m syn::ItemFn,
    pub x: Parameter<'m>,
    pub y: Parameter<'m>,
    /// `x_bar` and `y_bar` of a localised map.
    pub bars: Option<(Parameter<'m>, Parameter<'m>)>,
    pub data: Option<Parameter<'m>>,
}

/// What a role takes besides the data.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parameters {
    /// x (or z) and y.
    Plain,
    /// z, y, `x_bar`, `y_bar`.
    Localised,
}

impl Parameters {
    fn number(self) -> usize {
        match self {
            Self::Plain => 2,
            Self::Localised => 4,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Plain => "a role takes x, y and perhaps the data",
            Self::Localised => "a localised change of variables takes z, y, x_bar, y_bar and perhaps the data",
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Parameter<'m> {
    /// `None` for a pattern.
    pub name: Option<&'m Ident>,
    pub ty: &'m syn::Type,
}

impl Header<'_> {
    pub fn signature(&self) -> Signature {
        Signature {
            x_by_reference: self.x.by_reference(),
            y_by_reference: self.y.by_reference(),
            data_by_reference: self.data.map(|data| data.by_reference()),
        }
    }
}

impl Parameter<'_> {
    pub fn by_reference(&self) -> bool {
        let mut ty = self.ty;
        while let syn::Type::Paren(syn::TypeParen { elem, .. }) | syn::Type::Group(syn::TypeGroup { elem, .. }) = ty {
            ty = elem;
        }
        matches!(ty, syn::Type::Reference(_))
    }
}

/// Checks what can be seen without knowing types.
pub fn read<'m>(function: &'m syn::ItemFn, expected: Parameters, diagnostics: &mut Diagnostics) -> Option<Header<'m>> {
    let before = diagnostics.len();
    plain_function(function, diagnostics);
    let parameters: Vec<Option<Parameter<'m>>> = function.sig.inputs.iter().map(|input| parameter(input, diagnostics)).collect();
    count(function, parameters.len(), expected, diagnostics);
    if diagnostics.len() > before {
        return None;
    }
    let parameters: Vec<Parameter<'m>> = parameters.into_iter().collect::<Option<_>>()?;
    let data = parameters.get(expected.number()).copied();
    match (expected, parameters.as_slice()) {
        (Parameters::Plain, [x, y, ..]) => Some(Header { function, x: *x, y: *y, bars: None, data }),
        (Parameters::Localised, [x, y, x_bar, y_bar, ..]) => {
            Some(Header { function, x: *x, y: *y, bars: Some((*x_bar, *y_bar)), data })
        }
        _ => None,
    }
}

/// Roles are evaluated at concrete numbers, by value, without effects.
fn plain_function(function: &syn::ItemFn, diagnostics: &mut Diagnostics) {
    let signature = &function.sig;
    let name = &signature.ident;
    let mut refuse = |error: Diagnostic| diagnostics.push(error);
    if let Some(asyncness) = &signature.asyncness {
        refuse(Diagnostic::new(asyncness, format!("`{name}` is read as a formula and cannot be `async`")).help("remove `async`"));
    }
    if let syn::Safety::Unsafe(keyword) = &signature.safety {
        refuse(Diagnostic::new(keyword, format!("`{name}` is read as a formula and cannot be `unsafe`")).help("remove `unsafe`"));
    }
    if let Some(abi) = &signature.abi {
        refuse(Diagnostic::new(abi, format!("`{name}` is called from Rust only")).help("remove `extern`"));
    }
    let generic = signature.generics.params.iter().find(|parameter| !matches!(parameter, syn::GenericParam::Lifetime(_)));
    if let Some(generic) = generic {
        refuse(
            Diagnostic::new(generic, format!("`{name}` is generic; a role has concrete types"))
                .help("write the scalar type and the dimensions out: `f64`, `SVector<f64, 3>`"),
        );
    }
    if let Some(variadic) = &signature.variadic {
        refuse(Diagnostic::new(variadic, "a role takes x, y and perhaps the data"));
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn parameter<'m>(input: &'m syn::FnArg, diagnostics: &mut Diagnostics) -> Option<Parameter<'m>> {
    let typed = match input {
        syn::FnArg::Receiver(receiver) => {
            diagnostics.error_with_help(
                &receiver.self_token,
                "a role is a free function, without `self`",
                "take x, y and perhaps the data",
            );
            return None;
        }
        syn::FnArg::Typed(typed) => typed,
    };
    if let Some(attribute) = crate::syntax::cfg(&typed.attrs) {
        diagnostics.error(attribute, "a role's parameter cannot depend on `#[cfg]`");
        return None;
    }
    match &*typed.pat {
        syn::Pat::Wild(_) => Some(Parameter { name: None, ty: &typed.ty }),
        syn::Pat::Ident(syn::PatIdent { mutability: Some(keyword), ident, .. }) => {
            diagnostics.error_with_help(
                keyword,
                format!("`{ident}` cannot change: what is differentiated is a formula"),
                format!("remove `mut` and bind a new name with `let`: `let next = .. {ident} ..;`"),
            );
            None
        }
        syn::Pat::Ident(syn::PatIdent { ident, subpat: None, .. }) => Some(Parameter { name: Some(ident), ty: &typed.ty }),
        // Bound when the body is read.
        _ => Some(Parameter { name: None, ty: &typed.ty }),
    }
}

fn count(function: &syn::ItemFn, found: usize, expected: Parameters, diagnostics: &mut Diagnostics) {
    let least = expected.number();
    if (least..=least + 1).contains(&found) {
        return;
    }
    let (name, words) = (&function.sig.ident, expected.words());
    let what = if found == 1 { "1 parameter".to_owned() } else { format!("{found} parameters") };
    let message = format!("`{name}` takes {what}; {words}");
    let error = match function.sig.inputs.iter().nth(least + 1) {
        Some(surplus) => Diagnostic::new(surplus, message).help("put what else it needs into the data struct"),
        None => Diagnostic::new(name, message).help(match expected {
            Parameters::Plain => {
                format!("write `{name}(x: &DVector<f64>, y: &DVector<f64>)`; a parameter that is not used is called `_y`")
            }
            Parameters::Localised => format!(
                "write `{name}(z: &DVector<f64>, y: &DVector<f64>, x_bar: &DVector<f64>, y_bar: &DVector<f64>)`; a parameter that is not used is called `_y_bar`"
            ),
        }),
    };
    diagnostics.push(error);
}
