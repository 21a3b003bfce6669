//! The items of iterators: at fresh index variables, piece by piece where iterators are chained, or
//! at a given position.
//!
//! A piece runs over a box of variables; its guards say exactly which points have an item. A range
//! that starts at an outer index, `i..n`, runs over all `v < n` with the guard `v >= i`: its items
//! are the variable itself, and its positions `v - i`.

use std::rc::Rc;

use super::Tracer;
use super::condition::{Comparison, Condition};
use super::contract::Factor;
use super::csr::{CsrRow, Part};
use super::grow::Made;
use super::length::Lengths;
use super::list::List;
use super::place::{Part as PlacePart, Place};
use super::stream::{Items, Stream};
use super::value::{Callable, LoopVariable, Tensor, Value};
use crate::ir::{Affine, Guard, Size};
use crate::model::Form;

/// Part of an iterator, in order.
#[derive(Clone, Debug)]
pub struct Piece {
    pub variables: Vec<LoopVariable>,
    pub extents: Vec<Size>,
    pub guards: Vec<Guard>,
    /// Filters that its items pass, the first one first.
    pub filters: Vec<(Item, Callable)>,
    /// Where it stands among the items of the whole: not known after a filter, or where nobody asks.
    pub position: Option<Affine>,
    /// What grows from item to item: the position before a filter, where that was known.
    pub order: Option<Affine>,
    pub item: Item,
    /// The pattern of a sparse row, 1 where there is an item.
    pub pattern: Option<Factor>,
}

/// An item that exists where the guards hold.
pub struct Alternative {
    pub guards: Vec<Guard>,
    pub item: Item,
}

/// An item, before it is evaluated.
#[derive(Clone, Debug)]
pub enum Item {
    Number(Affine),
    Entry(Tensor, Affine),
    MatrixEntry(Tensor, Affine, Affine),
    Row(Tensor, Affine),
    Column(Tensor, Affine),
    Window(Tensor, Size, Affine),
    Listed(List, Affine),
    Made(Rc<Made>, Affine),
    Stored(CsrRow, Part, Affine),
    PlaceEntry(Box<Place>, Tensor, Affine),
    PlaceWindow(Box<Place>, Size, Affine),
    PlaceWhole(Box<Place>, Affine),
    PlaceRow(Box<Place>, Tensor, Affine),
    PlaceColumn(Box<Place>, Tensor, Affine),
    Choice(Vec<Value>, Affine),
    Mapped(Box<Item>, Callable),
    Pair(Box<Item>, Box<Item>),
}

impl Items {
    pub(super) fn at(&self, index: Affine) -> Item {
        match self {
            Self::Numbers => Item::Number(index),
            Self::Entries(tensor) => Item::Entry(tensor.clone(), index),
            Self::Rows(tensor) => Item::Row(tensor.clone(), index),
            Self::Columns(tensor) => Item::Column(tensor.clone(), index),
            Self::Listed(list) => Item::Listed(list.clone(), index),
            Self::Made(made) => Item::Made(made.clone(), index),
            Self::Windows(tensor, width) => Item::Window(tensor.clone(), width.clone(), index),
            Self::Places(place, shape) => Item::PlaceEntry(place.clone(), shape.clone(), index),
            Self::WindowPlaces(place, width) => Item::PlaceWindow(place.clone(), width.clone(), index),
            Self::ItemPlaces(place) => Item::PlaceWhole(place.clone(), index),
            Self::RowPlaces(place, shape) => Item::PlaceRow(place.clone(), shape.clone(), index),
            Self::ColumnPlaces(place, shape) => Item::PlaceColumn(place.clone(), shape.clone(), index),
        }
    }
}

impl Piece {
    fn new(variables: Vec<LoopVariable>, extents: Vec<Size>, position: Option<Affine>, item: Item) -> Self {
        let order = position.clone();
        Self { variables, extents, guards: Vec::new(), filters: Vec::new(), position, order, item, pattern: None }
    }

    fn mapped(mut self, callable: &Callable) -> Self {
        self.item = Item::Mapped(Box::new(self.item), callable.clone());
        self
    }

    /// Those that pass a filter.
    fn filtered(mut self, callable: &Callable) -> Self {
        self.filters.push((self.item.clone(), callable.clone()));
        self.order = self.position.take().or(self.order);
        self
    }
}

/// Adds a condition on indices to guards; `false` where it never holds.
fn require(guards: &mut Vec<Guard>, condition: Condition) -> bool {
    match condition {
        Condition::Constant(holds) => holds,
        Condition::Index(guard) => {
            if !guards.contains(&guard) {
                guards.push(guard);
            }
            true
        }
        Condition::Scalar(_) | Condition::Not(_) | Condition::And(_) | Condition::Or(_) => true,
    }
}

impl Tracer<'_> {
    /// The pieces of an iterator that ends; with their positions, if they are asked for.
    /// `None` where the bounds of a range are not found.
    pub(super) fn pieces(&mut self, stream: &Stream, ordered: bool) -> Option<Vec<Piece>> {
        match stream {
            Stream::Run { start, end, items } => Some(self.run(start, end.as_ref()?, items)?.into_iter().collect()),
            Stream::Entries(tensor) => {
                let extents = [&tensor.columns, &tensor.rows].map(|size| self.sizes.resolve(size));
                let variables = extents.each_ref().map(|extent| self.variable(extent));
                let [column, row] = variables.map(Affine::wire);
                let position = column.scale(&extents[1]).add(&row);
                let item = Item::MatrixEntry(tensor.clone(), row, column);
                let guards = variables.iter().filter_map(|v| self.below(*v)).collect();
                Some(vec![Piece { guards, ..Piece::new(variables.to_vec(), extents.to_vec(), Some(position), item) }])
            }
            Stream::Stored(row, part) => {
                let extent = self.sizes.resolve(&row.matrix.values.columns);
                let variable = self.variable(&extent);
                let column = Affine::wire(variable);
                let pattern = Factor::at(&row.matrix.pattern, &row.row, &column);
                let item = Item::Stored(row.clone(), *part, column);
                Some(vec![Piece { pattern: Some(pattern), ..Piece::new(vec![variable], vec![extent], None, item) }])
            }
            Stream::Values(values) => Some((0..values.len()).map(|k| constant_piece(values, k)).collect()),
            Stream::Steps(_) => None,
            Stream::Mapped(inner, callable) => {
                Some(self.pieces(inner, ordered)?.into_iter().map(|piece| piece.mapped(callable)).collect())
            }
            Stream::Filtered(inner, callable) => {
                Some(self.pieces(inner, ordered)?.into_iter().map(|piece| piece.filtered(callable)).collect())
            }
            Stream::Flat(outer, callable) => {
                let outer = self.pieces(outer, false)?;
                let inner: Option<Vec<Vec<Piece>>> = outer.iter().map(|piece| self.flat_pieces(piece, callable)).collect();
                Some(inner?.concat())
            }
            Stream::Zipped(first, second) => match stream.stored_row() {
                Some(_) => Some(self.pieces(first, false)?.into_iter().map(|piece| with_stored(piece, second)).collect()),
                None => self.zipped_pieces(first, second),
            },
            Stream::Enumerated(inner) => {
                let number = |piece: Piece| {
                    let item = Item::Pair(Box::new(Item::Number(piece.position.clone()?)), Box::new(piece.item));
                    Some(Piece { item, ..piece })
                };
                self.pieces(inner, true)?.into_iter().map(number).collect()
            }
            // Without positions, what is the other way round is the same.
            Stream::Reversed(inner) if !ordered => self.pieces(inner, false),
            Stream::Reversed(inner) => {
                let lengths = self.lengths_of_some(inner)?;
                self.placed(inner, &lengths, &|position, length| last(length).sub(position))
            }
            Stream::Skipped(inner, count) => {
                let pieces = self.pieces(inner, true)?;
                self.kept(pieces, |position| (position.sub(count), (Comparison::Ge, count.clone())))
            }
            Stream::Taken(inner, _) if inner.is_endless() => self.by_position(stream),
            Stream::Taken(inner, count) => {
                let pieces = self.pieces(inner, true)?;
                self.kept(pieces, |position| (position.clone(), (Comparison::Lt, count.clone())))
            }
            Stream::Strided(..) => self.by_position(stream),
            Stream::Chained(first, second) => {
                let mut pieces = self.pieces(first, ordered)?;
                pieces.extend(if ordered {
                    let lengths = self.lengths(first)?;
                    self.placed(second, &lengths, &|position, length| length.add(position))?
                } else {
                    self.pieces(second, false)?
                });
                Some(pieces)
            }
            Stream::Cases(cases) => {
                let mut all = Vec::new();
                for (guards, inner) in cases {
                    let pieces = self.pieces(inner, ordered)?.into_iter();
                    all.extend(pieces.map(|piece| Piece { guards: [guards.as_slice(), &piece.guards].concat(), ..piece }));
                }
                Some(all)
            }
        }
    }

    /// The pieces of the iterator that a closure makes of an item.
    fn flat_pieces(&mut self, outer: &Piece, callable: &Callable) -> Option<Vec<Piece>> {
        let item = self.item_value(&outer.item)?;
        let made = self.call_value(callable, vec![item], callable.span())?;
        let inner = self.stream_of(made)?;
        let pieces = if inner.is_endless() { return None } else { self.pieces(&inner, false)? };
        let joined = |piece: Piece| Piece {
            variables: [outer.variables.as_slice(), &piece.variables].concat(),
            extents: [outer.extents.as_slice(), &piece.extents].concat(),
            guards: [outer.guards.as_slice(), &piece.guards].concat(),
            filters: [outer.filters.as_slice(), &piece.filters].concat(),
            position: None,
            order: None,
            ..piece
        };
        Some(pieces.into_iter().map(joined).collect())
    }

    /// `start..end`: over positions, where it is as long for all outer indices; else over its indices.
    fn run(&mut self, start: &Affine, end: &Affine, items: &Items) -> Option<Option<Piece>> {
        let (start, end) = (self.expanded(start), self.expanded(end));
        let length = self.expanded(&self.joined(end.sub(&start)));
        let low = start.bounds(&|v| self.extent(v)).map(|(low, _)| low);
        let indices = low.filter(|low| !length.terms.is_empty() && (start.terms.is_empty() || low.is_nonnegative()));
        let (first, extent) = match indices {
            Some(low) => (Affine::constant(low.clone()), end.bounds(&|v| self.extent(v))?.1.sub(&low)),
            None => (start.clone(), length.bounds(&|v| self.extent(v))?.1),
        };
        if extent.as_constant().is_some_and(|extent| extent <= 0) {
            return Some(None);
        }
        let variable = self.variable(&extent);
        let index = Affine::wire(variable).add(&first);
        let position = index.sub(&start);
        let mut piece = Piece::new(vec![variable], vec![extent], Some(position), items.at(index.clone()));
        let conditions =
            [self.compare_indices(Comparison::Ge, &index, &start), self.compare_indices(Comparison::Lt, &index, &end)];
        let exists = conditions.into_iter().all(|condition| require(&mut piece.guards, condition));
        Some(exists.then_some(piece))
    }

    /// The pieces of an iterator, their positions changed by a length.
    fn placed(&mut self, inner: &Stream, lengths: &Lengths, place: &dyn Fn(&Affine, &Affine) -> Affine) -> Option<Vec<Piece>> {
        let pieces = self.pieces(inner, true)?;
        let mut placed = Vec::new();
        for piece in pieces {
            let position = piece.position.clone()?;
            for (guards, length) in lengths {
                let guards = [piece.guards.as_slice(), guards].concat();
                let position = Some(place(&position, length));
                placed.push(Piece { guards, order: position.clone(), position, ..piece.clone() });
            }
        }
        Some(placed)
    }

    /// Pieces of which those items are kept whose position satisfies a comparison.
    fn kept(&mut self, pieces: Vec<Piece>, rule: impl Fn(&Affine) -> (Affine, (Comparison, Affine))) -> Option<Vec<Piece>> {
        let mut kept = Vec::new();
        for mut piece in pieces {
            let position = piece.position.clone()?;
            let (place, (comparison, bound)) = rule(&position);
            if require(&mut piece.guards, self.compare_indices(comparison, &position, &bound)) {
                kept.push(Piece { order: Some(place.clone()), position: Some(place), ..piece });
            }
        }
        Some(kept)
    }

    /// The pieces of an iterator with its position as the variable.
    fn by_position(&mut self, stream: &Stream) -> Option<Vec<Piece>> {
        let extent = self.reach(stream)?;
        let variable = self.variable(&extent);
        let position = Affine::wire(variable);
        let alternatives = self.at(stream, &position)?;
        let piece = |found: Alternative| Piece {
            guards: found.guards,
            ..Piece::new(vec![variable], vec![extent.clone()], Some(position.clone()), found.item)
        };
        Some(alternatives.into_iter().map(piece).collect())
    }

    /// One of the two leads; the other is read at its positions.
    fn zipped_pieces(&mut self, first: &Stream, second: &Stream) -> Option<Vec<Piece>> {
        let second_leads = self.second_leads(first, second);
        let (leader, follower) = if second_leads { (second, first) } else { (first, second) };
        let mut zipped = Vec::new();
        for piece in self.pieces(leader, true)? {
            for found in self.at(follower, piece.position.as_ref()?)? {
                let (own, other) = (Box::new(piece.item.clone()), Box::new(found.item));
                let item = if second_leads { Item::Pair(other, own) } else { Item::Pair(own, other) };
                let mut guards = [piece.guards.as_slice(), &found.guards].concat();
                guards.sort();
                guards.dedup();
                zipped.push(Piece { guards, item, ..piece.clone() });
            }
        }
        Some(zipped)
    }

    /// Whether the second has to lead (the first has no end), or is better to: more axes, fewer items.
    fn second_leads(&mut self, first: &Stream, second: &Stream) -> bool {
        if first.is_endless() || second.is_endless() {
            return first.is_endless();
        }
        if axes(first) != axes(second) {
            return axes(second) > axes(first);
        }
        let lengths = [self.lengths(first), self.lengths(second)];
        let [Some([(_, a)]), Some([(_, b)])] = lengths.each_ref().map(|l| l.as_deref()) else { return false };
        let shorter =
            |tracer: &Self, a: &Affine, b: &Affine| tracer.compare_indices(Comparison::Le, a, b) == Condition::Constant(true);
        shorter(self, b, a) && !shorter(self, a, b)
    }

    /// The item at a position that is not negative.
    pub(super) fn at(&mut self, stream: &Stream, position: &Affine) -> Option<Vec<Alternative>> {
        match stream {
            Stream::Run { start, end, items } => {
                let index = start.add(position);
                let inside = match end {
                    Some(end) => {
                        let end = self.expanded(end);
                        self.compare_indices(Comparison::Lt, &index, &end)
                    }
                    None => Condition::Constant(true),
                };
                Some(alternative(inside, items.at(index)).into_iter().collect())
            }
            Stream::Entries(tensor) => {
                let inside = self.compare_indices(Comparison::Lt, position, &Affine::constant(tensor.length()));
                let (column, row) = self.divide_within(position, &tensor.rows, &tensor.columns)?;
                Some(alternative(inside, Item::MatrixEntry(tensor.clone(), row, column)).into_iter().collect())
            }
            Stream::Values(values) => {
                let length = Affine::constant(Size::constant(values.len() as i64));
                let inside = self.compare_indices(Comparison::Lt, position, &length);
                Some(alternative(inside, Item::Choice(values.clone(), position.clone())).into_iter().collect())
            }
            Stream::Mapped(inner, callable) => {
                let map =
                    |found: Alternative| Alternative { item: Item::Mapped(Box::new(found.item), callable.clone()), ..found };
                Some(self.at(inner, position)?.into_iter().map(map).collect())
            }
            Stream::Zipped(first, second) => {
                let (first, second) = (self.at(first, position)?, self.at(second, position)?);
                let pair = |a: &Alternative, b: &Alternative| Alternative {
                    guards: [a.guards.as_slice(), &b.guards].concat(),
                    item: Item::Pair(Box::new(a.item.clone()), Box::new(b.item.clone())),
                };
                Some(first.iter().flat_map(|a| second.iter().map(|b| pair(a, b))).collect())
            }
            Stream::Enumerated(inner) => {
                let number = |found: Alternative| Alternative {
                    item: Item::Pair(Box::new(Item::Number(position.clone())), Box::new(found.item)),
                    ..found
                };
                Some(self.at(inner, position)?.into_iter().map(number).collect())
            }
            Stream::Reversed(inner) => {
                let lengths = self.lengths_of_some(inner)?;
                self.at_each(inner, lengths, |length| last(length).sub(position), |length| (Comparison::Lt, length), position)
            }
            Stream::Skipped(inner, count) => self.at(inner, &position.add(count)),
            Stream::Taken(inner, count) => {
                let mut found = self.at(inner, position)?;
                let before = self.compare_indices(Comparison::Lt, position, count);
                found.retain_mut(|found| require(&mut found.guards, before.clone()));
                Some(found)
            }
            Stream::Strided(inner, step) => self.at(inner, &position.scale(step)),
            Stream::Chained(first, second) => {
                let lengths = self.lengths(first)?;
                let mut found = self.at(first, position)?;
                found.extend(self.at_each(second, lengths, |length| position.sub(length), |l| (Comparison::Ge, l), position)?);
                Some(found)
            }
            Stream::Cases(cases) => {
                let mut all = Vec::new();
                for (guards, inner) in cases {
                    let found = self.at(inner, position)?.into_iter();
                    all.extend(found.map(|found| Alternative { guards: [guards.as_slice(), &found.guards].concat(), ..found }));
                }
                Some(all)
            }
            Stream::Stored(..) | Stream::Filtered(..) | Stream::Flat(..) | Stream::Steps(_) => None,
        }
    }

    /// The items of `stream` at a place that depends on a length, in each case of it.
    fn at_each(
        &mut self,
        stream: &Stream,
        lengths: Lengths,
        place: impl Fn(&Affine) -> Affine,
        inside: impl Fn(Affine) -> (Comparison, Affine),
        position: &Affine,
    ) -> Option<Vec<Alternative>> {
        let mut all = Vec::new();
        for (mut guards, length) in lengths {
            let (comparison, bound) = inside(length.clone());
            if !require(&mut guards, self.compare_indices(comparison, position, &bound)) {
                continue;
            }
            for found in self.at(stream, &place(&length))? {
                all.push(Alternative { guards: [guards.as_slice(), &found.guards].concat(), ..found });
            }
        }
        Some(all)
    }

    /// The value of an item; errors are reported where the item is refused.
    pub(super) fn item_value(&mut self, item: &Item) -> Option<Value> {
        let one = Size::constant(1);
        Some(match item {
            Item::Number(index) => Value::Index(self.joined(index.clone())),
            Item::Entry(tensor, place) => Value::Tensor(self.entry(tensor, place, place)),
            Item::MatrixEntry(tensor, row, column) => Value::Tensor(self.entry(tensor, row, column)),
            Item::Row(tensor, row) => {
                let columns = tensor.columns.clone();
                Value::Tensor(self.rearrange(tensor, Form::Row, &one, &columns, |_, c| (row.clone(), c.clone())))
            }
            Item::Column(tensor, column) => {
                let rows = tensor.rows.clone();
                Value::Tensor(self.rearrange(tensor, Form::Column, &rows, &one, |r, _| (r.clone(), column.clone())))
            }
            Item::Window(tensor, width, first) => {
                let index = |r: &Affine| (first.add(r), Affine::default());
                Value::Tensor(self.rearrange(tensor, Form::Column, width, &one, |r, _| index(r)))
            }
            Item::Listed(list, place) => self.list_item(list, place)?,
            Item::Made(made, place) => self.made_item(made, place)?,
            Item::Stored(row, part, column) => self.stored_item(row, *part, column),
            Item::PlaceEntry(place, shape, index) => {
                let zero = Affine::default();
                let (row, column) = match shape.form {
                    Form::Row => (zero, index.clone()),
                    Form::Matrix => {
                        let rows = self.sizes.resolve(&shape.rows);
                        let (column, row) = self.divide_within(index, &rows, &shape.columns)?;
                        (row, column)
                    }
                    Form::Column | Form::Scalar => (index.clone(), zero),
                };
                Value::Reference(Box::new(place.at(PlacePart::entry(row, column))))
            }
            Item::PlaceWindow(place, width, first) => Value::Reference(Box::new(place.entries(first, width))),
            Item::PlaceRow(place, shape, row) => {
                let part = PlacePart { row: row.clone(), form: Form::Row, rows: one, ..PlacePart::whole(shape) };
                Value::Reference(Box::new(place.at(part)))
            }
            Item::PlaceWhole(place, index) => {
                Value::Reference(Box::new(self.one_step_in((**place).clone(), super::place::Step::Item(index.clone()))))
            }
            Item::PlaceColumn(place, shape, column) => {
                let part = PlacePart { column: column.clone(), form: Form::Column, columns: one, ..PlacePart::whole(shape) };
                Value::Reference(Box::new(place.at(part)))
            }
            Item::Choice(values, index) => self.choose(values, index)?,
            Item::Mapped(inner, callable) => {
                let inner = self.item_value(inner)?;
                self.call_value(callable, vec![inner], callable.span())?
            }
            Item::Pair(first, second) => {
                let (first, second) = (self.item_value(first), self.item_value(second));
                Value::Tuple(vec![first?, second?])
            }
        })
    }

    /// The item at a position, where there surely is one.
    pub(super) fn single_item(&mut self, stream: &Stream, position: &Affine) -> Option<Value> {
        let mut found = self.at(stream, position)?;
        match (found.pop(), found.is_empty()) {
            (Some(Alternative { guards, item }), true) if guards.is_empty() => self.item_value(&item),
            _ => None,
        }
    }

    /// `values[index]` for an index that is not constant: `Σₖ [index = k]·valueₖ`.
    pub(super) fn choose(&mut self, values: &[Value], index: &Affine) -> Option<Value> {
        if let Some(k) = index.as_size().and_then(Size::as_constant) {
            return usize::try_from(k).ok().and_then(|k| values.get(k)).cloned();
        }
        let (last, rest) = values.split_last()?;
        let mut chosen = last.clone();
        for (k, value) in rest.iter().enumerate().rev() {
            let place = Affine::constant(Size::constant(k as i64));
            let here = self.compare_indices(Comparison::Eq, index, &place);
            chosen = self.merge(&here, value.clone(), chosen)?;
        }
        Some(chosen)
    }
}

/// The last position.
fn last(length: &Affine) -> Affine {
    length.sub(&Affine::constant(Size::constant(1)))
}

fn alternative(inside: Condition, item: Item) -> Option<Alternative> {
    let mut guards = Vec::new();
    require(&mut guards, inside).then_some(Alternative { guards, item })
}

/// Value `k` of a list, which has no variable.
fn constant_piece(values: &[Value], k: usize) -> Piece {
    let place = Affine::constant(Size::constant(k as i64));
    Piece::new(Vec::new(), Vec::new(), Some(place.clone()), Item::Choice(values.to_vec(), place))
}

/// A stored entry's column or value, zipped with the other of the same entry.
fn with_stored(piece: Piece, other: &Stream) -> Piece {
    let column = piece.pattern.as_ref().and_then(|pattern| pattern.index.last()).cloned().unwrap_or_default();
    let item = Item::Pair(Box::new(piece.item.clone()), Box::new(stored_at(other, &column)));
    Piece { item, ..piece }
}

/// The item of a sparse row at a column; what else it could be was refused.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
fn stored_at(stream: &Stream, column: &Affine) -> Item {
    match stream {
        Stream::Stored(row, part) => Item::Stored(row.clone(), *part, column.clone()),
        Stream::Mapped(inner, callable) => Item::Mapped(Box::new(stored_at(inner, column)), callable.clone()),
        Stream::Zipped(first, second) => Item::Pair(Box::new(stored_at(first, column)), Box::new(stored_at(second, column))),
        _ => Item::Number(column.clone()),
    }
}

/// Variables that an iterator runs over; a list is best read at the constants that it runs over.
fn axes(stream: &Stream) -> usize {
    match stream {
        Stream::Entries(_) => 2,
        Stream::Run { .. } | Stream::Stored(..) | Stream::Strided(..) | Stream::Steps(_) => 1,
        Stream::Values(_) => usize::MAX,
        Stream::Mapped(inner, _)
        | Stream::Filtered(inner, _)
        | Stream::Flat(inner, _)
        | Stream::Enumerated(inner)
        | Stream::Reversed(inner)
        | Stream::Skipped(inner, _)
        | Stream::Taken(inner, _) => axes(inner),
        Stream::Cases(cases) => cases.iter().map(|(_, inner)| axes(inner)).max().unwrap_or_default(),
        Stream::Zipped(first, second) | Stream::Chained(first, second) => axes(first).max(axes(second)),
    }
}
