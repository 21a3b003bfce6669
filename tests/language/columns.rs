//! Lists of structs, tuples and vectors whose items are changed in place.
#![allow(clippy::all, clippy::pedantic, reason = "each way to write something is a case")]

use hypergrad::bilevel;

use crate::shared::{check, vector};

#[bilevel]
pub mod particles {
    use nalgebra::{DVector, Vector2};

    struct Particle {
        place: Vector2<f64>,
        speed: Vector2<f64>,
        mass: f64,
    }

    impl Particle {
        fn step(&mut self, force: Vector2<f64>, dt: f64) {
            self.speed += force * (dt / self.mass);
            self.place += self.speed * dt;
        }

        fn energy(&self) -> f64 {
            0.5 * self.mass * self.speed.norm_squared()
        }
    }

    /// Particles that are drawn to their centre of mass.
    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut all: Vec<Particle> = x
            .iter()
            .zip(y.iter())
            .map(|(&a, &b)| Particle { place: Vector2::new(a, b), speed: Vector2::new(b, 0.5), mass: 1.0 + a * a })
            .collect();
        for _ in 0..20 {
            let mass: f64 = all.iter().map(|p| p.mass).sum();
            let centre = all.iter().map(|p| p.place * p.mass).sum::<Vector2<f64>>() / mass;
            for p in all.iter_mut() {
                let force = (centre - p.place) * y[0].exp();
                p.step(force, 0.05);
            }
        }
        all[1].mass = 2.0;
        all[0].place.x += x[2];
        all.iter().map(|p| p.energy() + p.place.norm_squared()).sum::<f64>() + 2.0 * x.norm_squared()
    }

    /// Agents that agree with their neighbours.
    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut agents: Vec<DVector<f64>> = (0..4).map(|k| x * (1.0 + k as f64)).collect();
        for _ in 0..3 {
            let mean = agents.iter().sum::<DVector<f64>>() / agents.len() as f64;
            for (k, agent) in agents.iter_mut().enumerate() {
                *agent += (&mean - &*agent) * 0.3;
                agent[0] -= 0.1 * y[k];
            }
        }
        agents[2] *= y[1];
        let mut pairs: Vec<(f64, f64)> = x.iter().map(|t| (*t, t * t)).collect();
        for (a, b) in &mut pairs {
            *a += *b;
            *b = y[2] * *a;
        }
        pairs[1].0 = 0.5;
        agents.iter().map(|a| a.norm_squared()).sum::<f64>() + pairs.iter().map(|(a, b)| a * b).sum::<f64>()
    }
}

#[test]
fn items_are_changed_in_place() {
    for length in [4, 5] {
        let (x, y) = (vector(length, 0.7), vector(length, -0.4));
        let problem = particles::Problem::new().unwrap();
        let at = problem.at(&x, &y).unwrap();
        assert!((at.f() - particles::f(&x, &y)).abs() < 1e-11, "{} {}", at.f(), particles::f(&x, &y));
        assert!((at.g() - particles::g(&x, &y)).abs() < 1e-11, "{} {}", at.g(), particles::g(&x, &y));
        check(&problem, &x, &y);
    }
}
