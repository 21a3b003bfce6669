use hypergrad::bilevel;

#[bilevel]
mod other {
    pub struct Data {
        pub a: f64,
    }

    pub fn f(x: f64, y: f64, data: &Data) -> f64 {
        (x - y).powi(2) * data.a
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x * x
    }
}

#[bilevel]
mod toy {
    pub fn f(x: f64, y: f64, data: &super::other::Data) -> f64 {
        (x - y).powi(2) * data.a
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x * x
    }
}

fn main() {}
