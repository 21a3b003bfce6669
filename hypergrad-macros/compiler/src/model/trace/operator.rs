//! Operators, as nalgebra means them, and `if`/`else`.

use proc_macro2::Span;
use quote::quote_spanned;
use syn::spanned::Spanned;

use super::Tracer;
use super::agree::Site;
use super::compose::made_with;
use super::condition::{Comparison, Condition};
use super::contract::{Contraction, Factor};
use super::environment::Environment;
use super::spell::spell;
use super::value::{Tensor, Value, describe_form, dimensions, own_index};
use crate::ir::{Affine, Func, Size};
use crate::model::Form;
use crate::syntax::Type;

impl Tracer<'_> {
    pub(super) fn unary(&mut self, unary: &syn::ExprUnary, expected: Option<&Type>) -> Option<Value> {
        let value = self.expression_as(&unary.expr, expected)?;
        self.by_case(vec![value], &mut |tracer, values| tracer.negated(unary, values.into_iter().next()?))
    }

    fn negated(&mut self, unary: &syn::ExprUnary, value: Value) -> Option<Value> {
        match (unary.op, value) {
            (syn::UnOp::Deref(_), value) => self.dereferenced(value, unary.op.span()),
            (syn::UnOp::Neg(_), Value::Tensor(tensor)) => Some(Value::Tensor(self.scale(-1.0, &tensor))),
            (syn::UnOp::Neg(_), Value::Infinity(value)) => Some(Value::Infinity(-value)),
            (syn::UnOp::Neg(_), Value::Index(index)) => Some(Value::Index(index.scale(&Size::constant(-1)))),
            (syn::UnOp::Neg(_), Value::Integer(number)) => Some(Value::Integer(self.scale(-1.0, &number))),
            (syn::UnOp::Not(_), Value::Bool(condition)) => Some(Value::Bool(condition.not())),
            (syn::UnOp::Neg(_), value @ (Value::Struct(_) | Value::Lazy(_) | Value::Listed(_)))
                if value.own_type().is_some_and(|owner| self.module.associated_items(owner, "neg").next().is_some()) =>
            {
                self.own_operator("Neg", &[&value], unary.op.span())
            }
            (op, value) => {
                self.diagnostics.error(unary.op.span(), format!("`{}` is not defined for {}", spell(&op), value.describe()));
                None
            }
        }
    }

    /// An operator of a type of the module: its trait and method.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    fn overloaded(&mut self, site: &Site<'_>, op: &syn::BinOp, left: &Value, right: &Value) -> Option<Value> {
        let of_trait = match op {
            syn::BinOp::Add(_) => "Add",
            syn::BinOp::Sub(_) => "Sub",
            syn::BinOp::Mul(_) => "Mul",
            syn::BinOp::Div(_) => "Div",
            syn::BinOp::Rem(_) => "Rem",
            _ => {
                let before = self.diagnostics.len();
                let compared = comparison(op).and_then(|comparison| self.compare_own(site, comparison, [left, right]));
                if compared.is_none() && self.diagnostics.len() == before {
                    return self.refuse_operands(site, left, right);
                }
                return compared.map(Value::Bool);
            }
        };
        let before = self.diagnostics.len();
        let value = self.own_operator(of_trait, &[left, right], site.span);
        if value.is_none() && self.diagnostics.len() == before {
            return self.refuse_operands(site, left, right);
        }
        value
    }

    pub(super) fn binary(&mut self, binary: &syn::ExprBinary) -> Option<Value> {
        let site = Site { span: binary.op.span(), name: spell(&binary.op), operands: vec![&*binary.left, &*binary.right] };
        if let syn::BinOp::And(_) | syn::BinOp::Or(_) = binary.op {
            return self.connective(binary, &site);
        }
        if let Some(op) = super::assign::compound(&binary.op) {
            return self.assign_by(binary, &op);
        }
        if let Some(bit) = super::logic::as_bit(binary) {
            return self.expression(&bit);
        }
        let left = self.expression(&binary.left);
        let right = self.expression(&binary.right);
        self.by_case(vec![left?, right?], &mut |tracer, operands| match operands.as_slice() {
            [left, right] => tracer.operate(&site, &binary.op, left, right),
            _ => None,
        })
    }

    /// `&&` and `||`: the right side is evaluated where the left one does not decide.
    fn connective(&mut self, binary: &syn::ExprBinary, site: &Site<'_>) -> Option<Value> {
        let conjunction = matches!(binary.op, syn::BinOp::And(_));
        let left = self.expression(&binary.left).and_then(|value| self.condition_of(value, site));
        let arm = match &left {
            Some(condition) if conjunction => condition.clone(),
            Some(condition) => condition.clone().not(),
            None => Condition::Constant(true),
        };
        let right = self
            .in_arm(&arm, site.span, |tracer| tracer.expression(&binary.right))
            .and_then(|value| self.condition_of(value, site));
        let (left, right) = (left?, right?);
        Some(Value::Bool(if conjunction { left.and(right) } else { left.or(right) }))
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn condition_of(&mut self, value: Value, site: &Site<'_>) -> Option<Condition> {
        match value {
            Value::Bool(condition) => Some(condition),
            other if self.refuse_changing([&other], site.span) => None,
            other => {
                self.diagnostics.error(site.span, format!("expected a condition, found {}", other.describe()));
                None
            }
        }
    }

    /// Evaluates inside an arm that is taken where the condition holds.
    pub(super) fn under<T>(&mut self, condition: Condition, evaluate: impl FnOnce(&mut Self) -> T) -> T {
        let depth = self.arms.len();
        if condition != Condition::Constant(true) {
            self.arms.push(condition);
        }
        let result = evaluate(self);
        self.arms.truncate(depth);
        result
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    pub(super) fn operate(&mut self, site: &Site<'_>, op: &syn::BinOp, left: &Value, right: &Value) -> Option<Value> {
        if let (Value::Choice(left), Value::Choice(right), Some(comparison @ (Comparison::Eq | Comparison::Ne))) =
            (left, right, comparison(op))
        {
            let same = self.same_variant(left, right, site.span)?;
            return Some(Value::Bool(if comparison == Comparison::Eq { same } else { same.not() }));
        }
        if left.own_type().or(right.own_type()).is_some() {
            return self.overloaded(site, op, left, right);
        }
        if left.changes() || right.changes() {
            return self.operate_on_state(site, op, left, right);
        }
        if let (Value::Bool(left), Value::Bool(right)) = (left, right)
            && let Some(value) = Self::operate_on_conditions(op, left, right)
        {
            return Some(value);
        }
        if let (Value::Tuple(left), Value::Tuple(right), Some(comparison)) = (left, right, comparison(op)) {
            return self.compare_parts(site, comparison, left, right).map(Value::Bool);
        }
        if let (Value::Index(left), Value::Index(right)) = (left, right) {
            return match comparison(op) {
                Some(comparison) => Some(Value::Bool(self.compare_indices(comparison, left, right))),
                // No affine expression any more: good as a number.
                None if leaves_indices(op, left, right) => {
                    let (left, right) = (self.number_of_index(left), self.number_of_index(right));
                    self.whole_arithmetic(site, op, &left, &right)
                }
                None if matches!(op, syn::BinOp::Div(_) | syn::BinOp::Rem(_)) => self.quotient_to_zero(site, op, left, right),
                None => {
                    let index = self.index_arithmetic(site, op, left, right)?;
                    self.bounded(site, index).map(Value::Index)
                }
            };
        }
        if let (Some(comparison @ (Comparison::Eq | Comparison::Ne)), true) = (comparison(op), is_list(left) || is_list(right)) {
            return self.compare_lists(site, comparison, left, right).map(Value::Bool);
        }
        // What is infinite is compared with numbers.
        if let (Some(_), Some(left), Some(right)) =
            (comparison(op), self.bounded_number([left, right]), self.bounded_number([right, left]))
        {
            return self.operate(site, op, &Value::Tensor(left), &Value::Tensor(right));
        }
        if let (Some(left), Some(right)) = (self.whole_number(left), self.whole_number(right)) {
            return self.whole_arithmetic(site, op, &left, &right);
        }
        if let (Value::Csr(matrix), syn::BinOp::Mul(_), Value::Tensor(right)) = (left, op, right)
            && !right.is_scalar()
        {
            return self.csr_product(site, matrix, right).map(Value::Tensor);
        }
        let (Some(first), Some(second)) = (self.tensor_of(left.clone()), self.tensor_of(right.clone())) else {
            return self.refuse_operands(site, left, right);
        };
        if let Some(comparison) = comparison(op) {
            if first.is_scalar() && second.is_scalar() {
                return Some(Value::Bool(self.compare_scalars(comparison, &first, &second)));
            }
            if matches!(comparison, Comparison::Eq | Comparison::Ne)
                && matches!(first.form, Form::Column | Form::Row)
                && first.form == second.form
            {
                return self.same_entries(site, [first, second], comparison == Comparison::Eq).map(Value::Bool);
            }
            let other = if first.is_scalar() { &second } else { &first };
            self.diagnostics.error_with_help(
                site.span,
                format!("`{}` compares scalars or indices, and found {}", site.name, describe_form(other.form)),
                "compare entries: `x[i] < y[i]`",
            );
            return None;
        }
        if let Some(refused) = self.not_a_number(site, op, &first, &second) {
            return refused;
        }
        let result = match op {
            syn::BinOp::Add(_) | syn::BinOp::Sub(_) => {
                let (first, second) = self.agree(site, first, second)?;
                let sign = if matches!(op, syn::BinOp::Add(_)) { 1.0 } else { -1.0 };
                self.linear(&[(1.0, &first), (sign, &second)])
            }
            syn::BinOp::Mul(_) => self.product_of(site, &first, &second)?,
            syn::BinOp::Div(_) if second.is_scalar() => self.divide(&first, &second),
            syn::BinOp::Div(_) => {
                self.diagnostics.error_with_help(
                    site.span,
                    format!("division by {} is not defined", describe_form(second.form)),
                    "divide entry by entry with `component_div`",
                );
                return None;
            }
            syn::BinOp::Rem(_) if first.is_scalar() && second.is_scalar() => self.remainder(&first, &second, false).1,
            _ => return self.refuse_operands(site, left, right),
        };
        Some(Value::Tensor(result))
    }

    /// Sizes and indices are computed without overflow up to here.
    fn bounded(&mut self, site: &Site<'_>, index: Affine) -> Option<Affine> {
        const LARGEST: u64 = 1 << 62;
        let sizes = std::iter::once(&index.constant).chain(index.terms.iter().map(|(_, coefficient)| coefficient));
        let is_large = |size: &Size| size.terms().any(|(_, number)| number.unsigned_abs() >= LARGEST);
        if sizes.into_iter().any(is_large) {
            let message = "the result is larger than any index: integers are computed up to 2^62";
            self.diagnostics.error_with_help(site.span, message, "write smaller numbers, or floats");
            return None;
        }
        Some(index)
    }

    /// What Rust makes NaN or infinite, and the rules of algebra would not: arithmetic of constants,
    /// and zero times what may be infinite.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    fn not_a_number(&mut self, site: &Site<'_>, op: &syn::BinOp, first: &Tensor, second: &Tensor) -> Option<Option<Value>> {
        let numbers = (self.as_number(first), self.as_number(second));
        if let (Some(a), Some(b)) = numbers {
            let value = match op {
                syn::BinOp::Add(_) => a + b,
                syn::BinOp::Sub(_) => a - b,
                syn::BinOp::Mul(_) => a * b,
                syn::BinOp::Div(_) => a / b,
                _ => return None,
            };
            return Some(if value.is_finite() {
                Some(Value::Tensor(self.number(value)))
            } else {
                self.refuse_infinite(site.span)
            });
        }
        // A zero that only follows, of a difference or an entry of a matrix, says nothing of what was meant.
        let written = |k: usize| site.operands.get(k).is_some_and(|operand| is_literal(operand));
        let other = match (op, numbers) {
            (syn::BinOp::Mul(_) | syn::BinOp::Div(_), (Some(0.0), _)) if written(0) => second,
            (syn::BinOp::Mul(_), (_, Some(0.0))) if written(1) => first,
            _ => return None,
        };
        if matches!(op, syn::BinOp::Mul(_)) && self.graph.is_finite_everywhere(other.node) {
            return None;
        }
        self.diagnostics.error_with_help(
            site.span,
            format!("`{}` with the constant 0 is 0 where the other operand is finite, and NaN elsewhere", site.name),
            "leave the term out",
        );
        Some(None)
    }

    pub(super) fn refuse_infinite(&mut self, span: proc_macro2::Span) -> Option<Value> {
        self.diagnostics.error_with_help(
            span,
            "this constant is not finite: it is NaN or infinite in Rust as well",
            "write the number that is meant",
        );
        None
    }

    /// An integer as a number, for integers that are no affine expressions.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn whole_number(&mut self, value: &Value) -> Option<Tensor> {
        match value {
            Value::Index(index) => Some(self.number_of_index(index)),
            Value::Integer(number) => Some(number.clone()),
            _ => None,
        }
    }

    /// `v == w` of lists, item by item.
    fn compare_lists(&mut self, site: &Site<'_>, comparison: Comparison, left: &Value, right: &Value) -> Option<Condition> {
        let same = quote_spanned! { site.span=> |_| __first.iter().eq(__second.iter()) };
        let same = made_with(same, [left.clone(), right.clone()]);
        let Value::Bool(same) = self.call_value(&same, vec![Value::Tuple(Vec::new())], site.span)? else { return None };
        Some(if comparison == Comparison::Eq { same } else { same.not() })
    }

    /// An infinite constant, or a number beside one.
    fn bounded_number(&mut self, [value, other]: [&Value; 2]) -> Option<Tensor> {
        match (value, other) {
            (Value::Infinity(infinite), Value::Tensor(_) | Value::Infinity(_)) => Some(self.number(*infinite)),
            (Value::Tensor(tensor), Value::Infinity(_)) if tensor.is_scalar() => Some(tensor.clone()),
            _ => None,
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    fn whole_arithmetic(&mut self, site: &Site<'_>, op: &syn::BinOp, left: &Tensor, right: &Tensor) -> Option<Value> {
        if let Some(comparison) = comparison(op) {
            return Some(Value::Bool(self.compare_scalars(comparison, left, right)));
        }
        Some(Value::Integer(match op {
            syn::BinOp::Add(_) => self.linear(&[(1.0, left), (1.0, right)]),
            syn::BinOp::Sub(_) => self.linear(&[(1.0, left), (-1.0, right)]),
            syn::BinOp::Mul(_) => self.multiply(&[left, right]),
            syn::BinOp::Div(_) => self.remainder(left, right, false).0,
            syn::BinOp::Rem(_) => self.remainder(left, right, false).1,
            syn::BinOp::Shl(_) | syn::BinOp::Shr(_) => self.shifted(matches!(op, syn::BinOp::Shl(_)), left, right),
            syn::BinOp::BitAnd(_) if self.as_number(right).is_some_and(is_mask) => {
                let (one, mask) = (self.number(1.0), right);
                let divisor = self.linear(&[(1.0, mask), (1.0, &one)]);
                self.remainder(left, &divisor, true).1
            }
            _ => {
                self.diagnostics.error_with_help(
                    site.span,
                    format!("`{}` of a product of indices is not accepted", site.name),
                    "convert it with `as f64` first",
                );
                return None;
            }
        }))
    }

    fn refuse_operands(&mut self, site: &Site<'_>, left: &Value, right: &Value) -> Option<Value> {
        let message = format!("`{}` is not defined between {} and {}", site.name, left.describe(), right.describe());
        match (left, right) {
            (Value::Index(_), Value::Tensor(_)) | (Value::Tensor(_), Value::Index(_)) => {
                self.diagnostics.error_with_help(site.span, message, "convert the integer with `as f64`");
            }
            (Value::Csr(_), _) | (_, Value::Csr(_)) => {
                let help = "multiply vectors and dense matrices by it from the left: `&a * &x`, `a.transpose() * &r`";
                self.diagnostics.error_with_help(site.span, message, help);
            }
            (Value::Struct(_) | Value::Lazy(_) | Value::Listed(_), _)
            | (_, Value::Struct(_) | Value::Lazy(_) | Value::Listed(_)) => {
                let help = "implement the operator for this type in the module, once for these operands (with the type of the module on the left), or write a function";
                self.diagnostics.error_with_help(site.span, message, help);
            }
            _ => self.diagnostics.error(site.span, message),
        }
        None
    }

    /// `1 / t`. What is bounded by its form is finite whether an arm is taken or not, and a safe point beside the
    /// denominator would hide its form: `1 / (1 + e^t)` is a sigmoid in an arm as well.
    pub(super) fn reciprocal(&mut self, tensor: &Tensor) -> Tensor {
        if !self.arms.is_empty() && self.graph.has_bounded_reciprocal(tensor.node) {
            return self.apply(Func::Powi(-1), &[tensor]);
        }
        let tensor = self.protect(tensor, 1.0);
        self.apply(Func::Powi(-1), &[&tensor])
    }

    /// Entry by entry, or by a scalar.
    pub(super) fn divide(&mut self, numerator: &Tensor, denominator: &Tensor) -> Tensor {
        let inverse = self.reciprocal(denominator);
        self.multiply(&[numerator, &inverse])
    }

    /// `left * right`: scaling, or the matrix product.
    pub(super) fn product_of(&mut self, site: &Site<'_>, left: &Tensor, right: &Tensor) -> Option<Tensor> {
        if left.is_scalar() || right.is_scalar() {
            return Some(self.multiply(&[left, right]));
        }
        self.agree_inner(site, (left, &left.columns, "columns"), (right, &right.rows, "rows"))?;
        Some(self.matrix_product(left, right))
    }

    /// `out(r, c) = Σₖ left(r, k)·right(k, c)`.
    pub(super) fn matrix_product(&mut self, left: &Tensor, right: &Tensor) -> Tensor {
        if let Some(solution) = self.product_with_inverse(left, right) {
            return solution;
        }
        let one_row = left.form == Form::Row || left.form == Form::Column && left.rows.is_one();
        let one_column = right.form == Form::Column;
        if one_row && one_column {
            let (row, column) = (self.reform(left, Form::Row), right);
            let row = self.transpose(&row);
            let scalar = self.inner_product(&[&row, column]);
            return self.fill(&scalar, Form::Column, &Size::constant(1), &Size::constant(1));
        }
        let form = match (one_row, one_column) {
            (_, true) => Form::Column,
            (true, false) => Form::Row,
            (false, false) => Form::Matrix,
        };
        let (rows, columns) = dimensions(form, &own_index(form, &left.rows, &right.columns));
        let inner = self.variable(&left.columns);
        let (r, c) = self.axes(&rows, &columns);
        let kept = own_index(form, &r, &c);
        let affine = |v| if kept.contains(&v) { Affine::wire(v) } else { Affine::default() };
        let contraction = Contraction {
            factors: vec![
                Factor::at(left, &affine(r), &Affine::wire(inner)),
                Factor::at(right, &Affine::wire(inner), &affine(c)),
            ],
            out: own_index(form, &Affine::wire(r), &Affine::wire(c)),
            local: kept.iter().copied().chain([inner]).collect(),
            ..Contraction::default()
        };
        self.contract(contraction, form, &rows, &columns)
    }

    pub(super) fn branch(&mut self, branch: &syn::ExprIf, expected: Option<&Type>) -> Option<Value> {
        if let Some(done) = self.running_extreme(branch) {
            return done;
        }
        let outer = self.environment.clone();
        let condition = self.test(&branch.cond);
        let Some((_, otherwise)) = &branch.else_branch else {
            return self.without_else(branch, condition, outer);
        };
        let Some(condition) = condition else {
            self.block(&branch.then_branch, expected);
            self.environment = outer;
            self.expression_as(otherwise, expected);
            return None;
        };
        // What a pattern of the condition binds is seen in the first arm.
        let inside = std::mem::replace(&mut self.environment, outer.clone());
        self.if_else(
            branch.if_token.span,
            &condition,
            |tracer| {
                tracer.environment = inside;
                let value = tracer.block(&branch.then_branch, expected);
                tracer.environment = outer;
                value
            },
            |tracer| tracer.expression_as(otherwise, expected),
        )
    }

    /// `if condition { return .. }`
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn without_else(&mut self, branch: &syn::ExprIf, condition: Option<Condition>, outer: Environment) -> Option<Value> {
        let unit = Some(Value::Tuple(Vec::new()));
        let then = match condition {
            Some(Condition::Constant(false)) => unit.clone(),
            Some(condition) => self.in_arm(&condition, branch.if_token.span, |tracer| tracer.block(&branch.then_branch, None)),
            None => {
                self.block(&branch.then_branch, None);
                None
            }
        };
        self.environment = outer;
        match then? {
            Value::Never => unit,
            Value::Tuple(values) if values.is_empty() => unit,
            _ => {
                self.diagnostics.error_with_help(
                    &branch.if_token,
                    "`if` without `else` has no value",
                    "add `else { .. }`: every expression of the language has a value",
                );
                None
            }
        }
    }

    /// `if condition { then } else { otherwise }`
    pub(super) fn if_else(
        &mut self,
        place: Span,
        condition: &Condition,
        then: impl FnOnce(&mut Self) -> Option<Value>,
        otherwise: impl FnOnce(&mut Self) -> Option<Value>,
    ) -> Option<Value> {
        match condition {
            Condition::Constant(true) => then(self),
            Condition::Constant(false) => otherwise(self),
            condition @ (Condition::Index(_)
            | Condition::Scalar(_)
            | Condition::Not(_)
            | Condition::And(_)
            | Condition::Or(_)) => {
                let (before, fixed) = (self.cells.snapshot(), self.fixed_cells());
                let then = self.in_order(fixed, |tracer| tracer.under(condition.clone(), then));
                let taken = self.cells.snapshot();
                self.cells.restore(&before);
                let not = condition.clone().not();
                let otherwise = self.in_order(fixed, |tracer| tracer.under(not.clone(), otherwise));
                self.join_cells(&not, &taken[..before.len()], place);
                self.join(place, condition, then?, otherwise?)
            }
        }
    }

    /// The values of two arms as one.
    pub(super) fn join(&mut self, place: Span, condition: &Condition, then: Value, otherwise: Value) -> Option<Value> {
        if let (Value::Tensor(then), Value::Tensor(otherwise)) = (&then, &otherwise) {
            let site = Site { span: place, name: "if".to_owned(), operands: Vec::new() };
            self.agree(&site, then.clone(), otherwise.clone())?;
        }
        if then.changes() != otherwise.changes() {
            self.refuse_changing([&then, &otherwise], place);
            return None;
        }
        let found = then.describe();
        let before = self.diagnostics.len();
        let joined = self.merge(condition, then, otherwise);
        if joined.is_none() && self.diagnostics.len() == before {
            self.diagnostics.error_with_help(
                place,
                format!("`if`/`else` between two values of this kind is not accepted ({found})"),
                "put the `if` around the whole expression that uses them, so that both arms are scalars, vectors or matrices",
            );
        }
        joined
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn comparison(op: &syn::BinOp) -> Option<Comparison> {
    match op {
        syn::BinOp::Lt(_) => Some(Comparison::Lt),
        syn::BinOp::Le(_) => Some(Comparison::Le),
        syn::BinOp::Gt(_) => Some(Comparison::Gt),
        syn::BinOp::Ge(_) => Some(Comparison::Ge),
        syn::BinOp::Eq(_) => Some(Comparison::Eq),
        syn::BinOp::Ne(_) => Some(Comparison::Ne),
        _ => None,
    }
}

/// Whether the result is no sum of indices: a product of two, and a quotient or shift by one.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn leaves_indices(op: &syn::BinOp, left: &Affine, right: &Affine) -> bool {
    match op {
        syn::BinOp::Mul(_) => left.as_size().is_none() && right.as_size().is_none(),
        syn::BinOp::Div(_) | syn::BinOp::Rem(_) | syn::BinOp::Shl(_) | syn::BinOp::Shr(_) => right.as_size().is_none(),
        _ => false,
    }
}

/// Whether a value is a list that is no tensor.
fn is_list(value: &Value) -> bool {
    matches!(value, Value::Stream(_) | Value::List(_)) || matches!(value, Value::Integer(numbers) if !numbers.is_scalar())
}

/// Whether a number is one less than a power of two.
fn is_mask(number: f64) -> bool {
    number >= 0.0 && number < f64::from(u32::MAX) && (number as u64 + 1).is_power_of_two()
}

/// Whether a number stands there itself.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn is_literal(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Lit(_) => true,
        syn::Expr::Paren(inner) => is_literal(&inner.expr),
        syn::Expr::Unary(inner) => is_literal(&inner.expr),
        _ => false,
    }
}
