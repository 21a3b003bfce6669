//! Items that values pick: the first that satisfies a condition, and those before and behind it.
//!
//! A running mask says of each item whether the condition held there or before, so it is 1 from the item that
//! is looked for on. Where it rises is that item's place: an index variable that is summed with a factor of one 1,
//! as an index from data is ([`super::gather`]). Masks are comparisons, whose derivative is 0: jumps are not seen.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};

use super::Tracer;
use super::call::{Call, Outcome};
use super::changed::Changes;
use super::compose::{made, made_of};
use super::condition::{Comparison, Condition};
use super::contract::{Contraction, Factor};
use super::stream::Stream;
use super::value::{Callable, LoopVariable, Tensor, Value};
use super::variant::Choice;
use super::words::SearchWord;
use crate::ir::{Affine, Guard, Size, Test};
use crate::model::Form;

/// Items of a list whose conditions are looked at one by one, to find an index that is a constant.
const MOST_CONSTANT: i64 = 64;

/// From which end items are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    Front,
    Back,
}

/// Where an item is: under which condition there is one, and its position.
pub(super) struct Found {
    here: Condition,
    position: Affine,
}

impl Tracer<'_> {
    pub(super) fn searched(&mut self, call: &Call<'_>, word: SearchWord, stream: Stream, given: &[Value]) -> Outcome {
        let takes = usize::from(!matches!(word, SearchWord::max | SearchWord::min));
        if given.len() != takes {
            return Outcome::Unknown;
        }
        if stream.is_endless() {
            return Outcome::Known(self.refuse_endless(call));
        }
        let takes_items = matches!(word, SearchWord::find | SearchWord::find_map | SearchWord::position | SearchWord::rposition);
        if takes_items && self.moves_on(call) {
            self.refuse_moving(call);
            return Outcome::Known(None);
        }
        let span = call.site.span;
        let choice = |found: Choice| Value::Choice(Box::new(found));
        Outcome::Known(match word {
            SearchWord::max => {
                self.extreme_item(call, &stream, &made(quote_spanned! { span=> |t| t }, None), true, End::Back).map(choice)
            }
            SearchWord::min => {
                self.extreme_item(call, &stream, &made(quote_spanned! { span=> |t| t }, None), false, End::Front).map(choice)
            }
            SearchWord::contains => {
                let same = made(quote_spanned! { span=> |t| *t == __given }, given.first().cloned());
                self.any_item(call, stream, &same)
            }
            SearchWord::find
            | SearchWord::find_map
            | SearchWord::position
            | SearchWord::rposition
            | SearchWord::take_while
            | SearchWord::skip_while
            | SearchWord::map_while
            | SearchWord::partition
            | SearchWord::max_by_key
            | SearchWord::min_by_key => {
                let Some(callable) = self.callable_at(call, given, 0) else { return Outcome::Known(None) };
                self.searched_by(call, word, stream, &callable)
            }
        })
    }

    fn searched_by(&mut self, call: &Call<'_>, word: SearchWord, stream: Stream, callable: &Callable) -> Option<Value> {
        let span = call.site.span;
        let closure = |tokens: TokenStream| made(tokens, Some(Value::Callable(callable.clone())));
        let choice = |found: Choice| Value::Choice(Box::new(found));
        match word {
            SearchWord::find => self.first_item(call, &stream, callable).map(choice),
            SearchWord::find_map => {
                let there = closure(quote_spanned! { span=> |t| __given(t).is_some() });
                let found = self.first_item(call, &stream, &there)?;
                let Some(item) = found.payload().cloned() else { return Some(choice(found)) };
                let here = found.is("Some");
                let unwrapped = closure(quote_spanned! { span=> |t| __given(t).unwrap() });
                let value = self.under(here.clone(), |tracer| tracer.call_value(&unwrapped, vec![item], span))?;
                Some(choice(Choice::some_where(here, value)))
            }
            SearchWord::position | SearchWord::rposition => {
                if self.refuse_filtered(call, &stream) {
                    return None;
                }
                let end = if word == SearchWord::position { End::Front } else { End::Back };
                let found = self.place_of(call, &stream, callable, end)?;
                Some(choice(
                    found.map_or_else(Choice::none, |found| Choice::some_where(found.here, Value::Index(found.position))),
                ))
            }
            SearchWord::take_while => {
                let ends = closure(quote_spanned! { span=> |t| !__given(t) });
                self.beside_first(call, stream, &ends, true).map(|kept| Value::Stream(Box::new(kept)))
            }
            SearchWord::skip_while => {
                let begins = closure(quote_spanned! { span=> |t| !__given(t) });
                self.beside_first(call, stream, &begins, false).map(|kept| Value::Stream(Box::new(kept)))
            }
            SearchWord::map_while => {
                let ends = closure(quote_spanned! { span=> |t| __given(t).is_none() });
                let kept = self.beside_first(call, stream, &ends, true)?;
                let unwrapped = closure(quote_spanned! { span=> |t| __given(t).unwrap() });
                Some(Value::Stream(Box::new(Stream::Mapped(Box::new(kept), unwrapped))))
            }
            SearchWord::partition => {
                let others = closure(quote_spanned! { span=> |t| !__given(t) });
                let parts = [callable.clone(), others].map(|part| Stream::Filtered(Box::new(stream.clone()), part));
                let parts: Option<Vec<Value>> = parts.iter().map(|part| self.kept_items(part)).collect();
                parts.map(Value::Tuple)
            }
            SearchWord::max_by_key | SearchWord::min_by_key => {
                let largest = word == SearchWord::max_by_key;
                let end = if largest { End::Back } else { End::Front };
                self.extreme_item(call, &stream, callable, largest, end).map(choice)
            }
            SearchWord::max | SearchWord::min | SearchWord::contains => None,
        }
    }

    fn any_item(&mut self, call: &Call<'_>, stream: Stream, condition: &Callable) -> Option<Value> {
        let kept = Stream::Filtered(Box::new(stream), condition.clone());
        let count = self.count_stream(call, &kept)?;
        self.compared(Comparison::Gt, count, Value::count(Size::constant(0))).map(Value::Bool)
    }

    /// The first item that satisfies a condition, also behind filters.
    fn first_item(&mut self, call: &Call<'_>, stream: &Stream, condition: &Callable) -> Option<Choice> {
        self.item_from(call, stream, condition, End::Front)
    }

    /// The first item from one end that passes the filters of an iterator.
    pub(super) fn kept_item(&mut self, call: &Call<'_>, stream: &Stream, end: End) -> Option<Choice> {
        let any = made(quote_spanned! { call.site.span=> |_| true }, None);
        self.item_from(call, stream, &any, end)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn item_from(&mut self, call: &Call<'_>, stream: &Stream, condition: &Callable, end: End) -> Option<Choice> {
        let span = call.site.span;
        match stream {
            Stream::Filtered(inner, filter) => {
                let both = made_of(quote_spanned! { span=> |t| __first(t) && __second(t) }, [filter, condition]);
                self.item_from(call, inner, &both, end)
            }
            Stream::Mapped(inner, mapped) if inner.is_filtered() => {
                let behind = made_of(quote_spanned! { span=> |t| __second(__first(t)) }, [mapped, condition]);
                let found = self.item_from(call, inner, &behind, end)?;
                let Some(item) = found.payload().cloned() else { return Some(found) };
                let here = found.is("Some");
                let value = self.under(here.clone(), |tracer| tracer.call_value(mapped, vec![item], span))?;
                Some(Choice::some_where(here, value))
            }
            Stream::Chained(first, second) if stream.is_filtered() => {
                let (near, far) = if end == End::Front { (first, second) } else { (second, first) };
                let near = self.item_from(call, near, condition, end)?;
                let far = self.item_from(call, far, condition, end)?;
                match (near.payload(), far.payload()) {
                    (None, _) => Some(far),
                    (_, None) => Some(near),
                    _ => match self.merge_choices(&near.is("Some"), near.clone(), far)? {
                        Value::Choice(choice) => Some(*choice),
                        _ => None,
                    },
                }
            }
            stream if self.refuse_filtered(call, stream) => None,
            stream => match self.place_of(call, stream, condition, end)? {
                Some(found) => self.item_found(call, stream, &found),
                None => Some(Choice::none()),
            },
        }
    }

    pub(super) fn item_found(&mut self, call: &Call<'_>, stream: &Stream, found: &Found) -> Option<Choice> {
        let item = self.under(found.here.clone(), |tracer| tracer.item_if_any(call, stream, &found.position))?;
        let Some(value) = item.payload().cloned() else { return Some(item) };
        Some(Choice::some_where(found.here.clone().and(item.is("Some")), value))
    }

    /// The items before the first that satisfies a condition, or that one and those behind it.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other iterator has its items at their places")]
    fn beside_first(&mut self, call: &Call<'_>, stream: Stream, condition: &Callable, before: bool) -> Option<Stream> {
        let span = call.site.span;
        match stream {
            Stream::Filtered(inner, filter) => {
                let both = made_of(quote_spanned! { span=> |t| __first(t) && __second(t) }, [&filter, condition]);
                let kept = self.beside_first(call, *inner, &both, before)?;
                return Some(Stream::Filtered(Box::new(kept), filter));
            }
            Stream::Mapped(inner, mapped) if inner.is_filtered() => {
                let behind = made_of(quote_spanned! { span=> |t| __second(__first(t)) }, [&mapped, condition]);
                let kept = self.beside_first(call, *inner, &behind, before)?;
                return Some(Stream::Mapped(Box::new(kept), mapped));
            }
            _ => {}
        }
        if self.refuse_filtered(call, &stream) {
            return None;
        }
        let reached = self.reached(call, &stream, condition)?;
        let side = if before {
            quote_spanned! { span=> |t| t.1 < 0.5 }
        } else {
            quote_spanned! { span=> |t| t.1 > 0.5 }
        };
        let pairs = self.zipped(stream, Stream::entries(reached));
        let kept = Stream::Filtered(Box::new(pairs), made(side, None));
        Some(Stream::Mapped(Box::new(kept), made(quote_spanned! { span=> |t| t.0 }, None)))
    }

    /// The position of the first item, from one end, that satisfies a condition; `Some(None)` where none does.
    pub(super) fn place_of(&mut self, call: &Call<'_>, stream: &Stream, condition: &Callable, end: End) -> Option<Option<Found>> {
        if let Some(constant) = self.constant_place(call, stream, condition, end) {
            let found = |k| Found { here: Condition::Constant(true), position: Affine::constant(Size::constant(k)) };
            return Some(constant.map(found));
        }
        let turned = match end {
            End::Front => stream.clone(),
            End::Back => Stream::Reversed(Box::new(stream.clone())),
        };
        let reached = self.reached(call, &turned, condition)?;
        let rise = self.rise(&reached);
        let end_of = match end {
            End::Front => None,
            End::Back => Some(self.last_place(call, stream, &reached.rows)?),
        };
        let total = self.sum_of(&rise);
        let half = self.number(0.5);
        let here = self.compare_scalars(Comparison::Gt, &total, &half);
        let place = Affine::wire(self.chosen(rise));
        let position = match end_of {
            None => place,
            Some(last) => last.sub(&place),
        };
        Some(Some(Found { here, position }))
    }

    /// The same where sizes and constants decide every condition.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn constant_place(&mut self, call: &Call<'_>, stream: &Stream, condition: &Callable, end: End) -> Option<Option<i64>> {
        let lengths = self.lengths_of_some(stream)?;
        let length = match lengths.as_slice() {
            [] => 0,
            [(guards, length)] if guards.is_empty() => length.as_size()?.as_constant().filter(|n| *n <= MOST_CONSTANT)?,
            _ => return None,
        };
        let mut positions: Vec<i64> = (0..length).collect();
        if end == End::Back {
            positions.reverse();
        }
        for k in positions {
            let item = self.item_if_any(call, stream, &Affine::constant(Size::constant(k)))?;
            let item = item.payload().cloned()?;
            match self.call_value(condition, vec![item], call.site.span)? {
                Value::Bool(Condition::Constant(true)) => return Some(Some(k)),
                Value::Bool(Condition::Constant(false)) => {}
                _ => return None,
            }
        }
        Some(None)
    }

    /// The position of the last item, of one length for each outer index.
    fn last_place(&mut self, call: &Call<'_>, stream: &Stream, longest: &Size) -> Option<Affine> {
        let one = Affine::constant(Size::constant(1));
        if self.is_of_one_length(stream)? {
            return Some(Affine::constant(longest.clone()).sub(&one));
        }
        match self.lengths_of_some(stream)?.as_slice() {
            [(_, length)] => Some(length.sub(&one)),
            _ => {
                self.constant_length(call, stream);
                None
            }
        }
    }

    /// For each item, 1 where a condition held for it or for one before it.
    fn reached(&mut self, call: &Call<'_>, stream: &Stream, condition: &Callable) -> Option<Tensor> {
        let span = call.site.span;
        let mask =
            made(quote_spanned! { span=> |t| if __given(t) { 1.0 } else { 0.0 } }, Some(Value::Callable(condition.clone())));
        let masks = Stream::Mapped(Box::new(stream.clone()), mask);
        let masks = self.column_as_far(call, &masks)?;
        let zero = self.number(0.0);
        let state = self.hidden_cell("found", Value::Tensor(zero))?;
        let either = made(quote_spanned! { span=> |s, t| if s > 0.5 { 1.0 } else { t } }, None);
        let changes = Changes { cells: vec![state.cell], ..Changes::default() };
        let running = self.listed_by(call, &Stream::entries(masks), changes, &mut |tracer, mask| {
            let before = tracer.cells.get(state.cell).value.clone()?;
            let now = tracer.call_within(&either, vec![before, mask], span);
            tracer.store(&state, now.clone(), span);
            now
        })?;
        self.column_of_stream(call, &running)
    }

    /// 1 in the entry where a running mask rises.
    fn rise(&mut self, reached: &Tensor) -> Tensor {
        let (row, column) = self.axes(&reached.rows, &Size::constant(1));
        let (here, unit) = (Affine::wire(row), Size::constant(1));
        let before = here.sub(&Affine::constant(unit.clone()));
        let contraction = Contraction {
            factors: vec![Factor { tensor: reached.clone(), index: vec![before.clone()] }],
            guards: vec![Guard { affine: before, test: Test::NonNegative }],
            ..Contraction::default()
        };
        let before = self.contract(contraction, Form::Scalar, &unit, &unit);
        let now = self.entry(reached, &here, &Affine::default());
        let difference = self.linear(&[(1.0, &now), (-1.0, &before)]);
        let half = self.number(0.5);
        let rises = self.compare_scalars(Comparison::Gt, &difference, &half);
        let rises = self.mask(&rises);
        self.bind(&rises, Form::Column, (row, &reached.rows), (column, &unit))
    }

    fn sum_of(&mut self, column: &Tensor) -> Tensor {
        let row: LoopVariable = self.variable(&column.rows);
        let unit = Size::constant(1);
        let contraction = Contraction {
            factors: vec![Factor { tensor: column.clone(), index: vec![Affine::wire(row)] }],
            local: vec![row],
            ..Contraction::default()
        };
        self.contract(contraction, Form::Scalar, &unit, &unit)
    }

    /// The items that pass filters, as a list without places; what they capture is as it is now.
    pub(super) fn kept_items(&mut self, stream: &Stream) -> Option<Value> {
        self.settled_stream(stream.clone()).map(|stream| Value::Stream(Box::new(stream)))
    }

    /// The same iterator with copies of what its closures capture.
    pub(super) fn settled_stream(&mut self, stream: Stream) -> Option<Stream> {
        let mut inner = |stream: Box<Stream>| self.settled_stream(*stream).map(Box::new);
        Some(match stream {
            Stream::Mapped(of, callable) => {
                let of = inner(of)?;
                Stream::Mapped(of, self.settled_callable(callable)?)
            }
            Stream::Filtered(of, callable) => {
                let of = inner(of)?;
                Stream::Filtered(of, self.settled_callable(callable)?)
            }
            Stream::Flat(of, callable) => {
                let of = inner(of)?;
                Stream::Flat(of, self.settled_callable(callable)?)
            }
            Stream::Zipped(first, second) => Stream::Zipped(inner(first)?, inner(second)?),
            Stream::Chained(first, second) => Stream::Chained(inner(first)?, inner(second)?),
            Stream::Enumerated(of) => Stream::Enumerated(inner(of)?),
            Stream::Reversed(of) => Stream::Reversed(inner(of)?),
            Stream::Skipped(of, count) => Stream::Skipped(inner(of)?, count),
            Stream::Taken(of, count) => Stream::Taken(inner(of)?, count),
            Stream::Strided(of, step) => Stream::Strided(inner(of)?, step),
            Stream::Cases(cases) => {
                let settled = |(guards, of)| Some((guards, self.settled_stream(of)?));
                Stream::Cases(cases.into_iter().map(settled).collect::<Option<_>>()?)
            }
            plain @ (Stream::Run { .. } | Stream::Entries(_) | Stream::Stored(..) | Stream::Values(_) | Stream::Steps(_)) => {
                plain
            }
        })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is passed on as it is")]
    fn settled_callable(&mut self, callable: Callable) -> Option<Callable> {
        let Callable::Closure(closure) = &callable else { return Some(callable) };
        if !closure.environment.has_places() {
            return Some(callable);
        }
        let tokens = closure.syntax.to_token_stream();
        let (mut changing, mut is_settled) = (Vec::new(), true);
        let environment = closure.environment.map(&mut |name, value| match value {
            _ if !mentions(&tokens, name) && !name.starts_with("__") => None,
            Value::Reference(place) => {
                let current = self.load(place, callable.place())?;
                if current.changes() {
                    changing.push(current);
                    return None;
                }
                Some(current)
            }
            Value::Callable(inner) => {
                let inner = self.settled_callable(inner.clone());
                is_settled &= inner.is_some();
                inner.map(Value::Callable)
            }
            value => Some(value.clone()),
        });
        if !is_settled || self.refuse_changing(&changing, callable.place()) {
            return None;
        }
        Some(Callable::Closure(std::rc::Rc::new(super::value::Closure { syntax: closure.syntax.clone(), environment })))
    }
}

/// Whether a name occurs.
pub(super) fn mentions(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// The key by which `|a, b| a.1.total_cmp(&b.1)` compares, and whether the first is the smaller one where it says so.
pub(super) fn key_of(closure: &syn::ExprClosure, span: Span) -> Option<(syn::ExprClosure, bool)> {
    let [first, second] = closure.inputs.iter().collect::<Vec<_>>().try_into().ok()?;
    let (own, other) = (names_of(first), names_of(second));
    if own.len() != other.len() {
        return None;
    }
    let (left, right, ascending) = compared(&closure.body)?;
    let same = |key: &syn::Expr, other_key: &syn::Expr, from: &[String], to: &[String]| {
        bare(&key.to_token_stream()) == bare(&renamed(other_key.to_token_stream(), from, to))
    };
    let key = |pattern: &syn::Pat, body: &syn::Expr| syn::parse2(quote_spanned! { span=> |#pattern| #body }).ok();
    if same(left, right, &other, &own) {
        Some((key(first, left)?, ascending))
    } else if same(left, right, &own, &other) {
        Some((key(second, left)?, !ascending))
    } else {
        None
    }
}

/// Without references, which say nothing of the value.
fn bare(tokens: &TokenStream) -> String {
    tokens.to_string().replace(['&', '*'], "").split_whitespace().collect()
}

/// The names that a pattern binds, in order.
fn names_of(pattern: &syn::Pat) -> Vec<String> {
    struct Names(Vec<String>);
    impl<'p> syn::visit::Visit<'p> for Names {
        fn visit_pat_ident(&mut self, name: &'p syn::PatIdent) {
            self.0.push(name.ident.to_string());
        }
    }
    let mut names = Names(Vec::new());
    syn::visit::Visit::visit_pat(&mut names, pattern);
    names.0
}

/// Other names in place of these, but for those of fields.
fn renamed(tokens: TokenStream, from: &[String], to: &[String]) -> TokenStream {
    let mut behind_dot = false;
    let rename = |token: TokenTree| {
        let is_member = std::mem::replace(&mut behind_dot, matches!(&token, TokenTree::Punct(mark) if mark.as_char() == '.'));
        match token {
            TokenTree::Group(group) => {
                TokenTree::Group(proc_macro2::Group::new(group.delimiter(), renamed(group.stream(), from, to)))
            }
            TokenTree::Ident(name) if !is_member => {
                let known = from.iter().position(|from| name == from).and_then(|k| to.get(k));
                TokenTree::Ident(known.map_or(name, |to| proc_macro2::Ident::new(to, Span::call_site())))
            }
            other @ (TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_)) => other,
        }
    };
    tokens.into_iter().map(rename).collect()
}

/// Left and right of a comparison, and whether it is not reversed.
fn compared(body: &syn::Expr) -> Option<(&syn::Expr, &syn::Expr, bool)> {
    if let syn::Expr::Block(block) = body
        && let [syn::Stmt::Expr(inner, None)] = block.block.stmts.as_slice()
    {
        return compared(inner);
    }
    let syn::Expr::MethodCall(call) = body else { return None };
    let name = call.method.to_string();
    match (name.as_str(), call.args.first()) {
        ("cmp" | "partial_cmp" | "total_cmp", Some(other)) => Some((&call.receiver, other, true)),
        ("unwrap" | "expect" | "unwrap_or", _) => compared(&call.receiver),
        ("reverse", None) => compared(&call.receiver).map(|(left, right, ascending)| (left, right, !ascending)),
        _ => None,
    }
}
