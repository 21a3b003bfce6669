use hypergrad::bilevel;

#[bilevel]
mod toy {
    pub fn f(x: f64, y: f64, data: usize) -> f64 {
        (x - y).powi(2) * data as f64
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x * x
    }
}

fn main() {}
