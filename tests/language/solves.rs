//! Linear systems: solves, inverses and determinants of matrices of x, of y and of data alone.

use hypergrad::bilevel;
use hypergrad::estimator::Ift;
use hypergrad::solver::Newton;

use crate::{check, matrix, vector};

#[bilevel]
pub mod systems {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
    }

    /// Regular, and not symmetric.
    fn tilted(v: &DVector<f64>, data: &Data) -> DMatrix<f64> {
        DMatrix::from_fn(v.len(), v.len(), |i, j| data.a[(i, j)] * v[j].sin() + if i == j { 4.0 } else { 0.0 })
    }

    /// Positive definite.
    fn covariance(v: &DVector<f64>, data: &Data) -> DMatrix<f64> {
        &data.a * data.a.transpose() + DMatrix::from_diagonal(&v.map(f64::exp))
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let first = tilted(x, data).lu().solve(&data.b).unwrap();
        let second = tilted(y, data).full_piv_lu().solve(x).expect("regular");
        let third = covariance(y, data).cholesky().unwrap().solve(&(x - &data.b));
        let fourth = covariance(&data.b, data).lu().solve(x).unwrap();
        first.dot(&second) + (x - &data.b).dot(&third) + fourth.norm_squared() + 2.0 * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let factored = covariance(x, data).cholesky().unwrap();
        let columns = factored.solve(&tilted(y, data));
        let square = tilted(y, data).qr().solve(&columns).unwrap();
        let last = tilted(x, data).transpose().col_piv_qr().solve(y).unwrap();
        square.norm_squared() + last.sum() + columns.trace()
    }
}

#[bilevel]
pub mod inverses {
    use nalgebra::linalg::Cholesky;
    use nalgebra::{DMatrix, DVector, LU};

    pub struct Data {
        pub a: DMatrix<f64>,
    }

    fn tilted(v: &DVector<f64>, data: &Data) -> DMatrix<f64> {
        DMatrix::from_fn(v.len(), v.len(), |i, j| data.a[(i, j)] * v[j].sin() + if i == j { 4.0 } else { 0.0 })
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let inverse = tilted(y, data).try_inverse().unwrap();
        let form = (x.transpose() * &inverse * x).to_scalar();
        let turned = inverse.transpose() * x + inverse.tr_mul(y);
        form + turned.norm_squared() + (x * 2.0).dot(&(inverse * y)) + 3.0 * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let m = tilted(x, data);
        let bare = LU::new(m.clone()).try_inverse().unwrap();
        let definite = Cholesky::new(&m * m.transpose()).unwrap().inverse();
        bare.norm_squared() + definite.component_mul(&tilted(y, data)).sum() + (bare.transpose() * definite).trace()
    }
}

#[bilevel]
pub mod determinants {
    use nalgebra::{DMatrix, DVector, Matrix2, Matrix3, SMatrix};

    pub struct Data {
        pub a: DMatrix<f64>,
    }

    fn definite(v: &DVector<f64>, data: &Data) -> DMatrix<f64> {
        &data.a * data.a.transpose() + DMatrix::from_diagonal(&v.map(f64::exp))
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let d = definite(x, data);
        let pair = Matrix2::new(x[0], y[1], y[0], x[1]);
        0.5 * d.clone().cholesky().unwrap().ln_determinant() + 0.01 * d.determinant() * pair.determinant() + x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let triple = Matrix3::from_fn(|i, j| x[i] * y[j] + if i == j { 1.0 } else { 0.0 });
        let four = SMatrix::<f64, 4, 4>::from_fn(|i, j| (x[i] * y[j]).cos() + if i == j { 3.0 } else { 0.0 });
        let d = definite(y, data);
        triple.determinant()
            + four.lu().determinant().ln()
            + 0.1 * d.clone().cholesky().unwrap().determinant().sqrt()
            + d.determinant().ln()
    }
}

/// A matrix for every index of a sum, and right sides for every index with one matrix.
#[bilevel]
pub mod batches {
    use nalgebra::{DMatrix, DVector, Matrix2, Vector2};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub points: DMatrix<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let own: f64 = (0..x.len())
            .map(|i| {
                let m = Matrix2::new(2.0 + x[i] * x[i], y[i], x[i], 3.0);
                m.lu().solve(&Vector2::new(y[i], 1.0)).unwrap().norm_squared()
            })
            .sum();
        let s = &data.a * data.a.transpose() + DMatrix::from_diagonal(&y.map(f64::exp));
        let factored = s.cholesky().unwrap();
        let mahalanobis: f64 = (0..data.points.nrows())
            .map(|k| {
                let d = data.points.row(k).transpose() - x;
                d.dot(&factored.solve(&d))
            })
            .sum();
        own + 0.5 * mahalanobis + x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let each: f64 = (0..x.len())
            .map(|i| {
                let m = DMatrix::from_fn(x.len(), x.len(), |p, q| data.a[(p, q)] * x[i] + if p == q { 4.0 + y[p] } else { 0.0 });
                m.determinant() * 0.01 + m.try_inverse().unwrap().trace()
            })
            .sum();
        each + x.dot(y)
    }
}

/// What is singular in the arm that is not taken says nothing.
#[bilevel]
pub mod arms {
    use nalgebra::{Matrix2, Vector2};

    fn shifted(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 {
        let m = Matrix2::new(x[0] - 1.0, y[0], 0.0, x[1]);
        if x[0] > 1.5 { (m.try_inverse().unwrap() * y).norm_squared() } else { x[1] * y[0] }
    }

    pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 {
        let each: f64 = (0..2)
            .map(|i| {
                let m = Matrix2::new(i as f64, 0.3 * y[1], x[1], i as f64);
                if i > 0 { m.lu().solve(x).unwrap().dot(y) } else { x[0] * y[1] }
            })
            .sum();
        each + shifted(x, y) + x.norm_squared() * (3.0 + y[0].sin() * y[1].cos())
    }

    pub fn g(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 {
        shifted(y, x) + x.sum()
    }
}

#[test]
fn of_every_decomposition() {
    let data = systems::Data { a: matrix(4, 4, 0.2), b: vector(4, 1.9) };
    check(&systems::Problem::new(&data).unwrap(), &vector(4, 0.4), &vector(4, 1.3));
}

#[test]
fn inverses_in_products_and_alone() {
    let data = inverses::Data { a: matrix(4, 4, 0.2) };
    let problem = inverses::Problem::new(&data).unwrap();
    check(&problem, &vector(4, 0.4), &vector(4, 1.3));
}

#[test]
fn written_out_and_by_factors() {
    let data = determinants::Data { a: matrix(4, 4, 0.2) };
    check(&determinants::Problem::new(&data).unwrap(), &vector(4, 0.4), &vector(4, 1.3));
}

#[test]
fn for_every_index() {
    let data = batches::Data { a: matrix(3, 3, 0.2), points: matrix(5, 3, 0.8) };
    check(&batches::Problem::new(&data).unwrap(), &vector(3, 0.4), &vector(3, 1.3));
}

#[test]
fn in_arms() {
    use nalgebra::Vector2;
    let problem = arms::Problem::new().unwrap();
    for x in [Vector2::new(2.0, 0.7), Vector2::new(1.0, 0.7), Vector2::new(0.4, 0.0)] {
        for y in [Vector2::new(1.8, 0.6), Vector2::new(1.0, -0.4)] {
            check(&problem, &x, &y);
        }
    }
}

/// The triangles of Cholesky's method, and triangular solves.
#[bilevel]
pub mod triangles {
    use nalgebra::{DMatrix, DVector, Matrix2, Vector2};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
    }

    fn covariance(v: &DVector<f64>, data: &Data) -> DMatrix<f64> {
        &data.a * data.a.transpose() + DMatrix::from_diagonal(&v.map(f64::exp)) + v * v.transpose()
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let factored = covariance(x, data).cholesky().unwrap();
        let l = factored.l();
        let log_det = 2.0 * l.diagonal().map(f64::ln).sum();
        let white = l.solve_lower_triangular(&(y - &data.b)).unwrap();
        let sampled = &l * y;
        let entries: f64 = (0..3).map(|i| (l[(i, 0)] * y[i]).sin()).sum();
        log_det + white.norm_squared() + sampled.map(f64::sin).sum() + entries + factored.solve(y).dot(y) + x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        // Of the data alone, of an unsymmetric expression, of a matrix that is no factor.
        let fixed = covariance(&data.b, data).cholesky().unwrap().unpack();
        let tilted = DMatrix::from_fn(3, 3, |i, j| data.a[(i, j)] * x[j].sin() + if i == j { 4.0 } else { 0.0 });
        let read = tilted.clone().cholesky().unwrap().l();
        let upper = tilted.solve_upper_triangular(y).unwrap();
        let lower = tilted.tr_solve_lower_triangular(&upper).unwrap();
        let back = read.tr_solve_lower_triangular(&(fixed * x)).unwrap();
        let small = Matrix2::new(2.0 + x[0] * x[0], x[1], x[1], 3.0).cholesky().unwrap().l() * Vector2::new(y[0], y[1]);
        back.dot(&lower) + read.trace() + tilted.tr_solve_upper_triangular(x).unwrap().sum() + small.norm() + x.dot(y)
    }
}

#[test]
fn triangles_of_factors() {
    let data = triangles::Data { a: matrix(3, 3, 0.2), b: vector(3, 0.5) };
    let problem = triangles::Problem::new(&data).unwrap();
    for seed in [0.1, 1.3] {
        let (x, y) = (vector(3, seed) * 0.4, vector(3, seed + 0.6));
        let at = problem.at(&x, &y).unwrap();
        for (found, expected) in [(at.f(), triangles::f(&x, &y, &data)), (at.g(), triangles::g(&x, &y, &data))] {
            // Condition numbers of some tens.
            assert!((found - expected).abs() <= 1e-12 * (1.0 + expected.abs()), "{found} for {expected}");
        }
        check(&problem, &x, &y);
    }
}

/// Where it is said what to do without a solution: there is one.
#[bilevel]
pub mod found {
    use nalgebra::{DMatrix, DVector, Matrix2, Vector2};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
    }

    fn covariance(v: &DVector<f64>, data: &Data) -> DMatrix<f64> {
        &data.a * data.a.transpose() + DMatrix::from_diagonal(&v.map(f64::exp))
    }

    fn solved(m: DMatrix<f64>, b: &DVector<f64>) -> Option<DVector<f64>> {
        let factored = m.cholesky()?;
        Some(factored.solve(b))
    }

    /// Steps that need each other, each with a matrix of its own.
    fn filtered(v: &DVector<f64>, data: &Data) -> f64 {
        let mut p = Matrix2::new(1.0, 0.2, 0.2, 1.0);
        let mut loss = 0.0;
        for b in data.b.iter() {
            p = p * v[0].exp() + Matrix2::identity();
            let Some(gain) = p.try_inverse() else { return f64::INFINITY };
            loss += (gain * Vector2::new(*b, v[1])).norm_squared();
            p -= p * gain * p * 0.3;
        }
        loss
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let likelihood = match covariance(x, data).cholesky() {
            Some(factored) => factored.ln_determinant() + factored.solve(y).dot(y),
            None => return f64::INFINITY,
        };
        let inverse = if let Some(inverse) = covariance(y, data).try_inverse() { inverse } else { DMatrix::identity(3, 3) };
        let form = covariance(x, data).lu().solve(x).map_or(1e9, |s| s.dot(y));
        likelihood + (x.transpose() * inverse * x).to_scalar() + 0.1 * form + x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        if covariance(x, data).cholesky().is_none() {
            return 1e9;
        }
        let root = covariance(x, data).cholesky().map(|c| c.l()).unwrap_or_default();
        let other = covariance(y, data).try_inverse().unwrap_or_else(|| DMatrix::identity(3, 3));
        let lower = root.solve_lower_triangular(y).and_then(|v| solved(covariance(y, data), &v)).unwrap_or(x.clone());
        filtered(x, data) + (root * other).trace() + lower.sum() + solved(covariance(x, data), y).map_or(0.0, |s| s.sum())
    }
}

#[test]
fn with_another_way_where_there_is_none() {
    let data = found::Data { a: matrix(3, 3, 0.2), b: vector(4, 0.5) };
    let problem = found::Problem::new(&data).unwrap();
    for seed in [0.1, 1.3] {
        let (x, y) = (vector(3, seed) * 0.4, vector(3, seed + 0.6));
        let at = problem.at(&x, &y).unwrap();
        for (found, expected) in [(at.f(), found::f(&x, &y, &data)), (at.g(), found::g(&x, &y, &data))] {
            assert!((found - expected).abs() <= 1e-12 * (1.0 + expected.abs()), "{found} for {expected}");
        }
        check(&problem, &x, &y);
    }
}

/// An error of the point that names the matrix, wherever it is asked for.
#[bilevel]
pub mod singular {
    use nalgebra::{DMatrix, DVector};

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let m = y * y.transpose() + DMatrix::from_diagonal(y);
        // What is said for a singular one is not taken for a value.
        x.dot(&m.lu().solve(x).unwrap_or(DVector::zeros(3))) + x.sum()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let definite = DMatrix::from_diagonal(&y.add_scalar(1.0)).cholesky();
        if let Some(definite) = definite { definite.solve(x).norm_squared() } else { 1e9 }
    }
}

#[test]
fn singular_matrices_are_named() {
    let problem = singular::Problem::new().unwrap();
    let (x, zero) = (vector(3, 0.4), nalgebra::DVector::zeros(3));
    let found = problem.solve(&x, &zero, &Newton::new()).unwrap_err().to_string();
    assert!(found.contains("is singular") && found.contains("y yᵀ"), "{found}");
    let found = problem.hypergradient(&x, &zero, &Ift::new()).unwrap_err().to_string();
    assert!(found.contains("is singular") && found.contains("y yᵀ"), "{found}");
    let indefinite = nalgebra::DVector::from_vec(vec![1.0, -2.0, 1.0]);
    let found = problem.hypergradient(&x, &indefinite, &Ift::new()).unwrap_err().to_string();
    assert!(found.contains("is not positive definite") && found.contains("diag("), "{found}");
    // The next point is a new one.
    assert!(problem.hypergradient(&x, &vector(3, 0.2).map(f64::exp), &Ift::new()).is_ok());
}
