//! Exact values and derivatives: the evaluator on dual numbers of third order.
//!
//! Every quantity is contracted with directions to one number. Rounding is measured, not assumed: the
//! evaluation is repeated with a random relative error in every operation, and what moves by it is as
//! uncertain as it moves.

use num_dual::HyperHyperDual;

use crate::ast::{Expr, Inner, Program, Role};
use crate::evaluate::{Run, Stop, Value};
use crate::point::Point;
use crate::random::Random;

type Dual = HyperHyperDual<f64>;

/// Contracted quantities by name.
#[derive(Clone, Debug)]
pub struct Exact {
    pub quantities: Vec<(&'static str, f64)>,
    /// How near the evaluation came to a kink.
    pub margin: f64,
    /// Whether a vector, a list or an iterator was empty.
    pub met_nothing: bool,
    /// Whether a number on the way was larger than any that is meant.
    pub overflowed: bool,
}

/// What a compiled or interpreted quantity is compared with.
#[derive(Clone, Debug)]
pub struct Expected {
    pub name: &'static str,
    pub value: f64,
    pub tolerance: f64,
}

/// The relative error that is put into every operation: thousands of times that of a double.
const DISTURBANCE: f64 = 1e-12;

/// What is expected at a point, or `None` where it cannot be compared; `precision` is the relative
/// rounding error of what will be compared, as a multiple of that of a double.
pub fn expected(program: &Program, point: &Point, precision: f64) -> Option<Vec<Expected>> {
    measured(program, point, precision, 2)
}

/// The same, its uncertainty measured by many disturbances: what differs by the measure of a few is held
/// against this one, for the largest of two random movements is often far below what rounding can do.
pub fn carefully_expected(program: &Program, point: &Point, precision: f64) -> Option<Vec<Expected>> {
    measured(program, point, 2.0 * precision, 40)
}

/// Whether a number that is none may be found in place of one: where a vector is empty, a sum over it times `ln 0` or
/// `1/0` is none, and a product does not say whether that was a factor of the terms or of their sum.
pub fn may_be_of_none(program: &Program, point: &Point) -> bool {
    exact(program, point, None).is_ok_and(|exact| exact.met_nothing)
}

fn measured(program: &Program, point: &Point, precision: f64, disturbances: u64) -> Option<Vec<Expected>> {
    let exact = exact(program, point, None).ok().filter(Exact::is_comparable)?;
    let disturbed: Vec<Exact> = (1..=disturbances).filter_map(|seed| self::exact(program, point, Some(seed)).ok()).collect();
    let quantity = |(k, (name, value)): (usize, &(&'static str, f64))| {
        let moved = disturbed.iter().map(|d| (d.quantities[k].1 - value).abs()).fold(0.0, f64::max);
        Expected { name, value: *value, tolerance: precision * (moved + DISTURBANCE * (1.0 + value.abs())) }
    };
    Some(exact.quantities.iter().enumerate().map(quantity).collect())
}

/// Everything at a point.
///
/// # Errors
/// Where Rust would panic.
pub fn exact(program: &Program, point: &Point, disturb: Option<u64>) -> Result<Exact, Stop> {
    let d = &point.directions;
    let (x, y) = (point.flat(program, Role::X), point.flat(program, Role::Y));
    let zeros_y = vec![0.0; y.len()];
    let zeros_x = vec![0.0; x.len()];
    let inner = [seeded(&x, [&d.v, &d.u, &d.w]), seeded(&y, [&zeros_y, &zeros_y, &zeros_y])];
    let mixed = [seeded(&x, [&d.v, &d.u, &zeros_x]), seeded(&y, [&zeros_y, &zeros_y, &d.c])];
    let (mut margin, mut met_nothing, mut overflowed) = (f64::INFINITY, false, false);
    let mut run = |body: &Expr, [x, y]: &[Vec<Dual>; 2]| {
        let inputs = point.inputs(program, x, y);
        let mut run = Run::new(program, &inputs, disturb.map(|seed| (Random::new(seed), DISTURBANCE)));
        let value = run.value(body);
        margin = margin.min(run.margin);
        met_nothing |= run.met_nothing;
        overflowed |= run.overflowed;
        value
    };
    let (f, fy) = (run(&program.f, &inner)?, run(&program.f, &mixed)?);
    let (g, gy) = (run(&program.g, &inner)?.number()?, run(&program.g, &mixed)?.number()?);
    let (a, b) = match program.inner {
        Inner::Objective => (of_objective(f.number()?), of_objective(fy.number()?)),
        Inner::Root => (of_residual(point, &flat(f)?), of_residual(point, &flat(fy)?)),
        Inner::FixedPoint => {
            let less = |x: &[Dual], phi: Vec<Dual>| -> Vec<Dual> { x.iter().zip(phi).map(|(x, phi)| *x - phi).collect() };
            (of_residual(point, &less(&inner[0], flat(f)?)), of_residual(point, &less(&mixed[0], flat(fy)?)))
        }
    };
    Ok(Exact { quantities: list(&a, &b, g, gy), margin, met_nothing, overflowed })
}

/// A residual contracted with v or u, along the second direction and the third.
struct Along {
    value: f64,
    residual: f64,
    /// v, second
    second: f64,
    /// u, first
    first: f64,
    /// v, third
    third: f64,
    /// u, third
    other: f64,
    /// v, second and third
    both: f64,
}

/// F is the gradient of f, the first direction being v.
fn of_objective(f: Dual) -> Along {
    Along {
        value: f.re,
        residual: f.eps1,
        second: f.eps1eps2,
        first: f.eps1eps2,
        third: f.eps1eps3,
        other: f.eps2eps3,
        both: f.eps1eps2eps3,
    }
}

fn of_residual(point: &Point, residual: &[Dual]) -> Along {
    let d = &point.directions;
    let along =
        |direction: &[f64], part: fn(&Dual) -> f64| -> f64 { direction.iter().zip(residual).map(|(d, f)| d * part(f)).sum() };
    Along {
        value: 0.0,
        residual: along(&d.v, |f| f.re),
        second: along(&d.v, |f| f.eps2),
        first: along(&d.u, |f| f.eps1),
        third: along(&d.v, |f| f.eps3),
        other: along(&d.u, |f| f.eps3),
        both: along(&d.v, |f| f.eps2eps3),
    }
}

/// `a` has w as the third direction, `b` has c.
fn list(a: &Along, b: &Along, g: Dual, gy: Dual) -> Vec<(&'static str, f64)> {
    vec![
        ("f", a.value),
        ("g", g.re),
        ("F", a.residual),
        ("F_1 u", a.second),
        ("F_1ᵀ u", a.first),
        ("F_2 c", b.third),
        ("F_2ᵀ u", b.other),
        ("F_1", a.third),
        ("F_2", b.third),
        ("F_11", a.both),
        ("F_21", b.both),
        ("g_1", g.eps2),
        ("g_2", gy.eps3),
        ("g_11", g.eps2eps3),
        ("g_21", gy.eps2eps3),
        ("M_11 u", g.eps2eps3 - a.both),
        ("M_21 u", gy.eps2eps3 - b.both),
        ("M_12 c", gy.eps2eps3 - b.both),
        ("M_11", g.eps2eps3 - a.both),
        ("M_21", gy.eps2eps3 - b.both),
    ]
}

fn seeded(values: &[f64], directions: [&[f64]; 3]) -> Vec<Dual> {
    let seed = |(i, value): (usize, &f64)| {
        let [d1, d2, d3] = directions.map(|d| d[i]);
        Dual::new(*value, d1, d2, d3, 0.0, 0.0, 0.0, 0.0)
    };
    values.iter().enumerate().map(seed).collect()
}

/// The entries of all blocks.
fn flat(value: Value<Dual>) -> Result<Vec<Dual>, Stop> {
    let Value::Blocks(blocks) = value else {
        // A body of `let`s ends in them too.
        return Err(Stop::IllTyped("expected blocks"));
    };
    let mut entries = Vec::new();
    for block in blocks {
        match block {
            Value::Number(number) => entries.push(number),
            other => entries.extend(other.as_tensor()?.data.iter()),
        }
    }
    Ok(entries)
}
