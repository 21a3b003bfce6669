use hypergrad::bilevel;

#[bilevel]
mod toy {
    pub fn f(x: f64, y: &Vec<f64>) -> f64 {
        (x - y[0]).powi(2)
    }

    pub fn g(x: f64, _y: &Vec<f64>) -> f64 {
        x * x
    }
}

fn main() {}
