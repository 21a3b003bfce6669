use hypergrad::bilevel;

#[bilevel(iner = loss)]
mod toy {
    use nalgebra::DVector;

    pub fn loss(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        (x - y).norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
