//! A compiled problem against the oracle of its program.

use hypergrad::Structure;
use hypergrad::problem::Bilevel;
use program_generator::claims::{Found, difference, refuted};
use program_generator::generate;
use program_generator::oracle::{carefully_expected, expected, may_be_of_none};
use program_generator::point::Point;

use crate::inputs::Float;

/// What became of the programs of one bundle.
#[derive(Debug, Default)]
pub struct Report {
    /// Points at which a program was compared.
    pub compared: usize,
    /// Programs whose sizes are refused when the problem or the point is made.
    pub refused: usize,
    /// What is wrong.
    pub failures: Vec<String>,
}

impl Report {
    /// Fails where anything is wrong, or where too few programs were compared.
    ///
    /// # Panics
    /// As tests do.
    pub fn assert(&self) {
        println!("{} comparisons, {} programs refused when they run", self.compared, self.refused);
        assert!(self.failures.is_empty(), "{} failures\n{}", self.failures.len(), self.failures.join("\n"));
        assert!(self.compared > 8 * self.refused, "only {} comparisons, {} refused", self.compared, self.refused);
    }
}

/// How much larger the rounding of single precision is.
const SINGLE: f64 = 5.4e8;

/// Compares the program of a seed at its own sizes and at others, where Rust runs it there.
pub fn compare<P, E>(
    report: &mut Report,
    seed: u64,
    claimed: &Structure,
    problem: impl Fn(&Point) -> Result<P, E>,
    x: impl Fn(&Point) -> P::X,
    y: impl Fn(&Point) -> P::Y,
) where
    P: Bilevel,
    P::Scalar: Float,
{
    let program = generate::program(seed);
    let precision = if program.single { SINGLE } else { 1.0 };
    let mut compared = 0;
    for point in [Point::new(&program, seed), Point::resized(&program, seed)] {
        let Some(few) = expected(&program, &point, precision) else { continue };
        let Ok(problem) = problem(&point) else { continue };
        let Ok(mut work) = problem.work(&x(&point), &y(&point)) else { continue };
        let found = quantities(&problem, &mut work, &point);
        let differs = difference(&found, &few)
            .and_then(|_| difference(&found, &carefully_expected(&program, &point, precision)?))
            .filter(|(_, text)| !(text.contains("found NaN") && may_be_of_none(&program, &point)));
        if let Some((_, text)) = differs {
            report.failures.push(format!("seed {seed}: {text}, sizes {:?}", point.sizes));
        }
        if let Some(claim) = refuted(&claims(claimed), &found, &few) {
            report.failures.push(format!("seed {seed}: {claim} is claimed, sizes {:?}", point.sizes));
        }
        compared += 1;
    }
    report.compared += compared;
    report.refused += usize::from(compared == 0);
}

/// The names of what holds.
fn claims(structure: &Structure) -> Vec<&'static str> {
    let all = [
        ("f1_symmetric", structure.f1_symmetric),
        ("f1_diagonal", structure.f1_diagonal),
        ("f1_diagonal_plus_gram", structure.f1_diagonal_plus_gram),
        ("f1_definite", structure.f1_definite),
        ("f1_constant_in_x", structure.f1_constant_in_x),
        ("f1_constant_in_y", structure.f1_constant_in_y),
        ("f21_zero", structure.f21_zero),
        ("g_constant_slope", structure.g_constant_slope),
    ];
    all.into_iter().filter(|(_, holds)| *holds).map(|(name, _)| name).collect()
}

/// Every quantity, contracted as the oracle does. Matrices and tensors are stored with the first index running fastest.
fn quantities<P: Bilevel>(problem: &P, work: &mut P::Work, point: &Point) -> Vec<Found>
where
    P::Scalar: Float,
{
    let d = &point.directions;
    let (n, m) = (d.v.len(), d.c.len());
    let [v, u] = [&d.v, &d.u].map(|d| d.iter().map(|t| P::Scalar::of(*t)).collect::<Vec<_>>());
    let c: Vec<P::Scalar> = d.c.iter().map(|t| P::Scalar::of(*t)).collect();
    let mut out = vec![P::Scalar::of(f64::NAN); n * n.max(m).max(1) * n.max(1) + n * m * n + n + m];
    let mut found: Vec<Found> = Vec::new();
    if let Some(f) = problem.objective(work) {
        found.push(("f", f.double()));
    }
    found.push(("g", problem.g(work).double()));
    macro_rules! along {
        ($name:literal, $length:expr, $call:expr, [$($direction:expr),*]) => {{
            let length = $length;
            let call: &mut dyn FnMut(&mut P::Work, &mut [P::Scalar]) = &mut $call;
            call(work, &mut out[..length]);
            found.push(($name, contracted(&out[..length], &[$($direction),*])));
        }};
    }
    along!("F", n, |w, out| problem.residual(w, out), [&d.v]);
    along!("F_1 u", n, |w, out| problem.f_1_mul(w, &u, out), [&d.v]);
    along!("F_1ᵀ u", n, |w, out| problem.f_1_tr_mul(w, &u, out), [&d.v]);
    along!("F_2 c", n, |w, out| problem.f_2_mul(w, &c, out), [&d.v]);
    along!("F_2ᵀ u", m, |w, out| problem.f_2_tr_mul(w, &u, out), [&d.c]);
    along!("F_1", n * n, |w, out| problem.f_1(w, out), [&d.v, &d.w]);
    found.push(("v F_1 v", contracted(&out[..n * n], &[&d.v, &d.v])));
    found.push(("w F_1 w", contracted(&out[..n * n], &[&d.w, &d.w])));
    let off = out[..n * n].iter().enumerate().filter(|(k, _)| k % n != k / n).map(|(_, t)| t.double().abs());
    found.push(("off diagonal", off.fold(0.0, f64::max)));
    along!("F_2", n * m, |w, out| problem.f_2(w, out), [&d.v, &d.c]);
    along!("g_1", n, |w, out| problem.g_1(w, out), [&d.u]);
    along!("g_2", m, |w, out| problem.g_2(w, out), [&d.c]);
    along!("g_11", n * n, |w, out| problem.g_11(w, out), [&d.u, &d.w]);
    along!("g_21", m * n, |w, out| problem.g_21(w, out), [&d.c, &d.u]);
    along!("F_11", n * n * n, |w, out| problem.f_11(w, out), [&d.v, &d.u, &d.w]);
    along!("F_21", n * m * n, |w, out| problem.f_21(w, out), [&d.v, &d.c, &d.u]);
    problem.set_adjoint(work, &v);
    along!("M_11 u", n, |w, out| problem.m_11_mul(w, &u, out), [&d.w]);
    along!("M_21 u", m, |w, out| problem.m_21_mul(w, &u, out), [&d.c]);
    along!("M_12 c", n, |w, out| problem.m_12_mul(w, &c, out), [&d.u]);
    along!("M_11", n * n, |w, out| problem.m_11(w, out), [&d.w, &d.u]);
    along!("M_21", m * n, |w, out| problem.m_21(w, out), [&d.c, &d.u]);
    found
}

fn contracted<T: Float>(entries: &[T], directions: &[&[f64]]) -> f64 {
    let weight = |mut place: usize| {
        let factors = directions.iter().map(|direction| {
            let own = direction[place % direction.len()];
            place /= direction.len();
            own
        });
        factors.product::<f64>()
    };
    entries.iter().enumerate().map(|(place, entry)| entry.double() * weight(place)).sum()
}
