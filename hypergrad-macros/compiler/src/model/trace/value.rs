//! What an expression of a function body stands for while it is traced.

use std::rc::Rc;

use super::accumulate::State;
use super::condition::Condition;
use super::csr::{Csr, CsrRow};
use super::environment::Environment;
use super::found::Present;
use super::grow::Growing;
use super::list::{List, Listed};
use super::place::Place;
use super::solve::Factored;
use super::stream::Stream;
use super::variant::Choice;
use crate::ir::{Affine, Id, Size, Wire};
use crate::model::Form;

/// An index variable of an enclosing closure: its number in the tracer's table. The affine
/// expressions of the tracer are written in these; a product's wires are made from them when the
/// product is built.
pub type LoopVariable = Wire;

/// The value of an expression.
#[derive(Clone, Debug)]
pub enum Value {
    /// A scalar, vector or matrix of reals.
    Tensor(Tensor),
    /// A sparse matrix of the data, or its transpose.
    Csr(Box<Csr>),
    CsrRow(Box<CsrRow>),
    /// Of indices, pairs of them, ..
    List(Box<List>),
    /// A struct in a list.
    Listed(Box<Listed>),
    /// A `usize` (or another integer): affine in the index variables and sizes.
    Index(Affine),
    /// An integer that is no affine expression (`i * j`): good as a number, not as an index.
    Integer(Tensor),
    /// An integer that is another one in each case, see [`super::cases`].
    Cases(Vec<(Condition, Value)>),
    Bool(Condition),
    /// A value of an enum.
    Choice(Box<Choice>),
    /// A tuple; the unit value is the empty one.
    Tuple(Vec<Value>),
    Array(Vec<Value>),
    Struct(Struct),
    /// A struct whose fields are registered when they are first read.
    Lazy(Lazy),
    Callable(Callable),
    /// `a.lu()`, `a.cholesky().unwrap()`.
    Factored(Box<Factored>),
    /// An `Option` that is there: where it were not, the point is an error.
    Present(Box<Present>),
    /// `start..end`, without a consumer yet.
    Range(Range),
    Stream(Box<Stream>),
    /// Of what returns.
    Never,
    /// What `&mut` gives, and what a name stands for that was bound with `let mut`.
    Reference(Box<Place>),
    /// What a loop changes, inside of the loop.
    State(Box<State>),
    /// A list, inside of a loop that pushes to it.
    Growing(Box<Growing>),
    /// What an error says: nothing is computed of it.
    Text,
    /// What the last step of a loop left in a cell.
    Last,
    /// `f64::INFINITY` and its opposite: where a maximum or minimum begins.
    Infinity(f64),
}

/// Reals: the node has one axis per index variable of `batch`, in ascending order of the
/// variables, then the axes of its form.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Tensor {
    pub node: Id,
    pub batch: Vec<LoopVariable>,
    pub form: Form,
    pub rows: Size,
    pub columns: Size,
}

/// A struct of the module, all fields known.
#[derive(Clone, Debug)]
pub struct Struct {
    pub name: String,
    pub fields: Vec<(String, Value)>,
}

/// A struct (the data, or a struct inside it) whose fields [`super::Surroundings::field`] gives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lazy {
    /// The struct's name.
    pub name: String,
    /// The path of fields that leads to it; empty for the data itself.
    pub path: Vec<String>,
}

/// What can be called, or handed to `map`.
#[derive(Clone, Debug)]
pub enum Callable {
    Closure(Rc<Closure>),
    /// A function declared inside a body, with the items that it can see.
    Local(Rc<Local>),
    /// `f64::exp`, `softplus`, a function of the module.
    Path(Rc<syn::Path>),
}

#[derive(Debug)]
pub struct Local {
    pub function: syn::ItemFn,
    /// The constants of its body, and what the enclosing bodies declare.
    pub items: Environment,
    /// All functions of its body, which call each other in any order.
    pub siblings: Rc<[syn::ItemFn]>,
}

impl Local {
    /// What the function sees.
    pub fn scope(&self) -> Environment {
        let mut scope = self.items.clone();
        Self::declare(&self.siblings, &self.items, &mut scope);
        scope
    }

    /// Binds the functions of a body, which see `items` and each other.
    pub fn declare(functions: &Rc<[syn::ItemFn]>, items: &Environment, scope: &mut Environment) {
        for function in functions.iter() {
            let local = Self { function: function.clone(), items: items.clone(), siblings: functions.clone() };
            scope.bind(function.sig.ident.to_string(), Some(Value::Callable(Callable::Local(Rc::new(local)))));
        }
    }
}

#[derive(Debug)]
pub struct Closure {
    pub syntax: syn::ExprClosure,
    pub environment: Environment,
}

/// A range of `usize`; the end is exclusive.
#[derive(Clone, Debug)]
pub struct Range {
    pub start: Option<Affine>,
    pub end: Option<Affine>,
}

impl Tensor {
    /// A node with the axes of its form and no index variable.
    pub fn new(node: Id, form: Form, shape: &[Size]) -> Self {
        let (rows, columns) = dimensions(form, shape);
        Self { node, batch: Vec::new(), form, rows, columns }
    }

    pub fn scalar(node: Id) -> Self {
        Self::new(node, Form::Scalar, &[])
    }

    pub fn is_scalar(&self) -> bool {
        self.form == Form::Scalar
    }

    /// Number of entries.
    pub fn length(&self) -> Size {
        self.rows.mul(&self.columns)
    }

    /// Extents of the own axes.
    pub fn own_shape(&self) -> Vec<Size> {
        own_shape(self.form, &self.rows, &self.columns)
    }
}

impl Value {
    /// A block of a variable, or a data field: a graph input with the axes of its form.
    pub fn tensor(node: Id, form: Form, shape: &[Size]) -> Self {
        Self::Tensor(Tensor::new(node, form, shape))
    }

    /// A sparse data field.
    pub fn csr(values: Id, pattern: Id, shape: &[Size]) -> Self {
        let [values, pattern] = [values, pattern].map(|node| Tensor::new(node, Form::Matrix, shape));
        Self::Csr(Box::new(Csr { values, pattern, transposed: false }))
    }

    /// A `usize` that is known when the program runs.
    pub fn count(size: Size) -> Self {
        Self::Index(Affine::constant(size))
    }

    pub fn structure(name: impl Into<String>, fields: Vec<(String, Self)>) -> Self {
        Self::Struct(Struct { name: name.into(), fields })
    }

    /// What was found, for messages: "a matrix".
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Tensor(tensor) => describe_form(tensor.form),
            Self::Csr(_) => "a sparse matrix",
            Self::CsrRow(_) => "a row of a sparse matrix",
            Self::List(_) => "a list",
            Self::Index(_) | Self::Integer(_) | Self::Cases(_) => "an integer",
            Self::Bool(_) => "a condition",
            Self::Choice(choice) => choice.describe(),
            Self::Tuple(values) if values.is_empty() => "`()`",
            Self::Tuple(_) => "a tuple",
            Self::Array(_) => "an array",
            Self::Struct(_) | Self::Lazy(_) | Self::Listed(_) => "a struct",
            Self::Callable(_) => "a function",
            Self::Factored(_) => "a factorisation",
            Self::Present(_) => "an `Option`",
            Self::Range(_) => "a range",
            Self::Stream(_) => "an iterator",
            Self::Never => "nothing: it returns",
            Self::Reference(_) => "a `&mut` reference",
            Self::State(_) => "a value that the loop changes",
            Self::Growing(_) => "a list that the loop makes longer",
            Self::Text => "a text",
            Self::Last => "what the last step of a loop left",
            Self::Infinity(_) => "an infinite constant",
        }
    }
}

pub fn describe_form(form: Form) -> &'static str {
    match form {
        Form::Scalar => "a scalar",
        Form::Column => "a column vector",
        Form::Row => "a row vector",
        Form::Matrix => "a matrix",
    }
}

/// Rows and columns from the axes of a form.
pub fn dimensions(form: Form, shape: &[Size]) -> (Size, Size) {
    let axis = |k: usize| shape.get(k).cloned().unwrap_or_else(|| Size::constant(1));
    match form {
        Form::Scalar => (Size::constant(1), Size::constant(1)),
        Form::Column => (axis(0), Size::constant(1)),
        Form::Row => (Size::constant(1), axis(0)),
        Form::Matrix => (axis(0), axis(1)),
    }
}

/// The axes of a form from rows and columns.
pub fn own_shape(form: Form, rows: &Size, columns: &Size) -> Vec<Size> {
    own_index(form, rows, columns)
}

/// What a form keeps of a pair (row, column): of indices, of extents.
pub fn own_index<T: Clone>(form: Form, row: &T, column: &T) -> Vec<T> {
    match form {
        Form::Scalar => Vec::new(),
        Form::Column => vec![row.clone()],
        Form::Row => vec![column.clone()],
        Form::Matrix => vec![row.clone(), column.clone()],
    }
}
