//! `?` of an `Option` inside of a loop: what it asks is asked before its statement, so that `return None` is one of its own.
//!
//! ```text
//! s += x.get(i)? * w   =>   let Some(__asked_0) = x.get(i) else { return None }; s += __asked_0 * w;
//! ```

use syn::parse_quote;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};

/// Whether a `?` stands in a loop, but for closures and functions inside of it.
#[derive(Default)]
pub struct Asks(pub bool);

impl<'a> Visit<'a> for Asks {
    fn visit_expr_try(&mut self, _: &'a syn::ExprTry) {
        self.0 = true;
    }

    fn visit_expr_closure(&mut self, _: &'a syn::ExprClosure) {}

    fn visit_item(&mut self, _: &'a syn::Item) {}
}

impl Asks {
    fn of(expression: &syn::Expr) -> bool {
        let mut asks = Self::default();
        visit::visit_expr(&mut asks, expression);
        asks.0
    }
}

/// What the statement of an expression asks, in order.
#[derive(Default)]
pub struct Questions {
    asked: Vec<(syn::Ident, syn::Expr)>,
}

impl Questions {
    /// The statements that ask, and what is left of theirs; `None` where nothing is asked, or not in every run of it.
    pub fn taken_out(statement: &syn::Stmt) -> Option<Vec<syn::Stmt>> {
        let mut questions = Self::default();
        let mut rest = statement.clone();
        let (expression, otherwise) = match &mut rest {
            syn::Stmt::Local(local) => {
                let init = local.init.as_mut()?;
                (&mut *init.expr, init.diverge.as_ref())
            }
            syn::Stmt::Expr(expression, _) => (expression, None),
            syn::Stmt::Item(_) | syn::Stmt::Macro(_) => return None,
        };
        questions.take(expression);
        if questions.asked.is_empty() || otherwise.is_some() || Asks::of(expression) {
            return None;
        }
        let ask = |(name, asked): (syn::Ident, syn::Expr)| -> syn::Stmt {
            parse_quote! { let Some(#name) = #asked else { return None; }; }
        };
        Some(questions.asked.into_iter().map(ask).chain([rest]).collect())
    }

    /// A statement that changes something behind a `?`, which is asked in a statement before it; `None` of any other.
    pub fn before_a_change(statement: &syn::Stmt) -> Option<Vec<syn::Stmt>> {
        let mut rest = statement.clone();
        let syn::Stmt::Expr(expression, Some(_)) = &mut rest else { return None };
        let changes = matches!(expression, syn::Expr::Assign(_) | syn::Expr::MethodCall(_))
            || matches!(expression, syn::Expr::Binary(binary) if is_assignment(&binary.op));
        let mut questions = Self::default();
        if changes {
            questions.take(expression);
        }
        if questions.asked.is_empty() || Asks::of(expression) {
            return None;
        }
        let ask = |(name, asked): (syn::Ident, syn::Expr)| -> syn::Stmt {
            parse_quote! { let #name = #asked?; }
        };
        Some(questions.asked.into_iter().map(ask).chain([rest]).collect())
    }

    /// Takes the questions out of what is evaluated whenever the expression is, innermost first.
    #[expect(clippy::wildcard_enum_match_arm, reason = "in every other expression a question stays")]
    fn take(&mut self, expression: &mut syn::Expr) {
        match expression {
            syn::Expr::Try(question) => {
                self.take(&mut question.expr);
                let name = quote::format_ident!("__asked_{}", self.asked.len(), span = question.question_token.span());
                let asked = std::mem::replace(expression, parse_quote! { #name });
                if let syn::Expr::Try(question) = asked {
                    self.asked.push((name, *question.expr));
                }
            }
            syn::Expr::Paren(inner) => self.take(&mut inner.expr),
            syn::Expr::Reference(inner) => self.take(&mut inner.expr),
            syn::Expr::Unary(inner) => self.take(&mut inner.expr),
            syn::Expr::Cast(inner) => self.take(&mut inner.expr),
            syn::Expr::Field(inner) => self.take(&mut inner.base),
            syn::Expr::MethodCall(call) => {
                self.take(&mut call.receiver);
                call.args.iter_mut().for_each(|argument| self.take(argument));
            }
            syn::Expr::Call(call) => call.args.iter_mut().for_each(|argument| self.take(argument)),
            syn::Expr::Tuple(tuple) => tuple.elems.iter_mut().for_each(|element| self.take(element)),
            syn::Expr::Assign(assignment) => self.take(&mut assignment.right),
            // The right side may not be evaluated.
            syn::Expr::Binary(binary) if matches!(binary.op, syn::BinOp::And(_) | syn::BinOp::Or(_)) => {
                self.take(&mut binary.left);
            }
            syn::Expr::Binary(binary) => {
                self.take(&mut binary.left);
                self.take(&mut binary.right);
            }
            _ => {}
        }
    }
}

/// `+=` and its like.
fn is_assignment(op: &syn::BinOp) -> bool {
    matches!(
        op,
        syn::BinOp::AddAssign(_)
            | syn::BinOp::SubAssign(_)
            | syn::BinOp::MulAssign(_)
            | syn::BinOp::DivAssign(_)
            | syn::BinOp::RemAssign(_)
    )
}
