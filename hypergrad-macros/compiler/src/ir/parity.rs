//! Whether a tensor keeps its value when axes change places (even), or changes its sign (odd):
//! `p_i - p_j` is odd in i and j, so `exp(-|p_i - p_j|)` is a symmetric matrix, as is the
//! elementwise product of two odd ones.

use rustc_hash::FxHashMap;

use super::affine::Affine;
use super::flatten::flatten;
use super::func::{Func, Number};
use super::graph::Graph;
use super::mirror::{self, Kernel, swapped_axes};
use super::node::{Id, Op, Product, Term, View};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parity {
    Even,
    Odd,
}

impl Parity {
    pub fn sign(self) -> f64 {
        match self {
            Self::Even => 1.0,
            Self::Odd => -1.0,
        }
    }

    fn times(self, other: Self) -> Self {
        if self == other { Self::Even } else { Self::Odd }
    }
}

/// Whether a matrix (axes: rows, then columns, in equal number) equals its transpose.
pub fn symmetric(graph: &Graph, matrix: Id) -> bool {
    let order = graph.order(matrix);
    let transposition: Vec<usize> = (order / 2..order).chain(0..order / 2).collect();
    graph.is_zero(matrix) || Parities::default().of(graph, matrix, &transposition) == Some(Parity::Even)
}

/// What is known of nodes and exchanges of their axes; nodes that are shared are looked at once.
#[derive(Default)]
pub struct Parities {
    known: FxHashMap<(Id, Vec<usize>), Option<Parity>>,
}

impl Parities {
    /// What becomes of a tensor whose axis a changes places with `swap[a]`, where its formula shows it.
    pub fn of(&mut self, graph: &Graph, node: Id, swap: &[usize]) -> Option<Parity> {
        if swap.iter().enumerate().all(|(axis, image)| axis == *image) {
            return Some(Parity::Even);
        }
        let key = (node, swap.to_vec());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let parity = match graph.op(node) {
            Op::Sum(terms) => self.of_sum(graph, terms, swap),
            Op::Product(product) => self.of_product(graph, product, swap),
            Op::Map(func, args) => self.of_map(graph, *func, args, swap),
            Op::Reduce { arg, keep, .. } => {
                let swap: Vec<usize> = swap.iter().copied().chain(*keep..graph.order(*arg)).collect();
                self.of(graph, *arg, &swap).filter(|p| *p == Parity::Even)
            }
            // The inverse of a symmetric matrix.
            Op::Solve { factor, rhs, .. } if graph.is_identity(*rhs) => {
                if let Op::Factor { arg, .. } = graph.op(*factor)
                    && swap.len() == graph.order(*arg)
                {
                    self.of(graph, *arg, swap).filter(|p| *p == Parity::Even && swap.starts_with(&[1, 0]))
                } else {
                    None
                }
            }
            Op::Input(_)
            | Op::Constant(_)
            | Op::Count(_)
            | Op::Iota
            | Op::Weights { .. }
            | Op::Exclusive { .. }
            | Op::Factor { .. }
            | Op::Solve { .. }
            | Op::Lower { .. }
            | Op::Determinant { .. }
            | Op::Scan(_)
            | Op::State { .. }
            | Op::Slot(_) => None,
        };
        self.known.insert(key, parity);
        parity
    }

    /// Every term has this parity, or its image is a term.
    fn of_sum(&mut self, graph: &Graph, terms: &[Term], swap: &[usize]) -> Option<Parity> {
        let own: Vec<Option<Parity>> = terms.iter().map(|t| self.of_view(graph, &t.view, swap)).collect();
        let fits = |term: &Term, own: Option<Parity>, parity: Parity| {
            let coefficient = Number::new(parity.sign() * term.coefficient.get());
            own == Some(parity) || terms.contains(&Term { coefficient, view: exchanged(&term.view, swap) })
        };
        [Parity::Even, Parity::Odd].into_iter().find(|p| terms.iter().zip(&own).all(|(term, own)| fits(term, *own, *p)))
    }

    fn of_product(&mut self, graph: &Graph, product: &Product, swap: &[usize]) -> Option<Parity> {
        let product = flatten(graph, product)?;
        let pairs = swap.iter().enumerate().filter(|(axis, image)| axis <= image);
        let (left, right): (Vec<Affine>, Vec<Affine>) =
            pairs.map(|(axis, image)| (product.out[axis].clone(), product.out[*image].clone())).unzip();
        let mut found = None;
        mirror::find(&product, &left, &right, &mut |mirrored| {
            found = self.of_kernels(graph, &mirrored.kernels);
            found.is_some()
        });
        found
    }

    fn of_kernels(&mut self, graph: &Graph, kernels: &[Kernel]) -> Option<Parity> {
        kernels.iter().try_fold(Parity::Even, |all, k| Some(all.times(self.of(graph, k.operand.node, &k.swap)?)))
    }

    /// A function of even arguments; of one odd argument; or of two that change places in vain.
    fn of_map(&mut self, graph: &Graph, func: Func, args: &[View], swap: &[usize]) -> Option<Parity> {
        if let ([a, b], true) = (args, func.is_commutative())
            && exchanged(a, swap) == *b
        {
            return Some(Parity::Even);
        }
        let parities: Vec<Parity> = args.iter().map(|a| self.of_view(graph, a, swap)).collect::<Option<_>>()?;
        match parities.as_slice() {
            [Parity::Odd] if func.is_even() => Some(Parity::Even),
            [Parity::Odd] if func.is_odd() => Some(Parity::Odd),
            all => all.iter().all(|p| *p == Parity::Even).then_some(Parity::Even),
        }
    }

    /// The parity of what is read, the axes of the result changing places.
    fn of_view(&mut self, graph: &Graph, view: &View, swap: &[usize]) -> Option<Parity> {
        let swap = swapped_axes(&view.axes, &exchanged(view, swap).axes)?;
        self.of(graph, view.node, &swap)
    }
}

/// The view with the axes of the result exchanged.
fn exchanged(view: &View, swap: &[usize]) -> View {
    View { node: view.node, axes: view.axes.iter().map(|axis| swap[*axis]).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::differentiate::tests::fixture::Fixture;

    /// `y_i - y_j` of the fixture's y, or with this factor at the second.
    fn differences(f: &mut Fixture, factor: f64) -> Id {
        let side = |coefficient, axis| Term { coefficient: Number::new(coefficient), view: View { node: f.y, axes: vec![axis] } };
        let terms = vec![side(1.0, 0), side(factor, 1)];
        f.graph.sum(terms, vec![f.n.clone(), f.n.clone()])
    }

    #[test]
    fn functions_of_differences() {
        let of = |func: Func, factor: f64| {
            let mut f = Fixture::new();
            let differences = differences(&mut f, factor);
            let mapped = f.map(func, differences);
            Parities::default().of(&f.graph, mapped, &[1, 0])
        };
        for even in [Func::Abs, Func::Cos, Func::Cosh, Func::Powi(2), Func::Sech2, Func::Logistic(2)] {
            assert_eq!(of(even, -1.0), Some(Parity::Even), "{even:?}");
            assert_eq!(of(even, -2.0), None, "{even:?}");
        }
        for odd in [Func::Sin, Func::Tanh, Func::Powi(3), Func::Sign0] {
            assert_eq!(of(odd, -1.0), Some(Parity::Odd), "{odd:?}");
            assert_eq!(of(odd, 1.0), Some(Parity::Even), "{odd:?}");
        }
        for neither in [Func::Exp, Func::Signum, Func::Logistic(1)] {
            assert_eq!(of(neither, -1.0), None, "{neither:?}");
        }
    }

    #[test]
    fn products_and_sums_of_odd_matrices() {
        let mut f = Fixture::new();
        let odd = differences(&mut f, -1.0);
        let other = f.map(Func::Sin, odd);
        let product = f.times(odd, other);
        assert_eq!(Parities::default().of(&f.graph, product, &[1, 0]), Some(Parity::Even));
        let sum = f.plus(odd, other);
        assert_eq!(Parities::default().of(&f.graph, sum, &[1, 0]), Some(Parity::Odd));
        let mixed = f.plus(product, odd);
        assert_eq!(Parities::default().of(&f.graph, mixed, &[1, 0]), None);
        // Matérn: (1 + r) e^-r, r = |y_i - y_j|.
        let distance = f.map(Func::Abs, odd);
        let decay = f.graph.scaled(-1.0, distance);
        let decay = f.map(Func::Exp, decay);
        let tail = f.times(distance, decay);
        let kernel = f.plus(decay, tail);
        assert!(symmetric(&f.graph, kernel));
    }

    #[test]
    fn the_larger_of_two() {
        let mut f = Fixture::new();
        let sides = |func: Func, f: &mut Fixture| {
            let view = |axis| View { node: f.y, axes: vec![axis] };
            f.graph.map(func, vec![view(0), view(1)], vec![f.n.clone(), f.n.clone()])
        };
        let (larger, quotient) = (sides(Func::Max, &mut f), sides(Func::Atan2, &mut f));
        assert!(symmetric(&f.graph, larger) && !symmetric(&f.graph, quotient));
    }

    /// Each node reads the one before twice: looked at anew, that would be 2^200 nodes.
    #[test]
    fn shared_nodes_are_looked_at_once() {
        let mut f = Fixture::new();
        let mut node = differences(&mut f, -1.0);
        for _ in 0..100 {
            let curved = f.map(Func::Tanh, node);
            node = f.plus(node, curved);
        }
        assert_eq!(Parities::default().of(&f.graph, node, &[1, 0]), Some(Parity::Odd));
    }
}
