//! Lowering of one output or buffer to statements.

use std::collections::{BTreeMap, BTreeSet};

use super::conditions::{within, within_unless, without_implied};
use super::contract::Hoist;
use super::materialise::{Storage, is_contraction};
use super::nest::Nest;
use super::pattern::{self, Matrix, Pattern};
use super::program::{Argument, Expr, Kernel, Place, Slice, Source, Stmt, natural_strides};
use super::sparse::{self, Active, Support};
use crate::analysis::{Stage, Stages};
use crate::ir::{Affine, Graph, Guard, Id, Op, Product, Reduction, Size, Term, Test, Wire};
use crate::shape::{CheckKind, Sizes};

/// What lowering knows of the whole module.
pub struct Context<'g> {
    pub graph: &'g Graph,
    pub stages: Vec<Stage>,
    pub storage: Storage,
    pub hoists: BTreeMap<Id, Hoist>,
    /// Number of each stored node's buffer, and of each choice.
    pub buffers: BTreeMap<Id, usize>,
    pub choices: BTreeMap<Id, usize>,
    /// The node of each buffer.
    pub nodes: Vec<Id>,
    /// Buffers that only one function reads: scratch of that function.
    pub local: BTreeSet<usize>,
    /// Of the sizes, each at least 0: what is checked before any kernel runs.
    pub facts: Vec<Affine>,
}

impl<'g> Context<'g> {
    pub fn new(graph: &'g Graph, sizes: &Sizes, stages: &mut Stages, storage: Storage, hoists: BTreeMap<Id, Hoist>) -> Self {
        let nodes: Vec<Id> = storage.stored.iter().copied().collect();
        let buffers = nodes.iter().enumerate().map(|(k, id)| (*id, k)).collect();
        let choices = hoists.keys().enumerate().map(|(k, id)| (*id, k)).collect();
        let stages = (0..graph.len() as u32).map(|k| stages.get(graph, Id(k))).collect();
        Self { graph, stages, storage, hoists, buffers, choices, nodes, local: BTreeSet::new(), facts: facts(sizes) }
    }

    pub fn stage(&self, id: Id) -> Stage {
        self.stages[id.0 as usize]
    }

    /// The stage at which a node's buffer is kept.
    pub fn buffer_stage(&self, id: Id) -> Stage {
        let local = self.buffers.get(&id).is_some_and(|number| self.local.contains(number));
        if local { Stage::Direction } else { self.stage(id) }
    }

    /// Where a node lies, if it is stored.
    pub fn place(&self, id: Id) -> Option<Place> {
        let source = match self.graph.op(id) {
            Op::Input(_) if self.graph.sparse(id).is_some() => return None,
            Op::Input(_) => Source::Input(id),
            _ => Source::Buffer(*self.buffers.get(&id)?),
        };
        Some(Place::natural(source, self.graph.shape(id)))
    }
}

fn facts(sizes: &Sizes) -> Vec<Affine> {
    let checks = sizes.checks();
    let at_least = checks.iter().filter(|check| check.kind == CheckKind::AtLeast);
    at_least.map(|check| Affine::constant(check.left.sub(&check.right))).collect()
}

/// The statements of one function, under construction.
pub struct Body<'c> {
    pub(super) context: &'c Context<'c>,
    pub statements: Vec<Stmt>,
    /// Buffers that are ready at this point.
    ready: BTreeSet<usize>,
    /// The stage of the function: its own scratch is of this stage.
    next_variable: u32,
    next_local: u32,
    /// The buffer that this body computes.
    own: Option<usize>,
    /// Stored entries of sparse fields that the loops under construction stand at.
    pub(super) active: Vec<Active>,
}

impl<'c> Body<'c> {
    pub fn new(context: &'c Context<'c>, own: Option<usize>) -> Self {
        Self { context, statements: Vec::new(), ready: BTreeSet::new(), next_variable: 0, next_local: 0, own, active: Vec::new() }
    }

    /// Writes a node to a place, every entry.
    pub fn write(&mut self, node: Id, place: &Place) {
        let context = self.context;
        if let Some(source) = context.place(node).filter(|p| self.own.is_none_or(|own| p.source != Source::Buffer(own))) {
            return self.copy(node, &source, place);
        }
        self.write_fresh(node, place);
    }

    /// Writes a node by computing it here.
    fn write_fresh(&mut self, node: Id, place: &Place) {
        if let Some(hoist) = self.context.hoists.get(&node) {
            let choice = self.context.choices[&node];
            let hoisted = self.branch(|body| body.write(hoist.hoisted, place));
            let plain = self.branch(|body| body.write_plain(node, place));
            self.statements.push(Stmt::Choose { choice, hoisted, plain });
        } else {
            self.write_plain(node, place);
        }
    }

    fn write_plain(&mut self, node: Id, place: &Place) {
        match self.context.graph.op(node).clone() {
            Op::Sum(terms) => {
                let (absorbed, direct): (Vec<_>, Vec<_>) = terms.into_iter().partition(|t| self.is_accumulated(t));
                let shape = self.context.graph.shape(node).to_vec();
                if direct.is_empty() {
                    self.statements.push(Stmt::Zero { place: place.clone(), shape });
                } else {
                    let index = self.fresh_index(shape.len());
                    let terms = direct
                        .iter()
                        .map(|t| {
                            let own: Vec<Affine> = t.view.axes.iter().map(|a| index[*a].clone()).collect();
                            (t.coefficient.get(), self.expression(t.view.node, &own))
                        })
                        .collect();
                    self.fill(&index, &shape, place, Expr::Sum(terms));
                }
                for term in absorbed {
                    let strides = term.view.axes.iter().map(|a| place.strides[*a].clone()).collect();
                    let target = Place { strides, ..place.clone() };
                    if self.context.storage.absorbed.contains(&term.view.node) {
                        self.accumulate_node(term.view.node, term.coefficient.get(), &target);
                    } else {
                        self.accumulate_any(term.view.node, term.coefficient.get(), &target);
                    }
                }
            }
            _ if !sparse::supports(self.context.graph, node).is_empty() => {
                let shape = self.context.graph.shape(node).to_vec();
                self.statements.push(Stmt::Zero { place: place.clone(), shape });
                self.accumulate_any(node, 1.0, place);
            }
            Op::Product(_) if is_contraction(self.context.graph, node) => {
                let shape = self.context.graph.shape(node).to_vec();
                self.statements.push(Stmt::Zero { place: place.clone(), shape });
                self.accumulate_plain(node, 1.0, place);
            }
            Op::Reduce { kind, arg, keep } => self.reduction(node, reduction_name(kind), arg, keep, None),
            Op::Weights { kind, arg, keep } => self.reduction(node, weights_name(kind), arg, keep, None),
            Op::Exclusive { arg, order } => {
                let keep = self.context.graph.order(arg) - 1;
                self.reduction(node, "exclusive_product", arg, keep, Some(order));
            }
            _ => {
                let shape = self.context.graph.shape(node).to_vec();
                let index = self.fresh_index(shape.len());
                let value = self.elementwise(node, &index);
                self.fill(&index, &shape, place, value);
            }
        }
    }

    /// Whether a term of a sum is added by loops of its own.
    fn is_accumulated(&self, term: &Term) -> bool {
        let node = term.view.node;
        let graph = self.context.graph;
        let own_loops = term.view.axes.len() == graph.order(node) && self.context.place(node).is_none();
        self.context.storage.absorbed.contains(&node) || own_loops && !sparse::supports(graph, node).is_empty()
    }

    /// `place += scale · node`, for a contraction.
    fn accumulate_node(&mut self, node: Id, scale: f64, place: &Place) {
        let Some(hoist) = self.context.hoists.get(&node) else { return self.accumulate_plain(node, scale, place) };
        let choice = self.context.choices[&node];
        let hoisted = self.branch(|body| body.accumulate_any(hoist.hoisted, scale, place));
        let plain = self.branch(|body| body.accumulate_plain(node, scale, place));
        self.statements.push(Stmt::Choose { choice, hoisted, plain });
    }

    /// `place += scale · node`, for any node.
    fn accumulate_any(&mut self, node: Id, scale: f64, place: &Place) {
        let context = self.context;
        if context.place(node).is_none() {
            match context.graph.op(node).clone() {
                Op::Sum(terms) => {
                    for term in terms {
                        if term.view.axes.len() == place.strides.len() {
                            let strides = term.view.axes.iter().map(|a| place.strides[*a].clone()).collect();
                            let target = Place { strides, ..place.clone() };
                            self.accumulate_any(term.view.node, scale * term.coefficient.get(), &target);
                        } else {
                            let index = self.fresh_index(place.strides.len());
                            let own: Vec<Affine> = term.view.axes.iter().map(|a| index[*a].clone()).collect();
                            let value = self.expression(term.view.node, &own);
                            let shape = context.graph.shape(node).to_vec();
                            self.add(&index, &shape, place, Expr::Product(scale * term.coefficient.get(), vec![value]));
                        }
                    }
                    return;
                }
                Op::Product(_) if is_contraction(context.graph, node) => return self.accumulate_plain(node, scale, place),
                Op::Product(product) if !sparse::supports(context.graph, node).is_empty() => {
                    return self.nest(&product, context.graph.shape(node), scale, place);
                }
                Op::Input(_) => {
                    return self.nest(&sparse::copied(context.graph, node), context.graph.shape(node), scale, place);
                }
                _ => {}
            }
        }
        let shape = context.graph.shape(node).to_vec();
        let index = self.fresh_index(shape.len());
        let value = self.expression(node, &index);
        self.add(&index, &shape, place, Expr::Product(scale, vec![value]));
    }

    /// `place += scale · product`: a kernel's call, or a loop nest.
    fn accumulate_plain(&mut self, node: Id, scale: f64, place: &Place) {
        let Op::Product(product) = self.context.graph.op(node).clone() else { return };
        if let Some(found) = pattern::recognise(self.context.graph, &product)
            && self.kernel(&product, found, scale, place)
        {
            return;
        }
        let context = self.context;
        self.nest(&product, context.graph.shape(node), scale, place);
    }

    /// `place += scale · product` by loops, the place being of this shape.
    fn nest(&mut self, product: &Product, shape: &[Size], scale: f64, place: &Place) {
        let supports = sparse::of_product(self.context.graph, product);
        if !supports.is_empty() {
            return self.sparse_nest(product, shape, &supports, scale, place);
        }
        let first = self.next_variable;
        self.next_variable += product.extents.len() as u32;
        let rename = |affine: &Affine| affine.substitute(&|w| Affine::wire(Wire(w.0 + first)));
        let extent = |wire: Wire| product.extent(Wire(wire.0 - first));
        let mut conditions: Vec<Guard> =
            product.guards.iter().map(|g| Guard { affine: rename(&g.affine), test: g.test }).collect();
        let mut factors = Vec::new();
        for operand in &product.operands {
            let index: Vec<Affine> = operand.index.iter().map(rename).collect();
            let shape = self.context.graph.shape(operand.node).to_vec();
            within(&index, &shape, &extent, &mut conditions);
            factors.push(self.expression(operand.node, &index));
        }
        let out: Vec<Affine> = product.out.iter().map(rename).collect();
        // What lies outside of the result is not written.
        within(&out, shape, &extent, &mut conditions);
        let mut conditions = without_implied(conditions, &self.context.facts, &extent);
        conditions.sort();
        conditions.dedup();
        let value = Expr::Product(scale * product.coefficient.get(), factors);
        let nest = Nest {
            extents: product.extents.iter().enumerate().map(|(k, e)| (Wire(first + k as u32), e.clone())).collect(),
            conditions,
            target: place.source,
            offset: place.offset_at(&out),
            out: out.iter().flat_map(Affine::wires).collect(),
            value,
            local: self.next_local,
        };
        self.next_local += 1;
        self.statements.extend(nest.statements());
    }

    /// Emits a kernel's call where all operands and the target lie as it needs them.
    fn kernel(&mut self, product: &Product, found: Pattern, scale: f64, place: &Place) -> bool {
        let shapes = |k: usize| self.context.graph.shape(product.operands[k].node).to_vec();
        let stored = |k: usize| self.context.place(product.operands[k].node);
        let coefficient = scale * product.coefficient.get();
        let one = Size::constant(1);
        match found {
            Pattern::MatrixVector { matrix, vector } => {
                let (Some(a), Some(x)) = (stored(matrix.position), stored(vector)) else { return false };
                let shape = shapes(matrix.position);
                let (leading, trailing) = shape.split_at(matrix.split);
                let out = if matrix.transposed { trailing } else { leading };
                if place.strides != natural_strides(out) {
                    return false;
                }
                let (rows, columns) = (Size::product(leading), Size::product(trailing));
                let (out, length) = if matrix.transposed { (&columns, &rows) } else { (&rows, &columns) };
                let alpha = self.alpha(product, coefficient, &[matrix.position, vector]);
                let arguments = vec![
                    Argument::Value(alpha),
                    self.slice(&a, Size::product(&shape)),
                    Argument::Size(rows.clone()),
                    Argument::Size(columns.clone()),
                    self.slice(&x, length.clone()),
                ];
                self.call(if matrix.transposed { "gemv_t" } else { "gemv" }, arguments, place, out.clone(), None)
            }
            Pattern::Sparse { matrix, other, transposed } => {
                let Some(x) = stored(other) else { return false };
                let (field, shape) = (shapes(matrix), shapes(other));
                let rows = field[usize::from(transposed)].clone();
                let columns = shape.get(1).cloned().unwrap_or(one);
                let out: Vec<Size> = [rows.clone()].into_iter().chain(shape.get(1).cloned()).collect();
                if place.strides != natural_strides(&out) {
                    return false;
                }
                let alpha = self.alpha(product, coefficient, &[matrix, other]);
                let arguments = vec![
                    Argument::Value(alpha),
                    Argument::Sparse(product.operands[matrix].node),
                    self.slice(&x, Size::product(&shape)),
                    Argument::Size(columns),
                ];
                self.call(if transposed { "csr_tr_mul" } else { "csr_mul" }, arguments, place, Size::product(&out), None)
            }
            Pattern::Dot { left, right } => {
                let (Some(a), Some(b)) = (stored(left), stored(right)) else { return false };
                let length = Size::product(&shapes(left));
                let alpha = self.alpha(product, coefficient, &[left, right]);
                let arguments = vec![self.slice(&a, length.clone()), self.slice(&b, length)];
                self.call("dot", arguments, place, one, Some(alpha))
            }
            Pattern::MatrixMatrix { left, right } => self.matrix_matrix(product, left, right, coefficient, place),
            Pattern::Gram { matrix } => {
                let (Some(a), shape) = (stored(matrix.position), shapes(matrix.position)) else { return false };
                let (leading, trailing) = shape.split_at(matrix.split);
                if place.strides != natural_strides(&[trailing, trailing].concat()) {
                    return false;
                }
                let (rows, columns) = (Size::product(leading), Size::product(trailing));
                let others: Vec<usize> = (0..product.operands.len()).filter(|k| !product.operands[*k].index.is_empty()).collect();
                let alpha = self.alpha(product, coefficient, &others);
                let arguments = vec![
                    Argument::Value(alpha),
                    self.slice(&a, Size::product(&shape)),
                    Argument::Size(rows),
                    Argument::Size(columns.clone()),
                ];
                let out = columns.mul(&columns);
                self.call("gram", arguments, place, out, None)
            }
            Pattern::WeightedGram { matrix, weights } => self.weighted_gram(product, matrix, weights, coefficient, place),
            Pattern::KhatriRao { left, right } => self.khatri_rao(product, &left, &right, coefficient, place),
        }
    }

    fn khatri_rao(&mut self, product: &Product, left: &[usize], right: &[usize], coefficient: f64, place: &Place) -> bool {
        let Some(row) = product.summed().first().map(|w| product.extent(*w)) else { return false };
        let sizes: Vec<Size> = product.out.iter().flat_map(Affine::wires).map(|w| product.extent(w)).collect();
        if place.strides != natural_strides(&sizes) {
            return false;
        }
        let (Some(first), Some(second)) = (self.slices(product, left), self.slices(product, right)) else { return false };
        let (height, width) = sizes.split_at(sizes.len().div_ceil(2));
        let columns = Size::product(height).add(&Size::product(width));
        let alpha = self.alpha(product, coefficient, &[left, right].concat());
        let arguments = vec![Argument::Value(alpha), first, second, Argument::Size(row), Argument::Panel { columns }];
        self.call("khatri_rao", arguments, place, Size::product(&sizes), None)
    }

    fn matrix_matrix(&mut self, product: &Product, left: Matrix, right: Matrix, coefficient: f64, place: &Place) -> bool {
        let graph = self.context.graph;
        let node = |matrix: Matrix| product.operands[matrix.position].node;
        let (Some(a), Some(b)) = (self.context.place(node(left)), self.context.place(node(right))) else { return false };
        let sides = |matrix: Matrix| {
            let (leading, trailing) = graph.shape(node(matrix)).split_at(matrix.split);
            if matrix.transposed { (trailing, leading) } else { (leading, trailing) }
        };
        let ((rows, inner), (_, columns)) = (sides(left), sides(right));
        let natural = natural_strides(&[rows, columns].concat());
        let flipped = natural_strides(&[columns, rows].concat());
        let flipped = [&flipped[columns.len()..], &flipped[..columns.len()]].concat();
        let [m, k, n] = [rows, inner, columns].map(Size::product);
        let alpha = self.alpha(product, coefficient, &[left.position, right.position]);
        let (first, second) = (self.slice(&a, m.mul(&k)), self.slice(&b, k.mul(&n)));
        let out = m.mul(&n);
        let (m_k_n, operands, transposed) = if place.strides == natural {
            ([m, k, n], [first, second], (left.transposed, right.transposed))
        } else if place.strides == flipped {
            // (A B)ᵀ = Bᵀ Aᵀ: the transposed result is the product of the transposed operands.
            ([n, k, m], [second, first], (!right.transposed, !left.transposed))
        } else {
            return false;
        };
        let name = match transposed {
            (false, false) => "gemm",
            (true, false) => "gemm_tn",
            (false, true) => "gemm_nt",
            (true, true) => "gemm_tt",
        };
        let arguments = [vec![Argument::Value(alpha)], operands.to_vec(), m_k_n.map(Argument::Size).to_vec()].concat();
        self.call(name, arguments, place, out, None)
    }

    fn weighted_gram(&mut self, product: &Product, matrix: usize, weights: usize, coefficient: f64, place: &Place) -> bool {
        let graph = self.context.graph;
        let node = product.operands[matrix].node;
        let (Some(a), Some(d)) = (self.context.place(node), self.context.place(product.operands[weights].node)) else {
            return false;
        };
        let shape = graph.shape(node).to_vec();
        let (rows, columns) = (shape[0].clone(), shape[1].clone());
        if place.strides != natural_strides(&[columns.clone(), columns.clone()]) {
            return false;
        }
        let tensors: Vec<usize> = (0..product.operands.len()).filter(|k| !product.operands[*k].index.is_empty()).collect();
        let alpha = self.alpha(product, coefficient, &tensors);
        let arguments = vec![
            Argument::Value(alpha),
            self.slice(&a, rows.mul(&columns)),
            self.slice(&d, rows.clone()),
            Argument::Size(rows.clone()),
            Argument::Size(columns.clone()),
            Argument::Scratch { rows, columns: columns.clone() },
        ];
        self.call("weighted_gram", arguments, place, columns.mul(&columns), None)
    }

    /// The coefficient and the scalar operands, as one factor.
    fn alpha(&mut self, product: &Product, coefficient: f64, tensors: &[usize]) -> Expr {
        let mut factors = Vec::new();
        for (position, operand) in product.operands.iter().enumerate() {
            if !tensors.contains(&position) {
                factors.push(self.expression(operand.node, &[]));
            }
        }
        Expr::Product(coefficient, factors)
    }

    fn slice(&mut self, place: &Place, length: Size) -> Argument {
        self.require(place.source);
        Argument::Slice(Slice { source: place.source, offset: place.offset.clone(), length })
    }

    /// Operands that are read whole, where all are stored.
    fn slices(&mut self, product: &Product, positions: &[usize]) -> Option<Argument> {
        let nodes = positions.iter().map(|k| product.operands[*k].node);
        let places: Vec<(Place, Size)> =
            nodes.map(|n| Some((self.context.place(n)?, Size::product(self.context.graph.shape(n))))).collect::<Option<_>>()?;
        places.iter().for_each(|(place, _)| self.require(place.source));
        let slice = |(place, length): (Place, Size)| Slice { source: place.source, offset: place.offset, length };
        Some(Argument::Slices(places.into_iter().map(slice).collect()))
    }

    fn call(&mut self, name: &'static str, arguments: Vec<Argument>, place: &Place, length: Size, returns: Option<Expr>) -> bool {
        let target = Slice { source: place.source, offset: place.offset.clone(), length };
        self.statements.push(Stmt::Kernel(Kernel { name, arguments, target, returns }));
        true
    }

    /// Opaque reductions: kept axes come first, so entry `(k, r)` lies at `k + r·kept`.
    fn reduction(&mut self, node: Id, name: &'static str, arg: Id, keep: usize, order: Option<usize>) {
        let graph = self.context.graph;
        let (Some(source), Some(target)) = (self.context.place(arg), self.context.place(node)) else {
            unreachable!("reductions and their arguments are stored")
        };
        let shape = graph.shape(arg).to_vec();
        let mut arguments = vec![
            self.slice(&source, Size::product(&shape)),
            Argument::Size(Size::product(&shape[..keep])),
            Argument::Size(Size::product(&shape[keep..])),
        ];
        arguments.extend(order.map(|k| Argument::Size(Size::constant(k as i64))));
        let length = Size::product(graph.shape(node));
        self.call(name, arguments, &target, length, None);
    }

    fn copy(&mut self, node: Id, source: &Place, place: &Place) {
        self.require(source.source);
        let shape = self.context.graph.shape(node).to_vec();
        let index = self.fresh_index(shape.len());
        let value = Expr::Load { source: source.source, offset: source.offset_at(&index) };
        self.fill(&index, &shape, place, value);
    }

    /// `place[index] = value` for all indices.
    fn fill(&mut self, index: &[Affine], shape: &[Size], place: &Place, value: Expr) {
        let store = Stmt::Store { target: place.source, offset: place.offset_at(index), add: false, value };
        self.wrap(index, shape, store);
    }

    fn add(&mut self, index: &[Affine], shape: &[Size], place: &Place, value: Expr) {
        let store = Stmt::Store { target: place.source, offset: place.offset_at(index), add: true, value };
        self.wrap(index, shape, store);
    }

    /// Loops over all indices, the first axis innermost.
    fn wrap(&mut self, index: &[Affine], shape: &[Size], store: Stmt) {
        let mut statement = store;
        for (affine, extent) in index.iter().zip(shape) {
            if let Some(variable) = affine.as_wire() {
                statement = Stmt::Loop { variable, extent: extent.clone(), bounds: Vec::new(), body: vec![statement] };
            }
        }
        self.statements.push(statement);
    }

    /// The first of so many new loop variables.
    pub(super) fn fresh_variables(&mut self, count: u32) -> u32 {
        let first = self.next_variable;
        self.next_variable += count;
        first
    }

    fn fresh_index(&mut self, axes: usize) -> Vec<Affine> {
        let first = self.fresh_variables(axes as u32);
        (first..self.next_variable).map(|w| Affine::wire(Wire(w))).collect()
    }

    /// The value of a node at an index: a load, or computed in place.
    pub(super) fn expression(&mut self, node: Id, index: &[Affine]) -> Expr {
        let own = self.own;
        match self.context.place(node).filter(|p| own.is_none_or(|own| p.source != Source::Buffer(own))) {
            Some(place) => {
                self.require(place.source);
                Expr::Load { source: place.source, offset: place.offset_at(index) }
            }
            None => self.elementwise(node, index),
        }
    }

    fn elementwise(&mut self, node: Id, index: &[Affine]) -> Expr {
        match self.context.graph.op(node).clone() {
            Op::Constant(number) => Expr::Number(number.get()),
            Op::Count(size) => Expr::Count(size),
            Op::Iota => Expr::Index(index[0].clone()),
            Op::Sum(terms) => Expr::Sum(
                terms
                    .iter()
                    .map(|t| {
                        let own: Vec<Affine> = t.view.axes.iter().map(|a| index[*a].clone()).collect();
                        (t.coefficient.get(), self.expression(t.view.node, &own))
                    })
                    .collect(),
            ),
            Op::Map(func, args) => {
                let values = args
                    .iter()
                    .map(|v| {
                        let own: Vec<Affine> = v.axes.iter().map(|a| index[*a].clone()).collect();
                        self.expression(v.node, &own)
                    })
                    .collect();
                Expr::Call(func, values)
            }
            Op::Product(product) => self.inline_product(&product, self.context.graph.shape(node), index),
            Op::Input(_) => self.stored_entry(node, index),
            op => unreachable!("{op:?} is stored"),
        }
    }

    /// One term per entry: the wires follow from the index; what else the outputs say is a condition.
    fn inline_product(&mut self, product: &Product, shape: &[Size], index: &[Affine]) -> Expr {
        let mut values: Vec<Option<Affine>> = vec![None; product.extents.len()];
        let mut equations = Vec::new();
        let mut beyond = Vec::new();
        let mut summed = Vec::new();
        for ((out, at), size) in product.out.iter().zip(index).zip(shape) {
            match out.as_wire() {
                Some(wire) if values[wire.0 as usize].is_none() => {
                    values[wire.0 as usize] = Some(at.clone());
                    // An axis that is longer than its wire holds nothing beyond it.
                    let extent = product.extent(wire);
                    if !extent.sub(size).is_nonnegative() {
                        let affine = Affine::constant(extent.sub(&Size::constant(1))).sub(at);
                        beyond.push(Guard { affine, test: Test::NonNegative });
                    }
                }
                _ => equations.push((out.clone(), at.clone())),
            }
        }
        for wire in product.summed() {
            let variable = Wire(self.fresh_variables(1));
            values[wire.0 as usize] = Some(Affine::wire(variable));
            summed.push((variable, product.extent(wire)));
        }
        let value_of = |w: Wire| values[w.0 as usize].clone().unwrap_or_default();
        let place = |affine: &Affine| affine.substitute(&value_of);
        let mut conditions: Vec<Guard> = equations
            .iter()
            .map(|(out, at)| Guard { affine: place(out).sub(at), test: Test::Zero })
            .chain(product.guards.iter().map(|g| Guard { affine: place(&g.affine), test: g.test }))
            .chain(beyond)
            .collect();
        let mut reads: Vec<(Id, Vec<Affine>)> = Vec::new();
        for operand in &product.operands {
            let shape = self.context.graph.shape(operand.node).to_vec();
            // In range by the wires' own extents; the caller's index is in range of this node.
            within_unless(&operand.index, &shape, &|w| product.extent(w), &place, &mut conditions);
            reads.push((operand.node, operand.index.iter().map(&place).collect()));
        }
        conditions.sort();
        conditions.dedup();
        let supports: Vec<Support> =
            sparse::of_product(self.context.graph, product).iter().map(|s| s.substitute(&value_of)).collect();
        let value = self.where_stored(&supports, |body| {
            let factors = reads.iter().map(|(node, index)| body.expression(*node, index)).collect();
            Expr::Product(product.coefficient.get(), factors)
        });
        let value = if conditions.is_empty() { value } else { Expr::Guarded(conditions, Box::new(value)) };
        // A contraction is computed in place only where storing it would make sparse data dense.
        summed.into_iter().fold(value, |value, (variable, extent)| Expr::Total { variable, extent, value: Box::new(value) })
    }

    /// Makes a buffer ready before the statement under construction.
    fn require(&mut self, source: Source) {
        let Source::Buffer(buffer) = source else { return };
        if !self.ready.insert(buffer) {
            return;
        }
        let node = self.context.nodes[buffer];
        if self.context.buffer_stage(node) != Stage::Direction {
            self.statements.push(Stmt::Ensure(buffer));
            return;
        }
        self.statements.push(Stmt::Scratch(buffer));
        let place = Place::natural(source, self.context.graph.shape(node));
        let (outer, active) = (self.own.replace(buffer), std::mem::take(&mut self.active));
        self.write_fresh(node, &place);
        (self.own, self.active) = (outer, active);
    }

    /// The statements of a branch; what becomes ready in it is not ready after it.
    fn branch(&mut self, build: impl FnOnce(&mut Self)) -> Vec<Stmt> {
        let outer = std::mem::take(&mut self.statements);
        let ready = self.ready.clone();
        build(self);
        self.ready = ready;
        std::mem::replace(&mut self.statements, outer)
    }
}

fn reduction_name(kind: Reduction) -> &'static str {
    match kind {
        Reduction::Max => "reduce_max",
        Reduction::Min => "reduce_min",
        Reduction::LogSumExp => "reduce_log_sum_exp",
    }
}

fn weights_name(kind: Reduction) -> &'static str {
    match kind {
        Reduction::Max => "max_weights",
        Reduction::Min => "min_weights",
        Reduction::LogSumExp => "softmax",
    }
}
