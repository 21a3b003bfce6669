use hypergrad::bilevel;

mod other {
    pub struct Weights(pub f64);
}

#[bilevel]
mod toy {
    use super::other::Weights;

    pub fn f(x: f64, y: &Weights) -> f64 {
        (x - y.0).powi(2)
    }

    pub fn g(x: f64, _y: &Weights) -> f64 {
        x * x
    }
}

fn main() {}
