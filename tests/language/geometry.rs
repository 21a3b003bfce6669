//! nalgebra's points, unit vectors, rotations and quaternions.

use hypergrad::bilevel;
use nalgebra::{Vector2, Vector3};

use crate::{check, vector};

/// A camera over points in space: x is its pose, y its axis and a distortion.
#[bilevel]
pub mod pose {
    use nalgebra::{Point3, Quaternion, Rotation2, Rotation3, Unit, UnitQuaternion, Vector2, Vector3, Vector4};

    pub struct Pose {
        pub angles: Vector3<f64>,
        pub translation: Vector3<f64>,
    }

    pub struct Data {
        pub point: Vector3<f64>,
        pub pixel: Vector2<f64>,
    }

    fn seen(pose: &Pose, y: &Vector2<f64>, data: &Data) -> Vector2<f64> {
        let rotation = UnitQuaternion::from_euler_angles(pose.angles.x, pose.angles.y, pose.angles.z);
        let p = rotation * Point3::from(data.point) + pose.translation;
        Rotation2::new(y.x) * (p.coords.xy() / (3.0 + p.z * p.z)) * y.y.exp()
    }

    pub fn f(pose: &Pose, y: &Vector2<f64>, data: &Data) -> f64 {
        let axis = Unit::new_normalize(pose.translation + Vector3::new(2.0, 0.0, 0.0));
        let turned = Rotation3::from_axis_angle(&axis, y.x).transform_vector(&data.point);
        (seen(pose, y, data) - data.pixel).norm_squared()
            + pose.angles.norm_squared()
            + 0.1 * (turned - pose.translation).norm_squared()
            + axis.dot(&pose.angles).powi(2)
    }

    pub fn g(pose: &Pose, y: &Vector2<f64>, _data: &Data) -> f64 {
        let q = UnitQuaternion::new_normalize(Quaternion::new(2.0, pose.angles.x, y.x, y.y));
        let around = UnitQuaternion::from_axis_angle(&Vector3::z_axis(), pose.angles.z);
        let matrix = (q * around).inverse().to_rotation_matrix().into_inner();
        let origin = Point3::new(y.x, y.y, 1.0) - Point3::origin();
        let long = Vector2::new(y.x, pose.translation.x).push(y.y);
        (matrix * origin).dot(&pose.translation)
            + Vector3::x_axis().dot(&pose.angles)
            + Vector4::w_axis().dot(&Vector4::new(0.0, 0.0, 1.0, y.x))
            + (Vector3::y_axis().into_inner() + long.cross_matrix() * pose.angles).norm_squared()
            + Rotation2::new(y.x).inverse().angle()
            + Rotation3::from_euler_angles(y.x, y.y, 0.1).matrix().trace()
    }
}

#[test]
fn a_camera() {
    let data = pose::Data { point: Vector3::new(0.4, -0.3, 0.8), pixel: Vector2::new(0.1, 0.2) };
    let angles = vector(3, 0.5).fixed_rows::<3>(0).into_owned();
    let x = pose::Pose { angles, translation: Vector3::new(0.1, 0.5, -0.2) };
    let y = Vector2::new(0.3, -0.4);
    let problem = pose::Problem::new(&data).unwrap();
    check(&problem, &x, &y);
    let at = problem.at(&x, &y).unwrap();
    assert!((at.f() - pose::f(&x, &y, &data)).abs() < 1e-12 && (at.g() - pose::g(&x, &y, &data)).abs() < 1e-12);
}
