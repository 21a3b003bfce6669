use hypergrad::bilevel;

#[bilevel]
mod toy {
    pub fn f(x: f64, y: f32) -> f64 {
        (x - f64::from(y)).powi(2)
    }

    pub fn g(x: f64, _y: f32) -> f64 {
        x * x
    }
}

fn main() {}
