use hypergrad::bilevel;

mod other {
    pub fn softplus(t: f64) -> f64 {
        t * t
    }
}

#[bilevel]
mod toy {
    use super::other::softplus;

    pub fn f(x: f64, y: f64) -> f64 {
        softplus(x - y)
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x * x
    }
}

fn main() {}
