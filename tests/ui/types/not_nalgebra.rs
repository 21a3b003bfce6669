use hypergrad::bilevel;

mod other {
    pub type Own<T> = Vec<T>;
}

#[bilevel]
mod toy {
    use super::other::Own as DVector;

    pub fn f(x: f64, y: &DVector<f64>) -> f64 {
        (x - y[0]).powi(2)
    }

    pub fn g(x: f64, _y: &DVector<f64>) -> f64 {
        x * x
    }
}

fn main() {}
