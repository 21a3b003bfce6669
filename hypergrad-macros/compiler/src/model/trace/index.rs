//! Integers: arithmetic on counts and indices, access to entries, bounds.

use quote::ToTokens;
use syn::spanned::Spanned;

use super::Tracer;
use super::condition::Condition;
use super::list::List;
use super::spell::spell;
use super::stream::{Items, Stream};
use super::value::{LoopVariable, Tensor, Value, describe_form};
use crate::ir::{Affine, Guard, Size, Test};
use crate::model::Form;

impl Tracer<'_> {
    /// An integer; reports what is none.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn index_at(&mut self, value: Value, place: &impl ToTokens) -> Option<Affine> {
        if self.refuse_changing([&value], place.span()) {
            return None;
        }
        match value {
            Value::Index(index) => Some(index),
            Value::Cases(_) => {
                self.diagnostics.error_with_help(
                    place,
                    "this integer differs by a condition, and a size or bound does not",
                    "put the condition around the whole expression: `if c { .. } else { .. }`",
                );
                None
            }
            Value::Integer(_) => {
                self.diagnostics.error_with_help(
                    place,
                    "a size, bound or part is a sum of indices with constant factors, and this integer is none",
                    "it is read as a number, `(i * j) as f64`, and as the index of an entry, `v[i * j]`",
                );
                None
            }
            other => {
                self.diagnostics.error(place, format!("expected an integer, found {}", other.describe()));
                None
            }
        }
    }

    /// A count that depends on no index.
    pub(super) fn size_at(&mut self, value: Value, place: &impl ToTokens) -> Option<Size> {
        let index = self.index_at(value, place)?;
        let size = self.size_of_index(&index);
        if size.is_none() {
            self.diagnostics.error_with_help(
                place.span(),
                format!("`{}`, a size that depends on an index, can be below zero", spell(place)),
                "start the range where it is at least zero, or use a size that is the same for all indices, and a condition on the index inside",
            );
        }
        size
    }

    pub(super) fn size_expression(&mut self, expression: &syn::Expr) -> Option<Size> {
        let value = self.expression(expression)?;
        self.size_at(value, expression)
    }

    pub(super) fn index_expression(&mut self, access: &syn::ExprIndex) -> Option<Value> {
        if let Some(item) = self.item_of_growing(access) {
            return item;
        }
        if self.is_place(&access.expr) && !matches!(*access.index, syn::Expr::Range(_)) {
            return self.read_places(&syn::Expr::Index(access.clone()));
        }
        let base = self.expression(&access.expr);
        let index = self.expression(&access.index);
        let (base, index) = (base?, index?);
        if let Some(item) = self.own_index(&base, &index) {
            return item;
        }
        let base = self.through_deref(&base).unwrap_or(base);
        self.by_case(vec![index], &mut |tracer, indices| tracer.indexed(access, base.clone(), indices.into_iter().next()?))
    }

    fn indexed(&mut self, access: &syn::ExprIndex, base: Value, index: Value) -> Option<Value> {
        let index = self.index_by_value(&base, index);
        match (base, index) {
            (Value::Array(values), Value::Index(index)) => {
                self.check_index(&Size::constant(values.len() as i64), &index, &access.expr, &*access.index)?;
                if index.as_size().is_none() {
                    self.require_alike(&values, &index, access)?;
                }
                self.choose(&values, &index)
            }
            (Value::Array(values), Value::Range(range)) => self.part_of_array(&values, &range, access),
            (Value::List(list), index) => self.listed(&list, index, access),
            (Value::Stream(stream), Value::Index(index)) => self.collected_item(&stream, &index, access),
            (Value::Stream(stream), index @ Value::Integer(_)) if stream.is_filtered() => {
                self.kept_item_at(&stream, &index, access)
            }
            (Value::Stream(stream), Value::Range(range)) if !stream.is_filtered() => Some(self.part_of_stream(*stream, &range)),
            (Value::Tensor(tensor), Value::Stream(ranges)) if tensor.form == Form::Column && ranges.is_range() => {
                self.sliced_by_cases(&tensor, *ranges, access)
            }
            (Value::Tensor(tensor), Value::Range(range)) => self.sliced(&tensor, &range, access),
            (Value::Tensor(tensor), index @ (Value::Index(_) | Value::Tuple(_) | Value::Integer(_) | Value::Tensor(_))) => {
                let (row, column) = self.entry_at(&tensor, index, access)?;
                Some(Value::Tensor(self.entry(&tensor, &row, &column)))
            }
            (Value::Integer(tensor), index @ Value::Index(_)) if !tensor.is_scalar() => {
                let (row, column) = self.entry_at(&tensor, index, access)?;
                Some(Value::Integer(self.entry(&tensor, &row, &column)))
            }
            (Value::Array(_), index @ Value::Integer(_)) => {
                self.index_at(index, &*access.index);
                None
            }
            (base, index) if self.refuse_changing([&base, &index], access.expr.span()) => None,
            (base, index) => {
                let message = format!("{} cannot be indexed by {}", base.describe(), index.describe());
                self.diagnostics.error(&*access.index, message);
                None
            }
        }
    }

    /// What stands at an index of a sum is one value for all items: they are of one size, which is checked when
    /// the problem is made, and no structs.
    fn require_alike(&mut self, values: &[Value], index: &Affine, access: &syn::ExprIndex) -> Option<()> {
        let mut first: Option<&Tensor> = None;
        if self.are_apart(values) {
            self.read_apart(index);
        }
        for value in values {
            match (value, first) {
                (Value::Lazy(_) | Value::Csr(_) | Value::List(_), _) => {
                    self.diagnostics.error_with_help(
                        &*access.index,
                        format!(
                            "the items of `{}` have sizes of their own, and an index of a sum stands for all of them",
                            spell(&access.expr)
                        ),
                        "iterate over the items: `data.folds.iter().zip(&x.w).map(|(fold, w)| ..)`",
                    );
                    return None;
                }
                (Value::Tensor(tensor), None) => first = Some(tensor),
                (Value::Tensor(tensor), Some(one)) => {
                    let sizes = [(&one.rows, &tensor.rows), (&one.columns, &tensor.columns)];
                    if sizes.into_iter().any(|(a, b)| self.sizes.unify(a, b).is_err()) {
                        let message = format!("the items of `{}` differ in size", spell(&access.expr));
                        self.diagnostics.error(&*access.index, message);
                        return None;
                    }
                }
                _ => {}
            }
        }
        Some(())
    }

    /// Whether items may have sizes of their own.
    fn are_apart(&self, values: &[Value]) -> bool {
        let mut sizes = values.iter().filter_map(|value| {
            if let Value::Tensor(tensor) = value {
                Some((self.sizes.resolve(&tensor.rows), self.sizes.resolve(&tensor.columns)))
            } else {
                None
            }
        });
        let first = sizes.next();
        let structs = values.iter().any(|value| matches!(value, Value::Lazy(_) | Value::Csr(_) | Value::List(_)));
        structs || sizes.any(|other| first.as_ref() != Some(&other))
    }

    /// `list[k]`, `list[a..b]`, `list[(i, j)]`.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn listed(&mut self, list: &List, index: Value, access: &syn::ExprIndex) -> Option<Value> {
        let place = match index {
            Value::Range(range) => {
                let start = range.start.unwrap_or_default();
                let end = range.end.unwrap_or_else(|| Affine::constant(list.length()));
                let count = self.size_at(Value::Index(end.sub(&start)), &*access.index)?;
                self.check_index(&list.length(), &end.sub(&Affine::constant(Size::constant(1))), &access.expr, &*access.index)?;
                return Some(Value::List(Box::new(list.part(&start, count))));
            }
            Value::Tuple(pair) if list.form == Form::Matrix => {
                let [row, column]: [Value; 2] = pair.try_into().ok()?;
                let (row, column) = (self.index_at(row, &*access.index)?, self.index_at(column, &*access.index)?);
                self.check_index(&list.rows, &row, &access.expr, &*access.index)?;
                self.check_index(&list.columns, &column, &access.expr, &*access.index)?;
                row.add(&column.scale(&list.rows))
            }
            index => {
                let place = self.index_at(index, &*access.index)?;
                self.check_index(&list.length(), &place, &access.expr, &*access.index)?;
                place
            }
        };
        self.list_item(list, &place)
    }

    /// The row and column of `tensor[index]`: checked, and 0 along a dimension that the form lacks.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn entry_at(&mut self, tensor: &Tensor, index: Value, access: &syn::ExprIndex) -> Option<(Affine, Affine)> {
        match index {
            Value::Tuple(pair) => self.matrix_entry(tensor, &pair, access),
            Value::Index(index) => self.linear_entry(tensor, &index, access),
            Value::Integer(_) | Value::Cases(_) => {
                self.index_at(index, &*access.index)?;
                None
            }
            Value::Tensor(_) => {
                self.diagnostics.error(&*access.index, "a scalar is no index: cast it, `t as usize`");
                None
            }
            other if self.refuse_changing([&other], access.index.span()) => None,
            other => {
                let message = format!("{} cannot be indexed by {}", describe_form(tensor.form), other.describe());
                self.diagnostics.error(&*access.index, message);
                None
            }
        }
    }

    fn matrix_entry(&mut self, tensor: &Tensor, pair: &[Value], access: &syn::ExprIndex) -> Option<(Affine, Affine)> {
        if let Some(product) = pair.iter().find(|index| matches!(index, Value::Integer(_))) {
            self.index_at(product.clone(), &*access.index);
            return None;
        }
        let [Value::Index(row), Value::Index(column)] = pair else {
            let found: Vec<&str> = pair.iter().map(Value::describe).collect();
            self.diagnostics.error(
                &*access.index,
                format!("expected an index `(row, column)` of two integers, found ({})", found.join(", ")),
            );
            return None;
        };
        self.check_entry_in(tensor, row, column, &access.expr, &*access.index)?;
        Some((row.clone(), column.clone()))
    }

    /// `x[k]`: an entry of a vector, or of a matrix counted column by column.
    fn linear_entry(&mut self, tensor: &Tensor, index: &Affine, access: &syn::ExprIndex) -> Option<(Affine, Affine)> {
        match tensor.form {
            Form::Scalar => {
                self.diagnostics.error(&*access.index, "a scalar cannot be indexed");
                return None;
            }
            Form::Column | Form::Row => {
                self.check_index(&tensor.length(), index, &access.expr, &*access.index)?;
                let (index, zero) = (index.clone(), Affine::default());
                return Some(if tensor.form == Form::Column { (index, zero) } else { (zero, index) });
            }
            Form::Matrix => {}
        }
        self.check_index(&tensor.length(), index, &access.expr, &*access.index)?;
        let rows = self.sizes.resolve(&tensor.rows);
        let (column, row) = match index.as_size().and_then(Size::as_constant) {
            Some(0) => (Affine::default(), Affine::default()),
            _ => self.divide_within(index, &rows, &tensor.columns)?,
        };
        Some((row, column))
    }

    /// Reports an entry that a tensor certainly lacks; `place` names the tensor and the access.
    pub(super) fn check_entry(&mut self, tensor: &Tensor, row: &Affine, column: &Affine, place: &impl ToTokens) -> Option<()> {
        self.check_entry_in(tensor, row, column, place, place)
    }

    pub(super) fn check_entry_in(
        &mut self,
        tensor: &Tensor,
        row: &Affine,
        column: &Affine,
        base: &impl ToTokens,
        place: &impl ToTokens,
    ) -> Option<()> {
        if tensor.form != Form::Row {
            self.check_index(&tensor.rows, row, base, place)?;
        }
        if tensor.form != Form::Column {
            self.check_index(&tensor.columns, column, base, place)?;
        }
        Some(())
    }

    /// `0 <= index < length` for all values of the index variables: certain violations are errors,
    /// the rest is a lower bound on the length, unless a condition may exclude it.
    pub(super) fn check_index(
        &mut self,
        length: &Size,
        index: &Affine,
        base: &impl ToTokens,
        place: &impl ToTokens,
    ) -> Option<()> {
        let index = self.expanded(index);
        if self.sizes.varies(&self.sizes.resolve(length)) {
            return self.check_varying(length, &index, base, place);
        }
        let Some((low, high)) = index.bounds(&|v| self.extent(v)).filter(|_| self.is_independent(&index)) else {
            return Some(());
        };
        let (low, high) = (self.sizes.resolve(&low), self.sizes.at_most(&high));
        let (below, above) = self.excluded(&index);
        if below && above {
            return Some(());
        }
        if !below && self.decided_by_least(&index, &low, base, place) {
            return self.check_reach(length, &index, &high, above, base, place);
        }
        if !below && low.as_constant().is_some_and(|low| low < 0) {
            let help = "start the range where the index is at least zero, or guard it: `if i > 0 { .. } else { .. }`";
            let message = format!("index `{}` of `{}` can be {low}, below zero", spell(place), spell(base));
            self.diagnostics.error_with_help(place, message, help);
            return None;
        }
        self.check_reach(length, &index, &high, above, base, place)
    }

    /// The same of a length that depends on indices.
    fn check_varying(&mut self, length: &Size, index: &Affine, base: &impl ToTokens, place: &impl ToTokens) -> Option<()> {
        let bounds = index.bounds(&|v| self.extent(v)).map(|(low, high)| (self.sizes.resolve(&low), self.sizes.at_most(&high)));
        let whole = self.expanded(&Affine::constant(length.clone()));
        let below = self.compare_indices(super::condition::Comparison::Lt, index, &whole) == Condition::Constant(true);
        let above = bounds.as_ref().is_some_and(|(low, _)| low.is_nonnegative()) || self.may_be_excluded(index);
        if above && (below || self.within_item(length, index)) {
            return Some(());
        }
        let shortest = self.shortest(length);
        if let (true, Some(shortest), Some((_, high))) = (above, shortest, bounds) {
            return self.check_reach(&shortest, index, &high, false, base, place);
        }
        self.diagnostics.error_with_help(
            place,
            format!("the length of `{}` depends on an index, and `{}` is not known to be below it", spell(base), spell(place)),
            "let the index run over that length: `0..v.len()`, or guard it: `if i < v.len() { .. } else { .. }`",
        );
        None
    }

    /// `index < length`, unless that is `excluded`.
    fn check_reach(
        &mut self,
        length: &Size,
        index: &Affine,
        high: &Size,
        excluded: bool,
        base: &impl ToTokens,
        place: &impl ToTokens,
    ) -> Option<()> {
        if excluded {
            return Some(());
        }
        let bound = high.add(&Size::constant(1));
        let function = self.calls.last().cloned().unwrap_or_default();
        let reached = || format!("{function}: {} at {}", spell(base), spell(place));
        if self.sizes.require_at_least(length, &bound, &reached).is_err() {
            let reach = if index.terms.is_empty() { "is" } else { "reaches" };
            let message = format!(
                "index `{}` {reach} {}, but `{}` has length {}",
                spell(place),
                self.size_text(high),
                spell(base),
                self.size_text(length)
            );
            self.diagnostics.error_with_help(place, message, format!("indices go from 0 to {}", self.last_text(length)));
            return None;
        }
        Some(())
    }

    /// Whether the least index that the data holds decides that this one is not below 0, which is then checked.
    fn decided_by_least(&mut self, index: &Affine, low: &Size, base: &impl ToTokens, place: &impl ToTokens) -> bool {
        let Some(low) = low.as_constant().filter(|low| *low < 0) else { return false };
        let gathered: Vec<LoopVariable> = index.wires().filter(|v| self.is_gathered(*v)).collect();
        let [variable] = gathered.as_slice() else { return false };
        if !index.coefficient(*variable).is_one() {
            return false;
        }
        let least = self.least(*variable);
        let function = self.calls.last().cloned().unwrap_or_default();
        let reached = || format!("{function}: {} at {}", spell(base), spell(place));
        self.sizes.require_at_least(&least, &Size::constant(-low), &reached).is_ok()
    }

    fn last_text(&self, length: &Size) -> String {
        self.size_text(&length.sub(&Size::constant(1)))
    }

    /// Whether an enclosing condition may keep the index from being too small, and from being too large. Of
    /// an index from data nothing is known but what conditions say of that index itself.
    pub(super) fn excluded(&self, index: &Affine) -> (bool, bool) {
        if !index.wires().any(|v| self.is_gathered(v)) {
            let excluded = self.may_be_excluded(index);
            return (excluded, excluded);
        }
        self.arms.iter().map(|arm| excluded_by(arm, index)).fold((false, false), |a, b| (a.0 || b.0, a.1 || b.1))
    }

    /// Whether an enclosing condition may keep the index from its extreme values.
    fn may_be_excluded(&self, index: &Affine) -> bool {
        let roots: Vec<LoopVariable> = index.wires().flat_map(|v| self.roots(v)).collect();
        let concerns = |guard: &Guard| {
            let shares = |v: LoopVariable| self.roots(v).iter().any(|root| roots.contains(root));
            guard.affine.terms.is_empty() || guard.affine.wires().any(shares) || roots.is_empty()
        };
        self.arms.iter().any(|arm| if let Condition::Index(guard) = arm { concerns(guard) } else { true })
    }

    /// Of a list that is written out, between constants.
    fn part_of_array(&mut self, values: &[Value], range: &super::value::Range, access: &syn::ExprIndex) -> Option<Value> {
        let constant = |bound: &Option<Affine>, open: usize| match bound {
            Some(bound) => bound.as_size().and_then(Size::as_constant).and_then(|k| usize::try_from(k).ok()),
            None => Some(open),
        };
        let bounds = constant(&range.start, 0).zip(constant(&range.end, values.len()));
        let Some((start, end)) = bounds else {
            self.diagnostics.error_with_help(
                &*access.index,
                "a list that is written out is taken apart between constants",
                "iterate over its items with a condition on their index",
            );
            return None;
        };
        let part = values.get(start..end).map(|part| Value::Array(part.to_vec()));
        if part.is_none() {
            let message = format!("`{}` has {} items, which this range leaves", spell(&access.expr), values.len());
            self.diagnostics.error(&*access.index, message);
        }
        part
    }

    /// The items of a list that was collected, from one on.
    fn part_of_stream(&mut self, stream: Stream, range: &super::value::Range) -> Value {
        let taken = match &range.end {
            Some(end) => self.taken(stream, end),
            None => stream,
        };
        Value::Stream(Box::new(range.start.iter().fold(taken, Stream::skipped)))
    }

    /// The entries in one of several ranges, of which the indices of enclosing sums choose.
    fn sliced_by_cases(&mut self, tensor: &Tensor, ranges: Stream, access: &syn::ExprIndex) -> Option<Value> {
        let Stream::Cases(cases) = ranges else { return None };
        let mut parts = Vec::with_capacity(cases.len());
        for (guards, range) in cases {
            let Stream::Run { start, end: Some(end), .. } = range else { return None };
            let last = end.sub(&Affine::constant(Size::constant(1)));
            let here = guards.iter().cloned().map(Condition::Index).fold(Condition::Constant(true), Condition::and);
            self.under(here, |tracer| tracer.check_index(&tensor.rows, &last, &access.expr, &*access.index))?;
            parts.push((guards, Stream::Run { start, end: Some(end), items: Items::Entries(tensor.clone()) }));
        }
        Some(Value::Stream(Box::new(Stream::Cases(parts))))
    }

    fn sliced(&mut self, tensor: &Tensor, range: &super::value::Range, access: &syn::ExprIndex) -> Option<Value> {
        if tensor.form != Form::Column {
            self.diagnostics.error_with_help(
                &*access.index,
                format!("{} cannot be indexed by a range", describe_form(tensor.form)),
                "use `rows(start, count)` or `columns(start, count)`",
            );
            return None;
        }
        let start = range.start.clone().unwrap_or_default();
        let end = range.end.clone().unwrap_or_else(|| Affine::constant(tensor.rows.clone()));
        let count = self.size_at(Value::Index(end.sub(&start)), &*access.index)?;
        Some(Value::Tensor(self.rows_of(tensor, &start, &count)))
    }
}

/// Whether a condition bounds an index from below, and from above.
fn excluded_by(condition: &Condition, index: &Affine) -> (bool, bool) {
    let either =
        |(below, above): (bool, bool), negated: bool| if negated { (below || above, below || above) } else { (below, above) };
    let all = condition.leaves().into_iter().map(|(leaf, negated)| match leaf {
        Condition::Index(guard) => either(excluded_by_guard(guard, index), negated),
        Condition::Constant(_) | Condition::Scalar(_) | Condition::Not(_) | Condition::And(_) | Condition::Or(_) => {
            (false, false)
        }
    });
    all.fold((false, false), |a, b| (a.0 || b.0, a.1 || b.1))
}

fn excluded_by_guard(guard: &Guard, index: &Affine) -> (bool, bool) {
    let mut shared = index.wires().filter(|v| guard.affine.mentions(*v)).peekable();
    match guard.test {
        // `v != NONE` with a constant or a count; of two variables it says nothing of the extremes.
        Test::Zero => (shared.peek().is_some(), shared.peek().is_some()),
        Test::NonZero => {
            let excluded = guard.affine.terms.len() == 1 && shared.peek().is_some();
            (excluded, excluded)
        }
        Test::NonNegative => shared.fold((false, false), |(below, above), v| {
            let same = guard.affine.coefficient(v).is_nonnegative() == index.coefficient(v).is_nonnegative();
            (below || same, above || !same)
        }),
    }
}
