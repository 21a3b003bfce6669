//! The same functions differentiated: gradients and Hessian products against differences.
//!
//! What is differentiated is `L = Σ t + ½ Σ t²` over the entries t of the result.

use nalgebra::{DVector, SVector};

use super::{Checkpoints, Harness, collect, module, x, y};
use crate::diagnostics::Diagnostics;
use crate::differentiate::gradient;
use crate::ir::interpret::Tensor as Values;
use crate::ir::{Graph, Id, Role};

type Compiled<'f> = dyn Fn(&DVector<f64>, &SVector<f64, 3>) -> Vec<f64> + 'f;

/// Central differences: truncation h²·f⁽³⁾/6 and rounding eps·f/h are both near 1e-10 · scale here.
const STEP: f64 = 1e-5;
const TOLERANCE: f64 = 2e-6;

pub fn assert_derivatives(items: &str, compiled: &Compiled<'_>) {
    assert_derivatives_with(Checkpoints::default(), items, compiled);
}

/// The same where recursions keep checkpoints alone.
pub fn assert_derivatives_with(checkpoints: Checkpoints, items: &str, compiled: &Compiled<'_>) {
    let module = module(items);
    let (mut harness, arguments) = Harness::new();
    harness.checkpoints = checkpoints;
    let mut diagnostics = Diagnostics::default();
    let Some(value) = harness.trace(&module, arguments, &mut diagnostics) else { return };
    let mut tensors = Vec::new();
    collect(&value, &mut tensors);
    let roots: Vec<Id> = tensors.iter().map(|t| t.node).collect();
    let Harness { graph, sizes, .. } = &mut harness;
    let roots = graph.resolve_sizes(&roots, &|size| sizes.resolve(size));
    let objective = objective(graph, &roots);
    let inputs: Vec<Id> = graph.inputs().filter(|(_, info, _)| info.role != Role::Data).map(|(_, _, id)| id).collect();
    let first = gradient(graph, objective, &inputs);
    // ⟨∇L, 1⟩ and its gradient.
    let sums: Vec<Id> = first.iter().map(|node| total(graph, *node)).collect();
    let slope = graph.add_all(&sums, Vec::new());
    let second = gradient(graph, slope, &inputs);
    let roots: Vec<Id> = first.into_iter().chain(second).collect();
    let evaluate = |harness: &Harness, point: &[f64]| {
        let mut arrays = harness.arrays.clone();
        let ends = [(arrays.len() - 2, &point[5..]), (arrays.len() - 1, &point[..5])];
        for (position, data) in ends {
            arrays[position] = Values::vector(data);
        }
        let values = harness.point(&arrays).values(&harness.graph, &roots);
        // The inputs are y, x; each twice.
        let flat = |a: &Values, b: &Values| [b.data.as_slice(), a.data.as_slice()].concat();
        (flat(&values[0], &values[1]), flat(&values[2], &values[3]))
    };
    let point: Vec<f64> = x().iter().chain(y().iter()).copied().collect();
    let (gradient, hessian) = evaluate(&harness, &point);
    let value = |point: &[f64]| {
        let t = compiled(&DVector::from_column_slice(&point[..5]), &SVector::from_column_slice(&point[5..]));
        t.iter().map(|t| t + 0.5 * t * t).sum::<f64>()
    };
    let slope = |point: &[f64]| evaluate(&harness, point).0.iter().sum::<f64>();
    compare("gradient", items, &gradient, &differences(&value, &point));
    compare("hessian", items, &hessian, &differences(&slope, &point));
}

fn total(graph: &mut Graph, node: Id) -> Id {
    let shape = graph.shape(node).to_vec();
    let one = graph.constant(1.0);
    let ones = graph.broadcast(one, shape);
    graph.inner(node, ones)
}

fn objective(graph: &mut Graph, roots: &[Id]) -> Id {
    let mut terms = Vec::new();
    for root in roots {
        let squares = graph.inner(*root, *root);
        terms.push(total(graph, *root));
        terms.push(graph.scaled(0.5, squares));
    }
    graph.add_all(&terms, Vec::new())
}

fn differences(function: &dyn Fn(&[f64]) -> f64, point: &[f64]) -> Vec<f64> {
    let shifted = |k: usize, step: f64| {
        let mut point = point.to_vec();
        point[k] += step;
        function(&point)
    };
    (0..point.len()).map(|k| (shifted(k, STEP) - shifted(k, -STEP)) / (2.0 * STEP)).collect()
}

fn compare(what: &str, items: &str, found: &[f64], expected: &[f64]) {
    let scale = expected.iter().fold(1.0, |scale: f64, e| scale.max(e.abs()));
    for (found, expected) in found.iter().zip(expected) {
        let close = (found - expected).abs() <= TOLERANCE * scale;
        assert!(close || found.is_nan() && expected.is_nan(), "{what}: found {found}, expected {expected}: {items}");
    }
}
