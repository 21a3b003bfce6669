//! Integers that count the steps of a loop (`k += 1`), and how many steps `while` and `loop` take.
//!
//! What each step adds is found in the text, and proved when a step is read: it has to leave the integer as
//! much larger. Inside of the loop such an integer is `first + step·position`, an index like any other.

use std::collections::BTreeMap;

use quote::ToTokens as _;
use syn::parse_quote;

use super::Tracer;
use super::ahead::peeked;
use super::condition::{Comparison, Condition};
use super::environment::Lookup;
use super::repeat::Step;
use super::search::mentions;
use super::stream::{Items, Stream};
use super::value::Value;
use super::words::{SizeWord, Words};
use crate::ir::{Affine, Size};

/// What a step adds to each of the cells that it may count in.
pub type Counts = BTreeMap<usize, Size>;

/// Methods that say nothing of the value, or how long something is.
const PLAIN: Words = Words("clone");

/// A loop that ends by a condition on what it counts.
struct Bounded {
    /// One number for each step that may be taken.
    steps: Stream,
    /// The comparison that bounds their number.
    part: syn::Expr,
    /// The other conditions beside it.
    rest: Vec<syn::Expr>,
}

impl Tracer<'_> {
    /// What the statements add to integers that were bound outside of them, as their text says.
    pub(super) fn counts_in(&mut self, statements: &[syn::Stmt]) -> Counts {
        let mut counts = Counts::new();
        for statement in statements {
            let syn::Stmt::Expr(expression, _) = statement else { continue };
            if let syn::Expr::ForLoop(inner) = expression {
                let own = self.counts_in(&inner.body.stmts);
                let length = if own.is_empty() { None } else { self.steps_of(&inner.expr) };
                for (cell, count) in own {
                    self.count(&mut counts, cell, length.as_ref().map(|length| count.mul(length)));
                }
            } else if let Some((name, sign, amount)) = increment(expression)
                && let Lookup::Bound(Value::Reference(place)) = self.environment.get(&name.to_string())
                && place.steps.is_empty()
                && place.part.is_none()
            {
                let cell = place.cell;
                if matches!(self.cells.get(cell).value, Some(Value::Index(_))) {
                    let amount = self.quietly(|tracer| tracer.size_expression(&amount));
                    self.count(&mut counts, cell, amount.map(|amount| amount.scale(sign)));
                }
            }
        }
        counts
    }

    /// Adds to the count of a cell: an amount that is not known is left out, which the proof finds.
    fn count(&self, counts: &mut Counts, cell: usize, amount: Option<Size>) {
        if let Some(amount) = amount {
            let sum = counts.remove(&cell).unwrap_or_default().add(&amount);
            counts.insert(cell, self.sizes.resolve(&sum));
        }
    }

    fn steps_of(&mut self, iterated: &syn::Expr) -> Option<Size> {
        self.quietly(|tracer| {
            let value = tracer.expression(iterated)?;
            let stream = tracer.stream_of(value).filter(|stream| !stream.is_endless())?;
            match tracer.lengths(&stream)?.as_slice() {
                [(guards, length)] if guards.is_empty() => length.as_size().cloned(),
                _ => None,
            }
        })
    }

    /// Evaluates ahead of time: what is refused is said where it stands.
    pub(super) fn quietly<T>(&mut self, evaluate: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let mistakes = self.diagnostics.len();
        let value = evaluate(self);
        self.diagnostics.truncate(mistakes);
        value
    }

    /// The value of each counting cell in the step at a position; `None` where it is no integer.
    pub(super) fn counted_at(&self, counts: &Counts, position: &Affine) -> Vec<(usize, Affine)> {
        let at = |(cell, count): (&usize, &Size)| match &self.cells.get(*cell).value {
            Some(Value::Index(first)) => Some((*cell, first.add(&position.scale(count)))),
            _ => None,
        };
        counts.iter().filter_map(at).collect()
    }

    /// Whether a step added to each cell what it was taken to add.
    pub(super) fn counted_right(&self, counts: &Counts, before: &[(usize, Affine)]) -> bool {
        before.iter().all(|(cell, before)| {
            let expected = before.add(&Affine::constant(counts[cell].clone()));
            matches!(&self.cells.get(*cell).value, Some(Value::Index(after))
                if self.compare_indices(Comparison::Eq, after, &expected) == Condition::Constant(true))
        })
    }

    /// `while`: so many steps as its condition lets an integer count.
    pub(super) fn while_loop(&mut self, repeated: &syn::ExprWhile) -> Option<Value> {
        if let Some((pattern, iterator)) = next_of(repeated) {
            return self.while_items(repeated, pattern, iterator);
        }
        if let Some(emptied) = self.while_it_is_emptied(repeated) {
            return emptied;
        }
        let conjuncts = parts_of(&repeated.cond, is_and);
        let counts = self.counts_in(&repeated.body.stmts);
        let bounded = (repeated.label.is_none()).then(|| self.bounded_by(&conjuncts, &counts, &Counts::new(), false)).flatten();
        let Some(Bounded { steps, rest, .. }) = bounded else {
            self.refuse_unbounded(repeated.while_token.span);
            return None;
        };
        let body = &repeated.body;
        let step: syn::Block = match rest.split_first() {
            None => body.clone(),
            Some((first, others)) => {
                let statements = &body.stmts;
                parse_quote! { { if !((#first) #(&& (#others))*) { break; } #(#statements)* } }
            }
        };
        self.counting_loop(&steps, counts, &step, repeated.while_token.span)
    }

    /// `while let Some(v) = it.next() { .. }`, where nothing else takes items: a `for` loop over what is left.
    fn while_items(&mut self, repeated: &syn::ExprWhile, pattern: &syn::Pat, iterator: &syn::Expr) -> Option<Value> {
        let place = self.root_place(iterator).cloned();
        if let Some(value) = self.while_items_ahead(repeated, pattern, iterator) {
            return value;
        }
        let plain = syn::ExprForLoop {
            attrs: Vec::new(),
            label: None,
            for_token: syn::Token![for](repeated.while_token.span),
            pat: Box::new(pattern.clone()),
            in_token: syn::Token![in](repeated.while_token.span),
            expr: Box::new(iterator.clone()),
            body: repeated.body.clone(),
        };
        let breaks = self.changed_in_block(&repeated.body, &[pattern]).may_break;
        let value = self.for_loop(&plain);
        if let Some(place) = place {
            let left = if breaks { Value::Last } else { Value::Stream(Box::new(Stream::Values(Vec::new()))) };
            self.store(&place, Some(left), repeated.while_token.span);
        }
        value
    }

    /// The same where the body looks at the item behind: `it.peek()`.
    fn while_items_ahead(
        &mut self,
        repeated: &syn::ExprWhile,
        pattern: &syn::Pat,
        iterator: &syn::Expr,
    ) -> Option<Option<Value>> {
        let body = repeated.body.to_token_stream();
        let name = iterator.to_token_stream().to_string();
        if !mentions(&body, &name) {
            return None;
        }
        let body: syn::Block = syn::parse2(peeked(&body, &name)?).ok()?;
        let statements = &body.stmts;
        let breaks = self.changed_in_block(&body, &[pattern]).may_break;
        let place = self.root_place(iterator).cloned();
        let value = self.expression(&parse_quote! { {
            let __ahead = #iterator.clone();
            for (__at, #pattern) in #iterator.clone().enumerate() { #(#statements)* }
        } });
        if let Some(place) = place {
            let left = if breaks { Value::Last } else { Value::Stream(Box::new(Stream::Values(Vec::new()))) };
            self.store(&place, Some(left), repeated.while_token.span);
        }
        Some(value)
    }

    /// `loop { .. if k == n { break; } .. }`
    pub(super) fn endless_loop(&mut self, repeated: &syn::ExprLoop) -> Option<Value> {
        let statements = &repeated.body.stmts;
        let counts = self.counts_in(statements);
        for (k, statement) in statements.iter().enumerate() {
            let Some((exit, is_plain)) = exit_of(statement).filter(|_| repeated.label.is_none()) else { continue };
            let before = self.counts_in(&statements[..k]);
            let Some(Bounded { steps, part, rest }) = self.bounded_by(&parts_of(&exit.cond, is_or), &counts, &before, true)
            else {
                continue;
            };
            let (first, others) = (&statements[..k], &statements[k + 1..]);
            let (leaves, span) = (&exit.then_branch, repeated.loop_token.span);
            // The end by the count comes first: what follows it reads entries that are there. Where nothing comes
            // before it, the step in which it would be taken does nothing.
            let (steps, body): (Stream, syn::Block) = if k == 0 && is_plain {
                (steps, parse_quote! { { #(if #rest #leaves)* #(#others)* } })
            } else {
                (steps.and_one_more()?, parse_quote! { { #(#first)* if #part #leaves #(if #rest #leaves)* #(#others)* } })
            };
            return self.counting_loop(&steps, counts, &body, span);
        }
        self.refuse_unbounded(repeated.loop_token.span);
        None
    }

    fn counting_loop(&mut self, steps: &Stream, counts: Counts, body: &syn::Block, span: proc_macro2::Span) -> Option<Value> {
        let mut changes = self.changed_in_block(body, &[]);
        changes.counts = counts;
        let step: Step<'_> = &mut |tracer, _| {
            tracer.block(body, None);
        };
        self.repeat(steps, changes, span, step);
        Some(Value::Tuple(Vec::new()))
    }

    /// The steps until the first of these comparisons that bounds their number fails, or until it holds.
    fn bounded_by(&mut self, parts: &[&syn::Expr], counts: &Counts, before: &Counts, until: bool) -> Option<Bounded> {
        for (k, part) in parts.iter().enumerate() {
            if let Some((start, end, stride)) = self.bound(part, counts, before, until) {
                let run = Stream::Run { start, end: Some(end), items: Items::Numbers };
                let steps = if stride == 1 { run } else { Stream::Strided(Box::new(run), Size::constant(stride)) };
                let rest = parts.iter().enumerate().filter(|(other, _)| *other != k).map(|(_, part)| (*part).clone());
                return Some(Bounded { steps, part: (*part).clone(), rest: rest.collect() });
            }
        }
        None
    }

    /// `start < end` and what a step takes off their distance, where the condition says that a loop goes on or,
    /// with `until`, that it ends.
    fn bound(&mut self, part: &syn::Expr, counts: &Counts, before: &Counts, until: bool) -> Option<(Affine, Affine, i64)> {
        let syn::Expr::Binary(binary) = unwrapped(part) else { return None };
        // left < right, or left <= right
        let (left, right, or_equal) = match (&binary.op, until) {
            (syn::BinOp::Lt(_), false) | (syn::BinOp::Ge(_), true) => (&binary.left, &binary.right, false),
            (syn::BinOp::Le(_), false) | (syn::BinOp::Gt(_), true) => (&binary.left, &binary.right, true),
            (syn::BinOp::Gt(_), false) | (syn::BinOp::Le(_), true) => (&binary.right, &binary.left, false),
            (syn::BinOp::Ge(_), false) | (syn::BinOp::Lt(_), true) => (&binary.right, &binary.left, true),
            (syn::BinOp::Ne(_), false) | (syn::BinOp::Eq(_), true) => {
                let forward = self.bound_of(&binary.left, &binary.right, counts, before);
                let found = forward.or_else(|| self.bound_of(&binary.right, &binary.left, counts, before));
                // A step more than one may miss the end.
                return found.filter(|(_, _, stride)| *stride == 1);
            }
            _ => return None,
        };
        let (start, end, stride) = self.bound_of(left, right, counts, before)?;
        let end = if or_equal { end.add(&Affine::constant(Size::constant(1))) } else { end };
        Some((start, end, stride))
    }

    fn bound_of(
        &mut self,
        left: &syn::Expr,
        right: &syn::Expr,
        counts: &Counts,
        before: &Counts,
    ) -> Option<(Affine, Affine, i64)> {
        if !is_plain(left) || !is_plain(right) {
            return None;
        }
        let start = self.integer_after(left, before)?;
        let end = self.integer_after(right, before)?;
        // At a position that nothing else mentions, both grow along it.
        let position = self.variable(&Size::constant(i64::from(i32::MAX)));
        let along = |tracer: &mut Self, side: &syn::Expr, first: &Affine| -> Option<i64> {
            let at = tracer.with_counts(before, counts, &Affine::wire(position), |tracer| tracer.quietly(|t| t.expression(side)));
            let Some(Value::Index(at)) = at else { return None };
            let rate = at.coefficient(position);
            let same = at.sub(&Affine::wire(position).scale(&rate)) == *first;
            rate.as_constant().filter(|_| same)
        };
        let stride = along(self, left, &start)? - along(self, right, &end)?;
        (stride > 0).then_some((start, end, stride))
    }

    /// An integer after some statements of the first step.
    fn integer_after(&mut self, side: &syn::Expr, before: &Counts) -> Option<Affine> {
        let none = Counts::new();
        if let Value::Index(index) =
            self.with_counts(before, &none, &Affine::default(), |tracer| tracer.quietly(|t| t.expression(side)))?
        {
            Some(index)
        } else {
            None
        }
    }

    /// Evaluates with the counting cells as they are after some statements of the step at a position.
    fn with_counts<T>(&mut self, before: &Counts, counts: &Counts, at: &Affine, evaluate: impl FnOnce(&mut Self) -> T) -> T {
        let cells = self.cells.snapshot();
        for (cell, value) in self.counted_at(counts, at) {
            self.cells.set(cell, Some(Value::Index(value)));
        }
        for (cell, value) in self.counted_at(before, &Affine::constant(Size::constant(1))) {
            self.cells.set(cell, Some(Value::Index(value)));
        }
        let result = evaluate(self);
        self.cells.restore(&cells);
        result
    }
}

impl Stream {
    /// A range with a step more.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn and_one_more(self) -> Option<Self> {
        Some(match self {
            Self::Run { start, end, items } => {
                Self::Run { start, end: end.map(|end| end.add(&Affine::constant(Size::constant(1)))), items }
            }
            Self::Strided(inner, stride) => {
                if let Self::Run { start, end, items } = *inner {
                    let end = end.map(|end| end.add(&Affine::constant(stride.clone())));
                    Self::Strided(Box::new(Self::Run { start, end, items }), stride)
                } else {
                    return None;
                }
            }
            _ => return None,
        })
    }
}

/// `if c { ..; break; }`, and whether the `break` is all that is done.
fn exit_of(statement: &syn::Stmt) -> Option<(&syn::ExprIf, bool)> {
    let syn::Stmt::Expr(syn::Expr::If(exit), _) = statement else { return None };
    let Some(syn::Stmt::Expr(syn::Expr::Break(leave), _)) = exit.then_branch.stmts.last() else { return None };
    let leaves = exit.else_branch.is_none() && leave.label.is_none() && leave.expr.is_none();
    leaves.then_some((exit, exit.then_branch.stmts.len() == 1))
}

/// `name += amount`, `name -= amount`, `name = name + amount`.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn increment(expression: &syn::Expr) -> Option<(&syn::Ident, i64, syn::Expr)> {
    match expression {
        syn::Expr::Binary(binary) => {
            let sign = match binary.op {
                syn::BinOp::AddAssign(_) => 1,
                syn::BinOp::SubAssign(_) => -1,
                _ => return None,
            };
            Some((name_of(&binary.left)?, sign, (*binary.right).clone()))
        }
        syn::Expr::Assign(assignment) => {
            let name = name_of(&assignment.left)?;
            let syn::Expr::Binary(binary) = unwrapped(&assignment.right) else { return None };
            let is_name = |side: &syn::Expr| name_of(side) == Some(name);
            match binary.op {
                syn::BinOp::Add(_) if is_name(&binary.left) => Some((name, 1, (*binary.right).clone())),
                syn::BinOp::Add(_) if is_name(&binary.right) => Some((name, 1, (*binary.left).clone())),
                syn::BinOp::Sub(_) if is_name(&binary.left) => Some((name, -1, (*binary.right).clone())),
                _ => None,
            }
        }
        _ => None,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn name_of(expression: &syn::Expr) -> Option<&syn::Ident> {
    match expression {
        syn::Expr::Path(path) => path.path.get_ident(),
        syn::Expr::Unary(syn::ExprUnary { op: syn::UnOp::Deref(_), expr, .. }) => name_of(expr),
        _ => None,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn unwrapped(expression: &syn::Expr) -> &syn::Expr {
    match expression {
        syn::Expr::Paren(inner) => unwrapped(&inner.expr),
        syn::Expr::Group(inner) => unwrapped(&inner.expr),
        other => other,
    }
}

fn is_and(op: &syn::BinOp) -> bool {
    matches!(op, syn::BinOp::And(_))
}

fn is_or(op: &syn::BinOp) -> bool {
    matches!(op, syn::BinOp::Or(_))
}

/// What `&&` or `||` joins, in order.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn parts_of(condition: &syn::Expr, joins: fn(&syn::BinOp) -> bool) -> Vec<&syn::Expr> {
    match unwrapped(condition) {
        syn::Expr::Binary(binary) if joins(&binary.op) => {
            [parts_of(&binary.left, joins), parts_of(&binary.right, joins)].concat()
        }
        other => vec![other],
    }
}

/// Whether an integer is made of names, numbers and lengths: it can be evaluated ahead of the loop.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn is_plain(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Lit(_) | syn::Expr::Path(_) => true,
        syn::Expr::Paren(inner) => is_plain(&inner.expr),
        syn::Expr::Group(inner) => is_plain(&inner.expr),
        syn::Expr::Field(inner) => is_plain(&inner.base),
        syn::Expr::Unary(inner) => is_plain(&inner.expr),
        syn::Expr::Cast(inner) => is_plain(&inner.expr),
        syn::Expr::Binary(binary) => is_plain(&binary.left) && is_plain(&binary.right),
        syn::Expr::MethodCall(call) => {
            let name = call.method.to_string();
            call.args.is_empty() && (SizeWord::named(&name).is_some() || PLAIN.contains(&name)) && is_plain(&call.receiver)
        }
        _ => false,
    }
}

/// The pattern and the iterator of `while let Some(pattern) = iterator.next()`, whose body names the iterator as `it.peek()` alone.
fn next_of(repeated: &syn::ExprWhile) -> Option<(&syn::Pat, &syn::Expr)> {
    let syn::Expr::Let(binding) = &*repeated.cond else { return None };
    let (syn::Pat::TupleStruct(some), syn::Expr::MethodCall(call)) = (&*binding.pat, &*binding.expr) else { return None };
    let is_some = some.path.segments.last().is_some_and(|segment| segment.ident == "Some");
    let (1, true, "next", true) = (some.elems.len(), is_some, call.method.to_string().as_str(), call.args.is_empty()) else {
        return None;
    };
    let syn::Expr::Path(name) = &*call.receiver else { return None };
    let name = name.path.get_ident()?;
    let body = &repeated.body;
    let body = quote::quote! { #body };
    let name = name.to_string();
    let is_named = mentions(&body, &name) && peeked(&body, &name).is_none();
    (repeated.label.is_none() && !is_named).then_some((some.elems.first()?, &*call.receiver))
}
