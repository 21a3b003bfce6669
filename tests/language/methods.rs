//! Methods of vectors and matrices: products, sums and norms, entry by entry, rearranged.

use hypergrad::bilevel;

use crate::{check, matrix, vector};

#[bilevel]
pub mod products {
    #[expect(unused_imports, reason = "a trait in scope: rustc proves that no method is its own")]
    use crate::bystander::*;
    use nalgebra::{DMatrix, DVector, Vector3};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DMatrix<f64>,
    }

    /// Of two operands.
    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let entries = x.component_mul(y) + x.component_div(&y.map(f64::exp)) + x.scale(2.0) - y.unscale(3.0);
        let mixed = x.lerp(&entries, 0.25);
        let numbers = x.dot(y) * x.dotc(x) + x.tr_dot(&mixed.transpose());
        let product = data.a.tr_mul(&data.a) * x - data.b.ad_mul(y) + &data.a * data.b.column(0);
        let zipped = x.zip_map(y, |s, t| s * s * t) + x.zip_zip_map(y, &product, |s, t, p| (s * t * p).sin());
        let placed = data.a.map_with_location(|i, j, t| t * (i + 2 * j) as f64) * x;
        numbers + product.norm_squared() + zipped.dot(&placed) + mixed.metric_distance(y)
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let (p, q) = (Vector3::new(x[0], x[1], x[2]), Vector3::new(y[0], y[1], y[2]));
        let outer = x * y.transpose();
        let blocks = data.b.kronecker(&outer);
        p.cross(&q).norm_squared()
            + blocks.norm_squared()
            + x.add_scalar(0.5).dot(y)
            + x.abs().sup(&y.abs()).sum()
            + x.inf(y).sum()
    }
}

#[bilevel]
pub mod reductions {
    #[expect(unused_imports, reason = "a trait in scope: rustc proves that no method is its own")]
    use crate::bystander::*;
    use nalgebra::DMatrix;

    /// One number of a matrix.
    pub fn f(x: &DMatrix<f64>, y: &DMatrix<f64>) -> f64 {
        let t = x + y.map(|s| 0.3 * s * s);
        let norms = t.norm() * t.norm_squared() + t.magnitude() + t.magnitude_squared() + t.lp_norm(3);
        let means = t.mean() * t.variance() + t.sum().sin();
        norms + means + t.normalize().component_mul(y).sum() + t.product() + t.norm_squared()
    }

    pub fn g(x: &DMatrix<f64>, y: &DMatrix<f64>) -> f64 {
        let t = x.component_mul(y);
        t.max() * t.min() + t.amax() * t.amin() + (x * y).trace() + (x.transpose() * y).trace().powi(2)
    }
}

#[bilevel]
pub mod rearranged {
    #[expect(unused_imports, reason = "a trait in scope: rustc proves that no method is its own")]
    use crate::bystander::*;
    use nalgebra::{DMatrix, Vector4};

    pub fn f(x: &DMatrix<f64>, y: &DMatrix<f64>) -> f64 {
        let rows = x.row_sum() * y.column_sum() + x.row_mean() * y.column_mean();
        let turned = x.transpose() * y.adjoint();
        let diagonals = x.diagonal().dot(&y.diagonal().map(f64::exp));
        let triangles = x.upper_triangle().norm_squared() * y.lower_triangle().sum();
        rows[0] * turned.trace() + diagonals + triangles + x.row_sum_tr().dot(&y.row_sum_tr()) + x.norm_squared()
    }

    pub fn g(x: &DMatrix<f64>, y: &DMatrix<f64>) -> f64 {
        let v = Vector4::new(x[(0, 0)], x[(1, 0)], y[(0, 1)], y[(1, 1)]);
        let (head, plane) = (v.xyz(), v.xy());
        let first = (y.row(0) * x.column(0)).into_scalar() + (x.row(1) * y.column(1)).to_scalar();
        head.norm_squared() * plane.sum()
            + v.x * v.w
            + v.y.sin() * v.z
            + first
            + if x.is_square() && !y.is_empty() { y.sum() } else { x.sum() }
    }
}

#[test]
fn of_two_operands() {
    let data = products::Data { a: matrix(4, 4, 0.2), b: matrix(4, 4, 0.9) };
    check(&products::Problem::new(&data).unwrap(), &vector(4, 0.4), &vector(4, 1.3));
}

#[test]
fn one_number() {
    check(&reductions::Problem::new().unwrap(), &matrix(2, 2, 0.4), &matrix(2, 2, 1.3));
}

#[test]
fn elsewhere() {
    check(&rearranged::Problem::new().unwrap(), &matrix(3, 3, 0.4), &matrix(3, 3, 1.3));
}
