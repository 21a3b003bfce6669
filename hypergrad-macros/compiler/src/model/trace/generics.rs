//! Parameters of helper functions: constants, `fn norm<const N: usize>(v: &SVector<f64, N>)`, are found from the
//! shapes of the arguments or written at the call, types, `fn square<T: RealField>(t: T)`, from the arguments.

use super::Tracer;
use super::environment::Lookup;
use super::value::{Tensor, Value};
use crate::ir::{Affine, Size};
use crate::syntax::{Type, strip_references};

impl Tracer<'_> {
    /// Binds the constant parameters of a function that is being inlined.
    pub(super) fn bind_generics(&mut self, signature: &syn::Signature, arguments: &[Option<Value>]) {
        let written = std::mem::take(&mut self.turbofish);
        let parameters = signature.generics.params.iter().filter(|p| !matches!(p, syn::GenericParam::Lifetime(_)));
        for (k, parameter) in parameters.enumerate() {
            let written = written.get(k);
            let constant = match parameter {
                syn::GenericParam::Const(constant) => constant,
                syn::GenericParam::Type(parameter) => {
                    let meant = self.type_meant(parameter, signature, arguments, written);
                    if let Some(types) = self.type_parameters.last_mut() {
                        types.extend(meant.map(|meant| (parameter.ident.to_string(), meant)));
                    }
                    continue;
                }
                syn::GenericParam::Lifetime(_) => continue,
            };
            if let Some(Written::Constant(index)) = written {
                self.environment.bind(constant.ident.to_string(), Some(Value::Index(index.clone())));
                continue;
            }
            let found = signature.inputs.iter().zip(arguments).find_map(|(input, argument)| match (input, argument) {
                (syn::FnArg::Typed(typed), Some(argument)) => {
                    dimension(&typed.ty, &constant.ident, argument).or_else(|| self.dimension_within(&constant.ident, argument))
                }
                (syn::FnArg::Receiver(_), Some(argument)) => self.dimension_within(&constant.ident, argument),
                (_, None) => None,
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

/// One of what is written behind the name of a function, `power::<3>`.
#[derive(Clone, Debug)]
pub enum Written {
    Constant(Affine),
    Type(TypeMeant),
    /// `_`, and what the arguments say.
    Unknown,
}

/// What a parameter of a function that is a type stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TypeMeant {
    /// The scalar type of the module.
    Scalar,
    /// A type of the module.
    Own(String),
}

impl Tracer<'_> {
    /// What the innermost function that is being read calls by this name.
    pub(super) fn type_parameter(&self, name: &str) -> Option<&TypeMeant> {
        self.type_parameters.last()?.iter().find(|(known, _)| known == name).map(|(_, meant)| meant)
    }

    /// What is written behind the name of a function, as the caller means it.
    pub(super) fn written_parameters(&mut self, list: &syn::AngleBracketedGenericArguments) -> Vec<Written> {
        let parameters = list.args.iter().filter(|argument| !matches!(argument, syn::GenericArgument::Lifetime(_)));
        parameters.map(|argument| self.written_parameter(argument)).collect()
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "what is not read is found from the arguments")]
    fn written_parameter(&mut self, argument: &syn::GenericArgument) -> Written {
        match argument {
            syn::GenericArgument::Const(expression) => match self.size_expression(expression) {
                Some(size) => Written::Constant(Affine::constant(size)),
                None => Written::Unknown,
            },
            syn::GenericArgument::Type(ty) => {
                if let syn::Type::Path(path) = ty
                    && let Some(name) = path.path.get_ident().map(ToString::to_string)
                {
                    if let Lookup::Bound(Value::Index(index)) = self.environment.get(&name) {
                        return Written::Constant(index.clone());
                    }
                    if let Some(meant) = self.type_parameter(&name) {
                        return Written::Type(meant.clone());
                    }
                    if self.module.constant(&name).is_some() {
                        let size = self.sizes_in(std::iter::once(argument)).first().cloned();
                        return size.map_or(Written::Unknown, |size| Written::Constant(Affine::constant(size)));
                    }
                }
                match self.hint(ty) {
                    Some(Type::Scalar(scalar)) if scalar == self.scalar => Written::Type(TypeMeant::Scalar),
                    Some(Type::Struct(name) | Type::Enum(name)) => Written::Type(TypeMeant::Own(name)),
                    _ => Written::Unknown,
                }
            }
            _ => Written::Unknown,
        }
    }

    fn type_meant(
        &self,
        parameter: &syn::TypeParam,
        signature: &syn::Signature,
        arguments: &[Option<Value>],
        written: Option<&Written>,
    ) -> Option<TypeMeant> {
        if let Some(Written::Type(meant)) = written {
            return Some(meant.clone());
        }
        let given = signature.inputs.iter().zip(arguments).find_map(|(input, argument)| match (input, argument) {
            (syn::FnArg::Typed(typed), Some(argument)) => meant_by(strip_references(&typed.ty), &parameter.ident, argument),
            (syn::FnArg::Receiver(_), Some(argument)) => {
                self.declared_fields(argument).find_map(|(ty, value)| meant_by(strip_references(ty), &parameter.ident, value))
            }
            (_, None) => None,
        });
        given.or_else(|| is_real(parameter, signature).then_some(TypeMeant::Scalar))
    }
}

impl Tracer<'_> {
    /// The fields of a struct of the module, each with the type that is written.
    fn declared_fields<'v>(&'v self, value: &'v Value) -> impl Iterator<Item = (&'v syn::Type, &'v Value)> {
        let structure = if let Value::Struct(structure) = self.referred_to(value) { Some(structure) } else { None };
        let declared = structure.and_then(|structure| self.module.structure(&structure.name));
        let fields = declared.map(|declared| declared.fields.iter()).into_iter().flatten();
        let values = structure.map(|structure| structure.fields.iter()).into_iter().flatten();
        fields.zip(values).map(|(field, (_, value))| (&field.ty, value))
    }

    /// What a reference to a name is to.
    fn referred_to<'v>(&'v self, value: &'v Value) -> &'v Value {
        if let Value::Reference(place) = value
            && place.steps.is_empty()
            && place.part.is_none()
        {
            return self.cells.get(place.cell).value.as_ref().unwrap_or(value);
        }
        value
    }

    /// The dimension that the fields of a struct call so, whose parameters have the same names.
    fn dimension_within(&self, name: &syn::Ident, value: &Value) -> Option<Size> {
        self.declared_fields(value).find_map(|(ty, value)| dimension(ty, name, value))
    }
}

/// What an argument says of the type that is called `name` in the type of the parameter.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other value says nothing")]
fn meant_by(ty: &syn::Type, name: &syn::Ident, argument: &Value) -> Option<TypeMeant> {
    let syn::Type::Path(path) = ty else { return None };
    if path.path.is_ident(name) {
        return match argument {
            Value::Tensor(tensor) if tensor.is_scalar() => Some(TypeMeant::Scalar),
            value => value.own_type().map(|own| TypeMeant::Own(own.to_owned())),
        };
    }
    // `&DVector<T>`: its entries are reals.
    let syn::PathArguments::AngleBracketed(list) = &path.path.segments.last()?.arguments else { return None };
    let is_of = |argument: &syn::GenericArgument| matches!(argument, syn::GenericArgument::Type(syn::Type::Path(of)) if of.path.is_ident(name));
    (list.args.first().is_some_and(is_of) && matches!(argument, Value::Tensor(_))).then_some(TypeMeant::Scalar)
}

/// Whether its bounds say that a type is one of reals.
fn is_real(parameter: &syn::TypeParam, signature: &syn::Signature) -> bool {
    const TRAITS: [&str; 3] = ["RealField", "ComplexField", "Float"];
    let real = |bound: &syn::TypeParamBound| matches!(bound, syn::TypeParamBound::Trait(of) if of.path.segments.last().is_some_and(|s| TRAITS.iter().any(|t| s.ident == t)));
    let of_clause = |predicate: &syn::WherePredicate| matches!(predicate, syn::WherePredicate::Type(of) if matches!(&of.bounded_ty, syn::Type::Path(path) if path.path.is_ident(&parameter.ident)) && of.bounds.iter().any(real));
    parameter.bounds.iter().any(real)
        || signature.generics.where_clause.iter().flat_map(|clause| &clause.predicates).any(of_clause)
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
