//! Recursions: what a loop carries from step to step.

use hypergrad::bilevel;

use crate::{check, matrix, vector};

#[bilevel]
pub mod rollout {
    use nalgebra::{DVector, Matrix2, Vector2, Vector3};

    const DT: f64 = 0.1;

    pub struct Plant {
        pub start: Vector2<f64>,
        pub goal: Vector2<f64>,
    }

    fn step(state: Vector2<f64>, torque: f64) -> Vector2<f64> {
        Vector2::new(state.x + DT * state.y, state.y + DT * (torque - state.x.sin() - 0.1 * state.y))
    }

    /// A state that is carried and a sum over the steps.
    pub fn f(u: &DVector<f64>, y: &Vector3<f64>, plant: &Plant) -> f64 {
        let q = Matrix2::from_diagonal(&Vector2::new(y[0].exp(), y[1].exp()));
        let mut state = plant.start;
        let mut cost = 0.0;
        for k in 0..u.len() {
            state = step(state, u[k]);
            let e = state - plant.goal;
            cost += e.dot(&(q * e)) + y[2].exp() * u[k] * u[k];
        }
        cost
    }

    /// The same recursion by `fold`.
    pub fn g(u: &DVector<f64>, _y: &Vector3<f64>, plant: &Plant) -> f64 {
        let last = u.iter().fold(plant.start, |state, &torque| step(state, torque));
        (last - plant.goal).norm_squared() + 1e-2 * u.norm_squared()
    }
}

#[test]
fn rollouts() {
    use nalgebra::{Vector2, Vector3};
    let plant = rollout::Plant { start: Vector2::new(1.0, 0.0), goal: Vector2::new(0.2, -0.1) };
    let problem = rollout::Problem::new(plant).unwrap();
    for n in [0, 1, 20] {
        check(&problem, &vector(n, 0.3), &Vector3::new(0.1, -0.4, -1.0));
    }
}

/// Ranges that may end before they begin: no steps.
#[bilevel]
pub mod late {
    use nalgebra::{DVector, Vector2};

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let (mut s, mut v) = (y.sum(), Vector2::new(0.3, 0.1));
        for i in 3..x.len() {
            s = 0.5 * s + x[i] * v.x;
            v = Vector2::new(v.y, s.sin());
        }
        for i in (x.len()..y.len()).rev() {
            s = s.sin() * (1.0 + y[i]);
        }
        s * s + v.norm_squared() + x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let shifted = (0..y.len()).map(|j| (j + 2..x.len()).fold(y[j], |s, i| s * x[i] + 0.5).powi(2)).sum::<f64>();
        shifted + x.norm_squared()
    }
}

#[test]
fn ranges_that_end_before_they_begin() {
    let problem = late::Problem::new().unwrap();
    for (n, m) in [(0, 0), (1, 3), (2, 4), (3, 1), (6, 2)] {
        check(&problem, &vector(n, 0.3), &vector(m, 0.7));
    }
}

#[bilevel]
pub mod filters {
    use nalgebra::{DMatrix, DVector, Matrix2, Vector2};

    pub struct Series {
        pub z: DVector<f64>,
    }

    pub struct Body {
        pub position: f64,
        pub velocity: f64,
    }

    /// A Kalman filter: matrices are carried, the likelihood is a sum; entries of a vector from those before.
    pub fn f(x: &DVector<f64>, y: &Vector2<f64>, data: &Series) -> f64 {
        let a = Matrix2::new(1.0, 0.1, -0.2, 0.9);
        let mut mean = Vector2::new(0.1, -0.2);
        let mut p = Matrix2::identity() * y[0].exp();
        let mut likelihood = 0.0;
        for t in 0..x.len() {
            mean = a * mean + Vector2::new(0.0, x[t]);
            p = a * p * a.transpose() + Matrix2::identity() * 0.1;
            let s = p[(0, 0)] + y[1].exp();
            let e = data.z[t] - mean[0];
            likelihood += e * e / s + s.ln();
            let gain = p.column(0) / s;
            mean += gain * e;
            p -= gain * p.row(0);
        }
        let mut level = DVector::zeros(x.len());
        for t in 0..x.len() {
            level[t] = if t == 0 {
                x[0]
            } else if t == 1 {
                0.5 * level[0] + x[1]
            } else {
                0.6 * level[t - 1] - 0.1 * level[t - 2] * level[t - 1] + x[t]
            };
        }
        likelihood + 0.5 * level.norm_squared() + 3.0 * x.norm_squared()
    }

    /// A struct that is carried, a trajectory that is kept, backwards and conditional steps.
    pub fn g(x: &DVector<f64>, y: &Vector2<f64>, data: &Series) -> f64 {
        let n = x.len();
        let mut body = Body { position: 0.0, velocity: y[0] };
        let mut path = DMatrix::zeros(2, n);
        for (t, force) in x.iter().enumerate() {
            body.velocity += 0.1 * (force - body.position.powi(3));
            body.position += 0.1 * body.velocity;
            path[(0, t)] = body.position;
            path[(1, t)] = body.velocity;
        }
        let mut value = 0.0;
        let mut sign = 1.0;
        let mut root = 1.0;
        for _ in 0..30 {
            let residual = root * root - 2.0 - y[0];
            if residual.abs() < 1e-11 {
                break;
            }
            root -= residual / (2.0 * root);
        }
        for t in (0..n).rev() {
            if t % 3 == 0 {
                continue;
            }
            value = data.z[t] * (value + x[t]).tanh() + sign * y[1];
            if value > 0.0 {
                sign *= -0.9;
            }
        }
        let (low, high) = x.iter().fold((0.0, 1.0), |(low, high), v| (low + 0.1 * high * v, high - 0.1 * low * v));
        path.norm_squared() + value * value + low * high + root
    }
}

#[test]
fn recursions_of_many_kinds() {
    use nalgebra::Vector2;
    for n in [0, 1, 2, 3, 18, 19] {
        let problem = filters::Problem::new(filters::Series { z: vector(n, 0.7) }).unwrap();
        check(&problem, &vector(n, 0.3), &Vector2::new(0.2, -0.4));
    }
}

#[bilevel]
pub mod network {
    use nalgebra::{DMatrix, DVector};

    pub struct Weights {
        pub hidden: DMatrix<f64>,
        pub input: DVector<f64>,
    }

    pub struct Sequences {
        /// A row for each sample.
        pub rows: DMatrix<f64>,
        pub target: DVector<f64>,
        pub steps: usize,
    }

    /// A recurrent network, a sum over samples of recursions; steps inside of steps.
    pub fn f(w: &Weights, y: &DVector<f64>, data: &Sequences) -> f64 {
        let loss: f64 = (0..data.rows.nrows())
            .map(|i| {
                let mut h = DVector::zeros(w.input.len());
                for t in 0..data.rows.ncols() {
                    h = (&w.hidden * &h + &w.input * data.rows[(i, t)]).map(f64::tanh);
                }
                (h.sum() - data.target[i]).powi(2)
            })
            .sum();
        loss + y[0].exp() * (w.hidden.norm_squared() + w.input.norm_squared())
    }

    pub fn g(w: &Weights, y: &DVector<f64>, data: &Sequences) -> f64 {
        let mut state = w.input.clone();
        let mut cost = 0.0;
        for t in 0..data.target.len() {
            for _ in 0..data.steps {
                state = &state + (&w.hidden * &state - &state * y[1]).map(f64::sin) * 0.05;
            }
            let mut inner = data.target[t];
            for j in 0..data.rows.ncols() {
                inner = 0.5 * inner + state[0] * data.rows[(t, j)];
            }
            cost += inner * inner + state.norm_squared();
        }
        cost
    }
}

#[test]
fn networks_and_steps_inside_of_steps() {
    let (samples, length, hidden) = (3, 4, 2);
    let data = network::Sequences { rows: matrix(samples, length, 0.2), target: vector(samples, 0.5), steps: 3 };
    let problem = network::Problem::new(data).unwrap();
    let w = network::Weights { hidden: matrix(hidden, hidden, 0.9), input: vector(hidden, 1.3) };
    check(&problem, &w, &nalgebra::DVector::from_vec(vec![-0.5, 0.3]));
}

/// A cart with a pole by the method of Runge and Kutta: what a step computes is long, and written once.
#[bilevel]
pub mod cart_pole {
    use nalgebra::{DVector, Vector3, Vector4};

    pub struct Task {
        pub start: Vector4<f64>,
        pub goal: Vector4<f64>,
    }

    const STEP: f64 = 0.1;
    const CART: f64 = 1.0;
    const POLE: f64 = 0.3;
    const LENGTH: f64 = 0.5;
    const GRAVITY: f64 = 9.81;

    fn velocity(s: &Vector4<f64>, force: f64) -> Vector4<f64> {
        let (sin, cos) = s[1].sin_cos();
        let mass = CART + POLE * sin * sin;
        let pull = POLE * LENGTH * s[3] * s[3];
        let cart = (force + sin * (pull + POLE * GRAVITY * cos)) / mass;
        let pole = (-force * cos - pull * cos * sin - (CART + POLE) * GRAVITY * sin) / (LENGTH * mass);
        Vector4::new(s[2], s[3], cart, pole)
    }

    fn step(s: &Vector4<f64>, force: f64) -> Vector4<f64> {
        let k1 = velocity(s, force);
        let k2 = velocity(&(s + k1 * (0.5 * STEP)), force);
        let k3 = velocity(&(s + k2 * (0.5 * STEP)), force);
        let k4 = velocity(&(s + k3 * STEP), force);
        s + (k1 + k2 * 2.0 + k3 * 2.0 + k4) * (STEP / 6.0)
    }

    pub fn f(u: &DVector<f64>, y: &Vector3<f64>, task: &Task) -> f64 {
        let (mut state, mut cost) = (task.start, 0.0);
        for k in 0..u.len() {
            state = step(&state, u[k]);
            let e = state - task.goal;
            cost += y[0].exp() * e.rows(0, 2).norm_squared() + y[1].exp() * e.rows(2, 2).norm_squared();
            cost += y[2].exp() * u[k] * u[k];
        }
        cost
    }

    pub fn g(u: &DVector<f64>, _y: &Vector3<f64>, task: &Task) -> f64 {
        let mut state = task.start;
        for force in u.iter() {
            state = step(&state, *force);
        }
        (state - task.goal).norm_squared() + 1e-2 * u.norm_squared()
    }
}

#[test]
fn long_steps() {
    use nalgebra::{Vector3, Vector4};
    let task = cart_pole::Task { start: Vector4::new(0.1, 0.4, 0.0, -0.2), goal: Vector4::zeros() };
    let problem = cart_pole::Problem::new(task).unwrap();
    for n in [0, 1, 6] {
        check(&problem, &vector(n, 0.3), &Vector3::new(0.1, -0.4, -1.0));
    }
}

/// States that are arrays, in a struct too.
#[bilevel]
pub mod arrays {
    use nalgebra::DVector;

    struct Pendulum {
        state: [f64; 2],
        work: f64,
    }

    impl Pendulum {
        fn step(&mut self, torque: f64) {
            let [angle, speed] = self.state;
            self.state = [angle + 0.1 * speed, speed + 0.1 * (torque - angle.sin())];
            self.work += torque * speed;
        }
    }

    fn rate(s: [f64; 2], u: f64) -> [f64; 2] {
        [s[1], u - s[0].sin()]
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut pendulum = Pendulum { state: [0.0; 2], work: 0.0 };
        for v in x.iter() {
            pendulum.step(*v);
        }
        pendulum.work + y[0] * pendulum.state[0].powi(2) + pendulum.state[1] + x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut s = [0.5, 0.0];
        for i in 0..24 {
            let u = x[i % 3];
            let first = rate(s, u);
            let second = rate([s[0] + 0.05 * first[0], s[1] + 0.05 * first[1]], u);
            s = [s[0] + 0.1 * second[0], s[1] + 0.1 * second[1]];
        }
        let turned = x.iter().fold([0.0; 2], |[a, b], v| [b * y[1] + v, a.sin() - v]);
        s[0] * s[1] + turned[0] * turned[1]
    }
}

#[test]
fn arrays_are_carried() {
    let problem = arrays::Problem::new().unwrap();
    for n in [3, 6] {
        check(&problem, &vector(n, 0.3), &vector(2, 0.7));
    }
}
