//! The pipeline, from the annotated item to what replaces it.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod growth;
#[cfg(test)]
mod layers;
mod limits;
#[cfg(test)]
mod snapshots;
#[cfg(test)]
mod stages;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::diagnostics::Diagnostics;
use crate::differentiate::Quantities;
use crate::emit::Emission;
use crate::emit::share::{self, Pass};
use crate::ir::{Id, MOST_NODES, TooManyNodes};
use crate::model::Model;
use crate::syntax::{Module, Options};
use crate::{analysis, differentiate, emit, exploit, ir, lower, model, print, syntax};

/// Expands `#[bilevel(attribute)] item`: the item as it is, and what is added to it or the errors.
/// Where another module was asked for the fields of its structs, the item is there already.
pub fn expand(attribute: &TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let parsed = catch_unwind(AssertUnwindSafe(|| syntax::parse(attribute.clone(), item.clone(), &mut diagnostics)));
    let (options, module) = match parsed {
        Ok(Some(parsed)) => parsed,
        // The item is there already.
        Ok(None) if !diagnostics.is_empty() && !syntax::is_first(attribute) => return emit::fallback::additions(diagnostics),
        Ok(None) if !diagnostics.is_empty() => return emit::fallback::module(item, diagnostics, &TokenStream::new()),
        failed => return emit::fallback::module(item, faulty(diagnostics, failed.err()), &TokenStream::new()),
    };
    let is_first = options.is_first();
    let expansion = catch_unwind(AssertUnwindSafe(|| expand_module(attribute, &options, &module, diagnostics)));
    let expansion = expansion.unwrap_or_else(|panic| {
        let mut diagnostics = Diagnostics::default();
        diagnostics.read(Some(module.ident.span()));
        Expansion { additions: TokenStream::new(), errors: Some(faulty(diagnostics, Some(panic))) }
    });
    match expansion {
        Expansion { additions, errors: None } if is_first => emit::in_papers_letters(emit::append(item, additions)),
        Expansion { additions, errors: Some(errors) } if is_first => emit::fallback::module(item, errors, &additions),
        Expansion { additions, errors } => errors.map(emit::fallback::additions).into_iter().chain([additions]).collect(),
    }
}

/// Expands `#[bilevel_item] item`: the item as it is, and what carries it to the modules that read it, or the errors.
pub fn expand_item(item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    match syntax::read_shared(item.clone(), &mut diagnostics) {
        Some((read, name)) => share::item(&read, &name, &item),
        None => share::refused_item(&item, diagnostics),
    }
}

/// What a module becomes.
struct Expansion {
    additions: TokenStream,
    errors: Option<Diagnostics>,
}

fn expand_module(attribute: &TokenStream, options: &Options, module: &Module, mut diagnostics: Diagnostics) -> Expansion {
    let crate_path = emit::crate_path(options.crate_path.as_ref());
    let result = catch_unwind(AssertUnwindSafe(|| {
        let model = model::build(module, options, &crate_path, &mut diagnostics)?;
        limits::check(&model, &mut diagnostics)?;
        diagnostics.read(Some(module.ident.span()));
        Some(back_end(model))
    }));
    let is_first = options.is_first();
    if let Some((error, wanted)) = diagnostics.wanted() {
        let ask = share::ask(error, wanted, module, attribute, &crate_path);
        let macros = if is_first { share::macros(module, &crate_path, Pass::First) } else { TokenStream::new() };
        return Expansion { additions: [macros, ask].into_iter().collect(), errors: None };
    }
    let macros = share::macros(module, &crate_path, if is_first { Pass::Only } else { Pass::Last });
    match result {
        Ok(Some(additions)) if diagnostics.is_empty() => {
            let aliases = module.instances.iter().map(syntax::Instance::alias);
            Expansion { additions: aliases.chain([additions, macros]).collect(), errors: None }
        }
        Ok(_) if !diagnostics.is_empty() => Expansion { additions: macros, errors: Some(diagnostics) },
        failed => Expansion { additions: macros, errors: Some(faulty(diagnostics, failed.err())) },
    }
}

/// A panic, with what it says, or a refusal without a reason: never silent.
fn faulty(mut diagnostics: Diagnostics, panic: Option<Box<dyn Any + Send>>) -> Diagnostics {
    let place = diagnostics.reading();
    if panic.as_ref().is_some_and(|panic| panic.is::<TooManyNodes>()) {
        diagnostics.error_with_help(
            place,
            format!("what is derived of this has more than {MOST_NODES} different expressions: that is the limit"),
            "write sums and loops over vectors in place of single numbers, or state intermediate results as variables of the inner problem",
        );
        return diagnostics;
    }
    let said = panic.and_then(|panic| match panic.downcast::<String>() {
        Ok(text) => Some(*text),
        Err(panic) => panic.downcast_ref::<&str>().map(|text| (*text).to_owned()),
    });
    let message = "`#[bilevel]` failed on this module: that is a fault of hypergrad";
    let message = said.map_or_else(|| message.to_owned(), |said| format!("{message}\n{said}"));
    diagnostics.error_with_help(place, message, "please report it with the module");
    diagnostics
}

/// From the resolved module to Rust.
fn back_end(mut model: Model) -> TokenStream {
    let mut quantities = differentiate::derive(&mut model);
    exploit::untranspose(&mut model.graph, &mut quantities);
    verify("differentiation", &model, &mut quantities);
    let facts = analysis::structure(&mut model.graph, &model.sizes, &quantities);
    exploit::exploit(&mut model.graph, &mut quantities, &facts);
    verify("specialisation", &model, &mut quantities);
    lower::normalise(&mut model.graph, &model.sizes, &mut quantities);
    verify("flattening", &model, &mut quantities);
    let derivation = print::derivation(&model, &quantities, &facts);
    let program = lower::lower(&mut model.graph, &model.sizes, &mut quantities);
    verify("contraction", &model, &mut quantities);
    let docs = |name: &str| derivation.quantity(name).unwrap_or_default();
    Emission::new(&model, &quantities, &program, &facts, derivation.text(), &docs).tokens(&model.crate_path)
}

/// The graph's invariants after a pass, in tests: users' debug builds would pay for them.
fn verify(pass: &str, model: &Model, quantities: &mut Quantities) {
    if cfg!(test) {
        let roots: Vec<Id> = quantities.roots().iter().map(|id| **id).collect();
        if let Err(violation) = ir::verify::verify(&model.graph, &roots) {
            panic!("after {pass}: {violation}");
        }
    }
}
