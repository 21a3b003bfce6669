//! What runs on the servo: a window of samples, a fit of the motor, and how fast the fit forgets. No heap, no `std`, `f32`.

use hypergrad::bilevel;
use hypergrad::estimator::Ift;
use hypergrad::solver::Newton;
use nalgebra::{Vector2, Vector3};

use fit::{NEXT, PAST, Window};

/// The motor `v' = a v + b u + c` (speed v, drive u), fitted to the past with weights that fall with age; judged by the
/// samples that came after.
#[bilevel]
pub mod fit {
    use nalgebra::{ComplexField, SMatrix, SVector, Vector2, Vector3};

    /// Samples that are fitted.
    pub const PAST: usize = 48;
    /// Samples that come after.
    pub const NEXT: usize = 16;

    /// A row of (speed, drive, 1) and the speed after it, for each sample.
    #[derive(Clone)]
    pub struct Window {
        pub past: SMatrix<f32, PAST, 3>,
        pub past_speed: SVector<f32, PAST>,
        pub next: SMatrix<f32, NEXT, 3>,
        pub next_speed: SVector<f32, NEXT>,
        /// The fit before.
        pub before: Vector3<f32>,
    }

    /// Least squares: a sample of age k weighs `exp(-e^y0 k)`, and the fit before weighs `e^y1`.
    pub fn f(x: &Vector3<f32>, y: &Vector2<f32>, window: &Window) -> f32 {
        let r = window.past * x - window.past_speed;
        let weights = SVector::<f32, PAST>::from_fn(|k, _| ComplexField::exp(-ComplexField::exp(y[0]) * (PAST - k) as f32));
        weights.dot(&r.component_mul(&r)) + ComplexField::exp(y[1]) * (x - window.before).norm_squared()
    }

    /// How well the fit foretells what came after.
    pub fn g(x: &Vector3<f32>, _y: &Vector2<f32>, window: &Window) -> f32 {
        (window.next * x - window.next_speed).norm_squared()
    }
}

/// How far y moves at a window.
const STEP: f32 = 0.15;
/// Memory from 3 to 150 samples; the fit before weighs between `e^-12` and `e^2`.
const BOUNDS: [(f32, f32); 2] = [(-5.0, 1.1), (-12.0, 2.0)];

/// The state between samples.
#[derive(Clone)]
pub struct Servo {
    window: Window,
    filled: usize,
    /// a, b and c.
    pub motor: Vector3<f32>,
    /// The logarithms of the rate of forgetting and of the weight of the fit before.
    pub y: Vector2<f32>,
    /// Whether y is tuned.
    pub tunes: bool,
    /// Windows at which solver or estimator failed: the fit before was kept.
    pub failures: u32,
}

impl Servo {
    /// Knows nothing of its motor.
    pub fn new(y: Vector2<f32>, tunes: bool) -> Self {
        let window = Window {
            past: nalgebra::SMatrix::zeros(),
            past_speed: nalgebra::SVector::zeros(),
            next: nalgebra::SMatrix::zeros(),
            next_speed: nalgebra::SVector::zeros(),
            before: Vector3::zeros(),
        };
        Self { window, filled: 0, motor: Vector3::zeros(), y, tunes, failures: 0 }
    }

    /// One sample: the speed, the drive, and the speed that came of them.
    pub fn sample(&mut self, speed: f32, drive: f32, after: f32) {
        let k = self.filled % NEXT;
        self.window.next.set_row(k, &nalgebra::RowVector3::new(speed, drive, 1.0));
        self.window.next_speed[k] = after;
        self.filled += 1;
        if self.filled.is_multiple_of(NEXT) {
            self.tune();
            self.shift();
            self.fit();
        }
    }

    /// The speed that is expected.
    pub fn expected(&self, speed: f32, drive: f32) -> f32 {
        self.motor.dot(&Vector3::new(speed, drive, 1.0))
    }

    /// One step on y along the hypergradient, with the samples that just came as the judges.
    fn tune(&mut self) {
        if !self.tunes || self.filled <= PAST {
            return;
        }
        let found = fit::Problem::new(&self.window).ok().and_then(|problem| {
            let solved = problem.solve(&self.motor, &self.y, &Newton::new()).ok()?;
            Some(problem.hypergradient(&solved.x, &self.y, &Ift::new()).ok()?.gradient)
        });
        let Some(gradient) = found else {
            self.failures += 1;
            return;
        };
        let size = gradient.norm();
        if size > 0.0 {
            self.y -= gradient * (STEP / size);
        }
        for (y, (least, most)) in self.y.iter_mut().zip(BOUNDS) {
            *y = y.clamp(least, most);
        }
    }

    /// The new samples become the youngest of the past.
    fn shift(&mut self) {
        for k in 0..PAST {
            let (row, speed) = match k + NEXT {
                from if from < PAST => (self.window.past.row(from).into_owned(), self.window.past_speed[from]),
                from => (self.window.next.row(from - PAST).into_owned(), self.window.next_speed[from - PAST]),
            };
            self.window.past.set_row(k, &row);
            self.window.past_speed[k] = speed;
        }
        self.window.before = self.motor;
    }

    fn fit(&mut self) {
        let problem = fit::Problem::new(&self.window).ok();
        match problem.and_then(|problem| problem.solve(&self.motor, &self.y, &Newton::new()).ok()) {
            Some(solved) => self.motor = solved.x,
            None => self.failures += 1,
        }
    }
}
