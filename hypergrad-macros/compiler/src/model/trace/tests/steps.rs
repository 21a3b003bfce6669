//! Random loops, read as recursions, against the same loops with their steps written out.
//!
//! `x.len()` steps are a recursion, those over a list are written out: at the harness's point they are the same.

use nalgebra::{DVector, SVector};

use super::derivatives::{assert_derivatives, assert_derivatives_with};
use super::{Checkpoints, Harness, Value, assert_same, collect, module, traced, traced_with};
use crate::diagnostics::Diagnostics;
use crate::differentiate::tests::random::Random;
use crate::ir::Id;
use crate::ir::interpret::Tensor;

/// Other seeds: `HYPERGRAD_LOOPS=1000..2000`.
const LOOPS: std::ops::Range<u64> = 0..120;

fn seeds() -> std::ops::Range<u64> {
    let Ok(text) = std::env::var("HYPERGRAD_LOOPS") else { return LOOPS };
    let ends: Vec<u64> = text.split("..").map(|end| end.parse().unwrap()).collect();
    ends[0]..ends[1]
}

/// Text of a loop over `LENGTH` steps.
struct Writer {
    random: Random,
    /// Loops around the current statement.
    depth: usize,
}

impl Writer {
    fn pick(&mut self, texts: &[&str]) -> String {
        texts[self.random.below(texts.len())].to_owned()
    }

    fn number(&mut self, depth: usize) -> String {
        let index = if self.depth > 1 { "j" } else { "i" };
        if depth == 0 || self.random.below(4) == 0 {
            let leaf = self.pick(&[
                "s",
                "s",
                "t",
                "x[I]",
                "x[I]",
                "y[0]",
                "y[2]",
                "data.b[I]",
                "0.4",
                "v[I]",
                "p.x",
                "p.y",
                "x[I / 2]",
                "x[4 - I]",
                "(I as f64)",
                "m[(0, 1)]",
            ]);
            return leaf.replace('I', index);
        }
        let (a, b) = (self.number(depth - 1), self.number(depth - 1));
        match self.random.below(6) {
            0 | 1 => format!("({a} + {b})"),
            2 => format!("(0.5 * {a} - {b})"),
            3 => format!("(0.6 * {a} * {b})"),
            4 => format!("({a}).sin()"),
            _ => format!("(if {a} > 0.137 {{ {b} }} else {{ 0.3 * {a} }})"),
        }
    }

    fn statement(&mut self, nested: bool) -> String {
        let e = self.number(2);
        let index = if self.depth > 1 { "j" } else { "i" };
        match self.random.below(if nested { 15 } else { 13 }) {
            0 | 1 => format!("s = {e};"),
            2 => format!("s = 0.5 * s + {e};"),
            3 => format!("t = {e};"),
            4 => format!("c += {e};"),
            5 => format!("t *= 0.7; s -= 0.1 * {e};"),
            6 => format!("v[{index}] = {e};"),
            7 => format!("p = nalgebra::Vector2::new(p.y, 0.4 * p.x + {e});"),
            8 => format!("m = m * 0.5 + nalgebra::Matrix2::identity() * {e};"),
            9 => format!("if {index} % 2 == 0 {{ continue; }} s += {e};"),
            10 => format!("if {e} > 1.731 {{ break; }}"),
            11 => format!("if {e} > 0.219 {{ {} }} else {{ {} }}", self.statement(false), self.statement(false)),
            12 => format!("let w = {e}; s = 0.3 * s + w; t -= 0.2 * w;"),
            13 => format!("s = x.iter().fold(s, |a, b| 0.4 * a + b * {e});"),
            _ => {
                self.depth += 1;
                let (first, second) = (self.statement(false), self.statement(false));
                self.depth -= 1;
                format!("for j in 0..LENGTH {{ {first} {second} }}")
            }
        }
    }

    fn function(&mut self) -> String {
        let range = self.pick(&["0..LENGTH", "0..LENGTH", "(0..LENGTH).rev()", "1..LENGTH", "0..LENGTH - 1"]);
        let body: Vec<String> = (0..2 + self.random.below(3)).map(|_| self.statement(true)).collect();
        format!(
            "fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {{
                let (mut s, mut t, mut c) = (0.2, y[1], 0.0);
                let mut v = x.clone();
                let mut p = nalgebra::Vector2::new(0.1, y[0]);
                let mut m = nalgebra::Matrix2::new(1.0, 0.2, -0.1, y[2]);
                for i in {range} {{ {} }}
                s + t + c + v.norm_squared() + p.norm_squared() + m.sum() + m[(1, 0)]
            }}",
            body.join(" ")
        )
    }
}

/// The ranges of loops of five steps as lists.
fn over_lists(text: &str) -> String {
    let lists = [
        ("0..LENGTH - 1", "[0, 1, 2, 3]"),
        ("(0..LENGTH).rev()", "[4, 3, 2, 1, 0]"),
        ("1..LENGTH", "[1, 2, 3, 4]"),
        ("0..LENGTH", "[0, 1, 2, 3, 4]"),
    ];
    lists.iter().fold(text.to_owned(), |text, (range, list)| text.replace(range, list))
}

/// The value of `f` of these items as a function of x and y; `None` where they are refused.
fn evaluated(items: &str) -> Option<impl Fn(&DVector<f64>, &SVector<f64, 3>) -> Vec<f64>> {
    let module = module(items);
    let (mut harness, arguments) = Harness::new();
    let mut diagnostics = Diagnostics::default();
    let value: Value = harness.trace(&module, arguments, &mut diagnostics).filter(|_| diagnostics.is_empty())?;
    let mut tensors = Vec::new();
    collect(&value, &mut tensors);
    let roots: Vec<Id> = tensors.iter().map(|t| t.node).collect();
    let Harness { graph, sizes, .. } = &mut harness;
    let roots = graph.resolve_sizes(&roots, &|size| sizes.resolve(size));
    Some(move |x: &DVector<f64>, y: &SVector<f64, 3>| {
        let mut arrays = harness.arrays.clone();
        let last = arrays.len() - 1;
        arrays[last] = Tensor::vector(x.as_slice());
        arrays[last - 1] = Tensor::vector(y.as_slice());
        let values = harness.point(&arrays).values(&harness.graph, &roots);
        values.into_iter().flat_map(|value| value.data).collect()
    })
}

#[test]
fn recursions_are_their_steps_one_by_one() {
    let mut compared = 0;
    let seeds = seeds();
    let all = seeds.end - seeds.start;
    for seed in seeds {
        let text = Writer { random: Random::new(seed), depth: 1 }.function();
        let (steps, recursion) = (over_lists(&text), text.replace("LENGTH", "x.len()"));
        let (Some(expected), Some(_)) = (evaluated(&steps), evaluated(&recursion)) else { continue };
        let value = expected(&super::x(), &super::y());
        if value[0].abs() > 1e3 {
            continue;
        }
        compared += 1;
        assert_same(&traced(&recursion), &value, &recursion);
        assert_derivatives(&recursion, &expected);
    }
    println!("{compared} of {all} loops compared");
    assert!(compared > all / 2, "{compared} of {all} loops compared");
}

/// The same loops by segments that divide the steps, leave a rest, or are longer than all of them.
#[test]
fn recursions_by_segments_are_their_steps_one_by_one() {
    let (mut compared, mut with_checkpoints) = (0, 0);
    let seeds = seeds();
    let all = seeds.end - seeds.start;
    for seed in seeds {
        let text = Writer { random: Random::new(seed), depth: 1 }.function();
        let (steps, recursion) = (over_lists(&text), text.replace("LENGTH", "x.len()"));
        let every = Checkpoints::Every([1, 2, 3, 7][seed as usize % 4]);
        let (Some(expected), Some(_)) = (evaluated(&steps), evaluated(&recursion)) else { continue };
        let value = expected(&super::x(), &super::y());
        if value[0].abs() > 1e3 {
            continue;
        }
        compared += 1;
        with_checkpoints += u64::from(keeps_checkpoints(every, &recursion));
        assert_same(&traced_with(every, &recursion), &value, &recursion);
        assert_derivatives_with(every, &recursion, &expected);
    }
    println!("{with_checkpoints} of {compared} loops by segments, of {all}");
    assert!(compared > all / 2 && with_checkpoints > all / 5, "{with_checkpoints} of {compared} loops by segments, of {all}");
}

/// Whether a recursion of `f` is done by segments.
fn keeps_checkpoints(checkpoints: Checkpoints, items: &str) -> bool {
    let (mut harness, arguments) = Harness::new();
    harness.checkpoints = checkpoints;
    let value = harness.trace(&module(items), arguments, &mut Diagnostics::default());
    let mut tensors = Vec::new();
    value.iter().for_each(|value| collect(value, &mut tensors));
    let roots: Vec<Id> = tensors.iter().map(|t| t.node).collect();
    let below = harness.graph.reachable(&roots);
    below.into_iter().any(|id| harness.graph.as_scan(id).is_some_and(|scan| scan.checkpointed))
}
