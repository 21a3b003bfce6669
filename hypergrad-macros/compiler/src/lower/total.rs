//! Sums of softplus of a vector, which nothing else reads: no term is stored, and one logarithm serves many.

use super::fuse::touches;
use super::program::{Expr, Kernel, Program, Slice, Source, Stmt};
use crate::analysis::Stage;
use crate::ir::{Affine, Size, Wire};

/// Lets a kernel compute such sums.
pub fn sum(program: &mut Program) {
    for function in &mut program.functions {
        let scratch = |buffer: usize| program.buffers[buffer].stage == Stage::Direction;
        while let Some(found) = find(&function.body, &scratch) {
            found.replace(&mut function.body);
        }
    }
}

/// Statements that compute a sum by the buffer of its terms.
struct Total {
    /// Makes the buffer.
    made: usize,
    /// Fills it.
    terms: usize,
    /// Sums it; the statement after that stores the sum.
    sum: usize,
    kernel: Kernel,
}

impl Total {
    fn replace(self, body: &mut Vec<Stmt>) {
        body[self.sum + 1] = Stmt::Kernel(self.kernel);
        for unused in [self.sum, self.terms, self.made] {
            body.remove(unused);
        }
    }
}

fn find(body: &[Stmt], scratch: &dyn Fn(usize) -> bool) -> Option<Total> {
    (0..body.len()).find_map(|k| {
        let Stmt::Sum { name, variable, extent, bounds, value } = &body[k] else { return None };
        let (buffer, factors) = multiple(value, *variable)?;
        let users: Vec<usize> = (0..body.len()).filter(|k| touches(&body[*k], buffer)).collect();
        let [made, terms, last] = users[..] else { return None };
        let (Stmt::Scratch(_), Stmt::Kernel(softplus)) = (&body[made], &body[terms]) else { return None };
        let whole = Slice { source: Source::Buffer(buffer), offset: Size::zero(), length: extent.clone() };
        let fills = softplus.name == "softplus" && softplus.writes && softplus.target == whole;
        if !fills || last != k || !bounds.is_empty() || !scratch(buffer) {
            return None;
        }
        let Some(Stmt::Store { target, offset, add: true, value: Expr::Product(coefficient, parts) }) = body.get(k + 1) else {
            return None;
        };
        let is_the_sum = matches!(&parts[..], [Expr::Local(local)] if local == name);
        let target =
            Slice { source: *target, offset: offset.as_size().filter(|_| is_the_sum)?.clone(), length: Size::constant(1) };
        let kernel = Kernel {
            name: "softplus_sum",
            target,
            returns: Some(Expr::Product(*coefficient, factors)),
            writes: false,
            ..softplus.clone()
        };
        Some(Total { made, terms, sum: k, kernel })
    })
}

/// The buffer whose entries, one after the other, an expression is a multiple of; the other factors.
fn multiple(value: &Expr, variable: Wire) -> Option<(usize, Vec<Expr>)> {
    let entry = |value: &Expr| {
        let Expr::Load { source: Source::Buffer(buffer), offset } = value else { return None };
        (*offset == Affine::wire(variable)).then_some(*buffer)
    };
    if let Some(buffer) = entry(value) {
        return Some((buffer, Vec::new()));
    }
    let Expr::Product(coefficient, parts) = value else { return None };
    let position = parts.iter().position(|part| entry(part).is_some())?;
    let mut factors = parts.clone();
    let buffer = entry(&factors.remove(position))?;
    let is_constant = *coefficient == 1.0 && factors.iter().all(|factor| !factor.mentions(variable));
    is_constant.then_some((buffer, factors))
}
