use hypergrad::bilevel;

#[bilevel(crate = "hypergrad")]
mod text {
    pub fn f(x: f64, y: f64) -> f64 {
        x * y
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x
    }
}

#[bilevel(crate = ::hypergrad, crate = ::hypergrad)]
mod twice {
    pub fn f(x: f64, y: f64) -> f64 {
        x * y
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x
    }
}

fn main() {}
