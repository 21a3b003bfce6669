use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    pub struct Training {
        pub a: DVector<f64>,
    }

    pub struct Validation {
        pub a: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Training) -> f64 {
        (x - y + &data.a).norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Validation) -> f64 {
        (x - &data.a).norm_squared()
    }
}

fn main() {}
