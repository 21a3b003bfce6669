use hypergrad::bilevel;

#[bilevel]
mod toy {
    pub struct Outer {
        pub scale: &'static f64,
    }

    pub fn f(x: f64, y: &Outer) -> f64 {
        (x - *y.scale).powi(2)
    }

    pub fn g(x: f64, _y: &Outer) -> f64 {
        x * x
    }
}

fn main() {}
