//! Inner problems that fall into one problem per sample: x with a row per sample, x of several parts
//! that share the samples, convex and not, and samples that only look alike.

use hypergrad::bilevel;
use hypergrad::error::{LinearError, SolveError};
use hypergrad::estimator::Localized;
use hypergrad::solver::{self, Newton};
use nalgebra::{DMatrix, DVector, SMatrix};

use crate::data::sines;
use crate::verify::{close, verify};

/// Two layers, x with one row per sample: `x = tanh(tanh(x A) B + u)`.
#[bilevel]
pub mod rows {
    use nalgebra::DMatrix;

    pub struct Data {
        pub inputs: DMatrix<f64>,
        pub targets: DMatrix<f64>,
    }

    pub fn F(x: &DMatrix<f64>, y: &DMatrix<f64>, data: &Data) -> DMatrix<f64> {
        let hidden = (x * y).map(f64::tanh);
        x - (hidden * y.transpose() + &data.inputs).map(f64::tanh)
    }

    pub fn g(x: &DMatrix<f64>, y: &DMatrix<f64>, data: &Data) -> f64 {
        // Not a sum over samples: only F is.
        (x - &data.targets).norm_squared() + x.row_sum().norm_squared() + 0.1 * y.norm_squared()
    }
}

#[test]
fn rows_are_samples() {
    let data = rows::Data { inputs: sines(5, 3, [0.9, 1.4, 0.2, 0.1]), targets: sines(5, 3, [1.1, 0.5, 0.3, 0.7]) };
    let problem = rows::Problem::new(&data).unwrap();
    assert!(rows::Problem::STRUCTURE.f1_block_diagonal && !rows::Problem::STRUCTURE.f1_diagonal);
    let y = DMatrix::from_fn(3, 3, |i, j| 0.4 * ((i + 2 * j) as f64).sin());
    let x_star = verify(&problem, &(0.3 * sines(5, 3, [0.4, 1.7, 0.3, 0.2])), &y);
    // The Jacobian is formed by products, the dense one from its definition.
    let at = problem.at(&x_star, &y).unwrap();
    let w = at.F_1().lu().solve(&at.F_2()).unwrap();
    close("Psi", at.Psi().unwrap().as_slice(), (-w.transpose()).as_slice(), 1e-12);
    close("Omega_1", at.Omega_1().unwrap().as_slice(), (at.g_21() - frozen(&at)).as_slice(), 1e-9);
}

/// Localised estimators off the root, whose matrices fall into the same blocks, against their formulas
/// (docs/formulas.md 1.11, 1.16) with dense matrices.
#[test]
fn localized_estimators_keep_the_blocks() {
    let data = rows::Data { inputs: sines(5, 3, [0.9, 1.4, 0.2, 0.1]), targets: sines(5, 3, [1.1, 0.5, 0.3, 0.7]) };
    let problem = rows::Problem::new(&data).unwrap();
    let y = DMatrix::from_fn(3, 3, |i, j| 0.4 * ((i + 2 * j) as f64).sin());
    let x = sines(5, 3, [0.4, 1.7, 0.3, 0.2]).map(|t| 0.3 * t + 0.5);
    let at = problem.at(&x, &y).unwrap();
    let vector = |a: DMatrix<f64>| DVector::from_column_slice(a.as_slice());
    let (f, f_1, f_2, g_1, g_2) = (vector(at.F()), at.F_1(), at.F_2(), vector(at.g_1()), vector(at.g_2()));
    let flat = DVector::from_column_slice(x.as_slice());

    let diagonal = DMatrix::from_diagonal(&flat);
    let matrix = &diagonal * f_1.transpose() * &diagonal + DMatrix::from_diagonal(&flat.component_mul(&f));
    let w = flat.component_mul(&matrix.lu().solve(&flat.component_mul(&g_1)).unwrap());
    let found = problem.hypergradient(&x, &y, &Localized::exp()).unwrap();
    close("exp", found.gradient.as_slice(), (&g_2 - f_2.tr_mul(&w)).as_slice(), 1e-11);

    let (f_11, f_21) = (at.F_11(), at.F_21());
    let (n, m) = (f_1.nrows(), g_2.len());
    let r = f_1.transpose().lu().solve(&f).unwrap();
    let n_11 = DMatrix::from_fn(n, n, |j, k| (0..n).map(|i| r[i] * f_11[(i, j, k)]).sum());
    let n_12 = DMatrix::from_fn(n, m, |k, b| (0..n).map(|i| r[i] * f_21[(i, b, k)]).sum());
    let w = (&f_1 - n_11).transpose().lu().solve(&g_1).unwrap();
    let found = problem.hypergradient(&x, &y, &Localized::newton()).unwrap();
    close("newton", found.gradient.as_slice(), (&g_2 - (&f_2 - n_12).tr_mul(&w)).as_slice(), 1e-11);
    assert!(found.report.linear_residual < 1e-12);
}

/// `g_21 - Omega_1` by `Omega_1 = g_21 - L_21 + Psi (g_11 - L_11)`, from the dense tensors.
fn frozen(at: &rows::__bilevel::Point<'_, &rows::Data>) -> DMatrix<f64> {
    let (f_1, f_11, f_21) = (at.F_1(), at.F_11(), at.F_21());
    let (n, m) = (f_1.nrows(), f_21.dims().1);
    let g_1 = DVector::from_column_slice(at.g_1().as_slice());
    let v = f_1.transpose().lu().solve(&g_1).unwrap();
    let l_11 = DMatrix::from_fn(n, n, |j, k| (0..n).map(|i| v[i] * f_11[(i, j, k)]).sum());
    let l_21 = DMatrix::from_fn(m, n, |b, k| (0..n).map(|i| v[i] * f_21[(i, b, k)]).sum());
    let psi = -f_1.lu().solve(&at.F_2()).unwrap().transpose();
    l_21 - psi * (at.g_11() - l_11)
}

/// Convex per sample, constant sizes: a column and a number for each.
#[bilevel]
pub mod parts {
    use nalgebra::{SMatrix, SVector, Vector2};

    pub struct State {
        pub level: SVector<f64, 4>,
        pub w: SMatrix<f64, 2, 4>,
    }

    pub struct Data {
        pub inputs: SMatrix<f64, 2, 4>,
    }

    pub fn f(x: &State, y: &Vector2<f64>, data: &Data) -> f64 {
        let losses = (0..4).map(|i| (x.w.column(i).dot(&data.inputs.column(i)) - x.level[i]).exp());
        losses.sum::<f64>() + y[0].exp() * x.w.norm_squared() + y[1].exp() * x.level.norm_squared()
    }

    pub fn g(x: &State, _y: &Vector2<f64>, data: &Data) -> f64 {
        (x.w - data.inputs).norm_squared() + x.level.sum()
    }
}

#[test]
fn parts_share_the_samples() {
    let data = parts::Data { inputs: SMatrix::from_fn(|i, j| (1.0 + i as f64 + 0.7 * j as f64).sin()) };
    let problem = parts::Problem::new(&data).unwrap();
    let proved = parts::Problem::STRUCTURE;
    assert!(proved.f1_block_diagonal && proved.f1_definite && !proved.f1_diagonal);
    let x = parts::State { level: nalgebra::SVector::repeat(0.2), w: data.inputs * 0.5 };
    verify(&problem, &x, &nalgebra::Vector2::new(0.1, -0.4));
}

/// Symmetric and indefinite: a saddle for each column.
#[bilevel]
pub mod saddles {
    use nalgebra::DMatrix;

    pub fn f(x: &DMatrix<f64>, y: &f64) -> f64 {
        let saddle = |a: f64, b: f64, slope: f64| 0.5 * y * a * a + 2.0 * a * b - 0.5 * b * b - a - slope * b;
        (0..x.ncols()).map(|i| saddle(x[(0, i)], x[(1, i)], i as f64)).sum()
    }

    pub fn g(x: &DMatrix<f64>, _y: &f64) -> f64 {
        x.norm_squared()
    }
}

#[test]
fn saddles_are_factored_one_by_one() {
    let problem = saddles::Problem::new().unwrap();
    let proved = saddles::Problem::STRUCTURE;
    assert!(proved.f1_block_diagonal && proved.f1_symmetric && !proved.f1_definite && !proved.f1_diagonal);
    verify(&problem, &DMatrix::zeros(2, 3), &0.7);
    // At y = -4 each block has determinant 0.
    let singular = solver::solve(&problem, &DMatrix::zeros(2, 3), &-4.0, &Newton::new().stationary()).expect_err("singular");
    assert!(
        matches!(singular, SolveError::Linear(LinearError::Singular { what: "F_1", block: Some(0), pivot: 1, .. })),
        "{singular}"
    );
}
