use hypergrad::bilevel;

#[bilevel]
mod other {
    pub struct Data {
        pub a: f64,
        pub name: String,
        pub pair: (f64, f64),
    }

    pub fn f(x: f64, y: f64, data: &Data) -> f64 {
        (x - y).powi(2) * data.a
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x * x
    }
}

/// Errors in the body of a module that imports point into the body.
#[bilevel]
mod toy {
    use super::Special as _;
    use super::other::Data;

    pub fn f(x: f64, y: f64, data: &Data) -> f64 {
        (x - y).special() * data.name.len() as f64 * data.pair.0
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x.special()
    }
}

trait Special {
    fn special(self) -> f64;
}

impl Special for f64 {
    fn special(self) -> f64 {
        self
    }
}

fn main() {}
