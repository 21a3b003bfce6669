use hypergrad::bilevel;

// One error of a helper that f and g call, and none that follows from it.
#[bilevel]
mod toy {
    use nalgebra::DVector;

    fn largest(x: &DVector<f64>) -> f64 {
        let (mut best, mut at) = (f64::NEG_INFINITY, 0.0);
        for i in 0..x.len() {
            if x[i] > best {
                best = x[i];
                at = i as f64;
            }
        }
        best + at
    }

    fn order(x: &DVector<f64>) -> f64 {
        let mut sorted = x.clone();
        sorted.as_mut_slice().sort_by(|a, b| a.total_cmp(b));
        sorted[0]
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        (x - y).norm_squared() + largest(x)
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        largest(x) + order(x)
    }
}

fn main() {}
