#![allow(unused)]

use hypergrad::bilevel;

type Hidden = f64;

#[bilevel]
mod slice {
    pub struct Data {
        pub a: f64,
    }

    pub fn f(x: f64, y: &[f64], data: &Data) -> f64 {
        x * y[0] + data.a
    }

    pub fn g(x: f64, _y: &[f64], _data: &Data) -> f64 {
        x
    }
}

#[bilevel]
mod empty {
    pub struct Nothing {}

    pub fn f(x: f64, y: &Nothing) -> f64 {
        x * x
    }

    pub fn g(x: f64, _y: &Nothing) -> f64 {
        x
    }
}

#[bilevel]
mod tuple {
    pub struct Both {
        pub pair: (f64, f64),
    }

    pub fn f(x: f64, y: &Both) -> f64 {
        x * y.pair.0
    }

    pub fn g(x: f64, _y: &Both) -> f64 {
        x
    }
}

#[bilevel]
mod data_is_a_vector {
    use nalgebra::{DVector, SVector};

    pub struct Data {
        pub a: [f64; 2 >> 1],
        pub huge: SVector<f64, 4294967296>,
        pub kept: DVector<bool>,
        pub pairs: [[f64; 2]; 2],
    }

    pub fn f(x: f64, y: f64, data: &Data) -> f64 {
        x * y * data.a[0] + data.huge[0] + data.pairs[0][0] + if data.kept[0] { 1.0 } else { 0.0 }
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x
    }
}

pub struct CsrMatrix<T>(pub T);

pub struct DVector<T = f64>(pub T);

#[bilevel]
mod no_arguments {
    use super::DVector;

    pub fn f(x: f64, y: &DVector) -> f64 {
        x * y.0
    }

    pub fn g(x: f64, _y: &DVector) -> f64 {
        x
    }
}

#[bilevel]
mod sparse_variable {
    use super::CsrMatrix;

    pub fn f(x: f64, y: &CsrMatrix<f64>) -> f64 {
        x * y.0
    }

    pub fn g(x: f64, _y: &CsrMatrix<f64>) -> f64 {
        x
    }
}

#[bilevel]
mod arguments {
    use nalgebra::{Const, OVector, SVector};

    pub struct Data {
        pub d: Entries,
    }

    type Entries<T = f64> = SVector<T, 2>;

    pub fn f(x: f64, y: f64, data: &Data) -> f64 {
        x * y * data.d[0]
    }

    pub fn g(x: f64, _y: f64, data: f64) -> f64 {
        x * data
    }
}

fn main() {}
