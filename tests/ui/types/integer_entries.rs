use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::Vector2;

    pub fn f(x: f64, y: &Vector2<i32>) -> f64 {
        (x - f64::from(y[0])).powi(2)
    }

    pub fn g(x: f64, _y: &Vector2<i32>) -> f64 {
        x * x
    }
}

fn main() {}
