use hypergrad::bilevel;

#[bilevel]
fn f(x: f64, y: f64) -> f64 {
    (x - y).powi(2)
}

fn main() {}
