//! One dimension (Ye et al., Proposition 8): `F = e^y x - 1.3`, `g = 2x + y²`.

use hypergrad::bilevel;

use crate::copies::exp;
use crate::oracle::{Inner, Oracle};
use crate::verify::{Reference, against_oracle, verify};

#[bilevel]
pub mod line {
    pub fn F(x: f64, y: f64) -> f64 {
        y.exp() * x - 1.3
    }

    pub fn g(x: f64, y: f64) -> f64 {
        2.0 * x + y.powi(2)
    }
}

#[test]
fn scalars() {
    let problem = line::Problem::new().unwrap();
    let x_star = verify(&problem, &0.5, &0.6);
    let oracle = Oracle { inner: Inner::Root(&|x, y| vec![exp(y[0]) * x[0] - 1.3]), g: &|x, y| x[0] * 2.0 + y[0] * y[0] };
    against_oracle(&problem, &0.5, &0.6, &oracle);
    let reference = Reference {
        x_star: &[0.7134551269222345],
        x_hat: &[0.733],
        omega_hat: &[-0.266],
        gradient: &[-0.22691025384446895],
        efficiency: 2.0,
    };
    reference.check(&problem, &x_star, &0.6, |entries| entries);
    let structure = line::Problem::STRUCTURE;
    assert!(structure.f1_diagonal && structure.f1_constant_in_x && structure.g_constant_slope);
}
