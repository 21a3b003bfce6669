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
        let a: nalgebra::Vector3<f64> = nalgebra::Vector3::new(1.0, 2.0, 3.0);
        (&data.a_tr * x - &data.b_tr).norm_squared() + y.rows(0, 2).dot(&a.rows(0, 3))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a_tr * x - &data.b_tr).norm_squared()
    }
}

fn main() {}
