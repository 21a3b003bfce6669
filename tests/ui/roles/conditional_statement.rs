use hypergrad::bilevel;

#[bilevel]
mod toy {
    pub fn f(x: f64, y: f64) -> f64 {
        #[cfg(all())]
        let x = x * x;
        x * y
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x
    }
}

fn main() {}
