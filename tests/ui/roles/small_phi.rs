use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    pub fn phi(x: &DVector<f64>, y: &DVector<f64>) -> DVector<f64> {
        0.5 * x + y
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        x.dot(y)
    }
}

fn main() {}
