use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub b_tr: DVector<f64>,
        pub b_val: DVector<f64>,
    }

    trait Erf {
        fn erff(self) -> f64;
    }

    impl Erf for f64 {
        fn erff(self) -> f64 {
            self
        }
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let r = &data.a_tr * x - &data.b_tr;
        r.map(f64::erff).dot(y)
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        let nothing = Default::default();
        let zero: f64 = nothing;
        (&data.a_tr * x - &data.b_tr).norm_squared() + zero
    }
}

fn main() {}
