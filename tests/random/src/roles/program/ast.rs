//! Programs in single assignment: each value is made by one operation of earlier values.

/// Lengths: of x, y and the data, and one less than that of x.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dim {
    N,
    M,
    K,
    Less,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    Scalar,
    Vector(Dim),
    Matrix(Dim, Dim),
}

/// A value: the inputs first (see [`INPUTS`]), then one per statement.
pub type Value = usize;

/// x, y, and the fields of the data.
pub const INPUTS: [(&str, Type); 6] = [
    ("x", Type::Vector(Dim::N)),
    ("y", Type::Vector(Dim::M)),
    ("data.a", Type::Matrix(Dim::K, Dim::N)),
    ("data.b", Type::Vector(Dim::K)),
    ("data.w", Type::Vector(Dim::N)),
    ("data.c", Type::Matrix(Dim::N, Dim::M)),
];

/// Scalar functions, each finite with moderate derivatives for all arguments.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fun {
    Sin,
    Cos,
    Tanh,
    Atan,
    Asinh,
    /// `e^{0.3 t}`
    Exp,
    /// `ln(1 + t²)`
    Ln1p,
    /// `√(1 + t²)`
    Sqrt,
    /// `1/(1 + t²)`
    Recip,
    /// `ln(1 + e^t)`
    Softplus,
    /// `1/(1 + e^{-t})`
    Sigmoid,
    Square,
    Cube,
    /// `(1 + t²)^{1.3}`
    Powf,
    Abs,
    /// `clamp(t, -0.7, 0.8)`
    Clamp,
    /// `max(t, 0.05)`
    Max,
}

pub const FUNS: [Fun; 17] = [
    Fun::Sin,
    Fun::Cos,
    Fun::Tanh,
    Fun::Atan,
    Fun::Asinh,
    Fun::Exp,
    Fun::Ln1p,
    Fun::Sqrt,
    Fun::Recip,
    Fun::Softplus,
    Fun::Sigmoid,
    Fun::Square,
    Fun::Cube,
    Fun::Powf,
    Fun::Abs,
    Fun::Clamp,
    Fun::Max,
];

/// A scalar expression inside closures. Indices are numbered outside in: `i`, `j`, `k`.
#[derive(Clone, PartialEq, Debug)]
pub enum Body {
    /// A parameter of the closure.
    Argument(usize),
    Literal(f64),
    /// A scalar of the program.
    Scalar(Value),
    At(Value, usize),
    Entry(Value, usize, usize),
    /// `v[i - 1]` where `i > 0`, else the other.
    Previous(Value, usize, Box<Body>),
    Add(Box<Body>, Box<Body>),
    Subtract(Box<Body>, Box<Body>),
    Multiply(Box<Body>, Box<Body>),
    /// `a / (1.5 + b²)`
    Divide(Box<Body>, Box<Body>),
    Apply(Fun, Box<Body>),
    /// `if i < j`, or `if i == c`.
    IfLess(usize, usize, Box<Body>, Box<Body>),
    IfEqual(usize, usize, Box<Body>, Box<Body>),
    /// `if a > 0.1`
    IfPositive(Box<Body>, Box<Body>, Box<Body>),
    /// `Σ` over one more index.
    Sum(Dim, Box<Body>),
}

#[derive(Clone, PartialEq, Debug)]
pub enum Op {
    Literal(f64),
    Index(Value, usize),
    Add(Value, Value),
    Subtract(Value, Value),
    Negate(Value),
    /// Of scalars.
    Multiply(Value, Value),
    /// `a / (1.5 + b²)`, a of any type.
    Divide(Value, Value),
    Apply(Fun, Value),
    Helper(usize, Value),
    Dot(Value, Value),
    NormSquared(Value),
    Norm(Value),
    Total(Value),
    Mean(Value),
    Max(Value),
    Min(Value),
    LogSumExp(Value),
    Trace(Value),
    /// `if a > 0.1 { b } else { c }`, b and c of one type.
    If(Value, Value, Value),
    RangeSum(Dim, Body),
    RangeProduct(Dim, Body),
    /// `s·a`
    Scale(Value, Value),
    ComponentMultiply(Value, Value),
    Map(Value, Body),
    ZipMap(Value, Value, Body),
    MatrixVector(Value, Value),
    TransposeVector(Value, Value),
    FromFn(Type, Body),
    Row(Value, usize),
    Column(Value, usize),
    Diagonal(Value),
    /// Of length `Less`, from 0 or 1 on.
    Rows(Value, usize),
    Outer(Value, Value),
    Transpose(Value),
    MatrixMatrix(Value, Value),
    FromDiagonal(Value),
}

/// One role: its statements; its value is `Σ terms`.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Function {
    pub statements: Vec<(Type, Op)>,
    pub terms: Vec<Value>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Program {
    /// Scalar functions of one argument.
    pub helpers: Vec<Body>,
    pub f: Function,
    pub g: Function,
}

impl Function {
    pub fn ty(&self, value: Value) -> Type {
        match INPUTS.get(value) {
            Some((_, ty)) => *ty,
            None => self.statements[value - INPUTS.len()].0,
        }
    }

    pub fn len(&self) -> usize {
        INPUTS.len() + self.statements.len()
    }

    /// Whether a value depends on x or y.
    pub fn is_active(&self, value: Value) -> bool {
        value < 2 || value >= INPUTS.len() && self.statements[value - INPUTS.len()].1.reads().iter().any(|v| self.is_active(*v))
    }
}

impl Op {
    /// The values read.
    pub fn reads(&self) -> Vec<Value> {
        match self {
            Self::Literal(_) => Vec::new(),
            Self::Index(a, _)
            | Self::Negate(a)
            | Self::Apply(_, a)
            | Self::Helper(_, a)
            | Self::NormSquared(a)
            | Self::Norm(a)
            | Self::Total(a)
            | Self::Mean(a)
            | Self::Max(a)
            | Self::Min(a)
            | Self::LogSumExp(a)
            | Self::Trace(a)
            | Self::Row(a, _)
            | Self::Column(a, _)
            | Self::Diagonal(a)
            | Self::Rows(a, _)
            | Self::Transpose(a)
            | Self::FromDiagonal(a) => vec![*a],
            Self::Add(a, b)
            | Self::Subtract(a, b)
            | Self::Multiply(a, b)
            | Self::Divide(a, b)
            | Self::Dot(a, b)
            | Self::Scale(a, b)
            | Self::ComponentMultiply(a, b)
            | Self::MatrixVector(a, b)
            | Self::TransposeVector(a, b)
            | Self::Outer(a, b)
            | Self::MatrixMatrix(a, b) => vec![*a, *b],
            Self::If(_, a, b) => vec![*a, *b],
            Self::RangeSum(_, body) | Self::RangeProduct(_, body) | Self::FromFn(_, body) => body.reads(),
            Self::Map(a, body) => [vec![*a], body.reads()].concat(),
            Self::ZipMap(a, b, body) => [vec![*a, *b], body.reads()].concat(),
        }
    }
}

impl Body {
    fn reads(&self) -> Vec<Value> {
        match self {
            Self::Argument(_) | Self::Literal(_) => Vec::new(),
            Self::Scalar(v) | Self::At(v, _) | Self::Entry(v, ..) => vec![*v],
            Self::Previous(v, _, otherwise) => [vec![*v], otherwise.reads()].concat(),
            Self::Add(a, b)
            | Self::Subtract(a, b)
            | Self::Multiply(a, b)
            | Self::Divide(a, b)
            | Self::IfLess(_, _, a, b)
            | Self::IfEqual(_, _, a, b)
            | Self::IfPositive(_, a, b) => [a.reads(), b.reads()].concat(),
            Self::Apply(_, a) | Self::Sum(_, a) => a.reads(),
        }
    }
}
