//! The lowered form: statements over flat column-major buffers. `emit` turns it into Rust.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::Stage;
use crate::differentiate::{Directions, Group, OfRole, Quantity};
use crate::ir::{Affine, Func, Guard, Id, Size, Symbol, Wire};

/// What a lowered module consists of.
#[derive(Debug, Default)]
pub struct Program {
    /// Cached nodes and scratch, by number.
    pub buffers: Vec<Buffer>,
    /// How each buffer is computed.
    pub computations: Vec<Vec<Stmt>>,
    /// Run-time choices between two forms (see `contract`).
    pub choices: Vec<Choice>,
    pub functions: Vec<Function>,
    /// Numbers of data alone, each written to the first entry of an output: how often a condition on data fails.
    pub violations: Vec<Vec<Stmt>>,
    /// Buffers that hold factors.
    pub factors: Vec<Factor>,
    /// When the formulas of `F_1` are known, where it has any.
    pub f_1_stage: Option<Stage>,
    /// F on some samples, where they do not read each other.
    pub samples: Option<Samples>,
    /// A product with a large matrix that f needs, and that F computes with its own in one pass.
    pub ahead: Option<usize>,
}

impl Program {
    /// Whether the statements of a buffer write it and no other one.
    pub fn is_made_alone(&self, buffer: usize) -> bool {
        let is_maker = |other: &Buffer| matches!(other.made, Made::With(maker) if maker == buffer);
        matches!(self.buffers[buffer].made, Made::Alone) && !self.buffers.iter().any(is_maker)
    }
}

/// A buffer of factors, each of which says whether it is sound.
#[derive(Debug, Clone)]
pub struct Factor {
    pub buffer: usize,
    /// What was factored.
    pub matrix: Id,
    pub rows: Size,
}

/// Storage of one node.
#[derive(Debug, Clone)]
pub struct Buffer {
    /// `Direction`: scratch of one call; `Data`: kept by the problem; else kept by the point.
    pub stage: Stage,
    pub length: Size,
    pub made: Made,
}

/// What makes the buffer of a point ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// A computation of its own.
    Alone,
    /// That of another.
    With(usize),
    /// Its computation sets others alone: it is no buffer itself.
    Ready,
    /// Those who need it, on their way.
    Along,
    /// Nothing: it is no buffer any more.
    Never,
}

/// `hoisted` where it is cheaper and its memory is bounded.
#[derive(Debug, Clone)]
pub struct Choice {
    pub hoisted_cost: Size,
    pub plain_cost: Size,
    pub memory: Size,
}

/// A kernel: writes one output.
#[derive(Debug)]
pub struct Function {
    pub computes: Computes,
    pub body: Vec<Stmt>,
    /// What follows, over strips of the rows of one matrix after the other.
    pub strips: Vec<Strips>,
}

/// The residual of some samples.
#[derive(Debug)]
pub struct Samples {
    /// How many samples there are; of a block, how many it has.
    pub count: Symbol,
    /// Buffers that are made ready for all samples.
    pub kept: BTreeSet<usize>,
    /// F, with the buffers of a block.
    pub body: Vec<Stmt>,
    /// Entries of one sample in F.
    pub rows: Size,
    /// Entries of one sample in what holds all of them.
    pub starts: BTreeMap<Source, Size>,
}

/// A part of a function: over some rows at a time, and what follows when all of them are done.
#[derive(Debug)]
pub struct Strips {
    /// How many rows there are.
    pub rows: Symbol,
    /// The columns of the matrix.
    pub columns: Size,
    /// Statements, and the buffers that the point keeps which they compute, if any.
    pub body: Vec<(Option<usize>, Stmt)>,
    /// What has an entry for each row.
    pub vectors: BTreeSet<Source>,
    /// What follows when all rows are done.
    pub after: Vec<Stmt>,
}

impl Strips {
    /// The buffers that are made ready.
    pub fn kept(&self) -> BTreeSet<usize> {
        self.body.iter().flat_map(|(kept, statement)| [*kept, statement.along()]).flatten().collect()
    }
}

/// What a function computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Computes {
    Problem(Quantity),
    Role(Group, OfRole),
    /// A part of `factor`.
    Factor(Part),
}

/// What a factorisation by structure starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The diagonal blocks of `F_1`.
    Blocks,
    /// The diagonal of a diagonal plus a Gram matrix.
    Diagonal,
    /// The roots of the Gram matrix.
    Roots,
}

impl Computes {
    /// In the runtime's traits; parts stand in the body of `factor`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Problem(quantity) => quantity.kernel().0,
            Self::Role(_, quantity) => quantity.kernel().0,
            Self::Factor(_) => "factor",
        }
    }

    /// Whether it is asked for once a run, if at all.
    pub fn is_seldom(self) -> bool {
        matches!(self, Self::Problem(Quantity::F1Least | Quantity::F1Most))
    }

    /// Whether it is asked for once a direction, many times a point.
    pub fn is_repeated(self) -> bool {
        match self {
            Self::Problem(quantity) => quantity.kernel().2 != Directions::None,
            Self::Role(_, quantity) => quantity.is_product(),
            Self::Factor(_) => false,
        }
    }
}

/// Where numbers live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    Buffer(usize),
    /// An input node.
    Input(Id),
    /// The stored values of a sparse field, and where they are.
    Sparse(Id),
    /// The function's output.
    Out,
}

/// A tensor in storage: `offset + Σ strides·index`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub source: Source,
    pub offset: Size,
    pub strides: Vec<Size>,
}

impl Place {
    /// Column-major at the start of a source.
    pub fn natural(source: Source, shape: &[Size]) -> Self {
        Self { source, offset: Size::zero(), strides: natural_strides(shape) }
    }

    pub fn offset_at(&self, index: &[Affine]) -> Affine {
        self.strides
            .iter()
            .zip(index)
            .fold(Affine::constant(self.offset.clone()), |sum, (stride, index)| sum.add(&index.scale(stride)))
    }
}

pub fn natural_strides(shape: &[Size]) -> Vec<Size> {
    let mut stride = Size::constant(1);
    shape
        .iter()
        .map(|extent| {
            let own = stride.clone();
            stride = stride.mul(extent);
            own
        })
        .collect()
}

#[derive(Debug, Clone)]
pub enum Stmt {
    /// Computes a cached buffer unless that was done.
    Ensure(usize),
    /// Sets scratch to its length before it is written.
    Scratch(usize),
    /// Zeros over a tensor.
    Zero {
        place: Place,
        shape: Vec<Size>,
    },
    /// Over `0..extent` where all bounds, in which the variable has coefficient ±1, are at least 0.
    Loop {
        variable: Wire,
        extent: Size,
        bounds: Vec<Affine>,
        body: Vec<Stmt>,
    },
    /// The steps of a recursion, each of which reads what the one before has written.
    Steps {
        variable: Wire,
        extent: Size,
        body: Vec<Stmt>,
    },
    /// For the stored entries of a row of a sparse field: `position` among all of them, `column`.
    Entries {
        matrix: Id,
        row: Affine,
        position: Wire,
        column: Wire,
        body: Vec<Stmt>,
    },
    When {
        conditions: Vec<Guard>,
        body: Vec<Stmt>,
    },
    /// The same of whole statements, buffers that they make ready among them.
    Given {
        conditions: Vec<Guard>,
        body: Vec<Stmt>,
    },
    /// `target[offset] = value`, or `+=`.
    Store {
        target: Source,
        offset: Affine,
        add: bool,
        value: Expr,
    },
    /// `let name = value` inside of a loop.
    Let {
        name: u32,
        value: Expr,
    },
    /// `let sum = Σ value` over a variable that runs as in a loop.
    Sum {
        name: u32,
        variable: Wire,
        extent: Size,
        bounds: Vec<Affine>,
        value: Expr,
    },
    /// One of two forms.
    Choose {
        choice: usize,
        hoisted: Vec<Stmt>,
        plain: Vec<Stmt>,
    },
    /// A call of a kernel of the runtime.
    Kernel(Kernel),
}

impl Stmt {
    /// The buffer that a product computes on its way.
    pub fn along(&self) -> Option<usize> {
        let Self::Kernel(Kernel { along: Some(along), .. }) = self else { return None };
        Some(along.buffer)
    }

    /// Every source that is read and every one that is written, but by statements that stand inside on their own.
    pub fn sources(&self, reads: &mut BTreeSet<Source>, writes: &mut BTreeSet<Source>) {
        let expression = |value: &Expr, reads: &mut BTreeSet<Source>| {
            let mut found = Vec::new();
            value.sources(&mut found);
            reads.extend(found);
        };
        match self {
            // Their statements have bindings of their own.
            Self::Steps { .. } | Self::Given { .. } | Self::Choose { .. } => {}
            Self::Ensure(_) | Self::Scratch(_) => {}
            Self::Zero { place, .. } => {
                writes.insert(place.source);
            }
            Self::Entries { matrix, body, .. } => {
                reads.insert(Source::Sparse(*matrix));
                body.iter().for_each(|s| s.sources(reads, writes));
            }
            Self::Loop { body, .. } | Self::When { body, .. } => body.iter().for_each(|s| s.sources(reads, writes)),
            Self::Store { target, value, .. } => {
                expression(value, reads);
                writes.insert(*target);
            }
            Self::Let { value, .. } | Self::Sum { value, .. } => expression(value, reads),
            Self::Kernel(kernel) => {
                for argument in &kernel.arguments {
                    match argument {
                        Argument::Value(value) => expression(value, reads),
                        Argument::Slice(slice) => {
                            reads.insert(slice.source);
                        }
                        Argument::Slices(slices) => reads.extend(slices.iter().map(|s| s.source)),
                        Argument::Sparse(matrix) => {
                            reads.insert(Source::Sparse(*matrix));
                        }
                        Argument::Size(_)
                        | Argument::Sizes(_)
                        | Argument::Scratch { .. }
                        | Argument::Elimination { .. }
                        | Argument::Panel { .. } => {}
                    }
                }
                kernel.returns.iter().for_each(|c| expression(c, reads));
                writes.insert(kernel.target.source);
            }
        }
    }
}

/// `name(arguments.., target)`.
#[derive(Debug, Clone)]
pub struct Kernel {
    pub name: &'static str,
    pub arguments: Vec<Argument>,
    pub target: Slice,
    /// The kernel's result is added to the target's one entry, times the coefficient.
    pub returns: Option<Expr>,
    /// The kernel writes the target instead of adding to it, or instead of changing what is there.
    pub writes: bool,
    /// A product of the same matrix that is wanted later, and may be computed in the same pass.
    pub along: Option<Box<Along>>,
    /// What it shares with other functions of the same argument.
    pub exponential: Option<Exponential>,
}

/// The buffer of `e^-|t|` for every entry t of an argument, read if it is there.
#[derive(Debug, Clone, Copy)]
pub struct Exponential {
    pub buffer: usize,
    /// Whether it is written where it is not.
    pub is_kept: bool,
}

/// The product that a buffer consists of.
#[derive(Debug, Clone)]
pub struct Along {
    pub buffer: usize,
    pub kernel: Kernel,
}

#[derive(Debug, Clone)]
pub enum Argument {
    Value(Expr),
    Slice(Slice),
    Slices(Vec<Slice>),
    /// A sparse field.
    Sparse(Id),
    Size(Size),
    /// An array of them.
    Sizes(Vec<Size>),
    /// Scratch of a weighted Gram product of this size.
    Scratch {
        rows: Size,
        columns: Size,
    },
    /// Pivots and scratch of an elimination.
    Elimination {
        rows: Size,
    },
    /// Scratch of a product of Khatri-Rao products with so many columns, of dynamic size.
    Panel {
        columns: Size,
    },
}

/// A contiguous piece of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    pub source: Source,
    pub offset: Size,
    pub length: Size,
}

/// A scalar expression over loop variables.
#[derive(Debug, Clone)]
pub enum Expr {
    Number(f64),
    Count(Size),
    /// An index as a number.
    Index(Affine),
    Load {
        source: Source,
        offset: Affine,
    },
    Local(u32),
    /// The value where a sparse field stores this entry, at this position, else 0; not evaluated
    /// there.
    Find {
        matrix: Id,
        row: Affine,
        column: Affine,
        position: Wire,
        value: Box<Expr>,
    },
    /// `Σ value` over a variable.
    Total {
        variable: Wire,
        extent: Size,
        value: Box<Expr>,
    },
    Product(f64, Vec<Expr>),
    Sum(Vec<(f64, Expr)>),
    Call(Func, Vec<Expr>),
    /// The value where the conditions hold, else 0; not evaluated there.
    Guarded(Vec<Guard>, Box<Expr>),
}

impl Expr {
    /// Every source that is read.
    pub fn sources(&self, found: &mut Vec<Source>) {
        match self {
            Self::Load { source, .. } => found.push(*source),
            Self::Find { matrix, value, .. } => {
                found.push(Source::Sparse(*matrix));
                value.sources(found);
            }
            Self::Product(_, factors) | Self::Call(_, factors) => factors.iter().for_each(|f| f.sources(found)),
            Self::Sum(terms) => terms.iter().for_each(|(_, t)| t.sources(found)),
            Self::Guarded(_, value) | Self::Total { value, .. } => value.sources(found),
            Self::Number(_) | Self::Count(_) | Self::Index(_) | Self::Local(_) => {}
        }
    }

    /// A number times a load.
    pub fn as_multiple(&self) -> Option<(f64, Source, &Affine)> {
        fn times(factor: f64, part: &Expr) -> Option<(f64, Source, &Affine)> {
            part.as_multiple().map(|(inner, source, offset)| (factor * inner, source, offset))
        }
        match self {
            Self::Load { source, offset } => Some((1.0, *source, offset)),
            Self::Product(factor, parts) => parts.first().filter(|_| parts.len() == 1).and_then(|part| times(*factor, part)),
            Self::Sum(terms) => terms.first().filter(|_| terms.len() == 1).and_then(|(factor, part)| times(*factor, part)),
            Self::Number(_)
            | Self::Count(_)
            | Self::Index(_)
            | Self::Local(_)
            | Self::Find { .. }
            | Self::Total { .. }
            | Self::Call(..)
            | Self::Guarded(..) => None,
        }
    }

    /// Whether nothing but numbers is added and multiplied.
    pub fn is_arithmetic(&self) -> bool {
        match self {
            Self::Number(_) | Self::Count(_) | Self::Index(_) | Self::Load { .. } | Self::Local(_) => true,
            Self::Product(_, parts) => parts.iter().all(Self::is_arithmetic),
            Self::Sum(terms) => terms.iter().all(|(_, term)| term.is_arithmetic()),
            Self::Guarded(_, value) => value.is_arithmetic(),
            Self::Call(..) | Self::Find { .. } | Self::Total { .. } => false,
        }
    }

    /// Whether a sum stands in it.
    pub fn has_total(&self) -> bool {
        match self {
            Self::Total { .. } => true,
            Self::Product(_, parts) | Self::Call(_, parts) => parts.iter().any(Self::has_total),
            Self::Sum(terms) => terms.iter().any(|(_, term)| term.has_total()),
            Self::Guarded(_, value) | Self::Find { value, .. } => value.has_total(),
            Self::Number(_) | Self::Count(_) | Self::Index(_) | Self::Load { .. } | Self::Local(_) => false,
        }
    }

    /// Whether its value depends on a loop variable.
    pub fn mentions(&self, wire: Wire) -> bool {
        match self {
            Self::Index(affine) | Self::Load { offset: affine, .. } => affine.mentions(wire),
            Self::Find { row, column, value, .. } => row.mentions(wire) || column.mentions(wire) || value.mentions(wire),
            Self::Total { value, .. } => value.mentions(wire),
            Self::Product(_, parts) | Self::Call(_, parts) => parts.iter().any(|part| part.mentions(wire)),
            Self::Sum(terms) => terms.iter().any(|(_, term)| term.mentions(wire)),
            Self::Guarded(guards, value) => guards.iter().any(|g| g.affine.mentions(wire)) || value.mentions(wire),
            Self::Number(_) | Self::Count(_) | Self::Local(_) => false,
        }
    }

    /// Every load, in order.
    pub fn loads<'e>(&'e self, found: &mut Vec<(Source, &'e Affine)>) {
        match self {
            Self::Load { source, offset } => found.push((*source, offset)),
            Self::Product(_, factors) | Self::Call(_, factors) => factors.iter().for_each(|f| f.loads(found)),
            Self::Sum(terms) => terms.iter().for_each(|(_, t)| t.loads(found)),
            Self::Guarded(_, value) | Self::Total { value, .. } | Self::Find { value, .. } => value.loads(found),
            Self::Number(_) | Self::Count(_) | Self::Index(_) | Self::Local(_) => {}
        }
    }
}
