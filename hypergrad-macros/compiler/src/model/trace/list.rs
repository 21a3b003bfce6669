//! Lists, such as `Vec<usize>`, `Vec<Sample>` or `[Vector2<f64>; N]`: an item is made when it is read, at
//! an index of enclosing sums.

use super::Tracer;
use super::call::{Call, Outcome};
use super::condition::{Comparison, Condition};
use super::contract::{Contraction, Factor};
use super::stream::Stream;
use super::value::{Tensor, Value, dimensions, own_index};
use super::variant::{Case, Choice, EnumName};
use super::varying::Extents;
use super::words::ListWord;
use crate::ir::{Affine, Graph, Id, Size};
use crate::model::Form;
use crate::syntax::Member;

/// Items of one type, column by column where they stand in a matrix.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct List {
    pub form: Form,
    pub rows: Size,
    pub columns: Size,
    /// Where in the field its first item stands.
    pub first: Affine,
    pub item: Item,
    pub holds: Holds,
}

/// What a list stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holds {
    Items,
    /// An `Option`.
    OneOrNone,
    /// A number.
    One,
}

/// What stands at a place of a list; fields of the data are numbered by the model.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Item {
    /// An index: row k of this selection has a 1 at it.
    Index {
        leaf: usize,
        selection: Id,
    },
    /// `true` where it is 1.
    Flag {
        leaf: usize,
        selection: Id,
    },
    /// Reals: the last axis of the node is that of the list.
    Real {
        leaf: Option<usize>,
        node: Id,
        form: Form,
        rows: Size,
        columns: Size,
        /// Of the rows and columns, where each item has its own: the dimensions are the largest.
        extents: [Option<Extents>; 2],
    },
    /// A value of an enum of the module: row k of this selection has a 1 at its variant's place.
    Variant {
        leaf: usize,
        selection: Id,
        name: String,
        variants: Vec<ListedVariant>,
    },
    /// A signed integer, kept as a number.
    Signed {
        leaf: usize,
        node: Id,
    },
    /// Another list, whose items stand one after the other with those of all others; each begins `longest` items after
    /// the one before.
    List {
        leaf: usize,
        longest: Size,
        /// Where each has a length of its own.
        extents: Option<Extents>,
        item: Box<Item>,
    },
    /// An `Option`: its extents are 1 where there is one, which is at the same place.
    Option {
        leaf: usize,
        there: Extents,
        item: Box<Item>,
    },
    Tuple(Vec<Item>),
    /// Of a struct, by name: its fields.
    Struct(String, Vec<(String, Item)>),
    /// Of a type that no role can read.
    Refused(String),
}

/// A variant and what it holds, which is at the same place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListedVariant {
    pub name: String,
    pub fields: Vec<(String, Item)>,
}

/// A struct in a list, whose fields are made when they are read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    name: String,
    fields: Vec<(String, Item)>,
    place: Affine,
}

impl Listed {
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl List {
    /// Tensors of one shape, side by side in a node.
    pub fn reals(node: Id, form: Form, own: &[Size], length: &Size) -> Self {
        let (rows, columns) = dimensions(form, own);
        let item = Item::Real { leaf: None, node, form, rows, columns, extents: [None; 2] };
        let (form, columns, first) = (Form::Column, Size::constant(1), Affine::default());
        Self { form, rows: length.clone(), columns, first, item, holds: Holds::Items }
    }

    /// Whether it is all that a node holds.
    pub fn is_whole(&self, of: Id, graph: &Graph) -> bool {
        let all = matches!(&self.item, Item::Real { node, .. } if *node == of);
        all && self.first == Affine::default() && graph.shape(of).last() == Some(&self.rows)
    }

    pub fn length(&self) -> Size {
        self.rows.mul(&self.columns)
    }

    /// So many of its items from one on.
    pub fn part(&self, start: &Affine, count: Size) -> Self {
        let first = self.first.add(start);
        Self { form: Form::Column, rows: count, columns: Size::constant(1), first, item: self.item.clone(), holds: Holds::Items }
    }
}

impl Tracer<'_> {
    /// The item at a place of a list.
    pub(super) fn list_item(&mut self, list: &List, place: &Affine) -> Option<Value> {
        let place = list.first.add(place);
        self.item_at(&list.item, &place)
    }

    /// A field of a struct in a list.
    pub(super) fn listed_field(&mut self, listed: &Listed, name: &Member) -> Option<Value> {
        let Some((_, item)) = listed.fields.iter().find(|(field, _)| name.to_string() == *field) else {
            self.diagnostics.no_field(name, &listed.name, listed.fields.iter().map(|(field, _)| field.as_str()));
            return None;
        };
        if let Item::Refused(of) = item {
            let message = format!("`{name}` is `{of}`, which no role can read in a list");
            self.diagnostics.error_with_help(
                name,
                message,
                "a list holds floats, vectors, matrices, integers, `bool`, and tuples, structs and lists of these",
            );
        }
        self.item_at(item, &listed.place)
    }

    /// `None` where it is refused.
    fn item_at(&mut self, item: &Item, place: &Affine) -> Option<Value> {
        Some(match item {
            Item::Index { leaf, selection } => {
                self.surroundings.touched(*leaf);
                Value::Index(self.gathered(*selection, place))
            }
            Item::Flag { leaf, selection } => {
                self.surroundings.touched(*leaf);
                let one = Affine::constant(Size::constant(1));
                let flag = self.gathered(*selection, place);
                Value::Bool(self.compare_indices(Comparison::Eq, &flag, &one))
            }
            Item::Real { leaf, node, form, rows, columns, extents } => {
                leaf.iter().for_each(|leaf| self.surroundings.touched(*leaf));
                let sizes = [rows, columns];
                let [rows, columns] = [0, 1].map(|k| match (extents[k], leaf) {
                    // The only axis of a row is its first.
                    (Some(own), Some(leaf)) => {
                        let axis = if *form == Form::Row { 0 } else { k };
                        self.size_of_item(own, (*leaf, axis), sizes[k], place)
                    }
                    _ => sizes[k].clone(),
                });
                Value::Tensor(self.real_item(*node, (*form, &rows, &columns), place))
            }
            Item::Variant { leaf, selection, name, variants } => {
                self.surroundings.touched(*leaf);
                let chosen = self.gathered(*selection, place);
                let cases: Option<Vec<Case>> =
                    variants.iter().enumerate().map(|(k, variant)| self.listed_variant(variant, (&chosen, k), place)).collect();
                Value::Choice(Box::new(Choice { name: EnumName::Own(name.clone()), cases: cases? }))
            }
            Item::Signed { leaf, node } => {
                self.surroundings.touched(*leaf);
                self.signed.insert(*node);
                let one = Size::constant(1);
                Value::Integer(self.real_item(*node, (Form::Scalar, &one, &one), place))
            }
            Item::List { leaf, longest, extents, item } => {
                self.surroundings.touched(*leaf);
                let rows = match extents {
                    Some(own) => self.size_of_item(*own, (*leaf, 0), longest, place),
                    None => longest.clone(),
                };
                let (first, columns, item) = (place.scale(longest), Size::constant(1), (**item).clone());
                Value::List(Box::new(List { form: Form::Column, rows, columns, first, item, holds: Holds::Items }))
            }
            Item::Option { leaf, there, item } => {
                self.surroundings.touched(*leaf);
                self.surroundings.touched(there.leaf);
                let one = Affine::constant(Size::constant(1));
                let count = self.gathered(there.selection, place);
                let here = self.compare_indices(Comparison::Eq, &count, &one);
                let value = self.under(here.clone(), |tracer| tracer.item_at(item, place))?;
                Value::Choice(Box::new(Choice::some_where(here, value)))
            }
            Item::Tuple(items) => Value::Tuple(items.iter().map(|item| self.item_at(item, place)).collect::<Option<_>>()?),
            Item::Struct(name, fields) => {
                Value::Listed(Box::new(Listed { name: name.clone(), fields: fields.clone(), place: place.clone() }))
            }
            Item::Refused(_) => return None,
        })
    }

    /// A variant, where the index that chooses one is its place.
    fn listed_variant(&mut self, variant: &ListedVariant, (chosen, at): (&Affine, usize), place: &Affine) -> Option<Case> {
        let own = Affine::constant(Size::constant(at as i64));
        let condition = self.compare_indices(Comparison::Eq, chosen, &own);
        let fields = self.under(condition.clone(), |tracer| {
            let fields = variant.fields.iter().map(|(name, item)| Some((name.clone(), tracer.item_at(item, place)?)));
            fields.collect::<Option<Vec<_>>>()
        });
        Some(Case { variant: variant.name.clone(), condition, fields: fields? })
    }

    /// A field of the data as its type has it: an `Option` and a number are kept as lists.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn as_declared(&mut self, value: Value) -> Option<Value> {
        let mut all = |values: Vec<Value>| values.into_iter().map(|value| self.as_declared(value)).collect::<Option<Vec<_>>>();
        match value {
            Value::Tuple(values) => all(values).map(Value::Tuple),
            Value::Array(values) => all(values).map(Value::Array),
            Value::List(list) => match list.holds {
                Holds::Items => Some(Value::List(list)),
                Holds::One => self.list_item(&list, &Affine::default()),
                Holds::OneOrNone => {
                    let one = Affine::constant(Size::constant(1));
                    let here = self.compare_indices(Comparison::Ge, &Affine::constant(list.rows.clone()), &one);
                    let value = self.under(here.clone(), |tracer| tracer.list_item(&list, &Affine::default()))?;
                    Some(Value::Choice(Box::new(Choice::some_where(here, value))))
                }
            },
            other => Some(other),
        }
    }

    fn real_item(&mut self, node: Id, (form, rows, columns): (Form, &Size, &Size), place: &Affine) -> Tensor {
        let (r, c) = self.axes(rows, columns);
        let own = own_index(form, &Affine::wire(r), &Affine::wire(c));
        let length = self.graph.shape(node).last().cloned().unwrap_or_default();
        let whole = Tensor::new(node, Form::Column, std::slice::from_ref(&length));
        let index = own.iter().cloned().chain([place.clone()]).collect();
        let contraction = Contraction {
            factors: vec![Factor { tensor: whole, index }],
            local: own_index(form, &r, &c),
            out: own,
            ends_in_zeros: true,
            ..Contraction::default()
        };
        self.contract(contraction, form, rows, columns)
    }

    /// Methods of lists: their own, else those of an iterator over them.
    pub(super) fn list_method(&mut self, call: &Call<'_>, list: List, arguments: Vec<Value>) -> Outcome {
        let count = |size: &Size| Value::count(self.sizes.resolve(size));
        Outcome::Known(Some(match (ListWord::named(call.name()), arguments.as_slice()) {
            (Some(ListWord::len), []) => count(&list.length()),
            (Some(ListWord::nrows), []) => count(&list.rows),
            (Some(ListWord::ncols), []) => count(&list.columns),
            (Some(ListWord::is_empty), []) => {
                let length = Affine::constant(list.length());
                Value::Bool(match self.compare_indices(Comparison::Eq, &length, &Affine::default()) {
                    Condition::Constant(empty) => Condition::Constant(empty),
                    other @ (Condition::Index(_)
                    | Condition::Scalar(_)
                    | Condition::Not(_)
                    | Condition::And(_)
                    | Condition::Or(_)) => other,
                })
            }
            _ => return self.stream_method(call, Stream::list(list), arguments),
        }))
    }
}
