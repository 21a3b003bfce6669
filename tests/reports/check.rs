//! `check_derivatives` where differences have a hard time: at roots, on kinks, where the function as
//! written has lost its digits.

use hypergrad::bilevel;
use hypergrad::check::{DerivativeReport, Doubt, Verdict};
use hypergrad::solver::{FixedPoint, Newton};
use nalgebra::{DVector, dmatrix, dvector};

#[bilevel]
mod root {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
    }

    pub fn F(x: &DVector<f64>, y: &DVector<f64>, d: &Data) -> DVector<f64> {
        &d.a * x + x.map(f64::sinh) - d.b.component_mul(&y.map(f64::exp))
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, _d: &Data) -> f64 {
        (x - y).norm_squared() + x.dot(y)
    }

    /// A preconditioner of the module's own.
    pub fn P(x: &DVector<f64>, _y: &DVector<f64>, d: &Data) -> DVector<f64> {
        d.a.diagonal() + x.map(f64::cosh)
    }
}

#[bilevel]
mod fixed_point {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub w: DMatrix<f64>,
    }

    pub fn Phi(x: &DVector<f64>, y: &DVector<f64>, d: &Data) -> DVector<f64> {
        (&d.w * x + y).map(f64::tanh)
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, _d: &Data) -> f64 {
        x.norm_squared()
    }
}

#[bilevel]
mod objective {
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        (x - y).norm_squared() + x.map(f64::cosh).sum()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        x.dot(y)
    }
}

fn certain(report: &DerivativeReport) {
    assert!(report.is_certain(), "{report}");
    for row in ["claim: tangent super-efficient", "claim: newton super-efficient", "claim: smooth"] {
        assert!(report.row(row).is_some(), "{row} is missing\n{report}");
    }
}

/// F is rounding there: 1e-17, of terms near 1.
#[test]
fn a_root_is_a_point_like_others() {
    let problem =
        root::Problem::new(root::Data { a: dmatrix![3.0, 0.4, 0.1; -0.3, 2.0, 0.2; 0.1, 0.2, 4.0], b: dvector![1.0, -2.0, 0.5] })
            .unwrap();
    let y = dvector![0.3, -0.2, 0.1];
    let x = problem.solve(&DVector::zeros(3), &y, &Newton::new().tolerance(1e-15).max_steps(30));
    let x = x.map_or_else(|error| panic!("{error}"), |solution| solution.x);
    let report = problem.check_derivatives(&x, &y).unwrap();
    certain(&report);
    assert!(report.row("P").is_some() && report.row("d(P u)/dx").is_some(), "{report}");

    let problem = fixed_point::Problem::new(fixed_point::Data { w: dmatrix![0.3, -0.4; 0.2, 0.5] }).unwrap();
    let y = dvector![0.3, -0.2];
    let x = problem.solve(&DVector::zeros(2), &y, &FixedPoint::new().tolerance(1e-15).max_steps(300)).unwrap().x;
    certain(&problem.check_derivatives(&x, &y).unwrap());

    let problem = objective::Problem::new().unwrap();
    let x = problem.solve(&y, &y, &Newton::new().tolerance(1e-15)).unwrap().x;
    certain(&problem.check_derivatives(&x, &y).unwrap());
}

#[bilevel]
mod kinked {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
    }

    /// Hinges and a Huber loss: at x = 0 half of the samples lie on a kink.
    pub fn f(x: &DVector<f64>, y: &DVector<f64>, d: &Data) -> f64 {
        let z = &d.a * x;
        z.map(|t| t.max(0.0) * (1.0 + t)).sum() + y.map(f64::exp).dot(&x.component_mul(x)) + z.map(|t| t.abs() * t).sum()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, _d: &Data) -> f64 {
        x.map(|t| hypergrad::math::huber(t, 0.5)).sum() + x.map(f64::abs).dot(y)
    }
}

/// At x = 0 and at x = 1/2, the natural points; the slopes of samples of opposite signs hide one another.
#[test]
fn a_kink_is_named() {
    let problem = kinked::Problem::new(kinked::Data { a: dmatrix![1.0, 0.5; -1.0, 0.5; 0.3, -0.5; 1.0, -0.5] }).unwrap();
    let y = dvector![0.3, -0.2];
    let mut kinks = 0;
    for x in [dvector![0.0, 0.0], dvector![0.5, 0.0], dvector![0.5, -0.5]] {
        let report = problem.check_derivatives(&x, &y).unwrap();
        assert!(report.agrees(), "{report}");
        let doubts: Vec<_> = report.rows.iter().filter(|row| row.verdict == Verdict::Uncertain).collect();
        assert!(doubts.iter().all(|row| row.doubt == Some(Doubt::Kink)), "{report}");
        kinks += doubts.len();
    }
    assert!(kinks > 3, "{kinks}");
    // Beside the kinks nothing is in doubt.
    let report = problem.check_derivatives(&dvector![0.31, -0.17], &y).unwrap();
    assert!(report.is_certain(), "{report}");
}

#[bilevel]
mod digits {
    /// For large x the logarithm of 1 + rounding.
    pub fn f(x: f64, y: f64) -> f64 {
        (1.0 + (-x).exp()).ln() + 1e-300 * x * x * y
    }

    /// 12 digits go and come back.
    pub fn g(x: f64, y: f64) -> f64 {
        (1e12 + x * y) - 1e12
    }
}

#[test]
fn lost_digits_are_named() {
    let problem = digits::Problem::new().unwrap();
    for x in [30.0, 37.0, 1e3] {
        let report = problem.check_derivatives(&x, &0.7).unwrap();
        assert!(report.agrees(), "{x}\n{report}");
        for row in report.rows.iter().filter(|row| row.verdict == Verdict::Uncertain) {
            assert!(matches!(row.doubt, Some(Doubt::Rounding | Doubt::Noise)), "{x}\n{report}");
        }
        assert!(x > 999.0 || report.rows.iter().any(|row| row.doubt == Some(Doubt::Rounding)), "{x}\n{report}");
    }
}

#[bilevel]
mod zero {
    use nalgebra::Vector2;

    /// The second derivative of 1/(1/t) is 0 but for rounding.
    pub fn f(x: &Vector2<f64>, y: &f64) -> f64 {
        x[0].recip().recip() * y + (x[1].powi(3).cbrt() - y).powi(2) + x[0] * x[0]
    }

    pub fn g(x: &Vector2<f64>, y: &f64) -> f64 {
        x[0].recip().recip() * x[1] * y
    }
}

#[test]
fn two_zeros_of_rounding_do_not_disagree() {
    let problem = zero::Problem::new().unwrap();
    for scale in [1.0, 1e-2, 1e-4, 30.0] {
        let report = problem.check_derivatives(&nalgebra::Vector2::new(0.7 * scale, 0.3 * scale), &0.9).unwrap();
        assert!(report.agrees(), "{scale}\n{report}");
    }
}

#[bilevel]
mod sharp {
    /// Smooth, over a distance of 1e-5, and defined for x > 0 alone.
    pub fn f(x: f64, y: f64) -> f64 {
        ((x - y) * (x - y) + 1e-10).sqrt() + x * x.ln()
    }

    pub fn g(x: f64, y: f64) -> f64 {
        x.sqrt() * y
    }
}

/// Smaller steps are tried: no noise, and no point outside of the domain.
#[test]
fn sharp_bends_and_near_ends_are_resolved() {
    let problem = sharp::Problem::new().unwrap();
    for (x, y) in [(0.3, 0.3), (0.3, 0.300_01)] {
        let report = problem.check_derivatives(&x, &y).unwrap();
        let firm = report.rows.iter().filter(|row| row.quantity != "claim: smooth");
        assert!(firm.clone().all(|row| row.verdict == Verdict::Agrees), "{x} {y}\n{report}");
    }
    // F_2 is 3e-10 beside an F of 8: for that differences are too blunt.
    for (x, y) in [(1e-4, 0.7), (1e-4, 1e-4)] {
        let report = problem.check_derivatives(&x, &y).unwrap();
        assert!(report.agrees(), "{x} {y}\n{report}");
        for quantity in ["F", "F_1", "F_11", "g_1", "g_11"] {
            assert_eq!(report.row(quantity).unwrap().verdict, Verdict::Agrees, "{x} {y}\n{report}");
        }
    }
}
