//! Sparse data and indices from data: leaves whose entries are read where they are stored, and nowhere else.
//!
//! A sparse field is two leaves of one shape: its values, 0 where nothing is stored, and its
//! pattern, 1 where something is stored. Where both stand at one index in a product, the pattern
//! says nothing and is dropped.
//!
//! Indices are one leaf, a selection P: row i has a 1 in the column that is index i, and is 0 elsewhere. So
//! `P_ij P_ik = P_ij δ_jk` and `Σ_j P_ij = 1`.

use super::graph::{Graph, InputInfo, Role};
use super::node::{Id, Op, Operand, Product};
use super::size::Size;

/// What a leaf of a sparse field holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sparse {
    Values,
    /// 1 where the field of these values stores an entry.
    Pattern {
        of: Id,
    },
    /// 1 in one column of each row.
    Selection,
}

impl Graph {
    /// Declares two leaves of one shape to be the values and the pattern of a sparse field.
    pub fn mark_sparse(&mut self, values: Id, pattern: Id) {
        self.sparse.insert(values, Sparse::Values);
        self.sparse.insert(pattern, Sparse::Pattern { of: values });
        [values, pattern].into_iter().for_each(|leaf| self.note_supports(leaf));
    }

    /// Declares a leaf to be a selection.
    pub fn mark_selection(&mut self, selection: Id) {
        self.sparse.insert(selection, Sparse::Selection);
        self.note_supports(selection);
    }

    /// A selection by the entries of a field of reals, cast to integers.
    pub fn select_by(&mut self, field: Id, length: Size, reach: Size) -> Id {
        let Op::Input(input) = self.op(field) else { return field };
        let info = self.input_info(*input).clone();
        let selection = self.input(InputInfo { name: selection_name(&info.name), ..info }, vec![length, reach]);
        self.mark_selection(selection);
        self.selections.insert(field, selection);
        selection
    }

    /// The selection by a field of reals, where one was made.
    pub fn selection_of(&self, field: Id) -> Option<Id> {
        self.selections.get(&field).copied()
    }

    /// Whether a leaf is a dense field of the data.
    pub fn is_field(&self, id: Id) -> bool {
        let Op::Input(input) = self.op(id) else { return false };
        self.input_info(*input).role == Role::Data && self.sparse(id).is_none()
    }

    pub fn is_selection(&self, id: Id) -> bool {
        self.sparse(id) == Some(Sparse::Selection)
    }

    pub fn sparse(&self, id: Id) -> Option<Sparse> {
        self.sparse.get(&id).copied()
    }

    /// The values of the sparse field that a leaf belongs to.
    pub fn stored_values(&self, id: Id) -> Option<Id> {
        self.sparse(id).map(|sparse| match sparse {
            Sparse::Values | Sparse::Selection => id,
            Sparse::Pattern { of } => of,
        })
    }

    pub fn has_sparse(&self) -> bool {
        !self.sparse.is_empty()
    }

    /// A product over stored entries that does not sum. It joins the products that read it: as an
    /// intermediate it would be dense.
    pub(super) fn is_over_stored_entries(&self, product: &Product) -> bool {
        self.has_sparse() && product.summed().is_empty() && product.operands.iter().any(|o| self.sparse(o.node).is_some())
    }

    /// Drops patterns that another operand implies.
    pub(super) fn without_implied_patterns(&self, operands: &mut Vec<Operand>) {
        if !self.has_sparse() {
            return;
        }
        let implied = |operands: &[Operand], position: usize| {
            let operand = &operands[position];
            let Some(Sparse::Pattern { of }) = self.sparse(operand.node) else { return false };
            let implies = |(k, other): (usize, &Operand)| {
                other.index == operand.index && (other.node == of || other.node == operand.node && k < position)
            };
            operands.iter().enumerate().any(implies)
        };
        for position in (0..operands.len()).rev() {
            if implied(operands, position) {
                operands.remove(position);
            }
        }
    }

    /// Sparse leaves keep their meaning in a rebuilt graph.
    pub(super) fn copy_sparse(&mut self, from: &Self, image: impl Fn(Id) -> Id) {
        for (id, sparse) in &from.sparse {
            let sparse = match sparse {
                Sparse::Values => Sparse::Values,
                Sparse::Selection => Sparse::Selection,
                Sparse::Pattern { of } => Sparse::Pattern { of: image(*of) },
            };
            self.sparse.insert(image(*id), sparse);
        }
        from.sparse.keys().for_each(|id| self.note_supports(image(*id)));
        for (input, selection) in &from.selections {
            self.selections.insert(image(*input), image(*selection));
        }
    }
}

/// How formulas name the selection by a field.
pub fn selection_name(field: &str) -> String {
    format!("select({field})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Affine, Number, Wire};

    #[test]
    fn values_imply_their_pattern() {
        let mut graph = Graph::new();
        let shape = vec![Size::constant(3), Size::constant(2)];
        let mut leaf = |name: &str, shape: &[Size]| {
            graph.input(InputInfo { role: Role::Data, block: 0, name: name.to_owned() }, shape.to_vec())
        };
        let (values, pattern, x) = (leaf("a", &shape), leaf("a.pattern", &shape), leaf("x", &shape[1..]));
        graph.mark_sparse(values, pattern);
        let whole = vec![Affine::wire(Wire(0)), Affine::wire(Wire(1))];
        let mut product = |operands: Vec<(Id, &[Affine])>| {
            let operands = operands.into_iter().map(|(node, index)| Operand { node, index: index.to_vec() }).collect();
            let product = Product {
                coefficient: Number::new(1.0),
                extents: shape.clone(),
                operands,
                guards: Vec::new(),
                out: vec![Affine::wire(Wire(0))],
            };
            graph.product(product, shape[..1].to_vec())
        };
        let both = product(vec![(pattern, &whole), (values, &whole), (x, &whole[1..])]);
        let alone = product(vec![(values, &whole), (x, &whole[1..])]);
        assert_eq!(both, alone);
        let twice = product(vec![(pattern, &whole), (pattern, &whole), (x, &whole[1..])]);
        assert_eq!(twice, product(vec![(pattern, &whole), (x, &whole[1..])]));
    }
}
