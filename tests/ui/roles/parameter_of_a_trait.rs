use hypergrad::bilevel;

#[bilevel]
mod toy {
    pub fn f(x: impl Into<f64>, y: f64) -> f64 {
        let x: f64 = x.into();
        (x - y).powi(2)
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x * x
    }
}

fn main() {}
