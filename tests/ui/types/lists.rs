use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DMatrix, DVector};

    pub struct Hyper {
        pub weights: [DMatrix<f64>; 40],
    }

    pub fn f(x: &DVector<f64>, y: &Hyper) -> f64 {
        (x - y.weights[0].column(0)).norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &Hyper) -> f64 {
        x.sum()
    }
}

fn main() {}
