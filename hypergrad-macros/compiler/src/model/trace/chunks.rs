//! Slices in pieces: `windows`, `chunks`, `chunks_exact`, `rchunks`, `split_at`, `concat`.

use quote::quote_spanned;

use super::Tracer;
use super::call::{Call, Outcome};
use super::compose::{made, made_with};
use super::stream::{Items, Stream};
use super::unroll::MOST_STEPS;
use super::value::{Tensor, Value};
use super::words::SliceWord;
use crate::ir::{Affine, Size};

impl Tracer<'_> {
    /// Of the entries of a tensor.
    pub(super) fn pieces_of(&mut self, call: &Call<'_>, tensor: &Tensor, arguments: &[Value]) -> Outcome {
        let (Some(word), [Value::Index(count)]) = (SliceWord::named(call.name()), arguments) else { return Outcome::Unknown };
        let column = self.flattened(tensor);
        Outcome::Known(match word {
            SliceWord::split_at => {
                let Some(first) = self.size_at(Value::Index(count.clone()), &call.place(1)) else {
                    return Outcome::Known(None);
                };
                let rest = self.sizes.resolve(&column.rows).sub(&first);
                let (start, middle) = (Affine::default(), Affine::constant(first.clone()));
                if self.check_index(&column.rows.add(&Size::constant(1)), &middle, &call.place(0), &call.place(1)).is_none() {
                    return Outcome::Known(None);
                }
                let parts = [self.rows_of(&column, &start, &first), self.rows_of(&column, &middle, &rest)];
                Some(Value::Tuple(parts.map(Value::Tensor).to_vec()))
            }
            SliceWord::windows | SliceWord::chunks_exact | SliceWord::chunks | SliceWord::rchunks => {
                let Some(width) = self.size_at(Value::Index(count.clone()), &call.place(1)) else {
                    return Outcome::Known(None);
                };
                self.chunked(call, word, column, &width).map(|stream| Value::Stream(Box::new(stream)))
            }
        })
    }

    fn chunked(&mut self, call: &Call<'_>, word: SliceWord, column: Tensor, width: &Size) -> Option<Stream> {
        if width.is_zero() {
            self.diagnostics.error(call.site.span, format!("`{}` takes a length of at least 1", call.name()));
            return None;
        }
        let length = self.sizes.resolve(&column.rows);
        match (word, length.as_constant(), width.as_constant()) {
            (SliceWord::windows, ..) => Some(Stream::windows(column, width.clone())),
            // Every so manieth window.
            (SliceWord::chunks_exact, ..) => {
                Some(Stream::Strided(Box::new(Stream::windows(column, width.clone())), width.clone()))
            }
            (SliceWord::rchunks, Some(length), Some(width)) => {
                let chunk = |behind: i64| {
                    let (count, end) = (width.min(length - behind), length - behind);
                    let start = Affine::constant(Size::constant(end - count));
                    Value::Tensor(self.rows_of(&column, &start, &Size::constant(count)))
                };
                Some(Stream::Values((0..length).step_by(width as usize).map(chunk).collect()))
            }
            (_, Some(length), Some(width)) => {
                let chunk = |start: i64| {
                    let count = Size::constant(width.min(length - start));
                    Value::Tensor(self.rows_of(&column, &Affine::constant(Size::constant(start)), &count))
                };
                Some(Stream::Values((0..length).step_by(width as usize).map(chunk).collect()))
            }
            // The last one may be shorter.
            _ => {
                let (start, end) = (Affine::default(), Some(Affine::constant(length)));
                let entries = Stream::Run { start: start.clone(), end: end.clone(), items: Items::Entries(column) };
                let given = Value::Tuple(vec![Value::Stream(Box::new(entries)), Value::count(width.clone())]);
                let chunk = if word == SliceWord::rchunks {
                    quote_spanned! { call.site.span=> |start| __given.0.rev().skip(start).take(__given.1).rev() }
                } else {
                    quote_spanned! { call.site.span=> |start| __given.0.skip(start).take(__given.1) }
                };
                let starts = Stream::Strided(Box::new(Stream::Run { start, end, items: Items::Numbers }), width.clone());
                Some(Stream::Mapped(Box::new(starts), made(chunk, Some(given))))
            }
        }
    }

    /// Of a list that the data holds, or that was collected: so many neighbouring items at a time, as an array.
    pub(super) fn pieces_of_list(&mut self, call: &Call<'_>, word: SliceWord, list: Value, arguments: &[Value]) -> Outcome {
        let (span, [Value::Index(count)]) = (call.site.span, arguments) else { return Outcome::Unknown };
        if word == SliceWord::split_at {
            let given = [list, Value::Index(count.clone())];
            let parts = made_with(quote_spanned! { span=> |_| (&__first[..__second], &__first[__second..]) }, given);
            return Outcome::Known(self.call_value(&parts, vec![Value::count(Size::zero())], span));
        }
        let Some(stream) = self.stream_of(list.clone()) else { return Outcome::Unknown };
        let (list, stream) = if stream.is_filtered() {
            let stream = self.unnested(stream, span);
            (Value::Stream(Box::new(stream.clone())), stream)
        } else {
            (list, stream)
        };
        let width = count.as_size().and_then(Size::as_constant).filter(|width| (1..=MOST_STEPS).contains(width));
        if let (true, Some(width), SliceWord::windows) = (stream.is_filtered(), width, word) {
            let windows = self.kept_windows(call, &stream, width);
            return match windows {
                Some(windows) => Outcome::Known(Some(Value::Stream(Box::new(windows)))),
                None => {
                    self.refuse_filtered(call, &stream);
                    Outcome::Known(None)
                }
            };
        }
        if self.refuse_filtered(call, &stream) {
            return Outcome::Known(None);
        }
        let lengths = self.lengths(&stream);
        let (Some(width), Some([(guards, length)])) = (width, lengths.as_deref()) else { return Outcome::Unknown };
        if matches!(word, SliceWord::chunks | SliceWord::rchunks) || !guards.is_empty() {
            self.refuse_last_chunk(call);
            return Outcome::Known(None);
        }
        let places = 0..width as usize;
        let items = made(quote_spanned! { span=> |k| [#(__given[k + #places]),*] }, Some(list));
        let end = length.add(&Affine::constant(Size::constant(1 - width)));
        let starts = Stream::Run { start: Affine::default(), end: Some(end), items: Items::Numbers };
        let starts = match word {
            SliceWord::windows => starts,
            SliceWord::chunks_exact | SliceWord::chunks | SliceWord::rchunks | SliceWord::split_at => {
                Stream::Strided(Box::new(starts), Size::constant(width))
            }
        };
        Outcome::Known(Some(Value::Stream(Box::new(Stream::Mapped(Box::new(starts), items)))))
    }

    /// Of an array, item by item.
    pub(super) fn pieces_of_array(&mut self, word: SliceWord, values: &[Value], arguments: &[Value]) -> Option<Value> {
        let [Value::Index(count)] = arguments else { return None };
        let count =
            usize::try_from(count.as_size()?.as_constant()?).ok().filter(|count| *count > 0 || word == SliceWord::split_at)?;
        let array = |part: &[Value]| Value::Array(part.to_vec());
        let parts: Vec<Value> = match word {
            SliceWord::split_at => {
                let (first, second) = values.split_at_checked(count)?;
                return Some(Value::Tuple(vec![array(first), array(second)]));
            }
            SliceWord::windows => values.windows(count).map(array).collect(),
            SliceWord::chunks => values.chunks(count).map(array).collect(),
            SliceWord::chunks_exact => values.chunks_exact(count).map(array).collect(),
            SliceWord::rchunks => values.rchunks(count).map(array).collect(),
        };
        Some(Value::Stream(Box::new(Stream::Values(parts))))
    }

    /// `[a, b].concat()`: what the parts hold, one after the other.
    pub(super) fn concatenated(&mut self, call: &Call<'_>, values: Vec<Value>) -> Option<Value> {
        let mut all: Option<Stream> = None;
        for value in values {
            let found = value.describe();
            let Some(part) = self.stream_of(value) else {
                self.diagnostics.error(call.site.span, format!("`concat` takes slices, found {found}"));
                return None;
            };
            all = Some(match all {
                None => part,
                Some(all) => Stream::Chained(Box::new(all), Box::new(part)),
            });
        }
        self.collected(call, &all.unwrap_or_else(|| Stream::Values(Vec::new())))
    }
}
