//! Integers: arithmetic on counts and indices, access to entries, bounds.

use quote::ToTokens;
use syn::spanned::Spanned;

use super::Tracer;
use super::agree::Site;
use super::condition::Condition;
use super::spell::spell;
use super::value::{Tensor, Value, describe_form};
use crate::ir::{Affine, Size};
use crate::model::Form;
use crate::shape::SymbolSource;

impl Tracer<'_> {
    pub(super) fn index_arithmetic(&mut self, site: &Site<'_>, op: &syn::BinOp, left: &Affine, right: &Affine) -> Option<Affine> {
        let factor = |index: &Affine| index.as_size().map(|size| self.sizes.resolve(size));
        match op {
            syn::BinOp::Add(_) => Some(left.add(right)),
            syn::BinOp::Sub(_) => Some(left.sub(right)),
            syn::BinOp::Mul(_) => match (factor(left), factor(right)) {
                (_, Some(size)) => Some(left.scale(&size)),
                (Some(size), _) => Some(right.scale(&size)),
                (None, None) => None,
            },
            syn::BinOp::Div(_) | syn::BinOp::Rem(_) => {
                let quotient = factor(right).and_then(|divisor| Some((self.index_quotient(left, &divisor)?, divisor)));
                let Some((quotient, divisor)) = quotient else {
                    self.diagnostics.error(site.span, format!("`{}` by an index is not accepted", site.name));
                    return None;
                };
                let remainder = matches!(op, syn::BinOp::Rem(_));
                Some(if remainder { left.sub(&quotient.scale(&divisor)) } else { quotient })
            }
            _ => {
                self.diagnostics.error(site.span, format!("`{}` is not accepted on integers: use `+ - * / %`", site.name));
                None
            }
        }
    }

    /// `index / divisor`, rounded down.
    fn index_quotient(&mut self, index: &Affine, divisor: &Size) -> Option<Affine> {
        if let Some(size) = index.as_size() {
            return self.divide_sizes(&self.sizes.resolve(size), divisor).map(Affine::constant);
        }
        let (_, high) = index.map_sizes(&|s| self.sizes.resolve(s)).bounds(&|v| self.extent(v))?;
        // `r·divisor + c` with c below the divisor is taken apart as it was put together.
        if let Some(quotient) = self.known_quotient(index, divisor) {
            return Some(quotient);
        }
        let extent = match (high.as_constant(), divisor.as_constant()) {
            (Some(high), Some(divisor)) if divisor > 0 => Size::constant(high.div_euclid(divisor) + 1),
            _ => self.divide_sizes(&high, divisor)?.add(&Size::constant(1)),
        };
        Some(Affine::wire(self.quotient(index, divisor, &extent)))
    }

    fn known_quotient(&self, index: &Affine, divisor: &Size) -> Option<Affine> {
        let (multiples, rest): (Vec<_>, Vec<_>) = index.terms.iter().partition(|(_, c)| exact_quotient(c, divisor).is_some());
        if multiples.is_empty() {
            return None;
        }
        let rest =
            rest.into_iter().fold(Affine::constant(index.constant.clone()), |sum, (v, c)| sum.add(&Affine::wire(*v).scale(c)));
        if !rest.provably_within(divisor, &|v| self.extent(v)) {
            return None;
        }
        Some(multiples.into_iter().fold(Affine::default(), |sum, (v, c)| {
            sum.add(&Affine::wire(*v).scale(&exact_quotient(c, divisor).unwrap_or_default()))
        }))
    }

    /// `size / divisor`, rounded down; a new symbol where it cannot be written as a polynomial.
    pub(super) fn divide_sizes(&mut self, size: &Size, divisor: &Size) -> Option<Size> {
        if divisor.is_zero() {
            return None;
        }
        if let (Some(size), Some(divisor)) = (size.as_constant(), divisor.as_constant()) {
            return Some(Size::constant(size.div_euclid(divisor)));
        }
        if let Some(exact) = exact_quotient(size, divisor) {
            return Some(exact);
        }
        let name = format!("({}) / ({})", self.sizes.display(size), self.sizes.display(divisor));
        Some(self.sizes.symbol(name, SymbolSource::Quotient { dividend: size.clone(), divisor: divisor.clone() }))
    }

    /// An integer; reports what is none.
    pub(super) fn index_at(&mut self, value: Value, place: &impl ToTokens) -> Option<Affine> {
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
                    "an index is a sum of indices with constant factors: this is a product of indices",
                    "as a number it is accepted: `(i * j) as f64`",
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
        if let Some(size) = index.as_size() {
            return Some(self.sizes.resolve(size));
        }
        self.diagnostics.error_with_help(
            place.span(),
            format!("a size cannot depend on an index: `{}`", spell(place)),
            "use a size that is the same for all indices, and a condition on the index inside",
        );
        None
    }

    pub(super) fn size_expression(&mut self, expression: &syn::Expr) -> Option<Size> {
        let value = self.expression(expression)?;
        self.size_at(value, expression)
    }

    pub(super) fn index_expression(&mut self, access: &syn::ExprIndex) -> Option<Value> {
        let base = self.expression(&access.expr);
        let index = self.expression(&access.index);
        let (base, index) = (base?, index?);
        self.by_case(vec![index], &mut |tracer, indices| tracer.indexed(access, base.clone(), indices.into_iter().next()?))
    }

    fn indexed(&mut self, access: &syn::ExprIndex, base: Value, index: Value) -> Option<Value> {
        match (base, index) {
            (Value::Array(values), Value::Index(index)) => {
                self.check_index(&Size::constant(values.len() as i64), &index, &access.expr, &*access.index)?;
                self.choose(&values, &index)
            }
            (Value::Tensor(tensor), Value::Range(range)) => self.sliced(&tensor, &range, access),
            (Value::Tensor(tensor), Value::Index(index)) => self.linear_entry(&tensor, &index, access),
            (Value::Tensor(tensor), Value::Tuple(pair)) => self.matrix_entry(&tensor, &pair, access),
            (Value::Tensor(_) | Value::Array(_), index @ Value::Integer(_)) => {
                self.index_at(index, &*access.index);
                None
            }
            (Value::Tensor(_), Value::Tensor(_)) => {
                self.diagnostics.error(&*access.index, "an index taken from data is not accepted yet: it comes later");
                None
            }
            (base, index) => {
                let message = format!("{} cannot be indexed by {}", base.describe(), index.describe());
                self.diagnostics.error(&*access.index, message);
                None
            }
        }
    }

    fn matrix_entry(&mut self, tensor: &Tensor, pair: &[Value], access: &syn::ExprIndex) -> Option<Value> {
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
        Some(Value::Tensor(self.entry(tensor, row, column)))
    }

    /// `x[k]`: an entry of a vector, or of a matrix counted column by column.
    fn linear_entry(&mut self, tensor: &Tensor, index: &Affine, access: &syn::ExprIndex) -> Option<Value> {
        match tensor.form {
            Form::Scalar => {
                self.diagnostics.error(&*access.index, "a scalar cannot be indexed");
                return None;
            }
            Form::Column | Form::Row => {
                self.check_index(&tensor.length(), index, &access.expr, &*access.index)?;
                return Some(Value::Tensor(self.entry(tensor, index, index)));
            }
            Form::Matrix => {}
        }
        self.check_index(&tensor.length(), index, &access.expr, &*access.index)?;
        let rows = self.sizes.resolve(&tensor.rows);
        let column = match index.as_size() {
            Some(size) if size.as_constant() == Some(0) => Affine::default(),
            Some(_) if rows.as_constant().is_none() => Affine::wire(self.quotient(index, &rows, &tensor.columns)),
            _ => self.index_quotient(index, &rows)?,
        };
        let row = index.sub(&column.scale(&rows));
        Some(Value::Tensor(self.entry(tensor, &row, &column)))
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
        let index = index.map_sizes(&|size| self.sizes.resolve(size));
        let taken_apart = index.wires().any(|v| self.variables[v.0 as usize].quotient.is_some());
        let Some((low, high)) = index.bounds(&|v| self.extent(v)).filter(|_| !taken_apart) else { return Some(()) };
        if self.may_be_excluded(&index) {
            return Some(());
        }
        if low.as_constant().is_some_and(|low| low < 0) {
            let help = "start the range where the index is at least zero, or guard it: `if i > 0 { .. } else { .. }`";
            let message = format!("index `{}` of `{}` can be {low}, below zero", spell(place), spell(base));
            self.diagnostics.error_with_help(place, message, help);
            return None;
        }
        let bound = high.add(&Size::constant(1));
        if self.sizes.require_at_least(length, &bound).is_err() {
            let reach = if index.terms.is_empty() { "is" } else { "reaches" };
            let message = format!(
                "index `{}` {reach} {}, but `{}` has length {}",
                spell(place),
                self.size_text(&high),
                spell(base),
                self.size_text(length)
            );
            self.diagnostics.error_with_help(place, message, format!("indices go from 0 to {}", self.last_text(length)));
            return None;
        }
        Some(())
    }

    fn last_text(&self, length: &Size) -> String {
        self.size_text(&length.sub(&Size::constant(1)))
    }

    /// Whether an enclosing condition may keep the index from its extreme values.
    fn may_be_excluded(&self, index: &Affine) -> bool {
        let concerns = |guard: &crate::ir::Guard| {
            guard.affine.terms.is_empty() || guard.affine.wires().any(|v| index.mentions(v)) || index.terms.is_empty()
        };
        self.arms.iter().any(|arm| match arm {
            Condition::Index(guard) => concerns(guard),
            _ => true,
        })
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

/// `size / divisor` where the division is exact for all values of the symbols.
fn exact_quotient(size: &Size, divisor: &Size) -> Option<Size> {
    if size == divisor {
        return Some(Size::constant(1));
    }
    let [(divisor_symbols, divisor_value)] = divisor.terms() else { return None };
    let mut quotient = Size::zero();
    for (symbols, value) in size.terms() {
        if value % divisor_value != 0 {
            return None;
        }
        let mut rest = symbols.clone();
        for symbol in divisor_symbols {
            let position = rest.iter().position(|s| s == symbol)?;
            rest.remove(position);
        }
        let monomial = rest.into_iter().fold(Size::constant(value / divisor_value), |m, s| m.mul(&Size::symbol(s)));
        quotient = quotient.add(&monomial);
    }
    Some(quotient)
}
