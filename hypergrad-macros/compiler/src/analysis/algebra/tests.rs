//! Normal forms have the value of what they stand for; equations that hold are proved, and others not.

use super::{Algebra, Atom};
use crate::differentiate::derive;
use crate::differentiate::tests::fixture::random_point;
use crate::differentiate::tests::random::Random;
use crate::differentiate::tests::random_module;
use crate::differentiate::tests::read;
use crate::ir::interpret::{Point, Tensor};
use crate::ir::{Graph, Id};
use crate::model::Model;

/// Gives every leaf its value; those that read others come later.
fn fill(graph: &Graph, leaves: &[(Id, Atom, f64)], point: &mut Point) {
    for (leaf, atom, exponent) in leaves {
        let base = match atom {
            Atom::Node(node) | Atom::Exp(node) => point.value(graph, *node),
            Atom::Number(number) => Tensor::scalar(number.get()),
        };
        let exponential = matches!(atom, Atom::Exp(_));
        let power = |v: &f64| if exponential { (v * exponent).exp() } else { v.powf(*exponent) };
        point.inputs.insert(*leaf, Tensor { data: base.data.iter().map(power).collect(), shape: base.shape });
    }
}

/// Whether a node has a normal form; checked against its value.
fn agrees(model: &Model, node: Id, random: &mut Random) -> bool {
    let mut graph = model.graph.clone();
    let mut point = random_point(&graph, &vec![3; model.sizes.len()], random);
    let expected = point.value(&graph, node);
    let mut algebra = Algebra::new(&mut graph);
    let Some(normal) = algebra.renewed(node) else { return false };
    let mut leaves: Vec<(Id, Atom, f64)> = algebra.meanings.iter().map(|(id, leaf)| (*id, leaf.atom, leaf.exponent)).collect();
    leaves.sort_by_key(|(id, ..)| *id);
    fill(&graph, &leaves, &mut point);
    let found = point.value(&graph, normal);
    // Random inputs leave the domain of a logarithm; and powers of powers cancel.
    let pairs = expected.data.iter().zip(&found.data).filter(|(e, f)| e.is_finite() && f.is_finite());
    for (expected, found) in pairs {
        let scale = expected.abs().max(1.0);
        assert!((expected - found).abs() <= 1e-8 * scale, "{expected:e} {found:e}");
    }
    true
}

#[test]
fn normal_forms_keep_the_value() {
    let mut done = 0;
    let mut tried = 0;
    for seed in 0..10 {
        let mut model = read(&random_module(seed)).unwrap_or_else(|e| panic!("{e}"));
        let mut quantities = derive(&mut model);
        let nodes: Vec<Id> = quantities.roots().into_iter().map(|id| *id).collect();
        let mut random = Random::new(seed);
        for node in nodes.into_iter().step_by(5) {
            tried += 1;
            done += usize::from(agrees(&model, node, &mut random));
        }
    }
    assert!(2 * done > tried, "{done} of {tried}");
}

/// Whether an expression in x, y and numbers a, b is proved zero.
fn zero(expression: &str) -> bool {
    let text = format!(
        "mod m {{ pub struct Data {{ a: f64, b: f64 }}
         pub fn F(x: f64, y: f64, data: &Data) -> f64 {{ let (a, b) = (data.a, data.b); x * 0.0 * a * b + {expression} }}
         pub fn g(x: f64, y: f64, data: &Data) -> f64 {{ x }} }}"
    );
    let mut model = read(&text).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    let residual = model.inner.nodes[0];
    Algebra::new(&mut model.graph).vanishes(residual, &[])
}

#[test]
fn equations_that_hold() {
    for expression in [
        "(x + y) * (x - y) - x * x + y * y",
        "x.exp() * y.exp() - (x + y).exp()",
        "(2.0 * x).exp() - x.exp() * x.exp()",
        "1.0 / (1.0 + (-x).exp()) - x.exp() / (1.0 + x.exp())",
        "1.0 / (a + (-x).exp()) - x.exp() / (1.0 + a * x.exp())",
        "1.0 / (x + y) + 1.0 / (x - y) - 2.0 * x / (x * x - y * y)",
        "x.cosh() * x.cosh() - x.sinh() * x.sinh() - 1.0",
        "x.tanh() * x.cosh() - x.sinh()",
        "(2.0 * x).tanh() - 2.0 * x.tanh() / (1.0 + x.tanh() * x.tanh())",
        "x.sqrt() * x.sqrt() - x",
        "x.powf(1.5) * x.powf(-0.5) - x",
        "(x * x + y).sqrt().powi(2) - x * x - y",
        "(x / 3.0) / (x / 3.0) - 1.0",
        "3.0 / (3.0 * a + 3.0 * b) - 1.0 / (a + b)",
        "(0.1 * x) * (0.3 * y) - (0.3 * x) * (0.1 * y)",
        "x / a - x * (1.0 / a)",
        "x.exp_m1() - x.exp() + 1.0",
    ] {
        assert!(zero(expression), "{expression}");
    }
}

#[test]
fn equations_that_do_not_hold() {
    for expression in [
        "(x * x).sqrt() - x",
        "(x * y).sqrt() - x.sqrt() * y.sqrt()",
        "x.powi(2).powf(0.5) - x",
        "x.tanh() - x",
        "x.sin() * x.sin() - x * x",
        "(x + y).exp() - x.exp() - y.exp()",
        "1.0 / (x + y) - 1.0 / x - 1.0 / y",
        "0.1 * x + 0.2 * x - 0.3 * x",
        "(x + 1.0e-17) - x",
        "(1.0 + 1.0e-16) * x * y - y * x + 1.0e-17 * a",
    ] {
        assert!(!zero(expression), "{expression}");
    }
}
