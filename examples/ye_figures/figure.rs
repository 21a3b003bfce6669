//! The figures: which problem, which y, which estimators; and their numbers over all draws.

use std::error::Error;

use nalgebra::DVector;

use super::data::{Parts, Rows, Scale};
use super::experiment::{PerMethod, along_descent, distances, efficiencies, errors, iterations};
use super::method::Method;
use super::problem::{logistic, ridge_linear, ridge_quadratic};
use super::quartiles::quartiles;
use super::random::Random;

/// What the losses are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// As the paper writes: sums over all rows, test features in the units of the training features.
    Paper,
    /// As its script computes: means, the penalty divided by the number of features, rows with a zero
    /// left out, test features unscaled.
    Script,
}

impl Setting {
    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Script => "script",
        }
    }
}

/// Which of the problems.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Task {
    Linear,
    /// Judged by the correlation of predictions and targets: linear too.
    Correlation,
    Quadratic,
    Logistic,
}

/// What the numbers are drawn against.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// `C_y` against the centre of the range of y.
    Penalty,
    /// Errors of the hypergradient against that of x.
    InnerError,
    /// Errors of the hypergradient against the number of gradient steps on x.
    Iterations,
}

/// One figure.
pub struct Figure {
    pub name: &'static str,
    pub title: &'static str,
    pub task: Task,
    /// The entries of y are uniform in this range.
    pub range: (f64, f64),
    /// What is drawn.
    pub shown: &'static [Method],
    /// Against what.
    pub against: Against,
}

use Against::{InnerError, Iterations, Penalty};
use Method::{DiagonalMap, DiagonalPreconditioner, ExpMap, NewtonPreconditioner, OptimalMap, Vanilla};

/// The paper draws the last two; plain Ω shows what they save.
const SUPER: &[Method] = &[Vanilla, NewtonPreconditioner, OptimalMap];
const CHEAP: &[Method] = &[Vanilla, DiagonalPreconditioner, ExpMap, DiagonalMap];
const ALL_BUT_OPTIMAL: &[Method] = &[Vanilla, DiagonalPreconditioner, ExpMap, DiagonalMap, NewtonPreconditioner];

/// Figs. 1 to 3 are the paper's, under its letters; Fig. 4 shows the errors behind Figs. 1 and 2b.
#[rustfmt::skip]
pub const FIGURES: [Figure; 8] = [
    Figure { name: "1a", title: "C_y for ridge, linear outer objective", task: Task::Linear, range: (3.0, 6.0), shown: SUPER, against: Penalty },
    Figure { name: "1b", title: "C_y for ridge, quadratic outer objective", task: Task::Quadratic, range: (3.0, 6.0), shown: SUPER, against: Penalty },
    Figure { name: "2a", title: "ridge, linear outer objective, diagonal far from F_1", task: Task::Correlation, range: (-6.0, -3.0), shown: CHEAP, against: Iterations },
    Figure { name: "2b", title: "C_y for ridge, quadratic outer objective", task: Task::Quadratic, range: (3.0, 6.0), shown: CHEAP, against: Penalty },
    Figure { name: "3a", title: "logistic regression, weak penalty", task: Task::Logistic, range: (-1.0, 1.0), shown: ALL_BUT_OPTIMAL, against: InnerError },
    Figure { name: "3b", title: "logistic regression, strong penalty", task: Task::Logistic, range: (3.0, 6.0), shown: ALL_BUT_OPTIMAL, against: InnerError },
    Figure { name: "4a", title: "ridge, linear outer objective", task: Task::Linear, range: (3.0, 6.0), shown: &Method::ALL, against: InnerError },
    Figure { name: "4b", title: "ridge, quadratic outer objective", task: Task::Quadratic, range: (3.0, 6.0), shown: &Method::ALL, against: InnerError },
];

/// First quartile, median, third quartile of one method.
pub type Band = Vec<[f64; 3]>;

/// A figure in numbers.
pub struct Numbers {
    /// `C_y` of each of [`Method::ALL`] over the draws.
    pub efficiency: Vec<[f64; 3]>,
    /// Inner errors, centres of the range of y, or iterations.
    pub abscissae: Vec<f64>,
    /// One for each of [`Method::ALL`].
    pub bands: Vec<Band>,
}

impl Numbers {
    /// The median of one of [`Method::ALL`] at the abscissa nearest to this one.
    pub fn median_at(&self, method: usize, abscissa: f64) -> f64 {
        let distance = |k: &usize| (self.abscissae[*k] - abscissa).abs();
        let nearest = (0..self.abscissae.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)));
        nearest.map_or(f64::NAN, |k| self.bands[method][k][1])
    }
}

/// The rows of both data sets in a setting.
pub struct Source {
    setting: Setting,
    cars: Rows,
    liver: Parts,
}

/// One random draw.
struct Draw {
    instance: Instance,
    start: DVector<f64>,
    /// Uniform in `[0, 1)`.
    place: DVector<f64>,
}

enum Instance {
    Linear(ridge_linear::Problem<ridge_linear::Data>),
    Quadratic(ridge_quadratic::Problem<ridge_quadratic::Data>),
    Logistic(logistic::Problem<logistic::Data>),
}

impl Source {
    /// Scales the features, and leaves out what the setting leaves out.
    pub fn new(setting: Setting, cars: &Rows, liver: &Parts) -> Self {
        let cars = Scale::of(cars).apply(cars);
        let scale = Scale::of(&liver.training);
        let training = scale.apply(&liver.training);
        match setting {
            Setting::Paper => Self { setting, cars, liver: Parts { training, test: scale.apply(&liver.test) } },
            Setting::Script => Self {
                setting,
                cars: cars.without_zeros(),
                liver: Parts { training: training.without_zeros(), test: liver.test.without_zeros() },
            },
        }
    }

    /// The number of rows: cars, liver training, liver test.
    pub fn rows(&self) -> [usize; 3] {
        [&self.cars, &self.liver.training, &self.liver.test].map(|rows| rows.labels.len())
    }

    /// The weight of a sum of this many terms.
    fn weight(&self, terms: usize) -> f64 {
        match self.setting {
            Setting::Paper => 1.0,
            Setting::Script => (terms as f64).recip(),
        }
    }

    /// A draw, in the order of the script.
    fn draw(&self, task: Task, seed: u32) -> Result<Draw, Box<dyn Error>> {
        let mut random = Random::new(seed);
        let (instance, n) = match task {
            Task::Logistic => (self.logistic()?, self.liver.training.features.ncols()),
            Task::Correlation => (self.correlation()?, self.cars.features.ncols()),
            Task::Linear | Task::Quadratic => (self.ridge(task, &mut random)?, self.cars.features.ncols()),
        };
        Ok(Draw { instance, start: random.normals(n) * 2.0, place: random.uniforms(n) })
    }

    fn ridge(&self, task: Task, random: &mut Random) -> Result<Instance, Box<dyn Error>> {
        let (a, b) = (self.cars.features.clone(), self.cars.labels.clone());
        let (loss, penalty) = (self.weight(a.nrows()), self.weight(a.ncols()));
        let n = a.ncols();
        let (a_out, b_out) = (random.normal_matrix(n, n), random.normals(n));
        Ok(if task == Task::Linear {
            Instance::Linear(ridge_linear::Problem::new(ridge_linear::Data { a, b, loss, penalty, slope: b_out })?)
        } else {
            Instance::Quadratic(ridge_quadratic::Problem::new(ridge_quadratic::Data { a, b, loss, penalty, a_out, b_out })?)
        })
    }

    /// `g = -bᵀAx + |y|²`, how far predictions and targets agree. Its slope is that of f at x = 0, so that
    /// `v* = -x*` and `v* / x*` does not change with y: `φ_exp` is super-efficient, however far `F_1` is from diagonal.
    fn correlation(&self) -> Result<Instance, Box<dyn Error>> {
        let (a, b) = (self.cars.features.clone(), self.cars.labels.clone());
        let (loss, penalty) = (self.weight(a.nrows()), self.weight(a.ncols()));
        let slope = a.tr_mul(&b) * -loss;
        Ok(Instance::Linear(ridge_linear::Problem::new(ridge_linear::Data { a, b, loss, penalty, slope })?))
    }

    fn logistic(&self) -> Result<Instance, Box<dyn Error>> {
        let (training, test) = (self.liver.training.times_labels(), self.liver.test.times_labels());
        let (loss, test_loss, penalty) =
            (self.weight(training.nrows()), self.weight(test.nrows()), self.weight(training.ncols()));
        Ok(Instance::Logistic(logistic::Problem::new(logistic::Data { training, test, loss, penalty, test_loss })?))
    }
}

impl Draw {
    fn y(&self, (low, high): (f64, f64)) -> DVector<f64> {
        self.place.map(|place| place * (high - low) + low)
    }

    fn efficiencies(&self, range: (f64, f64)) -> Result<PerMethod, Box<dyn Error>> {
        match &self.instance {
            Instance::Linear(problem) => efficiencies(problem, &self.y(range)),
            Instance::Quadratic(problem) => efficiencies(problem, &self.y(range)),
            Instance::Logistic(problem) => efficiencies(problem, &self.y(range)),
        }
    }

    fn errors(&self, range: (f64, f64)) -> Result<Vec<PerMethod>, Box<dyn Error>> {
        match &self.instance {
            Instance::Linear(problem) => errors(problem, &self.y(range), &self.start),
            Instance::Quadratic(problem) => errors(problem, &self.y(range), &self.start),
            Instance::Logistic(problem) => errors(problem, &self.y(range), &self.start),
        }
    }

    fn along_descent(&self, range: (f64, f64)) -> Result<Vec<PerMethod>, Box<dyn Error>> {
        match &self.instance {
            Instance::Linear(problem) => along_descent(problem, &self.y(range), &self.start),
            Instance::Quadratic(problem) => along_descent(problem, &self.y(range), &self.start),
            Instance::Logistic(problem) => along_descent(problem, &self.y(range), &self.start),
        }
    }
}

/// Centres of the range of y in the figure over y.
fn centres() -> Vec<f64> {
    (0..=24).map(|k| 0.5 * f64::from(k) - 3.0).collect()
}

impl Figure {
    /// `C_y` over draws with these seeds: quartiles of each of [`Method::ALL`].
    pub fn efficiency(&self, source: &Source, draws: u32) -> Result<Vec<[f64; 3]>, Box<dyn Error>> {
        let drawn: Result<Vec<_>, _> = (0..draws).map(|seed| source.draw(self.task, seed)?.efficiencies(self.range)).collect();
        Ok(over_draws(&drawn?))
    }

    /// Everything that is drawn or printed; `tick` is called once per draw.
    pub fn numbers(&self, source: &Source, draws: u32, tick: impl Fn()) -> Result<Numbers, Box<dyn Error>> {
        let abscissae = match self.against {
            Penalty => centres(),
            InnerError => distances(),
            Iterations => iterations().into_iter().map(|k| k as f64).collect(),
        };
        let mut seen: Vec<Vec<PerMethod>> = vec![Vec::new(); abscissae.len()];
        for seed in 0..draws {
            let draw = source.draw(self.task, seed)?;
            let found = match self.against {
                Penalty => self.along_y(&draw, &abscissae)?,
                InnerError => draw.errors(self.range)?,
                Iterations => draw.along_descent(self.range)?,
            };
            for (seen, found) in seen.iter_mut().zip(found) {
                seen.push(found);
            }
            tick();
        }
        let places: Vec<Band> = seen.iter().map(|draws| over_draws(draws)).collect();
        let bands = (0..Method::ALL.len()).map(|method| places.iter().map(|place| place[method]).collect()).collect();
        Ok(Numbers { efficiency: self.efficiency(source, draws)?, abscissae, bands })
    }

    fn along_y(&self, draw: &Draw, centres: &[f64]) -> Result<Vec<PerMethod>, Box<dyn Error>> {
        let half = 0.5 * (self.range.1 - self.range.0);
        centres.iter().map(|centre| draw.efficiencies((centre - half, centre + half))).collect()
    }
}

/// Quartiles of each method.
fn over_draws(draws: &[PerMethod]) -> Band {
    (0..Method::ALL.len()).map(|method| quartiles(draws.iter().map(|draw| draw[method]).collect())).collect()
}
