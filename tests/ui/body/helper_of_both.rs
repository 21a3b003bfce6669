use hypergrad::bilevel;

// One error of a helper that f and g call, and none that follows from it.
#[bilevel]
mod toy {
    use nalgebra::DVector;

    fn largest(x: &DVector<f64>) -> f64 {
        (x * x.transpose()).symmetric_eigenvalues().max()
    }

    fn order(x: &DVector<f64>) -> f64 {
        let mut known = x.as_slice().to_vec();
        known.dedup_by(|a, b| a == b);
        known[0]
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        (x - y).norm_squared() + largest(x)
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        largest(x) + order(x)
    }
}

fn main() {}
