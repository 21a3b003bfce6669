//! The pipeline, from the annotated item to what replaces it.

#[cfg(test)]
mod snapshots;
#[cfg(test)]
mod tests;

use proc_macro2::{Span, TokenStream};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::diagnostics::Diagnostics;
use crate::differentiate::Quantities;
use crate::emit::Emission;
use crate::ir::Id;
use crate::model::Model;
use crate::{analysis, differentiate, emit, ir, lower, model, print, syntax};

/// Expands `#[bilevel(attribute)] item`: the item as it is, and what is added to it or the errors.
pub fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let result = catch_unwind(AssertUnwindSafe(|| additions(attribute, item.clone(), &mut diagnostics)));
    match result {
        Ok(Some(additions)) if diagnostics.is_empty() => emit::in_papers_letters(emit::append(item, additions)),
        Ok(_) if !diagnostics.is_empty() => emit::fallback::module(item, diagnostics),
        // A panic, or a refusal without a reason: never silent.
        _ => {
            diagnostics.error_with_help(
                Span::call_site(),
                "`#[bilevel]` failed on this module: that is a fault of hypergrad",
                "please report it with the module",
            );
            emit::fallback::module(item, diagnostics)
        }
    }
}

fn additions(attribute: TokenStream, item: TokenStream, diagnostics: &mut Diagnostics) -> Option<TokenStream> {
    let (options, module) = syntax::parse(attribute, item, diagnostics)?;
    let crate_path = emit::crate_path(options.crate_path.as_ref());
    let model = model::build(&module, &options, &crate_path, diagnostics)?;
    Some(back_end(model))
}

/// From the resolved module to Rust.
fn back_end(mut model: Model) -> TokenStream {
    let mut quantities = differentiate::derive(&mut model);
    verify("differentiation", &model, &mut quantities);
    let facts = analysis::structure(&mut model.graph, &quantities);
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
