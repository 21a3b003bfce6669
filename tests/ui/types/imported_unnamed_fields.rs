use hypergrad::bilevel;

#[bilevel]
mod other {
    pub struct Data(pub f64);

    pub fn f(x: f64, y: f64) -> f64 {
        x * y
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x
    }
}

#[bilevel]
mod toy {
    use super::other::Data;

    pub fn f(x: f64, y: f64, data: &Data) -> f64 {
        x * y * data.0
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x
    }
}

fn main() {}
