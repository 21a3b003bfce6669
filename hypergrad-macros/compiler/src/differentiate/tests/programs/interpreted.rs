//! The quantities of a model on numbers, by the interpreter of the graph: as they are derived, and as
//! they are after the passes that make code of them.

use std::collections::HashMap;

use program_generator::Program;
use program_generator::ast::{InputKind, Role as Side};
use program_generator::claims::Found;
use program_generator::point::Point as Place;
use program_generator::types::{Extent, Type};

use crate::analysis;
use crate::differentiate::{Cube, Matrix, Quantities, derive};
use crate::exploit::{exploit, untranspose};
use crate::ir::interpret::{self, Point, Tensor};
use crate::ir::{Graph, Id, InputInfo, Op, Role, Size, Symbol};
use crate::lower;
use crate::model::Model;
use crate::shape::{Check, CheckKind, Sizes, SymbolSource};

/// What a model turns into.
pub struct Stages {
    sizes: Sizes,
    /// Paths of the data fields.
    fields: Vec<String>,
    /// Those that a role reads, of which `Problem::new` measures items.
    read: Vec<bool>,
    checks: Vec<Check>,
    /// The facts that are proved, by their names in `STRUCTURE`.
    pub claimed: Vec<&'static str>,
    graphs: Vec<(Graph, Quantities)>,
}

impl Stages {
    pub fn new(model: &mut Model) -> Self {
        let mut q = derive(model);
        untranspose(&mut model.graph, &mut q);
        let derived = (model.graph.clone(), q.clone());
        let facts = analysis::structure(&mut model.graph, &model.sizes, &q);
        exploit(&mut model.graph, &mut q, &facts);
        lower::normalise(&mut model.graph, &model.sizes, &mut q);
        lower::lower(&mut model.graph, &model.sizes, &mut q);
        let fields = model.data.iter().flat_map(|d| &d.fields);
        let (fields, read) = fields.map(|f| (last(&f.name).to_owned(), f.read)).unzip();
        let checks = model.checks.clone();
        let claimed = facts.fields().into_iter().filter(|(_, fact)| fact.holds).map(|(name, _)| name).collect();
        Self { sizes: model.sizes.clone(), fields, read, checks, claimed, graphs: vec![derived, (model.graph.clone(), q)] }
    }

    /// The contracted quantities after each stage; `rounding` is how uncertain products with `F_1` are.
    pub fn values(&self, program: &Program, place: &Place, rounding: f64) -> Vec<Vec<Found>> {
        let symbols: Vec<i64> = (0..self.sizes.len() as u32).map(|k| self.symbol(Symbol(k), program, place)).collect();
        let graphs = self.graphs.iter();
        graphs
            .filter_map(|(graph, q)| {
                let mut q = q.clone();
                let roots: Vec<Id> = q.roots().into_iter().map(|id| *id).collect();
                let mut point = Point { symbols: symbols.clone(), ..Point::default() };
                if terms(&point, graph, &roots) > MOST_TERMS {
                    return None;
                }
                fill(&mut point, graph, program, place);
                check_eigenvalues(&point, graph, &q, rounding);
                Some(quantities(&point, graph, &mut q, place))
            })
            .collect()
    }

    /// Whether some node is no number, which `max` and its like do not show.
    pub fn meets_nan(&self, program: &Program, place: &Place) -> bool {
        let symbols: Vec<i64> = (0..self.sizes.len() as u32).map(|k| self.symbol(Symbol(k), program, place)).collect();
        self.graphs.iter().any(|(graph, q)| {
            let roots: Vec<Id> = q.clone().roots().into_iter().map(|id| *id).collect();
            let mut point = Point { symbols: symbols.clone(), ..Point::default() };
            fill(&mut point, graph, program, place);
            point.values(graph, &graph.surface(&roots)).iter().flat_map(|value| &value.data).any(|entry| entry.is_nan())
        })
    }

    /// Whether `Problem::new` and `at` accept these sizes.
    pub fn accept(&self, program: &Program, place: &Place) -> bool {
        let value = |size: &Size| size.evaluate(&|s| self.symbol(s, program, place));
        // Vectors of a list that is read as if they were all of one size.
        let unequal = |field: usize| lengths(&self.fields[field], program, place).windows(2).any(|pair| pair[0] != pair[1]);
        let mut sources = (0..self.sizes.len() as u32).map(|k| self.sizes.source(Symbol(k)));
        if sources.any(|s| matches!(s, SymbolSource::ItemAxis { field, .. } if self.read[*field] && unequal(*field))) {
            return false;
        }
        self.checks.iter().all(|check| match check.kind {
            CheckKind::Equal => value(&check.left) == value(&check.right),
            CheckKind::AtLeast => value(&check.left) >= value(&check.right),
        })
    }

    fn symbol(&self, symbol: Symbol, program: &Program, place: &Place) -> i64 {
        let input = |field: &str| program.inputs.iter().find(|i| i.role == Side::Data && i.field == field);
        let axis_of = |kind: &InputKind, axis: usize| extents(kind, place).get(axis).map_or(0, |e| value(*e, place));
        let size = |size: &Size| self.sizes.resolve(size).evaluate(&|s| self.symbol(s, program, place));
        let block = |side: Side, block: usize, axis: usize| {
            program.blocks(side).nth(block).map_or(0, |(_, input)| axis_of(&input.kind, axis))
        };
        match self.sizes.source(symbol) {
            SymbolSource::DataAxis { field, axis } => input(&self.fields[*field]).map_or(0, |i| axis_of(&i.kind, *axis)),
            SymbolSource::Count { field } => count(&self.fields[*field], program, place),
            SymbolSource::Reach { field } => {
                indices(&self.fields[*field], program, place).into_iter().max().map_or(0, |largest| largest as i64 + 1)
            }
            SymbolSource::Least { field } => {
                indices(&self.fields[*field], program, place).into_iter().min().map_or(i64::MAX, |least| least as i64)
            }
            SymbolSource::ListAxis { field, .. } if is_optional(&self.fields[*field], program) => {
                lengths(&self.fields[*field], program, place)[0] as i64
            }
            SymbolSource::ListAxis { field, axis } => input(&self.fields[*field]).map_or(0, |i| axis_of(&i.kind, *axis)),
            SymbolSource::ItemAxis { field, .. } | SymbolSource::LongestItem { field, .. } => {
                longest(lengths(&self.fields[*field], program, place)) as i64
            }
            SymbolSource::ShortestItem { field, .. } => {
                lengths(&self.fields[*field], program, place).iter().min().map_or(ANY_LENGTH, |n| *n as i64)
            }
            SymbolSource::Varying(varying) => size(&varying.most),
            SymbolSource::XAxis { block: k, axis } => block(Side::X, *k, *axis),
            SymbolSource::YAxis { block: k, axis } => block(Side::Y, *k, *axis),
            SymbolSource::Quotient { dividend, divisor } => size(dividend).div_euclid(size(divisor).max(1)).max(0),
            SymbolSource::Inferred => {
                let resolved = self.sizes.resolve(&Size::symbol(symbol));
                if resolved.as_symbol() == Some(symbol) { 0 } else { size(&resolved) }
            }
        }
    }
}

/// Along the direction u, `F_1` lies between the bounds of its eigenvalues that are proved.
fn check_eigenvalues(point: &Point, graph: &Graph, q: &Quantities, rounding: f64) {
    let values = |nodes: &[Id]| point.values(graph, nodes).into_iter().flat_map(|tensor| tensor.data).collect::<Vec<f64>>();
    let ends = [(q.f_1_eigenvalues.least, 1.0), (q.f_1_eigenvalues.most, -1.0)];
    for (end, sign) in ends.into_iter().filter_map(|(node, sign)| Some((values(&[node?])[0], sign))) {
        let (u, image) = (values(&q.u), values(&q.f_1_mul));
        let [along, squared, terms] = u.iter().zip(&image).fold([0.0; 3], |[along, squared, terms], (u, image)| {
            [along + u * image, squared + u * u, terms + (u * image).abs()]
        });
        let above = sign * (along - end * squared);
        let rounding = 1e-9 * (terms + end.abs() * squared) + rounding;
        assert!(above.is_nan() || above >= -rounding, "eigenvalues of F_1 beyond {end}: {along} along u, |u|² = {squared}");
    }
}

/// A count of the data, or which variant or whether a flag is set.
fn count(field: &str, program: &Program, place: &Place) -> i64 {
    let found = program.inputs.iter().position(|i| i.role == Side::Data && i.field == field);
    found.map_or(0, |k| match program.inputs[k].kind {
        InputKind::Count(dimension) => place.sizes[dimension] as i64,
        InputKind::Choice | InputKind::Flag => place.values[k][0] as i64,
        _ => 0,
    })
}

/// Whether a field is one number or none, a list of as many.
fn is_optional(field: &str, program: &Program) -> bool {
    kind_of(field, program) == Some(&InputKind::Optional)
}

/// The numbers of a data field, as indices.
fn indices(field: &str, program: &Program, place: &Place) -> Vec<usize> {
    let found = program.inputs.iter().position(|i| i.role == Side::Data && i.field == field);
    found.map_or_else(Vec::new, |k| place.values[k].iter().map(|value| *value as usize).collect())
}

/// The lengths of the vectors of a list.
fn lengths<'p>(field: &str, program: &Program, place: &'p Place) -> &'p [usize] {
    let found = program.inputs.iter().position(|i| i.role == Side::Data && i.field == field);
    found.map_or(&[], |k| &place.lengths[k])
}

/// How long items are at most: one number may be missing.
fn most(field: &str, program: &Program, place: &Place) -> usize {
    let is_missing = matches!(kind_of(field, program), Some(InputKind::Optional | InputKind::Optionals(_)));
    if is_missing { 1 } else { longest(lengths(field, program, place)) }
}

fn kind_of<'p>(field: &str, program: &'p Program) -> Option<&'p InputKind> {
    program.inputs.iter().find(|i| i.role == Side::Data && i.field == field).map(|i| &i.kind)
}

fn longest(lengths: &[usize]) -> usize {
    lengths.iter().copied().max().unwrap_or(0)
}

/// No vector is too short where there is none.
const ANY_LENGTH: i64 = 1 << 40;

/// 1 where an index has a value, by columns.
fn selected(indices: &[usize], reach: usize) -> Vec<f64> {
    (0..reach).flat_map(|j| indices.iter().map(move |i| f64::from(u8::from(*i == j)))).collect()
}

/// Terms of products that are added one by one before it is too slow.
const MOST_TERMS: usize = 1_000_000;

fn terms(point: &Point, graph: &Graph, roots: &[Id]) -> usize {
    let of = |id: Id| match graph.op(id) {
        Op::Product(product) => point.shape(&product.extents).iter().product(),
        _ => point.shape(graph.shape(id)).iter().product::<usize>(),
    };
    graph.reachable(roots).into_iter().map(of).sum()
}

/// The field; what is inside of the items of a list is named like the list.
fn last(name: &str) -> &str {
    name.trim_end_matches("[]").rsplit('.').next().unwrap_or(name)
}

/// Of a form's own axes: one column is a vector, in nalgebra too.
fn extents(kind: &InputKind, place: &Place) -> Vec<Extent> {
    let is_one = |extent: &Extent| extent.fixed && value(*extent, place) == 1;
    match kind {
        InputKind::Tensor(Type::Matrix(r, c)) if is_one(c) => vec![*r],
        InputKind::Tensor(Type::Matrix(r, c)) if is_one(r) => vec![*c],
        InputKind::Tensor(Type::Column(n) | Type::Row(n))
        | InputKind::Labels(n)
        | InputKind::Indices(n, _)
        | InputKind::Lists(n)
        | InputKind::Flags(n)
        | InputKind::Optionals(n) => vec![*n],
        InputKind::Tensor(Type::Matrix(r, c)) | InputKind::Sparse(r, c) => vec![*r, *c],
        InputKind::Array(n) => vec![Extent::constant(*n)],
        InputKind::Number
        | InputKind::Tensor(_)
        | InputKind::Count(_)
        | InputKind::Choice
        | InputKind::Flag
        | InputKind::Optional => Vec::new(),
    }
}

fn value(extent: Extent, place: &Place) -> i64 {
    extent.value(&place.sizes).map_or(0, |n| n as i64)
}

/// Values of all inputs.
fn fill(point: &mut Point, graph: &Graph, program: &Program, place: &Place) {
    for (_, info, id) in graph.inputs() {
        let shape = point.shape(graph.shape(id));
        let flat = numbers(info, program, place);
        // An input that no role reads has sizes that nothing fixes.
        if flat.len() != shape.iter().product::<usize>() {
            continue;
        }
        point.inputs.insert(id, shaped(shape, &flat, is_by_rows(info, program)));
    }
}

/// Sparse data is kept by rows.
fn is_by_rows(info: &InputInfo, program: &Program) -> bool {
    let name = info.name.trim_end_matches(".pattern");
    let is_sparse = |i: &program_generator::ast::Input| matches!(i.kind, InputKind::Sparse(..)) && i.field == last(name);
    info.role == Role::Data && program.inputs.iter().any(is_sparse)
}

fn numbers(info: &InputInfo, program: &Program, place: &Place) -> Vec<f64> {
    let d = &place.directions;
    let block = |side: Side, flat: &[f64]| {
        let before: usize = program.blocks(side).take(info.block).map(|(k, _)| place.values[k].len()).sum();
        let own = program.blocks(side).nth(info.block).map_or(0, |(k, _)| place.values[k].len());
        flat[before..before + own].to_vec()
    };
    match info.role {
        Role::X | Role::Z => block(Side::X, &place.flat(program, Side::X)),
        Role::Y | Role::YBar => block(Side::Y, &place.flat(program, Side::Y)),
        Role::Adjoint => block(Side::X, &d.v),
        Role::DirectionX => block(Side::X, &d.u),
        Role::DirectionY => block(Side::Y, &d.c),
        Role::Data if info.name.starts_with("select(") => {
            let field = info.name.trim_start_matches("select(");
            let field = field.strip_suffix(')').unwrap_or(field);
            if let Some(list) = field.strip_suffix(".len()") {
                let lengths = lengths(last(list), program, place);
                return selected(lengths, most(last(list), program, place) + 1);
            }
            let indices = indices(last(field), program, place);
            let is_flags = matches!(kind_of(last(field), program), Some(InputKind::Flags(_)));
            selected(&indices, if is_flags { 2 } else { indices.iter().max().map_or(0, |largest| largest + 1) })
        }
        Role::Data => {
            let (name, is_pattern) = match info.name.strip_suffix(".pattern") {
                Some(name) => (name, true),
                None => (info.name.as_str(), false),
            };
            let found = program.inputs.iter().position(|i| i.role == Side::Data && i.field == last(name));
            let values = found.map(|k| place.values[k].clone()).unwrap_or_default();
            if let Some(k) = found.filter(|k| matches!(program.inputs[*k].kind, InputKind::Lists(_) | InputKind::Optionals(_))) {
                return padded(&values, &place.lengths[k], most(last(name), program, place));
            }
            if is_pattern { values.iter().map(|v| f64::from(u8::from(*v != 0.0))).collect() } else { values }
        }
    }
}

/// Vectors one after the other, each as long as the longest can be.
fn padded(values: &[f64], lengths: &[usize], most: usize) -> Vec<f64> {
    let mut rest = values;
    let mut all = Vec::new();
    for length in lengths {
        let (own, after) = rest.split_at(*length);
        rest = after;
        all.extend(own.iter().copied().chain(std::iter::repeat_n(0.0, most - length)));
    }
    all
}

/// Row-major from column-major numbers, or from numbers by rows.
fn shaped(shape: Vec<usize>, flat: &[f64], by_rows: bool) -> Tensor {
    match shape.as_slice() {
        [rows, columns] if !by_rows => {
            let data = (0..rows * columns).map(|k| flat[k / columns + (k % columns) * rows]).collect();
            Tensor { shape, data }
        }
        _ => Tensor { data: flat.to_vec(), shape },
    }
}

/// A direction, block by block.
type Blocks = Vec<Tensor>;

/// Shaped like the inputs of a variable.
fn blocks(point: &Point, graph: &Graph, inputs: &[Id], flat: &[f64]) -> Blocks {
    let mut rest = flat;
    let block = |input: &Id| {
        let shape = point.shape(graph.shape(*input));
        let (own, after) = rest.split_at(shape.iter().product());
        rest = after;
        shaped(shape, own, false)
    };
    inputs.iter().map(block).collect()
}

/// The sum of the products of entries with directions, each for a group of axes.
fn along(value: &Tensor, directions: &[&Tensor]) -> f64 {
    let indices = interpret::indices(&value.shape);
    let weight = |index: &[i64]| {
        let mut rest = index;
        let mut weight = 1.0;
        for direction in directions {
            let (own, after) = rest.split_at(direction.shape.len());
            rest = after;
            weight *= direction.at(own);
        }
        weight
    };
    indices.iter().zip(&value.data).map(|(index, entry)| entry * weight(index)).sum()
}

/// Every quantity, contracted as the oracle does.
fn quantities(point: &Point, graph: &Graph, q: &mut Quantities, place: &Place) -> Vec<Found> {
    let roots: Vec<Id> = q.roots().into_iter().map(|id| *id).collect();
    let values: HashMap<Id, Tensor> = roots.iter().copied().zip(point.values(graph, &roots)).collect();
    let d = &place.directions;
    let [v, u, w] = [&d.v, &d.u, &d.w].map(|flat| blocks(point, graph, &q.x, flat));
    let c = blocks(point, graph, &q.y, &d.c);
    let vector = |nodes: &[Id], d: &Blocks| -> f64 { nodes.iter().zip(d).map(|(n, d)| along(&values[n], &[d])).sum() };
    let matrix = |m: &Matrix, a: &Blocks, b: &Blocks| -> f64 {
        m.iter().zip(a).map(|(row, a)| row.iter().zip(b).map(|(n, b)| along(&values[n], &[a, b])).sum::<f64>()).sum()
    };
    let cube = |t: &Cube, a: &Blocks, b: &Blocks, c: &Blocks| -> f64 {
        let plane = |(plane, a): (&Matrix, &Tensor)| -> f64 {
            let row =
                |(row, b): (&Vec<Id>, &Tensor)| -> f64 { row.iter().zip(c).map(|(n, c)| along(&values[n], &[a, b, c])).sum() };
            plane.iter().zip(b).map(row).sum()
        };
        t.iter().zip(a).map(plane).sum()
    };
    let scalar = |node: Option<Id>| node.map_or(0.0, |n| along(&values[&n], &[]));
    let off = |m: &Matrix| -> f64 {
        let entries = m.iter().enumerate().flat_map(|(r, row)| row.iter().enumerate().map(move |(c, n)| (r != c, *n)));
        entries.map(|(apart, n)| off_diagonal(&values[&n], apart)).fold(0.0, f64::max)
    };
    let mut found = vec![
        ("f", scalar(q.f)),
        ("g", scalar(q.g)),
        ("F", vector(&q.residual, &v)),
        ("F_1 u", vector(&q.f_1_mul, &v)),
        ("F_1ᵀ u", vector(&q.f_1_tr_mul, &v)),
        ("F_2 c", vector(&q.f_2_mul, &v)),
        ("F_2ᵀ u", vector(&q.f_2_tr_mul, &c)),
        ("L_11 u", vector(&q.l_11_mul, &w)),
        ("L_21 u", vector(&q.l_21_mul, &c)),
        ("g_1", vector(&q.g_1, &u)),
        ("g_2", vector(&q.g_2, &c)),
        ("M_12 c", vector(&q.m_12_mul, &u)),
    ];
    // What has code of its own: long products with M are differences of others.
    let own = |nodes: &[Id], d: &Blocks| (!nodes.is_empty()).then(|| vector(nodes, d));
    let optional = [
        ("M_11 u", own(&q.m_11_mul, &w)),
        ("M_21 u", own(&q.m_21_mul, &c)),
        ("F_1", q.f_1.as_ref().map(|t| matrix(t, &v, &w))),
        ("F_2", q.f_2.as_ref().map(|t| matrix(t, &v, &c))),
        ("g_11", q.g_11.as_ref().map(|t| matrix(t, &u, &w))),
        ("g_21", q.g_21.as_ref().map(|t| matrix(t, &c, &u))),
        ("M_11", q.m_11.as_ref().map(|t| matrix(t, &w, &u))),
        ("M_21", q.m_21.as_ref().map(|t| matrix(t, &c, &u))),
        ("F_11", q.f_11.as_ref().map(|t| cube(t, &v, &u, &w))),
        ("F_21", q.f_21.as_ref().map(|t| cube(t, &v, &c, &u))),
        ("v F_1 v", q.f_1.as_ref().map(|t| matrix(t, &v, &v))),
        ("w F_1 w", q.f_1.as_ref().map(|t| matrix(t, &w, &w))),
        ("off diagonal", q.f_1.as_ref().map(off)),
    ];
    found.extend(optional.into_iter().filter_map(|(name, value)| Some((name, value?))));
    found
}

/// The largest entry of a block of a matrix that does not stand on the diagonal.
fn off_diagonal(block: &Tensor, apart: bool) -> f64 {
    let half = block.shape.len() / 2;
    let entries = interpret::indices(&block.shape).into_iter().zip(&block.data);
    entries.filter(|(i, _)| apart || i[..half] != i[half..]).map(|(_, entry)| entry.abs()).fold(0.0, f64::max)
}
