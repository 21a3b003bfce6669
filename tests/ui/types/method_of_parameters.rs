//! Of a type with parameters, another trait's method that Rust takes instead, and an inherent one from outside of the module.

pub mod outside {
    use super::{by_trait, hidden};

    pub trait Energies {
        fn energy(self) -> f64;
    }
    impl<K: by_trait::Kernel> Energies for by_trait::Model<K> {
        fn energy(self) -> f64 {
            0.0
        }
    }
    impl<const N: usize> hidden::Grid<N> {
        pub fn total(&self) -> f64 {
            0.0
        }
    }
}

#[hypergrad::bilevel]
pub mod by_trait {
    use super::outside::Energies;

    pub trait Kernel {
        fn eval(&self, t: f64) -> f64;
    }

    pub struct Linear;

    impl Kernel for Linear {
        fn eval(&self, t: f64) -> f64 {
            t
        }
    }

    pub struct Model<K> {
        pub kernel: K,
    }

    impl<K: Kernel> Model<K> {
        fn energy(&self) -> f64 {
            self.kernel.eval(2.0)
        }
    }

    pub fn f(x: f64, y: f64) -> f64 {
        (x - y).powi(2) * Model { kernel: Linear }.energy()
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x
    }
}

#[hypergrad::bilevel]
pub mod hidden {
    trait Total {
        fn total(&self) -> f64;
    }

    pub struct Grid<const N: usize> {
        pub entries: [f64; N],
    }

    impl<const N: usize> Total for Grid<N> {
        fn total(&self) -> f64 {
            self.entries.iter().sum()
        }
    }

    pub fn f(x: f64, y: f64) -> f64 {
        (x - y).powi(2) + Grid { entries: [x, y] }.total()
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x
    }
}

#[hypergrad::bilevel]
pub mod special {
    pub struct Scaled<const N: usize> {
        pub by: f64,
    }

    impl Scaled<3> {
        fn of(&self, t: f64) -> f64 {
            t * self.by
        }
    }

    pub fn f(x: f64, y: f64) -> f64 {
        (x - y).powi(2) + Scaled::<3> { by: 2.0 }.of(x)
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x
    }
}

fn main() {}
