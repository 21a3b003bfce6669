//! `Result`: an `Option` that says why there is no value.

use super::Tracer;
use super::call::Call;
use super::compose::made;
use super::condition::{Comparison, Condition};
use super::iterate::Opened;
use super::stream::Stream;
use super::value::Value;
use super::variant::{Case, Choice, EnumName};
use super::words::{OptionWord, ResultWord};
use crate::ir::Size;
use crate::syntax::{Storage, Type};

impl Choice {
    /// What `Ok` or `Err` holds, as an `Option`.
    pub fn side(&self, variant: &str) -> Self {
        match self.case(variant).and_then(|case| Some((case.condition.clone(), case.fields.first()?.1.clone()))) {
            Some((condition, value)) => Self::some_where(condition, value),
            None => Self::none(),
        }
    }

    fn held(&self, variant: &str) -> Option<Value> {
        self.side(variant).payload().cloned()
    }

    /// With this in one variant.
    fn with(&self, variant: &str, value: Value) -> Value {
        let mut other = self.clone();
        for case in &mut other.cases {
            if case.variant == variant {
                case.fields = vec![("0".to_owned(), value.clone())];
            }
        }
        Value::Choice(Box::new(other))
    }

    /// `Err` with what it holds.
    fn failed(error: Value) -> Value {
        Value::Choice(Box::new(Self::certain(EnumName::Result, "Err", vec![("0".to_owned(), error)])))
    }
}

impl Tracer<'_> {
    pub(super) fn result_method(
        &mut self,
        word: ResultWord,
        call: &Call<'_>,
        choice: &Choice,
        arguments: &[Value],
    ) -> Option<Value> {
        let of_option = |tracer: &mut Self, word| tracer.option_method(word, call, &choice.side("Ok"), arguments);
        let (is_ok, is_err) = (choice.is("Ok"), choice.is("Err"));
        let whole = || Value::Choice(Box::new(choice.clone()));
        match word {
            ResultWord::is_ok => Some(Value::Bool(is_ok)),
            ResultWord::is_err => Some(Value::Bool(is_err)),
            ResultWord::ok => Some(Value::Choice(Box::new(choice.side("Ok")))),
            ResultWord::err => Some(Value::Choice(Box::new(choice.side("Err")))),
            ResultWord::unwrap => of_option(self, OptionWord::unwrap),
            ResultWord::expect => of_option(self, OptionWord::expect),
            ResultWord::unwrap_or => of_option(self, OptionWord::unwrap_or),
            ResultWord::unwrap_or_default => of_option(self, OptionWord::unwrap_or_default),
            ResultWord::map_or => of_option(self, OptionWord::map_or),
            ResultWord::map => match choice.held("Ok") {
                Some(value) => {
                    let mapped = self.called(call, arguments, 0, &is_ok, vec![value])?;
                    Some(choice.with("Ok", mapped))
                }
                None => Some(whole()),
            },
            ResultWord::map_err => match choice.held("Err") {
                Some(error) => {
                    let mapped = self.called(call, arguments, 0, &is_err, vec![error])?;
                    Some(choice.with("Err", mapped))
                }
                None => Some(whole()),
            },
            ResultWord::unwrap_or_else => match (choice.held("Ok"), choice.held("Err")) {
                (Some(value), None) => Some(value),
                (value, Some(error)) => {
                    let other = self.called(call, arguments, 0, &is_err, vec![error])?;
                    value.map_or(Some(other.clone()), |value| self.either_value(call, &is_ok, value, other))
                }
                (None, None) => None,
            },
            ResultWord::map_or_else => {
                let other = match choice.held("Err") {
                    Some(error) => Some(self.called(call, arguments, 0, &is_err, vec![error])?),
                    None => None,
                };
                let Some(value) = choice.held("Ok") else { return other };
                let mapped = self.called(call, arguments, 1, &is_ok, vec![value])?;
                other.map_or(Some(mapped.clone()), |other| self.either_value(call, &is_ok, mapped, other))
            }
            ResultWord::and_then => {
                let Some(value) = choice.held("Ok") else { return Some(whole()) };
                let next = self.called(call, arguments, 0, &is_ok, vec![value])?;
                choice
                    .held("Err")
                    .map_or(Some(next.clone()), |error| self.either_value(call, &is_ok, next, Choice::failed(error)))
            }
            ResultWord::or_else => {
                let Some(error) = choice.held("Err") else { return Some(whole()) };
                let next = self.called(call, arguments, 0, &is_err, vec![error])?;
                if is_ok == Condition::Constant(false) { Some(next) } else { self.either_value(call, &is_ok, whole(), next) }
            }
        }
    }

    /// `option.ok_or(error)`
    pub(super) fn result_of(&mut self, choice: &Choice, error: Value) -> Option<Value> {
        let some = choice.is("Some");
        let field = |value| vec![("0".to_owned(), value)];
        let ok = choice.payload().cloned().map(|value| Case {
            variant: "Ok".to_owned(),
            condition: some.clone(),
            fields: field(value),
        });
        let err = (some != Condition::Constant(true)).then(|| Case {
            variant: "Err".to_owned(),
            condition: some.not(),
            fields: field(error),
        });
        let cases = ok.into_iter().chain(err).collect();
        Some(Value::Choice(Box::new(Choice { name: EnumName::Result, cases })))
    }

    /// What `?` gives back of an error: converted by `From`, it is what nothing is computed of.
    pub(super) fn converted_error(&self, error: Value) -> Value {
        let is_own = self.module.associated.iter().any(|item| item.of_trait.as_deref() == Some("From"));
        Choice::failed(if is_own { Value::Text } else { error })
    }
}

/// Iterators whose items are an `Option` each.
impl Tracer<'_> {
    /// What of an `Option` of each item there is, where there is one of all.
    pub(super) fn of_all_there(
        &mut self,
        call: &Call<'_>,
        stream: &Stream,
        consume: &mut dyn FnMut(&mut Self, &Stream) -> Option<Value>,
    ) -> Option<Value> {
        let span = call.site.span;
        let missing = Stream::Filtered(Box::new(stream.clone()), made(quote::quote_spanned! { span=> |t| t.is_none() }, None));
        let count = self.count_stream(call, &missing)?;
        let here = self.compared(Comparison::Eq, count, Value::count(Size::constant(0)))?;
        let held = Stream::Mapped(Box::new(stream.clone()), made(quote::quote_spanned! { span=> |t| t.unwrap() }, None));
        let value = self.under(here.clone(), |tracer| consume(tracer, &held))?;
        Some(Value::Choice(Box::new(Choice::some_where(here, value))))
    }

    /// The same of a `Result` of each item. Which error comes first says nothing of the value.
    pub(super) fn of_all_right(
        &mut self,
        call: &Call<'_>,
        stream: &Stream,
        consume: &mut dyn FnMut(&mut Self, &Stream) -> Option<Value>,
    ) -> Option<Value> {
        let span = call.site.span;
        let right = Stream::Mapped(Box::new(stream.clone()), made(quote::quote_spanned! { span=> |t| t.ok() }, None));
        let Some(Value::Choice(found)) = self.of_all_there(call, &right, consume) else { return None };
        self.result_of(&found, Value::Text)
    }

    /// Whether `collect` gives a `Result` of a list: where it does not say what it gives, of items that are such.
    pub(super) fn collects_results(&mut self, call: &Call<'_>, stream: &Stream) -> bool {
        match written_target(call) {
            Some(name) => name == "Result",
            None => {
                let opened =
                    if call.expected.is_none() { self.quietly(|tracer| tracer.opened(call, stream, false)) } else { None };
                opened.is_some_and(|opened: Vec<Opened>| is_of_results(&opened))
            }
        }
    }

    pub(super) fn gathered_items(&mut self, call: &Call<'_>, stream: &Stream) -> Option<Value> {
        if stream.is_filtered() { self.kept_items(stream) } else { self.collected(call, stream) }
    }
}

/// Whether `collect` gives an `Option` of a list, as it says or as the place asks for.
pub(super) fn collects_options(call: &Call<'_>) -> bool {
    if let Some(Type::List { storage: Storage::Option, .. }) = &call.expected {
        return true;
    }
    written_target(call).is_some_and(|name| name == "Option")
}

/// The type that `collect::<Result<_, _>>` says, without its arguments.
fn written_target(call: &Call<'_>) -> Option<String> {
    let first = call.generics.and_then(|generics| generics.args.first())?;
    let syn::GenericArgument::Type(syn::Type::Path(path)) = first else { return None };
    path.path.segments.last().map(|segment| segment.ident.to_string())
}

fn is_of(opened: &[Opened], name: &EnumName) -> bool {
    opened.first().is_some_and(|piece| matches!(&piece.item, Value::Choice(choice) if choice.name == *name))
}

pub(super) fn is_of_options(opened: &[Opened]) -> bool {
    is_of(opened, &EnumName::Option)
}

pub(super) fn is_of_results(opened: &[Opened]) -> bool {
    is_of(opened, &EnumName::Result)
}
