use hypergrad::bilevel;

#[bilevel(checkpoints = 100)]
mod with_a_value {
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        (x - y).norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.norm_squared()
    }
}

#[bilevel(checkpoints, checkpoints)]
mod twice {
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        (x - y).norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
