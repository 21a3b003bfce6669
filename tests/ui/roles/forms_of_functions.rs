#![allow(unused)]

use hypergrad::bilevel;

#[bilevel]
mod awaited {
    pub async fn f(x: f64, y: f64) -> f64 {
        x * y
    }

    pub extern "C" fn g(x: f64, #[cfg(all())] y: f64) -> f64 {
        x * y
    }
}

fn main() {}
