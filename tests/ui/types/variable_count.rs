use hypergrad::bilevel;

#[bilevel]
mod toy {
    pub fn f(x: f64, y: usize) -> f64 {
        (x - y as f64).powi(2)
    }

    pub fn g(x: f64, _y: usize) -> f64 {
        x * x
    }
}

fn main() {}
