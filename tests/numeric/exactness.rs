//! Where estimators are exact, and where they only look like it.
//!
//! ```text
//! F = A x + M(y), A constant                  Psi exact at every x
//! the same, and g of constant slope           Omega exact at every x
//! g = a(y)ᵀ x                                 not: g_21 is not zero
//! F_1 diagonal                                the Jacobi estimator is the Newton estimator
//! F_11 = 0                                    the Newton estimator is exact at every x
//! P = F_1ᵀ in place of F_1, F_1 nonsymmetric  not super-efficient
//! ```

use hypergrad::bilevel;
use hypergrad::estimator::*;
use hypergrad::structure::EstimatorKind;
use nalgebra::{Vector2, Vector3};

use crate::identities::root;

#[bilevel]
pub mod affine {
    use nalgebra::{Matrix3, Vector2, Vector3};

    fn a() -> Matrix3<f64> {
        Matrix3::new(2.0, 0.3, -0.1, 0.2, 1.5, 0.4, -0.3, 0.1, 1.8)
    }

    #[allow(non_snake_case)]
    pub fn F(x: &Vector3<f64>, y: &Vector2<f64>) -> Vector3<f64> {
        a() * x - Vector3::new(y.x.sin(), y.x * y.y, y.y.exp())
    }

    pub fn g(x: &Vector3<f64>, y: &Vector2<f64>) -> f64 {
        x[0] - 2.0 * x[1] + 0.5 * x[2] + y.norm_squared()
    }
}

#[bilevel]
pub mod sloped {
    use nalgebra::{Vector2, Vector3};

    #[allow(non_snake_case)]
    pub fn F(x: &Vector3<f64>, y: &Vector2<f64>) -> Vector3<f64> {
        let shifted = Vector3::new(x[0] * 2.0 + x[1] * 0.3, x[1] * 1.5 - x[0] * 0.4, x[2]);
        shifted - Vector3::new(y.x.sin(), y.x * y.y, y.y.exp())
    }

    pub fn g(x: &Vector3<f64>, y: &Vector2<f64>) -> f64 {
        y.x * x[0] + x[1] - x[2] * y.y
    }
}

#[bilevel]
pub mod separable {
    use nalgebra::{Vector2, Vector3};

    pub fn f(x: &Vector3<f64>, y: &Vector2<f64>) -> f64 {
        x.map(|t| t.powi(4) + t * t).sum() - x[0] * y.x - x[1] * y.y.sin() - x[2]
    }

    pub fn g(x: &Vector3<f64>, y: &Vector2<f64>) -> f64 {
        x.norm_squared() * y.x + x[0] * x[1] * x[2]
    }
}

#[bilevel]
pub mod quadratic {
    use nalgebra::{Vector2, Vector3};

    pub fn f(x: &Vector3<f64>, y: &Vector2<f64>) -> f64 {
        y.x.exp() * x.norm_squared() + (x[0] * x[1] + x[1] * x[2]) * y.y.tanh() - x.sum()
    }

    pub fn g(x: &Vector3<f64>, y: &Vector2<f64>) -> f64 {
        x.map(f64::sin).sum() * y.y
    }
}

#[test]
fn affine_roots() {
    let problem = affine::Problem::new().unwrap();
    let y = Vector2::new(0.4, -0.7);
    let (here, there) = (Vector3::new(0.3, 0.4, 0.5), Vector3::new(-1.3, 2.4, 0.0));
    let (a, b) = (problem.at(&here, &y).unwrap(), problem.at(&there, &y).unwrap());
    assert!((a.Psi().unwrap() - b.Psi().unwrap()).norm() < 1e-15);
    assert!((a.Omega().unwrap() - b.Omega().unwrap()).norm() < 1e-15);
    assert!(a.Omega_1().unwrap().norm() < 1e-15);
    assert!(affine::Problem::STRUCTURE.is_super_efficient(EstimatorKind::Ift));
}

#[test]
fn a_slope_that_depends_on_y() {
    let problem = sloped::Problem::new().unwrap();
    let y = Vector2::new(0.4, -0.7);
    let x = root(&problem, &Vector3::zeros(), &y);
    assert!(problem.at(&x, &y).unwrap().g_11().norm() < 1e-15);
    assert!(problem.efficiency(&x, &y, &Ift::new()).unwrap() > 0.1);
    assert!(!sloped::Problem::STRUCTURE.g_constant_slope);
    assert!(!sloped::Problem::STRUCTURE.is_super_efficient(EstimatorKind::Ift));
}

#[test]
fn diagonal_roots() {
    let problem = separable::Problem::new().unwrap();
    let (x, y) = (Vector3::new(0.3, -0.4, 0.5), Vector2::new(0.4, -0.7));
    let newton = problem.hypergradient(&x, &y, &Preconditioned::newton()).unwrap().gradient;
    let jacobi = problem.hypergradient(&x, &y, &Preconditioned::jacobi()).unwrap().gradient;
    assert!((newton - jacobi).norm() < 1e-15);
    assert!(separable::Problem::STRUCTURE.is_super_efficient(EstimatorKind::Jacobi));
}

#[test]
fn one_newton_step_solves_a_quadratic() {
    let problem = quadratic::Problem::new().unwrap();
    let y = Vector2::new(0.4, -0.7);
    let x = root(&problem, &Vector3::zeros(), &y);
    let exact = problem.hypergradient(&x, &y, &Ift::new()).unwrap().gradient;
    let far = Vector3::new(3.0, -2.0, 5.0);
    let newton = problem.hypergradient(&far, &y, &Preconditioned::newton()).unwrap().gradient;
    assert!((newton - exact).norm() < 1e-13);
    let plain = problem.hypergradient(&far, &y, &Ift::new()).unwrap().gradient;
    assert!((plain - exact).norm() > 0.1);
    assert!(quadratic::Problem::STRUCTURE.f1_constant_in_x && !quadratic::Problem::STRUCTURE.f21_zero);
}

/// `E^P = I - P⁻¹ F_1` at a root: zero for `P = F_1`, far from it for the transpose.
#[test]
fn the_transpose_is_no_preconditioner() {
    let problem = sloped::Problem::new().unwrap();
    let y = Vector2::new(0.4, -0.7);
    let x = root(&problem, &Vector3::zeros(), &y);
    let at = problem.at(&x, &y).unwrap();
    let (f_1, omega_1) = (at.F_1(), at.Omega_1().unwrap());
    let defect = nalgebra::Matrix3::identity() - f_1.transpose().try_inverse().unwrap() * f_1;
    assert!((omega_1 * defect).norm() > 0.1 * omega_1.norm());
    assert!(problem.efficiency(&x, &y, &Preconditioned::newton()).unwrap() < 1e-15);
}

/// The harness sees a wrong derivative: an oracle of another problem is refused.
#[test]
#[should_panic(expected = "Omega_1")]
fn a_wrong_oracle_is_noticed() {
    use crate::oracle::{DualNum, Inner, Oracle, constant, dot};
    let problem = separable::Problem::new().unwrap();
    // The quartic terms of f differ by one part in a million.
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let wells = x.iter().fold(constant(0.0), |sum, t| sum + t.powi(4) * 1.000_001 + *t * *t);
            wells - x[0] * y[0] - x[1] * y[1].sin() - x[2]
        }),
        g: &|x, y| dot(x, x) * y[0] + x[0] * x[1] * x[2],
    };
    crate::verify!(problem, Vector3::new(0.3, -0.4, 0.5), Vector2::new(0.4, -0.7), oracle);
}
