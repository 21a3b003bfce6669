//! Indices from data: `data.group[i]` is an index variable v that the data defines, `Σᵥ P_iv t(v)` with the
//! selection P, whose row i has its one 1 in column `group[i]`.
//!
//! So whatever is affine in v is an index (`w[group[i] * n + j]`), v can be compared (`group[i] == k`) and
//! cast, and derivatives follow: the one of a gather is a scatter by the same P.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::Tracer;
use super::contract::{Definition, Factor};
use super::value::{LoopVariable, Tensor, Value};
use crate::ir::{Affine, Id, Op, Size};
use crate::model::Form;
use crate::shape::SymbolSource;

/// A variable, and what is 1 at its value and 0 elsewhere: the row of a selection, or a mask.
#[derive(Clone, Debug)]
pub struct Gather {
    pub(super) factor: Factor,
    variable: LoopVariable,
}

impl Gather {
    /// The variables on which the value depends.
    fn wires(&self) -> impl Iterator<Item = LoopVariable> + '_ {
        let all = self.factor.index.iter().flat_map(Affine::wires).chain(self.factor.tensor.batch.iter().copied());
        all.filter(|v| *v != self.variable)
    }

    fn is_row(&self, selection: Id, row: &Affine) -> bool {
        self.factor.tensor.node == selection && self.factor.index.first() == Some(row)
    }
}

impl Tracer<'_> {
    /// The index that stands in a row of a selection. One that was read before is read anew under a condition on later
    /// variables: the row may be there under it alone, and in a case without it nothing is to be read.
    pub(super) fn gathered(&mut self, selection: Id, row: &Affine) -> Affine {
        let row = row.map_sizes(&|size| self.sizes.resolve(size));
        let mut conditioned = BTreeSet::new();
        self.arms.iter().for_each(|arm| arm.variables(&mut conditioned));
        let is_known = |v: &LoopVariable| conditioned.contains(v) || Some(v) > conditioned.last();
        let is_same = |known: &&Gather| known.is_row(selection, &row) && is_known(&known.variable);
        if let Some(known) = self.gathers.iter().find(is_same) {
            return Affine::wire(known.variable);
        }
        let reach = self.graph.shape(selection)[1].clone();
        let tensor = Tensor::new(selection, Form::Matrix, self.graph.shape(selection));
        Affine::wire(self.defined_by(&reach, |v| Factor { tensor, index: vec![row, Affine::wire(v)] }))
    }

    /// The index of the one entry of a column that is 1; where there is none, all that is read at it is 0.
    pub(super) fn chosen(&mut self, mask: Tensor) -> LoopVariable {
        let reach = mask.rows.clone();
        self.defined_by(&reach, |v| Factor { tensor: mask, index: vec![Affine::wire(v)] })
    }

    fn defined_by(&mut self, reach: &Size, factor: impl FnOnce(LoopVariable) -> Factor) -> LoopVariable {
        let variable = self.variable(reach);
        self.variables[variable.0 as usize].definition = Some(Definition::Gather(self.gathers.len()));
        self.gathers.push(Gather { factor: factor(variable), variable });
        variable
    }

    /// Behind a recursion, places that its states decide are those that the stacked states decide.
    pub(super) fn gather_by_states(&mut self, images: &FxHashMap<Id, Id>) {
        let masks: Vec<Id> = self.gathers.iter().map(|gather| gather.factor.tensor.node).collect();
        let replaced = self.graph.replace(&masks, images);
        for (gather, mask) in self.gathers.iter_mut().zip(replaced) {
            gather.factor.tensor.node = mask;
        }
    }

    /// What defines a variable.
    pub(super) fn gather_factor(&self, number: usize) -> Factor {
        self.gathers[number].factor.clone()
    }

    /// The variables on which the value of a variable depends.
    pub(super) fn gather_wires(&self, number: usize) -> Vec<LoopVariable> {
        self.gathers[number].wires().collect()
    }

    /// The least of the indices of which a variable is one.
    pub(super) fn least(&mut self, variable: LoopVariable) -> Size {
        let Some(Definition::Gather(number)) = self.variables[variable.0 as usize].definition else { return Size::zero() };
        let Op::Input(input) = self.graph.op(self.gathers[number].factor.tensor.node) else { return Size::zero() };
        let info = self.graph.input_info(*input).clone();
        self.sizes.once(format!("min({})", info.name), SymbolSource::Least { field: info.block })
    }

    /// Whether values decide a variable, by a mask.
    pub(super) fn is_chosen(&self, variable: LoopVariable) -> bool {
        let Some(Definition::Gather(number)) = self.variables[variable.0 as usize].definition else { return false };
        !self.graph.is_selection(self.gathers[number].factor.tensor.node)
    }

    /// Whether the data defines a variable.
    pub(super) fn is_gathered(&self, variable: LoopVariable) -> bool {
        matches!(self.variables[variable.0 as usize].definition, Some(Definition::Gather(_)))
    }

    /// `data.label[i] as usize`, where the entry of a field of reals is cast.
    pub(super) fn index_of_real(&mut self, entry: &Tensor) -> Option<Value> {
        let (input, index) = self.as_field_entry(entry)?;
        let shape = self.graph.shape(input).to_vec();
        let length = shape.iter().fold(Size::constant(1), |product, extent| product.mul(extent));
        let mut place = Affine::default();
        let mut stride = Size::constant(1);
        for (index, extent) in index.iter().zip(&shape) {
            place = place.add(&index.scale(&stride));
            stride = stride.mul(extent);
        }
        let selection = match self.graph.selection_of(input) {
            Some(selection) => selection,
            None => {
                let Op::Input(leaf) = self.graph.op(input) else { return None };
                let info = self.graph.input_info(*leaf).clone();
                let source = SymbolSource::Reach { field: info.block };
                let reach = self.sizes.symbol(format!("reach({} as usize)", info.name), source);
                self.graph.select_by(input, length, reach)
            }
        };
        Some(Value::Index(self.gathered(selection, &place)))
    }

    /// The field and the index of a scalar that is an entry of the data as it stands.
    fn as_field_entry(&self, entry: &Tensor) -> Option<(Id, Vec<Affine>)> {
        if !entry.is_scalar() {
            return None;
        }
        if self.graph.is_field(entry.node) {
            return Some((entry.node, Vec::new()));
        }
        let Op::Product(product) = self.graph.op(entry.node) else { return None };
        let [operand] = product.operands.as_slice() else { return None };
        let plain = product.coefficient.get() == 1.0 && product.guards.is_empty() && product.summed().is_empty();
        if !plain || !self.graph.is_field(operand.node) {
            return None;
        }
        let mut places = Vec::with_capacity(product.extents.len());
        for wire in product.wires() {
            let axis = product.out.iter().position(|out| *out == Affine::wire(wire))?;
            places.push(Affine::wire(*entry.batch.get(axis)?));
        }
        let index = operand.index.iter().map(|i| i.substitute(&|wire| places[wire.0 as usize].clone())).collect();
        Some((operand.node, index))
    }
}
