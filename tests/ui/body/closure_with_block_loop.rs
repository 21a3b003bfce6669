use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub b_tr: DVector<f64>,
        pub b_val: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        (0..x.len())
            .map(|i| {
                let mut t = x[i];
                for _ in 0..3 {
                    t = t * t;
                }
                t * y[i] * data.b_tr[0]
            })
            .sum()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a_tr * x - &data.b_tr).norm_squared()
    }
}

fn main() {}
