//! `F_1` block-diagonal along an axis of x: one column (or row, or entry) of every block of x is a
//! sample, and F at a sample depends on x at that sample only.

use super::diagonal::vanishes_off;
use super::facts::{Fact, Samples};
use crate::differentiate::{Matrix, Quantities};
use crate::ir::{Graph, Size};

/// The axes along which `F_1` is block-diagonal.
pub fn samples(graph: &Graph, q: &Quantities) -> Option<Samples> {
    let f_1 = q.f_1.as_ref()?;
    let candidates = graph.shape(*q.x.first()?).iter().enumerate();
    candidates.filter(|(_, count)| !count.is_one()).find_map(|(axis, count)| {
        let mut axes = vec![axis];
        extend(graph, q, f_1, count, &mut axes).then(|| Samples { axes, count: count.clone() })
    })
}

/// Whether the axes of the first blocks fit together; then an axis for each of the others.
fn extend(graph: &Graph, q: &Quantities, f_1: &Matrix, count: &Size, axes: &mut Vec<usize>) -> bool {
    if !(0..axes.len()).all(|k| uncoupled(graph, q, f_1, axes, k)) {
        return false;
    }
    let Some(next) = q.x.get(axes.len()) else { return true };
    let shape = graph.shape(*next).to_vec();
    (0..shape.len()).filter(|axis| shape[*axis] == *count).any(|axis| {
        axes.push(axis);
        let found = extend(graph, q, f_1, count, axes);
        if !found {
            axes.pop();
        }
        found
    })
}

/// Whether block k and the last block are coupled at equal samples only.
fn uncoupled(graph: &Graph, q: &Quantities, f_1: &Matrix, axes: &[usize], k: usize) -> bool {
    let last = axes.len() - 1;
    [(k, last), (last, k)].into_iter().all(|(row, column)| {
        let pair = (axes[row], graph.order(q.x[row]) + axes[column]);
        vanishes_off(graph, f_1[row][column], &[pair])
    })
}

/// The claim, in words.
pub fn fact(graph: &Graph, q: &Quantities, found: Option<&Samples>, diagonal: &Fact) -> Fact {
    if diagonal.holds {
        return Fact::proved("F_1 is diagonal");
    }
    let Some(samples) = found else {
        return Fact::unproved("no axis of x was found along which F_1 couples nothing");
    };
    let mut words: Vec<&str> = samples.axes.iter().zip(&q.x).map(|(axis, x)| word(graph.order(*x), *axis)).collect();
    words.dedup();
    let words = words.join(", ");
    Fact::proved(format!("the {words} of F depend on the same {words} of x only"))
}

fn word(order: usize, axis: usize) -> &'static str {
    match (order, axis) {
        (1, _) => "entries",
        (_, 0) => "rows",
        _ => "columns",
    }
}
