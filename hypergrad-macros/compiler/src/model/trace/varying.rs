//! Lengths that depend on indices: `x.rows(0, i + 1)`, and items of lists that each have their own size.
//!
//! A tensor of such a length is 0 beyond it. Every product keeps to that: a variable over such a length either reads a
//! factor that is 0 there, or gets a condition.

use super::Tracer;
use super::condition::Condition;
use super::contract::{Contraction, Factor};
use super::value::{LoopVariable, Tensor, Value, own_index};
use crate::ir::{Affine, Func, Guard, Id, Size, Test};
use crate::shape::{ItemExtent, SymbolSource, Varying};

/// The extents of the items of a list along an axis: which field they are, and the selection by them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Extents {
    pub leaf: usize,
    pub selection: Id,
}

impl Tracer<'_> {
    /// The size of an item at a place, where each has its own.
    pub(super) fn size_of_item(&mut self, extents: Extents, (leaf, axis): (usize, usize), most: &Size, place: &Affine) -> Size {
        self.surroundings.touched(extents.leaf);
        let length = self.gathered(extents.selection, place);
        let place = place.map_sizes(&|size| self.sizes.resolve(size));
        let item = Some(ItemExtent { field: leaf, axis, place });
        let name = self.sizes.display(most);
        self.sizes.varying(name, Varying { length, most: most.clone(), item })
    }

    /// An index as a size; `None` where it may be below zero.
    pub(super) fn size_of_index(&mut self, index: &Affine) -> Option<Size> {
        let index = self.expanded(index);
        if let Some(size) = index.as_size() {
            return Some(size.clone());
        }
        let (low, most) = index.bounds(&|v| self.extent(v))?;
        let fits = low.is_nonnegative() || self.holds_for_shortest(&index, &low);
        if !fits || self.sizes.varies(&most) {
            return None;
        }
        Some(self.sizes.varying("a length that depends on an index", Varying { length: index, most, item: None }))
    }

    /// Whether an index is a length of items from which as much is taken as the smallest has at least, which is then
    /// checked.
    fn holds_for_shortest(&mut self, index: &Affine, low: &Size) -> bool {
        let lengths = self.sizes.lengths_of_items();
        let Some((_, symbol)) = lengths.iter().find(|(length, _)| index.sub(length).as_size() == Some(low)) else { return false };
        let Some(shortest) = self.shortest(&Size::symbol(*symbol)) else { return false };
        let place = self.calls.last().cloned().unwrap_or_default();
        self.sizes.require_at_least(&shortest, &low.scale(-1), &|| place.clone()).is_ok()
    }

    /// An index with lengths that depend on indices written in these.
    pub(super) fn expanded(&mut self, index: &Affine) -> Affine {
        let index = index.map_sizes(&|size| self.sizes.resolve(size));
        if !self.sizes.varies(&index.constant) {
            return index;
        }
        let mut expanded = Affine { constant: Size::zero(), terms: index.terms };
        for (symbols, count) in index.constant.terms() {
            let varying: Vec<Affine> =
                symbols.iter().filter_map(|s| self.sizes.as_varying(*s)).map(|varying| varying.length.clone()).collect();
            let others = symbols.iter().filter(|s| self.sizes.as_varying(**s).is_none());
            let factor = others.fold(Size::constant(count), |product, s| product.mul(&Size::symbol(*s)));
            expanded = match varying.as_slice() {
                [length] => expanded.add(&length.scale(&factor)),
                // A product of two is no index: `misused` finds it.
                _ => expanded.add(&Affine::constant(
                    Size::product(symbols.iter().map(|s| Size::symbol(*s)).collect::<Vec<_>>().iter()).scale(count),
                )),
            };
        }
        expanded
    }

    /// A size as an integer.
    pub(super) fn count_of(&mut self, size: &Size) -> Value {
        Value::Index(self.expanded(&Affine::constant(size.clone())))
    }

    /// Where a variable over a length that depends on indices is below it.
    pub(super) fn below(&mut self, variable: LoopVariable) -> Option<Guard> {
        let extent = self.extent(variable);
        if !self.sizes.varies(&extent) {
            return None;
        }
        let last = self.expanded(&Affine::constant(extent)).sub(&Affine::constant(Size::constant(1)));
        Some(Guard { affine: last.sub(&Affine::wire(variable)), test: Test::NonNegative })
    }

    /// The conditions that a product needs: of each variable that ends here and reads no factor which is 0 beyond its length.
    pub(super) fn within_lengths(&mut self, factors: &[Factor], local: &[LoopVariable]) -> Vec<Guard> {
        let mut guards = Vec::new();
        for variable in local {
            let extent = self.extent(*variable);
            let reads = |factor: &Factor| {
                let own = factor.tensor.own_shape();
                let same =
                    |(index, size): (&Affine, &Size)| index.as_wire() == Some(*variable) && self.sizes.resolve(size) == extent;
                factor.index.iter().zip(&own).any(same)
            };
            if self.sizes.varies(&extent) && !factors.iter().any(reads) {
                guards.extend(self.below(*variable));
            }
        }
        guards
    }

    /// Evaluates an entry where the variables of its place are below their lengths.
    pub(super) fn within<T>(&mut self, variables: &[LoopVariable], evaluate: impl FnOnce(&mut Self) -> T) -> T {
        let depth = self.arms.len();
        for variable in variables {
            let guard = self.below(*variable);
            self.arms.extend(guard.map(Condition::Index));
        }
        let value = evaluate(self);
        self.arms.truncate(depth);
        value
    }

    /// Whether some size of a tensor depends on indices.
    pub(super) fn is_varying(&self, tensor: &Tensor) -> bool {
        [&tensor.rows, &tensor.columns].into_iter().any(|size| self.sizes.varies(&self.sizes.resolve(size)))
    }

    /// `tensor` where its entries are, `other` beyond, up to the most that there can be.
    pub(super) fn filled_beyond(&mut self, tensor: &Tensor, other: f64) -> Tensor {
        let inside = self.only_inside(tensor);
        let [rows, columns] = [&tensor.rows, &tensor.columns].map(|size| self.sizes.at_most(size));
        let grown = self.rearrange(&inside, tensor.form, &rows, &columns, |r, c| (r.clone(), c.clone()));
        let one = self.number(1.0);
        let ones = self.fill(&one, tensor.form, &tensor.rows, &tensor.columns);
        let grown_ones = self.rearrange(&ones, tensor.form, &rows, &columns, |r, c| (r.clone(), c.clone()));
        self.linear(&[(1.0, &grown), (other, &one), (-other, &grown_ones)])
    }

    /// The same with an infinite number beyond, which nothing is multiplied by.
    pub(super) fn beyond(&mut self, tensor: &Tensor, other: f64) -> Tensor {
        let finite = self.filled_beyond(tensor, 0.0);
        let one = self.number(1.0);
        let ones = self.fill(&one, tensor.form, &tensor.rows, &tensor.columns);
        let mask =
            self.rearrange(&ones, tensor.form, &finite.rows.clone(), &finite.columns.clone(), |r, c| (r.clone(), c.clone()));
        let other = self.number(other);
        self.apply(Func::Select, &[&mask, &finite, &other])
    }

    /// The smallest extent among the items of a list, of which a length is one.
    pub(super) fn shortest(&mut self, length: &Size) -> Option<Size> {
        let symbol = self.sizes.resolve(length).as_symbol()?;
        let item = self.sizes.as_varying(symbol)?.item.clone()?;
        let name = format!("the smallest {}", self.sizes.name(symbol));
        Some(self.sizes.once(name, SymbolSource::ShortestItem { field: item.field, axis: item.axis }))
    }

    /// A tensor that may be anything beyond its lengths, with 0 there.
    pub(super) fn only_inside(&mut self, tensor: &Tensor) -> Tensor {
        if !self.is_varying(tensor) {
            return tensor.clone();
        }
        let (r, c) = self.axes(&tensor.rows, &tensor.columns);
        let guards = [r, c].into_iter().filter_map(|v| self.below(v)).collect();
        let contraction = Contraction {
            factors: vec![Factor::at(tensor, &Affine::wire(r), &Affine::wire(c))],
            guards,
            local: own_index(tensor.form, &r, &c),
            out: own_index(tensor.form, &Affine::wire(r), &Affine::wire(c)),
            ..Contraction::default()
        };
        self.contract(contraction, tensor.form, &tensor.rows, &tensor.columns)
    }

    /// Whether an index that stays below another extent of the same item is therefore below this one: then the two
    /// are to agree in every item.
    pub(super) fn within_item(&mut self, length: &Size, index: &Affine) -> bool {
        let one = Affine::constant(Size::constant(1));
        let wanted = self.expanded(&Affine::constant(length.clone())).sub(&one).sub(index);
        let known = self.arms.iter().filter_map(|arm| {
            if let Condition::Index(guard) = arm
                && guard.test == Test::NonNegative
            {
                Some(guard.clone())
            } else {
                None
            }
        });
        let mut guards: Vec<Guard> = known.collect();
        // `j < i` and `i < n`
        for first in 0..guards.len() {
            for second in 0..first {
                let affine = guards[first].affine.add(&guards[second].affine);
                guards.push(Guard { affine, test: Test::NonNegative });
            }
        }
        let wanted = Guard { affine: wanted, test: Test::NonNegative };
        if guards.iter().any(|guard| super::condition::implies(guard, &wanted)) {
            return true;
        }
        for guard in &guards {
            let bound = guard.affine.add(index).add(&one);
            let known = self.sizes.lengths_of_items().into_iter().find(|(length, _)| {
                let slack = length.sub(&bound);
                slack.as_size().and_then(Size::as_constant).is_some_and(|slack| slack >= 0)
            });
            let place = self.calls.last().cloned().unwrap_or_default();
            if let Some((_, other)) = known
                && self.sizes.unify_at(length, &Size::symbol(other), &|| place.clone()).is_ok()
            {
                return true;
            }
        }
        false
    }
}
