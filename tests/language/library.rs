//! nalgebra's methods and constructors that are written in its other words.

use hypergrad::bilevel;
use nalgebra::Vector3;

use crate::{check, vector};

#[bilevel]
pub mod rearranged {
    use nalgebra::{DMatrix, DVector, RowDVector};

    /// A matrix that depends on x.
    fn table(x: &DVector<f64>) -> DMatrix<f64> {
        DMatrix::from_fn(3, 4, |i, j| (x[i] * (j + 1) as f64).sin() + 1.0)
    }

    fn weighed(a: &DMatrix<f64>) -> f64 {
        a.map_with_location(|i, j, t| t * (1.0 + i as f64 + 0.3 * j as f64)).norm_squared()
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let a = table(x);
        let shorter = weighed(&a.clone().remove_rows(1, 1)) + weighed(&a.clone().remove_columns(0, 2));
        let longer = weighed(&a.clone().insert_rows(1, 2, y[0])) + weighed(&a.clone().insert_columns(4, 1, y[1]));
        let resized = weighed(&a.clone().resize(2, 6, y[0]));
        let stepped = weighed(&a.rows_with_step(0, 2, 1).into_owned()) + weighed(&a.columns_with_step(1, 2, 1).into_owned());
        let viewed = weighed(&a.view_with_steps((0, 0), (2, 2), (1, 2)).into_owned()) + a.view_range(1..3, ..2).sum();
        0.01 * (shorter + longer + resized + stepped + viewed) + x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let v = x.clone().insert_rows(1, 2, y[0]).remove_rows(0, 1);
        let every_other = v.rows_with_step(0, 2, 1);
        let row = RowDVector::from_fn(4, |_, j| x[0] * j as f64).insert_columns(0, 1, y[1]).remove_columns(2, 2);
        let (low, high) = x.inf_sup(&DVector::from_element(x.len(), 0.2));
        v.norm_squared() + every_other.sum().sin() + row[0] * row[2] + low.dot(&high)
    }
}

#[bilevel]
pub mod reduced {
    use nalgebra::{DMatrix, DVector, Vector2, Vector3};

    /// Coordinates in every order.
    fn coordinates(p: &Vector3<f64>) -> f64 {
        let pairs = p.xx() * 1.0
            + p.xy() * 2.0
            + p.xz() * 3.0
            + p.yx() * 4.0
            + p.yy() * 5.0
            + p.yz() * 6.0
            + p.zx() * 7.0
            + p.zy() * 8.0
            + p.zz() * 9.0;
        let triples = p.xxx() * 1.0
            + p.xxy() * 2.0
            + p.xxz() * 3.0
            + p.xyx() * 4.0
            + p.xyy() * 5.0
            + p.xyz() * 6.0
            + p.xzx() * 7.0
            + p.xzy() * 8.0
            + p.xzz() * 9.0
            + p.yxx() * 10.0
            + p.yxy() * 11.0
            + p.yxz() * 12.0
            + p.yyx() * 13.0
            + p.yyy() * 14.0
            + p.yyz() * 15.0
            + p.yzx() * 16.0
            + p.yzy() * 17.0
            + p.yzz() * 18.0
            + p.zxx() * 19.0
            + p.zxy() * 20.0
            + p.zxz() * 21.0
            + p.zyx() * 22.0
            + p.zyy() * 23.0
            + p.zyz() * 24.0
            + p.zzx() * 25.0
            + p.zzy() * 26.0
            + p.zzz() * 27.0;
        pairs.norm_squared() + triples.norm_squared()
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let a = x * y.transpose();
        let products = a.row_product().sum() + a.row_product_tr()[0] + a.column_product().norm_squared();
        let sizes = a.compress_rows(|c| c.norm_squared()).dot(&a.compress_rows_tr(|c| c.sum()).transpose());
        let kernel = DVector::from_vec(vec![1.0, y[0], 0.5]);
        let smooth = x.convolve_full(kernel.clone()).norm_squared() + x.convolve_valid(kernel)[0].sin();
        0.1 * (products + sizes + smooth) + (x * x.transpose()).hermitian_part().trace()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut v = x.clone();
        v.zip_apply(&x.map(f64::cos), |own, c| *own *= c + y[0]);
        v.zip_zip_apply(&x.map(f64::sin), x, |own, s, t| *own += s * t);
        let p = Vector3::new(x[0], x[1], y[1]);
        let turned = p.zyx().dot(&p) + p.zx().perp(&Vector2::new(y[0], x[2])) + p.yyx()[1];
        let turned = turned + 1e-3 * coordinates(&p);
        let partial = DMatrix::from_partial_diagonal(3, 2, &[x[0], y[1]]);
        let picked = x.select_rows([0, 2].iter()).sum();
        v.norm_squared()
            + turned
            + (partial.transpose() * &partial).trace()
            + picked * [[x[0], y[0]], [x[1], 2.0]].as_flattened()[1]
    }
}

#[bilevel]
pub mod homogeneous {
    use nalgebra::{
        Isometry3, Matrix3, Matrix4, Point2, Point3, Rotation2, Rotation3, Translation3, UnitQuaternion, Vector2, Vector3,
    };

    pub fn f(x: &Vector3<f64>, y: &Vector3<f64>) -> f64 {
        let plane = Matrix3::new_translation(&x.xy()) * Matrix3::new_rotation(x.z) * Matrix3::new_scaling(1.0 + y.x * y.x);
        let moved = plane.transform_point(&Point2::new(y.y, 0.4)).coords + plane.transform_vector(&Vector2::new(0.2, y.z));
        let shear = Matrix3::new_nonuniform_scaling(&Vector2::new(x.x, y.y)).append_translation(&Vector2::new(y.x, 0.5));
        let homogeneous = Rotation2::new(x.y).to_homogeneous() * Point2::new(y.x, x.x).to_homogeneous();
        moved.norm_squared() + (shear * x).sum() + homogeneous.dot(y) + x.norm_squared()
    }

    pub fn g(x: &Vector3<f64>, y: &Vector3<f64>) -> f64 {
        let turn = Rotation3::new(*x);
        let space = Matrix4::new_rotation(*y) * Matrix4::new_translation(x) * Matrix4::new_nonuniform_scaling(y);
        let chained = Matrix4::new_scaling(x.x) * turn.to_homogeneous() * Matrix4::from_euler_angles(x.x, y.y, 0.1);
        let point = Point3::new(0.1, y.y, x.z);
        let seen = space.transform_point(&point).coords + chained.transform_point(&point).coords;
        let flight = Isometry3::from_parts(Translation3::new(x.x, y.y, 0.3), UnitQuaternion::from_scaled_axis(*y));
        let (from, to) = (UnitQuaternion::from_euler_angles(x.x, 0.1, 0.2), UnitQuaternion::from_euler_angles(0.3, y.y, 0.9));
        let middle = nalgebra::center(&point, &Point3::new(x.x, 1.0, 0.0));
        seen.norm_squared()
            + (flight.to_homogeneous() * point.to_homogeneous()).sum()
            + turn.angle()
            + from.angle_to(&to)
            + x.to_homogeneous().norm_squared()
            + middle.coords.norm_squared()
    }
}

#[test]
fn written_in_other_words() {
    check(&rearranged::Problem::new().unwrap(), &vector(3, 0.6), &vector(2, 0.8));
    check(&reduced::Problem::new().unwrap(), &vector(4, 0.6), &vector(2, 0.8));
    check(&homogeneous::Problem::new().unwrap(), &Vector3::new(0.3, -0.5, 0.7), &Vector3::new(0.4, 0.9, -0.2));
}
