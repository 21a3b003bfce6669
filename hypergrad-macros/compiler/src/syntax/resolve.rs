//! Types as written → [`Type`]: references stripped, aliases and constants of the module resolved,
//! nalgebra's types recognised by the last segment of their path.

use super::Module;
use super::constants::{DEPTH, spelled};
use super::nalgebra::{self, Extent};
use super::scope::{Bound, Scope};
use super::types::{Dimension, Scalar, Storage, Type};
use crate::diagnostics::{Diagnostic, Diagnostics, nearest};

/// What a message says where a type is not of the language.
pub const ACCEPTED: &str =
    "accepted are `f64`, `f32`, `usize`, nalgebra's vectors and matrices, arrays, `Vec` and structs of this module";

impl Module {
    /// Resolves a type; an unknown one is reported at its own span.
    pub fn resolve_type(&self, written: &syn::Type, diagnostics: &mut Diagnostics) -> Option<Type> {
        let mut resolver = Resolver { module: self, view: None };
        resolver.resolve(written, &Scope::default(), 0).map_err(|error| diagnostics.push(error)).ok()
    }

    /// Resolves a type that must own its entries: of a variable or a field.
    pub fn resolve_owned_type(&self, written: &syn::Type, diagnostics: &mut Diagnostics) -> Option<Type> {
        let mut resolver = Resolver { module: self, view: None };
        let resolved = resolver.resolve(written, &Scope::default(), 0).map_err(|error| diagnostics.push(error)).ok()?;
        match resolver.view {
            None => Some(resolved),
            Some(view) => {
                diagnostics.error_with_help(
                    written,
                    format!("`{view}` borrows its entries; variables and data own theirs"),
                    format!("write `{resolved}`"),
                );
                None
            }
        }
    }
}

type Resolved<T> = Result<T, Diagnostic>;

struct Resolver<'m> {
    module: &'m Module,
    /// The name of a view type that was met.
    view: Option<String>,
}

impl Resolver<'_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    fn resolve(&mut self, written: &syn::Type, scope: &Scope, depth: usize) -> Resolved<Type> {
        if depth > DEPTH {
            return Err(Diagnostic::new(written, "this type is defined by itself"));
        }
        match written {
            syn::Type::Paren(inner) => self.resolve(&inner.elem, scope, depth + 1),
            syn::Type::Group(inner) => self.resolve(&inner.elem, scope, depth + 1),
            syn::Type::Reference(reference) => match &reference.mutability {
                Some(mutable) => {
                    Err(Diagnostic::new(mutable, "a mutable reference is not accepted: what is differentiated cannot change")
                        .help("take it by `&` and return the new value"))
                }
                None => self.resolve(&reference.elem, scope, depth + 1),
            },
            syn::Type::Tuple(tuple) => {
                tuple.elems.iter().map(|item| self.resolve(item, scope, depth + 1)).collect::<Resolved<_>>().map(Type::Tuple)
            }
            syn::Type::Array(array) => self.array(array, scope, depth),
            syn::Type::Slice(slice) => {
                let item = Box::new(self.resolve(&slice.elem, scope, depth + 1)?);
                self.view = Some(Type::List { item: item.clone(), storage: Storage::Slice }.to_string());
                Ok(Type::List { item, storage: Storage::Vec })
            }
            syn::Type::Path(syn::TypePath { qself: None, path, .. }) => self.path(path, scope, depth),
            _ => Err(Diagnostic::new(written, format!("this kind of type is not accepted here; {ACCEPTED}"))),
        }
    }

    fn array(&mut self, array: &syn::TypeArray, scope: &Scope, depth: usize) -> Resolved<Type> {
        let item = Box::new(self.resolve(&array.elem, scope, depth + 1)?);
        let length = self.module.dimension_value(&array.len, scope)?;
        Ok(Type::List { item, storage: Storage::Array(length) })
    }

    fn growing(&mut self, path: &syn::Path, storage: Storage, scope: &Scope, depth: usize) -> Resolved<Type> {
        let Some(syn::GenericArgument::Type(written)) = arguments(path).into_iter().next() else {
            return Err(missing_arguments(path));
        };
        let item = Box::new(self.resolve(written, scope, depth + 1)?);
        Ok(Type::List { item, storage })
    }

    fn path(&mut self, path: &syn::Path, scope: &Scope, depth: usize) -> Resolved<Type> {
        if let Some(name) = path.get_ident()
            && let Some(bound) = scope.get(name)
        {
            return match bound {
                Bound::Type(bound) => Ok(bound.clone()),
                Bound::Dimension(_) => Err(Diagnostic::new(path, format!("`{name}` is a dimension, not a type of values"))),
            };
        }
        if let Some(own) = self.own(path, scope, depth) {
            return own;
        }
        let full = self.module.imports.expand(path);
        let name = full.last().map_or("", String::as_str);
        match name {
            "f64" => Ok(Type::Scalar(Scalar::F64)),
            "f32" => Ok(Type::Scalar(Scalar::F32)),
            "usize" => Ok(Type::Count),
            "bool" => Ok(Type::Bool),
            "CsrMatrix" => match self.entries(path, scope, depth)? {
                Type::Scalar(scalar) => Ok(Type::Csr { scalar }),
                other @ (Type::Count
                | Type::Integer(_)
                | Type::Bool
                | Type::Tensor { .. }
                | Type::List { .. }
                | Type::Csr { .. }
                | Type::Struct(_)
                | Type::Enum(_)
                | Type::Tuple(_)) => Err(no_entry(path, &other)),
            },
            "Vec" => self.growing(path, Storage::Vec, scope, depth),
            "Option" => self.growing(path, Storage::Option, scope, depth),
            _ => match (integer_name(name), nalgebra::matrix_name(name)) {
                (Some(integer), _) => Ok(Type::Integer(integer)),
                (None, Some(matrix)) => self.matrix(path, matrix, scope, depth),
                (None, None) => Err(self.unknown(path, &full)),
            },
        }
    }

    /// A struct or an alias of the module.
    fn own(&mut self, path: &syn::Path, scope: &Scope, depth: usize) -> Option<Resolved<Type>> {
        let name = self.module.own_name(path)?.to_string();
        if let Some(structure) = self.module.structure(&name) {
            let generic = |parameter: &&syn::GenericParam| !matches!(parameter, syn::GenericParam::Lifetime(_));
            return Some(match structure.generics.params.iter().find(generic) {
                None => Ok(Type::Struct(name)),
                Some(parameter) => {
                    Err(Diagnostic::new(parameter, format!("`{name}` is generic; a struct that a role reads is not"))
                        .help("write its fields with concrete types that own their entries"))
                }
            });
        }
        if let Some(enumeration) = self.module.enumeration(&name) {
            return Some(plain_enum(enumeration));
        }
        let alias = self.module.alias(&name)?;
        Some(self.alias_scope(alias, path, scope, depth).and_then(|inner| self.resolve(&alias.ty, &inner, depth + 1)))
    }

    fn alias_scope(&mut self, alias: &syn::ItemType, path: &syn::Path, scope: &Scope, depth: usize) -> Resolved<Scope> {
        let mut inner = Scope::default();
        let mut arguments = arguments(path).into_iter();
        for parameter in &alias.generics.params {
            let bound = match parameter {
                syn::GenericParam::Lifetime(_) => continue,
                syn::GenericParam::Type(parameter) => match (arguments.next(), &parameter.default) {
                    (Some(argument), _) => self.bound(argument, scope, depth)?,
                    (None, Some((_, default))) => Bound::Type(self.resolve(default, &inner, depth + 1)?),
                    (None, None) => return Err(missing_arguments(path)),
                },
                syn::GenericParam::Const(_) => match arguments.next() {
                    Some(argument) => Bound::Dimension(self.dimension(argument, scope, depth)?),
                    None => return Err(missing_arguments(path)),
                },
            };
            let name = match parameter {
                syn::GenericParam::Type(parameter) => &parameter.ident,
                syn::GenericParam::Const(parameter) => &parameter.ident,
                syn::GenericParam::Lifetime(_) => continue,
            };
            inner.bind(name, bound);
        }
        Ok(inner)
    }

    fn bound(&mut self, argument: &syn::GenericArgument, scope: &Scope, depth: usize) -> Resolved<Bound> {
        if let Ok(dimension) = self.dimension(argument, scope, depth) {
            return Ok(Bound::Dimension(dimension));
        }
        if let syn::GenericArgument::Type(argument) = argument {
            Ok(Bound::Type(self.resolve(argument, scope, depth + 1)?))
        } else {
            self.dimension(argument, scope, depth).map(Bound::Dimension)
        }
    }

    fn matrix(&mut self, path: &syn::Path, name: nalgebra::MatrixName, scope: &Scope, depth: usize) -> Resolved<Type> {
        if name.view {
            self.view = path.segments.last().map(|segment| segment.ident.to_string());
        }
        let entries = self.entries(path, scope, depth)?;
        let mut dimensions = arguments(path).into_iter().skip(1);
        let mut read = |resolver: &mut Self, extent: Extent, rows: Option<Dimension>| match extent {
            Extent::Fixed(value) => Ok(Dimension::Constant(value)),
            Extent::Dynamic => Ok(Dimension::Dynamic),
            Extent::Square => rows.ok_or_else(|| missing_arguments(path)),
            Extent::Argument => match dimensions.next() {
                Some(argument) => resolver.dimension(argument, scope, depth),
                None => Err(missing_arguments(path)),
            },
        };
        let rows = read(self, name.rows, None)?;
        let columns = read(self, name.columns, Some(rows))?;
        match entries {
            Type::Scalar(scalar) => Ok(Type::tensor(scalar, rows, columns)),
            item @ (Type::Count
            | Type::Integer(_)
            | Type::Bool
            | Type::Tensor { .. }
            | Type::List { .. }
            | Type::Csr { .. }
            | Type::Struct(_)
            | Type::Enum(_)
            | Type::Tuple(_)) => {
                let storage = Storage::Tensor { form: super::types::form(rows, columns), rows, columns };
                Ok(Type::List { item: Box::new(item), storage })
            }
        }
    }

    /// The first generic argument: the type of the entries, floats or integers.
    fn entries(&mut self, path: &syn::Path, scope: &Scope, depth: usize) -> Resolved<Type> {
        let Some(syn::GenericArgument::Type(written)) = arguments(path).into_iter().next() else {
            return Err(missing_arguments(path));
        };
        match self.resolve(written, scope, depth + 1)? {
            entries @ (Type::Scalar(_) | Type::Count | Type::Integer(_) | Type::Bool) => Ok(entries),
            other @ (Type::Tensor { .. }
            | Type::List { .. }
            | Type::Csr { .. }
            | Type::Struct(_)
            | Type::Enum(_)
            | Type::Tuple(_)) => Err(no_entry(path, &other)),
        }
    }

    /// `3`, `N`, `{ N + 1 }`, `Const<3>`, `U3`, `Dyn`, or an alias of such a type.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    fn dimension(&mut self, argument: &syn::GenericArgument, scope: &Scope, depth: usize) -> Resolved<Dimension> {
        match argument {
            syn::GenericArgument::Const(expression) => self.module.dimension_value(expression, scope).map(Dimension::Constant),
            syn::GenericArgument::Type(syn::Type::Path(syn::TypePath { qself: None, path, .. })) => {
                self.dimension_path(path, scope, depth)
            }
            _ => Err(Diagnostic::new(argument, "expected a dimension: a constant, `Const<N>` or `Dyn`")),
        }
    }

    fn dimension_path(&mut self, path: &syn::Path, scope: &Scope, depth: usize) -> Resolved<Dimension> {
        if let Some(Bound::Dimension(dimension)) = path.get_ident().and_then(|name| scope.get(name)) {
            return Ok(*dimension);
        }
        let own = self.module.own_name(path).map(ToString::to_string).unwrap_or_default();
        if self.module.constant(&own).is_some() {
            return self.module.dimension_at_path(path, scope).map(Dimension::Constant);
        }
        if let Some(alias) = self.module.alias(&own)
            && depth < DEPTH
            && let syn::Type::Path(inner) = &*alias.ty
        {
            return self.dimension_path(&inner.path, &Scope::default(), depth + 1);
        }
        let full = self.module.imports.expand(path);
        match full.last().map_or("", String::as_str) {
            "Dyn" | "Dynamic" => Ok(Dimension::Dynamic),
            "Const" => match arguments(path).into_iter().next() {
                Some(argument) => self.dimension(argument, scope, depth),
                None => Err(missing_arguments(path)),
            },
            name => match name.strip_prefix('U').and_then(|digits| digits.parse().ok()) {
                Some(value) => Ok(Dimension::Constant(value)),
                None => self.module.dimension_at_path(path, scope).map(Dimension::Constant),
            },
        }
    }

    fn unknown(&self, path: &syn::Path, full: &[String]) -> Diagnostic {
        let name = spelled(path);
        let last = full.last().map_or("", String::as_str);
        let own = self.module.type_names();
        let candidates = nalgebra::COMMON.iter().copied().chain(own.iter().map(String::as_str)).chain(["f64", "f32", "usize"]);
        if full.len() > 1 && last.starts_with(char::is_uppercase) {
            return self.outside(path, full);
        }
        let diagnostic = Diagnostic::new(path, format!("unknown type `{name}`; {ACCEPTED}"));
        match nearest(last, candidates) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic,
        }
    }

    /// A type that is neither of the module nor nalgebra's: perhaps a struct of another annotated module.
    fn outside(&self, path: &syn::Path, full: &[String]) -> Diagnostic {
        let name = spelled(path);
        let last = path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        let diagnostic = Diagnostic::new(
            path,
            format!("`{name}` comes from outside of the module, where its fields cannot be read; {ACCEPTED}"),
        );
        let of_this_crate =
            full.first().is_some_and(|first| matches!(first.as_str(), "super" | "crate" | "self") || self.module.defines(first));
        let imported = self.module.own_name(path).filter(|own| self.module.imports.path(&own.to_string()).is_some());
        match imported {
            Some(own) if of_this_crate => diagnostic.wants(own.clone()),
            None if of_this_crate => {
                return diagnostic.help(format!(
                    "if it is a struct of another annotated module, import it: `use {name};`; else define `{last}` in this module"
                ));
            }
            _ => diagnostic,
        }
        .help(format!("define `{last}` in this module"))
    }
}

/// The entries of a vector or matrix are numbers.
fn no_entry(path: &syn::Path, found: &Type) -> Diagnostic {
    let name = spelled(path);
    let place = arguments(path).into_iter().next();
    let message = format!("the entries of a `{name}` are `f64` or `f32` here, not `{found}`");
    let error = match place {
        Some(place) => Diagnostic::new(place, message),
        None => Diagnostic::new(path, message),
    };
    error.help(format!("write `{name}<f64>`"))
}

/// An integer type other than `usize`.
fn integer_name(name: &str) -> Option<&'static str> {
    const ALL: [&str; 11] = ["i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128"];
    ALL.into_iter().find(|known| *known == name)
}

/// An enum that is read: its variants are the same in every build.
fn plain_enum(enumeration: &syn::ItemEnum) -> Resolved<Type> {
    let name = &enumeration.ident;
    if let Some(attribute) = enumeration.variants.iter().find_map(|variant| crate::syntax::cfg(&variant.attrs)) {
        return Err(Diagnostic::new(attribute, format!("`{name}` is read by a role and cannot depend on `#[cfg]`")));
    }
    Ok(Type::Enum(name.to_string()))
}

/// The type behind references and parentheses.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
pub fn strip_references(written: &syn::Type) -> &syn::Type {
    match written {
        syn::Type::Reference(reference) => strip_references(&reference.elem),
        syn::Type::Paren(inner) => strip_references(&inner.elem),
        syn::Type::Group(inner) => strip_references(&inner.elem),
        other => other,
    }
}

/// The generic arguments of the last segment, without lifetimes.
fn arguments(path: &syn::Path) -> Vec<&syn::GenericArgument> {
    match path.segments.last().map(|segment| &segment.arguments) {
        Some(syn::PathArguments::AngleBracketed(list)) => {
            list.args.iter().filter(|argument| !matches!(argument, syn::GenericArgument::Lifetime(_))).collect()
        }
        _ => Vec::new(),
    }
}

fn missing_arguments(path: &syn::Path) -> Diagnostic {
    let name = spelled(path);
    Diagnostic::new(path, format!("generic arguments of `{name}` are missing: its dimensions and entries are read from its type"))
}
