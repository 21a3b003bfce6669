//! Dimensions, x, y and the data.

use crate::ast::{Expr, Inner, Input, InputKind, Program, Role};
use crate::random::Random;
use crate::types::{Extent, Type};

/// A program without bodies.
pub(super) fn declare(random: &mut Random, searches: bool, two_lists: bool) -> Program {
    let mut program = Program {
        dimensions: dimensions(random),
        inputs: Vec::new(),
        single: random.chance(0.08),
        by_value: random.chance(0.1),
        helpers: Vec::new(),
        inner: *random.pick(&[Inner::Objective, Inner::Objective, Inner::Objective, Inner::Root, Inner::FixedPoint]),
        f: Expr::Number(0.0),
        g: Expr::Number(0.0),
        names: random.below(2),
    };
    let [n, m, k, l] = [0, 1, 2, 3].map(|d| program.extent(d));
    let x = variable(random, Role::X, n, l);
    let y = variable(random, Role::Y, m, l);
    program.inputs.extend(x.into_iter().chain(y).chain(data(random, &program, [n, m, k], searches)));
    if two_lists && !k.fixed {
        let list = |field, count| Input { role: Role::Data, field, kind: InputKind::Lists(count) };
        program.inputs.retain(|input| !matches!(input.kind, InputKind::Lists(_)));
        program.inputs.extend([list("lists", k), list("parts", k)]);
    }
    program
}

/// n, m, k and l; each constant or not.
fn dimensions(random: &mut Random) -> Vec<(usize, bool)> {
    let n = if random.chance(0.07) { random.below(2) } else { *random.pick(&[2, 3, 3, 4, 4, 5, 6, 7]) };
    let m = if random.chance(0.06) { 0 } else { *random.pick(&[1, 2, 2, 3, 4]) };
    let k = if random.chance(0.04) { random.below(2) } else { *random.pick(&[2, 3, 4, 5]) };
    let l = *random.pick(&[2, 3]);
    let share = *random.pick(&[0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.5]);
    [n, m, k, l].into_iter().map(|value| (value, random.chance(share))).collect()
}

fn variable(random: &mut Random, role: Role, n: Extent, l: Extent) -> Vec<Input> {
    let tensor = |field, ty| Input { role, field, kind: InputKind::Tensor(ty) };
    let number = |field| Input { role, field, kind: InputKind::Number };
    match random.below(20) {
        0..2 => vec![number("")],
        2..4 => vec![tensor("", Type::Matrix(n, l))],
        4..5 => vec![tensor("", Type::Row(n))],
        5..7 => vec![tensor("w", Type::Column(n)), number("s")],
        7..8 => vec![number("s"), tensor("a", Type::Matrix(l, n)), tensor("w", Type::Column(n))],
        8..9 => vec![tensor("w", Type::Column(n)), tensor("v", Type::Column(l))],
        _ => vec![tensor("", Type::Column(n))],
    }
}

fn data(random: &mut Random, program: &Program, [n, m, k]: [Extent; 3], searches: bool) -> Vec<Input> {
    let tensor = |field, ty| Input { role: Role::Data, field, kind: InputKind::Tensor(ty) };
    let field = |field, kind| Input { role: Role::Data, field, kind };
    let mut all = vec![
        tensor("a", Type::Matrix(k, n)),
        tensor("b", Type::Column(k)),
        tensor("w", Type::Column(n)),
        tensor("c", Type::Matrix(n, m)),
        tensor("q", Type::Matrix(n, n)),
        tensor("r", Type::Row(n)),
        field("label", InputKind::Labels(k)),
        field("z", InputKind::Array(4)),
        field("s", InputKind::Number),
        field("order", InputKind::Indices(k, 0)),
    ];
    if !n.fixed && !k.fixed {
        all.push(field("sp", InputKind::Sparse(k, n)));
    }
    if !k.fixed {
        all.push(field("lists", InputKind::Lists(k)));
    }
    if let Some(dimension) = [0, 2].into_iter().find(|d| !program.dimensions[*d].1) {
        all.push(field("count", InputKind::Count(dimension)));
    }
    if searches {
        all.extend([field("kind", InputKind::Choice), field("flag", InputKind::Flag), field("missing", InputKind::Optional)]);
        if !k.fixed {
            all.extend([field("flags", InputKind::Flags(k)), field("gaps", InputKind::Optionals(k))]);
        }
    }
    all.into_iter().filter(|_| random.chance(0.4)).collect()
}
