use hypergrad::bilevel;

#[bilevel]
mod other {
    pub struct Hyper {
        pub a: f64,
        pub b: f64,
    }

    pub fn f(x: f64, y: &Hyper) -> f64 {
        (x - y.a).powi(2) + y.b
    }

    pub fn g(x: f64, _y: &Hyper) -> f64 {
        x * x
    }
}

#[bilevel]
mod toy {
    use super::other::Hyper;

    pub fn f(x: f64, y: &Hyper) -> f64 {
        (x - y.a).powi(2)
    }

    pub fn g(x: f64, y: &Hyper) -> f64 {
        x * y.b
    }
}

fn main() {}
