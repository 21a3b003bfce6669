use hypergrad::bilevel;

#[bilevel]
#[allow(non_snake_case)]
mod toy {
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        (x - y).norm_squared()
    }

    pub fn F(x: &DVector<f64>, y: &DVector<f64>) -> DVector<f64> {
        x - y
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
