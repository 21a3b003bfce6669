//! Lists that grow: `push` and `extend` of what was bound with `let mut`.
//!
//! A loop pushes in all its steps at once: the items of all steps stand side by side behind those before the
//! loop. Inside of a step, the last item is what the step before pushed, so that it is carried like any state.

use std::rc::Rc;

use proc_macro2::Span;
use syn::spanned::Spanned;

use super::Tracer;
use super::agree::Site;
use super::call::{Call, Outcome};
use super::condition::{Comparison, Condition};
use super::contract::{Contraction, Factor};
use super::place::Place;
use super::repeat::Steps;
use super::some::joined;
use super::stream::{Items, Stream};
use super::value::{LoopVariable, Struct, Tensor, Value, own_index};
use super::variant::Choice;
use super::words::{GrowWord, ItemWord, ListWord};
use crate::ir::{Affine, Guard, Size};
use crate::model::Form;

/// A list, inside of a loop that pushes to it.
#[derive(Clone, Debug)]
pub struct Growing {
    pub name: String,
    /// As it is before the loop; of an inner loop, what the step of the outer one made of it.
    before: Rc<Value>,
    /// How many steps were done before this one, where that is known.
    position: Option<Affine>,
    /// How many items there are when it begins.
    length: Option<Affine>,
    /// The last one of them, where there is one: its numbers are states.
    pub last: Option<Value>,
    pub pushed: Option<Pushed>,
}

/// What a step pushes, once for all values of the variables of inner loops that ended, outermost first.
#[derive(Clone, Debug)]
pub struct Pushed {
    pub item: Value,
    pub(super) local: Vec<(LoopVariable, Size)>,
    /// Where it stands among those of the step.
    pub(super) place: Affine,
    /// Where it is pushed, 1, and where not, 0: of what is pushed under a condition, the item has this beside it.
    pub(super) is_partial: bool,
}

impl Pushed {
    pub(super) fn once(item: Value) -> Self {
        Self { item, local: Vec::new(), place: Affine::default(), is_partial: false }
    }

    /// The item and whether it is pushed.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn with_flag(self, one: Tensor) -> (Value, Tensor) {
        match self.item {
            Value::Tuple(parts) if self.is_partial => match <[Value; 2]>::try_from(parts) {
                Ok([item, Value::Tensor(flag)]) => (item, flag),
                Ok([item, _]) => (item, one),
                Err(parts) => (Value::Tuple(parts), one),
            },
            item => (item, one),
        }
    }
}

/// The items of a list that loops made, side by side.
#[derive(Clone, Debug)]
pub enum Made {
    /// The entries of each item, column by column, are a column; scalars are the entries of one.
    Numbers {
        all: Tensor,
        is_integer: bool,
        form: Form,
        rows: Size,
        columns: Size,
    },
    Tuple(Vec<Made>),
    Array(Vec<Made>),
    Struct(String, Vec<(String, Made)>),
}

impl Made {
    pub fn length(&self) -> Size {
        match self {
            Self::Numbers { all, form: Form::Scalar, .. } => all.rows.clone(),
            Self::Numbers { all, .. } => all.columns.clone(),
            Self::Tuple(parts) | Self::Array(parts) => parts.first().map_or_else(Size::zero, Self::length),
            Self::Struct(_, fields) => fields.first().map_or_else(Size::zero, |(_, field)| field.length()),
        }
    }
}

/// An item, for all values of variables under guards, and its place in the list.
pub struct Source {
    pub(super) variables: Vec<LoopVariable>,
    pub(super) guards: Vec<Guard>,
    pub(super) position: Affine,
    pub(super) item: Value,
}

impl Growing {
    /// The tensors of what was pushed, by other nodes.
    pub fn replace(&mut self, replace: &mut dyn FnMut(&mut Tensor)) {
        if let Some(pushed) = &mut self.pushed {
            each_tensor(&mut pushed.item, replace);
        }
    }

    /// The last item when the step ends, where it is known there.
    pub fn next(&self) -> Option<&Value> {
        match &self.pushed {
            Some(pushed) if pushed.local.is_empty() && !pushed.is_partial => Some(&pushed.item),
            Some(_) => None,
            None => self.last.as_ref(),
        }
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
fn each_tensor(value: &mut Value, replace: &mut dyn FnMut(&mut Tensor)) {
    match value {
        Value::Tensor(tensor) | Value::Integer(tensor) => replace(tensor),
        Value::Tuple(values) | Value::Array(values) => values.iter_mut().for_each(|value| each_tensor(value, replace)),
        Value::Struct(structure) => structure.fields.iter_mut().for_each(|(_, value)| each_tensor(value, replace)),
        _ => {}
    }
}

fn last_of(length: &Affine) -> Affine {
    length.sub(&Affine::constant(Size::constant(1)))
}

impl Tracer<'_> {
    /// `push` and `extend` of a list; `None` where the receiver is none that was bound with `let mut`.
    pub(super) fn growing_method(&mut self, call: &syn::ExprMethodCall) -> Option<Option<Value>> {
        let word = GrowWord::named(&call.method.to_string())?;
        if !matches!(*call.receiver, syn::Expr::Path(_)) {
            return None;
        }
        let place = self.root_place(&call.receiver)?.clone();
        let is_list = self.cells.is_list(place.cell) && place.steps.is_empty() && place.part.is_none();
        let (true, Some(given)) = (is_list, call.args.first()) else { return None };
        let span = call.method.span();
        let value = self.expression(given);
        let grown = value.and_then(|value| self.grown_by(&place, word, value, span));
        self.store(&place, grown, span);
        Some(Some(Value::Tuple(Vec::new())))
    }

    pub(super) fn grown_by(&mut self, place: &Place, word: GrowWord, value: Value, span: Span) -> Option<Value> {
        let more = match word {
            GrowWord::push => Stream::Values(vec![value]),
            GrowWord::extend => self.stream_of(value)?,
        };
        match (self.leaf(place)?, more) {
            (Value::Growing(growing), Stream::Values(items)) if items.len() == 1 && growing.pushed.is_none() => {
                let item = self.settled(items.into_iter().next()?, span)?;
                let pushed = Some(Pushed::once(item));
                Some(Value::Growing(Box::new(Growing { pushed, ..*growing })))
            }
            (Value::Growing(growing), _) => {
                self.diagnostics.error_with_help(
                    span,
                    format!("a step of this loop makes `{}` longer by more than one item", growing.name),
                    "push one item in each step: a tuple, an array, or in a loop of its own",
                );
                None
            }
            (Value::Array(mut items), Stream::Values(more)) => {
                items.extend(more);
                Some(Value::Array(items))
            }
            (list, more) => {
                let list = self.stream_of(list)?;
                // In an arm, what is appended is kept apart: the other arm may append nothing.
                let is_apart = !self.arms.is_empty() && matches!(&more, Stream::Values(_));
                if is_apart || list.is_filtered() || more.is_filtered() {
                    let more = self.settled_stream(more)?;
                    let (list, more) = joined(list, more);
                    return Some(Value::Stream(Box::new(Stream::Chained(Box::new(list), Box::new(more)))));
                }
                self.in_one_list(&Stream::Chained(Box::new(list), Box::new(more)), span)
            }
        }
    }

    /// What is pushed for all steps of a loop: numbers, and what is made of them.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn settled(&mut self, value: Value, span: Span) -> Option<Value> {
        if self.refuse_changing([&value], span) {
            return None;
        }
        let all = |tracer: &mut Self, values: Vec<Value>| -> Option<Vec<Value>> {
            values.into_iter().map(|value| tracer.settled(value, span)).collect()
        };
        Some(match value {
            value @ (Value::Tensor(_) | Value::Integer(_)) => value,
            Value::Index(index) => Value::Integer(self.number_of_index(&index)),
            Value::Tuple(values) => Value::Tuple(all(self, values)?),
            Value::Array(values) => Value::Array(all(self, values)?),
            Value::Struct(structure) => {
                let (names, values): (Vec<String>, Vec<Value>) = structure.fields.into_iter().unzip();
                let fields = names.into_iter().zip(all(self, values)?).collect();
                Value::Struct(Struct { name: structure.name, fields })
            }
            other => {
                let message = format!("{} is pushed in a loop, which is not accepted", other.describe());
                self.diagnostics.error_with_help(span, message, "push numbers, vectors, matrices, and structs of them");
                return None;
            }
        })
    }

    /// A list as the steps of a loop find it.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn as_growing(&mut self, cell: usize, before: Value, position: Option<&Affine>) -> Growing {
        let name = self.cells.get(cell).name.clone();
        let stream = match &before {
            Value::Growing(_) => None,
            list => self.stream_of(list.clone()),
        };
        let first = stream.as_ref().and_then(|stream| match self.lengths(stream)?.as_slice() {
            [(guards, length)] if guards.is_empty() => Some(length.clone()),
            _ => None,
        });
        let some = first.clone().filter(|length| length.as_size().and_then(Size::as_constant) != Some(0));
        let last = stream.zip(some).and_then(|(stream, length)| self.single_item(&stream, &last_of(&length)));
        let length = first.zip(position).map(|(first, position)| first.add(position));
        Growing { name, before: Rc::new(before), position: position.cloned(), length, last, pushed: None }
    }

    /// The list after a loop.
    pub(super) fn grown(&mut self, after: &[(&Steps, Option<Value>)], span: Span) -> Option<Value> {
        let [(steps, value)] = after else {
            self.refuse_lengths(span);
            return None;
        };
        // Else it was refused.
        let Some(Value::Growing(growing)) = value else { return None };
        let Growing { before, position, pushed, .. } = (**growing).clone();
        let Some(Pushed { item, local, place, is_partial }) = pushed else { return Some((*before).clone()) };
        if is_partial && self.cells.lengths_read.contains(&growing.name) {
            self.refuse_some_pushes(&growing.name.clone(), span);
            return None;
        }
        let (true, Some(position)) = (steps.guards.is_empty() && steps.pattern.is_none(), position) else {
            self.refuse_lengths(span);
            return None;
        };
        // Each step pushes as many items as there are values of the inner variables.
        let each = local.iter().fold(Size::constant(1), |count, (_, extent)| count.mul(extent));
        let place = position.scale(&each).add(&place);
        // Of `skip(2)`, the list would be below zero long.
        for extent in &steps.extents {
            let function = self.calls.last().cloned().unwrap_or_default();
            let place = || format!("{function}: push");
            let _checked = self.sizes.require_at_least(extent, &Size::zero(), &place);
        }
        let own = steps.variables.iter().copied().zip(steps.extents.iter().cloned());
        let local: Vec<(LoopVariable, Size)> = own.chain(local).collect();
        if !self.is_no_length_below_zero(&local) {
            self.refuse_lengths(span);
            return None;
        }
        if let Value::Growing(outer) = &*before {
            let mut outer = outer.clone();
            if outer.pushed.replace(Pushed { item, local, place, is_partial }).is_some() {
                self.refuse_lengths(span);
                return None;
            }
            return Some(Value::Growing(outer));
        }
        let list = self.stream_of((*before).clone())?;
        if list.is_filtered() {
            return self.grown_behind(list, (item, local, place, is_partial), span);
        }
        let mut sources = self.sources(&list, span)?;
        if is_partial {
            let one = self.number(1.0);
            for source in &mut sources {
                let item = std::mem::replace(&mut source.item, Value::Never);
                source.item = Value::Tuple(vec![item, Value::Tensor(one.clone())]);
            }
        }
        let start = match self.lengths(&list)?.as_slice() {
            [(guards, length)] if guards.is_empty() => length.clone(),
            _ => return None,
        };
        let count = local.iter().fold(Size::constant(1), |count, (_, extent)| count.mul(extent));
        let variables = local.iter().map(|(variable, _)| *variable).collect();
        sources.push(Source { variables, guards: Vec::new(), position: start.add(&place), item });
        let length = start.as_size()?.add(&count);
        let list = self.list_from(sources, &length, span)?;
        if is_partial { self.flagged(list) } else { Some(list) }
    }

    /// A loop whose range would end before it begins pushes nothing, where its length counts below 0: sizes are asked
    /// for that exclude it.
    fn is_no_length_below_zero(&mut self, local: &[(LoopVariable, Size)]) -> bool {
        let function = self.calls.last().cloned().unwrap_or_default();
        let place = || format!("{function}: `push`");
        local.iter().all(|(_, extent)| self.sizes.require_at_least(extent, &Size::zero(), &place).is_ok())
    }

    fn refuse_lengths(&mut self, span: Span) {
        self.diagnostics.error_with_help(
            span,
            "how many items this loop pushes is decided by its indices, which is not accepted",
            "push in every step of a loop over a range that is the same for all outer indices",
        );
    }

    /// `push` in one arm of an `if`.
    pub(super) fn refuse_some_pushes(&mut self, name: &str, span: Span) {
        self.diagnostics.error_with_help(
            span,
            format!("`{name}` is pushed to under a condition, and a step reads its length or last item"),
            format!(
                "push in every step, `{name}.push(if c {{ a }} else {{ b }})`, or bind what a step needs to a name of its own"
            ),
        );
    }

    /// The items of an iterator, one after the other in one list.
    pub(super) fn in_one_list(&mut self, stream: &Stream, span: Span) -> Option<Value> {
        let length = match self.lengths(stream)?.as_slice() {
            [(guards, length)] if guards.is_empty() => length.as_size()?.clone(),
            _ => return None,
        };
        let sources = self.sources(stream, span)?;
        self.list_from(sources, &length, span)
    }

    fn sources(&mut self, stream: &Stream, span: Span) -> Option<Vec<Source>> {
        let mut sources = Vec::new();
        for piece in self.pieces(stream, true)? {
            let item = self.for_each_index(|tracer| tracer.item_value(&piece.item))?;
            let item = self.settled(item, span)?;
            sources.push(Source { variables: piece.variables, guards: piece.guards, position: piece.position?, item });
        }
        Some(sources)
    }

    pub(super) fn list_from(&mut self, sources: Vec<Source>, length: &Size, span: Span) -> Option<Value> {
        let made = self.made(sources, length, span)?;
        Some(match made {
            Made::Numbers { all, is_integer: false, form: Form::Scalar, .. } => Value::Tensor(all),
            made @ (Made::Numbers { .. } | Made::Tuple(_) | Made::Array(_) | Made::Struct(..)) => {
                Value::Stream(Box::new(Stream::made(made)))
            }
        })
    }

    /// Items of one kind, side by side.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn made(&mut self, sources: Vec<Source>, length: &Size, span: Span) -> Option<Made> {
        let parts = |value: &Value| match value {
            Value::Tuple(values) | Value::Array(values) => Some(values.clone()),
            Value::Struct(structure) => Some(structure.fields.iter().map(|(_, value)| value.clone()).collect()),
            _ => None,
        };
        let first = sources.first()?.item.clone();
        let Some(own) = parts(&first) else { return self.numbers(sources, length, span) };
        let mut made = Vec::with_capacity(own.len());
        for k in 0..own.len() {
            let part = |source: &Source| {
                let item = parts(&source.item)?.into_iter().nth(k)?;
                let Source { variables, guards, position, .. } = source;
                Some(Source { variables: variables.clone(), guards: guards.clone(), position: position.clone(), item })
            };
            let column = sources.iter().map(part).collect::<Option<Vec<Source>>>()?;
            made.push(self.made(column, length, span)?);
        }
        Some(match first {
            Value::Struct(structure) => {
                let names = structure.fields.into_iter().map(|(name, _)| name);
                Made::Struct(structure.name, names.zip(made).collect())
            }
            Value::Array(_) => Made::Array(made),
            _ => Made::Tuple(made),
        })
    }

    fn numbers(&mut self, sources: Vec<Source>, length: &Size, span: Span) -> Option<Made> {
        let is_integer = matches!(sources.first()?.item, Value::Integer(_));
        let site = Site { span, name: "push".to_owned(), operands: Vec::new() };
        let (mut shape, mut all): (Option<Tensor>, Option<Tensor>) = (None, None);
        for Source { variables, guards, position, item } in sources {
            let (Value::Tensor(mut item) | Value::Integer(mut item)) = item else { return None };
            if let Some(shape) = &shape {
                (_, item) = self.agree(&site, shape.clone(), item)?;
            }
            let place = |r: &Affine, c: &Affine| r.add(&c.scale(&item.rows));
            let (r, c) = self.axes(&item.rows, &item.columns);
            let own = own_index(item.form, &r, &c);
            let affine = |v| if own.contains(&v) { Affine::wire(v) } else { Affine::default() };
            let (row, column) = (affine(r), affine(c));
            let entry = if item.is_scalar() { None } else { Some(place(&row, &column)) };
            let contraction = Contraction {
                factors: vec![Factor::at(&item, &row, &column)],
                guards,
                local: variables.into_iter().chain(own).collect(),
                out: entry.into_iter().chain([position]).collect(),
                ..Contraction::default()
            };
            let (form, rows, columns) = match item.form {
                Form::Scalar => (Form::Column, length.clone(), Size::constant(1)),
                Form::Column | Form::Row | Form::Matrix => (Form::Matrix, item.length(), length.clone()),
            };
            let part = self.contract(contraction, form, &rows, &columns);
            shape = Some(item);
            all = Some(match all {
                None => part,
                Some(all) => self.linear(&[(1.0, &all), (1.0, &part)]),
            });
        }
        let Tensor { form, rows, columns, .. } = shape?;
        Some(Made::Numbers { all: all?, is_integer, form, rows, columns })
    }

    /// The item at an index.
    pub(super) fn made_item(&mut self, made: &Made, index: &Affine) -> Option<Value> {
        let mut items = |parts: &[Made]| parts.iter().map(|part| self.made_item(part, index)).collect::<Option<Vec<Value>>>();
        Some(match made {
            Made::Numbers { all, is_integer, form, rows, columns } => {
                let item = match form {
                    Form::Scalar => self.entry(all, index, &Affine::default()),
                    form @ (Form::Column | Form::Row | Form::Matrix) => {
                        self.rearrange(all, *form, rows, columns, |r, c| (r.add(&c.scale(rows)), index.clone()))
                    }
                };
                if *is_integer { Value::Integer(item) } else { Value::Tensor(item) }
            }
            Made::Tuple(parts) => Value::Tuple(items(parts)?),
            Made::Array(parts) => Value::Array(items(parts)?),
            Made::Struct(name, fields) => {
                let (names, parts): (Vec<String>, Vec<Made>) = fields.iter().cloned().unzip();
                Value::structure(name.clone(), names.into_iter().zip(items(&parts)?).collect())
            }
        })
    }

    /// `v[i]` of what was collected.
    pub(super) fn collected_item(&mut self, stream: &Stream, index: &Affine, access: &syn::ExprIndex) -> Option<Value> {
        let site = Site { span: access.span(), name: "[]".to_owned(), operands: Vec::new() };
        let call = Call { site, generics: None, expected: None, is_read_to_the_end: false };
        if stream.is_filtered() {
            let stream = self.unnested(stream.clone(), access.span());
            if stream.is_filtered() {
                // Rust panics where there is none.
                return self.kept_at(&call, &stream, &Value::Index(index.clone()))?.payload().cloned();
            }
            return self.collected_item(&stream, index, access);
        }
        if let [(guards, length)] = self.lengths(stream)?.as_slice()
            && guards.is_empty()
            && let Some(length) = length.as_size()
        {
            self.check_index(length, index, &access.expr, &*access.index)?;
        }
        // Rust panics where there is none.
        self.item_if_any(&call, stream, index)?.payload().cloned()
    }

    /// An item of what a filter keeps, at an integer that values decide.
    pub(super) fn kept_item_at(&mut self, stream: &Stream, index: &Value, access: &syn::ExprIndex) -> Option<Value> {
        let site = Site { span: access.span(), name: "[]".to_owned(), operands: Vec::new() };
        let call = Call { site, generics: None, expected: None, is_read_to_the_end: false };
        // Rust panics where there is none.
        self.kept_at(&call, stream, index)?.payload().cloned()
    }

    /// Methods of a list inside of the loop that pushes to it: its length and its last item.
    pub(super) fn method_of_growing(&mut self, call: &Call<'_>, growing: &Growing) -> Outcome {
        self.cells.lengths_read.insert(growing.name.clone());
        if ListWord::named(call.name()) == Some(ListWord::len)
            && let Some(length) = self.length_so_far(growing)
        {
            return Outcome::Known(Some(Value::Index(length)));
        }
        if ItemWord::named(call.name()) == Some(ItemWord::last)
            && let Some(last) = growing.next().cloned()
        {
            return Outcome::Known(Some(Value::Choice(Box::new(Choice::some_where(Condition::Constant(true), last)))));
        }
        self.refuse_reading(&growing.name, call.site.span);
        Outcome::Known(None)
    }

    fn length_so_far(&self, growing: &Growing) -> Option<Affine> {
        let length = growing.length.as_ref()?;
        match &growing.pushed {
            None => Some(length.clone()),
            Some(pushed) if pushed.local.is_empty() && !pushed.is_partial => {
                Some(length.add(&Affine::constant(Size::constant(1))))
            }
            Some(_) => None,
        }
    }

    /// `v[v.len() - 1]`, inside of a loop that pushes to `v`; `None` where no loop does.
    pub(super) fn item_of_growing(&mut self, access: &syn::ExprIndex) -> Option<Option<Value>> {
        let place = self.root_place(&access.expr)?.clone();
        let Value::Growing(growing) = self.leaf(&place)? else { return None };
        self.cells.lengths_read.insert(growing.name.clone());
        let index = self.expression(&access.index);
        let length = self.length_so_far(&growing).map(|length| last_of(&length));
        if let (Some(Value::Index(index)), Some(last)) = (index, length)
            && self.compare_indices(Comparison::Eq, &index, &last) == Condition::Constant(true)
            && let Some(item) = growing.next().cloned()
        {
            return Some(Some(item));
        }
        self.refuse_reading(&growing.name, access.span());
        Some(None)
    }

    /// What only steps that are written out, one by one, can read.
    pub(super) fn refuse_reading(&mut self, name: &str, span: Span) {
        self.cells.needs_steps = true;
        self.diagnostics.error_with_help(
            span,
            format!("of `{name}`, to which this loop pushes, a step reads the length and the last item alone"),
            format!("bind what a step needs of the steps before to names of their own: `let mut previous = ..;` beside `{name}`"),
        );
    }
}

impl Stream {
    pub(super) fn made(made: Made) -> Self {
        let end = Some(Affine::constant(made.length()));
        Self::Run { start: Affine::default(), end, items: Items::Made(Rc::new(made)) }
    }
}
