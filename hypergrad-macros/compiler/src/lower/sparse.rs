//! Sparse data in loops: which nodes are zero where nothing is stored, which are read there only,
//! and nests that run over stored entries.

use std::collections::{BTreeMap, BTreeSet};

use super::body::{Active, Body};
use super::program::{Expr, Place, Source, Stmt};
use crate::ir::{Affine, Graph, Guard, Id, Op, Operand, Product, Size, Sparse, Support, Test, Wire};

/// Nodes with two axes that some reader reads at stored entries: as dense tables they would be as
/// large as the dense matrix, so they are computed where they are read. Of up to so many columns they are not.
pub fn read_at_stored_entries(graph: &Graph, order: &[Id], few: i64) -> BTreeSet<Id> {
    let mut pairs: BTreeMap<Id, BTreeSet<(usize, usize)>> = BTreeMap::new();
    if !graph.has_sparse() {
        return BTreeSet::new();
    }
    for reader in order.iter().rev() {
        let own: Vec<(usize, usize)> = pairs.get(reader).into_iter().flatten().copied().collect();
        let mut mark = |node: Id, pair: Option<(usize, usize)>| {
            if let Some(pair) = pair {
                pairs.entry(node).or_default().insert(pair);
            }
        };
        match graph.op(*reader) {
            Op::Product(product) => {
                let stored = graph.supports_of(product).into_iter().map(|s| (s.row, s.column));
                let passed = own.iter().map(|(r, c)| (product.out[*r].clone(), product.out[*c].clone()));
                for (row, column) in stored.chain(passed) {
                    for operand in &product.operands {
                        let axis = |index: &Affine| operand.index.iter().position(|i| i == index);
                        mark(operand.node, axis(&row).zip(axis(&column)));
                    }
                }
            }
            Op::Sum(terms) => terms.iter().for_each(|t| own.iter().for_each(|p| mark(t.view.node, axes_of(&t.view.axes, *p)))),
            Op::Map(_, args) => args.iter().for_each(|v| own.iter().for_each(|p| mark(v.node, axes_of(&v.axes, *p)))),
            Op::Input(_)
            | Op::Constant(_)
            | Op::Count(_)
            | Op::Iota
            | Op::Reduce { .. }
            | Op::Weights { .. }
            | Op::Exclusive { .. }
            | Op::Factor { .. }
            | Op::Solve { .. }
            | Op::Lower { .. }
            | Op::Determinant { .. }
            | Op::Scan(_)
            | Op::State { .. }
            | Op::Slot(_) => {}
        }
    }
    let is_large = |id: &Id, (row, column): &(usize, usize)| has_more_than(few, graph, *id, [*row, *column]);
    pairs.into_iter().filter(|(id, pairs)| pairs.iter().any(|pair| is_large(id, pair))).map(|(id, _)| id).collect()
}

/// Whether both axes are longer. Of a few columns a dense table is not much larger than a column.
fn has_more_than(few: i64, graph: &Graph, id: Id, axes: [usize; 2]) -> bool {
    axes.into_iter().all(|axis| graph.shape(id)[axis].as_constant().is_none_or(|size| size > few))
}

/// Whether a node is 0 but at the stored entries of a matrix, along two of its axes that are longer than a few.
pub fn is_mostly_zero(graph: &Graph, id: Id, few: i64) -> bool {
    let axis = |affine: &Affine| affine.wires().next().map(|wire| wire.0 as usize);
    let is_large = |support: &Support| match (axis(&support.row), axis(&support.column)) {
        (Some(row), Some(column)) => has_more_than(few, graph, id, [row, column]),
        // One row or one column of it.
        (None, _) | (_, None) => false,
    };
    graph.supports(id).iter().any(is_large)
}

fn axes_of(axes: &[usize], (row, column): (usize, usize)) -> Option<(usize, usize)> {
    let position = |axis: usize| axes.iter().position(|a| *a == axis);
    position(row).zip(position(column))
}

/// A loop of a nest over stored entries, outermost first.
enum Binder {
    Loop(Wire),
    Entries { matrix: Id, row: Affine, position: Wire, column: Wire },
}

impl Binder {
    fn binds(&self, wire: Wire) -> bool {
        match self {
            Self::Loop(own) => *own == wire,
            Self::Entries { position, column, .. } => *position == wire || *column == wire,
        }
    }
}

/// A nest under construction.
#[derive(Default)]
struct Plan {
    binders: Vec<Binder>,
    active: Vec<Active>,
    extents: BTreeMap<Wire, Size>,
    /// Wires that follow from a stored column.
    solved: BTreeMap<Wire, Affine>,
    conditions: Vec<Guard>,
    /// What the loops from this depth on share, computed before them.
    shared: (usize, Vec<Stmt>),
}

impl Plan {
    fn value(&self, affine: &Affine) -> Affine {
        affine.substitute(&|w| self.solved.get(&w).cloned().unwrap_or_else(|| Affine::wire(w)))
    }

    fn is_bound(&self, wire: Wire) -> bool {
        self.binders.iter().any(|b| b.binds(wire))
    }

    fn unbound(&self, affine: &Affine) -> Vec<Wire> {
        affine.wires().filter(|w| !self.is_bound(*w)).collect()
    }

    fn bind(&mut self, wires: Vec<Wire>) {
        self.binders.extend(wires.into_iter().map(Binder::Loop));
    }

    /// A condition, where it is not certain.
    fn nonnegative(&mut self, affine: Affine) {
        if !affine.provably_nonnegative(&|w| self.extents.get(&w).cloned().unwrap_or_default()) {
            self.conditions.push(Guard { affine, test: Test::NonNegative });
        }
    }

    fn within(&mut self, affine: &Affine, size: &Size) {
        self.nonnegative(affine.clone());
        self.nonnegative(Affine::constant(size.sub(&Size::constant(1))).sub(affine));
    }

    /// Runs over the stored entries of the support's row, where a wire of its column is free.
    fn follow(&mut self, support: &Support, shape: &[Size], (position, column): (Wire, Wire)) {
        let row = self.value(&support.row);
        let unbound = self.unbound(&row);
        let index = self.value(&support.column);
        let free = |w: &Wire| index.coefficient(*w).as_constant().is_some_and(|c| c.abs() == 1) && !row.mentions(*w);
        let Some(wire) = self.unbound(&index).into_iter().find(free) else { return };
        self.bind(unbound);
        let others = self.unbound(&index).into_iter().filter(|w| *w != wire).collect();
        self.bind(others);
        self.within(&row, &shape[0]);
        self.binders.push(Binder::Entries { matrix: support.matrix, row: row.clone(), position, column });
        self.extents.insert(column, shape[1].clone());
        // index = ±wire + rest is the stored column.
        let sign = index.coefficient(wire);
        let rest = index.sub(&Affine::wire(wire).scale(&sign));
        let value = Affine::wire(column).sub(&rest).scale(&sign);
        let extent = self.extents.get(&wire).cloned().unwrap_or_default();
        self.within(&value, &extent);
        self.solved.insert(wire, value);
        let support = Support { matrix: support.matrix, row, column: Affine::wire(column) };
        self.active.push(Active { support, position });
    }

    /// The loops around a statement; each condition stands as far out as its wires allow.
    fn wrap(&self, statement: Stmt) -> Vec<Stmt> {
        let mut body = vec![statement];
        let mut remaining: Vec<Guard> =
            self.conditions.iter().map(|g| Guard { affine: self.value(&g.affine), test: g.test }).collect();
        for (depth, binder) in self.binders.iter().enumerate().rev() {
            let outer = |w: Wire| self.binders[..depth].iter().any(|b| b.binds(w));
            let (here, rest): (Vec<Guard>, Vec<Guard>) = remaining.into_iter().partition(|g| !g.affine.wires().all(outer));
            remaining = rest;
            if depth + 1 == self.shared.0 {
                body.splice(0..0, self.shared.1.iter().cloned());
            }
            body = super::nest::guarded(&here, body);
            body = vec![match binder {
                Binder::Loop(wire) => Stmt::Loop {
                    variable: *wire,
                    extent: self.extents.get(wire).cloned().unwrap_or_default(),
                    bounds: Vec::new(),
                    body,
                },
                Binder::Entries { matrix, row, position, column } => {
                    Stmt::Entries { matrix: *matrix, row: row.clone(), position: *position, column: *column, body }
                }
            }];
        }
        super::nest::guarded(&remaining, body)
    }
}

impl Body<'_> {
    /// `place += scale · product`, over stored entries.
    pub(super) fn sparse_nest(&mut self, product: &Product, shape: &[Size], supports: &[Support], scale: f64, place: &Place) {
        let first = self.fresh_variables(product.extents.len() as u32);
        let rename = |affine: &Affine| affine.substitute(&|w| Affine::wire(Wire(w.0 + first)));
        let mut plan = Plan::default();
        plan.extents.extend(product.extents.iter().enumerate().map(|(k, e)| (Wire(first + k as u32), e.clone())));
        plan.conditions.extend(product.guards.iter().map(|g| Guard { affine: rename(&g.affine), test: g.test }));
        for support in supports {
            let fresh = self.fresh_variables(2);
            let shape = self.context.graph.shape(support.matrix).to_vec();
            let support = Support { matrix: support.matrix, row: rename(&support.row), column: rename(&support.column) };
            plan.follow(&support, &shape, (Wire(fresh), Wire(fresh + 1)));
        }
        let rest = (0..product.extents.len() as u32).map(|k| Wire(first + k));
        let rest: Vec<Wire> = rest.filter(|w| !plan.is_bound(*w) && !plan.solved.contains_key(w)).collect();
        plan.shared.0 = plan.binders.len();
        plan.bind(rest.clone());
        let outer = std::mem::replace(&mut self.active, plan.active.clone());
        let factors: Vec<Expr> = product.operands.iter().map(|o| self.factor(o, &rename, &mut plan)).collect();
        self.active = outer;
        let factors = factors.into_iter().map(|factor| self.shared_by(&rest, factor, &mut plan)).collect();
        let out: Vec<Affine> = product.out.iter().map(|o| plan.value(&rename(o))).collect();
        for (index, size) in out.iter().zip(shape) {
            plan.within(index, size);
        }
        let value = Expr::Product(scale * product.coefficient.get(), factors);
        let store = Stmt::Store { target: place.source, offset: place.offset_at(&out), add: true, value };
        let statements = plan.wrap(store);
        self.statements.extend(statements);
    }

    /// A sum that the loops over these wires would compute again and again is computed before them.
    fn shared_by(&mut self, wires: &[Wire], factor: Expr, plan: &mut Plan) -> Expr {
        if plan.shared.0 == 0 || wires.is_empty() || !factor.has_total() || wires.iter().any(|w| factor.mentions(*w)) {
            return factor;
        }
        let name = self.fresh_local();
        plan.shared.1.push(match factor {
            Expr::Total { variable, extent, value } => Stmt::Sum { name, variable, extent, bounds: Vec::new(), value: *value },
            value @ (Expr::Number(_)
            | Expr::Count(_)
            | Expr::Index(_)
            | Expr::Load { .. }
            | Expr::Local(_)
            | Expr::Find { .. }
            | Expr::Product(..)
            | Expr::Sum(_)
            | Expr::Call(..)
            | Expr::Guarded(..)) => {
                Stmt::Sum { name, variable: Wire(self.fresh_variables(1)), extent: Size::constant(1), bounds: Vec::new(), value }
            }
        });
        Expr::Local(name)
    }

    fn factor(&mut self, operand: &Operand, rename: &dyn Fn(&Affine) -> Affine, plan: &mut Plan) -> Expr {
        let index: Vec<Affine> = operand.index.iter().map(|i| plan.value(&rename(i))).collect();
        let shape = self.context.graph.shape(operand.node).to_vec();
        for (index, size) in index.iter().zip(&shape) {
            plan.within(index, size);
        }
        self.expression(operand.node, &index)
    }

    /// An entry of a sparse field: at the position of an enclosing loop, or looked up.
    pub(super) fn stored_entry(&mut self, leaf: Id, index: &[Affine]) -> Expr {
        let Some(matrix) = self.context.graph.stored_values(leaf) else { return Expr::Number(0.0) };
        let support = Support { matrix, row: index[0].clone(), column: index[1].clone() };
        let pattern = self.context.graph.sparse(leaf) != Some(Sparse::Values);
        self.where_stored(std::slice::from_ref(&support), |body| {
            let position = body.active.iter().find(|a| a.support == support).map(|a| a.position);
            match position {
                Some(position) if !pattern => Expr::Load { source: Source::Sparse(matrix), offset: Affine::wire(position) },
                _ => Expr::Number(1.0),
            }
        })
    }

    /// A value that is zero unless these entries are stored, evaluated only there.
    pub(super) fn where_stored(&mut self, supports: &[Support], value: impl FnOnce(&mut Self) -> Expr) -> Expr {
        let outer = self.active.len();
        for support in supports {
            if !self.active.iter().any(|a| a.support == *support) {
                let position = Wire(self.fresh_variables(1));
                self.active.push(Active { support: support.clone(), position });
            }
        }
        let value = value(self);
        let found = self.active.split_off(outer);
        found.into_iter().rev().fold(value, |value, Active { support, position }| {
            let Support { matrix, row, column } = support;
            Expr::Find { matrix, row, column, position, value: Box::new(value) }
        })
    }
}

/// The sparse leaf itself, as a product.
pub fn copied(graph: &Graph, leaf: Id) -> Product {
    let extents = graph.shape(leaf).to_vec();
    let out = vec![Affine::wire(Wire(0)), Affine::wire(Wire(1))];
    let operands = vec![Operand { node: leaf, index: out.clone() }];
    Product { coefficient: crate::ir::Number::new(1.0), extents, operands, guards: Vec::new(), out }
}
