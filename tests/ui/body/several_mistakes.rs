use hypergrad::bilevel;

pub fn penalty(t: f64) -> f64 {
    t.sqrt()
}

#[bilevel]
mod toy {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub b_tr: DVector<f64>,
        pub b_val: DVector<f64>,
    }

    trait Norms {
        fn norm_l1(&self) -> f64;
    }

    impl Norms for DVector<f64> {
        fn norm_l1(&self) -> f64 {
            self.abs().sum()
        }
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let mut total = 0.0;
        let r = &data.a_tr * x - &data.b_tr;
        total += r.norm_l1();
        total + y.rank(0.1) as f64 + super::penalty(y[0])
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a_tr * x - &data.b_tr).norm_squared()
    }
}

fn main() {}
