//! nalgebra's methods of two tensors, or of a tensor and a scalar.

use super::Tracer;
use super::call::{Call, Outcome};
use super::contract::{Contraction, Factor};
use super::value::{Tensor, Value, own_index};
use super::words::{PairWord, ScalingWord};
use crate::ir::{Affine, Func, Size};
use crate::model::Form;

impl Tracer<'_> {
    /// `nalgebra::distance(&p, &q)` of points.
    pub(super) fn distance(&mut self, is_root: bool, points: [&Value; 2]) -> Option<Value> {
        let [first, second] = points.map(|point| {
            let coordinates = self.through_deref(point).unwrap_or_else(|| point.clone());
            if let Value::Tensor(tensor) = coordinates { Some(tensor) } else { None }
        });
        let difference = self.linear(&[(1.0, &first?), (-1.0, &second?)]);
        let distance = if is_root { self.norm(&difference) } else { self.inner_product(&[&difference, &difference]) };
        Some(Value::Tensor(distance))
    }

    /// Methods of two tensors, or of a tensor and a scalar.
    pub(super) fn products_with(&mut self, call: &Call<'_>, t: &Tensor, arguments: &[Value]) -> Outcome {
        let Some(first) = arguments.first().cloned() else { return Outcome::Unknown };
        let place = call.place(1);
        if let Some(word) = ScalingWord::named(call.name()) {
            let factor = self.scalar_at(first, &place, "a scalar");
            return Outcome::Known(factor.map(|factor| Value::Tensor(self.scaled_by(word, t, &factor))));
        }
        let Some(word) = PairWord::named(call.name()) else { return Outcome::Unknown };
        let other = self.tensor_at(first, &place, "a vector or matrix");
        Outcome::Known(other.and_then(|other| self.pair_method(call, word, [t.clone(), other], arguments)).map(Value::Tensor))
    }

    fn scaled_by(&mut self, word: ScalingWord, t: &Tensor, factor: &Tensor) -> Tensor {
        match word {
            ScalingWord::scale => self.multiply(&[t, factor]),
            ScalingWord::unscale => self.divide(t, factor),
            ScalingWord::add_scalar => self.linear(&[(1.0, t), (1.0, factor)]),
        }
    }

    fn pair_method(&mut self, call: &Call<'_>, word: PairWord, [t, other]: [Tensor; 2], arguments: &[Value]) -> Option<Tensor> {
        // Shapes agree, but for these.
        let (a, b) = match word {
            PairWord::tr_mul | PairWord::ad_mul => {
                self.agree_inner(&call.site, (&t, &t.rows, "rows"), (&other, &other.rows, "rows"))?;
                (self.transpose(&t), other)
            }
            PairWord::tr_dot => {
                let transposed = self.transpose(&t);
                self.agree(&call.site, transposed, other)?
            }
            PairWord::kronecker => (t, other),
            PairWord::dot
            | PairWord::dotc
            | PairWord::component_mul
            | PairWord::component_div
            | PairWord::cross
            | PairWord::metric_distance
            | PairWord::angle
            | PairWord::sup
            | PairWord::inf
            | PairWord::lerp => self.agree(&call.site, t, other)?,
        };
        Some(match word {
            PairWord::tr_mul | PairWord::ad_mul => self.matrix_product(&a, &b),
            PairWord::kronecker => self.kronecker(&a, &b),
            PairWord::dot | PairWord::dotc | PairWord::tr_dot => self.inner_product(&[&a, &b]),
            PairWord::angle => self.angle(&a, &b),
            PairWord::component_mul => self.multiply(&[&a, &b]),
            PairWord::component_div => self.divide(&a, &b),
            PairWord::sup => self.apply(Func::Max, &[&a, &b]),
            PairWord::inf => self.apply(Func::Min, &[&a, &b]),
            PairWord::metric_distance => {
                let difference = self.linear(&[(1.0, &a), (-1.0, &b)]);
                self.norm(&difference)
            }
            // (1 - t)·a + t·b
            PairWord::lerp => {
                let weight = self.scalar_at(arguments.get(1)?.clone(), &call.place(2), "a scalar")?;
                let difference = self.linear(&[(1.0, &b), (-1.0, &a)]);
                let moved = self.multiply(&[&weight, &difference]);
                self.linear(&[(1.0, &a), (1.0, &moved)])
            }
            PairWord::cross => self.cross(call, &a, &b)?,
        })
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
