#![allow(unused, unreachable_patterns)]

use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DMatrix, DVector, SMatrix, SVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub s: SMatrix<f64, 2, 3>,
        pub w: [f64; 3],
        pub n: usize,
    }

    pub fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
        let deferred;
        deferred = 2.0;
        let Some(first) = x.iter().next() else { return 0.0 };
        struct Local;
        let std::num::Wrapping(whole) = std::num::Wrapping(3_u8);
        let (c, d) = y.component_mul(y).x.sin_cos();
        deferred + first + whole as f64 + c + d
    }

    pub fn g(x: &DVector<f64>, _y: &SVector<f64, 3>, _data: &Data) -> f64 {
        enum Local {}
        mod inner {}
        x.norm_squared()
    }
}

fn main() {}
