//! The sign of every entry of a node, for all values of the inputs for which it is finite.

use super::conditions::Assumed;
use crate::ir::{Elimination, Func, Graph, Id, Op, Operand, Product, Range, Reduction, Size, Sparse};

/// What is known of the sign of all entries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sign {
    Zero,
    /// At least 0.
    Nonnegative,
    /// At most 0.
    Nonpositive,
    Unknown,
}

impl Sign {
    pub fn of(value: f64) -> Self {
        if value == 0.0 {
            Self::Zero
        } else if value > 0.0 {
            Self::Nonnegative
        } else if value < 0.0 {
            Self::Nonpositive
        } else {
            Self::Unknown
        }
    }

    pub fn is_nonnegative(self) -> bool {
        matches!(self, Self::Zero | Self::Nonnegative)
    }

    pub fn is_nonpositive(self) -> bool {
        matches!(self, Self::Zero | Self::Nonpositive)
    }

    #[must_use]
    pub fn times(self, other: Self) -> Self {
        match (self, other) {
            (Self::Zero, _) | (_, Self::Zero) => Self::Zero,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (a, b) if a == b => Self::Nonnegative,
            _ => Self::Nonpositive,
        }
    }

    /// The sign of a sum; also what either of two values has.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Zero, same) | (same, Self::Zero) => same,
            (a, b) if a == b => a,
            _ => Self::Unknown,
        }
    }
}

/// The signs of all nodes, by id, where those that are assumed are at least 0.
pub fn signs(graph: &Graph, assumed: &Assumed) -> Vec<Sign> {
    let mut signs = Vec::with_capacity(graph.len());
    extend(graph, assumed, &mut signs);
    signs
}

/// Adds the signs of nodes that were made since.
pub fn extend(graph: &Graph, assumed: &Assumed, signs: &mut Vec<Sign>) {
    for id in (signs.len() as u32..graph.len() as u32).map(Id) {
        let sign = match of_node(graph, id, signs) {
            Sign::Unknown if assumed.contains(&id) => Sign::Nonnegative,
            sign @ (Sign::Zero | Sign::Nonnegative | Sign::Nonpositive | Sign::Unknown) => sign,
        };
        signs.push(sign);
    }
}

fn of_node(graph: &Graph, id: Id, signs: &[Sign]) -> Sign {
    let of = |node: Id| signs[node.0 as usize];
    match graph.op(id) {
        Op::Input(_) if matches!(graph.sparse(id), Some(Sparse::Pattern { .. } | Sparse::Selection)) => Sign::Nonnegative,
        Op::Input(_) => Sign::Unknown,
        Op::Constant(number) => Sign::of(number.get()),
        Op::Count(size) => of_size(size),
        Op::Iota => Sign::Nonnegative,
        Op::Product(product) => of_product(product, signs),
        Op::Sum(terms) => {
            terms.iter().fold(Sign::Zero, |sum, term| sum.plus(Sign::of(term.coefficient.get()).times(of(term.view.node))))
        }
        Op::Map(func, args) => of_map(*func, &args.iter().map(|a| of(a.node)).collect::<Vec<_>>()),
        Op::Reduce { kind: Reduction::LogSumExp, .. } => Sign::Unknown,
        Op::Reduce { arg, .. } => of(*arg),
        Op::Weights { .. } => Sign::Nonnegative,
        // A definite matrix has a positive determinant.
        Op::Determinant { factor, logarithm: false }
            if graph.factored(*factor).is_some_and(|(elimination, _)| elimination == Elimination::Cholesky) =>
        {
            Sign::Nonnegative
        }
        Op::Factor { .. } | Op::Solve { .. } | Op::Lower { .. } | Op::Determinant { .. } => Sign::Unknown,
        Op::Scan(_) | Op::State { .. } | Op::Slot(_) => Sign::Unknown,
        Op::Exclusive { arg, .. } => {
            if of(*arg).is_nonnegative() {
                Sign::Nonnegative
            } else {
                Sign::Unknown
            }
        }
    }
}

/// Counts are at least 0, their differences (`n as i32 - 5`) and negatives need not be.
fn of_size(size: &Size) -> Sign {
    match (size.is_nonnegative(), size.scale(-1).is_nonnegative()) {
        (true, true) => Sign::Zero,
        (true, false) => Sign::Nonnegative,
        (false, true) => Sign::Nonpositive,
        (false, false) => Sign::Unknown,
    }
}

fn of_product(product: &Product, signs: &[Sign]) -> Sign {
    Sign::of(product.coefficient.get()).times(of_factors(&product.operands.iter().collect::<Vec<_>>(), signs))
}

/// The sign of a product of operands at one value of the wires: `t·t >= 0`.
pub fn of_factors(operands: &[&Operand], signs: &[Sign]) -> Sign {
    let mut result = Sign::Nonnegative;
    for (position, operand) in operands.iter().enumerate() {
        let before = operands[..position].iter().filter(|o| *o == operand).count();
        let total = operands.iter().filter(|o| *o == operand).count();
        if before > 0 {
            continue;
        }
        let sign = signs[operand.node.0 as usize];
        let power = match (sign, total % 2) {
            (Sign::Zero, _) => Sign::Zero,
            (_, 0) => Sign::Nonnegative,
            (odd, _) => odd,
        };
        result = result.times(power);
    }
    result
}

fn of_map(func: Func, args: &[Sign]) -> Sign {
    let nonnegative_if = |holds: bool| if holds { Sign::Nonnegative } else { Sign::Unknown };
    match func.definition().range {
        Range::Unknown => Sign::Unknown,
        Range::Nonnegative => Sign::Nonnegative,
        Range::Nonpositive => Sign::Nonpositive,
        Range::AsArgument => args[0],
        // 1/t of t >= 0 is positive wherever it is finite.
        Range::AsReciprocal => match args[0] {
            Sign::Zero => Sign::Unknown,
            other @ (Sign::Nonnegative | Sign::Nonpositive | Sign::Unknown) => other,
        },
        Range::NonnegativeWith(position) => nonnegative_if(args[position].is_nonnegative()),
        Range::Larger if args.iter().any(|s| s.is_nonnegative()) => Sign::Nonnegative,
        Range::Smaller if args.iter().any(|s| s.is_nonpositive()) => Sign::Nonpositive,
        Range::Larger | Range::Smaller => args[0].plus(args[1]),
        Range::Either => args[1].plus(args[2]),
        Range::Between if args[2].is_nonpositive() && !args[1].is_nonnegative() => Sign::Nonpositive,
        Range::Between => nonnegative_if(args[1].is_nonnegative()),
    }
}
