use hypergrad::bilevel;

#[bilevel]
mod toy {
    pub struct Data {
        pub names: Vec<String>,
        pub pair: (f64, f64),
        pub degree: i32,
    }

    pub fn f(x: f64, y: f64, data: &Data) -> f64 {
        (x - y).powi(2) * data.pair.0 * f64::from(data.degree) * data.names.len() as f64
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x * x
    }
}

fn main() {}
