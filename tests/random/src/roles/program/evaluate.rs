//! Programs on any numbers: f64 or dual numbers.

use num_dual::DualNum;

use super::ast::{Body, Dim, Fun, Function, Op, Program, Type, Value};

/// A value, row-major.
#[derive(Clone, Debug)]
enum Tensor<D> {
    Scalar(D),
    Vector(Vec<D>),
    Matrix(usize, Vec<D>),
}

/// Values of x, y and the data (row-major matrices).
#[derive(Clone, Debug)]
pub struct Inputs<D> {
    pub x: Vec<D>,
    pub y: Vec<D>,
    pub a: Vec<f64>,
    pub b: Vec<f64>,
    pub w: Vec<f64>,
    pub c: Vec<f64>,
}

/// The value of a role, and how near a kink it came: 0 at one.
pub fn evaluate<D: DualNum<Primitive = f64> + Copy>(program: &Program, function: &Function, inputs: &Inputs<D>) -> (D, f64) {
    let mut run = Run { program, values: Vec::new(), inputs, margin: f64::INFINITY };
    let data = |values: &[f64]| values.iter().map(|v| D::from(*v)).collect::<Vec<D>>();
    run.values = vec![
        Tensor::Vector(inputs.x.clone()),
        Tensor::Vector(inputs.y.clone()),
        Tensor::Matrix(inputs.x.len(), data(&inputs.a)),
        Tensor::Vector(data(&inputs.b)),
        Tensor::Vector(data(&inputs.w)),
        Tensor::Matrix(inputs.y.len(), data(&inputs.c)),
    ];
    for (ty, op) in &function.statements {
        let value = run.operation(*ty, op);
        run.values.push(value);
    }
    let mut total = inputs.x.iter().fold(D::zero(), |s, x| s + *x * *x) * 0.25 + inputs.x[0] * inputs.y[0];
    total += D::from(inputs.w[0] + inputs.c[0]);
    for term in &function.terms {
        total += run.scalar(*term);
    }
    (total, run.margin)
}

struct Run<'a, D> {
    program: &'a Program,
    values: Vec<Tensor<D>>,
    inputs: &'a Inputs<D>,
    margin: f64,
}

impl<D: DualNum<Primitive = f64> + Copy> Run<'_, D> {
    fn length(&self, dim: Dim) -> usize {
        match dim {
            Dim::N => self.inputs.x.len(),
            Dim::M => self.inputs.y.len(),
            Dim::K => self.inputs.b.len(),
            Dim::Less => self.inputs.x.len() - 1,
        }
    }

    fn scalar(&self, value: Value) -> D {
        match &self.values[value] {
            Tensor::Scalar(s) => *s,
            _ => D::from(f64::NAN),
        }
    }

    fn entries(&self, value: Value) -> Vec<D> {
        match &self.values[value] {
            Tensor::Scalar(s) => vec![*s],
            Tensor::Vector(v) | Tensor::Matrix(_, v) => v.clone(),
        }
    }

    fn entry(&self, value: Value, position: usize) -> D {
        match &self.values[value] {
            Tensor::Scalar(s) => *s,
            Tensor::Vector(v) | Tensor::Matrix(_, v) => v[position],
        }
    }

    /// `(rows, columns)`; a vector is a column.
    fn size(&self, value: Value) -> (usize, usize) {
        match &self.values[value] {
            Tensor::Scalar(_) => (1, 1),
            Tensor::Vector(v) => (v.len(), 1),
            Tensor::Matrix(columns, v) => (v.len() / columns, *columns),
        }
    }

    /// Entries in the form of another value.
    fn like(&self, value: Value, entries: Vec<D>) -> Tensor<D> {
        match &self.values[value] {
            Tensor::Scalar(_) => Tensor::Scalar(entries[0]),
            Tensor::Vector(_) => Tensor::Vector(entries),
            Tensor::Matrix(columns, _) => Tensor::Matrix(*columns, entries),
        }
    }

    fn each(&self, a: Value, f: impl Fn(D) -> D) -> Tensor<D> {
        self.like(a, self.entries(a).into_iter().map(f).collect())
    }

    fn both(&self, a: Value, b: Value, f: impl Fn(D, D) -> D) -> Tensor<D> {
        self.like(a, self.entries(a).into_iter().zip(self.entries(b)).map(|(a, b)| f(a, b)).collect())
    }

    fn is_above(&mut self, value: D, bound: f64) -> bool {
        self.margin = self.margin.min((value.re() - bound).abs());
        value.re() > bound
    }

    fn extreme(&mut self, a: Value, sign: f64) -> D {
        let mut entries = self.entries(a);
        entries.sort_by(|a, b| (sign * b.re()).total_cmp(&(sign * a.re())));
        if let Some(second) = entries.get(1) {
            self.margin = self.margin.min((entries[0].re() - second.re()).abs());
        }
        entries[0]
    }

    fn operation(&mut self, ty: Type, op: &Op) -> Tensor<D> {
        match op {
            Op::Literal(value) => Tensor::Scalar(D::from(*value)),
            Op::Index(v, i) => Tensor::Scalar(self.entry(*v, *i)),
            Op::Add(a, b) => self.both(*a, *b, |a, b| a + b),
            Op::Subtract(a, b) => self.both(*a, *b, |a, b| a - b),
            Op::Negate(a) => self.each(*a, |a| -a),
            Op::Multiply(a, b) | Op::ComponentMultiply(a, b) => self.both(*a, *b, |a, b| a * b),
            Op::Divide(a, b) => {
                let divisor = self.scalar(*b) * self.scalar(*b) + 1.5;
                self.each(*a, |a| a / divisor)
            }
            Op::Apply(fun, a) => Tensor::Scalar(self.apply(*fun, self.scalar(*a))),
            Op::Helper(k, a) => {
                let (body, argument) = (self.program.helpers[*k].clone(), self.scalar(*a));
                Tensor::Scalar(self.body(&body, &[argument], &mut Vec::new()))
            }
            Op::Dot(a, b) => Tensor::Scalar(total(self.entries(*a).into_iter().zip(self.entries(*b)).map(|(a, b)| a * b))),
            Op::NormSquared(a) => Tensor::Scalar(total(self.entries(*a).into_iter().map(|a| a * a))),
            Op::Norm(a) => {
                let square = total(self.entries(*a).into_iter().map(|a| a * a));
                self.margin = self.margin.min(square.re());
                Tensor::Scalar(square.sqrt())
            }
            Op::Total(a) => Tensor::Scalar(total(self.entries(*a).into_iter())),
            Op::Mean(a) => Tensor::Scalar(total(self.entries(*a).into_iter()) / self.entries(*a).len() as f64),
            Op::Max(a) => Tensor::Scalar(self.extreme(*a, 1.0)),
            Op::Min(a) => Tensor::Scalar(self.extreme(*a, -1.0)),
            Op::LogSumExp(a) => Tensor::Scalar(total(self.entries(*a).into_iter().map(|a| a.exp())).ln()),
            Op::Trace(a) => {
                let (rows, columns) = self.size(*a);
                let entries = self.entries(*a);
                Tensor::Scalar(total((0..rows).map(|i| entries[i * columns + i])))
            }
            Op::If(c, a, b) => {
                let condition = self.scalar(*c);
                let taken = if self.is_above(condition, 0.1) { *a } else { *b };
                self.values[taken].clone()
            }
            Op::RangeSum(dim, body) => Tensor::Scalar(total(self.range(*dim, body).into_iter())),
            Op::RangeProduct(dim, body) => Tensor::Scalar(self.range(*dim, body).into_iter().fold(D::one(), |p, t| p * t)),
            Op::Scale(s, a) => {
                let factor = self.scalar(*s);
                self.each(*a, |a| a * factor)
            }
            Op::Map(a, body) => {
                let entries = self.entries(*a).into_iter().map(|t| self.body(body, &[t], &mut Vec::new())).collect();
                self.like(*a, entries)
            }
            Op::ZipMap(a, b, body) => {
                let pairs: Vec<(D, D)> = self.entries(*a).into_iter().zip(self.entries(*b)).collect();
                let entries = pairs.into_iter().map(|(s, t)| self.body(body, &[s, t], &mut Vec::new())).collect();
                self.like(*a, entries)
            }
            Op::FromFn(Type::Vector(dim), body) => Tensor::Vector(self.range(*dim, body)),
            Op::FromFn(Type::Matrix(rows, columns), body) => {
                let (rows, columns) = (self.length(*rows), self.length(*columns));
                let entries = (0..rows * columns).map(|k| self.body(body, &[], &mut vec![k / columns, k % columns])).collect();
                Tensor::Matrix(columns, entries)
            }
            Op::FromFn(Type::Scalar, body) => Tensor::Scalar(self.body(body, &[], &mut Vec::new())),
            _ => self.linear(ty, op),
        }
    }

    /// Matrix products, transposes, parts.
    fn linear(&self, ty: Type, op: &Op) -> Tensor<D> {
        let entry = |value: Value| {
            let (entries, (_, columns)) = (self.entries(value), self.size(value));
            move |i: usize, j: usize| entries[i * columns + j]
        };
        let (rows, columns) = match ty {
            Type::Scalar => (1, 1),
            Type::Vector(dim) => (self.length(dim), 1),
            Type::Matrix(rows, columns) => (self.length(rows), self.length(columns)),
        };
        let at: Box<dyn Fn(usize, usize) -> D> = match op {
            Op::MatrixVector(a, b) | Op::MatrixMatrix(a, b) => {
                let (inner, a, b) = (self.size(*b).0, entry(*a), entry(*b));
                Box::new(move |i, j| total((0..inner).map(|k| a(i, k) * b(k, j))))
            }
            Op::TransposeVector(a, b) => {
                let (inner, a, b) = (self.size(*b).0, entry(*a), entry(*b));
                Box::new(move |i, j| total((0..inner).map(|k| a(k, i) * b(k, j))))
            }
            Op::Row(a, row) => {
                let (a, row) = (entry(*a), *row);
                Box::new(move |i, _| a(row, i))
            }
            Op::Column(a, column) => {
                let (a, column) = (entry(*a), *column);
                Box::new(move |i, _| a(i, column))
            }
            Op::Diagonal(a) => {
                let a = entry(*a);
                Box::new(move |i, _| a(i, i))
            }
            Op::Rows(a, from) => {
                let (a, from) = (entry(*a), *from);
                Box::new(move |i, _| a(i + from, 0))
            }
            Op::Outer(a, b) => {
                let (a, b) = (entry(*a), entry(*b));
                Box::new(move |i, j| a(i, 0) * b(j, 0))
            }
            Op::Transpose(a) => {
                let a = entry(*a);
                Box::new(move |i, j| a(j, i))
            }
            Op::FromDiagonal(a) => {
                let a = entry(*a);
                Box::new(move |i, j| if i == j { a(i, 0) } else { D::zero() })
            }
            other => panic!("{other:?} is not linear"),
        };
        let entries = (0..rows * columns).map(|k| at(k / columns, k % columns)).collect();
        match ty {
            Type::Matrix(..) => Tensor::Matrix(columns, entries),
            _ => Tensor::Vector(entries),
        }
    }

    fn range(&mut self, dim: Dim, body: &Body) -> Vec<D> {
        (0..self.length(dim)).map(|i| self.body(body, &[], &mut vec![i])).collect()
    }

    fn body(&mut self, body: &Body, arguments: &[D], indices: &mut Vec<usize>) -> D {
        match body {
            Body::Argument(k) => arguments[*k],
            Body::Literal(value) => D::from(*value),
            Body::Scalar(value) => self.scalar(*value),
            Body::At(value, i) => self.entry(*value, indices[*i]),
            Body::Entry(value, i, j) => self.entry(*value, indices[*i] * self.size(*value).1 + indices[*j]),
            Body::Previous(value, i, otherwise) => match indices[*i].checked_sub(1) {
                Some(previous) => self.entry(*value, previous),
                None => self.body(otherwise, arguments, indices),
            },
            Body::Add(a, b) => self.body(a, arguments, indices) + self.body(b, arguments, indices),
            Body::Subtract(a, b) => self.body(a, arguments, indices) - self.body(b, arguments, indices),
            Body::Multiply(a, b) => self.body(a, arguments, indices) * self.body(b, arguments, indices),
            Body::Divide(a, b) => {
                let divisor = self.body(b, arguments, indices);
                self.body(a, arguments, indices) / (divisor * divisor + 1.5)
            }
            Body::Apply(fun, a) => {
                let argument = self.body(a, arguments, indices);
                self.apply(*fun, argument)
            }
            Body::IfLess(i, j, a, b) => self.body(if indices[*i] < indices[*j] { a } else { b }, arguments, indices),
            Body::IfEqual(i, c, a, b) => self.body(if indices[*i] == *c { a } else { b }, arguments, indices),
            Body::IfPositive(c, a, b) => {
                let condition = self.body(c, arguments, indices);
                let taken = if self.is_above(condition, 0.1) { a } else { b };
                self.body(taken, arguments, indices)
            }
            Body::Sum(dim, inner) => {
                let mut sum = D::zero();
                for i in 0..self.length(*dim) {
                    indices.push(i);
                    sum += self.body(inner, arguments, indices);
                    indices.pop();
                }
                sum
            }
        }
    }

    fn apply(&mut self, fun: Fun, t: D) -> D {
        match fun {
            Fun::Sin => t.sin(),
            Fun::Cos => t.cos(),
            Fun::Tanh => t.tanh(),
            Fun::Atan => t.atan(),
            Fun::Asinh => t.asinh(),
            Fun::Exp => (t * 0.3).exp(),
            Fun::Ln1p => (t * t).ln_1p(),
            Fun::Sqrt => (t * t + 1.0).sqrt(),
            Fun::Recip => (t * t + 1.0).recip(),
            Fun::Softplus => (t.exp() + 1.0).ln(),
            Fun::Sigmoid => ((-t).exp() + 1.0).recip(),
            Fun::Square => t.powi(2),
            Fun::Cube => t.powi(3),
            Fun::Powf => (t * t + 1.0).powf(1.3),
            Fun::Abs => {
                if self.is_above(t, 0.0) {
                    t
                } else {
                    -t
                }
            }
            Fun::Clamp => {
                if self.is_above(t, 0.8) {
                    D::from(0.8)
                } else if self.is_above(t, -0.7) {
                    t
                } else {
                    D::from(-0.7)
                }
            }
            Fun::Max => {
                if self.is_above(t, 0.05) {
                    t
                } else {
                    D::from(0.05)
                }
            }
        }
    }
}

fn total<D: DualNum<Primitive = f64> + Copy>(terms: impl Iterator<Item = D>) -> D {
    terms.fold(D::zero(), |sum, t| sum + t)
}
