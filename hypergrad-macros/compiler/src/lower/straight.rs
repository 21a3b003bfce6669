//! Pieces as straight lines: each value has a name, and what several of them compute is computed once.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::piece::Piece;
use super::program::{Expr, Source, Stmt};
use crate::ir::{Affine, Func, Guard, Number, Size};

/// A value, by the numbers of those that it is computed from.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Value {
    Number(Number),
    Count(Size),
    Index(Affine),
    Load(Source, Affine),
    Product(Number, Vec<usize>),
    Sum(Vec<(Number, usize)>),
    Call(Func, Vec<usize>),
    Guarded(Vec<Guard>, usize),
}

impl Value {
    fn parts(&self) -> Vec<usize> {
        match self {
            Self::Number(_) | Self::Count(_) | Self::Index(_) | Self::Load(..) => Vec::new(),
            Self::Product(_, parts) | Self::Call(_, parts) => parts.clone(),
            Self::Sum(terms) => terms.iter().map(|(_, term)| *term).collect(),
            Self::Guarded(_, value) => vec![*value],
        }
    }
}

/// The statements that compute pieces one after the other. What is not `kept` is read by later pieces alone.
pub fn lines(pieces: &[Piece], kept: &dyn Fn(&Piece) -> bool) -> Vec<Stmt> {
    let stored = pieces.iter().filter(|piece| kept(piece)).map(|piece| piece.target).collect();
    let mut values = Values { stored, ..Values::default() };
    let roots: Vec<usize> = pieces
        .iter()
        .map(|piece| {
            let root = values.number(&piece.value);
            values.set.insert((piece.target, piece.offset.clone()), root);
            root
        })
        .collect();
    values.count(&roots);
    let mut lines = Vec::new();
    for (piece, root) in pieces.iter().zip(roots) {
        values.name_shared(root, &mut lines);
        if kept(piece) {
            if values.readers[root] > 1 {
                values.name(root, &mut lines);
            }
            let value = values.expression(root);
            lines.push(Stmt::Store { target: piece.target, offset: piece.offset.clone(), add: false, value });
        } else {
            values.name(root, &mut lines);
        }
    }
    lines
}

#[derive(Default)]
struct Values {
    known: Vec<Value>,
    numbers: FxHashMap<Value, usize>,
    /// What was set, by its place.
    set: FxHashMap<(Source, Affine), usize>,
    /// Sources that are written to: what is read from them is read where it stands.
    stored: BTreeSet<Source>,
    /// How often each is read.
    readers: Vec<usize>,
    /// Whether it is computed whatever conditions say, and from nothing that is written to meanwhile.
    free: Vec<bool>,
    names: FxHashMap<usize, u32>,
}

impl Values {
    fn number(&mut self, value: &Expr) -> usize {
        let value = match value {
            Expr::Number(number) => Value::Number(Number::new(*number)),
            Expr::Count(size) => Value::Count(size.clone()),
            Expr::Index(affine) => Value::Index(affine.clone()),
            Expr::Load { source, offset } => {
                if let Some(set) = self.set.get(&(*source, offset.clone())) {
                    return *set;
                }
                Value::Load(*source, offset.clone())
            }
            Expr::Product(coefficient, parts) => {
                let parts = parts.iter().map(|part| self.number(part)).collect();
                Value::Product(Number::new(*coefficient), parts)
            }
            Expr::Sum(terms) => {
                Value::Sum(terms.iter().map(|(coefficient, term)| (Number::new(*coefficient), self.number(term))).collect())
            }
            Expr::Call(func, parts) => Value::Call(*func, parts.iter().map(|part| self.number(part)).collect()),
            Expr::Guarded(guards, value) => Value::Guarded(guards.clone(), self.number(value)),
            Expr::Local(_) | Expr::Find { .. } | Expr::Total { .. } => unreachable!("pieces are plain"),
        };
        let value = self.simplified(value);
        if let Some(known) = self.numbers.get(&value) {
            return *known;
        }
        self.known.push(value.clone());
        self.numbers.insert(value, self.known.len() - 1);
        self.known.len() - 1
    }

    /// What was set to zero takes no part.
    fn simplified(&self, value: Value) -> Value {
        let zero = Value::Number(Number::new(0.0));
        let is_zero = |part: usize| self.known[part] == zero;
        match value {
            Value::Product(_, ref parts) if parts.iter().any(|part| is_zero(*part)) => zero,
            Value::Sum(mut terms) => {
                terms.retain(|(_, term)| !is_zero(*term));
                match terms.as_slice() {
                    [] => zero,
                    [(one, term)] if one.get() == 1.0 => self.known[*term].clone(),
                    _ => Value::Sum(terms),
                }
            }
            Value::Guarded(_, part) if is_zero(part) => zero,
            Value::Number(_)
            | Value::Count(_)
            | Value::Index(_)
            | Value::Load(..)
            | Value::Product(..)
            | Value::Call(..)
            | Value::Guarded(..) => value,
        }
    }

    /// Parts have smaller numbers than what is computed from them.
    fn count(&mut self, roots: &[usize]) {
        let count = self.known.len();
        let (mut readers, mut free) = (vec![0; count], vec![false; count]);
        for root in roots {
            readers[*root] += 1;
            free[*root] = true;
        }
        for number in (0..count).rev() {
            let passes = free[number] && !matches!(self.known[number], Value::Guarded(..));
            for part in self.known[number].parts() {
                readers[part] += usize::from(readers[number] > 0);
                free[part] |= passes;
            }
        }
        let mut moves: Vec<bool> = Vec::with_capacity(count);
        for (number, value) in self.known.iter().enumerate() {
            let own = matches!(value, Value::Load(source, _) if self.stored.contains(source));
            moves.push(own || value.parts().iter().any(|part| moves[*part]));
            free[number] &= !moves[number];
        }
        (self.readers, self.free) = (readers, free);
    }

    /// Gives names to what is read more than once on the way to a value, those first that others read.
    fn name_shared(&mut self, number: usize, lines: &mut Vec<Stmt>) {
        if self.names.contains_key(&number) {
            return;
        }
        for part in self.known[number].parts() {
            self.name_shared(part, lines);
            if self.readers[part] > 1 && self.free[part] {
                self.name(part, lines);
            }
        }
    }

    fn name(&mut self, number: usize, lines: &mut Vec<Stmt>) {
        let short = matches!(self.known[number], Value::Number(_) | Value::Count(_) | Value::Index(_));
        if short || self.names.contains_key(&number) {
            return;
        }
        let value = self.expression(number);
        let name = self.names.len() as u32;
        self.names.insert(number, name);
        lines.push(Stmt::Let { name, value });
    }

    fn expression(&self, number: usize) -> Expr {
        if let Some(name) = self.names.get(&number) {
            return Expr::Local(*name);
        }
        let all = |parts: &[usize]| parts.iter().map(|part| self.expression(*part)).collect();
        match &self.known[number] {
            Value::Number(number) => Expr::Number(number.get()),
            Value::Count(size) => Expr::Count(size.clone()),
            Value::Index(affine) => Expr::Index(affine.clone()),
            Value::Load(source, offset) => Expr::Load { source: *source, offset: offset.clone() },
            Value::Product(coefficient, parts) => Expr::Product(coefficient.get(), all(parts)),
            Value::Sum(terms) => Expr::Sum(terms.iter().map(|(c, term)| (c.get(), self.expression(*term))).collect()),
            Value::Call(func, parts) => Expr::Call(*func, all(parts)),
            Value::Guarded(guards, value) => Expr::Guarded(guards.clone(), Box::new(self.expression(*value))),
        }
    }
}
