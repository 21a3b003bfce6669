//! Geometry of constant size: a rotation from angles, cross products, small matrices by `new` and
//! by `matrix!`.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{identities, verify};

#[bilevel]
pub mod arm {
    use nalgebra::{Matrix3, Vector3, matrix};

    pub struct Task {
        pub goal: Vector3<f64>,
        pub force: Vector3<f64>,
    }

    fn about_z(angle: f64) -> Matrix3<f64> {
        let (s, c) = angle.sin_cos();
        matrix![c, -s, 0.0; s, c, 0.0; 0.0, 0.0, 1.0]
    }

    fn about_x(angle: f64) -> Matrix3<f64> {
        Matrix3::new(1.0, 0.0, 0.0, 0.0, angle.cos(), -angle.sin(), 0.0, angle.sin(), angle.cos())
    }

    fn hand(angles: &Vector3<f64>, lengths: &Vector3<f64>) -> Vector3<f64> {
        let first = about_z(angles.x);
        let second = first * about_x(angles.y);
        let third = second * about_z(angles.z);
        first * Vector3::x() * lengths.x + second * Vector3::y() * lengths.y + third.column(0) * lengths.z
    }

    pub fn f(angles: &Vector3<f64>, lengths: &Vector3<f64>, task: &Task) -> f64 {
        (hand(angles, lengths) - task.goal).norm_squared() + 0.5 * angles.norm_squared()
    }

    pub fn g(angles: &Vector3<f64>, lengths: &Vector3<f64>, task: &Task) -> f64 {
        let torque = hand(angles, lengths).cross(&task.force);
        torque.norm_squared() + 0.1 * lengths.norm_squared() + (about_x(angles.z) * task.goal).dot(&task.force)
    }
}

fn hand(a: &[Number], l: &[Number]) -> [Number; 3] {
    let (s0, c0, s1, c1, s2, c2) = (a[0].sin(), a[0].cos(), a[1].sin(), a[1].cos(), a[2].sin(), a[2].cos());
    // R_z(a0) (l0 e_x + R_x(a1) (l1 e_y + R_z(a2) l2 e_x))
    let inner = [l[2] * c2, l[1] + l[2] * s2];
    let (p, q, r) = (l[0] + inner[0], inner[1] * c1, inner[1] * s1);
    [c0 * p - s0 * q, s0 * p + c0 * q, r]
}

#[test]
fn against_the_oracle() {
    let task = arm::Task { goal: nalgebra::Vector3::new(0.8, 0.9, 0.4), force: nalgebra::Vector3::new(0.1, -0.3, 1.0) };
    let (goal, force) = (task.goal, task.force);
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| squared_distance(&hand(x, y), goal.as_slice()) + dot(x, x) * 0.5),
        g: &|x, y| {
            let h = hand(x, y);
            let torque = [h[1] * force.z - h[2] * force.y, h[2] * force.x - h[0] * force.z, h[0] * force.y - h[1] * force.x];
            let (s, c) = (x[2].sin(), x[2].cos());
            let turned = (c * goal.y - s * goal.z) * force.y + (s * goal.y + c * goal.z) * force.z + goal.x * force.x;
            dot(&torque, &torque) + dot(y, y) * 0.1 + turned
        },
    };
    let (x, y) = (nalgebra::Vector3::new(0.6, 0.4, 0.5), nalgebra::Vector3::new(0.7, 0.5, 0.4));
    let problem = arm::Problem::new(&task).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
