//! nalgebra's methods of two tensors, or of a tensor and a scalar.

use super::Tracer;
use super::call::{Call, Outcome};
use super::contract::{Contraction, Factor};
use super::value::{Tensor, Value, own_index};
use super::words::Words;
use crate::ir::{Affine, Func, Size};
use crate::model::Form;

impl Tracer<'_> {
    /// Methods of two tensors, or of a tensor and a scalar.
    pub(super) fn products_with(&mut self, call: &Call<'_>, t: &Tensor, arguments: &[Value]) -> Outcome {
        const BINARY: Words = Words(
            "dot dotc tr_dot component_mul component_div tr_mul ad_mul scale unscale add_scalar cross kronecker metric_distance sup \
    inf lerp",
        );
        if !BINARY.contains(call.name()) || arguments.is_empty() {
            return Outcome::Unknown;
        }
        let scalar = matches!(call.name(), "scale" | "unscale" | "add_scalar");
        let (place, first) = (call.place(1), arguments[0].clone());
        let other =
            if scalar { self.scalar_at(first, &place, "a scalar") } else { self.tensor_at(first, &place, "a vector or matrix") };
        let Some(other) = other else { return Outcome::Known(None) };
        Outcome::Known(self.binary_method(call, t, other, arguments).map(Value::Tensor))
    }

    fn binary_method(&mut self, call: &Call<'_>, t: &Tensor, other: Tensor, arguments: &[Value]) -> Option<Tensor> {
        match call.name() {
            "scale" => return Some(self.multiply(&[t, &other])),
            "unscale" => return Some(self.divide(t, &other)),
            "add_scalar" => return Some(self.linear(&[(1.0, t), (1.0, &other)])),
            "tr_mul" | "ad_mul" => {
                self.agree_inner(&call.site, (t, &t.rows, "rows"), (&other, &other.rows, "rows"))?;
                let transposed = self.transpose(t);
                return Some(self.matrix_product(&transposed, &other));
            }
            "tr_dot" => {
                let transposed = self.transpose(t);
                let (a, b) = self.agree(&call.site, transposed, other)?;
                return Some(self.inner_product(&[&a, &b]));
            }
            "kronecker" => return Some(self.kronecker(t, &other)),
            _ => {}
        }
        let (a, b) = self.agree(&call.site, t.clone(), other)?;
        match call.name() {
            "dot" | "dotc" => Some(self.inner_product(&[&a, &b])),
            "component_mul" => Some(self.multiply(&[&a, &b])),
            "component_div" => Some(self.divide(&a, &b)),
            "sup" => Some(self.apply(Func::Max, &[&a, &b])),
            "inf" => Some(self.apply(Func::Min, &[&a, &b])),
            "metric_distance" => {
                let difference = self.linear(&[(1.0, &a), (-1.0, &b)]);
                Some(self.norm(&difference))
            }
            // (1 - t)·a + t·b
            "lerp" => {
                let weight = self.scalar_at(arguments.get(1)?.clone(), &call.place(2), "a scalar")?;
                let difference = self.linear(&[(1.0, &b), (-1.0, &a)]);
                let moved = self.multiply(&[&weight, &difference]);
                Some(self.linear(&[(1.0, &a), (1.0, &moved)]))
            }
            _ => self.cross(call, &a, &b),
        }
    }

    /// `(a ⊗ b)(i·p + k, j·q + l) = a(i, j)·b(k, l)`
    fn kronecker(&mut self, a: &Tensor, b: &Tensor) -> Tensor {
        let form = if a.form == b.form { a.form } else { Form::Matrix };
        let (i, j) = self.axes(&a.rows, &a.columns);
        let (k, l) = self.axes(&b.rows, &b.columns);
        let (i, j, k, l) = (Affine::wire(i), Affine::wire(j), Affine::wire(k), Affine::wire(l));
        let factors = vec![Factor::at(a, &i, &j), Factor::at(b, &k, &l)];
        let out = own_index(form, &i.scale(&b.rows).add(&k), &j.scale(&b.columns).add(&l));
        let mentioned = |affine: &Affine| affine.wires().collect::<Vec<_>>();
        let local = factors.iter().flat_map(|f| &f.index).chain(&out).flat_map(mentioned).collect();
        let (rows, columns) = (a.rows.mul(&b.rows), a.columns.mul(&b.columns));
        self.contract(Contraction { factors, local, out, ..Contraction::default() }, form, &rows, &columns)
    }

    /// The cross product of two vectors of length 3.
    fn cross(&mut self, call: &Call<'_>, a: &Tensor, b: &Tensor) -> Option<Tensor> {
        if self.sizes.unify(&a.length(), &Size::constant(3)).is_err() {
            let found = self.size_text(&a.length());
            self.diagnostics.error(call.site.span, format!("`cross` takes vectors of length 3, and these have length {found}"));
            return None;
        }
        let index = |k: i64| Affine::constant(Size::constant(k));
        let mut entries = Vec::new();
        for k in 0..3 {
            let (next, last) = (index((k + 1) % 3), index((k + 2) % 3));
            let mut term = |p: &Affine, q: &Affine| {
                let (p, q) = (self.entry(a, p, p), self.entry(b, q, q));
                self.multiply(&[&p, &q])
            };
            let (plus, minus) = (term(&next, &last), term(&last, &next));
            entries.push(self.linear(&[(1.0, &plus), (-1.0, &minus)]));
        }
        Some(self.assemble(a.form, &a.rows.clone(), &a.columns.clone(), entries))
    }
}
