//! What the roles say together: the names and types of x, y and the data.

use super::roles::Roles;
use super::scalars::ScalarType;
use super::signature::{self, Header, Parameter, Parameters};
use super::variables::{self, VariableType};
use super::{InnerKind, data};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::syntax::{Keyword, Module, Type};

/// The roles whose signatures could be read.
pub struct Headers<'m> {
    pub inner: Option<(InnerKind, Header<'m>)>,
    pub outer: Option<Header<'m>>,
    pub optional: Vec<(Keyword, Header<'m>)>,
}

/// The types on which the roles agree.
pub struct Types<'m> {
    pub x: Named<VariableType<'m>>,
    pub y: Named<VariableType<'m>>,
    /// The data's type, and how the first role writes it.
    pub data: Option<Named<(Type, &'m syn::Type)>>,
    pub scalar: ScalarType,
    /// Whether every `x_bar` and `y_bar` has the type of x or y.
    pub bars_agree: bool,
}

/// With the parameter's name.
pub struct Named<T> {
    pub name: String,
    pub ty: T,
}

impl<'m> Headers<'m> {
    pub fn read(roles: &Roles<'m>, diagnostics: &mut Diagnostics) -> Self {
        let mut read = |function, parameters| signature::read(function, parameters, diagnostics);
        let inner = roles.inner.and_then(|(kind, function)| Some((kind, read(function, Parameters::Plain)?)));
        let outer = roles.outer.and_then(|function| read(function, Parameters::Plain));
        let optional = roles.optional.iter().filter_map(|(keyword, function)| {
            let parameters =
                if let Keyword::Local | Keyword::LocalInverse = keyword { Parameters::Localised } else { Parameters::Plain };
            Some((*keyword, read(function, parameters)?))
        });
        Self { inner, outer, optional: optional.collect() }
    }

    fn all(&self) -> impl Iterator<Item = &Header<'m>> {
        self.required().chain(self.optional.iter().map(|(_, header)| header))
    }

    fn required(&self) -> impl Iterator<Item = &Header<'m>> {
        self.inner.iter().map(|(_, header)| header).chain(&self.outer)
    }

    /// `x_bar` and `y_bar` have the types of x and y.
    fn check_bars(&self, module: &'m Module, types: [(&VariableType<'m>, &str); 2], diagnostics: &mut Diagnostics) {
        let Some(with) = self.required().next() else { return };
        for header in self.all() {
            let Some((x_bar, y_bar)) = header.bars else { continue };
            for (parameter, (expected, name)) in [x_bar, y_bar].into_iter().zip(types) {
                let Some(found) = module.resolve_owned_type(parameter.ty, diagnostics) else { continue };
                if found != expected.resolved {
                    let (bar, expected) = (format!("{name}_bar"), expected.resolved.to_string());
                    diagnostics.push(disagreement(header, with, &bar, parameter.ty, &expected, &found.to_string()));
                }
            }
        }
    }

    /// What is taken by value is cloned at every call.
    fn check_clones(&self, module: &Module, [x, y]: [&Type; 2], data: Option<&Type>, diagnostics: &mut Diagnostics) {
        let structure = |ty: &Type| if let Type::Struct(name) = ty { Some(name.clone()) } else { None };
        let (x, y, data) = (structure(x), structure(y), data.and_then(structure));
        // What a role takes instead is reported as a difference between roles.
        let is = |parameter: &Parameter<'_>, name: &str| {
            let found = module.resolve_type(parameter.ty, &mut Diagnostics::default());
            found.as_ref().and_then(structure).is_some_and(|found| found == name)
        };
        for header in self.all() {
            let bars = header.bars.into_iter().flat_map(|(x_bar, y_bar)| [(x_bar, &x), (y_bar, &y)]);
            let taken = [(header.x, &x), (header.y, &y)].into_iter().chain(bars).chain(header.data.map(|taken| (taken, &data)));
            for (parameter, name) in taken {
                if let Some(name) = name
                    && !parameter.by_reference()
                    && is(&parameter, name)
                    && module.lacks_clone(name)
                {
                    diagnostics.error_with_help(
                        parameter.ty,
                        format!("`{name}` is taken by value and is not `Clone`: the problem keeps its own"),
                        format!("take it by reference, `&{name}`, or derive `Clone` for it"),
                    );
                }
            }
        }
    }

    /// What the parameter is called: a name without `_` in front says that it is used.
    fn name(&self, parameter: impl Fn(&Header<'m>) -> Option<Parameter<'m>>, default: &str) -> String {
        let named = |header: &Header<'m>| parameter(header).and_then(|parameter| parameter.name).map(ToString::to_string);
        let names: Vec<String> = self.required().filter_map(named).collect();
        let used = names.iter().find(|name| !name.starts_with('_')).or(names.first());
        let bare = used.map_or("", |name| name.trim_start_matches('_'));
        if bare.is_empty() { default.to_owned() } else { bare.to_owned() }
    }

    fn variable(
        &self,
        module: &'m Module,
        parameter: impl Fn(&Header<'m>) -> Parameter<'m>,
        name: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<VariableType<'m>> {
        let mut first: Option<(VariableType<'m>, &Header<'m>)> = None;
        for header in self.all() {
            let written = parameter(header).ty;
            match &first {
                None => first = variables::read(module, written, name, diagnostics).map(|read| (read, header)),
                Some((expected, with)) => match variables::resolve(module, written, diagnostics) {
                    Some(found) if found != expected.resolved => {
                        diagnostics.push(disagreement(
                            header,
                            with,
                            name,
                            written,
                            &expected.resolved.to_string(),
                            &found.to_string(),
                        ));
                    }
                    _ => {}
                },
            }
        }
        first.map(|(read, _)| read)
    }

    /// The type of the data, as it is meant and written.
    fn data(&self, module: &'m Module, name: &str, diagnostics: &mut Diagnostics) -> Option<(Type, &'m syn::Type)> {
        let mut first: Option<(Type, &'m syn::Type, &Header<'m>)> = None;
        for header in self.all() {
            let Some(parameter) = header.data else { continue };
            let Some(found) = data::root(module, parameter.ty, diagnostics) else { continue };
            match &first {
                None => first = Some((found, parameter.ty, header)),
                Some((expected, _, with)) if *expected != found => {
                    diagnostics.push(disagreement(header, with, name, parameter.ty, &expected.to_string(), &found.to_string()));
                }
                Some(_) => {}
            }
        }
        first.map(|(read, written, _)| (read, written))
    }
}

impl<'m> Types<'m> {
    /// Reads the types of all parameters; what is wrong or differs between roles is reported.
    pub fn read(module: &'m Module, headers: &Headers<'m>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let x_name = headers.name(|header| Some(header.x), "x");
        let mut y_name = headers.name(|header| Some(header.y), "y");
        if y_name == x_name {
            y_name.push_str("_outer");
        }
        let data_name = headers.name(|header| header.data, "data");
        let x = headers.variable(module, |header| header.x, &x_name, diagnostics);
        let y = headers.variable(module, |header| header.y, &y_name, diagnostics);
        let data = headers.data(module, &data_name, diagnostics);
        let (Some(x), Some(y)) = (x, y) else {
            // No body is read now: what the data has to change is said all the same.
            if let Some((Type::Struct(structure), _)) = &data {
                data::refused_fields(module, structure, &data_name, diagnostics);
            }
            return None;
        };
        headers.check_clones(module, [&x.resolved, &y.resolved], data.as_ref().map(|(data, _)| data), diagnostics);
        let before = diagnostics.len();
        headers.check_bars(module, [(&x, &x_name), (&y, &y_name)], diagnostics);
        let bars_agree = diagnostics.len() == before;
        let leaf = x.leaves.first()?;
        let scalar = ScalarType { scalar: leaf.scalar, seen: variables::leaf_name(&x_name, leaf) };
        variables::check_scalars(&x, &scalar, &x_name, diagnostics);
        variables::check_scalars(&y, &scalar, &y_name, diagnostics);
        Some(Self {
            x: Named { name: x_name, ty: x },
            y: Named { name: y_name, ty: y },
            data: data.map(|ty| Named { name: data_name, ty }),
            scalar,
            bars_agree,
        })
    }
}

fn disagreement(
    header: &Header<'_>,
    with: &Header<'_>,
    name: &str,
    written: &syn::Type,
    expected: &str,
    found: &str,
) -> Diagnostic {
    let (function, earlier) = (&header.function.sig.ident, &with.function.sig.ident);
    Diagnostic::new(written, format!("`{function}` takes `{name}` as `{found}`, `{earlier}` takes it as `{expected}`"))
        .help("all roles take the same x, y and data, in this order")
}
