//! Index variables, and the one way to build products from tensors: name an index for every own
//! axis of every factor, say which variables are local, and all others stay bound to leading axes.

use std::collections::{BTreeMap, BTreeSet};

use super::Tracer;
use super::value::{LoopVariable, Tensor, dimensions, own_index, own_shape};
use crate::ir::{Affine, Guard, Number, Op, Operand, Product, Size, Test, Wire};
use crate::model::Form;

/// What the tracer knows of an index variable: it runs over `0..extent`.
#[derive(Clone, Debug)]
pub struct Extent {
    pub extent: Size,
    /// What determines it.
    pub definition: Option<Definition>,
}

/// What determines an index variable, by number: it is not free.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Definition {
    /// The division whose quotient or remainder it is.
    Division(usize),
    /// The index from data that it is.
    Gather(usize),
}

/// A tensor read at one index per own axis.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Factor {
    pub tensor: Tensor,
    pub index: Vec<Affine>,
}

/// `out[..] = coefficient · Π factors`, summed over the local variables that `out` lacks.
#[derive(Clone, Debug, Default)]
pub struct Contraction {
    pub coefficient: Option<f64>,
    pub factors: Vec<Factor>,
    pub guards: Vec<Guard>,
    /// Variables that end here; every other one stays a batch variable of the result.
    pub local: Vec<LoopVariable>,
    /// One index per own axis of the result.
    pub out: Vec<Affine>,
    /// Whether the factors are known to be 0 beyond all lengths that depend on indices.
    pub ends_in_zeros: bool,
}

impl Factor {
    /// `tensor` at `(row, column)`, as far as its form has them.
    pub fn at(tensor: &Tensor, row: &Affine, column: &Affine) -> Self {
        Self { tensor: tensor.clone(), index: own_index(tensor.form, row, column) }
    }
}

impl Tracer<'_> {
    /// A new index variable over `0..extent`.
    pub(super) fn variable(&mut self, extent: &Size) -> LoopVariable {
        self.variables.push(Extent { extent: extent.clone(), definition: None });
        Wire(self.variables.len() as u32 - 1)
    }

    pub(super) fn extent(&self, variable: LoopVariable) -> Size {
        self.variables.get(variable.0 as usize).map_or_else(Size::zero, |v| self.sizes.resolve(&v.extent))
    }

    /// A row and a column variable for a tensor of this shape.
    pub(super) fn axes(&mut self, rows: &Size, columns: &Size) -> (LoopVariable, LoopVariable) {
        (self.variable(rows), self.variable(columns))
    }

    /// The result of a contraction as a tensor of this form.
    pub(super) fn contract(&mut self, contraction: Contraction, form: Form, rows: &Size, columns: &Size) -> Tensor {
        let Contraction { coefficient, mut factors, mut guards, local, mut out, ends_in_zeros } = contraction;
        if !ends_in_zeros {
            guards.extend(self.within_lengths(&factors, &local));
        }
        let indices = factors.iter_mut().flat_map(|factor| &mut factor.index).chain(&mut out);
        for index in indices.chain(guards.iter_mut().map(|guard| &mut guard.affine)) {
            *index = self.expanded(index);
        }
        let mentioned = self.mentioned(&mut factors, &mut guards, &local, &out);
        let is_free = |v: &LoopVariable| !local.contains(v) && self.variables[v.0 as usize].definition.is_none();
        let batch: Vec<LoopVariable> = mentioned.iter().copied().filter(is_free).collect();
        let bound = mentioned.iter().copied().filter(|v| !is_free(v));
        let order: Vec<LoopVariable> = batch.iter().copied().chain(bound).collect();
        let wires: BTreeMap<LoopVariable, Wire> = order.iter().enumerate().map(|(k, v)| (*v, Wire(k as u32))).collect();
        let rename = |affine: &Affine| {
            let resolved = affine.map_sizes(&|size| self.sizes.resolve(size));
            resolved.substitute(&|v| Affine::wire(wires.get(&v).copied().unwrap_or(v)))
        };
        let operand = |factor: &Factor| Operand {
            node: factor.tensor.node,
            index: factor.tensor.batch.iter().map(|v| rename(&Affine::wire(*v))).chain(factor.index.iter().map(rename)).collect(),
        };
        let mut product = Product {
            coefficient: Number::new(coefficient.unwrap_or(1.0)),
            extents: order.iter().map(|v| self.extent(*v)).collect(),
            operands: factors.iter().map(operand).collect(),
            guards: guards.iter().map(|guard| Guard { affine: rename(&guard.affine), test: guard.test }).collect(),
            out: batch.iter().map(|v| rename(&Affine::wire(*v))).chain(out.iter().map(rename)).collect(),
        };
        // `Σᵢ (a∘b)ᵢ` is `Σᵢ aᵢ·bᵢ`, however it is written.
        if !product.summed().is_empty() {
            self.open_factors(&mut product);
        }
        let (rows, columns) = (self.sizes.resolve(rows), self.sizes.resolve(columns));
        let shape = batch.iter().map(|v| self.extent(*v)).chain(own_shape(form, &rows, &columns)).collect();
        let node = self.graph.product(product, shape);
        Tensor { node, batch, form, rows, columns }
    }

    /// Replaces operands that are elementwise products by their factors.
    fn open_factors(&self, product: &mut Product) {
        let mut opened = Vec::new();
        for operand in std::mem::take(&mut product.operands) {
            match self.factors_of(&operand, &product.extents) {
                Some((coefficient, factors, guards)) => {
                    product.coefficient = Number::new(product.coefficient.get() * coefficient);
                    opened.extend(factors);
                    product.guards.extend(guards);
                }
                None => opened.push(operand),
            }
        }
        product.operands = opened;
    }

    /// The factors of an operand that is a product without a sum, read in full along each axis.
    fn factors_of(&self, operand: &Operand, extents: &[Size]) -> Option<(f64, Vec<Operand>, Vec<Guard>)> {
        let Op::Product(inner) = self.graph.op(operand.node) else { return None };
        if inner.operands.len() < 2 || inner.extents.len() != inner.out.len() {
            return None;
        }
        let mut places: BTreeMap<Wire, Affine> = BTreeMap::new();
        for (out, index) in inner.out.iter().zip(&operand.index) {
            let (wire, read) = (out.as_wire()?, index.as_wire()?);
            if self.sizes.resolve(&inner.extent(wire)) != extents[read.0 as usize] || places.insert(wire, index.clone()).is_some()
            {
                return None;
            }
        }
        let moved = |affine: &Affine| affine.substitute(&|w| places.get(&w).cloned().unwrap_or_else(|| Affine::wire(w)));
        let factors = inner.operands.iter().map(|o| Operand { node: o.node, index: o.index.iter().map(moved).collect() });
        let guards = inner.guards.iter().map(|g| Guard { affine: moved(&g.affine), test: g.test });
        Some((inner.coefficient.get(), factors.collect(), guards.collect()))
    }

    /// All variables that occur, in ascending order; the definitions of quotients and remainders
    /// among them are added to the guards, those of indices from data to the factors.
    fn mentioned(
        &self,
        factors: &mut Vec<Factor>,
        guards: &mut Vec<Guard>,
        local: &[LoopVariable],
        out: &[Affine],
    ) -> BTreeSet<LoopVariable> {
        let mut mentioned: BTreeSet<LoopVariable> = local.iter().copied().collect();
        for factor in factors.iter() {
            mentioned.extend(factor.tensor.batch.iter().copied());
            mentioned.extend(factor.index.iter().flat_map(Affine::wires));
        }
        mentioned.extend(out.iter().flat_map(Affine::wires));
        mentioned.extend(guards.iter().flat_map(|guard| guard.affine.wires()));
        let mut pending: Vec<LoopVariable> = mentioned.iter().copied().collect();
        let mut defined = BTreeSet::new();
        while let Some(variable) = pending.pop() {
            match self.variables[variable.0 as usize].definition.filter(|definition| defined.insert(*definition)) {
                Some(Definition::Division(number)) => {
                    let definition = self.divisions[number].definition();
                    pending.extend(definition.wires().filter(|v| mentioned.insert(*v)));
                    guards.push(Guard { affine: definition, test: Test::Zero });
                }
                Some(Definition::Gather(number)) => {
                    let factor = self.gather_factor(number);
                    let wires = factor.index.iter().flat_map(Affine::wires).chain(factor.tensor.batch.iter().copied());
                    pending.extend(wires.filter(|v| mentioned.insert(*v)));
                    factors.push(factor);
                }
                None => {}
            }
        }
        mentioned
    }

    /// One entry of a tensor as a scalar; the variables of the indices become batch variables.
    pub(super) fn entry(&mut self, tensor: &Tensor, row: &Affine, column: &Affine) -> Tensor {
        let factors = vec![Factor::at(tensor, row, column)];
        self.contract(Contraction { factors, ..Contraction::default() }, Form::Scalar, &Size::constant(1), &Size::constant(1))
    }

    /// A tensor whose entry `(row, column)` is `entry`, a scalar in these two variables.
    pub(super) fn bind(
        &mut self,
        entry: &Tensor,
        form: Form,
        (row, rows): (LoopVariable, &Size),
        (column, columns): (LoopVariable, &Size),
    ) -> Tensor {
        let factors = vec![Factor { tensor: entry.clone(), index: Vec::new() }];
        let out = own_index(form, &Affine::wire(row), &Affine::wire(column));
        // A dimension that is one has no axis: its variable is 0 throughout.
        let local = own_index(form, &row, &column);
        let entry_tensor = self.fix_missing(factors, form, row, column);
        self.contract(Contraction { factors: entry_tensor, local, out, ..Contraction::default() }, form, rows, columns)
    }

    /// Fixes at 0 the variable of a dimension that the form has no axis for.
    fn fix_missing(&mut self, factors: Vec<Factor>, form: Form, row: LoopVariable, column: LoopVariable) -> Vec<Factor> {
        let kept = own_index(form, &row, &column);
        let dropped: Vec<LoopVariable> = [row, column].into_iter().filter(|v| !kept.contains(v)).collect();
        let fix = |tracer: &mut Self, factor: Factor| {
            if dropped.iter().any(|v| factor.tensor.batch.contains(v)) {
                // Its extent is one, so the sum over it is its only entry.
                let contraction = Contraction { factors: vec![factor.clone()], local: dropped.clone(), ..Contraction::default() };
                let one = Size::constant(1);
                Factor { tensor: tracer.contract(contraction, Form::Scalar, &one, &one), index: Vec::new() }
            } else {
                factor
            }
        };
        factors.into_iter().map(|factor| fix(self, factor)).collect()
    }

    /// Renames rows and columns: entry `(r, c)` of the result is entry `(row(r, c), column(r, c))`.
    pub(super) fn rearrange(
        &mut self,
        tensor: &Tensor,
        form: Form,
        rows: &Size,
        columns: &Size,
        index: impl Fn(&Affine, &Affine) -> (Affine, Affine),
    ) -> Tensor {
        let (r, c) = self.axes(rows, columns);
        let kept = own_index(form, &r, &c);
        let affine = |v: LoopVariable| if kept.contains(&v) { Affine::wire(v) } else { Affine::default() };
        let (row, column) = index(&affine(r), &affine(c));
        let contraction = Contraction {
            factors: vec![Factor::at(tensor, &row, &column)],
            out: own_index(form, &affine(r), &affine(c)),
            local: kept,
            ..Contraction::default()
        };
        self.contract(contraction, form, rows, columns)
    }

    /// The same entries as a tensor of another form (a column as an n×1 matrix, ..).
    pub(super) fn reform(&mut self, tensor: &Tensor, form: Form) -> Tensor {
        if tensor.form == form {
            return tensor.clone();
        }
        let (rows, columns) = dimensions(form, &own_shape(form, &tensor.rows, &tensor.columns));
        self.rearrange(tensor, form, &rows, &columns, |r, c| (r.clone(), c.clone()))
    }
}
