use hypergrad::bilevel;

#[bilevel]
mod toy {
    fn power(t: f64, n: usize) -> f64 {
        if t < 1.0 { 1.0 } else { t * power(t - 1.0, n) }
    }

    pub fn f(x: f64, y: f64) -> f64 {
        power(x - y, 3)
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x * x
    }
}

fn main() {}
