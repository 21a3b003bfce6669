//! What every entry of a node lies between for all x, as expressions of the data and y.

use rustc_hash::FxHashMap;

use super::conditions::Assumed;
use super::dependence::dependence;
use super::sign::{Sign, of_factors, signs};
use crate::ir::{Func, Graph, Id, Number, Op, Operand, Product, Role, Size, Term, Trend, View};

/// Both ends, shaped like the node and free of x; `None` where no bound is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Interval {
    pub low: Option<Id>,
    pub high: Option<Id>,
}

impl Interval {
    /// The interval of the opposite.
    fn opposite(self, graph: &mut Graph) -> Self {
        let mut turned = |end: Option<Id>| end.map(|node| graph.scaled(-1.0, node));
        Self { low: turned(self.high), high: turned(self.low) }
    }

    fn both(self) -> Option<(Id, Id)> {
        Some((self.low?, self.high?))
    }
}

/// The intervals of nodes that a graph has now.
pub struct Intervals {
    on_x: Vec<bool>,
    signs: Vec<Sign>,
    known: FxHashMap<Id, Interval>,
}

impl Intervals {
    pub fn new(graph: &Graph) -> Self {
        Self { on_x: dependence(graph, &[Role::X]), signs: signs(graph, &Assumed::new()), known: FxHashMap::default() }
    }

    pub fn is_free_of_x(&self, node: Id) -> bool {
        !self.on_x[node.0 as usize]
    }

    /// The interval of a node that was there when these were made.
    pub fn of(&mut self, graph: &mut Graph, node: Id) -> Interval {
        if self.is_free_of_x(node) {
            return Interval { low: Some(node), high: Some(node) };
        }
        if let Some(found) = self.known.get(&node) {
            return *found;
        }
        let shape = graph.shape(node).to_vec();
        let mut found = match graph.op(node).clone() {
            Op::Map(func, args) => self.of_map(graph, func, &args, &shape),
            Op::Sum(terms) => self.of_sum(graph, &terms, &shape),
            Op::Product(product) => self.of_product(graph, &product, &shape),
            Op::Weights { .. } => constants(graph, (0.0, 1.0), &shape),
            Op::Input(_)
            | Op::Constant(_)
            | Op::Count(_)
            | Op::Iota
            | Op::Reduce { .. }
            | Op::Exclusive { .. }
            | Op::Factor { .. }
            | Op::Solve { .. }
            | Op::Lower { .. }
            | Op::Determinant { .. }
            | Op::Scan(_)
            | Op::State { .. }
            | Op::Slot(_) => Interval::default(),
        };
        let sign = self.signs[node.0 as usize];
        if sign.is_nonnegative() {
            found.low = found.low.or_else(|| Some(graph.zero(shape.clone())));
        }
        if sign.is_nonpositive() {
            found.high = found.high.or_else(|| Some(graph.zero(shape)));
        }
        self.known.insert(node, found);
        found
    }

    /// By the values that the function has anywhere, else by its values at the ends of its arguments.
    fn of_map(&mut self, graph: &mut Graph, func: Func, args: &[View], shape: &[Size]) -> Interval {
        let ends: Vec<Interval> = args.iter().map(|arg| self.of(graph, arg.node)).collect();
        let anywhere = constants(graph, func.definition().within, shape);
        let mut at_ends = |pick: fn(Interval, Trend) -> Option<Id>| {
            let picked = args.iter().zip(&ends).zip(func.definition().trends);
            let views: Option<Vec<View>> =
                picked.map(|((arg, end), trend)| Some(View { node: pick(*end, trend)?, axes: arg.axes.clone() })).collect();
            views.map(|views| graph.map(func, views, shape.to_vec()))
        };
        Interval { low: anywhere.low.or_else(|| at_ends(lowest)), high: anywhere.high.or_else(|| at_ends(highest)) }
    }

    fn of_sum(&mut self, graph: &mut Graph, terms: &[Term], shape: &[Size]) -> Interval {
        let ends: Vec<Interval> = terms.iter().map(|term| self.of(graph, term.view.node)).collect();
        let mut total = |low: bool| {
            let ends = terms.iter().zip(&ends).map(|(term, end)| {
                let node = if (term.coefficient.get() >= 0.0) == low { end.low } else { end.high };
                Some(Term { view: View { node: node?, axes: term.view.axes.clone() }, ..term.clone() })
            });
            ends.collect::<Option<Vec<Term>>>().map(|terms| graph.sum(terms, shape.to_vec()))
        };
        Interval { low: total(true), high: total(false) }
    }

    /// Of a sum of multiples of one factor that x moves, by the ends of that; of others by magnitudes.
    fn of_product(&mut self, graph: &mut Graph, product: &Product, shape: &[Size]) -> Interval {
        let moving: Vec<usize> = (0..product.operands.len()).filter(|k| !self.is_free_of_x(product.operands[*k].node)).collect();
        let still: Vec<&Operand> = product.operands.iter().filter(|o| self.is_free_of_x(o.node)).collect();
        let sign = Sign::of(product.coefficient.get()).times(of_factors(&still, &self.signs));
        if let ([k], true) = (moving.as_slice(), sign != Sign::Unknown) {
            let end = self.of(graph, product.operands[*k].node);
            let mut with = |node: Option<Id>| {
                let mut product = product.clone();
                product.operands[*k].node = node?;
                Some(graph.product(product, shape.to_vec()))
            };
            let (low, high) = (with(end.low), with(end.high));
            return if sign.is_nonnegative() { Interval { low, high } } else { Interval { low: high, high: low } };
        }
        let Some(most) = self.magnitude(graph, product, shape) else { return Interval::default() };
        let sign =
            Sign::of(product.coefficient.get()).times(of_factors(&product.operands.iter().collect::<Vec<_>>(), &self.signs));
        let up_to = Interval { low: Some(graph.zero(shape.to_vec())), high: Some(most) };
        match sign {
            Sign::Zero | Sign::Nonnegative => up_to,
            Sign::Nonpositive => up_to.opposite(graph),
            Sign::Unknown => Interval { low: Some(graph.scaled(-1.0, most)), high: Some(most) },
        }
    }

    /// The product with every factor replaced by the most that it can be without its sign.
    fn magnitude(&mut self, graph: &mut Graph, product: &Product, shape: &[Size]) -> Option<Id> {
        let mut product = product.clone();
        product.coefficient = Number::new(product.coefficient.get().abs());
        for operand in &mut product.operands {
            let sign = self.signs[operand.node.0 as usize];
            let (low, high) = self.of(graph, operand.node).both()?;
            operand.node = match sign {
                Sign::Zero | Sign::Nonnegative => high,
                Sign::Nonpositive => graph.scaled(-1.0, low),
                Sign::Unknown if low == high => graph.apply(Func::Abs, &[high]),
                Sign::Unknown => larger(graph, low, high),
            };
        }
        Some(graph.product(product, shape.to_vec()))
    }
}

/// `max(-low, high)`.
fn larger(graph: &mut Graph, low: Id, high: Id) -> Id {
    let opposite = graph.scaled(-1.0, low);
    match (graph.as_uniform(opposite), graph.as_uniform(high)) {
        (Some(a), Some(b)) => {
            let (most, shape) = (graph.constant(a.max(b)), graph.shape(high).to_vec());
            graph.broadcast(most, shape)
        }
        _ => graph.apply(Func::Max, &[opposite, high]),
    }
}

/// The end of an argument at which a function is smallest.
fn lowest(end: Interval, trend: Trend) -> Option<Id> {
    match trend {
        Trend::Increasing => end.low,
        Trend::Decreasing => end.high,
        Trend::Unknown | Trend::Even | Trend::DecreasingAboveZero => None,
    }
}

/// The end of an argument at which a function is largest.
fn highest(end: Interval, trend: Trend) -> Option<Id> {
    match trend {
        Trend::Increasing => end.high,
        Trend::Decreasing => end.low,
        Trend::Unknown | Trend::Even | Trend::DecreasingAboveZero => None,
    }
}

/// The ends that are finite.
fn constants(graph: &mut Graph, (low, high): (f64, f64), shape: &[Size]) -> Interval {
    let mut end = |value: f64| {
        value.is_finite().then(|| {
            let value = graph.constant(value);
            graph.broadcast(value, shape.to_vec())
        })
    };
    Interval { low: end(low), high: end(high) }
}
