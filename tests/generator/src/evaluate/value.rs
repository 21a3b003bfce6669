//! Values, and the numbers they are made of.

use std::rc::Rc;

use num_dual::{DualNum, HyperHyperDual};

use crate::random::Random;

/// Numbers that programs are evaluated on.
pub trait Number: DualNum<Primitive = f64> + Copy {
    /// Each part with the same part of another number.
    fn parts(self, other: Self, part: &mut dyn FnMut(f64, f64) -> f64) -> Self;

    /// Each part, off by a random relative error of this size.
    fn disturbed(self, random: &mut Random, size: f64) -> Self {
        self.disturbed_beside(self, random, size)
    }

    /// Each part, off by a random error of this size relative to that of another number.
    fn disturbed_beside(self, other: Self, random: &mut Random, size: f64) -> Self {
        self.parts(other, &mut |own, other| own + other * random.between(-size, size))
    }

    /// The larger magnitude of each part.
    fn larger(self, other: Self) -> Self {
        self.parts(other, &mut |own, other| own.abs().max(other.abs()))
    }

    /// The largest magnitude of its parts.
    fn largest(&self) -> f64;

    /// Whether it depends on what is differentiated by.
    fn is_active(&self) -> bool;
}

impl Number for f64 {
    fn parts(self, other: Self, part: &mut dyn FnMut(f64, f64) -> f64) -> Self {
        part(self, other)
    }

    fn largest(&self) -> f64 {
        self.abs()
    }

    fn is_active(&self) -> bool {
        true
    }
}

impl Number for HyperHyperDual<f64> {
    fn parts(self, other: Self, part: &mut dyn FnMut(f64, f64) -> f64) -> Self {
        Self::new(
            part(self.re, other.re),
            part(self.eps1, other.eps1),
            part(self.eps2, other.eps2),
            part(self.eps3, other.eps3),
            part(self.eps1eps2, other.eps1eps2),
            part(self.eps1eps3, other.eps1eps3),
            part(self.eps2eps3, other.eps2eps3),
            part(self.eps1eps2eps3, other.eps1eps2eps3),
        )
    }

    fn largest(&self) -> f64 {
        let single = [self.re, self.eps1, self.eps2, self.eps3];
        let mixed = [self.eps1eps2, self.eps1eps3, self.eps2eps3, self.eps1eps2eps3];
        single.into_iter().chain(mixed).map(f64::abs).fold(0.0, f64::max)
    }

    fn is_active(&self) -> bool {
        self.eps1 != 0.0 || self.eps2 != 0.0 || self.eps3 != 0.0
    }
}

/// Column-major.
#[derive(Clone, Debug)]
pub struct Tensor<D> {
    pub rows: usize,
    pub columns: usize,
    pub data: Vec<D>,
}

#[derive(Clone, Debug)]
pub enum Value<D> {
    Number(D),
    Index(usize),
    Truth(bool),
    Tensor(Rc<Tensor<D>>),
    /// Entries by rows, `None` where nothing is stored.
    Sparse(Rc<(usize, usize, Vec<Option<D>>)>),
    Tuple(Vec<Self>),
    /// An item whose evaluation stops does so only where it is consumed: iterators are lazy.
    Items(Vec<Result<Self, Stop>>),
    List(Rc<Vec<D>>),
    /// `None`, or `Some` of it.
    Maybe(Option<Box<Self>>),
    /// Vectors of the data, each of its own length.
    Lists(Rc<Vec<Rc<Tensor<D>>>>),
    Indices(Rc<Vec<usize>>),
    Blocks(Vec<Self>),
}

/// Why there is no value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stop {
    /// Rust would panic.
    Panic(&'static str),
    /// The program is not well typed: a fault of the generator.
    IllTyped(&'static str),
}

pub type Result<T, E = Stop> = std::result::Result<T, E>;

impl<D: Copy> Tensor<D> {
    pub fn column(data: Vec<D>) -> Self {
        Self { rows: data.len(), columns: 1, data }
    }

    pub fn at(&self, i: usize, j: usize) -> Result<D> {
        if i < self.rows && j < self.columns {
            Ok(self.data[i + j * self.rows])
        } else {
            Err(Stop::Panic("matrix index out of bounds"))
        }
    }

    pub fn from_fn(rows: usize, columns: usize, mut entry: impl FnMut(usize, usize) -> Result<D>) -> Result<Self> {
        let mut data = Vec::with_capacity(rows * columns);
        for j in 0..columns {
            for i in 0..rows {
                data.push(entry(i, j)?);
            }
        }
        Ok(Self { rows, columns, data })
    }

    pub fn has_shape_of(&self, other: &Self) -> bool {
        self.rows == other.rows && self.columns == other.columns
    }
}

impl<D: Copy> Value<D> {
    pub fn tensor(tensor: Tensor<D>) -> Self {
        Self::Tensor(Rc::new(tensor))
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Tensor(tensor) => tensor.data.is_empty(),
            Self::Sparse(matrix) => matrix.2.is_empty(),
            Self::Items(items) => items.is_empty(),
            Self::List(list) => list.is_empty(),
            Self::Lists(lists) => lists.is_empty(),
            Self::Indices(list) => list.is_empty(),
            Self::Number(_) | Self::Index(_) | Self::Truth(_) | Self::Tuple(_) | Self::Maybe(_) | Self::Blocks(_) => false,
        }
    }

    pub fn number(self) -> Result<D> {
        match self {
            Self::Number(number) => Ok(number),
            _ => Err(Stop::IllTyped("expected a number")),
        }
    }

    pub fn index(self) -> Result<usize> {
        match self {
            Self::Index(index) => Ok(index),
            _ => Err(Stop::IllTyped("expected an index")),
        }
    }

    pub fn truth(self) -> Result<bool> {
        match self {
            Self::Truth(truth) => Ok(truth),
            _ => Err(Stop::IllTyped("expected a condition")),
        }
    }

    pub fn as_tensor(self) -> Result<Rc<Tensor<D>>> {
        match self {
            Self::Tensor(tensor) => Ok(tensor),
            Self::List(entries) => Ok(Rc::new(Tensor::column(entries.to_vec()))),
            _ => Err(Stop::IllTyped("expected a tensor")),
        }
    }

    pub fn maybe(self) -> Result<Option<Self>> {
        match self {
            Self::Maybe(value) => Ok(value.map(|value| *value)),
            _ => Err(Stop::IllTyped("expected an option")),
        }
    }

    pub fn items(self) -> Result<Vec<Result<Self>>> {
        match self {
            Self::Items(items) => Ok(items),
            _ => Err(Stop::IllTyped("expected an iterator")),
        }
    }
}
