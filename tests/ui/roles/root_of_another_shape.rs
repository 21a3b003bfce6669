use hypergrad::bilevel;

#[bilevel]
#[allow(non_snake_case)]
mod toy {
    use nalgebra::{DVector, SVector};

    pub fn F(x: &DVector<f64>, y: &SVector<f64, 3>) -> DVector<f64> {
        let r = x - DVector::from_element(4, y[1]);
        DVector::from_fn(3, |i, _| y[i] * r[i])
    }

    pub fn g(x: &DVector<f64>, _y: &SVector<f64, 3>) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
