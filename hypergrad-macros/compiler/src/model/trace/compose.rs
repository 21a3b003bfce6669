//! Iterator methods that others say as well, each read as those: `filter_map(f)` is
//! `filter(|t| f(t).is_some()).map(|t| f(t).unwrap())`.

use std::rc::Rc;

use proc_macro2::TokenStream;
use quote::quote_spanned;

use super::Tracer;
use super::agree::Site;
use super::call::{Call, Outcome};
use super::condition::{Comparison, Condition};
use super::environment::Environment;
use super::extreme::picks_largest;
use super::search::End;
use super::stream::{Items, Stream};
use super::value::{Callable, Closure, Tensor, Value};
use super::variant::Choice;
use super::words::{ComposedWord, FunctionWord, ItemWord, SourceWord, ZipFoldWord};
use crate::ir::{Affine, Guard, Size};
use crate::syntax::{Storage, Type};

/// The names under which a made closure calls those that were given.
const GIVEN: &str = "__given";
const BOTH: [&str; 2] = ["__first", "__second"];

impl Tracer<'_> {
    pub(super) fn composed_stream(&mut self, call: &Call<'_>, word: ComposedWord, stream: Stream, given: &[Value]) -> Outcome {
        let span = call.site.span;
        let with_closure = !matches!(word, ComposedWord::flatten | ComposedWord::unzip | ComposedWord::is_sorted);
        if given.len() != usize::from(with_closure) {
            return Outcome::Unknown;
        }
        let boxed = |stream| Some(Value::Stream(Box::new(stream)));
        let closure = |tokens: TokenStream| made(tokens, given.first().cloned());
        Outcome::Known(match word {
            ComposedWord::inspect => {
                let Some(looks) = self.callable_at(call, given, 0) else { return Outcome::Known(None) };
                // What it does with an item is not the value's, unless it changes what is outside.
                if self.changed_by(&looks).cells.is_empty() {
                    return Outcome::Known(boxed(stream));
                }
                boxed(Stream::Mapped(Box::new(stream), closure(quote_spanned! { span=> |t| { __given(t); t } })))
            }
            ComposedWord::flatten => boxed(Stream::Flat(Box::new(stream), closure(quote_spanned! { span=> |t| t }))),
            ComposedWord::filter_map => {
                let kept = Stream::Filtered(Box::new(stream), closure(quote_spanned! { span=> |t| __given(t).is_some() }));
                boxed(Stream::Mapped(Box::new(kept), closure(quote_spanned! { span=> |t| __given(t).unwrap() })))
            }
            ComposedWord::unzip => {
                let first = Stream::Mapped(Box::new(stream.clone()), closure(quote_spanned! { span=> |t| t.0 }));
                let second = Stream::Mapped(Box::new(stream), closure(quote_spanned! { span=> |t| t.1 }));
                self.pair_of_lists(call, &first, &second)
            }
            ComposedWord::all | ComposedWord::any if self.moves_on(call) => {
                self.refuse_moving(call);
                None
            }
            ComposedWord::all | ComposedWord::any => {
                let (counted, comparison) = if let ComposedWord::all = word {
                    (quote_spanned! { span=> |t| !__given(t) }, Comparison::Eq)
                } else {
                    (quote_spanned! { span=> |t| __given(t) }, Comparison::Gt)
                };
                let count = self.count_stream(call, &Stream::Filtered(Box::new(stream), closure(counted)));
                count.and_then(|count| self.compared(comparison, count, Value::count(Size::constant(0)))).map(Value::Bool)
            }
            ComposedWord::is_sorted => {
                let next = stream.clone().skipped(&Affine::constant(Size::constant(1)));
                let pairs = Stream::Zipped(Box::new(stream), Box::new(next));
                self.none_of(call, pairs, closure(quote_spanned! { span=> |t| !(t.0 <= t.1) })).map(Value::Bool)
            }
            ComposedWord::eq | ComposedWord::ne => {
                let Some(other) = self.other_stream(call, given[0].clone()) else { return Outcome::Known(None) };
                self.same_items(call, [stream, other], word == ComposedWord::eq).map(Value::Bool)
            }
            ComposedWord::reduce => self.reduced(call, stream, given),
            ComposedWord::max_by | ComposedWord::min_by => self.extreme_by(call, word, &stream, given),
        })
    }

    /// Whether a condition holds of no item.
    fn none_of(&mut self, call: &Call<'_>, stream: Stream, condition: Callable) -> Option<Condition> {
        let count = self.count_stream(call, &Stream::Filtered(Box::new(stream), condition))?;
        self.compared(Comparison::Eq, count, Value::count(Size::constant(0)))
    }

    /// Whether two vectors are equal: as long, and in all entries.
    pub(super) fn same_entries(&mut self, site: &Site<'_>, both: [Tensor; 2], is_same: bool) -> Option<Condition> {
        let site = Site { span: site.span, name: site.name.clone(), operands: site.operands.clone() };
        let [first, second] = both.map(|vector| self.stream_of(Value::Tensor(vector)));
        self.same_items(&Call { site, generics: None, expected: None, is_read_to_the_end: false }, [first?, second?], is_same)
    }

    /// Whether two iterators have the same items, and as many.
    fn same_items(&mut self, call: &Call<'_>, both: [Stream; 2], is_same: bool) -> Option<Condition> {
        if both.iter().any(|stream| self.refuse_filtered(call, stream)) {
            return None;
        }
        let [first, second] = &both;
        let (left, right) = (self.count_stream(call, first)?, self.count_stream(call, second)?);
        let as_many = self.compared(Comparison::Eq, left, right)?;
        let [first, second] = both;
        let (pairs, span) = (Stream::Zipped(Box::new(first), Box::new(second)), call.site.span);
        let same = as_many.and(self.none_of(call, pairs, made(quote_spanned! { span=> |t| !(t.0 == t.1) }, None))?);
        Some(if is_same { same } else { same.not() })
    }

    fn pair_of_lists(&mut self, call: &Call<'_>, first: &Stream, second: &Stream) -> Option<Value> {
        if self.refuse_filtered(call, first) {
            return None;
        }
        Some(Value::Tuple(vec![self.collected(call, first)?, self.collected(call, second)?]))
    }

    /// `fold` that begins with the first item.
    fn reduced(&mut self, call: &Call<'_>, stream: Stream, given: &[Value]) -> Option<Value> {
        let callable = self.callable_at(call, given, 0)?;
        if stream.is_filtered()
            && let Some(largest) = picks_largest(&callable)
        {
            return self.extreme_value(call, &stream, largest, Some(&callable));
        }
        if stream.is_filtered() {
            // Which item is the first is decided on the way: a state that is missing before it.
            let span = call.site.span;
            let either =
                quote_spanned! { span=> |kept, item| Some(match kept { Some(kept) => __given(kept, item), None => item }) };
            return self.fold(&stream, Value::Choice(Box::new(Choice::none())), &made(either, given.first().cloned()), span);
        }
        let first = self.item_if_any(call, &stream, &Affine::default())?;
        let (here, Some(payload)) = (first.is("Some"), first.payload().cloned()) else {
            return Some(Value::Choice(Box::new(Choice::none())));
        };
        let rest = stream.skipped(&Affine::constant(Size::constant(1)));
        let value = self.under(here.clone(), |tracer| tracer.fold(&rest, payload, &callable, call.site.span))?;
        Some(Value::Choice(Box::new(Choice::some_where(here, value))))
    }

    /// One item: `next`, `nth(k)`, `last`.
    pub(super) fn one_item(&mut self, call: &Call<'_>, word: ItemWord, stream: &Stream, given: &[Value]) -> Outcome {
        if let (ItemWord::nth, [Value::Index(index)], true) = (word, given, stream.is_made_in_steps()) {
            let count = index.add(&Affine::constant(Size::constant(1)));
            return match self.as_far_as(call, stream.clone(), &count) {
                Some(stream) => self.one_item(call, word, &stream, given),
                None => Outcome::Known(None),
            };
        }
        // At the last position, by cases of the length.
        let positions = match (word, given) {
            (ItemWord::peek, []) if stream.is_filtered() && !stream.is_endless() => {
                return Outcome::Known(self.kept_item(call, stream, End::Front).map(|found| Value::Choice(Box::new(found))));
            }
            (ItemWord::peek, []) => vec![(Vec::new(), Affine::default())],
            (ItemWord::next | ItemWord::last, []) if stream.is_filtered() && !stream.is_endless() && !self.moves_on(call) => {
                let end = if word == ItemWord::next { End::Front } else { End::Back };
                return Outcome::Known(self.kept_item(call, stream, end).map(|found| Value::Choice(Box::new(found))));
            }
            (ItemWord::nth, [index]) if stream.is_filtered() && !stream.is_endless() && !self.moves_on(call) => {
                let Some(index) = self.index_at(index.clone(), &call.place(1)) else { return Outcome::Known(None) };
                return Outcome::Known(
                    self.kept_at(call, stream, &Value::Index(index)).map(|found| Value::Choice(Box::new(found))),
                );
            }
            (ItemWord::next, []) => vec![(Vec::new(), Affine::default())],
            (ItemWord::nth, [index]) => match self.index_at(index.clone(), &call.place(1)) {
                Some(index) => vec![(Vec::new(), index)],
                None => return Outcome::Known(None),
            },
            (ItemWord::last, []) if stream.is_endless() => return Outcome::Known(self.refuse_endless(call)),
            (ItemWord::last, []) if self.refuse_filtered(call, stream) => return Outcome::Known(None),
            (ItemWord::last, []) => match (self.diagnostics.len(), self.lengths(stream)) {
                (_, Some(lengths)) => {
                    let one = Affine::constant(Size::constant(1));
                    lengths.into_iter().map(|(guards, length)| (guards, length.sub(&one))).collect()
                }
                (before, None) => {
                    self.refuse_bounds(call, before);
                    return Outcome::Known(None);
                }
            },
            _ => return Outcome::Unknown,
        };
        let rest = match (word, positions.as_slice()) {
            (ItemWord::next | ItemWord::nth, [(_, position)]) => {
                Some(stream.clone().skipped(&position.add(&Affine::constant(Size::constant(1)))))
            }
            _ => None,
        };
        let item = self.item_of_cases(call, stream, positions).map(|choice| Value::Choice(Box::new(choice)));
        if word != ItemWord::peek
            && self.moves_on(call)
            && let Some(place) = call.site.operands.first().and_then(|receiver| self.root_place(receiver)).cloned()
        {
            let rest = item.is_some().then_some(rest).flatten().map(|rest| Value::Stream(Box::new(rest)));
            self.moved_on(call, &place, rest);
        }
        Outcome::Known(item)
    }

    /// What is left of an iterator that has a name, once items were taken from it.
    fn moved_on(&mut self, call: &Call<'_>, place: &super::place::Place, rest: Option<Value>) {
        let is_whole = place.steps.is_empty() && place.part.is_none();
        match rest {
            Some(rest) if is_whole => self.store(place, Some(rest), call.site.span),
            _ => self.refuse_moving(call),
        }
    }

    /// Whether a method takes items of an iterator that has a name, and not of a list.
    pub(super) fn moves_on(&self, call: &Call<'_>) -> bool {
        let place = call.site.operands.first().and_then(|receiver| self.root_place(receiver));
        place.is_some_and(|place| !self.cells.is_list(place.cell))
    }

    /// Methods that take items of an iterator whose rest may be read later.
    pub(super) fn refuse_moving(&mut self, call: &Call<'_>) {
        let message = format!("`{}` of an iterator that it moves on is not accepted", call.name());
        self.diagnostics.error_with_help(call.site.span, message, "read items at their indices, or write a `for` loop");
    }

    /// The item at the position whose guards hold.
    fn item_of_cases(&mut self, call: &Call<'_>, stream: &Stream, positions: Vec<(Vec<Guard>, Affine)>) -> Option<Choice> {
        let mut found: Option<Choice> = None;
        for (guards, position) in positions.into_iter().rev() {
            let here = guards.into_iter().map(Condition::Index).fold(Condition::Constant(true), Condition::and);
            let item = self.under(here.clone(), |tracer| tracer.item_if_any(call, stream, &position))?;
            found = Some(match found {
                None => item,
                Some(others) => {
                    if let Value::Choice(choice) = self.merge_choices(&here, item, others)? {
                        *choice
                    } else {
                        return None;
                    }
                }
            });
        }
        found
    }

    pub(super) fn item_if_any(&mut self, call: &Call<'_>, stream: &Stream, position: &Affine) -> Option<Choice> {
        if self.refuse_filtered(call, stream) {
            return None;
        }
        let not_below = self.compare_indices(Comparison::Ge, position, &Affine::default());
        let mut found = Choice::none();
        if not_below == Condition::Constant(false) {
            return Some(found);
        }
        for alternative in self.at(stream, position)? {
            let here = alternative.guards.into_iter().map(Condition::Index).fold(not_below.clone(), Condition::and);
            let value = self.under(here.clone(), |tracer| tracer.item_value(&alternative.item))?;
            let one = Choice::some_where(here.clone(), value);
            found = match found.payload() {
                None => one,
                Some(_) => {
                    if let Value::Choice(choice) = self.merge_choices(&here, one, found)? {
                        *choice
                    } else {
                        return None;
                    }
                }
            };
        }
        Some(found)
    }

    /// `a.zip_fold(&b, first, |s, x, y| ..)`
    pub(super) fn folded_with(&mut self, call: &Call<'_>, t: &Tensor, arguments: &[Value]) -> Outcome {
        let (Some(ZipFoldWord::zip_fold), [other, first, given]) = (ZipFoldWord::named(call.name()), arguments) else {
            return Outcome::Unknown;
        };
        let Some(other) = self.tensor_at(other.clone(), &call.place(1), "a vector or matrix") else {
            return Outcome::Known(None);
        };
        let Some((t, other)) = self.agree(&call.site, t.clone(), other) else { return Outcome::Known(None) };
        let span = call.site.span;
        let step = made(quote_spanned! { span=> |s, (x, y)| __given(s, x, y) }, Some(given.clone()));
        let pairs = self.zipped(Stream::entries(t), Stream::entries(other));
        Outcome::Known(self.fold(&pairs, first.clone(), &step, span))
    }

    /// Functions of `core::iter` that make an iterator.
    pub(super) fn source(&mut self, call: &Call<'_>, word: SourceWord, arguments: &[Value]) -> Option<Value> {
        let span = call.site.span;
        let same = |value: &Value| made(quote_spanned! { span=> |_| __given }, Some(value.clone()));
        let numbers = |end| Stream::Run { start: Affine::default(), end, items: Items::Numbers };
        let stream = match (word, arguments) {
            (SourceWord::empty, []) => Stream::Values(Vec::new()),
            (SourceWord::once, [value]) => Stream::Values(vec![value.clone()]),
            (SourceWord::repeat, [value]) => Stream::Mapped(Box::new(numbers(None)), same(value)),
            (SourceWord::repeat_n, [value, count]) => {
                let end = self.index_at(count.clone(), &call.place(1))?;
                Stream::Mapped(Box::new(numbers(Some(end))), same(value))
            }
            (SourceWord::successors, [_, _]) => return self.successors(call, arguments),
            (SourceWord::from_fn, [_]) => return self.calls(call, arguments),
            (SourceWord::zip, [first, second]) => {
                let (first, second) = (self.stream_of(first.clone()), self.stream_of(second.clone()));
                let (Some(first), Some(second)) = (first, second) else {
                    self.diagnostics.error(span, "`zip` takes two iterators");
                    return None;
                };
                if self.refuse_filtered(call, &first) || self.refuse_filtered(call, &second) {
                    return None;
                }
                let (first, second) = self.both_ended(call, first, second)?;
                self.zipped(first, second)
            }
            _ => return None,
        };
        Some(Value::Stream(Box::new(stream)))
    }

    /// `core::array::from_fn`, of a length that is written or expected.
    pub(super) fn array_from_fn(&mut self, call: &Call<'_>, path: &syn::Path, arguments: &[Value]) -> Option<Value> {
        let callable = self.callable_at(call, arguments, 0)?;
        let Some(length) = self.length_of_array(call, path) else {
            let help = "write it: `let v: [f64; 3] = ..`, or `from_fn::<f64, 3, _>(..)`";
            self.diagnostics.error_with_help(call.site.span, "the length of this array is not found", help);
            return None;
        };
        let index = |k| Value::Index(Affine::constant(Size::constant(k)));
        let callable = match &call.expected {
            Some(Type::List { item, .. }) => giving(callable, item),
            _ => callable,
        };
        let items: Vec<Option<Value>> =
            (0..length).map(|k| self.call_within(&callable, vec![index(k)], call.site.span)).collect();
        items.into_iter().collect::<Option<Vec<Value>>>().map(Value::Array)
    }

    /// A function that is one of two: a closure that calls the one of the condition.
    pub(super) fn one_of_two(&self, condition: &Condition, then: &Callable, otherwise: &Callable) -> Option<Value> {
        let takes = self.arity(then).filter(|takes| self.arity(otherwise) == Some(*takes))?;
        let names: Vec<syn::Ident> = (0..takes).map(|k| quote::format_ident!("__t{k}")).collect();
        let tokens = quote::quote! { |#(#names),*| if __given { __first(#(#names),*) } else { __second(#(#names),*) } };
        let Callable::Closure(closure) = made_of(tokens, [then, otherwise]) else { return None };
        let mut environment = closure.environment.clone();
        environment.bind(GIVEN.to_owned(), Some(Value::Bool(condition.clone())));
        Some(Value::Callable(Callable::Closure(Rc::new(Closure { syntax: closure.syntax.clone(), environment }))))
    }

    /// How many arguments a function takes; those of the standard library by their names take one.
    fn arity(&self, callable: &Callable) -> Option<usize> {
        Some(match callable {
            Callable::Closure(closure) => closure.syntax.inputs.len(),
            Callable::Local(local) => local.function.sig.inputs.len(),
            Callable::Path(path) => match self.own_function(path) {
                Some(function) => function.sig.inputs.len(),
                None if FunctionWord::named(&path.segments.last()?.ident.to_string()).is_some() => 1,
                None => return None,
            },
        })
    }

    fn length_of_array(&mut self, call: &Call<'_>, path: &syn::Path) -> Option<i64> {
        if let syn::PathArguments::AngleBracketed(generics) = &path.segments.last()?.arguments {
            // `from_fn::<T, N, F>`
            return self.sizes_in(generics.args.iter().skip(1).take(1)).first().and_then(Size::as_constant);
        }
        match &call.expected {
            Some(Type::List { storage: Storage::Array(length), .. }) => Some(*length),
            _ => None,
        }
    }
}

/// A closure that is known to give an array, where it does not say so.
fn giving(callable: Callable, item: &Type) -> Callable {
    match (&callable, length_written(item)) {
        (Callable::Closure(closure), Some(array)) if matches!(closure.syntax.output, syn::ReturnType::Default) => {
            let output = syn::parse2(quote::quote! { -> #array }).unwrap_or(syn::ReturnType::Default);
            let syntax = syn::ExprClosure { output, ..closure.syntax.clone() };
            Callable::Closure(Rc::new(Closure { syntax, environment: closure.environment.clone() }))
        }
        _ => callable,
    }
}

/// `[[f64; 2]; 3]` of an array of numbers.
fn length_written(ty: &Type) -> Option<TokenStream> {
    let Type::List { item, storage: Storage::Array(length) } = ty else { return None };
    let length = usize::try_from(*length).ok()?;
    let item = length_written(item).unwrap_or_else(|| quote::quote! { f64 });
    Some(quote::quote! { [#item; #length] })
}

/// A closure that is read as if it stood there; `__given` is the value.
pub(super) fn made(tokens: TokenStream, given: Option<Value>) -> Callable {
    let mut environment = Environment::default();
    if let Some(given) = given {
        environment.bind(GIVEN.to_owned(), Some(given));
    }
    let syntax = syn::parse2(tokens).unwrap_or_else(|_| syn::parse_quote! { |t| t });
    Callable::Closure(Rc::new(Closure { syntax, environment }))
}

/// The same of two closures, `__first` and `__second`.
pub(super) fn made_of(tokens: TokenStream, given: [&Callable; 2]) -> Callable {
    made_with(tokens, given.map(|callable| Value::Callable(callable.clone())))
}

/// The same of two values.
pub(super) fn made_with(tokens: TokenStream, given: [Value; 2]) -> Callable {
    let mut environment = Environment::default();
    for (name, value) in BOTH.iter().zip(given) {
        environment.bind((*name).to_owned(), Some(value));
    }
    let syntax = syn::parse2(tokens).unwrap_or_else(|_| syn::parse_quote! { |t| t });
    Callable::Closure(Rc::new(Closure { syntax, environment }))
}
