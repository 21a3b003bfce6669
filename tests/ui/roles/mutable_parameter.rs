use hypergrad::bilevel;

#[bilevel]
mod toy {
    pub fn f(mut x: f64, y: f64) -> f64 {
        x -= y;
        x * x
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x * x
    }
}

fn main() {}
