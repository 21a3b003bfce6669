//! nalgebra's points, unit vectors, rotations and quaternions.

use nalgebra::{DVector, SVector, Vector2, Vector3};

use super::{Data, agrees, bodies};

#[test]
fn points_and_rotations() {
    bodies! { (x, y, data) -> f64:
        { (nalgebra::Rotation2::new(x[0]) * nalgebra::Vector2::new(x[1], x[2])).x }
        { let r = nalgebra::Rotation2::new(x[0]) * nalgebra::Rotation2::new(y[0]); (r.inverse() * Vector2::new(x[1], y[1])).y + r.angle() + r.matrix()[(0, 1)] }
        { let (p, q) = (nalgebra::Point2::new(x[0], x[1]), nalgebra::Point2::new(y[0], y[1])); (p - q).norm() + p.coords.dot(&q.coords) + p.x + q[1] }
        { let p = nalgebra::Point3::from(*y) + Vector3::new(x[0], 1.0, x[2]) * 0.5; (nalgebra::Rotation3::from_euler_angles(x[0], x[1], x[2]) * p).coords.dot(y) }
        { (nalgebra::UnitQuaternion::from_euler_angles(x[0], x[1], x[2]) * nalgebra::Vector3::new(x[1], x[2], 1.0)).x }
        { nalgebra::Unit::new_normalize(*y * x[0].exp()).dot(&Vector3::new(x[0], x[1], x[2])) }
        { let u = nalgebra::Unit::new_normalize(*y); let r = nalgebra::Rotation3::from_axis_angle(&u, x[0]); r.transform_vector(&Vector3::new(x[1], x[2], x[3])).norm_squared() + (r * u.into_inner()).z + (r * Vector3::new(x[1], x[2], x[3])).x }
        { let q = nalgebra::UnitQuaternion::from_axis_angle(&Vector3::z_axis(), x[0]); let p = nalgebra::UnitQuaternion::new_normalize(nalgebra::Quaternion::new(x[1], x[2], y[0], y[1]));
          ((q * p).inverse().transform_vector(y)).dot(&Vector3::new(1.0, x[3], 0.3)) + p.to_rotation_matrix().matrix()[(0, 2)] }
        { let a = Vector3::x_axis(); a.dot(y) * x[0] + a.into_inner().sum() + (Vector3::y_axis().cross_matrix() * y).x * x[1] }
        { y.cross_matrix().component_mul(&data.s).sum() + nalgebra::Vector2::new(x[0], x[1]).push(x[2] * y[0]).norm_squared() + x.push(y[1]).map(f64::sin).sum() * x[1] }
    }
}

#[test]
fn newtypes_deref() {
    agrees! {
        struct Weights(DVector<f64>);
        impl core::ops::Deref for Weights { type Target = DVector<f64>; fn deref(&self) -> &DVector<f64> { &self.0 } }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            let w = Weights(x.map(f64::exp));
            w.dot(x) + x.dot(&w) + w[1] * w[0] + w.iter().sum::<f64>() + w.0.len() as f64
        }
    }
}

#[test]
fn isometries() {
    bodies! { (x, y, data) -> f64:
        { let iso = nalgebra::Isometry3::new(Vector3::new(x[0], x[1], x[2]), Vector3::new(x[3], y[0], 0.4)); (iso * nalgebra::Point3::new(1.0, 2.0, 3.0)).coords.dot(&Vector3::new(0.3, 0.7, y[1])) }
        { let iso = nalgebra::Isometry2::new(nalgebra::Vector2::new(x[0], x[1]), x[2]); let p = iso * nalgebra::Point2::new(data.k, 1.0); p.x * p.y + (iso.inverse() * p).x }
        { let a = nalgebra::Isometry2::new(nalgebra::Vector2::new(x[0], x[1]), x[2]); let b = a * nalgebra::Isometry2::rotation(y[0]) * nalgebra::Translation2::new(y[1], 0.3) * nalgebra::UnitComplex::new(x[3]); (b * nalgebra::Vector2::new(0.2, x[4])).x + b.translation.vector.y * b.rotation.angle() + b.to_homogeneous().sum() }
        { let t = nalgebra::Translation3::new(x[0], x[1], x[2]) * nalgebra::UnitQuaternion::new(Vector3::new(x[3], y[0], y[1])); t.transform_point(&nalgebra::Point3::origin()).x + t.inverse_transform_point(&nalgebra::Point3::new(1.0, x[4], 0.0)).y }
        { let q = nalgebra::UnitQuaternion::from_scaled_axis(Vector3::new(0.0, 1e-4 * x[0], 0.0)); (q * Vector3::new(1.0, 2.0, y[0])).z }
        { let t = nalgebra::Translation2::new(x[0], x[1]); let p = t.inverse() * (t * t * nalgebra::Point2::new(1.0, y[0])); p.x * p.y }
        { let q = nalgebra::Isometry3::from_parts(nalgebra::Translation3::from(Vector3::new(x[0], 0.0, x[1])), nalgebra::UnitQuaternion::identity()); (q.inverse() * q * nalgebra::Point3::new(y[0], 1.0, x[2])).coords.sum() }
    }
}
