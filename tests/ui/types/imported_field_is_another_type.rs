use hypergrad::bilevel;

mod lookalike {
    pub struct Vector3<T>(pub [T; 3]);

    impl<T: Copy> Vector3<T> {
        pub fn norm(&self) -> T {
            self.0[0]
        }
    }
}

#[bilevel]
mod other {
    use super::lookalike::Vector3;

    pub struct Data {
        pub a: f64,
        pub v: Vector3<f64>,
    }

    pub fn f(x: f64, y: f64, data: &Data) -> f64 {
        (x - y).powi(2) * data.a
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x * x
    }
}

#[bilevel]
mod toy {
    use super::other::Data;

    pub fn f(x: f64, y: f64, data: &Data) -> f64 {
        (x - y).powi(2) * data.v.norm()
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x * x
    }
}

fn main() {}
