//! The smart constructor of elementwise functions.

use super::func::Func;
use super::graph::Graph;
use super::node::{Id, Op, Reduction, View};
use super::size::Size;

impl Graph {
    /// `func(args)`, elementwise, in normal form: never over an axis that no argument has.
    pub fn map(&mut self, func: Func, args: Vec<View>, shape: Vec<Size>) -> Id {
        debug_assert_eq!(args.len(), func.arity(), "arity of {func:?}");
        let args: Vec<View> = args.into_iter().map(|v| self.look_through(v)).collect();
        let mut used: Vec<usize> = args.iter().flat_map(|v| v.axes.iter().copied()).collect();
        used.sort_unstable();
        used.dedup();
        if used.len() < shape.len() {
            return self.map_broadcast(func, &args, &used, shape);
        }
        if let Some(id) = self.fold_map(func, &args, &shape) {
            return id;
        }
        if let Some(id) = super::stabilise::map(self, func, &args, &shape) {
            return id;
        }
        self.intern(Op::Map(func, args), shape)
    }

    /// `func` of whole nodes of one shape, or scalars.
    pub fn apply(&mut self, func: Func, nodes: &[Id]) -> Id {
        let shape = nodes.iter().map(|n| self.shape(*n)).max_by_key(|s| s.len()).unwrap_or_default().to_vec();
        let args = nodes.iter().map(|n| self.whole(*n)).collect();
        self.map(func, args, shape)
    }

    /// The reduction of all axes from `keep` on.
    pub fn reduce(&mut self, kind: Reduction, arg: Id, keep: usize) -> Id {
        let shape = self.shape(arg)[..keep].to_vec();
        if keep == self.order(arg) {
            return arg;
        }
        if let Some(id) = super::stabilise::reduce(self, kind, arg, keep) {
            return id;
        }
        self.intern(Op::Reduce { kind, arg, keep }, shape)
    }

    /// The derivative of `reduce`, shaped like `arg`.
    pub fn weights(&mut self, kind: Reduction, arg: Id, keep: usize) -> Id {
        let shape = self.shape(arg).to_vec();
        if keep == shape.len() {
            let one = self.constant(1.0);
            return self.broadcast(one, shape);
        }
        if let Some(id) = super::stabilise::weights(self, kind, arg, keep) {
            return id;
        }
        self.intern(Op::Weights { kind, arg, keep }, shape)
    }

    /// The product over the last axis without `order` of its entries.
    pub fn exclusive(&mut self, arg: Id, order: usize) -> Id {
        let mut shape = self.shape(arg).to_vec();
        if let Some(last) = shape.pop() {
            shape.extend(std::iter::repeat_n(last, order));
        }
        self.intern(Op::Exclusive { arg, order }, shape)
    }

    /// An argument that is a view of another node, or a uniform tensor, is read directly.
    fn look_through(&mut self, view: View) -> View {
        if let Some(value) = self.as_uniform(view.node) {
            return View { node: self.constant(value), axes: Vec::new() };
        }
        match self.as_view(view.node) {
            Some((1.0, inner)) => View { node: inner.node, axes: inner.axes.iter().map(|a| view.axes[*a]).collect() },
            _ => view,
        }
    }

    fn map_broadcast(&mut self, func: Func, args: &[View], used: &[usize], shape: Vec<Size>) -> Id {
        let small_shape: Vec<Size> = used.iter().map(|a| shape[*a].clone()).collect();
        let position = |axis: usize| used.binary_search(&axis).unwrap_or_default();
        let small_args =
            args.iter().map(|v| View { node: v.node, axes: v.axes.iter().map(|a| position(*a)).collect() }).collect();
        let small = self.map(func, small_args, small_shape);
        self.view(1.0, &View { node: small, axes: used.to_vec() }, shape)
    }

    /// Constant folding and exact identities.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other function is left as it is")]
    fn fold_map(&mut self, func: Func, args: &[View], shape: &[Size]) -> Option<Id> {
        let values: Option<Vec<f64>> = args.iter().map(|v| self.as_constant(v.node)).collect();
        if let Some(values) = values {
            let value = func.evaluate(&values);
            if value.is_finite() {
                return Some(self.constant(value));
            }
        }
        match func {
            Func::Powi(0) => Some({
                let one = self.constant(1.0);
                self.broadcast(one, shape.to_vec())
            }),
            Func::Powi(1) => Some(self.view(1.0, &args[0], shape.to_vec())),
            // ‖v‖² is smooth where ‖v‖ is not.
            Func::Powi(2) if self.square_of_root(&args[0]).is_some() => {
                let square = self.square_of_root(&args[0])?;
                Some(self.view(1.0, &square, shape.to_vec()))
            }
            // x^n of small n is a product, like every other spelling of it.
            Func::Powi(n @ 2..=4) => Some(self.times(1.0, &vec![args[0].clone(); n as usize], shape.to_vec())),
            Func::Select => match self.as_constant(args[0].node) {
                Some(condition) => {
                    let arm = if condition == 0.0 { &args[2] } else { &args[1] };
                    Some(self.view(1.0, &arm.clone(), shape.to_vec()))
                }
                None if args[1] == args[2] => Some(self.view(1.0, &args[1], shape.to_vec())),
                None => None,
            },
            Func::Max | Func::Min if args[0] == args[1] => Some(self.view(1.0, &args[0], shape.to_vec())),
            _ => None,
        }
    }

    /// s, where the argument is the norm `√s`.
    fn square_of_root(&self, arg: &View) -> Option<View> {
        if let Op::Map(Func::NormPow(power), args) = self.op(arg.node)
            && power.get() == 0.5
        {
            Some(View { node: args[0].node, axes: args[0].axes.iter().map(|axis| arg.axes[*axis]).collect() })
        } else {
            None
        }
    }
}
