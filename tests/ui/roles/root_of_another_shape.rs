use hypergrad::bilevel;

#[bilevel]
#[allow(non_snake_case)]
mod toy {
    use nalgebra::{DVector, SVector};

    pub fn F(x: &DVector<f64>, y: &SVector<f64, 3>) -> DVector<f64> {
        DVector::from_fn(3, |i, _| y[i] * x[0] + x[1])
    }

    pub fn g(x: &DVector<f64>, y: &SVector<f64, 3>) -> f64 {
        (x - DVector::from_element(2, y[0])).norm_squared()
    }
}

fn main() {}
