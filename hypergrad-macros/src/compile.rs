//! The pipeline, from the annotated item to what replaces it.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod snapshots;
#[cfg(test)]
mod tests;

use proc_macro2::{Span, TokenStream};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::diagnostics::Diagnostics;
use crate::differentiate::Quantities;
use crate::emit::Emission;
use crate::emit::share::{self, Pass};
use crate::ir::Id;
use crate::model::Model;
use crate::syntax::{Module, Options};
use crate::{analysis, differentiate, emit, ir, lower, model, print, simplify, syntax};

/// Expands `#[bilevel(attribute)] item`: the item as it is, and what is added to it or the errors.
/// Where another module was asked for the fields of its structs, the item is there already.
pub fn expand(attribute: &TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let parsed = catch_unwind(AssertUnwindSafe(|| syntax::parse(attribute.clone(), item.clone(), &mut diagnostics)));
    let Ok(Some((options, module))) = parsed else {
        let errors = if parsed.is_ok() && !diagnostics.is_empty() { diagnostics } else { faulty(diagnostics) };
        return emit::fallback::module(item, errors, &TokenStream::new());
    };
    let is_first = options.foreign.is_empty();
    let expansion = expand_module(attribute, &options, &module, diagnostics);
    match expansion {
        Expansion { additions, errors: None } if is_first => emit::in_papers_letters(emit::append(item, additions)),
        Expansion { additions, errors: Some(errors) } if is_first => emit::fallback::module(item, errors, &additions),
        Expansion { additions, errors } => errors.map(emit::fallback::additions).into_iter().chain([additions]).collect(),
    }
}

/// What a module becomes.
struct Expansion {
    additions: TokenStream,
    errors: Option<Diagnostics>,
}

fn expand_module(attribute: &TokenStream, options: &Options, module: &Module, mut diagnostics: Diagnostics) -> Expansion {
    let crate_path = emit::crate_path(options.crate_path.as_ref());
    let read = AssertUnwindSafe(|| model::build(module, options, &crate_path, &mut diagnostics).map(back_end));
    let result = catch_unwind(read);
    let is_first = options.foreign.is_empty();
    if let Some(name) = diagnostics.wanted() {
        let ask = share::ask(name, module, attribute, &crate_path);
        let macros = if is_first { share::macros(module, &crate_path, Pass::First) } else { TokenStream::new() };
        return Expansion { additions: [macros, ask].into_iter().collect(), errors: None };
    }
    let macros = share::macros(module, &crate_path, if is_first { Pass::Only } else { Pass::Last });
    match result {
        Ok(Some(additions)) if diagnostics.is_empty() => {
            Expansion { additions: [additions, macros].into_iter().collect(), errors: None }
        }
        Ok(_) if !diagnostics.is_empty() => Expansion { additions: macros, errors: Some(diagnostics) },
        _ => Expansion { additions: macros, errors: Some(faulty(diagnostics)) },
    }
}

/// A panic, or a refusal without a reason: never silent.
fn faulty(mut diagnostics: Diagnostics) -> Diagnostics {
    diagnostics.error_with_help(
        Span::call_site(),
        "`#[bilevel]` failed on this module: that is a fault of hypergrad",
        "please report it with the module",
    );
    diagnostics
}

/// From the resolved module to Rust.
fn back_end(mut model: Model) -> TokenStream {
    let mut quantities = differentiate::derive(&mut model);
    simplify::symmetry::untranspose(&mut model.graph, &mut quantities);
    verify("differentiation", &model, &mut quantities);
    let facts = analysis::structure(&mut model.graph, &model.sizes, &quantities);
    differentiate::exploit(&mut model.graph, &mut quantities, &facts);
    verify("specialisation", &model, &mut quantities);
    lower::normalise(&mut model.graph, &model.sizes, &mut quantities);
    verify("flattening", &model, &mut quantities);
    let derivation = print::derivation(&model, &quantities, &facts);
    let program = lower::lower(&mut model.graph, &model.sizes, &mut quantities);
    verify("contraction", &model, &mut quantities);
    let docs = |name: &str| derivation.quantity(name).unwrap_or_default();
    Emission::new(&model, &quantities, &program, &facts, derivation.text(), &docs).tokens(&model.crate_path)
}

/// The graph's invariants after a pass, in debug builds.
fn verify(pass: &str, model: &Model, quantities: &mut Quantities) {
    if cfg!(debug_assertions) {
        let roots: Vec<Id> = quantities.roots().iter().map(|id| **id).collect();
        if let Err(violation) = ir::verify::verify(&model.graph, &roots) {
            panic!("after {pass}: {violation}");
        }
    }
}
