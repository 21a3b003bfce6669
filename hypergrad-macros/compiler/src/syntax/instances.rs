//! Structs with constant parameters, `Measures<const N: usize>`, where roles and fields mean one of them, `Measures<3>`: they
//! are read as a struct of these constants, by a name that nothing else in the module has. What is emitted says that name
//! by an alias.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};

use super::inner::names_in;

/// A struct of constants, and the type that it is.
#[derive(Debug, Clone)]
pub struct Instance {
    pub name: Ident,
    pub ty: syn::Path,
}

/// Reads structs with constant parameters as the ones that roles and fields mean.
pub fn instantiated(items: &mut [syn::Item]) -> Vec<Instance> {
    let mut instances = Vec::new();
    // Fields of one that was found may mean another.
    while let Some((name, ty, arguments)) = meant(items) {
        let mut said = BTreeSet::new();
        items.iter().for_each(|item| names_in(item.to_token_stream(), &mut said));
        let mut names = (0..).map(|k| if k == 0 { format_ident!("{name}Of") } else { format_ident!("{name}Of{k}") });
        let Some(fresh) = names.find(|fresh| !said.contains(&fresh.to_string())) else { break };
        let mut instance = Instantiate { name: &name, fresh: &fresh, arguments: &arguments };
        items.iter_mut().for_each(|item| instance.visit_item_mut(item));
        instances.push(Instance { name: fresh, ty });
    }
    instances
}

impl Instance {
    /// The name, where the module's own code does not know it.
    pub fn alias(&self) -> TokenStream {
        let Self { name, ty } = self;
        quote! { #[doc(hidden)] pub type #name = #ty; }
    }
}

/// A struct with constant parameters of which roles and fields mean one, that one, and its arguments.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn meant(items: &[syn::Item]) -> Option<(Ident, syn::Path, Vec<TokenTree>)> {
    let generic = items.iter().filter_map(|item| match item {
        syn::Item::Struct(structure) if has_constants_alone(&structure.generics) => Some((structure.ident.clone(), Vec::new())),
        _ => None,
    });
    let mut uses = Uses { known: generic.collect() };
    if uses.known.is_empty() {
        return None;
    }
    for item in items {
        match item {
            syn::Item::Struct(structure) if structure.generics.const_params().next().is_none() => {
                structure.fields.iter().for_each(|field| uses.visit_type(&field.ty));
            }
            syn::Item::Fn(function) if function.sig.generics.const_params().next().is_none() => {
                uses.visit_signature(&function.sig);
            }
            _ => {}
        }
    }
    uses.known.into_iter().find_map(|(name, paths)| match paths.as_slice() {
        [path] => Some((name, path.clone(), constants_of(path)?)),
        _ => None,
    })
}

fn has_constants_alone(generics: &syn::Generics) -> bool {
    !generics.params.is_empty() && generics.params.iter().all(|parameter| matches!(parameter, syn::GenericParam::Const(_)))
}

/// The different types that are written of the known structs.
struct Uses {
    known: BTreeMap<Ident, Vec<syn::Path>>,
}

impl<'a> Visit<'a> for Uses {
    fn visit_path(&mut self, path: &'a syn::Path) {
        visit::visit_path(self, path);
        let Some(last) = path.segments.last() else { return };
        if let Some(found) = self.known.get_mut(&last.ident)
            && path.segments.len() == 1
            && !found.contains(path)
        {
            found.push(path.clone());
        }
    }
}

/// The arguments, where each is a number or a name.
fn constants_of(path: &syn::Path) -> Option<Vec<TokenTree>> {
    let syn::PathArguments::AngleBracketed(arguments) = &path.segments.last()?.arguments else { return None };
    let constant = |argument: &syn::GenericArgument| {
        let mut tokens = argument.to_token_stream().into_iter();
        match (tokens.next(), tokens.next()) {
            (Some(token @ (TokenTree::Ident(_) | TokenTree::Literal(_))), None) => Some(token),
            _ => None,
        }
    };
    arguments.args.iter().map(constant).collect()
}

struct Instantiate<'a> {
    name: &'a Ident,
    fresh: &'a Ident,
    arguments: &'a [TokenTree],
}

impl Instantiate<'_> {
    /// Takes the parameters of an item that are arguments of the struct out of it.
    fn bound(&self, generics: &mut syn::Generics, paths: &[syn::Path]) -> BTreeMap<String, TokenTree> {
        let mut bound = BTreeMap::new();
        for arguments in paths.iter().filter_map(constants_of) {
            for (parameter, argument) in arguments.iter().zip(self.arguments) {
                bound.insert(parameter.to_string(), argument.clone());
            }
        }
        let is_kept = |parameter: &syn::GenericParam| match parameter {
            syn::GenericParam::Const(constant) => !bound.contains_key(&constant.ident.to_string()),
            syn::GenericParam::Type(_) | syn::GenericParam::Lifetime(_) => true,
        };
        let declared: BTreeSet<String> = generics.const_params().map(|constant| constant.ident.to_string()).collect();
        generics.params = generics.params.iter().filter(|parameter| is_kept(parameter)).cloned().collect();
        bound.retain(|name, _| declared.contains(name));
        bound
    }

    fn paths_in(&self, visit: impl FnOnce(&mut Uses)) -> Vec<syn::Path> {
        let mut uses = Uses { known: BTreeMap::from([(self.name.clone(), Vec::new())]) };
        visit(&mut uses);
        uses.known.into_values().flatten().collect()
    }

    fn is_own(&self, path: &syn::Path) -> bool {
        path.segments.first().is_some_and(|first| first.ident == *self.name)
    }
}

impl VisitMut for Instantiate<'_> {
    fn visit_item_struct_mut(&mut self, structure: &mut syn::ItemStruct) {
        if structure.ident == *self.name {
            let parameters = structure.generics.const_params().map(|constant| constant.ident.to_string());
            let bound = parameters.zip(self.arguments.iter().cloned()).collect();
            structure.generics = syn::Generics::default();
            structure.ident = self.fresh.clone();
            replace(&bound, structure);
        }
        visit_mut::visit_item_struct_mut(self, structure);
    }

    fn visit_item_impl_mut(&mut self, block: &mut syn::ItemImpl) {
        let paths = self.paths_in(|uses| uses.visit_type(&block.self_ty));
        let bound = self.bound(&mut block.generics, &paths);
        if !bound.is_empty() {
            replace(&bound, block);
        }
        visit_mut::visit_item_impl_mut(self, block);
    }

    fn visit_item_fn_mut(&mut self, function: &mut syn::ItemFn) {
        let paths = self.paths_in(|uses| uses.visit_signature(&function.sig));
        let bound = self.bound(&mut function.sig.generics, &paths);
        if !bound.is_empty() {
            replace(&bound, function);
        }
        visit_mut::visit_item_fn_mut(self, function);
    }

    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        if self.is_own(path)
            && let Some(first) = path.segments.first_mut()
        {
            first.ident = Ident::new(&self.fresh.to_string(), first.ident.span());
            first.arguments = syn::PathArguments::None;
        }
    }
}

/// Puts constants in place of parameters.
fn replace<T: syn::parse::Parse + ToTokens>(bound: &BTreeMap<String, TokenTree>, part: &mut T) {
    if let Ok(replaced) = syn::parse2(replaced(part.to_token_stream(), bound)) {
        *part = replaced;
    }
}

fn replaced(tokens: TokenStream, bound: &BTreeMap<String, TokenTree>) -> TokenStream {
    let replaced = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(name) => match bound.get(&name.to_string()) {
            Some(constant) => {
                let mut constant = constant.clone();
                constant.set_span(name.span());
                constant
            }
            None => TokenTree::Ident(name),
        },
        TokenTree::Group(group) => {
            let mut inner = proc_macro2::Group::new(group.delimiter(), self::replaced(group.stream(), bound));
            inner.set_span(group.span());
            TokenTree::Group(inner)
        }
        other @ (TokenTree::Punct(_) | TokenTree::Literal(_)) => other,
    });
    replaced.collect()
}
