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
    solve_lower_triangular solve_upper_triangular exp rank udu lblt polar",
);

/// Recursions over an iterator.
const RECURSIONS: Words = Words("fold try_fold scan reduce successors rfold for_each compress_rows");

/// Methods that pick an entry by its value: not continuous.
const CHOICES: Words = Words(
    "argmax argmin imax imin iamax iamin icamax imax_full iamax_full icamax_full floor ceil round trunc fract rem_euclid max_by",
);

impl Tracer<'_> {
    pub(super) fn refuse_mutation(&mut self, span: Span) {
        self.diagnostics.error_with_help(
            span,
            "mutation is not accepted: what is differentiated is a value, not a place",
            "bind the new value to a new name, `let y = ..;`, or build it at once with `map`, `from_fn` or a sum over a range",
        );
    }

    /// An assignment. To a name it is silent: the name's `mut` was refused where it is bound.
    pub(super) fn refuse_assignment(&mut self, target: Option<&syn::Expr>, span: Span) {
        match target.and_then(assigned_name) {
            // From here on its value is not known.
            Some(name) if self.environment.binds(&name) && !self.diagnostics.is_empty() => self.environment.bind(name, None),
            _ => self.refuse_mutation(span),
        }
    }

    /// A method that is refused by name, whatever its receiver.
    pub(super) fn refuse_method(&mut self, call: &Call<'_>, is_scalar: bool) -> bool {
        let name = call.name();
        let refusal = if DECOMPOSITIONS.contains(name) && !is_scalar {
            Some((
                format!("`{name}` is not accepted: of decompositions, those that solve systems are read"),
                "write `a.lu().solve(&b).unwrap()`, `a.cholesky().unwrap()`, `a.try_inverse().unwrap()` or `a.determinant()`; what \
                 does not depend on x and y can be computed before and passed as data",
            ))
        } else if RECURSIONS.contains(name) {
            Some((
                format!("`{name}` is not accepted yet: recursions come later"),
                "write a sum or product: `.map(|i| ..).sum::<f64>()`; the maximum of a vector is `v.max()`",
            ))
        } else if CHOICES.contains(name) {
            Some((format!("`{name}` is not accepted: it is not continuous"), "use a continuous function of the entries"))
        } else if name.ends_with("_mut")
            || matches!(name, "fill" | "copy_from" | "set_row" | "set_column" | "apply" | "axpy" | "gemv" | "gemm" | "swap")
        {
            self.refuse_assignment(call.site.operands.first().copied(), call.site.span);
            return true;
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

    /// A call of a function that is being inlined.
    pub(super) fn refuse_recursion(&mut self, name: &str, span: Span) -> bool {
        let recursive = self.calls.iter().any(|call| call == name);
        if recursive {
            self.diagnostics.error_with_help(
                span,
                format!("`{name}` calls itself: recursion is not accepted, helper functions are inlined"),
                "write it as a sum or product over a range",
            );
        }
        recursive
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

const SUMS: &str = "write it as a sum, product or `from_fn` over the range: `(0..n).map(|i| ..).sum::<f64>()`";
const LAST: &str = "make it the last expression, inside `if`/`else` where it depends on a condition";

/// `r` of `r`, `r[0]`, `r.x`, `*r`, `r.row_mut(0)`.
fn assigned_name(target: &syn::Expr) -> Option<String> {
    match target {
        syn::Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        syn::Expr::Index(index) => assigned_name(&index.expr),
        syn::Expr::Field(field) => assigned_name(&field.base),
        syn::Expr::MethodCall(call) => assigned_name(&call.receiver),
        syn::Expr::Unary(unary) => assigned_name(&unary.expr),
        syn::Expr::Paren(inner) => assigned_name(&inner.expr),
        syn::Expr::Group(inner) => assigned_name(&inner.expr),
        _ => None,
    }
}

fn refusal(expression: &syn::Expr) -> (Span, &'static str, Option<&'static str>) {
    match expression {
        syn::Expr::ForLoop(e) => (e.for_token.span, "loops are not accepted yet: recursions come later", Some(SUMS)),
        syn::Expr::While(e) => (e.while_token.span, "loops are not accepted yet: recursions come later", Some(SUMS)),
        syn::Expr::Loop(e) => (e.loop_token.span, "loops are not accepted yet: recursions come later", Some(SUMS)),
        syn::Expr::Break(e) => (e.break_token.span, "`break` is not accepted: a body is one expression", Some(LAST)),
        syn::Expr::Continue(e) => (e.continue_token.span, "`continue` is not accepted: a body is one expression", Some(LAST)),
        syn::Expr::Block(e) => (e.span(), "labelled blocks are not accepted", Some("remove the label")),
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
