use hypergrad::bilevel;

#[bilevel]
mod toy {
    pub fn f(x: f64, y: f64) -> f64 {
        (x - y).powi(2) * f64::from(f64::DIGITS)
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x * x
    }
}

fn main() {}
