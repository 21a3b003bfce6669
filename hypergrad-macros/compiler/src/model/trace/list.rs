//! Lists of the data, such as `Vec<usize>` or `Vec<(usize, usize)>`: an item is made when it is read, at
//! an index of enclosing sums.

use super::Tracer;
use super::call::{Call, Outcome};
use super::condition::{Comparison, Condition};
use super::stream::Stream;
use super::value::Value;
use super::words::ListWord;
use crate::ir::{Affine, Id, Size};
use crate::model::Form;

/// Items of one type, column by column where they stand in a matrix.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct List {
    pub form: Form,
    pub rows: Size,
    pub columns: Size,
    /// Where in the field its first item stands.
    pub first: Affine,
    pub item: Item,
}

/// What stands at a place of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Item {
    /// An index: row k of this selection has a 1 in that column.
    Index(Id),
    /// `true` where it is 1.
    Flag(Id),
    Tuple(Vec<Item>),
}

impl List {
    pub fn length(&self) -> Size {
        self.rows.mul(&self.columns)
    }

    /// So many of its items from one on.
    pub fn part(&self, start: &Affine, count: Size) -> Self {
        let first = self.first.add(start);
        Self { form: Form::Column, rows: count, columns: Size::constant(1), first, item: self.item.clone() }
    }
}

impl Tracer<'_> {
    /// The item at a place of a list.
    pub(super) fn list_item(&mut self, list: &List, place: &Affine) -> Value {
        let place = list.first.add(place);
        self.item_at(&list.item, &place)
    }

    fn item_at(&mut self, item: &Item, place: &Affine) -> Value {
        match item {
            Item::Index(selection) => Value::Index(self.gathered(*selection, place)),
            Item::Flag(selection) => {
                let one = Affine::constant(Size::constant(1));
                let flag = self.gathered(*selection, place);
                Value::Bool(self.compare_indices(Comparison::Eq, &flag, &one))
            }
            Item::Tuple(items) => Value::Tuple(items.iter().map(|item| self.item_at(item, place)).collect()),
        }
    }

    /// Methods of lists: their own, else those of an iterator over them.
    pub(super) fn list_method(&mut self, call: &Call<'_>, list: List, arguments: Vec<Value>) -> Outcome {
        let count = |size: &Size| Value::count(self.sizes.resolve(size));
        Outcome::Known(Some(match (ListWord::find(call.name()), arguments.as_slice()) {
            (Some(ListWord::len), []) => count(&list.length()),
            (Some(ListWord::nrows), []) => count(&list.rows),
            (Some(ListWord::ncols), []) => count(&list.columns),
            (Some(ListWord::is_empty), []) => {
                let length = Affine::constant(list.length());
                Value::Bool(match self.compare_indices(Comparison::Eq, &length, &Affine::default()) {
                    Condition::Constant(empty) => Condition::Constant(empty),
                    other => other,
                })
            }
            _ => return self.stream_method(call, Stream::list(list), arguments),
        }))
    }
}
