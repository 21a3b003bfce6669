//! Emitted derivatives and estimators against the reference values of `tests/golden`.

use hypergrad::estimator::*;
use hypergrad::solver::GradientDescent;
use nalgebra::{DMatrix, DVector, Vector3};

use crate::data::{self, flat};
use crate::golden_values::{self as tables, Table, values};
use crate::identities::root;
use crate::problems::{
    equilibrium_batch, kernel_ridge_struct, logistic_plain, nonsymmetric_root, ridge_dynamic, scalar_exponential,
};
use crate::verify::{assert_agree, entries};

/// Compares where the table has the name.
fn compare(table: Table, name: &str, found: &[f64], tolerance: f64) {
    let expected = values(table, name);
    if !expected.is_empty() {
        assert_agree(name, found, expected, tolerance);
    }
}

/// A problem, its table, an x of the right shape, y.
macro_rules! golden {
    ($problem:expr, $table:expr, $like:expr, $y:expr) => {{
        use hypergrad::problem::Variable as _;
        let (problem, table, like, y) = (&$problem, $table, &$like, &$y);
        assert_agree("y", &flat(y), values(table, "y"), 1e-15);
        let x_hat = like.like(values(table, "x_hat"));
        let x_star = root(problem, &x_hat, y);
        compare(table, "x_star", &flat(&x_star), 1e-11);
        for (x, at) in [(&x_hat, "hat"), (&x_star, "star")] {
            let point = problem.at(x, y).unwrap();
            let check = |name: &str, found: &[f64]| compare(table, &format!("{name}_{at}"), found, 1e-10);
            check("F1", &entries(point.F_1().as_slice()));
            check("F2", &entries(point.F_2().as_slice()));
            check("g", &[point.g()]);
            check("g1", &flat(&point.g_1()));
            check("g2", &flat(&point.g_2()));
            check("Psi", &entries(point.Psi().unwrap().as_slice()));
            check("Psi1", &entries(point.Psi_1().unwrap().flat()));
            check("Omega", &flat(&point.Omega().unwrap()));
            check("Omega1", &entries(point.Omega_1().unwrap().as_slice()));
            check("F11", &entries(point.F_11().flat()));
            check("F21", &entries(point.F_21().flat()));
            let newton = Preconditioned::newton();
            check("OmegaP_newton_1", &entries(problem.jacobian(x, y, &newton).unwrap().as_slice()));
            check("OmegaP_newton", &flat(&problem.hypergradient(x, y, &newton).unwrap().gradient));
            let jacobi = Preconditioned::jacobi();
            check("OmegaP_diag_1", &entries(problem.jacobian(x, y, &jacobi).unwrap().as_slice()));
            check("OmegaP_diag", &flat(&problem.hypergradient(x, y, &jacobi).unwrap().gradient));
        }
        compare(table, "F_hat", &flat(&problem.at(&x_hat, y).unwrap().F()), 1e-10);
        let hypergradients = [
            problem.hypergradient(&x_star, y, &Ift::new()),
            problem.hypergradient(&x_star, y, &Preconditioned::newton()),
            problem.hypergradient(&x_star, y, &Preconditioned::jacobi()),
            problem.hypergradient(&x_star, y, &Tangent::new()),
        ];
        for hypergradient in hypergradients {
            compare(table, "hypergrad", &flat(&hypergradient.unwrap().gradient), 1e-9);
        }
        compare(table, "Cy_Omega", &[problem.efficiency(&x_star, y, &Ift::new()).unwrap()], 1e-9);
        compare(table, "Cy_OmegaP_diag", &[problem.efficiency(&x_star, y, &Preconditioned::jacobi()).unwrap()], 1e-9);
        compare(table, "Cy_OmegaP_newton", &[problem.efficiency(&x_star, y, &Preconditioned::newton()).unwrap()], 1e-9);
    }};
}

/// Iterates of `$map` and what iterations of the adjoint give, `F_1` times `alpha` being `I - Phi_1`.
macro_rules! iterated {
    ($problem:expr, $table:expr, $zero:expr, $y:expr, $map:expr, [$cg:expr, $normal:expr]) => {{
        use hypergrad::linear::{ConjugateGradient, FixedPoint, NormalEquations};
        use hypergrad::problem::Variable as _;
        let (problem, table, zero, y, map) = (&$problem, $table, &$zero, &$y, $map);
        let alpha = values(table, "alpha")[0];
        let check = |name: &str, x: &_, estimator: &dyn Fn(&_) -> Vec<f64>| {
            assert!(!values(table, name).is_empty(), "{name}");
            compare(table, name, &estimator(x), 1e-10);
        };
        let x_hat = zero.like(values(table, "x_hat"));
        let x_t = zero.like(values(table, "x_t"));
        check("ITD_hypergrad", zero, &|x| flat(&problem.hypergradient(x, y, &Unrolled::reverse(map, 25)).unwrap().gradient));
        check("ITD_hypergrad", zero, &|x| flat(&problem.hypergradient(x, y, &Unrolled::forward(map, 25)).unwrap().gradient));
        let few = Unrolled::reverse(map, 25).few_checkpoints();
        check("ITD_hypergrad", zero, &|x| flat(&problem.hypergradient(x, y, &few).unwrap().gradient));
        check("Kstep_hypergrad", &x_hat, &|x| flat(&problem.hypergradient(x, y, &Truncated::new(map, 3)).unwrap().gradient));
        check("onestep_hypergrad", &x_hat, &|x| flat(&problem.hypergradient(x, y, &OneStep::new(map)).unwrap().gradient));
        let newton = OneStep::new(hypergrad::solver::Newton::new());
        check("onestep_newton_hypergrad", &x_hat, &|x| flat(&problem.hypergradient(x, y, &newton).unwrap().gradient));
        let neumann = Ift::with(FixedPoint::new().step(alpha).steps(4)).error_estimate(false);
        check("AID_FP", &x_t, &|x| flat(&problem.hypergradient(x, y, &neumann).unwrap().gradient));
        let normal: Option<usize> = $normal;
        if let Some(k) = normal {
            let normal = Ift::with(NormalEquations::new().steps(k)).error_estimate(false);
            check("AID_CGNE", &x_t, &|x| flat(&problem.hypergradient(x, y, &normal).unwrap().gradient));
        }
        let cg: Option<usize> = $cg;
        if let Some(k) = cg {
            let cg = Ift::with(ConjugateGradient::new().steps(k)).error_estimate(false);
            check("AID_CG", &x_t, &|x| flat(&problem.hypergradient(x, y, &cg).unwrap().gradient));
        }
    }};
}

/// `sin(0.8 i + 1.1 j + 0.2 i j + 0.5)`.
fn validation(rows: usize, columns: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |i, j| (0.8 * i as f64 + 1.1 * j as f64 + 0.2 * (i * j) as f64 + 0.5).sin())
}

/// `cos(slope i + shift)`.
fn cosines(length: usize, slope: f64, shift: f64) -> DVector<f64> {
    DVector::from_fn(length, |i, _| (slope * i as f64 + shift).cos())
}

fn log_weights() -> DVector<f64> {
    cosines(4, 2.1, 0.0) * 0.5 + DVector::from_element(4, 0.2)
}

fn signs(v: DVector<f64>) -> DVector<f64> {
    v.map(|t| if t >= 0.0 { 1.0 } else { -1.0 })
}

#[test]
fn ridge() {
    let data = ridge_dynamic::ridge::Data {
        a_tr: data::matrix(12, 4, 0.0),
        b_tr: cosines(12, 0.9, 0.0),
        a_val: validation(9, 4),
        b_val: cosines(9, 1.7, 0.4),
    };
    let problem = ridge_dynamic::ridge::Problem::new(&data).unwrap();
    golden!(problem, tables::RIDGE, DVector::zeros(4), log_weights());
    iterated!(problem, tables::RIDGE, DVector::zeros(4), log_weights(), GradientDescent::new(0.0389), [Some(3), Some(3)]);
    let f = problem.at(&DVector::from_column_slice(values(tables::RIDGE, "x_hat")), &log_weights()).unwrap().f();
    compare(tables::RIDGE, "f_hat", &[f], 1e-12);
}

#[test]
fn logistic() {
    let data = logistic_plain::logistic::Data {
        a: data::matrix(12, 4, 0.0),
        b: signs(cosines(12, 0.9, 0.2)),
        a_val: validation(9, 4),
        b_val: signs(cosines(9, 1.7, 0.4)),
    };
    let problem = logistic_plain::logistic::Problem::new(&data).unwrap();
    golden!(problem, tables::LOGISTIC, DVector::zeros(4), log_weights());
    iterated!(problem, tables::LOGISTIC, DVector::zeros(4), log_weights(), GradientDescent::new(0.212), [Some(3), Some(3)]);
    let f = problem.at(&DVector::from_column_slice(values(tables::LOGISTIC, "x_hat")), &log_weights()).unwrap().f();
    compare(tables::LOGISTIC, "f_hat", &[f], 1e-12);
}

#[test]
fn kernel_ridge() {
    let data = kernel_ridge_struct::kernel_ridge::Data {
        x_tr: data::matrix(8, 3, 0.0),
        t_tr: cosines(8, 0.9, 0.0),
        x_val: validation(6, 3),
        t_val: cosines(6, 1.7, 0.4),
    };
    let problem = kernel_ridge_struct::kernel_ridge::Problem::new(&data).unwrap();
    let y = kernel_ridge_struct::kernel_ridge::Hyper { beta: 0.3, gamma: DVector::from_vec(vec![0.5, 0.8, 1.1]) };
    golden!(problem, tables::KERNEL_RIDGE, DVector::zeros(8), y);
    iterated!(problem, tables::KERNEL_RIDGE, DVector::zeros(8), y, GradientDescent::new(0.367), [Some(4), Some(4)]);
}

#[test]
fn nonsymmetric() {
    let vector = |v: DVector<f64>| nalgebra::Vector4::from_column_slice(v.as_slice());
    let data = nonsymmetric_root::root::Data { b: vector(cosines(4, 0.9, 0.0)), t: vector(cosines(4, 1.7, 0.4)) };
    let problem = nonsymmetric_root::root::Problem::new(&data).unwrap();
    golden!(problem, tables::NONSYMMETRIC, nalgebra::Vector4::zeros(), Vector3::new(0.4, -0.3, 0.7));
    let (zero, y) = (nalgebra::Vector4::zeros(), Vector3::new(0.4, -0.3, 0.7));
    iterated!(problem, tables::NONSYMMETRIC, zero, y, GradientDescent::new(0.3), [None, Some(3)]);
}

/// `Psi = -F_2ᵀ F_1⁻ᵀ`: with `F_1⁻¹` in its place, as it is sometimes printed, the reference values
/// are missed by far more than rounding.
#[test]
fn the_transpose_in_psi_matters() {
    let table = tables::NONSYMMETRIC;
    let f_1 = DMatrix::from_column_slice(4, 4, values(table, "F1_star"));
    let f_2 = DMatrix::from_column_slice(4, 3, values(table, "F2_star"));
    let psi = DMatrix::from_column_slice(3, 4, values(table, "Psi_star"));
    let inverse = f_1.try_inverse().unwrap();
    let right = -(f_2.transpose() * inverse.transpose());
    let printed = -(f_2.transpose() * inverse);
    assert!((&right - &psi).norm() < 1e-12 * psi.norm());
    assert!((printed - &psi).norm() > 0.05 * psi.norm());
}

#[test]
fn one_dimension() {
    let problem = scalar_exponential::exponential::Problem::new().unwrap();
    golden!(problem, tables::ONE_DIMENSION, 0.0, 0.6);
    iterated!(problem, tables::ONE_DIMENSION, 0.0, 0.6, GradientDescent::new(0.4), [Some(1), Some(1)]);
}

#[test]
fn equilibrium() {
    use equilibrium_batch::batch::{Data, Layer, Problem};
    let entry = |i: usize, j: usize| (i as f64, j as f64, (i * j) as f64);
    let data = Data {
        inputs: nalgebra::SMatrix::from_fn(|j, i| {
            let (i, j, ij) = entry(i, j);
            (0.9 * i + 1.4 * j + 0.2 * ij + 0.1).sin()
        }),
        targets: nalgebra::SMatrix::from_fn(|j, i| {
            let (i, j, ij) = entry(i, j);
            0.5 * (1.1 * i + 0.5 * j + 0.3 * ij + 0.7).sin()
        }),
    };
    let y = Layer {
        a_tr: nalgebra::SMatrix::from_fn(|j, i| {
            let (i, j, ij) = entry(i, j);
            0.3 * (1.3 * i + 0.7 * j + 0.1 * ij).sin()
        }),
        b_tr: nalgebra::SMatrix::from_fn(|j, i| {
            let (i, j, ij) = entry(i, j);
            0.6 * (0.8 * i + 1.1 * j + 0.2 * ij + 0.5).sin()
        }),
        c: nalgebra::SVector::from_fn(|i, _| 0.2 * (1.7 * i as f64 + 0.4).cos()),
    };
    let problem = Problem::new(&data).unwrap();
    golden!(problem, tables::EQUILIBRIUM, nalgebra::SMatrix::<f64, 4, 3>::zeros(), y);
    let zero = nalgebra::SMatrix::<f64, 4, 3>::zeros();
    iterated!(problem, tables::EQUILIBRIUM, zero, y, hypergrad::solver::FixedPoint::new(), [None, Some(4)]);
}
