//! A root that is no gradient.

use hypergrad::bilevel;
use nalgebra::SVector;

use crate::copies::exp;
use crate::oracle::{DualNum, Inner, Number, Oracle, dot};
use crate::verify::{Reference, against_oracle, verify};

#[bilevel]
pub mod root {
    use nalgebra::SVector;

    pub fn F(x: &SVector<f64, 4>, y: &SVector<f64, 3>) -> SVector<f64, 4> {
        SVector::<f64, 4>::from_fn(|i, _| {
            2.0 * x[i]
                + 0.4 * (x[(i + 1) % 4] + y[i % 3]).sin()
                + 0.3 * x[(i + 2) % 4] * y[(i + 1) % 3]
                + 0.1 * x[i].powi(3) * y[i % 3].exp()
                - (0.9 * i as f64).cos()
        })
    }

    pub fn g(x: &SVector<f64, 4>, y: &SVector<f64, 3>) -> f64 {
        let t = SVector::<f64, 4>::from_fn(|i, _| (1.7 * i as f64 + 0.4).cos());
        0.5 * (x - t).norm_squared() + 0.1 * y.norm_squared() + 0.3 * x[0] * y[1] + 0.2 * (x[2] * y[2]).sin()
    }
}

#[test]
fn no_gradient() {
    let problem = root::Problem::new().unwrap();
    let y = SVector::<f64, 3>::new(0.4, -0.3, 0.7);
    let x = SVector::<f64, 4>::new(0.1, 0.3, -0.2, -0.4);
    let x_star = verify(&problem, &x, &y);
    let oracle = Oracle {
        inner: Inner::Root(&|x, y| {
            let entry = |i: usize| {
                x[i] * 2.0
                    + (x[(i + 1) % 4] + y[i % 3]).sin() * 0.4
                    + x[(i + 2) % 4] * y[(i + 1) % 3] * 0.3
                    + x[i] * x[i] * x[i] * exp(y[i % 3]) * 0.1
                    - (0.9 * i as f64).cos()
            };
            (0..4).map(entry).collect()
        }),
        g: &|x, y| {
            let distance: Number = (0..4).map(|i| (x[i] - (1.7 * i as f64 + 0.4).cos()).powi(2)).sum();
            distance * 0.5 + dot(y, y) * 0.1 + x[0] * y[1] * 0.3 + (x[2] * y[2]).sin() * 0.2
        },
    };
    against_oracle(&problem, &x, &y, &oracle);
    let reference = Reference {
        x_star: &[0.3388988443180712, 0.4547202101284905, -0.16267462065515975, -0.5536122812967942],
        x_hat: &[0.358, 0.443, -0.174, -0.534],
        omega_hat: &[0.2972257812566825, -0.04271048717557019, 0.06894991535554874],
        gradient: &[0.30315317907781514, -0.047726754938405294, 0.07272622701705295],
        efficiency: 0.5173483643095189,
    };
    reference.check(&problem, &x_star, &y, |entries| entries);
    assert!(!root::Problem::STRUCTURE.f1_symmetric);
}
