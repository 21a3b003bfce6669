use hypergrad::bilevel;

#[bilevel]
mod toy {
    pub struct Data {
        pub scale: &'static f64,
    }

    pub fn f(x: f64, y: f64, data: &Data) -> f64 {
        (x - y).powi(2) * *data.scale
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x * x
    }
}

fn main() {}
