use hypergrad::bilevel;

#[bilevel]
mod toy {
    pub fn h(x: f64) -> f64 {
        x * x
    }
}

fn main() {}
