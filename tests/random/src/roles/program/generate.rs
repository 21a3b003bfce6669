//! Random programs.

use super::ast::{Body, Dim, FUNS, Function, INPUTS, Op, Program, Type, Value};
use super::random::Random;

const DIMS: [Dim; 4] = [Dim::N, Dim::M, Dim::K, Dim::Less];

pub fn program(seed: u64) -> Program {
    let mut random = Random::new(seed);
    let helpers = (0..2)
        .map(|_| Scope { random: &mut random, function: &Function::default(), indices: vec![], arguments: 1 }.body(3))
        .collect();
    let f = function(&mut random, 9);
    let g = function(&mut random, 5);
    Program { helpers, f, g }
}

/// About `length` statements, and the sum of a few scalars made of the last ones.
fn function(random: &mut Random, length: usize) -> Function {
    let mut function = Function::default();
    while function.statements.len() < length {
        if let Some(statement) = statement(random, &function) {
            function.statements.push(statement);
            // Most of what the program does has to do with x and y.
            if !function.is_active(function.len() - 1) && random.chance(0.9) {
                function.statements.pop();
            }
        }
    }
    let made = INPUTS.len()..function.len();
    for value in made.rev() {
        if function.terms.len() == 4 {
            break;
        }
        let term = summary(random, &mut function, value);
        function.terms.push(term);
    }
    function
}

/// A scalar of a value.
fn summary(random: &mut Random, function: &mut Function, value: Value) -> Value {
    let op = match function.ty(value) {
        Type::Scalar => return value,
        ty @ Type::Vector(dim) => match (random.below(4), pick(random, function, |t| t == ty)) {
            (0, _) => Op::NormSquared(value),
            (1, _) => Op::Total(value),
            (2, Some(other)) => Op::Dot(value, other),
            _ => Op::RangeSum(dim, Body::Apply(*random.pick(&FUNS), Box::new(Body::At(value, 0)))),
        },
        Type::Matrix(..) if random.chance(0.5) => Op::NormSquared(value),
        Type::Matrix(..) => Op::Total(value),
    };
    function.statements.push((Type::Scalar, op));
    function.len() - 1
}

fn pick(random: &mut Random, function: &Function, wanted: impl Fn(Type) -> bool) -> Option<Value> {
    let mut fitting: Vec<Value> = (0..function.len()).filter(|v| wanted(function.ty(*v))).collect();
    if random.chance(0.75) && fitting.iter().any(|v| function.is_active(*v)) {
        fitting.retain(|v| function.is_active(*v));
    }
    if fitting.is_empty() {
        return None;
    }
    // The later values twice as likely.
    let a = random.below(fitting.len());
    let b = if random.chance(0.5) { random.below(fitting.len()) } else { 0 };
    Some(fitting[a.max(b)])
}

fn is_vector(ty: Type) -> bool {
    matches!(ty, Type::Vector(_))
}

fn is_matrix(ty: Type) -> bool {
    matches!(ty, Type::Matrix(..))
}

fn is_scalar(ty: Type) -> bool {
    ty == Type::Scalar
}

#[expect(clippy::too_many_lines, reason = "one arm per operation")]
fn statement(random: &mut Random, function: &Function) -> Option<(Type, Op)> {
    let any = |random: &mut Random| pick(random, function, |_| true);
    let scalar = |random: &mut Random| pick(random, function, is_scalar);
    let vector = |random: &mut Random| pick(random, function, is_vector);
    let matrix = |random: &mut Random| pick(random, function, is_matrix);
    let same = |random: &mut Random, ty: Type| pick(random, function, |t| t == ty);
    let scope = |random: &mut Random, indices: Vec<Dim>, arguments: usize| Scope { random, function, indices, arguments }.body(3);
    Some(match random.below(36) {
        0 | 1 => {
            let a = any(random)?;
            let ty = function.ty(a);
            let b = same(random, ty)?;
            (ty, if random.chance(0.5) { Op::Add(a, b) } else { Op::Subtract(a, b) })
        }
        2 => {
            let a = any(random)?;
            (function.ty(a), Op::Negate(a))
        }
        3 => (Type::Scalar, Op::Multiply(scalar(random)?, scalar(random)?)),
        4 => {
            let a = any(random)?;
            (function.ty(a), Op::Divide(a, scalar(random)?))
        }
        5 => (Type::Scalar, Op::Apply(*random.pick(&FUNS), scalar(random)?)),
        6 => (Type::Scalar, Op::Helper(random.below(2), scalar(random)?)),
        7 | 8 => {
            let a = vector(random)?;
            (Type::Scalar, Op::Dot(a, same(random, function.ty(a))?))
        }
        9 => (Type::Scalar, Op::NormSquared(pick(random, function, |t| !is_scalar(t))?)),
        10 => (Type::Scalar, Op::Norm(vector(random)?)),
        11 => (Type::Scalar, Op::Total(pick(random, function, |t| !is_scalar(t))?)),
        12 => (Type::Scalar, Op::Mean(vector(random)?)),
        13 => (Type::Scalar, if random.chance(0.5) { Op::Max(vector(random)?) } else { Op::Min(vector(random)?) }),
        14 => (Type::Scalar, Op::LogSumExp(vector(random)?)),
        15 => (Type::Scalar, Op::Trace(pick(random, function, |t| matches!(t, Type::Matrix(a, b) if a == b))?)),
        16 => {
            let (condition, a) = (scalar(random)?, any(random)?);
            (function.ty(a), Op::If(condition, a, same(random, function.ty(a))?))
        }
        17 | 18 => {
            let dim = *random.pick(&DIMS);
            (Type::Scalar, Op::RangeSum(dim, scope(random, vec![dim], 0)))
        }
        19 => {
            let dim = *random.pick(&DIMS);
            (Type::Scalar, Op::RangeProduct(dim, scope(random, vec![dim], 0)))
        }
        20 | 21 => {
            let a = pick(random, function, |t| !is_scalar(t))?;
            (function.ty(a), Op::Scale(scalar(random)?, a))
        }
        22 => {
            let a = pick(random, function, |t| !is_scalar(t))?;
            (function.ty(a), Op::ComponentMultiply(a, same(random, function.ty(a))?))
        }
        23 | 24 => {
            let a = pick(random, function, |t| !is_scalar(t))?;
            (function.ty(a), Op::Map(a, scope(random, vec![], 1)))
        }
        25 => {
            let a = pick(random, function, |t| !is_scalar(t))?;
            (function.ty(a), Op::ZipMap(a, same(random, function.ty(a))?, scope(random, vec![], 2)))
        }
        26 | 27 => {
            let a = matrix(random)?;
            let Type::Matrix(rows, columns) = function.ty(a) else { return None };
            (Type::Vector(rows), Op::MatrixVector(a, same(random, Type::Vector(columns))?))
        }
        28 | 29 => {
            let a = matrix(random)?;
            let Type::Matrix(rows, columns) = function.ty(a) else { return None };
            (Type::Vector(columns), Op::TransposeVector(a, same(random, Type::Vector(rows))?))
        }
        30 => {
            let dim = *random.pick(&DIMS);
            (Type::Vector(dim), Op::FromFn(Type::Vector(dim), scope(random, vec![dim], 0)))
        }
        31 => {
            let (rows, columns) = (*random.pick(&DIMS), *random.pick(&DIMS));
            let ty = Type::Matrix(rows, columns);
            (ty, Op::FromFn(ty, scope(random, vec![rows, columns], 0)))
        }
        32 => {
            let a = matrix(random)?;
            let Type::Matrix(rows, columns) = function.ty(a) else { return None };
            if random.chance(0.5) {
                (Type::Vector(columns), Op::Row(a, random.below(2)))
            } else {
                (Type::Vector(rows), Op::Column(a, random.below(2)))
            }
        }
        33 => match random.below(3) {
            0 => (Type::Vector(Dim::Less), Op::Rows(same(random, Type::Vector(Dim::N))?, random.below(2))),
            1 => {
                let a = pick(random, function, |t| matches!(t, Type::Matrix(a, b) if a == b))?;
                let Type::Matrix(rows, _) = function.ty(a) else { return None };
                (Type::Vector(rows), Op::Diagonal(a))
            }
            _ => (Type::Scalar, Op::Index(vector(random)?, random.below(2))),
        },
        34 => match random.below(2) {
            0 => {
                let (a, b) = (vector(random)?, vector(random)?);
                let (Type::Vector(rows), Type::Vector(columns)) = (function.ty(a), function.ty(b)) else { return None };
                (Type::Matrix(rows, columns), Op::Outer(a, b))
            }
            _ => {
                let a = vector(random)?;
                let Type::Vector(dim) = function.ty(a) else { return None };
                (Type::Matrix(dim, dim), Op::FromDiagonal(a))
            }
        },
        _ => {
            let a = matrix(random)?;
            let Type::Matrix(rows, columns) = function.ty(a) else { return None };
            let b = pick(random, function, |t| matches!(t, Type::Matrix(r, _) if r == columns));
            match b {
                Some(b) if random.chance(0.7) => {
                    let Type::Matrix(_, last) = function.ty(b) else { return None };
                    (Type::Matrix(rows, last), Op::MatrixMatrix(a, b))
                }
                _ => (Type::Matrix(columns, rows), Op::Transpose(a)),
            }
        }
    })
}

/// What a closure can see.
struct Scope<'a> {
    random: &'a mut Random,
    function: &'a Function,
    indices: Vec<Dim>,
    arguments: usize,
}

impl Scope<'_> {
    fn body(&mut self, depth: usize) -> Body {
        if depth == 0 || self.random.chance(0.15) {
            return self.leaf();
        }
        let boxed = |scope: &mut Self| Box::new(scope.body(depth - 1));
        match self.random.below(12) {
            0 | 1 => Body::Add(boxed(self), boxed(self)),
            2 => Body::Subtract(boxed(self), boxed(self)),
            3..=5 => Body::Multiply(boxed(self), boxed(self)),
            6 => Body::Divide(boxed(self), boxed(self)),
            7 | 8 => Body::Apply(*self.random.pick(&FUNS), boxed(self)),
            9 if self.indices.len() > 1 => {
                let (i, j) = (self.random.below(self.indices.len()), self.random.below(self.indices.len()));
                Body::IfLess(i, j, boxed(self), boxed(self))
            }
            9 | 10 if !self.indices.is_empty() => {
                let (i, c) = (self.random.below(self.indices.len()), self.random.below(2));
                Body::IfEqual(i, c, boxed(self), boxed(self))
            }
            11 if !self.indices.is_empty() && self.indices.len() < 3 => {
                let dim = *self.random.pick(&DIMS);
                self.indices.push(dim);
                let inner = boxed(self);
                self.indices.pop();
                Body::Sum(dim, inner)
            }
            _ => Body::IfPositive(boxed(self), boxed(self), boxed(self)),
        }
    }

    fn leaf(&mut self) -> Body {
        for _ in 0..12 {
            let found = match self.random.below(8) {
                0 => Some(Body::Literal(*self.random.pick(&[0.5, 1.0, -0.3, 2.0]))),
                1..=4 if self.arguments > 0 => Some(Body::Argument(self.random.below(self.arguments))),
                1..=4 => self.element(),
                5 => self.entry(),
                _ if self.function.statements.is_empty() => None,
                _ => pick(self.random, self.function, is_scalar).map(Body::Scalar),
            };
            if let Some(body) = found {
                return body;
            }
        }
        Body::Literal(0.7)
    }

    fn element(&mut self) -> Option<Body> {
        let (position, dim) = self.index()?;
        let value = pick(self.random, self.function, |t| t == Type::Vector(dim))?;
        if self.random.chance(0.2) {
            let otherwise = Box::new(Body::Literal(0.4));
            return Some(Body::Previous(value, position, otherwise));
        }
        Some(Body::At(value, position))
    }

    fn entry(&mut self) -> Option<Body> {
        let ((i, rows), (j, columns)) = (self.index()?, self.index()?);
        let value = pick(self.random, self.function, |t| t == Type::Matrix(rows, columns))?;
        Some(Body::Entry(value, i, j))
    }

    fn index(&mut self) -> Option<(usize, Dim)> {
        if self.indices.is_empty() {
            return None;
        }
        let position = self.random.below(self.indices.len());
        Some((position, self.indices[position]))
    }
}
