use hypergrad::bilevel;

#[bilevel]
mod toy {
    pub struct Pair(pub f64, pub f64);

    pub fn f(x: f64, y: &Pair) -> f64 {
        (x - y.0 * y.1).powi(2)
    }

    pub fn g(x: f64, _y: &Pair) -> f64 {
        x * x
    }
}

fn main() {}
