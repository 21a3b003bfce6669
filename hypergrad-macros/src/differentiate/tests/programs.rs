//! Random programs of the language, traced, differentiated and interpreted, against hyper-dual
//! numbers, to third order.

use std::collections::HashMap;

use num_dual::HyperHyperDual;

use super::program::ast::Function;
use super::program::evaluate::evaluate;
use super::program::random::Random;
use super::program::{Inputs, Program, random_module, random_program};
use crate::diagnostics::Diagnostics;
use crate::differentiate::{Cube, Matrix, Quantities, derive};
use crate::ir::interpret::{Point, Tensor};
use crate::ir::{Id, Role, Symbol};
use crate::model::{self, Model};
use crate::shape::SymbolSource;
use crate::simplify::symmetry::untranspose;
use crate::syntax;

const N: usize = 3;
const M: usize = 2;
const K: usize = 4;

/// Reads a module as the macro does.
pub fn read(text: &str) -> Result<Model, String> {
    let mut diagnostics = Diagnostics::default();
    let item = text.parse().map_err(|e| format!("{e}"))?;
    let crate_path = "::hypergrad".parse().map_err(|e| format!("{e}"))?;
    let model = syntax::parse(proc_macro2::TokenStream::new(), item, &mut diagnostics)
        .and_then(|(options, module)| model::build(&module, &options, &crate_path, &mut diagnostics));
    let errors: Vec<String> = diagnostics.iter().map(|d| d.message.clone()).collect();
    match model {
        Some(model) if errors.is_empty() => Ok(model),
        _ => Err(errors.join("\n")),
    }
}

/// A point and directions, as plain vectors.
struct Setting {
    x: Vec<f64>,
    y: Vec<f64>,
    v: Vec<f64>,
    u: Vec<f64>,
    w: Vec<f64>,
    c: Vec<f64>,
    data: Inputs<f64>,
}

impl Setting {
    fn new(random: &mut Random) -> Self {
        let mut vector = |length: usize| (0..length).map(|_| random.between(-1.0, 1.0)).collect::<Vec<f64>>();
        let (x, y) = (vector(N), vector(M));
        let data = Inputs { x: x.clone(), y: y.clone(), a: vector(K * N), b: vector(K), w: vector(N), c: vector(N * M) };
        Self { x, y, v: vector(N), u: vector(N), w: vector(N), c: vector(M), data }
    }

    /// Seeds: per variable and part, the direction.
    fn inputs(&self, x: [Option<&[f64]>; 3], y: [Option<&[f64]>; 3]) -> Inputs<HyperHyperDual<f64>> {
        let seed = |values: &[f64], directions: [Option<&[f64]>; 3]| {
            let part = |direction: Option<&[f64]>, i: usize| direction.map_or(0.0, |d| d[i]);
            values
                .iter()
                .enumerate()
                .map(|(i, value)| {
                    let [d1, d2, d3] = directions.map(|d| part(d, i));
                    HyperHyperDual::new(*value, d1, d2, d3, 0.0, 0.0, 0.0, 0.0)
                })
                .collect()
        };
        let data = self.data.clone();
        Inputs { x: seed(&self.x, x), y: seed(&self.y, y), a: data.a, b: data.b, w: data.w, c: data.c }
    }

    /// `D³` along v, u, w in x.
    fn inner(&self, program: &Program, function: &Function) -> HyperHyperDual<f64> {
        evaluate(program, function, &self.inputs([Some(&self.v), Some(&self.u), Some(&self.w)], [None; 3])).0
    }

    /// `D³` along v and u in x, c in y.
    fn mixed(&self, program: &Program, function: &Function) -> HyperHyperDual<f64> {
        evaluate(program, function, &self.inputs([Some(&self.v), Some(&self.u), None], [None, None, Some(&self.c)])).0
    }

    fn point(&self, model: &Model) -> Point {
        let mut point = Point::default();
        for k in 0..model.sizes.len() as u32 {
            point.symbols.push(self.symbol(model, Symbol(k)));
        }
        for (_, info, id) in model.graph.inputs() {
            let data = match (info.role, info.name.as_str()) {
                (Role::X | Role::Z, _) => &self.x,
                (Role::Y | Role::YBar, _) => &self.y,
                (Role::Adjoint, _) => &self.v,
                (Role::DirectionX, _) => &self.u,
                (Role::DirectionY, _) => &self.c,
                (Role::Data, name) => match name.rsplit('.').next() {
                    Some("a") => &self.data.a,
                    Some("b") => &self.data.b,
                    Some("w") => &self.data.w,
                    _ => &self.data.c,
                },
            };
            let shape = point.shape(model.graph.shape(id));
            point.inputs.insert(id, Tensor { shape, data: data.clone() });
        }
        point
    }

    fn symbol(&self, model: &Model, symbol: Symbol) -> i64 {
        let field = |field: usize| model.data.as_ref().map_or("", |d| d.fields[field].name.rsplit('.').next().unwrap_or(""));
        (match model.sizes.source(symbol) {
            SymbolSource::DataAxis { field: f, axis } => match (field(*f), axis) {
                ("a" | "b", 0) => K,
                ("c", 1) => M,
                _ => N,
            },
            SymbolSource::YAxis { .. } => M,
            _ => N,
        }) as i64
    }
}

/// The sum of the products of entries with directions.
fn along(value: &Tensor, directions: &[&[f64]]) -> f64 {
    let indices = crate::ir::interpret::indices(&value.shape);
    indices
        .iter()
        .zip(&value.data)
        .map(|(index, entry)| entry * index.iter().zip(directions).map(|(i, d)| d[*i as usize]).product::<f64>())
        .sum()
}

fn comparisons(program: &Program, setting: &Setting, model: &Model, q: &mut Quantities) -> Vec<(&'static str, f64, f64)> {
    let point = setting.point(model);
    let roots: Vec<Id> = q.roots().into_iter().map(|id| *id).collect();
    let values: HashMap<Id, Tensor> = roots.iter().copied().zip(point.values(&model.graph, &roots)).collect();
    let (v, u, w, c) = (setting.v.as_slice(), setting.u.as_slice(), setting.w.as_slice(), setting.c.as_slice());
    let of = |node: Option<Id>, directions: &[&[f64]]| node.map_or(f64::NAN, |n| along(&values[&n], directions));
    let vector = |nodes: &[Id], d: &[f64]| of(nodes.first().copied(), &[d]);
    let matrix = |m: Option<&Matrix>, a: &[f64], b: &[f64]| of(m.and_then(|m| m.first()?.first().copied()), &[a, b]);
    let cube = |t: &Cube, a: &[f64], b: &[f64], c: &[f64]| {
        of(t.first().and_then(|r| r.first()).and_then(|r| r.first()).copied(), &[a, b, c])
    };
    let (f, fy) = (setting.inner(program, &program.f), setting.mixed(program, &program.f));
    let (g, gy) = (setting.inner(program, &program.g), setting.mixed(program, &program.g));
    let ones = [1.0; N];
    let f_1 = &values[&q.f_1.as_ref().unwrap()[0][0]];
    let diagonal: f64 = (0..N).map(|i| f_1.data[i * N + i]).sum();
    vec![
        ("f", of(q.f, &[]), f.re),
        ("F", vector(&q.residual, v), f.eps1),
        ("F_1 u", vector(&q.f_1_mul, v), f.eps1eps2),
        ("F_1ᵀ u", vector(&q.f_1_tr_mul, v), f.eps1eps2),
        ("F_2 c", vector(&q.f_2_mul, v), fy.eps1eps3),
        ("F_2ᵀ u", vector(&q.f_2_tr_mul, c), fy.eps2eps3),
        ("F_1", matrix(q.f_1.as_ref(), v, w), f.eps1eps3),
        ("diag F_1", vector(&q.f_1_diagonal, &ones), diagonal),
        ("F_2", matrix(q.f_2.as_ref(), v, c), fy.eps1eps3),
        ("L_11 u", vector(&q.l_11_mul, w), f.eps1eps2eps3),
        ("L_21 u", vector(&q.l_21_mul, c), fy.eps1eps2eps3),
        ("F_11", q.f_11.as_ref().map_or(f.eps1eps2eps3, |t| cube(t, v, u, w)), f.eps1eps2eps3),
        ("F_21", q.f_21.as_ref().map_or(fy.eps1eps2eps3, |t| cube(t, v, c, u)), fy.eps1eps2eps3),
        ("g", of(q.g, &[]), g.re),
        ("g_1", vector(&q.g_1, u), g.eps2),
        ("g_2", vector(&q.g_2, c), gy.eps3),
        ("g_11", matrix(q.g_11.as_ref(), u, w), g.eps2eps3),
        ("g_21", matrix(q.g_21.as_ref(), c, u), gy.eps2eps3),
        ("M_11 u", vector(&q.m_11_mul, w), g.eps2eps3 - f.eps1eps2eps3),
        ("M_21 u", vector(&q.m_21_mul, c), gy.eps2eps3 - fy.eps1eps2eps3),
        ("M_12 c", vector(&q.m_12_mul, u), gy.eps2eps3 - fy.eps1eps2eps3),
        ("M_11", matrix(q.m_11.as_ref(), w, u), g.eps2eps3 - f.eps1eps2eps3),
        ("M_21", matrix(q.m_21.as_ref(), c, u), gy.eps2eps3 - fy.eps1eps2eps3),
    ]
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Agrees,
    /// Near a kink, or with derivatives too large to compare.
    Skipped,
}

fn check(seed: u64) -> Result<Outcome, String> {
    let program = random_program(seed);
    let setting = Setting::new(&mut Random::new(seed ^ 0xabcd));
    let plain = setting.data.clone();
    let near = [&program.f, &program.g].map(|f| evaluate(&program, f, &plain));
    if near.iter().any(|(value, margin)| !value.is_finite() || value.abs() > 1e4 || *margin < 1e-6) {
        return Ok(Outcome::Skipped);
    }
    let mut model = read(&random_module(seed))?;
    let mut q = derive(&mut model);
    untranspose(&mut model.graph, &mut q);
    let comparisons = comparisons(&program, &setting, &model, &mut q);
    if comparisons.iter().any(|(_, _, expected)| !expected.is_finite() || expected.abs() > 1e6) {
        return Ok(Outcome::Skipped);
    }
    let scale = comparisons.iter().fold(1.0_f64, |s, (_, _, expected)| s.max(expected.abs()));
    for (name, found, expected) in comparisons {
        let agrees = (found - expected).abs() <= 1e-9 * scale;
        if !agrees {
            return Err(format!("{name}: found {found:e}, expected {expected:e}"));
        }
    }
    Ok(Outcome::Agrees)
}

#[test]
fn random_programs_agree_with_dual_numbers() {
    let count: u64 = std::env::var("HYPERGRAD_PROGRAMS").ok().and_then(|n| n.parse().ok()).unwrap_or(2000);
    let mut compared = 0;
    let mut failures = Vec::new();
    for seed in 0..count {
        match check(seed) {
            Ok(outcome) => compared += u64::from(outcome == Outcome::Agrees),
            Err(error) => failures.push(format!("seed {seed}: {error}\n{}", random_module(seed))),
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures[..failures.len().min(6)].join("\n"));
    assert!(compared * 2 > count, "only {compared} of {count} programs could be compared");
}
