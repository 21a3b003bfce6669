//! One function per quantity, and where its blocks lie in the flat output.

use super::body::Body;
use super::context::Context;
use super::program::{Function, Home, Place, Source, Stmt, natural_strides};
use crate::differentiate::DiagonalPlusGram;
use crate::differentiate::{Extra, Matrix, Quantities, Value, Vector};
use crate::ir::{Id, Role, Size};

/// One function per quantity, under the trait's names.
pub fn functions(context: &Context<'_>, q: &Quantities) -> Vec<Function> {
    let (x, y) = (layout(context, &q.x), layout(context, &q.y));
    let mut functions = Vec::new();
    let mut scalar = |name, node: Option<Id>| {
        if let Some(node) = node {
            functions.push(function(context, Home::Bilevel, name, vec![(node, Place::natural(Source::Out, &[]))]));
        }
    };
    scalar("objective", q.f);
    scalar("g", q.g);
    let vectors: [(&'static str, &Vector, &Layout, Option<Role>, Home); 16] = [
        ("residual", &q.residual, &x, None, Home::Bilevel),
        ("f_1_mul", &q.f_1_mul, &x, Some(Role::DirectionX), Home::Bilevel),
        ("f_1_tr_mul", &q.f_1_tr_mul, &x, Some(Role::DirectionX), Home::Bilevel),
        ("f_2_mul", &q.f_2_mul, &x, Some(Role::DirectionY), Home::Bilevel),
        ("f_2_tr_mul", &q.f_2_tr_mul, &y, Some(Role::DirectionX), Home::Bilevel),
        ("f_1_diagonal", &q.f_1_diagonal, &x, None, Home::Bilevel),
        ("f_1_diagonal_2_tr_mul", &q.f_1_diagonal_2_tr_mul, &y, Some(Role::DirectionX), Home::Bilevel),
        ("l_11_mul", &q.l_11_mul, &x, Some(Role::DirectionX), Home::Problem),
        ("l_21_mul", &q.l_21_mul, &y, Some(Role::DirectionX), Home::Problem),
        ("g_11_mul", &q.g_11_mul, &x, Some(Role::DirectionX), Home::Problem),
        ("g_21_mul", &q.g_21_mul, &y, Some(Role::DirectionX), Home::Problem),
        ("g_1", &q.g_1, &x, None, Home::Bilevel),
        ("g_2", &q.g_2, &y, None, Home::Bilevel),
        ("m_11_mul", &q.m_11_mul, &x, Some(Role::DirectionX), Home::Bilevel),
        ("m_21_mul", &q.m_21_mul, &y, Some(Role::DirectionX), Home::Bilevel),
        ("m_12_mul", &q.m_12_mul, &x, Some(Role::DirectionY), Home::Bilevel),
    ];
    for (name, vector, rows, direction, home) in vectors.into_iter().filter(|(_, vector, ..)| !vector.is_empty()) {
        let outputs = vector.iter().enumerate().map(|(k, node)| (*node, place(&[(rows, k)]))).collect();
        functions.push(Function { direction, ..function(context, home, name, outputs) });
    }
    let matrices: [(&'static str, &Option<Matrix>, &Layout, &Layout); 6] = [
        ("f_1", &q.f_1, &x, &x),
        ("f_2", &q.f_2, &x, &y),
        ("g_11", &q.g_11, &x, &x),
        ("g_21", &q.g_21, &y, &x),
        ("m_11", &q.m_11, &x, &x),
        ("m_21", &q.m_21, &y, &x),
    ];
    for (name, matrix, rows, columns) in matrices {
        if let Some(matrix) = matrix {
            functions.push(dense(context, name, matrix, rows, columns));
        }
    }
    if !q.f_1_blocks.is_empty() {
        functions.push(function(context, Home::Factor, "f_1_blocks", diagonal_blocks(context, &q.f_1_blocks)));
    }
    if let Some(parts) = &q.f_1_parts {
        let diagonal = parts.diagonal.iter().enumerate().map(|(k, node)| (*node, place(&[(&x, k)]))).collect();
        functions.push(function(context, Home::Factor, "f_1_parts_diagonal", diagonal));
        functions.push(function(context, Home::Factor, "f_1_parts_roots", roots(context, parts, &x)));
    }
    functions.extend(q.extras.all.iter().map(|extra| extra_function(context, extra, &x, &y)));
    functions
}

/// A dense matrix: where some blocks are zero, all of it is set to zero first.
fn dense(context: &Context<'_>, name: &'static str, matrix: &Matrix, rows: &Layout, columns: &Layout) -> Function {
    let all = blocks(matrix, rows, columns);
    let (zero, written): (Vec<_>, Vec<_>) = all.into_iter().partition(|(node, _)| context.graph.is_zero(*node));
    if zero.len() <= 1 {
        return function(context, Home::Bilevel, name, blocks(matrix, rows, columns));
    }
    let shape = vec![rows.total.clone(), columns.total.clone()];
    let zero = Stmt::Zero { place: Place::natural(Source::Out, &shape), shape };
    let mut function = function(context, Home::Bilevel, name, written);
    function.body.insert(0, zero);
    function
}

/// What counts the violations of each condition on the data.
pub fn violations(context: &Context<'_>, q: &Quantities) -> Vec<Vec<Stmt>> {
    let count = |node: &Id| vec![(*node, Place::natural(Source::Out, &[]))];
    q.violations.iter().map(|node| function(context, Home::Problem, "violations", count(node)).body).collect()
}

/// A kernel of an optional role.
fn extra_function(context: &Context<'_>, extra: &Extra, x: &Layout, y: &Layout) -> Function {
    let vector =
        |vector: &Vector, rows: &Layout| vector.iter().enumerate().map(|(k, node)| (*node, place(&[(rows, k)]))).collect();
    let outputs = match &extra.value {
        Value::LikeX(nodes) => vector(nodes, x),
        Value::LikeY(nodes) => vector(nodes, y),
        Value::Square(matrix) => blocks(matrix, x, x),
        Value::Wide(matrix) => blocks(matrix, x, y),
        Value::Tall(matrix) => blocks(matrix, y, x),
    };
    function(context, Home::Role(extra.group), extra.name, outputs)
}

/// The blocks of a matrix and their places.
fn blocks(matrix: &Matrix, rows: &Layout, columns: &Layout) -> Vec<(Id, Place)> {
    let mut outputs = Vec::new();
    for (r, row) in matrix.iter().enumerate() {
        for (c, node) in row.iter().enumerate() {
            outputs.push((*node, place(&[(rows, r), (columns, c)])));
        }
    }
    outputs
}

/// Every `Bᵀ` after the one before, a column of the length of x for each row of B.
fn roots(context: &Context<'_>, parts: &DiagonalPlusGram, x: &Layout) -> Vec<(Id, Place)> {
    let mut before = Size::zero();
    let mut outputs = Vec::new();
    for root in &parts.roots {
        for (k, block) in root.blocks.iter().enumerate() {
            let rows = natural_strides(&context.graph.shape(*block)[x.shapes[k].len()..]);
            let mut place = place(&[(x, k)]);
            place.offset = place.offset.add(&before.mul(&x.total));
            place.strides.extend(rows.iter().map(|stride| stride.mul(&x.total)));
            outputs.push((*block, place));
        }
        before = before.add(&root.count);
    }
    outputs
}

/// The diagonal blocks of a matrix, one after another: nodes with the axes of a block of rows, of one
/// of columns, and of the samples.
fn diagonal_blocks(context: &Context<'_>, matrix: &Matrix) -> Vec<(Id, Place)> {
    let own: Vec<Vec<Size>> = matrix
        .iter()
        .enumerate()
        .map(|(k, row)| {
            let shape = context.graph.shape(row[k]);
            shape[..shape.len() / 2].to_vec()
        })
        .collect();
    let rows = Layout::of(own);
    let mut outputs = Vec::new();
    for (r, row) in matrix.iter().enumerate() {
        for (c, node) in row.iter().enumerate() {
            let mut place = place(&[(&rows, r), (&rows, c)]);
            place.strides.push(rows.total.mul(&rows.total));
            outputs.push((*node, place));
        }
    }
    outputs
}

fn function(context: &Context<'_>, home: Home, name: &'static str, outputs: Vec<(Id, Place)>) -> Function {
    let mut body = Body::new(context, None);
    for (node, place) in outputs {
        body.write(node, &place);
    }
    Function { home, name, direction: None, body: body.statements }
}

/// Blocks of a variable in its flat form.
struct Layout {
    shapes: Vec<Vec<Size>>,
    offsets: Vec<Size>,
    total: Size,
}

fn layout(context: &Context<'_>, blocks: &[Id]) -> Layout {
    Layout::of(blocks.iter().map(|b| context.graph.shape(*b).to_vec()).collect())
}

impl Layout {
    /// Blocks one after another.
    fn of(shapes: Vec<Vec<Size>>) -> Self {
        let mut total = Size::zero();
        let offsets = shapes
            .iter()
            .map(|shape| {
                let own = total.clone();
                total = total.add(&Size::product(shape));
                own
            })
            .collect();
        Self { shapes, offsets, total }
    }
}

/// The place of a block of a vector, matrix or third-order tensor in the flat output.
fn place(axes: &[(&Layout, usize)]) -> Place {
    let mut leading = Size::constant(1);
    let mut offset = Size::zero();
    let mut strides = Vec::new();
    for (layout, block) in axes {
        offset = offset.add(&layout.offsets[*block].mul(&leading));
        strides.extend(natural_strides(&layout.shapes[*block]).iter().map(|s| s.mul(&leading)));
        leading = leading.mul(&layout.total);
    }
    Place { source: Source::Out, offset, strides }
}
