//! Whether a matrix is its transpose (even) or minus it (odd): `p_i - p_j` is odd, so
//! `exp(-|p_i - p_j|)` and `cos(p_i - p_j)` are even, as is the product of two odd matrices.

use super::flatten::flatten;
use super::mirror;
use crate::ir::{Func, Graph, Id, Number, Op, Operand, Product, Term, View};

/// `Mᵀ = M` or `Mᵀ = -M`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parity {
    Even,
    Odd,
}

impl Parity {
    fn times(self, other: Self) -> Self {
        if self == other { Self::Even } else { Self::Odd }
    }

    fn sign(self) -> f64 {
        match self {
            Self::Even => 1.0,
            Self::Odd => -1.0,
        }
    }
}

/// Whether a matrix (axes: rows, then columns, in equal number) equals its transpose.
pub fn symmetric(graph: &Graph, matrix: Id) -> bool {
    graph.is_zero(matrix) || parity(graph, matrix) == Some(Parity::Even)
}

/// The parity of a matrix, where its formula shows one.
fn parity(graph: &Graph, matrix: Id) -> Option<Parity> {
    if graph.order(matrix) == 0 {
        return Some(Parity::Even);
    }
    match graph.op(matrix) {
        Op::Sum(terms) => [Parity::Even, Parity::Odd].into_iter().find(|p| of_sum(graph, matrix, terms, *p)),
        Op::Product(product) => of_product(graph, product),
        Op::Map(func, args) => of_map(graph, matrix, *func, args),
        _ => None,
    }
}

/// Every term has this parity, or its image is a term.
fn of_sum(graph: &Graph, matrix: Id, terms: &[Term], parity: Parity) -> bool {
    let order = graph.order(matrix);
    terms.iter().all(|term| {
        let image = Term { coefficient: Number::new(parity.sign() * term.coefficient.get()), view: exchanged(&term.view, order) };
        terms.contains(&image) || of_view(graph, &term.view, order) == Some(parity)
    })
}

fn of_product(graph: &Graph, product: &Product) -> Option<Parity> {
    let product = flatten(graph, product)?;
    let (rows, columns) = product.out.split_at(product.out.len() / 2);
    let mut found = None;
    mirror::find(&product, rows, columns, &mut |mirrored| {
        found = of_kernels(graph, &mirrored.kernels);
        found.is_some()
    });
    found
}

fn of_kernels(graph: &Graph, kernels: &[&Operand]) -> Option<Parity> {
    kernels.iter().try_fold(Parity::Even, |all, kernel| Some(all.times(parity(graph, kernel.node)?)))
}

/// A function of even arguments; of one odd argument; or of two that change places in vain.
fn of_map(graph: &Graph, matrix: Id, func: Func, args: &[View]) -> Option<Parity> {
    let order = graph.order(matrix);
    if let ([a, b], true) = (args, func.is_commutative())
        && exchanged(a, order) == *b
    {
        return Some(Parity::Even);
    }
    let parities: Vec<Parity> = args.iter().map(|a| of_view(graph, a, order)).collect::<Option<_>>()?;
    match parities.as_slice() {
        [Parity::Odd] if func.is_even() => Some(Parity::Even),
        [Parity::Odd] if func.is_odd() => Some(Parity::Odd),
        all => all.iter().all(|p| *p == Parity::Even).then_some(Parity::Even),
    }
}

/// The parity of what is read, broadcast to a matrix of this order.
fn of_view(graph: &Graph, view: &View, order: usize) -> Option<Parity> {
    if graph.order(view.node) == 0 {
        Some(Parity::Even)
    } else {
        in_order(&view.axes, order).then(|| parity(graph, view.node))?
    }
}

/// The view with rows and columns of the result exchanged.
fn exchanged(view: &View, order: usize) -> View {
    let half = order / 2;
    let axes = view.axes.iter().map(|a| if *a < half { a + half } else { a - half }).collect();
    View { node: view.node, axes }
}

/// All axes, each in its place.
pub fn in_order(axes: &[usize], order: usize) -> bool {
    axes.len() == order && axes.iter().enumerate().all(|(position, axis)| position == *axis)
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
            parity(&f.graph, mapped)
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
        assert_eq!(parity(&f.graph, product), Some(Parity::Even));
        let sum = f.plus(odd, other);
        assert_eq!(parity(&f.graph, sum), Some(Parity::Odd));
        let mixed = f.plus(product, odd);
        assert_eq!(parity(&f.graph, mixed), None);
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
}
