use hypergrad::bilevel;

#[bilevel]
mod toy {
    #[cfg(not(test))]
    fn square(t: f64) -> f64 {
        t * t
    }

    pub fn f(x: f64, y: f64) -> f64 {
        square(x - y)
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        square(x)
    }
}

fn main() {}
