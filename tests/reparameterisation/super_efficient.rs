//! Claims of super-efficiency (docs/formulas.md, part 5) against numbers: what is proved has `C_y` = 0 and an
//! error of second order; where `C_y` is not 0, nothing is claimed.

use hypergrad::bilevel;
use hypergrad::estimator::*;
use hypergrad::problem::Bilevel;
use hypergrad::solver::Newton;
use hypergrad::structure::EstimatorKind;
use nalgebra::{DVector, Vector2, Vector3, dvector, vector};

use crate::case::{Case, slope};

/// The adjoint is 1/b: Omega is super-efficient, and with it any P. phi is a no-op, psi is not.
#[bilevel]
pub mod stationary {
    use nalgebra::Vector2;

    pub const B: Vector2<f64> = Vector2::new(1.3, -0.7);

    pub fn F(x: &Vector2<f64>, y: &Vector2<f64>) -> Vector2<f64> {
        x.component_mul(&y.map(f64::exp)) - B
    }

    pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 {
        0.5 * x.map(|x| (x * x).ln()).sum()
    }

    pub fn P(x: &Vector2<f64>, y: &Vector2<f64>) -> Vector2<f64> {
        x.zip_map(y, |x, y| 2.0 + x * x + y.sin())
    }

    pub fn phi(z: &Vector2<f64>, y: &Vector2<f64>) -> Vector2<f64> {
        Vector2::new(2.0 * z.x + z.y, z.y) + y.map(f64::sin)
    }

    pub fn psi(z: &Vector2<f64>, _y: &Vector2<f64>, x_bar: &Vector2<f64>, _y_bar: &Vector2<f64>) -> Vector2<f64> {
        z.zip_map(x_bar, |z, x| x.signum() * z.exp())
    }
}

/// `F_1 = diag(e^y) A`, not symmetric: `phi = e^{-y} z` makes `F_1ᵀ phi_1` constant; with the frozen y it
/// does not. P is `F_1` on the path only.
#[bilevel]
pub mod coupled {
    use nalgebra::{Matrix2, Vector2};

    pub const A: Matrix2<f64> = Matrix2::new(1.5, 0.4, -0.3, 2.0);

    pub fn F(x: &Vector2<f64>, y: &Vector2<f64>) -> Vector2<f64> {
        (A * x).component_mul(&y.map(f64::exp)) - Vector2::new(1.0, 0.5) - y.map(f64::sin)
    }

    pub fn g(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 {
        2.0 * x.x - x.y + y.norm_squared()
    }

    pub fn phi(z: &Vector2<f64>, y: &Vector2<f64>) -> Vector2<f64> {
        z.zip_map(y, |z, y| z / y.exp())
    }

    pub fn psi(z: &Vector2<f64>, _y: &Vector2<f64>, _x_bar: &Vector2<f64>, y_bar: &Vector2<f64>) -> Vector2<f64> {
        z.zip_map(y_bar, |z, y| z / y.exp())
    }

    pub fn P(_x: &Vector2<f64>, y: &Vector2<f64>) -> Matrix2<f64> {
        let scale = y.map(f64::exp);
        Matrix2::new(A.m11 * scale.x, A.m12 * scale.x, A.m21 * scale.y, A.m22 * scale.y)
    }
}

/// `F_1 = diag(1 + e^y)` with an offset that varies: the map of `Localized::diagonal`, written out, is
/// super-efficient, exponentials are not. P is `F_1` where F = 0.
#[bilevel]
pub mod diagonal {
    use nalgebra::Vector2;

    pub fn F(x: &Vector2<f64>, y: &Vector2<f64>) -> Vector2<f64> {
        x.zip_map(y, |x, y| (1.0 + y.exp()) * x - 2.0 - y)
    }

    pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 {
        3.0 * x.sum()
    }

    pub fn phi(z: &Vector2<f64>, _y: &Vector2<f64>) -> Vector2<f64> {
        z.map(f64::exp)
    }

    pub fn psi(z: &Vector2<f64>, y: &Vector2<f64>, _x_bar: &Vector2<f64>, _y_bar: &Vector2<f64>) -> Vector2<f64> {
        z.zip_map(y, |z, y| z / (1.0 + y.exp()))
    }

    pub fn P(x: &Vector2<f64>, y: &Vector2<f64>) -> Vector2<f64> {
        y.zip_map(x, |y, x| (2.0 + y) / x)
    }
}

/// A gradient and a g of constant slope: the optimal map (1.16), and nothing that is not Newton's.
#[bilevel]
pub mod gradient {
    use nalgebra::{Matrix2, Vector2};

    pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 {
        let r = Matrix2::new(1.5, 0.4, -0.3, 2.0) * x;
        r.map(f64::cosh).sum() + 0.5 * x.component_mul(x).dot(&y.map(f64::exp)) - x.sum()
    }

    pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 {
        x.x - 2.0 * x.y
    }

    pub fn phi(z: &Vector2<f64>, _y: &Vector2<f64>) -> Vector2<f64> {
        z.map(f64::sinh)
    }
}

/// The same with a slope that depends on y: `g_11 = 0` alone is not enough.
#[bilevel]
pub mod sloped {
    use nalgebra::{Matrix2, Vector2};

    pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 {
        let r = Matrix2::new(1.5, 0.4, -0.3, 2.0) * x;
        r.map(f64::cosh).sum() + 0.5 * x.component_mul(x).dot(&y.map(f64::exp)) - x.sum()
    }

    pub fn g(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 {
        x.dot(y)
    }
}

/// `F = A x + M(y)` with constant A and a g of constant slope: Omega is exact, and so is what is Omega.
#[bilevel]
pub mod affine {
    use nalgebra::{Matrix2, Vector2};

    pub fn F(x: &Vector2<f64>, y: &Vector2<f64>) -> Vector2<f64> {
        Matrix2::new(1.5, 0.4, -0.3, 2.0) * x - y.map(f64::exp)
    }

    pub fn g(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 {
        x.x - 2.0 * x.y + y.norm_squared()
    }

    pub fn phi(z: &Vector2<f64>, y: &Vector2<f64>) -> Vector2<f64> {
        Vector2::new(2.0 * z.x + z.y, z.y) + y.map(f64::sin)
    }

    pub fn psi(z: &Vector2<f64>, _y: &Vector2<f64>, _x_bar: &Vector2<f64>, _y_bar: &Vector2<f64>) -> Vector2<f64> {
        z.map(f64::exp)
    }
}

/// 1.13 in one dimension: `phi' = c v*` along the path, `v* = x³` and `x = (-2 z)^(-1/2)`.
#[bilevel]
pub mod cubic {
    pub fn F(x: f64, y: f64) -> f64 {
        x - y
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        0.25 * x.powi(4)
    }

    pub fn phi(z: f64, _y: f64) -> f64 {
        1.0 / (-2.0 * z).sqrt()
    }

    pub fn phi_inv(x: f64, _y: f64) -> f64 {
        -0.5 / (x * x)
    }

    pub fn psi(z: f64, _y: f64, _x_bar: f64, _y_bar: f64) -> f64 {
        1.0 / (-2.0 * z)
    }

    pub fn psi_inv(x: f64, _y: f64, _x_bar: f64, _y_bar: f64) -> f64 {
        -0.5 / x
    }
}

/// Single precision, sizes that differ, and a full P written as `F_1`.
#[bilevel]
pub mod single {
    use nalgebra::{Matrix2, SVector, Vector2};

    pub fn F(x: &Vector2<f32>, y: &SVector<f32, 3>) -> Vector2<f32> {
        let coupled = Vector2::new(0.3 * x.y.sin(), -0.2 * x.x * x.x);
        Vector2::new(x.x * y.x.exp() - y.y, x.y * (1.0 + y.z * y.z) - 1.0) + coupled
    }

    pub fn g(x: &Vector2<f32>, y: &SVector<f32, 3>) -> f32 {
        x.x.cos() + x.y * y.x
    }

    pub fn P(x: &Vector2<f32>, y: &SVector<f32, 3>) -> Matrix2<f32> {
        Matrix2::new(y.x.exp(), 0.3 * x.y.cos(), -0.4 * x.x, 1.0 + y.z.powi(2))
    }
}

/// A problem at the root near `start`.
struct Root<'a, P: Bilevel> {
    case: Case<'a, P>,
    star: DVector<f64>,
    exact: DVector<f64>,
}

fn at_root<'a, P: Bilevel<Scalar = f64>>(
    name: &'static str,
    problem: &'a P,
    shapes: (&'a P::X, &'a P::Y),
    start: &DVector<f64>,
    y: &[f64],
) -> Root<'a, P> {
    let case = Case::new(name, problem, shapes, y);
    let star = case.root(start);
    let exact = case.estimate(&star, &Ift::new());
    Root { case, star, exact }
}

impl<P: Bilevel<Scalar = f64>> Root<'_, P> {
    fn error(&self, t: f64, e: &impl Estimator<P>) -> f64 {
        let direction = DVector::from_fn(self.star.len(), |i, _| (1.9 * i as f64 + 0.7).cos()).normalize();
        (self.case.estimate(&(&self.star + direction * t), e) - &self.exact).norm()
    }

    /// Proved, `C_y` = 0, and second order (or exact).
    fn proved(&self, e: &impl Estimator<P>) {
        let what = format!("{}, {:?}", self.case.name, e.kind());
        assert!(P::STRUCTURE.is_super_efficient(e.kind()), "{what} is not proved");
        let efficiency = self.case.efficiency(&self.star, e);
        assert!(efficiency < 1e-12, "{what}: C_y is {efficiency:e}");
        if self.error(0.05, e) > 1e-12 {
            let found = slope((1e-2, 5e-2), |t| self.error(t, e));
            assert!((found - 2.0).abs() < 0.15, "{what}: slope {found}");
        }
    }

    /// Not claimed, and not so.
    fn refuted(&self, e: &impl Estimator<P>) {
        let what = format!("{}, {:?}", self.case.name, e.kind());
        assert!(!P::STRUCTURE.is_super_efficient(e.kind()), "{what} is claimed");
        let efficiency = self.case.efficiency(&self.star, e);
        assert!(efficiency > 1e-3, "{what}: C_y is {efficiency:e}");
    }

    fn always(&self) {
        self.proved(&Preconditioned::newton());
        self.proved(&Tangent::new());
    }
}

const SHAPES: (&Vector2<f64>, &Vector2<f64>) = (&Vector2::new(0.0, 0.0), &Vector2::new(0.0, 0.0));
const Y: [f64; 2] = [0.4, -0.3];

#[test]
fn a_stationary_adjoint() {
    let problem = stationary::Problem::new().unwrap();
    let root = at_root("stationary", &problem, SHAPES, &dvector![1.0, -1.0], &Y);
    root.always();
    root.proved(&Ift::new());
    root.proved(&Preconditioned::jacobi());
    root.proved(&Preconditioned::custom());
    root.proved(&Reparameterized::new());
    root.refuted(&Localized::exp());
    root.refuted(&Localized::custom());
    root.refuted(&Localized::diagonal());
    root.refuted(&Localized::newton());
}

#[test]
fn a_map_that_undoes_the_scale() {
    let problem = coupled::Problem::new().unwrap();
    let root = at_root("coupled", &problem, SHAPES, &dvector![0.5, 0.5], &Y);
    root.always();
    root.proved(&Reparameterized::new());
    root.proved(&Preconditioned::custom());
    root.refuted(&Localized::custom());
    root.refuted(&Ift::new());
    root.refuted(&Preconditioned::jacobi());
    root.refuted(&Localized::exp());
    root.refuted(&Localized::newton());
}

#[test]
fn the_diagonal_of_f_1() {
    let problem = diagonal::Problem::new().unwrap();
    let root = at_root("diagonal", &problem, SHAPES, &dvector![1.0, 1.0], &Y);
    root.always();
    root.proved(&Preconditioned::jacobi());
    root.proved(&Preconditioned::custom());
    root.proved(&Localized::diagonal());
    root.proved(&Localized::custom());
    root.proved(&Localized::newton());
    root.refuted(&Ift::new());
    root.refuted(&Localized::exp());
    root.refuted(&Reparameterized::new());
}

#[test]
fn the_optimal_map_of_a_gradient() {
    let problem = gradient::Problem::new().unwrap();
    let root = at_root("gradient", &problem, SHAPES, &dvector![0.3, 0.2], &Y);
    root.always();
    root.proved(&Localized::newton());
    root.refuted(&Ift::new());
    root.refuted(&Preconditioned::jacobi());
    root.refuted(&Localized::exp());
    root.refuted(&Localized::diagonal());
    root.refuted(&Reparameterized::new());
    let problem = sloped::Problem::new().unwrap();
    let root = at_root("sloped", &problem, SHAPES, &dvector![0.3, 0.2], &Y);
    root.always();
    root.refuted(&Localized::newton());
    root.refuted(&Ift::new());
}

#[test]
fn exact_at_every_x() {
    let problem = affine::Problem::new().unwrap();
    let root = at_root("affine", &problem, SHAPES, &dvector![0.3, 0.2], &Y);
    root.always();
    root.proved(&Ift::new());
    root.proved(&Reparameterized::new());
    root.proved(&Localized::diagonal());
    root.proved(&Localized::newton());
    root.proved(&Preconditioned::jacobi());
    root.refuted(&Localized::exp());
    root.refuted(&Localized::custom());
    assert!(root.error(0.7, &Reparameterized::new()) < 1e-14);
    assert!(affine::Problem::DERIVATION.contains("the change is a no-op: the same as Ift::new(), which is"));
}

#[test]
fn one_dimension_and_its_own_map() {
    let problem = cubic::Problem::new().unwrap();
    let root = at_root("cubic", &problem, (&0.0, &0.0), &dvector![1.0], &[0.8]);
    root.always();
    root.proved(&Reparameterized::new());
    root.refuted(&Localized::custom());
    root.refuted(&Localized::exp());
    root.refuted(&Ift::new());
    let derivation = cubic::Problem::DERIVATION;
    assert!(derivation.contains("Reparameterized::new() super-efficient: phi_1⁻¹ v is constant along x*(y)"), "{derivation}");
    assert!(derivation.contains("Ift::new() super-efficient: v is not proved constant along x*(y): g_1 varies"), "{derivation}");
}

#[test]
fn single_precision() {
    let problem = single::Problem::new().unwrap();
    let y = Vector3::new(0.1_f32, 0.5, 0.2);
    let x = problem.solve(&Vector2::new(0.5, 1.0), &y, &Newton::new().tolerance(1e-6)).unwrap().x;
    let table = problem.compare_at(&x, &y, &(x * 1.01)).unwrap();
    // Eight estimators that do not iterate; 1e-8 of f32 is 0.
    let iterates =
        |kind| matches!(kind, EstimatorKind::Aid | EstimatorKind::Unrolled | EstimatorKind::Truncated | EstimatorKind::OneStep);
    let rows = || table.rows.iter().filter(|row| !iterates(row.kind));
    assert_eq!(rows().count(), 8);
    for row in rows() {
        let (efficiency, error) = (row.efficiency.unwrap(), row.error.unwrap().unwrap());
        assert_eq!(row.proved, efficiency < 1e-6, "{table}");
        assert!(if row.proved { error < 1e-3 } else { efficiency > 1e-2 }, "{table}");
    }
    assert!(single::Problem::STRUCTURE.is_super_efficient(EstimatorKind::CustomPreconditioner));
}

/// The same vector twice: the maps of 1.11 and those that a user writes.
#[test]
fn a_written_map_is_the_built_in_one() {
    let problem = stationary::Problem::new().unwrap();
    let (x, y) = (vector![0.9, -1.2], Vector2::from(Y));
    let built_in = problem.hypergradient(&x, &y, &Localized::exp()).unwrap().gradient;
    let written = problem.hypergradient(&x, &y, &Localized::custom()).unwrap().gradient;
    assert!((built_in - written).norm() < 1e-14);
}
