//! Which function has which role.

use super::InnerKind;
use crate::diagnostics::{Diagnostic, Diagnostics, nearest};
use crate::syntax::{Keyword, Module, Options, Type, cfg};

/// The functions of a problem; what is missing has been reported.
#[derive(Debug)]
pub struct Roles<'m> {
    pub inner: Option<(InnerKind, &'m syn::ItemFn)>,
    pub outer: Option<&'m syn::ItemFn>,
    /// Changes of variables, their inverses, a preconditioner: each once, in the order of the module.
    pub optional: Vec<(Keyword, &'m syn::ItemFn)>,
}

impl<'m> Roles<'m> {
    /// Every function that is a role.
    pub fn all(&self) -> impl Iterator<Item = &'m syn::ItemFn> {
        let optional = self.optional.iter().map(|(_, function)| *function);
        self.inner.iter().map(|(_, function)| *function).chain(self.outer).chain(optional)
    }

    fn optional(&self, keyword: Keyword) -> Option<&'m syn::ItemFn> {
        self.optional.iter().find(|(found, _)| *found == keyword).map(|(_, function)| *function)
    }
}

/// Finds the roles by name and by the attribute's arguments.
pub fn find<'m>(module: &'m Module, options: &Options, diagnostics: &mut Diagnostics) -> Roles<'m> {
    let mut roles = Roles { inner: None, outer: None, optional: Vec::new() };
    let mut inner_is_named = options.incomplete;
    let mut outer_is_named = options.incomplete;
    for role in &options.roles {
        inner_is_named |= role.keyword.is_inner() && role.function.is_some();
        outer_is_named |= role.keyword == Keyword::Outer && role.function.is_some();
    }
    for (keyword, function) in assigned(module, options, diagnostics) {
        if let Some(attribute) = cfg(&function.attrs) {
            diagnostics.push(
                Diagnostic::new(
                    attribute,
                    format!("`{}` is {} and cannot depend on `#[cfg]`", function.sig.ident, keyword.description()),
                )
                .help("put the `#[cfg]` on the whole module, or write one module for each case"),
            );
        }
        let earlier = match keyword {
            _ if keyword.is_inner() => roles.inner.map(|(_, earlier)| earlier),
            Keyword::Outer => roles.outer,
            Keyword::Objective
            | Keyword::Root
            | Keyword::FixedPoint
            | Keyword::Inner
            | Keyword::Change
            | Keyword::ChangeInverse
            | Keyword::Local
            | Keyword::LocalInverse
            | Keyword::Preconditioner => roles.optional(keyword),
        };
        match earlier {
            Some(earlier) => diagnostics.push(doubled(keyword, earlier, function)),
            None if keyword == Keyword::Outer => roles.outer = Some(function),
            None if keyword.is_inner() => roles.inner = Some((inner_kind(module, keyword, function), function)),
            None => roles.optional.push((keyword, function)),
        }
    }
    // An argument that was not understood, or names no function, has its own error.
    if roles.inner.is_none() && !inner_is_named {
        diagnostics.push(missing_inner(module));
    }
    if roles.outer.is_none() && !outer_is_named {
        diagnostics.push(missing_outer(module));
    }
    for (inverse, map) in [(Keyword::ChangeInverse, Keyword::Change), (Keyword::LocalInverse, Keyword::Local)] {
        if let (Some(function), None) = (roles.optional(inverse), roles.optional(map)) {
            diagnostics.push(lonely_inverse(function, inverse, map));
        }
    }
    roles
}

/// An inverse belongs to a map.
fn lonely_inverse(function: &syn::ItemFn, keyword: Keyword, map: Keyword) -> Diagnostic {
    let name = &function.sig.ident;
    Diagnostic::new(name, format!("`{name}` is {}, and there is no `{map}`", keyword.description()))
        .help(format!("add `{map}`, or say that `{name}` is no role: `#[bilevel({keyword} = none)]`"))
}

/// The functions that have a role, in the order of the module.
fn assigned<'m>(module: &'m Module, options: &Options, diagnostics: &mut Diagnostics) -> Vec<(Keyword, &'m syn::ItemFn)> {
    for option in &options.roles {
        if let Some(name) = &option.function
            && module.function(&name.to_string()).is_none()
        {
            diagnostics.push(no_such_function(module, name));
        }
    }
    module.functions().filter_map(|function| keyword_of(options, function).map(|keyword| (keyword, function))).collect()
}

/// The attribute's word first; then the function's own name, unless the attribute gives that role away.
fn keyword_of(options: &Options, function: &syn::ItemFn) -> Option<Keyword> {
    let name = &function.sig.ident;
    let named = options.roles.iter().find(|option| option.function.as_ref() == Some(name));
    match named {
        Some(option) => Some(option.keyword),
        None => Keyword::read(&name.to_string()).filter(|keyword| options.role(*keyword).is_none()),
    }
}

fn inner_kind(module: &Module, keyword: Keyword, function: &syn::ItemFn) -> InnerKind {
    match keyword {
        Keyword::Objective => InnerKind::Objective,
        Keyword::FixedPoint => InnerKind::FixedPoint,
        // `inner`: an objective if it returns a scalar, else a root.
        Keyword::Inner if returns_scalar(module, function) => InnerKind::Objective,
        Keyword::Root
        | Keyword::Inner
        | Keyword::Outer
        | Keyword::Change
        | Keyword::ChangeInverse
        | Keyword::Local
        | Keyword::LocalInverse
        | Keyword::Preconditioner => InnerKind::Root,
    }
}

fn returns_scalar(module: &Module, function: &syn::ItemFn) -> bool {
    match &function.sig.output {
        syn::ReturnType::Default => false,
        // What is wrong with the type is reported where the signature is checked.
        syn::ReturnType::Type(_, written) => {
            matches!(module.resolve_type(written, &mut Diagnostics::default()), Some(Type::Scalar(_)))
        }
    }
}

fn no_such_function(module: &Module, name: &syn::Ident) -> Diagnostic {
    let diagnostic = Diagnostic::new(name, format!("module `{}` has no function `{name}`", module.ident));
    let functions: Vec<String> = module.functions().map(|function| function.sig.ident.to_string()).collect();
    match nearest(&name.to_string(), functions.iter().map(String::as_str)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}

fn doubled(keyword: Keyword, earlier: &syn::ItemFn, function: &syn::ItemFn) -> Diagnostic {
    let (name, first) = (&function.sig.ident, &earlier.sig.ident);
    let level = match keyword {
        _ if keyword.is_inner() => "inner function",
        Keyword::Outer => "outer function",
        Keyword::Change => "change of variables",
        Keyword::Local => "localised change of variables",
        Keyword::Preconditioner => "preconditioner",
        Keyword::Objective
        | Keyword::Root
        | Keyword::FixedPoint
        | Keyword::Inner
        | Keyword::ChangeInverse
        | Keyword::LocalInverse => "inverse of a change of variables",
    };
    let own = Keyword::read(&name.to_string()).filter(|own| *own == keyword);
    let diagnostic = Diagnostic::new(name, format!("`{name}` is a second {level}: `{first}` has that role already"));
    match own {
        Some(_) => diagnostic.help(format!("remove one; if `{name}` is a helper, write `#[bilevel({name} = none)]`")),
        None => diagnostic.help("remove one"),
    }
}

fn missing_inner(module: &Module) -> Diagnostic {
    let help = if module.function("phi").or_else(|| module.function("φ")).is_some() {
        "`phi` is read as a change of variables: a fixed-point map is called `Phi`"
    } else {
        "add `pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 { .. }`, or name yours: `#[bilevel(f = loss)]`"
    };
    Diagnostic::new(
        &module.ident,
        format!("module `{}` has no inner function: `f` (an objective), `F` (a root) or `Phi` (a fixed-point map)", module.ident),
    )
    .help(help)
}

fn missing_outer(module: &Module) -> Diagnostic {
    Diagnostic::new(&module.ident, format!("module `{}` has no outer objective `g`", module.ident))
        .help("add `pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 { .. }`, or name yours: `#[bilevel(g = validation)]`")
}
