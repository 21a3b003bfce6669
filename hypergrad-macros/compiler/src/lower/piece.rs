//! Loops taken apart into entries: what a loop over one variable computes at each of its values.

use super::conditions::known;
use super::cost::MOST_UNROLLED;
use super::guarded;
use super::program::{Expr, Source, Stmt};
use crate::ir::{Affine, Guard, Size, Wire};

/// `target[offset] = value`
#[derive(Debug)]
pub struct Piece {
    pub target: Source,
    pub offset: Affine,
    pub value: Expr,
}

/// The variable that loops over several pieces have. Each such loop is the whole of its nest.
const VARIABLE: Wire = Wire(0);

/// A nest that sets entries, its short inner loops written out: what the outermost loop runs over, and what it sets.
pub fn of_loop(statement: &Stmt, facts: &[Affine]) -> Option<(Wire, Size, Vec<Piece>)> {
    let Stmt::Loop { variable, extent, bounds, body } = statement else { return None };
    let [inner] = body.as_slice() else { return None };
    let named = |affine: &Affine| affine.renamed(&|wire| if wire == *variable { VARIABLE } else { wire });
    let mut pieces = written_out(inner, facts, &[(*variable, extent.clone())])?;
    for piece in &mut pieces {
        piece.offset = named(&piece.offset);
        piece.value = with_indices(&piece.value, &named);
    }
    bounds.is_empty().then(|| (VARIABLE, extent.clone(), pieces))
}

/// What a statement sets, its loops written out, inside of loops over these variables.
pub fn written_out(statement: &Stmt, facts: &[Affine], outer: &[(Wire, Size)]) -> Option<Vec<Piece>> {
    let (mut loops, mut inner, mut count) = (Vec::new(), statement, 1);
    while let Stmt::Loop { variable, extent, bounds, body } = inner {
        count *= extent.as_constant().filter(|_| bounds.is_empty())?;
        loops.push((*variable, extent.as_constant()?));
        let [only] = body.as_slice() else { return None };
        inner = only;
    }
    let Stmt::Store { target, offset, add: false, value } = inner else { return None };
    if count > MOST_UNROLLED || !is_plain(value) {
        return None;
    }
    let piece = |mut number: i64| {
        let mut places = Vec::new();
        for (variable, extent) in &loops {
            places.push((*variable, number % extent));
            number /= extent;
        }
        let placed = |affine: &Affine| {
            affine.substitute(&|wire| match places.iter().find(|(own, _)| *own == wire) {
                Some((_, place)) => Affine::constant(Size::constant(*place)),
                None => Affine::wire(wire),
            })
        };
        let value = guarded::settle(with_indices(value, &placed), &|guard| known(guard, facts, outer));
        Piece { target: *target, offset: placed(offset), value }
    };
    Some((0..count).map(piece).collect())
}

/// Whether a value is computed of entries alone, in one expression.
fn is_plain(value: &Expr) -> bool {
    match value {
        Expr::Number(_) | Expr::Count(_) | Expr::Index(_) => true,
        Expr::Load { source, .. } => !matches!(source, Source::Sparse(_)),
        Expr::Product(_, parts) | Expr::Call(_, parts) => parts.iter().all(is_plain),
        Expr::Sum(terms) => terms.iter().all(|(_, term)| is_plain(term)),
        Expr::Guarded(_, value) => is_plain(value),
        Expr::Local(_) | Expr::Find { .. } | Expr::Total { .. } => false,
    }
}

/// A plain value with other indices.
fn with_indices(value: &Expr, index: &dyn Fn(&Affine) -> Affine) -> Expr {
    let all = |parts: &[Expr]| parts.iter().map(|part| with_indices(part, index)).collect();
    match value {
        Expr::Index(affine) => Expr::Index(index(affine)),
        Expr::Load { source, offset } => Expr::Load { source: *source, offset: index(offset) },
        Expr::Product(coefficient, parts) => Expr::Product(*coefficient, all(parts)),
        Expr::Call(func, parts) => Expr::Call(*func, all(parts)),
        Expr::Sum(terms) => Expr::Sum(terms.iter().map(|(c, term)| (*c, with_indices(term, index))).collect()),
        Expr::Guarded(guards, value) => {
            let guards = guards.iter().map(|guard| Guard { affine: index(&guard.affine), test: guard.test });
            Expr::Guarded(guards.collect(), Box::new(with_indices(value, index)))
        }
        Expr::Number(_) | Expr::Count(_) | Expr::Local(_) | Expr::Find { .. } | Expr::Total { .. } => value.clone(),
    }
}
