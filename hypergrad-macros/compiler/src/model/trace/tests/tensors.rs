//! Vectors and matrices, constant and dynamic.

use nalgebra::{DMatrix, DVector, Matrix2, Matrix3, RowDVector, RowSVector, SMatrix, SVector, Vector2, Vector3};

use super::{Data, agrees, bodies, matrix, vector};

#[test]
fn operators() {
    bodies! { (x, y, data) -> f64:
        { (&data.q * x - &data.b).norm_squared() + 0.5 * y.map(f64::exp).dot(&y.component_mul(y)) }
        { (x + &data.b).sum() - (x - &data.b * 2.0).sum() + (2.0f64 * x / data.k).sum() }
        { -x[0] + (-x).sum() }
        { let m = &data.q * &data.a; m.sum() * (&data.a * data.s).sum() }
        { (&data.r * x)[0] + (&data.r * x)[(0, 0)] + (&data.r * x).x }
        { (data.t * y).norm() + (y.transpose() * data.s * y)[0] }
        { let z = x.clone_owned(); let v = z.clone(); v.dot(&(&z + &v)) }
        { x.dot(x).sqrt() * x.norm() / x.magnitude() - x.magnitude_squared() }
        { ((x.transpose() * &data.q) * x).to_scalar() + (x.transpose() * x).into_scalar() }
    }
    bodies! { (x, y, data) -> DMatrix<f64>:
        { x * x.transpose() }
        { x * &data.r }
        { &data.q + &data.q * 2.0 - data.q.transpose() }
        { (&data.q).transpose() * &data.a / 3.0 }
        { -&data.a }
    }
    bodies! { (x, y, data) -> DVector<f64>:
        { &data.a * y }
        { &data.q * &data.a * y + x }
        { data.a.tr_mul(x).map(|t| t * t) }
        { data.q.ad_mul(x) * data.k }
        { data.q.transpose() * x / x.norm() }
    }
    bodies! { (x, y, data) -> SVector<f64, 3>: { data.s * y - y } { data.s.tr_mul(y) } { y * 2.0 + data.s.transpose() * y } }
    bodies! { (x, y, data) -> SVector<f64, 2>: { data.t * y } }
    bodies! { (x, y, data) -> RowDVector<f64>: { x.transpose() } { x.transpose() * &data.q } { &data.r * 2.0 - x.transpose() } }
    bodies! { (x, y, data) -> RowSVector<f64, 3>: { y.transpose() * data.s } { data.s.row(1).into_owned() } { data.t.row_sum() } }
    bodies! { (x, y, data) -> SMatrix<f64, 3, 3>: { y * y.transpose() } { data.t.transpose() * data.t } { data.s * data.s - data.s } }
}

#[test]
fn reductions() {
    bodies! { (x, y, data) -> f64:
        { x.sum() + y.sum() + data.a.sum() + data.s.sum() + data.r.sum() }
        { x.norm() + data.a.norm() + data.r.norm() + y.norm() }
        { x.norm_squared() + data.s.norm_squared() }
        { x.mean() + data.a.mean() + y.mean() + data.t.mean() }
        { x.rows(0, data.q.ncols() - x.len()).mean() + x.rows(5, 0).variance() + x[0] }
        { x.variance() + data.s.variance() }
        { x.max() + data.a.max() + y.min() + data.r.min() }
        { x.amax() * y.amin() }
        { x.product() + data.s.product() + data.r.product() }
        { data.q.trace() + data.s.trace() }
        { x.dot(&data.b) + y.dot(&y.scale(3.0)) + data.q.dot(&data.q.transpose()) + data.r.dot(&data.r) }
        { data.r.tr_dot(x) + x.tr_dot(&data.r) + data.s.tr_dot(&data.s) }
        { x.metric_distance(&data.b) }
        { x.lp_norm(1) + x.lp_norm(3) + x.camax() * x.camin() }
        { (data.q.pow(2) * x).norm_squared() + data.s.pow(1).trace() + data.s.pow(0).sum() * x[0] }
        { (x * data.b.transpose()).symmetric_part().sum() + data.q.map_diagonal(|t| t.sin()).dot(x) }
        { x.angle(&data.b) + (y * 0.0).angle(y) }
        { x.zip_fold(&data.b, data.k, |s, a, b| s + a * a * b) }
        { x.clone().insert_row(0, 1.5).dot(&data.b.clone().insert_row(5, data.k)) + x.clone().insert_row(2, y[0])[3] }
        { x.clone().insert_column(1, y[0]).sum() + data.q.clone().insert_column(5, 2.0).insert_row(1, x[0]).norm_squared() }
        { x.clone().resize_vertically(7, y[1]).norm_squared() + x.clone().resize_vertically(2, 0.0).sum() + data.a.clone().resize_horizontally(4, x[0]).sum() }
        { x.try_normalize(1e-9).unwrap().dot(&data.b) + x.try_normalize(1e3).map_or(0.5, |v| v[0]) }
        { x.cap_magnitude(0.5).dot(&data.b) + x.cap_magnitude(50.0).dot(&data.b) }
        { 2.5_f64.copysign(x[1]) * x[0] + x[0].copysign(-1.0) }
        { println!("{x}"); eprintln!(); dbg!(x[0] * 2.0) + f64::from(i32::try_from(data.n).unwrap()) * x[1] }
        { log_sum_exp(x) + log_sum_exp(&data.a) }
    }
}

/// The function of `hypergrad::math`, written plainly.
fn log_sum_exp<R: nalgebra::Dim, C: nalgebra::Dim, S: nalgebra::RawStorage<f64, R, C>>(
    v: &nalgebra::Matrix<f64, R, C, S>,
) -> f64 {
    v.iter().map(|t| t.exp()).sum::<f64>().ln()
}

#[test]
fn rearrangements() {
    bodies! { (x, y, data) -> DVector<f64>:
        { data.q.diagonal() }
        { data.q.row_sum_tr() }
        { data.a.column_sum() + data.a.column_mean() }
        { x.abs() }
        { x.normalize() }
        { data.q.column(2).into_owned() }
        { data.q.row(3).transpose() }
        { x.rows(1, 3).into_owned() }
        { x.rows_range(1..4).into_owned() + x.rows_range(2..) }
        { x.fixed_rows::<2>(3).clone_owned().abs().kronecker(&x.rows(0, 2)) }
        { x.kronecker(&data.b) }
        { x.clone().remove_row(2) }
        { x.add_scalar(2.0).component_div(&x.map(|t| 1.0 + t * t)) }
        { x.scale(data.k).unscale(3.0) }
        { x.zip_map(&data.b, |a, b| a * b + a) }
        { x.sup(&data.b) - x.inf(&data.b) }
        { x.lerp(&data.b, 0.25) }
        { x.map_with_location(|i, j, t| t * i as f64 + j as f64) }
        { x.zip_zip_map(&data.b, x, |a, b, c| a * b - c) }
    }
    bodies! { (x, y, data) -> RowDVector<f64>:
        { data.q.row(1).into_owned() }
        { data.q.row_sum() + data.q.row_mean() }
        { data.r.columns(0, 3).into_owned() }
        { data.r.map(|t| t.exp()) }
        { data.q.column(1).transpose() }
    }
    bodies! { (x, y, data) -> DMatrix<f64>:
        { data.a.transpose() }
        { data.a.rows(1, 2).into_owned() }
        { data.a.columns(1, 2).into_owned() }
        { data.a.view((1, 0), (3, 2)).into_owned() }
        { data.a.columns_range(0..2).into_owned() - data.a.columns_range(1..3) }
        { DMatrix::from_diagonal(x) }
        { DMatrix::from_diagonal(&(data.q.fixed_columns::<1>(2) * x[1])) }
        { DMatrix::from_columns(&[data.q.fixed_columns::<1>(2) * x[1], x.clone()]) }
        { data.q.upper_triangle() - data.q.lower_triangle() }
        { data.a.component_mul(&data.a).component_div(&data.a.add_scalar(3.0)) }
        { data.a.kronecker(&data.t) }
        { data.a.clone().remove_column(1) }
        { data.a.abs().map(f64::sqrt) }
    }
    bodies! { (x, y, data) -> SMatrix<f64, 3, 3>: { data.s.transpose() } { SMatrix::<f64, 3, 3>::from_diagonal(y) } { Matrix3::from_diagonal(y) } { data.s.abs() } }
    bodies! { (x, y, data) -> SVector<f64, 3>:
        { data.s.diagonal() }
        { data.s.column(1).into_owned() }
        { y.cross(&(data.s * y)) }
        { data.s.fixed_columns::<1>(2).into_owned() }
        { data.s.fixed_view::<3, 1>(0, 1).into_owned() }
        { x.fixed_rows::<3>(1).into_owned() }
        { y.normalize() }
        { Vector3::new(y.x, y.y, y.z) + Vector3::new(y[2], y[1], y[0]) }
        { y.xyz() }
    }
    bodies! { (x, y, data) -> SMatrix<f64, 2, 2>: { data.s.fixed_view::<2, 2>(0, 1).into_owned() } { data.t.fixed_columns::<2>(1).into_owned() } { Matrix2::new(y.x, y.y, y.z, 1.0) } }
}

#[test]
fn constructors() {
    bodies! { (x, y, data) -> DVector<f64>:
        { DVector::from_fn(5, |i, _| x[i] * i as f64) }
        { DVector::<f64>::zeros(3) }
        { DVector::from_element(x.len(), data.k) }
        { DVector::repeat(4, y[1]) }
        { DVector::from_vec(vec![x[0], x[1] * 2.0]) }
        { DVector::from_row_slice(&[x[0], 3.0]) }
        { DVector::from_column_slice(&data.w) * y[0] }
        { DVector::from_iterator(x.len(), x.iter().map(|t| t * t)) }
        { DVector::from_vec(x.iter().zip(data.b.iter()).map(|(a, b)| a * b).collect()) }
        { DVector::from_vec(vec![y[0]; 3]) }
        { nalgebra::DVector::from_fn(data.n, |i, _| x[i]) }
        { <DVector<f64>>::from_fn(x.nrows(), |i, _| x[i]) }
    }
    bodies! { (x, y, data) -> DMatrix<f64>:
        { DMatrix::identity(5, 5) * 2.0 + &data.q }
        { DMatrix::identity(2, 3) }
        { DMatrix::from_fn(5, 3, |i, j| x[i] * y[j] + (i * j) as f64) }
        { DMatrix::zeros(2, x.len()) }
        { DMatrix::from_element(2, 3, y[0]) }
        { DMatrix::from_row_slice(2, 2, &[x[0], x[1], x[2], x[3]]) }
        { DMatrix::from_vec(2, 2, vec![x[0], x[1], x[2], x[3]]) }
        { DMatrix::from_columns(&[x.clone(), data.b.clone()]) }
        { DMatrix::from_rows(&[x.transpose(), data.r.clone()]) }
        { DMatrix::from_diagonal_element(3, 3, data.k) }
        { DMatrix::from_iterator(5, 1, x.iter().copied()) }
    }
    bodies! { (x, y, data) -> SVector<f64, 3>:
        { SVector::from([x[0], x[1], x[2]]) }
        { SVector::<f64, 3>::from_fn(|i, _| x[i] + y[i]) }
        { SVector::from_fn(|i, _| x[i] + y[i]) }
        { SVector::<f64, 3>::zeros() + y }
        { SVector::repeat(2.0) - y }
        { y + SVector::from_element(data.k) }
        { [y[0], y[1], 1.0].into() }
        { let v: SVector<f64, 3> = [y[0], y[1], 1.0].into(); v * 2.0 }
        { Vector3::new(1.0, y[1], x[2]) }
        { vector![1.0, y[1], x[2] + 1.0] }
        { Vector3::x() * 2.0 + Vector3::y() }
        { SVector::from(data.w) }
        { OMatrix::<f64, Const<3>, Const<1>>::from_fn(|i, _| y[i]) }
        { SVector::<f64, 3>::from_row_slice(&[y[2], y[1], y[0]]) }
        { SVector::<f64, 3>::from_iterator(y.iter().map(|t| 2.0 * t)) }
    }
    bodies! { (x, y, data) -> SMatrix<f64, 3, 3>:
        { SMatrix::identity() * y[0] + data.s }
        { SMatrix::<f64, 3, 3>::identity() }
        { SMatrix::from_fn(|i, j| y[i] * y[j]) }
        { Matrix3::new(1.0, 2.0, 3.0, y[0], y[1], y[2], x[0], x[1], x[2]) }
        { matrix![1.0, 2.0, 3.0; y[0], y[1], y[2]; x[0], x[1], x[2]] }
        { Matrix3::from_columns(&[*y, y * 2.0, y.abs()]) }
        { Matrix3::from_row_slice(&[1.0, 2.0, 3.0, y[0], y[1], y[2], 7.0, 8.0, 9.0]) }
        { Matrix3::from_columns(&[y.clone(), y.clone(), y.clone()]) }
        { SMatrix::<f64, 3, 3>::repeat(y[2]) }
        { data.s + SMatrix::from_diagonal_element(y[1]) }
        { SMatrix::from([[1.0, 2.0, 3.0], [y[0], y[1], y[2]], [0.0, 0.0, 1.0]]) }
    }
    bodies! { (x, y, data) -> RowSVector<f64, 3>: { matrix![y[0], y[1], 2.0] } { RowSVector::from([y[0], 1.0, 2.0]) } { RowSVector::<f64, 3>::from_fn(|_, j| y[j]) } }
    bodies! { (x, y, data) -> RowDVector<f64>: { RowDVector::from_fn(5, |_, j| x[j]) } { RowDVector::zeros(2) } { RowDVector::from_vec(vec![x[0], 2.0]) } }
    bodies! { (x, y, data) -> f64:
        { let m = Matrix2::new(1.0, 2.0, y[0], y[1]); m.m21 * 3.0 + m.m12 + m[(1, 1)] + m[1] }
        { let v = Vector2::new(y[0], 2.0); v.x * v.y }
        { (data.s + SMatrix::identity() * 2.0).sum() + (y - SVector::repeat(1.0)).sum() }
    }
}

#[test]
fn sizes() {
    bodies! { (x, y, data) -> f64:
        { x.len() as f64 + data.a.nrows() as f64 * data.a.ncols() as f64 + data.n as f64 }
        { let (r, c) = data.a.shape(); (r * c - r) as f64 / (data.s.len() + 1) as f64 }
        { (data.n / 2) as f64 + (data.n % 2) as f64 + (7 / 2) as f64 + (data.n * 6 / 3) as f64 }
        { let n = x.len(); x.norm_squared() / (2 * n) as f64 }
        { (data.n.pow(2) + 2usize.pow(3)) as f64 * x[0] }
        { if data.n > 3 { x[3] } else { x[0] } }
        { if data.s.nrows() == 3 && !x.is_empty() { x[3] } else { x[0] } }
        { (2usize.max(3) + 1.min(2)) as f64 }
    }
}

#[test]
fn norms_by_their_types() {
    bodies! { (x, y, data) -> f64:
        { x.apply_norm(&nalgebra::LpNorm(4)) + x.apply_norm(&nalgebra::EuclideanNorm) * x.apply_norm(&nalgebra::UniformNorm) }
        { x.apply_metric_distance(&data.b, &nalgebra::EuclideanNorm) + x.apply_metric_distance(&data.b, &nalgebra::LpNorm(3)) }
    }
}

/// Methods that change their operand, of nalgebra's alone.
#[test]
fn changes_in_place() {
    agrees! {
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            let mut m = x * x.transpose() * 0.3;
            m.gemm_tr(y[1], &(x * x.transpose()), &(x * y[0]).map(f64::sin).insert_row(0, 0.0).remove_row(0).transpose().transpose().kronecker(&x.transpose()), 0.5);
            m.fill_lower_triangle(x[1], 1);
            m.transpose_mut();
            m.fill_lower_triangle(y[0], 2);
            m.fill_upper_triangle(y[2], 3);
            let mut unit = m.clone();
            unit.fill_with_identity();
            let mut v = x.clone();
            v.gemv_tr(y[1], &m, x, 0.5);
            v.gemv_ad(0.1, &m, x, 1.0);
            v.cmpy(y[0], x, &x.map(f64::cos), 0.7);
            (m + unit * y[1]).norm_squared() + v.dot(x)
        }
    }
}
