use hypergrad::bilevel;

#[bilevel]
mod toy {
    use std::collections::BTreeMap as Data;

    pub fn f(x: f64, y: f64, data: &Data<u8, u8>) -> f64 {
        (x - y).powi(2) * data.len() as f64
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x * x
    }
}

fn main() {}
