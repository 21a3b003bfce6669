//! The bounds hold on random instances, and the rates that they promise show in the slopes.

use hypergrad_runtime::bounds::constants::{least_squares, least_squares_outer, logistic, logistic_outer};
use hypergrad_runtime::bounds::{
    Certificate, FixedPointMap, InnerObjective, OuterObjective, OuterSlopes, approximate, descent, fixed_point, last_iterate,
    one_step, one_step_jacobian, rates, unrolled, value_smoothness,
};
use hypergrad_runtime::math::sigmoid;
use hypergrad_runtime::nalgebra::{DMatrix, DVector};

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

/// A regression with one penalty `e^{y_i}` per feature, differentiated by hand.
struct Regression {
    kind: Kind,
    x: DMatrix<f64>,
    b: DVector<f64>,
    x_val: DMatrix<f64>,
    b_val: DVector<f64>,
    penalties: DVector<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    LeastSquares,
    Logistic,
}

impl Regression {
    fn random(kind: Kind, n: usize, seed: u64) -> Self {
        let mut next = numbers(seed);
        let rows = 3 * n;
        let mut side = |count: usize| match kind {
            Kind::LeastSquares => DVector::from_fn(count, |_, _| next()),
            Kind::Logistic => DVector::from_fn(count, |_, _| if next() > 0.0 { 1.0 } else { -1.0 }),
        };
        let (b, b_val) = (side(rows), side(rows));
        let mut next = numbers(seed + 1000);
        let x = DMatrix::from_fn(rows, n, |_, _| next());
        let x_val = DMatrix::from_fn(rows, n, |_, _| next());
        let penalties = DVector::from_fn(n, |_, _| (0.5 + next()).exp());
        Self { kind, x, b, x_val, b_val, penalties }
    }

    fn constants(&self) -> (InnerObjective, OuterObjective) {
        let inner = match self.kind {
            Kind::LeastSquares => least_squares(&self.x, &self.b, &self.penalties),
            Kind::Logistic => logistic(&self.x, &self.b, &self.penalties),
        }
        .exponential(&self.penalties);
        let outer = match self.kind {
            Kind::LeastSquares => least_squares_outer(&self.x_val, &self.b_val, inner.distance),
            Kind::Logistic => logistic_outer(&self.x_val),
        };
        (inner, outer)
    }

    /// Gradient of a loss by the weights.
    fn loss_gradient(&self, x: &DMatrix<f64>, b: &DVector<f64>, w: &DVector<f64>) -> DVector<f64> {
        let scores = x * w;
        let slopes = match self.kind {
            Kind::LeastSquares => scores - b,
            Kind::Logistic => DVector::from_fn(b.len(), |e, _| -b[e] * sigmoid(-b[e] * scores[e])),
        };
        x.tr_mul(&slopes)
    }

    fn f_1(&self, w: &DVector<f64>) -> DVector<f64> {
        self.loss_gradient(&self.x, &self.b, w) + self.penalties.component_mul(w)
    }

    fn g_1(&self, w: &DVector<f64>) -> DVector<f64> {
        self.loss_gradient(&self.x_val, &self.b_val, w)
    }

    fn hessian(&self, w: &DVector<f64>) -> DMatrix<f64> {
        let scores = &self.x * w;
        let curvature = match self.kind {
            Kind::LeastSquares => DVector::repeat(self.b.len(), 1.0),
            Kind::Logistic => scores.map(|s| sigmoid(s) * sigmoid(-s)),
        };
        self.x.tr_mul(&DMatrix::from_diagonal(&curvature)) * &self.x + DMatrix::from_diagonal(&self.penalties)
    }

    fn mixed(&self, w: &DVector<f64>) -> DMatrix<f64> {
        DMatrix::from_diagonal(&self.penalties.component_mul(w))
    }

    fn gradient_steps(&self, step: f64, t: usize) -> Vec<DVector<f64>> {
        let mut iterates = vec![DVector::zeros(self.penalties.len())];
        for k in 0..t {
            let next = &iterates[k] - step * self.f_1(&iterates[k]);
            iterates.push(next);
        }
        iterates
    }

    fn solution(&self) -> DVector<f64> {
        let mut w = DVector::zeros(self.penalties.len());
        for _ in 0..60 {
            let step = self.hessian(&w).lu().solve(&self.f_1(&w)).expect("definite");
            w -= step;
        }
        w
    }

    /// `-F_2ᵀ F_1⁻¹ g_1`.
    fn hypergradient(&self, w: &DVector<f64>) -> DVector<f64> {
        let v = self.hessian(w).lu().solve(&self.g_1(w)).expect("definite");
        -self.mixed(w).tr_mul(&v)
    }

    /// Reverse through stored gradient steps.
    fn unrolled(&self, step: f64, t: usize) -> DVector<f64> {
        let iterates = self.gradient_steps(step, t);
        let mut v = self.g_1(&iterates[t]);
        let mut gradient = DVector::zeros(self.penalties.len());
        for w in iterates[..t].iter().rev() {
            gradient -= step * self.mixed(w).tr_mul(&v);
            v = &v - step * self.hessian(w).tr_mul(&v);
        }
        gradient
    }
}

fn instances() -> impl Iterator<Item = Regression> {
    [Kind::LeastSquares, Kind::Logistic].into_iter().flat_map(|kind| (0..8).map(move |seed| Regression::random(kind, 5, seed)))
}

fn check(certificate: Certificate, measured: f64) {
    // Measured errors carry rounding of size 1e-14.
    assert!(certificate.holds(measured - 1e-12), "{}", certificate.beside(measured));
}

#[test]
fn constants_bound_what_they_name() {
    for problem in instances() {
        let (inner, outer) = problem.constants();
        let star = problem.solution();
        assert!(star.norm() <= inner.distance, "{:?}", problem.kind);
        let mut next = numbers(77);
        for _ in 0..20 {
            let mut point = |size: f64| {
                let direction = DVector::from_fn(star.len(), |_, _| next());
                direction.normalize() * (size * next().abs())
            };
            let (w, u) = (point(2.0 * inner.distance), point(2.0 * inner.distance));
            let eigenvalues = problem.hessian(&w).symmetric_eigenvalues();
            let room = 1.0 + 1e-12;
            assert!(eigenvalues.min() >= inner.mu / room && eigenvalues.max() <= inner.smoothness * room);
            let apart = (&w - &u).norm();
            let change = (problem.hessian(&w) - problem.hessian(&u)).symmetric_eigenvalues().amax();
            assert!(change <= inner.hessian_slope * apart * room + 1e-12);
            assert!((problem.mixed(&w) - problem.mixed(&u)).symmetric_eigenvalues().amax() <= inner.mixed_slope * apart * room);
            assert!(problem.mixed(&w).symmetric_eigenvalues().amax() <= inner.mixed * room);
            assert!(problem.g_1(&w).norm() <= outer.gradient * room);
            assert!((problem.g_1(&w) - problem.g_1(&u)).norm() <= outer.gradient_slope * apart * room);
        }
    }
}

#[test]
fn theorem_2_1_bounds_iterative_differentiation() {
    for problem in instances() {
        let (inner, outer) = problem.constants();
        let (step, exact) = (inner.best_step(), problem.hypergradient(&problem.solution()));
        let map = inner.gradient_descent(step).expect("contracts");
        for t in [0, 1, 2, 5, 10, 20, 50, 100] {
            let error = (problem.unrolled(step, t) - &exact).norm();
            check(unrolled(&map, &outer, t).expect("constants"), error);
        }
    }
}

#[test]
fn theorems_2_2_and_2_4_bound_implicit_differentiation() {
    for problem in instances() {
        let (inner, outer) = problem.constants();
        let (step, exact) = (inner.best_step(), problem.hypergradient(&problem.solution()));
        let map = inner.gradient_descent(step).expect("contracts");
        for t in [1, 5, 20, 60] {
            let w = problem.gradient_steps(step, t).pop().expect("iterates");
            let decay = rates::fixed_point(map.factor, t).expect("contracts");
            // The adjoint of the map: (I - Φ_1ᵀ) v = g_1, Φ_2 = -α F_2.
            let (hessian, right) = (problem.hessian(&w), problem.g_1(&w));
            let solved = hessian.clone().lu().solve(&(&right / step)).expect("definite");
            let mut v = DVector::zeros(w.len());
            for k in 0..40 {
                let estimate = -step * problem.mixed(&w).tr_mul(&v);
                let error = (&estimate - &exact).norm();
                check(fixed_point(&map, &outer, decay, k).expect("constants"), error);
                let left = (&v - &solved).norm() / solved.norm();
                check(approximate(&map, &outer, decay, left).expect("constants"), error);
                v = &v - step * hessian.tr_mul(&v) + &right;
            }
        }
    }
}

#[test]
fn unrolling_decays_as_the_theorem_says() {
    // Quadratic: the error is a polynomial times q^t, and q its limit ratio.
    let problem = Regression::random(Kind::LeastSquares, 4, 5);
    let (inner, _) = problem.constants();
    let step = inner.best_step();
    let q = inner.gradient_descent(step).expect("contracts").factor;
    let exact = problem.hypergradient(&problem.solution());
    let error = |t: usize| (problem.unrolled(step, t) - &exact).norm();
    // Away from the first steps and from rounding; t/q q^t: the ratio over 10 steps tends to q¹⁰ (1 + 10/t).
    let t = (1e-7_f64.ln() / q.ln()) as usize;
    let ratio = (error(t + 10) / error(t)).powf(0.1);
    assert!((ratio / q - 1.0).abs() < 1.5 / t as f64 * 10.0, "{ratio} {q} at {t}");
    assert!(ratio < q * (1.0 + 10.0 / t as f64));
}

#[test]
fn conjugate_gradients_keep_their_rate() {
    let n = 40;
    for condition in [10.0, 1e3] {
        // Eigenvalues at the points of Chebyshev are the worst case.
        let eigenvalues = DVector::from_fn(n, |i, _| {
            let node = (core::f64::consts::PI * (i as f64 + 0.5) / n as f64).cos();
            0.5 * (condition + 1.0) + 0.5 * (condition - 1.0) * node
        });
        let right = DVector::repeat(n, 1.0);
        let solution = right.component_div(&eigenvalues);
        let (mut v, mut r) = (DVector::zeros(n), right.clone());
        let mut p = r.clone();
        let mut errors = Vec::new();
        for k in 0..24 {
            let error = (&v - &solution).norm() / solution.norm();
            assert!(error <= rates::conjugate_gradient(condition, k).expect("condition") * (1.0 + 1e-9), "{condition} {k}");
            errors.push(error);
            let image = eigenvalues.component_mul(&p);
            let alpha = r.norm_squared() / p.dot(&image);
            v += alpha * &p;
            let next = &r - alpha * &image;
            let beta = next.norm_squared() / r.norm_squared();
            p = &next + beta * &p;
            r = next;
        }
        // The slope over the last steps is the factor (√κ - 1) / (√κ + 1), within a third of its logarithm.
        let factor = (condition.sqrt() - 1.0) / (condition.sqrt() + 1.0);
        let slope = (errors[20] / errors[8]).powf(1.0 / 12.0);
        assert!((slope.ln() / factor.ln() - 1.0).abs() < 0.34, "{condition}: {slope} {factor}");
    }
}

/// `Φ = a x + c sin y`, `g = x`: x* = c sin y / (1 - a).
#[test]
fn corollary_5_needs_the_change_of_y() {
    let (a, c) = (0.05, 0.09);
    let map = FixedPointMap { factor: a, mixed: c, jacobian_slope: c };
    let outer = OuterSlopes { gradient: 1.0, gradient_slope: 0.0 };
    let smoothness = value_smoothness(&map, &outer).expect("constants");
    let measured = c / (1.0 - a);
    assert!(measured <= smoothness, "{measured} {smoothness}");
    // Tight to a tenth here; the printed constant, with L_F / (1 - ρ) for the whole factor, is too small.
    assert!(smoothness < 1.1 * measured);
    let printed = measured * c / (1.0 - a);
    assert!(printed < measured);
}

#[test]
fn one_step_stays_within_its_corollaries() {
    let (a, c) = (0.3, 0.7);
    // Φ = a sin x + c sin y: |Φ_1| <= a, |Φ_2| <= c, the Jacobian (a cos x, c cos y) has slope max(a, c).
    let map = FixedPointMap { factor: a, mixed: c, jacobian_slope: c };
    let outer = OuterSlopes { gradient: 1.0, gradient_slope: 1.0 };
    for y in [-1.2_f64, 0.1, 0.9] {
        let star = (0..200).fold(0.0_f64, |x, _| a * x.sin() + c * y.sin());
        let jacobian = c * y.cos() / (1.0 - a * star.cos());
        let (mut before, mut last) = (0.0, 0.0_f64);
        for k in 0..30 {
            (before, last) = if k == 0 { (1.5, a * 1.5_f64.sin() + c * y.sin()) } else { (last, a * last.sin() + c * y.sin()) };
            let one = c * y.cos();
            let (behind, left) = ((before - star).abs(), (last - star).abs());
            check(one_step_jacobian(&map, behind).expect("constants"), (one - jacobian).abs());
            // g = cos x
            let error = (-one * last.sin() + jacobian * star.sin()).abs();
            check(one_step(&map, &outer, behind, left).expect("constants"), error);
        }
        assert!(before.is_finite());
    }
}

#[test]
fn corollary_3_bounds_a_newton_step() {
    // F = x³ + x - y; the Newton map's derivative by y at x is 1 / (3x² + 1).
    let jacobian = |x: f64| 1.0 / (3.0 * x * x + 1.0);
    for y in [-2.0, 0.3, 1.7] {
        let newton = |x: f64| x - (x * x * x + x - y) * jacobian(x);
        let star = (0..60).fold(1.0, |x, _| newton(x));
        let mut x = 1.5;
        for _ in 0..6 {
            // |d/dx 1/(3x² + 1)| = 6|x| / (3x² + 1)² <= 9/8 / √... < 1.13
            check(last_iterate(1.13, f64::abs(x - star)).expect("constants"), (jacobian(x) - jacobian(star)).abs());
            x = newton(x);
        }
    }
}

#[test]
fn corollary_5_bounds_descent_with_one_step_gradients() {
    let (a, c) = (0.3, 0.7);
    let map = FixedPointMap { factor: a, mixed: c, jacobian_slope: c };
    let outer = OuterSlopes { gradient: 1.0, gradient_slope: 1.0 };
    let smoothness = value_smoothness(&map, &outer).expect("constants");
    let star = |y: f64| (0..200).fold(0.0_f64, |x, _| a * x.sin() + c * y.sin());
    let mut y = 0.4;
    let mut smallest = f64::INFINITY;
    for k in 1..=200 {
        let x = star(y);
        // h = cos(x*), inf h >= cos(c / (1 - a))
        let gradient = -c * y.cos() / (1.0 - a * x.cos()) * x.sin();
        smallest = smallest.min(gradient.abs());
        let error = one_step(&map, &outer, 0.0, 0.0).expect("constants").bound;
        let decrease = star(0.4).cos() - (c / (1.0 - a)).cos();
        check(descent(smoothness, decrease, error, k).expect("constants"), smallest);
        y += c * y.cos() * x.sin() / smoothness;
    }
}

#[test]
fn constants_without_meaning_are_refused() {
    let (inner, outer) = Regression::random(Kind::LeastSquares, 3, 1).constants();
    let error = inner.gradient_descent(2.0 / inner.mu).expect_err("diverges");
    assert!(error.value >= 1.0, "{error}");
    let mut map = inner.gradient_descent(inner.best_step()).expect("contracts");
    map.slope_1 = f64::NAN;
    assert_eq!(unrolled(&map, &outer, 3).expect_err("NaN").name, "slope_1");
    assert!(rates::conjugate_gradient(0.5, 3).is_err());
    assert!(descent(1.0, 1.0, 0.0, 0).is_err());
}

#[test]
fn a_map_that_ends_in_one_step_has_bounds() {
    // L = μ: q = 0, and t q^{t-1} is 1 for t = 1.
    let inner = InnerObjective { mu: 2.0, smoothness: 2.0, hessian_slope: 0.0, mixed_slope: 0.5, mixed: 1.0, distance: 1.0 };
    let outer = OuterObjective { gradient: 1.0, gradient_slope: 1.0, direct_slope: 0.0 };
    let map = inner.gradient_descent(inner.best_step()).expect("contracts");
    assert_eq!(map.factor, 0.0);
    assert!(unrolled(&map, &outer, 1).expect("constants").bound > 0.0);
    assert_eq!(unrolled(&map, &outer, 2).expect("constants").bound, 0.0);
}

#[test]
fn certificates_can_be_read() {
    let inner = InnerObjective { mu: 1.0, smoothness: 3.0, hessian_slope: 0.0, mixed_slope: 1.0, mixed: 1.0, distance: 1.0 };
    let outer = OuterObjective { gradient: 1.0, gradient_slope: 1.0, direct_slope: 0.0 };
    let certificate = unrolled(&inner.gradient_descent(0.5).expect("contracts"), &outer, 8).expect("constants");
    let text = certificate.beside(1e-6).to_string();
    assert_eq!(text, format!("measured 1.00e-6 <= {:.2e}, Grazzi, Theorem 2.1", certificate.bound));
    assert!(certificate.beside(10.0).to_string().contains("EXCEEDS"));
    assert!(certificate.to_string().contains("derivative of the start"));
    let sum: f64 = certificate.terms.iter().map(|term| term.value).sum();
    assert!((sum - certificate.bound).abs() < 1e-15);
}
