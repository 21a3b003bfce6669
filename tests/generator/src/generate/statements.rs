//! Blocks with loops: sums and products that are accumulated, vectors that are filled, steps that need the
//! one before.

use super::{Generator, Known, Variable};
use crate::ast::{Change, Expr, Jump, Name, Op, Statement};
use crate::types::{Extent, Type};

/// What the statements of a block may change.
struct Block {
    states: Vec<(Name, Type)>,
}

/// The loops around a step: how many that can go on with their next step, and whether the innermost counts at its end.
#[derive(Clone, Copy)]
struct Around {
    loops: usize,
    counts: bool,
}

impl Generator {
    /// `{ let mut s = ..; for .. { s += ..; } s }`, of a number or a tensor.
    pub(super) fn block(&mut self, kept: &Type, depth: usize) -> Expr {
        let before = self.scope.len();
        // Whether the steps see what the steps before have made.
        let carries = self.chance(35);
        let mut types = vec![kept.clone()];
        if *kept == Type::Number && self.searches(20) {
            types.push(Type::List);
        } else if self.chance(30) {
            types.push(self.second_state());
        }
        let mut states = Vec::new();
        for ty in types {
            let first = self.first_value(&ty);
            let name = if carries && ty != Type::List { self.push(ty.clone(), Known::Nothing) } else { self.name() };
            states.push((name, ty, first));
        }
        let block = Block { states: states.iter().map(|(name, ty, _)| (*name, ty.clone())).collect() };
        let mut statements = Vec::new();
        for _ in 0..*self.random.pick(&[1, 1, 1, 2]) {
            statements.push(self.steps(&block, carries, depth, 0));
        }
        self.scope.truncate(before);
        for (name, ty) in &block.states {
            self.scope.push(Variable { name: *name, ty: ty.clone(), known: Known::Nothing });
        }
        let rest = self.result_of(&block, kept);
        self.scope.truncate(before);
        let states = states.into_iter().map(|(name, _, first)| (name, first)).collect();
        Expr::Block(states, statements, Self::boxed(rest))
    }

    fn second_state(&mut self) -> Type {
        match self.extent() {
            Some(n) if (!self.bare || n.fixed) && self.chance(50) => Type::Column(n),
            _ => Type::Number,
        }
    }

    fn first_value(&mut self, ty: &Type) -> Expr {
        match ty {
            Type::Number if self.chance(60) => Expr::Number(*self.random.pick(&[0.0, 0.0, 0.0, 1.0, 0.5])),
            Type::Number => self.number(0),
            Type::List => Expr::Apply(Op::NewList, Vec::new()),
            tensor if self.chance(60) => Expr::Apply(Op::Repeat(tensor.clone()), vec![Expr::Number(0.0)]),
            tensor => self.tensor(tensor, 1),
        }
    }

    /// The first state, and what was made of the others.
    fn result_of(&mut self, block: &Block, kept: &Type) -> Expr {
        let name = |(name, ty): &(Name, Type)| Expr::Name(*name, ty.clone());
        let first = name(&block.states[0]);
        let Some(second) = block.states.get(1) else { return first };
        match (kept, &second.1) {
            (Type::Number, Type::Number) => Expr::Apply(Op::Add, vec![first, name(second)]),
            (Type::Number, Type::List) => self.of_list(first, second.0),
            (Type::Number, _) => {
                let total = Expr::Apply(Op::Total, vec![name(second)]);
                Expr::Apply(Op::Add, vec![first, total])
            }
            (_, Type::Number) => Expr::Apply(Op::Scale, vec![name(second), first]),
            (_, other) if other == kept => Expr::Apply(Op::TensorAdd, vec![first, name(second)]),
            _ => first,
        }
    }

    /// The other number, and what was pushed.
    fn of_list(&mut self, first: Expr, list: Name) -> Expr {
        let list = Expr::Name(list, Type::List);
        let of_items = if self.chance(30) {
            Expr::Apply(Op::Cast, vec![Expr::Apply(Op::ListLength, vec![list])])
        } else {
            let body = self.lambda(&[(Type::Reference, Known::Nothing)], |g| g.number(1));
            let each = Expr::Apply(Op::Each, vec![Expr::Apply(Op::Iterate, vec![list]), body]);
            Expr::Apply(Op::Sum, vec![each])
        };
        Expr::Apply(Op::Add, vec![first, of_items])
    }

    /// A loop that a counter ends, or a condition.
    fn counting(&mut self, block: &Block, carries: bool, depth: usize) -> Statement {
        let before = self.scope.len();
        let (start, (low, _)) = if self.chance(70) { (Expr::Count(0), (0, 0)) } else { self.index(0) };
        let (end, (_, high)) = match self.extent() {
            Some(extent) if self.chance(70) => (Expr::Size(extent), (0, self.length(extent))),
            _ => self.index(0),
        };
        let counter = self.push(Type::Index, Known::Index((low, high - 1)));
        let condition = self.truth(1);
        let body = self.changes(block, carries, depth, Around { loops: 0, counts: true });
        self.scope.truncate(before);
        Statement::While(counter, [start, end, condition], body)
    }

    fn steps(&mut self, block: &Block, carries: bool, depth: usize, around: usize) -> Statement {
        if self.searches(12) {
            return self.counting(block, carries, depth);
        }
        let before = self.scope.len();
        // The iterator would borrow what the steps change.
        let is_state = |v: &Variable| block.states.iter().any(|(name, _)| *name == v.name);
        let all = self.scope.clone();
        let (hidden, kept): (Vec<Variable>, Vec<Variable>) = std::mem::take(&mut self.scope).into_iter().partition(is_state);
        self.scope = kept;
        let (chain, items) = if self.chance(60) {
            self.range()
        } else {
            let (chain, items, _) = self.chain(1);
            (chain, items)
        };
        if self.searches {
            self.scope = all;
        } else {
            // What is in scope behind the loop depends on the order, and so does what a seed makes.
            self.scope.extend(hidden);
        }
        let pattern = self.pattern(&items.ty, &items.known);
        let body = self.changes(block, carries, depth, Around { loops: around + 1, counts: false });
        self.scope.truncate(before);
        Statement::For(pattern, chain, body)
    }

    fn changes(&mut self, block: &Block, carries: bool, depth: usize, around: Around) -> Vec<Statement> {
        let before = self.scope.len();
        let mut statements = Vec::new();
        if self.chance(25) {
            let value = self.number(1);
            statements.push(Statement::Let(self.push(Type::Number, Known::Nothing), value));
        }
        if self.chance(15) {
            let jump = self.jump(around);
            statements.extend(jump.map(|jump| Statement::Jump(jump, self.truth(1))));
        }
        for _ in 0..*self.random.pick(&[1, 1, 1, 2, 2, 3]) {
            let statement = match self.random.below(10) {
                0 => {
                    let condition = self.truth(1);
                    let body = vec![self.change(block, carries, depth)];
                    let otherwise = if self.searches(40) { vec![self.change(block, carries, depth)] } else { Vec::new() };
                    Statement::If(condition, body, otherwise)
                }
                1 if depth > 1 => self.steps(block, carries, depth - 1, around.loops),
                _ => self.change(block, carries, depth),
            };
            statements.push(statement);
        }
        self.scope.truncate(before);
        statements
    }

    /// How a step may end: what counts would not go on.
    fn jump(&mut self, around: Around) -> Option<Jump> {
        let jump = Jump { leaves: self.searches(50), outer: around.loops > 1 && self.searches(30) };
        (jump.leaves || !around.counts || jump.outer).then_some(jump)
    }

    fn change(&mut self, block: &Block, carries: bool, depth: usize) -> Statement {
        let depth = depth.saturating_sub(1).min(2);
        let (name, ty) = self.random.pick(&block.states).clone();
        let kind = *self.random.pick(&[Change::Add, Change::Add, Change::Add, Change::Subtract, Change::Multiply]);
        if ty == Type::List {
            return Statement::Change(Change::Push, name, Vec::new(), self.number(depth));
        }
        if ty == Type::Number {
            let value = self.number(depth);
            return match (carries, kind) {
                (true, _) if self.chance(60) => Statement::Change(Change::Set, name, Vec::new(), self.damped(name, value)),
                _ => Statement::Change(kind, name, Vec::new(), value),
            };
        }
        let extents: Vec<Extent> = match &ty {
            Type::Column(n) | Type::Row(n) => vec![*n],
            Type::Matrix(r, c) => vec![*r, *c],
            _ => Vec::new(),
        };
        let lengths: Vec<i64> = extents.iter().map(|n| self.length(*n)).collect();
        let places: Option<Vec<Expr>> = lengths.into_iter().map(|length| self.index_within(length)).collect();
        match places {
            Some(places) if self.chance(75) => {
                let kind = if self.chance(50) { Change::Set } else { kind };
                Statement::Change(kind, name, places, self.number(depth))
            }
            _ if kind == Change::Multiply => Statement::Change(kind, name, Vec::new(), self.number(depth)),
            _ => Statement::Change(kind, name, Vec::new(), self.tensor(&ty, depth)),
        }
    }

    /// `0.5 * s + value`, which stays of moderate size.
    pub(super) fn damped(&mut self, name: Name, value: Expr) -> Expr {
        if self.chance(40) {
            return value;
        }
        let half = Expr::Apply(Op::Multiply, vec![Expr::Number(0.5), Expr::Name(name, Type::Number)]);
        Expr::Apply(Op::Add, vec![half, value])
    }

    /// `chain.fold(first, |s, item| ..)`
    pub(super) fn fold(&mut self, depth: usize) -> Expr {
        let (chain, items, _) = self.chain(depth);
        let first = self.first_value(&Type::Number);
        let parameters = [(Type::Number, Known::Nothing), (items.ty, items.known)];
        let body = self.lambda(&parameters, |g| {
            let value = g.number(depth.saturating_sub(1));
            let before = g.scope.iter().rev().find(|v| v.ty == Type::Number).map(|v| v.name);
            match before {
                Some(name) => g.damped(name, value),
                None => value,
            }
        });
        Expr::Apply(Op::Fold, vec![chain, first, body])
    }
}
