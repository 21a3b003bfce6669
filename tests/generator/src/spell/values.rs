//! The inputs of a module as expressions of a point, for programs that are compiled.
//!
//! The expressions read `point`, with `numbers(k)` and `number(k)` of `support`: see `tests/random`.

use super::Speller;
use crate::ast::{Input, InputKind, Program, Role, VARIANTS};
use crate::types::{Extent, Type};

/// x, y or the data of the module `random`, where there is any.
pub fn value(program: &Program, role: Role) -> Option<String> {
    let blocks: Vec<(usize, &Input)> = program.blocks(role).collect();
    let name = match role {
        Role::X => "Inner",
        Role::Y => "Outer",
        Role::Data => "Data",
    };
    match blocks.as_slice() {
        [] => None,
        [(k, input)] if input.field.is_empty() => Some(field(*k, input)),
        _ => {
            let fields: Vec<String> = blocks.iter().map(|(k, input)| format!("{}: {}", input.field, field(*k, input))).collect();
            Some(format!("random::{name} {{ {} }}", fields.join(", ")))
        }
    }
}

/// The type of x or y, as the module has it.
pub fn variable(program: &Program, role: Role) -> String {
    let speller = Speller::new(program);
    match program.blocks(role).next() {
        Some((_, input)) if input.field.is_empty() => speller.type_name(&input.ty()),
        _ => format!("random::{}", if role == Role::X { "Inner" } else { "Outer" }),
    }
}

fn field(k: usize, input: &Input) -> String {
    let tensor = |rows: &Extent, columns: &Extent| format!("tensor({}, {}, point, {k})", axis(rows), axis(columns));
    let one = Extent::constant(1);
    match &input.kind {
        InputKind::Tensor(Type::Column(n)) | InputKind::Labels(n) => tensor(n, &one),
        InputKind::Tensor(Type::Row(n)) => tensor(&one, n),
        InputKind::Tensor(Type::Matrix(r, c)) => tensor(r, c),
        InputKind::Number | InputKind::Tensor(_) => format!("number(point, {k})"),
        InputKind::Indices(n, _) if n.fixed => format!("array_of_indices(point, {k})"),
        InputKind::Indices(..) => format!("indices(point, {k})"),
        InputKind::Lists(_) => format!("vectors(point, {k})"),
        InputKind::Choice => {
            let variants = VARIANTS.map(|variant| format!("random::Kind::{variant}"));
            format!("[{}][point.values[{k}][0] as usize]", variants.join(", "))
        }
        InputKind::Flag => format!("flags(point, {k})[0]"),
        InputKind::Flags(_) => format!("flags(point, {k})"),
        InputKind::Optional => format!("optionals(point, {k})[0]"),
        InputKind::Optionals(_) => format!("optionals(point, {k})"),
        InputKind::Array(_) => format!("array(point, {k})"),
        InputKind::Count(dimension) => format!("point.sizes[{dimension}]"),
        InputKind::Sparse(r, c) => format!("sparse({}, {}, point, {k})", size(r), size(c)),
    }
}

fn axis(extent: &Extent) -> String {
    if extent.fixed { format!("Const::<{{ {} }}>", fixed(extent)) } else { format!("Dyn({})", size(extent)) }
}

/// A constant of the module plus a number, or a number.
fn fixed(extent: &Extent) -> String {
    match extent.dimension {
        Some(dimension) => format!("(random::{} as i64 + {}) as usize", super::CONSTANTS[dimension], extent.plus),
        None => extent.plus.to_string(),
    }
}

fn size(extent: &Extent) -> String {
    match extent.dimension {
        Some(dimension) => format!("(point.sizes[{dimension}] as i64 + {}) as usize", extent.plus),
        None => extent.plus.to_string(),
    }
}
