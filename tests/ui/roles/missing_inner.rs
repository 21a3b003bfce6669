use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
