//! Comparisons, masks, and `if`/`else` as masked sums and selections.
#![expect(clippy::mutable_key_type, reason = "what is kept with the parts of a condition is no part of its hash")]

use rustc_hash::FxHashMap;

use super::super::Tracer;
use super::super::contract::{Contraction, Factor};
use super::super::value::{Struct, Tensor, Value, own_index};
use super::{Comparison, Condition};
use crate::ir::{Affine, Func, Guard, Id, Op, Size, Test};

impl Tracer<'_> {
    /// A comparison of integers, decided where the sizes decide it.
    pub(in crate::model::trace) fn compare_indices(&self, comparison: Comparison, left: &Affine, right: &Affine) -> Condition {
        let guard = comparison.guard(left, right);
        let affine = guard.affine.map_sizes(&|size| self.sizes.resolve(size));
        let Some((low, high)) = affine.bounds(&|v| self.extent(v)) else {
            return Condition::Index(Guard { affine, ..guard });
        };
        let one = Size::constant(1);
        let (negative, positive) = (high.scale(-1).sub(&one).is_nonnegative(), low.sub(&one).is_nonnegative());
        let zero = low.is_zero() && high.is_zero();
        match guard.test {
            Test::NonNegative if low.is_nonnegative() => Condition::Constant(true),
            Test::NonNegative if negative => Condition::Constant(false),
            Test::Zero | Test::NonZero if negative || positive => Condition::Constant(guard.test == Test::NonZero),
            Test::Zero | Test::NonZero if zero => Condition::Constant(guard.test == Test::Zero),
            test @ (Test::Zero | Test::NonZero | Test::NonNegative) => Condition::Index(Guard { affine, test }),
        }
    }

    pub(in crate::model::trace) fn compare_scalars(
        &mut self,
        comparison: Comparison,
        left: &Tensor,
        right: &Tensor,
    ) -> Condition {
        let indicator = self.apply(comparison.func(), &[left, right]);
        match self.as_number(&indicator) {
            Some(value) => Condition::Constant(value != 0.0),
            None => Condition::Scalar(indicator),
        }
    }

    /// 1 where the condition holds, 0 elsewhere.
    pub(in crate::model::trace) fn mask(&mut self, condition: &Condition) -> Tensor {
        self.mask_once(condition, &mut FxHashMap::default())
    }

    /// The same, the masks of parts that are shared made once.
    fn mask_once(&mut self, condition: &Condition, known: &mut FxHashMap<Condition, Tensor>) -> Tensor {
        if let Some(mask) = known.get(condition) {
            return mask.clone();
        }
        let mask = match condition.cases() {
            Some(cases) => {
                let one = self.number(1.0);
                self.guarded_union(&one, &cases)
            }
            None => self.mask_of_parts(condition, known),
        };
        known.insert(condition.clone(), mask.clone());
        mask
    }

    fn mask_of_parts(&mut self, condition: &Condition, known: &mut FxHashMap<Condition, Tensor>) -> Tensor {
        match condition {
            Condition::Scalar(indicator) => indicator.clone(),
            Condition::Not(inner) => {
                let inner = self.mask_once(&inner[0], known);
                let one = self.number(1.0);
                self.linear(&[(1.0, &one), (-1.0, &inner)])
            }
            Condition::And(all) => {
                let masks: Vec<Tensor> = all.iter().map(|c| self.mask_once(c, known)).collect();
                self.multiply(&masks.iter().collect::<Vec<_>>())
            }
            Condition::Or(all) => {
                let none = all.iter().fold(Condition::Constant(true), |none, c| none.and(c.clone().not()));
                self.mask_once(&none.not(), known)
            }
            Condition::Constant(_) | Condition::Index(_) => self.number(0.0),
        }
    }

    /// `tensor` where all guards hold, 0 elsewhere (and not even read there).
    pub(in crate::model::trace) fn guarded(&mut self, tensor: &Tensor, guards: &[Guard]) -> Tensor {
        if guards.is_empty() {
            return tensor.clone();
        }
        let is_by_data = guards.iter().flat_map(|guard| guard.affine.wires()).any(|v| self.is_by_data(v));
        if is_by_data && self.reads_infinity(tensor) {
            let (one, zero) = (self.number(1.0), self.number(0.0));
            let mask = self.guarded(&one, guards);
            return self.apply(Func::Select, &[&mask, tensor, &zero]);
        }
        let (r, c) = self.axes(&tensor.rows, &tensor.columns);
        let contraction = Contraction {
            factors: vec![Factor::at(tensor, &Affine::wire(r), &Affine::wire(c))],
            guards: guards.to_vec(),
            local: own_index(tensor.form, &r, &c),
            out: own_index(tensor.form, &Affine::wire(r), &Affine::wire(c)),
            ..Contraction::default()
        };
        self.contract(contraction, tensor.form, &tensor.rows, &tensor.columns)
    }

    /// Whether a value may be infinite, as the largest of no items is: a guard on an index from the data is a product with
    /// its selection, and 0 times that is no 0.
    pub(in crate::model::trace) fn reads_infinity(&self, tensor: &Tensor) -> bool {
        #[expect(clippy::wildcard_enum_match_arm, reason = "only constants and factors are infinite by themselves")]
        let is_infinite = |id: Id| match self.graph.op(id) {
            Op::Constant(number) => number.get().is_infinite(),
            Op::Product(product) => product.coefficient.get().is_infinite(),
            Op::Sum(terms) => terms.iter().any(|term| term.coefficient.get().is_infinite()),
            _ => false,
        };
        self.graph.surface(&[tensor.node]).into_iter().any(is_infinite)
    }

    /// `Σ` over disjoint cases of the guarded tensor.
    fn guarded_union(&mut self, tensor: &Tensor, cases: &[Vec<Guard>]) -> Tensor {
        let parts: Vec<Tensor> = cases.iter().map(|case| self.guarded(tensor, case)).collect();
        if parts.is_empty() && self.reads_infinity(tensor) {
            let zero = self.number(0.0);
            return if tensor.is_scalar() { zero } else { self.fill(&zero, tensor.form, &tensor.rows, &tensor.columns) };
        }
        if parts.is_empty() {
            return self.scale(0.0, tensor);
        }
        self.linear(&parts.iter().map(|part| (1.0, part)).collect::<Vec<_>>())
    }

    /// `if condition { then } else { otherwise }` of tensors of one shape.
    pub(in crate::model::trace) fn select(&mut self, condition: &Condition, then: &Tensor, otherwise: &Tensor) -> Tensor {
        if then == otherwise || *condition == Condition::Constant(true) {
            return then.clone();
        }
        if let (Some(cases), Some(rest)) = (condition.cases(), condition.clone().not().cases()) {
            let then = self.guarded_union(then, &cases);
            let otherwise = self.guarded_union(otherwise, &rest);
            return self.linear(&[(1.0, &then), (1.0, &otherwise)]);
        }
        let mask = self.mask(condition);
        self.apply(Func::Select, &[&mask, then, otherwise])
    }

    /// Merges the values of two arms.
    pub(in crate::model::trace) fn merge(&mut self, condition: &Condition, then: Value, otherwise: Value) -> Option<Value> {
        match (then, otherwise) {
            (Value::Never, value) | (value, Value::Never) => Some(value),
            (Value::Tensor(then), Value::Tensor(otherwise)) => {
                let (then, otherwise) = self.same_form(then, otherwise);
                let agree = self.are_alike(&then.rows, &otherwise.rows) && self.are_alike(&then.columns, &otherwise.columns);
                if !agree {
                    return None;
                }
                Some(Value::Tensor(self.select(condition, &then, &otherwise)))
            }
            (Value::Infinity(then), Value::Infinity(otherwise)) if then.to_bits() == otherwise.to_bits() => {
                Some(Value::Infinity(then))
            }
            (Value::Tensor(then), Value::Infinity(infinite)) if then.is_scalar() => {
                let otherwise = self.number(infinite);
                Some(Value::Tensor(self.select(condition, &then, &otherwise)))
            }
            (Value::Infinity(infinite), Value::Tensor(otherwise)) if otherwise.is_scalar() => {
                let then = self.number(infinite);
                Some(Value::Tensor(self.select(condition, &then, &otherwise)))
            }
            (Value::State(then), Value::State(otherwise)) => self.merge_states(condition, *then, *otherwise),
            (Value::Growing(then), Value::Growing(otherwise)) => self.merge_growing(condition, *then, *otherwise),
            (Value::Text, Value::Text) => Some(Value::Text),
            (Value::Callable(then), Value::Callable(otherwise)) => self.one_of_two(condition, &then, &otherwise),
            (Value::Bool(then), Value::Bool(otherwise)) => Some(Value::Bool(Condition::either(condition, then, otherwise))),
            (Value::Index(then), Value::Index(otherwise)) if then == otherwise => Some(Value::Index(then)),
            (then @ (Value::Index(_) | Value::Cases(_)), otherwise @ (Value::Index(_) | Value::Cases(_))) => {
                Some(Value::choice(condition, then, otherwise))
            }
            (
                then @ (Value::Integer(_) | Value::Index(_) | Value::Cases(_)),
                otherwise @ (Value::Integer(_) | Value::Index(_) | Value::Cases(_)),
            ) => {
                let (then, otherwise) = (self.integer_as_number(then)?, self.integer_as_number(otherwise)?);
                Some(Value::Integer(self.select(condition, &then, &otherwise)))
            }
            (then @ (Value::Range(_) | Value::Stream(_)), otherwise @ (Value::Range(_) | Value::Stream(_))) => {
                let (then, otherwise) = (self.stream_of(then)?, self.stream_of(otherwise)?);
                Some(Value::Stream(Box::new(self.either(condition, then, otherwise)?)))
            }
            (Value::Choice(then), Value::Choice(otherwise)) => self.merge_choices(condition, *then, *otherwise),
            (Value::Tuple(then), Value::Tuple(otherwise)) => Some(Value::Tuple(self.merge_all(condition, then, otherwise)?)),
            (then @ Value::Tensor(_), otherwise @ Value::Array(_)) => {
                let otherwise = self.refitted(&then, otherwise);
                if let Value::Tensor(_) = otherwise { self.merge(condition, then, otherwise) } else { None }
            }
            (then @ Value::Array(_), otherwise @ Value::Tensor(_)) => {
                let then = self.refitted(&otherwise, then);
                if let Value::Tensor(_) = then { self.merge(condition, then, otherwise) } else { None }
            }
            (Value::Array(then), Value::Array(otherwise)) if then.len() == otherwise.len() => {
                Some(Value::Array(self.merge_all(condition, then, otherwise)?))
            }
            (Value::Struct(then), Value::Struct(otherwise)) => {
                let mut fields = Vec::new();
                for (name, value) in then.fields {
                    let other = otherwise.fields.iter().find(|(n, _)| *n == name)?.1.clone();
                    fields.push((name, self.merge(condition, value, other)?));
                }
                Some(Value::Struct(Struct { name: then.name, fields }))
            }
            _ => None,
        }
    }

    /// Whether two sizes are the same, or may be, which is asked for then: not where one is larger by a count.
    fn are_alike(&mut self, a: &Size, b: &Size) -> bool {
        let difference = self.sizes.resolve(a).sub(&self.sizes.resolve(b));
        if difference.is_zero() {
            return true;
        }
        let is_larger = |size: &Size| size.is_nonnegative();
        if is_larger(&difference) || is_larger(&difference.scale(-1)) {
            return false;
        }
        let function = self.calls.last().cloned().unwrap_or_default();
        self.sizes.unify_at(a, b, &|| format!("{function}: `if`")).is_ok()
    }

    fn merge_all(&mut self, condition: &Condition, then: Vec<Value>, otherwise: Vec<Value>) -> Option<Vec<Value>> {
        then.into_iter().zip(otherwise).map(|(a, b)| self.merge(condition, a, b)).collect()
    }
}
