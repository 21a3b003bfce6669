#![allow(non_snake_case)]

use hypergrad::bilevel;

#[bilevel]
mod toy {
    pub fn F(x: f64, y: f64) {
        let _ = x * y;
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x
    }
}

fn main() {}
