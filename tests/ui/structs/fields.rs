#![allow(unused)]

use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DMatrix, DVector};

    pub struct Point {
        pub x: DVector<f64>,
        pub nu: DVector<f64>,
    }

    impl Point {
        fn size(&self) -> f64 {
            self.x.norm()
        }
    }

    trait Size {
        fn size(self) -> f64;
    }

    impl Size for Point {
        fn size(self) -> f64 {
            1.0
        }
    }

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
    }

    fn squares(p: &Point) -> f64 {
        p.x.norm_squared()
    }

    pub fn f(p: &Point, y: &DVector<f64>, data: &Data) -> f64 {
        let size = p.size();
        let point = p.nu.dot(&data.b) + squares(p);
        size + point
    }

    pub fn g(p: &Point, _y: &DVector<f64>, data: &Data) -> f64 {
        let own = Data { a: data.a.clone(), b: p.x.clone() };
        squares(p) + own.b.norm()
    }
}

fn main() {}
