use hypergrad::bilevel;

#[bilevel]
mod toy {
    pub struct Point {
        pub place: f64,
    }

    pub fn f(x: &[Point; 40], y: f64) -> f64 {
        (x[0].place - y).powi(2) + x[1].place.powi(2)
    }

    pub fn g(x: &[Point; 40], _y: f64) -> f64 {
        x[0].place
    }
}

fn main() {}
