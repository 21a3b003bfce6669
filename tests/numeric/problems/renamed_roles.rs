//! Roles under other names: `#[bilevel(f = .., g = ..)]`, `inner` and `outer`, renamed imports, and
//! functions of role names that are no roles.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel(f = training_loss, g = validation_loss, psi = none)]
pub mod named {
    use nalgebra::DVector as Vector;

    pub struct Samples {
        pub t: Vector<f64>,
    }

    pub fn training_loss(weights: &Vector<f64>, penalty: &f64, samples: &Samples) -> f64 {
        weights.iter().zip(samples.t.iter()).map(|(w, t)| psi(w - t)).sum::<f64>() + penalty.exp() * weights.norm_squared()
    }

    pub fn validation_loss(weights: &Vector<f64>, penalty: &f64, samples: &Samples) -> f64 {
        weights.dot(&samples.t) * penalty + weights.norm_squared().sqrt()
    }

    /// A function of a role's name that is a helper here.
    fn psi(t: f64) -> f64 {
        t.cosh()
    }
}

#[bilevel]
pub mod words {
    use nalgebra as na;

    pub fn inner(x: &na::Vector2<f64>, y: &f64) -> na::Vector2<f64> {
        na::Vector2::new(x[0] * 2.0 + x[1] * y, x[1] * 3.0 - x[0] * y * y + 1.0)
    }

    pub fn outer(x: &na::Vector2<f64>, y: &f64) -> f64 {
        x.norm_squared() + y * x[0]
    }
}

#[test]
fn by_options() {
    let samples = named::Samples { t: data::vector(3, 0.9) };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| (0..3).map(|i| (x[i] - samples.t[i]).cosh()).sum::<Number>() + y[0].exp() * dot(x, x)),
        g: &|x, y| (0..3).map(|i| x[i] * samples.t[i]).sum::<Number>() * y[0] + dot(x, x).sqrt(),
    };
    let problem = named::Problem::new(&samples).unwrap();
    let x = data::vector(3, 0.3);
    verify!(problem, x, 0.4, oracle);
    identities::check(&problem, &x, &0.4);
}

#[test]
fn by_words() {
    let oracle = Oracle {
        inner: Inner::Root(&|x, y| vec![x[0] * 2.0 + x[1] * y[0], x[1] * 3.0 - x[0] * y[0] * y[0] + 1.0]),
        g: &|x, y| dot(x, x) + y[0] * x[0],
    };
    let problem = words::Problem::new().unwrap();
    let x = nalgebra::Vector2::new(0.3, 0.4);
    verify!(problem, x, 0.7, oracle);
    identities::check(&problem, &x, &0.7);
}
