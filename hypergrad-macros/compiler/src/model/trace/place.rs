//! Places: what `&mut` gives and what stands on the left of an assignment.

use proc_macro2::Span;
use syn::spanned::Spanned;

use super::Tracer;
use super::cells::FrameKind;
use super::condition::{Comparison, Condition};
use super::contract::{Contraction, Factor};
use super::value::{LoopVariable, Tensor, Value, own_index};
use crate::ir::{Affine, Size};
use crate::model::Form;
use crate::syntax::Member;

/// A cell, the way into its value, and the part of the tensor that is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    pub cell: usize,
    pub steps: Vec<Step>,
    pub part: Option<Part>,
    /// The `let mut` itself, not a reference to it.
    pub is_owner: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    Field(String),
    Element(usize),
    /// A field of a variant.
    Held(String, String),
    /// An item of a list that is kept by its columns.
    Item(Affine),
}

/// A part of a tensor: where it begins, how many rows and columns it has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    pub row: Affine,
    pub column: Affine,
    pub form: Form,
    pub rows: Size,
    pub columns: Size,
}

impl Part {
    pub fn whole(tensor: &Tensor) -> Self {
        let start = Affine::default();
        let (rows, columns) = (tensor.rows.clone(), tensor.columns.clone());
        Self { row: start.clone(), column: start, form: tensor.form, rows, columns }
    }

    pub fn entry(row: Affine, column: Affine) -> Self {
        Self { row, column, form: Form::Scalar, rows: Size::constant(1), columns: Size::constant(1) }
    }

    /// A part of this part.
    fn within(&self, inner: Self) -> Self {
        Self { row: self.row.add(&inner.row), column: self.column.add(&inner.column), ..inner }
    }

    /// A tensor of this shape, for what only asks for one.
    pub fn stand_in(&self, of: &Tensor) -> Tensor {
        Tensor { form: self.form, rows: self.rows.clone(), columns: self.columns.clone(), ..of.clone() }
    }
}

impl Place {
    pub fn owner(cell: usize) -> Self {
        Self { cell, steps: Vec::new(), part: None, is_owner: true }
    }

    /// The same place, through a reference.
    pub fn borrowed(self) -> Self {
        Self { is_owner: false, ..self }
    }

    pub fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        Self { is_owner: false, ..self }
    }

    /// A part of the tensor that is here.
    pub fn at(&self, part: Part) -> Self {
        let part = match &self.part {
            Some(outer) => outer.within(part),
            None => part,
        };
        Self { part: Some(part), is_owner: false, ..self.clone() }
    }
}

impl Tracer<'_> {
    /// The places that an expression stands for, by case; reports what is no place.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    pub(super) fn places(&mut self, expression: &syn::Expr) -> Option<Vec<(Condition, Place)>> {
        let one = |place: Place| Some(vec![(Condition::Constant(true), place)]);
        match expression {
            syn::Expr::Paren(inner) => self.places(&inner.expr),
            syn::Expr::Group(inner) => self.places(&inner.expr),
            syn::Expr::Reference(inner) => self.places(&inner.expr),
            syn::Expr::Unary(syn::ExprUnary { op: syn::UnOp::Deref(_), expr, .. }) => self.places(expr),
            syn::Expr::Path(path) if path.path.get_ident().is_some() => self.named_place(path).and_then(one),
            syn::Expr::Field(field) => {
                let step = match &field.member {
                    syn::Member::Named(name) => Step::Field(name.to_string()),
                    syn::Member::Unnamed(index) => Step::Element(index.index as usize),
                };
                let base = self.places(&field.base)?;
                base.into_iter().map(|(c, place)| Some((c, self.stepped(place, step.clone(), &field.member)?))).collect()
            }
            syn::Expr::Index(access) => {
                let base = self.places(&access.expr);
                let index = self.expression(&access.index)?;
                let mut places = Vec::new();
                for (outer, place) in base? {
                    for (condition, index) in super::cases::all_cases(index.clone()) {
                        let outer = outer.clone().and(condition);
                        let inner = self.under(outer.clone(), |tracer| tracer.indexed_places(&place, index, access))?;
                        places.extend(inner.into_iter().map(|(condition, place)| (outer.clone().and(condition), place)));
                    }
                }
                Some(places)
            }
            other => match self.expression(other)? {
                Value::Reference(place) => one(*place),
                value => {
                    let message =
                        format!("{} is not changed in place: it has no name that was bound with `let mut`", value.describe());
                    self.diagnostics.error_with_help(other, message, "bind it with `let mut` and change that");
                    None
                }
            },
        }
    }

    fn named_place(&mut self, path: &syn::ExprPath) -> Option<Place> {
        let name = path.path.get_ident()?.to_string();
        match self.environment.get(&name) {
            super::environment::Lookup::Bound(Value::Reference(place)) => Some((**place).clone()),
            super::environment::Lookup::Refused => None,
            super::environment::Lookup::Bound(_) | super::environment::Lookup::Unbound => {
                self.diagnostics.error_with_help(
                    path,
                    format!("`{name}` is not bound with `let mut`"),
                    format!("bind it so that it can change: `let mut {name} = ..;`"),
                );
                None
            }
        }
    }

    fn stepped(&mut self, place: Place, step: Step, at: &syn::Member) -> Option<Place> {
        if self.has_by_columns(&place, &step) == Some(true) {
            return Some(self.one_step_in(place, step));
        }
        let coordinate = match (&step, self.leaf(&place)?) {
            (Step::Field(name), Value::Tensor(tensor)) => Some((name.clone(), tensor)),
            (Step::Field(name), Value::State(state)) => Some((name.clone(), state.shape().clone())),
            _ => None,
        };
        let Some((name, tensor)) = coordinate else { return Some(self.one_step_in(place, step)) };
        let shape = place.part.as_ref().map_or_else(|| tensor.clone(), |part| part.stand_in(&tensor));
        let ident = syn::Ident::new(&name, at.span());
        let (row, column) = self.coordinate_of(&shape, &ident)?;
        Some(place.at(Part::entry(row, column)))
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn indexed_places(&mut self, place: &Place, index: Value, access: &syn::ExprIndex) -> Option<Vec<(Condition, Place)>> {
        if let Some(length) = self.length_by_columns(place) {
            let index = self.index_at(index, &*access.index)?;
            self.check_index(&length, &index, &access.expr, &*access.index)?;
            let item = self.one_step_in(place.clone(), Step::Item(index));
            return Some(vec![(Condition::Constant(true), item)]);
        }
        let leaf = self.leaf(place)?;
        if let Some(found) = self.own_index_mut(place, &leaf, &index) {
            return found.map(|place| vec![(Condition::Constant(true), place)]);
        }
        let index = self.index_by_value(&leaf, index);
        if let Value::Range(range) = index {
            return self.range_place(place, range, access).map(|place| vec![(Condition::Constant(true), place)]);
        }
        let tensor = match &leaf {
            Value::Tensor(tensor) | Value::Integer(tensor) => tensor.clone(),
            Value::State(state) => state.shape().clone(),
            Value::Array(values) => {
                let index = self.index_at(index, &*access.index)?;
                self.check_index(&Size::constant(values.len() as i64), &index, &access.expr, &*access.index)?;
                let element = |k: usize| {
                    let here = Affine::constant(Size::constant(k as i64));
                    (self.compare_indices(Comparison::Eq, &index, &here), place.clone().step(Step::Element(k)))
                };
                let all = (0..values.len()).map(element);
                return Some(all.filter(|(here, _)| *here != Condition::Constant(false)).collect());
            }
            other => {
                self.diagnostics.error(&*access.index, format!("{} cannot be indexed", other.describe()));
                return None;
            }
        };
        let tensor = place.part.as_ref().map_or_else(|| tensor.clone(), |part| part.stand_in(&tensor));
        let (row, column) = self.entry_at(&tensor, index, access)?;
        Some(vec![(Condition::Constant(true), place.at(Part::entry(row, column)))])
    }

    /// What is in a cell at the end of the steps, without the part.
    pub(super) fn leaf(&mut self, place: &Place) -> Option<Value> {
        if let Some(Step::Item(_)) = place.steps.first() {
            return self.item_by_columns(place);
        }
        let mut value = self.cells.get(place.cell).value.clone()?;
        for step in &place.steps {
            value = match (step, value) {
                (Step::Field(name), Value::Struct(structure)) => {
                    structure.fields.into_iter().find(|(field, _)| field == name).map(|(_, value)| value)?
                }
                (Step::Element(k), Value::Tuple(values) | Value::Array(values)) => values.into_iter().nth(*k)?,
                (Step::Element(k), Value::Struct(structure)) => {
                    let name = k.to_string();
                    structure.fields.into_iter().find(|(field, _)| *field == name).map(|(_, value)| value)?
                }
                (Step::Held(variant, field), Value::Choice(choice)) => choice.field(variant, field)?.clone(),
                (Step::Field(name), lazy @ Value::Lazy(_)) => {
                    let member = Member::Named(syn::Ident::new(name, Span::call_site()));
                    self.member_of(&lazy, &member)?
                }
                _ => return None,
            };
        }
        Some(value)
    }

    /// The value of a place.
    pub(super) fn load(&mut self, place: &Place, span: Span) -> Option<Value> {
        let leaf = self.leaf(place)?;
        match (leaf, &place.part) {
            (Value::Last, _) => {
                let name = self.cells.get(place.cell).name.clone();
                self.diagnostics.error_with_help(
                    span,
                    format!("`{name}` is here what the last step of a loop left in it, which is not accepted"),
                    format!("write after the loop what `{name}` is to be: `let {name} = ..;`"),
                );
                None
            }
            (Value::Tuple(columns), None) if self.length_by_columns(place).is_some() => {
                self.list_by_columns(place.cell, columns, span)
            }
            (value, None) => Some(value),
            (Value::Tensor(tensor), Some(part)) => Some(Value::Tensor(self.part_of(&tensor, part))),
            (Value::Integer(tensor), Some(part)) => Some(Value::Integer(self.part_of(&tensor, part))),
            (Value::State(state), Some(part)) => {
                let read = self.read_part(&state, part, span)?;
                Some(if state.is_whole_number() { Value::Integer(read) } else { Value::Tensor(read) })
            }
            (other, Some(_)) => {
                self.diagnostics.error(span, format!("{} has no entries that can be changed", other.describe()));
                None
            }
        }
    }

    /// Puts a value at a place.
    pub(super) fn store(&mut self, place: &Place, value: Option<Value>, span: Span) {
        if place.cell < self.fixed_cells() {
            self.refuse_behind_exit(place.cell, span);
            return self.cells.set(place.cell, None);
        }
        if !self.may_change(place.cell, span) {
            return self.cells.set(place.cell, None);
        }
        if let Some(Step::Item(_)) = place.steps.first() {
            return self.store_by_columns(place, value, span);
        }
        if self.length_by_columns(place).is_some() {
            return self.replace_by_columns(place.cell, value);
        }
        let old = self.cells.get(place.cell).value.clone();
        let value = match (old, value) {
            (Some(old), Some(value)) => self.replaced(old, &place.steps, place.part.as_ref(), value, span),
            (None, value) if place.steps.is_empty() && place.part.is_none() => value,
            _ => None,
        };
        self.cells.set(place.cell, value);
    }

    fn may_change(&mut self, cell: usize, span: Span) -> bool {
        let name = self.cells.get(cell).name.clone();
        let (message, help) = match self.cells.forbidding(cell) {
            None => return true,
            Some(FrameKind::Closure | FrameKind::Steps) => (
                format!("`{name}` is changed inside of a closure that is called for each index, which is not accepted"),
                "change it in a `for` loop: `for v in x.iter() { s += v; }`",
            ),
            Some(FrameKind::Loop) => (
                format!("how `{name}` is changed in this loop is not found"),
                "change it by its name in the body of the loop: `s += ..`, `v[i] = ..`",
            ),
        };
        self.diagnostics.error_with_help(span, message, help);
        false
    }

    /// `old` with a new value at the end of the steps.
    fn replaced(&mut self, old: Value, steps: &[Step], part: Option<&Part>, value: Value, span: Span) -> Option<Value> {
        let Some((step, rest)) = steps.split_first() else {
            return match (old, part) {
                (old, None) => Some(self.refitted(&old, value)),
                (Value::Tensor(tensor), Some(part)) => {
                    let value = self.in_shape(part, value, span)?;
                    Some(Value::Tensor(self.overwritten(&tensor, part, &value)))
                }
                (Value::Integer(tensor), Some(part)) => {
                    let value = self.entry_in_shape(true, part, value, span)?;
                    Some(Value::Integer(self.overwritten(&tensor, part, &value)))
                }
                (Value::State(state), Some(part)) => {
                    let value = self.entry_in_shape(state.is_whole_number(), part, value, span)?;
                    self.set_part(*state, part, value, span)
                }
                (other, Some(_)) => {
                    self.diagnostics.error(span, format!("{} has no entries that can be changed", other.describe()));
                    None
                }
            };
        };
        match (step, old) {
            (Step::Held(variant, field), Value::Choice(mut choice)) => {
                let own = choice.field_mut(variant, field)?;
                *own = self.replaced(own.clone(), rest, part, value, span)?;
                Some(Value::Choice(choice))
            }
            (step @ (Step::Field(_) | Step::Element(_)), Value::Struct(mut structure)) => {
                let name = match step {
                    Step::Field(name) | Step::Held(_, name) => name.clone(),
                    Step::Element(k) => k.to_string(),
                    Step::Item(_) => return None,
                };
                for (field, own) in &mut structure.fields {
                    if *field == name {
                        *own = self.replaced(own.clone(), rest, part, value.clone(), span)?;
                    }
                }
                Some(Value::Struct(structure))
            }
            (Step::Element(k), Value::Tuple(mut values)) => {
                let own = values.get_mut(*k)?;
                *own = self.replaced(own.clone(), rest, part, value, span)?;
                Some(Value::Tuple(values))
            }
            (Step::Element(k), Value::Array(mut values)) => {
                let own = values.get_mut(*k)?;
                *own = self.replaced(own.clone(), rest, part, value, span)?;
                Some(Value::Array(values))
            }
            (_, Value::Lazy(_)) => {
                self.diagnostics.error_with_help(
                    span,
                    "a field of the data is not changed in place",
                    "bind the field to a name, `let mut field = data.field.clone();`, and change that",
                );
                None
            }
            (_, other) => {
                self.diagnostics.error(span, format!("{} has no such part that can be changed", other.describe()));
                None
            }
        }
    }

    /// A value in the shape of the part where it is put.
    pub(super) fn in_shape(&mut self, part: &Part, value: Value, span: Span) -> Option<Tensor> {
        if self.refuse_changing([&value], span) {
            return None;
        }
        let tensor = self.tensor_at(value, &proc_macro2::Ident::new("_value", span), "a scalar, vector or matrix")?;
        let shape = part.stand_in(&tensor);
        let site = super::agree::Site { span, name: "=".to_owned(), operands: Vec::new() };
        let (_, fitted) = self.agree(&site, shape, tensor)?;
        Some(if fitted.form == part.form { fitted } else { self.reform(&fitted, part.form) })
    }

    /// The same of an entry, which may be an integer.
    pub(super) fn entry_in_shape(&mut self, is_integer: bool, part: &Part, value: Value, span: Span) -> Option<Tensor> {
        if is_integer && matches!(value, Value::Index(_) | Value::Integer(_) | Value::Cases(_)) {
            let number = self.integer_as_number(value)?;
            return self.in_shape(part, Value::Tensor(number), span);
        }
        self.in_shape(part, value, span)
    }

    /// `tensor` with a part replaced.
    fn overwritten(&mut self, tensor: &Tensor, part: &Part, value: &Tensor) -> Tensor {
        let kept = self.outside_of(tensor, part);
        let placed = self.placed_at(tensor, part, value);
        self.linear(&[(1.0, &kept), (1.0, &placed)])
    }

    /// A tensor shaped like `tensor` that is zero but for a part.
    pub(super) fn placed_at(&mut self, tensor: &Tensor, part: &Part, value: &Tensor) -> Tensor {
        let (r, c) = self.axes(&part.rows, &part.columns);
        let own = own_index(part.form, &r, &c);
        let affine = |v| if own.contains(&v) { Affine::wire(v) } else { Affine::default() };
        let contraction = Contraction {
            factors: vec![Factor { tensor: value.clone(), index: own.iter().map(|v| Affine::wire(*v)).collect() }],
            out: own_index(tensor.form, &part.row.add(&affine(r)), &part.column.add(&affine(c))),
            local: own,
            ..Contraction::default()
        };
        self.contract(contraction, tensor.form, &tensor.rows, &tensor.columns)
    }

    /// `tensor` with zeros in a part.
    fn outside_of(&mut self, tensor: &Tensor, part: &Part) -> Tensor {
        if self.is_zero(tensor) {
            return tensor.clone();
        }
        let (r, c) = self.axes(&tensor.rows, &tensor.columns);
        let own = own_index(tensor.form, &r, &c);
        let affine = |v| if own.contains(&v) { Affine::wire(v) } else { Affine::default() };
        let inside = self.within_length(&affine(r), &part.row, &part.rows, &tensor.rows).and(self.within_length(
            &affine(c),
            &part.column,
            &part.columns,
            &tensor.columns,
        ));
        self.where_not(tensor, (r, c), &inside)
    }

    /// Whether an index is one of `count` from `start` on.
    pub(super) fn within_length(&self, index: &Affine, start: &Affine, count: &Size, all: &Size) -> Condition {
        if *start == Affine::default() && self.sizes.resolve(count) == self.sizes.resolve(all) {
            return Condition::Constant(true);
        }
        if count.is_one() {
            return self.compare_indices(Comparison::Eq, index, start);
        }
        let end = start.add(&Affine::constant(count.clone()));
        self.compare_indices(Comparison::Ge, index, start).and(self.compare_indices(Comparison::Lt, index, &end))
    }

    /// `tensor` where a condition on its row and column fails, else zero.
    pub(super) fn where_not(&mut self, tensor: &Tensor, (r, c): (LoopVariable, LoopVariable), condition: &Condition) -> Tensor {
        let own = own_index(tensor.form, &r, &c);
        let affine = |v| if own.contains(&v) { Affine::wire(v) } else { Affine::default() };
        let entry = self.entry(tensor, &affine(r), &affine(c));
        let zero = self.number(0.0);
        let kept = self.select(&condition.clone().not(), &entry, &zero);
        self.bind(&kept, tensor.form, (r, &tensor.rows), (c, &tensor.columns))
    }

    pub(super) fn is_zero(&self, tensor: &Tensor) -> bool {
        self.graph.as_uniform(tensor.node) == Some(0.0)
    }
}
