//! Shapes that have to agree: unification, and the message where they cannot.

use proc_macro2::Span;

use super::Tracer;
use super::spell::spell;
use super::value::Tensor;
use crate::diagnostics::nearest;
use crate::ir::Size;
use crate::model::Form;

/// Where operands meet, for messages: an operator, or a method.
pub struct Site<'e> {
    pub span: Span,
    /// `-`, `dot`.
    pub name: String,
    /// The operands as written: receiver first.
    pub operands: Vec<&'e syn::Expr>,
}

impl Site<'_> {
    /// An operand as written.
    fn operand(&self, k: usize) -> String {
        self.operands.get(k).map_or_else(|| "the operand".to_owned(), |operand| format!("`{}`", spell(operand)))
    }
}

impl Site<'_> {
    /// The whole expression.
    fn text(&self) -> String {
        match self.operands.as_slice() {
            [left, right] if !self.name.starts_with(|c: char| c.is_alphabetic()) => {
                format!("{} {} {}", spell(left), self.name, spell(right))
            }
            [receiver, arguments @ ..] => {
                let arguments: Vec<String> = arguments.iter().map(spell).collect();
                format!("{}.{}({})", spell(receiver), self.name, arguments.join(", "))
            }
            [] => self.name.clone(),
        }
    }
}

impl Tracer<'_> {
    /// Both tensors in one form, the one that says more: a column plus an n×1 matrix is a column.
    pub(super) fn same_form(&mut self, left: Tensor, right: Tensor) -> (Tensor, Tensor) {
        if left.form == right.form || left.is_scalar() || right.is_scalar() {
            return (left, right);
        }
        let form = if left.form == Form::Matrix { right.form } else { left.form };
        (self.reform(&left, form), self.reform(&right, form))
    }

    /// Makes the shapes of two operands equal, or reports that they cannot be.
    pub(super) fn agree(&mut self, site: &Site<'_>, left: Tensor, right: Tensor) -> Option<(Tensor, Tensor)> {
        if left.is_scalar() != right.is_scalar() {
            let (left, right) = (super::value::describe_form(left.form), super::value::describe_form(right.form));
            let message =
                format!("shapes of `{}` do not agree: {} is {left}, {} is {right}", site.name, site.operand(0), site.operand(1));
            self.diagnostics.error(site.span, message);
            return None;
        }
        if let (Form::Row, Form::Column) | (Form::Column, Form::Row) = (left.form, right.form)
            && !(self.is_single(&left) && self.is_single(&right))
        {
            let message = format!(
                "shapes of `{}` do not agree: {} is {}, {} is {}",
                site.name,
                site.operand(0),
                super::value::describe_form(left.form),
                site.operand(1),
                super::value::describe_form(right.form)
            );
            let help = if site.name == "dot" { "write `tr_dot`, which transposes the first" } else { "transpose one of them" };
            self.diagnostics.error_with_help(site.span, message, help);
            return None;
        }
        let place = || self.calls.last().map_or_else(String::new, |function| format!("{function}: {}", site.text()));
        let rows = self.sizes.unify_at(&left.rows, &right.rows, &place);
        let columns = self.sizes.unify_at(&left.columns, &right.columns, &place);
        if rows.is_ok() && columns.is_ok() {
            return Some(self.same_form(left, right));
        }
        let message = format!(
            "shapes of `{}` do not agree: {} has {}, {} has {}",
            site.name,
            site.operand(0),
            self.shape_text(&left),
            site.operand(1),
            self.shape_text(&right)
        );
        self.report_shapes(site, message, &[(0, &right), (1, &left)]);
        None
    }

    /// `left` columns against `right` rows of a matrix product.
    pub(super) fn agree_inner(
        &mut self,
        site: &Site<'_>,
        (left, left_size, left_axis): (&Tensor, &Size, &str),
        (right, right_size, right_axis): (&Tensor, &Size, &str),
    ) -> Option<()> {
        let both = left.form == right.form && matches!(left.form, Form::Column | Form::Row) && left_axis == "columns";
        if both && !(self.is_single(left) || self.is_single(right)) {
            let (first, second) = (site.operand(0), site.operand(1));
            let form = super::value::describe_form(left.form);
            self.diagnostics.error_with_help(
                site.span,
                format!("shapes of `{}` do not agree: {first} is {form}, and so is {second}", site.name),
                "write `a.dot(b)` for a number, `a.component_mul(b)` for products entry by entry, `a * b.transpose()` for all",
            );
            return None;
        }
        let place = || self.calls.last().map_or_else(String::new, |function| format!("{function}: {}", site.text()));
        if self.sizes.unify_at(left_size, right_size, &place).is_ok() {
            return Some(());
        }
        let wanted_right = Tensor { rows: left_size.clone(), ..right.clone() };
        let wanted_left = Tensor { columns: right_size.clone(), ..left.clone() };
        let message = format!(
            "shapes of `{}` do not agree: {} has {}, {} has {}",
            site.name,
            site.operand(0),
            self.axis_text(left, left_size, left_axis),
            site.operand(1),
            self.axis_text(right, right_size, right_axis)
        );
        self.report_shapes(site, message, &[(0, &wanted_left), (1, &wanted_right)]);
        None
    }

    /// Whether a vector has certainly one entry.
    fn is_single(&self, tensor: &Tensor) -> bool {
        self.sizes.resolve(&tensor.length()).is_one()
    }

    /// Reports a clash; helps with a data field of the shape that an operand should have.
    fn report_shapes(&mut self, site: &Site<'_>, message: String, wanted: &[(usize, &Tensor)]) {
        let help = wanted.iter().rev().find_map(|(k, wanted)| self.suggestion(site.operands.get(*k)?, wanted));
        match help {
            Some(name) => self.diagnostics.error_with_help(site.span, message, format!("did you mean `{name}`?")),
            None => self.diagnostics.error(site.span, message),
        }
    }

    /// The data field nearest in name to an operand, among those of the wanted shape.
    fn suggestion(&self, operand: &syn::Expr, wanted: &Tensor) -> Option<String> {
        let written = spell(operand);
        let written = written.trim_start_matches('&');
        let candidates = self.surroundings.candidates();
        candidates.iter().find(|(name, ..)| name == written)?;
        let same = |a: &Size, b: &Size| self.sizes.resolve(a) == self.sizes.resolve(b);
        let fitting = candidates.iter().filter(|(_, form, rows, columns)| {
            *form == wanted.form && same(rows, &wanted.rows) && same(columns, &wanted.columns)
        });
        let names: Vec<&str> = fitting.map(|(name, ..)| name.as_str()).collect();
        nearest(written, names.iter().copied()).or_else(|| names.first().copied()).map(str::to_owned)
    }

    fn shape_text(&self, tensor: &Tensor) -> String {
        match tensor.form {
            Form::Scalar => "no axis".to_owned(),
            Form::Column => format!("length {}", self.size_text(&tensor.rows)),
            Form::Row => format!("length {} (a row)", self.size_text(&tensor.columns)),
            Form::Matrix => format!("shape {} x {}", self.size_text(&tensor.rows), self.size_text(&tensor.columns)),
        }
    }

    fn axis_text(&self, tensor: &Tensor, size: &Size, axis: &str) -> String {
        match tensor.form {
            Form::Matrix => format!("{} {axis}", self.size_text(size)),
            Form::Column if axis == "columns" => "1 column".to_owned(),
            Form::Row if axis == "rows" => "1 row".to_owned(),
            Form::Scalar | Form::Column | Form::Row => format!("length {}", self.size_text(size)),
        }
    }

    /// A size in the user's words: a number, or a name in backticks.
    pub(super) fn size_text(&self, size: &Size) -> String {
        let text = self.sizes.display(size);
        if self.sizes.resolve(size).as_constant().is_some() { text } else { format!("`{text}`") }
    }
}
