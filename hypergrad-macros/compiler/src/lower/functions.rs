//! One function per quantity, and where its blocks lie in the flat output.

use super::body::Body;
use super::context::Context;
use super::program::{Argument, Computes, Function, Kernel, Part, Place, Slice, Source, Stmt, natural_strides};
use super::sharing;
use crate::differentiate::{DiagonalPlusGram, Matrix, Quantities, Quantity, Value, Vector};
use crate::ir::{Id, Size};

/// One function per quantity that has formulas; those of a draft that read no buffer that is local now are as they were.
pub fn functions(context: &Context<'_>, q: &Quantities, draft: Vec<Function>) -> Vec<Function> {
    let (x, y) = (&layout(context, &q.x), &layout(context, &q.y));
    let mut draft = draft.into_iter();
    let mut functions = Vec::new();
    let mut add = |build: &dyn Fn() -> Function| {
        let drafted = draft.next().filter(|function| !sharing::reads(&function.body, &context.local));
        functions.push(drafted.unwrap_or_else(build));
    };
    for quantity in Quantity::ALL {
        match q.value(quantity) {
            Some(Value::Square(matrix)) if is_symmetric(q, quantity) => {
                add(&|| symmetric(context, Computes::Problem(quantity), &matrix, x));
            }
            Some(value) => add(&|| of_value(context, Computes::Problem(quantity), &value, x, y)),
            None => {}
        }
    }
    if !q.f_1_blocks.is_empty() {
        add(&|| function(context, Computes::Factor(Part::Blocks), diagonal_blocks(context, &q.f_1_blocks)));
    }
    if let Some(parts) = &q.f_1_parts {
        add(&|| function(context, Computes::Factor(Part::Diagonal), vector(&parts.diagonal, x)));
        add(&|| function(context, Computes::Factor(Part::Roots), roots(context, parts, x)));
    }
    for extra in &q.extras.all {
        add(&|| of_value(context, Computes::Role(extra.group, extra.quantity), &extra.value, x, y));
    }
    functions
}

fn of_value(context: &Context<'_>, computes: Computes, value: &Value, x: &Layout, y: &Layout) -> Function {
    match value {
        Value::Scalar(node) => function(context, computes, vec![(*node, Place::natural(Source::Out, &[]))]),
        Value::LikeX(nodes) => function(context, computes, vector(nodes, x)),
        Value::LikeY(nodes) => function(context, computes, vector(nodes, y)),
        Value::Square(matrix) => dense(context, computes, matrix, x, x),
        Value::Wide(matrix) => dense(context, computes, matrix, x, y),
        Value::Tall(matrix) => dense(context, computes, matrix, y, x),
    }
}

/// The blocks of a vector and their places.
fn vector(nodes: &Vector, rows: &Layout) -> Vec<(Id, Place)> {
    nodes.iter().enumerate().map(|(k, node)| (*node, place(&[(rows, k)]))).collect()
}

/// A dense matrix: where some blocks are zero, all of it is set to zero first.
fn dense(context: &Context<'_>, computes: Computes, matrix: &Matrix, rows: &Layout, columns: &Layout) -> Function {
    let all = blocks(matrix, rows, columns);
    let (zero, written): (Vec<_>, Vec<_>) = all.into_iter().partition(|(node, _)| context.graph.is_zero(*node));
    if zero.len() <= 1 {
        return function(context, computes, blocks(matrix, rows, columns));
    }
    let shape = vec![rows.total.clone(), columns.total.clone()];
    let zero = Stmt::Zero { place: Place::natural(Source::Out, &shape), shape };
    let mut function = function(context, computes, written);
    function.body.insert(0, zero);
    function
}

/// Whether a square matrix is symmetric by what it is.
fn is_symmetric(q: &Quantities, quantity: Quantity) -> bool {
    matches!(quantity, Quantity::G11 | Quantity::M11) || quantity == Quantity::F1 && q.f_1_mul == q.f_1_tr_mul
}

/// A symmetric matrix of several blocks: those on the diagonal and below it, and their mirror image.
fn symmetric(context: &Context<'_>, computes: Computes, matrix: &Matrix, x: &Layout) -> Function {
    let graph = context.graph;
    let above = |(r, row): (usize, &Vec<Id>)| row[r + 1..].iter().any(|node| !graph.is_zero(*node));
    if !matrix.iter().enumerate().any(above) {
        return dense(context, computes, matrix, x, x);
    }
    let mut below = matrix.clone();
    for (r, row) in below.iter_mut().enumerate() {
        row.truncate(r + 1);
    }
    let mut function = dense(context, computes, &below, x, x);
    let (name, length) = ("mirror", x.total.mul(&x.total));
    let target = Slice { source: Source::Out, offset: Size::zero(), length };
    let arguments = vec![Argument::Size(x.total.clone())];
    function.body.push(Stmt::Kernel(Kernel {
        name,
        arguments,
        target,
        returns: None,
        writes: false,
        along: None,
        exponential: None,
    }));
    function
}

/// What counts the violations of each condition on the data.
pub fn violations(context: &Context<'_>, q: &Quantities) -> Vec<Vec<Stmt>> {
    let count = |node: &Id| vec![(*node, Place::natural(Source::Out, &[]))];
    q.violations.iter().map(|node| body(context, count(node))).collect()
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

fn function(context: &Context<'_>, computes: Computes, outputs: Vec<(Id, Place)>) -> Function {
    Function { computes, body: body(context, outputs), strips: Vec::new() }
}

fn body(context: &Context<'_>, outputs: Vec<(Id, Place)>) -> Vec<Stmt> {
    let mut body = Body::new(context, None);
    for (node, place) in outputs {
        body.write(node, &place);
    }
    body.statements
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
