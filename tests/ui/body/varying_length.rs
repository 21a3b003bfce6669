use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        (0..3).map(|i| (0..3).map(|j| x.rows(0, i + 1)[j]).sum::<f64>()).sum::<f64>()
            + (0..3).map(|i| (x.rows(0, i + 1) - y).norm_squared()).sum::<f64>()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        (0..3).map(|i| x.rows(0, i + 1).kronecker(&y.rows(0, i + 1)).sum()).sum::<f64>()
    }
}

fn main() {}
