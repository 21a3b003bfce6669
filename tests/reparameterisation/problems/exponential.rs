//! One dimension (`j_prop8_1d`): `F = e^y x - 1.3`; psi is the map of Prop. 11 as printed, whose z is
//! the root itself.

use hypergrad::bilevel;

#[bilevel]
pub mod model {
    pub fn F(x: f64, y: f64) -> f64 {
        y.exp() * x - 1.3
    }

    pub fn g(x: f64, y: f64) -> f64 {
        2.0 * x + y.powi(2)
    }

    pub fn phi(z: f64, y: f64) -> f64 {
        z * (0.3 * y).exp() + 0.1 * z.powi(2) + 0.05 * y.sin() * z
    }

    /// `-F_1(x_bar, y)⁻¹ F(z, y_bar) + x_bar`.
    pub fn psi(z: f64, y: f64, x_bar: f64, y_bar: f64) -> f64 {
        x_bar - (y_bar.exp() * z - 1.3) / y.exp()
    }

    pub fn P(x: f64, y: f64) -> f64 {
        y.exp() + 0.3 * x * x
    }
}

pub fn problem() -> model::Problem {
    model::Problem::new().unwrap()
}
