//! Early returns: `return`, `?` and `let .. else`.
//!
//! What follows a `return` under a condition is read where the condition does not hold, as it is behind a
//! `continue`; at its end a function has the value of the first return that was reached.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::Tracer;
use super::condition::Condition;
use super::value::Value;
use super::variant::{Choice, EnumName};
use crate::syntax::Type;

/// A function or closure that is being read.
#[derive(Default)]
pub struct Frame {
    /// How many arms enclose its call.
    depth: usize,
    /// Where it has returned, and with what. The conditions exclude each other.
    returned: Vec<(Condition, Value)>,
    /// Whether a return was refused.
    refused: bool,
    /// How many loops and closures enclose its call.
    outside: usize,
    /// The type of what it gives, where it is written.
    expected: Option<Type>,
    /// The exits of loops that were refused, by the address of the expression, and how much was said by then.
    refused_exits: Vec<(usize, usize)>,
}

/// How often the current step and the current function were left.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Exits {
    steps: usize,
    /// Those steps that ended the loop.
    breaks: usize,
    returns: usize,
}

impl Exits {
    /// Whether the loop was left since then, and nothing else.
    pub fn are_breaks(self, since: Self) -> bool {
        self.returns == since.returns && self.steps - since.steps == self.breaks - since.breaks
    }
}

/// What of the current statement was left early, so that the rest of it is not done everywhere.
#[derive(Clone, Copy, Default)]
pub struct Sequence {
    /// The exits before it.
    since: Exits,
    /// Cells below this one may not be changed: an exit of a statement further out comes before.
    pub fixed: usize,
}

/// Exits out of a labelled block that are not its own.
struct OtherExits {
    /// Loops on the way here.
    inside: usize,
    found: Option<Span>,
}

impl OtherExits {
    fn in_loop(&mut self, visit: impl FnOnce(&mut Self)) {
        self.inside += 1;
        visit(self);
        self.inside -= 1;
    }
}

impl<'a> Visit<'a> for OtherExits {
    fn visit_expr_return(&mut self, exit: &'a syn::ExprReturn) {
        self.found = Some(exit.return_token.span);
    }

    fn visit_expr_try(&mut self, exit: &'a syn::ExprTry) {
        self.found = Some(exit.question_token.span);
        visit::visit_expr_try(self, exit);
    }

    fn visit_expr_break(&mut self, exit: &'a syn::ExprBreak) {
        if self.inside == 0 && exit.label.is_none() {
            self.found = Some(exit.break_token.span);
        }
        visit::visit_expr_break(self, exit);
    }

    fn visit_expr_continue(&mut self, exit: &'a syn::ExprContinue) {
        if self.inside == 0 || exit.label.is_some() {
            self.found = Some(exit.continue_token.span);
        }
    }

    fn visit_expr_for_loop(&mut self, inner: &'a syn::ExprForLoop) {
        self.in_loop(|exits| visit::visit_expr_for_loop(exits, inner));
    }

    fn visit_expr_while(&mut self, inner: &'a syn::ExprWhile) {
        self.in_loop(|exits| visit::visit_expr_while(exits, inner));
    }

    fn visit_expr_loop(&mut self, inner: &'a syn::ExprLoop) {
        self.in_loop(|exits| visit::visit_expr_loop(exits, inner));
    }

    fn visit_expr_closure(&mut self, _: &'a syn::ExprClosure) {}

    fn visit_item(&mut self, _: &'a syn::Item) {}
}

/// `return` in place of `break 'label`.
fn returning(tokens: TokenStream, label: &proc_macro2::Ident) -> TokenStream {
    let mut all: Vec<TokenTree> = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let mut inner = proc_macro2::Group::new(group.delimiter(), returning(group.stream(), label));
                inner.set_span(group.span());
                all.push(TokenTree::Group(inner));
            }
            TokenTree::Ident(name) if name == *label && is_exit(&all) => {
                let span = name.span();
                all.truncate(all.len() - 2);
                all.push(TokenTree::Ident(proc_macro2::Ident::new("return", span)));
            }
            other @ (TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_)) => all.push(other),
        }
    }
    all.into_iter().collect()
}

/// Whether tokens end in `break '`.
fn is_exit(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [.., TokenTree::Ident(exit), TokenTree::Punct(mark)] if exit == "break" && mark.as_char() == '\'')
}

impl Tracer<'_> {
    /// Reads a body that may return early.
    pub(super) fn until_return(
        &mut self,
        place: Span,
        expected: Option<&Type>,
        body: impl FnOnce(&mut Self) -> Option<Value>,
    ) -> Option<Value> {
        let fixed = self.fixed_cells();
        let (depth, outside) = (self.arms.len(), self.cells.frames.len());
        self.frames.push(Frame { depth, outside, expected: expected.cloned(), ..Frame::default() });
        let value = self.in_order(fixed, body);
        let frame = self.frames.pop()?;
        if frame.refused {
            return None;
        }
        frame.returned.into_iter().rev().try_fold(value?, |rest, (condition, value)| self.join(place, &condition, value, rest))
    }

    /// The type of what the current function gives, as far as it is known, where no closure or loop stands around the
    /// current expression.
    pub(super) fn result_of_loop(&self) -> Option<Option<Type>> {
        let frame = self.frames.last()?;
        (self.cells.frames.len() == frame.outside).then(|| frame.expected.clone())
    }

    /// Returns a value behind a loop, where the condition holds.
    pub(super) fn leave_where(&mut self, value: Option<Value>, condition: &Condition, span: Span) {
        self.leave(value, condition, (0, span));
    }

    pub(super) fn early_return(&mut self, expression: &syn::ExprReturn) -> Option<Value> {
        let value = match &expression.expr {
            Some(value) => self.expression(value),
            None => Some(Value::Tuple(Vec::new())),
        };
        let exit = (std::ptr::from_ref(expression).addr(), expression.return_token.span());
        self.leave(value, &Condition::Constant(true), exit);
        Some(Value::Never)
    }

    /// Returns from the current function where a condition holds here.
    fn leave(&mut self, value: Option<Value>, condition: &Condition, (address, span): (usize, Span)) {
        let (inside, said) = (self.cells.frames.len(), self.diagnostics.len());
        let Some(frame) = self.frames.last_mut() else { return };
        if inside > frame.outside {
            // Steps that are written out meet it again.
            if frame.refused_exits.iter().any(|(exit, before)| *exit == address && *before < said) {
                return;
            }
            frame.refused_exits.push((address, said));
            self.diagnostics.error_with_help(
                span,
                "a loop is not left by `return` or `?`: whether a step is reached depends on those before",
                "leave the step with `continue`, or set a value in the loop and return behind it",
            );
            return;
        }
        let here = self.arms.iter().skip(frame.depth).cloned().fold(Condition::Constant(true), Condition::and);
        match value {
            Some(value) => frame.returned.push((here.and(condition.clone()), value)),
            None => frame.refused = true,
        }
    }

    /// `option?`
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn question(&mut self, expression: &syn::ExprTry) -> Option<Value> {
        let choice = match self.expression(&expression.expr)? {
            Value::Choice(choice) if choice.name == EnumName::Option => choice,
            Value::Choice(choice) if choice.name == EnumName::Result => {
                let exit = (std::ptr::from_ref(expression).addr(), expression.question_token.span());
                if let Some(error) = choice.side("Err").payload().cloned() {
                    let error = self.converted_error(error);
                    self.leave(Some(error), &choice.is("Err"), exit);
                }
                return choice.side("Ok").payload().cloned().or(Some(Value::Never));
            }
            Value::Present(present) => Box::new(self.granted(*present, expression.question_token.span(), true)),
            other => {
                let message = format!("`?` of {}: it is read of an `Option` and of a `Result`", other.describe());
                self.diagnostics.error(&expression.question_token, message);
                return None;
            }
        };
        let none = choice.is("Some").not();
        if none != Condition::Constant(false) {
            let exit = (std::ptr::from_ref(expression).addr(), expression.question_token.span());
            self.leave(Some(Value::Choice(Box::new(Choice::none()))), &none, exit);
        }
        choice.payload().cloned().or(Some(Value::Never))
    }

    /// How often the current step and function were left up to here.
    pub(super) fn exits(&self) -> Exits {
        let (steps, breaks) = self.cells.innermost_loop().map_or((0, 0), |frame| (frame.skipped.len(), frame.broken.len()));
        Exits { steps, breaks, returns: self.frames.last().map_or(0, |frame| frame.returned.len()) }
    }

    /// Where none of the exits since then was taken.
    pub(super) fn not_left(&self, since: Exits) -> Condition {
        let skipped = self.cells.innermost_loop().map(|frame| &frame.skipped[since.steps..]).unwrap_or_default();
        let returned = self.frames.last().map(|frame| &frame.returned[since.returns..]).unwrap_or_default();
        let taken = skipped.iter().chain(returned.iter().map(|(condition, _)| condition));
        taken.fold(Condition::Constant(true), |all, exit| all.and(exit.clone().not()))
    }

    /// Evaluates what begins a sequence of its own: a statement, an arm, a body.
    pub(super) fn in_order<T>(&mut self, fixed: usize, evaluate: impl FnOnce(&mut Self) -> T) -> T {
        let own = Sequence { since: self.exits(), fixed };
        let outer = std::mem::replace(&mut self.sequence, own);
        let result = evaluate(self);
        self.sequence = outer;
        result
    }

    /// Cells below this one may not be changed here, behind an exit in the same statement.
    pub(super) fn fixed_cells(&self) -> usize {
        if self.exits() == self.sequence.since { self.sequence.fixed } else { self.cells.len() }
    }

    pub(super) fn refuse_behind_exit(&mut self, cell: usize, span: Span) {
        let name = self.cells.get(cell).name.clone();
        self.diagnostics.error_with_help(
            span,
            format!("`{name}` is changed behind a `?`, `return`, `continue` or `break` in the same statement"),
            "bind what may leave to a name first, in a statement of its own: `let v = ..;`",
        );
    }

    /// `'found: { .. break 'found v; .. }`: a block that a value ends early, as `return` ends a function.
    pub(super) fn labelled_block(&mut self, labelled: &syn::ExprBlock, expected: Option<&Type>) -> Option<Value> {
        let block = &labelled.block;
        let mut exits = OtherExits { inside: 0, found: None };
        exits.visit_block(block);
        if let (Some(label), None) = (&labelled.label, exits.found)
            && let Ok(body) = syn::parse2::<syn::Block>(returning(quote::quote! { #block }, &label.name.ident))
        {
            return self.until_return(labelled.span(), expected, |tracer| tracer.block(&body, expected));
        }
        self.diagnostics.error_with_help(
            exits.found.unwrap_or_else(|| labelled.span()),
            "what leaves more than a labelled block is not accepted inside of it",
            "make the block a function or a closure, and leave it by `return`",
        );
        None
    }

    /// `let pattern = value else { return .. };`
    pub(super) fn let_else(&mut self, pattern: &syn::Pat, value: Option<Value>, otherwise: &syn::Expr) {
        let outer = self.environment.clone();
        let applies = value.and_then(|value| self.pattern(pattern, &value));
        let Some(condition) = applies else { return self.bind_refused(pattern) };
        if condition == Condition::Constant(true) {
            return;
        }
        let inside = std::mem::replace(&mut self.environment, outer);
        let fixed = self.fixed_cells();
        self.in_order(fixed, |tracer| tracer.in_arm(&condition.not(), otherwise.span(), |tracer| tracer.expression(otherwise)));
        self.environment = inside;
    }
}
