//! The bounds of `hypergrad::bounds` against the estimators themselves, on random problems: no error that is measured
//! exceeds its bound, and the rates that the bounds promise show in the slopes.

use hypergrad::bounds::constants::{least_squares, least_squares_outer, logistic, logistic_outer};
use hypergrad::bounds::{
    Certificate, Contraction, FixedPointMap, InnerObjective, OuterObjective, OuterSlopes, approximate, fixed_point, last_iterate,
    one_step, rates, unrolled,
};
use hypergrad::estimator::{Aid, Estimator, Ift, OneStep, Piggyback, Truncated, Unrolled, hypergradient};
use hypergrad::linear::{ConjugateGradient, FixedPoint};
use hypergrad::problem::Bilevel;
use hypergrad::solver::{GradientDescent, HeavyBall, Nesterov, Newton, solve};
use nalgebra::{DMatrix, DVector};

type Vector = DVector<f64>;

#[hypergrad::bilevel]
mod least {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub b_val: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        0.5 * (&data.a * x - &data.b).norm_squared() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        0.5 * (&data.a_val * x - &data.b_val).norm_squared()
    }
}

#[hypergrad::bilevel]
mod classes {
    use hypergrad::math::softplus;
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        /// A row per sample, and its label, 1 or -1.
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub b_val: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        (-(&data.a * x).component_mul(&data.b)).map(softplus).sum() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (-(&data.a_val * x).component_mul(&data.b_val)).map(softplus).sum()
    }
}

/// `f = ½ ⟨d∘x, x⟩ - ⟨y, x⟩`: a spectrum of one's own.
#[hypergrad::bilevel]
mod spectrum {
    use nalgebra::DVector;

    pub struct Data {
        pub d: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        0.5 * data.d.dot(&x.component_mul(x)) - y.dot(x)
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.sum()
    }
}

/// Numbers in [-1, 1).
fn numbers(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678_9abc_def1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// What random instances are made of: rows and sides to fit and to judge by, and y.
fn instance(seed: u64, labels: bool) -> ([DMatrix<f64>; 2], [Vector; 2], Vector) {
    let (n, mut next) = (4, numbers(seed + 1));
    let a = [(); 2].map(|()| DMatrix::from_fn(3 * n, n, |_, _| next()));
    let side = |b: f64| if labels { if b > 0.0 { 1.0 } else { -1.0 } } else { b };
    let b = [(); 2].map(|()| Vector::from_fn(3 * n, |_, _| side(next())));
    (a, b, Vector::from_fn(n, |_, _| 0.5 + next()))
}

fn gradient<P: Bilevel<X = Vector, Y = Vector>>(problem: &P, x: &Vector, y: &Vector, estimator: &impl Estimator<P>) -> Vector {
    hypergradient(problem, x, y, estimator).expect("estimates").gradient
}

fn check(certificate: Certificate, measured: f64) {
    // Measured errors carry rounding of size 1e-14.
    assert!(certificate.holds(measured - 1e-12), "{}", certificate.beside(measured));
}

/// Every bound at one instance, against the estimator it is of.
fn bounds_hold<P>(problem: &P, y: &Vector, inner: &InnerObjective, outer: &OuterObjective)
where
    P: Bilevel<Scalar = f64, X = Vector, Y = Vector>,
{
    let (x0, step) = (Vector::zeros(y.len()), inner.best_step());
    let map = inner.gradient_descent(step).expect("contracts");
    let root = solve(problem, &x0, y, &Newton::new().tolerance(1e-13)).expect("converges").x;
    let exact = gradient(problem, &root, y, &Ift::new());
    let method = GradientDescent::new(step);
    let error = |found: Vector| (found - &exact).norm();
    for t in [0, 1, 2, 5, 10, 20, 50, 100] {
        let bound = unrolled(&map, outer, t).expect("constants");
        check(bound, error(gradient(problem, &x0, y, &Unrolled::reverse(method, t))));
        check(bound, error(gradient(problem, &x0, y, &Unrolled::forward(method, t))));
        let x = solve(problem, &x0, y, &method.steps(t)).expect("runs").x;
        implicit(problem, (&x, y), (inner, &map, outer), t, &error);
        one(problem, (&x, &root, y), (inner, &map, outer), &error);
    }
    // From the root itself, |x - x*| = 0: only the derivative of the start is missing.
    let at_root = Contraction { distance: 0.0, ..map };
    for k in [1, 3, 10, 40] {
        check(unrolled(&at_root, outer, k).expect("constants"), error(gradient(problem, &root, y, &Truncated::new(method, k))));
    }
}

/// Theorems 2.2 and 2.4, at x after t steps.
fn implicit<P: Bilevel<Scalar = f64, X = Vector, Y = Vector>>(
    problem: &P,
    (x, y): (&Vector, &Vector),
    (inner, map, outer): (&InnerObjective, &Contraction, &OuterObjective),
    t: usize,
    error: &impl Fn(Vector) -> f64,
) {
    let decay = rates::fixed_point(map.factor, t).expect("contracts");
    for k in [0, 1, 3, 4, 10, 40] {
        let neumann = FixedPoint::new().step(inner.best_step()).steps(k);
        let found = gradient(problem, x, y, &Ift::with(neumann).error_estimate(false));
        check(fixed_point(map, outer, decay, k).expect("constants"), error(found));
        let left = rates::conjugate_gradient(inner.condition(), k).expect("condition");
        let found = gradient(problem, x, y, &Aid::conjugate_gradient(k).error_estimate(false));
        check(approximate(map, outer, decay, left).expect("constants"), error(found));
    }
}

/// Corollary 4: a step of gradient descent from x; and Corollary 3, a step of Newton's method.
fn one<P: Bilevel<Scalar = f64, X = Vector, Y = Vector>>(
    problem: &P,
    (x, root, y): (&Vector, &Vector, &Vector),
    (inner, map, outer): (&InnerObjective, &Contraction, &OuterObjective),
    error: &impl Fn(Vector) -> f64,
) {
    // Both parts of the derivative of Φ, as x changes.
    let whole = FixedPointMap { factor: map.factor, mixed: map.mixed, jacobian_slope: map.slope_1.hypot(map.slope_2) };
    let outside = OuterSlopes { gradient: outer.gradient, gradient_slope: outer.gradient_slope };
    let method = GradientDescent::new(inner.best_step());
    let next = solve(problem, x, y, &method.steps(1)).expect("runs").x;
    let bound = one_step(&whole, &outside, (x - root).norm(), (next - root).norm()).expect("constants");
    check(bound, error(gradient(problem, x, y, &OneStep::new(method))));
}

/// Corollary 3 for Newton's method where F is affine in x: `J^OS = J`, so nothing is left but rounding.
fn newton_is_exact<P: Bilevel<Scalar = f64, X = Vector, Y = Vector>>(problem: &P, x: &Vector, root: &Vector, y: &Vector) {
    let exact = gradient(problem, root, y, &Ift::new());
    let found = gradient(problem, x, y, &OneStep::new(Newton::new()));
    check(last_iterate(0.0, (x - root).norm()).expect("constants"), (found - exact).norm());
}

#[test]
fn estimators_stay_within_their_bounds() {
    for seed in 0..4 {
        let ([a, a_val], [b, b_val], y) = instance(seed, false);
        let penalties = y.map(f64::exp);
        let inner = least_squares(&a, &b, &penalties).exponential(&penalties);
        let outer = least_squares_outer(&a_val, &b_val, inner.distance);
        let problem = least::Problem::new(least::Data { a, b, a_val, b_val }).expect("shapes");
        bounds_hold(&problem, &y, &inner, &outer);
        let root = solve(&problem, &Vector::zeros(4), &y, &Newton::new()).expect("converges").x;
        newton_is_exact(&problem, &root.add_scalar(3.0), &root, &y);

        let ([a, a_val], [b, b_val], y) = instance(seed, true);
        let penalties = y.map(f64::exp);
        let inner = logistic(&a, &b, &penalties).exponential(&penalties);
        // Rows times their labels: the loss of other rows as a function of the scores.
        let outer = logistic_outer(&a_val);
        let problem = classes::Problem::new(classes::Data { a, b, a_val, b_val }).expect("shapes");
        bounds_hold(&problem, &y, &inner, &outer);
    }
}

/// The error after t steps decays like t q^t, q the spectral radius of `Φ_1`.
#[test]
fn unrolled_runs_decay_at_the_rate_of_the_map() {
    for seed in 0..4 {
        let ([a, a_val], [b, b_val], y) = instance(seed, false);
        let problem = least::Problem::new(least::Data { a, b, a_val, b_val }).expect("shapes");
        let x0 = Vector::zeros(4);
        let values = problem.at(&x0, &y).expect("finite").F_1().symmetric_eigenvalues();
        let (mu, l) = (values.min(), values.max());
        let step = 2.0 / (l + mu);
        let q = 1.0 - step * mu;
        let root = solve(&problem, &x0, &y, &Newton::new()).expect("converges").x;
        let exact = gradient(&problem, &root, &y, &Ift::new());
        let error = |t: usize| (gradient(&problem, &x0, &y, &Unrolled::reverse(GradientDescent::new(step), t)) - &exact).norm();
        let t = (1e-8_f64.ln() / q.ln()) as usize;
        let ratio = (error(t + 10) / error(t)).powf(0.1);
        // (1 + 10/t)^(1/10) of the factor t; the signs of two ends of the spectrum.
        assert!((ratio / q - 1.0).abs() < 0.1, "{seed}: {ratio} {q} at {t}");
        // Momentum is faster, each method at its own rate: the radius of its map, to the power of t.
        let kappa: f64 = l / mu;
        // A derivative of the map's powers: up to t² r^t times a constant, so that doubling t shows r^t.
        let shows = |estimate: &dyn Fn(usize) -> Vector, radius: f64| {
            let t = (1e-4_f64.ln() / radius.ln()).ceil() as usize;
            let error = |t: usize| (estimate(t) - &exact).norm();
            let (early, late) = (error(t), error(2 * t));
            assert!(late <= 10.0 * radius.powi(t as i32) * early, "{seed}, {t} steps at {radius}: {early:e} {late:e}");
        };
        let heavy = rates::heavy_ball_radius(kappa).expect("condition");
        shows(&|t| gradient(&problem, &x0, &y, &Unrolled::reverse(HeavyBall::new(mu, l), t)), heavy);
        let nesterov = 1.0 - 2.0 / (3.0 * kappa + 1.0).sqrt();
        shows(&|t| gradient(&problem, &x0, &y, &Unrolled::reverse(Nesterov::new(mu, l), t)), nesterov);
        // Until both have converged.
        let found = gradient(&problem, &x0, &y, &Piggyback::new(GradientDescent::new(step)));
        assert!((found - &exact).norm() < 1e-5, "{seed}");
    }
}

/// Conjugate gradients and the Neumann series at a root, on the worst spectrum: points of Chebyshev between 1 and κ.
#[test]
fn adjoints_converge_at_their_rates() {
    let n = 40;
    for kappa in [10.0_f64, 1e3] {
        let node = |i: usize| (core::f64::consts::PI * (i as f64 + 0.5) / n as f64).cos();
        let d = Vector::from_fn(n, |i, _| 0.5 * (kappa + 1.0) + 0.5 * (kappa - 1.0) * node(i));
        let y = Vector::repeat(n, 1.0);
        let root = y.component_div(&d);
        let problem = spectrum::Problem::new(spectrum::Data { d: d.clone() }).expect("shapes");
        // F_2 = -1: the error of Ω is that of v = 1/d.
        let exact = gradient(&problem, &root, &y, &Ift::new());
        let error = |k: usize| {
            let cg = Ift::with(ConjugateGradient::new().steps(k)).error_estimate(false);
            (gradient(&problem, &root, &y, &cg) - &exact).norm() / exact.norm()
        };
        for k in 0..24 {
            assert!(error(k) <= rates::conjugate_gradient(kappa, k).expect("condition") * (1.0 + 1e-9), "{kappa} {k}");
        }
        let factor = (kappa.sqrt() - 1.0) / (kappa.sqrt() + 1.0);
        let slope = (error(20) / error(8)).powf(1.0 / 12.0);
        assert!((slope.ln() / factor.ln() - 1.0).abs() < 0.34, "{kappa}: {slope} {factor}");
        let (low, high) = (d.min(), d.max());
        let step = 2.0 / (low + high);
        let q = (high - low) / (high + low);
        let error = |k: usize| {
            let neumann = Ift::with(FixedPoint::new().step(step).steps(k)).error_estimate(false);
            (gradient(&problem, &root, &y, &neumann) - &exact).norm() / exact.norm()
        };
        for k in [0, 1, 10, 100] {
            assert!(error(k) <= q.powi(k as i32) * (1.0 + 1e-9), "{kappa} {k}");
        }
        let t = (1e-6_f64.ln() / q.ln()) as usize;
        let slope = (error(t + 20) / error(t)).powf(0.05);
        assert!((slope.ln() / q.ln() - 1.0).abs() < 0.05, "{kappa}: {slope} {q}");
    }
}
