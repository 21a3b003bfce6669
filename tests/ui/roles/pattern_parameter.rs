use hypergrad::bilevel;

#[bilevel]
mod toy {
    pub struct Pair {
        pub a: f64,
        pub b: f64,
    }

    pub fn f(x: f64, Pair { a, b }: &Pair) -> f64 {
        (x - a * b).powi(2)
    }

    pub fn g(x: f64, _y: &Pair) -> f64 {
        x * x
    }
}

fn main() {}
