//! The tracer: evaluates function bodies symbolically, into nodes of the graph.
//!
//! Helper functions and closures are inlined. An index of a closure over a range is an index
//! *variable*: what depends on it has an axis bound to it, so `(0..n).map(|i| ..).sum()` is one
//! product however large n is. A refused subexpression gives `None`, which silences what follows
//! from it; its siblings are still visited, so that all mistakes of a body come out at once.

mod accumulate;
mod agree;
mod ahead;
mod apart;
mod arrange;
mod ascribed;
mod assign;
mod block;
mod by_value;
mod call;
mod cases;
mod cast;
mod cells;
mod change;
mod changed;
mod checkpoint;
mod chunks;
mod columns;
mod compose;
mod condition;
mod constructor;
mod consume;
mod contract;
mod count;
mod csr;
mod division;
mod elementwise;
mod endless;
mod environment;
mod exits;
mod expression;
mod extreme;
mod finish;
mod flat;
mod found;
mod gather;
mod generics;
mod given;
mod grow;
mod index;
mod inside;
mod iterate;
mod leave;
mod length;
mod list;
mod logic;
mod macros;
mod matching;
mod meant;
mod memo;
mod methods;
mod mutable;
mod nested;
mod operator;
mod option;
mod outside;
mod overlap;
mod own;
mod own_order;
mod pairs;
mod path;
mod perhaps;
mod piece;
mod place;
mod power;
mod questions;
mod queue;
mod quotient;
mod range;
mod ranked;
mod recursion;
mod refit;
mod refuse;
mod repeat;
mod result;
mod scalar;
mod scan;
mod search;
mod signed;
mod slice;
mod slice_pattern;
mod solve;
mod some;
mod sort;
mod spell;
mod stack;
mod stream;
mod structure;
mod unroll;
mod value;
mod variant;
mod variations;
mod varying;
mod words;

#[cfg(test)]
mod tests;

use proc_macro2::Span;

use crate::diagnostics::Diagnostics;
use crate::ir::{Graph, Size, Symbol};
use crate::model::{Form, Scalar, Taken};
use crate::shape::{Sizes, SymbolSource};
use crate::syntax::{Associated, Member, Module, Type};
pub use checkpoint::Checkpoints;
use condition::Condition;
use contract::Extent;
use division::Division;
use environment::Environment;
use gather::Gather;
pub use list::{Holds, Item, List, ListedVariant};
pub use value::{Lazy, Tensor, Value, dimensions};
pub use varying::Extents;

/// What the tracer asks of the model that is being built.
pub trait Surroundings {
    /// A field of a struct whose fields are registered when they are first read. The struct has
    /// this field (rustc says so otherwise); what is refused is reported here.
    fn field(
        &mut self,
        of: &Lazy,
        member: &Member,
        graph: &mut Graph,
        sizes: &mut Sizes,
        diagnostics: &mut Diagnostics,
    ) -> Option<Value>;

    /// A role reads this leaf of a list.
    fn touched(&mut self, _leaf: usize) {}

    /// The path `written` was read as `meant`, recognised by its last segment; rustc is to prove
    /// it. `math::softplus` and `nalgebra::DVector` are below hypergrad, `core::f64::consts::PI`
    /// below core.
    fn outside(&mut self, _written: &syn::Path, _meant: &str) {}

    /// The method of this name is of what values of this type of the module deref to; rustc is to prove that
    /// no other comes before it.
    fn dereferenced(&mut self, _owner: &str, _name: &str, _span: Span) {}

    /// `Some` or `None` was read, by its name alone.
    fn option(&mut self) {}

    /// The same of `Ok` and `Err`.
    fn result(&mut self) {}

    /// This item of one of the module's types was read, by a method call or by its path; rustc is to
    /// prove that it is the one meant.
    fn associated(&mut self, _item: &Associated, _is_method_call: bool, _span: Span) {}

    /// The method `name` of values of this type was read as the one that is taken so; rustc is to prove that
    /// no trait in scope has another that comes before it.
    fn method(&mut self, _name: &str, _span: Span, _of: &Type, _taken: Taken) {}

    /// Tensors to suggest where shapes do not agree: as written (`data.b_tr`), form, rows, columns.
    fn candidates(&self) -> Vec<(String, Form, Size, Size)> {
        Vec::new()
    }
}

/// Symbolic evaluation of the functions of one module.
pub struct Tracer<'a> {
    graph: &'a mut Graph,
    sizes: &'a mut Sizes,
    diagnostics: &'a mut Diagnostics,
    module: &'a Module,
    surroundings: &'a mut dyn Surroundings,
    scalar: Scalar,
    /// Whether a trait may be in scope whose methods have the names of words.
    has_traits: bool,
    /// All index variables ever made, by number.
    variables: Vec<Extent>,
    /// All divisions of indices, by number.
    divisions: Vec<Division>,
    /// All indices that data decides, by number.
    gathers: Vec<Gather>,
    environment: Environment,
    /// What `let mut` made.
    cells: cells::Cells,
    /// The items among them, declared in the enclosing bodies.
    items: Environment,
    /// Conditions of the arms that enclose the current expression.
    arms: Vec<Condition>,
    /// Dimensions that the place of use has to decide, and where they are asked for.
    inferred: Vec<(Size, Span)>,
    /// Functions that are being inlined, outermost first.
    calls: Vec<String>,
    /// The same with the constant integers among their arguments: none is in itself.
    recursions: Vec<(String, Vec<i64>)>,
    /// What they and the closures among them have returned so far.
    frames: Vec<leave::Frame>,
    /// What of the current statement was left early.
    sequence: leave::Sequence,
    memo: memo::Memo,
    /// What is written behind the name of the function that is about to be read, `power::<3>`.
    turbofish: Vec<generics::Written>,
    /// Of the functions that are being read, innermost last: what their parameters that are types stand for.
    type_parameters: Vec<Vec<(String, generics::TypeMeant)>>,
    /// Signed integers of the data.
    signed: std::collections::BTreeSet<crate::ir::Id>,
    /// Where items of their own sizes were read at an index of a sum.
    apart: apart::Apart,
    /// Whether the iterator of the method call that is read next is read to its end.
    reads_to_the_end: bool,
    /// Where a factorisation was taken to find something.
    granted: Vec<found::Granted>,
    /// When recursions keep checkpoints alone.
    checkpoints: Checkpoints,
}

impl<'a> Tracer<'a> {
    pub fn new(
        graph: &'a mut Graph,
        sizes: &'a mut Sizes,
        diagnostics: &'a mut Diagnostics,
        module: &'a Module,
        surroundings: &'a mut dyn Surroundings,
        scalar: Scalar,
    ) -> Self {
        sizes.begin_function();
        Self {
            graph,
            sizes,
            diagnostics,
            module,
            surroundings,
            scalar,
            has_traits: module.may_have_traits(),
            variables: Vec::new(),
            divisions: Vec::new(),
            gathers: Vec::new(),
            environment: Environment::default(),
            cells: cells::Cells::default(),
            items: Environment::default(),
            arms: Vec::new(),
            inferred: Vec::new(),
            calls: Vec::new(),
            recursions: Vec::new(),
            frames: Vec::new(),
            sequence: leave::Sequence::default(),
            memo: memo::Memo::default(),
            turbofish: Vec::new(),
            type_parameters: Vec::new(),
            signed: std::collections::BTreeSet::new(),
            apart: apart::Apart::default(),
            reads_to_the_end: false,
            granted: Vec::new(),
            checkpoints: Checkpoints::default(),
        }
    }

    /// The value of a function of the module for these arguments.
    pub fn call(&mut self, function: &syn::ItemFn, arguments: Vec<Value>) -> Option<Value> {
        let before = self.diagnostics.len();
        let value = self.call_function(function, arguments.into_iter().map(Some).collect(), function.sig.ident.span());
        self.check_inferred();
        // Steps that need the one before are read again by the loop that they are of: here there is none left.
        let is_unread = std::mem::take(&mut self.cells.needs_steps) || value.is_none();
        if is_unread && self.diagnostics.len() == before {
            self.refuse_unread(&function.sig.ident, &function.sig.ident.to_string());
        }
        if let Some(value) = &value {
            self.check_granted(value);
        }
        value
    }

    /// What has no value is refused here, unless it was said why.
    fn refuse_unread(&mut self, place: &impl quote::ToTokens, what: &str) {
        if self.diagnostics.is_empty() && !self.cells.needs_steps {
            self.diagnostics.error_with_help(
                place,
                format!("`{what}` uses a combination of words that is not accepted"),
                "bind its parts to names one by one with `let`, to find the part that is not read",
            );
        }
    }

    /// Reports the dimensions that nothing decided.
    fn check_inferred(&mut self) {
        for (size, span) in std::mem::take(&mut self.inferred) {
            let open = |symbol: Symbol| *self.sizes.source(symbol) == SymbolSource::Inferred;
            if self.sizes.resolve(&size).symbols().into_iter().any(open) {
                self.diagnostics.error_with_help(
                    span,
                    "the dimensions of this are not found from where it is used",
                    "write them: `SVector::<f64, 3>::..`, or `let v: SVector<f64, 3> = ..;`",
                );
            }
        }
    }
}
