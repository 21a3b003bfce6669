//! From nodes to a program of loops and kernel calls over buffers.

mod body;
mod calls;
mod centre;
mod conditions;
mod context;
mod contract;
mod expression;
mod flatten;
mod hoist;
mod khatri_rao;
mod materialise;
mod nest;
mod nominal;
mod order;
mod pattern;
pub mod program;
mod sharing;
mod sparse;

use crate::analysis::{DiagonalPlusGram, Stage, Stages};
use crate::differentiate::{Cube, Extra, Matrix, Quantities, Value, Vector};
use crate::ir::{Graph, Id, Size};
use crate::shape::Sizes;
use body::Body;
use context::Context;
use program::{Buffer, Choice, Function, Place, Program, Source, natural_strides};

/// More operands than this are contracted in one loop nest.
const MOST_ATOMS: usize = 8;

/// Rewrites the quantities into contractions that can be chosen freely. Facts are read after this.
pub fn normalise(graph: &mut Graph, sizes: &Sizes, quantities: &mut Quantities) {
    let roots: Vec<Id> = quantities.roots().iter().map(|id| **id).collect();
    let images = flatten::flatten(graph, sizes, &roots);
    for (root, image) in quantities.roots().into_iter().zip(images) {
        *root = image;
    }
}

/// Chooses contraction orders and storage, and lowers every quantity.
pub fn lower(graph: &mut Graph, sizes: &Sizes, quantities: &mut Quantities) -> Program {
    let roots: Vec<Id> = quantities.roots().iter().map(|id| **id).collect();
    let nominal = nominal::Nominal::new(graph, &roots);
    let roots = centre::shift(graph, &roots);
    let plan = contract::plan(graph, sizes, &roots, &nominal);
    for (root, image) in quantities.roots().into_iter().zip(&plan.roots) {
        *root = *image;
    }
    let mut stages = Stages::new(sizes);
    let storage = materialise::decide(graph, &mut stages, &plan.roots, &plan.hoists);
    let mut context = Context::new(graph, sizes, &mut stages, storage, plan.hoists);
    let draft = program(&context, quantities);
    context.local = sharing::single_use(&draft);
    if context.local.is_empty() { draft } else { program(&context, quantities) }
}

fn program(context: &Context<'_>, quantities: &Quantities) -> Program {
    let graph = context.graph;
    let mut program = Program::default();
    for (node, number) in &context.buffers {
        let length = Size::product(graph.shape(*node));
        let stage = context.buffer_stage(*node);
        program.buffers.push(Buffer { stage, length });
        let mut body = Body::new(context, Some(*number));
        if stage != Stage::Direction {
            body.write(*node, &Place::natural(Source::Buffer(*number), graph.shape(*node)));
        }
        program.computations.push(body.statements);
    }
    program.choices = context
        .hoists
        .values()
        .map(|h| Choice { hoisted_cost: h.hoisted_cost.clone(), plain_cost: h.plain_cost.clone(), memory: h.memory.clone() })
        .collect();
    program.functions = functions(context, quantities);
    program.violations = quantities
        .violations
        .iter()
        .map(|node| function(context, "violations", vec![(*node, Place::natural(Source::Out, &[]))]).body)
        .collect();
    program
}

/// One function per quantity, under the trait's names.
fn functions(context: &Context<'_>, q: &Quantities) -> Vec<Function> {
    let (x, y) = (layout(context, &q.x), layout(context, &q.y));
    let mut functions = Vec::new();
    let mut scalar = |name, node: Option<Id>| {
        if let Some(node) = node {
            functions.push(function(context, name, vec![(node, Place::natural(Source::Out, &[]))]));
        }
    };
    scalar("objective", q.f);
    scalar("g", q.g);
    let vectors: [(&'static str, &Vector, &Layout); 12] = [
        ("residual", &q.residual, &x),
        ("f_1_mul", &q.f_1_mul, &x),
        ("f_1_tr_mul", &q.f_1_tr_mul, &x),
        ("f_2_mul", &q.f_2_mul, &x),
        ("f_2_tr_mul", &q.f_2_tr_mul, &y),
        ("f_1_diagonal", &q.f_1_diagonal, &x),
        ("f_1_diagonal_2_tr_mul", &q.f_1_diagonal_2_tr_mul, &y),
        ("g_1", &q.g_1, &x),
        ("g_2", &q.g_2, &y),
        ("m_11_mul", &q.m_11_mul, &x),
        ("m_21_mul", &q.m_21_mul, &y),
        ("m_12_mul", &q.m_12_mul, &x),
    ];
    for (name, vector, rows) in vectors {
        let outputs = vector.iter().enumerate().map(|(k, node)| (*node, place(context, &[(rows, k)]))).collect();
        functions.push(function(context, name, outputs));
    }
    let matrices: [(&'static str, &Matrix, &Layout, &Layout); 6] = [
        ("f_1", &q.f_1, &x, &x),
        ("f_2", &q.f_2, &x, &y),
        ("g_11", &q.g_11, &x, &x),
        ("g_21", &q.g_21, &y, &x),
        ("m_11", &q.m_11, &x, &x),
        ("m_21", &q.m_21, &y, &x),
    ];
    for (name, matrix, rows, columns) in matrices {
        functions.push(function(context, name, blocks(context, matrix, rows, columns)));
    }
    if !q.f_1_blocks.is_empty() {
        functions.push(function(context, "f_1_blocks", diagonal_blocks(context, &q.f_1_blocks)));
    }
    if let Some(parts) = &q.f_1_parts {
        let diagonal = parts.diagonal.iter().enumerate().map(|(k, node)| (*node, place(context, &[(&x, k)]))).collect();
        functions.push(function(context, "f_1_parts_diagonal", diagonal));
        functions.push(function(context, "f_1_parts_roots", roots(context, parts, &x)));
    }
    let cubes: [(&'static str, &Cube, [&Layout; 3]); 2] = [("f_11", &q.f_11, [&x, &x, &x]), ("f_21", &q.f_21, [&x, &y, &x])];
    for (name, cube, [first, second, third]) in cubes {
        let mut outputs = Vec::new();
        for (i, slab) in cube.iter().enumerate() {
            for (j, row) in slab.iter().enumerate() {
                for (k, node) in row.iter().enumerate() {
                    outputs.push((*node, place(context, &[(first, i), (second, j), (third, k)])));
                }
            }
        }
        functions.push(function(context, name, outputs));
    }
    functions.extend(q.extras.all.iter().map(|extra| extra_function(context, extra, &x, &y)));
    functions
}

/// A kernel of an optional role.
fn extra_function(context: &Context<'_>, extra: &Extra, x: &Layout, y: &Layout) -> Function {
    let vector = |vector: &Vector, rows: &Layout| {
        vector.iter().enumerate().map(|(k, node)| (*node, place(context, &[(rows, k)]))).collect()
    };
    let outputs = match &extra.value {
        Value::LikeX(nodes) => vector(nodes, x),
        Value::LikeY(nodes) => vector(nodes, y),
        Value::Square(matrix) => blocks(context, matrix, x, x),
        Value::Wide(matrix) => blocks(context, matrix, x, y),
        Value::Tall(matrix) => blocks(context, matrix, y, x),
    };
    Function { group: Some(extra.group), ..function(context, extra.name, outputs) }
}

/// The blocks of a matrix and their places.
fn blocks(context: &Context<'_>, matrix: &Matrix, rows: &Layout, columns: &Layout) -> Vec<(Id, Place)> {
    let mut outputs = Vec::new();
    for (r, row) in matrix.iter().enumerate() {
        for (c, node) in row.iter().enumerate() {
            outputs.push((*node, place(context, &[(rows, r), (columns, c)])));
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
            let mut place = place(context, &[(x, k)]);
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
            let mut place = place(context, &[(&rows, r), (&rows, c)]);
            place.strides.push(rows.total.mul(&rows.total));
            outputs.push((*node, place));
        }
    }
    outputs
}

fn function(context: &Context<'_>, name: &'static str, outputs: Vec<(Id, Place)>) -> Function {
    let mut body = Body::new(context, None);
    for (node, place) in outputs {
        body.write(node, &place);
    }
    Function { group: None, name, body: body.statements }
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
fn place(_context: &Context<'_>, axes: &[(&Layout, usize)]) -> Place {
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
