#![allow(non_snake_case)]

use hypergrad::bilevel;

#[bilevel]
mod toy {
    #[cfg(all())]
    pub fn Phi(x: f64, y: f64) -> f64 {
        x * y
    }

    #[cfg(all())]
    pub fn g(x: f64, _y: f64) -> f64 {
        x
    }

    #[cfg(all())]
    pub fn psi_inv(x: f64, _y: f64, _x_bar: f64, _y_bar: f64) -> f64 {
        x
    }
}

fn main() {}
