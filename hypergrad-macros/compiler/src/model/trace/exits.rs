//! Ways out of more than one loop: `return` inside of a loop, `continue 'rows`, `break 'rows`. Each is read as a flag
//! that is set before a plain `break`; behind the inner loop the flag decides what the outer one does.

use std::cell::Cell;

use syn::parse_quote;
use syn::spanned::Spanned;
use syn::visit::Visit;

use super::Tracer;
use super::condition::Condition;
use super::questions::{Asks, Questions};
use super::value::Value;
use super::variant::Choice;
use crate::ir::{Affine, Size};
use crate::syntax::{Dimension, Storage, Type};

/// Holds what a loop returned.
const VALUE: &str = "__value";
/// Says that it did.
const RETURNED: &str = "__returned";

/// What is written anew in one loop, and which flags that set.
struct Exits {
    label: Option<syn::Lifetime>,
    returns: bool,
    /// It returns an `Option`: `?` is such a `return`.
    asks: bool,
    /// What is returned is `Some` of it: before, there is nothing of its kind.
    wraps: bool,
    skipped: syn::Ident,
    ended: syn::Ident,
    returned: syn::Ident,
    value: syn::Ident,
    skips: Cell<bool>,
    ends: Cell<bool>,
    /// Whether a `return` has a value.
    gives: Cell<bool>,
}

/// Whether a `return` stands in a loop, but for closures and functions inside of it.
struct Returns(bool);

impl<'a> Visit<'a> for Returns {
    fn visit_expr_return(&mut self, _: &'a syn::ExprReturn) {
        self.0 = true;
    }

    fn visit_expr_closure(&mut self, _: &'a syn::ExprClosure) {}

    fn visit_item(&mut self, _: &'a syn::Item) {}
}

/// Label and body of a loop.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn parts(repeated: &syn::Expr) -> Option<(Option<&syn::Label>, &syn::Block)> {
    match repeated {
        syn::Expr::ForLoop(inner) => Some((inner.label.as_ref(), &inner.body)),
        syn::Expr::While(inner) => Some((inner.label.as_ref(), &inner.body)),
        syn::Expr::Loop(inner) => Some((inner.label.as_ref(), &inner.body)),
        _ => None,
    }
}

/// The loop with another body, and without its label where that is done with.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn with_body(repeated: &syn::Expr, body: syn::Block, keeps_label: bool) -> syn::Expr {
    let mut repeated = repeated.clone();
    let (label, own) = match &mut repeated {
        syn::Expr::ForLoop(inner) => (&mut inner.label, &mut inner.body),
        syn::Expr::While(inner) => (&mut inner.label, &mut inner.body),
        syn::Expr::Loop(inner) => (&mut inner.label, &mut inner.body),
        _ => return repeated,
    };
    *own = body;
    if !keeps_label {
        *label = None;
    }
    repeated
}

impl Exits {
    fn is_own(&self, label: Option<&syn::Lifetime>) -> bool {
        label.is_some() && label == self.label.as_ref()
    }

    fn block(&self, block: &syn::Block, depth: usize) -> syn::Block {
        let stmts = block.stmts.iter().flat_map(|statement| self.statements(statement, depth)).collect();
        syn::Block { stmts, ..block.clone() }
    }

    fn statements(&self, statement: &syn::Stmt, depth: usize) -> Vec<syn::Stmt> {
        match if self.asks { Questions::taken_out(statement) } else { None } {
            Some(all) => all.iter().map(|statement| self.statement(statement, depth)).collect(),
            None => vec![self.statement(statement, depth)],
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    fn statement(&self, statement: &syn::Stmt, depth: usize) -> syn::Stmt {
        match statement {
            syn::Stmt::Expr(expression, end) => syn::Stmt::Expr(self.expression(expression, depth), *end),
            syn::Stmt::Local(local) => {
                let mut local = local.clone();
                if let Some(init) = &mut local.init {
                    *init.expr = self.expression(&init.expr, depth);
                    if let Some((_, otherwise)) = &mut init.diverge {
                        **otherwise = self.expression(otherwise, depth);
                    }
                }
                syn::Stmt::Local(local)
            }
            other => other.clone(),
        }
    }

    /// Where values of statements stand; exits in other places are refused when they are read.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    fn expression(&self, expression: &syn::Expr, depth: usize) -> syn::Expr {
        match expression {
            syn::Expr::Return(exit) if self.returns => {
                let (value, returned) = (&self.value, &self.returned);
                self.gives.set(self.gives.get() || exit.expr.is_some());
                let set: Option<syn::Stmt> = match &exit.expr {
                    Some(given) if self.wraps => Some(parse_quote! { #value = Some(#given); }),
                    Some(given) => Some(parse_quote! { #value = #given; }),
                    None => None,
                };
                parse_quote! { { #set #returned = true; break; } }
            }
            syn::Expr::Break(exit) if exit.expr.is_none() && self.is_own(exit.label.as_ref()) => {
                let ended = &self.ended;
                if depth == 0 {
                    return parse_quote! { break };
                }
                self.ends.set(true);
                parse_quote! { { #ended = true; break; } }
            }
            syn::Expr::Continue(exit) if self.is_own(exit.label.as_ref()) => {
                let skipped = &self.skipped;
                if depth == 0 {
                    return parse_quote! { continue };
                }
                self.skips.set(true);
                parse_quote! { { #skipped = true; break; } }
            }
            syn::Expr::If(branch) => {
                let mut branch = branch.clone();
                branch.then_branch = self.block(&branch.then_branch, depth);
                if let Some((_, otherwise)) = &mut branch.else_branch {
                    **otherwise = self.expression(otherwise, depth);
                }
                syn::Expr::If(branch)
            }
            syn::Expr::Match(choice) => {
                let mut choice = choice.clone();
                for arm in &mut choice.arms {
                    *arm.body = self.expression(&arm.body, depth);
                }
                syn::Expr::Match(choice)
            }
            syn::Expr::Block(inner) => {
                syn::Expr::Block(syn::ExprBlock { block: self.block(&inner.block, depth), ..inner.clone() })
            }
            other => match parts(other) {
                Some((_, body)) => self.inner_loop(other, body, depth),
                None => other.clone(),
            },
        }
    }

    fn returns_from(&self, body: &syn::Block) -> bool {
        let (mut returns, mut asks) = (Returns(false), Asks::default());
        returns.visit_block(body);
        asks.visit_block(body);
        returns.0 || self.asks && asks.0
    }

    /// A loop inside of this one, and what its exits mean behind it.
    fn inner_loop(&self, repeated: &syn::Expr, body: &syn::Block, depth: usize) -> syn::Expr {
        let returns = self.returns_from(body);
        let (skips, ends) = (self.skips.replace(false), self.ends.replace(false));
        let body = self.block(body, depth + 1);
        let own = (self.skips.get(), self.ends.get(), returns && self.returns);
        self.skips.set(skips || own.0);
        self.ends.set(ends || own.1);
        let inner = with_body(repeated, body, true);
        if own == (false, false, false) {
            return inner;
        }
        let (skipped, ended, returned) = (&self.skipped, &self.ended, &self.returned);
        let mut behind: Vec<syn::Stmt> = Vec::new();
        if own.0 {
            behind.push(if depth == 0 {
                parse_quote! { if #skipped { continue; } }
            } else {
                parse_quote! { if #skipped { break; } }
            });
        }
        for flag in [own.1.then_some(ended), own.2.then_some(returned)].into_iter().flatten() {
            behind.push(parse_quote! { if #flag { break; } });
        }
        parse_quote! { { #inner #(#behind)* } }
    }
}

impl Tracer<'_> {
    /// A loop that is left in one of these ways; `None` where it is not.
    pub(super) fn loop_with_exits(&mut self, repeated: &syn::Expr) -> Option<Option<Value>> {
        let (label, body) = parts(repeated)?;
        let (mut returns, mut asks) = (Returns(false), Asks::default());
        returns.visit_block(body);
        asks.visit_block(body);
        let gives_option = matches!(self.result_of_loop(), Some(Some(Type::List { storage: Storage::Option, .. })));
        let asks = asks.0 && gives_option;
        let unset = if returns.0 || asks { self.unset_result() } else { None };
        let wraps = unset.as_ref().is_some_and(|(_, wraps)| *wraps);
        if label.is_none() && unset.is_none() {
            return None;
        }
        let name = |name: &str| syn::Ident::new(name, repeated.span());
        let suffix = label.map(|label| label.name.ident.to_string()).unwrap_or_default();
        let exits = Exits {
            label: label.map(|label| label.name.clone()),
            returns: unset.is_some(),
            asks,
            wraps,
            skipped: name(&format!("__skipped_{suffix}")),
            ended: name(&format!("__ended_{suffix}")),
            returned: name(RETURNED),
            value: name(VALUE),
            skips: Cell::new(false),
            ends: Cell::new(false),
            gives: Cell::new(false),
        };
        let mut body = exits.block(body, 0);
        for (flag, is_set) in [(&exits.skipped, &exits.skips), (&exits.ended, &exits.ends)] {
            if is_set.get() {
                body.stmts.insert(0, parse_quote! { let mut #flag = false; });
            }
        }
        let repeated = with_body(repeated, body, false);
        let Some((unset, _)) = unset else { return Some(self.expression(&repeated)) };
        let outer = self.environment.clone();
        for (name, value) in [(VALUE, unset), (RETURNED, Value::Bool(Condition::Constant(false)))] {
            let cell = self.new_cell("what this loop returns".to_owned(), Some(value));
            self.environment.bind(name.to_owned(), Some(cell));
        }
        self.expression(&repeated);
        let (value, returned) = (self.current(VALUE), self.current(RETURNED));
        let value = match value {
            _ if !exits.gives.get() => Some(Value::Tuple(Vec::new())),
            Some(value) if wraps => held(value),
            value => value,
        };
        self.environment = outer;
        if let Some(Value::Bool(condition)) = returned {
            self.leave_where(value, &condition, repeated.span());
        }
        Some(Some(Value::Tuple(Vec::new())))
    }

    fn current(&mut self, name: &str) -> Option<Value> {
        match self.environment.get(name) {
            super::environment::Lookup::Bound(Value::Reference(place)) => {
                let place = place.clone();
                self.load(&place, self.diagnostics.reading())
            }
            super::environment::Lookup::Bound(_) | super::environment::Lookup::Refused | super::environment::Lookup::Unbound => {
                None
            }
        }
    }

    /// What the current function gives, before anything is known of it: 0 where its type says how large that is, else
    /// `None`, as the second says.
    fn unset_result(&mut self) -> Option<(Value, bool)> {
        let expected = self.result_of_loop()?;
        let zero = match expected {
            Some(expected) => self.zero_of(&expected),
            None => None,
        };
        Some(zero.map_or_else(|| (Value::Choice(Box::new(Choice::none())), true), |zero| (zero, false)))
    }

    fn zero_of(&mut self, ty: &Type) -> Option<Value> {
        let zero = self.number(0.0);
        Some(match ty {
            Type::Scalar(_) => Value::Tensor(zero),
            Type::Bool => Value::Bool(Condition::Constant(false)),
            Type::Tensor { form, rows: Dimension::Constant(rows), columns: Dimension::Constant(columns), .. } => {
                Value::Tensor(self.fill(&zero, *form, &Size::constant(*rows), &Size::constant(*columns)))
            }
            Type::Tuple(types) => Value::Tuple(types.iter().map(|ty| self.zero_of(ty)).collect::<Option<_>>()?),
            Type::Count | Type::Integer(_) => Value::Index(Affine::default()),
            Type::List { storage: Storage::Option, .. } => Value::Choice(Box::new(Choice::none())),
            Type::Tensor { .. } | Type::List { .. } | Type::Csr { .. } | Type::Struct(_) | Type::Enum(_) => return None,
        })
    }
}

/// What is in a `Some`, wherever that is.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other value holds nothing")]
fn held(value: Value) -> Option<Value> {
    match value {
        Value::Choice(choice) => choice.payload().cloned(),
        _ => None,
    }
}
