use hypergrad::bilevel;

#[bilevel]
mod toy {
    pub fn f<T: std::ops::Mul<Output = T>>(x: T, y: T) -> T {
        x * y
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x * x
    }
}

fn main() {}
