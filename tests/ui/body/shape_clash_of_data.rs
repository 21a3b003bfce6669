use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DVector, SMatrix, SVector};

    pub struct Data {
        pub a_tr: SMatrix<f64, 5, 3>,
        pub b_tr: SVector<f64, 5>,
        pub b_val: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let r = data.a_tr * x.fixed_rows::<3>(0) - data.b_tr;
        r.norm_squared() + (x.rows(0, 3) - y.rows(1, 4)).norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (x - &data.b_val).norm_squared()
    }
}

fn main() {}
