#![allow(unused)]

use hypergrad::bilevel;

pub struct Outside;

#[bilevel]
mod toy {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub folds: Vec<DMatrix<f64>>,
        pub n: usize,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let around: f64 = data.folds.iter().cycle().take(4).map(|fold| fold.sum()).sum();
        let shares: f64 = (0..3).map(|k| data.n.div_ceil(0) as f64 * x[k]).sum();
        around + shares
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

#[bilevel]
mod unproved {
    use super::*;
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        struct Weighted(f64, f64);
        impl Weighted {
            fn cost(&self) -> f64 {
                self.0 * self.1
            }
        }
        Weighted(x[0], y[0]).cost()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
