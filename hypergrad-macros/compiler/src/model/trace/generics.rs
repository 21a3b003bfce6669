//! Constant parameters of helper functions, `fn norm<const N: usize>(v: &SVector<f64, N>)`: found
//! from the shapes of the arguments.

use super::Tracer;
use super::value::{Tensor, Value};
use crate::ir::Size;
use crate::syntax::strip_references;

impl Tracer<'_> {
    /// Binds the constant parameters of a function that is being inlined.
    pub(super) fn bind_generics(&mut self, signature: &syn::Signature, arguments: &[Option<Value>]) {
        for parameter in &signature.generics.params {
            let syn::GenericParam::Const(constant) = parameter else { continue };
            let found = signature.inputs.iter().zip(arguments).find_map(|(input, argument)| match (input, argument) {
                (syn::FnArg::Typed(typed), Some(argument)) => dimension(&typed.ty, &constant.ident, argument),
                _ => None,
            });
            let value = found.map(|size| Value::count(self.sizes.resolve(&size)));
            if value.is_none() && arguments.iter().all(Option::is_some) {
                self.diagnostics.error_with_help(
                    &constant.ident,
                    format!("the value of `{}` is not read from the arguments", constant.ident),
                    "make it a `const` of the module, or a `usize` parameter",
                );
            }
            self.environment.bind(constant.ident.to_string(), value);
        }
    }
}

/// The dimension of an argument that its type calls `name`.
fn dimension(ty: &syn::Type, name: &syn::Ident, argument: &Value) -> Option<Size> {
    match (strip_references(ty), argument) {
        (syn::Type::Array(array), Value::Array(values)) => names(&array.len, name).then(|| Size::constant(values.len() as i64)),
        (syn::Type::Array(array), Value::List(list)) => names(&array.len, name).then(|| list.length()),
        (syn::Type::Array(array), Value::Tensor(tensor)) => names(&array.len, name).then(|| tensor.length()),
        (syn::Type::Path(path), Value::Tensor(tensor)) => {
            let segment = path.path.segments.last()?;
            let syn::PathArguments::AngleBracketed(list) = &segment.arguments else { return None };
            let mut places = list.args.iter().filter(|a| !matches!(a, syn::GenericArgument::Lifetime(_))).skip(1);
            let place = places.position(|argument| is_dimension(argument, name))?;
            Some(extent(tensor, &segment.ident.to_string(), place))
        }
        _ => None,
    }
}

/// `RowSVector<f64, N>` has its columns first, everything else its rows.
fn extent(tensor: &Tensor, type_name: &str, place: usize) -> Size {
    if place == 1 || type_name.starts_with("Row") { tensor.columns.clone() } else { tensor.rows.clone() }
}

/// `N`, `{ N }` or `Const<N>`.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn is_dimension(argument: &syn::GenericArgument, name: &syn::Ident) -> bool {
    match argument {
        syn::GenericArgument::Const(expression) => names(expression, name),
        syn::GenericArgument::Type(syn::Type::Path(path)) => {
            path.path.is_ident(name)
                || path.path.segments.last().is_some_and(|segment| {
                    if let syn::PathArguments::AngleBracketed(list) = &segment.arguments {
                        list.args.iter().any(|inner| is_dimension(inner, name))
                    } else {
                        false
                    }
                })
        }
        _ => false,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn names(expression: &syn::Expr, name: &syn::Ident) -> bool {
    match expression {
        syn::Expr::Path(path) => path.path.is_ident(name),
        syn::Expr::Block(block) => matches!(block.block.stmts.as_slice(), [syn::Stmt::Expr(inner, None)] if names(inner, name)),
        _ => false,
    }
}
