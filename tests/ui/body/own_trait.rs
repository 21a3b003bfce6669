//! Methods of the module's own traits that have the names of words.

#[hypergrad::bilevel]
pub mod own {
    use nalgebra::DVector;

    pub trait Penalty {
        fn norm1(self) -> f64;
    }
    impl Penalty for f64 {
        fn norm1(self) -> f64 {
            self * self
        }
    }
    pub trait Shrink {
        fn normalize(self) -> DVector<f64>;
    }
    impl Shrink for DVector<f64> {
        fn normalize(self) -> DVector<f64> {
            self
        }
    }
    pub struct Data {
        pub a: DVector<f64>,
    }
    pub trait Size {
        fn norm(&self) -> f64;
    }
    /// Of a type of the module: no vector has it.
    impl Size for Data {
        fn norm(&self) -> f64 {
            self.a.norm()
        }
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let d = (x - y).normalize();
        d.norm() + x[0].norm1() * data.a.norm()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, _data: &Data) -> f64 {
        x.norm()
    }
}

fn main() {}
