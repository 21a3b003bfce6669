#![allow(unused)]

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

    use super::Outside;

    impl Data {
        fn sized<const N: usize>(&self, t: f64) -> f64 {
            t * N as f64
        }
    }

    async fn later(t: f64) -> f64 {
        t
    }

    pub fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
        let closure = |t: f64| 2.0 * t;
        let pair = (closure)(x[0]);
        let value = data.scaled(x[0]);
        let outside = x.map(Outside::of);
        let made = Outside { t: 1.0 }.t;
        let constant = data.sized::<2>(x[0]);
        let option = Some(x[0]).unwrap();
        let awaited = later(x[0]);
        let max = x.iter().copied().max_by(|a, b| a.total_cmp(b)).unwrap();
        pair + value + made + constant
    }

    pub fn g(x: &DVector<f64>, _y: &SVector<f64, 3>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

pub struct Outside {
    pub t: f64,
}

impl Outside {
    pub fn of(t: f64) -> f64 {
        t
    }
}

impl toy::Data {
    fn scaled(&self, t: f64) -> f64 {
        t
    }
}

fn main() {}
