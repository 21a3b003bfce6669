//! Methods of nalgebra that are others with a small change: a symmetric part, a row more, a shorter vector.

use quote::quote_spanned;

use super::Tracer;
use super::call::{Call, Outcome};
use super::condition::{Comparison, Condition};
use super::value::{Tensor, Value, own_index};
use super::variant::Choice;
use super::words::{LongerWord, NormWord, ReshapeWord};
use crate::ir::{Affine, Func, Number, Size};
use crate::model::Form;

fn one() -> Size {
    Size::constant(1)
}

impl Tracer<'_> {
    /// `(A + Aᵀ)/2`
    pub(super) fn symmetric_part(&mut self, t: &Tensor) -> Tensor {
        let transposed = self.transpose(t);
        self.linear(&[(0.5, t), (0.5, &transposed)])
    }

    /// `Aⁿ` of a constant n.
    pub(super) fn matrix_power(&mut self, call: &Call<'_>, t: &Tensor, exponent: &Affine) -> Option<Tensor> {
        const MOST: i64 = 32;
        self.square(call, t)?;
        let Some(n @ 0..=MOST) = exponent.as_size().and_then(Size::as_constant) else {
            let message = format!("`pow` of a matrix takes a constant from 0 to {MOST}");
            self.diagnostics.error(call.site.span, message);
            return None;
        };
        if n == 0 {
            return Some(self.identity(&(Form::Matrix, t.rows.clone(), t.rows.clone())));
        }
        Some((1..n).fold(t.clone(), |power, _| self.matrix_product(&power, t)))
    }

    /// The angle between two vectors, 0 where one of them is 0.
    pub(super) fn angle(&mut self, a: &Tensor, b: &Tensor) -> Tensor {
        let (dot, first, second) = (self.inner_product(&[a, b]), self.inner_product(&[a, a]), self.inner_product(&[b, b]));
        let norms = self.multiply(&[&first, &second]);
        let inverse = self.apply(Func::NormPow(Number::new(-0.5)), &[&norms]);
        let cosine = self.multiply(&[&dot, &inverse]);
        let (low, high, zero) = (self.number(-1.0), self.number(1.0), self.number(0.0));
        let cosine = self.apply(Func::Clamp, &[&cosine, &low, &high]);
        let is_one = self.compare_scalars(Comparison::Eq, &norms, &zero);
        let safe = self.select(&is_one.clone().not(), &cosine, &zero);
        let angle = self.apply(Func::Acos, &[&safe]);
        self.select(&is_one, &zero, &angle)
    }

    /// `try_normalize(least)`, `cap_magnitude(most)`
    pub(super) fn by_norm(&mut self, call: &Call<'_>, t: &Tensor, arguments: &[Value]) -> Outcome {
        let (Some(word), [bound]) = (NormWord::named(call.name()), arguments) else { return Outcome::Unknown };
        let Some(bound) = self.scalar_at(bound.clone(), &call.place(1), "a scalar") else { return Outcome::Known(None) };
        let norm = self.norm(t);
        let above = self.compare_scalars(Comparison::Gt, &norm, &bound);
        let squares = self.inner_product(&[t, t]);
        let inverse = self.apply(Func::NormPow(Number::new(-0.5)), &[&squares]);
        let unit = self.multiply(&[t, &inverse]);
        Outcome::Known(Some(match word {
            NormWord::try_normalize => Value::Choice(Box::new(Choice::some_where(above, Value::Tensor(unit)))),
            NormWord::cap_magnitude => {
                let capped = self.multiply(&[&unit, &bound]);
                Value::Tensor(self.select(&above, &capped, t))
            }
        }))
    }

    /// A tensor with rows or columns more, all of one value: `insert_row(i, v)`, `resize_vertically(n, v)`.
    pub(super) fn with_lines(&mut self, call: &Call<'_>, word: LongerWord, t: &Tensor, arguments: &[Value]) -> Option<Tensor> {
        let [count, value] = arguments else { return None };
        let value = self.scalar_at(value.clone(), &call.place(2), "a scalar")?;
        let by_rows = matches!(word, LongerWord::insert_row | LongerWord::resize_vertically);
        let before = if by_rows { &t.rows } else { &t.columns };
        let (first, after, behind) = match word {
            LongerWord::insert_row | LongerWord::insert_column => {
                let place = self.index_at(count.clone(), &call.place(1))?;
                self.check_index(&before.add(&one()), &place, &call.place(0), &call.place(1))?;
                (place, before.add(&one()), Some(one()))
            }
            LongerWord::push | LongerWord::resize_vertically | LongerWord::resize_horizontally => {
                (Affine::constant(before.clone()), self.size_at(count.clone(), &call.place(1))?, None)
            }
        };
        let (rows, columns) = if by_rows { (after, t.columns.clone()) } else { (t.rows.clone(), after) };
        let form = match t.form {
            Form::Column if by_rows => Form::Column,
            Form::Row if !by_rows => Form::Row,
            Form::Scalar | Form::Column | Form::Row | Form::Matrix => Form::Matrix,
        };
        let (r, c) = self.axes(&rows, &columns);
        let kept = own_index(form, &r, &c);
        let affine = |v| if kept.contains(&v) { Affine::wire(v) } else { Affine::default() };
        let (row, column) = (affine(r), affine(c));
        let moving = if by_rows { row.clone() } else { column.clone() };
        let at = |place: Affine| if by_rows { (place, column.clone()) } else { (row.clone(), place) };
        let read = |tracer: &mut Self, place: Affine, condition: &Condition| {
            let (row, column) = at(place);
            tracer.under(condition.clone(), |tracer| {
                let entry = tracer.entry(t, &row, &column);
                match condition.cases().as_deref() {
                    Some([guards]) => tracer.guarded(&entry, guards),
                    _ => entry,
                }
            })
        };
        let is_before = self.compare_indices(Comparison::Lt, &moving, &first);
        let own = read(self, moving.clone(), &is_before);
        let later = match behind {
            None => value,
            Some(count) => {
                let is_behind = self.compare_indices(Comparison::Gt, &moving, &first);
                let moved = read(self, moving.sub(&Affine::constant(count)), &is_behind);
                self.select(&is_behind, &moved, &value)
            }
        };
        let entry = self.select(&is_before, &own, &later);
        Some(self.bind(&entry, form, (r, &rows), (c, &columns)))
    }
}

/// `v.reshape_generic(Dyn(m), Dyn(n))` as the matrix of the same entries, column by column.
pub(super) fn reshaped(call: &syn::ExprMethodCall) -> Option<syn::Expr> {
    ReshapeWord::named(&call.method.to_string())?;
    let size = |dimension: &syn::Expr| {
        let syn::Expr::Call(made) = dimension else { return None };
        let syn::Expr::Path(path) = &*made.func else { return None };
        let is_dynamic = path.path.segments.last().is_some_and(|name| name.ident == "Dyn");
        made.args.first().filter(|_| is_dynamic).cloned()
    };
    let [rows, columns] = call.args.iter().collect::<Vec<_>>().try_into().ok()?;
    let (rows, columns, entries) = (size(rows)?, size(columns)?, &call.receiver);
    syn::parse2(quote_spanned! { call.method.span()=>
        nalgebra::DMatrix::from_column_slice(#rows, #columns, (#entries).as_slice())
    })
    .ok()
}
