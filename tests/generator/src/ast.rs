//! Programs: typed expressions, iterator chains among them. A body is an expression whose outermost
//! nodes are `let`s.

use crate::types::{Extent, Type};

/// A binding: unique in its program.
pub type Name = usize;

#[derive(Clone, PartialEq, Debug)]
pub enum Expr {
    Number(f64),
    /// `3`, a `usize`.
    Count(usize),
    /// A size, as the text reads it off an input, a count of the data or a `const`.
    Size(Extent),
    /// x, y, a block of them or a field of the data.
    Input(usize),
    Name(Name, Type),
    Apply(Op, Vec<Expr>),
    /// Only as an argument of [`Op`]s that take closures, and as what a `let` names.
    Lambda(Vec<Pattern>, Box<Expr>),
    /// `{ let name = value; rest }`
    Let(Name, Box<Expr>, Box<Expr>),
    /// `{ let mut s = ..; .. rest }`: what statements change, by its first value, and what they lead to.
    Block(Vec<(Name, Expr)>, Vec<Statement>, Box<Expr>),
}

#[derive(Clone, PartialEq, Debug)]
pub enum Statement {
    /// `let t = ..;`, a number.
    Let(Name, Expr),
    /// `if .. { continue; }`
    Jump(Jump, Expr),
    /// `s += ..;` or of an entry at these indices, `v[i] = ..;`
    Change(Change, Name, Vec<Expr>, Expr),
    /// With what is done otherwise, which may be nothing.
    If(Expr, Vec<Statement>, Vec<Statement>),
    /// `for pattern in chain { .. }`
    For(Pattern, Expr, Vec<Statement>),
    /// `let mut k = start; while k < end && condition { .. k += 1; }`
    While(Name, [Expr; 3], Vec<Statement>),
}

/// Where a step of a loop ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Jump {
    /// `break`, else `continue`.
    pub leaves: bool,
    /// Of the loop around the innermost one.
    pub outer: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    Set,
    Add,
    Subtract,
    Multiply,
    /// To a list.
    Push,
}

/// The parameter of a closure.
#[derive(Clone, PartialEq, Debug)]
pub enum Pattern {
    Name(Name, Type),
    Ignore,
    Tuple(Vec<Pattern>),
}

/// Operations; the arguments stand beside it in [`Expr::Apply`].
#[derive(Clone, PartialEq, Debug)]
pub enum Op {
    // Numbers.
    Add,
    Subtract,
    Multiply,
    /// `a / (1.5 + b²)`
    Divide,
    Negate,
    Fun(Fun),
    Larger,
    Smaller,
    /// `hypot(a, 1 + |b|)`
    Hypot,
    /// `i as f64`
    Cast,
    /// `if condition { a } else { b }`, of every type.
    If,
    /// `match` of a choice, with an arm for each variant.
    Match,
    /// Optional number, number without, closure.
    MapOr,
    UnwrapOr,
    /// The same as `if condition { return a; } b`, among the statements of a function.
    Return,
    /// `v[i]`
    At,
    /// `a[(i, j)]`
    Entry,
    Dot,
    NormSquared,
    Norm,
    Total,
    Mean,
    Max,
    Min,
    LargestAbs,
    Trace,
    /// By `hypergrad::math`, or as `ln(Σ e^t)`.
    LogSumExp(bool),
    /// A function of the module, or a method of one of its types.
    Helper(usize),
    /// A closure that a `let` names.
    Call(Name),
    // Indices.
    IndexAdd,
    IndexSubtract,
    IndexMultiply,
    IndexDivide,
    IndexRemainder,
    IndexLarger,
    IndexSmaller,
    AbsDiff,
    SaturatingSubtract,
    /// The length of a list.
    ListLength,
    // Conditions.
    Less,
    LessEqual,
    Equal,
    NotEqual,
    /// Of numbers.
    Greater,
    /// `label == i as f64`
    NumberEqual,
    And,
    Or,
    Not,
    /// An item of a list of flags.
    Flagged,
    /// `matches!` of a variant.
    IsVariant(usize),
    IsSome,
    /// Chain, condition on its items.
    Any,
    All,
    // Tensors.
    TensorAdd,
    TensorSubtract,
    TensorNegate,
    /// Number, tensor.
    Scale,
    /// Tensor / (1.5 + number²).
    Unscale,
    ComponentMultiply,
    Superior,
    Absolute,
    AddNumber,
    Map,
    ZipMap,
    /// `map_with_location`
    MapLocated,
    MatrixProduct,
    TransposeProduct,
    Transpose,
    /// The closure takes i, or i and j.
    FromFn(Type),
    Repeat(Type),
    Row,
    Column,
    Diagonal,
    /// So many entries of a vector from an index on.
    Part(Extent),
    FromDiagonal,
    RowSum,
    ColumnSum,
    /// `e / Σ e` with `e = exp(v)`.
    Softmax,
    /// `(A + 3 I)⁻¹ b`, or by Cholesky `(Aᵀ A + I)⁻¹ b`.
    Solve(Factor),
    /// `(A + 3 I)⁻¹`
    Inverse,
    /// Of `A + 3 I`.
    Determinant,
    /// Of `Aᵀ A + I`, by Cholesky.
    LnDeterminant,
    FromIterator(Extent),
    SparseProduct,
    SparseTransposeProduct,
    // Iterators.
    Range,
    RangeInclusive,
    Iterate,
    Rows,
    Columns,
    Windows(usize),
    /// Columns and values that a row of a sparse matrix stores.
    Stored,
    /// As [`Self::Map`], of iterators.
    Each,
    /// Whether the closure takes `&item` apart.
    Filter(bool),
    Zip,
    Enumerate,
    Reverse,
    Chain,
    Skip,
    Take,
    StepBy,
    Copied,
    /// As [`Self::Filter`], up to the first item without the condition, or from it on.
    TakeWhile(bool),
    SkipWhile(bool),
    /// The closure ends in [`Self::When`].
    FilterMap,
    MapWhile,
    /// The closure takes an index and gives a range; whether the items are pairs of both.
    FlatMap(bool),
    /// Chain, first value, closure of the value before and the item.
    Scan,
    /// `chunks_exact`
    Chunks(usize),
    /// `condition.then(|| number)`, what a closure gives.
    When,
    /// Of optional numbers those that are there.
    Present,
    /// An item of a list of optional numbers.
    LookOptional,
    /// The vectors of a list, each of its own length.
    Vectors,
    /// The items of a list of indices.
    Listed,
    /// An item of a list of indices.
    Look,
    // What ends a chain.
    /// Chain, first value, closure of the value before and the item.
    Fold,
    Sum,
    /// Of vectors.
    SumTensors(Type),
    Product,
    CountItems,
    /// `len()` of an iterator.
    Length,
    Collect,
    /// An empty list that statements push to.
    NewList,
    /// Chain, condition on the item, number where there is none, closure of the item. As [`Self::Filter`].
    Find(bool),
    /// The same by the place, from the first item or the last.
    Position {
        last: bool,
    },
    /// Chain, closure that ends in [`Self::When`], number where there is none.
    FindMap,
    /// Chain of numbers, number where there is none; `max_by`, `min_by`.
    ExtremeItem {
        largest: bool,
    },
    /// Chain, key of an item, number where there is none, closure of the item and its key.
    ExtremeKey {
        largest: bool,
    },
    /// Chain, place, number where there is none, closure of the item.
    Nth,
    /// Chain, number where there is none, closure of the item.
    Last,
    // Roles.
    Blocks,
}

/// How a system is solved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Factor {
    Lu,
    Cholesky,
}

/// Scalar functions, each finite with moderate derivatives for all arguments.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fun {
    Sin,
    Cos,
    Tanh,
    Atan,
    Asinh,
    /// `e^{0.25 t}`
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
    /// `(1 + t²)^{1.25}`
    Powf,
    /// `cbrt(2 + sin t)`
    Cbrt,
    /// `e^{t/4} - 1`
    ExpM1,
    Abs,
    /// `clamp(t, -0.75, 0.75)`
    Clamp,
    /// `max(t, 0.0625)`
    Max,
}

pub const FUNS: [Fun; 19] = [
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
    Fun::Cbrt,
    Fun::ExpM1,
    Fun::Abs,
    Fun::Clamp,
    Fun::Max,
];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    X,
    Y,
    Data,
}

/// A block of x or y, or a field of the data.
#[derive(Clone, PartialEq, Debug)]
pub struct Input {
    pub role: Role,
    /// Empty: the whole of x or y.
    pub field: &'static str,
    pub kind: InputKind,
}

#[derive(Clone, PartialEq, Debug)]
pub enum InputKind {
    Number,
    /// A column, a row or a matrix.
    Tensor(Type),
    /// `[f64; N]`
    Array(usize),
    /// The value of a dimension.
    Count(usize),
    Sparse(Extent, Extent),
    /// Whole numbers 0, 1, 2 as f64.
    Labels(Extent),
    /// So many places of something as long as a dimension, `Vec<usize>`.
    Indices(Extent, usize),
    /// So many vectors, each of its own length.
    Lists(Extent),
    /// An enum of the module, one of [`VARIANTS`].
    Choice,
    Flag,
    /// `Vec<bool>`
    Flags(Extent),
    /// `Option<f64>`
    Optional,
    /// `Vec<Option<f64>>`
    Optionals(Extent),
}

/// Of the enum of the data.
pub const VARIANTS: [&str; 3] = ["First", "Second", "Third"];

/// The inner role.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inner {
    Objective,
    Root,
    FixedPoint,
}

/// A function of the module.
#[derive(Clone, PartialEq, Debug)]
pub struct Helper {
    /// So many of the parameters are the fields of a type whose method it is.
    pub fields: Option<usize>,
    pub parameters: Vec<(Name, Type)>,
    pub body: Expr,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Program {
    /// Their values, and whether they are constants of the types.
    pub dimensions: Vec<(usize, bool)>,
    /// Blocks of x, then of y, then the fields of the data.
    pub inputs: Vec<Input>,
    pub single: bool,
    /// x and y are taken by value.
    pub by_value: bool,
    pub helpers: Vec<Helper>,
    pub inner: Inner,
    /// f, F or Phi.
    pub f: Expr,
    pub g: Expr,
    pub names: usize,
}

impl Input {
    pub fn ty(&self) -> Type {
        match &self.kind {
            InputKind::Number => Type::Number,
            InputKind::Tensor(ty) => ty.clone(),
            InputKind::Array(n) => Type::Column(Extent::constant(*n)),
            InputKind::Count(_) => Type::Index,
            InputKind::Sparse(r, c) => Type::Sparse(*r, *c),
            InputKind::Labels(n) => Type::Column(*n),
            InputKind::Indices(n, _) => Type::Indices(*n),
            InputKind::Lists(n) => Type::Lists(*n),
            InputKind::Choice => Type::Choice,
            InputKind::Flag => Type::Truth,
            InputKind::Flags(n) => Type::Flags(*n),
            InputKind::Optional => Type::Maybe,
            InputKind::Optionals(n) => Type::Optionals(*n),
        }
    }
}

impl Program {
    pub fn sizes(&self) -> Vec<usize> {
        self.dimensions.iter().map(|(value, _)| *value).collect()
    }

    pub fn extent(&self, dimension: usize) -> Extent {
        Extent { dimension: Some(dimension), plus: 0, fixed: self.dimensions[dimension].1 }
    }

    /// The blocks of a role, with their positions.
    pub fn blocks(&self, role: Role) -> impl Iterator<Item = (usize, &Input)> {
        self.inputs.iter().enumerate().filter(move |(_, input)| input.role == role)
    }

    /// Whether an input tells how large a dimension is.
    pub fn has_dimension(&self, dimension: usize) -> bool {
        let is = |extent: &Extent| extent.dimension == Some(dimension);
        self.inputs.iter().any(|input| match (&input.kind, input.ty()) {
            (InputKind::Count(own), _) => *own == dimension,
            (_, Type::Column(n) | Type::Row(n) | Type::Indices(n) | Type::Lists(n)) => is(&n),
            (_, Type::Flags(n) | Type::Optionals(n)) => is(&n),
            (_, Type::Matrix(r, c) | Type::Sparse(r, c)) => is(&r) || is(&c),
            _ => false,
        })
    }

    /// The bodies: of the helpers, of the inner role, of g.
    pub fn bodies(&self) -> Vec<&Expr> {
        self.helpers.iter().map(|h| &h.body).chain([&self.f, &self.g]).collect()
    }

    pub fn bodies_mut(&mut self) -> Vec<&mut Expr> {
        self.helpers.iter_mut().map(|h| &mut h.body).chain([&mut self.f, &mut self.g]).collect()
    }
}

impl Expr {
    pub fn children(&self) -> Vec<&Self> {
        match self {
            Self::Number(_) | Self::Count(_) | Self::Size(_) | Self::Input(_) | Self::Name(..) => Vec::new(),
            Self::Apply(_, arguments) => arguments.iter().collect(),
            Self::Lambda(_, body) => vec![body],
            Self::Let(_, value, rest) => vec![value, rest],
            Self::Block(states, statements, rest) => {
                let mut children: Vec<&Self> = states.iter().map(|(_, value)| value).collect();
                statements.iter().for_each(|s| s.expressions(&mut children));
                children.push(rest);
                children
            }
        }
    }

    pub fn children_mut(&mut self) -> Vec<&mut Self> {
        match self {
            Self::Number(_) | Self::Count(_) | Self::Size(_) | Self::Input(_) | Self::Name(..) => Vec::new(),
            Self::Apply(_, arguments) => arguments.iter_mut().collect(),
            Self::Lambda(_, body) => vec![body],
            Self::Let(_, value, rest) => vec![value, rest],
            Self::Block(states, statements, rest) => {
                let mut children: Vec<&mut Self> = states.iter_mut().map(|(_, value)| value).collect();
                statements.iter_mut().for_each(|s| s.expressions_mut(&mut children));
                children.push(rest);
                children
            }
        }
    }

    /// This expression and all within it, each after what encloses it.
    pub fn walk<'e>(&'e self, see: &mut impl FnMut(&'e Self)) {
        see(self);
        for child in self.children() {
            child.walk(see);
        }
    }

    pub fn count(&self) -> usize {
        1 + self.children().into_iter().map(Self::count).sum::<usize>()
    }
}

impl Statement {
    fn expressions<'e>(&'e self, found: &mut Vec<&'e Expr>) {
        match self {
            Self::Let(_, value) | Self::Jump(_, value) => found.push(value),
            Self::Change(_, _, indices, value) => {
                found.extend(indices);
                found.push(value);
            }
            Self::If(head, body, otherwise) => {
                found.push(head);
                body.iter().chain(otherwise).for_each(|s| s.expressions(found));
            }
            Self::For(_, head, body) => {
                found.push(head);
                body.iter().for_each(|s| s.expressions(found));
            }
            Self::While(_, heads, body) => {
                found.extend(heads);
                body.iter().for_each(|s| s.expressions(found));
            }
        }
    }

    fn expressions_mut<'e>(&'e mut self, found: &mut Vec<&'e mut Expr>) {
        match self {
            Self::Let(_, value) | Self::Jump(_, value) => found.push(value),
            Self::Change(_, _, indices, value) => {
                found.extend(indices);
                found.push(value);
            }
            Self::If(head, body, otherwise) => {
                found.push(head);
                body.iter_mut().chain(otherwise).for_each(|s| s.expressions_mut(found));
            }
            Self::For(_, head, body) => {
                found.push(head);
                body.iter_mut().for_each(|s| s.expressions_mut(found));
            }
            Self::While(_, heads, body) => {
                found.extend(heads);
                body.iter_mut().for_each(|s| s.expressions_mut(found));
            }
        }
    }
}

impl Pattern {
    pub fn ty(&self) -> Option<Type> {
        match self {
            Self::Name(_, ty) => Some(ty.clone()),
            Self::Ignore => None,
            Self::Tuple(parts) => parts.iter().map(Self::ty).collect::<Option<_>>().map(Type::Tuple),
        }
    }

    pub fn names(&self) -> Vec<(Name, &Type)> {
        match self {
            Self::Name(name, ty) => vec![(*name, ty)],
            Self::Ignore => Vec::new(),
            Self::Tuple(parts) => parts.iter().flat_map(Self::names).collect(),
        }
    }
}
