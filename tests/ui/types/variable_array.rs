use hypergrad::bilevel;

#[bilevel]
mod toy {
    pub fn f(x: [f64; 2], y: f64) -> f64 {
        (x[0] - y).powi(2) + x[1].powi(2)
    }

    pub fn g(x: [f64; 2], _y: f64) -> f64 {
        x[0]
    }
}

fn main() {}
