use hypergrad::bilevel;

mod other {
    pub struct DVector<T>(pub T);
}

#[bilevel]
mod toy {
    use super::other::DVector;

    pub fn f(x: f64, _y: &DVector<f64>) -> f64 {
        x * x
    }

    pub fn g(x: f64, _y: &DVector<f64>) -> f64 {
        x * x
    }
}

fn main() {}
