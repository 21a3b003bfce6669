//! Bindings: tuples, arrays, nested patterns, blocks, shadowing, struct patterns of indices.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{identities, verify};

#[bilevel]
pub mod bound {
    use nalgebra::{Vector2, Vector3, vector};

    fn split(v: &Vector3<f64>) -> (f64, Vector2<f64>) {
        (v.x, vector![v.y, v.z])
    }

    #[allow(non_snake_case)]
    pub fn F(x: &Vector3<f64>, y: &Vector2<f64>) -> Vector3<f64> {
        let (head, tail) = split(x);
        let [p, q] = [y.x * 2.0, y.y + head];
        let ((a, _), b) = ((p + q, 1.0), tail.dot(y));
        let head = {
            let shifted = head + a;
            shifted * shifted * 0.1 + head
        };
        let (s, c) = b.sin_cos();
        Vector3::new(head + s, 3.0 * tail[0] - c, tail[1] * 2.0 + 0.3 * (a * b).tanh())
    }

    pub fn g(x: &Vector3<f64>, y: &Vector2<f64>) -> f64 {
        let (u, v) = {
            let t = x.xy();
            (t + y, t - y)
        };
        let both = (u.dot(&v), x.z);
        both.0 * both.1 + u[0] * v[1]
    }
}

#[test]
fn against_the_oracle() {
    let oracle = Oracle {
        inner: Inner::Root(&|x, y| {
            let (p, q) = (y[0] * 2.0, y[1] + x[0]);
            let (a, b) = (p + q, x[1] * y[0] + x[2] * y[1]);
            let shifted = x[0] + a;
            vec![shifted * shifted * 0.1 + x[0] + b.sin(), x[1] * 3.0 - b.cos(), x[2] * 2.0 + (a * b).tanh() * 0.3]
        }),
        g: &|x, y| {
            let (u, v) = ([x[0] + y[0], x[1] + y[1]], [x[0] - y[0], x[1] - y[1]]);
            dot(&u, &v) * x[2] + u[0] * v[1]
        },
    };
    let problem = bound::Problem::new().unwrap();
    let (x, y) = (nalgebra::Vector3::new(0.3, -0.4, 0.6), nalgebra::Vector2::new(0.2, -0.5));
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
