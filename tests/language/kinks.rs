//! Functions at their kinks: the table of `docs/language.md`, as numbers of the emitted code.

use hypergrad::bilevel;
use nalgebra::{SVector, Vector3};

/// One kink per coordinate, each with its own weight in y.
#[bilevel]
pub mod table {
    use hypergrad::math::huber;
    use nalgebra::SVector;

    /// At `x = 0` but for the ends of `clamp` and of `huber`.
    pub fn f(x: &SVector<f64, 9>, y: &SVector<f64, 9>) -> f64 {
        let kinks = y[0] * x[0].abs()
            + y[1] * x[1].signum()
            + y[2] * x[2].max(3.0 * x[2])
            + y[3] * x[3].min(3.0 * x[3])
            + y[4] * (2.0 * x[4]).clamp(-2.0, 2.0)
            + y[5] * (2.0 * x[5]).clamp(-2.0, 2.0)
            + y[6] * huber(x[6], 0.5)
            + y[7] * huber(x[7], 0.5)
            + y[8] * x[8].max(0.0).powi(2);
        kinks + 0.5 * x.norm_squared()
    }

    pub fn g(x: &SVector<f64, 9>, _y: &SVector<f64, 9>) -> f64 {
        x.sum()
    }
}

/// Whole numbers: constant between jumps.
#[bilevel]
pub mod steps {
    use nalgebra::SVector;

    static SHIFT: f64 = 0.25;

    pub fn f(x: &SVector<f64, 5>, y: &SVector<f64, 5>) -> f64 {
        let whole = y[0] * x[0].floor() + y[1] * x[1].ceil() + y[2] * x[2].round() + y[3] * (x[3] * x[4]).trunc();
        whole + (x[4] * y[4]).fract().powi(3) + 0.5 * (x - y).add_scalar(SHIFT).norm_squared()
    }

    pub fn g(x: &SVector<f64, 5>, y: &SVector<f64, 5>) -> f64 {
        x.map(f64::floor).dot(y) + x.map(|t| t.fract() * t).sum()
    }
}

/// Angles and other remainders.
#[bilevel]
pub mod remainders {
    use nalgebra::SVector;

    fn wrapped(angle: f64) -> f64 {
        (angle + std::f64::consts::PI).rem_euclid(std::f64::consts::TAU) - std::f64::consts::PI
    }

    pub fn f(x: &SVector<f64, 5>, y: &SVector<f64, 5>) -> f64 {
        let turns: f64 = x.iter().zip(y.iter()).map(|(a, b)| wrapped(5.0 * a - b).powi(2)).sum();
        turns + (x[0] * 3.2) % (1.0 + y[0]) + x[1].div_euclid(y[1]) * x[2] + x.norm_squared()
    }

    pub fn g(x: &SVector<f64, 5>, y: &SVector<f64, 5>) -> f64 {
        x.map(|t| (3.0 * t) % 2.0).dot(y)
    }
}

#[test]
fn what_divisions_leave() {
    let problem = remainders::Problem::new().unwrap();
    let x = SVector::<f64, 5>::from([1.3, -0.7, 2.6, -1.8, 1.4]);
    let y = SVector::<f64, 5>::from([0.3, 0.6, -0.4, 0.9, 1.7]);
    crate::check(&problem, &x, &y);
    const { assert!(!remainders::Problem::STRUCTURE.smooth) };
}

#[test]
fn whole_numbers() {
    let problem = steps::Problem::new().unwrap();
    let x = SVector::<f64, 5>::from([1.3, -0.7, 2.6, -1.8, 1.4]);
    let y = SVector::<f64, 5>::from([0.3, 0.6, -0.4, 0.9, 1.7]);
    let at = problem.at(&x, &y).unwrap();
    assert!((at.f() - steps::f(&x, &y)).abs() < 1e-12 && (at.g() - steps::g(&x, &y)).abs() < 1e-12);
    crate::check(&problem, &x, &y);
    const { assert!(!steps::Problem::STRUCTURE.smooth) };
    // At a jump, and halfway between two.
    let x = SVector::<f64, 5>::from([2.0, -3.0, 2.5, -2.0, 1.0]);
    let at = problem.at(&x, &y).unwrap();
    assert!((at.f() - steps::f(&x, &y)).abs() < 1e-12);
    assert!((at.g_1() - (x.map(f64::trunc) * 0.0 + x + x.map(f64::fract))).norm() < 1e-12, "{}", at.g_1());
}

/// Of whole vectors.
#[bilevel]
pub mod vectors {
    use nalgebra::Vector3;

    pub fn f(x: &Vector3<f64>, y: &Vector3<f64>) -> f64 {
        0.5 * x.norm_squared() + y[0] * x.max() + y[1] * x.min() + y[2] * x.amax()
    }

    pub fn g(x: &Vector3<f64>, y: &Vector3<f64>) -> f64 {
        y[0] * x.norm() + y[1] * (2.0 * x).magnitude() + y[2] * x.metric_distance(&Vector3::zeros())
    }
}

/// The root of zero has no derivative that is finite.
#[bilevel]
pub mod root {
    pub fn f(x: f64, y: f64) -> f64 {
        0.5 * x * x - x * y
    }

    pub fn g(x: f64, y: f64) -> f64 {
        x.sqrt() * y
    }
}

#[test]
fn of_scalars() {
    let problem = table::Problem::new().unwrap();
    let x = SVector::<f64, 9>::from([0.0, 0.0, 0.0, 0.0, 1.0, -1.0, 0.5, -0.5, 0.0]);
    let y = SVector::<f64, 9>::from([1.0, 10.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
    let at = problem.at(&x, &y).unwrap();
    // abs 0, signum 0, ties (1 + 3)/2, clamp 2 at both ends, huber δ sign, max(0, x)² 0.
    assert_eq!((at.F() - x).as_slice(), [0.0, 0.0, 2.0, 2.0, 2.0, 2.0, 0.5, -0.5, 0.0]);
    // huber'' is 1 for |t| <= δ; max(0, x)²'' = 2 (1/2)² at the tie.
    let second: Vec<f64> = (0..9).map(|i| at.F_1()[(i, i)] - 1.0).collect();
    assert_eq!(second, [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.5]);
    assert!(at.F_11().flat().iter().all(|entry| *entry == 0.0));
    let beyond = SVector::<f64, 9>::from([0.0, 0.0, 0.0, 0.0, 1.0 + 1e-9, -1.0 - 1e-9, 0.5 + 1e-9, -0.5 - 1e-9, 0.0]);
    let outside = problem.at(&beyond, &y).unwrap();
    for i in 4..8 {
        assert_eq!(outside.F_1()[(i, i)], 1.0);
    }
    assert_eq!([outside.F()[4] - beyond[4], outside.F()[5] - beyond[5]], [0.0, 0.0]);
}

#[test]
fn of_vectors() {
    let problem = vectors::Problem::new().unwrap();
    let at = problem.at(&Vector3::repeat(0.25), &Vector3::new(3.0, 6.0, 9.0)).unwrap();
    // Ties are shared equally: a third of 3 + 6 + 9 to each.
    assert_eq!(at.F(), Vector3::repeat(0.25 + 6.0));
    let at = problem.at(&Vector3::new(-1.0, 1.0, 0.5), &Vector3::new(3.0, 6.0, 9.0)).unwrap();
    assert_eq!(at.F(), Vector3::new(-1.0 + 6.0 - 4.5, 1.0 + 3.0 + 4.5, 0.5));
    // norm at 0.
    let at = problem.at(&Vector3::zeros(), &Vector3::new(3.0, 6.0, 9.0)).unwrap();
    assert_eq!((at.g(), at.g_1()), (0.0, Vector3::zeros()));
    assert!(at.g_11().iter().chain(at.Omega_1().unwrap().iter()).all(|entry| entry.is_finite()));
}

#[test]
fn the_root_of_zero_is_an_error() {
    let problem = root::Problem::new().unwrap();
    let at = problem.at(&0.0, &1.0).unwrap();
    assert!(!at.g_1().is_finite());
    assert!(at.Omega().is_err());
    assert!(problem.at(&0.25, &1.0).unwrap().Omega().is_ok());
}
