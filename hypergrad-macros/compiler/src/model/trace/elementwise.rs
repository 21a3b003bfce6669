//! Sums, functions and products entry by entry, with index variables aligned by name and scalars
//! broadcast.

use super::Tracer;
use super::contract::{Contraction, Factor};
use super::value::{LoopVariable, Tensor, own_index, own_shape};
use crate::ir::{Affine, Func, Number, Reduction, Size, Term, View};
use crate::model::Form;

/// The common shape of tensors that are combined entry by entry.
struct Frame {
    batch: Vec<LoopVariable>,
    form: Form,
    rows: Size,
    columns: Size,
}

impl Frame {
    fn of(tensors: &[&Tensor]) -> Self {
        let mut batch: Vec<LoopVariable> = tensors.iter().flat_map(|t| t.batch.iter().copied()).collect();
        batch.sort_unstable();
        batch.dedup();
        let shaped = tensors.iter().find(|t| !t.is_scalar()).or(tensors.first());
        let (form, rows, columns) = shaped.map_or_else(
            || (Form::Scalar, Size::constant(1), Size::constant(1)),
            |t| (t.form, t.rows.clone(), t.columns.clone()),
        );
        Self { batch, form, rows, columns }
    }

    /// How a tensor is read in this frame: its batch axes by variable, its own axes after them.
    fn view(&self, tensor: &Tensor) -> View {
        let position = |v: &LoopVariable| self.batch.binary_search(v).unwrap_or(0);
        let own = self.batch.len()..self.batch.len() + tensor.own_shape().len();
        View { node: tensor.node, axes: tensor.batch.iter().map(position).chain(own).collect() }
    }
}

impl Tracer<'_> {
    fn frame_shape(&self, frame: &Frame) -> Vec<Size> {
        let own = own_shape(frame.form, &frame.rows, &frame.columns);
        frame.batch.iter().map(|v| self.extent(*v)).chain(own.iter().map(|s| self.sizes.resolve(s))).collect()
    }

    fn framed(frame: Frame, node: crate::ir::Id) -> Tensor {
        Tensor { node, batch: frame.batch, form: frame.form, rows: frame.rows, columns: frame.columns }
    }

    /// `Σ coefficient · tensor`; the shaped tensors agree.
    pub(super) fn linear(&mut self, terms: &[(f64, &Tensor)]) -> Tensor {
        let tensors: Vec<&Tensor> = terms.iter().map(|(_, t)| *t).collect();
        if let Some(varying) = tensors.iter().find(|t| self.is_varying(t))
            && let Some(place) = tensors.iter().position(|t| t.is_scalar())
        {
            // A number is added where there are entries.
            let filled = self.fill(tensors[place], varying.form, &varying.rows, &varying.columns);
            let with = |(k, (c, t)): (usize, &(f64, &Tensor))| (*c, if k == place { filled.clone() } else { (*t).clone() });
            let terms: Vec<(f64, Tensor)> = terms.iter().enumerate().map(with).collect();
            return self.linear(&terms.iter().map(|(c, t)| (*c, t)).collect::<Vec<_>>());
        }
        let frame = Frame::of(&tensors);
        let term = |(c, t): &(f64, &Tensor)| Term { coefficient: Number::new(*c), view: frame.view(t) };
        let shape = self.frame_shape(&frame);
        let node = self.graph.sum(terms.iter().map(term).collect(), shape);
        Self::framed(frame, node)
    }

    /// An elementwise function; the shaped arguments agree.
    pub(super) fn apply(&mut self, func: Func, arguments: &[&Tensor]) -> Tensor {
        if arguments.iter().any(|t| self.is_varying(t)) {
            return self.apply_inside(func, arguments);
        }
        self.apply_everywhere(func, arguments)
    }

    /// The same of tensors that are 0 beyond their lengths, as is the result.
    fn apply_inside(&mut self, func: Func, arguments: &[&Tensor]) -> Tensor {
        let arguments: Vec<Tensor> = match (arguments, func.definition().safe) {
            ([argument], Some(safe)) => {
                let one = self.number(1.0);
                let ones = self.fill(&one, argument.form, &argument.rows, &argument.columns);
                let frame = Frame::of(&[argument, &ones]);
                let terms =
                    [(1.0, *argument), (-safe, &ones)].map(|(c, t)| Term { coefficient: Number::new(c), view: frame.view(t) });
                let shape = self.frame_shape(&frame);
                let constant = self.graph.constant(safe);
                let constant = Term { coefficient: Number::new(1.0), view: View { node: constant, axes: Vec::new() } };
                let node = self.graph.sum(terms.into_iter().chain([constant]).collect(), shape);
                vec![Self::framed(frame, node)]
            }
            _ => arguments.iter().map(|t| (*t).clone()).collect(),
        };
        let arguments: Vec<&Tensor> = arguments.iter().collect();
        let value = self.apply_everywhere(func, &arguments);
        let zero = self.number(0.0);
        let at_zero = self.apply_everywhere(func, &vec![&zero; arguments.len()]);
        let keeps_zero = arguments.iter().all(|t| !t.is_scalar()) && self.as_number(&at_zero) == Some(0.0);
        if keeps_zero && func.definition().safe.is_none() { value } else { self.only_inside(&value) }
    }

    fn apply_everywhere(&mut self, func: Func, arguments: &[&Tensor]) -> Tensor {
        let frame = Frame::of(arguments);
        let views = arguments.iter().map(|t| frame.view(t)).collect();
        let shape = self.frame_shape(&frame);
        let node = self.graph.map(func, views, shape);
        Self::framed(frame, node)
    }

    /// The product entry by entry; the shaped factors agree.
    pub(super) fn multiply(&mut self, factors: &[&Tensor]) -> Tensor {
        let frame = Frame::of(factors);
        let (r, c) = self.axes(&frame.rows, &frame.columns);
        let (row, column) = (Affine::wire(r), Affine::wire(c));
        let contraction = Contraction {
            factors: factors.iter().map(|t| Factor::at(t, &row, &column)).collect(),
            local: own_index(frame.form, &r, &c),
            out: own_index(frame.form, &row, &column),
            ..Contraction::default()
        };
        self.contract(contraction, frame.form, &frame.rows, &frame.columns)
    }

    pub(super) fn scale(&mut self, factor: f64, tensor: &Tensor) -> Tensor {
        self.linear(&[(factor, tensor)])
    }

    pub(super) fn number(&mut self, value: f64) -> Tensor {
        Tensor::scalar(self.graph.constant(value))
    }

    /// The value of a scalar that is a constant.
    pub(super) fn as_number(&self, tensor: &Tensor) -> Option<f64> {
        if tensor.is_scalar() && tensor.batch.is_empty() { self.graph.as_constant(tensor.node) } else { None }
    }

    /// An integer as a real number: counts and index variables.
    pub(super) fn number_of_index(&mut self, index: &Affine) -> Tensor {
        let index = &self.expanded(index);
        let constant = self.graph.count(self.sizes.resolve(&index.constant));
        let mut total = Tensor::scalar(constant);
        for (variable, coefficient) in &index.terms {
            let extent = self.extent(*variable);
            let iota = Tensor::new(self.graph.iota(extent.clone()), Form::Column, &[extent]);
            let value = self.entry(&iota, &Affine::wire(*variable), &Affine::default());
            let coefficient = Tensor::scalar(self.graph.count(self.sizes.resolve(coefficient)));
            let term = self.multiply(&[&coefficient, &value]);
            total = self.linear(&[(1.0, &total), (1.0, &term)]);
        }
        total
    }

    /// The sum of all entries.
    pub(super) fn total(&mut self, tensor: &Tensor) -> Tensor {
        self.inner_product(&[tensor])
    }

    /// `Σ` over all entries of the product of tensors of one shape.
    pub(super) fn inner_product(&mut self, factors: &[&Tensor]) -> Tensor {
        let frame = Frame::of(factors);
        let (r, c) = self.axes(&frame.rows, &frame.columns);
        let (row, column) = (Affine::wire(r), Affine::wire(c));
        let contraction = Contraction {
            factors: factors.iter().map(|t| Factor::at(t, &row, &column)).collect(),
            local: own_index(frame.form, &r, &c),
            ..Contraction::default()
        };
        self.contract(contraction, Form::Scalar, &Size::constant(1), &Size::constant(1))
    }

    /// A maximum, minimum or log-sum-exp over all entries.
    pub(super) fn reduce(&mut self, kind: Reduction, tensor: &Tensor) -> Tensor {
        if self.is_varying(tensor) {
            let least = match kind {
                Reduction::Max | Reduction::LogSumExp => f64::NEG_INFINITY,
                Reduction::Min => f64::INFINITY,
            };
            let beyond = self.beyond(tensor, least);
            return self.reduce(kind, &beyond);
        }
        let node = self.graph.reduce(kind, tensor.node, tensor.batch.len());
        Tensor { node, batch: tensor.batch.clone(), form: Form::Scalar, rows: Size::constant(1), columns: Size::constant(1) }
    }

    /// The same value in every entry of a tensor of this shape.
    pub(super) fn fill(&mut self, value: &Tensor, form: Form, rows: &Size, columns: &Size) -> Tensor {
        let (r, c) = self.axes(rows, columns);
        self.bind(value, form, (r, rows), (c, columns))
    }
}
