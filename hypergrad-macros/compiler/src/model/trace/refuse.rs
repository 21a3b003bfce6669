//! What the language does not have, each refused with its own message.

use proc_macro2::Span;
use syn::spanned::Spanned;

use super::Tracer;
use super::call::Call;
use super::words::Words;

/// What decomposes a matrix into parts that may change by jumps, or is not read yet, by method name.
const DECOMPOSITIONS: Words = Words(
    "svd try_svd svd_unordered schur try_schur hessenberg bidiagonalize symmetric_tridiagonalize symmetric_eigen \
    try_symmetric_eigen eigenvalues complex_eigenvalues symmetric_eigenvalues singular_values pseudo_inverse \
    exp rank udu lblt polar",
);

/// Methods that change their operand, beyond those that are read.
const CHANGES: Words = Words(
    "sort sort_by sort_by_key sort_unstable sort_unstable_by sort_unstable_by_key sort_by_cached_key retain dedup dedup_by \
    dedup_by_key resize_mut try_inverse_mut",
);

/// Methods that change a list in place, and give a new value of anything else.
const CHANGES_OF_LISTS: Words = Words("push extend reverse swap swap_rows swap_columns truncate insert remove pop clear append");

impl Tracer<'_> {
    /// A method that is refused by name, whatever its receiver.
    pub(super) fn refuse_method(&mut self, call: &Call<'_>, is_scalar: bool) -> bool {
        let name = call.name();
        let refusal = if DECOMPOSITIONS.contains(name) && !is_scalar {
            Some((
                format!("`{name}` is not accepted: of decompositions, those that solve systems are read"),
                "write `a.lu().solve(&b).unwrap()`, `a.cholesky().unwrap()`, `a.try_inverse().unwrap()` or `a.determinant()`; what \
                 does not depend on x and y can be computed before and passed as data",
            ))
        } else if CHANGES.contains(name) || CHANGES_OF_LISTS.contains(name) && self.is_changeable(call) {
            Some((
                format!("`{name}` changes its operand in a way that is not read"),
                "set entries, `v[i] = ..`, or rows and columns, `m.set_row(i, &r)`, or bind a new value to the name",
            ))
        } else {
            None
        };
        match refusal {
            Some((message, help)) => {
                self.diagnostics.error_with_help(call.site.span, message, help);
                true
            }
            None => false,
        }
    }

    /// Whether the method is of a value that was bound with `let mut`.
    pub(super) fn is_changeable(&self, call: &Call<'_>) -> bool {
        call.site.operands.first().is_some_and(|receiver| self.root_place(receiver).is_some())
    }

    /// A call of a function that is being inlined.
    pub(super) fn refuse_recursion(&mut self, name: &str, span: Span) -> bool {
        let recursive = self.calls.iter().any(|call| call == name);
        if recursive {
            self.diagnostics.error_with_help(
                span,
                format!("`{name}` calls itself, and no constant among its arguments says when that ends"),
                "write it as a loop, or give it a constant integer that each call makes smaller: `p(n - 1, t)`",
            );
        }
        recursive
    }

    /// A loop whose number of steps is not known.
    pub(super) fn refuse_unbounded(&mut self, span: Span) {
        self.diagnostics.error_with_help(
            span,
            "how many steps this loop takes at most is not found",
            "let its condition compare an integer to which each step adds a constant, `while k < most && .. { ..; k += 1; }`, or \
             write `for _ in 0..most { if !c { break; } .. }`",
        );
    }

    /// An expression of a kind that the language lacks. Its parts are not visited.
    pub(super) fn refuse_expression(&mut self, expression: &syn::Expr) {
        if let syn::Expr::Let(binding) = expression {
            self.bind_refused(&binding.pat);
        }
        let (span, message, help) = refusal(expression);
        match help {
            Some(help) => self.diagnostics.error_with_help(span, message, help),
            None => self.diagnostics.error(span, message),
        }
    }
}

const CONDITIONS: &str = "write the condition around what the step does: `if c { s += ..; }`";

#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn refusal(expression: &syn::Expr) -> (Span, &'static str, Option<&'static str>) {
    match expression {
        syn::Expr::Break(e) => {
            (e.break_token.span, "`break` out of a labelled loop or with a value is not accepted", Some(CONDITIONS))
        }
        syn::Expr::Continue(e) => (e.continue_token.span, "`continue` with a label is not accepted", Some(CONDITIONS)),
        syn::Expr::Let(e) => (
            e.let_token.span,
            "`let` in a condition that is no condition of an `if` is not accepted",
            Some("write `if let .. = .. { .. } else { .. }`"),
        ),
        syn::Expr::Unsafe(e) => {
            (e.unsafe_token.span, "`unsafe` is not accepted", Some("use the safe operation, `x[i]` for `get_unchecked`"))
        }
        syn::Expr::Async(e) => (e.async_token.span, "`async` is not accepted", None),
        syn::Expr::Await(e) => (e.await_token.span, "`await` is not accepted", None),
        syn::Expr::Yield(e) => (e.yield_token.span, "`yield` is not accepted", None),
        syn::Expr::RawAddr(e) => (e.and_token.span, "raw pointers are not accepted", None),
        other => (other.span(), "this expression is not of the language that can be differentiated", None),
    }
}
