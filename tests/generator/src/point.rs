//! Where a program is evaluated: sizes, values of the inputs, directions.

use std::rc::Rc;

use crate::ast::{InputKind, Program, Role};
use crate::evaluate::{Inputs, Number, Tensor, Value};
use crate::oracle::{self, Exact};
use crate::random::Random;
use crate::types::Type;

#[derive(Clone, Debug)]
pub struct Point {
    pub sizes: Vec<usize>,
    /// Of each input its numbers, column-major. Of sparse ones by rows, 0 where nothing is stored.
    pub values: Vec<Vec<f64>>,
    /// Of lists of vectors, how long each vector is.
    pub lengths: Vec<Vec<usize>>,
    pub directions: Directions,
}

/// Directions of x (v, u, w) and y (c), flat.
#[derive(Clone, Debug)]
pub struct Directions {
    pub v: Vec<f64>,
    pub u: Vec<f64>,
    pub w: Vec<f64>,
    pub c: Vec<f64>,
}

/// Values and derivatives beyond this are not compared.
const LARGEST: f64 = 1e6;

/// A kink nearer than this makes differences of rounding matter.
const NEAREST: f64 = 1e-6;

impl Point {
    /// The point of a seed, at the sizes that the program was made for.
    pub fn new(program: &Program, seed: u64) -> Self {
        Self::with_sizes(program, seed, program.sizes())
    }

    pub fn with_sizes(program: &Program, seed: u64, sizes: Vec<usize>) -> Self {
        let mut random = Random::new(seed ^ 0xabcd);
        let lengths: Vec<Vec<usize>> = program.inputs.iter().map(|input| own_lengths(&input.kind, &sizes, &mut random)).collect();
        let inputs = program.inputs.iter().zip(&lengths);
        let values: Vec<Vec<f64>> = inputs.map(|(input, own)| numbers(&input.kind, own, &sizes, &mut random)).collect();
        let mut direction = |role: Role| -> Vec<f64> {
            let length: usize = program.blocks(role).map(|(k, _)| values[k].len()).sum();
            (0..length).map(|_| single(random.between(-1.0, 1.0))).collect()
        };
        let directions =
            Directions { v: direction(Role::X), u: direction(Role::X), w: direction(Role::X), c: direction(Role::Y) };
        Self { sizes, values, lengths, directions }
    }

    /// Other sizes for the same program: constants stay.
    #[must_use]
    pub fn resized(program: &Program, seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0x517e);
        let resize = |(k, (value, fixed)): (usize, &(usize, bool))| {
            let other = *random.pick(&[0, 1, 2, 3, 5, 6, 8]);
            // A dimension that no input has is a number in the text.
            if *fixed || !program.has_dimension(k) { *value } else { other }
        };
        let sizes = program.dimensions.iter().enumerate().map(resize).collect();
        Self::with_sizes(program, seed, sizes)
    }

    /// The numbers of x or y.
    pub fn flat(&self, program: &Program, role: Role) -> Vec<f64> {
        program.blocks(role).flat_map(|(k, _)| self.values[k].iter().copied()).collect()
    }

    /// The inputs, x and y being these numbers.
    pub fn inputs<D: Number>(&self, program: &Program, x: &[D], y: &[D]) -> Inputs<D> {
        let (mut x, mut y) = (x.iter().copied(), y.iter().copied());
        let values = program.inputs.iter().zip(self.values.iter().zip(&self.lengths)).map(|(input, (own, lengths))| {
            let numbers: Vec<D> = match input.role {
                Role::X => x.by_ref().take(own.len()).collect(),
                Role::Y => y.by_ref().take(own.len()).collect(),
                Role::Data => own.iter().map(|v| D::from(*v)).collect(),
            };
            self.value(&input.kind, numbers, lengths)
        });
        Inputs { sizes: self.sizes.clone(), values: values.collect() }
    }

    fn value<D: Number>(&self, kind: &InputKind, numbers: Vec<D>, lengths: &[usize]) -> Value<D> {
        let size = |extent: crate::types::Extent| extent.value(&self.sizes).unwrap_or(0);
        match kind {
            InputKind::Number => Value::Number(numbers.first().copied().unwrap_or(D::zero())),
            InputKind::Tensor(Type::Row(_)) => Value::tensor(Tensor { rows: 1, columns: numbers.len(), data: numbers }),
            InputKind::Tensor(Type::Matrix(r, c)) => Value::tensor(Tensor { rows: size(*r), columns: size(*c), data: numbers }),
            InputKind::Tensor(_) | InputKind::Array(_) | InputKind::Labels(_) => Value::tensor(Tensor::column(numbers)),
            InputKind::Indices(..) => Value::Indices(Rc::new(numbers.iter().map(|i| i.re() as usize).collect())),
            InputKind::Lists(_) => {
                let mut rest = numbers.as_slice();
                let vector = |length: &usize| {
                    let (own, after) = rest.split_at(*length);
                    rest = after;
                    Rc::new(Tensor::column(own.to_vec()))
                };
                Value::Lists(Rc::new(lengths.iter().map(vector).collect()))
            }
            InputKind::Count(dimension) => Value::Index(self.sizes[*dimension]),
            InputKind::Choice => Value::Index(numbers.first().map_or(0, |k| k.re() as usize)),
            InputKind::Flag => Value::Truth(numbers.first().is_some_and(|flag| flag.re() != 0.0)),
            InputKind::Flags(_) => Value::Tuple(numbers.iter().map(|flag| Value::Truth(flag.re() != 0.0)).collect()),
            InputKind::Optional => Value::Maybe(numbers.first().map(|t| Box::new(Value::Number(*t)))),
            InputKind::Optionals(_) => {
                let mut rest = numbers.iter();
                let mut item = |length: &usize| rest.by_ref().take(*length).next().map(|t| Box::new(Value::Number(*t)));
                Value::Tuple(lengths.iter().map(|length| Value::Maybe(item(length))).collect())
            }
            InputKind::Sparse(r, c) => {
                let entries = numbers.into_iter().map(|v| (v.re() != 0.0).then_some(v)).collect();
                Value::Sparse(Rc::new((size(*r), size(*c), entries)))
            }
        }
    }

    /// Whether Rust evaluates it without a panic, to numbers that can be compared.
    pub fn is_comparable(&self, program: &Program) -> bool {
        oracle::exact(program, self, None).is_ok_and(|exact| exact.is_comparable())
    }
}

impl Exact {
    /// Finite, of moderate size all the way, and not next to a kink.
    pub fn is_comparable(&self) -> bool {
        !self.overflowed && self.margin > NEAREST && self.quantities.iter().all(|(_, value)| value.abs() < LARGEST)
    }
}

/// Exact in single precision.
fn single(value: f64) -> f64 {
    f64::from(value as f32)
}

/// Each vector of a list has its own length, in some points the same.
fn own_lengths(kind: &InputKind, sizes: &[usize], random: &mut Random) -> Vec<usize> {
    let count = match kind {
        InputKind::Lists(count) => count,
        InputKind::Optional => return vec![random.below(2)],
        InputKind::Optionals(count) => return (0..count.value(sizes).unwrap_or(0)).map(|_| random.below(2)).collect(),
        _ => return Vec::new(),
    };
    let alike = random.chance(0.3).then(|| 1 + random.below(3));
    (0..count.value(sizes).unwrap_or(0)).map(|_| alike.unwrap_or_else(|| random.below(5))).collect()
}

fn numbers(kind: &InputKind, lengths: &[usize], sizes: &[usize], random: &mut Random) -> Vec<f64> {
    let size = |extent: &crate::types::Extent| extent.value(sizes).unwrap_or(0);
    let count = match kind {
        InputKind::Number | InputKind::Choice | InputKind::Flag => 1,
        InputKind::Tensor(Type::Column(n) | Type::Row(n)) | InputKind::Labels(n) => size(n),
        InputKind::Tensor(Type::Matrix(r, c)) | InputKind::Sparse(r, c) => size(r) * size(c),
        InputKind::Tensor(_) | InputKind::Count(_) => 0,
        InputKind::Array(n) => *n,
        InputKind::Indices(n, _) | InputKind::Flags(n) => size(n),
        InputKind::Lists(_) | InputKind::Optional | InputKind::Optionals(_) => lengths.iter().sum(),
    };
    let mut number = || match kind {
        InputKind::Labels(_) | InputKind::Choice => random.below(3) as f64,
        InputKind::Flag | InputKind::Flags(_) => random.below(2) as f64,
        InputKind::Indices(_, dimension) => random.below(sizes[*dimension].max(1)) as f64,
        InputKind::Sparse(..) if random.chance(0.5) => 0.0,
        _ => single(random.between(-1.0, 1.0)),
    };
    (0..count).map(|_| number()).collect()
}
