use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    pub fn f(x: f64, y: &DVector<DVector<f64>>) -> f64 {
        (x - y[0][0]).powi(2)
    }

    pub fn g(x: f64, _y: &DVector<DVector<f64>>) -> f64 {
        x * x
    }
}

fn main() {}
