//! Programs at random: typed, and in range at the sizes that they are made for, as far as intervals of
//! the indices tell; the rest is tried by evaluation.

mod chains;
mod indices;
mod inputs;
mod missing;
mod numbers;
mod searches;
mod statements;
mod systems;
mod tensors;

use crate::ast::{Expr, Helper, Inner, InputKind, Name, Op, Pattern, Program, Role};
use crate::point::Point;
use crate::random::Random;
use crate::types::{Extent, Type};
use crate::typing::type_of;

/// Programs of the seeds from here on have searches, loops that are left, lists that are pushed to, early returns, choices and
/// data that may be missing too; tests name programs of seeds before it.
pub const FIRST_WITH_SEARCHES: u64 = 20_000_000;

/// And those from here on have two lists of vectors, so that f and g read different ones.
pub const FIRST_WITH_TWO_LISTS: u64 = 30_000_000;

/// The program of a seed: one that Rust runs without a panic, with finite values of moderate size.
pub fn program(seed: u64) -> Program {
    for attempt in 0..200 {
        let program = candidate(seed, attempt);
        if Point::new(&program, seed).is_comparable(&program) {
            return program;
        }
    }
    unreachable!("one in two candidates or so is comparable")
}

fn candidate(seed: u64, attempt: u64) -> Program {
    let mut random = Random::new(seed.wrapping_mul(1009).wrapping_add(attempt));
    let searches = seed >= FIRST_WITH_SEARCHES;
    let program = inputs::declare(&mut random, searches, seed >= FIRST_WITH_TWO_LISTS);
    let mut generator = Generator { sizes: program.sizes(), random, program, scope: Vec::new(), bare: false, searches };
    for _ in 0..generator.random.below(3) {
        generator.helper();
    }
    generator.program.f = match generator.program.inner {
        Inner::Objective => generator.function(3, Generator::objective),
        Inner::Root | Inner::FixedPoint => generator.function(2, Generator::blocks),
    };
    generator.program.g = generator.function(2, Generator::objective);
    generator.program
}

/// The least and the largest value of an index, at the sizes of the program.
type Interval = (i64, i64);

/// What is known of an item or a name: of its type.
#[derive(Clone, PartialEq, Debug)]
enum Known {
    Nothing,
    Index(Interval),
    Tuple(Vec<Known>),
}

#[derive(Clone)]
struct Variable {
    name: Name,
    ty: Type,
    known: Known,
}

struct Generator {
    random: Random,
    program: Program,
    sizes: Vec<usize>,
    scope: Vec<Variable>,
    /// In a helper: neither x nor y nor the data is there.
    bare: bool,
    /// See [`FIRST_WITH_SEARCHES`].
    searches: bool,
}

impl Generator {
    fn name(&mut self) -> Name {
        self.program.names += 1;
        self.program.names - 1
    }

    fn ty(&self, expr: &Expr) -> Type {
        type_of(&self.program, expr)
    }

    fn push(&mut self, ty: Type, known: Known) -> Name {
        let name = self.name();
        self.scope.push(Variable { name, ty, known });
        name
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.random.below(100) < percent
    }

    /// Of the words from [`FIRST_WITH_SEARCHES`] on.
    fn searches(&mut self, percent: usize) -> bool {
        self.searches && self.chance(percent)
    }

    fn boxed(expr: Expr) -> Box<Expr> {
        Box::new(expr)
    }

    /// Sizes that some input has.
    fn extents(&self) -> Vec<Extent> {
        let mut extents: Vec<Extent> = Vec::new();
        for input in &self.program.inputs {
            let own = match input.ty() {
                Type::Column(n) | Type::Row(n) => vec![n],
                Type::Indices(n) | Type::Lists(n) | Type::Flags(n) | Type::Optionals(n) => vec![n],
                Type::Matrix(r, c) | Type::Sparse(r, c) => vec![r, c],
                _ => Vec::new(),
            };
            for extent in own {
                if extent.dimension.is_some() && !extents.contains(&extent) && (!self.bare || extent.fixed) {
                    extents.push(extent);
                }
            }
        }
        extents
    }

    fn extent(&mut self) -> Option<Extent> {
        let extents = self.extents();
        (!extents.is_empty()).then(|| *self.random.pick(&extents))
    }

    fn length(&self, extent: Extent) -> i64 {
        extent.value(&self.sizes).map_or(0, |n| n as i64)
    }

    /// A closure of these items; the body sees their names.
    fn lambda(&mut self, items: &[(Type, Known)], body: impl FnOnce(&mut Self) -> Expr) -> Expr {
        let before = self.scope.len();
        let patterns = items.iter().map(|(ty, known)| self.pattern(ty, known)).collect();
        let body = body(self);
        self.scope.truncate(before);
        Expr::Lambda(patterns, Self::boxed(body))
    }

    fn pattern(&mut self, ty: &Type, known: &Known) -> Pattern {
        if self.chance(4) {
            return Pattern::Ignore;
        }
        match (ty, known) {
            (Type::Tuple(parts), Known::Tuple(knowns)) => {
                Pattern::Tuple(parts.iter().zip(knowns).map(|(ty, known)| self.pattern(ty, known)).collect())
            }
            _ => {
                let name = self.push(ty.clone(), known.clone());
                Pattern::Name(name, ty.clone())
            }
        }
    }

    fn helper(&mut self) {
        self.bare = true;
        let vectors: Vec<Type> =
            self.program.inputs.iter().filter(|i| matches!(i.kind, InputKind::Tensor(_))).map(|i| i.ty()).collect();
        // The fields of a type, if it is a method.
        let mut types = Vec::new();
        let fields = self.chance(35).then(|| 1 + self.random.below(2));
        for _ in 0..fields.unwrap_or(0) {
            let is_vector = !vectors.is_empty() && self.chance(40);
            types.push(if is_vector { self.random.pick(&vectors).clone() } else { Type::Number });
        }
        types.push(Type::Number);
        if self.chance(40) {
            types.push(Type::Number);
        }
        if self.chance(30) {
            types.push(Type::Index);
        }
        if !vectors.is_empty() && self.chance(40) {
            types.push(self.random.pick(&vectors).clone());
        }
        let parameters = types
            .into_iter()
            .map(|ty| {
                let known = if ty == Type::Index { Known::Index(HELPER_INDEX) } else { Known::Nothing };
                (self.push(ty.clone(), known), ty)
            })
            .collect();
        let mut body = self.number(3);
        if self.searches(15) {
            body = self.early(body, |g| g.number(1));
        }
        self.scope.clear();
        self.bare = false;
        self.program.helpers.push(Helper { fields, parameters, body });
    }

    /// `if .. { return ..; }` before the rest.
    fn early(&mut self, rest: Expr, value: impl FnOnce(&mut Self) -> Expr) -> Expr {
        let condition = self.truth(1);
        Expr::Apply(Op::Return, vec![condition, value(self), rest])
    }

    /// Statements, and what they lead to.
    fn function(&mut self, most: usize, result: fn(&mut Self) -> Expr) -> Expr {
        let count = self.random.below(most + 1);
        let mut statements = Vec::new();
        for _ in 0..count {
            let statement = self.statement();
            statements.push(statement);
        }
        let mut last = result(self);
        if self.searches(12) {
            last = self.early(last, result);
        }
        self.scope.clear();
        statements.into_iter().rev().fold(last, |rest, (name, value)| Expr::Let(name, Self::boxed(value), Self::boxed(rest)))
    }

    fn statement(&mut self) -> (Name, Expr) {
        let (value, known) = match self.random.below(20) {
            0..8 => (self.number(3), Known::Nothing),
            8..14 => (self.some_tensor(3), Known::Nothing),
            14..16 => {
                let items = vec![(Type::Number, Known::Nothing); 1 + self.random.below(2)];
                (self.lambda(&items, |g| g.number(2)), Known::Nothing)
            }
            16 => {
                let (value, interval) = self.index(2);
                (value, Known::Index(interval))
            }
            17..19 => {
                let ty = self.some_type();
                (self.block(&ty, 3), Known::Nothing)
            }
            _ => {
                let chain = self.numbers_chain(2);
                (Expr::Apply(Op::Collect, vec![chain]), Known::Nothing)
            }
        };
        let ty = self.ty(&value);
        (self.push(ty, known), value)
    }

    /// A number, as f and g return it.
    fn objective(&mut self) -> Expr {
        let mut total = self.number(4);
        for _ in 0..self.random.below(3) {
            let term = self.number(3);
            total = Expr::Apply(Op::Add, vec![total, term]);
        }
        if self.chance(50) {
            let x: Vec<usize> = self.program.blocks(Role::X).map(|(k, _)| k).collect();
            let x = Expr::Input(*self.random.pick(&x));
            let square = match self.ty(&x) {
                Type::Number => Expr::Apply(Op::Fun(crate::ast::Fun::Square), vec![x]),
                _ => Expr::Apply(Op::NormSquared, vec![x]),
            };
            let quarter = Expr::Apply(Op::Multiply, vec![Expr::Number(0.25), square]);
            total = Expr::Apply(Op::Add, vec![total, quarter]);
        }
        total
    }

    /// One value for each block of x, as F and Phi return them.
    fn blocks(&mut self) -> Expr {
        let types: Vec<Type> = self.program.blocks(Role::X).map(|(_, input)| input.ty()).collect();
        let blocks = types.iter().map(|ty| if *ty == Type::Number { self.number(3) } else { self.tensor(ty, 3) }).collect();
        Expr::Apply(Op::Blocks, blocks)
    }
}

/// What the index parameters of helpers can be.
const HELPER_INDEX: Interval = (0, 2);
