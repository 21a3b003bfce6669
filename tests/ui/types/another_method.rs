//! Methods of traits from outside that Rust takes instead of nalgebra's and the standard library's.

pub mod norms {
    use nalgebra::{DVector, Vector2};

    pub trait Norms {
        fn norm(self) -> f64;
    }
    impl Norms for DVector<f64> {
        fn norm(self) -> f64 {
            self.amax()
        }
    }
    pub trait Sums {
        fn sum(self) -> f64;
    }
    impl Sums for Vector2<f64> {
        fn sum(self) -> f64 {
            0.0
        }
    }
    pub trait Roots {
        fn sqrt(&self) -> f64;
    }
    impl Roots for f64 {
        fn sqrt(&self) -> f64 {
            1.0
        }
    }
    pub trait Sizes {
        fn modulus(self) -> f64;
    }
    impl Sizes for f64 {
        fn modulus(self) -> f64 {
            1.0
        }
    }
}

#[hypergrad::bilevel]
pub mod by_glob {
    use super::norms::*;
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        (x - y).norm()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.iter().map(|t| t.sqrt()).sum()
    }
}

#[hypergrad::bilevel]
pub mod without_a_name {
    use super::norms::Sums as _;
    use nalgebra::Vector2;

    pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 {
        (x - y).sum()
    }

    pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 {
        x.norm()
    }
}

#[hypergrad::bilevel]
pub mod inside {
    pub fn f(x: f64, y: f64) -> f64 {
        use super::norms::Sizes;
        (x - y).modulus()
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x.abs()
    }
}

pub mod lists {
    pub trait Spread {
        fn variance(&self) -> f64;
    }
    impl Spread for [f64] {
        fn variance(&self) -> f64 {
            1.0
        }
    }
    pub trait Middle {
        fn mean(&self) -> f64;
    }
    impl Middle for Vec<f64> {
        fn mean(&self) -> f64 {
            1.0
        }
    }
}

#[hypergrad::bilevel]
pub mod of_lists {
    use super::lists::{Middle, Spread};
    use nalgebra::DVector;

    pub struct Data {
        pub seen: Vec<f64>,
    }

    pub fn f(x: &DVector<f64>, y: f64, data: &Data) -> f64 {
        x.dot(x) * y.exp() + data.seen.mean()
    }

    pub fn g(x: &DVector<f64>, _y: f64, _data: &Data) -> f64 {
        x.as_slice().variance()
    }
}

#[hypergrad::bilevel]
pub mod own {
    use nalgebra::DVector;

    trait Middle {
        fn mean(&self) -> f64;
    }
    impl Middle for [f64] {
        fn mean(&self) -> f64 {
            1.0
        }
    }

    pub fn f(x: &DVector<f64>, y: f64) -> f64 {
        x.dot(x) * y.exp()
    }

    pub fn g(x: &DVector<f64>, _y: f64) -> f64 {
        x.as_slice().mean()
    }
}

fn main() {}
